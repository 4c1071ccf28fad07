"""The price: what it does to the odds of leaving, whom it moves, and where it does nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim.journey import ACTION, COMPARISON, DORMANT, REPEAT_DEAL, STUDY, WITH_RIVAL
from cjsim.model import population, rules
from tests.builders import NEVER_CURIOUS, everywhere, market, neutral, person, plans, touch, visits

COLUMNS = ["time", "person", "event", "stage", "touchpoint"]
"""A log without its money."""
SIGMAS = 4.0
"""How far a share may lie from theory: luck goes further once in 16,000 times."""


def firm(price: float, k: float = 1.0, **market_keys: Any) -> cjsim.Scenario:
    """People who all compare, with a loss of .4 at comparison and lives of a few weeks."""
    stages = plans(2.0, comparison={"planned_loss": 0.4, "regularity": k})
    keys = {"onset_days": 5.0, "rationality_mean": 0.999999, **market_keys}
    firm = neutral(stages=stages, market=keys, product={"price": 100.0}, horizon_days=200.0)
    return firm.with_changes({"product.price": price})


def ends_of(stage: int, scenario: cjsim.Scenario, people: int) -> Any:
    """Where each finished visit to a stage led."""
    return visits(cjsim.simulate(scenario, people, seed=2)).at(stage).onward


def left_and_passed(scenario: cjsim.Scenario, people: int = 20_000) -> tuple[int, int]:
    """Visits to comparison that ended with the rival, and at action."""
    ends = ends_of(COMPARISON, scenario, people)
    return int((ends == WITH_RIVAL).sum()), int((ends == ACTION).sum())


@pytest.mark.parametrize("k", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("ratio", [0.8, 1.3])
def test_the_odds_of_walking_away_are_multiplied_by_the_price_ratio_to_eta(
    k: float, ratio: float
) -> None:
    """Whatever the clocks' regularity. The standard error is that of a log odds ratio."""
    eta = 2.0
    counts = [
        left_and_passed(firm(price, k, price_sensitivity=eta)) for price in (100.0, 100.0 * ratio)
    ]
    (left, passed), (left_dear, passed_dear) = counts
    moved = math.log(left_dear / passed_dear) - math.log(left / passed)
    error = math.sqrt(sum(1.0 / n for pair in counts for n in pair))
    assert abs(moved - eta * math.log(ratio)) < SIGMAS * error


def test_the_elasticity_of_passing_is_minus_eta_times_the_loss() -> None:
    """Odds o of leaving let 1 / (1 + o r^eta) pass: d ln / d ln r = - eta · loss."""
    eta = 3.0
    dear, cheap = (
        left_and_passed(firm(price, price_sensitivity=eta), 40_000) for price in (105.0, 95.0)
    )
    shares = [passed / (left + passed) for left, passed in (dear, cheap)]
    left, passed = left_and_passed(firm(100.0, price_sensitivity=eta), 40_000)
    elasticity = math.log(shares[0] / shares[1]) / math.log(105.0 / 95.0)
    loss = left / (left + passed)
    error = math.sqrt(2.0 * loss / (1.0 - loss) / (left + passed)) / 0.1  # paired: no larger
    assert abs(elasticity + eta * loss) < SIGMAS * error


def test_nobody_minds_a_price_whose_sensitivity_is_0() -> None:
    logs = [
        cjsim.simulate(firm(price), 300, seed=1).log()[COLUMNS] for price in (50.0, 100.0, 200.0)
    ]
    assert logs[0].equals(logs[1])
    assert logs[0].equals(logs[2])


def test_the_rivals_price_moves_nobody_to_the_last_bit() -> None:
    deaf, alert = (
        cjsim.simulate(firm(100.0, price_sensitivity=eta), 300, seed=1).log() for eta in (0.0, 7.0)
    )
    assert deaf.equals(alert)


def test_a_price_that_is_changed_leaves_the_rivals_where_it_was() -> None:
    phone = cjsim.Scenario.load("phone")
    assert phone.rival.price == phone.product.price
    assert phone.with_changes({"product.price": 500.0}).rival.price == phone.rival.price
    assert cjsim.Scenario().rival.price == cjsim.Scenario().product.price


def test_a_saved_file_keeps_the_rivals_price(tmp_path: Any) -> None:
    dear = cjsim.Scenario.load("phone").with_changes({"product.price": 500.0})
    assert cjsim.Scenario.load(dear.save(tmp_path / "dear.toml")) == dear


def test_a_file_that_says_a_wrong_price_is_told_once(tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "phone"\nproduct.price = -1\n')
    with pytest.raises(cjsim.ScenarioError) as told:
        cjsim.Scenario.load(path)
    assert len(told.value.problems) == 1


def test_only_the_segment_that_minds_is_moved() -> None:
    segments = [{"name": "deaf", "price_sensitivity": 0.0}, {"name": "alert"}]
    keys = {"price_sensitivity": 3.0, "segments": segments}
    fair, dear = (cjsim.simulate(firm(price, **keys), 400, seed=1) for price in (100.0, 150.0))
    deaf = (fair.people["segment"] == "deaf").to_numpy()
    logs = [run.log()[COLUMNS] for run in (fair, dear)]
    of_deaf = [log[deaf[log["person"]]].reset_index(drop=True) for log in logs]
    assert of_deaf[0].equals(of_deaf[1])
    assert len(logs[0]) != len(logs[1])


# --- one person -------------------------------------------------------------------------------


def buyer(**keys: Any) -> Any:
    return person(price_sensitivity=2.0, **keys)


def test_a_promised_discount_counts_from_the_moment_it_is_promised() -> None:
    terms = market(price=100.0, rival_price=100.0)
    assert rules.price_odds(buyer(), terms) == 1.0
    assert rules.price_odds(buyer(discount=0.2), terms) == pytest.approx(0.8**2)


def test_a_gift_lowers_the_first_price_and_no_other() -> None:
    terms = market(price=100.0, rival_price=100.0, gift_value=30.0)
    assert rules.price_odds(buyer(), terms) == pytest.approx(0.7**2)
    assert rules.price_odds(buyer(deals=1), terms) == 1.0
    assert rules.pay(buyer(), terms) == 70.0
    assert rules.pay(buyer(deals=1), terms) == 100.0
    assert rules.pay(buyer(), market(price=20.0, gift_value=30.0)) == 0.0


def test_what_is_given_away_drives_nobody_off_and_brings_everybody_back() -> None:
    free = market(price=0.0, rival_price=100.0)
    assert rules.price_odds(buyer(), free) == 0.0
    assert rules.returns_from_rival(buyer(stage=int(WITH_RIVAL)), free, 0.0)


def test_the_price_acts_at_comparison_action_and_repeat_deal() -> None:
    terms = market(price=200.0, rival_price=100.0)
    acts = []
    for stage in range(15):
        one = buyer(stage=stage)
        rules.weigh_price(one, terms)
        if one.price_pull != 1.0:
            acts.append(stage)
            assert one.price_pull == pytest.approx(4.0)
    assert acts == [COMPARISON, ACTION, REPEAT_DEAL]


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_a_lapse_by_price_goes_to_the_rival_and_a_silent_one_to_sleep(ratio: float) -> None:
    """Of odds r^eta the part beyond 1 is the price's; binomial standard error over 4,000 people."""
    terms = market(price=100.0 * ratio, rival_price=100.0)
    ways = [
        rules.leave_by_walking(
            buyer(id=number, stage=int(REPEAT_DEAL), rival_known=1, visit=9), terms
        )
        for number in range(4_000)
    ]
    share = np.mean([way == WITH_RIVAL for way in ways])
    expected = max(0.0, 1.0 - 1.0 / ratio**2)
    assert set(ways) <= {WITH_RIVAL, DORMANT}
    assert abs(share - expected) <= SIGMAS * math.sqrt(expected * (1 - expected) / 4_000)
    assert rules.leave_by_walking(buyer(stage=int(REPEAT_DEAL), visit=9), terms) == DORMANT


def test_a_dear_offer_keeps_people_with_the_rival() -> None:
    """The odds of leaving the rival are divided by r^eta; binomial standard error, 4,000 people."""
    back = []
    for ratio in (1.0, 2.0):
        terms = market(price=100.0 * ratio, rival_price=100.0, rival_retention=0.5)
        people = (buyer(id=n, stage=int(WITH_RIVAL), visit=13) for n in range(4_000))
        back.append(np.mean([rules.returns_from_rival(one, terms, 0.0) for one in people]))
    assert abs(back[0] - 0.5) < SIGMAS * 0.5 / math.sqrt(4_000)
    assert abs(back[1] - 0.2) < SIGMAS * 0.4 / math.sqrt(4_000)  # odds 1 : 4


# --- effort and taste -------------------------------------------------------------------------


def test_what_is_complex_costs_people_only_by_effort() -> None:
    """At 2-5 the rate of walking away is multiplied by 1 + effort · complexity."""
    stages = plans(2.0, 0.3)
    simple, hard = (
        market(neutral(stages=stages, product={"complexity": 2.0, "effort": effort}))
        for effort in (0.0, 0.5)
    )
    ratios = [
        hard.walk_rate[s] / simple.walk_rate[s] for s in range(1, 11) if simple.walk_rate[s] > 0
    ]
    assert ratios == [1.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0]
    assert hard.step_rate == simple.step_rate


def test_taste_is_lasting_and_differs_from_person_to_person() -> None:
    """Its mean is 0 and its spread the key's; every experience of a person has the same of it."""
    scenario = neutral(product={"taste_spread": 0.12}, rival={"taste_spread": 0.1})
    everybody = population.draw(scenario, 20_000, 1)
    for taste, spread in ((everybody.taste, 0.12), (everybody.rival_taste, 0.1)):
        assert abs(taste.mean()) < SIGMAS * spread / math.sqrt(20_000)
        assert abs(taste.std() - spread) < SIGMAS * spread / math.sqrt(40_000)
    assert abs(np.corrcoef(everybody.taste, everybody.rival_taste)[0, 1]) < SIGMAS / math.sqrt(
        20_000
    )
    terms = market(quality=0.5, quality_noise=0.0, learning=0.5, loss_aversion=1.0)
    for taste in (-0.2, 0.3):
        one = person(taste=taste, expectation=0.5, satisfaction=0.5)
        rules.experience(one, terms)
        assert one.satisfaction == pytest.approx(0.5 + taste)  # a first experience, in full


def test_whom_the_product_suits_buys_more_often() -> None:
    """The standard error of a correlation of nothing is 1 / sqrt(n)."""
    stages = plans(2.0, repeat_deal={"typical_days": 20.0})
    scenario = neutral(
        stages=stages, market={"onset_days": 5.0}, horizon_days=400.0,
        product={"taste_spread": 0.15}, curiosity=NEVER_CURIOUS, experience={"gate_slope": 12.0},
    )  # fmt: skip
    run = cjsim.simulate(scenario, 3_000, seed=1)
    log = run.log()
    deals = log[log["event"] == "repeat_deal"]["person"].value_counts()
    counts = deals.reindex(range(len(run)), fill_value=0)
    assert np.corrcoef(run.everybody.taste, counts)[0, 1] > SIGMAS / math.sqrt(len(run))


# --- presence ---------------------------------------------------------------------------------


def unheard(presence: float, **more: Any) -> cjsim.Scenario:
    """People who come to the end of study without a contact, all on one day."""
    stages = plans(1.0, regularity=math.inf)
    return neutral(
        stages=stages, horizon_days=4.5,
        market={"onset_days": 1e-18, "presence": presence, "rationality_mean": 1e-300}, **more,
    )  # fmt: skip


def considered(scenario: cjsim.Scenario, people: int = 20_000) -> float:
    ends = ends_of(STUDY, scenario, people)
    return float((ends == ACTION).sum() / ((ends == ACTION) | (ends == WITH_RIVAL)).sum())


@pytest.mark.parametrize("presence", [0.0, 0.3, 1.0])
def test_an_unheard_firm_is_considered_as_often_as_its_presence_says(presence: float) -> None:
    error = math.sqrt(presence * (1 - presence) / 20_000)
    assert abs(considered(unheard(presence)) - presence) <= SIGMAS * error


@pytest.mark.parametrize("reminds", [0.1, 0.5])
def test_reminders_leave_one_minus_presence_times_e_to_minus_memory(reminds: float) -> None:
    """Pushed once a day at a time of their own, people have four contacts in the four days before
    study ends: the plan is met by the emotional too, of whom this market is."""
    mail = {
        "contact": "push", "aims_at": "study", "fit": everywhere(),
        "reminds": reminds,
    }  # fmt: skip
    scenario = unheard(
        0.2, touchpoints={"mail": mail}, firm={"cold_list_share": 1.0},
        response={"memory_half_life_days": 1e9},
        strategies={
            "pull": {
                "touchpoints": {"mail": 1.0}, "push": "animator", "every_days": 1.0, "jitter": 0.0,
            }
        },
    )  # fmt: skip
    share = 1.0 - 0.8 * math.exp(-4.0 * reminds)
    assert abs(considered(scenario) - share) <= SIGMAS * math.sqrt(share * (1 - share) / 20_000)


def test_reminders_are_forgotten_by_half_lives() -> None:
    terms = market(memory_decay=math.log(2.0) / 10.0)
    one = person(memory=4.0, minded_at=5.0)
    rules.mind(one, terms, 25.0)
    assert one.memory == pytest.approx(1.0)
    assert one.minded_at == 25.0


def test_whoever_has_bought_from_us_always_thinks_of_us() -> None:
    terms = market(presence=0.0)
    assert rules.is_considered(person(deals=1), terms, 0.0)
    assert not rules.is_considered(person(), terms, 0.0)


def test_a_firm_that_nobody_knows_sells_nothing() -> None:
    scenario = cjsim.Scenario.load("phone", strategy="nothing")
    unknown = scenario.with_changes(
        {"market.presence": 0.0, "burn_in_days": 0.0, "loyalty.friends": 0.0}
    )
    summary = cjsim.simulate(unknown, 500, seed=1).summary()
    assert summary["first_deals"] == 0
    assert summary["share_of_category"] == 0


# --- pressure ---------------------------------------------------------------------------------


def test_the_pressure_before_a_contact_dulls_it_and_crowds() -> None:
    terms = market(dulling=0.5, crowding=0.2, pressure_decay=math.log(2.0) / 30.0, distrust=0.0)
    mail = touch(warmth=0.3, intrusiveness=1.0, presses=1.0)
    one = person(stage=int(STUDY))
    rules.contact(one, terms, mail, 0.0)
    assert one.warmth == pytest.approx(0.3)  # the first meets no pressure
    assert one.irritation == 0.0
    assert one.pressure == 1.0
    before = one.warmth, one.irritation
    rules.contact(one, terms, mail, 0.0)
    assert one.warmth == pytest.approx(before[0] + 0.3 / 1.5 * (1.0 - before[0]))
    assert one.irritation == pytest.approx(0.2)
    rules.mind(one, terms, 30.0)
    assert one.pressure == pytest.approx(1.0)


def test_an_opt_out_costs_trust_for_good() -> None:
    one = person(trust=0.6)
    rules.opt_out(one, market(optout_harm=0.25), 1.0)
    assert one.trust == pytest.approx(0.45)
    assert one.opted_out
    assert one.push_at == math.inf


def test_crowding_turns_the_best_rhythm_round() -> None:
    """Fitting messages to people whose stage is known: the more the better, until they crowd."""
    phone = cjsim.Scenario.load("phone", strategy="guide").with_changes({"guide.accuracy": 1.0})
    rhythms = {"often": 3.0, "seldom": 40.0}

    def profits(crowding: float, dulling: float) -> Any:
        changes = {"response.crowding": crowding, "response.dulling": dulling}
        firms = {
            name: phone.with_changes({**changes, "guide.every_days": days})
            for name, days in rhythms.items()
        }
        found = cjsim.compare(firms, 400, runs=8, executor="threads").paired()
        return found.loc[("seldom", "profit_per_person")]

    assert profits(0.0, 0.0)["high"] < 0
    assert profits(0.5, 1.0)["low"] > 0
