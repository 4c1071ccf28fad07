"""From revenue to profit: the parts add up, and money of several runs has its interval."""

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from scipy import stats

import cjsim
from charts.markets import comparison, market
from cjsim import charts, measures
from cjsim.charts.waterfall import STEPS, TOTALS


def test_a_run_is_split_as_the_measure_splits_it() -> None:
    shown = charts.waterfall(market()).data.loc["pull", "money"]
    account = measures.money(market()).iloc[0]
    for step in STEPS:
        assert shown[step] == pytest.approx(account[step] * (1 if step in TOTALS else -1))


def test_a_comparison_is_split_exactly_as_its_runs() -> None:
    """It keeps sums only; the prices in the scenario part them again, to rounding."""
    shown = charts.waterfall(comparison(1)).data["money"]
    for name, scenario in comparison(1).scenarios.items():
        account = measures.money(cjsim.simulate(scenario, 300)).iloc[0]
        for step in STEPS:
            sign = 1 if step in TOTALS else -1
            assert shown[name, step] == pytest.approx(sign * account[step], abs=1e-6)


def test_the_parts_add_up_to_profit() -> None:
    data = charts.waterfall(comparison()).data["money"].unstack()
    costs = data[[step for step in STEPS if step not in TOTALS]].sum(axis=1)
    assert (data["revenue"] + costs).to_numpy() == pytest.approx(data["profit"].to_numpy())


def test_each_bar_begins_where_the_last_one_ended() -> None:
    bars = charts.waterfall(market()).figure.axes[0].patches
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    for step, (begin, _), (_, before) in zip(STEPS[1:], ends[1:], ends, strict=False):
        assert begin == pytest.approx(0.0 if step in TOTALS else before)
    assert ends[-1][1] == pytest.approx(ends[-2][1])  # profit is what is left


def test_whiskers_are_the_interval_of_the_mean_over_runs() -> None:
    row = charts.waterfall(comparison()).data.loc[("guide", "profit")]
    profit = comparison().runs.loc["guide", "profit"].to_numpy()
    half = stats.t.ppf(0.975, 4) * profit.std(ddof=1) / np.sqrt(5)
    assert row.tolist() == pytest.approx(
        [profit.mean(), profit.mean() - half, profit.mean() + half]
    )


def test_no_money_of_several_runs_is_without_an_interval() -> None:
    for axes in charts.waterfall(comparison()).figure.axes:
        assert all("±" in word.get_text() for word in axes.texts)
        assert any(isinstance(part, ErrorbarContainer) for part in axes.containers)
    alt = charts.waterfall(comparison()).alt
    assert alt.count(" .. ") == 3 * 3  # revenue, largest cost and profit of three scenarios


@pytest.mark.parametrize("found", [market, lambda: comparison(1)], ids=["run", "comparison"])
def test_one_run_says_that_it_has_no_interval(found) -> None:
    picture = charts.waterfall(found())
    assert "One run: no interval" in picture.figure.get_supxlabel()
    assert "One run, hence no interval." in picture.alt
    assert "Прогон один" in charts.waterfall(found(), "ru").alt


def test_money_is_shown_in_the_thousands_it_has() -> None:
    shown = charts.waterfall(market()).figure.get_supxlabel()
    assert market().summary()["revenue"] > 2000
    assert shown.startswith("Thousand EUR.")


def test_a_log_of_measures_is_enough() -> None:
    thin = cjsim.simulate(market().scenario, people=300, seed=3, log="measures")
    assert charts.waterfall(thin).data.equals(charts.waterfall(market()).data)


def test_a_loss_goes_below_zero() -> None:
    dear = market().scenario.with_changes({"firm.rep_cost_per_day": 1000.0})
    axes = charts.waterfall(cjsim.simulate(dear, people=50)).figure.axes[0]
    assert axes.patches[-1].get_width() < 0
    assert axes.get_xlim()[0] < axes.patches[-1].get_width()
