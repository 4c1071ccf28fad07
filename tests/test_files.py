"""Files are written whole or not at all, and by one writer."""

import ast
import os
from pathlib import Path

import pytest

import cjsim
from cjsim import files, log
from cjsim.charts.picture import Picture, style
from cjsim.course.grading import grade
from cjsim.lab.trails import trail
from cjsim.report import comparison as report
from cjsim.scenario import Scenario
from tools import pages

HOME = Path(cjsim.__file__).parent
OLD = "what was there\n"


class PowerCutError(Exception):
    """The power goes, in the middle."""


@pytest.fixture(scope="module")
def phone():
    return Scenario.load("phone", strategy="guide")


@pytest.fixture(scope="module")
def compared(phone):
    return cjsim.compare({"guide": phone}, people=30, runs=1, executor="here")


def picture():
    import pandas as pd
    from matplotlib.figure import Figure

    with style():
        figure = Figure()
        figure.subplots()
    return Picture(figure, "nothing", pd.DataFrame({"x": [1.0]}), "en")


WRITERS = {
    "text": lambda path, given: files.write_text(path, "new"),
    "bytes": lambda path, given: files.write_bytes(path, b"new"),
    "table.csv": lambda path, given: log.save(picture().data, path),
    "table.parquet": lambda path, given: log.save(picture().data, path),
    "picture.svg": lambda path, given: picture().save(path),
    "picture.png": lambda path, given: picture().save(path),
    "scenario.toml": lambda path, given: given.phone.save(path),
    "grades.csv": lambda path, given: grade.write([grade.Grade("Ada", "01")], path),
    "trail.html": lambda path, given: trail({"guide": given.run}).save(path),
    "page.md": lambda path, given: pages.keep(path, "new"),
    "summary.txt": lambda path, given: report.write(given.compared, path.parent),
    "runs.csv": lambda path, given: report.write(given.compared, path.parent),
}
"""Everything that writes a file people keep: file name -> what writes it."""


class Given:
    def __init__(self, phone, compared):
        self.phone, self.compared = phone, compared
        self.run = cjsim.simulate(phone, people=20, seed=1)


@pytest.fixture(scope="module")
def given(phone, compared):
    return Given(phone, compared)


@pytest.mark.parametrize("name", WRITERS)
def test_a_crash_in_the_middle_leaves_the_old_file_and_no_draft(name, given, tmp_path, monkeypatch):
    """All is written, and the machine stops before the file takes the old one's place."""
    path = tmp_path / name
    path.write_text(OLD, encoding="utf-8")

    def crash(*args):
        raise PowerCutError

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(PowerCutError):
        WRITERS[name](path, given)
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {
        name: OLD
    }


@pytest.mark.parametrize("name", WRITERS)
def test_without_a_crash_it_is_the_new_one_that_all_may_read(name, given, tmp_path):
    path = tmp_path / name
    path.write_text(OLD, encoding="utf-8")
    usual = path.stat().st_mode
    WRITERS[name](path, given)
    assert path.read_bytes() != OLD.encode()
    assert path.stat().st_mode == usual
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_half_a_new_file_is_taken_away(tmp_path, monkeypatch):
    def crash(*args):
        raise PowerCutError

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(PowerCutError):
        files.write_new(tmp_path / "mine.toml", "half")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    path = files.write_new(tmp_path / "mine.toml", OLD)
    with pytest.raises(FileExistsError):
        files.write_new(path, "other")
    assert path.read_text(encoding="utf-8") == OLD


def test_files_made_together_come_together_or_not_at_all(tmp_path):
    kept = files.write_text(tmp_path / "kept.txt", OLD)
    with pytest.raises(PowerCutError), files.all_together(tmp_path) as draft:  # noqa: PT012
        files.write_text(draft / "kept.txt", "new")
        raise PowerCutError
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == [OLD]
    with files.all_together(tmp_path / "deeper" / "there") as draft:
        files.write_text(draft / "a.txt", "a")
        assert list((tmp_path / "deeper" / "there").glob("*.txt")) == []
    assert (tmp_path / "deeper" / "there" / "a.txt").read_text(encoding="utf-8") == "a"
    assert kept.read_text(encoding="utf-8") == OLD


def test_a_missing_folder_is_named_as_it_was_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        files.write_text(tmp_path / "nowhere" / "a.txt", "a")
    assert raised.value.filename == str(tmp_path / "nowhere" / "a.txt")


# --- one writer -----------------------------------------------------------------------------------

ALLOWED = {
    "cjsim/cli/terminal.py": 1,  # the null device, where a stream was closed
    "cjsim/course/grading/grade.py": 1,  # "may I write?"
}
"""Writing by hand, per file, with its reason."""


def writes_by_hand(path):
    """The lines of a file that write without `cjsim.files`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if isinstance(node.func, ast.Attribute) and name in ("write_text", "write_bytes"):
            yield node.lineno
        modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
        if name == "open" and any(set(ast.unparse(mode)) & set("wax+") for mode in modes):
            yield node.lineno


def test_nothing_but_the_one_writer_writes_files():
    root = HOME.parent
    found = {}
    for path in sorted([*HOME.rglob("*.py"), *(root / "tools").glob("*.py")]):
        lines = list(writes_by_hand(path))
        if lines and path != HOME / "files.py":
            found[path.relative_to(root).as_posix()] = len(lines)
    assert found == ALLOWED
