"""Small firms whose truth is known, for the tests of fits."""

from functools import cache

import pandas as pd

import cjsim
from cjsim.inference.seen import Lens, Seen
from cjsim.measures.log import Log
from cjsim.model.events import EVENTS
from cjsim.observe import Records, observe

DAYS = 365.0


@cache
def phone(people=600, days=DAYS, **settings):
    """A phone shop's scenario, a run of it, and what its systems have of that."""
    scenario = cjsim.Scenario.load("phone", "guide").with_changes({"horizon_days": days})
    run = cjsim.simulate(scenario, people, seed=77)
    return scenario, run, observe(run, Records(**settings))


def seen_of(rows, days=100.0, size=1000.0, touchpoints=("site",)):
    """What is looked at of rows (person, time, event, touchpoint, amount)."""
    columns = ["person", "time", "event", "touchpoint", "amount"]
    log = Log.of(pd.DataFrame(rows, columns=columns), days)
    return Lens(tuple(EVENTS), touchpoints, Records(), days).log(log, size)


def same(one: Seen, other: Seen) -> bool:
    return all(
        getattr(one, name).tolist() == getattr(other, name).tolist()
        for name in ("time", "amount", "person", "event", "touchpoint")
    ) and (one.people, one.days) == (other.people, other.days)
