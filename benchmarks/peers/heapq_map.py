"""The stage map as a plain event loop: the standard library's heap and nothing else."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from random import Random

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
from cjsim.journey import ACTION, AWARENESS, FIRST_DEAL, RECOMMENDATION, UNAWARE, WITH_RIVAL
from cjsim.model.events import ENTER, QUEUE, RENEGED, SERVED

MOVES_ON, DEAL_MADE, GIVES_UP = 0, 1, 2


def run(people: int, days: float, seed: int) -> tuple[int, int]:
    """Events and first deals of one market."""
    luck = Random(seed)
    now = 0.0
    calendar: list[tuple[float, int, int, int]] = []  # time, ticket, person, what
    tickets = 0
    ticket_of = [0] * people  # a person's one valid entry; older ones are void
    stage_of = [UNAWARE] * people
    knows_rival = [False] * people
    queue: deque[tuple[int, int]] = deque()  # person, ticket
    free_reps = reps(people)
    journal: list[Row] = []

    def plan(person: int, delay: float, what: int) -> None:
        nonlocal tickets
        tickets += 1
        ticket_of[person] = tickets
        heappush(calendar, (now + delay, tickets, person, what))

    def enter(person: int, stage: int) -> None:
        stage_of[person] = stage
        if stage in MEETS_RIVAL:
            knows_rival[person] = True
        journal.append((now, person, ENTER, stage))
        plan(person, stay(stage, luck), MOVES_ON)

    def serve(person: int) -> None:
        journal.append((now, person, SERVED, ACTION))
        plan(person, luck.expovariate(1 / DEAL_DAYS), DEAL_MADE)

    for person in range(people):
        plan(person, stay(UNAWARE, luck), MOVES_ON)
    while calendar[0][0] < days:
        now, ticket, person, what = heappop(calendar)
        if ticket != ticket_of[person]:
            continue
        if what == MOVES_ON:
            onward = next_stage(stage_of[person], knows_rival[person], luck)
            if stage_of[person] == RECOMMENDATION:
                for friend in friends_told(person, people, luck):
                    if stage_of[friend] in ASLEEP:
                        enter(friend, AWARENESS)
            if onward != FIRST_DEAL:
                enter(person, onward)
                continue
            journal.append((now, person, QUEUE, ACTION))
            if free_reps:
                free_reps -= 1
                serve(person)
            else:
                plan(person, luck.expovariate(1 / PATIENCE_DAYS), GIVES_UP)
                queue.append((person, ticket_of[person]))
        elif what == DEAL_MADE:
            enter(person, FIRST_DEAL)
            free_reps += 1
            while queue and free_reps:
                waiting, ticket = queue.popleft()
                if ticket == ticket_of[waiting]:  # still there
                    free_reps -= 1
                    serve(waiting)
        else:
            journal.append((now, person, RENEGED, ACTION))
            enter(person, WITH_RIVAL)
    return count(journal)
