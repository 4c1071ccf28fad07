"""How often people buy and what they spend at a time, with intervals of people drawn anew.

Of the same tables as `choices`: purchases from a shop's cards or a panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cjsim.door import whole
from cjsim.measures.choices import drawn_anew

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def habits(
    purchases: pd.DataFrame, *, resamples: int = 1000, seed: int = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """Days between purchases and money per purchase, with bootstrap intervals over people.

    Parameters
    ----------
    purchases : columns person, time [days] and, for what is spent, amount [money].
    resamples, seed : how many times people are drawn anew, at least 1, and the seed of that.
    confidence : coverage of the intervals, 0..1.

    Returns one row per figure: `value`, `low`, `high`, `cases` (of how many): gap_median, gap_mean
    [days between a purchase and the next of the same person], spend_median, spend_mean [money per
    purchase]. All gaps count alike, so who buys often counts often. Without amounts there are no
    rows of spending; a figure of no cases is NaN.

    Raises ValueError where there are no purchases.

    >>> import pandas as pd
    >>> bought = {"person": [1, 1, 1, 2], "time": [0.0, 2.0, 6.0, 1.0], "amount": [1.0, 2, 3, 6]}
    >>> habits(pd.DataFrame(bought), resamples=10)["value"].to_dict()
    {'gap_median': 3.0, 'gap_mean': 3.0, 'spend_median': 2.5, 'spend_mean': 3.0}
    """
    import pandas as pd

    resamples = whole("resamples", resamples, 1)
    if purchases.empty:
        raise ValueError("purchases: there are none")
    ordered = purchases.sort_values(["person", "time"], kind="stable")
    person = pd.factorize(ordered["person"])[0]
    weights = drawn_anew(int(person[-1]) + 1, resamples, seed)
    follows = person[1:] == person[:-1]
    gaps = np.diff(ordered["time"].to_numpy(dtype=float))[follows]
    columns = {"gap": (gaps, person[1:][follows])}
    if "amount" in ordered:
        columns["spend"] = (ordered["amount"].to_numpy(dtype=float), person)
    rows = {}
    for name, (values, whose) in columns.items():
        for kind, of in (("median", _medians), ("mean", _means)):
            once = of(values, whose, np.ones((1, weights.shape[1]), np.int64))
            drawn = of(values, whose, weights)
            rows[f"{name}_{kind}"] = (once[0], *_ends(drawn, confidence), len(values))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "cases"])
    return table.rename_axis("figure")


def _ends(drawn: Floats, confidence: float) -> tuple[float, float]:
    """The interval of what was drawn; resamples without a case say nothing."""
    drawn = drawn[~np.isnan(drawn)]
    if not drawn.size:
        return np.nan, np.nan
    tail = 0.5 * (1.0 - confidence)
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return float(low), float(high)


def _means(values: Floats, whose: Ints, weights: Ints) -> Floats:
    """Mean of the values in each resample."""
    people = weights.shape[1]
    total, count = np.bincount(whose, values, people), np.bincount(whose, minlength=people)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((weights @ total) / (weights @ count))


def _medians(values: Floats, whose: Ints, weights: Ints) -> Floats:
    """Median of the values in each resample: each counts as often as its person was drawn."""
    order = np.argsort(values, kind="stable")
    values, whose = values[order], whose[order]
    medians = np.full(len(weights), np.nan)
    for row, often in enumerate(weights):
        upto = np.cumsum(often[whose])
        if len(upto) and upto[-1]:
            middle = (upto[-1] + 1) // 2, upto[-1] // 2 + 1  # one and the same if odd
            medians[row] = values[np.searchsorted(upto, middle)].mean()
    return medians
