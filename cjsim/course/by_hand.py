"""An engine without SimPy, half of it: what happens to people is here, when it happens is yours.

Exercise set L has its readers write the other half: a loop that finds who is next.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from cjsim.engine.process import Engine
from cjsim.model import events, rules, transitions
from cjsim.model.population import Person
from cjsim.scenario import Scenario

NOBODY_WAITS = {
    "burn_in_days": 0.0, "firm.reps": inf, "firm.rep_cost_per_day": 0.0, "shelf.stocked_days": inf,
}  # fmt: skip
"""Changes that leave nothing to queue for: no desk, no empty shelf, no time before day 0."""


class Watch:
    """The day: stands where SimPy's environment stands, and can be set.

    >>> watch = Watch(0.0)
    >>> watch.now = 12.5
    """

    def __init__(self, now: float) -> None:
        self.now = now


class ByHand(Engine):
    """What happens in a market where nobody waits for a desk or a shelf; `run` is to be written.

    Parameters are those of `Engine`. Raises ValueError for a market in which somebody may wait, or
    whose numbers change on a day: see `NOBODY_WAITS`.

    >>> from cjsim import Scenario, simulate
    >>> class Standstill(ByHand):
    ...     def run(self):
    ...         self.set_out()
    >>> phone = Scenario.load("phone").with_changes(NOBODY_WAITS)
    >>> len(simulate(phone, people=5, seed=1, engine=Standstill).log())
    5
    """

    env: Any

    def __init__(self, scenario: Scenario, *given: Any, **named: Any) -> None:
        for key, value in NOBODY_WAITS.items():
            if scenario.value(key) != value:
                raise ValueError(f"{key} = {scenario.value(key)}: by hand it has to be {value}")
        super().__init__(scenario, *given, **named)
        if len(self.calendar) > 1:
            raise ValueError("changes: by hand the same numbers have to hold on all days")
        self.env = Watch(self.start)

    def set_out(self) -> None:
        """Day 0: all who are there set out, and their first rows are written."""
        for person in self.present():
            transitions.begin(self.home(person), person, self.env.now)
        for person in self.present():
            self.log(person, events.START)

    def plans(self) -> Iterator[tuple[float, int, int]]:
        """For each person of the market the day, the number and the kind of what comes next.

        The day is infinite for whom nothing comes any more. Newcomers have a plan before they come.
        """
        for person in self.people:
            when, what = rules.next_event(person, self.world.market)
            yield when, person.id, what

    def happen(self, number: int, what: int) -> None:
        """What comes next for a person, now: it changes their plans, and may change a friend's."""
        for _ in self.take_place(self.people[number], what):
            raise ValueError("somebody waits: by hand there is nothing to wait for")

    def wake(self, person: Person) -> None:
        """A friend's word has changed a person's plans: see `plans`."""
