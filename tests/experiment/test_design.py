"""Which settings are tried."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from cjsim.cli.vary import ranges_of, settings_of
from cjsim.experiment.design import grid, sample, spaced


def test_a_grid_has_every_combination_the_last_key_fastest():
    table = grid({"a": [1, 2], "b": ["x", "y", "z"]})
    assert table.to_dict("list") == {"a": [1, 1, 1, 2, 2, 2], "b": ["x", "y", "z"] * 2}
    assert table.index.name == "cell"


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "cells"),
        ({"a": []}, "values"),
        ({"a": [1, 1]}, "values"),
        ({"a": range(400), "b": range(400)}, "cells"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(values, word):
    with pytest.raises(ValueError, match=word):
        grid(values)


@pytest.mark.parametrize("method", ["sobol", "latin", "random"])
@given(cells=st.integers(1, 70), low=st.floats(-5, 5), width=st.floats(0.1, 9))
def test_a_sample_lies_in_its_ranges(method, cells, low, width):
    table = sample({"a": (low, low + width), "b": (0.0, 1.0)}, cells, method)
    assert len(table) == cells
    assert table["a"].between(low, low + width).all()


def test_a_latin_sample_has_one_value_in_each_slice():
    table = sample({"a": (0.0, 50.0), "b": (0.0, 50.0)}, 50, "latin")
    for key in table:
        assert sorted(table[key].astype(int)) == list(range(50))


def test_a_sobol_sample_is_more_even_than_chance():
    even, chance = (
        qmc.discrepancy(sample({"a": (0, 1), "b": (0, 1)}, 128, method).to_numpy())
        for method in ("sobol", "random")
    )
    assert even < 0.2 * chance


def test_a_sample_is_the_same_for_the_same_seed():
    one, two, other = (sample({"a": (0, 1)}, 20, "latin", seed) for seed in (3, 3, 4))
    assert one.equals(two)
    assert not one.equals(other)


def test_whole_numbers_are_sampled_whole():
    table = sample({"firm.reps": (1, 6), "guide.accuracy": (0.0, 1.0)}, 64)
    assert table["firm.reps"].dtype == np.int64
    assert set(table["firm.reps"]) == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({"a": (0, 1)}, 8, "sobel"), "sobol"),
        (({"a": (1, 1)}, 8), "empty"),
        (({"a": (0, float("inf"))}, 8), "must be finite"),
        (({}, 8), "one key"),
        (({"a": (0, 1)}, 0), "0 cells"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        sample(*arguments)


def test_spaced_values_are_round_and_end_at_the_ends():
    assert spaced(0.3, 1.0, 8) == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert spaced(5, 30, 3) == [5.0, 17.5, 30.0]
    with pytest.raises(ValueError, match="two ends"):
        spaced(0, 1, 1)


def test_a_range_of_a_whole_number_key_has_whole_numbers_each_but_once():
    table = settings_of(["firm.reps=1:3", "guide.accuracy=0:1:3"], None, 1)
    assert table["firm.reps"].dtype == np.int64
    assert table["firm.reps"].unique().tolist() == [1, 2, 3]
    assert table["guide.accuracy"].unique().tolist() == [0.0, 0.5, 1.0]


def test_single_values_are_numbers_where_they_are_and_words_otherwise():
    table = settings_of(["shelf.stocked_days=inf,10,.5", "guide.push=guide,animator"], None, 1)
    assert table["shelf.stocked_days"].unique().tolist() == [np.inf, 10, 0.5]
    assert table["guide.push"].unique().tolist() == ["guide", "animator"]


@pytest.mark.parametrize("word", ["nan:1:3", "0:inf:3", "-inf:0"])
@pytest.mark.parametrize("cells", [None, 4])
def test_a_range_without_an_end_is_told_by_its_key(word, cells):
    with pytest.raises(ValueError, match=r"guide\.accuracy: the range .* must be finite"):
        settings_of([f"guide.accuracy={word}"], cells, 1)


@pytest.mark.parametrize("read", [ranges_of, lambda words: settings_of(words, None, 1)])
def test_a_key_is_named_once(read):
    with pytest.raises(ValueError, match="names a key twice"):
        read(["guide.accuracy=0.1:0.3", "guide.accuracy=0.8:1"])
