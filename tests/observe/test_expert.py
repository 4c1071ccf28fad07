"""An expert's table: a Dirichlet prior by hand and by theory, and what it is worth beside data."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import cjsim
from cjsim import observe
from cjsim.observe.expert import Transitions, learn, worth
from cjsim.observe.expert_curve import expert_curve
from tests.charts.markets import market, taught
from tests.observe.synthetic import untouched, walked, walks_from
from tests.often import often

TRUE = {"a": {"b": 0.6, "c": 0.2, "d": 0.2}, "b": {"a": 0.3, "c": 0.4, "d": 0.3},
        "c": {"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.4}}  # fmt: skip
MOVES = [[0.0, 0.6, 0.2, 0.2], [0.3, 0.0, 0.4, 0.3], [0.1, 0.3, 0.2, 0.4], [0.0] * 4]
NOTHING = Transitions.nothing("abcd")


def said(strength=50, **rows):
    """The true table, but for some rows."""
    return NOTHING.but({**TRUE, **rows}, strength=strength)


WRONG = {"a": {"b": 0.3, "c": 0.4, "d": 0.3}, "c": {"a": 0.4, "b": 0.3, "c": 0.1, "d": 0.2}}


# --- Dirichlet rows -------------------------------------------------------------------------------


def test_a_row_by_hand():
    """Two ways: an expert says 3 of 4 and is worth 8, then 1 of 4 passages went so."""
    table = Transitions.nothing("ab").but({"a": {"a": 0.75, "b": 0.25}}, strength=8)
    learned = table.learn(np.array([[1.0, 3.0], [0.0, 0.0]]))
    assert table.alpha[0].tolist() == [6.5, 2.5]
    assert learned.alpha[0].tolist() == [7.5, 5.5]
    row = learned.table(0.9).loc[("a", "a")]
    assert row["mean"] == pytest.approx(7.5 / 13)
    mass = integrate.quad(stats.beta(7.5, 5.5).pdf, row["low"], row["high"])[0]
    assert mass == pytest.approx(0.9, abs=1e-9)
    assert stats.beta.cdf(row["low"], 7.5, 5.5) == pytest.approx(0.05)


def test_a_row_of_which_nobody_spoke_is_worth_one_passage_evenly():
    assert Transitions.nothing("abcd").alpha.tolist() == [[0.25] * 4] * 4
    stages = Transitions.nothing()
    assert stages.alpha.sum(axis=1) == pytest.approx(1.0)
    assert stages.mean().loc["comparison"].replace(0, np.nan).dropna().to_dict() == {
        "action": 0.5, "with_rival": 0.5
    }  # fmt: skip


def test_the_only_way_is_certain():
    row = Transitions.nothing().table().loc[("recommendation", "repeat_deal")]
    assert row[["mean", "low", "high"]].tolist() == [1.0, 1.0, 1.0]


counts_of = st.lists(st.integers(0, 20), min_size=9, max_size=9).map(
    lambda x: np.array(x, float).reshape(3, 3)
)


@given(counts_of, counts_of)
@settings(max_examples=often(50), deadline=None)
def test_a_posterior_is_the_prior_of_what_comes_next(first, second):
    table = Transitions.nothing("abc").but({"a": {"b": 0.9, "c": 0.1}})
    at_once, one_by_one = table.learn(first + second), table.learn(first).learn(second)
    assert at_once.passages == pytest.approx(one_by_one.passages)
    both = table.log_evidence(first) + table.learn(first).log_evidence(second)
    assert table.log_evidence(first + second) == pytest.approx(both, abs=1e-9)


def test_an_expert_is_worth_exactly_as_many_passages_as_they_claim():
    """Strength s and shares p are s · p observed passages, whoever has seen them."""
    expert = NOTHING.but({"a": {"b": 0.25, "c": 0.75}}, strength=40)
    seen = np.zeros((4, 4))
    seen[0, 1:3] = 10, 30
    assert np.array_equal(expert.alpha, NOTHING.learn(seen).alpha)


def test_evidence_is_the_product_of_what_was_foretold_each_time():
    table = Transitions.nothing("abc").but({"a": {"a": 0.5, "b": 0.5}}, strength=3)
    walk, total, now = [0, 1, 0, 0, 2, 0, 1, 1, 2], 0.0, table
    for here, there in itertools.pairwise(walk):
        one = np.zeros((3, 3))
        one[here, there] = 1
        total += np.log(now.mean().to_numpy()[here, there])
        now = now.learn(one)
    assert table.log_evidence(walks_from("abc", [walk])) == pytest.approx(total, abs=1e-12)


def test_likelihood_of_others_takes_the_mean_each_time():
    table = said()
    counts = np.zeros((4, 4))
    counts[0, 1], counts[1, 2] = 2, 1
    mean = table.mean().to_numpy()
    expected = 2 * np.log(mean[0, 1]) + np.log(mean[1, 2])
    assert table.log_likelihood(counts) == pytest.approx(expected)


def test_intervals_hold_the_truth_where_the_truth_is_drawn_from_the_prior():
    """Bayes' promise: of truths drawn from the prior 90 % lie within; 4 errors of 300 rows."""
    luck = np.random.default_rng(5)
    prior = NOTHING.but({"a": {"b": 0.5, "c": 0.3, "d": 0.2}}, strength=10)
    held = []
    for _ in range(300):
        truth = luck.dirichlet(prior.alpha[0])
        counts = np.zeros((4, 4))
        counts[0] = luck.multinomial(30, truth)
        rows = prior.learn(counts).table(0.9).loc["a"]
        held += list((rows["low"] <= truth) & (truth <= rows["high"]))
    assert np.mean(held) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 300))


@pytest.mark.parametrize("n", [30, 120, 400])
@pytest.mark.parametrize("p", [0.05, 0.15, 0.25, 0.6])
def test_intervals_from_data_alone_cover_the_truth(n, p):
    """Nominal 95 %, exactly: the sum over all that may be seen of how likely it is; 92 % at least.

    Less can be had where p is so rare that intervals of whole counts jump across it.
    """
    seen = np.arange(n + 1)
    table = Transitions.nothing("abcd")
    held = 0.0
    for k, likely in zip(seen, stats.binom.pmf(seen, n, p), strict=True):
        if likely > 1e-7:
            counts = np.zeros((4, 4))
            counts[0, 1], counts[0, 2] = k, n - k
            row = table.learn(counts).table(0.95).loc[("a", "b")]
            held += likely * (row["low"] <= p <= row["high"])
    assert held >= 0.92


# --- the plan's expert ----------------------------------------------------------------------------


def test_an_expert_who_knows_the_plan_is_right_where_nobody_is_touched():
    """Each share before the deal within four standard errors; the lost, wherever they went.

    Some who come back from sleep know a rival already, which the plan does not foresee.
    """
    scenario = untouched()
    run = cjsim.simulate(scenario, people=2000, seed=3)
    assert "contact" not in set(run.log()["event"])
    told, seen = Transitions.of(scenario).said(), learn(run)
    for stage in ("awareness", "interest", "desire", "study", "comparison"):
        n = seen.passages[seen.states.index(stage)].sum()
        assert n > 50
        shares = [table.loc[stage].drop(["dormant", "with_rival"]) for table in (told, seen.said())]
        p, found = (np.append(share, 1 - share.sum()) for share in shares)
        assert (abs(found - p) <= 4 * np.sqrt(p * (1 - p) / n) + 1e-12).all(), stage


@pytest.mark.parametrize("preset", cjsim.scenario.presets())
def test_the_plan_keeps_to_the_map_and_its_rows_are_whole(preset):
    told = Transitions.of(preset).said()
    assert told.sum(axis=1).to_numpy() == pytest.approx(1.0)


# --- what it is worth -----------------------------------------------------------------------------


def test_worth_is_where_the_errors_cross():
    """Simulated: at n* passages the luck of shares is as large as what the expert has wrong."""
    expert, truth = said(**WRONG), said()
    table = worth(expert, truth)
    assert table.loc["b", "passages"] == np.inf
    luck = np.random.default_rng(1)
    for row, p in (("a", MOVES[0]), ("c", MOVES[2])):
        e = expert.said().loc[row].to_numpy()
        n = table.loc[row, "passages"]
        shares = luck.multinomial(round(n), p, 20_000) / round(n)
        error = ((shares - p) ** 2).sum(axis=1).mean()
        assert error == pytest.approx(((e - p) ** 2).sum() * n / round(n), rel=0.04)


def test_what_theory_expects_is_what_is_measured():
    """Errors of 300 splits of a large market whose truth is known, rows weighed as there."""
    walks = walked(MOVES, 3000)
    curve = expert_curve(
        walks, said(20, **WRONG), (5, 20, 80), truth=said(), draws=300, held_out=0.1
    ).table
    assert curve["error"].to_numpy() == pytest.approx(curve["expected"].to_numpy(), rel=0.06)


@pytest.fixture(scope="module")
def curves():
    """Four experts on the same people."""
    walks = walked(MOVES, 3000)
    experts = {
        "right": said(20), "wrong": said(20, **WRONG), "overconfident": said(2000, **WRONG),
        "humble": said(1, **WRONG),
    }  # fmt: skip
    return {
        name: expert_curve(walks, expert, (3, 30, 300), truth=said(), draws=20)
        for name, expert in experts.items()
    }


def test_the_right_expert_is_never_overtaken(curves):
    assert curves["right"].overtaken.isna().all()
    error = curves["right"].table["error"].unstack()
    assert (error["both"] < error["data"]).all()


def test_the_wrong_expert_helps_a_beginner_and_is_overtaken(curves):
    error = curves["wrong"].table["error"].unstack()
    assert error.loc[3, "both"] < error.loc[3, "data"]
    assert curves["wrong"].overtaken["expert"] == 30
    assert error.loc[300, "both"] < error.loc[300, "expert"] / 3


def test_the_overconfident_expert_is_not_mended_by_data(curves):
    """With 300 people the data know better; who believes an expert of 2,000 does not hear them."""
    error = curves["overconfident"].table["error"].unstack()
    assert error.loc[300, "both"] > 3 * error.loc[300, "data"]
    assert curves["overconfident"].overtaken["both"] == 30
    assert error.loc[300, "both"] > curves["wrong"].table["error"].unstack().loc[300, "both"]


def test_strength_decides_about_both_and_nothing_else(curves):
    errors = [
        curves[name].table["error"].unstack() for name in ("wrong", "overconfident", "humble")
    ]
    assert np.ptp([error["data"].to_numpy() for error in errors], axis=0).max() == 0
    assert errors[2].loc[3, "both"] < errors[2].loc[3, "data"] * 1.01


def test_others_are_foretold_better_by_who_is_right(curves):
    likely = {name: curve.table["log_likelihood"].unstack() for name, curve in curves.items()}
    assert (likely["right"]["expert"] > likely["wrong"]["expert"] + 0.05).all()
    assert likely["wrong"].loc[300, "data"] > likely["wrong"].loc[300, "expert"] + 0.05
    assert likely["right"].loc[3, "both"] > likely["right"].loc[3, "data"] + 0.05


def test_the_sentence_says_from_where_data_are_as_right(curves):
    assert "from 30 people on" in curves["wrong"].says("en")
    assert "At none of these sizes" in curves["right"].says("en")
    assert "изучено людей" in curves["wrong"].says("ru")
    assert "30" in curves["wrong"]._repr_html_()


# --- files ----------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "expert.md").read_text(encoding="utf-8")
FILE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
"""The one that the page shows."""


def test_a_file_is_read(tmp_path):
    (tmp_path / "anna.toml").write_text(FILE, encoding="utf-8")
    anna = Transitions.read(tmp_path / "anna.toml")
    assert anna.title == "Anna, ten years in sales"
    assert anna.said().loc["interest", "desire"] == pytest.approx(0.6)
    assert anna.passages.sum() == pytest.approx(50)
    assert learn(market(), tmp_path / "anna.toml").passages.sum() == pytest.approx(
        learn(market()).passages.sum() + 50
    )


def test_an_expert_may_speak_of_what_the_firm_sees(tmp_path):
    """C164: from contact to contact, and to the deal; any state may follow any other."""
    seen = observe.observe(market())
    (tmp_path / "chain.toml").write_text("[start]\ntent = 1.0\n[tent]\ndeal = 0.1\nnothing = 0.9")
    learned = learn(seen, tmp_path / "chain.toml")
    data = learn(seen)
    gained = (learned.passages - data.passages).sum(axis=1)
    assert dict(zip(learned.states, gained, strict=True)) == pytest.approx(
        dict.fromkeys(learned.states, 0.0) | {"start": 50.0, "tent": 50.0}
    )
    (tmp_path / "chain.toml").write_text("[tnt]\ndeal = 1.0")
    with pytest.raises(ValueError, match=r"unknown state: 'tnt'\. Did you mean 'tent'"):
        learn(seen, tmp_path / "chain.toml")


def test_what_is_saved_is_read_again(tmp_path):
    learned = learn(market(), Transitions.of(market().scenario))
    again = Transitions.read(learned.save(tmp_path / "learned.toml"))
    assert again.passages == pytest.approx(learned.passages)
    assert again.title == learned.title


def test_rounded_shares_are_made_whole():
    row = NOTHING.but({"a": {"b": 0.333, "c": 0.333, "d": 0.333}}).said().loc["a"]
    assert row.sum() == pytest.approx(1.0)


WRONG_FILES = [
    ("[intrest]\ndesire = 1.0", r"intrest: unknown state: 'intrest'. Did you mean 'interest'\?"),
    ("[interest]\ndesir = 1.0", r"interest.desir: unknown next state: 'desir'. Did you mean 'des"),
    ("[interest]\nstudy = 1.0", "interest.study = 1.0: no way leads from interest to study, only"),
    ("[interest]\ndesire = 0.6\ndormant = 0.3", "interest: its shares add up to 0.9; they must"),
    ("[interest]\ndesire = 1.6", "interest.desire = 1.6: must be a share from 0 to 1"),
    ('[interest]\ndesire = "most"', "interest.desire = 'most': must be a share from 0 to 1"),
    ("[interest]\ndesire = true", "interest.desire = True: must be a share"),
    ("[interest]\ndesire = nan", "interest.desire = nan: must be a share"),
    ("strength = -1", "strength = -1: must be a number of passages from 0"),
    ("[interest]\nstrength = inf\ndesire = 1.0", "interest.strength = inf: must be a number of"),
    ("interest = 3", r"interest = 3: must be a table, \[interest\], of next states"),
    ("title = 3", "title = 3: must be a text"),
    ("[interest", "is no TOML file"),
]


@pytest.mark.parametrize(("text", "words"), WRONG_FILES, ids=[text for text, _ in WRONG_FILES])
def test_what_is_wrong_in_a_file_is_told_with_its_name(text, words, tmp_path):
    path = tmp_path / "anna.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"anna\.toml: {words}"):
        Transitions.read(path)


def test_all_mistakes_are_told_at_once(tmp_path):
    path = tmp_path / "anna.toml"
    path.write_text("[intrest]\ndesire = 1.0\n[desire]\nstudy = 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"(?s)intrest.*\n.*desire\.study = 2"):
        Transitions.read(path)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match="other states than the table's"):
        learn(walked(MOVES, 3), Transitions.nothing())
    back = np.zeros((15, 15))
    back[2, 0] = 1
    with pytest.raises(ValueError, match="there is no way from interest to unaware"):
        Transitions.nothing().learn(back)
    with pytest.raises(ValueError, match="passages, ways: must be tables of 4"):
        replace(NOTHING, passages=np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"people = \[5000\]: give numbers up to 50"):
        expert_curve(walked(MOVES, 100), said(), [5000])
    with pytest.raises(ValueError, match="confidence = 2: must lie between"):
        said().table(2)
    with pytest.raises(ValueError, match=r"held_out = 1"):
        expert_curve(walked(MOVES, 100), said(), [5], held_out=1)


def test_a_table_shows_itself():
    assert repr(said()) == "<Transitions 3 rows of 4, worth 150 passages>"
    assert "0.593" in said()._repr_html_()
    assert observe.Transitions.of("phone").title == "phone"
    assert taught().table["passages"].loc[5].nunique() == 1
