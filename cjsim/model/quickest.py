"""Blocks of luck, draws and arithmetic in the quickest form there is here; all give the same bits.

Where numba is installed, compiled ones; else plain Python. The rules import them from here, once.
"""

from __future__ import annotations

from typing import TypeVar

from cjsim.model import arithmetic, draws, streams
from cjsim.model.compile import Source, compiled, has_numba

Form = TypeVar("Form")

ENTRY_POINTS = (
    "block", "fill", "exp", "expm1", "log", "log1p", "power", "exponential", "threshold",
    "logistic", "normal", "poisson", "fill_normal", "fill_exponential", "fill_lognormal",
    "fill_logit_normal",
)  # fmt: skip

_compiled = (
    compiled(
        Source("cjsim.model.streams"),
        Source("cjsim.model.arithmetic"),
        Source("cjsim.model.draws"),
        entry_points=ENTRY_POINTS,
    )
    if has_numba()
    else None
)


def _quickest(plain: Form) -> Form:
    """The compiled form of a function, or itself."""
    form: Form = getattr(_compiled, plain.__name__, plain)  # type: ignore[attr-defined]
    return form


block = _quickest(streams.block)
fill = _quickest(streams.fill)
exp = _quickest(arithmetic.exp)
expm1 = _quickest(arithmetic.expm1)
log = _quickest(arithmetic.log)
log1p = _quickest(arithmetic.log1p)
exponential = _quickest(draws.exponential)
threshold = _quickest(draws.threshold)
logistic = _quickest(draws.logistic)
normal = _quickest(draws.normal)
poisson = _quickest(draws.poisson)
power = _quickest(draws.power)
fill_normal = _quickest(draws.fill_normal)
fill_exponential = _quickest(draws.fill_exponential)
fill_lognormal = _quickest(draws.fill_lognormal)
fill_logit_normal = _quickest(draws.fill_logit_normal)
