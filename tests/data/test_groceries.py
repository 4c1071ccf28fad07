"""Real purchases of groceries: inertia and curiosity, and what presets cite of them."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cjsim import measures, simulate
from cjsim.data import completejourney, groceries
from cjsim.measures.choices import drawn_anew
from cjsim.model.events import Event
from cjsim.scenario import Scenario, preset_text

ROOT = Path(__file__).parents[2]
CITED = {"yogurt": False, "cheese": True, "beer": True}
"""The presets that cite the data; is a deal a trip, as in the data, or a cup of many?"""
FOR_A_PRESET = {
    "gap_median", "spend_mean", "repeated", "repeated_by_chance", "trial_at_6", "trial_from_20",
    "back",
}  # fmt: skip
"""What each of them has to cite."""


def table(*people):
    """Purchases from a word per person: its letters are the brands."""
    rows = [(k, day, brand) for k, word in enumerate(people) for day, brand in enumerate(word)]
    return pd.DataFrame(rows, columns=["person", "time", "brand"])


def shares(*people):
    found = measures.choices(table(*people), resamples=20)
    return {name: (row["share"], row["cases"]) for name, row in found.iterrows()}


# --- by hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "figure", "share", "cases"),
    [
        (("aab", "b"), "switched", 1 / 2, 2),
        (("aab", "b"), "repeated", 1 / 2, 2),
        (("aab",), "repeated_by_chance", 1 / 3, 2),
        (("aaaa", "ab"), "repeated_by_chance", 3 / 4, 4),
        (("aabba",), "switched_after_1", 0.0, 2),
        (("aabba",), "switched_after_2", 1.0, 2),
        (("aaaab",), "switched_after_3_up", 1 / 2, 2),
        (("aaaba",), "back", 1.0, 1),
        (("aaabb", "aaaba"), "adopted", 1 / 2, 2),
        (("aaabc",), "other", 1.0, 1),
        (("aaab",), "back", np.nan, 0),  # nothing comes after
        (("baaab",), "back", np.nan, 0),  # b was known
        (("aabaa",), "back", np.nan, 0),  # two are no run
        (("aaaaab" + "a" * 14,), "trial_at_6", 1.0, 1),
        (("aaaaab" + "a" * 13,), "trial_at_6", np.nan, 0),  # nineteen trips
        (("a" * 19 + "bbca",), "trial_from_20", 2 / 4, 4),
    ],
)
def test_figures_by_hand(people, figure, share, cases):
    assert shares(*people)[figure] == (pytest.approx(share, nan_ok=True), cases)


def test_who_chooses_without_memory_repeats_by_chance():
    rng = np.random.default_rng(1)
    found = measures.choices(
        table(*("".join(rng.choice(list("abc"), 30, p=p)) for p in rng.dirichlet([1, 1, 1], 400))),
        resamples=200,
    )
    gap = found.loc["repeated", "share"] - found.loc["repeated_by_chance", "share"]
    assert abs(gap) < 0.015  # 11,600 choices: three standard errors
    assert found.loc["repeated", "low"] < found.loc["repeated", "share"]


def test_an_interval_is_as_wide_as_people_are_few():
    """Of n people who always or never switch the share has the error of n coins."""
    found = measures.choices(table(*["aaaa", "abab"] * 50), resamples=1000).loc["switched"]
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * (0.25 / 100) ** 0.5, rel=0.15)


def test_habits_by_hand():
    """Gaps 1, 3 and 10; who bought once has none, and all spend."""
    days = {"person": [1, 1, 1, 2, 2, 3], "time": [0.0, 1, 4, 5, 15, 7]}
    one = pd.DataFrame(days | {"amount": [1.0, 1, 2, 2, 3, 9]})
    found = measures.habits(one.sample(frac=1.0, random_state=1), resamples=50)
    assert found["value"].tolist() == pytest.approx([3.0, 14 / 3, 2.0, 3.0])
    assert found["cases"].tolist() == [3, 3, 6, 6]
    nobody_twice = measures.habits(one.drop(columns="amount").iloc[[0, 3]], resamples=5)
    assert list(nobody_twice.index) == ["gap_median", "gap_mean"]
    assert nobody_twice[["value", "low", "high"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="there are none"):
        measures.habits(one.iloc[:0])


def test_a_median_of_people_drawn_anew_is_that_of_their_purchases_repeated():
    """Against numpy, with the same luck as it was drawn with."""
    rng = np.random.default_rng(3)
    person = np.sort(rng.integers(0, 9, 60))
    one = pd.DataFrame({"person": person, "time": rng.random(60), "amount": rng.random(60)})
    often = drawn_anew(9, 40, seed=5)
    amounts = one.sort_values(["person", "time"])["amount"].to_numpy()
    medians = [np.median(np.repeat(amounts, row[person])) for row in often]
    found = measures.habits(one, resamples=40, seed=5).loc["spend_median"]
    assert found["value"] == np.median(amounts)
    assert [found["low"], found["high"]] == pytest.approx(np.quantile(medians, [0.025, 0.975]))


def test_an_interval_of_a_mean_is_as_wide_as_people_are_few():
    """A hundred people with one purchase each: the error of a mean of a hundred."""
    spent = np.random.default_rng(2).normal(5.0, 2.0, 100)
    one = pd.DataFrame({"person": range(100), "time": 0.0, "amount": spent})
    found = measures.habits(one, resamples=1000).loc["spend_mean"]
    width = 2 * 1.96 * spent.std() / 10
    assert found["high"] - found["low"] == pytest.approx(width, rel=0.1)


# --- the data ---------------------------------------------------------------------------------


def figures(category):
    """All that is computed of a category: value, low and high by figure."""
    trips = completejourney(category)
    chosen = measures.choices(trips).rename(columns={"share": "value"})
    return pd.concat([chosen, measures.habits(trips)])


@pytest.fixture(scope="module")
def computed():
    return {category: figures(category) for category in CITED}


@pytest.fixture(scope="module")
def yogurt():
    return measures.choices(completejourney("yogurt"), resamples=300)


def test_yogurt_is_bought_from_habit_with_a_little_curiosity(yogurt):
    assert yogurt.loc["back", "cases"] == 236
    assert yogurt["share"].round(2).to_dict() == pytest.approx(
        {
            "switched": 0.27, "repeated": 0.73, "repeated_by_chance": 0.67,
            "switched_after_1": 0.45, "switched_after_2": 0.30,
            "switched_after_3_up": 0.12, "trial_at_6": 0.08,
            "trial_from_20": 0.02, "back": 0.54, "adopted": 0.33, "other": 0.13,
        },
        abs=1e-9,
    )  # fmt: skip
    assert yogurt.loc["repeated", "low"] > yogurt.loc["repeated_by_chance", "share"]


def cited(category):
    """figure -> the numbers beside it, as they stand in the comments of a preset."""
    number = r"(\d*\.\d+)"
    said = re.findall(rf"\b([a-z_0-9]+) {number} \({number}-{number}\)", preset_text(category))
    assert len({name: numbers for name, *numbers in said}) == len(set(said))  # one and the same
    return {name: numbers for name, *numbers in said}


@pytest.mark.parametrize("category", CITED)
def test_what_a_preset_cites_is_what_the_data_say(category, computed):
    """To the last digit that is written; ends of a bootstrap to one more or less of it."""
    said = cited(category)
    assert set(said) == FOR_A_PRESET
    for name, (value, *ends) in said.items():
        found = computed[category].loc[name]
        digits = [len(number.partition(".")[2]) for number in (value, *ends)]
        assert float(value) == round(found["value"], digits[0]), name
        for end, places, column in zip(ends, digits[1:], ("low", "high"), strict=True):
            assert float(end) == pytest.approx(found[column], abs=1.5 * 10**-places), (name, column)


def test_the_page_of_evidence_prints_what_is_computed(computed):
    """Both tables of section 1.9, number by number, as their columns are named."""
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    columns = (
        ("trial_at_6", "trial_from_20", "back", "adopted", "other"),
        ("repeated", "repeated_by_chance", "gap_median", "spend_mean"),
    )
    for category, found in computed.items():
        rows = re.findall(rf"^  \| {category} \| (.*) \|$", page, re.MULTILINE)
        for row, names in zip(rows, columns, strict=True):
            for cell, name in zip(row.split(" | "), names, strict=False):
                numbers = re.findall(r"[\d.]+", cell)
                for number, column in zip(numbers, ("value", "low", "high"), strict=False):
                    places = len(number.partition(".")[2])
                    off = abs(float(number) - found.loc[name, column])
                    assert off < (0.51 if column == "value" else 1.5) * 10**-places, (name, column)


def bought(run):
    """What all of a market bought: ours is brand 0, all others together 1."""
    rows = run.events.rows
    ours = np.isin(rows["event"], (Event.FIRST_DEAL, Event.REPEAT_DEAL))
    deal = ours | (rows["event"] == Event.RIVAL_DEAL)
    columns = {"person": rows["person"][deal], "time": rows["time"][deal], "brand": ~ours[deal]}
    return pd.DataFrame(columns).sort_values(["person", "time"], kind="stable")


@pytest.mark.parametrize(("category", "is_for_a_trip"), CITED.items())
def test_a_preset_lives_by_what_it_cites(category, is_for_a_trip, computed):
    """A trip costs what it costs; need comes as often; we are bought again as often as a maker is.

    The maker of the yogurt is another panel's, whose repeat rate is .856. A market is one of many:
    a twentieth beyond the interval of the households.
    """
    real = computed[category]
    scenario = Scenario.load(category)
    trips = bought(simulate(scenario, seed=1, log="stages"))
    gap = measures.habits(trips, resamples=1).loc["gap_median", "value"]
    assert real.loc["gap_median", "low"] * 0.95 < gap < real.loc["gap_median", "high"] * 1.05
    last = trips.groupby("person")["brand"].shift()
    again = 1.0 - trips["brand"][last == 0].mean()
    repeated = real.loc["repeated", ["low", "high"]] if is_for_a_trip else (0.856, 0.856)
    assert min(repeated) * 0.95 < again < max(repeated) * 1.05
    if is_for_a_trip:
        spent = real.loc["spend_mean"]
        assert spent["low"] < scenario.product.price < spent["high"]


def test_a_trip_has_one_brand_and_households_are_in_order():
    beer = completejourney("beer")
    assert len(beer) == 8584
    assert beer.duplicated(["person", "time"]).mean() < 0.01  # two baskets at one till
    assert (beer.groupby("person")["time"].diff().dropna() >= 0).all()
    assert beer["time"].between(0.0, 366.0).all()
    assert completejourney("BEERS/ALES").equals(beer)


def test_what_is_not_there_is_told(monkeypatch):
    with pytest.raises(ValueError, match="Did you mean 'yogurt'"):
        completejourney("yoghurt")
    monkeypatch.setattr(groceries, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=re.escape('pip install "cjsim[data]"')):
        completejourney("yogurt")


def test_the_package_itself_is_not_imported():
    completejourney("coffee")
    assert groceries.PACKAGE not in sys.modules
    assert Path(groceries._folder(), "transactions.parquet").exists()
