"""What an answer rests on: what becomes of it without each assumption, and where it turns.

An answer is a *claim* about two scenarios: how far one is from the other in a measure. Everything
is asked of both, on the people and with the luck of the answer itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cjsim.door import words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress
from cjsim.experiment.assumptions import ASSUMPTIONS
from cjsim.experiment.coalitions import TouchpointTruth, measured
from cjsim.experiment.compare import Comparison
from cjsim.experiment.flip import FlipPoint, flip_point
from cjsim.experiment.idle import idle_of
from cjsim.experiment.intervals import difference, notes
from cjsim.experiment.levers import GATE
from cjsim.experiment.optimise import Optimum
from cjsim.experiment.result import Result
from cjsim.experiment.sensitivity import number_key
from cjsim.experiment.switching import switched_off
from cjsim.experiment.tornado import ends_of
from cjsim.experiment.weak_point import WeakPoint
from cjsim.experiment.workers import essence, evaluate
from cjsim.labels import SPOKEN, text
from cjsim.measures.summary import LESS_IS_BETTER, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

MEASURE: Final = "profit_per_person"
"""What a comparison is judged by when nobody says otherwise."""
STATES: Final = ("ahead", "behind", "unclear", "untold", "alike", "none")
"""What can be said of a difference; words in the labels' table [answer.state]."""
SCREENED: Final = (
    "product", "market", "rival", "response", "experience", "curiosity", "loyalty", "words",
    "service", "contract", "firm", "shelf",
)  # fmt: skip
"""Tables whose numbers are moved to find those that move a difference most; strategies are, too."""
STEP: Final = 0.1
SCREENING_RUNS: Final = 3
MOST_FLIPS: Final = 3
"""Keys of which it is asked where the answer turns, unless keys are named."""


@dataclass(frozen=True)
class Claim:
    """How far `other` is from `first` in a measure.

    Parameters
    ----------
    sides : first and other by their names as people read them.
    measure : of `measures.UNITS`, or "deals".
    less : is less of the measure better?
    people, seeds, confidence : how it was asked.
    before : seeds of the same question that stand before these, as those of a search do.
    """

    sides: dict[str, Scenario]
    measure: str
    less: bool
    people: int
    seeds: tuple[int, ...]
    confidence: float
    before: tuple[int, ...] = ()

    @property
    def first(self) -> str:
        """The name of the scenario that the other is compared to."""
        return next(iter(self.sides))

    @property
    def other(self) -> str:
        """The name of the other one."""
        return list(self.sides)[1]

    @property
    def how(self) -> dict[str, Any]:
        """Size and worlds, as keywords of `evaluate`."""
        seed = (*self.before, *self.seeds)[0]
        size = {"people": self.people, "runs": len(self.seeds)}
        return {**size, "seed": seed, "skip": len(self.before)}


@dataclass(frozen=True)
class Grounds:
    """What an answer rests on.

    Parameters
    ----------
    claim : the answer.
    assumptions : one row for each assumption that acts in it, those first without which it is
        another, then those that move it most: difference, low, high [of the measure], clear, state
        (of `STATES`), shift (from the answer as it is) and turned (another state).
    state : of the answer as it is.
    flips : where it turns, along some keys.
    """

    claim: Claim
    state: str
    assumptions: pd.DataFrame
    flips: tuple[FlipPoint, ...]

    @cached_property
    def turned(self) -> tuple[str, ...]:
        """The assumptions without which the answer is another."""
        return tuple(map(str, self.assumptions.index[self.assumptions["turned"]]))


def state_of(row: Mapping[str, Any], less: bool = False) -> str:
    """What can be said of a difference, one of `STATES`.

    Parameters
    ----------
    row : difference, low, clear, and the note of `intervals.notes`.
    less : is less better?

    >>> state_of({"difference": 2.0, "low": 1.0, "clear": True, "note": ""})
    'ahead'
    """
    gap = float(row["difference"])
    if math.isnan(gap):
        return "none"
    if row["note"] == "alike" and gap == 0:
        return "alike"
    if row["note"] == "one_run":
        return "untold"
    if not row["clear"]:
        return "unclear"
    return "ahead" if (gap > 0) is not less else "behind"


def is_less_better(result: Result, measure: str) -> bool:
    """Is less of a measure what a result looks for?"""
    return result.least if isinstance(result, Optimum) else measure in LESS_IS_BETTER


def measure_of(result: Result, measure: str | None = None) -> str:
    """What a result is judged by: its own measure; of a comparison the one asked for.

    Raises ValueError for a measure that nobody knows, or that the result is not about.
    """
    if isinstance(result, Comparison):
        known_measure(measure or MEASURE)
        return measure or MEASURE
    if isinstance(result, TouchpointTruth):
        own = str(next(iter(result.runs)))
    else:
        own = str(getattr(result, "measure", MEASURE))
    if measure not in (None, own):
        raise ValueError(f"measure = {measure!r}: this answer is about {own}; ask for it anew")
    return own


def claim_of(result: Result, measure: str | None = None, lang: str = SPOKEN) -> Claim | None:
    """What a result claims of two scenarios; None where it claims nothing.

    A comparison: of the best of the others against the first. A weak point: the stage passed
    better. Touchpoints: the best of them, against the market without it. An optimum: the best.
    """
    measure = measure_of(result, measure)
    pair = _pair(result, measure, lang)
    if pair is None:
        return None
    sides: dict[str, Scenario] = {}
    for name, scenario in pair.items():
        words = " ".join(name.replace(">", "›").split())  # a claim is written "A > B"
        sides[f"{words} (2)" if words in sides else words] = scenario
    less = is_less_better(result, measure)
    seeds: tuple[int, ...] = result.seeds
    before: tuple[int, ...] = ()
    if isinstance(result, Optimum):
        seeds, before = result.fresh_seeds, result.seeds
    return Claim(sides, measure, less, result.people, seeds, result.confidence, before)


def _pair(result: Result, measure: str, lang: str) -> dict[str, Scenario] | None:
    now = text("result.now", lang)
    if isinstance(result, Comparison):
        means = result.means().loc[measure].drop(result.first)
        if means.isna().all():
            return None
        best = str(means.idxmin() if measure in LESS_IS_BETTER else means.idxmax())
        return {result.named(name, lang): result.scenarios[name] for name in (result.first, best)}
    if isinstance(result, WeakPoint):
        if result.stage is None:
            return None
        lever = result.table.loc[result.stage]
        gate = lever["how"] == GATE
        key = "experience.gate_threshold" if gate else f"stages.{result.stage}.planned_loss"
        better = text("answer.passed_better", lang).format(
            stage=text(f"stage.{result.stage}.label", lang)
        )
        return {now: result.scenario, better: result.scenario.with_changes({key: lever["value"]})}
    if isinstance(result, TouchpointTruth):
        best = str(result.table.loc[measure]["difference"].idxmax())
        without = text("answer.without", lang).format(touchpoint=best)
        return {without: switched_off(result.scenario, {best}), now: result.scenario}
    if isinstance(result, Optimum):
        return {now: result.scenario, text("result.head.best", lang): result.better}
    return None


def grounds(
    claim: Claim,
    *,
    deep: bool = True,
    keys: str | Iterable[str] = (),
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    engine: str | type[Simulation] = "auto",
) -> Grounds:
    """Ask what an answer rests on.

    Parameters
    ----------
    claim : the answer, see `claim_of`.
    deep : take out each assumption that acts, and look for the keys that move the answer most.
    keys : dotted keys along which it is asked where the answer turns, in place of those.
    executor, workers, progress, engine : see `cjsim.experiment.asked`.

    Returns the `Grounds`. Raises ValueError for a key that is no number.

    >>> from cjsim.model.streams import worlds
    >>> phone = Scenario.load("phone")
    >>> claim = Claim({"a": phone, "b": phone}, MEASURE, False, 30, worlds(1, 2), 0.95)
    >>> grounds(claim, deep=False, executor="here").state
    'alike'
    """
    where = {"executor": executor, "workers": workers, "progress": progress, "engine": engine}
    named = words_of("keys", keys)
    for key in named:
        number_key(claim.sides[claim.first], key)
    is_now, assumptions = without_each(claim, acting(claim) if deep else [], where)
    asked = named or (movers(claim, where)[:MOST_FLIPS] if deep else [])
    names = list(claim.sides) if is_now["difference"] < 0 else list(claim.sides)[::-1]
    flips = tuple(_flip(claim, " > ".join(names), key, where) for key in asked)
    return Grounds(claim, str(is_now["state"]), assumptions, flips)


# --- Assumptions ----------------------------------------------------------------------------------


def acting(claim: Claim) -> list[str]:
    """The assumptions without which one of the two sides would run otherwise."""
    sides = {essence(scenario): scenario for scenario in claim.sides.values()}
    return [
        name
        for name, assumption in ASSUMPTIONS.items()
        if any(essence(assumption.off(scenario)) != now for now, scenario in sides.items())
    ]


def without_each(
    claim: Claim, names: Iterable[str], where: Mapping[str, Any]
) -> tuple[pd.Series[Any], pd.DataFrame]:
    """The claim as it is, and a row for each assumption, see `Grounds`."""
    import pandas as pd

    names = list(names)
    plan = {("", side): scenario for side, scenario in claim.sides.items()}
    for name in names:
        plan |= {(name, side): ASSUMPTIONS[name].off(s) for side, s in claim.sides.items()}
    gaps = _gaps(claim, plan, ["", *names], claim.how, where)
    table = difference(gaps, claim.confidence).join(notes(gaps))
    table["state"] = [state_of(row, claim.less) for _, row in table.iterrows()]
    is_now = table.loc[""]
    table["shift"] = table["difference"] - is_now["difference"]
    table["turned"] = table["state"] != is_now["state"]
    table = table.drop(index="").rename_axis("assumption")
    size = pd.DataFrame({"turned": ~table["turned"], "size": -table["shift"].abs()})
    return is_now, table.loc[size.sort_values(["turned", "size"], kind="stable").index]


def _gaps(
    claim: Claim,
    plan: Mapping[tuple[Any, str], Scenario],
    rows: list[Any],
    how: Mapping[str, Any],
    where: Mapping[str, Any],
) -> pd.DataFrame:
    """Other less first in each run: seeds down, rows of the plan across."""
    import pandas as pd

    table = evaluate(dict(enumerate(plan.values())), **how, **where)
    values = measured(table, [claim.measure])[claim.measure]
    columns = dict(zip(plan, (values.loc[number] for number in range(len(plan))), strict=True))
    return pd.DataFrame(
        {row: columns[row, claim.other] - columns[row, claim.first] for row in rows}
    )


# --- Keys -----------------------------------------------------------------------------------------


def movers(claim: Claim, where: Mapping[str, Any]) -> list[str]:
    """The keys that, a tenth smaller or larger in both sides, clearly move the difference most.

    Numbers of `SCREENED` and of the strategies that run; those that differ between the sides are
    the question itself.
    """
    steps = dict(_steps(claim))
    plan: dict[tuple[Any, str], Scenario] = {("", s): of for s, of in claim.sides.items()}
    for key, values in steps.items():
        for end, value in enumerate(values):
            for side, scenario in claim.sides.items():
                plan[(key, end), side] = scenario.with_changes({key: value})
    how = {**claim.how, "runs": min(claim.how["runs"], SCREENING_RUNS)}
    ends = [(key, end) for key in steps for end in (0, 1)]
    gaps = _gaps(claim, plan, ["", *ends], how, where)
    moved = {end: gaps[end] - gaps[""] for end in ends}
    swing = {key: abs(moved[key, 1].mean() - moved[key, 0].mean()) for key in steps}
    return [key for key in sorted(swing, key=lambda key: -swing[key]) if swing[key] > 0]


def _steps(claim: Claim) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each key that can be moved, and its two values."""
    first, other = claim.sides.values()
    asked_about = set(first.diff(other))
    keys = [key for key in _numbers(claim) if key not in asked_about]
    idle = idle_of(claim.sides.values(), keys)
    for key in keys:
        if key in idle and not idle[key].money:
            continue
        try:
            _, low, high = ends_of(first, key, STEP)
            for scenario in claim.sides.values():
                scenario.with_changes({key: low}), scenario.with_changes({key: high})
        except ValueError:  # 0, inf, or a value that disagrees with another key
            continue
        yield key, (low, high)


def _numbers(claim: Claim) -> Iterator[str]:
    """Dotted keys of numbers: of the market's tables, and of the strategies that run."""
    scenario = claim.sides[claim.first]
    tables = scenario.model_dump(include=set(SCREENED))
    places = {name: tables[name] for name in SCREENED}
    for side in claim.sides.values():
        places[f"strategies.{side.strategy}"] = side.running.model_dump()
    for place, table in places.items():
        for key, value in table.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield f"{place}.{key}"


def _flip(claim: Claim, words: str, key: str, where: Mapping[str, Any]) -> FlipPoint:
    """Where along a key one side has more of the measure than the other: words are "A > B"."""
    return flip_point(
        claim.sides[claim.first], key, claim=words, scenarios=claim.sides, measure=claim.measure,
        people=claim.people, runs=max(2, len(claim.seeds)), seed=claim.seeds[0],
        confidence=claim.confidence, **where,
    )  # fmt: skip
