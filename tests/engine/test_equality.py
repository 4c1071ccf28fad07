"""The two engines write the same log, bit for bit, in the same order."""

from __future__ import annotations

import os
import subprocess
import sys
from math import inf
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import Scenario
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.model import population
from cjsim.model.events import EVENTS, Event
from cjsim.scenario import presets
from tests.builders import (
    FEATURES,
    in_full,
    lockstep,
    neutral,
    random_scenario,
    scenarios,
    whole_days,
)
from tests.often import often

PRESETS = list(presets())
STRATEGIES = ("nothing", "pull", "guide", "animator")


def journals(scenario: Scenario, people: int, seed: int) -> list[tuple[Any, Any]]:
    """Rows and truths of both engines on the same people."""
    everybody = population.draw(scenario, people, seed)
    found = []
    for kind in (Engine, CompiledEngine):
        engine = kind(scenario, everybody, seed, truth=True)
        engine.run()
        found.append(engine.journal()[:2])
    return found


def assert_equal(scenario: Scenario, people: int, seed: int = 1) -> Any:
    """Equal rows in equal order, and equal truths, to the last bit; returns the rows."""
    (ours, our_truths), (theirs, their_truths) = journals(scenario, people, seed)
    assert len(ours) == len(theirs)
    for column in ours.dtype.names:
        assert np.array_equal(ours[column], theirs[column]), column
    assert our_truths.tobytes() == np.ascontiguousarray(their_truths).tobytes()
    return ours


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("product", PRESETS)
def test_every_preset_at_300_people(product: str, strategy: str) -> None:
    assert_equal(cjsim.Scenario.load(product, strategy=strategy), 300)


def in_turn() -> list[Any]:
    """Every preset under the next strategy; the others at length."""
    turn = {product: STRATEGIES[n % len(STRATEGIES)] for n, product in enumerate(PRESETS)}
    return [
        pytest.param(product, strategy, marks=[] if turn[product] == strategy else pytest.mark.soak)
        for product in PRESETS for strategy in STRATEGIES
    ]  # fmt: skip


@pytest.mark.parametrize(("product", "strategy"), in_turn())
def test_every_preset_at_3000_people(product: str, strategy: str) -> None:
    """A tenth of the time, burn-in included, keeps the log as long as at 300 people."""
    scenario = cjsim.Scenario.load(product, strategy=strategy)
    shorter = {key: getattr(scenario, key) / 10 for key in ("horizon_days", "burn_in_days")}
    assert_equal(scenario.with_changes(shorter), 3000)


@settings(max_examples=often(150))
@given(scenarios(), st.integers(1, 40), st.integers(0, 2**62 - 1))
def test_random_scenarios(scenario: Scenario, people: int, seed: int) -> None:
    assert_equal(scenario, people, seed)


def test_all_mechanisms_at_once() -> None:
    """Every kind of event happens in these runs, so none is compared only in its absence."""
    seen: set[int] = set()
    for number in range(40):
        rows = assert_equal(random_scenario(number, frozenset(FEATURES)), 60, number)
        seen |= set(rows["event"].tolist())
    assert {Event(number) for number in seen} == set(EVENTS)


@pytest.mark.parametrize("deal_hours", [0.0, 8.0])
@pytest.mark.parametrize("seed", range(4))
def test_whole_days_when_nearly_everything_happens_at_the_same_moment(
    seed: int, deal_hours: float
) -> None:
    """All awake at once and take whole days; at 0 hours a deal the desk keeps them together."""
    ties = {
        "firm": {"reps": 2, "deal_hours": deal_hours, "repeat_needs_rep": True},
        "shelf": {"stocked_days": 9.0, "empty_days": 2.0},
        "curiosity": {"base": 0.0},
        "loyalty": {"advocate_share": 1.0, "friends": 2.0, "deals_to_loyalty": 1},
        "product": {"tender_every": 3},
        "horizon_days": 60.0,
    }
    rows = assert_equal(in_full(lockstep(**ties), 80), 80, seed)
    _, together = np.unique(rows["time"][rows["event"] == Event.ENTER], return_counts=True)
    assert (together >= 10).sum() >= (20 if deal_hours == 0.0 else 4)


def test_a_queue_longer_than_any_array_was_made_for() -> None:
    """1,500 people queue at once for one rep: requests, calendar and rows have to grow."""
    rush = {
        "stages": whole_days(),
        "market": {"onset_days": 0.01, "speed_spread": 0.0},
        "firm": {"reps": 1, "deal_hours": 1.0, "patience_days": 400.0},
        "horizon_days": 60.0,
    }
    rows = assert_equal(in_full(neutral(**rush), 1500), 1500)
    assert (rows["event"] == Event.QUEUE).sum() >= 1500


def test_a_change_of_strategy_after_the_burn_in_at_any_size() -> None:
    """At day 0 everybody gets a new plan at once, beside the old one."""
    scenario = cjsim.Scenario.load("forex", strategy="guide")
    assert scenario.burn_in_days > 0
    brief = scenario.with_changes({"horizon_days": 20.0, "burn_in_days": 30.0})
    assert_equal(brief, 4000)


def fingerprint(**environment: str) -> str:
    """The hash of the logs of a few runs in a Python of its own, and how they were made."""
    code = f"""
import sys
sys.path.insert(0, {os.path.dirname(os.path.dirname(__file__))!r})
{environment.pop("before", "")}
import hashlib, cjsim
from tests.builders import random_scenario
made = hashlib.sha256()
for product in ("phone", "manicure", "yogurt"):
    scenario = cjsim.Scenario.load(product, strategy="guide")
    run = cjsim.simulate(scenario.with_changes({{"horizon_days": 90.0}}), people=120, seed=5)
    made.update(run.events.rows.tobytes())
for number in range(8):
    made.update(cjsim.simulate(random_scenario(number), people=30, seed=5).events.rows.tobytes())
print(run.engine.__name__, made.hexdigest())
"""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", code]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_numba_everything_runs_and_gives_the_same_numbers() -> None:
    with_numba = fingerprint()
    without = fingerprint(before="sys.modules['numba'] = None")
    assert with_numba.split()[0] == "CompiledEngine"
    assert without.split()[0] == "Engine"
    assert with_numba.split()[1] == without.split()[1]


def test_a_clock_without_end_and_a_market_of_one() -> None:
    alone = neutral(market={"onset_days": 1.0}, stages=whole_days(), horizon_days=50.0)
    assert len(assert_equal(alone, 1)) > 5
    assert alone.shelf.stocked_days == inf


@pytest.mark.parametrize("log", ["stages", "measures"])
@pytest.mark.parametrize("product", PRESETS)
def test_each_level_of_the_log_gives_the_same_summary_from_either_engine(
    product: str, log: str
) -> None:
    scenario = cjsim.Scenario.load(product, strategy="guide")
    whole = cjsim.simulate(scenario, 150, seed=2)
    found = {
        name: cjsim.simulate(scenario, 150, seed=2, engine=name, log=log)
        for name in ("simpy", "compiled")
    }
    for run in found.values():
        pd.testing.assert_series_equal(run.summary(), whole.summary(), check_exact=True)
        assert len(run.events) < len(whole.events)
    ours, theirs = found["simpy"].events, found["compiled"].events
    assert ours.rows.tobytes() == np.ascontiguousarray(theirs.rows).tobytes()
    for name, totals in vars(ours.totals).items():
        assert np.array_equal(totals, getattr(theirs.totals, name)), name


def test_a_measure_that_needs_more_rows_says_so() -> None:
    run = cjsim.simulate(cjsim.Scenario.load("phone"), 20, log="measures")
    with pytest.raises(ValueError, match="log='stages'"):
        run.funnel()
    with pytest.raises(ValueError, match="log='all'"):
        run.truth()
    with pytest.raises(ValueError, match="unknown level of log: 'non'"):
        cjsim.simulate(run.scenario, 20, log="non")
