"""The price elasticity of deals: nothing where nobody minds, the closed form where there is one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim.experiment.elasticity import log_ratio
from tests.builders import neutral, plans

LOSS = 0.4


def firm(eta: float, **market_keys: Any) -> cjsim.Scenario:
    """All compare once, four in ten leave there, and whoever leaves stays with the rival."""
    market = {"onset_days": 5.0, "rationality_mean": 0.999999, "price_sensitivity": eta}
    return neutral(
        stages=plans(2.0, comparison={"planned_loss": LOSS}), market=market | market_keys,
        rival={"retention": 1.0}, product={"price": 100.0}, horizon_days=400.0,
    )  # fmt: skip


def elasticity(scenario: cjsim.Scenario | str, **options: Any) -> cjsim.PriceElasticity:
    asked: dict[str, Any] = {"people": 300, "runs": 5, "executor": "threads"}
    return cjsim.price_elasticity(scenario, **{**asked, **options})


def test_where_nobody_minds_the_price_it_is_0_in_every_world() -> None:
    deaf = cjsim.Scenario.load("phone").with_changes({"market.price_sensitivity": 0.0})
    answer = elasticity(deaf)
    cheaper, dearer = (group for _, group in answer.runs.groupby("price"))
    assert (cheaper.to_numpy() == dearer.to_numpy()).all()
    assert (answer.table["elasticity"] == 0.0).all()
    assert answer.table[["elasticity_low", "elasticity_high"]].isna().all(axis=None)
    assert set(answer.idle) == {"product.price"}
    assert "nobody minds the price" in answer.says("en")
    assert "цена никого не волнует" in answer.says("ru")


def test_the_elasticity_of_first_deals_is_that_of_passing_the_comparison() -> None:
    """Odds o of leaving let 1 / (1 + o r^eta) pass, and whoever passes buys.

    The plan is what these people do at the rival's price, the wholly rational as they are: its loss
    is theirs. The interval covers it 999 times in 1,000.
    """
    eta = 3.0
    odds = LOSS / (1.0 - LOSS)
    below, above = (1.0 / (1.0 + odds * r**eta) for r in (0.95, 1.05))
    expected = math.log(above / below) / math.log(1.05 / 0.95)
    answer = elasticity(firm(eta), people=4_000, runs=12, confidence=0.999)
    row = answer.table.loc["first_deals"]
    assert row["elasticity_low"] < expected < row["elasticity_high"]
    assert row["elasticity_high"] - row["elasticity_low"] < 0.5
    assert row["clear"]
    assert not answer.idle


def test_who_minds_more_buys_less_when_it_is_dearer() -> None:
    values = [elasticity(firm(eta)).table["elasticity"] for eta in (0.0, 1.0, 3.0)]
    for measure in ("deals", "first_deals"):
        column = [value[measure] for value in values]
        assert column == sorted(column, reverse=True)
        assert column[0] == 0.0
        assert column[2] < column[1] < 0.0


def test_the_jackknife_of_a_ratio_of_means() -> None:
    """Against the linearised interval of a ratio, which it comes close to for many runs."""
    rng = np.random.default_rng(1)
    below = rng.normal(100.0, 10.0, 400)
    above = 0.9 * below + rng.normal(0.0, 5.0, 400)
    value, low, high = log_ratio(below, above)
    ratio = above.mean() / below.mean()
    residual = (above - ratio * below) / above.mean()
    half = 1.966 * residual.std(ddof=1) / 20.0
    assert value == pytest.approx(math.log(ratio))
    assert (low, high) == pytest.approx((value - half, value + half), abs=0.01 * half)


@pytest.mark.parametrize(
    ("below", "above"), [([0.0, 0.0], [1.0, 1.0]), ([1.0, 1.0], [0.0, 0.0]), ([1.0], [2.0])]
)
def test_what_has_no_logarithm_or_a_single_run_has_no_interval(
    below: list[float], above: list[float]
) -> None:
    _, low, high = log_ratio(np.array(below), np.array(above))
    assert math.isnan(low)
    assert math.isnan(high)


def test_it_shows_and_saves_itself(tmp_path: Any) -> None:
    answer = elasticity(firm(2.0))
    assert answer.save(tmp_path) == ["runs.csv", "scenario-unnamed.toml", "table.csv"]
    assert "<table" in answer._repr_html_()
    assert repr(answer).startswith("<PriceElasticity unnamed, 300 people, runs: 5: ")


def test_a_price_of_0_has_no_elasticity() -> None:
    free = firm(0.0).with_changes({"product.price": 0.0})
    with pytest.raises(ValueError, match=r"product\.price = 0"):
        elasticity(free)


@pytest.mark.parametrize("step", [0.0, 1.0, -0.1])
def test_a_step_that_is_none_is_refused(step: float) -> None:
    with pytest.raises(ValueError, match="step = "):
        elasticity("phone", step=step)
