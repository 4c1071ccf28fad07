"""Which column is which, and what a firm's words mean, where the mapping does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cjsim.data.mapping import FileMap
from cjsim.data.notes import Note
from cjsim.data.words import COLUMNS, EVERY, FROM_WIDE, canonical, heading, plain, probably
from cjsim.labels import unknown

NEEDED: Final = ("person", "time", "event")
DATE: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*|\d{1,2}[-/. ](\d{1,2}|\w{3,9})[-/., ]+(\d{4}|\d{2})\b.*"
    r"|(19|20)\d{6}|\w{3,9}\.? \d{1,2}, \d{4}.*"
)
NUMBER: Final = re.compile(r"[^\w]*\d[\d\s.,'’]*[^\w]*")
MOST_WORDS: Final = 10_000
"""Words for events; of more the column is another one."""


def columns(
    how: FileMap, heads: Sequence[str], sample: Sequence[Sequence[str]], path: Path
) -> tuple[FileMap, list[Note]]:
    """The mapping with a column for all that is needed, and what was guessed.

    Raises ValueError for a column that is not there, and where none can be found.
    """
    for table in (how.columns, how.dates):
        for name in _named(table, table is how.columns):
            if name not in heads:
                raise unknown(f"column in {path}", name, heads)
    ours = _by_name(how, heads)
    if "event" not in {**ours, **how.columns} and EVERY not in how.events and not how.dates:
        how = how.but(dates=_wide(heads, sample))
    if how.dates:
        ours = {name: ours[name] for name in ours if name in ("person", "touchpoint", "stage")}
    taken = [*_named({**ours, **how.columns}, True), *how.dates]
    for name, theirs in _by_content(how, ours, heads, sample, taken).items():
        ours[name] = theirs
    notes = [Note("guess.column", {"ours": name, "theirs": ours[name]}) for name in ours]
    notes = [note for note in notes if note.facts["ours"] != note.facts["theirs"]]
    how = how.but(columns=ours)
    _need(how, heads, path)
    return how, notes


def _named(table: Mapping[str, Any], is_columns: bool) -> list[str]:
    if is_columns:
        several = (v if isinstance(v, list) else [v] for v in table.values())
        return [name for names in several for name in names]
    amounts = [v["amount"] for v in table.values() if isinstance(v, Mapping) and "amount" in v]
    return [*table, *amounts]


def _by_name(how: FileMap, heads: Sequence[str]) -> dict[str, str]:
    """What is not said, by what columns are often called."""
    plains: dict[str, str] = {}
    for like in (plain, heading):  # a name that is meant as it stands goes first
        for head in heads:
            plains.setdefault(like(head), head)
    taken = set(_named(how.columns, True)) | set(_named(how.dates, False))
    ours = {}
    for name, called in COLUMNS.items():
        if name in how.columns:
            continue
        for word in map(plain, called.split()):
            if word in plains and plains[word] not in taken:
                ours[name] = plains[word]
                taken.add(plains[word])
                break
    if ours.get("time") == "time" and "date" in heads and "date" not in taken:
        ours["date"] = "date"
    return ours


def _wide(heads: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, str]:
    """Columns of dates that are called as events are."""
    return {
        head: FROM_WIDE[plain(head)] for place, head in enumerate(heads)
        if plain(head) in FROM_WIDE and _share(DATE, _column(sample, place)) >= 0.5
    }  # fmt: skip


def _by_content(
    how: FileMap,
    ours: Mapping[str, str],
    heads: Sequence[str],
    sample: Sequence[Sequence[str]],
    taken: Sequence[str],
) -> dict[str, str]:
    """What is needed and still open, by what stands in the columns."""
    missing = [name for name in NEEDED if name not in ours and name not in how.columns]
    if how.dates or EVERY in how.events:
        done = ("event", "time") if how.dates else ("event",)
        missing = [name for name in missing if name not in done]
    free = {head: _column(sample, place) for place, head in enumerate(heads) if head not in taken}
    roles: dict[str, str] = {}
    for name in sorted(missing, key=["time", "event", "person"].index):
        best = _BEST[name]({head: cells for head, cells in free.items() if any(cells)})
        if best is not None:
            roles[name] = best
            free.pop(best)
    return roles


def _dates(free: Mapping[str, list[str]]) -> str | None:
    return next((head for head, cells in free.items() if _share(DATE, cells) > 0.8), None)


def _words(free: Mapping[str, list[str]]) -> str | None:
    """A column most words of which are events."""
    for head, cells in free.items():
        words = set(filter(None, cells))
        if sum(probably(word) is not None for word in words) > len(words) / 2:
            return head
    return None


def _people(free: Mapping[str, list[str]]) -> str | None:
    """The column with most different cells, of which some come again."""
    different = {
        head: len(set(cells)) for head, cells in free.items()
        if _share(DATE, cells) < 0.5 and 1 < len(set(cells)) < len(cells)
        and not any("," in cell or "." in cell for cell in cells)
    }  # fmt: skip
    return max(different, key=lambda head: different[head], default=None)


_BEST: Final = {"time": _dates, "event": _words, "person": _people}


def _column(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in sample]


def _share(look: re.Pattern[str], cells: Sequence[str]) -> float:
    filled = [cell for cell in cells if cell]
    return sum(look.fullmatch(cell) is not None for cell in filled) / max(len(filled), 1)


def unread(how: FileMap, heads: Sequence[str]) -> list[str]:
    """The columns of a file that nothing is taken from."""
    taken = {*_named(how.columns, True), *_named(how.dates, False)}
    return [head for head in heads if head not in taken]


def _need(how: FileMap, heads: Sequence[str], path: Path) -> None:
    """Raises ValueError for a column that is needed, and neither said nor found."""
    there = ", ".join(map(repr, heads)) or "none"
    wanted = ["person"] if how.dates else ["person", "time"]
    for name in wanted:
        if name not in how.columns:
            raise ValueError(
                f"{path}: has no column for {name!r}; it has {there}: say which of them it is, as "
                f'in {name}="its name", in a terminal --{name} "its name"'
            )
    if not how.dates and "event" not in how.columns and EVERY not in how.events:
        raise ValueError(
            f"{path}: has no column for 'event'; it has {there}: say which of them it is, or what "
            'each row is, as in [events] "*" = "won"'
        )


def events(
    how: FileMap, words: Mapping[str, int], path: Path
) -> tuple[dict[str, str | None], FileMap, list[Note]]:
    """For each word of the file the canonical event, None where there is none.

    Parameters
    ----------
    words : word -> rows.

    Returns the words, the mapping with what was guessed, and the notes on it. Words are guessed
    only where the mapping names none. Raises ValueError for words without end.
    """
    if len(words) > MOST_WORDS:
        raise ValueError(
            f"{path}: the column {how.columns.get('event')!r} holds more than {MOST_WORDS:,} "
            "different words for events: name another one"
        )
    named = {plain(word): ours for word, ours in how.events.items()}
    rest = how.events.get(EVERY)
    meant: dict[str, str | None] = {}
    guessed: dict[str, str] = {}
    for word in words:
        ours = how.events.get(word) or named.get(plain(word)) or canonical(word)
        if ours is None and not how.events and (ours := probably(word)):
            guessed[word] = ours
        meant[word] = ours or rest
    notes = [
        Note("guess.word", {"word": word, "ours": ours, "rows": words[word]})
        for word, ours in guessed.items()
    ]
    return meant, how.but(events=guessed), notes
