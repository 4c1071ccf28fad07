"""The pages say what is there: every claim, event, measure, rule, key and file."""

import importlib
import importlib.util
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.reading import pages

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
HOW_TO = sorted((DOCS / "how-to").glob("*.md"))
PAGES = pages()
LAST_CLAIM = {"A": 43, "B": 39, "C": 180, "T": 12}

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


# --- Claims ---------------------------------------------------------------------------------------

CITED = re.compile(r"(?<![\w#])([ABCT])(\d{1,3})\b(?:[–-]\1(\d{1,3})\b)?")
"""A claim's id, or a range of them: C57, C90–C93."""
NO_CITATION = re.compile(
    r"noqa:\s*[A-Z0-9, ]+"  # rules of the linter
    r"|\[[RSM]\d?\]"  # grades
    r"|\bX\d+\b"  # experiments
    r"|data:image/[^\"]+|\b[0-9a-f]{12,}\b"  # pictures, digests
)
TRIED = {"tests/test_notebooks.py": {"C181"}}
"""Ids outside the ledger that a test gives to a check which is to refuse them."""
CODE = (".py", ".toml", ".js", ".css")


def ids(text: str) -> set[str]:
    """The claims that a text cites."""
    cited = CITED.findall(NO_CITATION.sub(" ", text))
    return {
        f"{letter}{n}"
        for letter, first, last in cited
        for n in range(int(first), int(last or first) + 1)
    }


def files_that_cite() -> list[Path]:
    """Code, presets, words, lectures, exercises, pages and tests."""
    found = [*PAGES]
    for folder in ("cjsim", "tools", "tests", "benchmarks"):
        found += [p for p in (ROOT / folder).rglob("*") if p.suffix in CODE]
    for folder in ("notebooks", "exercises"):
        found += (ROOT / folder).rglob("*.ipynb")
    return sorted(
        p for p in set(found)
        if p != Path(__file__) and not {"__pycache__", ".ipynb_checkpoints"} & set(p.parts)
    )  # fmt: skip


def prose(path: Path) -> str:
    """What a file says; of a notebook the sources of its cells, not what they show."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def ledger(name: str = "claims.md") -> list[str]:
    """The ids that have a line, in the order of the page."""
    return re.findall(r"^- \*\*([ABCT]\d+)\*\* \S.*[.?!)\"]$", page(name), re.MULTILINE)


@pytest.mark.parametrize("name", ["claims.md", "ru/claims.md"])
def test_every_claim_has_one_line_and_they_stand_in_order(name: str) -> None:
    assert ledger(name) == [
        f"{letter}{n}" for letter, last in LAST_CLAIM.items() for n in range(1, last + 1)
    ]


def test_every_cited_claim_has_its_line() -> None:
    known = set(ledger())
    astray = {}
    for path in files_that_cite():
        name = path.relative_to(ROOT).as_posix()
        if lost := ids(prose(path)) - known - TRIED.get(name, set()):
            astray[name] = sorted(lost)
    assert astray == {}


def test_the_ledger_ends_where_coverage_says_it_does() -> None:
    assert importlib.import_module("tools.coverage").LAST_CLAIM == LAST_CLAIM


@pytest.mark.parametrize("text", ["C0", "C181", "A44", "B040", "T13", "see C57–C181"])
def test_an_id_outside_the_ledger_is_seen(text: str) -> None:
    assert ids(text) - set(ledger())


@pytest.mark.parametrize(
    "text", ["[R] and [S2]", "# noqa: B010 - why", "X12", "UTC3", "deadbeefC1234", "#C9C9C9", "C++"]
)
def test_what_only_looks_like_a_claim_is_none(text: str) -> None:
    assert ids(text) == set()


def test_a_range_names_each_of_its_claims() -> None:
    assert ids("C57, (C90–C93)") == {"C57", "C90", "C91", "C92", "C93"}


@pytest.mark.parametrize("folder", [DOCS, DOCS / "ru"], ids=lambda p: p.name)
def test_the_index_leads_to_every_page(folder: Path) -> None:
    index = (folder / "README.md").read_text(encoding="utf-8")
    led = set(re.findall(r"\]\(([\w/-]+\.md)", index))
    here = {p.relative_to(folder).as_posix() for p in folder.rglob("*.md")} - {"README.md"}
    assert {name for name in here - led if not name.startswith("ru/")} == set()


# --- Dictionaries ---------------------------------------------------------------------------------


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables of a page."""
    for line in text.splitlines():
        if line.startswith("|") and not re.match(r"\|[\s:|-]+\|$", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_event_has_its_row_with_its_number() -> None:
    from cjsim.model.events import EVENTS

    told = {row[1]: row[0] for row in rows(page("events.md")) if len(row) == 8}
    assert {f"`{e.key}`": str(int(e)) for e in EVENTS}.items() <= told.items()


def test_every_stage_has_its_row_with_its_number() -> None:
    from cjsim.journey import STAGES

    told = {row[1]: row[0] for row in rows(page("events.md")) if len(row) == 3}
    assert {f"`{s.key}`": str(int(s)) for s in STAGES}.items() <= told.items()


def test_every_column_of_log_and_truth_is_told() -> None:
    from cjsim.log import COLUMNS, LEVELS, TRUTHS

    text = page("events.md")
    columns = [*COLUMNS, *LEVELS, *(name for name in TRUTHS if name != "anchor")]
    assert [name for name in columns if f"`{name}`" not in text] == []


def test_every_measure_of_the_summary_has_its_row_in_order_and_its_unit() -> None:
    from cjsim.measures import UNITS

    told = [(row[0], row[1]) for row in rows(page("measures.md")) if len(row) == 4]
    expected = [(f"`{name}`", unit.replace("_", " ")) for name, unit in UNITS.items()]
    assert [row for row in told if row[0] != "measure"] == expected


def test_every_function_of_measures_is_told() -> None:
    from cjsim import measures

    text = page("measures.md")
    assert [n for n in measures.__all__ if not re.search(rf"\*\*`{n}[`(]", text)] == []


@pytest.mark.parametrize("module", ["cjsim.model.rules", "cjsim.model.transitions"])
def test_every_rule_has_its_place_in_the_model(module: str) -> None:
    code = importlib.import_module(module)
    functions = [
        name for name, function in inspect.getmembers(code, inspect.isfunction)
        if function.__module__ == module and not name.startswith("_")
    ]  # fmt: skip
    assert functions
    assert [name for name in functions if f"`{name}`" not in page("model.md")] == []


def test_every_key_that_decides_what_people_do_is_told() -> None:
    from cjsim.scenario import docs

    text = page("model.md")
    tables = (
        "response", "experience", "curiosity", "loyalty", "shelf", "rival", "words", "service",
    )  # fmt: skip
    keys = [f"{table}.{key.key}" for table in tables for key in docs(table)]
    assert [key for key in keys if f"`{key}`" not in text] == []


BOUNDS = {
    "MOST_TOLD": ("1,000", 1_000),
    "ROOM_FOR_STAGES": ("16", 16),
    "MOST_VISITS": ("2³⁰", 1 << 30),
    "CONTACTS_A_VISIT": ("2²⁹", 1 << 29),
    "AFTER_SWITCH": ("2²⁸", 1 << 28),
    "LONGEST_WAIT": ("a day", 1.0),
}
"""Numbers of the rules that no scenario sets -> as the page writes them, as they are."""


@pytest.mark.parametrize("name", BOUNDS)
def test_every_bound_of_the_rules_is_told_with_its_size(name: str) -> None:
    from cjsim.model import rules

    told, value = BOUNDS[name]
    assert getattr(rules, name) == value
    assert any(f"`{name}`" in part and told in part for part in page("model.md").split("\n\n"))


@pytest.mark.parametrize("name", ["model.md", "evidence.md", "measures.md"])
def test_every_key_that_a_page_names_is_a_key(name: str) -> None:
    from cjsim.scenario import TABLES
    from cjsim.scenario.keys import key_at

    heads = "|".join(re.escape(table) for table in TABLES if "." not in table)
    named = re.findall(rf"`((?:{heads})(?:\.[\w<>\[\]]+)+)`", page(name))
    assert named or name == "measures.md"
    astray = []
    for key in named:
        parts = [0 if part == "[]" else part for part in key.replace("[]", ".[]").split(".")]
        if key_at(tuple("action" if part == "<stage>" else part for part in parts)) is None:
            astray.append(key)
    assert astray == []


# --- Files ----------------------------------------------------------------------------------------

PLACES = "cjsim|tests|tools|docs|notebooks|exercises|benchmarks"
NAMED = re.compile(rf"`((?:{PLACES})(?:/[\w.<>*-]+)+/?|[\w-]+\.(?:py|md|toml|cff|yml|txt))`")
"""What stands in backticks and looks like a path of the repository."""
IN_COMMANDS = re.compile(rf"\b((?:{PLACES})/[\w./-]+\.(?:py|ipynb|cfg|md))\b")
MADE_UP = re.compile(r"[<>*]|NN|sNN")
"""A place to fill: `cjsim/charts/<name>.py`."""
OWN = {
    "en.toml", "ru.toml", "wrong.py", "checks.py", "my.toml", "process.py", "__init__.py",
    "nbgrader_config.py",
}  # fmt: skip
"""Names without their folder, which the sentence has named before."""


@pytest.mark.parametrize(
    "path", [*HOW_TO, DOCS / "design.md", DOCS / "model.md", DOCS / "events.md",
             DOCS / "measures.md", ROOT / "CONTRIBUTING.md"], ids=lambda p: p.stem
)  # fmt: skip
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = {*NAMED.findall(text), *IN_COMMANDS.findall(text)} - OWN
    missing = [
        name for name in sorted(named)
        if not MADE_UP.search(name) and not (ROOT / name).exists()
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("path", HOW_TO, ids=lambda p: p.stem)
def test_a_how_to_names_files_and_tests(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "|" in text
    assert re.search(r"pytest tests/|\| `tests/", text)
    assert re.search(r"second|minute|\d s\b|\d min\b", text)


@pytest.mark.parametrize("path", [*HOW_TO, ROOT / "CONTRIBUTING.md"], ids=lambda p: p.stem)
def test_every_tool_that_a_page_names_is_there(path: Path) -> None:
    """From a clone: a script of ours that is run by its path finds none of our packages."""
    text = path.read_text(encoding="utf-8")
    for module in re.findall(r"python -m ((?:tools|cjsim|tests|benchmarks)[\w.]*)", text):
        assert importlib.util.find_spec(module), module
    assert re.findall(r"python (?:tools|tests|benchmarks)/", text) == []


def test_pages_name_no_machine() -> None:
    odd = re.compile(r"(?<![\w.:/<])/(?:home|root|tmp|work|mnt|Users)\b|[A-Z]:\\")
    assert [p.name for p in PAGES if odd.search(p.read_text(encoding="utf-8"))] == []


# --- The files around -----------------------------------------------------------------------------


def test_version_and_licence_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {project['version']}\n" in citation
    assert f"## {project['version']}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert "license: MIT\n" in citation


def test_every_public_name_is_told() -> None:
    import cjsim

    assert [name for name in cjsim.__all__ if f"`{name}`" not in page("design.md")] == []
