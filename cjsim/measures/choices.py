"""Whose product is bought next: inertia, curiosity, and what comes of a trial.

Of a table of purchases with a brand each, from a shop's cards or a panel: see
`cjsim.data.completejourney`. Intervals are those of households drawn anew (bootstrap): purchases of
one household are no independent witnesses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cjsim.door import whole

if TYPE_CHECKING:
    import pandas as pd

EARLY, LATE = 6, 20
"""Trials are counted at this trip, and from this one on; of those who made so many."""
A_RUN = 3
"""So many purchases of one brand in a row are a run."""
FIGURES = (
    "switched", "repeated", "repeated_by_chance", "switched_after_1", "switched_after_2",
    "switched_after_3_up", "trial_at_6", "trial_from_20", "back", "adopted", "other",
)  # fmt: skip


def choices(
    purchases: pd.DataFrame, *, resamples: int = 1000, seed: int = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """Figures of brand choice at repeat purchases, with bootstrap intervals over people.

    Parameters
    ----------
    purchases : columns person, time and brand; simultaneous ones in the order of the table.
    resamples, seed : how many times households are drawn anew, at least 1, and the seed of that.
    confidence : coverage of the intervals, 0..1.

    Returns one row per figure: `share` (0..1), `low`, `high`, `cases` (of how many).

    - switched: another brand than the last one, of all purchases but a person's first.
    - repeated: the last one again, 1 - switched.
    - repeated_by_chance: how often that would be, did each person choose by their own shares
      without any memory (of two purchases drawn, both of one brand). More is inertia, less is
      variety seeking.
    - switched_after_1, _2, _3_up: of purchases after a run of so many of one brand.
    - trial_at_6, trial_from_20: a brand that this person had never bought, at the sixth trip, and
      at the twentieth and later ones; of people with 20 trips, so that both are of the same.
    - back, adopted, other: what is bought after a trial that ended a run of three or more: the old
      brand, the new one, a third.

    Raises ValueError where there are no purchases.

    >>> import pandas as pd
    >>> bought = {"person": [1, 1, 1, 1, 2, 2], "time": [1, 2, 3, 4, 1, 5], "brand": list("AAABAA")}
    >>> table = choices(pd.DataFrame(bought), resamples=10)
    >>> table["share"][["switched", "repeated"]].to_dict()  # of four repeat purchases
    {'switched': 0.25, 'repeated': 0.75}
    """
    resamples = whole("resamples", resamples, 1)
    ordered = purchases.sort_values(["person", "time"], kind="stable")
    people = [group.to_numpy() for _, group in ordered.groupby("person", sort=True)["brand"]]
    if not people:
        raise ValueError("purchases: there are none")
    counts = np.array([_counts(list(brands)) for brands in people])  # (people, figures, hits/cases)
    weights = drawn_anew(len(people), resamples, seed)
    drawn = (weights.astype(float) @ counts.reshape(len(people), -1)).reshape(resamples, -1, 2)
    tail = 0.5 * (1.0 - confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        hits, cases = counts.sum(axis=0).T
        share, spread = hits / cases, drawn[..., 0] / drawn[..., 1]
    seen = cases > 0  # of the others there is no interval
    low, high = np.full((2, len(FIGURES)), np.nan)
    low[seen], high[seen] = np.nanquantile(spread[:, seen], [tail, 1.0 - tail], axis=0)
    return _table(share, low, high, cases)


def drawn_anew(people: int, resamples: int, seed: int) -> npt.NDArray[np.int64]:
    """How often each of so many people counts in each resample of a bootstrap; (resamples, people).

    >>> drawn_anew(3, 2, seed=1).sum(axis=1).tolist()
    [3, 3]
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(people, np.full(people, 1.0 / people), resamples)


def _table(
    share: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    cases: npt.NDArray[np.float64],
) -> pd.DataFrame:
    import pandas as pd

    columns = {"share": share, "low": low, "high": high, "cases": cases.astype(int)}
    return pd.DataFrame(columns, index=pd.Index(FIGURES, name="figure"))


def _counts(brands: list[int]) -> list[tuple[float, float]]:
    """By figure, hits and cases of one person."""
    n = len(brands)
    tally = {name: [0.0, 0.0] for name in FIGURES}
    _, times = np.unique(brands, return_counts=True)
    if n > 1:  # weighed by the purchases that could repeat one
        chance = float((times * (times - 1)).sum() / (n * (n - 1)))
        tally["repeated_by_chance"] = [chance * (n - 1), n - 1.0]
    tried, run = {brands[0]}, 1
    for place in range(1, n):
        last, brand = brands[place - 1], brands[place]
        switches, is_new = brand != last, brand not in tried
        _add(tally["switched"], switches)
        _add(tally["repeated"], not switches)
        _add(tally[_after(run)], switches)
        if n >= LATE and place == EARLY - 1:
            _add(tally["trial_at_6"], is_new)
        if place >= LATE - 1:
            _add(tally["trial_from_20"], is_new)
        if is_new and run >= A_RUN and place + 1 < n:
            then = brands[place + 1]
            _add(tally["back"], then == last)
            _add(tally["adopted"], then == brand)
            _add(tally["other"], then not in (last, brand))
        tried.add(brand)
        run = 1 if switches else run + 1
    return [(hits, cases) for hits, cases in tally.values()]


def _after(run: int) -> str:
    return f"switched_after_{run}" if run < A_RUN else "switched_after_3_up"


def _add(pair: list[float], hit: bool) -> None:
    pair[0] += hit
    pair[1] += 1.0
