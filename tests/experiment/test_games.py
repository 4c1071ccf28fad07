"""Games with known values: what players bring together, shared out among them."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjsim.experiment import games
from cjsim.experiment.games import along_orders, drawing_error, orders_of, shapley
from tests.often import often

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
    assert games.incrementals(two)[0] == pytest.approx([6.0, 2.0])
    assert games.alones(two)[0] == pytest.approx([10.0, 6.0])
    assert games.main_effects(two)[0] == pytest.approx([8.0, 4.0])
    assert shapley(two)[0] == pytest.approx([8.0, 4.0])
    assert games.pair_interactions(two)[0] == pytest.approx([-4.0])


def test_an_interaction_is_the_mean_over_the_rest():
    # 5 for the pair 0 and 1, and 3 more when 2 is there as well
    three = game(3, lambda who: 5.0 * (who >= {0, 1}) + 3.0 * (len(who) == 3) + 2.0 * (2 in who))
    assert games.pair_interactions(three)[0] == pytest.approx([5.0 + 3.0 / 2, 1.5, 1.5])


def test_a_factorial_regression_has_the_same_effects():
    # regress on factors coded -1, +1: a coefficient is half a main effect, a quarter of ours
    values = np.random.default_rng(3).normal(size=(1, 16))
    factors = np.array([[2 * (c >> i & 1) - 1 for i in range(4)] for c in range(16)])
    pairs = [factors[:, i] * factors[:, j] for i, j in itertools.combinations(range(4), 2)]
    design = np.column_stack([np.ones(16), factors, *pairs])
    found = np.linalg.lstsq(design, values[0], rcond=None)[0]
    assert games.main_effects(values)[0] == pytest.approx(2 * found[1:5])
    assert games.pair_interactions(values)[0] == pytest.approx(4 * found[5:])


tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(
        st.lists(st.floats(-1000, 1000), min_size=2**k, max_size=2**k), min_size=1, max_size=3
    ).map(np.array)
)


@given(tables)
@settings(max_examples=often(60), deadline=None)
def test_shapley_is_the_mean_over_all_orders_and_shares_out_everything(values):
    found = shapley(values)
    assert found == pytest.approx(by_orders(values), abs=ROUNDING)
    assert found.sum(axis=1) == pytest.approx(values[:, -1] - values[:, 0], abs=ROUNDING)


@given(tables, st.floats(-10, 10))
@settings(max_examples=often(40), deadline=None)
def test_shapley_is_linear(values, factor):
    other = values[:, ::-1] ** 2
    together = shapley(values + factor * other)
    # squares reach 10^6, times 10: a hundred times the rounding of the others, and more
    assert together == pytest.approx(shapley(values) + factor * shapley(other), abs=1e4 * ROUNDING)


@given(tables, st.floats(-100, 100))
@settings(max_examples=often(40), deadline=None)
def test_who_adds_the_same_to_everybody_gets_just_that(values, worth):
    more = np.hstack([values, values + worth])  # a new player, bit k
    for share in games.SHARES.values():
        assert share(more)[:, -1] == pytest.approx(np.full(len(values), worth), abs=ROUNDING)
    same = np.hstack([values, values])
    assert (shapley(same)[:, -1] == 0).all(), "a dummy gets nothing, to the last bit"
    assert shapley(same)[:, :-1] == pytest.approx(shapley(values), abs=ROUNDING)


@given(st.lists(st.floats(-1000, 1000), min_size=6, max_size=6))
@settings(max_examples=often(40), deadline=None)
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


# --- Some orders in place of all coalitions -------------------------------------------------------


def worth_along(values, orders):
    """The values of one run along each order: of nobody, of the first, of the first two, ..."""
    ends = np.cumsum(1 << np.asarray(orders), axis=-1)
    return values[np.concatenate([np.zeros_like(ends[..., :1]), ends], axis=-1)]


def drawn_gains(values, seed, count):
    """What players of a game of one run add along orders that are drawn: (orders, k)."""
    orders = orders_of(seed, values.shape[1].bit_length() - 1, count)
    return along_orders(worth_along(values[0], orders), orders)


@given(tables)
@settings(max_examples=often(60), deadline=None)
def test_the_mean_over_all_orders_is_the_shapley_value(values):
    k = values.shape[1].bit_length() - 1
    orders = np.array(list(itertools.permutations(range(k))))
    for row, exact in zip(values, shapley(values), strict=True):
        gains = along_orders(worth_along(row, orders), orders)
        assert gains.mean(axis=0) == pytest.approx(exact, abs=ROUNDING)


@given(tables, st.integers(0, 2**62), st.integers(1, 4))
@settings(max_examples=often(60), deadline=None)
def test_every_order_shares_out_everything(values, seed, pairs):
    gains = drawn_gains(values[:1], seed, 2 * pairs)
    everything = values[0, -1] - values[0, 0]
    assert gains.sum(axis=1) == pytest.approx(np.full(2 * pairs, everything), abs=ROUNDING)


def test_orders_come_in_pairs_and_are_the_seeds_own():
    orders = orders_of(7, 5, 6)
    assert orders.shape == (6, 5)
    assert (np.sort(orders, axis=1) == np.arange(5)).all()
    assert (orders[1::2] == orders[::2, ::-1]).all()
    assert (orders == orders_of(7, 5, 6)).all()
    assert (orders != orders_of(8, 5, 6)).any()
    assert (orders_of(7, 5, 2) == orders[:2]).all(), "more orders go on from the fewer ones"


def test_every_order_is_as_likely_as_any_other():
    """6,000 draws: each of the six orders 1,000 times, give or take four standard errors."""
    first = [tuple(orders_of(seed, 3, 2)[0].tolist()) for seed in range(6000)]
    counts = [first.count(order) for order in itertools.permutations(range(3))]
    assert max(abs(count - 1000) for count in counts) < 4 * math.sqrt(1000 * 5 / 6)


@given(st.lists(st.floats(-100, 100), min_size=10, max_size=10), st.integers(0, 1000))
@settings(max_examples=often(40), deadline=None)
def test_a_game_of_pairs_is_told_by_one_pair_of_orders(worth, seed):
    """What two players bring together falls to one in an order, to the other in its mirror."""
    pair_worth = dict(zip(itertools.combinations(range(5), 2), worth, strict=True))
    values = game(5, lambda who: sum(pair_worth[pair] for pair in pair_worth if who >= {*pair}))
    gains = drawn_gains(values, seed, 2)
    assert gains.mean(axis=0) == pytest.approx(shapley(values)[0], abs=ROUNDING)


def test_the_drawing_error_is_the_spread_of_what_is_drawn():
    """2,000 draws of four pairs: their spread is known to 1 / sqrt(4,000), here times six."""
    values = np.random.default_rng(5).normal(size=(1, 64))
    gains = [drawn_gains(values, seed, 8) for seed in range(2000)]
    estimates = np.array([one.mean(axis=0) for one in gains])
    assert estimates.mean(axis=0) == pytest.approx(shapley(values)[0], abs=0.05)
    errors = np.array([drawing_error(one[None]) for one in gains])
    told = np.sqrt((errors**2).mean(axis=0))
    assert told == pytest.approx(estimates.std(axis=0), rel=6 / math.sqrt(4000))


def test_more_runs_have_a_smaller_drawing_error_and_one_pair_has_none():
    gains = np.random.default_rng(5).normal(size=(1, 8, 3))
    four_times = np.repeat(gains, 4, axis=0)
    assert drawing_error(four_times) == pytest.approx(drawing_error(gains) / 2)
    assert np.isnan(drawing_error(gains[:, :2])).all()
