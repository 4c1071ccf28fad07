"""Lectures under other luck: seeds are moved once and nowhere else, and the page is up to date."""

import random
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import cjsim
from cjsim.course import claim
from cjsim.model.streams import worlds
from tools import reseed
from tools.other_luck import move, moved
from tools.reseed import (
    SHIFTS,
    Row,
    Section,
    digest,
    lectures,
    page,
    sections,
    stale,
    under_other_luck,
    verdict,
)

KNOWN = sections()
PATHS = pytest.mark.parametrize("path", lectures(), ids=lambda path: path.stem)


# --- the page -------------------------------------------------------------------------------------


@PATHS
def test_a_lecture_was_tried_as_it_is_now(path: Path) -> None:
    assert path.stem in KNOWN, "python -m tools.reseed"
    assert KNOWN[path.stem].digest == digest(path), "python -m tools.reseed"


@PATHS
def test_a_headline_keeps_its_verdict_under_any_luck(path: Path) -> None:
    rows = KNOWN[path.stem].rows
    assert [row for row in rows if row.cell == "headline" and row.turned] == []


@PATHS
def test_the_page_names_each_claim_and_its_stored_verdict(path: Path) -> None:
    claims = {cell.id: reseed.line(cell.outputs) for cell in reseed.claims(reseed.read(path))}
    stored = {row.cell: row.stored for row in KNOWN[path.stem].rows}
    assert stored == {cell: verdict(said) for cell, said in claims.items()}
    assert all(row.stored in reseed.VERDICTS for row in KNOWN[path.stem].rows)


def test_the_page_holds_no_lecture_that_is_gone() -> None:
    assert list(KNOWN) == reseed.names()


def test_a_page_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = Row("headline", "holds", ("holds", "open *same*")), Row("a-1", "open", ("open", "fails"))
    known = {"01_a": Section("a1b2", rows), "02_b": Section("c3", ())}
    (tmp_path / "p.md").write_text(page(known), encoding="utf-8")
    assert sections(tmp_path / "p.md") == known
    assert page(sections(tmp_path / "p.md")) == page(known)
    assert [row.turned for row in rows] == [True, True]
    assert "| `headline` | holds | holds | **open** *same* |" in page(known)
    assert "Of 2 claims, 2 turned." in page(known)


# --- what is tried again --------------------------------------------------------------------------


def lecture(folder: Path, *sources: str) -> Path:
    cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    path = folder / "01_a.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def test_code_and_numbers_make_a_lecture_stale_and_comments_do_not(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.toml"
    numbers.write_text("a = 1", encoding="utf-8")
    first = digest(lecture(tmp_path, "x = f(1)"), numbers)
    assert digest(lecture(tmp_path, "x = f(1)  # why"), numbers) == first
    assert digest(lecture(tmp_path, "x = f(2)"), numbers) != first
    numbers.write_text("a = 2", encoding="utf-8")
    assert digest(lecture(tmp_path, "x = f(1)"), numbers) != first


def test_what_is_new_or_has_changed_is_stale() -> None:
    now = {path.stem: Section(digest(path), ()) for path in lectures()}
    assert stale(now) == []
    name, *_ = now
    for other in ({}, {name: Section("", ())}):
        rest = {stem: section for stem, section in now.items() if stem != name}
        assert [path.stem for path in stale({**rest, **other})] == [name]


def test_a_verdict_is_the_first_word_of_what_is_printed() -> None:
    said = {one: str(claim([True] * n + [False] * (20 - n), lang="en")) for one, n in
            {"holds": 18, "open": 11, "fails": 2}.items()}  # fmt: skip
    assert {one: verdict(line) for one, line in said.items()} == {one: one for one in said}
    assert verdict("") == verdict("NameError: x") == reseed.STOPPED


def test_a_lecture_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert reseed.main(["notebooks/en/99*.ipynb"]) == 1
    assert "99*.ipynb" in capsys.readouterr().err


@pytest.mark.slow
def test_a_lecture_runs_with_its_seeds_moved_up_to_its_last_claim(tmp_path: Path) -> None:
    drawn = "claim([luck.random() for _ in range(20)], between=(0, 1))"
    path = lecture(
        tmp_path, "import random\nfrom cjsim.course import claim\nluck = random.Random(7)",
        drawn, "claim(unknown)", "import os; os._exit(1)",
    )  # fmt: skip
    luck = random.Random(7 + 9000)
    expected = claim([luck.random() for _ in range(20)], between=(0, 1), lang="en")
    assert under_other_luck(path, 9000) == {"cell-1": str(expected), "cell-2": ""}


# --- other luck -----------------------------------------------------------------------------------


@pytest.fixture
def told():
    """Runs code as a cell of a lecture whose seeds are moved; gives its names."""
    take_back = move(SHIFTS[0])

    def run(code: str) -> dict:
        names = {"__name__": "__main__"}
        exec(code, names)
        return names

    yield run
    take_back()


def test_a_seed_is_moved_where_the_lecture_gives_it_or_leaves_it_out(told) -> None:
    names = told(
        "import cjsim\n"
        "given = cjsim.simulate('phone', 5, seed=3).seed\n"
        "left_out = cjsim.simulate('phone', 5).seed\n"
        "def one(seed): return cjsim.simulate('phone', people=5, seed=seed).seed\n"
        "own = [one(seed) for seed in range(1, 3)]"
    )
    assert names["given"] == 5003
    assert names["left_out"] - 5000 == cjsim.simulate("phone", 5).seed
    assert names["own"] == [5001, 5002]


def test_what_the_kit_calls_in_its_turn_is_not_moved_again(told) -> None:
    names = told(
        "import cjsim\n"
        "phone = cjsim.Scenario.load('phone')\n"
        "sides = {'a': phone, 'b': phone.with_strategy('guide')}\n"
        "found = cjsim.compare(sides, people=5, runs=2, seed=101, executor='here').runs\n"
        "world = found.index.get_level_values('seed')[0]\n"
        "again = cjsim.simulate(phone, 5, seed=int(world)).seed"
    )
    seeds = set(names["found"].index.get_level_values("seed"))
    assert seeds == set(worlds(5101, 2))
    assert names["again"] == names["world"]  # a world of an answer is that world


def test_generators_of_python_and_numpy_are_moved_for_a_lecture_alone(told) -> None:
    names = told(
        "import random\nimport numpy as np\n"
        "mine, yours = random.Random(1).random(), np.random.default_rng(seed=2).random()"
    )
    here = random.Random(1).random(), np.random.default_rng(2).random()
    assert here == (0.13436424411240122, 0.2616121342493164)
    assert names["mine"] == random.Random(5001).random()
    assert names["yours"] == np.random.default_rng(5002).random()


def test_all_is_taken_back() -> None:
    before = cjsim.simulate, cjsim.observe.walks, random.Random, np.random.default_rng
    take_back = move(5000)
    assert cjsim.simulate is not before[0]
    take_back()
    assert (cjsim.simulate, cjsim.observe.walks, random.Random, np.random.default_rng) == before


def test_only_what_is_typed_is_moved() -> None:
    assert [moved(seed, 5000) for seed in (0, 101, np.int64(7))] == [5000, 5101, 5007]
    assert [moved(seed, 5000) for seed in (5000, 2**61, None, "a")] == [5000, 2**61, None, "a"]
