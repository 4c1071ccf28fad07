"""What follows a deed, a date or a silence; what is not read; seats and budgets."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import measures
from cjsim.engine.process import Engine
from cjsim.journey import FIRST_DEAL, STUDY
from cjsim.model import parameters, rules
from cjsim.model.events import Event
from cjsim.scenario import ScenarioError
from tests.builders import (
    FEATURES,
    everywhere,
    in_full,
    lockstep,
    market,
    neutral,
    person,
    random_scenario,
    touch,
    touching,
    whole_days,
)
from tests.engine.test_equality import assert_equal
from tests.often import often

ENGINES = pytest.mark.parametrize("engine", ["simpy", "compiled"])


def push(**keys: Any) -> dict[str, Any]:
    """A push touchpoint that fits everywhere and does nothing else."""
    return {"contact": "push", "aims_at": "study", "fit": everywhere(), **keys}


def pull(**keys: Any) -> dict[str, Any]:
    """A pull touchpoint that is met once in five days."""
    return {
        "contact": "pull",
        "aims_at": "study",
        "fit": everywhere(),
        "reach_per_day": 0.2,
        **keys,
    }


def firm(
    library: dict[str, dict[str, Any]], days: float = 100.0, known: float = 1.0, **keys: Any
) -> cjsim.Scenario:
    """People who never awake by themselves; the firm knows them all, or a share."""
    strategy = keys.pop("strategy", {})
    return neutral(
        market={"onset_days": 1e12}, firm={"cold_list_share": known}, horizon_days=days,
        **touching(library, strategy), **keys,
    )  # fmt: skip


def buyers(library: dict[str, dict[str, Any]], days: float = 30.0, **keys: Any) -> cjsim.Scenario:
    """People who make their first deal on day 6, and no second one."""
    plan = whole_days(repeat_deal={"typical_days": 1000.0})
    return lockstep(stages=plan, horizon_days=days, **touching(library), **keys)


def times(run: cjsim.Run, name: str, event: Event = Event.CONTACT) -> list[list[float]]:
    """For each person when something happened to them with a touchpoint."""
    rows = run.events.rows
    place = list(run.scenario.touchpoints).index(name)
    rows = rows[(rows["event"] == event) & (rows["touchpoint"] == place)]
    return [rows["time"][rows["person"] == who].tolist() for who in range(run.lives)]


# --- what it follows, and when --------------------------------------------------------------------


@ENGINES
@pytest.mark.parametrize("after", ["deal", "first_deal", "known"])
def test_a_call_comes_so_many_hours_after_the_deal(after: str, engine: str) -> None:
    s = buyers({"call": push(after=after, delay_hours=36.0)})
    found = times(cjsim.simulate(s, 5, engine=engine), "call")
    assert found == [[pytest.approx(7.5)]] * 5


@ENGINES
def test_a_first_deal_is_followed_once_and_every_deal_each_time(engine: str) -> None:
    library = {"thanks": push(after="deal"), "welcome": push(after="first_deal")}
    run = cjsim.simulate(lockstep(horizon_days=20.0, **touching(library)), 3, engine=engine)
    deals = [6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0]
    assert times(run, "thanks") == [pytest.approx(deals)] * 3
    assert times(run, "welcome") == [pytest.approx([6.0])] * 3


@ENGINES
def test_who_leaves_the_queue_is_called_back_once_it_is_over(engine: str) -> None:
    s = lockstep(
        firm={"reps": 0, "patience_days": 3.0, "cold_list_share": 1.0}, horizon_days=60.0,
        rival={"retention": 1.0}, **touching({"sorry": push(after="reneged", delay_hours=2.4)}),
    )  # fmt: skip
    run = cjsim.simulate(in_full(s, 20), 20, engine=engine)
    rows = run.events.rows
    left = rows[rows["event"] == Event.RENEGED]
    assert len(left) == 20
    expected = {who: [t + 0.1] for t, who in zip(left["time"], left["person"], strict=True)}
    for who, found in enumerate(times(run, "sorry")):
        assert found == pytest.approx([t for t in expected[who] if t < 60.0])


@ENGINES
def test_a_silence_is_broken_each_time_it_has_lasted(engine: str) -> None:
    s = firm({"hello": push(after="silence", silence_days=10.0, delay_hours=12.0)})
    found = times(cjsim.simulate(s, 4, engine=engine), "hello")
    # its own contact breaks the silence as well
    assert found == [pytest.approx(np.arange(10.5, 100.0, 10.5).tolist())] * 4


def test_a_silence_begins_anew_with_every_contact() -> None:
    s = firm({"hello": push(after="silence", silence_days=10.0), "ad": pull()})
    run = cjsim.simulate(s, 200)
    rows = run.events.rows
    rows = rows[rows["event"] == Event.CONTACT]
    for who in range(200):
        own = rows[rows["person"] == who]
        gaps = np.diff(own["time"], prepend=0.0)
        assert gaps.max(initial=0.0) <= 10.0 + 1e-9
        assert gaps[own["touchpoint"] == 0] == pytest.approx(10.0)


@ENGINES
def test_a_birthday_comes_once_a_year_on_a_day_of_ones_own(engine: str) -> None:
    s = firm({"gift": push(after="birthday")}, days=3 * 365.0)
    found = np.array(times(cjsim.simulate(s, 400, engine=engine), "gift"))
    assert found.shape == (400, 3)
    assert np.diff(found) == pytest.approx(365.0)
    assert found[:, 0].min() >= 0.0
    assert found[:, 0].max() < 365.0
    assert found[:, 0].mean() == pytest.approx(365.0 / 2, abs=4 * 365.0 / sqrt(12 * 400))
    later = firm({"gift": push(after="birthday", delay_hours=24.0)}, days=3 * 365.0)
    shifted = times(cjsim.simulate(later, 400, engine=engine), "gift")
    whole = found[:, 0] + 1.0
    assert [own[0] for own in shifted] == pytest.approx(whole)


@ENGINES
def test_it_follows_a_contact_and_one_that_waits_already_keeps_its_time(engine: str) -> None:
    library = {"ad": pull(), "call": push(after="ad", delay_hours=72.0)}
    run = cjsim.simulate(firm(library), 50, engine=engine)
    for met, called in zip(times(run, "ad"), times(run, "call"), strict=True):
        expected: list[float] = []
        for day in met:
            if (not expected or day >= expected[-1]) and day + 3.0 < 100.0:
                expected.append(day + 3.0)
        assert called == pytest.approx(expected)


def test_only_whom_the_firm_knows_and_who_has_not_opted_out() -> None:
    library = {"ad": pull(), "call": push(after="ad")}
    assert sum(map(len, times(cjsim.simulate(firm(library, known=0.0), 50), "call"))) == 0
    captured = {"ad": pull(capture=1.0), "call": push(after="ad")}
    run = cjsim.simulate(firm(captured, known=0.0), 50)
    assert times(run, "call") == times(run, "ad")
    jarring = push(fit={"study": 1.0}, after="ad", intrusiveness=5.0)
    pestered = {"ad": pull(), "call": jarring}
    run = cjsim.simulate(firm(pestered), 50)
    out = times(run, "call", Event.OPT_OUT)
    assert [len(own) for own in times(run, "call")] == [len(own) for own in out]
    assert sum(map(len, out)) == 50


def test_it_rests_as_any_push_does_and_is_passed_over_then() -> None:
    library = {"ad": pull(), "call": push(after="ad", rhythm_days=30.0)}
    run = cjsim.simulate(firm(library, days=300.0), 50)
    for met, called in zip(times(run, "ad"), times(run, "call"), strict=True):
        expected: list[float] = []
        for day in met:
            if not expected or day >= expected[-1] + 30.0:
                expected.append(day)
        assert called == expected


def test_guide_and_animator_leave_it_alone() -> None:
    """It fits best everywhere; what they would choose without it they still choose."""
    library = {"mail": push(fit=everywhere(0.5)), "call": push(after="deal")}
    for how in ("guide", "animator"):
        s = firm(library, strategy={"push": how, "every_days": 1.0, "accuracy": 1.0})
        run = cjsim.simulate(s, 5)
        assert sum(map(len, times(run, "call"))) == 0
        assert min(map(len, times(run, "mail"))) > 70


@ENGINES
def test_what_comes_due_in_a_queue_comes_when_it_is_left(engine: str) -> None:
    """Everybody is in the queue from day 5 on, until their patience ends."""
    s = lockstep(
        firm={"reps": 0, "patience_days": 3.0, "cold_list_share": 1.0}, horizon_days=60.0,
        rival={"retention": 1.0},
        **touching({"hello": push(after="silence", silence_days=5.1)}),
    )  # fmt: skip
    run = cjsim.simulate(in_full(s, 20), 20, engine=engine)
    rows = run.events.rows
    left = {int(r["person"]): r["time"] for r in rows[rows["event"] == Event.RENEGED]}
    for who, found in enumerate(times(run, "hello")):
        assert found[0] == max(5.1, left[who])


@ENGINES
def test_what_comes_due_while_a_rep_serves_comes_after_it(engine: str) -> None:
    s = lockstep(
        firm={"reps": 20, "deal_hours": 24.0, "cold_list_share": 1.0}, horizon_days=60.0,
        **touching({"hello": push(after="silence", silence_days=5.1)}),
    )  # fmt: skip
    run = cjsim.simulate(in_full(s, 20), 20, engine=engine)
    rows = run.events.rows
    agreed = rows[(rows["event"] == Event.ENTER) & (rows["stage"] == FIRST_DEAL)]
    at = {int(r["person"]): r["time"] for r in agreed[::-1]}
    assert max(at.values()) > 6.0 > 5.1 > min(at.values())
    assert [found[0] for found in times(run, "hello")] == [max(5.1, at[i]) for i in range(20)]


@ENGINES
def test_what_waits_when_somebody_opts_out_is_never_sent(engine: str) -> None:
    library = {
        "ad": pull(),
        "slap": push(fit={"study": 1.0}, after="ad", intrusiveness=5.0),
        "call": push(after="ad", delay_hours=48.0, opened=0.0),
    }
    run = cjsim.simulate(firm(library), 50, engine=engine)
    assert sum(map(len, times(run, "slap", Event.OPT_OUT))) == 50
    assert sum(map(len, times(run, "call", Event.UNOPENED))) == 0


# --- promptness -----------------------------------------------------------------------------------


@settings(max_examples=often(40))
@given(st.floats(0.0, 500.0), st.floats(0.1, 500.0), st.floats(0.0, 1.0))
def test_what_a_contact_gives_halves_with_each_half_life_of_delay(
    hours: float, half_life: float, warmth: float
) -> None:
    """Lead decay in closed form, through the rules and through a whole run."""
    keys = {"warmth": warmth, "fade_half_life_hours": half_life, "delay_hours": hours}
    s = buyers({"call": push(after="first_deal", proof=0.4, **keys)}, days=40.0)
    engine = Engine(s, cjsim.simulate(s, 1).everybody, 1, truth=True)
    engine.run()
    left = 2.0 ** (-hours / half_life)
    row = next(i for i, r in enumerate(engine.world.rows) if r[2] == Event.CONTACT)
    _, felt, _, _, trust, *_ = engine.world.truths[row]
    assert felt == pytest.approx(warmth * left, rel=1e-9, abs=1e-300)
    assert trust == pytest.approx(0.5 + 0.5 * 0.4 * left, rel=1e-9)


def test_what_irritates_does_not_fade_and_nothing_fades_without_a_half_life() -> None:
    one = person(stage=STUDY)
    late = touch(warmth=0.5, fit=[0.5] * 16, intrusiveness=1.0, after=1, fades=1.0)
    waits = [inf, 0.0, 0.0]
    assert rules.freshness(late, waits, 3.0) == pytest.approx(np.exp(-3.0))
    assert rules.freshness(touch(after=1), waits, 3.0) == 1.0  # fades = 0
    rules.contact(one, market(), late, 3.0, fresh=rules.freshness(late, waits, 3.0))
    other = person(stage=STUDY)
    rules.contact(other, market(), late, 3.0)
    assert one.irritation == other.irritation > 0.0
    assert 0.0 < one.warmth < other.warmth


@ENGINES
def test_waiting_for_a_rep_is_delay_too(engine: str) -> None:
    """Two are called back at once by one rep whose calls take four hours: one waits for them."""
    keys = {"rep_hours": 4.0, "warmth": 0.8, "fade_half_life_hours": 6.0}
    s = buyers(
        {"call": push(after="first_deal", **keys)},
        firm={"reps": 1, "deal_hours": 0.0, "hours_a_day": 24.0},
    )
    run = cjsim.simulate(in_full(s, 2), 2, engine=engine)
    calls = (run.log()["event"] == "contact").to_numpy()
    assert run.log()["time"][calls].tolist() == pytest.approx([6.0, 6.0 + 4.0 / 24.0])
    assert run.truth()["warmth"][calls].tolist() == pytest.approx([0.8, 0.8 * 2.0 ** (-4.0 / 6.0)])


# --- nobody else's luck moves ---------------------------------------------------------------------


def _rich(**more: Any) -> cjsim.Scenario:
    """A random firm with all that was there before, but pressure; nobody is ever fed up."""
    old = frozenset(FEATURES) - {"after", "unread", "seats", "budget", "visits", "pressure"}
    return random_scenario(5, old).with_changes({"market.tolerance_mean": 1e9, **more})


def test_what_follows_and_does_nothing_leaves_all_other_rows_as_they_were() -> None:
    plain = _rich()
    changes: dict[str, Any] = {"touchpoints.note": push(after="deal", delay_hours=5.0)}
    changes |= {f"{name}.touchpoints.note": 1.0 for name in plain.strategies}
    before, after = (
        cjsim.simulate(s, 80, seed=4).events.rows for s in (plain, plain.with_changes(changes))
    )
    others = after[after["touchpoint"] != len(plain.touchpoints)]
    assert len(others) < len(after)
    assert others.tobytes() == before.tobytes()


def test_what_follows_and_does_not_run_changes_no_bit() -> None:
    plain = _rich()
    stored = plain.with_changes({"touchpoints.note": push(after="deal", warmth=0.5)})
    before, after = (cjsim.simulate(s, 80, seed=4).events.rows for s in (plain, stored))
    assert before.tobytes() == after.tobytes()


@ENGINES
def test_what_waits_is_forgotten_when_it_stops_running(engine: str) -> None:
    """Off from day 7 to day 9: nobody is called back afterwards for the deal of day 6."""
    s = buyers({"call": push(after="first_deal", delay_hours=24.0 * 5)})
    off = {"day": 7.0, "until": 9.0, "pull": {"touchpoints": {"call": 0.0}}}
    assert times(cjsim.simulate(s, 4, engine=engine), "call") == [[pytest.approx(11.0)]] * 4
    changed = s.with_changes({"changes": [off]})
    assert times(cjsim.simulate(changed, 4, engine=engine), "call") == [[]] * 4


@ENGINES
def test_a_delay_that_changes_counts_for_what_waits(engine: str) -> None:
    s = buyers({"call": push(after="first_deal", delay_hours=24.0 * 5)})
    sooner = {"day": 8.0, "touchpoints": {"call": {"delay_hours": 24.0}}}
    run = cjsim.simulate(s.with_changes({"changes": [sooner]}), 4, engine=engine)
    assert times(run, "call") == [[8.0]] * 4  # it was due on day 7


def test_both_engines_agree_where_changes_come_on_top() -> None:
    for number in range(12):
        s = random_scenario(number, frozenset(FEATURES))
        other = "other" if s.strategy == "pull" else "pull"
        change = {"day": 20.0, "until": 35.0, "strategy": other}
        assert_equal(s.with_changes({"changes": [change]}), 30, number)


# --- sent, delivered, opened ----------------------------------------------------------------------


def mails(**keys: Any) -> cjsim.Scenario:
    """A mail a day."""
    strategy = {"push": "animator", "every_days": 1.0, "jitter": 0.0}
    return firm({"mail": push(cost_per_contact=2.0, **keys)}, strategy=strategy)


@pytest.mark.parametrize(("delivered", "opened"), [(0.9, 0.25), (1.0, 0.5), (0.6, 1.0)])
def test_the_shares_are_met(delivered: float, opened: float) -> None:
    run = cjsim.simulate(mails(delivered=delivered, opened=opened), 200)
    found = measures.sent(run).loc["mail"]
    assert found["sent"] == 200 * 100
    spread = 4 / sqrt(found["sent"])
    assert found["delivered"] == pytest.approx(delivered, abs=spread)
    assert found["opened"] == pytest.approx(opened, abs=2 * spread)
    assert found[["full", "unpaid"]].tolist() == [0, 0]


@pytest.mark.parametrize("log", ["all", "stages", "measures"])
@ENGINES
def test_what_is_not_read_costs_what_a_contact_costs(engine: str, log: str) -> None:
    run = cjsim.simulate(mails(delivered=0.7, opened=0.5), 40, engine=engine, log=log)
    assert run.totals.contact_cost.sum() == 2.0 * 40 * 100
    assert run.totals.cost_by_day.sum() == 2.0 * 40 * 100
    assert run.totals.contacts.sum() < 0.5 * 40 * 100
    if log == "all":
        assert measures.touchpoints(run)["cost"].sum() == 2.0 * 40 * 100
        assert measures.profit_over_time(run)["costs"].iloc[-1] == pytest.approx(2.0 * 40 * 100)


def test_what_is_not_delivered_does_nothing_and_what_is_not_opened_presses() -> None:
    keys = {"warmth": 0.5, "intrusiveness": 0.1, "reminds": 1.0, "proof": 0.1}

    def felt(**shares: float) -> list[float]:
        s = mails(**keys, **shares).with_changes(
            {"response.crowding": 0.1, "market.tolerance_mean": 1e9}
        )
        engine = Engine(s, cjsim.simulate(s, 3).everybody, 1)
        engine.run()
        rules.mind(engine.people[0], engine.world.market, 100.0)
        p = engine.people[0]
        return [p.warmth, p.irritation, p.trust, p.memory, p.pressure]

    lost, unopened, read = felt(delivered=0.0), felt(opened=0.0), felt()
    assert lost == [0.0, 0.0, 0.5, 0.0, 0.0]
    assert unopened[:4] == lost[:4]
    assert unopened[4] == pytest.approx(read[4])
    assert read[4] > 10.0
    assert min(read) > 0.0


def test_a_share_of_one_draws_nothing_and_moves_no_bit() -> None:
    s = mails()
    before = cjsim.simulate(s, 30).events.rows
    read = cjsim.simulate(mails(delivered=1.0 - 1e-15), 30).events.rows
    assert before.tobytes() == read.tobytes()


def test_more_are_opened_where_more_are_delivered_the_others_stay() -> None:
    """One word of luck: whoever opens at a lower share opens at a higher one."""
    few, many = (
        {(r["time"], r["person"]) for r in rows[rows["event"] == Event.CONTACT]}
        for rows in (cjsim.simulate(mails(opened=share), 30).events.rows for share in (0.3, 0.6))
    )
    assert few < many


# --- seats ----------------------------------------------------------------------------------------


@ENGINES
def test_in_each_session_the_first_find_a_seat_and_the_rest_are_told(engine: str) -> None:
    s = in_full(firm({"breakfast": pull(seats=20, session_days=7.0)}), 60)
    run = cjsim.simulate(s, 60, engine=engine)
    rows = run.events.rows
    rows = rows[np.isin(rows["event"], [Event.CONTACT, Event.FULL])]
    session = np.floor(rows["time"] / 7.0)
    for number in range(14):
        came = rows["event"][session == number]
        assert len(came) > 50
        assert came[:20].tolist() == [Event.CONTACT] * 20
        assert set(came[20:].tolist()) == {Event.FULL}
    free = cjsim.simulate(s.with_changes({"touchpoints.breakfast.seats": 0}), 60, engine=engine)
    assert free.events.rows["time"].tobytes() == run.events.rows["time"].tobytes()


def test_a_sample_finds_as_many_sessions_full_as_the_market() -> None:
    """One in ten, sessions of 10 days: ten times as long, as many seats, the same share refused."""
    s = firm({"breakfast": pull(seats=300, session_days=10.0)}, days=1000.0)
    s = s.with_changes({"market.people": 200})
    whole, sample = (measures.sent(cjsim.simulate(s, n)).loc["breakfast"] for n in (200, 20))
    refused = [found["full"] / (found["full"] + found["sent"]) for found in (whole, sample)]
    assert refused[0] == pytest.approx(0.25, abs=0.02)
    assert refused[1] == pytest.approx(0.25, abs=0.05)


def test_who_finds_no_seat_is_followed_by_nothing() -> None:
    library = {"breakfast": pull(seats=1, session_days=50.0), "call": push(after="breakfast")}
    run = cjsim.simulate(in_full(firm(library), 20), 20)
    assert sum(map(len, times(run, "breakfast"))) == sum(map(len, times(run, "call"))) == 2


# --- a budget -------------------------------------------------------------------------------------


@ENGINES
def test_once_a_budget_is_spent_what_costs_stops_and_what_is_free_goes_on(engine: str) -> None:
    """60 people see the ad 12 times a day, for 3: the 100 of ten days are gone on the third."""
    library = {"ad": pull(cost_per_contact=3.0), "shop": pull()}
    s = in_full(firm(library, strategy={"budget": 100.0, "budget_days": 10.0}), 60)
    run = cjsim.simulate(s, 60, engine=engine)
    rows = run.events.rows
    ad = rows[rows["touchpoint"] == 0]
    period = np.floor(ad["time"] / 10.0)
    spent = [-ad["amount"][period == number].sum() for number in range(10)]
    assert np.cumsum(spent).tolist() == [
        3.0 * np.ceil(100.0 * n / 3.0) for n in range(1, 11)
    ]  # 34, 33, 33, 34 ... contacts: what is overdrawn is taken from the next
    for number in range(10):
        events = ad["event"][period == number]
        assert (np.diff((events == Event.BUDGET).astype(int)) >= 0).all()
    assert not (rows["event"][rows["touchpoint"] == 1] == Event.BUDGET).any()
    assert (rows["event"][rows["touchpoint"] == 1] == Event.CONTACT).sum() > 1000


def test_a_sample_spends_its_share_of_a_budget_that_buys_less_than_a_contact_of_it() -> None:
    s = firm({"ad": pull(cost_per_contact=50.0)}, days=1000.0,
             strategy={"budget": 1000.0, "budget_days": 10.0})  # fmt: skip
    s = s.with_changes({"market.people": 1000})
    for people in (10, 100):
        spent = cjsim.simulate(s, people).totals.contact_cost.sum()
        assert spent == pytest.approx(1000.0 * 100 * people / 1000, abs=50.0)


def test_nothing_that_costs_takes_place_without_money() -> None:
    s = mails().with_changes({"pull.budget": 0.0})
    found = measures.sent(cjsim.simulate(s, 10)).loc["mail"]
    assert found[["sent", "unpaid"]].tolist() == [0, 1000]


def test_a_budget_that_is_never_spent_moves_no_bit() -> None:
    plain = mails(opened=0.5)
    rich = plain.with_changes({"pull.budget": 1e9})
    before, after = (cjsim.simulate(s, 30).events.rows for s in (plain, rich))
    assert before.tobytes() == after.tobytes()


# --- what a file may say --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"call.after": "frst_deal"}, "did you mean first_deal"),
        ({"call.after": "maill"}, "did you mean mail"),
        ({"call.after": "call"}, "goes round in a circle"),
        ({"call.after": "mail", "mail.after": "call"}, "goes round in a circle"),
        ({"ad.after": "deal"}, "only what is sent can follow"),
        ({"ad.opened": 0.5}, "only what is sent can stay unread"),
        ({"call.delay_hours": -1.0}, "from 0 to 87600"),
        ({"call.fade_half_life_hours": 0.0}, "at least 0.01, or inf"),
        ({"ad.seats": 2.5}, "whole"),
    ],
)
def test_mistakes_are_told(changes: dict[str, Any], said: str) -> None:
    s = firm({"ad": pull(), "mail": push(), "call": push()})
    with pytest.raises(ScenarioError, match=said):
        s.with_changes({f"touchpoints.{key}": value for key, value in changes.items()})


def test_no_plan_or_programme_holds_what_follows() -> None:
    library = {"mail": push(), "call": push(after="deal")}
    strategy = {"push": "animator", "programme": ["mail", "call"]}
    with pytest.raises(ValueError, match="a programme holds what is chosen"):
        firm(library, strategy=strategy)
    with pytest.raises(ValueError, match="needs at least one push touchpoint"):
        firm({"call": push(after="deal")}, strategy={"push": "guide"})


def test_places_are_the_librarys_whatever_runs() -> None:
    library = {"a": push(after="deal"), "mail": push(), "b": push(after="a")}
    s = firm(library)
    some = s.with_changes({"pull.touchpoints.a": 0.0})
    assert parameters.waits_kept(s) == [inf, 0.0, 0.0] * 2
    assert [t.waits for t in parameters.touches(some, "push")] == [0, 3]
    assert [t.after for t in parameters.touches(s, "push")] == [1, 0, 64]
