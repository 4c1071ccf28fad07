"""An experiment of a firm: right where people do not meet, wrong to one side where they do."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cjsim
from benchmarks.trials import worlds
from cjsim import Scenario
from cjsim.cli.main import main
from cjsim.experiment import trials
from cjsim.experiment.ab_test import ABTest, ab_test
from cjsim.experiment.trials import Trial, Window, means_apart, shares_apart, windows_of

WORLDS = worlds()
SMALL = {"people": 300, "executor": "here", "spill_over": False}


def tried(name: str, **how: Any) -> ABTest:
    return ab_test(WORLDS[name], "nothing", "guide", **{**SMALL, "runs": 20, **how})


# --- is it right? -------------------------------------------------------------------------------


def test_where_people_do_not_touch_one_another_the_interval_holds_the_truth() -> None:
    """At least 92 of 100; benchmarks/trials.py has 200 worlds and a thousand people."""
    found = tried("plain", runs=40)
    assert found.covered >= 0.92
    row = found.table.loc["spill_over"]
    assert row["low"] < 0 < row["high"]


def test_word_of_mouth_makes_the_arms_alike() -> None:
    """Who is in A hears of it from customers in B: the effect looks smaller than it is."""
    found = tried("words")
    assert found.worlds["truth"].mean() > 0
    assert found.table.loc["spill_over", "high"] < 0


def test_a_common_desk_makes_the_arms_unlike() -> None:
    """Who is in B takes the rep from A, and shares them with fewer: the effect looks larger."""
    found = tried("desk", people=1000)
    assert found.worlds["truth"].mean() > 0
    assert found.table.loc["spill_over", "low"] > 0


def test_regions_keep_the_word_of_mouth_of_circles_within() -> None:
    """Friends are neighbours: regions err less than people by lot, in the same worlds."""
    by_lot, by_region = (
        tried("circles", design=design, regions=6).table.loc["spill_over", "value"]
        for design in ("person", "region")
    )
    assert by_lot < 2 * by_region < 0 or by_lot < 0 < by_region


def test_what_one_turn_begins_goes_on_in_the_next() -> None:
    """A switchback without wash-out errs towards nothing; what is carried over has a row."""
    found = tried("plain", design="switchback", period=30.0, wash_out=15.0)
    assert list(found.table.index)[-1] == "carry_over"
    assert found.table.loc["carry_over", "value"] == pytest.approx(
        (found.worlds["raw"] - found.worlds["estimate"]).mean()
    )
    assert found.worlds["size_a"].tolist() == found.worlds["size_b"].tolist() == [6] * 20
    assert math.isnan(found.plan["power"])


def test_the_channels_are_told_apart() -> None:
    """In a world without friends and desk nothing is left of either."""
    found = ab_test(WORLDS["plain"], "nothing", "guide", people=200, runs=2, executor="here")
    assert found.worlds.index.get_level_values("channels").unique().tolist() == [
        "all", "words", "desk", "both",
    ]  # fmt: skip
    assert found.table.loc["of_words"].tolist()[0] == 0.0
    heard = ab_test(WORLDS["words"], "nothing", "guide", people=300, runs=6, executor="here")
    assert heard.table.loc["of_words", "high"] < 0
    assert heard.table.loc["of_desk", "value"] == 0.0


def test_both_arms_the_same_find_nothing_but_luck() -> None:
    found = ab_test(WORLDS["plain"], "guide", "guide", **SMALL, runs=40, smallest=0.01)
    assert (found.worlds["truth"] == 0.0).all()
    assert found.plan["power_simulated"] <= 0.15
    assert math.isnan(found.plan["pairs_at_truth"])
    assert "do not tell the effect there is from none" in found.says("en")
    assert "не отличить от нуля" in found.says("ru")
    for lang in ("en", "ru"):
        assert not re.search(r"(^| )[–-][ .,;]", found.says(lang).replace(", —", ""))


def test_power_is_what_the_formula_says_where_people_do_not_touch() -> None:
    """Within four standard errors of a share of sixty worlds."""
    found = tried("plain", runs=60)
    by_formula = found.plan["power_at_truth"]
    error = (by_formula * (1 - by_formula) / 60) ** 0.5
    assert found.plan["power_simulated"] == pytest.approx(by_formula, abs=4 * error + 0.02)


# --- the estimators -----------------------------------------------------------------------------


def test_two_shares_have_newcombes_interval() -> None:
    """His table II (1998), method 10: 56/70 less 48/80, and 0/10 less 0/20."""
    a, b = np.repeat([1.0, 0.0], [48, 32]), np.repeat([1.0, 0.0], [56, 14])
    assert shares_apart(a, b, 0.95) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    none = shares_apart(np.zeros(20), np.zeros(10), 0.95)
    assert none == pytest.approx((0.0, -0.1611, 0.2775), abs=5e-5)


def test_two_means_have_welchs_interval() -> None:
    from scipy import stats

    rng = np.random.default_rng(1)
    a, b = rng.normal(0, 1, 12), rng.normal(0.5, 3, 9)
    gap, low, high = means_apart(a, b, 0.95)
    theirs = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert gap == pytest.approx(b.mean() - a.mean())
    assert low == pytest.approx(theirs.low, abs=0.03)  # degrees of freedom are rounded down
    assert high == pytest.approx(theirs.high, abs=0.03)
    assert low <= theirs.low


def test_turns_come_in_pairs_by_lot_and_the_market_follows_them() -> None:
    guide = Scenario.load("phone", "guide").with_changes({"horizon_days": 80.0})
    nothing = guide.with_strategy("nothing")
    trial = Trial(guide, nothing, "deals", "switchback", 0.5, 4, 10.0, 0.0, 50, 0.95)
    windows = windows_of(trial, 3)
    assert [(one.begin, one.end) for one in windows[:2]] == [(0.0, 10.0), (10.0, 20.0)]
    assert all(windows[i].arm != windows[i + 1].arm for i in range(0, 8, 2))
    assert len({tuple(w.arm for w in windows_of(trial, seed)) for seed in range(20)}) > 5
    from cjsim.scenario.calendar import periods

    when = {period.day: period.scenario.strategy for period in periods(
        trials.switching(trial, [Window(10.0, 20.0, 1), Window(20.0, 30.0, 0)]))}  # fmt: skip
    assert when == {0.0: "guide", 10.0: "nothing", 20.0: "guide"}


def test_what_each_person_brings_adds_up_to_the_market() -> None:
    run = cjsim.simulate("phone", 300)
    summary = run.summary()
    trial = Trial(run.scenario, run.scenario, "deals", "person", 0.5, 4, 9.0, 0.0, 300, 0.95)
    deals = trials.per_person(trial, run).sum()
    assert deals == summary["first_deals"] + summary["repeat_deals"]


# --- how it is told -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told() -> ABTest:
    return ab_test("phone", "guide", "animator", days=60, people=200, runs=3, executor="here")


def test_the_result_shows_itself(told: ABTest, tmp_path: Any) -> None:
    assert repr(told).startswith("<ABTest phone, 200 people, runs: 3: People by lot: 200 people")
    assert "Were all treated alike" in told.says("en")
    assert "Если бы со всеми поступали одинаково" in told.says("ru")
    assert "<table" in told._repr_html_()
    names = told.save(tmp_path)
    assert {"table.csv", "plan.csv", "worlds.csv"} < set(names)
    assert pd.read_csv(tmp_path / "worlds.csv")["truth"].tolist() == told.worlds["truth"].tolist()


def test_the_picture_tells_the_same(told: ABTest) -> None:
    from cjsim import charts

    picture = charts.ab_test(told, "ru")
    assert picture.alt == told.says("ru")
    assert len(picture.data) == 3
    by_turns = ab_test(
        "phone", "guide", "animator", days=60, design="switchback", people=100, runs=2,
        executor="here", spill_over=False,
    )  # fmt: skip
    assert len(charts.ab_test(by_turns).figure.axes) == 1
    with pytest.raises(TypeError):
        charts.ab_test(None)  # type: ignore[arg-type]


def test_verdicts(told: ABTest) -> None:
    for low, high, truth, verdict in (
        (0.1, 0.3, 0.1, "right"), (0.1, 0.3, -0.1, "wrong"), (-0.1, 0.3, 0.1, "unclear"),
    ):  # fmt: skip
        worlds = told.worlds.copy()
        worlds.iloc[0, :5] = [(low + high) / 2, low, high, 0.0, truth]
        changed = ABTest(told.trial, told.smallest, told.seeds, worlds)
        assert changed.verdict == verdict


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "b: name what A is to be compared with: nothing, pull, guide, animator"),
        ({"b": "pull", "design": "regoin"}, "Did you mean 'region'"),
        ({"b": "pull", "measure": "deal"}, "Did you mean 'deals'"),
        ({"b": "pull", "share": 1.0}, "share = 1: must be between 0 and 1"),
        ({"b": "pull", "design": "switchback", "period": 50.0}, "at most a quarter of the 60 days"),
        ({"b": "pull", "design": "switchback", "wash_out": 9.0}, "wash_out = 9: must be 0 or more"),
        ({"b": "pull", "regions": 3}, "regions = 3: must be a whole number of at least 4"),
        (
            {"b": Scenario.load("phone").with_changes({"firm.reps": 9})},
            "firm.reps: cannot differ between the arms",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ab_test("phone", **{"days": 60, "people": 50, "runs": 1, "executor": "here", **how})


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    words = "ab-test phone --a guide --b animator --days 60 --people 100 --runs 2 --executor here"
    assert main([*words.split(), "--no-spill-over", "--out", str(tmp_path)]) == 0
    assert "People by lot: 100 people, 60 days. Animator against Guide" in capsys.readouterr().out
    assert {"ab-test.svg", "ab-test.png", "worlds.csv"} < {p.name for p in tmp_path.iterdir()}
    assert main([*words.split(), "--no-spill-over", "--design", "holdout", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["design"] == "holdout"
    assert answer["plan"]["size"] < 30
    assert main([*words.split(), "--design", "holdot"]) == 2
    assert "Did you mean 'holdout'" in capsys.readouterr().err
