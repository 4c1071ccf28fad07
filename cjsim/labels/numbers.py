"""Numbers as people read them, in each language: the one place that knows how they look.

English writes 1,234.5 and 12%, Russian 1 234,5 and 12 % (no-break spaces); both have a true minus.
What a machine reads (JSON, CSV, TOML) is not written with these.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Final

from cjsim.labels import SPOKEN, language, text

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

NONE: Final = "–"
"""Stands where there is no number."""
MINUS: Final = "\N{MINUS SIGN}"
GAP: Final = "\N{NO-BREAK SPACE}"
"""Between a number and its unit: they stay on one line."""
EVERY_DIGIT: Final = 400
"""Before the point a double has 309 digits at most."""
SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(
    value: float, lang: str = SPOKEN, digits: int = 0, signed: bool = False, typed: bool = False
) -> str:
    """A number with its thousands apart, in the manner of the language, and a true minus.

    Parameters
    ----------
    value : the number; what is not finite is a dash.
    lang : "en", "ru", or what `cjsim.speak` has set.
    digits : decimals, at least 0.
    signed : a plus before what is above 0, as differences have it.
    typed : English as any terminal can print it: the hyphen is minus and dash.

    Returns the text; a number that rounds to 0 has no sign. Raises ValueError for a language
    without words.

    >>> number(-1234.5, "en", 1)
    '−1,234.5'
    >>> number(-1234.5, "en", 1, typed=True)
    '-1,234.5'
    """
    lang = language(lang)
    if not math.isfinite(value):
        return "-" if typed and lang == "en" else NONE
    return _with_true_minus(_formatted(value, lang, digits, signed), lang, typed)


def short(value: float, lang: str = SPOKEN, digits: int = 3, typed: bool = False) -> str:
    """A number with a few digits that count, none of them a trailing 0; large ones are whole.

    Parameters
    ----------
    value : the number; what is not finite is a dash.
    lang, typed : as in `number`.
    digits : that count, at least 1; all of those before the point are shown.

    >>> short(0.12345, "en"), short(1234.5, "en"), short(0.00001, "en")
    ('0.123', '1,234', '1e-05')
    """
    lang = language(lang)
    if not math.isfinite(value):
        return number(value, lang, typed=typed)
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if abs(float(f"{value:.{digits}g}")) >= 10**digits:
        return number(value, lang, typed=typed)
    shown = number(float(mantissa), lang, _decimals_of(mantissa), typed=typed)
    if not power:
        return shown
    return f"{shown}e{power}" if lang == "en" else f"{shown}·10{_superscript(int(power))}"


def setting(value: float, lang: str = SPOKEN, digits: int = 6, typed: bool = False) -> str:
    """The value of a key as people write it: so many digits that count, and no exponent.

    >>> setting(0.00015, "en"), setting(1825.0, "en"), setting(2.50, "en")
    ('0.00015', '1,825', '2.5')
    """
    places = 0
    if value and math.isfinite(value):
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    fraction = f"{value:.{places}f}".partition(".")[2].rstrip("0")
    return number(value, lang, len(fraction), typed=typed)


def per_cent(share: float, lang: str = SPOKEN, digits: int = 0) -> str:
    """A share in per cent.

    >>> per_cent(0.1234, "en", 1)
    '12.3%'
    """
    shown = number(100 * share, lang, digits)
    if shown == NONE:
        return shown
    return f"{shown}%" if language(lang) == "en" else f"{shown}{GAP}%"


def counted(key: str, amount: float, lang: str = SPOKEN, digits: int = 0) -> str:
    """So many of something, with the form of the word that goes with the number.

    Parameters
    ----------
    key : of the labels' table [plural], for example "days".
    amount : how many; shown with `digits` decimals, which matter to the form: 1 day, 1.0 days.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Raises ValueError for a key that the labels do not have.

    >>> counted("days", 1, "en"), counted("days", 1825, "en")
    ('1 day', '1,825 days')
    """
    lang = language(lang)
    form = _locale(lang).plural_form(abs(Decimal(f"{amount:.{digits}f}")))
    return text(f"plural.{key}.{form}", lang).format(n=number(amount, lang, digits))


def digits_for(largest: float) -> int:
    """Decimals that leave three digits that count in numbers of this size."""
    if not math.isfinite(largest) or largest == 0:
        return 0
    return max(0, 2 - math.floor(math.log10(abs(largest))))


def decimals(value: float) -> int:
    """Decimals it takes to write a number in full: none for whole ones, three digits at most."""
    most = digits_for(value)
    exact = (digits for digits in range(max(3, most)) if abs(round(value, digits) - value) < 1e-9)
    return next(exact, most)


def _formatted(value: float, lang: str, digits: int, signed: bool) -> str:
    """With babel's hyphen for a minus; a number that rounds to 0 has no sign."""
    exact = Decimal(float(value))  # babel alone would round 2.675 as it is written, not as it is
    with localcontext(prec=EVERY_DIGIT):
        shown: str = _pattern(digits, signed).apply(exact, _locale(lang))
    return shown if any(figure in "123456789" for figure in shown) else shown.lstrip("+-")


def _with_true_minus(shown: str, lang: str, typed: bool) -> str:
    return shown if typed and lang == "en" else shown.replace("-", MINUS)


def _decimals_of(shown: str) -> int:
    return len(shown.partition(".")[2])


def _superscript(power: int) -> str:
    return str(power).translate(SUPERSCRIPT)


@cache
def _locale(lang: str) -> Locale:
    """What babel knows of a language, read once."""
    from babel import Locale  # at the first number, to keep imports quick

    return Locale.parse(lang)


@cache
def _pattern(digits: int, signed: bool) -> NumberPattern:
    from babel.numbers import parse_pattern

    plain = f"#,##0.{'0' * digits}".rstrip(".")
    return parse_pattern(f"+{plain};-{plain}" if signed else plain)
