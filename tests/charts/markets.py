"""Small fixed data that every picture is drawn from: none of it depends on a preset."""

from __future__ import annotations

import functools

import pandas as pd

import cjsim
from cjsim.experiment.coalitions import TouchpointTruth, touchpoint_truth
from cjsim.experiment.design import grid
from cjsim.experiment.optimise import Optimum, optimise
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.tornado import Tornado, tornado
from cjsim.experiment.weak_point import WeakPoint, weak_point
from cjsim.inference.fitting import fit
from cjsim.inference.result import Fit
from cjsim.observe import (
    Attribution,
    Dwell,
    ExpertCurve,
    Judged,
    LossCurve,
    Transitions,
    World,
    attribute,
    beliefs,
    dwell,
    expert_curve,
    loss_curve,
    stays_of,
    world,
)
from tests.builders import in_full, neutral
from tests.measures.by_hand import lively

ACCURACY, DAYS = "guide.accuracy", "guide.every_days"


def firm(people: int) -> cjsim.Scenario:
    """The lively firm, in a market of so many people."""
    return in_full(neutral(**lively()), people)


@functools.cache
def market() -> cjsim.Run:
    """A market in which everything that can happen does."""
    return cjsim.simulate(firm(300), seed=3)


@functools.cache
def judged() -> Judged:
    """What that firm believes of those it knows."""
    return beliefs(market(), 20.0)


@functools.cache
def comparison(runs: int = 5) -> cjsim.Comparison:
    """The same firm waiting, guiding and pestering."""
    guide = firm(300)
    scenarios = {
        "pull": guide.with_changes({"pull.push": "none"}),
        "guide": guide,
        "animator": guide.with_changes({"pull.push": "animator", "pull.every_days": 4.0}),
    }
    return cjsim.compare(scenarios, runs=runs, executor="here")


@functools.cache
def swings() -> Tornado:
    """What four of its keys move."""
    keys = ["pull.every_days", "product.price", "stages.comparison.planned_loss", "firm.reps"]
    return tornado(firm(100), keys, measure="revenue", runs=3, executor="here")


@functools.cache
def weak() -> WeakPoint:
    """Where it leaks."""
    return weak_point(firm(100), "revenue", better=0.05, runs=3, executor="here")


@functools.cache
def truth() -> TouchpointTruth:
    """What its touchpoints really bring, and give back."""
    measures = ["profit_per_person", "margin", "costs"]
    return touchpoint_truth(firm(100), measures=measures, runs=4, executor="here")


@functools.cache
def truth_drawn() -> TouchpointTruth:
    """The deals that they bring, along a few orders."""
    return touchpoint_truth(firm(100), measures="deals", orders=4, runs=4, executor="here")


@functools.cache
def optimum_of_one() -> Optimum:
    """How often it should write."""
    keys = {"pull.every_days": (2, 40)}
    return optimise(firm(60), keys, runs=3, executor="here")


@functools.cache
def optimum_of_several() -> Optimum:
    """How often it should write and how many reps it needs."""
    keys = {"pull.every_days": (2, 40), "firm.reps": (1, 4)}
    return optimise(firm(40), keys, runs=2, evaluations=20, executor="here")


@functools.cache
def hidden() -> World:
    """A small world in which a stage that nobody records decides."""
    return world("hidden", 2000)


@functools.cache
def credited() -> Attribution:
    """Whom its paths credit."""
    return attribute(hidden().paths)


@functools.cache
def losses() -> LossCurve:
    """The market as it is recorded worse and worse, with a tent where people have to write."""
    run = cjsim.simulate(firm(300).with_changes({"touchpoints.tent.mode": "offline"}), seed=3)
    return loss_curve(run, "offline", (1.0, 0.7, 0.4, 0.1), draws=3)


def sweep() -> Sweep:
    """By hand: the guide leads by 10 x (accuracy - 0.5), in each of 4 runs a little differently."""
    settings = grid({ACCURACY: [0.2, 0.4, 0.6, 0.8], DAYS: [7.0, 14.0, 30.0]})
    rows = []
    for cell, at in settings.iterrows():
        for name in ("pull", "guide"):
            for run, noise in enumerate((-1.0, -0.5, 0.5, 1.0)):
                value = 100.0 + (10 * (at[ACCURACY] - 0.5) + noise if name == "guide" else 0.0)
                head = {"cell": cell, **at, "scenario": name, "run": run, "seed": run}
                rows.append({**head, "profit_per_person": value})
    return Sweep(settings, ("pull", "guide"), 1, pd.DataFrame(rows))


@functools.cache
def stayed() -> Dwell:
    """How long people stay at comparison, seen for a part of the time."""
    return dwell(stays_of(market(), "comparison", since=10.0, until=80.0))


@functools.cache
def taught() -> ExpertCurve:
    """What an expert is worth who knows the plan."""
    expert = Transitions.of(market().scenario, strength=20)
    return expert_curve(market(), expert, (5, 20, 80), draws=5)


@functools.cache
def fitted() -> Fit:
    """What nine months tell of a firm whose letters are opened by half; the rest is held out."""
    half = firm(300).with_changes({"touchpoints.letter.opened": 0.5})
    log = cjsim.simulate(half, seed=3)
    return fit(half, log, free={"touchpoints.letter.opened": (0.1, 0.9)}, until=270.0, people=300)
