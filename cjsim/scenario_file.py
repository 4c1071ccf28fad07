"""Scenario files: TOML in and out, one file built on another, changes and differences.

A file holds what it changes. Under it lie the files it `extends`, under them the touchpoint
library, under that the defaults of `cjsim.scenario`. Tables merge key by key, lists replace.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cjsim.scenario import Scenario
from cjsim.scenario_errors import Finding, Problem, ScenarioError, checked, either, nearest
from cjsim.scenario_keys import TABLES, KeyDoc, KeyPath, docs, homes, json_schema, key_at, wanted
from cjsim.scenario_new import starting_file
from cjsim.scenario_toml import Lines, document, lines_of, slip
from cjsim.scenario_words import Phrase, Words, phrase

__all__ = [
    "TABLES", "KeyDoc", "Problem", "ScenarioError", "change", "diff", "digest", "docs",
    "json_schema", "load", "new_file_text", "preset_text", "presets", "to_toml", "write",
]  # fmt: skip

PRESETS = Path(__file__).with_name("presets")
LIBRARY = PRESETS / "touchpoints.toml"


# --- Reading ------------------------------------------------------------------------------------


def load(source: str | Path, strategy: str | None = None) -> Scenario:
    """A preset by its name ("phone") or a scenario by the path of its TOML file, checked.

    `strategy` takes the place of the file's own. Raises `ScenarioError` with all that is wrong.
    """
    layers, broken = _layers(_find(str(source), "", isinstance(source, Path)))
    if strategy is not None:
        layers.append(Layer(layers[-1].path, {"strategy": strategy}, {}))
    tables: dict[str, Any] = {}
    for layer in layers:
        tables = _merged(tables, layer.tables)
    misspelt = [] if broken else list(_misspelt_strategies(layers))
    return checked(tables, lambda path: _place(layers, path), misspelt, broken)


def presets() -> dict[str, str]:
    """The scenarios that come with the kit: name -> title."""
    titles = {}
    for path in sorted(PRESETS.glob("*.toml")):
        if path != LIBRARY:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            titles[path.stem] = str(tables.get("title") or tables.get("name") or path.stem)
    return titles


def preset_text(name: str) -> str:
    """A preset's file as it is, comments and all."""
    return _find(name, "").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Layer:
    """One file: what it says, and on which line it says it."""

    path: Path
    tables: dict[str, Any]
    lines: Lines

    @property
    def label(self) -> str:
        return _label(self.path)

    def says(self, path: KeyPath) -> bool:
        node: Any = self.tables
        for part in path:
            items = dict(enumerate(node)) if isinstance(node, list) else node
            if not isinstance(items, dict) or part not in items:
                return False
            node = items[part]
        return True

    def line(self, path: KeyPath) -> int | None:
        """The line of a key, or of the nearest table around it."""
        tops = (path[:n] for n in range(len(path), 0, -1))
        return next((self.lines[top] for top in tops if top in self.lines), None)


def _label(path: Path) -> str:
    return f"presets/{path.name}" if path.parent == PRESETS else str(path)


def _layers(path: Path) -> tuple[list[Layer], list[Problem]]:
    """A file and all it stands on, the lowest first, and what could not be read of it."""
    layers: list[Layer] = []
    seen: list[Path] = []
    try:
        while path.resolve() not in seen:
            seen.append(path.resolve())
            layers.insert(0, _read(path))
            base = layers[0].tables.pop("extends", None)
            if base is None:
                library = _read(LIBRARY)
                only = {"touchpoints": library.tables["touchpoints"]}
                return [replace(library, tables=only), *layers], []
            if base == "":
                return layers, []
            path = _base(layers[0], base)
        circle = " -> ".join(_label(p) for p in [*(layer.path for layer in layers[::-1]), path])
        raise _trouble(layers[0], base, phrase("circle", files=circle))
    except ScenarioError as error:
        if not layers:
            raise
        return layers, error.problems


def _base(layer: Layer, base: Any) -> Path:
    """The file that a file extends."""
    if not isinstance(base, str):
        raise _trouble(layer, base, phrase("extends_what"))
    try:
        return _find(base, layer.path.parent)
    except ScenarioError as error:
        problem = error.problems[0]
        raise _trouble(layer, base, problem.words, problem.suggestion) from None


def _trouble(layer: Layer, base: Any, words: Phrase, near: Words | None = None) -> ScenarioError:
    finding = Finding(("extends",), base, words, near)
    return ScenarioError([Problem.of(finding, layer.label, layer.line(("extends",)))])


def _find(source: str, folder: str | Path, is_path: bool = False) -> Path:
    """The file behind a preset's name or a path relative to a folder."""
    names = [path.stem for path in sorted(PRESETS.glob("*.toml")) if path != LIBRARY]
    path = Path(folder) / source
    if not (is_path or source.endswith(".toml") or "/" in source or "\\" in source):
        if source in names:
            return PRESETS / f"{source}.toml"
        beside = f"{source}.toml" if path.with_name(f"{path.name}.toml").is_file() else None
        words = phrase("no_preset", names=names)
        raise ScenarioError([Problem(source, "", None, words, beside or nearest(source, names))])
    if path.is_file():
        return path
    files = [str(Path(source).with_name(file.name)) for file in path.parent.glob("*.toml")]
    near = nearest(source, files, 0.8) or nearest(path.stem, names)
    raise ScenarioError([Problem(str(path), "", None, phrase("no_file", names=names), near)])


def _read(path: Path) -> Layer:
    """One file as tables, with the lines of its keys."""
    line = column = None
    try:
        text = path.read_text(encoding="utf-8-sig")  # with or without Notepad's mark
        return Layer(path, tomllib.loads(text), lines_of(text))
    except UnicodeDecodeError:
        words = phrase("not_utf8")
    except tomllib.TOMLDecodeError as error:
        line, column, words = slip(text, str(error))
    except PermissionError:
        words = phrase("no_access")
    except OSError as error:
        words = phrase("unreadable", why=str(error.strerror))
    raise ScenarioError([Problem(_label(path), "", None, words, None, line, column)])


def _place(layers: list[Layer], path: KeyPath) -> tuple[str, int | None]:
    """The file that has the last word on a key, and its line there."""
    for n in range(len(path), 0, -1):
        for layer in reversed(layers):
            if layer.says(path[:n]):
                return layer.label, layer.line(path[:n])
    return layers[-1].label, None


def _misspelt_strategies(layers: list[Layer]) -> Iterator[Finding]:
    """A strategy that runs nothing and is called almost like one of a file below."""
    below: set[str] = set()
    for layer in layers:
        strategies = layer.tables.get("strategies")
        strategies = strategies if isinstance(strategies, dict) else {}
        for name, keys in strategies.items():
            idle = isinstance(keys, dict) and "touchpoints" not in keys
            if idle and name not in below and (near := nearest(name, below)):
                yield Finding(("strategies", name), None, phrase("idle_strategy"), near)
        below |= set(strategies)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables as one: key by key, the upper one wins."""
    out = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = _merged(out[key], value) if both else value
    return out


# --- Changing and comparing -----------------------------------------------------------------------


def change(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A copy with dotted keys changed, checked anew; a table as value merges as in a file.

    "guide.accuracy" is short for "strategies.guide.accuracy".
    """
    tables = scenario.model_dump()
    found = []
    for dotted, value in changes.items():
        path, plain = tuple(dotted.split(".")), _plain(value)
        if path[0] in tables["strategies"] and path[0] not in tables:
            path = ("strategies", *path)
        key = key_at(path)
        if finding := _unknown(scenario, tables, path):
            found.append(finding)
        elif key and key.is_table and not isinstance(plain, Mapping):
            found.append(Finding(path, plain, phrase("must_be", what=wanted(key))))
        else:
            tables = _put(tables, path, plain)
    return checked(tables, lambda path: (scenario.name, None), found)


def _unknown(scenario: Scenario, tables: dict[str, Any], path: tuple[str, ...]) -> Finding | None:
    """What is wrong with the first steps of a dotted key: no such table, strategy or item."""
    if path[0] not in tables:
        home = [key.replace("strategies.<name>", scenario.strategy) for key in homes(path[-1])]
        near = nearest(path[0], [*tables, *tables["strategies"]])
        near = ".".join([near, *path[1:]]) if near else None
        meant = near if path[1:] or not home else either(home[:1])
        words = phrase("no_key" if meant else "no_key_listed", names=tables)
        return Finding(path, None, words, meant)
    if path[0] == "strategies" and path[2:] and path[1] not in tables["strategies"]:
        near = nearest(path[1], tables["strategies"])
        return Finding(path, None, phrase("no_strategy", names=tables["strategies"]), near)
    if path[:2] == ("market", "segments") and path[2:]:
        segments = tables["market"]["segments"]
        segments = segments if isinstance(segments, list | tuple) else []
        if not (path[2].isdecimal() and int(path[2]) < len(segments)):
            tables_in = ((i, item) for i, item in enumerate(segments) if isinstance(item, Mapping))
            names = (f"{i} ({item.get('name')})" for i, item in tables_in)
            return Finding(path, None, phrase("no_segment", names=names))
    return None


def _put(node: Any, path: tuple[str, ...], value: Any) -> Any:
    """A copy of nested tables in which the key at `path` has a new value."""
    if not path:
        both = isinstance(value, Mapping) and isinstance(node, Mapping)
        return _merged(node, value) if both else value
    if isinstance(node, list | tuple) and path[0].isdecimal():
        n = int(path[0])
        return [_put(item, path[1:], value) if i == n else item for i, item in enumerate(node)]
    node = node if isinstance(node, Mapping) else {}
    return {**node, path[0]: _put(node.get(path[0]), path[1:], value)}


def _plain(value: Any) -> Any:
    """Models as tables, numpy's numbers as Python's."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if getattr(value, "ndim", None) == 0 else value


def diff(a: Scenario, b: Scenario) -> dict[str, tuple[Any, Any]]:
    """What differs: dotted key -> (in a, in b); None where one of them has no such key."""
    return dict(_differences(a.model_dump(), b.model_dump()))


def _differences(a: Any, b: Any, key: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """What differs inside two tables, or two lists of as many tables; else the values as such."""
    lists = isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b)
    if lists and all(isinstance(item, dict) for item in (*a, *b)):
        a, b = ({str(i): item for i, item in enumerate(items)} for items in (a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        for name in {**a, **b}:
            inner = f"{key}.{name}" if key else name
            yield from _differences(a.get(name), b.get(name), inner)
    elif a != b:
        yield key, (a, b)


# --- Writing --------------------------------------------------------------------------------------


def to_toml(scenario: Scenario) -> str:
    """The whole scenario as a file that needs no other; loads as an equal scenario."""
    head = (
        "# A complete scenario: every key is here, nothing is taken from presets or the library.",
        'extends = ""',
    )
    return "\n".join([*head, *document(scenario.model_dump()), ""])


def write(scenario: Scenario, path: str | Path) -> Path:
    """Write the whole scenario; whoever reads the file meanwhile sees the old one or the new."""
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(to_toml(scenario), encoding="utf-8", newline="\n")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def digest(scenario: Scenario) -> str:
    """Twelve characters that change with anything that could change a run.

    The order of the touchpoints could: it numbers them and orders an animator's pushes.
    """
    tables = scenario.model_dump()
    tables["touchpoints"] = list(tables["touchpoints"].items())
    text = json.dumps(tables, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def new_file_text(product: str) -> str:
    """A starting file on top of a preset: its common keys stand ready, commented out."""
    return starting_file(load(product), product)
