"""The trainer's sheet: everybody's words, as text, beside the rubric and the machine's points."""

import pytest

from cjsim.course.grading import explained
from cjsim.course.grading.sheet import Grade
from cjsim.course.sets.explain import rubric_of
from cjsim.labels import LANGUAGES

WORDS = "Weekly letters make people opt out."


def student(name="Ada", words=WORDS, failed=("1.not_reached",)):
    return Grade(name, "01", points={"1": 3.0}, failed=failed, words={"1": words})


def page_of(grades, tmp_path, lang="en"):
    path = explained.write(grades, tmp_path / "grades.csv", lang)
    assert path == tmp_path / "grades_words.html"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_stand_beside_every_idea_with_the_machines_verdict(tmp_path, lang):
    page = page_of([student()], tmp_path, lang)
    assert WORDS in page
    for idea in rubric_of("01", 1, lang).values():
        assert page.count(idea.says) == 2, "in the rubric and beside the words"
    for idea in rubric_of("01", 1, "en").values():  # as the words are English
        assert idea.stems[0][0] in page
    assert page.count("<td>✓</td>") == page.count("<td>–</td>") == 1
    assert "grades.csv" in page
    assert "{" not in page.partition("</style>")[2]


def test_a_students_words_are_text_and_load_nothing(tmp_path):
    evil = '<script>alert(1)</script><img src="http://x.example/a.png">\u202egnp'
    page = page_of([student(name=evil, words=evil)], tmp_path)
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page


def test_where_nobody_explained_there_is_no_sheet(tmp_path):
    assert explained.write([Grade("a", "01")], tmp_path / "g.csv") is None
    assert list(tmp_path.iterdir()) == []


def test_a_russian_is_told_as_russian(tmp_path):
    assert 'class="told" lang="ru"' in page_of([student(words="Люди отписываются")], tmp_path)
