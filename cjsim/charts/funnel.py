"""The funnel of the twelve stages, side by side: who got how far, and the loss that was planned."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import PALER, looks_of
from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison

MARKERS = "osD^vP"
HATCHES = ("", "////", "....", "xxxx")
"""From the seventh scenario on colours come again: with the next hatch, and the next marker."""
Looks = dict[str, tuple[str, int]]
"""Of each scenario its colour and its turn; see `looks_of`."""
ONE_LINE = 6
"""Scenarios whose names stand in one line of the legend."""
NUMBER_SIZES = {1: SMALL, 2: 12, 3: 10}
"""Size of the number beside a bar, by how many scenarios there are; of more there is no room."""
FEW = 4
"""Numbers below the losses, at most."""
HEIGHT = 6.3
"""Of a figure whose legend is one line [inches]: all of it is seen on a projector."""
NAME_LETTERS = 40
"""Of a scenario's name in one line of the legend."""
AROUND = 70
"""Sign and gaps around a name in the legend [points]."""


def funnel(comparison: Comparison, lang: str = SPOKEN) -> Picture:
    """People who reached each stage, and the planned and actual loss there, per scenario.

    Beside each bar stands its share, of up to three scenarios; whiskers are the 95 % t interval
    over the runs.

    A hollow mark beside stage 9 is the gate after a repeat deal, a door of its own.

    Where the scenarios plan a different loss, each plan is in its scenario's colour.

    Parameters
    ----------
    comparison : a `Comparison`; people are summed over its runs and shown as a share of all.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data have a row per scenario and stage: people, the losses, and
    share_reached with its interval, 0..1. Raises TypeError for what is no comparison.

    >>> import cjsim
    >>> from cjsim import charts
    >>> guide = cjsim.Scenario.load("phone", "guide")
    >>> market = cjsim.compare(["phone", guide], 50, runs=2, executor="here")
    >>> charts.funnel(market).alt.split(": ")[-1]
    'Pull 31.0% and 17.0%; Guide 35.0% and 22.0%.'
    """
    import pandas as pd

    from cjsim.experiment.compare import Comparison

    wanted_kind(comparison, Comparison)
    data = comparison.funnel().copy()
    everybody = comparison.people * len(comparison.seeds)
    data["share_reached"] = data["people"] / everybody
    names = list(comparison.scenarios)
    ends = {name: _intervals(comparison, name) for name in names}
    data = data.join(pd.concat(ends, names=data.index.names))
    with style():
        figure = Figure(figsize=(11, HEIGHT + 0.6 * max(0, len(names) - ONE_LINE)))
        reached, losses = figure.subplots(1, 2, sharey=True, width_ratios=(7, 5))
        strategies = {name: s.strategy for name, s in comparison.scenarios.items()}
        looks = looks_of(strategies)
        bars = _draw_reached(reached, data, looks, lang)
        marks, notes = _draw_losses(losses, data, looks, lang)
        rows = np.arange(len(TWELVE))
        labels = [f"{int(s)}  {text(f'stage.{s.key}.label', lang)}" for s in TWELVE]
        reached.set_yticks(rows, labels)
        reached.set_ylim(len(TWELVE) - 0.5, -0.5)
        handles = bars if len(names) <= ONE_LINE else list(zip(bars, marks, strict=True))
        titles = {name: comparison.named(name, lang) for name in names}
        words = [fill(titles[name], NAME_LETTERS) for name in names]
        _legends(figure, handles, words, notes)
    return Picture(figure, _alt(data, titles, lang), data, lang)


def _intervals(comparison: Comparison, name: str) -> pd.DataFrame:
    """The ends of the 95 % interval of each stage's share over the runs: rows stages."""
    from cjsim.experiment.intervals import USUAL, difference

    columns = [f"reached_{stage.key}" for stage in TWELVE]
    shares = comparison.runs.loc[name, columns] / comparison.people
    table = difference(shares, USUAL)[["low", "high"]]
    stages = [stage.key for stage in TWELVE]
    return table.set_axis(stages).set_axis(["share_low", "share_high"], axis=1)


def _draw_reached(axes: Axes, data: pd.DataFrame, looks: Looks, lang: str) -> list[Any]:
    height = 0.8 / len(looks)
    bars = []
    for i, (name, (colour, turn)) in enumerate(looks.items()):
        share = data.loc[name, "share_reached"].to_numpy()
        places = np.arange(len(share)) + (i - (len(looks) - 1) / 2) * height
        cycle = turn // len(PALER)  # a colour that comes again has a hatch
        look: Any = {"hatch": HATCHES[cycle % len(HATCHES)], "hatchcolor": "white"} if cycle else {}
        bars.append(axes.barh(places, share, height * 0.92, color=colour, **look))
        ends = data.loc[name, ["share_low", "share_high"]].to_numpy().T
        half = np.nan_to_num(ends[1] - share)
        if half.any():
            axes.errorbar(share, places, xerr=half, fmt="none", ecolor="black", lw=1, capsize=2)
        if len(looks) in NUMBER_SIZES:
            for place, value, end in zip(places, share, share + half, strict=True):
                axes.annotate(
                    per_cent(value, lang, 1 if value < 0.1 else 0), (end, place), (3, 0),
                    textcoords="offset points", ha="left", va="center",
                    fontsize=NUMBER_SIZES[len(looks)],
                )  # fmt: skip
    if len(looks) in NUMBER_SIZES:
        axes.margins(x=0.12)
    axes.set_xlim(left=0)  # whiskers of two runs may reach below nothing
    axes.xaxis.set_major_formatter(lambda share, _: per_cent(share, lang))
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_title(text("chart.reached_title", lang))
    words = "share_with_newcomers" if data["share_reached"].max() > 1 else "share_of_people"
    axes.set_xlabel(text(f"chart.{words}", lang))
    return bars


def _draw_losses(
    axes: Axes, data: pd.DataFrame, looks: Looks, lang: str
) -> tuple[list[Any], list[Line2D]]:
    """The marks of each scenario; gives them back, with what the legend says of plan and gate."""
    offset = 0.5 / len(looks)
    marks = []
    for i, (name, (colour, turn)) in enumerate(looks.items()):
        loss = data.loc[name, "actual_loss"].to_numpy()
        places = np.arange(len(loss)) + (i - (len(looks) - 1) / 2) * offset
        marker = MARKERS[(i + 2 * (turn // len(PALER))) % len(MARKERS)]
        look: Any = {"marker": marker, "color": colour, "markersize": 7, "lw": 0}
        marks += axes.plot(loss, places, **look)
        axes.plot(data.loc[name, "gate_loss"].to_numpy(), places, **look, mfc="white")
    differ = _draw_plans(axes, data, looks)
    axes.xaxis.set_major_locator(MaxNLocator(FEW))
    axes.xaxis.set_major_formatter(lambda share, _: per_cent(share, lang))
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlim(left=-0.01)
    axes.tick_params(left=False)
    axes.set_title(text("chart.loss_title", lang))
    axes.set_xlabel(text("measure.actual_loss", lang))
    plan_label = text("chart.plans_differ" if differ else "measure.planned_loss", lang)
    plan = Line2D([], [], color="black", lw=2, label=plan_label)
    gate: Any = {"marker": MARKERS[0], "mfc": "white", "color": "black", "markersize": 7, "lw": 0}
    return marks, [plan, Line2D([], [], **gate, label=text("measure.gate_loss", lang))]


def _draw_plans(axes: Axes, data: pd.DataFrame, looks: Looks) -> bool:
    """A black line where all plan the same loss, else one for each in its colour; do any differ?"""
    plans = np.array([data.loc[name, "planned_loss"].to_numpy(float) for name in looks])
    rows = np.arange(plans.shape[1])
    same = np.isclose(plans, plans[0], equal_nan=True).all(axis=0)
    plain = same & ~np.isnan(plans[0])  # a gate has no plan
    axes.vlines(plans[0][plain], rows[plain] - 0.4, rows[plain] + 0.4, color="black", lw=2)
    height = 0.8 / len(looks)
    for i, (plan, (colour, _)) in enumerate(zip(plans, looks.values(), strict=True)):
        top = rows[~same] - 0.4 + i * height
        axes.vlines(plan[~same], top, top + height, color=colour, lw=3)
    return not same.all()


def _legends(
    figure: Figure, handles: Sequence[Any], words: Sequence[str], notes: Sequence[Line2D]
) -> None:
    """Scenarios at the left and their plan at the right, below them if that is too wide."""
    labels = [*words, *(str(note.get_label()) for note in notes)]
    widths = [TextPath((0, 0), word, size=SMALL).get_extents().width for word in labels]
    room = 72 * figure.get_size_inches()[0]
    beside: Any = {tuple: HandlerTuple(None)}  # a bar and its mark
    if sum(widths) + AROUND * len(labels) < room:
        figure.legend(
            handles, words, loc="outside lower left", ncols=len(words), handler_map=beside,
            fontsize=SMALL,
        )  # fmt: skip
        figure.legend(notes, labels[len(words) :], loc="outside lower right", fontsize=SMALL)
        return
    look: Any = {"loc": "outside lower left", "handler_map": beside, "fontsize": SMALL}
    pairs = list(zip_longest(range(len(words)), range(len(words), len(labels))))
    stacked = [max(widths[i] for i in pair if i is not None) for pair in pairs]
    if len(words) >= len(notes) and sum(stacked) + AROUND * len(pairs) < room:
        order = [i for pair in pairs for i in pair]  # column by column
        blank = Line2D([], [], ls="none")
        every = [*handles, *notes]
        figure.set_figheight(figure.get_figheight() + 0.27)
        figure.legend(
            [blank if i is None else every[i] for i in order],
            ["" if i is None else labels[i] for i in order], ncols=len(pairs), **look,
        )  # fmt: skip
        return
    columns = int(np.clip(room // (max(widths) + AROUND), 1, 4))
    lines = max(word.count("\n") + 1 for word in labels) * -(-len(labels) // columns)
    figure.set_figheight(figure.get_figheight() + 0.27 * (lines - 1))
    figure.legend([*handles, *notes], labels, ncols=columns, **look)


def _alt(data: pd.DataFrame, titles: dict[str, str], lang: str) -> str:
    """The finding in a sentence: how many reach the first deal and how many come back."""
    clauses = [
        text("chart.funnel_alt_part", lang).format(
            name=words,
            first=per_cent(data.loc[(name, "first_deal"), "share_reached"], lang, 1),
            loyal=per_cent(data.loc[(name, "loyalty"), "share_reached"], lang, 1),
        )
        for name, words in titles.items()
    ]
    return text("chart.funnel_alt", lang).format(parts="; ".join(clauses))
