"""Who leads where: a sweep over two keys as a map with the line where the lead changes hands."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

from cjsim.charts.parts import key_words, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.charts.sweep_parts import (
    check_measured,
    check_numbers,
    check_scenarios,
    flips,
    has_one_run,
)
from cjsim.colours import COLOURS, looks_of
from cjsim.experiment.sweep import Sweep
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, setting

if TYPE_CHECKING:
    import pandas as pd

DOT: dict[str, Any] = {
    "marker": "o",
    "color": "black",
    "mec": "white",
    "mew": 1.0,
    "ms": 6.5,
    "ls": "none",
}
"""Where the interval includes zero: the white rim shows it on a dark cell, too."""
BY_RATIO = 8.0
"""Values that reach so many times their least may be spaced by ratio."""
OUTSIDE = 2.0
"""Times the difference that nine cells in ten keep to: colours go no further."""
LONG = 30
"""Characters of a word in the legend from which each has a line of its own."""
BESIDE = 32
"""Characters of a line beside the scale of colours."""
RING: dict[str, Any] = {**DOT, "color": "none", "mec": "black", "mew": 1.4}
"""Where the interval leaves zero out, but not when all cells are allowed for."""


def phase_map(sweep: Sweep, measure: str = "profit_per_person", lang: str = SPOKEN) -> Picture:
    """Who is ahead where, with the flip line; a dot where the interval includes zero.

    A ring stands where it leaves zero out, but so does that of some cell of so many by chance; see
    `Sweep.phase`.

    Parameters
    ----------
    sweep : a `Sweep` over a grid of two keys, the first to the right, the second upwards; of two
        scenarios or more, six at most. A cell in which nothing was measured stays white.
    measure : what the scenarios are compared by, one of `cjsim.measures.UNITS`.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Picture`; its data are what `Sweep.phase` says of each cell. Raises ValueError
    where there are not just two keys of numbers, no grid, one scenario or more than six, or no
    value of the measure in any cell; TypeError for what is no sweep.

    >>> import cjsim
    >>> from cjsim import charts
    >>> sides = ["phone", cjsim.Scenario.load("phone", "guide")]
    >>> settings = cjsim.grid({"product.price": [400, 500], "firm.reps": [1, 2]})
    >>> sweep = cjsim.sweep(sides, settings, people=30, runs=2, executor="here")
    >>> charts.phase_map(sweep).alt.split(". ")[1]
    'Ahead: Pull in 0, clearly in 0 (0); Guide in 4, clearly in 1 (0)'
    """
    wanted_kind(sweep, Sweep)
    keys = list(sweep.settings.columns)
    if len(keys) != 2:
        raise ValueError(
            f"a map has two keys, this sweep has {len(keys)} ({', '.join(keys)}); see profile()"
        )
    if not sweep.is_grid:
        raise ValueError(
            f"a map needs every combination of the two keys' values; these {len(sweep.settings)} "
            "settings are no such grid, see profile()"
        )
    check_scenarios(sweep)
    if len(sweep.names) > len(COLOURS):
        raise ValueError(
            f"a map tells at most {len(COLOURS)} scenarios apart, this sweep has "
            f"{len(sweep.names)}; see profile()"
        )
    for key in keys:
        check_numbers(sweep, key)
    x, y = keys
    phase = sweep.phase(measure)
    check_measured(phase["margin"], measure)
    with style():
        figure = Figure(figsize=(9.5, 6.2))
        axes = figure.subplots()
        draw = _draw_lead if len(sweep.names) == 2 else _draw_winners
        draw(axes, sweep, phase, measure, lang)
        if not has_one_run(phase):
            unclear = phase[~phase["clear"] & phase["margin"].notna()]
            axes.plot(unclear[x], unclear[y], **DOT)
            alone = phase[phase["clear"] & ~phase["clear_all"]]
            axes.plot(alone[x], alone[y], **RING)
        _by_ratio_where_they_are(axes, np.unique(sweep.settings[x]), np.unique(sweep.settings[y]))
        axes.set_xlabel(key_words(x, lang))
        axes.set_ylabel(key_words(y, lang, BESIDE))
        handles = _legend(sweep, phase, lang)
        widest = max(len(str(handle.get_label())) for handle in handles)
        across = 4 if widest < LONG else 1
        figure.legend(handles=handles, loc="outside lower left", ncols=across)
    return Picture(figure, _map_alt(sweep, phase, measure, lang), phase, lang)


def is_by_ratio(values: np.ndarray) -> bool:
    """Do the values multiply rather than add, as 5, 10, 20, 40 do?

    >>> is_by_ratio(np.array([5.0, 10.0, 20.0, 40.0])), is_by_ratio(np.array([0.4, 0.6, 0.8]))
    (True, False)
    """
    if len(values) < 3 or values[0] <= 0 or values[-1] < BY_RATIO * values[0]:
        return False
    ratios, steps = values[1:] / values[:-1], np.diff(values)
    return bool(ratios.max() / ratios.min() < steps.max() / steps.min())


def _edges(values: np.ndarray) -> np.ndarray:
    """The borders of cells around their values: half way, by ratio where the values are."""
    if is_by_ratio(values):
        return np.asarray(np.exp(_half_way(np.log(values))))
    return _half_way(values)


def _half_way(values: np.ndarray) -> np.ndarray:
    """The borders half way between values."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])


def _by_ratio_where_they_are(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """An axis whose values multiply is one of ratios, with a tick at each value."""
    for axis, scale, values in ((axes.xaxis, axes.set_xscale, x), (axes.yaxis, axes.set_yscale, y)):
        if is_by_ratio(values.astype(float)):
            scale("log")
            axis.set_major_locator(FixedLocator(values.tolist()))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(ScalarFormatter())


def _cells(sweep: Sweep, table: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column as a map of all cells: NaN where nothing was measured, or not yet run."""
    x, y = sweep.settings.columns
    grid = table.pivot_table(column, y, x, dropna=False)
    return grid.reindex(index=np.unique(sweep.settings[y]), columns=np.unique(sweep.settings[x]))


def _draw_lead(axes: Axes, sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> None:
    """Two scenarios: how far the second is ahead, in colour."""
    table = _cells(sweep, sweep.differences(measure), "difference")
    most, is_cut = _reach(np.abs(table.to_numpy()))
    x_values = table.columns.to_numpy(float)
    y_values = table.index.to_numpy(float)
    mesh = axes.pcolormesh(
        _edges(x_values), _edges(y_values), table, cmap=_from_one_to_the_other(sweep),
        norm=TwoSlopeNorm(0.0, -most, most), rasterized=False,
    )  # fmt: skip
    if min(table.shape) > 1 and (table.min().min() < 0 < table.max().max()):
        axes.contour(x_values, y_values, table, levels=[0.0], colors="black", linewidths=2.5)
    if min(table.shape) == 1:  # too thin for a contour
        line = flips(sweep, measure)
        crossing = line.columns[1]
        draw = axes.axvline if crossing == sweep.settings.columns[0] else axes.axhline
        for place in line[crossing]:
            draw(place, color="black", lw=2.5)
    first, second = (sweep.named(name, lang) for name in sweep.names)
    assert axes.figure is not None
    bar = axes.figure.colorbar(mesh, ax=axes, extend="both" if is_cut else "neither")
    words = f"{text(f'measure.{measure}', lang)}: {second} − {first}"
    bar.set_label(fill(words, BESIDE))
    axes.set_title(text("chart.map_title", lang).format(measure=text(f"measure.{measure}", lang)))


def _reach(sizes: np.ndarray) -> tuple[float, bool]:
    """Up to which difference colours go, and whether some go further.

    A few cells far beyond all others would leave these no colour: they have the last one.
    """
    largest = float(np.nanmax(sizes)) or 1.0
    usual = float(np.nanpercentile(sizes, 90))
    return (OUTSIDE * usual, True) if 0 < OUTSIDE * usual < largest else (largest, False)


def _from_one_to_the_other(sweep: Sweep) -> LinearSegmentedColormap:
    """From the colour of the first scenario over white to that of the second."""
    first, second = (colour for colour, _ in looks_of(sweep.strategies).values())
    return LinearSegmentedColormap.from_list("lead", [first, "#ffffff", second])


def _draw_winners(axes: Axes, sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> None:
    """More scenarios: each cell in the colour of its winner."""
    order = list(sweep.names)
    looks = looks_of(sweep.strategies)
    codes = phase["winner"].map(order.index).where(_ahead(phase)).astype(float)
    table = _cells(sweep, phase.assign(code=codes), "code")
    axes.pcolormesh(
        _edges(table.columns.to_numpy(float)), _edges(table.index.to_numpy(float)), table,
        cmap=ListedColormap([looks[name][0] for name in order]), vmin=-0.5, vmax=len(order) - 0.5,
        alpha=0.75, edgecolors="white",
    )  # fmt: skip
    axes.set_title(text("chart.map_title", lang).format(measure=text(f"measure.{measure}", lang)))


def _ahead(phase: pd.DataFrame) -> pd.Series[bool]:
    """In which cells is somebody ahead? Of two that are equal nobody is."""
    return phase["margin"].notna() & (phase["margin"] != 0)


def _legend(sweep: Sweep, phase: pd.DataFrame, lang: str) -> list[Patch | Line2D]:
    """The scenarios or the line, dots and rings; one run has words instead of dots."""
    looks = {"ls": "none"} if has_one_run(phase) else DOT
    dot = Line2D([], [], **looks)
    dot.set_label(text("chart.one_run" if has_one_run(phase) else "chart.unclear", lang))
    marks = [dot]
    if (phase["clear"] & ~phase["clear_all"]).any():
        marks.append(Line2D([], [], **RING, label=text("chart.clear_alone", lang)))
    if len(sweep.names) > 2:
        looks = looks_of(sweep.strategies)
        patches: list[Patch | Line2D] = [
            Patch(color=looks[name][0], alpha=0.75, label=sweep.named(name, lang))
            for name in sweep.names
        ]
        if (phase["margin"] == 0).any():
            patches.append(Patch(fc="white", ec="black", label=text("chart.level", lang)))
        return [*patches, *marks]
    return [Line2D([], [], color="black", lw=2.5, label=text("chart.flip_line", lang)), *marks]


def _map_alt(sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> str:
    """The finding: how often each is ahead, how often clearly, and where the lead changes."""
    clauses = []
    ahead = _ahead(phase)
    one_run = has_one_run(phase)
    for name in sweep.names:
        is_ahead = ahead & (phase["winner"] == name)
        part = text("chart.map_alt_part_one_run" if one_run else "chart.map_alt_part", lang)
        clauses.append(
            part.format(
                name=sweep.named(name, lang),
                cells=number(is_ahead.sum(), lang),
                clear=number((is_ahead & phase["clear"]).sum(), lang),
                all=number((is_ahead & phase["clear_all"]).sum(), lang),
            )
        )
    head = text("chart.map_alt", lang).format(
        measure=text(f"measure.{measure}", lang),
        cells=number(len(phase), lang),
        parts="; ".join(clauses),
    )
    without = {
        "level": int((phase["margin"] == 0).sum()),
        "nothing": int(phase["margin"].isna().sum()),
    }
    sentences = [head] if one_run else [head, text("chart.map_alt_all", lang)]
    sentences += [
        text(f"chart.map_alt_{word}", lang).format(cells=number(cells, lang))
        for word, cells in without.items()
        if cells
    ]
    if one_run:
        sentences.append(text("chart.map_alt_one_run", lang))
    if len(sweep.names) == 2:
        sentences.append(_flip_words(sweep, phase, measure, lang))
    return " ".join(filter(None, sentences))


def _flip_words(sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> str:
    """Where the lead changes hands; nothing, where it does so between cells that do not touch."""
    line = flips(sweep, measure)
    if line.empty:
        leaders = phase.loc[_ahead(phase), "winner"].nunique()
        return text("chart.map_alt_no_flip", lang) if leaders < 2 else ""
    held, crossing = line.columns[:2]
    ends = [line.iloc[0], line.iloc[-1]]
    crossings = "; ".join(
        f"{held} = {_value_words(row[held], lang)}: {crossing} = {setting(row[crossing], lang, 3)}"
        for row in ends[: len(line)]
    )
    return text("chart.map_alt_flip", lang).format(where=crossings)


def _value_words(value: Any, lang: str) -> str:
    """The value of a key, words as they are."""
    return value if isinstance(value, str) else setting(value, lang)
