"""How much sooner comes the truth about nine touchpoints? Ratios, each pair taken in turn.

python -m benchmarks.truth [--scenario phone] [--strategy guide] [--touchpoints 9] [--runs 20]
                           [--few 4] [--people N] [--workers 2] [--tries 3]

1. Burn-ins shared: the coalitions of the drawn orders, worlds first (what shares a burn-in finds it
   remembered) against one coalition after the other (what one has burnt in is forgotten when the
   next asks for it), same runs, same numbers.
2. Orders drawn: the drawn orders against all 2^k coalitions, both with shared burn-ins, in
   `few` worlds; beside it how far the shares are apart, in half widths of the drawn ones' interval.

Seconds depend on the machine and on whoever else uses it; the ratios hardly do. Of each the median
over tries is told, and all of them. Writes nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

import cjsim
from cjsim.experiment.coalitions import ORDERS
from cjsim.experiment.games import orders_of
from cjsim.experiment.switching import coalitions_of
from cjsim.experiment.workers import Plan, outcomes
from cjsim.model.streams import worlds


def seconds(job: Callable[[], object]) -> float:
    """How long a job takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def ratios(slow: Callable[[], object], quick: Callable[[], object], tries: int) -> str:
    """How many times as long the one takes as the other, in turn."""
    pairs = [(seconds(slow), seconds(quick)) for _ in range(tries)]
    every = [slow / quick for slow, quick in pairs]
    times = f"{statistics.median(s for s, _ in pairs):.1f} s against "
    times += f"{statistics.median(q for _, q in pairs):.1f} s"
    listed = ", ".join(f"{ratio:.2f}" for ratio in every)
    return f"{statistics.median(every):.2f} times as long ({listed}): {times}"


def all_done(plan: Plan, people: int, workers: int, worlds_first: bool) -> int:
    """Do a plan; the number of its runs."""
    done = outcomes(plan, people, False, "processes", workers, worlds_first=worlds_first)
    return sum(1 for _ in done)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="phone")
    parser.add_argument("--strategy", default="guide")
    parser.add_argument("--touchpoints", type=int, default=9)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--few", type=int, default=4)
    parser.add_argument("--people", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tries", type=int, default=3)
    args = parser.parse_args()
    scenario = cjsim.Scenario.load(args.scenario, args.strategy)
    running = [name for name, on in scenario.running.touchpoints.items() if on > 0]
    names = running[: args.touchpoints]
    people = args.people or scenario.market.people
    seeds = worlds(1, args.runs)
    drawn = np.array([orders_of(seed, len(names), ORDERS) for seed in seeds])
    plan = coalitions_of(scenario, names, seeds, drawn)
    runs = all_done(plan, people, args.workers, True)  # workers are there, code is compiled
    print(
        f"{args.scenario}, {args.strategy}, {len(names)} touchpoints, {people:,} people, ", end=""
    )
    print(f"{args.runs} worlds, {args.workers} workers, {ORDERS} orders a world: {runs:,} runs")
    told = ratios(
        lambda: all_done(plan, people, args.workers, False),
        lambda: all_done(plan, people, args.workers, True),
        args.tries,
    )
    print(f"1. Without shared burn-ins {told}")
    asked = {"people": people, "runs": args.few, "workers": args.workers}
    by_orders = {}

    def ask(orders: int | str) -> None:
        by_orders[orders] = cjsim.touchpoint_truth(scenario, names, orders=orders, **asked)

    told = ratios(lambda: ask("all"), lambda: ask(ORDERS), args.tries)
    print(f"2. All {2 ** len(names):,} coalitions {told}")
    exact, some = (by_orders[orders].shapley() for orders in ("all", ORDERS))
    away = (some["difference"] - exact["difference"]).abs() / (some["high"] - some["low"]) * 2
    print(
        f"   Shares apart by {away.median():.2f} half widths of their interval (median), ", end=""
    )
    print(f"{away.max():.2f} at most of {len(away)}")


if __name__ == "__main__":
    main()
