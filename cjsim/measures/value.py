"""Value of a customer: what winning one costs, what one brings, and when the cost is back.

All that the firm spends is spent either on people before their first deal or on customers:

    cac · customers + keeping · days of all customers = costs

    value(age) = mean margin of a customer's deals up to that age
                 - keeping · mean days that a customer has been in the category
    ltv        = value(window)
    payback    = the age from which value stays at or above cac, up to the window

Both come from one function, so that there is a payback day if and only if ltv >= cac. The mean at
an age is taken over the customers who were seen for that long and added up (Nelson's mean
cumulative function): a customer won late counts for as long as they were seen and pulls nothing
down. Who leaves the category for good brings nothing from then on and costs nothing: that is an
end, not a gap in what was seen. Money is discounted to the day of the first deal with
`firm.discount_rate_per_year`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import DAYS_A_YEAR
from cjsim.log import first_bought
from cjsim.measures.groups import Floats, Groups, Numbers, by_group, groups, ratio
from cjsim.measures.money import Deals, deals, income, running_costs
from cjsim.measures.retention import customers
from cjsim.measures.visits import lifetimes
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def customer_value(run: Record, by: str | None = None, window: float | None = None) -> pd.DataFrame:
    """What customers won during the run cost and bring: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.
    window : how long a customer is followed [days]; half of the horizon when not given, in whole
        years where that holds one.

    Columns
    -------
    customers : people whose first deal is in the log.
    days_seen : mean days from the first deal to the horizon.
    deals : mean number of deals.
    first_deal_margin : mean margin of the first deal [money]; often negative (C46-C47).
    cac : what was spent on people before their first deal / customers [money]: contacts, running
        touchpoints by the days that people were no customers yet, reps by the time they took. 0
        where nothing is spent.
    keeping : what is spent per day on a customer [money]: all the rest, by customers' days.
    window : days that `ltv` and `payback_day` look ahead.
    ltv : what a customer brings within the window, less what keeping them costs, discounted to the
        day of the first deal [money]. NaN if no customer was seen for so long.
    payback_day : days from the first deal from which on that covers the cac, to stay; NaN if it
        does not within the window.

    Raises ValueError for an unknown `by`, or a window that is not above 0.

    >>> from cjsim import simulate
    >>> table = customer_value(simulate("phone", people=50))
    >>> table.loc["all", ["customers", "cac", "ltv", "payback_day"]].round(1).to_dict()
    {'customers': 17.0, 'cac': 23.5, 'ltv': 47.8, 'payback_day': 395.5}
    """
    parts = groups(run, by)
    return by_group(value_columns(run, parts, window), parts)


def usual_window(run: Record) -> float:
    """The days that a customer is followed where nobody says: half of the horizon.

    In whole years where that holds one. Whoever was won in the first half is seen for so long.
    """
    half = run.scenario.horizon_days / 2
    return DAYS_A_YEAR * (half // DAYS_A_YEAR) or half


def value_columns(run: Record, parts: Groups, window: float | None = None) -> dict[str, Numbers]:
    """The columns of `customer_value`, one number per group."""
    days = usual_window(run) if window is None else window
    if not days > 0:
        raise ValueError(f"window = {days}: days that a customer is followed must be above 0")
    won = customers(run)
    customer_count = parts.count(won.person)
    our_deals = deals(run)
    days_seen = parts.total(won.person, run.scenario.horizon_days - won.since)
    spending = _spending(run, parts)
    curves = [_curve(run, parts, g, spending) for g in range(len(parts))]
    firsts = our_deals.first
    return {
        "customers": customer_count,
        "days_seen": ratio(days_seen, customer_count),
        "deals": ratio(parts.count(_of_won(run, our_deals)[0]), customer_count),
        "first_deal_margin": ratio(
            parts.total(our_deals.person[firsts], our_deals.margin[firsts]), customer_count
        ),
        "cac": spending.cac,
        "keeping": spending.keeping,
        "window": np.full(len(parts), days),
        "ltv": np.array([curve.at(days) for curve in curves]),
        "payback_day": np.array([curve.payback(days) for curve in curves]),
    }


def ages(run: Record) -> tuple[Numbers, Floats, Floats]:
    """Person, days since their first deal and margin [money] of what the customers won paid."""
    return _of_won(run, income(run))


def _of_won(run: Record, receipts: Deals) -> tuple[Numbers, Floats, Floats]:
    """The same, of deals or of all that was paid."""
    won = customers(run)
    first_deal_day = np.full(run.lives, np.nan)
    first_deal_day[won.person] = won.since
    age = receipts.time - first_deal_day[receipts.person]
    of_won = ~np.isnan(age)
    return receipts.person[of_won], age[of_won], receipts.margin[of_won]


def payback(run: Record, by: str | None = None, window: float | None = None) -> pd.DataFrame:
    """How a customer pays back the cost of winning them, by days since the first deal.

    Rows are the days on which somebody makes a deal, and the end of the window.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a table per part of the market, its name as outer
        index; all people when not given.
    window : how long a customer is followed [days]; half of the horizon when not given, in whole
        years where that holds one.

    Columns
    -------
    at_risk : customers who were seen for that long.
    value : what a mean customer has brought by then, less what keeping them has cost, discounted
        to the day of the first deal [money].
    profit : value - cac [money].

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = payback(simulate("phone", people=50), window=730.0)
    >>> table["profit"].iloc[[0, -1]].round(1).tolist()  # at the first deal, and two years on
    [-28.5, 24.3]
    """
    import pandas as pd

    from cjsim.measures.groups import stacked

    parts = groups(run, by)
    days = usual_window(run) if window is None else window
    spending = _spending(run, parts)
    frames = []
    for g in range(len(parts)):
        curve = _curve(run, parts, g, spending)
        day = np.append(curve.deal_age[curve.deal_age < days], days)
        value = np.array([curve.at(age) for age in day])
        columns = {
            "at_risk": curve.at_risk(day), "value": value, "profit": value - spending.cac[g],
        }  # fmt: skip
        frames.append(pd.DataFrame(columns, index=pd.Index(day, name="day")))
    return stacked(frames, parts)


def payback_day(run: Record, window: float | None = None) -> float:
    """Days from the first deal until a mean customer has paid back the cac, to stay; NaN if not.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    window : how long a customer is followed [days]; half of the horizon when not given, in whole
        years where that holds one.

    >>> from cjsim import simulate
    >>> round(payback_day(simulate("phone", people=50)))
    396
    """
    return float(value_columns(run, groups(run, None), window)["payback_day"][0])


# --- What is spent on whom ------------------------------------------------------------------------


@dataclass(frozen=True)
class Spending:
    """What is spent before the first deal and after it; one number per group [money]."""

    cac: Floats  # per customer won
    keeping: Floats  # per day of a customer


def _spending(run: Record, parts: Groups) -> Spending:
    """All costs of the run, parted into those on people before their first deal and the rest."""
    totals = run.totals
    before_days, after_days = (parts.sum(days) for days in _days_before_and_after(run))
    before_hours, after_hours = (parts.sum(hours) for hours in _hours_before_and_after(run))
    if before_hours.sum() + after_hours.sum() == 0:  # reps who do nothing are there for all alike
        before_hours, after_hours = before_days, after_days
    running, reps = running_costs(run)
    contacts_before = parts.sum(totals.cost_before)
    contacts_after = parts.sum(totals.contact_cost - totals.cost_before)

    def shared(cost: float, one: Floats, all_days: float) -> Floats:
        return cost * one / all_days if all_days > 0 else np.zeros(len(parts))

    days, hours = (before_days + after_days).sum(), (before_hours + after_hours).sum()
    before = (
        contacts_before + shared(running, before_days, days) + shared(reps, before_hours, hours)
    )
    after = contacts_after + shared(running, after_days, days) + shared(reps, after_hours, hours)
    keeping = np.where(after_days > 0, after / np.where(after_days > 0, after_days, 1.0), 0.0)
    return Spending(ratio(before, parts.count(customers(run).person)), keeping)


def _days_before_and_after(run: Record) -> tuple[Floats, Floats]:
    """Days in the category before and after one is a customer, per life."""
    begin, end = lifetimes(run)
    time = np.append(run.events["time"], np.inf)
    bought = np.clip(time[first_bought(run.events.rows, run.lives)], begin, end)
    return bought - begin, end - bought


def _hours_before_and_after(run: Record) -> tuple[Floats, Floats]:
    """Reps' time before and after one is a customer, per life: what a deal takes on average."""
    rows, totals = run.events.rows, run.totals
    served = np.flatnonzero(rows["event"] == Event.SERVED)
    person = rows["person"][served]
    early = served < first_bought(rows, run.lives)[person]
    hours = run.scenario.firm.deal_hours
    before, after = (
        hours * np.bincount(person[which], minlength=run.lives) for which in (early, ~early)
    )
    return before + totals.rep_hours_before, after + totals.rep_hours - totals.rep_hours_before


# --- What a customer brings -----------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """The value of a mean customer by age: it jumps at deals and sinks evenly in between."""

    deal_age: Floats  # ages at which somebody makes a deal
    margin: Floats  # mean margin of a customer up to each, this one included, discounted
    seen: Floats  # for how long each customer was seen, sorted
    bend: Floats  # ages at which the mean presence changes, from 0 on
    kept: Floats  # discounted cost of keeping up to each of them
    slope: Floats  # presence · keeping from there on
    rate: float  # force of discounting per day
    cac: float

    def at_risk(self, age: Floats) -> Numbers:
        """Customers who were seen for that long."""
        return np.asarray(len(self.seen) - np.searchsorted(self.seen, age, "left"))

    def at(self, age: float) -> float:
        """The value at an age; NaN beyond what was seen."""
        if not len(self.seen) or age > self.seen[-1]:
            return np.nan
        place = np.searchsorted(self.deal_age, age, "right")
        margin = self.margin[place - 1] if place else 0.0
        return float(margin - self.keeping_up_to(np.array([age]))[0])

    def keeping_up_to(self, age: Floats) -> Floats:
        """What keeping a mean customer up to these ages has cost."""
        place = np.searchsorted(self.bend, age, "right") - 1
        more = _worth_between(self.bend[place], age, self.rate)
        return np.asarray(self.kept[place] + self.slope[place] * more)

    def payback(self, window: float) -> float:
        """The first age from which the value stays at or above the cac up to the window.

        The value only sinks between two deals, so it can come to the cac at a deal alone; and it
        stays there up to the next deal if it is there right before that.
        """
        last = self.at(window)
        if not last >= self.cac:
            return np.nan
        within = self.deal_age <= window
        age, margin = self.deal_age[within], self.margin[within]
        until = np.append(age[1:], window)  # the lowest value of each stretch is at its end
        stays = margin - self.keeping_up_to(until) >= self.cac
        stays[-1:] = True  # that is `last`
        broken = np.flatnonzero(~stays)
        return float(age[broken[-1] + 1]) if len(broken) else float(age[0])


def _curve(run: Record, parts: Groups, group: int, spending: Spending) -> Curve:
    """The value curve of the customers of one group."""
    rate = float(np.log1p(run.scenario.firm.discount_rate_per_year) / DAYS_A_YEAR)
    won = customers(run)
    own = parts.of[won.person] == group
    since, person = won.since[own], won.person[own]
    seen = np.sort(run.scenario.horizon_days - since)
    there = np.sort(lifetimes(run)[1][person] - since)  # shorter for who left the category
    deal_person, age, margin = ages(run)
    in_group = parts.of[deal_person] == group
    deal_age, index = np.unique(age[in_group], return_inverse=True)
    at_risk = len(seen) - np.searchsorted(seen, deal_age, "left")
    worth = margin[in_group] * np.exp(-rate * age[in_group])
    at_age = np.bincount(index, worth, len(deal_age)) / at_risk
    bend = np.unique(np.append(0.0, np.append(seen, there)))
    present = len(there) - np.searchsorted(there, bend, "right")
    observed = len(seen) - np.searchsorted(seen, bend, "right")
    slope = spending.keeping[group] * np.where(observed > 0, present / np.maximum(observed, 1), 0.0)
    steps = slope[:-1] * _worth_between(bend[:-1], bend[1:], rate)
    return Curve(
        deal_age, np.cumsum(at_age), seen, bend, np.append(0.0, np.cumsum(steps)), slope, rate,
        float(spending.cac[group]),
    )  # fmt: skip


def _worth_between(start: Floats, end: Floats, rate: float) -> Floats:
    """What 1 a day from one age to another is worth at age 0."""
    if rate == 0.0:
        return np.asarray(end - start)
    return np.asarray((np.exp(-rate * start) - np.exp(-rate * end)) / rate)
