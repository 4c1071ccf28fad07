"""How often do the kit's luck intervals hold the truth?

python -m benchmarks.coverage [--tries 4000] [--seed 1] [--only WORD]

Each case asks the same question of many experiments whose truth is known, and counts in how many
the kit tells an interval, in how many of those the truth lies within, and how many of those that
miss it say that they are unsure. Prints a table, which `docs/statistics.md` holds. Writes nothing.

The cases of measures of the kit take a reference of 400 worlds, in which they draw again: a few
minutes. The others take one.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

import cjsim
from cjsim.experiment.intervals import difference, notes, ratio_of_spreads, runs_needed, t_interval

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


class Tally(NamedTuple):
    """Of `tries` experiments how many told an interval, and in how many of those it held.

    warned: how many of those that did not hold say "uneven": one or two runs carry the mean.
    """

    tries: int
    told: int
    held: int
    warned: int = 0

    @property
    def coverage(self) -> float:
        """Share of the intervals told that hold the truth."""
        return self.held / self.told if self.told else float("nan")

    @property
    def error(self) -> float:
        """Standard error of `coverage`, that of a share; never 0, so that it can be a scale."""
        return float(np.sqrt(max(self.coverage * (1 - self.coverage), 0.01) / max(self.told, 1)))


@dataclass(frozen=True)
class Case:
    """One row of the table: an interval of some kind, over some runs of something."""

    kind: str
    of: str
    runs: int
    ask: Callable[[np.random.Generator, int], Tally]
    """Generator, how many experiments -> what came of them."""
    cheap: bool = True
    """A second for all experiments: the tests ask it again."""

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}, {self.of}, {self.runs}"


def tally(
    low: npt.ArrayLike, high: npt.ArrayLike, truth: float, warns: npt.ArrayLike = False
) -> Tally:
    """Count intervals, one per experiment; NaN ends are none told."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    told = ~np.isnan(low) & ~np.isnan(high)
    held = told & (low <= truth) & (truth <= high)
    warned = told & ~held & np.asarray(warns, bool)
    return Tally(len(low), int(told.sum()), int(held.sum()), int(warned.sum()))


def of_a_mean(
    draw: Draw, truth: float, runs: int, generator: np.random.Generator, tries: int
) -> Tally:
    """The interval of a mean of runs."""
    values = pd.DataFrame(draw(generator, (runs, tries)))
    interval = difference(values)
    return tally(interval["low"], interval["high"], truth, notes(values)["note"] == "uneven")


def of_a_pair(
    draw: Draw, truth: float, runs: int, generator: np.random.Generator, tries: int
) -> Tally:
    """The interval of the difference of two scenarios that share half of their luck."""
    shared, one, other = (draw(generator, (runs, tries)) for _ in range(3))
    values = pd.DataFrame((shared + 1.5 * other) - (shared + one))
    interval = difference(values)
    return tally(interval["low"], interval["high"], truth / 2, notes(values)["note"] == "uneven")


def of_a_gain(
    draw: Draw, own: float, runs: int, generator: np.random.Generator, tries: int
) -> Tally:
    """The interval of the gain of pairing: luck of spread 1 is shared, `own` is each side's own."""
    ends = []
    for shared, one, other in zip(*(draw(generator, (tries, runs)) for _ in range(3)), strict=True):
        left, right = shared + own * one, shared + own * other
        ends.append(ratio_of_spreads(left + right, right - left)[1:])
    low, high = (1.0 + np.array(ends).T) / 2
    return tally(low, high, (1.0 + own**2) / own**2)


def of_until(
    draw: Draw, truth: float, half_width: float, generator: np.random.Generator, tries: int
) -> Tally:
    """The interval at which `until` stops: from ten runs on, at most doubled."""
    ends = []
    for values in draw(generator, (tries, 500)):
        n, wanted = 0, 10
        while n < wanted:
            n = wanted
            wanted = min(runs_needed(values[:n], half_width), 2 * n, 500)
        ends.append(t_interval(values[:n])[1:])
    low, high = np.array(ends).T
    return tally(low, high, truth)


@cache
def reference(product: str, people: int, measure: str) -> tuple[Floats, Floats]:
    """A measure in 400 worlds under pull and under the guide."""
    sides = {name: cjsim.Scenario.load(product, name) for name in ("pull", "guide")}
    runs = cjsim.compare(sides, people, runs=400, executor="threads").runs[measure].unstack()
    pull, guide = (runs.loc[name].to_numpy(float) for name in sides)
    return pull, guide


def of_the_kit(
    product: str, people: int, measure: str, of: str, runs: int,
    generator: np.random.Generator, tries: int,
) -> Tally:  # fmt: skip
    """A measure of the kit: runs drawn from the reference, whose mean is the truth."""
    pull, guide = reference(product, people, measure)
    values = {"pull": pull, "guide": guide, "guide less pull": guide - pull}[of]
    values = values[~np.isnan(values)]
    drawn = pd.DataFrame(generator.choice(values, (runs, tries)))
    interval = difference(drawn)
    warns = notes(drawn)["note"] == "uneven"
    return tally(interval["low"], interval["high"], float(values.mean()), warns)


def of_a_gain_of_the_kit(
    product: str, people: int, measure: str, runs: int, generator: np.random.Generator, tries: int
) -> Tally:
    """The gain of pairing guide and pull: pairs of runs drawn from the reference."""
    pull, guide = reference(product, people, measure)
    ends = []
    for drawn in generator.integers(0, len(pull), (tries, runs)):
        left, right = pull[drawn], guide[drawn]
        ends.append(ratio_of_spreads(left + right, right - left)[1:])
    low, high = (1.0 + np.array(ends).T) / 2
    return tally(low, high, float((pull.var() + guide.var()) / (guide - pull).var()))


def _rare(share: float, of: Draw) -> Draw:
    """Nothing in most runs, `of` in the others."""
    return lambda g, size: np.where(g.random(size) < share, of(g, size), 0.0)


DRAWS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda g, size: g.normal(1.0, 1.0, size), 1.0),
    "gamma, skewness 1": (lambda g, size: g.gamma(4.0, 0.25, size), 1.0),
    "exponential, skewness 2": (lambda g, size: g.exponential(1.0, size), 1.0),
    "lognormal, sigma 0.5": (lambda g, size: g.lognormal(0.0, 0.5, size), math.exp(0.125)),
    "lognormal, sigma 1": (lambda g, size: g.lognormal(0.0, 1.0, size), math.exp(0.5)),
    "lognormal, sigma 2": (lambda g, size: g.lognormal(0.0, 2.0, size), math.exp(2.0)),
    "t of 5 degrees": (lambda g, size: g.standard_t(5.0, size), 0.0),
    "counts, 3 a run": (lambda g, size: g.poisson(3.0, size).astype(float), 3.0),
    "counts, 1 in 3 runs": (lambda g, size: g.poisson(1 / 3, size).astype(float), 1 / 3),
    "counts, 1 in 10 runs": (lambda g, size: g.poisson(0.1, size).astype(float), 0.1),
    "yes or no, 1 of 2": (lambda g, size: (g.random(size) < 0.5).astype(float), 0.5),
    "yes or no, 1 of 5": (lambda g, size: (g.random(size) < 0.2).astype(float), 0.2),
    "yes or no, 19 of 20": (lambda g, size: (g.random(size) < 0.95).astype(float), 0.95),
    "nothing in 7 of 10, else exponential": (
        _rare(0.3, lambda g, size: g.exponential(1.0, size)), 0.3,
    ),
    "nothing in half, else lognormal": (
        _rare(0.5, lambda g, size: g.lognormal(0.0, 1.0, size)), 0.5 * math.exp(0.5),
    ),
    "nothing in 1 of 5, else normal": (_rare(0.8, lambda g, size: g.normal(5.0, 1.0, size)), 4.0),
}  # fmt: skip
"""Runs of known mean."""
RUNS = (2, 3, 5, 10, 20)
KIT = (
    ("corporate_it", 30, "queue_wait_days"),
    ("corporate_it", 100, "queue_wait_days"),
    ("phone", 100, "first_deals"),
    ("phone", 100, "profit_per_person"),
    ("consulting", 100, "curiosity_trials"),
    ("consulting", 100, "lost_in_queue"),
    ("consulting", 100, "queue_wait_days"),
)


def _cases() -> Iterable[Case]:
    for of, (draw, truth) in DRAWS.items():
        for runs in RUNS:
            yield Case("mean", of, runs, partial(of_a_mean, draw, truth, runs))
    for of in ("normal", "lognormal, sigma 1", "nothing in half, else lognormal"):
        draw, truth = DRAWS[of]
        for runs in RUNS:
            yield Case("paired", of, runs, partial(of_a_pair, draw, truth, runs))
    for of in ("normal", "lognormal, sigma 0.5"):
        for gain, own in ((2, 1.0), (10, 1 / 3)):
            for runs in (3, 5, 10, 20):
                ask = partial(of_a_gain, DRAWS[of][0], own, runs)
                yield Case("gain", f"{gain} x, {of}", runs, ask)
    for of in ("normal", "exponential, skewness 2"):
        for width in (0.2, 0.4, 0.8):
            ask = partial(of_until, *DRAWS[of], width)
            yield Case("until", f"± {width} spreads, {of}", 10, ask, cheap=False)
    for product, people, measure in KIT:
        for of in ("pull", "guide", "guide less pull"):
            for runs in (5, 10, 20):
                ask = partial(of_the_kit, product, people, measure, of, runs)
                name = f"{product}, {people} people, {measure}, {of}"
                yield Case("kit", name, runs, ask, cheap=False)
    for product, measure in (("phone", "first_deals"), ("phone", "profit_per_person")):
        for runs in (5, 10, 20):
            ask = partial(of_a_gain_of_the_kit, product, 100, measure, runs)
            yield Case("gain", f"{product}, 100 people, {measure}", runs, ask, cheap=False)


CASES = tuple(_cases())


def rows(cases: Iterable[Case], tries: int, seed: int = 1) -> dict[str, Tally]:
    """What each case gives: its name -> tally. Each has a generator of its own."""
    return {case.name: case.ask(generator_of(case, seed), tries) for case in cases}


def generator_of(case: Case, seed: int) -> np.random.Generator:
    """Luck of a case's own, so that adding cases changes no other's row."""
    return np.random.default_rng([seed, *case.name.encode()])


def line(case: Case, counts: Tally) -> str:
    """A row of the table."""
    told = 100 * counts.told / counts.tries
    misleads = (counts.told - counts.held - counts.warned) / counts.tries
    return (
        f"| {case.kind} | {case.of} | {case.runs} | {told:.0f} % "
        f"| {counts.coverage:.3f} | {misleads:.3f} |"
    )


HEAD = "| interval | of | runs | told | holds | misleads |\n|---|---|---|---|---|---|"


def main(words: Sequence[str] | None = None, cases: Sequence[Case] = CASES) -> None:
    """Read the arguments, ask every case, print the table as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=4000, help="experiments of each cheap case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose name holds this word")
    asked = parser.parse_args(words)
    print(HEAD)
    for case in cases:
        if asked.only in case.name:
            counts = rows([case], asked.tries, asked.seed)[case.name]
            print(line(case, counts), flush=True)


if __name__ == "__main__":
    main()
