"""One source, two forms: the rules as plain Python, and the same files compiled by numba.

`compiled("cjsim.streams", "cjsim.rules")` executes the source of each module anew and wraps every
function in `numba.njit`. The disk cache lies in a folder named after a hash of those sources:
numba itself does not notice that a function in *another* file has changed.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

STREAMS = "cjsim.streams"
CONSTANTS = (
    "cjsim.kernel", "cjsim.journey", "cjsim.events", "cjsim.terms", "cjsim.population",
    "cjsim.log", "cjsim.engine.memory",
)  # fmt: skip
"""Modules whose numbers and record layouts stand in compiled code without being compiled."""
CACHES = 8
"""Folders of compiled code that are kept at least; one state of the rules needs two or three."""


def has_numba() -> bool:
    """Is numba installed? (It is not in a browser.)"""
    return importlib.util.find_spec("numba") is not None


def _source(name: str) -> tuple[Path, bytes]:
    spec = importlib.util.find_spec(name)
    assert spec is not None, name
    assert spec.origin is not None, name
    path = Path(spec.origin)
    return path, path.read_bytes()


def _cache_folder(digest: str) -> str:
    """The first folder of three in which numba may keep what it compiled."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    places = [Path(asked)] if asked else [Path(__file__).parent / "__pycache__", home / "cjsim"]
    for place in [*places, Path(tempfile.gettempdir()) / "cjsim"]:
        folder = place / f"numba-{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                os.utime(folder)  # used just now
        except OSError:
            continue
        with suppress(OSError):  # somebody else is tidying up
            _forget_old(place)
        return str(folder)
    return tempfile.mkdtemp(prefix="cjsim-numba-")


def _forget_old(place: Path) -> None:
    """Delete what was compiled of rules that have changed since: 5 to 10 MB each time.

    The newest are kept, and what somebody used within a day: a test of the rules as they were may
    be running.
    """
    used = {folder: folder.stat().st_mtime for folder in place.glob("numba-*")}
    for folder in sorted(used, key=used.__getitem__)[:-CACHES]:
        if used[folder] < time.time() - 86_400:
            shutil.rmtree(folder, ignore_errors=True)


def _give_words(module: ModuleType) -> None:
    """Python's integers have no size; compiled, a word of the streams has 64 bits and no sign."""
    from cjsim.engine.memory import high_low

    for key, value in list(vars(module).items()):
        if value is int:
            setattr(module, key, np.uint64)
        elif type(value) is int:
            setattr(module, key, np.uint64(value))
    setattr(module, "high_low", high_low)  # noqa: B010 - the processor's own


_LOCK = threading.RLock()
_TWINS: dict[tuple[str, ...], ModuleType] = {}


def compiled(*names: str) -> ModuleType:
    """The functions of the named modules, compiled; names imported among them are replaced too.

    Parameters
    ----------
    names : dotted module names in the order of their imports, e.g. "cjsim.streams", "cjsim.rules".
        "a=b" puts the functions of b in the place of those of a.

    Returns the last module's compiled twin; threads that ask at the same time get the same one.
    """
    with _LOCK:
        if names not in _TWINS:
            _TWINS[names] = _twin(*names)
        return _TWINS[names]


def _twin(*names: str) -> ModuleType:
    """What `compiled` returns, made anew; one thread at a time, numba's settings are global."""
    import numba

    config: Any = numba.config
    pairs = {source: plain for plain, _, source in (name.rpartition("=") for name in names)}
    sources = {name: _source(name) for name in pairs}
    read = [text for _, text in [*sources.values(), *map(_source, CONSTANTS)]]
    before = config.CACHE_DIR
    config.CACHE_DIR = _cache_folder(hashlib.sha256(b"".join(read)).hexdigest()[:16])
    cold = len(names) > 1 and not any(Path(config.CACHE_DIR).rglob("*.nbi"))
    if cold and sys.stderr.isatty():  # a notebook's outputs stay as they are
        print("cjsim: compiling the engine, once; about half a minute ...", file=sys.stderr)
    twins: dict[object, object] = {}
    try:
        for name, (path, text) in sources.items():
            module = ModuleType(f"{name}_compiled".replace(".", "_"))
            module.__file__ = str(path)
            sys.modules[module.__name__] = module  # numba's cache looks its functions up by name
            exec(compile(text, str(path), "exec"), module.__dict__)
            if name == STREAMS:
                _give_words(module)
            original = importlib.import_module(pairs[name] or name)
            for key, value in list(vars(module).items()):
                if isinstance(value, FunctionType) and value.__globals__ is module.__dict__:
                    called = key in getattr(original, "ENTRY_POINTS", ())
                    inner = {} if called else {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
                    # no array is made inside, so none needs counting (_nrt)
                    options = {"cache": called, "error_model": "numpy", "_nrt": False}
                    options["nogil"] = True  # several runs at once, a thread each
                    twin = numba.njit(**options, **inner)(value)
                    twins[getattr(original, key, None)] = twin
                    setattr(module, key, twin)
                elif isinstance(value, FunctionType) and value in twins:
                    setattr(module, key, twins[value])
    finally:
        config.CACHE_DIR = before
    return module


def streams() -> ModuleType:
    """The random numbers in the fastest form there is; all forms give the same."""
    return compiled(STREAMS) if has_numba() else importlib.import_module(STREAMS)


@functools.cache
def plain_rules() -> ModuleType:
    """The rules in plain Python, drawing from the fastest stream."""
    from cjsim import rules

    setattr(rules, "block", streams().block)  # noqa: B010 - a rule draws with it
    return rules
