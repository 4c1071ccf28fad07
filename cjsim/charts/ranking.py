"""What matters most: numbers of the scenario (tornado), and stages of the journey (weak point)."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from cjsim.charts.parts import wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.charts.sweep import setting
from cjsim.colours import COLOURS
from cjsim.experiment.sensitivity import Tornado
from cjsim.experiment.weak_point import FLAT_GATE, NOTHING_TO_LOSE, WeakPoint
from cjsim.journey import Stage
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import digits_for, number
from cjsim.measures.summary import LESS_IS_BETTER, UNITS

if TYPE_CHECKING:
    import pandas as pd

WHY_NOT = {NOTHING_TO_LOSE: "ranking.nothing_to_lose", FLAT_GATE: "ranking.flat_gate"}
"""Why a stage cannot be passed better, so that no gain is told of it."""
LINE = 34
"""Characters after which a dotted key goes on in the next line."""


# --- Tornado --------------------------------------------------------------------------------------


def tornado(result: Tornado, lang: str = SPOKEN) -> Picture:
    """What each key, made smaller and larger, does to the measure; the strongest on top.

    Whiskers are 95 % intervals over the runs. `lang` is "en" or "ru".
    """
    wanted_kind(result, Tornado)
    data = result.table
    rows = np.arange(len(data))
    with style():
        figure = Figure(figsize=(10, 2.0 + 0.6 * len(data)))
        axes = figure.subplots()
        ends = (("down", "smaller", -0.2, COLOURS[0]), ("up", "larger", 0.2, COLOURS[1]))
        for column, word, shift, colour in ends:
            label = text(f"ranking.{word}", lang)
            _bars(axes, rows + shift, data, column, 0.38, color=colour, label=label)
        for row in rows[data["swing"].isna()]:
            _say(axes, row, text("paired.nothing", lang))
        axes.set_yticks(rows, [_key_label(str(key), row, lang) for key, row in data.iterrows()])
        _finish(axes, len(data))
        axes.set_title(text("ranking.tornado_title", lang).format(step=f"{100 * result.step:g}"))
        axes.set_xlabel(text("ranking.tornado_axis", lang).format(**_measure(result, lang)))
        _legend(figure, axes, axes.get_legend_handles_labels()[0], lang)
    return Picture(figure, _tornado_alt(result, lang), data)


def _key_label(key: str, row: Any, lang: str) -> str:
    """The key, in two lines if it is long, and the two values it was given."""
    lines = [key]
    if len(key) > LINE:
        cut = key.rfind(".", 0, LINE) + 1
        lines = [key[:cut], key[cut:]]
    low, high = (setting(row[name], lang) for name in ("low_value", "high_value"))
    return "\n".join([*lines, f"{low} … {high}"])


def _tornado_alt(result: Tornado, lang: str) -> str:
    """The finding: the strongest key, its elasticity, and how many keys are clear of zero."""
    data = result.table
    words = _measure(result, lang)
    words |= {"step": f"{100 * result.step:g}", "keys": str(len(data))}
    first = data.iloc[0]
    if not first["swing"] > 0:
        word = "tornado_nothing" if math.isnan(first["swing"]) else "tornado_none"
        return text(f"ranking.{word}", lang).format(**words)
    known = not math.isnan(first["elasticity"])
    elasticity = text(f"ranking.{'elasticity' if known else 'no_elasticity'}", lang)
    return text("ranking.tornado_alt", lang).format(
        **words,
        key=data.index[0],
        elasticity=elasticity.format(elasticity=_interval(first, "elasticity", lang)),
        low_value=setting(first["low_value"], lang),
        high_value=setting(first["high_value"], lang),
        down=_interval(first, "down", lang),
        up=_interval(first, "up", lang),
        clear=int(data["clear"].sum()),
    )


# --- Weak point -----------------------------------------------------------------------------------


def weak_point(result: WeakPoint, lang: str = SPOKEN) -> Picture:
    """What each stage is worth if a few more pass it, and per budget; the weak point on top.

    Whiskers are 95 % intervals over the runs. `lang` is "en" or "ru".
    """
    wanted_kind(result, WeakPoint)
    data = result.table
    rows = np.arange(len(data))
    with style():
        figure = Figure(figsize=(12, 6.6))
        gains, worth = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        colours = [COLOURS[1] if stage == result.stage else COLOURS[0] for stage in data.index]
        _bars(gains, rows, data, "gain", 0.7, color=colours)
        _bars(worth, rows, data, "gain_per_budget", 0.7, color=colours)
        for row, (how, spent) in enumerate(zip(data["how"], data["spend_per_day"], strict=True)):
            if math.isnan(data["gain"].iloc[row]):
                _say(gains, row, text(WHY_NOT.get(how, "paired.nothing"), lang))
            elif spent == 0:
                _say(worth, row, text("ranking.no_budget", lang))
        gains.set_yticks(rows, [_stage(str(stage), lang) for stage in data.index])
        _finish(gains, len(data))
        _finish(worth, len(data))
        _weak_words(result, gains, worth, lang)
        weak = Patch(color=COLOURS[1], label=text("ranking.weak_point", lang))
        _legend(figure, gains, [weak] if result.stage else [], lang)
        note = textwrap.fill(result.note(lang), 130)
        figure.supxlabel(note, fontsize=10, x=0.01, ha="left")
    return Picture(figure, _weak_alt(result, lang), data)


def _weak_words(result: WeakPoint, gains: Axes, worth: Axes, lang: str) -> None:
    """Titles and axes of both panels."""
    words = _measure(result, lang) | {"money": result.scenario.money}
    words["better"] = f"{100 * result.better:g}"
    gains.set_title(text("ranking.weak_title", lang).format(**words))
    gains.set_xlabel(text("ranking.weak_axis", lang).format(**words))
    worth.set_title(text("ranking.budget_title", lang))
    worth.set_xlabel(text("ranking.budget_axis", lang).format(**words))
    worth.tick_params(left=False)


def _weak_alt(result: WeakPoint, lang: str) -> str:
    """The finding: the weak point, its gain, and how sure both are."""
    words = _measure(result, lang) | {"better": f"{100 * result.better:g}"}
    if result.stage is None:
        tried = result.table[~result.table["how"].isin(list(WHY_NOT))]
        nothing = len(tried) and tried["gain"].isna().all()
        return text(f"ranking.weak_{'nothing' if nothing else 'none'}", lang).format(**words)
    row = result.table.loc[result.stage]
    sure = "clear" if row["clear"] else "not_clear"
    tied = [_stage(name, lang) for name in result.tied]
    if math.isnan(row["gain_low"]):
        sure, rivals = "unknown_clear", ""
    else:
        rivals = text(f"ranking.{'tied' if tied else 'not_tied'}", lang)
    if result.measure in LESS_IS_BETTER:  # a gain is how much less
        row = -row[["gain", "gain_high", "gain_low"]].set_axis(["gain", "gain_low", "gain_high"])
    return (
        text("ranking.weak_alt", lang)
        .format(
            **words,
            stage=_stage(result.stage, lang),
            gain=_interval(row, "gain", lang),
            clear=text(f"ranking.{sure}", lang),
            tied=rivals.format(stages=", ".join(tied)),
        )
        .rstrip()
    )


def _stage(key: str, lang: str) -> str:
    return f"{int(Stage[key.upper()])} {text(f'stage.{key}.label', lang)}"


# --- What both need -------------------------------------------------------------------------------


def _bars(
    axes: Axes, at: Any, data: pd.DataFrame, column: str, height: float, **looks: Any
) -> None:
    """Bars of one column with the whiskers of its interval; what is missing is not drawn."""
    values = data[column].to_numpy()
    axes.barh(at, np.nan_to_num(values), height, **looks)
    low, high = data[f"{column}_low"].to_numpy(), data[f"{column}_high"].to_numpy()
    there = ~np.isnan(low)
    ends = [(values - low)[there], (high - values)[there]]
    axes.errorbar(
        values[there], np.asarray(at)[there], xerr=ends, fmt="none", ecolor="black", lw=1.2,
        capsize=3,
    )  # fmt: skip


def _finish(axes: Axes, rows: int) -> None:
    """The first row on top, a line at zero."""
    axes.axvline(0, color="black", lw=1)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.set_axisbelow(True)


def _say(axes: Axes, row: int, words: str) -> None:
    axes.annotate(
        words, (0, row), (4, 0), textcoords="offset points", va="center", fontsize=9,
        color="#555555",
    )  # fmt: skip


def _legend(figure: Figure, axes: Axes, named: list[Any], lang: str) -> None:
    """The names of these artists, and what the whiskers are, if there are any."""
    for whiskers in axes.containers:
        if isinstance(whiskers, ErrorbarContainer) and whiskers.lines[2][0].get_segments():
            whiskers.set_label(text("chart.interval", lang).format(level=95))
            named = [*named, whiskers]
            break
    figure.legend(handles=named, loc="outside upper right", ncols=max(1, len(named)))


def _measure(result: Tornado | WeakPoint, lang: str) -> dict[str, str]:
    """The measure and its unit in words; money by its name."""
    unit = text(f"unit.{UNITS[result.measure]}", lang)
    unit = unit.replace(text("unit.money", lang), result.scenario.money)
    return {"measure": text(f"measure.{result.measure}", lang), "unit": unit}


def _interval(row: Any, column: str, lang: str) -> str:
    """A number and its interval in words."""
    value, low, high = (row[f"{column}{end}"] for end in ("", "_low", "_high"))
    key = "one_run" if math.isnan(low) else "interval"
    return text(f"ranking.{key}", lang).format(
        value=_number(value, lang), low=_number(low, lang), high=_number(high, lang)
    )


def _number(value: float, lang: str) -> str:
    """Three digits that count, with a sign."""
    return number(value, lang, digits_for(value), signed=True)
