"""cjsim: run the customer journey instead of drawing it.

Names are loaded when first used, so that `import cjsim` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cjsim.experiment.compare import Comparison, compare
    from cjsim.run import Run, simulate
    from cjsim.scenario import Scenario
    from cjsim.scenario_file import ScenarioError

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "cjsim.experiment",
    "Run": "cjsim.run",
    "Scenario": "cjsim.scenario",
    "ScenarioError": "cjsim.scenario_file",
    "compare": "cjsim.experiment",
    "simulate": "cjsim.run",
}

__all__ = ["Comparison", "Run", "Scenario", "ScenarioError", "compare", "simulate"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cjsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
