"""What charts of ranked bars have in common: bars with whiskers, numbers in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from cjsim.experiment.tornado import Tornado
from cjsim.experiment.weak_point import WeakPoint
from cjsim.labels import text
from cjsim.labels.numbers import digits_for, number
from cjsim.measures.summary import UNITS

if TYPE_CHECKING:
    import pandas as pd


def bars(axes: Axes, at: Any, data: pd.DataFrame, column: str, height: float, **looks: Any) -> None:
    """Bars of one column with the whiskers of its interval; what is missing is not drawn."""
    values = data[column].to_numpy()
    axes.barh(at, np.nan_to_num(values), height, **looks)
    low, high = data[f"{column}_low"].to_numpy(), data[f"{column}_high"].to_numpy()
    has_interval = ~np.isnan(low)
    ends = [(values - low)[has_interval], (high - values)[has_interval]]
    axes.errorbar(
        values[has_interval], np.asarray(at)[has_interval], xerr=ends, fmt="none",
        ecolor="black", lw=1.2, capsize=3,
    )  # fmt: skip


def finish(axes: Axes, rows: int) -> None:
    """The first row on top, a line at zero."""
    axes.axvline(0, color="black", lw=1)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.set_axisbelow(True)


def annotate(axes: Axes, row: int, words: str) -> None:
    axes.annotate(
        words, (0, row), (4, 0), textcoords="offset points", va="center", fontsize=12,
        color="#555555",
    )  # fmt: skip


def legend(
    figure: Figure, axes: Axes, named: list[Any], result: Tornado | WeakPoint, lang: str
) -> None:
    """The names of these artists, and what the whiskers are, if there are any."""
    for whiskers in axes.containers:
        if isinstance(whiskers, ErrorbarContainer) and whiskers.lines[2][0].get_segments():
            whiskers.set_label(text("chart.interval", lang).format(level=level_words(result)))
            named = [*named, whiskers]
            break
    figure.legend(handles=named, loc="outside upper right", ncols=max(1, len(named)))


def measure_words(result: Tornado | WeakPoint, lang: str) -> dict[str, str]:
    """The measure and its unit in words; money by its name."""
    unit = text(f"unit.{UNITS[result.measure]}", lang)
    unit = unit.replace(text("unit.money", lang), result.scenario.money)
    return {"measure": text(f"measure.{result.measure}", lang), "unit": unit}


def level_words(result: Tornado | WeakPoint) -> str:
    """The coverage of its intervals, in per cent."""
    return f"{100 * result.confidence:g}"


def interval_words(result: Tornado | WeakPoint, row: Any, column: str, lang: str) -> str:
    """A number of a result's table and its interval in words."""
    value, low, high = (row[f"{column}{end}"] for end in ("", "_low", "_high"))
    key = "one_run" if math.isnan(low) else "interval"
    return text(f"ranking.{key}", lang).format(
        value=number_words(value, lang),
        low=number_words(low, lang),
        high=number_words(high, lang),
        level=level_words(result),
    )


def number_words(value: float, lang: str) -> str:
    """Three digits that count, with a sign."""
    return number(value, lang, digits_for(value), signed=True)
