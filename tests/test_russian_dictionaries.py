"""The Russian pages have each event, stage, measure and rule, named as charts name it."""

import re
from pathlib import Path

import pytest

from cjsim.journey import STAGES
from cjsim.labels import text
from cjsim.measures import UNITS
from cjsim.model.events import EVENTS
from tests.test_docs import rows

PAGES = Path(__file__).parents[1] / "docs" / "ru"


def told(name: str, columns: int) -> list[list[str]]:
    """The rows of a page's tables of so many columns, without their heads."""
    page = (PAGES / name).read_text(encoding="utf-8")
    return [row for row in rows(page) if len(row) == columns and "`" in row[0] + row[1]]


def named(key: str, label: str) -> str:
    return f"`{key}` «{text(label, 'ru')}»"


def test_every_event_stands_beside_its_word() -> None:
    expected = [[str(int(e)), named(e.key, f"event.{e.key}")] for e in EVENTS]
    assert [row[:2] for row in told("events.md", 8)] == expected


def test_every_stage_stands_beside_its_word() -> None:
    expected = [[str(int(s)), named(s.key, f"stage.{s.key}.label")] for s in STAGES]
    stages = [row[:2] for row in told("events.md", 3) if row[0].isdigit()]
    assert stages == expected


def test_every_measure_of_the_summary_has_its_word_and_its_unit() -> None:
    expected = [
        [named(name, f"measure.{name}"), text(f"unit.{unit}", "ru")] for name, unit in UNITS.items()
    ]
    assert [[plain(cell) for cell in row[:2]] for row in told("measures.md", 4)] == expected


def plain(cell: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", cell)


@pytest.mark.parametrize("name", ["model.md", "measures.md", "events.md"])
def test_what_the_english_page_defines_the_russian_one_defines_too(name: str) -> None:
    """Names in bold code and names of keys, which no other page has."""
    english, russian = (
        set(re.findall(r"\*\*`(\w+)|`(\w+(?:\.[\w<>\[\]]+)+)`", page.read_text(encoding="utf-8")))
        for page in (PAGES.parent / name, PAGES / name)
    )
    assert english
    assert english - russian == set()
