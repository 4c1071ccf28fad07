"""Grade a folder of exercises: each notebook in a process of its own, kept by the system.

    cjsim grade submissions/ --out grades.csv

Which notebooks are taken: `collect`. What keeps them from harm: `sandbox`. What becomes of one:
`process`, and in that process `worker`. What the teacher gets: `sheet`. exercises/README.md says
all of it to teachers. Nothing a notebook is or does ends the grading or reaches another's points.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from cjsim.course.checks.look import sets
from cjsim.course.grading import explained, leaderboard
from cjsim.course.grading.collect import Submission, submissions
from cjsim.course.grading.process import MEMORY, SECONDS, Limits, grade_one
from cjsim.course.grading.sandbox import Sandbox, sandbox
from cjsim.course.grading.sheet import Grade, progress, with_twins, write
from cjsim.course.grading.worker import rehearse
from cjsim.experiment.orphans import ended_as_by_ctrl_c
from cjsim.labels import text, unknown

Say = Callable[[str], None]


def grade(
    folder: Path, out: Path, seconds: float = SECONDS, memory: float = MEMORY,
    workers: int | None = None, lang: str = "en", say: Say | None = None, task_set: str = "",
    kept: Sandbox | None = None, board: Path | None = None,
) -> tuple[list[Grade], bool]:  # fmt: skip
    """Grade all notebooks of a folder into a CSV file.

    Parameters
    ----------
    folder : see `collect.submissions`.
    out : the file; it is whole at any time, and has a row for each submission graded so far.
    seconds, memory : limits of one submission, memory in GB.
    workers : submissions at a time; the processors when not given.
    say : is told what keeps the notebooks, and a line for each, e.g. print.
    task_set : the set of notebooks that do not tell theirs.
    kept : how they are kept; what this machine has when not given.
    board : where the leaderboard of the designs goes; none when not given.

    What was explained goes beside `out`, for the trainer to read: see `explained`.

    Returns the grades in the order of the submissions, and whether all of them are there: after
    Ctrl-C they are not. Raises ValueError for a folder without notebooks, an unknown set or an
    `out` that cannot be written, before anything is graded; OSError where it cannot be at the end.
    """
    if task_set and task_set not in sets():
        raise unknown("exercise set", task_set, sets())
    handed_in = submissions(folder, lang)
    _must_be_writable("--out", out, lang)
    if board:
        _must_be_writable("--board", board, lang)
    kept = kept or sandbox()
    _tell(say, kept.says(lang))
    _compile_first(kept)
    limits = Limits(seconds, memory, task_set)
    graded: dict[Submission, Grade] = {}
    stop = threading.Event()
    pool = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    jobs = {
        pool.submit(grade_one, submission, limits, kept, stop): submission
        for submission in handed_in
    }
    try:
        with ended_as_by_ctrl_c():  # so that no notebook is left running
            for done in _finished_jobs(jobs):
                graded[jobs[done]] = done.result()
                with contextlib.suppress(OSError):  # a spreadsheet holds it; the next tries again
                    write(_in_order(handed_in, graded), out, lang)
                _tell(say, progress(graded[jobs[done]], len(graded), len(jobs), lang))
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()  # whatever still runs is ended
        pool.shutdown(cancel_futures=True)
    in_order = _in_order(handed_in, graded)
    write(in_order, out, lang)
    explained.write(in_order, out, lang)
    if board:
        leaderboard.write(in_order, board, lang)
    return in_order, len(graded) == len(handed_in)


def _tell(say: Say | None, line: str) -> None:
    """Say a line where somebody listens; a terminal that is gone does not end the grading."""
    if say:
        with contextlib.suppress(OSError, ValueError):
            say(line)


def _compile_first(kept: Sandbox) -> None:
    """Compile the engine here, once: what a sandboxed process compiles is gone with it."""
    if kept.program:
        rehearse(sets()[0])


def _finished_jobs(jobs: dict[Future[Grade], Submission]) -> Iterator[Future[Grade]]:
    """Jobs as they end; looks up twice a second, so that Ctrl-C is heard on every system."""
    open_jobs = set(jobs)
    while open_jobs:
        done, open_jobs = wait(open_jobs, timeout=0.5, return_when=FIRST_COMPLETED)
        yield from done


def _in_order(handed_in: Sequence[Submission], graded: dict[Submission, Grade]) -> list[Grade]:
    return with_twins([graded[one] for one in handed_in if one in graded])


def _must_be_writable(option: str, out: Path, lang: str) -> None:
    """Raise ValueError for a file that could not be written after half an hour of grading."""
    try:
        if out.is_dir():
            raise IsADirectoryError("is a folder")
        if out.exists():
            with open(out, "ab"):  # a spreadsheet may hold it
                pass
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        facts = {"option": option, "file": out, "error": error.strerror or error}
        raise ValueError(text("grade.cannot_write", lang).format(**facts)) from None
