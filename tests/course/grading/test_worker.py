"""Inside a notebook's process: what is read of its file, and which set it is."""

import json
import subprocess
import sys

import pytest

from benchmarks.hostile_notebooks import BROKEN, file_of, plain_cell
from cjsim.course.grading import worker
from cjsim.course.grading.worker import Cell, _asked_of, _class, _read, _set_of, _UnusableError
from tests.course.exercise_books import book, saved, with_cell


def cell_of(source="", grade_id=""):
    return Cell(source, grade_id, False)


MARKED, CALLS = cell_of(grade_id="set-01-task-2"), cell_of('check("02", 1)')
SETS = {
    "a mark": ([MARKED], "", "", "", ("01", "cells")),
    "a call": ([CALLS], "", "", "", ("02", "cells")),
    "a call with names": ([cell_of("x = check( '04' , task = 1)")], "", "", "", ("04", "cells")),
    "the mark before the call": ([CALLS, MARKED], "", "", "", ("01", "cells")),
    "a set that is not before one that is": (
        [cell_of('check("77"); check("04")')],
        "",
        "",
        "",
        ("04", "cells"),
    ),
    "the cells before the heading": ([MARKED], "# Exercises 2: x", "03", "04", ("01", "cells")),
    "the heading": ([cell_of("x")], "# Exercises 2: from AIDA", "03", "04", ("02", "heading")),
    "a Russian one": ([cell_of("x")], "# Упражнения 4: проводник", "", "", ("04", "heading")),
    "its first line alone": ([cell_of("x")], "# Mine\n\n# 2", "", "01", ("01", "asked")),
    "another number in it": ([cell_of("x")], "# Exercises 2024", "04", "", ("04", "folder")),
    "the folder": ([cell_of("x")], "Hello 2", "04", "01", ("04", "folder")),
    "the teacher": ([cell_of("x")], "", "", "01", ("01", "asked")),
    "a word that ends so": ([cell_of('recheck("01")')], "", "", "02", ("02", "asked")),
}


@pytest.mark.parametrize(("cells", "heading", "folder", "asked", "found"), SETS.values(), ids=SETS)
def test_the_set_is_told_by_the_nearest_that_tells_it(cells, heading, folder, asked, found):
    assert _set_of(cells, heading, {"folder_set": folder, "asked_set": asked}) == found


@pytest.mark.parametrize(
    ("cells", "heading", "folder"),
    [
        ([cell_of(grade_id="set-L-task-2")], "", ""), ([cell_of('check("L", 1)')], "", ""),
        ([], "# Exercises L: a person as a process", ""), ([], "# A set by I: L", ""),
        ([], "", "L"),
    ],
)  # fmt: skip
def test_the_engine_room_is_a_set_like_any_other(monkeypatch, cells, heading, folder):
    monkeypatch.setattr(sys.modules["cjsim.course.checks.look"], "sets", lambda: ["01", "L"])
    found = _set_of(cells, heading, {"folder_set": folder, "asked_set": ""})
    assert found[0] == "L"


@pytest.mark.parametrize("heading", ["", "# Exercises", "# Exercises 77", "no heading 1", "#1x"])
def test_a_set_that_nothing_tells_is_none(heading):
    with pytest.raises(_UnusableError) as raised:
        _set_of([cell_of("x")], heading, {"folder_set": "", "asked_set": ""})
    assert raised.value.args[0] == "no_tasks"


@pytest.mark.parametrize(("cells", "tasks"), [
    ([], set()), ([MARKED], {2}), ([CALLS], set()), ([cell_of('check("01")')], {0}),
    ([cell_of('check("01", 3)'), MARKED], {2, 3}), ([cell_of('check("01", task=4)')], {4}),
    ([cell_of("check('01',2); check('01', 1)")], {1, 2}),
    ([cell_of(grade_id="set-02-task-1")], set()),
    ([cell_of(grade_id="set-01-task-1-b")], set()), ([cell_of('check("01", number)')], {0}),
])  # fmt: skip
def test_the_tasks_whose_checks_are_there(cells, tasks):
    assert _asked_of(cells, "01") == tasks


def set_of(path):
    cells, heading = _read(path)
    return _set_of(cells, heading, {"folder_set": "", "asked_set": ""})


@pytest.mark.parametrize("name", sorted(set(BROKEN) - {"grows in memory", "too large"}))
def test_a_broken_file_is_named_and_no_error(name, tmp_path):
    (tmp_path / "a.ipynb").write_bytes(BROKEN[name])
    with pytest.raises(_UnusableError) as raised:
        set_of(tmp_path / "a.ipynb")
    assert raised.value.args[0] in ("empty", "unreadable", "no_tasks", "memory")


@pytest.mark.parametrize("name", ["nothing", "spaces", "blank cells", "words alone", "no cells"])
def test_a_notebook_without_code_is_empty_or_unreadable(name, tmp_path):
    (tmp_path / "a.ipynb").write_bytes(BROKEN[name])
    with pytest.raises(_UnusableError) as raised:
        _read(tmp_path / "a.ipynb")
    assert raised.value.args[0] == ("unreadable" if name == "no cells" else "empty")


ASKS = "check('01', 1)"
GARBLED = {
    "as it is": file_of(plain_cell(ASKS)),
    "lines": file_of(plain_cell(["check(", "'01', 1)"])),
    "marks that are words": file_of(plain_cell(ASKS, metadata={"nbgrader": "yes"})),
    "marks that are a list": file_of(plain_cell(ASKS, metadata={"nbgrader": [1]})),
    "a mark that is a list": file_of(plain_cell(ASKS, metadata={"nbgrader": {"grade_id": [1]}})),
    "a minor version to come": file_of(plain_cell(ASKS), nbformat_minor=99),
    "two of one id": file_of(plain_cell(ASKS), plain_cell("x = 1")),
    "no id": file_of({**plain_cell(ASKS), "id": None}),
    "a byte order mark": b"\xef\xbb\xbf" + file_of(plain_cell(ASKS)),
    "lines of Windows": json.dumps(json.loads(file_of(plain_cell(ASKS))), indent=1)
    .replace("\n", "\r\n")
    .encode(),
}


@pytest.mark.parametrize("content", GARBLED.values(), ids=GARBLED)
@pytest.mark.filterwarnings("ignore")  # nbformat's, on what is missing
def test_what_a_program_has_garbled_is_still_graded(content, tmp_path):
    (tmp_path / "a.ipynb").write_bytes(content)
    assert set_of(tmp_path / "a.ipynb") == ("01", "cells")


def test_a_class_that_will_not_tell_its_name_is_named():
    class Hiding(type):
        __name__ = property(lambda self: 1 / 0)

    class OddError(Exception, metaclass=Hiding):
        pass

    assert _class(OddError()) == "OddError"
    assert _class(type("x" * 500, (Exception,), {})()) == "x" * worker.LONGEST_NAME


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="resource limits of posix")
def test_a_process_ends_with_the_grader_however_that_ended(tmp_path):
    """The grader's end of the line closes; a notebook that sleeps for ever is gone."""
    path = saved(
        with_cell(book("01"), "import time\nwhile True: time.sleep(9)"), tmp_path / "a.ipynb"
    )
    job = {"word": "w", "notebook": str(path), "folder": str(tmp_path), "seconds": 600, "memory": 2,
           "tasks": 9999, "folder_set": "", "asked_set": ""}  # fmt: skip
    command = [sys.executable, "-m", "cjsim.course.grading.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        while json.loads(process.stdout.readline()).get("cell") != 2:
            pass
        process.stdin.close()
        assert process.wait() == 0
