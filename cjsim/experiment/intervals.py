"""Intervals over runs: how far luck alone may have moved a mean. The one home of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


USUAL = 0.95
"""The coverage where nothing else is asked for: that of every picture whose words say 95 %."""


def known_confidence(confidence: float) -> None:
    """Raise ValueError for a coverage that no interval can have, such as 95 for 95 %."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence = {confidence}: must be between 0 and 1, e.g. 0.95 for 95 %")


def difference(gaps: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Mean and t interval of each column of run-by-run differences; missing runs are left out.

    Raises ValueError for a `confidence` that is not between 0 and 1.
    """
    import pandas as pd
    from scipy import stats

    known_confidence(confidence)
    n = gaps.notna().sum()
    mean = gaps.mean()
    error = gaps.std(ddof=1) / np.sqrt(n)
    half = error * stats.t.ppf(0.5 + confidence / 2, np.maximum(n - 1, 1)).astype(float)
    half = half.where(n > 1)
    low, high = mean - half, mean + half
    clear = (low > 0) | (high < 0)
    return pd.DataFrame({"difference": mean, "low": low, "high": high, "clear": clear})


def bootstrapped(gaps: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """As `difference`, with the bootstrap's interval: the runs drawn again 2,000 times."""
    import pandas as pd
    from scipy import stats

    found = difference(gaps, confidence)
    for measure, column in gaps.items():
        values = column.dropna().to_numpy()
        if len(values) < 2 or np.ptp(values) == 0.0:
            continue  # nothing to draw: the t interval is a point, or there is none
        drawn = stats.bootstrap(
            (values,), np.mean, n_resamples=2000, confidence_level=confidence,
            rng=np.random.default_rng(0),
        )  # fmt: skip
        found.loc[measure, ["low", "high"]] = tuple(drawn.confidence_interval)
    clear = (found["low"] > 0) | (found["high"] < 0)
    return pd.DataFrame(found.assign(clear=clear))
