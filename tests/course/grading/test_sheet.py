"""What the teacher gets: rows, notes and a summary that nobody's name can upset."""

import csv

import pytest

from cjsim.course.checks import tasks_of
from cjsim.course.grading import sheet
from cjsim.course.grading.sheet import Grade, best_of_each, summary, with_twins, write
from cjsim.labels import LANGUAGES, all_keys


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


MOST = sum(task.most for task in tasks_of("01"))
FORMULAS = (
    "=1+1", "+1+1", "-1-1", "@SUM(1)", " =1+1", "\t=1", "\r=1", "\n=1", "  -2-1", "=HYPERLINK(1)",
)  # fmt: skip
"""A plain number is none: see `files.no_formula`."""


@pytest.mark.parametrize("word", FORMULAS)
def test_no_cell_is_a_formula_for_a_spreadsheet(word, tmp_path):
    graded = Grade(word, "01", "error", {"cell": "1", "what": word}, failed=(word,), file=word)
    write([graded], tmp_path / "g.csv")
    head, row = rows(tmp_path / "g.csv")
    for name, cell in zip(head, row, strict=True):
        number = name in ("points", "most") or name.startswith("task_")
        assert number or not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_the_file_is_whole_or_not_there(tmp_path, monkeypatch):
    out = tmp_path / "g.csv"
    out.write_text("before", encoding="utf-8")
    monkeypatch.setattr(Grade, "says", lambda self, lang: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write([Grade("a", "01")], out)
    assert out.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_verdict_and_note_can_be_said(lang):
    facts = {"cell": "3", "what": "{braces}", "memory": 2.0, "seconds": 60.0, "set": "01",
             "tasks": "1, 2", "folder_set": "02", "files": "b.ipynb"}  # fmt: skip
    keys = [key.split(".", 2)[1:] for key in all_keys(lang) if key.startswith("grade.")]
    verdicts = [name for kind, *name in keys if kind == "verdict"]
    notes = [name for kind, *name in keys if kind == "note"]
    assert len(verdicts) > 15
    assert len(notes) > 5
    for (verdict,) in verdicts:
        said = Grade("a", "01", verdict, facts, notes=tuple((n, facts) for (n,) in notes)).says(
            lang
        )
        assert said.count("; ") >= len(notes)
        assert "{where}" not in said


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


def grade_of(student, task_set, points, file, **more):
    return Grade(student, task_set, points={"1": points}, file=file, **more)


TWINS = {
    "one of each": ([("a", "01", 1, "a.ipynb"), ("b", "01", 1, "b.ipynb")], [0, 0], 2),
    "two sets": ([("a", "01", 1, "a/1.ipynb"), ("a", "02", 1, "a/2.ipynb")], [0, 0], 2),
    "a copy": ([("a", "01", 1, "a.ipynb"), ("a", "01", 3, "a-Copy1.ipynb")], [1, 1], 1),
    "three": ([("a", "01", n, f"a/{n}.ipynb") for n in range(3)], [1, 1, 1], 1),
    "two layouts": ([("a", "01", 1, "a.ipynb"), ("a", "01", 1, "a/01_x/tasks.ipynb")], [1, 1], 1),
    "one cannot be read": ([("a", "01", 1, "a.ipynb"), ("a", "", 0, "a/b.ipynb")], [0, 0], 1),
    "nothing can be read": ([("a", "", 0, "a/1.ipynb"), ("a", "", 0, "a/2.ipynb")], [0, 0], 0),
    "other letters": ([("a", "01", 1, "a.ipynb"), ("A", "01", 1, "A/x.ipynb")], [0, 0], 2),
    "two students twice": (
        [(s, "01", 1, f"{s}/{n}.ipynb") for s in "ab" for n in "12"],
        [1] * 4,
        2,
    ),
    "twice in two sets": (
        [("a", f"0{n}", 1, f"a/{n}{m}") for n in (1, 2) for m in "xy"],
        [1] * 4,
        2,
    ),
    "nobody": ([], [], 0),
}


@pytest.mark.parametrize(("given", "noted", "students"), TWINS.values(), ids=TWINS)
def test_several_notebooks_of_a_student_are_told_and_count_once(given, noted, students):
    grades = with_twins([grade_of(*one) for one in given])
    assert [len(graded.notes) for graded in grades] == noted
    assert len(best_of_each(grades)) == students
    for graded in grades:
        for name, facts in graded.notes:
            assert name == "several"
            assert graded.file not in facts["files"].split(", ")


def test_the_best_of_several_is_in_the_mean():
    grades = with_twins([grade_of("a", "01", n, f"a/{n}.ipynb") for n in (1.0, 3.0, 2.0)])
    assert f"Set 01, 1 students, mean 3.0 of {MOST:g} points" in summary(grades)
    assert "a (a/3.0.ipynb): ok; several notebooks for set 01, also a/1.0.ipynb" in summary(grades)


def test_a_row_names_the_file(tmp_path):
    write([grade_of("a", "01", 1.0, "a/x.ipynb")], tmp_path / "g.csv")
    head, row = rows(tmp_path / "g.csv")
    assert head == ["student", "file", "set", "verdict", "points", "most", "task_1", "hints"]
    assert row[:5] == ["a", "a/x.ipynb", "01", "ok", "1"]
    assert sheet.progress(grade_of("a", "01", 1.0, "a/x.ipynb"), 1, 2, "en") == (
        f"1 of 2: a (a/x.ipynb), set 01: 1 of {MOST:g}, ok"
    )
