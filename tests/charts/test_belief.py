"""Reliability diagram and confusion map: their data are the tables, their words the finding."""

import numpy as np
import pandas as pd
import pytest

from cjsim import charts
from cjsim.model.chain import PLACED
from cjsim.observe import Judged, confusion, reliability
from tests.charts.markets import judged, market


def sure_of(share, right, stage=3, n=100):
    """A firm that gives `share` to the next stage but one where it is wrong, else to the truth."""
    odds = np.full((n, PLACED), (1 - share) / (PLACED - 1))
    believed = np.where(np.arange(n) < right * n, stage, stage + 1)
    odds[np.arange(n), believed] = share
    return Judged(np.arange(n), np.zeros(n), np.full(n, stage), odds)


def test_the_data_are_the_tables():
    pd.testing.assert_frame_equal(charts.reliability(judged()).data, reliability(judged()))
    pd.testing.assert_frame_equal(charts.confusion_map(judged()).data, confusion(judged()))


@pytest.mark.parametrize(
    ("share", "right", "words"),
    [(0.9, 0.6, "too sure of itself"), (0.6, 0.95, "more often than it says"),
     (0.8, 0.8, "about as right as it says")],
)  # fmt: skip
def test_the_alt_text_says_how_the_firm_judges_itself(share, right, words):
    alt = charts.reliability(sure_of(share, right)).alt
    assert words in alt
    assert f"{100 * right:.0f}%" in alt


def test_the_commonest_mistake_is_named():
    alt = charts.confusion_map(sure_of(0.9, 0.75)).alt
    assert "Of 100 beliefs 75% are right." in alt
    assert "people at “Desire” believed at “Study”, 25% of that row" in alt
    assert "mistake" not in charts.confusion_map(sure_of(0.9, 1.0)).alt


def test_each_row_adds_up_to_a_hundred():
    axes = charts.confusion_map(sure_of(0.9, 0.75)).figure.axes[0]
    assert {w.get_position(): w.get_text() for w in axes.texts} == {(3, 3): "75", (4, 3): "25"}


@pytest.mark.parametrize("chart", [charts.reliability, charts.confusion_map])
def test_nothing_believed_is_not_drawn(chart):
    nobody = Judged(*(np.empty(0, int) for _ in range(3)), np.empty((0, PLACED)))
    with pytest.raises(ValueError, match="no beliefs"):
        chart(nobody)
    with pytest.raises(TypeError, match=r"observe\.beliefs"):
        chart(market())
