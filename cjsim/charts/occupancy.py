"""Who stands where, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim import measures
from cjsim.charts.parts import SMALL, step_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS, FAINT, QUIET
from cjsim.journey import Lens, Stage, lens_named
from cjsim.labels import SPOKEN, language, text
from cjsim.labels.numbers import counted, number
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

SMOOTH = 0.025
"""Of the run, the days that a mean is taken over: nine of a year."""
MOMENTS = 400
"""How many moments are drawn: about as many as a projector can show apart."""
TALL = 0.86
"""Height of a row's largest number; the rows are 1 apart."""


def occupancy(run: Run, lang: str = SPOKEN, *, lens: str = "twelve") -> Picture:
    """People on each step of a lens over time: a row of hills each, the last step on top.

    Each row is as high as its own largest number, so that ten people show beside a thousand; that
    number stands beside it, between those of day 0 and of the horizon. The line is their mean over
    a fortieth of the run: on a step that is passed in a day or two the hills are chance, the line
    is its course.

    Parameters
    ----------
    run : a `Run` whose log has its stages.
    lang : "en", "ru", or what `cjsim.speak` has set.
    lens : which steps, one of `cjsim.journey.LENSES`: "twelve", "aida", ...

    Returns the `Picture`; its data have a row per day drawn: people on each step, and their mean
    (STEP_mean). Raises ValueError for an unknown lens, or where the log has no stages
    (`log="measures"`); TypeError for what is no run.

    >>> import cjsim
    >>> from cjsim import charts
    >>> charts.occupancy(cjsim.simulate("phone", people=50)).alt.split(". ")[1]
    'At the end most stand at “With a rival”: 33 of 76'
    """
    wanted_kind(run, Run)
    horizon = run.scenario.horizon_days
    data = measures.occupancy(run, every=horizon / MOMENTS, lens=lens)
    means = measures.occupancy(run, every=horizon / MOMENTS, lens=lens, over=SMOOTH * horizon)
    chosen_lens = lens_named(lens)
    words = step_words(chosen_lens, lang)
    with style():
        figure = Figure(figsize=(11.5, 1.9 + 0.29 * len(words)))
        axes, beside = figure.subplots(1, 2, sharey=True, width_ratios=(10, 3))
        day = data.index.to_numpy()
        for row, step in enumerate(data.columns):
            counts = data[step].to_numpy()
            tall = TALL / max(1, counts.max())
            colour = _colour(chosen_lens, row)
            axes.fill_between(
                day, row, row + tall * counts, step="post", color=colour, alpha=0.45, lw=0
            )
            axes.plot(day, row + tall * means[step].to_numpy(), color=colour, lw=1.8)
            axes.axhline(row, color=FAINT, lw=1)
        axes.set_yticks(np.arange(len(words)) + 0.3, words)
        axes.set_ylim(-0.05, len(words))
        axes.set_xlim(0, horizon)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.grid(True)
        axes.set_axisbelow(True)
        over = counted("days", round(SMOOTH * horizon), lang)
        axes.set_xlabel(text("occupancy.scale", lang).format(over=over))
        _numbers(beside, data, lang)
        people = counted("people", len(run), lang)
        title = text("occupancy.title", lang).format(people=people)
        figure.suptitle(title, x=0.01, ha="left", fontsize=17, weight="bold")
    drawn = data.join(means.rename(columns="{}_mean".format))
    return Picture(figure, _alt(data, words, lang), drawn, lang)


def _colour(lens: Lens, step: int) -> str:
    """Grey before the journey, blue up to the first deal, purple from there on, orange away."""
    stages = [stage for stage, place in lens.of.items() if place == step]
    if not stages or stages[0] == Stage.UNAWARE:
        return COLOURS[4]
    if stages[-1] >= Stage.WITH_RIVAL:
        return COLOURS[1]
    return COLOURS[0] if stages[0] <= Stage.FIRST_DEAL else COLOURS[3]


def _numbers(axes: Axes, data: pd.DataFrame, lang: str) -> None:
    """Beside the hills people on day 0, at most (of the moments drawn), and at the horizon."""
    heads = [
        text("occupancy.day", lang).format(day=number(data.index[0], lang)),
        text("occupancy.most", lang),
        text("occupancy.day", lang).format(day=number(data.index[-1], lang)),
    ]
    columns = (data.iloc[0], data.max(), data.iloc[-1])
    axes.axis("off")
    axes.set_xlim(0, 3)
    for place, head, column in zip((0.7, 1.85, 2.95), heads, columns, strict=True):
        axes.text(
            place,
            len(data.columns),
            head.replace(" ", "\n", 1),
            ha="right",
            va="bottom",
            color=QUIET,
            fontsize=SMALL,
        )
        for row, people in enumerate(column):
            axes.text(place, row + 0.3, number(people, lang), ha="right", va="center")


def _alt(data: pd.DataFrame, words: list[str], lang: str) -> str:
    """The finding: where most people stand at the end, and which step grew and shrank most."""
    first, last = data.iloc[0].to_numpy(), data.iloc[-1].to_numpy()
    change = last - first
    fullest = int(last.argmax())
    grown = int(change.argmax())
    shrunk = int(change.argmin())

    def names(step: int) -> str:
        word = words[step].split("  ")[-1]
        return f"“{word}”" if language(lang) == "en" else f"«{word}»"

    def people(value: float) -> str:
        return number(value, lang)

    ways = {(True, True): "moved", (True, False): "risen", (False, True): "fallen"}
    way = ways.get((bool(change.max() > 0), bool(change.min() < 0)), "still")
    moved = text(f"occupancy.{way}", lang).format(
        up=names(grown),
        up_from=people(first[grown]),
        up_to=people(last[grown]),
        down=names(shrunk),
        down_from=people(first[shrunk]),
        down_to=people(last[shrunk]),
    )
    return text("occupancy.alt", lang).format(
        days=counted("days", data.index[-1], lang),
        most=names(fullest),
        there=people(last[fullest]),
        everybody=people(last.sum()),
        moved=moved,
    )
