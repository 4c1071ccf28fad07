"""Scenario files as plain tables: one file built on another, each key with its file and line.

A file holds what it changes. Under it lie the files it `extends`, under them the touchpoint
library, under that the defaults of `tables`. Tables merge key by key, lists replace. What a file
does `without_strategies` is taken out of those below before it adds its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cjsim.files import expanded
from cjsim.labels.phrases import Phrase, Words, phrase
from cjsim.scenario.keys import OF_A_FILE, KeyPath
from cjsim.scenario.mistakes import (
    MOST,
    Finding,
    Problem,
    ScenarioError,
    chosen_strategies,
    nearest,
)
from cjsim.scenario.tables.uncertain import by_key
from cjsim.scenario.toml import Lines, in_toml, lines_of, slip

PRESETS = Path(__file__).with_name("presets")
LIBRARY = PRESETS / "touchpoints.toml"
LARGEST = 2_000_000
"""Bytes of a scenario file; ours have a hundredth of it."""


def presets() -> dict[str, str]:
    """The scenarios that come with the kit.

    Returns name -> title, by name.

    >>> from cjsim.scenario import presets
    >>> list(presets())[:3]
    ['beer', 'car', 'cheese']
    >>> presets()["manicure"]
    'Manicure at home: one pair of hands'
    """
    titles = {}
    for path in sorted(PRESETS.glob("*.toml")):
        if path != LIBRARY:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            titles[path.stem] = str(tables.get("title") or tables.get("name") or path.stem)
    return titles


def preset_text(name: str) -> str:
    """A preset's file as it is, comments and all.

    Parameters
    ----------
    name : of a preset, see `presets`.

    Returns TOML. Raises `ScenarioError`, with the nearest spelling, for a name that there is not.

    >>> from cjsim.scenario import preset_text
    >>> print(preset_text("phone").splitlines()[0])
    # Phone: a brand with a shop in town and a site. Bought every second year.
    """
    return find_file(name, "").read_text(encoding="utf-8")


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


def layers_of(path: Path) -> tuple[list[Layer], list[Problem]]:
    """A file and all it stands on, the lowest first, and what could not be read of it."""
    layers: list[Layer] = []
    paths_read: list[Path] = []
    try:
        while path.resolve() not in paths_read:
            paths_read.append(path.resolve())
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
        return find_file(base, layer.path.parent)
    except ScenarioError as error:
        problem = error.problems[0]
        raise _trouble(layer, base, problem.words, problem.suggestion) from None


def _trouble(layer: Layer, base: Any, words: Phrase, near: Words | None = None) -> ScenarioError:
    finding = Finding(("extends",), base, words, near)
    return ScenarioError([Problem.of(finding, layer.label, layer.line(("extends",)))])


def find_file(source: str, folder: str | Path, is_path: bool = False) -> Path:
    """The file behind a preset's name or a path relative to a folder."""
    names = [path.stem for path in sorted(PRESETS.glob("*.toml")) if path != LIBRARY]
    path = Path(folder) / expanded(source)
    if not path.name:  # "" and "." are folders
        raise ScenarioError([Problem(f'"{source}"', "", None, phrase("no_file", names=names))])
    if not (is_path or source.endswith(".toml") or "/" in source or "\\" in source):
        if source in names:
            return PRESETS / f"{source}.toml"
        beside = f"{source}.toml" if path.with_name(f"{path.name}.toml").is_file() else None
        words = phrase("not_toml" if path.is_file() else "no_preset", names=names)
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
        if path.stat().st_size > LARGEST:
            words = phrase("too_large", most=f"{LARGEST:,}")
            raise ScenarioError([Problem(_label(path), "", None, words)])
        text = path.read_text(encoding="utf-8-sig")  # with or without Notepad's mark
        return _with_doubts_by_key(Layer(path, tomllib.loads(text), lines_of(text)))
    except UnicodeDecodeError:
        words = phrase("not_utf8")
    except tomllib.TOMLDecodeError as error:
        line, column, words = slip(text, str(error))
    except RecursionError:
        words = phrase("too_deep")
    except ScenarioError:
        raise
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        words = phrase("too_many_digits")
    except PermissionError:
        words = phrase("no_access")
    except OSError as error:
        words = phrase("unreadable", why=str(error.strerror))
    raise ScenarioError([Problem(_label(path), "", None, words, None, line, column)])


def _with_doubts_by_key(layer: Layer) -> Layer:
    """Under [uncertain] a key may do without its quotes; then it reads as if it had them."""
    tables = layer.tables
    if "uncertain" not in tables:
        return layer
    lines = {
        (path[0], ".".join(map(str, path[1:]))) if path[:1] == ("uncertain",) < path else path: line
        for path, line in layer.lines.items()
    }
    return replace(layer, tables={**tables, "uncertain": by_key(tables["uncertain"])}, lines=lines)


def place_of(layers: list[Layer], path: KeyPath) -> tuple[str, int | None]:
    """The file that has the last word on a key, and its line there."""
    for n in range(len(path), 0, -1):
        for layer in reversed(layers):
            if layer.says(path[:n]):
                return layer.label, layer.line(path[:n])
    return layers[-1].label, None


def misspelt_strategies(layers: list[Layer]) -> Iterator[Finding]:
    """A strategy that runs nothing and is called almost like one of a file below."""
    below: set[str] = set()
    for layer in layers:
        strategies = layer.tables.get("strategies")
        strategies = strategies if isinstance(strategies, dict) else {}
        below -= set(_left_out(layer))
        for name, keys in strategies.items():
            idle = isinstance(keys, dict) and "touchpoints" not in keys
            few = len(strategies) <= MOST["strategies"]
            if few and idle and name not in below and (near := nearest(name, below)):
                yield Finding(("strategies", name), None, phrase("idle_strategy"), near)
        below |= set(strategies)


def stacked(layers: list[Layer]) -> tuple[dict[str, Any], list[Problem]]:
    """All files as one set of tables, and what is wrong with the strategies they leave out."""
    tables: dict[str, Any] = {}
    problems = []
    left_out_by: dict[str, Layer] = {}
    for layer in layers:
        below = tables.get("strategies")
        below = below if isinstance(below, dict) else {}
        problems += [_at_without(layer, finding) for finding in _wrong_to_leave_out(layer, below)]
        left_out_by |= dict.fromkeys(_left_out(layer), layer)
        if below:
            tables["strategies"] = {n: s for n, s in below.items() if n not in _left_out(layer)}
        own = {key: value for key, value in layer.tables.items() if key not in OF_A_FILE}
        tables = with_doubts(merged(tables, own), tables, own)
    names = tables.get("strategies", {})
    names = names if isinstance(names, dict) else left_out_by
    for key, name in chosen_strategies(tables):
        if name in left_out_by and name not in names:
            words = phrase("left_out_and_runs", names=names)
            problems.append(_at_without(left_out_by[name], Finding((key,), name, words)))
    return tables, problems


def _left_out(layer: Layer) -> list[str]:
    """The strategies of the files below that a file does without."""
    names = layer.tables.get("without_strategies", [])
    return [n for n in names if isinstance(n, str)] if isinstance(names, list) else []


def _wrong_to_leave_out(layer: Layer, below: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that no file below has, and what is no list of names."""
    names = layer.tables.get("without_strategies", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        meant = in_toml([names]) if isinstance(names, str) else None
        words = phrase("must_be", what=phrase("names"))
        yield Finding(("without_strategies",), names, words, meant)
        return
    for name in names:
        if name not in below:
            words = phrase("no_strategy_below", names=below)
            yield Finding(("without_strategies",), name, words, nearest(name, below))


def _at_without(layer: Layer, finding: Finding) -> Problem:
    """The mistake, told where the file says what it does without."""
    return Problem.of(finding, layer.label, layer.line(("without_strategies",)))


def with_doubts(
    tables: dict[str, Any], below: Mapping[str, Any], above: Mapping[str, Any]
) -> dict[str, Any]:
    """Merged tables in which what is uncertain of a key is said by one of the two, not by both."""
    doubts = [by_key(side.get("uncertain", {})) for side in (below, above)]
    if not all(isinstance(side, Mapping) for side in doubts) or not any(doubts):
        return tables
    return {**tables, "uncertain": {**doubts[0], **doubts[1]}}


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables as one: key by key, the upper one wins."""
    tables = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(tables.get(key), Mapping)
        tables[key] = merged(tables[key], value) if both else value
    return tables
