"""What is said of a scenario, kept apart from the language it will be said in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cjsim.labels import SPOKEN, text


@dataclass(frozen=True)
class Phrase:
    """An entry of the labels' table [error], and what fills its places; `phrase` makes one."""

    label: str
    places: Mapping[str, Any]

    def said(self, lang: str = SPOKEN) -> str:
        """The phrase in a language. Raises ValueError for a language that has no words."""
        filled = {name: in_words(value, lang) for name, value in self.places.items()}
        return text(f"error.{self.label}", lang).format(**filled)

    def __str__(self) -> str:
        return self.said()


Words = str | Phrase
"""Text that is the same in every language, such as a key, or a phrase."""


def phrase(label: str, **places: Any) -> Phrase:
    """`phrase("no_preset", names=["phone"])`. A place takes a word, a phrase or several names."""
    fillings = {name: tuple(v) if _is_several(v) else v for name, v in places.items()}
    return Phrase(label, fillings)


def in_words(value: Any, lang: str = SPOKEN) -> str:
    """A phrase said, names joined by commas, anything else as it is."""
    if isinstance(value, Phrase):
        return value.said(lang)
    if _is_several(value):
        return ", ".join(value) or text("error.none", lang)
    return str(value)


def _is_several(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)
