"""Grade a folder of exercises: each notebook in a process of its own, with limits.

    cjsim grade submissions/ --out grades.csv

Takes `NAME.ipynb` in the folder, or `NAME/SET/tasks.ipynb` as nbgrader collects them. What a
notebook may do and what is done about it: `cjsim.course.grading.guard`; exercises/README.md says it
to teachers. Nothing a notebook does ends the grading or reaches another's points.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import queue
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cjsim.course.checks.look import sets, tasks_of, words
from cjsim.files import no_formula, write_bytes
from cjsim.labels import text
from cjsim.labels.numbers import number, setting

Facts = dict[str, str | float]
"""What fills the places of a verdict; numbers are written when it is said."""

SECONDS = 60.0  # per submission, from its first cell on
MEMORY = 2.0  # per submission [GB], beside the kit
START_SECONDS = 180.0  # to load the kit: long only where the engine has to be compiled first
LAST_WORD = 2.0  # seconds from a process's last line to its end
MOST_LINES = 5_000  # from one process; more is not ours
LONGEST_LINE = 20_000  # characters
LARGEST = 50 * 2**20  # bytes of a file: what is larger is not copied
ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "NUMBA_CACHE_DIR",
    "MPLCONFIGDIR", "XDG_CACHE_HOME", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
)  # fmt: skip
"""What a notebook's process gets to know of the teacher's environment: no keys, no words."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Submission:
    """One notebook that was handed in."""

    student: str
    path: Path
    beside: bool = False
    """Do the files in its folder belong to it?"""


@dataclass(frozen=True)
class Grade:
    """What came of a submission; `points` by task number, `failed` the checks with a hint."""

    student: str
    set: str = ""
    verdict: str = "ok"
    facts: Facts = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Points in all."""
        return round(sum(self.points.values()), 2)

    @property
    def most(self) -> float:
        """Points of the whole set; 0 where no set was found."""
        return sum(task.most for task in tasks_of(self.set)) if self.set else 0.0

    def says(self, lang: str) -> str:
        """The verdict as a phrase."""
        facts = {
            name: fact if isinstance(fact, str) else setting(fact, lang)
            for name, fact in self.facts.items()
        }
        if cell := facts.get("cell"):
            kind = cell if cell in ("checks", "start") else "cell"
            facts["where"] = text(f"grade.where.{kind}", lang).format(cell=cell)
        return text(f"grade.verdict.{self.verdict}", lang).format(**facts)


def submissions(folder: Path, lang: str = "en") -> list[Submission]:
    """The notebooks of a folder by student, flat or as nbgrader collects them.

    Raises ValueError where there are none.
    """
    if not folder.is_dir():
        raise ValueError(text("grade.no_folder", lang).format(folder=folder))
    notebooks = [Submission(path.stem, path) for path in sorted(folder.glob("*.ipynb"))]
    for path in sorted(folder.glob("*/*/*.ipynb")):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            notebooks.append(Submission(path.relative_to(folder).parts[0], path, beside=True))
    if not notebooks:
        raise ValueError(text("grade.nothing", lang).format(folder=folder))
    return notebooks


def grade(
    folder: Path, out: Path, seconds: float = SECONDS, memory: float = MEMORY,
    workers: int | None = None, lang: str = "en", say: Say | None = None,
) -> tuple[list[Grade], bool]:  # fmt: skip
    """Grade all notebooks of a folder into a CSV file.

    Parameters
    ----------
    folder : see `submissions`.
    out : the file; it is whole at any time, and has a row for each submission graded so far.
    seconds, memory : limits of one submission, memory in GB.
    workers : submissions at a time; the processors when not given.
    say : is told one line for each submission, e.g. print.

    Returns the grades in the order of the submissions, and whether all of them are there: after
    Ctrl-C they are not. Raises ValueError for a folder without notebooks or an `out` that cannot
    be written, before anything is graded.
    """
    handed_in = submissions(folder, lang)
    _must_be_writable(out, lang)
    graded: dict[Submission, Grade] = {}
    stop = threading.Event()
    pool = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    jobs = {
        pool.submit(grade_one, submission, seconds, memory, stop): submission
        for submission in handed_in
    }
    try:
        for done in _finished_jobs(jobs):
            graded[jobs[done]] = done.result()
            write(_in_order(handed_in, graded), out, lang)
            if say:
                say(_progress(graded[jobs[done]], len(graded), len(jobs), lang))
    except KeyboardInterrupt:
        write(_in_order(handed_in, graded), out, lang)
    finally:
        stop.set()  # whatever still runs is ended
        pool.shutdown(cancel_futures=True)
    return _in_order(handed_in, graded), len(graded) == len(handed_in)


def _finished_jobs(jobs: dict[Future[Grade], Submission]) -> Iterator[Future[Grade]]:
    """Jobs as they end; looks up twice a second, so that Ctrl-C is heard on every system."""
    open_jobs = set(jobs)
    while open_jobs:
        done, open_jobs = wait(open_jobs, timeout=0.5, return_when=FIRST_COMPLETED)
        yield from done


def _in_order(handed_in: Sequence[Submission], graded: dict[Submission, Grade]) -> list[Grade]:
    return [graded[submission] for submission in handed_in if submission in graded]


# --- one submission -------------------------------------------------------------------------------


def grade_one(
    submission: Submission, seconds: float = SECONDS, memory: float = MEMORY,
    stop: threading.Event | None = None,
) -> Grade:  # fmt: skip
    """Run one notebook in a process and a folder of its own, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="cjsim-grade-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "work"
        home.mkdir()
        notebook = _copied_notebook(submission, home)
        word = secrets.token_hex(16)
        job = {"word": word, "notebook": str(notebook), "folder": str(home),
               "seconds": seconds, "memory": memory}  # fmt: skip
        with _process(folder) as process:
            return _grade_of(process, job, submission, seconds, memory, stop or threading.Event())


def _copied_notebook(submission: Submission, home: Path) -> Path:
    """The notebook, and the files that belong to it, in the new folder."""
    for file in submission.path.parent.iterdir() if submission.beside else [submission.path]:
        with contextlib.suppress(OSError):
            facts = file.lstat()
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= LARGEST:  # no links, no devices
                shutil.copyfile(file, home / file.name)
    return home / submission.path.name


@contextlib.contextmanager
def _process(folder: str) -> Iterator[subprocess.Popen[bytes]]:
    """A fresh Python in a session of its own; it and all its children are gone afterwards."""
    inherited = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    one_thread = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    more = {"MPLBACKEND": "Agg", "TMPDIR": folder, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0",
            "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    with open(Path(folder) / "stderr", "wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "cjsim.course.grading.worker"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, cwd=folder,
            env={**inherited, **one_thread, **more}, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        _end(process)
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its group, whatever state it is in."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _grade_of(
    process: subprocess.Popen[bytes], job: dict[str, Any], submission: Submission, seconds: float,
    memory: float, stop: threading.Event,
) -> Grade:  # fmt: skip
    """Listen to a process until it has said all, has ended, or its time is up."""
    assert process.stdin
    with contextlib.suppress(OSError):  # it may have ended already
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
    lines = _lines(process)
    heard = Heard()
    cell = "start"
    number = ""
    deadline = time.monotonic() + START_SECONDS
    while not stop.is_set():
        try:
            line = lines.get(timeout=min(0.2, max(deadline - time.monotonic(), 0.001)))
        except queue.Empty:
            if time.monotonic() < deadline:
                continue
            facts = {"seconds": seconds if heard.ready else START_SECONDS, "cell": cell}
            return Grade(submission.student, number, *(heard.first or ("time", facts)))
        if line is None:
            break
        fact = _fact(line, job["word"])
        cell = str(fact.get("cell", cell))
        number = str(fact.get("set", number))
        if fact.get("kind") == "ready":
            deadline = time.monotonic() + seconds
            heard.ready = True
        heard.hear(fact, cell, memory)
    if stop.is_set():
        _end(process)
    return heard.grade(submission.student, number, cell, process, seconds)


@dataclass
class Heard:
    """What a process has told: its first trouble, and its points."""

    ready: bool = False
    first: tuple[str, Facts] | None = None
    error: tuple[str, Facts] | None = None
    final: tuple[str, Facts] | None = None
    points: dict[str, float] | None = None
    failed: tuple[str, ...] = ()

    def hear(self, fact: dict[str, Any], cell: str, memory: float) -> None:
        """Take in one line."""
        facts: Facts = {"cell": cell, "what": str(fact.get("what", "")), "memory": memory}
        kind = fact.get("kind")
        if kind == "points":
            self.points = fact["points"]
            self.failed = tuple(fact["failed"])
        elif kind == "verdict":
            self.final = (fact["verdict"], facts)
        elif kind == "refused":
            self.first = self.first or (fact["refused"], facts)
        elif kind == "trouble" and fact["trouble"] == "error":
            self.error = self.error or ("error", facts)
        elif kind == "trouble":
            self.first = self.first or (fact["trouble"], facts)

    def grade(
        self, student: str, number: str, cell: str, process: subprocess.Popen[bytes], seconds: float
    ) -> Grade:
        """The grade, now that the process has ended."""
        code = process.wait()
        plain = Grade(student, number, *(self.first or self.error or ("ok", {})))
        if self.final:
            return replace(plain, verdict=self.final[0], facts=self.final[1])
        if self.points is not None:
            return replace(plain, points=self.points, failed=self.failed)
        if not self.ready:
            return replace(plain, verdict="failed", facts={"what": f"exit status {code}"})
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return replace(plain, verdict="time", facts={"seconds": seconds, "cell": cell})
        return replace(plain, verdict="ended", facts={"cell": cell}) if not self.first else plain


def _lines(process: subprocess.Popen[bytes]) -> queue.SimpleQueue[bytes | None]:
    """What a process says, line by line, then None; a flood is cut off."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    stream = process.stdout
    assert stream

    def read() -> None:
        with contextlib.suppress(OSError, ValueError):
            for _ in range(MOST_LINES):
                if not (line := stream.readline(LONGEST_LINE)):
                    break
                lines.put(line)
        lines.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LAST_WORD)
        _end(process)  # one that has closed its mouth has nothing more to do

    threading.Thread(target=read, daemon=True).start()
    return lines


def _fact(line: bytes, word: str) -> dict[str, Any]:
    """A line of ours; nothing where somebody else has written."""
    try:
        fact = json.loads(line)
    except ValueError:
        return {}
    return fact if isinstance(fact, dict) and fact.get("word") == word else {}


# --- what the teacher gets ------------------------------------------------------------------------


def write(grades: Sequence[Grade], out: Path, lang: str = "en") -> None:
    """One row per submission: student, set, verdict, points, most, one column per task, hints."""
    numbers = sorted({key for graded in grades for key in graded.points}, key=int)
    if not numbers:
        numbers = sorted({str(task.number) for name in sets() for task in tasks_of(name)}, key=int)
    head = ["student", "set", "verdict", "points", "most", *(f"task_{n}" for n in numbers), "hints"]
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(head)
    for graded in grades:
        tasks = [f"{graded.points.get(task, 0):g}" for task in numbers]
        who = [no_formula(graded.student), graded.set, no_formula(graded.says(lang))]
        sums = [f"{graded.total:g}", f"{graded.most:g}"]
        rows.writerow([*who, *sums, *tasks, " ".join(graded.failed)])
    write_bytes(out, table.getvalue().encode("utf-8-sig"))  # the mark lets Excel read Russian


def summary(grades: Sequence[Grade], lang: str = "en") -> str:
    """For the teacher: which hint failed how often, and who has to be looked at."""
    lines = []
    for task_set in sorted({graded.set for graded in grades if graded.set}):
        mine = [graded for graded in grades if graded.set == task_set]
        mean = sum(graded.total for graded in mine) / len(mine)
        facts = {"set": task_set, "graded": str(len(mine)), "most": setting(mine[0].most, lang),
                 "mean": number(mean, lang, 1)}  # fmt: skip
        lines += [
            text("grade.summary_set", lang).format(**facts),
            f"  {text('grade.summary', lang)}:",
        ]
        counts = Counter(name for graded in mine for name in graded.failed)
        words_of = words(task_set, lang)["task"]
        for name, times in counts.most_common():
            task, check = name.split(".")
            row = {"times": str(times), "graded": str(len(mine)), "task": task,
                   "says": words_of[task][check]["says"]}  # fmt: skip
            lines.append("    " + text("grade.summary_row", lang).format(**row))
        if not counts:
            lines.append("    " + text("grade.summary_none", lang))
    odd = [
        f"    {graded.student}: {graded.says(lang)}" for graded in grades if graded.verdict != "ok"
    ]
    return "\n".join(
        [*lines, *([f"  {text('grade.summary_verdicts', lang)}:", *odd] if odd else [])]
    )


def _progress(graded: Grade, done: int, everyone: int, lang: str) -> str:
    facts = {
        "done": str(done), "all": str(everyone), "student": graded.student,
        "set": graded.set or "?", "points": setting(graded.total, lang),
        "most": setting(graded.most, lang), "verdict": graded.says(lang),
    }  # fmt: skip
    return text("grade.progress", lang).format(**facts)


def _must_be_writable(out: Path, lang: str) -> None:
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
        facts = {"file": out, "error": error.strerror or error}
        raise ValueError(text("grade.cannot_write", lang).format(**facts)) from None
