"""What data tell of a scenario's numbers, and what they leave open.

`cjsim.fit(scenario, log)` finds the settings under which a market looks like a firm's log. Below it
`infer` finds those under which any simulation looks like what was observed; `Posterior` holds them
with their doubt; `Calibration` says whether such doubts can be believed. `BGNBD`, `ParetoNBD` and
`ShiftedBeta` are the field's models of repeat buying, with a likelihood.
"""

from cjsim.inference.abc import Posterior, infer
from cjsim.inference.buying import BGNBD, ParetoNBD
from cjsim.inference.calibration import Calibration, calibrate, calibration
from cjsim.inference.cohorts import Cohort, score
from cjsim.inference.priors import Prior
from cjsim.inference.result import Fit
from cjsim.inference.shifted_beta import ShiftedBeta

__all__ = [
    "BGNBD", "Calibration", "Cohort", "Fit", "ParetoNBD", "Posterior", "Prior", "ShiftedBeta",
    "calibrate", "calibration", "infer", "score",
]  # fmt: skip
