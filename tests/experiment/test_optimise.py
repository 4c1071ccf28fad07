"""The search: where the best is known on paper it is found, and how flat it is there is told."""

import functools
import json
import math

import numpy as np
import pytest
from scipy import stats

import cjsim
from cjsim.cli.main import main
from cjsim.experiment.flatness import around, compared
from cjsim.experiment.optimise import _amounts, optimise, space_of
from cjsim.experiment.search import Axis, Space, Tried, search
from cjsim.experiment.workers import evaluate
from cjsim.labels.numbers import number, short
from cjsim.model.streams import worlds
from tests.builders import neutral, plans

LUCK = np.array([0.3, -1.2, 0.4, 2.0])
"""What four runs share at every setting: it cancels in differences."""


def on(function, *axes, shares=0, start=None, noise=LUCK, least=False, evaluations=200):
    """Search a function of the axes' values; `noise` is added to its runs."""

    def measured(points):
        return np.array([function(*point) + noise for point in points])

    tried = Tried(Space(axes, shares), measured, least)
    search(tried, start, evaluations)
    tried.measured = measured
    return tried


def told(tried):
    """Points, lines and what is good enough; fresh runs are as those of the search."""
    return compared(tried, tried.best()), *around(tried, tried.measured)


# --- One key ------------------------------------------------------------------------------------


def test_the_top_of_a_parabola_is_found():
    tried = on(lambda x: -((x - 3.7) ** 2), Axis("x", 0.0, 10.0))
    # The first grid leaves a bracket of 2 * 10 / 14, each of eight zooms a third of it.
    assert tried.best()[0] == pytest.approx(3.7, abs=20 / 14 / 3**8)
    assert len(tried.found) <= 15 + 8 * 5


def test_the_bottom_of_a_parabola_is_found_where_the_least_is_asked_for():
    tried = on(lambda x: (x - 3.7) ** 2, Axis("x", 0.0, 10.0), least=True)
    assert tried.best()[0] == pytest.approx(3.7, abs=20 / 14 / 3**8)
    assert (compared(tried, tried.best())["difference"] >= 0).all()


def test_a_wide_range_is_searched_by_ratio():
    axis = Axis("x", 1.0, 10_000.0)
    tried = on(lambda x: -((math.log(x) - math.log(5.0)) ** 2), axis)
    assert axis.log
    assert not Axis("x", 0.0, 10.0).log
    assert math.log(tried.best()[0] / 5) == pytest.approx(0, abs=math.log(1e4) * 2 / 14 / 3**8)


@pytest.mark.parametrize(("high", "most"), [(25, 25), (1000, 60)])
def test_a_whole_number_is_found_exactly(high, most):
    tried = on(lambda x: -((x - 17.2) ** 2), Axis("x", 1.0, high, whole=True))
    assert tried.best() == (17.0,)
    assert len(tried.found) <= most
    assert all(x == round(x) for (x,) in tried.found)


def test_a_short_range_of_whole_numbers_is_tried_out():
    tried = on(lambda x: 0.0, Axis("x", 2.0, 9.0, whole=True))
    assert sorted(tried.found) == [(float(x),) for x in range(2, 10)]


def test_where_nothing_matters_all_is_good_enough_and_no_end_is_special():
    _, on_lines, enough = told(on(lambda x: 5.0, Axis("x", 0.0, 10.0)))
    assert tuple(enough.loc["x", ["low", "high"]]) == (0.0, 10.0)
    assert enough.loc["x", "at_edge"] == ""
    assert on_lines["good"].all()


@pytest.mark.parametrize(("slope", "end", "where"), [(1.0, 10.0, "high"), (-1.0, 0.0, "low")])
@pytest.mark.parametrize("whole", [False, True])
def test_a_best_value_at_an_end_is_told(slope, end, where, whole):
    tried = on(lambda x: slope * x, Axis("x", 0.0, 10.0, whole))
    _, _, enough = told(tried)
    assert tried.best() == (end,)
    assert enough.loc["x", "at_edge"] == where


def test_a_best_value_inside_is_at_no_edge():
    _, _, enough = told(on(lambda x: -((x - 3.7) ** 2), Axis("x", 0.0, 10.0)))
    assert enough.loc["x", "at_edge"] == ""


def test_a_loss_of_up_to_one_per_cent_is_good_enough_though_clear():
    # On 100 - (x - 5)^2 one per cent is lost at a distance of 1, without any noise.
    tried = on(lambda x: 100 - (x - 5) ** 2, Axis("x", 0.0, 10.0, True), noise=np.zeros(3))
    points, _, enough = told(tried)
    assert tuple(enough.loc["x", ["low", "high"]]) == (4.0, 6.0)
    assert points["clear"].sum() == 10


def test_the_interval_of_a_loss_is_the_t_interval_of_the_differences():
    rng = np.random.default_rng(3)
    runs = {float(x): 10 - 0.5 * (x - 3) ** 2 + rng.normal(0, 1, 6) for x in range(1, 9)}
    tried = Tried(
        Space((Axis("x", 1.0, 8.0, True),)), lambda points: np.array([runs[x] for (x,) in points])
    )
    search(tried)
    points = compared(tried, tried.best()).set_index("x")
    (best,) = tried.best()
    assert best == max(runs, key=lambda x: runs[x].mean())
    for x in runs:
        if x != best:
            ends = stats.ttest_1samp(runs[x] - runs[best], 0.0).confidence_interval(0.95)
            assert tuple(points.loc[x, ["low", "high"]]) == pytest.approx((ends.low, ends.high))
            loss, clear = runs[best].mean() - runs[x].mean(), ends.high < 0
            assert points.loc[x, "good"] == (not clear or loss <= 0.01 * runs[best].mean())
    assert 1 < points["good"].sum() < len(points)  # so that both sides were looked at


def test_the_good_range_ends_where_all_beyond_is_worse_and_says_what_is_worse_within():
    ups = {1: 0.0, 2: 5.0, 3: 0.0, 4: 6.0, 5: 5.97, 6: 0.0, 7: 5.99, 8: 1.0}
    tried = on(lambda x: ups[x], Axis("x", 1.0, 8.0, True), noise=np.zeros(2))
    _, _, enough = told(tried)
    assert tuple(enough.loc["x", ["best", "low", "high", "worse_within"]]) == (4.0, 4.0, 7.0, 1)


def test_between_a_good_and_a_bad_value_the_border_is_looked_for():
    """Good enough are 4..6, see above; the first grid steps by 10 / 14, then thrice half."""
    tried = on(lambda x: 100 - (x - 5) ** 2, Axis("x", 0.0, 10.0), noise=np.zeros(3))
    _, _, enough = told(tried)
    row = enough.loc["x"]
    assert 4 - 10 / 14 / 8 <= row["low"] <= 4.0
    assert 6.0 <= row["high"] <= 6 + 10 / 14 / 8
    assert row["worse_within"] == 0


@pytest.mark.parametrize("least", [False, True])
def test_what_fresh_runs_find_better_than_the_best_is_good_enough(least):
    sign = -1.0 if least else 1.0
    tried = on(lambda x: -sign * (x - 3) ** 2, Axis("x", 1.0, 9.0, True), least=least)
    assert tried.best() == (3.0,)
    another = [[-sign * (x - 7) ** 2 + noise for noise in (0.0, 0.01)] for x in range(1, 10)]
    on_lines, enough = around(
        tried, lambda points: np.array([another[int(x) - 1] for (x,) in points])
    )
    assert tuple(enough.loc["x", ["low", "high"]]) == (3.0, 9.0)
    assert on_lines.set_index("at").loc[7.0, "clear"]


def test_noise_is_not_climbed():
    """Where neighbours differ by noise alone the first grid is all that is tried."""
    rng = np.random.default_rng(1)
    tried = Tried(Space((Axis("x", 0.0, 1.0),)), lambda points: rng.normal(0, 1, (len(points), 8)))
    search(tried)
    assert len(tried.found) == 15


def test_nothing_is_measured_twice_and_what_has_no_value_is_never_best():
    asked = []

    def measured(points):
        asked.extend(points[:, 0])
        return np.array([[np.nan, np.nan] if x > 4 else [x, x] for (x,) in points])

    tried = Tried(Space((Axis("x", 0.0, 6.0, True),)), measured)
    search(tried, (2.0,))
    tried(np.array([[3.0], [3.0], [3.0000000000001]]))
    assert len(asked) == len(set(asked)) == 7
    assert tried.best() == (4.0,)
    assert not compared(tried, tried.best()).set_index("x").loc[5.0, "good"]


# --- Several keys and shares --------------------------------------------------------------------


def test_the_top_of_a_hill_is_found():
    tried = on(
        lambda x, y: -((x - 0.3) ** 2) - (y - 6.1) ** 2, Axis("x", 0.0, 1.0), Axis("y", 0.0, 10.0)
    )
    # In the end no value of a grid of nine along either axis is better: half its step at most.
    assert tried.best() == (pytest.approx(0.3, abs=1 / 16), pytest.approx(6.1, abs=10 / 16))
    _, on_lines, enough = told(tried)
    assert list(on_lines["axis"].unique()) == list(enough.index) == ["x", "y"]
    assert (on_lines.groupby("axis").size() >= 9).all()


def test_the_search_of_several_keys_ends_where_no_key_alone_leads_up():
    axes = Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)
    tried = on(lambda x, y: -((x - y) ** 2) - 0.1 * (x + y - 1.4) ** 2, *axes, evaluations=10)
    for i in (0, 1):
        line = tried.space.moved(tried.best(), i, np.linspace(0, 1, 9))
        assert set(map(tuple, line)) <= set(tried.found)


def test_a_whole_number_beside_another_key_is_found_exactly():
    tried = on(
        lambda x, n: -((x - 0.3) ** 2) - (n - 4) ** 2, Axis("x", 0.0, 1.0),
        Axis("n", 1.0, 9.0, True), start=(0.9, 9.0),
    )  # fmt: skip
    assert tried.best()[1] == 4.0  # its line of nine holds every value


def test_the_search_is_the_same_each_time():
    hill = functools.partial(
        on, lambda x, y: -x * x - y * y, Axis("x", -1.0, 2.0), Axis("y", -3.0, 1.0)
    )
    assert list(hill().found) == list(hill().found)


def test_shares_of_a_budget_add_up_and_the_best_split_is_found():
    goal = np.array([0.5, 0.2, 0.3])
    axes = [Axis(name, 0.0, 1.0) for name in "abc"]
    tried = on(lambda *x: -((np.array(x) - goal) ** 2).sum(), *axes, shares=3)
    assert np.allclose(np.array(list(tried.found)).sum(axis=1), 1, atol=1e-11)
    # Along each line the best is within half a step, 1/16; the lines are not at right angles.
    assert tried.best() == pytest.approx(goal, abs=1 / 8)


def test_a_share_moves_alone_and_the_others_keep_their_ratio():
    space = Space(tuple(Axis(name, 0.0, 1.0) for name in "abc"), 3)
    moved = space.moved((0.2, 0.2, 0.6), 0, np.array([0.0, 0.6, 1.0]))
    assert moved == pytest.approx(np.array([[0, 0.25, 0.75], [0.6, 0.1, 0.3], [1, 0, 0]]))
    back = space.moved((1.0, 0.0, 0.0), 0, np.array([0.5]))
    assert back == pytest.approx(np.array([[0.5, 0.25, 0.25]]))


def test_two_shares_are_one_key():
    space = Space((Axis("a", 0.0, 1.0), Axis("b", 0.0, 1.0)), 2)
    assert space.free == 1
    tried = on(lambda a, b: -((a - 0.7) ** 2), *space.axes, shares=2)
    assert tried.best() == pytest.approx((0.7, 0.3), abs=2 / 14 / 3**8)


# --- Scenarios ----------------------------------------------------------------------------------


@functools.cache
def guide():
    return cjsim.Scenario.load("phone", "guide")


@functools.cache
def pushed():
    """A real search: how often to push. Few people, few runs."""
    return optimise(guide(), {"guide.every_days": (5, 60)}, people=150, runs=4, executor="here")


def shop(**firm):
    """A desk with plenty of buyers: all want to buy within days, few wait long for a rep.

    Profit is net present value; here later money counts the same, so that a day is worth a day.
    """
    quick = plans(1.0, satisfaction={"typical_days": 1e6})
    return neutral(
        horizon_days=100.0, stages=quick, market={"onset_days": 5.0, "people": 150},
        product={"price": 100.0, "unit_cost": 40.0, "first_deal_extra_cost": 0.0},
        firm={
            "deal_hours": 8.0, "patience_days": 2.0, "reps": 1, "rep_cost_per_day": 3.0,
            "discount_rate_per_year": 0.0, **firm,
        },
    )  # fmt: skip


def test_the_gain_is_that_of_fresh_seeds():
    found = pushed()
    assert set(found.seeds).isdisjoint(found.fresh_seeds)
    runs = evaluate({"now": guide(), "best": found.better}, 150, runs=4, skip=4, executor="here")
    gaps = runs.loc["best", "profit_per_person"] - runs.loc["now", "profit_per_person"]
    ends = stats.ttest_1samp(gaps, 0.0).confidence_interval(0.95)
    row = found.gain.loc["fresh"]
    assert tuple(row[["difference", "low", "high"]]) == pytest.approx(
        (gaps.mean(), ends.low, ends.high)
    )
    assert found.fresh_seeds == worlds(1, 8)[4:]


def test_each_point_is_what_one_gets_by_hand():
    found = pushed()
    point = found.points.iloc[3]
    days = point["guide.every_days"]
    by_hand = evaluate(
        {"now": guide(), "then": guide().with_changes({"guide.every_days": days})}, 150, runs=4,
        executor="here",
    )["profit_per_person"]  # fmt: skip
    assert point["value"] == pytest.approx(by_hand.loc["then"].mean())
    searched = found.gain.loc["search", "difference"]
    assert found.points["value"].max() - by_hand.loc["now"].mean() == pytest.approx(searched)
    assert found.better == guide().with_changes(found.changes)
    assert found.now == {"guide.every_days": 30.0}
    assert found.points["guide.every_days"].iloc[0] == 30.0  # so that the best is no worse


def test_more_reps_help_until_their_cost_bites():
    found = optimise(shop(), {"firm.reps": (1, 20)}, people=150, runs=4, executor="here")
    value = found.points.set_index("firm.reps")["value"].sort_index()
    best = found.best["firm.reps"]
    assert 1 < best < 20
    assert (np.diff(value.loc[:best]) > 0).all()
    # At the end nobody waits: one rep more costs 3 a day for 100 days, shared by 150 people.
    assert np.diff(value.iloc[-3:]) == pytest.approx([-3 * 100 / 150] * 2)
    assert found.changes == {"firm.reps": best}
    assert found.gain.loc["fresh", "clear"]
    assert not found.at_edge


def test_reps_that_cost_nothing_are_never_too_many():
    found = optimise(
        shop(rep_cost_per_day=0.0), {"firm.reps": (1, 20)}, people=150, runs=3, executor="here"
    )
    assert found.good_enough.loc["firm.reps", "high"] == 20


@pytest.mark.parametrize(
    ("measure", "least", "best"),
    [("costs", None, 1), ("costs", False, 3), ("profit", None, 1), ("profit", True, 3)],
)
def test_the_best_of_a_measure_is_what_a_firm_wants_of_it(measure, least, best):
    """Reps that nobody needs: each one more costs more."""
    idle = shop().with_changes({"market.onset_days": 1e9, "firm.reps": 2})
    found = optimise(
        idle,
        {"firm.reps": (1, 3)},
        measure=measure,
        people=20,
        runs=2,
        least=least,
        executor="here",
    )
    assert found.best == {"firm.reps": best}
    assert found.least == ((measure == "costs") if least is None else least)


@pytest.mark.parametrize(
    ("words", "best"), [(["costs"], 1), (["profit"], 1), (["profit", "--least"], 2)]
)
def test_the_command_looks_for_the_least_where_less_is_better(words, best, capsys):
    idle = ["--set", "market.onset_days=1e9", "--set", "firm.rep_cost_per_day=5.0"]
    quick = ["--people", "10", "--runs", "2", "--executor", "here", "--json"]
    asked = ["optimise", "phone", *idle, *quick, "--vary", "firm.reps=1:2", "--measure", *words]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["best"] == {"firm.reps": best}


def test_a_touchpoint_that_is_not_run_stands_at_nothing():
    key = "guide.touchpoints.storytelling"
    assert "storytelling" not in guide().running.touchpoints
    dear = guide().with_changes({"touchpoints.storytelling.cost_per_day": 1e6})
    found = optimise(dear, {key: (0, 1)}, people=20, runs=2, executor="here")
    assert json.loads(json.dumps(found.now, allow_nan=False)) == {key: 0.0}
    assert found.points[key].iloc[0] == 0.0
    assert found.best == found.now
    assert "nothing tried is better" in found.says()


def test_where_nothing_can_be_measured_nothing_is_best():
    nobody = guide().with_changes({"market.onset_days": 1e12})
    for ranges in ({"guide.accuracy": (0.5, 0.7)}, {"guide.accuracy": (0, 1), "firm.reps": (1, 2)}):
        with pytest.raises(ValueError, match="churn: there is none in any run of the"):
            optimise(
                nobody, ranges, measure="churn", people=5, runs=2, evaluations=10, executor="here"
            )


@pytest.mark.parametrize(("lang", "words"), [("en", "cannot be told"), ("ru", "не сказать")])
def test_a_gain_on_what_has_no_value_is_not_told_in_numbers(lang, words):
    """No deals and hence no cost of a customer as it stands, but at the best setting."""
    closed = shop().with_changes({"market.onset_days": 1e9})
    found = optimise(
        closed, {"market.onset_days": (5, 1e9)}, measure="cac", people=30, runs=2, executor="here"
    )
    assert not found.points["value"].isna().all()
    assert found.gain.loc["fresh", ["difference", "low"]].isna().all()
    assert words in found.says(lang)
    assert "nan" not in found.says(lang)
    assert _amounts(found.gain.loc["search"], lang) == "–"


def test_a_budget_is_spent_to_the_last_cent_however_it_is_split():
    names = ("outdoor", "cases", "site")
    found = optimise(
        guide(), {}, people=60, runs=2, split=names, budget=5.0, evaluations=30, executor="here"
    )
    intensities = {key.rpartition(".")[2]: value for key, value in found.changes.items()}
    costs = {name: guide().touchpoints[name].cost_per_day for name in names}
    assert sum(intensities[n] * costs[n] for n in names) == pytest.approx(5.0, rel=1e-10)
    assert sum(found.best.values()) == pytest.approx(1.0)
    assert set(guide().diff(found.better)) <= set(found.changes)


def test_a_budget_not_named_is_what_is_spent_now():
    space, full = space_of(guide(), {}, ("outdoor", "cases"))
    now = guide().touchpoints["outdoor"].cost_per_day + guide().touchpoints["cases"].cost_per_day
    assert full["outdoor"] == pytest.approx(now / guide().touchpoints["outdoor"].cost_per_day)
    assert space.shares == 2


def test_a_scenario_at_its_best_is_told_so():
    # Reps that nobody needs: with no deals at all every rep is a loss.
    idle = shop().with_changes({"market.onset_days": 1e9})
    found = optimise(idle, {"firm.reps": (1, 3)}, people=20, runs=2, executor="here")
    assert found.better == idle
    assert "nothing tried is better" in found.says()
    assert found.at_edge == ("firm.reps",)
    assert "firm.reps" in found.says("ru").split("диапазона")[1]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_is_said_names_the_best_and_gives_money_with_its_interval(lang):
    found = pushed()
    said = found.says(lang)
    row = found.gain.loc["fresh"]
    cells = [number(row[name], lang, 2, signed=True) for name in ("difference", "low", "high")]
    assert "{} [{} .. {}]".format(*cells) in said
    assert f"guide.every_days = {short(found.best['guide.every_days'], lang)}" in said
    assert "EUR" in said
    assert "150" in said


# --- What cannot be searched --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"guide.acuracy": (0, 1)}, "did you mean accuracy"),
        ({"guide.every_days": (5, 5)}, "range 5 .. 5 is empty"),
        ({"market.people": (10, 50)}, "markets of an experiment have one size"),
        ({"guide.every_days": (9, 5)}, "low comes first"),
        ({"guide.every_days": (0, 5)}, "at least 0.01"),
        ({"guide.accuracy": (0.5, 1.2)}, "from 0 to 1"),
        ({"guide.every_days": 5}, "two numbers"),
        ({"guide.every_days": (5, "many")}, "two numbers"),
        ({"shelf.stocked_days": (5, math.inf)}, "finite"),
        ({"firm.reps": (1.5, 4)}, "whole number"),
        ({"guide.push": (0, 1)}, "only a number can be varied"),
        ({"firm.repeat_needs_rep": (0, 1)}, "only a number can be varied"),
        ({"product": (0, 1)}, "only a number can be varied"),
        ({"animator.every_days": (5, 9)}, "'animator' does not run here"),
        ({}, "nothing to search"),
    ],
)
def test_a_range_that_makes_no_sense_is_told(ranges, words):
    with pytest.raises(ValueError, match=words):
        optimise(guide(), ranges, people=10, runs=2, executor="here")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"split": ["outdoor"]}, "two touchpoints or more"),
        ({"split": ["outdoor", "outdor"]}, "Did you mean 'outdoor'"),
        ({"split": ["outdoor", "search_ads"]}, "costs nothing per day"),
        ({"split": ["outdoor", "cases"], "budget": 0.0}, "above 0"),
        ({"split": ["outdoor", "cases"], "budget": 100.0}, "20 at most"),
        ({"budget": 5.0}, "with split="),
        ({"measure": "profit_per_preson"}, "Did you mean 'profit_per_person'"),
        ({"runs": 1}, "at least 2"),
        ({"confidence": 95}, "confidence = 95: must be between 0 and 1"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(options, words):
    options = {"ranges": {}, "people": 10, "runs": 2, "executor": "here", **options}
    if "split" not in options:
        options["ranges"] = {"firm.reps": (1, 2)}
    with pytest.raises(ValueError, match=words):
        optimise(guide(), **options)


def test_a_confidence_that_cannot_be_is_told_before_anything_runs(monkeypatch):
    monkeypatch.setattr(
        "cjsim.experiment.optimise.evaluate", lambda *_, **__: pytest.fail("it ran")
    )
    with pytest.raises(ValueError, match="confidence = 95"):
        optimise(guide(), {"firm.reps": (1, 2)}, people=10, runs=2, confidence=95)


def test_a_touchpoint_is_either_split_or_has_a_range():
    with pytest.raises(ValueError, match="part of the split, too"):
        space_of(guide(), {"guide.touchpoints.outdoor": (0, 2)}, ("outdoor", "cases"))
