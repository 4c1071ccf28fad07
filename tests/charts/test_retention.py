"""Kaplan-Meier curves: the numbers are exact, the few are named, the open ones are ticked."""

import numpy as np
import pytest

import cjsim
from cjsim import charts, measures
from tests.charts.markets import market
from tests.measures.by_hand import buys, path, run_of

PAIN, DREAM = 0, 1


def by_hand(dreamers: int = 3) -> cjsim.Run:
    """All buy on day 1. Of 40 in pain 10 leave on day 11, 10 on day 31; the dreamers stay."""
    rows = []
    for i in range(40 + dreamers):
        leaves = {0: 11.0, 1: 31.0}.get(i % 4) if i < 40 else None
        visits = [(1.0, 8), (2.0, 9)] + ([(leaves, 13)] if leaves else [])
        rows += buys(i, 1.0) + path(i, *visits)
    motive = [PAIN] * 40 + [DREAM] * dreamers
    return run_of(rows, people=len(motive), traits={"motive": motive})


def test_the_curve_is_that_of_the_measure() -> None:
    run = by_hand()
    line = charts.retention(run, by="motive").figure.axes[0].lines[0]
    assert line.get_xdata().tolist() == [0, 10, 30, 99]  # to the last day anybody was seen
    assert line.get_ydata() == pytest.approx([1, 0.75, 0.5, 0.5])


def test_a_tick_is_a_customer_who_is_still_there() -> None:
    ticks = charts.retention(by_hand(), by="motive").figure.axes[0].lines[1]
    assert ticks.get_marker() == "|"
    assert ticks.get_xdata().tolist() == [99.0] * 20
    assert ticks.get_ydata() == pytest.approx(0.5)


def test_who_comes_back_is_not_open() -> None:
    """Leaving counts once and for all: a returned customer is no tick, in the market as well."""
    ticks = charts.retention(market(), by=None).figure.axes[0].lines[1]
    table = measures.retention(market())
    assert len(ticks.get_xdata()) == table["at_risk"].iloc[0] - table["left"].sum()


def test_groups_of_few_are_left_out_by_name() -> None:
    picture = charts.retention(by_hand(), by="motive")
    assert picture.data.index.get_level_values("motive").unique().tolist() == ["pain"]
    assert len(picture.figure.axes) == 1
    assert "Left out, fewer than 20 customers: Dream (3)." in picture.alt
    assert len(charts.retention(by_hand(20), by="motive").figure.axes) == 2


def test_it_says_the_shares_and_their_limits() -> None:
    """Greenwood: sum of d / (n (n - d)) = 10 / (40 x 30) + 0 up to day 30, where 20 of 40 stay."""
    row = measures.retention(by_hand(), "motive").loc["pain"].iloc[2]
    shown = f"Pain (40) — 50% [{row['low']:.0%} .. {row['high']:.0%}]"
    variance = 10 / (40 * 30) + 10 / (30 * 20)
    half = 1.96 * np.sqrt(variance) / abs(np.log(0.5))
    assert row["low"] == pytest.approx(0.5 ** np.exp(half), abs=1e-4)
    assert shown in charts.retention(by_hand(), by="motive").alt
    assert "30 days after the first deal" in charts.retention(by_hand(), by="motive").alt
    assert "Через 30 дн." in charts.retention(by_hand(), "ru", by="motive").alt


def all_won(day: float, horizon: float) -> cjsim.Run:
    """Twenty-four buy on one day and stay."""
    rows = [row for i in range(24) for row in buys(i, day) + path(i, (day, 8))]
    return run_of(rows, people=24, horizon=horizon)


@pytest.mark.parametrize(
    ("won", "horizon", "told"),
    [
        (0.5, 3.0, "1 day after"),  # half of the horizon, in whole days
        (0.5, 10.0, "5 days after"),
        (0.5, 15.0, "7 days after"),
        (90.0, 100.0, "7 days after"),  # they were seen for 10 days
        (97.0, 100.0, "3 days after"),
        (99.6, 100.0, "0.4 days after"),
    ],
)
def test_it_speaks_of_no_day_that_nobody_was_seen_on(won, horizon, told) -> None:
    picture = charts.retention(all_won(won, horizon), by=None)
    assert f"Shares {told} the first deal" in picture.alt
    axes = picture.figure.axes[0]
    point = next(line for line in axes.lines if line.get_marker() == "o")
    assert point.get_xdata()[0] <= axes.get_xlim()[1]


def test_the_day_is_one_on_which_each_group_was_seen() -> None:
    """Those in pain are seen for 99 days, the dreamers for 20."""
    rows = [row for i in range(24) for row in buys(i, 1.0) + path(i, (1.0, 8))]
    rows += [row for i in range(24, 48) for row in buys(i, 80.0) + path(i, (80.0, 8))]
    run = run_of(rows, people=48, traits={"motive": [PAIN] * 24 + [DREAM] * 24})
    assert "Shares 30 days after" in charts.retention(run, by=None).alt
    assert "Shares 14 days after" in charts.retention(run, by="motive").alt


def test_without_groups_it_is_one_curve() -> None:
    picture = charts.retention(by_hand(), by=None)
    assert picture.figure.axes[0].get_title("left") == "All customers (43)"


def test_nobody_won_is_an_error_that_says_what_to_do() -> None:
    run = run_of(buys(0, 1.0), people=3)
    with pytest.raises(ValueError, match=r"no group by 'adopter' has 20 customers .* more people"):
        charts.retention(run)
    with pytest.raises(ValueError, match=r"^a curve takes 20 customers .* \(there are 1\); simul"):
        charts.retention(run, by=None)


def test_a_misspelt_group_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'motive'"):
        charts.retention(market(), by="motif")
