"""One peer in a process of its own: how fast, how much memory, how many events.

Nothing but the standard library is loaded before the peer: the parent's memory would be counted as
the child's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss

Runner = Callable[[int, float, int], tuple[int, int]]


def runner(peer: str) -> Runner:
    """The function `module:name` of this package."""
    module, _, name = peer.partition(":")
    return getattr(import_module(f"benchmarks.peers.{module}"), name or "run")


def peak() -> int:
    """The most memory this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES


def held() -> int:
    """The memory this process holds now, in bytes; where nobody tells, its peak so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return peak()
    return pages * resource.getpagesize()


def one_run(peer: str, people: int, days: float, seed: int) -> dict[str, float]:
    """Seconds, events, and the bytes held above those of a process that has only got ready."""
    run = runner(peer)
    run(20, 30.0, seed)  # whatever is loaded or compiled at the first use
    before = held()
    start = time.perf_counter()
    events, _ = run(people, days, seed)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "events": events, "bytes": peak() - before}


def many_runs(peer: str, people: int, days: float, runs: int) -> list[tuple[int, int]]:
    """Events and first deals of markets with the seeds 1 .. runs."""
    run = runner(peer)
    return [run(people, days, seed) for seed in range(1, runs + 1)]


def apart(job: str, *arguments: Any) -> Any:
    """Call a function of this module in a new process."""
    command = [sys.executable, "-m", "benchmarks.peers.measure", job, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*json.loads(sys.argv[2]))))
