"""Receipts: what customers pay, month by month and by days since their first deal.

Who paid what when is all that it takes: a firm's log tells it as a run does.

    value(age) = sum over ages a <= age of (paid by customers at age a) / (customers seen so long)

is Nelson's mean cumulative function: a customer won late counts for as long as they were seen and
pulls nothing down. Its limits take people, not receipts, for independent (Lawless & Nadeau 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cjsim.log import SPENT_ON
from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Floats, Ints, ratio
from cjsim.measures.money import A_MONTH
from cjsim.measures.retention import customers
from cjsim.measures.visits import need
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.measures.log import Log
    from cjsim.record import Record


class Paid(NamedTuple):
    """What customers paid, in the order of the log: deals and later payments of contracts."""

    person: Ints
    time: Floats
    amount: Floats


def paid_by(run: Record | Log) -> Paid:
    """All that customers paid."""
    rows = run.events.rows
    kinds = (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT)
    rows = rows[np.isin(rows["event"], kinds)]
    return Paid(rows["person"].astype(np.int64), rows["time"], rows["amount"])


def revenue_over_time(run: Record | Log, every: float | str = A_MONTH) -> pd.DataFrame:
    """What comes in and what is spent on people, period by period.

    Rows are the days on which a period begins: 0, every, 2 · every, ...; the last may be shorter.
    With `every="month"` they are the months of the calendar, by the dates of their first days.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    every : length of a period [days], a twelfth of a year when not given; or "month" in a scenario
        that has a `start`.

    Columns
    -------
    days : length of the period.
    revenue : what customers paid in it [money].
    spent : what went into contacts, complaints made good and referral bonuses [money]. What keeps
        touchpoints and reps running is in no log: see `money`.

    >>> from cjsim import simulate
    >>> table = revenue_over_time(simulate("phone", people=50), every=365.0)
    >>> table["revenue"].round().to_dict()
    {0.0: 3520.0, 365.0: 5720.0, 730.0: 4840.0, 1095.0: 4400.0, 1460.0: 6600.0}
    """
    import pandas as pd

    need(run, "all")
    day = moments(run.scenario, every)
    paid = paid_by(run)
    spent = run.events.rows[np.isin(run.events["event"], SPENT_ON)]
    columns = {
        "days": np.diff(day),
        "revenue": np.histogram(paid.time, day, weights=paid.amount)[0],
        "spent": np.histogram(spent["time"], day, weights=0.0 - spent["amount"])[0],
    }
    return pd.DataFrame(columns, index=index_of(run.scenario, day[:-1], every))


def revenue_per_customer(
    run: Record | Log, days: Sequence[float] | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """What a mean customer has paid, by days since the first deal (mean cumulative function).

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    days : ages to be told [days]; each month up to the longest seen when not given.
    confidence : coverage of the limits, 0..1.

    Returns a row per age: at_risk (customers seen for so long), deals and revenue (of a mean
    customer up to it, the first deal included [deals, money]), low and high (limits of revenue).
    What nobody was seen for is NaN. Raises ValueError for a confidence that is no share.

    >>> from cjsim import simulate
    >>> table = revenue_per_customer(simulate("phone", people=50), days=[0, 365])
    >>> table[["deals", "revenue"]].round(1).to_dict("list")
    {'deals': [1.0, 1.5], 'revenue': [440.0, 638.6]}
    """
    import pandas as pd

    if not 0 < confidence < 1:
        raise ValueError(f"confidence = {confidence}: must be between 0 and 1")
    won = customers(run)
    seen = run.scenario.horizon_days - won.since
    if days is None:
        days = np.arange(0.0, float(seen.max(initial=0.0)) + 1e-9, A_MONTH).tolist()
    asked = np.asarray(days, float)
    paid, once = (_of_won(run, won.person, won.since, deals) for deals in (False, True))
    revenue, error = _mean_cumulative(paid, seen, asked)
    deals = _mean_cumulative(once, seen, asked)[0]
    from scipy import stats

    half = stats.norm.ppf((1.0 + confidence) / 2.0) * error
    columns = {
        "at_risk": (seen[:, None] >= asked).sum(axis=0), "deals": deals, "revenue": revenue,
        "low": revenue - half, "high": revenue + half,
    }  # fmt: skip
    table = pd.DataFrame(columns, index=pd.Index(asked, name="day"))
    table.loc[(asked < 0) | (table["at_risk"] == 0), ["deals", "revenue", "low", "high"]] = np.nan
    return table


def _of_won(run: Record | Log, person: Ints, since: Floats, deals: bool) -> Paid:
    """The receipts of the customers won, or 1 for each deal; by their place and their age."""
    place, first = np.full(run.lives, -1), np.zeros(run.lives)
    place[person], first[person] = np.arange(len(person)), since
    rows = run.events.rows
    paid = paid_by(run)
    if deals:
        rows = rows[np.isin(rows["event"], (Event.FIRST_DEAL, Event.REPEAT_DEAL))]
        paid = Paid(rows["person"].astype(np.int64), rows["time"], np.ones(len(rows)))
    won = (place[paid.person] >= 0) & (paid.time >= first[paid.person])
    age = paid.time - first[paid.person]
    return Paid(place[paid.person][won], age[won], paid.amount[won])


def _mean_cumulative(paid: Paid, seen: Floats, asked: Floats) -> tuple[Floats, Floats]:
    """The mean up to each age asked for, and its standard error with people independent."""
    age, place = np.unique(paid.time, return_inverse=True)
    at_risk = len(seen) - np.searchsorted(np.sort(seen), age, "left")
    steps = ratio(np.bincount(place, paid.amount, len(age)), at_risk)
    mean = np.append(0.0, np.cumsum(steps))
    held = np.append(0.0, np.cumsum(ratio(steps, at_risk)))  # what each at risk should have paid
    means, error = np.empty(len(asked)), np.empty(len(asked))
    share = paid.amount / at_risk[place]
    for i, until in enumerate(asked.tolist()):
        means[i] = mean[np.searchsorted(age, until, "right")]
        own = np.bincount(paid.person, share * (paid.time <= until), len(seen))
        off = own - held[np.searchsorted(age, np.minimum(seen, until), "right")]
        error[i] = np.sqrt((off**2).sum())
    return means, error
