"""A file on its way into a log: text in, rows judged one by one, all of it in DuckDB.

There is one way for small files and for those larger than memory. Tables, in this order: `raw`
(text as it stands), `parsed` (each cell read, or not), `bad` (what is no row, and why), `log`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.data import amounts, guess, source, times
from cjsim.data.guards import BLANK, GUARDED
from cjsim.data.mapping import FileMap
from cjsim.data.notes import Note
from cjsim.data.raw import Reading, take
from cjsim.data.words import ALL, DEALS, IGNORE
from cjsim.journey import STAGES
from cjsim.log import as_ours, in_sql

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "1GB"
"""What DuckDB may take; what does not fit waits on the disk."""
SMALL: Final = 50_000_000
"""Bytes of a file whose tables need not stand on the disk."""
EDGES: Final = in_sql(" \t\r\n\u00a0\u202f\u2009\ufeff")
NO_MOMENT: Final = "CAST(NULL AS TIMESTAMP)"


@contextmanager
def read_in(path: Path, mapping: FileMap, memory: str = MEMORY) -> Iterator[Reading]:
    """Read a file into tables, which last as long as the context.

    Raises ValueError for what is no table or leaves open what must be known, LogError for XML that
    is none, OSError for a file that cannot be read.
    """
    import duckdb

    source.need_a_file(path)
    with tempfile.TemporaryDirectory(prefix="cjsim-") as folder:
        try:
            config: dict[str, Any] = {"memory_limit": memory, "temp_directory": folder}
            small = path.stat().st_size < SMALL
            place = ":memory:" if small else f"{folder}/log.duckdb"
            with duckdb.connect(place, config=config) as db:
                db.execute("SET preserve_insertion_order = false")
                db.execute(
                    "CREATE TABLE bad (line BIGINT, col TEXT, value TEXT, allowed TEXT, place TEXT)"
                )
                yield _read(Reading(path, db, mapping), Path(folder))
        except (duckdb.Error, UnicodeError) as error:
            raise as_ours(error, f"{path}: cannot be read") from error


def _read(reading: Reading, folder: Path) -> Reading:
    sample = take(reading, folder)
    reading.mapping, guesses = guess.columns(reading.mapping, reading.heads, sample, reading.path)
    reading.notes += guesses
    if zone := reading.mapping.time.get("zone"):
        times.need_zone(reading.db, zone)
    _find_words(reading)
    _parse(reading)
    _tell_bad(reading)
    _make_log(reading)
    return reading


# --- Cell by cell ---------------------------------------------------------------------------------


def _column(reading: Reading, name: str) -> str:
    """A column of raw by its name in the file."""
    return f"c{reading.heads.index(name)}"


def _word(reading: Reading, ours: str) -> str:
    """A column of words in SQL, as the file holds it; '' where the file has none."""
    if ours not in reading.mapping.columns:
        return "''"
    cell = _column(reading, reading.mapping.columns[ours])
    if reading.poured is None:
        return cell
    return f"CASE WHEN regexp_matches({cell}, {in_sql(GUARDED)}) THEN {cell}[2:] ELSE {cell} END"


def _bare(reading: Reading, theirs: Any) -> str:
    """A column in SQL without spaces around; several put together."""
    parts = [theirs] if isinstance(theirs, str) else theirs
    trimmed = [f"trim({_column(reading, name)}, {EDGES})" for name in parts]
    return trimmed[0] if len(trimmed) == 1 else f"trim(concat_ws(' ', {', '.join(trimmed)}))"


def _is_blank(cell: str) -> str:
    return f"regexp_full_match({cell}, {in_sql(BLANK)})"


def _find_words(reading: Reading) -> None:
    """What the file's words for events mean."""
    how = reading.mapping
    if how.dates:
        entries = {n: e if isinstance(e, str) else e["event"] for n, e in how.dates.items()}
        reading.meant.update(entries)
        for name in entries:
            filled = f"count(*) FILTER ({_bare(reading, name)} <> '')"
            reading.words[name] = reading.one(f"SELECT {filled} FROM raw")[0]
        return
    word = _word(reading, "event")
    counts = reading.db.execute(
        f"SELECT CASE WHEN {_is_blank('w')} THEN '' ELSE w END, sum(n) FROM (SELECT {word} AS w, "
        f"count(*) AS n FROM raw GROUP BY 1) GROUP BY 1 ORDER BY 2 DESC, 1 "
        f"LIMIT {guess.MOST_WORDS + 1}"
    ).fetchall()
    reading.words = {word: int(rows) for word, rows in counts}
    reading.meant, reading.mapping, guesses = guess.events(how, reading.words, reading.path)
    reading.notes += guesses


def _parse(reading: Reading) -> None:
    """Each cell read, or NULL where it cannot be."""
    db, how = reading.db, reading.mapping
    _word_tables(reading)
    db.execute(
        "CREATE TABLE parsed (place BIGINT, line BIGINT, part INTEGER, person TEXT, word TEXT, "
        "event TEXT, touchpoint TEXT, stage TEXT, stage_word TEXT, moment TIMESTAMP, days DOUBLE, "
        "amount DOUBLE, day TIMESTAMP, col TEXT, no_time TEXT, amount_col TEXT, no_amount TEXT)"
    )
    forms = set()
    for part, entry in enumerate(how.dates.items() if how.dates else [None]):
        forms.add(_parse_part(reading, part, entry))
    reading.dated = forms == {False}
    if len(forms) > 1:
        raise ValueError(f"{reading.path}: some columns of [dates] hold days and some dates")
    reading.told["rows"] = reading.one("SELECT count(*) FROM raw")[0]
    db.execute("DROP TABLE raw")


def _word_tables(reading: Reading) -> None:
    """Words of the file -> those of the log, as tables to join."""
    db, how = reading.db, reading.mapping
    db.execute("CREATE TABLE words (word TEXT, event TEXT, through TEXT)")
    db.execute("CREATE TABLE stages (word TEXT, stage TEXT)")
    rows = []
    for word, ours in reading.meant.items():
        entry = ALL[ours] if ours else None
        event = (ours if ours == IGNORE else entry.event) if entry else word
        rows.append((word, event, entry.through if entry else ""))
    fill(db, "words", rows)
    known = {stage.key: stage.key for stage in STAGES} | dict(how.stages)
    fill(db, "stages", list(known.items()))


def fill(db: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[str]]) -> None:
    """Put rows of words into a table."""
    if rows:
        values = ", ".join(f"({', '.join(map(in_sql, row))})" for row in rows)
        db.execute(f"INSERT INTO {table} VALUES {values}")


def _parse_part(reading: Reading, part: int, entry: tuple[str, Any] | None) -> bool:
    """Read all rows, or of a row per customer one column of dates; are its times days?"""
    db, how = reading.db, reading.mapping
    theirs: Any = entry[0] if entry else how.columns["time"]
    time, column = _bare(reading, theirs), theirs if isinstance(theirs, str) else "+".join(theirs)
    time_form, told = times.decided(db, "raw", time, how, column)
    priced = entry[1].get("amount", "") if entry and not isinstance(entry[1], str) else ""
    priced = priced or ("" if entry else how.columns.get("amount", ""))
    amount = _bare(reading, priced) if priced else "''"
    amount_form, more = amounts.decided(db, "raw", amount, how, priced)
    reading.notes += told + more
    _tell_currencies(reading, amount, priced)
    _keep_decided(reading, time_form, amount_form, told + more)
    zone = how.time.get("zone", "")
    moment = NO_MOMENT if time_form.days else times.moment("t", time_form, zone)
    number = f"regexp_full_match(t, {in_sql(times.NUMBER)})"
    days = f"CASE WHEN {number if time_form.days else 'false'} THEN TRY_CAST(t AS DOUBLE) END"
    date = how.columns.get("date")
    beside = times.moment(_bare(reading, date), times.TimeForm(), "") if date else NO_MOMENT
    word = in_sql(entry[0]) if entry else _word(reading, "event")
    there = "t <> ''" if entry else "true"
    db.execute(f"""
        INSERT INTO parsed
        SELECT place, line, {part}, person, e, w.event,
            CASE WHEN {_is_blank("via")} THEN w.through ELSE via END, s.stage, st,
            CASE WHEN {times.in_range("m")} THEN m END,
            CASE WHEN isfinite(d) AND d >= 0 THEN d END,
            CASE WHEN isfinite(a) THEN a END, b,
            {in_sql(column)}, t, {in_sql(priced)}, x
        FROM (SELECT *, {moment} AS m, {days} AS d, {amounts.value("x", amount_form)} AS a FROM (
            SELECT place, line, {_word(reading, "person")} AS person,
                CASE WHEN {_is_blank("e0")} THEN '' ELSE e0 END AS e,
                {_word(reading, "touchpoint")} AS via, trim({_word(reading, "stage")}) AS st,
                {time} AS t, {amount} AS x, {beside} AS b
            FROM (SELECT *, {word} AS e0 FROM raw)) WHERE {there})
        LEFT JOIN words w ON e = w.word LEFT JOIN stages s ON st = s.word""")
    if any(note.key == "guess.open_dates" for note in told):
        reading.undecided.append(column)
    return time_form.days


def _keep_decided(
    reading: Reading, time: times.TimeForm, amount: amounts.AmountForm, told: list[Note]
) -> None:
    """Put into the mapping what was decided from the rows, so that it can be saved."""
    keys = {note.key for note in told}
    if keys & {"guess.day_first", "guess.month_first", "guess.dotted"}:
        reading.mapping = reading.mapping.but(time={"day_first": time.day_first})
    if keys & {"guess.comma", "guess.point"}:
        reading.mapping = reading.mapping.but(amount={"decimal": amount.decimal})


def _tell_currencies(reading: Reading, amount: str, column: str) -> None:
    if "currency" in reading.mapping.amount or not column:
        return
    currencies = amounts.currencies(reading.db, "raw", amount)
    if len(currencies) > 1:
        facts = {"column": column, "currencies": ", ".join(currencies)}
        reading.notes.append(Note("guess.currencies", facts))


# --- Row by row -----------------------------------------------------------------------------------


def _tell_bad(reading: Reading) -> None:
    """Fill `bad` with each cell that cannot be, and its row's line."""
    how = reading.mapping
    undecided = ", ".join(map(in_sql, reading.undecided)) or "NULL"
    is_open = f"col IN ({undecided}) AND regexp_matches(no_time, {in_sql(times.OPEN)})"
    time_told = f"CASE WHEN {is_open} THEN 'open_date' ELSE 'date' END"
    if not reading.dated:
        time_told = "'days'"
    event_column = in_sql(str(how.columns.get("event", "event")))
    currency = how.amount.get("currency", "")
    refused = str(how.amount.get("negatives") == "mistake").lower()
    negative = f"{refused} AND amount < 0 AND event IN {DEALS}"
    asked = {
        f"col, no_time, {time_told}, ''": "moment IS NULL AND days IS NULL",
        f"{in_sql(how.columns['person'])}, '', 'word', ''": _is_blank("person"),
        f"{event_column}, '', 'event', ''": "word = '' AND event = ''",
        f"amount_col, no_amount, '{'currency' if currency else 'amount'}', {in_sql(currency)}":
            "amount IS NULL",
        "amount_col, no_amount, 'negative', ''": negative,
    }  # fmt: skip
    for shown, where in asked.items():
        reading.db.execute(
            f"INSERT INTO bad SELECT line, {shown} FROM parsed "
            f"WHERE event <> '{IGNORE}' AND ({where})"
        )


GOOD: Final = f"""(moment IS NOT NULL OR days IS NOT NULL) AND NOT {_is_blank("person")}
    AND NOT (word = '' AND event = '') AND amount IS NOT NULL AND event <> '{IGNORE}'"""


def _make_log(reading: Reading) -> None:
    """The table `log`: good rows, from day 0 on or before it, duplicates marked."""
    db, how = reading.db, reading.mapping
    reading.start = _start(reading)
    negatives = how.amount.get("negatives", "refund")
    event = "event"
    good = GOOD
    if negatives == "refund":
        event = f"CASE WHEN amount < 0 AND event IN {DEALS} THEN 'refund' ELSE event END"
    elif negatives == "mistake":
        good += f" AND NOT (amount < 0 AND event IN {DEALS})"
    zero = f"epoch_us(TIMESTAMP {in_sql(reading.start or times.FIRST)})"
    time = f"coalesce(days, (epoch_us(moment) - {zero}) / 86400000000.0)"
    within = float(how.duplicates.get("within", 0.0)) / 1440.0
    before = (
        "lag(time) OVER (PARTITION BY person, event, touchpoint, amount ORDER BY time, place, part)"
    )
    db.execute(f"""
        CREATE TABLE log AS SELECT *, coalesce(time - {before} <= {within + 1e-9!r}, false) AS twice
        FROM (SELECT place, part, {time} AS time, person, {event} AS event,
            coalesce(touchpoint, '') AS touchpoint, stage, stage_word, amount
            FROM parsed WHERE {good})""")
    ignored = reading.one(f"SELECT count(DISTINCT line) FROM parsed WHERE event = '{IGNORE}'")[0]
    wall = _wall_clock(reading)
    db.execute("DROP TABLE parsed")
    reading.told |= {"ignored": ignored, **wall}


def _start(reading: Reading) -> str:
    """The date of day 0: said, told by the file, or the first date; "" where there is none."""
    start = reading.mapping.time.get("start") or reading.told.get("start")
    if start:
        return str(start)
    first = reading.one(f"SELECT CAST(min(moment) AS DATE) FROM parsed WHERE {GOOD}")[0]
    if first is None:
        first = reading.one(f"""
            SELECT arg_min(CAST(day - to_microseconds(CAST(round(days * 86400000000) AS BIGINT))
                + INTERVAL 12 HOUR AS DATE), place)
            FROM parsed WHERE {GOOD} AND day IS NOT NULL""")[0]
    return "" if first is None else str(first)


def _wall_clock(reading: Reading) -> dict[str, int]:
    """Rows whose clock time the zone skips in spring."""
    zone = reading.mapping.time.get("zone", "")
    if not zone:
        return {}
    back = f"timezone({in_sql(zone)}, timezone({in_sql(zone)}, moment))"
    skipped = reading.one(f"SELECT count(*) FROM parsed WHERE {GOOD} AND {back} <> moment")[0]
    return {"skipped": skipped}


def whole_numbers(reading: Reading) -> bool:
    """Whether all people are whole numbers, written as such."""
    row = reading.one(r"SELECT bool_and(regexp_full_match(person, '0|[1-9]\d{0,17}')) FROM log")
    return bool(row[0])


def rows_of(reading: Reading) -> str:
    """The SQL of the rows that stay."""
    keep = " AND NOT twice" if reading.mapping.duplicates.get("keep") == "first" else ""
    return f"FROM log WHERE time >= 0{keep}"


def canonical(reading: Reading) -> str:
    """The SQL of the canonical log, in the order of time."""
    person = "CAST(person AS BIGINT)" if whole_numbers(reading) else "person"
    date = ""
    if reading.start:
        micro = "to_microseconds(CAST(round(time * 86400000000) AS BIGINT))"
        date = f"TIMESTAMP {in_sql(reading.start)} + {micro} AS date, "
    stage = "stage, " if has_stage(reading) else ""
    return (
        f"SELECT time, {date}{person} AS person, event, {stage}"
        f"nullif(touchpoint, '') AS touchpoint, amount {rows_of(reading)} "
        "ORDER BY time, place, part"
    )


def has_stage(reading: Reading) -> bool:
    """Whether the file has a column of stages."""
    return "stage" in reading.mapping.columns


def words_beyond(meant: Mapping[str, str | None]) -> list[str]:
    """The words that no event of the list is meant by."""
    return [word for word, ours in meant.items() if ours is None and word]
