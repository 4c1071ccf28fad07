"""Numbers as people read them: one table of both languages, and the words that go with a number."""

import random
import re
import subprocess
import sys
import time

import pytest

from cjsim import labels
from cjsim.labels.numbers import (
    counted,
    decimals,
    digits_for,
    number,
    per_cent,
    setting,
    short,
)

_ = "\N{NO-BREAK SPACE}"
INF, NAN = float("inf"), float("nan")

NUMBERS = [
    # value, digits, signed, English, Russian
    (0, 0, False, "0", "0"),
    (7, 0, False, "7", "7"),
    (999, 0, False, "999", "999"),
    (1200, 0, False, "1,200", f"1{_}200"),
    (1825.0, 0, False, "1,825", f"1{_}825"),
    (20086, 0, False, "20,086", f"20{_}086"),
    (1234567, 0, False, "1,234,567", f"1{_}234{_}567"),
    (1234.5, 1, False, "1,234.5", f"1{_}234,5"),
    (-84.4, 1, False, "−84.4", "−84,4"),
    (-0.377, 3, False, "−0.377", "−0,377"),
    (-12.34, 1, True, "−12.3", "−12,3"),
    (12.34, 1, True, "+12.3", "+12,3"),
    (-20157.5, 2, True, "−20,157.50", f"−20{_}157,50"),
    (0.5, 0, False, "0", "0"),
    (1.5, 0, False, "2", "2"),
    (2.675, 2, False, "2.67", "2,67"),
    (-0.04, 1, True, "0.0", "0,0"),
    (0.04, 1, True, "0.0", "0,0"),
    (-0.0, 0, False, "0", "0"),
    (0.0, 2, True, "0.00", "0,00"),
    (999.95, 1, False, "1,000.0", f"1{_}000,0"),
    (-999999.9, 0, False, "−1,000,000", f"−1{_}000{_}000"),
    (1e22, 0, False, "10" + ",000" * 7, "10" + f"{_}000" * 7),
    (5e-324, 2, True, "0.00", "0,00"),
    (NAN, 2, False, "–", "–"),
    (INF, 0, True, "–", "–"),
    (-INF, 1, False, "–", "–"),
]


@pytest.mark.parametrize(("value", "digits", "signed", "english", "russian"), NUMBERS)
def test_a_number_is_written_as_its_language_does(value, digits, signed, english, russian):
    assert number(value, "en", digits, signed) == english
    assert number(value, "ru", digits, signed) == russian


@pytest.mark.parametrize(("value", "digits", "signed", "english", "russian"), NUMBERS)
def test_typed_english_has_a_hyphen_and_russian_stays(value, digits, signed, english, russian):
    typed = english.replace("−", "-").replace("–", "-")
    assert number(value, "en", digits, signed, typed=True) == typed
    assert number(value, "ru", digits, signed, typed=True) == russian


def test_english_rounds_as_python_does():
    """Babel alone rounds 2.675 as it is written (2.68), not as it is (2.67499...)."""
    values = random.Random(1)
    for _try in range(2000):
        value = values.choice([-1, 1]) * 10 ** values.uniform(-4, 12)
        digits = values.randrange(5)
        plain = f"{value:,.{digits}f}"
        plain = plain if re.search("[1-9]", plain) else plain.lstrip("-")
        assert number(value, "en", digits, typed=True) == plain


@pytest.mark.parametrize("value", [1e300, -1e300, 1.7976931348623157e308])
def test_any_finite_number_can_be_written(value):
    assert number(value, "en", 2, typed=True) == f"{value:,.2f}"


@pytest.mark.parametrize(
    ("value", "digits", "english", "russian"),
    [
        (0.12345, 3, "0.123", "0,123"),
        (0.7, 3, "0.7", "0,7"),
        (-0.00065, 3, "−0.00065", "−0,00065"),
        (-8.99e-05, 3, "−8.99e-05", "−8,99·10⁻⁵"),
        (123.456, 3, "123", "123"),
        (999.7, 3, "1,000", f"1{_}000"),
        (1234.5, 3, "1,234", f"1{_}234"),
        (1234.5, 4, "1,234", f"1{_}234"),
        (123456.7, 4, "123,457", f"123{_}457"),
        (30.0, 3, "30", "30"),
        (0, 3, "0", "0"),
        (NAN, 3, "–", "–"),
    ],
)
def test_a_short_number_has_a_few_digits_that_count(value, digits, english, russian):
    assert short(value, "en", digits) == english
    assert short(value, "ru", digits) == russian


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.1 + 0.2, "0.3"), (7.0, "7"), (9e8, "900,000,000"), (1234.5, "1,234.5"), (1e-7, "0.0000001"),
     (0.0, "0"), (-0.25, "−0.25"), (12345678.9, "12,345,679")],
)  # fmt: skip
def test_a_setting_is_written_without_an_exponent(value, words):
    assert setting(value, "en") == words
    assert setting(value, "ru") == words.replace(",", _).replace(".", ",")


@pytest.mark.parametrize(
    ("share", "digits", "english", "russian"),
    [(0.123, 1, "12.3%", f"12,3{_}%"), (0.5, 0, "50%", f"50{_}%"), (1.0, 0, "100%", f"100{_}%"),
     (-0.015, 1, "−1.5%", f"−1,5{_}%"), (NAN, 0, "–", "–")],
)  # fmt: skip
def test_a_share_is_in_per_cent(share, digits, english, russian):
    assert per_cent(share, "en", digits) == english
    assert per_cent(share, "ru", digits) == russian


@pytest.mark.parametrize(("largest", "digits"), [(1234, 0), (100, 0), (99, 1), (9.9, 2), (0, 0)])
def test_three_digits_count(largest, digits):
    assert digits_for(largest) == digits
    assert digits_for(-largest) == digits


@pytest.mark.parametrize(
    ("value", "digits"),
    [(7.0, 0), (1825, 0), (2.5, 1), (6.25, 2), (0.4, 1), (1 / 3, 3), (2e3 / 3, 0), (0.002, 3),
     (0.0025, 4), (0.0, 0)],
)  # fmt: skip
def test_decimals_are_those_it_takes(value, digits):
    assert decimals(value) == digits


# --- the word that goes with a number -----------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "digits", "english", "russian"),
    [
        (0, 0, "0 days", "0 дней"),
        (1, 0, "1 day", "1 день"),
        (2, 0, "2 days", "2 дня"),
        (5, 0, "5 days", "5 дней"),
        (11, 0, "11 days", "11 дней"),
        (21, 0, "21 days", "21 день"),
        (101, 0, "101 days", "101 день"),
        (0.1, 1, "0.1 days", "0,1 дня"),
        (2.5, 1, "2.5 days", "2,5 дня"),
        (1001, 0, "1,001 days", f"1{_}001 день"),
        (1825, 0, "1,825 days", f"1{_}825 дней"),
    ],
)
def test_a_word_has_the_form_that_its_number_asks_for(amount, digits, english, russian):
    assert counted("days", amount, "en", digits) == english
    assert counted("days", amount, "ru", digits) == russian


def test_one_was_and_two_were():
    assert [counted("were", n, "en") for n in (1, 2, 31)] == ["1 was", "2 were", "31 were"]
    assert counted("people", 1, "en") == "1 person"
    assert [counted("people", n, "ru") for n in (1, 3, 12)] == [
        "1 человек", "3 человека", "12 человек",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", labels.LANGUAGES)
def test_every_counted_word_has_each_form_of_its_language(lang):
    from babel import Locale

    forms = {*Locale.parse(lang).plural_form.tags, "other"}
    keys = [key for key in labels.all_keys(lang) if key.startswith("plural.")]
    words = {key.split(".")[1] for key in keys}
    assert words == {key.split(".")[1] for key in labels.all_keys("en") if "plural." in key}
    assert set(keys) == {f"plural.{word}.{form}" for word in words for form in forms}


def test_an_unknown_word_is_told_the_nearest():
    with pytest.raises(ValueError, match=r"plural\.dais\.other"):
        counted("dais", 2, "en")


# --- what it costs --------------------------------------------------------------------------------


def test_babel_is_not_loaded_before_the_first_number():
    code = "import sys, cjsim.labels.numbers; print('babel' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_table_of_numbers_is_written_while_a_slider_moves():
    """Once a language is read a number takes 5 µs; a thousandth of a second would be felt."""
    number(1.0, "ru", 1)
    begin = time.perf_counter()
    for value in range(1000):
        number(value, "ru", 1)
    assert time.perf_counter() - begin < 0.5
