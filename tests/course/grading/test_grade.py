"""The grader: every notebook gets its verdict, and nobody's is another's affair."""

import csv
import re
import threading

import pytest

from cjsim.cli import main
from cjsim.course.grading import grade as grading
from cjsim.course.grading.grade import Grade, Submission, grade_one, submissions, summary, write
from tests.course.exercise_books import book, saved, with_cell, without_tasks

ENDED, WROTE = "ended Python itself in cell 2", "wrote outside its folder in cell 2, refused: "
PROGRAM, CHANGED = "started another program in cell 2, refused: ", "changed the kit: "

REFUSED = re.compile("refused|asked Python to end|needed more than")
HOSTILE = {
    "endless": ("while True: pass", "stopped after 20 s in cell 2"),
    "leaves": ("import os; os._exit(0)", ENDED),
    "exits": ("raise SystemExit", "asked Python to end in cell 2"),
    "kills_the_grader": (
        "import os, signal; os.kill(os.getppid(), signal.SIGTERM)",
        "sent a signal to another process in cell 2, refused",
    ),
    "hides_writing": ("try:\n    open(OUTSIDE / 'made', 'w')\nexcept OSError: pass", WROTE),
    "writes_by_folder": (
        "import os\nat = os.open(OUTSIDE, os.O_RDONLY)\n"
        "os.open('made', os.O_CREAT | os.O_WRONLY, dir_fd=at)",
        WROTE,
    ),
    "removes": ("import os; os.remove(OUTSIDE / 'dear')", WROTE),
    "fork_bomb": ("import os\nwhile True: os.fork()", PROGRAM),
    "programs": ("import subprocess; subprocess.run(['touch', OUTSIDE / 'made'])", PROGRAM),
    "shell": ("!touch made", PROGRAM + "touch made"),
    "replaces_a_check": (
        "import cjsim.course.sets.s01.checks as s; s._gain = lambda work: True",
        CHANGED + "cjsim.course.sets.s01.checks._gain",
    ),
    "rewrites_a_check": (
        "import cjsim.course.sets.s01.checks as s; s._gain.__code__ = (lambda work: True).__code__",
        CHANGED + "cjsim.course.sets.s01.checks._gain.__code__",
    ),
    "replaces_the_kit": ("import cjsim; cjsim.compare = print", CHANGED + "cjsim.compare"),
    "asks_for_much": ("big = bytearray(10**12)", "needed more than 2 GB in cell 2"),
}
HONEST = {
    "magics_and_own_files": (
        "%matplotlib inline\n%time x = 1\nopen('mine.txt', 'w').write('x')\n"
        "import tempfile\ntempfile.NamedTemporaryFile().close()",
        "ok",
    ),
    "one_error": ("1 / 0", "an error in cell 2: ZeroDivisionError"),
}
ODD = {
    "no_json": ("{ this is", "cannot be read as a notebook (NotJSONError)"),
    "empty": ("", "empty: no code cells"),
    "not_a_notebook": ("[1, 2]", "cannot be read as a notebook (AttributeError)"),
    "another": ('{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], '
                '"execution_count": null, "source": "x = 1"}], "metadata": {}, "nbformat": 4, '
                '"nbformat_minor": 5}', "no tasks found"),
}  # fmt: skip


@pytest.mark.slow
def test_every_notebook_gets_its_verdict_and_harms_nobody(tmp_path):
    """A class: one solved it, one has not begun, some are broken, some hostile. Graded together."""
    outside, handed_in = tmp_path / "outside", tmp_path / "submissions"
    outside.mkdir()
    (outside / "dear").write_text("dear", encoding="utf-8")
    saved(book("01"), handed_in / "solved.ipynb")
    saved(book("01", "ru", "release"), handed_in / "starter.ipynb")
    short = without_tasks(book("01"), 1, 4)  # what is left is quick: 8 points
    where = f"from pathlib import Path; OUTSIDE = Path({str(outside)!r})\n"
    for name, (code, _) in {**HOSTILE, **HONEST}.items():
        text = code if code[0] in "%!" else where + code
        saved(with_cell(short, text), handed_in / f"{name}.ipynb")
    for name, (text, _) in ODD.items():
        (handed_in / f"{name}.ipynb").write_text(text, encoding="utf-8")
    out = tmp_path / "grades.csv"

    found, complete = grading.grade(handed_in, out, seconds=20, workers=2)

    assert complete
    grades = {one.student: one for one in found}
    expected = {name: says for name, (_, says) in {**HOSTILE, **HONEST, **ODD}.items()}
    said = {name: grades[name].says("en") for name in expected}
    assert {
        name: words for name, words in said.items() if not words.startswith(expected[name])
    } == {}
    assert [path.name for path in outside.iterdir()] == ["dear"]
    whole = {"solved", *HONEST}  # refused, recorded, and all the rest is there
    whole |= {name for name in HOSTILE if REFUSED.search(said[name])}
    assert {name for name, one in grades.items() if one.total} == whole
    assert {grades[name].total for name in whole - {"solved"}} == {8.0}
    assert grades["solved"].verdict == grades["starter"].verdict == "ok"
    assert len(grades["starter"].failed) == 14
    rows = read(out)
    assert rows.keys() == grades.keys()
    head = ["student", "set", "verdict", "points", "most", "task_1", "task_2", "task_3", "task_4"]
    assert list(rows["solved"]) == [*head, "hints"]
    assert rows["solved"]["points"] == rows["solved"]["most"] == "16"
    assert rows["starter"]["hints"].startswith("1.contacts 1.gain")


def read(out):
    """The file, by student."""
    with out.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


# --- without running anything ---


def test_both_layouts_are_found(tmp_path):
    for name in ("b.ipynb", "submitted/a/01_pull_or_push/tasks.ipynb"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    assert [one.student for one in submissions(tmp_path)] == ["b"]
    (found,) = submissions(tmp_path / "submitted")
    assert (found.student, found.beside) == ("a", True)


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

    def fake(one, seconds, memory, stop):
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

    monkeypatch.setattr(grading, "grade_one", fake)
    monkeypatch.setattr(grading, "_finished_jobs", interrupted)
    out = tmp_path / "g.csv"
    assert main.main(["grade", str(tmp_path), "--out", str(out), "--workers", "2"]) == 130
    assert "holds the 1 of 3 submissions" in capsys.readouterr().err
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_the_file_is_whole_or_not_there(tmp_path, monkeypatch):
    out = tmp_path / "g.csv"
    out.write_text("before", encoding="utf-8")
    monkeypatch.setattr(Grade, "says", lambda self, lang: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write([Grade("a", "01")], out)
    assert out.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [out]


def test_a_name_is_no_formula_for_a_spreadsheet(tmp_path):
    write([Grade("=1+1", "01")], tmp_path / "g.csv")
    assert "\n'=1+1," in (tmp_path / "g.csv").read_text(encoding="utf-8-sig")


def test_the_summary_counts_hints_and_names_who_has_to_be_looked_at():
    grades = [
        Grade("a", "01", failed=("2.people", "1.gain")),
        Grade("b", "01", failed=("2.people",)),
        Grade("c", "01", "ended", {"cell": "3"}),
    ]
    said = summary(grades, "en")
    assert said.index("2 of 3  2. people are counted, not deals") < said.index(
        "1 of 3  1. the gain"
    )
    assert "    c: ended Python itself in cell 3" in said
    assert "2 из 3  2. посчитаны люди, а не сделки" in summary(grades, "ru")


@pytest.mark.slow
def test_a_submission_that_is_no_longer_wanted_is_ended(tmp_path):
    stop = threading.Event()
    stop.set()
    path = saved(book("01"), tmp_path / "a.ipynb")
    assert grade_one(Submission("a", path), stop=stop).total == 0
