"""What stays of the last picture in the next: its axes, and a dotted outline of what has moved.

So the eye compares lengths and not scales: what nobody has changed stands still.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cjsim.colours import QUIET

GHOST = "ghost"
"""The group id of an outline: a ghost leaves no ghost."""
SHARES = 1.5
"""Whatever reaches no further is a share, of all people at most."""
MOST = 1.13
"""Everybody, and a number beside the bar."""
THIN = 1.5
"""Curves that are thinner only accompany others [points]."""
LOOK: Any = {"color": QUIET, "linestyle": (0, (1, 1.5)), "linewidth": 1.6, "zorder": 6}

Limits = tuple[tuple[float, float], tuple[float, float]]


def hold_axes(figure: Figure, held: list[Limits], room: float = 1.0) -> list[Limits]:
    """Let axes reach at least as far as before; gives how far they reach now.

    `held` is what the last call gave. Where the figure has another number of axes it is a new one,
    whose lengths get `room` times the width that they take, so that it will hardly have to grow.
    """
    limits = [(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes]
    if len(held) != len(limits):
        limits = [(_roomy(across, room), up) for across, up in limits]
    else:
        pairs = zip(limits, held, strict=True)
        limits = [(_wider(new[0], old[0]), _wider(new[1], old[1])) for new, old in pairs]
    for axes, (across, up) in zip(figure.axes, limits, strict=True):
        axes.set_xlim(across)
        axes.set_ylim(up)
    return limits


def _roomy(across: tuple[float, float], room: float) -> tuple[float, float]:
    """A range with room to grow; that of shares needs none beyond all people and a number."""
    left, right = across
    most = max(right, MOST) if right <= SHARES else room * right
    return room * left, min(room * right, most)


def _wider(new: tuple[float, float], old: tuple[float, float]) -> tuple[float, float]:
    """Both ranges in one, the same way round as the new one."""
    low, high = min(*new, *old), max(*new, *old)
    return (low, high) if new[0] <= new[1] else (high, low)


def add_ghosts(figure: Figure, last: Figure) -> bool:
    """Outline in `figure` the bars and curves of `last` that are elsewhere now; were there any?"""
    if len(figure.axes) != len(last.axes):
        return False
    moved = [_outline(axes, former) for axes, former in zip(figure.axes, last.axes, strict=True)]
    return any(moved)


def _outline(axes: Axes, former: Axes) -> bool:
    bars = [bar for bar in _bars(former) if bar not in _bars(axes)]
    for x, y, width, height in bars:
        ghost = Rectangle((x, y), width, height, fill=False, gid=GHOST, **LOOK)
        axes.add_patch(ghost)
    curves = [line for line in former.lines if _is_curve(line) and not _is_among(line, axes)]
    for line in curves:
        style = line.get_drawstyle()
        axes.plot(*line.get_data(), drawstyle=style, gid=GHOST, scalex=False, scaley=False, **LOOK)
    return bool(bars or curves)


def _bars(axes: Axes) -> list[tuple[float, float, float, float]]:
    """Place and size of each bar."""
    containers = (bars for bars in axes.containers if isinstance(bars, BarContainer))
    return [tuple(bar.get_bbox().bounds) for bars in containers for bar in bars.patches]


def _is_curve(line: Any) -> bool:
    """Marks and thin lines are none, nor those across the picture, nor what is a ghost."""
    drawn = line.get_linewidth() >= THIN and line.get_linestyle() not in ("None", "none", "", " ")
    return bool(drawn and line.get_gid() != GHOST and len(line.get_xdata()) > 2)


def _is_among(line: Any, axes: Axes) -> bool:
    """Whether a curve is drawn there as well, point by point."""
    return any(
        np.array_equal(line.get_xydata(), other.get_xydata(), equal_nan=True)
        for other in axes.lines
    )
