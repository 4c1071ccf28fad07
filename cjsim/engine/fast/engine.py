"""The engine that answers at once, seen from Python: arrays made, the compiled loop called.

Same interface and, bit for bit, the same rows as `cjsim.engine.process.Engine`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import fields
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from cjsim.engine.fast import calendar as cal
from cjsim.engine.fast import journal, loop, pointers
from cjsim.log import LEVELS, ROW, TRUTHS, Folded, folding_rates, whole_days
from cjsim.model import chain, parameters, population
from cjsim.model.compile import Source, compiled
from cjsim.model.population import Person, Population
from cjsim.model.replaced import refuse_replaced
from cjsim.model.rules import ROOM_OF_A_BELIEF, places_at_desk
from cjsim.scenario import Scenario, Season, Strategy, digest
from cjsim.scenario.calendar import Period, periods

SOURCES = (
    Source("cjsim.model.streams", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.arithmetic", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.draws", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.rules"),
    Source("cjsim.engine.fast.journal", stands_for="cjsim.model.journal"),
    Source("cjsim.engine.fast.calendar"),
    Source("cjsim.model.transitions"),
    Source("cjsim.engine.fast.loop"),
)
"""What is compiled, in the order of imports; see `compile.compiled`."""


def machine() -> ModuleType:
    """The compiled event loop; made once, then read from the disk cache."""
    return compiled(*SOURCES, entry_points=("advance",))


Span = Period[Scenario]
NO_ROWS = len(LEVELS) - 1
"""The level at which a burn-in is lived: nobody reads its rows."""
REMEMBERED, LARGEST_REMEMBERED = 16, 10_000
"""How many burnt-in markets are kept, and of how many people at most: 0.4 kB each, with
8 bytes for every time that a rest asks for."""


class Numbers(NamedTuple):
    """What holds in a period, as records."""

    market: Any
    pulls: Any
    pushes: Any


class Warm(NamedTuple):
    """A market at the end of its burn-in: what of its arrays goes on into day 0."""

    everybody: Population
    calendar: cal.Calendar
    people: Any
    counts: Any
    clock: Any
    requests: Any
    life_entry: Any
    all_touches: Any
    last_times: Any
    tally: Any
    waits: Any
    sessions: Any
    purse: Any
    beliefs: Any
    chain_before: Any  # it was the burn-in's own

    def copy(self) -> Warm:
        """The same with arrays of its own."""
        calendar = cal.Calendar(*(array.copy() for array in self.calendar))
        return self._replace(
            calendar=calendar, **{name: getattr(self, name).copy() for name in CARRIED}
        )


CARRIED = (
    "people", "counts", "clock", "requests", "life_entry", "all_touches", "last_times", "waits",
    "sessions", "purse", "tally", "beliefs", "chain_before",
)  # fmt: skip
_REMEMBERED: dict[tuple[str, int], Warm] = {}
_MAKING: dict[tuple[str, int], threading.Lock] = {}


class CompiledEngine:
    """One simulated market; parameters as `cjsim.engine.process.Engine`.

    After `run()`: `people` (records) and `journal()`. Raises ValueError where a rule was replaced
    in this process: what is compiled is what the files say.
    """

    def __init__(
        self,
        scenario: Scenario,
        everybody: Population,
        seed: int,
        truth: bool = False,
        log: str = "all",
    ) -> None:
        if truth and log != "all":
            raise ValueError("the truth stands beside every row: it needs log='all'")
        refuse_replaced("the compiled engine")
        self.scenario, self.periods = scenario, periods(scenario)
        self.filters = chain.kept(scenario)
        self.level = LEVELS.index(log)
        self.seed = seed
        self.truth = truth
        self.start = population.opening(scenario)
        self.everybody = everybody
        self.people = _people(everybody, scenario, self.start)
        self.calendar = cal.empty(len(everybody), self.start, scenario.horizon_days)

    def run(self) -> None:
        """From the burn-in to the horizon."""
        if self.start < 0:
            self._change_strategy(self._burn_in())
        else:
            self.world = self._world(self.periods, self.level)
            self._ask(loop.BEGIN, self.start)
        self._ask(loop.STARTS, 0.0)
        for nth, period in enumerate(self.periods[1:], 1):
            self._ask(loop.GO_ON, period.day)
            self._turn(nth)
        self._ask(loop.GO_ON, self.scenario.horizon_days)

    def _burn_in(self) -> Warm:
        """The market on day 0. A small one is remembered: all strategies to come begin in it."""
        before = before_day_0(self.scenario)
        if len(self.people) > LARGEST_REMEMBERED:
            return self._lived(before)
        key = digest(before), self.seed
        with _MAKING.setdefault(key, threading.Lock()):  # other threads wait instead of living it
            warm = _REMEMBERED.get(key)
            if warm is None or warm.everybody is not self.everybody:
                warm = _REMEMBERED[key] = self._lived(before)
                for oldest in list(_REMEMBERED)[:-REMEMBERED]:
                    _REMEMBERED.pop(oldest, None)
        _MAKING.pop(key, None)
        return warm.copy()

    def _lived(self, before: Scenario) -> Warm:
        """A burn-in, lived here and now."""
        self._live_up_to_day_0(before, NO_ROWS)
        state = {name: getattr(self.world, name) for name in CARRIED}
        return Warm(self.everybody, self.calendar, **state)

    def _live_up_to_day_0(self, before: Scenario, level: int) -> None:
        self.world = self._world((Period(self.start, before),), level)
        self._ask(loop.BEGIN, self.start)
        self._ask(loop.GO_ON, 0.0)

    def before_day_0(self) -> Any:
        """The rows of the burn-in, which no log keeps; ask for them in place of `run`."""
        self._live_up_to_day_0(before_day_0(self.scenario), 0)
        return self.world.rows[: self.world.counts[journal.ROWS]]

    def _change_strategy(self, warm: Warm) -> None:
        """The burn-in is over: everybody meets the new touchpoints."""
        self.people, self.calendar = warm.people, warm.calendar
        after = self._world(self.periods, self.level)
        # who waits for a rep since before still gets what they were promised
        both = np.concatenate([warm.all_touches, after.all_touches])
        warm.counts[journal.ROWS], warm.counts[journal.LEVEL] = 0, self.level
        warm.counts[loop.FIRST_TOUCH] = len(warm.all_touches)
        state = {name: getattr(warm, name) for name in CARRIED}
        self.world = after._replace(**{**state, "all_touches": both})
        self._plan_everybody(loop.SWITCH, 0.0)

    def _turn(self, nth: int) -> None:
        """The n-th change of the calendar: other numbers and touchpoints; see `Engine.turn`."""
        world, now = self.world, self.spans[nth]
        world.counts[loop.FIRST_TOUCH] += len(world.pulls) + len(world.pushes)
        self.world = world._replace(
            before=world.market, pulls_before=world.pulls, **now._asdict(),
            chain_before=world.chain, chain=self._chain(self.periods[nth]),
        )  # fmt: skip
        self._plan_everybody(loop.TURN, self.periods[nth].day)

    def _plan_everybody(self, job: int, day: float) -> None:
        """A job that may ask for an event of each person at once."""
        while len(self.calendar.entries) < 2 * len(self.people) + self.calendar.state[cal.USED]:
            self._make_room(loop.CALENDAR_FULL)
        self._ask(job, day)

    def journal(self) -> tuple[Any, Any, Folded | None]:
        """Rows and truths as arrays (`log.ROW`, `log.TRUTHS`), and totals of the rows left out."""
        world = self.world
        used = world.counts[journal.ROWS]
        rows, truths = world.rows[:used], world.truths[:used] if self.truth else None
        if self.level == 0:
            return rows, truths, None
        last = self.people["stage"].astype(np.uint8)
        names = [
            field.name for field in fields(Folded) if field.name not in ("last", "cost_by_day")
        ]
        folded: Any = {name: world.totals[name] for name in names}
        return rows, truths, Folded(**folded, last=last, cost_by_day=world.cost_by_day)

    def _ask(self, job: int, time: float) -> None:
        """Have the loop do a job; where an array is full, lengthen it and go on."""
        while True:
            world, calendar = pointers.table(self.world), pointers.table(self.calendar)
            why = machine().advance(world.ctypes.data, calendar.ctypes.data, job, time)
            if why == loop.DONE:
                return
            self._make_room(why)

    def _make_room(self, why: int) -> None:
        """Lengthen the array that is full."""
        world = self.world
        if why == loop.CALENDAR_FULL:
            self.calendar = cal.grown(self.calendar)
        elif why == loop.REQUESTS_FULL:
            self.world = world._replace(requests=_longer(world.requests))
        else:
            self.world = world._replace(rows=_longer(world.rows))
            if self.truth:
                self.world = self.world._replace(truths=_longer(world.truths))

    def _spans(self, calendar: Sequence[Span]) -> list[Numbers]:
        """What holds in each period, made at once: between two of them the cache is cold."""
        people, kind = self.everybody.at_start, parameters.Parameters
        markets = parameters.records(
            kind,
            [parameters.parameters_of(s, people, self.seed, season) for _, s, season in calendar],
        )
        pushes = [_touches(parameters.touches(period.scenario, "push")) for period in calendar]
        pulls = map(_touches, parameters.pulls_of(calendar))
        single = [markets[nth : nth + 1] for nth in range(len(calendar))]
        return list(map(Numbers, single, pulls, pushes))

    def _chain(self, period: Span) -> Any:
        """What the firm takes the journey to be in a period; nothing where it does not filter."""
        return chain_of(period, self.filters)

    def _world(self, calendar: Sequence[Span], level: int) -> loop.World:
        """The arrays of a world in the first of some periods, at a level of the log."""
        people, scenario = len(self.people), calendar[0].scenario
        self.spans = self._spans(calendar)
        market, pulls, pushes = self.spans[0]
        counts = np.zeros(loop.COUNTS, np.int64)
        counts[loop.FREE_REPS] = places_at_desk(market.view(np.recarray)[0])
        counts[journal.LEVEL], counts[journal.LAST_PERSON] = level, cal.NONE
        counts[[loop.QUEUE_HEAD, loop.QUEUE_TAIL, loop.FREE_REQUEST]] = cal.NONE
        size = 8192 + (40, 12, 8)[level] * people
        folding = people if level else 0
        rates, of_days = folding_rates(scenario), self._chain(calendar[0])
        return loop.World(
            market=market,
            people=self.people,
            pulls=pulls,
            pushes=pushes,
            before=market,
            pulls_before=pulls,
            tally=np.array([self.everybody.at_start, 0]),
            all_touches=np.concatenate([part for span in self.spans for part in span[1:]]),
            meet_at=np.full((people, len(pulls)), np.inf),
            met=np.zeros((people, len(pulls)), np.int32),
            last_times=np.full((people, parameters.times_kept(scenario)), -np.inf),
            waits=np.tile(np.array(parameters.waits_kept(scenario)), (people, 1)),
            sessions=np.zeros((max(1, len(scenario.touchpoints)), 2)),
            purse=np.zeros(2),
            beliefs=np.full((people + 2, ROOM_OF_A_BELIEF if self.filters else 0), -np.inf),
            chain=of_days,
            chain_before=of_days,
            rows=np.empty(size, ROW),
            truths=np.empty((size if self.truth else 0, len(TRUTHS))),
            counts=counts,
            clock=np.zeros(2),
            requests=np.zeros(256, loop.REQUEST),
            life_entry=np.full(people, cal.NONE, np.int32),
            totals=np.zeros(folding, journal.TOTAL),
            cost_by_day=np.zeros(whole_days(scenario.horizon_days)),
            fits=rates.fits,
            rep_hours=rates.rep_hours,
            worth=rates.worth,
        )


FILTERING = "(filter)"
"""In a burn-in's list of strategies: records are kept for one that is to come. No file says it."""


def chain_of(period: Span, filters: bool) -> Any:
    """The table of `chain.table_of` as an array, empty where no strategy filters."""
    rows = chain.table_of(period.scenario, period.season) if filters else ()
    return np.array(rows, float).reshape(-1, chain.PLACED)


def before_day_0(scenario: Scenario) -> Scenario:
    """What a burn-in is lived under: one strategy, no calendar."""
    first = scenario.burn_in_strategy
    only = {first: scenario.strategies[first]}
    if chain.kept(scenario):
        only[FILTERING] = Strategy(targeting="filter")
    update = {"strategy": first, "strategies": only, "changes": (), "season": Season()}
    return scenario.model_copy(update=update)


def _touches(touches: Sequence[parameters.Touch]) -> Any:
    return parameters.records(parameters.Touch, touches)


def _longer(array: Any) -> Any:
    """A copy with room for half as much again."""
    longer = np.empty((len(array) * 3 // 2 + 8192, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _people(everybody: Population, scenario: Scenario, start: float) -> Any:
    """The people as records, as `population.persons` makes them as objects."""
    people = pointers.aligned(len(everybody), parameters.record_type(Person))
    for name, value in population.initial_state(scenario, start).items():
        if name != "visits":
            people[name] = value
    for name, column in population.own_state(everybody).items():
        people[name] = column
    people["id"] = np.arange(len(everybody))
    people["known"] = everybody.on_cold_list
    return people


def warm_up() -> None:
    """Compile the engine if its disk cache is empty, so that nobody waits for it later."""
    nobody = Scenario()
    engine = CompiledEngine(nobody, population.draw(nobody, 1, 0), 0)
    engine.run()


if __name__ == "__main__":
    warm_up()
