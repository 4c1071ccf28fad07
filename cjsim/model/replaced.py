"""Which rules were replaced in this process. Compiled code is made of the files and would not know.

To try another rule, set it where it lives: `rules.fed_up = never`. Engine and transitions look it
up there each time, so the SimPy engine follows at once; the compiled one must step aside.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from cjsim.model import quickest, rules, transitions

MODULES = (rules, transitions)


def replaced() -> list[str]:
    """Functions that are not, in this process, what the files of rules and transitions say.

    Returns their names, such as "rules.fed_up"; a few microseconds after the first call.

    >>> replaced()
    []
    """
    return [
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module, name, written in _written()
        if not _is(vars(module).get(name), written)
    ]


def refuse_replaced(asked: str) -> None:
    """Raise ValueError where a rule was replaced and `asked`, in words, could not follow it."""
    names = replaced()
    if names:
        raise ValueError(
            f"{asked} runs the rules as their files say, and {', '.join(names)} was replaced in "
            'this process: take engine="simpy" with executor="threads" or "here", or put it back'
        )


@cache
def _written() -> list[tuple[ModuleType, str, Any]]:
    """What belongs where: (module, name, the code of its own function or what it imports)."""
    places: list[tuple[ModuleType, str, Any]] = []
    for module in MODULES:
        for code in _functions(module):
            loaded = getattr(vars(module).get(code.co_name), "__code__", None)
            places.append((module, code.co_name, loaded if loaded == code else code))
        for name in set(quickest.ENTRY_POINTS) & set(vars(module)):
            places.append((module, name, getattr(quickest, name)))
    return places


def _functions(module: ModuleType) -> list[CodeType]:
    """The functions of a module's file; whatever was set in the module since does not matter."""
    spec: Any = importlib.util.find_spec(module.__name__)
    whole: CodeType = spec.loader.get_code(module.__name__)
    return [part for part in whole.co_consts if isinstance(part, CodeType)]


def _is(value: Any, written: Any) -> bool:
    if isinstance(written, CodeType):
        code = getattr(value, "__code__", None)
        return code is written or bool(code == written)
    return value is written
