"""Luck intervals: how far luck alone may have moved a mean over runs. The one home of them.

A luck interval is over worlds. It says nothing of doubt about the market: the inputs stay as they
are. Which one is told, and how often it holds the truth: `docs/statistics.md`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

USUAL = 0.95
"""The coverage where nothing else is asked for: that of every picture whose words say 95 %."""

LEANS_FROM: Final = 10
"""Runs from which on their skewness is taken into account; of fewer it tells next to nothing."""

UNEVEN: Final = 2.0
"""Skewness of the runs beyond which an interval says that it may fail: one or two runs carry it."""

ALIKE: Final = 1e-9
"""Runs whose spread is a smaller part of their size are equal, but for rounding."""

NOTES: Final = ("", "none", "one_run", "alike", "uneven")
"""What `notes` may say of an interval; words in `[note]` of the labels."""


def known_confidence(confidence: float) -> None:
    """Raise ValueError for a coverage that no interval can have, such as 95 for 95 %."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence = {confidence}: must be between 0 and 1, e.g. 0.95 for 95 %")


@lru_cache(4096)
def t_quantile(confidence: float, n: int) -> float:
    """How many standard errors the t interval of a mean of n runs reaches to each side.

    Parameters
    ----------
    confidence : coverage, between 0 and 1.
    n : runs; NaN for fewer than 2, which have no interval.

    Raises ValueError for another `confidence`.

    >>> round(t_quantile(0.95, 20), 3)
    2.093
    """
    from scipy import special  # scipy.stats would be loaded for half a second, while one waits

    known_confidence(confidence)
    return float(special.stdtrit(n - 1, 0.5 + confidence / 2)) if n > 1 else math.nan


def t_interval(values: Floats, confidence: float = USUAL) -> tuple[float, float, float]:
    """Mean of a run-by-run number with its luck interval: (mean, low, high).

    Parameters
    ----------
    values : one per run; NaN, where a run has none, is left out.
    confidence : coverage, between 0 and 1.

    The interval is Student's t. From ten runs on, the end on the side to which they lean moves out
    to where Hall's transformation for skewness (1992) puts it. The ends are NaN, not known, for
    fewer than two runs and for runs that are all alike; the mean is for none.
    """
    known_confidence(confidence)
    mean, low, high = _intervals(np.asarray(values, np.float64)[:, None], confidence)
    return float(mean[0]), float(low[0]), float(high[0])


def _intervals(values: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Means and ends of each column of (runs, columns)."""
    n, mean, spread, lean = _moments(values)
    below, above = np.ones_like(mean), np.ones_like(mean)
    for runs in np.unique(n):
        of = n == runs
        quantile = t_quantile(confidence, int(runs))
        below[of], above[of] = _reach(lean[of], int(runs), quantile)
    error = spread / np.sqrt(np.maximum(n, 1))
    return mean, mean - below * error, mean + above * error


def _moments(values: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats, Floats]:
    """Runs, mean, spread and skewness of each column; NaN where there is none, or no spread."""
    there = ~np.isnan(values)
    n = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=0) / n
        off = np.where(there, values - mean, 0.0)
        squares = (off**2).sum(axis=0)
        spread = np.sqrt(squares / (n - 1))
        size = np.abs(np.where(there, values, 0.0)).max(axis=0, initial=0.0)
        width = off.max(axis=0, initial=0.0) - off.min(axis=0, initial=0.0)
        spread[~(width > ALIKE * size)] = np.nan
        skewness = (off**3).sum(axis=0) / n / (squares / n) ** 1.5
        skewness *= np.sqrt(n * (n - 1.0)) / (n - 2.0)  # of a sample, Fisher and Pearson
    return n, mean, spread, np.where(np.isnan(spread) | (n < 3), np.nan, skewness)


def _reach(lean: Floats, n: int, quantile: float) -> tuple[Floats, Floats]:
    """How many standard errors the ends lie below and above the mean.

    Hall's transformation x + a x^2 + a^2 x^3 / 3 + a / (2 n), with x the studentised mean and a a
    third of the skewness, takes the skewness out of x; the ends are where it is the t quantile.
    An end never moves in: a sample hides its tail more easily than it makes one up.
    """
    plain = np.full(lean.shape, quantile)
    if n < LEANS_FROM:
        return plain, plain
    third = np.where(np.abs(lean) > 1e-6, lean / 3.0, np.nan)  # NaN: the plain end

    def end(at: float) -> Floats:
        moved = np.cbrt(1.0 + 3.0 * third * (at - third / (2.0 * n)))
        return np.asarray(n**0.5 * (moved - 1.0) / third)

    at = quantile / n**0.5
    return np.fmax(plain, end(at)), np.fmax(plain, -end(-at))


def jackknife(
    estimate: Callable[[Floats], float],
    rows: Floats,
    confidence: float = USUAL,
) -> tuple[float, float, float]:
    """An estimate from what runs add up to, such as a ratio of sums: (value, low, high).

    Parameters
    ----------
    estimate : of the sum of the rows.
    rows : what each run adds: one run along the first axis.
    confidence : coverage, between 0 and 1.

    The interval is over the pseudo-values: each run is left out once. The ends are NaN for fewer
    than two runs, where these are all alike, and where the estimate is, once a run is left out.

    >>> jackknife(lambda sums: sums[0] / sums[1], np.array([[1.0, 2.0], [2.0, 3.0]]))[0]
    0.6
    """
    total, n = rows.sum(0), len(rows)
    value = float(estimate(total))  # else numpy's, which prints itself with its type
    if n < 2:
        return value, math.nan, math.nan
    without_one = np.array([estimate(total - row) for row in rows])
    if math.isnan(value) or np.isnan(without_one).any():
        return value, math.nan, math.nan
    mean, low, high = t_interval(n * value - (n - 1) * without_one, confidence)
    return value, value + (low - mean), value + (high - mean)


def difference(gaps: pd.DataFrame, confidence: float = USUAL) -> pd.DataFrame:
    """Mean and luck interval of each column of run-by-run differences; missing runs are left out.

    Returns columns difference, low, high as `t_interval` has them, and clear: is zero left out?
    Runs that all give the same difference have no interval; it is clear that it is one, not how
    far luck may move it.

    Raises ValueError for a `confidence` that is not between 0 and 1.
    """
    import pandas as pd

    known_confidence(confidence)
    values = gaps.to_numpy(np.float64)
    mean, low, high = _intervals(values, confidence)
    n = (~np.isnan(values)).sum(axis=0)
    same_side = np.isnan(low) & (mean != 0) & (n > 1)
    clear = (low > 0) | (high < 0) | same_side
    table = {"difference": mean, "low": low, "high": high, "clear": clear}
    return pd.DataFrame(table, index=gaps.columns)


def notes(gaps: pd.DataFrame) -> pd.DataFrame:
    """On how many runs each column of differences stands, and what its interval has to admit.

    Returns columns runs, those that have a number, and note, one of `NOTES`: "none" or "one_run" of
    them has one; all are "alike", so that nothing is known of their spread; they are "uneven", of
    a skewness beyond 2: one or two runs carry the mean, and the interval may well miss the truth.

    >>> import pandas as pd
    >>> notes(pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 0.0, 0.0]}))["note"].tolist()
    ['', 'alike']
    """
    import pandas as pd

    n, _, spread, lean = _moments(gaps.to_numpy(np.float64))
    cases = [n == 0, n == 1, np.isnan(spread), np.abs(lean) > UNEVEN]
    words = np.select(cases, NOTES[1:], NOTES[0])
    return pd.DataFrame({"runs": n, "note": words}, index=gaps.columns)


def runs_needed(gaps: Floats, half_width: float, confidence: float = USUAL) -> int:
    """How many runs in all until the interval of a mean is +- `half_width` or narrower.

    Parameters
    ----------
    gaps : one per run, two or more; NaN is left out.
    half_width : in the units of the gaps, above 0.
    confidence : coverage, between 0 and 1.

    By what the runs there are tell: the smallest n with t(n - 1) s / sqrt(n) within it, s the
    spread that gives the interval they have. Runs that are all alike tell of no need for more: 2.

    >>> runs_needed(np.array([0.0, 1.0, 2.0, 3.0]), 0.5)
    29
    """
    from scipy import special

    there = gaps[~np.isnan(gaps)]
    _, low, high = t_interval(there, confidence)
    if math.isnan(low):
        return 2
    spread = (high - low) / 2 * len(there) ** 0.5 / t_quantile(confidence, len(there))
    level = 0.5 + confidence / 2
    n = max(2, int((special.ndtri(level) * spread / half_width) ** 2))  # t needs a few more
    while n < 10**6 and t_quantile(confidence, n) * spread > half_width * n**0.5:
        n += 1
    return n


def ratio_of_spreads(
    one: Floats, other: Floats, confidence: float = USUAL
) -> tuple[float, float, float]:
    """Variance of one number of a run by that of another of the same runs: (ratio, low, high).

    Parameters
    ----------
    one, other : a number per run; runs that lack one of the two are left out.
    confidence : coverage, between 0 and 1.

    The interval is that of Pitman and Morgan (1939), exact for normal pairs: the ratios r at which
    one / sqrt(r) + other and their difference would not be clearly correlated. Heavy tails make a
    variance uncertain: by the excess kurtosis of the heavier one it is wider. NaN ends for fewer
    than three runs; NaN throughout where one of the two does not vary.

    >>> ratio_of_spreads(np.array([1.0, 2, 3]), np.array([5.0, 5, 5]))
    (nan, nan, nan)
    """
    there = ~(np.isnan(one) | np.isnan(other))
    pairs = np.vstack([one[there], other[there]])
    n = pairs.shape[1]
    _, _, spread, _ = _moments(pairs.T)
    if n < 2 or np.isnan(spread).any():
        return math.nan, math.nan, math.nan
    ratio = float((spread[0] / spread[1]) ** 2)
    if n < 3:
        return ratio, math.nan, math.nan
    unexplained = max(0.0, 1.0 - float(np.corrcoef(pairs[0], pairs[1])[0, 1]) ** 2)
    heavy = max(0.0, *(_excess_kurtosis(numbers) for numbers in pairs))
    k = 1.0 + (2.0 + heavy) * unexplained * t_quantile(confidence, n - 1) ** 2 / (n - 2)
    reach = k + math.sqrt(k * k - 1.0)
    return ratio, ratio / reach, ratio * reach


def _excess_kurtosis(values: Floats) -> float:
    """Of a sample (Fisher); 0 for normal luck, and for fewer than four runs."""
    n = len(values)
    if n < 4:
        return 0.0
    off = values - values.mean()
    plain = float((off**4).mean() / (off**2).mean() ** 2)
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * plain - 3 * (n - 1))
