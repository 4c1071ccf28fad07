"""When something happened: a column's form is decided from all its rows, then each row is read.

A row alone cannot tell 3 April from 4 March, nor a date of a spreadsheet from a number of days: the
column can, by its rows that leave no doubt. Where none does, the firm is asked.

Days are counted on the wall clock: each date is one day of the log, also where the clock is put
forward or back. What has an offset is taken to the zone that is named, or else to UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cjsim.data.mapping import FileMap
from cjsim.data.notes import Note
from cjsim.labels import unknown
from cjsim.log import in_sql

if TYPE_CHECKING:
    import duckdb

FIRST: Final = "1970-01-01"
LAST: Final = "2099-12-31"
"""A date outside is a slip, or stands for none."""
CLOCK: Final = (
    r"(?:(?:[T ]|, ?)\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*([AaPp])?(?:\.?[Mm]\.?)?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
ISO: Final = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + CLOCK
DMY: Final = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + CLOCK
OPEN: Final = r"^(0?[1-9]|1[0-2])[-/.](0?[1-9]|1[0-2])[-/.]\d"
"""Day or month first: the row does not tell."""
SAME: Final = "^(" + "|".join(f"0?{n}[-/.]0?{n}[-/.]" for n in range(1, 13)) + ")"
DAY_NAME: Final = r"^(\d{1,2})[ .-]+(\p{L}{3})\p{L}*[., -]+(\d{4})" + CLOCK
NAME_DAY: Final = r"^(\p{L}{3})\p{L}*\.? +(\d{1,2}),? +(\d{4})" + CLOCK
IN_NUMBERS: Final = {
    "compact": r"(19|20)\d{6}(\d{6})?", "excel": r"[2-7]\d{4}([.,]\d+)?",
    "unix": r"\d{9,10}(\.\d+)?", "unix_ms": r"1\d{12}",
}  # fmt: skip
"""Numbers that may be dates: 20240131, a spreadsheet's day, seconds or thousandths since 1970."""
OFFSET: Final = r":\d{2}[.\d]*\s*(Z|z|UTC|GMT|[+-]\d\d:?\d*)$"
NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|NaN"
MONTHS: Final = (
    "['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec',"
    "'янв','фев','мар','апр','май','июн','июл','авг','сен','окт','ноя','дек','мая']"
)
WORDS: Final = ("days", "excel", "unix")
"""What [time] form may say beside a form such as "%d.%m.%y"."""


@dataclass(frozen=True)
class TimeForm:
    """How a column of times is read."""

    days: bool = False
    numbers: str = "excel"  # what a number is, where it is a date
    day_first: bool | None = None  # None: each row tells by itself, or is bad
    form: str = ""


def decided(
    db: duckdb.DuckDBPyConnection, cells: str, time: str, how: FileMap, column: str
) -> tuple[TimeForm, list[Note]]:
    """How a column is read, and what was decided without being told.

    Parameters
    ----------
    cells : the table in which it stands.
    time : the column in SQL, as text without spaces around.
    column : what the file calls it.

    Raises ValueError where the rows leave it open and the mapping does not say.
    """
    form = how.time.get("form", "")
    if form:
        return _as_said(db, form, how), []
    counts = _counts(db, cells, time)
    if counts["numbers"] > counts["dates"]:
        kind = max(IN_NUMBERS, key=lambda name: counts[name])
        if counts[kind] < 0.9 * counts["numbers"]:
            return TimeForm(days=True), []
        return TimeForm(numbers=kind), [Note("guess.numbers", {"column": column, "what": kind})]
    day_first, notes = _day_first(counts, how, column)
    if counts["offsets"] and "zone" not in how.time:
        naive = counts["dates"] - counts["offsets"]
        notes.append(Note("guess.offsets", {"rows": counts["offsets"], "naive": naive}))
    return TimeForm(day_first=day_first), notes


def _as_said(db: duckdb.DuckDBPyConnection, form: str, how: FileMap) -> TimeForm:
    if form == "days":
        return TimeForm(days=True)
    if form in WORDS:
        return TimeForm(numbers=form)
    import duckdb

    if "%" not in form:
        raise unknown("form of a time", form, (*WORDS, "%d.%m.%Y"))
    try:
        db.execute(f"SELECT try_strptime('x', {in_sql(form)})")
    except duckdb.Error:
        raise ValueError(f'time.form = "{form}": must be as in "%d.%m.%Y %H:%M"') from None
    return TimeForm(form=form)


def _counts(db: duckdb.DuckDBPyConnection, cells: str, time: str) -> dict[str, int]:
    """How many rows of a column look how."""
    number = f"regexp_full_match(t, '{NUMBER}')"
    date = f"(NOT {number} AND regexp_matches(t, '\\d.*\\d'))"
    parts = r"regexp_extract(t, '^(\d{1,2})([-/.])(\d{1,2})[-/.]\d', ['a','sep','b'])"
    asked = {
        "numbers": number, "dates": date,
        **{name: f"regexp_full_match(t, '{look}')" for name, look in IN_NUMBERS.items()},
        "offsets": f"{date} AND regexp_matches(t, {in_sql(OFFSET)})",
        "day_first": "a > 12 AND b <= 12", "month_first": "b > 12 AND a <= 12",
        "either": "a <= 12 AND b <= 12 AND a <> b",
        "dotted": "p.sep = '.' AND a <= 12 AND b <= 12 AND a <> b",
    }  # fmt: skip
    wanted = ", ".join(f"count(*) FILTER ({what}) AS {name}" for name, what in asked.items())
    counts = db.execute(
        f"SELECT {wanted} FROM (SELECT t, p, TRY_CAST(p.a AS INTEGER) AS a, "
        "TRY_CAST(p.b AS INTEGER) AS b "
        f"FROM (SELECT t, {parts} AS p FROM (SELECT {time} AS t FROM {cells})))"
    ).fetchone()
    assert counts is not None
    return dict(zip(asked, counts, strict=True))


def _day_first(counts: dict[str, int], how: FileMap, column: str) -> tuple[bool | None, list[Note]]:
    """Whether 03/04 is in April, by the rows that leave no doubt."""
    if "day_first" in how.time:
        return how.time["day_first"], []
    day, month, either = (counts[name] for name in ("day_first", "month_first", "either"))
    facts: dict[str, Any] = {"column": column, "rows": either, "day": day, "month": month}
    if not either:
        return (None if day and month else not month), []
    if day and not month:
        return True, [Note("guess.day_first", facts | {"sure": day})]
    if month and not day:
        return False, [Note("guess.month_first", facts | {"sure": month})]
    if not day and not month and counts["dotted"] >= either:
        return True, [Note("guess.dotted", facts)]
    if either <= counts["dates"] / 2:
        return None, [Note("guess.open_dates", facts)]
    told = (
        f"{day:,} rows have the day first and {month:,} the month" if day or month
        else "no row tells"
    )  # fmt: skip
    raise ValueError(
        f"column {column!r}: in {either:,} rows a date such as 03/04/2024 may be of March or of "
        f"April, and {told}: say day_first = true or false in [time]"
    )


# --- Reading a row --------------------------------------------------------------------------------


def moment(time: str, how: TimeForm, zone: str) -> str:
    """The SQL of a row's moment on the wall clock; NULL where it is none.

    Parameters
    ----------
    time : the column in SQL, as text without spaces around.
    zone : of the wall clock; "" is none, and what has an offset is taken to UTC.
    """
    if how.form:
        return f"try_strptime({time}, {in_sql(how.form)})"
    plain = (
        f"CASE WHEN length({time}) IN (10, 16, 19) AND regexp_matches({time}, "
        f"'^\\d{{4}}-\\d\\d-\\d\\d([ T]|$)') THEN TRY_CAST({time} AS TIMESTAMP) END"
    )
    forms = [
        _of_parts(time, ISO, ("y", "mo", "d"), "y", "mo", "d", zone),
        _dmy(time, how.day_first, zone),
        _of_parts(time, DAY_NAME, ("d", "mo", "y"), "y", _month("mo"), "d", zone),
        _of_parts(time, NAME_DAY, ("mo", "d", "y"), "y", _month("mo"), "d", zone),
    ]
    number = _number(time, how.numbers)
    return f"coalesce({plain}, {', '.join(forms)}, {number})"


def in_range(moment: str) -> str:
    """The SQL of whether a moment is a date that a log may have."""
    return f"({moment} >= DATE '{FIRST}' AND {moment} <= DATE '{LAST}' + INTERVAL 1 DAY)"


def _dmy(time: str, day_first: bool | None, zone: str) -> str:
    year = (
        "CASE WHEN length(p.y) = 4 THEN p.y WHEN p.y < '70' THEN '20' || p.y ELSE '19' || p.y END"
    )
    orders = {True: ("a", "b"), False: ("b", "a")}
    if day_first is not None:
        day, month = orders[day_first]
        return _of_parts(time, DMY, ("a", "b", "y"), year, month, day, zone)
    day_then, month_then = (
        _of_parts(time, DMY, ("a", "b", "y"), year, month, day, zone)
        for day, month in orders.values()
    )
    return (
        f"CASE WHEN NOT regexp_matches({time}, {in_sql(OPEN)}) OR "
        f"regexp_matches({time}, {in_sql(SAME)}) THEN coalesce({day_then}, {month_then}) END"
    )


def _month(part: str) -> str:
    place = f"list_position({MONTHS}, lower(p.{part}))"
    return f"(CASE WHEN {place} = 25 THEN 5 WHEN {place} > 12 THEN {place} - 12 ELSE {place} END)"


def _of_parts(
    time: str, look: str, names: tuple[str, str, str], year: str, month: str, day: str, zone: str
) -> str:
    """The moment of a text of this look; its parts are put together as ISO writes them."""
    groups = [*names, "h", "mi", "s", "f", "ap", "z"]
    parts = f"regexp_extract({time}, {in_sql(look)}, [{', '.join(map(in_sql, groups))}])"
    y, mo, d = (f"p.{part}" if part in names else part for part in (year, month, day))
    hour = (
        "CASE WHEN p.ap = '' THEN p.h WHEN TRY_CAST(p.h AS INTEGER) NOT BETWEEN 1 AND 12 THEN 'x' "
        "ELSE CAST(TRY_CAST(p.h AS INTEGER) % 12 + CASE WHEN lower(p.ap) = 'p' THEN 12 ELSE 0 END "
        "AS VARCHAR) END"
    )
    clock = (
        f"CASE WHEN p.h = '' THEN '' ELSE ' ' || lpad({hour}, 2, '0') || ':' || p.mi || ':' || "
        "CASE WHEN p.s = '' THEN '00' ELSE p.s END || "
        "CASE WHEN p.f = '' THEN '' ELSE '.' || p.f END END"
    )
    month_text = f"lpad(CAST({mo} AS VARCHAR), 2, '0')"
    text = f"{y} || '-' || {month_text} || '-' || lpad({d}, 2, '0') || {clock}"
    local = _to_zone(f"TRY_CAST({text} AS TIMESTAMP)", zone)
    row = f"CASE WHEN p.{names[0]} = '' THEN NULL ELSE {local} END"
    return f"list_transform([{parts}], lambda p: {row})[1]"


def _to_zone(moment: str, zone: str) -> str:
    """A moment with the offset p.z on the wall clock of a zone; without an offset as it is."""
    minutes = (
        "(CASE WHEN p.z[1] = '-' THEN -1 ELSE 1 END * (TRY_CAST(p.z[2:3] AS INTEGER) * 60 + "
        "coalesce(TRY_CAST(replace(p.z[4:], ':', '') AS INTEGER), 0)))"
    )
    shift = f"CASE WHEN p.z = '' OR p.z[1] NOT IN ('+', '-') THEN 0 ELSE {minutes} END"
    utc = f"({moment} - to_minutes({shift}))"
    there = f"timezone({in_sql(zone)}, timezone('UTC', {utc}))" if zone else utc
    return f"CASE WHEN p.z = '' THEN {moment} ELSE {there} END"


def _number(time: str, kind: str) -> str:
    """The moment that a number stands for."""
    value = f"TRY_CAST(replace({time}, ',', '.') AS DOUBLE)"
    fits = f"regexp_full_match({time}, '{IN_NUMBERS[kind]}')"
    moments = {
        "compact": f"try_strptime({time}, ['%Y%m%d', '%Y%m%d%H%M%S'])",
        "excel": "TIMESTAMP '1899-12-30' + "
        f"to_milliseconds(CAST(round({value} * 86400000) AS BIGINT))",
        "unix": f"make_timestamp(CAST(round({value} * 1000) AS BIGINT) * 1000)",
        "unix_ms": f"make_timestamp(CAST({value} AS BIGINT) * 1000)",
    }
    return f"CASE WHEN {fits} THEN {moments[kind]} END"


def need_zone(db: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Raises ValueError, with the nearest name, for a zone that is not known."""
    known = [name for (name,) in db.execute("SELECT name FROM pg_timezone_names()").fetchall()]
    if zone not in known:
        raise unknown("time zone", zone, known)
