"""One simulated market: make it with `simulate`, read things off the `Run`."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cjsim import log as event_log
from cjsim.engine import Simulation, engine_named
from cjsim.labels import unknown
from cjsim.model import parameters, population
from cjsim.model.population import Population
from cjsim.record import Record
from cjsim.scenario import Firm, Market, Scenario

if TYPE_CHECKING:
    import pandas as pd

LARGEST_SEED = 2**62
REMEMBERED = 20_000
"""Largest market whose people are kept for the next run with the same seed."""


@dataclass(frozen=True)
class Run(Record):
    """One simulated market: its record, and what is mostly read off it."""

    def summary(self) -> pd.Series[float]:
        """Named measures in a fixed order; see `cjsim.measures.summary`."""
        from cjsim.measures.summary import summary

        return summary(self)

    def funnel(self, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
        """How far people get and where they are lost; see `cjsim.measures.funnel`."""
        from cjsim.measures.funnel import funnel

        return funnel(self, lens, by)


_DRAWING = threading.Lock()


def _people(scenario: Scenario, people: int, seed: int) -> Population:
    """The people of a world; a small one is remembered, all strategies meet the same."""
    if people > REMEMBERED:
        return population.draw(scenario, people, seed)
    with _DRAWING:  # threads that ask at the same time get the same ones
        return _remembered(scenario.market, scenario.firm.cold_list_share, people, seed)


@functools.lru_cache(maxsize=16)
def _remembered(market: Market, cold_list_share: float, people: int, seed: int) -> Population:
    firm = Firm(cold_list_share=cold_list_share)
    return population.draw(Scenario(market=market, firm=firm), people, seed)


def simulate(
    scenario: Scenario,
    people: int | None = None,
    seed: int = 1,
    engine: str | type[Simulation] = "auto",
    log: str = "all",
) -> Run:
    """Let a market live from its burn-in to its horizon.

    Parameters
    ----------
    scenario : product, market, firm and the strategy that runs.
    people : size of the market; the scenario's own `market.people` when not given.
    seed : the world's number, 0 .. 2^62; the same seed gives the same people and the same luck
        under every strategy.
    engine : "auto", "simpy", "compiled" (both give the same log), or a subclass of
        `cjsim.engine.process.Engine`.
    log : "all" rows, "stages" (all but contacts), or "measures" (only what `summary` needs to
        look at: for a million people). The summary is the same at each level.

    Raises ValueError for a size, seed or engine that cannot be.
    """
    size = scenario.market.people if people is None else people
    if size < 1:
        raise ValueError(f"people = {size}: a market has at least 1 person")
    if not 0 <= seed < LARGEST_SEED:
        raise ValueError(f"seed = {seed}: must be a whole number from 0 up to 2^62")
    if log not in event_log.LEVELS:
        raise unknown("level of log", log, event_log.LEVELS)
    kind = engine_named(engine) if isinstance(engine, str) else engine
    everybody = _people(scenario, size, seed)
    market = kind(scenario, everybody, seed, log=log)
    market.run()
    rows, _, totals = market.journal()
    if totals is None and log != "all":
        totals = event_log.fold(rows, size, scenario.horizon_days, parameters.fits(scenario))
        rows = event_log.thin(rows, log)
    events = event_log.EventLog(rows, tuple(scenario.touchpoints), log, totals)
    return Run(scenario, seed, everybody, events, kind)
