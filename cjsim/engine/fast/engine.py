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
from cjsim.model import arms, chain, parameters, population
from cjsim.model.arms import Split
from cjsim.model.compile import Source, compiled
from cjsim.model.population import Person, Population
from cjsim.model.replaced import refuse_replaced
from cjsim.model.rules import ROOM_OF_A_BELIEF, places_at_desk
from cjsim.scenario import Scenario, Season, Strategy, digest
from cjsim.scenario.calendar import Period

SOURCES = (
    Source("cjsim.model.streams", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.arithmetic", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.draws", stands_for="cjsim.model.quickest"),
    Source("cjsim.model.rules"),
    Source("cjsim.engine.fast.journal", stands_for="cjsim.model.journal"),
    Source("cjsim.engine.fast.calendar"),
    Source("cjsim.engine.fast.arms", stands_for="cjsim.model.world"),
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


class Own(NamedTuple):
    """The arrays of a world that are those of one arm alone."""

    market: Any
    pulls: Any
    pushes: Any
    before: Any
    pulls_before: Any
    chain: Any
    chain_before: Any
    all_touches: Any


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
        split: Split | None = None,
    ) -> None:
        if truth and log != "all":
            raise ValueError("the truth stands beside every row: it needs log='all'")
        refuse_replaced("the compiled engine")
        in_arms = arms.in_arms(split, scenario)
        self.scenario, self.calendars = scenario, arms.calendars(in_arms)
        self.arm_of_each = arms.arm_of_each(split)
        self.filters = any(map(chain.kept, in_arms))
        self.level = LEVELS.index(log)
        self.seed = seed
        self.truth = truth
        self.start = population.opening(scenario)
        self.everybody = everybody
        self.others: list[Own] = []
        self.people = _people(everybody, scenario, self.start)
        self.calendar = cal.empty(len(everybody), self.start, scenario.horizon_days)

    def run(self) -> None:
        """From the burn-in to the horizon."""
        if self.start < 0:
            self._change_strategy(self._burn_in())
        else:
            self._assign()
            self.world = self._world(self.calendars, self.level)
            self._ask(loop.BEGIN, self.start)
        self._ask(loop.STARTS, 0.0)
        for nth, period in enumerate(self.calendars[0][1:], 1):
            self._ask(loop.GO_ON, period.day)
            self._turn(nth)
        self._ask(loop.GO_ON, self.scenario.horizon_days)

    def _burn_in(self) -> Warm:
        """The market on day 0. A small one is remembered: all strategies to come begin in it."""
        before = before_day_0(self.scenario, self.filters)
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
        self.world = self._world([(Period(self.start, before),)], level)
        self._ask(loop.BEGIN, self.start)
        self._ask(loop.GO_ON, 0.0)

    def before_day_0(self) -> Any:
        """The rows of the burn-in, which no log keeps; ask for them in place of `run`."""
        self._live_up_to_day_0(before_day_0(self.scenario, self.filters), 0)
        return self.world.rows[: self.world.counts[journal.ROWS]]

    def _change_strategy(self, warm: Warm) -> None:
        """The burn-in is over: everybody meets the new touchpoints."""
        self.people, self.calendar = warm.people, warm.calendar
        self._assign()
        after = self._world(self.calendars, self.level)
        warm.counts[journal.ROWS], warm.counts[journal.LEVEL] = 0, self.level
        warm.counts[loop.FIRST_TOUCH] = len(warm.all_touches)
        state = {name: getattr(warm, name) for name in CARRIED}

        def both(touches: Any) -> Any:
            # who waits for a rep since before still gets what they were promised
            return np.concatenate([warm.all_touches, touches])

        self.world = after._replace(**{**state, "all_touches": both(after.all_touches)})
        before = warm.chain_before
        self.others = [
            own._replace(all_touches=both(own.all_touches), chain_before=before)
            for own in self.others
        ]
        self._plan_everybody(loop.SWITCH, 0.0)

    def _assign(self) -> None:
        """Everybody goes to their arm."""
        self.people["arm"] = self.arm_of_each

    def _turn(self, nth: int) -> None:
        """The n-th change of the calendar: other numbers and touchpoints; see `Engine.turn`."""
        self.world.counts[loop.FIRST_TOUCH] += self.rooms[nth - 1]
        chains = [self._chain(calendar[nth]) for calendar in self.calendars]
        worlds: list[Any] = [self.world, *self.others]
        self.world, *self.others = [
            own._replace(
                before=own.market, pulls_before=own.pulls, **spans[nth]._asdict(),
                chain_before=own.chain, chain=of_days,
            )
            for own, spans, of_days in zip(worlds, self.spans, chains, strict=True)
        ]  # fmt: skip
        self._plan_everybody(loop.TURN, self.calendars[0][nth].day)

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
            tables, calendar = self._tables(), pointers.table(self.calendar)
            why = machine().advance(tables[0].ctypes.data, calendar.ctypes.data, job, time)
            if why == loop.DONE:
                return
            self._make_room(why)

    def _tables(self) -> Any:
        """The table of each arm's world: each knows where the others are."""
        worlds = [self.world, *(self.world._replace(**own._asdict()) for own in self.others)]
        tables = [pointers.table(world) for world in worlds]
        if self.others:
            self.world.arms[:] = [table.ctypes.data for table in tables]
        return tables

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

    def _spans(self, calendar: Sequence[Span], every: Sequence[Sequence[Span]]) -> list[Numbers]:
        """What holds in each period of one of several arms, made at once: later it takes longer."""
        people, kind = self.everybody.at_start, parameters.Parameters
        markets = parameters.records(
            kind,
            [parameters.parameters_of(s, people, self.seed, season) for _, s, season in calendar],
        )
        pushes = [_touches(parameters.touches(period.scenario, "push")) for period in calendar]
        pulls = map(_touches, parameters.pulls_of(calendar, *every))
        single = [markets[nth : nth + 1] for nth in range(len(calendar))]
        return list(map(Numbers, single, pulls, pushes))

    def _chain(self, period: Span) -> Any:
        """What the firm takes the journey to be in a period; nothing where it does not filter."""
        return chain_of(period, self.filters)

    def _own(self, calendar: Sequence[Span], spans: list[Numbers]) -> Own:
        """What a world has for itself in the first of its periods."""
        (market, pulls, pushes), of_days = spans[0], self._chain(calendar[0])
        touches = [
            _of_size(np.concatenate([span.pulls, span.pushes]), room)
            for span, room in zip(spans, self.rooms, strict=True)
        ]
        everything = np.concatenate(touches)
        return Own(market, pulls, pushes, market, pulls, of_days, of_days, everything)

    def _world(self, calendars: Sequence[Sequence[Span]], level: int) -> loop.World:
        """The arrays of a world in the first of some periods, at a level of the log.

        There is a calendar for each arm; what all but the first have for themselves are `others`.
        """
        people, scenario = len(self.people), calendars[0][0].scenario
        self.spans = [self._spans(calendar, calendars) for calendar in calendars]
        in_turn = zip(*self.spans, strict=True)
        self.rooms = [max(len(now.pulls) + len(now.pushes) for now in period) for period in in_turn]
        own, *self.others = map(self._own, calendars, self.spans)
        market, pulls = own.market, own.pulls
        counts = np.zeros(loop.COUNTS, np.int64)
        counts[loop.FREE_REPS] = places_at_desk(market.view(np.recarray)[0])
        counts[journal.LEVEL], counts[journal.LAST_PERSON] = level, cal.NONE
        counts[[loop.QUEUE_HEAD, loop.QUEUE_TAIL, loop.FREE_REQUEST]] = cal.NONE
        size = 8192 + (40, 12, 8)[level] * people
        folding = people if level else 0
        rates = folding_rates(scenario)
        return loop.World(
            **own._asdict(),
            people=self.people,
            tally=np.array([self.everybody.at_start, 0]),
            meet_at=np.full((people, len(pulls)), np.inf),
            met=np.zeros((people, len(pulls)), np.int32),
            last_times=np.full((people, parameters.times_kept(scenario)), -np.inf),
            waits=np.tile(np.array(parameters.waits_kept(scenario)), (people, 1)),
            sessions=np.zeros((max(1, len(scenario.touchpoints)), 2)),
            purse=np.zeros(2),
            beliefs=np.full((people + 2, ROOM_OF_A_BELIEF if self.filters else 0), -np.inf),
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
            arms=np.zeros(len(calendars) if self.others else 0, np.int64),
        )


FILTERING = "(filter)"
"""In a burn-in's list of strategies: records are kept for one that is to come. No file says it."""


def chain_of(period: Span, filters: bool) -> Any:
    """The table of `chain.table_of` as an array, empty where no strategy filters."""
    rows = chain.table_of(period.scenario, period.season) if filters else ()
    return np.array(rows, float).reshape(-1, chain.PLACED)


def before_day_0(scenario: Scenario, filters: bool) -> Scenario:
    """What a burn-in is lived under: one strategy, no calendar; `filters` if any is to come."""
    first = scenario.burn_in_strategy
    only = {first: scenario.strategies[first]}
    if filters:
        only[FILTERING] = Strategy(targeting="filter")
    update = {"strategy": first, "strategies": only, "changes": (), "season": Season()}
    return scenario.model_copy(update=update)


def _touches(touches: Sequence[parameters.Touch]) -> Any:
    return parameters.records(parameters.Touch, touches)


def _of_size(touches: Any, rows: int) -> Any:
    """The same with empty rows behind it: in all arms a touchpoint of a period has one place."""
    if len(touches) == rows:
        return touches
    return np.concatenate([touches, np.zeros(rows - len(touches), touches.dtype)])


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
