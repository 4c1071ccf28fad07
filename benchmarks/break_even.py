"""How well must a firm know where people stand before pushing pays?

python benchmarks/break_even.py [products ...] [--runs 8] [--people N] [--seed 1]

For each product the guide runs at accuracies 0.3 .. 1.0 against pull, on the same people with the
same luck. The break-even accuracy is the lowest one from which on the guide is ahead on average,
by straight lines between the accuracies tried; "always" means below 0.3, "never" that not even
certainty is enough. The interval holds 90 % of the values found when the runs are drawn again with
replacement (2000 times). It tells how sure the simulation is of its own scenario, no more: what a
touchpoint does to people is assumed in the preset.

Prints two lines per product, one for profit per person and one for deals. Writes nothing.
The market has the preset's own size unless --people is given: reps and daily costs do not scale
with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

import cjsim
from cjsim import scenario_file

Floats = npt.NDArray[np.float64]

ACCURACIES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SHOWN = (0.3, 0.5, 0.7, 0.9, 1.0)
DRAWS = 2000


def outcome(scenario: cjsim.Scenario, people: int | None, seed: int) -> tuple[float, float]:
    """Profit per person and deals per 100 people of one run."""
    run = cjsim.simulate(scenario, people, seed)
    numbers = run.summary()
    deals = numbers["first_deals"] + numbers["repeat_deals"]
    return float(numbers["profit_per_person"]), float(100.0 * deals / len(run))


def gains(product: str, people: int | None, seeds: Sequence[int]) -> Floats:
    """Guide less pull, array (run, accuracy, measure); measures: profit per person, deals."""
    pull = cjsim.Scenario.load(product, "pull")
    guide = cjsim.Scenario.load(product, "guide")
    guides = [guide.with_changes({"strategies.guide.accuracy": a}) for a in ACCURACIES]
    found = []
    for seed in seeds:
        base = np.array(outcome(pull, people, seed))
        found.append([np.array(outcome(one, people, seed)) - base for one in guides])
    return np.array(found)


def break_even(gain: Floats) -> float:
    """The accuracy from which on a curve over ACCURACIES is above 0; -inf always, inf never."""
    behind = np.flatnonzero(gain <= 0)
    if not len(behind):
        return -np.inf
    last = behind[-1]
    if last == len(gain) - 1:
        return np.inf
    low, high = gain[last], gain[last + 1]
    step = ACCURACIES[last + 1] - ACCURACIES[last]
    return float(ACCURACIES[last] + step * (-low) / (high - low))


def interval(curves: Floats, draws: int = DRAWS, seed: int = 0) -> tuple[float, float]:
    """Where 90 % of the break-evens lie when runs are drawn again; curves: (run, accuracy)."""
    picks = np.random.default_rng(seed).integers(len(curves), size=(draws, len(curves)))
    found = np.sort([break_even(curves[pick].mean(axis=0)) for pick in picks])
    return float(found[int(0.05 * draws)]), float(found[int(0.95 * draws) - 1])


def words(accuracy: float) -> str:
    """A break-even accuracy for a table."""
    if np.isinf(accuracy):
        return "never" if accuracy > 0 else "always"
    return f"{accuracy:.2f}"


def rows(product: str, found: Floats, money: str) -> list[str]:
    """The two lines of one product: for profit per person and for deals."""
    lines = []
    for measure, unit in enumerate((f"{money} a person", "deals per 100")):
        curves = found[:, :, measure]
        low, high = interval(curves)
        at = [f"{curves[:, ACCURACIES.index(a)].mean():>+9.2f}" for a in SHOWN]
        verdict = f"{words(break_even(curves.mean(axis=0))):>7} [{words(low)}, {words(high)}]"
        lines.append(f"{product:<13} {unit:<14} {verdict:<26} {' '.join(at)}")
    return lines


def main(words_given: Sequence[str] | None = None) -> None:
    """Read the arguments, run, print the table."""
    first_line = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(description=first_line)
    parser.add_argument("products", nargs="*", default=list(scenario_file.presets()))
    parser.add_argument("--runs", type=int, default=8, help="worlds per accuracy (8)")
    parser.add_argument("--people", type=int, help="size of the market (the preset's own)")
    parser.add_argument("--seed", type=int, default=1, help="the first world's number (1)")
    given = parser.parse_args(words_given)
    if given.runs < 2:
        sys.exit(f"--runs {given.runs}: an interval needs at least 2")
    title = "break-even accuracy [90 %]"
    columns = " ".join(f"{f'at {a:.1f}':>9}" for a in SHOWN)
    print(f"{'product':<13} {'guide - pull':<14} {title:<26} {columns}")
    for product in given.products:
        found = gains(product, given.people, range(given.seed, given.seed + given.runs))
        money = cjsim.Scenario.load(product).money
        print("\n".join(rows(product, found, money)), flush=True)


if __name__ == "__main__":
    main()
