"""What each touchpoint really brings: its fair share, what its closing costs, what comes back."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from cjsim.charts.parts import SMALL, touchpoint_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, QUIET
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.experiment.result import amount, in_per_cent, with_interval
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, number
from cjsim.measures.summary import in_words

if TYPE_CHECKING:
    import pandas as pd

NAME_LETTERS = 26
"""Of a touchpoint's title in one line at the left."""
FAR = 4.0
"""Returns are drawn up to so many times their median, or times 1, and told beyond."""


def touchpoints(
    result: TouchpointTruth, lang: str = SPOKEN, *, measure: str | None = None
) -> Picture:
    """Each touchpoint's fair share of a measure, and what is lost if it alone is closed.

    The best on top; whiskers are intervals over the runs. Where "margin" and "costs" were asked
    for, a second panel says what comes back for each unit of money that a touchpoint costs.

    Parameters
    ----------
    result : a `TouchpointTruth`, what `cjsim.touchpoint_truth` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.
    measure : one of those that were asked for; the first when not given.

    Returns the `Picture`; its data have a row per touchpoint: share and closing, each with low and
    high [units of the measure], and with the second panel back. Raises ValueError for another
    measure, TypeError for what is no such truth.

    >>> import cjsim
    >>> from cjsim import charts
    >>> found = cjsim.touchpoint_truth(
    ...     "phone", ["outdoor", "site"], measures="deals", people=50, runs=2, executor="here"
    ... )
    >>> charts.touchpoints(found).alt.partition(" [")[0]
    'Deals: together the touchpoints bring +13.0'
    """
    wanted_kind(result, TouchpointTruth)
    measure = str(next(iter(result.runs))) if measure is None else measure
    data = _data(result, measure)
    names = touchpoint_words(result.scenario, data.index, lang)
    with_returns = "back" in data
    with style():
        figure = Figure(figsize=(15.5 if with_returns else 12, 3 + 0.7 * len(data)))
        panels = figure.subplots(
            1, 1 + with_returns, sharey=True, squeeze=False,
            width_ratios=(3, 2)[: 1 + with_returns],
        ).ravel()  # fmt: skip
        _draw_shares(panels[0], data, result, lang)
        panels[0].set_title(text("touchpoints.title", lang))
        panels[0].set_xlabel(in_words(measure, result.scenario.money, lang))
        if with_returns:
            _draw_returns(panels[1], data, lang)
            panels[1].set_title(text("touchpoints.back_title", lang))
            money = result.scenario.money
            panels[1].set_xlabel(text("touchpoints.back_axis", lang).format(money=money))
        panels[0].set_yticks(range(len(data)), [fill(name, NAME_LETTERS) for name in names])
        panels[0].set_ylim(len(data) - 0.4, -0.6)
        handles, labels = panels[0].get_legend_handles_labels()
        bar = Patch(color=COLOURS[0])
        figure.legend(
            [bar, *handles], [text("touchpoints.share", lang), *labels],
            loc="outside upper left", ncols=3,
        )  # fmt: skip
        figure.supxlabel(_note(result, lang), fontsize=SMALL, color=QUIET, x=0.01, ha="left")
    return Picture(figure, _alt(result, data, names, measure, lang), data, lang)


def _data(result: TouchpointTruth, measure: str) -> pd.DataFrame:
    """Rows touchpoints, the best on top: share and closing with intervals, and what comes back."""
    result.gains(measure) if result.orders is not None else result.values(measure)  # is it there?
    shares, closing = result.shapley().loc[measure], result.incremental().loc[measure]
    tables = {"share": shares, "closing": closing}
    data = shares[[]].copy()
    for name, table in tables.items():
        ends = {"difference": name, "low": f"{name}_low", "high": f"{name}_high"}
        data = data.join(table[list(ends)].rename(columns=ends))
    if {"margin", "costs"} <= set(result.runs):
        ends = {"low": "back_low", "high": "back_high"}
        data = data.join(result.returns().rename(columns=ends))
    return data.sort_values("share", ascending=False, kind="stable")


def _draw_shares(axes: Axes, data: pd.DataFrame, result: TouchpointTruth, lang: str) -> None:
    """Bars of the fair shares, rings for what closing one costs."""
    rows = np.arange(len(data))
    share = data["share"].to_numpy()
    colours = np.where(share >= 0, COLOURS[0], COLOURS[1]).tolist()
    axes.barh(rows, share, 0.62, color=colours)
    _whiskers(axes, rows, data, "share", color="black", label=_interval_words(result, lang))
    axes.plot(
        data["closing"], rows, "D", mfc="white", color="black", markersize=7, zorder=4,
        label=text("touchpoints.closing", lang),
    )  # fmt: skip
    _finish(axes, 0.0)


def _draw_returns(axes: Axes, data: pd.DataFrame, lang: str) -> None:
    """What comes back for one spent, with its interval; an arrow where that is off the panel."""
    back = data["back"].to_numpy()
    known = np.isfinite(back)
    most = FAR * max(1.0, float(np.median(back[known]))) if known.any() else 2.0
    ends = data[["back", "back_low", "back_high"]].to_numpy().ravel()
    ends = np.clip(ends[np.isfinite(ends)], -most, most)
    low, high = min([0.0, *ends]), max([1.2, *ends])
    room = 0.04 * (high - low)
    for row in np.flatnonzero(known):
        marker = "<" if back[row] < low else ">" if back[row] > high else "o"
        if marker == "o":
            _whiskers(axes, [row], data.iloc[[row]], "back", color=COLOURS[3], lw=2)
        axes.plot(
            np.clip(back[row], low, high), row, marker, color=COLOURS[3], mec="black",
            markersize=8, zorder=4,
        )  # fmt: skip
    axes.set_xlim(low - room, high + 0.45 * (high - low))
    for place, value in enumerate(back):
        words = text("touchpoints.no_costs", lang)
        if known[place]:
            words = number(value, lang, 1 if abs(value) < 100 else 0)
        box = {"fc": "white", "ec": "none", "pad": 1.0}
        axes.annotate(
            words, (1.0, place), (-2, 0), xycoords=axes.get_yaxis_transform(), bbox=box,
            textcoords="offset points", ha="right", va="center", fontsize=SMALL, zorder=6,
        )  # fmt: skip
    _finish(axes, 1.0)


def _whiskers(axes: Axes, rows: Any, data: pd.DataFrame, column: str, **looks: Any) -> None:
    """Intervals of a column; none where there are none."""
    ends = [(data[column] - data[f"{column}_low"]), (data[f"{column}_high"] - data[column])]
    if data[f"{column}_low"].isna().all():
        return
    axes.errorbar(data[column], rows, xerr=ends, fmt="none", capsize=3, **looks)


def _finish(axes: Axes, at: float) -> None:
    axes.axvline(at, color="black", lw=1)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _interval_words(result: TouchpointTruth, lang: str) -> str:
    return text("chart.interval", lang).format(level=in_per_cent(result.confidence, lang))


def _note(result: TouchpointTruth, lang: str) -> str:
    """How it was found: how many runs, and which coalitions."""
    key = "one_run" if len(result.seeds) == 1 else "all" if result.orders is None else "some"
    orders = 0 if result.orders is None else result.orders.shape[1]
    return text(f"touchpoints.{key}", lang).format(
        people=counted("people", result.people, lang), runs=number(len(result.seeds), lang),
        orders=number(orders, lang),
    )  # fmt: skip


def _alt(
    result: TouchpointTruth, data: pd.DataFrame, names: list[str], measure: str, lang: str
) -> str:
    """The finding: what they bring together, the best and the worst share, and the best return."""
    words = {"best": names[0], "worst": names[-1]}
    for place, row in (("best", data.iloc[0]), ("worst", data.iloc[-1])):
        words[f"{place}_share"] = amount(row, lang, "share")
        words[f"{place}_closing"] = amount(row, lang, "closing")
    key = "alt" if len(data) > 1 else "alt_alone"
    sentences = [
        text(f"touchpoints.{key}", lang).format(
            measure=in_words(measure, result.scenario.money, lang),
            total=amount(result.total().loc[measure], lang), **words,
        )
    ]  # fmt: skip
    if "back" in data and data["back"].notna().any():
        top = int(np.nanargmax(data["back"].to_numpy()))
        row = data.iloc[top]
        back = with_interval(row["back"], row["back_low"], row["back_high"], lang, signed=False)
        sentences.append(text("touchpoints.alt_back", lang).format(name=names[top], back=back))
    return " ".join([*sentences, _note(result, lang)])
