"""Contracts: how many run, what they bring by the month, how many are renewed, and who leaves.

A contract runs from a deal until its customer pauses it, or stands outside the stages 7 to 12. Its
price by the month is that of its term, shared out evenly: recurring revenue, whenever it is paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import DAYS_A_YEAR, FIRST_DEAL, RECOMMENDATION, SATISFACTION
from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Floats, Groups, Ints, Numbers, by_group, groups, ratio
from cjsim.measures.log import Log
from cjsim.measures.money import A_MONTH
from cjsim.measures.visits import need, need_run
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def contracts(run: Record, every: float | str = A_MONTH) -> pd.DataFrame:
    """What runs and recurs, over time.

    Rows are days: 0, every, 2 · every, ... and the horizon; with `every="month"` the dates of day
    0, of the first of each month, and of the horizon. A contract from before day 0 is taken to
    cost what its next deal or payment is, the price of the file where none comes.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    every : days between two rows, or "month" in a scenario that has a `start`.

    Columns
    -------
    running : contracts that run on the day.
    mrr : monthly recurring revenue: what they bring in a month [money].
    new, returned, upgraded, downgraded, lost : what moved it since the row before [money a month]:
        first deals; deals after a pause or an absence; dearer and cheaper terms; the last two are
        negative. They add up to the change of `mrr`.
    net_retention : what those who had a contract a year before bring now, as a share of what they
        brought then, 0..; NaN in the first year.
    gross_retention : the same where nobody counts for more than then, 0..1.

    Raises ValueError for a run without contracts, or whose log does not keep the stages.

    >>> from cjsim import simulate
    >>> table = contracts(simulate("subscription", people=50), every=365.0)
    >>> table[["running", "mrr", "lost"]].round(1).iloc[-1].to_dict()  # at the horizon
    {'running': 5.0, 'mrr': 570.0, 'lost': -120.0}
    """
    import pandas as pd

    changes = _changes(run)
    day = moments(run.scenario, every)
    at = _prices(run, changes, day)
    year_ago = _prices(run, changes, day - DAYS_A_YEAR)
    place = np.searchsorted(day, changes.time, "left")
    moves = {
        name: np.bincount(place, amount, len(day) + 1)[: len(day)]
        for name, amount in _moves(changes).items()
    }
    old, kept = year_ago.sum(axis=1), (at * (year_ago > 0)).sum(axis=1)
    seen = day >= DAYS_A_YEAR
    columns = {
        "running": (at > 0).sum(axis=1),
        "mrr": at.sum(axis=1),
        **moves,
        "net_retention": np.where(seen, ratio(kept, old), np.nan),
        "gross_retention": np.where(seen, ratio(np.minimum(at, year_ago).sum(axis=1), old), np.nan),
    }
    return pd.DataFrame(columns, index=index_of(run.scenario, day, every))


def renewals(run: Record | Log, by: str | None = None) -> pd.DataFrame:
    """What becomes of trials and contracts: one row per group.

    A `Log` does not tell which contracts have come to their end: there due and renewal_rate are
    missing.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given, and always of a `Log`.

    Columns
    -------
    trials : free trials that began.
    conversion : of those that ended, the share that led to a deal, 0..1.
    due : contracts that came to their end: renewed, paused or ended.
    renewal_rate : share of them that was renewed, 0..1.
    notices, taken_back : notices given, and those taken back.
    pauses, upgrades : how many.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = renewals(simulate("subscription", people=50))
    >>> table.loc["all", ["trials", "conversion", "due", "renewal_rate"]].astype(float).round(2)
    trials          14.00
    conversion       0.46
    due             14.00
    renewal_rate     0.71
    Name: all, dtype: float64
    """
    parts = groups(run, by)
    return by_group(renewal_columns(run, parts), parts)


def renewal_columns(run: Record | Log, parts: Groups) -> dict[str, Numbers]:
    """The columns of `renewals`, one number per group."""
    rows = run.events.rows
    event, person = rows["event"], rows["person"]
    ended: Numbers = np.zeros(len(parts))
    renewed: Numbers = np.zeros(len(parts))
    if isinstance(run, Log):
        ended = renewed = np.full(len(parts), np.nan)
    elif run.scenario.contract.term_days > 0:
        changes = _changes(run)
        ended = parts.count(changes.person[(changes.before > 0) & (changes.after == 0)])
        again = (event == Event.REPEAT_DEAL) & _runs_on(changes, len(rows))
        renewed = parts.count(person[again])

    def count(*kinds: Event) -> Numbers:
        return parts.count(person[np.isin(event, kinds)])

    declined = count(Event.DECLINED)
    seen = isinstance(run, Log) and run.has(Event.TRYOUT, Event.DECLINED)
    tried = seen or run.scenario.contract.trial_days > 0
    converted = count(Event.FIRST_DEAL) if tried else np.zeros(len(parts))
    return {
        "trials": count(Event.TRYOUT),
        "conversion": ratio(converted, converted + declined),
        "due": renewed + ended,
        "renewal_rate": ratio(renewed, renewed + ended),
        "notices": count(Event.NOTICE),
        "taken_back": count(Event.STAYS),
        "pauses": count(Event.PAUSE),
        "upgrades": count(Event.UPGRADE),
    }


# --- What changes a contract ----------------------------------------------------------------------


@dataclass(frozen=True)
class Changes:
    """Moments at which somebody's contract may begin, go on at another price, or end.

    In the order of the log; `before` and `after` are prices by the month, 0 where none runs.
    """

    row: Ints
    person: Ints
    time: Floats
    first: Numbers  # is it a first deal?
    before: Floats
    after: Floats


def _changes(run: Record) -> Changes:
    need_run(run, "the terms of contracts and who leaves")
    contract = run.scenario.contract
    if contract.term_days <= 0:
        raise ValueError("this run has no contracts: contract.term_days = 0")
    need(run, "stages")
    rows = run.events.rows
    event, stage = rows["event"], rows["stage"]
    deal = (event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)
    opens = (event == Event.START) & (stage >= SATISFACTION) & (stage <= RECOMMENDATION)
    inside = (stage >= FIRST_DEAL) & (stage <= RECOMMENDATION)
    ends = (event == Event.PAUSE) | ((event == Event.ENTER) & ~inside)
    row = np.flatnonzero(deal | opens | ends)
    a_month = contract.payments / contract.term_days * A_MONTH
    after = np.where(deal[row], rows["amount"][row] * a_month, 0.0)
    after[opens[row]] = _first_paid(run, rows["person"][row[opens[row]]]) * a_month
    person = rows["person"][row].astype(np.int64)
    order = np.argsort(person, kind="stable")
    before = np.zeros(len(row))
    same = person[order][1:] == person[order][:-1]
    before[order[1:]] = np.where(same, after[order[:-1]], 0.0)
    return Changes(row, person, rows["time"][row], event[row] == Event.FIRST_DEAL, before, after)


def _first_paid(run: Record, person: Numbers) -> Floats:
    """The first payment that a log shows of these people; the file's where it shows none."""
    rows, contract = run.events.rows, run.scenario.contract
    paid = np.isin(rows["event"], (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT))
    amount = np.full(run.lives, run.scenario.product.price / contract.payments)
    amount[rows["person"][paid][::-1]] = rows["amount"][paid][::-1]  # the first one stands
    return np.asarray(amount[person])


def _runs_on(changes: Changes, rows: int) -> Numbers:
    """Flags of the log's rows at which a contract runs already."""
    flags = np.zeros(rows, bool)
    flags[changes.row[changes.before > 0]] = True
    return flags


def _prices(run: Record, changes: Changes, day: Floats) -> Floats:
    """What each life's contract costs by the month on each of some days: (days, lives)."""
    price, prices = np.zeros(run.lives), np.zeros((len(day), run.lives))
    place = np.searchsorted(changes.time, day, "right")
    start = 0
    for i, end in enumerate(place.tolist()):
        if end > start:
            price[changes.person[start:end]] = changes.after[start:end]  # the last one stands
            start = end
        prices[i] = price
    return prices


def _moves(changes: Changes) -> dict[str, Floats]:
    """What each change moves, by its kind; those of day 0 are none: they were there before."""
    move = np.where(changes.time > 0, changes.after - changes.before, 0.0)
    begins, ends = changes.before == 0, changes.after == 0
    goes_on = ~begins & ~ends
    first = changes.first.astype(bool)
    return {
        "new": move * (begins & first),
        "returned": move * (begins & ~first & ~ends),
        "upgraded": move * (goes_on & (move > 0)),
        "downgraded": move * (goes_on & (move < 0)),
        "lost": move * (ends & ~begins),
    }
