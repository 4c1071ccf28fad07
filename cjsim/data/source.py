r"""A firm's text file as clean rows: whatever its letters, separators, quotes and torn lines are.

A line becomes a row of the file's width, with the line's number before it, in a file of ours that
DuckDB reads: cells stand between \x1f, a line end within a cell is \x1e or \x1d. What is no such
row is a bad one; no line is lost between the two. No more than one row is held in memory.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Final, NamedTuple

from cjsim.data.mapping import SEPARATORS
from cjsim.door import shown

CELL: Final = "\x1f"
LINE_END: Final = "\x1e"
CARRIAGE: Final = "\x1d"
"""Stand for \n and \r within a cell."""
MOST_LINE: Final = 200_000
"""Characters of a line; one that is longer is no row."""
MOST_LINES: Final = 100
"""Lines that a cell in quotes may span."""
SAMPLE: Final = 1_000
"""Rows from which columns are guessed."""
HEAD: Final = 1 << 18
"""Bytes from which the form is guessed."""
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Characters that no text holds: controls, and the remains of bytes that are none in it."""
NO_TEXT: Final = {
    b"PK\x03\x04": "a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF",
}
BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
               (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
IN_QUOTES: Final = "quotes"
NUMBER_OR_DATE: Final = re.compile(r"[+-]?[\d.,:/\- T]*\d[\d.,:/\- T]*Z?")


@dataclass(frozen=True)
class Form:
    """How a text file is written."""

    encoding: str
    separator: str
    header: bool


class Bad(NamedTuple):
    """What is wrong with a row; `allowed` is a key of the labels, which `place` fills."""

    line: int
    column: str
    value: str
    allowed: str
    place: str = ""


@dataclass
class Poured:
    """What has been seen while a file was poured into rows."""

    form: Form
    heads: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    bad: int = 0
    with_line_ends: bool = False


# --- How it is written ----------------------------------------------------------------------------


JSON: Final = r'[\s\ufeff]*(\[\s*)?\{\s*"'
"""How a file of objects begins, one or many: it has no columns."""


def form_of(
    path: Path, encoding: str = "", separator: str = "", header: bool | None = None
) -> Form:
    """How a file is written, as far as it is not said; raises ValueError for what is no text."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, what in NO_TEXT.items():
        if head.startswith(magic):
            raise ValueError(f"{path}: is {what}, no table as text: save it as CSV")
    encoding = encoding or encoding_of(path, head)
    text = head.decode(encoding, "replace")
    if re.match(JSON, text):
        raise ValueError(f"{path}: is JSON, no table as text: save it as CSV, an event per line")
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    if len(head) == HEAD and len(lines) > 1:
        lines.pop()  # cut in the middle
    sign = SEPARATORS[separator] if separator else _separator(lines)
    if header is None:
        header = not lines or not any(map(_is_data, _split(lines[0], sign)))
    return Form(encoding, sign, header)


def encoding_of(path: Path, head: bytes) -> str:
    """UTF-8 where all of it, or nearly all, is; else the page of Cyrillic or of Latin letters."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    pairs = head[: len(head) // 2 * 2]
    if (
        pairs
        and (odd := pairs[1::2].count(0) / (len(pairs) / 2))
        + pairs[::2].count(0) / (len(pairs) / 2)
        > 0.3
    ):
        return "utf-16-le" if odd > 0.15 else "utf-16-be"
    chunk = _first_that_is_no_utf8(path)
    if not chunk:
        return "utf-8"
    text = chunk.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    beyond = sum(letter > "\x7f" for letter in text) - wrong
    if beyond > 2 * wrong:
        return "utf-8"  # some bytes are torn; their rows will be told
    letters = chunk.decode("cp1251", "replace")
    cyrillic = sum(map(len, re.findall("[А-яЁё]{2,}", letters)))
    return "cp1251" if 2 * cyrillic > sum(letter > "\x7f" for letter in letters) else "cp1252"


def _first_that_is_no_utf8(path: Path) -> bytes:
    """The first piece of a file that is not UTF-8; nothing where all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        for piece in iter(partial(file.read, HEAD), b""):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return piece
    return b""


def _split(line: str, sign: str) -> list[str]:
    if sign == " ":
        return line.split()
    return next(csv.reader([line], delimiter=sign), [])


def _separator(lines: list[str]) -> str:
    """The one by which most lines have as many cells as the first, and it more than one."""
    if not lines:
        return ","
    best, sign = (0.0, 0), ","
    for candidate in (",", ";", "\t", "|"):
        try:
            widths = [len(_split(line, candidate)) for line in lines]
        except csv.Error:
            continue
        same = Counter(widths)[widths[0]] / len(widths)
        if widths[0] > 1 and (round(same, 1), widths[0]) > best:
            best, sign = (round(same, 1), widths[0]), candidate
    if best == (0.0, 0):
        widths = [len(line.split()) for line in lines]
        if widths[0] > 1 and Counter(widths)[widths[0]] > 0.9 * len(widths):
            return " "
    return sign


def _is_data(cell: str) -> bool:
    return NUMBER_OR_DATE.fullmatch(cell.strip()) is not None


# --- Rows -----------------------------------------------------------------------------------------


def pour(path: Path, form: Form, rows: IO[str], bad: IO[str]) -> Poured:
    """Write the clean rows of a file and its bad ones; returns what was seen."""
    seen = Poured(form)
    torn = "replace" if form.encoding.startswith("utf-16") else "surrogateescape"
    with path.open(encoding=form.encoding, errors=torn, newline="") as file:
        lines = _Lines(file, torn == "replace")
        for number, cells in _cells(lines, form, seen):
            if isinstance(cells, Bad):
                seen.rows += 1
                seen.bad += 1
                bad.write(CELL.join(_clean(str(part)) for part in cells) + "\n")
            elif not seen.heads:
                _take_heads(seen, cells)
                if not form.header:
                    _take_row(seen, number, cells, rows, bad)
            else:
                _take_row(seen, number, cells, rows, bad)
    return seen


def _take_heads(seen: Poured, cells: list[str]) -> None:
    """The names of columns: unlike each other, numbers where the file has none."""
    taken: Counter[str] = Counter()
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) if seen.form.header else str(place)
        name = name or f"column {place}"
        taken[name] += 1
        if taken[name] > 1 or name in seen.heads:
            name = f"{name} ({place})"
            seen.renamed.append(name)
        seen.heads.append(name)


def _take_row(seen: Poured, number: int, cells: list[str], rows: IO[str], bad: IO[str]) -> None:
    width = len(seen.heads)
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        cells = cells[:width]  # separators at the end, and nothing between them
    if not any(map(str.strip, cells)):
        seen.blank += 1
        return
    seen.rows += 1
    if len(cells) != width:
        seen.bad += 1
        told = Bad(number, "(row)", str(len(cells)), "fields", str(width))
        bad.write(CELL.join(map(str, told)) + "\n")
        return
    if len(seen.sample) < SAMPLE:
        seen.sample.append(cells)
    line = CELL.join(cells)
    if "\n" in line or "\r" in line:
        seen.with_line_ends = True
        line = line.replace("\n", LINE_END).replace("\r", CARRIAGE)
    rows.write(f"{number}{CELL}{line}\n")


def _clean(word: str) -> str:
    r"""A value that can stand in our file: what no text holds is spelt, \x00."""
    word = word.rstrip("\r\n")[:80].replace("\n", LINE_END).replace("\r", CARRIAGE)
    return UNREADABLE.sub(_spelt, word)


def _spelt(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in (LINE_END, CARRIAGE):
        return letter
    code = ord(letter)
    return rf"\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


class _Lines:
    """The lines of a file with their numbers; those that were read ahead can be put back."""

    def __init__(self, file: IO[str], replaced: bool) -> None:
        self._read = partial(file.readline, MOST_LINE)
        self._file, self._ahead = file, deque[str]()
        self.number = 0
        pattern = UNREADABLE.pattern
        self.unreadable = re.compile(pattern[:-1] + "\ufffd]" if replaced else pattern)

    def next(self) -> str:
        """The next line with its end; nothing at the end of the file."""
        line = self._ahead.popleft() if self._ahead else self._read()
        if line:
            self.number += 1
        return line

    def back(self, lines: list[str]) -> None:
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)

    def skip_rest(self) -> None:
        """Go on behind the end of a line that is too long."""
        while (piece := self._read()) and not piece.endswith(("\n", "\r")):
            pass


def _cells(lines: _Lines, form: Form, seen: Poured) -> Iterator[tuple[int, list[str] | Bad]]:
    """Line by line its cells, or what is wrong with it."""
    sign, bare = form.separator, form.separator == " "
    search = lines.unreadable.search
    while line := lines.next():
        number = lines.number
        if len(line) >= MOST_LINE and not line.endswith(("\n", "\r")):
            lines.skip_rest()
            yield number, Bad(number, "(row)", line[:60], "too_long", f"{MOST_LINE:,}")
        elif search(line):
            yield number, Bad(number, "(row)", line, "text", form.encoding)
        elif not line.strip():
            seen.blank += 1
        elif bare:
            yield number, line.split()
        elif '"' not in line:
            yield number, line.rstrip("\r\n").split(sign)
        else:
            yield number, _quoted(line, lines, sign)


def _quoted(line: str, lines: _Lines, sign: str) -> list[str] | Bad:
    """A row with quotes: as many lines as it takes to close them, a hundred at most."""
    number, more, text = lines.number, list[str](), line
    while True:
        if '"' in (more[-1] if more else line):
            try:
                return next(csv.reader([text], delimiter=sign, strict=True))
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    break
        following = lines.next() if len(more) < MOST_LINES else ""
        if not following:
            break
        if lines.unreadable.search(following) or len(text) > MOST_LINE:
            more.append(following)
            break
        more.append(following)
        text += following
    lines.back(more)
    return Bad(number, "(row)", line, IN_QUOTES)


def name_of(sign: str) -> str:
    """The name of a separator."""
    return next(name for name, one in SEPARATORS.items() if one == sign)


def need_a_file(path: Path) -> None:
    """Raises ValueError for a folder, OSError for what is not there."""
    if path.is_dir():
        raise ValueError(f"file = {shown(str(path))}: is a folder")
    path.stat()
