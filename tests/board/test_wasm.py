"""The engine as WebAssembly gives what the compiled one gives, to the last bit."""

import numpy as np
import pytest

import cjsim
from cjsim.board.crowd import crowd_behind, traits_of
from cjsim.engine.fast import engine as fast
from cjsim.engine.fast import pointers
from cjsim.log import LEVELS, ROW
from cjsim.model import arms, parameters, population
from cjsim.model.arms import Split
from cjsim.run import _people
from cjsim.scenario import presets
from tests.board.test_tally import CALENDAR, CONTRACT
from tests.board.wasm_machine import Machine

SEEDS = (1, 2)


@pytest.fixture(scope="session")
def wasm():
    return Machine()


def run_on(machine, monkeypatch, scenario, people, seed, level, truth=False, split=None):
    """All that a run leaves in the engine, its machine being the one given."""
    monkeypatch.setattr(fast, "machine", lambda: machine)
    monkeypatch.setattr(fast, "_REMEMBERED", {})
    engine = fast.CompiledEngine(scenario, people, seed, truth, level, split)
    engine.run()
    rows, truths, folded = engine.journal()
    left = {name: engine.people[name].tobytes() for name in engine.people.dtype.names}
    left |= {"rows": rows.tobytes(), "truths": b"" if truths is None else truths.tobytes()}
    left |= {} if folded is None else {k: v.tobytes() for k, v in vars(folded).items()}
    return left


def drawn(machine, scenario, size, seed):
    """The people as the module draws them."""
    everybody = _people(scenario, size, seed)
    start = population.opening(scenario)
    nobody = fast._people(population.draw(scenario, 1, seed), scenario, start)[:1].copy()
    numbers = parameters.parameters_of(scenario, size, seed)
    market = parameters.records(parameters.Parameters, [numbers])
    people = np.zeros(len(everybody), nobody.dtype)
    arrays = market, traits_of(scenario), nobody, people  # alive until the call is over
    table = pointers.table(arrays)
    assert len(table) == len(crowd_behind.forms)
    lives = machine.draw(table.ctypes.data)
    return lives, people, fast._people(everybody, scenario, start)


@pytest.mark.parametrize("preset", presets())
def test_the_module_draws_the_same_people(wasm, preset):
    scenario = cjsim.Scenario.load(preset)
    same_people(wasm, scenario)


MANY = {
    "growing": {"market.growth_a_year": 0.3},
    "closed": {"market.stay_years": float("inf"), "market.growth_a_year": 0.0},
    "growing, nobody leaves": {"market.stay_years": float("inf"), "market.growth_a_year": 0.1},
    "all alike": {
        "market.speed_spread": 0.0, "market.rationality_spread": 0.0,
        "market.tolerance_spread": 0.0, "market.price_spread": 0.0,
    },
    "tastes": {"product.taste_spread": 0.5, "rival.taste_spread": 0.3,
               "firm.cold_list_share": 0.4},
    "segments": {
        "market.segments": [
            {"name": "a", "share": 0.2, "need": 2.0, "trust": 9.0},
            {"name": "b", "share": 0.5, "speed": 0.5, "price_sensitivity": 3.0},
            {"name": "c", "share": 0.3, "value": 2.0},
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("changes", MANY.values(), ids=list(MANY))
def test_the_module_draws_the_people_of_any_market(wasm, changes):
    same_people(wasm, cjsim.Scenario.load("phone").with_changes(changes))


def same_people(wasm, scenario):
    lives, people, expected = drawn(wasm, scenario, 300, 2)
    assert lives == len(expected)
    for name in expected.dtype.names:
        assert people[name].tobytes() == expected[name].tobytes(), name


@pytest.mark.parametrize("preset", presets())
def test_logs_are_the_same_to_the_last_bit(wasm, monkeypatch, preset):
    native = fast.machine()
    base = cjsim.Scenario.load(preset)
    for seed in SEEDS:
        people = _people(base, 60, seed)
        for strategy in base.strategies:
            for level in LEVELS:
                case = (base.with_strategy(strategy), people, seed, level)
                here = run_on(native, monkeypatch, *case)
                there = run_on(wasm, monkeypatch, *case)
                assert here == there, (strategy, seed, level)


def same_log(wasm, monkeypatch, scenario, size, level="all", truth=False):
    """What both engines leave, which is the same."""
    case = (scenario, _people(scenario, size, 1), 1, level, truth)
    here = run_on(fast.machine(), monkeypatch, *case)
    assert here == run_on(wasm, monkeypatch, *case)
    return here


@pytest.mark.parametrize("level", LEVELS)
def test_logs_are_the_same_through_seasons_and_changes(wasm, monkeypatch, level):
    scenario = cjsim.Scenario.load("phone", strategy="guide").with_changes(CALENDAR)
    same_log(wasm, monkeypatch, scenario, 60, level)


def test_logs_of_a_split_market_are_the_same(wasm, monkeypatch):
    """Over a burn-in and changes; arms that filter, arms that do nothing, prices that differ."""
    guide = cjsim.Scenario.load("phone", strategy="guide").with_changes(CALENDAR)
    dear = guide.with_changes({"product.price": 900.0, "guide.targeting": "filter"})
    in_arms = (guide, guide.with_strategy("nothing"), guide.with_strategy("animator"), dear)
    people = _people(guide, 60, 1)
    split = Split(in_arms, arms.drawn(1, len(people), (0.25,) * 4))
    here, there = (
        run_on(machine, monkeypatch, guide, people, 1, "all", truth=True, split=split)
        for machine in (fast.machine(), wasm)
    )
    assert here == there


def test_logs_of_contracts_are_the_same(wasm, monkeypatch):
    scenario = cjsim.Scenario.load("phone", strategy="guide").with_changes(CONTRACT)
    same_log(wasm, monkeypatch, scenario, 60)


def test_what_nobody_sees_is_the_same(wasm, monkeypatch):
    scenario = cjsim.Scenario.load("yogurt", strategy="animator")
    assert same_log(wasm, monkeypatch, scenario, 30, truth=True)["truths"]


def test_arrays_that_are_full_are_lengthened(wasm, monkeypatch):
    scenario = cjsim.Scenario.load("yogurt", strategy="animator")
    rows = same_log(wasm, monkeypatch, scenario, 300)["rows"]
    assert len(rows) // ROW.itemsize > 8192 + 40 * 300, "no array was full: take more people"


def test_a_firm_that_filters_believes_the_same(wasm, monkeypatch):
    """Over a burn-in, changes and answers; the stage it believed stands in the truths."""
    base = cjsim.Scenario.load("phone", strategy="guide").with_changes(
        {
            "guide.targeting": "filter",
            "touchpoints.site.hears": 0.5,
            "changes": [{"day": 40, "until": 200.5, "guide.touchpoints.site": 2.0}],
        }
    )
    native, people = fast.machine(), _people(base, 60, 1)
    here, there = (
        run_on(machine, monkeypatch, base, people, 1, "all", truth=True)
        for machine in (native, wasm)
    )
    assert here == there
    reading = base.with_changes({"guide.targeting": "reading"})
    assert run_on(native, monkeypatch, reading, people, 1, "all", truth=True) != here
