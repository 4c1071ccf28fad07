"""Where the dial of a key begins and ends, and how far one step of it goes."""

from __future__ import annotations

import math

from cjsim.scenario import Scenario

STEPS = 100
"""Steps from one end of a dial to the other, or a few more."""
MOST = 10
"""Where the dial of a number ends that may be infinite and is."""


def usual_range(scenario: Scenario, key: str, value: float) -> tuple[float, float]:
    """From the lowest value allowed to the highest, or to four times the value, at least 1.

    Where 0 is not allowed, from the first step above it that is.
    """
    limits = scenario.key(key).limits
    low = limits.get("ge", limits.get("gt", min(0.0, 4 * value)))
    high = min(limits.get("le", limits.get("lt", math.inf)), max(1.0, 4 * value))
    if isinstance(value, int):
        return low, max(high, low + 1)
    step = usual_step(min(low, 0.0), high, value)
    if "gt" in limits:
        low += step
    elif low > 0.0:
        low = max(low, step)
    return (low, high - step if "lt" in limits and high == limits["lt"] else high)


def usual_step(low: float, high: float, value: float, steps: int = STEPS) -> float:
    """1, 2 or 5 times a power of ten, on which the value lies: a hand can turn back to it.

    `steps` are how many there are, or a few more.
    """
    widest = 1.05 * (high - low) / steps
    power = math.floor(math.log10(widest))
    for step in (float(f"{n}e{power - finer}") for finer in range(3) for n in (5, 2, 1)):
        away = (value - low) / step
        if step <= widest and abs(away - round(away)) < 1e-6:
            return step
    return 10.0**power
