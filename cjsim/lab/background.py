"""The lab's runs: done in the background, kept, and given up when a newer question comes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjsim.experiment.intervals import t_interval
from cjsim.experiment.workers import Batch, essence, live
from cjsim.measures.summary import UNITS
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario

Floats = npt.NDArray[np.float64]
KEPT = 4_000
"""Runs that are remembered, so that undo and pins answer at once."""
PLACES = {name: place for place, name in enumerate(UNITS)}


@dataclass(frozen=True)
class Question:
    """Two scenarios, the size of their markets, and the numbers of the worlds to run."""

    scenarios: tuple[Scenario, Scenario]
    people: int
    seeds: tuple[int, ...]
    same_luck: bool = True
    about: Any = None  # whatever the asker wants to find again with the answer

    def seed(self, side: int, run: int) -> int:
        """The world of a side's run: the same for both, or one of its own.

        Its own is a hash of a hash: the first hash of a question's seed is its second world.
        """
        if self.same_luck or side == 0:
            return self.seeds[run]
        _, apart = worlds(self.seeds[run], 2)
        return worlds(apart, 1 + side)[side]


@dataclass(frozen=True)
class Answer:
    """The runs of a question so far: measures by (side, run, measure)."""

    question: Question
    values: Floats

    @property
    def runs(self) -> int:
        """How many worlds are done."""
        return int(self.values.shape[1])

    def mean(self, side: int, measure: str) -> float:
        """Mean over the runs; runs in which there was nothing to measure are left out."""
        return _mean(self.values[side, :, PLACES[measure]])

    def gap(self, measure: str, confidence: float = 0.95) -> tuple[float, float, float]:
        """Second less first side, run by run: mean and luck interval (NaN where not known)."""
        gaps = self.values[1, :, PLACES[measure]] - self.values[0, :, PLACES[measure]]
        return t_interval(gaps, confidence)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


class Answers:
    """A worker of its own that answers the newest question, world after world.

    Parameters
    ----------
    publish : called with the `Answer` so far whenever a world is done that was not known before,
        and when all are; from the worker's thread.
    failed : called with what went wrong, in words.
    """

    def __init__(self, publish: Callable[[Answer], None], failed: Callable[[str], None]) -> None:
        self._publish = publish
        self._failed = failed
        self._numbers_by_key: OrderedDict[tuple[str, int, int], tuple[float, ...]] = OrderedDict()
        self._news = threading.Condition()
        self._question: Question | None = None
        self._busy = False
        self._pool = ThreadPoolExecutor(2)  # both sides at a time
        threading.Thread(target=self._work, daemon=True).start()

    def ask(self, question: Question) -> None:
        """Answer this; what is under way for an older question is given up."""
        with self._news:
            self._question = question
            self._busy = True
            self._news.notify_all()

    def cancel(self) -> bool:
        """Leave it at the worlds that are done; False if nothing was under way."""
        with self._news:
            under_way = self._question is not None
            self._question = None
            self._news.notify_all()
        return under_way

    def wait(self, seconds: float = 60.0) -> bool:
        """Until the newest question is answered; False if that took longer."""
        with self._news:
            return self._news.wait_for(lambda: not self._busy, seconds)

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._busy)
                question = self._question  # None: it was given up before anybody looked
            try:
                if question is not None:
                    self._answer(question)
            except Exception as error:  # the lab must not fall silent
                kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
                self._failed(f"{kind}{error}")
            with self._news:
                if self._question is question or self._question is None:
                    self._question = None
                    self._busy = False
                    self._news.notify_all()

    def _answer(self, question: Question) -> None:
        numbers_by_run: list[list[tuple[float, ...]]] = []
        names = [essence(scenario) for scenario in question.scenarios]
        for run in range(len(question.seeds)):
            keys = [(name, question.people, question.seed(i, run)) for i, name in enumerate(names)]
            known = all(key in self._numbers_by_key for key in keys)
            if self._question is not question:
                return
            numbers_by_run.append(list(self._pool.map(self._run, keys, question.scenarios)))
            if self._question is not question:
                return
            if not known or run + 1 == len(question.seeds):
                self._publish(Answer(question, np.array(numbers_by_run).swapaxes(0, 1)))

    def _run(self, key: tuple[str, int, int], scenario: Scenario) -> tuple[float, ...]:
        if key not in self._numbers_by_key:
            _, people, seed = key
            self._numbers_by_key[key] = live(Batch(scenario, people, (seed,), False))[0].numbers
            while len(self._numbers_by_key) > KEPT:
                self._numbers_by_key.popitem(last=False)
        return self._numbers_by_key[key]
