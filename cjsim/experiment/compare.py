"""Several scenarios on the same people with the same luck, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.experiment.intervals import bootstrapped, difference, known_confidence, t_quantile
from cjsim.experiment.workers import Progress, outcomes
from cjsim.labels import unknown
from cjsim.measures.summary import UNITS, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


INTERVALS = ("t", "bootstrap")
QUADRANTS = ("both", "only_with", "only_without", "neither")


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

    def gaps(self) -> dict[str, pd.DataFrame]:
        """Per scenario but the first its differences to the first: runs down, measures across."""
        if len(self.scenarios) < 2:
            raise ValueError("one scenario alone cannot be compared; name at least two")
        base = self.runs.loc[self.first]
        return {name: self.runs.loc[name] - base for name in list(self.scenarios)[1:]}

    def paired(self, confidence: float = 0.95, interval: str = "t") -> pd.DataFrame:
        """Differences to the first scenario, run by run.

        Parameters
        ----------
        confidence : coverage of the interval over runs, 0..1.
        interval : "t", or "bootstrap" (bias-corrected and accelerated, Efron 1987), which asks
            for no bell shape but for ten runs or more.

        Returns rows (scenario, measure) with columns difference, low, high [units of the measure]
        and clear: does the interval leave zero out? A single run has no interval.
        """
        import pandas as pd

        if interval not in INTERVALS:
            raise unknown("interval", interval, INTERVALS)
        found = difference if interval == "t" else bootstrapped
        parts = {name: found(gap, confidence) for name, gap in self.gaps().items()}
        return pd.concat(parts, names=["scenario", "measure"])

    def pairing(self) -> pd.DataFrame:
        """What it gains that all scenarios meet the same people with the same luck.

        Rows (scenario, measure); columns paired and unpaired, the variances of the difference of
        one run with the same luck and with luck of their own, and gain, their ratio: how many
        times more runs it would take without.
        """
        import pandas as pd

        base = self.runs.loc[self.first].var(ddof=1)
        parts = {}
        for name, gap in self.gaps().items():
            table = {"paired": gap.var(ddof=1), "unpaired": base + self.runs.loc[name].var(ddof=1)}
            parts[name] = pd.DataFrame(table)
        found = pd.concat(parts, names=["scenario", "measure"])
        return found.assign(gain=found["unpaired"] / found["paired"])

    def runs_needed(self, measure: str, half_width: float, confidence: float = 0.95) -> int:
        """How many runs in all until each paired interval is +- `half_width` or narrower.

        By the spread of the runs there are: the smallest n with t(n - 1) s / sqrt(n) within it.
        Raises ValueError for an unknown measure, a width of 0, a single run, or a measure that
        fewer than two runs have.
        """
        from scipy import special

        known_measure(measure)
        known_confidence(confidence)
        if not half_width > 0 or len(self.seeds) < 2:
            raise ValueError(
                f"half_width = {half_width:g} with {len(self.seeds)} run(s): "
                "needs a width above 0 and at least two runs to tell the spread"
            )
        gaps = [gap[measure].dropna() for gap in self.gaps().values()]
        if (have := min(map(len, gaps))) < 2:
            raise ValueError(
                f"{measure}: {have} of {len(self.seeds)} runs have it on both sides, so its spread "
                "cannot be told; take more people, or a measure that every run has"
            )
        spread = max(float(gap.std(ddof=1)) for gap in gaps)
        level = 0.5 + confidence / 2
        n = max(2, int((special.ndtri(level) * spread / half_width) ** 2))  # t needs a few more
        while n < 10**6 and t_quantile(confidence, n) * spread > half_width * n**0.5:
            n += 1
        return n

    def uplift(self, confidence: float = 0.95) -> pd.DataFrame:
        """What a scenario changes for each single person: the counterfactual that no firm sees.

        Rows (scenario, quadrant), the share of people whose first deal is made both with the
        scenario and without it (under the first one), only_with, only_without, and neither;
        columns share, low, high with a t interval over runs. The net effect, only_with less
        only_without, hides how many are driven away.
        """
        import pandas as pd

        self.gaps()  # are there two?
        without = self.won[self.first]
        parts = {}
        for name in list(self.scenarios)[1:]:
            with_it = self.won[name]
            parted = (
                with_it & without,
                with_it & ~without,
                ~with_it & without,
                ~with_it & ~without,
            )
            table = pd.DataFrame(
                {key: won.mean(axis=1) for key, won in zip(QUADRANTS, parted, strict=True)}
            )
            found = difference(table, confidence).drop(columns="clear")
            parts[name] = found.rename(columns={"difference": "share"})
        return pd.concat(parts, names=["scenario", "quadrant"])

    def funnel(self) -> pd.DataFrame:
        """People at each of the twelve stages, summed over the runs: rows (scenario, stage)."""
        return self.funnels


def compare(
    scenarios: Mapping[str, Scenario],
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    *,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: Progress | None = None,
    until: Mapping[str, float] | None = None,
    most: int = 500,
) -> Comparison:
    """Run every scenario on the same people with the same luck, several times.

    Parameters
    ----------
    scenarios : name -> scenario; differences are taken to the first.
    people : size of each market; the first scenario's own when not given.
    runs : number of markets, each with its own seed: seed, seed + 1, ...
    executor, workers : where, and how many runs at a time; see `experiment.workers`. The result is
        the same for any.
    progress : e.g. `workers.bar`.
    until : measure -> half width [its units]: go on after `runs` until each paired 95 % interval
        is as narrow, or `most` runs are done. Runs are added in steps that at most double them, so
        that a lucky start does not stop the experiment early.

    Raises ValueError without a scenario or a run.
    """
    if not scenarios or runs < 1:
        raise ValueError("a comparison needs at least one scenario and one run")
    size = next(iter(scenarios.values())).market.people if people is None else people
    found: dict[tuple[str, int], Any] = {}
    have, wanted = 0, runs
    while have < wanted:
        new = range(seed + have, seed + wanted)
        plan = {name: (scenario, new) for name, scenario in scenarios.items()}
        done: Iterable[Any] = outcomes(plan, size, True, executor, workers)
        for name, number, outcome in progress(done, len(plan) * len(new)) if progress else done:
            found[name, number] = outcome
        have = wanted
        comparison = _gathered(scenarios, size, tuple(range(seed, seed + have)), found)
        needed = [comparison.runs_needed(name, width) for name, width in (until or {}).items()]
        wanted = min(max(needed, default=0), 2 * have, max(most, runs))
    return comparison


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
