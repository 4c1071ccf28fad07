"""Numbers as people read them, and labels that keep apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.charts.parts import spread_out, step_words
from cjsim.journey import LENSES
from cjsim.labels.numbers import digits_for, number


@pytest.mark.parametrize(
    ("value", "lang", "digits", "signed", "shown"),
    [
        (1234567, "en", 0, False, "1,234,567"),
        (1234567, "ru", 0, False, "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
        (-12.34, "en", 1, True, "−12.3"),
        (12.34, "en", 1, True, "+12.3"),
        (-0.04, "en", 1, True, "0.0"),
        (float("nan"), "ru", 2, False, "–"),
    ],
)
def test_numbers_have_apart_thousands_and_a_true_minus(value, lang, digits, signed, shown):
    assert number(value, lang, digits, signed) == shown


@pytest.mark.parametrize(("largest", "digits"), [(1234, 0), (100, 0), (99, 1), (9.9, 2), (0, 0)])
def test_three_digits_count(largest, digits):
    assert digits_for(largest) == digits
    assert digits_for(-largest) == digits


def test_labels_with_room_stay_where_they_are():
    assert spread_out([0.9, 0.1, 0.5], 0.2, 0.0, 1.0).tolist() == [0.9, 0.1, 0.5]


def test_labels_that_touch_share_the_way():
    assert spread_out([0.5, 0.5], 0.2, 0.0, 1.0) == pytest.approx([0.4, 0.6])
    assert spread_out([0.5] * 3 + [0.65], 0.1, 0.0, 1.0) == pytest.approx(
        [0.3875, 0.4875, 0.5875, 0.6875]
    )
    assert spread_out([0.0, 0.0], 0.2, 0.0, 1.0) == pytest.approx([0.0, 0.2])
    assert spread_out([1.0, 1.0, 0.3], 0.2, 0.0, 1.0) == pytest.approx([0.8, 1.0, 0.3])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_labels_never_touch_and_keep_their_order(ends):
    placed = spread_out(ends, 0.1, 0.0, 1.0)
    order = np.argsort(ends, kind="stable")
    assert (np.diff(placed[order]) >= 0.1 - 1e-12).all()
    assert ((placed >= -1e-12) & (placed <= 1 + 1e-12)).all()


def test_only_the_twelve_are_numbered():
    words = step_words(LENSES["twelve"], "ru")
    assert words[0] == "До осознания"
    assert words[6] == "6  Действие"
    assert words[13:] == ["У конкурента", "Спящие"]
    assert step_words(LENSES["aida"], "en")[1] == "Attention"
