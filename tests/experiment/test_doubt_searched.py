"""Weak points and best settings when the inputs are not known."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.experiment.search import Axis, Space
from cjsim.experiment.setting_doubt import SettingDoubt, candidates
from cjsim.experiment.stage_doubt import StageDoubt
from cjsim.scenario import Scenario

SMALL = {"people": 40, "runs": 2, "executor": "here"}
LOSS = "stages.study.planned_loss"


@pytest.fixture(scope="module")
def firm():
    short = {
        "burn_in_days": 0.0, "horizon_days": 300.0, "market.people": 40,
        "market.rationality_spread": 0.0, "uncertain": {LOSS: [0.1, 0.6]},
    }  # fmt: skip
    return Scenario.load("phone", "guide").with_changes(short)


@pytest.fixture(scope="module")
def weak(firm):
    return cjsim.weak_point(firm, "first_deals", better=0.3, draws=6, **SMALL)


def test_a_weak_point_in_a_draw_is_that_of_the_scenario_with_its_values(firm, weak):
    draws = weak.doubt.draws
    side = list(draws.of(firm))[2]
    (seed, *_) = draws.seeds(1)[2]
    alone = cjsim.weak_point(
        side, "first_deals", better=0.3, people=40, runs=1, seed=seed, executor="here"
    )
    pd.testing.assert_series_equal(weak.doubt.gains.loc[2], alone.gains.iloc[0], check_names=False)


def test_the_ordinary_ranking_is_left_as_it_is(firm, weak):
    plain = cjsim.weak_point(firm, "first_deals", better=0.3, **SMALL)
    assert plain.doubt is None
    assert plain.table.equals(weak.table)
    assert weak.doubt.says("en") in weak.says("en")


def ranking(gains):
    draws = cjsim.experiment.draws.of_table(pd.DataFrame({LOSS: range(len(gains))}), "draws")
    phone = Scenario.load("phone")
    return StageDoubt(phone, "first_deals", draws, 40, pd.DataFrame(gains), (1,))


def test_a_stage_is_weakest_in_the_draws_where_its_gain_is_largest():
    found = ranking({"study": [3.0, 1.0, 2.0, -1.0], "action": [1.0, 2.0, 1.0, -2.0]})
    assert found.table["weakest"].to_dict() == pytest.approx({"study": 2 / 3, "action": 1 / 3})
    assert "Study: 67%, Action: 33%" in found.says("en")


def test_where_no_stage_gains_there_is_no_weak_point():
    found = ranking({"study": [-1.0, 0.0], "action": [np.nan, np.nan]})
    assert (found.table["weakest"] == 0).all()
    assert found.says("en").startswith("In none of these worlds")
    assert found.says("ru") != found.says("en")


def settings(values, least=False):
    draws = cjsim.experiment.draws.of_table(pd.DataFrame({LOSS: range(len(values))}), "draws")
    tried = pd.DataFrame({"firm.reps": [2.0, 1.0, 3.0]})
    phone = Scenario.load("phone")
    return SettingDoubt(
        phone, "profit_per_person", least, draws, 40, tried, pd.DataFrame(values), (1,)
    )


def test_the_robust_setting_is_best_on_average_and_its_regret_is_what_doubt_costs():
    found = settings([[5.0, 0.0, 6.0], [5.0, 9.0, 0.0], [5.0, 0.0, 5.0]])
    assert found.robust == {"firm.reps": 2.0}
    row = found.table.iloc[0]
    assert (row["mean"], row["regret"]) == pytest.approx((5.0, 5 / 3))
    assert found.table["best_in"].sum() == pytest.approx(1.0)
    assert row["best_in"] == pytest.approx(1 / 6)
    assert found.best["firm.reps"].tolist() == [3.0, 1.0, 2.0]


def test_the_least_is_the_most_of_the_negative():
    values = np.array([[5.0, 0.0, 6.0], [5.0, 9.0, 0.0], [5.0, 0.0, 5.5]])
    most, least = settings(values), settings(-values, least=True)
    assert most.robust == least.robust
    assert most.table["regret"].tolist() == least.table["regret"].tolist()


def test_candidates_lie_in_the_space_and_hold_the_best_and_now():
    space = Space((Axis("firm.reps", 1.0, 4.0, True), Axis("a", 0.0, 1.0), Axis("b", 0.0, 1.0)), 2)
    points = candidates(space, (2.0, 0.25, 0.75), (3.0, 0.5, 0.5))
    assert points[:2] == [(2.0, 0.25, 0.75), (3.0, 0.5, 0.5)]
    assert all(space.holds(point) for point in points)
    assert {point[0] for point in points} == {1.0, 2.0, 3.0, 4.0}
    assert len(set(points)) == len(points) > 8


def test_an_optimum_carries_the_setting_that_is_best_over_the_draws(firm):
    how = {"people": 40, "runs": 2, "executor": "here"}
    best = cjsim.optimise(firm, {"firm.reps": (1, 2)}, draws=5, **how)
    doubt = best.doubt
    assert doubt.says("en") in best.says("en")
    assert doubt.settings.iloc[0].to_dict() == best.best
    assert set(doubt.settings["firm.reps"]) == {1.0, 2.0}
    one = list(doubt.draws.of(firm))[1].with_changes({"firm.reps": 2})
    (seed, *_) = doubt.draws.seeds(1)[1]
    profit = cjsim.simulate(one, 40, seed=seed).summary()["profit_per_person"]
    column = int(doubt.settings.index[doubt.settings["firm.reps"] == 2.0][0])
    assert doubt.values.loc[1, column] == profit
    assert {"doubt-settings", "doubt-values", "doubt-draws"} <= set(best.tables())
    assert "Best in" in doubt._repr_html_()
    assert "интервал" not in doubt.says("en")
    assert doubt.says("ru")
