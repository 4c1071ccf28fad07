"""The funnel of the twelve stages, side by side: who got how far, and the loss that was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN, text, title

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison

MARKERS = "osD^vP"


def funnel(comparison: Comparison, lang: str = SPOKEN) -> Picture:
    """People who reached each stage, and the planned and actual loss there, per scenario.

    Parameters
    ----------
    comparison : the runs; people are summed over runs and shown as a share of all people.
    lang : "en", "ru", or what `cjsim.speak` has set.
    """
    data = comparison.funnel().copy()
    everybody = comparison.people * len(comparison.seeds)
    data["share_reached"] = data["people"] / everybody
    names = list(comparison.scenarios)
    with style():
        figure = Figure(figsize=(11, 6.2))
        reached, losses = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        _draw_reached(reached, data, names, lang)
        _draw_losses(losses, data, names, lang)
        rows = np.arange(len(TWELVE))
        labels = [f"{int(s)}  {text(f'stage.{s.key}.label', lang)}" for s in TWELVE]
        reached.set_yticks(rows, labels)
        reached.set_ylim(len(TWELVE) - 0.5, -0.5)
        handles, words = reached.get_legend_handles_labels()
        figure.legend(handles, words, loc="outside lower left", ncols=len(names))
        handles, words = losses.get_legend_handles_labels()
        figure.legend(handles[-1:], words[-1:], loc="outside lower right")
    return Picture(figure, _alt(data, names, lang), data)


def _draw_reached(axes: Axes, data: pd.DataFrame, names: list[str], lang: str) -> None:
    height = 0.8 / len(names)
    for i, name in enumerate(names):
        share = data.loc[name, "share_reached"].to_numpy()
        at = np.arange(len(share)) + (i - (len(names) - 1) / 2) * height
        colour = COLOURS[i % len(COLOURS)]
        axes.barh(at, share, height * 0.92, color=colour, label=title(name, lang))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_title(text("chart.reached_title", lang))
    axes.set_xlabel(text("chart.share_of_people", lang))


def _draw_losses(axes: Axes, data: pd.DataFrame, names: list[str], lang: str) -> None:
    offset = 0.5 / len(names)
    for i, name in enumerate(names):
        loss = data.loc[name, "actual_loss"].to_numpy()
        at = np.arange(len(loss)) + (i - (len(names) - 1) / 2) * offset
        axes.plot(
            loss, at, MARKERS[i % len(MARKERS)], color=COLOURS[i % len(COLOURS)], markersize=7
        )
    planned = data.loc[names[0], "planned_loss"].to_numpy()
    rows = np.arange(len(planned))
    axes.vlines(
        planned, rows - 0.4, rows + 0.4, color="black", lw=2,
        label=text("measure.planned_loss", lang),
    )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlim(left=-0.01)
    axes.tick_params(left=False)
    axes.set_title(text("chart.loss_title", lang))
    axes.set_xlabel(text("measure.actual_loss", lang))


def _alt(data: pd.DataFrame, names: list[str], lang: str) -> str:
    """The finding in a sentence: how many reach the first deal and how many come back."""
    parts = [
        text("chart.funnel_alt_part", lang).format(
            name=title(name, lang),
            first=f"{data.loc[(name, 'first_deal'), 'share_reached']:.1%}",
            loyal=f"{data.loc[(name, 'loyalty'), 'share_reached']:.1%}",
        )
        for name in names
    ]
    return text("chart.funnel_alt", lang).format(parts="; ".join(parts))
