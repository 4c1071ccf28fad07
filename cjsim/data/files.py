"""One door for logs in files: `write` and `read`, by the ending of the name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim import log as event_log
from cjsim.data import xes
from cjsim.data.mistakes import Mistakes
from cjsim.data.tables import columns_of, guarded, of_columns, rows_of_csv
from cjsim.door import mapping_of
from cjsim.files import expanded, whole
from cjsim.measures.log import Log
from cjsim.record import Record

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet", ".xes")


def log_of(given: object) -> Log:
    """The log that is meant: a `Log`, that of a run, or a frame with time, person and event.

    Raises ValueError for anything else, and for a frame that holds no log.
    """
    import pandas as pd

    if isinstance(given, Log):
        return given
    if isinstance(given, Record):
        return Log.of(given.log(), given.scenario.horizon_days, given.scenario.start)
    if isinstance(given, pd.DataFrame):
        return Log.of(given)
    kind = type(given).__name__
    raise ValueError(
        f"log: must be a run, a Log or a frame with time, person and event, not {kind}"
    )


def write(log: Log | Record | pd.DataFrame, path: str | Path) -> Path:
    """Write a log as .csv, .parquet or .xes, whole or not at all.

    Parquet and XES keep how long was looked at and the date of day 0; a CSV has a column of dates
    where there is a start. XES (IEEE 1849) has a trace per person and times as dates: of a log
    without a start, those since 1970-01-01. Exact times stand beside them.

    Parameters
    ----------
    log : a run, a `Log` (what a firm's systems have recorded is one), or a frame.

    Returns the path. Raises ValueError for another ending, OSError where it cannot be written.
    """
    path = _known(path)
    table = log_of(log)
    if path.suffix == ".xes":
        with whole(path) as draft:
            xes.write(table, draft)
        return path
    if path.suffix == ".csv":
        return event_log.save(_guarded(table.frame), path)
    note = json.dumps({"days": table.days, "start": table.start})
    return event_log.save(table.frame, path, note)


def _guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, its words such that reading gives them back; see `tables.guarded`."""
    frame = frame.copy(deep=False)
    for name in ("event", "touchpoint"):
        words = frame[name].cat.categories
        frame[name] = frame[name].cat.rename_categories([guarded(word) for word in words])
    if frame["person"].dtype == object:
        frame["person"] = [guarded(word) for word in frame["person"]]
    return frame


def read(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    *,
    days: float | None = None,
    start: str = "",
) -> Log:
    """Read a log from a .csv, .parquet or .xes file: the kit's own, or somebody else's.

    Parameters
    ----------
    columns : name in the file -> time, person, event, touchpoint or amount, where it is not called
        so. A time may be days since day 0, or dates (2024-01-31, 2024-01-31 17:05): then day 0 is
        the midnight before the first of them, unless `start` says another.
    days : how long was looked at; up to the last row when not given and not told by the file.
    start : ISO date of day 0.

    Returns the `Log`. Raises `LogError` with a report of every bad row, ValueError for a column
    that is not there or another ending, OSError for a file that cannot be read.
    """
    path = _known(path)
    names = dict(mapping_of("columns", columns or {}, '{"client": "person"}'))
    mistakes = Mistakes(path)
    told: dict[str, Any] = {}
    lines: Sequence[int]
    if path.suffix == ".xes":
        table, lines, told = xes.read(path, mistakes)
    elif path.suffix == ".csv":
        table, lines = rows_of_csv(path, mistakes)
    else:
        table, lines, told = _of_parquet(path)
    parts = of_columns(
        columns_of(table, names, path), lines, mistakes, start or str(told.get("start", ""))
    )
    mistakes.told()
    frame, first_day = parts
    end = told.get("days") if days is None else days
    return Log.of(frame, end, first_day)


def _of_parquet(path: Path) -> tuple[dict[str, Any], range, dict[str, Any]]:
    import duckdb

    (note,) = event_log.notes([path])
    with duckdb.connect() as db:  # which columns there are; `log.read` takes those that are named
        there = db.read_parquet(str(path)).columns
    frame = event_log.read([path], there).drop(columns="filename")
    told = json.loads(note) if note.startswith("{") else {}
    return {str(name): frame[name] for name in frame}, range(1, len(frame) + 1), told


def _known(path: str | Path) -> Path:
    path = expanded(path)
    if path.suffix not in ENDINGS:
        raise ValueError(f"{path}: a log is kept as {', '.join(ENDINGS)}, not {path.suffix!r}")
    return path
