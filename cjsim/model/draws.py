"""From a uniform to what is drawn, by inversion: each draw takes one uniform, and says so."""

from __future__ import annotations

from math import exp, log, sqrt


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


def poisson(u: float, mean: float) -> int:
    """Poisson count by inversion of one uniform."""
    count, chance = 0, exp(-mean)
    total = chance
    while u >= total and count < 1000:
        count += 1
        chance = chance * mean / count
        total += chance
    return count
