"""An engine without SimPy: with its loop it writes the log of the kit, and refuses what waits."""

from heapq import heapify, heappop, heappush

import pytest

from cjsim import Scenario, simulate
from cjsim.course.by_hand import NOBODY_WAITS, ByHand
from cjsim.course.checks import check
from cjsim.course.sets.sL.wrong import BY_HAND, LOOP

WRITTEN = {"ByHand": ByHand}
exec(LOOP, WRITTEN)
Loop = WRITTEN["Loop"]
"""The loop that the exercise asks for."""


class Queue(ByHand):
    """Another right answer: a list of plans, in which a plan that has changed is passed over."""

    def run(self):
        self.set_out()
        self.queue = list(self.plans())
        heapify(self.queue)
        while self.queue[0][0] < self.scenario.horizon_days:
            self.env.now, number, what = heappop(self.queue)
            if (self.env.now, number, what) == self.plan_of(number):
                self.happen(number, what)
                self.wake(self.people[number])

    def plan_of(self, number):
        return list(self.plans())[number]

    def wake(self, person):
        heappush(self.queue, self.plan_of(person.id))


@pytest.mark.parametrize("preset", ["yogurt", "school", "forex"])
def test_by_hand_the_log_is_that_of_both_engines_bit_by_bit(preset):
    market = Scenario.load(preset, strategy="guide").with_changes(
        {**NOBODY_WAITS, "horizon_days": 250.0, "loyalty.friends": 20.0}
    )
    logs = {
        simulate(market, people=15, seed=8, engine=kind).events.rows.tobytes()
        for kind in (Loop, "simpy", "compiled")
    }
    assert len(logs) == 1


@pytest.mark.parametrize("engine", [Loop, Queue])
def test_right_engines_and_a_right_process_pass(engine):
    names = {"Loop": engine}
    exec(BY_HAND, names)
    assert check("L", 2, names).failed == check("L", 3, names).failed == []


def test_an_engine_that_never_ends_is_stopped_and_told():
    class Stuck(ByHand):
        def run(self):
            self.set_out()
            while True:
                self.happen(0, min(self.plans())[2])

    report = check("L", 3, {"Loop": Stuck}, "en")
    assert report.points == 0
    assert repr(report).count("it is still going on") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"firm.reps": 2.0}, r"firm\.reps = 2"),
        ({"shelf.stocked_days": 30.0}, r"shelf\.stocked_days = 30"),
        ({"burn_in_days": 100.0}, r"burn_in_days = 100"),
        ({"changes": [{"day": 50, "product": {"price": 2.0}}]}, "the same numbers"),
    ],
)
def test_a_market_where_somebody_may_wait_is_refused(changes, told):
    market = Scenario.load("yogurt").with_changes({**NOBODY_WAITS, **changes})
    with pytest.raises(ValueError, match=told):
        simulate(market, people=5, seed=1, engine=Loop)
