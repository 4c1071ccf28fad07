"""The doubt about what is not known of the market, where a result carries one.

A result that was asked over draws of its unknown inputs has `.doubt`. All that a page needs of it
is taken here: its `lines(lang)`, or else `says(lang)`; its `grid(lang)` where it has a table; and
the chart of its name.
"""

from __future__ import annotations

from typing import Any

from cjsim import charts
from cjsim.charts.picture import Picture
from cjsim.experiment.result import Grid, Result


def doubt_of(result: Result) -> Any:
    """The doubt that a result carries, or None: its inputs are taken as known."""
    return getattr(result, "doubt", None)


def words(doubt: Any, lang: str) -> list[str]:
    """What it says, sentence by sentence."""
    lines = getattr(doubt, "lines", None)
    return [str(line) for line in lines(lang)] if lines else [str(doubt.says(lang))]


def grid(doubt: Any, lang: str) -> Grid | None:
    """Its table as people read it: heads and rows; None where it has none."""
    of_doubt = getattr(doubt, "grid", None)
    return of_doubt(lang) if of_doubt else None


def picture(doubt: Any, lang: str) -> Picture | None:
    """Its picture; None where there is no chart of it."""
    draw = getattr(charts, "doubt", None)
    return draw(doubt, lang) if draw else None
