"""Measures of a log are those of the run it came from, where a log can tell."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import cjsim
from cjsim import charts, measures, observe
from cjsim.data.files import log_of
from cjsim.measures.log import Log
from tests.charts.markets import market
from tests.measures.by_hand import buys, run_of


def orders(rows, days=100.0):
    """A foreign log: (time, person, event)."""
    return Log.of(pd.DataFrame(rows, columns=["time", "person", "event"]), days)


def test_deals_and_cohorts_of_a_log_are_those_of_its_run():
    log = log_of(market())
    assert_frame_equal(measures.deals_over_time(log, 50), measures.deals_over_time(market(), 50))
    ours, theirs = measures.cohorts(market(), 50, "deals"), measures.cohorts(log, 50)
    assert_frame_equal(ours, theirs)
    columns = ["customers", "made_next", "rate"]
    assert_frame_equal(measures.repeat_rate(log)[columns], measures.repeat_rate(market())[columns])


def test_by_months_where_there_is_a_start():
    scenario = cjsim.Scenario.load("phone").with_changes({"start": "2024-03-10"})
    run = cjsim.simulate(scenario, 100)
    seen = observe.observe(run)
    assert_frame_equal(
        measures.deals_over_time(run, "month"), measures.deals_over_time(seen, "month")
    )


def test_a_persons_first_order_is_a_first_deal_elsewhere_too():
    log = orders([(1, "a", "visit"), (2, "a", "order"), (5, "b", "order"), (50, "a", "order")])
    table = measures.deals_over_time(log, 50)
    assert table["first_deals"].tolist() == [2, 0]
    assert table["repeat_deals"].tolist() == [0, 1]
    assert measures.repeat_rate(log)["customers"].tolist() == [2, 1]


def test_two_people_taken_for_one_are_one_new_customer():
    run = run_of(buys(0, 10.0), buys(1, 20.0), people=2)
    frame = run.log().assign(person=0)
    table = measures.deals_over_time(Log.of(frame, 100.0), 100)
    assert table[["first_deals", "repeat_deals"]].to_numpy().tolist() == [[1, 1]]


def test_silence_is_taken_for_leaving():
    """By hand: a buys on 0, 30 and no more, b on 10 alone, c on 95: seen for 5 days."""
    log = orders([(0, "a", "deal"), (30, "a", "deal"), (10, "b", "deal"), (95, "c", "deal")])
    curve = measures.retention(log, silent_days=40.0)
    assert curve.index.tolist() == [0.0, 40.0, 70.0]  # b on day 50, a on day 70
    assert curve["retained"].tolist() == pytest.approx([1.0, 0.5, 0.0])
    early = measures.retention(log, silent_days=25.0)
    assert early.index.tolist() == [0.0, 25.0]  # a before the second deal, b
    with pytest.raises(ValueError, match="silent_days = None: nobody is seen to leave"):
        measures.retention(log)


def test_what_a_log_cannot_tell_is_told():
    log = log_of(market())
    with pytest.raises(ValueError, match="nobody is seen to leave in a log"):
        measures.cohorts(log, 50, "inside")
    with pytest.raises(ValueError, match="a log tells nothing of what people are like"):
        measures.repeat_rate(log, by="motive")
    assert measures.repeat_rate(log)["rate_decided"].isna().all()


def test_a_funnel_of_events_by_hand():
    """b calls before visiting, which is not on the way; c never calls."""
    rows = [(1, "a", "visit"), (2, "a", "call"), (3, "a", "deal"), (1, "b", "call"),
            (2, "b", "visit"), (3, "b", "deal"), (4, "c", "visit")]  # fmt: skip
    table = measures.event_funnel(orders(rows), ["visit", "call", "deal"])
    assert table["people"].tolist() == [3, 1, 1]
    assert table["share"].tolist() == pytest.approx([1, 1 / 3, 1 / 3])
    assert table["passed"].tolist()[1:] == pytest.approx([1 / 3, 1])
    assert np.isnan(table["passed"].iloc[0])
    with pytest.raises(ValueError, match=r"unknown event in this log: 'vsit'\. Did you mean"):
        measures.event_funnel(orders(rows), ["vsit", "deal"])
    with pytest.raises(ValueError, match="name two events or more"):
        measures.event_funnel(orders(rows), "visit")


def test_the_charts_take_it():
    seen = observe.observe(market(), offline=0.5)
    picture = charts.cohorts(seen, period_days=50)
    assert_frame_equal(picture.data.dropna(axis=1, how="all"), picture.data)
    with pytest.raises(
        TypeError, match=r"not Observed\. Observed is drawn by: cohorts, path_variants"
    ):
        charts.timeline(seen)


@pytest.mark.parametrize(
    ("frame", "days", "told"),
    [
        ({"time": [1], "event": ["a"]}, None, "person is missing"),
        ({"time": [-1], "person": [1], "event": ["a"]}, None, "days are counted from 0 on"),
        ({"time": ["x"], "person": [1], "event": ["a"]}, None, "time: must hold numbers"),
        ({"time": [9], "person": [1], "event": ["a"]}, 5, "days = 5: must be above 0"),
        ({"time": [9], "person": [None], "event": ["a"]}, None, "person: is missing in a row"),
        ({"time": [9], "person": [1], "event": [" "]}, None, "event: is missing in a row"),
    ],
)
def test_a_frame_that_is_no_log_is_told(frame, days, told):
    with pytest.raises(ValueError, match=told):
        Log.of(pd.DataFrame(frame), days)


def test_a_start_that_is_no_date_is_told():
    frame = pd.DataFrame({"time": [1.0], "person": [1], "event": ["a"]})
    with pytest.raises(ValueError, match="start = 'soon': must be a date"):
        Log.of(frame, start="soon")
