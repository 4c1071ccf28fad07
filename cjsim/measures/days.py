"""The days that a table over time has rows for."""

from __future__ import annotations

import math

import numpy as np

from cjsim.measures.groups import Floats

MOST_ROWS = 1_000_000
A_HAIR = 1e-9
"""What counts as the horizon itself: a multiple of `every` may miss it by a last bit."""


def days_of(horizon: float, every: float) -> Floats:
    """0, every, 2 · every, ... below the horizon, and the horizon, each once.

    Raises ValueError for an `every` that is not above 0, or so small that nobody reads the table.
    """
    if not every > 0:
        raise ValueError(f"every = {every}: days between two rows must be above 0")
    if horizon / every > MOST_ROWS:
        raise ValueError(f"every = {every}: would be more than {MOST_ROWS:,} rows")
    steps = math.ceil(horizon / every * (1 - A_HAIR)) if math.isfinite(every) else 1
    return np.append(np.arange(steps) * (every if steps > 1 else 0.0), horizon)
