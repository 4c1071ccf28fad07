"""A file as text in a table of DuckDB: `raw`, a row per row of the file, whatever it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim.data import source, xes
from cjsim.data.mapping import FileMap
from cjsim.data.mistakes import Mistakes
from cjsim.data.notes import Note
from cjsim.data.source import CARRIAGE, CELL, LINE_END, Poured
from cjsim.log import in_sql, letters, notes

if TYPE_CHECKING:
    import duckdb


@dataclass
class Reading:
    """A file that has been read into tables.

    Parameters
    ----------
    db : holds the tables `bad` and `log`.
    mapping : how it was read, with what was guessed.
    told : what a file of the kit says of itself: days, start.
    dated : times are dates, not days.
    undecided : columns in which a date that may have its day or its month first is bad.
    """

    path: Path
    db: duckdb.DuckDBPyConnection
    mapping: FileMap
    heads: list[str] = field(default_factory=list)
    poured: Poured | None = None
    told: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    meant: dict[str, str | None] = field(default_factory=dict)
    start: str = ""
    dated: bool = False
    undecided: list[str] = field(default_factory=list)

    def one(self, asked: str) -> tuple[Any, ...]:
        """The only row of an answer."""
        row = self.db.execute(asked).fetchone()
        assert row is not None
        return row


def take(reading: Reading, folder: Path) -> list[list[str]]:
    """Fill `raw`, and `bad` with what is no row at all; returns the first rows, to guess from.

    Raises ValueError for what is no table, LogError for XML that is none.
    """
    kinds = {".parquet": _take_parquet, ".xes": _take_xes}
    return kinds.get(reading.path.suffix.lower(), _take_text)(reading, folder)


def _take_text(reading: Reading, folder: Path) -> list[list[str]]:
    """A file of text as the table raw; returns the first rows."""
    options, path = reading.mapping.file, reading.path
    form = source.form_of(
        path, options.get("encoding", ""), options.get("separator", ""), options.get("header")
    )
    rows, bad = folder / "rows.txt", folder / "bad.txt"
    with rows.open("w", encoding="utf-8", newline="\n") as clean:  # noqa: SIM117
        with bad.open("w", encoding="utf-8", newline="\n") as wrong:
            poured = source.pour(path, form, clean, wrong)
    reading.poured, reading.heads = poured, poured.heads
    if not poured.heads:
        raise ValueError(f"{path}: holds no line that could be read")
    columns = [f"c{place}" for place in range(len(poured.heads))]
    taken = [_with_line_ends(name, poured.with_line_ends) for name in columns]
    select = f"CREATE TABLE raw AS SELECT {', '.join(['line AS place', 'line', *taken])}"
    _load(reading.db, rows, ["line", *columns], select)
    five = ["line", "col", "value", "allowed", "place"]
    values = ", ".join(_with_line_ends(name, name == "value") for name in five[1:])
    _load(reading.db, bad, five, f"INSERT INTO bad SELECT line, {values}")
    if poured.form.encoding not in ("utf-8", "utf-8-sig") and "encoding" not in options:
        reading.notes.append(Note("guess.encoding", {"encoding": form.encoding}))
        reading.mapping = reading.mapping.but(file={"encoding": form.encoding})
    if not form.header and "header" not in options:
        reading.notes.append(Note("guess.header", {"columns": len(poured.heads)}))
        reading.mapping = reading.mapping.but(file={"header": False})
    for name in poured.renamed:
        reading.notes.append(Note("guess.renamed", {"column": name}))
    rows.unlink()
    return poured.sample


def _with_line_ends(column: str, there: bool) -> str:
    text = f"coalesce({column}, '')"
    if there:
        text = f"replace(replace({text}, {in_sql(LINE_END)}, chr(10)), {in_sql(CARRIAGE)}, chr(13))"
    return f"{text} AS {column}"


def _load(db: duckdb.DuckDBPyConnection, path: Path, names: list[str], select: str) -> None:
    """Fill a table from a file of ours."""
    kinds = ", ".join(f"'{name}': '{'BIGINT' if name == 'line' else 'VARCHAR'}'" for name in names)
    db.execute(
        f"{select} FROM read_csv({in_sql(path.as_posix())}, delim = {in_sql(CELL)}, quote = '', "
        f"escape = '', header = false, auto_detect = false, max_line_size = 2000000, "
        f"buffer_size = 4000000, columns = {{{kinds}}})"
    )


def _take_parquet(reading: Reading, folder: Path) -> list[list[str]]:
    options = "file_row_number = true, hive_partitioning = false"
    file = f"read_parquet({in_sql(letters(reading.path))}, {options})"
    (note,) = notes([reading.path])
    reading.told = json.loads(note) if note.startswith("{") else {}
    names = [row[0] for row in reading.db.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()]
    reading.heads = [name for name in names if name != "file_row_number"]
    quoted = [name.replace('"', '""') for name in reading.heads]
    taken = ", ".join(
        f"coalesce(CAST(\"{name}\" AS VARCHAR), '') AS c{place}"
        for place, name in enumerate(quoted)
    )
    line = "file_row_number + 1"
    reading.db.execute(
        f"CREATE TABLE raw AS SELECT {line} AS place, {line} AS line, {taken} FROM {file}"
    )
    return _sample(reading)


def _take_xes(reading: Reading, folder: Path) -> list[list[str]]:
    import pandas as pd

    mistakes = Mistakes(reading.path)
    columns, lines, reading.told = xes.read(reading.path, mistakes)
    mistakes.told()
    reading.heads = list(columns)
    table = {f"c{place}": columns[name] for place, name in enumerate(reading.heads)}
    frame = pd.DataFrame({"place": range(len(lines)), "line": lines, **table})
    kinds = ", ".join(
        f"CAST({name} AS {'BIGINT' if name in ('place', 'line') else 'VARCHAR'}) AS {name}"
        for name in frame
    )
    reading.db.register("events_of_xes", frame)
    reading.db.execute(f"CREATE TABLE raw AS SELECT {kinds} FROM events_of_xes")
    reading.db.unregister("events_of_xes")
    return _sample(reading)


def _sample(reading: Reading) -> list[list[str]]:
    rows = reading.db.execute(
        f"SELECT * EXCLUDE (place, line) FROM raw ORDER BY place LIMIT {source.SAMPLE}"
    ).fetchall()
    return [list(row) for row in rows]
