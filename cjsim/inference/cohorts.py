"""Repeat buying of people who are observed from their first purchase on.

A `Cohort` keeps who bought again when, to the day: what models of repeat buying are fitted to,
whether the purchases are in a firm's file or in a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from cjsim.inference.priors import Floats
from cjsim.model.events import Event

if TYPE_CHECKING:
    from cjsim.measures.log import Log
    from cjsim.record import Record

Ints = npt.NDArray[np.int64]
MOST_DAYS = 1 << 20
"""Days are told apart up to here."""
WEEK = 7.0


class Histories(NamedTuple):
    """All that NBD models look at, by person; times in weeks since the first purchase."""

    repeats: Ints
    recency: Floats
    """When the last repeat purchase was; 0 without one."""
    age: Floats
    """How long was looked at."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Repeat purchases of a cohort.

    Parameters
    ----------
    birth : by person, the day of the first purchase.
    who, since : by repeat purchase, whose it is and how many whole days after the first one it
        was. Several on one day are one; one on the day of the first is none.

    >>> import cjsim
    >>> from cjsim.inference import Cohort
    >>> cohort = Cohort.of(cjsim.simulate("yogurt", people=200))
    >>> len(cohort)  # people who bought
    66
    >>> int(cohort.counts(0, 180).sum()), int(cohort.counts(180, 365).sum())
    (117, 285)
    >>> seen = cohort.histories(180)  # what models of repeat buying are fitted to
    >>> int(seen.repeats[0]), round(float(seen.age[0]), 1)  # times in weeks
    (8, 16.6)
    """

    birth: Ints
    who: Ints
    since: Ints

    @classmethod
    def of(cls, log: Log | Record) -> Cohort:
        """The people of a log who bought; who had bought before day 0 is not among them.

        Parameters
        ----------
        log : a run or a `Log`.
        """
        rows = log.events.rows
        first = rows[rows["event"] == Event.FIRST_DEAL]
        first = first[np.argsort(first["person"], kind="stable")]
        place = np.full(log.lives, -1)
        place[first["person"]] = np.arange(len(first))
        again = rows[(rows["event"] == Event.REPEAT_DEAL)]
        again = again[place[again["person"]] >= 0]
        who = place[again["person"]]
        since = np.floor(again["time"] - first["time"][who]).astype(np.int64)
        return cls(np.floor(first["time"]).astype(np.int64), *_once_a_day(who, since))

    def __len__(self) -> int:
        return len(self.birth)

    def born(self, birth: Ints) -> Cohort:
        """The same people, had they first bought on these days.

        Parameters
        ----------
        birth : a day for each person. Raises ValueError for more or fewer.
        """
        if len(birth) != len(self.birth):
            raise ValueError(f"birth has {len(birth)} days for a cohort of {len(self.birth)}")
        return Cohort(np.asarray(birth, np.int64), self.who, self.since)

    @cached_property
    def day(self) -> Ints:
        """By repeat purchase, the day it was on."""
        return np.asarray(self.birth[self.who] + self.since)

    def histories(self, until: float) -> Histories:
        """What was seen of each person up to the beginning of a day.

        Parameters
        ----------
        until : that day, since day 0 of the log.

        The published convention: a person's age is counted in whole days up to the last one seen.
        """
        seen = self.day < until
        repeats = np.bincount(self.who[seen], minlength=len(self))
        last = np.zeros(len(self), np.int64)
        np.maximum.at(last, self.who[seen], self.since[seen])
        return Histories(repeats, last / WEEK, np.asarray((until - 1.0 - self.birth) / WEEK))

    def counts(self, start: float, end: float) -> Ints:
        """By person, the repeat purchases of some days.

        Parameters
        ----------
        start, end : from the beginning of the one day to the beginning of the other.
        """
        inside = (self.day >= start) & (self.day < end)
        return np.bincount(self.who[inside], minlength=len(self))

    def weekly(self, weeks: int) -> Ints:
        """Repeat purchases in each week since day 0.

        Parameters
        ----------
        weeks : how many.
        """
        inside = self.day < weeks * WEEK
        return np.bincount((self.day[inside] // 7).astype(np.int64), minlength=weeks)


def _once_a_day(who: Ints, since: Ints) -> tuple[Ints, Ints]:
    later = since > 0
    keys = np.unique(who[later].astype(np.int64) * MOST_DAYS + since[later])
    return keys // MOST_DAYS, keys % MOST_DAYS


class Score(NamedTuple):
    """How a forecast of each person's purchases does; see `score`."""

    total: float
    error: float
    """Of the total, as a share of the actual one."""
    mae: float
    rmse: float
    correlation: float


def score(forecast: Floats, actual: Ints) -> Score:
    """Hold a forecast of each person's purchases against what they did.

    Parameters
    ----------
    forecast : by person, purchases that are expected.
    actual : by person, in the same order, those that were made.

    Returns total (of the forecast), error (of it, as a share of the actual total), mae and rmse
    (mean absolute and root mean squared miss of a person's purchases), correlation (NaN where
    either does not vary).

    >>> import numpy as np
    >>> from cjsim.inference import score
    >>> score(np.array([1.0, 0.5]), np.array([2, 0])).mae
    0.75
    """
    miss = forecast - actual
    varies = forecast.std() > 0 and actual.std() > 0
    return Score(
        float(forecast.sum()),
        float(forecast.sum() / actual.sum() - 1.0),
        float(np.abs(miss).mean()),
        float(np.sqrt((miss**2).mean())),
        float(np.corrcoef(forecast, actual)[0, 1]) if varies else float("nan"),
    )
