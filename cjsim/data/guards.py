"""Words of a CSV that a spreadsheet would take for formulas, made harmless and found again."""

from __future__ import annotations

from typing import Final

from cjsim.files import FORMULA

BLANK: Final = r"[\t-\r\x1c-\x20\x85\p{Z}]*"
"""Nothing to read, as a regular expression of DuckDB's."""
GUARDED: Final = rf"^'+(?:{BLANK}[{''.join(FORMULA).replace('-', chr(92) + '-')}]|[\t\r\n])"
"""A word that begins as one that was made harmless."""


def guarded(word: str) -> str:
    """A word that only looks as if it had been made harmless gets one more apostrophe."""
    return f"'{word}" if looks_guarded(word) else word


def looks_guarded(word: str) -> bool:
    """Whether a word begins with apostrophes before what a spreadsheet would run."""
    rest = word.lstrip("'")
    is_formula = rest.lstrip().startswith(FORMULA) or rest.startswith(("\t", "\r", "\n"))
    return word.startswith("'") and is_formula


def unguarded(word: str) -> str:
    """A word of a CSV as it was before it was made harmless to spreadsheets."""
    return word[1:] if looks_guarded(word) else word
