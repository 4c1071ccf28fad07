"""A firm that acts on a filter over signals: what it takes up, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim.engine.fast import engine as fast
from cjsim.engine.process import Engine
from cjsim.journey import FIRST_DEAL, STUDY, WITH_RIVAL
from cjsim.model import chain, population, rules
from cjsim.model.chain import PLACED, POWERS
from cjsim.scenario import ScenarioError, presets
from tests.builders import FEATURES, everywhere, in_full, market, neutral, random_scenario, touch
from tests.engine.test_equality import assert_equal
from tests.often import often

FILTERING = [frozenset(FEATURES), frozenset(FEATURES) - {"calendar", "contract"}]


def belief(*shares: float, day: float = 0.0) -> list[float]:
    """A belief of the first stages, and the day it has come to."""
    return [*shares, *[0.0] * (PLACED - len(shares)), day, 0.0]


def spare() -> list[float]:
    return [0.0] * PLACED


def phone(**changes: Any) -> cjsim.Scenario:
    """A short year of the phone's guide."""
    short = {"horizon_days": 365.0, "burn_in_days": 90.0, **changes}
    return in_full(cjsim.Scenario.load("phone", strategy="guide").with_changes(short), 60)


def rows(scenario: cjsim.Scenario) -> bytes:
    return cjsim.simulate(scenario, seed=3).events.rows.tobytes()


# --- one belief -------------------------------------------------------------------------------


def test_a_contact_is_weighed_by_the_fit() -> None:
    odds = belief(0.5, 0.3, 0.2)
    rules.weigh_contact(odds, spare(), touch(fit=[0.1, 0.5, 0.0, *[1.0] * 13], reach=3.0))
    assert odds[:4] == pytest.approx([0.25, 0.75, 0.0, 0.0], abs=1e-15)


def test_what_was_held_for_impossible_is_believed_once_it_is_seen() -> None:
    odds = belief(1.0)
    fit = [0.0] * 16
    fit[STUDY], fit[FIRST_DEAL] = 0.6, 0.2
    rules.weigh_contact(odds, spare(), touch(fit=fit))
    assert odds[STUDY] == pytest.approx(0.75)
    assert odds[FIRST_DEAL] == pytest.approx(0.25)
    rules.weigh_contact(odds, spare(), touch(fit=[0.0] * 16))  # seen, and impossible everywhere
    assert odds[STUDY] == pytest.approx(0.75)


def test_a_sure_answer_leaves_no_doubt_and_a_wrong_one_names_the_neighbours() -> None:
    odds = belief(*[1 / PLACED] * PLACED)
    rules.weigh_answer(odds, spare(), market(accuracy=1.0), STUDY)
    assert odds[STUDY] == 1.0
    odds = belief(0.5, 0.5)
    rules.weigh_answer(odds, spare(), market(accuracy=0.0, optimism=0.5), 2)
    assert odds[:2] == pytest.approx([2 / 3, 1 / 3])  # 0 errs by 2, up or reflected


def test_of_equals_the_earlier_stage_is_believed() -> None:
    assert rules.likeliest(belief(0.2, 0.4, 0.4)) == 1


def test_a_day_is_a_whole_day() -> None:
    """Two things seen on one day are told on one belief; the days add up."""
    table = chain.table_of(phone(**{"guide.targeting": "filter"}))
    known = rules.powers_of_the_known(table)
    one, two = belief(0.6, 0.4), belief(0.6, 0.4)
    rules.live_by(one, spare(), table, known, 0.999)
    assert one == belief(0.6, 0.4)
    rules.live_by(one, spare(), table, known, 21.5)
    for day in (3.0, 3.7, 10.1, 21.0):
        rules.live_by(two, spare(), table, known, day)
    assert one[rules.DAY] == two[rules.DAY] == 21.0
    assert one[:PLACED] == pytest.approx(two[:PLACED], abs=1e-13)
    assert sum(one[:PLACED]) == pytest.approx(1.0, abs=1e-14)


def test_silence_tells() -> None:
    """Who would have come and does not is where nobody comes; strangers' silence says nothing."""
    table = chain.table_of(phone(**{"guide.targeting": "filter"}))
    silent, stranger = belief(*[1 / PLACED] * PLACED), belief(*[1 / PLACED] * PLACED)
    rules.live_by(silent, spare(), table, rules.powers_of_the_known(table), 60.0)
    rules.live_by(stranger, spare(), table, POWERS, 60.0)
    assert silent[STUDY] < stranger[STUDY]
    assert silent[WITH_RIVAL] > stranger[WITH_RIVAL]


@pytest.mark.parametrize("name", list(presets()))
def test_strangers_are_neither_lost_nor_made(name: str) -> None:
    scenario = cjsim.Scenario.load(name, strategy="pull")
    table = np.array(chain.table_of(scenario))
    assert (table >= 0.0).all()
    half = (len(table) - POWERS) // 2
    assert np.allclose(table[:POWERS].sum(axis=1), 1.0)
    assert np.allclose(table[POWERS : POWERS + PLACED].sum(axis=1), 1.0, atol=1e-12)
    longest = half // PLACED
    assert 2**longest > scenario.horizon_days + scenario.burn_in_days


# --- a market ---------------------------------------------------------------------------------


def test_a_filter_that_nobody_acts_on_changes_nothing() -> None:
    """Kept by another strategy of the file, answers and all: the log is as before, to the bit."""
    plain = phone()
    kept = plain.with_changes({"pull.targeting": "filter", "touchpoints.site.hears": 1.0})
    assert chain.kept(kept)
    assert not chain.kept(plain)
    assert rows(kept) == rows(plain)
    assert rows(phone(**{"guide.targeting": "filter"})) != rows(plain)


def test_a_burn_in_is_shared_by_strategies_that_act_on_it_and_that_do_not() -> None:
    filtering = phone(**{"guide.targeting": "filter"})
    before = fast.before_day_0(filtering, True)
    assert chain.kept(before)
    assert before == fast.before_day_0(filtering.with_changes({"guide.accuracy": 0.1}), True)
    assert not chain.kept(fast.before_day_0(phone(), False))


def test_all_that_are_known_are_followed_and_nobody_else() -> None:
    scenario = phone(**{"guide.targeting": "filter"})
    engine = Engine(scenario, population.draw(scenario, 60, 1), 1)
    engine.run()
    followed = {i for i, odds in enumerate(engine.beliefs[:-2]) if rules.is_followed(odds)}
    assert followed == {person.id for person in engine.people if person.known}
    assert 0 < len(followed) < len(engine.people)
    for i in followed:
        assert sum(engine.beliefs[i][:PLACED]) == pytest.approx(1.0, abs=1e-12)


def test_a_deal_leaves_no_doubt() -> None:
    """Everybody buys at once and is asked by letter on the day of the deal."""
    letter = {"contact": "push", "aims_at": "satisfaction", "fit": everywhere(), "after": "deal"}
    strategy = {"touchpoints": {"letter": 1.0}, "targeting": "filter"}
    scenario = neutral(
        touchpoints={"letter": letter}, strategies={"s": strategy}, strategy="s", horizon_days=300.0
    )
    run = cjsim.simulate(in_full(scenario, 80), seed=2)
    told = run.truth()["belief"]
    log = run.log()
    first = log["event"].eq("first_deal").groupby(log["person"]).cumsum().eq(1)
    repeat = log["event"].eq("repeat_deal").groupby(log["person"]).cumsum().eq(0)
    letters = log["event"].eq("contact") & first & repeat
    assert letters.sum() > 5
    assert (told[letters] == "satisfaction").all()


@pytest.mark.parametrize("features", FILTERING)
@given(number=st.integers(0, 2**32), seed=st.integers(0, 2**40))
@settings(max_examples=often(15), deadline=None)
def test_both_engines_believe_the_same(features: frozenset[str], number: int, seed: int) -> None:
    assert_equal(random_scenario(number, features), 15, seed)


def test_a_change_of_the_calendar_that_changes_nothing_loses_nothing() -> None:
    """But for the last bits of the odds: the days are counted in two parts."""
    filtering = phone(**{"guide.targeting": "filter"})
    turned = filtering.with_changes({"changes": [{"day": 50, "product.unit_cost": 1.0}]})
    run, other = (cjsim.simulate(s, seed=3).log() for s in (filtering, turned))
    columns = ["time", "person", "event", "stage", "touchpoint"]
    assert run[columns].equals(other[columns])


def test_a_word_that_is_none_is_refused() -> None:
    with pytest.raises(ScenarioError, match="targeting"):
        phone(**{"guide.targeting": "guess"})
