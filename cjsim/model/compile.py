"""One source, two forms: the model as plain Python, and the same files compiled by numba.

`compiled` executes the source of each module anew and wraps every function in `numba.njit`. The
disk cache lies in a folder named after a hash of everything that compiled code depends on: numba
itself does not notice that a function in *another* file has changed.
"""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from cjsim.files import digest_of, python_files

HOME = Path(__file__).parents[1]
COMPILED = ("journey.py", "model", "log.py", "engine/fast")
"""Where the code lies that is compiled, and whatever numbers and layouts it takes over."""
STREAMS = "cjsim.model.streams"
ARITHMETIC = "cjsim.model.arithmetic"
CACHES = 8
"""Folders of compiled code that are kept at least; one state of the rules needs two or three."""


class Source(NamedTuple):
    """A module to compile; its functions also take the place of those of `stands_for`."""

    module: str
    stands_for: str | None = None


def has_numba() -> bool:
    """Is numba installed? (It is not in a browser.)"""
    return importlib.util.find_spec("numba") is not None


def digest(home: Path = HOME) -> str:
    """Characters that change with whatever compiled code depends on; `home` is the package."""
    return digest_of(python_files(home, COMPILED))


NAME = "cjsim-cache"
"""How our folder in a place of many is called; the hyphen keeps `import cjsim` from meaning it."""


def cache_folder(digest: str) -> str:
    """The first folder of three in which numba may keep what it compiled, else one for this run.

    It is the user's own and nobody else may write there: what lies in it is executed.
    """
    for place in _places():
        folder = place / f"numba-{digest}"
        try:
            place.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            if not _is_ours_alone(folder):
                continue
            with tempfile.TemporaryFile(dir=folder):
                os.utime(folder)  # used just now
        except OSError:
            continue
        with suppress(OSError):  # somebody else is tidying up
            _forget_old(place)
        return str(folder)
    alone = tempfile.mkdtemp(prefix=f"{NAME}-")
    atexit.register(shutil.rmtree, alone, ignore_errors=True)
    return alone


def _places() -> Iterator[Path]:
    """Where compiled code may lie, the best first. Who has no home has the others."""
    if asked := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(asked)
    else:
        yield HOME / "__pycache__"
        if caches := os.environ.get("XDG_CACHE_HOME"):
            yield Path(caches) / NAME
        else:
            with suppress(RuntimeError):
                yield Path.home() / ".cache" / NAME
    with suppress(OSError):  # a name that all know: somebody else may have made it before
        shared = Path(tempfile.gettempdir()) / f"{NAME}-{_user()}"
        shared.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_ours_alone(shared):
            yield shared


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0  # Windows: each has a folder of their own


def _is_ours_alone(folder: Path) -> bool:
    """Is it our folder, no link to another's, and closed to all others from now on?"""
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    if state.st_uid != os.getuid():
        return False
    if state.st_mode & 0o077:
        if state.st_mode & 0o022:  # others could have put something in
            return False
        folder.chmod(0o700)
    return True


def _forget_old(place: Path) -> None:
    """Delete what was compiled of rules that have changed since: 5 to 10 MB each time.

    The newest are kept, and what somebody used within a day: a test of the rules as they were may
    be running.
    """
    used = {folder: folder.stat().st_mtime for folder in place.glob("numba-*")}
    for folder in sorted(used, key=used.__getitem__)[:-CACHES]:
        if used[folder] < time.time() - 86_400:
            shutil.rmtree(folder, ignore_errors=True)


_LOCK = threading.RLock()
_TWINS: dict[Sequence[Source], ModuleType] = {}


def compiled(*wanted: Source, entry_points: Sequence[str]) -> ModuleType:
    """The functions of some modules, compiled; names imported among them are replaced too.

    Parameters
    ----------
    wanted : the modules in the order of their imports.
    entry_points : the functions that Python calls; all others are called by compiled code only.

    Returns a module with all functions; threads that ask at the same time get the same one.
    """
    with _LOCK:
        if wanted not in _TWINS:
            _TWINS[wanted] = _twin(wanted, entry_points)
        return _TWINS[wanted]


def _twin(wanted: Sequence[Source], entry_points: Sequence[str]) -> ModuleType:
    """What `compiled` returns, made anew; one thread at a time, numba's settings are global."""
    import numba

    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = cache_folder(digest())
    cold = not any(Path(config.CACHE_DIR).rglob(f"*{entry_points[0]}*.nbi"))
    if cold and "advance" in entry_points and sys.stderr.isatty():  # a notebook's outputs stay
        print("cjsim: compiling the engine, once; about half a minute ...", file=sys.stderr)
    together = ModuleType("cjsim_compiled")
    executed: dict[str, ModuleType] = {}
    twins: dict[int, Any] = {}  # by the identity of what they replace
    try:
        for source in wanted:
            module = executed[source.module] = _executed(source.module)
            homes = [importlib.import_module(name) for name in source if name]
            for key, value in list(vars(module).items()):
                if isinstance(value, FunctionType) and value.__globals__ is module.__dict__:
                    twin = _njit(value, key in entry_points, key in vars(module).get("IN_LINE", ()))
                    for home in homes:
                        twins[id(getattr(home, key, None))] = twin
                    setattr(module, key, twin)
                    setattr(together, key, twin)
                elif isinstance(value, ModuleType) and value.__name__ in executed:
                    setattr(module, key, executed[value.__name__])
                elif callable(value) and id(value) in twins:
                    setattr(module, key, twins[id(value)])
    finally:
        config.CACHE_DIR = before
    return together


def _executed(name: str) -> ModuleType:
    """The module of that name, its source executed once more in a module of its own."""
    spec = importlib.util.find_spec(name)
    assert spec is not None, name
    assert spec.origin is not None, name
    module = ModuleType(f"{name}_compiled".replace(".", "_"))
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module  # numba's cache looks its functions up by name
    text = Path(spec.origin).read_text(encoding="utf-8")
    exec(compile(text, spec.origin, "exec"), module.__dict__)
    if name == STREAMS:
        _give_words(module)
    if name in (STREAMS, ARITHMETIC):
        from cjsim.model.wide import give_instructions  # numba itself

        give_instructions(module)
    return module


def _give_words(module: ModuleType) -> None:
    """Python's integers have no size; compiled, a word of the streams has 64 bits and no sign."""
    for key, value in list(vars(module).items()):
        if value is int:
            setattr(module, key, np.uint64)
        elif type(value) is int:
            setattr(module, key, np.uint64(value))


def _njit(function: FunctionType, called: bool, in_line: bool) -> Any:
    """A compiled function: `called` by Python too? Copied `in_line` into its callers?"""
    import numba

    inner = {} if called else {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    # no array is made inside, so none needs counting (_nrt)
    options: dict[str, Any] = {"cache": called, "error_model": "numpy", "_nrt": False}
    options["nogil"] = True  # several runs at once, a thread each
    options["forceinline"] = in_line
    return numba.njit(**options, **inner)(function)
