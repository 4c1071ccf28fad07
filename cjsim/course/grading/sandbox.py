"""What keeps a notebook's process from doing harm: the system, where it can.

On Linux with bubblewrap (`bwrap`) a notebook runs in namespaces of its own: it sees the system's
programs, Python and the kit, all read-only, and one folder to write in; no home, no other
submissions, no network, no processes but its own. That is tried before it is relied on. Elsewhere a
notebook is a plain process of the user who grades, with limits; `Sandbox.says` says which it was.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cjsim.course.grading.collect import printable
from cjsim.labels import text

PROGRAM = "bwrap"
TRIAL_SECONDS = 60.0
INSIDE = Path("/tmp")
"""Where a sandboxed process finds its folder."""
SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/nix/store", "/etc/ld.so.cache",
    "/etc/alternatives", "/etc/fonts", "/etc/localtime",
)  # fmt: skip
"""What a program needs of the system; nothing of its users."""
TRIAL = """
import json, os, sys
import IPython, matplotlib, nbformat, numba, cjsim.course.grading.worker
outside = sys.argv[1]
try:
    made = open(os.path.join(outside, "made"), "w")
except OSError:
    made = None
open("mine", "w").write("mine")
print(json.dumps({"pid": os.getpid(), "sees": os.path.exists(outside), "writes": made is not None}))
"""
"""Loads the kit and says what it is shown: nothing of a folder outside, processes counted anew."""


@dataclass(frozen=True)
class Sandbox:
    """How notebooks are kept.

    Parameters
    ----------
    program : bubblewrap's path; "" where notebooks are plain processes.
    reason : why they are: a key of the words.
    what : what was found instead of a sandbox that works.
    """

    program: str = ""
    reason: str = "asked"
    what: str = ""

    def says(self, lang: str = "en") -> str:
        """What holds a notebook, and what does not, in a sentence or two."""
        if self.program:
            return text("grade.sandbox.bubblewrap", lang)
        reason = text(f"grade.sandbox.{self.reason}", lang).format(what=self.what)
        return text("grade.sandbox.plain", lang).format(reason=reason)

    def inside(self, folder: Path) -> Path:
        """Where a process finds its folder."""
        return INSIDE if self.program else folder

    def command(self, folder: Path, words: list[str]) -> list[str]:
        """The command that runs a Python with these words, `folder` its own place to write."""
        python = [sys.executable, *words]
        if not self.program:
            return python
        view = [part for path in seen() for part in ("--ro-bind-try", path, path)]
        return [
            self.program, "--unshare-all", "--die-with-parent", "--new-session",
            "--cap-drop", "ALL", "--bind", str(folder), str(INSIDE), *view, "--dev", "/dev",
            "--proc", "/proc", "--remount-ro", "/dev", "--remount-ro", "/",
            "--chdir", str(INSIDE), "--", *python,
        ]  # fmt: skip


@lru_cache
def seen() -> tuple[str, ...]:
    """The paths that a sandboxed process may read: system, Python and packages, and the kit.

    Of the folder in which the kit lies it is the package alone, not the exercises beside it.
    """
    kit = Path(__file__).parents[2]
    asked = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [
        sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix,
        *site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else []),
        *(path for path in asked if os.path.isabs(path) and not kit.is_relative_to(path)),
    ]  # fmt: skip
    places = [*SYSTEM, *paths, *map(os.path.realpath, paths), str(kit), os.path.realpath(kit)]
    outer: list[str] = []
    for path in sorted(dict.fromkeys(places), key=len):
        within = any(Path(path).is_relative_to(other) for other in outer)
        if not within and path != os.sep:
            outer.append(path)
    return tuple(outer)


def own_kit(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which Python finds the grader's own kit, whatever else is installed."""
    home = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, [home, environment.get("PYTHONPATH", "")]))
    return {**environment, "PYTHONPATH": path}


def sandbox() -> Sandbox:
    """The best sandbox of this machine, tried."""
    if not sys.platform.startswith("linux"):
        return Sandbox(reason="system", what=sys.platform)
    program = shutil.which(PROGRAM)
    if not program:
        return Sandbox(reason="missing")
    problem = _problem(Sandbox(program))
    return Sandbox(reason="broken", what=problem) if problem else Sandbox(program)


def _problem(tried: Sandbox) -> str:
    """What is wrong with a sandbox; nothing where it holds what it should."""
    with tempfile.TemporaryDirectory() as outside, tempfile.TemporaryDirectory() as folder:
        command = tried.command(Path(folder), ["-P", "-c", TRIAL, outside])
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                errors="backslashreplace", timeout=TRIAL_SECONDS, cwd=folder,
                env=own_kit(dict(os.environ)),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__
        try:
            told = json.loads(done.stdout)
            held = not told["sees"] and not told["writes"] and told["pid"] < 10
        except (ValueError, TypeError, KeyError):
            last = next(reversed(done.stderr.splitlines()), "")
            return printable(last or f"exit status {done.returncode}", 80)
        return "" if held else "holds nothing"
