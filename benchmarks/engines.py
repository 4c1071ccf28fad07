"""How fast is the compiled engine? All figures of one run of this file, ratios side by side.

python -m benchmarks.engines [--repeats 5] [--largest 1000000]

1. The compiled engine against the SimPy engine at 10,000 people, with the full log and without.
2. Events per second from 10,000 to a million people, all mechanisms on; memory per person and row.
3. The floor: the same rules with no calendar and no interaction, person after person, and a bare
   loop of random blocks.
4. One worker against two over several runs.
5. A warm start: a fresh process that runs 1,000 people.

Rounds are interleaved; medians are shown. An event is one entry taken from the calendar.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import cjsim
from benchmarks import floor as floor_of
from cjsim.engine.fast import calendar as cal
from cjsim.engine.fast import engine, pointers
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.log import ROW
from cjsim.model import population
from cjsim.model.compile import Source, compiled

FLOOR = (*engine.SOURCES, Source("benchmarks.floor"))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def busy_scenario() -> cjsim.Scenario:
    """A year of the phone with every mechanism on: desk, shelf, tenders, friends, pushes."""
    changes = {
        "horizon_days": 365.0,
        "burn_in_days": 0.0,
        "shelf.stocked_days": 60.0,
        "product.tender_every": 3,
        "market.onset_days": 120.0,
        "stages.repeat_deal.typical_days": 60.0,
        "guide.every_days": 14.0,
    }
    return cjsim.Scenario.load("phone", strategy="guide").with_changes(changes)


def sized(scenario: cjsim.Scenario, people: int) -> cjsim.Scenario:
    """A market of so many people in full, five reps for a thousand."""
    return scenario.with_changes({"firm.reps": max(1, people // 200), "market.people": people})


def one(kind: Any, scenario: cjsim.Scenario, everybody: Any, **options: Any) -> tuple[Any, float]:
    """A finished engine and the seconds of its run, the population being drawn already."""
    engine = kind(scenario, everybody, 1, **options)
    return engine, seconds(engine.run)


def events_of(engine: Any) -> int:
    """Entries that the calendar has handed out or still holds: asked for."""
    return int(engine.calendar.state[cal.ORDER])


def against_simpy(repeats: int) -> None:
    people = 10_000
    scenario = sized(busy_scenario(), people)
    everybody = population.draw(scenario, people, 1)
    ratios: dict[str, list[float]] = {"all": [], "measures": []}
    for _ in range(repeats):
        engine, slow = one(Engine, scenario, everybody)
        for log, times_faster in ratios.items():
            _, fast = one(CompiledEngine, scenario, everybody, log=log)
            times_faster.append(slow / fast)
    rows = len(engine.world.rows)
    print(f"1. 10,000 people, one year, {rows:,} rows; SimPy {rows / slow:,.0f} rows/s")
    for log, times_faster in ratios.items():
        print(f"   compiled, log={log!r:11}: {statistics.median(times_faster):6.1f} x SimPy")


def by_size(repeats: int, largest: int) -> None:
    print("2. people      events/s     rows/s  of 10,000's   log       bytes/person  bytes/row")
    first: dict[str, float] = {}
    for people in (10_000, 100_000, largest):
        scenario = sized(busy_scenario(), people)
        everybody = population.draw(scenario, people, 1)
        for log in ("all", "measures"):
            speeds = []
            for _ in range(repeats if people < largest else max(1, repeats // 2)):
                engine, took = one(CompiledEngine, scenario, everybody, log=log)
                speeds.append(events_of(engine) / took)
            whole = statistics.median(speeds)
            first.setdefault(log, whole)
            rows = len(engine.journal()[0])
            state = sum(
                a.nbytes for name, a in engine.world._asdict().items()
                if name not in ("rows", "truths")
            ) + sum(a.nbytes for a in engine.calendar)  # fmt: skip
            print(
                f"   {people:9,} {whole:12,.0f} {rows / took:10,.0f} {whole / first[log]:12.2f}"
                f"   {log:9} {state / people:11,.0f} {ROW.itemsize:10}"
            )
            del engine


def floor(repeats: int) -> None:
    people, horizon = 10_000, 365.0
    alone = busy_scenario().with_changes(
        {"firm.reps": float("inf"), "firm.rep_cost_per_day": 0.0,
         "shelf.stocked_days": float("inf"), "loyalty.friends": 0.0,
         "product.tender_every": 0}
    )  # fmt: skip
    everybody = population.draw(alone, people, 1)
    rules = compiled(*FLOOR, entry_points=floor_of.ENTRY_POINTS)
    world = CompiledEngine(alone, population.draw(alone, 1, 1), 1)._world(alone, 0)
    table = pointers.table(world)
    rules.one_after_the_other(table.ctypes.data, 1.0)
    rules.only_blocks(1)
    ours, lowest, blocks = [], [], []
    for _ in range(repeats):
        took = one(CompiledEngine, alone, everybody)[1]
        fresh = CompiledEngine(alone, everybody, 1)
        world = fresh._world(alone, 0)
        table = pointers.table(world)
        start = time.perf_counter()
        events = rules.one_after_the_other(table.ctypes.data, horizon)
        lowest.append((time.perf_counter() - start) / events)
        ours.append(took / events)
        blocks.append(seconds(lambda n=events: rules.only_blocks(n)) / events)
    here, least, bare = (statistics.median(x) * 1e9 for x in (ours, lowest, blocks))
    print(
        f"3. no interaction, {events:,} events: engine {here:.0f} ns, floor {least:.0f} ns, ",
        end="",
    )
    print(f"one random block {bare:.0f} ns an event")
    print(f" engine / floor {here / least:.2f}, floor / block {least / bare:.2f}")


def workers(repeats: int) -> None:
    phone = cjsim.Scenario.load("phone")
    scenarios = {name: phone.with_strategy(name) for name in ("pull", "guide")}
    gains = []
    for _ in range(repeats):
        alone, both = (
            seconds(lambda n=n: cjsim.compare(scenarios, 5_000, runs=8, workers=n)) for n in (1, 2)
        )
        gains.append(alone / both)
    print(f"4. two workers on {os.cpu_count()} processors: {statistics.median(gains):.2f} x one")


def warm_start(repeats: int) -> None:
    code = "import cjsim; cjsim.simulate(cjsim.Scenario.load('phone', strategy='guide'), 1000)"
    took = [
        seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))
        for _ in range(repeats)
    ]
    print(f"5. a fresh process, 1,000 people, import and all: {statistics.median(took):.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--largest", type=int, default=1_000_000)
    args = parser.parse_args()
    engine.warm_up()
    against_simpy(args.repeats)
    by_size(args.repeats, args.largest)
    floor(args.repeats)
    workers(args.repeats)
    warm_start(args.repeats)


if __name__ == "__main__":
    main()
