"""Files that commands write and that are kept in the repository: notebooks, and pages beside them.

Written only where they change, and the same on every system.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from cjsim.files import write_text

ROOT: Final = Path(__file__).parents[1]
"""The clone that these tools tend."""
NOTEBOOKS: Final = ROOT / "notebooks"


def text_of(notebook: Any) -> str:
    """A notebook as its file."""
    import nbformat

    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def keep(path: Path, text: str) -> bool:
    """Write a file unless it says so already; says whether it has changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def store(name: str, page: str) -> int:
    """Write a page beside the lectures and say so; 0 if it is there, 1 if there are no lectures."""
    if not NOTEBOOKS.is_dir():
        print(f"{name}: no folder {NOTEBOOKS.name!r} here; run this in a clone", file=sys.stderr)
        return 1
    print(f"notebooks/{name}: {'written' if keep(NOTEBOOKS / name, page) else 'nothing new'}")
    return 0
