"""How many people stand where, day by day."""

import numpy as np
import pandas as pd
import pytest

from cjsim import measures
from cjsim.journey import LENSES
from cjsim.measures.groups import BY
from cjsim.run import Run
from tests.measures.by_hand import path, run_of


def test_a_day_shows_who_stands_where_after_its_events() -> None:
    run = run_of(path(0, (2.0, 1), (4.0, 2)), path(1, (2.5, 1)), people=2, horizon=5.0)
    present = measures.occupancy(run)
    assert present.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert present["unaware"].tolist() == [2, 2, 1, 0, 0, 0]
    assert present["awareness"].tolist() == [0, 0, 1, 2, 1, 1]
    assert present["interest"].tolist() == [0, 0, 0, 0, 1, 1]


def test_the_last_row_is_the_horizon_even_between_two_days() -> None:
    run = run_of(people=1, horizon=5.5)
    assert measures.occupancy(run, every=2.0).index.tolist() == [0, 2, 4, 5.5]


@pytest.mark.parametrize("lens", LENSES)
def test_nobody_appears_and_nobody_vanishes(lens: str, market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        assert (measures.occupancy(run, lens=lens).sum(axis=1) == len(run)).all()


@pytest.mark.parametrize("by", BY)
def test_groups_add_up_to_the_whole_on_every_day(by: str, market: Run) -> None:
    parts = measures.occupancy(market, every=10.0, by=by).groupby(level="day").sum()
    pd.testing.assert_frame_equal(parts, measures.occupancy(market, every=10.0))


def test_it_is_what_a_replay_of_the_log_shows(old_market: Run) -> None:
    present = measures.occupancy(old_market, every=7.3)
    log = old_market.log()
    moves = log[log["event"].isin(["start", "enter"])]
    for day in present.index:
        last = moves[moves["time"] <= day].groupby("person")["stage"].last()
        counts = last.value_counts().reindex(present.columns)
        assert counts.tolist() == present.loc[day].tolist()


def test_the_last_day_is_what_the_funnel_calls_open(market: Run) -> None:
    assert measures.occupancy(market).iloc[-1].tolist() == market.funnel()["open"].tolist()


def test_the_grid_goes_forward() -> None:
    for every in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match=r"every = .* must be above 0"):
            measures.occupancy(run_of(people=1), every=every)


def test_a_mean_over_days_is_worked_out_on_paper() -> None:
    """One of two is awake from day 10 to day 30; around day 10 a mean of 20 days sees half."""
    run = run_of(path(0, (10, 1), (30, 2)), people=2, horizon=40.0)
    means = measures.occupancy(run, every=10.0, over=20.0)["awareness"]
    assert means.tolist() == [0.0, 0.5, 1.0, 0.5, 0.0]
    assert measures.occupancy(run, every=10.0, over=10.0)["awareness"].tolist() == [
        0,
        0.5,
        1,
        0.5,
        0,
    ]


def test_a_mean_is_the_mean_of_many_moments(market: Run) -> None:
    horizon = market.scenario.horizon_days
    fine = measures.occupancy(market, every=horizon / 40_000)
    means = measures.occupancy(market, every=horizon / 4, over=horizon / 10)
    for day in means.index:
        around = fine[(fine.index - day).to_numpy().__abs__() <= horizon / 20]
        assert means.loc[day].to_numpy() == pytest.approx(around.mean().to_numpy(), abs=0.05)
    assert means.sum(axis=1).to_numpy() == pytest.approx(len(market))


@pytest.mark.parametrize("over", [-1.0, np.nan, np.inf])
def test_days_of_a_mean_are_a_number_of_days(over: float) -> None:
    with pytest.raises(ValueError, match="days of a mean must be at least 0"):
        measures.occupancy(run_of(people=1), over=over)
