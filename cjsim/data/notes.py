"""What is told of a file: a key of the labels' table [data], and the facts that fill its places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cjsim.labels import SPOKEN, find, text
from cjsim.labels.numbers import number


class Note(NamedTuple):
    """One thing that is told, in any language."""

    key: str
    facts: Mapping[str, Any]

    def said(self, lang: str = SPOKEN) -> str:
        """The sentence; whole numbers as the language writes them, known words in it."""
        filled = {name: _said(value, lang) for name, value in self.facts.items()}
        return text(f"data.{self.key}", lang).format(**filled)


def _said(value: Any, lang: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value, lang)
    return find(f"data.what.{value}", lang) or str(value)
