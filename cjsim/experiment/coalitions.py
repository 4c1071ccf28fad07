"""The truth about touchpoints: what each brings, from markets that lack it and are alike otherwise.

A firm's own attribution cannot see this. It knows one world: the paths of those who were touched
there, and the deals at their ends. It can only divide those deals among the contacts before them.

- A deal that would have been made anyway is credited to whoever stood beside it: search meets
  people who want already (C134).
- The credits add up to all deals, but the touchpoints together brought only what a market
  without any of them lacks.
- A contact that drives people away stands on no path that ends in a deal; those who bought in
  spite of it are counted in its favour.
- What acts through a friend, or through the time a rep has left, is on somebody else's path.

Here nothing is divided that can be counted: every market is run again with and without every
touchpoint, on the same people with the same luck. Only a simulation can do that; a firm comes
near it by experiments, never by looking at paths (evidence: attribution truth).

k touchpoints make 2^k coalitions. Up to eight all of them are run; of more, each market runs those
along a few orders of joining, drawn for it alone (Castro, Gómez & Tejada 2009), and all but one and
one alone of each. A market's shares add up either way. The interval over runs holds the luck and
the drawing, since every run has both of its own; `sampling` says how much of it the drawing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.door import scenario_of, shown, whole, words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.games import (
    SHARES,
    Floats,
    Ints,
    along_orders,
    drawing_error,
    orders_of,
    pair_interactions,
)
from cjsim.experiment.intervals import difference, jackknife, known_confidence, t_quantile
from cjsim.experiment.result import Grid, Result, amount, heads
from cjsim.experiment.switching import NOBODY, coalition, coalitions_of
from cjsim.experiment.workers import Plan, outcomes
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import number, per_cent
from cjsim.measures.summary import UNITS, in_words, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

EXACT: Final = 8
"""Touchpoints of which all coalitions are run unless it is said otherwise: 2^8 = 256."""
MOST: Final = 12
"""Touchpoints of which all coalitions may be asked for: 2^12 = 4,096."""
ORDERS: Final = 4
"""Orders of joining that each run draws unless it is said otherwise."""
MEASURES: Final = ("first_deals", "deals", "profit_per_person")
DEALS: Final = "deals"


# --- What was found -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class TouchpointTruth(Result):
    """What touchpoints really bring: the measures of coalitions of them, run by run.

    `touchpoint_truth` makes one.

    The tables have rows (measure, touchpoint) and columns difference, low, high [units of the
    measure] and clear, as `Comparison.paired`; low and high are the luck interval.

    Of more than eight touchpoints each run knows the coalitions along its own `orders`, all but one
    and one alone: `shapley` is then an unbiased estimate whose interval holds luck and drawing,
    `incremental`, `alone` and `total` are as ever, `main_effect` and `interactions` are not known.

    Parameters
    ----------
    scenario : with all of them on.
    touchpoints : those that were switched; all others stay as they are.
    people : how many were simulated in each run.
    seeds : those of the runs.
    runs : the asked measures; rows (coalition, seed), the coalition written "a + b" or "(none)",
        all of them in the order of the columns that `games.shapley` takes, or those that were run.
    confidence : coverage of the intervals where none is asked for, 0..1.
    orders : per run the orders that it drew, (runs, orders, touchpoints), as places in
        `touchpoints`; None where all coalitions were run.

    >>> points = ["site", "tech_support"]
    >>> how = {"measures": "contacts", "people": 50, "runs": 2, "executor": "here"}
    >>> truth = touchpoint_truth("phone", points, **how)
    >>> truth.incremental()["difference"].to_dict()  # what is lost without it
    {('contacts', 'site'): 80.5, ('contacts', 'tech_support'): 50.0}
    >>> truth.shapley()["difference"].to_dict()  # its fair share
    {('contacts', 'site'): 75.75, ('contacts', 'tech_support'): 45.25}
    """

    scenario: Scenario
    touchpoints: tuple[str, ...]
    people: int
    seeds: tuple[int, ...]
    runs: pd.DataFrame
    confidence: float = 0.95
    orders: Ints | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """`shapley()`: the fair shares of the touchpoints in each measure."""
        return self.shapley()

    def says(self, lang: str = SPOKEN) -> str:
        """What the touchpoints bring together, and the fair share of each, in the first measure."""
        measure = str(next(iter(self.runs)))
        shares = self.table.loc[measure]
        finding = text("result.truth", lang).format(
            measure=in_words(measure, self.scenario.money, lang),
            total=amount(self.total().loc[measure], lang),
            parts="; ".join(f"{name} {amount(row, lang)}" for name, row in shares.iterrows()),
        )
        drawn = self.drawn(lang)
        return f"{finding} {drawn}" if drawn else finding

    def drawn(self, lang: str = SPOKEN) -> str:
        """How many orders each run drew, and what that costs in certainty; "" where none did."""
        if self.orders is None:
            return ""
        measure = next(iter(self.runs))
        part = self.sampling().loc[measure, "part"].mean()
        return text("result.truth_drawn", lang).format(
            orders=number(self.orders.shape[1], lang),
            part=per_cent(part, lang) if np.isfinite(part) else number(np.nan, lang),
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """The shares by each definition that is known, and the runs of all coalitions."""
        known = SHARES if self.orders is None else ("incremental", "alone", "shapley")
        shares = {
            name: self._with_intervals(self.by_run(name), None).reset_index() for name in known
        }
        if self.orders is not None:
            shares["sampling"] = self.sampling().reset_index()
        if {"margin", "costs"} <= set(self.runs):
            shares["returns"] = self.returns().reset_index()
        return {**shares, "runs": self.runs.reset_index()}

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        closing = self.incremental()
        rows = [
            [
                str(touchpoint), in_words(str(measure), self.scenario.money, lang),
                amount(row, lang), amount(closing.loc[(measure, touchpoint)], lang),
            ]
            for (measure, touchpoint), row in self.table.iterrows()
        ]  # fmt: skip
        return heads(["touchpoint", "measure", "share", "closing"], lang), rows

    def values(self, measure: str) -> Floats:
        """A measure as the functions of `games` take it: (runs, 2^k).

        Raises ValueError for a measure that was not asked for, and where orders were drawn.
        """
        column = self._column(measure)
        self._all_must_be_there()
        values: Floats = column.to_numpy(np.float64)
        return values.reshape(2 ** len(self.touchpoints), len(self.seeds)).T

    def gains(self, measure: str) -> Floats:
        """What each touchpoint adds when it joins, (runs, orders, k), where orders were drawn.

        Raises ValueError for a measure that was not asked for, and where none were drawn.
        """
        column = self._column(measure)
        if self.orders is None:
            raise ValueError("all coalitions were run: there are no orders, see `values`")
        k = len(self.touchpoints)
        paths = [
            [self._worth(column, order[:joined], run) for joined in range(k + 1)]
            for run, orders in enumerate(self.orders.tolist()) for order in orders
        ]  # fmt: skip
        return along_orders(np.reshape(paths, (*self.orders.shape[:2], k + 1)), self.orders)

    def sampling(self, confidence: float | None = None) -> pd.DataFrame:
        """How much of the interval of `shapley` is the drawing of orders: (measure, touchpoint).

        Columns
        -------
        half_width : what the interval reaches to each side by the drawing alone [units of the
            measure]; 0 where all coalitions were run.
        part : of the variance of the share, 0..1. Near 1 more orders help as much as more runs;
            near 0 only more runs do. NaN for a single run.
        """
        import pandas as pd

        level = self.confidence if confidence is None else confidence
        known_confidence(level)
        frames = {}
        for measure, shares in self.by_run("shapley").groupby(level="measure", sort=False):
            variance = shares.var(ddof=1) / len(self.seeds)
            error, freedom = pd.Series(0.0, variance.index), 0
            if self.orders is not None:
                error[:] = drawing_error(self.gains(str(measure)))
                freedom = len(self.seeds) * (self.orders.shape[1] // 2 - 1)
            half = error * t_quantile(level, freedom + 1) if freedom else error
            part = (error**2 / variance).clip(upper=1.0).where(variance > 0, 0.0 * variance)
            frames[measure] = pd.DataFrame({"half_width": half, "part": part})
        return pd.concat(frames, names=["measure"])

    def incremental(self, confidence: float | None = None) -> pd.DataFrame:
        """All on less all on but this one: what its closing would cost.

        Parameters
        ----------
        confidence : coverage of the intervals, 0..1; that of the truth when not given.
        """
        return self._with_intervals(self.by_run("incremental"), confidence)

    def alone(self, confidence: float | None = None) -> pd.DataFrame:
        """Only this one on less none."""
        return self._with_intervals(self.by_run("alone"), confidence)

    def main_effect(self, confidence: float | None = None) -> pd.DataFrame:
        """On less off, mean over all coalitions of the others."""
        return self._with_intervals(self.by_run("main_effect"), confidence)

    def shapley(self, confidence: float | None = None) -> pd.DataFrame:
        """Fair shares: they add up to `total`, in every run.

        Parameters
        ----------
        confidence : coverage of the intervals, 0..1; that of the truth when not given.
        """
        return self._with_intervals(self.by_run("shapley"), confidence)

    def interactions(self, confidence: float | None = None) -> pd.DataFrame:
        """What pairs bring beyond their single effects: rows (measure, first, second).

        The convention is that of `pair_interactions`.
        """
        import pandas as pd

        self._all_must_be_there()
        pairs = pd.MultiIndex.from_tuples(
            list(combinations(self.touchpoints, 2)), names=["first", "second"]
        )
        frames = self._frames(lambda measure: pair_interactions(self.values(measure)), pairs)
        return self._with_intervals(frames, confidence)

    def returns(self, confidence: float | None = None) -> pd.DataFrame:
        """What comes back for each unit of money spent: rows touchpoints, columns back, low, high.

        A touchpoint's fair share of the margin over its fair share of the costs, both undiscounted,
        of all runs together: 1 gives back what was spent. The interval is the jackknife's over
        runs. NaN where the costs do not clearly rise with it: it costs nothing, or saves something.

        Parameters
        ----------
        confidence : coverage of the intervals, 0..1; that of the truth when not given.

        Raises ValueError unless "margin" and "costs" are among the measures.
        """
        import pandas as pd

        if missing := [name for name in ("margin", "costs") if name not in self.runs]:
            raise ValueError(f"measures: a return needs {' and '.join(missing)} as well")
        level = self.confidence if confidence is None else confidence
        margin, costs = (self.by_run("shapley").loc[name] for name in ("margin", "costs"))
        costly = difference(costs, level)["low"] > 0
        if len(self.seeds) == 1:
            costly = costs.iloc[0] > 0
        rows = {}
        for name in self.touchpoints:
            pairs = np.column_stack([margin[name], costs[name]])
            nothing = (np.nan, np.nan, np.nan)
            rows[name] = jackknife(_quotient, pairs, level) if costly[name] else nothing
        table = pd.DataFrame.from_dict(rows, "index", columns=["back", "low", "high"])
        return table.rename_axis("touchpoint")

    def total(self, confidence: float | None = None) -> pd.DataFrame:
        """All on less none of them: one row per measure."""
        everybody, nobody = coalition(self.touchpoints), NOBODY
        gaps = (self.runs.loc[everybody] - self.runs.loc[nobody]).loc[list(self.seeds)]
        level = self.confidence if confidence is None else confidence
        return difference(gaps, level).rename_axis("measure")

    def by_run(self, share: str) -> pd.DataFrame:
        """One of the four `SHARES` run by run: rows (measure, seed), touchpoints across."""
        import pandas as pd

        if share not in SHARES:
            raise unknown("share", share, SHARES)
        names = pd.Index(self.touchpoints, name="touchpoint")
        if self.orders is None:
            return self._frames(lambda measure: SHARES[share](self.values(measure)), names)
        if share == "shapley":
            return self._frames(lambda measure: self.gains(measure).mean(axis=1), names)
        if share == "main_effect":
            self._all_must_be_there()
        everybody = range(len(names))
        pairs = [
            ([*everybody], [i for i in everybody if i != player]) if share == "incremental"
            else ([player], [])
            for player in everybody
        ]  # fmt: skip
        return self._frames(lambda measure: self._steps(measure, pairs), names)

    def _steps(self, measure: str, pairs: Sequence[tuple[list[int], list[int]]]) -> Floats:
        """The worth of the first of each pair less that of the second: (runs, pairs)."""
        column = self._column(measure)
        return np.array([
            [self._worth(column, on, run) - self._worth(column, off, run) for on, off in pairs]
            for run in range(len(self.seeds))
        ])  # fmt: skip

    def _column(self, measure: str) -> pd.Series[float]:
        if measure not in self.runs:
            raise unknown("measure", measure, list(self.runs))
        return self.runs[measure]

    def _worth(self, column: pd.Series[float], on: Collection[int], run: int) -> float:
        """What a coalition of these places was worth in a run."""
        names = coalition(name for i, name in enumerate(self.touchpoints) if i in on)
        return float(column.at[names, self.seeds[run]])

    def _all_must_be_there(self) -> None:
        if self.orders is not None:
            raise ValueError(
                f"of {len(self.touchpoints)} touchpoints only some coalitions were run; this needs "
                f'all of them: name at most {EXACT}, or ask with orders="all"'
            )

    def _frames(self, shares_of: Callable[[str], Floats], columns: pd.Index) -> pd.DataFrame:
        import pandas as pd

        seeds = pd.Index(self.seeds, name="seed")
        frames = {m: pd.DataFrame(shares_of(str(m)), seeds, columns) for m in self.runs}
        return pd.concat(frames, names=["measure"])

    def _with_intervals(self, shares: pd.DataFrame, confidence: float | None) -> pd.DataFrame:
        import pandas as pd

        level = self.confidence if confidence is None else confidence
        tables = {measure: difference(shares.loc[measure], level) for measure in self.runs}
        return pd.concat(tables, names=["measure"])


def _quotient(sums: Floats) -> float:
    """Of two sums the first over the second."""
    return float(sums[0] / sums[1]) if sums[1] else np.nan


# --- How it is found ------------------------------------------------------------------------------


def touchpoint_truth(
    scenario: Scenario | str | Path,
    touchpoints: str | Sequence[str] | None = None,
    *,
    measures: str | Sequence[str] = MEASURES,
    orders: int | str | None = None,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> TouchpointTruth:
    """Run coalitions of touchpoints, each on at its intensity or off, on the same people.

    A strategy that also ran before day 0 lacked the touchpoint then, too: see `switched_off`.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    touchpoints : that the scenario's strategy runs; all of those when not given.
    measures : of `measures.UNITS`, or "deals": first and repeat deals.
    orders : how many orders of joining each run draws, an even number from 4 on; k touchpoints make
        fewer than k markets of each. "all": every coalition, of up to twelve touchpoints, 2^k
        markets per run. When not given, all of up to eight touchpoints, four orders of more.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `TouchpointTruth`. Raises ValueError for a touchpoint that does not run, one named
    twice, none, too many, an unknown measure, or a number of orders that cannot be.

    >>> truth = touchpoint_truth("phone", "site", people=50, runs=2, executor="here")
    >>> truth.touchpoints
    ('site',)
    """
    scenario = scenario_of(scenario)
    running = [name for name, on in scenario.running.touchpoints.items() if on > 0]
    names = tuple(running if touchpoints is None else words_of("touchpoints", touchpoints))
    _can_be_asked(scenario, names, running)
    count = _orders(orders, len(names))
    chosen = words_of("measures", measures)
    for measure in chosen:
        known_measure(measure, DEALS)
    if not chosen:
        raise ValueError("measures = []: name at least one, e.g. 'deals'")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    drawn = None
    if count:
        drawn = np.array([orders_of(n, len(names), count) for n in question.seeds])
    plan = coalitions_of(scenario, names, question.seeds, drawn)
    table = measured(_runs_of(plan, question), chosen)
    return TouchpointTruth(
        scenario, names, question.people, question.seeds, table, question.confidence, drawn
    )


def _orders(given: object, touchpoints: int) -> int:
    """How many orders are drawn; 0 for all coalitions."""
    if given is None:
        return 0 if touchpoints <= EXACT else ORDERS
    if given == "all":
        if touchpoints > MOST:
            raise ValueError(
                f'orders = "all": {touchpoints} touchpoints make {2**touchpoints:,} coalitions; '
                f"name 1 to {MOST} ({2**MOST:,} coalitions), or draw some orders, e.g. {ORDERS}"
            )
        return 0
    if isinstance(given, str):
        raise ValueError(f'orders = {shown(given)}: must be "all" or an even number from 4 on')
    count = whole("orders", given, 4)
    if count % 2:
        raise ValueError(f"orders = {count}: must be even, as each order is paired with its mirror")
    return count


def _runs_of(plan: Plan, question: Asked) -> pd.DataFrame:
    """The measures of each coalition in each of its worlds: rows (coalition, seed)."""
    import pandas as pd

    jobs = [(name, seed) for name, (_, seeds) in plan.items() for seed in seeds]
    done: Iterable[Any] = outcomes(plan, question.people, False, **question.where)
    numbers = {}
    for name, seed, outcome in question.progress(done, len(jobs)) if question.progress else done:
        numbers[name, seed] = outcome.numbers
    index = pd.MultiIndex.from_tuples(jobs, names=["coalition", "seed"])
    return pd.DataFrame([numbers[job] for job in jobs], index, list(UNITS))


def _can_be_asked(scenario: Scenario, names: Sequence[str], running: Sequence[str]) -> None:
    for name in names:
        if name in running:
            continue
        if name in scenario.touchpoints:
            message = f"touchpoint {name!r}: strategy {scenario.strategy!r} does not run it"
            raise ValueError(f"{message}; it runs: {', '.join(running) or 'none'}")
        raise unknown("running touchpoint", name, running)
    if len(set(names)) < len(names):
        raise ValueError(f"touchpoints = {list(names)}: each is named once")
    if not names:
        raise ValueError(f"touchpoints = []: name one or more of {', '.join(running) or 'none'}")


# --- Measures that can be asked for ---------------------------------------------------------------


def measured(table: pd.DataFrame, measures: Iterable[str]) -> pd.DataFrame:
    """Columns of a table of measures; "deals" adds up first and repeat deals."""
    import pandas as pd

    deals = table["first_deals"] + table["repeat_deals"]
    return pd.DataFrame({name: deals if name == DEALS else table[name] for name in measures})
