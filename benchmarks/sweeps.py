"""How long does an analyst wait for a map? And what do more workers help?

python -m benchmarks.sweeps [--side 15] [--people 2000] [--runs 10] [--repeats 3]

1. A map of the guide's accuracy x contact frequency against pull, `phone`, from a cold start of
   the worker processes to the table: seconds, and what it comes to per run.
2. The same with fewer cells on one worker and on two, interleaved; the median of their ratio.
3. What pairing is worth on `phone`, guide against pull: variance of the difference of two runs with
   luck of their own over that with the same luck.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import cjsim
from cjsim.experiment.design import grid, spaced
from cjsim.experiment.sweep import Sweep, sweep


def scenarios() -> dict[str, cjsim.Scenario]:
    phone = cjsim.Scenario.load("phone")
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


def timed(side: int, people: int, runs: int, workers: int) -> tuple[Sweep, float]:
    """A side x side map and its seconds."""
    settings = grid(
        {"guide.accuracy": spaced(0.3, 1.0, side), "guide.every_days": spaced(7.0, 49.0, side)}
    )
    start = time.perf_counter()
    result = sweep(
        scenarios(), settings, people=people, runs=runs, executor="processes", workers=workers
    )
    return result, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--side", type=int, default=15)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    cores = os.cpu_count() or 1
    result, took = timed(args.side, args.people, args.runs, cores)
    cells, done = len(result.settings), args.runs * (len(result.settings) + 1)
    print(
        f"1. {cells} cells x {args.runs} runs x {args.people:,} people on {cores} processors: ",
        end="",
    )
    print(f"{took:.1f} s, {1000 * cores * took / done:.0f} ms of a processor per run")
    phase = result.phase("profit_per_person")
    print(
        f"   guide ahead in {(phase['winner'] == 'guide').sum()}, unclear {(~phase['clear']).sum()}"
    )
    gains = []
    for _ in range(args.repeats):
        for workers in (1, cores):  # processes that are there already
            timed(4, 500, 2, workers)
            seconds = timed(4, args.people, args.runs, workers)[1]
            gains.append(seconds)
    ratios = [one / two for one, two in zip(gains[::2], gains[1::2], strict=True)]
    print(f"2. {cores} workers: {statistics.median(ratios):.2f} x one")
    gain = cjsim.compare(scenarios(), args.people, runs=40).pairing().loc["guide", "gain"]
    shown = ", ".join(f"{name} {gain[name]:.0f} x" for name in ("first_deals", "profit_per_person"))
    print(f"3. variance gained by pairing, 40 runs: {shown}")


if __name__ == "__main__":
    main()
