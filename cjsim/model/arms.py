"""A market that is split: some of its people meet one strategy, others another.

Each arm is a scenario, of which all that concerns a single person holds for the people of the arm:
touchpoints, pushes, prices. Desk, shelf and whatever happens before day 0 are those of the first;
friends are friends across the arms. Who is in which arm moves nobody's luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.model.population import uniforms
from cjsim.model.streams import ARM
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import FIXED, FIXED_OF_A_TOUCHPOINT, Period, periods

MOST_ARMS: Final = 100
OF_ALL: Final = frozenset({"firm", "shelf"})
"""Tables of what all arms share, beside what no day changes."""

Arms = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Split:
    """Who is in which arm, and what holds there.

    Parameters
    ----------
    scenarios : one for each arm; the market is that of the first.
    of : the number of the arm of each life, newcomers too.

    Raises ValueError for arms that differ in what they share, and for people of no arm.
    """

    scenarios: tuple[Scenario, ...]
    of: Arms

    def __post_init__(self) -> None:
        if not 1 <= len(self.scenarios) <= MOST_ARMS:
            raise ValueError(f"{len(self.scenarios)} arms: must be from 1 to {MOST_ARMS}")
        if len(self.of) and int(self.of.max()) >= len(self.scenarios):
            raise ValueError(
                f"arm {int(self.of.max())}: there are {len(self.scenarios)}, from 0 on"
            )
        for other in self.scenarios[1:]:
            if keys := shared_keys(self.scenarios[0], other):
                raise ValueError(
                    f"{keys[0]}: cannot differ between the arms of one market; it is the same for "
                    "all its people, or for their whole life"
                )


def shared_keys(one: Scenario, other: Scenario) -> list[str]:
    """The keys in which two arms of one market differ but cannot."""
    return [key for key in one.diff(other) if _is_shared(key.split("."))]


def _is_shared(path: list[str]) -> bool:
    if path[0] == "touchpoints":
        return len(path) < 3 or path[2] in FIXED_OF_A_TOUCHPOINT
    return path[0] in OF_ALL or path[0] in FIXED or ".".join(path[:2]) in FIXED


@dataclass(frozen=True)
class Assignment:
    """How people come to their arms.

    Parameters
    ----------
    others : the scenarios of all arms but the first.
    shares : of each arm, the first too; they add up to 1.
    regions : how many regions are assigned as a whole, 0 where each person is by themselves.
    """

    others: tuple[Scenario, ...]
    shares: tuple[float, ...]
    regions: int = 0

    def __post_init__(self) -> None:
        if len(self.shares) != len(self.others) + 1 or min(self.shares) < 0.0:
            raise ValueError(f"shares = {self.shares}: must be one for each of the arms, 0 or more")
        if abs(sum(self.shares) - 1.0) > 1e-9:
            raise ValueError(f"shares = {self.shares}: must add up to 1")

    def split(self, scenario: Scenario, lives: int, people: int, seed: int) -> Split:
        """The arm of each of so many lives, the scenario being that of the first arm."""
        if not self.regions:
            return Split((scenario, *self.others), drawn(seed, lives, self.shares))
        arms = drawn_regions(seed, self.regions, self.shares)
        return Split((scenario, *self.others), arms[region_of(lives, people, self.regions)])


def drawn(seed: int, lives: int, shares: Sequence[float]) -> Arms:
    """An arm for each life by lot, of a stream that nothing else is drawn from.

    Parameters
    ----------
    shares : of each arm; they add up to 1.

    >>> drawn(1, 8, [0.5, 0.5]).tolist()
    [1, 1, 1, 1, 0, 0, 1, 0]
    """
    luck = uniforms(seed, lives, 0, ARM)[:, 0]
    arms = np.searchsorted(np.cumsum(shares)[:-1], luck, side="right")
    return arms.astype(np.uint8)


def region_of(lives: int, people: int, regions: int) -> npt.NDArray[np.int64]:
    """The region of each life: an arc of the ring that neighbours stand on, as wide as any other.

    Parameters
    ----------
    people : who was there when the market opened. Newcomers stand on an arc of their own, of which
        each region has its part: so regions are of one size.
    """
    at = np.arange(lives)
    of_newcomers = (at - people) * regions // max(1, lives - people)
    return np.where(at < people, at * regions // people, of_newcomers)


def drawn_regions(seed: int, regions: int, shares: Sequence[float]) -> Arms:
    """An arm for each region by lot, in each arm its share of the regions, to the nearest."""
    luck = uniforms(seed, regions, 1, ARM)[:, 0]
    ends = np.rint(np.cumsum(shares)[:-1] * regions)
    arms = np.empty(regions, np.uint8)
    arms[np.argsort(luck)] = np.searchsorted(ends, np.arange(regions), side="right")
    return arms


def calendars(scenarios: Sequence[Scenario]) -> list[tuple[Period[Scenario], ...]]:
    """The periods of each arm, all with the same days: each on which something changes in one.

    In the first of them the market opens, be it that the next begins on day 0 as well.
    """
    each = [periods(scenario) for scenario in scenarios]
    days = sorted({period.day for calendar in each for period in calendar[1:]})
    return [
        (
            calendar[0],
            *([p for p in calendar if p.day <= day][-1]._replace(day=day) for day in days),
        )
        for calendar in each
    ]


def in_arms(split: Split | None, scenario: Scenario) -> tuple[Scenario, ...]:
    """The scenario of each arm; the one there is, where the market is not split."""
    return split.scenarios if split else (scenario,)


def arm_of_each(split: Split | None) -> Any:
    """The arm of each life, 0 where the market is not split."""
    return split.of if split else 0
