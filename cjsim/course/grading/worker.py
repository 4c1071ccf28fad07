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
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

LARGEST = 50 * 2**20  # bytes of a notebook file
LARGEST_FILE = 200 * 2**20  # bytes that may be written into one file
MORE_TASKS = 64  # processes and threads beyond those that the user runs already
GRADED = re.compile(r"set-(\d\d)-task-\d+")
ASKED = re.compile(r"""\bcheck\(\s*["'](\d\d)["']""")
RUN = ("time", "timeit", "capture", "prun")  # magics that wrap code which should still run

Tell = Callable[..., None]


def main() -> None:
    """Do the one job and leave."""
    job = json.loads(sys.stdin.buffer.readline())
    tell = _channel(job["word"])
    leave = os._exit
    try:
        _grade(job, tell)
    except _UnusableError as problem:
        tell(kind="verdict", verdict=problem.args[0], what=problem.args[1])
    except BaseException as error:  # ours, not the student's: the teacher should hear of it
        tell(kind="verdict", verdict="failed", what=f"{type(error).__name__}: {error}"[:200])
    leave(0)


class _UnusableError(Exception):
    """A notebook that cannot be graded: the verdict, and what about it."""


def _channel(word: str) -> Tell:
    """A way to the parent that does not go through stdout."""
    descriptor = os.dup(1)
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

    return tell


def _grade(job: Mapping[str, Any], tell: Tell) -> None:
    cells = _code_cells(Path(job["notebook"]))
    number = _set_of(cells)
    tell(kind="set", set=number)
    _load_everything()
    from cjsim.course.checks.look import look, tasks_of, words
    from cjsim.course.grading import guard

    tasks = tasks_of(number)
    words(number, "en")
    _rehearse(number)
    names = _namespace(job["folder"])
    _limit(job["seconds"], job["memory"])
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


def _code_cells(path: Path) -> list[Any]:
    """The code cells of a notebook file, whatever state it is in."""
    import nbformat

    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise ValueError("not a file, or too large")
        if not (content := path.read_text(encoding="utf-8-sig")).strip():
            raise _UnusableError("empty", "")
        notebook = nbformat.reads(content, as_version=4)  # type: ignore[no-untyped-call]
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell in cells:
            cell.source = "".join(cell.source)
    except _UnusableError:
        raise
    except Exception as error:  # JSON, encoding, schema, a missing key: all the same to a teacher
        raise _UnusableError("unreadable", type(error).__name__) from None
    if not any(cell.source.strip() for cell in cells):
        raise _UnusableError("empty", "")
    return cells


def _set_of(cells: list[Any]) -> str:
    """The set by nbgrader's marks, or, where a program has dropped them, by what is asked."""
    from cjsim.course.checks.look import sets

    marks = [str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in cells]
    numbers = [match[1] for mark in marks if (match := GRADED.fullmatch(mark))]
    numbers += [match[1] for cell in cells if (match := ASKED.search(cell.source))]
    number = next((number for number in numbers if number in sets()), None)
    if number is None:
        raise _UnusableError("no_tasks", "")
    return number


def _load_everything() -> None:
    """All that a notebook may need lazily: after the belt is closed nothing can be written."""
    import cjsim

    for module in pkgutil.walk_packages(cjsim.__path__, "cjsim."):
        if module.name.rpartition(".")[2] not in ("grade_worker", "__main__"):
            with contextlib.suppress(ImportError):  # an extra that is not installed
                importlib.import_module(module.name)
    for name in ("matplotlib.pyplot", "scipy.stats", "IPython.display",
                 "IPython.core.inputtransformer2"):  # fmt: skip
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _rehearse(number: str) -> None:
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


def _limit(seconds: float, memory: float) -> None:
    """What the operating system will not give: address space, processor time, files, processes."""
    try:
        import resource
    except ImportError:  # Windows has none of these; the clock of the parent remains
        return
    size = _address_space() + int(memory * 2**30)
    cpu = int(seconds * (os.cpu_count() or 1) + _cpu_used()) + 2  # threads count one by one
    limits = {"RLIMIT_AS": size, "RLIMIT_CPU": cpu, "RLIMIT_FSIZE": LARGEST_FILE, "RLIMIT_CORE": 0,
              "RLIMIT_NPROC": _tasks() + MORE_TASKS}  # fmt: skip
    for name, limit in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):  # not on this system
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


def _tasks() -> int:
    """Threads that this user runs: the limit counts them all."""
    count = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if int(facts["Uid"].split()[0]) == os.getuid():
                count += int(facts["Threads"])
    return count or 4096


def _run(cells: list[Any], names: dict[str, Any], tell: Tell) -> None:
    """Run the cells in order, as in class: one that fails does not keep the next from running."""
    from IPython.core.inputtransformer2 import TransformerManager

    transform = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
    for number, cell in enumerate(cells, start=1):
        if cell.metadata.get("nbgrader", {}).get("grade"):
            continue  # the grader has checks of its own
        tell(kind="cell", cell=number)
        try:
            exec(compile(transform(cell.source), f"<cell {number}>", "exec"), names)
        except MemoryError:
            tell(kind="trouble", trouble="memory", what="")
        except (SystemExit, KeyboardInterrupt):
            tell(kind="trouble", trouble="exit", what="")
        except BaseException as error:
            tell(kind="trouble", trouble="error", what=type(error).__name__)


def _quiet() -> None:
    """Nothing of the student's should look over the shoulder of the checks."""
    import threading

    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)


if __name__ == "__main__":
    main()
