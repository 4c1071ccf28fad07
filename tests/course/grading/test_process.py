"""One submission from outside: whatever its process does, it ends, and ends in a verdict."""

import itertools
import os
import socket
import sys
import threading
from pathlib import Path

import psutil
import pytest

from cjsim.course.checks import tasks_of
from cjsim.course.grading import process as processes
from cjsim.course.grading.collect import Submission
from cjsim.course.grading.process import Limits, _process, _Watched, grade_one, remove
from cjsim.course.grading.sandbox import Sandbox
from cjsim.course.grading.told import Told

posix = pytest.mark.skipif(os.name != "posix", reason="signals and links of posix")
POINTS = {str(task.number): task.most for task in tasks_of("01")}
HEAD = f"""
import json, os, signal, subprocess, sys
job = json.loads(sys.stdin.readline())
MARKED = "import signal; signal.pause()  # left {os.getpid()}"
def tell(**facts):
    print(json.dumps({{"word": job["word"], **facts}}), flush=True)
def begin():
    tell(kind="set", set="01", source="cells", missing=[])
    tell(kind="ready")
    tell(kind="cell", cell=3)
def end(most={POINTS}):
    tell(kind="cell", cell="checks")
    tell(kind="points", points=most, failed=[])
"""


class Fake(Sandbox):
    """A process that runs other code than the worker's."""

    def command(self, folder, words):
        return [sys.executable, "-I", "-c", HEAD + self.what]


@pytest.fixture
def submission(tmp_path):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")
    return Submission("a", tmp_path / "a.ipynb", "a.ipynb")


@pytest.fixture
def left():
    """Says what runs still of the processes begun in a test: children, and those that have left.

    Only those begun since: a test before this one may have left joblib's workers and the trackers
    of their memory, which stay children of this process until it ends.
    """
    before = set(psutil.Process().children(recursive=True))

    def found():
        marked = (
            one
            for one in psutil.process_iter(["cmdline"])
            if f"# left {os.getpid()}" in " ".join(one.info["cmdline"] or ())
        )
        return [*set(psutil.Process().children(recursive=True)) - before, *marked]

    return found


ENDS = {
    "all is well": ("begin(); end()", "ok"),
    "it hangs after its points": ("begin(); end(); signal.pause()", "ok"),
    "a child holds its pipe": (
        "begin(); subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); end()",
        "ok",
    ),
    "it prints between": ("begin(); print('{\"word\": 1}', b'\\xff', '\\0'); end()", "ok"),
    "nothing at all": ("", "the grader itself failed: exit status 0"),
    "an error at the start": ("1 / 0", "the grader itself failed: exit status 1"),
    "a crash at the start": (
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "the grader itself failed: exit status -11",
    ),
    "it leaves": ("begin()", "ended Python itself in cell 3"),
    "it crashes": ("begin(); os.abort()", "ended Python itself in cell 3"),
    "it closes its mouth": (
        "begin(); os.close(1); signal.pause()",
        "ended Python itself in cell 3",
    ),
    "processor time is up": (
        "begin(); os.kill(os.getpid(), signal.SIGXCPU)",
        "stopped after 1 s in cell 3",
    ),
    "it is up in a sandbox": (
        "begin(); sys.exit(128 + signal.SIGXCPU)",
        "stopped after 1 s in cell 3",
    ),
    "it stops": ("begin(); os.kill(os.getpid(), signal.SIGSTOP)", "stopped after 1 s in cell 3"),
    "it waits for ever": ("begin(); signal.pause()", "stopped after 1 s in cell 3"),
    "a child leaves its group": (
        "begin(); subprocess.Popen([sys.executable, '-c', MARKED], start_new_session=True)\n"
        "signal.pause()",
        "stopped after 1 s in cell 3",
    ),
    "it will not be ended": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); begin(); signal.pause()",
        "stopped after 1 s in cell 3",
    ),
    "a flood of lines": (
        "begin()\nfor _ in range(6000): print('x')\nend()",
        "ended Python itself in cell 3",
    ),
    "a line without an end": (
        "begin()\nwhile True: print('x' * 10**6, end='')",
        "ended Python itself in cell 3",
    ),
    "points that are too many": (
        "begin(); end({'1': 999, '2': 0, '3': 0, '4': 0})",
        "wrote to the grader in its own name in the checks; no points",
    ),
    "points out of turn": (
        "tell(kind='points', points={}, failed=[])",
        "wrote to the grader in its own name in the start; no points",
    ),
    "too many processes": (
        "begin()\nfor _ in range(70): subprocess.Popen(['sleep', '600'])\nsignal.pause()",
        "started too many processes in cell 3",
    ),
    "too much memory": (
        "begin(); x = b'x' * 10**9; signal.pause()",
        "needed more than 0.25 GB in cell 3",
    ),
}
"""What a process does, and the verdict."""


@posix
@pytest.mark.parametrize("name", ENDS)
def test_whatever_a_process_does_it_ends_in_a_verdict(name, submission, left, monkeypatch):
    code, verdict = ENDS[name]
    monkeypatch.setattr(processes, "KIT_MEMORY", 0.25)
    patient = 1.0 if verdict.startswith("stopped") else 60.0
    graded = grade_one(submission, Limits(patient, 0.25), Fake(what=code))
    assert graded.says("en") == verdict
    assert graded.points == (POINTS if verdict == "ok" else {})
    _, alive = psutil.wait_procs(left(), timeout=30)
    assert alive == []


@posix
def test_one_that_gets_away_holds_nobody_up(submission, left):
    """A plain process may leave a child that is nobody's, with the pipe in its hand."""
    code = (
        "begin()\nif os.fork() == 0:\n  os.setsid()\n"
        "  subprocess.Popen([sys.executable, '-c', MARKED])\n  os._exit(0)\nos.wait()"
    )
    try:
        graded = grade_one(submission, Limits(600), Fake(what=code))
        assert graded.says("en") == "ended Python itself in cell 3"
    finally:
        for escaped in left():
            escaped.kill()


def test_the_clock_starts_once_and_is_the_parents(submission, tmp_path):
    """Each look at this clock is a second; the process says for ever that it is ready."""
    kept = Fake(what="begin()\nwhile True: tell(kind='ready')")
    watched = _Watched(submission, Limits(40.0), kept, tmp_path, {}, itertools.count().__next__)
    told = Told("word", 2.0)
    with _process(tmp_path, kept, {}) as process:
        process.stdin.write(b'{"word": "word"}\n')
        process.stdin.flush()
        ended = watched._listen(process, told, threading.Event())
    assert ended == ("time", {"seconds": 40.0, "cell": "3"})


def test_a_submission_that_is_no_longer_wanted_is_ended(submission):
    stop = threading.Event()
    stop.set()
    graded = grade_one(submission, None, Fake(what="begin(); sys.stdin.read()"), stop)
    assert graded.total == 0


ERRORS = (
    RecursionError("deep"), MemoryError(), KeyError("set"), OSError(28, "No space left"),
    PermissionError(13, "no"), FileNotFoundError("gone"), BrokenPipeError(), ValueError("\x1b[2J"),
    UnicodeEncodeError("utf-8", "\udcc8", 0, 1, "surrogates"), psutil.NoSuchProcess(1),
    psutil.AccessDenied(1), AssertionError(), TypeError("\n"), IndexError(), EOFError(),
)  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", ["_copy_files", "_process", "_too_much", "_grade_of"])
def test_any_error_is_a_verdict_with_a_name(error, place, submission, monkeypatch):
    def fails(*given):
        raise error

    monkeypatch.setattr(processes, place, fails)
    monkeypatch.setattr(processes, "LOOK_SECONDS", 0.0)
    graded = grade_one(submission, None, Fake(what="begin()"))
    assert (graded.student, graded.file, graded.verdict) == ("a", "a.ipynb", "failed")
    assert type(error).__name__ in graded.says("en")
    assert graded.says("ru").isprintable()


def test_a_link_is_not_opened(submission):
    link = Submission("a", Path("/nowhere"), "a.ipynb", is_link=True)
    assert grade_one(link).says("en") == "a link, not a file; not followed"


# --- its folder is gone afterwards ----------------------------------------------------------------


def deep(folder):
    """Deeper than Python calls itself, and longer than a path may be."""
    before = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    for _ in range(1200):
        os.mkdir("deeper")
        os.chdir("deeper")
    os.fchdir(before)
    os.close(before)


def locked(folder):
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").touch()
    (folder / "a" / "b").chmod(0)
    (folder / "a").chmod(0)


MESSES = {
    "nothing": lambda folder: None,
    "a file": lambda folder: (folder / "file").touch(),
    "hidden": lambda folder: (folder / ".hidden").mkdir(),
    "wide": lambda folder: [(folder / "many" / str(n)).mkdir(parents=True) for n in range(500)],
    "deep": deep,
    "locked": locked,
    "a file without rights": lambda folder: (folder / "file").touch(0),
    "a link out": lambda folder: (folder / "out").symlink_to(folder.parent / "dear"),
    "a link to a folder out": lambda folder: (folder / "out").symlink_to(folder.parent),
    "a link in a folder": lambda folder: [
        (folder / "in").mkdir(),
        (folder / "in" / "out").symlink_to("/"),
    ],
    "a link to itself": lambda folder: (folder / "self").symlink_to("self"),
    "a pipe": lambda folder: os.mkfifo(folder / "pipe"),
    "a socket": lambda folder: socket.socket(socket.AF_UNIX).bind(str(folder / "socket")),
    "no text": lambda folder: os.mkdir(os.path.join(os.fsencode(folder), b"\xff\n")),
    "like what it makes": lambda folder: [
        (folder / f"{n}" / "x" / "y").mkdir(parents=True) for n in range(9)
    ],
}


@posix
@pytest.mark.parametrize("mess", MESSES)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whatever_was_made_in_a_folder_it_is_gone(mess, tmp_path):
    (tmp_path / "dear").write_text("dear", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    MESSES[mess](tmp_path / "folder")
    remove(tmp_path / "folder")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["dear"]
