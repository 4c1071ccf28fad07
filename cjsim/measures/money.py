"""Money: what comes in, what a deal costs, what reaching people costs, and what is left.

    margin of a deal = paid - unit cost · its size - (first deal: its extra cost)
    costs            = contacts + complaints made good + referral bonuses
                       + running touchpoints + reps
    cash             = margin - costs
    profit           = the same, each amount discounted to day 0: net present value

Money is worth less the later it comes, by whole days: an amount of day d is worth
(1 + firm.discount_rate_per_year) ^ -(d / 365) of itself. Profit is what decisions are made by;
cash is what the account would show. With a rate of 0 they are one.

What keeps touchpoints and reps running is paid per day from day 0 to the horizon, at the numbers
that hold on the day, for a market of
`market.people`: a sample of it bears its share (`Record.share`). It belongs to nobody in
particular: groups share it by the days that their people were in the category.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import DAYS_A_YEAR
from cjsim.log import SPENT_ON, day_worths
from cjsim.measures.days import index_of, moments
from cjsim.measures.groups import Flags, Floats, Groups, Ints, Numbers, by_group, groups, ratio
from cjsim.measures.over_periods import in_period, over_periods
from cjsim.measures.visits import lifetimes, need, need_run
from cjsim.model.events import Event
from cjsim.scenario.calendar import periods

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.measures.log import Log
    from cjsim.record import Record
    from cjsim.scenario import Scenario

A_MONTH = DAYS_A_YEAR / 12
COSTS = "what a deal and a day cost"


def money(run: Record, by: str | None = None) -> pd.DataFrame:
    """The firm's account from day 0 to the horizon, in money: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.

    Columns
    -------
    revenue : what customers paid, later payments of contracts included.
    product_cost, first_deal_extra : what their deals cost to fulfil.
    margin : revenue - product_cost - first_deal_extra.
    contact_cost, touchpoint_cost, rep_cost : per contact (complaints made good and referral
        bonuses among them), per running day, per rep-day.
    costs : the sum of these three.
    cash : margin - costs. All columns up to here are undiscounted.
    discounting : cash - profit, what cash loses by coming later than day 0.
    profit : net present value of the cash.
    profit_per_person : profit per head of the market (of the group).
    profit_per_day : profit per day of the horizon.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = money(simulate("phone", people=50))
    >>> table.loc["all", ["margin", "costs", "cash", "profit"]].round().to_dict()
    {'margin': 3715.0, 'costs': 1135.0, 'cash': 2580.0, 'profit': 1870.0}
    """
    parts = groups(run, by)
    return by_group(money_columns(run, parts), parts)


def money_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `money`, one number per group."""
    scenario, totals = run.scenario, run.totals
    receipts = income(run)
    by_days = _share_of_days(run, parts)
    revenue = parts.total(receipts.person, receipts.paid)
    product_cost = parts.total(receipts.person, receipts.unit_cost)
    extra = parts.total(receipts.person, receipts.extra)
    margin = revenue - product_cost - extra
    contact_cost = parts.sum(totals.contact_cost)
    whole_touchpoint_cost, whole_rep_cost = running_costs(run)
    touchpoint_cost, rep_cost = whole_touchpoint_cost * by_days, whole_rep_cost * by_days
    costs = contact_cost + touchpoint_cost + rep_cost
    worth = worths(run)
    profit = (
        parts.total(receipts.person, receipts.margin * worth[receipts.time.astype(np.int64)])
        - parts.sum(totals.contact_worth)
        - float(running_worth(scenario, run.share, np.array(scenario.horizon_days))) * by_days
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
    """Our deals, or all that customers paid, in the order of the log."""

    row: Ints
    person: Numbers
    time: Floats
    first: Flags
    paid: Floats
    unit_cost: Floats
    extra: Floats  # of a first deal
    margin: Floats


def deals(run: Record) -> Deals:
    """Our deals and what each leaves. A deal's size is the `value` of the person's segment."""
    return _received(run, Event.FIRST_DEAL, Event.REPEAT_DEAL)


def income(run: Record) -> Deals:
    """All that customers paid, and what it leaves: deals, and later payments of contracts.

    What a deal costs is spent at the deal.
    """
    return _received(run, Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT)


def _received(run: Record, *kinds: Event) -> Deals:
    need_run(run, COSTS)
    rows, scenario = run.events.rows, run.scenario
    row = np.flatnonzero(np.isin(rows["event"], kinds))
    deal_rows = rows[row]
    person, time, paid = deal_rows["person"], deal_rows["time"], deal_rows["amount"]
    first = deal_rows["event"] == Event.FIRST_DEAL
    segments = scenario.market.segments
    value = np.array([segment.value for segment in segments] or [1.0])
    unit_cost = in_period(scenario, lambda s: s.product.unit_cost, time)
    unit_cost = unit_cost * value[run.everybody.segment[person]]
    unit_cost = unit_cost * (deal_rows["event"] != Event.PAYMENT)
    extra = first * in_period(scenario, lambda s: s.product.first_deal_extra_cost, time)
    return Deals(row, person, time, first, paid, unit_cost, extra, paid - unit_cost - extra)


def worths(run: Record) -> Floats:
    """What money of each whole day is worth on day 0, at the firm's rate."""
    scenario = run.scenario
    return day_worths(scenario.horizon_days, scenario.firm.discount_rate_per_year)


def running_costs(run: Record) -> tuple[float, float]:
    """What keeping the touchpoints and the reps costs this market from day 0 to the horizon.

    In money, at the numbers of each period of the calendar.
    """
    need_run(run, COSTS)
    scenario = run.scenario
    end = np.array(scenario.horizon_days)
    touchpoints, reps = (
        run.share * float(over_periods(scenario, rate, end)) for rate in (running_cost, rep_cost)
    )
    return touchpoints, reps


def running_cost(scenario: Scenario, name: str | None = None) -> float:
    """What the running touchpoints, or one of them, cost the market in full a day [money]."""
    running = scenario.running.touchpoints
    names = scenario.touchpoints if name is None else [name]
    return sum(scenario.touchpoints[one].cost_per_day * running.get(one, 0.0) for one in names)


def rep_cost(scenario: Scenario) -> float:
    """What the reps cost the market in full a day [money]; an endless desk has no payroll."""
    reps = scenario.firm.reps
    return reps * scenario.firm.rep_cost_per_day if reps < np.inf else 0.0


def profit_over_time(run: Record, every: float | str = 1.0) -> pd.DataFrame:
    """Money made and spent up to each day, in money.

    Rows are days: 0, every, 2 · every, ... and the horizon; with `every="month"` the dates of
    day 0, of the first of each month, and of the horizon. Columns, all cumulative: margin,
    costs, cash (margin - costs), profit (discounted to day 0). They end at those of `money`.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    every : days between two rows, or "month" in a scenario that has a `start`.

    >>> from cjsim import simulate
    >>> table = profit_over_time(simulate("phone", people=50), every=365.0)
    >>> table["profit"].round().to_dict()
    {0.0: 0.0, 365.0: 308.0, 730.0: 649.0, 1095.0: 1107.0, 1460.0: 1387.0, 1825.0: 1870.0}
    """
    import pandas as pd

    need(run, "all")
    day = moments(run.scenario, every)
    receipts = income(run)
    spent_on = run.events.rows[np.isin(run.events["event"], SPENT_ON)]
    worth = worths(run)
    margin = _up_to(day, receipts.time, receipts.margin)
    daily = run.share * over_periods(run.scenario, daily_cost, day)
    costs = _up_to(day, spent_on["time"], -spent_on["amount"]) + daily
    profit = _up_to(day, receipts.time, receipts.margin * worth[receipts.time.astype(np.int64)])
    spent = -spent_on["amount"] * worth[spent_on["time"].astype(np.int64)]
    running = running_worth(run.scenario, run.share, day)
    profit -= _up_to(day, spent_on["time"], spent) + running
    columns = {"margin": margin, "costs": costs, "cash": margin - costs, "profit": profit}
    return pd.DataFrame(columns, index=index_of(run.scenario, day, every))


def deals_over_time(run: Record | Log, every: float | str = A_MONTH) -> pd.DataFrame:
    """Our deals, period by period.

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
    first_deals, repeat_deals : how many were made in it.

    >>> from cjsim import simulate
    >>> table = deals_over_time(simulate("phone", people=50), every=365.0)
    >>> table["first_deals"].to_dict()
    {0.0: 2, 365.0: 6, 730.0: 2, 1095.0: 3, 1460.0: 4}
    """
    import pandas as pd

    day = moments(run.scenario, every)
    rows = run.events.rows
    columns = {"days": np.diff(day)}
    for name, kind in (("first_deals", Event.FIRST_DEAL), ("repeat_deals", Event.REPEAT_DEAL)):
        columns[name] = np.histogram(rows["time"][rows["event"] == kind], day)[0]
    return pd.DataFrame(columns, index=index_of(run.scenario, day[:-1], every))


def break_even_day(run: Record) -> float:
    """The day by whose end the firm's profit since day 0 has come above 0 to stay; NaN if never.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.

    Returns a day, 0 .. the horizon.

    >>> from cjsim import simulate
    >>> break_even_day(simulate("phone", people=50))
    223.0
    """
    receipts = income(run)
    costs = run.totals.cost_by_day
    margin = np.bincount(receipts.time.astype(np.int64), receipts.margin, len(costs))
    ends = np.minimum(np.arange(1.0, len(costs) + 1), run.scenario.horizon_days)
    earned = np.cumsum((margin - costs) * worths(run)[: len(costs)])
    in_profit = earned - running_worth(run.scenario, run.share, ends) > 0
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


def running_worth(scenario: Scenario, share: float, day: Floats) -> Floats:
    """What is paid per day, from day 0 up to each of these days, is worth on day 0 [money].

    `share` is that of the market's people who are simulated: they bear as much of it.
    """
    worth = day_worths(scenario.horizon_days, scenario.firm.discount_rate_per_year)
    calendar = periods(scenario)
    before = np.append(0.0, np.cumsum(worth))

    def paid_until(day: Floats) -> Floats:
        """The worth of 1 a day up to then."""
        whole = np.minimum(day.astype(np.int64), len(worth) - 1)
        return np.asarray(before[whole] + (day - whole) * worth[whole])

    total = np.zeros(np.shape(day))
    ends = [period.day for period in calendar[1:]] + [scenario.horizon_days]
    for period, end in zip(calendar, ends, strict=True):
        lived = paid_until(np.clip(day, period.day, end)) - paid_until(np.array(period.day))
        total = total + share * daily_cost(period.scenario) * lived
    return total


def daily_cost(scenario: Scenario) -> float:
    """What touchpoints and reps cost the market in full a day [money]."""
    return running_cost(scenario) + rep_cost(scenario)
