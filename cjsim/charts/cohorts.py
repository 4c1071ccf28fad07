"""The cohort triangle: customers by the time of their first deal, followed from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from cjsim import measures
from cjsim.charts.parts import cells, wanted_kind
from cjsim.charts.picture import Picture, style
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import counted, decimals, number, per_cent
from cjsim.measures.log import Log
from cjsim.run import Run

if TYPE_CHECKING:
    import pandas as pd

PERIODS = (7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0, 730.0)
MOST = 12
"""As many cohorts as can be read from the last row of a room."""
AT_MOST = 200
"""As many as are drawn at all: each has a cell for every other."""
LOWEST = 4.8
"""Height at which the words at the side are not cut [inches]."""


def cohorts(
    run: Run | Log,
    lang: str = SPOKEN,
    *,
    period_days: float | None = None,
    active: str | None = None,
) -> Picture:
    """Of the customers won in one period (row), how many per cent are active in later ones.

    Parameters
    ----------
    run : a `Run` or a `Log`; its customers are those won from day 0 on.
    lang : "en", "ru", or what `cjsim.speak` has set.
    period_days : length of a period [days]; the shortest of 7, 14, 30, 60, 90, 180, 365 and 730
        that makes no more than 12, if not given; half of a horizon under 14 days.
    active : "inside" (neither with a rival nor asleep at the end of a period) or "deals" (makes
        a deal in it, which is all that a `Log` shows); see `cjsim.measures.cohorts`.

    Returns the `Picture`; its data are shares, 0..1: cohorts (first day, people) down, periods
    across. Raises ValueError for a period or a way to be active that cannot be or makes over 200,
    where nobody was won, or where the log has no stages; TypeError for what is neither run nor log.

    >>> from cjsim import charts, data
    >>> charts.cohorts(data.cdnow()).alt.split(". ")[-1]
    'One period on, it is 19% over all 2 cohorts, from 18% to 20%.'
    """
    wanted_kind(run, Run, Log)
    active = active or ("deals" if isinstance(run, Log) else "inside")
    horizon = run.scenario.horizon_days
    period = _usual(horizon) if period_days is None else period_days
    if 0 < period < horizon / AT_MOST or period > horizon:
        raise ValueError(
            f"period_days = {period:g}: {horizon:g} days are cut into 1 to {AT_MOST} periods of "
            f"{horizon / AT_MOST:g} to {horizon:g} days"
        )
    data = measures.cohorts(run, period, active)
    data = data[~data.isna().all(axis=1) & (data.index.get_level_values("people") > 0)]
    data = data.dropna(axis=1, how="all")
    if data.empty:
        raise ValueError(f"nobody was won in a period of {period:g} days that is over by the end")
    shares = 100 * data.to_numpy()
    rows, columns = shares.shape
    with style():
        figure = Figure(figsize=(max(14, 5.7 + 0.8 * columns), max(LOWEST, 2.7 + 0.56 * rows)))
        axes = figure.subplots()
        cells(axes, shares, Normalize(0, 100), lambda r, c: f"{shares[r, c]:.0f}", fontsize=14)
        axes.set_xticks(range(columns))
        axes.set_yticks(range(rows), _rows(data, period, lang))
        days = counted("days", period, lang, decimals(period))
        axes.set_xlabel(text("cohorts.since", lang).format(days=days))
        axes.set_ylabel(text("cohorts.won", lang))
        axes.set_title(text(f"cohorts.title_{active}", lang))
    return Picture(figure, _alt(data, period, active, lang), data, lang)


def _usual(horizon: float) -> float:
    """The period if none is given: few enough to be read, and two where the horizon is short."""
    enough = (days for days in PERIODS if horizon / days <= MOST)
    return min(next(enough, horizon / MOST), horizon / 2)


def _rows(data: pd.DataFrame, period: float, lang: str) -> list[str]:
    """For each cohort its days and its customers."""
    digits = decimals(period)
    return [
        text("cohorts.row", lang).format(
            begin=number(begin, lang, digits),
            end=number(begin + period, lang, digits),
            people=number(size, lang),
        )
        for begin, size in data.index
    ]


def _alt(data: pd.DataFrame, period: float, active: str, lang: str) -> str:
    """The finding: what is left of the first cohort, and of all after one period."""
    begin, size = data.index[0]
    first = data.iloc[0].dropna()

    def days(value: float) -> str:
        return number(value, lang, decimals(period))

    later = period * (len(first) - 1)
    key = f"cohorts.alt_{active}" if len(first) > 1 else f"cohorts.alt_{active}_one"
    sentence = text(key, lang).format(
        days=counted("days", period, lang, decimals(period)),
        people=number(size, lang),
        end=days(begin + period),
        begin=days(begin),
        start=per_cent(first.iloc[0], lang),
        last=per_cent(first.iloc[-1], lang),
        later=counted("days", later, lang, decimals(period)),
    )
    if len(data.columns) < 2 or data[1].notna().sum() < 2:
        return sentence
    next_period = data[1].dropna()
    people = next_period.index.get_level_values("people").to_numpy()
    return f"{sentence} " + text("cohorts.alt_all", lang).format(
        cohorts=number(len(next_period), lang),
        mean=per_cent(np.average(next_period.to_numpy(), weights=people), lang),
        low=per_cent(next_period.min(), lang),
        high=per_cent(next_period.max(), lang),
    )
