"""The what-if lab: choose a product and two strategies, turn dials, see who gets how far.

    from cjsim.lab import lab
    lab("phone", lang="en")

Everything on the screen is a scenario: what the dials say can be taken away as a file, and a file
can be loaded. Runs are done in the background; the last picture stays until the next is there.
"""

from __future__ import annotations

import functools
import html
import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from cjsim.door import scenario_of, whole
from cjsim.files import write_bytes
from cjsim.lab import findings
from cjsim.lab.background import Answer, Answers, Question
from cjsim.lab.board import Board
from cjsim.lab.dials import WIDE, hint, move, slider
from cjsim.lab.drawers import drawers
from cjsim.lab.keyboard import box_of_its_own
from cjsim.labels import SPOKEN, find, language, text
from cjsim.labels.numbers import number
from cjsim.model.streams import worlds
from cjsim.scenario import Scenario, ScenarioError, presets, to_toml
from cjsim.scenario.words import scenario_title, strategy_title

DIALS = (
    "{b}.accuracy", "{b}.every_days", "{b}.min_fit", "response.irritation_harm",
    "response.warmth_gain", "product.price", "product.quality", "rival.quality",
    "rival.competition", "firm.reps", "experience.gate_threshold", "curiosity.novelty",
)  # fmt: skip
"""The twelve keys of the first screen; {b} is the second strategy."""
BUTTONS = ("undo", "reset", "pin", "more", "stop", "save")
SHUT = -1
"""In the list of drawers: none."""
SIZES = (500, 2_000, 10_000)
FIRST_RUNS = 5
"""Worlds that are run anyway, one after the other."""
MORE_RUNS = 20
"""Those that the button adds."""


@dataclass(frozen=True)
class Settings:
    """Where everything stands: what undo goes back to."""

    base: Scenario
    sides: tuple[str, str]
    people: int
    changes: dict[str, Any] = field(default_factory=dict)
    same_luck: bool = True

    @functools.cached_property
    def scenarios(self) -> tuple[Scenario, Scenario]:
        """Both sides, with everything that was changed; ScenarioError where that cannot be."""
        changed = self.base.with_changes(self.changes) if self.changes else self.base
        first, second = (changed.with_strategy(name) for name in self.sides)
        return first, second


def lab(
    scenario: Scenario | str | Path = "phone", lang: str = SPOKEN, people: int | None = None
) -> Lab:
    """The what-if lab; see `Lab`.

    Parameters
    ----------
    scenario : what it opens on: a Scenario, a preset's name, or the path of a scenario file.
    lang : "en", "ru", or what `cjsim.speak` has set.
    people : how many of the market's people are simulated; when not given 2,000, or the whole
        market where it is smaller. The list on the screen offers the whole market.

    Raises ScenarioError for a name or file that is not there or wrong, ValueError for a size or
    language that cannot be.
    """
    return Lab(scenario_of(scenario), lang, people)


def _usual_size(base: Scenario) -> int:
    """How many people a product opens with: enough for an answer at once, never more than are."""
    return min(SIZES[1], base.market.people)


class Lab:
    """The lab as a widget: shows itself in a notebook and as a page.

    `settings` is where everything stands, `answer` what was last found; `dials` holds the controls
    of the first screen by key: setting a `.value` in code does what a hand does.
    """

    def __init__(self, base: Scenario, lang: str = SPOKEN, people: int | None = None) -> None:
        self.lang = language(lang)
        self.answer: Answer | None = None
        self.pinned: Answer | None = None
        # names of the sides, and the sentence that goes with `answer`
        self._caption = (("", ""), "")
        self.settings = self._first_settings(base)
        if people is not None:
            self.settings = replace(self.settings, people=whole("people", people))
        self._history: list[Settings] = []
        self._quiet = False
        self._answers = Answers(self._show_answer, self._failed)
        self._make_controls()
        self._show_settings()
        self._ask()

    def _word(self, key: str) -> str:
        return text(f"whatif.{key}", self.lang)

    def _product_title(self, name: str) -> str:
        """A preset in a word; one that has no label yet by its own title."""
        own = presets()[name].partition(":")[0]
        return find(f"preset.{name}", self.lang) or own

    def _first_settings(self, base: Scenario) -> Settings:
        """A product as it is: pull beside its own strategy, beside the guide if that is pull."""
        names = list(base.strategies)
        first = "pull" if "pull" in names else names[0]
        others = [name for name in names if name != first] or [first]
        second = next((name for name in (base.strategy, "guide") if name in others), others[0])
        return Settings(base, (first, second), _usual_size(base))

    def _sizes(self) -> list[tuple[str, int]]:
        """How many people may be simulated, the whole market among them, in words."""
        market = self.settings.base.market.people
        return [
            (self._word("all_people" if n == market else "some_people").format(
                people=number(n, self.lang), market=number(market, self.lang)), n)
            for n in sorted({*SIZES, self.settings.people, market})
        ]  # fmt: skip

    # --- what is on the screen ----------------------------------------------------------------

    def _make_controls(self) -> None:
        word = self._word
        wide = {"style": WIDE, "layout": {"width": "23em"}}
        self.product = widgets.Dropdown(
            options=[(self._product_title(name), name) for name in presets()],
            description=word("product"), **wide,
        )  # fmt: skip
        self.sides = tuple(
            widgets.Dropdown(description=word(k), **wide) for k in ("first", "second")
        )
        self.size = widgets.Dropdown(description=word("people"), **wide)
        self.same = widgets.Checkbox(True, description=word("same"), indent=False, **wide)
        self.buttons = {name: self._button(name) for name in BUTTONS}
        self.progress = widgets.IntProgress(0, 0, FIRST_RUNS, layout={"width": "12em"})
        self.done = widgets.Label()
        self.file = widgets.FileUpload(
            accept=".toml", description=word("load"), layout={"width": "auto"}
        )
        self.sentence = widgets.HTML()
        self.trouble = widgets.HTML()
        self.table = widgets.HTML()
        self.board = Board(self.lang)
        self.first_screen = widgets.VBox()
        self.drawers = widgets.Stack()
        self.drawer = widgets.Dropdown(description=word("drawers"), **wide)
        row = {"flex_flow": "row wrap", "align_items": "center"}
        right = widgets.VBox([self.board, self.sentence], layout={"flex": "1 1 36em"})
        self.box = box_of_its_own([
            widgets.HBox([self.product, *self.sides, self.size, self.same], layout=row),
            widgets.HBox([*self.buttons.values(), self.file, self.progress, self.done],
                         layout=row),
            self.trouble,
            widgets.HBox([self.first_screen, right], layout={"flex_flow": "row wrap"}),
            self.table,
            self.drawer,  # a list: Tab does not reach the heads of an accordion
            self.drawers,
        ])  # fmt: skip
        self.box.add_class("cjsim-lab")
        self.board.on_msg(lambda *_: self._repeat())
        self.product.observe(lambda change: self._open_preset(change["new"]), "value")
        for side in self.sides:
            side.observe(lambda _: self._choose_sides(), "value")
        self.size.observe(lambda change: self._change(people=change["new"]), "value")
        self.same.observe(lambda change: self._change(same_luck=change["new"]), "value")
        self.file.observe(self._load, "value")
        self.drawer.observe(lambda change: self._open_drawer(change["new"]), "value")

    def _button(self, name: str) -> Any:
        button = widgets.Button(
            description=self._word(name),
            tooltip=self._word(f"{name}_hint"),
            layout={"width": "auto"},
        )
        job: Callable[[], None] = getattr(self, f"_{name}")
        button.on_click(lambda _: job())
        return button

    def _is_preset(self) -> bool:
        """A file may bear a preset's name and differ from it."""
        base = self.settings.base
        return base.name in presets() and base == Scenario.load(base.name)

    def _show_settings(self) -> None:
        """Make every control say what the settings say, without asking anew."""
        with self._quietly():
            self._fill_controls()
        self.buttons["undo"].disabled = not self._history

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Controls that are set in here ask for nothing."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _fill_controls(self) -> None:
        now = self.settings
        changed = now.scenarios[1]
        names = [(strategy_title(now.base, name, self.lang), name) for name in now.base.strategies]
        for side, name in zip(self.sides, now.sides, strict=True):
            side.options = names
            side.value = name
        self.product.value = now.base.name if self._is_preset() else None
        self.product.tooltip = scenario_title(now.base.title, self.lang)
        self.size.options = self._sizes()
        self.size.value = now.people
        self.same.value = now.same_luck
        keys = [now.base.key(place.format(b=f"strategies.{now.sides[1]}")).short for place in DIALS]
        self.dials = {
            key: self._dial(changed, key, place) for key, place in zip(keys, DIALS, strict=True)
        }
        self.first_screen.children = tuple(self.dials.values())
        self._fill_drawers()

    def _fill_drawers(self) -> None:
        """All other keys, made when a drawer is opened."""
        self._boxes = drawers(
            self.drawers, lambda: self.settings.scenarios[1], self.settings.sides[1],
            self._set_key, self.lang,
        )  # fmt: skip
        tables = [(table, place) for place, table in enumerate(self.drawers.titles)]
        self.drawer.options = [("–", SHUT), *tables]
        self.drawer.value = SHUT

    def _dial(self, scenario: Scenario, key: str, place: str) -> Any:
        name = text(f"dial.{place.replace('{b}.', 'push_').replace('.', '_')}", self.lang)
        dial = slider(self.settings.base, key, label=name, width="34em", label_width="17em")
        value = scenario.value(key)
        move(dial, value)
        dial.tooltip = hint(scenario, key, self.lang)
        dial.observe(lambda change: self._set_key(key, change["new"]), "value")
        return dial

    # --- what people do -----------------------------------------------------------------------

    def _set_key(self, key: str, value: Any) -> None:
        """A control was moved: go there, or back where that cannot be."""
        if self._quiet:
            return
        key = self.settings.base.key(key).short
        changes = {**self.settings.changes, key: value}
        if value == self.settings.base.value(key):
            del changes[key]
        self._change(changes=changes)
        with self._quietly():
            self._show_key(key)

    def _show_key(self, key: str) -> None:
        """Have the controls of a key, on the first screen and in a drawer, say what is so."""
        value = self.settings.scenarios[1].value(key)
        for name, other in self.dials.items():
            other.tooltip = hint(self.settings.scenarios[1], name, self.lang)
        if dial := self.dials.get(key):
            move(dial, value)
        box = self._boxes.get(key)
        if isinstance(box, widgets.SelectionSlider):
            move(box, value)
        elif box and value != math.inf:
            box.value = value

    def _open_drawer(self, place: int) -> None:
        self.drawers.selected_index = None if place == SHUT else place

    def _choose_sides(self) -> None:
        if not self._quiet:
            first, second = self.sides
            self._change(sides=(first.value, second.value), redraw=True)

    def _open_preset(self, name: str | None) -> None:
        if not self._quiet and name:
            self._open(Scenario.load(name))

    def _open(self, base: Scenario) -> None:
        """A product as it is, at its usual size; at that which a hand has chosen, if one has."""
        settings, now = self._first_settings(base), self.settings
        chosen = now.people != _usual_size(now.base)
        people = min(now.people, base.market.people) if chosen else settings.people
        if base == now.base:  # reset
            people = now.people
        self._go_to(replace(settings, people=people, same_luck=now.same_luck))

    def _change(self, redraw: bool = False, **news: Any) -> None:
        """Go to changed settings, or say in the panel why they cannot be."""
        if self._quiet:
            return
        wanted = replace(self.settings, **news)
        try:
            _ = wanted.scenarios
        except ScenarioError as error:
            self._complain(error.said(self.lang))
        else:
            self._go_to(wanted, redraw)

    def _go_to(self, settings: Settings, redraw: bool = True) -> None:
        self._history.append(self.settings)
        self.settings = settings
        self.trouble.value = ""
        self.buttons["undo"].disabled = False
        if redraw:
            self._show_settings()
        self._ask()  # last: what is known is answered at once, and then a hand may move again

    def _undo(self) -> None:
        if self._history:
            self.settings = self._history.pop()
            self.trouble.value = ""
            self._show_settings()
            self._ask()

    def _reset(self) -> None:
        self._open(self.settings.base)

    def _pin(self) -> None:
        """Keep the present result as marks in the picture, or let go of it."""
        self.pinned = None if self.pinned else self.answer
        self.buttons["pin"].description = self._word("unpin" if self.pinned else "pin")
        if self.answer:
            self._draw(self.answer, *self._caption)

    def _more(self) -> None:
        self._ask(self._asked + MORE_RUNS)

    def _stop(self) -> None:
        if self._answers.cancel():
            self._show_done()

    def _show_done(self) -> None:
        """Nothing is under way any more: say how many worlds of these settings are done."""
        ours = self.answer and self.answer.question.about is self.settings
        self._asked = self.answer.runs if self.answer and ours else 0
        self.done.value = self._word("worlds").format(runs=self._asked)
        self.progress.value = self.progress.max

    def _load(self, change: Any) -> None:
        """A scenario file from the visitor's own disk."""
        for upload in change["new"]:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / Path(upload["name"]).name
                write_bytes(path, bytes(upload["content"]))
                try:
                    self._open(Scenario.load(path))
                except ScenarioError as error:
                    self._complain(error.said(self.lang).replace(f"{folder}/", ""))
        if change["new"]:
            self.file.value = ()  # or the same file, loaded again, would be no news

    def _save(self) -> None:
        """Give the visitor the scenario on the screen, complete, as a file."""
        scenario = self.settings.scenarios[1]
        self.board.hand_over(f"{scenario.name}.toml", to_toml(scenario))

    # --- what is found ------------------------------------------------------------------------

    def _ask(self, runs: int = FIRST_RUNS) -> None:
        now = self.settings
        self._asked = runs
        self.progress.max = runs
        self.progress.value = 0
        self.done.value = self._word("running")
        seeds = worlds(1, runs)
        self._answers.ask(Question(now.scenarios, now.people, seeds, now.same_luck, now))

    def wait(self, seconds: float = 60.0) -> bool:
        """Until everything asked for is answered; for notebooks that go on with the result."""
        return self._answers.wait(seconds)

    def _show_answer(self, answer: Answer) -> None:
        """An answer has come, from the worker's thread."""
        about: Settings = answer.question.about
        first, second = sides = tuple(
            strategy_title(about.base, name, self.lang) for name in about.sides
        )
        names = (f"{self._word('first')}: {first}", f"{self._word('second')}: {second}")
        words = findings.sentence(answer, sides, about.changes, about.base.money, self.lang)
        self.answer = answer
        self._caption = (names, words)
        self._draw(answer, *self._caption)
        self.progress.value = answer.runs
        self.done.value = self._word("worlds").format(runs=answer.runs)

    def _repeat(self) -> None:
        """Say again what stands, for a page that was not there yet when it was said."""
        self.board.send_state("shown")
        for widget in (self.sentence, self.table, self.progress, self.done, self.trouble):
            widget.send_state("value")

    def _draw(self, answer: Answer, names: tuple[str, str], words: str) -> None:
        self.board.show(answer, names, self.pinned, words)
        self.sentence.value = f'<p class="cjsim-words">{html.escape(words)}</p>'
        self.table.value = findings.table(answer, self.pinned, self.lang)

    def _complain(self, words: str) -> None:
        """What is wrong, in the panel; the picture stays."""
        safe = html.escape(words).replace("\n", "<br>")
        self.trouble.value = f'<div role="alert" class="cjsim-trouble">{safe}</div>'

    def _failed(self, words: str) -> None:
        """A run has failed, from the worker's thread."""
        self._complain(words)
        self._show_done()

    # --- in a notebook ------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Lab: {self.settings.base.name}, {' / '.join(self.settings.sides)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live box; a saved notebook keeps a line that says how to open it."""
        live: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        saved = f"<p>{html.escape(self._word('saved'))}</p>"
        return {**live, "text/plain": repr(self), "text/html": saved}
