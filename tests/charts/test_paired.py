"""Paired differences: each run a dot, the mean and its interval, zero in or out."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

import cjsim
from cjsim import charts
from cjsim.charts.paired import MEASURES
from tests.charts.markets import comparison, market


def test_a_dot_is_the_difference_of_one_run() -> None:
    axes = charts.paired(comparison(), measures=["reached_loyalty"]).figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "."]
    runs = comparison().runs["reached_loyalty"]
    assert dots[0].get_xdata() == pytest.approx((runs["guide"] - runs["pull"]).to_numpy())
    assert dots[1].get_xdata() == pytest.approx((runs["animator"] - runs["pull"]).to_numpy())


def test_mark_and_line_are_the_mean_and_its_t_interval() -> None:
    axes = charts.paired(comparison(), measures=["profit_per_person"]).figure.axes[0]
    runs = comparison().runs["profit_per_person"]
    gap = (runs["animator"] - runs["pull"]).to_numpy()
    half = stats.t.ppf(0.975, 4) * gap.std(ddof=1) / np.sqrt(5)
    line, mark = axes.lines[4], axes.lines[5]  # after dots, line and mark of the guide
    assert mark.get_xdata() == pytest.approx([gap.mean()])
    assert line.get_xdata() == pytest.approx([gap.mean() - half, gap.mean() + half])


def test_shares_are_drawn_in_points_and_kept_as_they_are() -> None:
    picture = charts.paired(comparison(), measures=["share_of_category"])
    found = comparison().paired().loc[("guide", "share_of_category"), "difference"]
    assert picture.figure.axes[0].lines[2].get_xdata() == pytest.approx([100 * found])
    assert picture.data.loc[("guide", "share_of_category"), "difference"] == found
    assert picture.figure.axes[0].get_title("left") == "Share of the category, pp"


def test_each_measure_has_an_axis_of_its_own_with_a_zero() -> None:
    panels = charts.paired(comparison(), "ru").figure.axes
    assert len(panels) == len(MEASURES)
    assert len({axes.get_xlim() for axes in panels}) == len(MEASURES)
    assert all(axes.get_xlim()[0] < 0 < axes.get_xlim()[1] for axes in panels)
    assert panels[3].get_title("left") == "Прибыль на человека, EUR на человека"


def test_it_says_which_intervals_leave_zero_out() -> None:
    """By hand, spread 1: t(4) / sqrt(5) = 1.24 around 3 leaves zero out, around 0 it does not."""
    runs = comparison().runs.copy()
    runs[["contacts", "referrals"]] = 0.0
    noise = np.array([-1.0, -1.0, 0.0, 1.0, 1.0])
    runs.loc["guide", "contacts"] = 3.0 + noise
    runs.loc["guide", "referrals"] = noise
    made = dataclasses.replace(comparison(), runs=runs)
    alt = charts.paired(made, measures=["contacts", "referrals"]).alt
    assert "Contacts, contacts: +3.00 [+1.76 .. +4.24] (the interval leaves zero out)" in alt
    assert "Referrals, people: 0.00 [−1.24 .. +1.24] (the interval includes zero)" in alt


def test_one_run_has_no_interval_and_says_so() -> None:
    picture = charts.paired(comparison(1))
    assert "[" not in picture.alt
    assert "one run, hence no interval" in picture.alt
    assert picture.figure.axes[0].lines[1].get_xdata() == pytest.approx([np.nan] * 2, nan_ok=True)


def test_a_measure_without_a_number_says_so() -> None:
    """Where nobody buys nobody can leave: churn is NaN in every run."""
    runs = comparison().runs.assign(churn=np.nan)
    made = dataclasses.replace(comparison(), runs=runs)
    axes = charts.paired(made, measures=["churn"]).figure.axes[0]
    assert [word.get_text() for word in axes.texts] == ["nothing to measure"] * 2
    assert "Churn, pp: –" in charts.paired(made, measures=["churn"]).alt


def test_a_misspelt_measure_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'referrals'"):
        charts.paired(comparison(), measures=["referals"])
    with pytest.raises(ValueError, match="at least one measure"):
        charts.paired(comparison(), measures=[])


def test_one_measure_may_be_named_without_a_list() -> None:
    picture = charts.paired(comparison(), measures="contacts")
    assert picture.alt == charts.paired(comparison(), measures=["contacts"]).alt
    with pytest.raises(ValueError, match="unknown measure: 'contracts'"):
        charts.paired(comparison(), measures="contracts")


def test_no_difference_at_all_has_an_axis_to_read() -> None:
    runs = comparison().runs.copy()
    for name in ("guide", "animator"):
        runs.loc[name] = runs.loc["pull"].to_numpy()
    panels = charts.paired(dataclasses.replace(comparison(), runs=runs)).figure.axes
    assert [axes.get_xlim() for axes in panels] == [(-1.0, 1.0)] * len(MEASURES)


def test_money_of_two_kinds_has_no_difference() -> None:
    one = market().scenario
    mixed = cjsim.compare({"a": one, "b": one.with_changes({"money": "RUB"})}, 5, executor="here")
    with pytest.raises(ValueError, match="money differs: EUR in 'a', RUB in 'b'"):
        charts.paired(mixed)
    assert "Contacts" in charts.paired(mixed, measures=["contacts"]).alt


def test_a_long_name_is_broken_at_the_left() -> None:
    name = "a name of a strategy that is far too long for a single line"
    one = market().scenario
    found = cjsim.compare({"a": one, name: one}, 5, runs=1, executor="here")
    lines = charts.paired(found).figure.axes[0].get_yticklabels()[0].get_text().split("\n")
    assert " ".join(lines) == name
    assert max(map(len, lines)) <= 24


def test_a_run_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match=r"draws what cjsim\.compare returns"):
        charts.paired(market())
