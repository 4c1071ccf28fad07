"""Cohorts: customers by the period of their first deal, followed from period to period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import WITH_RIVAL
from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Floats, Ints
from cjsim.measures.log import Log
from cjsim.measures.retention import customers
from cjsim.measures.visits import visits
from cjsim.model.events import Event
from cjsim.scenario.calendar import month_days

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record
    from cjsim.scenario import Scenario

ACTIVE = ("inside", "deals")
MOST_PERIODS = 5_000
"""A triangle has their square of cells."""


def cohorts(
    run: Record | Log,
    period_days: float | str = 90.0,
    active: str | None = None,
    share: bool = True,
) -> pd.DataFrame:
    """The cohort triangle: who of the customers won in one period is active in later ones.

    Rows are the calendar periods of the first deal (index: first day of the period, people won in
    it), columns the calendar periods since. Active is who is neither with a rival nor asleep nor
    gone for good at the end of a period (`active="inside"`, of a run when not given), or who makes
    at least one deal in it (`"deals"`; a `Log` shows nothing else).
    Shares of the cohort 0..1, or people with `share=False`; NaN for periods that are not over at
    the horizon.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    period_days : length of a period [days], or "month" for the months of the calendar, named by
        their dates; that needs a scenario with a `start`.
    active : "inside" or "deals", see above.
    share : shares of the cohort, or numbers of people?

    Raises ValueError for periods that cannot be, an unknown way to be active, and "inside"
    of a `Log`.

    >>> from cjsim import simulate
    >>> table = cohorts(simulate("phone", people=50), period_days=365.0)
    >>> table.iloc[0].round(2).tolist()  # of those won in the first year
    [1.0, 1.0, 0.5, 0.5, 0.5]
    """
    import pandas as pd

    active = active or ("deals" if isinstance(run, Log) else "inside")
    if active == "inside" and isinstance(run, Log):
        raise ValueError('active = "inside": nobody is seen to leave in a log; ask for "deals"')
    if active not in ACTIVE:
        from cjsim.labels import unknown

        raise unknown("way to be active", active, ACTIVE)
    first_day, periods_over = _periods(run.scenario, period_days)
    periods = len(first_day)
    won = customers(run)
    cohort = np.full(run.lives, -1)
    cohort[won.person] = _period_of(first_day, won.since)
    size = np.bincount(cohort[won.person], minlength=periods)
    if active == "inside" and not isinstance(run, Log):
        table = _inside(run, cohort, size, first_day)  # cohort x calendar period
    else:
        table = _dealing(run, cohort, size, first_day)
    calendar_period = np.arange(periods)[:, None] + np.arange(periods)
    by_age = np.take_along_axis(table, np.minimum(calendar_period, periods - 1), 1).astype(float)
    by_age[calendar_period >= periods_over] = np.nan
    if share:
        by_age = np.divide(
            by_age, size[:, None], out=np.full(by_age.shape, np.nan), where=size[:, None] > 0
        )
    begins = index_of(run.scenario, first_day, period_days)
    name = "from_date" if isinstance(period_days, str) else "from_day"
    index = pd.MultiIndex.from_arrays([begins, size], names=[name, "people"])
    return pd.DataFrame(by_age, index=index, columns=pd.RangeIndex(periods, name="periods_since"))


def _periods(scenario: Scenario, period_days: float | str) -> tuple[Floats, int]:
    """The first day of each period, and how many of them are over at the horizon."""
    horizon = scenario.horizon_days
    if isinstance(period_days, str):
        first_day = moments(scenario, period_days)[:-1]
        over = month_days(scenario, beyond=True)[-1] == horizon
        return first_day, len(first_day) - (0 if over else 1)
    if not period_days > 0:
        raise ValueError(f"period_days = {period_days}: must be above 0")
    if horizon / period_days > MOST_PERIODS:
        raise ValueError(f"period_days = {period_days}: at most {MOST_PERIODS:,} periods in a run")
    periods = int(np.ceil(horizon / period_days))
    return np.arange(float(periods)) * period_days, int(np.floor(horizon / period_days + 1e-9))


def _period_of(first_day: Floats, time: Floats) -> Ints:
    """In which period each of these times lies."""
    return np.searchsorted(first_day, time, "right") - 1


def _inside(run: Record, cohort: Ints, size: Ints, first_day: Floats) -> Ints:
    """Members of each cohort who are with us at the end of each calendar period."""
    all_visits = visits(run)
    away = (all_visits.step >= WITH_RIVAL) & (cohort[all_visits.person] >= 0)
    # period p ends where the next begins; a visit covers the ends from start up to before end
    first = np.searchsorted(first_day, all_visits.start[away]) - 1
    ended = np.searchsorted(first_day, all_visits.end[away]) - 1
    beyond = np.where(all_visits.open[away], len(size), ended)
    change = np.zeros((len(size), len(size) + 1), np.int64)
    member = cohort[all_visits.person[away]]
    np.add.at(change, (member, np.clip(first, 0, len(size))), 1)
    np.add.at(change, (member, np.clip(beyond.astype(int), 0, len(size))), -1)
    return size[:, None] - np.cumsum(change, 1)[:, :-1]


def _dealing(run: Record | Log, cohort: Ints, size: Ints, first_day: Floats) -> Ints:
    """Members of each cohort who make at least one deal in each calendar period."""
    rows = run.events.rows
    is_deal = (rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)
    deals = rows[is_deal & (cohort[rows["person"]] >= 0)]
    period_of_deal = _period_of(first_day, deals["time"])
    person_period = np.unique(deals["person"].astype(np.int64) * len(size) + period_of_deal)
    cell = cohort[person_period // len(size)] * len(size) + person_period % len(size)
    return np.bincount(cell, minlength=len(size) ** 2).reshape(len(size), len(size))
