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
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import scenario_of, words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, amount, heads
from cjsim.experiment.workers import evaluate
from cjsim.labels import SPOKEN, text, unknown
from cjsim.measures.summary import in_words, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

MOST: Final = 10
"""Touchpoints that can be asked about together: 2^10 = 1,024 coalitions."""
MEASURES: Final = ("first_deals", "deals", "profit_per_person")
DEALS: Final = "deals"


# --- Games: pure functions of a table of values ---------------------------------------------------
#
# `values` has the shape (runs, 2^k): column number c is the coalition of the players i whose bit
# 2^i is set in c. So column 0 is nobody and the last column is everybody.


def shapley(values: npt.ArrayLike) -> Floats:
    """Each player's Shapley value: the mean of what they add, over all orders of joining.

    Parameters
    ----------
    values : (runs, 2^k), see above.

    Returns (runs, k). In each run the values add up to everybody less nobody (Shapley 1953).
    """
    table, k = _table(values)
    columns = []
    for player in range(k):
        without, gains = _gains(table, k, player)
        sizes = [c.bit_count() for c in without.tolist()]
        weights = np.array([1.0 / (k * math.comb(k - 1, size)) for size in sizes])
        columns.append(gains @ weights)
    return np.column_stack(columns)


def main_effects(values: npt.ArrayLike) -> Floats:
    """The mean of what a player adds, over all coalitions of the others; (runs, k).

    The main effect of a full factorial design; in games, the Banzhaf value.
    """
    return _of_gains(values, lambda gains: gains.mean(axis=1))


def incrementals(values: npt.ArrayLike) -> Floats:
    """What a player adds to all the others: everybody less everybody but them; (runs, k)."""
    return _of_gains(values, lambda gains: gains[:, -1])


def alones(values: npt.ArrayLike) -> Floats:
    """What a player adds to nobody: only they less nobody; (runs, k)."""
    return _of_gains(values, lambda gains: gains[:, 0])


def pair_interactions(values: npt.ArrayLike) -> Floats:
    """How much more two players bring together than each by itself; (runs, k (k - 1) / 2).

    The mean of v(ij) - v(i) - v(j) + v(), over all coalitions of the rest to which i and j are
    added; pairs in the order of `itertools.combinations`. Above 0 they help each other, below 0
    they do the same work twice. (Textbooks of factorial designs often halve this number.)
    """
    table, k = _table(values)
    everyone = np.arange(2**k)
    columns = []
    for i, j in combinations(range(k), 2):
        rest = everyone[(everyone >> i & 1 == 0) & (everyone >> j & 1 == 0)]
        with_first, with_second = table[:, rest | 1 << i], table[:, rest | 1 << j]
        with_both = table[:, rest | 1 << i | 1 << j]
        columns.append(((with_both - with_second) - (with_first - table[:, rest])).mean(axis=1))
    return np.column_stack(columns) if columns else np.empty((len(table), 0))


def _table(values: npt.ArrayLike) -> tuple[Floats, int]:
    """The values as an array, and the number of players."""
    table = np.asarray(values, np.float64)
    k = table.shape[-1].bit_length() - 1 if table.ndim == 2 else 0
    if k < 1 or table.shape[1] != 2**k:
        raise ValueError(f"values of shape {table.shape}: must be (runs, 2^k) for k players")
    return table, k


def _gains(table: Floats, k: int, player: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """The coalitions without a player, and what the player adds to each: (runs, 2^(k-1))."""
    everyone = np.arange(2**k)
    without = everyone[everyone >> player & 1 == 0]
    return without, table[:, without | 1 << player] - table[:, without]


def _of_gains(values: npt.ArrayLike, take: Callable[[Floats], Floats]) -> Floats:
    table, k = _table(values)
    return np.column_stack([take(_gains(table, k, player)[1]) for player in range(k)])


SHARES: Final[dict[str, Callable[[npt.ArrayLike], Floats]]] = {
    "incremental": incrementals,
    "alone": alones,
    "main_effect": main_effects,
    "shapley": shapley,
}


# --- What was found -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class TouchpointTruth(Result):
    """What touchpoints really bring: the measures of every coalition of them, run by run.

    The tables have rows (measure, touchpoint) and columns difference, low, high [units of the
    measure] and clear, as `Comparison.paired`; low and high are the t interval over runs.

    Parameters
    ----------
    scenario : with all of them on.
    touchpoints : those that were switched; all others stay as they are.
    runs : the asked measures; rows (coalition, seed), the coalition written "a + b" or "(none)",
        in the order of the columns that `shapley` takes.
    confidence : coverage of the intervals where none is asked for.
    """

    scenario: Scenario
    touchpoints: tuple[str, ...]
    people: int
    seeds: tuple[int, ...]
    runs: pd.DataFrame
    confidence: float = 0.95

    @cached_property
    def table(self) -> pd.DataFrame:
        """`shapley()`: the fair shares of the touchpoints in each measure."""
        return self.shapley()

    def says(self, lang: str = SPOKEN) -> str:
        """What the touchpoints bring together, and the fair share of each, in the first measure."""
        measure = str(next(iter(self.runs)))
        shares = self.table.loc[measure]
        return text("result.truth", lang).format(
            measure=in_words(measure, self.scenario.money, lang),
            total=amount(self.total().loc[measure], lang),
            parts="; ".join(f"{name} {amount(row, lang)}" for name, row in shares.iterrows()),
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """The shares by each of the four definitions, and the runs of all coalitions."""
        shares = {
            name: self._with_intervals(self.by_run(name), None).reset_index() for name in SHARES
        }
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
        """A measure as the functions above take it: (runs, 2^k)."""
        if measure not in self.runs:
            raise unknown("measure", measure, list(self.runs))
        column: Floats = self.runs[measure].to_numpy(np.float64)
        return column.reshape(2 ** len(self.touchpoints), len(self.seeds)).T

    def incremental(self, confidence: float | None = None) -> pd.DataFrame:
        """All on less all on but this one: what its closing would cost."""
        return self._with_intervals(self.by_run("incremental"), confidence)

    def alone(self, confidence: float | None = None) -> pd.DataFrame:
        """Only this one on less none."""
        return self._with_intervals(self.by_run("alone"), confidence)

    def main_effect(self, confidence: float | None = None) -> pd.DataFrame:
        """On less off, mean over all coalitions of the others."""
        return self._with_intervals(self.by_run("main_effect"), confidence)

    def shapley(self, confidence: float | None = None) -> pd.DataFrame:
        """Fair shares: they add up to `total`, in every run."""
        return self._with_intervals(self.by_run("shapley"), confidence)

    def interactions(self, confidence: float | None = None) -> pd.DataFrame:
        """What pairs bring beyond their single effects: rows (measure, first, second).

        The convention is that of `pair_interactions`.
        """
        import pandas as pd

        pairs = pd.MultiIndex.from_tuples(
            list(combinations(self.touchpoints, 2)), names=["first", "second"]
        )
        return self._with_intervals(self._frames(pair_interactions, pairs), confidence)

    def total(self, confidence: float | None = None) -> pd.DataFrame:
        """All on less none of them: one row per measure."""
        import pandas as pd

        values = {name: self.values(name) for name in self.runs}
        gaps = {name: table[:, -1] - table[:, 0] for name, table in values.items()}
        level = self.confidence if confidence is None else confidence
        return difference(pd.DataFrame(gaps), level).rename_axis("measure")

    def by_run(self, share: str) -> pd.DataFrame:
        """One of the four `SHARES` run by run: rows (measure, seed), touchpoints across."""
        import pandas as pd

        if share not in SHARES:
            raise unknown("share", share, SHARES)
        return self._frames(SHARES[share], pd.Index(self.touchpoints, name="touchpoint"))

    def _frames(
        self, shares_of: Callable[[npt.ArrayLike], Floats], columns: pd.Index
    ) -> pd.DataFrame:
        import pandas as pd

        seeds = pd.Index(self.seeds, name="seed")
        frames = {m: pd.DataFrame(shares_of(self.values(m)), seeds, columns) for m in self.runs}
        return pd.concat(frames, names=["measure"])

    def _with_intervals(self, shares: pd.DataFrame, confidence: float | None) -> pd.DataFrame:
        import pandas as pd

        level = self.confidence if confidence is None else confidence
        tables = {measure: difference(shares.loc[measure], level) for measure in self.runs}
        return pd.concat(tables, names=["measure"])


# --- How it is found ------------------------------------------------------------------------------


def touchpoint_truth(
    scenario: Scenario | str | Path,
    touchpoints: str | Sequence[str],
    *,
    measures: str | Sequence[str] = MEASURES,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> TouchpointTruth:
    """Run every coalition of touchpoints, each on at its intensity or off, on the same people.

    A strategy that also ran before day 0 lacked the touchpoint then, too: see `switched_off`.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    touchpoints : up to ten that the scenario's strategy runs. k of them make 2^k markets per run.
    measures : of `measures.UNITS`, or "deals": first and repeat deals.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `TouchpointTruth`. Raises ValueError for a touchpoint that does not run, one named
    twice, too many, or an unknown measure.

    >>> truth = touchpoint_truth("phone", "site", people=50, runs=2, executor="here")
    >>> truth.touchpoints
    ('site',)
    """
    scenario = scenario_of(scenario)
    names = tuple(words_of("touchpoints", touchpoints))
    _can_be_asked(scenario, names)
    chosen = words_of("measures", measures)
    for measure in chosen:
        known_measure(measure, DEALS)
    if not chosen:
        raise ValueError("measures = []: name at least one, e.g. 'deals'")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    coalitions = {}
    for c in range(2 ** len(names)):
        on = [name for i, name in enumerate(names) if c >> i & 1]
        coalitions[" + ".join(on) or "(none)"] = switched_off(scenario, set(names) - set(on))
    table = measured(evaluate(coalitions, **question.how), chosen)
    table = table.rename_axis(["coalition", "seed"])
    return TouchpointTruth(
        scenario, names, question.people, question.seeds, table, question.confidence
    )


def _can_be_asked(scenario: Scenario, names: Sequence[str]) -> None:
    running = [name for name, on in scenario.running.touchpoints.items() if on > 0]
    for name in names:
        if name in running:
            continue
        if name in scenario.touchpoints:
            message = f"touchpoint {name!r}: strategy {scenario.strategy!r} does not run it"
            raise ValueError(f"{message}; it runs: {', '.join(running) or 'none'}")
        raise unknown("running touchpoint", name, running)
    if len(set(names)) < len(names):
        raise ValueError(f"touchpoints = {list(names)}: each is named once")
    if not 1 <= len(names) <= MOST:
        raise ValueError(
            f"{len(names)} touchpoints make {2 ** len(names):,} coalitions; name 1 to {MOST} "
            f"({2**MOST:,} coalitions). The others stay as they are."
        )


def switched_off(scenario: Scenario, touchpoints: Collection[str]) -> Scenario:
    """The scenario whose strategy has these touchpoints switched off (intensity 0).

    They leave the programme, too, and where the plan names them there is silence. A programme
    that would be empty is not taken for "all there are": the firm stops pushing, as it does where
    no push touchpoint is left. Other strategies stay as they are; so a touchpoint is also off
    before day 0 only if this strategy ran then.
    """
    if not touchpoints:
        return scenario
    before = scenario.running
    still_on = {name: on for name, on in before.touchpoints.items() if name not in touchpoints}
    programme = [name for name in before.programme if name not in touchpoints]
    library = scenario.touchpoints
    pushes = [
        n
        for n, on in still_on.items()
        if on > 0 and library[n].contact == "push" and not library[n].after
    ]
    ran_out = before.push == "animator" and before.programme and not programme
    key = f"strategies.{scenario.strategy}"
    changes: dict[str, object] = {f"{key}.touchpoints.{name}": 0.0 for name in touchpoints}
    changes |= {f"{key}.plan.{at}": "" for at, name in before.plan.items() if name in touchpoints}
    push = before.push if pushes and not ran_out else "none"
    return scenario.with_changes({**changes, f"{key}.programme": programme, f"{key}.push": push})


# --- Measures that can be asked for ---------------------------------------------------------------


def measured(table: pd.DataFrame, measures: Iterable[str]) -> pd.DataFrame:
    """Columns of a table of measures; "deals" adds up first and repeat deals."""
    import pandas as pd

    deals = table["first_deals"] + table["repeat_deals"]
    return pd.DataFrame({name: deals if name == DEALS else table[name] for name in measures})
