"""The contest: who is ahead on which measure, for which product, accuracy and rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from cjsim.experiment.intervals import t_interval
from cjsim.measures.groups import ratio
from tools.face_validity import readings
from tools.face_validity.market import Market, kept

STRATEGIES: Final = ("nothing", "pull", "guide", "animator")
MEASURES: Final = {
    "deals": (1, "deals per person"),
    "profit": (1, "net present value per person"),
    "share": (1, "share of the category"),
    "satisfaction": (1, "satisfaction of customers at the horizon"),
    "churn": (-1, "former customers among all who have bought"),
    "k": (1, "K, word of mouth"),
    "opt_outs": (-1, "opt-outs per person"),
    "mismatch": (-1, "mismatch of a contact"),
}
"""In the order of `readings.standing`: 1 = much is good, -1 = little is; in words."""
POOR: Final = 0.45
"""The accuracy of a guide who sees little."""
FASTER: Final = 4


class Bout(NamedTuple):
    """One measure of one product at one accuracy and rhythm."""

    preset: str
    accuracy: float
    every_days: float
    measure: str
    values: dict[str, float]
    """Mean over worlds, by strategy; without those that have no such number."""
    ahead: tuple[str, ...]
    """The best, and those not clearly behind."""


def contest(market: Market) -> Iterator[Bout]:
    """All measures of a product, at the preset's accuracy and rhythm and at others."""
    guide = market.firm("guide")
    rhythms = (guide.running.every_days, guide.running.every_days / FASTER)
    settings = [(sight, days) for sight in (guide.running.accuracy, POOR) for days in rhythms]
    firms = {}
    for sight, days in settings:
        for strategy in STRATEGIES:
            changes = {
                "guide.accuracy": sight,
                "guide.every_days": days,
                "animator.every_days": days,
            }
            firms[sight, days, strategy] = market.firm(strategy, changes)
    rows = market.read(firms, readings.standing, "all")
    for sight, days in settings:
        for place, measure in enumerate(MEASURES):
            numbers = {s: _by_world(rows[sight, days, s][:, place]) for s in STRATEGIES}
            yield _bout(market.preset, sight, days, measure, numbers)


def _by_world(sums: readings.Floats) -> readings.Floats:
    """The ratio in each world, NaN where there is nothing to divide by."""
    return ratio(sums[:, 0], sums[:, 1])


def _bout(
    preset: str, sight: float, days: float, measure: str, numbers: dict[str, readings.Floats]
) -> Bout:
    sign = MEASURES[measure][0]
    there = {s: column for s, column in numbers.items() if not np.isnan(column).all()}
    best = max(there, key=lambda s: sign * float(np.nanmean(there[s])))
    gaps = {s: t_interval(sign * (there[best] - column)) for s, column in there.items()}
    ahead = tuple(s for s, (gap, low, _) in gaps.items() if gap == 0 or not low > 0)
    values = {s: kept(float(np.nanmean(column))) for s, column in there.items()}
    return Bout(preset, sight, days, measure, values, ahead)


def wins(bouts: Sequence[Bout]) -> dict[str, int]:
    """How often each strategy is ahead alone."""
    return {s: sum(bout.ahead == (s,) for bout in bouts) for s in STRATEGIES}
