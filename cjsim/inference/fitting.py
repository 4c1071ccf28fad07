"""A firm's log in, a scenario out, with what the log could tell of it and what it could not.

    fitted = fit("school.toml", log, until=365.0)
    fitted.table()       # each free key: value, 90 % interval, known by data, prior or not at all
    fitted.check()       # funnel, stays, repeat curve, money by month: as they were, as fitted
    fitted.holdout       # the same for what came after `until`, which the fit has not seen
    fitted.draws(200)    # settings that fit, for `what_if(..., draws=...)`

Parts that have a likelihood of their own are fitted by it (`cjsim.inference.likelihood`); all
others by simulations that look like the log (`cjsim.inference.abc`), the log's likelihoods among
what is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from cjsim.door import number_of, people_of, scenario_of, shown
from cjsim.experiment.asked import Asked, Progress, asked
from cjsim.inference.abc import infer
from cjsim.inference.keys import Free, Freed, freed
from cjsim.inference.likelihood import Exact, exact
from cjsim.inference.luck import luck
from cjsim.inference.result import Fit
from cjsim.inference.seen import DEALS, Lens, Seen
from cjsim.inference.summaries import Summaries
from cjsim.measures.log import Log
from cjsim.observe.systems import Records
from cjsim.record import Record
from cjsim.run import simulate
from cjsim.scenario import Scenario, ScenarioError, digest

FEWEST_PEOPLE: Final = 50
FEWEST_DEALS: Final = 20
"""With fewer in the log, whatever comes out would be the prior."""
MOST_SIMULATED: Final = 4000
"""A larger market is simulated as a sample of so many."""
EXACT_LUCK: Final = 71
"""Keeps the draws of what has a likelihood apart from all others."""


@dataclass(frozen=True)
class Market:
    """Simulates a setting and looks at it as at the log: what a worker calls.

    Parameters
    ----------
    scenario : up to `until`.
    people : how many are simulated.
    look : what is read off.
    whole : keys whose values are whole.
    exact : keys that are fitted by their likelihood; here they are drawn from it.
    """

    scenario: Scenario
    people: int
    look: Summaries
    whole: tuple[str, ...]
    exact: tuple[Exact, ...]

    def __call__(self, setting: Mapping[str, float], seed: int) -> dict[str, float]:
        changes = whole_where(setting, self.whole)
        uniforms = luck(seed, EXACT_LUCK, 0, len(self.exact))
        changes |= {one.key: one.at(u) for one, u in zip(self.exact, uniforms, strict=True)}
        try:
            scenario = self.scenario.with_changes(changes)
        except ScenarioError:  # each may be so, all of them together not: nothing is looked at
            return dict.fromkeys(self.look.names, math.nan)
        run = simulate(scenario, self.people, seed=seed)
        return self.look.named(self.look.lens.run(run))


def whole_where(setting: Mapping[str, float], whole: tuple[str, ...]) -> dict[str, Any]:
    """A setting as a scenario takes it: whole where a key wants it."""
    return {key: round(value) if key in whole else value for key, value in setting.items()}


def fit(
    scenario: Scenario | str | Path,
    log: Log | Record | str | Path,
    *,
    free: Free = None,
    until: float | str | None = None,
    people: int | None = None,
    records: Records | None = None,
    simulations: int = 2500,
    rounds: int = 1,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    folder: str | Path | None = None,
) -> Fit:
    """The settings of a scenario under which its market looks like a firm's log, with their doubt.

    Parameters
    ----------
    scenario : the firm as far as it is known: what is not free is taken as it stands there.
    log : what happened: a `Log`, what `observe` has recorded, a run, or a log's file.
    free : keys, or key -> (low, high); the usual eight when not given, see `fit.keys.usual_keys`.
    until : a day, or a date such as "2024-12-31": what came after it is held out.
    people : people in the market that the log is of, all that could become customers; the
        scenario's `market.people` when not given.
    records : how well the log is recorded; as `observe` was told, else everything.
    simulations, rounds : how many, so many times; later rounds look closer at this log.
    seed, executor, workers, progress : see `cjsim.experiment.asked`.
    folder : keeps finished batches; asked again, goes on from there.

    Returns the `Fit`: the same bits for any number of workers. Raises ScenarioError for a key that
    is not there, ValueError for one without a range, a log without deals or with too few people.

    >>> from cjsim.observe import observe
    >>> unread = {"touchpoints.mail_offer.opened": 0.4}
    >>> shop = Scenario.load("phone", "guide").with_changes(unread)
    >>> asked = {"free": ["touchpoints.mail_offer.opened"], "people": 100}
    >>> found = fit(shop, observe(simulate(shop, 100)), **asked, executor="here")
    >>> found.table()[["known_by", "fitted_by"]].to_dict("list")
    {'known_by': ['data'], 'fitted_by': ['likelihood']}
    """
    whole_scenario = scenario_of(scenario)
    given = _log_of(log)
    whole_scenario = whole_scenario.with_changes({"horizon_days": _days(given)})
    end = _until(until, given, whole_scenario)
    size = people_of(people, whole_scenario)
    question = asked(
        whole_scenario, people=min(size, MOST_SIMULATED), runs=1, seed=seed, executor=executor,
        workers=workers, progress=progress, engine="auto",
    )  # fmt: skip
    lens = Lens.on(given, whole_scenario, end, records)
    seen = lens.log(given, size)
    _enough(seen)
    keys = freed(whole_scenario, free, lens)
    return _fitted(whole_scenario, given, seen, lens, keys, question, simulations, rounds, folder)


def _fitted(
    scenario: Scenario, log: Log | Record, seen: Seen, lens: Lens, keys: list[Freed],
    question: Asked, simulations: int, rounds: int, folder: str | Path | None,
) -> Fit:  # fmt: skip
    """By likelihood what has one, by simulations what has none, by the prior what is untold."""
    end = scenario.with_changes({"horizon_days": lens.days})
    told = [one for one in keys if not one.untold]
    free = {one.key for one in keys}
    by_likelihood = tuple(
        found for one in told if (found := exact(end, one.key, one.prior, seen, lens, free))
    )
    done = {one.key for one in by_likelihood}
    rest = [one for one in told if one.key not in done]
    posterior = None
    if rest:
        look = Summaries.of(lens, end, seen)
        whole = tuple(one.key for one in keys if one.whole)
        market = Market(end, question.people, look, whole, by_likelihood)
        posterior = infer(
            market, [one.prior for one in rest], look.named(seen), rounds=rounds,
            simulations=simulations, seed=question.seed, executor=question.executor,
            workers=question.workers, folder=folder, progress=question.progress,
            question={
                "scenario": digest(end), "people": question.people, "until": lens.days,
                "records": None if lens.records is None else vars(lens.records),
                "exact": [vars(one) for one in by_likelihood], "slope_at": look.buying,
            },
        )  # fmt: skip
    return Fit(scenario, log, lens, seen, tuple(keys), by_likelihood, posterior, question)


def _log_of(given: Any) -> Log | Record:
    if isinstance(given, Log | Record):
        return given
    if isinstance(given, str | Path):
        from cjsim.data import read

        return read(Path(given))
    inner = getattr(given, "log", None)  # what a reader returns around a log
    if isinstance(inner, Log):
        return inner
    raise ValueError(
        f"log = {shown(given)}: must be a log, such as cjsim.data.read gives, or its file"
    )


def _days(log: Log | Record) -> float:
    return float(log.scenario.horizon_days)


def _until(until: float | str | None, log: Log | Record, scenario: Scenario) -> float:
    """The day up to which is fitted."""
    days = _days(log)
    if until is None:
        return days
    if isinstance(until, str):
        start = log.scenario.start or scenario.start
        if not start:
            raise ValueError(f"until = {until!r}: the log has no dates; say a day, e.g. 365")
        try:
            end = float((date.fromisoformat(until) - date.fromisoformat(start)).days)
        except ValueError:
            raise ValueError(f"until = {until!r}: must be a date such as 2024-12-31") from None
    else:
        end = number_of("until", until)
    if not 0.0 < end <= days:
        raise ValueError(f"until = {until}: the log is of days 0 to {days:g}")
    return end


def _enough(seen: Seen) -> None:
    """Is there anything to fit?"""
    deals = int(np.count_nonzero(seen.rows(*DEALS)))
    if not deals:
        raise ValueError("the log has no deals up to then: nothing can be fitted to it")
    if seen.people < FEWEST_PEOPLE or deals < FEWEST_DEALS:
        raise ValueError(
            f"the log has {seen.people} people and {deals} deals up to then; a fit needs "
            f"{FEWEST_PEOPLE} and {FEWEST_DEALS} at least"
        )
