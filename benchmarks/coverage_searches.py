"""How often searches and rankings hold what is true, on toys whose truth is known.

python -m benchmarks.coverage_searches [--experiments 400] [--case WORD]

One line per case: what is measured, what is wanted, what was measured with its standard error, and
how many experiments. A toy is a function of the values that are searched, with luck that all values
share and luck of their own, in place of a simulation: thousands of experiments take minutes. The
seeds are fixed. `tests/experiment/test_coverage_searches.py` asks the same of fewer experiments.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.experiment.crossing import find
from cjsim.experiment.family import clear_of_all
from cjsim.experiment.flatness import around
from cjsim.experiment.search import Axis, Measured, Space, Tried, search
from cjsim.experiment.weak_point import WeakPoint, weak_point
from cjsim.journey import TWELVE

Floats = npt.NDArray[np.float64]
VALUES = np.linspace(0.0, 1.0, 9)


class Case(NamedTuple):
    """One line of the table.

    `hit` says of one experiment, by its number, whether what is counted happened; `least` and
    `most` are what is wanted of its share.
    """

    name: str
    hit: Callable[[int], bool]
    least: float = 0.0
    most: float = 1.0


# --- The optimum --------------------------------------------------------------------------------


def hill(top: Floats, own: float, runs: int, seed: Sequence[int]) -> Measured:
    """A hill of height 1: every run has luck that all settings share, each setting has its own."""
    shared = np.random.default_rng(seed).normal(0.0, 1.0, runs)

    def measured(points: Floats) -> Floats:
        rows = []
        for point in np.asarray(points, float):
            bits = np.frombuffer(point.tobytes(), np.uint32)
            noise = np.random.default_rng([*seed, *bits]).normal(0.0, own, runs)
            rows.append(1.0 - 4.0 * ((point - top) ** 2).sum() + shared + noise)
        return np.array(rows)

    return measured


def good_enough_holds_the_top(number: int, axes: int, own: float, runs: int) -> bool:
    """Is the true optimum within what is good enough, along every axis?"""
    top = np.random.default_rng([1, number]).uniform(0.1, 0.9, axes)
    tried = Tried(
        Space(tuple(Axis(f"x{i}", 0.0, 1.0) for i in range(axes))),
        hill(top, own, runs, [2, number]),
    )
    search(tried, evaluations=60)
    rows = around(tried, hill(top, own, runs, [3, number])).good_enough
    return bool(((rows["low"] <= top) & (top <= rows["high"])).all())


# --- The flip point -----------------------------------------------------------------------------


def luck(kind: str, draws: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Noise of mean 0 and standard deviation 1; "-lognormal" has its long tail below."""
    if kind == "normal":
        return draws.normal(0.0, 1.0, shape)
    skewed = np.exp(draws.normal(0.0, 1.0, shape)) - math.exp(0.5)
    sign = -1.0 if kind.startswith("-") else 1.0
    return np.asarray(sign * skewed / math.sqrt((math.e - 1.0) * math.e))


def gaps(number: int, kind: str, runs: int, slope: float, own: float, root: float = 0.5) -> Floats:
    """Runs of a line that crosses 0 at a root; half a unit of luck, and of its own a share."""
    draws = np.random.default_rng([4, number, runs])
    shared = 0.5 * luck(kind, draws, (runs, 1))
    return slope * (VALUES - root)[None] + shared + draws.normal(0.0, 0.5 * own, (runs, 9))


def flip_holds_the_root(number: int, kind: str, runs: int, own: float, root: float) -> bool:
    """Does the interval of the crossing hold the root?"""
    low, high = find(VALUES, gaps(number, kind, runs, 1.0, own, root))[0][1:3]
    return low <= root <= high


def flip_from_nothing(number: int, kind: str, runs: int, own: float) -> bool:
    """Is a flip point told though both sides are alike at every value?"""
    crossings = find(VALUES, gaps(number, kind, runs, 0.0, own))
    return any(math.isfinite(crossing.value) for crossing in crossings)


# --- The weak point -----------------------------------------------------------------------------


@cache
def ranking() -> WeakPoint:
    """A ranking to be filled with made-up gains."""
    return weak_point("phone", people=5, runs=2, executor="here")


def best_stage_is_named(number: int, stages: int, runs: int) -> bool:
    """Of stages that are all but equal: is the best one the weak point, or tied with it?"""
    import pandas as pd

    draws = np.random.default_rng([5, number])
    names = [stage.key for stage in TWELVE][:stages]
    truth = 1.0 + 1e-3 * np.arange(stages)
    noise = draws.normal(0.0, 0.3, (runs, 1)) + draws.normal(0.0, 0.5, (runs, stages))
    gains = pd.DataFrame(truth + noise, columns=names)
    table = pd.DataFrame({"gain": gains.mean()}).sort_values("gain", ascending=False)
    ranked = dataclasses.replace(ranking(), gains=gains, table=table)
    return names[-1] in (ranked.stage, *ranked.tied)


# --- Maps ---------------------------------------------------------------------------------------


def map_errs(number: int, cells: int, runs: int, shared: float) -> bool:
    """Is any cell of a map clear of all, though nobody is ahead anywhere?"""
    draws = np.random.default_rng([6, number])
    luck_of_all = shared * draws.normal(0.0, 1.0, runs)
    return bool(clear_of_all(draws.normal(0.0, 1.0, (cells, runs)) + luck_of_all).any())


# --- The table ----------------------------------------------------------------------------------


def cases() -> list[Case]:
    """All cases, in the order in which they are printed."""
    planned = []
    for axes in (1, 2):
        for own, runs in ((0.1, 20), (0.2, 20), (0.4, 20), (0.4, 5)):
            name = f"optimum: {axes} axes, own noise {own}, {runs} runs"
            hit = partial(good_enough_holds_the_top, axes=axes, own=own, runs=runs)
            planned.append(Case(name, hit, least=0.90))
    for kind in ("normal", "lognormal", "-lognormal"):
        for runs, root in ((5, 0.5), (10, 0.5), (20, 0.5), (20, 0.9)):
            hit = partial(flip_holds_the_root, kind=kind, runs=runs, own=0.3, root=root)
            name = f"flip point: {kind} luck, {runs} runs, root {root}"
            planned.append(Case(name, hit, least=0.92 if runs >= 20 else 0.90))
    for kind in ("normal", "lognormal"):
        for runs, own in ((10, 0.5), (20, 0.5), (20, 3.0)):
            hit = partial(flip_from_nothing, kind=kind, runs=runs, own=own)
            name = f"flip told of nothing: {kind} luck, {runs} runs, own {own}"
            planned.append(Case(name, hit, most=0.05))
    for stages, runs in ((3, 20), (8, 5), (8, 20), (9, 20)):
        hit = partial(best_stage_is_named, stages=stages, runs=runs)
        name = f"weak point: best of {stages} is named, {runs} runs"
        planned.append(Case(name, hit, least=0.95))
    for cells, runs, shared in ((25, 10, 0.0), (100, 10, 0.0), (100, 20, 3.0)):
        hit = partial(map_errs, cells=cells, runs=runs, shared=shared)
        name = f"map of nothing: any of {cells} cells, {runs} runs, shared {shared}"
        planned.append(Case(name, hit, most=0.05))
    return planned


def measured(case: Case, experiments: int) -> tuple[float, float]:
    """The share of experiments in which it happened, and its standard error at what is wanted."""
    share = sum(case.hit(number) for number in range(experiments)) / experiments
    wanted = case.least or case.most
    return share, math.sqrt(wanted * (1.0 - wanted) / experiments)


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--experiments", type=int, default=400)
    parser.add_argument("--case", default="", help="only cases with this word in their name")
    asked = parser.parse_args(words)
    print(f"{'case':<58} {'wanted':>8} {'measured':>8} {'error':>6} {'experiments':>12}")
    for case in cases():
        if asked.case in case.name:
            share, error = measured(case, asked.experiments)
            wanted = f">= {case.least:.2f}" if case.least else f"<= {case.most:.2f}"
            print(
                f"{case.name:<58} {wanted:>8} {share:>8.3f} {error:>6.3f} {asked.experiments:>12}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
