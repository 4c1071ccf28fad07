"""Touchpoints switched on and off: markets that lack one, all coalitions or some orders of them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.experiment import coalitions
from cjsim.experiment.coalitions import touchpoint_truth
from cjsim.experiment.games import SHARES, orders_of
from cjsim.experiment.intervals import difference
from cjsim.experiment.switching import switched_off
from tests.builders import everywhere, neutral, touching

ROUNDING = 1e-9
"""Sums of a few deals and of money of a few hundred lose some of their sixteen digits."""


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
    assert (idle["difference"] == 0).all()
    assert idle[["low", "high"]].isna().all(axis=None), "no spread, no interval"
    others = getattr(found, table)().xs("mail", level="touchpoint")
    assert (others["difference"] != 0).all(), "the same luck alone makes nothing zero"


def test_what_does_nothing_helps_nobody(found):
    pairs = found.interactions()
    with_idle = pairs[(pairs.index.get_level_values("first") == "idle")]
    assert len(with_idle) == len(coalitions.MEASURES)
    assert (with_idle["difference"] == 0).all()
    assert with_idle[["low", "high"]].isna().all(axis=None), "no spread, no interval"


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


# --- What comes back ------------------------------------------------------------------------------


def test_a_return_is_the_share_of_the_margin_over_the_share_of_the_costs(found):
    asked = {"people": 80, "runs": 4, "executor": "here", "measures": ["margin", "costs"]}
    truth = touchpoint_truth(found.scenario, found.touchpoints, **asked)
    shares, back = truth.by_run("shapley"), truth.returns()
    for name in ("site", "mail"):
        margin, costs = shares.loc["margin", name], shares.loc["costs", name]
        assert back.loc[name, "back"] == pytest.approx(margin.sum() / costs.sum())
        assert back.loc[name, "low"] < back.loc[name, "back"] < back.loc[name, "high"]
    assert back.loc["idle"].isna().all(), "it costs nothing"
    assert "returns" in truth.tables()


def test_a_return_needs_margin_and_costs(found):
    with pytest.raises(ValueError, match="a return needs margin and costs as well"):
        found.returns()
    assert "returns" not in found.tables()


# --- Some orders in place of all coalitions -------------------------------------------------------


@pytest.fixture(scope="module")
def six():
    """Six places, the first two alike and the third idle, and a mail; all coalitions of them."""
    places = {name: site() for name in ("a", "b")} | {"idle": site(**IDLE)}
    places |= {"c": site(reach_per_day=0.1), "d": site(warmth=1.0, cost_per_day=2.0)}
    places["mail"] = {
        "contact": "push", "aims_at": "desire", "fit": everywhere(0.6), "warmth": 0.3,
        "intrusiveness": 0.2, "cost_per_contact": 0.5,
    }  # fmt: skip
    scenario = neutral(
        horizon_days=300.0,
        market={"onset_days": 200.0},
        firm={"cold_list_share": 0.5},
        response={"warmth_gain": 2.0},
        stages={"interest": {"planned_loss": 0.5}, "desire": {"planned_loss": 0.3}},
        **touching(places, {"push": "guide", "every_days": 7.0}),
    )
    return touchpoint_truth(scenario, people=60, runs=8, executor="here")


def drawn(truth, count, shift=0):
    """The same runs, as if each had drawn some orders only."""
    orders = [orders_of(seed + shift, len(truth.touchpoints), count) for seed in truth.seeds]
    return dataclasses.replace(truth, orders=np.array(orders))


def test_all_that_run_are_asked_about_when_none_is_named(six):
    assert six.touchpoints == ("a", "b", "idle", "c", "d", "mail")
    assert six.orders is None


def test_orders_run_just_the_coalitions_that_they_need(six):
    asked = {"people": 60, "runs": 3, "executor": "here"}
    some = touchpoint_truth(six.scenario, orders=4, **asked)
    along_the_way = drawn(dataclasses.replace(six, seeds=some.seeds), 4)
    pd.testing.assert_frame_equal(
        some.by_run("shapley"), along_the_way.by_run("shapley"), check_exact=True
    )
    per_run = some.runs.groupby(level="seed").size()
    assert (per_run <= 2 + 2 * 6 + 4 * 3).all(), "ends, single ones, all but one, and in between"
    kept = six.runs.loc[some.runs.index]
    pd.testing.assert_frame_equal(some.runs, kept, check_exact=True)


def test_what_needs_no_order_is_exact(six):
    some = drawn(six, 4)
    for table in ("incremental", "alone", "total"):
        pd.testing.assert_frame_equal(
            getattr(some, table)(), getattr(six, table)(), check_exact=True
        )


def test_drawn_shares_also_share_out_in_every_run_what_all_brought(six):
    shares = drawn(six, 4).by_run("shapley")
    for measure in coalitions.MEASURES:
        values = six.values(measure)
        assert shares.loc[measure].sum(axis=1).to_numpy() == pytest.approx(
            values[:, -1] - values[:, 0], abs=ROUNDING
        )


def test_the_idle_one_gets_nothing_in_any_order(six):
    idle = drawn(six, 4).shapley().xs("idle", level="touchpoint")
    assert (idle["difference"] == 0).all()
    assert idle[["low", "high"]].isna().all(axis=None), "no spread, no interval"


def test_drawn_shares_differ_from_the_exact_ones_as_often_as_their_error_says(six):
    """95 % of 12 draws x 3 measures x 5 touchpoints; those of a draw lean together, hence 0.85."""
    exact = six.shapley()["difference"].drop("idle", level="touchpoint")
    inside = []
    for draw in range(12):
        some = drawn(six, 6, shift=1000 * draw)
        half = some.sampling(0.95)["half_width"].loc[exact.index]
        away = some.shapley()["difference"].loc[exact.index] - exact
        assert (away != 0).any()
        inside.append((away.abs() <= half).mean())
    assert 0.85 <= np.mean(inside) <= 1.0


def test_the_interval_of_drawn_shares_holds_luck_and_drawing(six):
    """Wider than what all coalitions leave, and nearer to it with more orders."""

    def width(truth):
        table = truth.shapley().loc["profit_per_person"].drop("idle")
        return (table["high"] - table["low"]).mean()

    few = np.mean([width(drawn(six, 4, shift=draw)) for draw in range(8)])
    many = np.mean([width(drawn(six, 60, shift=draw)) for draw in range(8)])
    assert few > many > width(six)
    assert many < 1.2 * width(six)


def test_touchpoints_that_do_the_same_get_alike(six):
    shares = drawn(six, 6).by_run("shapley").loc["first_deals"]
    gap = difference((shares["a"] - shares["b"]).to_frame("gap"), 0.99)
    assert not gap["clear"].any()
    assert shares["a"].mean() > 0


def test_sampling_says_what_part_of_the_variance_is_the_drawing(six):
    exact, few, many = (truth.sampling() for truth in (six, drawn(six, 4), drawn(six, 60)))
    assert (exact[["half_width", "part"]] == 0).all(axis=None)
    mail = ("profit_per_person", "mail")
    assert few.loc[mail, "half_width"] > many.loc[mail, "half_width"] > 0
    assert 1 >= few.loc[mail, "part"] > many.loc[mail, "part"] > 0


def test_what_was_not_run_is_refused_with_the_way_out(six):
    some = drawn(six, 4)
    for ask in (some.main_effect, some.interactions, lambda: some.values("deals")):
        with pytest.raises(ValueError, match='name at most 8, or ask with orders="all"'):
            ask()
    with pytest.raises(ValueError, match="there are no orders, see `values`"):
        six.gains("deals")
    assert set(some.tables()) == {"incremental", "alone", "shapley", "sampling", "runs"}
    assert set(six.tables()) == {*SHARES, "runs"}


def test_the_sentence_says_that_orders_were_drawn(six):
    assert six.drawn("en") == ""
    assert "Each run drew 4 orders of joining" in drawn(six, 4).says("en")
    assert "порядки подключения: 4" in drawn(six, 4).says("ru")


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


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ("all", 'orders = "all": 13 touchpoints make 8,192 coalitions; name 1 to 12'),
        ("some", 'must be "all" or an even number from 4 on'),
        (5, "orders = 5: must be even"),
        (2, "orders = 2"),
        (4.5, "orders = 4.5"),
    ],
)
def test_orders_that_cannot_be_are_refused_before_anything_runs(orders, told):
    car = cjsim.Scenario.load("car", "guide")
    names = [name for name, on in car.running.touchpoints.items() if on > 0][:13]
    with pytest.raises(ValueError, match=told):
        touchpoint_truth(car, names, orders=orders)


def test_nine_touchpoints_are_drawn_and_eight_are_not(phone):
    names = [name for name, on in phone.running.touchpoints.items() if on > 0]
    few = {"people": 10, "runs": 2, "executor": "here", "measures": ["deals"]}
    short = phone.with_changes({"horizon_days": 20.0, "burn_in_days": 0.0})
    assert touchpoint_truth(short, names[:9], **few).orders.shape == (2, coalitions.ORDERS, 9)
    assert touchpoint_truth(short, names[:8], **few).orders is None


def test_no_touchpoint_or_one_twice_is_refused(phone):
    with pytest.raises(ValueError, match=r"touchpoints = \[\]: name one or more of out"):
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
