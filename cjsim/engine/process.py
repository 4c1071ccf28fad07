"""The engine that is taught: one SimPy process per person, walking through the stages.

A person waits for whatever comes first: one of their two clocks, a touchpoint they meet, a push.
The sales desk is a `simpy.Resource` that impatient buyers leave; the shelf is a process of its own;
a friend's word interrupts. What an event does to a person is in `model/transitions` and
`model/rules`; here is only who waits for what. To change the story, subclass `Engine`.

Simultaneous events go by (time, person); SimPy's own bookkeeping and the shelf go before people.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from math import inf
from typing import Any

import simpy

from cjsim.engine.moment import BEFORE_ALL, Moment
from cjsim.journey import ACTION, GONE, RECOMMENDATION, REPEAT_DEAL
from cjsim.log import as_arrays
from cjsim.model import arms, chain, events, parameters, population, rules, transitions
from cjsim.model.arms import Split
from cjsim.model.journal import write
from cjsim.model.parameters import ENDLESS, SILENT, Touch
from cjsim.model.population import Person, Population
from cjsim.model.world import World, of_arm
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import Period

Waiting = Generator[simpy.Event, Any, None]
Span = Period[Scenario]
Contact = tuple[Touch, float, float, int]  # touchpoint, luck of capture and rival, belief


class Engine:
    """One simulated market.

    Parameters
    ----------
    scenario : what runs, under its strategy; before day 0 under its burn-in strategy.
    everybody : the traits of the people (`population.draw`).
    seed : the world's number; the same seed gives the same luck to the same people.
    truth : also keep what the firm cannot see, one row per log row.
    split : who meets which of several strategies; None where all meet that of the scenario.

    After `run()`: `people`, `world.rows` (time, person, event, stage, touchpoint, amount) and
    `world.truths`; `journal()` gives the latter two as arrays.
    """

    def __init__(
        self,
        scenario: Scenario,
        everybody: Population,
        seed: int,
        truth: bool = False,
        log: str = "all",  # whatever is asked for: this engine keeps every row
        split: Split | None = None,
    ) -> None:
        self.scenario, self.seed, self.truth = scenario, seed, truth
        in_arms = arms.in_arms(split, scenario)
        self.calendars = arms.calendars(in_arms)
        self.calendar = self.calendars[0]
        self.start = population.opening(scenario)
        self.env = simpy.Environment(initial_time=self.start)
        self.at_start = everybody.at_start
        self.people = population.persons(everybody, scenario, self.start)
        if split:
            for person, arm in zip(self.people, split.of.tolist(), strict=True):
                person.arm = arm
        self.last_times = [[-inf] * parameters.times_kept(scenario) for _ in self.people]
        self.tally = [self.at_start, 0]
        self.waits = [parameters.waits_kept(scenario) for _ in self.people]
        self.sessions = [[0.0, 0.0] for _ in scenario.touchpoints]
        self.purse = [0.0, 0.0]
        self.filters = any(map(chain.kept, in_arms))
        room = rules.ROOM_OF_A_BELIEF if self.filters else 0
        self.beliefs = [[-inf] * room for _ in range(len(self.people) + 2)]
        self.chain: chain.Matrix = ()
        self.refill_at = -inf
        self.desk = simpy.Resource(self.env)
        self.open(*([self.burn_in()] if scenario.burn_in_days else self.calendars))

    def run(self) -> None:
        """From the burn-in to the horizon. What is open at the horizon stays open."""
        self.begin()
        if self.start < 0:
            self.live_until(0.0)
            self.open(*self.calendars)
            for person in self.present():
                transitions.take_up(self.home(person), person, self.env.now)
                self.wake(person)
        for person in self.present():
            self.log(person, events.START)
        for nth, period in enumerate(self.calendar[1:], 1):
            self.live_until(period.day)
            self.turn(nth)
        self.live_until(self.scenario.horizon_days)

    def begin(self) -> None:
        """All who are there set out, and the shelf is filled."""
        for person in self.present():
            transitions.begin(self.home(person), person, self.env.now)
        self.shelf = self.env.process(self.keep_shelf())
        self.lives = [self.env.process(self.life(person)) for person in self.people]

    def before_day_0(self) -> Any:
        """The rows of the burn-in, which no log keeps; ask for them in place of `run`."""
        self.begin()
        self.live_until(0.0)
        return as_arrays(self.world.rows)[0]

    def live_until(self, day: float) -> None:
        """Let things happen up to, but not at, a day: `env.run(day)` may miss it by a last bit."""
        self.env.run(until=Moment(self.env, day, BEFORE_ALL))

    def present(self) -> list[Person]:
        """Who is in the market now: newcomers are not yet, others have left the category."""
        return [person for person in self.people if person.stage != GONE]

    def journal(self) -> tuple[Any, Any, None]:
        """Rows and truths as arrays: see `log.ROW` and `log.TRUTHS`."""
        return *as_arrays(self.world.rows, self.world.truths), None

    def burn_in(self) -> tuple[Span, ...]:
        """What holds before day 0: the strategy of that time, and no calendar."""
        strategy = self.scenario.burn_in_strategy
        return (Period(self.start, self.scenario.model_copy(update={"strategy": strategy})),)

    def home(self, person: Person) -> World:
        """The world that a person lives in: there are several where the market is split."""
        return of_arm(self.world, person)

    def open(self, calendar: Sequence[Span], *others: Sequence[Span]) -> None:
        """Begin with the first of some periods: its numbers, its touchpoints, a new journal.

        `others` are the calendars of all arms but the first.
        """
        self.pulls, people = parameters.pulls_of(calendar, *others), self.people
        market, pulls = self.numbers(calendar[0]), self.pulls[0]
        before, self.chain = self.chain, self.chain_of(calendar[0])
        self.world = World(
            market=market,
            people=people,
            pulls=pulls,
            pushes=parameters.touches(calendar[0].scenario, "push"),
            meet_at=[[inf] * len(pulls) for _ in people],
            met=[[0] * len(pulls) for _ in people],
            last_times=self.last_times,
            waits=self.waits,
            sessions=self.sessions,
            purse=self.purse,
            beliefs=self.beliefs,
            chain=self.chain,
            chain_before=before,
            before=market,
            pulls_before=pulls,
            tally=self.tally,
            truths=[] if self.truth else None,
        )
        if others:
            self.split(*others)
        self.staff()

    def split(self, *others: Sequence[Span]) -> None:
        """Make the worlds of all arms but the first, and tell all of them of one another."""
        self.other_pulls = [
            parameters.pulls_of(calendar, self.calendar, *others) for calendar in others
        ]
        worlds = [self.world]
        for calendar, (pulls, *_) in zip(others, self.other_pulls, strict=True):
            market, first = self.numbers(calendar[0]), calendar[0].scenario
            worlds.append(
                replace(
                    self.world, market=market, before=market, pulls=pulls, pulls_before=pulls,
                    pushes=parameters.touches(first, "push"), chain=self.chain_of(calendar[0]),
                )
            )  # fmt: skip
        for world in worlds:
            world.arms = worlds

    def numbers(self, period: Span) -> parameters.Parameters:
        """The numbers that hold in a period."""
        return parameters.parameters_of(period.scenario, self.at_start, self.seed, period.season)

    def chain_of(self, period: Span) -> chain.Matrix:
        """What the firm takes the journey to be in a period; nothing where it does not filter."""
        return chain.table_of(period.scenario, period.season) if self.filters else ()

    def turn(self, nth: int) -> None:
        """The n-th change of the calendar has come: everybody's plans go on under other numbers."""
        world = self.world
        self.renew(world, self.calendar[nth], self.pulls[nth])
        for arm, other in enumerate(world.arms[1:]):
            self.renew(other, self.calendars[arm + 1][nth], self.other_pulls[arm][nth])
        self.staff()
        if rules.shelf_differs(world.market, world.before):
            self.shelf.interrupt()
        for person in self.present():
            if transitions.turn(self.home(person), person, self.env.now):
                self.wake(person)

    def renew(self, world: World, period: Span, pulls: Sequence[Touch]) -> None:
        """Other numbers hold in a world from now on; what held is kept for those who turn."""
        world.before, world.pulls_before = world.market, world.pulls
        world.market, world.pulls = self.numbers(period), pulls
        world.chain_before, world.chain = world.chain, self.chain_of(period)
        world.pushes = parameters.touches(period.scenario, "push")

    def staff(self) -> None:
        """As many serve at the desk as the numbers say; who is being served is served to the end.

        SimPy has no public way to change the size of a `Resource`.
        """
        desk = self.desk
        desk._capacity = rules.places_at_desk(self.world.market)
        while desk.queue and desk.count < desk.capacity:
            desk._trigger_put(None)  # one at a time, as SimPy does where one has finished

    def log(self, person: Person, event: int, touch: int = -1, belief: int = -1) -> None:
        """Write a row about a person into the journal, now."""
        write(self.world, person, self.env.now, event, touch, 0.0, belief)

    # --- a person's life ---------------------------------------------------------------------

    def life(self, person: Person) -> Waiting:
        """Wait for what comes first; live it; again. An interrupt means that plans have changed."""
        env, number, next_event = self.env, person.id, rules.next_event
        while True:
            when, what = next_event(person, self.home(person).market)
            try:
                yield Moment(env, when, number)
            except simpy.Interrupt:
                continue
            yield from self.take_place(person, what)

    def take_place(self, person: Person, what: int) -> Waiting:
        """What has come for a person, an event of `rules.next_event`; who buys may have to wait."""
        if what == rules.MEETS:
            self.meet(person)
        elif what == rules.PUSHED:
            self.push(person)
        elif what == rules.FOLLOWS:
            self.follow(person)
        elif what == rules.COMES_OR_GOES:
            transitions.come_or_go(self.home(person), person, self.env.now)
        elif person.walks:
            transitions.walk_away(self.home(person), person, self.env.now)
        elif person.stage == ACTION or person.stage == REPEAT_DEAL:
            yield from self.buy(person)
        else:
            self.step_on(person)

    def wake(self, person: Person) -> None:
        """Something outside has changed a person's plans. Whoever queues stays in the queue."""
        if not person.busy:
            self.lives[person.id].interrupt()

    def step_on(self, person: Person) -> None:
        """The step-on clock has rung, at a stage where only time has to pass."""
        world, now = self.home(person), self.env.now
        if person.stage == RECOMMENDATION:
            for _ in range(rules.friends_told(person, world.market, now)):
                self.wake(self.people[transitions.tell_a_friend(world, person, now)])
        transitions.step_on(world, person, now)
        self.warn(person)

    def warn(self, person: Person) -> None:
        """Whoever is upset may warn others."""
        if person.upset:
            world = self.home(person)
            for nth in range(rules.friends_warned(person, world.market, self.env.now)):
                friend = transitions.warn_a_friend(world, person, self.env.now, nth)
                self.wake(self.people[friend])
            person.upset = 0

    # --- buying ------------------------------------------------------------------------------

    def buy(self, person: Person) -> Waiting:
        """Ready to buy: a tender, an empty shelf or a queue may stand in between."""
        world, again = self.home(person), person.stage == REPEAT_DEAL
        market = world.market
        by_contract = again and market.term > 0.0  # nothing lies on a shelf
        if by_contract and not transitions.renews(world, person, self.env.now):
            return
        if again and not person.leaves_for and rules.holds_tender(person, market):
            return transitions.hold_tender(world, person, self.env.now)
        if self.refill_at > self.env.now and not by_contract:
            self.log(person, events.STOCKOUT)
            if not rules.waits_for_shelf(person, market):
                give_up = transitions.try_rival if again else transitions.lose_to_rival
                return give_up(world, person, self.env.now)
            person.busy = 1
            yield Moment(self.env, self.refill_at, person.id)
            if person.leaves_at <= self.env.now:
                # not `world`: another strategy may have been taken up meanwhile
                return transitions.come_or_go(self.home(person), person, self.env.now)
        market = self.home(person).market  # another may have come while the shelf was empty
        if market.reps != ENDLESS and (not again or market.repeat_needs_rep):
            yield from self.see_rep(person)
            if not person.busy:  # out of patience, and gone
                return
        if again:
            transitions.deal_again(self.home(person), person, self.env.now)
            self.warn(person)
        else:
            transitions.try_out(self.home(person), person, self.env.now)

    def see_rep(self, person: Person) -> Waiting:
        """Queue for a rep until served or out of patience; then the rep's time is taken."""
        patience, deal_days = rules.desk_times(person, self.home(person).market)
        person.busy = 1
        transitions.ask_for_desk(self.home(person), person, self.env.now)
        with self.desk.request() as turn:
            until = min(self.env.now + patience, person.leaves_at)
            yield turn | Moment(self.env, until, person.id)
            if turn.triggered:
                yield Moment(self.env, self.env.now, person.id)
                self.log(person, events.SERVED)
                yield Moment(self.env, self.env.now + deal_days, person.id)
        if not turn.triggered:
            transitions.give_up(self.home(person), person, self.env.now)

    def keep_shelf(self) -> Waiting:
        """The shelf is stocked, then empty, then stocked again; a change begins a new spell."""
        for spell in count():
            stocked, empty = rules.shelf_times(self.world.market, spell)
            with suppress(simpy.Interrupt):
                yield Moment(self.env, self.env.now + stocked)
                self.refill_at = self.env.now + empty
            while self.refill_at > self.env.now:
                with suppress(simpy.Interrupt):
                    yield Moment(self.env, self.refill_at)

    # --- contacts ----------------------------------------------------------------------------

    def meet(self, person: Person) -> None:
        """The person comes to a pull touchpoint."""
        world, now = self.home(person), self.env.now
        touch = world.pulls[person.meeting]
        capture, rival = transitions.meet(world, person, now)
        if transitions.takes_place(world, person, now, touch, 0.0, -1):
            self.reach(person, (touch, capture, rival, -1))

    def push(self, person: Person) -> None:
        """The firm goes to the person with what its strategy chooses, or stays silent."""
        self.send(person, *transitions.push(self.home(person), person, self.env.now))

    def follow(self, person: Person) -> None:
        """The firm goes to the person with what follows something that has happened."""
        self.send(person, *transitions.follow(self.home(person), person, self.env.now))

    def send(self, person: Person, choice: int, rival: float) -> None:
        """The firm goes to the person with a push touchpoint, or with nothing."""
        if choice != SILENT:
            pushes = self.home(person).pushes
            self.reach(person, (pushes[choice], 1.0, rival, person.belief))

    def reach(self, person: Person, contact: Contact) -> None:
        """A contact takes place: at once, or when a rep has time for it."""
        if contact[0].rep_days > 0.0 and self.world.market.reps != ENDLESS:
            self.env.process(self.appointment(person, contact))
        else:
            self.touch(person, contact)

    def touch(self, person: Person, contact: Contact) -> None:
        """One contact, now."""
        transitions.touch_person(self.home(person), person, self.env.now, *contact)

    def appointment(self, person: Person, contact: Contact) -> Waiting:
        """A contact that needs a rep: in the same queue as the buyers, dropped after a day."""
        (touch, _, _, belief), stretch = contact, self.world.market.desk_stretch
        with self.desk.request() as turn:
            yield turn | Moment(self.env, self.env.now + rules.LONGEST_WAIT * stretch, person.id)
            if turn.triggered:
                yield Moment(self.env, self.env.now, person.id)
                self.touch(person, contact)
                self.wake(person)
                yield Moment(self.env, self.env.now + touch.rep_days * stretch, person.id)
        if not turn.triggered and person.stage != GONE:  # who has left is not missed
            transitions.drop(self.home(person), person, self.env.now, touch, belief)
