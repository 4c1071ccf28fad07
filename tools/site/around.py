"""What stands around a page: its twin in the other language, and what may be taken along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cjsim.labels import text
from cjsim.version import VERSION
from tools.site.tree import twin_of

OTHER = {"en": "ru", "ru": "en"}


def setup(app: Any) -> dict[str, bool]:
    """Give each page's template the addresses that it shows."""
    app.connect("html-page-context", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_links(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add `twin`, `other`, `notebook` and `words` to what a template knows."""
    lang = app.config.language
    twin = twin_of(page) or "index"
    up = "../" * page.count("/")
    context["twin"] = f"{up}../{OTHER[lang]}/{twin}.html"
    context["other"] = text("site.this_language", OTHER[lang])
    context["board"] = f"{up}../board/index.html#phone;lang={lang}"
    context["site_words"] = {
        name: text(f"site.{name}", lang).replace("{version}", VERSION)
        for name in ("board", "download", "made_with", "ran")
    }
    is_notebook = (Path(app.srcdir) / f"{page}.ipynb").is_file()
    context["ran"] = page.startswith("notebooks/")  # tasks are still to be done
    context["notebook"] = f"{up}../files/{page.replace('/', '_')}.ipynb" if is_notebook else ""
