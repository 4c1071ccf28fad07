"""One submission: a process and a folder of its own, a clock outside of it, and what it told."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from cjsim.course.grading.collect import Submission, printable
from cjsim.course.grading.sandbox import Sandbox, own_kit
from cjsim.course.grading.sheet import Facts, Grade
from cjsim.course.grading.told import Told

SECONDS = 60.0  # per submission, from its first cell on
MEMORY = 2.0  # per submission [GB], beside the kit
KIT_MEMORY = 1.5  # GB that the kit may take up beside
START_SECONDS = 180.0  # to load the kit: long only where the engine has to be compiled first
LAST_WORD = 2.0  # seconds from a process's last line to its end
LOOK_SECONDS = 0.2  # between two looks at a process
MOST_LINES = 5_000  # from one process; more is not ours
MOST_PROCESSES = 64  # of one submission
LONGEST_LINE = 20_000  # characters
LARGEST = 50 * 2**20  # bytes of a file: what is larger is not copied
NOTEBOOK = "notebook.ipynb"  # what it is called in its folder, whatever its student called it
ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "NUMBA_CACHE_DIR",
    "MPLCONFIGDIR", "XDG_CACHE_HOME", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
)  # fmt: skip
"""What a notebook's process gets to know of the teacher's environment: no keys, no words."""


@dataclass(frozen=True)
class Limits:
    """What one submission may take.

    Parameters
    ----------
    seconds : from its first cell on.
    memory : GB beside the kit.
    task_set : the set of notebooks that do not tell theirs; "" where none is given.
    """

    seconds: float = SECONDS
    memory: float = MEMORY
    task_set: str = ""


def grade_one(
    submission: Submission, limits: Limits | None = None, sandbox: Sandbox | None = None,
    stop: threading.Event | None = None,
) -> Grade:  # fmt: skip
    """Run one notebook in a process and a folder of its own, and say what came of it.

    Parameters
    ----------
    sandbox : what keeps it; a plain process when not given.
    stop : ends it when set.

    Never raises for what a notebook is or does: whatever goes wrong is a verdict.
    """
    limits, stop = limits or Limits(), stop or threading.Event()
    blank = Grade(submission.student, file=submission.file)
    if submission.is_link:
        return replace(blank, verdict="link")
    try:
        with _workplace() as folder, _caches(folder, sandbox or Sandbox()) as environment:
            _copy_files(submission, folder / "work")
            watched = _Watched(submission, limits, sandbox or Sandbox(), folder, environment)
            return watched.grade(blank, stop)
    except Exception as error:  # whatever it is, it is the affair of this notebook alone
        what = printable(f"{type(error).__name__}: {error}")
        return replace(blank, verdict="failed", facts={"what": what})


# --- its folder -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _workplace() -> Iterator[Path]:
    """A folder with room to work, gone afterwards whatever was made in it."""
    folder = Path(tempfile.mkdtemp(prefix="cjsim-grade-"))
    try:
        (folder / "work").mkdir()
        yield folder
    finally:
        with contextlib.suppress(OSError):
            remove(folder)


def remove(folder: Path) -> None:
    """Delete a folder, however deep: what lies below is lifted up, level by level.

    `shutil.rmtree` calls itself for each level and ends in a RecursionError; and a path of a
    thousand folders is longer than a path may be.
    """
    lifted = 0
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, stat.S_IRWXU)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, stat.S_IRWXU)
                    lifted += 1
                    os.rename(inner.path, folder / f"{lifted}-{secrets.token_hex(8)}")
                else:
                    os.unlink(inner.path)
            os.rmdir(entry.path)
    os.rmdir(folder)


def _copy_files(submission: Submission, work: Path) -> None:
    """The notebook, and the files that belong to it, in the new folder."""
    beside = list(submission.path.parent.iterdir()) if submission.beside else []
    for file in [*beside, submission.path]:
        name = NOTEBOOK if file is submission.path else file.name
        with contextlib.suppress(OSError):
            facts = file.lstat()
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= LARGEST:  # no links, no devices
                shutil.copyfile(file, work / name)


@contextlib.contextmanager
def _caches(folder: Path, sandbox: Sandbox) -> Iterator[dict[str, str]]:
    """Where a process finds compiled code and the list of fonts, as its environment.

    A sandboxed one must not write where they lie and gets copies: numba and matplotlib read only
    what they could write.
    """
    if not sandbox.program:
        yield {}
        return
    import matplotlib

    from cjsim.model import compile

    cache = folder / "cache"
    compiled = Path(compile.cache_folder(compile.digest()))
    shutil.copytree(compiled, cache / "numba" / compiled.name)
    (cache / "matplotlib").mkdir()
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
        shutil.copyfile(fonts, cache / "matplotlib" / fonts.name)
    place = sandbox.inside(folder)
    yield {
        "HOME": str(place / "work"), "NUMBA_CACHE_DIR": str(place / "cache" / "numba"),
        "MPLCONFIGDIR": str(place / "cache" / "matplotlib"),
    }  # fmt: skip


# --- its process ----------------------------------------------------------------------------------


def _environment(place: Path) -> dict[str, str]:
    """What a process finds around it; `place` is its folder."""
    inherited = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    more = {"MPLBACKEND": "Agg", "TMPDIR": str(place), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0",
            "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    return own_kit({**inherited, **dict.fromkeys(threads, "1"), **more})


@contextlib.contextmanager
def _process(
    folder: Path, sandbox: Sandbox, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A fresh Python in a session of its own; it and all its children are gone afterwards."""
    process = subprocess.Popen(
        sandbox.command(folder, ["-P", "-m", "cjsim.course.grading.worker"]),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder,
        env={**_environment(sandbox.inside(folder)), **environment}, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        _end(process)
        assert process.stdin
        with contextlib.suppress(OSError):
            process.stdin.close()  # stdout is closed by who reads it: see `_lines`


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, its group and its children, whatever state they are in."""
    children = _children(process)
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    for child in children:
        with contextlib.suppress(psutil.Error):
            child.kill()
    process.wait()


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    if process.poll() is not None:
        return []
    with contextlib.suppress(psutil.Error):
        children: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
        return children
    return []


def _too_much(process: subprocess.Popen[bytes], memory: float) -> str:
    """The verdict where a process and its children take more than they may; else nothing."""
    everybody = _children(process)
    if len(everybody) > MOST_PROCESSES:
        return "processes"
    used = 0
    for one in [psutil.Process(process.pid), *everybody] if process.poll() is None else []:
        with contextlib.suppress(psutil.Error):
            used += one.memory_info().rss
    return "memory" if used > (memory + KIT_MEMORY) * 2**30 else ""


def _lines(process: subprocess.Popen[bytes]) -> queue.SimpleQueue[bytes | None]:
    """What a process says, line by line, then None; a flood is cut off.

    A process that got away may hold the other end open for ever: the thread that reads waits for
    it then, and closing the stream from here would wait with it.
    """
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
        with contextlib.suppress(OSError):
            stream.close()

    threading.Thread(target=read, daemon=True).start()
    return lines


# --- what comes of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Watched:
    """A submission while its process runs."""

    submission: Submission
    limits: Limits
    sandbox: Sandbox
    folder: Path
    environment: dict[str, str]
    clock: Callable[[], float] = time.monotonic

    def grade(self, blank: Grade, stop: threading.Event) -> Grade:
        """Listen until the process has said all, has ended, or may go on no longer."""
        told = Told(secrets.token_hex(16), self.limits.memory)
        with _process(self.folder, self.sandbox, self.environment) as process:
            assert process.stdin
            with contextlib.suppress(OSError):  # it may have ended already
                process.stdin.write(json.dumps(self._job(told.word)).encode() + b"\n")
                process.stdin.flush()
            ended = self._listen(process, told, stop)
            if not ended and not stop.is_set():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LAST_WORD)
            code = process.poll()
        return _grade_of(told, blank, ended, code, self.limits.seconds, self.submission)

    def _job(self, word: str) -> dict[str, Any]:
        work = self.sandbox.inside(self.folder) / "work"
        return {
            "word": word, "notebook": str(work / NOTEBOOK), "folder": str(work),
            "seconds": self.limits.seconds, "memory": self.limits.memory, "tasks": _tasks(),
            "folder_set": self.submission.folder_set, "asked_set": self.limits.task_set,
        }  # fmt: skip

    def _listen(
        self, process: subprocess.Popen[bytes], told: Told, stop: threading.Event
    ) -> tuple[str, Facts] | None:
        """Hear all lines; returns the verdict where the process has to be ended."""
        lines = _lines(process)
        deadline = self.clock() + START_SECONDS
        began, silent = False, 0
        look = self.clock() + LOOK_SECONDS
        while not stop.is_set():
            now = self.clock()
            if now >= deadline:
                seconds = self.limits.seconds if began else START_SECONDS
                return "time", {"seconds": seconds, "cell": told.cell}
            if now >= look:
                if verdict := _too_much(process, self.limits.memory):
                    return verdict, {"memory": self.limits.memory, "cell": told.cell}
                look = self.clock() + LOOK_SECONDS
            try:
                line = lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                silent += process.poll() is not None  # it has ended, and another has its pipe
                if silent * LOOK_SECONDS > LAST_WORD:
                    return None
                continue
            if line is None:
                return None
            told.hear(line)
            if told.done:
                return None
            if told.ready and not began:  # once: the clock is ours
                began = True
                deadline = self.clock() + self.limits.seconds
        return None


def _tasks() -> int:
    """Threads that this user runs: the system's limit counts them all."""
    count = 0
    if hasattr(os, "getuid"):
        for process in psutil.process_iter(["uids", "num_threads"]):
            uids = process.info["uids"]
            if uids and uids.real == os.getuid():
                count += process.info["num_threads"] or 0
    return count or 4096


def _grade_of(
    told: Told, blank: Grade, ended: tuple[str, Facts] | None, code: int | None, seconds: float,
    submission: Submission,
) -> Grade:  # fmt: skip
    """The grade, now that the process has ended."""
    graded = replace(blank, set=told.set, notes=_notes(told, submission))
    verdict, facts = ended or told.final or told.first or told.error or ("ok", {})
    if told.forged:
        return replace(graded, verdict="forged", facts={"cell": told.cell})
    if ended or told.final:
        return replace(graded, verdict=verdict, facts=facts)
    if told.points is not None:
        return replace(
            graded, verdict=verdict, facts=facts, points=told.points, failed=told.failed,
            words=told.words, gained=told.gained,
        )  # fmt: skip
    if not told.ready:
        return replace(graded, verdict="failed", facts={"what": f"exit status {code}"})
    over = getattr(signal, "SIGXCPU", None)
    if over is not None and code in (-over, 128 + over):  # as Python tells it, and as bubblewrap
        return replace(graded, verdict="time", facts={"seconds": seconds, "cell": told.cell})
    if told.first:
        return replace(graded, verdict=verdict, facts=facts)
    return replace(graded, verdict="ended", facts={"cell": told.cell})


def _notes(told: Told, submission: Submission) -> tuple[tuple[str, Facts], ...]:
    """What is to be said of a notebook whatever its verdict."""
    notes: list[tuple[str, Facts]] = []
    if told.missing:
        notes.append(("checks_missing", {"tasks": ", ".join(map(str, told.missing))}))
    if told.source and told.source != "cells":
        notes.append((f"set_by_{told.source}", {"set": told.set}))
    folder_set = submission.folder_set
    if told.set and folder_set not in ("", told.set):
        notes.append(("other_set", {"set": told.set, "folder_set": folder_set}))
    return tuple(notes)
