"""Exercise set 12, where to work first: a leak, a chain with a way back, a doubt, a budget."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import numpy as np

from cjsim import Scenario, compare
from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import extra_cost, gain, mark, own, own_allowed
from cjsim.course.sets.explain import ideas
from cjsim.journey import STAGES

# --- 1: a leak ------------------------------------------------------------------------------------

NAMES: Final = tuple(stage.key for stage in STAGES)


def _leak(work: Work) -> bool:
    """The stage that the smallest share passes."""
    return work.choice("largest_leak", NAMES) == "study"


def _weakest(work: Work) -> bool:
    """The stage at which a little better earns most."""
    return work.choice("weakest", NAMES) == "repeat_deal"


# --- 2: a chain -----------------------------------------------------------------------------------

CHAINS: Final[tuple[tuple[tuple[float, ...], float, float], ...]] = (
    ((0.8, 0.5, 0.6), 0.75, 0.0),
    ((0.9, 0.7), 0.5, 0.5),
    ((0.6, 0.8, 0.7, 0.5), 0.8, 0.9),
)
"""Shares that pass, the chance of another deal, the share that begins anew."""


def _no_way_back(work: Work) -> bool:
    """Where nobody begins anew: all shares times 1 / (1 - again)."""
    return all(_gives(work, "deals", chain, _deals(*chain)) for chain in CHAINS[:1])


def _way_back(work: Work) -> bool:
    """Where some begin anew."""
    return all(_gives(work, "deals", chain, _deals(*chain)) for chain in CHAINS[1:])


def _worth_of_all(work: Work) -> bool:
    """One per cent at a stage that is not the last."""
    return all(
        _gives(work, "worth", (*chain, stage), _worth(*chain, stage), 1e-3)
        for chain in CHAINS
        for stage in range(len(chain[0]) - 1)
    )


def _worth_of_last(work: Work) -> bool:
    """At the last stage those who leave are not all lost."""
    return all(
        _gives(work, "worth", (*chain, last), _worth(*chain, last), 1e-3)
        for chain in CHAINS
        for last in [len(chain[0]) - 1]
    )


def _deals(passes: tuple[float, ...], again: float, back: float) -> float:
    """Deals per head: those who get there in one go, over those who do not go round again."""
    before = math.prod(passes[:-1])
    return before * passes[-1] / (1.0 - before * back * (1.0 - passes[-1])) / (1.0 - again)


def _worth(passes: tuple[float, ...], again: float, back: float, stage: int) -> float:
    """The elasticity of deals."""
    better = tuple(share * (1.0 + 1e-6 * (n == stage)) for n, share in enumerate(passes))
    ratio = _deals(better, again, back) / _deals(passes, again, back)
    return math.log(ratio) / math.log(1.0 + 1e-6)


def _gives(
    work: Work, name: str, arguments: tuple[Any, ...], wanted: float, within: float = 1e-6
) -> bool:
    """Does the function give this number? It gets lists of its own."""
    given = [list(one) if isinstance(one, (list, tuple)) else one for one in arguments]
    value = work.call(name, *given)
    with work.running(name):
        return math.isclose(float(value), wanted, abs_tol=within)


# --- 3: a doubt -----------------------------------------------------------------------------------

GAINS: Final = ([4.0, -2.0, 3.0, -1.0], [-5.0, 2.0, 1.0, -2.0], [1.0, 2.0, 3.0])
SEEN: Final = (["a", "a", "b", "b"], ["a", "b", "b", "a"], ["a", "b", "a"])


def _without(work: Work) -> bool:
    """One decision for all worlds; to leave it is one of the two."""
    return all(
        _gives(work, "best_without", (gains,), max(0.0, float(np.mean(gains)))) for gains in GAINS
    )


def _knowing(work: Work) -> bool:
    """A decision for each world, above the one for all."""
    return all(
        _gives(work, "worth_of_knowing", (gains,), _knows(gains, list(range(len(gains)))))
        for gains in GAINS
    )


def _hint(work: Work) -> bool:
    """A decision for each group of worlds that look alike."""
    return all(
        _gives(work, "worth_of_hint", (gains, seen), _knows(gains, seen))
        for gains, seen in zip(GAINS, SEEN, strict=True)
    )


def _nothing(work: Work) -> bool:
    """A hint that is the same everywhere is worth nothing."""
    return all(_gives(work, "worth_of_hint", (gains, ["a"] * len(gains)), 0.0) for gains in GAINS)


def _knows(gains: list[float], seen: list[Any]) -> float:
    """What knowing `seen` before the decision is worth."""
    groups = [[g for g, s in zip(gains, seen, strict=True) if s == one] for one in set(seen)]
    taken = sum(max(0.0, sum(group)) for group in groups) / len(gains)
    return taken - max(0.0, float(np.mean(gains)))


# --- 4: a budget ----------------------------------------------------------------------------------

NOW: Final = {
    "awareness": 0.18, "interest": 0.18, "desire": 0.18, "study": 0.15,
    "comparison": 0.40, "action": 0.15, "repeat_deal": 0.04,
}  # fmt: skip
BUDGET: Final = 0.12
"""Planned loss that can be taken away, in all."""
KEY: Final = "stages.{}.planned_loss"
LIMITS: Final = {KEY.format(name): (max(0.0, loss - BUDGET), loss) for name, loss in NOW.items()}
"""What may be mended, and how far."""
BEST: Final = {KEY.format("comparison"): 0.32, KEY.format("repeat_deal"): 0.0}
"""The best that we know within LIMITS and BUDGET."""
SCORED: Final = {"people": 300, "runs": 20, "seed": 771_201}  # worlds that no lecture shows


def _allowed(work: Work) -> bool:
    """Something is changed, and only within the limits."""
    return own_allowed(work, "my_stages", LIMITS, _firm())


def _budget(work: Work) -> bool:
    """No more is taken away than the budget has points."""
    spent = [LIMITS[key][1] - loss for key, loss in own(work, "my_stages", LIMITS, _firm())]
    return bool(sum(spent) <= BUDGET + 1e-9)


def _profit(work: Work) -> Mark:
    """Profit per person above the firm as it is, as a share of what the best known gains."""
    comparison = _scored(own(work, "my_stages", LIMITS, _firm()))
    best = gain(_scored(tuple(sorted(BEST.items())))).mean
    cost = Amount(extra_cost(comparison), 0, signed=True)
    return mark(gain(comparison), best, cost=cost, digits=0)


@lru_cache(maxsize=1)
def _firm() -> Scenario:
    """The firm as it is."""
    return Scenario.load("corporate_it")


@lru_cache(maxsize=8)
def _scored(changes: tuple[tuple[str, float], ...]) -> Any:
    """A firm beside the one as it is, in worlds nobody has seen."""
    return compare({"now": _firm(), "mine": _firm().with_changes(dict(changes))}, **SCORED)  # type: ignore[arg-type]


TASKS = (
    Task(1, (Check("leak", _leak), Check("weakest", _weakest), *ideas("12", 1)), "explain"),
    Task(2, (
        Check("no_way_back", _no_way_back), Check("way_back", _way_back),
        Check("worth_of_all", _worth_of_all), Check("worth_of_last", _worth_of_last),
    ), "code"),
    Task(3, (
        Check("without", _without), Check("knowing", _knowing),
        Check("hint", _hint), Check("nothing", _nothing),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("budget", _budget), Check("profit", _profit, 3.0),
    ), "code"),
)  # fmt: skip
