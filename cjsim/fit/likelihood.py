"""Parts of the model that have a likelihood: no simulation is needed to fit them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cjsim.fit.priors import Prior
from cjsim.fit.seen import Lens, Seen
from cjsim.model.events import Event
from cjsim.scenario import Scenario


@dataclass(frozen=True)
class Exact:
    """The posterior of a share of independent cases under an even prior: a beta, cut to its range.

    Parameters
    ----------
    key : what it is of.
    yes, no : cases.
    low, high : the range.
    """

    key: str
    yes: int
    no: int
    low: float
    high: float

    def at(self, u: float) -> float:
        """The value below which a share u of the posterior lies."""
        from scipy.stats import beta

        whole = beta(self.yes + 1.0, self.no + 1.0)
        start, end = whole.cdf(self.low), whole.cdf(self.high)
        if not end - start > 1e-12:  # the data lie beyond the range
            return self.low if self.yes < self.low * (self.yes + self.no) else self.high
        return float(np.clip(whole.ppf(start + (end - start) * u), self.low, self.high))


def exact(
    scenario: Scenario, key: str, prior: Prior, seen: Seen, lens: Lens
) -> Exact | None:
    """The likelihood of a key by itself, where the model gives it one; else None.

    Whether a push arrives, and whether it is opened, is one coin each.
    """
    path = key.split(".")
    if path[0] != "touchpoints" or path[-1] not in ("delivered", "opened"):
        return None
    if path[1] not in lens.touchpoints:
        return None
    mine = seen.touchpoint == lens.touchpoints.index(path[1])
    count = {
        kind: int(np.count_nonzero(mine & (seen.event == kind)))
        for kind in (Event.CONTACT, Event.UNOPENED, Event.UNDELIVERED)
    }
    arrived = count[Event.CONTACT] + count[Event.UNOPENED]
    if path[-1] == "delivered":
        return Exact(key, arrived, count[Event.UNDELIVERED], prior.low, prior.high)
    return Exact(key, count[Event.CONTACT], count[Event.UNOPENED], prior.low, prior.high)
