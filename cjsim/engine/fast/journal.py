"""How the compiled engine writes down what happens: in arrays. The twin of `cjsim.model.journal`.

Rows that the level of the log leaves out are folded into totals (`log.Folded`); `log.thin` and
`log.fold` say the same of a complete log.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cjsim.journey import AWARENESS, GONE, RECOMMENDATION, SATISFACTION, UNAWARE
from cjsim.model.events import (
    CONTACT,
    ENTER,
    FAILURE,
    FIRST_DEAL,
    KNOWN,
    NOTICE,
    RECOVERED,
    REFERRAL,
    REPEAT_DEAL,
    RIVAL_DEAL,
    START,
    UNDELIVERED,
    UNOPENED,
)

TOTAL = np.dtype(
    [
        ("contact_cost", np.float64),
        ("contact_worth", np.float64),
        ("cost_before", np.float64),
        ("rep_hours", np.float64),
        ("rep_hours_before", np.float64),
        ("mismatch", np.float64),
        ("contacts", np.int32),
        ("stood", np.uint16),
        ("bought", np.uint8),  # are they a customer by now? see `log.first_bought`
    ],
    align=True,
)
"""Of one person, what is folded; see `log.Folded`."""

# Places in `counts`: rows written, level of the log, who and what was written last.
ROWS, LEVEL, LAST_PERSON, LAST_EVENT = 0, 1, 2, 3


def write(
    world: Any,
    person: Any,
    now: float,
    event: int,
    touch: int = -1,
    amount: float = 0.0,
    belief: int = -1,
) -> None:
    """Write one row, and what nobody sees beside it if there is room for truths."""
    if world.counts[LEVEL] > 0 and folded(world, person, now, event, touch, amount):
        return
    n = world.counts[ROWS]
    world.counts[ROWS] = n + 1
    row = world.rows[n]
    row.time = now
    row.person = person.id
    row.event = event
    row.stage = person.stage
    row.touchpoint = touch
    row.amount = amount
    if len(world.truths) > 0:
        truth = world.truths[n]
        truth[0] = belief
        truth[1] = person.warmth
        truth[2] = person.irritation
        truth[3] = person.anchor
        truth[4] = person.trust
        truth[5] = person.expectation
        truth[6] = person.satisfaction
        truth[7] = person.novelty
        truth[8] = person.loyalty


def add_cost(world: Any, who: int, now: float, cost: float) -> None:
    """Something was spent on a person."""
    total = world.totals[who]
    total.contact_cost += cost
    if total.bought == 0:
        total.cost_before += cost
    if now >= 0.0:
        world.cost_by_day[int(now)] += cost
        total.contact_worth += cost * world.worth[int(now)]


def folded(world: Any, person: Any, now: float, event: int, touch: int, amount: float) -> bool:
    """Add an event to the totals; is that all that is to be kept of it?"""
    counts, who, stage = world.counts, person.id, person.stage
    follows = counts[LAST_PERSON] == who and (
        counts[LAST_EVENT] == REPEAT_DEAL
        or counts[LAST_EVENT] == KNOWN
        or counts[LAST_EVENT] == RIVAL_DEAL
        or FAILURE <= counts[LAST_EVENT] <= RECOVERED
        or counts[LAST_EVENT] == NOTICE
    )
    counts[LAST_PERSON] = who
    counts[LAST_EVENT] = event
    if event == CONTACT or event == UNDELIVERED or event == UNOPENED:
        add_cost(world, who, now, 0.0 - amount)
        if event == CONTACT:
            total = world.totals[who]
            total.contacts += 1
            total.rep_hours += world.rep_hours[touch]
            if total.bought == 0:
                total.rep_hours_before += world.rep_hours[touch]
            total.mismatch += 1.0 - world.fits[touch, stage]
        return True
    if event == RECOVERED or event == REFERRAL:
        add_cost(world, who, now, 0.0 - amount)
    if event == FIRST_DEAL or event == REPEAT_DEAL:
        world.totals[who].bought = 1
    if event == START or event == ENTER:
        world.totals[who].stood |= 1 << stage
        if event == START and SATISFACTION <= stage <= RECOMMENDATION:
            world.totals[who].bought = 1
        if counts[LEVEL] == 2:
            if event == START:
                return stage == UNAWARE and now <= 0.0
            return stage != AWARENESS and stage != GONE and not follows
    return False
