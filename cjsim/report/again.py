"""The code that asks a question again, read off its answer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.experiment.compare import Comparison
from cjsim.experiment.optimise import Optimum
from cjsim.experiment.result import Result
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.weak_point import WeakPoint
from cjsim.experiment.what_if import WhatIf
from cjsim.files import safe_names
from cjsim.report.doubts import doubt_of
from cjsim.scenario import Scenario, presets
from cjsim.scenario.changes import plain_value

MOST: Final = 12
"""Changes that code spells out; a scenario of more is a file."""


def preset_of(scenario: Scenario) -> Scenario | None:
    """The preset that a scenario bears the name of, None for one of its own."""
    return Scenario.load(scenario.name) if scenario.name in presets() else None


@dataclass
class Recipe:
    """Code, and the scenarios that have to be saved as files before it runs.

    Parameters
    ----------
    code : Python.
    files : name of a file -> scenario.
    """

    code: str = ""
    files: dict[str, Scenario] = field(default_factory=dict)

    def scenario(self, scenario: Scenario, file: str) -> str:
        """A scenario as an expression: a preset with its changes, else a file."""
        preset = preset_of(scenario)
        of_preset = ""
        if preset is not None:
            of_preset = _changed(f"cjsim.Scenario.load({_py(scenario.name)})", preset, scenario)
        if of_preset:
            return of_preset
        self.files[file] = scenario
        return f"cjsim.Scenario.load({_py(file)})"


def _changed(of: str, base: Scenario, scenario: Scenario) -> str:
    """An expression for a scenario out of one for another; "" where changes do not lead there."""
    changes = {key: then for key, (_, then) in base.diff(scenario).items()}
    if not changes:
        return of
    if list(changes) == ["strategy"]:
        return f"{of}.with_strategy({_py(scenario.strategy)})"
    if len(changes) > MOST or None in changes.values():
        return ""
    try:
        if base.with_changes(changes) != scenario:
            return ""
    except ValueError:
        return ""
    return f"{of}.with_changes({_py(changes)})"


def again(result: Result) -> Recipe:
    """How the answer is had again; no code for what came of something else than one call."""
    recipe = Recipe()
    size = f"people={result.people}, runs={len(result.seeds)}, seed={result.seeds[0]}"
    size += f", confidence={result.confidence!r}"
    if doubt := doubt_of(result):
        if doubt.draws.fitted:  # a table that somebody has, and the page has not
            return recipe
        size += f", draws={len(doubt.draws)}"
    if isinstance(result, WhatIf):
        lines = _what_if(result, recipe, size)
    elif isinstance(result, Comparison):
        lines = [*_sides(result.scenarios, recipe), f"cjsim.compare(sides, {size})"]
    elif isinstance(result, WeakPoint):
        measure = f"{_py(result.measure)}, better={result.better!r}"
        lines = [_now(result.scenario, recipe), f"cjsim.weak_point(now, {measure}, {size})"]
    elif isinstance(result, TouchpointTruth):
        orders = "all" if result.orders is None else int(result.orders.shape[1])
        asked = f"measures={_py(list(result.runs))}, orders={_py(orders)}"
        names = _py(list(result.touchpoints))
        question = f"cjsim.touchpoint_truth(now, {names}, {asked}, {size})"
        lines = [_now(result.scenario, recipe), question]
    elif isinstance(result, Optimum):
        lines = _optimise(result, recipe, size)
    elif isinstance(result, Sweep) and result.scenarios:
        rows = _py(result.settings.to_dict("records"))
        lines = [
            "import pandas as pd", *_sides(result.scenarios, recipe),
            f"settings = pd.DataFrame({rows})",
            f"cjsim.sweep(sides, settings, measure={_py(result.measure)}, {_per_cell(result)})",
        ]  # fmt: skip
    else:
        return recipe
    recipe.code = "\n".join(["import cjsim", *lines])
    return recipe


def _now(scenario: Scenario, recipe: Recipe) -> str:
    return f"now = {recipe.scenario(scenario, 'scenario.toml')}"


def _sides(scenarios: Mapping[str, Scenario], recipe: Recipe) -> list[str]:
    """The scenarios of a comparison; where they can be, as changes of the first."""
    files = safe_names(scenarios)
    (first, base), *others = scenarios.items()
    lines = [f"first = {recipe.scenario(base, f'scenario-{files[first]}.toml')}", "sides = {"]
    lines.append(f"    {_py(first)}: first,")
    for name, scenario in others:
        side = _changed("first", base, scenario)
        side = side or recipe.scenario(scenario, f"scenario-{files[name]}.toml")
        lines.append(f"    {_py(name)}: {side},")
    return [*lines, "}"]


def _what_if(result: WhatIf, recipe: Recipe, size: str) -> list[str]:
    now = result.scenarios[result.first]
    changes = {
        name: {key: then for key, (_, then) in change.items()}
        for name, change in result.changes.items()
    }
    for name, change in changes.items():
        lost = None in change.values() or not change
        if lost or now.with_changes(change) != result.scenarios[name]:
            return [*_sides(result.scenarios, recipe), f"cjsim.compare(sides, {size})"]
    rows = [f"    {_py(name)}: {_py(change)}," for name, change in changes.items()]
    return [_now(now, recipe), "changes = {", *rows, "}", f"cjsim.what_if(now, changes, {size})"]


def _optimise(result: Optimum, recipe: Recipe, size: str) -> list[str]:
    ranges = {
        axis.name: (axis.low, axis.high) for axis in result.axes if axis.name in result.changes
    }
    split = [axis.name for axis in result.axes if axis.name not in result.changes]
    asked = f"{_py(ranges)}, measure={_py(result.measure)}, least={result.least}"
    if split:
        library, on = result.scenario.touchpoints, result.better.running.touchpoints
        budget = sum(on[name] * library[name].cost_per_day for name in split)
        asked += f", split={_py(split)}, budget={float(f'{budget:.9g}')!r}"
    return [_now(result.scenario, recipe), f"cjsim.optimise(now, {asked}, {size})"]


def _per_cell(result: Sweep) -> str:
    """The size of a sweep: its runs are those of a cell and a scenario."""
    runs = int(result.runs["run"].nunique())
    seed = result.seeds[0]
    return f"people={result.people}, runs={runs}, seed={seed}, confidence={result.confidence!r}"


def _py(value: Any) -> str:
    """A plain value as Python is written."""
    value = plain_value(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_py(key)}: {_py(of)}" for key, of in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_py, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(_py, value)) + "]"
    return repr(value)
