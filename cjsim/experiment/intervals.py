"""Intervals over runs: how far luck alone may have moved a mean. The one home of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd


USUAL = 0.95
"""The coverage where nothing else is asked for: that of every picture whose words say 95 %."""


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


def t_interval(
    values: npt.NDArray[np.float64], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Mean of a run-by-run number with its t interval: (mean, low, high).

    Parameters
    ----------
    values : one per run; NaN, where a run has none, is left out.
    confidence : coverage, between 0 and 1.

    The ends are NaN for fewer than two runs, the mean for none.
    """
    present = values[~np.isnan(values)]
    n = len(present)
    mean = float(present.mean()) if n else math.nan
    if n < 2:
        return mean, math.nan, math.nan
    half = t_quantile(confidence, n) * float(present.std(ddof=1)) / n**0.5
    return mean, mean - half, mean + half


def jackknife(
    estimate: Callable[[npt.NDArray[np.float64]], float],
    rows: npt.NDArray[np.float64],
    confidence: float = USUAL,
) -> tuple[float, float, float]:
    """An estimate from what runs add up to, such as a ratio of sums: (value, low, high).

    Parameters
    ----------
    estimate : of the sum of the rows.
    rows : what each run adds: one run along the first axis.
    confidence : coverage, between 0 and 1.

    The t interval is over the pseudo-values: each run is left out once. The ends are NaN for fewer
    than two runs, and where the estimate is without one of the runs.

    >>> jackknife(lambda sums: sums[0] / sums[1], np.array([[1.0, 2.0], [3.0, 6.0]]))
    (0.5, 0.5, 0.5)
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


def difference(gaps: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Mean and t interval of each column of run-by-run differences; missing runs are left out.

    Raises ValueError for a `confidence` that is not between 0 and 1.
    """
    import pandas as pd

    known_confidence(confidence)
    n = gaps.notna().sum()
    mean = gaps.mean()
    error = gaps.std(ddof=1) / np.sqrt(n)
    half = error * n.map(partial(t_quantile, confidence))
    low, high = mean - half, mean + half
    clear = (low > 0) | (high < 0)
    return pd.DataFrame({"difference": mean, "low": low, "high": high, "clear": clear})


def bootstrapped(gaps: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """As `difference`, with the bootstrap's interval: the runs drawn again 2,000 times."""
    import pandas as pd
    from scipy import stats

    intervals = difference(gaps, confidence)
    for measure, column in gaps.items():
        values = column.dropna().to_numpy()
        if len(values) < 2 or np.ptp(values) == 0.0:
            continue  # nothing to draw: the t interval is a point, or there is none
        drawn = stats.bootstrap(
            (values,), np.mean, n_resamples=2000, confidence_level=confidence,
            rng=np.random.default_rng(0),
        )  # fmt: skip
        intervals.loc[measure, ["low", "high"]] = tuple(drawn.confidence_interval)
    clear = (intervals["low"] > 0) | (intervals["high"] < 0)
    return pd.DataFrame(intervals.assign(clear=clear))
