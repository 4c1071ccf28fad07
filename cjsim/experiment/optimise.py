"""The best setting of a scenario's keys, what it gains, and how flat it is around there.

The search meets the same people with the same luck at every setting. The best of many tried is
still partly the luckiest (the winner's curse), so what it gains is measured again on fresh seeds,
and so is what is lost where each key alone is moved away from it: see `flatness`. A flat top is the
usual finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.door import mapping_of, number_of, scenario_of, whole, words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.experiment.draws import Draws, draws_of
from cjsim.experiment.flatness import around, compared
from cjsim.experiment.idle import Idle, idle_within
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, amount, cell, heads
from cjsim.experiment.search import (
    Axis,
    Floats,
    Point,
    Space,
    Tried,
    search,
)
from cjsim.experiment.sensitivity import number_key
from cjsim.experiment.setting_doubt import SettingDoubt, candidates
from cjsim.experiment.workers import evaluate, outcomes
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import NONE, number, short
from cjsim.measures.summary import LESS_IS_BETTER, UNITS, in_words, known_measure
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 20.0
"""Most that a touchpoint can be run at, see `scenario.Strategy`."""


@dataclass(frozen=True, repr=False)
class Optimum(Result):
    """The best setting found.

    `optimise` makes one.

    Parameters
    ----------
    scenario, better : as it stands, and at the best setting.
    measure : the one looked at, of `cjsim.measures.UNITS`.
    least : was the least of the measure looked for? Then a difference below 0 is what is wanted.
    people : how many were simulated in each run.
    seeds, fresh_seeds : those of the search, and those it has not seen.
    confidence : coverage of the intervals, 0..1.
    axes : what was searched along, in the order of the ranges, then of the touchpoints.
    now, best : axis -> value in the scenario as it stands, and at its best. An axis is a dotted
        key, or a touchpoint whose share of the budget moves.
    changes : the best as keys and values for `Scenario.with_changes`.
    gain : rows "fresh" (seeds the search has not seen: the honest figure) and "search" (its own
        seeds: flattered); columns difference (better less scenario), low, high, clear.
    good_enough : per axis best, low, high of the range outside which every value tried is clearly
        worse, with all else at its best; from, to of the range searched; at_edge "low", "high" or
        ""; worse_within, how many values tried inside are clearly worse, too. See `flatness`.
    lines : the settings that differ from the best in one axis; columns axis, at, value, difference
        to the best, low, high, clear, good. On the fresh seeds: on its own the best is flattered.
    points : every setting the search tried, with the same columns but good, on its own seeds.
    doubt : there where draws of unknown inputs were asked for: the setting that is best over them.

    >>> found = optimise("phone", {"firm.reps": (1, 2)}, people=30, runs=2, executor="here")
    >>> found.now, found.changes  # one rep is best, as it is
    ({'firm.reps': 1.0}, {'firm.reps': 1})
    >>> found.good_enough[["best", "from", "to"]].astype(float).to_dict("index")
    {'firm.reps': {'best': 1.0, 'from': 1.0, 'to': 2.0}}
    """

    scenario: Scenario
    better: Scenario
    measure: str
    least: bool
    people: int
    seeds: tuple[int, ...]
    fresh_seeds: tuple[int, ...]
    confidence: float
    axes: tuple[Axis, ...]
    now: dict[str, float]
    best: dict[str, float]
    changes: dict[str, float]
    gain: pd.DataFrame
    good_enough: pd.DataFrame
    lines: pd.DataFrame
    points: pd.DataFrame
    doubt: SettingDoubt | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per axis: now, then the columns of `good_enough`."""
        now = [self.now[axis] for axis in self.good_enough.index]
        table = self.good_enough.copy()
        table.insert(0, "now", now)
        return table

    def tables(self) -> dict[str, pd.DataFrame]:
        """The best setting, what it gains, and all that was tried."""
        return {
            "table": self.table.reset_index(names="axis"),
            "gain": self.gain.reset_index(names="seeds"),
            "lines": self.lines.reset_index(drop=True),
            "points": self.points.reset_index(drop=True),
            **(self.doubt.tables() if self.doubt else {}),
        }

    def _scenarios(self) -> dict[str, Scenario]:
        name = self.scenario.name
        return {name: self.scenario, f"{name}-best": self.better}

    def _headline(self) -> str:
        settings = ", ".join(f"{name} = {cell(value)}" for name, value in self.best.items())
        gain = amount(self.gain.loc["fresh"])
        return f"{in_words(self.measure, self.scenario.money)} {gain} at {settings}"

    def _grid(self, lang: str) -> Grid:
        rows = [
            [
                self.name(axis, lang), cell(row["now"], lang), cell(row["best"], lang),
                f"{cell(row['low'], lang)} … {cell(row['high'], lang)}",
                f"{cell(row['from'], lang)} … {cell(row['to'], lang)}",
            ]
            for axis, (_, row) in zip(self.axes, self.table.iterrows(), strict=True)
        ]  # fmt: skip
        return heads(["key", "value", "best", "good", "searched"], lang), rows

    @property
    def at_edge(self) -> tuple[str, ...]:
        """The axes whose best value lies at an end of the range searched."""
        edges = self.good_enough["at_edge"]
        return tuple(edges.index[edges != ""])

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The keys that cannot act within these ranges, or on money alone, and why."""
        ranges = {axis.name: (axis.low, axis.high) for axis in self.axes}
        return idle_within(
            self.scenario, {key: ends for key, ends in ranges.items() if key in self.changes}
        )

    def says(self, lang: str = SPOKEN) -> str:
        """The best setting, how far one may stray from it, and what it gains."""
        best_settings = [self._axis_in_words(axis, lang) for axis in self.axes]
        sentences = [text("optimum.best", lang).format(settings="; ".join(best_settings))]
        if self.at_edge:
            sentences.append(text("optimum.edge", lang).format(axes=", ".join(self.at_edge)))
        if two_peaks := self.good_enough.index[self.good_enough["worse_within"] > 0].tolist():
            sentences.append(text("optimum.worse_within", lang).format(axes=", ".join(two_peaks)))
        for note in self.idle.values():
            sentences.append(note.said(lang))
            if note.money:
                sentences.append(text("idle.best", lang))
        fresh, searched = (_amounts(self.gain.loc[row], lang) for row in ("fresh", "search"))
        verdict = "clear" if self.gain.loc["fresh", "clear"] else "unclear"
        if self.better == self.scenario or self.best == self.now:
            verdict = "stays"
        elif np.isnan(self.gain.loc["fresh", "low"]):
            verdict = "untold"
        sentences.append(
            text(f"optimum.{verdict}", lang).format(
                measure=in_words(self.measure, self.scenario.money, lang),
                fresh=fresh,
                search=searched,
            )
        )
        if self.doubt:
            sentences.append(self.doubt.says(lang))
        sentences.append(
            text("optimum.asked", lang).format(
                tried=number(len(self.points), lang), people=number(self.people, lang),
                runs=len(self.seeds),
                seed=self.seeds[0],
            )
        )  # fmt: skip
        return " ".join(sentences)

    def _axis_in_words(self, axis: Axis, lang: str) -> str:
        """The best value of one axis, and how far one may stray from it."""
        row = self.good_enough.loc[axis.name]
        key = "optimum.one_only" if row["low"] == row["high"] else "optimum.one"
        best, low, high = (short(row[name], lang) for name in ("best", "low", "high"))
        return text(key, lang).format(axis=self.name(axis, lang), best=best, low=low, high=high)

    def name(self, axis: Axis, lang: str = SPOKEN) -> str:
        """What an axis is called: its key, or which share of the budget it is."""
        if axis.name in self.changes:
            return axis.name
        return text("optimum.share", lang).format(axis=axis.name)


def _amounts(row: pd.Series[Any], lang: str) -> str:
    """A difference with its interval; a dash where there is none."""
    if np.isnan(row["low"]):
        return NONE
    size = max(abs(row["low"]), abs(row["high"]))
    if size >= 1000:
        digits = 0
    else:
        digits = 2 if size >= 1 else 4
    amounts = (
        number(row[name], lang, digits, signed=True) for name in ("difference", "low", "high")
    )
    return "{} [{} .. {}]".format(*amounts)


# --- What can be moved --------------------------------------------------------------------------


def space_of(
    scenario: Scenario,
    ranges: Mapping[str, tuple[float, float]],
    split: Collection[str] = (),
    budget: float | None = None,
) -> tuple[Space, dict[str, float]]:
    """The axes, and for each touchpoint of a split the intensity that all of the budget buys.

    Raises ValueError for a key or range that cannot be searched, ScenarioError (a ValueError) for
    an unknown key or a value that it does not allow.
    """
    axes = [_axis(scenario, key, ends) for key, ends in ranges.items()]
    full = _whole_budget(scenario, split, budget)
    for axis in axes:
        path = scenario.key(axis.name).path
        if path[:1] + path[2:3] == ("strategies", "touchpoints") and path[-1] in full:
            raise ValueError(f"{axis.name}: cannot have a range and be part of the split, too")
    if not axes and not full:
        raise ValueError("nothing to search: give ranges of keys, or a split of touchpoints")
    return Space((*axes, *(Axis(name, 0.0, 1.0) for name in full)), len(full)), full


def _axis(scenario: Scenario, dotted: str, ends: tuple[float, float]) -> Axis:
    key = number_key(scenario, dotted)
    try:
        low, high = map(float, ends)
    except (TypeError, ValueError):
        raise ValueError(f"{dotted}: a range is two numbers, low and high, not {ends!r}") from None
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{dotted}: the range {low:g} .. {high:g} must be finite")
    for end in (low, high):
        scenario.with_changes({dotted: int(end) if key.is_whole and end.is_integer() else end})
    if not low < high:
        raise ValueError(f"{dotted}: the range {low:g} .. {high:g} is empty; low comes first")
    runs = {scenario.strategy, *([scenario.burn_in_strategy] if scenario.burn_in_days else ())}
    if key.path[0] == "strategies" and key.path[1] not in runs:
        raise ValueError(
            f"{dotted}: {key.path[1]!r} does not run here, so it changes nothing; the strategy "
            f"that runs is {scenario.strategy!r}"
        )
    return Axis(dotted, low, high, key.is_whole)


def _whole_budget(
    scenario: Scenario, split: Collection[str], budget: float | None
) -> dict[str, float]:
    """Touchpoint -> the intensity that the whole budget would buy, if it were spent on it alone."""
    running = scenario.running.touchpoints
    if not split:
        if budget is not None:
            raise ValueError(f"budget = {budget:g}: name the touchpoints that share it with split=")
        return {}
    if len(set(split)) < 2:
        raise ValueError(
            f"split = {list(split)}: a budget is split between two touchpoints or more"
        )
    for name in split:
        if name not in running:
            raise unknown(f"touchpoint run by {scenario.strategy!r}", name, running)
        if not scenario.touchpoints[name].cost_per_day > 0:
            raise ValueError(
                f"{name}: costs nothing per day, so a budget a day does not say how much of it "
                f"runs; give strategies.{scenario.strategy}.touchpoints.{name} a range instead"
            )
    costs = {name: scenario.touchpoints[name].cost_per_day for name in dict.fromkeys(split)}
    now = sum(cost * running[name] for name, cost in costs.items())
    money = now if budget is None else budget
    if not money > 0:
        raise ValueError(f"budget = {money:g}: must be above 0")
    full = {name: money / cost for name, cost in costs.items()}
    for name, intensity in full.items():
        if intensity > MOST:
            raise ValueError(
                f"{name}: {money:g} a day would run it {intensity:.3g} times, of {MOST:g} at most. "
                "Leave it out of the split, or lower the budget"
            )
    return full


def _setting_now(scenario: Scenario, space: Space, full: Mapping[str, float]) -> Point:
    """The setting of the scenario as it stands."""
    running = scenario.running.touchpoints
    return tuple(
        running[axis.name] / full[axis.name]
        if axis.name in full
        else float(scenario.value(axis.name))
        for axis in space.axes
    )


# --- The question -------------------------------------------------------------------------------


def optimise(
    scenario: Scenario | str | Path,
    ranges: Mapping[str, tuple[float, float]],
    *,
    measure: str = "profit_per_person",
    split: str | Collection[str] = (),
    budget: float | None = None,
    least: bool | None = None,
    evaluations: int = 120,
    tolerance: float = 0.01,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
    draws: int | Draws | pd.DataFrame | str | Path | None = None,
) -> Optimum:
    """Find the setting of some keys at which a measure is best, and how flat it is around there.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    ranges : dotted key -> (low, high), e.g. {"guide.every_days": (2, 60), "firm.reps": (1, 12)}.
    measure : one of `measures.UNITS`.
    split : running touchpoints among which `budget` is divided anew: intensity · cost_per_day adds
        up to it. What their contacts cost on top is not part of it.
    budget : of these touchpoints [money per day]; what they cost now when not given.
    least : look for the least value of the measure, not the most? By default where less of it is
        better, as of churn (`LESS_IS_BETTER`).
    evaluations : how many settings evolution may try; only for several keys.
    tolerance : a loss up to this share of the best value is good enough, clear or not.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`; at least 2 runs, and the gain is measured on as many after these.
    draws : how many joint draws of what the scenario holds [uncertain], or a table of them, see
        `cjsim.experiment.draws`: the best setting and some around it are tried in each; a setting
        comes after the draw.

    Returns the `Optimum`. Raises ValueError for what cannot be searched, and where no setting has a
    value of the measure.

    >>> found = optimise("phone", {"firm.reps": (1, 2)}, people=30, runs=2, executor="here")
    >>> found.changes
    {'firm.reps': 1}
    """
    scenario = scenario_of(scenario)
    known_measure(measure)
    mapping_of("ranges", ranges, '{"guide.every_days": (2, 60)}')
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine, least_runs=2,
    )  # fmt: skip
    least = measure in LESS_IS_BETTER if least is None else bool(least)
    money = None if budget is None else number_of("budget", budget)
    space, full = space_of(scenario, ranges, words_of("split", split), money)
    now = _setting_now(scenario, space, full)
    drawn = None if draws is None else draws_of(draws, {"": scenario}, question.seed)
    each_draw = list(drawn.of(scenario)) if drawn else []
    trial = _Trial(scenario, space, full, measure, question)
    tried = Tried(space, trial, least)
    tries = whole("evaluations", evaluations)
    search(tried, now if space.holds(now) else None, tries, question.seed)
    if np.isnan(tried.found[tried.best()]).all():
        raise ValueError(
            f"{measure}: there is none in any run of the {len(tried.found)} settings tried; "
            "take more people, or a measure that every run has"
        )
    best = _optimum(trial, tried, now, least, number_of("tolerance", tolerance))
    if not drawn:
        return best
    points = candidates(space, tried.best(), now)
    return replace(best, doubt=_doubt(trial, points, each_draw, drawn, least))


def _doubt(
    trial: _Trial, points: Sequence[Point], each_draw: Sequence[Scenario], drawn: Draws, least: bool
) -> SettingDoubt:
    """A few settings in every draw, all of a draw in the same worlds."""
    import pandas as pd

    question = trial.question
    seeds = [of_draw[: drawn.worlds] for of_draw in drawn.seeds(question.seed)]
    plan = {
        (i, k): (one.with_changes(trial.changes(point)), seeds[i])
        for i, one in enumerate(each_draw)
        for k, point in enumerate(points)
    }
    done: Iterable[Any] = outcomes(
        plan, question.people, False, worlds_first=False, **question.where
    )
    if question.progress:
        done = question.progress(done, len(plan) * drawn.worlds)
    column = list(UNITS).index(trial.measure)
    table = np.empty((len(drawn), len(points), drawn.worlds))
    for (i, k), seed, outcome in done:
        table[i, k, seeds[i].index(seed)] = outcome.numbers[column]
    values = pd.DataFrame(table.mean(axis=2), pd.RangeIndex(len(drawn), name="draw"))
    settings = pd.DataFrame([trial.space.named(point) for point in points])
    return SettingDoubt(
        trial.scenario, trial.measure, least, drawn, question.people, settings, values,
        tuple(seed for of_draw in seeds for seed in of_draw), question.confidence,
    )  # fmt: skip


@dataclass(frozen=True)
class _Trial:
    """Settings of one scenario, and what a measure is in each of them."""

    scenario: Scenario
    space: Space
    full: Mapping[str, float]
    measure: str
    question: Asked

    def __call__(self, points: Floats) -> Floats:
        """The measure at each setting in each run of the search, array (m, runs)."""
        return self._at(points, 0)

    def fresh(self, points: Floats) -> Floats:
        """The same in as many runs that the search has not seen."""
        return self._at(points, self.question.runs)

    def _at(self, points: Floats, skip: int) -> Floats:
        every = [self.scenario.with_changes(self.changes(tuple(point))) for point in points]
        return self._measure_by_run(every, skip)

    def changes(self, point: Point) -> dict[str, float]:
        """A setting as changes of the scenario's keys."""
        changes: dict[str, float] = {}
        for axis, value in zip(self.space.axes, point, strict=True):
            if axis.name in self.full:
                key = f"strategies.{self.scenario.strategy}.touchpoints.{axis.name}"
                changes[key] = float(f"{value * self.full[axis.name]:.12g}")
            else:
                changes[axis.name] = int(value) if axis.whole else value
        return changes

    def gain(self, better: Scenario, skip: int) -> pd.DataFrame:
        """Another scenario less this one, run by run: one row with its interval."""
        import pandas as pd

        now, then = self._measure_by_run([self.scenario, better], skip)
        return difference(pd.DataFrame({self.measure: then - now}), self.question.confidence)

    def _measure_by_run(self, every: Sequence[Scenario], skip: int) -> Floats:
        table = evaluate(dict(enumerate(every)), **{**self.question.how, "skip": skip})
        return np.asarray(table[self.measure].to_numpy().reshape(len(every), self.question.runs))


def _optimum(trial: _Trial, tried: Tried, now: Point, least: bool, tolerance: float) -> Optimum:
    """What the search has found, its gain measured anew."""
    import pandas as pd

    question = trial.question
    space = trial.space
    best = tried.best()
    points = compared(tried, best, tolerance, question.confidence).drop(columns="good")
    flat = around(tried, trial.fresh, tolerance, question.confidence)
    changes = trial.changes(best)
    better = trial.scenario.with_changes(changes)
    fresh_seeds = worlds(question.seed, 2 * question.runs)[question.runs :]
    gains = [trial.gain(better, skip) for skip in (question.runs, 0)]
    return Optimum(
        trial.scenario, better, trial.measure, least, question.people,
        question.seeds, fresh_seeds, question.confidence,
        space.axes, space.named(now), space.named(best), changes,
        pd.concat(gains).set_axis(["fresh", "search"]), flat.good_enough,
        flat.lines, points,
    )  # fmt: skip
