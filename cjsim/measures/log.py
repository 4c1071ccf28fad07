"""A log of somebody's events, without the run behind it: a firm's systems, a file from elsewhere.

    log = Log.of(frame)                     # columns person, time, event; touchpoint, amount
    measures.deals_over_time(log, 30.0)

Measures that need only who did what when, and for how much, take it as they take a run. What a
firm cannot see is not in it: no stage, no leaving, nobody who never came. A person is whom the log
takes for one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.door import number_of, shown
from cjsim.journey import FIRST_DEAL, REPEAT_DEAL, STAGES, UNAWARE
from cjsim.labels.tables import one_line
from cjsim.log import ROW, EventLog, Folded, Rates, fold, whole_days
from cjsim.model.events import EVENTS, Event
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Final = ("time", "person", "event")
COLUMNS: Final = ("time", "date", "person", "event", "stage", "touchpoint", "amount")
"""In this order; `date` where there is a start, `stage` where whoever wrote the log knew it."""
PURCHASES: Final = ("deal", "purchase", "order")
"""What deals are called elsewhere: a person's first such row is a first deal."""


@dataclass(frozen=True, repr=False)
class Log:
    """Who did what when, and for how much; `Log.of` makes one from a frame.

    Parameters
    ----------
    frame : time [days since day 0, in ascending order], person (whole numbers or words), event,
        touchpoint (categories, missing where none is concerned), amount [money]; where there is a
        start, the date behind the time.
    days : how long was looked at, from day 0 on [days]; what is open then is open.
    start : the date of day 0, "" where there is none.

    Measures that need only who, when and what take one as they take a run.

    >>> import pandas as pd
    >>> from cjsim import data
    >>> rows = {"time": [2.0, 9.0], "person": [7, 7], "event": ["order", "order"]}
    >>> log = data.Log.of(pd.DataFrame(rows), days=30.0)
    >>> log.frame["event"].tolist(), log.lives, log.days
    (['order', 'order'], 1, 30.0)
    """

    frame: pd.DataFrame
    days: float
    start: str = ""

    @classmethod
    def of(cls, frame: pd.DataFrame, days: float | None = None, start: str = "") -> Log:
        """A log from a frame with at least the columns time, person and event.

        Parameters
        ----------
        frame : in any order of rows; simultaneous rows keep theirs. A missing touchpoint or
            amount is none. Other columns are left out.
        days : up to the last row when not given.
        start : ISO date of day 0.

        Raises ValueError for a column that is missing, a time that is no day from 0 on, an amount
        that is no number.

        >>> import pandas as pd
        >>> Log.of(pd.DataFrame({"time": [2.0], "person": [7], "event": ["deal"]}), days=30.0)
        <Log of 1 person, 1 row, 30 days>
        """
        import pandas as pd

        if missing := [name for name in NEEDED if name not in frame]:
            raise ValueError(f"a log has the columns {', '.join(NEEDED)}: {missing[0]} is missing")
        time = _numbers(frame["time"], "time")
        if not (time >= 0).all():
            raise ValueError("time: days are counted from 0 on, none is below it or missing")
        last = float(time.max(initial=0.0))
        end = (last or 1.0) if days is None else number_of("days", days)
        if not (math.isfinite(end) and end >= last and end > 0):
            raise ValueError(
                f"days = {shown(days)}: must be above 0, and the last row is of {last:g}"
            )
        rows = len(frame)
        amount = _numbers(frame["amount"], "amount") if "amount" in frame else np.zeros(rows)
        event = _words(frame["event"])
        if (event.codes < 0).any():
            raise ValueError("event: is missing in a row")
        kept = {
            "time": time,
            "person": _people(frame["person"]),
            "event": event,
            "touchpoint": _words(frame["touchpoint"] if "touchpoint" in frame else [None] * rows),
            "amount": np.nan_to_num(amount),
        }
        if "stage" in frame:
            keys = [stage.key for stage in STAGES]
            kept["stage"] = pd.Categorical(frame["stage"], keys, ordered=True)
        if start:
            try:
                day = pd.Timestamp(start)
            except ValueError:
                raise ValueError(
                    f"start = {shown(start)}: must be a date such as 2024-01-31"
                ) from None
            dates = day + pd.to_timedelta(time, unit="D")
            kept["date"] = dates.round("us")  # days are no whole nanoseconds: 10:00:00.000000003
        table = pd.DataFrame({name: kept[name] for name in COLUMNS if name in kept})
        table = table.iloc[np.argsort(time, kind="stable")].reset_index(drop=True)
        return cls(table, end, start)

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        people, rows = self.lives, len(self)
        facts = (
            f"of {people:,} {'person' if people == 1 else 'people'}, {rows:,} "
            f"{'row' if rows == 1 else 'rows'}, {self.days:g} days"
        )
        return one_line(type(self).__name__, facts)

    # --- what measures ask a record for -----------------------------------------------------------

    @cached_property
    def scenario(self) -> Scenario:
        """How long was looked at and from which date on: all that is known of the market."""
        return Scenario(horizon_days=self.days, start=self.start)

    @cached_property
    def who(self) -> pd.Index:
        """The people, by whom each row's place counts."""
        return self._coded[1]

    @property
    def person(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """For each row the place of its person in `who`."""
        return self._coded[0]

    @cached_property
    def _coded(self) -> tuple[np.ndarray[Any, np.dtype[np.int64]], pd.Index]:
        import pandas as pd

        codes, who = pd.factorize(self.frame["person"], sort=True)
        return codes.astype(np.int64), pd.Index(who)

    @property
    def lives(self) -> int:
        """How many people the log knows."""
        return len(self.who)

    @cached_property
    def events(self) -> EventLog:
        """The rows whose kind the kit knows, as those of a run."""
        kinds, known = self._kinds()
        rows = np.zeros(int(known.sum()), ROW)
        touchpoint = self.frame["touchpoint"].cat
        rows["time"], rows["amount"] = (self.frame[name][known] for name in ("time", "amount"))
        rows["person"], rows["touchpoint"] = self.person[known], touchpoint.codes[known]
        rows["event"] = kinds[known]
        stage = np.full(len(EVENTS), UNAWARE)
        stage[[Event.FIRST_DEAL, Event.REPEAT_DEAL]] = FIRST_DEAL, REPEAT_DEAL
        rows["stage"] = stage[rows["event"]]
        return EventLog(rows, tuple(map(str, touchpoint.categories)))

    def _kinds(self) -> tuple[Any, Any]:
        """For each row its kind, and whether there is one; purchases by their order."""
        event = self.frame["event"].cat
        codes = {kind.key: int(kind) for kind in EVENTS}
        of_word = np.array([codes.get(word, -1) for word in event.categories] or [-1])
        kinds = of_word[event.codes]
        bought = np.flatnonzero(event.categories.isin(PURCHASES).take(event.codes))
        if len(bought):
            _, first = np.unique(self.person[bought], return_index=True)
            kinds[bought] = Event.REPEAT_DEAL
            kinds[bought[first]] = Event.FIRST_DEAL
        won = np.flatnonzero(kinds == Event.FIRST_DEAL)  # twice: a duplicate, two taken for one
        _, first = np.unique(self.person[won], return_index=True)
        kinds[np.delete(won, first)] = Event.REPEAT_DEAL
        return kinds, kinds >= 0

    @cached_property
    def totals(self) -> Folded:
        """Everybody was seen, and nobody was seen to leave; how a contact fits, nobody knows."""
        library = max(1, len(self.events.touchpoints))
        rates = Rates(
            fits=np.full((library, len(STAGES)), np.nan), rep_hours=np.zeros(library),
            worth=np.ones(whole_days(self.days) + 1),
        )  # fmt: skip
        return replace(
            fold(self.events.rows, self.lives, self.days, rates),
            stood=np.ones(self.lives, np.uint16), last=np.full(self.lives, REPEAT_DEAL, np.uint8),
        )  # fmt: skip

    def has(self, *kinds: Event) -> bool:
        """Does it hold a row of any of these kinds? Where it does not, nobody may have looked.

        Parameters
        ----------
        kinds : of events, of `cjsim.model.events.Event`.

        Returns yes or no.

        >>> from cjsim import data
        >>> data.cdnow().has(Event.CONTACT)
        False
        """
        return bool(np.isin(self.events["event"], kinds).any())


def _numbers(column: Any, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        return np.asarray(column, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must hold numbers") from None


def _people(column: Any) -> Any:
    """Whole numbers as such, also where they came as words; else words."""
    import pandas as pd

    series = pd.Series(np.asarray(column))
    if pd.api.types.is_integer_dtype(series.dtype):
        return series.to_numpy(np.int64)
    words = [str(word) for word in series]
    if series.isna().any() or not all(map(str.strip, words)):
        raise ValueError("person: is missing in a row")
    if words and all(map(_is_whole, words)):
        return np.array(words, np.int64)
    return np.array(words, object)


def _is_whole(word: str) -> bool:
    """Whether a word is a whole number as numbers are written: 7, not 007."""
    return word.isascii() and word.isdigit() and len(word) <= 18 and str(int(word)) == word


def _words(column: Any) -> pd.Categorical:
    """As categories in alphabetical order, so that equal logs are equal frames; only those used."""
    import pandas as pd

    given = column if isinstance(column, pd.Series) else pd.Series(column, dtype=object)
    if not isinstance(given.dtype, pd.CategoricalDtype):
        given = given.astype("category")
    given = given.cat.remove_unused_categories()
    words = [str(word) for word in given.cat.categories]  # 1 and "1" are one word
    codes = {word: place for place, word in enumerate(sorted({w for w in words if w.strip()}))}
    places = np.array([*(codes.get(word, -1) for word in words), -1])
    return pd.Categorical.from_codes(places[given.cat.codes], list(codes))


def event_funnel(
    log: Any, steps: Sequence[str] = ("contact", "known", "first_deal")
) -> pd.DataFrame:
    """How many people come from event to event, each after the one before.

    Parameters
    ----------
    log : the simulated market, a `Run` from `simulate`; or a `Log`, see `Log.of`.
    steps : names of events, two or more; a person's first row of the next kind counts from the time
        at which they took the last step on.

    Returns a row per step: people, share (of those who took the first, 0..1), passed (of those who
    took the step before, 0..1).

    Raises ValueError for fewer than two steps, or an event that the log has not.

    >>> from cjsim import simulate
    >>> table = event_funnel(simulate("phone", people=50), ["contact", "first_deal", "repeat_deal"])
    >>> table["people"].to_dict()
    {'contact': 73, 'first_deal': 17, 'repeat_deal': 10}
    """
    import pandas as pd

    frame = log.frame if isinstance(log, Log) else log.log()
    known = list(frame["event"].cat.categories)
    from cjsim.labels import unknown

    if isinstance(steps, str) or len(steps) < 2:
        raise ValueError(f"steps = {shown(steps)}: name two events or more")
    for step in steps:
        if step not in known:
            raise unknown("event in this log", step, known)
    place = pd.factorize(frame["person"])[0]
    since = np.full(place.max(initial=-1) + 1, -1)
    counts = []
    row = np.arange(len(frame))
    reached = np.ones(len(since), bool)
    for step in steps:
        rows = row[(frame["event"] == step).to_numpy()]
        rows = rows[rows > since[place[rows]]]
        taken, first = np.unique(place[rows], return_index=True)
        came = np.zeros(len(since), bool)
        came[taken[reached[taken]]] = True
        since[taken] = rows[first]
        reached = came
        counts.append(int(came.sum()))
    people = np.array(counts, float)
    table = pd.DataFrame({"people": counts}, pd.Index(list(steps), name="event"))
    with np.errstate(invalid="ignore", divide="ignore"):
        table["share"] = people / people[0]
        table["passed"] = people / np.append(np.nan, people[:-1])
    return table
