"""Money and deals over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim import measures
from cjsim.charts.parts import SMALL, spread_out, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.charts.waterfall import scale_of
from cjsim.colours import COLOURS, QUIET
from cjsim.door import number_of, shown
from cjsim.labels import SPOKEN, text, title
from cjsim.labels.numbers import counted, digits_for, number
from cjsim.measures.log import Log
from cjsim.measures.money import A_MONTH
from cjsim.run import Run
from cjsim.scenario.calendar import what_changes

if TYPE_CHECKING:
    import pandas as pd

Marks = Sequence[tuple[float, str]]

LETTERS = 52
"""Of a mark's text in one line below the drawing."""
MOST_MARKS = 12
"""Days of a calendar that are marked; a season of many years has hundreds."""
GAP = 0.022
"""Between the numbers of two marks, as a share of the width."""
HATCH = "//"
BOX: Any = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 0.85}
"""Behind a legend, so that lines do not run through its words."""


def timeline(
    run: Run | Log, lang: str = SPOKEN, *, every: float = A_MONTH, marks: Marks | None = None
) -> Picture:
    """Money since day 0, with the day from which it is above 0 to stay, and deals by the month.

    Above, profit (each amount discounted to day 0) and cash (as the account shows it), where they
    differ; below, first and repeat deals of each period. One run has no interval, and the picture
    says so.

    Parameters
    ----------
    run : a `Run` with all rows of its log, or a `Log`. A log tells neither costs nor profit: there
        the upper panel has what customers have paid since day 0, and what was spent on people.
    lang : "en", "ru", or what `cjsim.speak` has set.
    every : length of a period [days]; a month when not given. The last may be shorter: deals are
        shown per full period.
    marks : (day, text) of what happened, such as a change of price: a line with a number, and the
        text below. When not given, what the calendar changes, its first twelve days.

    Returns the `Picture`; its data have a row per period: days, deals, and money since day 0.
    Raises ValueError for a log without contacts, an `every` that cannot be, or a mark that is none
    or lies outside the run; TypeError for what is neither run nor log.

    >>> from cjsim import charts, data
    >>> charts.timeline(data.cdnow()).alt.split(". ")[-1]
    'First deals: 2,357, repeat deals: 4,562.'
    """
    wanted_kind(run, Run, Log)
    horizon = run.scenario.horizon_days
    if marks is None:
        marks = what_changes(run.scenario, lang)[:MOST_MARKS]
    named_marks = _checked(marks, horizon)
    data = _data(run, every)
    day = math.nan if isinstance(run, Log) else measures.break_even_day(run)
    with style():
        lines = [_mark_words(n, mark, lang) for n, mark in enumerate(named_marks, 1)]
        below = sum(line.count("\n") + 1 for line in lines) / 2
        figure = Figure(figsize=(11, 6.2 + 0.2 * below))
        money, deals = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        if isinstance(run, Log):
            _draw_receipts(money, data, lang)
        else:
            _draw_money(money, data, run, day, lang)
        _draw_deals(deals, data, every, lang)
        _draw_marks((money, deals), [at for at, _ in named_marks], horizon)
        deals.set_xlim(0, horizon)
        deals.set_xlabel(text("chart.days", lang))
        head = text("timeline.title", lang).format(people=_people(run, lang), name=_name(run, lang))
        figure.suptitle(head, x=0.01, ha="left", fontsize=17, weight="bold")
        if lines:
            _list_marks(figure, money, lines)
        money.annotate(
            text("timeline.one_log" if isinstance(run, Log) else "timeline.one_run", lang),
            (1, 1), (0, 18), xycoords="axes fraction",
            textcoords="offset points", ha="right", va="bottom", fontsize=SMALL, color=QUIET,
        )  # fmt: skip
    if isinstance(run, Log):
        return Picture(figure, _alt_of_log(run, data, named_marks, lang), data, lang)
    return Picture(figure, _alt(run, data, day, named_marks, lang), data, lang)


def _people(run: Run | Log, lang: str) -> str:
    return counted("people", run.lives if isinstance(run, Log) else len(run), lang)


def _name(run: Run | Log, lang: str) -> str:
    """The strategy that ran; of a log nobody knows."""
    return (
        text("timeline.log", lang) if isinstance(run, Log) else title(run.scenario.strategy, lang)
    )


def _checked(marks: Marks, horizon: float) -> list[tuple[float, str]]:
    """The marks by their day; ValueError for what is none."""
    checked = []
    for mark in marks:
        if not isinstance(mark, tuple | list) or len(mark) != 2 or not isinstance(mark[1], str):
            raise ValueError(
                f'marks: {shown(mark)} is no mark; say (day, text), e.g. (90, "price 320")'
            )
        day = number_of("marks: day", mark[0])
        if not 0 <= day <= horizon:
            raise ValueError(f"marks: day {day:g} is outside the run, 0..{horizon:g}")
        checked.append((day, mark[1]))
    return sorted(checked, key=lambda mark: mark[0])


def _data(run: Run | Log, every: float) -> pd.DataFrame:
    """One row per period: its deals, and the money from day 0 to its end."""
    deals = measures.deals_over_time(run, every)
    if isinstance(run, Log):
        return deals.join(measures.revenue_over_time(run, every)[["revenue", "spent"]].cumsum())
    money = measures.profit_over_time(run, every).iloc[1:]
    return deals.join(money.set_axis(deals.index))


def _draw_money(axes: Axes, data: pd.DataFrame, run: Run, day: float, lang: str) -> None:
    """Profit and cash since day 0, red below nothing, and where it is back to stay."""
    money = data[["cash", "profit"]]
    words, unit = scale_of(float(money.abs().to_numpy().max()))
    ends = np.append(0.0, data.index + data["days"])
    profit = np.append(0.0, money["profit"] / unit)
    axes.axhline(0, color="black", lw=1)
    axes.fill_between(
        ends, profit, 0, where=profit <= 0, interpolate=True, color=COLOURS[2], alpha=0.18, lw=0
    )
    axes.fill_between(
        ends, profit, 0, where=profit >= 0, interpolate=True, color=COLOURS[0], alpha=0.18, lw=0
    )
    axes.plot(ends, profit, color=COLOURS[0], lw=2.5, label=text("timeline.profit", lang))
    if not np.allclose(money["cash"], money["profit"]):
        axes.plot(
            ends, np.append(0.0, money["cash"] / unit), "--", color=COLOURS[3], lw=1.8,
            label=text("timeline.cash", lang),
        )  # fmt: skip
    if math.isfinite(day):
        axes.plot(
            day, np.interp(day, ends, profit), "o", color="white", mec="black", mew=1.8,
            markersize=9, zorder=5, label=text("timeline.back", lang).format(day=number(day, lang)),
        )  # fmt: skip
    axes.set_ylabel(text(f"waterfall.{words}", lang).format(money=run.scenario.money))
    axes.set_title(text("timeline.money", lang), fontsize=16, pad=16)
    axes.grid(True, axis="both")
    axes.set_axisbelow(True)
    axes.legend(loc="upper left" if profit[-1] >= 0 else "lower left", **BOX)


def _draw_receipts(axes: Axes, data: pd.DataFrame, lang: str) -> None:
    """What has been paid and spent since day 0."""
    words, unit = scale_of(float(data[["revenue", "spent"]].to_numpy().max(initial=0.0)))
    ends = np.append(0.0, data.index + data["days"])
    for name, colour, line in (("revenue", COLOURS[0], "-"), ("spent", COLOURS[3], "--")):
        axes.plot(
            ends, np.append(0.0, data[name] / unit), line, color=colour, lw=2.5,
            label=text(f"timeline.{name}", lang),
        )  # fmt: skip
    axes.set_ylabel(text(f"waterfall.{words}", lang).format(money=text("unit.money", lang)))
    axes.set_title(text("timeline.money", lang), fontsize=16, pad=16)
    axes.grid(True, axis="both")
    axes.set_axisbelow(True)
    axes.legend(loc="upper left", **BOX)


def _draw_deals(axes: Axes, data: pd.DataFrame, every: float, lang: str) -> None:
    """First deals with the repeat deals on them, as of a full period."""
    full = every / data["days"]
    bottom = np.zeros(len(data))
    for name, colour, hatch in (
        ("first_deals", COLOURS[0], None), ("repeat_deals", COLOURS[3], HATCH),
    ):  # fmt: skip
        height = (data[name] * full).to_numpy()
        axes.bar(
            data.index, height, data["days"] * 0.9, bottom, align="edge", color=colour,
            hatch=hatch, edgecolor="white", lw=0, label=text(f"measure.{name}", lang),
        )  # fmt: skip
        bottom += height
    key = "by_month" if every == A_MONTH else "by_days"
    axes.set_title(
        text(f"timeline.{key}", lang).format(days=counted("days", every, lang)), fontsize=16
    )
    axes.set_ylim(0, max(1.0, 1.3 * float(bottom.max(initial=0.0))))
    axes.grid(True, axis="y")
    axes.set_axisbelow(True)
    axes.legend(loc="upper left", ncols=2, **BOX)


def _draw_marks(panels: Sequence[Axes], days: list[float], horizon: float) -> None:
    """A line through both panels for each mark, its number on top."""
    places = spread_out([day / horizon for day in days], GAP, 0.0, 1.0)
    for n, (day, place) in enumerate(zip(days, places, strict=True), 1):
        for axes in panels:
            axes.axvline(day, color="black", lw=1.2, ls=":")
        panels[0].annotate(
            str(n), (day, 1), (place, 1.01), xycoords=panels[0].get_xaxis_transform(),
            textcoords="axes fraction", ha="center", va="bottom", fontsize=SMALL, weight="bold",
        )  # fmt: skip


def _list_marks(figure: Figure, axes: Axes, lines: list[str]) -> None:
    """What was marked, below the drawing in two columns of as many lines."""
    half = -(-len(lines) // 2)
    columns = ["\n".join(part) for part in (lines[:half], lines[half:]) if part]
    rows = max(words.count("\n") for words in columns)
    columns = [words + "\n" * (rows - words.count("\n")) for words in columns]
    nothing = [axes.plot([], [], alpha=0)[0] for _ in columns]
    figure.legend(
        nothing, columns, loc="outside lower left", ncols=2, handlelength=0, handletextpad=0
    )


def _mark_words(n: int, mark: tuple[float, str], lang: str) -> str:
    day, words = mark
    line = text("timeline.mark", lang).format(n=n, day=number(day, lang), words=words)
    return fill(line, LETTERS)


def _alt(
    run: Run, data: pd.DataFrame, day: float, marks: list[tuple[float, str]], lang: str
) -> str:
    """The finding: the end, the lowest point, when it is back above 0, and the deals."""
    profit = data["profit"]
    digits = digits_for(float(profit.abs().max()))
    worst = int(profit.to_numpy().argmin())
    if math.isfinite(day):
        back = text("timeline.alt_back", lang).format(day=number(day, lang))
    else:
        back = text("timeline.alt_never", lang)
    words = text("timeline.alt", lang).format(
        people=_people(run, lang), name=_name(run, lang),
        days=counted("days", run.scenario.horizon_days, lang), money=run.scenario.money,
        profit=number(profit.iloc[-1], lang, digits), back=back,
        first=number(data["first_deals"].sum(), lang),
        repeat=number(data["repeat_deals"].sum(), lang),
    )  # fmt: skip
    if profit.iloc[worst] < 0:
        low_day = data.index[worst] + data["days"].iloc[worst]
        words += " " + text("timeline.alt_lowest", lang).format(
            profit=number(profit.iloc[worst], lang, digits), day=number(low_day, lang)
        )
    return words + _marked(marks, lang)


def _alt_of_log(log: Log, data: pd.DataFrame, marks: list[tuple[float, str]], lang: str) -> str:
    """The finding: what was paid and spent, and the deals."""
    revenue, spent = (float(data[name].iloc[-1]) for name in ("revenue", "spent"))
    words = text("timeline.alt_log", lang).format(
        people=_people(log, lang), days=counted("days", log.days, lang),
        revenue=number(revenue, lang, digits_for(revenue)),
        spent=number(spent, lang, digits_for(spent)),
        first=number(data["first_deals"].sum(), lang),
        repeat=number(data["repeat_deals"].sum(), lang),
    )  # fmt: skip
    return words + _marked(marks, lang)


def _marked(marks: list[tuple[float, str]], lang: str) -> str:
    if not marks:
        return ""
    listed = "; ".join(_mark_words(n, mark, lang) for n, mark in enumerate(marks, 1))
    return " " + text("timeline.alt_marks", lang).format(marks=" ".join(listed.split()))
