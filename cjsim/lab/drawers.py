"""All keys of a scenario behind the lab's first screen, a drawer for each table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets

from cjsim.experiment.idle import idle
from cjsim.lab.dials import box
from cjsim.labels import SPOKEN
from cjsim.scenario import Scenario
from cjsim.scenario.keys import TABLES, Key
from cjsim.scenario.words import meaning, touchpoint_title

LEFT_OUT = (
    "scenario", "touchpoints", "strategies", "market.segments", "plan", "season", "changes",
)  # fmt: skip
"""Tables whose keys are names of their own, or lists, or chosen elsewhere, or stay as they are."""
ABOVE = ("market.people",)
"""Keys that the first screen decides, whatever the scenario says."""


def drawers(
    stack: Any,
    present: Callable[[], Scenario],
    strategy: str,
    change: Callable[[str, Any], None],
    lang: str = SPOKEN,
) -> dict[str, Any]:
    """Fill a stack with a drawer per table; its controls are made when it is opened.

    `present` gives the scenario as it is then; `change` is called with a dotted key and its new
    value. Returns the controls by key, in which those of a drawer stand once it was opened.
    """
    tables = [table for table in TABLES if table not in LEFT_OUT]
    names = [*tables, f"strategies.{strategy}", f"strategies.{strategy}.touchpoints"]
    stack.unobserve_all("selected_index")
    stack.selected_index = None
    stack.children = tuple(widgets.VBox() for _ in names)
    stack.titles = tuple(names)
    controls: dict[str, Any] = {}

    def fill_drawer(event: Any) -> None:
        place = event["new"]
        if place is not None and not stack.children[place].children:
            rows = _rows(present().with_strategy(strategy), names[place], change, lang, controls)
            stack.children[place].children = tuple(rows)

    stack.observe(fill_drawer, "selected_index")
    return controls


def _rows(
    scenario: Scenario,
    table: str,
    change: Callable[[str, Any], None],
    lang: str,
    controls: dict[str, Any],
) -> Iterator[Any]:
    """A control for every key below a table, each with the key's meaning beside it."""
    plain = widgets.Layout()  # one for all: each would be a message more to the browser
    for key, known in _keys(scenario, table):
        if key in ABOVE:
            continue
        control = box(scenario, key, known, key.removeprefix(f"{table}."))
        if control is None:
            continue
        controls[scenario.key(key).short] = control
        control.observe(lambda event, key=key: change(key, event["new"]), "value")
        note = idle(scenario, key)
        words = [_meaning(scenario, table, key, lang), *([note.effect(lang)] if note else [])]
        hint = widgets.Label("; ".join(words), layout=plain)
        yield widgets.HBox([control, hint], layout=plain)


def _keys(scenario: Scenario, table: str) -> Iterator[tuple[str, Key]]:
    """The keys of a drawer: of each stage, or an intensity for each touchpoint of the library."""
    if table == "stages":
        for stage in scenario.stages:
            yield from _keys(scenario, f"stages.{stage}")
    elif table.endswith(".touchpoints"):
        for name in scenario.touchpoints:
            yield f"{table}.{name}", scenario.key(f"{table}.{name}")
    else:
        known = scenario.key(table)
        yield from ((key.dotted, key) for _, key in known.items() if not key.is_table)


def _meaning(scenario: Scenario, table: str, key: str, lang: str) -> str:
    """What the key means and its unit; of a touchpoint, what it is called and who goes."""
    name = key.rpartition(".")[2]
    if table.endswith(".touchpoints"):
        touchpoint = scenario.touchpoints[name]
        return f"{touchpoint_title(name, touchpoint.title, lang)} ({touchpoint.contact})"
    return meaning("strategies" if table.startswith("strategies") else table, name, lang)
