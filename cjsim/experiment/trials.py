"""One experiment of a firm, lived in one world, and what it would have found had it known all.

The firm sees its own experiment: some people, regions or weeks under A, the others under B. Here
the same world is also lived with everybody under A, and with everybody under B: their difference is
the truth that the experiment is after.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.engine import Simulation
from cjsim.experiment.intervals import t_interval, t_quantile
from cjsim.log import SPENT_ON
from cjsim.measures.visits import seen
from cjsim.model.arms import Assignment, region_of
from cjsim.model.events import Event
from cjsim.model.population import uniforms
from cjsim.model.streams import ARM
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario

Floats = npt.NDArray[np.float64]
DESIGNS: Final = ("person", "holdout", "region", "switchback")


def _events(*events: Event) -> Callable[[Run], Floats]:
    return lambda run: np.isin(run.events.rows["event"], events).astype(float)


def _revenue(run: Run) -> Floats:
    rows = run.events.rows
    paid = np.isin(rows["event"], (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT))
    return np.where(paid, rows["amount"], 0.0)


def _margin(run: Run) -> Floats:
    rows, product = run.events.rows, run.scenario.product
    spent = np.where(np.isin(rows["event"], SPENT_ON), rows["amount"], 0.0)
    first, again = (_events(event)(run) for event in (Event.FIRST_DEAL, Event.REPEAT_DEAL))
    costs = (first + again) * product.unit_cost + first * product.first_deal_extra_cost
    return np.asarray(_revenue(run) + spent - costs)


MEASURES: Final[Mapping[str, Callable[[Run], Floats]]] = {
    "first_deals": _events(Event.FIRST_DEAL),
    "deals": _events(Event.FIRST_DEAL, Event.REPEAT_DEAL),
    "revenue": _revenue,
    "margin": _margin,
    "opt_outs": _events(Event.OPT_OUT),
}
"""What can be told of each single person: what each row of the log adds to it.

The margin is revenue less the product's costs and what was spent on the person; what runs whoever
comes, touchpoints by the day and reps, belongs to nobody.
"""
SHARES: Final = ("first_deals", "opt_outs")
"""Those that are 0 or 1."""
MONEY: Final = ("revenue", "margin")


@dataclass(frozen=True)
class Trial:
    """An experiment as it is set up; see `cjsim.experiment.ab_test`."""

    a: Scenario
    b: Scenario
    measure: str
    design: str
    share: float
    regions: int
    period: float
    wash_out: float
    people: int
    confidence: float
    engine: str | type[Simulation] = "auto"


class Lived(NamedTuple):
    """What came of a trial in one world; means are per person.

    `estimate` is with its interval what the firm finds, `raw` what it finds without wash-out,
    `truth` the difference were all under B to all under A. `base` and `spread` are mean and
    standard deviation of people under A, `paired` that of the difference of one person under both.
    """

    estimate: float
    low: float
    high: float
    raw: float
    truth: float
    base: float
    spread: float
    paired: float
    mean_a: float
    mean_b: float
    size_a: int
    size_b: int


def live(trial: Trial, seed: int) -> Lived:
    """The trial in the world of a seed, and both markets in which everybody is treated alike."""
    all_a, all_b = (_lived(trial, one, seed) for one in (trial.a, trial.b))
    there = seen(all_a)
    under_a, under_b = (per_person(trial, run)[there] for run in (all_a, all_b))
    gaps = under_b - under_a
    of_a = float(under_a.mean()), float(under_a.std()), float(gaps.std())
    if trial.design == "switchback":
        windows, by_turns = _switched(trial, seed)
        rates = [_in_windows(trial, run, windows) for run in (all_a, all_b)]
        truth, in_b = float((rates[1] - rates[0]).mean()), sum(one.arm for one in windows)
        return Lived(*by_turns, truth, *of_a, math.nan, math.nan, len(windows) - in_b, in_b)
    run = _lived(trial, trial.a, seed, _assignment(trial))
    assert run.split is not None
    values, of, known = per_person(trial, run), run.split.of, seen(run)
    arms = [values[known & (of == arm)] for arm in (0, 1)]
    if trial.design == "region":
        region = region_of(run.lives, len(run), trial.regions)
        arms = _by_region(values, region, of, known)
        estimated = means_apart(arms[0], arms[1], trial.confidence)
    elif trial.measure in SHARES:
        estimated = shares_apart(arms[0], arms[1], trial.confidence)
    else:
        estimated = means_apart(arms[0], arms[1], trial.confidence)
    a, b = (float(arm.mean()) if len(arm) else math.nan for arm in arms)
    in_a, in_b = (int((known & (of == arm)).sum()) for arm in (0, 1))
    return Lived(*estimated, estimated[0], float(gaps.mean()), *of_a, a, b, in_a, in_b)


def _lived(trial: Trial, scenario: Scenario, seed: int, arms: Assignment | None = None) -> Run:
    return simulate(scenario, trial.people, seed=seed, engine=trial.engine, arms=arms)


def _assignment(trial: Trial) -> Assignment:
    regions = trial.regions if trial.design == "region" else 0
    return Assignment((trial.b,), (1.0 - trial.share, trial.share), regions)


def per_person(trial: Trial, run: Run) -> Floats:
    """The measure of each life."""
    rows, amounts = run.events.rows, MEASURES[trial.measure](run)
    return np.asarray(np.bincount(rows["person"], amounts, minlength=run.lives), np.float64)


# --- what the firm makes of it ------------------------------------------------------------------


def shares_apart(a: Floats, b: Floats, confidence: float) -> tuple[float, float, float]:
    """Difference of two shares, B less A, with Newcombe's interval (1998): (value, low, high).

    Of two Wilson intervals, so that an arm in which nobody or everybody bought has one too. NaN
    where an arm is empty.
    """
    if not len(a) or not len(b):
        return math.nan, math.nan, math.nan
    (p, p_low, p_high), (q, q_low, q_high) = (wilson(arm, confidence) for arm in (a, b))
    gap = q - p
    low = gap - math.hypot(q - q_low, p_high - p)
    return gap, low, gap + math.hypot(q_high - q, p - p_low)


def wilson(values: Floats, confidence: float) -> tuple[float, float, float]:
    """A share of people with its interval by Wilson (1927)."""
    from scipy import special

    n, share = len(values), float(np.minimum(values, 1.0).mean())
    z = float(special.ndtri(0.5 + confidence / 2))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return share, min(share, middle - reach), max(share, middle + reach)


def means_apart(a: Floats, b: Floats, confidence: float) -> tuple[float, float, float]:
    """Difference of two means, B less A, with Welch's interval (1947): (value, low, high).

    The values are those of people, or the means of regions. The ends are NaN where an arm has
    fewer than two.
    """
    if len(a) < 2 or len(b) < 2:
        gap = float(b.mean() - a.mean()) if len(a) and len(b) else math.nan
        return gap, math.nan, math.nan
    gap = float(b.mean() - a.mean())
    parts = [float(arm.var(ddof=1)) / len(arm) for arm in (a, b)]
    error = sum(parts)
    if error == 0.0:
        return gap, math.nan, math.nan
    freedom = error**2 / sum(
        part**2 / (len(arm) - 1) for part, arm in zip(parts, (a, b), strict=True)
    )
    reach = t_quantile(confidence, math.floor(freedom) + 1) * error**0.5
    return gap, gap - reach, gap + reach


def _by_region(values: Floats, region: Any, of: Any, known: Any) -> list[Floats]:
    """The mean of each region, by arm."""
    counts = np.bincount(region[known])
    sums = np.bincount(region[known], values[known], minlength=len(counts))
    arm = np.zeros(len(counts), np.int64)
    arm[region] = of
    means = sums / np.maximum(counts, 1)
    return [means[(arm == which) & (counts > 0)] for which in (0, 1)]


# --- A and B by turns ---------------------------------------------------------------------------


class Window(NamedTuple):
    """One period of a switchback: from when to when, and which arm holds."""

    begin: float
    end: float
    arm: int


def windows_of(trial: Trial, seed: int) -> list[Window]:
    """The periods; of each two one is A's and one B's, by lot which comes first."""
    pairs = int(trial.a.horizon_days // (2 * trial.period))
    first = (uniforms(seed, pairs, 2, ARM)[:, 0] < 0.5).astype(int)
    return [
        Window(nth * trial.period, (nth + 1) * trial.period, int(first[nth // 2]) ^ (nth % 2))
        for nth in range(2 * pairs)
    ]


def switching(trial: Trial, windows: list[Window]) -> Scenario:
    """The scenario of A, with whatever makes it B's in B's periods."""
    keys = {key: then for key, (_, then) in trial.a.diff(trial.b).items()}
    changes = [change.model_dump(exclude_defaults=True) for change in trial.a.changes]
    for window in windows:
        if window.arm:
            changes.append({"day": window.begin, "until": window.end, **keys})
    return trial.a.with_changes({"changes": changes})


def _switched(trial: Trial, seed: int) -> tuple[list[Window], tuple[float, float, float, float]]:
    """A switchback, analysed by pairs of periods."""
    windows = windows_of(trial, seed)
    run = _lived(trial, switching(trial, windows), seed)
    low_high = _paired(trial, _in_windows(trial, run, windows), windows)
    raw = _paired(trial, _in_windows(trial, run, windows, 0.0), windows)
    return windows, (*low_high, raw[0])


def _paired(trial: Trial, rates: Floats, windows: list[Window]) -> tuple[float, float, float]:
    """B less A of each pair of periods: mean and interval."""
    signs = np.array([1.0 if window.arm else -1.0 for window in windows])
    return t_interval((rates * signs).reshape(-1, 2).sum(axis=1), trial.confidence)


def _in_windows(
    trial: Trial, run: Run, windows: list[Window], wash_out: float | None = None
) -> Floats:
    """The measure per person in each period after its wash-out, as if it lasted all the days."""
    rows, amounts = run.events.rows, MEASURES[trial.measure](run)
    cut = trial.wash_out if wash_out is None else wash_out
    totals = [
        amounts[(rows["time"] >= one.begin + cut) & (rows["time"] < one.end)].sum()
        for one in windows
    ]
    scale = trial.a.horizon_days / (trial.period - cut) / int(seen(run).sum())
    return np.array(totals) * scale
