"""The words of the field, in both languages: what they mean in this kit.

    term("gate")                         # the word and a sentence, in the language spoken
    python -m tools.glossary      # writes notebooks/GLOSSARY.md

The words live in `cjsim/labels/glossary.toml`. Lectures of both languages link to the same anchor,
which is the key: `[gate](../GLOSSARY.md#gate)`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cjsim.labels import LANGUAGES, SPOKEN, language, unknown
from tools.pages import store

PAGE = "GLOSSARY.md"
HEAD = """\
# Glossary · Глоссарий

The words of the field as this kit uses them, by their English keys. Ids in brackets name the claims
of the sources. This page is written by `python -m tools.glossary`: change
`cjsim/labels/glossary.toml` and run that.

Слова предметной области так, как их понимает эта модель. В скобках — номера утверждений из
источников. По-русски ищите здесь:
"""


@dataclass(frozen=True)
class Entry:
    """One word of the glossary, in all languages."""

    key: str
    """The anchor: lower-case letters and hyphens, as every Markdown viewer makes it."""
    word: Mapping[str, str]
    says: Mapping[str, str]
    avoid: Mapping[str, tuple[str, ...]]
    """Words that are not to stand for it; a trailing `*` is any ending."""
    label: str | None
    """The key of the label that must be this word."""
    claims: str


@dataclass(frozen=True)
class Term:
    """What `term` returns. Prints as one line."""

    key: str
    word: str
    says: str

    def __repr__(self) -> str:
        return f"{self.word}: {self.says}"


def term(word: str, lang: str = SPOKEN) -> Term:
    """What a word means here.

    Parameters
    ----------
    word : a key of the glossary, or the word itself in either language.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Raises ValueError for a word that is not in the glossary, with the nearest spelling.
    """
    spoken = language(lang)
    names = _names()
    folded = word.strip().casefold()
    if folded not in names:
        raise unknown("term of the glossary", folded, names)
    entry = names[folded]
    return Term(entry.key, entry.word[spoken], entry.says[spoken])


@lru_cache
def entries() -> tuple[Entry, ...]:
    """All words of the glossary, in the order of its file."""
    import tomllib
    from importlib.resources import files

    source = files("cjsim.labels").joinpath("glossary.toml").read_text(encoding="utf-8")
    return tuple(
        Entry(
            key=key,
            word={lang: facts[lang] for lang in LANGUAGES},
            says={lang: facts[f"{lang}_says"] for lang in LANGUAGES},
            avoid={lang: tuple(facts.get(f"avoid_{lang}", ())) for lang in LANGUAGES},
            label=facts.get("label"),
            claims=facts.get("claims", ""),
        )
        for key, facts in tomllib.loads(source).items()
    )


@lru_cache
def _names() -> Mapping[str, Entry]:
    """Each word by all it may be called: words first, so that a key is never hidden by one."""
    by_word = {entry.word[lang].casefold(): entry for entry in entries() for lang in LANGUAGES}
    return by_word | {entry.key: entry for entry in entries()}


def page() -> str:
    """The glossary as Markdown: an index in Russian, then each word in both languages."""
    russian = sorted(entries(), key=lambda entry: _alphabet(entry.word["ru"]))
    index = " · ".join(f"[{entry.word['ru']}](#{entry.key})" for entry in russian)
    words = "\n".join(
        _entry_in_markdown(entry) for entry in sorted(entries(), key=lambda entry: entry.key)
    )
    return f"{HEAD}\n{index}\n\n{words}"


def _alphabet(word: str) -> str:
    """Where a Russian word stands: ё is sorted as е."""
    return word.casefold().replace("ё", "е").strip("«")


def _entry_in_markdown(entry: Entry) -> str:
    says = [f"**{entry.word[lang]}.** {entry.says[lang]}" for lang in LANGUAGES]
    sources = [f"({entry.claims})"] if entry.claims else []
    return "\n\n".join([f"## {entry.key}", *says, *sources]) + "\n"


def main() -> int:
    """Write notebooks/GLOSSARY.md."""
    return store(PAGE, page())


if __name__ == "__main__":
    sys.exit(main())
