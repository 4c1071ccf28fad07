"""Which keys of a scenario are free, what is held possible of them, and which no log can tell.

A key's prior comes from what stands in the file: its line in `[uncertain]`, else the value there,
give or take a factor, inside the limits that the key has. A range of one's own takes its place:
`free={"market.onset_days": (200, 2000)}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np

from cjsim.door import number_of, shown
from cjsim.experiment.idle import idle
from cjsim.experiment.shapes import values_at
from cjsim.inference.priors import Prior
from cjsim.inference.seen import Lens
from cjsim.journey import BEFORE_THE_DEAL
from cjsim.labels import SPOKEN, text
from cjsim.model.events import Event
from cjsim.scenario import Scenario, Uncertain
from cjsim.scenario.keys import Key, fits

Free = Sequence[str] | Mapping[str, Any] | None
"""Keys, or keys with a (low, high) or a `Prior` of one's own; None: the usual ones."""

FACTOR: Final = 3.0
"""A number above 0 is held to be up to so many times less or more than the file says ..."""
ODDS: Final = 4.0
"""... and so are the odds of a share."""
WIDE: Final = 5.0
"""A range whose ends differ by more than this factor is even on a scale of factors."""
EVEN: Final = {"uniform": "linear", "log-uniform": "log"}
"""Shapes of [uncertain] that have ends -> the scale on which they are even."""
INNER: Final = 0.001
"""How near to 0 and 1 a share is looked at."""

NEAR_THE_END: Final = 8.0
"""So many standard deviations from the middle a uniform is as good as at its end; a normal, ..."""
FAR: Final = 3.0
"""... which has none, is taken to go so far: what lies beyond and cannot be is left out."""

ONLY_COSTS: Final = (
    "product.unit_cost", "product.first_deal_extra_cost", "firm.rep_cost_per_day",
    "touchpoints.*.cost_per_day",
)  # fmt: skip
"""What moves money that no customer's row has."""
NEEDS: Final[Mapping[str, tuple[Event, ...]]] = {
    "touchpoints.*.cost_per_contact": (Event.CONTACT,),
    "market.tolerance_*": (Event.OPT_OUT,),
}
"""What is told by some kinds of rows alone."""
OF_A_NOTICE: Final = ("stages.repeat_deal.typical_days", "stages.repeat_deal.planned_loss")
"""Under a contract the hazard of a notice is the one over the other: no log tells both."""


@dataclass(frozen=True)
class Freed:
    """A key that is free.

    Parameters
    ----------
    key : dotted, in full.
    prior : what is held possible.
    whole : must its value be whole?
    untold : why this log cannot tell it: a label, and what it is filled with; None where it may.
    traded : a free key with which it can be traded by the model itself; "" for none.
    """

    key: str
    prior: Prior
    whole: bool = False
    untold: tuple[str, Mapping[str, str]] | None = None
    traded: str = ""

    def reason(self, lang: str = SPOKEN) -> str:
        """Why this log cannot tell it, in words; "" where it may."""
        if self.untold is None:
            return ""
        label, facts = self.untold
        return text(label, lang).format(**facts)


GIVEN: Final = {
    "market.people": "all simulated markets have one size, say it as people",
    "horizon_days": "it is that of the log",
}
"""Numbers that a fit takes as given, and why."""


def freed(scenario: Scenario, free: Free, lens: Lens) -> list[Freed]:
    """The free keys with their priors.

    Raises ScenarioError, with the nearest spelling, for a key that is not there, or for a range
    that the rest of the scenario forbids; ValueError for a key that is no number, has no range, or
    stands there twice.
    """
    listed = free.items() if isinstance(free, Mapping) else _listed(free, scenario, lens)
    keys = []
    for dotted, range_ in listed:
        key = scenario.key(dotted)
        if not key.is_number:
            raise ValueError(f"{key.dotted}: is no number; only numbers can be fitted")
        if key.dotted in GIVEN:
            raise ValueError(f"{key.dotted}: cannot be fitted: {GIVEN[key.dotted]}")
        prior = prior_of(scenario, key, range_)
        far = NEAR_THE_END if prior.kind == "uniform" else FAR
        for z in (-far, far):  # both ends must be possible beside all else
            end = float(prior.at(z))
            scenario.with_changes({key.dotted: round(end) if key.is_whole else end})
        keys.append(Freed(key.dotted, prior, key.is_whole, _untold(scenario, key, lens)))
    names = [one.key for one in keys]
    if not names:
        raise ValueError("free: name one key at least, e.g. market.onset_days")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"free: {twice[0]} stands there twice")
    if scenario.contract.term_days > 0.0 and set(OF_A_NOTICE) <= set(names):
        other = dict(zip(OF_A_NOTICE, reversed(OF_A_NOTICE), strict=True))
        keys = [replace(one, traded=other.get(one.key, "")) for one in keys]
    return keys


def _listed(free: Sequence[str] | None, scenario: Scenario, lens: Lens) -> list[tuple[str, None]]:
    if isinstance(free, str):
        raise ValueError(f'free = {shown(free)}: name keys in a list, e.g. ["{free}"]')
    keys = usual_keys(scenario, lens) if free is None else free
    return [(key, None) for key in keys]


def usual_keys(scenario: Scenario, lens: Lens) -> list[str]:
    """The keys that matter most and that a firm's log can mostly tell: eight, or fewer.

    How often needs come, how fast and how surely people go from need to deal, how often they are
    met and what that does, how soon they buy again, who is lost there, and how people differ.
    Under a contract the next deal has its date, `typical_days` is no more than the other half of
    `planned_loss`: how good the product is, which trials tell, takes its place.
    """
    bound = scenario.contract.term_days > 0.0
    slowest = max(
        BEFORE_THE_DEAL, key=lambda stage: (scenario.stage_plan(stage).typical_days, -stage)
    ).key
    riskiest = max(
        BEFORE_THE_DEAL, key=lambda stage: (scenario.stage_plan(stage).planned_loss, stage)
    ).key
    met = _loudest(scenario, "pull", lens)
    pushed = _loudest(scenario, "push", lens)
    wanted = [
        "market.onset_days",
        f"stages.{slowest}.typical_days",
        f"stages.{riskiest}.planned_loss",
        *([f"touchpoints.{met}.reach_per_day"] if met else []),
        f"touchpoints.{pushed}.warmth" if pushed else "response.warmth_gain",
        "product.quality" if bound else "stages.repeat_deal.typical_days",
        "stages.repeat_deal.planned_loss",
        "market.speed_spread",
    ]
    return [key for key in wanted if not idle(scenario, key) and _has_range(scenario, key)]


def _loudest(scenario: Scenario, contact: str, lens: Lens) -> str:
    """Of the running touchpoints that the log names, the one with the most reach or warmth."""
    running = scenario.strategies[scenario.strategy].touchpoints
    if contact == "push" and scenario.strategies[scenario.strategy].push == "none":
        return ""
    loud = [
        (
            point.reach_per_day * len(point.fit) if contact == "pull" else point.warmth,
            name,
        )
        for name, point in scenario.touchpoints.items()
        if running.get(name, 0.0) > 0 and point.contact == contact and name in lens.touchpoints
    ]
    return max(loud)[1] if loud and max(loud)[0] > 0 else ""


def _has_range(scenario: Scenario, dotted: str) -> bool:
    try:
        prior_of(scenario, scenario.key(dotted), None)
    except ValueError:
        return False
    return True


def prior_of(scenario: Scenario, key: Key, given: Any) -> Prior:
    """What is held possible of a key: a range of one's own, the file's doubt, or one around it."""
    if isinstance(given, Prior):
        return given if given.name == key.dotted else Prior(key.dotted, *_ends(given))
    if given is not None:
        return _own_range(key, given)
    if key.dotted in scenario.uncertain:
        return _as_the_file_doubts(key, scenario.uncertain[key.dotted])
    low, high = _limits(key)
    value = float(scenario.value(key.dotted))
    if low >= 0.0 and high <= 1.0 and 0.0 < value < 1.0:
        odds = value / (1.0 - value)
        ends = (odds / ODDS / (1 + odds / ODDS), odds * ODDS / (1 + odds * ODDS))
        return Prior(key.dotted, *ends, "logit")
    if 0.0 < value < math.inf and low >= 0.0:
        ends = (max(value / FACTOR, low), min(value * FACTOR, high))
        return Prior(key.dotted, *ends, "log")
    if math.isfinite(low) and math.isfinite(high):
        return Prior(key.dotted, low, high)
    raise ValueError(
        f"{key.dotted} = {value:g}: nothing says how large it might be; give a range, "
        f'free={{"{key.dotted}": (low, high)}}'
    )


def _ends(prior: Prior) -> tuple[float, float, str, str]:
    return prior.low, prior.high, prior.scale, prior.kind


def _own_range(key: Key, given: Any) -> Prior:
    try:
        low, high = (number_of(key.dotted, end) for end in given)
    except (TypeError, ValueError):
        raise ValueError(f"{key.dotted} = {shown(given)}: a range is (low, high)") from None
    for end in (low, high):
        if not fits(end if not key.is_whole else round(end), key) or not math.isfinite(end):
            from cjsim.scenario.keys import allowed

            raise ValueError(f"{key.dotted} = {end:g}: must be {allowed(key)}")
    scale = "log" if low > 0 and high / low >= WIDE else "linear"
    return Prior(key.dotted, low, high, scale)


def _as_the_file_doubts(key: Key, doubt: Uncertain) -> Prior:
    """The prior of which as much lies below and above as [uncertain] says: 5 % each."""
    five, ninety_five = values_at(np.array([0.05, 0.95]), doubt, key).tolist()
    if not five < ninety_five:
        raise ValueError(f"{key.dotted}: [uncertain] leaves it no room; give a range of your own")
    if doubt.drawn_as in EVEN:
        low, high = values_at(np.array([0.0, 1.0]), doubt, key).tolist()
        return Prior(key.dotted, low, high, EVEN[doubt.drawn_as])
    low, high = _limits(key)  # on a scale whose ends the key cannot pass
    scale = "linear" if low < 0.0 or five <= 0.0 else "log" if high > 1.0 else "logit"
    return Prior(key.dotted, five, ninety_five, scale, "normal")


def _limits(key: Key) -> tuple[float, float]:
    """The least and the largest value of a key, a hair inside where the end itself is not one."""
    low = float(key.limits.get("ge", key.limits.get("gt", -math.inf)))
    high = float(key.limits.get("le", key.limits.get("lt", math.inf)))
    if "ge" not in key.limits and math.isfinite(low):
        low += INNER if high <= 1.0 else 1e-9
    if "le" not in key.limits and math.isfinite(high):
        high -= INNER
    return low, high


def _untold(scenario: Scenario, key: Key, lens: Lens) -> tuple[str, Mapping[str, str]] | None:
    """Why this log cannot tell a key; None where it may."""
    if note := idle(scenario, key.dotted):
        return f"idle.because.{note.why}", {}
    if any(fnmatchcase(key.dotted, name) for name in ONLY_COSTS):
        return "fit.untold.costs", {}
    for name, kinds in NEEDS.items():
        if fnmatchcase(key.dotted, name) and not set(kinds) & set(lens.kinds):
            return "fit.untold.rows", {"rows": ", ".join(kind.key for kind in kinds)}
    if key.path[0] == "touchpoints" and not lens.nameless and Event.CONTACT in lens.kinds:
        point = str(key.path[1])
        if point not in lens.touchpoints:
            return "fit.untold.touchpoint", {"touchpoint": point}
    return None
