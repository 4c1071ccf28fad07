"""Numbers that several dials change: a table over all positions of those dials at once.

What one dial does to such a number depends on where the others stand. Where few positions meet, the
model is asked at all of them; where there are many, only the first of the dials is served.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from cjsim.board.wasm.blocks import Block, Number, as_told

MOST: Final = 2_000
"""Settings at which the model is asked for one table; a hand does not miss finer steps."""
Found = Mapping[str, Mapping[str, Mapping[str, list[list[Any]]]]]
"""Key -> block -> size -> patches."""
Sizes = Mapping[int, Mapping[str, Block]]


def meeting(found: Found) -> list[list[str]]:
    """The keys in groups, in their order: those that change a number together are in one."""
    groups: list[tuple[list[str], set[tuple[str, int]]]] = []
    for key in found:
        group, places = [key], {(name, patch[0]) for name, patch in _each(found[key])}
        for other in [other for other in groups if other[1] & places]:
            groups.remove(other)
            group = [*other[0], *group]
            places |= other[1]
        groups.append((group, places))
    return [group for group, _ in groups]


def _each(of_blocks: Mapping[str, Mapping[str, list[list[Any]]]]) -> Iterator[tuple[str, Any]]:
    """Every patch of a dial, with its block."""
    for name, of_sizes in of_blocks.items():
        yield from ((name, patch) for patches in of_sizes.values() for patch in patches)


def shared(found: Found, keys: Iterable[str]) -> set[tuple[str, Number]]:
    """The numbers that at least two of the keys change: block and place."""
    seen: set[tuple[str, Number]] = set()
    twice: set[tuple[str, Number]] = set()
    for key in keys:
        own = {(name, Number(patch[0], patch[1])) for name, patch in _each(found[key])}
        twice |= seen & own
        seen |= own
    return twice


def table_of(
    dials: Mapping[str, Sequence[float]],
    usual: Sequence[float],
    places: Iterable[tuple[str, Number]],
    sizes: Iterable[int],
    ask: Callable[[dict[str, float]], Sizes | None],
) -> dict[str, Any]:
    """What some numbers are at all settings of some dials, as JSON.

    Parameters
    ----------
    dials : key -> its positions.
    usual : where each of them stands in the scenario.
    places : block and place of each number.
    sizes : of markets.
    ask : settings -> the blocks of each size; None where the scenario does not allow them.

    Returns `keys`, their `usual` values, and `patches`: block -> size -> [place, kind, numbers]; a
    number is null where the scenario does not allow the settings.
    """
    wanted = sorted(places)
    numbers: dict[tuple[int, str, Number], list[Any]] = {
        (size, name, place): [] for size in sizes for name, place in wanted
    }
    for values in product(*dials.values()):
        blocks = ask(dict(zip(dials, values, strict=True)))
        for (size, name, place), told in numbers.items():
            told.append(None if blocks is None else as_told(blocks[size][name].number(place)))
    patches: dict[str, dict[str, list[list[Any]]]] = {}
    for (size, name, place), told in numbers.items():
        patches.setdefault(name, {}).setdefault(str(size), []).append([*place, told])
    return {"keys": list(dials), "usual": [as_told(v) for v in usual], "patches": patches}


def few(dials: Iterable[Sequence[float]]) -> bool:
    """May the model be asked at all settings of dials with these positions?"""
    return math.prod(len(positions) for positions in dials) <= MOST
