"""The stage map in SimPy: a process per person, a `Resource` as desk, friends who interrupt."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import simpy

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

Life = Generator[simpy.Event, Any, Any]


class Market:
    """What the people share."""

    def __init__(self, people: int, seed: int) -> None:
        self.luck = Random(seed)
        self.env = simpy.Environment()
        self.desk = simpy.Resource(self.env, reps(people))
        self.journal: list[Row] = []
        self.people = [Person(self, number) for number in range(people)]


class Person:
    """One person and the process of their life."""

    def __init__(self, market: Market, number: int) -> None:
        self.market = market
        self.number = number
        self.stage = UNAWARE
        self.knows_rival = False
        self.process = market.env.process(self.life())

    def log(self, event: int) -> None:
        self.market.journal.append((self.market.env.now, self.number, event, self.stage))

    def enter(self, stage: int) -> None:
        self.stage = stage
        self.knows_rival = self.knows_rival or stage in MEETS_RIVAL
        self.log(ENTER)

    def life(self) -> Life:
        env, luck = self.market.env, self.market.luck
        while True:
            try:
                yield env.timeout(stay(self.stage, luck))
            except simpy.Interrupt:  # awoken by a friend, at another stage now
                continue
            onward = next_stage(self.stage, self.knows_rival, luck)
            if self.stage == RECOMMENDATION:
                self.tell_friends()
            if onward == FIRST_DEAL:
                onward = yield from self.see_rep()
            self.enter(onward)

    def see_rep(self) -> Life:
        env, luck = self.market.env, self.market.luck
        self.log(QUEUE)
        with self.market.desk.request() as turn:
            yield turn | env.timeout(luck.expovariate(1 / PATIENCE_DAYS))
            if not turn.triggered:
                self.log(RENEGED)
                return WITH_RIVAL
            self.log(SERVED)
            yield env.timeout(luck.expovariate(1 / DEAL_DAYS))
            return FIRST_DEAL

    def tell_friends(self) -> None:
        people = self.market.people
        for number in friends_told(self.number, len(people), self.market.luck):
            friend = people[number]
            if friend.stage in ASLEEP:
                friend.enter(AWARENESS)
                friend.process.interrupt()


def run(people: int, days: float, seed: int) -> tuple[int, int]:
    """Events and first deals of one market."""
    market = Market(people, seed)
    market.env.run(until=days)
    return count(market.journal)
