"""What the board shows of a run, counted in one pass over its log: `measures.summary`, compiled.

The same definitions as in `cjsim.measures`, for a whole market; tests hold the two together. It is
compiled with the event loop into the board's engine, where there is no numpy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cjsim.engine.fast.journal import ROWS
from cjsim.engine.fast.loop import world_behind
from cjsim.engine.fast.pointers import behind
from cjsim.journey import (
    AWARENESS,
    CURIOSITY,
    DORMANT,
    GONE,
    RECOMMENDATION,
    SATISFACTION,
    UNAWARE,
    WITH_RIVAL,
)
from cjsim.model.events import (
    DROPPED,
    ENTER,
    FIRST_DEAL,
    OPT_OUT,
    PAYMENT,
    REFERRAL,
    RENEGED,
    REPEAT_DEAL,
    RIVAL_DEAL,
    START,
    TOLD,
    TRIAL,
)

ENTRY_POINTS = ("tally",)

NAMES = (
    "first_deals", "repeat_deals", "share_of_category", "churn", "curiosity_trials", "referrals",
    "contacts", "contacts_per_deal", "mismatch_rate", "dropped", "opt_outs", "lost_in_queue",
    "revenue", "product_cost", "first_deal_extra", "margin", "contact_cost", "touchpoint_cost",
    "rep_cost", "costs", "cash", "discounting", "profit", "profit_per_person", "profit_per_day",
)  # fmt: skip
"""What `tally` finds, in this order; the names of `measures.summary` and of `measures.money`."""
(
    FIRST, REPEAT, SHARE, CHURN, TRIALS, REFERRALS, CONTACTS, PER_DEAL, MISMATCH, DROPS, OPT_OUTS,
    RENEGED_BUYERS, REVENUE, PRODUCT_COST, EXTRA, MARGIN, CONTACT_COST, TOUCHPOINT_COST, REP_COST,
    COSTS, CASH, DISCOUNTING, PROFIT, PER_PERSON, PER_DAY,
) = range(len(NAMES))  # fmt: skip
ACCOUNT = ("touchpoint_cost", "rep_cost", "running_worth", "days")
"""What a run costs whoever comes: from day 0 to the horizon, and both on day 0; the horizon."""
PRICES = ("day", "unit_cost", "first_deal_extra")
"""Of each period of the calendar: its first day, and what a deal costs in it."""
NOT_YET = -1.0
"""In place of a day: it has not come."""
AWOKE, BOUGHT, SEEN, WON = 1, 2, 4, 8
"""Bits of a person's mark: what the log shows of them."""

DAYS = 101
"""On how many days from the first deal to the horizon it is said who is still with us."""

sheet_behind = behind(
    "Sheet",
    found=(np.float64, 1),  # NAMES
    reached=(np.int64, 1),  # people who ever stood at each stage
    marks=(np.uint8, 1),  # of each life
    account=(np.float64, 1),
    prices=(np.float64, 2),
    retained=(np.float64, 1),  # share of customers still with us on each of DAYS; or nothing
    since=(np.float64, 1),  # of each life, with `retained`: scratch, as the next two
    left=(np.float64, 1),
    still=(np.float64, 1),
)


# --- compiled -----------------------------------------------------------------------------------


def ratio(part: float, whole: float) -> float:
    """NaN where there is nothing to divide by."""
    return part / whole if whole != 0.0 else np.nan


def tally(world_at: int, sheet_at: int) -> int:
    """Fill the sheet of a run whose log is of level "stages" or "measures".

    `world_at` and `sheet_at` are addresses of tables, see `pointers.table`.
    """
    world, sheet = world_behind(world_at), sheet_behind(sheet_at)
    for place in range(len(sheet.found)):
        sheet.found[place] = 0.0
    for who in range(len(sheet.marks)):
        sheet.marks[who] = 0
    read_rows(world, sheet)
    read_people(world, sheet)
    settle_account(world, sheet)
    if len(sheet.retained) > 0:
        left, still = read_stays(world, sheet)
        keep_curve(sheet, left, still)
    return 0


def read_rows(world: Any, sheet: Any) -> None:
    """What the rows tell: events by their number, who awoke and through whom, who bought."""
    found, marks = sheet.found, sheet.marks
    rivals = 0.0
    befriended = -1  # whom the row before told of us
    known_teller = False
    for i in range(world.counts[ROWS]):
        row = world.rows[i]
        event, who, stage = row.event, row.person, row.stage
        if event == FIRST_DEAL or event == REPEAT_DEAL:
            marks[who] |= BOUGHT
            if event == FIRST_DEAL:
                marks[who] |= WON
            read_deal(world, sheet, row)
        elif event == PAYMENT:  # what the deal costs was spent at the deal
            found[REVENUE] += row.amount
            found[PROFIT] += row.amount * world.worth[int(row.time)]
        elif event == RIVAL_DEAL:
            rivals += 1.0
        elif event == START:
            if stage != UNAWARE and stage != DORMANT:
                marks[who] |= AWOKE
            if SATISFACTION <= stage <= RECOMMENDATION:
                marks[who] |= BOUGHT
        elif event == TOLD:
            known_teller = (marks[who] & AWOKE) != 0
        elif event == ENTER and stage == AWARENESS:
            if befriended == who and known_teller:
                found[REFERRALS] += 1.0
            marks[who] |= AWOKE
        elif event == TRIAL and stage == CURIOSITY:
            found[TRIALS] += 1.0
        elif event == DROPPED:
            found[DROPS] += 1.0
        elif event == OPT_OUT:
            found[OPT_OUTS] += 1.0
        elif event == RENEGED:
            found[RENEGED_BUYERS] += 1.0
        befriended = who if event == REFERRAL else -1
    deals = found[FIRST] + found[REPEAT]
    found[SHARE] = ratio(deals, deals + rivals)


def read_deal(world: Any, sheet: Any, row: Any) -> None:
    """One deal of ours: what was paid, and what it costs at the numbers of its day."""
    found, prices = sheet.found, sheet.prices
    period = len(prices) - 1
    while period > 0 and row.time < prices[period, 0]:
        period -= 1
    unit_cost = prices[period, 1] * world.market.value[world.people[row.person].segment]
    extra = prices[period, 2] if row.event == FIRST_DEAL else 0.0
    found[FIRST if row.event == FIRST_DEAL else REPEAT] += 1.0
    found[REVENUE] += row.amount
    found[PRODUCT_COST] += unit_cost
    found[EXTRA] += extra
    found[PROFIT] += (row.amount - unit_cost - extra) * world.worth[int(row.time)]


def read_people(world: Any, sheet: Any) -> None:
    """What the totals tell: stages reached, contacts and their cost, who bought and is away."""
    found, marks, reached = sheet.found, sheet.marks, sheet.reached
    still_here = away = mismatch = worth = 0.0
    for stage in range(len(reached)):
        reached[stage] = 0
    for who in range(len(world.people)):
        total, last = world.totals[who], world.people[who].stage
        if total.stood > 0:
            marks[who] |= SEEN
        for stage in range(len(reached)):
            reached[stage] += (total.stood >> stage) & 1
        found[CONTACTS] += total.contacts
        found[CONTACT_COST] += total.contact_cost
        mismatch += total.mismatch
        worth += total.contact_worth
        if marks[who] & BOUGHT and last != GONE:
            still_here += 1.0
            if last == WITH_RIVAL or last == DORMANT:
                away += 1.0
    found[CHURN] = ratio(away, still_here)
    found[MISMATCH] = ratio(mismatch, found[CONTACTS])
    found[PER_DEAL] = ratio(found[CONTACTS], found[FIRST] + found[REPEAT])
    found[PROFIT] -= worth


def settle_account(world: Any, sheet: Any) -> None:
    """Margin, costs, cash and profit; see `measures.money`."""
    found, account = sheet.found, sheet.account
    found[MARGIN] = found[REVENUE] - found[PRODUCT_COST] - found[EXTRA]
    found[TOUCHPOINT_COST] = account[0]
    found[REP_COST] = account[1]
    found[COSTS] = found[CONTACT_COST] + found[TOUCHPOINT_COST] + found[REP_COST]
    found[CASH] = found[MARGIN] - found[COSTS]
    found[PROFIT] -= account[2]
    found[DISCOUNTING] = found[CASH] - found[PROFIT]
    found[PER_PERSON] = found[PROFIT] / world.market.people
    found[PER_DAY] = found[PROFIT] / account[3]


def read_stays(world: Any, sheet: Any) -> tuple[int, int]:
    """How long customers stayed, in order: of so many who `left`, of so many `still` with us.

    See `measures.retention`: leaving is the first step to a rival or to sleep after the first deal;
    leaving the category ends what is seen. The log is of level "stages": others do not show it.
    """
    since, left, still = sheet.since, sheet.left, sheet.still
    for who in range(len(since)):
        since[who] = left[who] = NOT_YET
        still[who] = sheet.account[3]
    for i in range(world.counts[ROWS]):
        row = world.rows[i]
        who, stage = row.person, row.stage
        if row.event == FIRST_DEAL:
            since[who] = row.time
        elif row.event == ENTER and since[who] != NOT_YET:
            if stage == GONE:
                still[who] = row.time
            elif (stage == WITH_RIVAL or stage == DORMANT) and left[who] == NOT_YET:
                left[who] = row.time - since[who]
    leavers = others = 0
    for who in range(len(since)):
        if left[who] != NOT_YET:
            left[leavers] = left[who]
            leavers += 1
        elif since[who] != NOT_YET:
            still[others] = still[who] - since[who]
            others += 1
    sort(left, leavers)
    sort(still, others)
    return leavers, others


def keep_curve(sheet: Any, leavers: int, others: int) -> None:
    """The share still with us by days since the first deal (Kaplan & Meier 1958); NaN if unseen."""
    left, still, retained = sheet.left, sheet.still, sheet.retained
    longest = 0.0
    if leavers > 0:
        longest = left[leavers - 1]
    if others > 0:
        longest = max(longest, still[others - 1])
    share, gone, closed = 1.0, 0, 0
    for place in range(len(retained)):
        day = sheet.account[3] * place / (len(retained) - 1)
        while gone < leavers and left[gone] <= day:
            at_risk, when, ended = leavers - gone, left[gone], 0
            while closed < others and still[closed] < when:
                closed += 1
            while gone < leavers and left[gone] == when:
                gone += 1
                ended += 1
            share *= 1.0 - ended / (at_risk + others - closed)
        is_known = leavers + others > 0 and (day <= longest or share == 0.0)
        retained[place] = share if is_known else np.nan


def sort(numbers: Any, count: int) -> None:
    """Put the first so many in order (Shell 1959)."""
    gap = count // 2
    while gap > 0:
        for i in range(gap, count):
            number, place = numbers[i], i
            while place >= gap and numbers[place - gap] > number:
                numbers[place] = numbers[place - gap]
                place -= gap
            numbers[place] = number
        gap //= 2
