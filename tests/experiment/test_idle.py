"""What is said to be idle is: turned in vain it leaves every life as it was, to the last bit."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pandas as pd
import pytest

import cjsim
from cjsim import labels
from cjsim.experiment.idle import Idle, idle, idle_by_strategy, idle_of, idle_within
from cjsim.scenario import Scenario, presets
from cjsim.scenario.keys import Key, fits
from tests.often import THOROUGH

BUT_MONEY = ["time", "person", "event", "stage", "touchpoint"]
"""The columns of a log without its money."""
PEOPLE = 60
SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "self-service, simple, nobody tells": {
        "firm.reps": math.inf, "firm.rep_cost_per_day": 0.0,
        "product.complexity": 0.0, "loyalty.friends": 0.0,
        "response.warmth_gain": 0.0, "curiosity.loyalty": 0.0,
        "experience.performance_weight": 1.0, "experience.gate_slope": 0.0,
    },
    "pain alone, no advocates": {
        "market.pain_share": 1.0, "loyalty.advocate_share": 0.0, "loyalty.gain": 0.0,
        "response.irritation_harm": 0.0,
    },
    "every mechanism": {
        "market.price_sensitivity": 3.0, "product.gift_value": 0.1, "market.presence": 0.3,
        "response.crowding": 0.3, "response.dulling": 0.3, "response.optout_harm": 0.3,
        "loyalty.friend_memory": 1.0, "product.complexity": 0.5, "product.effort": 0.5,
        "market.price_spread": 0.5, "shelf.stocked_days": 30.0, "firm.reps": 2,
        "product.price": 1.5, "rival.price": 1.4, "rival.retention": 0.5,
        "service.failure_rate": 0.3, "service.compensation": 0.1, "words.bad_share": 0.5,
        "words.circle": 10, "words.bonus_share": 0.2, "loyalty.to_manager": 0.5,
        "market.clutter": 0.5,
    },
    "contracts": {
        "contract.term_days": 90.0, "contract.payments": 3, "contract.notice_days": 20.0,
        "contract.upgrade_share": 0.4, "contract.trial_days": 10.0,
    },
    "what follows, what may fail": {
        "touchpoints.thanks": {
            "contact": "push", "aims_at": "satisfaction", "fit": {"repeat_deal": 1.0},
            "warmth": 0.3, "after": "silence", "delay_hours": 24.0, "opened": 0.5, "seats": 3,
        },
        "guide.touchpoints.thanks": 1.0, "guide.budget": 20.0,
    },
    "one price": {"market.price_sensitivity": 3.0, "market.presence": 0.3, "firm.reps": 2},
}  # fmt: skip
"""Changes under which other keys are idle."""


DEAF = {"market.price_sensitivity": 0.0}
"""Nobody minds the price; in every preset people do."""


def life(scenario: Scenario) -> pd.DataFrame:
    """What happens to a small market within a year, without the money."""
    short = {"horizon_days": 200.0, "burn_in_days": min(scenario.burn_in_days, 200.0)}
    return cjsim.simulate(scenario.with_changes(short), PEOPLE, seed=3).log()[BUT_MONEY]


def number_keys(scenario: Scenario, strategy: str) -> Iterator[Key]:
    """Every number of the tables, of the touchpoints and of a strategy.

    Of a touchpoint's fit, where most of the keys are, each time a quarter of the stages in turn.
    """
    roots = [name for name, key in Key(type(scenario)).items() if key.is_table]
    for root in set(roots) - {"stages", "touchpoints", "strategies"}:
        yield from (key for _, key in scenario.key(root).items() if key.is_number)
    for stage in scenario.stages:
        yield from (key for _, key in scenario.key(f"stages.{stage}").items())
    every = 1 if THOROUGH else 4
    for n, (name, touchpoint) in enumerate(scenario.touchpoints.items()):
        table = scenario.key(f"touchpoints.{name}")
        yield from (key for _, key in table.items() if key.is_number)
        yield from (
            scenario.key(f"touchpoints.{name}.fit.{stage}")
            for stage in list(touchpoint.fit)[n % every :: every]
        )
        yield scenario.key(f"{strategy}.touchpoints.{name}")
    yield from (key for _, key in scenario.key(f"strategies.{strategy}").items() if key.is_number)


def others(value: float, key: Key) -> list[float]:
    """Values that a key may take instead: nothing, half, and more."""
    tried = [0.0, value / 2, value + 1, value + 0.2]
    if key.is_whole:
        tried = [0, value + 1, value + 3]
    return [v for v in dict.fromkeys(tried) if v != value and math.isfinite(v) and fits(v, key)]


def changed_to_others(
    scenario: Scenario, key: Key, most: int = 4
) -> Iterator[tuple[Scenario, float]]:
    """The scenario with other values of a key, as far as they go with its other keys."""
    for value in others(scenario.value(key.dotted), key)[:most]:
        with suppress(cjsim.ScenarioError):
            yield scenario.with_changes({key.dotted: value}), value


def of_one_kind(note: Idle, key: Key) -> tuple[str, ...]:
    """What need not be tried twice: the same word, idle for the same reason."""
    return (note.why, *(str(part) for part in key.path[:1]), str(key.path[-1]))


EACH_TIME = [
    *(("phone", setting) for setting in SETTINGS),
    *(("yogurt", setting) for setting in ("as it is", "every mechanism")),
]
"""Every reason is told once in `test_each_reason`, too."""
AT_LENGTH = [("yogurt", setting) for setting in SETTINGS if ("yogurt", setting) not in EACH_TIME]


@pytest.mark.parametrize(
    ("product", "setting"),
    [*EACH_TIME, *(pytest.param(*case, marks=pytest.mark.soak) for case in AT_LENGTH)],
)
def test_a_key_that_is_told_leaves_every_life_as_it_was(product: str, setting: str) -> None:
    """Each time two other values a key; in a thorough run all, and of both products."""
    market = cjsim.Scenario.load(product).with_changes(SETTINGS[setting])
    tried: set[tuple[str, ...]] = set()
    for strategy in market.strategies:
        scenario = market.with_strategy(strategy)
        before = life(scenario)
        for key in number_keys(scenario, strategy):
            note = idle(scenario, key.dotted)
            if note is None or of_one_kind(note, key) in tried:
                continue
            tried.add(of_one_kind(note, key))
            for changed, value in changed_to_others(scenario, key, 4 if THOROUGH else 2):
                assert life(changed).equals(before), (strategy, note.said("en"), value)
    assert tried


def test_a_key_that_is_not_told_acts_somewhere() -> None:
    """On people, or on money by its very meaning."""
    money = {
        "product.unit_cost", "product.first_deal_extra_cost", "firm.rep_cost_per_day",
        "firm.discount_rate_per_year", "market.people", "service.recovery_cost",
        "words.referral_bonus", "contract.upgrade_factor",
    }  # fmt: skip
    scenarios = [
        cjsim.Scenario.load(product).with_changes(SETTINGS["every mechanism"]).with_strategy(name)
        for product in ("yogurt", "consulting") for name in ("guide", "animator")
    ]  # fmt: skip
    crowded = {"firm.reps": 1, "firm.deal_hours": 40.0, "firm.repeat_needs_rep": True}
    off_the_trail = {
        f"touchpoints.{name}.{key}": value
        for name in scenarios[0].running_touchpoints("pull")
        for key, value in {"distance_m": 100.0, "reminds": 0.5}.items()
    }
    scenarios.append(scenarios[0].with_changes(crowded | off_the_trail))
    bound = {"contract.pause_share": 0.5, "contract.upgrade_share": 0.5, "horizon_days": 900.0}
    scenarios.append(scenarios[0].with_changes(SETTINGS["contracts"] | bound))
    lives = [life(scenario) for scenario in scenarios]
    wanted = {
        key.dotted for key in number_keys(scenarios[0], "guide")
        if key.path[0] not in ("touchpoints", "strategies", "stages")
    } - money  # fmt: skip
    assert len(wanted) > 60
    without_effect = []
    for key in sorted(wanted):
        kind = scenarios[0].key(key)
        changes = (
            (changed, before)
            for scenario, before in zip(scenarios, lives, strict=True)
            if not idle(scenario, key)
            for changed, _ in changed_to_others(scenario, kind)
        )
        if all(life(changed).equals(before) for changed, before in changes):
            without_effect.append(key)
    assert without_effect == []


def test_the_idle_keys_of_a_preset() -> None:
    """The guide of the phone never chooses `upsell`: others fit better at every stage."""
    phone = cjsim.Scenario.load("phone").with_changes(DEAF)
    notes = idle_by_strategy(phone)
    assert [(note.key, note.why) for note in notes["guide"]] == [("upsell", "never_chosen")]
    assert notes["animator"] == []
    assert notes[""][0] == Idle("product.price", "deaf", money=True)


@pytest.mark.parametrize(
    ("strategy", "key", "why"),
    [
        ("pull", "guide.accuracy", "not_running"),
        ("pull", "pull.every_days", "no_push"),
        ("animator", "animator.min_fit", "animator"),
        ("guide", "guide.programme", "guide"),
        ("guide", "touchpoints.upsell.warmth", "never_chosen"),
        ("guide", "guide.touchpoints.upsell", "never_chosen"),
        ("guide", "touchpoints.mail_offer.reach_per_day", "push_goes"),
        ("guide", "product.effort", "simple"),
        ("guide", "rival.price", "deaf"),
        ("nothing", "response.detour_scale_m", "no_detour"),
        ("guide", "service.failure_loss", "no_failures"),
        ("guide", "words.bad_harm", "no_bad_word"),
        ("guide", "words.far_share", "no_circle"),
        ("guide", "loyalty.manager_years", "no_managers"),
        ("guide", "touchpoints.site.session_days", "no_seats"),
        ("guide", "touchpoints.site.opened", "come_anyway"),
        ("guide", "touchpoints.mail_offer.delay_hours", "follows_nothing"),
        ("guide", "touchpoints.mail_offer.silence_days", "no_silence"),
        ("guide", "guide.budget_days", "no_budget"),
        ("guide", "contract.notice_days", "no_contract"),
        ("guide", "touchpoints.mail_offer.lead_days", "no_renewal"),
        ("guide", "touchpoints.mail_offer.wins_back", "no_contract"),
        ("guide", "touchpoints.mail_offer.hears", "no_filter"),
        ("pull", "pull.targeting", "no_push"),
        ("animator", "animator.targeting", "animator"),
        ("guide", "experience.gain", "no_surprise"),
        ("guide", "experience.loss_aversion", "no_surprise"),
        ("guide", "experience.gate_threshold", "gate_unasked"),
    ],
)
def test_each_reason(strategy: str, key: str, why: str) -> None:
    changes = {
        "product.complexity": 0.0, "burn_in_days": 0.0, "experience.gate_slope": 0.0,
        "experience.performance_weight": 1.0, **DEAF,
    }  # fmt: skip
    scenario = cjsim.Scenario.load("phone", strategy=strategy).with_changes(changes)
    note = idle(scenario, key)
    assert note is not None
    assert note.why == why


def test_a_filter_reads_nothing_but_answers() -> None:
    """Then how right readings are says nothing, and answers say nothing to who does not filter."""
    reading = cjsim.Scenario.load("phone", strategy="guide").with_changes({"burn_in_days": 0.0})
    filtering = reading.with_changes({"guide.targeting": "filter"})
    asking = filtering.with_changes({
        "firm.cold_list_share": 1.0, **{f"touchpoints.{t}.hears": 1.0 for t in reading.touchpoints}
    })  # fmt: skip
    for key in ("guide.accuracy", "guide.optimism"):
        note = idle(filtering, key)
        assert note is not None
        assert note.why == "no_answers"
        assert idle(asking, key) is None
        assert life(filtering.with_changes({key: 0.1})).equals(life(filtering))
        assert not life(asking.with_changes({key: 0.1})).equals(life(asking))
    assert idle(filtering, "touchpoints.site.hears") is None
    assert idle(filtering, "guide.targeting") is None
    heard = reading.with_changes({"touchpoints.site.hears": 1.0})
    assert life(heard).equals(life(reading))


def test_what_ran_before_day_0_counts_as_running() -> None:
    phone = cjsim.Scenario.load("phone", strategy="guide")
    assert phone.burn_in_strategy == "pull"
    assert idle(phone, "pull.touchpoints.site") is None
    assert idle(phone.with_changes({"burn_in_days": 0.0}), "pull.touchpoints.site") is not None


def test_what_fits_second_best_is_chosen_where_the_best_may_rest() -> None:
    phone = cjsim.Scenario.load("phone", strategy="guide")
    resting = {
        f"touchpoints.{name}.rhythm_days": 90.0
        for name in phone.running_touchpoints("push") if name != "upsell"
    }  # fmt: skip
    assert idle(phone, "touchpoints.upsell.warmth") is not None
    assert idle(phone.with_changes(resting), "touchpoints.upsell.warmth") is None


def test_what_follows_is_idle_where_what_it_follows_does_not_run() -> None:
    phone = cjsim.Scenario.load("phone", strategy="guide")
    call = {"contact": "push", "aims_at": "study", "fit": {"study": 1.0}, "warmth": 0.3}
    for after, why in (("site", None), ("deal", None), ("tent", "never_follows")):
        s = phone.with_changes(
            {"touchpoints.call": {**call, "after": after}, "guide.touchpoints.call": 1.0}
        )
        note = idle(s, "touchpoints.call.warmth")
        assert (note and note.why) == why


def test_a_price_that_somebody_minds_is_not_idle() -> None:
    phone = cjsim.Scenario.load("phone")
    assert idle(phone, "product.price") is None
    assert idle_by_strategy(phone)[""] == []


def test_keys_that_vary_together_wake_each_other() -> None:
    phone = cjsim.Scenario.load("phone").with_changes(DEAF)
    price = {"product.price": (300.0, 500.0)}
    assert set(idle_within(phone, price)) == {"product.price"}
    assert idle_within(phone, {**price, "market.price_sensitivity": (0.0, 2.0)}) == {}


def test_a_key_is_idle_where_it_is_in_every_scenario() -> None:
    phone = cjsim.Scenario.load("phone").with_changes(DEAF)
    sides = [phone.with_strategy(name) for name in ("guide", "animator")]
    assert idle_of(sides, ["guide.accuracy"]) == {}
    assert set(idle_of(sides, ["product.price"])) == {"product.price"}
    assert idle_of([], ["product.price"]) == {}


def test_every_reason_has_words_and_every_word_is_used() -> None:
    from cjsim.experiment import idle as module

    source = inspect.getsource(module)
    reasons = [k.rpartition(".")[2] for k in labels.all_keys() if k.startswith("idle.because.")]
    assert [reason for reason in reasons if f'"{reason}"' not in source] == []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_preset_can_be_told_about(lang: str) -> None:
    for name in presets():
        for notes in idle_by_strategy(cjsim.Scenario.load(name)).values():
            assert all(note.key in note.said(lang) for note in notes)


# --- what the questions say -------------------------------------------------------------------

SMALL: dict[str, Any] = {"people": 30, "runs": 2, "executor": "here"}
MIND = {"market.price_sensitivity": 2.0}


@pytest.fixture(scope="module")
def phone() -> Scenario:
    guide = cjsim.Scenario.load("phone", strategy="guide")
    return guide.with_changes({"burn_in_days": 0.0, **DEAF})


def test_a_tornado_says_which_of_its_keys_cannot_act(phone: Scenario) -> None:
    keys = ["product.price", "touchpoints.upsell.warmth", "guide.accuracy"]
    swings = cjsim.tornado(phone, keys, **SMALL)
    assert set(swings.idle) == {"product.price", "touchpoints.upsell.warmth"}
    said = swings.says("en")
    assert "touchpoints.upsell.warmth changes nothing here: the guide never chooses it." in said
    assert "product.price moves nobody, changes money alone: nobody minds the price" in said
    assert swings.table.loc["touchpoints.upsell.warmth", "swing"] == 0.0
    assert not cjsim.tornado(phone.with_changes(MIND), ["product.price"], **SMALL).idle


def test_sobol_indices_say_so_unless_another_key_wakes_it(phone: Scenario) -> None:
    price = {"product.price": (300.0, 500.0)}
    alone = cjsim.sobol(phone, price, samples=2, **SMALL)
    assert "nobody minds the price" in alone.says("en")
    both = cjsim.sobol(phone, {**price, "market.price_sensitivity": (0.0, 2.0)}, samples=2, **SMALL)
    assert not both.idle


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "its best value is an end of the range"), ("ru", "лучшее значение — на краю")],
)
def test_the_best_price_is_an_end_of_the_range_where_nobody_minds_it(
    phone: Scenario, lang: str, words: str
) -> None:
    best = cjsim.optimise(phone, {"product.price": (300.0, 500.0)}, **SMALL)
    assert best.best["product.price"] == 500.0
    assert words in best.says(lang)


def test_a_flip_point_and_a_sweep_say_so_where_a_key_is_idle_on_all_sides(phone: Scenario) -> None:
    small = SMALL | {"people": 100}
    options: dict[str, Any] = {"measure": "deals", "points": 2, "low": 0.4, "high": 0.9, **small}
    flip = cjsim.flip_point(phone, "animator.accuracy", claim="animator > pull", **options)
    assert "an animator keeps to its programme" in flip.says("en")
    sides = {name: phone.with_strategy(name) for name in ("pull", "animator")}
    cells = cjsim.grid({"animator.accuracy": [0.5, 0.9], "animator.every_days": [10, 30]})
    answer = cjsim.sweep(sides, cells, **SMALL)
    assert set(answer.idle) == {"animator.accuracy"}
    assert "an animator keeps to its programme" in answer.says("en")
