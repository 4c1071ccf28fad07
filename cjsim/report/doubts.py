"""The doubt about what is not known of the market, where a result carries one.

A result that was asked over draws of its unknown inputs has `.doubt`, which is a result itself. A
page tells it apart from luck, so here it is taken out of the answer and told alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cjsim import charts
from cjsim.charts.picture import Picture
from cjsim.experiment.compare import Comparison
from cjsim.experiment.result import Grid, Result


def doubt_of(result: Result) -> Any:
    """The doubt that a result carries, or None: its inputs are taken as known."""
    return getattr(result, "doubt", None)


def of_luck_alone(result: Result) -> Result:
    """The same result without its doubt: what it says is said of the scenario as it stands."""
    return replace(result, doubt=None) if doubt_of(result) else result  # type: ignore[type-var]


def words(doubt: Any, lang: str) -> str:
    """What it says: how often the answer holds, how far it may be off, whose the doubt is."""
    return str(doubt.says(lang))


def grid(doubt: Any, lang: str) -> Grid:
    """Its table as people read it: heads and rows."""
    table: Grid = doubt.grid(lang)
    return table


def picture(result: Result, lang: str) -> Picture | None:
    """Both intervals and whose the doubt is, of a comparison; None where there is no chart."""
    draw = getattr(charts, "doubt", None) if isinstance(result, Comparison) else None
    return draw(doubt_of(result), lang) if draw else None
