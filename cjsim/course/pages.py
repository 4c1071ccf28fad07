"""Pages that are written by a command and kept with the lectures, so that nobody edits them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""The clone that this package runs from."""
NOTEBOOKS: Final = ROOT / "notebooks"


def store(name: str, page: str) -> int:
    """Write a page beside the lectures and say so; 0 if it is there, 1 if there are no lectures."""
    if not NOTEBOOKS.is_dir():
        print(f"{name}: no folder {NOTEBOOKS.name!r} here; run this in a clone", file=sys.stderr)
        return 1
    path = NOTEBOOKS / name
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if page != before:
        path.write_text(page, encoding="utf-8", newline="\n")
    print(f"notebooks/{name}: {'nothing new' if page == before else 'written'}")
    return 0
