"""Purchases added up week by week, drawn: what was bought, what was foretold, and the lid."""

import numpy as np
import pytest

from cjsim.course import weeks

BOUGHT = [5, 3, 2]


def test_the_lines_add_up_the_weeks():
    picture = weeks({"bought": BOUGHT, "gate": [1, 1, 1, 1, 1]}, until=3, end=6, lang="en")
    assert picture.data["bought"].dropna().tolist() == [5, 8, 10]
    assert picture.data["gate"].tolist() == [1, 2, 3, 4, 5]
    assert picture.data.index.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "After week 3: Bought 10; Gate 3. After week 5: Gate 5."),
        ("ru", "После недели 3: Куплено 10; Порог 3. После недели 5: Порог 5."),
    ],
)
def test_the_sums_at_the_lid_and_in_the_end_are_told_in_words(lang, told):
    alt = weeks({"bought": BOUGHT, "gate": [1] * 5}, until=3, end=6, lang=lang).alt
    assert alt.endswith(told)


def test_what_no_line_tells_lies_under_a_lid_and_the_axes_stay_when_it_is_lifted():
    lid, lifted = (
        weeks({"bought": line}, until=3, end=6, lang="en").figure.axes[0]
        for line in (BOUGHT, [*BOUGHT, 3, 3, 4])
    )
    assert "not yet seen" in [text.get_text() for text in lid.texts]
    assert "not yet seen" not in [text.get_text() for text in lifted.texts]
    assert lid.get_xlim() == lifted.get_xlim()
    assert lid.get_ylim() == lifted.get_ylim()  # twice as much in twice the time


def test_names_of_lines_that_end_alike_stand_apart_in_their_order():
    lines = {"bought": [10], "gate": [10.1], "drift": [9.9]}
    axes = weeks(lines, until=1, end=1, lang="en").figure.axes[0]
    place = {text.get_text().split()[0]: text.get_position()[1] for text in axes.texts}
    order = [place[name] for name in ("Drift", "Bought", "Gate")]
    assert np.diff(order).min() > 0.07 * axes.get_ylim()[1]


def test_the_same_lines_give_the_same_picture():
    one, other = (weeks({"bought": BOUGHT}, until=3, end=6, lang="en").svg() for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("lines", "until", "wrong"),
    [
        ({}, 3, "weeks of 0 lines: can draw 1 to 4"),
        (dict.fromkeys("abcde", BOUGHT), 3, "weeks of 5 lines: can draw 1 to 4"),
        ({"bought": []}, 3, "weeks: 'bought' has 0 weeks; can draw 1 to 6"),
        ({"bought": [1] * 7}, 3, "weeks: 'bought' has 7 weeks; can draw 1 to 6"),
        ({"bought": BOUGHT}, 7, "until = 7: must be a week from 1 to end = 6"),
    ],
)
def test_what_cannot_be_drawn_is_told(lines, until, wrong):
    with pytest.raises(ValueError, match=wrong):
        weeks(lines, until=until, end=6)
