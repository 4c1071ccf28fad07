"""The value of a measure as people read it, one rule for tables and panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cjsim.labels import SPOKEN, language, text, title
from cjsim.labels.numbers import GAP, NONE, number
from cjsim.measures.summary import UNITS

if TYPE_CHECKING:
    from cjsim.experiment.compare import Comparison
    from cjsim.experiment.sweep import Sweep

PER_PERSON: Final = frozenset({"profit_per_person"})
"""Measures of money that are shown with their cents."""


def value_words(
    measure: str,
    value: float,
    lang: str = SPOKEN,
    *,
    signed: bool = False,
    unit: bool = True,
    tenths: bool = False,
    typed: bool = False,
) -> str:
    """A measure's value: shares in per cent, money per person with its cents, counts plain.

    Parameters
    ----------
    measure : of `measures.UNITS`.
    value : in the measure's unit; a dash where there is none.
    lang : "en", "ru", or what `cjsim.speak` has set.
    signed : a difference: a plus above 0, and of shares percentage points.
    unit : with "%" or points behind a share?
    tenths : one decimal for what is below 1,000, as a mean over runs has.
    typed : as in `labels.numbers.number`.

    >>> value_words("churn", 0.1234, "en"), value_words("contacts", 8309.4, "en")
    ('12.3 %', '8,309')
    """
    if UNITS[measure] != "share":
        few = 1 if tenths and abs(value) < 1000 else 0
        return number(value, lang, 2 if measure in PER_PERSON else few, signed, typed)
    shown = number(100 * value, lang, 1, signed, typed)
    if not unit or shown in (NONE, "-"):
        return shown
    gap = " " if language(lang) == "en" else GAP
    return f"{shown}{gap}{text('unit.points', lang) if signed else '%'}"


def typed_name(result: Comparison | Sweep, name: str, lang: str = SPOKEN) -> str:
    """What a scenario is called in a table for the terminal.

    A strategy without a title is called as one types it after `--strategies`.
    """
    words = result.named(name, lang)
    scenario = result.scenarios.get(name)
    untitled = scenario and name in scenario.strategies and words == title(name, lang)
    return name if untitled else words
