"""What holds for every firm, however it is set up: hypothesis looks for one where it does not."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cjsim.engine.process import Engine
from cjsim.journey import STAGES, Stage, may_follow
from cjsim.log import SENT, SPENT_ON
from cjsim.model.events import EVENTS, Event
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods
from tests.builders import everywhere, neutral, plans, scenarios, touching
from tests.often import often

OF_A_TOUCHPOINT = [*SENT, Event.DROPPED, Event.FULL, Event.BUDGET]
"""What happens, or does not, to a contact."""
sizes = st.integers(5, 40)
seeds = st.integers(0, 2**62 - 1)


def run(scenario: Scenario, people: int, seed: int) -> Run:
    return simulate(scenario, people=people, seed=seed, engine="simpy")


def log_of(engine: Engine) -> list[tuple[float, ...]]:
    """What an engine has noted, in the order of a log's columns."""
    return [
        (time, amount, who, touchpoint, event, stage)
        for time, who, event, stage, touchpoint, amount in engine.world.rows
    ]


def times_never_decrease_and_stay_within_the_run(s: Scenario, result: Run) -> None:
    times = result.events["time"]
    assert (np.diff(times) >= 0).all()
    assert times[0] == 0.0
    assert times[-1] < s.horizon_days


def a_log_replays_to_the_people_the_engine_ends_with(engine: Engine) -> None:
    """START and ENTER rows alone tell where everybody is; every row says the stage then.

    Who has no row is not in the market: gone before day 0, or to come after the horizon.
    """
    stage: dict[int, int] = {}
    for _, who, event, there, _, _ in engine.world.rows:
        if event in (Event.START, Event.ENTER):
            stage[who] = there
        assert stage[who] == there
    at_the_end = {person.id: person.stage for person in engine.people}
    absent = at_the_end.keys() - stage.keys()
    assert {who: at_the_end[who] for who in absent} == dict.fromkeys(absent, Stage.GONE)
    assert stage == {who: at for who, at in at_the_end.items() if who not in absent}


def nobody_goes_against_the_map(s: Scenario, result: Run) -> None:
    rows = result.events.rows
    moves = rows[(rows["event"] == Event.START) | (rows["event"] == Event.ENTER)]
    moves = moves[np.argsort(moves["person"], kind="stable")]
    for before, after in pairwise(moves):
        if before["person"] == after["person"]:
            assert after["event"] == Event.ENTER
            assert may_follow(int(before["stage"]), int(after["stage"]))
        else:
            assert after["event"] == Event.START


def a_row_stands_only_where_its_event_can_happen(s: Scenario, result: Run) -> None:
    where = {
        Event.QUEUE: {6, 9}, Event.SERVED: {6, 9}, Event.RENEGED: {6, 9}, Event.STOCKOUT: {6, 9},
        Event.TENDER: {9}, Event.FIRST_DEAL: {7}, Event.REPEAT_DEAL: {7, 9}, Event.TRIAL: {9, 10},
        Event.RIVAL_DEAL: {9, 10, 13}, Event.TOLD: {12}, Event.REFERRAL: {0, 14},
        Event.FAILURE: {7, 9}, Event.COMPLAINT: {7, 9}, Event.RECOVERED: {7, 9},
        Event.NEW_MANAGER: {7, 9}, Event.BAD_WORD: {8, 9, 10, 11, 13, 15}, Event.TRYOUT: {7},
        Event.DECLINED: {7}, Event.PAYMENT: {9}, Event.PAUSE: {9}, Event.UPGRADE: {7, 9},
        Event.NOTICE: {7, 8, 9, 10}, Event.STAYS: {7, 8, 9, 10, 11, 12},
    }  # fmt: skip
    rows = result.events.rows
    for event, stages in where.items():
        assert set(rows["stage"][rows["event"] == event].tolist()) <= stages, event.key
    endless = all(period.scenario.firm.reps == inf for period in periods(s))
    assert not endless or not np.isin(rows["event"], (Event.QUEUE, Event.DROPPED)).any()


def a_persons_first_deal_comes_once_and_before_all_others(s: Scenario, result: Run) -> None:
    """In a log from day 0 on: who bought before it is a customer already."""
    rows = result.events.rows
    customers: set[int] = set()
    for event, person in zip(rows["event"].tolist(), rows["person"].tolist(), strict=True):
        if event == Event.FIRST_DEAL:
            assert person not in customers
            customers.add(person)
        elif event == Event.REPEAT_DEAL:
            assert person in customers


def money_comes_in_by_deals_and_goes_out_by_what_is_spent_on_people(
    s: Scenario, result: Run
) -> None:
    rows = result.events.rows
    deals = np.isin(rows["event"], (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT))
    costs = np.isin(rows["event"], SPENT_ON)
    plans = [1.0, s.contract.upgrade_factor if s.contract.term_days > 0 else 1.0]
    parts = s.contract.payments if s.contract.term_days > 0 else 1
    paid = rows["amount"][deals] * parts
    prices = np.array([[period.scenario.product.price] for period in periods(s)])
    assert ((paid >= 0) & (paid <= prices.max() * max(plans) * (1 + 1e-12))).all()
    assert (rows["amount"][costs] <= 0).all()
    assert (rows["amount"][~deals & ~costs] == 0).all()
    touchpoints = np.isin(rows["event"], [*OF_A_TOUCHPOINT, Event.OPT_OUT, Event.KNOWN])
    assert (rows["touchpoint"][~touchpoints] == -1).all()
    assert (rows["touchpoint"] < len(s.touchpoints)).all()
    promised = [1.0 - t.discount for t in s.touchpoints.values()]
    promised += [1.0, 1.0 - s.service.compensation]
    allowed = (prices * np.array(promised)).ravel()
    first = rows["event"][deals] == Event.FIRST_DEAL
    gift = np.maximum(0.0, allowed - s.product.gift_value)
    later = np.append(np.outer(plans, allowed), gift)  # the first deal may be paid in parts
    assert np.isclose(np.unique(paid[first])[:, None], gift).any(axis=1).all()
    assert np.isclose(np.unique(paid[~first])[:, None], later).any(axis=1).all()


def test_no_amount_is_minus_zero() -> None:
    ad = {"contact": "pull", "aims_at": "unaware", "fit": everywhere()}
    amounts = run(neutral(**touching({"ad": ad})), 5, 1).events["amount"]
    assert not (np.signbit(amounts) & (amounts == 0)).any()


def contacts_come_only_from_what_runs_and_pushes_only_to_the_known(
    s: Scenario, result: Run
) -> None:
    """Visits by reps aside, which may have been booked before."""
    library = list(s.touchpoints.values())
    strategies = [period.scenario.running for period in periods(s)]
    running = {list(s.touchpoints).index(name) for one in strategies for name in one.touchpoints}
    known = set(np.flatnonzero(result.everybody.on_cold_list))
    out: set[int] = set()
    for _, _, who, touchpoint, event, _ in result.events.rows.tolist():
        if event == Event.KNOWN:
            assert who not in known
            known.add(who)
        elif event == Event.OPT_OUT:
            assert who not in out
            out.add(who)
        elif event in (Event.CONTACT, Event.DROPPED):
            assert touchpoint in running
            if library[touchpoint].contact == "push":
                assert library[touchpoint].after or {one.push for one in strategies} != {"none"}
                assert who in known
                visits = library[touchpoint].rep_hours > 0
                assert who not in out or visits


def what_people_feel_stays_in_its_range(s: Scenario, result: Run) -> None:
    truth = result.truth()
    assert len(truth) == len(result.events)
    for name in ("warmth", "trust", "expectation", "satisfaction", "loyalty"):
        assert truth[name].between(0.0, 1.0).all(), name
    for name in ("irritation", "novelty"):
        assert (truth[name] >= 0.0).all(), name
    believed = truth["belief"].notna().to_numpy()
    events = result.events["event"][believed]
    assert np.isin(events, OF_A_TOUCHPOINT).all()


ALWAYS = (
    times_never_decrease_and_stay_within_the_run,
    nobody_goes_against_the_map,
    a_row_stands_only_where_its_event_can_happen,
    money_comes_in_by_deals_and_goes_out_by_what_is_spent_on_people,
    what_people_feel_stays_in_its_range,
)
FROM_DAY_0 = (
    a_persons_first_deal_comes_once_and_before_all_others,
    contacts_come_only_from_what_runs_and_pushes_only_to_the_known,
)
"""Who has bought or heard before day 0 has no row of it."""


def test_every_life_keeps_every_rule_and_every_event_and_stage_turns_up() -> None:
    """Each firm is lived through twice, to the same last bit; all rules look at that log."""
    events: set[int] = set()
    stages: set[int] = set()

    @settings(max_examples=often(160))  # fewer, and nobody upgrades
    @given(scenarios(), st.integers(10, 40), seeds)
    def live(s: Scenario, people: int, seed: int) -> None:
        result = run(s, people, seed)
        engine = Engine(s, result.everybody, seed)
        engine.run()
        assert log_of(engine) == result.events.rows.tolist()
        a_log_replays_to_the_people_the_engine_ends_with(engine)
        for rule in ALWAYS:
            rule(s, result)
        opening = s.model_copy(update={"burn_in_days": 0.0})
        opened = run(opening, people, seed) if s.burn_in_days else result
        for rule in FROM_DAY_0:
            rule(opening, opened)
        events.update(result.events["event"].tolist())
        stages.update(result.events["stage"].tolist())

    live()
    assert {EVENTS[e].key for e in events} == {event.key for event in EVENTS}
    assert {Stage(s) for s in stages} == set(STAGES)


@settings(max_examples=often(30))
@given(scenarios(), sizes, seeds)
def test_keeping_the_truth_does_not_change_the_log(s: Scenario, people: int, seed: int) -> None:
    result = run(s, people, seed)
    engine = Engine(s, result.everybody, seed, truth=True)
    engine.run()
    assert log_of(engine) == result.events.rows.tolist()
    assert engine.world.truths is not None
    assert len(engine.world.truths) == len(engine.world.rows)


@settings(max_examples=often(30))
@given(scenarios(), sizes, seeds)
def test_burn_in_is_the_same_whatever_comes_after(s: Scenario, people: int, seed: int) -> None:
    scenario = s.model_copy(update={"burn_in_days": 40.0, "horizon_days": 5.0})
    starts = []
    for strategy in ("pull", "other"):
        result = run(scenario.model_copy(update={"strategy": strategy}), people, seed)
        starting = (result.events["event"] == Event.START) & (result.events["time"] == 0.0)
        there = np.count_nonzero(starting)  # who left the category before has no row
        first = result.truth().iloc[:there].drop(columns="belief")
        starts.append((result.events.rows[:there].tobytes(), first.to_numpy().tobytes()))
        assert starting[:there].all()
    assert starts[0] == starts[1]


@settings(max_examples=often(30))
@given(scenarios(), sizes, seeds)
def test_a_longer_run_begins_like_a_shorter_one(s: Scenario, people: int, seed: int) -> None:
    short = run(s, people, seed).events.rows
    longer = s.model_copy(update={"horizon_days": s.horizon_days + 50.0})
    long = run(longer, people, seed).events.rows
    assert long[: len(short)].tobytes() == short.tobytes()
    assert (long["time"][len(short) :] >= s.horizon_days).all()


@settings(max_examples=often(30))
@given(scenarios(), st.integers(3, 15), seeds)
def test_people_who_never_meet_do_not_depend_on_each_other(
    s: Scenario, people: int, seed: int
) -> None:
    """Without a desk, seats, a budget and words, a person's life in a larger market is the same.

    Of those who are there at the opening; newcomers are numbered behind them.
    """
    alone = s.model_copy(
        update={
            "firm": s.firm.model_copy(update={"reps": inf}),
            "loyalty": s.loyalty.model_copy(update={"friends": 0.0}),
            "words": s.words.model_copy(update={"bad_share": 0.0}),
            "touchpoints": {
                name: t.model_copy(update={"social_proof": 0.0, "seats": 0})
                for name, t in s.touchpoints.items()
            },
            "strategies": {
                name: strategy.model_copy(update={"budget": inf})
                for name, strategy in s.strategies.items()
            },
            "changes": tuple(
                c.model_copy(update={"values": {**c.values, "firm.reps": inf}}) for c in s.changes
            ),
        }
    )
    small, large = (run(alone, n, seed).events.rows for n in (people, people + 5))
    of_both = [rows[rows["person"] < people].tobytes() for rows in (small, large)]
    assert of_both[0] == of_both[1]


def test_the_plan_of_every_stage_is_a_plan_for_nobody_else() -> None:
    """The builders' plans name each of the twelve once."""
    assert list(plans()) == [stage.key for stage in STAGES[1:13]]
