"""How well must a firm know where people stand before pushing pays?

python -m benchmarks.break_even [products ...] [--runs 8] [--people N] [--seed 1] [--executor E]

For each product the guide runs at accuracies 0.3 .. 1.0 against pull, on the same people with the
same luck. The break-even accuracy is the lowest one from which on the guide is ahead on average
(`cjsim.experiment.flip`, which looks closer around it for profit; for deals by straight lines
between the same accuracies); "always" means below 0.3, "never" that not even certainty is enough.
The 90 % interval of a break-even comes from drawing the runs again, the one of a gain (+-) from
their spread. Both tell how sure the simulation is of its own scenario, no more: what a touchpoint
does to people is assumed in the preset.

Prints two lines per product, one for profit per person and one for deals. Writes nothing.
The market has the preset's own size unless --people is given: reps and daily costs do not scale
with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from math import inf, isinf

import numpy as np

import cjsim
from cjsim.experiment.flip import FlipPoint, flip_point
from cjsim.scenario import presets

LOWEST, HIGHEST, TRIED = 0.3, 1.0, 8
SHOWN = (0.3, 0.5, 0.7, 0.9, 1.0)
CONFIDENCE = 0.9


def flip(product: str, people: int | None, runs: int, seed: int, executor: str) -> FlipPoint:
    """From which accuracy on does the guide earn more than pull?"""
    return flip_point(
        cjsim.Scenario.load(product, "guide"), "guide.accuracy", claim="guide > pull",
        low=LOWEST, high=HIGHEST, points=TRIED, people=people, runs=runs, seed=seed,
        confidence=CONFIDENCE, executor=executor,
    )  # fmt: skip


def break_even(flips: FlipPoint) -> tuple[float, float, float]:
    """The accuracy from which on the guide is ahead, low, high; -inf always, inf never."""
    if flips.crossings.empty:
        value = -inf if flips.everywhere else inf
        return (value, flips.low, flips.high) if flips.value == value else (value, value, value)
    last = flips.crossings.iloc[-1]
    return (last["value"], last["low"], last["high"]) if last["begins"] else (inf, inf, inf)


def words(accuracy: float) -> str:
    """A break-even accuracy for a table."""
    if isinf(accuracy):
        return "never" if accuracy > 0 else "always"
    return f"{accuracy:.2f}"


def row(product: str, flips: FlipPoint, unit: str) -> str:
    """One line: the break-even, and the gain at some accuracies with half of its interval."""
    scale = 100 / flips.people if flips.measure == "deals" else 1.0
    curve = flips.curve
    gains = []
    for accuracy in SHOWN:
        at = curve[np.isclose(curve["value"], accuracy)].iloc[0]
        half = (at["high"] - at["low"]) / 2
        gains.append(f"{scale * at['difference']:>+9.2f} +-{scale * half:<5.2f}")
    value, low, high = map(words, break_even(flips))
    return (
        f"{product:<13} {unit:<14} {f'{value:>7} [{low}, {high}]':<26} {' '.join(gains).rstrip()}"
    )


def main(words_given: Sequence[str] | None = None) -> None:
    """Read the arguments, run, print the table."""
    first_line = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(description=first_line)
    parser.add_argument("products", nargs="*", default=list(presets()))
    parser.add_argument("--runs", type=int, default=8, help="worlds per accuracy (8)")
    parser.add_argument("--people", type=int, help="size of the market (the preset's own)")
    parser.add_argument("--seed", type=int, default=1, help="the first world's number (1)")
    parser.add_argument("--executor", default="processes", help="where it runs (processes)")
    given = parser.parse_args(words_given)
    if given.runs < 2:
        sys.exit(f"--runs {given.runs}: an interval needs at least 2")
    columns = " ".join(f"{f'at {a:.1f}':>9}        " for a in SHOWN).rstrip()
    print(f"{'product':<13} {'guide - pull':<14} {'break-even accuracy [90 %]':<26} {columns}")
    for product in given.products:
        flips = flip(product, given.people, given.runs, given.seed, given.executor)
        money = cjsim.Scenario.load(product).money
        print(row(product, flips, f"{money} a person"))
        print(row(product, flips.of("deals"), "deals per 100"), flush=True)


if __name__ == "__main__":
    main()
