"""Hashes of whole logs, stored: what a run is, to the last bit, on every processor.

A change of them is a change of numbers: it belongs into the CHANGELOG under NUMBERS. To store new
ones: `python -m tests.engine.golden`.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path

import cjsim
from cjsim.scenario import presets

FILE = Path(__file__).with_name("golden_logs.toml")
PEOPLE, SEED = 60, 3
SHORT = 400.0
"""Days: enough for deals, and for the plain engine in a test."""


def cases() -> list[str]:
    """Every preset under each of its strategies: "phone guide"."""
    return [
        f"{name} {strategy}"
        for name in presets()
        for strategy in cjsim.Scenario.load(name).strategies
    ]


def digest(case: str) -> str:
    """The hash of the log of one case."""
    product, strategy = case.split()
    scenario = cjsim.Scenario.load(product, strategy=strategy)
    days = min(SHORT, scenario.horizon_days)
    brief = scenario.with_changes(
        {"horizon_days": days, "burn_in_days": min(days, scenario.burn_in_days)}
    )
    run = cjsim.simulate(brief, people=PEOPLE, seed=SEED)
    return hashlib.sha256(run.events.rows.tobytes()).hexdigest()[:24]


def stored() -> dict[str, str]:
    """The hashes as they are in the repository."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))["logs"]


if __name__ == "__main__":
    wanted = sys.argv[1:]
    if wanted:  # only say
        for case in wanted:
            print(digest(case))
    else:
        rows = [f'"{case}" = "{digest(case)}"' for case in cases()]
        text = "# Written by python -m tests.engine.golden\n[logs]\n" + "\n".join(rows) + "\n"
        FILE.write_text(text, encoding="utf-8", newline="\n")
