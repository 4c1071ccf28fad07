"""Which keys of a scenario cannot act, and why: a dial that is turned in vain should say so.

A key is *idle* if no value of it changes anything that happens to anybody while all others stay as
they are: the log without its money is the same to the last bit. Some still change money. What is
told here is always so; not everything that is so is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cjsim.journey import FIRST_DEAL, IN_THE_CATEGORY, RECOMMENDATION, Stage
from cjsim.labels import SPOKEN, text
from cjsim.model.parameters import AFTER_NOTHING, SILENT, parameters_of, touches
from cjsim.scenario import Scenario, ScenarioError
from cjsim.scenario.calendar import periods
from cjsim.scenario.tables import FOLLOWED

OF_PUSHING: Final = (
    "accuracy", "optimism", "targeting", "min_fit", "plan", "programme", "every_days", "jitter",
)  # fmt: skip
"""The keys of a strategy that say whom it pushes when with what."""
OF_BELIEF: Final = ("accuracy", "optimism", "targeting", "min_fit", "plan")
"""Those of them that only a guide reads."""


@dataclass(frozen=True)
class Idle:
    """That a key cannot act.

    Parameters
    ----------
    key : as it was asked for, or as people write it, e.g. "guide.accuracy".
    why : name of the reason, in the labels' table [idle.because].
    money : does it still change money?
    """

    key: str
    why: str
    money: bool = False

    def reason(self, lang: str = SPOKEN) -> str:
        """Why, as a part of a sentence: "nobody is pushed"."""
        return text(f"idle.because.{self.why}", lang)

    def effect(self, lang: str = SPOKEN) -> str:
        """What it leaves alone, and why, to be read after the key."""
        line = text("idle.money" if self.money else "idle.nothing", lang)
        return line.format(reason=self.reason(lang))

    def said(self, lang: str = SPOKEN) -> str:
        """The whole sentence: which key, what it leaves alone, and why."""
        return f"{self.key} {self.effect(lang)}."


def idle(scenario: Scenario, key: str) -> Idle | None:
    """Why a key cannot act in a scenario under the strategy that runs; None where it can.

    Parameters
    ----------
    key : dotted, e.g. "guide.accuracy", "touchpoints.upsell.warmth", "product.price".

    Raises ScenarioError for a key that is not there.

    >>> phone = Scenario.load("phone", strategy="animator")
    >>> idle(phone, "animator.accuracy").reason("en")
    'an animator keeps to its programme, whatever it believes'
    """
    path = tuple(map(str, scenario.key(key).path))
    if scenario.changes:
        return _idle_all_the_time(scenario, key)
    facts = Facts(scenario)
    if path[0] == "strategies" and len(path) > 2:
        reason = _of_strategy(facts, path[1], path[2:])
    elif path[0] == "touchpoints" and len(path) > 2:
        reason = _of_touchpoint(facts, path[1], path[2:])
    else:
        reason = facts.of_tables.get(_plain(path))
    return reason and Idle(key, reason.why, reason.money)


def _idle_all_the_time(scenario: Scenario, key: str) -> Idle | None:
    """Why a key can act in no period of the calendar; what a change itself says may always act."""
    if scenario.key(key).path[0] == "changes":
        return None
    return idle_of((period.scenario for period in periods(scenario)), [key]).get(key)


def idle_of(scenarios: Iterable[Scenario], keys: Iterable[str]) -> dict[str, Idle]:
    """The keys that cannot act in any of the scenarios, each with its first reason.

    One that leaves a key its effect on money goes before one that does not, and any before that
    the strategy does not run.
    """
    reasons: dict[str, Idle | None] = dict.fromkeys(keys)
    for scenario in scenarios:
        for key, reason in list(reasons.items()):
            note = idle(scenario, key)
            if note is None:
                del reasons[key]
            elif reason is None or note.money > reason.money or reason.why == "not_running":
                reasons[key] = note
        if not reasons:
            break
    return {key: reason for key, reason in reasons.items() if reason}


def idle_within(scenario: Scenario, ranges: Mapping[str, tuple[float, float]]) -> dict[str, Idle]:
    """The keys that cannot act while all of them vary, each within its range.

    They are looked at with the others at the low ends, in the middle and at the high ends.
    """
    whole = {key: scenario.key(key).is_whole for key in ranges}

    def placed(share: float) -> dict[str, float]:
        values = {key: low + share * (high - low) for key, (low, high) in ranges.items()}
        return {key: math.floor(v + 0.5) if whole[key] else v for key, v in values.items()}

    corners = []
    for share in (0.0, 0.5, 1.0):
        with suppress(ScenarioError):  # the others go together, these do not
            corners.append(scenario.with_changes(placed(share)))
    return idle_of(corners, ranges)


def sentences(notes: Mapping[str, Idle], lang: str = SPOKEN) -> str:
    """What keys cannot do, a sentence each, to be put behind others; "" where all can act."""
    return "".join(f" {note.said(lang)}" for note in notes.values())


def _plain(path: tuple[str, ...]) -> str:
    """A key of a table, that of any segment or of any key of a stage under one name."""
    if path[:2] == ("market", "segments") and len(path) > 2:
        return ".".join(("market.segments", *path[3:]))
    return ".".join(path[:2] if path[0] == "stages" else path)


# --- What is so in a scenario -------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What reasons are made of: who meets what under the strategies that run."""

    scenario: Scenario

    @cached_property
    def phases(self) -> tuple[Scenario, ...]:
        """The scenario under each strategy that runs in it: before day 0, and from then on."""
        if not self.scenario.burn_in_days:
            return (self.scenario,)
        before = self.scenario.model_copy(update={"strategy": self.scenario.burn_in_strategy})
        return before, self.scenario

    @cached_property
    def pushed(self) -> frozenset[str]:
        """The touchpoints that a firm may go to somebody with."""
        return frozenset().union(*map(pushed_with, self.phases), *map(followed, self.phases))

    @cached_property
    def reached(self) -> frozenset[str]:
        """The touchpoints that somebody may have a contact with."""
        return self.pushed.union(*map(met, self.phases))

    def some(self, key: str) -> bool:
        """Is a number of any touchpoint that reaches somebody above 0?"""
        return any(getattr(self.scenario.touchpoints[name], key) > 0 for name in self.reached)

    @property
    def deaf(self) -> bool:
        """Does nobody mind the price?"""
        market = self.scenario.market
        factors = [segment.price_sensitivity for segment in market.segments] or [1.0]
        return market.price_sensitivity == 0 or max(factors) == 0

    @property
    def one_price(self) -> bool:
        """Is every offer at the rival's price?"""
        product, rival = self.scenario.product, self.scenario.rival
        same = product.price == rival.price and product.gift_value == 0
        return rival.price <= 0 or (same and not self.some("discount"))

    @cached_property
    def of_tables(self) -> dict[str, Idle]:
        """The keys of tables that cannot act; the first reason that there is for each."""
        reasons: dict[str, Idle] = {}
        for keys, why, money in _of_tables(self):
            for key in keys.split():
                reasons.setdefault(key, Idle(key, why, money))
        return reasons


def pushed_with(phase: Scenario) -> set[str]:
    """The touchpoints that the running strategy may push: those it can choose at some stage.

    Where the guide's choice may rest, every other that fits well enough there may take its place.
    """
    market = parameters_of(phase, 1, 0)
    pushes = touches(phase, "push")
    names = phase.running_touchpoints("push")
    if not market.pushes:
        return set()
    if not market.guided:
        return {names[choice] for choice in market.programme[: market.programme_length]}
    may_be_pushed = set()
    for stage, choice in enumerate(market.guide_choice):
        if choice == SILENT:
            continue
        may_be_pushed.add(names[choice])
        if pushes[choice].times > 0:
            others = zip(names, pushes, strict=True)
            least = market.next_fit[stage]
            may_be_pushed |= {
                name
                for name, touch in others
                if touch.fit[stage] >= least and touch.after == AFTER_NOTHING
            }
    return may_be_pushed


def followed(phase: Scenario) -> set[str]:
    """The touchpoints of the running strategy that follow something, and may come to do so."""
    library, on = phase.touchpoints, phase.running.touchpoints
    names = {name for name in phase.running_touchpoints("push") if library[name].after}

    def may(name: str) -> bool:
        after = library[name].after
        if after in FOLLOWED:
            return _may_happen(phase, after)
        return on.get(after, 0.0) > 0 and (not library[after].after or may(after))

    return {name for name in names if may(name)}


def _may_happen(phase: Scenario, what: str) -> bool:
    """Whether what a touchpoint can follow ever comes; most of it does."""
    contract = phase.contract
    needs = {
        "failure": phase.service.failure_rate,
        "tryout": contract.trial_days,
        "renewal": contract.term_days,
        "notice": contract.term_days,
    }
    return needs.get(what, 1.0) > 0


def met(phase: Scenario) -> set[str]:
    """The touchpoints that somebody may come to under the running strategy."""
    return {
        name for name in phase.running_touchpoints("pull")
        if _fits_somebody(phase, name)
    }  # fmt: skip


def _fits_somebody(scenario: Scenario, name: str) -> bool:
    fit_at = scenario.touchpoints[name].fit_at
    return any(fit_at(stage) > 0 for stage in IN_THE_CATEGORY if _occurs(scenario, stage))


def _occurs(scenario: Scenario, stage: int) -> bool:
    """Can anybody stand there?"""
    return stage != RECOMMENDATION or _somebody_recommends(scenario)


def _somebody_recommends(scenario: Scenario) -> bool:
    return scenario.loyalty.advocate_share > 0 or scenario.words.bonus_share > 0


# --- Keys of tables -----------------------------------------------------------------------------

Reasons = Iterator[tuple[str, str, bool]]
"""Keys, why they cannot act, and whether they still change money."""


def _of_tables(facts: Facts) -> Reasons:
    """Everything but touchpoints and strategies."""
    yield from _of_price(facts)
    yield from _of_people(facts)
    yield from _of_experiences(facts)
    yield from _of_contacts(facts)
    yield from _of_pushes(facts)
    yield from _of_word(facts)
    yield from _of_service(facts)
    yield from _of_contract(facts)
    s = facts.scenario
    if s.product.complexity == 0:
        yield "product.effort", "simple", False
    if s.firm.reps in (0, math.inf):
        why = "no_reps" if s.firm.reps else "nobody_serves"
        yield "firm.deal_hours firm.hours_a_day firm.days_a_week firm.rep_cost_per_day", why, False
    if math.isinf(s.firm.reps):
        yield "firm.patience_days firm.repeat_needs_rep", "no_reps", False
    if math.isinf(s.shelf.stocked_days):
        yield "shelf.empty_days shelf.wait_share curiosity.stockout_trigger", "stocked", False


def _of_price(facts: Facts) -> Reasons:
    if facts.deaf:
        yield "product.price product.gift_value", "deaf", True
        yield "rival.price market.price_spread", "deaf", False
        if facts.scenario.market.price_sensitivity == 0:
            yield "market.segments.price_sensitivity", "deaf", False
    if facts.one_price:
        keys = "market.price_sensitivity market.price_spread market.segments.price_sensitivity"
        yield keys, "one_price", False


def _of_people(facts: Facts) -> Reasons:
    market = facts.scenario.market
    if market.pain_share == 0:
        yield "market.pain_need", "no_pain", False
    if market.pain_share == 1:
        yield "market.dream_need", "no_dream", False


def _of_experiences(facts: Facts) -> Reasons:
    """What makes satisfaction, and what asks for it."""
    experience = facts.scenario.experience
    if experience.performance_weight == 1:
        yield "experience.gain", "no_surprise", False
    if experience.performance_weight == 1 or experience.gain == 0:
        keys = "experience.loss_aversion experience.expectation_drift market.prior_expectation"
        yield keys, "no_surprise", False
    if experience.gate_slope == 0:
        yield "experience.gate_threshold", "gate_unasked", False


def _of_contacts(facts: Facts) -> Reasons:
    """What every contact does, whoever goes to whom."""
    response = facts.scenario.response
    if not facts.some("warmth") and not (_word_is_told(facts) and _friends_warm(facts)):
        keys = "response.warmth_gain response.warmth_half_life_days product.hurry"
        yield keys, "nothing_warms", False
    elif response.warmth_gain == 0:
        keys = "response.warmth_half_life_days response.dulling product.hurry"
        yield keys, "warmth_idle", False
    if not facts.some("intrusiveness"):
        keys = (
            "response.irritation_harm response.irritation_half_life_days response.too_hot "
            "response.too_cold response.distrust response.crowding response.optout_harm "
            "market.tolerance_mean market.tolerance_spread"
        )
        yield keys, "nothing_irritates", False
    elif response.irritation_harm == 0 and not facts.pushed:
        yield "response.irritation_half_life_days", "irritation_idle", False
    if facts.scenario.market.presence == 1:
        yield "response.memory_half_life_days", "present", False
    elif not facts.some("reminds") and not (
        _word_is_told(facts) and facts.scenario.loyalty.friend_memory > 0
    ):
        yield "response.memory_half_life_days", "nothing_reminds", False
    library = facts.scenario.touchpoints
    if not any(library[name].distance_m > 0 for name in facts.reached - facts.pushed):
        yield "response.detour_scale_m", "no_detour", False


def _of_pushes(facts: Facts) -> Reasons:
    """What only pushes make."""
    response = facts.scenario.response
    if not facts.pushed:
        keys = (
            "market.tolerance_mean market.tolerance_spread response.optout_harm "
            "response.crowding response.dulling response.pressure_half_life_days"
        )
        yield keys, "nobody_pushed", False
    if response.crowding == 0 and response.dulling == 0:
        yield "response.pressure_half_life_days", "no_pressure", False


def _word_is_told(facts: Facts) -> bool:
    """Do advocates tell anybody?"""
    return _somebody_recommends(facts.scenario) and facts.scenario.loyalty.friends > 0


def _friends_warm(facts: Facts) -> bool:
    return facts.scenario.loyalty.friend_warmth > 0


def _of_word(facts: Facts) -> Reasons:
    """Loyalty, and what advocates say."""
    s = facts.scenario
    words = "loyalty.friend_trust loyalty.friend_warmth loyalty.friend_memory"
    if not _somebody_recommends(s):
        yield f"loyalty.friends {words} stages.recommendation", "no_advocates", False
    elif s.loyalty.friends == 0:
        yield words, "no_friends", False
    if s.response.warmth_gain == 0:
        yield "loyalty.friend_warmth", "warmth_idle", False
    no_pressure = (s.response.crowding == 0 and s.response.dulling == 0) or not facts.pushed
    if s.market.presence == 1 and no_pressure:
        yield "loyalty.friend_memory", "present", False
    if s.curiosity.loyalty == 0:
        yield "loyalty.gain", "loyalty_idle", False
    if s.loyalty.to_manager == 0:
        yield "loyalty.manager_years", "no_managers", False
    if s.loyalty.gain == 0 and not facts.some("asks"):
        yield "curiosity.loyalty", "no_loyalty", False


def _of_contract(facts: Facts) -> Reasons:
    """What binds to nothing, and what a date leaves no room for."""
    contract = facts.scenario.contract
    if contract.trial_days == 0:
        yield "contract.trial_ease", "no_trial", False
    if contract.term_days == 0:
        keys = "payments notice_days pause_share pause_days upgrade_share upgrade_factor"
        yield " ".join(f"contract.{key}" for key in keys.split()), "no_contract", False
        return
    yield "product.hurry", "bound", False
    if contract.pause_share == 0:
        yield "contract.pause_days", "no_pause", False
    if contract.upgrade_share == 0:
        yield "contract.upgrade_factor", "no_upgrade", False


def _of_service(facts: Facts) -> Reasons:
    """What goes wrong, who warns whom, and who knows whom."""
    words, service = facts.scenario.words, facts.scenario.service
    if service.failure_rate == 0:
        keys = (
            "service.failure_loss service.complain_share service.recovery_rate "
            "service.recovery_cost service.recovery_gain service.compensation"
        )
        yield keys, "no_failures", False
    if service.complain_share == 0:
        keys = (
            "service.recovery_rate service.recovery_cost service.recovery_gain service.compensation"
        )
        yield keys, "no_complaints", False
    if service.recovery_rate == 0:
        keys = "service.recovery_cost service.recovery_gain service.compensation"
        yield keys, "nothing_made_good", False
    if words.bad_share == 0:
        yield "words.bad_friends words.bad_harm", "no_bad_word", False
    elif words.bad_friends == 0:
        yield "words.bad_share words.bad_harm", "nobody_warned", False
    if words.circle == 0:
        yield "words.far_share", "no_circle", False
    if not _word_is_told(facts):
        yield "words.referral_bonus", "no_words", False
        if words.bad_share == 0 or words.bad_friends == 0:
            yield "words.circle words.far_share", "no_words", False


# --- Keys of a strategy and of a touchpoint -----------------------------------------------------


def _of_strategy(facts: Facts, strategy: str, rest: tuple[str, ...]) -> Idle | None:
    phases = [phase for phase in facts.phases if phase.strategy == strategy]
    if not phases:
        return Idle("", "not_running")
    phase = phases[0]
    if rest[0] == "touchpoints":
        return _of_intensity(phase, rest[1]) if len(rest) > 1 else None
    why = _of_rhythm(phase, rest[0]) if rest[0] in OF_PUSHING else None
    if rest[0] == "budget_days" and phase.running.budget == math.inf:
        why = "no_budget"
    return Idle("", why) if why else None


def _of_rhythm(phase: Scenario, key: str) -> str | None:
    """Why a key that says whom the strategy pushes when with what cannot act."""
    strategy = phase.running
    if key in ("accuracy", "optimism") and _answers_count(phase):
        return None
    if strategy.push == "none":
        return "no_push"
    if strategy.push == "animator":
        return "animator" if key in OF_BELIEF else None
    if key == "programme":
        return "guide"
    if key == "min_fit":
        every = {stage.key for stage in IN_THE_CATEGORY}
        return "planned" if every <= set(strategy.plan) else None
    if key != "plan" and not pushed_with(phase):
        return "silent"
    if key in ("accuracy", "optimism") and strategy.targeting == "filter":
        return "no_answers"
    return "always_right" if key == "optimism" and strategy.accuracy == 1 else None


def _filters(phase: Scenario) -> bool:
    """Does any strategy of the file act on a filter? Then records are kept under all of them."""
    return any(strategy.targeting == "filter" for strategy in phase.strategies.values())


def _answers_count(phase: Scenario) -> bool:
    """Are answers heard, and kept for a filter?"""
    return _filters(phase) and any(t.hears > 0 for t in phase.touchpoints.values())


def _of_intensity(phase: Scenario, name: str) -> Idle | None:
    """How strongly a strategy runs a touchpoint, looked at with the touchpoint on."""
    on = phase
    if not phase.running.touchpoints.get(name, 0.0) > 0:
        on = phase.with_changes({f"strategies.{phase.strategy}.touchpoints.{name}": 1.0})
    why = _unreached(on, name)
    return Idle("", why, phase.touchpoints[name].cost_per_day > 0) if why else None


def _unreached(phase: Scenario, name: str) -> str | None:
    """Why a touchpoint of the running strategy has no contact with anybody; None where it may."""
    touchpoint, strategy = phase.touchpoints[name], phase.running
    if not strategy.touchpoints.get(name, 0.0) > 0:
        return "off"
    if touchpoint.contact == "push":
        if name in pushed_with(phase) | followed(phase):
            return None
        if touchpoint.after:
            return "never_follows"
        why = {"none": "no_push", "guide": "never_chosen", "animator": "not_in_programme"}
        return why[strategy.push]
    if name in met(phase):
        return None
    return "no_fit"


def _of_touchpoint(facts: Facts, name: str, rest: tuple[str, ...]) -> Idle | None:
    """A key of a touchpoint in the library."""
    key = rest[0]
    phases = [p for p in facts.phases if p.running.touchpoints.get(name, 0.0) > 0]
    if not phases:
        return Idle("", "off")
    if key in ("cost_per_day", "contact", "aims_at"):
        return None
    s = facts.scenario
    touchpoint = s.touchpoints[name]
    pushes = touchpoint.contact == "push"
    if pushes and key in ("reach_per_day", "distance_m"):
        return Idle("", "push_goes")
    if pushes and key == "capture":
        return Idle("", "push_knows")
    if key == "fit" and len(rest) > 1 and not pushes and not _occurs(s, Stage.of(rest[1])):
        return Idle("", "no_advocates")
    if key == "fit" and len(rest) > 1:
        best_fit = {f"touchpoints.{name}.fit.{rest[1]}": 1.0}
        phases = [phase.with_changes(best_fit) for phase in phases]
    reasons = [_unreached(phase, name) for phase in phases]
    if None not in reasons:
        return Idle("", str(reasons[-1]))
    why = _without_effect(facts, name, key)
    return Idle("", why, why == "deaf") if why else None


def _without_effect(facts: Facts, name: str, key: str) -> str | None:
    """Why a strength of a touchpoint that reaches people does nothing to them."""
    s = facts.scenario
    touchpoint = s.touchpoints[name]
    after_the_deal = any(
        touchpoint.fit_at(stage) > 0 and _occurs(s, stage)
        for stage in range(FIRST_DEAL, RECOMMENDATION + 1)
    )
    effects: dict[str, list[tuple[bool, str]]] = {
        "discount": [(facts.deaf, "deaf")],
        "rep_hours": [(math.isinf(s.firm.reps), "no_reps")],
        "reminds": [(s.market.presence == 1, "present")],
        "appeal_pain": [(touchpoint.warmth == 0, "cold"), (s.market.pain_share == 0, "no_pain")],
        "appeal_dream": [(touchpoint.warmth == 0, "cold"), (s.market.pain_share == 1, "no_dream")],
        "care": [(not after_the_deal, "before_the_deal")],
        "calm": [(not after_the_deal, "before_the_deal")],
        "asks": [(not after_the_deal, "before_the_deal")],
        "delay_hours": [(not touchpoint.after, "follows_nothing")],
        "fade_half_life_hours": [(not touchpoint.after, "follows_nothing")],
        "silence_days": [(touchpoint.after != "silence", "no_silence")],
        "lead_days": [(touchpoint.after != "renewal", "no_renewal")],
        "wins_back": [(s.contract.term_days == 0, "no_contract")],
        "session_days": [(touchpoint.seats == 0, "no_seats")],
        "hears": [(not any(map(_filters, facts.phases)), "no_filter")],
        "delivered": [(touchpoint.contact == "pull", "come_anyway")],
        "opened": [(touchpoint.contact == "pull", "come_anyway")],
    }
    return next((why for is_so, why in effects.get(key, []) if is_so), None)


# --- What `cjsim check` tells -------------------------------------------------------------------


def idle_by_strategy(scenario: Scenario) -> dict[str, list[Idle]]:
    """What a file holds in vain: "" -> under every strategy, then each strategy's own.

    Told are touchpoints that a strategy runs and nobody meets, and keys that say something else
    than their defaults; the price always.
    """
    sides = {name: scenario.with_strategy(name) for name in scenario.strategies}
    keys = ["product.price", *_written(scenario), *_discounts(scenario)]
    shared = idle_of(sides.values(), keys)
    own = {name: list(_own(side, name)) for name, side in sides.items()}
    return {"": list(shared.values()), **own}


def _written(scenario: Scenario) -> Iterator[str]:
    """Keys of tables that do not stand at their defaults, nor follow from other keys."""
    for table in (
        "product",
        "market",
        "rival",
        "response",
        "experience",
        "curiosity",
        "loyalty",
        "words",
        "service",
        "contract",
        "firm",
        "shelf",
    ):
        values = getattr(scenario, table)
        for key, info in type(values).model_fields.items():
            follows = (table, key) == ("rival", "price") and values.price == scenario.product.price
            if (table, key) == ("product", "price") or follows or key == "segments":
                continue
            if getattr(values, key) != info.default:
                yield f"{table}.{key}"


def _discounts(scenario: Scenario) -> Iterator[str]:
    running = {
        name for s in scenario.strategies.values() for name, on in s.touchpoints.items() if on
    }
    for name, touchpoint in scenario.touchpoints.items():
        if name in running and touchpoint.discount > 0:
            yield f"touchpoints.{name}.discount"


def _own(side: Scenario, strategy: str) -> Iterator[Idle]:
    """Of one strategy: its touchpoints in vain, its keys in vain."""
    running = side.running
    for name, intensity in running.touchpoints.items():
        if intensity > 0 and (why := _unreached(side, name)):
            yield Idle(name, why, side.touchpoints[name].cost_per_day > 0)
    for key in OF_PUSHING:
        default = type(running).model_fields[key].get_default(call_default_factory=True)
        if getattr(running, key) != default and (note := idle(side, f"{strategy}.{key}")):
            yield Idle(key, note.why)
