"""How many people an experiment takes: exact values, identities, and luck itself as the judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cjsim
from cjsim.experiment import power

bases = st.floats(0.005, 0.6)
effects = st.floats(0.001, 0.3)
shares = st.floats(0.05, 0.95)


def test_a_tenth_of_a_point_takes_315_206_people_in_each_arm() -> None:
    """C175: competition goes from percents to tenths to thousandths; so does the price of it."""
    sizes = [cjsim.size_per_arm(0.02, effect) for effect in (0.001, 0.0001, 0.00001)]
    assert sizes[0] == 315_206
    assert [round(size / 1e6, 1) for size in sizes[1:]] == [30.8, 3077.5]


@given(bases, effects, shares)
def test_that_many_people_give_that_power_and_one_fewer_does_not(
    base: float, effect: float, share: float
) -> None:
    size = power.size_per_arm(base, effect, share=share)
    assert power.power_of(base, effect, size, share=share) >= 0.8 - 1e-9
    assert size == 1 or power.power_of(base, effect, size - 1, share=share) < 0.8


@given(st.floats(0.1, 10.0), effects, shares)
def test_so_it_is_for_means(spread: float, effect: float, share: float) -> None:
    size = power.size_for_mean(spread, effect, share=share)
    assert power.power_for_mean(spread, effect, size, share=share) >= 0.8 - 1e-9
    assert size <= 2 or power.power_for_mean(spread, effect, size - 1, share=share) < 0.8


def test_a_tenth_held_out_takes_more_people_in_all_than_two_halves() -> None:
    halves = 2 * power.size_per_arm(0.05, 0.01)
    held_out = power.size_per_arm(0.05, 0.01, share=0.1) * 10
    assert held_out > 2 * halves


def test_luck_finds_the_effect_as_often_as_the_formula_says() -> None:
    """Twenty thousand experiments by lot: the share that finds it, within four standard errors."""
    rng, tries, base, effect = np.random.default_rng(1), 20_000, 0.05, 0.02
    size = power.size_per_arm(base, effect)
    a, b = (rng.binomial(size, p, tries) / size for p in (base, base + effect))
    mean = (a + b) / 2
    clear = np.abs(b - a) > 1.959964 * np.sqrt(2 * mean * (1 - mean) / size)
    assert clear.mean() == pytest.approx(0.8, abs=4 * (0.16 / tries) ** 0.5 + 0.003)


def test_pairs_in_the_twin_are_few_where_few_people_change() -> None:
    """One in a thousand changes, all to one side: a fortieth of what two arms by lot take."""
    effect = 0.001
    pairs = power.pairs_needed((effect * (1 - effect)) ** 0.5, effect)
    assert pairs == 7_842
    assert power.size_per_arm(0.02, effect) / pairs == pytest.approx(40.2, abs=0.1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: power.size_per_arm(1.2, 0.1), "base = 1.2: must be a share, from 0 to 1"),
        (lambda: power.size_per_arm(0.9, 0.2), r"effect = 0.2: must be such that 0.9 \+ it is a"),
        (lambda: power.size_per_arm(0.1, 0.0), "effect = 0: must be another number than 0"),
        (lambda: power.size_per_arm(0.1, 0.1, power=80), "power = 80: must be between 0 and 1"),
        (lambda: power.size_per_arm(0.1, 0.1, share=0), "share = 0: must be between 0 and 1"),
        (lambda: power.size_per_arm(0.1, 0.1, confidence=95), "confidence = 95: must be between"),
        (lambda: power.size_for_mean(-1.0, 0.1), "spread = -1: must be 0 or more"),
    ],
)
def test_what_cannot_be_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]
