"""What data tell of a scenario's numbers, and what they leave open.

`BGNBD`, `ParetoNBD` and `ShiftedBeta` are the field's models of repeat buying, with a likelihood;
`infer` finds the settings under which a simulation looks like what was observed; `Posterior` holds
them with their doubt; `Calibration` says whether such doubts can be believed.
"""

from cjsim.fit.abc import Posterior, infer
from cjsim.fit.buying import BGNBD, ParetoNBD
from cjsim.fit.calibration import Calibration, calibrate, calibration
from cjsim.fit.cohorts import Cohort, score
from cjsim.fit.priors import Prior
from cjsim.fit.shifted_beta import ShiftedBeta

__all__ = [
    "BGNBD", "Calibration", "Cohort", "ParetoNBD", "Posterior", "Prior", "ShiftedBeta", "calibrate",
    "calibration", "infer", "score",
]  # fmt: skip
