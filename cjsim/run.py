"""One simulated market: make it with `simulate`, read things off the `Run`."""

from __future__ import annotations

import dataclasses
import functools
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from cjsim import log as event_log
from cjsim import population, terms
from cjsim.population import ADOPTERS, MOTIVES, Population
from cjsim.scenario import Firm, Market, Scenario

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.engine import Simulation

LARGEST_SEED = 2**62
REMEMBERED = 20_000
"""Largest market whose people are kept for the next run with the same seed."""


@dataclasses.dataclass(frozen=True)
class Run:
    """One simulated market: its log, its people and what can be read off them.

    A run is a pure function of scenario, number of people and seed; whatever is not kept
    (`truth()`) is made again when asked for.
    """

    scenario: Scenario
    seed: int
    everybody: Population
    events: event_log.EventLog
    engine: type[Simulation]

    def __len__(self) -> int:
        return len(self.everybody)

    def log(self) -> pd.DataFrame:
        """The event log: time [days], person, event, stage, touchpoint, amount [money]."""
        return self.events.frame()

    def truth(self) -> pd.DataFrame:
        """What the firm cannot see, one row per log row: belief, warmth, trust, irritation, ...

        The market is run once more for it. Raises ValueError for a log with rows left out, and
        where the second run differs: an engine of your own must keep nothing from run to run.
        """
        if self.events.level != "all":
            raise ValueError("the truth stands beside every row: simulate with log='all'")
        again = self.engine(self.scenario, self.everybody, self.seed, truth=True)
        again.run()
        rows, truths, _ = again.journal()
        assert truths is not None
        if rows.tobytes() != self.events.rows.tobytes():
            raise ValueError(
                f"{self.engine.__name__} did not do the same when it was run once more: what it "
                "remembers must be its own (set it in __init__), not that of the class"
            )
        numbers = terms.terms_of(self.scenario, len(self), self.seed)
        return event_log.truth_frame(
            self.events, truths, numbers.warmth_decay, numbers.irritation_decay
        )

    @cached_property
    def totals(self) -> event_log.Folded:
        """Contacts, costs and stages reached per person, whichever rows the log has kept."""
        fits, days = terms.fits(self.scenario), self.scenario.horizon_days
        rows = self.events.rows
        return self.events.totals or event_log.fold(rows, len(self), days, fits)

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row per person: segment, motive, adopter (categories), traits."""
        import pandas as pd

        who = self.everybody
        return pd.DataFrame(
            {
                "segment": pd.Categorical.from_codes(who.segment, who.segment_names),
                "motive": pd.Categorical.from_codes(who.motive, MOTIVES),
                "adopter": pd.Categorical.from_codes(who.adopter, ADOPTERS, ordered=True),
                "need": who.need,
                "speed": who.speed,
                "rationality": who.rationality,
                "innovativeness": who.innovativeness,
                "tolerance": who.tolerance,
            }
        )

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
    from cjsim.engine import engine_named
    from cjsim.labels import unknown

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
        totals = event_log.fold(rows, size, scenario.horizon_days, terms.fits(scenario))
        rows = event_log.thin(rows, log)
    events = event_log.EventLog(rows, tuple(scenario.touchpoints), log, totals)
    return Run(scenario, seed, everybody, events, kind)
