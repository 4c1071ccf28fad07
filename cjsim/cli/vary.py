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
            key: _between(key, *values) if isinstance(values, tuple) else values
            for key, values in _values_by_key(words).items()
        }
    )


def ranges_of(
    words: Sequence[str], otherwise: str = "say KEY=LOW:HIGH, for example firm.reps=1:12"
) -> dict[str, tuple[float, float]]:
    """The ranges that `--vary KEY=LOW:HIGH` asks for; `otherwise` is said of single values.

    Raises ValueError for words that say no range, or a key twice.
    """
    varied = _values_by_key(words)
    if lists := [key for key, values in varied.items() if isinstance(values, list)]:
        raise ValueError(f"--vary {lists[0]}: {otherwise}")
    return {key: (values[0], values[1]) for key, values in varied.items()}


def _values_by_key(words: Sequence[str]) -> dict[str, tuple[float, float, int] | list[Any]]:
    """Each key with its (low, high, points), or its values."""
    values_of = dict(map(_key_and_values, words))
    if len(values_of) < len(words):
        raise ValueError("--vary: names a key twice")
    return values_of


def _key_and_values(word: str) -> tuple[str, tuple[float, float, int] | list[Any]]:
    """A key and either (low, high, points) or a list of values."""
    key, equals, values = word.partition("=")
    numbers = values.split(":")
    try:
        if equals and len(numbers) in (2, 3):
            points = int(numbers[2]) if len(numbers) == 3 else 5
            return key.strip(), (float(numbers[0]), float(numbers[1]), points)
        if equals and values:
            return key.strip(), [_value(part) for part in values.split(",")]
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
    for parse in (json.loads, float):
        try:
            return parse(word)
        except (ValueError, RecursionError):
            continue
    return word.strip()
