"""What is held possible of a number before any data are seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.labels import unknown

Floats = npt.NDArray[np.float64]

SCALES: Final = ("linear", "log", "logit")
KINDS: Final = ("uniform", "normal")
FIVE_PERCENT: Final = 1.6448536269514722
"""Standard deviations from the middle of a normal to where 5 % lie beyond."""


@dataclass(frozen=True)
class Prior:
    """A number's prior distribution.

    Parameters
    ----------
    name : of the number, say the key of a scenario: "stages.repeat_deal.typical_days".
    low, high : of a uniform its ends; of a normal what 5 % lie below, and 5 % above.
    scale : on which it is uniform or normal: "linear", "log" (numbers above 0) or "logit" (0..1).
    kind : "uniform" or "normal".

    Raises ValueError, with the name, for limits that are none.

    >>> from cjsim.inference import Prior
    >>> days = Prior("stages.repeat_deal.typical_days", 10.0, 1000.0, "log")
    >>> days.at([-1.0, 0.0, 1.0]).round().tolist()
    [21.0, 100.0, 482.0]
    >>> [round(limit) for limit in days.interval()]
    [13, 794]
    """

    name: str
    low: float
    high: float
    scale: str = "linear"
    kind: str = "uniform"

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise unknown(f"scale of {self.name}", self.scale, SCALES)
        if self.kind not in KINDS:
            raise unknown(f"kind of {self.name}", self.kind, KINDS)
        if not (isfinite(self.low) and isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"{self.name}: low = {self.low}, high = {self.high}; a prior needs two numbers, "
                "the lower one first"
            )
        if self.scale == "log" and self.low <= 0.0:
            raise ValueError(f"{self.name}: low = {self.low}; on a log scale it is above 0")
        if self.scale == "logit" and not 0.0 < self.low < self.high < 1.0:
            raise ValueError(
                f"{self.name}: {self.low}..{self.high}; on a logit scale both lie between 0 and 1, "
                "without the ends"
            )

    def at(self, z: Any) -> Any:
        """The value at a standard normal z: at 0 the median, at -1.645 what 5 % lie below.

        In z every prior is standard normal: the scale on which all is inferred has no ends, and a
        value that is found never leaves the prior.

        Parameters
        ----------
        z : one number or several.
        """
        from scipy.special import ndtr

        low, high = self._scaled(self.low), self._scaled(self.high)
        z = np.asarray(z, float)
        if self.kind == "uniform":
            place = low + (high - low) * ndtr(z)
        else:
            place = 0.5 * (low + high) + 0.5 * (high - low) / FIVE_PERCENT * z
        if self.scale == "log":
            place = np.exp(place)
        elif self.scale == "logit":
            place = 1.0 / (1.0 + np.exp(-place))
        if self.kind == "uniform":  # ends are not passed by rounding
            place = np.clip(place, self.low, self.high)
        return place if place.ndim else float(place)

    def z(self, value: Any) -> Any:
        """The inverse of `at`; beyond the ends of a uniform it is infinite.

        Parameters
        ----------
        value : one or several.
        """
        from scipy.special import logit, ndtri

        low, high = self._scaled(self.low), self._scaled(self.high)
        value = np.asarray(value, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            place = value if self.scale == "linear" else np.log(value)
            place = logit(value) if self.scale == "logit" else place
            if self.kind == "uniform":
                z = ndtri(np.clip((place - low) / (high - low), 0.0, 1.0))
            else:
                z = (place - 0.5 * (low + high)) / (0.5 * (high - low) / FIVE_PERCENT)
        return z if z.ndim else float(z)

    def _scaled(self, value: float) -> float:
        if self.scale == "log":
            return log(value)
        return log(value / (1.0 - value)) if self.scale == "logit" else value

    def interval(self) -> tuple[float, float]:
        """What 5 % lie below, and 5 % above."""
        return self.at(-FIVE_PERCENT), self.at(FIVE_PERCENT)
