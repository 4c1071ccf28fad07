"""Words of a CSV that a spreadsheet would take for formulas, made harmless and found again."""

from __future__ import annotations

from typing import Final

from cjsim.files import FORMULA

BLANK: Final = r"[\t-\r\x1c-\x20\x85\p{Z}]*"
"""Nothing to read, as a regular expression of DuckDB's."""
GUARDED: Final = rf"^'+(?:{BLANK}[{''.join(FORMULA).replace('-', chr(92) + '-')}]|[\t\r\n])"
"""A word that begins as one that was made harmless."""


def guarded(word: str) -> str:
    """A word that only looks as if it had been made harmless gets one more apostrophe.

    That is one which begins with apostrophes before what a spreadsheet would run.
    """
    rest = word.lstrip("'")
    is_formula = rest.lstrip().startswith(FORMULA) or rest.startswith(("\t", "\r", "\n"))
    return f"'{word}" if word.startswith("'") and is_formula else word
