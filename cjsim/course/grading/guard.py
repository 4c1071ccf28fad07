"""In a notebook's process: tell what it tries outside of its folder, and see that the kit is whole.

The audit hook (PEP 578) refuses and names what no exercise needs: writing elsewhere, starting
programs, connections, signals to others. It is there for accidents, and so that a teacher hears of
them; it does not keep anybody in, as compiled libraries write files without asking it. What keeps a
notebook in is the `sandbox`.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

PROGRAMS = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.forkpty", "pty.spawn", "os.startfile", "os.startfile/2",
)  # fmt: skip
CONNECTIONS = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
)  # fmt: skip
SIGNALS = ("os.kill", "os.killpg")
CHANGES = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "shutil.move", "shutil.rmtree",
)  # fmt: skip
TWO_PATHS = ("os.rename", "os.link", "os.symlink", "shutil.move")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Refused = Callable[[str, str], None]


def close(folder: str, refused: Refused) -> None:
    """From here on this process is refused what no exercise needs.

    Parameters
    ----------
    folder : the only place where files may be written.
    refused : is told the kind ("wrote", "program", ...) and what it was, before an error is raised.
    """
    home = os.path.realpath(folder)
    kinds = {
        **dict.fromkeys(PROGRAMS, "program"), **dict.fromkeys(CONNECTIONS, "network"),
        **dict.fromkeys(SIGNALS, "signal"), **dict.fromkeys(CHANGES, "wrote"), "open": "wrote",
    }  # fmt: skip
    judges = {"wrote": _written_elsewhere, "signal": _other_process}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if kind := kinds.get(event):
            what = judges.get(kind, _what_was_asked)(event, arguments, home)
            if what:
                refused(kind, what)
                raise PermissionError(f"{event}: {what}: not allowed while grading")

    sys.addaudithook(hook)


def _what_was_asked(event: str, arguments: tuple[Any, ...], home: str) -> str:
    """What was asked for, where it has a name; else the event."""
    first = arguments[0] if arguments else None
    return os.fsdecode(first)[:80] if isinstance(first, (str, bytes)) else event


def _other_process(event: str, arguments: tuple[Any, ...], home: str) -> str:
    """A process may end itself, and nobody else."""
    own = event == "os.kill" and arguments[0] == os.getpid()
    return "" if own else str(arguments[0])


def _written_elsewhere(event: str, arguments: tuple[Any, ...], home: str) -> str:
    """The path outside of the folder that is written or changed, else nothing."""
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(flags, int) and bool(flags & WRITING)
        writes |= isinstance(mode, str) and any(letter in mode for letter in "wax+")
        return _elsewhere(path, home) if writes else ""
    paths = arguments[:2] if event in TWO_PATHS else arguments[:1]
    return next((place for path in paths if (place := _elsewhere(path, home))), "")


def _elsewhere(path: Any, home: str) -> str:
    """The path if it lies outside of the working folder, links followed; else nothing."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return ""  # a file that is open already
    name = os.fsdecode(path)
    real = os.path.realpath(name)
    inside = real == home or real.startswith(home + os.sep)
    return "" if inside or name == os.devnull else name[:200]


# --- is the kit still what it was? ----------------------------------------------------------------

Parts = dict[tuple[str, str], Any]
BESIDE_THE_KIT = ("builtins", "math", "random", "numpy", "pandas", "simpy", "simpy.core", "json")
"""Modules whose functions the checks lean on."""
ADDED = "*"
"""Stands for all names of a module or class: one put there later may hide another."""
MOVING = ("__builtins__", "_spoken", "__warningregistry__", "__annotations__", "__doc__", "_")
"""Names whose values may change in honest use."""


def parts() -> Parts:
    """Every function, class, method and constant of the kit, by module and name."""
    by_name: Parts = {}
    for name, module in list(sys.modules.items()):
        if name == "cjsim" or name.startswith("cjsim."):
            _add_module(by_name, name, module, all_names=True)
        elif name in BESIDE_THE_KIT:
            _add_module(by_name, name, module, all_names=False)
    return by_name


def changed(before: Parts) -> list[str]:
    """Names that are not what they were: `cjsim.run.simulate`."""
    now = parts()
    gone = object()
    names: set[str] = set()
    for (home, name), value in before.items():
        current = now.get((home, name), gone)
        if name == ADDED and isinstance(current, frozenset):
            names.update(f"{home}.{new}" for new in current - value)
        elif not _is_unchanged(value, current):
            names.add(f"{home}.{name}")
    return sorted(names)


def _add_module(by_name: Parts, name: str, module: Any, all_names: bool) -> None:
    if all_names:
        by_name[name, ADDED] = _own_names(module)
    for key, value in list(vars(module).items()):
        if key in MOVING or (not all_names and not callable(value)):
            continue
        by_name[name, key] = _value_or_copy(key, value)
        if key == "TASKS":
            for check in (check for task in value for check in task.checks):
                by_name[name, f"{key}.{check.name}"] = [check.points, check.test]
        if isinstance(value, types.FunctionType):
            _add_function(by_name, f"{name}.{key}", value)
        elif isinstance(value, type) and (all_names or name in ("pandas", "simpy", "random")):
            by_name[f"{name}.{key}", ADDED] = _own_names(value)
            for attribute, inner in list(_stable_attributes(value)):
                by_name[f"{name}.{key}", attribute] = inner
                if isinstance(inner, types.FunctionType):
                    _add_function(by_name, f"{name}.{key}.{attribute}", inner)


def _own_names(home: Any) -> frozenset[str]:
    """The names of a module or class, without its submodules, which come when they are needed."""
    return frozenset(
        key
        for key, value in list(vars(home).items())
        if not key.startswith("__") and not isinstance(value, types.ModuleType)
    )


def _add_function(by_name: Parts, name: str, function: types.FunctionType) -> None:
    by_name[name, "__code__"] = function.__code__
    by_name[name, "__defaults__"] = function.__defaults__
    by_name[name, "__kwdefaults__"] = function.__kwdefaults__


def _stable_attributes(cls: type) -> Iterator[tuple[str, Any]]:
    """Attributes of a class that stay as they are: pydantic and abc write into their own."""
    kinds = (types.FunctionType, property, classmethod, staticmethod)
    return ((key, value) for key, value in vars(cls).items() if isinstance(value, kinds))


def _value_or_copy(key: str, value: Any) -> Any:
    """The value itself; of a constant that could be changed in place, a copy."""
    if key.isupper() and key[0] != "_" and type(value) in (dict, list, set):
        return value.copy()
    return value


def _is_unchanged(before: Any, now: Any) -> bool:
    if type(before) in (dict, list, set) and type(before) is type(now):
        return len(before) == len(now) and all(
            a is b for a, b in zip(_items(before), _items(now), strict=True)
        )
    return before is now


def _items(value: Any) -> list[Any]:
    return [*value, *value.values()] if isinstance(value, dict) else list(value)
