"""Exercise set 01, pull or push: a dial, a count of deals, two clocks, a guide, a price."""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cjsim import Scenario, compare
from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import (
    BoardTask,
    Changes,
    extra_cost,
    gain,
    joined,
    mark,
    own,
    own_allowed,
)
from cjsim.course.sets.explain import ideas

# --- 1: a dial ------------------------------------------------------------------------------------


def _contacts(work: Work) -> bool:
    """Weekly contacts over monthly ones, within 2 %."""
    means = _dial().means().loc["contacts"]
    return math.isclose(
        work.number("times_more_contacts"), means["weekly"] / means["monthly"], rel_tol=0.02
    )


def _gain(work: Work) -> bool:
    """Weekly less monthly profit per person, to a tenth of the money unit."""
    gain = _dial().paired().loc[("weekly", "profit_per_person"), "difference"]
    return abs(work.number("gain") - float(gain)) <= 0.1


@lru_cache(maxsize=1)
def _dial() -> Any:
    """The comparison that the task asks for."""
    monthly = Scenario.load("phone", strategy="guide")
    weekly = monthly.with_changes({"guide.every_days": 7})
    return compare({"monthly": monthly, "weekly": weekly}, people=80, runs=20, seed=101)


# --- 2: a function of the log ---------------------------------------------------------------------


def _repeats(work: Work) -> bool:
    """Everybody has dealt, some of them again."""
    events = [(0, "first_deal"), (1, "first_deal"), (0, "repeat_deal"), (2, "first_deal"),
              (0, "repeat_deal"), (2, "repeat_deal")]  # fmt: skip
    return _counts_agree(work, events, [3, 1, 2])


def _everybody(work: Work) -> bool:
    """Two of five never deal, one of them not even in the log."""
    events = [(1, "first_deal"), (2, "contact"), (0, "first_deal"), (3, "first_deal")]
    return _counts_agree(work, events, [1, 1, 0, 1, 0])


def _only_ours(work: Work) -> bool:
    """Everybody has dealt once with us; two also buy from the rival."""
    events = [(0, "first_deal"), (1, "first_deal"), (1, "trial"), (1, "rival_deal"),
              (2, "first_deal"), (2, "rival_deal")]  # fmt: skip
    return _counts_agree(work, events, [1, 1, 1])


def _people(work: Work) -> bool:
    """How many people, not how many deals."""
    import pandas as pd

    ours = pd.Series([3, 0, 1, 5, 2])
    rivals = pd.Series([1, 2, 1, 0, 0])
    count = work.call("people_who_buy_more", ours, rivals)
    with work.running("people_who_buy_more"):
        return float(count) == float((ours > rivals).sum())


def _counts_agree(work: Work, events: Sequence[tuple[int, str]], numbers: list[int]) -> bool:
    """Does `deals_of_each` give these numbers for a log written by hand?"""
    from cjsim.journey import REPEAT_DEAL
    from cjsim.log import from_tuples
    from cjsim.model.events import Event

    log_rows = [
        (
            float(day),
            person,
            Event[event.upper()],
            REPEAT_DEAL,
            0 if event == "contact" else -1,
            1.0,
        )
        for day, (person, event) in enumerate(events)
    ]
    log = from_tuples(log_rows, ["site"]).frame()
    return work.counts("deals_of_each", log, len(numbers), length=len(numbers)) == numbers


# --- 3: a SimPy process ---------------------------------------------------------------------------

STEP, AWAY = 0.25, 0.1  # rates per day
BEGIN, END = 20.0, 50.0  # days: when a visit begins, when the record ends


class Scripted(random.Random):
    """Luck that is known beforehand: a waiting time for each clock, whatever is drawn first."""

    def __init__(self, on: float, off: float) -> None:
        super().__init__(1)
        self.days = {STEP: on, AWAY: off}
        self.asked: list[float] = []

    def expovariate(self, lambd: float = 1.0) -> float:
        """The days of the clock whose rate is nearest, also to 1 / rate: another check's affair."""
        self.asked.append(lambd)
        return self.days[
            min(self.days, key=lambda rate: abs(abs(math.log(lambd)) + math.log(rate)))
        ]


def _rates(work: Work) -> bool:
    """Both clocks, with their rates per day."""
    rates = _visit(work, on=5.0, off=9.0).rates
    return sorted(rates) == sorted((STEP, AWAY))


def _first_rings(work: Work) -> bool:
    """Whichever clock rings first decides, also the slower one."""
    ends = [_visit(work, on=5.0, off=9.0).end, _visit(work, on=9.0, off=5.0).end]
    return ends == ["on", "away"]


def _days(work: Work) -> bool:
    """Days since the visit began, which was not day 0, also of an open one."""
    visits = [_visit(work, *clocks) for clocks in ((5.0, 9.0), (9.0, 6.0), (100.0, 200.0))]
    return all(math.isclose(visit.days, visit.lasted, abs_tol=1e-9) for visit in visits)


def _open(work: Work) -> bool:
    """A visit that neither clock has ended, and one whose clock rings after the last day."""
    late = (
        BEGIN + END / 2 - 5.0
    )  # a clock that rings when the record is over, but within `end` days
    ends = [_visit(work, *clocks).end for clocks in ((100.0, 200.0), (late, 200.0), (200.0, late))]
    return ends == ["open"] * len(ends)


class Visit(NamedTuple):
    """How a visit ended, the days that were written, the days it lasted, the rates asked for."""

    end: str | None
    days: float
    lasted: float
    rates: list[float]


def _visit(work: Work, on: float, off: float) -> Visit:
    """One visit with known luck."""
    import simpy

    env = simpy.Environment(initial_time=BEGIN)
    luck = Scripted(on, off)
    endings: list[Any] = []
    process = work.call("visit", env, STEP, AWAY, END, luck, endings, nothing="not_process")
    if not isinstance(process, Generator):
        raise work.problem("not_process", name="visit")
    with work.running("visit"):
        over: list[float] = []
        env.process(process).callbacks.append(lambda event: over.append(env.now - BEGIN))
        env.run(until=1000.0)
        (row,) = endings or [(None, math.nan)]
        end, days = row
        lasted = over[0] if over else math.nan
        return Visit(end if type(end) is str else None, float(days), lasted, luck.asked)


# --- 4: a strategy --------------------------------------------------------------------------------

OWN_PUSHES: Final = ("mail_cases", "mail_offer", "base_messages", "discount_offer", "upsell")
LIMITS: Final = {
    "guide.every_days": (7.0, 60.0),  # days
    "guide.min_fit": (0.0, 1.0),
    **{f"guide.touchpoints.{name}": (0.0, 1.0) for name in OWN_PUSHES},
}
"""What the firm can decide by itself, and how far."""
BEST: Final = {
    "guide.every_days": 25.0,
    "guide.touchpoints.mail_offer": 0.0,
    "guide.touchpoints.discount_offer": 0.0,
    "guide.touchpoints.mail_cases": 0.0,
}
"""The best that we know within LIMITS, with no more than FEW opt-outs."""
FEW: Final = 0.1
"""Opt-outs allowed, as a share of those of the guide as it is."""
SCORED: Final = {"people": 400, "runs": 24, "seed": 770_101}  # worlds that no lecture shows


def _allowed(work: Work) -> bool:
    """Something is changed, and only within the limits."""
    return own_allowed(work, "my_guide", LIMITS, _guide())


def _profit(work: Work) -> Mark:
    """Profit per person above waiting, as a share of what the best-known guide is above it."""
    comparison = _scored(own(work, "my_guide", LIMITS, _guide()))
    best = gain(_scored(tuple(sorted(BEST.items())))).mean
    return mark(gain(comparison), best, cost=Amount(extra_cost(comparison), 1, signed=True))


def _patience(work: Work) -> Mark:
    """At most a tenth as many people opt out as with the guide as it is."""
    mine = _scored(own(work, "my_guide", LIMITS, _guide())).means().loc["opt_outs"]
    note = {"mine": Amount(mine["mine"], 1), "now": Amount(mine["guide"], 1)}
    return Mark(float(mine["mine"] <= FEW * mine["guide"]), note)


@lru_cache(maxsize=1)
def _usual() -> Any:
    """What a design is scored beside: waiting, and the guide as it is."""
    firms = {name: Scenario.load("phone", strategy=name) for name in ("pull", "guide")}
    return compare(firms, **SCORED)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def _guide() -> Scenario:
    """The firm that a design changes."""
    return Scenario.load("phone", strategy="guide")


@lru_cache(maxsize=8)
def _scored(changes: Changes) -> Any:
    """A strategy beside pull and the guide as it is, in worlds nobody has seen."""
    mine = compare({"mine": _guide().with_changes(dict(changes))}, **SCORED)  # type: ignore[arg-type]
    return joined(_usual(), mine)


# --- 5: on the board ------------------------------------------------------------------------------

BOARD_LIMITS: Final = {
    "product.price": (300.0, 800.0),  # EUR
    "guide.every_days": (14.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BOARD_BEST: Final = {"product.price": 600.0, "guide.min_fit": 0.9}
"""The best that we know within BOARD_LIMITS: searched in other worlds than the scored ones."""
BOARD: Final = BoardTask("board_5", "phone", BOARD_LIMITS, BOARD_BEST, _scored)


TASKS = (
    Task(1, (Check("contacts", _contacts), Check("gain", _gain), *ideas("01", 1)), "explain"),
    Task(2, (
        Check("repeats", _repeats), Check("everybody", _everybody),
        Check("only_ours", _only_ours), Check("people", _people),
    ), "code"),
    Task(3, (
        Check("rates", _rates), Check("first_rings", _first_rings),
        Check("days", _days), Check("open", _open),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("profit", _profit, 3.0), Check("patience", _patience),
    ), "code"),
    Task(5, (
        Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0),
    ), "board"),
)  # fmt: skip
