"""The SimPy engine beside a bare SimPy loop of timeouts, in one run.

python -m benchmarks.simpy_engine [--people 1000,10000,50000] [--repeats 3]

Prints, per market size, events per second of a bare loop (as many processes as people, nothing
but timeouts) and of the kit's engine on the preset `phone` under the guide, the ratio of their
costs per event, people per second, and the time that `import cjsim` takes. Rounds are interleaved;
medians are shown.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import simpy

import cjsim
from cjsim.engine.process import Engine
from cjsim.model import population


def bare(people: int, events: int) -> tuple[float, int]:
    """Seconds and SimPy events of `people` processes that only wait, about `events` in all."""
    env = simpy.Environment()

    def wait(delay: float):  # type: ignore[no-untyped-def]
        while True:
            yield env.timeout(delay)

    for number in range(people):
        env.process(wait(1.0 + number / people))
    start = time.perf_counter()
    env.run(until=events / people * 1.5)
    return time.perf_counter() - start, next(env._eid)


def kit(scenario: cjsim.Scenario, people: int) -> tuple[float, int, int]:
    """Seconds, SimPy events and log rows of one run of the kit's engine."""
    engine = Engine(scenario, population.draw(scenario, people, 1), 1)
    start = time.perf_counter()
    engine.run()
    return time.perf_counter() - start, next(engine.env._eid), len(engine.world.rows)


def import_seconds() -> float:
    """How long a fresh Python needs for `import cjsim`, less what an empty one needs."""

    def took(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    code = "import cjsim; cjsim.Scenario; cjsim.simulate"
    return statistics.median(took(code) - took("pass") for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", default="1000,10000,50000")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    scenario = cjsim.Scenario.load("phone", strategy="guide").with_changes({"horizon_days": 180.0})
    kit(scenario, 100)  # compiles the random numbers
    print("phone, guide, 180 days; medians of", args.repeats)
    print(
        f"{'people':>8} {'bare ev/s':>12} {'kit ev/s':>12} {'ratio':>6} {'people/s':>9} {'rows':>9}"
    )
    for people in map(int, args.people.split(",")):
        ours, theirs, ratios = [], [], []
        for _ in range(args.repeats):
            seconds, events, rows = kit(scenario, people)
            bare_seconds, bare_events = bare(people, events)
            ours.append(events / seconds)
            theirs.append(bare_events / bare_seconds)
            ratios.append(theirs[-1] / ours[-1])
        print(
            f"{people:8,} {statistics.median(theirs):12,.0f} {statistics.median(ours):12,.0f} "
            f"{statistics.median(ratios):6.2f} {people * statistics.median(ours) / events:9,.0f} "
            f"{rows:9,}"
        )
    print(f"import of cjsim with Scenario and simulate: {import_seconds():.2f} s")


if __name__ == "__main__":
    main()
