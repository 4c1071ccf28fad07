"""A scenario fitted to repeat purchases, and its forecast of each customer's next ones.

    model = Repeats.of(cdnow_scenario(), cdnow(), until=273.0)
    posterior = infer(model, PRIORS, model.observed, rounds=2)
    forecast(model, posterior).table()

The scenario has no likelihood, so `infer` compares summaries: how many bought how often, how
repeat buying grew, how long the silent are silent. A forecast looks at the simulated people whose
purchases up to now were like a customer's: what they went on to buy is what to expect of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.data.records_shop import CALIBRATED_UNTIL, DAYS
from cjsim.inference.abc import Posterior
from cjsim.inference.cohorts import WEEK, Cohort, Ints, Score, score
from cjsim.inference.priors import Floats, Prior
from cjsim.inference.reference import seed_of
from cjsim.run import simulate
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.measures.log import Log

PRIORS: Final = (
    Prior("stages.repeat_deal.typical_days", 20.0, 400.0, "log"),
    Prior("market.speed_spread", 0.3, 3.0),
    Prior("stages.repeat_deal.regularity", 0.4, 2.0, "log"),
    Prior("stages.repeat_deal.planned_loss", 0.002, 0.5, "log"),
    Prior("market.return_days", 60.0, 3000.0, "log"),
    Prior("experience.gate_threshold", 0.1, 0.6),
    Prior("product.taste_spread", 0.0, 0.4),
)
"""What the CDNOW scenario does not know: wide ranges of ours."""

MOST_COUNTED = 7
"""People who bought more often are counted together."""
FORECASTING = 1 << 20
"""The round to which the simulations of a forecast belong."""
ALIKE = 400
"""From so many simulated people alike to a customer it is read off what they will do."""


def cdnow_scenario() -> Scenario:
    """The scenario of `cjsim/data/cdnow.toml`: a cohort that has just bought for the first time."""
    with as_file(files("cjsim.data").joinpath("cdnow.toml")) as path:
        return Scenario.load(path)


@dataclass(frozen=True, eq=False)
class Repeats:
    """Repeat purchases of a cohort as a scenario makes them; called, it simulates summaries.

    Parameters
    ----------
    scenario : in which everybody buys for the first time at once.
    birth : by person, the day on which they bought for the first time.
    until : the day before which the data are looked at; later ones are not.
    seen : the data.
    """

    scenario: Scenario
    birth: Ints
    until: float
    seen: Cohort | None = None

    @classmethod
    def of(cls, scenario: Scenario, log: Log, until: float = CALIBRATED_UNTIL) -> Repeats:
        """The model of a log's customers, to be fitted to what they did before a day."""
        seen = Cohort.of(log)
        return cls(scenario, seen.birth, until, seen)

    @cached_property
    def observed(self) -> dict[str, float]:
        """The summaries of the data, up to the day."""
        if self.seen is None:
            raise ValueError("nothing was observed: make the model with Repeats.of(scenario, log)")
        return summaries(self.seen, self.until)

    def cohort(self, setting: Mapping[str, Any], seed: int) -> Cohort:
        """One simulated cohort, born on the days of the real one."""
        run = simulate(
            self.scenario.with_changes(setting), len(self.birth), seed=seed, log="stages"
        )
        return Cohort.of(run).born(self.birth)

    def __call__(self, setting: dict[str, float], seed: int) -> dict[str, float]:
        return summaries(self.cohort(setting, seed), self.until)

    def __reduce__(self) -> tuple[Any, ...]:
        return Repeats, (self.scenario, self.birth, self.until)  # workers need no data


def summaries(cohort: Cohort, until: float) -> dict[str, float]:
    """What is compared: nothing of what happened on day `until` or later goes into it."""
    x, recency, age = cohort.histories(until)
    people = len(cohort)
    told = {f"bought_{k}": _log_share(int((x == k).sum()), people) for k in range(MOST_COUNTED)}
    told["bought_more"] = _log_share(int((x >= MOST_COUNTED).sum()), people)
    told["mean"] = _log_share(int(x.sum()), people)
    told["spread"] = float(np.log1p(x.std()))
    day = cohort.day[cohort.day < until]
    for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8):
        told[f"until_{share:g}"] = _log_share(int((day < share * until).sum()), people)
    silence = age - recency
    for name, group in [("1", x == 1), ("2_3", (x == 2) | (x == 3)), ("4_up", x >= 4)]:
        told[f"recency_{name}"] = _mean((recency / np.maximum(age, 1e-9))[group])
        told[f"silent_{name}"] = _mean(silence[group] > 13.0)
    return told | _gaps(cohort, until) | _lasting(cohort, until)


def _gaps(cohort: Cohort, until: float) -> dict[str, float]:
    """How soon the first repeat purchase came."""
    seen = cohort.day < until
    first = np.full(len(cohort), np.inf)
    np.minimum.at(first, cohort.who[seen], cohort.since[seen])
    within = {f"first_in_{d}": int((first <= d).sum()) for d in (7, 28, 91, 182)}
    return {name: _log_share(count, len(cohort)) for name, count in within.items()}


def _lasting(cohort: Cohort, until: float) -> dict[str, float]:
    """How purchases of the second quarter of a year go with those of the first."""
    seen = cohort.day < until
    who, since = cohort.who[seen], cohort.since[seen]
    early = np.bincount(who[since <= 91], minlength=len(cohort))
    late = np.bincount(who[(since > 91) & (since <= 182)], minlength=len(cohort))
    groups = [("0", early == 0), ("1", early == 1), ("2_up", early >= 2)]
    return {f"later_after_{name}": _mean(late[group]) for name, group in groups}


def _log_share(count: int, of: int) -> float:
    return float(np.log((count + 0.5) / of))


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


@dataclass(frozen=True, eq=False)
class Forecast:
    """What customers will do, in many worlds of which each may be the true one."""

    until: float
    end: float
    totals: Ints
    """By world, the purchases from day `until` to day `end`: settings and luck both differ."""
    cumulative: Ints
    """By world and week, all repeat purchases up to its end."""
    expected: Floats
    """By customer, the purchases to expect of them: the mean of people alike."""
    likely: Ints
    """By customer, the median of people alike: as many make more as make fewer."""

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """Limits of the total that hold so large a share of the worlds."""
        low, high = np.quantile(self.totals, [0.5 - share / 2.0, 0.5 + share / 2.0])
        return float(low), float(high)

    def scored(self, actual: Cohort, likely: bool = False) -> Score:
        """How the forecast of each customer does, held against what they did.

        Parameters
        ----------
        actual : the cohort, whose purchases up to the end are known.
        likely : score the medians. They make the least mean absolute error, means the least RMSE.
        """
        forecast = self.likely.astype(np.float64) if likely else self.expected
        return score(forecast, actual.counts(self.until, self.end))

    def table(self) -> pd.DataFrame:
        """Cumulative repeat purchases by week: median and 90 % of the worlds."""
        import pandas as pd

        low, middle, high = np.quantile(self.cumulative, [0.05, 0.5, 0.95], axis=0)
        weeks = pd.RangeIndex(1, len(middle) + 1, name="week")
        return pd.DataFrame({"low": low, "median": middle, "high": high}, index=weeks)


def forecast(
    model: Repeats, posterior: Posterior, worlds: int = 200, end: float = DAYS, seed: int = 1
) -> Forecast:
    """Simulate on: draws of a posterior, each in a world of its own.

    Parameters
    ----------
    model : with what was seen.
    worlds : how many draws, each with luck of its own; more than there are come again.
    end : the day up to which is asked, exclusive.
    """
    if model.seen is None:
        raise ValueError("nothing was observed: make the model with Repeats.of(scenario, log)")
    cohorts = [
        model.cohort(setting, seed_of(seed, FORECASTING, number))
        for number, setting in enumerate(posterior.settings(worlds))
    ]
    weeks = int(np.ceil(end / WEEK))
    expected, likely = of_people_alike(model.seen, cohorts, model.until, end)
    return Forecast(
        model.until,
        end,
        np.array([int(one.counts(model.until, end).sum()) for one in cohorts]),
        np.array([np.cumsum(one.weekly(weeks)) for one in cohorts]),
        expected,
        likely,
    )


def of_people_alike(
    seen: Cohort, cohorts: Sequence[Cohort], until: float, end: float
) -> tuple[Floats, Ints]:
    """What simulated people with a history like each customer's went on to buy: mean and median.

    Alike are those nearest in how often they bought, in which part of their time they were last
    seen, and how long that time was.
    """
    from scipy.spatial import KDTree

    places = np.concatenate([_place(one, until) for one in cohorts])
    after = np.concatenate([one.counts(until, end) for one in cohorts])
    mine, customer = np.unique(_place(seen, until), axis=0, return_inverse=True)
    kinds, kind = np.unique(places, axis=0, return_inverse=True)  # equals count together
    people = np.zeros((len(kinds), int(after.max()) + 1))  # by kind and purchases
    np.add.at(people, (kind.ravel(), after), 1.0)
    _, near = KDTree(kinds).query(mine, min(ALIKE, len(kinds)))
    near = near.reshape(len(mine), -1)
    so_far = np.cumsum(people.sum(axis=1)[near], axis=1)
    used = np.hstack([np.ones((len(mine), 1), bool), so_far[:, :-1] < ALIKE])
    alike = np.array([people[row[keep]].sum(axis=0) for row, keep in zip(near, used, strict=True)])
    means = alike @ np.arange(alike.shape[1]) / alike.sum(axis=1)
    below = np.cumsum(alike, axis=1) < 0.5 * alike.sum(axis=1, keepdims=True)
    return means[customer.ravel()], below.sum(axis=1)[customer.ravel()]


def _place(cohort: Cohort, until: float) -> Floats:
    """By person, their history as a point: one purchase more is less, the more there are."""
    x, recency, age = cohort.histories(until)
    part = np.round(20.0 * recency / np.maximum(age, 1e-9))
    return np.column_stack([16.0 * np.sqrt(x), part, np.round(age / 3.0)])
