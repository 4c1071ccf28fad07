"""How the compiled engine writes down what happens: in arrays. The twin of `cjsim.journal`."""

from __future__ import annotations

from typing import Any


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
    n = world.counts[0]
    world.counts[0] = n + 1
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
