"""A lecture or a page in two languages: the same code in the same places, prose that keeps up.

    python -m tools.translations notebooks/ru/*.ipynb               # what differs, cell by cell
    python -m tools.translations --confirm notebooks/ru/*.ipynb     # the prose has been read
    python -m tools.translations docs/ru/*.md docs/ru/*/*.md README.ru.md    # pages, the same way

In a lecture code differs in one line, `cjsim.speak("ru")`. Each Russian cell of prose remembers a
digest of the English text it says (`metadata.says`): when the English changes, the cell is named as
stale until somebody has read both and confirmed it. For pages: `tools.translated_pages`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import translated_pages
from tools.pages import keep, text_of

SAYS = "says"
"""The metadata in which a translated cell keeps the digest of its original."""
ORIGINAL = "en"


def digest(source: str) -> str:
    """Twelve characters that change with the text."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def in_language(code: str, lang: str) -> str:
    """The code of an English cell, as its twin in another language has it."""
    return code.replace(f'cjsim.speak("{ORIGINAL}")', f'cjsim.speak("{lang}")')


def differences(original: Any, twin: Any, lang: str) -> list[str]:
    """What is wrong with a twin, one line per cell: missing, other code, stale prose."""
    ids = [cell.id for cell in original.cells]
    others = {cell.id: cell for cell in twin.cells}
    faults = [f"{name}: has no twin" for name in ids if name not in others]
    faults += [f"{name}: is not in the original" for name in others if name not in ids]
    if not faults and ids != list(others):
        faults.append("the cells stand in another order")
    for cell in original.cells:
        other = others.get(cell.id)
        if other is None:
            continue
        if cell.cell_type != other.cell_type:
            faults.append(f"{cell.id}: is {cell.cell_type} here and {other.cell_type} there")
        elif cell.cell_type == "code":
            if in_language(cell.source, lang) != other.source:
                faults.append(f"{cell.id}: the code differs")
            if cell.metadata.get("tags", []) != other.metadata.get("tags", []):
                faults.append(f"{cell.id}: the tags differ")
        elif other.metadata.get(SAYS) != digest(cell.source):
            faults.append(f"{cell.id}: the original has changed since this was translated")
    return faults


def confirm(original: Any, twin: Any, lang: str) -> None:
    """Take over the code of the original, and note that the prose says what it says now."""
    others = {cell.id: cell for cell in twin.cells}
    for cell in original.cells:
        other = others.get(cell.id)
        if other is None or other.cell_type != cell.cell_type:
            continue
        if cell.cell_type == "code":
            other.source = in_language(cell.source, lang)
            if tags := cell.metadata.get("tags"):
                other.metadata["tags"] = tags
        else:
            other.metadata[SAYS] = digest(cell.source)


def main(words: Sequence[str] | None = None) -> int:
    """Compare the named twins with their originals; 0 if they agree, 1 if one does not."""
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__)
    parser.add_argument("twins", nargs="+", type=Path, help="notebooks or pages in the language")
    parser.add_argument("--confirm", action="store_true", help="the prose says the same again")
    args = parser.parse_args(words)
    status = 0
    for path in args.twins:
        look = _page if path.suffix == ".md" else _notebook
        try:
            faults = look(path, confirmed=args.confirm)
        except (OSError, ValueError) as problem:
            print(f"{path}: {problem}", file=sys.stderr)
            return 2
        for line in faults:
            print(f"{path}: {line}")
            status = 1
    return status


def _notebook(path: Path, *, confirmed: bool) -> list[str]:
    """What differs in a notebook, confirmed before if that is asked."""
    import nbformat

    lang = path.parent.name
    source = path.parent.parent / ORIGINAL / path.name
    original, twin = (nbformat.read(p, as_version=4) for p in (source, path))  # type: ignore[no-untyped-call]
    if confirmed:
        confirm(original, twin, lang)
        keep(path, text_of(twin))
    return differences(original, twin, lang)


def _page(path: Path, *, confirmed: bool) -> list[str]:
    """What differs in a page, confirmed before if that is asked."""
    original = translated_pages.twins().get(path.resolve())
    if original is None:
        raise ValueError("is no translated page of the documentation, with an English one beside")
    if confirmed:
        keep(path, translated_pages.confirm(path.resolve(), original))
    return translated_pages.differences(path.resolve(), original)


if __name__ == "__main__":
    sys.exit(main())
