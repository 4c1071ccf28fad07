"""What if, many times: scenarios at every setting of some keys, on the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import folder_of, scenarios_of, shown
from cjsim.engine import Simulation
from cjsim.experiment import sweep_folder as folders
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.family import clear_of_all
from cjsim.experiment.idle import Idle, idle_of, sentences
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, amount, cell, heads
from cjsim.experiment.workers import Plan, essence, outcomes
from cjsim.files import safe_names
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import digits_for, number
from cjsim.measures.summary import LESS_IS_BETTER, UNITS, in_words, known_measure
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

LUCK = ("same", "own")
ELSEWHERE = {
    "market.people": "all its markets have one size; give people=...",
    "strategy": "give a scenario for each strategy",
}
"""Keys that a sweep decides by itself."""


@dataclass(frozen=True, repr=False)
class Sweep(Result):
    """Scenarios at every setting: the tidy table of all runs, and maps drawn from it.

    `sweep` makes one, `Sweep.load` reads one from the folder that it was kept in.

    Parameters
    ----------
    settings : one row per cell, one column per key.
    names : the scenarios; differences are taken to the first.
    people : how many were simulated in each run.
    runs : columns cell, the keys, scenario, run, seed, and the measures; cells that were not
        finished (an interrupted sweep) are missing.
    measure : what `table` and `says` are about.
    confidence : coverage of intervals where none is asked for, 0..1.
    scenarios : name -> scenario, as they were before the settings; none for a learning curve.

    >>> from cjsim import Scenario, grid
    >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
    >>> cells = grid({"guide.accuracy": [0.5, 0.9]})
    >>> swept = sweep(sides, cells, measure="contacts", people=30, runs=2, executor="here")
    >>> swept.means("contacts", "guide")["mean"].tolist()
    [1818.5, 1848.5]
    >>> swept.phase("contacts")[["winner", "margin"]].to_dict("list")
    {'winner': ['guide', 'guide'], 'margin': [643.5, 673.5]}
    """

    settings: pd.DataFrame
    names: tuple[str, ...]
    people: int
    runs: pd.DataFrame

    measure: str = "profit_per_person"
    confidence: float = 0.95
    scenarios: dict[str, Scenario] = field(default_factory=dict)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs."""
        return tuple(int(seed) for seed in self.runs["seed"].unique())

    @cached_property
    def table(self) -> pd.DataFrame:
        """`phase(measure)`; for one scenario alone mean, low, high of the measure per cell."""
        if len(self.names) > 1:
            return self.phase(self.measure)
        return self.means(self.measure)

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The keys that act in no cell, or on money alone, and why."""
        changes = self.settings.to_dict("records")
        cells = (s.with_changes(change) for s in self.scenarios.values() for change in changes)
        return idle_of(cells, map(str, self.settings.columns))

    def says(self, lang: str = SPOKEN) -> str:
        """Who is ahead in how many cells, in how many of them clearly, and which keys are idle."""
        return self._leads_in_words(lang) + sentences(self.idle, lang)

    def _leads_in_words(self, lang: str) -> str:
        money = {scenario.money for scenario in self.scenarios.values()}
        measure = in_words(self.measure, money.pop() if len(money) == 1 else "", lang)
        words = {"measure": measure, "cells": number(len(self.table), lang)}
        column = self.table["margin" if len(self.names) > 1 else "mean"]
        if column.isna().all():
            return text("result.sweep_nothing", lang).format(**words)
        if len(self.names) == 1:
            digits = digits_for(column.abs().max())
            low, high = (number(end, lang, digits) for end in (column.min(), column.max()))
            return text("result.sweep_one", lang).format(low=low, high=high, **words)
        ahead = self.table[self.table["margin"] > 0]
        leads = []
        for name in self.names:
            won = ahead[ahead["winner"] == name]
            leads.append(
                text("result.sweep_part", lang).format(
                    name=self.named(name, lang),
                    cells=len(won),
                    clear=int(won["clear"].sum()),
                    all=int(won["clear_all"].sum()),
                )
            )
        return text("result.sweep", lang).format(parts="; ".join(leads), **words)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Who is ahead where, and all runs."""
        return {"table": self.table.reset_index(), "runs": self.runs}

    @property
    def strategies(self) -> dict[str, str]:
        """The strategy that runs in each scenario; where none is known, the name of it."""
        known = self.scenarios
        return {name: known[name].strategy if name in known else name for name in self.names}

    def _scenarios(self) -> dict[str, Scenario]:
        return self.scenarios

    def _headline(self) -> str:
        keys = " x ".join(self.settings.columns)
        done = text("result.done").format(
            done=self.runs["cell"].nunique(), cells=len(self.settings)
        )  # fmt: skip
        return f"{keys}, {done}. {self.says() if len(self.runs) else ''}"

    def _grid(self, lang: str) -> Grid:
        keys = list(self.settings.columns)
        several = len(self.names) > 1
        words = heads(["winner", "lead", "clear", "clear_all"] if several else ["mean"], lang)
        column = "margin" if several else "mean"
        money = {scenario.money for scenario in self.scenarios.values()}
        unit = in_words(self.measure, money.pop() if len(money) == 1 else "", lang)
        at = 1 if several else 0
        words[at] = f"{words[at]}: {unit}"
        rows = []
        for _, row in self.table.iterrows():
            cells = [amount(row, lang, column, signed=several)]
            if several:
                sure = [cell(row[name], lang) for name in ("clear", "clear_all")]
                cells = [self.named(row["winner"], lang), *cells, *sure]
            rows.append([*(cell(row[key], lang) for key in keys), *cells])
        return [*keys, *words], rows

    def means(self, measure: str, scenario: str | None = None) -> pd.DataFrame:
        """A measure of a scenario in each cell, with its luck interval.

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        scenario : name of the one; the first when not given.

        Columns: the keys, mean, low, high.

        Raises ValueError for an unknown measure or scenario.

        >>> from cjsim import Scenario, grid
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> cells = grid({"product.price": [352.0, 440.0, 528.0]})
        >>> swept = sweep(sides, cells, people=50, runs=2, executor="here")
        >>> swept.means("contacts")["mean"].tolist()
        [2156.5, 2083.5, 2062.0]
        """
        name = self.names[0] if scenario is None else scenario
        if name not in self.names:
            raise unknown("scenario", name, self.names)
        values = self.values(measure)[:, self.names.index(name)]
        return self._settings_done().assign(**_row_means(values, self.confidence))

    @cached_property
    def complete(self) -> bool:
        """Are all cells there?"""
        return bool(self.runs["cell"].nunique() == len(self.settings))

    @property
    def is_grid(self) -> bool:
        """Is every combination of the keys' values there?"""
        return len(self.settings) == int(self.settings.nunique().prod())

    def values(self, measure: str) -> npt.NDArray[np.float64]:
        """The measure as an array (cells that are there, scenarios, runs).

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        """
        known_measure(measure)
        table = self.runs.pivot_table(
            measure, "cell", ["scenario", "run"], sort=False, dropna=False, observed=True
        )
        count = table.shape[1] // len(self.names)
        order = [(name, run) for name in self.names for run in range(count)]
        values = table.sort_index()[order].to_numpy(np.float64)
        return np.asarray(values).reshape(len(table), len(self.names), count)

    def _settings_done(self) -> pd.DataFrame:
        return self.settings.loc[sorted(self.runs["cell"].unique())]

    def _leads(self, measure: str, scenario: str | None) -> npt.NDArray[np.float64]:
        """How far a scenario (the last, if none is named) is ahead of the first: cells x runs."""
        name = self.names[-1] if scenario is None else scenario
        if name not in self.names[1:]:
            raise unknown("scenario", name, self.names[1:])
        values = self.values(measure)
        return np.asarray(values[:, self.names.index(name)] - values[:, 0])

    def phase(self, measure: str, confidence: float | None = None) -> pd.DataFrame:
        """Who wins where: one row per cell.

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        confidence : coverage of the intervals, 0..1; the sweep's when not given.

        Columns: the keys; winner, the scenario with the highest mean, or the lowest where less is
        better; runner_up; margin, low, high, by how much it is ahead of that, run by run, with the
        t interval [units of the measure]; clear, whether the interval leaves zero out; clear_all,
        whether it is clear even when all cells are allowed for: of a map on which nobody is ahead
        anywhere some cell is clear by chance, but clear_all only as seldom as one interval errs.
        Runs in which a scenario has no value are left out. Of two equal ones the first is named.

        >>> from cjsim import Scenario, grid
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> cells = grid({"product.price": [352.0, 440.0, 528.0]})
        >>> swept = sweep(sides, cells, people=50, runs=2, executor="here")
        >>> swept.phase("contacts")[["product.price", "winner"]].to_dict("list")
        {'product.price': [352.0, 440.0, 528.0], 'winner': ['guide', 'guide', 'guide']}
        """
        values = self.values(measure) * (-1 if measure in LESS_IS_BETTER else 1)
        has_value = ~np.isnan(values).any(axis=1, keepdims=True)
        values = np.where(has_value, values, np.nan)
        runs = has_value.sum(axis=2)
        mean = np.where(runs, np.nansum(values, axis=2) / np.maximum(runs, 1), np.nan)
        order = np.argsort(-mean, axis=1, kind="stable")
        best = order[:, 0]
        second = order[:, min(1, len(self.names) - 1)]
        cells = np.arange(len(values))
        table = self._settings_done()
        names = np.array(self.names, dtype=object)
        level = self.confidence if confidence is None else confidence
        gaps = values[cells, best] - values[cells, second]
        lead = _row_differences(gaps, level)
        margin = {"margin": lead.pop("difference"), **lead}
        margin["clear_all"] = lead["clear"] & clear_of_all(gaps, level)
        return table.assign(winner=names[best], runner_up=names[second], **margin)

    def differences(
        self, measure: str, scenario: str | None = None, confidence: float | None = None
    ) -> pd.DataFrame:
        """How far a scenario is ahead of the first, one row per cell, with a t interval.

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        scenario : name of the one; the last when not given.
        confidence : coverage of the intervals, 0..1; the sweep's when not given.

        Columns: the keys, difference, low, high, clear.

        >>> from cjsim import Scenario, grid
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> cells = grid({"product.price": [352.0, 440.0, 528.0]})
        >>> swept = sweep(sides, cells, people=50, runs=2, executor="here")
        >>> swept.differences("contacts")["difference"].tolist()
        [1541.5, 1299.5, 1089.5]
        """
        level = self.confidence if confidence is None else confidence
        return self._settings_done().assign(
            **_row_differences(self._leads(measure, scenario), level)
        )

    def flip_line(self, measure: str, x: str, y: str, scenario: str | None = None) -> pd.DataFrame:
        """Where the lead changes hands: for each value of key `y` the values of key `x`.

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        x, y : two of the keys, of a grid.
        scenario : name of the one; the last when not given.

        By straight lines between the cells of a grid; where both are equal in cells between, in the
        middle of these. Columns y, x, one row per crossing, and `up`: is the scenario ahead of the
        first beyond it (with less of the measure, where less is better)?
        """
        import pandas as pd

        table = self.differences(measure, scenario)
        sign = -1 if measure in LESS_IS_BETTER else 1
        crossings = []
        for value, line in table.sort_values(x).groupby(y, sort=True):
            at = line[x].to_numpy(float)
            gap = line["difference"].to_numpy(float)
            for i, j in pairwise(np.flatnonzero(gap)):  # a cell without a value is not passed over
                if not np.sign(gap[i]) * np.sign(gap[j]) < 0:
                    continue
                cross = (at[i + 1] + at[j - 1]) / 2
                if j == i + 1:
                    cross = at[i] + (at[j] - at[i]) * gap[i] / (gap[i] - gap[j])
                crossings.append((value, cross, bool(sign * gap[j] > 0)))
        return pd.DataFrame(crossings, columns=[y, x, "up"])

    def profile(
        self,
        key: str,
        measure: str,
        scenario: str | None = None,
        confidence: float | None = None,
    ) -> pd.DataFrame:
        """How the lead over the first changes with one key, averaged over all others.

        Parameters
        ----------
        key : one of those that were varied.
        measure : of `cjsim.measures.UNITS`.
        scenario : name of the one; the last when not given.
        confidence : coverage of the intervals, 0..1; the sweep's when not given.

        One row per value of the key; columns difference, low, high, clear. The interval is over
        runs, each run's lead being averaged over the cells with that value first. Of one scenario
        alone the measure itself; columns mean, low, high.

        >>> from cjsim import Scenario, grid
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> cells = grid({"product.price": [352.0, 440.0, 528.0]})
        >>> swept = sweep(sides, cells, people=50, runs=2, executor="here")
        >>> swept.profile("product.price", "contacts")["difference"].to_dict()
        {352.0: 1541.5, 440.0: 1299.5, 528.0: 1089.5}
        """
        import pandas as pd

        if key not in self.settings:
            raise unknown("key", key, self.settings.columns)
        at = self._settings_done()[key].to_numpy()
        alone = len(self.names) == 1
        values = self.values(measure)[:, 0] if alone else self._leads(measure, scenario)
        averages = pd.DataFrame(values).groupby(at, sort=True).mean()
        level = self.confidence if confidence is None else confidence
        columns = (_row_means if alone else _row_differences)(averages.to_numpy(), level)
        return pd.DataFrame(columns, index=averages.index.rename(key))

    @staticmethod
    def load(folder: str | Path) -> Sweep:
        """The sweep in a folder, as far as it got.

        Parameters
        ----------
        folder : the one that `sweep` was given.
        """
        import pandas as pd

        place = folder_of("folder", folder)
        question = folders.read_manifest(place)["question"]
        columns = {
            key: list(map(_hashable, column)) for key, column in question["settings"].items()
        }
        settings = pd.DataFrame(columns).rename_axis("cell")
        names = tuple(question["scenarios"])
        files = safe_names(names)
        scenarios = {name: Scenario.load(place / f"scenario-{files[name]}.toml") for name in names}
        runs = folders.parts(place, settings)
        return Sweep(settings, names, question["people"], runs, scenarios=scenarios)


def _hashable(value: Any) -> Any:
    """A value of a setting as it was asked for: JSON has lists in place of tuples."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _row_differences(gaps: npt.NDArray[np.float64], confidence: float) -> dict[str, Any]:
    """What `difference` says of each row of gaps, as columns of a table."""
    import pandas as pd

    intervals = difference(pd.DataFrame(gaps.T), confidence)
    return {name: intervals[name].to_numpy() for name in intervals}


def _row_means(values: npt.NDArray[np.float64], confidence: float) -> dict[str, Any]:
    """The mean of each row with its interval, as columns of a table."""
    columns = _row_differences(values, confidence)
    return {"mean": columns["difference"], "low": columns["low"], "high": columns["high"]}


def sweep(
    scenarios: Mapping[Any, Scenario | str | Path] | Sequence[Scenario | str | Path],
    settings: pd.DataFrame,
    *,
    measure: str = "profit_per_person",
    folder: str | Path | None = None,
    luck: str = "same",
    people: int | None = None,
    runs: int = 10,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Sweep:
    """Run every scenario at every setting, on the same people with the same luck.

    Parameters
    ----------
    scenarios : name -> scenario, or a list of them, named after their strategies or products;
        differences are taken to the first. A scenario is a Scenario, a preset's name or a path.
    settings : one row per cell, one column per dotted key: see `design.grid`, `design.sample`. A
        key is changed in every scenario; where it makes no difference nothing is run again.
    measure : what the result's `table` and `says` are about; all measures are kept.
    folder : keeps a part per finished cell; the same call goes on where a killed one stopped.
    luck : "same", or "own": every cell and scenario in worlds of its own, to see what comes of
        chance alone. With the same luck the cells of a map err together.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`; runs are per cell and scenario.

    Returns the `Sweep`. An interrupt (Ctrl-C, the notebook's stop button) ends it with the cells
    that are finished. Raises ScenarioError for a key or value that cannot be, before anything runs.

    >>> from cjsim import grid
    >>> cells = grid({"product.price": [352.0, 528.0]})
    >>> swept = sweep(["phone"], cells, measure="repeat_deals", people=50, runs=2, executor="here")
    >>> swept.complete
    True
    >>> swept.means("repeat_deals")[["product.price", "mean"]].to_dict("list")
    {'product.price': [352.0, 528.0], 'mean': [53.0, 20.5]}
    """
    if luck not in LUCK:
        raise unknown("luck", luck, LUCK)
    known_measure(measure)
    named = scenarios_of(scenarios)
    table = _checked_settings(settings)
    question = asked(
        next(iter(named.values())), people=people, runs=runs, seed=seed, executor=executor,
        workers=workers, progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    names = tuple(named)
    changes = table.to_dict("records")
    cells = [{n: s.with_changes(change) for n, s in named.items()} for change in changes]
    store = None
    if folder is not None:
        asks = _question(named, table, question, luck)
        store = folders.Folder(folder_of("folder", folder), asks, named)
    open_cells = sorted(set(range(len(cells))) - set(store.done() if store else []))
    runs = question.runs
    seeds = worlds(question.seed, runs * (len(cells) * len(names) if luck == "own" else 1))
    plan = {}
    for at in open_cells:
        for i, name in enumerate(names):
            first = (at * len(names) + i) * runs if luck == "own" else 0
            plan[at, name] = (cells[at][name], seeds[first : first + runs])
    finished = _finished_cells(plan, table, names, store, question)
    answer = Sweep(
        table, names, question.people, store.read(table) if store else finished, measure,
        question.confidence, named,
    )  # fmt: skip
    if store and answer.complete:
        store.finish(answer.runs)
    return answer


def _checked_settings(settings: pd.DataFrame) -> pd.DataFrame:
    """The settings numbered from 0; ValueError for what is no table of keys."""
    import pandas as pd

    if not isinstance(settings, pd.DataFrame) or not len(settings) or not len(settings.columns):
        raise ValueError(
            f"settings = {shown(settings)}: must be a table of at least one cell, such as "
            'cjsim.grid({"guide.accuracy": [0.5, 0.9]}) makes'
        )
    for key, instead in ELSEWHERE.items():
        if key in settings:
            raise ValueError(f"{key}: changes nothing in a sweep; {instead}")
    wide = dict.fromkeys(settings.select_dtypes("floating").columns, float)
    wide |= dict.fromkeys(settings.select_dtypes("integer").columns, int)
    return settings.astype(wide).reset_index(drop=True).rename_axis("cell")


def _question(
    scenarios: Mapping[str, Scenario],
    settings: pd.DataFrame,
    question: Asked,
    luck: str,
) -> dict[str, Any]:
    """What decides about a sweep's numbers, as plain data."""
    own = {}
    if isinstance(question.engine, type):  # the others all give the same numbers
        own["engine"] = f"{question.engine.__module__}.{question.engine.__qualname__}"
    return {
        "scenarios": {name: essence(scenario) for name, scenario in scenarios.items()},
        "people": question.people,
        "runs": question.runs,
        "seed": question.seed,
        "luck": luck,
        "settings": settings.to_dict("list"),
        **own,
    }


def _finished_cells(
    plan: Plan,
    settings: pd.DataFrame,
    names: tuple[str, ...],
    store: folders.Folder | None,
    question: Asked,
) -> pd.DataFrame:
    """Run the plan; the finished cells as one table, each kept in the folder at once."""
    import pandas as pd

    runs = question.runs
    progress = question.progress
    open_cells: dict[int, npt.NDArray[np.float64]] = {}
    missing = {cell: len(names) * runs for cell, _ in plan}
    tables = {-1: _tidy(0, settings, {}, np.empty((0, 0, len(UNITS))))}
    how = {**question.where, "worlds_first": False}  # a cell is kept as soon as it is finished
    done: Any = outcomes(plan, question.people, False, **how) if plan else ()
    try:
        for at, number, outcome in progress(done, len(plan) * runs) if progress else done:
            cell, name = at
            block = open_cells.setdefault(cell, np.empty((len(names), runs, len(UNITS))))
            block[names.index(name), plan[at][1].index(number)] = outcome.numbers
            missing[cell] -= 1
            if missing[cell] == 0:
                seeds = {name: plan[cell, name][1] for name in names}
                tables[cell] = _tidy(cell, settings, seeds, open_cells.pop(cell))
                if store:
                    store.keep(cell, tables.pop(cell))
    except KeyboardInterrupt:
        pass  # what is finished is the answer so far
    if len(tables) > 1:
        del tables[-1]
    return pd.concat([tables[cell] for cell in sorted(tables)], ignore_index=True)


def _tidy(
    cell: int,
    settings: pd.DataFrame,
    seeds: Mapping[str, Sequence[int]],
    block: npt.NDArray[np.float64],
) -> pd.DataFrame:
    """The runs of one cell as rows; `block` holds measures by (scenario, run, measure)."""
    import pandas as pd

    runs = block.shape[1]
    head = {"cell": cell, **settings.loc[cell].to_dict()}
    table = pd.DataFrame(
        {
            **{key: [value] * (len(seeds) * runs) for key, value in head.items()},
            "scenario": np.repeat(list(seeds), runs),
            "run": np.tile(np.arange(runs), len(seeds)),
            "seed": [number for numbers in seeds.values() for number in numbers],
        }
    )
    numbers = pd.DataFrame(block.reshape(-1, len(UNITS)), columns=list(UNITS))
    return pd.concat([table, numbers], axis=1)
