"""cjsim: run the customer journey instead of drawing it.

Names are loaded when first used, so that `import cjsim` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cjsim.version import VERSION

if TYPE_CHECKING:
    from cjsim.experiment.assumptions import without
    from cjsim.experiment.coalitions import touchpoint_truth
    from cjsim.experiment.compare import Comparison, compare
    from cjsim.experiment.design import grid, sample
    from cjsim.experiment.flip import flip_point
    from cjsim.experiment.laws import three_laws
    from cjsim.experiment.optimise import optimise
    from cjsim.experiment.sensitivity import sobol, tornado
    from cjsim.experiment.sweep import Sweep, sweep
    from cjsim.experiment.weak_point import weak_point
    from cjsim.labels import speak
    from cjsim.run import Run, simulate
    from cjsim.scenario import Scenario, ScenarioError

__version__ = VERSION

_HOMES = {
    "Comparison": "cjsim.experiment.compare",
    "Run": "cjsim.run",
    "Scenario": "cjsim.scenario",
    "ScenarioError": "cjsim.scenario.scenario",
    "Sweep": "cjsim.experiment.sweep",
    "compare": "cjsim.experiment.compare",
    "flip_point": "cjsim.experiment.flip",
    "grid": "cjsim.experiment.design",
    "optimise": "cjsim.experiment.optimise",
    "sample": "cjsim.experiment.design",
    "simulate": "cjsim.run",
    "speak": "cjsim.labels",
    "sobol": "cjsim.experiment.sensitivity",
    "sweep": "cjsim.experiment.sweep",
    "three_laws": "cjsim.experiment.laws",
    "tornado": "cjsim.experiment.sensitivity",
    "touchpoint_truth": "cjsim.experiment.coalitions",
    "weak_point": "cjsim.experiment.weak_point",
    "without": "cjsim.experiment.assumptions",
}

__all__ = [
    "Comparison",
    "Run",
    "Scenario",
    "ScenarioError",
    "Sweep",
    "compare",
    "flip_point",
    "grid",
    "optimise",
    "sample",
    "simulate",
    "sobol",
    "speak",
    "sweep",
    "three_laws",
    "tornado",
    "touchpoint_truth",
    "weak_point",
    "without",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cjsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
