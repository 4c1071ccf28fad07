"""A lecture is worked in as a copy: fresh each time, nobody's work lost, nothing stored touched."""

import re
from pathlib import Path

import nbformat
import pytest

from cjsim.cli import main
from cjsim.course import copies
from cjsim.course.copies import LIVE, fresh, without_controls, working_copy
from cjsim.lab import serve
from tests.course.reading import ROOT

NUMBERS = sorted(
    path.name.partition("_")[0] for path in (ROOT / "notebooks" / "en").glob("*_*.ipynb")
)
LISTED = ", ".join(NUMBERS)
STORED = sorted((ROOT / "notebooks").rglob("*.*")) + sorted((ROOT / "exercises").rglob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def write(path, notebook):
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(autouse=True)
def nothing_stored_changes():
    """Whatever a test does: lectures and exercises of the project stay byte for byte."""
    before = {path: path.read_bytes() for path in STORED}
    yield
    assert {path: path.read_bytes() for path in STORED} == before


@pytest.fixture
def served(monkeypatch):
    """What would be served; nothing is started."""
    calls = []
    monkeypatch.setattr(serve, "open_notebook", lambda *words: calls.append(words))
    return calls


# --- what a copy shows ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("number", NUMBERS)
def test_only_the_first_figure_is_seen(number, lang, tmp_path):
    copy = working_copy(number, lang, tmp_path)
    (stored,) = (ROOT / "notebooks" / lang).glob(f"{number}_*.ipynb")
    here, there = read(copy.path), read(stored)
    assert copy.path == tmp_path / "notebooks" / lang / stored.name
    assert [cell.source for cell in here.cells] == [cell.source for cell in there.cells]
    first, *later = code(here)
    assert "<img alt=" in first.outputs[-1].data["text/html"]
    assert first.outputs == code(there)[0].outputs
    assert [cell.id for cell in later if cell.outputs or cell.execution_count] == []


def test_the_links_of_a_copy_lead_to_its_exercises_and_the_glossary(tmp_path):
    copy = working_copy("02", "ru", tmp_path)
    prose = "\n".join(cell.source for cell in read(copy.path).cells)
    links = {link.partition("#")[0] for link in re.findall(r"\]\((\.\.[^)]*)\)", prose)}
    assert {Path(link).name for link in links} == {"GLOSSARY.md", "tasks.ipynb"}
    assert [link for link in links if not (copy.path.parent / link).is_file()] == []


def test_what_a_lecture_links_to_is_copied_with_it(tmp_path):
    copy = working_copy("L", "en", tmp_path)
    assert (tmp_path / "exercises/en/release/L_engine_room/tasks.ipynb").is_file()
    prose = "\n".join(cell.source for cell in read(copy.path).cells)
    links = re.findall(r"\]\((\.\.[^)#]*)", prose)
    assert [link for link in links if not (copy.path.parent / link).is_file()] == []


@pytest.mark.parametrize("name", ["L", "l", " L ", "L_engine_room", "L_engine_room.ipynb"])
def test_a_lecture_may_bear_a_letter(name, tmp_path):
    assert working_copy(name, "ru", tmp_path).path.name == "L_engine_room.ipynb"


def test_exercises_that_somebody_has_begun_stay(tmp_path):
    copy = working_copy("01", "en", tmp_path)
    tasks = tmp_path / "exercises/en/release" / copy.path.stem / "tasks.ipynb"
    tasks.write_text("my answers", encoding="utf-8")
    working_copy("01", "en", tmp_path)
    assert tasks.read_text(encoding="utf-8") == "my answers"


# --- whose work it is -------------------------------------------------------------------------


def test_a_copy_that_nobody_worked_in_is_made_anew(tmp_path):
    path = working_copy("01", "en", tmp_path).path
    opened = read(path)
    opened.metadata["language_info"] = {"name": "python", "version": "3.11.7"}  # JupyterLab's note
    write(path, opened)
    assert working_copy("01", "en", tmp_path) == copies.Copy(path, None, True)
    assert sorted(path.parent.glob("*.ipynb")) == [path]


def ran(notebook):
    code(notebook)[1].outputs = [nbformat.v4.new_output("stream", text="You said Guide: right")]


def typed(notebook):
    code(notebook)[2].source += "\n# mine"


def added(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("a note"))


@pytest.mark.parametrize("work", [ran, typed, added])
def test_work_is_kept_aside_and_said(work, tmp_path):
    path = working_copy("01", "en", tmp_path).path
    worked_in = read(path)
    work(worked_in)
    write(path, worked_in)
    before = path.read_bytes()
    copy = working_copy("01", "en", tmp_path)
    assert copy.kept == path.with_name("01_pull_or_push.kept-1.ipynb")
    assert copy.kept.read_bytes() == before
    assert read(path) == fresh(read(ROOT / "notebooks/en/01_pull_or_push.ipynb"))
    assert str(copy.kept) in copy.said("en")
    write(path, worked_in)
    assert working_copy("01", "en", tmp_path).kept.name == "01_pull_or_push.kept-2.ipynb"


@pytest.mark.parametrize("left", ["", "{", '{"cells": 3}', "\udcff"])
def test_what_is_no_notebook_any_more_is_kept_aside_too(left, tmp_path):
    path = working_copy("01", "en", tmp_path).path
    path.write_text(left, encoding="utf-8", errors="surrogateescape")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="this is no notebook"):
        working_copy("01", "en", tmp_path, keep=True)
    assert path.read_bytes() == before
    assert working_copy("01", "en", tmp_path).kept.read_bytes() == before


def test_one_may_go_on_with_ones_work_and_its_pictures_show(tmp_path):
    path = working_copy("01", "en", tmp_path).path
    worked_in = read(path)
    data = {"text/html": "<figure>", "text/plain": "<Panel>", LIVE: {"model_id": "gone"}}
    code(worked_in)[1].outputs = [nbformat.v4.new_output("execute_result", data=data)]
    write(path, worked_in)
    copy = working_copy("01", "en", tmp_path, keep=True)
    assert copy == copies.Copy(path, None, False)
    assert code(read(path))[1].outputs[0].data == {"text/html": "<figure>", "text/plain": "<Panel>"}
    assert "Going on" in copy.said("en")


def test_with_nothing_to_go_on_with_a_fresh_copy_is_made(tmp_path):
    assert working_copy("1", "en", tmp_path, keep=True).is_fresh


def test_a_control_is_taken_out_of_a_file_and_nothing_else():
    notebook = read(ROOT / "notebooks/en/01_pull_or_push.ipynb")
    assert without_controls(notebook) == read(ROOT / "notebooks/en/01_pull_or_push.ipynb")


# --- the command ------------------------------------------------------------------------------


def test_the_command_opens_a_copy_and_says_so_in_the_language(served, tmp_path, capsys):
    words = ["lecture", "4", "--lang", "ru", "--folder", str(tmp_path), "--no-browser"]
    assert main.main(words) == 0
    path = tmp_path / "notebooks/ru/04_guide_and_animator.ipynb"
    assert served == [(path, tmp_path, None, False)]
    assert capsys.readouterr().out.startswith(f"{path} — новая копия;")


def test_without_words_it_is_the_first_lecture_in_a_folder_that_git_ignores(
    served, tmp_path, monkeypatch
):
    assert "/work/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert copies.WORK == ROOT / "work"
    monkeypatch.setattr(copies, "WORK", tmp_path)
    assert main.main(["lecture"]) == 0
    assert served == [(tmp_path / "notebooks/en/01_pull_or_push.ipynb", tmp_path, None, True)]


def test_exercises_open_at_once_and_stay_as_they_were_left(served, tmp_path, capsys):
    words = ["exercises", "d", "--lang", "ru", "--folder", str(tmp_path), "--no-browser"]
    assert main.main(words) == 0
    path = tmp_path / "exercises/ru/release/D_diagnosis/tasks.ipynb"
    assert path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes()
    assert "ваша копия упражнений" in capsys.readouterr().out
    path.write_text("my answers", encoding="utf-8")
    assert main.main(words) == 0
    assert path.read_text(encoding="utf-8") == "my answers"
    assert capsys.readouterr().out == f"Продолжаем: {path}.\n"
    assert served == 2 * [(path, tmp_path, None, False)]


@pytest.mark.parametrize("number", ["1", "01", "01_pull_or_push"])
def test_a_set_has_the_number_of_its_lecture(number, tmp_path):
    assert copies.tasks_copy(number, "en", tmp_path)[0].parent.name == "01_pull_or_push"


def test_a_set_that_is_not_there_is_told(tmp_path, capsys):
    assert main.main(["exercises", "13", "--folder", str(tmp_path)]) == 2
    assert "unknown set of exercises: '13'. Known: 01, 02," in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["99"], f"unknown lecture: '99'. Known: {LISTED}."),
        (["pull"], f"unknown lecture: 'pull'. Known: {LISTED}."),
        (["01", "--lang", "de"], "unknown language: 'de'. Known: en, ru."),
        (["01", "--folder", str(ROOT)], "the stored lectures are here; choose another folder"),
        (["01", "--port", "70000"], "--port 70000: must be from 1 to 65535"),
    ],
)
def test_a_wrong_word_is_told_in_a_sentence_before_anything_is_made(
    words, told, served, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(copies, "WORK", tmp_path)
    assert main.main(["lecture", *words]) == 2
    said = capsys.readouterr()
    assert said.err.endswith(f"{told}\n")
    assert said.err.count("\n") == 1
    assert (said.out, served, list(tmp_path.iterdir())) == ("", [], [])


def test_without_the_projects_folder_it_says_where_lectures_are(tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "PROJECT", tmp_path)
    with pytest.raises(ValueError, match="come with the project's folder"):
        working_copy("01", "en", tmp_path / "work")
