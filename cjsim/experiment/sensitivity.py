"""Which of a scenario's numbers matter, all of them varied together (Sobol).

Everything is run on the same people with the same luck, so that what remains is the key's doing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, number_of, scenario_of, shown, whole
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.idle import Idle, idle_within, sentences
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import (
    Grid,
    Result,
    cell,
    heads,
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


# --- What a key is ------------------------------------------------------------------------------


def number_key(scenario: Scenario, dotted: str) -> Key:
    """The key of a number that experiments may move; ValueError if it is none, or no number."""
    key = scenario.key(dotted)
    if key.path == ("market", "people"):
        raise ValueError(f"{dotted}: all markets of an experiment have one size; give people=...")
    if not key.is_number:
        raise ValueError(f"{dotted}: only a number can be varied; this key is {allowed(key)}")
    return key


# --- All together -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Sobol(Result):
    """How much of a measure's variance each key makes when all of them vary at once.

    `sobol` makes one.

    Parameters
    ----------
    scenario : as it is.
    measure : the one looked at, of `cjsim.measures.UNITS`.
    ranges : dotted key -> (low, high).
    samples : how many points each of the sequences has.
    people : how many were simulated in each run.
    seeds : those of the runs.
    confidence : coverage of the intervals, 0..1.
    table : that of `sobol_indices`, in the order of the ranges: first (share of the variance that a
        key makes alone) and total (with all its interactions), 0..1, each with its interval, which
        is one over the sampling of the keys.

    >>> ranges = {"product.price": (300, 500), "market.onset_days": (300, 900)}
    >>> found = sobol(
    ...     "phone", ranges, measure="repeat_deals", samples=4, people=50, runs=1, executor="here"
    ... )
    >>> found.table["total"].idxmax()  # which matters most
    'product.price'
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
    >>> found = sobol("phone", ranges, samples=2, people=20, runs=1, executor="here")
    >>> found.table.index.tolist(), [name for name in found.table if "_" not in name]
    (['product.price', 'product.quality'], ['first', 'total'])
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
