"""Random products within the ranges that the presets span, to ask what holds for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.experiment.design import Ranges, sample
from cjsim.journey import Stage
from cjsim.labels import unknown
from cjsim.scenario import Scenario, presets

if TYPE_CHECKING:
    import pandas as pd

CYCLES: Final = "cycles"
"""How many times the mean time to the next need fits into the horizon."""
REGRESSORS: Final = ("rival.competition", "product.complexity", "product.price", CYCLES)
"""The properties that the three laws speak of."""
NUISANCES: Final = (
    "product.quality", "market.onset_days", "market.return_days", "market.pain_share",
    "market.rationality_mean", "market.prior_trust", "rival.quality", "rival.retention",
    "curiosity.base",
)  # fmt: skip
"""What differs between products, too, and no law speaks of."""
BY_RATIO: Final = frozenset({"product.price", CYCLES, "market.onset_days", "market.return_days"})
"""Drawn evenly on a log scale."""


@cache
def spans() -> Mapping[str, tuple[float, float]]:
    """What each property of a product ranges over: the least and the most of all presets."""
    products = [Scenario.load(name) for name in presets()]
    values = {
        key: [property_of(product, key) for product in products]
        for key in (*REGRESSORS, *NUISANCES)
    }
    return {key: (min(span), max(span)) for key, span in values.items()}


def property_of(scenario: Scenario, key: str) -> float:
    """A number of a scenario that products differ in; `CYCLES` is no key, but made of two."""
    if key == CYCLES:
        return scenario.horizon_days / scenario.stage_plan(Stage.REPEAT_DEAL).typical_days
    return float(scenario.value(key))


def archetypes(n: int = 200, seed: int = 1, ranges: Ranges | None = None) -> pd.DataFrame:
    """Random products: every property drawn on its own, over the range that the presets span.

    Parameters
    ----------
    n : how many; rows of the table.
    seed : of the Latin hypercube.
    ranges : key -> (low, high) in place of the presets' range.

    Columns are the keys of `spans`; money and days are spread evenly on a log scale.
    """
    own = dict(ranges or {})
    limits = dict(spans())
    for key, (low, high) in own.items():
        if key not in limits:
            raise unknown("property of an archetype", key, limits)
        if key in BY_RATIO and not low > 0:
            raise ValueError(f"{key}: the range {low:g} .. {high:g} must lie above 0")
    limits |= own
    logs = [key for key in limits if key in BY_RATIO]
    even = {key: (np.log(ends) if key in logs else ends) for key, ends in limits.items()}
    table = sample({k: (float(a), float(b)) for k, (a, b) in even.items()}, n, "latin", seed)
    table[logs] = np.exp(table[logs])
    for key, (low, high) in limits.items():  # exp(log(x)) may miss x by a hair
        table[key] = table[key].clip(low, high)
    return table.rename_axis("archetype")


def as_archetype(base: Scenario, row: Mapping[str, float]) -> Scenario:
    """The base as another product: a row of `archetypes`.

    Unit cost, the extra cost of a first deal, the gift and the rival's price keep their ratio to
    the price, so that the price changes neither the margin share nor how dear the offer is beside
    the rival's: a product for 20 has rivals for about 20. Held fixed: what touchpoints cost in
    money, how often people meet them and are pushed, the horizon, the days of all stages but the
    wait for the next need. The sales desk is left out (nobody waits for a rep, no rep hours): its
    queue would tie the number of deals to its capacity.
    """
    was = base.product
    price = row["product.price"]
    ratio = price / was.price
    cycle = base.horizon_days / row[CYCLES]
    changes: dict[str, Any] = {key: value for key, value in row.items() if key != CYCLES}
    changes |= {
        "product.unit_cost": was.unit_cost * ratio,
        "product.first_deal_extra_cost": was.first_deal_extra_cost * ratio,
        "product.gift_value": was.gift_value * ratio,
        "rival.price": base.rival.price * ratio,
        "stages.repeat_deal.typical_days": cycle,
        "firm.reps": inf,
        "firm.rep_cost_per_day": 0.0,
    }
    busy = (name for name, touchpoint in base.touchpoints.items() if touchpoint.rep_hours > 0)
    return base.with_changes(changes | {f"touchpoints.{name}.rep_hours": 0.0 for name in busy})
