"""Other luck for a lecture: the seeds that its own code gives are moved, the kit's own are not.

Every public name of the kit that takes a `seed` gets it moved where a lecture calls it, given or by
default; so do `random.Random` and `numpy.random.default_rng`. What the kit calls in its turn stays
as it is, so nothing is moved twice, and workers need to know nothing of it.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import random
import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

LECTURE: Final = "__main__"
"""The module that a notebook's cells are in."""
TYPED: Final = 5_000
"""Seeds below it are typed by people. Larger ones are worlds that the kit drew, or moved before."""
PACKAGES: Final = (
    "cjsim", "cjsim.charts", "cjsim.course", "cjsim.data", "cjsim.inference", "cjsim.lab",
    "cjsim.measures", "cjsim.observe", "cjsim.experiment.archetypes", "cjsim.model.population",
    "cjsim.model.streams",
)  # fmt: skip
"""Where lectures take from what has a seed."""


def move(by: int) -> Callable[[], None]:
    """Move the seeds of lectures in this process from now on.

    Parameters
    ----------
    by : what is added to a seed that is typed.

    Returns what takes it back.
    """
    before: list[tuple[Any, str, Any]] = []

    def replace(place: Any, name: str, new: Any) -> None:
        before.append((place, name, vars(place)[name]))
        setattr(place, name, new)

    for function in _functions():
        moving = _moving(function, by)
        for place, name in _homes(function):
            replace(place, name, moving)
    for kind in _kinds():
        for name, method in list(vars(kind).items()):
            if _takes_seed(method):
                replace(kind, name, _moving(method, by))
    replace(random, "Random", _random(by))
    replace(np.random, "default_rng", _generators(by))

    def take_back() -> None:
        for place, name, old in reversed(before):
            setattr(place, name, old)

    return take_back


def moved(seed: Any, by: int) -> Any:
    """A seed that is typed, moved; any other as it is.

    >>> moved(101, 9000), moved(2**61, 9000), moved(None, 9000)
    (9101, 2305843009213693952, None)
    """
    is_typed = isinstance(seed, int | np.integer) and 0 <= seed < TYPED
    return seed + by if is_typed else seed


def _public() -> list[Any]:
    packages = [importlib.import_module(name) for name in PACKAGES]
    return [
        getattr(package, name)
        for package in packages
        for name in getattr(package, "__all__", vars(package))
        if not name.startswith("_")
    ]


def _functions() -> list[Any]:
    return list({id(one): one for one in _public() if _takes_seed(one)}.values())


def _kinds() -> list[type]:
    return list(dict.fromkeys(one for one in _public() if inspect.isclass(one)))


def _takes_seed(what: Any) -> bool:
    return inspect.isfunction(what) and "seed" in inspect.signature(what).parameters


def _homes(function: Any) -> list[tuple[Any, str]]:
    """Every module of the kit that has a function, and its name there."""
    kit = [module for name, module in list(sys.modules.items()) if name.split(".")[0] == "cjsim"]
    return [(m, name) for m in kit for name, one in list(vars(m).items()) if one is function]


def _is_lecture() -> bool:
    """Whether who calls the caller of this is a cell of a notebook."""
    return sys._getframe(2).f_globals.get("__name__") == LECTURE


def _moving(function: Any, by: int) -> Any:
    signature = inspect.signature(function)
    default = signature.parameters["seed"].default

    @functools.wraps(function)
    def moving(*args: Any, **words: Any) -> Any:
        if not _is_lecture():
            return function(*args, **words)
        given = signature.bind_partial(*args, **words)
        if default is not inspect.Parameter.empty:
            given.arguments.setdefault("seed", default)
        if "seed" in given.arguments:
            given.arguments["seed"] = moved(given.arguments["seed"], by)
        return function(*given.args, **given.kwargs)

    return moving


def _random(by: int) -> type[random.Random]:
    class Random(random.Random):
        """Python's generator; moved where a lecture makes it."""

        def __init__(self, x: Any = None) -> None:
            super().__init__(moved(x, by) if _is_lecture() else x)

    return Random


def _generators(by: int) -> Any:
    original = np.random.default_rng

    @functools.wraps(original)
    def default_rng(seed: Any = None) -> np.random.Generator:
        return original(moved(seed, by) if _is_lecture() else seed)

    return default_rng
