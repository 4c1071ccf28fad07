"""The grader: every notebook gets its verdict, and nobody's is another's affair."""

import csv
import io
import os
import signal
import sys
import threading

import pytest

from benchmarks.hostile import FEW, REACHES_OUT, soak
from benchmarks.hostile_notebooks import BROKEN, FOR_A_SANDBOX, HOSTILE
from cjsim.cli import main
from cjsim.course.checks import tasks_of
from cjsim.course.grading import grade as grading
from cjsim.course.grading.collect import submissions
from cjsim.course.grading.process import Limits, grade_one
from cjsim.course.grading.sandbox import Sandbox
from cjsim.course.grading.sheet import Grade
from cjsim.experiment.orphans import ENDINGS
from tests.course.exercise_books import book, saved, with_cell, without_tasks
from tests.course.grading.ways import WAYS, kept

MOST = sum(task.most for task in tasks_of("01"))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["few", pytest.param("every", marks=pytest.mark.soak)])
@pytest.mark.parametrize("way", WAYS)
def test_hostile_and_broken_notebooks_cost_the_honest_nothing(way, how):
    """Each time one of a kind, in a sandbox those that reach out; at length each seventh.

    `python -m benchmarks.hostile` takes all.
    """
    assert len(HOSTILE) + len(FOR_A_SANDBOX) + len(BROKEN) > 100
    assert set(REACHES_OUT) < set(FEW) <= {*HOSTILE, *FOR_A_SANDBOX, *BROKEN}
    few = FEW if way == "plain" else REACHES_OUT
    outcome = soak(kept(way), few=few) if how == "few" else soak(kept(way), every=7)
    assert outcome.lost == {}
    assert outcome.outside == []
    assert outcome.odd == {}


HONEST = """%matplotlib inline
%time x = 1
open('mine.txt', 'w').write(open('data.csv').read())
import tempfile, loky
tempfile.NamedTemporaryFile().close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_class_as_a_platform_exports_it(way, tmp_path, capsys, monkeypatch):
    """Folders by student, a copy, a lost check cell, no check cells, files beside."""
    box = kept(way)
    monkeypatch.setattr(grading, "sandbox", lambda: box)
    short = without_tasks(book("01"), 1, 4, 5)
    moodle = "{}_4711_assignsubmission_file/{}.ipynb"
    solved = saved(with_cell(short, HONEST), tmp_path / moodle.format("Anna Lee", "tasks"))
    (solved.parent / "data.csv").write_text("1", encoding="utf-8")
    saved(short, tmp_path / moodle.format("Boris", "02_other"))
    saved(book("01", "ru", "release"), tmp_path / moodle.format("Вера", "tasks"))
    saved(short, tmp_path / moodle.format("Вера", "tasks-Copy1"))
    bare = {**short, "cells": [cell for cell in short["cells"] if not cell["id"].endswith("check")]}
    saved(bare, tmp_path / moodle.format("Gleb", "x"))
    out = tmp_path / "g.csv"
    assert main.main(["grade", str(tmp_path), "--out", str(out), "--workers", "2"]) == 0
    missing = "ok; check cells are missing (tasks 1, 4, 5), graded all the same"
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    found = [(row["student"], row["points"], row["verdict"]) for row in rows]
    assert found == [
        ("Anna Lee", "8", missing),
        ("Boris", "8", f"{missing}; holds set 01 where its folder says 02"),
        ("Gleb", "8", "ok; check cells are missing (tasks 1, 2, 3, 4, 5), graded all the same; "
                      "taken for set 01 by its heading"),
        ("Вера", "8", f"{missing}; several notebooks for set 01, also {rows[4]['file']}"),
        ("Вера", "0", f"ok; several notebooks for set 01, also {rows[3]['file']}"),
    ]  # fmt: skip
    said = capsys.readouterr()
    assert said.err.startswith(box.says("en"))
    assert "Points can be forged" in said.err
    assert f"Set 01, 4 students, mean 8.0 of {MOST:g} points" in said.out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such name")
def test_a_file_name_that_is_no_text_is_graded_like_any_other(tmp_path):
    path = saved(without_tasks(book("01"), 1, 2, 4, 5), tmp_path / "a.ipynb")
    os.rename(path, os.path.join(os.fsencode(tmp_path), "Иванов.ipynb".encode("cp1251")))
    out = tmp_path / "g.csv"
    (graded,), complete = grading.grade(tmp_path, out, kept=Sandbox())
    assert complete
    assert graded.total == 4
    assert r"\udcc8" in out.read_text(encoding="utf-8-sig")


@pytest.mark.slow
def test_a_set_that_nothing_tells_is_the_one_that_is_asked_for(tmp_path):
    cells = [cell for cell in without_tasks(book("01"), 1, 2, 4, 5)["cells"]
             if not cell["id"].endswith("check") and cell["cell_type"] == "code"]  # fmt: skip
    saved({**book("01"), "cells": cells}, tmp_path / "a.ipynb")
    (one,) = submissions(tmp_path)
    assert grade_one(one).verdict == "no_tasks"
    graded = grade_one(one, Limits(task_set="01"))
    assert (graded.total, graded.notes[-1]) == (4.0, ("set_by_asked", {"set": "01"}))


# --- without running anything ---


def test_a_set_that_is_not_is_told_before_grading(tmp_path, capsys, monkeypatch):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(grading, "grade_one", lambda *given: pytest.fail("was graded"))
    assert main.main(["grade", str(tmp_path), "--set", "99"]) == 2
    assert "unknown exercise set: '99'" in capsys.readouterr().err


def test_a_folder_without_notebooks_is_one_clear_line(tmp_path, capsys):
    assert main.main(["grade", str(tmp_path), "--out", str(tmp_path / "g.csv")]) == 2
    assert capsys.readouterr().err.startswith(f"cjsim: no notebooks in {tmp_path}")
    assert main.main(["grade", str(tmp_path / "gone")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_refused_before_grading(tmp_path, capsys, monkeypatch):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(grading, "grade_one", lambda *given: pytest.fail("was graded"))
    for out in (tmp_path, tmp_path / "no" / "g.csv"):
        assert main.main(["grade", str(tmp_path), "--out", str(out)]) == 2
        assert "cannot be written" in capsys.readouterr().err


def test_after_an_interruption_the_file_holds_what_is_graded(tmp_path, capsys, monkeypatch):
    for name in "abc":
        (tmp_path / f"{name}.ipynb").write_text("{}", encoding="utf-8")
    stopped = threading.Event()

    def fake(one, limits, kept, stop):
        if one.student != "a":
            stopped.set()
            assert stop.wait(60)  # the others are told to end
        return Grade(one.student, "01", points={"1": 2.0}, failed=("1.gain",))

    def interrupted(jobs):
        first = next(iter(jobs))
        first.result()
        yield first
        stopped.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(grading, "sandbox", Sandbox)
    monkeypatch.setattr(grading, "grade_one", fake)
    monkeypatch.setattr(grading, "_finished_jobs", interrupted)
    out = tmp_path / "g.csv"
    assert main.main(["grade", str(tmp_path), "--out", str(out), "--workers", "2"]) == 130
    assert "holds the 1 of 3 submissions" in capsys.readouterr().err
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_what_was_explained_and_designed_gets_pages_of_its_own(tmp_path, capsys, monkeypatch):
    for name in "ab":
        (tmp_path / f"{name}.ipynb").write_text("{}", encoding="utf-8")

    def fake(one, limits, kept, stop):
        words = {"1": f"{one.student} explains"}
        return Grade(one.student, "01", words=words, gained={"5": (1.0, 2.0, 3.0)})

    monkeypatch.setattr(grading, "sandbox", Sandbox)
    monkeypatch.setattr(grading, "grade_one", fake)
    out, board = tmp_path / "g.csv", tmp_path / "board.html"
    asked = ["grade", str(tmp_path), "--out", str(out), "--board", str(board), "--lang", "ru"]
    assert main.main(asked) == 0
    told = capsys.readouterr().err
    assert "g_words.html" in told
    assert "board.html" in told
    assert "b explains" in (tmp_path / "g_words.html").read_text(encoding="utf-8")
    assert "Кто выигрывает больше" in board.read_text(encoding="utf-8")


def test_a_leaderboard_that_cannot_be_written_is_told_before_grading(tmp_path, capsys):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")
    out = ["--out", str(tmp_path / "g.csv"), "--board", str(tmp_path)]
    assert main.main(["grade", str(tmp_path), *out]) == 2
    assert "--board" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGINT", *ENDINGS])
def test_a_signal_ends_the_grading_and_what_is_graded_is_kept(name, tmp_path, monkeypatch):
    if not hasattr(signal, name):
        return  # Windows has no such signal
    for student in "ab":
        (tmp_path / f"{student}.ipynb").write_text("{}", encoding="utf-8")
    told = []

    def fake(one, limits, kept, stop):
        if one.student == "b":
            os.kill(os.getpid(), getattr(signal, name))
            assert stop.wait(60)  # it is told to end
            told.append(one.student)
        return Grade(one.student)

    before = [signal.getsignal(getattr(signal, ending)) for ending in ENDINGS]
    monkeypatch.setattr(grading, "grade_one", fake)
    grades, complete = grading.grade(tmp_path, tmp_path / "g.csv", workers=1, kept=Sandbox())
    assert (complete, told) == (False, ["b"])
    assert [one.student for one in grades] in (["a"], [])  # it may be heard before "a" is written
    assert before == [signal.getsignal(getattr(signal, ending)) for ending in ENDINGS]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
def test_under_nohup_the_end_of_the_terminal_ends_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")

    def fake(one, *given):
        os.kill(os.getpid(), signal.SIGHUP)
        return Grade(one.student)

    monkeypatch.setattr(grading, "grade_one", fake)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert grading.grade(tmp_path, tmp_path / "g.csv", kept=Sandbox())[1]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_table_that_cannot_be_written_for_a_while_ends_nothing(tmp_path, monkeypatch):
    for student in "abc":
        (tmp_path / f"{student}.ipynb").write_text("{}", encoding="utf-8")
    calls = []

    def write(grades, out, lang):
        calls.append(len(grades))
        if len(calls) < 3:
            raise PermissionError("a spreadsheet holds it")

    monkeypatch.setattr(grading, "write", write)
    monkeypatch.setattr(grading, "grade_one", lambda one, *given: Grade(one.student))
    _, complete = grading.grade(tmp_path, tmp_path / "g.csv", kept=Sandbox())
    assert complete
    assert calls == [1, 2, 3, 3]


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(5, "gone"), ValueError("closed"),
                                   UnicodeEncodeError("cp866", "±", 0, 1, "no")])  # fmt: skip
def test_a_screen_that_is_gone_ends_nothing(error, tmp_path, monkeypatch):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")

    def say(line):
        raise error

    monkeypatch.setattr(grading, "grade_one", lambda one, *given: Grade(one.student))
    assert grading.grade(tmp_path, tmp_path / "g.csv", say=say, kept=Sandbox())[1]
