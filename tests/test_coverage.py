"""The table of docs/statistics.md: complete, and as `benchmarks/coverage.py` finds it."""

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.coverage import CASES, HEAD, Case, Tally, line, main, rows, tally

PAGE = (Path(__file__).parents[1] / "docs" / "statistics.md").read_text(encoding="utf-8")
STORED = 4000  # experiments behind each row of the page
TRIES = 400
CHEAP = [case for case in CASES if case.cheap]


def stored() -> dict[str, tuple[float, float, float]]:
    """Rows of the page: a case's name -> shares told, that hold, that mislead."""
    found = {}
    for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE):
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) == 6 and cells[2].isdigit():
            kind, of, runs, told, holds, misleads = cells
            told = float(told.removesuffix(" %")) / 100
            found[f"{kind}, {of}, {runs}"] = (told, float(holds), float(misleads))
    return found


def test_the_page_has_a_row_for_every_case_and_no_other():
    assert list(stored()) == [case.name for case in CASES]
    assert HEAD in PAGE


def test_every_kind_of_interval_is_explained():
    for kind in {case.kind for case in CASES}:
        assert f"**{kind}**" in PAGE, kind


def test_names_are_unlike():
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CHEAP[::7], ids=lambda case: case.name)
def test_the_page_says_what_the_benchmark_finds(case):
    """Within five standard errors of a share, of both: one in a million by chance."""
    (found,) = rows([case], TRIES, seed=2).values()
    told, holds, misleads = stored()[case.name]
    near = 5 * np.sqrt(1 / TRIES + 1 / STORED)
    for share, of, tries in (
        (told, found.told / found.tries, TRIES),
        (holds, found.coverage, max(found.told, 1)),
        (misleads, (found.told - found.held - found.warned) / found.tries, TRIES),
    ):
        spread = np.sqrt(max(share * (1 - share), 0.005))
        assert abs(share - of) <= near * spread * np.sqrt(TRIES / tries) + 0.005


AT_TEN = [
    case for case in CASES
    if case.runs >= 10
    and "sigma 2" not in case.of
]  # fmt: skip


@pytest.mark.parametrize("case", AT_TEN, ids=lambda case: case.name)
def test_from_ten_runs_on_an_interval_holds_the_truth_or_says_that_it_may_not(case):
    """92 %, within two standard errors of the 4,000 experiments."""
    _, holds, misleads = stored()[case.name]
    error = 2 * np.sqrt(0.92 * 0.08 / STORED)
    assert holds >= 0.92 - error or misleads <= 0.08 + error


def test_the_pages_table_says_where_no_interval_helps():
    _, holds, _ = stored()["mean, lognormal, sigma 2, 10"]
    assert holds < 0.9
    assert "sigma 2" in PAGE.split(HEAD)[0]


@pytest.mark.parametrize(
    ("low", "high", "warns", "said"),
    [
        ([0.0], [1.0], False, (1, 1, 1, 0)),
        ([0.6], [1.0], False, (1, 1, 0, 0)),
        ([0.6], [1.0], True, (1, 1, 0, 1)),
        ([0.0], [1.0], True, (1, 1, 1, 0)),
        ([np.nan], [np.nan], True, (1, 0, 0, 0)),
        ([0.5], [0.5], False, (1, 1, 1, 0)),
        ([-np.inf], [np.inf], False, (1, 1, 1, 0)),
        ([0.0, 0.6, np.nan], [1.0, 1.0, 2.0], False, (3, 2, 1, 0)),
        ([0.0, 0.6], [0.4, 1.0], [True, False], (2, 2, 0, 1)),
        ([], [], False, (0, 0, 0, 0)),
    ],
)
def test_intervals_are_counted(low, high, warns, said):
    assert tally(low, high, 0.5, warns) == Tally(*said)


def test_a_row_and_the_command(capsys):
    case = Case("mean", "toy", 3, lambda generator, tries: Tally(tries, tries // 2, tries // 4, 1))
    assert line(case, case.ask(np.random.default_rng(1), 8)) == (
        "| mean | toy | 3 | 50 % | 0.500 | 0.125 |"
    )
    main(["--tries", "8", "--only", "toy"], [case, *CASES])
    assert capsys.readouterr().out == f"{HEAD}\n| mean | toy | 3 | 50 % | 0.500 | 0.125 |\n"
