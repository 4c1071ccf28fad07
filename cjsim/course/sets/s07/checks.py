"""Exercise set 07, satisfaction and churn: two worlds, a rule of silence, a curve, a price."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from cjsim import compare
from cjsim.course.checks.form import Check, Task, Work
from cjsim.course.sets.design import BoardTask, beside
from cjsim.course.sets.explain import ideas

# --- 1: two worlds --------------------------------------------------------------------------------


def _gate(work: Work) -> bool:
    """Repeat deals per world that the better shop adds where there is a gate."""
    return _gain_agrees(work, "gate")


def _drift(work: Work) -> bool:
    """And where people leave for reasons of their own."""
    return _gain_agrees(work, "drift")


def _gain_agrees(work: Work, world: str) -> bool:
    """To a tenth of a deal."""
    return abs(work.number(f"gain_{world}") - _gains()[world]) <= 0.1


@lru_cache(maxsize=1)
def _gains() -> dict[str, float]:
    """The comparison that the task asks for, once in each world."""
    from cjsim.course.published import facts
    from cjsim.inference.repeats import cdnow_scenario

    worlds = facts("cdnow_worlds").set_index("key")
    gains: dict[str, float] = {}
    for name in worlds:
        as_is = cdnow_scenario().with_changes(worlds[name].to_dict())
        better = as_is.with_changes({"product.quality": 0.55})
        both = compare({"as_is": as_is, "better": better}, people=600, runs=20, seed=701)
        gains[name] = float(both.paired().loc[("better", "repeat_deals"), "difference"])
    return gains


# --- 2: a rule of silence -------------------------------------------------------------------------

LID, SILENT = 100.0, 30.0  # days


def _last(work: Work) -> bool:
    """Silence begins with the last purchase, not with the first."""
    return _came_back(work, {1: [0, 50], 2: [10], 3: [5, 95]}) == [2, 0]


def _exactly(work: Work) -> bool:
    """Who was silent for just as long is lost, too."""
    return _came_back(work, {1: [LID - SILENT], 2: [LID - SILENT + 1]}) == [1, 0]


def _at_the_lid(work: Work) -> bool:
    """What comes on the day or later is not known when the rule judges."""
    return _came_back(work, {1: [50, LID], 2: [95, 130]})[0] == 1


def _only_lost(work: Work) -> bool:
    """Only the lost can come back: not who was never lost, nor who came for the first time."""
    return _came_back(work, {1: [20], 2: [90, 120], 3: [150]}) == [1, 0]


def _people(work: Work) -> bool:
    """Two purchases of one person are one who came back."""
    lost, back = _came_back(work, {1: [20, 110, 140, 160]})
    return back <= lost


def _came_back(work: Work, days: dict[int, list[float]]) -> list[float]:
    """What `came_back` says of purchases written by hand: person -> days."""
    import pandas as pd

    rows = [(float(day), person, "purchase") for person, on in days.items() for day in on]
    log = pd.DataFrame(sorted(rows), columns=["time", "person", "event"])
    return list(work.counts("came_back", log, LID, SILENT, length=2))


# --- 3: a curve -----------------------------------------------------------------------------------

Life = tuple[float, bool]
"""Days under observation, and did the customer leave at their end?"""


def _ties(work: Work) -> bool:
    """Three leave on one day, and nobody is open."""
    lives = [(2.0, True), (2.0, True), (2.0, True), (5.0, True), (9.0, True)]
    return _curve_agrees(work, lives, {3.0: 2 / 5, 6.0: 1 / 5})


def _open(work: Work) -> bool:
    """Open ones count for as long as they were seen, and no longer."""
    lives = [(1.0, True), (2.0, False), (3.0, True), (4.0, False), (6.0, True)]
    return _curve_agrees(work, lives, {3.5: 4 / 5 * 2 / 3, 7.0: 0.0})


def _same_day(work: Work) -> bool:
    """Who is open on the day on which somebody leaves was still there: in either order of rows."""
    on_that_day = [(4.0, True), (4.0, False)]
    rest = [(7.0, False), (9.0, True)]
    return all(
        _curve_agrees(work, [*pair, *rest], {5.0: 3 / 4})
        for pair in (on_that_day, on_that_day[::-1])
    )


def _nobody_left(work: Work) -> bool:
    """All are open, or the first leaving is still to come."""
    still = [(3.0, False), (4.0, False), (8.0, False)]
    return _curve_agrees(work, still, {5.0: 1.0, 10.0: 1.0}) and _curve_agrees(
        work, [(3.0, False), (8.0, True)], {5.0: 1.0}
    )


def _on_the_day(work: Work) -> bool:
    """Who left on the day asked about is no longer here."""
    lives = [(2.0, True), (6.0, True), (8.0, True), (9.0, True)]
    return _curve_agrees(work, lives, {2.0: 3 / 4, 6.0: 1 / 2, 7.0: 1 / 2})


def _any_order(work: Work) -> bool:
    """Rows come in no order."""
    lives = [(9.0, True), (1.0, True), (5.0, True), (3.0, True)]
    return _curve_agrees(work, lives, {2.0: 3 / 4, 4.0: 1 / 2})


def _curve_agrees(work: Work, lives: Sequence[Life], shares: dict[float, float]) -> bool:
    """Does `still_here` give these shares for customers written by hand?"""
    for day, share in shares.items():
        days, leaves = (np.array(column) for column in zip(*lives, strict=True))
        if abs(work.number_from("still_here", days, leaves, day) - share) > 1e-9:
            return False
    return True


# --- 4: on the board ------------------------------------------------------------------------------

LIMITS: Final = {
    "product.price": (18.0, 36.0),  # EUR
    "guide.every_days": (7.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BEST: Final = {"product.price": 22.0, "guide.every_days": 21.0, "guide.min_fit": 0.6}
"""The best that we know within LIMITS: searched in other worlds than the scored ones."""
SCORED: Final = {"people": 200, "runs": 20, "seed": 770_701}  # worlds that no lecture shows
PLAYED: Final = beside("pull", "manicure", SCORED)
BOARD: Final = BoardTask("board_4", "manicure", LIMITS, BEST, PLAYED)


TASKS = (
    Task(1, (Check("gate", _gate), Check("drift", _drift), *ideas("07", 1)), "explain"),
    Task(2, (
        Check("last", _last), Check("exactly", _exactly), Check("at_the_lid", _at_the_lid),
        Check("only_lost", _only_lost), Check("people", _people),
    ), "code"),
    Task(3, (
        Check("ties", _ties), Check("open", _open), Check("same_day", _same_day),
        Check("nobody_left", _nobody_left), Check("on_the_day", _on_the_day),
        Check("any_order", _any_order),
    ), "code"),
    Task(4, (Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0)), "board"),
)  # fmt: skip
