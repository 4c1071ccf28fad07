"""The parts of an exercise set: tasks, checks, a student's work, and the report on it."""

from __future__ import annotations

import contextlib
import io
import math
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from cjsim.labels import text
from cjsim.labels.numbers import number, setting

Track = Literal["board", "explain", "code"]
"""How a task is answered: by what the board gives, with words beside numbers, or with code."""
HINTED: Final = ("length",)
"""Problems of an answer that is of the right kind: the hint of the check leads on."""
WIDTH: Final = 96
"""Letters of a printed line: JupyterLab beside its list of files cuts what is longer."""
PASSED = 0.8
"""A check that gives points in part counts as passed from this share on."""


class WorkError(Exception):
    """A student's name that is missing, has the wrong type, or stops: one clear line.

    Parameters
    ----------
    line : what is said.
    hinted : does the hint of the check still lead on? Not where an answer is missing, is of
        another kind or stops: the line says all there is.
    """

    def __init__(self, line: str, hinted: bool = False) -> None:
        super().__init__(line)
        self.hinted = hinted


class Amount(NamedTuple):
    """A number of a note, to be written in the language of the report.

    Parameters
    ----------
    value : the number.
    digits : its decimals.
    signed : a difference, with a plus above 0.
    """

    value: float
    digits: int = 0
    signed: bool = False

    def said(self, lang: str) -> str:
        """The number in a language, as any terminal can print it."""
        return number(self.value, lang, self.digits, self.signed, typed=True)


@dataclass(frozen=True)
class Mark:
    """What a check found where yes or no is too little.

    Parameters
    ----------
    share : part of the points, 0..1.
    note : what to put into the places of the check's `note` in the words.
    gained : of a design, what it gains per person in each world.
    """

    share: float
    note: Mapping[str, Amount] = field(default_factory=dict)
    gained: tuple[float, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing that is looked at.

    Parameters
    ----------
    name : its key in the words.
    test : says yes or no, or gives a `Mark`.
    points : what it is worth.
    """

    name: str
    test: Callable[[Work], bool | Mark]
    points: float = 1.0


@dataclass(frozen=True)
class Task:
    """One task of a set.

    Parameters
    ----------
    number : the one students see.
    checks : what is looked at.
    track : how it is answered. What is pasted from the board stands in `board_N`, what is
        explained in `why_N`, N being the number.
    """

    number: int
    checks: tuple[Check, ...]
    track: Track

    @property
    def most(self) -> float:
        """The points of all its checks."""
        return sum(check.points for check in self.checks)


@dataclass(frozen=True)
class Finding:
    """One check, done: its line, and its hint where it failed."""

    task: int
    check: str
    share: float
    points: float
    most: float
    line: str
    hint: str = ""
    gained: tuple[float, ...] = ()

    @property
    def passed(self) -> bool:
        """Were (nearly) all points given?"""
        return self.share >= PASSED

    @property
    def name(self) -> str:
        """Task and check: `2.people`."""
        return f"{self.task}.{self.check}"


@dataclass(frozen=True)
class Report:
    """What `check` returns: prints as its lines."""

    findings: tuple[Finding, ...]
    titles: Mapping[int, str]
    tracks: Mapping[int, Track]
    lang: str

    @property
    def points(self) -> float:
        """Points reached."""
        return round(sum(finding.points for finding in self.findings), 2)

    @property
    def most(self) -> float:
        """Points that could be reached."""
        return sum(finding.most for finding in self.findings)

    @property
    def failed(self) -> list[str]:
        """Names of the checks that failed: `2.people`."""
        return [finding.name for finding in self.findings if not finding.passed]

    def of_task(self, number: int) -> float:
        """Points of one task."""
        return round(sum(finding.points for finding in self.findings if finding.task == number), 2)

    def __repr__(self) -> str:
        hint = text("grade.hint", self.lang)
        lines = []
        for task, title in self.titles.items():
            track = text(f"grade.track.{self.tracks[task]}", self.lang)
            lines.append(f"{task}. {title} [{track}]")
            for finding in self.findings:
                if finding.task == task:
                    lines += _wrapped(f"  {'✓' if finding.passed else '✗'} ", finding.line)
                    if finding.hint:
                        lines += _wrapped(f"      {hint}: ", finding.hint)
            if self.tracks[task] == "explain":
                lines += _wrapped("  ", text("grade.by_machine", self.lang))
        sums = {"points": setting(self.points, self.lang), "most": setting(self.most, self.lang)}
        return "\n".join([*lines, text("grade.points", self.lang).format(**sums)])


def _wrapped(head: str, words: str) -> list[str]:
    """The words behind a head, in lines that a notebook shows whole."""
    return textwrap.wrap(
        words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Work:
    """A student's names, read with care: what is not as it should be becomes a `WorkError`."""

    names: Mapping[str, Any]
    lang: str

    def get(self, name: str) -> Any:
        """Whatever stands under a name; `None` and `...` are a task not begun."""
        value = self.names.get(name)
        if value is None or value is ...:
            raise self.problem("missing", name=name)
        return value

    def number(self, name: str) -> float:
        """A finite number, not a truth value."""
        value = self.get(name)
        if isinstance(value, (bool, np.bool_)) or not isinstance(
            value, (int, float, np.integer, np.floating)
        ):
            raise self.problem("not_number", name=name, kind=type(value).__name__)
        if not math.isfinite(value):
            raise self.problem("not_finite", name=name)
        return float(value)

    def choice(self, name: str, options: Sequence[str]) -> str:
        """One of several words."""
        value = self.get(name)
        if not isinstance(value, str) or value not in options:
            quoted = ", ".join(f'"{option}"' for option in options)
            raise self.problem("not_option", name=name, options=quoted)
        return str(value)

    def words(self, name: str) -> str:
        """A text; one that is empty is a task not begun."""
        value = self.get(name)
        if not isinstance(value, str):
            raise self.problem("not_text", name=name, kind=type(value).__name__)
        if not str.strip(value):
            raise self.problem("missing", name=name)
        return str.strip(value)

    def table(self, name: str) -> dict[str, Any]:
        """A dictionary with words as keys, copied."""
        value = self.get(name)
        if type(value) is not dict or not all(isinstance(key, str) for key in value):
            raise self.problem("not_table", name=name, kind=type(value).__name__)
        return dict(value)

    def call(self, name: str, *arguments: Any, nothing: str = "gave_nothing") -> Any:
        """What the student's function returns; an error in it is a `WorkError`.

        `nothing` is the problem to name where it returns nothing.
        """
        function = self.get(name)
        if not callable(function):
            raise self.problem("not_function", name=name, kind=type(function).__name__)
        with self.running(name):
            value = function(*arguments)
        if value is None or value is ...:
            raise self.problem(nothing, name=name)
        return value

    def number_from(self, name: str, *arguments: Any) -> float:
        """The one number that a function returns, also as an array or a column of one."""
        answer = self.call(name, *arguments)
        with self.running(name):
            values = np.asarray(answer, dtype=float).ravel()
        if len(values) != 1:
            raise self.problem("length", name=name, found=len(values), wanted=1)
        return float(values[0])

    def counts(self, name: str, *arguments: Any, length: int) -> list[float]:
        """What a function returns that should give one number for each of `length` people."""
        answer = self.call(name, *arguments)
        with self.running(name):
            if isinstance(answer, Mapping):
                answer = self._in_order(name, answer)
            listed = np.asarray(list(answer), dtype=float).tolist()
        if len(listed) != length:
            raise self.problem("length", name=name, found=len(listed), wanted=length)
        return [float(value) for value in listed]

    def _in_order(self, name: str, answer: Mapping[Any, Any]) -> list[Any]:
        """The values of a dictionary person -> number; one with other keys has no order."""
        if not all(isinstance(key, (int, np.integer)) for key in answer):
            raise self.problem("not_list", name=name)
        return [answer[key] for key in sorted(answer)]

    @contextlib.contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Run the student's code: silent, and an error is a line and not a traceback."""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    yield
            except (WorkError, KeyboardInterrupt):
                raise
            except BaseException as error:
                sentence = f"{type(error).__name__}: {_message(error)}"
                raise self.problem("stopped", name=name, error=sentence) from None

    def problem(self, key: str, /, **facts: Any) -> WorkError:
        """A line from the words that all sets share."""
        line = text(f"grade.problem.{key}", self.lang).format(**facts)
        return WorkError(line, hinted=key in HINTED)


def _message(error: BaseException) -> str:
    """The first line of an error's message; its class may be the student's, and fail itself."""
    try:
        return next(iter(str(error).splitlines()), "")[:200]
    except Exception:
        return "?"
