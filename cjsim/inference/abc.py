"""Inference by simulation: which settings make a simulation look like what was observed?

For a model that can be run but whose likelihood nobody can write down. Settings are drawn from
their priors, simulated, and told apart by summaries; `cjsim.inference.regression` has the algebra.
Later rounds draw from the prior cut to what is not ruled out so far (`cjsim.inference.region`): it
is still the prior, so that rounds are put together without weights.

The engine is our own. pyabc and elfi bring schedulers, a database server or a graph of their own,
and what they draw depends on how many workers there are and which is ready first; sbi brings torch,
whose sums depend on its threads. Here one seed gives the same bits on any number of workers, after
an interruption too, and what is needed is numpy and a page of algebra. What it cannot do as well as
those: posteriors with several peaks far apart, and more than a dozen or so free numbers.

A table of simulations answers for any observation (`Posterior.of`), so that looking whether
intervals cover what they say (`cjsim.inference.calibration`) costs no second one.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.door import seed_of as seed_at_the_door
from cjsim.door import whole
from cjsim.experiment.asked import Progress
from cjsim.inference import regression
from cjsim.inference.priors import Floats, Prior
from cjsim.inference.reference import Folder, Lab, Simulate, Summaries, names_of, values_of
from cjsim.inference.region import Region, Rule, walked
from cjsim.labels import unknown

if TYPE_CHECKING:
    import pandas as pd

FEWEST: Final = 50
"""With fewer simulations near to what was observed nothing is said."""
DRAWING: Final = 3 << 20
CUTTING: Final = 1 << 21
"""Rounds from here on are looks at where a region lies."""
HARDLY_NARROWER: Final = 0.7
"""With more of its prior variance left a number is not identified ..."""
WIDE: Final = 0.1
"""... nor with more than this left, where ..."""
ON_A_RIDGE: Final = 0.7
"""... the others tell this share of it: what is known is a combination, not the number."""
MOSTLY_DATA: Final = 0.35
"""With less of its prior variance left, a number comes from the data; between, from both."""


@dataclass(frozen=True)
class Posterior:
    """What is known of some numbers after summaries were seen.

    `repr` shows its table. `draws` is what a question about the future is asked with.

    Parameters
    ----------
    priors : of the free numbers.
    observed : name -> value of each summary of the data.
    simulated, region : the simulations, and where those lie that are used.
    accept : the share of them that become draws after one round, 0..1.
    lab : how and where they were simulated.

    It is what `infer` returns.

    >>> import numpy as np
    >>> from cjsim.inference import Prior, infer
    >>> def toss(setting, seed):
    ...     return [np.random.default_rng(seed).binomial(20, setting["chance"])]
    >>> found = infer(toss, [Prior("chance", 0.0, 1.0)], [15], simulations=500, executor="here")
    >>> found.table().loc["chance", ["value", "low", "high"]].astype(float).round(2).to_dict()
    {'value': 0.72, 'low': 0.53, 'high': 0.87}
    >>> found.table().loc["chance", "known_by"], found.draws.shape
    ('data', (100, 1))
    >>> round(float(found.of([5]).table().loc["chance", "value"]), 2)  # had 5 been observed
    0.25
    """

    priors: tuple[Prior, ...]
    observed: Mapping[str, float]
    simulated: pd.DataFrame = field(repr=False)
    """The reference table: round, index, seed, the numbers, the summaries; all rounds."""
    region: Region = field(repr=False)
    """Where the simulations lie that are used; all of the prior after one round."""
    accept: float = field(repr=False)
    lab: Lab = field(repr=False, compare=False)

    @property
    def names(self) -> list[str]:
        """The numbers that were free."""
        return [prior.name for prior in self.priors]

    @cached_property
    def _used(self) -> tuple[Floats, Floats, regression.Learned]:
        """Of the simulations inside the box: z, summaries, and what is learned from them."""
        z = _z_of(self.priors, self.simulated)
        summaries = self.simulated[list(self.observed)].to_numpy(float)
        inside = self.region.holds(z) & np.isfinite(summaries).all(axis=1)
        if inside.sum() * self.accept < FEWEST:
            raise ValueError(
                f"{int(inside.sum() * self.accept)} simulations are left to go by; at least "
                f"{FEWEST}: ask for more simulations"
            )
        z, summaries = z[inside], summaries[inside]
        return z, summaries, regression.learn(summaries, z)

    @cached_property
    def _scatter(self) -> regression.Scatter:
        """How far forecasts miss, by where they lie."""
        z, summaries, learned = self._used
        return regression.Scatter.of(z @ learned.turned, learned.left_out(summaries, z))

    def rule(self) -> Rule:
        """What the simulations used rule out, given what was observed."""
        z, summaries, learned = self._used
        observed = learned.forecast(np.array([list(self.observed.values())]))[0]
        return Rule.of(z, learned.forecast(summaries), observed)

    @cached_property
    def z(self) -> Floats:
        """The draws on the scale on which each prior is standard normal."""
        if self.region.rules:
            return walked(self.region, self.rule(), self.lab.seed, DRAWING)
        z, summaries, learned = self._used
        seen = learned.forecast(np.array([list(self.observed.values())]))[0]
        forecasts = learned.left_out(summaries, z)
        count = int(len(z) * self.accept)
        near, weights = regression.nearest(forecasts, seen, learned.noise, count)
        ratios = self._scatter.at(seen[None]) - self._scatter.at(forecasts[near])
        away = forecasts[near] - seen
        moved = regression.corrected(z[near] @ learned.turned, away, weights, ratios)
        return (moved @ learned.turned.T)[regression.resampled(weights, count)]

    @cached_property
    def draws(self) -> pd.DataFrame:
        """The posterior: one column per number, one row per draw, all of one weight."""
        import pandas as pd

        values = [prior.at(self.z[:, k]) for k, prior in enumerate(self.priors)]
        return pd.DataFrame(np.column_stack(values), columns=self.names)

    def settings(self, count: int | None = None) -> list[dict[str, float]]:
        """Draws as settings, name -> value, evenly through all.

        Parameters
        ----------
        count : how many; all when not given.
        """
        rows = self.draws
        places = np.arange(len(rows))
        if count is not None:
            places = (np.arange(count) * len(rows)) // count
        order = np.argsort(_shuffled(len(rows)), kind="stable")  # neighbours in z are not alike
        return [
            dict(zip(self.names, map(float, row), strict=True))
            for row in rows.to_numpy()[order][places]
        ]

    def table(self) -> pd.DataFrame:
        """What is known of each number; one row per number.

        Columns
        -------
        value : median of the draws.
        low, high : 90 % of the draws lie between.
        prior_low, prior_high : as much of the prior.
        prior_left : share of the prior's variance that is left, on the prior's own scale; about 1
            where nothing was learned.
        told_by_others : share of the variance left that the other numbers would tell; near 1 on a
            ridge, where only a combination is known.
        moves_with : the number that tells most of it; empty off a ridge.
        known_by : "data", "prior" (both count) or "not identified".
        """
        import pandas as pd

        left = self.z.var(axis=0)
        told, partner = self._ridges()
        rows = []
        for k, prior in enumerate(self.priors):
            on_ridge = left[k] > WIDE and told[k] > ON_A_RIDGE
            unknown_still = left[k] > HARDLY_NARROWER or on_ridge
            both = "data" if left[k] < MOSTLY_DATA else "prior"
            low, value, high = np.quantile(self.draws[prior.name], [0.05, 0.5, 0.95])
            rows.append(
                (value, low, high, *prior.interval(), min(1.0, left[k]), told[k],
                 self.names[partner[k]] if on_ridge else "",
                 "not identified" if unknown_still else both)
            )  # fmt: skip
        columns = ["value", "low", "high", "prior_low", "prior_high", "prior_left"]
        columns += ["told_by_others", "moves_with", "known_by"]
        return pd.DataFrame(rows, index=pd.Index(self.names, name="key"), columns=columns)

    def _ridges(self) -> tuple[Floats, list[int]]:
        """By number: the share of its variance that the others tell, and which tells most."""
        size = len(self.priors)
        if size == 1:
            return np.zeros(1), [0]
        correlations = np.corrcoef(self.z, rowvar=False)
        inverse = np.linalg.inv(correlations + 1e-9 * np.eye(size))
        told = 1.0 - 1.0 / np.diag(inverse)
        scale = np.sqrt(np.diag(inverse))
        partial = np.abs(inverse / scale[:, None] / scale) - 2.0 * np.eye(size)
        return np.clip(told, 0.0, 1.0), [int(row.argmax()) for row in partial]

    def fit(self) -> pd.DataFrame:
        """Each summary as observed, and as simulated near to it: 5 %, median, 95 %.

        `odd` where hardly any simulation of all that were made reaches what was observed: the
        model cannot look like that, whatever its numbers.
        """
        import pandas as pd

        _, summaries, learned = self._used
        observed = np.array(list(self.observed.values()))
        near, _ = regression.nearest(
            learned.forecast(summaries), learned.forecast(observed[None])[0], learned.noise,
            int(len(summaries) * self.accept),
        )  # fmt: skip
        low, middle, high = np.quantile(summaries[near], [0.05, 0.5, 0.95], axis=0)
        below = (summaries < observed).mean(axis=0)
        above = (summaries > observed).mean(axis=0)
        odd = (np.minimum(below, above) < 0.001) & (summaries != observed).all(axis=0)
        columns = {"observed": observed, "low": low, "median": middle, "high": high, "odd": odd}
        return pd.DataFrame(columns, index=pd.Index(list(self.observed), name="summary"))

    def of(self, observed: Summaries) -> Posterior:
        """The posterior had this been observed: from the simulations of the first round alone.

        Parameters
        ----------
        observed : the same summaries, as a mapping or in their order.

        Later rounds lie around what was observed first.
        """
        seen = _observation(observed, list(self.observed))
        if self._is_first_round:
            return self._again(seen)
        first = self.simulated[self.simulated["round"] == 1]
        return Posterior(
            self.priors, seen, first, Region.whole(len(self.priors)), self.accept, self.lab
        )

    @property
    def _is_first_round(self) -> bool:
        return bool((self.simulated["round"] == 1).all())

    def _again(self, observed: Mapping[str, float]) -> Posterior:
        """The same simulations, and what was learned from them, for another observation."""
        other = Posterior(self.priors, observed, self.simulated, self.region, self.accept, self.lab)
        other.__dict__["_used"], other.__dict__["_scatter"] = self._used, self._scatter
        return other

    def __repr__(self) -> str:
        return str(self.table().to_string(float_format=lambda x: f"{x:.3g}"))

    def _repr_html_(self) -> str:
        return str(self.table().to_html(float_format=lambda x: f"{x:.3g}"))


def infer(
    simulate: Simulate,
    priors: Sequence[Prior],
    observed: Summaries,
    *,
    rounds: int = 1,
    simulations: int = 2000,
    accept: float = 0.2,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    folder: str | Path | None = None,
    question: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Posterior:
    """The numbers under which a simulation looks like what was observed, with their doubt.

    Parameters
    ----------
    simulate : a setting (name -> value) and a seed -> summaries, as a mapping or a sequence. With
        workers of their own it is sent to them: a function of a module, or one with few things in
        it. A simulation with a summary that is not finite is left out.
    priors : of the free numbers; two of them must not share a name.
    observed : the same summaries of the data.
    rounds : 1 serves any observation; each further one looks closer at this one.
    simulations : in each round.
    accept : after one round, the share of the simulations, those nearest to what was observed, that
        become draws. After more the draws follow an emulator, see `cjsim.inference.region`.
    seed, executor, workers, progress : see `cjsim.experiment.asked`; the same bits for any workers.
    folder : keeps finished batches; asked again, goes on from there.
    question : what else decides about a simulation, as plain data; a folder holds one question.

    Returns the `Posterior`. Raises ValueError for what cannot be observed, for summaries that do
    not vary, and where too few simulations are left to go by.

    >>> import numpy as np
    >>> from cjsim.inference import Prior, infer
    >>> def toss(setting, seed):
    ...     return [np.random.default_rng(seed).binomial(20, setting["chance"])]
    >>> found = infer(toss, [Prior("chance", 0.0, 1.0)], [15], simulations=500, executor="here")
    >>> bool(0.5 < found.table().loc["chance", "value"] < 0.9)
    True
    """
    priors = _checked(priors)
    seen = _observation(observed, names_of(observed))
    turns = whole("rounds", rounds, 1)
    each = whole("simulations", simulations, 1)
    if not 0.0 < accept <= 1.0:
        raise ValueError(f"accept = {accept}; a share above 0, up to 1")
    if each < (least := math.ceil(FEWEST / accept)):  # told before an hour is spent on them
        raise ValueError(
            f"simulations = {each}: must be at least {least:,}; {accept:.0%} of the "
            "simulations are left to go by"
        )
    seed = seed_at_the_door(seed)
    if clash := set(seen) & ({p.name for p in priors} | {"round", "index", "seed"}):
        raise ValueError(f"{min(clash)} names a summary and something else; rename the summary")
    kept = None
    if folder is not None:
        asked = {"priors": [vars(p) for p in priors], "summaries": list(seen), "seed": seed}
        kept = Folder(folder, {**asked, "simulations": each, "of": question or {}})
    lab = Lab(
        simulate, priors, tuple(seen), seed, executor, workers or os.cpu_count() or 1, progress,
        kept,
    )  # fmt: skip
    return _rounds(lab, seen, turns, each, accept)


def _rounds(lab: Lab, seen: Mapping[str, float], turns: int, each: int, accept: float) -> Posterior:
    import pandas as pd

    region, tables = Region.whole(len(lab.priors)), []
    for turn in range(1, turns + 1):
        tables.append(lab.table(turn, region.draws(lab.seed, turn, each)))
        simulated = pd.concat(tables, ignore_index=True)
        posterior = Posterior(lab.priors, seen, simulated, region, accept, lab)
        if turn < turns:
            region = region.cut(posterior.rule(), lab.seed, CUTTING + turn)
    posterior.z  # noqa: B018 (what cannot be told is told here, not where it is first looked at)
    return posterior


def _checked(priors: Sequence[Prior]) -> tuple[Prior, ...]:
    names = [prior.name for prior in priors]
    if not names:
        raise ValueError("nothing is free: give a prior for one number at least")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{twice[0]} has two priors; one for each number")
    return tuple(priors)


def _observation(observed: Summaries, names: Sequence[str]) -> dict[str, float]:
    """What was observed, by name, in the order of `names`; all finite."""
    if isinstance(observed, Mapping):
        for name in observed:
            if name not in names:
                raise unknown("summary", name, names)
        if lacking := [name for name in names if name not in observed]:
            raise ValueError(f"summary {lacking[0]} is lacking")
        seen = {name: float(observed[name]) for name in names}
    else:
        values = values_of(observed)
        if len(values) != len(names):
            raise ValueError(f"{len(values)} summaries were observed, {len(names)} simulated")
        seen = dict(zip(names, values, strict=True))
    if odd := [name for name, value in seen.items() if not np.isfinite(value)]:
        raise ValueError(f"summary {odd[0]} = {seen[odd[0]]}: only finite numbers can be observed")
    return seen


def _z_of(priors: Sequence[Prior], table: pd.DataFrame) -> Floats:
    columns = [np.clip(prior.z(table[prior.name].to_numpy()), -8.3, 8.3) for prior in priors]
    return np.column_stack(columns)


def _shuffled(count: int) -> Floats:
    """Numbers in an order that is none, always the same (multiples of the golden ratio)."""
    return np.asarray((np.arange(count) * 0.6180339887498949) % 1.0)
