"""Where runs are computed: on threads, on processes, on a cluster. The results are the same.

`executor` is, wherever an experiment takes one,

- "threads": in this process; the compiled engine lets go of Python's lock. Starts at once.
- "processes": workers of their own, kept for the next experiment. Best for long ones.
- "here": one run after the other, in this thread.
- "dask": a cluster on this machine; "dask:tcp://host:8786": the one whose scheduler listens there
  (`pip install cjsim[cluster]`, then `dask scheduler` on one machine and `dask worker
  tcp://host:8786` on each; all with the same version of cjsim).
- any `concurrent.futures.Executor`, which is left open.

The default: `compare` and `observe.learning_curve` take threads, as a lecture waits for their
answer, and workers of their own take a second or two to start; all other questions make hundreds
of runs and take processes.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, scenario_of
from cjsim.engine import Simulation
from cjsim.experiment.asked import EXECUTORS, Progress, asked
from cjsim.experiment.cluster import GONE, Cluster, cluster
from cjsim.experiment.orphans import end_with
from cjsim.labels import unknown
from cjsim.measures.funnel import COUNTS
from cjsim.measures.summary import UNITS, numbers
from cjsim.measures.visits import seen
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario, digest
from cjsim.scenario.calendar import periods

if TYPE_CHECKING:
    import pandas as pd

Plan = Mapping[Any, tuple[Scenario, Sequence[int]]]
"""What is to be run: a key of the asker's -> scenario and seeds."""
Task = TypeVar("Task")
Answer = TypeVar("Answer")

TRIES = 3
"""How often in a row workers may die before anything is finished."""
RUNS_AT_ONCE = 5
"""Most runs that are sent to a worker together."""


class Outcome(NamedTuple):
    """What is kept of one run."""

    numbers: tuple[float, ...]
    """The measures of a summary, in the order of `measures.UNITS`."""
    funnel: pd.DataFrame | None
    """The columns of its funnel that add up over runs; None unless details were asked for."""
    won: npt.NDArray[np.bool_] | None
    """Per life: did they make their first deal with us? Masked where the log does not know them.
    None unless details were asked for."""


@dataclass(frozen=True)
class Batch:
    """Runs of one scenario that one worker does together."""

    scenario: Scenario
    people: int
    seeds: tuple[int, ...]
    details: bool
    engine: str | type[Simulation] = "auto"


def live(batch: Batch) -> list[Outcome]:
    """Do the runs of a batch; this is what a worker calls."""
    level = "stages" if batch.details else "measures"
    runs = (
        simulate(batch.scenario, batch.people, seed=seed, engine=batch.engine, log=level)
        for seed in batch.seeds
    )
    return [_outcome(run, batch.details) for run in runs]


def _outcome(run: Run, details: bool) -> Outcome:
    measures = numbers(run)
    values = tuple(measures[name] for name in UNITS)
    if not details:
        return Outcome(values, None, None)
    won = np.zeros(run.lives, np.bool_)
    rows = run.events.rows
    won[rows["person"][rows["event"] == Event.FIRST_DEAL]] = True
    funnel = run.funnel().loc[list(run.scenario.stages)]
    return Outcome(values, funnel[list(COUNTS)], np.ma.masked_array(won, ~seen(run)))


def essence(scenario: Scenario) -> str:
    """Characters that are the same for scenarios that run the same, whatever else they hold."""
    before = scenario.burn_in_strategy if scenario.burn_in_days else scenario.strategy
    names = {scenario.strategy, before, *(p.scenario.strategy for p in periods(scenario))}
    running = {name: scenario.strategies[name].model_copy(update={"title": ""}) for name in names}
    bare = {"name": "", "title": "", "money": "", "strategies": running, "burn_in_strategy": before}
    return digest(scenario.model_copy(update=bare))


def outcomes(
    plan: Plan,
    people: int,
    details: bool = False,
    executor: str | Executor = "threads",
    workers: int | None = None,
    engine: str | type[Simulation] = "auto",
    worlds_first: bool = True,
) -> Iterator[tuple[Hashable, int, Outcome]]:
    """Do all runs of a plan; yields (key, seed, outcome) as they are finished, in any order.

    Scenarios that run the same are run once, whatever their keys. Leaving the iteration early
    cancels what has not begun.

    Parameters
    ----------
    people : size of each market.
    details : keep funnels, and who bought?
    executor, workers : where and how many at a time; see the head of this file.
    engine : as for `simulate`.
    worlds_first : go through the worlds, a few at a time, and do every scenario in them, so that
        those who share a burn-in find it remembered; else scenario after scenario, for an asker
        who keeps each as it is finished.

    Raises ValueError for an unknown executor, RuntimeError where workers die again and again.
    """
    askers: dict[str, list[Hashable]] = defaultdict(list)
    for key, (scenario, _) in plan.items():
        askers[essence(scenario)].append(key)
    processors = workers or os.cpu_count() or 1
    planned = _batches(plan, askers, processors, worlds_first)
    batches = {
        n: Batch(scenario, people, seeds, details, engine)
        for n, (_, scenario, seeds) in enumerate(planned)
    }
    for number, batch_outcomes in finished(live, batches, executor, processors):
        same = planned[number][0]
        for seed, outcome in zip(batches[number].seeds, batch_outcomes, strict=True):
            for key in askers[same]:
                if seed in plan[key][1]:
                    yield key, seed, outcome


def _batches(
    plan: Plan, askers: Mapping[str, list[Hashable]], processors: int, worlds_first: bool
) -> list[tuple[str, Scenario, tuple[int, ...]]]:
    """What is sent to a worker together: (essence, scenario, seeds), in the order of doing."""
    seeds_of = {
        same: sorted({n for k in keys for n in plan[k][1]}) for same, keys in askers.items()
    }
    size = sum(map(len, seeds_of.values())) // (4 * processors)
    size = max(1, min(size, RUNS_AT_ONCE))
    every = sorted({n for seeds in seeds_of.values() for n in seeds})
    blocks = [every[i : i + size] for i in range(0, len(every), size)] if worlds_first else [every]
    batches = []
    for block in map(set, blocks):
        for same, seeds in seeds_of.items():
            scenario = plan[askers[same][0]][0]
            wanted = [n for n in seeds if n in block]
            for i in range(0, len(wanted), size):
                batches.append((same, scenario, tuple(wanted[i : i + size])))
    return batches


def finished(
    work: Callable[[Task], Answer],
    batches: Mapping[int, Task],
    executor: str | Executor,
    workers: int,
) -> Iterator[tuple[int, Answer]]:
    """What `work` makes of each batch, as it comes; a batch whose worker died is sent out again."""
    if executor == "here":
        for number, batch in batches.items():
            yield number, work(batch)
        return
    open_batches = dict(batches)
    fruitless = 0
    while open_batches:
        before = len(open_batches)
        with pool_of(executor, workers) as pool:
            futures: dict[Future[Answer], int] = {}
            try:
                futures = {
                    pool.submit(work, batch): number for number, batch in open_batches.items()
                }
                for future in _as_they_come(futures, pool):
                    answer = future.result()
                    del open_batches[futures[future]]
                    yield futures[future], answer
            except BrokenExecutor as error:
                fruitless = fruitless + 1 if len(open_batches) == before else 0
                if fruitless == TRIES or isinstance(executor, Executor):
                    raise RuntimeError(
                        "the workers died; is there enough memory? Try fewer people or "
                        'workers, or executor="here"'
                    ) from error
            except CancelledError as error:
                raise RuntimeError(GONE) from error
            finally:
                for future in futures:
                    future.cancel()


def _as_they_come(futures: Collection[Future[Answer]], pool: Executor) -> Iterator[Future[Answer]]:
    """The futures as they are done; RuntimeError where nobody is left to do them."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, GLANCE, FIRST_COMPLETED)
        yield from done
        if not done and isinstance(pool, Cluster):
            pool.must_be_there()


GLANCE = 1.0
"""Seconds between two looks at a cluster that does not answer."""
OWN_PROCESSES = True
"""May processes be started? Where not, as in the grader, threads do what they would."""
IDLE = 60
"""Seconds that a worker waits for more work; a new one costs a second."""


@contextmanager
def pool_of(executor: str | Executor, workers: int) -> Iterator[Executor]:
    """The executor of that name; what is made here for one experiment is closed after it."""
    if isinstance(executor, Executor):
        yield executor
    elif executor == "threads" or (executor == "processes" and not OWN_PROCESSES):
        threads = ThreadPoolExecutor(workers)
        try:
            yield threads
        finally:
            threads.shutdown(cancel_futures=True)
    elif executor == "processes":
        from loky import get_reusable_executor

        yield get_reusable_executor(
            workers, timeout=IDLE, initializer=end_with, initargs=(os.getpid(),)
        )
    elif executor.partition(":")[0] == "dask":
        with cluster(executor.partition(":")[2], workers) as pool:
            yield pool
    else:
        raise unknown("executor", executor, EXECUTORS)


def bar(finished: Iterable[Any], total: int) -> Iterable[Any]:
    """A progress bar with the time that remains, in a terminal or a notebook; gone at the end."""
    from tqdm.auto import tqdm

    return tqdm(finished, total=total, unit="run", leave=False, delay=1, disable=None)


def evaluate(
    scenarios: Mapping[Any, Scenario | str | Path],
    people: int | None = None,
    *,
    runs: int = 20,
    seed: int = 1,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    engine: str | type[Simulation] = "auto",
    skip: int = 0,
) -> pd.DataFrame:
    """The measures of every scenario on the same people with the same luck.

    Parameters
    ----------
    scenarios : key -> scenario, a preset's name or a path; a key is a name, a number or a tuple.
    people, runs, seed, executor, workers, progress, engine : see `cjsim.experiment.asked`.
    skip : worlds of the seed that are left out before the first, to have fresh ones.

    Returns one row per (scenario, seed), in the order of the scenarios, one column per measure of
    `measures.UNITS`, in the units that stand there. Raises ValueError without a scenario.

    >>> from cjsim import Scenario
    >>> sides = {name: Scenario.load("phone", name) for name in ("pull", "guide")}
    >>> table = evaluate(sides, 50, runs=2, executor="here")
    >>> table.loc["pull", "contacts"].tolist(), table.loc["guide", "contacts"].tolist()
    ([2234.0, 1933.0], [3618.0, 3148.0])
    """
    import pandas as pd

    named = mapping_of("scenarios", scenarios, '{"pull": pull, "guide": guide}')
    if not named:
        raise ValueError("an experiment needs at least one scenario and one run")
    every = {key: scenario_of(value, f"scenarios[{key!r}]") for key, value in named.items()}
    keys = list(every)
    question = asked(
        every[keys[0]], people=people, runs=runs, seed=seed, executor=executor, workers=workers,
        progress=progress, engine=engine, skip=skip,
    )  # fmt: skip
    places = {number: place for place, number in enumerate(question.seeds)}
    plan = {number: (every[key], question.seeds) for number, key in enumerate(keys)}
    done: Iterable[Any] = outcomes(plan, question.people, False, **question.where)
    total = len(keys) * question.runs
    table = np.empty((len(keys), question.runs, len(UNITS)))
    for number, which, outcome in progress(done, total) if progress else done:
        table[number, places[which]] = outcome.numbers
    index = pd.MultiIndex.from_arrays(
        [
            pd.Index(np.repeat(np.arange(len(keys)), question.runs)).map(dict(enumerate(keys))),
            np.tile(question.seeds, len(keys)),
        ],
        names=["scenario", "seed"],
    )
    return pd.DataFrame(table.reshape(-1, len(UNITS)), index, list(UNITS))
