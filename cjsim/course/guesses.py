"""What a reader expects, asked before the answer is shown, and scored.

    winner = choose("pull", "guide", "animator")
    winner                      # the next cell:
    winner.answer("guide")
    score(winner)

A lecture is stored with no guess made; what a reader has chosen stays in their own notebook.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count
from typing import Any, TypeVar

import ipywidgets as widgets

from cjsim.course.lines import Line, paragraph
from cjsim.course.tables import word
from cjsim.lab.keyboard import box_of_its_own
from cjsim.labels import SPOKEN, find, language, text, unknown
from cjsim.labels.numbers import setting

VERDICTS = ("holds", "open", "fails")
_ASKED = count(1)
"""Numbers of the questions of this session, by which a page finds the answer to each."""
_MADE: dict[tuple[str, str], Any] = {}
"""The guesses of this session, by cell and question: who runs a cell again keeps their guess."""


Asked = TypeVar("Asked", bound="Guess")


class Guess(ABC):
    """A question to the reader. `value` is what they said, None until they have."""

    def __init__(self, control: Any, rows: list[Any], lang: str) -> None:
        self.control = control
        self.box = box_of_its_own(rows)
        self.lang = lang
        self.value: Any = None
        self.right: bool | None = None
        self.number = next(_ASKED)
        self._place: tuple[str, str] | None = None
        control.observe(self._take_guess, names="value")

    def _take_guess(self, change: Any) -> None:
        self.value = change["new"]
        if self._place is not None:
            _MADE[self._place] = self.value

    def recalled(self: Asked) -> Asked:
        """This question, with what was said to it when its cell was run before."""
        cell = _running_cell()
        self._place = (cell, self._choices()) if cell else None
        if self._place is not None and self._place in _MADE:
            self.control.value = _MADE[self._place]
            self._take_guess({"new": _MADE[self._place]})
        return self

    @abstractmethod
    def _as_words(self, value: Any) -> str:
        """What was or could be said, to be read."""

    @abstractmethod
    def _choices(self) -> str:
        """All that could be said, to be read."""

    @abstractmethod
    def _control_for_a_page(self) -> dict[str, Any]:
        """What a page without Python needs to ask the same."""

    def _judged(self, truth: Any, right: bool, answer: str, within: float = 0.0) -> Line:
        if self.value is None:
            self.right = None
            line = text("course.no_guess", self.lang)
        else:
            self.right = right
            kind = "guessed" if right else "missed"
            guess = self._as_words(self.value)
            line = text(f"course.{kind}", self.lang).format(said=guess, truth=answer)
        of_page = {"number": self.number, "truth": truth, "within": within, "shown": answer}
        lines = {kind: text(f"course.{kind}", self.lang) for kind in ("guessed", "missed")}
        return Line(line, answer={**of_page, **lines})

    def __repr__(self) -> str:
        return f"<{text('course.guess', self.lang)}: {self._asked()}>"

    def _asked(self) -> str:
        """The question as a saved notebook has it."""
        return self._choices()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live control; for a saved notebook the choices in words."""
        live: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        saved = paragraph(
            self._asked(), guess={"number": self.number, **self._control_for_a_page()}
        )
        return {**live, "text/plain": repr(self), "text/html": saved}


class Choice(Guess):
    """One of several; what `choose` returns."""

    def __init__(self, options: Sequence[str], lang: str) -> None:
        self.options = list(options)
        lang = language(lang)
        named = [(_option(name, lang), name) for name in options]
        buttons = widgets.RadioButtons(options=named, value=None, layout={"width": "auto"})
        super().__init__(buttons, [buttons], lang)

    def _as_words(self, value: str) -> str:
        return _option(value, self.lang)

    def _choices(self) -> str:
        return " · ".join(self._as_words(name) for name in self.options)

    def _control_for_a_page(self) -> dict[str, Any]:
        return {"options": {name: self._as_words(name) for name in self.options}}

    def answer(self, truth: str) -> Line:
        """The line that sets what was chosen beside what is true, one of the options.

        Raises ValueError for what was not among the options.
        """
        if truth not in self.options:
            raise unknown("option of this question", truth, self.options)
        return self._judged(truth, self.value == truth, self._as_words(truth))


class Estimate(Guess):
    """A number; what `estimate` returns."""

    def __init__(self, low: float, high: float, step: float, asks: str, lang: str) -> None:
        if not low < high or not 0 < step <= high - low:
            raise ValueError(f"estimate({low:g}, {high:g}, step={step:g}): needs low < high")
        self.step = step
        self.question = find(f"question.{asks}", lang) or asks
        middle = low + round((high - low) / 2 / step) * step
        slider = widgets.FloatSlider(
            middle, min=low, max=high, step=step, continuous_update=False, readout=False
        )
        lang = language(lang)
        self._said = widgets.Label(text("course.not_yet", lang), layout={"margin": "2px 0 2px 2em"})
        ends = [widgets.Label(setting(end, lang, typed=True)) for end in (low, high)]
        row = widgets.HBox([ends[0], slider, ends[1], self._said])
        title = [widgets.HTML(f"<b>{html.escape(self.question)}</b>")] if self.question else []
        super().__init__(slider, [*title, row], lang)

    def _take_guess(self, change: Any) -> None:
        super()._take_guess(change)
        guess = self._as_words(self.value)
        self._said.value = f"{text('course.guess', self.lang)}: {guess}"

    def _as_words(self, value: float) -> str:
        return setting(value, self.lang, typed=True)

    def _choices(self) -> str:
        ends = f"{self._as_words(self.control.min)} … {self._as_words(self.control.max)}"
        return f"{self.question} {ends}".lstrip()

    def _asked(self) -> str:
        return f"{self._choices()} ({self._said.value})"

    def _control_for_a_page(self) -> dict[str, Any]:
        ends = {"low": self.control.min, "high": self.control.max, "step": self.step}
        return {"question": self.question, **ends}

    def answer(self, truth: float, within: float) -> Line:
        """The line that sets the guess beside the truth; right if no further away than `within`."""
        right = self.value is not None and abs(self.value - truth) <= within
        rounded = round(truth / self.step) * self.step
        return self._judged(float(truth), right, self._as_words(rounded), within)


def choose(*options: str, lang: str = SPOKEN) -> Choice:
    """Ask for one of several: names of strategies, stages, measures, or words of your own.

    Parameters
    ----------
    options : what can be chosen, two or more, all different.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the question, a `Choice`, which shows itself in a notebook: `value` is what was chosen,
    `answer(truth)` the line that sets it beside what is true. Raises ValueError for fewer than two
    options, or two that are the same.

    >>> from cjsim import course
    >>> winner = course.choose("pull", "guide")
    >>> winner.control.value = "guide"  # what a hand does
    >>> winner.answer("guide")
    You said Guide: right
    """
    if len(set(options)) != len(options) or len(options) < 2:
        raise ValueError(f"a choice needs two different options or more, not {list(options)}")
    return Choice(options, lang).recalled()


def estimate(
    low: float, high: float, step: float = 0.05, asks: str = "", lang: str = SPOKEN
) -> Estimate:
    """Ask for a number from `low` to `high`. The slider starts in the middle, not as a guess.

    Parameters
    ----------
    low, high : the ends of the slider, in the units of what is asked for.
    step : of the slider, above 0 and at most `high - low`.
    asks : the question: one of the labels' table [question], or words of your own.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the question, an `Estimate`, which shows itself in a notebook: `value` is what was said,
    `answer(truth, within)` the line that sets it beside the truth. Raises ValueError for ends the
    wrong way round, or a step that cannot be.

    >>> from cjsim import course
    >>> share = course.estimate(0, 1, asks="What share buys?")
    >>> share.control.value = 0.3  # what a hand does
    >>> share.answer(0.32, within=0.05)
    You said 0.3: right
    """
    return Estimate(low, high, step, asks, lang).recalled()


def _running_cell() -> str | None:
    """The id of the cell that is run, where a notebook tells it; JupyterLab does."""
    from IPython.core.getipython import get_ipython

    message = getattr(get_ipython(), "parent_header", None) or {}
    cell = message.get("metadata", {}).get("cellId")
    return cell if isinstance(cell, str) else None


def _option(name: str, lang: str) -> str:
    """The word for an option; a verdict is worded as `claim` words it."""
    verdict = find(f"course.{name}", lang) if name in VERDICTS else None
    return verdict or word(name, lang)


def score(*guesses: Guess, lang: str = SPOKEN) -> Line:
    """How many predictions were right, of those that were made and answered.

    Parameters
    ----------
    guesses : the questions, what `choose` and `estimate` have returned.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the sentence, a line to be shown.

    >>> from cjsim import course
    >>> winner = course.choose("pull", "guide")
    >>> winner.control.value = "guide"
    >>> _ = winner.answer("pull")
    >>> course.score(winner)
    Right: 0 of 1 predictions (questions: 1)
    """
    verdicts = [guess.right for guess in guesses if guess.right is not None]
    line = text("course.score", lang)
    of_page = {"numbers": [guess.number for guess in guesses], "line": line}
    if not verdicts:
        none_made = text("course.none_made", lang).format(questions=len(guesses))
        return Line(none_made, score=of_page)
    told = line.format(right=sum(verdicts), made=len(verdicts), questions=len(guesses))
    return Line(told, score=of_page)
