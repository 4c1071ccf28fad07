"""Three laws of the article, put to the test on random products (A30, A31, A32; evidence X12).

1. The more competition and the more complex the product, the more the first stages matter.
2. The cheaper the product, the more the channels that bring traffic matter.
3. The longer the work with a client, the more the stages after the purchase matter.

A group of touchpoints *matters* as much as its share of what all groups do to profit. The
intensities of the group are scaled by 1 + step and by 1 - step on the same people with the same
luck; effect = (profit at 1 + step - profit at 1 - step) / (2 · step), in money per person. Divided
by profit that is an elasticity, but profit cancels in share = |effect| / sum of |effects|. The
shares of a division add up to 1. There are two divisions of all running touchpoints:

- by the stage they aim at: first 0-3, middle 4-6, after 7-14 (laws 1 and 3);
- traffic and the rest (law 2). Traffic is what brings people to the firm before they compare:
  pull touchpoints that aim at stages 0-4, where the article's own list stands (A18). The site
  counts. Name others with `traffic`.

A group may have a large share because it costs much more than it brings. So everything is told a
second time of margin, which is profit before touchpoints are paid. A product's price stands to its
rival's as the base's does, so nobody reacts to its level: it shifts shares of profit by making
costs large or small against what they bring, and shares of margin it cannot shift at all. Another
meaning of "matters", not used here: to let more people pass a stage, whatever that costs.

Noise in an effect adds to its absolute value, so that it draws the shares of a division together.
Where it is alike for all products it draws slopes towards 0; where it grows with a property it
makes shares more alike there, which is a slope of its own. `Laws.clear` tells how many effects
stand out of it, `noise_goes_with` what it changes with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, number_of, scenario_of, whole, words_of
from cjsim.engine import Simulation
from cjsim.experiment.archetypes import BY_RATIO, CYCLES, REGRESSORS, archetypes, as_archetype
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.design import Ranges
from cjsim.experiment.intervals import t_quantile
from cjsim.experiment.result import Grid, Result, amount, heads
from cjsim.experiment.workers import evaluate
from cjsim.journey import FIRST_DEAL, STUDY, Stage
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import number, setting
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


class Law(NamedTuple):
    """What the article says: how a group's share goes with properties of the product."""

    number: int
    claim: str
    group: str
    expected: Mapping[str, int]
    """Regressor -> +1 or -1."""


LAWS: Final = (
    Law(1, "A30", "first", {"rival.competition": 1, "product.complexity": 1}),
    Law(2, "A31", "traffic", {"product.price": -1}),
    Law(3, "A32", "after", {CYCLES: 1}),
)
DIVISIONS: Final = (("first", "middle", "after"), ("traffic", "rest"))
TO_TELL: Final = 10
"""Archetypes per regressor from which it is told what noise goes with."""
MEASURES: Final = ("profit", "margin")
"""What is shared out: with and without the cost of touchpoints."""
GROUPS: Final = tuple(group for division in DIVISIONS for group in division)


# --- What matters -------------------------------------------------------------------------------


def divided(base: Scenario, traffic: Collection[str] | None = None) -> dict[str, tuple[str, ...]]:
    """The running touchpoints of each group; see the head of this file.

    Raises ValueError where a group has none, or `traffic` names one that does not run.
    """
    running = [name for name, intensity in base.running.touchpoints.items() if intensity > 0]
    for name in traffic or ():
        if name not in running:
            raise unknown(f"touchpoint run by {base.strategy!r}", name, running)
    groups: dict[str, list[str]] = {group: [] for group in GROUPS}
    for name in running:
        touchpoint = base.touchpoints[name]
        aim = Stage.of(touchpoint.aims_at)
        if aim < STUDY:
            part = "first"
        else:
            part = "middle" if aim < FIRST_DEAL else "after"
        groups[part].append(name)
        early_pull = touchpoint.contact == "pull" and aim <= STUDY
        brings = early_pull if traffic is None else name in traffic
        groups["traffic" if brings else "rest"].append(name)
    for group, names in groups.items():
        if not names:
            raise ValueError(
                f"{base.name}: the strategy {base.strategy!r} runs no touchpoint of the group "
                f"{group!r}, so the laws cannot be asked; try another strategy"
            )
    return {group: tuple(names) for group, names in groups.items()}


def _scaled(scenario: Scenario, names: Sequence[str], factor: float) -> Scenario:
    """The scenario with some intensities of its running strategy times a factor."""
    before = scenario.running.touchpoints
    prefix = f"strategies.{scenario.strategy}.touchpoints"
    return scenario.with_changes({f"{prefix}.{name}": before[name] * factor for name in names})


def shares(effects: pd.DataFrame) -> pd.DataFrame:
    """|effect| / sum of |effects| within each division; NaN where nothing has any effect."""
    import pandas as pd

    size = effects.abs()
    tables = [
        size[list(groups)].div(size[list(groups)].sum(axis=1), axis=0) for groups in DIVISIONS
    ]
    return pd.concat(tables, axis=1)


def effects(values: Floats, step: float) -> tuple[Floats, Floats]:
    """Mean effect and its standard error over runs: two arrays (archetype, group).

    Parameters
    ----------
    values : a measure, array (archetype, 1 + 2 · groups, run): as it is, then each group up, down.
    """
    by_run = (values[:, 1::2] - values[:, 2::2]) / (2.0 * step)
    return by_run.mean(axis=2), by_run.std(axis=2, ddof=1) / np.sqrt(by_run.shape[2])


def _with_effects(
    drawn: pd.DataFrame, values_of: Mapping[str, Floats], step: float
) -> pd.DataFrame:
    """The archetypes with each measure, and effect, error and share of each group in it."""
    import pandas as pd

    frames = [drawn]
    for measure, values in values_of.items():
        mean, error = (pd.DataFrame(x, drawn.index, list(GROUPS)) for x in effects(values, step))
        frames.append(pd.Series(values[:, 0].mean(axis=1), drawn.index, name=measure).to_frame())
        for what, frame in (("effect", mean), ("error", error), ("share", shares(mean))):
            frames.append(frame.add_prefix(f"{measure}_{what}_"))
    return pd.concat(frames, axis=1)


# --- The regression -----------------------------------------------------------------------------


def regress(
    share: pd.Series[float], regressors: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Slopes of a share per standard deviation of each regressor: OLS with HC3 errors.

    Returns one row per regressor: slope, low, high (t interval), r2 (of the whole regression).
    HC3 (MacKinnon & White 1985) does not ask that all archetypes be equally noisy.

    Raises ValueError with no more archetypes than coefficients, or a regressor that does not vary.
    """
    import pandas as pd
    import statsmodels.api as sm

    has_share = share.notna()
    x = regressors[has_share]
    y = share[has_share]
    if len(y) < regressors.shape[1] + 2:
        raise ValueError(
            f"{len(y)} archetypes: a regression on {regressors.shape[1]} properties needs "
            f"{regressors.shape[1] + 2} or more"
        )
    spread = x.std()
    if not (spread > 0).all():
        raise ValueError(f"{spread.idxmin()} is the same in all archetypes: it has no slope")
    fit = sm.OLS(y, sm.add_constant((x - x.mean()) / spread)).fit(cov_type="HC3", use_t=True)
    ends = fit.conf_int(1.0 - confidence)
    slopes = {"slope": fit.params, "low": ends[0], "high": ends[1], "r2": fit.rsquared}
    return pd.DataFrame(slopes).drop(index="const")


def verdict(low: float, high: float, expected: int) -> str:
    """Does a slope go the way it is expected to: "yes", "no", or "unclear"; "" without a way."""
    if expected == 0:
        return ""
    if low > 0 or high < 0:
        return "yes" if (low > 0) == (expected > 0) else "no"
    return "unclear"


def table_of_laws(archetypes: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """The laws against archetypes with `REGRESSORS` and <measure>_share_<group>; see `Laws`."""
    import pandas as pd

    x = _regressors(archetypes)
    findings = []
    for measure, law in product(MEASURES, LAWS):
        slopes = regress(archetypes[f"{measure}_share_{law.group}"], x, confidence)
        for key, row in slopes.iterrows():
            sign = law.expected.get(str(key), 0)
            findings.append({
                "measure": measure, "law": law.number, "group": law.group, "regressor": key,
                "slope": row["slope"], "low": row["low"], "high": row["high"],
                "expected": {1: "+", -1: "-", 0: ""}[sign],
                "holds": verdict(row["low"], row["high"], sign), "r2": row["r2"],
            })  # fmt: skip
    return pd.DataFrame(findings)


def noise_goes_with(archetypes: pd.DataFrame, confidence: float = 0.95) -> tuple[str, ...] | None:
    """The regressors with which the noise in shares clearly changes; None where few cannot tell.

    The noise of a division is the sum of its effects' errors beside the sum of their sizes. Its
    logarithm is regressed; all measures, divisions and regressors are allowed for (Bonferroni).
    """
    import pandas as pd

    x = _regressors(archetypes)
    keys: set[str] = set()
    for measure, division in product(MEASURES, DIVISIONS):
        error, size = (
            archetypes[[f"{measure}_{what}_{group}" for group in division]].abs().sum(axis=1)
            for what in ("error", "effect")
        )
        ratio = pd.Series(error / size).where((error > 0) & (size > 0))
        if ratio.notna().sum() < TO_TELL * x.shape[1]:
            if (error > 0).any():
                return None
            continue  # no noise at all
        looks = len(MEASURES) * len(DIVISIONS) * x.shape[1]
        slopes = regress(np.log(ratio), x, 1.0 - (1.0 - confidence) / looks)
        keys |= set(slopes.index[(slopes["low"] > 0) | (slopes["high"] < 0)])
    return tuple(key for key in x.columns if key in keys)


def _regressors(archetypes: pd.DataFrame) -> pd.DataFrame:
    """The properties that slopes are told of, by ratio where they are spread so."""
    x = archetypes[list(REGRESSORS)].copy()
    logs = [key for key in REGRESSORS if key in BY_RATIO]
    x[logs] = np.log(x[logs])
    return x


@dataclass(frozen=True, repr=False)
class Laws(Result):
    """What three laws are worth on random products.

    `three_laws` makes one.

    Parameters
    ----------
    scenario : whose touchpoints, stages and horizon all archetypes share.
    groups : the touchpoints of each group.
    people : how many were simulated of each archetype in each run.
    seeds : those of the runs.
    step : relative change of the intensities of a group.
    confidence : coverage of the intervals, 0..1.
    table : columns measure, law, group, regressor; slope, low, high [share of the group per
        standard deviation of the regressor; price and cycles as logarithms]; expected sign; holds:
        "yes", "no", "unclear", or "" where the law says nothing; r2 of the regression.
    archetypes : per archetype its properties, and per measure ("profit", "margin") its mean
        and per group <measure>_effect_<group>, _error_ (standard error over runs), _share_.
        Money is per person.

    >>> laws = three_laws("phone", 6, people=20, runs=2, executor="threads")
    >>> laws.groups["middle"]
    ('search_seo', 'search_ads', 'site', 'office_visit')
    >>> first = laws.table.query("measure == 'profit' and law == 1").iloc[0]
    >>> first["regressor"], first["expected"], first["holds"]  # six products tell nothing
    ('rival.competition', '+', 'unclear')
    """

    scenario: Scenario
    groups: dict[str, tuple[str, ...]]
    people: int
    seeds: tuple[int, ...]
    step: float
    confidence: float
    table: pd.DataFrame
    archetypes: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The regressions, and the archetypes with their effects."""
        return {"table": self.table, "archetypes": self.archetypes.reset_index()}

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _headline(self) -> str:
        predicted = self.table[(self.table["expected"] != "") & (self.table["measure"] == "profit")]
        words = [f"law {row.law}, {row.regressor}: {row.holds}" for row in predicted.itertuples()]
        return f"{len(self.archetypes)} archetypes; {'; '.join(words)}"

    def _grid(self, lang: str) -> Grid:
        predicted = self.table[self.table["expected"] != ""]
        rows = [
            [
                str(row["law"]), str(row["measure"]), str(row["group"]),
                text(f"laws.{row['regressor'].split('.')[-1]}", lang),
                amount(row, lang, "slope"), str(row["holds"]),
            ]
            for _, row in predicted.iterrows()
        ]  # fmt: skip
        return heads(["law", "measure", "group", "property", "slope", "holds"], lang), rows

    def clear(self) -> pd.DataFrame:
        """Share of archetypes whose effect is clear of 0 over runs: groups down, measures across.

        A t interval of the laws' confidence on the runs of each archetype.
        """
        import pandas as pd

        errors = t_quantile(self.confidence, len(self.seeds))
        table = pd.DataFrame(index=list(GROUPS), columns=list(MEASURES), dtype=float)
        for measure, group in product(MEASURES, GROUPS):
            effect, error = (self.archetypes[f"{measure}_{x}_{group}"] for x in ("effect", "error"))
            table.loc[group, measure] = (effect.abs() > errors * error).mean()
        return table

    def says(self, lang: str = SPOKEN) -> str:
        """A sentence per law: does it hold here? And one on how it was asked."""
        clear = self.clear().mean()
        seeds = self.seeds
        how_asked = text("laws.asked", lang).format(
            archetypes=number(len(self.archetypes), lang),
            base=self.scenario.name, strategy=self.scenario.strategy,
            people=number(self.people, lang), runs=len(seeds), seed=seeds[0],
            step=setting(100 * self.step, lang), level=setting(100 * self.confidence, lang),
            profit=number(100 * clear["profit"], lang), margin=number(100 * clear["margin"], lang),
            noise=self._noise_in_words(lang),
        )  # fmt: skip
        return "\n".join([*(self._law_in_words(law, lang) for law in LAWS), how_asked])

    def _noise_in_words(self, lang: str) -> str:
        """What noise does to slopes, which depends on what it goes with."""
        keys = noise_goes_with(self.archetypes, self.confidence)
        if keys is None:
            return text("laws.noise_unknown", lang)
        what = ", ".join(text(f"laws.{key.split('.')[-1]}", lang) for key in keys)
        return text(f"laws.noise_{'uneven' if keys else 'even'}", lang).format(what=what)

    def _law_in_words(self, law: Law, lang: str) -> str:
        """What was found of one law, in profit and in margin."""
        sentences = [text(f"laws.law_{law.number}", lang)]
        for measure in MEASURES:
            slopes_of_law = self.table[
                (self.table["law"] == law.number) & (self.table["measure"] == measure)
            ]
            slopes_of_law = slopes_of_law.set_index("regressor")
            slopes = [_slope(key, slopes_of_law.loc[key], lang) for key in law.expected]
            sentences.append(
                text(f"laws.in_{measure}", lang).format(
                    slopes="; ".join(slopes), r2=number(100 * slopes_of_law["r2"].iloc[0], lang)
                )
            )
        return " ".join(sentences)


def _slope(key: str, row: pd.Series[Any], lang: str) -> str:
    """One slope in words: points of share per standard deviation, with its interval."""
    points = {end: number(100 * row[end], lang, 1, signed=True) for end in ("slope", "low", "high")}
    what = text(f"laws.{key.split('.')[-1]}", lang)
    return text(f"laws.{row['holds']}", lang).format(what=what, **points)


# --- The question -------------------------------------------------------------------------------


def three_laws(
    scenario: Scenario | str | Path,
    products: int = 200,
    *,
    step: float = 0.5,
    ranges: Ranges | None = None,
    traffic: Collection[str] | None = None,
    people: int | None = None,
    runs: int = 4,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> Laws:
    """Ask three laws of random products with the touchpoints of one scenario (A30-A32).

    Every archetype is run 11 times per seed: as it is, and each group scaled up and down.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path; its running strategy must have touchpoints
        of all groups, see the head of this file.
    products : how many archetypes.
    ranges : dotted key -> (low, high), widens or narrows what they are drawn from.
    step : relative change of intensities, above 0 and below 1.
    traffic : the touchpoints that bring people, in place of the rule.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`. The archetypes are drawn by the seed, too; runs are at least 2.

    Returns the `Laws`. Raises ValueError for what cannot be asked.

    >>> laws = three_laws("phone", 6, people=20, runs=2, executor="threads")
    >>> len(laws.archetypes)
    6
    """
    scenario = scenario_of(scenario)
    _check(scenario, step)
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine, least_runs=2,
    )  # fmt: skip
    count = whole("products", products)
    size = question.people
    groups = divided(scenario, None if traffic is None else words_of("traffic", traffic))
    if ranges is not None:
        mapping_of("ranges", ranges, '{"product.price": (10, 1000)}')
    drawn = archetypes(count, question.seed, ranges)
    scenarios = _scenarios(scenario, drawn, groups, step)
    every = evaluate(dict(enumerate(scenarios)), **question.how)
    values = {m: every[m].to_numpy().reshape(count, -1, question.runs) / size for m in MEASURES}
    table = _with_effects(drawn, values, step)
    laws = table_of_laws(table, question.confidence)
    return Laws(scenario, groups, size, question.seeds, step, question.confidence, laws, table)


def _check(base: Scenario, step: float) -> None:
    if not 0 < number_of("step", step) < 1:
        raise ValueError(f"step = {step}: must be a number above 0 and below 1")
    if not base.product.price > 0:
        raise ValueError(f"{base.name}: product.price is 0, so costs have no ratio to it")


def _scenarios(
    base: Scenario, drawn: pd.DataFrame, groups: Mapping[str, Sequence[str]], step: float
) -> list[Scenario]:
    """Per archetype: as it is, then each group up and down."""
    scenarios = []
    for row in drawn.to_dict("records"):
        archetype = as_archetype(base, row)
        scenarios.append(archetype)
        scenarios += [
            _scaled(archetype, groups[g], f) for g in GROUPS for f in (1.0 + step, 1.0 - step)
        ]
    return scenarios
