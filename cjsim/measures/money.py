"""Money: what comes in, what a deal costs, what reaching people costs, and what is left.

    margin of a deal = paid - unit cost · its size - (first deal: its extra cost)
    costs            = contacts + running touchpoints + reps
    cash             = margin - costs
    profit           = the same, each amount discounted to day 0: net present value

Money is worth less the later it comes, by whole days: an amount of day d is worth
(1 + firm.discount_rate_per_year) ^ -(d / 365) of itself. Profit is what decisions are made by;
cash is what the account would show. With a rate of 0 they are one.

What keeps touchpoints and reps running is paid per day from day 0 to the horizon, for a market of
`market.people`: a sample of it bears its share (`Record.share`). It belongs to nobody in
particular: groups share it by the days that their people were in the category.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.log import SENT, day_worths
from cjsim.measures.days import days_of
from cjsim.measures.groups import Flags, Floats, Groups, Ints, Numbers, by_group, groups, ratio
from cjsim.measures.visits import lifetimes, need
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record
    from cjsim.scenario import Scenario


def money(run: Record, by: str | None = None) -> pd.DataFrame:
    """The firm's account from day 0 to the horizon, in money: one row per group.

    Columns
    -------
    revenue : what customers paid.
    product_cost, first_deal_extra : what their deals cost to fulfil.
    margin : revenue - product_cost - first_deal_extra.
    contact_cost, touchpoint_cost, rep_cost : per contact, per running day, per rep-day.
    costs : the sum of these three.
    cash : margin - costs. All columns up to here are undiscounted.
    discounting : cash - profit, what cash loses by coming later than day 0.
    profit : net present value of the cash.
    profit_per_person : profit per head of the market (of the group).
    profit_per_day : profit per day of the horizon.
    """
    parts = groups(run, by)
    return by_group(money_columns(run, parts), parts)


def money_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `money`, one number per group."""
    scenario, totals = run.scenario, run.totals
    our_deals = deals(run)
    by_days = _share_of_days(run, parts)
    revenue = parts.total(our_deals.person, our_deals.paid)
    product_cost = parts.total(our_deals.person, our_deals.unit_cost)
    extra = parts.count(our_deals.person[our_deals.first]) * scenario.product.first_deal_extra_cost
    margin = revenue - product_cost - extra
    contact_cost = parts.sum(totals.contact_cost)
    touchpoint_cost = touchpoint_cost_per_day(run) * scenario.horizon_days * by_days
    rep_cost = rep_cost_per_day(run) * scenario.horizon_days * by_days
    costs = contact_cost + touchpoint_cost + rep_cost
    worth = worths(run)
    profit = (
        parts.total(our_deals.person, our_deals.margin * worth[our_deals.time.astype(np.int64)])
        - parts.sum(totals.contact_worth)
        - _daily(run) * float(_running_worth(run, np.array(scenario.horizon_days))) * by_days
    )
    cash = margin - costs
    return {
        "revenue": revenue,
        "product_cost": product_cost,
        "first_deal_extra": extra,
        "margin": margin,
        "contact_cost": contact_cost,
        "touchpoint_cost": touchpoint_cost,
        "rep_cost": rep_cost,
        "costs": costs,
        "cash": cash,
        "discounting": cash - profit,
        "profit": profit,
        "profit_per_person": ratio(profit, parts.sizes),
        "profit_per_day": profit / scenario.horizon_days,
    }


@dataclass(frozen=True)
class Deals:
    """Our deals, in the order of the log."""

    row: Ints
    person: Numbers
    time: Floats
    first: Flags
    paid: Floats
    unit_cost: Floats
    margin: Floats


def deals(run: Record) -> Deals:
    """Our deals and what each leaves. A deal's size is the `value` of the person's segment."""
    rows = run.events.rows
    product = run.scenario.product
    event = rows["event"]
    row = np.flatnonzero((event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL))
    deal_rows = rows[row]
    person, paid = deal_rows["person"], deal_rows["amount"]
    first = deal_rows["event"] == Event.FIRST_DEAL
    segments = run.scenario.market.segments
    value = np.array([segment.value for segment in segments] or [1.0])
    unit_cost = product.unit_cost * value[run.everybody.segment[person]]
    margin = paid - unit_cost - first * product.first_deal_extra_cost
    return Deals(row, person, deal_rows["time"], first, paid, unit_cost, margin)


def worths(run: Record) -> Floats:
    """What money of each whole day is worth on day 0, at the firm's rate."""
    scenario = run.scenario
    return day_worths(scenario.horizon_days, scenario.firm.discount_rate_per_year)


def touchpoint_cost_per_day(run: Record) -> float:
    """What the running touchpoints cost this market a day, at their intensity [money]."""
    return run.share * running_cost(run.scenario)


def rep_cost_per_day(run: Record) -> float:
    """What the reps cost this market a day, busy or not [money]."""
    return run.share * rep_cost(run.scenario)


def running_cost(scenario: Scenario) -> float:
    """What the running touchpoints cost the market in full a day [money]."""
    running = scenario.running.touchpoints
    return sum(
        touchpoint.cost_per_day * running.get(name, 0.0)
        for name, touchpoint in scenario.touchpoints.items()
    )


def rep_cost(scenario: Scenario) -> float:
    """What the reps cost the market in full a day [money]; an endless desk has no payroll."""
    reps = scenario.firm.reps
    return reps * scenario.firm.rep_cost_per_day if reps < np.inf else 0.0


def profit_over_time(run: Record, every: float = 1.0) -> pd.DataFrame:
    """Money made and spent up to each day, in money.

    Rows are days: 0, every, 2 · every, ... and the horizon. Columns, all cumulative: margin,
    costs, cash (margin - costs), profit (discounted to day 0). They end at those of `money`.
    """
    import pandas as pd

    need(run, "all")
    day = days_of(run.scenario.horizon_days, every)
    our_deals = deals(run)
    contacts = run.events.rows[np.isin(run.events["event"], SENT)]
    worth = worths(run)
    margin = _up_to(day, our_deals.time, our_deals.margin)
    costs = _up_to(day, contacts["time"], -contacts["amount"]) + _daily(run) * day
    profit = _up_to(day, our_deals.time, our_deals.margin * worth[our_deals.time.astype(np.int64)])
    spent = -contacts["amount"] * worth[contacts["time"].astype(np.int64)]
    profit -= _up_to(day, contacts["time"], spent) + _daily(run) * _running_worth(run, day)
    columns = {"margin": margin, "costs": costs, "cash": margin - costs, "profit": profit}
    return pd.DataFrame(columns, index=pd.Index(day, name="day"))


def break_even_day(run: Record) -> float:
    """The day by whose end the firm's profit since day 0 has come above 0 to stay; NaN if never."""
    our_deals = deals(run)
    costs = run.totals.cost_by_day
    margin = np.bincount(our_deals.time.astype(np.int64), our_deals.margin, len(costs))
    ends = np.minimum(np.arange(1.0, len(costs) + 1), run.scenario.horizon_days)
    earned = np.cumsum((margin - costs) * worths(run)[: len(costs)])
    in_profit = earned - _daily(run) * _running_worth(run, ends) > 0
    loss_days = np.flatnonzero(~in_profit)
    if not len(loss_days):
        return 1.0
    return float(loss_days[-1] + 2) if loss_days[-1] + 1 < len(in_profit) else np.nan


def _share_of_days(run: Record, parts: Groups) -> Floats:
    """The share of each group in the days that people were in the category; by heads if in none."""
    begin, end = lifetimes(run)
    days = parts.sum(end - begin)
    weight = days if days.sum() > 0 else parts.sizes
    return np.asarray(weight / weight.sum())


def _up_to(day: Floats, time: Floats, amount: Floats) -> Floats:
    """The sum of the amounts up to each of these days."""
    running_total = np.append(0.0, np.cumsum(amount))
    return np.asarray(running_total[np.searchsorted(time, day, "right")])


def _running_worth(run: Record, day: Floats) -> Floats:
    """What 1 a day from day 0 up to each of these days is worth on day 0."""
    worth = worths(run)
    whole = np.minimum(day.astype(np.int64), len(worth) - 1)
    before = np.append(0.0, np.cumsum(worth))
    return np.asarray(before[whole] + (day - whole) * worth[whole])


def _daily(run: Record) -> float:
    return touchpoint_cost_per_day(run) + rep_cost_per_day(run)
