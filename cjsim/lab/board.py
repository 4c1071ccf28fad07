"""The lab's picture, drawn in the browser: a new answer is there within a frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cjsim.colours import COLOURS
from cjsim.journey import TWELVE
from cjsim.lab.background import Answer
from cjsim.labels import text

REACHED = tuple(f"reached_{stage.key}" for stage in TWELVE)


class Board(anywidget.AnyWidget):
    """How far people get on both sides; see `show`.

    `shown` holds what is drawn: names, reached [people] per side and stage, pinned (as reached, or
    None), people per market, alt, and the number of the answer.
    """

    _esm = Path(__file__).with_name("board.js")
    _css = Path(__file__).with_name("board.css")
    stages: Any = traitlets.List().tag(sync=True)
    colours: Any = traitlets.List(list(COLOURS[:2])).tag(sync=True)
    lang: Any = traitlets.Unicode("en").tag(sync=True)
    shown: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, lang: str) -> None:
        words = [f"{int(s)}  {text(f'stage.{s.key}.label', lang)}" for s in TWELVE]
        super().__init__(stages=words, lang=lang)
        self._number = 0

    def show(self, answer: Answer, names: tuple[str, str], pinned: Answer | None, alt: str) -> None:
        """Draw an answer, and beside it the pinned one as marks."""
        self._number += 1
        people = answer.question.people
        self.shown = {
            "names": list(names),
            "reached": reached(answer),
            "pinned": reached(pinned, people) if pinned else None,
            "people": people,
            "alt": alt,
            "number": self._number,
        }

    def hand_over(self, name: str, content: str) -> None:
        """Have the browser save a text file."""
        self.send({"name": name, "content": content})


def reached(answer: Answer, of: int | None = None) -> list[list[float]]:
    """Mean number of people who reached each stage, per side; `of` so many instead of its own."""
    size = answer.question.people
    share = 1.0 if of is None else of / size
    return [[share * answer.mean(side, name) for name in REACHED] for side in (0, 1)]
