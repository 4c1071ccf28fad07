"""How long things last, and how they end, when some have not ended yet."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from cjsim.measures.groups import Flags, Floats, Ints


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier estimate; entry 0 is the beginning, then one for each day with an end.

    Whoever is open at the horizon counts as at risk up to then and as nothing afterwards.
    """

    day: Floats
    at_risk: Floats  # just before that day's ends
    ended: Floats
    lasting: Floats  # estimated share that lasts beyond that day
    low: Floats  # confidence limits (log-log); NaN once nothing lasts
    high: Floats
    seen: float  # the longest duration observed; beyond it nothing is known of who is open

    def at(self, day: Floats) -> Floats:
        """The estimated share that lasts beyond each of these days; NaN where nobody has seen it.

        Known are the days from 0 to the longest duration observed, and all later ones once nothing
        lasts.
        """
        place, known = self.places(day)
        return np.where(known, self.lasting[place], np.nan)

    def places(self, day: Floats) -> tuple[Ints, Flags]:
        """For each of these days the entry that holds on it, and whether there is any."""
        day = np.asarray(day, float)
        place = np.searchsorted(self.day, day, "right") - 1
        known = (day >= 0) & ((day <= self.seen) | (self.lasting[-1] == 0))
        return np.maximum(place, 0), known

    @property
    def median(self) -> float:
        """The first day beyond which at most half last; NaN if it lies beyond what was seen."""
        below = np.flatnonzero(self.lasting <= 0.5 * (1 + 1e-12))  # a product of fractions
        return float(self.day[below[0]]) if len(below) else np.nan


def kaplan_meier(days: Floats, ended: Flags, confidence: float = 0.95) -> Curve:
    """The curve of durations; those not `ended` are open (Kaplan & Meier 1958).

    Of no durations at all nothing is known: NaN.
    """
    seen = float(days.max(initial=0.0))
    if not ended.any():
        share = np.full(1, 1.0 if len(days) else np.nan)
        return Curve(
            np.zeros(1), np.full(1, float(len(days))), np.zeros(1), share, share, share, seen
        )
    from scipy import stats

    durations = stats.CensoredData(uncensored=days[ended], right=days[~ended])
    curve: Any = stats.ecdf(durations).sf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # no interval at its ends: NaN
        limits = curve.confidence_interval(confidence, method="log-log")
    ends = np.unique(days[ended])
    place = np.searchsorted(curve.quantiles, ends)
    ended_on_day = np.diff(np.append(0, np.searchsorted(np.sort(days[ended]), ends, "right")))
    at_risk = len(days) - np.searchsorted(np.sort(days), ends, "left")
    return Curve(
        day=np.append(0.0, ends),
        at_risk=np.append(float(len(days)), at_risk),
        ended=np.append(0.0, ended_on_day),
        lasting=np.append(1.0, curve.probabilities[place]),
        low=np.append(1.0, limits.low.probabilities[place]),
        high=np.append(1.0, limits.high.probabilities[place]),
        seen=seen,
    )


def share_first(days: Floats, one: Flags, other: Flags) -> float:
    """Of two ways to end, the share that ends in the first: cumulative incidences set side by side.

    Those that have ended in neither are open after `days` (Aalen & Johansen 1978). NaN where
    nothing has ended.
    """
    order = np.argsort(days, kind="stable")
    ends, first, second = days[order], one[order], other[order]
    day, begin = np.unique(ends, return_index=True)
    at_risk = len(ends) - begin
    firsts, seconds = (
        np.add.reduceat(flags.astype(float), begin) if len(day) else np.empty(0)
        for flags in (first, second)
    )
    lasting = np.cumprod(1.0 - (firsts + seconds) / at_risk)
    before = np.append(1.0, lasting)[:-1]
    in_first, in_second = (before * firsts / at_risk).sum(), (before * seconds / at_risk).sum()
    ended = in_first + in_second
    return float(in_first / ended) if ended > 0 else np.nan
