"""The shapes that [uncertain] may say: from a uniform number to a value, by inversion."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from cjsim.scenario import Uncertain
from cjsim.scenario.keys import Key

Floats = npt.NDArray[np.float64]
Curve = Callable[[Floats], Floats]

NINETY_FIVE: Final = float(special.ndtri(0.95))
"""Standard deviations between the median of a normal and the end that 5 % lie above."""


def values_at(uniforms: Floats, doubt: Uncertain, key: Key) -> Floats:
    """The values of a key at which its doubt has these chances to lie below.

    Parameters
    ----------
    uniforms : between 0 and 1.
    doubt : checked, as a scenario holds it.
    key : for its limits, beyond which nothing is drawn, and for whether it is whole: then each of
        the numbers of a uniform range, its ends too, is as likely.

    >>> from cjsim import Scenario
    >>> price = Scenario.load("phone").key("product.price")
    >>> values_at(np.array([0.0, 0.5]), Uncertain(low=100, high=200), price).tolist()
    [100.0, 150.0]
    """
    room = 0.5 if key.is_whole and doubt.drawn_as == "uniform" else 0.0
    quantile, below = _curves(doubt, room)
    least, most = (_limit(key, ends) for ends in (("ge", "gt"), ("le", "lt")))
    if doubt.low is not None and doubt.high is not None:
        least, most = doubt.low, doubt.high
        values = quantile(uniforms)
    else:
        floor = float(below(np.array([least]))[0]) if math.isfinite(least) else 0.0
        ceiling = float(below(np.array([most]))[0]) if math.isfinite(most) else 1.0
        values = quantile(floor + uniforms * (ceiling - floor))
    if key.is_whole:
        values = np.floor(values + 0.5)
    return np.clip(values, least, most)


def _limit(key: Key, names: tuple[str, str]) -> float:
    """The least or the most that a key allows."""
    limits = [float(key.limits[name]) for name in names if name in key.limits]
    if limits:
        return limits[0]
    return -math.inf if names[0] == "ge" else math.inf


def _curves(doubt: Uncertain, room: float) -> tuple[Curve, Curve]:
    """Chance below -> value, and value -> chance below."""
    shape = doubt.drawn_as
    if doubt.low is not None and doubt.high is not None:
        low, high = doubt.low - room, doubt.high + room
        if doubt.mode is not None:
            return _triangle(low, high, doubt.mode), _nowhere
        if shape == "log-uniform":
            return _in_logs(_line(math.log(low), math.log(high))), _nowhere
        return _line(low, high), _nowhere
    if doubt.mean is not None and doubt.sd is not None:
        if shape == "beta":
            return _beta(doubt.mean, doubt.sd)
        return _around(*_normal_of(shape, doubt.mean, doubt.sd), logs=shape == "lognormal")
    ends = (doubt.five or 0.0, doubt.ninety_five or 0.0)  # said, else nothing is
    logs = shape in ("lognormal", "log-uniform")
    five, ninety_five = map(math.log, ends) if logs else ends
    if shape in ("uniform", "log-uniform"):
        reach = (ninety_five - five) / 0.9 * 0.05
        return _straight(five - reach, ninety_five + reach, logs)
    half = (ninety_five - five) / 2
    return _around((five + ninety_five) / 2, half / NINETY_FIVE, logs=logs)


def _nowhere(values: Floats) -> Floats:
    """Of a shape between low and high nothing is cut off."""
    return np.zeros_like(values)


def _line(low: float, high: float) -> Curve:
    return lambda uniforms: low + uniforms * (high - low)


def _in_logs(curve: Curve) -> Curve:
    return lambda uniforms: np.exp(curve(uniforms))


def _triangle(low: float, high: float, mode: float) -> Curve:
    width = high - low
    if width == 0.0:
        return _line(low, high)
    at = (mode - low) / width

    def quantile(uniforms: Floats) -> Floats:
        rising = low + np.sqrt(uniforms * width * (mode - low))
        falling = high - np.sqrt((1.0 - uniforms) * width * (high - mode))
        return np.where(uniforms < at, rising, falling)

    return quantile


def _straight(low: float, high: float, logs: bool) -> tuple[Curve, Curve]:
    """Uniform from low to high, of the logarithm perhaps."""
    width = high - low or 1.0

    def below(values: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.clip(((np.log(values) if logs else values) - low) / width, 0.0, 1.0)

    line = _line(low, high)
    return _in_logs(line) if logs else line, below


def _normal_of(shape: str, mean: float, sd: float) -> tuple[float, float]:
    """Middle and spread of the normal, or of the normal that a logarithm has."""
    if shape == "normal":
        return mean, sd
    spread = math.sqrt(math.log1p((sd / mean) ** 2))
    return math.log(mean) - spread**2 / 2, spread


def _around(middle: float, spread: float, logs: bool) -> tuple[Curve, Curve]:
    """A normal, or a lognormal."""

    def quantile(uniforms: Floats) -> Floats:
        if spread == 0.0:
            values = np.full_like(uniforms, middle)
        else:
            values = middle + spread * special.ndtri(uniforms)
        return np.asarray(np.exp(values) if logs else values)

    def below(values: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            off = (np.log(values) if logs else values) - middle
            return np.asarray(special.ndtr(off / spread)) if spread else (off >= 0).astype(float)

    return quantile, below


def _beta(mean: float, sd: float) -> tuple[Curve, Curve]:
    size = mean * (1.0 - mean) / sd**2 - 1.0 if sd else math.inf
    if math.isinf(size):
        return _around(mean, 0.0, logs=False)
    one, other = mean * size, (1.0 - mean) * size
    return (
        lambda uniforms: np.asarray(special.betaincinv(one, other, uniforms)),
        lambda values: np.asarray(special.betainc(one, other, np.clip(values, 0.0, 1.0))),
    )
