"""Which of a scenario's numbers matter: one at a time (tornado) and all together (Sobol).

Everything is run on the same people with the same luck, so that what remains is the key's doing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, number_of, scenario_of, shown, whole, words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.idle import Idle, idle_of, idle_within, sentences
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import (
    Grid,
    Result,
    amount,
    cell,
    heads,
    in_per_cent,
    with_interval,
)
from cjsim.experiment.workers import evaluate
from cjsim.labels import SPOKEN, text
from cjsim.measures.summary import in_words, known_measure
from cjsim.scenario import Scenario
from cjsim.scenario.keys import Key, allowed, fits

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Range = tuple[float, float]


# --- One key at a time --------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Tornado(Result):
    """What a measure does when each key alone is made smaller and larger by the same share.

    `base` is the measure in each run of the scenario as it is. `table` has one row per key, the
    largest swing first:

    value, low_value, high_value : the key as it is, and the two values it was given.
    down, down_low, down_high : paired difference to the base at the low value, and its interval.
    up, up_low, up_high : the same at the high value.
    elasticity, elasticity_low, elasticity_high : relative change of the measure per relative
        change of the key, from the low to the high value. Both are relative to the size of what
        is there now, so above 0 always means "more of the key, more of the measure". NaN where
        the base's interval holds zero.
    swing : from the lowest to the highest of down, up and 0 [units of the measure].
    clear : does the interval of the difference between high and low value leave zero out?

    Intervals are t intervals over the runs: of the luck of the runs, at these values.
    """

    scenario: Scenario
    measure: str
    step: float
    people: int
    base: pd.Series[float]
    table: pd.DataFrame
    confidence: float = 0.95

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs."""
        return tuple(int(seed) for seed in self.base.index)

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The keys that cannot act in this scenario, or on money alone, and why."""
        return idle_of([self.scenario], map(str, self.table.index))

    def says(self, lang: str = SPOKEN) -> str:
        """The key that does most, how many are clear of zero, and which cannot act."""
        return self._swings_in_words(lang) + sentences(self.idle, lang)

    def _swings_in_words(self, lang: str) -> str:
        strongest = self.table.iloc[0]
        words = {"step": in_per_cent(self.step, lang), "keys": str(len(self.table))}
        measure = in_words(self.measure, self.scenario.money, lang)
        if not strongest["swing"] > 0:
            key = "tornado_nothing" if math.isnan(strongest["swing"]) else "tornado_none"
            return text(f"ranking.{key}", lang).format(measure=measure, **words)
        return text("result.tornado", lang).format(
            measure=measure, key=self.table.index[0], down=amount(strongest, lang, "down"),
            up=amount(strongest, lang, "up"), clear=int(self.table["clear"].sum()), **words,
        )  # fmt: skip

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        words = heads(["key", "value", "smaller", "larger", "elasticity", "clear"], lang)
        unit = in_words(self.measure, self.scenario.money, lang)
        words[2:4] = (f"{word}: {unit}" for word in words[2:4])
        rows = [
            [
                str(key), cell(row["value"], lang), amount(row, lang, "down"),
                amount(row, lang, "up"), amount(row, lang, "elasticity"), cell(row["clear"], lang),
            ]
            for key, row in self.table.iterrows()
        ]  # fmt: skip
        return words, rows


def tornado(
    scenario: Scenario | str | Path,
    keys: str | Iterable[str],
    *,
    measure: str = "profit_per_person",
    step: float = 0.1,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Tornado:
    """Change each key alone by the same share, down and up, and see what the measure does.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    keys : dotted keys of numbers, e.g. "product.price", "guide.accuracy".
    measure : one of `measures.UNITS`.
    step : the share, above 0 and below 1. A whole number moves by at least 1, but not to 0, which
        switches off what it counts. A key stops at its limit, or half way to a limit that it may
        not reach itself.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `Tornado`. Raises ValueError for an unknown key or measure, and for a key that a
    share cannot move: 0, inf, or no number.

    >>> swings = tornado("phone", ["product.price"], people=50, runs=2, executor="here")
    >>> list(swings.table.index)
    ['product.price']
    """
    import pandas as pd

    scenario = scenario_of(scenario)
    known_measure(measure)
    if not 0 < number_of("step", step) < 1:
        raise ValueError(f"step = {step}: must be a number above 0 and below 1")
    names = words_of("keys", keys)
    if not names:
        raise ValueError("a tornado needs at least one key, e.g. 'product.price'")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    moves = {name: _moves(scenario, name, step) for name in names}
    ends = [(name, value) for name, (_, low, high) in moves.items() for value in (low, high)]
    changed = [scenario.with_changes({name: value}) for name, value in ends]
    plan = dict(enumerate([scenario, *changed]))
    table = evaluate(plan, **question.how)
    base, *rest = table[measure].to_numpy().reshape(len(plan), question.runs)
    rows = {
        name: _row(move, base, low, high, question.confidence)
        for (name, move), low, high in zip(moves.items(), rest[::2], rest[1::2], strict=True)
    }
    swings = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    return Tornado(
        scenario, measure, step, question.people,
        pd.Series(base, pd.Index(question.seeds, name="seed"), name=measure),
        swings.sort_values("swing", ascending=False, kind="stable"), question.confidence,
    )  # fmt: skip


def _row(
    move: tuple[float, float, float],
    base: Floats,
    at_low: Floats,
    at_high: Floats,
    confidence: float = 0.95,
) -> dict[str, float | bool]:
    """One row of a tornado, from the measure in each run: as it is, at the low, at the high."""
    import pandas as pd

    value, low, high = move
    gaps = pd.DataFrame({"down": at_low - base, "up": at_high - base, "both": at_high - at_low})
    gap = difference(gaps, confidence)
    per_relative_change = abs(value) / (high - low)
    elasticity = [per_relative_change * x for x in relative(at_high - at_low, base, confidence)]
    ends = [gap.loc["down", "difference"], gap.loc["up", "difference"], 0.0]
    return {
        **dict(zip(("value", "low_value", "high_value"), move, strict=True)),
        **_gap_columns("down", gap.loc["down"]),
        **_gap_columns("up", gap.loc["up"]),
        **dict(zip(("elasticity", "elasticity_low", "elasticity_high"), elasticity, strict=True)),
        "swing": max(ends) - min(ends) if gaps["both"].notna().any() else math.nan,
        "clear": bool(gap.loc["both", "clear"]),
    }


def _gap_columns(name: str, gap: Mapping[str, float]) -> dict[str, float]:
    """A difference and its interval as columns of that name."""
    return {name: gap["difference"], f"{name}_low": gap["low"], f"{name}_high": gap["high"]}


def relative(gaps: Floats, base: Floats, confidence: float = 0.95) -> tuple[float, float, float]:
    """The mean gap as a share of the size of the mean base, with its interval.

    The interval is that of a ratio of two means over the same runs (linearised). All three are
    NaN where the base's own interval holds zero: a share of about nothing says nothing.
    """
    import pandas as pd

    runs = pd.DataFrame({"gap": gaps, "base": base}).dropna()
    mean = difference(runs, confidence)["difference"]
    size = abs(mean["base"])
    single_run = len(runs) == 1
    if not size > 0 or not (single_run or difference(runs, confidence).loc["base", "clear"]):
        return math.nan, math.nan, math.nan
    share = mean["gap"] / size
    residual = runs["gap"] - share * runs["base"] * np.sign(mean["base"])
    half = difference(pd.DataFrame({"left": residual / size}), confidence).loc["left", "high"]
    return float(share), float(share - half), float(share + half)


# --- What a key is and how far it can go --------------------------------------------------------


def number_key(scenario: Scenario, dotted: str) -> Key:
    """The key of a number that experiments may move; ValueError if it is none, or no number."""
    key = scenario.key(dotted)
    if key.path == ("market", "people"):
        raise ValueError(f"{dotted}: all markets of an experiment have one size; give people=...")
    if not key.is_number:
        raise ValueError(f"{dotted}: only a number can be varied; this key is {allowed(key)}")
    return key


def _moves(scenario: Scenario, dotted: str, step: float) -> tuple[float, float, float]:
    """A key's value, and the values it has when it is a step smaller and a step larger."""
    key = number_key(scenario, dotted)
    value = scenario.value(dotted)
    if value == 0 or not math.isfinite(value):
        raise ValueError(
            f"{dotted} = {value:g}: only a finite number other than 0 has a share to add or take "
            "away; set one first with with_changes"
        )
    return value, _moved(value, -step, key), _moved(value, step, key)


def _moved(value: float, step: float, key: Key) -> float:
    """A value moved by a share of its size, as far as its key allows."""
    moved = value + step * abs(value)
    if key.is_whole:
        one_less = max(1, value - 1)
        one_more = value + 1
        moved = min(one_less, round(moved)) if step < 0 else max(one_more, round(moved))
    if fits(moved, key):
        return moved
    reached, excluded = ("ge", "gt") if step < 0 else ("le", "lt")
    if reached in key.limits:
        return key.kind(key.limits[reached])  # type: ignore[no-any-return]
    return (value + float(key.limits[excluded])) / 2


# --- All together -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Sobol(Result):
    """How much of a measure's variance each key makes when all of them vary at once.

    `ranges` are those of the keys, `samples` is how many points each of the sequences has. `table`
    is that of `sobol_indices`, in the order of the ranges: first (share of the variance that a key
    makes alone) and total (with all its interactions), each with its interval, which is one over
    the sampling of the keys.
    """

    scenario: Scenario
    measure: str
    ranges: dict[str, Range]
    samples: int
    people: int
    seeds: tuple[int, ...]
    confidence: float
    table: pd.DataFrame

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The keys that cannot act within these ranges, or on money alone, and why."""
        return idle_within(self.scenario, self.ranges)

    def says(self, lang: str = SPOKEN) -> str:
        """The key that makes most of the spread, alone and with the others; which cannot act."""
        return self._spread_in_words(lang) + sentences(self.idle, lang)

    def _spread_in_words(self, lang: str) -> str:
        measure = in_words(self.measure, self.scenario.money, lang)
        if self.table["total"].isna().all():
            return text("result.sobol_none", lang).format(measure=measure)
        key = self.table["total"].idxmax()
        first, total = (self._index(self.table.loc[key], lang, name) for name in ("first", "total"))
        return text("result.sobol", lang).format(measure=measure, key=key, first=first, total=total)

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        rows = [
            [
                str(key), f"{cell(self.ranges[str(key)][0], lang)} … "
                f"{cell(self.ranges[str(key)][1], lang)}",
                self._index(row, lang, "first"), self._index(row, lang, "total"),
            ]
            for key, row in self.table.iterrows()
        ]  # fmt: skip
        return heads(["key", "searched", "alone", "total"], lang), rows

    def _index(self, row: pd.Series[float], lang: str, name: str) -> str:
        ends = (row[name], row[f"{name}_low"], row[f"{name}_high"])
        return with_interval(*ends, lang, signed=False)


def sobol_indices(
    function: Callable[[Floats], Floats],
    ranges: Mapping[str, Range],
    samples: int = 1024,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """How much of a function's variance each argument makes, alone and with the others.

    Saltelli's estimators on a scrambled Sobol sequence (Saltelli 2010); it takes samples ·
    (arguments + 2) values of the function.

    Parameters
    ----------
    function : takes an array (rows, arguments), returns an array (rows,).
    ranges : name -> (low, high); each argument is uniform between them, on its own.
    samples : a power of 2.
    confidence : coverage of the intervals, 0..1.

    Returns one row per argument (index `key`), columns first, first_low, first_high (share of the
    variance that it makes alone) and total, total_low, total_high (with all its interactions);
    bootstrap intervals. All NaN where the function does not vary.
    """
    import pandas as pd
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    if not ranges:
        raise ValueError("Sobol indices need at least one range, e.g. {'product.price': (80, 120)}")
    if whole("samples", samples, 0) < 2 or samples & (samples - 1):
        near = 2 ** max(1, round(math.log2(max(samples, 2))))
        raise ValueError(f"samples = {samples}: must be a power of 2, e.g. {near}")
    for name, ends in ranges.items():
        _check_range(name, ends)
    problem = {
        "num_vars": len(ranges), "names": list(ranges), "bounds": [list(r) for r in ranges.values()]
    }  # fmt: skip
    draws = np.random.default_rng(seed)  # SALib's own seed 0 would mean "any"
    values = np.asarray(
        function(sampling.sample(problem, samples, calc_second_order=False, seed=draws)), float
    )
    columns = ["first", "first_low", "first_high", "total", "total_low", "total_high"]
    index = pd.Index(list(ranges), name="key")
    if missing := int(np.count_nonzero(~np.isfinite(values))):
        raise ValueError(
            f"{missing} of {len(values)} values are not finite: narrow the ranges or choose a "
            "measure that always has a value"
        )
    if np.ptp(values) == 0:
        return pd.DataFrame(math.nan, index, columns)
    indices = analysis.analyze(
        problem, values, calc_second_order=False, conf_level=confidence, seed=draws
    )
    estimates = [
        indices[name] + sign * indices[f"{name}_conf"]
        for name in ("S1", "ST")
        for sign in (0, -1, 1)
    ]
    return pd.DataFrame(np.column_stack(estimates), index, columns)


def sobol(
    scenario: Scenario | str | Path,
    ranges: Mapping[str, Range],
    *,
    measure: str = "profit_per_person",
    samples: int = 128,
    people: int | None = None,
    runs: int = 5,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Sobol:
    """How much of a measure's variance each key makes when all of them vary at once.

    Each sample is one set of changes, run on the same people with the same luck; what counts is
    the measure's mean over the runs. The intervals hold for the sampling of the keys, given this
    luck: take more runs, or another seed, to see how much of an index is luck.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    ranges : dotted key -> (low, high). A whole number takes each value between them equally often.
    measure : one of `measures.UNITS`.
    samples : a power of 2; there are samples · (keys + 2) · runs markets.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `Sobol`. Raises ValueError for what a key does not allow.

    >>> ranges = {"product.price": (300, 500), "product.quality": (0.5, 0.7)}
    >>> list(sobol("phone", ranges, samples=2, people=20, runs=1, executor="here").table.index)
    ['product.price', 'product.quality']
    """
    scenario = scenario_of(scenario)
    known_measure(measure)
    ranges = dict(mapping_of("ranges", ranges, '{"product.price": (80, 120)}'))
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    keys = {name: _allowed_range(scenario, name, ends) for name, ends in ranges.items()}
    # ± ½ gives the first and the last whole number as much room as those between
    room = {name: 0.5 if key.is_whole else 0.0 for name, key in keys.items()}
    wide = {name: (low - room[name], high + room[name]) for name, (low, high) in ranges.items()}

    def of_measure(points: Floats) -> Floats:
        changes = (_changes(keys, ranges, row) for row in points)
        plan = {i: scenario.with_changes(change) for i, change in enumerate(changes)}
        values = evaluate(plan, **question.how)[measure].to_numpy()
        return np.asarray(values.reshape(len(plan), question.runs).mean(axis=1))

    indices = sobol_indices(of_measure, wide, samples, question.seed, question.confidence)
    return Sobol(
        scenario, measure, ranges, samples, question.people, question.seeds, question.confidence,
        indices,
    )  # fmt: skip


def _changes(
    keys: Mapping[str, Key], ranges: Mapping[str, Range], sample: Floats
) -> dict[str, Any]:
    """One sample as changes of a scenario: whole numbers rounded, but not beyond their range."""
    changes: dict[str, Any] = {}
    for (name, key), value in zip(keys.items(), sample.tolist(), strict=True):
        low, high = ranges[name]
        whole = key.is_whole
        changes[name] = int(min(high, max(low, math.floor(value + 0.5)))) if whole else value
    return changes


def _allowed_range(scenario: Scenario, dotted: str, ends: Range) -> Key:
    """The key, once both ends of its range are known to be allowed."""
    key = number_key(scenario, dotted)
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise ValueError(f"{dotted}: a range is two numbers, low and high, not {shown(ends)}")
    for end in ends:
        number_of(f"{dotted}: an end of its range", end)
        if not fits(end, key):
            raise ValueError(f"{dotted}: {end:g} in its range must be {allowed(key)}")
    _check_range(dotted, ends)
    return key


def _check_range(name: str, ends: Range) -> None:
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name}: ({low:g}, {high:g}) is no range; it must rise from low to high")
