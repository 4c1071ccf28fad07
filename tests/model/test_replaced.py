"""To change a rule, change its function: what runs follows, or says that it cannot."""

import functools
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import cjsim
from cjsim.engine import engine_of
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.model import quickest, rules, transitions
from cjsim.model.compile import has_numba
from cjsim.model.parameters import SILENT
from cjsim.model.replaced import _written, replaced
from tests.builders import neutral
from tests.measures.by_hand import lively

ROOT = Path(__file__).parents[2]
needs_numba = pytest.mark.skipif(not has_numba(), reason="nothing is compiled without numba")


def market(engine="auto"):
    return cjsim.simulate(neutral(**lively()), people=120, seed=3, engine=engine)


def rows_of(event):
    return lambda run: int((run.log()["event"] == event).sum())


def measure(name):
    return lambda run: run.summary()[name]


def visits_of(stage):
    return lambda run: int((run.log()["stage"] == stage).sum())


def pushes(run):
    return run.truth()["belief"].notna().sum()


def irritation(run):
    return run.truth()["irritation"].max()


CHANGES = {
    "nobody is ever fed up": (rules, "fed_up", False, rows_of("opt_out")),
    "nobody passes the gate": (rules, "passes_gate", False, visits_of("loyalty")),
    "nobody gets curious": (rules, "gets_curious", False, visits_of("curiosity")),
    "advocates tell nobody": (rules, "friends_told", 0, rows_of("told")),
    "the firm stays silent": (rules, "choose_push", SILENT, pushes),
    "all is free": (rules, "pay", 0.0, measure("revenue")),
    "no contact misses": (rules, "mismatch", 0.0, irritation),
    "nobody is known": (transitions, "become_known", None, rows_of("known")),
}
"""In words -> module, name, what it returns from now on, and what there is none of then."""


@functools.cache
def as_written():
    return market("simpy")


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_follows_a_replaced_rule(change, monkeypatch):
    module, name, value, amount = CHANGES[change]
    assert amount(as_written()) > 0
    monkeypatch.setattr(module, name, lambda *given: value)
    assert amount(market("simpy")) == 0


def test_nothing_is_replaced_by_importing_or_running():
    market()
    assert replaced() == []


@needs_numba
@pytest.mark.parametrize("change", CHANGES)
def test_the_engine_that_cannot_follow_is_not_taken(change, monkeypatch):
    module, name, value, _ = CHANGES[change]
    assert engine_of("auto") is CompiledEngine
    monkeypatch.setattr(module, name, lambda *given: value)
    assert engine_of("auto") is Engine
    told = f"{module.__name__.rpartition('.')[2]}.{name} was replaced in this process: take"
    for engine in ("compiled", CompiledEngine):
        with pytest.raises(ValueError, match=told):
            market(engine)
    monkeypatch.undo()
    assert engine_of("auto") is CompiledEngine


@needs_numba
def test_a_question_follows_on_threads_and_says_that_other_processes_could_not(monkeypatch):
    monkeypatch.setattr(rules, "fed_up", lambda *given: False)
    ask = functools.partial(cjsim.compare, {"A": neutral(**lively())}, people=60, runs=2)
    for executor in ("threads", "here"):
        assert ask(executor=executor).means()["A"]["opt_outs"] == 0
    for executor in ("processes", "dask"):
        with pytest.raises(
            ValueError, match=r"in a process of its own.*rules\.fed_up was replaced"
        ):
            ask(executor=executor)
    with pytest.raises(ValueError, match=r"rules\.fed_up"):
        cjsim.tornado("phone", ["guide.accuracy"])  # its own choice are processes


WAYS = {
    "a function": lambda old: lambda *given: False,
    "another rule": lambda old: rules.waits_for_shelf,
    "a part of it": functools.partial,
    "a wrapper that looks like it": lambda old: functools.wraps(old)(lambda *given: False),
    "an object": lambda old: type("Always", (), {"__call__": lambda self, *given: True})(),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_takes_a_rules_place_is_seen(way, monkeypatch):
    monkeypatch.setattr(rules, "fed_up", WAYS[way](rules.fed_up))
    assert replaced() == ["rules.fed_up"]


def test_luck_and_arithmetic_are_part_of_the_rules(monkeypatch):
    monkeypatch.setattr(rules, "block", lambda *given: quickest.block(*given))
    monkeypatch.setattr(transitions, "exponential", lambda u: 1.0)
    assert sorted(replaced()) == ["rules.block", "transitions.exponential"]


def test_a_rule_whose_code_was_exchanged_is_seen(monkeypatch):
    def never(person, market, now):
        return False

    monkeypatch.setattr(rules.fed_up, "__code__", never.__code__)
    assert replaced() == ["rules.fed_up"]


def test_a_rule_replaced_before_anything_ran_is_seen():
    """In a process of its own: nothing can have been remembered before."""
    program = (
        "from cjsim.model import rules; rules.fed_up = lambda *given: False\n"
        "import cjsim\n"
        "print(cjsim.simulate('phone', 5).engine.__name__)"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "Engine\n"


def test_to_look_costs_nothing_beside_a_run():
    """Counted, not timed: under ten calls and returns a function; 16 microseconds in all."""
    calls = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, given: calls.append(event))
    try:
        replaced()
    finally:
        sys.setprofile(before)
    assert len(calls) < 10 * len(_written())


@pytest.mark.parametrize("module", [rules, transitions])
def test_every_function_of_the_two_modules_is_watched(module):
    own = {
        name for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }  # fmt: skip
    assert own <= {name for home, name, _ in _written() if home is module}
