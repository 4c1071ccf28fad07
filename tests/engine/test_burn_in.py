"""A remembered burn-in is the burn-in: nothing depends on what was run before."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import cjsim
from cjsim.engine.fast import engine
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.model import compile, population

pytestmark = pytest.mark.skipif(not compile.has_numba(), reason="only compiled code remembers")


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """Each test begins with nothing remembered."""
    monkeypatch.setattr(engine, "_REMEMBERED", {})


@pytest.fixture(scope="module")
def phone():
    return cjsim.Scenario.load("phone").with_changes({"burn_in_days": 200.0, "horizon_days": 150.0})


def rows(scenario, people=200, seed=3, **options):
    return cjsim.simulate(scenario, people, seed=seed, engine="compiled", **options).events.rows


def jobs(monkeypatch):
    """What the loop is asked to do from now on."""
    asked, ask = [], CompiledEngine._ask
    monkeypatch.setattr(
        CompiledEngine, "_ask", lambda self, job, time: (asked.append(time), ask(self, job, time))
    )
    return asked


def test_strategies_begin_in_the_same_market_and_it_is_lived_once(phone, monkeypatch):
    alone = {name: rows(phone.with_strategy(name)) for name in ("pull", "guide", "animator")}
    again = {}
    for name in reversed(alone):
        engine._REMEMBERED.clear()
        again[name] = rows(phone.with_strategy(name))
    assert all(np.array_equal(alone[name], again[name]) for name in alone)
    asked = jobs(monkeypatch)
    rows(phone.with_strategy("guide").with_changes({"guide.accuracy": 0.4}))
    assert min(asked) == 0.0  # the last run was pull: its burn-in serves


def test_threads_that_need_the_same_market_live_it_once(phone, monkeypatch):
    names = ("pull", "guide", "animator")
    alone = [rows(phone.with_strategy(name)) for name in names]
    engine._REMEMBERED.clear()
    lock, lived, there, all_there = threading.Lock, CompiledEngine._lived, [], threading.Event()

    class Counted:
        """A lock that knows when all threads have come to it."""

        def __init__(self):
            self.lock = lock()

        def __enter__(self):
            there.append(self)
            if len(there) == len(names):
                all_there.set()
            self.lock.acquire()

        def __exit__(self, *error):
            self.lock.release()

    def when_all_are_there(engine, before):
        assert all_there.wait(30)
        return lived(engine, before)

    monkeypatch.setattr(engine, "threading", SimpleNamespace(Lock=Counted))
    monkeypatch.setattr(CompiledEngine, "_lived", when_all_are_there)
    asked = jobs(monkeypatch)
    with ThreadPoolExecutor(len(names)) as threads:
        together = list(threads.map(lambda name: rows(phone.with_strategy(name)), names))
    assert sum(time < 0.0 for time in asked) == 1
    assert all(map(np.array_equal, alone, together))
    assert not engine._MAKING


def test_a_run_leaves_the_remembered_market_as_it_was(phone):
    first = rows(phone.with_strategy("guide"))
    rows(phone.with_strategy("animator"))
    assert np.array_equal(first, rows(phone.with_strategy("guide")))


@pytest.mark.parametrize(
    "changes",
    [
        {"product.price": 441.0},
        {"pull.touchpoints": {"site": 0.5}},
        {"burn_in_strategy": "guide"},
        {"burn_in_days": 201.0},
        {"horizon_days": 151.0},
        {"firm.cold_list_share": 0.5},
    ],
)
def test_whatever_the_burn_in_saw_makes_it_another_one(phone, changes, monkeypatch):
    rows(phone)
    asked = jobs(monkeypatch)
    found = rows(phone.with_changes(changes))
    assert min(asked) < 0.0
    engine._REMEMBERED.clear()
    assert np.array_equal(found, rows(phone.with_changes(changes)))


def test_other_people_and_other_worlds_have_burn_ins_of_their_own(phone, monkeypatch):
    rows(phone)
    for people, seed in ((200, 4), (201, 3)):
        asked = jobs(monkeypatch)
        rows(phone, people, seed)
        assert min(asked) < 0.0


def test_the_level_of_the_log_is_the_runs_own(phone):
    everything, kept = rows(phone), rows(phone, log="stages")
    engine._REMEMBERED.clear()
    assert np.array_equal(kept, rows(phone, log="stages"))
    assert len(kept) < len(everything)
    assert np.array_equal(everything, rows(phone))


def test_people_drawn_by_hand_are_not_taken_for_others(phone):
    """The engine is given its people: the same scenario and seed may come with others."""
    first, second = (population.draw(phone, 50, seed) for seed in (1, 2))
    lived = []
    for people in (first, second):
        engine = CompiledEngine(phone, people, 1)
        engine.run()
        lived.append(engine.journal()[0])
    assert not np.array_equal(*lived)


def test_only_so_many_are_remembered(phone):
    for seed in range(engine.REMEMBERED + 3):
        rows(phone, 20, seed)
    assert len(engine._REMEMBERED) == engine.REMEMBERED
