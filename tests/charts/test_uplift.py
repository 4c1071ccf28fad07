"""The uplift quadrants where parts are narrow and names are long."""

import dataclasses
import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import cjsim
from cjsim import charts
from cjsim.charts.picture import style
from cjsim.charts.uplift import ROOM, WIDE_ENOUGH
from cjsim.report.comparison import summary
from tests.charts.markets import comparison, market

PEOPLE = 1000


def shared(both: int, only_with: int, only_without: int) -> cjsim.Comparison:
    """By hand: so many people of 1,000 in each quadrant, in one run."""
    without, with_it = np.zeros((2, 1, PEOPLE), bool)
    without[:, :both] = with_it[:, : both + only_with] = True
    without[:, both + only_with :][:, :only_without] = True
    scenarios = {name: comparison().scenarios[name] for name in ("pull", "guide")}
    won = {"pull": without, "guide": with_it}
    return dataclasses.replace(comparison(1), scenarios=scenarios, won=won)


@pytest.mark.parametrize(
    "parts", [(26, 12, 26), (0, 0, 0), (26, 45, 10), (0, 20, 980), (985, 7, 8), (0, 990, 5)]
)
def test_the_numbers_of_narrow_parts_keep_apart_and_in_order(parts):
    figure = charts.uplift(shared(*parts)).figure
    with style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    axes = figure.axes[0]
    boxes = [word.get_window_extent() for word in axes.texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert min(box.x0 for box in boxes) >= axes.bbox.x0
    shares = [part / PEOPLE for part in (*parts, PEOPLE - sum(parts))]
    above = [word for word in axes.texts if word.get_position()[1] < 0]
    narrow = WIDE_ENOUGH * axes.get_xlim()[1]
    wanted = [f"{share:.1%}" for share in shares[:3] if share < narrow]
    assert [word.get_text() for word in sorted(above, key=lambda w: w.get_position())] == wanted


def test_those_who_buy_fill_the_picture_and_the_others_are_told_at_the_edge():
    """Of 1,000 people 150 buy: the bar of the 850 is cut off, its number stays."""
    axes = charts.uplift(shared(100, 30, 20)).figure.axes[0]
    assert axes.get_xlim() == pytest.approx((0, ROOM * 0.15))
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(
        [0.1, 0.03, 0.02, (ROOM - 1) * 0.15]
    )
    assert [word.get_text() for word in axes.texts if "→" in word.get_text()] == ["85.0% → "]
    whole = charts.uplift(shared(700, 100, 100)).figure.axes[0]
    assert whole.get_xlim() == (0, 1)
    assert not [word for word in whole.texts if "→" in word.get_text()]


def test_long_names_are_broken_and_stay_on_the_page():
    name = "a name of a strategy that is far too long for a single line"
    one = market().scenario
    figure = charts.uplift(cjsim.compare({name: one, name[2:]: one}, 5, executor="here")).figure
    with style():
        FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    assert axes.get_yticklabels()[0].get_text().replace("\n", " ") == name[2:]
    assert name in axes.get_title("left").replace("\n", " ")
    words = [axes.get_yticklabels()[0], axes._left_title]
    assert all(word.get_window_extent().x0 >= 0 for word in words)
    assert all(word.get_window_extent().x1 <= figure.bbox.x1 for word in words)


def test_the_shares_are_of_all_people_in_russian_too():
    alt = charts.uplift(shared(100, 129, 40), "ru").alt
    assert "12,9\N{NO-BREAK SPACE}% всех людей" in alt
    assert "тех, кто" not in alt


SENTENCES = {
    "en": "Guide wins 12.9% who would not have bought, and loses 4.0% who would have",
    "ru": "Проводник привлекает 12,9 % всех людей (иначе они не купили бы) и теряет 4,0 %",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_who_is_won_is_not_told_as_lost(lang):
    """129 of 1,000 buy only with the guide, 40 only without: by hand, in picture and report."""
    one = shared(100, 129, 40)
    twice = dataclasses.replace(
        comparison(2), scenarios=one.scenarios,
        won={name: np.repeat(won, 2, axis=0) for name, won in one.won.items()},
    )  # fmt: skip
    for words in (charts.uplift(one, lang).alt, summary(twice, lang)):
        assert SENTENCES[lang] in words.replace("\N{NO-BREAK SPACE}", " ")


def test_a_run_is_refused_in_words():
    with pytest.raises(TypeError, match=r"draws what cjsim\.compare returns .*, not Run"):
        charts.uplift(market())
