"""TOML as text: values and tables written, keys found again by line, slips told in plain words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cjsim.labels import all_keys, text
from cjsim.labels.phrases import Phrase, Words, phrase

Lines = dict[tuple[str | int, ...], int]

# --- Writing ------------------------------------------------------------------------------------


def in_toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(in_toml, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{in_key(key)} = {in_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return repr(value)  # numbers, inf among them, look the same in Python


def in_key(key: str) -> str:
    """A key as TOML writes it: in quotes if it is more than plain Latin letters and digits."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else in_toml(key)


def document(tables: Mapping[str, Any], header: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of a file. A table of plain values inside another table stays on one line."""
    own = {
        key: value
        for key, value in tables.items()
        if isinstance(value, Mapping) and (not header or any(_is_table(v) for v in value.values()))
    }
    if header and (len(own) < len(tables) or not tables):
        yield from ("", f"[{'.'.join(map(in_key, header))}]")
    for key, value in tables.items():
        if key not in own:
            several = isinstance(value, list | tuple) and any(map(_is_table, value))
            inner = "".join(f"\n  {in_toml(item)}," for item in value) if several else ""
            yield f"{in_key(key)} = " + (f"[{inner}\n]" if several else in_toml(value))
    for key, value in own.items():
        yield from document(value, (*header, key))


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


# --- Reading ------------------------------------------------------------------------------------


def lines_of(text: str) -> Lines:
    """The line on which each key or table stands; keys inside { } share their table's."""
    lines: Lines = {}
    items: Counter[tuple[str | int, ...]] = Counter()
    table: tuple[str | int, ...] = ()
    word = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
    for number, row in enumerate(text.splitlines(), 1):
        match = re.match(rf"\s*(\[\[?)?\s*({word}(?:\s*\.\s*{word})*)\s*(?:=|\])", row)
        if not match:
            continue
        path: tuple[str | int, ...] = tuple(w.strip("\"'") for w in re.findall(word, match[2]))
        if match[1] == "[[":  # the next item of a list of tables
            items[path] += 1
            path = (*path, items[path] - 1)
        table, path = (path, path) if match[1] else (table, table + path)
        lines.setdefault(path, number)
    return lines


SLIPS = (
    (r'"[^"]*\\', "backslash"),
    (r"==", "one_equals"),
    (r"=\s*[-+]?\d+,\d", "point"),
    (r"=\s*[-+]?\d+ \d", "spaces"),
    (r"=\s*[-+]?0\d", "leading_0"),
    (r"=\s*(True|False|yes|no)\b", "yes_no"),
    (r"=\s*[“”„«‘’]", "straight_quotes"),
    (r"=\s*(?!true|false|inf|nan)[^\W\d]", "quotes"),
    (r"=\s*(#.*)?$", "no_value"),
    (r"^\s*\[[^\]]*$", "bracket"),
    (r"^[^=\[]*$", "no_equals"),
)
"""What people write instead of TOML, by the look of the line, and its label in [error.slip]."""


def slip(file_text: str, error: str) -> tuple[int, int | None, Phrase]:
    """Line, column and plain words for what `tomllib` says of a text that is no TOML."""
    lines = file_text.splitlines() or [""]
    place = re.search(r" \(at line (\d+), column (\d+)\)$", error)
    last = max((n for n, row in enumerate(lines, 1) if row.strip()), default=1)
    line, column = (int(place[1]), int(place[2])) if place else (last, None)
    row = lines[min(line, len(lines)) - 1].strip()
    what: Words
    if "Cannot overwrite" in error:
        what = phrase("slip.key_twice")
    elif "twice" in error or "Cannot redefine" in error or "Cannot mutate" in error:
        what = phrase("slip.table_twice")
    elif not place or r"'\n'" in error:
        what = phrase("slip.not_closed")
    elif label := next((label for look, label in SLIPS if re.search(look, row)), None):
        what = phrase(f"slip.{label}")
    else:
        what = _parsers_words(error[: place.start()])
    return line, column, phrase("no_toml", row=row, what=what)


def _parsers_words(error: str) -> Words:
    """What `tomllib` says: the label in [error.toml] with its English words, if there is one."""
    sentence = error[:1].lower() + error[1:]
    labels = (key for key in all_keys("en") if key.startswith("error.toml."))
    label = next((key for key in labels if text(key, "en") == sentence), None)
    return phrase(label.removeprefix("error.")) if label else sentence
