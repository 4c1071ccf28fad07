"""From a uniform to what is drawn, by inversion: each draw takes one uniform.

Plain scalar functions that are compiled too. The same bits on every processor: exp and log are
those of `cjsim.model.arithmetic`, and sqrt is exact to the last bit everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import Any

from cjsim.model.arithmetic import exp, log, log1p

_HALF_LOG_2PI = 0.9189385332046727  # ln(2π) / 2
_WIDEST = 8.0
"""The largest standard deviation of a logit; wider, a share is as good as yes or no."""


def exponential(u: float) -> float:
    """Unit exponential by inversion of a uniform in [0, 1), of whose 53 bits 1 - u loses none."""
    return -log(1.0 - u)


def threshold(u: float, inverse_shape: float, scale: float) -> float:
    """Weibull threshold of unit mean: scale · e^(1/shape), e exponential; shape inf gives 1."""
    if inverse_shape == 0.0:
        return 1.0
    e = exponential(u)
    if inverse_shape == 1.0 or e == 0.0:
        return e
    return scale * exp(log(e) * inverse_shape)


def logistic(x: float) -> float:
    """1 / (1 + e^-x), safe at both ends."""
    if x < -700.0:
        return 0.0
    return 1.0 / (1.0 + exp(-x))


def normal(u: float) -> float:
    """Standard normal by inversion: Wichura 1988, algorithm AS 241, 16 digits."""
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        r = 0.180625 - q * q
        num = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r
            + 67265.770927008700853) * r + 45921.953931549871457) * r
            + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
        den = (((((((5226.495278852545925 * r + 28729.085735721942674) * r
            + 39307.89580009271061) * r + 21213.794301586595867) * r
            + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)  # fmt: skip
        return q * num / den
    tail = u if q < 0.0 else 1.0 - u
    if tail <= 0.0:
        tail = 1e-300
    r = sqrt(-log(tail))
    if r <= 5.0:
        r -= 1.6
        num = (((((((0.00077454501427834140764 * r + 0.0227238449892691845833) * r
            + 0.24178072517745061177) * r + 1.27045825245236838258) * r
            + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
        den = (((((((1.05075007164441684324e-9 * r + 0.0005475938084995344946) * r
            + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
            + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        num = (((((((2.01033439929228813265e-7 * r + 0.0000271155556874348757815) * r
            + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
            + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
        den = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
            + 1.8463183175100546818e-5) * r + 0.0007868691311456132591) * r
            + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return -num / den if q < 0.0 else num / den


def poisson(u: float, mean: float, most: int) -> int:
    """Poisson count by inversion of one uniform, `most` at the most."""
    count = 0
    chance = exp(-mean)
    total = chance
    while u >= total and count < most:
        count += 1
        chance = chance * mean / count
        total += chance
    return count


def lognormal(u: float, spread: float) -> float:
    """Lognormal of mean 1 and coefficient of variation `spread`: e^(s z - s²/2), z normal.

    s² = ln(1 + spread²); a spread of 0 gives 1.0.

    >>> lognormal(0.5, 0.0), lognormal(0.5, 1.0)
    (1.0, 0.7071067811865476)
    """
    variance = log1p(spread * spread)
    return exp(sqrt(variance) * normal(u) - 0.5 * variance)


def logit_normal(u: float, median_logit: float, sd: float) -> float:
    """A share whose logit is normal: logistic(median_logit + sd z); `sd` is that of the logit.

    >>> logit_normal(0.5, 0.0, 1.5)
    0.5
    """
    return logistic(median_logit + sd * normal(u))


def fill_normal(drawn: Any, uniforms: Any) -> None:
    """`normal` of each uniform, into an array of the same length."""
    for i in range(len(uniforms)):
        drawn[i] = normal(uniforms[i])


def fill_exponential(drawn: Any, uniforms: Any) -> None:
    """`exponential` of each uniform, into an array of the same length."""
    for i in range(len(uniforms)):
        drawn[i] = exponential(uniforms[i])


def fill_lognormal(drawn: Any, uniforms: Any, spread: float) -> None:
    """`lognormal` of each uniform, into an array of the same length."""
    for i in range(len(uniforms)):
        drawn[i] = lognormal(uniforms[i], spread)


def fill_logit_normal(drawn: Any, uniforms: Any, median_logit: float, sd: float) -> None:
    """`logit_normal` of each uniform, into an array of the same length."""
    for i in range(len(uniforms)):
        drawn[i] = logit_normal(uniforms[i], median_logit, sd)


@lru_cache(maxsize=256)  # takes longer than a market's people, and each world asks the same
def logit_normal_of(mean: float, sd: float) -> tuple[float, float]:
    """(median_logit, sd of the logit) of the shares with this mean and standard deviation.

    Shares of a given mean cannot spread without limit: where `sd` is too wide, the widest logit
    that we allow is taken (8). Integrals are sums over equidistant z, exact to some 1e-13 here.

    >>> median_logit, sd = logit_normal_of(0.3, 0.1)
    >>> f"{median_logit:.6f} {sd:.6f}"
    '-0.894192 0.495778'

    Raises ValueError for a mean outside (0, 1) or a standard deviation outside [0, 0.5).
    """
    if not 0.0 < mean < 1.0:
        raise ValueError(f"mean = {mean}: a share's mean lies between 0 and 1, both excluded")
    if not 0.0 <= sd < 0.5:
        raise ValueError(f"sd = {sd}: a share's standard deviation is at least 0 and below 0.5")
    if mean > 0.5:
        median_logit, wide = logit_normal_of(1.0 - mean, sd)
        return -median_logit, wide
    if sd == 0.0:
        return log(mean) - log1p(-mean), 0.0
    low, high = 0.0, _WIDEST
    median_logit, variance = _median_and_variance(mean, high)
    if variance <= sd * sd:
        return median_logit, high
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        median_logit, variance = _median_and_variance(mean, middle)
        if variance < sd * sd:
            low = middle
        else:
            high = middle
    return median_logit, middle


def _median_and_variance(mean: float, wide: float) -> tuple[float, float]:
    """Median logit of the shares of this mean, at most ½, whose logit is `wide`; their variance.

    Newton's steps, inside bounds that close: below e^(m + wide²/2) and above logistic(m) lies the
    mean of median logit m <= 0.
    """
    # poles of the logistic lie π / wide from the real axis: the error falls as e^(-2π² / step wide)
    step = 0.5 if wide < 1.2 else 0.6 / wide
    nodes = [-9.0 + step * i for i in range(int(26.0 / step) + 1)]
    weights = [exp(-0.5 * z * z) for z in nodes]
    low, high = log(mean) - 0.5 * wide * wide, log(mean) - log1p(-mean)
    median_logit = high
    for _ in range(100):
        total = first = slope = second = 0.0
        for z, weight in zip(nodes, weights, strict=True):
            share = logistic(median_logit + wide * z)
            total += weight  # not sum(): some Pythons round it in another way
            first += weight * (share - mean)
            slope += weight * (share * (1.0 - share))
            second += weight * ((share - mean) * (share - mean))
        if first < 0.0:
            low = median_logit
        else:
            high = median_logit
        after = median_logit - first / slope if slope > 0.0 else low
        if not low < after < high:
            after = 0.5 * (low + high)
        if abs(after - median_logit) <= 1e-13 * (1.0 + abs(after)):
            break
        median_logit = after
    return median_logit, second / total


def power(x: float, y: float) -> float:
    """x^y for x >= 0, as e^(y ln x); exact for y = 1 and where x is 0 or 1.

    >>> power(0.25, 0.5), power(0.0, 2.0)
    (0.5, 0.0)
    """
    if y == 1.0 or x == 1.0:
        return x
    if x == 0.0:
        return 0.0 if y > 0.0 else 1.0
    return exp(y * log(x))


def weibull_scale(inverse_shape: float) -> float:
    """1 / Γ(1 + 1/shape): what makes the mean of `threshold` one. Within 1e-14.

    Stirling's series at a number above 16, divided down by Γ(x + 1) = x Γ(x).

    >>> weibull_scale(1.0), weibull_scale(0.0)
    (1.0, 1.0)
    """
    if inverse_shape == 0.0 or inverse_shape == 1.0:
        return 1.0
    x = 1.0 + inverse_shape
    risen = 1.0
    while x < 16.0:
        risen = risen * x
        x = x + 1.0
    y = 1.0 / (x * x)
    series = 1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y / 1188.0)))
    log_gamma = (x - 0.5) * log(x) - x + _HALF_LOG_2PI + series / x
    return risen * exp(-log_gamma)
