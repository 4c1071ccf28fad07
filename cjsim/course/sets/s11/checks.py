"""Exercise set 11, attribution and experiments: a mailing, last contacts, an interval, a board."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from cjsim.course.checks.form import Check, Task, Work
from cjsim.course.published import facts
from cjsim.course.sets.design import BoardTask, beside
from cjsim.course.sets.explain import ideas

# --- 1: what a mailing has earned -----------------------------------------------------------------

MAILS: Final = 1_000


def _added(work: Work) -> bool:
    """Dollars that a thousand women's mails added, to half a dollar."""
    spent = _spent()
    right = MAILS * float(spent["womens_mail"] - spent["no_mail"])
    return abs(work.number("added") - right) <= 0.5


def _overstated(work: Work) -> bool:
    """All dollars of those mailed over those that the mail added, within 2 %."""
    spent = _spent()
    times = spent["womens_mail"] / (spent["womens_mail"] - spent["no_mail"])
    return math.isclose(work.number("overstated"), times, rel_tol=0.02)


def _spent() -> Any:
    """Dollars a person, by arm."""
    return facts("hillstrom").set_index("arm")["spent_each"]


# --- 2: the last contact --------------------------------------------------------------------------

Row = tuple[int, str, str]
"""Person, event, touchpoint; a row a day."""
TOUCHPOINTS: Final = ("advert", "mail", "site")


def _last(work: Work) -> bool:
    """The last contact before the deal, not the first, and not all of them."""
    rows = [(0, "contact", "advert"), (0, "contact", "mail"), (0, "first_deal", ""),
            (1, "contact", "mail"), (1, "contact", "advert"), (1, "contact", "mail"),
            (1, "first_deal", "")]  # fmt: skip
    return _credits(work, rows) == {"mail": 2}


def _before(work: Work) -> bool:
    """What comes after the deal has not caused it."""
    rows = [(0, "contact", "advert"), (0, "first_deal", ""), (0, "contact", "mail"),
            (1, "contact", "mail"), (1, "first_deal", ""), (1, "contact", "site")]  # fmt: skip
    return _credits(work, rows) == {"advert": 1, "mail": 1}


def _own(work: Work) -> bool:
    """A person's own contacts, though others' stand between."""
    rows = [(0, "contact", "advert"), (1, "contact", "mail"), (0, "first_deal", ""),
            (2, "contact", "mail"), (3, "contact", "site"), (2, "first_deal", "")]  # fmt: skip
    return _credits(work, rows) == {"advert": 1, "mail": 1}


def _first_deals(work: Work) -> bool:
    """Repeat deals, and contacts that led to none, bring no credit."""
    rows = [(0, "contact", "advert"), (0, "first_deal", ""), (0, "repeat_deal", ""),
            (1, "contact", "mail"), (2, "contact", "mail"), (2, "first_deal", ""),
            (2, "repeat_deal", "")]  # fmt: skip
    return _credits(work, rows) == {"advert": 1, "mail": 1}


def _credits(work: Work, rows: Sequence[Row]) -> dict[str, float]:
    """What `last_contacts` makes of a log written by hand, without touchpoints at nought."""
    from cjsim.journey import Stage
    from cjsim.log import from_tuples
    from cjsim.model.events import Event

    log_rows = [
        (float(day), person, Event[event.upper()], Stage.STUDY,
         TOUCHPOINTS.index(touchpoint) if touchpoint else -1, 0.0)
        for day, (person, event, touchpoint) in enumerate(rows)
    ]  # fmt: skip
    answer = work.call("last_contacts", from_tuples(log_rows, list(TOUCHPOINTS)).frame())
    with work.running("last_contacts"):
        return {str(name): float(deals) for name, deals in dict(answer).items() if deals}


# --- 3: how sure an experiment is -----------------------------------------------------------------

Z: Final = 1.959964
NEAR: Final = 0.02
"""Of an interval's half-width: other good formulas differ by less where people are many."""


def _estimate(work: Work) -> bool:
    """The share in B less the share in A, also where B is smaller or worse."""
    return all(
        math.isclose(_told(work, *arms)[0], _effect(*arms)[0], abs_tol=1e-6)
        for arms in ((300, 20_000, 420, 20_000), (420, 20_000, 300, 20_000))
    )


def _shares(work: Work) -> bool:
    """Shares of unequal arms, not numbers of buyers."""
    arms = (900, 30_000, 200, 5_000)
    told, right = abs(_told(work, *arms)[0]), abs(_effect(*arms)[0])
    return math.isclose(told, right, abs_tol=1e-6)


def _width(work: Work) -> bool:
    """Ninety-five per cent: the width of arms that are as large and buy as much."""
    arms = (500, 20_000, 500, 20_000)
    return math.isclose(_wide(_told(work, *arms)), _wide(_effect(*arms)), rel_tol=NEAR)


def _both(work: Work) -> bool:
    """The luck of both arms: a small one makes the interval wide, whichever it is."""
    width = _wide(_told(work, 500, 20_000, 500, 20_000)) / _wide(_effect(500, 20_000, 500, 20_000))
    uneven = [(2_000, 80_000, 50, 2_000), (50, 2_000, 2_000, 80_000)]
    return all(
        math.isclose(_wide(_told(work, *arms)), width * _wide(_effect(*arms)), rel_tol=3 * NEAR)
        for arms in uneven
    )


def _wide(told: Sequence[float]) -> float:
    return abs(told[2] - told[1])


def _told(work: Work, *arms: int) -> list[float]:
    """What `effect` gives: estimate, low, high."""
    answer = work.call("effect", *arms)
    with work.running("effect"):
        estimate, low, high = answer
        return [float(estimate), float(low), float(high)]


def _effect(bought_a: int, people_a: int, bought_b: int, people_b: int) -> list[float]:
    """The difference of two shares with its interval."""
    a, b = bought_a / people_a, bought_b / people_b
    half = Z * math.sqrt(a * (1 - a) / people_a + b * (1 - b) / people_b)
    return [b - a, b - a - half, b - a + half]


# --- 4: on the board ------------------------------------------------------------------------------

LIMITS: Final = {
    "firm.reps": (1.0, 6.0),
    "guide.every_days": (7.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BEST: Final = {"guide.min_fit": 1.0}
"""The best that we know within LIMITS: searched in other worlds than the scored ones."""
SCORED: Final = {"people": 600, "runs": 24, "seed": 771_101}  # worlds that no lecture shows
PLAYED: Final = beside("pull", "corporate_it", SCORED)
BOARD: Final = BoardTask("board_4", "corporate_it", LIMITS, BEST, PLAYED, digits=0)


TASKS = (
    Task(1, (Check("added", _added), Check("overstated", _overstated), *ideas("11", 1)), "explain"),
    Task(2, (
        Check("last", _last), Check("before", _before),
        Check("own", _own), Check("first_deals", _first_deals),
    ), "code"),
    Task(3, (
        Check("estimate", _estimate), Check("shares", _shares),
        Check("width", _width), Check("both", _both),
    ), "code"),
    Task(4, (Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0)), "board"),
)  # fmt: skip
