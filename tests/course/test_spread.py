"""Something new that spreads, drawn: which share of each crowd has it by which year."""

import numpy as np
import pytest

from cjsim.course import spread

YEARS = [4.0, 1.0, 2.0]


def test_a_line_counts_who_has_it_by_then():
    line = spread({"market_a": YEARS}, "en").data["market_a"]
    by_hand = [sum(year <= now for year in YEARS) / 3 for now in line.index]
    assert line.tolist() == by_hand
    assert line.iloc[0] == 0.0


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "have it after: Market A 2.0 years; curve_x 9.0 years."),
        ("ru", "Рынок А\xa0— 2,0\xa0года; curve_x\xa0— 9,0\xa0года."),
    ],
)
def test_the_year_by_which_half_have_it_is_told_in_words(lang, told):
    assert told in spread({"market_a": YEARS, "curve_x": [9.0]}, lang).alt


def test_all_lines_share_their_axes_and_look_different():
    picture = spread({"market_a": YEARS, "market_b": [9.0, 8.0]}, "en")
    (axes,) = picture.figure.axes
    first, second = axes.get_lines()
    assert np.array_equal(first.get_xdata(), second.get_xdata())
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()


def test_the_same_crowds_give_the_same_picture():
    assert spread({"market_a": YEARS}, "en").svg() == spread({"market_a": YEARS}, "en").svg()


@pytest.mark.parametrize(
    ("crowds", "wrong"),
    [
        ({}, "spread of 0 crowds: can draw 1 to 4"),
        (dict.fromkeys("abcde", YEARS), "spread of 5 crowds: can draw 1 to 4"),
        ({"market_a": YEARS, "market_b": []}, "spread: there is nobody in 'market_b'"),
    ],
)
def test_what_cannot_be_drawn_is_told(crowds, wrong):
    with pytest.raises(ValueError, match=wrong):
        spread(crowds)
