"""How long doubt takes, how often its intervals hold, and what it says of a preset.

python -m benchmarks.doubt             # all of it
python -m benchmarks.doubt --people 500
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
from scipy.stats import norm

import cjsim
from cjsim.experiment.shares import first_order, split, worths

UNSURE = {
    "product.price": [420, 460],
    "product.quality": {"five": 0.55, "ninety_five": 0.7},
    "market.presence": [0.05, 0.3],
    "guide.accuracy": [0.5, 0.9],
    "firm.rep_cost_per_day": {"mean": 20, "sd": 5},
}
DRAWS = 200


def spread(n: int, keys: int, random: np.random.Generator) -> np.ndarray:
    order = np.array([random.permutation(n) for _ in range(keys)]).T
    return (order + random.random((n, keys))) / n


def intervals(times: int = 200) -> None:
    """How often the intervals of parts and of worths hold the truth (5-95 % asked for)."""
    random = np.random.default_rng(1)
    truth = np.array([9.0, 4.0, 0.0]) / 13.0
    worth = np.array([3.0, 2.0, 0.0]) * norm.pdf(0.0)
    held, told, bias, split_held = [], [], [], []
    for _ in range(times):
        z = norm.ppf(spread(DRAWS, 3, random))
        values = (3.0 * z[:, 0] + 2.0 * z[:, 1])[:, None] + random.normal(0, 3, (DRAWS, 2))
        values[::2, 1] = np.nan
        parts = first_order(values, z, independent=True)
        held.append([p.low <= t <= p.high for p, t in zip(parts, truth, strict=True)])
        bias.append([p.share for p in parts])
        bounds = worths(np.nanmean(values, axis=1)[:, None], z, independent=True)
        told.append([w.low <= t <= w.high for w, t in zip(bounds, worth, strict=True)])
        split_held.append(split(values).share)
    print(f"linear in two of three keys, {DRAWS} draws, {times} times")
    print(f"  parts: true {truth.round(3)}, mean {np.mean(bias, 0).round(3)}, "
          f"hold {np.mean(held, 0).round(2)}")  # fmt: skip
    print(f"  worths: true {worth.round(3)}, hold {np.mean(told, 0).round(2)}")
    print(f"  doubt in one world's variance: true {13 / 22:.3f}, mean {np.mean(split_held):.3f}")


def clock(people: int | None) -> None:
    """A what-if with draws of a preset, its time here and in processor seconds."""
    scenario = cjsim.Scenario.load("phone", "guide").with_changes({"uncertain": UNSURE})
    change = {"every two weeks": {"guide.every_days": 14}}
    how = {"people": people, "runs": 10}
    cjsim.what_if(scenario, change, people=50, runs=1)  # compiles
    start, busy = time.perf_counter(), time.process_time()
    comparison = cjsim.what_if(scenario, change, draws=DRAWS, **how)
    words = comparison.says("en")
    wall, used = time.perf_counter() - start, time.process_time() - busy
    print(f"\nwhat-if, phone, {comparison.people} people, {DRAWS} draws of {len(UNSURE)} keys: "
          f"{wall:.1f} s, {used:.1f} processor seconds, {used / (os.cpu_count() or 1):.1f} s on "
          f"{os.cpu_count()} idle cores")  # fmt: skip
    print(words)
    print(comparison.doubt.of_keys().round(3).to_string())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int)
    args = parser.parse_args()
    intervals()
    clock(args.people)


if __name__ == "__main__":
    main()
