"""Person by person: who is won by a scenario, who would have come anyway, who is driven away."""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import spread_out, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison

SHADES = {
    "both": "#8f8b80",
    "only_with": "#0b776a",
    "only_without": "#76389a",
    "neither": "#ddd",
}
HATCH = {"only_with": "//", "only_without": "xx"}
WIDE_ENOUGH = 0.085
"""Of the width, a part with room for its number; narrower ones have it above the bar."""
WIDTH = 0.105
"""Of a number above the bar, with room beside it, of the width."""
ROOM = 1.3
"""How much wider than those who buy at all is drawn; the rest would all be of those who do not."""
NAME_LETTERS = 24
"""Of a scenario's name in one line at the left."""
TITLE_LETTERS = 66
"""Of the title in one line, less those at the left."""


def uplift(comparison: Comparison, lang: str = SPOKEN, *, edge: float = 0.0) -> Picture:
    """The uplift quadrants: one bar of people for each scenario but the first.

    Each part is a share of all people: first deal both ways, only with the scenario, only without
    it (under the first scenario), or neither way. Where those are most, their part is cut off at
    the right edge and an arrow says how many they are.

    Parameters
    ----------
    comparison : a `Comparison` of two scenarios or more.
    lang : "en", "ru", or what `cjsim.speak` has set.
    edge : the least share of people, 0..1, at which the right edge stands; a panel keeps it there.

    Returns the `Picture`; its data are `Comparison.uplift`. Raises ValueError for a single
    scenario, TypeError for what is no comparison.

    >>> import cjsim
    >>> from cjsim import charts
    >>> guide = cjsim.Scenario.load("phone", "guide")
    >>> market = cjsim.compare(["phone", guide], 50, runs=2, executor="here")
    >>> charts.uplift(market).alt.split(": ")[1].partition(" [")[0]
    'Guide wins 5.3%'
    """
    from cjsim.experiment.compare import Comparison

    wanted_kind(comparison, Comparison)
    data = comparison.uplift()
    names = list(comparison.scenarios)[1:]
    words = [fill(comparison.named(name, lang), NAME_LETTERS) for name in names]
    letters = max(len(line) for name in words for line in name.split("\n"))
    head = text("uplift.title", lang).format(first=comparison.named(comparison.first, lang))
    head = fill(head, TITLE_LETTERS - letters)
    bought = 1.0 - data["share"].xs("neither", level="quadrant")
    width = min(1.0, max(edge, ROOM * max(float(bought.max()), 0.01)))
    with style():
        figure = Figure(figsize=(10, 2.4 + 1.1 * len(names) + 0.3 * head.count("\n")))
        axes = figure.subplots()
        for row, name in enumerate(names):
            left = 0.0
            for key in SHADES:
                share = data.loc[(name, key), "share"]
                label = text(f"uplift.{key}", lang) if row == 0 else None
                end = max(left, min(width, left + share))
                axes.barh(
                    row, end - left, 0.6, left, color=SHADES[key], hatch=HATCH.get(key),
                    label=label, edgecolor="white",
                )  # fmt: skip
                left += share
            _write_shares(axes, data.loc[name, "share"], row, width, lang)
        axes.set_yticks(range(len(names)), words)
        axes.set_ylim(len(names) - 0.5, -0.75)
        axes.set_xlim(0, width)
        fine = 1 if width < 0.1 else 0
        axes.xaxis.set_major_formatter(lambda share, _: per_cent(share, lang, fine))
        axes.set_xlabel(text("chart.share_of_people", lang))
        axes.set_title(head)
        figure.legend(loc="outside lower center", ncols=2)
    return Picture(figure, _alt(comparison, lang), data, lang)


def _write_shares(axes: Axes, shares: pd.Series[float], row: int, width: float, lang: str) -> None:
    """The number of each part: in it, or above the bar where it is narrow, clear of the others."""
    number_width = WIDTH * width
    narrow_shares = []
    wanted_places = []
    left = 0.0
    for key in SHADES:
        share = shares[key]
        words = per_cent(share, lang, 1)
        # the two in the middle stand back to back, the first as far to the left as there is room
        wanted = {"both": -1.0, "only_with": left + share - number_width / 2}
        wanted_place = wanted.get(key, left + number_width / 2)
        if key == "neither" and left + share > width:
            axes.text(width, row, f"{words} → ", ha="right", va="center")
        elif share >= WIDE_ENOUGH * width:
            box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5}
            axes.text(left + share / 2, row, words, ha="center", va="center", bbox=box)
        elif key == "neither":
            axes.text(left + share, row, f" {words}", ha="left", va="center")
        else:
            narrow_shares.append(share)
            wanted_places.append(wanted_place)
        left += share
    places = spread_out(wanted_places, number_width, number_width / 2, width - number_width / 2)
    for share, place in zip(narrow_shares, places, strict=True):
        axes.text(place, row - 0.34, per_cent(share, lang, 1), ha="center", va="bottom")


def _alt(comparison: Comparison, lang: str) -> str:
    """The finding: how many are won and how many are lost, with intervals."""
    data = comparison.uplift()
    clauses = []
    for name in list(comparison.scenarios)[1:]:
        shares = {}
        for key in ("only_with", "only_without"):
            row = data.loc[(name, key)]
            low, high = max(0.0, row["low"]), row["high"]
            shares[key] = per_cent(row["share"], lang, 1)
            if math.isfinite(high):  # a single run has no interval
                shares[key] += f" [{per_cent(low, lang, 1)} .. {per_cent(high, lang, 1)}]"
        clauses.append(
            text("uplift.alt_part", lang).format(name=comparison.named(name, lang), **shares)
        )
    first = comparison.named(comparison.first, lang)
    return text("uplift.alt", lang).format(first=first, parts="; ".join(clauses))
