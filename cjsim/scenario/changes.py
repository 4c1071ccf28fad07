"""Dotted keys set in plain tables, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from cjsim.labels.phrases import phrase
from cjsim.scenario.keys import KeyPath, key_at, wanted
from cjsim.scenario.layers import merged, with_doubts
from cjsim.scenario.mistakes import Finding
from cjsim.scenario.places import located


def changed(
    tables: dict[str, Any], changes: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Finding]]:
    """Tables with dotted keys changed, and what was wrong with the keys.

    A table as value merges as in a file; "guide.accuracy" is short for
    "strategies.guide.accuracy".
    """
    findings = []
    for dotted, value in changes.items():
        plain = plain_value(value)
        path, finding = located(tables, dotted)
        key = key_at(path)
        if finding:
            findings.append(finding)
        elif key and key.is_table and not isinstance(plain, Mapping):
            findings.append(Finding(path, plain, phrase("must_be", what=wanted(key))))
        elif path == ("uncertain",):
            tables = with_doubts(tables, tables, {"uncertain": plain})
        else:
            tables = _with_value(tables, path, plain)
    return tables, findings


def _with_value(node: Any, path: KeyPath, value: Any) -> Any:
    """A copy of nested tables in which the key at `path` has a new value."""
    if not path:
        both = isinstance(value, Mapping) and isinstance(node, Mapping)
        return merged(node, value) if both else value
    if isinstance(node, list | tuple):
        n = int(path[0])
        return [
            _with_value(item, path[1:], value) if i == n else item for i, item in enumerate(node)
        ]
    node = node if isinstance(node, Mapping) else {}
    return {**node, path[0]: _with_value(node.get(path[0]), path[1:], value)}


def plain_value(value: Any) -> Any:
    """Models as tables, numpy's numbers as Python's."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Mapping):
        return {key: plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    return value.item() if getattr(value, "ndim", None) == 0 else value


def differences(a: Any, b: Any, key: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """What differs inside two tables, or two lists of as many tables; else the values as such."""
    lists = isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b)
    if lists and all(isinstance(item, dict) for item in (*a, *b)):
        a, b = ({str(i): item for i, item in enumerate(items)} for items in (a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        for name in {**a, **b}:
            inner = f"{key}.{name}" if key else name
            yield from differences(a.get(name), b.get(name), inner)
    elif a != b:
        yield key, (a, b)
