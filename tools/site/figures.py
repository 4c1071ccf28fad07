"""The figures of the lectures as files of their own: smaller than inside of a page, kept once."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

INSIDE: Final = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
LONG: Final = re.compile(r"(?<=[\s\"(,MLCQZmlcqz-])([1-9]\d*\.\d{3,})(?=[\s\"),])")
DIGITS: Final = 2
"""A hundredth of a point is thinner than any screen shows."""


class Figures:
    """The drawings that were met, by name."""

    def __init__(self) -> None:
        self.drawn: dict[str, str] = {}

    def apart(self, output: str, up: str) -> str:
        """The HTML of an output whose drawings are files; `up` leads from its page to theirs."""

        def one(match: re.Match[str]) -> str:
            drawing = lighter(base64.b64decode(match[1]).decode())
            name = f"{hashlib.sha256(drawing.encode()).hexdigest()[:16]}.svg"
            self.drawn[name] = drawing
            return f"{up}figures/{name}"

        return INSIDE.sub(one, output)

    def save(self, folder: Path) -> None:
        """Write them all."""
        folder.mkdir()
        for name, drawing in self.drawn.items():
            (folder / name).write_text(drawing, encoding="utf-8")


def lighter(drawing: str) -> str:
    """A drawing with no more decimals than can be seen.

    >>> lighter('<path d="M 12.345678 7.000001 L 3 4"/>')
    '<path d="M 12.35 7 L 3 4"/>'
    """
    return LONG.sub(
        lambda number: f"{float(number[1]):.{DIGITS}f}".rstrip("0").rstrip("."), drawing
    )
