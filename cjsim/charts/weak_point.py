"""At which stage of the journey a little better passing is worth most."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from cjsim.charts.parts import wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.experiment.levers import FLAT_GATE, NOTHING_TO_LOSE
from cjsim.experiment.weak_point import WeakPoint
from cjsim.journey import Stage
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting
from cjsim.measures.summary import LESS_IS_BETTER

if TYPE_CHECKING:
    pass
from cjsim.charts.ranking_parts import annotate, bars, finish, interval_words, legend, measure_words

WHY_NOT = {NOTHING_TO_LOSE: "ranking.nothing_to_lose", FLAT_GATE: "ranking.flat_gate"}
"""Why a stage cannot be passed better, so that no gain is told of it."""


def weak_point(result: WeakPoint, lang: str = SPOKEN) -> Picture:
    """What each stage is worth if a few more pass it, and per budget; the weak point on top.

    Whiskers are intervals over the runs.

    Parameters
    ----------
    result : a `WeakPoint`, what `cjsim.weak_point` has found.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are the table of the result, a row per stage. Raises TypeError
    for what is no such result.

    >>> import cjsim
    >>> from cjsim import charts
    >>> found = cjsim.weak_point("phone", people=50, runs=2, executor="here")
    >>> charts.weak_point(found).alt.partition(".")[0]
    'Weak point of the journey: 9 Repeat deal'
    """
    wanted_kind(result, WeakPoint)
    data = result.table
    rows = np.arange(len(data))
    with style():
        figure = Figure(figsize=(16, 8.8))
        gains, worth = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        colours = [COLOURS[1] if stage == result.stage else COLOURS[0] for stage in data.index]
        bars(gains, rows, data, "gain", 0.7, color=colours)
        bars(worth, rows, data, "gain_per_budget", 0.7, color=colours)
        for row, (how, spent) in enumerate(zip(data["how"], data["spend_per_day"], strict=True)):
            if math.isnan(data["gain"].iloc[row]):
                annotate(gains, row, text(WHY_NOT.get(how, "paired.nothing"), lang))
            elif spent == 0:
                annotate(worth, row, text("ranking.no_budget", lang))
        gains.set_yticks(rows, [_stage(str(stage), lang) for stage in data.index])
        finish(gains, len(data))
        finish(worth, len(data))
        _weak_words(result, gains, worth, lang)
        weak = Patch(color=COLOURS[1], label=text("ranking.weak_point", lang))
        legend(figure, gains, [weak] if result.stage else [], result, lang)
        note = textwrap.fill(result.note(lang), 130)
        figure.supxlabel(note, fontsize=13, x=0.01, ha="left")
    return Picture(figure, _weak_alt(result, lang), data, lang)


def _weak_words(result: WeakPoint, gains: Axes, worth: Axes, lang: str) -> None:
    """Titles and axes of both panels."""
    words = measure_words(result, lang) | {"money": result.scenario.money}
    words["better"] = setting(100 * result.better, lang)
    gains.set_title(text("ranking.weak_title", lang).format(**words))
    gains.set_xlabel(text("ranking.weak_axis", lang).format(**words))
    worth.set_title(text("ranking.budget_title", lang))
    worth.set_xlabel(text("ranking.budget_axis", lang).format(**words))
    worth.tick_params(left=False)


def _weak_alt(result: WeakPoint, lang: str) -> str:
    """The finding: the weak point, its gain, and how sure both are."""
    words = measure_words(result, lang) | {"better": setting(100 * result.better, lang)}
    if result.stage is None:
        tried = result.table[~result.table["how"].isin(list(WHY_NOT))]
        nothing = len(tried) and tried["gain"].isna().all()
        return text(f"ranking.weak_{'nothing' if nothing else 'none'}", lang).format(**words)
    row = result.table.loc[result.stage]
    sure = "clear" if row["clear"] else "not_clear"
    tied = [_stage(name, lang) for name in result.tied]
    if math.isnan(row["gain_low"]):
        sure = "unknown_clear"
        rivals = ""
    else:
        rivals = text(f"ranking.{'tied' if tied else 'not_tied'}", lang)
    if result.measure in LESS_IS_BETTER:  # a gain is how much less
        row = -row[["gain", "gain_high", "gain_low"]].set_axis(["gain", "gain_low", "gain_high"])
    alt = text("ranking.weak_alt", lang).format(
        **words,
        stage=_stage(result.stage, lang),
        gain=interval_words(result, row, "gain", lang),
        clear=text(f"ranking.{sure}", lang),
        tied=rivals.format(stages=", ".join(tied)),
    )
    sentences = [alt.rstrip()]
    if result.smaller:
        less = ", ".join(_stage(name, lang) for name in result.smaller)
        sentences.append(text("ranking.less_to_win", lang).format(stages=less, **words))
    return " ".join(sentences)


def _stage(key: str, lang: str) -> str:
    return f"{int(Stage.of(key))} {text(f'stage.{key}.label', lang)}"
