"""Exercise set L, engine room: regular clocks, a queue with patience, an engine without SimPy."""

from __future__ import annotations

from collections.abc import Generator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cjsim import Scenario, simulate, without
from cjsim.course.by_hand import NOBODY_WAITS, ByHand
from cjsim.course.checks.form import Check, Task, Work, WorkError
from cjsim.course.checks.look import words
from cjsim.course.sets.explain import ideas

if TYPE_CHECKING:
    import pandas as pd

# --- 1: a dial ------------------------------------------------------------------------------------

STEP, LEAVE = 60.0, 90.0  # days: the mean waits of the two clocks
NEAR: Final = 0.02
"""How far a share of four thousand people may lie from theory: two and a half standard errors."""


def _forgetful(work: Work) -> bool:
    """The share lost by clocks that forget."""
    return abs(work.number("lost_forgetful") - _loss(1.0)) <= NEAR


def _regular(work: Work) -> bool:
    """The share lost by regular clocks."""
    return abs(work.number("lost_regular") - _loss(8.0)) <= NEAR


def _loss(shape: float) -> float:
    """Two Weibull clocks of one shape, mean waits kept: who leaves first."""
    step, leave = STEP**shape, LEAVE**shape
    return float(step / (step + leave))


# --- 2: a process ---------------------------------------------------------------------------------

Seen = list[tuple[float, bool]]
"""Days waited, and whether somebody was served."""
HOLD = 10.0  # days for which somebody else sits at the desk


def _waited(work: Work) -> bool:
    """Whose turn comes in time has waited for so many days: a wait and not a date."""
    _, seen = _at_the_desk(work, [(1.0, 50.0, 5.0)])
    return [days for days, served in seen if served] == [HOLD - 1.0]


def _gives_up(work: Work) -> bool:
    """Who is out of patience goes, and says so at once."""
    _, seen = _at_the_desk(work, [(1.0, 3.0, 5.0)], until=4.5)
    return len(seen) == 1 and not seen[0][1]


def _leaves(work: Work) -> bool:
    """Who has gone stands in nobody's way."""
    last, _ = _at_the_desk(work, [(1.0, 3.0, 5.0)], last=2.0)
    return last == [HOLD]


def _talks(work: Work) -> bool:
    """The desk is taken for as long as the talk lasts: nobody else sits down meanwhile."""
    last, _ = _at_the_desk(work, [(1.0, 50.0, 5.0)], last=2.0)
    return not last or last[0] >= HOLD + 5.0


def _frees(work: Work) -> bool:
    """After the talk the desk is free."""
    last, _ = _at_the_desk(work, [(1.0, 50.0, 5.0)], last=2.0)
    return bool(last) and last[0] <= HOLD + 5.0


def _at_the_desk(
    work: Work,
    callers: list[tuple[float, float, float]],
    last: float | None = None,
    until: float = 100.0,
) -> tuple[list[float], Seen]:
    """One desk, taken for the first days; then the student's callers, and at last one of ours.

    Parameters
    ----------
    callers : of each the day, the patience and the talk.
    last : the day on which ours begins to wait.
    until : how long we look.

    Returns the days on which ours sat down, and what the student's have written.
    """
    import simpy

    env, seen, sat = simpy.Environment(), [], []  # type: ignore[var-annotated]
    desk = simpy.Resource(env)

    def ours(day: float, stay: float, sat: list[float]) -> Any:
        yield env.timeout(day)
        with desk.request() as turn:
            yield turn
            sat.append(env.now)
            yield env.timeout(stay)

    def theirs(day: float, patience: float, talk: float) -> Any:
        yield env.timeout(day)
        process = work.call("caller", env, desk, patience, talk, seen, nothing="not_process")
        if not isinstance(process, Generator):
            raise work.problem("not_process", name="caller")
        yield env.process(process)

    env.process(ours(0.0, HOLD, []))
    for caller in callers:
        env.process(theirs(*caller))
    if last is not None:
        env.process(ours(last, 1.0, sat))
    with work.running("caller"):
        env.run(until=until)
        return sat, [(float(days), bool(served)) for days, served in seen]


# --- 3: an engine ---------------------------------------------------------------------------------

PEOPLE: Final = 20
SEED: Final = 8
MOST: Final = 20_000
"""More events than any of the small markets has."""
Row = tuple[float, int, str, str]


def _order(work: Work) -> bool:
    """Where nobody influences anybody the rows are the kit's, one after the other."""
    market = _market()
    return _rows(_mine(work, market), market) == _rows(_kits(market), market)


def _horizon(work: Work) -> bool:
    """Lives stop at the horizon, not before, and not after what comes next."""
    for days in (61.5, 90.0, 133.25, 200.0):
        market = _market().with_changes({"horizon_days": days})
        if sorted(_rows(_mine(work, market))) != sorted(_rows(_kits(market))):
            return False
    return True


def _newcomers(work: Work) -> bool:
    """People come to the market and leave it."""
    return _same_lives(work, _market(coming=True))


def _friends(work: Work) -> bool:
    """A word changes what a friend does next."""
    return _same_lives(work, _market(talking=True))


def _same_lives(work: Work, market: Scenario) -> bool:
    """The same rows up to the horizon, in whatever order."""
    mine, kits = (_rows(log, market) for log in (_mine(work, market), _kits(market)))
    return sorted(mine) == sorted(kits)


def _rows(log: pd.DataFrame, until: Scenario | None = None) -> list[Row]:
    """Day, person, event and stage of each row; before the horizon of a market, if one is given."""
    columns = (log["time"], log["person"], log["event"].astype(str), log["stage"].astype(str))
    rows = list(zip(*columns, strict=True))
    return [row for row in rows if until is None or row[0] < until.horizon_days]


@lru_cache(maxsize=8)
def _market(coming: bool = False, talking: bool = False) -> Scenario:
    """A small market where nobody waits; nobody comes, goes or talks unless that is asked for."""
    off = [
        name for name, on in (("coming_and_going", coming), ("word_of_mouth", talking)) if not on
    ]
    market = without(Scenario.load("yogurt", strategy="guide"), *off)
    changes: dict[str, Any] = {**NOBODY_WAITS, "horizon_days": 200.0}
    if coming:
        changes["market.stay_years"] = 0.5
    if talking:  # many friends, and much to tell
        changes |= {"loyalty.friends": 30.0, "product.quality": 0.95, "market.served_share": 0.6}
        changes["horizon_days"] = 400.0
    return market.with_changes(changes)


def _kits(market: Scenario) -> pd.DataFrame:
    """The log of a market as the kit writes it."""
    return simulate(market, people=PEOPLE, seed=SEED).log()


def _mine(work: Work, market: Scenario) -> pd.DataFrame:
    """The log of a market under the student's engine."""
    kind = _kind(work)
    with work.running("Loop"):
        return simulate(market, people=PEOPLE, seed=SEED, engine=kind).log()


def _kind(work: Work) -> Any:
    """The student's class, which stops where it would go on for ever."""
    base: Any = work.get("Loop")
    if not (isinstance(base, type) and issubclass(base, ByHand)):
        raise work.problem("not_engine", name="Loop", base="cjsim.course.by_hand.ByHand")
    if "run" not in {
        name for kind in base.__mro__ if kind not in ByHand.__mro__ for name in vars(kind)
    }:
        raise work.problem("missing", name="Loop")
    stuck = words("L", work.lang)["task"]["3"]["order"]["stuck"]

    class Watched(base):  # type: ignore[misc]
        lived = 0

        def happen(self, number: int, what: int) -> None:
            self.lived += 1
            if self.lived > MOST:
                raise WorkError(stuck)
            super().happen(number, what)

    return Watched


TASKS = (
    Task(1, (
        Check("forgetful", _forgetful), Check("regular", _regular), *ideas("L", 1),
    ), "explain"),
    Task(2, (
        Check("waited", _waited), Check("gives_up", _gives_up), Check("leaves", _leaves),
        Check("talks", _talks), Check("frees", _frees),
    ), "code"),
    Task(3, (
        Check("order", _order), Check("horizon", _horizon),
        Check("newcomers", _newcomers), Check("friends", _friends),
    ), "code"),
)  # fmt: skip
