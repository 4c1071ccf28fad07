"""cjsim: run the customer journey instead of drawing it.

Names are loaded when first used, so that `import cjsim` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cjsim.version import VERSION

if TYPE_CHECKING:  # for those who check types and complete names: a test holds it to _HOMES
    from cjsim.experiment.ab_test import ABTest as ABTest
    from cjsim.experiment.ab_test import ab_test as ab_test
    from cjsim.experiment.assumptions import without as without
    from cjsim.experiment.coalitions import TouchpointTruth as TouchpointTruth
    from cjsim.experiment.coalitions import touchpoint_truth as touchpoint_truth
    from cjsim.experiment.compare import Comparison as Comparison
    from cjsim.experiment.compare import compare as compare
    from cjsim.experiment.design import grid as grid
    from cjsim.experiment.design import sample as sample
    from cjsim.experiment.elasticity import PriceElasticity as PriceElasticity
    from cjsim.experiment.elasticity import price_elasticity as price_elasticity
    from cjsim.experiment.flip import FlipPoint as FlipPoint
    from cjsim.experiment.flip import flip_point as flip_point
    from cjsim.experiment.laws import Laws as Laws
    from cjsim.experiment.laws import three_laws as three_laws
    from cjsim.experiment.optimise import Optimum as Optimum
    from cjsim.experiment.optimise import optimise as optimise
    from cjsim.experiment.power import size_per_arm as size_per_arm
    from cjsim.experiment.sensitivity import Sobol as Sobol
    from cjsim.experiment.sensitivity import sobol as sobol
    from cjsim.experiment.sweep import Sweep as Sweep
    from cjsim.experiment.sweep import sweep as sweep
    from cjsim.experiment.tornado import Tornado as Tornado
    from cjsim.experiment.tornado import tornado as tornado
    from cjsim.experiment.weak_point import WeakPoint as WeakPoint
    from cjsim.experiment.weak_point import weak_point as weak_point
    from cjsim.experiment.what_if import WhatIf as WhatIf
    from cjsim.experiment.what_if import what_if as what_if
    from cjsim.experiment.workers import evaluate as evaluate
    from cjsim.inference.fitting import fit as fit
    from cjsim.inference.result import Fit as Fit
    from cjsim.labels import speak as speak
    from cjsim.run import Run as Run
    from cjsim.run import simulate as simulate
    from cjsim.scenario.mistakes import ScenarioError as ScenarioError
    from cjsim.scenario.scenario import Scenario as Scenario

__version__ = VERSION

_HOMES = {
    "cjsim.experiment.ab_test": ("ABTest", "ab_test"),
    "cjsim.experiment.assumptions": ("without",),
    "cjsim.experiment.coalitions": ("TouchpointTruth", "touchpoint_truth"),
    "cjsim.experiment.compare": ("Comparison", "compare"),
    "cjsim.experiment.design": ("grid", "sample"),
    "cjsim.experiment.elasticity": ("PriceElasticity", "price_elasticity"),
    "cjsim.experiment.flip": ("FlipPoint", "flip_point"),
    "cjsim.experiment.laws": ("Laws", "three_laws"),
    "cjsim.experiment.optimise": ("Optimum", "optimise"),
    "cjsim.experiment.power": ("size_per_arm",),
    "cjsim.experiment.sensitivity": ("Sobol", "sobol"),
    "cjsim.experiment.sweep": ("Sweep", "sweep"),
    "cjsim.experiment.tornado": ("Tornado", "tornado"),
    "cjsim.experiment.weak_point": ("WeakPoint", "weak_point"),
    "cjsim.experiment.what_if": ("WhatIf", "what_if"),
    "cjsim.experiment.workers": ("evaluate",),
    "cjsim.inference.fitting": ("fit",),
    "cjsim.inference.result": ("Fit",),
    "cjsim.labels": ("speak",),
    "cjsim.run": ("Run", "simulate"),
    "cjsim.scenario.mistakes": ("ScenarioError",),
    "cjsim.scenario.scenario": ("Scenario",),
}
"""Module -> the public names that it brings."""
_ROOMS = ("charts", "data", "measures", "observe")
"""Packages that are there without an import of their own: `cjsim.data.read`."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"cjsim.{name}")
    raise AttributeError(f"module 'cjsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
