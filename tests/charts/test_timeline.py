"""Money and deals over time, with what happened marked."""

import pytest

import cjsim
from cjsim import charts, measures
from cjsim.charts.waterfall import SCALES
from tests.charts.markets import market
from tests.measures.by_hand import buys, run_of

MARKS = [(30, "later"), (10.0, "price 320")]


def loss() -> cjsim.Run:
    """Two deals of 100 and reps who cost more than they bring."""
    firm = {"reps": 1, "rep_cost_per_day": 10.0}
    return run_of(buys(0, 20, 50), people=2, firm=firm)


def test_the_data_are_those_of_the_measures():
    picture = charts.timeline(market(), every=50)
    deals = measures.deals_over_time(market(), 50)
    money = measures.profit_over_time(market(), 50).iloc[1:]
    assert picture.data[["first_deals", "repeat_deals"]].equals(
        deals[["first_deals", "repeat_deals"]]
    )
    for column in ("margin", "costs", "cash", "profit"):
        assert picture.data[column].tolist() == money[column].tolist()


def test_it_is_drawn_from_nothing_to_the_end():
    picture = charts.timeline(market())
    line = picture.figure.axes[0].lines[1]
    assert (line.get_xdata()[0], line.get_ydata()[0]) == (0, 0)
    assert line.get_xdata()[-1] == market().scenario.horizon_days
    unit = next(one for least, _, one in SCALES if market().summary()["profit"] >= least)
    assert line.get_ydata()[-1] * unit == pytest.approx(market().summary()["profit"])


def test_a_shorter_last_period_is_shown_as_a_full_one():
    run = run_of(buys(0, 5, 95), people=2)
    bars = charts.timeline(run, every=30).figure.axes[1].patches
    assert [bar.get_height() for bar in bars] == pytest.approx([1, 0, 0, 0, 0, 0, 0, 3])


def test_it_says_the_end_the_day_and_the_deals():
    alt, summary = charts.timeline(market()).alt, market().summary()
    assert f"ends at {summary['profit']:,.0f} EUR" in alt
    assert f"above 0 to stay from day {summary['break_even_day']:.0f} on" in alt
    assert f"First deals: {summary['first_deals']:.0f}" in alt
    assert "One run, hence no interval." in alt
    assert "Прогон один, интервала нет." in charts.timeline(market(), "ru").alt


def test_a_loss_is_told_as_one():
    picture = charts.timeline(loss())
    assert "does not come above 0 to stay" in picture.alt
    assert "It is lowest on day 100, at −" in picture.alt
    assert not [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]


def test_marks_are_numbered_by_their_day_drawn_and_told():
    picture = charts.timeline(loss(), marks=MARKS)
    money, deals = picture.figure.axes
    for axes in (money, deals):
        dotted = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":"]
        assert dotted == [10, 30]
    assert "Marked: 1 day 10: price 320; 2 day 30: later." in picture.alt
    numbers = [word.get_text() for word in money.texts]
    assert numbers[:2] == ["1", "2"]
    listed = " ".join(word.get_text() for word in picture.figure.legends[0].get_texts())
    assert "day 10: price 320" in listed


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ([(101, "too late")], "day 101 is outside the run, 0..100"),
        ([(-1, "too early")], "outside the run"),
        ([(5, 6)], r"\(5, 6\) is no mark; say \(day, text\)"),
        (["price"], "'price' is no mark"),
        ([("ten", "price")], "marks: day"),
    ],
)
def test_what_is_no_mark_is_refused_in_words(marks, told):
    with pytest.raises(ValueError, match=told):
        charts.timeline(loss(), marks=marks)


def test_a_log_without_contacts_is_refused():
    with pytest.raises(ValueError, match="log"):
        charts.timeline(cjsim.simulate(market().scenario, 20, seed=1, log="stages"))
