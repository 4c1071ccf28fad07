"""Flip points: the value of an assumption at which a claim stops being true.

"guide > pull" means that the mean paired difference of a measure is above 0. Both are run at
several values of a key, on the same people with the same luck, more closely where the difference
crosses 0. The intervals say how sure the runs are of their own scenario, not how sure the scenario
is of the world (evidence 3.2: every headline carries its flip point).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of, scenario_of, scenarios_of, shown, whole
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.coalitions import DEALS, measured
from cjsim.experiment.crossing import FINE, Crossing, find, nine_digits, refined
from cjsim.experiment.idle import Idle, idle_of, sentences
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, amount, cell, heads
from cjsim.experiment.sensitivity import number_key
from cjsim.experiment.workers import essence, evaluate
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import number, setting
from cjsim.measures.summary import in_words, known_measure
from cjsim.scenario import Scenario
from cjsim.scenario.keys import Key, allowed, fits

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

FAR_OFF: Final = 10_000
"""Up to here a key's limits are a range to try; people, days and counts go to millions."""


# --- What was found -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class FlipPoint(Result):
    """Where along a key a claim holds.

    `flip_point` makes one; `value`, `low` and `high` are where it flips, `curve` is the way there.

    Parameters
    ----------
    claim : ahead and behind, two names.
    key : what was varied, in both scenarios.
    measure : in which the one is ahead, of `cjsim.measures.UNITS`, or "deals".
    now : the value of the key in the scenario.
    people : how many were simulated in each run.
    confidence : coverage of the intervals, 0..1.
    runs : all measures of all runs; rows (value, scenario, seed).
    scenarios : both sides as they stand.

    >>> found = flip_point(
    ...     "phone", "guide.accuracy", claim="guide > pull", measure="contacts", points=2,
    ...     people=30, runs=2, executor="here",
    ... )
    >>> found.everywhere, found.nowhere  # at no value does it flip
    (True, False)
    >>> found.curve[["value", "difference"]].round(1).to_dict("list")
    {'value': [0.0, 1.0], 'difference': [631.5, 679.0]}
    """

    claim: tuple[str, str]
    key: str
    measure: str
    now: float
    people: int
    confidence: float
    runs: pd.DataFrame
    scenarios: dict[str, Scenario] = field(default_factory=dict)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs."""
        return tuple(int(seed) for seed in self.runs.index.unique("seed"))

    @property
    def table(self) -> pd.DataFrame:
        """`curve`: the paired difference at each value of the key."""
        return self.curve

    def tables(self) -> dict[str, pd.DataFrame]:
        """The curve, its crossings, and all runs."""
        return {
            "curve": self.curve, "crossings": self.crossings, "runs": self.runs.reset_index()
        }  # fmt: skip

    def _scenarios(self) -> dict[str, Scenario]:
        return self.scenarios

    def _headline(self) -> str:
        return self.says().split(". ")[0]

    def _grid(self, lang: str) -> Grid:
        money = {scenario.money for scenario in self.scenarios.values()}
        unit = in_words(self.measure, money.pop() if len(money) == 1 else "", lang)
        words = heads(["difference", "clear"], lang)
        rows = [
            [cell(row["value"], lang), amount(row, lang), cell(row["clear"], lang)]
            for _, row in self.curve.iterrows()
        ]
        claim = " − ".join(self.claim)
        return [self.key, f"{words[0]} {claim}: {unit}", words[1]], rows

    def of(self, measure: str) -> FlipPoint:
        """The same runs asked about another measure (without looking closer at its crossings).

        Parameters
        ----------
        measure : of `cjsim.measures.UNITS`, or "deals".
        """
        known_measure(measure, DEALS)
        return replace(self, measure=measure)

    @cached_property
    def values(self) -> list[float]:
        """The values of the key that were tried, ascending."""
        return [float(value) for value in self.runs.index.unique("value")]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """The paired differences: one row per run (seed), one column per value."""
        return _gaps(self.runs, self.claim, self.measure)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Rows by value: difference, its t interval low .. high [of the measure], clear."""
        return difference(self.gaps, self.confidence).reset_index(names="value")

    @cached_property
    def _all_crossings(self) -> list[Crossing]:
        return find(self.values, self.gaps.to_numpy(), self.confidence)

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """One row per crossing: value, low, high [of the key], begins (or ends) to hold.

        What only noise makes is left out, see `find`. No row: it holds everywhere or nowhere.
        """
        import pandas as pd

        finite = [crossing for crossing in self._all_crossings if math.isfinite(crossing.value)]
        return pd.DataFrame(finite, columns=list(Crossing._fields))

    @property
    def _main(self) -> Crossing:
        """The crossing that is nearest to the scenario as it stands."""
        return min(self._all_crossings, key=lambda crossing: abs(crossing.value - self.now))

    @property
    def value(self) -> float:
        """The crossing nearest to where the scenario stands; -inf or inf: beyond all tried."""
        return self._main.value

    @property
    def low(self) -> float:
        """Lower end of its interval."""
        return self._main.low

    @property
    def high(self) -> float:
        """Upper end of its interval."""
        return self._main.high

    @property
    def everywhere(self) -> bool:
        """Does the claim hold at all values tried?"""
        return self.crossings.empty and bool(self.gaps.mean().iloc[0] > 0)

    @property
    def nowhere(self) -> bool:
        """Does it hold at none?"""
        return self.crossings.empty and not self.everywhere

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """Why the key cannot act on either side, or on money alone; empty where it can."""
        return idle_of(self.scenarios.values(), [self.key])

    def says(self, lang: str = SPOKEN) -> str:
        """Where the claim holds, in sentences; and that the key cannot act, if so."""
        return f"{self.where(lang)} {self.meaning(lang)}{sentences(self.idle, lang)}"

    def where(self, lang: str = SPOKEN) -> str:
        """Where the claim holds, what was tried, and where the scenario stands."""
        least, most = self.values[0], self.values[-1]
        words = {
            "claim": " > ".join(self.claim), "key": self.key,
            "low": self._key_value(least, lang), "high": self._key_value(most, lang),
            "now": setting(self.now, lang),
        }  # fmt: skip
        if self.crossings.empty:
            main = self._main
            where = "everywhere" if self.everywhere else "nowhere"
            if (main.low, main.high) == (-math.inf, math.inf):
                where = "cannot_tell"
            sentences = [text(f"flip.{where}", lang).format(**words)]
            if math.isfinite(possible := main.high if main.value < least else main.low):
                flip = f"{self.key} = {self._key_value(possible, lang)}"
                sentences.append(text("flip.not_ruled_out", lang).format(flip=flip))
        else:
            sentences = [
                text("flip.holds", lang).format(where=self._stretches_in_words(lang), **words)
            ]
        return " ".join([*sentences, text("flip.tried", lang).format(**words)])

    def meaning(self, lang: str = SPOKEN) -> str:
        """What it means that a claim holds, and of how many runs."""
        measure = "flip.deals" if self.measure == DEALS else f"measure.{self.measure}"
        return text("flip.meaning", lang).format(
            measure=text(measure, lang), level=setting(100 * self.confidence, lang),
            runs=len(self.gaps), people=number(self.people, lang),
        )  # fmt: skip

    def _stretches_in_words(self, lang: str) -> str:
        """The stretches on which the claim holds, e.g. up to one crossing and from another on."""
        ends = [self._end(crossing, lang) for crossing in self._all_crossings]
        stretches = []
        for i, crossing in enumerate(self._all_crossings):
            words = {"key": self.key, "begin": ends[i], "end": ends[i]}
            if not crossing.begins and i == 0:
                stretches.append(text("flip.up_to", lang).format(**words))
            elif crossing.begins and i + 1 < len(ends):
                words["end"] = ends[i + 1]
                stretches.append(text("flip.between", lang).format(**words))
            elif crossing.begins:
                stretches.append(text("flip.on", lang).format(**words))
        return f" {text('flip.and', lang)} ".join(stretches)

    def _end(self, crossing: Crossing, lang: str) -> str:
        """A crossing as text: 0.78 [0.76, 0.81]."""
        least, most = (self._key_value(self.values[place], lang) for place in (0, -1))
        below, above = (
            text(f"flip.{side}", lang).format(low=least, high=most) for side in ("below", "above")
        )
        low = self._key_value(crossing.low, lang) if math.isfinite(crossing.low) else below
        high = self._key_value(crossing.high, lang) if math.isfinite(crossing.high) else above
        value = self._key_value(crossing.value, lang)
        return text("flip.interval", lang).format(value=value, low=low, high=high)

    def _key_value(self, value: float, lang: str) -> str:
        """A value of the key, to about a hundredth of the range."""
        spread = self.values[-1] - self.values[0]
        return number(value, lang, max(0, round(-math.log10(spread * FINE))))


# --- How it is found ------------------------------------------------------------------------------


def flip_point(
    scenario: Scenario | str | Path,
    key: str,
    *,
    claim: str,
    measure: str = "profit_per_person",
    low: float | None = None,
    high: float | None = None,
    points: int = 9,
    scenarios: Mapping[str, Scenario | str | Path] | None = None,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> FlipPoint:
    """Along which values of a key does a claim hold?

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    key : dotted key of a number, e.g. "guide.accuracy".
    claim : "guide > pull": two strategies of the scenario, or two names of `scenarios`.
    measure : of `measures.UNITS`, or "deals": first and repeat deals.
    low, high : the range; what the key allows when not given, or half to double its value where it
        may be any number or up to thousands.
    points : values to begin with; more are added where the claim flips, see `refined`. Two flips
        between neighbouring values stay unseen.
    scenarios : what the claim compares, if not strategies; the key is changed in both.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`; at least 2 runs.

    Returns the `FlipPoint`. Raises ValueError for a claim, key, measure or range that cannot be.

    >>> flip = flip_point(
    ...     "phone", "guide.accuracy", claim="guide > pull", points=2, people=30, runs=2,
    ...     executor="here",
    ... )
    >>> flip.claim
    ('guide', 'pull')
    """
    scenario = scenario_of(scenario)
    known_measure(measure, DEALS)
    start = whole("points", points, 2)
    named = None if scenarios is None else scenarios_of(scenarios)
    sides = _sides(scenario, claim, named)
    question = asked(
        next(iter(sides.values())), people=people, runs=runs, seed=seed, executor=executor,
        workers=workers, progress=progress, confidence=confidence, engine=engine, least_runs=2,
    )  # fmt: skip
    if not isinstance(key, str):
        raise ValueError(f"key = {shown(key)}: must be a dotted key such as 'guide.accuracy'")
    kind = number_key(scenario, key)
    now = scenario.value(key)
    whole_key = kind.is_whole
    lowest = None if low is None else number_of("low", low)
    highest = None if high is None else number_of("high", high)
    values = np.linspace(*_range(key, kind, float(now), lowest, highest), start).tolist()
    grid = sorted({float(round(v)) if whole_key else nine_digits(v) for v in values})
    pair = _Pair(sides, key, measure, whole_key, partial(evaluate, **question.how))
    tried_values, _ = refined(pair.gaps, grid, question.confidence, whole=whole_key)
    ahead, behind = sides
    return FlipPoint(
        (ahead, behind), key, measure, float(now), question.people, question.confidence,
        pair.table(tried_values), sides,
    )  # fmt: skip


def _gaps(table: pd.DataFrame, claim: tuple[str, str], measure: str) -> pd.DataFrame:
    """Ahead less behind: rows by seed, columns by value, out of rows (value, scenario, seed)."""
    column = measured(table, [measure])[measure]
    ahead, behind = (column.xs(name, level="scenario") for name in claim)
    return (ahead - behind).unstack("value")


@dataclass(frozen=True)
class _Pair:
    """Both sides of a claim at values of a key; what was run is not run again."""

    sides: dict[str, Scenario]
    key: str
    measure: str
    whole: bool
    evaluate: Callable[[Mapping[Any, Scenario]], pd.DataFrame]
    known: dict[str, pd.DataFrame] = field(default_factory=dict)

    def gaps(self, values: Sequence[float]) -> Floats:
        """The measure ahead less behind: (runs, values)."""
        ahead, behind = self.sides
        frame = _gaps(self.table(values), (ahead, behind), self.measure)
        gaps = frame[list(values)].to_numpy(np.float64)
        if missing := int(np.isnan(gaps).any(axis=1).sum()):
            raise ValueError(
                f"{self.measure}: there is none in {missing} of {len(gaps)} runs; "
                "take more people, or a measure that every run has"
            )
        return np.asarray(gaps)

    def table(self, values: Sequence[float]) -> pd.DataFrame:
        """All measures: rows (value, scenario, seed)."""
        import pandas as pd

        fingerprints: dict[tuple[float, str], str] = {}
        new: dict[str, Scenario] = {}
        for value in values:
            for name, scenario in self.sides.items():
                changed = scenario.with_changes({self.key: int(value) if self.whole else value})
                fingerprints[value, name] = fingerprint = essence(changed)
                if fingerprint not in self.known:
                    new[fingerprint] = changed
        if new:
            outcomes = self.evaluate(new)
            self.known.update({fingerprint: outcomes.loc[fingerprint] for fingerprint in new})
        tables = {place: self.known[fingerprint] for place, fingerprint in fingerprints.items()}
        return pd.concat(tables, names=["value", "scenario"])


def _sides(
    scenario: Scenario, claim: str, scenarios: Mapping[str, Scenario] | None
) -> dict[str, Scenario]:
    """The two scenarios of a claim, the one said to be ahead first."""
    names = [name.strip() for name in claim.split(">")] if isinstance(claim, str) else []
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise ValueError(f'claim = {claim!r}: must be "A > B", two names such as "guide > pull"')
    allowed_names = scenario.strategies if scenarios is None else scenarios
    for name in names:
        if name not in allowed_names:
            raise unknown("strategy" if scenarios is None else "scenario", name, allowed_names)
    if scenarios is None:
        return {name: scenario.with_strategy(name) for name in names}
    return {name: scenarios[name] for name in names}


def _range(
    key: str, kind: Key, now: float, low: float | None, high: float | None
) -> tuple[float, float]:
    """The ends asked for, else what the key allows, else half to double its value.

    A limit beyond `FAR_OFF` keeps slips out and says nothing of what is worth trying.
    """
    limits = kind.limits
    least = limits.get("ge", limits.get("gt"))
    most = limits.get("le", limits.get("lt"))
    if least is None or most is None or most > FAR_OFF:
        least, most = sorted((now / 2, now * 2))
    else:
        inside = FINE * (most - least)  # an end that is not allowed itself
        least = least if "ge" in limits else least + inside
        most = most if "le" in limits else most - inside
    low = least if low is None else low
    high = most if high is None else high
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"{key} = {now:g} has no range of its own: give low and high")
    if not low < high:
        raise ValueError(f"{key}: low = {low:g}, high = {high:g} is no range; give low and high")
    for end in (low, high):
        if not fits(end, kind):
            raise ValueError(f"{key} = {end:g}: must be {allowed(kind)}")
    return float(low), float(high)
