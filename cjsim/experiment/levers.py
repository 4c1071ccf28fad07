"""Levers of one real size: how each stage is passed better by the same share of those who pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cjsim.experiment.asked import Asked
from cjsim.experiment.search import Floats
from cjsim.journey import SATISFACTION, TWELVE
from cjsim.measures.funnel import funnel
from cjsim.measures.visits import visits
from cjsim.model.population import initial_state
from cjsim.run import Run, simulate
from cjsim.scenario import MAY_WALK_AWAY, Scenario

if TYPE_CHECKING:
    import pandas as pd

PLANNED_LOSS: Final = "planned_loss"
GATE: Final = "gate"
NOTHING_TO_LOSE: Final = "nothing to lose here"
FLAT_GATE: Final = "flat gate"
"""How a stage is passed better: by its `planned_loss`, by the threshold of the gate, or not at all.

`FLAT_GATE`: with a slope of 0 the threshold moves nobody."""

READ_OFF: Final = 5
"""Runs at most off which is read how many pass a stage, and how many more with half the loss."""


class Lever(NamedTuple):
    """How one stage is passed better: the share that passes now and then, and the key that does it.

    `value` is the new value of the key, NaN where nothing can be moved.
    """

    how: str
    passing: float
    better: float
    key: str = ""
    value: float = math.nan

    @property
    def changes(self) -> dict[str, float]:
        """What is changed in the scenario."""
        return {self.key: self.value} if self.key else {}


def levers_of(scenario: Scenario, better: float, question: Asked) -> dict[str, Lever]:
    """How each of the twelve stages is passed better, by the same share of those who really pass.

    What a planned loss does to those who are there depends on who they are and what reaches them:
    it is read off a few runs with half of it.
    """
    seeds = question.seeds[:READ_OFF]
    plans = {stage.key: scenario.stage_plan(stage).planned_loss for stage in TWELVE}
    losing = [s.key for s in TWELVE if s in MAY_WALK_AWAY and plans[s.key] > 0]
    half = {k: scenario.with_changes({f"stages.{k}.planned_loss": plans[k] / 2}) for k in losing}
    ran = each(question, partial(_passage, question), [(scenario, seed) for seed in seeds])
    halved = each(
        question, partial(_passage, question), [(s, seed) for s in half.values() for seed in seeds]
    )
    count = len(seeds)
    after = {k: _share(halved[i * count : (i + 1) * count], k) for i, k in enumerate(losing)}
    levers = {}
    for stage in TWELVE:
        key = stage.key
        if stage == SATISFACTION:
            levers[key] = _gate_lever(scenario, np.concatenate([felt for _, felt in ran]), better)
        elif key in losing:
            levers[key] = _loss_lever(key, plans[key], _share(ran, key), after[key], better)
        else:
            levers[key] = Lever(NOTHING_TO_LOSE, 1.0 - plans[key], 1.0 - plans[key])
    return levers


def _loss_lever(stage: str, loss: float, now: float, after: float, better: float) -> Lever:
    """The planned loss with which so many more pass, from the shares passing at it and at half.

    Of people whose odds of leaving are k times those of the plan p, (1 - p) / (1 - p + k p) stay;
    what else they are lost by is another factor. Two shares tell k. Where they tell none, as nobody
    comes there or too few, people are taken for those of the plan: k = 1.
    """
    ratio = now / after if after > 0 else math.nan
    weight = ratio * (1.0 - loss / 2) * loss - (1.0 - loss) * loss / 2
    odds = (1.0 - loss) * (1.0 - loss / 2) * (1.0 - ratio) / weight if weight > 0 else math.nan
    passing = now
    if not 0.0 < odds < math.inf:
        passing, odds = 1.0 - loss, 1.0
    staying = (1.0 - loss) / (1.0 - loss + odds * loss)
    goal = min(1.0, (1.0 + better) * staying)
    less = (1.0 - goal) / (1.0 - goal + odds * goal) if better else loss
    key = f"stages.{stage}.planned_loss"
    return Lever(PLANNED_LOSS, passing, min(1.0, passing * (goal / staying)), key, less)


def _passage(question: Asked, job: tuple[Scenario, int]) -> tuple[pd.DataFrame, Floats]:
    """Of one run: who passed each stage and who was lost there; satisfaction at the gate."""
    scenario, seed = job
    run = run_of(question, scenario, seed)
    return funnel(run)[["passed", "failed", "lost"]], _at_the_gate(run)


def _share(runs: Sequence[tuple[pd.DataFrame, Floats]], stage: str) -> float:
    """The share of those who left a stage that passed it, over some runs; NaN if nobody left it."""
    passed, failed, lost = sum(counts.loc[stage].to_numpy(float) for counts, _ in runs)
    closed = passed + failed + lost  # whoever fails the gate after a deal did come to the deal
    return float((passed + failed) / closed) if closed else math.nan


def run_of(question: Asked, scenario: Scenario, seed: int) -> Run:
    """One run as it was asked for."""
    return simulate(scenario, question.people, seed=seed, engine=question.engine)


def each(question: Asked, job: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """A job done for every task, in order; on threads unless all is to happen here."""
    if question.executor == "here":
        return [job(task) for task in tasks]
    with ThreadPoolExecutor(question.workers) as threads:
        return list(threads.map(job, tasks))


def _gate_lever(scenario: Scenario, felt: Floats, better: float) -> Lever:
    """Lower the threshold until people of these satisfactions pass better.

    A person passes with logistic(slope · (satisfaction - threshold)) (C49-C50); the mean over the
    people is what rises.
    """
    from scipy.optimize import brentq
    from scipy.special import expit

    gate = scenario.experience

    def passing(threshold: float) -> float:
        return float(np.mean(expit(gate.gate_slope * (felt - threshold))))

    now = passing(gate.gate_threshold)
    if now == 1.0 or gate.gate_slope == 0.0:
        return Lever(FLAT_GATE if now < 1.0 else NOTHING_TO_LOSE, now, now)
    lowest = scenario.key("experience.gate_threshold").limits["ge"]
    goal = now * (1.0 + better)
    lower = lowest
    if passing(lowest) > goal:
        lower = brentq(lambda threshold: passing(threshold) - goal, lowest, gate.gate_threshold)
    return Lever(GATE, now, passing(lower), "experience.gate_threshold", float(lower))


def _at_the_gate(run: Run) -> Floats:
    """The satisfaction of everybody who came to the gate, that of the beginning if nobody did.

    That is at the end of stage 8 and after each repeat deal: one threshold is both doors'.
    """
    stays = visits(run)
    ended = np.flatnonzero(((stays.step == SATISFACTION) & stays.over) | stays.deal)
    if not len(ended):
        return np.array([initial_state(run.scenario, 0.0)["satisfaction"]])
    felt = run.truth()["satisfaction"].to_numpy()
    return np.asarray(felt[stays.row[ended + 1]])  # their next visit begins where this one ends
