"""What can be wrong with the table [uncertain]: keys, forms, and numbers that a key forbids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from cjsim.labels.phrases import phrase
from cjsim.scenario.keys import Key, KeyPath, fits, wanted
from cjsim.scenario.mistakes import Finding, Tables, no_touchpoint
from cjsim.scenario.places import located, there
from cjsim.scenario.tables import Uncertain
from cjsim.scenario.tables.uncertain import SHAPES_OF, by_key

POSITIVE = ("log-uniform", "lognormal")
"""Shapes of what is above 0."""


def uncertain_findings(tables: Tables) -> list[Finding]:
    """What is wrong with the doubts of plain tables; [] where their form is told elsewhere."""
    doubts = by_key(tables.get("uncertain", {}))
    whole = {"strategies": {"pull": {}}, "strategy": "pull", "touchpoints": {}, **tables}
    readable = all(_is_table_of_tables(whole[name]) for name in ("strategies", "touchpoints"))
    if not isinstance(doubts, Mapping) or not readable:
        return []
    return [
        finding
        for dotted, table in doubts.items()
        for finding in _of_one(whole, str(dotted), table)
    ]


def _is_table_of_tables(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(v, Mapping) for v in value.values())


def _of_one(tables: Tables, dotted: str, table: Any) -> Iterator[Finding]:
    at = ("uncertain", dotted)
    key = _known(tables, dotted)
    if isinstance(key, Finding):
        yield Finding(at, None, key.words, key.suggestion)
        return
    if key.path == ("market", "people"):
        yield Finding(at, None, phrase("uncertain_people"))
    elif not key.is_number or key.path[0] == "uncertain":
        yield Finding(at, None, phrase("uncertain_number", what=wanted(key)))
    else:
        try:
            doubt = Uncertain.model_validate(table)
        except ValidationError:
            return  # told by the tables themselves
        yield from _of_form(at, key, doubt)


def _known(tables: Tables, dotted: str) -> Key | Finding:
    """The key that a doubt is about; a touchpoint that nobody has is misspelt, not a new one."""
    path, _ = located(tables, dotted)
    if path[:1] == ("touchpoints",) and path[1:] and path[1] not in tables["touchpoints"]:
        return no_touchpoint(path[:2], None, tables["touchpoints"])
    return there(tables, dotted)


def _of_form(at: KeyPath, key: Key, doubt: Uncertain) -> Iterator[Finding]:
    """Numbers that do not go together, or that the key does not allow."""
    shape = doubt.drawn_as
    if shape not in SHAPES_OF.get(doubt.given, ()):
        yield Finding(at, None, phrase("uncertain_form"))
        return
    for name in doubt.given:
        value = getattr(doubt, name)
        if name != "sd" and not fits(value, key):
            whole_mean = key.is_whole and name == "mean"  # of whole numbers the mean need not be
            if not (whole_mean and fits(float(int(value)), key)):
                yield Finding((*at, name), value, phrase("must_be", what=wanted(key)))
        if name != "sd" and shape in POSITIVE and not value > 0:
            yield Finding((*at, name), value, phrase("uncertain_positive", shape=shape))
    low, high = (getattr(doubt, name) for name in doubt.given[:2])
    if doubt.given[0] != "mean" and not low <= high:
        yield Finding((*at, doubt.given[0]), low, phrase("uncertain_falls", end=doubt.given[1]))
    elif doubt.mode is not None and not low <= doubt.mode <= high:
        yield Finding((*at, "mode"), doubt.mode, phrase("uncertain_mode"))
    elif shape == "beta" and not (0 < low < 1 and high * high < low * (1 - low)):
        yield Finding((*at, "sd"), high, phrase("uncertain_beta"))
