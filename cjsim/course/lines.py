"""A line that a lecture shows: a paragraph on a page, so that it breaks between words."""

from __future__ import annotations

import html


class Line:
    """Words to be read; what `tell` returns. Prints as they are."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return paragraph(self.words)


def tell(words: str) -> Line:
    """A sentence as a paragraph: what is printed breaks wherever its window ends.

    >>> tell("Twelve stages, and a rival.")
    Twelve stages, and a rival.
    """
    return Line(words)


def paragraph(words: str) -> str:
    """The words as HTML."""
    return f"<p>{html.escape(words)}</p>"
