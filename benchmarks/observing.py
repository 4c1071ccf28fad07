"""A million events observed, credited and summarised: how long, and how much memory.

python -m benchmarks.observing [--events 1000000] [--scenario phone] [--strategy guide]

The market is simulated first, outside the clock, so large that its firm can see that many rows.
Then, one after the other: the log as systems record it, with every loss at work; Markov and last
touch from it; deals, repeat rates, cohorts and path variants; a Parquet file written and read.
Seconds depend on the machine and on whoever else uses it; the memory is the most that the process
ever held, the simulation with it. Writes nothing but a file that it deletes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cjsim
from cjsim import data, measures, observe
from cjsim.observe.systems import Records, visible

HOW = Records(
    online=0.95, offline=0.6, busy_loss=0.2, bad_news_loss=0.3, late=0.2, duplicates=0.02,
    match=0.8, false_merges=0.02,
)  # fmt: skip
TRIAL = 2_000
"""People by whom the size of the market is judged."""


def memory() -> float:
    """The most that this process has held so far [GB]."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e9 if sys.platform == "darwin" else 1e6)


def timed(name: str, job: Callable[[], object]) -> tuple[object, float]:
    """What a job gives, and how long it took; tells both time and memory."""
    start = time.perf_counter()
    result = job()
    took = time.perf_counter() - start
    print(f"{name:<28} {took:6.1f} s   {memory():.2f} GB", flush=True)
    return result, took


def summarised(seen: observe.Observed) -> None:
    """What a firm reads off its log."""
    measures.deals_over_time(seen)
    measures.repeat_rate(seen, within=365.0)
    measures.cohorts(seen)
    observe.paths_of(seen, "all").variants(20)


def there_and_back(seen: observe.Observed) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data.read(data.write(seen, Path(folder) / "log.parquet"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--scenario", default="phone")
    parser.add_argument("--strategy", default="guide")
    args = parser.parse_args()
    scenario = cjsim.Scenario.load(args.scenario, args.strategy)
    per_person = visible(cjsim.simulate(scenario, TRIAL)).sum() / TRIAL
    people = int(args.events / per_person * 1.02)
    run, _ = timed(f"simulated, {people:,} people", lambda: cjsim.simulate(scenario, people))
    assert isinstance(run, cjsim.Run)
    seen, first = timed("observed", lambda: observe.observe(run, HOW))
    assert isinstance(seen, observe.Observed)
    jobs: dict[str, Callable[[], object]] = {
        "Markov, last touch": lambda: observe.attribute(seen, ["markov", "last"], deals="all"),
        "summarised": lambda: summarised(seen),
        "Parquet written and read": lambda: there_and_back(seen),
    }
    total = first + sum(timed(name, job)[1] for name, job in jobs.items())
    rows = seen.counts["visible"]
    print(f"{rows:,} events that a firm can see: {total:.1f} s, {memory():.2f} GB at most")


if __name__ == "__main__":
    main()
