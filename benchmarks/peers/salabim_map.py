"""The stage map in salabim: a component per person, the desk a `Resource` with a `fail_delay`.

Written with yields: salabim's default, a greenlet per person, holds a stack for each of them.
Monitors are off wherever salabim lets one switch them off.
"""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import salabim as sim

from benchmarks.peers.stage_map import (
    ASLEEP,
    DEAL_DAYS,
    MEETS_RIVAL,
    PATIENCE_DAYS,
    Row,
    count,
    friends_told,
    next_stage,
    reps,
    stay,
)
from cjsim.journey import AWARENESS, FIRST_DEAL, RECOMMENDATION, UNAWARE, WITH_RIVAL
from cjsim.model.events import ENTER, QUEUE, RENEGED, SERVED


class Market(sim.Environment):
    """What the people share."""

    def setup(self, people: int, luck: Random) -> None:
        self.luck = luck
        self.desk = sim.Resource("desk", capacity=reps(people), monitor=False, env=self)
        self.journal: list[Row] = []
        self.people = [Person(number=number, env=self) for number in range(people)]


class Person(sim.Component):
    """One person; `process` is their life."""

    def setup(self, number: int) -> None:
        self.number = number
        self.stage = UNAWARE
        self.knows_rival = False
        self.status.monitor(False)
        self.mode.monitor(False)

    def log(self, event: int) -> None:
        self.env.journal.append((self.env.now(), self.number, event, self.stage))

    def enter_stage(self, stage: int) -> None:
        self.stage = stage
        self.knows_rival = self.knows_rival or stage in MEETS_RIVAL
        self.log(ENTER)

    def process(self) -> Generator[Any, Any, None]:
        luck, desk = self.env.luck, self.env.desk
        while True:
            yield self.hold(stay(self.stage, luck))
            onward = next_stage(self.stage, self.knows_rival, luck)
            if self.stage == RECOMMENDATION:
                self.tell_friends()
            if onward == FIRST_DEAL:
                self.log(QUEUE)
                yield self.request(desk, fail_delay=luck.expovariate(1 / PATIENCE_DAYS))
                if self.failed():
                    self.log(RENEGED)
                    onward = WITH_RIVAL
                else:
                    self.log(SERVED)
                    yield self.hold(luck.expovariate(1 / DEAL_DAYS))
                    self.release(desk)
            self.enter_stage(onward)

    def tell_friends(self) -> None:
        people = self.env.people
        for number in friends_told(self.number, len(people), self.env.luck):
            friend = people[number]
            if friend.stage in ASLEEP:
                friend.enter_stage(AWARENESS)
                friend.hold(stay(AWARENESS, self.env.luck))


def run(people: int, days: float, seed: int) -> tuple[int, int]:
    """Events and first deals of one market."""
    market = Market(people=people, luck=Random(seed), yieldless=False, random_seed=seed)
    market.run(till=days)
    return count(market.journal)
