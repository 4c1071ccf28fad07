"""What draws tell: how much of a spread is doubt, whose it is, what it is worth to find out a key.

All of it is read off the runs there are, each draw with luck of its own ("given data").

- `split`: variance of the expected value over the draws, and of luck within them (nested analysis
  of variance, unbiased for unequal numbers of worlds).
- `curve_of`: the expected value given one key, a polynomial of the key or of its rank whose degree
  the draws choose (BIC).
- `first_order`: the variance of that curve, less what noise alone would give it, over that of the
  doubt: the part of the doubt that would be gone, on average, if the key were known.
- `worth`: what it brings to know a key before one of several sides is chosen, over choosing the
  side that is best on average (expected value of partial perfect information; Strong, Oakley &
  Brennan 2014), and what it brings to know everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HIGHEST: Final = 8
"""Degree of a curve at most; fewer where there are few draws."""
DRAWS_A_DEGREE: Final = 10
TIMES: Final = 200
"""Samples of a bootstrap."""
REACH: Final = 1.6448536269514722
"""Standard deviations of a bootstrap that an interval of 5-95 % has on each side."""


class Split(NamedTuple):
    """The variance of one world's number, in two parts.

    `expected` is the mean of each draw over its worlds with the luck that is left in it taken out:
    its variance is that of the doubt. `hidden`: the luck within draws is as large as all their
    spread, so that no doubt can be told; then it is taken for 0.
    """

    mean: float
    doubt: float
    luck: float
    hidden: bool
    expected: Floats

    @property
    def share(self) -> float:
        """The part of the doubt in the variance of one world; NaN where nothing varies."""
        whole = self.doubt + self.luck
        return self.doubt / whole if whole > 0 else math.nan


def split(values: Floats) -> Split:
    """Doubt and luck of numbers of (draws, worlds); NaN where a draw does not live in a world.

    Draws that have no number are left out. A spread that is a rounding error is none.

    >>> split(np.array([[1.0, 3.0], [5.0, 7.0]]))[:4]
    (4.0, 7.0, 2.0, False)
    """
    there = ~np.isnan(values)
    n = there.sum(axis=1)
    known = n > 0
    n = n[known]
    if not len(n):
        return Split(math.nan, math.nan, math.nan, False, np.empty(0))
    rows = np.where(there, values, 0.0)[known]
    means = rows.sum(axis=1) / n
    within = np.where(there[known], values[known] - means[:, None], 0.0)
    repeats = int((n - 1).sum())
    luck = float((within**2).sum() / repeats) if repeats else math.nan
    mean = float(means.mean())
    if len(n) < 2:
        return Split(mean, math.nan, luck, False, means)
    rest = 0.0 if math.isnan(luck) else luck
    size = float(np.abs(means).max())
    spread = float(means.var(ddof=1))
    if spread <= (1e-9 * size) ** 2:
        return Split(mean, 0.0, luck, False, np.full_like(means, mean))
    doubt = spread - rest * float((1.0 / n).mean())
    if doubt <= 0.0:
        return Split(mean, 0.0, luck, True, np.full_like(means, mean))
    keep = np.sqrt(doubt / (doubt + rest / n))
    expected = means if rest == 0.0 else mean + keep * (means - mean)
    return Split(mean, doubt, luck, False, expected)


# --- One key ------------------------------------------------------------------------------------


class Curve(NamedTuple):
    """The expected value given a key, at each draw, and its variance without that of the noise."""

    fitted: Floats
    variance: float
    degree: int


def curve_of(values: Floats, key: Floats) -> Curve:
    """The curve of a number over one key: that of the forms and degrees with the least BIC."""
    n = len(values)
    mean = float(values.mean())
    off = values - mean
    total = float(off @ off)
    flat = Curve(np.full(n, mean), 0.0, 0)
    distinct = len(np.unique(key))
    highest = min(HIGHEST, n // DRAWS_A_DEGREE, distinct - 1)
    if highest < 1 or total <= n * (1e-9 * max(1e-300, float(np.abs(values).max()))) ** 2:
        return flat
    best, least = flat, n * math.log(total / n)
    for at in (key, _ranks(key)):
        basis = _orthonormal(_within_one(at), highest)
        weights = basis.T @ off
        left = total - np.cumsum(weights**2)
        for degree in range(1, highest + 1):
            rest = max(float(left[degree - 1]), 1e-18 * total)
            cost = n * math.log(rest / n) + degree * math.log(n)
            if cost < least - 1e-9:
                least = cost
                fitted = mean + basis[:, :degree] @ weights[:degree]
                by_noise = degree * rest / (n - 1 - degree)
                best = Curve(fitted, max(0.0, (total - rest - by_noise) / (n - 1)), degree)
    return best


def _orthonormal(at: Floats, highest: int) -> Floats:
    """Polynomials without a constant, orthonormal over the draws: column d has degree d + 1."""
    powers = np.polynomial.legendre.legvander(at, highest)
    basis, _ = np.linalg.qr(powers)
    return np.asarray(basis[:, 1:])


def _within_one(at: Floats) -> Floats:
    low, high = at.min(), at.max()
    return np.asarray(2.0 * (at - low) / (high - low) - 1.0)


def _ranks(key: Floats) -> Floats:
    """Ranks; equal values share the middle of theirs."""
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    return np.asarray(middle[place], np.float64)


class Share(NamedTuple):
    """A part of the doubt with its interval, both from 0 to 1."""

    share: float
    low: float
    high: float


def first_order(values: Floats, keys: Floats, independent: bool) -> list[Share]:
    """Each key's part of the doubt, by itself.

    Parameters
    ----------
    values : (draws, worlds), as `split` takes them; each draw has one at least.
    keys : (draws, keys).
    independent : were the keys drawn independently? Then the parts cannot make more than the whole:
        what they add up to beyond it is noise, and they shrink to it. Else they overlap.

    The intervals (5-95 %) are over the draws (bootstrap). NaN where there is no doubt.
    """
    count = keys.shape[1]
    if not split(values).doubt > 0:
        return [Share(math.nan, math.nan, math.nan)] * count
    means = means_of(values)

    def parts(rows: npt.NDArray[np.int64]) -> Floats:
        doubt = split(values[rows]).doubt
        variances = [curve_of(means[rows], keys[rows, k]).variance for k in range(count)]
        shares = np.clip(np.array(variances) / max(doubt, 1e-300), 0.0, 1.0)
        return shares / max(1.0, shares.sum()) if independent else shares

    told = parts(np.arange(len(values)))
    reach = REACH * _bootstrap(parts, len(values))
    return [
        Share(float(s), float(max(0.0, s - r)), float(min(1.0, s + r)))
        for s, r in zip(told, reach, strict=True)
    ]


def means_of(values: Floats) -> Floats:
    """The mean of each draw over the worlds that it has."""
    there = ~np.isnan(values)
    return np.asarray(np.where(there, values, 0.0).sum(axis=1) / there.sum(axis=1))


def _bootstrap(estimate: Callable[[npt.NDArray[np.int64]], Floats], n: int) -> Floats:
    """The spread of estimates over samples of the rows, drawn with a seed of its own."""
    random = np.random.default_rng(20_140_401)
    samples = np.sort(random.integers(0, n, (TIMES, n)), axis=1)
    return np.asarray(np.std([estimate(rows) for rows in samples], axis=0))


# --- What it is worth to know -------------------------------------------------------------------


class Worth(NamedTuple):
    """What knowing brings before one decides, in units of the measure, with its interval."""

    value: float
    low: float
    high: float


def gain_of_knowing(sides: Floats) -> float:
    """What the best of several sides brings draw by draw, over the side that is best on average.

    Parameters
    ----------
    sides : expected values, (draws, sides).

    >>> gain_of_knowing(np.array([[0.0, 2.0], [0.0, -4.0]]))
    1.0
    """
    return max(0.0, float(sides.max(axis=1).mean() - sides.mean(axis=0).max()))


def worth(gaps: Floats, key: Floats) -> Worth:
    """What it brings to know one key before one chooses between a side at 0 and others.

    Parameters
    ----------
    gaps : means of the draws, what each other side has more than the first: (draws, others).
    key : its values, one per draw.
    """

    def of(rows: npt.NDArray[np.int64]) -> Floats:
        curves = [curve_of(gaps[rows, j], key[rows]).fitted for j in range(gaps.shape[1])]
        return np.array([gain_of_knowing(np.column_stack([np.zeros(len(rows)), *curves]))])

    value = float(of(np.arange(len(key)))[0])
    reach = REACH * float(_bootstrap(of, len(key))[0])
    return Worth(value, max(0.0, value - reach), value + reach)
