"""Every coded assumption has a name and a switch: run the world in which it does not hold.

What was written into the rules cannot be a finding (evidence 3.2). `without(scenario, "mismatch")`
is the twin in which it is not so; what a headline loses there, it owed to the assumption.

A switch changes plain keys of the scenario. It leaves costs and people as they are. Switches may
be set in any order, and twice. Contacts that do nothing at all, so that strategies agree to the
last bit, need the keys of the touchpoints themselves at 0: every contact that could warm or
irritate looks at the clocks anew, which may cost the last digit where its effect is off.

These assumptions have no key that could switch them off:

- The rational compare, the emotional act at once (C35), and the rational take longer (C33-C34):
  `rationality` makes all alike, the fork stays. A key for the share that compares is missing.
- A rival enters at comparison, and who has met none falls asleep instead (C37, C57):
  needs a key for the stage.
- There are twelve stages, in this order (C4). As to messages, `cjsim.observe.alike_within` makes
  a world in which the stages within a cell of a coarser lens are alike.
- Nobody walks away at 7, 8, 11 and 12; both clocks stand still in a queue; warmth is not felt at
  7, 8, 10-12; with a rival (13) the next need comes as it does with us; care and calm work only
  after the deal. All need a key per stage.
- A friend's word awakes for certain (B18): its chance has no key, only `word_of_mouth` as a whole.
- The euphoria after an event (C161) is no part of a run, but of what the firm's systems see.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.door import scenario_of
from cjsim.journey import IN_THE_CATEGORY
from cjsim.labels import SPOKEN, text, unknown
from cjsim.scenario import Scenario, Touchpoint

if TYPE_CHECKING:
    import pandas as pd

Changes = dict[str, Any]
"""Dotted keys of a scenario and their new values."""

NEVER: Final = 1e12
"""Days, or units of irritation, that no run comes to."""
SURE: Final[Changes] = {"experience.gate_slope": 200.0, "experience.gate_threshold": -5.0}
"""At the ends of their ranges: e^-1000 is 0, so that the gate lets everybody through."""
NEUTRAL: Final = 0.5
"""Trust and rationality at which their factors in the rates are 1; optimism that errs evenly."""
SEARCH_CLAIMS: Final = {"A18", "C133", "C134", "C135", "C136"}
SEARCH_STAGES: Final = {"study", "comparison"}


@dataclass(frozen=True)
class Assumption:
    """One coded assumption.

    Parameters
    ----------
    name : what `without` takes.
    sources : claim ids of the seed ledger, or papers, that it was taken from, or "ours".
    changes : the keys of a scenario that switch it off, with their values then.
    """

    name: str
    sources: tuple[str, ...]
    changes: Callable[[Scenario], Changes]

    def off(self, scenario: Scenario) -> Scenario:
        """The scenario in which this is not so, checked anew."""
        return scenario.with_changes(self.changes(scenario))

    def assumed(self, lang: str = SPOKEN) -> str:
        """What is assumed, in a sentence."""
        return text(f"assumption.{self.name}.assumed", lang)

    def when_off(self, lang: str = SPOKEN) -> str:
        """What is true when it is switched off, in a sentence."""
        return text(f"assumption.{self.name}.off", lang)


def without(scenario: Scenario | str | Path, *names: str) -> Scenario:
    """The scenario with these assumptions switched off.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    names : of `cjsim.experiment.assumptions.ASSUMPTIONS`, any number of them.

    Raises ValueError for an unknown name, with the nearest spelling.

    >>> from cjsim import Scenario
    >>> phone = Scenario.load("phone")
    >>> phone.diff(without(phone, "irritation"))
    {'response.irritation_harm': (0.8, 0.0)}
    """
    scenario = scenario_of(scenario)
    for name in names:
        if name not in ASSUMPTIONS:
            raise unknown("assumption", name, ASSUMPTIONS)
    for name in names:
        scenario = ASSUMPTIONS[name].off(scenario)
    return scenario


def table(lang: str = SPOKEN) -> pd.DataFrame:
    """All assumptions: rows by name; columns assumed, off (sentences), sources (claim ids)."""
    import pandas as pd

    sentences = {
        name: (assumption.assumed(lang), assumption.when_off(lang), ", ".join(assumption.sources))
        for name, assumption in ASSUMPTIONS.items()
    }
    columns = ["assumed", "off", "sources"]
    frame = pd.DataFrame.from_dict(sentences, orient="index", columns=columns)
    return frame.rename_axis("assumption")


# --- What a switch changes ------------------------------------------------------------------------


def _fixed(changes: Changes) -> Callable[[Scenario], Changes]:
    """The same keys whatever the scenario."""
    return lambda scenario: dict(changes)


def _each_touchpoint(key: str, value: float = 0.0) -> Callable[[Scenario], Changes]:
    """One key of every touchpoint."""
    return lambda scenario: {f"touchpoints.{name}.{key}": value for name in scenario.touchpoints}


def _each_follower(key: str, value: str) -> Callable[[Scenario], Changes]:
    """One key of every touchpoint that follows something."""
    return lambda scenario: {
        f"touchpoints.{name}.{key}": value
        for name, touchpoint in scenario.touchpoints.items()
        if touchpoint.after
    }


def _each_strategy(key: str, value: float | str) -> Callable[[Scenario], Changes]:
    """One key of every strategy."""
    return lambda scenario: {f"strategies.{name}.{key}": value for name in scenario.strategies}


def _each_segment(key: str, value: float) -> Callable[[Scenario], Changes]:
    """One key of every segment."""
    return lambda scenario: {
        f"market.segments.{i}.{key}": value for i in range(len(scenario.market.segments))
    }


def _same_heat(scenario: Scenario) -> Changes:
    """Too hot and too cold jar alike: both at their mean."""
    hot, cold = scenario.response.too_hot, scenario.response.too_cold
    mean = hot if hot == cold else (hot + cold) / 2
    return {"response.too_hot": mean, "response.too_cold": mean}


def _same_need(scenario: Scenario) -> Changes:
    """Pain and dream drive alike: both at the market's mean need."""
    m = scenario.market
    mean = m.pain_share * m.pain_need + (1.0 - m.pain_share) * m.dream_need
    mean = m.pain_need if m.pain_need == m.dream_need else mean
    return {"market.pain_need": mean, "market.dream_need": mean}


def _same_appeal(scenario: Scenario) -> Changes:
    """A touchpoint speaks to both motives as to the one it speaks to more."""
    changes = {}
    for name, t in scenario.touchpoints.items():
        for key in ("appeal_pain", "appeal_dream"):
            changes[f"touchpoints.{name}.{key}"] = max(t.appeal_pain, t.appeal_dream)
    return changes


def _somebody_serves(scenario: Scenario) -> Changes:
    """Where there is no rep at all, everybody is served at once, for nothing."""
    nobody = scenario.firm.reps == 0
    return {"firm.reps": math.inf, "firm.rep_cost_per_day": 0.0} if nobody else {}


def _fits_everywhere(scenario: Scenario) -> Changes:
    """A touchpoint works at each stage as it does at home, where it fits best."""
    fits = {name: max(t.fit.values(), default=0.0) for name, t in scenario.touchpoints.items()}
    return {
        f"touchpoints.{name}.fit": {stage.key: fit for stage in IN_THE_CATEGORY}
        for name, fit in fits.items()
    }


def _is_search(touchpoint: Touchpoint) -> bool:
    """Do people find it by searching?

    It is pulled, made for study or comparison, and a claim on search names it (the row "search" of
    A18; C133-C136): of the library search_seo, search_ads, directories, maps, tops, exchanges. A
    touchpoint of your own is one if its `claim` says so.
    """
    claims = set(touchpoint.claim.replace(" ", "").split(","))
    searched = touchpoint.contact == "pull" and touchpoint.aims_at in SEARCH_STAGES
    return searched and bool(claims & SEARCH_CLAIMS)


def _search_awakes(scenario: Scenario) -> Changes:
    """Search fits every stage before its first as well as it fits its first, the unaware too."""
    changes: Changes = {}
    for name, touchpoint in scenario.touchpoints.items():
        fits = [touchpoint.fit_at(stage) for stage in IN_THE_CATEGORY]
        first = next((i for i, fit in enumerate(fits) if fit > 0), 0)
        if _is_search(touchpoint) and first > 0:
            earlier = {stage.key: fits[first] for stage in IN_THE_CATEGORY[:first]}
            changes[f"touchpoints.{name}.fit"] = earlier
    return changes


# --- The assumptions, in the order of the journey -------------------------------------------------


def _assumed(name: str, sources: str, *changes: Callable[[Scenario], Changes]) -> Assumption:
    """An assumption that all these changes together switch off."""

    def all_changes(scenario: Scenario) -> Changes:
        return {key: value for part in changes for key, value in part(scenario).items()}

    return Assumption(name, tuple(sources.split(", ")), all_changes)


_IN_ORDER: Final = (
    # who walks
    _assumed("pain", "C22, C25", _same_need),
    _assumed("own_speed", "C14", _fixed({"market.speed_spread": 0.0}), _each_segment("speed", 1.0)),
    _assumed(
        "rationality",
        "C33, C34, C35",
        _fixed({"market.rationality_mean": NEUTRAL, "market.rationality_spread": 0.0}),
    ),
    _assumed(
        "coming_and_going",
        "ours",
        _fixed({"market.stay_years": math.inf, "market.growth_a_year": 0.0}),
    ),
    _assumed("served", "C57, C85", _fixed({"market.served_share": 0.0})),
    # the right time
    _assumed("timing", "A13, C90, C91, C92, C93, C126, C132", _fits_everywhere),
    _assumed(
        "mismatch",
        "C90, C91, C92, C93, C142",
        _fixed({"response.too_hot": 0.0, "response.too_cold": 0.0}),
    ),
    _assumed("too_hot", "C90, C92, C93", _same_heat),
    _assumed(
        "irritation",
        "C7, van Diepen 2006, van Diepen 2009",
        _fixed({"response.irritation_harm": 0.0}),
    ),
    _assumed(
        "opting_out",
        "C142",
        _fixed({"market.tolerance_mean": NEVER, "market.tolerance_spread": 0.0}),
    ),
    _assumed("optout_harm", "C142", _fixed({"response.optout_harm": 0.0})),
    _assumed(
        "pressure",
        "C7, van Diepen 2009",
        _fixed({"response.crowding": 0.0, "response.dulling": 0.0}),
    ),
    _assumed("distrust", "C142, Slovic 1993", _fixed({"response.distrust": 0.0})),
    # what a contact does
    _assumed("warmth", "B15, Sethuraman 2011", _fixed({"response.warmth_gain": 0.0})),
    _assumed("hurry", "ours", _fixed({"product.hurry": 0.0})),
    _assumed(
        "trust",
        "C88, C141, C144, C147, C150",
        _fixed({"market.prior_trust": NEUTRAL, "loyalty.friend_trust": 0.0}),
        _fixed({"response.distrust": 0.0, "response.optout_harm": 0.0}),
        _each_segment("trust", 1.0),
        _each_touchpoint("proof"),
        _each_touchpoint("social_proof"),
        _fixed({"words.bad_harm": 0.0}),
    ),
    _assumed("social_proof", "C148, C149, C150", _each_touchpoint("social_proof")),
    _assumed("clutter", "C127", _fixed({"market.clutter": 0.0})),
    _assumed("appeal", "C128, C129", _same_appeal),
    _assumed("promise", "B2", _each_touchpoint("promise")),
    _assumed("care", "B10, A22, A25", _each_touchpoint("care")),
    _assumed("calm", "C69, C73, C140", _each_touchpoint("calm")),
    _assumed("mere_measurement", "B39, Chandon 2005", _each_touchpoint("asks")),
    _assumed("following", "C154", _each_follower("after", "")),
    _assumed(
        "promptness",
        "Oldroyd 2011",
        _each_touchpoint("fade_half_life_hours", math.inf),
    ),
    _assumed("unread", "ours", _each_touchpoint("delivered", 1.0), _each_touchpoint("opened", 1.0)),
    _assumed("seats", "C154", _each_touchpoint("seats", 0)),
    _assumed("budget", "ours", _each_strategy("budget", math.inf)),
    # who comes to whom
    _assumed("distance", "C99, C100, C101", _each_touchpoint("distance_m")),
    _assumed("cold_search", "A18, C133, C134, C135", _search_awakes),
    _assumed(
        "misreading",
        "C2, C28, C95",
        _each_strategy("accuracy", 1.0),
        _each_strategy("targeting", "reading"),
    ),
    _assumed("filtering", "C95", _each_strategy("targeting", "reading")),
    _assumed("answers", "C154, C155, C160", _each_touchpoint("hears")),
    _assumed("optimism", "C160", _each_strategy("optimism", NEUTRAL)),
    # rivals
    _assumed("early_rival", "C38, C39", _each_touchpoint("names_rival")),
    _assumed("presence", "C4, C81", _fixed({"market.presence": 1.0})),
    _assumed("price", "A23, C33, Bijmolt 2005", _fixed({"market.price_sensitivity": 0.0})),
    _assumed("competition", "A30, C37", _fixed({"rival.competition": 0.0})),
    _assumed("effort", "A30", _fixed({"product.effort": 0.0})),
    _assumed("complexity", "A30", _fixed({"product.complexity": 0.0})),
    # the deal
    _assumed(
        "limited_reps",
        "A21, C137",
        _fixed({"firm.deal_hours": 0.0, "firm.patience_days": NEVER}),
        _each_touchpoint("rep_hours"),
        _somebody_serves,
    ),
    _assumed("patience", "C57", _fixed({"firm.patience_days": NEVER})),
    _assumed("contract", "ours", _fixed({"contract.term_days": 0.0})),
    _assumed("late_notice", "ours", _fixed({"contract.notice_days": 0.0})),
    _assumed("pause", "ours", _fixed({"contract.pause_share": 0.0})),
    _assumed("upgrade", "ours", _fixed({"contract.upgrade_share": 0.0})),
    _assumed("free_trial", "ours", _fixed({"contract.trial_days": 0.0})),
    _assumed("costly_first_deal", "C46, C47", _fixed({"product.first_deal_extra_cost": 0.0})),
    # the experience
    _assumed(
        "experience",
        "B17, B19, Oliver 1980",
        _fixed({"experience.performance_weight": 0.0, "experience.gain": 0.0}),
    ),
    _assumed(
        "performance",
        "Churchill & Surprenant 1982",
        _fixed({"experience.performance_weight": 0.0}),
    ),
    _assumed("taste", "C61", _fixed({"product.taste_spread": 0.0, "rival.taste_spread": 0.0})),
    _assumed(
        "loss_aversion", "B19, Anderson & Sullivan 1993", _fixed({"experience.loss_aversion": 1.0})
    ),
    _assumed("failure", "B19", _fixed({"service.failure_rate": 0.0})),
    _assumed("winning_back", "A25, A26", _each_touchpoint("wins_back")),
    _assumed("recovery", "A25", _fixed({"service.recovery_rate": 0.0})),
    _assumed("gate", "C49, C50, C58", _fixed(SURE)),
    # curiosity and loyalty
    _assumed("curiosity", "C60, C61, C62", _fixed({"curiosity.base": -NEVER})),
    _assumed("novelty", "McAlister 1982", _fixed({"curiosity.novelty": 0.0})),
    _assumed("innovativeness", "C63, Rogers 1962", _fixed({"curiosity.innovativeness": 0.0})),
    _assumed("empty_shelf_trigger", "C70, C71", _fixed({"curiosity.stockout_trigger": 0.0})),
    _assumed("empty_shelf", "C70, C71, Gruen 2002", _fixed({"shelf.wait_share": 1.0})),
    _assumed("loyalty_protects", "C69, C74", _fixed({"curiosity.loyalty": 0.0})),
    _assumed("account_manager", "C74", _fixed({"loyalty.to_manager": 0.0})),
    _assumed("tender", "C68", _fixed({"product.tender_every": 0})),
    _assumed("word_of_mouth", "B18, C78, C79, C81", _fixed({"loyalty.friends": 0.0})),
    _assumed("referral_bonus", "ours", _fixed({"words.bonus_share": 0.0})),
    _assumed("bad_word", "C109", _fixed({"words.bad_share": 0.0})),
    _assumed("circles", "ours", _fixed({"words.circle": 0})),
)

ASSUMPTIONS: Final[Mapping[str, Assumption]] = {
    assumption.name: assumption for assumption in _IN_ORDER
}
"""Name -> assumption, in the order of the journey."""
