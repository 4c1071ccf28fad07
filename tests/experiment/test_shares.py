"""What draws tell, against models whose answers are known."""

import math

import numpy as np
import pytest
from SALib.analyze import rbd_fast
from scipy.stats import norm

from cjsim.experiment.shares import (
    curves_of,
    first_order,
    gain_of_knowing,
    split,
    worths,
)


def spread(n, keys, seed):
    """A Latin hypercube: (n, keys)."""
    random = np.random.default_rng(seed)
    order = np.array([random.permutation(n) for _ in range(keys)]).T
    return (order + random.random((n, keys))) / n


def test_doubt_and_luck_are_told_apart_without_bias():
    random = np.random.default_rng(5)
    told = []
    for _ in range(400):
        worlds = random.normal(0, 1, (40, 1)) * 2.0 + random.normal(0, 1, (40, 2)) * 3.0
        worlds[10:, 1] = np.nan  # most draws live in one world
        parts = split(worlds)
        told.append((parts.doubt, parts.luck))
    # clipping at 0 (a tenth of them) lifts the doubt a little; the standard errors are .25 and .19
    assert np.mean(told, axis=0) == pytest.approx([4.0, 9.0], abs=0.8)


def test_the_expected_values_have_the_spread_of_the_doubt():
    random = np.random.default_rng(6)
    worlds = random.normal(0, 2, (2_000, 1)) + random.normal(0, 2, (2_000, 2))
    parts = split(worlds)
    assert parts.expected.var(ddof=1) == pytest.approx(parts.doubt)
    assert parts.share == pytest.approx(0.5, abs=0.05)


def test_without_luck_the_expected_values_are_the_draws_themselves():
    values = np.array([[1.0, 1.0], [4.0, 4.0], [2.0, np.nan]])
    parts = split(values)
    assert parts.expected.tolist() == [1.0, 4.0, 2.0]
    assert (parts.luck, parts.hidden, parts.share) == (0.0, False, 1.0)


def test_luck_as_large_as_the_spread_hides_the_doubt():
    parts = split(np.array([[1.0, -1.0], [-1.0, 1.0], [2.0, -2.0]]))
    assert parts.doubt == 0.0
    parts = split(np.array([[9.0, -9.0], [-8.0, 9.0], [2.0, -2.0]]))
    assert parts.hidden
    assert parts.doubt == 0.0
    assert set(parts.expected) == {parts.mean}


def test_draws_without_the_measure_are_left_out():
    assert split(np.array([[1.0], [np.nan], [3.0]])).expected.tolist() == [1.0, 3.0]
    assert math.isnan(split(np.full((3, 2), np.nan)).mean)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_of_a_linear_model_each_part_is_that_of_its_slope(scale):
    keys = spread(400, 3, 1)
    values = scale * (2.0 * keys[:, 0] + keys[:, 1])
    shares = first_order(values[:, None], keys, independent=True)
    assert [one.share for one in shares] == pytest.approx([0.8, 0.2, 0.0], abs=0.03)
    assert all(one.low <= one.share <= one.high for one in shares)


def test_parts_of_the_doubt_do_not_shrink_under_luck():
    random = np.random.default_rng(2)
    told = []
    for seed in range(30):
        keys = spread(200, 2, seed)
        values = (2.0 * keys[:, 0] + keys[:, 1])[:, None] + random.normal(0, 0.5, (200, 2))
        told.append([one.share for one in first_order(values, keys, independent=True)])
    # standard errors .008 and .009; shares over all variance would be .5 and .12
    assert np.mean(told, axis=0) == pytest.approx([0.8, 0.2], abs=0.035)


def test_what_noise_alone_explains_is_no_part_of_the_doubt():
    random = np.random.default_rng(4)
    told = []
    for seed in range(200):
        keys = spread(60, 2, seed)
        values = (2.0 * keys[:, 0] + keys[:, 1])[:, None] + random.normal(0, 0.9, (60, 2))
        told.append(first_order(values, keys, independent=False)[1].share)
    # its standard error is .014; with what noise explains it would be above .24
    assert np.mean(told) == pytest.approx(0.2, abs=0.03)


def test_of_ishigamis_function_the_parts_are_those_of_the_textbook_and_of_salib():
    keys = spread(1_000, 3, 3) * 2 * np.pi - np.pi
    a, b, c = keys.T
    values = np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)
    told = [one.share for one in first_order(values[:, None], keys, independent=True)]
    assert told == pytest.approx([0.314, 0.442, 0.0], abs=0.06)
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[-np.pi, np.pi]] * 3}
    peer = rbd_fast.analyze(problem, keys, values, seed=1)["S1"]
    assert told == pytest.approx(peer, abs=0.09)


def test_parts_of_independent_keys_make_no_more_than_the_whole():
    keys = spread(30, 4, 8)
    shares = first_order(keys.sum(axis=1)[:, None], keys, independent=True)
    assert sum(one.share for one in shares) <= 1.0 + 1e-12


def test_parts_of_keys_that_move_together_overlap():
    key = spread(300, 1, 4)
    shares = first_order(key, np.hstack([key, 5 * key]), independent=False)
    assert [one.share for one in shares] == pytest.approx([1.0, 1.0], abs=1e-6)


def test_without_doubt_there_are_no_parts():
    shares = first_order(np.ones((50, 2)), spread(50, 2, 1), independent=True)
    assert all(math.isnan(one.share) for one in shares)


def test_a_curve_follows_the_rank_of_a_key_where_that_is_simpler():
    key = np.exp(6 * spread(200, 1, 2))
    (columns,) = curves_of(np.log(key[:, 0]), key, independent=False)
    assert columns.shape[1] <= 2


def test_a_key_of_one_value_has_no_curve_and_no_part():
    keys = np.column_stack([spread(50, 1, 1), np.ones(50)])
    assert curves_of(keys[:, 0], keys, independent=True)[1].shape == (50, 0)
    shares = first_order(keys[:, :1], keys, independent=True)
    assert [one.share for one in shares] == pytest.approx([1.0, 0.0], abs=1e-6)


def loss(mean, sd):
    """What perfect knowledge of a normal difference is worth: the unit normal loss."""
    return sd * norm.pdf(mean / sd) - mean * norm.cdf(-mean / sd)


def test_of_two_normal_keys_the_worth_is_the_unit_normal_loss():
    z = norm.ppf(spread(1_000, 2, 7))
    gap = 1 + 3 * z[:, 0] + 2 * z[:, 1]
    for told, sd in zip(worths(gap[:, None], z, independent=True), (3.0, 2.0), strict=True):
        assert told.value == pytest.approx(loss(1.0, sd), abs=0.02)
        assert told.low <= loss(1.0, sd) <= told.high
    sides = np.column_stack([np.zeros(1_000), gap])
    assert gain_of_knowing(sides) == pytest.approx(loss(1.0, 13**0.5), abs=0.05)


def test_luck_adds_nothing_to_what_a_key_is_worth():
    random = np.random.default_rng(3)
    told = []
    for seed in range(20):
        z = norm.ppf(spread(200, 1, seed))
        gap = 1 + 3 * z[:, :1] + random.normal(0, 3, (200, 1))
        told.append(worths(gap, z, independent=True)[0].value)
    # its standard error is .035
    assert np.mean(told) == pytest.approx(loss(1.0, 3.0), abs=0.1)


def test_of_three_sides_the_worth_counts_them_all():
    key = spread(500, 1, 9)
    gaps = np.hstack([key - 0.5, 0.5 - key])
    assert worths(gaps, key, independent=True)[0].value == pytest.approx(0.25, abs=0.005)
    assert worths(gaps[:, :1], key, independent=True)[0].value == pytest.approx(0.125, abs=0.005)


def test_a_key_that_changes_no_choice_is_worth_nothing():
    key = spread(200, 1, 9)
    assert worths(key + 1.0, key, independent=True)[0].value == 0.0
