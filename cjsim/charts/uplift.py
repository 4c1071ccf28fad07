"""Person by person: who is won by a scenario, who would have come anyway, who is driven away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.labels import SPOKEN, text, title

if TYPE_CHECKING:
    from cjsim.experiment.compare import Comparison

SHADES = {
    "both": COLOURS[0],
    "only_with": COLOURS[1],
    "only_without": COLOURS[2],
    "neither": "#ddd",
}
HATCH = {"only_with": "//", "only_without": "xx"}
WIDE_ENOUGH = 0.04
"""A part with room for its number; narrower ones have it above the bar."""


def uplift(comparison: Comparison, lang: str = SPOKEN) -> Picture:
    """The uplift quadrants: one bar of all people for each scenario but the first.

    Each part is a share of the people: first deal both ways, only with the scenario, only without
    it (under the first scenario), or neither way.
    """
    data = comparison.uplift()
    names = list(comparison.scenarios)[1:]
    with style():
        figure = Figure(figsize=(10, 2.1 + 1.1 * len(names)))
        axes = figure.subplots()
        for row, name in enumerate(names):
            left = 0.0
            for key in SHADES:
                share = data.loc[(name, key), "share"]
                label = text(f"uplift.{key}", lang) if row == 0 else None
                axes.barh(
                    row, share, 0.6, left, color=SHADES[key], hatch=HATCH.get(key), label=label,
                    edgecolor="white",
                )  # fmt: skip
                _write_share(axes, key, share, left, row)
                left += share
        axes.set_yticks(range(len(names)), [title(name, lang) for name in names])
        axes.set_ylim(len(names) - 0.5, -0.75)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter("{x:.0%}")
        axes.set_xlabel(text("chart.share_of_people", lang))
        first = title(comparison.first, lang)
        axes.set_title(text("uplift.title", lang).format(first=first))
        figure.legend(loc="outside lower center", ncols=2)
    return Picture(figure, _alt(comparison, lang), data)


def _write_share(axes: Axes, key: str, share: float, left: float, row: int) -> None:
    """The number of a part: in it, or beside it, where narrow neighbours stay clear of another."""
    if share >= WIDE_ENOUGH:
        box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5}
        axes.text(left + share / 2, row, f"{share:.1%}", ha="center", va="center", bbox=box)
    elif key == "only_with":
        axes.text(left + share, row - 0.34, f"{share:.1%} ", ha="right", va="bottom")
    elif key == "neither":
        axes.text(left + share, row, f" {share:.1%}", ha="left", va="center")
    else:
        axes.text(left, row - 0.34, f" {share:.1%}", ha="left", va="bottom")


def _alt(comparison: Comparison, lang: str) -> str:
    """The finding: how many are won and how many are lost, with intervals."""
    data = comparison.uplift()
    parts = []
    for name in list(comparison.scenarios)[1:]:
        shares = {}
        for key in ("only_with", "only_without"):
            row = data.loc[(name, key)]
            low, high = max(0.0, row["low"]), row["high"]
            shares[key] = f"{row['share']:.1%}"
            if math.isfinite(high):  # a single run has no interval
                shares[key] += f" [{low:.1%} .. {high:.1%}]"
        parts.append(text("uplift.alt_part", lang).format(name=title(name, lang), **shares))
    first = title(comparison.first, lang)
    return text("uplift.alt", lang).format(first=first, parts="; ".join(parts))
