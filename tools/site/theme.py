"""The frame of the pages in their language: the theme has some of its words in English alone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ARTICLE: Final = re.compile(r"(<article\b.*</article>)", re.DOTALL)


def translate(folder: Path, lang: str) -> None:
    """Write the theme's words in a language into all pages of a folder; what we wrote stays."""
    table = HERE / f"theme.{lang}.toml"
    if not table.is_file():
        return
    words = tomllib.loads(table.read_text(encoding="utf-8"))
    for page in folder.rglob("*.html"):
        page.write_text(framed(page.read_text(encoding="utf-8"), words), encoding="utf-8")


def framed(html: str, words: dict[str, str]) -> str:
    """A page whose frame, not its article, says other words for some.

    Examples
    --------
    >>> framed("<a>Next</a><article>Next</article><i title='x'>", {"Next": "Дальше"})
    "<a>Дальше</a><article>Next</article><i title='x'>"
    """
    listed = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))
    whole = re.compile(rf'(>\s*|\baria-label=")({listed})(?=\s*<|")')
    parts = ARTICLE.split(html)
    parts[::2] = [whole.sub(lambda met: met[1] + words[met[2]], part) for part in parts[::2]]
    return "".join(parts)
