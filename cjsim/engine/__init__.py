"""Who runs the people: two engines that write the same rows, bit for bit.

`process` is the SimPy engine that is taught; `fast` is the one that answers at once.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from cjsim.model.compile import has_numba

if TYPE_CHECKING:
    from cjsim.log import Folded
    from cjsim.model.arms import Split
    from cjsim.model.population import Population
    from cjsim.scenario import Scenario

ENGINES = ("auto", "simpy", "compiled")


class Simulation(Protocol):
    """What every engine is: made for one market, run once, then asked for its journal."""

    def __init__(
        self,
        scenario: Scenario,
        everybody: Population,
        seed: int,
        truth: bool = False,
        log: str = "all",
        split: Split | None = None,
    ) -> None: ...

    def run(self) -> None:
        """Let the market live from its burn-in to its horizon."""

    def before_day_0(self) -> npt.NDArray[Any]:
        """The rows of the burn-in (`log.ROW`), which no log keeps; asked for in place of `run`."""

    def journal(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None, Folded | None]:
        """Rows (`log.ROW`), truths per row (`log.TRUTHS`) if asked for, totals of dropped rows.

        An engine that keeps all rows, whatever `log` asks for, has no totals.
        """


def engine_of(given: object) -> type[Simulation]:
    """The engine that is meant: one of `ENGINES` by name, or a class such as a student's own.

    Raises ValueError for what is neither.
    """
    if isinstance(given, type):
        if callable(getattr(given, "run", None)) and callable(getattr(given, "journal", None)):
            return given
        raise ValueError(
            f"engine = {given.__name__}: is no engine; write a subclass of "
            "cjsim.engine.process.Engine"
        )
    return engine_named(given)


def is_by_name(kind: type) -> bool:
    """Can another process import this class by its name? Not one of a notebook or a function."""
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is kind and kind.__module__ != "__main__"


def engine_named(name: object) -> type[Simulation]:
    """The engine of that name.

    "auto" is the compiled one, but where numba is not installed, or where a rule was replaced in
    this process (`cjsim.model.replaced`), the SimPy one.

    Raises ValueError for another name, and for "compiled" in one of the two cases.
    """
    if name not in ENGINES:
        from cjsim.labels import unknown  # only when something is wrong

        raise unknown("engine", name, ENGINES)
    from cjsim.model.replaced import refuse_replaced, replaced

    if name == "compiled" and not has_numba():
        raise ValueError("engine = 'compiled' needs numba, which is not installed; use 'simpy'")
    if name == "simpy" or not has_numba() or (name == "auto" and replaced()):
        from cjsim.engine.process import Engine

        return Engine
    refuse_replaced(f"engine = {name!r}")
    from cjsim.engine.fast.engine import CompiledEngine

    return CompiledEngine
