"""The Russian documentation mirrors the English, keeps up with it, and is Russian."""

import re
import shlex
from pathlib import Path

import pytest

from cjsim.cli.main import command_line
from tests.course import russian
from tools.pages import ROOT
from tools.site.tree import pages_of
from tools.translated_pages import (
    ENGLISH_ALONE,
    anchors,
    confirm,
    differences,
    faults,
    parts,
    twins,
    untranslated,
)

TWINS = twins()
LONGEST = 30
"""Words of a sentence; a page is read with the eyes, a lecture aloud."""
NUMBERED = re.compile(r"(?:(?<=Python )|(?<=раздел )|(?<=раздела )|(?<=разделе )|(?<=# ))\d\.\d+")
"""Versions and sections, whose point is none of a number."""

every_page = pytest.mark.parametrize("path", TWINS, ids=lambda p: p.relative_to(ROOT).as_posix())


@every_page
def test_a_page_mirrors_its_original_and_keeps_up(path: Path) -> None:
    """After reading both: python -m tools.translations --confirm PAGE."""
    assert differences(path, TWINS[path]) == []


def test_each_page_has_its_original_where_it_belongs() -> None:
    here = [path for path in pages_of("ru").values() if "docs" in path.parts]
    assert here
    assert [p for p in here if TWINS[p] != ROOT / "docs" / p.relative_to(ROOT / "docs/ru")] == []


def test_a_page_that_stays_in_english_has_a_reason_and_no_twin() -> None:
    assert set(ENGLISH_ALONE) <= set(pages_of("en"))
    assert [name for name in ENGLISH_ALONE if name not in untranslated([name], listed=())] == []


def test_every_page_is_translated_or_stays_in_english_for_a_reason() -> None:
    assert untranslated(pages_of("en")) == []


OWN_COMMANDS = {"demo", "test", "lecture", "site"}
"""Words that `kit.py` takes itself; any other is a command."""


def commands(text: str) -> list[str]:
    """The commands of a page's code, without their comments; a backslash goes on."""
    lines = "\n".join("\n".join(block) for block in parts(text).code).replace("\\\n", " ")
    typed = re.findall(
        r"^(?:\$ | *)(?:cjsim|python3 kit\.py) (\S.*?)(?: +#.*)?$", lines, re.MULTILINE
    )
    return [words for words in typed if words.split()[0] not in OWN_COMMANDS]


@every_page
def test_the_command_line_takes_what_a_page_types(path: Path) -> None:
    """Not each command has words in two languages."""
    for words in commands(path.read_text(encoding="utf-8")):
        try:
            command_line().parse_args(shlex.split(words))
        except SystemExit:
            pytest.fail(f"{words}: the command does not take that")


def paragraphs(text: str) -> str:
    """A text whose paragraphs, items and headings are a line each, without names of code."""
    said = russian.plain(text).replace("`x`", "``")
    return re.sub(r"(?<=[^\n])\n(?! *([-*|#>]|\d+\.|\n))", " ", said)


@every_page
def test_a_page_is_printed_as_russian_is(path: Path) -> None:
    text = NUMBERED.sub("", path.read_text(encoding="utf-8"))
    assert russian.found(russian.MISPRINTS, text) == []
    assert russian.journeys(text) <= 1
    assert russian.longer_than(LONGEST, paragraphs(text)) == []


# --- And a fault is seen --------------------------------------------------------------------------

ENGLISH = """# Waiting

Of 2,000 people 0.125 % [wait](model.md#what). See `cjsim check`, $a + \\text{rest}$.

## How

| what | how |
|---|---|
| this | that |

    cjsim compare phone --people 500    # wait

Both run at once, and low is 0.946 or 1,000:

    at stages 7–12:  S ← S + care·f        at a first deal: the rival's price

```python
>>> print(found.says("en"))                # in words
Nothing.
>>> changes = {"one more rep": {"firm.reps": 2}}
```

```console
$ cjsim check coffee.toml
coffee.toml: good.
```
"""
RUSSIAN = """# Ждать

Из 2000 человек 0,125\u202f% [ждут](model.md#what). См. `cjsim check`, $a + \\text{прочее}$.

## Как

| что | как |
|---|---|
| это | то |

    cjsim compare phone --people 500 --lang ru    # ждать

Оба идут сразу, и `low` — это 0,946 или 1000:

    на этапах 7–12:  S ← S + care·f        при первой сделке: цена конкурента

```python
>>> print(found.says("ru"))                # словами
Ничего.
>>> changes = {"ещё продавец": {"firm.reps": 2}}
```

```console
$ cjsim check coffee.toml --lang ru
coffee.toml: всё хорошо.
```
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """An English page and its Russian one, not confirmed yet."""
    english, translated = tmp_path / "page.md", tmp_path / "page.ru.md"
    english.write_text(ENGLISH, encoding="utf-8")
    translated.write_text(RUSSIAN, encoding="utf-8")
    return english, translated


def confirmed(pair: tuple[Path, Path]) -> str:
    return confirm(pair[1], pair[0])


def test_a_page_that_mirrors_its_original_passes(pair: tuple[Path, Path]) -> None:
    assert faults(ENGLISH, confirmed(pair)) == []
    assert faults(ENGLISH, RUSSIAN) == [
        "nobody has confirmed that this says what the original says"
    ]


def test_to_confirm_twice_changes_nothing(pair: tuple[Path, Path]) -> None:
    once = confirmed(pair)
    pair[1].write_text(once, encoding="utf-8")
    assert confirmed(pair) == once


def test_to_confirm_takes_over_what_is_printed_but_for_what_is_asked_in_russian(
    pair: tuple[Path, Path],
) -> None:
    asked = '```python\n>>> 1 + 1\n2\n>>> (\n...     2)\n3\n>>> found.says("en")\nNothing.\n\n```\n'
    said = asked.replace('"en"', '"ru"').replace("Nothing", "Ничего").replace("2\n>", "5\n>")
    assert said != asked
    for page, text in zip(pair, (asked, said), strict=True):
        page.write_text("# A\n\n" + text + "\nB\n", encoding="utf-8")
    expected = asked.replace('"en"', '"ru"').replace("Nothing", "Ничего")
    assert confirmed(pair).startswith("# A\n\n" + expected + "\nB\n")


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("## Как", "### Как", "headings: [1, 2] in the original, [1, 3] here"),
        ("| это | то |\n", "", "tables: ['3 x 2']"),
        ("| это | то |", "| это | то | иное |", "tables: ['3 x 2']"),
        ("2000", "3000", "numbers: 2000 is missing"),
        ("0,125", "0,5", "numbers: 0.125 is missing"),
        ("a +", "a -", "formulas: "),
        ("`cjsim check`", "`cjsim new`", "words of code: `cjsim check` is missing"),
        ("--people 500", "--people 50", "code: block 1 differs"),
        ("0,946", "0946", "numbers: 0.946 is missing"),
        ("`low`", "`law`", "words of code: `law` is not in the original"),
        ("care·f", "care + f", "code: block 2 differs"),
        ("care·f", "core·f", "code: block 2 differs"),
        ("found.says", "lost.says", "code: block 3 differs"),
        ('"ещё продавец"', '"two more"', "code: block 3 differs"),
        ("check coffee.toml --lang ru", "check coffee.toml", "code: block 4 differs"),
        ("\n    cjsim compare phone --people 500 --lang ru    # ждать\n", "", "code: 4 blocks"),
    ],
)
def test_what_does_not_mirror_its_original_is_named(
    pair: tuple[Path, Path], here: str, there: str, told: str
) -> None:
    assert here in RUSSIAN
    assert faults(ENGLISH, confirmed(pair).replace(here, there))[0].startswith(told)


def test_a_stale_section_is_named_by_its_heading(pair: tuple[Path, Path]) -> None:
    changed = ENGLISH.replace("| that |", "| another |")
    assert faults(changed, confirmed(pair)) == [
        "How: the original has changed since this was translated"
    ]
    more = ENGLISH + "\n## Why\n"
    assert "the original has 3 sections now, and had 2" in faults(more, confirmed(pair))


def test_what_a_command_prints_makes_no_section_stale(pair: tuple[Path, Path]) -> None:
    printed = ENGLISH.replace("Nothing.", "Something.")
    assert faults(printed, confirmed(pair)) == []


def test_a_link_to_a_page_that_is_translated_leads_to_the_translation() -> None:
    path = ROOT / "docs" / "ru" / "README.md"
    text = path.read_text(encoding="utf-8")
    assert "(../../exercises/README.ru.md)" in text
    wrong = text.replace("exercises/README.ru.md", "exercises/README.md")
    found = [line for line in _of(path, wrong) if line.startswith("links")]
    assert found == [
        "links: exercises/README.ru.md is missing",
        "links: exercises/README.md is not in the original",
    ]


def _of(path: Path, text: str) -> list[str]:
    from tools import translated_pages

    original = TWINS[path]
    return translated_pages._astray(original.read_text(encoding="utf-8"), text, original, path)


def test_anchors_are_those_that_github_gives(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Что, если: `x`?\n\n## Как\n\n## Как\n\n```\n# no\n```\n", encoding="utf-8")
    assert anchors(page) == ["что-если-x", "как", "как-1"]
