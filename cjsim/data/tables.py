"""Columns of text as those of a log; what cannot be one is told with its line."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.data.mistakes import Mistakes
from cjsim.files import FORMULA
from cjsim.labels import unknown
from cjsim.measures.log import COLUMNS, NEEDED

if TYPE_CHECKING:
    import pandas as pd

A_TIME: Final = "a number of days from 0 on, or a date such as 2024-01-31"
AN_AMOUNT: Final = "a finite number, or nothing"
A_WORD: Final = "a word or a number"

Table = Mapping[str, Any]


def rows_of_csv(path: Path, mistakes: Mistakes) -> tuple[dict[str, list[str]], list[int]]:
    """The columns of a CSV as text, and each row's line; rows of another width are mistakes."""
    lines: list[int] = []
    rows: list[list[str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        heads = [_unguarded(head) for head in next(reader, [])]
        line = 2
        for row in reader:
            if len(row) == len(heads):
                rows.append([_unguarded(word) if word[:1] == "'" else word for word in row])
                lines.append(line)
            elif row:
                allowed = f"{len(heads)} fields, as in the first line"
                mistakes.add(line, "(row)", f"{len(row)} fields", allowed)
            line = reader.line_num + 1
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in heads]
    return dict(zip(heads, columns, strict=True)), lines


def columns_of(table: Table, names: Mapping[str, str], path: Path) -> dict[str, Any]:
    """The columns of a log by the kit's names; raises ValueError for one that is not there."""
    for name, ours in names.items():
        if name not in table:
            raise unknown(f"column in {path}", name, list(table))
        if ours not in COLUMNS:
            raise unknown("column of a log", ours, COLUMNS)
    named = {ours: table[name] for name, ours in names.items()}
    columns = {name: table[name] for name in COLUMNS if name in table} | named
    if "time" not in columns and "date" in columns:
        columns["time"] = columns["date"]
    if missing := [name for name in NEEDED if name not in columns]:
        there = ", ".join(map(repr, table)) or "none"
        raise ValueError(
            f"{path}: has no column {missing[0]!r}; it has {there}: say which of them it is, as in "
            f'columns={{"its name": "{missing[0]}"}}'
        )
    return columns


def of_columns(
    columns: Table, lines: Sequence[int], mistakes: Mistakes, start: str
) -> tuple[pd.DataFrame, str]:
    """The frame of a log, and the date of day 0, "" where there is none."""
    import pandas as pd

    time, first_day = _times(columns["time"], lines, mistakes, start)
    if not start and not first_day and "date" in columns:
        first_day = _first_day(columns["date"], time)
    frame: dict[str, Any] = {"time": time}
    frame["person"] = _needed(columns["person"], "person", lines, mistakes)
    frame["event"] = _needed(columns["event"], "event", lines, mistakes)
    if "stage" in columns:
        frame["stage"] = _missing_if_empty(columns["stage"])
    if "touchpoint" in columns:
        frame["touchpoint"] = _missing_if_empty(columns["touchpoint"])
    if "amount" in columns:
        frame["amount"] = _amounts(columns["amount"], lines, mistakes)
    return pd.DataFrame(frame), start or first_day


def _is_text(column: Any) -> bool:
    return isinstance(column, list) or np.asarray(column[:0]).dtype.kind in "OUST"


def _numbers(column: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """NaN for what is no number."""
    if not _is_text(column):
        return np.asarray(column, np.float64)
    try:
        return np.array(column, np.float64)  # all are: as fast as can be
    except ValueError:
        return np.array([_number(word) for word in column])


def _number(word: Any) -> float:
    try:
        return float(word)
    except (TypeError, ValueError):
        return math.nan


def _times(
    column: Any, lines: Sequence[int], mistakes: Mistakes, start: str
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], str]:
    """Days since day 0, and the date of day 0 where the column holds dates."""
    import pandas as pd

    dated = getattr(column, "dtype", None) is not None and np.asarray(column[:1]).dtype.kind == "M"
    days = np.full(len(column), np.nan) if dated else _numbers(column)
    first_day = ""
    if dated or (len(column) and np.isnan(days).mean() > 0.5):  # dates, most of them
        given = pd.Series(column)
        dates = pd.to_datetime(given, errors="coerce", format="ISO8601", utc=True)
        dates = dates.dt.tz_localize(None)
        zero = pd.Timestamp(start) if start else dates.min()
        if not pd.isna(zero):
            zero = zero.normalize()
            first_day = str(zero.date())
            days = ((dates - zero) / pd.Timedelta(days=1)).to_numpy(np.float64)
    for at in np.flatnonzero(~(np.isfinite(days) & (days >= 0))).tolist():
        mistakes.add(lines[at], "time", str(column[at]), A_TIME)
    return days, first_day


def _first_day(column: Any, time: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """The date of day 0 by a column of dates beside one of days."""
    import pandas as pd

    dates = pd.to_datetime(pd.Series(column), errors="coerce", format="ISO8601")
    known = np.flatnonzero(dates.notna().to_numpy() & np.isfinite(time))
    if not len(known):
        return ""
    at = known[0]
    zero = dates.iloc[at] - pd.to_timedelta(time[at], unit="D")
    return str(zero.round("D").date())


def _needed(column: Any, name: str, lines: Sequence[int], mistakes: Mistakes) -> Any:
    """What must stand in each row."""
    import pandas as pd

    if not _is_text(column) and not isinstance(getattr(column, "dtype", None), pd.CategoricalDtype):
        return column
    words = [_plain(word) for word in column]
    for at, word in enumerate(words):
        if word is None:
            mistakes.add(lines[at], name, "", A_WORD)
    return words


def _missing_if_empty(column: Any) -> list[str | None]:
    return [_plain(word) for word in column]


def _plain(word: Any) -> str | None:
    """A cell as a word; None for an empty one."""
    if word is None or word != word:
        return None
    return str(word) if str(word).strip() else None


def guarded(word: str) -> str:
    """A word that only looks as if it had been made harmless gets one more apostrophe."""
    return f"'{word}" if _looks_guarded(word) else word


def _unguarded(word: str) -> str:
    """A word of a CSV as it was before it was made harmless to spreadsheets."""
    return word[1:] if _looks_guarded(word) else word


def _looks_guarded(word: str) -> bool:
    rest = word.lstrip("'")
    is_formula = rest.lstrip().startswith(FORMULA) or rest.startswith(("\t", "\r", "\n"))
    return word.startswith("'") and is_formula


def _amounts(
    column: Any, lines: Sequence[int], mistakes: Mistakes
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Money; an empty cell is none."""
    if _is_text(column):
        amounts = _numbers([word if str(word).strip() else "0" for word in column])
    else:
        amounts = np.nan_to_num(np.asarray(column, np.float64), posinf=np.inf, neginf=-np.inf)
    for at in np.flatnonzero(~np.isfinite(amounts)).tolist():
        mistakes.add(lines[at], "amount", str(column[at]), AN_AMOUNT)
    return np.where(np.isfinite(amounts), amounts, 0.0)
