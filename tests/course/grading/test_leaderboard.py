"""The leaderboard: places from paired worlds, ties as ties, names as text."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.course.grading import leaderboard
from cjsim.course.grading.leaderboard import ranked
from cjsim.course.grading.sheet import Grade
from cjsim.experiment.intervals import t_interval
from cjsim.labels import LANGUAGES

NOISE = [3.0, -2.0, 1.0, -4.0, 2.0, 0.0, -1.0, 1.0]
"""Luck of eight worlds, the same for all; it sums to 0."""


def worlds(mean, own=()):
    return [mean + noise + one for noise, one in zip(NOISE, own or [0.0] * 8, strict=True)]


def places(**teams):
    return [(row.place, row.shared, row.team) for row in ranked(teams)]


def test_a_small_difference_in_every_world_decides_though_intervals_overlap():
    rows = ranked({"a": worlds(10.0), "b": worlds(10.3, [0.1, -0.1] * 4)})
    assert [(row.place, row.team) for row in rows] == [(1, "b"), (2, "a")]
    assert rows[0].low < rows[1].mean < rows[0].high


def test_who_cannot_be_told_apart_shares_a_place():
    lucky = worlds(10.3, [5.0, -5.0, 4.0, -4.0, 3.0, -3.0, 2.0, -2.0])
    assert places(a=worlds(10.0), b=lucky, c=worlds(1.0)) == [
        (1, True, "b"), (1, True, "a"), (3, False, "c")
    ]  # fmt: skip


def test_the_same_design_is_a_tie_and_a_constant_lead_is_none():
    assert places(a=worlds(5.0), b=worlds(5.0)) == [(1, True, "a"), (1, True, "b")]
    assert places(a=worlds(5.0), b=worlds(6.0)) == [(1, False, "b"), (2, False, "a")]


@given(st.lists(st.lists(st.integers(-9, 9), min_size=6, max_size=6), min_size=2, max_size=6))
def test_who_shares_a_place_cannot_be_told_apart_and_who_is_better_is_before(gains):
    teams = {str(at): [float(gain) for gain in row] for at, row in enumerate(gains)}
    place = {row.team: row.place for row in ranked(teams)}
    for one, mine in teams.items():
        for other, theirs in teams.items():
            if leaderboard._clearly_more(np.array(mine), np.array(theirs)):
                assert place[one] < place[other]
    assert min(place.values()) == 1


def test_a_row_has_the_interval_of_its_worlds():
    (row,) = ranked({"a": worlds(5.0)})
    assert (row.mean, row.low, row.high) == t_interval(worlds(5.0))


def student(name, gained, number="01", task="4", points=1.0):
    return Grade(name, number, points={task: points}, gained={task: tuple(gained)})


def page_of(grades, tmp_path, lang="en"):
    path = leaderboard.write(grades, tmp_path / "board.html", lang)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_ranks_the_best_notebook_of_everybody(tmp_path, lang):
    grades = [
        student("Ada", worlds(5.0)), student("Bob", worlds(9.0)),
        student("Ada", worlds(1.0), points=0.5), Grade("Eve", "01", "time"),
    ]  # fmt: skip
    page = page_of(grades, tmp_path, lang)
    assert re.findall(r'<th scope="row" class="words">(\w+)', page) == ["Bob", "Ada"]
    assert page.count("<table>") == 1
    assert "http:" not in page
    assert "https:" not in page
    assert "{" not in page.partition("</style>")[2]


def test_names_are_text(tmp_path):
    page = page_of([student("<script>x</script>", worlds(5.0))], tmp_path)
    assert "<script" not in page


def test_grading_again_replaces_the_page(tmp_path):
    assert "No design" in page_of([], tmp_path)
    page = page_of([student("Ada", worlds(5.0))], tmp_path)
    assert "Ada" in page
    assert "No design" not in page
    assert [path.name for path in tmp_path.iterdir()] == ["board.html"]


def test_one_world_has_no_interval_and_breaks_nothing(tmp_path):
    assert "–" in page_of([student("Ada", [3.0])], tmp_path)
