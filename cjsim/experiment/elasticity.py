"""How much fewer deals a dearer product makes: the price elasticity, measured on the same people.

It is what the model does to a market, not a number that anybody writes: price sensitivity moves
odds at three stages, and what comes of that depends on all others.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of, scenario_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import Progress, asked
from cjsim.experiment.idle import Idle, idle_of, sentences
from cjsim.experiment.intervals import jackknife
from cjsim.experiment.result import Grid, Result, amount, cell, heads, in_per_cent
from cjsim.experiment.workers import evaluate
from cjsim.labels import SPOKEN, text
from cjsim.measures.summary import in_words
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

PRICE: Final = "product.price"
DEALS: Final = "deals"
FIRST_DEALS: Final = "first_deals"


@dataclass(frozen=True, repr=False)
class PriceElasticity(Result):
    """By how many per cent the deals change when the price alone rises by one per cent.

    `price_elasticity` makes one.

    Parameters
    ----------
    scenario : as it is.
    step : the share by which the price was lowered and raised.
    people : how many were simulated in each run.
    seeds : those of the runs, the same at every price.
    confidence : coverage of the interval, 0..1.
    runs : deals and first_deals of each run; rows (price, seed).
    table : rows deals (first and repeat) and first_deals; columns cheaper, dearer (mean number of
        them at the lower and at the higher price), elasticity, elasticity_low, elasticity_high,
        clear.

    The elasticity is the difference of the logarithms of both means by that of the prices. Its
    interval is a luck interval, by the jackknife: each world is left out once. NaN
    where a mean is 0.

    >>> found = price_elasticity("phone", step=0.2, people=100, runs=4, executor="here")
    >>> found.table[["cheaper", "dearer", "elasticity"]].round(2).loc["deals"].to_dict()
    {'cheaper': 139.25, 'dearer': 50.25, 'elasticity': -2.51}
    """

    scenario: Scenario
    step: float
    people: int
    seeds: tuple[int, ...]
    confidence: float
    runs: pd.DataFrame
    table: pd.DataFrame

    @cached_property
    def idle(self) -> dict[str, Idle]:
        """Why the price moves nobody, where it does not; else empty."""
        return idle_of([self.scenario], [PRICE])

    def says(self, lang: str = SPOKEN) -> str:
        """Both elasticities with their intervals."""
        words = {
            name: amount(self.table.loc[name], lang, "elasticity") for name in self.table.index
        }
        line = text("result.price_elasticity", lang).format(
            step=in_per_cent(self.step, lang), level=in_per_cent(self.confidence, lang), **words
        )
        return line + sentences(self.idle, lang)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The elasticities, and the deals of all runs."""
        return {"table": self.table.reset_index(), "runs": self.runs.reset_index()}

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        words = heads(["measure", "smaller", "larger", "elasticity", "clear"], lang)
        words[1:3] = (f"{text('result.head.price', lang)}: {word}" for word in words[1:3])
        rows = [
            [
                in_words(str(name), lang=lang), cell(row["cheaper"], lang),
                cell(row["dearer"], lang), amount(row, lang, "elasticity"),
                cell(row["clear"], lang),
            ]
            for name, row in self.table.iterrows()
        ]  # fmt: skip
        return words, rows


def price_elasticity(
    scenario: Scenario | str | Path,
    *,
    step: float = 0.05,
    people: int | None = None,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
    engine: str | type[Simulation] = "auto",
) -> PriceElasticity:
    """Make the price a little lower and a little higher, on the same people with the same luck.

    Everything else stays, the rival's price too. With a burn-in the price is the other one from
    its first day on: what is measured is a market that has always known this price.

    Parameters
    ----------
    scenario : a Scenario, a preset's name, or a path.
    step : share by which the price is lowered and raised, above 0 and below 1.
    people, runs, seed, executor, workers, progress, confidence, engine : see
        `cjsim.experiment.asked`.

    Returns the `PriceElasticity`. Raises ValueError for a price of 0, which has no share to move.

    >>> phone = price_elasticity("phone", people=100, runs=2, executor="here")
    >>> list(phone.table.index)
    ['deals', 'first_deals']
    """
    import pandas as pd

    scenario = scenario_of(scenario)
    if not 0 < number_of("step", step) < 1:
        raise ValueError(f"step = {step}: must be a number above 0 and below 1")
    price = scenario.product.price
    if price <= 0:
        raise ValueError(f"{PRICE} = {price:g}: a price of 0 has no share to add or take away")
    question = asked(
        scenario, people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, confidence=confidence, engine=engine,
    )  # fmt: skip
    prices = (price * (1.0 - step), price * (1.0 + step))
    plan = {value: scenario.with_changes({PRICE: value}) for value in prices}
    measured = evaluate(plan, **question.how)
    deals = pd.DataFrame({
        DEALS: measured["first_deals"] + measured["repeat_deals"],
        FIRST_DEALS: measured["first_deals"],
    }).rename_axis(["price", "seed"])  # fmt: skip
    width = math.log(prices[1] / prices[0])
    rows = {}
    for name, column in deals.items():
        cheaper, dearer = column.to_numpy(np.float64).reshape(2, question.runs)
        rows[name] = _row(cheaper, dearer, width, question.confidence)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
    return PriceElasticity(
        scenario, step, question.people, question.seeds, question.confidence, deals, table
    )


def _row(cheaper: Floats, dearer: Floats, width: float, confidence: float) -> dict[str, float]:
    """The elasticity out of the deals in each world, with its interval."""
    value, low, high = log_ratio(cheaper, dearer, confidence)
    value, low, high = value / width, low / width, high / width
    return {
        "cheaper": float(cheaper.mean()), "dearer": float(dearer.mean()),
        "elasticity": value, "elasticity_low": low, "elasticity_high": high,
        "clear": bool(low > 0 or high < 0),
    }  # fmt: skip


def log_ratio(below: Floats, above: Floats, confidence: float = 0.95) -> tuple[float, float, float]:
    """log(mean above / mean below) of paired runs, with the jackknife's luck interval.

    Parameters
    ----------
    below, above : one number per run, in the same order of runs.
    confidence : coverage, between 0 and 1.

    Returns value, low, high; the ends are NaN for a single run, all are where a mean is 0, the
    ends where it is without one of the runs.
    """
    return jackknife(_log_of_sums, np.column_stack([below, above]), confidence)


def _log_of_sums(sums: Floats) -> float:
    below, above = sums
    return math.log(above / below) if above > 0 and below > 0 else math.nan
