"""The floor under the compiled engine: the same rules, one person after the other.

No calendar, no log, no desk, no shelf, no friends: what is left is what happens to people. Compiled
by `benchmarks.engines` together with the rules.
"""

from cjsim.engine.fast.calendar import NONE
from cjsim.engine.fast.loop import world_behind
from cjsim.journey import ACTION, FIRST_DEAL, REPEAT_DEAL, UNAWARE
from cjsim.model.rules import MEETS, PUSHED, next_event, start_pushing
from cjsim.model.streams import block
from cjsim.model.transitions import (
    arrive,
    deal_again,
    enter,
    meet,
    push,
    step_on,
    touch_person,
    walk_away,
)

ENTRY_POINTS = ("one_after_the_other", "only_blocks")


def one_after_the_other(world_at: int, horizon: float) -> int:
    """Everybody's life up to the horizon; returns the number of events."""
    world, events = world_behind(world_at), 0
    for i in range(len(world.people)):
        person = world.people[i]
        world.counts[0] = 0  # the log is written over itself
        arrive(world, person, UNAWARE, 0.0, 0)
        start_pushing(person, world.market, 0.0)
        while True:
            now, what = next_event(person, world.market)
            if not now < horizon:
                break
            events += 1
            if what == MEETS:
                k = person.meeting
                capture, rival = meet(world, person, now)
                touch_person(world, person, now, world.pulls[k], capture, rival, -1)
            elif what == PUSHED:
                choice, rival = push(world, person, now)
                if choice != NONE:
                    touch = world.pushes[choice]
                    touch_person(world, person, now, touch, 1.0, rival, person.belief)
            elif person.walks:
                walk_away(world, person, now)
            elif person.stage == REPEAT_DEAL:
                deal_again(world, person, now)
            elif person.stage == ACTION:
                enter(world, person, FIRST_DEAL, now)
            else:
                step_on(world, person, now)
    return events


def only_blocks(count: int) -> float:
    """As many blocks of random numbers, and nothing else."""
    total = 0.0
    for i in range(count):
        total += block(1, i, 2, 3)[0]
    return total
