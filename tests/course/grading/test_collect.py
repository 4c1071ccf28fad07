"""Who handed in what, in the layouts of teachers, platforms and programs."""

import os
import sys

import pytest

from cjsim.course.grading.collect import printable, submissions

LAYOUTS = {
    "a file": ("anna.ipynb", "anna", ""),
    "large letters": ("BORIS.IPYNB", "BORIS", ""),
    "a copy by JupyterLab": ("anna-Copy1.ipynb", "anna", ""),
    "a copy by a browser": ("anna (2).ipynb", "anna", ""),
    "a folder each": ("anna/tasks.ipynb", "anna", ""),
    "a folder each, Moodle": ("Anna Lee_4711_assignsubmission_file/tasks.ipynb", "Anna Lee", ""),
    "older Moodle": ("Anna Lee_4711_assignsubmission_file_/tasks.ipynb", "Anna Lee", ""),
    "Moodle without folders": ("Anna_4711_assignsubmission_file_tasks.ipynb", "Anna", ""),
    "Moodle in Russian": ("Анна Ли_12_assignsubmission_file/Задание.ipynb", "Анна Ли", ""),
    "nbgrader": ("anna/01_pull_or_push/tasks.ipynb", "anna", "01"),
    "a set's name on the file": ("anna/02_aida_to_twelve.ipynb", "anna", "02"),
    "an archive unpacked": ("anna_7_assignsubmission_file/home/04_x/tasks.ipynb", "anna", "04"),
    "a set that is not": ("anna/77_more/tasks.ipynb", "anna", ""),
    "a number on the list is no set": ("01_anna.ipynb", "01_anna", ""),
    "an underscore in a name": ("lee_anna_2.ipynb", "lee_anna_2", ""),
}
"""A path, the student, the set that the folder tells."""
LEFT_OUT = (
    ".ipynb_checkpoints/anna.ipynb", "anna/.ipynb_checkpoints/tasks.ipynb", "._anna.ipynb",
    "__MACOSX/anna.ipynb", "anna/__MACOSX/x/tasks.ipynb", ".anna.ipynb", "anna.txt", "anna.ipynb~",
    "anna/tasks.ipynb.bak", "notes/ipynb",
)  # fmt: skip


def laid(folder, *paths):
    for name in paths:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("path", "student", "number"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_notebook_is_found_with_its_student_and_set(path, student, number, tmp_path):
    (found,) = submissions(laid(tmp_path, path))
    assert (found.student, found.file, found.folder_set) == (student, path, number)
    assert found.beside == ("/" in path)


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_programs_leave_behind_is_no_submission(path, tmp_path):
    found = submissions(laid(tmp_path, path, "mine.ipynb"))
    assert [one.file for one in found] == ["mine.ipynb"]


def test_all_layouts_may_lie_side_by_side(tmp_path):
    paths = {path for path, _, _ in LAYOUTS.values()}
    assert {one.file for one in submissions(laid(tmp_path, *paths))} == paths


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_links_are_told_and_not_followed(tmp_path):
    laid(tmp_path, "anna/tasks.ipynb", "boris/tasks.ipynb")
    (tmp_path / "copied.ipynb").symlink_to(tmp_path / "anna" / "tasks.ipynb")
    (tmp_path / "whole").symlink_to(tmp_path / "anna")
    (tmp_path / "boris" / "deep").symlink_to(tmp_path / "anna")
    (tmp_path / "anna" / "round").symlink_to(tmp_path)
    assert {one.file: one.is_link for one in submissions(tmp_path)} == {
        "anna/tasks.ipynb": False, "boris/tasks.ipynb": False, "copied.ipynb": True,
        "whole/tasks.ipynb": True,
    }  # fmt: skip


def test_a_folder_that_goes_on_for_ever_is_left_at_some_depth(tmp_path):
    deep = "/".join("d" * 40)
    laid(tmp_path, f"anna/{deep}/tasks.ipynb", "boris.ipynb")
    assert [one.student for one in submissions(tmp_path)] == ["boris"]


NAMES = {
    "Иванов": "Иванов",
    "a\tb": r"a\tb",
    "a\nb": r"a\nb",
    "a\rb": r"a\rb",
    "\x1b[2Jgone": r"\x1b[2Jgone",
    "\x07": r"\x07",
    "nul\0": r"nul\x00",
    "\x9b31m": r"\x9b31m",  # the one-byte form of an escape
    "\u202eevil": r"\u202eevil",  # turns the line round
    "\udcc8\udce2": r"\udcc8\udce2",  # bytes of Windows-1251
    "zero\u200bwidth": r"zero\u200bwidth",
    "line\u2028end": r"line\u2028end",
    "и\u0306": "й",  # as macOS writes it
    "a" * 900: "a" * 200,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_shown_anywhere(name):
    assert printable(name) == NAMES[name]
    printable(name).encode("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such name")
def test_a_name_that_is_no_text_is_a_student_like_any_other(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), "Иванов.ipynb".encode("cp1251"))
    with open(path, "w", encoding="utf-8") as file:
        file.write("{}")
    (found,) = submissions(tmp_path)
    assert found.student == r"\udcc8\udce2\udce0\udced\udcee\udce2"
    assert found.path.read_text(encoding="utf-8") == "{}"


def test_a_folder_of_the_engine_room_tells_its_set(tmp_path, monkeypatch):
    monkeypatch.setattr("cjsim.course.grading.collect.sets", lambda: ["01", "L"])
    for folder in ("L_engine_room", "01_pull_or_push", "Lena"):
        path = tmp_path / "ada" / folder / "tasks.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("{}", encoding="utf-8")
    assert [one.folder_set for one in submissions(tmp_path)] == ["01", "L", ""]
