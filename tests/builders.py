"""Small scenarios for tests: neutral people whose journey is solved on paper, and random firms.

A *neutral* person has need 1, speed 1, trust 1/2, rationality 1/2 and meets nobody, so that every
rate is the one written in the plan of the stage, and every gate is one constant probability.
"""

from __future__ import annotations

import dataclasses
import functools
import random
from math import exp, inf
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from cjsim.engine.process import Engine
from cjsim.journey import IN_THE_CATEGORY, STAGES, TWELVE, Stage
from cjsim.model import parameters, plan, population
from cjsim.model.events import Event
from cjsim.model.parameters import Parameters, Touch
from cjsim.model.population import Person
from cjsim.run import Run
from cjsim.scenario import MAY_WALK_AWAY, Scenario
from cjsim.scenario.tables import FOLLOWED

Floats = npt.NDArray[np.float64]
State = tuple[int, int]
"""A stage, and whether a rival is in the person's set: all that a neutral person remembers."""

SURE = 200.0
"""A slope at which a gate's distance of 5 is certain to the last bit."""
NEVER = 1e12
"""Days after which something happens that is not to happen in a test."""
AT_ONCE = 1e-9
"""Days of a stage that is to take no time but that memoryless clocks can still run through."""

ALIKE: dict[str, dict[str, Any]] = {
    "product": {"quality": 0.5, "quality_noise": 0.0},
    "market": {
        "onset_days": 20.0,
        "return_days": 30.0,
        "pain_need": 1.0,
        "dream_need": 1.0,
        "speed_spread": 0.0,
        "rationality_mean": 0.5,
        "rationality_spread": 0.0,
        "tolerance_spread": 0.0,
        "prior_trust": 0.5,
        "prior_expectation": 0.5,  # as the quality: satisfaction stays where it starts, at 1/2
    },
    "rival": {"quality": 0.5, "quality_noise": 0.0, "retention": 0.5, "competition": 0.0},
    "curiosity": {"base": 0.0, "novelty": 0.0, "innovativeness": 0.0, "loyalty": 0.0},
    "loyalty": {"deals_to_loyalty": 1, "advocate_share": 0.5, "friends": 0.0},
    "firm": {"reps": inf, "cold_list_share": 0.0},
}

ALWAYS_CONTENT = {"gate_slope": SURE, "gate_threshold": -5.0}
NEVER_CURIOUS = {"base": -1000.0}


def neutral(**changes: Any) -> Scenario:
    """A market of neutral people without touchpoints; `changes` are tables or top-level keys."""
    tables: dict[str, Any] = {name: dict(table) for name, table in ALIKE.items()}
    for name, value in changes.items():
        if isinstance(value, dict):
            value = {**tables.get(name, {}), **value}
        tables[name] = value
    return Scenario.model_validate(tables)


def plans(
    days: float = 7.0, loss: float = 0.0, regularity: float = 1.0, **special: dict[str, float]
) -> dict[str, dict[str, float]]:
    """The same plan for all twelve stages (loss where people can leave), but for the special."""
    plan = {
        stage.key: {
            "typical_days": days,
            "planned_loss": loss if stage in MAY_WALK_AWAY else 0.0,
            "regularity": regularity,
        }
        for stage in TWELVE
    }
    return {key: plan[key] | special.get(key, {}) for key in plan}


def whole_days(**special: dict[str, float]) -> dict[str, dict[str, float]]:
    """Plans for `lockstep`: one day each, and a cycle of two from deal to deal."""
    return plans(1.0, regularity=inf, **{"repeat_deal": {"typical_days": 2.0}, **special})


def lockstep(**changes: Any) -> Scenario:
    """Emotional people who awake all at once and whose every stage takes one whole day.

    All of one market's events are simultaneous: the deal is completed, that is stage 8 entered, on
    day 6. Onset is memoryless and takes about 1e-18 days; a day later its traces are rounded away.
    """
    tables: dict[str, Any] = {
        "stages": whole_days(),
        "market": {"onset_days": 1e-18, "rationality_mean": 1e-300},
        "experience": ALWAYS_CONTENT,
        "curiosity": NEVER_CURIOUS,
        "loyalty": {"deals_to_loyalty": 1000},
    }
    for name, value in changes.items():
        if isinstance(value, dict) and name != "stages":
            value = {**tables.get(name, {}), **value}
        tables[name] = value
    return neutral(**tables)


def touching(
    touchpoints: dict[str, dict[str, Any]], strategy: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Tables for a strategy that runs all of these touchpoints at intensity 1."""
    running = {"touchpoints": dict.fromkeys(touchpoints, 1.0), **(strategy or {})}
    return {"touchpoints": touchpoints, "strategies": {"pull": running}}


def everywhere(fit: float = 1.0) -> dict[str, float]:
    """The same fit wherever people can be met."""
    return {stage.key: fit for stage in IN_THE_CATEGORY}


# --- One person and the market, for the rules ---------------------------------------------------


def market(scenario: Scenario | None = None, **changes: Any) -> Parameters:
    """The terms of a neutral market, some of its numbers changed."""
    of = parameters.parameters_of(scenario or neutral(), people=100, seed=1)
    return dataclasses.replace(of, **changes)


def person(**state: Any) -> Person:
    """A neutral person at stage 0 at time 0, some of it changed."""
    return dataclasses.replace(_somebody(), **{"visits": [0] * len(STAGES), **state})


@functools.cache
def _somebody() -> Person:
    scenario = neutral()
    return population.persons(population.draw(scenario, 1, seed=1), scenario, 0.0)[0]


def touch(**changes: Any) -> Touch:
    """A touchpoint that fits every stage and does nothing, some of it changed."""
    table = {"contact": "pull", "aims_at": "awareness", "fit": everywhere(), "reach_per_day": 1.0}
    scenario = neutral(**touching({"touch": table}))
    return dataclasses.replace(parameters.touches(scenario, "pull")[0], **changes)


# --- What a log says ----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Visits:
    """All visits to stages, person by person in their order; `onward` is -1 while still there."""

    person: npt.NDArray[np.int64]
    stage: npt.NDArray[np.int64]
    since: Floats
    until: Floats  # the horizon while still there
    onward: npt.NDArray[np.int64]

    def at(self, stage: int) -> Visits:
        """The visits to one stage that have ended."""
        return self.where((self.stage == stage) & (self.onward >= 0))

    def where(self, chosen: npt.NDArray[np.bool_]) -> Visits:
        """Some of the visits."""
        return Visits(*(getattr(self, f.name)[chosen] for f in dataclasses.fields(self)))

    @property
    def days(self) -> Floats:
        """How long each lasted."""
        return self.until - self.since

    def __len__(self) -> int:
        return len(self.person)


def visits(run: Run) -> Visits:
    """The visits of a run, replayed from its START and ENTER rows."""
    rows = run.events.rows
    rows = rows[(rows["event"] == Event.START) | (rows["event"] == Event.ENTER)]
    rows = rows[np.argsort(rows["person"], kind="stable")]
    last = np.append(rows["person"][1:] != rows["person"][:-1], True)
    return Visits(
        person=rows["person"].astype(np.int64),
        stage=rows["stage"].astype(np.int64),
        since=rows["time"],
        until=np.where(last, run.scenario.horizon_days, np.append(rows["time"][1:], 0.0)),
        onward=np.where(last, -1, np.append(rows["stage"][1:].astype(np.int64), 0)),
    )


def first_times(run: Run, event: Event) -> Floats:
    """For each person the time of their first row of that kind; inf if there is none."""
    rows = run.events.rows
    rows = rows[rows["event"] == event]
    times = np.full(len(run), inf)
    np.minimum.at(times, rows["person"], rows["time"])
    return times


def rows_of(engine: Engine, *events: Event) -> list[tuple[Any, ...]]:
    """The rows of those kinds, in the order in which they were written."""
    return [row for row in engine.world.rows if row[2] in events]


def in_full(scenario: Scenario, people: int) -> Scenario:
    """The scenario as one of so many people: they are no sample of more."""
    market = scenario.market.model_copy(update={"people": people})
    return scenario.model_copy(update={"market": market})


def lived(
    scenario: Scenario,
    people: int = 1,
    seed: int = 1,
    asleep: tuple[int, ...] = (),
) -> Engine:
    """An engine after its run, to look inside. Those `asleep` never awake by themselves."""
    scenario = in_full(scenario, people)
    engine = Engine(scenario, population.draw(scenario, people, seed), seed)
    for who in asleep:
        engine.people[who].need = 1e-30
    engine.run()
    return engine


# --- The journey of people who are all alike, as a Markov chain ---------------------------------


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


def _clocks(s: Scenario, stage: Stage, rival_known: int) -> tuple[float, float]:
    """The rates of stepping on and walking away: those of the plan, times what people are."""
    m, trust = s.market, s.market.prior_trust
    rates, slower = plan.rates_of(s), 1.0 + s.product.complexity * (2 <= stage <= 5)
    on, away = rates.step[stage] / slower, rates.walk[stage] / slower
    if stage <= 6:
        on *= m.pain_need
        away *= 1.0 + s.rival.competition * rival_known
    if 1 <= stage <= 6 or stage == Stage.DORMANT:
        on *= 0.5 + trust
    if stage in (Stage.STUDY, Stage.COMPARISON):
        on *= 1.5 - m.rationality_mean
    return on, away * (1.5 - trust)


def chain(s: Scenario) -> tuple[list[State], Floats, Floats]:
    """The map of people who are all alike and memoryless: states, jump probabilities, mean days.

    Needs constant gates: no noise, expectation = quality, loyalty from the first repeat deal on;
    and stages 8, 10, 11 and 12 that take next to no time of the need's cycle.
    """
    assert s.product.quality == s.market.prior_expectation
    assert s.product.quality_noise == s.rival.quality_noise == 0.0
    assert s.loyalty.deals_to_loyalty == 1
    with_rival = (Stage.COMPARISON, Stage.WITH_RIVAL)  # here everybody knows one,
    nobody = [(Stage.UNAWARE, 1), *((stage, 0) for stage in with_rival)]  # unaware nobody does
    every = [(stage, known) for stage in IN_THE_CATEGORY for known in (0, 1)]
    states = [(int(stage), known) for stage, known in every if (stage, known) not in nobody]
    place = {state: i for i, state in enumerate(states)}
    jumps, days = np.zeros((len(states), len(states))), np.zeros(len(states))
    gate = logistic(s.experience.gate_slope * (0.5 - s.experience.gate_threshold))
    curious = logistic(s.curiosity.base)
    back = logistic(s.curiosity.choice_slope * (0.5 - s.rival.quality))
    advocate = s.loyalty.advocate_share * 0.5
    stays = s.rival.retention
    leaves = (1.0 - stays) * (0.5 + s.market.prior_trust)
    r = s.market.rationality_mean
    onward: dict[int, dict[int, float]] = {
        0: {1: 1.0}, 1: {2: 1.0}, 2: {3: 1.0}, 3: {4: 1.0}, 4: {5: r, 6: 1 - r}, 5: {6: 1.0},
        6: {7: 1.0}, 7: {8: 1.0}, 8: {9: gate, 13: 1 - gate},
        9: {13: 1 - gate, 10: gate * curious, 11: gate * (1 - curious)},
        10: {9: 1.0}, 11: {12: advocate, 9: 1 - advocate}, 12: {9: 1.0},
        13: {13: stays / (stays + leaves), 4: leaves / (stays + leaves)}, 14: {1: 1.0},
    }  # fmt: skip
    for (stage, known), here in place.items():
        on, away = _clocks(s, Stage(stage), known)
        passes = on / (on + away)
        days[here] = 1.0 / (on + away)
        ways = [(there, passes * share, known) for there, share in onward[stage].items()]
        if stage == Stage.CURIOSITY:  # whoever has tried a rival knows it
            ways += [(9, (1 - passes) * back, 1), (13, (1 - passes) * (1 - back), 1)]
        else:
            asleep = not known or stage == Stage.REPEAT_DEAL
            ways.append((14 if asleep else 13, 1 - passes, known))
        for there, chance, knows in ways:
            jumps[here, place[there, int(knows or there in with_rival)]] += chance
    return states, jumps, days


# --- Random firms -------------------------------------------------------------------------------

FEATURES = (
    "pull", "push", "desk", "visits", "shelf", "tender", "friends", "burn-in", "spread", "price",
    "presence", "pressure", "taste", "rhythm", "come and go", "need",
    "service", "words", "circles", "asking", "after", "unread", "seats", "budget", "calendar",
    "contract", "filter",
)  # fmt: skip


def _touchpoint(rng: random.Random, contact: str, visits: bool) -> dict[str, Any]:
    keys = [stage.key for stage in IN_THE_CATEGORY]
    table: dict[str, Any] = {
        "contact": contact,
        "aims_at": rng.choice(keys),
        "fit": {key: rng.uniform(0.05, 1.0) for key in rng.sample(keys, rng.randint(1, 12))},
        "appeal_pain": rng.random(),
        "appeal_dream": rng.random(),
        "intrusiveness": rng.choice([0.0, 0.1, 0.5, 2.0]),
        "rep_hours": rng.choice([0.0, 0.5, 8.0]) if visits else 0.0,
        "cost_per_contact": rng.uniform(0.0, 10.0),
    }
    if contact == "pull":
        table["reach_per_day"] = rng.uniform(0.01, 0.4)
        table["distance_m"] = rng.choice([0.0, 100.0, 500.0])
    shares = ("warmth", "proof", "promise", "care", "calm", "names_rival", "capture", "discount")
    return table | {key: rng.choice([0.0, rng.random()]) for key in shares}


def _strategy(rng: random.Random, library: dict[str, dict[str, Any]]) -> dict[str, Any]:
    running = {name: rng.choice([0.0, 0.5, 1.0, 2.0]) for name in library}
    pushes = [name for name in library if library[name]["contact"] == "push" and running[name]]
    return {
        "touchpoints": running,
        "push": rng.choice(["guide", "animator", "animator"]) if pushes else "none",
        "every_days": rng.choice([0.3, 2.0, 7.0, rng.uniform(0.2, 20.0)]),
        "jitter": rng.random(),
        "accuracy": rng.random(),
        "optimism": rng.random(),
        "min_fit": rng.uniform(0.0, 0.6),
        "programme": rng.choices(pushes, k=rng.randint(0, 4)) if pushes else [],
        "plan": {
            stage: rng.choice([*pushes, ""])
            for stage in ("unaware", "study", "repeat_deal", "dormant")
            if pushes and rng.random() < 0.2
        },
    }


def random_scenario(number: int, features: frozenset[str] = frozenset(FEATURES)) -> Scenario:
    """The small firm of that number, with those features and no others."""
    rng = random.Random(number)

    def days(least: float, most: float) -> float:
        whole = rng.random() < 0.3  # so that some events are simultaneous
        return (
            float(rng.randint(max(1, round(least)), round(most)))
            if whole
            else rng.uniform(least, most)
        )

    def spread() -> float:
        return rng.choice([0.4, 1.5]) if "spread" in features else 0.0

    library: dict[str, dict[str, Any]] = {}
    for name, contact in (("ad", "pull"), ("mail", "push"), ("site", "pull"), ("call", "push")):
        if contact in features:
            library[name] = _touchpoint(rng, contact, "visits" in features)
    friends = rng.uniform(0.5, 6.0) if "friends" in features else 0.0
    regularity = [1.0, 0.5, 2.0, inf]
    stages = {
        stage.key: {
            "typical_days": days(5.0, 30.0) if stage == 9 else days(0.5, 8.0),
            "planned_loss": rng.uniform(0.0, 0.5) if stage in MAY_WALK_AWAY else 0.0,
            "regularity": rng.choice(regularity) if "spread" in features else 1.0,
        }
        for stage in TWELVE
    }
    for terms in stages.values():
        if terms["regularity"] == inf:
            terms["planned_loss"] = 0.0
    firm = Scenario.model_validate(
        {
            "horizon_days": days(50.0, 400.0),
            "burn_in_days": days(1.0, 100.0) if "burn-in" in features else 0.0,
            "product": {
                "complexity": rng.choice([0.0, 1.0]),
                "quality": rng.uniform(0.3, 1.0),
                "quality_noise": rng.uniform(0.0, 0.4),
                "tender_every": rng.randint(1, 4) if "tender" in features else 0,
            },
            "stages": stages,
            "market": {
                "onset_days": days(0.5, 200.0),
                "return_days": days(0.5, 200.0),
                "pain_share": rng.random(),
                "speed_spread": spread(),
                "rationality_mean": rng.uniform(0.05, 0.95),
                "rationality_spread": min(0.45, spread()),
                "tolerance_mean": rng.uniform(0.1, 3.0),
                "tolerance_spread": spread(),
                "prior_trust": rng.random(),
                "prior_expectation": rng.random(),
            },
            "rival": {
                "quality": rng.random(),
                "retention": rng.random(),
                "competition": rng.uniform(0.0, 3.0),
            },
            "response": {
                "warmth_gain": rng.uniform(0.0, 10.0),
                "irritation_harm": rng.uniform(0.0, 10.0),
                "warmth_half_life_days": days(1.0, 30.0),
                "irritation_half_life_days": days(1.0, 30.0),
                "distrust": rng.random(),
            },
            "experience": {
                "learning": rng.random(),
                "expectation_drift": rng.random(),
                "gate_threshold": rng.uniform(-0.5, 0.6),
            },
            "curiosity": {
                "base": rng.uniform(-4.0, 0.5),
                "stockout_trigger": rng.uniform(0.0, 2.0),
            },
            "loyalty": {
                "deals_to_loyalty": rng.randint(1, 3),
                "gain": rng.random(),
                "advocate_share": rng.random(),
                "friends": friends,
                "friend_trust": rng.random(),
                "friend_warmth": rng.random(),
            },
            "firm": {
                "reps": rng.randint(0, 3) if "desk" in features else inf,
                "deal_hours": rng.uniform(0.0, 40.0),
                "patience_days": days(0.2, 10.0),
                "repeat_needs_rep": rng.random() < 0.5,
                "cold_list_share": rng.random(),
            },
            "shelf": {
                "stocked_days": days(1.0, 40.0) if "shelf" in features else inf,
                "empty_days": days(0.5, 20.0),
                "wait_share": rng.random(),
            },
            "touchpoints": library,
            "strategies": {"pull": _strategy(rng, library), "other": _strategy(rng, library)},
            "strategy": rng.choice(["pull", "other"]),
        }
    )
    return firm.with_changes(_switched_on(firm, random.Random(f"more {number}"), features))


def _switched_on(firm: Scenario, rng: random.Random, features: frozenset[str]) -> dict[str, Any]:
    """Mechanisms that are neutral unless written, drawn by a generator of their own."""
    changes: dict[str, Any] = {"market.people": rng.choice([7, 20, 100])}  # of a test: a few
    if "price" in features:
        changes |= {
            "product.price": rng.choice([0.0, 80.0, 100.0, rng.uniform(1.0, 300.0)]),
            "product.gift_value": rng.choice([0.0, 30.0]),
            "market.price_sensitivity": rng.choice([0.0, 1.0, rng.uniform(0.0, 8.0)]),
            "market.price_spread": rng.choice([0.0, 0.7]),
            "product.effort": rng.choice([0.0, rng.uniform(0.0, 2.0)]),
        }
    if "presence" in features:
        changes |= {
            "market.presence": rng.random(),
            "loyalty.friend_memory": rng.choice([0.0, 1.0]),
        }
        changes["response.memory_half_life_days"] = rng.uniform(5.0, 100.0)
        for name in firm.touchpoints:
            changes[f"touchpoints.{name}.reminds"] = rng.choice([0.0, rng.uniform(0.0, 1.0)])
    if "pressure" in features:
        changes |= {
            "response.crowding": rng.choice([0.0, rng.random()]),
            "response.dulling": rng.choice([0.0, rng.random()]),
            "response.pressure_half_life_days": rng.uniform(5.0, 60.0),
            "response.optout_harm": rng.choice([0.0, rng.random()]),
        }
    if "taste" in features:
        changes |= {"product.taste_spread": 0.2 * rng.random(), "rival.taste_spread": 0.1}
    if "come and go" in features:
        changes["market.stay_years"] = rng.choice([0.1, 0.5, inf])
        changes["market.growth_a_year"] = rng.choice([0.0, 0.5])
        changes["market.served_share"] = rng.choice([0.0, rng.random()])
    if "need" in features:
        changes |= {
            "product.hurry": rng.choice([0.0, rng.uniform(0.0, 2.0)]),
            "experience.performance_weight": rng.random(),
            "experience.gain": rng.uniform(0.0, 2.0),
            "plan.at.prior_trust": rng.random(),
            "plan.at.competition": rng.uniform(0.0, 3.0),
        }
    if "rhythm" in features:
        for name, touchpoint in firm.touchpoints.items():
            if touchpoint.contact == "push":
                changes |= {
                    f"touchpoints.{name}.rhythm_days": rng.choice([0.0, 2.0, rng.uniform(0, 40)]),
                    f"touchpoints.{name}.cap_30_days": rng.choice([0, 1, 2, rng.randint(1, 30)]),
                    f"touchpoints.{name}.quiet_days": rng.choice([0.0, 14.0, rng.uniform(0, 90)]),
                }
    if "service" in features:
        changes |= {
            "service.failure_rate": rng.choice([0.0, rng.random()]),
            "service.failure_loss": rng.random(),
            "service.complain_share": rng.random(),
            "service.recovery_rate": rng.random(),
            "service.recovery_cost": rng.uniform(0.0, 50.0),
            "service.recovery_gain": rng.random(),
            "service.compensation": rng.choice([0.0, rng.random()]),
            "loyalty.to_manager": rng.choice([0.0, rng.random()]),
            "loyalty.manager_years": rng.uniform(0.05, 1.0),
        }
    if "words" in features:
        changes |= {
            "words.bad_share": rng.choice([0.0, rng.random()]),
            "words.bad_friends": rng.uniform(0.0, 6.0),
            "words.bad_harm": rng.random(),
            "words.referral_bonus": rng.choice([0.0, 20.0]),
            "words.bonus_share": rng.choice([0.0, rng.random()]),
        }
    if "contract" in features:
        changes |= _contract(firm, rng)
    if "circles" in features:
        changes |= {
            "words.circle": rng.choice([0, 1, 4, rng.randint(1, 30)]),
            "words.far_share": rng.choice([0.0, rng.random()]),
        }
    if "asking" in features:
        changes["market.clutter"] = rng.choice([0.0, rng.uniform(0.0, 3.0)])
        for name in firm.touchpoints:
            changes[f"touchpoints.{name}.social_proof"] = rng.choice([0.0, rng.random()])
            changes[f"touchpoints.{name}.asks"] = rng.choice([0.0, rng.random()])
    changes |= _that_may_fail(firm, rng, features)
    if "after" in features:
        changes |= _following(firm, rng, features)
    if "calendar" in features:
        changes |= _calendar(firm, rng)
    if "filter" in features:
        changes |= _filtering(firm, changes, rng)
    return changes


def _filtering(firm: Scenario, changes: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A firm that acts on a belief, in one strategy or from some day on, and hears answers."""
    found: dict[str, Any] = {
        f"{name}.targeting": rng.choice(["reading", "filter", "filter"]) for name in firm.strategies
    }
    for name in firm.touchpoints:
        found[f"touchpoints.{name}.hears"] = rng.choice([0.0, 1.0, rng.random()])
    if "changes" in changes and rng.random() < 0.5:
        turned = {"day": rng.uniform(0.0, firm.horizon_days), "pull.targeting": "filter"}
        found["changes"] = [*changes["changes"], turned]
    return found


def _contract(firm: Scenario, rng: random.Random) -> dict[str, Any]:
    """Terms and trials, or one of them; who gives notice may be won back."""
    changes: dict[str, Any] = {
        "contract.term_days": rng.choice([0.0, 30.0, rng.uniform(1.0, 200.0)]),
        "contract.payments": rng.choice([1, 2, 12]),
        "contract.notice_days": rng.choice([0.0, 10.0, rng.uniform(0.0, 100.0)]),
        "contract.pause_share": rng.choice([0.0, rng.random()]),
        "contract.pause_days": rng.uniform(0.5, 60.0),
        "contract.upgrade_share": rng.choice([0.0, rng.random()]),
        "contract.upgrade_factor": rng.uniform(1.0, 3.0),
        "contract.trial_days": rng.choice([0.0, 14.0, rng.uniform(0.1, 60.0)]),
        "contract.trial_ease": rng.choice([0.0, rng.random()]),
    }
    for name, touchpoint in firm.touchpoints.items():
        changes[f"touchpoints.{name}.wins_back"] = rng.choice([0.0, rng.random()])
        if touchpoint.contact == "push":
            changes[f"touchpoints.{name}.lead_days"] = rng.uniform(0.0, 40.0)
    return changes


def _calendar(firm: Scenario, rng: random.Random) -> dict[str, Any]:
    """Changes of all kinds, at whole days and others, and a season."""

    def some_values() -> dict[str, Any]:
        values = {
            "product.price": rng.uniform(10.0, 300.0),
            "product.quality": rng.random(),
            "firm.reps": rng.choice([0, 1, 4, inf]),
            "shelf.stocked_days": rng.choice([inf, rng.uniform(1.0, 40.0)]),
            "strategy": rng.choice(list(firm.strategies)),
            "pull.every_days": rng.uniform(0.3, 20.0),
            "market.onset_days": rng.uniform(1.0, 200.0),
            "rival.competition": rng.uniform(0.0, 3.0),
            "response.warmth_half_life_days": rng.uniform(1.0, 30.0),
            "response.memory_half_life_days": rng.uniform(5.0, 100.0),
            "stages.study.typical_days": rng.uniform(0.5, 8.0),
            **{f"touchpoints.{name}.appeal_pain": rng.random() for name in firm.touchpoints},
            **{
                f"{strategy}.touchpoints.{name}": rng.choice([0.0, rng.uniform(0.1, 3.0)])
                for strategy in firm.strategies
                for name, touchpoint in firm.touchpoints.items() if touchpoint.contact == "pull"
            },
        }  # fmt: skip
        return {key: values[key] for key in rng.sample(list(values), rng.randint(1, 4))}

    spells = [
        {"day": rng.choice([0, 7, 30, rng.uniform(0.0, firm.horizon_days)]), **some_values()}
        for _ in range(rng.randint(1, 5))
    ]
    for spell in spells:
        if rng.random() < 0.5:
            spell["until"] = spell["day"] + rng.uniform(0.5, 90.0)
        if rng.random() < 0.2:
            spell["every"] = "year"
    season = [rng.choice([1.0, rng.uniform(0.2, 3.0)]) for _ in range(12)]
    return {"changes": spells, "start": "2026-01-15", "season.need": rng.choice([[], season])}


def _that_may_fail(firm: Scenario, rng: random.Random, features: frozenset[str]) -> dict[str, Any]:
    """Pushes that are not read, seats, budgets."""
    changes: dict[str, Any] = {}
    for name, touchpoint in firm.touchpoints.items():
        at = f"touchpoints.{name}"
        if "unread" in features and touchpoint.contact == "push":
            changes[f"{at}.delivered"] = rng.choice([1.0, rng.random()])
            changes[f"{at}.opened"] = rng.choice([0.0, 1.0, rng.random()])
        if "seats" in features:
            changes[f"{at}.seats"] = rng.choice([0, 1, 5])
            changes[f"{at}.session_days"] = rng.choice([1.0, 30.0, rng.uniform(0.1, 90.0)])
    if "budget" in features:
        for name in firm.strategies:
            changes[f"{name}.budget"] = rng.choice([inf, 0.0, 20.0, rng.uniform(0.0, 500.0)])
            changes[f"{name}.budget_days"] = rng.choice([7.0, 30.0, rng.uniform(0.1, 90.0)])
    return changes


def _following(firm: Scenario, rng: random.Random, features: frozenset[str]) -> dict[str, Any]:
    """Two more push touchpoints, which start after what happens, and run in every strategy."""
    others = [*firm.touchpoints, *FOLLOWED]
    added: dict[str, Any] = {}
    for name in ("reminder", "call_back"):
        table = {
            **_touchpoint(rng, "push", "visits" in features),
            "after": rng.choice(others),
            "delay_hours": rng.choice([0.0, 0.1, 24.0, rng.uniform(0.0, 1000.0)]),
            "silence_days": rng.choice([1.0, 7.0, rng.uniform(0.5, 60.0)]),
            "fade_half_life_hours": rng.choice([inf, 1.0, rng.uniform(0.1, 100.0)]),
            "rhythm_days": rng.choice([0.0, 5.0]) if "rhythm" in features else 0.0,
            "delivered": rng.choice([1.0, 0.7]) if "unread" in features else 1.0,
        }
        others.append(name)
        added[f"touchpoints.{name}"] = table
    for strategy in firm.strategies:
        for name in ("reminder", "call_back"):
            added[f"{strategy}.touchpoints.{name}"] = rng.choice([0.0, 1.0, 1.0, 2.0])
    return added


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any small firm: two features in three are on. A failing example shrinks by its features."""
    on = {feature for feature in FEATURES if draw(st.sampled_from([False, True, True]))}
    return random_scenario(draw(st.integers(0, 2**32)), frozenset(on))
