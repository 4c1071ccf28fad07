"""The pages of one language as a folder of sources: the same places as in the project.

Links of the project's pages keep working, whatever they lead to: a page of the same language, a
page of another (the other half of the site), a file of the project (a copy to download). A link to
a folder, or to what is not published, becomes plain words.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cjsim.labels import LANGUAGES
from tools.pages import ROOT

LINK: Final = re.compile(r"\[([^\]]*)\]\((?!\w+:|#|//)([^)\s#]+)(#[^)\s]*)?\)")
PAGES: Final = {
    "en": (
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "docs/how-to/*.md",
        "docs/examples/*.md", "notebooks/COVERAGE.md", "notebooks/INSTRUCTOR.md",
        "notebooks/GLOSSARY.md", "exercises/README.md",
        "notebooks/en/[0-9L]*.ipynb", "exercises/en/release/*/*.ipynb",
    ),
    "ru": (
        "README.ru.md", "docs/ru/**/*.md", "notebooks/INSTRUCTOR.ru.md", "exercises/README.ru.md",
        "notebooks/ru/[0-9L]*.ipynb", "exercises/ru/release/*/*.ipynb",
    ),
}  # fmt: skip
"""Where the pages of a language are."""
BOTH: Final = ("index", "boards", "gallery/index", "reference/keys", "genindex", "search")
"""Pages that are written while the site is built, under the same name in each language."""
DOWNLOADS: Final = (".py", ".toml", ".csv", ".yml", ".txt", ".json", ".cff")
"""Files of the project that a page may hand out."""


@dataclass(frozen=True)
class Tree:
    """The sources of a language.

    Parameters
    ----------
    lang : "en" or "ru".
    folder : where they are.
    pages : of the project, without their endings.
    """

    lang: str
    folder: Path
    pages: frozenset[str]


@cache
def pages_of(lang: str) -> dict[str, Path]:
    """The project's pages in a language: name without ending -> file."""
    files = sorted(path for pattern in PAGES[lang] for path in ROOT.glob(pattern))
    return {name_of(path): path for path in files}


def name_of(path: Path) -> str:
    """A page's name: its place in the project without the ending, as in addresses."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def twin_of(name: str) -> str | None:
    """The name of the same page in the other language; None where there is none.

    >>> twin_of("notebooks/en/01_pull_or_push")
    'notebooks/ru/01_pull_or_push'
    >>> twin_of("docs/ru/README")
    'docs/README'
    >>> twin_of("CHANGELOG") is None
    True
    """
    if name in BOTH:
        return name
    for lang, other in (("en", "ru"), ("ru", "en")):
        swapped = [name.replace(f"/{lang}/", f"/{other}/"), name.removesuffix(".ru"), f"{name}.ru"]
        swapped += [name.replace("docs/ru/", "docs/", 1), name.replace("docs/", "docs/ru/", 1)]
        if name in pages_of(lang):
            twins = (twin for twin in swapped if twin != name and twin in pages_of(other))
            return next(twins, None)
    return None


def plant(lang: str, folder: Path, shown: Callable[[str, str, str], str]) -> Tree:
    """Copy the pages of a language into a folder, with links that lead somewhere.

    Parameters
    ----------
    lang : "en" or "ru".
    folder : an empty one.
    shown : the HTML of a notebook's output, the language, and the way from its page up to the
        site -> the HTML that is published.
    """
    names = pages_of(lang)
    tree = Tree(lang, folder, frozenset(names))
    for path in names.values():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = _notebook(text, path, tree, shown)
        else:
            text = relinked(text, path, tree)
        target.write_text(text, encoding="utf-8")
    return tree


def relinked(text: str, page: Path, tree: Tree) -> str:
    """The text of a page with each link as it must be on the site."""
    return LINK.sub(lambda link: _link(link[1], link[2], link[3] or "", page, tree), text)


def _link(words: str, target: str, anchor: str, page: Path, tree: Tree) -> str:
    """A link on the site; its words alone where it would lead nowhere."""
    path = Path(os.path.normpath(page.parent / target))
    if not path.is_relative_to(ROOT) or not path.is_file():
        return words
    name = name_of(path)
    if path == pages_of(tree.lang).get(name):
        return f"[{words}]({target}{anchor})"
    for other in set(LANGUAGES) - {tree.lang}:
        if path == pages_of(other).get(name):
            shown = re.sub("`([^`]*)`", r"<code>\1</code>", words)
            return f'<a href="{_up(page)}../{other}/{name}.html{anchor}">{shown}</a>'
    if path.suffix not in DOWNLOADS:
        return words
    copy = tree.folder / path.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    return f"[{words}]({target})"


def _up(page: Path) -> str:
    """From a page to the folder of its language."""
    return "../" * (len(page.relative_to(ROOT).parts) - 1)


def _notebook(text: str, path: Path, tree: Tree, shown: Callable[[str, str, str], str]) -> str:
    import nbformat

    notebook: Any = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = relinked(cell.source, path, tree)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = shown(data["text/html"], tree.lang, _up(path) + "../")
    return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]


def lectures(names: Iterable[str]) -> list[str]:
    """Those of the pages that are lectures, in their order."""
    return sorted(name for name in names if re.match(r"notebooks/\w\w/", name))


def numbered(lang: str) -> list[str]:
    """The lectures of a language as a table of contents has them: number, title, page."""
    pages = pages_of(lang)
    entries = []
    for name in lectures(pages):
        first = json.loads(pages[name].read_text(encoding="utf-8"))["cells"][0]
        title = "".join(first["source"]).partition("\n")[0].removeprefix("# ")
        number = Path(name).name.partition("_")[0].lstrip("0")
        entries.append(f"{number}. {title} <{name}>")
    return entries
