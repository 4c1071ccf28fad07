"""Cohorts: customers by the period of their first deal, followed from period to period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import WITH_RIVAL
from cjsim.measures.groups import Ints
from cjsim.measures.retention import customers
from cjsim.measures.visits import visits
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

ACTIVE = ("inside", "deals")
MOST_PERIODS = 5_000
"""A triangle has their square of cells."""


def cohorts(
    run: Record, period_days: float = 90.0, active: str = "inside", share: bool = True
) -> pd.DataFrame:
    """The cohort triangle: who of the customers won in one period is active in later ones.

    Rows are the calendar periods of the first deal (index: first day of the period, people won in
    it), columns the calendar periods since. Active is who is neither with a rival nor asleep nor
    gone for good at the end of a period (`active="inside"`), or who makes at least one deal in it
    (`"deals"`).
    Shares of the cohort 0..1, or people with `share=False`; NaN for periods that are not over at
    the horizon.
    """
    import pandas as pd

    if not period_days > 0:
        raise ValueError(f"period_days = {period_days}: must be above 0")
    if active not in ACTIVE:
        from cjsim.labels import unknown

        raise unknown("way to be active", active, ACTIVE)
    horizon = run.scenario.horizon_days
    if horizon / period_days > MOST_PERIODS:
        raise ValueError(f"period_days = {period_days}: at most {MOST_PERIODS:,} periods in a run")
    periods = int(np.ceil(horizon / period_days))
    periods_over = int(np.floor(horizon / period_days + 1e-9))  # those that are over at the horizon
    won = customers(run)
    cohort = np.full(run.lives, -1)
    cohort[won.person] = np.minimum(won.since // period_days, periods - 1).astype(int)
    size = np.bincount(cohort[won.person], minlength=periods)
    count_active = _inside if active == "inside" else _dealing
    table = count_active(run, cohort, size, period_days)  # cohort x calendar period
    calendar_period = np.arange(periods)[:, None] + np.arange(periods)
    by_age = np.take_along_axis(table, np.minimum(calendar_period, periods - 1), 1).astype(float)
    by_age[calendar_period >= periods_over] = np.nan
    if share:
        by_age = np.divide(
            by_age, size[:, None], out=np.full(by_age.shape, np.nan), where=size[:, None] > 0
        )
    first_day = np.arange(periods) * period_days
    index = pd.MultiIndex.from_arrays([first_day, size], names=["from_day", "people"])
    return pd.DataFrame(by_age, index=index, columns=pd.RangeIndex(periods, name="periods_since"))


def _inside(run: Record, cohort: Ints, size: Ints, period: float) -> Ints:
    """Members of each cohort who are with us at the end of each calendar period."""
    all_visits = visits(run)
    away = (all_visits.step >= WITH_RIVAL) & (cohort[all_visits.person] >= 0)
    # period p ends at day (p + 1) * period; a visit covers the ends from start up to before end
    first = np.ceil(all_visits.start[away] / period).astype(int) - 1
    beyond = np.where(all_visits.open[away], len(size), np.ceil(all_visits.end[away] / period) - 1)
    change = np.zeros((len(size), len(size) + 1), np.int64)
    member = cohort[all_visits.person[away]]
    np.add.at(change, (member, np.clip(first, 0, len(size))), 1)
    np.add.at(change, (member, np.clip(beyond.astype(int), 0, len(size))), -1)
    return size[:, None] - np.cumsum(change, 1)[:, :-1]


def _dealing(run: Record, cohort: Ints, size: Ints, period: float) -> Ints:
    """Members of each cohort who make at least one deal in each calendar period."""
    rows = run.events.rows
    is_deal = (rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)
    deals = rows[is_deal & (cohort[rows["person"]] >= 0)]
    period_of_deal = np.minimum(deals["time"] // period, len(size) - 1).astype(np.int64)
    person_period = np.unique(deals["person"].astype(np.int64) * len(size) + period_of_deal)
    cell = cohort[person_period // len(size)] * len(size) + person_period % len(size)
    return np.bincount(cell, minlength=len(size) ** 2).reshape(len(size), len(size))
