"""Damaged exports: what firms really send, from a seed."""

import random

HEADS = ["client_id", "created_at", "type", "sum", "channel"]
EVENTS = ["lead", "Email opened", "Call", "Deal won", "Renewal", "Churned", "Звонок", "note"]


def rows_of(rng, size):
    """Good rows, as words."""
    rows = []
    for _ in range(size):
        date = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        clock = f" {rng.randint(0, 23):02}:{rng.randint(0, 59):02}" if rng.random() < 0.5 else ""
        amount = f"{rng.uniform(1, 5000):.2f}" if rng.random() < 0.5 else ""
        channel = rng.choice(["mail", "site", "телефон", ""])
        rows.append([str(rng.randint(1, 20)), date + clock, rng.choice(EVENTS), amount, channel])
    return rows


# --- cells: each changes some of the rows ---------------------------------------------------------


def _cells(place, words):
    def damage(rng, heads, rows):
        for row in rng.sample(rows, max(1, len(rows) // 6)):
            if len(row) > place:
                row[place] = rng.choice(words)

    return damage


def _swapped(rng, heads, rows):
    first, second = rng.sample(range(len(HEADS)), 2)
    for row in rows:
        row[first], row[second] = row[second], row[first]


def _ragged(rng, heads, rows):
    for row in rng.sample(rows, max(1, len(rows) // 5)):
        if rng.random() < 0.5:
            row.extend(["more"] * rng.randint(1, 3))
        else:
            del row[rng.randint(0, 4) :]


def _same_heads(rng, heads, rows):
    if heads:
        heads[rng.randrange(5)] = heads[rng.randrange(5)]


def _nameless(rng, heads, rows):
    if heads:
        heads[rng.randrange(5)] = " "


def _huge(rng, heads, rows):
    for row in rows:
        row[0] = "9" * rng.choice([17, 18, 19, 40, 5000])


def _many_columns(rng, heads, rows):
    heads.extend(f"extra{n}" for n in range(300 if heads else 0))
    for row in rows:
        row.extend([""] * 300)


def _headless(rng, heads, rows):
    heads.clear()


def _nothing_but_heads(rng, heads, rows):
    rows.clear()


def _twice(rng, heads, rows):
    rows.extend(list(row) for row in rng.choices(rows, k=len(rows)))


CELLS = {
    "impossible dates": _cells(1, ["2024-02-31", "0000-00-00", "9999-12-31", "31/31/2024", "?"]),
    "mixed dates": _cells(1, ["13/02/2024", "02/13/2024", "3 Apr 2024", "45300", "1.2.24"]),
    "open dates": _cells(1, ["03/04/2024", "05/06/2024 7:05 PM"]),
    "offsets": _cells(1, ["2024-03-31T02:30:00+02:00", "2024-03-31T02:30:00Z", "2024-01-01 25:00"]),
    "numbers for dates": _cells(1, ["-1", "1e308", "nan", "inf", "20240131", "1706700000"]),
    "negative money": _cells(3, ["-100", "(100)", "−100,5", "- 5"]),
    "mixed money": _cells(3, ["1.234,50", "1,234.50", "1 234", "1'234.5", "€ 5", "7 $", "5 руб."]),
    "open money": _cells(3, ["1,234", "1.234"]),
    "no money": _cells(3, ["ten", "#REF!", "NaN", "1e999", "--", "1,2,3", "0x10"]),
    "formulas": _cells(2, ["=CMD|' /C calc'!Z", "+1", "@SUM(A1)", "-2+3"]),
    "formulas for people": _cells(0, ["=1+1", "'=1+1", "@x", "-"]),
    "emoji": _cells(2, ["🎉", "👩‍💻 called", "\u202egnirts", "ﷺ"]),
    "no people": _cells(0, ["", " ", "\u00a0", "NULL"]),
    "no event": _cells(2, ["", "  "]),
    "separators within": _cells(2, ["a;b", "a,b", 'say "hi"', "two\nlines", "tab\there"]),
    "shortened ids": _cells(0, ["1.23457E+12", "1,5E+10"]),
    "swapped": _swapped, "ragged": _ragged, "same heads": _same_heads, "nameless": _nameless,
    "huge": _huge, "many columns": _many_columns, "headless": _headless,
    "heads alone": _nothing_but_heads, "twice": _twice,
}  # fmt: skip


# --- bytes: each changes the file -----------------------------------------------------------------


def _torn(rng, content):
    return content[: rng.randint(1, len(content))]


def _nul(rng, content):
    at = rng.randint(0, len(content))
    return content[:at] + b"\x00" * rng.randint(1, 50) + content[at:]


def _noise(rng, content):
    noisy = bytearray(content)
    for _ in range(10):
        noisy[rng.randrange(len(noisy))] = rng.randrange(256)
    return bytes(noisy)


def _open_quote(rng, content):
    at = rng.randint(0, len(content))
    return content[:at] + b'"' + content[at:]


def _long_line(rng, content):
    return content + b"x" * 1_100_000 + b"\n1,2024-01-01,lead,,\n"


BYTES = {
    "torn": _torn, "NUL": _nul, "noise": _noise, "open quote": _open_quote,
    "empty": lambda rng, content: b"", "line ends": lambda rng, content: b"\r\n\r\n\n",
    "old line ends": lambda rng, content: content.replace(b"\n", b"\r"),
    "doubled": lambda rng, content: content + content,
    "a workbook": lambda rng, content: b"PK\x03\x04" + content,
    "all noise": lambda rng, content: rng.randbytes(2000),
    "long line": _long_line,
}  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le")


def as_text(heads, rows, separator):
    """A table as text, cells in quotes where they must be."""

    def cell(word):
        plain = not set(word) & {separator, '"', "\n"}
        return word if plain else f'"{word.replace(chr(34), chr(34) * 2)}"'

    lines = [separator.join(map(cell, row)) for row in ([heads] if heads else []) + rows]
    return "\n".join(lines) + "\n"


def damaged(seed):
    """The bytes of one damaged file, and the names of what was done to it."""
    rng = random.Random(seed)
    heads, rows = list(HEADS), rows_of(rng, rng.randint(1, 40))
    names = rng.sample(sorted(CELLS), rng.randint(0, 3))
    for name in names:
        if rows:
            CELLS[name](rng, heads, rows)
    content = as_text(heads, rows, rng.choice(",;\t|")).encode(rng.choice(ENCODINGS), "replace")
    if rng.random() < 0.4:
        more = rng.choice(sorted(BYTES))
        content = BYTES[more](rng, content) if content else content
        names = [*names, more]
    return content, names
