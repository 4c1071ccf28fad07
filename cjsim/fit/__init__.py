"""What data tell of a scenario's numbers, and what they leave open.

`cjsim.fit(scenario, log)` finds the settings under which a market looks like a firm's log. Below it
`infer` finds those under which any simulation looks like what was observed; `Posterior` holds them
with their doubt; `Calibration` says whether such doubts can be believed. `BGNBD`, `ParetoNBD` and
`ShiftedBeta` are the field's models of repeat buying, with a likelihood.

This package bears the name of the function that it is for, and is called like it: once it is
imported, `cjsim.fit` is the package, whoever asks.
"""

import sys
from types import ModuleType

from cjsim.fit.abc import Posterior, infer
from cjsim.fit.buying import BGNBD, ParetoNBD
from cjsim.fit.calibration import Calibration, calibrate, calibration
from cjsim.fit.cohorts import Cohort, score
from cjsim.fit.fitting import fit as _fit
from cjsim.fit.priors import Prior
from cjsim.fit.result import Fit
from cjsim.fit.shifted_beta import ShiftedBeta

__all__ = [
    "BGNBD", "Calibration", "Cohort", "Fit", "ParetoNBD", "Posterior", "Prior", "ShiftedBeta",
    "calibrate", "calibration", "infer", "score",
]  # fmt: skip


class _Callable(ModuleType):
    """A module that is called like the function it bears the name of."""

    __call__ = staticmethod(_fit)


sys.modules[__name__].__class__ = _Callable
