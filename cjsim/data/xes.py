"""XES, IEEE 1849-2016: a trace per person, an event per row, read and written as a stream.

What other tools look for stands under the names of the standard's extensions (`concept:name`,
`time:timestamp`); beside it stand `touchpoint`, `amount`, `stage`, and what makes the round trip
exact: `cjsim:time` [days], `cjsim:row` (the place in the log).
"""

from __future__ import annotations

import re
import xml.sax
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import quoteattr

import numpy as np

from cjsim.data.mistakes import Mistakes
from cjsim.measures.log import Log

DAY_0: Final = "1970-01-01"
"""The date of day 0 of a log that has none."""
HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event">
<string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""
BEYOND_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMES: Final = {
    "concept:name": "event", "time:timestamp": "date", "cjsim:time": "time", "cjsim:row": "row",
    "touchpoint": "touchpoint", "amount": "amount", "stage": "stage",
}  # fmt: skip


def write(log: Log, path: Path) -> None:
    """Write a log; the file holds no more than one person's rows in memory."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        file.write(f'<float key="cjsim:days" value="{log.days!r}"/>\n')
        file.write(f'<string key="cjsim:start" value={quoteattr(log.start)}/>\n')
        _write_traces(log, file)
        file.write("</log>\n")


def _write_traces(log: Log, file: TextIO) -> None:
    person = log.person
    order = np.argsort(person, kind="stable")
    begins = np.searchsorted(person[order], np.arange(log.lives))
    ends = np.append(begins, len(order))[1:]
    events = list(_events(log))
    for name, begin, end in zip(log.who, begins, ends, strict=True):
        file.write(f'<trace><string key="concept:name" value={_quoted(name)}/>\n')
        file.writelines(events[row] for row in order[begin:end])
        file.write("</trace>\n")


def _events(log: Log) -> Iterator[str]:
    """Each row as an element."""
    import pandas as pd

    frame = log.frame
    day = np.datetime64(pd.Timestamp(log.start or DAY_0), "ms")
    stamps = day + (frame["time"].to_numpy() * 86_400_000).round().astype("timedelta64[ms]")
    stamps = np.datetime_as_string(stamps)
    times, amounts = frame["time"].tolist(), frame["amount"].tolist()
    words = [_elements(frame, name, key) for name, key in (
        ("event", "concept:name"), ("touchpoint", "touchpoint"), ("stage", "stage"),
    ) if name in frame]  # fmt: skip
    for row, parts in enumerate(zip(*words, strict=True)):
        yield (
            f'<event>{"".join(parts)}<date key="time:timestamp" value="{stamps[row]}Z"/>'
            f'<float key="amount" value="{amounts[row]!r}"/>'
            f'<float key="cjsim:time" value="{times[row]!r}"/>'
            f'<int key="cjsim:row" value="{row}"/></event>\n'
        )


def _elements(frame: Any, name: str, key: str) -> list[str]:
    """For each row the element of a column of words; nothing where it is missing."""
    column = frame[name].cat
    words = [f'<string key="{key}" value={_quoted(word)}/>' for word in column.categories]
    words.append("")  # code -1
    return [words[code] for code in column.codes]


def _quoted(word: object) -> str:
    r"""An attribute's value; characters that XML cannot hold are spelt, as \x1b."""
    text = BEYOND_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), str(word))
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


class _Reader(ContentHandler):
    """Collects rows as columns of text, with the line of each event."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: dict[str, list[str]] = {name: [] for name in (*NAMES.values(), "person")}
        self.lines: list[int] = []
        self.told: dict[str, str] = {}
        self._inside: list[str] = []
        self._person = ""
        self._event: dict[str, str] = {}
        self._line = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 (the parser's name)
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        where = self._inside[-1] if self._inside else ""
        key, value = attrs.get("key", ""), attrs.get("value", "")
        if name == "event":
            self._event, self._line = {}, self._locator.getLineNumber()
        elif name == "trace":
            self._person = ""
        elif where == "event" and key in NAMES:
            self._event[NAMES[key]] = value
        elif where == "trace" and key == "concept:name":
            self._person = value
        elif where == "log" and key in ("cjsim:days", "cjsim:start"):
            self.told[key.removeprefix("cjsim:")] = value
        self._inside.append(name)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._inside.pop()
        if name == "event":
            for column in NAMES.values():
                self.columns[column].append(self._event.get(column, ""))
            self.columns["person"].append(self._person)
            self.lines.append(self._line)


def read(path: Path, mistakes: Mistakes) -> tuple[dict[str, Any], list[int], dict[str, Any]]:
    """The columns as text in the order of rows, the line of each, and what the log says of itself.

    A file that is not well formed is one mistake, at its line.
    """
    reader = _Reader()
    try:
        with path.open("rb") as file:
            xml.sax.parse(file, reader)
    except xml.sax.SAXParseException as error:
        mistakes.add(error.getLineNumber() or 1, "(file)", error.getMessage(), "well-formed XML")
    columns: dict[str, Any] = dict(reader.columns)
    place = columns.pop("row")
    order = range(len(place))
    if all(word.isdigit() for word in place):
        order = sorted(order, key=lambda row: int(place[row]))  # type: ignore[assignment]
    if not all(columns["time"]):  # not the kit's own: days since the first midnight
        columns["time"] = columns["date"]
    for name in ("stage", "touchpoint"):
        if not any(columns[name]):
            del columns[name]
    columns.pop("date")
    told: dict[str, Any] = dict(reader.told)
    if "days" in told:
        told["days"] = float(told["days"])
    sorted_columns = {name: [column[row] for row in order] for name, column in columns.items()}
    return sorted_columns, [reader.lines[row] for row in order], told
