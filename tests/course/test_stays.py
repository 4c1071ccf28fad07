"""Crowds of a student's own process, drawn: who had stepped on and who had left by each day."""

import numpy as np
import pytest

from cjsim.course import stays

MIXED = [(1.0, True), (2.0, False), (3.0, True), (4.0, True)]


def test_the_curves_count_people_day_by_day():
    picture = stays({"two_clocks": MIXED}, "en")
    curve = picture.data.loc["two_clocks"]
    at = curve.index.to_numpy()
    by_hand = {
        "stepped_on": [sum(day <= now for day in (1.0, 3.0, 4.0)) / 4 for now in at],
        "left": [(now >= 2.0) / 4 for now in at],
    }
    for column, shares in by_hand.items():
        assert curve[column].tolist() == shares
    assert np.all(curve.sum(axis=1) <= 1.0)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "Two clocks 25% (mean stay 2.5 days); Mine 0% (mean stay 9.0 days)."),
        ("ru", "Двое часов — 25\xa0% (в среднем на этапе 2,5 дня); Mine — 0\xa0%"),
    ],
)
def test_the_loss_and_the_mean_stay_are_told_in_words(lang, told):
    assert told in stays({"two_clocks": MIXED, "Mine": [(9.0, True)]}, lang).alt


def test_all_crowds_are_drawn_over_the_same_days_and_the_loss_stands_in_its_part():
    quick = [(day / 10, stepped_on) for day, stepped_on in MIXED]
    first, second = stays({"quick": quick, "slow": MIXED}, "en").figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert [text.get_text() for text in second.texts] == ["lost: 25%"]
    assert second.texts[0].get_position()[1] == 1 - 0.25 / 2


def test_the_same_crowds_give_the_same_picture():
    assert stays({"two_clocks": MIXED}, "en").svg() == stays({"two_clocks": MIXED}, "en").svg()


@pytest.mark.parametrize(
    ("crowds", "wrong"),
    [
        ({}, "stays of 0 crowds: can draw 1 to 4"),
        (dict.fromkeys("abcde", MIXED), "stays of 5 crowds: can draw 1 to 4"),
        ({"mine": MIXED, "late": []}, "stays: nobody has decided in 'late'"),
    ],
)
def test_what_cannot_be_drawn_is_told(crowds, wrong):
    with pytest.raises(ValueError, match=wrong):
        stays(crowds)
