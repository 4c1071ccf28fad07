"""Several scenarios on the same people with the same luck, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, number_of, scenarios_of, whole
from cjsim.engine import Simulation
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.doubt import Doubt, run_draws
from cjsim.experiment.draws import Draws, draws_of
from cjsim.experiment.intervals import (
    LEANS_FROM,
    difference,
    known_confidence,
    notes,
    ratio_of_spreads,
    runs_needed,
)
from cjsim.experiment.result import (
    TOLD,
    Grid,
    Result,
    amount,
    heads,
    in_per_cent,
)
from cjsim.experiment.workers import outcomes
from cjsim.journey import LENSES
from cjsim.labels import SPOKEN, text
from cjsim.measures.desk import crowded
from cjsim.measures.funnel import planned_loss
from cjsim.measures.summary import HEADLINE, UNITS, in_words, known_measure
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

QUADRANTS = ("both", "only_with", "only_without", "neither")


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """The runs of an experiment: one row per scenario and run, one column per measure.

    Run number i has the same seed in every scenario, hence the same people with the same luck:
    `paired()` takes differences run by run. `compare` makes one.

    Parameters
    ----------
    scenarios : name -> scenario; differences are taken to the first.
    people : how many were simulated in each run.
    seeds : those of the runs, the same for every scenario.
    runs : all measures of `cjsim.measures.UNITS`; rows (scenario, seed).
    funnels : the funnel summed over the runs, see `funnel()`; rows (scenario, stage).
    won : per scenario who made their first deal in each run, see `uplift()`.
    confidence : coverage of intervals where none is asked for, 0..1.
    doubt : there where draws of unknown inputs were asked for.

    >>> from cjsim import Scenario
    >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
    >>> two = compare(sides, people=50, runs=4, executor="here")
    >>> two.means().loc["contacts"].to_dict()
    {'pull': 2133.0, 'guide': 3278.0}
    >>> two.table.loc[("guide", "contacts"), ["difference", "low", "high"]].round(1).to_dict()
    {'difference': 1145.0, 'low': 781.1, 'high': 1508.9}
    >>> two.runs_needed("contacts", half_width=50.0)  # how many runs until it is known so well
    83
    """

    scenarios: dict[str, Scenario]
    people: int
    seeds: tuple[int, ...]
    runs: pd.DataFrame
    funnels: pd.DataFrame
    won: dict[str, Flags]
    """Per scenario, runs x lives: who made their first deal with us; masked where there is none."""
    confidence: float = 0.95
    doubt: Doubt | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """`paired()`; for one scenario alone its means, with luck intervals."""
        if len(self.scenarios) > 1:
            return self.paired()
        return self._means_of(self.first)

    def says(self, lang: str = SPOKEN) -> str:
        """How far the others are from the first in deals and profit, a sentence each."""
        level = in_per_cent(self.confidence, lang)
        if len(self.scenarios) == 1:
            amounts = self._headline_in_words(self.table, lang, signed=False)
            name = self.named(self.first, lang)
            alone = text("result.alone", lang).format(name=name, level=level, parts=amounts)
            return " ".join([alone, *self.notes(lang)])
        compared = [
            text("result.compared", lang).format(
                name=self.named(name, lang), first=self.named(self.first, lang), level=level,
                parts=self._headline_in_words(self.table.loc[name], lang),
            )
            for name in list(self.scenarios)[1:]
        ]  # fmt: skip
        return " ".join([*compared, *self.notes(lang)])

    def notes(self, lang: str = SPOKEN) -> list[str]:
        """Sentences that belong to the numbers, to be put behind them: the doubt first."""
        return [*([self.doubt.says(lang)] if self.doubt else []), *self.crowded(lang)]

    def _admits(self, row: Any, lang: str) -> str:
        """What an interval has to admit, behind it in brackets: "" where there is nothing."""
        words = [] if row["note"] in ("", "one_run") else [text(f"note.{row['note']}", lang)]
        if 1 <= row["runs"] < len(self.seeds):
            fewer = text("note.fewer", lang)
            words.append(fewer.format(told=row["runs"], runs=len(self.seeds)))
        return f" ({'; '.join(words)})" if words else ""

    def crowded(self, lang: str = SPOKEN) -> list[str]:
        """A sentence for each scenario whose sample stands in a long queue, see `desk.crowded`."""
        sentences = []
        for name, scenario in self.scenarios.items():
            means = self.runs.loc[name].mean()
            again = means["repeat_deals"] if scenario.firm.repeat_needs_rep else 0.0
            deals = means["first_deals"] + again
            lost = means["lost_in_queue"]
            sentences.append(
                crowded(scenario, self.people, lost, deals, lang, self.named(name, lang))
            )
        return [sentence for sentence in sentences if sentence]

    def tables(self) -> dict[str, pd.DataFrame]:
        """All runs, the funnels, and for several scenarios the differences to the first."""
        tables = {"runs": self.runs.reset_index(), "funnel": self.funnels.reset_index()}
        if len(self.scenarios) > 1:
            tables["differences"] = self.paired().reset_index()
        return tables | (self.doubt.tables() if self.doubt else {})

    def _scenarios(self) -> dict[str, Scenario]:
        return self.scenarios

    @property
    def _money(self) -> str:
        """The currency; none where the scenarios have several."""
        named = {scenario.money for scenario in self.scenarios.values()}
        return named.pop() if len(named) == 1 else ""

    def _means_of(self, name: str) -> pd.DataFrame:
        """Mean and interval of each measure of one scenario over the runs."""
        runs = self.runs.loc[name]
        means = difference(runs, self.confidence).drop(columns="clear").join(notes(runs))
        return means.rename(columns={"difference": "mean"}).rename_axis("measure")

    def _headline_in_words(self, table: pd.DataFrame, lang: str, signed: bool = True) -> str:
        """A few measures of a table, in words."""
        column = "difference" if signed else "mean"
        return "; ".join(
            f"{in_words(measure, self._money, lang)}: "
            f"{amount(table.loc[measure], lang, column, signed)}"
            f"{self._admits(table.loc[measure], lang)}"
            for measure in TOLD
        )

    def _grid(self, lang: str) -> Grid:
        others = list(self.scenarios)[1:]
        first = self._means_of(self.first)
        rows = []
        for measure in HEADLINE:
            row = [in_words(measure, self._money, lang)]
            told = first.loc[measure]
            row.append(amount(told, lang, "mean", signed=False) + self._admits(told, lang))
            gaps = [self.table.loc[(name, measure)] for name in others]
            row += [amount(gap, lang) + self._admits(gap, lang) for gap in gaps]
            rows.append(row)
        words = heads(["measure", "difference"], lang)
        names = [
            f"{words[1]}: {self.named(name, lang)} − {self.named(self.first, lang)}"
            for name in others
        ]
        return [words[0], self.named(self.first, lang), *names], rows

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

    def paired(self, confidence: float | None = None) -> pd.DataFrame:
        """Differences to the first scenario, run by run.

        Parameters
        ----------
        confidence : coverage of the luck interval, 0..1; the comparison's when not given.

        Returns rows (scenario, measure) with columns difference, low, high [units of the measure];
        clear: does the interval leave zero out; runs: how many have the measure on both sides;
        note: what the interval has to admit, see `cjsim.experiment.intervals.notes`.

        >>> from cjsim import Scenario
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> two = compare(sides, people=50, runs=4, executor="here")
        >>> gap = two.paired().loc[("guide", "contacts"), ["difference", "low", "high"]]
        >>> gap.astype(float).round(1).to_dict()
        {'difference': 1145.0, 'low': 781.1, 'high': 1508.9}
        """
        import pandas as pd

        level = self.confidence if confidence is None else confidence
        tables = {
            name: difference(gap, level).join(notes(gap)) for name, gap in self.gaps().items()
        }
        return pd.concat(tables, names=["scenario", "measure"])

    def pairing(self, confidence: float | None = None) -> pd.DataFrame:
        """What it gains that all scenarios meet the same people with the same luck.

        Parameters
        ----------
        confidence : coverage of the luck interval, 0..1; the comparison's when not given.

        Rows (scenario, measure); columns paired and unpaired, the variances of the difference of
        one run with the same luck and with luck of their own, and gain, their ratio: how many
        times more runs it would take without; low and high, the interval of the gain
        (`cjsim.experiment.intervals.ratio_of_spreads`).

        >>> from cjsim import Scenario
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> two = compare(sides, people=50, runs=4, executor="here")
        >>> two.pairing().loc[("guide", "contacts"), ["paired", "unpaired"]].round().to_dict()
        {'paired': 52295.0, 'unpaired': 79082.0}
        """
        import pandas as pd

        level = self.confidence if confidence is None else confidence
        known_confidence(level)
        base = self.runs.loc[self.first]
        tables = {}
        for name, gap in self.gaps().items():
            sums = base + self.runs.loc[name]
            rows = {
                measure: _gain(gap[measure].to_numpy(), sums[measure].to_numpy(), level)
                for measure in gap
            }
            columns = ["paired", "unpaired", "gain", "low", "high"]
            tables[name] = pd.DataFrame.from_dict(rows, "index", columns=columns)
        return pd.concat(tables, names=["scenario", "measure"])

    def runs_needed(self, measure: str, half_width: float, confidence: float | None = None) -> int:
        """How many runs in all until each paired interval is +- `half_width` or narrower.

        By the spread of the runs there are, see `cjsim.experiment.intervals.runs_needed`.

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`.
        half_width : how far an end of the interval may be from its middle [units of the measure].
        confidence : coverage of the luck interval, 0..1; the comparison's when not given.

        Raises ValueError for an unknown measure, a width of 0, a single run, or a measure that
        fewer than two runs have.
        """
        known_measure(measure)
        confidence = self.confidence if confidence is None else confidence
        known_confidence(confidence)
        if not half_width > 0 or len(self.seeds) < 2:
            raise ValueError(
                f"half_width = {half_width:g} with {len(self.seeds)} run(s): "
                "needs a width above 0 and at least two runs to tell the spread"
            )
        gaps = [gap[measure].dropna().to_numpy() for gap in self.gaps().values()]
        if (fewest := min(map(len, gaps))) < 2:
            raise ValueError(
                f"{measure}: {fewest} of {len(self.seeds)} runs have it on both sides, so its "
                "spread cannot be told; take more people, or a measure that every run has"
            )
        return max(runs_needed(gap, half_width, confidence) for gap in gaps)

    def uplift(self, confidence: float | None = None) -> pd.DataFrame:
        """What a scenario changes for each single person: the counterfactual that no firm sees.

        Parameters
        ----------
        confidence : coverage of the luck interval, 0..1; the comparison's when not given.

        Rows (scenario, quadrant), the share of people whose first deal is made both with the
        scenario and without it (under the first one), only_with, only_without, and neither, of
        all who are seen in both, newcomers too: they are the same under every scenario;
        columns share, low, high with a luck interval, cut at 0 and 1. The net effect, only_with
        less only_without, hides how many are driven away.

        >>> from cjsim import Scenario
        >>> sides = [Scenario.load("phone", name) for name in ("pull", "guide")]
        >>> two = compare(sides, people=50, runs=4, executor="here")
        >>> two.uplift()["share"].loc["guide"].round(3).to_dict()
        {'both': 0.179, 'only_with': 0.04, 'only_without': 0.01, 'neither': 0.771}
        """
        import pandas as pd

        self.gaps()  # are there two?
        tables = {}
        for name in list(self.scenarios)[1:]:
            without, with_it = _side_by_side(self.won[self.first], self.won[name])
            quadrants = (
                with_it & without,
                with_it & ~without,
                ~with_it & without,
                ~with_it & ~without,
            )
            shares = pd.DataFrame(
                {
                    key: np.ma.filled(won.mean(axis=1), np.nan)
                    for key, won in zip(QUADRANTS, quadrants, strict=True)
                }
            )
            level = self.confidence if confidence is None else confidence
            intervals = difference(shares, level).drop(columns="clear")
            intervals[["low", "high"]] = intervals[["low", "high"]].clip(0.0, 1.0)
            tables[name] = intervals.rename(columns={"difference": "share"})
        return pd.concat(tables, names=["scenario", "quadrant"])

    def funnel(self) -> pd.DataFrame:
        """People at each of the twelve stages, summed over the runs: rows (scenario, stage)."""
        return self.funnels.copy()


def compare(
    scenarios: Mapping[Any, Scenario | str | Path] | Sequence[Scenario | str | Path],
    people: int | None = None,
    *,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
    until: Mapping[str, float] | None = None,
    most: int = 500,
    draws: int | Draws | pd.DataFrame | str | Path | None = None,
) -> Comparison:
    """Run every scenario on the same people with the same luck, several times.

    Parameters
    ----------
    scenarios : name -> scenario, or a list of them, named after their strategies or products;
        differences are taken to the first. A scenario is a Scenario, a preset's name or a path.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`. The result is the same for any executor.
    until : measure -> half width [its units]: go on after `runs` until each paired interval is as
        narrow, or `most` runs are done. It starts with ten runs at least, and runs are added in
        steps that at most double them, so that a lucky start does not stop the experiment early.
    most : runs of `until` at most.
    draws : how many joint draws of what the scenarios hold [uncertain], or a table of them, see
        `cjsim.experiment.draws`: the comparison then has its `doubt`.

    Returns the `Comparison`. Raises ValueError for what cannot be asked.

    >>> both = compare(["phone", "yogurt"], 50, runs=2, executor="here")
    >>> both.means().loc["first_deals"].to_dict()
    {'phone': 14.0, 'yogurt': 6.5}
    >>> gap = both.paired().loc[("yogurt", "first_deals")]
    >>> gap[["difference", "low", "high"]].astype(float).round(1).to_dict()  # two runs tell little
    {'difference': -7.5, 'low': -77.4, 'high': 62.4}
    """
    named = scenarios_of(scenarios)
    question = asked(
        next(iter(named.values())), people=people, runs=runs, seed=seed, executor=executor,
        workers=workers, progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    widths = mapping_of("until", until or {}, '{"first_deals": 5}')
    widths = {name: number_of(f"until[{name!r}]", width) for name, width in widths.items()}
    for measure in widths:
        known_measure(measure)
    most = max(whole("most", most), question.runs)
    drawn = None if draws is None else draws_of(draws, named, question.seed)
    sides = {name: list(drawn.of(one)) for name, one in named.items()} if drawn else {}
    outcome_of: dict[tuple[str, int], Any] = {}
    done_runs = 0
    wanted_runs = max(question.runs, min(LEANS_FROM, most)) if widths else question.runs
    while done_runs < wanted_runs:
        seeds = worlds(question.seed, wanted_runs)
        new = seeds[done_runs:]
        plan = {name: (scenario, new) for name, scenario in named.items()}
        done: Iterable[Any] = outcomes(plan, question.people, True, **question.where)
        for name, number, outcome in progress(done, len(plan) * len(new)) if progress else done:
            outcome_of[name, number] = outcome
        done_runs = wanted_runs
        comparison = _comparison_of(named, question.people, seeds, outcome_of, question.confidence)
        needed = [comparison.runs_needed(name, width) for name, width in widths.items()]
        wanted_runs = min(max(needed, default=0), 2 * done_runs, most)
    return with_doubt(comparison, sides, drawn, question) if drawn else comparison


def with_doubt(
    comparison: Comparison,
    sides: Mapping[str, Sequence[Scenario]],
    drawn: Draws,
    question: Asked,
    now: bool = False,
) -> Comparison:
    """A comparison with its doubt: every side as each draw has it; `now` as of `Doubt`."""
    runs = run_draws(sides, drawn, question)
    luck = comparison.table
    if len(comparison.scenarios) == 1:
        import pandas as pd

        luck = pd.concat({comparison.first: luck}, names=["scenario"])
    doubt = Doubt(
        comparison.scenarios, drawn, comparison.people, runs, luck, comparison.confidence, now
    )
    return replace(comparison, doubt=doubt)


def _comparison_of(
    scenarios: Mapping[str, Scenario],
    size: int,
    seeds: tuple[int, ...],
    outcome_of: Mapping[tuple[str, int], Any],
    confidence: float,
) -> Comparison:
    """The results of all runs as tables, in the order of the scenarios and seeds."""
    import pandas as pd

    jobs = [(name, number) for name in scenarios for number in seeds]
    index = pd.MultiIndex.from_tuples(jobs, names=["scenario", "seed"])
    table = pd.DataFrame([outcome_of[job].numbers for job in jobs], index, list(UNITS))
    sums = {name: sum(outcome_of[name, number].funnel for number in seeds) for name in scenarios}
    stacked = pd.concat(sums, names=["scenario"])
    over = stacked["lost"] + stacked["failed"] + stacked["passed"]
    stacked["actual_loss"] = stacked["lost"] / over
    for name, scenario in scenarios.items():
        plan = dict(zip(LENSES["twelve"].steps, planned_loss(scenario), strict=True))
        for stage in scenario.stages:
            stacked.loc[(name, stage), "planned_loss"] = plan[stage]
    stacked["gate_loss"] = stacked["failed"] / stacked["deals"]
    won = {name: _stacked([outcome_of[name, number].won for number in seeds]) for name in scenarios}
    return Comparison(dict(scenarios), size, seeds, table, stacked, won, confidence)


def _gain(gaps: Floats, sums: Floats, confidence: float) -> tuple[float, ...]:
    """Variance of a difference with the same luck, with luck of their own; gain, its low, its high.

    Twice the variances of both sides are those of their sum and of their difference.
    """
    ratio, low, high = ratio_of_spreads(sums, gaps, confidence)
    there = gaps[~np.isnan(gaps)]
    if len(there) < 2:
        return (np.nan,) * 5
    paired = float(there.var(ddof=1))
    unpaired = (paired + float(sums[~np.isnan(sums)].var(ddof=1))) / 2
    return paired, unpaired, (1 + ratio) / 2, (1 + low) / 2, (1 + high) / 2


def _stacked(won: Sequence[Flags]) -> Flags:
    """Who bought in each run as one array: worlds with fewer newcomers have masked ones behind."""
    bought = np.zeros((len(won), max(map(len, won))), np.bool_)
    unseen = np.ones_like(bought)
    for i, run in enumerate(won):
        bought[i, : len(run)] = np.ma.getdata(run)
        unseen[i, : len(run)] = np.ma.getmaskarray(run)
    return np.ma.masked_array(bought, unseen)


def _side_by_side(one: Flags, other: Flags) -> tuple[Flags, Flags]:
    """Runs x those lives that both sides have; where one side grows faster, its last are alone."""
    lives = min(one.shape[1], other.shape[1])
    return one[:, :lives], other[:, :lives]
