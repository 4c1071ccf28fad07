"""Retention: how long customers stay, and how many deals they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import DORMANT, GONE, WITH_RIVAL
from cjsim.measures.groups import Flags, Floats, Groups, Ints, groups, ratio, stacked
from cjsim.measures.log import Log
from cjsim.measures.survival import Curve, kaplan_meier, share_first
from cjsim.measures.visits import by_person, final_stage, lifetimes, need
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


@dataclass(frozen=True)
class Customers:
    """People whose first deal is in the log, in the order of persons."""

    person: Ints
    since: Floats  # day of the first deal
    row: Ints  # its log row


def customers(run: Record | Log) -> Customers:
    """The people won during a run. Who had bought before day 0 is not among them."""
    rows = run.events.rows
    row = np.flatnonzero(rows["event"] == Event.FIRST_DEAL)
    row = row[by_person(rows["person"][row])]
    return Customers(rows["person"][row].astype(np.int64), rows["time"][row], row)


def retention(
    run: Record | Log,
    by: str | None = None,
    days: Sequence[float] | None = None,
    confidence: float = 0.95,
    *,
    silent_days: float | None = None,
) -> pd.DataFrame:
    """The share of customers still with us, by days since their first deal (Kaplan-Meier).

    Leaving is the first step to a rival or to sleep; a trial that ends with us is none. Nor is
    leaving the category for good: it comes to everybody at the same rate, whatever the firm does,
    so it ends the observation as the horizon does, and the curve says what the firm holds of
    those who still have the need. Rows are the days on which somebody left, or the `days` asked
    for. What nobody has seen is NaN: a day below 0, one beyond the longest observation, and the
    share of no customers.

    Nobody is seen to leave in a `Log`: there a customer has left on the day when `silent_days` have
    gone by since their last deal, whatever they really did (C95). The longer, the later the news;
    the shorter, the more of those who only wait are taken for lost.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given,
        and always of a `Log`.
    days : days since the first deal that are asked for; all on which somebody left when not given.
    confidence : coverage of the limits, 0..1.
    silent_days : of a `Log`, days without a deal after which a customer counts as lost.

    Columns
    -------
    at_risk : customers under observation just before that day (not with `days`).
    left : those who left on it (not with `days`).
    retained : share still with us after it, 0..1. Those open at the horizon, or gone for good
        while with us, are respected.
    low, high : limits at that confidence (log-log); NaN once nobody is left.

    Raises ValueError for an unknown `by`, and for a `Log` without `silent_days`.

    >>> from cjsim import simulate
    >>> table = retention(simulate("phone", people=50), days=[90, 365])
    >>> table.round(2).to_dict("list")
    {'retained': [0.88, 0.64], 'low': [0.59, 0.33], 'high': [0.97, 0.83]}
    """
    need(run, "stages")
    parts = groups(run, by)
    won = customers(run)
    if isinstance(run, Log):
        left_on = first_silence(run, won, silent_days)
    else:
        left_on = _first_leaving(run, won)
    seen_until = lifetimes(run)[1][won.person]
    days_with_us = np.where(np.isnan(left_on), seen_until, left_on) - won.since
    frames = []
    for g in range(len(parts)):
        in_group = parts.of[won.person] == g
        curve = kaplan_meier(days_with_us[in_group], ~np.isnan(left_on[in_group]), confidence)
        frames.append(_curve_frame(curve, days))
    return stacked(frames, parts)


def _first_leaving(run: Record | Log, won: Customers) -> Floats:
    """For each customer the day they first left after the first deal, NaN if they have not."""
    next_row = _next_leaving(run, won.row)
    time = np.append(run.events["time"], np.nan)
    return np.asarray(time[next_row])


def first_silence(log: Log, won: Customers, silent_days: float | None) -> Floats:
    """For each customer the day on which a silence had first lasted so long, NaN if none has."""
    if silent_days is None or not silent_days > 0:
        raise ValueError(
            f"silent_days = {silent_days}: nobody is seen to leave in a log; say after how many "
            "days without a deal a customer counts as lost, e.g. 180"
        )
    deals = _deals(log)
    lost_on = np.full(log.lives, np.nan)
    silent = np.flatnonzero(deals.gap >= silent_days)[::-1]  # backwards: the first one stands
    lost_on[deals.person[silent]] = deals.time[silent] + silent_days
    return np.asarray(lost_on[won.person])


def leavings(run: Record | Log) -> Ints:
    """The log rows with which people go to a rival or to sleep."""
    rows = run.events.rows
    away = (rows["stage"] == WITH_RIVAL) | (rows["stage"] == DORMANT)
    return np.flatnonzero((rows["event"] == Event.ENTER) & away)


def _next_leaving(run: Record | Log, after: Ints) -> Ints:
    """For each of these log rows the row in which its person next leaves; len(log) if in none."""
    rows, size = run.events.rows, len(run.events)
    leaving_rows = leavings(run)
    keys = np.sort(rows["person"][leaving_rows].astype(np.int64) * size + leaving_rows)
    keys = np.append(keys, -1)  # a place to fall on, nobody's
    person = rows["person"][after].astype(np.int64)
    key = keys[np.searchsorted(keys[:-1], person * size + after)]
    theirs = (key >= 0) & (key // max(size, 1) == person)
    return np.where(theirs, key % max(size, 1), size)


def _curve_frame(curve: Curve, days: Sequence[float] | None) -> pd.DataFrame:
    """A curve as a table, at its own days or at those asked for."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "at_risk": curve.at_risk.astype(int),
            "left": curve.ended.astype(int),
            "retained": curve.lasting,
            "low": curve.low,
            "high": curve.high,
        },
        index=pd.Index(curve.day, name="day"),
    )
    if days is None:
        return table
    asked = np.asarray(days, float)
    place, known = curve.places(asked)
    table = table[["retained", "low", "high"]].iloc[place].set_axis(pd.Index(asked, name="day"))
    table.loc[~known, :] = np.nan
    return table


def repeat_rate(
    run: Record | Log, by: str | None = None, within: float | None = None
) -> pd.DataFrame:
    """Of the customers who made their n-th deal, how many made the next? Rows are n = 1, 2, ...

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given,
        and always of a `Log`.
    within : days within which the next deal is looked for, for `rate_within`; not asked when not
        given.

    Columns
    -------
    customers : people who made an n-th deal.
    made_next : of them, those who made one more by the horizon.
    left : without a next deal, and with a rival or asleep at the horizon.
    gone : without a next deal, and gone from the category for good.
    open : without a next deal, and still with us at the horizon.
    rate : made_next / customers; the open ones count as not yet, so this is a lower bound.
    rate_decided : of those who either made the next deal without leaving or left first, the share
        who made it, 0..1. The two are competing risks, each estimated with the open and the gone
        counted for as long as they were seen (Aalen & Johansen 1978). To divide closed cases,
        made_next / (made_next + left), would be too low where many are open: leaving is quicker
        than the next need. Whoever comes back later had left. NaN of a `Log`, in which nobody is
        seen to leave: there, ask for `rate_within`.
    rate_within : only if `within` [days] is given: the Kaplan-Meier share with a next deal so
        many days after the n-th; the open ones count for as long as they were seen; NaN beyond.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = repeat_rate(simulate("phone", people=50), within=730.0)
    >>> table.loc[1, ["customers", "made_next", "open", "rate", "rate_within"]].round(2).to_dict()
    {'customers': 17.0, 'made_next': 10.0, 'open': 6.0, 'rate': 0.59, 'rate_within': 0.66}
    """
    need(run, "stages")
    parts = groups(run, by)
    deals = _deals(run)
    frames = []
    for g in range(len(parts)):
        frames.append(_repeat_frame(deals, parts, g, within))
    if isinstance(run, Log):
        frames[0]["rate_decided"] = np.nan
    return stacked(frames, parts)


@dataclass(frozen=True)
class _Deals:
    """Each deal of the customers won during the run: which it is and what came of the next."""

    person: Ints
    nth: Ints  # 1, 2, ...
    time: Floats  # days
    gap: Floats  # days to the next deal, or to the end of what was seen
    stay: Floats  # days to the next deal, the first leaving or that end
    repeated: Flags
    left_first: Flags  # left before a next deal, if there was one
    left: Flags
    gone: Flags


def _deals(run: Record | Log) -> _Deals:
    rows = run.events.rows
    is_won = np.zeros(run.lives, bool)
    is_won[customers(run).person] = True
    is_deal = (rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)
    deal_rows = np.flatnonzero(is_deal & is_won[rows["person"]])
    deal_rows = deal_rows[by_person(rows["person"][deal_rows])]
    person = rows["person"][deal_rows].astype(np.int64)
    time = rows["time"][deal_rows]
    is_first = np.append(True, person[1:] != person[:-1])[: len(deal_rows)]
    begin = np.maximum.accumulate(np.where(is_first, np.arange(len(deal_rows)), 0))
    repeated = ~np.append(is_first[1:], True)[: len(deal_rows)]
    until_day = np.where(repeated, np.roll(time, -1), lifetimes(run)[1][person])
    leaving_row = _next_leaving(run, deal_rows)
    left_first = leaving_row < np.where(repeated, np.roll(deal_rows, -1), len(rows))
    left_on = np.append(rows["time"], np.inf)[leaving_row]
    last = final_stage(run)[person]
    return _Deals(
        person=person,
        nth=np.arange(len(deal_rows)) - begin + 1,
        time=time,
        gap=until_day - time,
        stay=np.where(left_first, left_on, until_day) - time,
        repeated=repeated,
        left_first=left_first,
        left=~repeated & ((last == WITH_RIVAL) | (last == DORMANT)),
        gone=~repeated & (last == GONE),
    )


def _repeat_frame(deals: _Deals, parts: Groups, group: int, within: float | None) -> pd.DataFrame:
    import pandas as pd

    in_group = parts.of[deals.person] == group
    nth, repeated = deals.nth[in_group], deals.repeated[in_group]
    stay, left_first = deals.stay[in_group], deals.left_first[in_group]
    most_deals = int(nth.max(initial=0))

    def count_of(which: Flags) -> Ints:
        return np.bincount(nth[which], minlength=most_deals + 1)[1:]

    buyers, made_next = np.bincount(nth, minlength=most_deals + 1)[1:], count_of(repeated)
    left, gone = count_of(deals.left[in_group]), count_of(deals.gone[in_group])
    made_it = repeated & ~left_first
    index = pd.RangeIndex(1, most_deals + 1, name="deal")
    frame = pd.DataFrame(
        {
            "customers": buyers,
            "made_next": made_next,
            "left": left,
            "gone": gone,
            "open": buyers - made_next - left - gone,
            "rate": ratio(made_next, buyers),
            "rate_decided": [
                share_first(stay[nth == n], made_it[nth == n], left_first[nth == n]) for n in index
            ],
        },
        index=index,
    )
    if within is not None:
        gaps = deals.gap[in_group]
        curves = (kaplan_meier(gaps[nth == n], repeated[nth == n]) for n in frame.index)
        frame["rate_within"] = [1.0 - float(curve.at(np.array(within))) for curve in curves]
    return frame
