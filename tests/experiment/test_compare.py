"""Comparisons: same people, same luck, differences run by run."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment.intervals import difference
from cjsim.model.streams import worlds
from tests.builders import neutral


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone")
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


def test_a_strategy_against_itself_differs_by_nothing(scenarios):
    found = cjsim.compare({"a": scenarios["guide"], "b": scenarios["guide"]}, 50, runs=3)
    gaps = found.paired().loc["b"]
    assert (gaps["difference"].dropna() == 0).all()
    assert gaps[["low", "high"]].isna().all(axis=None), "nothing is known of a spread of nothing"
    assert set(gaps["note"]) <= {"alike", "none", "one_run"}
    assert not gaps["clear"].any()


def test_each_run_is_the_run_one_gets_alone(scenarios):
    found = cjsim.compare(scenarios, 50, runs=2, seed=7)
    _, second = worlds(7, 2)
    alone = cjsim.simulate(scenarios["guide"], 50, seed=second).summary()
    pd.testing.assert_series_equal(
        found.runs.loc[("guide", second)], alone, check_names=False, check_dtype=False
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
    runs = [cjsim.simulate(scenarios["pull"], 40, seed=seed) for seed in worlds(3, 2)]
    people = sum(run.funnel()["people"] for run in runs)
    mine = found.funnel().loc["pull", "people"]
    assert np.array_equal(mine, people.loc[mine.index])


def test_it_needs_a_scenario_and_a_run_and_two_for_a_difference(scenarios):
    with pytest.raises(ValueError, match="at least one"):
        cjsim.compare({}, 10)
    with pytest.raises(ValueError, match="runs = 0: must be a whole number of at least 1"):
        cjsim.compare(scenarios, 10, runs=0)
    with pytest.raises(ValueError, match="at least two"):
        cjsim.compare({"pull": scenarios["pull"]}, 10, runs=1).paired()


def test_the_number_of_workers_changes_nothing(scenarios):
    one, two = (cjsim.compare(scenarios, 80, runs=4, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.runs, two.runs, check_exact=True)
    pd.testing.assert_frame_equal(one.funnel(), two.funnel(), check_exact=True)


# --- how sure ---------------------------------------------------------------------------------


def test_pairing_is_worth_ten_times_the_runs(scenarios):
    """Reported, not promised: at 20 runs a ratio of two variances is good to a factor of 2.5."""
    gain = cjsim.compare(scenarios, 500, runs=20).pairing().loc["guide", "gain"]
    assert gain["first_deals"] > 10 / 2.5
    assert gain["profit_per_person"] > 10 / 2.5


def test_the_gain_of_pairing_is_a_ratio_of_variances(scenarios):
    found = cjsim.compare(scenarios, 60, runs=6)
    a, b = (found.runs.loc[name, "revenue"] for name in scenarios)
    row = found.pairing().loc[("guide", "revenue")]
    assert row["gain"] == pytest.approx((a.var() + b.var()) / (b - a).var())
    assert row["unpaired"] == pytest.approx(a.var() + b.var())
    assert row["paired"] == pytest.approx((b - a).var())
    assert 0.5 <= row["low"] < row["gain"] < row["high"]


def test_the_gain_has_an_interval_that_more_runs_narrow(scenarios):
    widths = []
    for runs in (3, 10, 40):
        gain = cjsim.compare(scenarios, 60, runs=runs).pairing().loc[("guide", "revenue")]
        widths.append(math.log(gain["high"] / gain["low"]))
    assert widths == sorted(widths, reverse=True)
    assert cjsim.compare(scenarios, 60, runs=2).pairing()["low"].isna().all()


def test_a_measure_that_some_runs_lack_says_on_how_many_it_stands(scenarios):
    found = cjsim.compare(scenarios, 25, runs=6)
    table = found.paired().loc["guide"]
    told = found.gaps()["guide"].notna().sum()
    assert table["runs"].tolist() == told.tolist()
    assert 0 < table.loc["payback_day", "runs"] < 6 == table.loc["profit", "runs"]


def test_a_narrower_interval_needs_more_runs(scenarios):
    found = cjsim.compare(scenarios, 60, runs=6)
    half = found.paired().loc[("guide", "revenue"), ["low", "high"]]
    half = (half["high"] - half["low"]) / 2
    assert found.runs_needed("revenue", half * 1.0001) == 6
    many = found.runs_needed("revenue", half / 10)
    spread = found.gaps()["guide"]["revenue"].std()
    assert stats.t.ppf(0.975, many - 1) * spread <= half / 10 * math.sqrt(many)
    fewer = many - 1
    assert stats.t.ppf(0.975, fewer - 1) * spread > half / 10 * math.sqrt(fewer)


def test_a_comparison_goes_on_until_it_is_sure_enough(scenarios):
    few = cjsim.compare(scenarios, 60, runs=4)
    wished = 0.6 * (few.paired().loc[("guide", "revenue"), ["low", "high"]] @ [-0.5, 0.5])
    found = cjsim.compare(scenarios, 60, runs=4, until={"revenue": wished})
    assert len(found.seeds) > 4
    assert found.paired().loc[("guide", "revenue"), ["low", "high"]] @ [-0.5, 0.5] <= wished
    again = cjsim.compare(scenarios, 60, runs=len(found.seeds))
    pd.testing.assert_frame_equal(found.runs, again.runs)


@pytest.mark.parametrize("runs", [1, 2, 3, 5, 9, 10, 12])
def test_a_comparison_that_is_to_be_sure_starts_with_ten_runs(scenarios, runs):
    found = cjsim.compare(scenarios, 10, runs=runs, until={"revenue": 1e12})
    assert len(found.seeds) == max(runs, 10)


def test_a_comparison_stops_at_the_most_runs_allowed(scenarios):
    found = cjsim.compare(scenarios, 40, runs=3, until={"revenue": 1e-9}, most=7)
    assert len(found.seeds) == 7


@pytest.mark.parametrize(
    ("measure", "width", "words"),
    [("revenu", 1.0, "revenue"), ("revenue", 0.0, "half_width = 0"), ("revenue", -1.0, "-1")],
)
def test_a_width_that_cannot_be_is_refused(scenarios, measure, width, words):
    with pytest.raises(ValueError, match=words):
        cjsim.compare(scenarios, 40, runs=2).runs_needed(measure, width)


def test_a_measure_that_runs_lack_tells_no_number_of_runs(scenarios):
    nobody = {n: s.with_changes({"market.onset_days": 1e12}) for n, s in scenarios.items()}
    with pytest.raises(ValueError, match="churn: 0 of 2 runs have it"):
        cjsim.compare(nobody, 10, runs=2).runs_needed("churn", 0.05)


@pytest.mark.parametrize("confidence", [95, 1.0, 0.0, -0.5, math.nan])
def test_a_confidence_that_cannot_be_is_refused(scenarios, confidence):
    words = f"confidence = {confidence}: must be between 0 and 1"
    found = cjsim.compare(scenarios, 10, runs=2)
    for asked in (found.paired, found.uplift, lambda c: found.runs_needed("profit", 1.0, c)):
        with pytest.raises(ValueError, match=words):
            asked(confidence)
    with pytest.raises(ValueError, match=words):
        found.pairing(confidence)
    with pytest.raises(ValueError, match=words):
        difference(pd.DataFrame({"m": [1.0, 2.0]}), confidence)


# --- person by person -------------------------------------------------------------------------


def test_the_four_quadrants_are_everybody(scenarios):
    found = cjsim.compare(scenarios, 200, runs=4)
    share = found.uplift().loc["guide", "share"]
    assert share.sum() == pytest.approx(1.0)
    pull = scenarios["pull"]
    seen = {s: cjsim.simulate(pull, 200, seed=s).log()["person"].nunique() for s in found.seeds}
    assert min(seen.values()) > 200, "newcomers are people too"
    deals = (found.runs["first_deals"].unstack() / pd.Series(seen)).mean(axis=1)
    assert share["both"] + share["only_with"] == pytest.approx(deals["guide"])
    assert share["both"] + share["only_without"] == pytest.approx(deals["pull"])


def test_the_quadrants_count_the_people_of_the_log(scenarios):
    found = cjsim.compare(scenarios, 80, runs=2, seed=5)
    only = []
    for seed in worlds(5, 2):
        buyers = {}
        for name, scenario in scenarios.items():
            log = cjsim.simulate(scenario, 80, seed=seed).log()
            buyers[name] = set(log.loc[log["event"] == "first_deal", "person"])
            people = set(log["person"])  # the same under both
        only.append(len(buyers["pull"] - buyers["guide"]) / len(people))
    assert found.uplift().loc[("guide", "only_without"), "share"] == pytest.approx(np.mean(only))


@pytest.mark.parametrize("people", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_shares_of_people_lie_between_nobody_and_everybody(scenarios, people, confidence):
    shares = cjsim.compare(scenarios, people, runs=3).uplift(confidence)
    told = shares.dropna()
    assert told.stack().between(0, 1).all()
    assert (told["low"] <= told["share"]).all()
    assert (told["share"] <= told["high"]).all()


def test_a_strategy_against_itself_moves_nobody(scenarios):
    found = cjsim.compare({"a": scenarios["guide"], "b": scenarios["guide"]}, 100, runs=3)
    moved = found.uplift().loc["b"].loc[["only_with", "only_without"]]
    assert (moved["share"] == 0).all()
    assert moved[["low", "high"]].isna().all(axis=None)


def test_people_who_are_on_one_side_only_are_in_no_quadrant():
    """Growth brings more newcomers; those who are on both sides live the same on both."""
    still = neutral(market={"stay_years": 2.0}, horizon_days=400.0)
    growing = still.with_changes({"market.growth_a_year": 0.5})
    found = cjsim.compare({"still": still, "growing": growing}, 60, runs=3, executor="here")
    share = found.uplift().loc["growing", "share"]
    assert share.sum() == pytest.approx(1.0)
    assert found.won["growing"].shape[1] > found.won["still"].shape[1] > 60
    assert share["both"] > 0
