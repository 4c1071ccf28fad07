"""Numbers of the scenario that a calendar changes, added up or looked up by the day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cjsim.measures.groups import Floats
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods


def over_periods(scenario: Scenario, rate: Callable[[Scenario], float], day: Floats) -> Floats:
    """What a rate per day, that of each period, adds up to from day 0 to each of these days.

    Parameters
    ----------
    rate : of a scenario without calendar, e.g. `money.rep_cost`.
    day : shape (days,) or ().
    """
    calendar = periods(scenario)
    ends = [*(period.day for period in calendar[1:]), np.inf]
    total = np.zeros(np.shape(day))
    for period, end in zip(calendar, ends, strict=True):
        total = total + rate(period.scenario) * np.clip(day - period.day, 0.0, end - period.day)
    return total


def in_period(scenario: Scenario, value: Callable[[Scenario], float], time: Floats) -> Floats:
    """A value of the period in which each of these times lies."""
    calendar = periods(scenario)
    values = np.array([value(period.scenario) for period in calendar])
    first = np.array([period.day for period in calendar])
    return np.asarray(values[np.searchsorted(first, time, "right") - 1])
