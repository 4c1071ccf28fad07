"""Which scenarios a command is about: its names, files, strategies and changes, read from words."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim.cli.terminal import shown

if TYPE_CHECKING:
    from cjsim.scenario import Scenario


def _changes(words: Iterable[str], option: str = "--set") -> dict[str, Any]:
    """KEY=VALUE words as a dictionary; a value is what TOML takes it for, else text."""
    changes = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{option} {word}: say KEY=VALUE, for example guide.accuracy=0.9")
        try:
            changes[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            changes[key.strip()] = value.strip()
        except RecursionError:
            raise ValueError(f"{option} {shown(word)}: is nested too deep") from None
    return changes


def _scenario(word: str, args: argparse.Namespace) -> Scenario:
    """A scenario with a command's --set changes."""
    scenario = _loaded(word, args)
    return scenario.with_changes(_changes(args.changes)) if args.changes else scenario


def _loaded(word: str, args: argparse.Namespace) -> Scenario:
    """A scenario as it stands; --out is looked at too."""
    from cjsim.scenario import Scenario

    scenario = Scenario.load(word)
    if args.out:
        existing = next(path for path in (args.out, *args.out.absolute().parents) if path.exists())
        if not existing.is_dir():
            is_file = "is a file" if existing == args.out else f"{existing} is a file"
            raise ValueError(f"--out {args.out}: {is_file}; name a folder")
    return scenario


def strategies(word: str, args: argparse.Namespace) -> dict[str, Scenario]:
    """A scenario under each of the strategies that a command names; all of them if none."""
    scenario = _scenario(word, args)
    names = _strategy_names(args) or list(scenario.strategies)
    return {name: scenario.with_strategy(name) for name in names}


def _strategy_names(args: argparse.Namespace) -> list[str]:
    return [name.strip() for name in args.strategies.split(",")] if args.strategies else []


def side_by_side(args: argparse.Namespace) -> dict[str, Scenario]:
    """What `compare` compares: strategies of one scenario, or several scenarios.

    Several are called as their files, without folder and ending where that tells them apart; with
    the strategy behind where each runs under more than one.
    """
    words: list[str] = args.scenario
    if len(words) == 1:
        return strategies(words[0], args)
    if twice := next((word for word in words if words.count(word) > 1), None):
        raise ValueError(f"{twice}: is named twice; name scenarios that differ")
    stems = [Path(word).stem if word.endswith(".toml") else word for word in words]
    names = stems if len(set(stems)) == len(words) else words
    asked = _strategy_names(args)
    sides = {}
    for name, word in zip(names, words, strict=True):
        scenario = _scenario(word, args)
        for strategy in asked or [scenario.strategy]:
            side = f"{name} {strategy}" if len(asked) > 1 else name
            sides[side] = scenario.with_strategy(strategy)
    _must_count_in_one_money(sides)
    return sides


def _must_count_in_one_money(sides: dict[str, Scenario]) -> None:
    (name, first), *others = sides.items()
    for other, scenario in others:
        if scenario.money != first.money:
            raise ValueError(
                f"money differs: {first.money} in {name}, {scenario.money} in {other}; "
                "a comparison counts in one currency"
            )


def running(args: argparse.Namespace) -> Scenario:
    """The scenario that a command names, under the strategy that it names."""
    scenario = _scenario(args.scenario, args)
    return scenario.with_strategy(args.strategy) if args.strategy else scenario


def now_and_changes(args: argparse.Namespace) -> tuple[Scenario, dict[str, dict[str, Any]]]:
    """The scenario as it is, and its changes by name: that of --set, and those of --change."""
    from cjsim.experiment.what_if import name_of

    if not args.change and not args.changes:
        raise ValueError("say what to change: --set guide.every_days=14, or several with --change")
    now = _loaded(args.scenario, args)
    if args.strategy:
        now = now.with_strategy(args.strategy)
    together = _changes(args.changes)
    changes = [(name_of(together), together)] if together else []
    for words in args.change:
        named = "=" not in words[0]
        keys = _changes(words[1:] if named else words, "--change")
        if not keys:
            raise ValueError(
                f"--change {words[0]}: say KEY=VALUE behind the name, for example firm.reps=3"
            )
        changes.append((words[0] if named else name_of(keys), keys))
    names = [name for name, _ in changes]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"--change: two are called {twice!r}; give each a name of its own")
    return now, dict(changes)
