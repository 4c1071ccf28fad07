"""A twin that differs is named by its cell."""

import copy

import nbformat
import pytest

from tools import translations


def notebook(*cells):
    made = nbformat.v4.new_notebook()
    for name, kind, source in cells:
        new = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        made.cells.append(new(source, id=name))
    return made


@pytest.fixture
def pair():
    """An English lecture of three cells, and its Russian twin, read and confirmed."""
    english = notebook(
        ("title", "markdown", "# Pull"),
        ("start", "code", 'cjsim.speak("en")'),
        ("sum", "code", "1 + 1"),
    )
    russian = notebook(
        ("title", "markdown", "# Ждать"),
        ("start", "code", 'cjsim.speak("ru")'),
        ("sum", "code", "1 + 1"),
    )
    translations.confirm(english, russian, "ru")
    return english, russian


def test_a_confirmed_twin_with_the_same_code_agrees(pair):
    assert translations.differences(*pair, "ru") == []


@pytest.mark.parametrize(
    ("cell", "source", "told"),
    [
        (0, "# Pull or push", "title: the original has changed since this was translated"),
        (2, "1 + 2", "sum: the code differs"),
        (1, 'cjsim.speak("en")  # now', "start: the code differs"),
    ],
)
def test_a_change_of_the_original_names_the_stale_cell(pair, cell, source, told):
    english, russian = pair
    english.cells[cell].source = source
    assert translations.differences(english, russian, "ru") == [told]


def test_missing_and_added_cells_are_named(pair):
    english, russian = pair
    fewer = copy.deepcopy(russian)
    del fewer.cells[2]
    assert translations.differences(english, fewer, "ru") == ["sum: has no twin"]
    assert translations.differences(fewer, russian, "ru")[0] == "sum: is not in the original"
    swapped = copy.deepcopy(russian)
    swapped.cells.reverse()
    assert translations.differences(english, swapped, "ru") == ["the cells stand in another order"]


def test_the_twin_must_have_the_same_tags(pair):
    english, russian = pair
    english.cells[2].metadata["tags"] = ["nbval-check-output"]
    assert translations.differences(english, russian, "ru") == ["sum: the tags differ"]
    translations.confirm(english, russian, "ru")
    assert translations.differences(english, russian, "ru") == []


def test_confirming_takes_over_the_code_and_keeps_the_prose(pair, tmp_path, capsys):
    english, russian = pair
    english.cells[0].source, english.cells[2].source = "# Push", "2 + 2"
    for lang, made in (("en", english), ("ru", russian)):
        (tmp_path / lang).mkdir()
        nbformat.write(made, tmp_path / lang / "01.ipynb")
    path = str(tmp_path / "ru" / "01.ipynb")
    assert translations.main([path]) == 1
    assert "title: the original has changed" in capsys.readouterr().out
    assert translations.main([path, "--confirm"]) == 0
    assert translations.main([path]) == 0
    kept = nbformat.read(path, as_version=4)
    assert [cell.source for cell in kept.cells] == ["# Ждать", 'cjsim.speak("ru")', "2 + 2"]


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    assert translations.main([str(tmp_path / "ru" / "no.ipynb")]) == 2
    assert "no.ipynb" in capsys.readouterr().err
