"""`check`: at once, in the student's language, one line per check, never a traceback."""

import subprocess
import sys

import pytest

import cjsim
from cjsim.course import check as public_check
from cjsim.course.checks import Check, Mark, Task, check, sets, tasks_of
from cjsim.course.checks.form import WIDTH, Work, WorkError
from cjsim.course.checks.look import look
from tests.course.exercise_books import book, names_after


@pytest.fixture
def work():
    """What a student might leave: some of it odd."""

    def fails(*given):
        print("noise")
        raise KeyError("x")

    values = {"half": 0.5, "yes": True, "word": "two", "inf": float("inf"), "table": {1: 2}}
    functions = {"fails": fails, "silent": lambda: None, "short": lambda: [1, 2]}
    return Work({**values, **functions, "nothing": None, "dots": ...}, "en")


def line_of(action):
    with pytest.raises(WorkError) as caught:
        action()
    return str(caught.value)


def test_a_name_that_is_not_there_is_said(work):
    for name in ("other", "nothing", "dots"):
        assert line_of(lambda name=name: work.get(name)) == f"`{name}` is not there yet"


def test_a_value_of_the_wrong_kind_is_said(work):
    assert line_of(lambda: work.number("word")) == "`word` should be a number, it is of type str"
    assert "of type bool" in line_of(lambda: work.number("yes"))
    assert "finite" in line_of(lambda: work.number("inf"))
    assert line_of(lambda: work.choice("half", ["a", "b"])) == '`half` should be one of "a", "b"'
    assert "dictionary" in line_of(lambda: work.table("table"))
    assert "should be a function" in line_of(lambda: work.call("half"))
    assert work.number("half") == 0.5


def test_an_error_in_a_students_function_is_one_line(work, capsys):
    assert line_of(lambda: work.call("fails", 1)) == "`fails` stops with KeyError: 'x'"
    assert capsys.readouterr() == ("", "")


def test_a_function_that_gives_nothing_or_too_little_is_said(work):
    assert "return" in line_of(lambda: work.call("silent"))
    assert (
        line_of(lambda: work.counts("short", length=3)) == "`short` gives 2 numbers, 3 are wanted"
    )


def test_an_object_that_lies_about_itself_is_a_failed_check_and_no_more():
    class Liar(str):
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 1

        def __str__(self):
            raise RuntimeError

    report = check("01", 1, {"times_more_contacts": Liar(), "gain": Liar(), "why_1": Liar()}, "en")
    assert report.points == 0


def test_points_are_given_in_part():
    checks = (Check("contacts", lambda work: Mark(0.5), 3.0), Check("gain", lambda work: True))
    task = Task(1, checks, "code")
    report = look("01", [task], {}, "en")
    assert report.points == 2.5
    assert report.most == 4.0
    assert report.failed == ["1.contacts"]


def test_a_check_that_fails_shows_its_hint_and_one_that_passes_does_not():
    checks = (Check("contacts", lambda work: False), Check("gain", lambda work: True))
    task = Task(1, checks, "code")
    lines = repr(look("01", [task], {}, "en")).splitlines()
    first, bad, hint, *more_of_it, good, points = lines
    assert first == "1. Turn one dial and say why [code]"
    assert bad.startswith("  ✗ how many times")
    assert hint.startswith("      hint: ")
    assert all(line.startswith("            ") for line in more_of_it)
    assert good.startswith("  ✓ the gain")
    assert points == "Points: 1 of 2"
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize(
    ("names", "hints"), [({}, 0), ({"gain": None}, 0), ({"gain": "a"}, 0), ({"gain": -1.0}, 1)]
)
def test_a_task_that_is_not_begun_or_of_another_kind_has_no_hint(names, hints):
    task = Task(1, (Check("gain", lambda work: work.number("gain") > 0),), "code")
    report = look("01", [task], names, "en")
    assert report.failed == ["1.gain"]
    assert repr(report).count("hint: ") == hints


def test_the_notebook_that_calls_is_the_one_that_is_looked_at():
    names = {"check": public_check, "gain": 1e6}
    exec("report = check('01', 1, lang='en')", names)
    assert names["report"].findings[1].hint
    assert names["report"].failed == ["1.contacts", "1.gain", "1.opted_out", "1.not_reached"]


def test_the_report_speaks_the_students_language():
    try:
        cjsim.speak("ru")
        assert "подсказка" in repr(check("01", 1, {"gain": 1e6}))
        assert "`gain` пока нет" in repr(check("01", 1, {}))
    finally:
        cjsim.speak("en")
    assert "`gain` is not there yet" in repr(check("01", 1, {}))


def test_one_task_or_all():
    assert {found.task for found in check("01", 2, {}).findings} == {2}
    assert {found.task for found in check("01", names={}).findings} == {1, 2, 3, 4, 5}
    assert len(tasks_of("01")) == 5


def test_a_set_or_a_task_that_does_not_exist_is_one_clear_message():
    with pytest.raises(ValueError, match=r"unknown exercise set: '99'.*Known: 01"):
        check("99", names={})
    with pytest.raises(ValueError, match=r"unknown task of set 01: 7\. Known: 1, 2"):
        check("01", 7, {})
    assert "01" in sets()


def test_checking_needs_no_nbgrader():
    code = ("import sys; sys.modules['nbgrader'] = None; from cjsim.course import check;"
            "assert check('01', 2, {}).points == 0")  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_score_of_a_strategy_shows_interval_and_cost():
    names = names_after(book("01"))
    (profit,) = [found for found in check("01", 4, names, "en").findings if found.check == "profit"]
    assert "[+" in profit.line
    assert ".." in profit.line
    assert "money spent" in profit.line


def test_a_strategy_between_waiting_and_the_best_gets_a_part():
    report = check("01", 4, {"my_guide": {"guide.touchpoints.discount_offer": 0}}, "en")
    (profit,) = [found for found in report.findings if found.check == "profit"]
    assert 0 < profit.points < profit.most


def test_strategies_are_scored_in_twenty_worlds_or_more():
    from cjsim.course.sets.s01 import checks

    assert checks.SCORED["runs"] >= 20
