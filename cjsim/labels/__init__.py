"""The words people read: stages, lenses, events, measures, charts, in each language.

`text("stage.first_deal.label", "ru")` reads one entry of `ru.toml` in this folder. A new language
is a new file with the same keys and its name in `LANGUAGES`.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

LANGUAGES: Final = ("en", "ru")
SPOKEN: Final = "spoken"
"""Stands, where a language is asked for, for the one that `speak` has set: English at first."""
_spoken = LANGUAGES[0]


def speak(lang: str) -> None:
    """From here on charts, panels and sentences are in this language, "en" or "ru".

    Parameters
    ----------
    lang : "en" or "ru".

    Raises ValueError for a language that has no words.

    >>> from cjsim import Scenario
    >>> speak("ru")
    >>> Scenario.load("phone").says().split(".")[0]
    'Телефон: бренд с магазином в городе и сайтом'
    >>> speak("en")
    """
    global _spoken
    _spoken = language(lang)


def language(lang: str = SPOKEN) -> str:
    """The language meant: the one named, or the one that is spoken.

    Raises ValueError for a language that has no words.
    """
    if lang == SPOKEN:
        return _spoken
    if lang not in LANGUAGES:
        raise unknown("language", lang, LANGUAGES)
    return lang


def text(key: str, lang: str = SPOKEN) -> str:
    """The text under a dotted key. Places to fill, like `{first}`, are left to the caller."""
    words = _words(language(lang))
    if key not in words:
        raise unknown(f"label in cjsim/labels/{language(lang)}.toml", key, words)
    return words[key]


def title(name: str, lang: str = SPOKEN) -> str:
    """The word for a strategy, or the name a user gave to a scenario."""
    return find(f"strategy.{name}", lang) or name


def find(key: str, lang: str = SPOKEN) -> str | None:
    """The text under a dotted key, or None where the labels have none."""
    return _words(language(lang)).get(key)


def all_keys(lang: str = SPOKEN) -> tuple[str, ...]:
    """All dotted keys of a language, in the order of its file."""
    return tuple(_words(language(lang)))


def unknown(kind: str, word: object, known: Iterable[object]) -> ValueError:
    """The error for a word that is not known: its nearest spelling, and a short list in full.

    What is no word is shown as it is written in Python: 2 is not "2".
    """
    from difflib import get_close_matches  # only when something is wrong

    choices = {str(choice): choice for choice in known}
    message = f"unknown {kind}: {word!r}."
    if near := get_close_matches(str(word), choices, n=1):
        message += f" Did you mean {choices[near[0]]!r}?"
    if len(choices) <= 20:
        message += f" Known: {', '.join(choices)}."
    return ValueError(message)


@lru_cache
def _words(lang: str) -> Mapping[str, str]:
    """One language, read once."""
    import tomllib  # at the first word, to keep imports quick
    from importlib.resources import files

    source = files(__name__).joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(source)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The entries of nested tables under dotted keys."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
