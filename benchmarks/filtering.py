"""What does a firm that filters cost, against one that reads?

python -m benchmarks.filtering [--people 10000] [--repeats 5]

Two firms of each preset, the same people: the guide reads, or filters and hears an answer at half
of all contacts. Rounds are interleaved; medians of processor time, and of their ratio. A filter
writes to other people at other times, so rows differ: the ratio by row stands beside.
"""

from __future__ import annotations

import argparse
import statistics
import time

import cjsim

PRESETS = ("phone", "consulting", "yogurt")
LIMIT = 2.0
"""What a filter may cost, times a reading (issue 16)."""


def firms(preset: str, people: int) -> dict[str, cjsim.Scenario]:
    """The same firm as it reads and as it filters."""
    guide = cjsim.Scenario.load(preset, strategy="guide").with_changes({"market.people": people})
    hears = {f"touchpoints.{name}.hears": 0.5 for name in guide.touchpoints}
    return {
        "reading": guide,
        "filter": guide.with_changes({"guide.targeting": "filter", **hears}),
    }


def seconds(scenario: cjsim.Scenario, seed: int) -> tuple[float, int]:
    """Processor time of a run, its burn-in included, and how many rows it wrote."""
    start = time.process_time()
    run = cjsim.simulate(scenario, seed=seed, engine="compiled")
    return time.process_time() - start, len(run.events.rows)


def main() -> None:
    """Print a row for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    print(f"{'preset':12} {'reading':>8} {'filter':>8} {'ratio':>6} {'by row':>7}  limit {LIMIT}")
    for preset in PRESETS:
        sides = firms(preset, asked.people)
        for scenario in sides.values():
            seconds(scenario, 0)
        rounds = [
            [seconds(scenario, seed) for scenario in sides.values()]
            for seed in range(1, asked.repeats + 1)
        ]
        reading, filtering = (statistics.median(r[i][0] for r in rounds) for i in (0, 1))
        ratio = statistics.median(b[0] / a[0] for a, b in rounds)
        by_row = statistics.median(b[0] / b[1] * a[1] / a[0] for a, b in rounds)
        print(f"{preset:12} {reading:7.2f}s {filtering:7.2f}s {ratio:6.2f} {by_row:7.2f}")


if __name__ == "__main__":
    main()
