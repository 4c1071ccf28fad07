"""Doubt: how far a difference may be from what one thinks because its inputs are not known.

A *luck interval* is over worlds at the numbers of the file, and more worlds make it narrow. A
*doubt interval* is over the numbers that are held possible, or that fit the data: 90 % of the
expected differences lie in it, and no number of worlds makes it narrow; only finding out does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.experiment.asked import Asked
from cjsim.experiment.draws import Draws, has
from cjsim.experiment.idle import Idle, idle_of
from cjsim.experiment.result import Grid, Result, heads, in_per_cent
from cjsim.experiment.shares import (
    Floats,
    Worth,
    first_order,
    gain_of_knowing,
    means_of,
    split,
    worths,
)
from cjsim.experiment.workers import outcomes
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import NONE, number, per_cent
from cjsim.measures.summary import HEADLINE, LESS_IS_BETTER, UNITS, in_words, known_measure
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

TOLD: Final = "profit_per_person"
"""The measure of which the doubt is told in words."""
ENDS: Final = (0.05, 0.5, 0.95)
"""A doubt interval, and its middle."""
SEEN: Final = 0.05
"""Parts of the doubt below this are not told in words."""


def idle_in_draws(
    scenarios: Sequence[Scenario], draws: Draws, keys: Iterable[str]
) -> dict[str, Idle]:
    """The keys that can act neither in the scenarios as they stand nor in any draw of them.

    Parameters
    ----------
    scenarios : that have these keys.
    draws : of the inputs. Where one cannot be beside what a scenario changes, nothing is told.
    keys : dotted.
    """
    notes = idle_of(scenarios, keys)
    if not notes:
        return notes
    try:
        drawn = [one for scenario in scenarios for one in draws.of(scenario)]
    except ValueError:
        return {}
    return idle_of([*scenarios, *drawn], notes)


@dataclass(frozen=True, repr=False)
class Doubt(Result):
    """What draws of the unknown inputs do to the differences of a comparison.

    Parameters
    ----------
    scenarios : as the file has them, by name; differences are to the first. One alone is told as
        it is, not as a difference.
    draws : of the inputs.
    people : size of each market.
    runs : rows (scenario, draw, seed), a column per measure; draw is the place among the draws.
    luck : the comparison's own differences at the file's values, with their luck intervals.
    confidence : of the luck intervals.
    now : is the first one a scenario as it is, against changes of it?
    """

    scenarios: dict[str, Scenario]
    draws: Draws
    people: int
    runs: pd.DataFrame
    luck: pd.DataFrame
    confidence: float = 0.95
    now: bool = False

    @property
    def seeds(self) -> tuple[int, ...]:
        """The worlds in which the draws live."""
        return tuple(self.runs.index.get_level_values("seed").unique())

    @property
    def first(self) -> str:
        """The scenario that others differ from."""
        return next(iter(self.scenarios))

    @property
    def others(self) -> list[str]:
        """The scenarios that differ from the first; one alone is its own."""
        return list(self.scenarios)[1:] or [self.first]

    def named(self, name: str, lang: str = SPOKEN) -> str:
        """What a scenario is called; the one as it is has a word in each language."""
        return (
            text("result.now", lang)
            if self.now and name == self.first
            else super().named(name, lang)
        )

    def values(self, name: str, measure: str = TOLD) -> Floats:
        """Its difference to the first in each draw and world: (draws, worlds); NaN for none."""
        known_measure(measure)
        runs = self.runs[measure]
        own = runs.xs(name, level="scenario")
        if len(self.scenarios) > 1:
            own = own - runs.xs(self.first, level="scenario")
        place = own.index.get_level_values("draw").to_numpy()
        world = own.groupby(level="draw").cumcount().to_numpy()
        table = np.full((len(self.draws), int(world.max()) + 1), np.nan)
        table[place, world] = own.to_numpy()
        return table

    @cached_property
    def independent(self) -> bool:
        """Does no key tell of another?"""
        return not self.draws.together

    @cached_property
    def table(self) -> pd.DataFrame:
        """Both intervals side by side: rows (scenario, measure).

        difference, low, high : at the file's values, with the luck interval.
        median, doubt_low, doubt_high : of the expected differences over the draws, 5-95 %.
        ahead : the share of draws in which it is better than the first; of `LESS_IS_BETTER` that is
            less. NaN for one scenario alone.
        doubt_share : the part of the doubt in the variance of what one world brings; luck is the
            rest.
        draws : how many have the measure on both sides.
        note : "", "none" (no draw has it), "hidden" (luck hides the doubt, or no key can act, so
            that there is none: no interval, nobody is called ahead) or "fixed" (it is the same in
            all draws).
        """
        import pandas as pd

        rows = {}
        for name in self.others:
            for measure in UNITS:
                at_file = self.luck.loc[(name, measure)]
                column = "difference" if "difference" in at_file else "mean"
                by_luck = {"difference": at_file[column]} | dict(at_file[["low", "high"]])
                rows[name, measure] = by_luck | self._over_draws(name, measure)
        index = pd.MultiIndex.from_tuples(rows, names=["scenario", "measure"])
        return pd.DataFrame(list(rows.values()), index)

    def _over_draws(self, name: str, measure: str) -> dict[str, Any]:
        parts = split(self.values(name, measure))
        n = len(parts.expected)
        low, middle, high = np.quantile(parts.expected, ENDS) if n else (math.nan,) * 3
        better = -parts.expected if measure in LESS_IS_BETTER else parts.expected
        alone = len(self.scenarios) == 1 or not n
        hidden = n > 0 and (parts.hidden or self._in_vain)
        note = "none" if not n else "hidden" if hidden else ""
        if hidden:
            alone, low, high = True, math.nan, math.nan
        return {
            "median": float(middle), "doubt_low": float(low), "doubt_high": float(high),
            "ahead": math.nan if alone else float((better > 0).mean()),
            "doubt_share": 0.0 if self._in_vain else parts.share, "draws": n,
            "note": note or ("fixed" if parts.doubt == 0 else ""),
        }  # fmt: skip

    def of_keys(self, measure: str = TOLD, name: str | None = None) -> pd.DataFrame:
        """Whose the doubt is: a row per key, the largest part first.

        share, low, high : the part of the doubt in the difference that would be gone if the key
            were known, on average (first order), with its interval (5-95 %).
        worth, worth_low, worth_high : what it brings to know the key before one of all scenarios is
            chosen, in units of the measure. NaN for one scenario alone.

        Parameters
        ----------
        measure : one of `measures.UNITS`.
        name : which difference; the second scenario's when not given.
        """
        return self._of_keys(measure, self.others[0] if name is None else name).copy()

    def _of_keys(self, measure: str, name: str) -> pd.DataFrame:
        import pandas as pd

        cache: dict[tuple[str, str], pd.DataFrame] = self.__dict__.setdefault("_keys", {})
        if (measure, name) in cache:
            return cache[measure, name]
        values = self.values(name, measure)
        known = ~np.isnan(values).all(axis=1)
        keys = self.draws.values.to_numpy(float)[known]
        shares = first_order(values[known], keys, self.independent) if known.sum() > 1 else []
        none = (math.nan,) * 3
        worths = self._worths(measure)
        rows = [(*(shares[k] if shares else none), *worths[k]) for k in range(len(self.draws.keys))]
        columns = ["share", "low", "high", "worth", "worth_low", "worth_high"]
        index = pd.Index(self.draws.keys, name="key")
        table = pd.DataFrame(rows, index, columns)
        cache[measure, name] = table.sort_values("share", ascending=False, kind="stable")
        return cache[measure, name]

    def _worths(self, measure: str) -> list[Worth]:
        """What each key is worth to know; NaN where there is nothing to choose."""
        cache: dict[str, list[Worth]] = self.__dict__.setdefault("_found_out", {})
        if measure not in cache:
            gaps, known = self._gaps(measure)
            keys = self.draws.values.to_numpy(float)[known]
            choice = len(self.scenarios) > 1 and known.sum() > 1
            none = [Worth(math.nan, math.nan, math.nan)] * keys.shape[1]
            cache[measure] = worths(gaps, keys, self.independent) if choice else none
        return cache[measure]

    def _gaps(self, measure: str) -> tuple[Floats, Any]:
        """Means of the draws that have the measure throughout, (draws, others), and which."""
        sign = -1.0 if measure in LESS_IS_BETTER else 1.0
        tables = [sign * self.values(name, measure) for name in self.others]
        known = np.all([~np.isnan(table).all(axis=1) for table in tables], axis=0)
        return np.column_stack([means_of(table[known]) for table in tables]), known

    def worth_of_all(self, measure: str = TOLD) -> float:
        """What it would bring to know everything before one chooses; NaN where nothing is chosen.

        In units of the measure: no study of the inputs is worth more.
        """
        _, known = self._gaps(measure)
        if len(self.scenarios) == 1 or known.sum() < 2:
            return math.nan
        sign = -1.0 if measure in LESS_IS_BETTER else 1.0
        sides = [sign * split(self.values(n, measure)[known]).expected for n in self.others]
        return gain_of_knowing(np.column_stack([np.zeros(int(known.sum())), *sides]))

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """The uncertain keys that can act in none of the scenarios, or on money alone, and why.

        In no draw of them either: a key may wake another that sleeps at the file's values.
        """
        notes: dict[str, Idle] = {}
        for key in self.draws.keys:
            sides = [side for side in self.scenarios.values() if has(side, key)]
            notes |= idle_in_draws(sides, self.draws, [key])
        return notes

    @cached_property
    def _in_vain(self) -> bool:
        """Can none of the uncertain keys act? Then nothing is in doubt, and all is luck."""
        notes = self.idle
        return all(key in notes and not notes[key].money for key in self.draws.keys)

    # --- In words -------------------------------------------------------------------------------

    def says(self, lang: str = SPOKEN) -> str:
        """Who is ahead in how many worlds, both intervals, whose the doubt is, what to find out."""
        sentences = [self._of_one(name, lang) for name in self.others]
        sentences += [self._whose(name, lang) for name in self.others]
        sentences += [text("doubt.together", lang)] if self.draws.together else []
        sentences.append(self._to_find_out(lang))
        if any(map(self._hidden, self.others)) and not self._in_vain:
            sentences.append(text("doubt.hidden", lang))
        sentences += [note.said(lang) for note in self.idle.values() if not note.money]
        return " ".join(filter(None, sentences))

    def _of_one(self, name: str, lang: str) -> str:
        row = self.table.loc[(name, TOLD)]
        signed = len(self.scenarios) > 1
        bounds = rounded(row, lang, signed)
        words = bounds | {
            "name": self.named(name, lang), "first": self.named(self.first, lang),
            "ahead": per_cent(row["ahead"], lang), "n": number(row["draws"], lang),
            "which": text(f"doubt.{'fitted' if self.draws.fitted else 'possible'}", lang),
            "measure": in_words(TOLD, self.scenarios[self.first].money, lang),
            "luck": self._luck(bounds, lang),
        }  # fmt: skip
        label = "ahead" if signed else "alone"
        return text(f"doubt.{'no_interval' if self._hidden(name) else label}", lang).format(**words)

    def _hidden(self, name: str) -> bool:
        """Does luck hide the doubt of what is told?"""
        return bool(self.table.loc[(name, TOLD), "note"] == "hidden")

    def _luck(self, bounds: Mapping[str, str], lang: str) -> str:
        """The luck interval, or that there is none."""
        if bounds["low"] == NONE:
            return text("doubt.no_luck", lang)
        level = in_per_cent(self.confidence, lang)
        return text("doubt.luck", lang).format(level=level, low=bounds["low"], high=bounds["high"])

    def _whose(self, name: str, lang: str) -> str:
        """The keys that make most of the doubt; nothing where there is none."""
        if self._hidden(name):
            return ""
        shares = self._of_keys(TOLD, name)["share"]
        told = shares[shares >= SEEN].iloc[:3]
        if not len(told):
            return ""
        parts = [f"{key}: {part_in_words(share, lang)}" for key, share in told.items()]
        label = "whose" if len(self.others) == 1 else "whose_of"
        words = {"parts": ", ".join(parts), "name": self.named(name, lang)}
        return text(f"doubt.{label}", lang).format(**words)

    def _to_find_out(self, lang: str) -> str:
        """What it is worth to find out a key before one decides."""
        if len(self.scenarios) == 1 or all(map(self._hidden, self.others)):
            return ""
        everything = self.worth_of_all()
        by_key = self._of_keys(TOLD, self.others[0])["worth"]
        rows = self.table.xs(TOLD, level="measure")
        width = float((rows["doubt_high"] - rows["doubt_low"]).max())
        if not everything > 0.005 * width:
            return text("doubt.same_choice", lang)
        key = by_key.idxmax()
        words = {
            "all": rough(everything, everything, lang, False),
            "measure": in_words(TOLD, self.scenarios[self.first].money, lang),
            "key": key, "worth": rough(by_key[key], everything, lang, False),
        }  # fmt: skip
        label = "worth" if by_key[key] > 0.05 * everything else "worth_all"
        return text(f"doubt.{label}", lang).format(**words)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Both intervals, whose the doubt is, the draws, and every run."""
        import pandas as pd

        keys = {name: self._of_keys(TOLD, name) for name in self.others}
        values = self.draws.values.reset_index(names="draw")
        return {
            "doubt-intervals": self.table.reset_index(),
            "doubt-keys": pd.concat(keys, names=["scenario", "key"]).reset_index(),
            "doubt-draws": values,
            "doubt-runs": self.runs.reset_index(),
        }

    def _scenarios(self) -> dict[str, Scenario]:
        return self.scenarios

    def _grid(self, lang: str) -> Grid:
        words = heads(["measure", "luck", "doubt", "ahead", "part_of_doubt"], lang)
        rows = []
        for name in self.others:
            for measure in HEADLINE:
                row = self.table.loc[(name, measure)]
                label = in_words(measure, self.scenarios[self.first].money, lang)
                if len(self.others) > 1:
                    label = f"{self.named(name, lang)}: {label}"
                rows.append([label, *both_in_words(row, lang, len(self.scenarios) > 1)])
        return words, rows


def both_in_words(row: Any, lang: str, signed: bool) -> list[str]:
    """Luck interval, doubt interval, ahead, the part of the doubt: the cells of a row."""
    shown, words = rounded(row, lang, signed), []
    for middle, low, high in INTERVALS:
        whole = f"{shown[middle]} [{shown[low]} .. {shown[high]}]"
        words.append(shown[middle] if math.isnan(row[low]) else whole)
    return [*words, per_cent(row["ahead"], lang), per_cent(row["doubt_share"], lang)]


INTERVALS: Final = (("difference", "low", "high"), ("median", "doubt_low", "doubt_high"))
"""What stands in the middle of an interval, and its ends: of luck, of doubt."""


def rounded(row: Any, lang: str = SPOKEN, signed: bool = True) -> dict[str, str]:
    """Both intervals of a row in words, each with the digits that its own width leaves standing.

    Where there is one of them alone, the middle of the other is rounded as that one is.
    """
    widths = [float(row[high] - row[low]) for _, low, high in INTERVALS]
    known = max((width for width in widths if math.isfinite(width)), default=0.0)
    return {
        column: rough(row[column], width if math.isfinite(width) else known, lang, signed)
        for columns, width in zip(INTERVALS, widths, strict=True)
        for column in columns
    }


def rough(value: float, width: float, lang: str = SPOKEN, signed: bool = True) -> str:
    """A number with as many digits as an interval of that width leaves standing: two of its width.

    >>> rough(12.345, 34.0, "en"), rough(12345.0, 3400.0, "en"), rough(0.0123, 0.5, "en")
    ('+12', '+12,300', '+0.01')
    """
    if not (math.isfinite(value) and math.isfinite(width)):
        return number(value, lang, 2, signed) if math.isfinite(value) else NONE
    size = width if width > 0 else abs(value) / 10
    power = math.floor(math.log10(size)) - 1 if size > 0 else 0
    return number(round(value, -power), lang, max(0, -power), signed)


PARTS: Final = (
    (0.95, "nearly_all"), (0.7, ""), (0.63, "two_thirds"), (0.55, ""), (0.45, "half"), (0.37, ""),
    (0.3, "third"), (0.28, ""), (0.22, "quarter"), (0.0, ""),
)  # fmt: skip
"""From which share on a part of the doubt has a word of its own."""


def part_in_words(share: float, lang: str = SPOKEN) -> str:
    """A part of the doubt as one says it: a half, a third, or so many per cent, in fives."""
    word = next(word for least, word in PARTS if share >= least)
    return text(f"doubt.{word}", lang) if word else per_cent(round(20 * share) / 20, lang)


# --- The runs -----------------------------------------------------------------------------------


def run_draws(
    sides: Mapping[str, Sequence[Scenario]], draws: Draws, question: Asked
) -> pd.DataFrame:
    """Every side as each draw has it, all sides of a draw in the same worlds.

    Parameters
    ----------
    sides : name -> the scenario of each draw, in the order of the draws.

    Returns rows (scenario, draw, seed), a column per measure.
    """
    import pandas as pd

    seeds = draws.seeds(question.seed)
    plan = {
        (name, i): (scenarios[i], seeds[i])
        for i in range(len(draws))
        for name, scenarios in sides.items()
    }
    done: Iterable[Any] = outcomes(
        plan, question.people, False, worlds_first=False, **question.where
    )
    total = sum(len(of) for _, of in plan.values())
    numbers = {}
    for (name, i), seed, outcome in question.progress(done, total) if question.progress else done:
        numbers[name, i, seed] = outcome.numbers
    rows = [(name, i, seed) for name in sides for i in range(len(draws)) for seed in seeds[i]]
    index = pd.MultiIndex.from_tuples(rows, names=["scenario", "draw", "seed"])
    return pd.DataFrame([numbers[row] for row in rows], index, list(UNITS))
