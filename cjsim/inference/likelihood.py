"""Parts of the model that have a likelihood by themselves: no simulation is needed to fit them.

- Whether a push arrives, and whether it is opened: one coin each.
- In a stage where nobody is met and all people are alike: two clocks of one shape, of which the
  first to ring ends the stay; open stays are censored.

Everywhere else the same likelihoods are no more than a look at the log
(`cjsim.inference.auxiliary`).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from cjsim.inference.auxiliary import stays_of
from cjsim.inference.priors import Prior
from cjsim.inference.seen import Lens, Seen
from cjsim.journey import BEFORE_THE_DEAL, Stage
from cjsim.model.events import Event
from cjsim.scenario import Scenario

SHARE: Final = "share"
DAYS: Final = "days"


@dataclass(frozen=True)
class Exact:
    """The posterior of one key, cut to the range of its prior.

    Parameters
    ----------
    key : what it is of.
    kind : "share": of independent cases, a beta; "days": the mean of Weibull stays, whose rate to
        the power of the shape is a gamma.
    yes, no : cases; of days the stays that are over, and the sum of all stays' powers.
    shape : of days.
    low, high : the range.
    """

    key: str
    kind: str
    yes: float
    no: float
    shape: float
    low: float
    high: float

    def at(self, u: float) -> float:
        """The value below which a share u of the posterior lies.

        >>> Exact("touchpoints.mail.opened", "share", 30, 70, 1.0, 0.0, 1.0).at(0.5) > 0.29
        True
        """
        from scipy.stats import beta, gamma

        if self.kind == SHARE:
            whole = beta(self.yes + 1.0, self.no + 1.0)
            start, end = whole.cdf(self.low), whole.cdf(self.high)
            value = whole.ppf(start + (end - start) * u)
            middle = whole.mean()
        else:  # the more days, the lower the rate
            whole = gamma(self.yes + 0.5, scale=1.0 / self.no)
            start, end = whole.cdf(self._rate(self.high)), whole.cdf(self._rate(self.low))
            value = self._days(whole.ppf(end - (end - start) * u))
            middle = self._days(whole.mean())
        if not end - start > 1e-12:  # what is seen lies beyond the range
            return self.low if middle < self.low else self.high
        return float(np.clip(value, self.low, self.high))

    def _rate(self, days: float) -> float:
        return float((math.gamma(1.0 + 1.0 / self.shape) / days) ** self.shape)

    def _days(self, rate: float) -> float:
        return float(math.gamma(1.0 + 1.0 / self.shape) * rate ** (-1.0 / self.shape))


def exact(
    scenario: Scenario, key: str, prior: Prior, seen: Seen, lens: Lens, free: Collection[str]
) -> Exact | None:
    """The likelihood of a key by itself, where the model gives it one; else None."""
    path = key.split(".")
    if path[0] == "touchpoints" and path[-1] in ("delivered", "opened"):
        return _coin(path[1], path[-1], prior, seen, lens)
    if path[0] == "stages" and Event.ENTER in lens.kinds and lens.records is None:
        return _stay(scenario, path[1], path[-1], prior, seen, free)
    return None


def _coin(point: str, which: str, prior: Prior, seen: Seen, lens: Lens) -> Exact | None:
    """Delivered of all that were sent, opened of all that arrived."""
    kinds = (Event.CONTACT, Event.UNOPENED, Event.UNDELIVERED)
    if point not in lens.touchpoints or not set(kinds) <= set(lens.kinds):
        return None
    mine = seen.touchpoint == lens.touchpoints.index(point)
    count = {kind: int(np.count_nonzero(mine & (seen.event == kind))) for kind in kinds}
    opened = count[Event.CONTACT]
    if which == "opened":
        return Exact(prior.name, SHARE, opened, count[Event.UNOPENED], 1.0, prior.low, prior.high)
    arrived = opened + count[Event.UNOPENED]
    return Exact(prior.name, SHARE, arrived, count[Event.UNDELIVERED], 1.0, prior.low, prior.high)


def _stay(
    scenario: Scenario, stage: str, which: str, prior: Prior, seen: Seen, free: Collection[str]
) -> Exact | None:
    """Days and loss of a stage before the deal, where both clocks run as the plan says."""
    plan = scenario.stage_plan(Stage.of(stage))
    alone = f"stages.{stage}.regularity" not in free and math.isfinite(plan.regularity)
    if Stage.of(stage) not in BEFORE_THE_DEAL or not alone or not is_plain(scenario):
        return None
    days, over, lost = stays_of(seen, Stage.of(stage))
    if which == "planned_loss":
        passed = int((over & ~lost).sum())
        return Exact(prior.name, SHARE, int(lost.sum()), passed, 1.0, prior.low, prior.high)
    if which != "typical_days" or not len(days):
        return None
    powers = float((days**plan.regularity).sum())
    return Exact(prior.name, DAYS, int(over.sum()), powers, plan.regularity, prior.low, prior.high)


def is_plain(scenario: Scenario) -> bool:
    """Do all people go through the stages before the deal as the plan says, and alike?

    Nobody is met or told of the firm, and nothing in which people differ acts there.
    """
    market, running = scenario.market, scenario.strategies[scenario.strategy]
    at = scenario.plan.at.model_dump()
    own = {**market.model_dump(), "competition": scenario.rival.competition}
    return (
        all(own[name] == value for name, value in at.items())
        and not any(running.touchpoints.values())
        and not scenario.changes
        and not market.segments
        and market.speed_spread == market.rationality_spread == 0.0
        and (market.pain_need == market.dream_need or market.pain_share in (0.0, 1.0))
        and scenario.rival.competition == scenario.product.complexity == 0.0
        and market.price_sensitivity == 0.0
        and market.presence == 1.0
        and scenario.loyalty.advocate_share == scenario.words.bad_share == 0.0
        and scenario.loyalty.friends == 0.0
        and math.isinf(market.stay_years)
    )
