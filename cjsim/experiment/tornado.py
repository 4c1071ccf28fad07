"""Which of a scenario's numbers matter, one at a time: each key alone smaller and larger.

Everything is run on the same people with the same luck, so that what remains is the key's doing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cjsim.door import number_of, scenario_of, words_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.idle import Idle, idle_of, sentences
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, amount, cell, heads, in_per_cent
from cjsim.experiment.search import Floats
from cjsim.experiment.sensitivity import number_key, relative
from cjsim.experiment.workers import evaluate
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, setting
from cjsim.measures.summary import in_words, known_measure
from cjsim.scenario import Scenario
from cjsim.scenario.keys import Key, fits

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Tornado(Result):
    """What a measure does when each key alone is made smaller and larger by the same share.

    `tornado` makes one.

    Parameters
    ----------
    scenario : as it is.
    measure : the one looked at, of `cjsim.measures.UNITS`.
    step : the share.
    people : how many were simulated in each run.
    base : the measure in each run of the scenario as it is.
    table : one row per key, the largest `swing_of_step` first, see below.
    confidence : coverage of the intervals, 0..1.

    Columns of the table
    --------------------
    value, low_value, high_value : the key as it is, and the two values it was given.
    share_down, share_up : by what share of its size it was really moved, below and above 0. A whole
        number, or one that comes to a limit, cannot be moved by just `step`: see `own_steps`.
    down, down_low, down_high : paired difference to the base at the low value, and its interval.
    up, up_low, up_high : the same at the high value.
    elasticity, elasticity_low, elasticity_high : relative change of the measure per relative
        change of the key, from the low to the high value. Both are relative to the size of what
        is there now, so above 0 always means "more of the key, more of the measure". NaN where
        the base's interval holds zero.
    swing : from the lowest to the highest of down, up and 0 [units of the measure].
    swing_of_step : what that would be had the key been moved by `step` both ways, at this pace.
    clear : does the interval of the difference between high and low value leave zero out?

    Intervals are t intervals over the runs: of the luck of the runs, at these values.

    >>> keys = ["product.price", "market.onset_days"]
    >>> found = tornado("phone", keys, measure="contacts", people=50, runs=4, executor="here")
    >>> found.table["swing"].round(1).to_dict()
    {'product.price': 45.2, 'market.onset_days': 24.8}
    >>> price = found.table.loc["product.price", ["low_value", "down", "up"]]
    >>> price.astype(float).round(1).to_dict()
    {'low_value': 396.0, 'down': 20.8, 'up': -24.5}
    """

    scenario: Scenario
    measure: str
    step: float
    people: int
    base: pd.Series[float]
    table: pd.DataFrame
    confidence: float = 0.95

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs."""
        return tuple(int(seed) for seed in self.base.index)

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The keys that cannot act in this scenario, or on money alone, and why."""
        return idle_of([self.scenario], map(str, self.table.index))

    def says(self, lang: str = SPOKEN) -> str:
        """The key that does most, how many are clear of zero, and which cannot act."""
        return "".join(
            [
                self._swings_in_words(lang),
                self.own_steps_in_words(lang),
                sentences(self.idle, lang),
            ]
        )

    @cached_property
    def own_steps(self) -> tuple[str, ...]:
        """The keys that were moved by another share than `step`."""
        shares = self.table[["share_down", "share_up"]].abs()
        return tuple(self.table.index[((shares - self.step).abs() > 1e-9).any(axis=1)])

    def moved(self, key: str, lang: str = SPOKEN) -> str:
        """The two values a key was given; and by what shares, where these are its own."""
        row = self.table.loc[key]
        low, high = (setting(row[name], lang) for name in ("low_value", "high_value"))
        if key not in self.own_steps:
            return f"{low} … {high}"
        down, up = (
            number(100 * row[name], lang, signed=True) for name in ("share_down", "share_up")
        )
        return text("ranking.own_step", lang).format(low=low, high=high, down=down, up=up)

    def own_steps_in_words(self, lang: str = SPOKEN) -> str:
        """Which keys were moved by another share, and how the ranking allows for it; or nothing."""
        if not self.own_steps:
            return ""
        keys = "; ".join(f"{key} = {self.moved(key, lang)}" for key in self.own_steps)
        return " " + text("ranking.own_steps", lang).format(
            step=in_per_cent(self.step, lang), keys=keys
        )

    def _swings_in_words(self, lang: str) -> str:
        strongest = self.table.iloc[0]
        words = {"step": in_per_cent(self.step, lang), "keys": str(len(self.table))}
        measure = in_words(self.measure, self.scenario.money, lang)
        if not strongest["swing"] > 0:
            key = "tornado_nothing" if math.isnan(strongest["swing"]) else "tornado_none"
            return text(f"ranking.{key}", lang).format(measure=measure, **words)
        return text("result.tornado", lang).format(
            measure=measure, key=self.table.index[0], down=amount(strongest, lang, "down"),
            up=amount(strongest, lang, "up"), clear=int(self.table["clear"].sum()), **words,
        )  # fmt: skip

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        words = heads(["key", "value", "smaller", "larger", "elasticity", "clear"], lang)
        unit = in_words(self.measure, self.scenario.money, lang)
        words[2:4] = (f"{word}: {unit}" for word in words[2:4])
        rows = [
            [
                str(key), f"{cell(row['value'], lang)} ({self.moved(str(key), lang)})",
                amount(row, lang, "down"),
                amount(row, lang, "up"), amount(row, lang, "elasticity"), cell(row["clear"], lang),
            ]
            for key, row in self.table.iterrows()
        ]  # fmt: skip
        return words, rows


def tornado(
    scenario: Scenario | str | Path,
    keys: str | Iterable[str],
    *,
    measure: str = "profit_per_person",
    step: float = 0.1,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Tornado:
    """Change each key alone by the same share, down and up, and see what the measure does.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    keys : dotted keys of numbers, e.g. "product.price", "guide.accuracy".
    measure : one of `measures.UNITS`.
    step : the share, above 0 and below 1. A whole number moves by at least 1, but not to 0, which
        switches off what it counts. A key stops at its limit, or half way to a limit that it may
        not reach itself. What was moved by another share is named and ranked at its pace.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `Tornado`. Raises ValueError for an unknown key or measure, and for a key that a
    share cannot move: 0, inf, or no number.

    >>> found = tornado("phone", ["product.price"], people=50, runs=2, executor="here")
    >>> found.table.loc["product.price", ["low_value", "high_value"]].astype(float).to_dict()
    {'low_value': 396.0, 'high_value': 484.0}
    """
    import pandas as pd

    scenario = scenario_of(scenario)
    known_measure(measure)
    if not 0 < number_of("step", step) < 1:
        raise ValueError(f"step = {step}: must be a number above 0 and below 1")
    names = words_of("keys", keys)
    if not names:
        raise ValueError("a tornado needs at least one key, e.g. 'product.price'")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    moves = {name: ends_of(scenario, name, step) for name in names}
    ends = [(name, value) for name, (_, low, high) in moves.items() for value in (low, high)]
    changed = [scenario.with_changes({name: value}) for name, value in ends]
    plan = dict(enumerate([scenario, *changed]))
    table = evaluate(plan, **question.how)
    base, *rest = table[measure].to_numpy().reshape(len(plan), question.runs)
    rows = {
        name: _row(move, base, low, high, question.confidence, step)
        for (name, move), low, high in zip(moves.items(), rest[::2], rest[1::2], strict=True)
    }
    swings = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    return Tornado(
        scenario, measure, step, question.people,
        pd.Series(base, pd.Index(question.seeds, name="seed"), name=measure),
        swings.sort_values("swing_of_step", ascending=False, kind="stable"), question.confidence,
    )  # fmt: skip


def _row(
    move: tuple[float, float, float],
    base: Floats,
    at_low: Floats,
    at_high: Floats,
    confidence: float = 0.95,
    step: float = 0.1,
) -> dict[str, float | bool]:
    """One row of a tornado, from the measure in each run: as it is, at the low, at the high."""
    import pandas as pd

    value, low, high = move
    gaps = pd.DataFrame({"down": at_low - base, "up": at_high - base, "both": at_high - at_low})
    gap = difference(gaps, confidence)
    per_relative_change = abs(value) / (high - low)
    swing_of_step = 2.0 * step * per_relative_change
    elasticity = [per_relative_change * x for x in relative(at_high - at_low, base, confidence)]
    ends = [gap.loc["down", "difference"], gap.loc["up", "difference"], 0.0]
    swing = max(ends) - min(ends) if gaps["both"].notna().any() else math.nan
    return {
        **dict(zip(("value", "low_value", "high_value"), move, strict=True)),
        "share_down": (low - value) / abs(value),
        "share_up": (high - value) / abs(value),
        **_gap_columns("down", gap.loc["down"]),
        **_gap_columns("up", gap.loc["up"]),
        **dict(zip(("elasticity", "elasticity_low", "elasticity_high"), elasticity, strict=True)),
        "swing": swing,
        "swing_of_step": swing * swing_of_step,
        "clear": bool(gap.loc["both", "clear"]),
    }


def _gap_columns(name: str, gap: Mapping[str, float]) -> dict[str, float]:
    """A difference and its interval as columns of that name."""
    return {name: gap["difference"], f"{name}_low": gap["low"], f"{name}_high": gap["high"]}


# --- How far a key can go -------------------------------------------------------------------------


def ends_of(scenario: Scenario, dotted: str, step: float) -> tuple[float, float, float]:
    """A key's value, and the values it has when it is a step smaller and a step larger."""
    key = number_key(scenario, dotted)
    value = scenario.value(dotted)
    if value == 0 or not math.isfinite(value):
        raise ValueError(
            f"{dotted} = {value:g}: only a finite number other than 0 has a share to add or take "
            "away; set one first with with_changes"
        )
    return value, _moved(value, -step, key), _moved(value, step, key)


def _moved(value: float, step: float, key: Key) -> float:
    """A value moved by a share of its size, as far as its key allows."""
    moved = value + step * abs(value)
    if key.is_whole:
        one_less = max(1, value - 1)
        one_more = value + 1
        moved = min(one_less, round(moved)) if step < 0 else max(one_more, round(moved))
    if fits(moved, key):
        return moved
    reached, excluded = ("ge", "gt") if step < 0 else ("le", "lt")
    if reached in key.limits:
        return key.kind(key.limits[reached])  # type: ignore[no-any-return]
    return (value + float(key.limits[excluded])) / 2
