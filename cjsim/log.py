"""What is written down: the event log of one run, as rows, as pandas frames and as files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.events import EVENTS
from cjsim.journey import STAGES

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

COLUMNS = ("time", "person", "event", "stage", "touchpoint", "amount")
TRUTHS = (
    "belief", "warmth", "irritation", "anchor", "trust", "expectation", "satisfaction", "novelty",
    "loyalty",
)  # fmt: skip


@dataclass(frozen=True)
class EventLog:
    """The rows of one run in the order in which they happened.

    Parameters
    ----------
    rows : structured array of type ROW.
    touchpoints : names of the scenario's library, in its order.
    """

    rows: npt.NDArray[Any]
    touchpoints: tuple[str, ...]

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
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".saving-") as folder:
        part = Path(folder) / path.name
        if path.suffix == ".csv":
            frame.to_csv(part, index=False)
        else:
            import duckdb

            with duckdb.connect() as db:
                db.register("frame", frame)
                db.execute(f"COPY frame TO '{part.as_posix().replace(chr(39), chr(39) * 2)}'")
        os.replace(part, path)
    return path
