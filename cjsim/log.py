"""What is written down: the event log of one run, as rows, as pandas frames and as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.files import whole
from cjsim.journey import AWARENESS, STAGES, UNAWARE
from cjsim.model.events import EVENTS, Event

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

LEADS_ON = (Event.REPEAT_DEAL, Event.KNOWN, Event.RIVAL_DEAL)
"""What is written right before the stage that a deal or a trial leads to."""

COLUMNS = ("time", "person", "event", "stage", "touchpoint", "amount")
TRUTHS = (
    "belief", "warmth", "irritation", "anchor", "trust", "expectation", "satisfaction", "novelty",
    "loyalty",
)  # fmt: skip


LEVELS = ("all", "stages", "measures")
"""How much of a run is kept: every row; all but contacts; only what measures have to look at.

Contacts are nine rows of ten where a firm is busy, stage entries most of the rest. What is not
kept as rows is folded into totals per person and day, so that `summary` is the same at each level.
"""


@dataclass(frozen=True)
class Folded:
    """Totals of the rows that a level leaves out; arrays per person, but for `cost_by_day`."""

    contacts: npt.NDArray[np.int64]
    contact_cost: npt.NDArray[np.float64]  # money
    mismatch: npt.NDArray[np.float64]  # sum of 1 - fit at the true stage
    stood: npt.NDArray[np.uint16]  # bit s: has stood at stage s
    last: npt.NDArray[np.uint8]  # stage at the horizon
    cost_by_day: npt.NDArray[np.float64]  # money spent on contacts in each whole day


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


def fold(rows: npt.NDArray[Any], people: int, horizon: float, fits: Any) -> Folded:
    """The totals of a complete log; `fits` has the shape (library, stages)."""
    met = rows[rows["event"] == Event.CONTACT]
    moves = rows[rows["event"] <= Event.ENTER]
    misfit = 1.0 - fits[met["touchpoint"], met["stage"]]
    cost = 0.0 - met["amount"]

    def total(place: Any, amount: Any, size: int) -> Any:
        return np.bincount(place, amount, size).astype(float)

    stood = np.zeros(people, np.uint16)
    last = np.zeros(people, np.uint8)
    np.bitwise_or.at(stood, moves["person"], np.uint16(1) << moves["stage"].astype(np.uint16))
    last[moves["person"]] = moves["stage"]  # the last one stands
    return Folded(
        contacts=np.bincount(met["person"], minlength=people),
        contact_cost=total(met["person"], cost, people),
        mismatch=total(met["person"], misfit, people),
        stood=stood,
        last=last,
        cost_by_day=total(met["time"].astype(np.int64), cost, whole_days(horizon)),
    )


def thin(rows: npt.NDArray[Any], level: str) -> npt.NDArray[Any]:
    """The rows of a complete log that a level keeps.

    "measures" keeps where people start awake, awakenings, and what a deal or a trial leads to.
    """
    event = rows["event"]
    keep = np.full(len(rows), level == "all") | (event != Event.CONTACT)
    if level == "measures":
        before = np.roll(rows, 1)
        follows = (before["person"] == rows["person"]) & np.isin(before["event"], LEADS_ON)
        asleep = (event == Event.START) & (rows["stage"] == UNAWARE)
        passing = (event == Event.ENTER) & (rows["stage"] != AWARENESS) & ~follows
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


def save(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a frame as .csv or .parquet, whole or not at all.

    DuckDB writes the Parquet, and lets a reader query such files in SQL.
    Raises ValueError for another ending.
    """
    path = Path(path)
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: a table is saved as .csv or .parquet, not {path.suffix!r}")
    with whole(path) as draft:
        if path.suffix == ".csv":
            frame.to_csv(draft, index=False)
        else:
            import duckdb

            with duckdb.connect() as db:
                db.register("frame", frame)
                db.execute(f"COPY frame TO '{draft.as_posix().replace(chr(39), chr(39) * 2)}'")
    return path
