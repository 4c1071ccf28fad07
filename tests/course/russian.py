"""The sheet of the Russian language: what a text must not have, in lectures and on pages alike."""

import re
from collections.abc import Mapping

MISPRINTS = {
    "a short dash between words": r"[ \xa0]–[ \xa0]|[А-яё]–[А-яё]",
    "a dash that may begin a line": r"[^\S\xa0\n]—|^—",
    "three dots": r"\.\.\.| …",
    "a decimal point": r"(?<![\w.])\d+\.\d",
    "per cent without its space": r"\d[ \xa0]?%|%-",
    "a hyphen for a minus": r"(?<![\w–-])-\d",
    "a quotation inside of one": r"«[^»]*«",
    "straight quotation marks": r'"[А-Яа-яЁё]',
    "two alphabets in a word": r"[а-яё][a-z]|[a-z][а-яё]",
    "an unwanted word": r"\b(?i:удач[аиуе]|жребий|жребия|сид|лог|логи|блокнот\w*|гид|гиды)\b",
    "an unwanted verdict": r"(Держится|Открыто):",
}
CODE_OR_FORMULA = re.compile(
    r"^ *```.*?^ *```|`[^`]*`|^ {4}\S[^\n]*|\$[^$]*\$|\]\([^)]*\)|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)


def plain(text: str) -> str:
    """A text in which code, formulas and addresses are a letter in backticks."""
    return CODE_OR_FORMULA.sub("`x`", text)


def found(patterns: Mapping[str, str], text: str) -> list[str]:
    """Which of the patterns a text has."""
    said = plain(text)
    return [what for what, pattern in patterns.items() if re.search(pattern, said)]


def journeys(text: str) -> int:
    """How often a text speaks of a journey, a word for quotations, outside of quotations."""
    return len(re.findall(r"(?i)путешеств", re.sub(r"«[^»]*»", "", plain(text))))


def longer_than(most: int, text: str) -> list[str]:
    """The sentences of a text, tables left out, that have more words."""
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    sentences = re.split(r"(?<=[.?!:;…])[\s*»]+|\n", "\n".join(lines))
    return [said for said in sentences if len(re.findall(r"[^\W\d_][\w-]*", said)) > most]
