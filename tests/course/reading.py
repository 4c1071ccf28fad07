"""What people read: every piece of prose of the project, with its file, its place and its headings.

A piece is a cell of a notebook, a line of a TOML file that holds words, or a Markdown file. Shared
by the tests of words, spelling and links.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools import markdown

ROOT = Path(__file__).parents[2]
LABELS = ROOT / "cjsim" / "labels"
"""Code between two fences."""


class Piece(NamedTuple):
    """A text and where it stands: a path from the root, and a cell id or a key."""

    file: str
    place: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.file} [{self.place}]" if self.place else self.file


def notebooks() -> list[Path]:
    """Lectures in both languages, and the masters of exercises."""
    return [
        *sorted((ROOT / "notebooks").glob("*/*.ipynb")),
        *sorted((ROOT / "exercises").glob("*/source/*/*.ipynb")),
    ]


def pages() -> list[Path]:
    """Every Markdown page: at the root, in docs, beside lectures and exercises."""
    folders = ("docs", "notebooks", "exercises")
    found = [path for name in folders for path in (ROOT / name).rglob("*.md")]
    root = [*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    return [*sorted(root), *sorted(path for path in found if ".ipynb_" not in str(path))]


def words() -> list[Path]:
    """The files that hold words: labels, the glossary, what checks of exercises say."""
    return [
        *sorted(LABELS.glob("*.toml")),
        *sorted((ROOT / "cjsim" / "course" / "sets").glob("s*/*.toml")),
    ]


def pieces() -> Iterator[Piece]:
    """All that is read."""
    for path in notebooks():
        yield from of_notebook(path)
    for path in pages():
        text = path.read_text(encoding="utf-8")
        if path.name == "GLOSSARY.md":  # its headings are keys, `ltv`
            text = re.sub("^## .*$", "", text, flags=re.MULTILINE)
        if path.name == "evidence.md":  # others' titles, in their spelling
            text = re.split("^## (?:References|Литература)$", text, flags=re.MULTILINE)[0]
        yield Piece(_name(path), "", text)
    for path in words():
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            stems = re.search(r"\.(stems|against)\b", key)  # parts of words, for a machine
            keys = path.name == "glossary.toml" and key.endswith((".label", ".claims"))
            if not (stems or keys):
                yield Piece(_name(path), key, text)


def of_notebook(path: Path) -> Iterator[Piece]:
    """The Markdown cells of a notebook."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield Piece(_name(path), cell.get("id", ""), "".join(cell["source"]))


def without_code(text: str) -> str:
    """A text without code and formulas, its lines kept."""
    text = _without_blocks(text)
    return re.sub(r"``.*?``|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$", " ", text, flags=re.DOTALL)


def _without_blocks(text: str) -> str:
    """A text without fenced code, and without indented code that is not part of a list."""
    return "".join("\n" if is_code else line for line, is_code in markdown.lines_of(text))


def headings(text: str) -> list[str]:
    """The headings of a Markdown text, code and emphasis taken off."""
    lines = re.findall(r"^#{1,6} +(.+?) *#*$", _without_blocks(text), flags=re.MULTILINE)
    return [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in lines]


def github_anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    return set(markdown.github_anchors(headings(text)))


def jupyter_anchors(text: str) -> set[str]:
    """The anchors that JupyterLab gives to headings: spaces become hyphens, nothing else."""
    return {heading.replace(" ", "-") for heading in headings(text)}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _flat(table: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested tables and lists under dotted keys; lists of words to avoid left out."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, str):
            yield f"{prefix}{name}", value
        elif isinstance(value, list) and not name.startswith("avoid_"):
            yield from ((f"{prefix}{name}", one) for one in value if isinstance(one, str))
