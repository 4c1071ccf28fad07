"""The page that tells which claims are taught and simulated, and the scanner that finds them."""

import json
import re
from pathlib import Path

import pytest

from tests.course.reading import ROOT
from tools import coverage
from tools.coverage import claims, groups, ledger, left_out, page, simulated, taught


def lecture(folder: Path, name: str, **cells: str) -> None:
    told = [{"cell_type": "markdown", "id": i, "source": [text]} for i, text in cells.items()]
    told.append({"cell_type": "code", "id": "code", "source": ["# C7"]})
    (folder / name).write_text(json.dumps({"cells": told}), encoding="utf-8")


# --- Ids in a text --------------------------------------------------------------------------------


def test_a_range_names_each_of_its_claims() -> None:
    assert claims("C90–C93, A1-A2") == {"C90", "C91", "C92", "C93", "A1", "A2"}


@pytest.mark.parametrize("text", ["C1400", "AC140", "C14x", "0xC140", "#C14", "x_T1", "B2B", "D1"])
def test_what_only_looks_like_a_claim_is_none(text: str) -> None:
    assert claims(text) == set()


@pytest.mark.parametrize(
    "text", ["(C14)", "C14:", "C14; size ours", "see C14.", '"C14"', "**C14**"]
)
def test_a_claim_is_seen_beside_punctuation(text: str) -> None:
    assert claims(text) == {"C14"}


# --- Where they are cited -------------------------------------------------------------------------


def test_a_lecture_teaches_what_its_text_cites(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    lecture(folder, "01_a.ipynb", title="A claim (C49).", notice="C86–C87", sources="C1, C49")
    lecture(folder, "02_b.ipynb", title="Once more C49, C49.")
    lecture(folder, "L_c.ipynb", title="C87")
    lecture(folder, "lab.ipynb", title="C3")
    a, b, c = "[01](en/01_a.ipynb)", "[02](en/02_b.ipynb)", "[L](en/L_c.ipynb)"
    assert taught(folder) == {"C49": [a, b], "C86": [a], "C87": [a, c]}


def test_a_module_simulates_what_its_comments_and_strings_cite(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "funnel.py").write_text('"""Planned loss (C110)."""\n')
    (tmp_path / "rules.py").write_text('"""A rule (B19)."""\nC7 = 1  # C142\n')
    found = simulated(tmp_path)
    assert "`rules.py`" in found["B19"]
    assert "`rules.py`" in found["C142"]
    assert "`rules.py`" not in found.get("C7", [])
    assert "`charts/funnel.py`" not in found["C110"]


def test_a_touchpoint_simulates_what_stands_in_its_table(tmp_path: Path) -> None:
    (tmp_path / "scenario" / "presets").mkdir(parents=True)
    library = (
        "# T9\n[touchpoints.site]  # A19\nreach = 1  # B22\n# B23\n[touchpoints.site.fit]  # C26\n"
    )
    (tmp_path / "scenario" / "presets" / "touchpoints.toml").write_text(library)
    (tmp_path / "scenario" / "presets" / "car.toml").write_text("price = 1  # C53\n")
    found = simulated(tmp_path)
    assert all("`touchpoints.site`" in found[claim] for claim in ("A19", "B22", "C26"))
    assert "`touchpoints.toml`" in found["T9"]
    assert "`touchpoints.site`" not in found.get("B23", [])
    assert "`car.toml`" in found["C53"]


def test_a_key_of_a_scenario_simulates_the_claim_it_comes_from() -> None:
    found = simulated()
    assert "`product.first_deal_extra_cost`" in found["C46"]
    assert "`model/rules.py`" in found["C49"]


def test_a_claim_named_as_left_out_is_not_simulated(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    text = "# The euphoria (C161) is no part of a run; irritation is (C142).\n"
    (tmp_path / "experiment" / "assumptions.py").write_text(text)
    assert "C142" in simulated(tmp_path)
    assert "C161" not in simulated(tmp_path)


# --- What is left out -----------------------------------------------------------------------------


def test_every_claim_is_taught_or_simulated_or_left_out() -> None:
    there = set(taught()) | set(simulated()) | set(left_out())
    assert sorted(set(ledger()) - there, key=ledger().index) == []


def test_nothing_is_left_out_that_is_taught_or_simulated_or_no_claim() -> None:
    apart = set(left_out())
    assert apart & (set(taught()) | set(simulated())) == set()
    assert apart - set(ledger()) == set()


def not_one_sentence(reason: str) -> bool:
    """A capital, some words, one full stop, at the end; no bar, which would break the table."""
    return not re.fullmatch(r"[A-Z][^.!?|\n]{38,}\.", reason) or len(reason.split()) < 8


def test_each_reason_is_a_sentence_of_its_own() -> None:
    reasons = left_out()
    assert [claim for claim, reason in reasons.items() if not_one_sentence(reason)] == []
    assert len(set(reasons.values())) == len(reasons)


@pytest.mark.parametrize(
    "reason", ["", "Not now.", "no capital at all, though there are words enough here.",
               "A sentence of more than eight words without its full stop",
               "There are two sentences here. And this is the second one of them."],
)  # fmt: skip
def test_what_is_no_sentence_is_no_reason(reason: str) -> None:
    assert not_one_sentence(reason)


def test_a_claim_that_a_reason_names_as_said_elsewhere_is_not_left_out() -> None:
    named = set().union(*map(claims, left_out().values()))
    assert named, "the agenda and the praise point to others"
    assert named & set(left_out()) == set()


# --- The page -------------------------------------------------------------------------------------


def test_every_claim_stands_in_one_group() -> None:
    assert [claim for group in groups() for claim in group.claims] == ledger()
    assert len(ledger()) == 43 + 39 + 180 + 12


def test_the_page_counts_and_lists_what_is_left() -> None:
    lectures = {"A1": ["[01](en/01.ipynb)"]}
    model = {claim: ["`rules.py`"] for claim in ledger()[3:]}
    shown = page(lectures, model, {"A2": "Advice, with nothing to try."})
    assert "| A1–A2 | journey instead of funnel | 2 | 1 | 0 | 1 | 0 |" in shown
    assert "| A3–A13 | ten steps, kinds of contacts | 11 | 0 | 10 | 0 | 1 |" in shown
    assert "| All | | 274 | 1 | 271 | 1 | 1 |" in shown
    assert "| Claim | Why |\n| --- | --- |\n| A2 | Advice, with nothing to try. |\n\n" in shown
    assert "## Not yet\n\nA3.\n" in shown
    assert "| A1 | [01](en/01.ipynb) | |" in shown
    assert "| A2 | *left out* | |" in shown


def test_a_long_row_counts_the_places_it_does_not_name() -> None:
    shown = page({}, {"A1": [f"`{n}.py`" for n in "abcdef"]}, {})
    assert "| A1 | | `a.py`, `b.py`, `c.py`, `d.py`, and 2 more |" in shown


def test_the_page_does_not_depend_on_what_was_found_first() -> None:
    found = {claim: ["`rules.py`"] for claim in ("C9", "A2", "T1", "C10")}
    assert page(found, found, {}) == page(found, dict(reversed(found.items())), {})


def test_the_committed_page_is_what_is_written_today() -> None:
    stored = (ROOT / "notebooks" / coverage.PAGE).read_text(encoding="utf-8")
    assert stored == page(), "run: python -m tools.coverage"
