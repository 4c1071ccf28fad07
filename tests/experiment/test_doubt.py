"""Doubt carried through a comparison, against firms whose doubt is known on paper."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import cjsim
from cjsim.experiment.doubt import TOLD, part_in_words, rough, rounded
from cjsim.experiment.draws import Draws
from cjsim.scenario import Scenario

SMALL = {"people": 20, "runs": 2, "executor": "here"}
DAYS = 100.0
REP, SITE = "firm.rep_cost_per_day", "touchpoints.site.cost_per_day"
KNOWN = {"all known": {REP: 100.0, SITE: 30.0}}
"""A contract that fixes two costs: what it saves is linear in both, whatever luck does."""


@pytest.fixture(scope="module")
def firm():
    plain = {
        "burn_in_days": 0.0, "horizon_days": DAYS, "firm.reps": 2, REP: 100.0, SITE: 30.0,
        "firm.discount_rate_per_year": 0.0, "market.people": 20, "market.rationality_spread": 0.0,
        "pull.touchpoints": {"site": 1.0},
    }  # fmt: skip
    return Scenario.load("phone", "pull").with_changes(plain)


def unsure(firm, **doubts):
    names = {"rep": REP, "site": SITE}
    return firm.with_changes({"uncertain": {names[k]: v for k, v in doubts.items()}})


def saved(draws):
    """What the contract saves in each draw [money per person]."""
    of = draws.values
    site = of[SITE] - 30.0 if SITE in of else 0.0
    rep = of[REP] - 100.0 if REP in of else 0.0
    return (DAYS / 20 * (2.0 * rep + site)).to_numpy()


def test_of_a_linear_cost_the_doubt_is_the_draws_carried_through(firm):
    found = cjsim.what_if(unsure(firm, rep=[80, 160]), KNOWN, draws=60, **SMALL)
    row = found.doubt.table.loc[("all known", TOLD)]
    by_hand = saved(found.doubt.draws)
    ends = np.quantile(by_hand, [0.05, 0.5, 0.95])
    assert row[["doubt_low", "median", "doubt_high"]].tolist() == pytest.approx(ends)
    assert ends == pytest.approx(10.0 * (np.array([84.0, 120.0, 156.0]) - 100.0), abs=10.0)
    assert row["ahead"] == (by_hand > 0).mean() == pytest.approx(0.75, abs=0.02)
    assert row["doubt_share"] == pytest.approx(1.0)
    assert found.doubt.of_keys().loc[REP, "share"] == pytest.approx(1.0, abs=1e-6)


def test_of_two_linear_costs_each_part_is_that_of_its_variance(firm):
    both = unsure(firm, rep={"mean": 100, "sd": 10}, site={"mean": 30, "sd": 5})
    found = cjsim.what_if(both, KNOWN, draws=100, **SMALL)
    shares = found.doubt.of_keys()["share"]
    assert shares[[REP, SITE]].tolist() == pytest.approx([400 / 425, 25 / 425], abs=0.02)
    sd = DAYS / 20 * 425**0.5
    worth = sd * norm.pdf(0.0)
    assert found.doubt.worth_of_all() == pytest.approx(worth, rel=0.05)
    worth_of_rep = found.doubt.of_keys().loc[REP, "worth"]
    assert worth_of_rep == pytest.approx(worth * (400 / 425) ** 0.5, rel=0.05)


def test_a_point_is_no_doubt(firm):
    found = cjsim.what_if(unsure(firm, rep=[120, 120]), KNOWN, draws=10, **SMALL)
    row = found.doubt.table.loc[("all known", TOLD)]
    assert row["note"] == "fixed"
    assert row[["doubt_low", "median", "doubt_high"]].tolist() == pytest.approx([200.0] * 3)
    assert (row["ahead"], found.doubt.worth_of_all()) == (1.0, 0.0)
    assert "found out" in found.doubt.says("en")


def test_the_ordinary_answer_is_that_of_the_numbers_in_the_file(firm):
    scenario = unsure(firm, rep=[80, 160])
    plain = cjsim.what_if(scenario, KNOWN, **SMALL)
    found = cjsim.what_if(scenario, KNOWN, draws=5, **SMALL)
    assert found.table.equals(plain.table)
    assert plain.doubt is None
    at_file = found.doubt.table.loc["all known"]
    assert at_file["difference"].equals(plain.table.loc["all known", "difference"])


def test_rows_in_another_order_give_the_same_answer(firm):
    draws = pd.DataFrame({REP: [90.0, 140.0, 100.0, 120.0], SITE: [20.0, 35.0, 30.0, 40.0]})
    turned = draws.iloc[[3, 1, 0, 2]][[SITE, REP]]
    one, other = (
        cjsim.what_if(firm, {"price": {"product.price": 500}}, draws=of, **SMALL).doubt
        for of in (draws, turned)
    )
    assert one.runs.equals(other.runs)
    assert one.table.equals(other.table)


def test_any_number_of_workers_gives_the_same_bits(firm):
    scenario = unsure(firm, rep=[80, 160]).with_changes(
        {"uncertain": {"product.price": [300, 600]}}
    )
    how = {"people": 20, "runs": 2, "draws": 12}
    answers = [
        cjsim.compare(
            {"pull": scenario, "guide": scenario.with_strategy("guide")},
            executor=executor, workers=workers, **how,
        ).doubt
        for executor, workers in (("here", None), ("threads", 1), ("threads", 2))
    ]  # fmt: skip
    for other in answers[1:]:
        assert other.runs.equals(answers[0].runs)
        assert other.of_keys().equals(answers[0].of_keys())


def test_sides_of_a_draw_live_in_the_same_world(firm):
    scenario = unsure(firm, rep=[80, 160])
    found = cjsim.compare({"a": scenario, "b": scenario}, draws=6, **SMALL).doubt
    assert (found.values("b") == 0.0)[:, 0].all()
    worlds = found.runs.loc["a"].index
    assert worlds.equals(found.runs.loc["b"].index)
    assert worlds.get_level_values("seed").is_unique


def test_a_draw_is_the_scenario_with_its_values(firm):
    scenario = unsure(firm, rep=[80, 160])
    found = cjsim.compare({"pull": scenario}, draws=4, **SMALL).doubt
    for i, side in enumerate(found.draws.of(scenario)):
        (seed, *_) = found.draws.seeds(1)[i]
        profit = cjsim.simulate(side, 20, seed=seed).summary()[TOLD]
        assert found.runs.loc[("pull", i, seed), TOLD] == profit


def test_a_change_comes_after_the_draw(firm):
    change = {"product.price": 500}
    found = cjsim.what_if(unsure(firm, rep=[80, 160]), {"dear": change}, draws=3, **SMALL).doubt
    for i, now in enumerate(found.draws.of(firm)):
        (seed, *_) = found.draws.seeds(1)[i]
        profit = cjsim.simulate(now.with_changes(change), 20, seed=seed).summary()[TOLD]
        assert found.runs.loc[("dear", i, seed), TOLD] == profit


def test_one_scenario_alone_is_told_as_it_is(firm):
    found = cjsim.compare({"pull": unsure(firm, rep=[80, 160])}, draws=6, **SMALL).doubt
    assert np.isnan(found.table["ahead"]).all()
    assert np.isnan(found.worth_of_all())
    assert "ahead" not in found.says("en")
    assert np.isnan(found.of_keys()["worth"]).all()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_where_luck_hides_the_doubt_no_interval_is_told(firm, lang):
    """A quality that may differ by a hair does nothing beside luck."""
    scenario = firm.with_changes({"uncertain": {"product.quality": [0.6, 0.6001]}})
    found = cjsim.what_if(
        scenario, {"crm": {"product.price": 300}}, draws=12, people=20, runs=2, executor="here"
    ).doubt
    row = found.table.loc[("crm", "profit_per_person")]
    assert row["note"] == "hidden"
    assert row[["doubt_low", "doubt_high", "ahead"]].isna().all()
    assert {"en": "Luck hides doubt", "ru": "Незнание теряется"}[lang] in found.says(lang)
    assert {"en": "ahead in", "ru": "впереди"}[lang] not in found.says(lang)


def test_less_is_better_counts_the_other_way(firm):
    found = cjsim.what_if(unsure(firm, rep=[80, 160]), KNOWN, draws=30, **SMALL).doubt
    rows = found.table.loc["all known"]
    assert rows.loc["costs", "ahead"] == rows.loc[TOLD, "ahead"]
    assert found.worth_of_all("costs") > 0
    worth = found.of_keys("costs").loc[REP, "worth"]
    assert worth == pytest.approx(found.worth_of_all("costs"), rel=0.05)


def test_a_key_that_cannot_act_is_told(firm):
    idle = firm.with_changes({"uncertain": {"guide.accuracy": [0.5, 0.9], REP: [80, 160]}})
    found = cjsim.what_if(idle, KNOWN, draws=6, **SMALL).doubt
    assert {key for key, note in found.idle.items() if not note.money} == {"guide.accuracy"}
    assert "guide.accuracy" in found.says("en")


def test_a_key_that_another_wakes_in_the_draws_is_not_told(firm):
    """In the file nobody minds the price, so that its spread is idle; in the draws they do."""
    asleep = {"market.price_sensitivity": 0.0, "market.price_spread": 0.5, "product.price": 400}
    minds = {"market.price_sensitivity": [0.0, 6.0], "market.price_spread": [0.1, 0.9]}
    dearer = {"dearer": {"market.price_spread": 0.2}}
    unsure_of = firm.with_changes(asleep | {"uncertain": minds})
    found = cjsim.what_if(unsure_of, dearer, draws=6, **SMALL)
    assert found.doubt.idle == found.idle["dearer"] == {}
    alone = firm.with_changes(asleep | {"uncertain": {"market.price_spread": [0.1, 0.9]}})
    found = cjsim.what_if(alone, dearer, draws=6, **SMALL)
    assert set(found.doubt.idle) == set(found.idle["dearer"]) == {"market.price_spread"}


def test_where_no_uncertain_key_can_act_nothing_is_called_doubt(firm):
    """All that the draws differ by is luck, however it falls; more people would not help."""
    vain = firm.with_changes({"uncertain": {"guide.accuracy": [0.5, 0.9]}})
    for seed in range(1, 4):
        how = {"draws": 8, "people": 60, "runs": 2, "executor": "here", "seed": seed}
        found = cjsim.what_if(vain, {"dear": {"product.price": 500}}, **how).doubt
        assert set(found.table["note"]) <= {"hidden", "none"}
        assert found.table["doubt_low"].isna().all()
        assert (found.table["doubt_share"].dropna() == 0.0).all()
        assert "Luck hides" not in found.says("en")
        assert "guide.accuracy" in found.says("en")


def test_more_worlds_for_each_draw_may_be_asked_for(firm):
    draws = Draws(pd.DataFrame({REP: [90.0, 140.0]}), fitted=True, worlds=4)
    found = cjsim.what_if(firm, {"price": {"product.price": 500}}, draws=draws, **SMALL).doubt
    assert found.values("price").shape == (2, 4)
    assert not np.isnan(found.values("price")).any()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_both_intervals_are_told_and_each_has_its_own_name(firm, lang):
    both = unsure(firm, rep={"mean": 110, "sd": 10}, site={"mean": 30, "sd": 18})
    found = cjsim.what_if(both, KNOWN, draws=40, **SMALL)
    told = found.says(lang)
    words = {"en": ("luck interval", "doubt interval"), "ru": ("интервал случая", "интервал незн")}
    assert all(word in told for word in words[lang])
    assert {"en": "that you hold possible", "ru": "считаете возможными"}[lang] in told
    assert REP in told
    assert found.doubt.says(lang) in told
    fitted = cjsim.what_if(firm, KNOWN, draws=found.doubt.draws.values, **SMALL).doubt
    assert {"en": "that fit the data", "ru": "подходящих к данным"}[lang] in fitted.says(lang)


def test_it_shows_and_saves_itself(firm, tmp_path):
    found = cjsim.what_if(unsure(firm, rep=[80, 160]), KNOWN, draws=10, **SMALL)
    names = found.save(tmp_path)
    assert {"doubt-intervals.csv", "doubt-keys.csv", "doubt-draws.csv", "doubt-runs.csv"} <= set(
        names
    )
    assert len(pd.read_csv(tmp_path / "doubt-draws.csv")) == 10
    assert "doubt interval" in found.doubt._repr_html_()
    assert repr(found.doubt).startswith("<Doubt ")
    again = cjsim.what_if(firm, KNOWN, draws=tmp_path / "doubt-draws.csv", **SMALL).doubt
    assert again.table["median"].equals(found.doubt.table["median"])


def test_wrong_draws_are_refused_before_anything_runs(firm, monkeypatch):
    monkeypatch.setattr("cjsim.experiment.compare.outcomes", None)
    for ask in (
        lambda draws: cjsim.what_if(firm, KNOWN, draws=draws, **SMALL),
        lambda draws: cjsim.compare([firm, firm.with_strategy("guide")], draws=draws, **SMALL),
    ):
        with pytest.raises(ValueError, match="nothing is uncertain here"):
            ask(20)
        with pytest.raises(ValueError, match="draw 1 cannot be"):
            ask(pd.DataFrame({REP: [10.0, -10.0]}))


def test_it_can_be_interrupted_among_the_draws(firm):
    def stop(done, total):
        if total > 4:  # those of the draws
            raise KeyboardInterrupt
        return done

    with pytest.raises(KeyboardInterrupt):
        cjsim.what_if(unsure(firm, rep=[80, 160]), KNOWN, draws=10, progress=stop, **SMALL)


@pytest.mark.parametrize(
    ("value", "width", "said"),
    [
        (12.345, 34.0, "+12"), (12.345, 3.4, "+12.3"), (12345.0, 3400.0, "+12,300"),
        (-0.004, 0.5, "0.00"), (5.0, 0.0, "+5.00"), (0.0, 0.0, "0"), (float("nan"), 1.0, "–"),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_that_its_interval_leaves(value, width, said):
    assert rough(value, width, "en") == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.97, "nearly all"), (0.66, "two thirds"), (0.52, "a half"), (0.33, "a third"),
     (0.24, "a quarter"), (0.17, "15%"), (0.83, "85%"), (0.06, "5%")],
)  # fmt: skip
def test_parts_of_the_doubt_are_told_as_one_says_them(share, said):
    assert part_in_words(share, "en") == said


def test_a_narrow_luck_interval_keeps_its_digits_beside_a_wide_doubt():
    """Both by the wider one, the middle of the first would stand on its own end."""
    row = {"difference": 5284.0, "low": 4805.0, "high": 5762.0,
           "median": 3211.0, "doubt_low": -41234.0, "doubt_high": 31249.0}  # fmt: skip
    assert list(rounded(row, "en").values()) == [
        "+5,280", "+4,800", "+5,760", "+3,000", "−41,000", "+31,000",
    ]  # fmt: skip
    alone = row | {"low": math.nan, "high": math.nan}
    assert rounded(alone, "en")["difference"] == "+5,000"
