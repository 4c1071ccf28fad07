"""Sensitivity: against lines, products and Ishigami's function, whose answers are known."""

import math

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import charts
from cjsim.experiment import workers
from cjsim.experiment.intervals import t_interval
from cjsim.experiment.sensitivity import relative, sobol, sobol_indices
from cjsim.experiment.tornado import _row, tornado
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario
from tests.builders import neutral, plans

HERE = {"people": 60, "runs": 4, "executor": "here"}


@pytest.fixture(scope="module")
def shop() -> Scenario:
    """People who buy again and again, and lose heart on the way; nobody reacts to a price."""
    return neutral(
        stages=plans(days=4.0, loss=0.1), horizon_days=120.0,
        firm={"reps": 2, "rep_cost_per_day": 3.0},
    )  # fmt: skip


def values(scenario: Scenario, measure: str, people: int = 60, runs: int = 4) -> np.ndarray:
    return np.array(
        [cjsim.simulate(scenario, people, seed=seed).summary()[measure] for seed in worlds(1, runs)]
    )


def assert_interval(row: pd.Series, name: str, gaps: np.ndarray) -> None:
    """That of run-by-run differences."""
    _, low, high = t_interval(gaps)
    found = [row[name + end] for end in ("", "_low", "_high")]
    assert found == pytest.approx([gaps.mean(), low, high], nan_ok=True)


# --- Tornado ------------------------------------------------------------------------------------


def test_revenue_is_proportional_to_the_price_and_deaf_to_the_cost(shop):
    found = tornado(
        shop, ["product.unit_cost", "product.price"], measure="revenue", step=0.2, **HERE
    )
    assert list(found.table.index) == ["product.price", "product.unit_cost"]
    price, cost = (found.table.loc[key] for key in found.table.index)
    revenue = values(shop, "revenue")
    assert found.base.to_numpy() == pytest.approx(revenue)
    assert (price["value"], price["low_value"], price["high_value"]) == pytest.approx(
        (100, 80, 120)
    )
    assert_interval(price, "down", -0.2 * revenue)
    assert_interval(price, "up", 0.2 * revenue)
    assert price["swing"] == pytest.approx(0.4 * revenue.mean())
    # the same share in every run, whatever the luck: nothing is left that an interval could tell
    assert price["elasticity"] == pytest.approx(1)
    assert price[["elasticity_low", "elasticity_high"]].isna().all()
    assert price["clear"]
    assert (cost[["down", "up", "swing", "elasticity"]] == 0).all()
    assert not cost["clear"]


def test_each_end_is_the_run_one_gets_alone(shop):
    row = tornado(
        shop, ["stages.interest.planned_loss"], measure="first_deals", step=0.5, **HERE
    ).table.iloc[0]
    base = values(shop, "first_deals")
    low, high = (
        values(shop.with_changes({"stages.interest.planned_loss": loss}), "first_deals")
        for loss in (0.05, 0.15)
    )
    assert_interval(row, "down", low - base)
    assert_interval(row, "up", high - base)
    assert row["elasticity"] == pytest.approx((high - low).mean() / base.mean())


def test_more_of_a_key_that_shrinks_a_loss_has_an_elasticity_above_zero(shop):
    """Profit = deals (price - cost) - reps; below zero at this cost. Deals do not see the price.

    Later money counts as much as revenue does, in which nothing is discounted.
    """
    dear = shop.with_changes({"product.unit_cost": 150.0, "firm.discount_rate_per_year": 0.0})
    row = tornado(dear, ["product.price"], measure="profit", step=0.1, **HERE).table.iloc[0]
    profit = values(dear, "profit").mean()
    assert profit < 0
    assert row["elasticity"] == pytest.approx(values(dear, "revenue").mean() / -profit)


def test_a_key_that_only_hurts_when_moved_swings_from_zero():
    """Both ends lie on one side: the swing reaches to the base, not from end to end."""
    base = np.array([10.0, 12.0])
    row = _row((1.0, 0.9, 1.1), base, base - 3.0, base - 2.0)
    assert row["swing"] == 3.0


@pytest.mark.parametrize(
    ("key", "changes", "low", "high"),
    [
        ("product.quality", {"product.quality": 0.95}, 0.855, 1.0),
        ("stages.study.planned_loss", {"stages.study.planned_loss": 0.95}, 0.855, 0.975),
        ("curiosity.base", {"curiosity.base": -2.0}, -2.2, -1.8),
        ("loyalty.deals_to_loyalty", {"loyalty.deals_to_loyalty": 50}, 45, 55),
        ("loyalty.deals_to_loyalty", {"loyalty.deals_to_loyalty": 3}, 2, 4),
        ("firm.reps", {"firm.reps": 1}, 1, 2),  # 0 would mean: no desk at all
        ("pull.every_days", {"pull.every_days": 10.0}, 9.0, 11.0),
    ],
    ids=["to 1", "half way to 1", "below 0", "whole", "whole by one", "not to 0", "short key"],
)
def test_a_key_moves_as_far_as_it_may(shop, key, changes, low, high):
    small = shop.with_changes({**changes, "horizon_days": 1.0})
    row = tornado(small, [key], people=2, runs=1, executor="here").table.iloc[0]
    assert (row["low_value"], row["high_value"]) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("key", "changes", "step", "shares", "own"),
    [
        ("firm.reps", {"firm.reps": 2}, 0.1, (-0.5, 0.5), True),
        ("firm.reps", {"firm.reps": 1}, 0.1, (0.0, 1.0), True),  # 0 would be no desk at all
        ("firm.reps", {"firm.reps": 10}, 0.1, (-0.1, 0.1), False),
        ("firm.reps", {"firm.reps": 10}, 0.12, (-0.1, 0.1), True),
        ("firm.reps", {"firm.reps": 3}, 0.5, (-1 / 3, 1 / 3), True),  # 1.5 and 4.5 to even
        ("loyalty.deals_to_loyalty", {"loyalty.deals_to_loyalty": 50}, 0.1, (-0.1, 0.1), False),
        ("product.quality", {"product.quality": 0.95}, 0.1, (-0.1, 0.05 / 0.95), True),
        ("product.quality", {"product.quality": 0.5}, 0.1, (-0.1, 0.1), False),
        ("curiosity.base", {"curiosity.base": -2.0}, 0.1, (-0.1, 0.1), False),
        ("stages.study.planned_loss", {"stages.study.planned_loss": 0.95}, 0.1,
         (-0.1, 0.025 / 0.95), True),
        ("product.price", {}, 0.25, (-0.25, 0.25), False),
    ],
)  # fmt: skip
def test_what_was_not_moved_by_the_step_is_named_with_its_own(
    shop, key, changes, step, shares, own
):
    small = shop.with_changes({**changes, "horizon_days": 1.0})
    found = tornado(small, [key], step=step, people=2, runs=1, executor="here")
    row = found.table.iloc[0]
    assert (row["share_down"], row["share_up"]) == pytest.approx(shares)
    assert found.own_steps == ((key,) if own else ())
    for lang, word in (("en", "Ranked by what"), ("ru", "в том же темпе")):
        said = charts.tornado(found, lang)
        assert (key in found.own_steps_in_words(lang)) == own
        assert (word in found.says(lang)) == own
        title = said.figure.axes[0].get_title(loc="left")
        assert ("as far as it can go" in title or "сколько можно" in title) == own


def test_keys_are_ranked_by_what_an_equal_step_would_do(shop):
    """Two reps become one and three: half of them; a price moves by a tenth."""
    dear = shop.with_changes({"firm.rep_cost_per_day": 1000.0, "firm.deal_hours": 0.0})
    found = tornado(dear, ["firm.reps", "product.price"], measure="profit", **HERE)
    table = found.table
    assert list(table.index) == ["product.price", "firm.reps"]
    assert table.loc["firm.reps", "swing"] > table.loc["product.price", "swing"]
    assert table.loc["firm.reps", "swing_of_step"] == pytest.approx(
        table.loc["firm.reps", "swing"] / 5
    )
    assert found.own_steps == ("firm.reps",)
    assert "firm.reps = 1 … 3 (−50 % … +50 %)" in found.says()
    assert "1 … 3 (−50\N{NO-BREAK SPACE}% … +50\N{NO-BREAK SPACE}%)" in found.says("ru")
    label = charts.tornado(found).figure.axes[0].get_yticklabels()[1].get_text()
    assert label == "firm.reps\n1 … 3 (−50 % … +50 %)"


def test_a_share_of_nothing_is_not_a_number(shop):
    """Before anybody can buy the revenue is 0."""
    early = shop.with_changes({"horizon_days": 1e-9})
    row = tornado(
        early, ["product.price"], measure="revenue", people=5, runs=3, executor="here"
    ).table
    assert row["elasticity"].isna().all()
    assert row["swing"].eq(0).all()


def test_one_run_has_effects_but_no_intervals(shop):
    row = tornado(
        shop, ["product.price"], measure="revenue", people=60, runs=1, executor="here"
    ).table
    assert row["elasticity"].iloc[0] == pytest.approx(1.0)
    assert row[["down_low", "up_high", "elasticity_low"]].isna().all(axis=None)
    assert not row["clear"].any()


def test_the_interval_of_a_share_covers_it_as_often_as_it_says():
    """300 experiments of 20 runs: a coverage of 95 % has the standard error 1.3 %; 3 are 3.8 %."""
    draws = np.random.default_rng(5)
    hits = 0
    for _ in range(300):
        base = draws.normal(10.0, 2.0, 20)
        gaps = -0.3 * base + draws.normal(0.0, 1.0, 20)
        _, low, high = relative(gaps, base)
        hits += low < -0.3 < high
    assert abs(hits / 300 - 0.95) < 0.038


def test_a_share_of_something_about_zero_is_not_a_number():
    assert all(math.isnan(x) for x in relative(np.ones(3), np.array([-1.0, 0.1, 1.0])))


@pytest.mark.parametrize(
    ("keys", "options", "message"),
    [
        (["product.prise"], {}, "did you mean price"),
        (["product.price"], {"measure": "profit_per_dya"}, "Did you mean 'profit_per_day'"),
        (["product.price"], {"step": 1.0}, "above 0 and below 1"),
        (["product.price"], {"step": 0.0}, "above 0 and below 1"),
        (["product.price"], {"runs": 0}, "runs = 0: must be a whole number of at least 1"),
        ([], {}, "at least one key"),
        (["product.complexity"], {}, "product.complexity = 0: only a finite number other than 0"),
        (["shelf.stocked_days"], {}, "shelf.stocked_days = inf: only a finite"),
        (["firm.repeat_needs_rep"], {}, "only a number can be varied; this key is true or false"),
        (["product"], {}, "only a number can be varied; this key is a table"),
        (["market.people"], {}, "give people="),
    ],
)
def test_what_cannot_be_moved_is_refused(shop, keys, options, message):
    with pytest.raises(ValueError, match=message):
        tornado(shop, keys, **{**HERE, **options})


def test_a_touchpoint_that_does_not_run_has_no_share_to_vary():
    phone = Scenario.load("phone")
    with pytest.raises(ValueError, match="mail_offer = 0: only a finite number other than 0"):
        tornado(phone, ["pull.touchpoints.mail_offer"], **HERE)


# --- Sobol --------------------------------------------------------------------------------------


def ishigami(x: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


PI = {f"x{i}": (-math.pi, math.pi) for i in (1, 2, 3)}


def assert_indices(found: pd.DataFrame, first: list[float], total: list[float]) -> None:
    """Within 3 of the frame's own bootstrap errors, 1 in 370 each; + 1e-3 where an error is 0."""
    for name, exact in (("first", first), ("total", total)):
        error = (found[f"{name}_high"] - found[f"{name}_low"]).to_numpy() / 2 / 1.96
        assert np.all(np.abs(found[name] - exact) < 3 * error + 1e-3), found


def test_ishigami():
    """Closed form: Ishigami & Homma 1990, with a = 7, b = 0.1."""
    a, b = 7.0, 0.1
    alone_1 = (1 + b * math.pi**4 / 5) ** 2 / 2
    alone_2 = a**2 / 8
    both_13 = 8 * b**2 * math.pi**8 / 225
    all_of_it = alone_1 + alone_2 + both_13
    first = [alone_1 / all_of_it, alone_2 / all_of_it, 0.0]
    total = [(alone_1 + both_13) / all_of_it, first[1], both_13 / all_of_it]
    found = sobol_indices(ishigami, PI, samples=4096)
    assert list(found.index) == list(PI)
    assert_indices(found, first, total)
    assert np.abs(found["first"] - first).max() < 0.02  # 4096 points: 1 / sqrt(n) = 0.016
    assert np.abs(found["total"] - total).max() < 0.02


def test_a_sum_has_no_interactions():
    found = sobol_indices(
        lambda x: x @ [1.0, 2.0, 3.0], dict.fromkeys("abc", (0.0, 1.0)), samples=1024
    )
    shares = [1 / 14, 4 / 14, 9 / 14]
    assert_indices(found, shares, shares)


def test_the_seed_alone_decides_and_no_other_stream_is_touched():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    zero, again, other = (sobol_indices(ishigami, PI, 64, seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(zero, again, check_exact=True)
    assert not np.allclose(zero, other)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_what_does_not_vary_has_no_indices():
    assert sobol_indices(lambda x: np.ones(len(x)), PI, 8).isna().all(axis=None)


@pytest.mark.parametrize(
    ("function", "ranges", "n", "message"),
    [
        (ishigami, PI, 1000, "samples = 1000: must be a power of 2, e.g. 1024"),
        (ishigami, PI, 0, "must be a power of 2"),
        (ishigami, {"x": (1.0, 1.0)}, 8, "must rise from low to high"),
        (ishigami, {}, 8, "at least one range"),
        (lambda x: x[:, 0] / 0.0 * 0.0, {"x": (1.0, 2.0)}, 8, "24 of 24 values are not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_has_no_indices_is_refused(function, ranges, n, message):
    with pytest.raises(ValueError, match=message):
        sobol_indices(function, ranges, n)


def test_profit_is_a_line_in_price_and_cost(shop):
    """Profit = deals · (price - cost) - what is fixed: shares go as the squared widths, 4 : 9."""
    ranges = {"product.price": (90.0, 110.0), "product.unit_cost": (50.0, 80.0)}
    found = sobol(shop, ranges, measure="profit", people=10, samples=64, runs=1, executor="here")
    assert_indices(found.table, [4 / 13, 9 / 13], [4 / 13, 9 / 13])


def test_whole_numbers_are_taken_equally_often(shop):
    """Costs = reps · wage · days, reps 1 to 4: Var(rw) = Var r Var w + Var r E w² + Var w E r²."""
    ranges = {"firm.reps": (1, 4), "firm.rep_cost_per_day": (2.0, 6.0)}
    found = sobol(shop, ranges, measure="costs", people=2, samples=128, runs=1, executor="here")
    reps, wage = (1.25, 2.5**2), (16 / 12, 4.0**2)  # variance and squared mean of each
    alone = np.array([reps[0] * wage[1], wage[0] * reps[1]])
    both = reps[0] * wage[0]
    everything = alone.sum() + both
    assert_indices(found.table, list(alone / everything), list((alone + both) / everything))


def test_the_first_and_last_whole_number_come_as_often_as_those_between(shop, monkeypatch):
    """Sobol points are spread evenly: of 64, each quarter of the range holds 16."""
    taken = []
    evaluate = workers.evaluate

    def listening(plan, *args, **options):
        taken.append(plan)
        return evaluate(plan, *args, **options)

    monkeypatch.setattr("cjsim.experiment.sensitivity.evaluate", listening)
    sobol(
        shop, {"firm.reps": (1, 4)}, measure="costs", people=2, samples=64, runs=1, executor="here"
    )
    reps = [scenario.firm.reps for scenario in taken[0].values()]
    assert np.bincount(reps[::3]).tolist() == [0, 16, 16, 16, 16]  # the first of three matrices


def test_a_range_must_be_allowed(shop):
    for key, ends, message in (
        ("product.quality", (0.5, 1.2), "1.2 in its range must be a number from 0 to 1"),
        ("firm.reps", (1, 2.5), "2.5 in its range must be a whole number"),
        ("firm.reps", (2, 2), "must rise from low to high"),
        ("product.qualty", (0.5, 1.0), "did you mean quality"),
    ):
        with pytest.raises(ValueError, match=message):
            sobol(shop, {key: ends}, samples=2, **HERE)
    with pytest.raises(ValueError, match="power of 2"):
        sobol(shop, {"product.quality": (0.5, 0.6)}, samples=3, **HERE)
