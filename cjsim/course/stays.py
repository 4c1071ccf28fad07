"""What people of a process of one's own did: who had gone on and who had left, day by day.

    stays({"two_clocks": [(41.3, True), (7.9, False), ...]})

One panel a crowd, on the same days: the stairs from below are those who have stepped on, those from
above are those who have left, and between them stand those who are still there. Where the two meet
at the right edge, the share that is lost can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT
from cjsim.course.tables import word
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import counted, per_cent

STEPPED_ON, LEFT = COLOURS[0], COLOURS[1]
MOST = 4
"""Crowds side by side that a projector can show apart."""
NEARLY_ALL = 0.99
"""The days end where so many of the slowest crowd have decided."""
DAYS = 200
"""Points of a curve."""

Decided = tuple[float, bool]


def stays(crowds: Mapping[str, Sequence[Decided]], lang: str = SPOKEN) -> Picture:
    """Draw crowds side by side: who has stepped on, who has left, and when.

    Parameters
    ----------
    crowds : name of the crowd -> a pair for each of its people: days until they decided, and
        whether they stepped on. One crowd to four.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`. Raises ValueError for no crowd, for more than four, and for a crowd
    without people.

    >>> stays({"two_clocks": [(1.0, True), (2.0, False)]}, "en").alt.partition(": ")[2]
    'Two clocks 50% (mean stay 1.5 days).'
    """
    lang = language(lang)
    if not 1 <= len(crowds) <= MOST:
        raise ValueError(f"stays of {len(crowds)} crowds: can draw 1 to {MOST}")
    if empty := [name for name, decided in crowds.items() if len(decided) == 0]:
        raise ValueError(f"stays: nobody has decided in {empty[0]!r}")
    days = {name: np.array([day for day, _ in crowd]) for name, crowd in crowds.items()}
    edge = max(float(np.quantile(of_crowd, NEARLY_ALL)) for of_crowd in days.values())
    at = np.linspace(0.0, edge, DAYS)
    curves = {name: _shares_by(at, crowd) for name, crowd in crowds.items()}
    with style():
        figure = Figure(figsize=(11.5, 4.4))
        panels = figure.subplots(1, len(crowds), sharey=True, squeeze=False)[0]
        for axes, (name, crowd) in zip(panels, crowds.items(), strict=True):
            _draw(axes, at, curves[name], _lost(crowd), lang)
            axes.set_title(word(name, lang), fontsize=16)
        panels[0].set_ylabel(text("chart.share_of_people", lang))
        panels[len(panels) // 2].set_xlabel(text("stays.days", lang))
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=2)
    data = pd.concat({name: curve.set_index("day") for name, curve in curves.items()})
    return Picture(figure, _alt(crowds, lang), data.rename_axis(["crowd", "day"]), lang)


def _shares_by(at: Any, crowd: Sequence[Decided]) -> pd.DataFrame:
    """Shares of the crowd that have stepped on, and that have left, by each of the days."""
    shares = {"day": at}
    for column, wanted in (("stepped_on", True), ("left", False)):
        when = np.sort([day for day, stepped_on in crowd if stepped_on == wanted])
        shares[column] = np.searchsorted(when, at, "right") / len(crowd)
    return pd.DataFrame(shares)


def _lost(crowd: Sequence[Decided]) -> float:
    return 1.0 - sum(stepped_on for _, stepped_on in crowd) / len(crowd)


def _draw(axes: Axes, at: Any, curve: pd.DataFrame, lost: float, lang: str) -> None:
    """One crowd: from below who stepped on, from above who left; the loss stands in its part."""
    on, left = curve["stepped_on"].to_numpy(), curve["left"].to_numpy()
    axes.fill_between(
        at, 0.0, on, step="post", color=STEPPED_ON, lw=0, label=text("stays.stepped_on", lang)
    )
    axes.fill_between(
        at, 1.0 - left, 1.0, step="post", fc=LEFT, hatch="//", ec="white", lw=0,
        label=text("stays.left", lang),
    )  # fmt: skip
    axes.set_xlim(0, at[-1])
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _: per_cent(share, lang))
    axes.grid(True, color=FAINT)
    axes.set_axisbelow(True)
    box = {"fc": "white", "ec": "none", "alpha": 0.9, "pad": 2.5}
    words = text("stays.lost", lang).format(share=per_cent(lost, lang))
    axes.text(0.97 * at[-1], 1.0 - lost / 2, words, ha="right", va="center", bbox=box)


def _alt(crowds: Mapping[str, Sequence[Decided]], lang: str) -> str:
    """The finding: of each crowd, which share is lost, and how long its people stayed."""
    parts = [
        text("stays.part", lang).format(
            crowd=word(name, lang), share=per_cent(_lost(crowd), lang),
            days=counted("days", float(np.mean([day for day, _ in crowd])), lang, 1),
        )
        for name, crowd in crowds.items()
    ]  # fmt: skip
    return text("stays.alt", lang).format(parts="; ".join(parts))
