"""Several scenarios on the same people with the same luck, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.experiment import work
from cjsim.measures.summary import UNITS
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """The runs of an experiment: one row per scenario and run, one column per measure.

    Run number i has the same seed in every scenario, hence the same people with the same luck:
    `paired()` takes differences run by run.
    """

    scenarios: dict[str, Scenario]
    people: int
    seeds: tuple[int, ...]
    runs: pd.DataFrame
    funnels: pd.DataFrame
    won: dict[str, npt.NDArray[np.bool_]]
    """Per scenario, runs x people: who made their first deal with us."""

    @cached_property
    def first(self) -> str:
        """The scenario that all others are compared to."""
        return next(iter(self.scenarios))

    def means(self) -> pd.DataFrame:
        """The mean of each measure over the runs: measures down, scenarios across."""
        return self.runs.groupby(level="scenario", sort=False).mean().T

    def paired(self, confidence: float = 0.95) -> pd.DataFrame:
        """Differences to the first scenario, run by run.

        Parameters
        ----------
        confidence : coverage of the t interval over runs, 0..1.

        Returns rows (scenario, measure) with columns difference, low, high [units of the measure]
        and clear: does the interval leave zero out? A single run has no interval.
        """
        import pandas as pd

        base = self.runs.loc[self.first]
        parts = {
            name: difference(self.runs.loc[name] - base, confidence)
            for name in list(self.scenarios)[1:]
        }
        if not parts:
            raise ValueError("one scenario alone cannot be compared; name at least two")
        return pd.concat(parts, names=["scenario", "measure"])

    def funnel(self) -> pd.DataFrame:
        """People at each of the twelve stages, summed over the runs: rows (scenario, stage)."""
        return self.funnels


def difference(gaps: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Mean and t interval of each column of run-by-run differences; missing runs are left out."""
    import pandas as pd
    from scipy import stats

    n = gaps.notna().sum()
    mean = gaps.mean()
    error = gaps.std(ddof=1) / np.sqrt(n)
    half = error * stats.t.ppf(0.5 + confidence / 2, np.maximum(n - 1, 1)).astype(float)
    half = half.where(n > 1)
    low, high = mean - half, mean + half
    clear = (low > 0) | (high < 0)
    return pd.DataFrame({"difference": mean, "low": low, "high": high, "clear": clear})


def compare(
    scenarios: Mapping[str, Scenario],
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    *,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: work.Progress | None = None,
) -> Comparison:
    """Run every scenario on the same people with the same luck, several times.

    Parameters
    ----------
    scenarios : name -> scenario; differences are taken to the first.
    people : size of each market; the first scenario's own when not given.
    runs : number of markets, each with its own seed: seed, seed + 1, ...
    executor, workers : where, and how many runs at a time; see `cjsim.experiment.work`. The result
        is the same for any.
    progress : e.g. `work.bar`.

    Raises ValueError without a scenario or a run.
    """
    if not scenarios or runs < 1:
        raise ValueError("a comparison needs at least one scenario and one run")
    size = next(iter(scenarios.values())).market.people if people is None else people
    seeds = tuple(range(seed, seed + runs))
    plan = {name: (scenario, seeds) for name, scenario in scenarios.items()}
    done: Iterable[Any] = work.outcomes(plan, size, True, executor, workers)
    found = {}
    for name, number, outcome in progress(done, len(plan) * runs) if progress else done:
        found[name, number] = outcome
    return _gathered(scenarios, size, seeds, found)


def _gathered(
    scenarios: Mapping[str, Scenario],
    size: int,
    seeds: tuple[int, ...],
    found: Mapping[tuple[str, int], Any],
) -> Comparison:
    """The results of all runs as tables, in the order of the scenarios and seeds."""
    import pandas as pd

    jobs = [(name, number) for name in scenarios for number in seeds]
    index = pd.MultiIndex.from_tuples(jobs, names=["scenario", "seed"])
    table = pd.DataFrame([found[job].numbers for job in jobs], index, list(UNITS))
    sums = {name: sum(found[name, number].funnel for number in seeds) for name in scenarios}
    stacked = pd.concat(sums, names=["scenario"])
    stacked["actual_loss"] = stacked["lost"] / (stacked["lost"] + stacked["passed"])
    for name, scenario in scenarios.items():
        for stage, plan in scenario.stages.items():
            stacked.loc[(name, stage), "planned_loss"] = plan.planned_loss
    won = {
        name: np.stack([np.asarray(found[name, number].won) for number in seeds])
        for name in scenarios
    }
    return Comparison(dict(scenarios), size, seeds, table, stacked, won)
