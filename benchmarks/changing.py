"""What a calendar costs: a run with 24 changes in two years against the same run without any.

python -m benchmarks.changing [--people 10000] [--tries 5]

Each change plans everybody's next meetings anew. The changes move a key by so little that as much
happens as without them, so that the ratio is that of the calendar alone. Runs are interleaved; the
medians of the processor's time are compared.
"""

from __future__ import annotations

import argparse
import statistics
import time

import cjsim
from cjsim.engine.fast import engine
from cjsim.model import population

MONTH = 730.0 / 25


def with_changes(plain: cjsim.Scenario) -> cjsim.Scenario:
    """The same with 24 changes, a month apart, of price, reach and rhythm in turns."""
    moved = ("product.price", "touchpoints.site.reach_per_day", "guide.every_days")
    changes = [
        {"day": MONTH * nth, moved[nth % 3]: plain.value(moved[nth % 3]) * (1 + 1e-9 * nth)}
        for nth in range(1, 25)
    ]
    return plain.with_changes({"changes": changes})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--tries", type=int, default=5)
    args = parser.parse_args()
    engine.warm_up()
    plain = cjsim.Scenario.load("phone", strategy="guide").with_changes(
        {"horizon_days": 730.0, "burn_in_days": 0.0, "market.people": args.people}
    )
    sides = {"without": plain, "with": with_changes(plain)}
    everybody = population.draw(plain, args.people, 1)
    took: dict[str, list[float]] = {name: [] for name in sides}
    rows = {}
    for _ in range(args.tries):
        for name, scenario in sides.items():
            market = engine.CompiledEngine(scenario, everybody, 1)
            start = time.process_time()
            market.run()
            took[name].append(time.process_time() - start)
            rows[name] = len(market.journal()[0])
    without, with_them = (statistics.median(took[name]) for name in ("without", "with"))
    print(f"{args.people:,} people, two years: {rows['without']:,} rows, {rows['with']:,} changed")
    print(f"24 changes take {with_them / without:.2f} x the time of none")


if __name__ == "__main__":
    main()
