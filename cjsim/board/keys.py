"""All keys of a scenario behind the board's dials, table by table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, Literal, get_origin

from cjsim.experiment.idle import idle
from cjsim.labels import SPOKEN
from cjsim.scenario import Scenario
from cjsim.scenario.keys import TABLES, Key
from cjsim.scenario.words import meaning, touchpoint_title

LEFT_OUT: Final = (
    "scenario", "touchpoints", "strategies", "market.segments", "plan", "season", "changes",
    "uncertain",
)  # fmt: skip
"""Tables whose keys are names of their own, or lists, or chosen elsewhere, or stay as they are."""
ABOVE: Final = ("market.people",)
"""Keys that the board decides itself."""


def tables_of(scenario: Scenario) -> list[str]:
    """The tables that can be opened: those of the scenario, and two for each strategy."""
    plain = [table for table in TABLES if table not in LEFT_OUT]
    own = [
        name
        for strategy in scenario.strategies
        for name in (f"strategies.{strategy}", f"strategies.{strategy}.touchpoints")
    ]
    return [*plain, *own]


def keys_of(scenario: Scenario, table: str, lang: str = SPOKEN) -> list[dict[str, Any]]:
    """Every key of a table that a plain control can set.

    Parameters
    ----------
    scenario : with the values and the strategy that hold now.
    table : one of `tables_of`.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns for each key its dotted name, its title (what it means), its kind ("number", "whole",
    "yes" or "choice"), its value, the names to choose from, and why it cannot act, if it cannot.
    """
    return list(_rows(scenario, table, lang))


def _rows(scenario: Scenario, table: str, lang: str) -> Iterator[dict[str, Any]]:
    for key, known in _keys(scenario, table):
        kind = _kind(known)
        if key in ABOVE or kind is None:
            continue
        value = scenario.value(key)
        note = idle(scenario, key)
        yield {
            "key": scenario.key(key).short,
            "name": key.removeprefix(f"{table}."),
            "title": _meaning(scenario, table, key, lang),
            "kind": kind,
            "value": "inf" if value == math.inf else value,
            "names": list(known.names) if kind == "choice" else [],
            "note": note.effect(lang) if note else "",
        }


def _kind(known: Key) -> str | None:
    """What sets a key of any kind; None for kinds that a file is better for."""
    if known.kind is bool:
        return "yes"
    if get_origin(known.kind) is Literal:
        return "choice"
    if known.is_whole:
        return "whole"
    return "number" if known.kind is float else None


def _keys(scenario: Scenario, table: str) -> Iterator[tuple[str, Key]]:
    """The keys of a table: of each stage, or an intensity for each touchpoint of the library."""
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
