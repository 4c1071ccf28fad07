"""The engine that answers at once: one event loop over arrays, compiled.

Scheduling only. It does what `cjsim.engine.process` does with SimPy's processes, `Resource` and
interrupts, makes the same transitions, and writes the same rows in the same order.
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import numpy as np

from cjsim.engine.fast.calendar import ENTRY, KINDS, NONE, first, pop_heap, release, room, schedule
from cjsim.engine.fast.journal import ROWS, TOTAL
from cjsim.engine.fast.pointers import behind
from cjsim.journey import ACTION, GONE, RECOMMENDATION, REPEAT_DEAL
from cjsim.log import ROW
from cjsim.model import events, rules, transitions
from cjsim.model.journal import write
from cjsim.model.parameters import ENDLESS, SILENT, Parameters, Touch, record_type
from cjsim.model.population import Person
from cjsim.model.world import of_arm

# Kinds of events. A LIFE entry's slot says what comes (rules.RING, PUSHED, MEETS, ...);
# those of the desk name a request.
LIFE, REFILL, START_TURN, END_TURN, GIVE_UP = 0, 1, 2, 3, 4

# What Python may ask for, and why the loop came back.
BEGIN, SWITCH, STARTS, GO_ON, TURN = 0, 1, 2, 3, 4
DONE, ROWS_FULL, CALENDAR_FULL, REQUESTS_FULL = 0, 1, 2, 3
ROOM_FOR_ROWS = 3 * rules.MOST_TOLD + 64
"""Rows that one event may write at most: a friend who is told takes up to three."""
ROOM_FOR_ENTRIES = rules.MOST_TOLD + 64
"""Events that one event may ask for at most: a friend who is told plans anew."""

# Places in `counts`, after those of the journal, and in `clock`.
FREE_REPS, QUEUE_HEAD, QUEUE_TAIL, FREE_REQUEST, USED_REQUESTS = 4, 5, 6, 7, 8
SPELL, FIRST_TOUCH, COUNTS = 9, 10, 11
NEXT_EMPTY, REFILL_AT = 0, 1

REQUEST = np.dtype(
    [
        ("capture", np.float64),
        ("rival", np.float64),
        ("days", np.float64),  # of a rep's time
        ("person", np.int32),
        ("waiting", np.int32),  # the entry of GIVE_UP while in the queue, else NONE
        ("next", np.int32),  # behind it in the queue, or in the free list
        ("touch", np.int32),  # index among all_touches; NONE for a buyer
        ("belief", np.int8),  # -1 for a pull
        ("gone", np.int8),
    ]
)


class World(NamedTuple):
    """The arrays of a compiled `world.World`, and of what the desk and the shelf need."""

    market: Any  # one record of Parameters
    people: Any
    pulls: Any
    pushes: Any
    before: Any  # the market up to the last change, and who pulled
    pulls_before: Any
    tally: Any
    all_touches: Any  # of all changes so far: a request may be older than the last
    meet_at: Any
    met: Any
    last_times: Any
    waits: Any
    sessions: Any
    purse: Any
    beliefs: Any
    chain: Any
    chain_before: Any
    rows: Any
    truths: Any
    counts: Any
    clock: Any
    requests: Any
    life_entry: Any
    # totals of the rows that are not kept: see `log.Folded`
    totals: Any
    cost_by_day: Any
    fits: Any  # of the library to each stage
    rep_hours: Any  # of one contact, by touchpoint of the library
    worth: Any  # of money of each whole day, on day 0
    arms: Any  # addresses of the tables of all arms; empty where the market is not split


world_behind = behind(
    "World",
    market=(record_type(Parameters), 0),
    people=(record_type(Person), 1),
    pulls=(record_type(Touch), 1),
    pushes=(record_type(Touch), 1),
    before=(record_type(Parameters), 0),
    pulls_before=(record_type(Touch), 1),
    tally=(np.int64, 1),
    all_touches=(record_type(Touch), 1),
    meet_at=(np.float64, 2),
    met=(np.int32, 2),
    last_times=(np.float64, 2),
    waits=(np.float64, 2),
    sessions=(np.float64, 2),
    purse=(np.float64, 1),
    beliefs=(np.float64, 2),
    chain=(np.float64, 2),
    chain_before=(np.float64, 2),
    rows=(ROW, 1),
    truths=(np.float64, 2),
    counts=(np.int64, 1),
    clock=(np.float64, 1),
    requests=(REQUEST, 1),
    life_entry=(np.int32, 1),
    totals=(TOTAL, 1),
    cost_by_day=(np.float64, 1),
    fits=(np.float64, 2),
    rep_hours=(np.float64, 1),
    worth=(np.float64, 1),
    arms=(np.int64, 1),
)
calendar_behind = behind(
    "Calendar",
    entries=(ENTRY, 1),
    buckets=(np.int32, 1),
    heap=(np.int32, 1),
    state=(np.int64, 1),
    bounds=(np.float64, 1),
    cursors=(np.int32, 1),
)

# --- lives ------------------------------------------------------------------------------------


def plan_life(world: Any, calendar: Any, person: Any) -> None:
    """Ask for the next event of a person who waits for nobody; an older request is void."""
    when, what = rules.next_event(person, world.market)
    world.life_entry[person.id] = schedule(calendar, when, person.id, LIFE, what)


def begin(world: Any, calendar: Any, now: float) -> None:
    """Everybody starts out unaware, before a full shelf."""
    stocked, _ = rules.shelf_times(world.market, 0)
    world.clock[NEXT_EMPTY] = now + stocked
    world.clock[REFILL_AT] = -inf
    for i in range(len(world.people)):
        person = world.people[i]
        home = of_arm(world, person)
        if person.stage != GONE:
            transitions.begin(home, person, now)
        plan_life(home, calendar, person)


def switch(world: Any, calendar: Any, now: float) -> None:
    """After the burn-in: everybody meets the new strategy."""
    for i in range(len(world.people)):
        person = world.people[i]
        if person.stage != GONE:
            home = of_arm(world, person)
            transitions.take_up(home, person, now)
            if not person.busy:
                plan_life(home, calendar, person)


def turn(world: Any, calendar: Any, now: float) -> None:
    """A change of the calendar has come; see `Engine.turn`."""
    staff(world, calendar, now)
    if rules.shelf_differs(world.market, world.before):
        restock(world, now)
    for i in range(len(world.people)):
        person = world.people[i]
        home = of_arm(world, person)
        if person.stage != GONE and transitions.turn(home, person, now) and not person.busy:
            plan_life(home, calendar, person)


def write_starts(world: Any, now: float) -> None:
    """The first rows: where everybody is."""
    for i in range(len(world.people)):
        if world.people[i].stage != GONE:
            write(world, world.people[i], now, events.START)


def live(world: Any, calendar: Any, person: Any, what: int, now: float) -> None:
    """What a person waited for has come; see `Engine.take_place`."""
    slot = NONE
    if what == rules.MEETS:
        k = person.meeting
        capture, rival = transitions.meet(world, person, now)
        if transitions.takes_place(world, person, now, world.pulls[k], 0.0, -1):
            slot = reach(world, person, now, world.pulls[k], k, capture, rival, -1)
    elif what == rules.PUSHED or what == rules.FOLLOWS:
        if what == rules.PUSHED:
            choice, rival = transitions.push(world, person, now)
        else:
            choice, rival = transitions.follow(world, person, now)
        if choice != SILENT:
            touch, k = world.pushes[choice], len(world.pulls) + choice
            slot = reach(world, person, now, touch, k, 1.0, rival, person.belief)
    elif what == rules.COMES_OR_GOES:
        transitions.come_or_go(world, person, now)
    elif person.walks:
        transitions.walk_away(world, person, now)
    elif person.stage == ACTION or person.stage == REPEAT_DEAL:
        buy(world, calendar, person, now)
    else:
        if person.stage == RECOMMENDATION:
            for _ in range(rules.friends_told(person, world.market, now)):
                friend = world.people[transitions.tell_a_friend(world, person, now)]
                if not friend.busy:
                    plan_life(of_arm(world, friend), calendar, friend)
        transitions.step_on(world, person, now)
        warn(world, calendar, person, now)
    if not person.busy:
        plan_life(world, calendar, person)
    if slot != NONE:
        longest = rules.LONGEST_WAIT * world.market.desk_stretch
        ask_for_rep(world, calendar, slot, now + longest, now)


def warn(world: Any, calendar: Any, person: Any, now: float) -> None:
    """Whoever is upset may warn others; see `Engine.warn`."""
    if person.upset:
        for nth in range(rules.friends_warned(person, world.market, now)):
            friend = world.people[transitions.warn_a_friend(world, person, now, nth)]
            if not friend.busy:
                plan_life(of_arm(world, friend), calendar, friend)
        person.upset = 0


def reach(
    world: Any,
    person: Any,
    now: float,
    touch: Any,
    index: int,
    capture: float,
    rival: float,
    belief: int,
) -> int:
    """A contact takes place at once, or a request for a rep is made out: returns its slot.

    `index` is the touchpoint's among the pulls and pushes of the running strategy.
    """
    if touch.rep_days <= 0.0 or world.market.reps == ENDLESS:
        transitions.touch_person(world, person, now, touch, capture, rival, belief)
        return NONE
    slot = new_request(world, person.id, touch.rep_days * world.market.desk_stretch)
    request = world.requests[slot]
    request.touch = world.counts[FIRST_TOUCH] + index
    request.belief = belief
    request.capture = capture
    request.rival = rival
    return slot


# --- buying -----------------------------------------------------------------------------------


def buy(world: Any, calendar: Any, person: Any, now: float) -> None:
    """Ready to buy; see `Engine.buy`."""
    again = person.stage == REPEAT_DEAL
    by_contract = again and world.market.term > 0.0  # nothing lies on a shelf
    if by_contract and not transitions.renews(world, person, now):
        return
    if again and not person.leaves_for and rules.holds_tender(person, world.market):
        transitions.hold_tender(world, person, now)
        return
    if world.clock[REFILL_AT] > now and not by_contract:
        write(world, person, now, events.STOCKOUT)
        if rules.waits_for_shelf(person, world.market):
            person.busy = 1
            schedule(calendar, world.clock[REFILL_AT], person.id, REFILL, NONE)
        elif again:
            transitions.try_rival(world, person, now)
        else:
            transitions.lose_to_rival(world, person, now)
        return
    go_to_desk(world, calendar, person, now)


def go_to_desk(world: Any, calendar: Any, person: Any, now: float) -> None:
    """There is something to buy: queue for a rep where one is needed, or make the deal."""
    again = person.stage == REPEAT_DEAL
    if world.market.reps != ENDLESS and (not again or world.market.repeat_needs_rep):
        patience, days = rules.desk_times(person, world.market)
        person.busy = 1
        transitions.ask_for_desk(world, person, now)
        until = min(now + patience, person.leaves_at)
        ask_for_rep(world, calendar, new_request(world, person.id, days), until, now)
    else:
        close_deal(world, calendar, person, now)


def close_deal(world: Any, calendar: Any, person: Any, now: float) -> None:
    """The deal itself."""
    if person.stage == REPEAT_DEAL:
        transitions.deal_again(world, person, now)
        warn(world, calendar, person, now)
    else:
        transitions.try_out(world, person, now)


def keep_shelf(world: Any, market: Any, now: float) -> None:
    """Bring the shelf up to now: its spells come before what people do at the same moment."""
    clock, counts = world.clock, world.counts
    while clock[NEXT_EMPTY] <= now:
        _, empty = rules.shelf_times(market, counts[SPELL])
        clock[REFILL_AT] = clock[NEXT_EMPTY] + empty
        counts[SPELL] += 1
        stocked, _ = rules.shelf_times(market, counts[SPELL])
        clock[NEXT_EMPTY] = clock[REFILL_AT] + stocked


def restock(world: Any, now: float) -> None:
    """A change has come to the shelf: a new spell begins, once it is stocked."""
    clock, counts = world.clock, world.counts
    keep_shelf(world, world.before, now)
    if clock[REFILL_AT] <= now:
        counts[SPELL] += 1
    stocked, _ = rules.shelf_times(world.market, counts[SPELL])
    clock[NEXT_EMPTY] = max(now, clock[REFILL_AT]) + stocked


# --- the desk: a FIFO queue with people who leave it --------------------------------------------


def new_request(world: Any, person: int, days: float) -> int:
    """A free slot for a request of a rep's time, made out as a buyer's."""
    counts, requests = world.counts, world.requests
    slot = counts[FREE_REQUEST]
    if slot != NONE:
        counts[FREE_REQUEST] = requests[slot].next
    else:
        slot = counts[USED_REQUESTS]
        counts[USED_REQUESTS] = slot + 1
    request = requests[slot]
    request.person = person
    request.days = days
    request.waiting = NONE
    request.next = NONE
    request.touch = NONE
    request.gone = 0
    return slot


def free_request(world: Any, slot: int) -> None:
    """The slot may be used again."""
    world.requests[slot].next = world.counts[FREE_REQUEST]
    world.counts[FREE_REQUEST] = slot


def ask_for_rep(world: Any, calendar: Any, slot: int, until: float, now: float) -> None:
    """Take a free rep now, or join the queue until then."""
    counts, requests = world.counts, world.requests
    request = requests[slot]
    if counts[FREE_REPS] > 0:
        counts[FREE_REPS] -= 1
        schedule(calendar, now, request.person, START_TURN, slot)
        return
    if counts[QUEUE_TAIL] == NONE:
        counts[QUEUE_HEAD] = slot
    else:
        requests[counts[QUEUE_TAIL]].next = slot
    counts[QUEUE_TAIL] = slot
    request.waiting = schedule(calendar, until, request.person, GIVE_UP, slot)


def staff(world: Any, calendar: Any, now: float) -> None:
    """As many serve at the desk as the numbers say; who is being served is served to the end."""
    was, places = rules.places_at_desk(world.before), rules.places_at_desk(world.market)
    world.counts[FREE_REPS] += places - was
    call_next(world, calendar, now)


def call_next(world: Any, calendar: Any, now: float) -> None:
    """While a rep is free: the next in the queue who is still there gets a turn."""
    counts, requests = world.counts, world.requests
    while counts[FREE_REPS] > 0 and counts[QUEUE_HEAD] != NONE:
        slot = counts[QUEUE_HEAD]
        request = requests[slot]
        counts[QUEUE_HEAD] = request.next
        if counts[QUEUE_HEAD] == NONE:
            counts[QUEUE_TAIL] = NONE
        if request.gone:
            free_request(world, slot)
            continue
        request.waiting = NONE
        counts[FREE_REPS] -= 1
        schedule(calendar, now, request.person, START_TURN, slot)


def start_turn(world: Any, calendar: Any, slot: int, now: float) -> None:
    """A rep has time: for a buyer's deal, or for a contact."""
    request = world.requests[slot]
    person = world.people[request.person]
    if request.touch == NONE:
        write(world, person, now, events.SERVED)
        schedule(calendar, now + request.days, person.id, END_TURN, slot)
        return
    touch, belief = world.all_touches[request.touch], request.belief
    transitions.touch_person(world, person, now, touch, request.capture, request.rival, belief)
    schedule(calendar, now + request.days, person.id, END_TURN, slot)
    if not person.busy:
        plan_life(world, calendar, person)


def end_turn(world: Any, calendar: Any, slot: int, now: float) -> None:
    """A rep's work for one person is done."""
    request = world.requests[slot]
    person = world.people[request.person]
    buyer = request.touch == NONE
    world.counts[FREE_REPS] += 1
    call_next(world, calendar, now)
    free_request(world, slot)
    if buyer:
        close_deal(world, calendar, person, now)
        plan_life(world, calendar, person)


def give_up(world: Any, calendar: Any, slot: int, now: float) -> None:
    """Out of patience: the buyer goes to the rival, the contact is dropped."""
    request = world.requests[slot]
    person = world.people[request.person]
    request.waiting = NONE
    request.gone = 1
    if request.touch == NONE:
        transitions.give_up(world, person, now)
        plan_life(world, calendar, person)
    elif person.stage != GONE:  # who has left the category is not missed
        touch = world.all_touches[request.touch]
        transitions.drop(world, person, now, touch, request.belief)


# --- the loop ---------------------------------------------------------------------------------


def run_until(world: Any, calendar: Any, until: float) -> int:
    """Let things happen up to, but not at, a time; comes back early where an array is full."""
    counts, entries = world.counts, calendar.entries
    while True:
        if counts[ROWS] + ROOM_FOR_ROWS > len(world.rows):
            return ROWS_FULL
        if room(calendar) < ROOM_FOR_ENTRIES:
            return CALENDAR_FULL
        if counts[USED_REQUESTS] + 2 > len(world.requests):
            return REQUESTS_FULL
        entry = first(calendar, world)
        if entry == NONE or not entries[entry].time < until:
            return DONE
        pop_heap(calendar)
        one = entries[entry]
        now, kind, slot = one.time, one.what % KINDS, one.what // KINDS
        person = world.people[one.person]
        home = of_arm(world, person)
        release(calendar, entry)
        keep_shelf(world, world.market, now)
        if kind == LIFE:
            if world.life_entry[person.id] == entry:
                live(home, calendar, person, slot, now)
        elif kind == REFILL:
            if person.leaves_at <= now:
                transitions.come_or_go(home, person, now)
            else:
                go_to_desk(home, calendar, person, now)
            if not person.busy:
                plan_life(home, calendar, person)
        elif kind == START_TURN:
            start_turn(home, calendar, slot, now)
        elif kind == END_TURN:
            end_turn(home, calendar, slot, now)
        elif world.requests[slot].waiting == entry:
            give_up(home, calendar, slot, now)


def advance(world_at: int, calendar_at: int, job: int, now: float) -> int:
    """The one door from Python: BEGIN at `now`, SWITCH the strategy, STARTS, GO_ON to `now`, TURN.

    `world_at` and `calendar_at` are addresses of `pointers.table`s of the arrays of `World` and
    `Calendar`. Returns DONE, or which array is full.
    """
    world, calendar = world_behind(world_at), calendar_behind(calendar_at)
    if job == BEGIN:
        begin(world, calendar, now)
    elif job == SWITCH:
        switch(world, calendar, now)
    elif job == STARTS:
        write_starts(world, now)
    elif job == TURN:
        turn(world, calendar, now)
    else:
        return run_until(world, calendar, now)
    return DONE
