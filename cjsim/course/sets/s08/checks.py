"""Exercise set 08, curiosity: a full shelf, trips and people, a chain, a budget for keeping."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Generator, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np

from cjsim.course.checks.form import Amount, Check, Mark, Task, Work
from cjsim.course.sets.design import gain, joined, mark, own, own_allowed
from cjsim.course.sets.explain import ideas

# --- 1: a dial ------------------------------------------------------------------------------------

DOORS: Final = ("satisfaction", "curiosity", "dormant")
"""What a student may name as the door that people take instead of the empty shelf."""
WORLDS: Final = range(401, 421)


def _gain(work: Work) -> bool:
    """Repeat deals per world, full shelf less the shelf as it is."""
    shelves = _shelves()
    return abs(work.number("gain") - (shelves["full"]["deals"] - shelves["as_is"]["deals"])) <= 0.1


def _more_leave(work: Work) -> bool:
    """Leavings per world through all doors, full less as it is: not the closed door alone."""
    shelves = _shelves()
    more = _leavings(shelves["full"]) - _leavings(shelves["as_is"])
    return abs(work.number("more_leave") - more) <= 0.1


def _door(work: Work) -> bool:
    """The door through which more people leave than before."""
    shelves = _shelves()
    return work.choice("door", DOORS) == max(
        DOORS, key=lambda door: shelves["full"][door] - shelves["as_is"][door]
    )


def _per_deal(work: Work) -> bool:
    """Leavings per repeat deal, full shelf over the shelf as it is, within 1 %."""
    rate = {name: _leavings(means) / means["deals"] for name, means in _shelves().items()}
    return math.isclose(work.number("times_per_deal"), rate["full"] / rate["as_is"], rel_tol=0.01)


def _leavings(means: Mapping[str, float]) -> float:
    """Leavings through all doors."""
    return sum(count for door, count in means.items() if door != "deals")


@lru_cache(maxsize=1)
def _shelves() -> dict[str, dict[str, float]]:
    """Mean leavings by door, and repeat deals, per world: the shelf as it is, and a full one."""
    from cjsim import Scenario, simulate

    yogurt = Scenario.load("yogurt")
    firms = {"as_is": yogurt, "full": yogurt.with_changes({"shelf.stocked_days": math.inf})}
    means: dict[str, dict[str, float]] = {}
    for name, firm in firms.items():
        total: Counter[str] = Counter()
        for seed in WORLDS:
            total.update(_leavings_by_door(simulate(firm, people=200, seed=seed)))
        means[name] = {key: count / len(WORLDS) for key, count in total.items()}
    return means


def _leavings_by_door(run: Any) -> Counter[str]:
    """Leavings by door: a customer's step to a rival or to sleep, and what came just before it."""
    log = run.log()
    events = zip(log["person"], log["event"].astype(str), log["stage"].astype(str), strict=True)
    before: dict[int, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    for person, event, stage in events:
        last, at = before.get(person, ("", ""))
        if event == "enter" and stage in ("with_rival", "dormant"):
            if at in ("satisfaction", "curiosity"):
                counts[at] += 1
            elif at == "repeat_deal":
                named = {"repeat_deal": "satisfaction", "rival_deal": "stockout"}
                counts[named.get(last, "dormant")] += 1
        counts["deals"] += event == "repeat_deal"
        before[person] = (event, stage)
    return counts


# --- 2: trips and people --------------------------------------------------------------------------


def _new(work: Work) -> bool:
    """New is a maker never bought before, not merely another one than last time."""
    return _looked(work, {1: "abaaa"}, 3, 5)[1] == 0.0


def _window(work: Work) -> bool:
    """Trips from the first to the last, both included, of all that are there."""
    return _looked_agrees(work, {1: "aaab"}, 3, 4, (0.5, 1.0)) and _looked_agrees(
        work, {1: "aaaabc"}, 3, 4, (0.0, 0.0)
    )


def _enough(work: Work) -> bool:
    """Only people who made so many trips."""
    return _looked_agrees(work, {1: "aaaa", 2: "aab"}, 3, 4, (0.0, 0.0))


def _once(work: Work) -> bool:
    """Somebody who tried twice is one who tried."""
    shares = _looked(work, {1: "abcd", 2: "aaaa"}, 2, 4)
    return math.isclose(shares[1], 0.5)


def _looked_agrees(
    work: Work, people: Mapping[int, str], first: int, last: int, shares: tuple[float, float]
) -> bool:
    """Does `looked_around` give these shares for trips written by hand, a letter a maker?"""
    return bool(np.allclose(_looked(work, people, first, last), shares))


def _looked(work: Work, people: Mapping[int, str], first: int, last: int) -> tuple[float, float]:
    import pandas as pd

    rows = [(p, float(day), brand) for p, word in people.items() for day, brand in enumerate(word)]
    trips = pd.DataFrame(rows, columns=["person", "time", "brand"])
    shares = work.call("looked_around", trips, first, last)
    with work.running("looked_around"):
        per_trip, per_person = shares
        return float(per_trip), float(per_person)


# --- 3: a chain of two states ---------------------------------------------------------------------

START, CYCLE = 20.0, 14.0  # days: the first purchase, and from one to the next


class Scripted:
    """Luck that is known beforehand, over and over; it can be asked like a numpy generator."""

    def __init__(self, *values: float) -> None:
        self._next = itertools.cycle(values)

    def random(self, size: int | None = None) -> Any:
        """The next number, or an array of them."""
        if size is None:
            return next(self._next)
        return np.array([next(self._next) for _ in range(size)])


def _formula(work: Work) -> bool:
    """Ours in the long run, also where nobody goes or nobody comes back."""
    for stay, back in ((0.9, 0.5), (0.7, 1.0), (0.6, 0.1), (1.0, 0.2), (0.5, 0.0)):
        if abs(work.number_from("long_run", stay, back) - back / (back + 1.0 - stay)) > 1e-9:
            return False
    return True


def _memory(work: Work) -> bool:
    """The purchase before decides: by known luck, and by chance against the closed form.

    The tolerance is four standard errors of the share of n purchases that resemble their
    neighbours: its variance is q(1-q)(1+c)/(1-c)/n with c = stay - back.
    """
    stay = 0.9
    back = 0.5
    n = 20_000
    script = _purchases(work, 0.8, 0.5, Scripted(0.9, 0.6, 0.4, 0.7), 6)
    if [ours for _, ours in script] != [True, False, False, True, True, False]:
        return False
    if not _apart(work):
        return False
    share = back / (back + 1.0 - stay)
    alike = stay - back
    error = math.sqrt(share * (1.0 - share) * (1.0 + alike) / (1.0 - alike) / n)
    bought = _purchases(work, stay, back, np.random.default_rng(404), n)
    return abs(float(np.mean([ours for _, ours in bought])) - share) <= 4.0 * error


def _apart(work: Work) -> bool:
    """Two shoppers write into one list, in turn: the first, who never leaves, stays ours.

    The second leaves at once; who asks the list what was bought last asks the wrong shopper.
    """
    import simpy

    env = simpy.Environment(initial_time=START)
    bought: list[Any] = []
    shoppers = [
        work.call("shopper", env, stay, 0.0, CYCLE, Scripted(0.5), bought, nothing="not_process")
        for stay in (1.0, 0.0)
    ]
    if not all(isinstance(shopper, Generator) for shopper in shoppers):
        raise work.problem("not_process", name="shopper")
    with work.running("shopper"):
        env.process(shoppers[0])
        env.run(until=START + 1.0)
        env.process(shoppers[1])
        env.run(until=START + 4.5 * CYCLE)
        return all(bool(ours) for _, ours in bought[::2])


def _back(work: Work) -> bool:
    """`back` is the chance to return; here it equals `stay`, so that memory does not matter."""
    purchases = _purchases(work, 0.3, 0.3, Scripted(0.6, 0.5, 0.2), 4)
    return [ours for _, ours in purchases] == [True, False, False, True]


def _days(work: Work) -> bool:
    """The first purchase on the day the process begins, then one each cycle."""
    purchases = _purchases(work, 0.5, 0.5, Scripted(0.1), 4)
    return bool(np.allclose([day for day, _ in purchases], START + CYCLE * np.arange(4)))


def _purchases(work: Work, stay: float, back: float, luck: Any, n: int) -> list[tuple[float, bool]]:
    """The first n purchases of one shopper."""
    import simpy

    env = simpy.Environment(initial_time=START)
    bought: list[Any] = []
    process = work.call("shopper", env, stay, back, CYCLE, luck, bought, nothing="not_process")
    if not isinstance(process, Generator):
        raise work.problem("not_process", name="shopper")
    with work.running("shopper"):
        env.process(process)
        env.run(until=START + CYCLE * (n + 1.5))
        return [(float(day), bool(ours)) for day, ours in bought[:n]]


# --- 4: a budget ----------------------------------------------------------------------------------

MESSAGES: Final = ("gifts", "mail_educate")
"""What a plan must not waste money on; the discount pays."""
LIMITS: Final = {
    "product.quality": (0.66, 0.74),
    "product.quality_noise": (0.02, 0.05),
    "shelf.stocked_days": (90.0, 240.0),  # days
    "shelf.empty_days": (1.0, 4.0),  # days
    "guide.every_days": (7.0, 42.0),  # days
    **{f"guide.touchpoints.{name}": (0.0, 1.0) for name in (*MESSAGES, "discount_offer")},
}
"""What the firm can decide by itself, and how far."""
NOW: Final = {
    "product.quality": 0.66,
    "product.quality_noise": 0.05,
    "shelf.stocked_days": 90.0,
    "shelf.empty_days": 4.0,
}
"""What the preset has, and costs nothing more."""
BUDGET: Final = 0.07  # EUR per person and year
SILENT: Final = {f"guide.touchpoints.{name}": 0.0 for name in MESSAGES}
BEST: Final = {
    "product.quality": 0.69,
    "product.quality_noise": 0.02,
    "shelf.stocked_days": 150.0,
    "shelf.empty_days": 2.0,
    "guide.every_days": 28.0,
    "guide.touchpoints.gifts": 0.0,
}
"""The best that we know within LIMITS and BUDGET: searched in other worlds than the scored ones."""
SCORED: Final = {"people": 150, "runs": 24, "seed": 770_401}  # worlds that no lecture shows

Plan = tuple[tuple[str, float], ...]


def _allowed(work: Work) -> bool:
    """Something is changed, and only within the limits."""
    return own_allowed(work, "my_plan", LIMITS, _preset())


def _budget(work: Work) -> Mark:
    """The stated costs stay within the budget."""
    cost = _cost(own(work, "my_plan", LIMITS, _preset()))
    note = {"cost": Amount(cost, 3), "budget": Amount(BUDGET, 2)}
    return Mark(float(cost <= BUDGET + 1e-9), note)


def _profit(work: Work) -> Mark:
    """Profit per person less cost above the preset's, as a share of what the best known gains."""
    plan = own(work, "my_plan", LIMITS, _preset())
    best = tuple(sorted(BEST.items()))
    mine = gain(_scored(plan), less=_cost(plan))
    most = gain(_scored(best), less=_cost(best)).mean
    return mark(mine, most, cost=Amount(_cost(plan), 2), digits=2)


def _messages(work: Work) -> Mark:
    """The plan does not clearly earn more with presents and letters switched off."""
    from cjsim.experiment.intervals import difference

    profit = (
        _scored(own(work, "my_plan", LIMITS, _preset()))
        .runs["profit_per_person"]
        .unstack("scenario")
    )
    row = difference((profit["mine"] - profit["silent"]).to_frame("brought")).loc["brought"]
    note = {name: Amount(row[column], 2, signed=True) for name, column in
            (("brought", "difference"), ("low", "low"), ("high", "high"))}  # fmt: skip
    return Mark(float(row["high"] >= 0.0), note)


def _cost(plan: Plan) -> float:
    """EUR per person and year for what the preset does not hold, as the task states it."""
    at = {**NOW, **dict(plan)}
    return (
        35.0 * (at["product.quality"] - NOW["product.quality"]) ** 2
        + 0.2 * (NOW["product.quality_noise"] - at["product.quality_noise"])
        + 0.0001 * (at["shelf.stocked_days"] - NOW["shelf.stocked_days"])
        + 0.008 * (NOW["shelf.empty_days"] - at["shelf.empty_days"])
    )


@lru_cache(maxsize=1)
def _preset() -> Any:
    """The firm as it is, with a guide that a plan may change."""
    from cjsim import Scenario

    return Scenario.load("yogurt", strategy="guide")


@lru_cache(maxsize=1)
def _usual() -> Any:
    """What a plan is scored beside: the preset."""
    from cjsim import Scenario, compare

    return compare({"as_is": Scenario.load("yogurt")}, **SCORED)  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def _scored(plan: Plan) -> Any:
    """A plan beside the preset and beside itself in silence, in worlds nobody has seen."""
    from cjsim import compare

    firms = {
        "mine": _preset().with_changes(dict(plan)),
        "silent": _preset().with_changes({**dict(plan), **SILENT}),
    }
    return joined(_usual(), compare(firms, **SCORED))  # type: ignore[arg-type]


TASKS = (
    Task(1, (
        Check("gain", _gain), Check("more_leave", _more_leave),
        Check("door", _door), Check("per_deal", _per_deal), *ideas("08", 1),
    ), "explain"),
    Task(2, (
        Check("new", _new), Check("window", _window), Check("enough", _enough),
        Check("once", _once),
    ), "code"),
    Task(3, (
        Check("formula", _formula), Check("memory", _memory),
        Check("back", _back), Check("days", _days),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("budget", _budget),
        Check("profit", _profit, 3.0), Check("messages", _messages),
    ), "code"),
)  # fmt: skip
