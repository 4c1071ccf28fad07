"""A calendar of changes: each at its day and nothing before, luck kept, money by the day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim import Scenario, ScenarioError, compare, measures, simulate
from cjsim.experiment.idle import idle
from cjsim.journey import Stage
from cjsim.model import parameters
from cjsim.model.events import Event
from cjsim.scenario.calendar import calendar_in_words, month_days, periods
from tests.builders import everywhere, lockstep, neutral, touching

ENGINES = ("simpy", "compiled")
SITE = {"contact": "pull", "aims_at": "awareness", "fit": everywhere(), "reach_per_day": 0.5}
MAIL = {"contact": "push", "aims_at": "awareness", "fit": everywhere(), "cost_per_contact": 1.0}


def phone(*changes: dict[str, Any], **more: Any) -> Scenario:
    """Three years of the phone's guide, with these changes."""
    short = {"horizon_days": 1095.0, "burn_in_days": 200.0, "changes": list(changes)}
    return Scenario.load("phone", strategy="guide").with_changes({**short, **more})


def rows_of(scenario: Scenario, people: int = 400, **how: Any) -> Any:
    return simulate(scenario, people, **how).events.rows


# --- when what holds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ({"day": 30}, [30]),
        ({"day": 30, "until": 44}, [30, 44]),
        ({"day": 30.5, "until": 44.25, "every": "year"}, [30.5, 44.25, 395.5, 409.25, 760.5,
         774.25]),
        ({"date": "2024-02-01"}, [31]),
        ({"date": "2024-02-29", "every": "year"}, [59]),
        ({"date": "2024-02-29", "until": "2024-03-02", "every": "year"}, [59, 61, 424, 426, 789,
         791]),
        ({"date": "2024-12-24", "until": "2025-01-02", "every": "year"}, [358, 367, 723, 732,
         1088]),
        ({"date": "2023-12-24", "until": "2024-01-02", "every": "year"}, [0, 1, 358, 367,
         723, 732, 1088]),
        ({"day": 10, "until": "2024-02-01"}, [10, 31]),
        ({"day": 0}, [0]),
        ({"day": 5_000}, []),
        ({"day": 2, "until": 5_000}, [2]),
    ],
)  # fmt: skip
def test_a_change_holds_from_its_day_to_its_end(change: dict[str, Any], days: list[float]) -> None:
    scenario = phone({**change, "product": {"price": 111.0}}, start="2024-01-01")
    _, *later = periods(scenario)
    assert [period.day for period in later] == days
    assert later == [] or later[0].scenario.product.price == 111.0


def test_what_stands_below_wins_and_what_ends_gives_way() -> None:
    high, low = ({"product": {"price": price}} for price in (500.0, 300.0))
    scenario = phone({"day": 10, "until": 40, **high}, {"day": 20, "until": 30, **low})
    prices = [(period.day, period.scenario.product.price) for period in periods(scenario)]
    own = scenario.product.price
    assert prices == [(0.0, own), (10.0, 500.0), (20.0, 300.0), (30.0, 500.0), (40.0, own)]


def test_a_season_changes_with_the_months_of_the_calendar() -> None:
    need = [1.0] * 10 + [1.5, 2.0]
    scenario = phone(start="2025-11-15", **{"season.need": need, "horizon_days": 100.0})
    assert month_days(scenario) == [0.0, 16.0, 47.0, 78.0]
    assert [(p.day, p.season) for p in periods(scenario)] == [
        (0.0, 1.0), (0.0, 1.5), (16.0, 2.0), (47.0, 1.0)
    ]  # fmt: skip
    assert calendar_in_words(scenario, "en") == [
        "day 0, 2025-11-15: season.need 1 → 1.5",
        "day 16, 2025-12-01: season.need 1.5 → 2",
        "day 47, 2026-01-01: season.need 2 → 1",
    ]


# --- a hand-made log ------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_every_change_comes_at_its_day_and_nothing_before(engine: str) -> None:
    """In lockstep everybody pays on day 6, then every second day: the amounts are the calendar."""
    scenario = lockstep(
        horizon_days=20.0,
        product={"price": 100.0, "gift_value": 10.0},
        changes=[
            {"day": 5.5, "until": 6.5, "product": {"gift_value": 25.0}},
            {"day": 8, "product": {"price": 80.0}},
            {"day": 12.001, "until": 16, "product": {"price": 60.0}},
        ],
    )
    rows = rows_of(scenario, 1, engine=engine)
    deals = rows[(rows["event"] == Event.FIRST_DEAL) | (rows["event"] == Event.REPEAT_DEAL)]
    paid = dict(zip(deals["time"].tolist(), deals["amount"].tolist(), strict=True))
    assert paid == {
        6.0: 75.0,
        8.0: 80.0,
        10.0: 80.0,
        12.0: 80.0,
        14.0: 60.0,
        16.0: 80.0,
        18.0: 80.0,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_the_desk_is_staffed_by_the_day(engine: str) -> None:
    """Nobody serves until day 9; then all who queue are served at once, in their order."""
    scenario = lockstep(
        horizon_days=12.0,
        firm={"reps": 0, "deal_hours": 0.0, "patience_days": 1e9},
        changes=[{"day": 9, "firm": {"reps": 2}}],
    )
    rows = rows_of(scenario, 3, engine=engine)
    served = rows[rows["event"] == Event.SERVED]
    assert served["time"].tolist() == [9.0] * 3
    assert sorted(served["person"].tolist()) == [0, 1, 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_another_strategy_begins_on_its_day(engine: str) -> None:
    tables = touching({"site": SITE, "mail": MAIL})
    tables["strategies"]["write"] = {
        "touchpoints": {"mail": 1.0},
        "push": "animator",
        "every_days": 2,
    }
    scenario = neutral(
        horizon_days=40.0,
        firm={"cold_list_share": 1.0},
        changes=[{"day": 10, "until": 20, "strategy": "write"}],
        **tables,
    )
    rows = rows_of(scenario, 200, engine=engine)
    contacts = rows[rows["event"] == Event.CONTACT]
    during = (contacts["time"] >= 10) & (contacts["time"] < 20)
    assert set(contacts["touchpoint"][during]) == {1}
    assert set(contacts["touchpoint"][~during]) == {0}


# --- identities -----------------------------------------------------------------------------------

NOTHING = {
    "product.price": {"day": 100},
    "guide.every_days": {"day": 100, "until": 130},
    "strategy": {"day": 0},
    "firm.reps": {"day": 40, "every": "year"},
    "touchpoints.site.warmth": {"day": 3.5},
    "stages.study.typical_days": {"day": 700, "until": 9000},
    "response.crowding": {"day": 1, "until": 2, "every": "year"},
}


@pytest.mark.parametrize("key", NOTHING)
def test_what_changes_nothing_leaves_the_log_to_the_last_bit(key: str) -> None:
    plain = phone()
    with_change = phone({**NOTHING[key], key: plain.value(key)})
    assert rows_of(with_change).tobytes() == rows_of(plain).tobytes()


def test_what_changes_after_the_horizon_leaves_the_log_to_the_last_bit() -> None:
    late = phone({"day": 2000, "product": {"price": 1.0}})
    assert rows_of(late).tobytes() == rows_of(phone()).tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"product": {"price": 500.0}}, {"strategy": "pull"}, {"guide": {"every_days": 3.0}},
        {"touchpoints": {"site": {"reach_per_day": 0.9}}}, {"firm": {"reps": 0}},
        {"shelf": {"stocked_days": 4.0}}, {"product": {"quality": 0.1}},
        {"response": {"warmth_half_life_days": 2.0}}, {"rival": {"competition": 9.0}},
        {"market": {"onset_days": 20.0}}, {"stages": {"study": {"typical_days": 1.0}}},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_happens_before_its_day_and_much_after(change: dict[str, Any]) -> None:
    before, after = rows_of(phone()), rows_of(phone({"day": 300, **change}))
    same_before, same_after = (rows[rows["time"] < 300].tobytes() for rows in (before, after))
    assert same_before == same_after
    assert before.tobytes() != after.tobytes()


def test_people_stay_paired_through_changes() -> None:
    """A touchpoint that does nothing and stops moves nobody: not one draw of theirs shifts."""
    idle_site = touching({"site": SITE})
    still = neutral(horizon_days=200.0, **idle_site)
    stopped = still.with_changes({"changes": [{"day": 50, "pull.touchpoints.site": 0.0}]})

    one, two = (
        rows[rows["event"] == Event.ENTER] for rows in map(rows_of, (still, stopped))
    )  # fmt: skip
    assert (one[["person", "stage"]] == two[["person", "stage"]]).all()
    assert np.allclose(one["time"], two["time"], rtol=0, atol=1e-9)


def test_a_rate_is_that_of_its_time() -> None:
    """Meetings are memoryless: reach · days in each period is what a person meets, Poisson-like."""
    people, days = 400, 100.0
    scenario = neutral(
        horizon_days=200.0, **touching({"site": SITE}),
        changes=[{"day": days, "touchpoints": {"site": {"reach_per_day": 2.0}}}],
    )  # fmt: skip
    rows = rows_of(scenario, people)
    met = rows["time"][rows["event"] == Event.CONTACT]
    for rate, count in ((0.5, np.sum(met < days)), (2.0, np.sum(met >= days))):
        expected = people * days * rate
        assert abs(count - expected) < 4 * np.sqrt(expected)


def test_need_of_the_season_awakes_people_at_its_rate() -> None:
    """Of those unaware on day 0, e^(-∫ season / onset) still are: the exponential clock's law."""
    need = [0.5] * 6 + [3.0] * 6
    scenario = neutral(
        start="2025-01-01", season={"need": need}, horizon_days=365.0,
        market={"onset_days": 300.0, "pain_need": 1.0, "dream_need": 1.0},
    )  # fmt: skip
    people = 4000
    rows = rows_of(scenario, people)
    awake = rows[(rows["event"] == Event.ENTER) & (rows["stage"] == Stage.AWARENESS)]["time"]
    for day, exposed in ((181.0, 0.5 * 181), (365.0, 0.5 * 181 + 3.0 * 184)):
        share = np.exp(-exposed / 300.0)
        error = np.sqrt(share * (1 - share) / people)
        assert abs(1 - np.sum(awake < day) / people - share) < 4 * error


# --- money, tables, questions ---------------------------------------------------------------------


def test_running_costs_are_paid_at_the_numbers_of_the_day() -> None:
    costly = {**SITE, "cost_per_day": 10.0}
    scenario = neutral(
        horizon_days=100.0,
        firm={"reps": 2, "rep_cost_per_day": 5.0, "discount_rate_per_year": 0.0},
        market={"people": 50}, **touching({"site": costly}),
        changes=[
            {"day": 20, "until": 60, "touchpoints": {"site": {"cost_per_day": 30.0}}},
            {"day": 50, "firm": {"reps": 4}},
        ],
    )  # fmt: skip
    run = simulate(scenario, 50)
    account = measures.money(run).iloc[0]
    assert account["touchpoint_cost"] == 10.0 * 60 + 30.0 * 40
    assert account["rep_cost"] == 10.0 * 50 + 20.0 * 50
    over_time = measures.profit_over_time(run, every=10.0)
    paid = (30.0 + 10.0) * 40 - (30.0 + 10.0) * 30  # from day 30 to day 40
    assert over_time.loc[40.0, "costs"] - over_time.loc[30.0, "costs"] == paid
    assert over_time["costs"].iloc[-1] == account["costs"]


def test_a_deal_costs_what_it_costs_on_its_day() -> None:
    scenario = lockstep(
        horizon_days=13.0,
        product={"price": 100.0, "unit_cost": 40.0, "first_deal_extra_cost": 7.0},
        changes=[{"day": 9, "product": {"unit_cost": 55.0}}],
    )  # fmt: skip
    deals = measures.money(simulate(scenario, 1)).iloc[0]
    assert (deals["product_cost"], deals["first_deal_extra"]) == (2 * 40.0 + 2 * 55.0, 7.0)


def test_tables_go_by_months() -> None:
    run = simulate(phone(start="2025-11-15", horizon_days=100.0), 300)
    assert run.log()["date"].iloc[0].isoformat() == "2025-11-15T00:00:00"
    dates = ["2025-11-15", "2025-12-01", "2026-01-01", "2026-02-01", "2026-02-23"]
    for table in (measures.occupancy(run, "month"), measures.profit_over_time(run, "month")):
        assert table.index.strftime("%Y-%m-%d").tolist() == dates
    by_day = measures.occupancy(run, 1.0)
    assert (measures.occupancy(run, "month").iloc[1] == by_day.loc[16.0]).all()
    cohorts = measures.cohorts(run, "month", share=False)
    won = measures.cohorts(run, 1.0, share=False)
    assert sum(cohorts.index.get_level_values("people")) == sum(
        won.index.get_level_values("people")
    )
    assert np.isnan(cohorts.to_numpy()[0, -1])  # February is not over


def test_months_of_equal_length_are_periods_of_as_many_days() -> None:
    run = simulate(phone(start="2025-03-01", horizon_days=61.0), 2000)  # March has 31 days
    by_month, by_days = measures.cohorts(run, "month"), measures.cohorts(run, 31.0)
    assert by_month.to_numpy()[0, 0] == by_days.to_numpy()[0, 0]


def test_a_comparison_keeps_strategies_that_only_a_change_runs() -> None:
    changed = {"now": phone(), "later": phone({"day": 300, "strategy": "pull"})}
    other = {"now": phone(), "later": phone({"day": 300, "strategy": "animator"})}
    one, two = (compare(question, 100, runs=2).runs.loc["later"] for question in (changed, other))
    assert not one.equals(two)


def test_a_key_that_only_a_change_uses_can_act() -> None:
    scenario = Scenario.load("phone", strategy="pull")
    assert idle(scenario, "guide.every_days")
    later = scenario.with_changes({"changes": [{"day": 9, "strategy": "guide"}]})
    assert idle(later, "guide.every_days") is None
    assert idle(later, "changes.0.strategy") is None


def test_a_file_keeps_its_calendar(tmp_path: Any) -> None:
    text = """
extends = "phone"
start = 2026-01-01
[season]
need = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.4, 1.8]
[[changes]]
date = 2026-11-27
until = "2026-12-01"
every = "year"
product.price = 300
guide.every_days = 7
"""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    scenario = Scenario.load(file)
    assert Scenario.load(scenario.save(tmp_path / "saved.toml")) == scenario
    deeper = scenario.with_changes(
        {"changes.0.product.price": 250.0, "changes.0.until": "2026-12-05"}
    )
    assert deeper.value("changes.0.product.price") == 250.0
    assert deeper.value("changes.0.guide.every_days") == 7
    assert [p.day for p in periods(deeper)][:4] == [0.0, 304.0, 330.0, 334.0]


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"changes": [{"day": 1, "prodct": {"price": 3}}]}, "did you mean product.price"),
        ({"changes": [{"day": 1, "product": {"price": -3}}]}, "changes.0.product.price = -3"),
        ({"changes": [{"day": 1, "market": {"pain_share": 0.2}}]}, "cannot change during a run"),
        ({"changes": [{"day": 1, "horizon_days": 2}]}, "cannot change during a run"),
        ({"changes": [{"day": 1, "touchpoints": {"site": {"contact": "push"}}}]}, "cannot change"),
        ({"changes": [{"day": 1, "touchpoints": {"sight": {"warmth": 1}}}]}, "sight"),
        ({"changes": [{"day": 1, "strategy": "gide"}]}, "did you mean guide"),
        ({"changes": [{"day": 9, "until": 9, "strategy": "pull"}]}, "must be after the day"),
        ({"changes": [{"date": "2026-01-05", "strategy": "pull"}]}, "needs the date of day 0"),
        ({"start": "2026-01-01", "changes": [{"date": "2026-13-05"}]}, "a date such as"),
        ({"start": "2026-02-30"}, "a date such as"),
        ({"start": "2026-01-01", "changes": [{"date": "2026-02-05", "day": 3, "strategy": "pull"}]},
         "a day or a date, not both"),
        ({"changes": [{"day": 3}]}, "changes nothing"),
        ({"changes": [{"day": -3, "strategy": "pull"}]}, "from 0 to 200000"),
        ({"changes": [{"day": 3, "every": "month", "strategy": "pull"}]}, "none or year"),
        ({"changes": [{"day": 3, "until": "soon", "strategy": "pull"}]}, "a day (0 or more)"),
        ({"changes": [{"day": 1, "firm": {"reps": 1, "rep_cost_per_day": 9}},
                      {"day": 2, "firm": {"reps": float("inf")}}]}, "do not go together"),
        ({"season.need": [1.0] * 12}, "needs the date of day 0"),
        ({"start": "2026-01-01", "season.need": [1.0] * 11}, "needs twelve factors"),
        ({"changes.0.product.price": 3}, "no item of [[changes]]"),
        ({"horizon_days": 200_000.0,
          "changes": [{"day": n, "every": "year", "strategy": "pull"} for n in range(9)]}, "5000"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_a_line(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError) as told:
        cjsim.Scenario.load("phone").with_changes(changes)
    assert words in told.value.said("en")
    assert told.value.said("ru")


# --- what a change costs --------------------------------------------------------------------------

AROUND = {
    "market.clutter": 2.0,
    "response.detour_scale_m": 77.0,
    "firm.hours_a_day": 5.0,
    "firm.days_a_week": 4.0,
    "guide.touchpoints.mail_offer": 0.5,
    "touchpoints.mail_offer.warmth": 0.77,
    "touchpoints.site.cost_per_contact": 7.0,
}


def test_a_touchpoint_that_does_not_change_is_made_once() -> None:
    scenario = phone({"day": 10, "product": {"price": 400.0}}, {"day": 20, "firm": {"reps": 2}})
    pushed = [parameters.touches(period.scenario, "push") for period in periods(scenario)]
    first, *later = pushed
    assert len(first) > 2
    assert all(one is other for touches in later for one, other in zip(first, touches, strict=True))


@pytest.mark.parametrize("key", AROUND)
def test_a_touchpoint_that_changes_is_made_anew(key: str) -> None:
    """What is remembered of a touchpoint is what is made of it without any memory."""
    scenario = phone({"day": 10, key: AROUND[key]}, **{"touchpoints.mail_offer.rep_hours": 0.5})
    before, after = (period.scenario for period in periods(scenario))
    was = [parameters.touches(before, contact) for contact in ("pull", "push")]
    now = [parameters.touches(after, contact) for contact in ("pull", "push")]
    assert now != was
    alone = scenario.with_changes({"changes": [], key: AROUND[key]})
    parameters._touch.cache_clear()
    assert now == [parameters.touches(alone, contact) for contact in ("pull", "push")]
