"""Money: what comes in, what a deal costs, what reaching people costs, and what is left.

    margin of a deal = paid - unit cost - (first deal: its extra cost)
    costs            = contacts + running touchpoints + reps
    profit           = margin - costs

What keeps touchpoints and reps running is paid per day from day 0 to the horizon. It belongs to
nobody in particular: groups share it by head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.measures.days import days_of
from cjsim.measures.groups import Flags, Floats, Groups, Ints, Numbers, by_group, groups, ratio
from cjsim.measures.visits import need
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
    profit : margin - costs.
    profit_per_person : of all people (of the group).
    profit_per_day : of the horizon.
    """
    parts = groups(run, by)
    return by_group(money_columns(run, parts), parts)


def money_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `money`, one number per group."""
    scenario = run.scenario
    our_deals = deals(run)
    by_head = parts.sizes / len(run)
    revenue = parts.total(our_deals.person, our_deals.paid)
    product_cost = parts.count(our_deals.person) * scenario.product.unit_cost
    extra = parts.count(our_deals.person[our_deals.first]) * scenario.product.first_deal_extra_cost
    margin = revenue - product_cost - extra
    contact_cost = parts.sum(run.totals.contact_cost)
    touchpoint_cost = touchpoint_cost_per_day(scenario) * scenario.horizon_days * by_head
    rep_cost = rep_cost_per_day(scenario) * scenario.horizon_days * by_head
    costs = contact_cost + touchpoint_cost + rep_cost
    profit = margin - costs
    return {
        "revenue": revenue,
        "product_cost": product_cost,
        "first_deal_extra": extra,
        "margin": margin,
        "contact_cost": contact_cost,
        "touchpoint_cost": touchpoint_cost,
        "rep_cost": rep_cost,
        "costs": costs,
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
    margin: Floats


def deals(run: Record) -> Deals:
    """Our deals and what each leaves."""
    rows = run.events.rows
    product = run.scenario.product
    event = rows["event"]
    row = np.flatnonzero((event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL))
    deal_rows = rows[row]
    first = deal_rows["event"] == Event.FIRST_DEAL
    margin = deal_rows["amount"] - product.unit_cost - first * product.first_deal_extra_cost
    return Deals(row, deal_rows["person"], deal_rows["time"], first, deal_rows["amount"], margin)


def touchpoint_cost_per_day(scenario: Scenario) -> float:
    """What the running touchpoints cost a day, at their intensity [money]."""
    running = scenario.running.touchpoints
    return sum(
        touchpoint.cost_per_day * running.get(name, 0.0)
        for name, touchpoint in scenario.touchpoints.items()
    )


def rep_cost_per_day(scenario: Scenario) -> float:
    """What the reps cost a day, busy or not [money]."""
    return scenario.firm.reps * scenario.firm.rep_cost_per_day


def profit_over_time(run: Record, every: float = 1.0) -> pd.DataFrame:
    """Money made and spent up to each day, in money.

    Rows are days: 0, every, 2 · every, ... and the horizon. Columns, all cumulative: margin,
    costs, profit.
    """
    import pandas as pd

    need(run, "all")
    day = days_of(run.scenario.horizon_days, every)
    our_deals = deals(run)
    is_contact = run.events["event"] == Event.CONTACT
    margin = _up_to(day, our_deals.time, our_deals.margin)
    costs = _up_to(day, run.events["time"][is_contact], -run.events["amount"][is_contact])
    costs += _daily(run) * day
    columns = {"margin": margin, "costs": costs, "profit": margin - costs}
    return pd.DataFrame(columns, index=pd.Index(day, name="day"))


def break_even_day(run: Record) -> float:
    """The day by whose end the firm's profit since day 0 has come above 0 to stay; NaN if never."""
    our_deals = deals(run)
    costs = run.totals.cost_by_day
    margin = np.bincount(our_deals.time.astype(np.int64), our_deals.margin, len(costs))
    ends = np.minimum(np.arange(1, len(costs) + 1), run.scenario.horizon_days)
    in_profit = np.cumsum(margin - costs) - _daily(run) * ends > 0
    loss_days = np.flatnonzero(~in_profit)
    if not len(loss_days):
        return 1.0
    return float(loss_days[-1] + 2) if loss_days[-1] + 1 < len(in_profit) else np.nan


def _up_to(day: Floats, time: Floats, amount: Floats) -> Floats:
    """The sum of the amounts up to each of these days."""
    running_total = np.append(0.0, np.cumsum(amount))
    return np.asarray(running_total[np.searchsorted(time, day, "right")])


def _daily(run: Record) -> float:
    return touchpoint_cost_per_day(run.scenario) + rep_cost_per_day(run.scenario)
