"""How many people an experiment takes, before it is run: the formulas of any textbook.

They take people for independent of one another. In a market they are not: what word of mouth and
a common desk make of it, only a simulated trial tells (`cjsim.experiment.ab_test`).

Everywhere: `effect` is the difference between the arms, `power` the chance to find it (to have an
interval of `confidence` that leaves 0 out), `share` the share of all people who are in arm B.
"""

from __future__ import annotations

import math
from typing import Final

from cjsim.experiment.intervals import known_confidence

USUAL_POWER: Final = 0.8


def size_per_arm(
    base: float,
    effect: float,
    *,
    power: float = USUAL_POWER,
    confidence: float = 0.95,
    share: float = 0.5,
) -> int:
    """How many people arm B needs so that a change of a share is found.

    Parameters
    ----------
    base : the share in arm A, e.g. 0.02 of all people buy.
    effect : by how much it is to differ in arm B, e.g. 0.001 for 0.1 percentage points.
    power : with which probability such an effect shall be found, 0..1.
    confidence : of the two-sided test, 0..1.
    share : of all people who are in arm B, 0..1.

    With k people in arm A for each in B, p the mean of both shares and z the normal quantiles,

        n = (z_c sqrt((1 + 1/k) p (1 - p)) + z_p sqrt(p_A (1 - p_A) / k + p_B (1 - p_B)))^2 / d^2

    Returns the people of arm B. Raises ValueError for shares and sizes that cannot be.

    >>> size_per_arm(0.02, 0.001)  # C175: a tenth of a point
    315206
    """
    a, b, k = _shares(base, effect, share)
    no_effect, an_effect = _spreads(a, b, k)
    level, of_power = _quantiles(confidence, power)
    return math.ceil(((level * no_effect + of_power * an_effect) / effect) ** 2)


def power_of(
    base: float, effect: float, size: int, *, confidence: float = 0.95, share: float = 0.5
) -> float:
    """The chance to find a change of a share with `size` people in arm B; `size_per_arm` reversed.

    >>> round(power_of(0.02, 0.001, 315_206), 3), round(power_of(0.02, 0.001, 10_000), 2)
    (0.8, 0.07)
    """
    from scipy import special

    a, b, k = _shares(base, effect, share)
    no_effect, an_effect = _spreads(a, b, k)
    level, _ = _quantiles(confidence, USUAL_POWER)
    if an_effect == 0.0:
        return 1.0
    reach = abs(effect) * size**0.5
    return float(special.ndtr((reach - level * no_effect) / an_effect))


def size_for_mean(
    spread: float,
    effect: float,
    *,
    power: float = USUAL_POWER,
    confidence: float = 0.95,
    share: float = 0.5,
) -> int:
    """How many people arm B needs so that a change of a mean is found.

    Parameters
    ----------
    spread : standard deviation between people, in the units of `effect`.

    >>> size_for_mean(2.0, 0.5)
    252
    """
    _must_be(spread >= 0.0, "spread", spread, "0 or more")
    k = _ratio(share)
    level, of_power = _quantiles(confidence, power)
    _must_be(effect != 0.0, "effect", effect, "another number than 0")
    return max(2, math.ceil(((level + of_power) * spread / effect) ** 2 * (1.0 + 1.0 / k)))


def power_for_mean(
    spread: float, effect: float, size: int, *, confidence: float = 0.95, share: float = 0.5
) -> float:
    """The chance to find a change of a mean with `size` people in arm B.

    >>> round(power_for_mean(2.0, 0.5, 252), 2)
    0.8
    """
    from scipy import special

    k = _ratio(share)
    level, _ = _quantiles(confidence, USUAL_POWER)
    if spread == 0.0:
        return 1.0
    return float(special.ndtr(abs(effect) / spread * (size / (1.0 + 1.0 / k)) ** 0.5 - level))


def pairs_needed(
    spread: float, effect: float, *, power: float = USUAL_POWER, confidence: float = 0.95
) -> int:
    """How many people are needed where each can be seen in both arms, with the same luck.

    Only a simulation can do that. What counts is how much a single person's difference varies:
    whoever does the same in both arms adds nothing to it.

    Parameters
    ----------
    spread : standard deviation of the difference of one person.

    >>> pairs_needed(0.1, 0.01)  # one person in a hundred is changed, all to the same side
    785
    """
    _must_be(spread >= 0.0, "spread", spread, "0 or more")
    _must_be(effect != 0.0, "effect", effect, "another number than 0")
    level, of_power = _quantiles(confidence, power)
    return max(2, math.ceil(((level + of_power) * spread / effect) ** 2))


def _spreads(a: float, b: float, k: float) -> tuple[float, float]:
    """Of the difference, times the root of B's size: were there no effect, and as there is one."""
    mean = (k * a + b) / (1.0 + k)
    pooled = (1.0 + 1.0 / k) * mean * (1.0 - mean)
    return math.sqrt(pooled), math.sqrt(a * (1.0 - a) / k + b * (1.0 - b))


def _shares(base: float, effect: float, share: float) -> tuple[float, float, float]:
    """Both arms' shares, and people in A for each in B."""
    _must_be(0.0 <= base <= 1.0, "base", base, "a share, from 0 to 1")
    _must_be(0.0 <= base + effect <= 1.0, "effect", effect, f"such that {base:g} + it is a share")
    _must_be(effect != 0.0, "effect", effect, "another number than 0")
    return base, base + effect, _ratio(share)


def _ratio(share: float) -> float:
    _must_be(0.0 < share < 1.0, "share", share, "between 0 and 1")
    return (1.0 - share) / share


def _quantiles(confidence: float, power: float) -> tuple[float, float]:
    from scipy import special

    known_confidence(confidence)
    _must_be(0.0 < power < 1.0, "power", power, "between 0 and 1, e.g. 0.8")
    return float(special.ndtri(0.5 + confidence / 2)), float(special.ndtri(power))


def _must_be(is_so: bool, name: str, value: float, allowed: str) -> None:
    if not is_so:
        raise ValueError(f"{name} = {value:g}: must be {allowed}")
