"""Satisfaction by stage: what the firm cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.groups import by_step, groups, ratio
from cjsim.measures.visits import visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

SHARES = {"low": 0.1, "median": 0.5, "high": 0.9}


def satisfaction(run: Record, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
    """Satisfaction, 0..1, of people as they enter each step (or stand there on day 0).

    Who has not bought yet has the satisfaction everybody begins with. It is no part of the log:
    the run is made again for it.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.

    Columns: visits; mean; low, median, high = the 10, 50 and 90 % points.

    Raises ValueError for an unknown `lens` or `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = satisfaction(simulate("phone", people=50))
    >>> table["mean"][["action", "repeat_deal", "loyalty"]].round(2).to_dict()
    {'action': 0.5, 'repeat_deal': 0.59, 'loyalty': 0.57}
    """
    all_visits = visits(run, lens)
    parts = groups(run, by)
    steps = len(all_visits.lens.steps)
    at_entry = run.truth()["satisfaction"].to_numpy()[all_visits.row]
    cell = parts.of[all_visits.person] * steps + all_visits.step
    cells = len(parts) * steps
    count = np.bincount(cell, minlength=cells)
    points = np.full((len(SHARES), cells), np.nan)
    for c in np.flatnonzero(count):
        points[:, c] = np.quantile(at_entry[cell == c], list(SHARES.values()))
    columns = {"visits": count, "mean": ratio(np.bincount(cell, at_entry, cells), count)}
    return by_step(columns | dict(zip(SHARES, points, strict=True)), parts, all_visits.lens)
