"""Where a noisy curve crosses 0: pure functions of values (p,) and gaps (runs, p).

Every run gives a curve over the values, with luck of its own; asked is where their mean, of which
more runs would tell more, goes from below 0 to above it or back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.experiment.intervals import difference, t_quantile

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Sample = Callable[[Sequence[float]], Floats]
"""The gaps at some values of the key: (runs, values)."""

DRAWS: Final = 2000
FINE: Final = 0.01
"""Width of the last bracket around a crossing, as a share of the range."""
ROUNDS: Final = 20
"""Halvings at most; a hundredth of the range needs seven."""
TINY: Final = 1e-6
"""A spread of this share of the runs' own is rounding: all runs drawn are the same."""


class Crossing(NamedTuple):
    """Where the mean difference goes through 0, and its interval.

    -inf (inf): below (above) all that was tried.
    """

    value: float
    low: float
    high: float
    begins: bool
    """Does the claim begin to hold here, or end?"""


def find(values: npt.ArrayLike, gaps: npt.ArrayLike, confidence: float = 0.95) -> list[Crossing]:
    """All crossings of the mean gap, by straight lines between the values.

    A stretch between two crossings where no value is clearly on its side is noise, and goes
    together with both. So is a lone crossing with nothing clear on either side: it has the interval
    from -inf to inf. Clear is what an interval says that allows for all values being looked at
    (`_sure`). Without a crossing the list holds one whose value is -inf or inf: the claim
    would begin (if the gap rises over the range) or end (if it falls) beyond its ends.

    The interval: runs are drawn again with replacement (2,000 times, fixed generator), each draw
    gives a curve that the truth may well be (`_plausible`). There a crossing is where switching
    sides would lose least, between the middles of the stretches around it; the interval holds
    `confidence` of these.
    """
    x = np.asarray(values, np.float64)
    table = np.asarray(gaps, np.float64)
    mean = table.mean(axis=0)
    plausible = _plausible(table, mean, confidence)
    sure = _sure(table, confidence)
    holds = _without_noise(mean, sure)
    changes = np.flatnonzero(holds[1:] != holds[:-1])
    middles = [_middle(mean, holds, a, b) for a, b in _stretches(holds)]
    windows = list(zip([0, *middles[1:-1]], [*middles[1:-1], len(x) - 1], strict=True))
    begins = [bool(holds[i + 1]) for i in changes] or [bool(mean[-1] >= mean[0])]
    if len(changes) and not sure.any():  # a lone crossing, as inner stretches would be sure
        return [Crossing(_beyond(holds, begins[0]), -math.inf, math.inf, begins[0])]
    crossings = []
    for (first, last), rising in zip(windows, begins, strict=True):
        at = _turning(x, np.vstack([mean, plausible]), rising, first, last)
        low, high = _percentiles(at[1:], confidence)
        known = math.isfinite(low) or math.isfinite(high)
        value = at[0] if len(changes) and known else _beyond(holds, rising)
        crossings.append(Crossing(float(value), low, high, rising))
    return crossings


def refined(
    sample: Sample,
    values: Sequence[float],
    confidence: float = 0.95,
    fine: float = FINE,
    whole: bool = False,
) -> tuple[list[float], Floats]:
    """Values and gaps, closer together around the crossings.

    Parameters
    ----------
    sample : gaps (runs, values) at values; called with the new ones only.
    values : to begin with, ascending.
    fine : stop where the bracket around a crossing is narrower than this share of the range, or
        than the crossing's interval: closer values would only show noise.
    whole : the key takes whole numbers only.
    """
    points = list(values)
    gaps = sample(points)
    width = fine * (points[-1] - points[0])
    for _ in range(ROUNDS):
        new = sorted(set(_middles(points, gaps, confidence, width, whole)))
        if not new:
            break
        order = np.argsort([*points, *new])
        gaps = np.hstack([gaps, sample(new)])[:, order]
        points = [float(v) for v in np.array([*points, *new])[order]]
    return points, gaps


def _middles(
    points: list[float], gaps: Floats, confidence: float, width: float, whole: bool
) -> Iterable[float]:
    """The middle of each bracket that should be narrower."""
    for crossing in find(points, gaps, confidence):
        if math.isinf(crossing.value):
            continue
        i = int(np.searchsorted(points, crossing.value, "right")) - 1
        low, high = points[max(0, i)], points[min(i + 1, len(points) - 1)]
        middle = math.floor((low + high) / 2) if whole else nine_digits((low + high) / 2)
        wide = high - low >= width and crossing.high - crossing.low <= high - low
        if wide and low < middle < high:
            yield middle


def nine_digits(value: float) -> float:
    """With nine digits, so that tables and files stay readable."""
    return float(f"{value:.9g}")


def _stretches(holds: Flags) -> list[tuple[int, int]]:
    """From where up to where (not included) the claim holds, or does not."""
    ends = [0, *(np.flatnonzero(holds[1:] != holds[:-1]) + 1).tolist(), len(holds)]
    return list(pairwise(ends))


def _middle(mean: Floats, holds: Flags, first: int, end: int) -> int:
    """Where a stretch is most on its side."""
    side = 1.0 if holds[first] else -1.0
    return first + int(np.argmax(side * mean[first:end]))


def _beyond(holds: Flags, rising: bool) -> float:
    """On which side of all that was tried a crossing would lie that nobody has seen."""
    return -math.inf if holds[0] == rising else math.inf


def _sure(gaps: Floats, confidence: float) -> Flags:
    """At which values the mean is clearly on its side, all of them being looked at.

    A t interval that allows for so many looks as there are values which do not move together:
    (sum of eigenvalues)^2 / sum of their squares of the runs' correlations, 1 for luck that all
    values share, as many as there are values for luck of their own.
    """
    import pandas as pd

    own = gaps.std(axis=0)
    noisy = own > TINY * own.max()
    looks = 1.0
    if noisy.any():
        unit = (gaps - gaps.mean(axis=0))[:, noisy] / own[noisy]
        together = unit @ unit.T  # of runs: it has the eigenvalues of the values' correlations
        looks = max(1.0, float(np.trace(together) ** 2 / (together**2).sum()))
    clear = difference(pd.DataFrame(gaps), 1.0 - (1.0 - confidence) / looks)["clear"].to_numpy()
    return np.asarray(clear | (gaps == 0).all(axis=0))  # both are the same: clearly nobody is ahead


def _without_noise(mean: Floats, sure: Flags) -> Flags:
    """At which values the claim holds, once inner stretches of mere noise are smoothed away."""
    holds = np.asarray(mean > 0)
    while True:
        inner = _stretches(holds)[1:-1]
        on_its_side = sure & ((mean > 0) == holds)
        noise = [(a, b) for a, b in inner if not on_its_side[a:b].any()]
        if not noise:
            return holds
        a, b = noise[0]  # whichever goes first, as many crossings are left; `_turning` places them
        holds[a:b] = ~holds[a:b]


def _turning(x: Floats, means: Floats, begins: bool, first: int, last: int) -> Floats:
    """For each curve (row) the best value, between two places, at which to begin (end) to claim.

    The best keeps the area of the claim's failures right of it (left of it) and of its successes
    on the other side least: an extreme of the integral of the curve, hence a crossing or an end.
    """
    g = (means if begins else -means)[:, first : last + 1]
    values = x[first : last + 1]
    step = np.diff(values)
    left, right = g[:, :-1], g[:, 1:]
    area = np.cumsum((left + right) / 2 * step, axis=1)
    area = np.hstack([np.zeros((len(g), 1)), area])
    crosses = (left <= 0) & (right > 0) if begins else (left < 0) & (right >= 0)
    part = np.where(crosses, -left, 0.0) / np.where(crosses, right - left, 1.0)
    at_crossing = np.where(crosses, area[:, :-1] + left * part * step / 2, np.inf)
    below = -np.inf if first == 0 else x[first]
    above = np.inf if last == len(x) - 1 else x[last]
    column = (len(g), 1)
    costs = np.hstack([area[:, :1], at_crossing, area[:, -1:]])
    places = [np.full(column, below), values[:-1] + part * step, np.full(column, above)]
    # where the curve lies on 0, the claim, which needs more, does not hold
    best = costs.shape[1] - 1 - np.argmin(costs[:, ::-1], axis=1) if begins else costs.argmin(1)
    return np.asarray(np.hstack(places)[np.arange(len(g)), best])


def _plausible(gaps: Floats, mean: Floats, confidence: float) -> Floats:
    """Curves that the true one may be: (DRAWS, p), by the bootstrap-t (Efron 1979, Hall 1988).

    n runs are drawn again with replacement. As many of its own standard errors as a draw's mean
    curve is off this one, the truth may be off it the other way: so runs of which a few lie far off
    to one side (lognormal luck) push the interval to that side. The root of (n + 2) / (n - 1) makes
    up for the tails that n runs do not show. A draw without any spread is taken for as far off as
    a t interval reaches.
    """
    n = len(gaps)
    generator = np.random.default_rng(0)
    weights = generator.multinomial(n, np.full(n, 1 / n), DRAWS) / n
    off = gaps - mean
    drawn = weights @ off
    spread = np.sqrt(np.maximum(weights @ off**2 - drawn**2, 0.0))
    own = gaps.std(axis=0)
    flat = spread <= TINY * own
    errors = np.where(flat, t_quantile(confidence, n), own / np.where(flat, 1.0, spread))
    return np.asarray(mean - math.sqrt((n + 2) / (n - 1)) * drawn * errors)


def _percentiles(draws: Floats, confidence: float) -> tuple[float, float]:
    """The middle `confidence` of what the draws gave; values, not means of two: some are inf."""
    cut = int((1 - confidence) / 2 * len(draws))
    ordered = np.sort(draws)
    return float(ordered[cut]), float(ordered[-1 - cut])
