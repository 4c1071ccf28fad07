"""How much: decimal commas and points, thousands apart, currencies, sums below 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cjsim.data.mapping import FileMap
from cjsim.data.notes import Note
from cjsim.log import in_sql

if TYPE_CHECKING:
    import duckdb

SPACES: Final = r"\s\x{a0}\x{202f}\x{2009}'’"
UNIT: Final = r"([$€£₽¥₴₸]|[A-Za-z]{3}|руб\.?|р\.?|грн\.?)"
DIGITS: Final = (
    rf"(\d{{1,3}}(?:[{SPACES},.]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d*)?(?:[eE][+-]?\d+)?|"
    r"[.,]\d+(?:[eE][+-]?\d+)?)"
)
AMOUNT: Final = rf"^(\(?)\s*([+−-]?)\s*{UNIT}?\s*([+−-]?)\s*{DIGITS}\s*{UNIT}?\s*\)?$"
SIGNS: Final = {
    "€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "руб.": "RUB", "руб": "RUB", "р.": "RUB",
    "р": "RUB", "¥": "JPY", "₴": "UAH", "грн": "UAH", "грн.": "UAH", "₸": "KZT",
}  # fmt: skip
EITHER: Final = "either"
"""Both commas and points divide: each row is read by itself, and one that is open is bad."""


@dataclass(frozen=True)
class AmountForm:
    """How a column of sums is read."""

    decimal: str = "."
    currency: str = ""


def decided(
    db: duckdb.DuckDBPyConnection, cells: str, amount: str, how: FileMap, column: str
) -> tuple[AmountForm, list[Note]]:
    """How a column is read, and what was decided without being told.

    Raises ValueError where 1,234 alone leaves it open and the mapping does not say.
    """
    currency = how.amount.get("currency", "").upper()
    if decimal := how.amount.get("decimal", _beside(how.amount.get("thousands", ""))):
        return AmountForm(decimal, currency), []
    comma, point, open_comma, open_point = _counts(db, cells, amount)
    facts = {"column": column, "comma": comma, "point": point}
    if comma and point:
        return AmountForm(EITHER, currency), [Note("guess.either", facts)]
    if comma or point:
        notes = [Note("guess.comma", facts)] if comma else []
        return AmountForm("," if comma else ".", currency), notes
    if open_comma:
        raise ValueError(
            f"column {column!r}: in {open_comma:,} rows a sum such as 1,234 may be a thousand or "
            'one, and no row tells: say decimal = "," or "." in [amount]'
        )
    notes = [Note("guess.point", {"column": column, "rows": open_point})] if open_point else []
    return AmountForm(".", currency), notes


def _beside(thousands: str) -> str:
    """The decimal sign that goes with a sign of thousands, where it follows."""
    return {",": ".", ".": ","}.get(thousands, "")


def _counts(db: duckdb.DuckDBPyConnection, cells: str, amount: str) -> tuple[int, ...]:
    """Rows with a decimal comma, with a point, and those in which either may be thousands."""
    wanted = []
    for sign, other in ((",", r"\."), (r"\.", ",")):
        sure = (
            rf"^[^.,]*{sign}(\d{{1,2}}|\d{{4,}})([eE]|\D*$)|\d{other}\d{{3}}{sign}\d|"
            rf"^\D*0*{sign}\d|^[^.,\d]*0{sign}|{other}\d{{3}}{other}\d{{3}}|{sign}\d+[eE]|^[^.,]*\d{sign}$"
        )
        wanted.append(f"regexp_matches({amount}, {in_sql(sure)})")
    for sign in (",", r"\."):
        is_open = rf"^[^.,]*\d{sign}\d{{3}}[^\d.,]*$"
        wanted.append(f"regexp_matches({amount}, {in_sql(is_open)})")
    sums = ", ".join(f"count(*) FILTER ({what})" for what in wanted)
    counts = db.execute(
        f"SELECT {sums} FROM {cells} WHERE regexp_matches({amount}, '[.,]') "
        f"AND regexp_matches({amount}, {in_sql(AMOUNT)})"
    ).fetchone()
    assert counts is not None
    return counts


def value(amount: str, how: AmountForm) -> str:
    """The SQL of a row's sum; NULL where it is none, 0 for an empty cell."""
    parts = (
        f"regexp_extract({amount}, {in_sql(AMOUNT)}, "
        "['open','sign','unit','sign2','digits','unit2'])"
    )
    number = f"TRY_CAST({_pointed('p.digits', how.decimal)} AS DOUBLE)"
    below = "(p.open = '(' OR p.sign IN ('-', '−') OR p.sign2 IN ('-', '−'))"
    allowed = "true"
    if how.currency:
        allowed = " AND ".join(
            f"(p.{unit} = '' OR {_currency(f'p.{unit}')} = {in_sql(how.currency)})"
            for unit in ("unit", "unit2")
        )
    slow = (
        f"list_transform([{parts}], lambda p: CASE WHEN p.digits = '' OR NOT ({allowed}) THEN NULL "
        f"WHEN {below} THEN -({number}) ELSE {number} END)[1]"
    )
    if how.decimal == ".":
        plain = rf"regexp_full_match({amount}, '-?\d+(\.\d*)?([eE][+-]?\d+)?')"
        slow = f"CASE WHEN {plain} THEN TRY_CAST({amount} AS DOUBLE) ELSE {slow} END"
    return f"CASE WHEN {amount} = '' THEN 0.0 ELSE {slow} END"


def _pointed(digits: str, decimal: str) -> str:
    """Digits with a point as decimal sign and nothing between thousands."""
    bare = f"regexp_replace({digits}, {in_sql(f'[{SPACES}]')}, '', 'g')"
    by_comma = f"replace(replace({bare}, '.', ''), ',', '.')"
    by_point = f"replace({bare}, ',', '')"
    if decimal != EITHER:
        return by_comma if decimal == "," else by_point
    is_open = rf"regexp_full_match({bare}, '[1-9]\d{{0,2}}[.,]\d{{3}}')"
    by_last = (
        rf"CASE WHEN regexp_matches({bare}, ',\d*$') AND NOT regexp_matches({bare}, ',\d{{3}},') "
        f"THEN {by_comma} ELSE {by_point} END"
    )
    return f"CASE WHEN {is_open} THEN NULL ELSE {by_last} END"


def _currency(unit: str) -> str:
    cases = " ".join(f"WHEN {in_sql(sign)} THEN {in_sql(code)}" for sign, code in SIGNS.items())
    return f"CASE lower({unit}) {cases} ELSE upper({unit}) END"


def currencies(db: duckdb.DuckDBPyConnection, cells: str, amount: str) -> list[str]:
    """The currencies that a column names."""
    parts = f"regexp_extract({amount}, {in_sql(AMOUNT)}, ['o','s','unit','t','d','unit2'])"
    named = rf"regexp_matches({amount}, '[^\d.,\s-]')"  # most rows name none, and cost little
    codes = db.execute(
        f"SELECT DISTINCT CASE WHEN {named} THEN list_transform([{parts}], lambda p: "
        f"{_currency('concat(p.unit, p.unit2)')})[1] END AS code FROM {cells}"
    ).fetchall()
    return sorted(code for (code,) in codes if code)
