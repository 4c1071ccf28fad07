"""The days that a table over time has rows for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.groups import Floats
from cjsim.scenario.calendar import date_of, month_days

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.scenario import Scenario

MONTH = "month"

MOST_ROWS = 1_000_000
A_HAIR = 1e-9
"""What counts as the horizon itself: a multiple of `every` may miss it by a last bit."""


def days_of(horizon: float, every: float) -> Floats:
    """0, every, 2 · every, ... below the horizon, and the horizon, each once.

    Raises ValueError for an `every` that is not above 0, or so small that nobody reads the table.
    """
    if not every > 0:
        raise ValueError(f"every = {every}: days between two rows must be above 0")
    if horizon / every > MOST_ROWS:
        raise ValueError(f"every = {every}: would be more than {MOST_ROWS:,} rows")
    steps = math.ceil(horizon / every * (1 - A_HAIR)) if math.isfinite(every) else 1
    return np.append(np.arange(steps) * (every if steps > 1 else 0.0), horizon)


def moments(scenario: Scenario, every: float | str) -> Floats:
    """The days of a table over time: as `days_of`, or the months' first days and the horizon.

    Parameters
    ----------
    every : days, or "month" in a scenario that has a `start`; then day 0 is the first, be it in
        the middle of a month.
    """
    if isinstance(every, str):
        if every != MONTH:
            raise ValueError(f'every = "{every}": must be a number of days, or "month"')
        return np.append(month_days(scenario), scenario.horizon_days)
    return days_of(scenario.horizon_days, every)


def index_of(scenario: Scenario, day: Floats, every: float | str) -> pd.Index[float]:
    """The rows' names: days, or the dates of those days where the table goes by months."""
    import pandas as pd

    if isinstance(every, str):
        dates = [date_of(scenario, one) for one in day.tolist()]
        return pd.Index(pd.DatetimeIndex(pd.to_datetime(dates)), name="date")
    return pd.Index(day, name="day")
