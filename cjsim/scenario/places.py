"""Where a dotted key stands in plain tables, or what is wrong with its name: the one reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cjsim.labels.phrases import phrase
from cjsim.scenario.keys import Key, KeyPath, homes, key_at, path_of
from cjsim.scenario.mistakes import (
    Finding,
    Tables,
    bad_name,
    either,
    incomplete,
    nearest,
    no_touchpoint,
    unknown_key,
)
from cjsim.scenario.tables import ScenarioTables, Touchpoint


def located(tables: Tables, dotted: str) -> tuple[KeyPath, Finding | None]:
    """The place that a dotted key means, and what is wrong with its name.

    A strategy, a touchpoint or an intensity need not be there: setting a key may make them.
    """
    first, *more = dotted.split(".")
    if first not in ScenarioTables.model_fields and first not in tables["strategies"]:
        return (first, *more), _no_key(tables, (first, *more))
    path = path_of(dotted)
    return path, _misnamed(tables, path)


def there(tables: Tables, dotted: str) -> Key | Finding:
    """The key at a dotted place of tables that are whole, or what is wrong with its name."""
    path, finding = located(tables, dotted)
    if wrong := _absent(tables, path) or finding:
        return wrong
    key = key_at(path)
    assert key is not None  # else it would be misnamed
    return key


def _no_key(tables: Tables, path: tuple[str, ...]) -> Finding:
    """The first word is neither a table nor a strategy: a slip, or a key without its table."""
    home = [key.replace("strategies.<name>", tables["strategy"]) for key in homes(path[-1])]
    near = nearest(path[0], [*tables, *tables["strategies"]])
    near = ".".join([near, *path[1:]]) if near else None
    meant = near if path[1:] or not home else either(home[:1])
    return Finding(path, None, phrase("no_key" if meant else "no_key_listed", names=tables), meant)


def _misnamed(tables: Tables, path: KeyPath) -> Finding | None:
    """What no change can make: a key that its table lacks, a stage, a strategy, an item."""
    key: Key | None = Key(ScenarioTables)
    node: Any = tables
    for depth, part in enumerate(path):
        assert key is not None  # each part is looked at before it is gone into
        upto = path[: depth + 1]
        if upto[:1] == ("strategies",) and depth == 1 and path[2:] and part not in node:
            return _no_strategy(path, node)
        if key.is_list:
            items = node if isinstance(node, list | tuple) else ()
            if not (str(part).isdecimal() and int(part) < len(items)):
                return _no_item(path, key, items)
            node = items[int(part)]
        elif not key.is_table:
            return Finding(path, None, phrase("no_key"), key.dotted)
        else:
            if key.names and part not in key.names and not (key.is_change and key.item(part)):
                return bad_name(upto) if key.has_any_name else unknown_key(upto)
            node = node.get(part) if isinstance(node, Mapping) else None
        key = key.item(part)
    return None


def _no_strategy(path: KeyPath, strategies: Tables) -> Finding:
    near = nearest(str(path[1]), strategies)
    return Finding(path, None, phrase("no_strategy", names=strategies), near)


def _no_item(path: KeyPath, key: Key, items: Any) -> Finding:
    if key.path == ("changes",):
        return Finding(path, None, phrase("no_change", count=len(items)))
    if key.path != ("market", "segments"):
        return Finding(path, None, phrase("no_key"), key.dotted)
    tables_in = ((i, item) for i, item in enumerate(items) if isinstance(item, Mapping))
    names = (f"{i} ({item.get('name')})" for i, item in tables_in)
    return Finding(path, None, phrase("no_segment", names=names))


def _absent(tables: Tables, path: KeyPath) -> Finding | None:
    """What a change could make, and nobody has: a strategy, a touchpoint."""
    library = tables["touchpoints"]
    strategies = tables["strategies"]
    if path[:1] == ("touchpoints",) and path[1:] and path[1] not in library:
        fields = Touchpoint.model_fields.items()
        return incomplete(tables, path[:2], [name for name, field in fields if field.is_required()])
    if path[:1] == ("strategies",) and path[1:] and path[1] not in strategies:
        return _no_strategy(path, strategies)
    in_strategy = path[:1] + path[2:3] == ("strategies", "touchpoints")
    if in_strategy and path[3:] and path[3] not in library:
        return no_touchpoint(path[:4], None, library)
    return None
