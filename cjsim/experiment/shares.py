"""What draws tell: how much of a spread is doubt, whose it is, what it is worth to find out a key.

All of it is read off the runs there are, each draw with luck of its own ("given data").

- `split`: variance of the expected value over the draws, and of luck within them (nested analysis
  of variance, unbiased for unequal numbers of worlds).
- `curves_of`: the expected value given one key: a polynomial of the key or of its rank, whose
  degree the draws choose (BIC). Of keys that were drawn independently all curves are fitted
  together, which takes what the others do out of each.
- `first_order`: the variance of such a curve, less what noise alone would give it, over that of
  the doubt: the part of the doubt that would be gone, on average, if the key were known.
- `worth`: what it brings to know a key before one of several sides is chosen, over choosing the
  side that is best on average (expected value of partial perfect information; Strong, Oakley &
  Brennan 2014), and what it brings to know everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HIGHEST: Final = 8
"""Degree of a curve at most; fewer where there are few draws."""
DRAWS_A_DEGREE: Final = 10
SWEEPS: Final = 3
"""How often each curve is chosen anew with the others taken out."""
SURE: Final = 0.95
"""How surely doubt must be told from luck."""
TIMES: Final = 200
"""Samples of a bootstrap."""
REACH: Final = 1.6448536269514722
"""Standard deviations of a bootstrap that an interval of 5-95 % has on each side."""


class Split(NamedTuple):
    """The variance of one world's number, in two parts.

    `expected` is the mean of each draw over its worlds with the luck that is left in it taken out:
    its variance is that of the doubt, which is 0 where luck alone would spread them as much.
    `hidden`: luck alone might well spread them as much (F test, 5 %), so that the doubt is not
    told.
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

    >>> split(np.array([[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]]))[:4]
    (5.5, 15.75, 0.5, False)
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
    if rest == 0.0:
        return Split(mean, spread, luck, False, means)
    by_luck = rest * float((1.0 / n).mean())
    doubt = spread - by_luck
    if doubt <= 0.0:
        return Split(mean, 0.0, luck, True, np.full_like(means, mean))
    keep = np.sqrt(doubt / (doubt + rest / n))
    hidden = _chance(spread / by_luck, len(n) - 1, repeats) > 1.0 - SURE
    return Split(mean, doubt, luck, hidden, mean + keep * (means - mean))


def _chance(ratio: float, above: int, below: int) -> float:
    """The chance of so large a ratio of variances, or a larger one, of so many degrees."""
    from scipy import special

    return float(special.fdtrc(above, below, ratio))


# --- Curves -------------------------------------------------------------------------------------


def curves_of(means: Floats, keys: Floats, independent: bool) -> list[Floats]:
    """For each key the columns of its curve, (draws, degree); none for a key of one value.

    Parameters
    ----------
    means : of the draws, (draws,).
    keys : (draws, keys).
    independent : are the others to be taken out of each?
    """
    count = keys.shape[1]
    columns = [_columns_of(means, key) for key in keys.T]
    if not independent:
        return columns
    fitted = [_fitted(means, own) for own in columns]
    for _ in range(SWEEPS):
        for k in range(count):
            rest = means - sum((fitted[j] for j in range(count) if j != k), np.zeros(len(means)))
            columns[k] = _columns_of(rest, keys[:, k])
            fitted[k] = _fitted(rest, columns[k])
    return columns


def _fitted(values: Floats, columns: Floats) -> Floats:
    """What orthonormal columns without a constant explain of values."""
    return np.asarray(columns @ (columns.T @ values))


def _columns_of(values: Floats, key: Floats) -> Floats:
    """Polynomials over the key or its rank, orthonormal over the draws, up to the chosen degree."""
    n = len(values)
    off = values - values.mean()
    total = float(off @ off)
    highest = min(HIGHEST, max(1, n // DRAWS_A_DEGREE), len(np.unique(key)) - 1)
    if highest < 1:
        return np.empty((n, 0))
    best, least = np.empty((n, 0)), math.inf
    for at in (key, _ranks(key)):
        basis = _orthonormal(_within_one(at), highest)
        left = np.maximum(total - np.cumsum((basis.T @ off) ** 2), 1e-18 * total + 1e-300)
        costs = n * np.log(left / n) + np.arange(1, highest + 1) * math.log(n)
        if (cost := float(costs.min())) < least - 1e-9:
            best, least = basis[:, : int(costs.argmin()) + 1], cost
    return best


def _orthonormal(at: Floats, highest: int) -> Floats:
    """Polynomials without a constant, orthonormal over the draws: column d has degree d + 1."""
    basis, _ = np.linalg.qr(np.polynomial.legendre.legvander(at, highest))
    return np.asarray(basis[:, 1:])


def _within_one(at: Floats) -> Floats:
    low, high = at.min(), at.max()
    return np.asarray(2.0 * (at - low) / (high - low) - 1.0)


def _ranks(key: Floats) -> Floats:
    """Ranks; equal values share the middle of theirs."""
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    return np.asarray(middle[place], np.float64)


def _samples(n: int) -> Floats:
    """How often each draw counts: once in the first row, then as a bootstrap takes them."""
    random = np.random.default_rng(20_140_401)
    return np.vstack([np.ones((1, n)), random.multinomial(n, np.full(n, 1.0 / n), TIMES)])


def _fits(
    means: Floats, columns: Sequence[Floats], counts: Floats, together: bool
) -> Iterator[tuple[Floats, Floats, int, int]]:
    """Each key's curve without a constant in each sample, (samples, draws).

    With it come what the fit leaves unexplained (sums of squares), the degree of the curve, and how
    many columns the fit has: all curves `together`, or this one alone.
    """
    fits = [columns] if together else [[own] for own in columns]
    for group in fits:
        design = np.column_stack(list(group))
        weights, left = _least_squares(means, design, counts)
        upto = 1
        for own in group:
            degree = own.shape[1]
            upto += degree
            yield weights[:, upto - degree : upto] @ own.T, left, degree, design.shape[1]


def _least_squares(means: Floats, design: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Weights of a constant and columns in each sample, and what they leave (sum of squares)."""
    n, width = len(means), design.shape[1] + 1
    scale = n**0.5  # columns of unit variance: the constant is one of them
    full = np.column_stack([np.ones(n), scale * design])
    products = (full[:, :, None] * full[:, None, :]).reshape(n, width * width)
    matrices = (counts @ products).reshape(-1, width, width) + 1e-9 * n * np.eye(width)
    sums = counts @ (full * means[:, None])
    weights = np.linalg.solve(matrices, sums[:, :, None])[:, :, 0]
    left = (counts * (means - weights @ full.T) ** 2).sum(axis=1)
    weights[:, 1:] *= scale
    return weights, left


# --- Whose doubt it is --------------------------------------------------------------------------


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
    if not split(values).doubt > 0:
        return [Share(math.nan, math.nan, math.nan)] * keys.shape[1]
    means, n = means_of(values), len(values)
    counts = _samples(n)
    doubt = _doubts(values, means, counts)
    parts = []
    for curve, left, degree, width in _fits(
        means, curves_of(means, keys, independent), counts, independent
    ):
        middle = (counts * curve).sum(axis=1, keepdims=True) / n
        squares = (counts * (curve - middle) ** 2).sum(axis=1)
        by_noise = degree * left / max(1, n - 1 - width)
        parts.append(np.clip((squares - by_noise) / (n - 1) / doubt, 0.0, 1.0))
    shares = np.array(parts)
    if independent:
        shares = shares / np.maximum(1.0, shares.sum(axis=0))
    reach = REACH * shares[:, 1:].std(axis=1)
    return [
        Share(float(s), float(max(0.0, s - r)), float(min(1.0, s + r)))
        for s, r in zip(shares[:, 0], reach, strict=True)
    ]


def _doubts(values: Floats, means: Floats, counts: Floats) -> Floats:
    """The variance of the doubt in each sample of the draws, never quite 0."""
    n = len(means)
    there = ~np.isnan(values)
    worlds = there.sum(axis=1)
    within = (np.where(there, values - means[:, None], 0.0) ** 2).sum(axis=1)
    repeats = counts @ (worlds - 1.0)
    luck = np.where(repeats > 0, counts @ within / np.maximum(repeats, 1.0), 0.0)
    middle = counts @ means / n
    spread = (counts * (means - middle[:, None]) ** 2).sum(axis=1) / (n - 1)
    least = 1e-3 * spread + 1e-300
    return np.asarray(np.maximum(spread - luck * (counts @ (1.0 / worlds)) / n, least))


def means_of(values: Floats) -> Floats:
    """The mean of each draw over the worlds that it has."""
    there = ~np.isnan(values)
    return np.asarray(np.where(there, values, 0.0).sum(axis=1) / there.sum(axis=1))


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


def worths(gaps: Floats, keys: Floats, independent: bool) -> list[Worth]:
    """What it brings to know each key before one chooses between a side at 0 and others.

    Parameters
    ----------
    gaps : means of the draws, what each other side has more than the first: (draws, others).
    keys : (draws, keys).
    independent : were the keys drawn independently?
    """
    n = len(gaps)
    counts = _samples(n)
    best = [np.zeros((len(counts), n)) for _ in range(keys.shape[1])]
    on_average = [np.zeros(len(counts)) for _ in range(keys.shape[1])]
    for gap in gaps.T:
        level = counts @ gap / n
        fits = _fits(gap, curves_of(gap, keys, independent), counts, independent)
        for k, (curve, *_) in enumerate(fits):
            given = level[:, None] + curve - ((counts * curve).sum(axis=1) / n)[:, None]
            np.maximum(best[k], given, out=best[k])
            np.maximum(on_average[k], level, out=on_average[k])
    told = []
    for k in range(keys.shape[1]):
        gains = np.maximum(0.0, (counts * best[k]).sum(axis=1) / n - on_average[k])
        reach = REACH * float(gains[1:].std())
        value = float(gains[0]) if gains[0] > 1e-12 * float(np.abs(gaps).max()) else 0.0
        told.append(Worth(value, max(0.0, value - reach), value + reach))
    return told
