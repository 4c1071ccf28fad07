"""Paired differences to the first scenario: every run, its mean and its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cjsim.charts.parts import SMALL, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.colours import QUIET, looks_of
from cjsim.experiment.intervals import USUAL
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import digits_for, number
from cjsim.measures.summary import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.compare import Comparison
    from cjsim.scenario import Scenario

MEASURES = ("reached_first_deal", "reached_loyalty", "share_of_category", "profit_per_person")
NUMBERS = ["difference", "low", "high"]
MARKERS = "osD^vP"
NAME_LETTERS = 24
"""Of a scenario's name in one line at the left."""

TITLE_LETTERS = 80
"""Of a panel's title, all panels of a row together."""


def paired(
    comparison: Comparison, lang: str = SPOKEN, *, measures: Sequence[str] = MEASURES
) -> Picture:
    """How far each scenario is from the first, measure by measure, on the same people and luck.

    A grey dot is one run, the large mark their mean, the line its 95 % luck interval.
    Each measure has a scale of its own; shares are in percentage points.

    Parameters
    ----------
    comparison : a `Comparison` of two scenarios or more.
    lang : "en", "ru", or what `cjsim.speak` has set.
    measures : names of `cjsim.measures.UNITS`, or one name.

    Returns the `Picture`; its data are the rows of `Comparison.paired` for the measures. Raises
    ValueError for an unknown measure, none, a single scenario, or a measure in money where the
    scenarios differ in theirs; TypeError for what is no comparison.

    >>> import cjsim
    >>> from cjsim import charts
    >>> guide = cjsim.Scenario.load("phone", "guide")
    >>> market = cjsim.compare(["phone", guide], 50, runs=2, executor="here")
    >>> charts.paired(market, measures="reached_loyalty").alt.split(" — ")[1]
    'Reached loyalty, people: +2.50 [−3.85 .. +8.85] (the interval includes zero).'
    """
    from cjsim.experiment.compare import Comparison

    wanted_kind(comparison, Comparison)
    measures = [measures] if isinstance(measures, str) else list(measures)
    for measure in measures:
        if measure not in UNITS:
            raise unknown("measure", measure, UNITS)
    if not measures:
        raise ValueError("measures = (): a picture of differences needs at least one measure")
    if any(UNITS[measure].startswith("money") for measure in measures):
        check_same(comparison.scenarios, "money")
    gaps = comparison.gaps()
    names = list(gaps)
    looks = looks_of({name: s.strategy for name, s in comparison.scenarios.items()})
    data = comparison.paired(USUAL).loc[(names, measures), :]
    rows_of_words = [fill(comparison.named(name, lang), NAME_LETTERS) for name in names]
    lines = max(words.count("\n") + 1 for words in rows_of_words)
    columns = 1 if len(measures) < 4 else 2
    rows = -(-len(measures) // columns)
    with style():
        figure = Figure(figsize=(11.5, 0.95 + rows * (1.05 + max(0.42, 0.24 * lines) * len(names))))
        panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for axes, measure in zip(panels, measures, strict=False):
            for row, name in enumerate(names):
                gap = data.loc[(name, measure)]
                _draw(axes, row, looks[name][0], gaps[name][measure], gap, measure, lang)
            axes.set_yticks(range(len(names)), rows_of_words)
            label = _label(comparison, measure, lang)
            _finish(axes, len(names), fill(label, TITLE_LETTERS // columns))
        for axes in panels[len(measures) :]:
            axes.remove()
        _around(figure, comparison, lang)
    return Picture(figure, _alt(comparison, data, measures, lang), data, lang)


def check_same(scenarios: Mapping[str, Scenario], key: str) -> None:
    """Raise ValueError, naming the values, where the scenarios differ in a key of their own."""
    settings = ((name, getattr(scenario, key)) for name, scenario in scenarios.items())
    values = {name: value if isinstance(value, str) else f"{value:g}" for name, value in settings}
    if len(set(values.values())) > 1:
        listing = ", ".join(f"{value} in {name!r}" for name, value in values.items())
        raise ValueError(f"{key} differs: {listing}; one picture of money needs the same in all")


def _around(figure: Figure, comparison: Comparison, lang: str) -> None:
    """The title, and what dots, marks and lines are."""
    head = text("chart.difference_to", lang).format(first=comparison.named(comparison.first, lang))
    figure.suptitle(head, x=0.01, ha="left", fontsize=17, weight="bold")
    note = "note" if len(comparison.seeds) > 1 else "one_run"
    words = text(f"paired.{note}", lang).format(runs=len(comparison.seeds))
    figure.supxlabel(fill(words, 88), fontsize=SMALL, color=QUIET)


def _scale(measure: str) -> float:
    """Shares are drawn in percentage points."""
    return 100.0 if UNITS[measure] == "share" else 1.0


def _label(comparison: Comparison, measure: str, lang: str) -> str:
    """The measure and its unit, money by its name."""
    unit = "points" if UNITS[measure] == "share" else UNITS[measure]
    money = comparison.scenarios[comparison.first].money
    word = text(f"unit.{unit}", lang).replace(text("unit.money", lang), money)
    return f"{text(f'measure.{measure}', lang)}, {word}"


def _draw(
    axes: Axes, row: int, colour: str, gaps: Any, interval: Any, measure: str, lang: str
) -> None:
    """One scenario's runs, mean and interval."""
    scale = _scale(measure)
    runs = scale * gaps.dropna().to_numpy()
    mean, low, high = (scale * interval[name] for name in ("difference", "low", "high"))
    if not len(runs):
        axes.text(0, row, text("paired.nothing", lang), ha="center", va="center", color=QUIET)
        return
    shift = 0.24 * (np.arange(len(runs)) * 0.618 % 1 - 0.5)  # so that equal runs show as two
    axes.plot(runs, row + shift, ".", color="#8a8a90", markersize=7, alpha=0.8, mew=0)
    axes.plot([low, high], [row, row], color=colour, lw=5, solid_capstyle="butt")
    axes.plot(
        mean, row, MARKERS[(row + 1) % len(MARKERS)], color=colour, markersize=10, mec="black"
    )
    digits = digits_for(np.nanmax(np.abs([mean, low, high])))
    words = number(mean, lang, digits, signed=True)
    if np.isfinite(low):
        ends = (number(end, lang, digits, signed=True) for end in (low, high))
        words += " [{} .. {}]".format(*ends)
    box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.5}
    axes.annotate(
        words, (mean, row), (0, 7), textcoords="offset points", ha="center", va="bottom", bbox=box,
        fontsize=SMALL,
    )  # fmt: skip


def _finish(axes: Axes, rows: int, label: str) -> None:
    axes.axvline(0, color="black", lw=1.2)
    axes.set_ylim(rows - 0.55, -0.75)
    axes.margins(x=0.25)
    drawn = np.concatenate([np.ravel(line.get_xdata()) for line in axes.lines])
    if not np.nan_to_num(drawn).any():  # no difference anywhere
        axes.set_xlim(-1.0, 1.0)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(label, fontsize=15)


def _admits(row: pd.Series, runs: int, lang: str) -> list[str]:
    """What an interval has to admit, and on how many runs it stands if not on all."""
    words = [text(f"note.{row['note']}", lang)] if row["note"] in ("alike", "uneven") else []
    if 1 <= row["runs"] < runs:
        words.append(text("note.fewer", lang).format(told=row["runs"], runs=runs))
    return words


def _alt(comparison: Comparison, data: pd.DataFrame, measures: list[str], lang: str) -> str:
    """The finding: each difference with its interval, and which of them leave zero out."""
    names = [name for name in comparison.scenarios if name != comparison.first]
    many = len(comparison.seeds) > 1
    sentences = []
    for name in names:
        clauses = []
        for measure in measures:
            row = _scale(measure) * data.loc[(name, measure), NUMBERS].astype(float)
            digits = digits_for(row.abs().max())
            numbers = [number(value, lang, digits, signed=True) for value in row]
            words = f"{_label(comparison, measure, lang)}: {numbers[0]}"
            told = data.loc[(name, measure)]
            admits = _admits(told, len(comparison.seeds), lang)
            if np.isfinite(row["low"]):
                words += f" [{numbers[1]} .. {numbers[2]}]"
                clear = "clear" if told["clear"] else "not_clear"
                admits.insert(0, text(f"paired.{clear}", lang))
            words += f" ({'; '.join(admits)})" if admits else ""
            clauses.append(words)
        sentences.append(f"{comparison.named(name, lang)} — {'; '.join(clauses)}.")
    head = text("paired.alt" if many else "paired.alt_one_run", lang)
    first = comparison.named(comparison.first, lang)
    return head.format(first=first, runs=len(comparison.seeds), parts=" ".join(sentences))
