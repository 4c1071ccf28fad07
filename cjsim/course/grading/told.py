"""What a notebook's process tells, line by line, taken in with care.

The lines come from a process that a student's code has run in, so each is looked at: it carries the
word of this submission, says one of the things below, says it in its turn, and gives no more points
than there are. Whoever reads the word in the process's memory can still tell points in their turn:
that is the limit of grading in one process with the student's code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cjsim.course.checks.look import sets, tasks_of
from cjsim.course.grading.collect import printable
from cjsim.course.grading.sheet import Facts

LONGEST_FACT = 200
ROUNDED = 0.1  # points that the rounding of checks may add up to
MOST_CELLS = 100_000
LONGEST_WORDS = 4000  # characters of an explanation
MOST_WORLDS = 1000
CHECKS: Final = "checks"
START: Final = "start"
ENDS: Final = ("empty", "unreadable", "no_tasks", "changed", "failed", "memory")
"""Verdicts that a process gives about a notebook of which no points are counted."""
REFUSED: Final = ("wrote", "program", "network", "signal")
TROUBLES: Final = ("memory", "exit", "error")
SOURCES: Final = ("cells", "heading", "folder", "asked")
"""What a set's number was taken from."""


@dataclass
class Told:
    """What a process has told so far."""

    word: str
    memory: float
    set: str = ""
    source: str = ""
    missing: tuple[int, ...] = ()
    """Tasks whose check cell is not there."""
    cell: str = START
    ready: bool = False
    first: tuple[str, Facts] | None = None
    error: tuple[str, Facts] | None = None
    final: tuple[str, Facts] | None = None
    points: dict[str, float] | None = None
    failed: tuple[str, ...] = field(default=())
    words: dict[str, str] = field(default_factory=dict)
    gained: dict[str, tuple[float, ...]] = field(default_factory=dict)
    forged: bool = False
    """Has somebody told something in our name that we would not have?"""

    def hear(self, line: bytes) -> None:
        """Take in one line; what does not carry the word is somebody's print, and nothing."""
        try:
            fact = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(fact, dict) or fact.get("word") != self.word:
            return
        hear = {
            "set": self._hear_set, "ready": self._hear_ready, "cell": self._hear_cell,
            "trouble": self._hear_trouble, "refused": self._hear_refused,
            "points": self._hear_points, "verdict": self._hear_verdict,
        }.get(str(fact.get("kind")))  # fmt: skip
        if not hear or not hear(fact):
            self.forged = True

    @property
    def done(self) -> bool:
        """Has all been told?"""
        return self.points is not None or self.final is not None

    def _facts(self, fact: Mapping[str, Any]) -> Facts:
        what = printable(fact.get("what", ""), LONGEST_FACT)
        return {"cell": self.cell, "what": what, "memory": self.memory}

    def _hear_set(self, fact: Mapping[str, Any]) -> bool:
        number, source, missing = fact.get("set"), fact.get("source"), fact.get("missing")
        if self.set or number not in sets() or source not in SOURCES:
            return False
        tasks = [task.number for task in tasks_of(number)]
        if not isinstance(missing, list) or any(task not in tasks for task in missing):
            return False
        self.set, self.source, self.missing = number, source, tuple(missing)
        return True

    def _hear_ready(self, fact: Mapping[str, Any]) -> bool:
        in_turn = bool(self.set) and not self.ready and not self.done
        self.ready = True
        return in_turn

    def _hear_cell(self, fact: Mapping[str, Any]) -> bool:
        """Cells come in order, the checks after the last."""
        cell = fact.get("cell")
        if not self.ready or self.done or self.cell == CHECKS:
            return False
        if cell != CHECKS:
            last = 0 if self.cell == START else int(self.cell)
            if type(cell) is not int or not last < cell < MOST_CELLS:
                return False
        self.cell = str(cell)
        return True

    def _hear_trouble(self, fact: Mapping[str, Any]) -> bool:
        trouble = fact.get("trouble")
        if trouble not in TROUBLES or not self.ready or self.done:
            return False
        if trouble == "error":
            self.error = self.error or ("error", self._facts(fact))
        else:
            self.first = self.first or (str(trouble), self._facts(fact))
        return True

    def _hear_refused(self, fact: Mapping[str, Any]) -> bool:
        """At any time: a thread of the notebook's may still run when the points are told."""
        if fact.get("refused") not in REFUSED:
            return False
        self.first = self.first or (str(fact["refused"]), self._facts(fact))
        return True

    def _hear_points(self, fact: Mapping[str, Any]) -> bool:
        """Points per task, held between none and the task's; names of checks that there are."""
        points, failed = fact.get("points"), fact.get("failed")
        if self.done or self.cell != CHECKS or not isinstance(points, dict):
            return False
        tasks = {str(task.number): task for task in tasks_of(self.set)}
        names = {f"{task.number}.{check.name}" for task in tasks.values() for check in task.checks}
        if points.keys() != tasks.keys() or not all(map(_is_number, points.values())):
            return False
        if not isinstance(failed, list) or any(str(name) not in names for name in failed):
            return False
        self.points = {key: min(max(float(points[key]), 0.0), tasks[key].most) for key in tasks}
        self.failed = tuple(dict.fromkeys(map(str, failed)))
        if not self._hear_beside(fact, tasks):
            return False
        return all(abs(self.points[key] - points[key]) < ROUNDED for key in tasks)

    def _hear_beside(self, fact: Mapping[str, Any], tasks: Mapping[str, Any]) -> bool:
        """What was explained, and what a design gains in each world: tasks that there are."""
        words, gained = fact.get("words", {}), fact.get("gained", {})
        if not isinstance(words, dict) or not isinstance(gained, dict):
            return False
        if any(task not in tasks or type(told) is not str for task, told in words.items()):
            return False
        if any(task not in tasks or not _are_worlds(told) for task, told in gained.items()):
            return False
        self.words = {
            task: "\n".join(printable(line, LONGEST_WORDS) for line in told.splitlines())
            for task, told in ((task, told[:LONGEST_WORDS]) for task, told in words.items())
        }
        self.gained = {task: tuple(map(float, told)) for task, told in gained.items()}
        return True

    def _hear_verdict(self, fact: Mapping[str, Any]) -> bool:
        if fact.get("verdict") not in ENDS or self.done:
            return False
        self.final = (str(fact["verdict"]), self._facts(fact))
        return True


def _are_worlds(value: object) -> bool:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_WORLDS:
        return False
    return all(map(_is_number, value))


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
