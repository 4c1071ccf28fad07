"""Lines from a process that a student's code has run in: looked at, in bounds, in turn."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.course.checks import tasks_of
from cjsim.course.grading.told import Told

MOST = {str(task.number): task.most for task in tasks_of("01")}
SET = {"kind": "set", "set": "01", "source": "cells", "missing": []}
READY, CELL, CHECKS = (
    {"kind": "ready"},
    {"kind": "cell", "cell": 1},
    {"kind": "cell", "cell": "checks"},
)
POINTS = {"kind": "points", "points": {**MOST, "1": 2.5}, "failed": ["1.gain"]}
ERROR = {"kind": "trouble", "trouble": "error", "what": "ValueError"}
REFUSED = {"kind": "refused", "refused": "wrote", "what": "/etc/passwd"}
HONEST = (SET, READY, CELL, CHECKS, POINTS)


def heard(*facts, word="word"):
    told = Told("word", 2.0)
    for fact in facts:
        told.hear(fact if isinstance(fact, bytes) else json.dumps({"word": word, **fact}).encode())
    return told


def test_an_honest_process_is_taken_at_its_word():
    told = heard(*HONEST)
    assert (told.set, told.points, told.failed) == ("01", {**MOST, "1": 2.5}, ("1.gain",))
    assert (told.done, told.forged, told.first, told.error) == (True, False, None, None)
    told = heard(SET, READY, CELL, ERROR, REFUSED, {**CELL, "cell": 7}, ERROR, CHECKS, POINTS)
    assert told.error == ("error", {"cell": "1", "what": "ValueError", "memory": 2.0})
    assert told.first == ("wrote", {"cell": "1", "what": "/etc/passwd", "memory": 2.0})
    assert not told.forged


def test_words_and_worlds_are_taken_in_bounds():
    told = heard(*HONEST[:-1], {**POINTS, "words": {"1": "a\x1b[2J\nb"}, "gained": {"4": [1, 2.5]}})
    assert (told.words, told.gained) == ({"1": "a\\x1b[2J\nb"}, {"4": (1.0, 2.5)})
    assert not told.forged
    told = heard(*HONEST[:-1], {**POINTS, "words": {"1": "long " * 5000}})
    assert len(told.words["1"]) <= 4000


PRINTS = {
    "nothing": b"",
    "an empty line": b"\n",
    "words": b"hello\n",
    "half a line": b'{"word": "wo',
    "a number": b"7\n",
    "a list": b"[1]\n",
    "null": b"null\n",
    "no text": b"\xff\xfe\n",
    "another word": json.dumps({**POINTS, "word": "other"}).encode(),
    "no word": json.dumps(POINTS).encode(),
    "a word that is a list": json.dumps({**POINTS, "word": ["word"]}).encode(),
    "deep": b"[" * 100_000,
    "a long number": b"9" * 10_000,
}


@pytest.mark.parametrize("line", PRINTS.values(), ids=PRINTS)
def test_what_a_notebook_prints_is_nothing(line):
    told = heard(SET, READY, CELL, line, CHECKS, line, POINTS)
    assert told.points == POINTS["points"]
    assert not told.forged


def points(**changes):
    return {**POINTS, "points": {**POINTS["points"], **changes}}


FORGED = {
    "more than there are": points(**{"1": 999}),
    "below none": points(**{"1": -1}),
    "infinite": points(**{"1": float("inf")}),
    "no number": points(**{"1": float("nan")}),
    "words": points(**{"1": "3"}),
    "true": points(**{"1": True}),
    "a list": points(**{"1": [3]}),
    "null": points(**{"1": None}),
    "another task": points(**{"9": 1}),
    "a formula as task": points(**{"=1+1": 1}),
    "points that are a list": {**POINTS, "points": [1]},
    "too few tasks": {**POINTS, "points": {"1": 1}},
    "no points": {"kind": "points"},
    "a formula as hint": {**POINTS, "failed": ["=HYPERLINK(1)"]},
    "a hint of another set": {**POINTS, "failed": ["1.nothing"]},
    "words of no task": {**POINTS, "words": {"9": "x"}},
    "words that are a list": {**POINTS, "words": ["x"]},
    "words that are a number": {**POINTS, "words": {"1": 7}},
    "worlds of no task": {**POINTS, "gained": {"9": [1.0]}},
    "worlds that are a number": {**POINTS, "gained": {"4": 1.0}},
    "no worlds": {**POINTS, "gained": {"4": []}},
    "worlds without end": {**POINTS, "gained": {"4": [float("inf")]}},
    "hints that are words": {**POINTS, "failed": "1.gain"},
    "hints that are lists": {**POINTS, "failed": [["1.gain"]]},
    "a second set": {**SET, "set": "02"},
    "a set that is not": {**SET, "set": "77"},
    "ready again": READY,
    "an unknown kind": {"kind": "grade"},
    "a kind that is a list": {"kind": []},
    "no kind": {},
    "a cell again": CELL,
    "a cell before": {**CELL, "cell": 0},
    "a cell of words": {**CELL, "cell": "7"},
    "half a cell": {**CELL, "cell": 7.5},
    "a cell far off": {**CELL, "cell": 10**9},
    "an unknown trouble": {**ERROR, "trouble": "none"},
    "an unknown refusal": {**REFUSED, "refused": {}},
    "an unknown verdict": {"kind": "verdict"},
    "a verdict of ok": {"kind": "verdict", "verdict": "ok"},
}


@pytest.mark.parametrize("fact", FORGED.values(), ids=FORGED)
def test_a_line_that_we_would_not_write_is_a_forgery(fact):
    before = (SET, READY, CELL, CHECKS) if fact.get("kind") == "points" else (SET, READY, CELL)
    told = heard(*before, fact)
    assert told.forged
    held = told.points or {}
    assert all(0 <= held[task] <= MOST[task] for task in held)


OUT_OF_TURN = {
    "points from a cell": (SET, READY, CELL, POINTS),
    "points before the notebook runs": (SET, POINTS),
    "points first of all": (POINTS,),
    "points twice": (*HONEST, POINTS),
    "points after a verdict": (SET, {"kind": "verdict", "verdict": "empty"}, POINTS),
    "a verdict after points": (*HONEST, {"kind": "verdict", "verdict": "empty"}),
    "ready before the set": (READY,),
    "a cell before ready": (SET, CELL),
    "checks before ready": (SET, CHECKS),
    "checks twice": (SET, READY, CHECKS, CHECKS),
    "a cell after the checks": (SET, READY, CHECKS, CELL),
    "a trouble before ready": (SET, ERROR),
}


@pytest.mark.parametrize("facts", OUT_OF_TURN.values(), ids=OUT_OF_TURN)
def test_a_line_out_of_turn_is_a_forgery(facts):
    assert heard(*facts).forged


@pytest.mark.parametrize("word", ["\x1b[2J", "a\nb", "\u202e", "x" * 5000, 7, None, ["a"], {}])
def test_what_is_told_can_be_shown(word):
    told = heard(SET, READY, CELL, {**ERROR, "what": word})
    shown = told.error[1]["what"]
    assert shown.isprintable()
    assert len(shown) <= 200


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from([*HONEST, ERROR, REFUSED]), st.sampled_from(
    ["kind", "set", "source", "missing", "cell", "points", "failed", "trouble", "refused", "what"]
), json_values), max_size=8))  # fmt: skip
def test_whatever_is_told_nothing_breaks_and_points_stay_in_bounds(changes):
    told = heard(SET, READY, CELL, *({**fact, key: value} for fact, key, value in changes))
    assert told.points is None or told.points.keys() == MOST.keys()
    assert all(0 <= value <= MOST[task] for task, value in (told.points or {}).items())
