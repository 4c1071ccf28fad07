"""Exercise set 09, loyalty and recommendation: a dial, who woke whom, villages, advocates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from cjsim import Scenario, compare
from cjsim.course.checks.form import Check, Task, Work
from cjsim.course.sets.design import BoardTask, beside
from cjsim.course.sets.explain import ideas

# --- 1: a dial ------------------------------------------------------------------------------------


def _woken(work: Work) -> bool:
    """Woken by thirty over woken by six, within 2 %."""
    return math.isclose(work.number("times_more_woken"), _times("referrals"), rel_tol=0.02)


def _deals(work: Work) -> bool:
    """First deals of thirty over those of six, within 2 %."""
    return math.isclose(work.number("times_more_deals"), _times("first_deals"), rel_tol=0.02)


def _times(measure: str) -> float:
    means = _dial().means().loc[measure]
    return float(means["thirty"] / means["six"])


@lru_cache(maxsize=1)
def _dial() -> Any:
    """The comparison that the task asks for."""
    six = Scenario.load("phone")
    thirty = six.with_changes({"loyalty.friends": 30})
    return compare({"six": six, "thirty": thirty}, people=300, runs=20, seed=901)


# --- 2: who woke whom -----------------------------------------------------------------------------

Parents = Mapping[int, int | None]  # person -> who woke them, None for themselves


def _waves(work: Work) -> bool:
    """Two woke by themselves, one of them woke two, one of these a third."""
    return _generations(work, {0: None, 1: None, 2: 0, 3: 0, 4: 3}, [2, 2, 1])


def _order(work: Work) -> bool:
    """The friend may stand before whoever woke them."""
    return _generations(work, {3: 2, 2: 1, 1: 0, 0: None}, [1, 1, 1, 1])


def _first_wave(work: Work) -> bool:
    """Friends of friends are not brought by the first ones."""
    return _k(work, {0: None, 1: 0, 2: 1, 3: 2}, 1.0)


def _all_first(work: Work) -> bool:
    """Of four who woke by themselves one has told, two friends."""
    return _k(work, {0: None, 1: None, 2: None, 3: None, 4: 0, 5: 0}, 0.5)


def _generations(work: Work, parents: Parents, wanted: list[int]) -> bool:
    return work.counts("generations", dict(parents), length=len(wanted)) == wanted


def _k(work: Work, parents: Parents, wanted: float) -> bool:
    return math.isclose(work.number_from("k_factor", dict(parents)), wanted, rel_tol=1e-6)


# --- 3: villages ----------------------------------------------------------------------------------


def _farmers(work: Work) -> bool:
    """A large village counts for more than a small one."""
    rows = _villages([("yes", 10, 9), ("yes", 2, 0), ("no", 4, 1)])
    return math.isclose(work.number_from("gap", rows), 9 / 12 - 1 / 4, rel_tol=1e-6)


def _sign(work: Work) -> bool:
    """Fewer where the default is yes: the gap is below zero."""
    rows = _villages([("no", 10, 7), ("yes", 10, 2)])
    return math.isclose(work.number_from("gap", rows), -0.5, rel_tol=1e-6)


def _many(work: Work) -> bool:
    """As many villages are drawn as there are."""
    return len(_drawn(work)) == len(THIRTY)


def _whole(work: Work) -> bool:
    """A village comes with its own farmers and its own insured."""
    known = {tuple(row) for row in THIRTY.to_numpy().tolist()}
    return {tuple(row) for row in _drawn(work).to_numpy().tolist()} <= known


def _again(work: Work) -> bool:
    """A village that was drawn can be drawn again."""
    return bool(_drawn(work)["village"].duplicated().any())


def _villages(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["default", "farmers", "insured"])
    return table.assign(village=range(1, len(rows) + 1))


THIRTY: Final = _villages([("yes" if n % 2 else "no", 10 + n, n // 2) for n in range(30)])
"""No two villages have the same numbers."""


def _drawn(work: Work) -> pd.DataFrame:
    """Villages drawn anew by the student's function, with luck that is known."""
    rows = work.call("drawn", THIRTY.copy(), np.random.default_rng(9))
    with work.running("drawn"):
        return pd.DataFrame(rows)[list(THIRTY.columns)]


# --- 4: on the board ------------------------------------------------------------------------------

BOARD_LIMITS: Final = {
    "product.price": (300.0, 800.0),  # EUR
    "guide.every_days": (14.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BOARD_BEST: Final = {"guide.every_days": 20.0}
"""The best that we know within BOARD_LIMITS: searched in other worlds than the scored ones."""
SCORED: Final = {"people": 400, "runs": 24, "seed": 770_901}  # worlds that no lecture shows
PLAYED: Final = beside("pull", "phone", SCORED)
BOARD: Final = BoardTask(
    "board_4", "phone", BOARD_LIMITS, BOARD_BEST, PLAYED, measure="reached_recommendation"
)


TASKS = (
    Task(1, (Check("woken", _woken), Check("deals", _deals), *ideas("09", 1)), "explain"),
    Task(2, (
        Check("waves", _waves), Check("order", _order),
        Check("first_wave", _first_wave), Check("all_first", _all_first),
    ), "code"),
    Task(3, (
        Check("farmers", _farmers), Check("sign", _sign), Check("many", _many),
        Check("whole", _whole), Check("again", _again),
    ), "code"),
    Task(4, (
        Check("allowed", BOARD.allowed), Check("advocates", BOARD.more, 3.0),
        Check("money", BOARD.no_loss),
    ), "board"),
)  # fmt: skip
