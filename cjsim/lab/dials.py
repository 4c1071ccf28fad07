"""Controls for the keys of a scenario: the right widget, the range that makes sense."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets as widgets

from cjsim.board.ranges import MOST, usual_range, usual_step
from cjsim.experiment.idle import idle
from cjsim.labels import SPOKEN
from cjsim.scenario import Scenario

WIDE: Any = {"description_width": "initial"}  # whole keys, in any language


def slider(
    scenario: Scenario,
    key: str,
    ends: tuple[float, float] | None = None,
    label: str | None = None,
    width: str = "36em",
    label_width: str = "initial",
) -> Any:
    """A slider at the scenario's value, as wide as the key allows, up to four times the value."""
    value = scenario.value(key)
    if value == math.inf and scenario.key(key).is_whole:
        return _endless(value, label or key, width, label_width)
    if not (scenario.key(key).is_number and math.isfinite(value)):
        raise ValueError(f"{key} = {value!r}: a slider needs a key that is a number")
    low, high = usual_range(scenario, key, value) if ends is None else _around(key, value, ends)
    shared: Any = {
        "value": value, "min": low, "max": high, "description": label or key,
        "style": {"description_width": label_width}, "continuous_update": False,
        "layout": {"width": width},
    }  # fmt: skip
    if isinstance(value, int):
        return widgets.IntSlider(**shared)
    step = usual_step(low, high, value)
    digits = max(0, -math.floor(math.log10(step)))
    return widgets.FloatSlider(**shared, step=step, readout_format=f".{digits}f")


def _endless(value: float, label: str, width: str, label_width: str) -> Any:
    """A slider over whole numbers with infinity at its end."""
    return widgets.SelectionSlider(
        options=[*((str(n), n) for n in range(MOST + 1)), ("∞", math.inf)], value=value,
        description=label, style={"description_width": label_width}, continuous_update=False,
        layout={"width": width},
    )  # fmt: skip


def hint(scenario: Scenario, key: str, lang: str = SPOKEN) -> str:
    """What stands beside the pointer: the key, and why it cannot act where it cannot."""
    note = idle(scenario, key)
    return note.said(lang) if note else key


def _around(key: str, value: float, ends: tuple[float, float]) -> tuple[float, float]:
    """The ends that somebody asked for, or a ValueError: at others the slider would not start."""
    if len(ends) != 2 or not ends[0] <= value <= ends[1] or ends[0] == ends[1]:
        raise ValueError(f"range of {key} = {ends}: must be (lowest, highest) around {value:g}")
    return ends
