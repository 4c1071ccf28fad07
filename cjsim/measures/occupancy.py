"""Occupancy: how many people stand where, day by day."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Flags, Floats, Ints, groups, stacked, steps_index
from cjsim.measures.visits import Visits, visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def occupancy(
    run: Record,
    every: float | str = 1.0,
    lens: str = "twelve",
    by: str | None = None,
    over: float = 0.0,
) -> pd.DataFrame:
    """People on each step of the lens, read from the log and hence exact.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    every : days between two rows, or "month" in a scenario that has a `start`.
    lens : name of the map of stages, of `cjsim.journey.LENSES`: "twelve" are our own, "aida" four.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.
    over : days around each row of which the mean is taken, see below; 0 for none.

    Rows are days: 0, every, 2 · every, ... and the horizon, each after all events of that moment;
    with `every="month"` the dates of day 0, of the first of each month, and of the horizon.
    Columns are the steps; each row adds up to all who have arrived by then (of the group), those
    who have left for good among them.

    `over` [days] gives means instead: of the people there in so many days around each, half of them
    before it and half behind, as far as the run goes. A stage that is passed in a day or two shows
    its course so, not whom the moment happened to meet.

    Returns numbers of people. Raises ValueError for an unknown `lens` or `by`, or days that cannot
    be.

    >>> from cjsim import simulate
    >>> table = occupancy(simulate("phone", people=50), every=365.0, lens="aida")
    >>> table.columns.tolist()
    ['outside', 'attention', 'interest', 'desire', 'action', 'lost']
    >>> table["action"].to_dict()
    {0.0: 7, 365.0: 6, 730.0: 9, 1095.0: 9, 1460.0: 10, 1825.0: 10}
    """
    import pandas as pd

    if not 0 <= over < math.inf:
        raise ValueError(f"over = {over}: days of a mean must be at least 0, 0 for none")

    day = moments(run.scenario, every)
    all_visits = visits(run, lens)
    parts = groups(run, by)
    index = index_of(run.scenario, day, every)
    columns = steps_index(all_visits.lens)
    group = parts.of[all_visits.person]
    present = partial(_mean, over=over) if over else _present
    frames = [
        pd.DataFrame(present(all_visits, group == g, day), index=index, columns=columns)
        for g in range(len(parts))
    ]
    return stacked(frames, parts)


def _mean(all_visits: Visits, which: Flags, day: Floats, over: float) -> Floats:
    """People there on average in the days around each, shape (days, steps)."""
    low, high = np.maximum(day - over / 2, 0.0), np.minimum(day + over / 2, day[-1])
    means = np.empty((len(day), len(all_visits.lens.steps)))
    for step in range(means.shape[1]):
        on_step = which & (all_visits.step == step)
        begun = np.sort(all_visits.start[on_step])
        ended = np.sort(all_visits.end[on_step & ~all_visits.open])
        days = _days_since(begun, high) - _days_since(begun, low)
        days -= _days_since(ended, high) - _days_since(ended, low)
        means[:, step] = days / (high - low)
    return means


def _days_since(times: Floats, day: Floats) -> Floats:
    """The sum over sorted times of the days from each up to a day; 0 for those to come."""
    sums = np.append(0.0, np.cumsum(times))
    passed = np.searchsorted(times, day, "right")
    return np.asarray(day * passed - sums[passed])


def _present(all_visits: Visits, which: Flags, day: Floats) -> Ints:
    """Visits under way on each day, shape (days, steps): those begun less those ended."""
    present = np.zeros((len(day), len(all_visits.lens.steps)), np.int64)
    for step in range(present.shape[1]):
        on_step = which & (all_visits.step == step)
        begun = np.sort(all_visits.start[on_step])
        ended = np.sort(all_visits.end[on_step & ~all_visits.open])
        present[:, step] = np.searchsorted(begun, day, "right")
        present[:, step] -= np.searchsorted(ended, day, "right")
    return present
