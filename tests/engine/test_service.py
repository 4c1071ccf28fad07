"""What goes wrong at deals, who complains, what is made good, and a manager who may leave."""

from __future__ import annotations

from math import exp, inf
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import Scenario, measures
from cjsim.journey import LOYALTY, SATISFACTION, WITH_RIVAL
from cjsim.model import parameters, rules
from cjsim.model.events import Event
from tests.builders import (
    ALWAYS_CONTENT,
    NEVER_CURIOUS,
    everywhere,
    lockstep,
    market,
    neutral,
    person,
    plans,
    touch,
    touching,
)

ALL = {"failure_rate": 1.0, "complain_share": 1.0, "recovery_rate": 1.0}


def buyers(**changes: Any) -> Scenario:
    """Everybody buys every other day, for good."""
    return lockstep(horizon_days=40.0, **changes)


def counts(run: cjsim.Run) -> dict[Event, int]:
    """How many rows there are of each kind."""
    found = np.bincount(run.events["event"], minlength=len(Event))
    return {event: int(found[event]) for event in Event}


def near(hits: int, of: int, share: float) -> bool:
    """Is that a share of so many, within four standard errors?"""
    return abs(hits - of * share) <= 4.0 * np.sqrt(of * share * (1.0 - share))


# --- failures -----------------------------------------------------------------------------------


def test_so_many_deals_fail_and_so_many_complaints_are_made_good() -> None:
    keys = {"failure_rate": 0.3, "complain_share": 0.4, "recovery_rate": 0.6, "failure_loss": 0.0}
    run = cjsim.simulate(buyers(service={**keys, "recovery_cost": 7.0}), people=400)
    found = counts(run)
    deals = found[Event.FIRST_DEAL] + found[Event.REPEAT_DEAL]
    assert deals > 5000
    assert near(found[Event.FAILURE], deals, 0.3)
    assert near(found[Event.COMPLAINT], found[Event.FAILURE], 0.4)
    assert near(found[Event.RECOVERED], found[Event.COMPLAINT], 0.6)
    paid = run.events["amount"][run.events["event"] == Event.RECOVERED]
    assert set(paid.tolist()) == {-7.0}


def test_a_failure_costs_satisfaction_and_making_good_gives_it_back() -> None:
    """At quality 1/2 and expectation 1/2 an experience leaves satisfaction at 1/2 to the bit."""
    cases = [
        ({"failure_rate": 1.0, "failure_loss": 0.125, "complain_share": 0.0}, 0.375),
        ({**ALL, "failure_loss": 0.125, "recovery_gain": 0.25}, 0.625),
        ({**ALL, "failure_loss": 0.75, "recovery_gain": 0.25}, 0.25),
        ({**ALL, "failure_loss": 0.0, "recovery_gain": 1.0}, 1.0),
    ]
    for service, after in cases:
        somebody = person(satisfaction=0.5, deals=1)
        rules.service(somebody, market(neutral(service=service)))
        assert somebody.satisfaction == after


def test_the_gate_after_the_first_deal_is_that_of_two_kinds_of_people() -> None:
    """Passed by f · gate(S - loss) + (1 - f) · gate(S)."""
    slope, at, loss, rate = 6.0, 0.42, 0.2, 0.35
    scenario = lockstep(
        experience={"gate_slope": slope, "gate_threshold": at},
        service={"failure_rate": rate, "failure_loss": loss, "complain_share": 0.0},
        horizon_days=7.5,
    )
    run = cjsim.simulate(scenario, people=4000)
    rows = run.events.rows
    passed = int(np.count_nonzero((rows["event"] == Event.ENTER) & (rows["stage"] == 9)))

    def gate(s: float) -> float:
        return 1.0 / (1.0 + exp(-slope * (s - at)))

    assert near(passed, 4000, rate * gate(0.5 - loss) + (1.0 - rate) * gate(0.5))


def test_what_is_promised_with_it_comes_off_the_next_deal() -> None:
    service = {**ALL, "failure_loss": 0.0, "recovery_gain": 0.0, "compensation": 0.25}
    run = cjsim.simulate(buyers(service=service), people=5)
    paid = {
        event: set(run.events["amount"][run.events["event"] == event].tolist())
        for event in (Event.FIRST_DEAL, Event.REPEAT_DEAL)
    }
    assert paid == {Event.FIRST_DEAL: {100.0}, Event.REPEAT_DEAL: {75.0}}


def test_a_larger_promise_is_kept() -> None:
    somebody = person(discount=0.5, deals=1)
    rules.service(somebody, market(neutral(service={**ALL, "compensation": 0.25})))
    assert somebody.discount == 0.5


def test_failures_move_nobodys_other_luck() -> None:
    """A failure that costs nothing leaves the log as it was, but for its own rows."""
    plain = cjsim.Scenario.load("yogurt", strategy="guide").with_changes({"horizon_days": 200.0})
    idle = plain.with_changes({"service.failure_rate": 0.5, "service.failure_loss": 0.0,
                               "service.recovery_gain": 0.0})  # fmt: skip
    logs = [cjsim.simulate(scenario, people=100, seed=3).events.rows for scenario in (plain, idle)]
    own = (Event.FAILURE, Event.COMPLAINT, Event.RECOVERED)
    kept = logs[1][~np.isin(logs[1]["event"], own)]
    assert len(kept) < len(logs[1])
    assert kept.tobytes() == logs[0].tobytes()


# --- money ----------------------------------------------------------------------------------------


def costly() -> Scenario:
    """A preset in which contacts, complaints and referrals all cost money."""
    return cjsim.Scenario.load("yogurt", strategy="guide").with_changes(
        {
            "horizon_days": 400.0,
            "service.failure_rate": 0.4,
            "service.complain_share": 0.8,
            "service.recovery_cost": 3.0,
            "words.referral_bonus": 2.5,
            "words.bonus_share": 0.5,
            "words.bad_share": 0.5,
        }
    )


@pytest.mark.parametrize("log", ["stages", "measures"])
@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_money_is_the_same_at_every_level_of_the_log(log: str, engine: str) -> None:
    whole = cjsim.simulate(costly(), people=150, seed=2)
    less = cjsim.simulate(costly(), people=150, seed=2, engine=engine, log=log)
    pd.testing.assert_series_equal(less.summary(), whole.summary(), check_exact=True)
    for name, total in vars(whole.totals).items():
        assert np.array_equal(total, getattr(less.totals, name)), name


def test_complaints_and_referrals_stand_in_the_account() -> None:
    run = cjsim.simulate(costly(), people=150, seed=2)
    rows = run.events.rows
    spent = {
        event: -rows["amount"][rows["event"] == event].sum()
        for event in (Event.CONTACT, Event.RECOVERED, Event.REFERRAL)
    }
    assert min(spent.values()) > 0.0
    account = measures.money(run).iloc[0]
    assert account["contact_cost"] == pytest.approx(sum(spent.values()))
    assert measures.profit_over_time(run)["costs"].iloc[-1] == pytest.approx(account["costs"])
    found = counts(run)
    service = measures.service(run).iloc[0]
    assert service["failures"] == found[Event.FAILURE]
    assert service["complaints"] == found[Event.COMPLAINT]
    assert service["recovered"] == found[Event.RECOVERED]
    assert service["recovery_cost"] == pytest.approx(spent[Event.RECOVERED])
    assert service["warned"] == found[Event.BAD_WORD]
    words = measures.word_of_mouth(run).iloc[0]
    assert words["bonus"] == pytest.approx(spent[Event.REFERRAL])


# --- many small slips against one big gift (B19) -----------------------------------------------


def test_many_small_slips_outweigh_one_big_gift() -> None:
    """After n deals each with a slip of size s satisfaction is lower by more than s.

    One gift of g closes g of the gap to 1 once, and is averaged away; slips come at every deal.
    """
    gift = {"contact": "pull", "aims_at": "satisfaction", "fit": {"satisfaction": 1.0},
            "care": 0.8, "reach_per_day": 50.0}  # fmt: skip
    base = {"experience": {**ALWAYS_CONTENT, "learning": 0.3}}
    slips = {"service": {"failure_rate": 0.8, "failure_loss": 0.1, "complain_share": 0.0}}
    worlds = {
        "neither": buyers(**base),
        "gift": buyers(**base, **touching({"gift": gift})),
        "slips": buyers(**base, **slips),
        "both": buyers(**base, **slips, **touching({"gift": gift})),
    }
    felt = {}
    for name, scenario in worlds.items():
        run = cjsim.simulate(scenario, people=100)
        table = pd.concat([run.log(), run.truth()], axis=1)
        deals = table[table["event"] == "repeat_deal"].groupby("person")["satisfaction"]
        felt[name] = float(deals.last().mean())
    assert felt["neither"] == 0.5
    assert felt["slips"] < felt["both"] < felt["neither"] < felt["gift"]


# --- the account manager (C74) -------------------------------------------------------------------


def test_a_manager_is_gone_by_the_next_deal_as_exponentials_are() -> None:
    """Deals are two days apart to the bit; so one in 1 - e^(-2 / mean) finds another."""
    years = 5.0 / 365.0
    run = cjsim.simulate(
        buyers(loyalty={"to_manager": 0.5, "manager_years": years, "deals_to_loyalty": 1000}),
        people=400,
    )
    found = counts(run)
    assert near(found[Event.NEW_MANAGER], found[Event.REPEAT_DEAL], 1.0 - exp(-2.0 / 5.0))


def test_loyalty_to_the_manager_goes_with_them() -> None:
    loyalty = {"to_manager": 0.25, "manager_years": 1e-9}
    terms = market(neutral(loyalty=loyalty))
    somebody = person(loyalty=0.8, deals=2, category_deals=2, need_from=0.0)
    assert rules.finds_new_manager(somebody, terms, 10.0)
    assert somebody.loyalty == 0.8 * 0.75
    newcomer = person(loyalty=0.8)
    assert not rules.finds_new_manager(newcomer, terms, 10.0)
    assert newcomer.loyalty == 0.8
    for_ever = market(neutral(loyalty={"to_manager": 0.25}), manager_days=inf)
    assert not rules.finds_new_manager(somebody, for_ever, 10.0)


def test_who_loses_their_manager_looks_around_more() -> None:
    """With loyalty all that holds curiosity back, more is tried where managers come and go."""
    loyal = {"deals_to_loyalty": 1, "gain": 0.9, "advocate_share": 0.0}
    stays, goes = (
        counts(
            cjsim.simulate(
                neutral(
                    stages=plans(1.0, curiosity={"planned_loss": 0.9}),
                    market={"onset_days": 1.0},
                    experience=ALWAYS_CONTENT,
                    curiosity={"base": 0.0, "loyalty": 8.0},
                    loyalty={**loyal, "to_manager": 1.0, "manager_years": years},
                    horizon_days=100.0,
                ),
                people=200,
            )
        )[Event.TRIAL]
        for years in (1000.0, 0.01)
    )
    assert goes > 1.3 * stays > 0


# --- being asked (B39) ---------------------------------------------------------------------------


def test_being_asked_closes_a_share_of_both_gaps_after_the_deal_alone() -> None:
    asking = touch(asks=0.5, fit=[0.5] * 16)
    for stage, felt in ((SATISFACTION, (0.625, 0.25)), (LOYALTY, (0.625, 0.25)),
                        (WITH_RIVAL, (0.5, 0.0))):  # fmt: skip
        somebody = person(stage=stage, satisfaction=0.5, loyalty=0.0)
        rules.contact(somebody, market(), asking, 0.0)
        assert (somebody.satisfaction, somebody.loyalty) == felt


def test_an_intensity_multiplies_what_asking_does() -> None:
    survey = {"contact": "push", "aims_at": "satisfaction", "fit": everywhere(), "asks": 0.2}
    tables = touching({"survey": survey}, {"push": "animator"})
    tables["strategies"]["pull"]["touchpoints"] = {"survey": 3.0}
    [found] = parameters.touches(neutral(**tables), "push")
    assert found.asks == 0.2 * 3.0


def test_nobody_curious_is_a_fair_setting() -> None:
    """The lockstep people of these tests neither leave nor look around."""
    run = cjsim.simulate(buyers(curiosity=NEVER_CURIOUS), people=20)
    assert counts(run)[Event.TRIAL] == counts(run)[Event.RIVAL_DEAL] == 0
