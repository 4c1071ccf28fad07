"""The stage map in Ciw: a node per stage with a server for everybody, and the desk as one more.

A person is an individual that never leaves the network; routing is the stage map. Ciw keeps its own
log, one record per visit to a node; events are counted in it. Ciw draws from Python's and numpy's
global generators.
"""

from __future__ import annotations

import random
from math import inf, isfinite
from typing import Any

import ciw

from benchmarks.peers.stage_map import (
    ASLEEP,
    DAYS,
    DEAL_DAYS,
    MEETS_RIVAL,
    PATIENCE_DAYS,
    friends_told,
    next_stage,
    reps,
)
from cjsim.journey import FIRST_DEAL, RECOMMENDATION, STAGES, WITH_RIVAL

DESK = len(STAGES) + 1  # nodes are numbered from 1: a stage's is its own number + 1
LUCK: Any = random  # the functions of the global generator


class Person(ciw.Individual):
    """An individual that remembers whether they know a rival."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.knows_rival = False
        self.simulation.everybody.append(self)


class Way(ciw.routing.NodeRouting):
    """Where a visit to a stage leads."""

    def next_node(self, ind: Person) -> ciw.Node:
        stage = ind.node - 1
        if stage == RECOMMENDATION:
            self.tell_friends(ind)
        onward = next_stage(stage, ind.knows_rival, LUCK)
        ind.knows_rival = ind.knows_rival or onward in MEETS_RIVAL
        return self.simulation.nodes[DESK if onward == FIRST_DEAL else onward + 1]

    def tell_friends(self, ind: Person) -> None:
        people = self.simulation.everybody
        for number in friends_told(ind.id_number - 1, len(people), LUCK):
            friend = people[number]
            if friend.node - 1 in ASLEEP:  # both lead to awareness, and now
                friend.service_end_date = self.simulation.current_time


class FromDesk(ciw.routing.NodeRouting):
    """From the desk to the first deal, or to the rival."""

    def next_node(self, ind: Person) -> ciw.Node:
        return self.simulation.nodes[FIRST_DEAL + 1]

    def next_node_for_jockeying(self, ind: Person) -> ciw.Node:  # after reneging
        ind.knows_rival = True
        return self.simulation.nodes[WITH_RIVAL + 1]


class Market(ciw.Simulation):
    """A simulation that can call its people by number."""

    def __init__(self, network: ciw.network.Network) -> None:
        self.everybody: list[Person] = []
        super().__init__(network, individual_class=Person)


def run(people: int, days: float, seed: int) -> tuple[int, int]:
    """Events and first deals of one market."""
    ciw.seed(seed)
    nowhere = [None] * len(STAGES)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0.0, inf]), *nowhere],  # all at once, at 0
        batching_distributions=[ciw.dists.Deterministic(people)] * DESK,
        service_distributions=[ciw.dists.Exponential(1 / d) for d in (*DAYS, DEAL_DAYS)],
        number_of_servers=[inf] * len(STAGES) + [reps(people)],
        reneging_time_distributions=[*nowhere, ciw.dists.Exponential(1 / PATIENCE_DAYS)],
        routing=ciw.routing.NetworkRouting([Way() for _ in STAGES] + [FromDesk()]),
    )
    market = Market(network)
    market.simulate_until_max_time(days)
    visits = market.get_all_records(include_incomplete=True)
    at_desk = [visit for visit in visits if visit.node == DESK]
    served = sum(isfinite(visit.service_start_date or inf) for visit in at_desk)
    reneged = sum(visit.record_type == "renege" for visit in at_desk)
    deals = sum(visit.node == FIRST_DEAL + 1 for visit in visits)
    return len(visits) - people + served + reneged, deals  # less everybody's first, unaware
