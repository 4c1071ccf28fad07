"""Doing the checks of a set: from a student's names to a report in their language."""

from __future__ import annotations

import contextlib
import importlib
import io
import math
import pkgutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from cjsim.course.checks.form import Check, Finding, Mark, Report, Task, Work, WorkError
from cjsim.labels import language, text, unknown

PACKAGE = "cjsim.course.sets"


def sets() -> list[str]:
    """The numbers of the sets there are: "01" and so on."""
    modules = pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__)
    return sorted(module.name[1:] for module in modules if module.ispkg)


def tasks_of(number: str, task: int | None = None) -> tuple[Task, ...]:
    """The tasks of a set, or one of them. Raises ValueError for what does not exist."""
    if number not in sets():
        raise unknown("exercise set", number, sets())
    tasks: tuple[Task, ...] = importlib.import_module(f"{PACKAGE}.s{number}.checks").TASKS
    if task is None:
        return tasks
    numbers = [member.number for member in tasks]
    if task not in numbers:
        raise unknown(f"task of set {number}", task, numbers)
    return tuple(member for member in tasks if member.number == task)


@lru_cache
def words(number: str, lang: str) -> dict[str, Any]:
    """The words of a set: title, and for each task its title and its checks' words."""
    source = files(f"{PACKAGE}.s{number}").joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def look(number: str, tasks: Sequence[Task], names: Mapping[str, Any], lang: str) -> Report:
    """Do all checks of some tasks of a set."""
    lang = language(lang)
    words_of = words(number, lang)["task"]
    work = Work(names, lang)
    # What is written to stderr would cost the points in nbgrader: the engine says when it compiles.
    with contextlib.redirect_stderr(io.StringIO()):
        findings = tuple(finding for task in tasks for finding in _of_task(task, work, words_of))
    titles = {task.number: str(words_of[str(task.number)]["title"]) for task in tasks}
    return Report(findings, titles, {task.number: task.track for task in tasks}, lang)


def _of_task(task: Task, work: Work, words_of: Mapping[str, Any]) -> Iterator[Finding]:
    """The checks of a task; a problem that several of them meet is told by the first."""
    told: set[str] = set()
    for check in task.checks:
        yield _finding(task.number, check, work, words_of[str(task.number)][check.name], told)


def _finding(
    task: int, check: Check, work: Work, words_of: Mapping[str, Any], told: set[str]
) -> Finding:
    """One check, whatever the student's objects do. `told`: the problems said so far."""
    note, hinted = "", True
    try:
        verdict = check.test(work)
        mark = verdict if isinstance(verdict, Mark) else Mark(float(bool(verdict)))
        places = {name: amount.said(work.lang) for name, amount in mark.note.items()}
        note = words_of["note"].format(**places) if places else ""
    except WorkError as problem:
        mark = Mark(0.0)
        note, hinted = str(problem), problem.hinted
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an object of the student's that only looks like a number, say
        mark = Mark(0.0)
        note = text("grade.problem.odd", work.lang).format(error=type(error).__name__)
        hinted = False
    if not hinted:
        problem_line, note = note, "" if note in told else note
        told.add(problem_line)
    share = min(max(mark.share, 0.0), 1.0) if math.isfinite(mark.share) else 0.0
    line = f"{words_of['says']}: {note}" if note else words_of["says"]
    hint = words_of["hint"] if share < 1.0 and hinted else ""
    points = round(share * check.points, 2)
    return Finding(task, check.name, share, points, check.points, line, hint, mark.gained)
