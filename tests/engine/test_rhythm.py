"""A push touchpoint may rest: a rhythm, a cap per 30 days, and quiet after a deal, all its own."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim.journey import STUDY, Stage
from cjsim.model import parameters, rules
from cjsim.model.events import Event
from cjsim.model.parameters import SILENT, Touch
from cjsim.scenario import ScenarioError
from tests.builders import everywhere, lockstep, market, neutral, person, touch, whole_days
from tests.engine.test_equality import assert_equal
from tests.often import often

ENGINES = ("simpy", "compiled")


def mail(fit: dict[str, float] | None = None, **keys: Any) -> dict[str, Any]:
    """A push touchpoint that does nothing to people."""
    return {"contact": "push", "aims_at": "study", "fit": fit or everywhere(), **keys}


def pushing(library: dict[str, dict[str, Any]], push: str = "animator", **keys: Any) -> Any:
    """Everything runs, and the firm's time to push everybody comes once a day."""
    running = {
        "touchpoints": dict.fromkeys(library, 1.0), "push": push, "every_days": 1.0,
        "jitter": 0.0, "accuracy": 1.0, **keys,
    }  # fmt: skip
    return {"touchpoints": library, "strategies": {"pull": running}}


def asleep(library: dict[str, dict[str, Any]], days: float = 100.0, **keys: Any) -> cjsim.Scenario:
    """People whom the firm knows and who never awake by themselves."""
    return neutral(
        market={"onset_days": 1e12}, firm={"cold_list_share": 1.0}, horizon_days=days,
        **pushing(library, **keys),
    )  # fmt: skip


def contacts(scenario: cjsim.Scenario, people: int = 5, **options: Any) -> Any:
    """The contacts of a run."""
    rows = cjsim.simulate(scenario, people, seed=1, **options).events.rows
    return rows[rows["event"] == Event.CONTACT]


def days_of(scenario: cjsim.Scenario, number: int = 0, **options: Any) -> list[list[int]]:
    """Of each person the days of contacts with one touchpoint, from the first push on.

    Pushes come a day apart, so a contact's day is its push's number.
    """
    rows = contacts(scenario, **options)
    rows = rows[rows["touchpoint"] == number]
    return [
        np.floor(rows["time"][rows["person"] == who]).astype(int).tolist()
        for who in np.unique(rows["person"])
    ]


# --- one touchpoint -----------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("push", ["guide", "animator"])
@pytest.mark.parametrize("rhythm", [1.0, 2.5, 3.0])
def test_of_daily_pushes_every_third_comes_at_a_rhythm_of_three_days(
    rhythm: float, push: str, engine: str
) -> None:
    """Between two pushes of a day nothing is sent, so 2.5 days are 3 as well."""
    scenario = asleep({"mail": mail(rhythm_days=rhythm)}, push=push)
    every = int(np.ceil(rhythm))
    assert days_of(scenario, engine=engine) == [list(range(0, 100, every))] * 5


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cap_of_two_lets_the_first_two_of_any_thirty_days_through(engine: str) -> None:
    scenario = asleep({"mail": mail(cap_30_days=2)})
    assert days_of(scenario, engine=engine) == [[0, 1, 30, 31, 60, 61, 90, 91]] * 5


def test_a_cap_and_a_rhythm_hold_together() -> None:
    scenario = asleep({"mail": mail(cap_30_days=2, rhythm_days=4.0)})
    assert days_of(scenario) == [[0, 4, 30, 34, 60, 64, 90, 94]] * 5


def test_a_cap_of_thirty_leaves_daily_pushes_as_they_are() -> None:
    free, capped = (contacts(asleep({"mail": mail(**k)})) for k in ({}, {"cap_30_days": 30}))
    assert free.tobytes() == capped.tobytes()


@settings(max_examples=often(30))
@given(
    every=st.floats(0.3, 20.0), jitter=st.floats(0.0, 1.0), rhythm=st.floats(0.0, 20.0),
    cap=st.integers(0, 30),
)  # fmt: skip
def test_no_two_contacts_are_too_close_and_no_thirty_days_hold_too_many(
    every: float, jitter: float, rhythm: float, cap: int
) -> None:
    library = {"mail": mail(rhythm_days=rhythm, cap_30_days=cap)}
    rows = contacts(asleep(library, 300.0, every_days=every, jitter=jitter))
    for who in range(5):
        times = rows["time"][rows["person"] == who]
        assert np.all(np.diff(times) >= rhythm - rules.MOMENT)
        if cap:
            assert np.all(times[cap:] - times[:-cap] >= 30.0 - rules.MOMENT)


@pytest.mark.parametrize("engine", ENGINES)
def test_after_a_deal_there_is_quiet(engine: str) -> None:
    """The deal is made on day 6, no other comes. Turns alternate: a mail's is every second day."""
    scenario = lockstep(
        stages=whole_days(repeat_deal={"typical_days": 1000.0}),
        firm={"cold_list_share": 1.0}, horizon_days=60.0,
        **pushing({"mail": mail(quiet_days=20.0), "call": mail()}),
    )  # fmt: skip
    run = cjsim.simulate(scenario, 5, seed=1, engine=engine)
    rows = run.events.rows
    for who in range(5):
        own = rows[rows["person"] == who]
        (deal,) = own["time"][own["event"] == Event.FIRST_DEAL]
        sent = own[own["event"] == Event.CONTACT]
        mails, calls = (sent["time"][sent["touchpoint"] == number] for number in (0, 1))
        quiet = (mails >= deal) & (mails < deal + 20.0)
        assert not quiet.any()
        assert np.all(np.diff(mails[mails < deal]) == pytest.approx(2.0))
        assert deal + 20.0 <= mails[mails >= deal].min() < deal + 22.0
        assert np.all(np.diff(calls) == pytest.approx(2.0))  # nothing holds its turns up


# --- a choice that rests ------------------------------------------------------------------------


def test_an_animator_passes_over_what_rests_and_its_programme_goes_on() -> None:
    scenario = asleep({"mail": mail(rhythm_days=3.0), "call": mail()}, days=12.0)
    assert days_of(scenario, 0) == [[0, 4, 8]] * 5  # turns on 0, 2, 4, ...
    assert days_of(scenario, 1) == [[1, 3, 5, 7, 9, 11]] * 5


LIBRARY = {
    "poor": mail({"unaware": 0.3}),
    "best": mail({"unaware": 0.9}, rhythm_days=3.0),
    "good": mail({"unaware": 0.6}, rhythm_days=2.0),
    "also": mail({"unaware": 0.6}),
    "other": mail({"study": 1.0}),
}


def sent_by_a_guide(library: dict[str, dict[str, Any]], **keys: Any) -> list[str]:
    """What one person is sent, day by day; "" for silence."""
    rows = contacts(asleep(library, 6.0, push="guide", **keys), people=1)
    sent = {int(row["time"]): list(library)[row["touchpoint"]] for row in rows}
    return [sent.get(day, "") for day in range(6)]


def test_a_guide_takes_the_next_best_that_does_not_rest() -> None:
    assert sent_by_a_guide(LIBRARY) == ["best", "good", "also", "best", "good", "also"]


def test_a_guide_is_silent_where_all_that_fits_rests() -> None:
    without = {name: table for name, table in LIBRARY.items() if name != "also"}
    assert sent_by_a_guide(without) == ["best", "good", "", "best", "good", ""]
    without = {name: table for name, table in without.items() if name != "good"}
    assert sent_by_a_guide(without) == ["best", "", "", "best", "", ""]
    assert sent_by_a_guide(without, min_fit=0.3) == ["best", "poor", "poor"] * 2


def test_a_guide_with_a_plan_has_no_second_choice() -> None:
    plan = {"unaware": "best"}
    assert sent_by_a_guide(LIBRARY, plan=plan) == ["best", "", "", "best", "", ""]


def resting(touches: list[Touch], chosen: int, guided: int, times: list[float]) -> int:
    terms = market(guided=guided, next_fit=[0.4] * len(list(Stage)))
    return rules.choose_rested(person(belief=int(STUDY)), terms, touches, chosen, times, 10.0)


def test_what_rests_by_each_of_the_three_rules() -> None:
    def rests(times: list[float], **keys: Any) -> bool:
        return rules.rests(touch(times=1, **keys), times, 10.0)

    assert rests([-inf, 7.5], rhythm=3.0)
    assert not rests([-inf, 7.0], rhythm=3.0)
    assert not rests([-inf, -inf], rhythm=3.0, quiet=3.0, cap=1)
    assert rests([7.5, -inf], quiet=3.0)
    assert not rests([7.0, -inf], quiet=3.0)
    assert rests([-inf, 9.0, -19.0], cap=2)
    assert not rests([-inf, 9.0, -20.0], cap=2)
    assert not rules.rests(touch(), [], 10.0)


def test_silence_stays_silence_and_an_animator_has_no_second_choice() -> None:
    tired, fresh = touch(times=1, rhythm=3.0), touch()
    times = [-inf, 9.0]
    assert resting([tired, fresh], SILENT, 1, times) == SILENT
    assert resting([tired, fresh], 0, 1, times) == 1
    assert resting([tired, fresh], 0, 0, times) == SILENT


def test_last_times_move_on_and_no_others() -> None:
    times = [5.0, 3.0, 9.0, 8.0, 7.0, 4.0]
    rules.keep_time(touch(times=2, cap=3), times, 10.0)
    assert times == [5.0, 3.0, 10.0, 9.0, 8.0, 4.0]
    rules.keep_time(touch(), times, 11.0)
    assert times == [5.0, 3.0, 10.0, 9.0, 8.0, 4.0]


# --- neutral unless written, less the longer ------------------------------------------------------


@pytest.mark.parametrize("strategy", ["guide", "animator"])
def test_rules_that_never_bind_change_nothing(strategy: str) -> None:
    """Times are kept then, and every choice is asked for; the log is the same."""
    phone = cjsim.Scenario.load("phone", strategy=strategy)
    short = phone.with_changes({"horizon_days": 200.0, "burn_in_days": 100.0})
    pushes = [name for name, t in short.touchpoints.items() if t.contact == "push"]
    barely = short.with_changes({f"touchpoints.{name}.rhythm_days": 1e-9 for name in pushes})
    assert parameters.times_kept(short) == 0
    assert parameters.times_kept(barely) == 1 + len(pushes)
    runs = [cjsim.simulate(s, 300, seed=2).events.rows.tobytes() for s in (short, barely)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("key", ["rhythm_days", "quiet_days"])
def test_the_longer_the_rest_the_fewer_contacts_each_person_has(key: str) -> None:
    """What is sent does nothing to people, so both lead the same lives."""
    counts = []
    for days in (0.0, 3.0, 9.0, 40.0):
        scenario = lockstep(
            firm={"cold_list_share": 1.0}, horizon_days=120.0,
            **pushing({"mail": mail(**{key: days})}, jitter=0.7),
        )  # fmt: skip
        counts.append(np.bincount(contacts(scenario, 100)["person"], minlength=100))
    assert all(np.all(less <= more) for more, less in pairwise(counts))
    assert counts[-1].sum() < counts[0].sum()


def test_a_person_knows_no_rest_of_another() -> None:
    one, five = (contacts(asleep({"mail": mail(rhythm_days=3.0)}), people=n) for n in (1, 5))
    assert one.tobytes() == five[five["person"] == 0].tobytes()


# --- before day 0, and with a rep -----------------------------------------------------------------


def across_day_0(**keys: Any) -> cjsim.Scenario:
    """What is mailed before day 0 by one strategy, and from then on by another."""
    scenario = asleep({"call": mail(), "mail": mail(**keys)}, days=60.0)
    before = scenario.strategies["pull"]
    after = before.model_copy(update={"touchpoints": {"mail": 1.0}})
    only = before.model_copy(update={"programme": ("mail",)})
    return scenario.model_copy(
        update={
            "burn_in_days": 10.0, "burn_in_strategy": "before", "strategy": "after",
            "strategies": {"before": only, "after": after},
        }
    )  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_sent_before_day_0_counts_after_it(engine: str) -> None:
    """Before day 0 it was sent once, within the first day of ten: 40 days of rest end on day 30."""
    for times in days_of(across_day_0(rhythm_days=40.0), 1, engine=engine):
        assert len(times) == 1
        assert times[0] in (30, 31)
    for times in days_of(across_day_0(cap_30_days=10), 1, engine=engine):
        assert times[0] in (20, 21)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deal_before_day_0_gives_quiet_after_it_to_what_runs_only_then(engine: str) -> None:
    """Phone's burn-in pushes nobody. Whoever has bought in it is left alone for good here."""

    def pushed(quiet_days: float) -> tuple[set[int], set[int]]:
        changes = {f"touchpoints.{name}.quiet_days": quiet_days for name in pushes}
        rows = cjsim.simulate(phone.with_changes(changes), 300, seed=2, engine=engine).events.rows
        starts = rows[rows["event"] == Event.START]
        satisfied = (starts["stage"] >= Stage.SATISFACTION) & (starts["stage"] <= 12)
        sent = rows[(rows["event"] == Event.CONTACT) & np.isin(rows["touchpoint"], numbers)]
        return set(starts["person"][satisfied].tolist()), set(sent["person"].tolist())

    phone = cjsim.Scenario.load("phone", strategy="guide").with_changes(
        {"burn_in_days": 300.0, "horizon_days": 50.0, "guide.min_fit": 0.0}
    )
    assert phone.strategies[phone.burn_in_strategy].push == "none"
    pushes = [name for name, t in phone.touchpoints.items() if t.contact == "push"]
    numbers = [list(phone.touchpoints).index(name) for name in pushes]
    customers, sent_to = pushed(0.0)
    assert len(customers & sent_to) > 5
    customers, sent_to = pushed(100_000.0)
    assert sent_to
    assert not customers & sent_to


def test_a_visit_counts_from_the_day_it_is_booked() -> None:
    """One rep, a visit of two days each: some wait, some are dropped; the engines agree."""
    library = {"visit": mail(rep_hours=16.0, rhythm_days=3.0, cap_30_days=4)}
    scenario = asleep(library).with_changes({"firm.reps": 1, "market.people": 4})
    rows = assert_equal(scenario, 4)
    asked = rows[(rows["event"] == Event.CONTACT) | (rows["event"] == Event.DROPPED)]
    assert {Event.CONTACT, Event.DROPPED} == {Event(int(e)) for e in np.unique(asked["event"])}
    for who in range(4):
        times = asked["time"][asked["person"] == who]  # a day late at most
        assert np.all(np.diff(times) >= 3.0 - rules.LONGEST_WAIT - rules.MOMENT)
        assert len(times) <= 4 * 4


# --- what may be written --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["rhythm_days", "cap_30_days", "quiet_days"])
def test_a_pull_touchpoint_has_no_rest(key: str) -> None:
    with pytest.raises(ScenarioError, match=f"touchpoints.site.{key} = 3: must be 0 for a pull"):
        cjsim.Scenario.load("phone").with_changes({f"touchpoints.site.{key}": 3})


@pytest.mark.parametrize(
    ("key", "value"),
    [("rhythm_days", -1.0), ("quiet_days", inf), ("cap_30_days", 31), ("cap_30_days", 2.5)],
)
def test_a_rest_outside_its_bounds_is_told(key: str, value: float) -> None:
    with pytest.raises(ScenarioError, match=f"touchpoints.mail.{key}"):
        asleep({"mail": mail()}).with_changes({f"touchpoints.mail.{key}": value})
