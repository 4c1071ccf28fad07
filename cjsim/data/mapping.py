"""How a firm's file is to be read: a small TOML from its words to those of a log.

    [columns]                     # ours = theirs
    person = "client_id"
    time = "created_at"           # or two of them: ["date", "clock"]
    event = "type"
    amount = "sum"
    [events]                      # theirs = ours
    "Deal won" = "won"
    [time]
    zone = "Europe/Berlin"

What is not said is looked for in the file, and told.
"""

from __future__ import annotations

import codecs
import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from cjsim.data.words import ALL, COLUMNS, canonical
from cjsim.door import shown
from cjsim.files import expanded, write_new
from cjsim.journey import STAGES
from cjsim.labels import unknown
from cjsim.scenario.toml import document

SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
OPTIONS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "file": {"encoding": (str,), "separator": tuple(SEPARATORS), "header": (bool,)},
    "time": {"zone": (str,), "form": (str,), "day_first": (bool,), "start": (str,)},
    "amount": {
        "decimal": (".", ","), "thousands": (".", ",", " ", "'"), "currency": (str,),
        "negatives": ("refund", "mistake", "keep"),
    },
    "duplicates": {"keep": ("all", "first"), "within": (float,)},
}  # fmt: skip
"""Table -> key -> the words that are allowed, or the kind of value."""
KINDS: Final = {str: "a word in quotes", bool: "true or false", float: "a number from 0 on"}
TABLES: Final = ("file", "columns", "dates", "events", "stages", "time", "amount", "duplicates")
OURS: Final = (*COLUMNS, "date")


@dataclass(frozen=True)
class FileMap:
    """How a file is read. What is not said is looked for in the file.

    Parameters
    ----------
    columns : person, time, event, amount, touchpoint, stage -> the file's column, or its number
        where the file has no names; time may be several, put together. `date` beside a time in days
        tells the date of day 0.
    dates : where a row is a customer: a column of dates -> the event that it dates, or
        {event, amount}.
    events : a word of the file -> a canonical event (`data.words.WORDS`), "ignore" to leave its
        rows out; "*" stands for all others.
    stages : a word of the file -> a stage of the kit.
    file : encoding, separator (comma, semicolon, tab, bar, space), header (false: no names).
    time : zone (of clocks without an offset, and of the log's days), form (days, excel, unix, or
        as in "%d.%m.%y"), day_first (whether 03/04 is in April), start (the date of day 0).
    amount : decimal, thousands, currency (rows in another one are bad), negatives (of deals:
        refund, mistake or keep).
    duplicates : keep (all or first), within (so many minutes of the row before).

    `FileMap.of` makes one from tables or a TOML file and looks at every entry; `data.propose` makes
    one for a file.

    >>> from cjsim import data
    >>> mapping = data.FileMap.of({"columns": {"person": "client"}, "events": {"order": "deal"}})
    >>> mapping.events
    {'order': 'deal'}
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    dates: Mapping[str, Any] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, Any] = field(default_factory=dict)
    time: Mapping[str, Any] = field(default_factory=dict)
    amount: Mapping[str, Any] = field(default_factory=dict)
    duplicates: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: object) -> FileMap:
        """The mapping that is meant: a FileMap, nested tables, a TOML file's path, or none at all.

        Parameters
        ----------
        given : what is meant; None says nothing, so that all is looked for in the file.

        Returns the mapping. Raises ValueError for what cannot be one, with the key and what is
        allowed; OSError for a file that cannot be read.

        >>> FileMap.of({"time": {"zone": "Europe/Berlin"}}).time["zone"]
        'Europe/Berlin'
        """
        if isinstance(given, cls):
            return given
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            return _of_tables(given, "mapping")
        if isinstance(given, str | Path):
            return _of_tables(_loaded(expanded(given)), str(given))
        raise ValueError(
            f"mapping = {shown(given)}: must be the path of a TOML file, or tables such as "
            '{"columns": {"person": "client_id"}}'
        )

    def but(self, **tables: Mapping[str, Any]) -> FileMap:
        """The same with some entries of some tables said anew.

        Parameters
        ----------
        tables : table -> its entries that are new, by the names of the parameters of a `FileMap`.

        Returns another mapping, this one stays as it is.

        >>> FileMap.of({"columns": {"person": "client"}}).but(columns={"time": "when"}).columns
        {'person': 'client', 'time': 'when'}
        """
        merged = {name: {**getattr(self, name), **table} for name, table in tables.items()}
        return replace(self, **merged)

    def toml(self) -> str:
        """The mapping as the text of a file.

        >>> print(FileMap.of({"columns": {"person": "client"}}).toml(), end="")
        [columns]
        person = "client"
        """
        tables = {one.name: dict(getattr(self, one.name)) for one in fields(self)}
        named = {name: tables[name] for name in TABLES if tables[name]}
        return "\n".join(document(named)).strip() + "\n"

    def save(self, path: str | Path) -> Path:
        """Write it to a file that is not there yet.

        Parameters
        ----------
        path : the file to write.

        Returns the path. Raises ValueError where the file is there already, OSError where it cannot
        be written.

        >>> import pathlib, tempfile
        >>> mapping = FileMap.of({"columns": {"person": "client"}})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = mapping.save(pathlib.Path(folder, "crm.toml"))
        ...     FileMap.of(path).columns
        {'person': 'client'}
        """
        path = expanded(path)
        try:
            return write_new(path, self.toml())
        except FileExistsError:
            raise ValueError(f"{path} exists already; choose another name") from None


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: is no TOML: {error}") from None


def _of_tables(tables: Mapping[str, Any], where: str) -> FileMap:
    """Nested tables as a mapping; every entry is looked at."""
    for name, table in tables.items():
        if name not in TABLES:
            raise unknown(f"table in {where}", name, TABLES)
        if not isinstance(table, Mapping):
            raise ValueError(f"{where}: {name} = {shown(table)}: must be a table, [{name}]")
    checks = {"columns": _columns, "dates": _dates, "events": _events, "stages": _stages}
    checked = {
        name: checks[name](table, where) if name in checks else _options(name, table, where)
        for name, table in tables.items()
    }
    return FileMap(**checked)


def _columns(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    for ours, theirs in table.items():
        if ours not in OURS:
            raise unknown(f"column in [columns] of {where}", ours, OURS)
        several = isinstance(theirs, list | tuple) and ours == "time" and theirs
        for one in theirs if several else [theirs]:
            if not isinstance(one, str | int) or isinstance(one, bool) or one == "":
                raise ValueError(
                    f"{where}: columns.{ours} = {shown(theirs)}: must be a column's name or number"
                )
    return {ours: _name(theirs) for ours, theirs in table.items()}


def _name(theirs: Any) -> Any:
    return [str(one) for one in theirs] if isinstance(theirs, list | tuple) else str(theirs)


def _dates(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    entries = {}
    for column, given in table.items():
        entry = dict(given) if isinstance(given, Mapping) else {"event": given}
        for key in entry:
            if key not in ("event", "amount"):
                raise unknown(f"key in dates.{column} of {where}", key, ("event", "amount"))
        entry["event"] = _event(entry.get("event"), f"{where}: dates.{column}")
        if "amount" in entry:
            entry["amount"] = str(entry["amount"])
        entries[str(column)] = entry if "amount" in entry else entry["event"]
    return entries


def _events(table: Mapping[str, Any], where: str) -> dict[str, str]:
    return {str(w): _event(ours, f"{where}: events.{w}") for w, ours in table.items()}


def _event(given: object, where: str) -> str:
    ours = canonical(given) if isinstance(given, str) else None
    if ours is None:
        raise unknown(f"event in {where}", given, ALL)
    return ours


def _stages(table: Mapping[str, Any], where: str) -> dict[str, str]:
    keys = [stage.key for stage in STAGES]
    for word, stage in table.items():
        if stage not in keys:
            raise unknown(f"stage in {where}: stages.{word}", stage, keys)
    return {str(word): stage for word, stage in table.items()}


def _options(name: str, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    for key, value in table.items():
        if key not in OPTIONS[name]:
            raise unknown(f"key in [{name}] of {where}", key, OPTIONS[name])
        allowed = OPTIONS[name][key]
        if isinstance(allowed[0], type):
            good, told = _is(value, allowed[0]), KINDS[allowed[0]]
        else:
            good, told = value in allowed, " or ".join(f'"{word}"' for word in allowed)
        if not good:
            raise ValueError(f"{where}: {name}.{key} = {shown(value)}: must be {told}")
    options = {key: _plain(value) for key, value in table.items()}
    if name == "amount" and options.get("decimal", "") == options.get("thousands", " "):
        raise ValueError(f"{where}: amount.decimal and amount.thousands must differ")
    _start_is_a_date(options, where)
    _encoding_is_known(options, where)
    return options


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _is(value: object, kind: type) -> bool:
    if kind is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and 0 <= float(value) < 1e9  # type: ignore[arg-type]
    return (isinstance(value, kind) and value != "") or (
        kind is str and isinstance(value, datetime.date)
    )


def _start_is_a_date(options: Mapping[str, Any], where: str) -> None:
    if "start" not in options:
        return
    try:
        datetime.date.fromisoformat(options["start"])
    except ValueError:
        raise ValueError(
            f"{where}: start = {shown(options['start'])}: must be a date such as 2024-01-31"
        ) from None


def _encoding_is_known(options: Mapping[str, Any], where: str) -> None:
    if "encoding" not in options:
        return
    try:
        text = codecs.lookup(options["encoding"])._is_text_encoding  # "rot13" is none
    except LookupError:
        text = False
    if not text:
        raise ValueError(
            f"{where}: encoding = {shown(options['encoding'])}: must be utf-8, cp1251, utf-16 or "
            "another one that Python knows"
        )
