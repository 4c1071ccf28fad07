"""How often do the kit's intervals hold the truth?

python -m benchmarks.coverage [--tries 4000] [--seed 1] [--only WORD]

Each case asks the same question of many experiments whose truth is known, and counts in how many
the kit tells an interval, and in how many of those the truth lies within. Prints a table, which
`docs/statistics.md` holds. Writes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from cjsim.experiment.intervals import difference

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


class Tally(NamedTuple):
    """Of `tries` experiments how many told an interval, and in how many of those it held."""

    tries: int
    told: int
    held: int

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
    """Few milliseconds an experiment: the tests ask it again."""

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}, {self.of}, {self.runs}"


def tally(low: npt.ArrayLike, high: npt.ArrayLike, truth: npt.ArrayLike) -> Tally:
    """Count intervals, one per experiment; NaN ends are none told."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    told = np.isfinite(low) & np.isfinite(high)
    held = told & (low <= truth) & (truth <= high)
    return Tally(len(low), int(told.sum()), int(held.sum()))


def of_a_mean(
    draw: Draw, truth: float, runs: int, generator: np.random.Generator, tries: int
) -> Tally:
    """The interval of a mean of runs."""
    found = difference(pd.DataFrame(draw(generator, (runs, tries))))
    return tally(found["low"], found["high"], truth)


DRAWS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda g, size: g.normal(1.0, 1.0, size), 1.0),
    "lognormal, sigma 1": (lambda g, size: g.lognormal(0.0, 1.0, size), float(np.exp(0.5))),
}
RUNS = (2, 3, 5, 10, 20)

CASES: tuple[Case, ...] = tuple(
    Case("mean", of, runs, partial(of_a_mean, draw, truth, runs))
    for of, (draw, truth) in DRAWS.items()
    for runs in RUNS
)


def rows(cases: Iterable[Case], tries: int, seed: int = 1) -> dict[str, Tally]:
    """What each case gives: its name -> tally. Each has a generator of its own."""
    return {case.name: case.ask(generator_of(case, seed), tries) for case in cases}


def generator_of(case: Case, seed: int) -> np.random.Generator:
    """Luck of a case's own, so that adding cases changes no other's row."""
    return np.random.default_rng([seed, *case.name.encode()])


def line(case: Case, found: Tally) -> str:
    """A row of the table."""
    told, error = found.told / found.tries, 2 * found.error
    return (
        f"| {case.kind} | {case.of} | {case.runs} | {found.tries:,} | {100 * told:.0f} % "
        f"| {found.coverage:.3f} ± {error:.3f} |"
    )


HEAD = "| interval | of | runs | experiments | told | holds the truth |\n|---|---|---|---|---|---|"


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
            found = rows([case], asked.tries, asked.seed)[case.name]
            print(line(case, found), flush=True)


if __name__ == "__main__":
    main()
