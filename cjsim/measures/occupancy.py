"""Occupancy: how many people stand where, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Flags, Floats, Ints, groups, stacked, steps_index
from cjsim.measures.visits import Visits, visits

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def occupancy(
    run: Record, every: float | str = 1.0, lens: str = "twelve", by: str | None = None
) -> pd.DataFrame:
    """People on each step of the lens, read from the log and hence exact.

    Rows are days: 0, every, 2 · every, ... and the horizon, each after all events of that moment;
    with `every="month"` the dates of day 0, of the first of each month, and of the horizon.
    Columns are the steps; each row adds up to all who have arrived by then (of the group), those
    who have left for good among them.
    """
    import pandas as pd

    day = moments(run.scenario, every)
    all_visits = visits(run, lens)
    parts = groups(run, by)
    index = index_of(run.scenario, day, every)
    columns = steps_index(all_visits.lens)
    group = parts.of[all_visits.person]
    frames = [
        pd.DataFrame(_present(all_visits, group == g, day), index=index, columns=columns)
        for g in range(len(parts))
    ]
    return stacked(frames, parts)


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
