"""Settings as bytes: what each dial changes of the numbers of a run.

A page computes no rule. What a dial does to the blocks is found here, by asking the model, and
written down as *patches*: at this place stands the dial's number itself ("is"), a constant times
it ("times"), it divided by a constant ("part"), a constant divided by it ("over"), or what a table
says for each position ("by"). Anything but the number itself is held against every position.

Patches of several dials are laid over one another, which is right only where no two change the
same number. Numbers that dials share are told for all their positions at once where these are few
(`together`), else only the first of the dials is served. Some settings of many dials at once are
held against the model before anything is given out.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final, NamedTuple

from cjsim.board.product import keys_of_dial
from cjsim.board.wasm.blocks import (
    BURN_IN,
    CHAIN,
    FRAME,
    SIDE,
    Block,
    Number,
    as_told,
    blocks_of,
)
from cjsim.board.wasm.together import few, meeting, shared, table_of
from cjsim.scenario import Scenario, ScenarioError

PROBES: Final = 6
"""Positions at which a dial is looked at first, and as many numbers between positions."""
TRIALS: Final = 3
"""Settings of many dials at once that are tried for each strategy."""
FORMS: Final[dict[str, Callable[[float, float], float]]] = {
    "is": lambda value, constant: value,
    "times": lambda value, constant: constant * value,
    "part": lambda value, constant: value / constant,
    "over": lambda value, constant: constant / value if value else math.nan,
}
Patch = list[Any]
"""[place, kind, form, constant or table], as JSON has it."""
Sizes = dict[int, dict[str, Block]]
EVERY = "every"
"""Of patches that are the same for markets of every size."""


class Dial(NamedTuple):
    """A key that a page can turn, and where its slider can stand."""

    key: str
    positions: tuple[float, ...]


class RefusedError(ValueError):
    """A dial that the page cannot serve; says why."""


def dials_of(scenario: Scenario, product: Mapping[str, Any]) -> Iterator[Dial]:
    """The keys that the dials of a product turn: of each strategy, where a side has its own."""
    for dial in product["dials"]:
        usual = dial["usual"].values() if dial["side"] else [dial["usual"]]
        positions = tuple(_positions(dial, [_number(value) for value in usual]))
        for key in dict.fromkeys(keys_of_dial(scenario, dial["id"]).values()):
            yield Dial(key, positions)


def _positions(dial: Mapping[str, Any], usual: Sequence[float]) -> list[float]:
    """Where a dial can stand; where it may be infinite, its last step is."""
    low, step = dial["low"], dial["step"]
    steps = range(round((dial["high"] - low) / step) + 1)
    values = [round(low + nth * step, dial["digits"]) for nth in steps]
    if math.inf in usual:
        values[-1] = math.inf
    return sorted({*values, *usual})


def _number(value: float | str) -> float:
    return math.inf if value == "inf" else float(value)


def changed(scenario: Scenario, settings: Mapping[str, float]) -> Scenario:
    """A scenario with some keys set; whole numbers are whole where the key wants it."""
    values = {
        key: int(v) if math.isfinite(v) and scenario.key(key).is_whole else v
        for key, v in settings.items()
    }
    return scenario.with_changes(values)


# --- What one dial does --------------------------------------------------------------------------


class Asked:
    """The blocks of a scenario at the positions of one dial, asked of the model once each."""

    def __init__(self, scenario: Scenario, dial: Dial, base: Sizes, ample: Scenario) -> None:
        self.scenario, self.dial, self.base, self.ample = scenario, dial, base, ample
        self._known: dict[float, Sizes | None] = {}
        parts = dial.key.split(".")
        self._only = [n for n in lived(base) if parts[0] != "strategies" or parts[1] == n]

    def at(self, value: float) -> Sizes | None:
        """The blocks where the dial stands there; None where the scenario does not allow it."""
        if value not in self._known:
            self._known[value] = None
            with suppress(ScenarioError):
                now = changed(self.scenario, {self.dial.key: value})
                self._known[value] = blocks_of(now, self.base, self._only, self.ample)
        return self._known[value]

    def look(self, values: Sequence[float]) -> None:
        """Ask at these values; raises RefusedError where there is more or less than before."""
        for value in values:
            for size, blocks in (self.at(value) or {}).items():
                for name, block in blocks.items():
                    if block.parts != self.base[size][name].parts:
                        raise RefusedError(
                            f"{self.dial.key}: at {value:g} there is more or less of {name}"
                        )
                    if not _same_chain(block, self.base[size][name]):
                        raise RefusedError(
                            f"{self.dial.key} changes all that the firm takes the journey to be "
                            'by targeting = "filter": thousands of numbers, none of them its own'
                        )

    def places(self, size: int, name: str) -> list[Number]:
        """Where numbers of a block are others than the scenario's, at what was looked at."""
        known = [blocks[size][name] for blocks in self._known.values() if blocks]
        before = self.base[size][name]
        return sorted({place for block in known for place in before.unlike(block)})

    def pairs(self, size: int, name: str, place: Number) -> list[tuple[float, float]]:
        """(value of the dial, number there) at all that was looked at."""
        return [
            (value, blocks[size][name].number(place))
            for value, blocks in self._known.items()
            if blocks
        ]

    def names(self) -> list[str]:
        """The blocks that the dial may change."""
        own = [SIDE + name for name in self._only]
        return [name for name in (FRAME, BURN_IN, *own) if name in next(iter(self.base.values()))]


def _same_chain(one: Block, other: Block) -> bool:
    """Do two blocks of the same parts hold the same firm's picture of the journey?"""
    spans = [slice(p.at, p.at + p.size) for p in one.parts if p.name.startswith(CHAIN)]
    return all(one.content[span] == other.content[span] for span in spans)


def lived(base: Sizes) -> list[str]:
    """The strategies of which there are blocks."""
    return [name.removeprefix(SIDE) for name in next(iter(base.values())) if name.startswith(SIDE)]


def ample_of(scenario: Scenario, dials: Iterable[Dial]) -> Scenario:
    """The scenario with all on that a dial can switch on: what pulls keeps its place when off."""
    for dial in dials:
        if dial.key.split(".")[2:3] == ["touchpoints"]:
            with suppress(ScenarioError):
                scenario = changed(scenario, {dial.key: dial.positions[-1]})
    return scenario


def patches_of(
    scenario: Scenario, dial: Dial, base: Sizes, ample: Scenario
) -> dict[str, dict[str, list[Patch]]]:
    """What a dial changes: block -> size, or `EVERY`, -> patches. Raises RefusedError."""
    asked = Asked(scenario, dial, base, ample)
    asked.look(_probes(dial))
    found = _patches(asked)
    if any(patch[2] != "is" for patch in _each(found)):
        asked.look(dial.positions)
        found = _patches(asked)
    return {
        name: {EVERY: next(iter(of.values()))} if _all_same(of) else of
        for name, of in found.items()
        if any(of.values())
    }


def _each(found: Mapping[str, Mapping[str, list[Patch]]]) -> Iterator[Patch]:
    """All patches of a dial."""
    return (patch for of_sizes in found.values() for of in of_sizes.values() for patch in of)


def _probes(dial: Dial) -> list[float]:
    """Some positions, the ends among them, and numbers between them where there are any."""
    positions = dial.positions
    step = max(1, len(positions) // PROBES)
    finite = [value for value in positions if math.isfinite(value)]
    between = [low + 0.618 * (high - low) for low, high in pairwise(finite)]
    fine = [] if all(value == int(value) for value in finite) else between[::step]
    return [*positions[::step], positions[-1], *fine]


def _patches(asked: Asked) -> dict[str, dict[str, list[Patch]]]:
    return {
        name: {
            str(size): [_patch(asked, size, name, place) for place in asked.places(size, name)]
            for size in asked.base
        }
        for name in asked.names()
    }


def _patch(asked: Asked, size: int, name: str, place: Number) -> Patch:
    pairs = asked.pairs(size, name, place)
    for form, constant in _candidates(pairs):
        if all(_same(FORMS[form](value, constant), number) for value, number in pairs):
            return [place.at, place.kind, form, constant]
    numbers = dict(pairs)
    table = [as_told(numbers[v]) if v in numbers else None for v in asked.dial.positions]
    return [place.at, place.kind, "by", table]


def _candidates(pairs: Sequence[tuple[float, float]]) -> Iterator[tuple[str, float]]:
    """Forms that may give these numbers: the number itself, then the others with a constant.

    A quotient is rounded, so the constant may be one of its neighbours.
    """
    yield "is", 0.0
    for value, number in pairs:
        if math.isfinite(value) and math.isfinite(number) and value and number:
            for form, constant in (
                ("times", number / value), ("part", value / number), ("over", number * value),
            ):  # fmt: skip
                below, above = (math.nextafter(constant, end) for end in (-math.inf, math.inf))
                yield from ((form, one) for one in (constant, below, above))
            return


def _same(one: float, other: float) -> bool:
    return struct.pack("<d", one) == struct.pack("<d", other)


def _all_same(of_sizes: Mapping[str, list[Patch]]) -> bool:
    first, *others = of_sizes.values()
    return all(patches == first for patches in others)


# --- What several do -----------------------------------------------------------------------------

Patches = dict[str, dict[str, Any]]
"""Key of a dial -> {"positions": numbers, "patches": block -> size -> patches}."""


class Served(NamedTuple):
    """What a page can serve."""

    patches: Patches
    together: list[dict[str, Any]]
    """Tables of the numbers that several dials change, see `together.table_of`."""
    refused: dict[str, str]
    """The keys that it cannot serve, and why."""


def served(scenario: Scenario, dials: Sequence[Dial], base: Sizes) -> Served:
    """The patches of the dials that a page can serve, and why the others are refused.

    `base` are the blocks of the scenario, with room for all of `ample_of`.
    Raises ValueError where dials that do not meet do something else together: a fault of ours.
    """
    refused: dict[str, str] = {}
    found: dict[str, dict[str, dict[str, list[Patch]]]] = {}
    ample = ample_of(scenario, dials)
    positions = {dial.key: dial.positions for dial in dials}

    def ask(settings: dict[str, float]) -> Sizes | None:
        with suppress(ScenarioError):
            return blocks_of(changed(scenario, settings), base, lived(base), ample)
        return None

    for dial in dials:
        try:
            found[dial.key] = patches_of(scenario, dial, base, ample)
        except RefusedError as error:
            refused[dial.key] = str(error)
    tables = []
    for first, *others in meeting(found):
        if others and few(positions[key] for key in (first, *others)):
            own = {key: positions[key] for key in (first, *others)}
            places = shared(found, own)
            usual = [float(scenario.value(key)) for key in own]
            tables.append(table_of(own, usual, places, base, ask))
            for key in own:
                found[key] = _without(found[key], places)
            continue
        for key in others:
            if shared(found, (first, key)):
                refused[key] = f"{key} changes a number that {first} changes too"
                del found[key]
    patches: Patches = {
        key: {"positions": [as_told(value) for value in positions[key]], "patches": own}
        for key, own in found.items()
    }
    _try_together(scenario, Served(patches, tables, refused), base, ample)
    return Served(patches, tables, refused)


def _without(
    own: Mapping[str, Mapping[str, list[Patch]]], places: Container[tuple[str, Number]]
) -> dict[str, dict[str, list[Patch]]]:
    """The patches of a dial at no such place; the blocks that it changes stay named."""
    return {
        name: {
            size: [one for one in of if (name, Number(one[0], one[1])) not in places]
            for size, of in of_sizes.items()
        }
        for name, of_sizes in own.items()
    }


def of_side(patches: Patches, name: str) -> list[str]:
    """The keys that the settings of a side may hold: those of its strategy, and all others."""
    others = ("strategies.", f"strategies.{name}.")
    return [key for key in patches if not key.startswith(others[0]) or key.startswith(others[1])]


def _try_together(scenario: Scenario, all_of: Served, base: Sizes, ample: Scenario) -> None:
    luck, patches = random.Random(scenario.name), all_of.patches
    for name in lived(base):
        for _ in range(TRIALS):
            settings = {
                key: _number(luck.choice(patches[key]["positions"]))
                for key in of_side(patches, name)
                if luck.random() < 0.7
            }
            try:
                now = changed(scenario, settings)
            except ScenarioError:
                continue
            size = luck.choice(sorted(base))
            for block, expected in blocks_of(now, [size], [name], ample)[size].items():
                if patched(base[size][block], block, size, all_of, settings) != expected.content:
                    raise ValueError(
                        f"{block} at {settings}: patches do not give what the model does"
                    )


def patched(
    block: Block, name: str, size: int, all_of: Served, settings: Mapping[str, float]
) -> bytes:
    """A block with the patches of some settings laid over it: what the page does."""
    content = bytearray(block.content)
    for key, value in settings.items():
        dial = all_of.patches[key]
        for at, kind, form, constant in _at_size(dial["patches"], name, size):
            if form == "by":
                number = _number(constant[dial["positions"].index(as_told(value))])
            else:
                number = FORMS[form](value, constant)
            _put(content, at, kind, number)
    for table in all_of.together:
        place = 0
        for key, usual in zip(table["keys"], table["usual"], strict=True):
            positions = all_of.patches[key]["positions"]
            stands = as_told(settings[key]) if key in settings else usual
            place = place * len(positions) + positions.index(stands)
        for at, kind, numbers in _at_size(table["patches"], name, size):
            _put(content, at, kind, _number(numbers[place]))
    return bytes(content)


def _at_size(patches: Mapping[str, Any], name: str, size: int) -> list[Patch]:
    of_sizes: Mapping[str, list[Patch]] = patches.get(name, {})
    return of_sizes.get(EVERY) or of_sizes.get(str(size), [])


def _put(content: bytearray, at: int, kind: str, number: float) -> None:
    code = {"f8": "<d", "i8": "<q", "i4": "<i", "i1": "<b"}[kind]
    struct.pack_into(code, content, at, int(number) if kind[0] == "i" else number)
