"""Stays: how long people were at a stage, or waited for an event, as far as it was seen.

stays_of(run, "interest")                       # for the judge, who sees stages
stays_of(run, "interest", since=100, until=400) # the log of a year: some begun, some open
waits_of(seen, "contact", "first_deal")         # from event to event, of any log
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.data.files import log_of
from cjsim.door import number_of, words_of
from cjsim.journey import GONE, STAGES, Stage
from cjsim.labels import unknown
from cjsim.measures.visits import OPEN, by_person, visits
from cjsim.observe.walks import has_stages, stage_rows
from cjsim.record import Record

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SHORTEST: Final = 1e-6
"""Days that a stay of no length counts: no law of a shape above 1 has any."""


@dataclass(frozen=True)
class Stays:
    """Stays, and how each ended.

    Parameters
    ----------
    days : how long each was seen to last.
    end : its place in `ends`, or -1 where it is not over.
    ends : names of the ways to end.
    late : the age at which it came into sight [days]; 0 where its beginning was seen.
    name : of what.

    They are what `stays_of` and `waits_of` return; `dwell` and `incidence` take them.

    >>> import cjsim
    >>> from cjsim.observe import stays_of
    >>> stays = stays_of(cjsim.simulate("phone", people=50), "interest", until=200)
    >>> len(stays), stays.open, stays.ends
    (8, 2, ('desire', 'dormant'))
    >>> stays.days[:3].round(1).tolist()
    [18.2, 71.4, 4.2]
    """

    days: Floats
    end: Ints
    ends: tuple[str, ...]
    late: Floats
    name: str = ""

    @classmethod
    def of(
        cls, days: Any, end: Any, ends: Sequence[str] = ("over",), late: Any = 0.0, name: str = ""
    ) -> Stays:
        """From arrays; a stay that was not in sight for any time is left out.

        Parameters
        ----------
        days, end, ends, late, name : as of `Stays`; one `late` for all will do.

        Raises ValueError for days that are none, or ends without a name.

        >>> Stays.of([3.0, 5.0], [0, -1]).open
        1
        """
        last, how = np.asarray(days, np.float64), np.asarray(end, np.int64)
        since = np.broadcast_to(np.asarray(late, np.float64), last.shape)
        if last.ndim != 1 or how.shape != last.shape:
            raise ValueError("days, end: must be two lists of one length")
        if not ((last >= 0) & (since >= 0) & np.isfinite(last)).all():
            raise ValueError("days, late: must be numbers of days from 0 on")
        if not ((how >= -1) & (how < len(ends))).all():
            raise ValueError(f"end: must be places in ends, 0 to {len(ends) - 1}, or -1")
        last = np.maximum(last, SHORTEST)
        seen = last > since
        return cls(last[seen], how[seen], tuple(ends), since[seen].copy(), name)

    def __len__(self) -> int:
        return len(self.days)

    @property
    def over(self) -> Flags:
        """Seen to its end."""
        return np.asarray(self.end >= 0)

    @property
    def open(self) -> int:
        """How many are not over."""
        return int((~self.over).sum())


def stays_of(log: Any, stage: str, *, since: float = 0.0, until: float | None = None) -> Stays:
    """The stays at a stage, each ended by the stage that comes next.

    Parameters
    ----------
    log : a run; or a `Log` or a frame with stages. Stays of a run that were under way on day 0
        after a burn-in are left out, for nobody saw them begin. Who leaves the category for good,
        like the horizon, ends the sight of a stay and not the stay.
    stage : its key.
    since : the day on which the log begins: what was over before is not in it [days].
    until : the day on which it ends; the horizon when not given [days].

    Returns the `Stays`. Raises ValueError for a stage that there is not, days that cannot be, or a
    log without stages.

    >>> import cjsim
    >>> from cjsim.observe import stays_of
    >>> stays_of(cjsim.simulate("phone", people=50), "interest").ends
    ('desire', 'dormant')
    """
    here = int(Stage.of(stage))
    if isinstance(log, Record):
        seen = visits(log)
        at = seen.whole & (seen.step == here)
        start, end, to = seen.start[at], seen.end[at], seen.to[at]
        horizon = float(log.scenario.horizon_days)
    else:
        table = log_of(log)
        if not has_stages(table):
            raise ValueError("log: has no stages; waits_of(log, event, ends) takes events")
        start, end, to = _next(*stage_rows(table), here, table.days)
        horizon = table.days
    began, ended = (
        number_of("since", since),
        horizon if until is None else number_of("until", until),
    )
    if not 0 <= began < ended <= horizon:
        raise ValueError(
            f"since = {began:g}, until = {ended:g}: must be days from 0 to {horizon:g}, in order"
        )
    inside = (end > began) & (start < ended)
    start, end, to = start[inside], end[inside], to[inside]
    to = np.where(end > ended, OPEN, to)
    return _stays(np.minimum(end, ended) - start, to, np.maximum(began - start, 0.0), stage)


def _next(person: Ints, stage: Ints, time: Floats, here: int, days: float) -> Any:
    """Begin, end and next stage of the stays at one stage."""
    goes_on = np.append(person[1:] == person[:-1], False)[: len(person)]
    end = np.where(goes_on, np.roll(time, -1), days)
    to = np.where(goes_on, np.roll(stage, -1), OPEN)
    at = stage == here
    return time[at], end[at], to[at]


def _stays(days: Floats, to: Ints, late: Floats, name: str) -> Stays:
    """Stays whose ends are stages; only those that occur."""
    to = np.where(to == GONE, OPEN, to)
    there = np.unique(to[to != OPEN])
    end = np.where(to == OPEN, -1, np.searchsorted(there, to))
    return Stays.of(days, end, [STAGES[stage].key for stage in there], late, name)


def waits_of(log: Any, since: str, until: str | Sequence[str]) -> Stays:
    """From each person's first event of a kind the wait for the first of some others.

    Parameters
    ----------
    log : a run, a `Log` or a frame.
    since : a kind of event; who has none is left out.
    until : one kind or several, which compete. Only what comes after `since` counts.

    Returns the `Stays`, those of people who still wait at the end of the log not over. Raises
    ValueError for an event that the log has not.

    >>> import cjsim
    >>> from cjsim.observe import waits_of
    >>> waits = waits_of(cjsim.simulate("phone", people=50), "known", "first_deal")
    >>> len(waits), waits.open  # of so many whom the firm came to know, so many did not buy
    (18, 16)
    """
    table = log_of(log)
    ends = words_of("until", until)
    known = list(table.frame["event"].cat.categories)
    for word in (since, *ends):
        if word not in known:
            raise unknown("event in this log", word, known)
    time, event = table.frame["time"].to_numpy(np.float64), table.frame["event"].astype(str)
    place = {word: at for at, word in enumerate(ends)}
    row = np.flatnonzero(event.isin([since, *ends]).to_numpy())
    row = row[by_person(table.person[row])]
    person, begins = table.person[row], (event.iloc[row] == since).to_numpy()
    who, first = np.unique(person[begins], return_index=True)
    start = np.full(table.lives, np.inf)
    began = np.flatnonzero(begins)[first]
    start[who] = time[row[began]]
    at = np.full(table.lives, len(row))
    at[who] = began
    later = np.flatnonzero(np.arange(len(row)) > at[person])
    later = later[event.iloc[row[later]].isin(ends).to_numpy()]
    done, nth = np.unique(person[later], return_index=True)
    end = np.full(table.lives, -1)
    stop = np.full(table.lives, float(table.days))
    end[done] = [place[word] for word in event.iloc[row[later[nth]]]]
    stop[done] = time[row[later[nth]]]
    return Stays.of(stop[who] - start[who], end[who], ends, name=since)
