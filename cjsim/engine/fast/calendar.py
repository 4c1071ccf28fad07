"""A calendar of pending events: buckets of days, and a small heap of the current bucket.

Compiled. A plain heap of a million events misses the cache at every step; here only the events of
one bucket are ordered at a time. Events come out by (time, person, order of asking).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cjsim.engine.fast.pointers import prefetch

NONE = -1
KINDS = 8
GROUP = 8
"""How many buckets are fetched from memory together, one to two groups before their turn."""
# places in `state`
FREE, HEAP_SIZE, BUCKET, ORDER, USED = 0, 1, 2, 3, 4

ENTRY = np.dtype(
    [
        ("time", np.float64),
        ("order", np.uint32),
        ("person", np.int32),
        ("what", np.int32),  # slot * KINDS + kind: see the engine
        ("next", np.int32),  # the next entry of the bucket, or of the free list
    ]
)


class Calendar(NamedTuple):
    """Arrays of the calendar; `bounds` are start [days], buckets a day and the end of time.

    `cursors` hold how far `fetch_ahead` has come in each bucket of a group.
    """

    entries: Any
    buckets: Any
    heap: Any
    state: Any
    bounds: Any
    cursors: Any


def empty(people: int, start: float, end: float) -> Calendar:
    """A calendar with room for one event per person and some more; it grows with `grown`."""
    size = people + 1024
    buckets = min(max(people, 64), 1 << 20)
    state = np.zeros(5, np.int64)
    state[FREE] = NONE
    bounds = np.array([start, buckets / (end - start), end])
    return Calendar(
        np.zeros(size, ENTRY),
        np.full(buckets + 1, NONE, np.int32),
        np.zeros(size, np.int32),
        state,
        bounds,
        np.zeros(GROUP, np.int32),
    )


def grown(calendar: Calendar) -> Calendar:
    """The same calendar with room for half as many entries more."""
    size = len(calendar.entries) * 3 // 2
    entries, heap = np.zeros(size, ENTRY), np.zeros(size, np.int32)
    entries[: len(calendar.entries)] = calendar.entries
    heap[: len(calendar.heap)] = calendar.heap
    return calendar._replace(entries=entries, heap=heap)


# --- compiled ---------------------------------------------------------------------------------


def room(calendar: Any) -> int:
    """How many entries were never used; freed ones come on top."""
    return len(calendar.entries) - calendar.state[USED]


def before(a: Any, b: Any) -> bool:
    """Does entry a come before entry b: by time, person, order of asking?"""
    if a.time != b.time:
        return a.time < b.time
    if a.person != b.person:
        return a.person < b.person
    return a.order < b.order


def push_heap(calendar: Any, entry: int) -> None:
    """Put an entry among those of the current bucket."""
    heap, entries = calendar.heap, calendar.entries
    at = calendar.state[HEAP_SIZE]
    calendar.state[HEAP_SIZE] = at + 1
    while at > 0:
        parent = (at - 1) >> 1
        if not before(entries[entry], entries[heap[parent]]):
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = entry


def pop_heap(calendar: Any) -> int:
    """Take out the first entry of the current bucket."""
    heap, entries = calendar.heap, calendar.entries
    first = heap[0]
    size = calendar.state[HEAP_SIZE] - 1
    calendar.state[HEAP_SIZE] = size
    last = heap[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and before(entries[heap[child + 1]], entries[heap[child]]):
            child += 1
        if not before(entries[heap[child]], entries[last]):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = last
    return first


def schedule(calendar: Any, time: float, person: int, kind: int, slot: int) -> int:
    """Ask for an event; returns its entry, or NONE for one that lies beyond the end of time."""
    if not time < calendar.bounds[2]:
        return NONE
    state, entries = calendar.state, calendar.entries
    entry = state[FREE]
    if entry != NONE:
        state[FREE] = entries[entry].next
    else:
        entry = state[USED]
        state[USED] = entry + 1
    one = entries[entry]
    one.time = time
    one.order = state[ORDER]
    one.person = person
    one.what = slot * KINDS + kind
    state[ORDER] += 1
    bucket = int((time - calendar.bounds[0]) * calendar.bounds[1])
    if bucket <= state[BUCKET]:
        push_heap(calendar, entry)
    else:
        one.next = calendar.buckets[bucket]
        calendar.buckets[bucket] = entry
    return entry


def release(calendar: Any, entry: int) -> None:
    """Give the entry of an event that is over back to the free ones."""
    calendar.entries[entry].next = calendar.state[FREE]
    calendar.state[FREE] = entry


def fetch_ahead(calendar: Any, world: Any, begin: int) -> None:
    """Have what the events of a group of buckets will touch on its way into the cache.

    An entry tells where the next of its bucket lies, so a bucket alone would be read at the pace
    of memory; several in step are read as fast as one.
    """
    buckets, entries, cursors = calendar.buckets, calendar.entries, calendar.cursors
    left = 0
    for bucket in range(begin, min(begin + GROUP, len(buckets))):
        if buckets[bucket] != NONE:
            cursors[left] = buckets[bucket]
            left += 1
    for bucket in range(begin + GROUP, min(begin + 2 * GROUP, len(buckets))):
        if buckets[bucket] != NONE:
            prefetch(entries, buckets[bucket])
    while left > 0:
        i = 0
        while i < left:
            fetch_person(world, entries[cursors[i]].person)
            entry = entries[cursors[i]].next
            if entry != NONE:
                prefetch(entries, entry)
                cursors[i] = entry
                i += 1
            else:  # the last one takes the place of a bucket that is through
                left -= 1
                cursors[i] = cursors[left]


def fetch_person(world: Any, person: int) -> None:
    """Everything that is kept of a person."""
    prefetch(world.people, person)
    prefetch(world.meet_at, person)
    prefetch(world.met, person)
    prefetch(world.life_entry, person)
    if len(world.totals) > 0:
        prefetch(world.totals, person)


def first(calendar: Any, world: Any) -> int:
    """The next entry, left in its place; NONE when nothing more will happen."""
    state, buckets = calendar.state, calendar.buckets
    while state[HEAP_SIZE] == 0:
        if state[BUCKET] + 1 >= len(buckets):
            return NONE
        state[BUCKET] += 1
        entry = buckets[state[BUCKET]]
        buckets[state[BUCKET]] = NONE
        while entry != NONE:
            following = calendar.entries[entry].next
            push_heap(calendar, entry)
            entry = following
        if state[BUCKET] % GROUP == 0:
            fetch_ahead(calendar, world, state[BUCKET] + GROUP)
    return calendar.heap[0]
