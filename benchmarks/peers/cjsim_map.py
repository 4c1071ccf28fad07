"""The stage map in the kit itself, on either of its engines."""

from __future__ import annotations

import numpy as np

import cjsim
from benchmarks.peers.stage_map import scenario
from cjsim.journey import FIRST_DEAL
from cjsim.model.events import ENTER, QUEUE, RENEGED, SERVED


def run(people: int, days: float, seed: int, engine: str = "compiled") -> tuple[int, int]:
    """Events and first deals of one market.

    Counted are the rows that the peers write too; the kit also logs deals, trials and friends told.
    """
    log = cjsim.simulate(scenario(people, days), people, seed=seed, engine=engine).events
    entered = log["event"] == ENTER
    counted = np.isin(log["event"], (ENTER, QUEUE, SERVED, RENEGED))
    return int(counted.sum()), int((entered & (log["stage"] == FIRST_DEAL)).sum())


def run_simpy(people: int, days: float, seed: int) -> tuple[int, int]:
    """The same on the engine that is taught."""
    return run(people, days, seed, "simpy")


def run_short(people: int, days: float, seed: int) -> tuple[int, int]:
    """The same market with `log="measures"`: rows kept, which are few; and no deals counted."""
    market = cjsim.simulate(
        scenario(people, days), people, seed=seed, engine="compiled", log="measures"
    )
    return len(market.events), 0
