"""Many differences looked at together: which of them are clear when all are allowed for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def clear_of_all(gaps: npt.NDArray[np.float64], confidence: float = 0.95) -> npt.NDArray[np.bool_]:
    """Which rows of run-by-run differences differ from 0, so that none errs too often.

    Holm's steps (1979) on two-sided t tests: however the rows hang together, one that is truly 0 is
    among them with a chance of 1 - `confidence` at most.

    Parameters
    ----------
    gaps : rows by runs; NaN, where a run has none, is left out. A row of fewer than two is not
        tested.

    >>> clear_of_all(np.array([[1.0, 1.1, 0.9], [1.0, -1.0, 0.1]])).tolist()
    [True, False]
    """
    from scipy import special

    runs = (~np.isnan(gaps)).sum(axis=1)
    tested = np.flatnonzero(runs > 1)
    n = runs[tested]
    mean = np.nanmean(gaps[tested], axis=1)
    error = np.nanstd(gaps[tested], axis=1, ddof=1) / np.sqrt(n)
    steady = np.where(mean == 0, 0.0, np.inf)  # the same in all runs
    size = np.divide(np.abs(mean), error, out=steady, where=error > 0)
    chance = 2.0 * special.stdtr(n - 1, -size)
    order = np.argsort(chance, kind="stable")
    holds = chance[order] <= (1.0 - confidence) / np.arange(len(order), 0, -1)
    clear = np.zeros(len(gaps), bool)
    clear[tested[order[: np.argmin(np.append(holds, False))]]] = True
    return clear
