"""Exercise set 06, the first deal at a loss: a gift, a payback day, a subscriber, a price."""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import lru_cache
from typing import Any, Final

from cjsim import Scenario, compare
from cjsim.course.checks.form import Check, Task, Work
from cjsim.course.sets.design import BoardTask, beside
from cjsim.course.sets.explain import ideas

# --- 1: a gift, and why it loses ------------------------------------------------------------------

GIFT: Final = 1400.0
"""A tenth of the consultants' price [EUR]."""


def _more_customers(work: Work) -> bool:
    """How many more first deals the gift makes, to half a deal."""
    return abs(work.number("more_customers") - _moved("first_deals")) <= 0.5


def _gain(work: Work) -> bool:
    """The mean difference in profit per person, below zero, to half a euro."""
    return abs(work.number("gain") - _moved("profit_per_person")) <= 0.5


def _moved(measure: str) -> float:
    return float(_gifts().paired().loc[("with_gift", measure), "difference"])


@lru_cache(maxsize=1)
def _gifts() -> Any:
    """The comparison that the task asks for."""
    advice = Scenario.load("consulting", strategy="pull")
    given = {"changes": [{"day": 0, "product": {"gift_value": GIFT}}]}
    firms = {"without": advice, "with_gift": advice.with_changes(given)}
    return compare(firms, people=300, runs=20, seed=101)


# --- 2: a function of the deals -------------------------------------------------------------------


def _each_customer(work: Work) -> bool:
    """Per customer, not per deal: three deals of two customers."""
    return _repaid(work, [(0, -10), (0, -10), (100, 40), (200, 40)], customers=2) == 100.0


def _by_day(work: Work) -> bool:
    """The rows stand in no order."""
    deals = [(300, 30), (0, -5), (100, 5), (200, 14)]
    return _repaid(work, deals, customers=4) == 300.0


def _to_stay(work: Work) -> bool:
    """Above, below again when a complaint is made good, above for good."""
    deals = [(0, 0), (50, 42), (120, -30), (400, 45)]
    return _repaid(work, deals, customers=4) == 400.0


def _never(work: Work) -> bool:
    """What does not come back has no day."""
    return _repaid(work, [(0, -20), (90, 10), (180, 10), (270, 10)], customers=4) == math.inf


CAC: Final = 10.0


def _repaid(work: Work, deals: list[tuple[int, int]], customers: int) -> float:
    """What `repaid_on` says of deals written by hand."""
    import pandas as pd

    frame = pd.DataFrame(deals, columns=["day", "margin"]).astype(float)
    frame.insert(0, "customer", [row % customers for row in range(len(frame))])
    return work.number_from("repaid_on", frame, customers, CAC)


# --- 3: a process ---------------------------------------------------------------------------------

STAY, PRICE, WELCOME = 0.8, 100.0, 30.0
YEAR = 365.0
FAITHFUL, FICKLE = 0.1, 0.95
"""What the luck of a test says at every renewal: below STAY, and above it."""


class _Luck:
    """Luck that always says the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        """The same number each time."""
        return self.value


def _first(work: Work) -> bool:
    """The first year is paid when the customer comes, whatever the luck."""
    paid = _subscriber(work, FICKLE, begin=40.0)
    return bool(paid) and paid[0][0] == 40.0


def _gift(work: Work) -> bool:
    """The gift is taken off once."""
    amounts = [amount for _, amount in _subscriber(work, FAITHFUL)]
    return all(math.isclose(amount, PRICE - WELCOME * (n == 0)) for n, amount in enumerate(amounts))


def _rhythm(work: Work) -> bool:
    """A year after the customer came, not at New Year."""
    days = [day for day, _ in _subscriber(work, FAITHFUL, begin=40.0)]
    return all(math.isclose(day, days[0] + YEAR * n) for n, day in enumerate(days))


def _renewals(work: Work) -> bool:
    """Who is lucky enough renews, to the end of the record; who is not pays no second year."""
    stays, leaves = (len(_subscriber(work, luck)) for luck in (FAITHFUL, FICKLE))
    return stays == 4 and leaves <= 1


def _subscriber(work: Work, luck: float, begin: float = 0.0) -> list[tuple[float, float]]:
    """What one customer pays within three years and a day."""
    import simpy

    env, paid = simpy.Environment(initial_time=begin), []  # type: ignore[var-annotated]
    process = work.call(
        "subscriber", env, STAY, PRICE, WELCOME, _Luck(luck), paid, nothing="not_process"
    )
    if not isinstance(process, Generator):
        raise work.problem("not_process", name="subscriber")
    with work.running("subscriber"):
        env.process(process)
        env.run(until=begin + 3.0 * YEAR + 1.0)
        return [(float(day), float(amount)) for day, amount in paid]


# --- 4: on the board ------------------------------------------------------------------------------

LIMITS: Final = {
    "product.price": (600.0, 2400.0),  # EUR
    "guide.every_days": (14.0, 120.0),  # days
    "guide.min_fit": (0.0, 1.0),
}
"""What may be turned on the board, and how far."""
BEST: Final = {"product.price": 900.0}
"""The best that we know within LIMITS: searched in other worlds than the scored ones."""
SCORED: Final = {"people": 300, "runs": 24, "seed": 660_101}  # worlds that no lecture shows
PLAYED: Final = beside("pull", "subscription", SCORED)
BOARD: Final = BoardTask("board_4", "subscription", LIMITS, BEST, PLAYED)


TASKS = (
    Task(1, (
        Check("more_customers", _more_customers), Check("gain", _gain), *ideas("06", 1),
    ), "explain"),
    Task(2, (
        Check("each_customer", _each_customer), Check("by_day", _by_day),
        Check("to_stay", _to_stay), Check("never", _never),
    ), "code"),
    Task(3, (
        Check("first", _first), Check("gift", _gift),
        Check("rhythm", _rhythm), Check("renewals", _renewals),
    ), "code"),
    Task(4, (Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0)), "board"),
)  # fmt: skip
