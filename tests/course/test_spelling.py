"""What people read is spelt right: English the British way, Russian with its ё.

English words are looked up by pyspellchecker, Russian ones by pymorphy3, and both in `words.txt`
beside this file, which holds names and terms that neither knows. Code, formulas, addresses and ids
are not read.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pytest
from pymorphy3 import MorphAnalyzer
from spellchecker import SpellChecker

from tests.course.reading import Piece, pieces, without_code

OWN = Path(__file__).with_name("words.txt")
NAME = r"\b(?:(?:van|von|de|der|den|Van)\s)*[A-Z][\w'’-]+"
OTHERS = r"(?:,| and others| et al\.,?| и другие| и др\.,?)?"
BETWEEN = r"(?:,?\s+(?:and|&)\s+|,\s+|\s+и\s+|\s+)"
CITATION = rf"{NAME}(?:{BETWEEN}{NAME})*{OTHERS}\s+\(?(?:19|20)\d\d\b"
"""Names before a year: van Diepen, Donkers and Franses 2009."""
QUOTED = r"«[^»]*»(?=\s+\([ABC]\d)"
"""A source's own words, letter by letter, before the id of the claim."""
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

# The dictionary is American: it knows the second form of each pair, and we write the first.
PAIRS = (
    ("our", "or"), ("ise", "ize"), ("isi", "izi"), ("isa", "iza"), ("yse", "yze"), ("ysi", "yzi"),
    ("tre", "ter"), ("lled", "led"), ("lling", "ling"), ("ller", "ler"), ("llor", "lor"),
    ("logue", "log"), ("mme", "m"), ("ence", "ense"), ("grey", "gray"), ("scep", "skep"),
    ("dgement", "dgment"), ("lfil", "lfill"), ("tyre", "tire"), ("eque", "eck"),
)  # fmt: skip
AMERICAN = re.compile(
    r"^(un|dis)?(behavi|col|fav|flav|hon|hum|lab|neighb|rum|endeav)or(?!iou|ous|ar|at|ado|if|ist)"
    r"|^(center|theater|fiber|liter|(kilo|centi|milli)?meter)s?$"
    r"|(travel|model|cancel|label|level|signal)(ed|ing|er)$"
    r"|analyz|^catalog(s|ed)?$|^defense|^gray|^skeptic|^judgment|fulfill(ment)?s?$|^toward$"
    r"|(?<!siz)(?<!priz)(?<!seiz)(?<!maiz)(?<=iz)(e|es|ed|ing|ation|ations|er|ers)$"
)


# --- Words ----------------------------------------------------------------------------------------


def read(text: str) -> str:
    """A text without what is no prose: code, formulas, addresses, tags, places to fill."""
    text = re.sub(r"\]\([^)]*\)|<[^>]*>|https?://\S+|\{[^}]*\}", " ", without_code(text))
    text = re.sub(CITATION, " ", re.sub(QUOTED, " ", text))
    return re.sub(r"\S*[/\\_@=]\S*|(?<!\w)[a-z]\w*(?:\.[a-z]\w+)+", " ", text)


def english(text: str) -> Iterator[str]:
    """The English words of a text; single letters and abbreviations in capitals left out."""
    for word in re.findall(r"(?<![\w.])[A-Za-zÀ-ž]+(?:['’][A-Za-z]+)?(?![\w])", text):
        if len(word) > 1 and not re.fullmatch("[A-Z]{2,6}s?", word):
            yield word.replace("’", "'")


def russian(text: str) -> Iterator[str]:
    """The Russian words of a text, single letters left out; a hyphen joins."""
    for word in re.findall(r"(?<!\w)[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*(?!\w)", text):
        if len(word) > 1 and not re.fullmatch("[А-Я]{2,4}", word):
            yield word


@cache
def own(section: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Our own words of a language: whole ones, and beginnings."""
    words = listed()[section]
    stems = tuple(word[:-1] for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), stems


def listed() -> dict[str, list[str]]:
    """The words of `words.txt` by section, in their order."""
    sections: dict[str, list[str]] = {}
    for line in OWN.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            list(sections.values())[-1].append(line)
    return sections


def is_own(word: str, section: str) -> bool:
    whole, stems = own(section)
    return word in whole or word.startswith(stems or ("\0",))


# --- English --------------------------------------------------------------------------------------


@cache
def american_dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


@cache
def wrong_in_english(word: str) -> str:
    """What is wrong with a word, or nothing."""
    low = word.lower()
    bare = re.sub(r"'s?$", "", low)
    if any(is_own(form, "en") for form in (low, bare, bare.removesuffix("s"))):
        return ""
    if AMERICAN.search(bare):
        return "American; we write British English"
    if {low, bare} & known_in_english((low, bare)) or is_british(bare):
        return ""
    near = [*get_close_matches(bare, own("en")[0], n=1, cutoff=0.8)]
    near += [american_dictionary().correction(bare) or bare]
    return f"not known; {near[0]!r}?" if near[0] != bare else "not known"


def known_in_english(words: tuple[str, ...]) -> set[str]:
    return set(american_dictionary().known(words))


def is_british(word: str) -> bool:
    """Whether the dictionary knows the American form of a word."""
    forms = [word.replace(here, there) for here, there in PAIRS if here in word]
    return any(known_in_english((form,)) for form in forms)


# --- Russian --------------------------------------------------------------------------------------


@cache
def morphology() -> MorphAnalyzer:
    return MorphAnalyzer()


def known_in_russian(word: str) -> bool:
    """In the dictionary, as a whole or in the parts a hyphen joins."""
    parts = [word] if "-" not in word else word.split("-")
    whole = bool(morphology().word_is_known(word))
    return whole or all(
        part in ("то", "либо", "нибудь", "ка")
        or is_own(part, "ru")
        or morphology().word_is_known(part)
        for part in parts
    )


@cache
def wrong_in_russian(word: str) -> str:
    """What is wrong with a word, or nothing."""
    low = word.lower()
    if is_own(low, "ru"):
        return ""
    if not known_in_russian(low):
        near = nearest_in_russian(low)
        return f"not known; {near!r}?" if near else "not known"
    if "ё" not in low:
        forms = {form.word for form in morphology().parse(low) if form.is_known}
        if forms and all("ё" in form for form in forms):
            return f"without its ё; {min(forms)!r}?"
    return ""


def nearest_in_russian(word: str) -> str:
    """A word of the dictionary that is one letter away, one of our own if there is."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    other = [a + letter + b[1:] for a, b in cuts if b for letter in CYRILLIC]
    less = [a + b[1:] for a, b in cuts if b]
    more = [a + letter + b for a, b in cuts for letter in CYRILLIC]
    forms = [form for form in [*swapped, *less, *other, *more] if len(form) > 2]
    known = [form for form in forms if morphology().word_is_known(form)]
    return next((form for form in known if form in words_of_labels()), (known or [""])[0])


@cache
def words_of_labels() -> frozenset[str]:
    """The Russian words of labels and glossary: likelier to be meant than others."""
    said = [piece.text for piece in ALL if piece.file.startswith("cjsim/labels/")]
    return frozenset(word.lower() for text in said for word in russian(text))


# --- A piece --------------------------------------------------------------------------------------


def misspelt(piece: Piece) -> list[str]:
    """The words of a piece that are wrong, each with where it stands and what is wrong."""
    text = read(piece.text)
    found = [(word, wrong_in_english(word)) for word in english(text)]
    found += [(word, wrong_in_russian(word)) for word in russian(text)]
    mixed = re.findall(r"\b\w*(?:[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z])\w*", text)
    found += [(word, "Latin and Cyrillic letters in one word") for word in mixed]
    return [f"{piece.where}: {word!r}: {why}" for word, why in dict(found).items() if why]


ALL = list(pieces())


@pytest.mark.parametrize("file", sorted({piece.file for piece in ALL}))
def test_what_people_read_is_spelt_right(file: str) -> None:
    assert [line for piece in ALL if piece.file == file for line in misspelt(piece)] == []


# --- And a slip is seen ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The guide irritattes people.", "not known; 'irritates'?"),
        ("A strange behavior.", "American"),
        ("They optimize it.", "American"),
        ("The color of the center.", "American"),
        ("Each touchpiont.", "not known; 'touchpoint'?"),
        ("Конкурет молчит.", "not known; 'конкурент'?"),
        ("Любопытсво растёт.", "not known; 'любопытство'?"),
        ("Он еще не купил.", "without its ё; 'ещё'?"),
        ("Не «цитата еще» вовсе (C57).", "without its ё; 'ещё'?"),
        ("Это cтратегия.", "Latin and Cyrillic"),
        ("Какой-нибуть конкурент.", "not known; 'какой-нибудь'?"),
    ],
)
def test_a_slip_is_named_with_its_cell_and_the_nearest_spelling(text: str, why: str) -> None:
    line = misspelt(Piece("notebooks/en/01.ipynb", "notice", text))[0]
    assert line.startswith("notebooks/en/01.ipynb [notice]: '")
    assert why in line


@pytest.mark.parametrize(
    "text",
    [
        "The behaviour of labelled, modelled and optimised programmes; the catalogue's colours.",
        "The sizes of prizes, the parameters of a laboratory; they don't judge humorous people.",
        "Call `simulte(x)`, see [the map](../carr/mpa.md), $\\lambda_x qqq$ and {plcae}.",
        "```\nsimulte\n```",
        "По-прежнему кто-нибудь что-то купит; всё ещё, все; где-то.",
        "Van Qxrst, Zmpf and Wrtl 2009; Nqzt and others 2008; see env.now and product.price.",
        "Claims C90–C93 of B2B and CRM; 95-процентный интервал.",
        "Сказано: «клиент сам свое путешествие пройдет» (C57).",
    ],
)
def test_good_words_and_code_pass(text: str) -> None:
    assert misspelt(Piece("notebooks/en/01.ipynb", "notice", text)) == []


def test_our_own_words_are_sorted_and_in_no_dictionary() -> None:
    words = listed()
    assert list(words) == ["en", "ru"]
    for section, here in words.items():
        assert here == sorted(set(here)), section
        assert all(word == word.lower() for word in here)
    assert [word for word in words["en"] if known_in_english((word,)) or is_british(word)] == []
    assert [word for word in words["ru"] if morphology().word_is_known(word)] == []
