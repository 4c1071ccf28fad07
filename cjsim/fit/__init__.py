"""What data tell of a scenario's numbers, and what they leave open.

`infer` finds the settings under which a simulation looks like what was observed; `Posterior` holds
them with their doubt; `Calibration` says whether such doubts can be believed.
"""

from cjsim.fit.abc import Posterior, infer
from cjsim.fit.calibration import Calibration, calibrate, calibration
from cjsim.fit.priors import Prior

__all__ = ["Calibration", "Posterior", "Prior", "calibrate", "calibration", "infer"]
