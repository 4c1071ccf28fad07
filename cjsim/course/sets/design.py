"""What the tasks share in which a strategy is designed: limits, and points for what it gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cjsim.course.checks.form import Amount, Mark, Work

Limits = Mapping[str, tuple[float, float]]


class Gain(NamedTuple):
    """Profit per person above the first scenario of a comparison, with its 95 % luck interval."""

    mean: float
    low: float
    high: float


def possible(changes: Mapping[str, Any], limits: Limits) -> dict[str, float]:
    """The entries whose key and value are within the limits."""
    return {
        key: float(value)
        for key, value in changes.items()
        if key in limits
        and isinstance(value, (int, float))
        and limits[key][0] <= value <= limits[key][1]
    }


def own(work: Work, name: str, limits: Limits) -> tuple[tuple[str, float], ...]:
    """The student's changes, without those that are not allowed: they are one check's affair.

    In an order of their own, as a key for a cache. Nothing allowed is a task not begun.
    """
    changes = possible(work.table(name), limits)
    if not changes:
        raise work.problem("missing", name=name)
    return tuple(sorted(changes.items()))


def gain(comparison: Any, side: str = "mine", less: float = 0.0) -> Gain:
    """What a side earns per person above the first, less costs that the model does not hold."""
    row = comparison.paired().loc[(side, "profit_per_person")]
    return Gain(*(float(row[name]) - less for name in ("difference", "low", "high")))


def extra_cost(comparison: Any) -> float:
    """What the student's firm spends per person above the first."""
    row = comparison.paired().loc[("mine", "costs")]
    return float(row["difference"]) / int(comparison.people)


def mark(mine: Gain, best: float, cost: Amount, digits: int = 1) -> Mark:
    """Points in part: the share of what the best known gains, nothing unless clearly above 0."""
    gains = {"mine": mine.mean, "low": mine.low, "high": mine.high, "best": best}
    note = {name: Amount(value, digits, signed=True) for name, value in gains.items()}
    share = mine.mean / best if mine.low > 0 else 0.0
    return Mark(min(1.0, share), {**note, "cost": cost})
