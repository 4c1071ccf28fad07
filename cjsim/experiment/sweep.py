"""What if, many times: scenarios at every setting of some keys, on the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.experiment import sweep_folder as folders
from cjsim.experiment.intervals import difference
from cjsim.experiment.workers import Plan, Progress, essence, outcomes
from cjsim.labels import unknown
from cjsim.measures.summary import LESS_IS_BETTER, UNITS, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

LUCK = ("same", "own")
ELSEWHERE = {
    "market.people": "all its markets have one size; give people=...",
    "strategy": "give a scenario for each strategy",
}
"""Keys that a sweep decides by itself."""


@dataclass(frozen=True)
class Sweep:
    """Scenarios at every setting: the tidy table of all runs, and maps drawn from it.

    Parameters
    ----------
    settings : one row per cell, one column per key.
    names : the scenarios; differences are taken to the first.
    runs : columns cell, the keys, scenario, run, seed, and the measures; cells that were not
        finished (an interrupted sweep) are missing.
    """

    settings: pd.DataFrame
    names: tuple[str, ...]
    people: int
    runs: pd.DataFrame

    def __repr__(self) -> str:
        done = self.runs["cell"].nunique()
        keys = " x ".join(self.settings.columns)
        return f"<Sweep of {keys}: {done} of {len(self.settings)} cells, {len(self.runs)} runs>"

    @cached_property
    def complete(self) -> bool:
        """Are all cells there?"""
        return bool(self.runs["cell"].nunique() == len(self.settings))

    @property
    def is_grid(self) -> bool:
        """Is every combination of the keys' values there?"""
        return len(self.settings) == int(self.settings.nunique().prod())

    def values(self, measure: str) -> npt.NDArray[np.float64]:
        """The measure as an array (cells that are there, scenarios, runs)."""
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

    def phase(self, measure: str, confidence: float = 0.95) -> pd.DataFrame:
        """Who wins where: one row per cell.

        Columns: the keys; winner, the scenario with the highest mean, or the lowest where less is
        better; runner_up; margin, low, high, by how much it is ahead of that, run by run, with the
        t interval [units of the measure]; clear, whether the interval leaves zero out. Runs in
        which a scenario has no value are left out. Of two that are equal the first is named.
        """
        values = self.values(measure) * (-1 if measure in LESS_IS_BETTER else 1)
        told = ~np.isnan(values).any(axis=1, keepdims=True)
        values = np.where(told, values, np.nan)
        runs = told.sum(axis=2)
        mean = np.where(runs, np.nansum(values, axis=2) / np.maximum(runs, 1), np.nan)
        order = np.argsort(-mean, axis=1, kind="stable")
        best, second = order[:, 0], order[:, min(1, len(self.names) - 1)]
        cells = np.arange(len(values))
        table = self._settings_done()
        names = np.array(self.names, dtype=object)
        found = _told(values[cells, best] - values[cells, second], confidence)
        margin = {"margin": found.pop("difference"), **found}
        return table.assign(winner=names[best], runner_up=names[second], **margin)

    def differences(
        self, measure: str, scenario: str | None = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """How far a scenario is ahead of the first, one row per cell, with a t interval.

        `scenario` is the last one when not given. Columns: the keys, difference, low, high, clear.
        """
        return self._settings_done().assign(**_told(self._leads(measure, scenario), confidence))

    def flip_line(self, measure: str, x: str, y: str, scenario: str | None = None) -> pd.DataFrame:
        """Where the lead changes hands: for each value of key `y` the values of key `x`.

        By straight lines between the cells of a grid; where both are equal in cells between, in the
        middle of these. Columns y, x, one row per crossing, and `up`: is the scenario ahead of the
        first beyond it (with less of the measure, where less is better)?
        """
        import pandas as pd

        table, sign = self.differences(measure, scenario), -1 if measure in LESS_IS_BETTER else 1
        rows = []
        for value, line in table.sort_values(x).groupby(y, sort=True):
            at, gap = line[x].to_numpy(float), line["difference"].to_numpy(float)
            for i, j in pairwise(np.flatnonzero(gap)):  # a cell without a value is not passed over
                if not np.sign(gap[i]) * np.sign(gap[j]) < 0:
                    continue
                cross = (at[i + 1] + at[j - 1]) / 2
                if j == i + 1:
                    cross = at[i] + (at[j] - at[i]) * gap[i] / (gap[i] - gap[j])
                rows.append((value, cross, bool(sign * gap[j] > 0)))
        return pd.DataFrame(rows, columns=[y, x, "up"])

    def profile(
        self, key: str, measure: str, scenario: str | None = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """How the lead over the first changes with one key, averaged over all others.

        One row per value of the key; columns difference, low, high, clear. The interval is over
        runs, each run's lead being averaged over the cells with that value first.
        """
        import pandas as pd

        if key not in self.settings:
            raise unknown("key", key, self.settings.columns)
        at = self._settings_done()[key].to_numpy()
        leads = pd.DataFrame(self._leads(measure, scenario)).groupby(at, sort=True).mean()
        return pd.DataFrame(_told(leads.to_numpy(), confidence), index=leads.index.rename(key))

    @staticmethod
    def load(folder: str | Path) -> Sweep:
        """The sweep in a folder, as far as it got."""
        import pandas as pd

        question = folders.read_manifest(Path(folder))["question"]
        settings = pd.DataFrame(question["settings"]).rename_axis("cell")
        runs = folders.parts(Path(folder))
        return Sweep(settings, tuple(question["scenarios"]), question["people"], runs)


def _told(gaps: npt.NDArray[np.float64], confidence: float) -> dict[str, Any]:
    """What `difference` says of each row of gaps, as columns of a table."""
    import pandas as pd

    found = difference(pd.DataFrame(gaps.T), confidence)
    return {name: found[name].to_numpy() for name in found}


def sweep(
    scenarios: Mapping[str, Scenario],
    settings: pd.DataFrame,
    people: int | None = None,
    runs: int = 10,
    seed: int = 1,
    *,
    folder: str | Path | None = None,
    luck: str = "same",
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run every scenario at every setting, on the same people with the same luck.

    Parameters
    ----------
    scenarios : name -> scenario; differences are taken to the first.
    settings : one row per cell, one column per dotted key: see `design.grid`, `design.sample`. A
        key is changed in every scenario; where it makes no difference nothing is run again.
    people : size of each market; the first scenario's own when not given.
    runs, seed : markets per cell and scenario, and the first one's seed.
    folder : keeps a part per finished cell; the same call goes on where a killed one stopped.
    luck : "same", or "own": every cell and scenario in worlds of its own, to see what comes of
        chance alone. With the same luck the cells of a map err together.
    executor, workers : where; see `cjsim.experiment.workers`.
    progress : e.g. `workers.bar`.

    An interrupt (Ctrl-C, the notebook's stop button) ends it with the cells that are finished.
    Raises ScenarioError for a key or value that cannot be, before anything runs.
    """
    if luck not in LUCK:
        raise unknown("luck", luck, LUCK)
    if not scenarios or runs < 1 or not len(settings):
        raise ValueError("a sweep needs at least one scenario, one cell and one run")
    settings = settings.reset_index(drop=True).rename_axis("cell")
    for key, instead in ELSEWHERE.items():
        if key in settings:
            raise ValueError(f"{key}: changes nothing in a sweep; {instead}")
    size = next(iter(scenarios.values())).market.people if people is None else people
    names = tuple(scenarios)
    changes = settings.to_dict("records")
    cells = [{n: s.with_changes(change) for n, s in scenarios.items()} for change in changes]
    kept = None
    if folder is not None:
        question = _question(scenarios, settings, size, runs, seed, luck)
        kept = folders.Folder(Path(folder), question, scenarios)
    left = sorted(set(range(len(cells))) - set(kept.done() if kept else []))
    plan = {}
    for cell in left:
        for i, name in enumerate(names):
            start = seed + (cell * len(names) + i) * runs if luck == "own" else seed
            plan[cell, name] = (cells[cell][name], range(start, start + runs))
    found = _collected(plan, settings, size, (names, runs), kept, executor, workers, progress)
    table = kept.read() if kept else found
    done = Sweep(settings, names, size, table)
    if kept and done.complete:
        kept.finish()
    return done


def _question(
    scenarios: Mapping[str, Scenario],
    settings: pd.DataFrame,
    people: int,
    runs: int,
    seed: int,
    luck: str,
) -> dict[str, Any]:
    """What decides about a sweep's numbers, as plain data."""
    return {
        "scenarios": {name: essence(scenario) for name, scenario in scenarios.items()},
        "people": people,
        "runs": runs,
        "seed": seed,
        "luck": luck,
        "settings": settings.to_dict("list"),
    }


def _collected(
    plan: Plan,
    settings: pd.DataFrame,
    people: int,
    shape: tuple[tuple[str, ...], int],
    kept: folders.Folder | None,
    executor: str | Executor,
    workers: int | None,
    progress: Progress | None,
) -> pd.DataFrame:
    """Run the plan; the finished cells as one table, each kept in the folder at once.

    `shape` holds the names of the scenarios and the number of runs of each.
    """
    import pandas as pd

    names, runs = shape
    open_cells: dict[int, npt.NDArray[np.float64]] = {}
    missing = {cell: len(names) * runs for cell, _ in plan}
    tables = {-1: _tidy(0, settings, {}, np.empty((0, 0, len(UNITS))))}
    done: Any = outcomes(plan, people, False, executor, workers) if plan else ()
    try:
        for at, number, outcome in progress(done, len(plan) * runs) if progress else done:
            cell, name = at
            block = open_cells.setdefault(cell, np.empty((len(names), runs, len(UNITS))))
            block[names.index(name), plan[at][1].index(number)] = outcome.numbers
            missing[cell] -= 1
            if missing[cell] == 0:
                seeds = {name: plan[cell, name][1] for name in names}
                tables[cell] = _tidy(cell, settings, seeds, open_cells.pop(cell))
                if kept:
                    kept.keep(cell, tables.pop(cell))
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
