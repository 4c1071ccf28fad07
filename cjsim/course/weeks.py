"""Purchases added up week by week: what was bought, and what was foretold.

    weeks({"bought": cohort.weekly(39)}, until=39)           # the rest lies under a lid
    weeks({"bought": cohort.weekly(78), "nobody_stops": foretold}, until=39)

One picture that grows: with each call the same axes and one line more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT, QUIET
from cjsim.course.tables import word
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import number

if TYPE_CHECKING:
    import numpy.typing as npt

MOST: Final = 4
"""Lines that a projector can show apart."""
PATTERNS: Final = ("-", "--", "-.", ":")
"""Of the lines in their order: told apart without colour, too."""
WIDTH: Final = 1.36
"""Of the picture, in weeks drawn: beside them there is room for the names of the lines."""
APART: Final = 0.075
"""How far apart the words at the ends of lines are, in heights of the picture."""


def weeks(
    bought: Mapping[str, npt.ArrayLike], until: int, end: int = 78, lang: str = SPOKEN
) -> Picture:
    """Draw purchases added up week by week, one line a forecast, beside what was bought.

    Parameters
    ----------
    bought : name of the line -> purchases in each week. One line to four; a line may end early.
    until : the last week that was known to whoever made the forecasts. What no line tells after it
        lies under a lid.
    end : the last week of the picture.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the sums by week. Raises ValueError for no line, for more
    than four, for a line without a week or with more than `end`, and for `until` beyond `end`.

    >>> picture = weeks({"bought": [5, 3, 2]}, until=3, end=6, lang="en")
    >>> picture.alt
    'Purchases added up by week. After week 3: Bought 10.'
    """
    lang = language(lang)
    if not 1 <= len(bought) <= MOST:
        raise ValueError(f"weeks of {len(bought)} lines: can draw 1 to {MOST}")
    if not 1 <= until <= end:
        raise ValueError(f"until = {until}: must be a week from 1 to end = {end}")
    sums = {name: np.cumsum(np.asarray(line, float)) for name, line in bought.items()}
    for name, line in sums.items():
        if not 1 <= len(line) <= end:
            raise ValueError(f"weeks: {name!r} has {len(line)} weeks; can draw 1 to {end}")
    with style():
        figure = Figure(figsize=(11.5, 4.8))
        axes = figure.subplots()
        _draw(axes, sums, until, end, lang)
    frame = pd.DataFrame({name: pd.Series(line) for name, line in sums.items()})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="week")
    return Picture(figure, _alt(sums, until, end, lang), frame, lang)


def _draw(axes: Axes, sums: Mapping[str, Any], until: int, end: int, lang: str) -> None:
    top = 1.08 * max(_in_the_end(line, until, end) for line in sums.values())
    for at, (name, line) in enumerate(sums.items()):
        axes.plot(
            np.arange(1, len(line) + 1), line, PATTERNS[at], lw=3.5, label=word(name, lang),
            color=COLOURS[at],
        )  # fmt: skip
    if max(len(line) for line in sums.values()) <= until:
        axes.axvspan(until, end, fc=FAINT, hatch="/", ec="white", lw=0)
        middle, box = (until + end) / 2, {"fc": "white", "ec": "none", "pad": 5}
        words = text("weeks.lid", lang)
        axes.text(middle, 0.2 * top, words, ha="center", va="center", color=QUIET, bbox=box)
    axes.axvline(until, color=QUIET, lw=1.5, ls=":")
    _name_the_ends(axes, sums, top, lang)
    axes.set_xlim(0, WIDTH * end)
    axes.set_xticks(range(0, end + 1, 13))
    axes.set_ylim(0, top)
    axes.set_xlabel(text("weeks.week", lang), x=0.5 / WIDTH)
    axes.set_ylabel(text("weeks.sum", lang))


def _in_the_end(line: Any, until: int, end: int) -> float:
    """How high a line may come; one that ends at the lid leaves room to go on as before."""
    return float(line[-1]) * (end / until if len(line) <= until else 1.0)


def _name_the_ends(axes: Axes, sums: Mapping[str, Any], top: float, lang: str) -> None:
    """Each line's name and sum stand at its end; those that would touch are moved apart."""
    highest = 1.0
    for name in sorted(sums, key=lambda name: -float(sums[name][-1])):
        line, place = sums[name], list(sums).index(name)
        height = min(line[-1] / top, highest)
        highest = height - APART
        words = f"{word(name, lang)} {number(line[-1], lang)}"
        axes.text(
            len(line) + 1, height * top, words, color=COLOURS[place], va="center", weight="bold",
            bbox={"fc": "white", "ec": "none", "pad": 1.5},
        )  # fmt: skip


def _alt(sums: Mapping[str, Any], until: int, end: int, lang: str) -> str:
    """The finding: how much each line had come to, at the lid and in the end."""
    told = [text("weeks.alt", lang)]
    for week in sorted({until, max(len(line) for line in sums.values())}):
        parts = [
            f"{word(name, lang)} {number(line[week - 1], lang)}"
            for name, line in sums.items()
            if len(line) >= week
        ]
        if parts:
            told.append(text("weeks.after", lang).format(week=week, parts="; ".join(parts)))
    return " ".join(told)
