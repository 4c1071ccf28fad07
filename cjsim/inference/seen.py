"""What a fit looks at: the rows that a firm's log knows, of people and of simulated people alike.

    lens = Lens.on(log, scenario, until=365.0)
    lens.log(log)                        # the observed rows
    lens.run(run)                        # the same kinds of rows of a run, recorded as they were

Both sides are seen alike: a run goes through the same records, and of what they would show only
those kinds of rows and those touchpoints are looked at that the log knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.log import EventLog
from cjsim.measures.log import Log
from cjsim.model.events import EVENTS, Event
from cjsim.observe.systems import HIDDEN, Observed, Records, observe, visible
from cjsim.record import Record
from cjsim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEALS: Final = (Event.FIRST_DEAL, Event.REPEAT_DEAL)
OF_CONTACTS: Final = (
    Event.CONTACT, Event.DROPPED, Event.FULL, Event.BUDGET, Event.UNDELIVERED, Event.UNOPENED,
)  # fmt: skip
"""Contacts, and what was to be one."""
NEVER_TOLD: Final = (Event.START,)
"""What begins a log, and tells nothing of a market."""


@dataclass(frozen=True)
class Seen:
    """Rows in the order of person and time.

    Parameters
    ----------
    time, amount, person, event, touchpoint, stage : arrays, one entry per row; a person's place,
        a touchpoint's place among the lens' (-1: none, or one the lens does not know).
    people : how many are in them.
    days : how long was looked at.
    size : people in the market that they come from.
    """

    time: Floats
    amount: Floats
    person: Ints
    event: Ints
    touchpoint: Ints
    stage: Ints
    people: int
    days: float
    size: float

    def rows(self, *kinds: Event) -> npt.NDArray[np.bool_]:
        """Which rows are of these kinds."""
        return np.asarray(np.isin(self.event, kinds))

    def within(self, since: float, until: float) -> Seen:
        """The rows of some days; days are counted anew from the first of them."""
        kept = (self.time >= since) & (self.time < until)
        return replace(
            self, time=self.time[kept] - since, amount=self.amount[kept], person=self.person[kept],
            event=self.event[kept], touchpoint=self.touchpoint[kept], stage=self.stage[kept],
            days=until - since,
        )  # fmt: skip


@dataclass(frozen=True)
class Lens:
    """Which rows are looked at, and how a run's are recorded.

    Parameters
    ----------
    kinds : the kinds of rows that the log knows.
    touchpoints : the touchpoints that it names, in the order of the scenario.
    records : how well a run is recorded; None: it is its own log, with all that is hidden.
    days : from day 0 on so many are looked at.
    money : does the log know what was paid?
    nameless : does it have contacts of which it does not say with which touchpoint? Then those of
        all touchpoints are looked at, else those of the touchpoints that it names.
    others : touchpoints of the log that the scenario has not; they are not looked at.
    """

    kinds: tuple[Event, ...]
    touchpoints: tuple[str, ...]
    records: Records | None
    days: float
    money: bool = True
    nameless: bool = False
    others: tuple[str, ...] = ()

    @classmethod
    def on(
        cls, log: Log | Record, scenario: Scenario, until: float, records: Records | None
    ) -> Lens:
        """The lens that shows of a run what this log shows of the market."""
        kinds = _kinds(log)
        rows = log.events
        of_contacts = rows["touchpoint"][np.isin(rows["event"], OF_CONTACTS)]
        named = {rows.touchpoints[place] for place in np.unique(of_contacts) if place >= 0}
        points = tuple(name for name in scenario.touchpoints if name in named)
        others = tuple(sorted(named - set(points)))
        if records is None and not isinstance(log, Record):
            records = log.records if isinstance(log, Observed) else Records()
        paid = isinstance(log, Record) or bool(rows["amount"][np.isin(rows["event"], DEALS)].any())
        nameless = bool((of_contacts < 0).any())
        return cls(kinds, points, records, until, paid, nameless, others)

    def log(self, log: Log | Record, size: float) -> Seen:
        """What is looked at of the firm's log.

        Who was a customer before day 0, as far as a reader says so, makes no first deal in it.
        """
        events = log.events
        before: Any = getattr(log, "before", None)
        if before is not None and len(before) and isinstance(log, Log):
            rows = events.rows.copy()
            old = np.isin(rows["person"], log.who.get_indexer(before))
            rows["event"][old & (rows["event"] == Event.FIRST_DEAL)] = Event.REPEAT_DEAL
            events = EventLog(rows, events.touchpoints)
        return self._seen(events, size)

    def run(self, run: Record) -> Seen:
        """What is looked at of a run, as the firm would have recorded it."""
        events = run.events
        if self.records == Records():  # nothing is lost or spoilt: the rows are the firm's
            events = EventLog(events.rows[visible(run)], events.touchpoints)
        elif self.records is not None:
            events = observe(run, self.records).events
        return self._seen(events, len(run))

    def _seen(self, events: EventLog, size: float) -> Seen:
        rows = events.rows
        place = {name: number for number, name in enumerate(self.touchpoints)}
        points = np.array([*(place.get(name, -1) for name in events.touchpoints), -1])
        looked_at = np.isin(rows["event"], self.kinds) & (rows["time"] < self.days)
        if not self.nameless:
            looked_at &= ~np.isin(rows["event"], OF_CONTACTS) | (points[rows["touchpoint"]] >= 0)
        rows = rows[looked_at]
        rows = rows[np.argsort(rows["person"], kind="stable")]
        start = np.append(True, rows["person"][1:] != rows["person"][:-1])[: len(rows)]
        return Seen(
            rows["time"].copy(), rows["amount"].copy(), np.cumsum(start) - 1,
            rows["event"].astype(np.int64), points[rows["touchpoint"]],
            rows["stage"].astype(np.int64), int(start.sum()), self.days, float(size),
        )  # fmt: skip


def _kinds(log: Log | Record) -> tuple[Event, ...]:
    """The kinds of rows that a log would show if they happened.

    The kit's own records show all that is not hidden; of any other log only what is in it can be
    known.
    """
    hidden = (*NEVER_TOLD, *(() if isinstance(log, Record) else HIDDEN))
    if isinstance(log, Record | Observed):
        return tuple(kind for kind in EVENTS if kind not in hidden)
    there = set(np.unique(log.events["event"]).tolist())
    return tuple(kind for kind in EVENTS if kind in there and kind not in NEVER_TOLD)
