"""What `--vary` asks for, in the words of the command line: a grid of settings, or ranges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cjsim.experiment.design import grid, is_whole, must_be_finite, sample, spaced

if TYPE_CHECKING:
    import pandas as pd


def settings_of(words: Sequence[str], cells: int | None, seed: int) -> pd.DataFrame:
    """The settings that `--vary KEY=LOW:HIGH:POINTS` or `KEY=A,B,C` ask for: a grid, or a sample.

    Parameters
    ----------
    words : e.g. ["guide.accuracy=0.5:1:6"]; of a whole-number key the values are rounded.
    cells, seed : how many settings a sample has, and its seed; None for a grid.

    Raises ValueError for words that say neither, or a key twice.
    """
    if cells is not None:
        ranges = ranges_of(words, "a sample takes LOW:HIGH, not single values")
        return sample(ranges, cells, seed=seed)
    return grid(
        {
            key: _between(key, *given) if isinstance(given, tuple) else given
            for key, given in _varied(words).items()
        }
    )


def ranges_of(
    words: Sequence[str], otherwise: str = "say KEY=LOW:HIGH, for example firm.reps=1:12"
) -> dict[str, tuple[float, float]]:
    """The ranges that `--vary KEY=LOW:HIGH` asks for; `otherwise` is said of single values.

    Raises ValueError for words that say no range, or a key twice.
    """
    found = _varied(words)
    if lists := [key for key, values in found.items() if isinstance(values, list)]:
        raise ValueError(f"--vary {lists[0]}: {otherwise}")
    return {key: (values[0], values[1]) for key, values in found.items()}


def _varied(words: Sequence[str]) -> dict[str, tuple[float, float, int] | list[Any]]:
    """Each key with its (low, high, points), or its values."""
    found = dict(map(_vary, words))
    if len(found) < len(words):
        raise ValueError("--vary: names a key twice")
    return found


def _vary(word: str) -> tuple[str, tuple[float, float, int] | list[Any]]:
    """A key and either (low, high, points) or a list of values."""
    key, equals, given = word.partition("=")
    parts = given.split(":")
    try:
        if equals and len(parts) in (2, 3):
            points = int(parts[2]) if len(parts) == 3 else 5
            return key.strip(), (float(parts[0]), float(parts[1]), points)
        if equals and given:
            return key.strip(), [_value(part) for part in given.split(",")]
    except ValueError:
        pass
    raise ValueError(
        f"--vary {word}: say KEY=LOW:HIGH:POINTS or KEY=A,B,C, for example guide.accuracy=0.5:1:6"
    )


def _between(key: str, low: float, high: float, points: int) -> list[float]:
    """The values of a range; those of a whole-number key are rounded, each but once."""
    must_be_finite(key, low, high)
    values = spaced(low, high, points)
    return list(dict.fromkeys(map(round, values))) if is_whole(key) else values


def _value(word: str) -> Any:
    """What JSON takes the word for; a number, inf too, where it is one; else the word itself."""
    for read in (json.loads, float):
        try:
            return read(word)
        except ValueError:
            continue
    return word.strip()
