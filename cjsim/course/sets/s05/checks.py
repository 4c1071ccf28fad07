"""Exercise set 05, comparison, price and trust: two moments, a log, odds, a page for a broker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from cjsim import Scenario, compare
from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import extra_cost, gain, mark, own, own_allowed
from cjsim.course.sets.explain import ideas
from cjsim.journey import Stage
from cjsim.log import from_tuples
from cjsim.model.events import Event

# --- 1: a dial ------------------------------------------------------------------------------------

IDLE: Final = ("intrusiveness", "warmth", "proof", "reminds", "rep_hours", "cost_per_contact")


def _at_interest(work: Work) -> bool:
    """First deals lost by a name at interest, to half a deal."""
    return abs(work.number("lost_at_interest") - _lost("interest")) <= 0.5


def _at_comparison(work: Work) -> bool:
    """The same at comparison."""
    return abs(work.number("lost_at_comparison") - _lost("comparison")) <= 0.5


def _lost(stage: str) -> float:
    """First deals of the silent firm less those of the firm that speaks at a stage."""
    return -float(_talk().paired().loc[(stage, "first_deals"), "difference"])


@lru_cache(maxsize=1)
def _talk() -> Any:
    """The comparison that the task asks for."""
    silent = Scenario.load("consulting")
    sides = {"silent": silent} | {at: named(silent, at) for at in ("interest", "comparison")}
    return compare(sides, people=300, runs=20, seed=101)


def named(firm: Scenario, stage: str) -> Scenario:
    """The firm with a salesman who says the rival's name at one stage, and does nothing else."""
    talk = dict.fromkeys(IDLE, 0.0) | {"contact": "pull", "names_rival": 1.0, "reach_per_day": 0.1}
    at = ("interest", "desire", "study", "comparison", "action")
    keys = talk | {"fit": {one: float(one == stage) for one in at}}
    changes = {f"touchpoints.rival_talk.{key}": value for key, value in keys.items()}
    return firm.with_changes(changes | {"pull.touchpoints.rival_talk": 1.0})


# --- 2: a function of the log ---------------------------------------------------------------------

TALK: Final = "rival_talk"
Row = tuple[int, str, str]
"""A row of a log written by hand: person, stage, what happens there (a talk, "site", "enter")."""


def _compares(work: Work) -> bool:
    """Who compares knows, and who compared and went on knows still."""
    return _agree(work, [(0, "comparison", "enter"), (0, "action", "enter"), (0, "action", TALK)],
                  [1, 0])  # fmt: skip


def _with_rival(work: Work) -> bool:
    """Who has been with a rival and looks at us again knows."""
    return _agree(work, [(0, "with_rival", "start"), (0, "study", "enter"), (0, "study", TALK)],
                  [1, 0])  # fmt: skip


def _again(work: Work) -> bool:
    """The second talk tells nothing new."""
    return _agree(work, [(0, "desire", TALK), (0, "study", TALK), (0, "study", TALK)], [2, 1])


def _each(work: Work) -> bool:
    """What Anna knows, Boris need not."""
    return _agree(work, [(0, "comparison", "enter"), (1, "interest", "enter"),
                         (1, "interest", TALK)], [0, 1])  # fmt: skip


def _later(work: Work) -> bool:
    """Who compares only afterwards did not know at the time of the talk."""
    return _agree(work, [(0, "interest", TALK), (0, "comparison", "enter")], [0, 1])


def _only_talks(work: Work) -> bool:
    """Other touchpoints name nobody."""
    return _agree(work, [(0, "study", "site"), (0, "study", TALK), (0, "study", "site")], [0, 1])


def _agree(work: Work, events: Sequence[Row], numbers: list[int]) -> bool:
    """Does `knew` give these numbers for a log written by hand?"""
    touchpoints = [TALK, "site"]
    rows = []
    for day, (person, stage, what) in enumerate(events):
        met = touchpoints.index(what) if what in touchpoints else -1
        event = Event.CONTACT if met >= 0 else Event[what.upper()]
        rows.append((float(day), person, event, Stage.of(stage), met, 0.0))
    log = from_tuples(rows, touchpoints).frame()
    return work.counts("knew", log, length=2) == numbers


# --- 3: odds --------------------------------------------------------------------------------------


def _chance(work: Work) -> bool:
    """The chance to go on, from the odds of leaving."""
    cases = [(1.5, 0.5, 1.0, 5.0), (0.8, 0.3, 0.9, 2.0), (1.0, 0.7, 1.2, 3.0)]
    return all(
        _close(work, "goes_on", case, 1.0 / (1.0 + away * _leaving(trust) * ratio**eta))
        for case in cases
        for away, trust, ratio, eta in [case]
    )


def _discount(work: Work) -> bool:
    """The discount, as a share of the price, that does as much as more trust."""
    cases = [(0.5, 0.1, 5.0), (0.2, 0.1, 1.7), (0.4, 0.25, 3.0)]
    return all(
        _close(work, "discount_for", case,
               1.0 - (_leaving(trust + more) / _leaving(trust)) ** (1.0 / eta))
        for case in cases
        for trust, more, eta in [case]
    )  # fmt: skip


def _dearer(work: Work) -> bool:
    """Dearer pays while the elasticity is smaller in size than price over margin."""
    cases = [(100.0, 50.0, -2.6), (100.0, 80.0, -2.6), (440.0, 345.0, -2.8), (50.0, 10.0, -1.1)]
    for price, unit_cost, elasticity in cases:
        pays = price / (price - unit_cost) > -elasticity
        if bool(work.call("dearer_pays", price, unit_cost, elasticity)) != pays:
            return False
    return True


def _leaving(trust: float) -> float:
    """What trust makes of the odds of leaving."""
    return (1.5 - trust) / (0.5 + trust)


def _close(work: Work, name: str, arguments: tuple[float, ...], wanted: float) -> bool:
    """Does the function give this number?"""
    value = work.call(name, *arguments)
    with work.running(name):
        return math.isclose(float(value), wanted, abs_tol=1e-6)


# --- 4: a page ------------------------------------------------------------------------------------

PLACES: Final = ("banner", "self_praise", "search_ads", "published_results", "social_trading")
LIMITS: Final = {
    "product.price": (65.0, 110.0),  # EUR a month
    **{f"pull.touchpoints.{name}": (0.0, 3.0) for name in PLACES},
}
"""What the broker can decide by itself, and how far."""
ROOM: Final = 5.0
"""All five together: as much as now."""
BEST: Final = {
    "product.price": 70.0,
    "pull.touchpoints.banner": 0.0,
    "pull.touchpoints.self_praise": 0.0,
    "pull.touchpoints.search_ads": 0.0,
    "pull.touchpoints.published_results": 3.0,
    "pull.touchpoints.social_trading": 2.0,
}
"""The best that we know within LIMITS and ROOM."""
SCORED: Final = {"people": 200, "runs": 20, "seed": 770_501}  # worlds that no lecture shows


def _allowed(work: Work) -> bool:
    """Something is changed, and only within the limits."""
    return own_allowed(work, "my_broker", LIMITS, Scenario.load("forex"))


def _room(work: Work) -> bool:
    """The five together take no more room than now."""
    taken = {f"pull.touchpoints.{name}": 1.0 for name in PLACES}
    taken |= {
        key: size
        for key, size in own(work, "my_broker", LIMITS, Scenario.load("forex"))
        if key in taken
    }
    return sum(taken.values()) <= ROOM + 1e-9


def _profit(work: Work) -> Mark:
    """Profit per person above the broker as it is, as a share of what the best known gains."""
    comparison = _scored(own(work, "my_broker", LIMITS, Scenario.load("forex")))
    best = gain(_scored(tuple(sorted(BEST.items())))).mean
    return mark(gain(comparison), best, cost=Amount(extra_cost(comparison), 1, signed=True))


@lru_cache(maxsize=8)
def _scored(changes: tuple[tuple[str, float], ...]) -> Any:
    """A broker beside the one as it is, in worlds nobody has seen."""
    forex = Scenario.load("forex")
    return compare({"now": forex, "mine": forex.with_changes(dict(changes))}, **SCORED)  # type: ignore[arg-type]


TASKS = (
    Task(1, (
        Check("at_interest", _at_interest), Check("at_comparison", _at_comparison),
        *ideas("05", 1),
    ), "explain"),
    Task(2, (
        Check("compares", _compares), Check("with_rival", _with_rival), Check("again", _again),
        Check("each", _each), Check("later", _later), Check("only_talks", _only_talks),
    ), "code"),
    Task(3, (
        Check("chance", _chance), Check("discount", _discount), Check("dearer", _dearer),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("room", _room), Check("profit", _profit, 3.0),
    ), "code"),
)  # fmt: skip
