"""Real purchases of groceries: inertia and curiosity, and what presets cite of them."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cjsim import measures
from cjsim.data import completejourney, groceries
from cjsim.scenario import preset_text


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


# --- the data ---------------------------------------------------------------------------------


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


def test_what_the_preset_cites_is_what_the_data_say(yogurt):
    text = preset_text("yogurt")
    early, late = yogurt.loc[["trial_at_6", "trial_from_20"], "share"]
    cited = f"trials per trip {early:.3f} -> {late:.3f}, completejourney yogurt [R]".replace(
        "0.", "."
    )
    assert text.count(cited) == 2
    back = yogurt.loc["back"]
    said = re.search(r"back after a trial (\.\d+) \((\.\d+)-(\.\d+)\), completejourney", text)
    assert said is not None
    assert float(said[1]) == round(back["share"], 2)
    # ends of a bootstrap of a few hundred: to a point
    assert [float(said[2]), float(said[3])] == pytest.approx([back["low"], back["high"]], abs=0.011)
    trips = completejourney("yogurt")
    gaps = trips["time"].groupby(trips["person"]).diff().dropna()
    assert f"median gap {gaps.median():.0f} d" in text


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
