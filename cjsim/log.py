"""What is written down: the event log of one run, as rows, as pandas frames and as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.files import expanded, no_formula, whole
from cjsim.journey import (
    AWARENESS,
    DAYS_A_YEAR,
    GONE,
    RECOMMENDATION,
    SATISFACTION,
    STAGES,
    UNAWARE,
)
from cjsim.model.events import EVENTS, Event
from cjsim.model.parameters import fits
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

ROW = np.dtype(
    [
        ("time", np.float64),  # days
        ("amount", np.float64),  # money, in (+) or out (-)
        ("person", np.int32),
        ("touchpoint", np.int16),  # place in the scenario's library, -1 = none
        ("event", np.uint8),
        ("stage", np.uint8),  # the person's stage after the event
    ]
)
"""One row of the log in memory: 24 bytes."""

LEADS_ON = (
    Event.REPEAT_DEAL, Event.KNOWN, Event.RIVAL_DEAL,
    Event.FAILURE, Event.COMPLAINT, Event.RECOVERED, Event.NOTICE,
)  # fmt: skip
"""What is written right before the stage that a deal or a trial leads to."""

SENT = (Event.CONTACT, Event.UNDELIVERED, Event.UNOPENED)
"""What costs what a contact costs: those that take place, and pushes that are not read."""
SPENT_ON = (*SENT, Event.RECOVERED, Event.REFERRAL)
"""What costs money on one person: these, complaints made good, referrals that are paid for."""

COLUMNS = ("time", "person", "event", "stage", "touchpoint", "amount")
TRUTHS = (
    "belief", "warmth", "irritation", "anchor", "trust", "expectation", "satisfaction", "novelty",
    "loyalty",
)  # fmt: skip


NOTE = "cjsim"
"""Under which key a Parquet file says what it is."""

LEVELS = ("all", "stages", "measures")
"""How much of a run is kept: every row; all but contacts; only what measures have to look at.

Contacts are nine rows of ten where a firm is busy, stage entries most of the rest; pushes that are
not read go with the contacts. What is not kept as rows is folded into totals per person and day, so
that `summary` is the same at each level.
"""


@dataclass(frozen=True)
class Folded:
    """Totals of the rows that a level leaves out; arrays per person, but for `cost_by_day`."""

    contacts: npt.NDArray[np.int64]
    contact_cost: npt.NDArray[np.float64]  # money, with all of `SPENT_ON`
    contact_worth: npt.NDArray[np.float64]  # the same, discounted to day 0
    cost_before: npt.NDArray[np.float64]  # of contact_cost, what was spent before the first deal
    rep_hours: npt.NDArray[np.float64]  # reps' time that contacts took
    rep_hours_before: npt.NDArray[np.float64]  # of it, what was spent before the first deal
    mismatch: npt.NDArray[np.float64]  # sum of 1 - fit at the true stage
    stood: npt.NDArray[np.uint16]  # bit s: has stood at stage s
    last: npt.NDArray[np.uint8]  # stage at the horizon
    cost_by_day: npt.NDArray[np.float64]  # money spent on people in each whole day


@dataclass(frozen=True)
class EventLog:
    """The rows of one run in the order in which they happened.

    Parameters
    ----------
    rows : structured array of type ROW.
    touchpoints : names of the scenario's library, in its order.
    level : which rows are there, one of LEVELS.
    totals : of the rows that are not; None where all are.
    """

    rows: npt.NDArray[Any]
    touchpoints: tuple[str, ...]
    level: str = "all"
    totals: Folded | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        return self.rows[column]

    def frame(self) -> pd.DataFrame:
        """Columns time [days], person, event, stage, touchpoint (categories), amount [money]."""
        import pandas as pd

        rows = self.rows
        stages = [stage.key for stage in STAGES]
        return pd.DataFrame(
            {
                "time": rows["time"],
                "person": rows["person"],
                "event": pd.Categorical.from_codes(rows["event"], [e.key for e in EVENTS]),
                "stage": pd.Categorical.from_codes(rows["stage"], stages, ordered=True),
                "touchpoint": pd.Categorical.from_codes(rows["touchpoint"], self.touchpoints),
                "amount": rows["amount"],
            }
        )


@dataclass(frozen=True)
class Rates:
    """The numbers of a scenario that totals are folded with."""

    fits: npt.NDArray[np.float64]  # (library, stages)
    rep_hours: npt.NDArray[np.float64]  # of one contact, by touchpoint of the library
    worth: npt.NDArray[np.float64]  # see `day_worths`


def day_worths(days: float, rate_per_year: float) -> npt.NDArray[np.float64]:
    """What money of each whole day is worth on day 0: (1 + rate) ^ -(day / 365)."""
    return np.asarray((1.0 + rate_per_year) ** (-np.arange(whole_days(days) + 1) / DAYS_A_YEAR))


def folding_rates(scenario: Scenario) -> Rates:
    """What a scenario's totals are folded with."""
    hours = [touchpoint.rep_hours for touchpoint in scenario.touchpoints.values()]
    rate = scenario.firm.discount_rate_per_year
    return Rates(
        fits=fits(scenario),
        rep_hours=np.array(hours or [0.0]),
        worth=day_worths(scenario.horizon_days, rate),
    )


def first_bought(rows: npt.NDArray[Any], people: int) -> npt.NDArray[np.int64]:
    """For each person the row from which on the log shows them as a customer; len(rows) if never.

    That is the first deal with us, or the START of whoever stands at 8-12 on day 0. A customer
    from before day 0 who was away then is one from the next deal on: nothing tells before.
    """
    event, stage = rows["event"], rows["stage"]
    with_us = (event == Event.START) & (stage >= SATISFACTION) & (stage <= RECOMMENDATION)
    shows = with_us | (event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)
    showing = np.flatnonzero(shows)[::-1]  # backwards: the first one stands
    first = np.full(people, len(rows))
    first[rows["person"][showing]] = showing
    return first


def fold(rows: npt.NDArray[Any], people: int, horizon: float, rates: Rates) -> Folded:
    """The totals of a complete log of so many lives."""
    met_rows = np.flatnonzero(rows["event"] == Event.CONTACT)
    met = rows[met_rows]
    spent_rows = np.flatnonzero(np.isin(rows["event"], SPENT_ON))
    spent = rows[spent_rows]
    moves = rows[rows["event"] <= Event.ENTER]
    misfit = 1.0 - rates.fits[met["touchpoint"], met["stage"]]
    cost = 0.0 - spent["amount"]
    hours = rates.rep_hours[met["touchpoint"]]
    bought = first_bought(rows, people)
    before = met_rows < bought[met["person"]]
    early = spent_rows < bought[spent["person"]]
    day = spent["time"].astype(np.int64)

    def total(place: Any, amount: Any, size: int) -> Any:
        return np.bincount(place, amount, size).astype(float)

    stood = np.zeros(people, np.uint16)
    last = np.full(people, GONE, np.uint8)  # who has no row left before day 0
    np.bitwise_or.at(stood, moves["person"], np.uint16(1) << moves["stage"].astype(np.uint16))
    last[moves["person"]] = moves["stage"]  # the last one stands
    return Folded(
        contacts=np.bincount(met["person"], minlength=people),
        contact_cost=total(spent["person"], cost, people),
        contact_worth=total(spent["person"], cost * rates.worth[day], people),
        cost_before=total(spent["person"][early], cost[early], people),
        rep_hours=total(met["person"], hours, people),
        rep_hours_before=total(met["person"][before], hours[before], people),
        mismatch=total(met["person"], misfit, people),
        stood=stood,
        last=last,
        cost_by_day=total(day, cost, whole_days(horizon)),
    )


def thin(rows: npt.NDArray[Any], level: str) -> npt.NDArray[Any]:
    """The rows of a complete log that a level keeps.

    "measures" keeps where people start awake, arrivals, awakenings, who leaves for good, and what
    a deal or a trial leads to.
    """
    event = rows["event"]
    keep = np.full(len(rows), level == "all") | ~np.isin(event, SENT)
    if level == "measures":
        before = np.roll(rows, 1)
        follows = (before["person"] == rows["person"]) & np.isin(before["event"], LEADS_ON)
        asleep = (event == Event.START) & (rows["stage"] == UNAWARE) & (rows["time"] <= 0.0)
        telling = follows | (rows["stage"] == AWARENESS) | (rows["stage"] == GONE)
        passing = (event == Event.ENTER) & ~telling
        keep &= ~(asleep | passing)
    return np.asarray(rows[keep])


def whole_days(horizon: float) -> int:
    """Number of days that a horizon touches."""
    return int(np.ceil(horizon))


def as_arrays(
    rows: Sequence[tuple[Any, ...]], truths: Sequence[tuple[float, ...]] | None = None
) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
    """Tuples in the order of COLUMNS and of TRUTHS as arrays."""
    array = np.empty(len(rows), ROW)
    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    for name, values in zip(COLUMNS, columns, strict=True):
        array[name] = values
    if truths is None:
        return array, None
    return array, np.array(truths, float).reshape(-1, len(TRUTHS))


def from_tuples(rows: Sequence[tuple[Any, ...]], touchpoints: Sequence[str]) -> EventLog:
    """A log from tuples in the order of COLUMNS, as one writes them by hand."""
    return EventLog(as_arrays(rows)[0], tuple(touchpoints))


def truth_frame(
    log: EventLog, truths: npt.NDArray[Any], warmth_decay: float, irritation_decay: float
) -> pd.DataFrame:
    """What the firm cannot see, one row per log row, warmth and irritation faded to that time.

    `belief` is the stage the firm took the person to be at when it pushed; missing elsewhere.
    """
    import pandas as pd

    frame = pd.DataFrame(truths, columns=list(TRUTHS))
    days = log["time"] - frame.pop("anchor")
    frame["warmth"] *= np.exp(-warmth_decay * days)
    frame["irritation"] *= np.exp(-irritation_decay * days)
    codes = frame["belief"].astype(int)
    frame["belief"] = pd.Categorical.from_codes(
        codes, [stage.key for stage in STAGES], ordered=True
    )
    return frame


def save(frame: pd.DataFrame, path: str | Path, note: str = "") -> Path:
    """Write a frame as .csv or .parquet, whole or not at all.

    DuckDB writes the Parquet, and lets a reader query such files in SQL. In a CSV no text is one
    that a spreadsheet would take for a formula.

    Parameters
    ----------
    note : what a Parquet file says of itself, under `NOTE` in its metadata.

    Returns the path. Raises ValueError for another ending, OSError where it cannot be written.
    """
    path = expanded(path)
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: a table is saved as .csv or .parquet, not {path.suffix!r}")
    with whole(path) as draft:
        if path.suffix == ".csv":
            _without_formulas(frame).to_csv(draft, index=False)
        else:
            _save_parquet(frame, draft, path, note)
    return path


def _save_parquet(frame: pd.DataFrame, draft: Path, path: Path, note: str) -> None:
    import duckdb

    try:
        with duckdb.connect() as db:
            db.register("frame", frame)
            about = f", KV_METADATA {{{NOTE}: {in_sql(note)}}}" if note else ""
            db.execute(f"COPY frame TO {in_sql(draft.as_posix())} (FORMAT parquet{about})")
    except (duckdb.Error, RuntimeError) as error:  # neither an OSError nor a ValueError
        raise as_ours(error, f"{path}: cannot be written") from error


def in_sql(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def as_ours(error: Exception, what: str) -> BaseException:
    """An error of DuckDB's as an OSError; being told to end, which it tells as one, as that."""
    first_line = next(iter(str(error).splitlines()), type(error).__name__)
    if re.search("(^|[:(] ?)(KeyboardInterrupt|Query interrupted)", first_line):
        return KeyboardInterrupt()
    return OSError(f"{what} ({first_line})")


def read(paths: Sequence[Path], columns: Sequence[str]) -> pd.DataFrame:
    """Some Parquet files as one table; `*`, `?` and `[` in a path are letters.

    Parameters
    ----------
    paths : one at least.
    columns : those wanted; beside them stands `filename`, where a row is from.

    Raises OSError, with the name of a file, for what cannot be read.
    """
    import duckdb

    files = [letters(path) for path in paths]
    try:
        with duckdb.connect() as db:
            table = db.read_parquet(files, hive_partitioning=False, filename=True)
            wanted = [duckdb.ColumnExpression(name) for name in (*columns, "filename")]
            return table.select(*wanted).df()
    except (duckdb.Error, RuntimeError) as error:
        names = str(paths[0]) if len(paths) == 1 else f"{paths[0]} or a file beside it"
        raise as_ours(error, f"{names}: cannot be read") from error


def notes(paths: Sequence[Path]) -> list[str]:
    """What Parquet files say of themselves, see `save`; raises OSError as `read` does."""
    import duckdb

    asked = "SELECT file_name, value FROM parquet_kv_metadata(?) WHERE key = ?"
    files = [letters(path) for path in paths]
    try:
        with duckdb.connect() as db:
            rows = db.execute(asked, [files, NOTE.encode()]).fetchall()
    except (duckdb.Error, RuntimeError) as error:
        raise as_ours(error, f"{paths[0]}: cannot be read") from error
    told = {name: bytes(value).decode(errors="replace") for name, value in rows}
    return [told.get(str(path), "") for path in paths]


def letters(path: Path) -> str:
    """A path in which DuckDB sees no pattern."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def _without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its texts, the heads of its columns too, made harmless."""
    import pandas as pd

    harmless = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        column = frame.iloc[:, place]
        if isinstance(kind, pd.CategoricalDtype):
            words = {word: _harmless(word) for word in column.cat.categories}
            if any(new is not old for old, new in words.items()):
                harmless.isetitem(place, column.astype(object).map(words))
        elif not pd.api.types.is_numeric_dtype(kind):
            harmless.isetitem(place, column.map(_harmless, na_action="ignore"))
    return harmless.rename(columns=_harmless)


def _harmless(value: Any) -> Any:
    return no_formula(value) if isinstance(value, str) else value
