"""A claim says what was found, how often, and no more."""

import numpy as np
import pytest
from scipy import stats

from cjsim.course import claim


def yes(wins, worlds=20):
    return np.arange(worlds) < wins


@pytest.mark.parametrize(
    ("wins", "worlds", "verdict"),
    [
        (20, 20, "holds"), (15, 20, "holds"), (14, 20, "open"), (10, 20, "open"), (6, 20, "open"),
        (5, 20, "fails"), (0, 20, "fails"), (19, 30, "open"), (20, 30, "open"), (21, 30, "holds"),
    ],
)  # fmt: skip
def test_a_direction_holds_when_a_fair_coin_would_hardly_do_it(wins, worlds, verdict):
    assert claim(yes(wins, worlds)).verdict == verdict


def test_a_coin_is_seldom_called_a_claim():
    """Of fair coins at most one in twenty is called anything but open: exactly, by the binomial."""
    n = 24
    chances = stats.binom.pmf(np.arange(n + 1), n, 0.5)
    called = sum(p for wins, p in enumerate(chances) if claim(yes(wins, n)).verdict != "open")
    assert 0.01 < called <= 0.05


def test_the_line_tells_how_often_in_either_language():
    assert repr(claim(yes(19, 30))) == "Open: in 19 of 30 worlds"
    assert repr(claim(yes(20), lang="ru")) == "Держится: миров — 20 из 20"


@pytest.mark.parametrize(
    ("between", "verdict"),
    [
        ((5, 11), "holds"),
        ((9, 11), "fails"),
        ((1, 5), "fails"),
        ((8, 11), "open"),
        ((5, 8), "open"),
    ],
)
def test_a_size_holds_when_its_interval_lies_within_the_bounds(between, verdict):
    values = 8 + np.tile([-1.0, 1.0], 15)  # mean 8, interval 8 +- 0.38
    assert claim(values, between=between).verdict == verdict


def test_the_interval_of_a_size_is_the_one_of_student():
    values = np.random.default_rng(1).normal(8, 2, 25)
    low, high = stats.t.interval(0.95, 24, values.mean(), stats.sem(values))
    line = repr(claim(values, between=(0, 20)))
    assert line == (
        f"Holds: {values.mean():.3g} on average over 25 worlds, 95 % interval "
        f"{low:.3g} to {high:.3g}; said: 0 to 20"
    )


@pytest.mark.parametrize(
    ("seen", "between", "told"),
    [
        (yes(5, 19), None, "20 worlds or more"),
        (np.ones((5, 5), bool), None, "one entry per world"),
        (np.ones(20), None, "yes or no"),
        (yes(5), (0, 1), "a finite number per world"),
        (np.full(20, np.nan), (0, 1), "a finite number per world"),
        (np.ones(20), (1, 0), "the lower bound comes first"),
    ],
)
def test_what_cannot_be_a_claim_is_told(seen, between, told):
    with pytest.raises(ValueError, match=told):
        claim(seen, between)
