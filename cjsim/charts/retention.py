"""How long customers stay: Kaplan-Meier curves, group by group."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from cjsim import measures
from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, decimals, number, per_cent
from cjsim.measures.groups import Flags, Floats, Groups, groups
from cjsim.measures.log import Log
from cjsim.measures.retention import customers, first_silence, leavings
from cjsim.measures.visits import lifetimes
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 20
"""Customers from which on a group gets its curve."""
DAYS = (365.0, 180.0, 90.0, 60.0, 30.0, 14.0, 7.0)
"""The curves are put into words on the first of these days on which all have limits."""
HIGH = 0.85
"""From this share on the number of a curve stands below it."""
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}


def retention(
    run: Run | Log, lang: str = SPOKEN, *, by: str | None = "adopter",
    silent_days: float | None = None,
) -> Picture:  # fmt: skip
    """The share of customers still with us by days since their first deal, a panel per group.

    Bands are 95 % limits (Greenwood's variance on the log-log scale); a tick on a curve is a
    customer still with us at the horizon, who was seen no longer; the thin line is that of all
    customers. Groups of fewer than 20 customers are named and left out.

    Parameters
    ----------
    run : a `Run` or a `Log`. A log tells nothing of what people are like: there it is one curve.
    lang : "en", "ru", or what `cjsim.speak` has set.
    by : "adopter", "motive", "segment", or None for all in one curve.
    silent_days : after how long without a deal a customer of a `Log` counts as lost [days]; a log
        needs it, a run knows who left.

    Returns the `Picture`; its data are what `cjsim.measures.retention` says. Raises ValueError for
    another `by`, where the log has no stages or silent_days are missing, or no group is large
    enough; TypeError for what is neither run nor log.

    >>> from cjsim import charts, data
    >>> charts.retention(data.cdnow(), silent_days=180).alt.split(": ")[-1]
    'All customers (2,357) — 38% [36% .. 40%].'
    """
    wanted_kind(run, Run, Log)
    if isinstance(run, Log) and by == "adopter":
        by = None
    parts = groups(run, by)
    curves = measures.retention(run, by, silent_days=silent_days)
    sizes = parts.count(customers(run).person)
    shown_groups = [g for g in range(len(parts)) if sizes[g] >= ENOUGH]
    if not shown_groups:
        shortage = f"no group by {by!r} has {ENOUGH} customers won since day 0 (the largest has"
        if by is None:
            shortage = f"a curve takes {ENOUGH} customers won since day 0 (there are"
        raise ValueError(f"{shortage} {sizes.max()}); simulate more people or days")
    words = [f"{_group_word(parts, g, lang)} ({number(sizes[g], lang)})" for g in range(len(parts))]
    tables = {g: curves if by is None else curves.loc[parts.names[g]] for g in shown_groups}
    small_groups = ", ".join(words[g] for g in range(len(parts)) if g not in shown_groups)
    left_out = ""
    if small_groups:
        left_out = text("retention.left_out", lang).format(groups=small_groups, enough=ENOUGH)
    still = {g: _open_after(run, parts.of == g, silent_days) for g in tables}
    ends = [_last_day(still[g], table) for g, table in tables.items()]
    day = _telling_day(tables, min(run.scenario.horizon_days / 2, *ends))
    with style():
        columns = COLUMNS.get(len(shown_groups), 3)
        rows = -(-len(shown_groups) // columns)
        figure = Figure(figsize=(11.5, 1.3 + (5.0 if rows == 1 else 2.65 * rows)))
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for place, (axes, g) in enumerate(zip(panels, shown_groups, strict=False)):
            _draw(axes, still[g], tables[g], COLOURS[place % len(COLOURS)])
            _mark(axes, tables[g], day, lang)
            axes.set_title(words[g], fontsize=16 if columns < 3 else SMALL)
        if by is not None and isinstance(run, Run):
            _draw_all(panels[: len(shown_groups)], run, lang)
        notes = [text("retention.note", lang), left_out]
        if isinstance(run, Log) and silent_days is not None:
            notes.append(text("retention.silence", lang).format(
                days=counted("days", silent_days, lang, decimals(silent_days))
            ))  # fmt: skip
        _finish(figure, panels, len(shown_groups), notes, lang)
    data = curves if by is None else curves.loc[[parts.names[g] for g in shown_groups]]
    alt = _alt({words[g]: table for g, table in tables.items()}, day, left_out, lang)
    return Picture(figure, alt, data, lang)


def _group_word(parts: Groups, group: int, lang: str) -> str:
    """A group's name; a segment keeps the one it was given."""
    name = parts.names[group]
    if parts.by is None:
        return text("retention.all", lang)
    return name if parts.by == "segment" else text(f"{parts.by}.{name}", lang)


def _draw(axes: Axes, open_after: Floats, table: pd.DataFrame, colour: str) -> None:
    """A curve, its band and the ticks of those who are still there."""
    day = np.append(table.index.to_numpy(), _last_day(open_after, table))
    low, retained, high = (
        np.append(table[name], table[name].iloc[-1]) for name in ("low", "retained", "high")
    )
    axes.fill_between(day, low, high, step="post", color=colour, alpha=0.25, lw=0)
    axes.step(day, retained, where="post", color=colour, lw=2.5)
    places = np.searchsorted(day, open_after, "right") - 1
    axes.plot(open_after, retained[places], "|", color="black", markersize=7, mew=0.8)


def _draw_all(panels: Any, run: Run, lang: str) -> None:
    """The curve of all customers, to hold each group against."""
    table = measures.retention(run)
    open_after = _open_after(run, np.ones(run.lives, bool), None)
    day = np.append(table.index.to_numpy(), _last_day(open_after, table))
    retained = np.append(table["retained"], table["retained"].iloc[-1])
    for axes in panels:
        axes.step(
            day, retained, where="post", color="black", lw=1, ls=(0, (4, 2)),
            label=text("retention.all", lang),
        )  # fmt: skip


def _mark(axes: Axes, table: pd.DataFrame, day: float, lang: str) -> None:
    """The number that the picture is put into words with, where it is read."""
    retained = _row_on(table, day)["retained"]
    axes.plot(day, retained, "o", color="black", markersize=6)
    below = retained > HIGH  # above it stands the title
    axes.annotate(
        per_cent(retained, lang), (day, retained), (6, -8 if below else 8),
        textcoords="offset points", weight="bold", va="top" if below else "bottom",
    )  # fmt: skip


def _finish(figure: Figure, panels: Any, shown: int, notes: list[str], lang: str) -> None:
    """Axes, title and notes; panels without a group are taken away."""
    longest = max(line.get_xdata()[-1] for axes in panels[:shown] for line in axes.lines[:1])
    for place, axes in enumerate(panels):
        if place >= shown:
            axes.remove()
            continue
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, longest)
        axes.yaxis.set_major_formatter(lambda share, _: per_cent(share, lang))
        axes.grid(True, axis="both")
        axes.xaxis.set_tick_params(labelbottom=True)
    figure.suptitle(text("retention.title", lang), x=0.01, ha="left", fontsize=17, weight="bold")
    handles, words = panels[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, words, loc="outside upper right")
    lines = [text("retention.days", lang)]
    for note in notes:
        lines += textwrap.wrap(note, 92)
    figure.supxlabel("\n".join(lines), fontsize=SMALL)
    layout = figure.get_layout_engine()
    assert isinstance(layout, ConstrainedLayoutEngine)
    layout.set(w_pad=0.12, h_pad=0.08)


def _open_after(run: Run | Log, members: Flags, silent_days: float | None) -> Floats:
    """Days that those customers were seen since the first deal who have not left since."""
    won = customers(run)
    if isinstance(run, Log):
        return (run.days - won.since)[np.isnan(first_silence(run, won, silent_days))]
    leaving_rows = leavings(run)
    last_left = np.full(run.lives, -1)
    last_left[run.events["person"][leaving_rows]] = leaving_rows  # the last one stands
    still_here = (last_left[won.person] < won.row) & members[won.person]
    return (lifetimes(run)[1][won.person] - won.since)[still_here]


def _last_day(open_after: Floats, table: pd.DataFrame) -> float:
    """The last day [since the first deal] on which any of these customers was seen."""
    return max(float(table.index[-1]), float(open_after.max(initial=0.0)))


def _row_on(table: pd.DataFrame, day: float) -> Any:
    """The row of a curve that holds on that day."""
    return table.iloc[np.searchsorted(table.index.to_numpy(), day, "right") - 1]


def _telling_day(tables: dict[int, pd.DataFrame], latest: float) -> float:
    """A day on which no curve has come to its end, and that many customers have lived to see."""
    for day in DAYS:
        if day <= latest and all(_row_on(table, day)["low"] > 0 for table in tables.values()):
            return day
    day = min(DAYS[-1], latest)
    return float(math.floor(day)) if day >= 1 else day


def _alt(tables: dict[str, pd.DataFrame], day: float, left_out: str, lang: str) -> str:
    """The finding: the share of each group still there on that day, and who is left out."""
    clauses = []
    for word, table in tables.items():
        row = _row_on(table, day)
        clause = f"{word} — {per_cent(row['retained'], lang)}"
        if not math.isnan(row["low"]):
            clause += f" [{per_cent(row['low'], lang)} .. {per_cent(row['high'], lang)}]"
        clauses.append(clause)
    sentence = text("retention.alt", lang).format(
        day=counted("days", day, lang, decimals(day)), parts="; ".join(clauses)
    )
    return f"{sentence} {left_out}".rstrip()
