"""Small markets whose story is known beforehand: who meets what, when, and what comes of it."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest

from cjsim.door import LARGEST_SEED
from cjsim.engine.process import Engine
from cjsim.journey import RECOMMENDATION, Stage
from cjsim.model import parameters, rules, transitions
from cjsim.model.events import Event
from cjsim.model.parameters import Parameters
from cjsim.model.population import Person
from cjsim.model.streams import BIRTHDAY, CONTRACT, TRYOUT, VISIT
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario
from tests.builders import (
    ALWAYS_CONTENT,
    AT_ONCE,
    NEVER,
    NEVER_CURIOUS,
    SURE,
    everywhere,
    first_times,
    lived,
    lockstep,
    neutral,
    plans,
    random_scenario,
    rows_of,
    touching,
    visits,
    whole_days,
)

CALL = {"contact": "push", "aims_at": "action", "fit": {"action": 1.0}}
AD = {"contact": "pull", "aims_at": "unaware", "fit": everywhere(), "reach_per_day": 0.3}


def path(engine: Engine, who: int = 0) -> list[int]:
    """The stages a person has entered, in their order."""
    return [stage for _, person, _, stage, _, _ in rows_of(engine, Event.ENTER) if person == who]


def count(run: Run, *events: Event) -> int:
    return int(np.isin(run.events["event"], events).sum())


def shelf(monkeypatch: pytest.MonkeyPatch, stocked: float, empty: float) -> None:
    """A shelf that is stocked and empty for whole days, in turn."""
    monkeypatch.setattr(rules, "shelf_times", lambda market, nth: (stocked, empty))


# --- a life -----------------------------------------------------------------------------------


def test_an_undisturbed_customer_walks_the_map_and_buys_each_cycle() -> None:
    """The cycle runs from deal to deal: stage 8 takes its day out of it."""
    s = lockstep(stages=whole_days(repeat_deal={"typical_days": 10.0}), horizon_days=30.5)
    engine = lived(s)
    assert path(engine) == [1, 2, 3, 4, 6, 7, 8, 9, 9, 9]
    deals = rows_of(engine, Event.FIRST_DEAL, Event.REPEAT_DEAL)
    assert [(row[0], row[2]) for row in deals] == [
        (6.0, Event.FIRST_DEAL),
        (16.0, Event.REPEAT_DEAL),
        (26.0, Event.REPEAT_DEAL),
    ]


def test_the_rational_compare_and_the_emotional_act_at_once() -> None:  # C33-C35
    paths = {}
    for rationality in (1e-6, 0.999999):
        scenario = lockstep(market={"rationality_mean": rationality}, horizon_days=20.0)
        paths[rationality] = path(lived(scenario))[:6]
    assert list(paths.values()) == [[1, 2, 3, 4, 6, 7], [1, 2, 3, 4, 5, 6]]


def test_a_dissatisfied_customer_leaves_for_the_rival() -> None:  # C50
    s = lockstep(
        product={"quality": 0.0},
        market={"prior_expectation": 1.0},
        experience={"gate_slope": SURE, "gate_threshold": 0.4},
        rival={"retention": 1.0},
        horizon_days=10.5,
    )
    engine = lived(s)
    assert path(engine) == [1, 2, 3, 4, 6, 7, 8, 13, 13, 13]
    # they bought from us on day 6: the rival's turn comes with the next need, a cycle later
    assert [row[0] for row in rows_of(engine, Event.RIVAL_DEAL)] == [8.0, 10.0]


def test_a_promise_that_is_not_kept_loses_the_customer_it_won() -> None:  # B2
    promise = {**AD, "promise": 0.9, "fit": {"desire": 1.0}, "reach_per_day": 5.0}
    s = neutral(
        stages=plans(2.0),
        experience={"gate_slope": SURE, "gate_threshold": 0.4},
        horizon_days=200.0,
        **touching({"promise": promise}),
    )
    honest = s.with_changes({"touchpoints.promise.promise": 0.0})
    lost = [
        sum(
            visits(simulate(x, people=100, seed=1, engine="simpy")).at(8).onward == Stage.WITH_RIVAL
        )
        for x in (s, honest)
    ]
    assert lost[1] == 0
    assert lost[0] > 90


def test_a_rivals_customer_buys_there_each_cycle_and_comes_back_to_study() -> None:  # C57, C85
    s = lockstep(
        product={"quality": 0.0},
        experience={"gate_slope": SURE, "gate_threshold": 0.4},
        rival={"retention": 0.5},
        horizon_days=100.5,
    )
    engine = lived(s, people=20)
    for who in range(20):
        steps_taken = [*pairwise(path(engine, who))]
        assert {there for here, there in steps_taken if here == Stage.WITH_RIVAL} == {13, 4}
        bought = [row for row in rows_of(engine, Event.RIVAL_DEAL) if row[1] == who]
        # who comes from our own gate has just bought from us; each later cycle is a deal there
        assert len(bought) == steps_taken.count((13, 13))


def test_a_curious_customer_tries_a_rival_and_comes_back_if_we_were_better() -> None:  # C62-C66
    stages = whole_days(curiosity={"planned_loss": 0.999, "regularity": 90.0})
    s = lockstep(
        stages=stages,
        curiosity={"base": 1000.0, "choice_slope": SURE},
        rival={"quality": 0.4, "retention": 1.0},
        horizon_days=11.5,  # the trial of day 9 was a deal too: the next need comes on day 11
    )
    ours = lived(s)
    assert path(ours)[-4:] == [9, 10, 9, 10]
    assert len(rows_of(ours, Event.TRIAL)) == len(rows_of(ours, Event.RIVAL_DEAL)) == 1
    theirs = lived(s.with_changes({"rival.quality": 0.6, "horizon_days": 9.5}))
    assert path(theirs)[-3:] == [9, 10, 13]


def test_curiosity_that_passes_is_no_trial() -> None:
    s = lockstep(curiosity={"base": 1000.0}, horizon_days=11.5)
    engine = lived(s)
    assert path(engine)[-4:] == [10, 9, 10, 9]
    assert rows_of(engine, Event.TRIAL) == []


def test_a_corporate_buyer_compares_anew_at_each_second_need() -> None:  # C68
    s = lockstep(product={"tender_every": 2}, horizon_days=22.5)
    engine = lived(s)
    assert path(engine) == [1, 2, 3, 4, 6, 7, 8, 9, 9, 5, 6, 7, 8, 9, 9, 5, 6, 7, 8, 9, 9]
    tenders = rows_of(engine, Event.TENDER)
    assert [(row[0], row[3]) for row in tenders] == [(10.0, 9), (17.0, 9)]
    deals = rows_of(engine, Event.FIRST_DEAL, Event.REPEAT_DEAL)
    # the deal won in a tender is delivered like a first one, but is none
    assert [(r[0], r[2] == Event.FIRST_DEAL) for r in deals] == [
        (6.0, True), (8.0, False), (13.0, False), (15.0, False), (20.0, False), (22.0, False),
    ]  # fmt: skip


def test_loyalty_comes_with_the_deals_and_leads_some_to_recommend() -> None:  # C74, C82
    s = lockstep(
        loyalty={"deals_to_loyalty": 3, "advocate_share": 1.0},
        experience={"learning": 1.0, **ALWAYS_CONTENT},
        horizon_days=13.5,
    )
    sure = s.with_changes({"product.quality": 1.0, "market.prior_expectation": 0.0})
    assert path(lived(sure)) == [1, 2, 3, 4, 6, 7, 8, 9, 9, 11, 12, 9, 11, 12]


# --- the shelf --------------------------------------------------------------------------------


def test_before_an_empty_shelf_a_buyer_waits_or_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(monkeypatch, 4.5, 3.0)  # buyers are ready on day 5
    s = lockstep(horizon_days=9.0)
    patient = lived(s.with_changes({"shelf.wait_share": 1.0}))
    assert [(row[0], row[2]) for row in patient.world.rows[6:9]] == [
        (5.0, Event.STOCKOUT),
        (7.5, Event.ENTER),
        (8.5, Event.FIRST_DEAL),
    ]
    hasty = lived(s.with_changes({"shelf.wait_share": 0.0}))
    assert [(row[0], row[2], row[3]) for row in hasty.world.rows[6:9]] == [
        (5.0, Event.STOCKOUT, Stage.ACTION),
        (5.0, Event.ENTER, Stage.WITH_RIVAL),
        (5.0, Event.RIVAL_DEAL, Stage.WITH_RIVAL),
    ]


def test_a_customer_before_an_empty_shelf_tries_the_rival_and_gets_curious(
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # C70-C71
    shelf(monkeypatch, 7.5, 1.0)  # the second deal would be on day 8
    s = lockstep(
        shelf={"wait_share": 0.0},
        curiosity={"base": -500.0, "stockout_trigger": 1000.0, "choice_slope": SURE},
        rival={"quality": 0.0},
        horizon_days=12.5,  # needs on day 8, met by a trial, and on days 10 and 12, met by us
    )
    engine = lived(s)
    assert path(engine)[6:] == [8, 9, 9, 10, 9, 9]
    assert [row[0] for row in rows_of(engine, Event.STOCKOUT, Event.TRIAL)] == [8.0, 8.0]
    assert engine.people[0].triggers == 0


# --- the desk ---------------------------------------------------------------------------------


def desk(monkeypatch: pytest.MonkeyPatch, patience: float, deal: float) -> None:
    """Everybody's patience and deal take so many days."""
    monkeypatch.setattr(rules, "desk_times", lambda person, market: (patience, deal))


def test_who_waits_too_long_for_a_rep_goes_to_the_rival(monkeypatch: pytest.MonkeyPatch) -> None:
    desk(monkeypatch, patience=3.0, deal=2.0)
    s = lockstep(firm={"reps": 1}, horizon_days=9.9)
    engine = lived(s, people=3)
    first, second, third = (
        [(row[0], row[2]) for row in engine.world.rows if row[1] == who and row[0] >= 5]
        for who in range(3)
    )
    assert first[:3] == [(5.0, Event.QUEUE), (5.0, Event.SERVED), (7.0, Event.ENTER)]
    assert second[:3] == [(5.0, Event.QUEUE), (7.0, Event.SERVED), (9.0, Event.ENTER)]
    assert third[:4] == [
        (5.0, Event.QUEUE), (8.0, Event.RENEGED), (8.0, Event.ENTER), (8.0, Event.RIVAL_DEAL),
    ]  # fmt: skip
    assert path(engine, 2)[5] == Stage.WITH_RIVAL


def test_the_last_moment_of_patience_is_late_for_a_rep_who_falls_free_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rep falls free on day 7, by person 0; at that moment person 1's patience ends, later."""
    desk(monkeypatch, patience=2.0, deal=2.0)
    s = lockstep(firm={"reps": 1}, horizon_days=7.5)
    rows = rows_of(lived(s, people=2), Event.SERVED, Event.RENEGED)
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (5.0, 0, Event.SERVED),
        (7.0, 1, Event.SERVED),
    ]


def test_repeat_deals_take_a_rep_only_if_the_firm_says_so() -> None:
    s = lockstep(firm={"reps": 1}, horizon_days=40.0)
    for needs, stages in ((False, {6}), (True, {6, 9})):
        engine = lived(s.with_changes({"firm.repeat_needs_rep": needs}), people=3)
        assert {row[3] for row in rows_of(engine, Event.QUEUE)} == stages


def test_in_the_queue_nothing_happens_to_a_person() -> None:
    """Both clocks stand still there, nobody is met, and pushes are skipped."""
    library = {"ad": {**AD, "reach_per_day": 20.0}, "call": {**CALL, "intrusiveness": 0.1}}
    s = neutral(
        stages=plans(2.0, loss=0.2),
        firm={"reps": 1, "deal_hours": 80.0, "repeat_needs_rep": True, "cold_list_share": 1.0},
        horizon_days=80.0,
        **touching(library, {"push": "animator", "every_days": 0.5}),
    )
    engine = lived(s, people=20)
    in_queue: set[int] = set()
    queued = 0
    for _, who, event, *_ in engine.world.rows:
        if who in in_queue:
            assert event in (Event.SERVED, Event.RENEGED, Event.ENTER, *DEALS)
            if event in (Event.ENTER, Event.RENEGED, *DEALS):
                in_queue.discard(who)
        if event == Event.QUEUE:
            in_queue.add(who)
            queued += 1
    assert queued > 10
    pushed = rows_of(engine, Event.CONTACT)
    assert len({row[0] for row in pushed}) == len(pushed)  # none was saved up for later


DEALS = (Event.FIRST_DEAL, Event.REPEAT_DEAL)


def test_a_contact_without_a_free_rep_within_a_day_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk(monkeypatch, patience=NEVER, deal=50.0)
    call = {**CALL, "fit": everywhere(0.5), "rep_hours": 1.0, "cost_per_contact": 3.0}
    s = lockstep(
        firm={"reps": 1, "cold_list_share": 1.0},
        horizon_days=20.0,
        **touching({"call": call}, {"push": "animator", "every_days": 3.0, "jitter": 0.0}),
    )
    engine = lived(s, people=2, asleep=(1,))  # from day 4 on the rep is busy with person 0
    met = [row[0] for row in rows_of(engine, Event.CONTACT) if row[1] == 1]
    dropped = [row[0] for row in rows_of(engine, Event.DROPPED) if row[1] == 1]
    first = met[0] % 3.0
    pushed = [first + 3.0 * n for n in range(7) if first + 3.0 * n < 20.0]
    assert met == pytest.approx([t for t in pushed if t < 4.0])
    assert dropped == pytest.approx([t + 1.0 for t in pushed if 4.0 <= t < 19.0])
    assert {row[5] for row in rows_of(engine, Event.DROPPED)} == {0.0}  # no contact, no cost


def test_a_visit_takes_a_rep_from_the_buyers() -> None:
    """One rep, visits of 5 days: a buyer who comes during one waits for its end."""
    visit = {**AD, "fit": {"action": 1.0}, "reach_per_day": 1.0, "rep_hours": 40.0}
    s = neutral(
        stages=plans(AT_ONCE, action={"typical_days": 2.0}, repeat_deal={"typical_days": NEVER}),
        market={"onset_days": 60.0},
        firm={"reps": 1, "deal_hours": 0.0, "patience_days": NEVER},
        horizon_days=300.0,
        **touching({"visit": visit}),
    )
    engine = lived(s, people=80)
    begins = [row[0] for row in rows_of(engine, Event.CONTACT)]
    assert len(begins) > 10
    assert all(later - sooner >= 5.0 - 1e-9 for sooner, later in pairwise(begins))
    for row in rows_of(engine, Event.SERVED):
        assert not any(begin + 1e-9 < row[0] < begin + 5.0 - 1e-9 for begin in begins)
    # who waits for a visit more than a day is not visited
    assert rows_of(engine, Event.DROPPED)


def test_with_endless_reps_nobody_queues_and_every_contact_finds_its_time() -> None:
    visit = {**AD, "rep_hours": 40.0}
    s = neutral(stages=plans(2.0), firm={"reps": inf}, horizon_days=100.0, **touching({"v": visit}))
    engine = lived(s, people=20)
    assert rows_of(engine, Event.CONTACT)
    assert rows_of(engine, Event.QUEUE, Event.DROPPED) == []


# --- contacts ---------------------------------------------------------------------------------


def test_a_person_is_pushed_only_from_the_day_the_firm_knows_them() -> None:  # C97
    library = {"site": {**AD, "capture": 0.3}, "mail": {**CALL, "fit": everywhere(0.1)}}
    s = neutral(
        stages=plans(5.0),
        horizon_days=150.0,
        **touching(library, {"push": "animator", "every_days": 2.0}),
    )
    engine = lived(s, people=40)
    known: set[int] = set()
    for _, who, event, _, touchpoint, _ in engine.world.rows:
        if event == Event.KNOWN:
            assert who not in known, "known twice"
            known.add(who)
            assert touchpoint in (0, -1)  # the site's, or a deal's
        if event == Event.CONTACT and touchpoint == 1:
            assert who in known
    assert len(known) > 30


def test_every_customer_is_known() -> None:
    engine = lived(neutral(stages=plans(3.0), horizon_days=200.0), people=40)
    deals = {(row[0], row[1]) for row in rows_of(engine, Event.FIRST_DEAL)}
    assert deals == {(row[0], row[1]) for row in rows_of(engine, Event.KNOWN)}
    assert len(deals) > 20


ANNOYING = {
    "stages": plans(5.0),
    "firm": {"reps": 1, "deal_hours": 8.0, "cold_list_share": 1.0},
    "market": {"tolerance_mean": 0.5},
    "horizon_days": 60.0,
}


def contacts_after_opting_out(engine: Engine) -> list[tuple[Any, ...]]:
    out: set[int] = set()
    late = []
    for row in rows_of(engine, Event.OPT_OUT, Event.CONTACT):
        if row[2] == Event.OPT_OUT:
            assert row[1] not in out, "opted out twice"
            out.add(row[1])
        elif row[1] in out:
            late.append(row)
    assert out
    return late


@pytest.mark.parametrize("push", ["guide", "animator"])
def test_who_is_annoyed_beyond_tolerance_is_left_alone_for_good(push: str) -> None:  # C142
    call = {**CALL, "fit": everywhere(0.2), "intrusiveness": 1.0}
    pushing = {"push": push, "every_days": 0.5, "min_fit": 0.0}
    engine = lived(neutral(**ANNOYING, **touching({"call": call}, pushing)), people=10)
    assert contacts_after_opting_out(engine) == []


def test_who_has_opted_out_is_not_visited_by_a_rep_either() -> None:
    call = {**CALL, "fit": everywhere(0.0), "intrusiveness": 1.0, "rep_hours": 4.0}
    pushing = {"push": "animator", "every_days": 0.5}
    engine = lived(neutral(**ANNOYING, **touching({"call": call}, pushing)), people=10)
    assert contacts_after_opting_out(engine) == []


def test_a_rivals_name_sends_leavers_to_the_rival_and_not_to_sleep() -> None:  # C38
    list_ = {**AD, "fit": {"interest": 1.0}, "reach_per_day": 1e3 / 20, "names_rival": 1.0}
    stages = plans(5.0, loss=0.0, interest={"planned_loss": 0.9})
    s = neutral(stages=stages, horizon_days=60.0, **touching({"list": list_}))
    silent = s.with_changes({"touchpoints.list.names_rival": 0.0})
    for scenario, there in ((s, Stage.WITH_RIVAL), (silent, Stage.DORMANT)):
        left = visits(simulate(scenario, people=100, seed=1, engine="simpy")).at(Stage.INTEREST)
        met = left.where((left.onward != Stage.DESIRE) & (left.days > 0.5))
        assert len(met) > 40
        assert set(met.onward) == {there}


def test_a_discount_is_taken_off_the_next_deal_and_no_other() -> None:  # A23
    coupon = {**AD, "fit": {"action": 1.0}, "reach_per_day": 40.0, "discount": 0.3}
    s = lockstep(
        product={"price": 50.0},
        horizon_days=16.5,
        **touching({"coupon": coupon}),
    )
    engine = lived(s)
    deals = rows_of(engine, Event.FIRST_DEAL, Event.REPEAT_DEAL)
    assert [row[5] for row in deals] == [35.0, 50.0, 50.0, 50.0, 50.0, 50.0]


def test_each_contact_costs_what_its_touchpoint_costs() -> None:
    library = {"ad": {**AD, "cost_per_contact": 0.25}, "mail": {**CALL, "cost_per_contact": 2.0}}
    running = {"touchpoints": {"ad": 1.0, "mail": 1.5}, "push": "animator"}
    s = neutral(
        stages=plans(5.0),
        firm={"cold_list_share": 1.0},
        horizon_days=60.0,
        **touching(library, running),
    )
    rows = rows_of(lived(s, people=20), Event.CONTACT)
    assert {(row[4], row[5]) for row in rows} == {(0, -0.25), (1, -3.0)}


def test_warmth_makes_every_single_person_aware_sooner_and_never_later() -> None:
    """Paired: the same people with the same luck, with an advert to the unaware and without."""
    s = neutral(market={"onset_days": 60.0}, horizon_days=100.0, **touching(
        {"ad": {**AD, "fit": {"unaware": 1.0}, "warmth": 0.5}}))  # fmt: skip
    without = s.with_changes({"strategies.pull.touchpoints.ad": 0.0})
    with_ad, alone = (
        first_times(simulate(x, people=300, seed=1, engine="simpy"), Event.ENTER)
        for x in (s, without)
    )
    assert (with_ad <= alone).all()
    assert (with_ad < alone).mean() > 0.8


def test_search_does_not_wake_a_single_unaware_person() -> None:  # C133-C136
    search = {
        "contact": "pull", "aims_at": "study", "fit": {"desire": 0.8, "study": 1.0},
        "reach_per_day": 20.0, "warmth": 1.0, "proof": 1.0,
    }  # fmt: skip
    s = neutral(horizon_days=60.0, **touching({"search": search}))
    without = s.with_changes({"strategies.pull.touchpoints.search": 0.0})
    one, other = (simulate(x, people=200, seed=1, engine="simpy") for x in (s, without))
    assert np.array_equal(first_times(one, Event.ENTER), first_times(other, Event.ENTER))
    assert count(one, Event.CONTACT) > 100


def test_irritation_makes_people_walk_away_sooner() -> None:
    s = neutral(
        stages=plans(10.0, loss=0.5),
        firm={"cold_list_share": 1.0},
        horizon_days=100.0,
        market={"tolerance_mean": 100.0},
        response={"distrust": 0.0},
        **touching(
            {"call": {**CALL, "intrusiveness": 1.0}}, {"push": "animator", "every_days": 3.0}
        ),
    )
    harmless = s.with_changes({"response.irritation_harm": 0.0})
    annoyed, calm = (
        visits(simulate(x, people=200, seed=1, engine="simpy")).at(Stage.AWARENESS)
        for x in (s, harmless)
    )
    left = [(v.onward == Stage.DORMANT).mean() for v in (annoyed, calm)]
    assert left[0] > left[1] + 0.1


def test_a_guide_whose_belief_is_always_right_calls_only_where_the_call_fits() -> None:
    pushing = {"push": "guide", "every_days": 1.0, "accuracy": 1.0, "min_fit": 0.5}
    s = neutral(
        stages=plans(4.0),
        firm={"cold_list_share": 1.0},
        horizon_days=80.0,
        **touching({"call": CALL}, pushing),
    )
    rows = rows_of(lived(s, people=20), Event.CONTACT)
    assert rows
    assert {row[3] for row in rows} == {Stage.ACTION}


def test_an_animator_calls_at_every_stage() -> None:  # C89
    pushing = {"push": "animator", "every_days": 1.0}
    s = neutral(
        stages=plans(4.0),
        firm={"cold_list_share": 1.0},
        horizon_days=80.0,
        **touching({"call": CALL}, pushing),
    )
    rows = rows_of(lived(s, people=20), Event.CONTACT)
    assert {row[3] for row in rows} >= set(range(Stage.CURIOSITY))


def test_two_touchpoints_of_the_same_strength_are_met_at_different_times() -> None:
    """Each has a stream of its own, named after it: their contacts are independent."""
    s = neutral(stages=plans(5.0), horizon_days=100.0, **touching({"one": AD, "two": AD}))
    rows = rows_of(lived(s, people=50), Event.CONTACT)
    one, two = ({(row[0], row[1]) for row in rows if row[4] == k} for k in (0, 1))
    assert not one & two
    # two Poisson counts of the same mean: standard error sqrt(sum)
    assert abs(len(one) - len(two)) < 4 * (len(one) + len(two)) ** 0.5
    assert len(one) > 1000


# --- word of mouth ----------------------------------------------------------------------------


def test_an_advocates_word_awakes_and_is_counted_as_a_referral() -> None:  # B18, C79
    s = lockstep(
        market={"onset_days": 1e-18, "prior_expectation": 0.0},
        product={"quality": 1.0},
        experience={"learning": 1.0, **ALWAYS_CONTENT},
        loyalty={"deals_to_loyalty": 2, "advocate_share": 1.0, "friends": 30.0},
        horizon_days=11.0,
    )
    engine = lived(s, people=10, asleep=tuple(range(1, 10)))
    told = rows_of(engine, Event.TOLD)
    referred = rows_of(engine, Event.REFERRAL)
    assert {(row[0], row[1], row[3]) for row in told} == {(10.0, 0, RECOMMENDATION)}
    assert len(told) > len(referred) > 5
    assert len({row[1] for row in referred}) == len(referred)  # nobody is awakened twice
    for row in referred:
        assert row[3] == Stage.UNAWARE
        after = [r for r in rows_of(engine, Event.ENTER) if r[1] == row[1]]
        assert after[0][:4] == (10.0, row[1], Event.ENTER, Stage.AWARENESS)


# --- burn-in and strategies -------------------------------------------------------------------


def two_strategies(**changes: Any) -> Scenario:
    library = {"ad": {**AD, "warmth": 0.3, "capture": 0.2}, "call": {**CALL, "intrusiveness": 0.5}}
    strategies = {
        "pull": {"touchpoints": {"ad": 1.0}},
        "push": {"touchpoints": {"ad": 1.0, "call": 1.0}, "push": "animator", "every_days": 3.0},
    }
    return neutral(
        stages=plans(4.0, loss=0.1),
        touchpoints=library,
        strategies=strategies,
        burn_in_days=60.0,
        horizon_days=60.0,
        **changes,
    )


def test_until_day_0_two_strategies_share_one_market() -> None:
    at_day_0 = []
    for strategy in ("pull", "push"):
        run = simulate(two_strategies(strategy=strategy), people=100, seed=2, engine="simpy")
        starts = run.events["event"] == Event.START
        assert run.events["person"][starts].tolist() == list(range(100))
        assert (run.events["time"][starts] == 0.0).all()
        assert run.events["time"].min() == 0.0
        truth = run.truth()[starts].drop(columns="belief")
        at_day_0.append((run.events["stage"][starts].tolist(), truth.to_numpy().tolist()))
        assert len(set(at_day_0[-1][0])) > 8  # a market that exists
    assert at_day_0[0] == at_day_0[1]


def test_nobody_is_pushed_before_day_0_if_the_firm_did_not_push_then() -> None:
    run = simulate(two_strategies(strategy="push"), people=50, seed=2, engine="simpy")
    calls = run.events.rows[run.events["touchpoint"] == 1]
    assert len(calls) > 50


def test_the_way_until_day_0_is_that_of_a_run_without_burn_in() -> None:
    """A market that lived 60 days before day 0 stands where one stands that began on day 0."""
    later = two_strategies(strategy="pull")
    now = later.with_changes({"burn_in_days": 0.0})
    run = simulate(later, people=100, seed=2, engine="simpy")
    starts = run.events["event"] == Event.START
    stages = run.events["stage"][starts]
    final = lived(now, people=100, seed=2).people
    assert stages.tolist() == [person.stage for person in final]


def test_reps_appear_in_the_run_from_the_first_day() -> None:
    s = two_strategies(strategy="pull", firm={"reps": 2, "deal_hours": 4.0})
    run = simulate(s, people=60, seed=2, engine="simpy")
    assert count(run, Event.SERVED) > 5


# --- luck ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(6))
def test_no_luck_is_used_twice(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Every block of uniforms that a run draws has a key of its own, burn-in included.

    A visit's block is read in two halves: the clocks at its beginning, the gates at its end. Three
    are asked for again: a birthday, the luck of a notice (each word for another question), and that
    of a free trial (the first word at its beginning, the second at its end).
    """
    drawn: list[tuple[int, ...]] = []
    block = rules.block

    def recorded(*key: int) -> tuple[float, ...]:
        drawn.append(key)
        return block(*key)

    def other_half(person: Person, market: Parameters) -> tuple[float, float]:
        return block(market.seed, person.id, person.visit, VISIT)[2:]

    monkeypatch.setattr(rules, "block", recorded)
    monkeypatch.setattr(rules, "visit_luck", other_half)
    lived(random_scenario(number), people=30)
    again = {BIRTHDAY, CONTRACT, TRYOUT}
    once = [key for key in drawn if key[-1] not in again]
    assert len(once) > 500
    assert len(set(once)) == len(once)


# --- an engine of one's own -------------------------------------------------------------------


class WithoutFriends(Engine):
    """The exercise: override one method."""

    def step_on(self, person: Person) -> None:
        transitions.step_on(self.world, person, self.env.now)


class Kind(Engine):
    """No contact ever takes place."""

    def touch(self, *arguments: Any) -> None:
        pass


def test_a_subclass_of_the_engine_changes_the_story_in_one_place() -> None:
    s = neutral(
        stages=plans(3.0),
        loyalty={"friends": 3.0, "advocate_share": 1.0},
        experience=ALWAYS_CONTENT,
        curiosity=NEVER_CURIOUS,
        horizon_days=150.0,
        **touching({"ad": AD}),
    )
    plain = simulate(s, people=60, engine="simpy")
    mute = simulate(s, people=60, engine=WithoutFriends)
    assert count(plain, Event.TOLD) > 20
    assert count(mute, Event.TOLD) == count(mute, Event.REFERRAL) == 0
    assert count(mute, Event.CONTACT) > 0
    alone = simulate(s, people=60, engine=Kind)
    assert count(plain, Event.CONTACT) > 20
    assert count(alone, Event.CONTACT) == 0
    assert mute.engine is WithoutFriends
    assert len(mute.truth()) == len(mute.events)  # the truth is made by the same engine


def test_an_engine_that_remembers_from_run_to_run_is_told():
    class Forgetful(Engine):
        runs = 0

        def __init__(self, scenario, *given, **options):
            Forgetful.runs += 1
            later = scenario.with_changes({"horizon_days": 100.0 * Forgetful.runs})
            super().__init__(later, *given, **options)

    run = simulate(Scenario.load("yogurt"), 20, engine=Forgetful)
    with pytest.raises(ValueError, match="Forgetful did not do the same"):
        run.truth()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"people": 0}, "people = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": LARGEST_SEED}, "seed ="),
        ({"engine": "fast"}, "unknown engine: 'fast'"),
    ],
)
def test_a_run_that_cannot_be_says_why(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(neutral(), **{"people": 5, **arguments})


def test_the_size_of_the_market_is_the_scenarios_when_none_is_asked_for() -> None:
    assert len(simulate(neutral(market={"people": 7}), engine="simpy")) == 7


def test_the_largest_seed_works() -> None:
    assert len(simulate(neutral(), people=3, seed=LARGEST_SEED - 1, engine="simpy")) == 3


def test_a_waiting_day_of_a_rep_has_the_hours_of_the_terms() -> None:
    s = neutral(firm={"reps": 1, "deal_hours": 4.0})
    assert parameters.parameters_of(s, s.market.people, 1).deal_days == 0.5
    hours = {"firm.hours_a_day": 4.0, "firm.days_a_week": 3.5}
    fewer = parameters.parameters_of(s.with_changes(hours), s.market.people, 1)
    assert fewer.deal_days == 2.0


def test_the_first_times_are_those_of_the_log() -> None:
    run = simulate(neutral(stages=plans(2.0)), people=5, engine="simpy")
    rows = run.events.rows
    firsts = first_times(run, Event.FIRST_DEAL)
    for who in range(5):
        own = rows["time"][(rows["event"] == Event.FIRST_DEAL) & (rows["person"] == who)]
        assert firsts[who] == (own[0] if len(own) else inf)
