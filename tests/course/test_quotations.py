"""What stands between « » beside a claim's number was said so, word by word, in a source."""

import re

import nbformat
import pytest

from tools.pages import ROOT
from tools.quotations import is_quoted, rows_of, words_of

CITED = re.compile(
    r"«([^»]+)»(?=,?[^.?!()«»|]{0,60}\([^)]*\b[ABC]\d)"  # «their words», says the podcast (C57)
    r"|\b[ABC]\d{1,3}:? «([^»]+)»"  # C57: «their words»
)
LECTURES = sorted((ROOT / "notebooks" / "ru").glob("[0-9L]*.ipynb"))


def quotations(path):
    cells = nbformat.read(path, as_version=4).cells
    texts = (cell.source for cell in cells if cell.cell_type == "markdown")
    return [a or b for text in texts for a, b in CITED.findall(text)]


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_what_a_lecture_quotes_stands_in_the_source(path):
    assert quotations(path), "each lecture lets the sources speak"
    assert [words for words in quotations(path) if not is_quoted(words)] == []


def test_the_titles_of_the_sources_are_theirs():
    titles = re.findall(r"«([^»]+)»", (ROOT / "docs" / "claims.md").read_text(encoding="utf-8"))
    assert len(titles) >= 3
    assert all(map(is_quoted, titles))


@pytest.mark.parametrize(
    "words",
    [
        "клиент не сам своё путешествие пройдёт",
        "клиент путешествие своё сам пройдёт",
        "статистика почти как в венчурном бизнесе",
    ],
)
def test_another_wording_is_told(words):
    assert not is_quoted(words)


def test_what_is_left_out_is_told_by_an_ellipsis():
    assert is_quoted("клиент сам … путешествие пройдет")
    assert not is_quoted("клиент сам путешествие пройдет")


def test_a_row_of_words_has_its_number_whatever_stands_between_them():
    assert list(rows_of(words_of("Клиент — сам!"), 2)) == list(rows_of(words_of("клиент сам"), 2))
    assert len(list(rows_of(words_of("раз два три четыре"), 3))) == 2
