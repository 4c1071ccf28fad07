"""A process that runs one notebook and looks at what it has made. `grade` starts it.

The job comes as JSON on stdin, what happens goes as JSON lines to what was stdout: a descriptor
that the student's code does not know. Each line carries a word that only the two processes share.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import re
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_FILE = 200 * 2**20  # bytes that may be written into one file
MORE_TASKS = 64  # processes and threads beyond those that the user runs already
LONGEST_NAME = 80  # characters of an error's class, which a student may call as they like
GRADED = re.compile(r"set-(\w+)-task-(\d+)")
ASKED = re.compile(r"""\bcheck\(\s*["'](\w+)["']\s*(?:,\s*(?:task\s*=\s*)?(\d+))?""")
HEADING = re.compile(r"\s*#([^\n#]*)")
NAMED = re.compile(r"\b(\d{1,2}|[A-Z])\b")
RUN = ("time", "timeit", "capture", "prun")  # magics that wrap code which should still run

Tell = Callable[..., None]


def main() -> None:
    """Do the one job and leave."""
    job = json.loads(sys.stdin.buffer.readline())
    tell = _channel(job["word"])
    leave = os._exit
    try:
        _limit_memory(job["memory"])  # before the file is read: it may grow
        _grade(job, tell)
    except _UnusableError as problem:
        tell(kind="verdict", verdict=problem.args[0], what=problem.args[1])
    except BaseException as error:  # ours, not the student's: the teacher should hear of it
        tell(kind="verdict", verdict="failed", what=f"{_class(error)}: {error}"[:200])
    leave(0)


class _UnusableError(Exception):
    """A notebook that cannot be graded: the verdict, and what about it."""


def _channel(word: str) -> Tell:
    """A way to the parent that does not go through stdout."""
    descriptor, parent = os.dup(1), os.dup(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    write = os.write
    dumps = json.dumps
    pid = os.getpid()
    getpid = os.getpid

    def tell(**facts: Any) -> None:
        if getpid() == pid:
            write(descriptor, dumps({"word": word, **facts}).encode() + b"\n")

    threading.Thread(target=_leave_with, args=(parent, os.read, os._exit), daemon=True).start()
    return tell


def _leave_with(
    parent: int, read: Callable[[int, int], bytes], leave: Callable[[int], None]
) -> None:
    """End this process when the grader is gone, however it went: its end of the line closes."""
    while read(parent, 1):
        pass
    leave(0)


def _class(error: BaseException) -> str:
    """The name of an error's class, whatever the class makes of being asked."""
    name: str = type.__dict__["__name__"].__get__(type(error))
    return name[:LONGEST_NAME]


def _grade(job: Mapping[str, Any], tell: Tell) -> None:
    cells, heading = _read(Path(job["notebook"]))
    number, source = _set_of(cells, heading, job)
    from cjsim.course.checks.look import look, tasks_of, words

    tasks = tasks_of(number)
    there = _asked_of(cells, number)
    missing = [task.number for task in tasks if not there & {0, task.number}]
    tell(kind="set", set=number, source=source, missing=missing)
    _limit_memory(None)  # the kit is ours
    _load_everything()
    from cjsim.course.grading import guard
    from cjsim.experiment import sweep_folder, workers

    words(number, "en")
    rehearse(number)
    workers.OWN_PROCESSES = False
    sweep_folder.surroundings()  # asks other programs, and remembers
    names = _namespace(job["folder"])
    _limit(job["seconds"], job["memory"], job["tasks"])
    kit = guard.parts()
    changed = guard.changed
    guard.close(job["folder"], lambda kind, what: tell(kind="refused", refused=kind, what=what))
    tell(kind="ready")
    _run(cells, names, tell)
    _quiet()
    tell(kind="cell", cell="checks")
    if different := changed(kit):
        tell(kind="verdict", verdict="changed", what=", ".join(different[:3]))
        return
    report = look(number, tasks, names, "en")
    if different := changed(kit):
        tell(kind="verdict", verdict="changed", what=", ".join(different[:3]))
        return
    tell(kind="points", points={str(task.number): report.of_task(task.number) for task in tasks},
         failed=report.failed)  # fmt: skip


# --- the notebook ---------------------------------------------------------------------------------


class Cell(NamedTuple):
    """A code cell: what of it is looked at."""

    source: str
    grade_id: str
    grades: bool
    """Does it hold the checks of a task?"""


def _read(path: Path) -> tuple[list[Cell], str]:
    """The code cells of a notebook file, whatever state it is in, and its first words."""
    import nbformat

    try:
        if not path.is_file():
            raise ValueError("not a file, or too large")
        if not (content := path.read_text(encoding="utf-8-sig")).strip():
            raise _UnusableError("empty", "")
        notebook = nbformat.reads(content, as_version=4)  # type: ignore[no-untyped-call]
        del content
        texts = (cell for cell in notebook.cells if cell.cell_type == "markdown")
        heading = next(("".join(cell.source) for cell in texts), "")
        cells = [_cell(cell) for cell in notebook.cells if cell.cell_type == "code"]
    except _UnusableError:
        raise
    except MemoryError:
        raise _UnusableError("memory", "") from None
    except Exception as error:  # JSON, encoding, schema, a missing key: all the same to a teacher
        raise _UnusableError("unreadable", _class(error)) from None
    if not any(cell.source.strip() for cell in cells):
        raise _UnusableError("empty", "")
    return cells, heading


def _cell(cell: Any) -> Cell:
    """A cell as its file has it; a program may have dropped or garbled nbgrader's marks."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    return Cell("".join(cell.source), str(marks.get("grade_id", "")), bool(marks.get("grade")))


def _set_of(cells: list[Cell], heading: str, job: Mapping[str, str]) -> tuple[str, str]:
    """The set and what told it: the cells that check, the heading, the folder, or the teacher."""
    from cjsim.course.checks.look import sets

    in_cells = [match[1] for cell in cells if (match := GRADED.fullmatch(cell.grade_id))]
    in_cells += [match[1] for cell in cells for match in ASKED.finditer(cell.source)]
    first = match[1] if (match := HEADING.match(heading)) else ""
    in_heading = [_of_heading(name) for name in NAMED.findall(first)]
    sources = {"cells": in_cells, "heading": in_heading, "folder": [job["folder_set"]],
               "asked": [job["asked_set"]]}  # fmt: skip
    known = sets()
    for source, numbers in sources.items():
        for number in numbers:
            if number in known:
                return number, source
    raise _UnusableError("no_tasks", "")


def _of_heading(number: str) -> str:
    """The set of a lecture as a heading writes it: "1" is 01, "L" is L."""
    return number.zfill(2) if number.isdigit() else number


def _asked_of(cells: list[Cell], number: str) -> set[int]:
    """The tasks of a set whose checks stand in the notebook; 0 for all of them in one."""
    marks = [match for cell in cells if (match := GRADED.fullmatch(cell.grade_id))]
    asks = [match for cell in cells for match in ASKED.finditer(cell.source)]
    return {int(match[2] or 0) for match in (*marks, *asks) if match[1] == number}


# --- its process ----------------------------------------------------------------------------------


def _load_everything() -> None:
    """All that a notebook may need lazily: after the belt is closed nothing can be written."""
    import cjsim

    for module in pkgutil.walk_packages(cjsim.__path__, "cjsim."):
        if module.name not in ("cjsim.course.grading.worker", "cjsim.cli.__main__"):
            with contextlib.suppress(ImportError):  # an extra that is not installed
                importlib.import_module(module.name)
    for name in ("matplotlib.pyplot", "scipy.stats", "IPython.display",
                 "IPython.core.inputtransformer2"):  # fmt: skip
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def rehearse(number: str) -> None:
    """Run the engine and the checks once on nothing, so that nothing is compiled later."""
    from cjsim import Scenario, compare, simulate
    from cjsim.course.checks.look import look, tasks_of

    pair = {name: Scenario.load("phone", strategy=name) for name in ("pull", "guide")}
    simulate(pair["guide"], people=5, engine="simpy")
    simulate(pair["guide"], people=5).log()
    compare(pair, people=5, runs=2).paired()
    look(number, tasks_of(number), {}, "en")


def _namespace(folder: str) -> dict[str, Any]:
    """The notebook's names, in a module of their own, with what Jupyter puts there."""
    from IPython.display import display

    os.chdir(folder)
    os.environ.update({"HOME": folder, "TMPDIR": folder})
    tempfile.tempdir = folder
    home = types.ModuleType("__main__")
    sys.modules["__main__"] = home
    sys.path.insert(0, folder)
    names = vars(home)
    names.update({"display": display, "get_ipython": lambda: _Shell(names)})
    return names


class _Shell:
    """As much of IPython as a line like `%matplotlib inline` needs."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def run_line_magic(self, name: str, line: str, *rest: Any) -> None:
        """`%time f()` runs; other magics do nothing."""
        if name in RUN:
            exec(line, self.names)

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        """`%%time` runs its cell; other magics do nothing."""
        if name in RUN:
            exec(body, self.names)

    def system(self, line: str) -> None:
        """`!command` is a program."""
        os.system(line)

    getoutput = system


def _limit_memory(gigabytes: float | None, for_good: bool = False) -> None:
    """Allow so much address space beyond what is in use; None: as much as the teacher has."""
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        size = most if gigabytes is None else _address_space() + int(gigabytes * 2**30)
        if most != resource.RLIM_INFINITY:
            size = min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (size, size if for_good else most))
    except (ImportError, ValueError, OSError):  # not on this system: the parent looks, too
        return


def _limit(seconds: float, memory: float, tasks: int) -> None:
    """What the operating system will not give: address space, processor time, files, processes."""
    _limit_memory(memory, for_good=True)
    try:
        import resource
    except ImportError:  # Windows has none of these; the clock of the parent remains
        return
    cpu = int(seconds * (os.cpu_count() or 1) + _cpu_used()) + 2  # threads count one by one
    limits = {"RLIMIT_CPU": cpu, "RLIMIT_FSIZE": LARGEST_FILE, "RLIMIT_CORE": 0,
              "RLIMIT_NPROC": tasks + MORE_TASKS}  # fmt: skip
    for name, limit in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (limit, limit))


def _address_space() -> int:
    """Bytes of address space in use; a guess where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 4 * 2**30
    return pages * os.sysconf("SC_PAGE_SIZE")


def _cpu_used() -> float:
    times = os.times()
    return times.user + times.system


def _run(cells: list[Cell], names: dict[str, Any], tell: Tell) -> None:
    """Run the cells in order, as in class: one that fails does not keep the next from running."""
    from IPython.core.inputtransformer2 import TransformerManager

    transform = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
    for number, cell in enumerate(cells, start=1):
        if cell.grades:
            continue  # the grader has checks of its own
        tell(kind="cell", cell=number)
        try:
            exec(compile(transform(cell.source), f"<cell {number}>", "exec"), names)
        except MemoryError:
            tell(kind="trouble", trouble="memory", what="")
        except (SystemExit, KeyboardInterrupt):
            tell(kind="trouble", trouble="exit", what="")
        except BaseException as error:
            tell(kind="trouble", trouble="error", what=_class(error))


def _quiet() -> None:
    """Nothing of the student's should look over the shoulder of the checks."""
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)


if __name__ == "__main__":
    main()
