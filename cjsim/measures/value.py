"""Value of a customer: what winning one costs, what one brings, and when the cost is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.groups import Floats, Groups, Numbers, by_group, groups, ratio
from cjsim.measures.money import deals, money_columns
from cjsim.measures.retention import customers

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

DAYS_A_YEAR = 365.0


def customer_value(run: Record, by: str | None = None) -> pd.DataFrame:
    """What customers won during the run cost and bring: one row per group.

    Columns
    -------
    customers : people whose first deal is in the log.
    days_seen : mean days from the first deal to the horizon.
    deals : mean number of deals.
    first_deal_margin : mean margin of the first deal [money]; often negative (C46-C47).
    cac : all costs of the run (contacts, touchpoints, reps) / customers [money]. Contacts with
        customers are in it and not in the LTV, so that without discounting
        (ltv - cac) · customers = profit. After a burn-in the costs also serve the customers from
        before day 0, whose deals are not in the LTV: the CAC is then high.
    ltv : mean margin of a customer's deals up to the horizon, each discounted to the day of
        the first deal with firm.discount_rate_per_year [money]. Deals after the horizon are not
        in it: a customer won late has had little time (`days_seen`).
    ltv_undiscounted : the same at a rate of 0 [money].
    payback_day : see `payback_day`.
    """
    parts = groups(run, by)
    columns = value_columns(run, parts)
    days = [payback_day(run, parts=parts, group=g) for g in range(len(parts))]
    return by_group(columns | {"payback_day": np.array(days)}, parts)


def value_columns(run: Record, parts: Groups, costs: Numbers | None = None) -> dict[str, Numbers]:
    """The columns of `customer_value` but for the payback, one number per group."""
    if costs is None:
        costs = money_columns(run, parts)["costs"]
    won = customers(run)
    count = parts.count(won.person)
    person, age, margin = ages(run)
    made = deals(run)
    seen = parts.total(won.person, run.scenario.horizon_days - won.since)
    worth = margin * discount(run, age)
    return {
        "customers": count,
        "days_seen": ratio(seen, count),
        "deals": ratio(parts.count(person), count),
        "first_deal_margin": ratio(
            parts.total(made.person[made.first], made.margin[made.first]), count
        ),
        "cac": ratio(costs, count),
        "ltv": ratio(parts.total(person, worth), count),
        "ltv_undiscounted": ratio(parts.total(person, margin), count),
    }


def ages(run: Record) -> tuple[Numbers, Floats, Floats]:
    """Person, days since their first deal and margin [money] of each deal of the customers won."""
    won, made = customers(run), deals(run)
    since = np.full(len(run), np.nan)
    since[won.person] = won.since
    age = made.time - since[made.person]
    theirs = ~np.isnan(age)
    return made.person[theirs], age[theirs], made.margin[theirs]


def discount(run: Record, days: Floats) -> Floats:
    """What money `days` later is worth now: (1 + rate per year) ^ -(days / 365)."""
    rate = run.scenario.firm.discount_rate_per_year
    return np.asarray((1.0 + rate) ** (-days / DAYS_A_YEAR))


def payback(run: Record, by: str | None = None, discounted: bool = False) -> pd.DataFrame:
    """How a customer's margin pays back the cost of winning them, by days since the first deal.

    Columns
    -------
    at_risk : customers who were seen for that long.
    margin : mean margin of a customer up to that day [money], each deal shared among those who
        were seen for that long, so late customers do not pull it down (Nelson's mean cumulative
        function). With `discounted`, money is discounted to the day of the first deal.
    profit : margin - cac [money].
    """
    import pandas as pd

    from cjsim.measures.groups import stacked

    parts = groups(run, by)
    frames = []
    for g in range(len(parts)):
        day, at_risk, margin, cac = _mean_margin(run, parts, g, discounted)
        columns = {"at_risk": at_risk, "margin": margin, "profit": margin - cac}
        frames.append(pd.DataFrame(columns, index=pd.Index(day, name="day")))
    return stacked(frames, parts)


def payback_day(
    run: Record, discounted: bool = False, parts: Groups | None = None, group: int = 0
) -> float:
    """Days from the first deal until a mean customer's margin covers the CAC; NaN if never seen."""
    everybody = groups(run, None) if parts is None else parts
    day, _, margin, cac = _mean_margin(run, everybody, group, discounted)
    back = np.flatnonzero(margin >= cac)
    return float(day[back[0]]) if len(back) else np.nan


def _mean_margin(
    run: Record, parts: Groups, group: int, discounted: bool
) -> tuple[Floats, Numbers, Floats, float]:
    """Days since the first deal with a deal, customers seen so long, mean margin so far, CAC."""
    person, age, margin = ages(run)
    if discounted:
        margin = margin * discount(run, age)
    here = parts.of[person] == group
    day, place = np.unique(age[here], return_inverse=True)
    won = customers(run)
    mine = parts.of[won.person] == group
    seen = np.sort(run.scenario.horizon_days - won.since[mine])
    at_risk = len(seen) - np.searchsorted(seen, day, "left")
    total = np.bincount(place, margin[here], len(day))
    costs = float(money_columns(run, parts)["costs"][group])
    cac = costs / len(seen) if len(seen) else np.nan
    return day, at_risk, np.cumsum(total / at_risk), cac
