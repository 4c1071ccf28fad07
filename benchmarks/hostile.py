"""Hostile and broken notebooks around honest ones: are all honest points kept, and all else whole?

    python -m benchmarks.hostile            # all, as this machine keeps them
    python -m benchmarks.hostile --plain    # as plain processes, without what only a sandbox holds

Prints the verdicts, and what was found afterwards: honest points, files outside, connections,
processes and folders left behind. `tests/course/grading/test_grade.py` runs a part of it.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.hostile_notebooks import (
    BROKEN,
    FOR_A_SANDBOX,
    HOSTILE,
    UNREADABLE,
    plain_cell,
)
from cjsim.course.grading.grade import grade
from cjsim.course.grading.sandbox import Sandbox, sandbox
from cjsim.course.grading.sheet import Grade

EXERCISES = Path(__file__).parents[1] / "exercises"


@dataclass
class Outcome:
    """What the grading left."""

    grades: dict[str, Grade]
    kept: Sandbox
    seconds: float
    odd: dict[str, str] = field(default_factory=dict)
    """Name -> verdict, where it is not the one expected."""
    lost: dict[str, float] = field(default_factory=dict)
    """Honest notebook -> points that it lost."""
    outside: list[str] = field(default_factory=list)
    """What was changed, connected or left where nothing should be."""


FEW = (
    "leaves", "asks", "much memory", "replaces a check", "prints lines", "too many points",
    "writes", "programs", "connects", "a process that stays", "reads the solutions", "half",
    "too large",
)  # fmt: skip
"""One of a kind, none of which runs until its time is up."""
REACHES_OUT: Final = (
    "leaves", "writes", "programs", "connects", "a process that stays", "reads the solutions",
)  # fmt: skip
"""Those of them that a sandbox holds in another way than a guard."""


def soak(
    kept: Sandbox,
    every: int = 1,
    seconds: float = 60.0,
    workers: int = 2,
    few: Collection[str] = (),
) -> Outcome:
    """Grade honest notebooks among hostile and broken ones, and look at what is left.

    Parameters
    ----------
    kept : how notebooks are kept.
    every : take each so-manieth of the hostile and broken ones.
    few : take those alone, such as `FEW`, and the honest of the first set.
    """
    hostile = {**HOSTILE, **(FOR_A_SANDBOX if kept.program else {})}
    codes = dict(one for one in list(hostile.items())[::every] if not few or one[0] in few)
    broken = dict(one for one in list(BROKEN.items())[::every] if not few or one[0] in few)
    with tempfile.TemporaryDirectory() as place, listening() as (port, heard):
        outside, handed_in = Path(place) / "outside", Path(place) / "handed in"
        for folder in (outside, handed_in):
            folder.mkdir()
        (outside / "dear").write_text("dear", encoding="utf-8")
        honest = hand_in_honest(handed_in, "01*" if few else "*")
        hand_in(handed_in, outside, port, {name: code for name, (code, _) in codes.items()}, broken)
        before = left_behind(outside) - {str(outside / "dear")}
        start = time.perf_counter()
        with temporary_files_in(Path(place) / "tmp"):
            grades, complete = grade(
                handed_in, Path(place) / "grades.csv", seconds, 2.0, workers, kept=kept
            )
        outcome = Outcome({one.student: one for one in grades}, kept, time.perf_counter() - start)
        assert complete
        assert len(grades) == len(codes) + len(broken) + len(honest)
        files = {path.name: path.read_text(encoding="utf-8") for path in outside.iterdir()}
        outcome.outside += [] if files == {"dear": "dear"} else [f"files: {files}"]
        outcome.outside += [f"connections: {len(heard)}"] if heard else []
        outcome.outside += sorted(left_behind(Path(place) / "tmp") - before)
    expected = {**{name: verdict for name, (_, verdict) in codes.items()},
                **dict.fromkeys(broken, UNREADABLE)}  # fmt: skip
    _judge(outcome, expected, honest)
    return outcome


def _judge(outcome: Outcome, expected: dict[str, str], honest: list[str]) -> None:
    """Note verdicts that are not as expected, and honest points that are lost."""
    for name, verdict in expected.items():
        verdict_told = outcome.grades[name].says("en")
        if not re.match(verdict, verdict_told) or not verdict_told.isprintable():
            outcome.odd[name] = verdict_told
    lost = {name: outcome.grades[name].most - outcome.grades[name].total for name in honest}
    outcome.lost = {name: points for name, points in lost.items() if points}


def hand_in_honest(folder: Path, sets: str = "*") -> list[str]:
    """Solutions: of each set one, and one in Russian."""
    masters = sorted((EXERCISES / "en" / "source").glob(f"{sets}/tasks.ipynb"))
    masters += sorted((EXERCISES / "ru" / "source").glob("01*/tasks.ipynb"))
    for number, path in enumerate(masters):
        (folder / f"honest {number}.ipynb").write_bytes(path.read_bytes())
    return [f"honest {number}" for number in range(len(masters))]


def hand_in(
    folder: Path, outside: Path, port: int, codes: dict[str, str], broken: dict[str, bytes]
) -> None:
    """Hostile cells in a solution of which the two quickest tasks are left, and broken files."""
    names = (
        "from pathlib import Path\n"
        f"OUTSIDE, PORT = Path({str(outside)!r}), {port}\n"
        f"EXERCISES, HANDED_IN = Path({str(EXERCISES)!r}), Path({str(folder)!r})\n"
        "def TELL(**facts):\n"
        "  import sys; frame = sys._getframe()\n"
        "  while 'tell' not in frame.f_locals: frame = frame.f_back\n"
        "  frame.f_locals['tell'](**facts)\n"
    )
    path = EXERCISES / "en" / "source" / "01_pull_or_push" / "tasks.ipynb"
    master = json.loads(path.read_text(encoding="utf-8"))
    left_out = ("task-1", "task-4", "task-5")
    kept = [cell for cell in master["cells"] if not cell["id"].startswith(left_out)]
    for name, code in codes.items():
        cells = copy.deepcopy(kept)
        cells.insert(2, plain_cell(code if code[0] in "%!" else names + code, id="hostile"))
        whole = json.dumps({**master, "cells": cells})
        (folder / f"{name}.ipynb").write_text(whole, encoding="utf-8")
    for name, content in broken.items():
        (folder / f"{name}.ipynb").write_bytes(content)


@contextmanager
def listening() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine, and who came."""
    heard: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                connection.close()
                heard.append(address)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], heard


def left_behind(folder: Path) -> set[str]:
    """Processes of this one or of nobody, and folders of the grader's: none should be there."""
    orphans = (
        one
        for one in psutil.process_iter(["cmdline", "ppid"])
        if one.info["ppid"] == 1
        and "cjsim.course.grading.worker" in " ".join(one.info["cmdline"] or ())
    )
    children = psutil.Process().children(recursive=True)
    return {*(f"process {one.pid}" for one in (*children, *orphans)), *map(str, folder.iterdir())}


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Have the grader make its folders there, where they are not taken for others'."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def report(outcome: Outcome) -> Iterable[str]:
    """The figures, as lines."""
    count = len(outcome.grades)
    honest = sum(name.startswith("honest") for name in outcome.grades)
    kept = "bubblewrap" if outcome.kept.program else "plain processes"
    yield f"{kept}: {count - honest} hostile or broken and {honest} honest, {outcome.seconds:.0f} s"
    yield f"honest points lost: {outcome.lost or 'none'}"
    yield f"changed, reached or left outside: {outcome.outside or 'nothing'}"
    yield f"verdicts that were not expected: {outcome.odd or 'none'}"


def main(words: list[str]) -> None:
    """Print the verdicts and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", action="store_true", help="as plain processes")
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth")
    parser.add_argument("--seconds", type=float, default=60.0, help="of a notebook (%(default)g)")
    args = parser.parse_args(words)
    kept = Sandbox(reason="missing") if args.plain else sandbox()
    print(kept.says())
    outcome = soak(kept, args.every, args.seconds, os.cpu_count() or 1)
    for name, graded in outcome.grades.items():
        print(f"  {graded.total:5g} of {graded.most:3g}  {name}: {graded.says('en')}")
    print("\n".join(report(outcome)))


if __name__ == "__main__":
    main(sys.argv[1:])
