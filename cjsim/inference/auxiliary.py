"""Likelihoods of simpler models: what a log says by itself, before any scenario is asked.

    buying      need cycle and dropout, with lasting differences: each person has a rate of their
                own (gamma), the gaps between deals are gamma with one regularity, and after every
                deal some stop, with a chance of their own (beta)
    contacts    first deals a week by whether a touchpoint was met in the two weeks before: a
                Poisson regression with covariates that vary in time
    repeat      does another deal follow within a cycle and a half? A logistic regression
    contracts   trials, terms and notices: of each what share came to what
    stages      stays as two competing Weibull clocks with censoring, where the log has stages

Each is the truth of a simpler world. What it says of this one, simulations are held against too:
the slope of `buying` at the log's own estimate is among the summaries of a fit (Gallant & Tauchen
1996, "which moments to match").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cjsim.inference.seen import DEALS, Floats, Ints, Lens, Seen
from cjsim.inference.terms import cases, with_interval
from cjsim.journey import RECOMMENDATION, STAGES, Stage
from cjsim.model.events import Event
from cjsim.scenario.tables import Contract

if TYPE_CHECKING:
    import pandas as pd

FIVE_PERCENT: Final = 1.6448536269514722
WEEK: Final = 7.0
AFTER: Final = 2
"""Weeks in which a contact may show in first deals."""
MOST_TOUCHPOINTS: Final = 12
"""The touchpoints most often met are looked at."""
HOLD: Final = 1 / 3.0**2
"""Log ratios are held near 0 by a normal of standard deviation 3, so that all are finite."""
CYCLES: Final = 1.5

Flags = npt.NDArray[np.bool_]
Row = tuple[str, str, float, float, float, int]
"""Part, term, value, low, high, cases."""


# --- buying -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Buyers:
    """What the likelihood of buying needs, one entry per buyer.

    Parameters
    ----------
    repeats : deals after the first that is seen.
    spanned : days from the first deal to the last.
    quiet : days from the last deal to the end.
    logs : sum of the logarithms of the gaps.
    """

    repeats: Floats
    spanned: Floats
    quiet: Floats
    logs: Floats

    @classmethod
    def of(cls, seen: Seen) -> Buyers:
        """Everybody with a deal."""
        rows = np.flatnonzero(seen.rows(*DEALS))
        who, when = seen.person[rows], seen.time[rows]
        same = who[1:] == who[:-1]
        gaps = np.maximum(np.diff(when), 0.5)[same]
        of_gap = who[1:][same]
        count = np.bincount(who, minlength=seen.people)
        last = np.zeros(seen.people)
        last[who] = when
        buys = count > 0
        parts = [
            count - 1.0, np.bincount(of_gap, gaps, seen.people), seen.days - last,
            np.bincount(of_gap, np.log(gaps), seen.people),
        ]  # fmt: skip
        return cls(*(np.asarray(part[buys], float) for part in parts))


BUYING: Final = ("cycle_days", "rate_evenness", "regularity", "stop", "stop_evenness")
"""The numbers of the buying model: days, gamma shape, gamma shape, a share, a + b of a beta."""
ENDS: Final = ((0.0, 12.0), (-2.5, 4.0), (-1.0, 4.0), (-6.0, 6.0), (-1.0, 5.0))
"""Within which they are looked for, on their own scales: logarithms, and log odds of a share."""


def log_likelihood(theta: Floats, buyers: Buyers) -> float:
    """Mean log likelihood of buying, a buyer; theta on the scales of `ENDS`.

    With rates λ ~ gamma(r, r·m), m the mean cycle, gaps ~ gamma(k, k·λ) and stopping ~ beta(a, b):
    after x gaps that span G days, λ is gamma(r + kx, r·m + kG), so that the chance of no deal for c
    days more is that of a beta. At k = 1 it is the MBG/NBD (Batislam et al. 2007).
    """
    from scipy.special import betainc, betaln, gammaln

    m, r, k = np.exp(theta[:3])
    stop, size = 1.0 / (1.0 + math.exp(-theta[3])), math.exp(theta[4])
    a, b = stop * size, (1.0 - stop) * size
    x, shape = buyers.repeats, r + k * buyers.repeats
    left = r * m + k * buyers.spanned
    gaps = (
        r * math.log(r * m) + gammaln(shape) - gammaln(r) - shape * np.log(left)
        + k * x * math.log(k) - x * gammaln(k) + (k - 1.0) * buyers.logs
    )  # fmt: skip
    share = k * buyers.quiet / (left + k * buyers.quiet)
    silent = 1.0 - betainc(k, shape, share)
    stops = betaln(a + 1.0, b + x) - betaln(a, b)
    goes_on = betaln(a, b + x + 1.0) - betaln(a, b)
    return float(np.mean(gaps + np.log(np.exp(stops) + np.exp(goes_on) * silent + 1e-300)))


def slope(theta: Floats, buyers: Buyers) -> Floats:
    """How the mean log likelihood rises with each number: 0 at the estimate of these buyers."""
    if not len(buyers.repeats):
        return np.zeros(len(theta))
    step = 1e-4
    return np.array([
        (log_likelihood(theta + step * one, buyers) - log_likelihood(theta - step * one, buyers))
        / (2.0 * step)
        for one in np.eye(len(theta))
    ])  # fmt: skip


def buying(buyers: Buyers, cycle: float) -> Floats:
    """The likeliest numbers of the buying model, on the scales of `ENDS`."""
    from scipy.optimize import minimize

    start = np.array([math.log(cycle), 0.5, 0.5, -1.0, 1.0])
    start = np.array([min(max(x, low), high) for x, (low, high) in zip(start, ENDS, strict=True)])
    if not len(buyers.repeats):
        return start
    least = minimize(
        lambda theta: -log_likelihood(theta, buyers), start, method="L-BFGS-B",
        jac=lambda theta: -slope(theta, buyers), bounds=ENDS,
    )  # fmt: skip
    return np.asarray(least.x, float)


def _buying(seen: Seen, cycle: float) -> Iterator[Row]:
    buyers = Buyers.of(seen)
    theta = buying(buyers, cycle)
    cases = len(buyers.repeats)
    step = 1e-3
    curve = np.array([
        (slope(theta + step * one, buyers) - slope(theta - step * one, buyers)) / (2.0 * step)
        for one in np.eye(len(theta))
    ])  # fmt: skip
    spread = _errors(-cases * 0.5 * (curve + curve.T))
    for name, value, error, ends in zip(BUYING, theta, spread, ENDS, strict=True):
        inside = ends[0] + step < value < ends[1] - step
        room = FIVE_PERCENT * error if inside and math.isfinite(error) else math.nan
        of = _share_of if name == "stop" else _ratio
        yield "buying", name, of(value), of(value - room), of(value + room), cases


def _share_of(odds: float) -> float:
    """A share from the logarithm of its odds."""
    return 1.0 / (1.0 + math.exp(-min(max(odds, -500.0), 500.0)))


def _errors(information: Floats) -> Floats:
    """Standard errors; infinite where the likelihood has no peak."""
    try:
        variance = np.diag(np.linalg.inv(information + 1e-9 * np.eye(len(information))))
    except np.linalg.LinAlgError:
        return np.full(len(information), np.inf)
    return np.where(variance > 0, np.sqrt(np.abs(variance)), np.inf)


# --- regressions ------------------------------------------------------------------------------


def _newton(
    design: Floats, cases: Floats, weight: Floats, mean: Callable[[Floats], tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    """The likeliest terms of a Poisson or logistic regression, and their standard errors.

    `mean` gives of the linear predictor the mean and its slope. All terms but the first are held.
    """
    hold = np.diag([1e-9] + [HOLD] * (design.shape[1] - 1))
    terms = np.zeros(design.shape[1])
    share = (cases.sum() + 0.5) / (weight.sum() + 1.0)
    terms[0] = math.log(share / (1.0 - share)) if mean is _logistic else math.log(share)
    for _ in range(100):
        middle, rise = mean(design @ terms)
        information = design.T @ (design * (weight * rise)[:, None]) + hold
        step = np.linalg.solve(information, design.T @ (cases - weight * middle) - hold @ terms)
        terms = terms + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    return terms, _errors(information)


def _logistic(x: Floats) -> tuple[Floats, Floats]:
    chance = 1.0 / (1.0 + np.exp(-x))
    return chance, chance * (1.0 - chance)


def _poisson(x: Floats) -> tuple[Floats, Floats]:
    rate = np.exp(x)
    return rate, rate


def _ratios(
    part: str,
    names: list[str],
    terms: Floats,
    errors: Floats,
    cases: int,
    base: Callable[[float], float],
) -> Iterator[Row]:
    """The first term as what it is without all others, the others as ratios."""
    for place, (name, value, error) in enumerate(zip(names, terms, errors, strict=True)):
        of = base if not place else _ratio
        low, high = value - FIVE_PERCENT * error, value + FIVE_PERCENT * error
        yield part, name, of(value), of(low), of(high), cases


def _ratio(log: float) -> float:
    return math.exp(min(log, 700.0))


def _contacts(seen: Seen, lens: Lens) -> Iterator[Row]:
    """First deals a person-week, and how many times more after a contact with each touchpoint."""
    weeks = int(seen.days / WEEK)
    contact = np.flatnonzero((seen.event == Event.CONTACT) & (seen.touchpoint >= 0))
    often = np.bincount(seen.touchpoint[contact], minlength=len(lens.touchpoints))
    chosen = np.sort(np.argsort(-often, kind="stable")[:MOST_TOUCHPOINTS])
    chosen = chosen[often[chosen] > 0]
    if weeks < AFTER + 1 or not len(chosen):
        return
    start, end = _at_risk(seen, weeks)
    week = (seen.time / WEEK).astype(np.int64)
    bits = np.zeros((seen.people, weeks + AFTER + 1), np.int64)
    for bit, point in enumerate(chosen):
        rows = contact[(seen.touchpoint[contact] == point) & (week[contact] < weeks)]
        for later in range(1, AFTER + 1):
            bits[seen.person[rows], week[rows] + later] |= 1 << bit
    column = np.arange(weeks)
    risk = (column >= start[:, None]) & (column <= end[:, None])
    deal = np.zeros((seen.people, weeks), bool)
    won = np.flatnonzero((seen.event == Event.FIRST_DEAL) & (week < weeks))
    deal[seen.person[won], week[won]] = True
    pattern, place = np.unique(bits[:, :weeks][risk], return_inverse=True)
    exposed = np.bincount(place, minlength=len(pattern)).astype(float)
    cases = np.bincount(place, deal[risk], len(pattern)).astype(float)
    design = np.stack([np.ones(len(pattern)), *((pattern >> n) & 1 for n in range(len(chosen)))], 1)
    terms, errors = _newton(design.astype(float), cases, exposed, _poisson)
    names = ["first_deals_a_week", *(lens.touchpoints[point] for point in chosen)]
    yield from _ratios("contacts", names, terms, errors, int(cases.sum()), _ratio)


def _at_risk(seen: Seen, weeks: int) -> tuple[Ints, Ints]:
    """The first and the last week in which each person may make a first deal.

    From the week after they are first seen; who is a customer by then never may.
    """
    begin = np.full(seen.people, np.inf)
    begin[seen.person[::-1]] = seen.time[::-1]
    rows = np.flatnonzero(seen.event == Event.FIRST_DEAL)[::-1]
    end = np.full(seen.people, seen.days)
    end[seen.person[rows]] = seen.time[rows]
    again = np.flatnonzero(seen.event == Event.REPEAT_DEAL)[::-1]
    old = np.full(seen.people, np.inf)
    old[seen.person[again]] = seen.time[again]
    first = np.full(seen.people, np.inf)
    first[seen.person[rows]] = seen.time[rows]
    end = np.where(old < first, -1.0, end)
    return (begin / WEEK).astype(np.int64) + 1, np.floor(end / WEEK).astype(np.int64)


def _repeat(seen: Seen, lens: Lens, cycle: float) -> Iterator[Row]:
    """Whether another deal follows within a cycle and a half: by its place, and complaints."""
    horizon = min(CYCLES * cycle, 0.5 * seen.days)
    rows = np.flatnonzero(seen.rows(*DEALS))
    who, when = seen.person[rows], seen.time[rows]
    if len(rows) < 2:
        return
    same = who[1:] == who[:-1]
    start = np.append(True, ~same)
    nth = np.arange(len(who)) - np.flatnonzero(start)[np.cumsum(start) - 1]
    following = np.append(np.where(same, np.diff(when), np.inf), np.inf)
    early = when <= seen.days - horizon
    columns = {"again": np.ones(len(who)), "second": nth == 1, "later": nth > 1}
    if Event.COMPLAINT in lens.kinds:
        unhappy = np.flatnonzero(seen.event == Event.COMPLAINT)
        line = seen.person[unhappy] * (seen.days + 1.0) + seen.time[unhappy]
        here = who * (seen.days + 1.0) + when
        columns["complained"] = _between(line, here, here + np.minimum(following, horizon))
    columns = {name: x for name, x in columns.items() if np.any(np.asarray(x)[early])}
    design = np.stack([np.asarray(x, float)[early] for x in columns.values()], 1)
    cases = (following[early] <= horizon).astype(float)
    if not len(cases):
        return
    terms, errors = _newton(design, cases, np.ones(len(cases)), _logistic)
    yield from _ratios("repeat", list(columns), terms, errors, len(cases), _share_of)


def _between(line: Floats, low: Floats, high: Floats) -> Flags:
    """Is any of the sorted numbers in a line from low up to high?"""
    return np.asarray(np.searchsorted(line, high) > np.searchsorted(line, low))


# --- contracts and stages ---------------------------------------------------------------------


def _terms(seen: Seen, contract: Contract, lens: Lens) -> Iterator[Row]:
    """Of trials, terms and notices the share that came to something; one without cases is none."""
    for name, yes, count in cases(seen, contract, lens):
        if count:
            yield "contracts", name, *with_interval(yes, count), count


def stays_of(seen: Seen, stage: Stage) -> tuple[Floats, Flags, Flags]:
    """Days of each stay at a stage that began in the log; is it over, and outside the journey?

    Who leaves the category for good, or is awakened by a friend, is taken as still there: another
    clock than those of the stage has rung.
    """
    rows = np.flatnonzero(seen.event == Event.ENTER)
    who, when, at = seen.person[rows], seen.time[rows], seen.stage[rows]
    followed = np.append(who[1:] == who[:-1], False)[: len(rows)]
    until = np.where(followed, np.append(when[1:], 0.0)[: len(rows)], seen.days)
    goes_to = np.where(followed, np.append(at[1:], 0)[: len(rows)], -1)
    mine = at == stage
    over = mine & followed & (goes_to != STAGES[-1])
    lost = over & (goes_to > RECOMMENDATION)
    return (until - when)[mine], over[mine], lost[mine]


def _stages(seen: Seen) -> Iterator[Row]:
    """Of each stage: mean days, regularity (Weibull), and the share that walks away."""
    from scipy.optimize import brentq

    for stage in STAGES[1:-1]:
        days, over, lost = stays_of(seen, stage)
        days = np.maximum(days, 1e-3)
        ended = int(over.sum())
        if ended < 2 or days[over].std() == 0:
            continue
        logs = np.log(days)

        def rise(k: float, logs: Floats = logs, over: Flags = over, ended: int = ended) -> float:
            power = np.exp(k * (logs - logs.max()))
            return float(ended / k + logs[over].sum() - ended * (power @ logs) / power.sum())

        k = brentq(rise, 1e-2, 1e3) if rise(1e3) < 0 else 1e3
        error = 1.0 / math.sqrt(max(-(rise(k * 1.001) - rise(k * 0.999)) / (0.002 * k), 1e-12))
        mean = (np.exp(k * logs).sum() / ended) ** (1.0 / k) * math.gamma(1.0 + 1.0 / k)
        room = math.exp(FIVE_PERCENT / (k * math.sqrt(ended)))
        yield "stages", f"{stage.key}.typical_days", mean, mean / room, mean * room, ended
        room = math.exp(FIVE_PERCENT * error / k)
        yield "stages", f"{stage.key}.regularity", k, k / room, k * room, ended
        out = int(lost.sum())
        yield "stages", f"{stage.key}.planned_loss", *with_interval(out, ended), ended


def likelihoods(
    seen: Seen, lens: Lens, cycle: float, contract: Contract | None = None
) -> pd.DataFrame:
    """What simpler models say of a log: rows (part, term), columns value, low, high, cases.

    Parameters
    ----------
    cycle : days from deal to deal, roughly: where to begin, and what repeat deals are asked for.
    contract : what a deal binds to; not given, nothing is told of contracts.

    Low and high are ends of a 90 % interval, NaN where the likelihood has no peak. Of `contacts`
    and `repeat` the first term is what happens without all others, the others are ratios: of rates,
    and of odds. They are associations: people who will buy meet more touchpoints.
    """
    import pandas as pd

    knows = set(lens.kinds)
    rows: list[Row] = []
    if knows & set(DEALS):
        rows += _buying(seen, cycle)
        rows += _repeat(seen, lens, cycle)
    if {Event.CONTACT, Event.FIRST_DEAL} <= knows:
        rows += _contacts(seen, lens)
    if contract is not None:
        rows += _terms(seen, contract, lens)
    if Event.ENTER in knows:
        rows += _stages(seen)
    index = pd.MultiIndex.from_tuples([row[:2] for row in rows], names=["part", "term"])
    return pd.DataFrame([row[2:] for row in rows], index, ["value", "low", "high", "cases"])
