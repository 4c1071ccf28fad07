"""A preset looked at in held-out worlds, and the cells of the table that come of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from cjsim.experiment.intervals import jackknife
from cjsim.experiment.workers import essence
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario
from tools.face_validity.readings import Floats, Reader, read

SEED: Final = 20_260
"""Whose worlds these are. Nothing may be tuned on them."""
PERSONS: Final = 16_000
"""So many people over all worlds, where a preset is small; 8 worlds at least, 40 at most."""
JOBS_AT_ONCE: Final = 4
"""Sent to a worker together: a scenario travels once."""
DIGITS: Final = 4
"""That count, of what is kept."""

Range = tuple[float | None, float | None]
"""The published range; None at an open end."""
NO_RANGE: Final[Range] = (None, None)


class Cell(NamedTuple):
    """One number of the table."""

    gate: str
    preset: str
    strategy: str
    detail: str
    value: float
    low: float
    high: float
    least: float | None
    most: float | None

    @property
    def inside(self) -> bool | None:
        """Does the value lie in the range? None where there is no range."""
        if self.least is None and self.most is None:
            return None
        least = -math.inf if self.least is None else self.least
        most = math.inf if self.most is None else self.most
        return least <= self.value <= most

    @property
    def of(self) -> tuple[str, str]:
        """What is measured together."""
        return self.gate, self.preset


def kept(value: float) -> float:
    """A number with the digits that are kept.

    >>> kept(0.123456), kept(12345.6)
    (0.1235, 12350.0)
    """
    return float(f"{value:.{DIGITS}g}")


Asked = Iterator[Cell]
"""What a gate gives."""


@dataclass(frozen=True)
class Market:
    """A preset, the worlds it is looked at in, and who computes."""

    preset: str
    pool: Executor
    mass: tuple[str, ...] = ()
    """Touchpoints that are mass advertising."""
    most_worlds: int = 40

    @cached_property
    def people(self) -> int:
        """The preset's own size: nothing depends on how a sample is scaled."""
        return Scenario.load(self.preset).market.people

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """More worlds for a smaller market."""
        return worlds(SEED, min(max(8, PERSONS // self.people), self.most_worlds))

    def firm(self, strategy: str, changes: Mapping[str, Any] | None = None) -> Scenario:
        """The preset under a strategy, established: with a burn-in.

        Where the preset has none, it lasts for half the horizon. `changes` may say otherwise.
        """
        scenario = Scenario.load(self.preset, strategy=strategy)
        if scenario.burn_in_days == 0:
            changes = {"burn_in_days": scenario.horizon_days / 2, **(changes or {})}
        return scenario.with_changes(changes) if changes else scenario

    def read(
        self, scenarios: Mapping[Any, Scenario], reader: Reader, level: str = "measures"
    ) -> dict[Any, Floats]:
        """What each scenario's runs add, one world along the first axis; equal ones run once."""
        same = {essence(scenario): scenario for scenario in scenarios.values()}
        jobs = [(firm, self.people, n, level, reader) for firm in same.values() for n in self.seeds]
        numbers = np.array(list(self.pool.map(read, jobs, chunksize=JOBS_AT_ONCE)))
        by_firm = numbers.reshape(len(same), len(self.seeds), *numbers.shape[1:])
        rows = dict(zip(same, by_firm, strict=True))
        return {key: rows[essence(scenario)] for key, scenario in scenarios.items()}

    def cell(
        self, gate: str, strategy: str, detail: str, span: Range, numbers: tuple[float, ...]
    ) -> Cell:
        """A cell of (value, low, high), with the digits that are kept."""
        value, low, high = map(kept, numbers)
        return Cell(gate, self.preset, strategy, detail, value, low, high, *span)


def ratio(sums: Floats) -> float:
    """The first by the second; NaN where that is 0."""
    return float(sums[0] / sums[1]) if sums[1] else math.nan


def estimated(
    rows: Floats, estimate: Callable[[Floats], float] = ratio, factor: float = 1.0
) -> tuple[float, ...]:
    """Value, low, high of an estimate from sums over worlds, times a factor."""
    return tuple(factor * number for number in jackknife(estimate, rows))
