"""Exercise set 03, touchpoints by stage: a tent, a last click, a shelf, a firm on the board."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cjsim import Scenario, compare, simulate
from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import (
    BoardTask,
    Changes,
    beside,
    extra_cost,
    gain,
    mark,
    own,
    own_allowed,
)
from cjsim.course.sets.explain import ideas
from cjsim.journey import Stage
from cjsim.log import from_tuples
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

# --- 1: a tent ------------------------------------------------------------------------------------


def _visits(work: Work) -> bool:
    """Visits on the trail over visits off it, within 2 %."""
    off, on = (_visits_to(side) for side in _tents().values())
    return math.isclose(work.number("times_more_visits"), on / off, rel_tol=0.02)


def _gain(work: Work) -> bool:
    """First deals on the trail less those off it, to a tenth of a deal."""
    both = compare(_tents(), people=200, runs=20, seed=101)
    difference = both.paired().loc[("on", "first_deals"), "difference"]
    return abs(work.number("gain") - float(difference)) <= 0.1


@lru_cache(maxsize=1)
def _tents() -> dict[str, Scenario]:
    """A firm that waits, with a tent off the trail and on it."""
    off = Scenario.load("phone", strategy="pull").with_changes({"pull.touchpoints.tent": 1.0})
    return {"off": off, "on": off.with_changes({"touchpoints.tent.distance_m": 0.0})}


def _visits_to(side: Scenario) -> int:
    """Visits to the tent in the market of the task."""
    log = simulate(side, people=200, seed=1).log()
    return int((log["touchpoint"] == "tent").sum())


# --- 2: the last click ----------------------------------------------------------------------------

Row = tuple[int, str, str]
"""Person, event, touchpoint; a day passes from row to row."""


def _last(work: Work) -> bool:
    """Of several contacts the one that was last, not the first and not the most frequent."""
    rows = [(0, "contact", "blog"), (0, "contact", "blog"), (0, "contact", "site"),
            (0, "first_deal", ""), (1, "contact", "site"), (1, "contact", "search"),
            (1, "first_deal", "")]  # fmt: skip
    return _credit(work, rows) == {"site": 1, "search": 1}


def _ones_own(work: Work) -> bool:
    """Somebody else's contact stands between."""
    rows = [(0, "contact", "blog"), (1, "contact", "site"), (0, "first_deal", ""),
            (1, "first_deal", "")]  # fmt: skip
    return _credit(work, rows) == {"blog": 1, "site": 1}


def _before(work: Work) -> bool:
    """What comes after the first deal had no part in it."""
    rows = [(0, "contact", "blog"), (0, "first_deal", ""), (0, "contact", "site"),
            (0, "repeat_deal", "")]  # fmt: skip
    return _credit(work, rows) == {"blog": 1}


def _none(work: Work) -> bool:
    """Deals of people whom no touchpoint met, and contacts of people who never deal."""
    rows = [(0, "contact", "blog"), (0, "first_deal", ""), (1, "first_deal", ""),
            (2, "contact", "site"), (3, "first_deal", "")]  # fmt: skip
    credit = _credit(work, rows)
    return credit.pop("none", 0) == 2 and credit.get("site", 0) == 0


def _credit(work: Work, rows: Sequence[Row]) -> dict[str, int]:
    """What `last_touch` gives for a log written by hand, without zeros."""
    touchpoints = ["blog", "site", "search"]
    log_rows = [
        (float(day), person, Event[event.upper()], Stage.of("study"),
         touchpoints.index(touchpoint) if touchpoint else -1, 1.0)
        for day, (person, event, touchpoint) in enumerate(rows)
    ]  # fmt: skip
    log: pd.DataFrame = from_tuples(log_rows, touchpoints).frame()
    credit = work.call("last_touch", log)
    with work.running("last_touch"):
        return {str(name): int(deals) for name, deals in dict(credit).items() if deals}


# --- 3: a shelf -----------------------------------------------------------------------------------

SHELF: Final = (
    "blog_educate", "blog_causes", "cases", "search_seo", "site", "lead_magnet", "conference",
)  # fmt: skip
SHELF_LIMITS: Final = {f"pull.touchpoints.{name}": (0.0, 1.0) for name in SHELF}
BUDGET: Final = 10.0
"""Money a day that the shelf may cost."""
SHELF_BEST: Final = {
    "pull.touchpoints.search_seo": 1.0,
    "pull.touchpoints.site": 1.0,
    "pull.touchpoints.lead_magnet": 1.0,
}
"""The best of all sets within BUDGET, found in other worlds than the scored ones."""
SCORED: Final = {"people": 300, "runs": 20, "seed": 770_301}  # worlds that no lecture shows


def _shelf_allowed(work: Work) -> bool:
    """Something runs, and only what the task names."""
    return own_allowed(work, "my_shelf", SHELF_LIMITS, _empty())


def _budget(work: Work) -> bool:
    """What runs costs no more a day than there is."""
    weights = dict(own(work, "my_shelf", SHELF_LIMITS, _empty()))
    known = _empty().touchpoints
    daily = [x * known[key.rpartition(".")[2]].cost_per_day for key, x in weights.items()]
    return bool(sum(daily) <= BUDGET + 1e-9)


def _shelf_profit(work: Work) -> Mark:
    """Profit per person above the empty shelf, as a share of what the best known gains."""
    comparison = _shelved(own(work, "my_shelf", SHELF_LIMITS, _empty()))
    best = gain(_shelved(tuple(sorted(SHELF_BEST.items())))).mean
    return mark(gain(comparison), best, cost=Amount(extra_cost(comparison), 1, signed=True))


@lru_cache(maxsize=1)
def _empty() -> Scenario:
    """The firm of the task: no touchpoint runs yet."""
    firm = Scenario.load("consulting", strategy="pull")
    return firm.with_changes(
        {f"pull.touchpoints.{name}": 0.0 for name in firm.strategies["pull"].touchpoints}
    )


@lru_cache(maxsize=8)
def _shelved(changes: Changes) -> Any:
    """A shelf beside the empty one, in worlds nobody has seen."""
    return compare({"empty": _empty(), "mine": _empty().with_changes(dict(changes))}, **SCORED)  # type: ignore[arg-type]


# --- 4: on the board ------------------------------------------------------------------------------

BOARD_LIMITS: Final = {
    "firm.reps": (1.0, 8.0),
    "guide.every_days": (14.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BOARD_BEST: Final[Mapping[str, float]] = {"firm.reps": 3.0, "guide.every_days": 60.0}
"""The best that we know within BOARD_LIMITS: searched in other worlds than the scored ones."""
PLAYED: Final = beside("guide", "consulting", SCORED)
BOARD: Final = BoardTask("board_4", "consulting", BOARD_LIMITS, BOARD_BEST, PLAYED)


TASKS = (
    Task(1, (Check("visits", _visits), Check("gain", _gain), *ideas("03", 1)), "explain"),
    Task(2, (
        Check("last", _last), Check("ones_own", _ones_own),
        Check("before", _before), Check("none", _none),
    ), "code"),
    Task(3, (
        Check("allowed", _shelf_allowed), Check("budget", _budget),
        Check("profit", _shelf_profit, 3.0),
    ), "code"),
    Task(4, (
        Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0),
    ), "board"),
)  # fmt: skip
