"""The file an analyst starts from: a preset, and its common keys ready to be changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from cjsim.scenario.keys import docs
from cjsim.scenario.tables import ScenarioTables
from cjsim.scenario.toml import in_key, in_toml

COMMON = {
    "scenario": ("horizon_days", "strategy"),
    "product": ("price", "unit_cost", "first_deal_extra_cost", "complexity", "quality"),
    "market": ("people", "onset_days", "pain_share", "prior_trust", "prior_expectation"),
    "rival": ("quality", "retention"),
    "firm": ("reps", "rep_cost_per_day", "deal_hours", "patience_days", "cold_list_share"),
}
"""What an analyst changes first."""


def starting_file(scenario: ScenarioTables, product: str) -> str:
    """A file that extends a preset; what is commented out says what holds anyway."""
    tables = scenario.model_dump()
    lines = [
        f"# My scenario. It starts from the preset {product} and changes only what is said below:",
        "# take the # off a line and change its value. `cjsim check` reads the file and tells",
        "# what is wrong; `cjsim presets --keys` lists all keys with units and sources.",
        f"extends = {in_toml(product)}",
        f"name = {in_toml(f'my_{product}')}",
        "#without_strategies = []            # strategies of the preset to leave out",
        *_ready("scenario", tables, COMMON["scenario"]),
    ]
    for table, keys in COMMON.items():
        if table != "scenario":
            lines += ["", f"[{table}]", *_ready(table, tables[table], keys)]
    lines += ["", "# How long a stage takes whom nothing reaches, and the share who leave there."]
    lines += ["[stages]"]
    for stage, plan in tables["stages"].items():
        lines.append(
            f"#{stage} = {in_toml({k: plan[k] for k in ('typical_days', 'planned_loss')})}"
        )
    for name, strategy in scenario.strategies.items():
        if strategy.touchpoints:
            lines += _ready_strategy(scenario, name)
    used = {name for strategy in scenario.strategies.values() for name in strategy.touchpoints}
    others = (name for name in scenario.touchpoints if name not in used)
    lines += ["", *_prose(f"Touchpoints that no strategy has so far: {', '.join(others)}.")]
    return "\n".join([*lines, "", *OWN_TOUCHPOINT, ""])


def _ready(table: str, values: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """Commented-out keys with their value, meaning and unit."""
    about = {line.key: line for line in docs(table, "en")}
    lines = []
    for key in keys:
        unit = f" [{about[key].unit}]" if about[key].unit else ""
        lines += _line(key, values[key], about[key].text + unit)
    return lines


def _ready_strategy(scenario: ScenarioTables, name: str) -> list[str]:
    strategy = scenario.strategies[name]
    keys = ("push", "every_days", "accuracy") if strategy.push != "none" else ("push",)
    lines = ["", f"[strategies.{in_key(name)}]"]
    lines += _ready("strategies", strategy.model_dump(), keys)
    lines += [f"[strategies.{in_key(name)}.touchpoints]  # intensity: 1 = as planned, 0 = off"]
    for touchpoint, intensity in strategy.touchpoints.items():
        lines += _line(touchpoint, intensity, scenario.touchpoints[touchpoint].title)
    return lines


def _line(key: str, value: Any, text: str) -> list[str]:
    """A commented-out key, its meaning behind it, or above it if that is long."""
    assignment = f"#{in_key(key)} = {in_toml(value)}"
    line = f"{assignment:<34}  # {text}".rstrip("# ")
    return [line] if len(line) <= 100 else [*_prose(text), assignment]


def _prose(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="# ", subsequent_indent="# ")


OWN_TOUCHPOINT = (
    "# A touchpoint of your own; add it to [strategies....touchpoints] with an intensity, too.",
    "#[touchpoints.my_newsletter]",
    '#contact = "push"                   # pull: the person comes; push: the firm goes',
    '#aims_at = "study"                  # the stage it is made for',
    "#fit = { desire = 0.5, study = 1.0, comparison = 0.5 }",
    "#warmth = 0.1",
    "#intrusiveness = 0.2",
    "#cost_per_contact = 0.05",
)
