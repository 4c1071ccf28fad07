"""What if: a scenario as it is, against each of several changes of it, on the same people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.door import scenario_of, shown
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.compare import Comparison, compare, with_doubt
from cjsim.experiment.doubt import idle_in_draws
from cjsim.experiment.draws import Draws, draws_of
from cjsim.experiment.idle import Idle, idle_of
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import setting
from cjsim.scenario import Scenario
from cjsim.scenario.changes import plain_value
from cjsim.scenario.mistakes import shown as in_a_file

if TYPE_CHECKING:
    import pandas as pd

NOW: Final = "now"
"""The name of the scenario as it is; all differences are to it."""
EXAMPLE: Final = '{"every two weeks": {"guide.every_days": 14}}'


@dataclass(frozen=True, repr=False)
class WhatIf(Comparison):
    """The scenario as it is, called "now", and each change of it: a `Comparison` to "now".

    `what_if` makes one; all that a `Comparison` has holds, and `changes` says what was changed.

    Parameters
    ----------
    scenarios, people, seeds, runs, funnels, won, confidence, doubt : see `Comparison`.

    >>> found = what_if("phone", [{"product.price": 400}], people=50, runs=2, executor="here")
    >>> list(found.scenarios)
    ['now', 'product.price = 400']
    >>> gap = found.paired().loc[("product.price = 400", "revenue")]
    >>> gap[["difference", "low", "high"]].astype(float).round().to_dict()  # two runs tell little
    {'difference': 2640.0, 'low': -16165.0, 'high': 21445.0}
    """

    @cached_property
    def changes(self) -> dict[str, dict[str, tuple[Any, Any]]]:
        """Change -> dotted key -> what it was and what it is; a key that was not there was None."""
        now, *changed = self.scenarios.items()
        return {
            name: {_in_short(key): values for key, values in now[1].diff(scenario).items()}
            for name, scenario in changed
        }

    @cached_property
    def idle(self) -> dict[str, dict[str, Idle]]:
        """Change -> those of its keys that cannot act, or act on money alone, and why.

        Where inputs are drawn, in no draw either.
        """
        draws = self.doubt.draws if self.doubt else None
        notes = {}
        for name, keys in self.changes.items():
            side = self.scenarios[name]
            notes[name] = idle_in_draws([side], draws, keys) if draws else idle_of([side], keys)
        return notes

    def named(self, name: str, lang: str = SPOKEN) -> str:
        """What a change is called; the scenario as it is has a word in each language."""
        return text("result.now", lang) if name == NOW else super().named(name, lang)

    def notes(self, lang: str = SPOKEN) -> list[str]:
        """What was changed from what to what, which of it cannot act, and crowded desks."""
        in_vain = [
            note.said(lang) if len(self.idle) == 1 else f"{name}: {note.said(lang)}"
            for name, notes in self.idle.items()
            for note in notes.values()
        ]
        return [self._changed(lang), *in_vain, *super().notes(lang)]

    def crowded(self, lang: str = SPOKEN) -> list[str]:
        """Of the first whose sample stands in a long queue; it is one market, so once is enough."""
        return super().crowded(lang)[:1]

    def _changed(self, lang: str) -> str:
        """From what to what, a part for each change; one named after its keys needs no name."""
        parts = []
        for name, changes in self.changes.items():
            steps = [
                f"{key} {setting_in_words(was, lang)} → {setting_in_words(then, lang)}"
                for key, (was, then) in changes.items()
            ]
            words = ", ".join(steps) or text("result.unchanged", lang)
            plain = steps and all(key in name for key in changes)
            parts.append(words if plain else f"{name}: {words}")
        return text("result.changed", lang).format(parts="; ".join(parts))

    def tables(self) -> dict[str, pd.DataFrame]:
        """All runs, the funnels, the differences, and what was changed."""
        import pandas as pd

        rows = [
            (name, key, *(None if value is None else in_a_file(value) for value in values))
            for name, changes in self.changes.items()
            for key, values in changes.items()
        ]
        changes = pd.DataFrame(rows, columns=["scenario", "key", "now", "then"])
        return {**super().tables(), "changes": changes}


def what_if(
    scenario: Scenario | str | Path,
    changes: Mapping[Any, Mapping[str, Any]] | Sequence[Mapping[str, Any]],
    *,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "threads",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
    draws: int | Draws | pd.DataFrame | str | Path | None = None,
) -> WhatIf:
    """Change a scenario in several ways, and tell how far each is from what it is now.

    Parameters
    ----------
    scenario : a Scenario, a preset's name or a path; under the strategy that it runs.
    changes : name -> dotted keys and their values, which change together; or a list of such keys
        and values, each named after them.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.
    draws : how many joint draws of what the scenario holds [uncertain], or a table of them, see
        `cjsim.experiment.draws`; a change comes after the draw. The answer then has its `doubt`.

    Returns a `WhatIf`: a comparison to the scenario as it is. Raises ScenarioError for a key or
    value that cannot be, ValueError for all else that cannot be asked; before anything runs.

    >>> found = what_if("phone", [{"product.price": 400}], people=50, runs=2, executor="here")
    >>> found.changes
    {'product.price = 400': {'product.price': (440.0, 400.0)}}
    """
    now = scenario_of(scenario)
    scenarios = {NOW: now}
    for name, change in _named(changes):
        if name in scenarios:
            taken = "the scenario as it is" if name == NOW else "another change"
            raise ValueError(f"changes: {name!r} is {taken}; give it a name of its own")
        scenarios[name] = _changed(now, name, change)
    how: dict[str, Any] = {
        "people": people, "runs": runs, "seed": seed, "executor": executor, "workers": workers,
        "progress": progress, "confidence": confidence, "engine": engine,
    }  # fmt: skip
    if draws is not None:
        question = asked(now, **how)
        drawn = draws_of(draws, {NOW: now}, question.seed)
        each = list(drawn.of(now))
        sides = {NOW: each} | {
            name: [one.with_changes(change) for one in each] for name, change in _named(changes)
        }
    comparison = compare(scenarios, **how)
    if draws is not None:
        comparison = with_doubt(comparison, sides, drawn, question, now=True)
    return WhatIf(**{part.name: getattr(comparison, part.name) for part in fields(comparison)})


def _named(changes: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each change with its name; ValueError for what is none."""
    if isinstance(changes, Mapping):
        pairs = [(str(name), change) for name, change in changes.items()]
    elif isinstance(changes, list | tuple):
        pairs = [("", change) for change in changes]
    else:
        raise ValueError(f"changes = {shown(changes)}: must be changes by name, such as {EXAMPLE}")
    if not pairs:
        raise ValueError(f"changes is empty: give at least one, such as {EXAMPLE}")
    for at, (name, change) in enumerate(pairs):
        if not isinstance(change, Mapping) or not change or not all(map(_is_word, change)):
            place = f"changes[{name!r}]" if isinstance(changes, Mapping) else f"changes[{at}]"
            raise ValueError(
                f"{place} = {shown(change)}: must be keys and their values; a name stands before "
                f"them, such as {EXAMPLE}"
            )
        yield (name if isinstance(changes, Mapping) else name_of(change)), change


def _is_word(key: object) -> bool:
    return isinstance(key, str)


def name_of(change: Mapping[str, Any]) -> str:
    """A change as a name: what it sets.

    >>> name_of({"guide.every_days": 14, "guide.push": "none"})
    'guide.every_days = 14, guide.push = "none"'
    """
    return ", ".join(f"{key} = {in_a_file(plain_value(value))}" for key, value in change.items())


def _changed(now: Scenario, name: str, change: Mapping[str, Any]) -> Scenario:
    """The scenario with a change; ValueError for one that makes it another market's."""
    scenario = now.with_changes(change)
    if scenario.market.people != now.market.people:
        raise ValueError(
            f"changes[{name!r}]: market.people cannot differ, for the same people meet all "
            "changes; give people=... for a sample of another size"
        )
    return scenario


def _in_short(key: str) -> str:
    """A dotted key as people write it: "guide.accuracy"."""
    return key.removeprefix("strategies.")


def setting_in_words(value: Any, lang: str) -> str:
    """What a key holds, as people read it."""
    if value is None:
        return text("result.absent", lang)
    if isinstance(value, Real) and not isinstance(value, bool):
        return setting(float(value), lang, typed=True)
    return in_a_file(value)
