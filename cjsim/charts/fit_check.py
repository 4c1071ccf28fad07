"""Does the fit look like the log? Counts and stays, the repeat curve, money by month."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.inference.figures import MONTH, in_words
from cjsim.inference.result import Fit
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("fitted", "held_out")
"""Up to `until`, and the days after it."""
NAME_LETTERS = 26
MOST_NAMED = 3
"""So many figures outside of their interval are named in the alt text."""


def fit_check(found: Fit, lang: str = SPOKEN) -> Picture:
    """What was and what the fit has: counts and stays, who buys again by when, money by month.

    Bands and bars hold 90 % of the fit's worlds, dots are the log. What was held out stands beside
    it, in another colour: the fit has not seen it.

    Parameters
    ----------
    found : what `cjsim.fit` returns.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the rows of `Fit.check` and `Fit.holdout`, with their part.
    Raises TypeError for what is no fit.

    >>> import cjsim
    >>> from cjsim import charts
    >>> opened = "touchpoints.mail_offer.opened"
    >>> firm = cjsim.Scenario.load("phone", strategy="guide").with_changes({"horizon_days": 365})
    >>> log = cjsim.simulate(firm, people=200)
    >>> found = cjsim.fit(firm, log, free={opened: (0.05, 0.95)}, people=200)
    >>> charts.fit_check(found).alt.partition(":")[0]
    'Figures up to day 365 within their 90 % interval'
    """
    import pandas as pd

    wanted_kind(found, Fit)
    tables = {"fitted": found.check()}
    if found.holdout is not None:
        tables["held_out"] = found.holdout
    data = pd.concat(tables, names=["part"])
    told = data[data["median"].notna()]
    with style():
        figure = Figure(figsize=(13.5, 7.0))
        grid = figure.add_gridspec(2, 2, width_ratios=[3, 4])
        _ratios(figure.add_subplot(grid[:, 0]), told, lang)
        _again(figure.add_subplot(grid[0, 1]), told, lang)
        _money(figure.add_subplot(grid[1, 1]), told, found, lang)
        figure.supxlabel(fill(text("fit.chart.note", lang), 110), fontsize=SMALL, color=QUIET)
    return Picture(figure, _alt(found, told, lang), data, lang)


def _of(told: pd.DataFrame, part: str, *kinds: str) -> pd.DataFrame:
    """The rows of a part whose figures are of these kinds."""
    if part not in told.index.get_level_values("part"):
        return told.iloc[:0].droplevel("part")
    rows = told.loc[part]
    return rows[[str(name).partition(".")[0] in kinds for name in rows.index]]


def _ratios(axes: Axes, told: pd.DataFrame, lang: str) -> None:
    """Counts, days and all money, each as a part of what the fit expects."""
    names: list[str] = []
    for part, colour, shift in zip(PARTS, (COLOURS[0], COLOURS[1]), (-0.14, 0.14), strict=True):
        rows = _of(told, part, "people", "count", "days", "money")
        rows = rows[(rows["median"] > 0) & ~rows.index.str.startswith("money.")]
        for name, row in rows.iterrows():
            if name not in names:
                names.append(str(name))
            at = names.index(str(name)) + shift
            low, high, actual = (100 * row[c] / row["median"] for c in ("low", "high", "actual"))
            axes.plot([low, high], [at, at], color=colour, lw=7, alpha=0.45, solid_capstyle="butt")
            axes.plot(actual, at, "o", color=colour, mec="black", markersize=9)
    axes.axvline(100, color="black", lw=1.2)
    axes.set_yticks(range(len(names)), [fill(in_words(n, lang), NAME_LETTERS) for n in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_title(text("fit.chart.ratios", lang), fontsize=15)


def _again(axes: Axes, told: pd.DataFrame, lang: str) -> None:
    """The share that bought again within so many days of the first deal."""
    for part, colour in zip(PARTS, COLOURS, strict=False):
        rows = _of(told, part, "again")
        if len(rows):
            days = np.array([float(str(name).partition(".")[2]) for name in rows.index])
            _band(axes, days, 100 * rows, colour)
    axes.set_ylim(bottom=0)
    axes.set_title(text("fit.chart.again", lang), fontsize=15)
    axes.set_xlabel(text("fit.chart.days", lang), fontsize=SMALL)


def _money(axes: Axes, told: pd.DataFrame, found: Fit, lang: str) -> None:
    """Money by month, from day 0 to the end of the log."""
    start = 0.0
    for part, colour in zip(PARTS, COLOURS, strict=False):
        rows = _of(told, part, "money").drop("money", errors="ignore")
        if len(rows):
            month = np.array([int(str(name).partition(".")[2]) for name in rows.index])
            _band(axes, start + month - 0.5, rows / 1000, colour)
        start = found.lens.days / MONTH
    if found.holdout is not None:
        axes.axvline(start, color=QUIET, ls="--", lw=1.5)
    axes.set_ylim(bottom=0)
    title = text("fit.chart.money", lang).format(money=found.before.money)
    axes.set_title(title, fontsize=15)
    axes.set_xlabel(text("fit.chart.months", lang), fontsize=SMALL)


def _band(axes: Axes, at: np.ndarray, rows: pd.DataFrame, colour: str) -> None:
    low, high = (rows[name].to_numpy(float) for name in ("low", "high"))
    axes.fill_between(at, low, high, color=colour, alpha=0.3, lw=0)
    axes.plot(at, rows["median"], color=colour, lw=1.5)
    axes.plot(at, rows["actual"], "o", color=colour, mec="black", markersize=8)
    axes.grid(True, axis="both")
    axes.set_axisbelow(True)


def _alt(found: Fit, told: pd.DataFrame, lang: str) -> str:
    """How many figures lie in their interval, and which do not."""
    ends = {"fitted": found.lens.days, "held_out": float(found.before.horizon_days)}
    sentences = []
    for part in told.index.get_level_values("part").unique():
        rows = told.loc[part]
        outside = [in_words(str(name), lang) for name in rows.index[~rows["inside"].astype(bool)]]
        words = text(f"fit.chart.alt_{part}", lang).format(
            until=number(ends[part], lang), inside=len(rows) - len(outside), all=len(rows)
        )
        if outside:
            named = ", ".join(f"“{name}”" if lang == "en" else f"«{name}»"
                              for name in outside[:MOST_NAMED])  # fmt: skip
            words += " " + text("fit.chart.outside", lang).format(names=named)
        sentences.append(words)
    return " ".join(sentences)
