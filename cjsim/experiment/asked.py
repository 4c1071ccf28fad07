"""What every question asks alike, looked at before anything runs.

    people      how many of the market's people are simulated; all of `market.people` of the
                (first) scenario when not given. A sample has its share of costs and reps
    runs, seed  how many markets, and the seed whose worlds they are, see `streams.worlds`: the
                first has that seed itself, so that `simulate` of it shows the same market
    executor    where they are computed, see `cjsim.experiment.workers`
    workers     how many at a time; as many as there are processors when not given
    progress    wraps what is finished as it comes, such as `workers.bar`
    confidence  coverage of the intervals, between 0 and 1
    engine      "auto", "simpy", "compiled", or a subclass of `cjsim.engine.process.Engine`

Where a rule was replaced in this process, "auto" is "simpy", and workers of their own are refused:
they would run the rules as their files say.

They are keywords of the same name everywhere. Defaults differ in `runs` alone: 20 tell a difference
from luck; a sweep takes 10 for each cell, `sobol` 5 and `three_laws` 4, because they have hundreds
of settings that share the noise; and in `executor`, see `workers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from cjsim.door import number_of, people_of, seed_of, shown, whole
from cjsim.engine import Simulation, engine_of, is_by_name
from cjsim.experiment.intervals import known_confidence
from cjsim.labels import unknown
from cjsim.model.replaced import refuse_replaced
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario

EXECUTORS: Final = ("threads", "processes", "here", "dask")
Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Wraps what is finished, as it comes, given how much there will be; see `workers.bar`."""


@dataclass(frozen=True)
class Asked:
    """Size, number and place of the runs of a question, all of them possible."""

    people: int
    runs: int
    seed: int
    executor: str | Executor
    workers: int | None
    progress: Progress | None
    confidence: float
    engine: str | type[Simulation]
    skip: int = 0

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs: the worlds of `seed`, after those that are skipped."""
        return worlds(self.seed, self.skip + self.runs)[self.skip :]

    @property
    def where(self) -> dict[str, Any]:
        """Where and by which engine, as keywords of `workers.outcomes`."""
        return {"executor": self.executor, "workers": self.workers, "engine": self.engine}

    @property
    def how(self) -> dict[str, Any]:
        """All that `workers.evaluate` takes beside the scenarios, as keywords."""
        size = {"people": self.people, "runs": self.runs, "seed": self.seed, "skip": self.skip}
        return {**size, **self.where, "progress": self.progress}


def asked(
    scenario: Scenario,
    *,
    people: int | None,
    runs: int,
    seed: int,
    executor: str | Executor,
    workers: int | None,
    progress: Progress | None,
    engine: str | type[Simulation],
    confidence: float = 0.95,
    least_runs: int = 1,
    skip: int = 0,
) -> Asked:
    """Look at the arguments that every question takes.

    Parameters
    ----------
    scenario : the (first) one, for its own size.
    least_runs : how many runs the question needs.
    skip : worlds of the seed that are left out before the first.
    others : see the head of this file.

    Returns them, numpy's numbers as Python's. Raises ValueError for the first that cannot be.
    """
    size = people_of(people, scenario)
    count = whole("runs", runs, least_runs)
    number_of("confidence", confidence)
    known_confidence(confidence)
    _known_executor(executor)
    kind = engine_of(engine)
    if isinstance(engine, type) and not is_by_name(kind) and not _stays_here(executor):
        raise ValueError(
            f"engine = {kind.__name__}: another process cannot import it from {kind.__module__!r}; "
            'take executor="threads" or "here", or put it into a module of its own'
        )
    if not _stays_here(executor):
        refuse_replaced(f"executor = {shown(executor)}, in a process of its own,")
    if progress is not None and not callable(progress):
        raise ValueError(
            f"progress = {shown(progress)}: must be a function, such as "
            "cjsim.experiment.workers.bar"
        )
    at_a_time = None if workers is None else whole("workers", workers)
    return Asked(
        size, count, seed_of(seed), executor, at_a_time, progress, confidence, engine,
        whole("skip", skip, 0),
    )  # fmt: skip


def _known_executor(executor: object) -> None:
    if isinstance(executor, Executor):
        return
    if not isinstance(executor, str) or executor.partition(":")[0] not in EXECUTORS:
        raise unknown("executor", executor, EXECUTORS)


def _stays_here(executor: str | Executor) -> bool:
    """Are the runs done in this process?"""
    return executor in ("threads", "here") or isinstance(executor, ThreadPoolExecutor)
