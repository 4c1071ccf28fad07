"""What touchpoints bring: bars are fair shares, rings what closing costs, dots what comes back."""

import dataclasses

import numpy as np
import pytest

from cjsim import charts
from tests.charts.markets import market, truth, truth_drawn


def test_the_data_are_the_tables_of_the_truth_the_best_on_top():
    data, found = charts.touchpoints(truth()).data, truth()
    shares = found.shapley().loc["profit_per_person"].loc[data.index]
    closing = found.incremental().loc["profit_per_person"].loc[data.index]
    back = found.returns().loc[data.index]
    assert data["share"].tolist() == sorted(shares["difference"], reverse=True)
    for column, table in (("share", shares), ("closing", closing)):
        assert data[f"{column}_low"].tolist() == table["low"].tolist()
        assert data[f"{column}_high"].tolist() == table["high"].tolist()
    assert data["closing"].tolist() == closing["difference"].tolist()
    np.testing.assert_array_equal(data["back"], back["back"])


def test_bars_are_the_shares_and_rings_the_closing():
    picture = charts.touchpoints(truth())
    axes = picture.figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(
        picture.data["share"].tolist()
    )
    rings = next(line for line in axes.lines if line.get_marker() == "D")
    assert rings.get_xdata().tolist() == picture.data["closing"].tolist()


def test_another_measure_and_its_words():
    picture = charts.touchpoints(truth(), measure="margin")
    shares = truth().shapley().loc["margin", "difference"]
    assert sorted(picture.data["share"]) == sorted(shares)
    assert picture.alt.startswith("Margin, EUR: together the touchpoints bring")
    with pytest.raises(ValueError, match="unknown measure: 'deals'"):
        charts.touchpoints(truth(), measure="deals")


def test_without_margin_and_costs_there_is_no_second_panel():
    assert len(charts.touchpoints(truth()).figure.axes) == 2
    assert len(charts.touchpoints(truth_drawn()).figure.axes) == 1
    assert "back" not in charts.touchpoints(truth_drawn()).data


def test_it_says_the_largest_and_smallest_share_and_how_it_was_found():
    exact, drawn = charts.touchpoints(truth()), charts.touchpoints(truth_drawn())
    best, worst = exact.data.index[0], exact.data.index[-1]
    assert f"The largest fair share is that of “{best}”" in exact.alt
    assert f"the smallest that of “{worst}”" in exact.alt
    assert "every coalition of the touchpoints" in exact.alt
    assert "orders of joining drawn in each: 4" in drawn.alt
    assert "вытянуты порядки подключения: 4" in charts.touchpoints(truth_drawn(), "ru").alt


def test_one_run_has_no_interval_and_says_so():
    one = dataclasses.replace(truth(), seeds=truth().seeds[:1], runs=truth().runs.loc[
        (slice(None), [truth().seeds[0]]), :
    ])  # fmt: skip
    picture = charts.touchpoints(one)
    assert picture.data["share_low"].isna().all()
    assert "one run, hence no interval" in picture.alt


def test_a_run_is_refused_in_words():
    with pytest.raises(TypeError, match=r"draws what cjsim\.touchpoint_truth returns"):
        charts.touchpoints(market())
