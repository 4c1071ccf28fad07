"""The workload that every peer simulates, said once: stages, mean days, chances, the sales desk.

Everybody starts UNAWARE. A visit to a stage lasts an exponential time of mean `DAYS`; then
`next_stage` says where it leads. Whoever wants to buy (`FIRST_DEAL` after `ACTION`) queues for a
rep first: FIFO, exponential `DEAL_DAYS`; out of patience (exponential `PATIENCE_DAYS`) they go to
the rival. Who recommends tells `friends_told` others, each anybody in the market alike; that awakes
those at `ASLEEP` stages at once. Reps grow with the market, so that each has the same work.

Two memoryless clocks, to step on at (1 - loss) / days and to walk away at loss / days, are the same
as one wait of mean `days` and then a coin. Days and losses are those of a phone, frozen here:
timings of different versions stay comparable when the preset changes. The kit counts the next need
from the deal on; stages 8 and 10-12, which lie within it, take a moment here, so that the need is a
plain wait.

A peer logs (time, person, event, stage) for each stage entered and for what happens at the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from random import Random
from typing import TYPE_CHECKING

from cjsim.journey import (
    ACTION,
    COMPARISON,
    CURIOSITY,
    DORMANT,
    FIRST_DEAL,
    LOYALTY,
    RECOMMENDATION,
    REPEAT_DEAL,
    SATISFACTION,
    STUDY,
    TWELVE,
    UNAWARE,
    WITH_RIVAL,
)
from cjsim.model.events import ENTER

if TYPE_CHECKING:
    import cjsim

MOMENT = 0.01
NEED, LAPSE = 560, 0.04  # from deal to deal; whoever a rival serves has the same need and no lapse

#       0     1   2   3   4  5  6  7  8       9     10      11      12      13                  14
DAYS = (600, 20, 15, 12, 8, 6, 2, 1, MOMENT, NEED, MOMENT, MOMENT, MOMENT, NEED / (1 - LAPSE), 240)
LOSS = (0, 0.2, 0.2, 0.2, 0.15, 0.4, 0.08, 0, 0, LAPSE, 0.5, 0, 0, 0, 0)

COMPARES = 0.5  # from study to comparison; the others act at once
CONTENT = 0.65  # passes the gate, after the first deal and after each repeat deal
CURIOUS = 0.15  # looks around after a repeat deal
COMES_BACK = 0.5  # after a trial of a rival
RECOMMENDS = 0.2  # of the loyal
FRIENDS = 1.5  # mean number told by one who recommends (Poisson)
STAYS_WITH_RIVAL = 0.85

ASLEEP = (UNAWARE, DORMANT)
MEETS_RIVAL = (COMPARISON, WITH_RIVAL)  # whoever has been there knows a rival

PEOPLE_PER_REP = 2000
DEAL_DAYS = 1.0
PATIENCE_DAYS = 2.0

CHOICE_SLOPE = 8.0  # the kit's way to COMES_BACK

Row = tuple[float, int, int, int]


def reps(people: int) -> int:
    """How many reps a market of that size has."""
    return max(1, people // PEOPLE_PER_REP)


def next_stage(stage: int, knows_rival: bool, luck: Random) -> int:
    """Where a visit to a stage leads; FIRST_DEAL means: to the desk."""
    chance = luck.random
    if chance() < LOSS[stage]:
        if stage == CURIOSITY:
            return REPEAT_DEAL if chance() < COMES_BACK else WITH_RIVAL
        return WITH_RIVAL if knows_rival and stage != REPEAT_DEAL else DORMANT
    if stage < STUDY or stage == COMPARISON or stage == ACTION or stage == FIRST_DEAL:
        return stage + 1
    if stage == STUDY:
        return COMPARISON if chance() < COMPARES else ACTION
    if stage == SATISFACTION:
        return REPEAT_DEAL if chance() < CONTENT else WITH_RIVAL
    if stage == REPEAT_DEAL:
        if chance() >= CONTENT:
            return WITH_RIVAL
        return CURIOSITY if chance() < CURIOUS else LOYALTY
    if stage == LOYALTY:
        return RECOMMENDATION if chance() < RECOMMENDS else REPEAT_DEAL
    if stage == WITH_RIVAL:
        return WITH_RIVAL if chance() < STAYS_WITH_RIVAL else STUDY
    return 1 if stage == DORMANT else REPEAT_DEAL


def stay(stage: int, luck: Random) -> float:
    """How many days a visit to a stage lasts."""
    return luck.expovariate(1 / DAYS[stage])


def friends_told(person: int, people: int, luck: Random) -> list[int]:
    """Whom one who recommends tells: Poisson(FRIENDS) others; persons are numbered from 0."""
    told = []
    left = luck.expovariate(1.0)
    while left < FRIENDS:
        other = luck.randrange(people - 1)
        told.append(other + (other >= person))
        left += luck.expovariate(1.0)
    return told


def count(journal: Sequence[Row]) -> tuple[int, int]:
    """Events of a log, and how many of them are first deals."""
    deals = sum(event == ENTER and stage == FIRST_DEAL for _, _, event, stage in journal)
    return len(journal), deals


def scenario(people: int, days: float) -> cjsim.Scenario:
    """The same workload as the kit reads it: people all alike, no touchpoints, constant chances.

    Satisfaction stays at 1/2 (quality = expectation, no noise): each gate is one probability.
    """
    from cjsim import Scenario

    def logit(p: float) -> float:
        return log(p / (1.0 - p))

    return Scenario.model_validate(
        {
            "horizon_days": days,
            "product": {"quality": 0.5, "quality_noise": 0.0},
            "stages": {
                stage.key: {"typical_days": float(DAYS[stage]), "planned_loss": float(LOSS[stage])}
                for stage in TWELVE
            },
            "market": {
                "people": people,
                "onset_days": float(DAYS[UNAWARE]),
                "return_days": float(DAYS[DORMANT]),
                "pain_need": 1.0,
                "dream_need": 1.0,
                "speed_spread": 0.0,
                "rationality_mean": COMPARES,
                "rationality_spread": 0.0,
                "tolerance_spread": 0.0,
                "prior_trust": 0.5,
                "prior_expectation": 0.5,
            },
            "rival": {
                "quality": 0.5 - logit(COMES_BACK) / CHOICE_SLOPE,
                "quality_noise": 0.0,
                "retention": STAYS_WITH_RIVAL,
                "competition": 0.0,
            },
            "experience": {"gate_slope": 1.0, "gate_threshold": 0.5 - logit(CONTENT)},
            "curiosity": {
                "base": logit(CURIOUS),
                "novelty": 0.0,
                "innovativeness": 0.0,
                "loyalty": 0.0,
                "choice_slope": CHOICE_SLOPE,
            },
            "loyalty": {
                "deals_to_loyalty": 1,
                "advocate_share": 2.0 * RECOMMENDS,
                "friends": FRIENDS,
                "friend_trust": 0.0,
                "friend_warmth": 0.0,
            },
            "firm": {
                "reps": reps(people),
                "deal_hours": 8.0 * DEAL_DAYS,
                "patience_days": PATIENCE_DAYS,
                "cold_list_share": 0.0,
            },
        }
    )
