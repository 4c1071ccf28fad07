"""Contracts: terms that end on a date, payments, notices, pauses, a dearer plan, free trials."""

from __future__ import annotations

import dataclasses
from math import exp, gamma, sqrt
from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim import Scenario, measures
from cjsim.journey import ACTION, DORMANT, FIRST_DEAL, REPEAT_DEAL, WITH_RIVAL
from cjsim.measures.money import A_MONTH
from cjsim.model import plan, rules
from cjsim.model.events import Event
from tests.builders import ALWAYS_CONTENT, everywhere, lockstep, market, person, touch, whole_days
from tests.builders import touching as touching_with

ENGINES = pytest.mark.parametrize("engine", ["simpy", "compiled"])
DEALS = (Event.FIRST_DEAL, Event.REPEAT_DEAL)


def bound(days: float = 36.0, stages: dict[str, Any] | None = None, **contract: Any) -> Scenario:
    """Everybody signs on day 6 and is content; stage 8 takes a day, cancelling never happens."""
    changes: dict[str, Any] = {"contract": {"term_days": 10.0, **contract}, "horizon_days": days}
    if stages is not None:
        changes["stages"] = stages
    return lockstep(**changes)


def cancelling(loss: float, cycle: float, regularity: float, **changes: Any) -> Scenario:
    """The same, but a share gives notice within `cycle` days, whatever the term."""
    scenario = bound(**changes)
    stage = {"typical_days": cycle, "planned_loss": loss, "regularity": regularity}
    return scenario.with_changes({f"stages.repeat_deal.{key}": v for key, v in stage.items()})


def rows_of(run: cjsim.Run, *kinds: Event) -> Any:
    rows = run.events.rows
    return rows[np.isin(rows["event"], kinds)]


def of_person(run: cjsim.Run, who: int, *kinds: Event) -> list[tuple[float, str]]:
    rows = rows_of(run, *kinds)
    rows = rows[rows["person"] == who]
    return [
        (round(time, 6), Event(event).key)
        for time, event in zip(rows["time"].tolist(), rows["event"].tolist(), strict=True)
    ]


def near(hits: int, of: int, share: float) -> bool:
    """Is that a share of so many, within four standard errors?"""
    return abs(hits - of * share) <= 4.0 * sqrt(of * share * (1.0 - share))


# --- the term and its payments --------------------------------------------------------------------


@ENGINES
def test_a_contract_is_renewed_on_its_date_and_paid_in_equal_parts(engine: str) -> None:
    scenario = bound(payments=4).with_changes({"product.price": 100.0})
    run = cjsim.simulate(scenario, people=3, engine=engine)
    kinds = (*DEALS, Event.PAYMENT)
    dates = [6.0 + 2.5 * k for k in range(12)]
    for who in range(3):
        named = of_person(run, who, *kinds)
        assert [time for time, _ in named] == dates
        paid_later = ["payment"] * 3
        again = ["repeat_deal", *paid_later]
        assert [key for _, key in named] == ["first_deal", *paid_later, *again, *again]
    assert set(rows_of(run, *kinds)["amount"].tolist()) == {25.0}


def test_a_term_is_as_long_for_the_quick_as_for_the_slow_in_any_season() -> None:
    scenario = bound().with_changes({"market.speed_spread": 2.0, "season.need": [3.0] * 12,
                                     "start": "2026-01-01", "product.hurry": 1.0})  # fmt: skip
    run = cjsim.simulate(scenario, people=200)
    deals = rows_of(run, *DEALS)
    for who in np.unique(deals["person"]):
        times = deals["time"][deals["person"] == who]
        assert np.diff(times) == pytest.approx(10.0, abs=1e-9)


def test_what_is_paid_later_is_revenue_and_counts_when_it_comes() -> None:
    scenario = bound(payments=4).with_changes({
        "product.price": 100.0, "product.unit_cost": 30.0, "product.first_deal_extra_cost": 0.0,
    })  # fmt: skip
    run = cjsim.simulate(scenario, people=5)
    account = measures.money(run).iloc[0]
    assert account["revenue"] == 5 * 12 * 25.0
    assert account["product_cost"] == 5 * 3 * 30.0
    over_time = measures.profit_over_time(run, 1.0)
    assert over_time["margin"].loc[7.0] == 5 * (25.0 - 30.0)
    assert over_time["margin"].loc[9.0] == 5 * (50.0 - 30.0)
    worth = [1.12 ** (-int(6.0 + 2.5 * k) / 365) * 25.0 for k in range(12)]
    cost = [1.12 ** (-(6 + 10 * k) / 365) * 30.0 for k in range(3)]
    assert account["profit"] == pytest.approx(5 * (sum(worth) - sum(cost)), rel=1e-12)


def test_a_contract_that_is_not_written_does_nothing_to_the_last_bit() -> None:
    plain = Scenario.load("phone", strategy="guide")
    written = plain.with_changes({
        "contract.payments": 12, "contract.notice_days": 30.0, "contract.pause_share": 1.0,
        "contract.pause_days": 5.0, "contract.upgrade_share": 1.0, "contract.upgrade_factor": 9.0,
        **{f"touchpoints.{name}.wins_back": 1.0 for name in plain.touchpoints},
    })  # fmt: skip
    one, other = (cjsim.simulate(s, people=300) for s in (plain, written))
    assert np.array_equal(one.events.rows, other.events.rows)


# --- giving notice --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("loss", [0.05, 0.4])
def test_the_untouched_give_notice_as_planned(loss: float, shape: float) -> None:
    """Of who is bound for the typical days the planned share gives notice, within luck."""
    scenario = cancelling(loss, 10.0, shape).with_changes({"market.speed_spread": 1.0})
    run = cjsim.simulate(scenario, people=4_000)
    signed = rows_of(run, Event.FIRST_DEAL)
    end = np.full(run.lives, np.nan)
    end[signed["person"]] = signed["time"] + 10.0
    seen = end < scenario.horizon_days
    notices = rows_of(run, Event.NOTICE)
    early = int((notices["time"] < end[notices["person"]])[seen[notices["person"]]].sum())
    assert near(early, int(seen.sum()), loss)


@pytest.mark.parametrize("shape", [1.0, 2.0, 20.0])
def test_the_hazard_of_a_notice_is_the_plans(shape: float) -> None:
    """One kind of people: mu with e^-((mu · days · Γ(1 + 1/k))^k) = 1 - loss; trust 1/2 is 1."""
    scenario = cancelling(0.3, 40.0, shape)
    cancel = plan.rates_of(scenario).cancel
    assert exp(-((cancel * 40.0 * gamma(1.0 + 1.0 / shape)) ** shape)) == pytest.approx(
        0.7, rel=1e-9
    )


def test_the_plan_of_a_notice_is_met_by_people_who_differ() -> None:
    """Quadrature over segments of different trust: together they lose what is planned."""
    scenario = cancelling(0.3, 40.0, 2.0).with_changes(
        {"market.segments": [{"name": "a", "trust": 0.2}, {"name": "b", "trust": 1.6, "share": 3}]}
    )
    at = Scenario.model_validate(
        {key: v for key, v in scenario.model_dump().items() if key != "plan"}
    )
    cancel = plan.rates_of(at).cancel
    trusts, shares = (0.1, 0.8), (0.25, 0.75)
    reach = [1.0, 1.0]  # nobody is lost before 9
    kept = sum(
        share * weight * exp(-((cancel * (1.5 - trust) * 40.0 * gamma(1.5)) ** 2))
        for share, trust, weight in zip(shares, trusts, reach, strict=True)
    )
    assert kept == pytest.approx(0.7, rel=1e-9)


@ENGINES
def test_who_gives_notice_stays_to_the_end_and_who_is_late_one_term_more(engine: str) -> None:
    scenario = cancelling(0.8, 10.0, 1.0, days=60.0, notice_days=4.0)
    run = cjsim.simulate(scenario, people=60, engine=engine)
    late = in_time = 0
    for who in range(60):
        named = of_person(run, who, *DEALS, Event.NOTICE)
        keys = [key for _, key in named]
        if "notice" not in keys or keys.index("notice") == 0:
            continue
        place = keys.index("notice")
        notice, deal = named[place][0], named[place - 1][0]
        end = deal + 10.0
        leaving = run.events.rows
        leaving = leaving[(leaving["person"] == who) & (leaving["event"] == Event.ENTER)
                          & (leaving["time"] > notice)
                          & np.isin(leaving["stage"], (DORMANT, WITH_RIVAL))]  # fmt: skip
        if end - notice < 4.0:
            late += 1
            assert named[place + 1] == (pytest.approx(end, abs=1e-6), "repeat_deal")
            end += 10.0
        else:
            in_time += 1
        if end < 60.0:
            assert leaving["time"][0] == pytest.approx(end, abs=1e-6)
    assert late > 5
    assert in_time > 10


@ENGINES
def test_who_is_lost_at_the_gate_gives_notice_and_leaves_on_the_date(engine: str) -> None:
    gate = {"gate_slope": ALWAYS_CONTENT["gate_slope"], "gate_threshold": 5.0}
    scenario = bound(days=30.0).with_changes({f"experience.{k}": v for k, v in gate.items()})
    run = cjsim.simulate(scenario, people=4, engine=engine)
    for who in range(4):
        assert of_person(run, who, Event.NOTICE, *DEALS)[:2] == [
            (6.0, "first_deal"),
            (7.0, "notice"),
        ]
        assert (16.0, "rival_deal") in of_person(run, who, Event.RIVAL_DEAL)


def test_what_a_rival_charges_less_for_makes_people_give_notice() -> None:
    """The odds of a notice in a short term grow as r^eta: with k = 1 the hazard does."""
    dear = {"product.price": 120.0, "rival.price": 100.0, "market.price_sensitivity": 2.0}
    shares = []
    for changes in ({}, dear):
        run = cjsim.simulate(cancelling(0.02, 10.0, 1.0).with_changes(changes), people=8_000)
        shares.append(len(rows_of(run, Event.NOTICE)) / len(rows_of(run, *DEALS)))
    assert shares[1] / shares[0] == pytest.approx(1.44, rel=0.15)


# --- pauses, a dearer plan, being won back --------------------------------------------------------


@ENGINES
def test_a_pause_costs_nothing_and_ends_with_a_new_term(engine: str) -> None:
    scenario = cancelling(0.9, 10.0, 1.0, days=60.0, pause_share=1.0, pause_days=7.0)
    run = cjsim.simulate(scenario, people=40, engine=engine)
    pauses = rows_of(run, Event.PAUSE)
    assert len(pauses) > 20
    for pause in pauses:
        after = [t for t, key in of_person(run, pause["person"], *DEALS) if t > pause["time"]]
        if pause["time"] + 7.0 < 60.0:
            assert after[0] == pytest.approx(pause["time"] + 7.0, abs=1e-6)
    entered = rows_of(run, Event.ENTER)
    assert not np.isin(entered["stage"], (DORMANT, WITH_RIVAL)).any()


def test_the_dearer_plan_is_taken_once_by_the_satisfied_share() -> None:
    scenario = bound(days=20.0, upgrade_share=0.5, upgrade_factor=3.0)
    run = cjsim.simulate(scenario.with_changes({"product.price": 10.0}), people=2_000)
    upgrades = len(rows_of(run, Event.UPGRADE))
    assert near(upgrades, 2_000, 0.5 * 0.5)  # satisfaction stays at 1/2
    paid = rows_of(run, Event.REPEAT_DEAL)["amount"]
    assert (paid == 30.0).sum() == upgrades
    assert (paid == 10.0).sum() == 2_000 - upgrades


def test_a_notice_is_taken_back_as_often_as_the_contact_fits() -> None:
    state = {"stage": REPEAT_DEAL, "leaves_for": WITH_RIVAL, "bound": 1}
    call = touch(wins_back=0.8, fit=[0.5] * 16)
    people = [person(id=i, **state) for i in range(4_000)]
    back = sum(rules.takes_back(one, market(), call, 0.5) for one in people)
    assert near(back, 4_000, 0.8 * 0.5 * 0.5)
    assert sum(one.leaves_for == 0 and one.bound == 0 for one in people) == back
    assert not any(rules.takes_back(one, market(), call, 0.5) for one in people if one.leaves_for)


@ENGINES
def test_a_call_after_the_notice_keeps_customers(engine: str) -> None:
    call = {"contact": "push", "aims_at": "repeat_deal", "fit": everywhere(), "after": "notice",
            "delay_hours": 24.0, "wins_back": 1.0}  # fmt: skip
    scenario = cancelling(0.8, 10.0, 1.0, days=60.0).with_changes(touching_with({"call": call}))
    run = cjsim.simulate(scenario, people=50, engine=engine)
    notices, stays = rows_of(run, Event.NOTICE), rows_of(run, Event.STAYS)
    assert len(stays) > 20
    for stay in stays:
        mine = notices["time"][notices["person"] == stay["person"]]
        assert np.abs(mine - (stay["time"] - 1.0)).min() < 1e-6
    left = rows_of(run, Event.ENTER)
    left = left[np.isin(left["stage"], (DORMANT, WITH_RIVAL))]
    for one in left:  # those whose notice came in the last day
        mine = notices["time"][notices["person"] == one["person"]]
        assert np.abs(mine - one["time"]).min() <= 1.0 + 1e-6


@ENGINES
def test_a_reminder_comes_so_long_before_the_end(engine: str) -> None:
    letter = {"contact": "push", "aims_at": "repeat_deal", "fit": everywhere(), "after": "renewal",
              "lead_days": 3.0}  # fmt: skip
    scenario = bound(days=37.0).with_changes(touching_with({"letter": letter}))
    run = cjsim.simulate(scenario, people=2, engine=engine)
    for who in range(2):
        assert of_person(run, who, Event.CONTACT) == [
            (time, "contact") for time in (13.0, 23.0, 33.0)
        ]


# --- free trials ----------------------------------------------------------------------------------


@ENGINES
def test_a_trial_takes_its_days_and_is_paid_by_who_passes_the_gate(engine: str) -> None:
    """Satisfaction 1/2 against a threshold of 0.3: logistic(4 · 0.2), within luck."""
    gate = {"experience.gate_slope": 4.0, "experience.gate_threshold": 0.3}
    scenario = lockstep(contract={"trial_days": 14.0}, horizon_days=19.5).with_changes(gate)
    people = 300 if engine == "simpy" else 4_000
    run = cjsim.simulate(scenario, people=people, engine=engine)
    started, declined = rows_of(run, Event.TRYOUT), rows_of(run, Event.DECLINED)
    bought = rows_of(run, Event.FIRST_DEAL)
    assert set(started["time"].round(6).tolist()) == {5.0}
    assert set(bought["time"].round(6).tolist()) == {19.0}
    assert len(started) == people == len(bought) + len(declined)
    assert near(len(bought), people, 1.0 / (1.0 + exp(-0.8)))
    counts = measures.renewals(run).iloc[0]
    assert counts["trials"] == people
    assert counts["conversion"] == len(bought) / people
    assert counts["due"] == 0


def test_the_price_is_weighed_when_the_trial_ends() -> None:
    """Odds of buying: those of the gate over r^eta."""
    terms = market(price=120.0, rival_price=100.0, gate_slope=4.0, gate_threshold=0.3)
    people = [person(id=i, price_sensitivity=2.0, satisfaction=0.5) for i in range(6_000)]
    bought = sum(rules.converts(one, terms) for one in people)
    odds = exp(0.8) / 1.44
    assert near(bought, 6_000, odds / (1.0 + odds))


@pytest.mark.parametrize("shape", [1.0, 2.0])
def test_a_trial_eases_the_way_to_it(shape: float) -> None:
    """The odds of walking away at 6 are 2 : 3; of them .6 is left, 2 : 5, at any regularity."""
    stages = whole_days(action={"planned_loss": 0.4, "regularity": shape})
    trial = {"trial_days": 14.0, "trial_ease": 0.4}
    run = cjsim.simulate(lockstep(stages=stages, contract=trial, horizon_days=60.0), people=4_000)
    entered = rows_of(run, Event.ENTER)
    entered = entered[np.lexsort((entered["time"], entered["person"]))]
    at_six = np.flatnonzero(entered["stage"] == ACTION)
    _, firsts = np.unique(entered["person"][at_six], return_index=True)
    onward = entered["stage"][at_six[firsts] + 1]
    assert near(int((onward == FIRST_DEAL).sum()), 4_000, 5.0 / 7.0)


def test_who_has_bought_before_does_not_try_again() -> None:
    terms = market(trial_days=14.0)
    assert rules.tries_first(person(), terms)
    assert not rules.tries_first(person(deals=1), terms)
    assert not rules.tries_first(person(), market())


# --- what recurs ----------------------------------------------------------------------------------


def test_recurring_revenue_adds_up() -> None:
    """What moves it sums to it; on the last day it is what runs, at prices by the month."""
    scenario = cancelling(
        0.3, 30.0, 1.0, days=900.0, payments=2, notice_days=3.0, pause_share=0.3, pause_days=20.0,
        upgrade_share=0.2, upgrade_factor=2.0,
    ).with_changes({"contract.term_days": 30.0, "product.price": 60.0})  # fmt: skip
    run = cjsim.simulate(scenario, people=300)
    table = measures.contracts(run, 30.0)
    moves = table[["new", "returned", "upgraded", "downgraded", "lost"]]
    assert moves.sum(axis=1).cumsum().to_numpy() == pytest.approx(table["mrr"].to_numpy(), abs=1e-6)
    assert (moves[["new", "returned", "upgraded"]] >= 0).all().all()
    assert (moves[["downgraded", "lost"]] <= 0).all().all()
    assert table["mrr"].iloc[-1] >= table["running"].iloc[-1] * 60.0 * A_MONTH / 30.0 - 1e-6
    late = table[table.index >= 400.0]
    assert (late["gross_retention"] <= late["net_retention"] + 1e-12).all()
    assert table.loc[table.index < 365.0, "net_retention"].isna().all()
    counts = measures.renewals(run).iloc[0]
    assert counts["notices"] == len(rows_of(run, Event.NOTICE))
    assert counts["pauses"] == len(rows_of(run, Event.PAUSE))


def test_a_run_without_contracts_says_so() -> None:
    run = cjsim.simulate("phone", people=10)
    with pytest.raises(ValueError, match="no contracts"):
        measures.contracts(run)


def test_retention_of_a_hand_made_year() -> None:
    """Two of three renew, one of them at twice the price: 3/3 net, 2/3 gross."""
    scenario = bound(days=400.0).with_changes({"contract.term_days": 30.0, "product.price": 30.0})
    run = cjsim.simulate(scenario, people=3)
    rows = run.events.rows
    keep = (rows["event"] != Event.REPEAT_DEAL) & (rows["time"] < 40.0)
    first = np.flatnonzero(keep & (rows["event"] == Event.FIRST_DEAL))
    later = rows[first].copy()
    later["time"], later["event"] = 390.0, Event.REPEAT_DEAL
    later["amount"] = [30.0, 60.0, 0.0]
    later[2]["event"], later[2]["stage"] = Event.ENTER, WITH_RIVAL
    log = cjsim.log.EventLog(np.concatenate([rows[first], later]), run.events.touchpoints)
    last = measures.contracts(dataclasses.replace(run, events=log), 400.0).iloc[-1]
    assert last["running"] == 2
    assert last["mrr"] == pytest.approx(90.0 * A_MONTH / 30.0)
    assert last["net_retention"] == pytest.approx(1.0)
    assert last["gross_retention"] == pytest.approx(2 / 3)
