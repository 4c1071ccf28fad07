"""How long people stay on a step, and where they go next."""

import numpy as np
import pandas as pd
import pytest

from cjsim import measures
from cjsim.journey import LENSES
from cjsim.measures.groups import BY
from cjsim.measures.visits import visits
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from tests.builders import neutral, plans
from tests.measures.by_hand import path, row, run_of


def test_the_mean_is_of_completed_visits_and_the_median_respects_open_ones() -> None:
    # at awareness for 2, 4, 6 days, and two still there after 5 and 90
    run = run_of(
        path(0, (1.0, 1), (3.0, 2)),
        path(1, (1.0, 1), (5.0, 2)),
        path(2, (1.0, 1), (7.0, 2)),
        path(3, (95.0, 1)),
        path(4, (10.0, 1)),
        people=5,
    )
    times = measures.time_in_stage(run).loc["awareness"]
    assert times[["visits", "completed", "mean_days"]].tolist() == [5, 3, 4.0]
    # Kaplan-Meier: 4/5 after 2 days, 3/5 after 4, one drops out of sight, 3/10 after 6
    assert times["median_days"] == 6.0


def test_a_median_beyond_the_horizon_is_not_known() -> None:
    run = run_of(path(0, (1.0, 1), (3.0, 2)), path(1, (1.0, 1)), path(2, (1.0, 1)), people=3)
    assert np.isnan(measures.time_in_stage(run)["median_days"]["awareness"])


def test_an_open_visit_lasts_up_to_the_horizon() -> None:
    stays = visits(run_of(path(0, (30.0, 1)), people=1, horizon=100.0))
    assert stays.days.tolist() == [30, 70]
    assert stays.open.tolist() == [False, True]


def test_a_stay_that_began_before_day_0_has_no_known_length() -> None:
    rows = [row(0.0, 0, Event.START, 9), *path(0, (5.0, 9), (40.0, 13))]
    warm = measures.time_in_stage(run_of(rows, people=1, burn_in_days=50.0)).loc["repeat_deal"]
    empty = measures.time_in_stage(run_of(rows, people=1)).loc["repeat_deal"]
    columns = ["visits", "mean_days", "median_days"]
    assert warm[columns].tolist() == [1, 35, 35]
    assert empty[columns].tolist() == [2, 20, 5]


def test_on_a_coarse_map_a_stay_lasts_from_entering_the_step_to_leaving_it() -> None:
    run = run_of(path(0, (1.0, 3), (2.0, 4), (4.0, 5), (8.0, 6)), people=1)
    assert measures.time_in_stage(run, "aida")["mean_days"]["desire"] == 7.0


def test_stays_of_known_lengths_have_the_mean_and_median_of_their_law() -> None:
    """Memoryless with mean 10 days: median 10 ln 2. No planned loss, all stages alike.

    About 1500 visits to each: standard errors 10 / sqrt(n) for mean and median; 4 of them.
    """
    run = simulate(neutral(stages=plans(days=10.0), horizon_days=3000.0), people=60, seed=2)
    times = measures.time_in_stage(run).loc["interest"]
    error = 10.0 / np.sqrt(times["visits"])
    assert abs(times["mean_days"] - 10.0) < 4 * error
    assert abs(times["median_days"] - 10.0 * np.log(2)) < 4 * error


def test_conversion_counts_moves_and_the_open() -> None:
    run = run_of(path(0, (1.0, 1), (2.0, 2)), path(1, (1.0, 1), (2.0, 14), (9.0, 1)), people=2)
    moves = measures.conversion(run)
    assert moves.loc["awareness"][["interest", "dormant", "open"]].tolist() == [1, 1, 1]
    assert moves.loc["unaware", "awareness"] == 2
    assert moves.loc["dormant", "awareness"] == 1
    assert moves.to_numpy().sum() == 7  # all visits
    shares = measures.conversion(run, share=True)
    assert shares.loc["awareness", "interest"] == 1 / 3
    assert shares.loc["study"].isna().all()


@pytest.mark.parametrize("lens", LENSES)
def test_rows_of_the_matrix_are_the_visits_of_the_funnel(lens: str, market: Run) -> None:
    moves = measures.conversion(market, lens)
    assert moves.sum(axis=1).tolist() == market.funnel(lens)["visits"].tolist()
    shares = measures.conversion(market, lens, share=True).sum(axis=1)
    assert np.allclose(shares[moves.sum(axis=1) > 0], 1.0)


@pytest.mark.parametrize("by", BY)
def test_groups_of_the_matrix_add_up(by: str, market: Run) -> None:
    parts = measures.conversion(market, by=by).groupby(level=1, observed=False).sum()
    pd.testing.assert_frame_equal(parts, measures.conversion(market))


def test_people_present_are_arrivals_times_stay() -> None:
    """Little's law, L = λ W, at each of the stages that people come through again and again.

    L from the occupancy every half day, λ and W from the visits. They differ by the visits open
    at the horizon, at most (open · longest visit) / T, and by the grid: each visit is counted with
    an error of sd below half a step; 4 sd.
    """
    horizon, step = 4000.0, 0.5
    scenario = neutral(stages=plans(days=10.0, loss=0.2), horizon_days=horizon)
    run = simulate(scenario, people=40, seed=5)
    present = measures.occupancy(run, every=step).iloc[:-1].mean()
    times, open_visits = measures.time_in_stage(run), run.funnel()["open"]
    stays = visits(run)
    for number, stage in enumerate(present.index):
        here = stays.step == number
        if here.sum() < 200:
            continue
        rate, stay = times["visits"][stage] / horizon, times["mean_days"][stage]
        edge = open_visits[stage] * stays.days[here].max()
        bound = (edge + 4 * step / 2 * np.sqrt(here.sum())) / horizon
        assert abs(present[stage] - rate * stay) < bound, stage
        assert bound < 0.2 * present[stage], "or the law is not put to a test"
