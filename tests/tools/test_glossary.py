"""The glossary is the judge of words: of labels, of lectures, of what exercises say."""

import re
from pathlib import Path

import pytest

from cjsim import speak
from cjsim.labels import LANGUAGES, text
from tests.course.reading import (
    ROOT,
    Piece,
    github_anchors,
    jupyter_anchors,
    notebooks,
    of_notebook,
    pages,
    pieces,
    without_code,
)
from tools import glossary
from tools.coverage import claims, ledger
from tools.glossary import entries, term

PAGE = ROOT / "notebooks" / "GLOSSARY.md"
every_entry = pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.key)


@pytest.fixture
def in_english():
    yield
    speak("en")


# --- The words ------------------------------------------------------------------------------------


def test_the_glossary_holds_the_words_of_the_field() -> None:
    assert len(entries()) >= 100


@every_entry
def test_a_term_is_told_in_both_languages_in_one_sentence(entry) -> None:
    for lang in LANGUAGES:
        assert entry.word[lang].strip()
        says = entry.says[lang]
        assert says[0].isupper()
        assert re.search(r"[.!?] ", says) is None
        assert says.endswith(".")
    letters = re.findall(r"[A-Za-zА-Яа-яЁё]", entry.says["ru"])
    assert sum(letter in "ёЁ" or "А" <= letter <= "я" for letter in letters) > len(letters) / 2


@every_entry
def test_a_term_is_the_word_of_its_label(entry) -> None:
    if entry.label is None:
        return
    for lang in LANGUAGES:
        assert text(entry.label, lang).casefold() == entry.word[lang].casefold()


def test_no_two_terms_are_called_alike() -> None:
    for lang in LANGUAGES:
        names = [entry.word[lang].casefold() for entry in entries()]
        assert sorted(names) == sorted(set(names))


def test_the_claims_of_a_term_are_in_the_ledger() -> None:
    assert {claim for entry in entries() for claim in claims(entry.claims)} <= set(ledger())


def test_every_stage_has_its_term() -> None:
    from cjsim.journey import Stage

    labels = {entry.label for entry in entries()}
    assert {f"stage.{stage.key}.label" for stage in Stage} <= labels


# --- Asking for one -------------------------------------------------------------------------------


def test_a_term_is_told_in_the_language_that_is_spoken(in_english: None) -> None:
    assert repr(term("gate")).startswith("gate: A chance to go on")
    speak("ru")
    assert repr(term("gate")).startswith("порог: Вероятность")
    assert "\n" not in repr(term("gate"))


def test_a_term_is_found_by_its_word_in_either_language() -> None:
    assert term("Порог").key == term("gate").key == "gate"
    assert term("Little's law", "ru").word == "закон Литтла"
    assert term("satisfaction").key == "satisfaction"
    assert term("littles-law").key == "littles-law"


def test_a_misspelt_term_is_told_with_the_nearest_spelling() -> None:
    with pytest.raises(ValueError, match=r"'irritaton'. Did you mean 'irritation'"):
        term("irritaton")
    with pytest.raises(ValueError, match=r"'проводнек'. Did you mean 'проводник'"):
        term("проводнек")
    with pytest.raises(ValueError, match="language"):
        term("gate", "de")


# --- The page -------------------------------------------------------------------------------------


def test_the_page_is_what_the_glossary_writes() -> None:
    command = "run: python -m tools.glossary"
    assert PAGE.read_text(encoding="utf-8") == glossary.page(), command


def test_a_term_has_one_anchor_on_github_and_in_jupyter() -> None:
    shown = glossary.page()
    keys = {entry.key for entry in entries()}
    assert keys <= github_anchors(shown)
    assert keys <= jupyter_anchors(shown)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", key) for key in keys)


def links_to_the_glossary() -> list[tuple[str, str]]:
    """(where it stands, the anchor it wants)."""
    here = [piece for path in notebooks() for piece in of_notebook(path)]
    here += [Piece(path.name, "", path.read_text(encoding="utf-8")) for path in pages()]
    return [
        (piece.where, anchor)
        for piece in here
        for anchor in re.findall(r"\]\([^)\s]*GLOSSARY\.md#([^)\s]*)\)", piece.text)
    ]


def test_every_link_to_the_glossary_finds_its_term() -> None:
    keys = {entry.key for entry in entries()}
    assert [link for link in links_to_the_glossary() if link[1] not in keys] == []


# --- Words that are not to be used ----------------------------------------------------------------


def avoided(piece: Piece) -> list[str]:
    """The words of a piece that stand for a term and are not it.

    What a source is quoted with, and the list of sources, keep the words of the source.
    """
    if piece.place == "sources" and piece.file.endswith(".ipynb"):
        return []
    quoted = r"“[^”]*”|«[^»]*»|\"[^\"\n]*\"|`[^`]*`|\]\([^)]*\)"
    text = re.sub(quoted, " ", without_code(piece.text))
    found = []
    for entry in entries():
        for word in [word for lang in LANGUAGES for word in entry.avoid[lang]]:
            ending = r"\w*" if word.endswith("*") else r"(?!\w)"
            pattern = r"(?<!\w)" + re.escape(word.rstrip("*")).replace(r"\ ", r"\s+") + ending
            if said := re.search(pattern, text, re.IGNORECASE):
                words = " / ".join(entry.word[lang] for lang in LANGUAGES)
                found.append(f"{piece.where}: {said[0]!r}; the term is {words}")
    return found


def test_nobody_reads_a_word_that_is_to_be_avoided() -> None:
    assert [line for piece in pieces() for line in avoided(piece)] == []


@pytest.mark.parametrize(
    "text",
    ["Each touch point counts.", "Каждый тачпоинт важен.", "Три точки\nконтакта.", "Гид ведёт."],
)
def test_an_avoided_word_is_seen(text: str) -> None:
    lines = avoided(Piece("notebooks/en/01.ipynb", "notice", text))
    assert lines[0].startswith("notebooks/en/01.ipynb [notice]: ")


def test_a_source_keeps_its_own_words() -> None:
    said = 'It says: "The more touch points the better". Пишут: «точки контакта».'
    assert avoided(Piece("a.ipynb", "notice", said)) == []
    assert avoided(Piece("a.ipynb", "sources", "B34: more touch points")) == []


def test_only_whole_words_are_avoided() -> None:
    said = "У гидранта оставили контакты. Their touch pointed the way."
    assert avoided(Piece("a.ipynb", "notice", said)) == []


def test_no_avoided_word_is_a_term() -> None:
    for entry in entries():
        for lang in LANGUAGES:
            for word in entry.avoid[lang]:
                used = {e.word[lang].casefold() for e in entries()}
                assert not any(re.match(re.escape(word.rstrip("*")) + r"\b", w) for w in used)


def test_what_is_read_covers_lectures_labels_and_readme() -> None:
    files = {piece.file for piece in pieces()}
    assert {"README.md", "cjsim/labels/ru.toml", "notebooks/en/01_pull_or_push.ipynb"} <= files
    assert all(Path(ROOT / file).exists() for file in files)
