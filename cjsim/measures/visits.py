"""The visits of all people to the steps of a lens: what most measures count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import (
    DORMANT,
    GONE,
    SATISFACTION,
    STAGES,
    WITH_RIVAL,
    Lens,
    lens_named,
)
from cjsim.log import LEVELS
from cjsim.measures.groups import Flags, Floats, Ints, Numbers
from cjsim.measures.log import Log
from cjsim.model.events import Event

if TYPE_CHECKING:
    from cjsim.record import Record

THE_STAGES = "the stages that people are at"
OPEN = -1
"""Where a visit leads that is not over at the horizon: nowhere yet."""


@dataclass(frozen=True)
class Visits:
    """One entry per visit, in the order of persons, then of time.

    On our own map each entry into a stage is a visit: 9 → 9 is the wait for one more deal. A
    coarser map does not see moves within a step that spans several stages: there a visit lasts
    from entering the step to leaving it.
    """

    lens: Lens
    person: Ints
    step: Ints  # index in lens.steps
    start: Floats  # days
    end: Floats  # days; the horizon if open
    to: Ints  # the stage entered next, OPEN if none
    row: Ints  # the log row that begins the visit
    whole: Flags  # its beginning was seen: False for those who were there after a burn-in
    deal: Flags  # ended by the repeat deal of a customer who was with us

    @property
    def open(self) -> Flags:
        """Not over at the horizon."""
        return np.asarray(self.to == OPEN)

    @property
    def gone(self) -> Flags:
        """Cut short, as the person left the category for good: neither passed nor lost."""
        return np.asarray(self.to == GONE)

    @property
    def over(self) -> Flags:
        """Ended by what people do at the step: seen to its end."""
        return ~self.open & ~self.gone

    @property
    def failed(self) -> Flags:
        """Ended at the gate right after a repeat deal: the next need was met, and was the last."""
        return np.asarray(self.deal & (self.to == WITH_RIVAL))

    @property
    def lost(self) -> Flags:
        """Ended with a rival or asleep, but for the `failed`."""
        away = (self.to == WITH_RIVAL) | (self.to == DORMANT)
        return np.asarray(away & ~self.failed)

    @property
    def days(self) -> Floats:
        """How long the visit lasted, up to the horizon."""
        return self.end - self.start


def step_of(lens: Lens) -> Ints:
    """For each stage the index of its step."""
    return np.array([lens.of[stage] for stage in STAGES])


def by_person(person: Numbers) -> Ints:
    """The order that puts rows together by person and keeps each person's rows in sequence."""
    rows = len(person)
    return np.sort(person.astype(np.int64) * rows + np.arange(rows)) % max(rows, 1)


def visits(run: Record, lens: str = "twelve") -> Visits:
    """All visits of a run, seen through the lens of that name."""
    need_run(run, THE_STAGES)
    need(run, "stages")
    chosen_lens = lens_named(lens)
    rows = run.events.rows
    entry_rows, after_deal = _entries(rows)
    person = rows["person"][entry_rows].astype(np.int64)
    stage = rows["stage"][entry_rows].astype(np.int64)
    time = rows["time"][entry_rows]
    step = step_of(chosen_lens)[stage]

    goes_on = np.zeros(len(entry_rows), bool)  # the next row is the same person's
    goes_on[:-1] = person[1:] == person[:-1]
    to = np.where(goes_on, np.roll(stage, -1), OPEN)
    end = np.where(goes_on, np.roll(time, -1), run.scenario.horizon_days)
    spans_several = np.bincount(step_of(chosen_lens), minlength=len(chosen_lens.steps)) > 1
    same_step = goes_on & (np.roll(step, -1) == step) & spans_several[step]
    first = ~np.roll(same_step, 1)
    began = (rows["event"][entry_rows] == Event.ENTER) | (time > 0.0)
    deal = goes_on & np.roll(after_deal, -1) & (to != SATISFACTION)  # 8: who has come back
    deal &= ~spans_several[step]  # a wide step does not see what lies within
    return Visits(
        lens=chosen_lens,
        person=person[first],
        step=step[first],
        start=time[first],
        end=end[~same_step],
        to=to[~same_step],
        row=entry_rows[first],
        whole=(began | (run.scenario.burn_in_days == 0))[first],
        deal=deal[~same_step],
    )


def _entries(rows: Numbers) -> tuple[Ints, Flags]:
    """The START and ENTER rows, person after person, and which follow at once on a repeat deal."""
    event = rows["event"]
    told = np.flatnonzero((event <= Event.ENTER) | (event == Event.REPEAT_DEAL))
    told = told[by_person(rows["person"][told])]
    is_deal, time, person = (rows[name][told] for name in ("event", "time", "person"))
    is_deal = is_deal == Event.REPEAT_DEAL
    same = (np.roll(person, 1) == person) & (np.roll(time, 1) == time)
    after_deal = np.roll(is_deal, 1) & same
    return told[~is_deal], after_deal[~is_deal]


def seen(run: Record | Log) -> Flags:
    """For each life whether the log knows it: who left before day 0 has no row."""
    return np.asarray(run.totals.stood > 0)


def lifetimes(run: Record | Log) -> tuple[Floats, Floats]:
    """From when to when each life is seen [days]: from day 0 or its arrival on, to the horizon.

    Whoever leaves for good is seen up to then, and whoever has no row from 0 to 0.
    """
    rows = run.events.rows
    begin, end = np.zeros(run.lives), np.where(seen(run), run.scenario.horizon_days, 0.0)
    arrived = (rows["event"] == Event.START) & (rows["time"] > 0.0)
    left = (rows["event"] == Event.ENTER) & (rows["stage"] == GONE)
    begin[rows["person"][arrived]] = rows["time"][arrived]
    end[rows["person"][left]] = rows["time"][left]
    return begin, end


def next_entry(run: Record, rows: Ints) -> Ints:
    """The stage that the person of each of these log rows enters next, OPEN if none."""
    need_run(run, THE_STAGES)
    log = run.events.rows
    size = len(log)
    enters = np.flatnonzero(log["event"] == Event.ENTER)
    keys = np.sort(log["person"][enters].astype(np.int64) * size + enters)
    keys = np.append(keys, -1)  # a place to fall on, nobody's
    person = log["person"][rows].astype(np.int64)
    key = keys[np.searchsorted(keys[:-1], person * size + rows)]
    has_next = (key >= 0) & (key // max(size, 1) == person)
    stage = log["stage"][np.where(has_next, key % max(size, 1), 0)] if size else np.empty(0)
    return np.where(has_next, stage, OPEN).astype(np.int64)


def final_stage(run: Record | Log) -> Ints:
    """The stage of each person at the horizon."""
    return run.totals.last.astype(np.int64)


def need_run(run: Record | Log, what: str) -> None:
    """Raise ValueError for a log where a measure needs more than logs hold; `what` it needs."""
    if isinstance(run, Log):
        raise ValueError(
            f"this measure needs {what}, and a log has only {', '.join(run.frame)}; what takes a "
            "log is listed in docs/observe.md"
        )


def need(run: Record | Log, level: str) -> None:
    """Raise ValueError where a run has not kept the rows of that level (`log.LEVELS`)."""
    if LEVELS.index(run.events.level) > LEVELS.index(level):
        raise ValueError(
            f"this measure looks at rows that log={run.events.level!r} does not keep; "
            f"simulate with log={level!r}"
        )
