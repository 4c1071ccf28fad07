"""Exercise set 10, temperature: a thermometer in words, a belief, the day to ask, a board."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from cjsim.course.checks.form import Check, Task, Work
from cjsim.course.sets.design import BoardTask, beside
from cjsim.course.sets.explain import ideas
from cjsim.observe import share_true

# --- 1: what "hot" is worth -----------------------------------------------------------------------

PEOPLE: Final = 1_000
HOT: Final = 30
READ_RIGHT: Final = 0.7
TAKEN_FOR_HOT: Final = 0.1
"""Of those who are not hot."""


def _in_vain(work: Work) -> bool:
    """How many are called hot and are not, to half a person."""
    return abs(work.number("in_vain") - TAKEN_FOR_HOT * (PEOPLE - HOT)) <= 0.5


def _really_hot(work: Work) -> bool:
    """Which share of those called hot is hot, to half a per cent."""
    right, vain = READ_RIGHT * HOT, TAKEN_FOR_HOT * (PEOPLE - HOT)
    return abs(work.number("really_hot") - right / (right + vain)) <= 0.005


# --- 2: a belief ----------------------------------------------------------------------------------

SHARES: Final = np.array([0.6, 0.3, 0.1])
HEARD: Final = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.05, 0.15, 0.8]])
"""Rows are stages, columns what is heard; no two chances of a column are alike."""
FLAT: Final = np.full(3, 1 / 3)


def _column(work: Work) -> bool:
    """The chances of this reading at each stage, not of each reading at this stage."""
    return _in_proportion(_believed(work, FLAT, 2), HEARD[:, 2])


def _prior(work: Work) -> bool:
    """What is common is likelier: two beliefs from the same reading, their odds compared."""
    even, uneven = _believed(work, FLAT, 1), _believed(work, SHARES, 1)
    return bool(np.all(even > 0)) and _in_proportion(uneven / even, SHARES)


def _adds_up(work: Work) -> bool:
    """Chances add up to one."""
    return all(
        math.isclose(_believed(work, SHARES, reading).sum(), 1.0, abs_tol=1e-9)
        for reading in range(3)
    )


def _again(work: Work) -> bool:
    """The shares that were given stay as they were: the next person begins from them, too."""
    shares = SHARES.copy()
    for reading in (0, 1, 2):
        work.call("believe", shares, HEARD, reading)
    return bool(np.array_equal(shares, SHARES))


def _believed(work: Work, shares: Any, reading: int) -> Any:
    """What `believe` gives, as numbers."""
    answer = work.call("believe", shares.copy(), HEARD.copy(), reading)
    with work.running("believe"):
        return np.array([float(chance) for chance in answer]).reshape(3)


def _in_proportion(chances: Any, wanted: Any) -> bool:
    total = chances.sum()
    return bool(total > 0 and np.allclose(chances / total, wanted / wanted.sum(), atol=1e-9))


# --- 3: the day to ask ----------------------------------------------------------------------------

EVENTS: Final = ((0.6, 0.5, 0.1), (0.6, 3.0, 0.02), (0.2, 2.0, 0.1))
"""Euphoria, its half-life [days], moves a day."""
DAYS: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def _mood(work: Work) -> bool:
    """Nobody moves on: the mood halves in each half-life."""
    return _true_on(work, [(euphoria, half, 0.0) for euphoria, half, _ in EVENTS])


def _moved(work: Work) -> bool:
    """No mood: people leave at a rate."""
    return _true_on(work, [(0.0, 1.0, moves) for moves in (0.02, 0.1, 0.5)])


def _best(work: Work) -> bool:
    """The best of the days that are given, by the student's own shares."""
    for event in EVENTS:
        mine = [_share(work, day, event) for day in DAYS]
        answer = work.call("best_day", list(DAYS), *event)
        with work.running("best_day"):
            if not math.isclose(float(answer), DAYS[int(np.argmax(mine))], abs_tol=1e-9):
                return False
    return True


def _true_on(work: Work, events: Sequence[tuple[float, float, float]]) -> bool:
    """Does `true_on` give the shares, at each of the days?"""
    return all(
        math.isclose(_share(work, day, event), _wanted(day, event), abs_tol=1e-6)
        for event in events
        for day in DAYS
    )


def _share(work: Work, day: float, event: tuple[float, float, float]) -> float:
    answer = work.call("true_on", day, *event)
    with work.running("true_on"):
        return float(answer)


def _wanted(day: float, event: tuple[float, float, float]) -> float:
    euphoria, half_life_days, moves_a_day = event
    return share_true(
        day, euphoria=euphoria, half_life_days=half_life_days, moves_a_day=moves_a_day
    )


# --- 4: on the board ------------------------------------------------------------------------------

EAR: Final = 0.5
"""How often this firm's seller reads the stage right."""
LIMITS: Final = {
    "guide.accuracy": (EAR, EAR),
    "guide.every_days": (7.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BEST: Final = {"guide.every_days": 120.0, "guide.min_fit": 1.0}
"""The best that we know within LIMITS: searched in other worlds than the scored ones."""
PRESET: Final = "consulting"
SCORED: Final = {"people": 400, "runs": 24, "seed": 772_101}  # worlds that no lecture shows
PLAYED: Final = beside("guide", PRESET, SCORED, {"guide.accuracy": EAR})
BOARD: Final = BoardTask("board_4", PRESET, LIMITS, BEST, PLAYED, digits=0)


TASKS = (
    Task(1, (
        Check("in_vain", _in_vain), Check("really_hot", _really_hot), *ideas("10", 1),
    ), "explain"),
    Task(2, (
        Check("column", _column), Check("prior", _prior),
        Check("adds_up", _adds_up), Check("again", _again),
    ), "code"),
    Task(3, (Check("mood", _mood), Check("moved", _moved), Check("best", _best)), "code"),
    Task(4, (Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0)), "board"),
)  # fmt: skip
