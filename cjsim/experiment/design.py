"""Which settings to try: grids and samples of scenario keys, one row per setting."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from numbers import Real
from typing import TYPE_CHECKING, Any

from cjsim.door import shown, whole
from cjsim.labels import unknown
from cjsim.scenario.keys import key_named

if TYPE_CHECKING:
    import pandas as pd

Ranges = Mapping[str, tuple[float, float]]
SAMPLES = ("sobol", "latin", "random")
MOST_CELLS = 100_000


def grid(values: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Every combination of the keys' values; the last key changes fastest.

    Parameters
    ----------
    values : dotted key -> values, e.g. {"guide.accuracy": [0.5, 0.7, 0.9]}.

    Raises ValueError for a key without values or with the same one twice, and for too many cells.

    Returns a row per cell, a column per key.

    >>> grid({"guide.accuracy": [0.5, 0.9], "firm.reps": [1, 2]}).to_dict("list")
    {'guide.accuracy': [0.5, 0.5, 0.9, 0.9], 'firm.reps': [1, 2, 1, 2]}
    """
    import pandas as pd

    columns = {key: _values_of(key, given) for key, given in values.items()}
    if not columns or math.prod(map(len, columns.values())) > MOST_CELLS:
        raise ValueError(TOO_MANY)
    combinations = list(itertools.product(*columns.values()))
    return pd.DataFrame(combinations, columns=list(columns)).rename_axis("cell")


TOO_MANY = f"a grid has at least one key, and at most {MOST_CELLS:,} cells"


def _values_of(key: str, given: Any) -> list[Any]:
    """The values of a key: one word, number or table is one value.

    Raises ValueError for none, for too many, and for two that are the same, as 1 and 1.0 are.
    """
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        given = [given]
    values = list(itertools.islice(given, MOST_CELLS + 1))
    if len(values) > MOST_CELLS:
        raise ValueError(TOO_MANY)
    if is_whole(key):
        values = [_as_whole(value) for value in values]
    if not values or len({_as_compared(value) for value in values}) < len(values):
        raise ValueError(f"{key}: {_listed(values)} must be one or more values, no two alike")
    return values


def _as_whole(value: Any) -> Any:
    """2.0 as 2, where a whole number is wanted."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_compared(value: Any) -> str:
    """A value as text, the same for what a scenario takes as the same: lists and tables too."""
    if isinstance(value, Mapping):
        return repr({str(key): _as_compared(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return repr([_as_compared(item) for item in value])
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            return f"{float(value):.12g}"  # 0.1 + 0.2 reads as 0.3
    try:
        return repr(value)
    except ValueError:  # thousands of digits
        return hex(value)


def _listed(values: Sequence[Any]) -> str:
    words = ", ".join(map(shown, values[:20]))
    return f"[{words if len(words) <= 60 else f'{words[:57]}...'}]"


def sample(ranges: Ranges, cells: int, method: str = "sobol", seed: int = 1) -> pd.DataFrame:
    """Settings spread over ranges of keys: more keys than a grid can bear.

    Parameters
    ----------
    ranges : dotted key -> (low, high); a whole-number key is rounded.
    cells : how many; for "sobol" best a power of 2.
    method : "sobol" (scrambled, fills space most evenly), "latin" (hypercube: each key evenly),
        or "random".
    seed : of the draw, a whole number.

    Returns a row per cell, a column per key. Raises ValueError for an unknown method or an
    empty range.

    >>> ranges = {"guide.accuracy": (0.0, 1.0), "firm.reps": (1, 4)}
    >>> sample(ranges, cells=4).round(2).to_dict("list")
    {'guide.accuracy': [0.29, 0.58, 0.84, 0.04], 'firm.reps': [1, 4, 2, 3]}
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import qmc

    if method not in SAMPLES:
        raise unknown("sample", method, SAMPLES)
    for key, (low, high) in ranges.items():
        must_be_finite(key, low, high)
        if not low < high:
            raise ValueError(f"{key}: the range {low:g} .. {high:g} is empty; low comes first")
    if not ranges or whole("cells", cells, 0) < 1 or cells > MOST_CELLS:
        raise ValueError(
            f"{cells} cells: a sample has 1 .. {MOST_CELLS:,} cells of one key or more"
        )
    d = len(ranges)
    if method == "random":
        unit = np.random.default_rng(seed).random((cells, d))
    elif method == "latin":
        unit = qmc.LatinHypercube(d, rng=seed).random(cells)
    else:  # a power of 2, of which the first are taken: no warning, still even
        unit = qmc.Sobol(d, rng=seed).random_base2(math.ceil(math.log2(cells)))[:cells]
    lows, highs = zip(*ranges.values(), strict=True)
    table = pd.DataFrame(qmc.scale(unit, lows, highs), columns=list(ranges)).rename_axis("cell")
    counts = [key for key in table if is_whole(key)]
    return table.astype(dict.fromkeys(counts, "float")).round(dict.fromkeys(counts, 0)).astype(
        dict.fromkeys(counts, "int64")
    )  # fmt: skip


def is_whole(dotted: str) -> bool:
    """Does every scenario want a whole number here? (A wrong key is told when it is set.)"""
    key = key_named(dotted)
    return key is not None and key.is_whole


def spaced(low: float, high: float, points: int) -> list[float]:
    """Evenly spaced values with few digits, e.g. 0.3, 0.35, 0.4."""
    if points < 2:
        raise ValueError(f"{points} points: a range has at least its two ends")
    if points > MOST_CELLS:
        raise ValueError(f"{points:,} points: a range has at most {MOST_CELLS:,}")
    step = (high - low) / (points - 1)
    digits = max(0, 3 - math.floor(math.log10(abs(step) or 1.0)))
    return [round(low + i * step, digits) for i in range(points)]


def must_be_finite(key: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"{key}: the range {low:g} .. {high:g} must be finite")
