"""Figures of lectures are read from the last row: large type, not too high, growing with zoom."""

from __future__ import annotations

import re

import pytest
from matplotlib.text import Text

from cjsim import charts
from cjsim.charts.parts import SMALL
from cjsim.charts.picture import EM, LEAST, STYLE
from cjsim.labels import LANGUAGES
from tests.charts.markets import market
from tests.charts.test_golden import PICTURES

TAUGHT = ("funnel", "occupancy", "paired", "phase_map", "profile", "retention", "step_matrix",
          "story", "story_driven_away", "uplift")  # fmt: skip
"""What a lecture draws."""
DRAWN = PICTURES | {"step_matrix": lambda lang: charts.step_matrix(market(), lang, lens="aida")}
TYPE = 14.0
"""Size of the words around an output in JupyterLab [px], as it comes."""
HIGHEST = 560.0
"""Of a figure on a projector of 768 lines, below the bars and tabs of a browser [px]."""
INCH = 72.0
"""Points of type in an inch."""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TAUGHT)
def test_a_figure_of_a_lecture_is_seen_as_a_whole(name: str, lang: str) -> None:
    figure = DRAWN[name](lang).figure
    assert figure.get_figheight() * EM * TYPE <= HIGHEST


def test_most_words_are_of_fifteen_points() -> None:
    assert STYLE["font.size"] == 15
    assert SMALL >= 12
    on_screen = STYLE["font.size"] / INCH * EM * TYPE
    assert on_screen > 1.2 * TYPE  # beside words of 14 px the words of a figure have more than 16


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TAUGHT)
def test_no_word_of_a_figure_is_too_small(name: str, lang: str) -> None:
    """Only the numbers at the thin bars of three firms are of ten points."""
    words = [
        word for word in DRAWN[name](lang).figure.findobj(Text)
        if word.get_visible() and word.get_text().strip() and "%" not in word.get_text()
    ]  # fmt: skip
    assert [word.get_text() for word in words if word.get_fontsize() < 12] == []


def test_its_width_is_told_in_the_type_of_the_page() -> None:
    """So it grows when the type does, and never has to shrink to what nobody can read."""
    picture = PICTURES["funnel"]("en")
    shown = picture._repr_html_()
    style = re.search(r'<img alt="[^"]{40,}" style="([^"]*)"', shown)
    assert style
    width = EM * picture.figure.get_figwidth()
    assert style[1] == f"width:{width:g}em;max-width:max(100%,{LEAST:g}em)"
    assert "px" not in style[1]


def test_two_stories_of_one_person_name_their_firms() -> None:
    """Their pictures stand below each other in the first lecture."""
    run = market()
    title = charts.story(run, 1).figure.axes[0].get_title("left")
    assert title.startswith("Person 1, Pull: ")
    for lang, one in (("en", "early adopter"), ("ru", "ранний последователь")):
        people = run.people["adopter"]
        person = int((people == "early_adopters").to_numpy().argmax())
        picture = charts.story(run, person, lang)
        assert picture.figure.axes[0].get_title("left").endswith(f", {one}")
        assert f", {one})" in picture.alt
