"""Where runs are computed makes no difference to what they are."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import cjsim
from cjsim.engine.fast import engine
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.experiment import workers
from cjsim.experiment.workers import Batch, evaluate, outcomes
from cjsim.model.streams import worlds


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 90.0})
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


@pytest.fixture(scope="module")
def here(scenarios):
    return evaluate(scenarios, 30, runs=5, executor="here")


@pytest.mark.parametrize(
    ("executor", "workers"), [("threads", 2), ("threads", 7), ("processes", 2)]
)
def test_every_executor_gives_the_same_numbers(scenarios, here, executor, workers):
    found = evaluate(scenarios, 30, runs=5, executor=executor, workers=workers)
    pd.testing.assert_frame_equal(found, here)


def test_an_executor_of_ones_own_is_used_and_left_open(scenarios, here):
    with ThreadPoolExecutor(1) as own:
        pd.testing.assert_frame_equal(evaluate(scenarios, 30, runs=5, executor=own), here)
        assert own.submit(int, "7").result() == 7


def test_a_cluster_of_two_workers_gives_the_same_numbers(scenarios, here):
    """One that this machine starts, and one that is found by its address."""
    distributed = pytest.importorskip("distributed")
    pd.testing.assert_frame_equal(evaluate(scenarios, 30, runs=5, executor="dask", workers=2), here)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = f"dask:{cluster.scheduler_address}"
        pd.testing.assert_frame_equal(evaluate(scenarios, 30, runs=5, executor=address), here)


def test_each_run_is_the_run_one_gets_alone(scenarios, here):
    fourth = worlds(1, 4)[-1]
    alone = cjsim.simulate(scenarios["guide"], 30, seed=fourth).summary()
    pd.testing.assert_series_equal(here.loc[("guide", fourth)], alone, check_names=False)


def test_what_runs_the_same_is_run_once(scenarios, monkeypatch):
    """The guide's accuracy is nothing to those who only pull; titles are nothing to anybody."""
    pull = scenarios["pull"]
    same = {
        "as it is": pull,
        "guide": pull.with_changes({"guide.accuracy": 0.31}),
        "title": pull.with_changes({"title": "another", "money": "RUB"}),
    }
    other = {"early": pull.with_changes({"market.onset_days": 1.0})}
    run, real = [], workers.live
    monkeypatch.setattr(workers, "live", lambda batch: run.append(batch) or real(batch))
    found = evaluate(same | other, 20, runs=2, executor="here")
    assert sum(len(batch.seeds) for batch in run) == 4
    assert found.loc["as it is"].equals(found.loc["guide"])
    assert found.loc["title"].equals(found.loc["guide"])
    assert not found.loc["early"].equals(found.loc["guide"])


def test_a_burn_in_belongs_to_what_is_run(scenarios):
    pull = scenarios["pull"].with_changes({"burn_in_days": 10.0, "burn_in_strategy": "guide"})
    changed = pull.with_changes({"guide.accuracy": 0.31})
    assert workers.essence(pull) != workers.essence(changed)


def test_leaving_early_runs_no_further(scenarios, monkeypatch):
    run, real = [], workers.live
    monkeypatch.setattr(workers, "live", lambda batch: run.append(batch) or real(batch))
    plan = {"pull": (scenarios["pull"], range(40))}
    next(outcomes(plan, 5, executor="here", workers=20))
    assert len(run) == 1


class Dying:
    """A job that kills its worker the first time."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, batch: Batch) -> list[workers.Outcome]:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return workers.live(batch)


def test_a_worker_that_dies_is_replaced(scenarios, here, monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "live", Dying(tmp_path / "died"))
    found = evaluate(scenarios, 30, runs=5, executor="processes", workers=2)
    assert (tmp_path / "died").exists()
    pd.testing.assert_frame_equal(found, here)


class Dead:
    """A job that kills its worker every time."""

    def __call__(self, batch: Batch) -> list[workers.Outcome]:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def test_workers_that_die_again_and_again_are_told(scenarios, monkeypatch):
    monkeypatch.setattr(workers, "live", Dead())
    with pytest.raises(RuntimeError, match="the workers died"):
        evaluate(scenarios, 30, runs=2, executor="processes", workers=2)


def test_workers_are_kept_for_the_next_experiment(scenarios):
    pools = []
    for _ in range(2):
        with workers.pool_of("processes", 2) as pool:
            pools.append(pool)
    assert pools[0] is pools[1]


def test_an_unknown_executor_is_told_with_the_nearest(scenarios):
    with pytest.raises(ValueError, match="threads"):
        evaluate(scenarios, 10, runs=1, executor="thread")


def test_progress_sees_every_run(scenarios):
    seen = []

    def watch(finished, total):
        for one in finished:
            seen.append(total)
            yield one

    evaluate(scenarios, 10, runs=3, executor="here", progress=watch)
    assert seen == [6] * 6


@pytest.mark.parametrize(("worlds_first", "lived"), [(True, 18), (False, 36)])
def test_worlds_that_come_first_share_their_burn_ins(scenarios, worlds_first, lived, monkeypatch):
    """18 worlds are more than the engine remembers: one strategy after the other finds none."""
    counted = []
    real = CompiledEngine._lived
    monkeypatch.setattr(
        CompiledEngine, "_lived", lambda self, before: counted.append(1) or real(self, before)
    )
    monkeypatch.setattr(engine, "_REMEMBERED", {})
    warm = {name: s.with_changes({"burn_in_days": 5.0}) for name, s in scenarios.items()}
    plan = {name: (scenario, worlds(1, 18)) for name, scenario in warm.items()}
    done = outcomes(plan, 10, executor="here", engine="compiled", worlds_first=worlds_first)
    assert engine.REMEMBERED < 18
    assert len(list(done)) == 36
    assert len(counted) == lived


def test_scenarios_that_come_first_are_finished_one_by_one(scenarios):
    """A sweep keeps each cell as it is finished."""
    plan = {name: (scenario, worlds(1, 12)) for name, scenario in scenarios.items()}
    for worlds_first in (True, False):
        done = outcomes(plan, 5, executor="here", worlds_first=worlds_first)
        names = [name for name, *_ in done]
        assert (names[:12] == ["pull"] * 12) is not worlds_first
