"""What a firm finds by an experiment, beside what is true; and how many people it takes."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.ab_test import PER, ABTest
from cjsim.labels import SPOKEN, text

MOST = 30
"""Worlds that are drawn; more would be a hatching."""
POINTS = 60


def ab_test(result: ABTest, lang: str = SPOKEN) -> Picture:
    """Left, the interval of each world and its truth; right, the power by the number of people.

    Intervals that miss the truth of their world have another colour.

    Parameters
    ----------
    result : an `ABTest`, what `cjsim.ab_test` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per world that is drawn. Raises TypeError for what is
    no such experiment.

    >>> import cjsim
    >>> from cjsim import charts
    >>> found = cjsim.ab_test(
    ...     "phone", "guide", "nothing", days=60, people=200, runs=2, executor="here"
    ... )
    >>> charts.ab_test(found).alt.partition(".")[0]
    'People by lot: 200 people, 60 days'
    """
    wanted_kind(result, ABTest)
    worlds = result.worlds.loc["all"].iloc[:MOST]
    by_turns = result.trial.design == "switchback"
    with style():
        figure = Figure(figsize=(7.0 if by_turns else 11.0, 5.2))
        grid = figure.subplots(1, 1 if by_turns else 2, squeeze=False)
        left, *right = grid[0]
        _intervals(left, result, lang)
        left.set_title(text("ab_test.title", lang), fontsize=12)
        left.set_xlabel(result.unit(lang), fontsize=SMALL)
        if right:
            _power(right[0], result, lang)
        figure.legend(loc="outside upper left", ncols=2, fontsize=SMALL)
    return Picture(figure, result.says(lang), worlds, lang)


def _intervals(axes: Axes, result: ABTest, lang: str) -> None:
    worlds = result.worlds.loc["all"].iloc[:MOST]
    at = np.arange(len(worlds), 0, -1)
    low, high, truth = (PER * worlds[name].to_numpy() for name in ("low", "high", "truth"))
    holds = (low <= truth) & (truth <= high)
    for is_so, colour, name in ((holds, COLOURS[0], "interval"), (~holds, COLOURS[1], "missed")):
        if is_so.any():
            label = text(f"ab_test.{name}", lang)
            axes.hlines(at[is_so], low[is_so], high[is_so], color=colour, lw=3, label=label)
            axes.plot(PER * worlds["estimate"].to_numpy()[is_so], at[is_so], "o", color=colour)
    axes.plot(truth, at, "|", color="black", ms=12, mew=2, label=text("ab_test.true_line", lang))
    axes.axvline(0.0, color=QUIET, lw=1)
    axes.set_yticks([])
    axes.set_ylabel(text("ab_test.worlds", lang))


def _power(axes: Axes, result: ABTest, lang: str) -> None:
    plan = result.plan
    most = max(plan["size"], plan["size_needed"]) * 1.3
    sizes = np.linspace(most / POINTS, most, POINTS)
    chances = [result.power_with(math.ceil(size)) for size in sizes]
    axes.plot(sizes, 100 * np.array(chances), color=COLOURS[0])
    axes.axvline(plan["size"], color=QUIET, ls="--", lw=1.5)
    axes.plot([plan["size_needed"]], [80], "o", color=COLOURS[0], ms=9)
    axes.set_ylim(0, 102)
    axes.set_title(text("ab_test.power_axis", lang) + ", %", fontsize=12)
    axes.set_xlabel(text("ab_test.size_axis", lang), fontsize=SMALL)
    axes.grid(True, axis="both")
