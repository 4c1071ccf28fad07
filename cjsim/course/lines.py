"""A line that a lecture shows: a paragraph on a page, so that it breaks between words."""

from __future__ import annotations

import base64
import html
import json
from typing import Any


class Line:
    """Words to be read; what `tell` returns. Prints as they are.

    `hidden` is for a page without Python, which can so judge a prediction: name -> what a page
    needs to know, written so that nobody reads it in passing.
    """

    def __init__(self, words: str, **hidden: Any) -> None:
        self.words = words
        self._hidden = hidden

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return paragraph(self.words, **self._hidden)


def tell(words: str) -> Line:
    """A sentence as a paragraph: what is printed breaks wherever its window ends.

    Parameters
    ----------
    words : the sentence.

    Returns the line, which shows itself.

    >>> tell("Twelve stages, and a rival.")
    Twelve stages, and a rival.
    """
    return Line(words)


def paragraph(words: str, **hidden: Any) -> str:
    """The words as HTML; what is hidden stands in attributes, `data-NAME`, as JSON in base64.

    A line of the words is one on the page.
    """
    attributes = "".join(f' data-{name}="{_coded(value)}"' for name, value in hidden.items())
    shown = html.escape(words).replace("\n", "<br>")
    return f"<p{attributes}>{shown}</p>"


def _coded(value: Any) -> str:
    return base64.b64encode(json.dumps(value, ensure_ascii=False).encode()).decode()
