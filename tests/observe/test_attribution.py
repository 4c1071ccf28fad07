"""Attribution: by hand, exactly, and against worlds of which the truth is known."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import observe
from cjsim.course import facts
from cjsim.experiment import games
from cjsim.experiment.coalitions import touchpoint_truth
from cjsim.observe import attribution, worlds
from cjsim.observe.attribution import METHODS, removal_effects
from cjsim.observe.paths import Paths, paths_of
from tests.measures.by_hand import LIBRARY, buys, row, run_of
from tests.often import often

CHANNELS = ["a", "b", "c", "d"]
TABLE = st.lists(
    st.tuples(
        st.lists(st.sampled_from(CHANNELS), max_size=5), st.integers(0, 9), st.integers(0, 9)
    ),
    min_size=1,
)
ADDING = [name for name in METHODS if name != "removal"]


def by_hand():
    """Three paths: a > b > c with 6 deals, b with 2 deals and 8 without, none with 1 deal."""
    return Paths.of([(["a", "b", "c"], 6, 0), (["b"], 2, 8), ([], 1, 3)])


@pytest.mark.parametrize(
    ("method", "credit"),
    [
        ("first", [6, 2, 0]),
        ("last", [0, 2, 6]),
        ("linear", [2, 4, 2]),
        ("position", [2.4, 3.2, 2.4]),
        ("decay", [6 / 7, 2 + 12 / 7, 24 / 7]),
        ("shapley", [2, 4, 2]),
    ],
)
def test_each_rule_of_thumb_by_hand(method, credit):
    table = observe.attribute(by_hand(), method).table
    assert table[method].tolist() == pytest.approx(credit, abs=1e-12)
    assert table.index.tolist() == ["a", "b", "c"]


def test_position_by_hand_for_short_and_long_paths():
    paths = Paths.of([(["a"], 1, 0), (["a", "b"], 1, 0), (["a", "b", "b", "c"], 1, 0)])
    assert attribution.position(paths).tolist() == pytest.approx([1 + 0.5 + 0.4, 0.5 + 0.2, 0.4])


def test_markov_by_hand():
    """Of 16 with a contact 6 start at a and 10 at b. All of a go to b; of the 16 who come to b 6 go
    on to c, 2 buy, 8 do not; all of c buy. So from b 8/16 buy, from a as many, from the start 1/2.

    Without a: 10/16 · 1/2 = 5/16, effect 3/8. Without b nobody buys, effect 1. Without c b sells to
    2/16: from the start 1/8, effect 3/4. The sum is 17/8; 8 deals have a contact before them.
    """
    effects = removal_effects(by_hand())
    assert effects.tolist() == pytest.approx([3 / 8, 1, 3 / 4], abs=1e-12)
    table = observe.attribute(by_hand(), ["markov", "removal"]).table
    assert table["markov"].tolist() == pytest.approx([24 / 17, 64 / 17, 48 / 17], abs=1e-12)
    assert table["removal"].tolist() == pytest.approx([3, 8, 6], abs=1e-12)


def test_a_chain_with_a_loop_is_solved_exactly():
    """a > a with deal, a without: from a back to a in 1 of 3 moves, to the deal in 1 of 3."""
    paths = Paths.of([(["a", "a"], 1, 0), (["a"], 0, 1)])
    moves, to_deal = attribution.chain_of(paths)
    assert moves.tolist() == [[0, 1], [0, 1 / 3]]
    assert to_deal.tolist() == [0, 1 / 3]
    assert attribution._chance(moves, to_deal) == pytest.approx(1 / 2, abs=1e-12)


PATH_DATA = {
    "eta": 3340.8, "iota": 3884.6, "alpha": 5344.9, "beta": 2527.4, "theta": 1971.9,
    "lambda": 1282.8, "kappa": 274.4, "zeta": 381.1, "epsilon": 599.6, "gamma": 171.1,
    "delta": 4.6, "mi": 1.7,
}  # fmt: skip


def test_markov_of_real_paths():
    """PathData: 10,000 paths that come with the package `mta` (MIT), here as counts of moves.

    What a first-order chain makes of them depends on no more. Computed exactly elsewhere: the
    chance of a deal .2238451, and these shares of the 19,785 deals (evidence, PathData Markov).
    """
    counts = facts("pathdata").set_index("from")
    shares = counts.div(counts.sum(axis=1), axis=0)
    moves = np.zeros((13, 13))
    moves[:, 1:] = shares.drop(columns=["deal", "nothing"]).to_numpy()
    to_deal = shares["deal"].to_numpy()
    assert attribution._chance(moves, to_deal) == pytest.approx(0.2238451, abs=1e-7)
    effects = attribution.effects_of(moves, to_deal)
    credit = effects / effects.sum() * counts["deal"].sum()
    told = dict(zip(counts.index[1:], credit, strict=True))
    assert told == pytest.approx(PATH_DATA, abs=0.06)  # told to a tenth


@given(TABLE)
@settings(max_examples=often(100), deadline=None)
def test_the_chains_chance_of_a_deal_is_the_share_of_deals(table):
    """Anderl's chain, fitted to paths, gives back the deals it was fitted to: exactly."""
    paths = Paths.of(table)
    led = paths.length > 0
    people = float((paths.deals + paths.nothing)[led].sum())
    if not people or not len(paths.channels):
        return
    chance = attribution._chance(*attribution.chain_of(paths))
    assert chance == pytest.approx(paths.deals[led].sum() / people, abs=1e-9)


@given(TABLE)
@settings(max_examples=often(100), deadline=None)
def test_credits_add_up_to_the_deals_with_a_contact(table):
    paths = Paths.of(table)
    if not len(paths.step):
        with pytest.raises(ValueError, match="has no contact"):
            observe.attribute(paths)
        return
    result = observe.attribute(paths)
    led = float(paths.deals.sum()) - paths.unled
    assert result.table[ADDING].sum().tolist() == pytest.approx([led] * len(ADDING), abs=1e-9)
    assert (result.table.to_numpy() >= -1e-12).all()
    assert result.deals == led + result.unled


@given(TABLE)
@settings(max_examples=often(60), deadline=None)
def test_shapley_is_the_mean_over_all_orders_of_joining(table):
    """v(S): the deals on paths that hold nothing outside S, over all 2^k coalitions."""
    paths = Paths.of(table)
    if not len(paths.channels):
        return
    k = len(paths.channels)
    values = []
    for chosen in range(2**k):
        inside = {paths.channels[i] for i in range(k) if chosen >> i & 1}
        values.append(sum(deals for steps, deals, _ in table if set(steps) <= inside))
    expected = games.shapley([values])[0]
    assert attribution.shapley(paths).tolist() == pytest.approx(expected.tolist(), abs=1e-9)


def test_decay_counts_days_where_they_are_known():
    touchpoints = {name: LIBRARY[name] for name in ("tent", "letter")}
    run = run_of(
        [row(0.0, 0, 2, 2, 0), row(14.0, 0, 2, 3, 1)], buys(0, 21.0),
        people=1, touchpoints=touchpoints,
    )  # fmt: skip
    table = observe.attribute(run, ["decay"], half_life=7.0).table["decay"]
    assert table.to_dict() == pytest.approx({"tent": 1 / 5, "letter": 4 / 5})
    table = observe.attribute(run, "decay", half_life=14.0).table["decay"]
    assert table["letter"] == pytest.approx(2 / 3)


def test_a_contact_of_ages_ago_alone_still_gets_its_deal():
    paths = Paths.of([(["a"], 1, 0)])
    old = Paths(paths.channels, paths.step, paths.begin, paths.deals, paths.nothing, paths.value,
                np.array([1e5]))  # fmt: skip
    assert attribution.decay(old, 1.0).tolist() == [1.0]


# --- paths ----------------------------------------------------------------------------------------


def two_people():
    """Person 0: tent, buys on day 10, letter, buys on day 30, letter; person 1: a letter."""
    touchpoints = {name: LIBRARY[name] for name in ("tent", "letter")}
    contacts = [row(1.0, 0, 2, 2, 0), row(20.0, 0, 2, 9, 1), row(40.0, 0, 2, 9, 1),
                row(5.0, 1, 2, 2, 1)]  # fmt: skip
    return run_of(contacts, buys(0, 10.0, 30.0), people=2, touchpoints=touchpoints)


def told(paths):
    """Each path as (steps, deals, value)."""
    steps = np.split(np.array(paths.channels, object)[paths.step], paths.begin[1:-1])
    return sorted(zip(map(tuple, steps), paths.deals.tolist(), paths.value.tolist(), strict=True))


def test_paths_end_at_the_deal():
    assert told(paths_of(two_people())) == [(("letter",), 0.0, 0.0), (("tent",), 1.0, 100.0)]
    assert told(paths_of(two_people(), "all")) == [
        (("letter",), 0.0, 0.0), (("letter",), 0.0, 0.0), (("letter",), 1.0, 100.0),
        (("tent",), 1.0, 100.0),
    ]  # fmt: skip


def test_without_order_what_came_after_the_deal_is_taken_for_its_cause():
    """A contact after the deal cannot have caused it: the letter gets 2/3 of a deal not its own."""
    assert told(paths_of(two_people(), time_order=False)) == [
        (("letter",), 0.0, 0.0), (("tent", "letter", "letter"), 1.0, 100.0),
    ]  # fmt: skip
    ordered = observe.attribute(two_people(), "linear").table["linear"]
    lost = observe.attribute(two_people(), "linear", time_order=False).table["linear"]
    assert ordered.to_dict() == {"tent": 1.0, "letter": 0.0}
    assert lost.to_dict() == pytest.approx({"tent": 1 / 3, "letter": 2 / 3})


def test_every_person_of_a_log_has_a_path_and_every_deal_an_end():
    run = cjsim.simulate(cjsim.Scenario.load("phone", "guide"), 200)
    log = run.log()
    first, every = paths_of(run), paths_of(run, "all")
    assert len(first) == log["person"].nunique()
    assert first.deals.sum() == (log["event"] == "first_deal").sum()
    deals = log["event"].isin(["first_deal", "repeat_deal"])
    assert every.deals.sum() == deals.sum()
    assert every.value.sum() == pytest.approx(log["amount"][deals].sum())
    assert len(every.step) == (log["event"] == "contact").sum()
    assert set(every.deals) == {0.0, 1.0}
    assert (every.deals + every.nothing == 1).all()


def test_variants_put_alike_paths_together():
    paths = Paths.of([(["a", "a", "b"], 1, 0), (["a", "b"], 0, 2), (["b", "a"], 1, 0)], value=10.0)
    table = paths.variants()
    assert table["path"].tolist() == ["a > b", "b > a"]
    assert table["people"].tolist() == [3, 1]
    assert table["value_per_person"].tolist() == pytest.approx([10 / 3, 10])
    assert paths.entropy() == pytest.approx(-(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)))
    assert Paths.of([(["a"], 1, 1)]).entropy() == 0.0


# --- three worlds ---------------------------------------------------------------------------------


def exact_chain(off=-1, most=7):
    """All ways through the chain of `worlds` of up to so many contacts, with their chances."""
    ways = []

    def walk(steps, chance):
        for to, share in enumerate(worlds.NEXT[steps[-1] + 1 if steps else 0]):
            if share == 0:
                continue
            if to >= 4 or to == off:
                ways.append((steps, chance * share, to == 4))
            elif len(steps) < most:
                walk([*steps, to], chance * share)

    walk([], 1.0)
    return ways


def test_where_the_world_is_a_chain_removal_is_the_truth_exactly():
    """From the chain's own parameters: closing a channel costs what the fundamental matrix says."""
    Q, r = worlds.NEXT[:, :4], worlds.NEXT[:, 4]

    def chance(off=None):
        moves = np.zeros((5, 5))
        moves[:, 1:] = Q
        if off is not None:
            moves[:, off + 1] = 0
        return attribution._chance(moves, r)

    for off in range(4):
        truth = 1 - chance(off) / chance()
        walked = sum(p for _, p, deal in exact_chain(off, 9) if deal)
        all_walked = sum(p for _, p, deal in exact_chain(-1, 9) if deal)
        assert 1 - walked / all_walked == pytest.approx(truth, abs=2e-3)  # ways of over 9 left out


@pytest.mark.slow
def test_in_a_chain_markov_covers_the_truth():
    """Of 200 worlds of 1,500 people: without bias (4 standard errors), and the closing of each
    channel, counted on the same people, lies within 1.96 spreads of the estimate in 92 % or more.
    """
    gaps = []
    for seed in range(200):
        one = observe.world("chain", 1500, seed=seed)
        removed = attribution.removal(one.paths)
        gaps.append(removed - one.truth.to_numpy())
    gaps = np.array(gaps)
    error = gaps.std(axis=0, ddof=1)
    assert (np.abs(gaps.mean(axis=0)) < 4 * error / np.sqrt(len(gaps))).all()
    assert (np.abs(gaps) < 1.96 * error).mean() >= 0.92


def test_markov_is_right_in_its_own_world_and_there_alone():
    chain, hidden, selection = (observe.world(name, 8000) for name in worlds.WORLDS)
    wrong = observe.attribute(chain.paths).against(chain.truth)["wrong"]
    assert wrong["markov"] < 0.02
    assert wrong.drop(["markov", "removal"]).min() > wrong["markov"]
    wrong = observe.attribute(hidden.paths).against(hidden.truth)["wrong"]
    assert wrong["markov"] > 0.2
    assert wrong["last"] == wrong.max() > 0.5  # it credits search, which does nothing
    assert hidden.truth["search"] == 0
    judged = observe.attribute(selection.paths).against(selection.truth)
    assert (selection.truth == 0).all()
    assert (judged["off"] == judged["credited"]).all()
    assert (judged["credited"] > 1000 * 0.5).all()


def test_what_a_channel_brings_is_counted_on_the_same_people():
    """Closing channels one by one never wins a deal, and the paths are those with all open."""
    for name, people in itertools.product(worlds.WORLDS, (1, 500)):
        one = observe.world(name, people, seed=3)
        assert (one.truth >= 0).all()
        assert len(one.paths) == people
        assert set(one.paths.deals) <= {0.0, 1.0}


# --- answers --------------------------------------------------------------------------------------


def test_it_is_judged_by_switching_off():
    scenario = cjsim.Scenario.load("phone", "guide")
    names = ["site", "outdoor"]
    truth = touchpoint_truth(
        scenario, names, measures="first_deals", people=80, runs=2, executor="here"
    )
    result = observe.attribute(cjsim.simulate(scenario, 80))
    judged = result.against(truth)
    shares = truth.shapley().loc["first_deals", "difference"]
    closing = truth.incremental().loc["first_deals", "difference"]
    assert judged.loc["linear", "true"] == pytest.approx(shares.sum())
    assert judged.loc["removal", "true"] == pytest.approx(closing.sum())
    assert judged.loc["last", "credited"] == pytest.approx(result.table.loc[names, "last"].sum())
    off = (result.table.loc[names, "last"] - shares).abs().sum()
    assert judged.loc["last", "off"] == pytest.approx(off)


def test_wrong_and_rank_by_hand():
    judged = observe.attribute(by_hand(), ["first", "last"]).against({"a": 1, "b": 2, "c": 1})
    assert judged.loc["first", "wrong"] == pytest.approx(0.5)  # .75 .25 0 against .25 .5 .25
    assert judged.loc["last", "wrong"] == pytest.approx(0.5)
    assert judged.loc["first", "off"] == 5 + 0 + 1
    nothing = observe.attribute(by_hand(), "first").against({"a": 0.0, "b": 0.0})
    assert np.isnan(nothing.loc["first", "wrong"])
    assert np.isnan(nothing.loc["first", "rank"])


def test_it_says_whom_it_credits_and_keeps_its_tables(tmp_path):
    result = observe.attribute(by_hand())
    assert "Deals in the log: 9, of them without a contact before: 1." in result.says("en")
    assert "первое касание — a, доля 75" in result.says("ru")
    assert repr(result).startswith("<Attribution deals: 9:")
    assert "<table>" in result._repr_html_()
    assert result.save(tmp_path) == ["attribution.csv", "paths.csv"]
    table = pd.read_csv(tmp_path / "attribution.csv", index_col="touchpoint")
    assert table["first"].to_dict() == {"a": 6.0, "b": 2.0, "c": 0.0}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"methods": "makrov"}, "unknown method: 'makrov'. Did you mean 'markov'?"),
        ({"half_life": 0}, "half_life = 0: must be a number of days above 0"),
        ({"deals": "al"}, "unknown kind of deals: 'al'. Did you mean 'all'?"),
        ({"deals": "all", "time_order": False}, "without an order there is one deal"),
    ],
)
def test_a_question_that_cannot_be_is_told(asked, told):
    with pytest.raises(ValueError, match=told.replace("?", r"\?")):
        observe.attribute(two_people(), **asked)
    with pytest.raises(ValueError, match=r"unknown world: 'chian'\. Did you mean 'chain'\?"):
        observe.world("chian")


# --- losses ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def curve():
    run = cjsim.simulate(cjsim.Scenario.load("phone", "guide"), 300, seed=2)
    return observe.loss_curve(run, "offline", [1.0, 0.6, 0.2], draws=4)


def test_with_nothing_lost_no_credit_is_in_the_wrong_place(curve):
    assert (curve.table.loc[1.0, "wrong"] == 0).all()
    assert (curve.table.loc[1.0, ["rows", "people"]] == 1).all(axis=None)


def test_the_less_is_written_down_offline_the_less_credit_offline_gets(curve):
    """In sign for every method; and the more is in the wrong place."""
    table = curve.table.unstack("method")
    for method in ("first", "last", "linear", "markov"):
        assert table["offline"][method].is_monotonic_increasing  # of the share recorded
        assert table["wrong"][method].is_monotonic_decreasing
        assert curve.table.loc[(0.2, method), "low"] > 0
    assert table["rows"]["last"].is_monotonic_increasing


def test_unmatched_names_make_more_customers_than_people(curve):
    run = cjsim.simulate("phone", 200, seed=2)
    seam = observe.loss_curve(run, "match", [1.0, 0.5, 0.0], "last", draws=2)
    people = seam.table["people"].droplevel("method")
    assert people[1.0] == 1 < people[0.5] < people[0.0]


def test_it_says_what_is_lost(curve, tmp_path):
    assert curve.says("en").startswith("Recorded offline at 20%,")
    assert "Записано офлайн: 20" in curve.says("ru")
    assert curve.save(tmp_path) == ["credits.csv", "record-loss.csv"]
    assert "<table>" in curve._repr_html_()
    run = cjsim.simulate("phone", 30)
    with pytest.raises(ValueError, match=r"unknown setting .*'days_late'"):
        observe.loss_curve(run, "days_late")
    with pytest.raises(ValueError, match="at = "):
        observe.loss_curve(run, at=[])
