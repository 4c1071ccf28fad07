"""One simulated market: make it with `simulate`, read things off the `Run`."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim import log as event_log
from cjsim.door import folder_of, people_of, scenario_of, seed_of
from cjsim.engine import Simulation, engine_of
from cjsim.files import safe_name
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import digits_for, number
from cjsim.labels.tables import html_table, one_line
from cjsim.model import population
from cjsim.model.arms import Assignment
from cjsim.model.events import EVENTS, Event
from cjsim.model.population import Population, opening
from cjsim.record import Record, closed
from cjsim.scenario import Firm, Market, Product, Rival, Scenario
from cjsim.scenario.words import strategy_title

if TYPE_CHECKING:
    import pandas as pd

REMEMBERED = 20_000
"""Largest market whose people are kept for the next run with the same seed."""


@dataclass(frozen=True, repr=False)
class Run(Record):
    """One simulated market: its record, and what is mostly read off it.

    `simulate` makes one. What it tells stands in tables: `summary()`, `funnel()`, `log()`,
    `people`, `truth()`; and all functions of `cjsim.measures` take it.

    Parameters
    ----------
    scenario : what was run.
    seed : the world's number.
    everybody : the people, as arrays; `people` is their table.
    events : the rows of the log, as an array; `log()` is their table.
    engine : the class that ran it, and runs it again for `truth()`.
    split : who was in which arm, where the market was split between strategies; else None.

    >>> from cjsim import simulate
    >>> run = simulate("phone", people=50)
    >>> run.says("en")
    'phone, Pull: 50 people, 1,825 days, seed 1. New customers (first deals): 17, repeat deals: 40.'
    >>> run.summary()[["first_deals", "profit"]].round().to_dict()
    {'first_deals': 17.0, 'profit': 1870.0}
    >>> run.funnel().loc["study", ["visits", "passed", "lost"]].to_dict()
    {'visits': 59, 'passed': 27, 'lost': 32}
    >>> run.log()[["time", "person", "event"]].tail(1).round(1).to_dict("records")
    [{'time': 1824.8, 'person': 62, 'event': 'contact'}]
    """

    def __repr__(self) -> str:
        return one_line("Run", f"of {self.says()}")

    def says(self, lang: str = SPOKEN) -> str:
        """What was run, and how many deals there were.

        Parameters
        ----------
        lang : "en" or "ru"; the language that is spoken when not given.
        """
        counts = np.bincount(self.events.rows["event"], minlength=len(EVENTS))
        sentences = (
            text("result.run", lang).format(
                title=self.scenario.name,
                strategy=strategy_title(self.scenario, self.scenario.strategy, lang),
                people=number(len(self), lang), days=number(self.scenario.horizon_days, lang),
                seed=self.seed,
            ),
            text("result.run_deals", lang).format(
                first=number(int(counts[Event.FIRST_DEAL]), lang),
                repeat=number(int(counts[Event.REPEAT_DEAL]), lang),
            ),
        )  # fmt: skip
        queue = self._queue_in_words(counts, lang)
        return " ".join((*sentences, queue) if queue else sentences)

    def _queue_in_words(self, counts: npt.NDArray[np.int64], lang: str) -> str:
        from cjsim.measures.desk import crowded

        lost, served = int(counts[Event.RENEGED]), int(counts[Event.SERVED])
        return crowded(self.scenario, len(self), lost, served, lang)

    def _repr_html_(self) -> str:
        from cjsim.measures.summary import HEADLINE, in_words

        values = self.summary()
        rows = [
            (in_words(measure, self.scenario.money), number(value, SPOKEN, digits_for(value)))
            for measure, value in values.loc[list(HEADLINE)].items()
        ]
        heads = [text("result.head.measure"), strategy_title(self.scenario, self.scenario.strategy)]
        return html_table(heads, rows, self.says())

    def save(self, folder: str | Path) -> list[str]:
        """Write summary, funnel and event log as CSV, and the scenario as TOML.

        Parameters
        ----------
        folder : made if it is not there; files of the same name in it are replaced.

        Returns the names of the files, each written whole or not at all.
        """
        place = folder_of("folder", folder)
        place.mkdir(parents=True, exist_ok=True)
        tables = {
            "summary": self.summary().rename("value").rename_axis("measure").reset_index(),
            "funnel": self.funnel().reset_index(),
            "log": self.log(),
        }
        paths = [event_log.save(table, place / f"{name}.csv") for name, table in tables.items()]
        paths.append(self.scenario.save(place / f"scenario-{safe_name(self.scenario.name)}.toml"))
        return sorted(path.name for path in paths)

    def summary(self) -> pd.Series[float]:
        """The named measures in a fixed order, `cjsim.measures.UNITS` has their units.

        See `cjsim.measures.summary`.
        """
        from cjsim.measures.summary import summary

        return summary(self)

    def funnel(self, lens: str = "twelve", by: str | None = None) -> pd.DataFrame:
        """How far people get and where they are lost; see `cjsim.measures.funnel`.

        Parameters
        ----------
        lens, by : see `cjsim.measures.funnel`.
        """
        from cjsim.measures.funnel import funnel

        return funnel(self, lens, by)


_DRAWING = threading.Lock()


def _people(scenario: Scenario, people: int, seed: int) -> Population:
    """The people of a world, read-only; a small one is remembered, all strategies meet the same."""
    if people > REMEMBERED:
        return closed(population.draw(scenario, people, seed))
    with _DRAWING:  # threads that ask at the same time get the same ones
        tastes = scenario.product.taste_spread, scenario.rival.taste_spread
        span = opening(scenario), scenario.horizon_days
        cold = scenario.firm.cold_list_share
        return _remembered(scenario.market, cold, tastes, span, people, seed)


@functools.lru_cache(maxsize=16)
def _remembered(
    market: Market,
    cold_list_share: float,
    tastes: tuple[float, float],
    span: tuple[float, float],
    people: int,
    seed: int,
) -> Population:
    """The people by all that they are drawn from."""
    ours, rivals = tastes
    opened, ends = span
    alone = Scenario(
        burn_in_days=-opened,
        horizon_days=ends,
        market=market,
        firm=Firm(cold_list_share=cold_list_share),
        product=Product(taste_spread=ours),
        rival=Rival(taste_spread=rivals),
    )
    return closed(population.draw(alone, people, seed))


def simulate(
    scenario: Scenario | str | Path,
    people: int | None = None,
    *,
    seed: int = 1,
    engine: str | type[Simulation] = "auto",
    log: str = "all",
    arms: Assignment | None = None,
) -> Run:
    """Let a market live from its burn-in to its horizon.

    Parameters
    ----------
    scenario : product, market, firm and the strategy that runs: a Scenario, a preset's name, or
        the path of a scenario file.
    people : how many of `market.people` are simulated, all when not given. Costs, reps and shelf
        are the market's: a sample has its share of them.
    seed : the world's number, 0 .. 2^62; the same seed gives the same people and the same luck
        under every strategy.
    engine : "auto", "simpy", "compiled" (all give the same log), or a subclass of
        `cjsim.engine.process.Engine`.
    log : "all" rows, "stages" (all but contacts), or "measures" (only what `summary` needs to
        look at: for a million people). The summary is the same at each level.
    arms : who of the market meets which of several strategies; all meet that of the scenario when
        not given. The scenario is that of the first arm.

    Returns the `Run`. Raises ValueError for a size, seed, engine or level of log that cannot be,
    ScenarioError for a name or file that is not there or wrong.

    >>> run = simulate("phone", people=50, seed=2)
    >>> len(run), run.seed
    (50, 2)
    >>> int(run.summary()["first_deals"])
    17
    """
    scenario = scenario_of(scenario)
    size = people_of(people, scenario)
    seed = seed_of(seed)
    if log not in event_log.LEVELS:
        raise unknown("level of log", log, event_log.LEVELS)
    kind = engine_of(engine)
    everybody = _people(scenario, size, seed)
    split = arms.split(scenario, len(everybody), size, seed) if arms else None
    given: dict[str, Any] = (
        {"split": split} if split else {}
    )  # an engine of one's own may know of none
    market = kind(scenario, everybody, seed, log=log, **given)
    market.run()
    rows, _, totals = market.journal()
    if totals is None and log != "all":
        totals = event_log.fold(
            rows, len(everybody), scenario.horizon_days, event_log.folding_rates(scenario)
        )
        rows = event_log.thin(rows, log)
    events = closed(event_log.EventLog(rows, tuple(scenario.touchpoints), log, totals))
    return Run(scenario, seed, everybody, events, kind, split)
