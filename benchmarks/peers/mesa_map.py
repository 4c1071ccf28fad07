"""The stage map in Mesa: an agent per person, moved by Mesa's discrete-event simulator.

Mesa's usual clock of whole steps would round every time to a day. It has no resources: the desk is
our own few lines.
"""

from __future__ import annotations

from collections import deque

import mesa
from mesa.experimental.devs import DEVSimulator

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


class Market(mesa.Model):
    """What the people share, the desk among it."""

    def __init__(self, people: int, seed: int, simulator: DEVSimulator) -> None:
        super().__init__(seed=seed)
        self.simulator = simulator
        simulator.setup(self)
        self.free_reps = reps(people)
        self.queue: deque[Person] = deque()
        self.journal: list[Row] = []
        self.people = list(Person.create_agents(self, people))

    def rep_is_free(self) -> None:
        self.free_reps += 1
        if self.queue:
            self.queue.popleft().be_served()


class Person(mesa.Agent):
    """One person; `next` is their one scheduled event."""

    def __init__(self, model: Market) -> None:
        super().__init__(model)
        self.stage = UNAWARE
        self.knows_rival = False
        self.wait(stay(UNAWARE, self.random), self.move_on)

    def wait(self, days: float, then) -> None:  # type: ignore[no-untyped-def]
        self.next = self.model.simulator.schedule_event_relative(then, days)

    def log(self, event: int) -> None:
        now = self.model.simulator.time
        self.model.journal.append((now, self.unique_id - 1, event, self.stage))

    def enter(self, stage: int) -> None:
        self.stage = stage
        self.knows_rival = self.knows_rival or stage in MEETS_RIVAL
        self.log(ENTER)
        self.wait(stay(stage, self.random), self.move_on)

    def move_on(self) -> None:
        onward = next_stage(self.stage, self.knows_rival, self.random)
        if self.stage == RECOMMENDATION:
            self.tell_friends()
        if onward == FIRST_DEAL:
            self.ask_for_rep()
        else:
            self.enter(onward)

    def tell_friends(self) -> None:
        people = self.model.people
        for number in friends_told(self.unique_id - 1, len(people), self.random):
            friend = people[number]
            if friend.stage in ASLEEP:
                friend.next.cancel()
                friend.enter(AWARENESS)

    def ask_for_rep(self) -> None:
        self.log(QUEUE)
        if self.model.free_reps:
            self.be_served()
        else:
            self.model.queue.append(self)
            self.wait(self.random.expovariate(1 / PATIENCE_DAYS), self.give_up)

    def be_served(self) -> None:
        self.next.cancel()  # patience
        self.model.free_reps -= 1
        self.log(SERVED)
        self.wait(self.random.expovariate(1 / DEAL_DAYS), self.make_deal)

    def make_deal(self) -> None:
        self.enter(FIRST_DEAL)
        self.model.rep_is_free()

    def give_up(self) -> None:
        self.model.queue.remove(self)
        self.log(RENEGED)
        self.enter(WITH_RIVAL)


def run(people: int, days: float, seed: int) -> tuple[int, int]:
    """Events and first deals of one market."""
    simulator = DEVSimulator()
    market = Market(people, seed, simulator)
    simulator.run_until(days)
    return count(market.journal)
