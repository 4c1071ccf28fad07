"""A log with a season: months are looked at, and a month's strength is told apart from all else."""

import numpy as np
import pytest

import cjsim
from cjsim.inference.seen import Lens
from cjsim.inference.summaries import Summaries
from cjsim.measures.log import Log
from cjsim.model.events import Event
from cjsim.observe import Records, observe
from tests.inference.firms import seen_of

WINTER = {"start": "2024-11-01", "season.need": [0.6] * 10 + [2.5, 2.5]}
DECEMBER = "season.need.11"


def numbers_of(rows, days, **changes):
    scenario = cjsim.Scenario.load("phone").with_changes(changes)
    lens = Lens((Event.KNOWN, Event.FIRST_DEAL), (), Records(), days)
    return Summaries.of(lens, scenario).named(seen_of(rows, days))


def test_a_months_rows_are_held_against_its_days():
    """Of four leads in 61 days of November and December three are in December."""
    rows = [(n, day, "known", None, 0.0) for n, day in enumerate((3.9, 30.0, 45.5, 60.9))]
    numbers = numbers_of(rows, 61.0, **WINTER)
    assert numbers["month.known.11"] == pytest.approx(np.log(1.5 / (4 * 30 / 61 + 0.5)))
    assert numbers["month.known.12"] == pytest.approx(np.log(3.5 / (4 * 31 / 61 + 0.5)))
    assert "month.known.10" not in numbers
    assert "month.first_deal.12" in numbers


def test_without_a_season_no_month_is_looked_at():
    rows = [(1, 3.0, "known", None, 0.0)]
    assert not [name for name in numbers_of(rows, 61.0) if name.startswith("month")]


def test_the_strength_of_a_month_is_found_and_not_taken_for_the_pace_of_needs():
    scenario = cjsim.Scenario.load("phone", "pull").with_changes(
        {**WINTER, "horizon_days": 365, "market.onset_days": 300}
    )
    log = observe(cjsim.simulate(scenario, 500, seed=5))
    books = log.frame[log.frame["event"].isin(["known", "first_deal", "repeat_deal"])]
    found = cjsim.fit(
        scenario, Log.of(books, 365.0), free={"market.onset_days": None, DECEMBER: (0.5, 6.0)},
        people=500, simulations=260, executor="here",
    )  # fmt: skip
    table = found.table()
    assert table.loc[DECEMBER, "known_by"] == "data"
    assert table.loc[DECEMBER, "low"] > 1.0  # a season there is
    for key, row in table.iterrows():
        assert row["low"] < scenario.value(key) < row["high"]
