"""sBG, the shifted beta-geometric: why retention rates rise though nobody becomes more loyal.

At each renewal people leave with a chance of their own that never changes, spread like a beta. The
unfaithful go first, so that the rate of those who are left rises (Fader & Hardie 2007, Journal of
Interactive Marketing 21(1)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cjsim.inference.buying import most_likely
from cjsim.inference.priors import Floats


@dataclass(frozen=True)
class ShiftedBeta:
    """sBG, the shifted beta-geometric: how many customers are left after each renewal.

    Parameters
    ----------
    alpha, beta : of the beta of the chance to leave at a renewal.

    >>> from cjsim.inference import ShiftedBeta
    >>> model = ShiftedBeta.fit([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> round(model.alpha, 2), round(model.beta, 2)
    (0.67, 3.81)
    >>> model.retention([1, 2, 3]).round(2).tolist()  # rises, though nobody changes
    [0.85, 0.88, 0.9]
    >>> round(float(model.survival(12)), 2)
    0.38
    """

    alpha: float
    beta: float

    @classmethod
    def fit(cls, customers: Sequence[float]) -> Self:
        """The parameters that make it most likely that so many are left after each renewal.

        Parameters
        ----------
        customers : at the start, then after each renewal; shares do as well.

        Raises ValueError for fewer than two numbers, or one above the one before it.
        """
        left = np.asarray(customers, float)
        if len(left) < 2 or not (np.diff(left) <= 0).all() or left[-1] < 0:
            raise ValueError("customers: two numbers at least, none above the one before it")
        return cls(*most_likely(lambda p: cls(*p).log_likelihood(left), (1, 1)))

    def survival(self, renewals: Any) -> Floats:
        """The share that is left after so many renewals.

        Parameters
        ----------
        renewals : one number or several.
        """
        from scipy.special import betaln

        n = np.asarray(renewals, float)
        return np.asarray(np.exp(betaln(self.alpha, self.beta + n) - betaln(self.alpha, self.beta)))

    def retention(self, renewals: Any) -> Floats:
        """The share of those before the n-th renewal that is left after it: it rises with n.

        Parameters
        ----------
        renewals : n, one number or several, from 1 on.
        """
        n = np.asarray(renewals, float)
        return np.asarray((self.beta + n - 1.0) / (self.alpha + self.beta + n - 1.0))

    def log_likelihood(self, customers: Any) -> float:
        """Of so many customers at the start, then after each renewal [nats].

        Parameters
        ----------
        customers : as for `fit`.
        """
        from scipy.special import betaln

        left = np.asarray(customers, float)
        n = np.arange(1.0, len(left))
        base = betaln(self.alpha, self.beta)
        leaves = betaln(self.alpha + 1.0, self.beta + n - 1.0) - base
        stays = betaln(self.alpha, self.beta + n[-1]) - base
        return float(-np.diff(left) @ leaves + left[-1] * stays)
