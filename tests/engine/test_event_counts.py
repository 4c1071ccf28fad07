"""How many SimPy events each preset takes: the noise-free twin of `benchmarks/simpy_engine.py`.

A change of these numbers is a change of cost, or of the model; both want to be meant. To store new
ones, run `python -m tests.engine.test_event_counts` and paste what it prints.
"""

import pytest

import cjsim
from cjsim.engine.process import Engine
from cjsim.model import population
from cjsim.scenario import presets

PEOPLE, SEED, DAYS = 40, 1, 365.0

# product: (SimPy events, log rows), under the guide, for 40 people and a year, without burn-in
COUNTS = {
    "beer": (1809, 2254),
    "car": (567, 509),
    "cheese": (2126, 2530),
    "consulting": (603, 373),
    "corporate_it": (499, 320),
    "flat": (750, 623),
    "forex": (1732, 1807),
    "manicure": (1471, 1333),
    "phone": (621, 589),
    "school": (942, 499),
    "subscription": (591, 410),
    "yogurt": (2117, 2465),
}


def counted(product: str) -> tuple[int, int]:
    scenario = cjsim.Scenario.load(product, strategy="guide")
    scenario = scenario.with_changes({"horizon_days": DAYS, "burn_in_days": 0.0})
    engine = Engine(scenario, population.draw(scenario, PEOPLE, SEED), SEED)
    engine.run()
    return next(engine.env._eid), len(engine.world.rows)


@pytest.mark.parametrize("product", presets())
def test_a_preset_takes_as_many_events_as_before(product: str) -> None:
    assert counted(product) == COUNTS[product]


if __name__ == "__main__":
    print({product: counted(product) for product in presets()})
