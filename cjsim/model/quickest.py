"""Blocks of luck and draws in the quickest form there is here; all forms give the same bits.

Where numba is installed, compiled ones; else plain Python. The rules import them from here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cjsim.model import compile, draws, streams

ENTRY_POINTS = ("block", "fill", "exponential", "threshold", "logistic", "normal", "poisson")

quick = (
    compile.compiled(
        compile.Source("cjsim.model.streams"),
        compile.Source("cjsim.model.draws"),
        entry_points=ENTRY_POINTS,
    )
    if compile.has_numba()
    else None
)
block: Callable[[int, int, int, int], tuple[float, float, float, float]]
fill: Callable[[Any, int, int, int], None]
exponential: Callable[[float], float]
threshold: Callable[[float, float, float], float]
logistic: Callable[[float], float]
normal: Callable[[float], float]
poisson: Callable[[float, float], int]

block = quick.block if quick else streams.block
fill = quick.fill if quick else streams.fill
exponential = quick.exponential if quick else draws.exponential
threshold = quick.threshold if quick else draws.threshold
logistic = quick.logistic if quick else draws.logistic
normal = quick.normal if quick else draws.normal
poisson = quick.poisson if quick else draws.poisson
