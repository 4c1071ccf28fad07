"""What a sweep found: who leads where, and how the lead changes with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cjsim.charts.picture import Picture, style
from cjsim.colours import COLOURS
from cjsim.labels import SPOKEN, text, title

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.sweep import Sweep


def phase_map(sweep: Sweep, measure: str = "profit_per_person", lang: str = SPOKEN) -> Picture:
    """Who is ahead where, with the flip line; a dot where the interval includes zero.

    Parameters
    ----------
    sweep : over a grid of two keys, the first to the right, the second upwards.
    measure : what the scenarios are compared by.

    Raises ValueError where there are not just two keys.
    """
    keys = list(sweep.settings.columns)
    if len(keys) != 2:
        raise ValueError(
            f"a map has two keys, this sweep has {len(keys)} ({', '.join(keys)}); see profile()"
        )
    x, y = keys
    phase = sweep.phase(measure)
    with style():
        figure = Figure(figsize=(9.5, 6.2))
        axes = figure.subplots()
        draw = _draw_lead if len(sweep.names) == 2 else _draw_winners
        draw(axes, sweep, phase, measure, lang)
        unclear = phase[~phase["clear"]]
        axes.plot(unclear[x], unclear[y], "o", color="black", markersize=3.5)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        figure.legend(handles=_legend(sweep, lang), loc="outside lower left", ncols=4)
    return Picture(figure, _map_alt(sweep, phase, measure, lang), phase)


def _edges(at: np.ndarray) -> np.ndarray:
    """The borders of cells around their values."""
    if len(at) == 1:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    middle = (at[1:] + at[:-1]) / 2
    return np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])


def _draw_lead(axes: Axes, sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> None:
    """Two scenarios: how far the second is ahead, in colour."""
    x, y = sweep.settings.columns
    table = sweep.differences(measure).pivot_table("difference", y, x)
    most = float(np.nanmax(np.abs(table.to_numpy()))) or 1.0
    at, up = table.columns.to_numpy(float), table.index.to_numpy(float)
    mesh = axes.pcolormesh(
        _edges(at), _edges(up), table, cmap="PuOr_r", norm=TwoSlopeNorm(0.0, -most, most),
        rasterized=False,
    )  # fmt: skip
    if min(table.shape) > 1 and (table.min().min() < 0 < table.max().max()):
        axes.contour(at, up, table, levels=[0.0], colors="black", linewidths=2.5)
    first, second = (title(name, lang) for name in sweep.names)
    assert axes.figure is not None
    bar = axes.figure.colorbar(mesh, ax=axes)
    bar.set_label(f"{text(f'measure.{measure}', lang)}: {second} − {first}")
    axes.set_title(text("chart.map_title", lang).format(measure=text(f"measure.{measure}", lang)))


def _draw_winners(axes: Axes, sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> None:
    """More scenarios: each cell in the colour of its winner."""
    x, y = sweep.settings.columns
    order = list(sweep.names)
    table = phase.assign(code=phase["winner"].map(order.index)).pivot_table("code", y, x)
    axes.pcolormesh(
        _edges(table.columns.to_numpy(float)), _edges(table.index.to_numpy(float)), table,
        cmap=ListedColormap(list(COLOURS[: len(order)])), vmin=-0.5, vmax=len(order) - 0.5,
        alpha=0.75, edgecolors="white",
    )  # fmt: skip
    axes.set_title(text("chart.map_title", lang).format(measure=text(f"measure.{measure}", lang)))


def _legend(sweep: Sweep, lang: str) -> list[Patch | Line2D]:
    dot = Line2D([], [], marker="o", color="black", lw=0, markersize=4)
    dot.set_label(text("chart.unclear", lang))
    if len(sweep.names) > 2:
        patches: list[Patch | Line2D] = [
            Patch(color=COLOURS[i], alpha=0.75, label=title(name, lang))
            for i, name in enumerate(sweep.names)
        ]
        return [*patches, dot]
    return [Line2D([], [], color="black", lw=2.5, label=text("chart.flip_line", lang)), dot]


def _map_alt(sweep: Sweep, phase: pd.DataFrame, measure: str, lang: str) -> str:
    """The finding: how often each is ahead, how often clearly, and where the lead changes."""
    parts = []
    for name in sweep.names:
        won = phase["winner"] == name
        part = text("chart.map_alt_part", lang)
        parts.append(
            part.format(
                name=title(name, lang),
                cells=int(won.sum()),
                clear=int((won & phase["clear"]).sum()),
            )
        )
    found = text("chart.map_alt", lang).format(
        measure=text(f"measure.{measure}", lang), cells=len(phase), parts="; ".join(parts)
    )
    if len(sweep.names) != 2:
        return found
    x, y = sweep.settings.columns
    line = sweep.flip_line(measure, x, y)
    if line.empty:
        return f"{found} {text('chart.map_alt_no_flip', lang)}"
    ends = [line.iloc[0], line.iloc[-1]]
    where = "; ".join(f"{y} = {row[y]:g}: {x} = {row[x]:.3g}" for row in ends[: len(line)])
    return f"{found} {text('chart.map_alt_flip', lang).format(where=where)}"


def profile(
    sweep: Sweep, key: str, measure: str = "profit_per_person", lang: str = SPOKEN
) -> Picture:
    """How the lead of each scenario over the first changes with one key, with 95 % bands."""
    others = sweep.names[1:]
    tables = {name: sweep.profile(key, measure, name) for name in others}
    first = title(sweep.names[0], lang)
    with style():
        figure = Figure(figsize=(9.5, 5.2))
        axes = figure.subplots()
        for i, (name, table) in enumerate(tables.items()):
            at, colour = table.index.to_numpy(float), COLOURS[i + 1]
            axes.fill_between(at, table["low"], table["high"], color=colour, alpha=0.25, lw=0)
            axes.plot(at, table["difference"], "osD^"[i % 4] + "-", color=colour)
            axes.plot([], [], color=colour, label=title(name, lang))
        axes.axhline(0.0, color="black", lw=1)
        axes.set_xlabel(key)
        axes.set_ylabel(text("chart.difference_to", lang).format(first=first))
        axes.set_title(text(f"measure.{measure}", lang))
        axes.grid(True, axis="y")
        axes.legend()
    import pandas as pd

    data = pd.concat(tables, names=["scenario"])
    return Picture(figure, _profile_alt(tables, first, key, measure, lang), data)


def _profile_alt(
    tables: dict[str, pd.DataFrame], first: str, key: str, measure: str, lang: str
) -> str:
    """The finding: the lead at both ends, with intervals."""
    parts = []
    for name, table in tables.items():
        ends = [(at, table.loc[at]) for at in (table.index[0], table.index[-1])]
        shown = "; ".join(
            f"{key} = {at:g}: {row['difference']:+.3g} [{row['low']:+.3g} .. {row['high']:+.3g}]"
            for at, row in ends
        )
        parts.append(f"{title(name, lang)} — {shown}")
    return text("chart.profile_alt", lang).format(
        measure=text(f"measure.{measure}", lang), first=first, parts=". ".join(parts)
    )
