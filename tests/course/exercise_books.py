"""Notebooks for the tests of exercises: masters with other answers, and cells put in."""

import copy
import importlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "exercises"
LANGUAGES = ("en", "ru")


def masters(lang):
    """Set number -> folder name, for every set of a language."""
    found = sorted(path.parent.name for path in (EXERCISES / lang / "source").glob("*/tasks.ipynb"))
    return {name.partition("_")[0]: name for name in found}


def book(number, lang="en", kind="source"):
    """A master (source) or a student's version (release), as a dictionary."""
    path = EXERCISES / lang / kind / masters(lang)[number] / "tasks.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell):
    return "".join(cell["source"])


def marks(cell):
    return cell["metadata"].get("nbgrader", {})


def answered(notebook, answers):
    """The notebook with other code in some answer cells: task -> code."""
    changed = copy.deepcopy(notebook)
    for cell in changed["cells"]:
        for task, code in answers.items():
            if cell["id"] == f"task-{task}-answer":
                cell["source"] = code
    return changed


def with_cell(notebook, code, at=2):
    """The notebook with one more code cell."""
    changed = copy.deepcopy(notebook)
    cell = {"cell_type": "code", "id": "one-more", "metadata": {}, "outputs": [],
            "execution_count": None, "source": code}  # fmt: skip
    changed["cells"].insert(at, cell)
    return changed


def without_tasks(notebook, *tasks):
    """The notebook without the code of some tasks."""
    gone = tuple(f"task-{task}" for task in tasks)
    kept = [cell for cell in notebook["cells"] if not cell["id"].startswith(gone)]
    return {**notebook, "cells": kept}


def saved(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def names_after(notebook, skip_checks=True):
    """What the notebook's code leaves behind, run here."""
    names = {"__name__": "__main__"}
    for cell in code_cells(notebook):
        if not (skip_checks and marks(cell).get("grade")):
            exec(compile(source(cell), cell["id"], "exec"), names)
    return names


def points_in_cells(notebook, names):
    """Task -> what its check cell ends with, as nbgrader takes it: the last line as points."""
    points = {}
    for cell in code_cells(notebook):
        if marks(cell).get("grade"):
            *lines, last = source(cell).splitlines()
            exec(compile("\n".join(lines), cell["id"], "exec"), names)
            points[marks(cell)["grade_id"]] = eval(compile(last, cell["id"], "eval"), names)
    return points


def answer_of(notebook, task):
    """The code of an answer cell."""
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == f"task-{task}-answer"]
    return source(cell)


def wrong_answers(number):
    """Task -> misconception -> (code, check)."""
    return importlib.import_module(f"cjsim.course.sets.s{number}.wrong").WRONG
