"""How the engines write down what happens: here as tuples in a list, compiled in arrays.

The one thing that differs between the two forms of `cjsim.model.transitions`; the compiled twin is
`cjsim.engine.fast.journal`.
"""

from __future__ import annotations

from cjsim.model.population import Person
from cjsim.model.world import World


def write(
    world: World,
    person: Person,
    now: float,
    event: int,
    touch: int = -1,
    amount: float = 0.0,
    belief: int = -1,
) -> None:
    """Write one row, and what nobody sees beside it if the truth is kept."""
    world.rows.append((now, person.id, event, person.stage, touch, amount))
    if world.truths is not None:
        p = person
        feelings = (p.warmth, p.irritation, p.anchor, p.trust, p.expectation)
        world.truths.append((belief, *feelings, p.satisfaction, p.novelty, p.loyalty))
