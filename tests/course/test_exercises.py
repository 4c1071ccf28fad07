"""The exercise sets: solutions, starters, wrong answers, and what nbgrader makes of the masters."""

import importlib
import importlib.util
import io
import re
import tokenize
from functools import lru_cache
from typing import get_args

import pytest

from cjsim.course.checks import check, sets, tasks_of
from cjsim.course.checks.form import Track
from cjsim.course.checks.look import words
from cjsim.course.grading import worker
from cjsim.course.grading.collect import Submission
from cjsim.course.grading.process import grade_one
from cjsim.course.sets.explain import rubric_of
from tests.course.exercise_books import (
    EXERCISES,
    LANGUAGES,
    answer_of,
    answered,
    book,
    code_cells,
    marks,
    masters,
    names_after,
    points_in_cells,
    saved,
    source,
    wrong_answers,
)
from tools import build_exercises

SETS = sets()
nbgrader = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not installed (extra teach)"
)
WRONG = [(number, task, name) for number in SETS
         for task, answers in wrong_answers(number).items() for name in answers]  # fmt: skip


@lru_cache
def run(number, kind):
    """What a notebook's code leaves behind. The twins have the same code: one run is enough."""
    return names_after(book(number, "en", kind))


def solved(number, lang):
    """The names of a solution, in a language: only its explanations differ."""
    names = dict(run(number, "source"))
    for task in tasks_of(number):
        if task.track == "explain":
            exec(answer_of(book(number, lang), task.number), names)
    return names


def without_comments(code):
    """The tokens that Python reads; where lines break in between does not matter."""
    spaces = (tokenize.COMMENT, tokenize.NL)
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type not in spaces]


def untold(code):
    """The code without the words of an explanation, which differ by language."""
    return re.sub(r'(why_\d = """).*?(""")', r"\1\2", code, flags=re.DOTALL)


# --- answers ---


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_the_solution_passes_every_check(number, lang, capsys):
    """By its check cells, as nbgrader takes their last lines: the points of the whole task."""
    names = solved(number, lang)
    points = points_in_cells(book(number, lang), names)
    assert points == {f"set-{number}-task-{task.number}": task.most for task in tasks_of(number)}
    assert "✗" not in capsys.readouterr().out
    assert check(number, names=names, lang=lang).failed == []


@pytest.mark.parametrize("number", SETS)
def test_the_starter_runs_and_passes_no_check(number):
    names = run(number, "release")
    for lang in LANGUAGES:
        report = check(number, names=names, lang=lang)
        assert report.points == 0
        assert len(report.failed) == len(report.findings)


@pytest.mark.parametrize("number", SETS)
def test_the_grader_finds_every_task_of_a_set(number, tmp_path):
    """What it reads of a notebook before it runs it; what it runs is `look`, as `check` does."""
    path = saved(book(number, "ru", "release"), tmp_path / "a.ipynb")
    cells, heading = worker._read(path)
    nowhere = {"folder_set": "", "asked_set": ""}
    assert worker._set_of(cells, heading, nowhere) == (number, "cells")
    assert worker._asked_of(cells, number) == {task.number for task in tasks_of(number)}
    bare = [cell for cell in cells if not cell.grades and "check(" not in cell.source]
    assert worker._set_of(bare, heading, nowhere) == (number, "heading")


@pytest.mark.parametrize(("number", "task", "name"), WRONG)
def test_a_wrong_answer_fails_its_own_check_and_no_other(number, task, name):
    code, its_check = wrong_answers(number)[task][name]
    names = dict(solved(number, "en"))
    exec(code, names)
    report = check(number, task, names, "en")
    assert report.failed == [f"{task}.{its_check}"]
    (failed,) = [found for found in report.findings if not found.passed]
    told = words(number, "en")["task"][str(task)][its_check]
    assert failed.hint or failed.line != told["says"], "neither a hint nor what is wrong"
    assert failed.hint in " ".join(repr(report).split())  # long lines are wrapped


@pytest.mark.parametrize("number", SETS)
def test_every_check_has_a_wrong_answer(number):
    for task in tasks_of(number):
        met = {its_check for _, its_check in wrong_answers(number)[task.number].values()}
        assert met == {one.name for one in task.checks}


# --- the form of a set ---


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_set_has_its_master_and_the_other_way_round(lang):
    assert sorted(masters(lang)) == SETS


@pytest.mark.parametrize("number", SETS)
def test_a_set_has_three_to_five_tasks(number):
    numbers = [task.number for task in tasks_of(number)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 3 <= len(numbers) <= 5


@pytest.mark.parametrize("number", SETS)
def test_every_track_is_known(number):
    assert {task.track for task in tasks_of(number)} <= set(get_args(Track))


@pytest.mark.parametrize("number", SETS)
def test_every_set_has_a_task_that_needs_no_code(number):
    assert {task.track for task in tasks_of(number)} & {"board", "explain"}


@pytest.mark.parametrize("number", SETS)
def test_what_is_pasted_and_what_is_explained_has_the_name_of_its_task(number):
    starter = run(number, "release")
    for task in tasks_of(number):
        assert (starter.get(f"board_{task.number}") == "") == (task.track == "board")
        blank = str(starter.get(f"why_{task.number}", "?")).strip()
        assert (blank == "") == (task.track == "explain")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_a_task_on_the_board_opens_the_board_of_its_product(number, lang):
    """In the next cell: who writes no code has no terminal either, and no other page."""
    cells = {cell["id"]: source(cell) for cell in code_cells(book(number, lang, "release"))}
    checks = importlib.import_module(f"cjsim.course.sets.s{number}.checks")
    for task in tasks_of(number):
        opened = cells.get(f"task-{task.number}-board")
        assert (opened is not None) == (task.track == "board")
        if opened is not None:
            assert opened.endswith(f'lab("{checks.BOARD.preset}")')


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_the_rubric_of_an_explanation_knows_what_the_notebook_asks(number, lang):
    """Else copying the question would pass for an answer."""
    asked = "\n".join(source(cell) for cell in book(number, lang)["cells"])
    for task in tasks_of(number):
        said = words(number, lang)["task"][str(task.number)]
        assert ("question" in said) == ("least" in said) == (task.track == "explain")
        assert said.get("question", "") in asked
        ideas = rubric_of(number, task.number, lang)
        assert bool(ideas) == (task.track == "explain")
        assert all(idea.says and idea.stems for idea in ideas.values())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_every_check_has_its_words_and_no_word_is_left_over(number, lang):
    said = words(number, lang)["task"]
    assert set(said) == {str(task.number) for task in tasks_of(number)}
    for task in tasks_of(number):
        mine = said[str(task.number)]
        more = {"question", "least"} if task.track == "explain" else set()
        assert mine.keys() == {"title", *more, *(one.name for one in task.checks)}
        assert all(mine[one.name].keys() >= {"says", "hint"} for one in task.checks)


@pytest.mark.parametrize("number", SETS)
def test_both_languages_have_the_same_keys_in_their_words(number):
    def keys(table):
        return {
            key: keys(value) if isinstance(value, dict) else ""
            for key, value in table.items()
            if key != "against"  # what denies an idea is a matter of the language
        }

    assert keys(words(number, "en")) == keys(words(number, "ru"))


@pytest.mark.parametrize("number", SETS)
def test_the_masters_are_twins_but_for_comments_and_the_language(number):
    one, other = (book(number, lang)["cells"] for lang in LANGUAGES)
    assert masters("en")[number] == masters("ru")[number]
    assert [(cell["id"], cell["cell_type"], cell["metadata"]) for cell in one] == [
        (cell["id"], cell["cell_type"], cell["metadata"]) for cell in other
    ]
    for mine, theirs in zip(one, other, strict=True):
        if mine["cell_type"] == "code":
            russian = source(theirs).replace('cjsim.speak("ru")', 'cjsim.speak("en")')
            both = [without_comments(untold(code)) for code in (source(mine), russian)]
            assert both[0] == both[1], mine["id"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_a_check_cell_is_worth_the_points_of_its_task(number, lang):
    found = {marks(cell)["grade_id"]: marks(cell)["points"] for cell in
             code_cells(book(number, lang)) if marks(cell).get("grade")}  # fmt: skip
    assert found == {f"set-{number}-task-{task.number}": task.most for task in tasks_of(number)}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", SETS)
def test_a_solution_is_explained_and_the_student_does_not_see_it(number, lang):
    shown = "\n".join(source(cell) for cell in book(number, lang, "release")["cells"])
    assert "SOLUTION" not in shown
    for cell in code_cells(book(number, lang)):
        if marks(cell).get("solution"):
            hidden = source(cell).split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
            explained = [line for line in hidden.splitlines() if line.strip().startswith("#")]
            assert explained, cell["id"]
            assert not any(line.strip() in shown for line in explained)


# --- nbgrader ---


@nbgrader
@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_students_get_is_what_nbgrader_makes_of_the_masters(lang):
    made = build_exercises.built(EXERCISES / lang)
    release = EXERCISES / lang / "release"
    stored = {path.relative_to(release).as_posix(): path.read_text(encoding="utf-8")
              for path in sorted(release.rglob("*.ipynb"))}  # fmt: skip
    assert made == stored


def whole_way():
    """The set that goes the whole way through nbgrader: one with a task of each track.

    A round trip is a kernel for each notebook, so it is made once. All other sets reach nbgrader
    and the grader by the same two doors: the last lines of check cells, and `look`; see above.
    """
    tracks = set(get_args(Track))
    return next(n for n in SETS if {task.track for task in tasks_of(n)} == tracks)


def half_right(number):
    """A student's notebook: for each task the first wrong answer, none for the last in code."""
    wrong = {task: next(iter(answers.values()))[0]
             for task, answers in wrong_answers(number).items()}  # fmt: skip
    wrong.pop(max(task.number for task in tasks_of(number) if task.track == "code"))
    return answered(book(number, "en", "release"), wrong)


@nbgrader
@pytest.mark.slow
def test_nbgrader_and_the_grader_give_the_same_points(tmp_path):
    """Of a solution, and of answers that are wrong, half right and not there."""
    from nbgrader.api import Gradebook

    number = whole_way()
    name = masters("en")[number]
    answers = {task.number: answer_of(book(number), task.number) for task in tasks_of(number)}
    handed_in = {
        "solved": answered(book(number, "en", "release"), answers), "half": half_right(number)
    }  # fmt: skip
    saved(book(number), tmp_path / "source" / name / "tasks.ipynb")
    config = (EXERCISES / "en" / "nbgrader_config.py").read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").write_text(config, encoding="utf-8")
    paths = {who: saved(notebook, tmp_path / "submitted" / who / name / "tasks.ipynb")
             for who, notebook in handed_in.items()}  # fmt: skip
    grader = build_exercises.nbgrader_api(tmp_path)
    with build_exercises.on_path():
        assert grader.generate_assignment(name)["success"]
        for who in handed_in:
            answer = grader.autograde(name, who)
            assert answer["success"], answer
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        theirs = {who: gradebook.find_submission(name, who).score for who in handed_in}
    ours = {who: grade_one(Submission(who, path)).total for who, path in paths.items()}
    assert theirs == pytest.approx(ours)
    most = sum(task.most for task in tasks_of(number))
    assert ours["solved"] == most
    assert 0 < ours["half"] < most
