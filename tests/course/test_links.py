"""Each link of a page, a lecture or an exercise leads to a file and a heading that are there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.course.reading import (
    ROOT,
    github_anchors,
    jupyter_anchors,
    notebooks,
    pages,
    without_code,
)


def texts(path: Path) -> list[tuple[str, str]]:
    """(where, text) of a page, or of each Markdown cell of a notebook."""
    if path.suffix != ".ipynb":
        return [(path.name, path.read_text(encoding="utf-8"))]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (f"{path.name} [{cell.get('id', '')}]", "".join(cell["source"]))
        for cell in cells
        if cell["cell_type"] == "markdown"
    ]


def targets(text: str) -> Iterator[str]:
    """What the links of a text lead to: inline, as a reference, and in HTML."""
    text = without_code(text)
    yield from re.findall(r"\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)", text)
    yield from re.findall(r"^ {0,3}\[[^\]^]+\]:\s*<?([^\s>]+)", text, re.MULTILINE)
    yield from re.findall(r"\b(?:href|src)=[\"']([^\"']+)[\"']", text)


def anchors(path: Path) -> set[str]:
    """Where in a file a link may point: headings as GitHub names them, or JupyterLab."""
    found = [text for _, text in texts(path)]
    return jupyter_anchors("\n\n".join(found)) | (
        github_anchors("\n\n".join(found)) if path.suffix == ".md" else set()
    )


def dead_links(path: Path) -> list[str]:
    """The links of a file that lead nowhere, each with where it stands."""
    dead = []
    for where, text in texts(path):
        for target in targets(text):
            if re.match(r"[a-z][a-z0-9+.-]*:|//", target):
                continue  # another site
            name, _, anchor = unquote(target).partition("#")
            to = (path.parent / name).resolve() if name else path
            if not _there(to):
                dead.append(f"{where}: {target}: no such file")
            elif anchor and anchor not in (anchors(to) if to.suffix in (".md", ".ipynb") else ()):
                dead.append(f"{where}: {target}: no such heading")
    return dead


def _there(path: Path) -> bool:
    """Whether a file or folder is there, spelt the same: not every disk tells a from A."""
    return path.exists() and path.name in {entry.name for entry in path.parent.iterdir()}


@pytest.mark.parametrize("path", [*pages(), *notebooks()], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead_links(path) == []


# --- And they are seen ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.md").write_text("# The words\n\n## gate\n\n```\n## no heading\n```\n")
    cells = [{"cell_type": "markdown", "id": "try", "source": ["## What is it?\n"]}]
    (tmp_path / "one.ipynb").write_text(json.dumps({"cells": cells}))
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "[a](words.md)", "[a](words.md#gate)", "[a](words.md#the-words)", "[a](#here)",
        "[a](one.ipynb#What-is-it?)", "[a](https://example.org/x)", "`[a](lost.md)`",
        "```\n[a](lost.md)\n```", "[a](words.md 'a title')", "![a](words.md)",
    ],
)  # fmt: skip
def test_a_link_that_leads_somewhere_passes(folder: Path, link: str) -> None:
    (folder / "page.md").write_text(f"# here\n\n{link}\n")
    assert dead_links(folder / "page.md") == []


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("[a](lost.md)", "file"), ("[a](Words.md)", "file"), ("[a]: lost.md", "file"),
        ("[a](words.md#gates)", "heading"), ("[a](words.md#no-heading)", "heading"),
        ("[a](#there)", "heading"), ("[a](one.ipynb#how)", "heading"),
        ("<img src='lost.png'>", "file"), ("![a](lost.png)", "file"),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_named(folder: Path, link: str, why: str) -> None:
    (folder / "page.md").write_text(f"# here\n\n{link}\n")
    [line] = dead_links(folder / "page.md")
    assert line.startswith("page.md: ")
    assert line.endswith(f"no such {why}")


def test_a_dead_link_in_a_lecture_is_named_with_its_cell(folder: Path) -> None:
    cells = [{"cell_type": "markdown", "id": "try", "source": ["See [a](lost.md).\n"]}]
    (folder / "two.ipynb").write_text(json.dumps({"cells": cells}))
    assert dead_links(folder / "two.ipynb") == ["two.ipynb [try]: lost.md: no such file"]
