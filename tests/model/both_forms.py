"""The arithmetic and the draws compiled, by the mechanism that compiles the rules."""

from __future__ import annotations

import hashlib
from types import ModuleType

import numpy as np

from cjsim.model import arithmetic as plain_arithmetic
from cjsim.model.compile import Source, compiled

ARITHMETIC = Source("cjsim.model.arithmetic")
DRAWS = Source("cjsim.model.draws")
DRAWN = ("exponential", "threshold", "normal", "poisson", "lognormal", "logit_normal")


def arithmetic() -> ModuleType:
    """exp, log, expm1 and log1p, compiled."""
    return compiled(ARITHMETIC, entry_points=plain_arithmetic.IN_LINE)


def draws() -> ModuleType:
    """The draws of one uniform each, compiled with their arithmetic."""
    return compiled(ARITHMETIC, DRAWS, entry_points=DRAWN)


def digest(module: ModuleType) -> str:
    """A hash of 45,000 results of each function, from arguments that need no library."""
    luck = np.random.default_rng(11)
    any_bits = luck.integers(0, 2**64, 5_000, np.uint64, endpoint=False).view(np.float64)
    uniform = luck.random(5_000)
    near = [uniform, -uniform, 0.2 * uniform - 0.1, 10.0 * uniform - 5.0, 1.0 + 0.1 * uniform]
    far = [1500.0 * uniform - 750.0, 50.0 * uniform - 746.0, 1e-309 * uniform]
    arguments = np.concatenate([any_bits, *near, *far]).tolist()
    names = plain_arithmetic.IN_LINE
    results = np.array([[getattr(module, name)(x) for x in arguments] for name in names])
    results[np.isnan(results)] = np.nan  # the bits of a nan are nobody's promise
    return hashlib.sha256(results.astype("<f8").tobytes()).hexdigest()


if __name__ == "__main__":
    print(digest(arithmetic()))
