"""The weak point of a journey: where is it worth most that a few more people pass? (A36, B36-B38)

Each stage in turn is passed a little better, by the same people with the same luck, and what the
firm gains is read off. What it costs to get there is not known: the same one per cent is cheap at
one stage and dear at another. Gain per budget sets the gain beside what is spent on the stage
today (A27: think of every stage). It is a ratio to start a discussion with, no forecast.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cjsim.door import number_of, scenario_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.draws import Draws, draws_of
from cjsim.experiment.intervals import difference
from cjsim.experiment.levers import FLAT_GATE, NOTHING_TO_LOSE, Lever, each, levers_of, run_of
from cjsim.experiment.result import Grid, Result, amount, cell, heads, in_per_cent
from cjsim.experiment.sensitivity import Floats, relative
from cjsim.experiment.stage_doubt import StageDoubt
from cjsim.experiment.workers import evaluate
from cjsim.journey import STAGES, Stage
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting
from cjsim.measures.contacts import touchpoints
from cjsim.measures.money import running_cost
from cjsim.measures.over_periods import over_periods
from cjsim.measures.summary import LESS_IS_BETTER, UNITS, in_words, known_measure, word_and_unit
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

TOTALS = frozenset({"people", "deals", "trials", "contacts", "money"})
"""Units of measures that grow with the length of the run."""


@dataclass(frozen=True, repr=False)
class WeakPoint(Result):
    """What each of the twelve stages is worth, per little rise of the share that passes it.

    `weak_point` makes one; `stage` is the weak point itself.

    Parameters
    ----------
    scenario : as it is.
    measure : the one looked at, of `cjsim.measures.UNITS`.
    better : relative rise of the share that passes.
    people : how many were simulated in each run.
    base : the measure in each run as it is.
    gains : the gain in each run (seeds down, stages across): how much more of the measure there is,
        or how much less of one of `LESS_IS_BETTER`, so that a gain above 0 is always good.
    spending : what is spent per day in each run on touchpoints that aim at each of the sixteen
        stages [money].
    table : one row per stage, the largest gain first, those that cannot be passed better last; see
        below.
    confidence : coverage of the intervals, 0..1.
    doubt : there where draws of unknown inputs were asked for: in how many of them each stage is
        the weak point.

    Columns of the table
    --------------------

    how : "planned_loss", "gate", "nothing to lose here" or "flat gate".
    passing, passing_better : the share that passes, now and with the change, of those who came
        there in the first runs. Nobody passes more surely than surely: where few are lost the rise
        is smaller than asked for, see `smaller`.
    value : what the planned loss of the stage, or the threshold of the gate, was changed to.
    gain, gain_low, gain_high : paired gain, with its interval; NaN where nothing can be gained.
    clear : does the interval leave zero out?
    elasticity, elasticity_low, elasticity_high : relative gain per relative rise of `passing`. NaN
        where the interval of the base holds zero.
    spend_per_day, spend_per_day_low, spend_per_day_high : contacts and running costs of the
        touchpoints that aim at the stage [money]. Reps are not in it: they serve several stages.
    gain_per_budget, gain_per_budget_low, gain_per_budget_high : gain per day / spend per day; NaN
        where nothing is spent. A measure that is no total, like a share, is not taken per day.

    Intervals are t intervals over the runs.

    >>> found = weak_point("phone", better=0.05, people=50, runs=2, executor="here")
    >>> found.stage
    'satisfaction'
    >>> found.table.loc[found.stage, ["passing", "passing_better"]].astype(float).round(3).to_dict()
    {'passing': 0.737, 'passing_better': 0.774}
    """

    scenario: Scenario
    measure: str
    better: float
    people: int
    base: pd.Series[float]
    gains: pd.DataFrame
    spending: pd.DataFrame
    table: pd.DataFrame
    confidence: float = 0.95
    doubt: StageDoubt | None = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs."""
        return tuple(int(seed) for seed in self.base.index)

    @cached_property
    def stage(self) -> str | None:
        """The weak point: the stage with the largest gain; None where no stage gains anything."""
        best = self.table.index[0]
        return str(best) if self.table.loc[best, "gain"] > 0 else None

    @cached_property
    def tied(self) -> tuple[str, ...]:
        """Stages that these runs cannot tell from the weak point, paired.

        Together with it they hold the stage that is truly best as often as `confidence` says: each
        of the others, of which one may be best, is given its part of the doubt (Gupta 1965).
        """
        if self.stage is None:
            return ()
        others = self.table.index[1:][self.table["gain"].iloc[1:].notna()]
        of_each = max(1e-9, 1.0 - 2.0 * (1.0 - self.confidence) / max(1, len(others)))  # one-sided
        gap = difference(self.gains.rsub(self.gains[self.stage], axis=0), of_each)
        ahead = gap["clear"] & (gap["difference"] > 0)
        return tuple(name for name in others if not ahead[name])

    @cached_property
    def smaller(self) -> tuple[str, ...]:
        """Stages at which fewer are lost than should be won, so that the change is smaller."""
        rise = self.table["passing_better"] / self.table["passing"] - 1.0
        short = self.table["gain"].notna() & (rise < 0.999 * self.better)
        return tuple(self.table.index[short])

    def says(self, lang: str = SPOKEN) -> str:
        """The weak point, what is gained there, and which stages cannot be told from it."""
        words = {"better": in_per_cent(self.better, lang)}
        if self.stage is None:
            improvable = self.table[~self.table["how"].isin([NOTHING_TO_LOSE, FLAT_GATE])]
            nothing = len(improvable) and improvable["gain"].isna().all()
            measure, unit = word_and_unit(self.measure, self.scenario.money, lang)
            key = f"ranking.weak_{'nothing' if nothing else 'none'}"
            nowhere = text(key, lang).format(measure=measure, unit=unit, **words)
            return f"{nowhere} {self.doubt.says(lang)}" if self.doubt else nowhere
        row = self.table.loc[self.stage]
        if self.measure in LESS_IS_BETTER:  # a gain is how much less
            row = -row[["gain", "gain_high", "gain_low"]].astype(float)
            row.index = ["gain", "gain_low", "gain_high"]
        sentence = text("result.weak", lang).format(
            measure=in_words(self.measure, self.scenario.money, lang),
            stage=text(f"stage.{self.stage}.label", lang), gain=amount(row, lang, "gain"), **words,
        )  # fmt: skip
        sentences = [sentence]
        for key, stages in (("tied", self.tied), ("less_to_win", self.smaller)):
            if stages:
                others = ", ".join(text(f"stage.{name}.label", lang) for name in stages)
                sentences.append(text(f"ranking.{key}", lang).format(stages=others, **words))
        if self.doubt:
            sentences.append(self.doubt.says(lang))
        return " ".join(sentences)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The ranking, and the gain and the spending in each run."""
        return {
            "table": self.table.reset_index(),
            "gains": self.gains.reset_index(),
            "spending": self.spending.reset_index(),
            **(self.doubt.tables() if self.doubt else {}),
        }

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        money = self.scenario.money
        words = heads(["stage", "gain", "clear", "spending", "per_budget"], lang)
        words[1] = f"{words[1]}: {in_words(self.measure, money, lang)}"
        words[3] = f"{words[3]}, {money}"
        rows = [
            [
                text(f"stage.{stage}.label", lang), amount(row, lang, "gain"),
                cell(row["clear"], lang), amount(row, lang, "spend_per_day", signed=False),
                amount(row, lang, "gain_per_budget"),
            ]
            for stage, row in self.table.iterrows()
        ]  # fmt: skip
        return words, rows

    def note(self, lang: str = SPOKEN) -> str:
        """What to keep in mind before money follows this table."""
        return text("ranking.note", lang).format(better=setting(100 * self.better, lang))


def weak_point(
    scenario: Scenario | str | Path,
    measure: str = "profit_per_day",
    *,
    better: float = 0.01,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
    draws: int | Draws | pd.DataFrame | str | Path | None = None,
) -> WeakPoint:
    """Let each stage in turn be passed better, by a share of those who pass; see `WeakPoint`.

    All levers have one real size. Where people can walk away, planned_loss is lowered, at most to
    0, until that many more of those who really come there pass: how far, the first runs tell
    (`levers.READ_OFF`), as they are and with half of that loss. At satisfaction the gate's
    threshold is lowered until those who came to the gate in these runs would pass it that much
    better, after the first deal and after each repeat deal: both doors have the one threshold, so
    the gain is that of both, and stage 9 is passed better by fewer silent lapses alone. Those who
    leave a queue or an empty shelf are nobody's planned loss.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    measure : one of `measures.UNITS`.
    better : relative rise of the share that passes, at least 0.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`. A burn-in, too, is lived with the change.
    draws : how many joint draws of what the scenario holds [uncertain], or a table of them, see
        `cjsim.experiment.draws`: in each of them all is asked again, in a world or two.

    Returns the `WeakPoint`. Raises ValueError for an unknown measure and for a `better` below 0.

    >>> len(weak_point("phone", people=50, runs=2, executor="here").table)
    12
    """
    scenario = scenario_of(scenario)
    known_measure(measure)
    if not 0 <= number_of("better", better) < math.inf:
        raise ValueError(f"better = {better}: must be a number of at least 0, e.g. 0.01 for 1 %")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    drawn = None if draws is None else draws_of(draws, {"": scenario}, question.seed)
    each_draw = list(drawn.of(scenario)) if drawn else []
    levers, base, gains = _gained(scenario, measure, better, question)
    spending = _spending_of_runs(scenario, question)
    per_day = _per_day(measure, question.people, scenario.horizon_days)
    table = _table(levers, base, gains, spending, per_day, question.confidence)
    return WeakPoint(
        scenario, measure, better, question.people, base, gains, spending, table,
        question.confidence,
        _doubt(each_draw, drawn, scenario, measure, better, question) if drawn else None,
    )  # fmt: skip


def _gained(
    scenario: Scenario, measure: str, better: float, question: Asked
) -> tuple[dict[str, Lever], pd.Series[float], pd.DataFrame]:
    """The levers, the measure as it is, and the gain of each stage: seeds down, stages across."""
    levers = levers_of(scenario, better, question)
    changes = {key: lever.changes for key, lever in levers.items() if lever.changes}
    plan = {"": scenario} | {key: scenario.with_changes(what) for key, what in changes.items()}
    values = evaluate(plan, **question.how)[measure].unstack("scenario").loc[list(question.seeds)]
    base = values[""].rename(measure)
    sign = -1.0 if measure in LESS_IS_BETTER else 1.0
    gains = sign * values[list(changes)].sub(base, axis=0).reindex(columns=list(levers))
    return levers, base, gains


def _doubt(
    each_draw: Sequence[Scenario],
    drawn: Draws,
    scenario: Scenario,
    measure: str,
    better: float,
    question: Asked,
) -> StageDoubt:
    """The same asked in every draw, in worlds of its own."""
    import pandas as pd

    quiet = replace(question, runs=drawn.worlds, progress=None)
    seeds = [of_draw[0] for of_draw in drawn.seeds(question.seed)]
    jobs: Iterable[tuple[Scenario, int]] = zip(each_draw, seeds, strict=True)
    if question.progress:
        jobs = question.progress(jobs, len(drawn))
    rows = [
        _gained(one, measure, better, replace(quiet, seed=seed))[2].mean() for one, seed in jobs
    ]
    gains = pd.DataFrame(rows, pd.RangeIndex(len(drawn), name="draw"))
    return StageDoubt(
        scenario, measure, drawn, question.people, gains, tuple(seeds), question.confidence
    )


# --- What is spent ------------------------------------------------------------------------------


def _spending_of_runs(scenario: Scenario, question: Asked) -> pd.DataFrame:
    """What is spent per day on each of the sixteen stages: seeds down, stages across [money]."""
    import pandas as pd

    spendings = each(question, partial(_spending, scenario, question), question.seeds)
    index = pd.Index(question.seeds, name="seed")
    return pd.DataFrame(spendings, index, [stage.key for stage in STAGES])


def _spending(scenario: Scenario, question: Asked, seed: int) -> Floats:
    """What one run spends per day on touchpoints that aim at each of the sixteen stages."""
    run = run_of(question, scenario, seed)
    cost = touchpoints(run)["cost"] / scenario.horizon_days
    spent = np.zeros(len(STAGES))
    for name, of_contacts in cost.items():
        touchpoint = scenario.touchpoints[name]
        days = np.array(scenario.horizon_days)
        whole = over_periods(scenario, partial(running_cost, name=name), days)
        running = run.share * float(whole / days)
        spent[Stage.of(touchpoint.aims_at)] += of_contacts + running
    return spent


def _per_day(measure: str, people: int, days: float) -> float:
    """What turns a measure over a whole run into one per day; 1 where it is no total."""
    unit = UNITS[measure]
    if unit == "money_per_person":
        return people / days
    return 1.0 / days if unit in TOTALS else 1.0


# --- The table ----------------------------------------------------------------------------------


def _table(
    levers: dict[str, Lever],
    base: pd.Series[float],
    gains: pd.DataFrame,
    spending: pd.DataFrame,
    per_day: float,
    confidence: float,
) -> pd.DataFrame:
    """One row per stage, the largest gain first."""
    import pandas as pd

    gain_intervals = difference(gains, confidence)
    spend_intervals = difference(spending, confidence)
    by_stage = {}
    for stage, lever in levers.items():
        row = gain_intervals.loc[stage]
        gain = gains[stage].to_numpy()
        spend = spend_intervals.loc[stage, ["difference", "low", "high"]]
        rise = lever.better / lever.passing - 1.0
        share = relative(gain, base.to_numpy(), confidence)
        worth = relative(per_day * gain, spending[stage].to_numpy(), confidence)
        by_stage[stage] = {
            "how": lever.how, "passing": lever.passing, "passing_better": lever.better,
            "value": lever.value,
            "gain": row["difference"], "gain_low": row["low"], "gain_high": row["high"],
            "clear": bool(row["clear"]),
            **_interval_columns("elasticity", [x / rise if rise > 0 else math.nan for x in share]),
            **_interval_columns("spend_per_day", spend),
            **_interval_columns("gain_per_budget", worth),
        }  # fmt: skip
    table = pd.DataFrame.from_dict(by_stage, orient="index").rename_axis("stage")
    return table.sort_values("gain", ascending=False, kind="stable", na_position="last")


def _interval_columns(name: str, numbers: Sequence[float]) -> dict[str, float]:
    """A number and its interval as columns of that name."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), numbers, strict=True))
