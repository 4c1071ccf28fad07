"""One door for logs in files: `write`, `read`, `check` and `convert`, by the ending of the name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim import log as event_log
from cjsim.data import xes
from cjsim.data.export import Export
from cjsim.data.guards import guarded
from cjsim.data.mapping import FileMap
from cjsim.data.raw import Reading
from cjsim.data.reading import (
    MEMORY,
    canonical,
    has_stage,
    read_in,
    rows_of,
    whole_numbers,
)
from cjsim.data.report import Report, people_before, report_of, save_bad
from cjsim.door import shown
from cjsim.files import all_together, expanded, whole
from cjsim.log import in_sql
from cjsim.measures.log import Log
from cjsim.record import Record

if TYPE_CHECKING:
    import pandas as pd

ENDINGS: Final = (".csv", ".parquet", ".xes")
"""What a log is kept as. Text is read whatever its ending is."""
BAD_ROWS: Final = "bad_rows.csv"


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
    log : a run, a `Log` (what a firm's systems have recorded is one), or a frame with time, person
        and event.
    path : the file to write, its ending says as what.

    Returns the path. Raises ValueError for another ending or what is no log, OSError where it
    cannot be written.

    >>> import pathlib, tempfile
    >>> import cjsim
    >>> from cjsim import data
    >>> run = cjsim.simulate("phone", people=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = data.write(run, pathlib.Path(folder, "phone.xes"))
    ...     path.name, len(data.read(path)) == len(run.log())
    ('phone.xes', True)
    """
    path = _known(path)
    table = log_of(log)
    if path.suffix == ".xes":
        with whole(path) as draft:
            xes.write(table, draft)
        return path
    if path.suffix == ".csv":
        return event_log.save(_guarded(table.frame), path)
    return event_log.save(table.frame, path, _note(table.days, table.start))


def _note(days: float, start: str) -> str:
    """What a Parquet file says of its log."""
    return json.dumps({"days": days, "start": start})


def _guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, its words such that reading gives them back; see `guards.guarded`."""
    frame = frame.copy(deep=False)
    for name in ("event", "touchpoint"):
        words = frame[name].cat.categories
        frame[name] = frame[name].cat.rename_categories([guarded(word) for word in words])
    if frame["person"].dtype == object:
        frame["person"] = [guarded(word) for word in frame["person"]]
    return frame


def read(
    file: str | Path,
    mapping: object = None,
    *,
    days: float | None = None,
    strict: bool = False,
    **columns: Any,
) -> Export:
    """Read a log from a file: the kit's own, or a firm's export.

    Text is read whatever its letters and separators are; .parquet and .xes by their ending. What
    the mapping does not say is looked for in the file and told by `.check()`, with every row that
    could not be read.

    Parameters
    ----------
    file : the path of the file.
    mapping : a TOML file, its tables, or a `FileMap`.
    days : how long was looked at [days]; up to the last row when not given and not told by the
        file.
    strict : yes to refuse a file with bad rows.
    columns : person, time, event, amount, touchpoint, stage: what the file calls them; start: the
        date of day 0. They go before the mapping.

    Returns the `Export`. Raises `LogError` with a report of every bad row where no row is good (or
    one is bad, if strict), ValueError for what is no table or must be said, OSError for a file that
    cannot be read.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text("client,when,what\\n7,2024-01-05,order\\n7,2024-02-01,order\\n")
    ...     data.read(file, days=60, person="client")
    <Export of 1 person, 2 rows, 60 days>
    """
    with _opened(file, mapping, columns) as reading:
        report = report_of(reading, days)
        if strict or not report.counts["kept"]:
            report.refuse()
        table = Log.of(_frame(reading), report.days, report.start)
        before = _index(reading)
    return Export(table.frame, table.days, table.start, report=report, before=before)


def check(
    file: str | Path,
    mapping: object = None,
    *,
    days: float | None = None,
    folder: str | Path | None = None,
    memory: str = MEMORY,
    **columns: Any,
) -> Report:
    """What a file holds, what is wrong with it, and what can never be known from it.

    Parameters
    ----------
    file, mapping, days, columns : as in `read`.
    folder : the path of a folder; it gets bad_rows.csv with every bad row, if there is one.
    memory : how much may be used, such as "500MB"; a file may be larger.

    Returns the `Report`. Raises as `read` does, but tells also of a file without a good row.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> text = "client,when,what,sum\\n7,2024-01-05,order,20\\n7,2024-02-01,order,?\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text(text)
    ...     data.check(file)
    <Report of crm.csv: 1 of 2 rows are good, 1 bad, 1 people>
    """
    with _opened(file, mapping, columns, memory) as reading:
        report = report_of(reading, days)
        if folder is not None and report.counts["bad"]:
            _other_than(file, expanded(folder) / BAD_ROWS)
            with all_together(folder) as draft:
                save_bad(reading, draft / BAD_ROWS)
    return report


def convert(
    file: str | Path,
    out: str | Path,
    mapping: object = None,
    *,
    days: float | None = None,
    memory: str = MEMORY,
    **columns: Any,
) -> Report:
    """Write the log of a file as .parquet, .csv or .xes, whole or not at all.

    A file may be larger than memory where Parquet is written.

    Parameters
    ----------
    file, mapping, days, columns : as in `read`.
    out : the path of the file to write, its ending says as what.
    memory : as in `check`.

    Returns the report. Raises as `read` does, ValueError where `out` is the file itself, OSError
    where it cannot be written.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text("client,when,what\\n7,2024-01-05,order\\n7,2024-02-01,order\\n")
    ...     report = data.convert(file, file.with_suffix(".parquet"))
    ...     report.counts["kept"], data.read(file.with_suffix(".parquet"))
    (2, <Export of 1 person, 2 rows, 28 days>)
    """
    out = _known(out)
    _other_than(file, out)
    if out.suffix != ".parquet":
        export = read(file, mapping, days=days, **columns)
        write(export, out)
        return export.report
    with _opened(file, mapping, columns, memory) as reading:
        report = report_of(reading, days)
        if not report.counts["kept"]:
            report.refuse()
        note = in_sql(_note(report.days, report.start))
        with whole(out) as draft:
            _copy(
                reading, draft, f"(FORMAT parquet, KV_METADATA {{{event_log.NOTE}: {note}}})", out
            )
    return report


def _copy(reading: Reading, draft: Path, form: str, out: Path) -> None:
    """Write the canonical log as DuckDB can."""
    import duckdb

    try:
        reading.db.execute(f"COPY ({canonical(reading)}) TO {in_sql(draft.as_posix())} {form}")
    except duckdb.Error as error:
        raise event_log.as_ours(error, f"{out}: cannot be written") from error


def propose(file: str | Path, mapping: object = None, **columns: Any) -> FileMap:
    """A mapping for a file: what is said, and for the rest what was guessed; see `check`.

    Parameters
    ----------
    file, mapping, columns : as in `read`.

    Returns the `FileMap`, to be looked at, corrected and saved. Raises as `check` does.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text("client,when,what\\n7,2024-01-05,order\\n7,2024-02-01,order\\n")
    ...     print(data.propose(file).toml(), end="")
    [columns]
    person = "client"
    time = "when"
    event = "what"
    """
    return check(file, mapping, **columns).mapping


@contextmanager
def _opened(
    file: str | Path, mapping: object, columns: dict[str, Any], memory: str = MEMORY
) -> Iterator[Reading]:
    if not isinstance(file, str | Path) or not str(file):
        raise ValueError(f"file = {shown(file)}: must be the path of a file")
    if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", memory):
        raise ValueError(f'memory = {shown(memory)}: must be as in "500MB"')
    start = columns.pop("start", "")
    own = FileMap.of({"columns": columns, "time": {"start": start} if start else {}})
    how = FileMap.of(mapping).but(columns=own.columns, time=own.time)
    with read_in(expanded(file), how, memory) as reading:
        yield reading


def _frame(reading: Reading) -> pd.DataFrame:
    """The canonical log in memory, its words as categories."""
    asked = canonical(reading)
    for name in ("event", "touchpoint", *(["stage"] if has_stage(reading) else [])):
        distinct = reading.db.execute(
            f"SELECT DISTINCT {name} {rows_of(reading)} AND {name} <> '' LIMIT 20001"
        ).fetchall()
        if 0 < len(distinct) <= 20_000:  # as categories they take a byte or two each
            words = ", ".join(in_sql(word) for (word,) in sorted(distinct))
            reading.db.execute(f"CREATE TYPE {name}_words AS ENUM ({words})")
            asked = f"SELECT * REPLACE (CAST({name} AS {name}_words) AS {name}) FROM ({asked})"
    reading.db.execute("SET preserve_insertion_order = true")
    return reading.db.execute(asked).df()


def _index(reading: Reading) -> pd.Index:
    import pandas as pd

    people = people_before(reading)
    kind = "int64" if whole_numbers(reading) else object
    return pd.Index(pd.Series(people, dtype=object).astype(kind), name="person")


def _other_than(file: str | Path, out: Path) -> None:
    """Raises ValueError where a firm's export would be overwritten with what is made of it."""
    if out.exists() and expanded(file).exists() and out.samefile(expanded(file)):
        raise ValueError(f"{out}: is the file that is read; choose another name")


def _known(path: str | Path) -> Path:
    path = expanded(path)
    if path.suffix not in ENDINGS:
        raise ValueError(f"{path}: a log is kept as {', '.join(ENDINGS)}, not {path.suffix!r}")
    return path
