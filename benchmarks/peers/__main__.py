"""The stage map in this kit and in other simulation libraries: a table.

python -m benchmarks.peers [--sizes 10000,100000] [--largest 1000000] [--repeats 5]

First a check that all simulate the same: means per person over 20 markets of 1,000 people, and how
far each lies from the kit's in standard errors. Then medians over interleaved rounds, every run in
a process of its own, timed from making the people to counting the events:
- short log: with `log="measures"`, which keeps only what the measures look at; the same markets;
- events: stages entered, and requests, turns and walk-outs at the sales desk; the kit also writes
  down deals, trials and friends told, which are not counted;
- memory: the process's peak in the run less what it held when ready (libraries loaded, a run of 20
  people done). The peers keep their log as a list of tuples (Ciw: its records), the kit as rows of
  24 bytes;
- growth: the power of the number of people with which the time grows from the first size to the
  second; 1 = in proportion, 2 = with its square.
Seconds and memory are those of the second size. Python's garbage collector is left on, as users
have it; without it SimPy needs about half the time for 100,000 people.

A peer that would need more than a minute at the second size runs with fewer people at both, which
shows it at its better end if its time grows faster than they do. Peers that are not installed are
left out: `pip install -e .[peers]`.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec

from benchmarks.peers.measure import apart

DAYS = 1095.0


@dataclass
class Peer:
    """A way to simulate the stage map, and what was measured of it, size by size."""

    name: str
    code: str  # module:function
    needs: str
    share: float = 1.0  # of the people the others have
    largest: bool = False  # runs at the largest size too
    same_as: str = ""  # counts no events; its markets are those of the peer of this name
    runs: dict[int, list[dict[str, float]]] = field(default_factory=dict)

    def median(self, size: int, what: str) -> float:
        """The median of a measurement at one size."""
        return statistics.median(run[what] for run in self.runs[size])

    def pace(self, size: int) -> float:
        """Events per second."""
        return self.median(size, "events") / self.median(size, "seconds")

    def sizes(self, sizes: Sequence[int]) -> list[int]:
        """Its own share of the sizes."""
        return [round(size * self.share) for size in sizes]

    def line(self, size: int) -> str:
        """Events per second, seconds, MB and bytes per person at one size."""
        held = self.median(size, "bytes")
        seconds = self.median(size, "seconds")
        return f"{self.pace(size):9,.0f} {seconds:6.1f} {held / 1e6:5,.0f} {held / size:12,.0f}"


PEERS = (
    Peer("cjsim, compiled", "cjsim_map", "numba", largest=True),
    Peer(
        "cjsim, short log", "cjsim_map:run_short", "numba", largest=True, same_as="cjsim, compiled"
    ),
    Peer("cjsim, SimPy engine", "cjsim_map:run_simpy", "simpy"),
    Peer("plain heapq loop", "heapq_map", "heapq"),
    Peer("SimPy", "simpy_map", "simpy"),
    Peer("Mesa", "mesa_map", "mesa"),
    # takes a component off its calendar by searching it: at each turn at the desk, each friend told
    Peer("salabim", "salabim_map", "salabim", share=0.2),
    # finds each next event by asking every person in every node
    Peer("Ciw", "ciw_map", "ciw", share=0.05),
)


def agreement(
    peers: Sequence[Peer], people: int = 1000, runs: int = 20, limit: float = 4.0
) -> bool:
    """Print the means of each peer beside the kit's; whether all lie within `limit` errors.

    With 10 comparisons at 38 degrees of freedom chance alone exceeds 4 once in 300 tables.
    """
    print(f"means per person of {runs} markets of {people:,} people, {DAYS:g} days")
    print(f"{'':<20} {'events':>16} {'off':>6} {'first deals':>16} {'off':>6}")
    ours: list[tuple[float, float]] = []
    fine = True
    for peer in peers:
        counts = apart("many_runs", peer.code, people, DAYS, runs)
        line = f"{peer.name:<20}"
        for which in (0, 1):
            values = [run[which] / people for run in counts]
            mean = statistics.fmean(values)
            error = statistics.stdev(values) / math.sqrt(runs)
            if peer is peers[0]:
                ours.append((mean, error))
            off = (mean - ours[which][0]) / math.hypot(error, ours[which][1])
            fine = fine and abs(off) <= limit
            line += f" {mean:8.4f} ±{error:6.4f} {off:+6.1f}"
        print(line, flush=True)
    print("all agree" if fine else f"NOT THE SAME: off by more than {limit:g} errors", end="\n\n")
    return fine


def table(peers: Sequence[Peer], sizes: Sequence[int]) -> None:
    """Print what was measured, and below it what was measured at the largest size."""
    print(
        f"{'':<20} {'people':>17} {'events/s':>19} {'s':>6} {'MB':>5} {'bytes/person':>12}"
        f" {'growth':>6}"
    )
    for peer in peers:
        small, large = peer.sizes(sizes)
        times = peer.median(large, "seconds") / peer.median(small, "seconds")
        print(
            f"{peer.name:<20} {f'{small:,} - {large:,}':>17} {peer.pace(small):9,.0f}"
            f" {peer.line(large)} {math.log(times) / math.log(large / small):6.2f}"
        )
    for peer in peers:
        for size in set(peer.runs) - set(peer.sizes(sizes)):
            print(f"{peer.name:<20} {size:17,} {'':>9} {peer.line(size)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000", help="two sizes of the market")
    parser.add_argument("--largest", type=int, default=1_000_000, help="for ours alone; 0 = none")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    for peer in PEERS:
        if not find_spec(peer.needs):
            print(f"{peer.name} is left out: {peer.needs} is not installed")
    peers = [peer for peer in PEERS if find_spec(peer.needs)]
    same = agreement([peer for peer in peers if not peer.same_as])
    by_name = {peer.name: peer for peer in peers}
    for seed in range(1, args.repeats + 1):
        for peer in peers:
            largest = [args.largest] if peer.largest and args.largest else []
            for size in [*peer.sizes(sizes), *largest]:
                measured = apart("one_run", peer.code, size, DAYS, seed)
                if peer.same_as:
                    measured["events"] = by_name[peer.same_as].runs[size][-1]["events"]
                peer.runs.setdefault(size, []).append(measured)
    versions = [f"{peer.needs} {version(peer.needs)}" for peer in peers if peer.needs != "heapq"]
    print(f"medians of {args.repeats}; Python {platform.python_version()},", end=" ")
    print(", ".join(dict.fromkeys(versions)))
    table(peers, sizes)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
