"""What a page hands to the engine, as bytes: the numbers of a run, asked of the model.

A *block* is some arrays behind one another: those of a side (one for each strategy), of the
burn-in, and of the frame, which all sides share. The page copies them into the engine's memory
and computes none of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.board.crowd import traits_of
from cjsim.engine.fast.engine import before_day_0, chain_of
from cjsim.log import folding_rates, whole_days
from cjsim.measures.money import rep_cost, running_cost, running_worth
from cjsim.measures.over_periods import over_periods
from cjsim.model.chain import kept
from cjsim.model.parameters import (
    Parameters,
    Touch,
    parameters_of,
    pulls_of,
    record_type,
    records,
    times_kept,
    touches,
    waits_kept,
)
from cjsim.model.population import Person, initial_state, opening
from cjsim.model.rules import ROOM_OF_A_BELIEF, places_at_desk
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods

Floats = npt.NDArray[np.float64]
FRAME, BURN_IN = "frame", "burn_in"
SIDE = "side."
"""Before the name of a strategy: its block."""
CHAIN = "chain"
"""Before the number of a period: what the firm takes the journey to be in it."""
ALIGNED = 8


class Part(NamedTuple):
    """One array of a block: its name, the byte it begins at, its shape, what it is made of."""

    name: str
    at: int
    rows: int
    columns: int
    form: np.dtype[Any]

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return self.rows * self.columns * self.form.itemsize


class Number(NamedTuple):
    """Where a number stands in a block, and its kind: f8, i8, i4 or i1."""

    at: int
    kind: str


def as_told(value: float) -> float | str:
    """A number as JSON has it, which knows no infinity."""
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


class Block(NamedTuple):
    """Some arrays as one piece of bytes."""

    parts: tuple[Part, ...]
    content: bytes

    def number(self, place: Number) -> float:
        """The number that stands there."""
        value = np.frombuffer(self.content, place.kind, 1, place.at)[0]
        return value.item()  # type: ignore[no-any-return]

    def unlike(self, other: Block) -> list[Number]:
        """The places at which another block has other numbers; it has the same parts."""
        here, there = (np.frombuffer(block.content, np.uint8) for block in (self, other))
        numbers, owner = numbers_of(self.parts)
        return [numbers[i] for i in np.unique(owner[np.flatnonzero(here != there)])]


@lru_cache(maxsize=64)
def numbers_of(parts: tuple[Part, ...]) -> tuple[list[Number], npt.NDArray[np.int64]]:
    """All numbers of a block, and for each byte which of them it belongs to."""
    numbers = [
        Number(part.at + row * part.form.itemsize + at, kind)
        for part in parts
        for row in range(part.rows * part.columns)
        for at, kind in _scalars(part.form)
    ]
    last = parts[-1]
    owner = np.full(last.at + last.size + ALIGNED, -1)
    for i, (at, kind) in enumerate(numbers):
        owner[at : at + int(kind[1:])] = i
    return numbers, owner


def _scalars(form: np.dtype[Any], at: int = 0) -> list[tuple[int, str]]:
    """The numbers of a record: the byte each begins at, and its kind."""
    if form.names is not None:
        fields = (form.fields[name][:2] for name in form.names)  # type: ignore[index]
        return [one for field, place in fields for one in _scalars(field, at + place)]
    if form.subdtype is not None:
        base, shape = form.subdtype
        every = range(int(np.prod(shape)))
        return [one for i in every for one in _scalars(base, at + i * base.itemsize)]
    return [(at, form.str[1:])]


def packed(arrays: Mapping[str, npt.NDArray[Any]]) -> Block:
    """Arrays as a block, in their order."""
    parts, content = [], bytearray()
    for name, array in arrays.items():
        content += bytes(-len(content) % ALIGNED)
        columns = array.shape[1] if array.ndim > 1 else 1
        parts.append(Part(name, len(content), len(array), columns, array.dtype))
        content += array.tobytes()
    return Block(tuple(parts), bytes(content) + bytes(-len(content) % ALIGNED))


def blocks_of(
    scenario: Scenario,
    sizes: Iterable[int],
    strategies: Iterable[str] | None = None,
    ample: Scenario | None = None,
) -> dict[int, dict[str, Block]]:
    """All blocks of a scenario by their names, for markets of these sizes.

    `strategies` are those that run; all of the scenario when not given. What pulls in the `ample`
    scenario has its place in each block, with no reach where it does not run: it changes no life.
    """
    names = scenario.strategies if strategies is None else strategies
    lived = {SIDE + name: scenario.model_copy(update={"strategy": name}) for name in names}
    if opening(scenario) < 0:
        lived[BURN_IN] = before_day_0(scenario, kept(scenario))
    sides = {name: _sides(one, sizes, ample) for name, one in lived.items()}
    frame = frame_of(scenario)
    return {
        size: {FRAME: frame, **{name: blocks[size] for name, blocks in sides.items()}}
        for size in sizes
    }


def _sides(scenario: Scenario, sizes: Iterable[int], ample: Scenario | None) -> dict[int, Block]:
    """What one strategy is run with, period by period; the seed is the page's to write."""
    calendar = periods(scenario)
    same = {"strategy": scenario.strategy}  # is there: to check the whole anew takes milliseconds
    more = () if ample is None else (periods(ample.model_copy(update=same)),)
    met: dict[str, npt.NDArray[Any]] = {}
    for nth, (period, pulls) in enumerate(zip(calendar, pulls_of(calendar, *more), strict=True)):
        met[f"pulls.{nth}"] = records(Touch, pulls)
        met[f"pushes.{nth}"] = records(Touch, touches(period.scenario, "push"))
    for nth, period in enumerate(calendar):
        met[f"{CHAIN}.{nth}"] = chain_of(period, kept(scenario))
    days, prices = np.array([period.day for period in calendar]), prices_of(scenario)
    blocks = {}
    for size in sizes:
        numbers = [parameters_of(s, size, 0, season) for _, s, season in calendar]
        markets = {f"market.{nth}": records(Parameters, [n]) for nth, n in enumerate(numbers)}
        places = np.array([places_at_desk(numbers[0])])
        account = account_of(scenario, size)
        fixed = {"days": days, "places": places, "account": account, "prices": prices}
        blocks[size] = packed({**fixed, **markets, **met})
    return blocks


def frame_of(scenario: Scenario) -> Block:
    """What is the same for every strategy: who comes, and what totals are folded with.

    `spans` are the day of the opening and the horizon; `rooms` how many times are kept of each
    person, how many touchpoints there are, whole days, and room for what is believed of a person.
    """
    start, rates = opening(scenario), folding_rates(scenario)
    days = whole_days(scenario.horizon_days)
    rooms = times_kept(scenario), max(1, len(scenario.touchpoints)), days
    first = np.zeros(1, record_type(Person))
    for name, value in initial_state(scenario, start).items():
        if name != "visits":
            first[name] = value
    return packed(
        {
            "spans": np.array([start, scenario.horizon_days]),
            "rooms": np.array([*rooms, ROOM_OF_A_BELIEF if kept(scenario) else 0]),
            "traits": traits_of(scenario),
            "first": first,
            "waits": np.array([waits_kept(scenario)]),
            "fits": rates.fits,
            "rep_hours": rates.rep_hours,
            "worth": rates.worth,
        }
    )


def account_of(scenario: Scenario, people: int) -> Floats:
    """What a run of so many people costs whoever comes: the numbers of `tally.ACCOUNT`."""
    end, share = np.array(scenario.horizon_days), people / scenario.market.people
    running, reps = (float(over_periods(scenario, of, end)) for of in (running_cost, rep_cost))
    worth = float(running_worth(scenario, share, end))
    return np.array([share * running, share * reps, worth, scenario.horizon_days])


def prices_of(scenario: Scenario) -> Floats:
    """What a deal costs in each period: rows of `tally.PRICES`."""
    return np.array(
        [
            (day, now.product.unit_cost, now.product.first_deal_extra_cost)
            for day, now, _ in periods(scenario)
        ]
    )
