"""Touchpoints switched on and off: games with known values, and markets that lack one."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim.experiment import coalitions
from cjsim.experiment.coalitions import shapley, switched_off, touchpoint_truth
from cjsim.experiment.intervals import difference
from tests.builders import everywhere, neutral, touching

ROUNDING = 1e-9
"""Tables hold values up to 1000; sums over 2^k of them lose some of their sixteen digits."""


def game(k, worth):
    """One run of a game: worth(players) for each coalition, in the order of the bits."""
    players = range(k)
    return np.array([[worth({i for i in players if c >> i & 1}) for c in range(2**k)]], float)


def by_orders(values):
    """Shapley's definition itself: the mean of what a player adds, over all orders of joining."""
    k = values.shape[1].bit_length() - 1
    total = np.zeros((len(values), k))
    for order in itertools.permutations(range(k)):
        there = 0
        for player in order:
            total[:, player] += values[:, there | 1 << player] - values[:, there]
            there |= 1 << player
    return total / math.factorial(k)


# --- Games on paper -------------------------------------------------------------------------------


def test_the_glove_game():
    # two have a left glove, the third a right one; only a pair is worth 1 (Shapley & Shubik 1969)
    gloves = game(3, lambda who: 2 in who and bool(who & {0, 1}))
    assert shapley(gloves)[0] == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_the_airport_game():
    # runways of length 1, 2, 3: each part is shared by those who need it (Littlechild & Owen 1973)
    airport = game(3, lambda who: max((i + 1 for i in who), default=0))
    assert shapley(airport)[0] == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])


def test_what_is_brought_last_first_and_on_average():
    # 0 brings 10 alone, 1 brings 6, together 12: they do 4 of the same work
    two = np.array([[0.0, 10.0, 6.0, 12.0]])
    assert coalitions.incrementals(two)[0] == pytest.approx([6.0, 2.0])
    assert coalitions.alones(two)[0] == pytest.approx([10.0, 6.0])
    assert coalitions.main_effects(two)[0] == pytest.approx([8.0, 4.0])
    assert shapley(two)[0] == pytest.approx([8.0, 4.0])
    assert coalitions.pair_interactions(two)[0] == pytest.approx([-4.0])


def test_an_interaction_is_the_mean_over_the_rest():
    # 5 for the pair 0 and 1, and 3 more when 2 is there as well
    three = game(3, lambda who: 5.0 * (who >= {0, 1}) + 3.0 * (len(who) == 3) + 2.0 * (2 in who))
    assert coalitions.pair_interactions(three)[0] == pytest.approx([5.0 + 3.0 / 2, 1.5, 1.5])


def test_a_factorial_regression_has_the_same_effects():
    # regress on factors coded -1, +1: a coefficient is half a main effect, a quarter of ours
    values = np.random.default_rng(3).normal(size=(1, 16))
    factors = np.array([[2 * (c >> i & 1) - 1 for i in range(4)] for c in range(16)])
    pairs = [factors[:, i] * factors[:, j] for i, j in itertools.combinations(range(4), 2)]
    design = np.column_stack([np.ones(16), factors, *pairs])
    found = np.linalg.lstsq(design, values[0], rcond=None)[0]
    assert coalitions.main_effects(values)[0] == pytest.approx(2 * found[1:5])
    assert coalitions.pair_interactions(values)[0] == pytest.approx(4 * found[5:])


games = st.integers(1, 5).flatmap(
    lambda k: st.lists(
        st.lists(st.floats(-1000, 1000), min_size=2**k, max_size=2**k), min_size=1, max_size=3
    ).map(np.array)
)


@given(games)
@settings(max_examples=60, deadline=None)
def test_shapley_is_the_mean_over_all_orders_and_shares_out_everything(values):
    found = shapley(values)
    assert found == pytest.approx(by_orders(values), abs=ROUNDING)
    assert found.sum(axis=1) == pytest.approx(values[:, -1] - values[:, 0], abs=ROUNDING)


@given(games, st.floats(-10, 10))
@settings(max_examples=40, deadline=None)
def test_shapley_is_linear(values, factor):
    other = values[:, ::-1] ** 2
    together = shapley(values + factor * other)
    # squares reach 10^6, times 10: a hundred times the rounding of the others, and more
    assert together == pytest.approx(shapley(values) + factor * shapley(other), abs=1e4 * ROUNDING)


@given(games, st.floats(-100, 100))
@settings(max_examples=40, deadline=None)
def test_who_adds_the_same_to_everybody_gets_just_that(values, worth):
    more = np.hstack([values, values + worth])  # a new player, bit k
    for share in coalitions.SHARES.values():
        assert share(more)[:, -1] == pytest.approx(np.full(len(values), worth), abs=ROUNDING)
    same = np.hstack([values, values])
    assert (shapley(same)[:, -1] == 0).all(), "a dummy gets nothing, to the last bit"
    assert shapley(same)[:, :-1] == pytest.approx(shapley(values), abs=ROUNDING)


@given(st.lists(st.floats(-1000, 1000), min_size=6, max_size=6))
@settings(max_examples=40, deadline=None)
def test_players_who_add_the_same_get_the_same(worth):
    # worth depends on how many of 0 and 1 are there, and on 2
    values = game(3, lambda who: worth[len(who & {0, 1}) + 3 * (2 in who)])
    first, second, _ = shapley(values)[0]
    assert first == pytest.approx(second, abs=ROUNDING)


def test_a_run_with_nothing_to_measure_has_no_shares_and_spoils_no_other():
    values = np.array([[0.0, 1.0, 2.0, 4.0], [0.0, np.nan, 2.0, 4.0]])
    found = shapley(values)
    assert found[0] == pytest.approx([1.5, 2.5])
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (4,)])
def test_values_that_are_no_game_are_refused(shape):
    with pytest.raises(ValueError, match=r"must be \(runs, 2\^k\)"):
        shapley(np.zeros(shape))


# --- Markets --------------------------------------------------------------------------------------


def site(**changes):
    """A pull touchpoint that warms."""
    return {
        "contact": "pull", "aims_at": "interest", "fit": everywhere(0.5), "reach_per_day": 0.3,
        "warmth": 0.5, **changes,
    }  # fmt: skip


IDLE = {"warmth": 0.0}
"""What is left of a site when it does nothing: people come, and go."""


@pytest.fixture(scope="module")
def found():
    """A site, an idle place and a mail; both pulls and the push meet the same people."""
    mail = {"contact": "push", "aims_at": "desire", "fit": everywhere(0.6), "warmth": 0.3}
    mail |= {"intrusiveness": 0.2, "cost_per_contact": 0.5}
    places = {"site": site(cost_per_day=1.0), "idle": site(**IDLE), "mail": mail}
    strategy = {"push": "guide", "every_days": 7.0}
    scenario = neutral(
        horizon_days=400.0,
        market={"onset_days": 300.0},
        firm={"cold_list_share": 0.5},
        response={"warmth_gain": 5.0},
        stages={"interest": {"planned_loss": 0.5}, "desire": {"planned_loss": 0.3}},
        **touching(places, strategy),
    )
    return touchpoint_truth(scenario, ["site", "idle", "mail"], people=80, runs=4, executor="here")


TABLES = ("incremental", "alone", "main_effect", "shapley")


@pytest.mark.parametrize("table", TABLES)
def test_what_does_nothing_is_worth_exactly_nothing(found, table):
    idle = getattr(found, table)().xs("idle", level="touchpoint")
    assert (idle[["difference", "low", "high"]] == 0).all(axis=None)
    others = getattr(found, table)().xs("mail", level="touchpoint")
    assert (others["difference"] != 0).all(), "the same luck alone makes nothing zero"


def test_what_does_nothing_helps_nobody(found):
    pairs = found.interactions()
    with_idle = pairs[(pairs.index.get_level_values("first") == "idle")]
    assert len(with_idle) == len(coalitions.MEASURES)
    assert (with_idle[["difference", "low", "high"]] == 0).all(axis=None)


def test_switching_it_off_by_hand_gives_the_same_numbers(found):
    off = found.scenario.with_changes({"pull.touchpoints.site": 0.0})
    table = cjsim.evaluate({"on": found.scenario, "off": off}, 80, runs=4, executor="here")
    gaps = (table.loc["on"] - table.loc["off"])[["first_deals", "profit_per_person"]]
    mine = found.incremental().xs("site", level="touchpoint").loc[list(gaps)]
    pd.testing.assert_frame_equal(mine, difference(gaps), check_exact=True, check_names=False)


def test_alone_is_a_market_with_nothing_else(found):
    nothing = found.scenario.with_changes(
        {"pull.touchpoints": {"site": 0.0, "idle": 0.0, "mail": 0.0}, "pull.push": "none"}
    )
    only = nothing.with_changes({"pull.touchpoints.site": 1.0})
    runs = [
        [cjsim.simulate(scenario, 80, seed=seed).summary()["first_deals"] for seed in found.seeds]
        for scenario in (nothing, only)
    ]
    gaps = found.by_run("alone").loc["first_deals", "site"]
    assert gaps.tolist() == (np.array(runs[1]) - runs[0]).tolist()


def test_shapley_shares_out_in_every_run_what_all_brought(found):
    shares = found.by_run("shapley")
    for measure in coalitions.MEASURES:
        values = found.values(measure)
        assert shares.loc[measure].sum(axis=1).to_numpy() == pytest.approx(
            values[:, -1] - values[:, 0], abs=ROUNDING
        )
    total = found.shapley()["difference"].groupby("measure").sum()
    pd.testing.assert_series_equal(total, found.total()["difference"], check_like=True)


def test_deals_are_first_and_repeat_deals(found):
    second = found.seeds[1]
    summary = cjsim.simulate(found.scenario, 80, seed=second).summary()
    deals = found.runs.loc[("site + idle + mail", second), "deals"]
    assert deals == summary["first_deals"] + summary["repeat_deals"] > 0


def test_the_rows_say_who_was_on(found):
    names = list(found.runs.index.get_level_values("coalition").unique())
    assert names[:4] == ["(none)", "site", "idle", "site + idle"]
    assert len(names) == 8


def test_the_executor_changes_nothing(found):
    again = touchpoint_truth(
        found.scenario, found.touchpoints, people=80, runs=4, executor="threads", workers=2
    )
    pd.testing.assert_frame_equal(again.runs, found.runs, check_exact=True)


# --- Pushes and programmes ------------------------------------------------------------------------


def pushing(programme, push="animator"):
    """Three push touchpoints under one strategy."""
    mail = {"contact": "push", "aims_at": "desire", "fit": everywhere(0.6), "warmth": 0.3}
    strategy = {"push": push, "programme": programme}
    return neutral(firm={"cold_list_share": 1.0}, **touching(dict.fromkeys("abc", mail), strategy))


def test_what_is_off_leaves_the_programme():
    off = switched_off(pushing(["a", "b", "a", "c"]), {"a"}).running
    assert (off.programme, off.push, off.touchpoints["a"]) == (("b", "c"), "animator", 0.0)


def test_without_its_last_push_touchpoint_a_firm_does_not_push():
    for push in ("guide", "animator"):
        off = switched_off(pushing([], push), {"a", "b", "c"}).running
        assert (off.push, off.programme) == ("none", ())


def test_an_emptied_programme_is_not_taken_for_all_there_are():
    off = switched_off(pushing(["a", "b"]), {"a", "b"})
    assert off.running.push == "none"
    assert cjsim.simulate(off, 20, seed=1).summary()["contacts"] == 0
    still = switched_off(pushing([]), {"a", "b"})  # no programme of its own: all that run
    assert still.running.push == "animator"
    assert set(cjsim.simulate(still, 20, seed=1).log()["touchpoint"].dropna()) == {"c"}


def test_a_guide_keeps_pushing_what_its_unused_programme_never_named():
    off = switched_off(pushing(["a"], "guide"), {"a"}).running
    assert (off.push, off.programme) == ("guide", ())


def test_the_animator_of_a_preset_can_be_taken_apart():
    phone = cjsim.Scenario.load("phone", "animator")
    found = touchpoint_truth(
        phone,
        ["mail_cases", "mail_offer"],
        measures=["profit_per_person"],
        people=30,
        runs=2,
        executor="here",
    )
    assert found.values("profit_per_person").shape == (2, 4)
    assert np.isfinite(found.shapley()["low"]).all()


def test_other_strategies_keep_the_touchpoint():
    phone = cjsim.Scenario.load("phone", "guide")
    off = switched_off(phone, {"site"})
    assert off.diff(phone) == {"strategies.guide.touchpoints.site": (0.0, 1.0)}
    assert switched_off(phone, ()) is phone


# --- What is refused ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phone():
    return cjsim.Scenario.load("phone", "guide")


def test_a_misspelt_touchpoint_is_told_the_nearest_that_runs(phone):
    with pytest.raises(ValueError, match=r"'mail_case'. Did you mean 'mail_cases'"):
        touchpoint_truth(phone, ["mail_case"])


def test_a_touchpoint_that_does_not_run_is_told_so(phone):
    with pytest.raises(ValueError, match="'radio': strategy 'guide' does not run it; it runs: out"):
        touchpoint_truth(phone, ["radio"])
    with pytest.raises(ValueError, match="'site': strategy 'guide' does not run it"):
        touchpoint_truth(phone.with_changes({"guide.touchpoints.site": 0.0}), ["site"])


def test_too_many_coalitions_are_refused_before_anything_runs(phone):
    names = list(phone.running.touchpoints)
    with pytest.raises(ValueError, match=r"11 touchpoints make 2,048 coalitions; name 1 to 10"):
        touchpoint_truth(phone, names[:11])
    with pytest.raises(ValueError, match="0 touchpoints"):
        touchpoint_truth(phone, [])
    with pytest.raises(ValueError, match="each is named once"):
        touchpoint_truth(phone, ["site", "site"])


def test_a_misspelt_measure_or_share_is_told_the_nearest(phone, found):
    with pytest.raises(ValueError, match=r"unknown measure: 'deal'. Did you mean 'deals'"):
        touchpoint_truth(phone, ["site"], measures=["deal"])
    with pytest.raises(ValueError, match=r"unknown share: 'shapely'. Did you mean 'shapley'"):
        found.by_run("shapely")
    with pytest.raises(ValueError, match="unknown measure: 'profit'"):
        found.values("profit")
