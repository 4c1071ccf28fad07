"""What a firm reads off its log as records are lost: by hand, by theory, in sign and size."""

import functools
import itertools

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import measures, observe
from cjsim.measures.log import Log
from cjsim.observe.record_bias import (
    OF_CONTACTS,
    OF_DEALS,
    READINGS,
    _of_paths,
    expected_readings,
    readings,
    record_bias,
)
from cjsim.observe.systems import Records
from tests.charts.markets import market


@functools.cache
def phone():
    return cjsim.simulate(cjsim.Scenario.load("phone", strategy="guide"), 300, seed=4)


def log_of(rows):
    frame = pd.DataFrame(rows, columns=["person", "time", "event", "touchpoint"])
    return Log.of(frame, 100.0)


HAND = [
    (1, 0.0, "contact", "a"), (1, 4.0, "contact", "b"), (1, 10.0, "contact", "a"),
    (1, 12.0, "first_deal", None), (1, 40.0, "repeat_deal", None), (1, 50.0, "contact", "a"),
    (2, 5.0, "contact", "b"), (2, 25.0, "contact", "a"), (3, 7.0, "first_deal", None),
]  # fmt: skip


def test_readings_by_hand():
    found = readings(log_of(HAND), 4)
    assert found == pytest.approx({
        "contacts": 5 / 4, "deal_next": 1 / 5, "gap_days": (4 + 6 + 20) / 3, "days_to_deal": 12.0,
        "repeat_rate": 0.5, "repeat_days": 28.0,
    })  # fmt: skip


def test_what_is_expected_is_the_mean_over_all_sets_of_records():
    """Each of the 32 sets of five contacts, weighed; ratios of the sums."""
    chance = {"a": 0.3, "b": 0.8}
    at = [n for n, row in enumerate(HAND) if row[2] == "contact" and row[1] < 50]
    sums = np.zeros(6)
    for kept in itertools.product([False, True], repeat=len(at)):
        likely = np.prod([chance[HAND[n][3]] if k else 1 - chance[HAND[n][3]]
                          for n, k in zip(at, kept, strict=True)])  # fmt: skip
        rows = [HAND[n] for n, k in zip(at, kept, strict=True) if k]
        gaps = [b[1] - a[1] for a, b in itertools.pairwise(rows) if a[0] == b[0]]
        mine = [row for row in rows if row[0] == 1]
        wait = 12.0 - mine[0][1] if mine else 0.0
        sums += likely * np.array([len(rows), sum(gaps), len(gaps), wait, bool(mine), bool(mine)])
    contacts, gaps, pairs, wait, led, deals = sums
    paths = observe.paths_of(log_of(HAND))
    found = _of_paths(paths, np.array([chance[name] for name in paths.channels]), 4)
    assert found == pytest.approx({
        "contacts": contacts / 4, "deal_next": deals / contacts, "gap_days": gaps / pairs,
        "days_to_deal": wait / led,
    })  # fmt: skip


@pytest.mark.parametrize("setting", ["online", "offline"])
def test_what_is_seen_is_what_theory_expects(setting):
    """Mean of 30 draws within five of its standard errors, each reading of contacts."""
    run, how = phone(), Records().but(**{setting: 0.5})
    seen = pd.DataFrame([
        readings(observe.observe(run, how, seed=n), run.lives) for n in range(30)
    ])  # fmt: skip
    expected = expected_readings(run, how)
    for name in OF_CONTACTS:
        error = seen[name].std() / np.sqrt(len(seen))
        bias_of_a_ratio = 0.002 * abs(expected[name])
        assert abs(seen[name].mean() - expected[name]) < 5 * error + bias_of_a_ratio, name
    for name in OF_DEALS:
        assert seen[name].nunique() == 1
        assert seen[name].iloc[0] == expected[name]


def test_signs_and_sizes_of_the_bias():
    """Contacts fewer, gaps longer, a contact seems to sell more; monotone in what is lost."""
    table = record_bias(phone(), "offline", [1.0, 0.7, 0.4, 0.1], draws=2)
    bias = table["bias"].unstack("reading")
    assert (bias.loc[1.0].abs() < 1e-9).all()
    for name, sign in {"contacts": -1, "gap_days": 1, "deal_next": 1, "days_to_deal": -1}.items():
        assert (sign * bias[name].loc[[0.7, 0.4, 0.1]] > 0).all(), name
    assert bias["gap_days"].is_monotonic_decreasing  # the more is recorded
    assert (bias[["repeat_rate", "repeat_days"]] == 0).all(axis=None)


def test_customers_taken_for_one_another_seem_to_buy_again_more_often():
    table = record_bias(phone(), "false_merges", [0.2, 0.5], draws=4)
    rate = table.xs("repeat_rate", level="reading")
    assert (rate["low"] > 0).all()
    assert rate["bias"].iloc[1] > rate["bias"].iloc[0] > 0
    assert table["expected"].isna().all()


def test_names_that_are_not_matched_make_contacts_more_and_deals_the_same():
    table = record_bias(phone(), "match", [0.5], draws=2)["bias"].loc[0.5]
    assert (
        table["contacts"] > 0
    )  # those after the deal of a person who seems to have bought nothing
    assert table["repeat_rate"] == 0


def test_rates_are_those_of_the_measures():
    seen = observe.observe(market())
    rate = measures.repeat_rate(seen).iloc[0]
    assert readings(seen, market().lives)["repeat_rate"] == rate["made_next"] / rate["customers"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: record_bias(market(), "ofline"), "is a share: 'ofline'. Did you mean 'offline'"),
        (lambda: record_bias(market(), "offline", []), "give at least one value"),
        (lambda: record_bias(market(), "offline", [2.0]), "offline = 2: must be a share"),
    ],
)
def test_what_cannot_be_is_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_every_reading_has_a_row():
    table = record_bias(market(), "late", [0.5], draws=2)
    assert list(table.loc[0.5].index) == list(READINGS)
    assert table["expected"].loc[0.5][list(OF_CONTACTS)].isna().all()
