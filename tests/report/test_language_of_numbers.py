"""What the command line prints in Russian has Russian numbers, in every table and sentence."""

import re

import pytest

from cjsim.cli import main
from cjsim.labels.numbers import NONE
from cjsim.report.values import value_words

ENGLISH = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\d,])|\d\.\d|[-+]?\d\s?-\d|(?<=[ \[])-\d")
"""A comma before three digits, a decimal point, a hyphen for a minus."""
DECIMALS = re.compile(r"(?<![\w,.])[−+]?\d{1,3},\d{3}(?!\d)")
"""A Russian number with three decimals looks as an English thousand does."""
SMALL = ["--people", "1200", "--runs", "2", "--executor", "threads", "--lang", "ru"]
COMMANDS = {
    "compare": ["compare", "phone", "--strategies", "pull,guide"],
    "sweep": [
        "sweep", "phone", "--strategies", "pull,guide",
        "--vary", "guide.accuracy=0.6,0.85", "--vary", "product.complexity=0.25,0.5",
    ],
    "weak-point": ["weak-point", "phone", "--strategy", "guide", "--better", "0.015"],
    "optimise": ["optimise", "phone", "--strategy", "guide", "--vary", "guide.every_days=5:40"],
}  # fmt: skip


def printed(words, capsys):
    assert main.main(words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_russian_output_has_no_english_number(name, capsys):
    """Thousands of three groups of digits, points and hyphens; 1,234 alone may be 1.234."""
    told = printed([*COMMANDS[name], *SMALL], capsys)
    assert "," in told
    assert re.search(r"1\N{NO-BREAK SPACE}200", told) or name == "weak-point"
    thousands = [w for w in ENGLISH.findall(told) if not DECIMALS.fullmatch(w)]
    assert thousands == []


def test_whole_numbers_have_their_thousands_apart(capsys):
    """Counts have no decimals above 1,000, so that no comma may stand before three digits."""
    told = printed([*COMMANDS["compare"], *SMALL], capsys)
    assert re.findall(r"\d,\d{3}", told) == []
    assert "1\N{NO-BREAK SPACE}825\N{NO-BREAK SPACE}дн." in told
    assert "1\N{NO-BREAK SPACE}200\N{NO-BREAK SPACE}чел." in told
    assert re.search(r"\d,\d\N{NO-BREAK SPACE}%", told)


def test_a_sweeps_table_has_russian_heads(capsys):
    told = printed([*COMMANDS["sweep"], *SMALL], capsys)
    assert "впереди" in told
    assert not re.search("winner|runner_up|margin", told)


def test_check_of_a_bad_file_has_no_english_number(tmp_path, capsys):
    path = tmp_path / "bad.toml"
    path.write_text('[scenario]\nextends = "phone"\n[market]\nprior_trust = 1.5\n')
    assert main.main(["compare", str(path), "--lang", "ru"]) == 2
    assert not re.search(r"\d,\d{3}", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("measure", "value", "look", "english", "russian"),
    [
        ("churn", 0.619, {}, "61.9 %", "61,9\N{NO-BREAK SPACE}%"),
        ("churn", -0.102, {"signed": True}, "−10.2 pp", "−10,2\N{NO-BREAK SPACE}п. п."),
        ("churn", 0.1, {"unit": False, "signed": True}, "+10.0", "+10,0"),
        ("churn", float("nan"), {}, NONE, NONE),
        ("contacts", 20086.4, {}, "20,086", "20\N{NO-BREAK SPACE}086"),
        ("contacts", 999.6, {"tenths": True}, "999.6", "999,6"),
        ("contacts", 1000.6, {"tenths": True}, "1,001", "1\N{NO-BREAK SPACE}001"),
        ("profit_per_person", -20.871, {}, "−20.87", "−20,87"),
        ("profit_per_person", -20.871, {"typed": True}, "-20.87", "−20,87"),
    ],
)
def test_a_measure_is_written_by_its_unit(measure, value, look, english, russian):
    assert value_words(measure, value, "en", **look) == english
    assert value_words(measure, value, "ru", **look) == russian
