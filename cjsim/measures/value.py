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
    customer_count = parts.count(won.person)
    person, age, margin = ages(run)
    our_deals = deals(run)
    days_seen = parts.total(won.person, run.scenario.horizon_days - won.since)
    worth = margin * discount(run, age)
    return {
        "customers": customer_count,
        "days_seen": ratio(days_seen, customer_count),
        "deals": ratio(parts.count(person), customer_count),
        "first_deal_margin": ratio(
            parts.total(our_deals.person[our_deals.first], our_deals.margin[our_deals.first]),
            customer_count,
        ),
        "cac": ratio(costs, customer_count),
        "ltv": ratio(parts.total(person, worth), customer_count),
        "ltv_undiscounted": ratio(parts.total(person, margin), customer_count),
    }


def ages(run: Record) -> tuple[Numbers, Floats, Floats]:
    """Person, days since their first deal and margin [money] of each deal of the customers won."""
    won = customers(run)
    our_deals = deals(run)
    first_deal_day = np.full(len(run), np.nan)
    first_deal_day[won.person] = won.since
    age = our_deals.time - first_deal_day[our_deals.person]
    of_won = ~np.isnan(age)
    return our_deals.person[of_won], age[of_won], our_deals.margin[of_won]


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
    paid_back = np.flatnonzero(margin >= cac)
    return float(day[paid_back[0]]) if len(paid_back) else np.nan


def _mean_margin(
    run: Record, parts: Groups, group: int, discounted: bool
) -> tuple[Floats, Numbers, Floats, float]:
    """Days since the first deal with a deal, customers seen so long, mean margin so far, CAC."""
    person, age, margin = ages(run)
    if discounted:
        margin = margin * discount(run, age)
    deal_in_group = parts.of[person] == group
    day, day_index = np.unique(age[deal_in_group], return_inverse=True)
    won = customers(run)
    customer_in_group = parts.of[won.person] == group
    days_seen = np.sort(run.scenario.horizon_days - won.since[customer_in_group])
    at_risk = len(days_seen) - np.searchsorted(days_seen, day, "left")
    margin_on_day = np.bincount(day_index, margin[deal_in_group], len(day))
    costs = float(money_columns(run, parts)["costs"][group])
    cac = costs / len(days_seen) if len(days_seen) else np.nan
    return day, at_risk, np.cumsum(margin_on_day / at_risk), cac
