"""Models of repeat buying with a likelihood: BG/NBD and Pareto/NBD, what others are judged by.

In both, people buy at rates of their own, spread like a gamma, until they silently stop. In BG/NBD
they may stop after each repeat purchase, with a chance of their own, spread like a beta (Fader,
Hardie & Lee 2005, Marketing Science 24(2)); in Pareto/NBD at a rate of their own, spread like a
gamma (Schmittlein, Morrison & Colombo 1987, Management Science 33(1)). Times are in weeks, as
published; any other unit does as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final, Self

import numpy as np

from cjsim.inference.cohorts import Histories, Ints
from cjsim.inference.priors import Floats

DRAWS: Final = 2_001
"""Of which a median is taken."""


@dataclass(frozen=True)
class BGNBD:
    """BG/NBD.

    Parameters
    ----------
    r, alpha : shape, and rate [weeks], of the gamma of purchase rates.
    a, b : of the beta of the chance to stop after a repeat purchase.

    `BGNBD.fit(Cohort.of(log).histories(until))` finds them. Of two customers who were seen for 39
    weeks, with two repeat purchases, the last in week 30, and with none:

    >>> import numpy as np
    >>> from cjsim.inference import BGNBD
    >>> from cjsim.inference.cohorts import Histories, Ints
    >>> model = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)  # of the CDNOW data
    >>> model.expected([13, 52]).round(2).tolist()
    [0.53, 1.45]
    >>> seen = Histories(np.array([2, 0]), np.array([30.43, 0.0]), np.array([38.86, 38.86]))
    >>> model.alive(seen).round(2).tolist(), model.conditional(seen, 39).round(2).tolist()
    ([0.73, 1.0], [1.23, 0.2])
    """

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, seen: Histories) -> Self:
        """The parameters that make what was seen most likely.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        """
        return cls(*most_likely(lambda p: cls(*p).log_likelihood(seen).sum(), (1, 5, 1, 2)))

    def log_likelihood(self, seen: Histories) -> Floats:
        """Of each person's history.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.

        Returns nats by person.
        """
        from scipy.special import betaln, gammaln

        x, recency, age = seen
        r, alpha, a, b = astuple(self)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
        after = np.maximum(x, 1) - 1.0
        stopped = betaln(a + 1.0, b + after) - betaln(a, b) - (r + x) * np.log(alpha + recency)
        return np.asarray(common + np.where(x > 0, np.logaddexp(alive, stopped), alive))

    def alive(self, seen: Histories) -> Floats:
        """The chance that each person has not stopped; 1 without a repeat purchase.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        """
        from scipy.special import expit

        x, recency, age = seen
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1.0)
        odds = odds + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        return np.where(x > 0, expit(-odds), 1.0)

    def expected(self, weeks: Any) -> Floats:
        """Repeat purchases that somebody makes in their first so many weeks, on average.

        Parameters
        ----------
        weeks : since the first purchase, one number or several.
        """
        from scipy.special import hyp2f1

        t = np.asarray(weeks, float)
        r, alpha, a, b = astuple(self)
        left = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1.0, t / (alpha + t))
        return np.asarray((a + b - 1.0) / (a - 1.0) * (1.0 - left))

    def likely(self, seen: Histories, weeks: float, seed: int = 1) -> Ints:
        """The median of what each person buys in the next so many weeks: as many buy more as fewer.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        weeks : after what was seen.
        seed : of the draws of which it is the median.
        """
        luck = np.random.default_rng(seed)
        x, _, age = (np.asarray(part, np.float64)[:, None] for part in seen)
        size = (len(age), DRAWS)
        bought = luck.poisson(luck.gamma(self.r + x, size=size) / (self.alpha + age) * weeks)
        stops_after = luck.geometric(np.maximum(luck.beta(self.a, self.b + x, size), 1e-12))
        alive = luck.random(size) < self.alive(seen)[:, None]
        return _middle(np.where(alive, np.minimum(bought, stops_after), 0))

    def conditional(self, seen: Histories, weeks: float) -> Floats:
        """Purchases that each person makes in the next so many weeks, on average.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        weeks : after what was seen.
        """
        from scipy.special import hyp2f1

        x, _, age = seen
        r, alpha, a, b = self.r + seen.repeats, self.alpha + age, self.a, self.b + x
        left = (alpha / (alpha + weeks)) ** r
        left = left * hyp2f1(r, b, a + b - 1.0, weeks / (alpha + weeks))
        return np.asarray((a + b - 1.0) / (a - 1.0) * (1.0 - left) * self.alive(seen))


@dataclass(frozen=True)
class ParetoNBD:
    """Pareto/NBD.

    Parameters
    ----------
    r, alpha : shape, and rate [weeks], of the gamma of purchase rates.
    s, beta : shape, and rate [weeks], of the gamma of the rates of stopping.

    `ParetoNBD.fit(Cohort.of(log).histories(until))` finds them. Of two customers who were seen for
    39 weeks, with two repeat purchases, the last in week 30, and with none:

    >>> import numpy as np
    >>> from cjsim.inference import ParetoNBD
    >>> from cjsim.inference.cohorts import Histories, Ints
    >>> model = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)  # of the CDNOW data
    >>> model.expected([13, 52]).round(2).tolist()
    [0.53, 1.47]
    >>> seen = Histories(np.array([2, 0]), np.array([30.43, 0.0]), np.array([38.86, 38.86]))
    >>> model.alive(seen).round(2).tolist(), model.conditional(seen, 39).round(2).tolist()
    ([0.87, 0.3], [1.46, 0.11])
    """

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def fit(cls, seen: Histories) -> Self:
        """The parameters that make what was seen most likely.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        """
        return cls(*most_likely(lambda p: cls(*p).log_likelihood(seen).sum(), (1, 10, 1, 10)))

    def log_likelihood(self, seen: Histories) -> Floats:
        """Of each person's history.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.

        Returns nats by person.
        """
        from scipy.special import gammaln

        r, alpha, s, beta = astuple(self)
        common = gammaln(r + seen.repeats) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        return np.asarray(common + np.logaddexp(*self._alive_and_stopped(seen)))

    def _alive_and_stopped(self, seen: Histories) -> tuple[Floats, Floats]:
        """Logarithms of what being alive at the end, and having stopped before, give."""
        x, recency, age = seen
        r, alpha, s, beta = astuple(self)
        alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        first, last = self._primitive(x, recency), self._primitive(x, age)
        gap = np.minimum(last - first, -1e-300)  # of no time, nothing
        stopped = np.log(s) - np.log(r + s + x) + first + np.log(-np.expm1(gap))
        return alive, np.asarray(stopped)

    def _primitive(self, x: Any, t: Floats) -> Floats:
        """Logarithm of (r + s + x) times the integral of
        (alpha + u)^-(r + x) · (beta + u)^-(s + 1) over u from t on."""
        from scipy.special import hyp2f1

        r, alpha, s, beta = astuple(self)
        power, larger = r + s + x, max(alpha, beta)
        other = s + 1.0 if alpha >= beta else r + x
        z = abs(alpha - beta) / (larger + t)
        series = hyp2f1(power, other, power + 1.0, z)
        return np.asarray(np.log(series) - power * np.log(larger + t))

    def alive(self, seen: Histories) -> Floats:
        """The chance that each person has not stopped.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        """
        from scipy.special import expit

        alive, stopped = self._alive_and_stopped(seen)
        return np.asarray(expit(alive - stopped))

    def expected(self, weeks: Any) -> Floats:
        """Repeat purchases that somebody makes in their first so many weeks, on average.

        Parameters
        ----------
        weeks : since the first purchase, one number or several.
        """
        t = np.asarray(weeks, float)
        return np.asarray(self.r / self.alpha * _lived(self.s, self.beta, t))

    def likely(self, seen: Histories, weeks: float, seed: int = 1) -> Ints:
        """The median of what each person buys in the next so many weeks: as many buy more as fewer.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        weeks : after what was seen.
        seed : of the draws of which it is the median.
        """
        luck = np.random.default_rng(seed)
        x, _, age = (np.asarray(part, np.float64)[:, None] for part in seen)
        size = (len(age), DRAWS)
        with np.errstate(divide="ignore", over="ignore"):  # who never stops stays for ever
            stays = luck.exponential(size=size) * (self.beta + age) / luck.gamma(self.s, size=size)
        rates = luck.gamma(self.r + x, size=size) / (self.alpha + age)
        alive = luck.random(size) < self.alive(seen)[:, None]
        return _middle(np.where(alive, luck.poisson(rates * np.minimum(stays, weeks)), 0))

    def conditional(self, seen: Histories, weeks: float) -> Floats:
        """Purchases that each person makes in the next so many weeks, on average.

        Parameters
        ----------
        seen : of `Cohort.histories`: repeat purchases, and times in weeks, by person.
        weeks : after what was seen.
        """
        x, _, age = seen
        rate = (self.r + x) / (self.alpha + age)
        lived = _lived(self.s, self.beta + age, np.asarray(weeks, float))
        return np.asarray(rate * lived * self.alive(seen))


def _middle(draws: Ints) -> Ints:
    """The smallest number that at least half of a row's draws do not exceed."""
    return np.sort(draws, axis=1)[:, (draws.shape[1] - 1) // 2]


def _lived(s: float, beta: Any, t: Floats) -> Floats:
    """Mean time alive within t, the rate of stopping being a gamma: beta/(s-1)·(1-(..)^(s-1))."""
    spent = np.log1p(t / beta)
    if s == 1.0:
        return np.asarray(beta * spent)
    return np.asarray(-beta * np.expm1((1.0 - s) * spent) / (s - 1.0))


def tracking(model: BGNBD | ParetoNBD, birth: Any, weeks: Sequence[int]) -> Floats:
    """Cumulative repeat purchases of a cohort at the end of each week that are expected.

    Parameters
    ----------
    birth : by person, the day of the first purchase, since day 0.
    """
    birth = np.asarray(birth)
    totals = [
        model.expected(np.maximum(0.0, 7.0 * week - 1.0 - birth) / 7.0).sum() for week in weeks
    ]
    return np.array(totals)


def most_likely(gain: Callable[[Floats], float], start: Sequence[float]) -> list[float]:
    """Positive parameters that maximise a log likelihood, from a start."""
    from scipy.optimize import minimize

    def loss(logs: Floats) -> float:
        value = gain(np.exp(logs))
        return -float(value) if np.isfinite(value) else 1e300

    rough = minimize(loss, np.log(start), method="Nelder-Mead", options={"maxiter": 400})
    fine = minimize(loss, rough.x, method="BFGS", options={"gtol": 1e-3})
    best = min((rough, fine), key=lambda found: float(found.fun))
    return [float(value) for value in np.exp(best.x)]
