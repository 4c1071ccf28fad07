"""What several charts share: words for stages, labels that keep apart, cells with numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.image import AxesImage

from cjsim.journey import TWELVE, Lens, Stage
from cjsim.labels import text
from cjsim.scenario import TABLES, Scenario
from cjsim.scenario.words import meaning, touchpoint_title

SMALL = 13
"""The smallest words in a picture."""
MAKERS = {
    "ABTest": "ab_test",
    "Attribution": "observe.attribute",
    "Log": "data.read",
    "LossCurve": "observe.loss_curve",
    "ExpertCurve": "observe.expert_curve",
    "Dwell": "observe.dwell",
    "Fit": "fit",
    "Run": "simulate",
    "Comparison": "compare",
    "Doubt": "compare",
    "Sweep": "sweep",
    "Tornado": "tornado",
    "WeakPoint": "weak_point",
    "Optimum": "optimise",
    "TouchpointTruth": "touchpoint_truth",
    "Judged": "observe.beliefs",
}
"""What can be drawn, and the function of `cjsim` that makes it."""
CHARTS_OF = {
    "ABTest": "ab_test",
    "Attribution": "attribution",
    "Log": "cohorts, path_variants, retention, timeline",
    "LossCurve": "record_loss",
    "ExpertCurve": "expert_curve",
    "Dwell": "dwell",
    "Fit": "fit_check",
    "Run": "cohorts, contact_map, journey_map, occupancy, path_variants, retention, step_matrix, "
    "story, timeline, waterfall",
    "Comparison": "doubt, funnel, paired, uplift, waterfall",
    "Doubt": "doubt",
    "Sweep": "phase_map, profile",
    "Tornado": "tornado",
    "WeakPoint": "weak_point",
    "Optimum": "optimum",
    "TouchpointTruth": "touchpoints",
    "Judged": "confusion_map, reliability",
}
"""Which charts draw it."""


def wanted_kind(given: object, *kinds: type) -> None:
    """Raise TypeError, in words, where a chart is given none of the kinds of thing it draws.

    Parameters
    ----------
    given : what the chart was called with.
    kinds : what it draws, for example `Run`; what is drawn by other charts is told which.
    """
    if isinstance(given, kinds):
        return
    names = [kind.__name__ for kind in kinds]
    makers = " or ".join(f"cjsim.{MAKERS[name]}" for name in names)
    given_kind = type(given).__name__
    others = ""
    kinds_of_it = (kind.__name__ for kind in type(given).__mro__)  # a WhatIf is a Comparison
    if known := next((kind for kind in kinds_of_it if kind in CHARTS_OF), None):
        others = f". {given_kind} is drawn by: {CHARTS_OF[known]}"
        if known == "Log":
            others += "; it has only who did what when, no stages and no costs"
    raise TypeError(
        f"this chart draws what {makers} returns ({' or '.join(names)}), not {given_kind}{others}"
    )


def stage_word(stage: int, lang: str, numbered: bool = False) -> str:
    """A stage's name; `numbered` puts the number before each of the twelve."""
    the_stage = Stage(stage)
    word = text(f"stage.{the_stage.key}.label", lang)
    return f"{int(the_stage)}  {word}" if numbered and the_stage in TWELVE else word


def key_words(key: str, lang: str, letters: int = 80) -> str:
    """What a dotted key means and its unit, the key itself below; that alone where nobody says.

    >>> print(key_words("guide.accuracy", "en"))
    Chance to see the true stage [0..1]
    guide.accuracy
    """
    table, _, name = key.rpartition(".")
    first = table.partition(".")[0]
    if not table:
        table = "scenario"
    elif table.startswith("market.segments"):
        table = "market.segments"
    else:
        table = first if first in TABLES else "strategies"  # a strategy's may leave that word out
    try:
        return f"{fill(meaning(table, name, lang), letters)}\n{key}"
    except ValueError:  # such as the intensity of a touchpoint
        return key


def touchpoint_words(scenario: Scenario, names: Iterable[str], lang: str) -> list[str]:
    """The titles of touchpoints; the name where somebody gave none."""
    titles = {name: touchpoint.title for name, touchpoint in scenario.touchpoints.items()}
    return [touchpoint_title(name, titles[name], lang) or name for name in names]


def step_words(lens: Lens, lang: str) -> list[str]:
    """The names of a lens's steps; those of our own map are numbered."""
    if lens.name == "twelve":
        return [stage_word(stage, lang, numbered=True) for stage in Stage]
    return [text(key, lang) for key in lens.label_keys]


def spread_out(at: Sequence[float], gap: float, low: float, high: float) -> npt.NDArray[np.float64]:
    """Places near `at`, in the same order, at least `gap` apart and within low..high if they fit.

    What is too close is shared out evenly, so that a label is as near its line as can be.
    """
    wanted = np.asarray(at, float)
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[float]] = []  # sum of (wanted - own offset), labels
    for place in wanted[order]:
        blocks.append([place, 1])
        while len(blocks) > 1:
            (total, size), (above, more) = blocks[-2:]
            if total / size + gap * size <= above / more:
                break
            blocks[-2:] = [[total + above - gap * size * more, size + more]]
    placed = np.concatenate(
        [total / size + gap * np.arange(size) for total, size in blocks] or [np.empty(0)]
    )
    placed = np.minimum(placed, high - gap * np.arange(len(placed))[::-1])
    placed = np.maximum(placed, low + gap * np.arange(len(placed)))
    places = np.empty(len(placed))
    places[order] = placed
    return places


def cells(
    axes: Axes,
    table: npt.NDArray[Any],
    norm: Normalize,
    word: Callable[[int, int], str],
    cmap: str = "Greys",
    fontsize: float = SMALL,
) -> AxesImage:
    """A table as coloured cells with a word in each; NaN is an empty cell."""
    colours: Colormap = colormaps[cmap].with_extremes(bad="white")
    image = axes.imshow(table, cmap=colours, norm=norm, aspect="auto")
    for row, column in zip(*np.nonzero(np.isfinite(table)), strict=True):
        words = word(int(row), int(column))
        if words:
            red, green, blue, _ = colours(norm(table[row, column]))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
            axes.text(
                column, row, words, ha="center", va="center", fontsize=fontsize,
                color="white" if dark else "black",
            )  # fmt: skip
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return image


def share_table(
    axes: Axes, shares: npt.NDArray[Any], rows: Sequence[str], columns: Sequence[str]
) -> None:
    """Shares in per cent as cells in a grid, the columns' names above; none is an empty cell."""

    def per_cent(row: int, column: int) -> str:
        share = shares[row, column]
        return "<1" if share < 0.5 else f"{share:.0f}"

    cells(axes, np.where(shares > 0, shares, np.nan), Normalize(0, 100), per_cent)
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(True, which="minor", axis="both")
    axes.tick_params(which="minor", length=0)
