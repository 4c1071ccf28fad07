"""Words compared with a rubric: which of its ideas an explanation shows.

A rubric is a table of ideas in the words of a set. What it looks for are *patterns*: words that
follow each other, `*` for any ending, up to two other words in between: `opt* out` is found in
"people opt out" and in "the opted ones are out". Upper and lower case, hyphens, ё and е do not
matter. A pattern straight after "not" or its like is not found.

A machine that looks for words understands nothing: the trainer reads them beside the rubric.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cjsim.labels import LANGUAGES

BETWEEN: Final = 2  # other words within a pattern
RUN: Final = 5  # words in a row that are somebody else's
TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()\n]")
STOPS: Final = frozenset(".;:!?()\n")
NOT: Final = frozenset({"not", "no", "never", "without", "cannot", "nor", "не", "ни", "без", "нет"})
SMALL_ENGLISH: Final = (
    "a an the because due to of from by for in on at as that this any longer so very really"
)
SMALL_RUSSIAN: Final = "из за от по в во на с со это эти того так уж очень"
SMALL: Final = frozenset(f"{SMALL_ENGLISH} {SMALL_RUSSIAN}".split())
"""Words between a negation and what it denies."""


@dataclass(frozen=True)
class Idea:
    """One idea of a rubric.

    Parameters
    ----------
    says : the idea in a sentence, for the trainer.
    stems : groups of patterns; the idea is there when each group has one that is found.
    against : patterns that deny it.
    """

    says: str
    stems: tuple[tuple[str, ...], ...]
    against: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: dict[str, Any]) -> Idea:
        """An idea as the words of a set hold it."""
        stems = tuple(tuple(group) for group in table["stems"])
        return cls(table["idea"], stems, tuple(table.get("against", ())))

    def met(self, tokens: Sequence[str]) -> bool:
        """Is it there, and nothing that denies it?"""
        there = all(any(found(one, tokens) for one in group) for group in self.stems)
        return there and not any(found(one, tokens) for one in self.against)


def tokens_of(words: str) -> list[str]:
    """The words of a text and what parts them, in small letters."""
    plain = words.lower().replace("ё", "е").replace("’", "'")
    return TOKEN.findall(plain)


def count(tokens: Sequence[str]) -> int:
    """How many of the tokens are words."""
    return sum(token[0].isalnum() for token in tokens)


def language_of(words: str) -> str:
    """The language by its letters: Russian words are Russian, whatever names stand between."""
    latin, cyrillic = (len(re.findall(letters, words)) for letters in ("[A-Za-z]", "[А-яЁё]"))
    english, russian = LANGUAGES
    return russian if cyrillic > latin / 2 else english


def own(words: str, question: str) -> list[str]:
    """The tokens of a text without the runs of words that stand in the question as well."""
    tokens = tokens_of(words)
    asked = [token for token in tokens_of(question) if token[0].isalnum()]
    runs = {tuple(asked[at : at + RUN]) for at in range(len(asked) - RUN + 1)}
    places = [at for at, token in enumerate(tokens) if token[0].isalnum()]
    copied: set[int] = set()
    for first in range(len(places) - RUN + 1):
        window = places[first : first + RUN]
        if tuple(tokens[at] for at in window) in runs:
            copied.update(window)
    return [token for at, token in enumerate(tokens) if at not in copied]


def found(pattern: str, tokens: Sequence[str]) -> bool:
    """Does a pattern stand somewhere in the text, and is it not denied?"""
    wanted = tokens_of_pattern(pattern)
    return any(
        _follows(wanted, tokens, at) and (wanted[0] in NOT or not _denied(tokens, at))
        for at in range(len(tokens))
    )


def tokens_of_pattern(pattern: str) -> list[str]:
    """The words of a pattern, each with its `*`."""
    return pattern.lower().replace("ё", "е").replace("-", " ").split()


def _follows(wanted: Sequence[str], tokens: Sequence[str], at: int) -> bool:
    """Does the pattern begin here?"""
    for place, word in enumerate(wanted):
        if place == 0:
            if not _fits(word, tokens[at]):
                return False
            continue
        for ahead in range(1, BETWEEN + 2):
            if at + ahead >= len(tokens) or tokens[at + ahead] in STOPS:
                return False
            if _fits(word, tokens[at + ahead]):
                at += ahead
                break
        else:
            return False
    return True


def _fits(word: str, token: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


def _denied(tokens: Sequence[str], at: int) -> bool:
    """Does a negation stand before this word, with nothing but small words in between?"""
    before = at - 1
    while before >= 0 and tokens[before] in SMALL:
        before -= 1
    return before >= 0 and (tokens[before] in NOT or tokens[before].endswith("n't"))
