"""Text that acts on nobody's screen: what would move the cursor or turn the line is shown instead.

A name may come from a file of somebody else's, and a terminal obeys some characters in it.
"""

from __future__ import annotations

import re

ACTS = (
    "\x00-\x1f\x7f-\x9f"  # control characters: escapes begin with two of them
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # turn the writing, end the line
    "\ud800-\udfff"  # halves of a letter, which no file can hold
)
"""As a class of a regular expression: the characters that act."""
ONE_LINE = rf"^[^{ACTS}]*$"
"""A text of one line, in which nothing acts."""


def visible(text: str) -> str:
    r"""The text with such characters spelt; line ends and tabs stay.

    >>> visible("a\x1b[31mb\nc")
    'a\\x1b[31mb\nc'
    """
    return re.sub(rf"[{ACTS}]", _spelt, text)


def _spelt(match: re.Match[str]) -> str:
    letter = match[0]
    return letter if letter in "\n\t" else letter.encode("unicode_escape").decode()
