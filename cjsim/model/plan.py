"""The plan: at which rates both clocks run at each stage, so that the untouched keep to it.

A person's step-on clock runs at lambda · A, the other at mu · B, where A and B are what need,
speed, trust, rationality and a known rival make of it. With Weibull thresholds of shape k such a
person steps on with chance 1 / (1 + (mu B / lambda A)^k) and stays
((lambda A)^k + (mu B)^k)^(-1/k) days on average. Lambda and mu are solved so that a cohort with
traits as drawn, weighted by who gets to the stage, loses `planned_loss` and stays `typical_days`.

They are solved for the people of `[plan.at]`, whoever walks now: a cause that was solved away in
each setting anew would do nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple

from cjsim.journey import (
    ACTION,
    COMPARISON,
    DORMANT,
    REPEAT_DEAL,
    STAGES,
    STUDY,
    TWELVE,
    UNAWARE,
    WITH_RIVAL,
)
from cjsim.model.draws import logit_normal_of, weibull_scale
from cjsim.model.quickest import exp, log, log1p, logistic
from cjsim.scenario import PlanAt, Scenario, Segment

WIDEST_Z = 9.0
"""Standard deviations within which rationality is integrated: beyond lies 2e-19."""

StageTerms = tuple[float, float, float]
"""Typical days, planned loss and regularity of a stage."""


class Rates(NamedTuple):
    """Rates per stage at factors 1, per day: lambda steps on, mu walks away."""

    step: tuple[float, ...]
    walk: tuple[float, ...]
    cancel: float  # mu of stage 9 under a contract


class Node(NamedTuple):
    """A part of the cohort whose people are alike but for their speed."""

    weight: float  # how many of them get to the stage
    need: float
    trust: float
    rationality: float
    slowness: float  # mean of 1 / speed


class Clocks(NamedTuple):
    """What a node's people are to the two clocks of a stage."""

    weight: float
    step: float  # A without speed
    walk: float  # B without speed
    slowness: float  # mean of 1 / speed where speed acts, else 1


def rates_of(scenario: Scenario) -> Rates:
    """The rates that a scenario's plan gives each of the stages, before complexity and effort."""
    terms = [scenario.stage_plan(stage) for stage in TWELVE]
    return solved(
        scenario.plan.at,
        tuple((t.typical_days, t.planned_loss, t.regularity) for t in terms),
        (scenario.market.onset_days, scenario.market.return_days),
    )


@lru_cache(maxsize=64)
def solved(at: PlanAt, terms: tuple[StageTerms, ...], waits: tuple[float, float]) -> Rates:
    """The rates for people `at`, `terms` of the twelve stages, mean days to wake from 0 and 14."""
    step, walk = [0.0] * len(STAGES), [0.0] * len(STAGES)
    shapes = [k for _, _, k in terms[STUDY - 1 : ACTION] if k < inf]
    cohort = _cohort(at, max(shapes, default=1.0))
    step[UNAWARE] = _slowness([(n.weight, n.need) for n in cohort]) / waits[0]
    step[DORMANT] = _slowness([(n.weight, 0.5 + n.trust) for n in cohort]) / waits[1]
    skipping: list[float] = []  # how many go from study straight to action
    for stage in TWELVE:
        clocks = [_clocks(node, stage, stage == COMPARISON, at.competition) for node in cohort]
        if stage == ACTION:
            alone = [
                _clocks(node._replace(weight=weight), stage, False, at.competition)
                for node, weight in zip(cohort, skipping, strict=True)
            ]
            known = [_clocks(node, stage, True, at.competition) for node in cohort]
            clocks = [*alone, *known]
        step[stage], walk[stage], passing = _solve(clocks, *terms[stage - 1])
        if stage == STUDY:
            skipping = [
                w * (1.0 - node.rationality) for w, node in zip(passing, cohort, strict=True)
            ]
            passing = [w * node.rationality for w, node in zip(passing, cohort, strict=True)]
        elif stage == ACTION:
            half = len(cohort)
            passing = [a + b for a, b in zip(passing[:half], passing[half:], strict=True)]
        cohort = [
            node._replace(weight=weight) for node, weight in zip(cohort, passing, strict=True)
        ]
        if stage == REPEAT_DEAL:
            cancel = _cancelling(clocks, *terms[stage - 1])
    step[WITH_RIVAL] = step[REPEAT_DEAL]
    return Rates(tuple(step), tuple(walk), cancel)


def _cohort(at: PlanAt, shape: float) -> list[Node]:
    """The people of the plan, as drawn: segments, motives and rationality are independent."""
    parts = at.segments or (Segment(name="all"),)
    motives = ((at.pain_share, at.pain_need), (1.0 - at.pain_share, at.dream_need))
    slowness = 1.0 + at.speed_spread * at.speed_spread  # mean of 1 / speed, lognormal of mean 1
    return [
        Node(
            part.share * share * weight,
            need * part.need,
            min(1.0, at.prior_trust * part.trust),
            rationality,
            slowness / part.speed,
        )
        for part in parts
        for share, need in motives
        for weight, rationality in _rationality(at, shape)
        if share > 0.0
    ]


def _rationality(at: PlanAt, shape: float) -> list[tuple[float, float]]:
    """Weights and values of rationality: a sum over equidistant z, as close as a double can tell.

    The narrowest feature is the fork of the two clocks, 1 / (shape · width) wide.
    """
    if at.rationality_spread == 0.0:
        return [(1.0, at.rationality_mean)]
    median_logit, width = logit_normal_of(at.rationality_mean, at.rationality_spread)
    step = min(0.5, 0.6 / width, 2.0 / (shape * width))
    half = int(WIDEST_Z / step)
    places = [step * i for i in range(-half, half + 1)]
    total = sum_of([exp(-0.5 * z * z) for z in places])
    return [(exp(-0.5 * z * z) / total, logistic(median_logit + width * z)) for z in places]


def _clocks(node: Node, stage: int, rival_known: bool, competition: float) -> Clocks:
    """A and B of the rules (`rules.step_rate`, `rules.walk_rate`) at prior trust, unreached."""
    before_the_deal = stage <= ACTION
    step = node.need * (0.5 + node.trust) if before_the_deal else 1.0
    if stage == STUDY or stage == COMPARISON:
        step = step * (1.5 - node.rationality)
    walk = 1.5 - node.trust
    if rival_known:
        walk = walk * (1.0 + competition)
    speed_acts = before_the_deal or stage == REPEAT_DEAL
    return Clocks(node.weight, step, walk, node.slowness if speed_acts else 1.0)


def _solve(
    clocks: Sequence[Clocks], days: float, loss: float, shape: float
) -> tuple[float, float, list[float]]:
    """Lambda, mu, and how many of each part step on.

    First the ratio mu / lambda, which alone decides how many walk away, then the pace.
    """
    total = sum_of([c.weight for c in clocks])
    if loss == 0.0:
        stay = sum_of([c.weight * c.slowness / c.step for c in clocks]) / total
        return stay / days, 0.0, [c.weight for c in clocks]
    pulls = [log(c.walk / c.step) for c in clocks]
    ratio = _log_ratio([c.weight / total for c in clocks], pulls, loss, shape)
    odds = [shape * (ratio + pull) for pull in pulls]  # of walking away, as logarithms
    stay = sum_of([
        c.weight * c.slowness / c.step * exp(-_softplus(x) / shape)
        for c, x in zip(clocks, odds, strict=True)
    ]) / total  # fmt: skip
    step = stay / days
    passing = [c.weight * logistic(-x) for c, x in zip(clocks, odds, strict=True)]
    return step, step * exp(ratio), passing


def _cancelling(clocks: Sequence[Clocks], days: float, loss: float, shape: float) -> float:
    """The mu at which a cohort that is bound for `days` loses `loss` of itself, whatever its speed.

    Only the walk-away clock runs: of those at mu · B, e^(-(mu B days Γ(1 + 1/k))^k) stay.
    """
    if loss == 0.0:
        return 0.0
    total = sum_of([c.weight for c in clocks])
    shares, pulls = [c.weight / total for c in clocks], [log(c.walk) for c in clocks]
    alone = log(-log1p(-loss)) / shape  # of mu B days Γ, as a logarithm
    low, high = alone - max(pulls), alone - min(pulls)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        hazards = [exp(shape * (middle + pull)) for pull in pulls]
        staying = sum_of([w * exp(-h) for w, h in zip(shares, hazards, strict=True)])
        if staying > 1.0 - loss:
            low = middle
        else:
            high = middle
    return exp(low) * weibull_scale(1.0 / shape) / days


def _log_ratio(shares: Sequence[float], pulls: Sequence[float], loss: float, shape: float) -> float:
    """log(mu / lambda) at which a mixture loses `loss`: Newton's steps inside closing bounds."""
    alone = (log(loss) - log1p(-loss)) / shape
    low, high = alone - max(pulls), alone - min(pulls)
    ratio = 0.5 * (low + high)
    for _ in range(200):
        passes = [logistic(-shape * (ratio + pull)) for pull in pulls]
        excess = sum_of([w * p for w, p in zip(shares, passes, strict=True)]) - (1.0 - loss)
        slope = shape * sum_of([w * p * (1.0 - p) for w, p in zip(shares, passes, strict=True)])
        if excess > 0.0:
            low = ratio
        else:
            high = ratio
        better = ratio + excess / slope if slope > 0.0 else low
        if not low <= better <= high:
            better = 0.5 * (low + high)
        if abs(better - ratio) <= 1e-15 * (1.0 + abs(ratio)):
            return better
        ratio = better
    return ratio


def _softplus(x: float) -> float:
    """log(1 + e^x), safe at both ends."""
    return x + log1p(exp(-x)) if x > 0.0 else log1p(exp(x))


def _slowness(weighed: Sequence[tuple[float, float]]) -> float:
    """Mean of 1 / rate over (weight, rate)."""
    return sum_of([w / rate for w, rate in weighed]) / sum_of([w for w, _ in weighed])


def sum_of(values: Sequence[float]) -> float:
    """Their sum in the order given; sum() rounds in another way in some Pythons."""
    total = 0.0
    for value in values:
        total = total + value
    return total
