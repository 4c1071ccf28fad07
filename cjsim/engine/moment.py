"""An event of SimPy that rings at an absolute time, and among equals in the order of persons."""

from __future__ import annotations

from heapq import heappush
from math import inf
from typing import Any

import simpy

PEOPLE_FROM = 2
"""Person 0's priority at one moment: SimPy uses 0 (urgent) and 1 (normal) itself."""


SHELF, BEFORE_ALL = -1, -2
"""In the place of a person: the shelf comes before them all, and what ends a time before it."""


class Moment(simpy.Event):
    """Rings at an absolute time; at one moment, in the order of persons.

    `env.timeout(t - env.now)` would miss t by a last bit, and would ring in the order of asking.
    """

    def __init__(self, env: simpy.Environment, time: float, person: int = SHELF) -> None:
        self.env = env
        self.callbacks = []
        self._value = None
        self._ok = True
        if time < inf:
            queue: list[Any] = env._queue
            heappush(queue, (time, PEOPLE_FROM + person, next(env._eid), self))
