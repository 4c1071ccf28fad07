"""From revenue to profit: the parts add up, and money of several runs has its interval."""

import dataclasses

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from scipy import stats

import cjsim
from cjsim import charts, measures
from cjsim.charts.waterfall import STEPS, TOTALS
from tests.charts.markets import comparison, market


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


def test_no_money_that_varies_from_run_to_run_is_without_an_interval() -> None:
    drawn = charts.waterfall(comparison())
    alike = drawn.data["low"].isna()
    assert set(alike[alike].index.get_level_values("step")) <= {"touchpoint_cost", "rep_cost"}
    for axes, name in zip(drawn.figure.axes, comparison().scenarios, strict=True):
        money = [word.get_text() for word in axes.texts]
        assert sum("±" not in words for words in money) == alike[name].sum()
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


def nobody_sells(**changes: float) -> cjsim.Scenario:
    """A firm that does nothing and pays nobody."""
    phone = cjsim.Scenario.load("phone").with_strategy("nothing")
    return phone.with_changes({"firm.rep_cost_per_day": 0.0, **changes})


@pytest.mark.parametrize("level", [0.0, 30_000.0, -30_000.0], ids=["even", "gain", "loss"])
def test_no_whisker_is_cut_or_runs_into_the_numbers(level) -> None:
    """Profits spread widely around a small mean: the interval reaches beyond every bar."""
    runs = comparison().runs.copy()
    spread = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * 60_000.0
    runs.loc["guide", "revenue"] = runs.loc["guide", "revenue"].to_numpy() + spread
    runs.loc["guide", "profit"] = level + spread
    axes = charts.waterfall(dataclasses.replace(comparison(), runs=runs)).figure.axes[1]
    ends = [
        part.lines[2][0].get_segments()[0][:, 0] for part in axes.containers if is_whisker(part)
    ]
    low, high = axes.get_xlim()
    assert len(ends) > 2
    assert min(end.min() for end in ends) > low
    assert max(end.max() for end in ends) < low + 0.6 * (high - low)


def is_whisker(part: object) -> bool:
    return isinstance(part, ErrorbarContainer)


def test_the_largest_item_is_a_cost_even_where_the_loss_is_larger() -> None:
    dear = market().scenario.with_changes({"firm.rep_cost_per_day": 1e5, "product.price": 0.01})
    alt = charts.waterfall(cjsim.simulate(dear, people=20)).alt
    assert "the largest item is “Reps”" in alt


def test_where_nothing_is_spent_no_item_is_the_largest() -> None:
    picture = charts.waterfall(cjsim.simulate(nobody_sells(horizon_days=1.0), people=5))
    assert picture.alt.endswith("Nothing: revenue 0; nothing is spent; profit 0.")
    low, high = picture.figure.axes[0].get_xlim()
    assert (low, high > low) == (0.0, True)


def test_small_money_is_said_with_the_digits_it_has() -> None:
    cheap = {"product.price": 1e-3, "product.unit_cost": 4e-4, "product.first_deal_extra_cost": 0.0}
    run = cjsim.simulate(nobody_sells(**cheap), people=20)
    profit = charts.waterfall(run).data.loc[("nothing", "profit"), "money"]
    assert 0 < profit < 0.05
    assert f"profit {profit:.4f}" in charts.waterfall(run).alt


def test_large_money_is_in_billions() -> None:
    rich = {"product.price": 5e9, "product.unit_cost": 3e9}
    run = cjsim.simulate(market().scenario.with_changes(rich), people=50)
    assert charts.waterfall(run).figure.get_supxlabel().startswith("Billion EUR.")
    assert charts.waterfall(run, "ru").figure.get_supxlabel().startswith("Млрд EUR.")
    words = [word.get_text() for word in charts.waterfall(run).figure.axes[0].texts]
    assert max(map(len, words)) < 9


@pytest.mark.parametrize(("key", "value"), [("money", "RUB"), ("horizon_days", 100.0)])
def test_one_picture_has_one_money_and_one_horizon(key, value) -> None:
    one = market().scenario
    mixed = cjsim.compare(
        {"a": one, "b": one.with_changes({key: value})}, 5, runs=1, executor="here"
    )
    with pytest.raises(
        ValueError, match=f"{key} differs: .* in 'a', {value if key == 'money' else 100} in 'b'"
    ):
        charts.waterfall(mixed)


def test_a_long_name_is_broken_above_its_panel() -> None:
    name = "a name of a strategy that is far too long for a single line"
    found = cjsim.compare({name: market().scenario}, 5, runs=1, executor="here")
    lines = charts.waterfall(found).figure.axes[0].get_title("left").split("\n")
    assert " ".join(lines) == name
    assert max(map(len, lines)) <= 32


def test_what_is_neither_run_nor_comparison_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match=r"draws what cjsim\.simulate or cjsim\.compare returns"):
        charts.waterfall("pull")
