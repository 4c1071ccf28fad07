"""How long customers stay, how many deals they make, and cohorts of them."""

import numpy as np
import pandas as pd
import pytest

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.measures.survival import kaplan_meier
from cjsim.model.events import Event
from cjsim.run import Run
from tests.measures.by_hand import Row, buys, path, row, run_of


def test_kaplan_meier_of_five_stays_worked_out_on_paper() -> None:
    # two end after a day, one after three; one is open after two days and one after four
    days, ended = np.array([1.0, 1, 3, 2, 4]), np.array([True, True, True, False, False])
    curve = kaplan_meier(days, ended)
    assert curve.day.tolist() == [0, 1, 3]
    assert curve.at_risk.tolist() == [5, 5, 2]
    assert curve.ended.tolist() == [0, 2, 1]
    assert curve.lasting.tolist() == pytest.approx([1, 3 / 5, 3 / 5 * 1 / 2])
    assert curve.median == 3
    assert curve.at(np.array([0.5, 1.0, 2.9, 4.0])).tolist() == pytest.approx([1, 0.6, 0.6, 0.3])


def test_its_interval_is_greenwoods_on_the_log_log_scale() -> None:
    days, ended = np.array([1.0, 1, 3, 2, 4]), np.array([True, True, True, False, False])
    curve = kaplan_meier(days, ended)
    s = 3 / 5
    error = np.sqrt(2 / (5 * 3)) / np.log(s)  # Greenwood: d / (n (n - d))
    z = 1.959963984540054
    assert curve.low[1] == pytest.approx(s ** np.exp(-z * error))
    assert curve.high[1] == pytest.approx(s ** np.exp(z * error))


def test_with_nothing_open_kaplan_meier_is_the_share_still_there() -> None:
    days = np.random.default_rng(1).exponential(10.0, 200)
    curve = kaplan_meier(days, np.ones(200, bool))
    left = [(days <= day).mean() for day in curve.day]
    assert np.allclose(curve.lasting, 1.0 - np.array(left))


OPEN = ([1.0, 1, 3, 2, 4], [True, True, True, False, False])  # seen for 4 days at most
GONE = ([1.0, 2], [True, True])  # nobody is left after day 2
NOBODY: tuple[list[float], list[bool]] = ([], [])
STAYS = ([3.0, 5], [False, False])
SEEN = [
    (OPEN, 0.0, 1.0), (OPEN, 3.9, 0.3), (OPEN, 4.0, 0.3), (OPEN, 4.1, np.nan),
    (OPEN, 1e6, np.nan), (OPEN, -1e-9, np.nan), (OPEN, -5.0, np.nan), (OPEN, np.nan, np.nan),
    (OPEN, np.inf, np.nan), (GONE, 2.0, 0.0), (GONE, 1e6, 0.0), (GONE, -1.0, np.nan),
    (NOBODY, 0.0, np.nan), (NOBODY, 7.0, np.nan), (STAYS, 5.0, 1.0), (STAYS, 5.1, np.nan),
]  # fmt: skip


@pytest.mark.parametrize(("stays", "day", "share"), SEEN)
def test_nothing_is_said_of_what_nobody_has_seen(
    stays: tuple[list[float], list[bool]], day: float, share: float
) -> None:
    curve = kaplan_meier(np.array(stays[0]), np.array(stays[1], bool))
    assert float(curve.at(np.array(day))) == pytest.approx(share, nan_ok=True)


@pytest.mark.parametrize("n", [2, 4, 6, 10, 14, 22, 26, 30, 34, 38, 46, 58])
def test_a_half_is_a_half_to_the_last_bit(n: int) -> None:
    """One leaves a day, n in all: (n-1)/n · (n-2)/(n-1) · ... is 1/2 on day n/2."""
    assert kaplan_meier(np.arange(1.0, n + 1), np.ones(n, bool)).median == n / 2


def test_the_median_is_the_first_day_beyond_which_at_most_half_last() -> None:
    assert kaplan_meier(np.array([1.0, 2.0]), np.ones(2, bool)).median == 1
    assert kaplan_meier(np.array([1.0, 2.0, 3.0]), np.ones(3, bool)).median == 2


@pytest.mark.parametrize("days", [[], [3.0]])
def test_where_nobody_left_everybody_is_there(days: list[float]) -> None:
    curve = kaplan_meier(np.array(days), np.zeros(len(days), bool))
    assert curve.lasting.tolist() == pytest.approx([1.0 if days else np.nan], nan_ok=True)
    assert np.isnan(curve.median)


def five_customers() -> Run:
    """Three leave 1, 1 and 3 days after the first deal; two are with us 2 and 4 days after it."""
    return run_of(
        *[buys(i, day) for i, day in enumerate((10.0, 20.0, 50.0, 98.0, 96.0))],
        path(0, (10.0, 8), (11.0, 13), (12.0, 13)),
        path(1, (20.0, 8), (21.0, 13)),
        path(2, (50.0, 8), (51.0, 9), (53.0, 14)),
        path(3, (98.0, 8)),
        path(4, (96.0, 8), (97.0, 5)),
        people=6,
    )


def test_retention_runs_from_the_first_deal_to_the_first_leaving() -> None:
    table = measures.retention(five_customers())
    assert table.index.tolist() == [0, 1, 3]
    assert table["retained"].tolist() == pytest.approx([1, 0.6, 0.3])
    assert table["left"].tolist() == [0, 2, 1]


def test_retention_on_the_days_asked_for() -> None:
    table = measures.retention(five_customers(), days=[0.5, 1, 4, 60, -1])
    assert table.index.tolist() == [0.5, 1, 4, 60, -1]
    assert table["retained"].tolist() == pytest.approx([1, 0.6, 0.3, np.nan, np.nan], nan_ok=True)
    assert table["low"].isna().tolist() == [False, False, False, True, True]


def test_a_return_does_not_make_the_leaving_undone() -> None:
    rows = [*buys(0, 10.0, 40.0), *path(0, (10.0, 8), (20.0, 13), (30.0, 4), (35.0, 6))]
    assert measures.retention(run_of(rows, people=1)).index.tolist() == [0, 10]


def test_leaving_before_the_first_deal_is_none() -> None:
    rows = [*path(0, (2.0, 13), (5.0, 4), (10.0, 8)), *buys(0, 10.0)]
    assert measures.retention(run_of(rows, people=1))["retained"].tolist() == [1.0]


def test_a_trial_that_ends_with_us_is_no_leaving() -> None:
    trial = [row(30.0, 0, Event.TRIAL, 10), row(30.0, 0, Event.RIVAL_DEAL, 10)]
    rows = [*buys(0, 10.0), *path(0, (10.0, 8), (20.0, 10)), *trial, *path(0, (30.0, 9))]
    assert measures.retention(run_of(rows, people=1))["retained"].tolist() == [1.0]


def test_a_wider_confidence_is_a_wider_interval(market: Run) -> None:
    wide, narrow = (measures.retention(market, confidence=c) for c in (0.99, 0.8))
    inside = wide["retained"].between(0.05, 0.95)
    assert (wide["low"] < narrow["low"])[inside].all()
    assert (wide["high"] > narrow["high"])[inside].all()


@pytest.mark.parametrize("by", BY)
def test_leavings_of_groups_add_up(by: str, market: Run) -> None:
    whole, parts = measures.retention(market), measures.retention(market, by=by)
    assert parts["left"].sum() == whole["left"].sum() > 50
    at_start = parts.xs(0.0, level="day")["at_risk"]
    assert at_start.sum() == whole["at_risk"].iloc[0] == market.summary()["first_deals"]


def four_customers() -> list[list[Row]]:
    """Three deals and still there; one and gone; two and gone; one, five days ago."""
    return [
        [*path(0, (10.0, 9)), *buys(0, 10.0, 20.0, 30.0)],
        [*buys(1, 10.0), *path(1, (15.0, 13))],
        [*buys(2, 10.0, 40.0), *path(2, (50.0, 14))],
        [*path(3, (95.0, 9)), *buys(3, 95.0)],
    ]


def test_repeat_rate_by_deal_says_how_many_are_open() -> None:
    table = measures.repeat_rate(run_of(*four_customers(), people=5))
    assert table.index.tolist() == [1, 2, 3]
    counts = table[["customers", "made_next", "left", "gone", "open"]]
    assert counts.loc[1].tolist() == [4, 2, 1, 0, 1]
    assert counts.loc[2].tolist() == [2, 1, 1, 0, 0]
    assert counts.loc[3].tolist() == [1, 0, 0, 0, 1]
    assert table["rate"].tolist() == [1 / 2, 1 / 2, 0]
    # one leaves after 5 days, one is open after 5, one deals after 10 and one after 30 days
    assert table["rate_decided"].loc[[1, 2]].tolist() == pytest.approx([3 / 4, 1 / 2])
    assert np.isnan(table["rate_decided"].loc[3])


def test_closed_cases_alone_would_take_leaving_for_the_rule() -> None:
    """Two leave at once; of eight others, due after 60 days, four were won too late to see it.

    Of closed cases 4 of 6 go on. All eight are bound to: the share is 8 of 10.
    """
    run = run_of(
        *([*buys(i, 10.0), *path(i, (10.0, 13))] for i in (0, 1)),
        *([*path(i, (10.0, 9)), *buys(i, 10.0, 70.0)] for i in (2, 3, 4, 5)),
        *([*path(i, (70.0, 9)), *buys(i, 70.0)] for i in (6, 7, 8, 9)),
        people=10,
    )
    found = measures.repeat_rate(run).loc[1]
    assert found[["made_next", "left", "open"]].tolist() == [4, 2, 4]
    assert found["rate_decided"] == pytest.approx(0.8)


def test_who_comes_back_had_left() -> None:
    rows = [*buys(0, 10.0, 40.0), *path(0, (10.0, 9), (20.0, 13), (30.0, 4), (40.0, 8))]
    found = measures.repeat_rate(run_of(rows, people=1)).loc[1]
    assert found[["made_next", "left", "rate_decided"]].tolist() == [1, 0, 0]


def test_leaving_the_category_ends_what_is_seen_and_is_no_leaving_to_anybody() -> None:
    run = run_of(
        [*buys(0, 10.0), *path(0, (10.0, 9), (30.0, 15))],
        [*buys(1, 10.0), *path(1, (10.0, 9), (50.0, 13))],
        [*buys(2, 10.0), *path(2, (10.0, 9), (20.0, 13), (60.0, 15))],
        people=3,
    )
    table = measures.retention(run)
    assert table["at_risk"].tolist() == [3, 3, 1]
    assert table["retained"].tolist() == pytest.approx([1, 2 / 3, 0])
    rate = measures.repeat_rate(run).loc[1]
    assert rate[["customers", "left", "gone", "open"]].tolist() == [3, 1, 2, 0]
    assert measures.churn(run).loc["all", ["bought", "away", "gone"]].tolist() == [1, 1, 2]
    assert measures.cohorts(run, 25.0, share=False).iloc[0].tolist() == [2, 0, 0, 0]


def test_repeat_rate_within_some_days_counts_the_open_for_as_long_as_they_were_seen() -> None:
    # gaps of 10 and 30 days, one of 90 open, one of 5 open: 1/3 after 10 days, 2/3 after 30
    run = run_of(*four_customers(), people=4)
    rates = [measures.repeat_rate(run, within=days)["rate_within"].loc[1] for days in (9, 20, 30)]
    assert rates == pytest.approx([0, 1 / 3, 2 / 3])


def test_who_had_bought_before_day_0_is_not_a_new_customer() -> None:
    rows = [row(5.0, 0, Event.REPEAT_DEAL, 9, amount=100.0)]
    run = run_of(rows, people=1, burn_in_days=10.0)
    assert len(measures.repeat_rate(run)) == 0
    assert measures.customer_value(run)["customers"].item() == 0


def test_each_next_deal_is_made_by_those_who_made_the_one_before(market: Run) -> None:
    table = measures.repeat_rate(market)
    assert table["customers"].iloc[1:].tolist() == table["made_next"].iloc[:-1].tolist()
    assert table["customers"].sum() == market.summary()[["first_deals", "repeat_deals"]].sum()


@pytest.mark.parametrize("by", BY)
def test_groups_of_the_repeat_rate_add_up(by: str, market: Run) -> None:
    counts = ["customers", "made_next", "left", "gone", "open"]
    parts = measures.repeat_rate(market, by=by)[counts].groupby(level="deal").sum()
    pd.testing.assert_frame_equal(
        parts, measures.repeat_rate(market)[counts], check_index_type=False
    )


def cohort_run() -> Run:
    """Periods of ten days up to day 35: the fourth is not over at the horizon."""
    return run_of(
        [*buys(0, 3.0, 33.0), *path(0, (3.0, 8), (12.0, 13), (25.0, 4), (33.0, 8))],
        [*buys(1, 5.0), *path(1, (5.0, 8))],
        [*buys(2, 15.0), *path(2, (15.0, 8), (20.0, 13))],
        [*buys(3, 32.0), *path(3, (32.0, 8))],
        people=5,
        horizon=35.0,
    )


def test_a_cohort_is_followed_until_the_last_period_that_is_over() -> None:
    table = measures.cohorts(cohort_run(), period_days=10.0)
    assert table.index.tolist() == [(0, 2), (10, 1), (20, 0), (30, 1)]
    nan = np.nan
    expected = [[1, 0.5, 1, nan], [0, 0, nan, nan], [nan] * 4, [nan] * 4]
    np.testing.assert_array_equal(table.to_numpy(), expected)


def test_a_cohort_by_the_deals_it_makes() -> None:
    table = measures.cohorts(cohort_run(), period_days=10.0, active="deals", share=False)
    np.testing.assert_array_equal(table.to_numpy()[:2, :3], [[2, 0, 0], [1, 0, np.nan]])
    longer = measures.cohorts(cohort_run(), period_days=17.5, active="deals", share=False)
    np.testing.assert_array_equal(longer.to_numpy(), [[3, 1], [1, np.nan]])
    whole = measures.cohorts(cohort_run(), period_days=35.0, active="deals", share=False)
    assert whole.to_numpy().tolist() == [[4]]  # who made two deals is one person


def test_cohorts_at_the_horizon_are_the_customers_then_with_us(market: Run) -> None:
    table = measures.cohorts(market, period_days=50.0, share=False)
    found = measures.churn(market).loc["all"]
    assert sum(table.index.get_level_values("people")) == found["bought"]
    last = sum(table.iloc[cohort, 7 - cohort] for cohort in range(8))
    assert last == found["bought"] - found["away"]


@pytest.mark.parametrize("wrong", [{"active": "insid"}, {"period_days": 0.0}])
def test_a_cohort_that_cannot_be_is_refused(wrong: dict[str, str | float], market: Run) -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'inside'|period_days = 0\.0"):
        measures.cohorts(market, **wrong)
