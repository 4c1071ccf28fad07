"""The board's engine in a Python process: questions in, answers out, as plain JSON.

While a run takes longer than a second, `alive` says that it is under way.

A *question* asks how some sides fare in some worlds (`worlds`), for the lives of some people
(`lives`), or for the keys of a table (`keys`). The newest question is answered, world after world;
what is under way for an older one is given up. What was found is remembered: undo is answered at
once. The page without Python has an engine of its own behind the same messages.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.board.keys import keys_of
from cjsim.board.lives import differing, lives, sample
from cjsim.board.product import BARS
from cjsim.board.tally import DAYS
from cjsim.experiment.workers import essence
from cjsim.journey import TWELVE
from cjsim.labels import SPOKEN
from cjsim.measures.groups import groups
from cjsim.measures.money import money_columns
from cjsim.measures.retention import retention
from cjsim.measures.summary import numbers
from cjsim.measures.visits import seen
from cjsim.model.events import Event
from cjsim.model.streams import worlds
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario, ScenarioError

KEPT: Final = 4_000
"""Runs whose numbers are remembered."""
BEAT: Final = 1.0
"""Seconds after which a question that takes longer says that it is being worked at."""
FIRST_WORLD: Final = 1
"""The seed of world 0; those of the others follow from it."""
Message = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What is kept of one run: its measures, its account, and who ever bought."""

    measures: Mapping[str, float]
    money: Mapping[str, float]
    bought: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    retained: tuple[float, ...] = ()

    def told(self) -> Message:
        """As a part of an answer; NaN, where there is nothing to measure, is null."""
        return {
            "measures": {name: _plain(value) for name, value in self.measures.items()},
            "reached": [self.measures[f"reached_{stage.key}"] for stage in TWELVE],
            "money": {name: _plain(value) for name, value in self.money.items()},
            **({"retained": [_plain(share) for share in self.retained]} if self.retained else {}),
        }


@dataclass(frozen=True)
class Question:
    """An `ask` of the front end, read."""

    message: Message
    scenarios: tuple[Scenario, ...]

    @property
    def people(self) -> int:
        """How many people live in each world."""
        return int(self.message["people"])

    def seed(self, side: int, world: int) -> int:
        """The world of a side: the same for all, or one of its own.

        Its own is a hash of a hash: the first hash of a question's seed is its second world.
        """
        seed = worlds(FIRST_WORLD, world + 1)[world]
        if self.message.get("same_luck", True) or side == 0:
            return seed
        _, apart = worlds(seed, 2)
        return worlds(apart, 1 + side)[side]


class Kernel:
    """Answers the newest question about a scenario, in threads of its own.

    Parameters
    ----------
    base : the product; see `open`.
    reply : called with each answer, from the kernel's thread.
    lang : in which errors are told.
    """

    def __init__(
        self, base: Scenario, reply: Callable[[Message], None], lang: str = SPOKEN
    ) -> None:
        self.base = base
        self.lang = lang
        self._reply = reply
        self._outcomes: OrderedDict[tuple[str, int, int, bool], Outcome] = OrderedDict()
        self._news = threading.Condition()
        self._newest: Message | None = None
        self._busy = False
        self._pool = ThreadPoolExecutor(2)  # two sides at a time
        threading.Thread(target=self._work, daemon=True).start()

    def ask(self, message: Message) -> None:
        """Answer this; what is under way for an older question is given up."""
        with self._news:
            self._newest = message
            self._busy = True
            self._news.notify_all()

    def cancel(self) -> None:
        """Leave it at what is answered."""
        with self._news:
            self._newest = None
            self._news.notify_all()

    def wait(self, seconds: float = 60.0) -> bool:
        """Until the newest question is answered; False if that took longer."""
        with self._news:
            return self._news.wait_for(lambda: not self._busy, seconds)

    def answers(self, message: Message) -> Iterator[Message]:
        """The answers to one question, each as soon as it is there; the last is done or error."""
        about = message.get("id")
        try:
            yield from ({"id": about, **part} for part in self._parts(message))
        except ScenarioError as error:
            yield {"id": about, "error": error.said(self.lang)}
        except ValueError as error:
            yield {"id": about, "error": str(error)}
        else:
            yield {"id": about, "done": True}

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._busy)
                message = self._newest  # None: it was given up before anybody looked
            try:
                for answer in self.answers(message) if message else ():
                    if self._newest is not message:
                        break
                    self._reply(answer)
            except Exception as error:  # the board must not fall silent
                self._reply({"id": (message or {}).get("id"),
                             "error": f"{type(error).__name__}: {error}"})  # fmt: skip
            with self._news:
                if self._newest is message or self._newest is None:
                    self._newest = None
                    self._busy = False
                    self._news.notify_all()

    def _parts(self, message: Message) -> Iterator[Message]:
        if message["kind"] == "keys":
            yield {"keys": keys_of(self._scenario(message, 0), message["table"], self.lang)}
            return
        question = Question(message, self.scenarios(message))
        if message["kind"] == "lives":
            yield from self._lives(question)
            return
        for world in message["worlds"]:
            yield from self._world(question, int(world))

    def scenarios(self, message: Message) -> tuple[Scenario, ...]:
        """Every side of a question with all that was changed; ScenarioError where it cannot be."""
        return tuple(self._scenario(message, side) for side in range(len(message["sides"])))

    def _scenario(self, message: Message, place: int) -> Scenario:
        side = message["sides"][place]
        own = {f"strategies.{side['strategy']}.{k}": v for k, v in side.get("dials", {}).items()}
        changes = {
            key: _value(self.base, key, value)
            for key, value in {**message.get("dials", {}), **own}.items()
        }
        return self.base.with_changes({**changes, "strategy": side["strategy"]})

    def _each(
        self, job: Callable[[int], Any], sides: Iterable[int]
    ) -> Generator[Message, None, list[Any]]:
        """A job done for every side; says so while that takes long."""
        runs = [self._pool.submit(job, side) for side in sides]
        while wait(runs, BEAT).not_done:
            yield {"alive": True}
        return [run.result() for run in runs]

    def _world(self, question: Question, world: int) -> Iterator[Message]:
        sides = range(len(question.scenarios))
        outcomes = yield from self._each(lambda side: self._outcome(question, side, world), sides)
        first = outcomes[0]
        yield {
            "world": world,
            "sides": [outcome.told() for outcome in outcomes],
            "pairs": [_pairs(first, other) for other in outcomes[1:]],
        }

    def _outcome(self, question: Question, side: int, world: int) -> Outcome:
        scenario = question.scenarios[side]
        seed, stays = question.seed(side, world), bool(question.message.get("stays"))
        key = essence(scenario), question.people, seed, stays
        if key not in self._outcomes:
            self._outcomes[key] = _live(scenario, question.people, seed, stays)
            while len(self._outcomes) > KEPT:
                self._outcomes.popitem(last=False)
        return self._outcomes[key]

    def _lives(self, question: Question) -> Iterator[Message]:
        message = question.message
        world = int(message.get("world", 0))
        runs = yield from self._each(
            lambda side: simulate(
                question.scenarios[side], question.people, seed=question.seed(side, world)
            ),
            range(len(question.scenarios)),
        )
        who = message.get("who")
        persons = sample(runs[0], who if isinstance(who, list) else int(message.get("sample", 240)))
        yield {"lives": [lives(run, persons) for run in runs], "differ": differing(runs, persons)}


def _live(scenario: Scenario, people: int, seed: int, stays: bool) -> Outcome:
    """A run as the board sees it; with `stays` also who is still with us, which takes longer."""
    run = simulate(scenario, people, seed=seed, log="stages" if stays else "measures")
    outcome = outcome_of(run)
    return replace(outcome, retained=tuple(retained_of(run))) if stays else outcome


def retained_of(run: Run) -> npt.NDArray[np.float64]:
    """The share of customers still with us on `tally.DAYS` days up to the horizon; NaN if unseen.

    The days are counted from the first deal.
    """
    days = run.scenario.horizon_days * np.arange(DAYS) / (DAYS - 1)
    return np.asarray(retention(run, days=days)["retained"], float)  # type: ignore[arg-type]


def outcome_of(run: Run) -> Outcome:
    """What the board shows of a run."""
    rows = run.events.rows
    bought = np.zeros(run.lives, np.bool_)
    bought[rows["person"][rows["event"] == Event.FIRST_DEAL]] = True
    account = money_columns(run, groups(run, None))
    money = {name: float(np.asarray(account[name]).reshape(-1)[0]) / len(run) for name in BARS}
    return Outcome(numbers(run), money, bought, seen(run))


def _pairs(first: Outcome, other: Outcome) -> list[int]:
    """People who bought under both, only under the other, only under the first, under neither."""
    lives = min(len(first.known), len(other.known))  # with luck of its own a side may have more
    known = first.known[:lives] & other.known[:lives]
    one, two = first.bought[:lives][known], other.bought[:lives][known]
    parts = (one & two, ~one & two, one & ~two, ~one & ~two)
    return [int(np.count_nonzero(part)) for part in parts]


def _value(base: Scenario, key: str, value: Any) -> Any:
    """A value as JSON has it: infinity is a word, and whole numbers may come as 3.0."""
    if value == "inf":
        return math.inf
    if isinstance(value, float) and value.is_integer() and base.key(key).is_whole:
        return int(value)
    return value


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def as_text(answer: Message) -> str:
    """An answer as JSON text."""
    return json.dumps(answer, allow_nan=False)
