"""What a file holds, what is wrong with it, and what can never be known from it."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cjsim.data.guess import unread
from cjsim.data.mapping import FileMap
from cjsim.data.mistakes import HEADS, LogError
from cjsim.data.notes import Note
from cjsim.data.raw import Reading
from cjsim.data.reading import fill, rows_of, words_beyond
from cjsim.data.source import name_of
from cjsim.data.words import ALL, DEALS, KNOWS
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.labels.tables import html_table, one_line
from cjsim.log import in_sql

if TYPE_CHECKING:
    import pandas as pd

MOST_BAD: Final = 100_000
"""Bad rows that a report holds in memory; `bad_rows.csv` has all."""
TOLD: Final = 5
"""Bad rows, gaps and words that are told at once."""
RARE: Final = 0.01
"""A silence that is longer than all but so many of such logs would have is told as a gap."""
COUNTS: Final = (
    "rows", "kept", "bad", "blank", "ignored", "early", "twice", "refunds", "skipped", "people",
    "customers", "before", "without_lead", "alike", "shortened", "no_stage",
)  # fmt: skip
ALWAYS: Final = ("rows", "kept", "bad", "twice", "people", "customers", "before")
"""Counts that are told also where they are 0."""


@dataclass(frozen=True, repr=False)
class Report:
    """What `data.check` and `Export.check` find in a file.

    Parameters
    ----------
    file : its name.
    mapping : how it was read, with all that was guessed; `mapping.toml()` is a file to start from.
    form : encoding and separator of a text; empty for other files.
    notes : what was guessed, and what is odd, as sentences to be said in a language.
    counts : rows, kept, bad and so on; see `table`.
    events : a row per word of the file: word, ours (the canonical event, missing where there is
        none), event (of the log), rows.
    bad : file, line, column, value, allowed; at most 100,000 rows, `counts` has their number.
    gaps : silences that are too long for chance: first date or day, days.
    knows : what the file can tell, of `data.words.KNOWS`.
    days, start : how long was looked at [days], and the date of day 0.
    reasons : why the first bad rows are bad, as sentences to be said in a language.

    `says()` is the whole in words, `missing` what the file cannot tell.

    >>> import pathlib, tempfile
    >>> from cjsim import data
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "crm.csv")
    ...     _ = file.write_text("client,when,what\\n7,2024-01-05,order\\n7,2024-02-01,order\\n")
    ...     report = data.check(file)
    >>> report.counts["kept"], report.missing[:3]
    (2, ['amounts', 'contacts', 'touchpoints'])
    >>> report.says("en").splitlines()[1]
    'From 2024-01-05 to 2024-02-01: 28 days.'
    """

    file: str
    mapping: FileMap
    form: dict[str, str]
    notes: list[Note]
    counts: dict[str, int]
    events: pd.DataFrame
    bad: pd.DataFrame
    gaps: list[tuple[str, int]]
    knows: frozenset[str]
    days: float
    start: str
    reasons: list[Note] = field(default_factory=list, repr=False)

    @property
    def missing(self) -> list[str]:
        """What the file cannot tell, in the order of `KNOWS`."""
        return [fact for fact in KNOWS if fact not in self.knows]

    @property
    def table(self) -> pd.DataFrame:
        """What was counted: names -> counts."""
        import pandas as pd

        return pd.Series(self.counts, name="count").rename_axis("what").to_frame()

    def says(self, lang: str = SPOKEN) -> str:
        """The report in a language, a line per finding.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.

        Returns the text of `lines`.
        """
        return "\n".join(self.lines(lang))

    def lines(self, lang: str = SPOKEN) -> list[str]:
        """The report, line by line; an empty one stands between its parts.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.

        Returns the lines: the file, what was counted, what was guessed, what is odd, bad rows, and
        what can never be known.
        """
        parts = [self._head(lang), self._guesses(lang), self._odd(lang), self._bad(lang),
                 self._unknown(lang)]  # fmt: skip
        lines: list[str] = []
        for part in parts:
            lines += ["", *part] if lines and part else part
        return lines

    def refuse(self) -> None:
        """Raise LogError with every bad row, if there is one."""
        if self.counts["bad"]:
            raise LogError(self.bad)

    def left_out(self, lang: str = SPOKEN) -> str:
        """One line on rows that whoever takes the log does not see; "" where there are none.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        beyond = sum(note.facts["rows"] for note in self.notes if note.key == "unmapped")
        facts = {"file": self.file, "rows": self.counts["rows"], "bad": self.counts["bad"]}
        some = beyond or facts["bad"]
        return Note("left_out", {**facts, "beyond": beyond}).said(lang) if some else ""

    def as_json(self) -> dict[str, Any]:
        """The report as data; sentences in English."""
        return {
            "file": self.file, "form": self.form, "days": self.days, "start": self.start,
            "counts": self.counts, "knows": [fact for fact in KNOWS if fact in self.knows],
            "missing": self.missing, "notes": [note.said("en") for note in self.notes],
            "gaps": [{"from": first, "days": days} for first, days in self.gaps],
            "events": self.events.to_dict("records"), "bad": self.bad.to_dict("records"),
            "mapping": self.mapping.toml(),
        }  # fmt: skip

    def __repr__(self) -> str:
        counts = {name: number(count, "en") for name, count in self.counts.items()}
        facts = "{kept} of {rows} rows are good, {bad} bad, {people} people".format(**counts)
        return one_line("Report", f"of {Path(self.file).name}: {facts}")

    def _repr_html_(self) -> str:
        heads = [text("observe.what"), text("observe.count")]
        rows = [[name, count] for name, count in self._counted(SPOKEN)]
        rest = "; ".join(line.strip() for line in self._odd(SPOKEN)[1:])
        return html_table(heads, rows, self.file, rest)

    # --- in words -------------------------------------------------------------------------------

    def _counted(self, lang: str) -> list[tuple[str, str]]:
        return [
            (text(f"data.count.{name}", lang), number(self.counts[name], lang))
            for name in COUNTS if self.counts[name] or name in ALWAYS
        ]  # fmt: skip

    def _head(self, lang: str) -> list[str]:
        told = [self.file]
        if self.form:
            sign = text(f"data.what.{self.form['separator']}", lang)
            told += [self.form["encoding"], text("data.separator", lang).format(value=sign)]
        lines = [", ".join(told)]
        if self.start and self.counts["kept"]:
            first = datetime.date.fromisoformat(self.start)
            last = first + datetime.timedelta(days=max(math.ceil(self.days) - 1, 0))
            lines.append(text("data.dates", lang).format(
                first=first, last=last, days=number(math.ceil(self.days), lang)))  # fmt: skip
        width = max(len(name) for name, _ in self._counted(lang))
        return lines + [f"  {name.ljust(width)}  {count}" for name, count in self._counted(lang)]

    def _guesses(self, lang: str) -> list[str]:
        told = [note.said(lang) for note in self.notes if note.key.startswith("guess.")]
        return [text("data.guessed", lang), *(f"  {line}" for line in told)] if told else []

    def _odd(self, lang: str) -> list[str]:
        told = [note.said(lang) for note in self.notes if not note.key.startswith("guess.")]
        for first, days in self.gaps[:TOLD]:
            told.append(Note("gap", {"first": first, "days": days}).said(lang))
        return [text("data.look_at", lang), *(f"  {line}" for line in told)] if told else []

    def _bad(self, lang: str) -> list[str]:
        if not self.counts["bad"]:
            return []
        lines = [text("data.bad_rows", lang)]
        for row, reason in zip(self.bad.head(TOLD).itertuples(), self.reasons, strict=False):
            column = text("data.whole_row", lang) if row.column == "(row)" else row.column
            facts = {"line": str(row.line), "column": column, "value": repr(row.value),
                     "allowed": reason.said(lang)}  # fmt: skip
            lines.append("  " + text("data.bad_row", lang).format(**facts))
        if (more := len(self.bad) - TOLD) > 0:
            lines.append("  " + Note("more", {"rows": more}).said(lang))
        return lines

    def _unknown(self, lang: str) -> list[str]:
        told = [text(f"data.without.{fact}", lang) for fact in self.missing]
        told += [text(f"data.never.{fact}", lang) for fact in ("others", "otherwise")]
        return [text("data.unknown", lang), *(f"  {line}" for line in told)]


# --- Made -----------------------------------------------------------------------------------------


def report_of(reading: Reading, days: float | None = None) -> Report:
    """The report on a file that has been read; `days` is how long was looked at, if it is said.

    Raises ValueError for fewer days than there are.
    """
    counts = _counts(reading)
    end = _end(reading, days)
    bad, reasons = _bad_rows(reading)
    return Report(
        file=str(reading.path), mapping=reading.mapping, form=_form(reading),
        notes=[*reading.notes, *_notes(reading, counts)], counts=counts, events=_events(reading),
        bad=bad, gaps=_gaps(reading, end), knows=_knows(reading), days=end, start=reading.start,
        reasons=reasons,
    )  # fmt: skip


def _form(reading: Reading) -> dict[str, str]:
    if reading.poured is None:
        return {}
    form = reading.poured.form
    return {"encoding": form.encoding, "separator": name_of(form.separator)}


def _end(reading: Reading, days: float | None) -> float:
    last = float(reading.one(f"SELECT coalesce(max(time), 0.0) {rows_of(reading)}")[0])
    if days is None and "days" in reading.told:
        days = float(reading.told["days"])
    if days is None and reading.dated:
        return math.floor(last) + 1.0  # the last day was looked at, too
    if days is None:
        return last or 1.0
    if not (math.isfinite(days) and days >= last and days > 0):
        raise ValueError(f"days = {days!r}: must be above 0, and the last row is of {last:g}")
    return float(days)


def _counts(reading: Reading) -> dict[str, int]:
    """What is counted of a file, by the names of `COUNTS`."""
    rows = rows_of(reading)
    poured = reading.poured
    kept, refunds, no_stage = reading.one(
        f"SELECT count(*), count(*) FILTER (event = 'refund'), "
        f"count(*) FILTER (stage IS NULL AND stage_word <> '') {rows}"
    )
    early, twice = reading.one(
        "SELECT count(*) FILTER (time < 0), count(*) FILTER (twice AND time >= 0) FROM log"
    )
    bad = reading.one("SELECT count(DISTINCT line) FROM bad")[0]
    ignored = reading.told["ignored"]
    read = poured.rows if poured else reading.told["rows"]
    people, alike, shortened = reading.one(
        "SELECT count(DISTINCT person), "
        "count(DISTINCT person) - count(DISTINCT lower(trim(person))), "
        rf"count(DISTINCT person) FILTER (regexp_full_match(person, '\d[.,]\d+[eE]\+?\d+')) {rows}"
    )
    return {
        "rows": read, "kept": kept, "bad": bad, "blank": poured.blank if poured else 0,
        "ignored": ignored, "early": early, "twice": twice, "refunds": refunds,
        "skipped": reading.told.get("skipped", 0), "people": people, "alike": alike,
        "shortened": shortened, "no_stage": no_stage, **_customers(reading),
    }  # fmt: skip


def _first_times(reading: Reading) -> str:
    """The SQL of each person's first times, NULL where there is none."""
    return (
        f"SELECT person, min(time) FILTER (event IN {DEALS}) AS t_deal, "
        "min(time) FILTER (event = 'repeat_deal') AS t_again, "
        "min(time) FILTER (event IN ('deal', 'first_deal')) AS t_first, "
        "min(time) FILTER (event = 'known') AS t_lead, "
        f"count(*) FILTER (time < 0 AND event IN {DEALS}) AS n_early FROM log GROUP BY person"
    )


TRUNCATED: Final = "(n_early > 0 OR (t_again IS NOT NULL AND t_again < coalesce(t_first, 1e99)))"
"""Customers from before day 0: they bought before it, or what comes first is a purchase again."""


def _customers(reading: Reading) -> dict[str, int]:
    counts = reading.one(
        f"SELECT count(*) FILTER (t_deal IS NOT NULL), count(*) FILTER ({TRUNCATED}), "
        "count(*) FILTER (t_deal IS NOT NULL AND (t_lead IS NULL OR t_lead > t_deal)), "
        f"count(t_lead) FROM ({_first_times(reading)})"
    )
    without = counts[2] if counts[3] else 0  # where no lead is known, this is told once for all
    return {"customers": counts[0], "before": counts[1], "without_lead": without}


def people_before(reading: Reading) -> list[str]:
    """The customers from before day 0."""
    people = reading.db.execute(
        f"SELECT person FROM ({_first_times(reading)}) WHERE {TRUNCATED} ORDER BY person"
    ).fetchall()
    return [person for (person,) in people]


def _notes(reading: Reading, counts: dict[str, int]) -> list[Note]:
    """What is odd about a file, beside its bad rows."""
    beyond = words_beyond(reading.meant)
    told = []
    if beyond:
        rows = sum(reading.words[word] for word in beyond)
        told.append(Note("unmapped", {"words": _first(beyond), "rows": rows}))
    keep = reading.mapping.duplicates.get("keep", "all")
    for name in ("twice", "early", "before", "without_lead", "refunds", "skipped", "alike",
                 "shortened", "no_stage"):  # fmt: skip
        if counts[name]:
            key = f"twice_{keep}" if name == "twice" else name
            told.append(Note(f"odd.{key}", {"n": counts[name]}))
    if any(ours == "mail_sent" for ours in reading.meant.values()):
        told.append(Note("odd.mail_sent", {}))
    if reading.poured and (rest := unread(reading.mapping, reading.heads)):
        told.append(Note("odd.unread", {"columns": _first(rest)}))
    return told


def _first(names: Sequence[str]) -> str:
    """Names in quotes, as many as are told."""
    return ", ".join(map(repr, names[:TOLD])) + (" …" if len(names) > TOLD else "")


def _events(reading: Reading) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (word, ours, ALL[ours].event if ours else word, reading.words[word])
        for word, ours in reading.meant.items()
    ]
    return pd.DataFrame(rows, columns=["word", "ours", "event", "rows"])


def _bad_rows(reading: Reading) -> tuple[pd.DataFrame, list[Note]]:
    """The bad rows in the order of lines, and the reasons of the first, in any language."""
    import pandas as pd

    bad = reading.db.execute(
        f"SELECT line, col, value, allowed, place FROM bad ORDER BY ALL LIMIT {MOST_BAD}"
    ).fetchall()
    reasons = [Note(f"allowed.{row[3]}", {"n": row[4]}) for row in bad]
    words = {reason[0] + reason[1]["n"]: reason.said("en") for reason in _each_once(reasons)}
    rows = [
        (str(reading.path), line, column, value, words[f"allowed.{allowed}{place}"])
        for line, column, value, allowed, place in bad
    ]
    return pd.DataFrame(rows, columns=list(HEADS)), reasons[:TOLD]


def _each_once(reasons: list[Note]) -> list[Note]:
    """Each reason once."""
    return list({(note.key, note.facts["n"]): note for note in reasons}.values())


def save_bad(reading: Reading, path: Path) -> None:
    """Write all bad rows as CSV, however many there are; values as a spreadsheet can show them."""
    allowed = reading.db.execute("SELECT DISTINCT allowed, place FROM bad").fetchall()
    reading.db.execute("CREATE TEMP TABLE reasons (allowed TEXT, place TEXT, said TEXT)")
    rows = [(a, p, Note(f"allowed.{a}", {"n": p}).said("en")) for a, p in allowed]
    fill(reading.db, "reasons", rows)
    harmless = (
        r"CASE WHEN regexp_matches(value, '^\s*[=+@＝＋－＠-]') "
        "AND TRY_CAST(value AS DOUBLE) IS NULL "
        "THEN '''' || value ELSE value END AS value"
    )
    reading.db.execute(
        f'COPY (SELECT {in_sql(str(reading.path))} AS file, line, col AS "column", {harmless}, '
        "said AS allowed FROM bad JOIN reasons USING (allowed, place) ORDER BY ALL) "
        f"TO {in_sql(path.as_posix())} (FORMAT csv, HEADER true)"
    )


def _gaps(reading: Reading, end: float) -> list[tuple[str, int]]:
    """Silences longer than chance would bring in one log of a hundred, longest first.

    With a share p of silent days a run of n of them begins on a given day with p^n at most; over
    all days fewer than 1 in 100 logs have one where days x p^n < 0.01.
    """
    rows = reading.db.execute(
        f"SELECT DISTINCT CAST(floor(time) AS BIGINT) AS d {rows_of(reading)} ORDER BY d"
    ).fetchall()
    with_rows = [day for (day,) in rows]
    if not with_rows:
        return []
    with_rows.append(max(math.ceil(end), with_rows[-1] + 1))  # the silence at the end is one, too
    looked_at = with_rows[-1] - with_rows[0]
    silent = 1.0 - (len(with_rows) - 1) / looked_at
    if silent <= 0.0:
        return []
    shortest = max(2, math.ceil(math.log(RARE / looked_at) / math.log(silent)))
    gaps = [
        (later - day - 1, day + 1)
        for day, later in itertools.pairwise(with_rows)
        if later - day - 1 >= shortest
    ]
    return [(_day(reading.start, first), days) for days, first in sorted(gaps, reverse=True)]


def _day(start: str, day: int) -> str:
    if not start:
        return str(day)
    return str(datetime.date.fromisoformat(start) + datetime.timedelta(days=day))


def _knows(reading: Reading) -> frozenset[str]:
    """What the rows that stay can tell."""
    rows = rows_of(reading)
    events = {event for (event,) in reading.db.execute(f"SELECT DISTINCT event {rows}").fetchall()}
    knows = {fact for word in ALL.values() if word.event in events for fact in word.knows
             if fact != "opens"}  # fmt: skip
    facts = {
        "amounts": f"amount <> 0 AND event IN {DEALS}",
        "touchpoints": "touchpoint <> '' AND event = 'contact'",
        "costs": "amount <> 0 AND event IN ('contact', 'unopened', 'undelivered')",
        "opens": "event IN ('unopened', 'undelivered')",
        "stages": "stage IS NOT NULL",
    }
    for fact, where in facts.items():
        if reading.one(f"SELECT count(*) > 0 {rows} AND {where}")[0]:
            knows.add(fact)
    if {"mail_sent", "mail_opened"} <= set(reading.meant.values()):
        knows.add("opens")
    return frozenset(knows)
