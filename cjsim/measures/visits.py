"""The visits of all people to the steps of a lens: what most measures count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import STAGES, WITH_RIVAL, Lens, lens_named
from cjsim.log import LEVELS
from cjsim.measures.groups import Flags, Floats, Ints, Numbers
from cjsim.model.events import Event

if TYPE_CHECKING:
    from cjsim.record import Record

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

    @property
    def open(self) -> Flags:
        """Not over at the horizon."""
        return np.asarray(self.to == OPEN)

    @property
    def lost(self) -> Flags:
        """Ended with a rival or asleep."""
        return np.asarray(self.to >= WITH_RIVAL)

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
    need(run, "stages")
    chosen_lens = lens_named(lens)
    rows = run.events.rows
    entry_rows = np.flatnonzero(rows["event"] <= Event.ENTER)  # START or ENTER
    entry_rows = entry_rows[by_person(rows["person"][entry_rows])]
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
    whole = (rows["event"][entry_rows] == Event.ENTER) | (run.scenario.burn_in_days == 0)
    return Visits(
        lens=chosen_lens,
        person=person[first],
        step=step[first],
        start=time[first],
        end=end[~same_step],
        to=to[~same_step],
        row=entry_rows[first],
        whole=whole[first],
    )


def next_entry(run: Record, rows: Ints) -> Ints:
    """The stage that the person of each of these log rows enters next, OPEN if none."""
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


def final_stage(run: Record) -> Ints:
    """The stage of each person at the horizon."""
    return run.totals.last.astype(np.int64)


def need(run: Record, level: str) -> None:
    """Raise ValueError where a run has not kept the rows of that level (`log.LEVELS`)."""
    if LEVELS.index(run.events.level) > LEVELS.index(level):
        raise ValueError(
            f"this measure looks at rows that log={run.events.level!r} does not keep; "
            f"simulate with log={level!r}"
        )
