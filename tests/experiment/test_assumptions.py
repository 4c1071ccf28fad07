"""Each assumption's switch: it changes plain keys, and in the twin it is not so any more."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.experiment.assumptions import ASSUMPTIONS, table, without
from cjsim.journey import IN_THE_CATEGORY, STAGES
from cjsim.model import parameters, plan, rules
from cjsim.scenario import presets
from tests.builders import (
    ALWAYS_CONTENT,
    NEVER_CURIOUS,
    market,
    neutral,
    person,
    plans,
    touch,
    touching,
)

PRESETS = {name: cjsim.Scenario.load(name) for name in presets()}
LAST_BITS = 1e-6
"""Days by which a clock may differ that was read off more often on its way (§4: golden values)."""

every_switch = pytest.mark.parametrize("name", ASSUMPTIONS)


def preset(name, strategy, people=100, **changes):
    """A short run of a preset, as a scenario and its size."""
    short = {"horizon_days": 500.0, "burn_in_days": 0.0, "strategy": strategy, **changes}
    return PRESETS[name].with_changes({**short, "market.people": people})


def log(scenario, seed=1):
    return cjsim.simulate(scenario, seed=seed).log()


def truth(scenario, seed=1):
    """The log with the truth beside it."""
    run = cjsim.simulate(scenario, seed=seed)
    return pd.concat([run.log(), run.truth()], axis=1)


def same(one, other):
    """Are two logs the same to the last bit?"""
    return one.equals(other)


def alike(one, other):
    """Are two logs the same but for the last bits of the times?"""
    if len(one) != len(other):
        return False
    rest = [column for column in one if column != "time"]
    return one[rest].equals(other[rest]) and np.allclose(
        one["time"], other["time"], rtol=0, atol=LAST_BITS
    )


# --- All switches ---------------------------------------------------------------------------------


NEUTRAL = {
    "product.effort": 0.3,
    "product.taste_spread": 0.1,
    "market.presence": 0.3,
    "market.price_sensitivity": 4.0,
    "response.crowding": 0.2,
    "response.optout_harm": 0.2,
    "market.stay_years": 3.0,
    "market.growth_a_year": 0.04,
    "market.clutter": 0.5,
    "touchpoints.cases.social_proof": 0.2,
    "touchpoints.tech_support.asks": 0.1,
    "service.failure_rate": 0.2,
    "words.bad_share": 0.4,
    "words.circle": 10,
    "words.bonus_share": 0.1,
    "loyalty.to_manager": 0.5,
    "touchpoints.thanks": {
        "contact": "push",
        "aims_at": "satisfaction",
        "fit": {"satisfaction": 1.0, "repeat_deal": 0.5},
        "warmth": 0.3,
        "after": "deal",
        "delay_hours": 24.0,
        "fade_half_life_hours": 48.0,
    },
    "guide.touchpoints.thanks": 1.0,
    "touchpoints.mail_cases.opened": 0.4,
    "touchpoints.site.seats": 5,
    "guide.budget": 100.0,
    "contract.term_days": 180.0,
    "contract.notice_days": 30.0,
    "contract.pause_share": 0.3,
    "contract.upgrade_share": 0.3,
    "contract.trial_days": 14.0,
    "touchpoints.thanks.wins_back": 0.5,
    "guide.targeting": "filter",
    "touchpoints.cases.hears": 0.5,
}
"""Mechanisms that no preset has switched on yet."""


@every_switch
def test_a_switch_changes_a_preset_and_leaves_a_valid_scenario(name):
    every = [*PRESETS.values(), PRESETS["phone"].with_changes(NEUTRAL)]
    changed = [scenario for scenario in every if without(scenario, name).diff(scenario)]
    assert changed, "a switch that changes nothing anywhere is none"


@every_switch
def test_a_switch_set_twice_is_set_once(name):
    for scenario in PRESETS.values():
        once = without(scenario, name)
        assert without(once, name) == once


def test_switches_commute():
    rich = PRESETS["phone"].with_changes(
        {
            **NEUTRAL,
            "product.tender_every": 3,
            "shelf.stocked_days": 20.0,
            "market.segments": [{"name": "a", "speed": 2.0}, {"name": "b", "speed": 0.5}],
        }
    )
    off = {name: without(rich, name) for name in ASSUMPTIONS}
    assert all(one.diff(rich) for one in off.values()), "each does something here"
    for a, b in itertools.combinations(ASSUMPTIONS, 2):
        assert without(off[a], b) == without(off[b], a), (a, b)


@pytest.mark.parametrize("preset_name", PRESETS)
def test_everything_off_is_still_a_market(preset_name):
    scenario = PRESETS[preset_name].with_changes({"horizon_days": 60.0, "burn_in_days": 0.0})
    bare = without(scenario, *ASSUMPTIONS)
    assert len(cjsim.simulate(bare, 20).log()) >= 20
    assert bare.strategies.keys() == scenario.strategies.keys()


def test_the_scenario_itself_stays_as_it_is():
    before = PRESETS["phone"].model_dump()
    without(PRESETS["phone"], *ASSUMPTIONS)
    assert PRESETS["phone"].model_dump() == before
    assert without(PRESETS["phone"]) is PRESETS["phone"]


def test_an_unknown_assumption_is_told_the_nearest_before_anything_is_done():
    with pytest.raises(ValueError, match=r"unknown assumption: 'mismach'. Did you mean 'mismatch'"):
        without(PRESETS["phone"], "gate", "mismach")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_each_says_in_two_sentences_what_is_so_and_what_is_not(lang):
    words = table(lang)
    assert list(words.index) == list(ASSUMPTIONS)
    for column in ("assumed", "off"):
        assert words[column].str.endswith(".").all()
        assert words[column].is_unique
        assert words[column].str.contains("[а-яё]").all() == (lang == "ru")


def test_each_names_claims_of_the_ledger_or_a_paper_or_owns_up():
    last = {"A": 43, "B": 39, "C": 180}
    for one in ASSUMPTIONS.values():
        for source in one.sources:
            claim = re.fullmatch(r"([ABC])(\d+)", source)
            if claim:
                assert 1 <= int(claim[2]) <= last[claim[1]], source
            else:
                assert re.fullmatch(r"ours|[A-Zv][\w &]+ \d{4}", source), source


# --- Who walks ------------------------------------------------------------------------------------


def test_pain_and_a_dream_drive_alike_at_the_mean_need():
    phone = PRESETS["phone"]  # pain 1.1 for 45 %, dream 0.9
    people = cjsim.simulate(without(phone, "pain"), 50).people
    assert people["motive"].nunique() == 2
    assert (people["need"] == people["need"][0]).all()
    assert people["need"][0] == pytest.approx(0.45 * 1.1 + 0.55 * 0.9)


def test_everybody_walks_at_the_same_speed():
    segments = [{"name": "a", "speed": 2.0}, {"name": "b", "speed": 0.5}]
    scenario = PRESETS["phone"].with_changes({"market.segments": segments})
    speeds = cjsim.simulate(scenario, 50).people["speed"]
    assert speeds.nunique() == len(speeds) > 50  # newcomers too
    assert (cjsim.simulate(without(scenario, "own_speed"), 50).people["speed"] == 1.0).all()


def test_all_are_alike_in_rationality_and_it_slows_nobody():
    scenario = without(PRESETS["phone"], "rationality")
    assert (cjsim.simulate(scenario, 50).people["rationality"] == 0.5).all()
    studying = person(stage=4, rationality=0.5)
    assert rules.step_rate(studying, market(step_rate=[0.25] * len(STAGES))) == 0.25


def test_nobody_comes_to_the_category_or_leaves_it():
    moving = preset("phone", "pull", **{"market.stay_years": 1.0, "market.growth_a_year": 0.5})

    def numbers(scenario):
        rows = log(scenario)
        return rows["person"].nunique() > 100, (rows["stage"] == "gone").any()

    assert numbers(moving) == (True, True)
    assert numbers(without(moving, "coming_and_going")) == (False, False)


# --- The right time -------------------------------------------------------------------------------


def test_where_timing_does_not_matter_to_know_the_stage_is_worth_nothing():
    guide = preset("phone", "guide")
    blind = {"guide.accuracy": 0.1}
    assert not same(log(guide), log(guide.with_changes(blind)))
    anytime = without(guide, "timing")
    assert same(log(anytime), log(anytime.with_changes(blind)))
    assert set(anytime.touchpoints["site"].fit) == {stage.key for stage in IN_THE_CATEGORY}


def test_without_mismatch_nobody_is_irritated_opts_out_or_loses_trust():
    animator = preset("phone", "animator", **{"animator.every_days": 7.0})
    harms = {
        "response.irritation_harm": 9.0, "response.distrust": 1.0, "market.tolerance_mean": 0.01,
    }  # fmt: skip
    assert not same(log(animator), log(animator.with_changes(harms)))
    kind = without(animator, "mismatch", "pressure")  # what comes too often jars as well
    assert same(log(kind), log(kind.with_changes(harms)))
    assert (truth(kind)["irritation"] == 0).all()
    assert cjsim.simulate(kind).summary()["opt_outs"] == 0


def test_without_mismatch_the_wrong_time_jars_as_the_right_one():
    """What is left of irritation is that of pushes in a short time."""
    of = parameters.parameters_of(without(PRESETS["phone"], "mismatch"), 10, 1)
    often = [
        rules.mismatch(person(stage=6, pressure=2.0), of, touch(fit=[fit] * 16, intrusiveness=0.5))
        for fit in (0.0, 1.0)
    ]
    assert often == pytest.approx([0.5 * 0.15 * 2.0] * 2)
    assert rules.mismatch(person(stage=6), of, touch(fit=[0.0] * 16, intrusiveness=0.5)) == 0.0


def test_pushes_in_a_short_time_work_as_the_first():
    guide = preset("phone", "guide")
    lasting = {"response.pressure_half_life_days": 1e6}
    assert not alike(log(guide), log(guide.with_changes(lasting)))
    fresh = without(guide, "pressure")
    assert alike(log(fresh), log(fresh.with_changes(lasting)))


def test_too_hot_jars_as_much_as_too_cold():
    scenario = without(PRESETS["phone"], "too_hot")
    of = parameters.parameters_of(scenario, 10, 1)
    early, late = (
        touch(aims_at=aim, intrusiveness=1.0, fit=[0.5] * len(STAGES)) for aim in (1, 12)
    )
    jars = [rules.mismatch(person(stage=6), of, one) for one in (early, late)]
    assert jars[0] == jars[1] == pytest.approx(0.5 * (1.0 + 0.6) / 2)


PEST = {"contact": "push", "aims_at": "action", "fit": {"action": 1.0}, "intrusiveness": 0.5}


def pestered(**pest):
    """People who may leave at any stage, pushed twice a week with what rarely fits."""
    pushes = touching({"pest": {**PEST, **pest}}, {"push": "animator", "every_days": 3.5})
    return neutral(
        horizon_days=200.0,
        market={"people": 60, "tolerance_mean": 2.0},
        firm={"cold_list_share": 1.0},
        stages=plans(loss=0.3),
        **pushes,
    )


def test_irritation_that_harms_nobody_is_as_good_as_none():
    harmless = ("irritation", "distrust", "opting_out")
    calm = log(pestered(intrusiveness=0.0))
    assert alike(log(without(pestered(), *harmless)), calm)
    for name in harmless:  # each of the three matters
        others = [other for other in harmless if other != name]
        assert not alike(log(without(pestered(), *others)), calm), name


def test_nobody_opts_out_however_irritated():
    found = truth(without(pestered(), "opting_out"))
    assert found["irritation"].max() > 3.0  # all bear 2
    assert not (found["event"] == "opt_out").any()
    assert (log(pestered())["event"] == "opt_out").any()


def falls(scenario):
    return truth(scenario).groupby("person")["trust"].diff().min()


def test_no_contact_costs_trust_by_being_at_the_wrong_time():
    assert falls(pestered()) < 0
    assert falls(without(pestered(), "distrust")) == 0


def test_who_opts_out_trusts_as_before():
    """Trust of 1/2 falls by that share when somebody opts out, and by nothing else here."""
    driven = without(pestered().with_changes({"response.optout_harm": 0.5}), "distrust")
    assert falls(driven) == -0.25
    assert falls(without(driven, "optout_harm")) == 0


# --- What follows and what may fail ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "event", "scarce"),
    [
        ("unread", "unopened", {}),
        ("seats", "full", {"touchpoints.site.seats": 1, "touchpoints.site.session_days": 300.0}),
        ("budget", "budget", {"guide.budget": 1.0}),
    ],
)
def test_nothing_fails_any_more(name, event, scarce):
    def failed(scenario):
        return (log(scenario)["event"] == event).sum()

    phone = preset("phone", "guide", **{**NEUTRAL, **scarce})
    assert failed(phone) > 0
    assert failed(without(phone, name)) == 0


def test_what_followed_is_sent_by_the_strategy_and_nothing_fades():
    phone = preset("phone", "guide", **NEUTRAL)
    fades = parameters.touches(phone, "push")[-1]
    assert (fades.after, fades.fades > 0.0) == (1, True)
    assert parameters.touches(without(phone, "promptness"), "push")[-1].fades == 0.0
    twin = without(phone, "following")
    assert parameters.touches(twin, "push")[-1].after == 0
    choices = [parameters.parameters_of(s, 10, 1).guide_choice for s in (phone, twin)]
    last = len(phone.running_touchpoints("push")) - 1
    assert [last in choice for choice in choices] == [False, True]


# --- What a contact does --------------------------------------------------------------------------


def test_warm_or_cold_people_step_on_alike():
    guide = preset("phone", "guide")
    cold = {f"touchpoints.{name}.warmth": 0.0 for name in guide.touchpoints}
    assert not alike(log(guide), log(guide.with_changes(cold)))
    off = without(guide, "warmth")
    assert alike(log(off), log(off.with_changes(cold)))


def test_warmth_hurries_no_need_but_is_felt_elsewhere():
    twin = without(PRESETS["phone"], "hurry")
    of, free = (parameters.parameters_of(s, 10, 1) for s in (PRESETS["phone"], twin))
    assert rules.warmth_boost(person(stage=9, warmth=0.5), of) > 0
    assert rules.warmth_boost(person(stage=9, warmth=0.5), free) == 0
    asleep = person(stage=14, warmth=0.5)
    assert rules.warmth_boost(asleep, of) == rules.warmth_boost(asleep, free) > 0


def test_trust_stays_neutral_for_everybody():
    guide = preset("forex", "guide")
    assert truth(guide)["trust"].nunique() > 10
    assert (truth(without(guide, "trust"))["trust"] == 0.5).all()
    trusting = {"market.segments": [{"name": "a", "trust": 1.5}, {"name": "b", "trust": 0.5}]}
    assert (truth(without(guide.with_changes(trusting), "trust"))["trust"] == 0.5).all()


def test_a_touchpoint_speaks_to_both_motives_as_to_its_best():
    def warmed(scenario):
        (spread,) = parameters.touches(scenario, "pull")
        people = [person(stage=1, motive=motive) for motive in (0, 1)]
        for one in people:
            rules.contact(one, market(), spread, 0.0)
        return [one.warmth for one in people]

    celebrity = PRESETS["phone"].touchpoints["celebrity"].model_dump()
    base = neutral(**touching({"celebrity": celebrity}))
    pain, dream = warmed(base)
    assert 0 < pain < dream
    assert warmed(without(base, "appeal")) == [dream, dream]


def test_promises_leave_expectations_alone():
    forex = preset("forex", "pull", **{"experience.expectation_drift": 0.0})  # nor do deals move it
    assert truth(forex)["expectation"].nunique() > 5
    assert (truth(without(forex, "promise"))["expectation"] == 0.55).all()


def test_satisfaction_moves_by_deals_and_by_care_alone():
    guide = preset("manicure", "guide", **{"touchpoints.gifts.care": 0.2})
    for name in ("care", "experience"):
        assert truth(without(guide, name))["satisfaction"].nunique() > 5, name
    assert (truth(without(guide, "care", "experience"))["satisfaction"] == 0.5).all()


def test_novelty_is_a_whole_number_of_deals_where_nothing_calms():
    guide = preset("yogurt", "guide")
    assert (truth(guide)["novelty"] % 1 > 0).any()
    assert (truth(without(guide, "calm"))["novelty"] % 1 == 0).all()


# --- Who comes to whom ----------------------------------------------------------------------------


def test_nothing_lies_off_the_trail():
    car = preset("car", "pull", people=300)  # a dealer is visited twice a year at most
    lazy = {"response.detour_scale_m": 1.0}
    assert not same(log(car), log(car.with_changes(lazy)))
    near = without(car, "distance")
    assert same(log(near), log(near.with_changes(lazy)))


def test_search_meets_the_unaware_only_where_they_search():
    only = {"strategies.pull.touchpoints": dict.fromkeys(PRESETS["phone"].running.touchpoints, 0.0)}
    seo = preset("phone", "pull", **only).with_changes({"pull.touchpoints.search_seo": 1.0})

    def met(scenario):
        rows = log(scenario)
        return set(rows.loc[rows["event"] == "contact", "stage"])

    assert met(seo) & {"unaware", "awareness"} == set()
    assert met(without(seo, "cold_search")) >= {"unaware", "awareness"}


def test_search_is_what_claims_on_search_name_and_people_come_to():
    changed = without(PRESETS["phone"], "cold_search").diff(PRESETS["phone"])
    search = {"search_seo", "search_ads", "directories", "maps", "tops", "exchanges"}
    assert {key.split(".")[1] for key in changed} == search
    assert changed["touchpoints.tops.fit.unaware"] == (0.4, None)
    assert changed["touchpoints.tops.fit.interest"] == (0.4, None)
    mine = {"mine": {"contact": "pull", "aims_at": "study", "fit": {"study": 0.3}, "claim": "C134"}}
    fit = without(neutral(touchpoints=mine), "cold_search").touchpoints["mine"].fit
    assert fit == dict.fromkeys(("unaware", "awareness", "interest", "desire", "study"), 0.3)


def test_the_firm_always_knows_the_stage():
    guide = preset("phone", "guide")

    def right(scenario):
        rows = truth(scenario)
        rows = rows[rows["belief"].notna()]
        assert len(rows) > 100
        return (rows["belief"].astype(str) == rows["stage"].astype(str)).mean()

    assert right(guide) < 0.9
    assert right(without(guide, "misreading")) == 1.0


def test_the_firm_errs_upwards_and_downwards_alike():
    of = parameters.parameters_of(without(PRESETS["phone"], "optimism"), 10, 1)
    offs = (np.arange(1000) + 0.5) / 1000
    errors = [rules.believe(person(stage=6), of, 1.0, off) - 6 for off in offs]
    assert {e: errors.count(e) for e in set(errors)} == {-2: 250, -1: 250, 1: 250, 2: 250}


def test_at_the_end_of_study_everybody_thinks_of_the_firm():
    for scenario, everybody in ((PRESETS["phone"], False), (without("phone", "presence"), True)):
        of = parameters.parameters_of(scenario, 10, 1)
        thought_of = [rules.is_considered(person(stage=4, id=i), of, 0.0) for i in range(100)]
        assert any(thought_of)
        assert all(thought_of) == everybody


# --- Rivals ---------------------------------------------------------------------------------------


def test_no_rival_comes_before_its_time():
    names = {"contact": "pull", "aims_at": "awareness", "fit": {"awareness": 1.0}}
    scenario = neutral(
        horizon_days=300.0,
        market={"people": 60},
        stages=plans(awareness={"planned_loss": 0.7}),  # nobody leaves later on
        experience=ALWAYS_CONTENT,
        curiosity=NEVER_CURIOUS,
        **touching({"boast": {**names, "reach_per_day": 1.0, "names_rival": 1.0}}),
    )
    assert (log(scenario)["stage"] == "with_rival").any()
    twin = log(without(scenario, "early_rival"))
    assert not (twin["stage"] == "with_rival").any()
    assert (twin["stage"] == "comparison").any(), "there they meet the rival, and stay"


def test_who_knows_a_rival_walks_away_no_sooner():
    phone = PRESETS["phone"]
    for scenario, factor in ((phone, 1.8), (without(phone, "competition"), 1.0)):
        of = parameters.parameters_of(scenario, 10, 1)
        free, tempted = (rules.walk_rate(person(stage=4, rival_known=k), of) for k in (0, 1))
        assert tempted == pytest.approx(factor * free)
        assert free > 0


def test_nobody_minds_the_price():
    phone = preset("phone", "guide")
    dear = {"product.price": 2.0 * phone.product.price}

    def lives(scenario):
        return log(scenario).drop(columns="amount")

    assert not same(lives(phone), lives(phone.with_changes(dear)))
    deaf = without(phone, "price")
    assert same(lives(deaf), lives(deaf.with_changes(dear)))


def test_nobody_has_a_supplier_when_the_market_opens():
    phone = preset("phone", "pull")

    def served(scenario):
        rows = log(scenario)
        return (rows.loc[rows["event"] == "start", "stage"] == "with_rival").any()

    assert served(phone)
    assert not served(without(phone, "served"))


def test_complexity_makes_nobody_walk_away():
    """The rates of a stage are told per day: complexity of 0.3 stretches both clocks."""
    phone = PRESETS["phone"]
    for scenario, factor in ((phone, 1.0 + 0.8 * 0.3), (without(phone, "effort"), 1.0)):
        of = parameters.parameters_of(scenario, 10, 1)
        planned = plan.rates_of(phone).walk[4] / 1.3
        assert of.walk_rate[4] == pytest.approx(factor * planned)


def test_the_product_is_the_same_to_everybody():
    phone = PRESETS["phone"].with_changes({"rival.taste_spread": 0.1, "product.taste_spread": 0.1})

    def tastes(scenario):
        everybody = cjsim.simulate(scenario, 50).everybody
        return np.concatenate([everybody.taste, everybody.rival_taste])

    assert np.ptp(tastes(phone)) > 0
    assert (tastes(without(phone, "taste")) == 0).all()


def test_a_complex_product_takes_no_longer():
    flat = PRESETS["flat"]
    assert flat.product.complexity > 0
    of = parameters.parameters_of(without(flat, "complexity"), 10, 1)
    for stage in STAGES[2:6]:
        assert of.step_rate[stage] == plan.rates_of(flat).step[stage]


# --- The deal -------------------------------------------------------------------------------------


def busy():
    """One rep, and more deals and meetings than he can do: and all think of the firm."""
    crowd = {"market.onset_days": 60.0, "market.served_share": 0.0, "market.presence": 1.0}
    return preset("car", "animator", **{"firm.reps": 1, "firm.deal_hours": 100.0, **crowd})


def test_nobody_waits_for_a_rep():
    waits = cjsim.simulate(busy()).summary()
    assert min(waits["queue_wait_days"], waits["lost_in_queue"], waits["dropped"]) > 0
    none = cjsim.simulate(without(busy(), "limited_reps")).summary()
    assert none[["queue_wait_days", "lost_in_queue", "dropped"]].tolist() == [0, 0, 0]


def test_where_nobody_serves_limited_reps_off_serves_all_for_nothing():
    """0 reps serve nobody; without that limit all are served, and reps cost as before."""
    deserted = busy().with_changes({"firm.reps": 0})
    assert cjsim.simulate(deserted).summary()["first_deals"] == 0
    open_to_all = without(deserted, "limited_reps")
    assert cjsim.simulate(open_to_all).summary()["first_deals"] > 0
    assert open_to_all.firm.rep_cost_per_day == 0


def test_who_waits_for_a_rep_waits_as_long_as_it_takes():
    patient = cjsim.simulate(without(busy(), "patience")).summary()
    assert patient["lost_in_queue"] == 0
    assert patient["queue_wait_days"] > cjsim.simulate(busy()).summary()["queue_wait_days"]


def test_the_first_deal_earns_what_any_deal_earns():
    scenario = neutral(market={"people": 40})  # price 100, unit cost 60, 30 more for the first
    assert cjsim.simulate(scenario).summary()["first_deal_margin"] == pytest.approx(10.0)
    even = without(scenario, "costly_first_deal")
    assert cjsim.simulate(even).summary()["first_deal_margin"] == pytest.approx(40.0)


# --- The experience -------------------------------------------------------------------------------


def test_a_disappointment_weighs_as_much_as_a_treat():
    def moved(scenario):
        of = parameters.parameters_of(scenario, 10, 1)
        found = []
        for expectation in (0.3, 0.7):
            one = person(expectation=expectation, satisfaction=0.5)
            rules.experience(one, of)
            found.append(one.satisfaction - 0.5)
        return found

    # a first experience counts in full, half of it is the surprise of 0.2
    exact = neutral(product={"quality": 0.5, "quality_noise": 0.0})
    assert moved(exact) == pytest.approx([0.1, -0.2])
    assert moved(without(exact, "loss_aversion")) == pytest.approx([0.1, -0.1])


def test_only_surprise_is_lived_through_where_performance_does_not_count():
    def felt(scenario, quality):
        of = parameters.parameters_of(scenario.with_changes({"product.quality": quality}), 10, 1)
        one = person(expectation=quality)  # as expected
        rules.experience(one, of)
        return one.satisfaction

    exact = neutral(product={"quality_noise": 0.0})
    twin = without(exact, "performance")
    assert felt(exact, 0.3) < felt(exact, 0.7)
    assert felt(twin, 0.3) == felt(twin, 0.7) == 0.5


def test_everybody_passes_the_gate_however_disappointed():
    poor = preset("phone", "pull", **{"product.quality": 0.1})

    def lost(scenario):
        funnel = cjsim.simulate(scenario).funnel()
        return funnel.loc["satisfaction", "lost"]

    assert lost(poor) > 0
    assert lost(without(poor, "gate")) == 0


# --- Curiosity and loyalty ------------------------------------------------------------------------


def test_nobody_gets_curious():
    yogurt = preset("yogurt", "pull")
    assert cjsim.simulate(yogurt).summary()["reached_curiosity"] > 0
    assert cjsim.simulate(without(yogurt, "curiosity")).summary()["reached_curiosity"] == 0


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("novelty", {"novelty": 5.0}),
        ("innovativeness", {"innovativeness": 2.5}),
        ("empty_shelf_trigger", {"triggers": 3}),
        ("loyalty_protects", {"loyalty": 1.0}),
    ],
)
def test_what_makes_nobody_curious(name, state):
    def chance(scenario, **state):
        of = parameters.parameters_of(scenario, 10, 1)
        lucks = (np.arange(1000) + 0.5) / 1000
        return sum(rules.gets_curious(person(**state), of, luck) for luck in lucks)

    phone = PRESETS["phone"]
    assert chance(phone, **state) != chance(phone)
    twin = without(phone, name)
    assert chance(twin, **state) == chance(twin) > 0


def test_before_an_empty_shelf_everybody_waits():
    yogurt = preset("yogurt", "pull", **{"shelf.stocked_days": 10.0})

    def gave_up(scenario):
        rows = log(scenario)
        moments = pd.MultiIndex.from_frame(rows[["time", "person"]])
        empty = moments[rows["event"] == "stockout"]
        assert len(empty) > 20
        return int(empty.isin(moments[rows["event"] == "rival_deal"]).sum())

    assert gave_up(yogurt) > 0
    assert gave_up(without(yogurt, "empty_shelf")) == 0


@pytest.mark.parametrize(
    ("name", "event", "product"),
    [("tender", "tender", "corporate_it"), ("word_of_mouth", "told", "car")],
)
def test_what_does_not_happen_any_more(name, event, product):
    scenario = PRESETS[product].with_changes({"market.people": 60})
    assert (log(scenario)["event"] == event).any()
    assert not (log(without(scenario, name))["event"] == event).any()


# --- Service and words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("failure", {"service.failure_rate": 0.4}),
        ("bad_word", {"words.bad_share": 0.8}),
        ("circles", {"words.circle": 6, "words.far_share": 0.0}),
        ("referral_bonus", {"words.bonus_share": 1.0}),
        ("account_manager", {"loyalty.to_manager": 0.9, "loyalty.manager_years": 0.3}),
        ("clutter", {"market.clutter": 2.0}),
        ("social_proof", {"touchpoints.cases.social_proof": 1.0}),
        ("mere_measurement", {"touchpoints.tech_support.asks": 1.0}),
        ("contract", {"contract.term_days": 200.0, "contract.notice_days": 30.0}),
        ("free_trial", {"contract.trial_days": 14.0}),
    ],
)
def test_a_mechanism_switched_off_was_never_there(name, changes):
    """To the last bit: the world before it was written."""
    talking = {"loyalty.deals_to_loyalty": 1, "loyalty.advocate_share": 0.6}
    plain = preset("phone", "guide", people=300, **talking, horizon_days=1000.0)
    there = plain.with_changes(changes)
    assert not same(log(there), log(plain))
    assert same(log(without(there, name)), log(plain))


@pytest.mark.parametrize(
    ("name", "event", "changes"),
    [
        ("pause", "pause", {"contract.pause_share": 0.5}),
        ("upgrade", "upgrade", {"contract.upgrade_share": 0.9}),
        ("winning_back", "stays", {"touchpoints.base_messages.wins_back": 1.0}),
    ],
)
def test_what_a_contract_no_longer_offers(name, event, changes):
    bound = {"contract.term_days": 90.0, "stages.repeat_deal.planned_loss": 0.8}
    there = preset("phone", "guide", people=300, **bound).with_changes(changes)
    assert (log(there)["event"] == event).any()
    assert not (log(without(there, name))["event"] == event).any()


def test_any_notice_is_in_time():
    bound = {"contract.term_days": 90.0, "stages.repeat_deal.planned_loss": 0.8}
    late = preset("phone", "guide", people=2000, **bound).with_changes(
        {"contract.notice_days": 60.0}
    )
    for scenario, bound_on in ((late, True), (without(late, "late_notice"), False)):
        rows = log(scenario)
        gone = (rows["event"] == "enter") & rows["stage"].isin(["with_rival", "dormant", "gone"])
        rows = rows[gone | rows["event"].isin(["notice", "repeat_deal"])]
        told = rows["event"] == "notice"
        next_event = rows.groupby("person")["event"].shift(-1)[told]
        assert told.sum() > 20
        assert (next_event == "repeat_deal").any() == bound_on


def test_no_complaint_is_made_good():
    failing = preset(
        "phone", "guide", **{"service.failure_rate": 1.0, "service.complain_share": 1.0}
    )
    assert (log(failing)["event"] == "recovered").any()
    twin = log(without(failing, "recovery"))["event"]
    assert (twin == "complaint").any()
    assert not (twin == "recovered").any()
