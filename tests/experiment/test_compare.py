"""Comparisons: same people, same luck, differences run by run."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment.compare import difference


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone")
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


def test_a_strategy_against_itself_differs_by_nothing(scenarios):
    found = cjsim.compare({"a": scenarios["guide"], "b": scenarios["guide"]}, 50, runs=3)
    gaps = found.paired().loc["b"]
    defined = gaps.dropna()
    assert (defined[["difference", "low", "high"]] == 0).all(axis=None)
    assert not gaps["clear"].any()


def test_each_run_is_the_run_one_gets_alone(scenarios):
    found = cjsim.compare(scenarios, 50, runs=2, seed=7)
    alone = cjsim.simulate(scenarios["guide"], 50, seed=8).summary()
    pd.testing.assert_series_equal(
        found.runs.loc[("guide", 8)], alone, check_names=False, check_dtype=False
    )


def test_the_paired_interval_is_the_t_interval_of_the_differences():
    gaps = pd.DataFrame({"m": [1.0, 2.0, 4.0, 5.0]})
    row = difference(gaps).loc["m"]
    test = stats.ttest_1samp(gaps["m"], 0.0).confidence_interval(0.95)
    assert row["difference"] == pytest.approx(3.0)
    assert (row["low"], row["high"]) == pytest.approx((test.low, test.high))
    assert row["clear"] == (test.low > 0)


def test_one_run_has_a_difference_but_no_interval():
    row = difference(pd.DataFrame({"m": [3.0]})).loc["m"]
    assert row["difference"] == 3.0
    assert math.isnan(row["low"])
    assert not row["clear"]


def test_pairing_narrows_the_interval(scenarios):
    found = cjsim.compare(scenarios, 200, runs=8)
    pull, guide = (found.runs.loc[name, "first_deals"] for name in scenarios)
    assert (guide - pull).var() < 0.5 * (guide.var() + pull.var())


def test_funnels_add_up_over_runs(scenarios):
    found = cjsim.compare(scenarios, 40, runs=2, seed=3)
    runs = [cjsim.simulate(scenarios["pull"], 40, seed) for seed in (3, 4)]
    people = sum(run.funnel()["people"] for run in runs)
    mine = found.funnel().loc["pull", "people"]
    assert np.array_equal(mine, people.loc[mine.index])


def test_it_needs_a_scenario_and_a_run_and_two_for_a_difference(scenarios):
    with pytest.raises(ValueError, match="at least one"):
        cjsim.compare({}, 10)
    with pytest.raises(ValueError, match="at least one"):
        cjsim.compare(scenarios, 10, runs=0)
    with pytest.raises(ValueError, match="at least two"):
        cjsim.compare({"pull": scenarios["pull"]}, 10, runs=1).paired()


def test_the_number_of_workers_changes_nothing(scenarios):
    one, two = (cjsim.compare(scenarios, 80, runs=4, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.runs, two.runs, check_exact=True)
    pd.testing.assert_frame_equal(one.funnel(), two.funnel(), check_exact=True)
