"""A search for the best setting of any function that is measured in several runs.

Nothing here knows of scenarios: `optimise` does. A *setting* is a point of a space of axes; a
*measure* gives one number per run, with the same luck at every setting, so that differences between
settings are taken run by run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.experiment.intervals import difference

Floats = npt.NDArray[np.float64]
Point = tuple[float, ...]
Measured = Callable[[Floats], Floats]
"""Settings (m, axes) -> a measure of each in every run (m, runs)."""

ALL_OF: Final = 25
"""A whole-number key with at most so many values is tried at all of them."""
ON_LINE: Final = 15
"""Values tried along the only key before the search goes into detail."""
ON_EACH: Final = 9
"""Values tried along each of several keys, through the best setting."""
ON_ZOOM: Final = 7
ZOOMS: Final = 8
"""Values tried between the neighbours of the best one, and how often at most."""
BY_RATIO: Final = 8.0
"""A range whose ends differ by this factor or more is spaced by ratio."""
WORST: Final = 1e100
A_HAIR: Final = 1e-9
"""By how much shares that have been rounded may miss 1 together."""


class Axis(NamedTuple):
    """What can be moved: a key, or a touchpoint's share of a budget."""

    name: str
    low: float
    high: float
    whole: bool = False

    @property
    def log(self) -> bool:
        return not self.whole and self.low > 0 and self.high >= BY_RATIO * self.low

    def at(self, u: Floats) -> Floats:
        """The values at parts u of the range, 0..1; a whole number owns as long a part as any."""
        if self.whole:
            count = self.high - self.low + 1
            return np.minimum(self.low + np.floor(u * count), self.high)
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** u)
        return self.low + u * (self.high - self.low)

    def part(self, value: Floats) -> Floats:
        """At what part of the range, 0..1, do values lie?"""
        if self.whole:
            return np.asarray((value - self.low + 0.5) / (self.high - self.low + 1))
        if self.log:
            return np.asarray(np.log(value / self.low) / np.log(self.high / self.low))
        return np.asarray((value - self.low) / (self.high - self.low))

    def edge(self, value: float) -> str:
        """At which end of the range a value lies, "low" or "high"; "" inside by 1 % or more."""
        if self.whole:
            at_low = value == self.low
            at_high = value == self.high
        else:
            part = float(self.part(np.array(value)))
            at_low = part < 0.01
            at_high = part > 0.99
        if at_low:
            return "low"
        return "high" if at_high else ""

    def spread(self, low: float, high: float, count: int) -> Floats:
        """At most that many values from low to high, both among them."""
        if self.whole:
            return np.unique(np.round(np.linspace(low, high, count)))
        ends = self.part(np.array([low, high]))
        values = self.at(np.linspace(ends[0], ends[1], count))
        values[[0, -1]] = low, high
        return values


@dataclass(frozen=True)
class Space:
    """All settings: the axes; the last `shares` of them are parts of one budget, together 1."""

    axes: tuple[Axis, ...]
    shares: int = 0

    @property
    def free(self) -> int:
        return len(self.axes) - bool(self.shares)

    def named(self, point: Point) -> dict[str, float]:
        """Axis -> value."""
        return {axis.name: value for axis, value in zip(self.axes, point, strict=True)}

    def holds(self, point: Point) -> bool:
        """Does a setting lie in the space, its shares together 1?"""
        pairs = zip(self.axes, point, strict=True)
        spent = sum(point[-self.shares :]) if self.shares else 1.0
        return all(a.low <= x <= a.high for a, x in pairs) and abs(spent - 1.0) < A_HAIR

    def clean(self, points: Floats) -> Floats:
        """Settings inside the space: within the ranges, whole where they must be, shares sum to 1.

        Twelve digits are kept, of a share twelve decimals, so that one setting reached on two ways
        is one setting: of two shares each is exactly what the other leaves.
        """
        cleaned = np.clip(points, [a.low for a in self.axes], [a.high for a in self.axes])
        for i, axis in enumerate(self.axes):
            if axis.whole:
                cleaned[:, i] = np.round(cleaned[:, i])
        if self.shares:
            part = cleaned[:, -self.shares :]
            total = part.sum(axis=1, keepdims=True)
            scale = np.where(np.abs(total - 1) < A_HAIR, 1.0, np.where(total > 0, total, 1.0))
            part[:] = np.where(total > 0, part / scale, 1 / self.shares)
        digits = np.asarray([[float(f"{x:.12g}") for x in row] for row in cleaned])
        if self.shares:
            others = np.round(cleaned[:, -self.shares : -1], 12)
            digits[:, -self.shares : -1] = others
            digits[:, -1] = np.round(np.maximum(1.0 - others.sum(axis=1), 0.0), 12)
        return digits

    def moved(self, point: Point, i: int, values: Floats) -> Floats:
        """A setting with its i-th axis at other values; the other shares keep their ratios."""
        points = np.tile(np.array(point), (len(values), 1))
        if i >= len(self.axes) - self.shares:
            others = [j for j in range(len(self.axes) - self.shares, len(self.axes)) if j != i]
            rest = points[:, others].sum(axis=1, keepdims=True)
            even = np.full(len(others), 1 / len(others))
            ratio = points[:, others] / rest if rest[0, 0] > 0 else even
            points[:, others] = ratio * (1 - values[:, None])
        points[:, i] = values
        return self.clean(points)


# --- The search -----------------------------------------------------------------------


class Tried:
    """Every setting tried and what was measured; nothing is measured twice."""

    def __init__(self, space: Space, measured: Measured, least: bool = False) -> None:
        self.space = space
        self.least = least
        self._measured = measured
        self._sign = -1.0 if least else 1.0
        self.found: dict[Point, Floats] = {}

    def __call__(self, points: Floats) -> Floats:
        """How good the settings are on average, array (m,): the larger the better."""
        cleaned = [tuple(row) for row in self.space.clean(np.asarray(points, float))]
        new = [point for point in dict.fromkeys(cleaned) if point not in self.found]
        if new:
            self.found |= zip(new, self._measured(np.array(new)), strict=True)
        means = [_mean(self.found[point]) for point in cleaned]
        return np.nan_to_num(self._sign * np.array(means), nan=-WORST)

    def best(self) -> Point:
        """The best setting tried; of equals the first."""
        points = list(self.found)
        return points[int(np.argmax(self(np.array(points))))]


def _mean(values: Floats) -> float:
    """The mean of the runs in which there was something to measure."""
    measured = values[~np.isnan(values)]
    return float(measured.mean()) if len(measured) else np.nan


def search(tried: Tried, start: Point | None = None, evaluations: int = 120, seed: int = 1) -> None:
    """Try settings until the best is found, as well as that many evaluations allow.

    One axis: a grid, then finer ones between the neighbours of its best value. Several:
    differential evolution (Storn & Price 1997), then each axis alone until none leads further up.
    """
    if start is not None:
        tried(np.array([start]))
    if tried.space.free == 1:
        _search_line(tried, start)
        return
    _evolve(tried, start, evaluations, seed)
    best = None
    while best != tried.best():
        best = tried.best()
        for i, axis in enumerate(tried.space.axes):
            tried(tried.space.moved(best, i, axis.spread(axis.low, axis.high, ON_EACH)))


def _search_line(tried: Tried, start: Point | None) -> None:
    """The only axis: from end to end, then closer, as long as the luck lets neighbours differ.

    Values that close could change places under other luck: to go on would be to climb noise.
    """
    space = tried.space
    axis = space.axes[0]
    through = start if start is not None else tuple(a.low for a in space.axes)
    low, high = axis.low, axis.high
    count = ON_LINE
    for _ in range(1 + ZOOMS):
        if axis.whole and high - low < ALL_OF:
            count = ALL_OF
        tried(space.moved(through, 0, axis.spread(low, high, count)))
        low, high = _neighbours(tried)
        count = ON_ZOOM
        if (axis.whole and high - low <= 2) or not _any_clearly_worse(tried, through, (low, high)):
            return


def _neighbours(tried: Tried) -> tuple[float, float]:
    """The nearest values tried on both sides of the best one, or itself at an end."""
    best = tried.best()[0]
    values = np.array([point[0] for point in tried.found])
    return max(values[values < best], default=best), min(values[values > best], default=best)


def _any_clearly_worse(tried: Tried, through: Point, values: tuple[float, float]) -> bool:
    """Is any of these values of the first axis clearly worse than the best setting?"""
    import pandas as pd

    points = map(tuple, tried.space.moved(through, 0, np.array(values)))
    best = tried.found[tried.best()]
    gaps = pd.DataFrame({n: tried.found[point] - best for n, point in enumerate(points)})
    return bool(difference(gaps)["clear"].any())


def _evolve(tried: Tried, start: Point | None, evaluations: int, seed: int) -> None:
    """A population of settings, generation by generation; each is measured at once."""
    from scipy.optimize import differential_evolution

    axes = tried.space.axes

    def loss(u: Floats) -> Floats:
        return -tried(np.column_stack([axis.at(row) for axis, row in zip(axes, u, strict=True)]))

    first = None
    if start is not None:
        first = np.array([axis.part(np.array(x)) for axis, x in zip(axes, start, strict=True)])
    size = 5 * len(axes)
    differential_evolution(
        loss, [(0.0, 1.0)] * len(axes), popsize=5, maxiter=max(1, evaluations // size - 1), tol=0,
        x0=first, polish=False, updating="deferred", vectorized=True, init="sobol", rng=seed,
    )  # fmt: skip
