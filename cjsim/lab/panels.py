"""A panel: sliders for the keys of a scenario, a picture, and a sentence that says what it shows.

    lab.panel(phone, "guide.accuracy")

Two strategies on the same people with the same luck: the one that the sliders change, and a
reference that stays as it is and is therefore run only once. Axes stay for a panel's life, and
dotted outlines show where things stood before the last move.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets as widgets
import pandas as pd

from cjsim import charts
from cjsim.charts import Picture
from cjsim.door import scenario_of, seed_of, whole
from cjsim.experiment.compare import Comparison, compare
from cjsim.experiment.idle import idle_of, sentences
from cjsim.lab.dials import hint, slider
from cjsim.lab.ghosts import Limits, add_ghosts, hold_axes
from cjsim.lab.keyboard import box_of_its_own
from cjsim.lab.packing import packed
from cjsim.labels import SPOKEN, language, text, unknown
from cjsim.labels.numbers import number, setting
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario, ScenarioError, to_toml

BOTH: dict[str, Callable[[Comparison, str], Picture]] = {
    "funnel": charts.funnel,
    "uplift": charts.uplift,
}
CHANGED: dict[str, Callable[[Run, str], Picture]] = {
    "journey_map": charts.journey_map,
    "occupancy": charts.occupancy,
    "retention": charts.retention,
    "step_matrix": charts.step_matrix,
    "waterfall": charts.waterfall,
}
LENGTHS = ("funnel", "waterfall")
"""Pictures of lengths, which may become longer than they are at the start."""
ROOM = 1.3
"""How much longer, before the axes have to grow."""
USUAL = 400
"""People of a panel when no number is given: an answer while the hand is still on the slider."""
SHOWS = (*BOTH, *CHANGED)
"""What a panel can draw, by name: both sides, or the side that the sliders change."""


def panel(
    scenario: Scenario | str | Path,
    *keys: str,
    show: str = "funnel",
    beside: str | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    people: int | None = None,
    seed: int = 1,
    lang: str = SPOKEN,
) -> Panel:
    """Sliders, a picture and a sentence: what do these keys change, on the same people?

    Parameters
    ----------
    scenario : product and market: a Scenario, a preset's name, or a path.
    keys : dotted keys, one slider each, e.g. "guide.accuracy" or "market.prior_trust". The strategy
        that they name is run; if they name none, the scenario's own.
    show : what is drawn, one of SHOWS: "funnel", "uplift", "occupancy", ...
    beside : the strategy to compare with; the scenario's own when not given.
    ranges : key -> (lowest, highest) of its slider, around its value, where the usual range does
        not suit.
    people : how many of the market are simulated; when not given 400, or all where they are fewer.
    seed : the world, as for `cjsim.simulate`.
    lang : "en", "ru", or what `cjsim.speak` has set.

    Returns the `Panel`. Raises ScenarioError for a key or strategy that does not exist, ValueError
    for a key that is not a number.

    >>> from cjsim import lab
    >>> lab.panel("phone", "guide.accuracy", people=50).words.split(". ")[1]
    'Deals: 66 against 57'
    """
    market = scenario_of(scenario)
    size = min(USUAL, market.market.people) if people is None else whole("people", people)
    return Panel(market, keys, show, beside, dict(ranges or {}), size, seed_of(seed), lang)


class _View(NamedTuple):
    """What a panel shows where its sliders stand."""

    scenario: Scenario
    comparison: Comparison
    picture: Picture
    words: str


class Panel:
    """What `panel` returns. Shows itself; a saved notebook keeps picture and sentence.

    Parameters
    ----------
    scenario, keys, show, beside, ranges, people, seed, lang : as `panel` takes
        them, with nothing left open but `beside`.

    `sliders` holds the slider of each key: setting its `.value` in code does what a hand does.
    `words` is the sentence, `picture` what is drawn, `comparison` what was run.

    >>> from cjsim import lab
    >>> panel = lab.panel("phone", "guide.accuracy", people=50)
    >>> panel.sliders["guide.accuracy"].value = 0.9
    >>> panel.words.partition(",")[0]
    'Guide (guide.accuracy = 0.9) against Pull'
    >>> panel.comparison.means().loc["first_deals"].to_dict()
    {'pull': 17.0, 'guide': 21.0}
    """

    def __init__(
        self,
        scenario: Scenario,
        keys: tuple[str, ...],
        show: str,
        beside: str | None,
        ranges: dict[str, tuple[float, float]],
        people: int,
        seed: int,
        lang: str,
    ) -> None:
        if not keys:
            raise ValueError("a panel needs a key for its slider, for example 'guide.accuracy'")
        if show not in SHOWS:
            raise unknown("figure of a panel", show, SHOWS)
        if astray := set(ranges) - set(keys):
            raise unknown("key with a range", min(astray), keys)
        own = _strategy_named(scenario, keys)
        self._lang = language(lang)
        self._show = show
        self._people = people
        self._seed = seed
        self._asked = {
            "scenario": to_toml(scenario.with_strategy(own)),
            "beside": beside or scenario.strategy, "keys": keys, "ranges": ranges, "show": show,
            "people": people,
        }  # fmt: skip
        self._changed = scenario.with_strategy(own)
        reference = scenario.with_strategy(beside or scenario.strategy)
        self._names = _side_names(reference, self._changed, lang)
        self.sliders = {key: slider(scenario, key, ranges.get(key)) for key in keys}
        self._last_good = self._settings()
        self._limits: list[Limits] = []
        self.picture: Picture
        self._reference = self._run(self._names[0], reference)
        self._canvas = widgets.HTML()
        self._sentence = widgets.HTML()
        self.box = box_of_its_own([*self.sliders.values(), self._canvas, self._sentence])
        self._answer()
        for dial in self.sliders.values():
            dial.observe(self._answer, names="value")

    def _settings(self) -> dict[str, float]:
        return {key: dial.value for key, dial in self.sliders.items()}

    def _run(self, name: str, scenario: Scenario) -> Comparison:
        return compare({name: scenario}, self._people, runs=1, seed=self._seed)

    def _answer(self, change: Any = None) -> None:
        """Run the strategy as the sliders stand; or say what is wrong, and keep the picture."""
        settings = self._settings()
        self._say(text("lab.running", self._lang))
        try:
            view = self._view(settings, None if change is None else self.picture)
        except ValueError as error:
            if change is None:  # at the start there is nothing to keep
                raise
            complaint = error.said(self._lang) if isinstance(error, ScenarioError) else str(error)
            last_settings = _settings_words(self._last_good, self._lang)
            picture_note = text("lab.still", self._lang).format(settings=last_settings)
            self._say(f"{complaint}{'' if complaint.endswith('?') else '.'} {picture_note}")
            return
        self.comparison, self.picture = view.comparison, view.picture
        self._last_good = settings
        self._canvas.value = view.picture._repr_html_()
        for key, dial in self.sliders.items():
            dial.tooltip = hint(view.scenario, key, self._lang)
        self._say(view.words)

    def at(self, settings: Mapping[str, float]) -> tuple[Picture, str]:
        """The picture and the sentence with some sliders elsewhere, all others where they stand.

        The panel itself stays as it is. A dotted outline shows where things stand in it.

        Parameters
        ----------
        settings : key of a slider -> its value.

        Raises ScenarioError where the scenario cannot be.

        >>> from cjsim import lab
        >>> panel = lab.panel("phone", "guide.accuracy", people=50)
        >>> panel.at({"guide.accuracy": 0.9})[1].partition(",")[0]
        'Guide (guide.accuracy = 0.9) against Pull'
        """
        view = self._view({**self._settings(), **settings}, self.picture)
        return view.picture, view.words

    def _view(self, settings: dict[str, float], last: Picture | None) -> _View:
        """What there is to see where the sliders stand so; `last` is what was there before."""
        scenario = self._changed.with_changes(settings)
        both = _joined_comparison(self._reference, self._run(self._names[1], scenario))
        picture = self._picture_of(both, scenario)
        room = ROOM if self._show in LENGTHS else 1.0
        self._limits = hold_axes(picture.figure, self._limits, room)
        moved = last is not None and add_ghosts(picture.figure, last.figure)
        ghosts = f" {text('lab.ghosts', self._lang)}" if moved else ""
        in_vain = sentences(idle_of([scenario], self.sliders), self._lang)
        words = self._finding(both, settings) + ghosts + in_vain
        return _View(scenario, both, picture, words)

    def _picture_of(self, both: Comparison, changed: Scenario) -> Picture:
        """The picture: of both sides, or of the changed one alone."""
        if self._show == "uplift":  # its bars are cut at the edge, which stays where it is
            edge = self._limits[0][0][1] if self._limits else 0.0
            return charts.uplift(both, self._lang, edge=edge)
        if self._show in BOTH:
            return BOTH[self._show](both, self._lang)
        return CHANGED[self._show](simulate(changed, self._people, seed=self._seed), self._lang)

    def _finding(self, both: Comparison, settings: Mapping[str, float]) -> str:
        """The sentence: deals, first deals and loyalty of both, and how far to trust it."""
        means = both.means()
        means.loc["deals"] = means.loc["first_deals"] + means.loc["repeat_deals"]
        reference, changed = (means[name] for name in self._names)
        counts = {
            f"{measure}_{side}": number(numbers[measure], self._lang)
            for measure in ("deals", "reached_first_deal", "reached_loyalty")
            for side, numbers in (("here", changed), ("there", reference))
        }
        first, second = (both.named(name, self._lang) for name in self._names)
        return text("lab.finding", self._lang).format(
            people=number(self._people, self._lang),
            settings=_settings_words(settings, self._lang),
            here=second, there=first, **counts,
        )  # fmt: skip

    def _say(self, words: str) -> None:
        self.words = words
        self._sentence.value = f"<p>{html.escape(words)}</p>"

    def __repr__(self) -> str:
        return f"<Panel: {self.words}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live box, and for a saved notebook the picture and the sentence as they stand."""
        stands = f"{self._canvas.value}{self._sentence.value}"
        saved = f'<div data-panel="{packed(self._asked)}">{stands}</div>'
        live: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": saved}


def _joined_comparison(a: Comparison, b: Comparison) -> Comparison:
    """Two comparisons on the same people as one."""
    return Comparison(
        {**a.scenarios, **b.scenarios}, a.people, a.seeds,
        pd.concat([a.runs, b.runs]), pd.concat([a.funnels, b.funnels]), {**a.won, **b.won},
    )  # fmt: skip


def _side_names(reference: Scenario, changed: Scenario, lang: str) -> tuple[str, str]:
    """Names of the two sides: their strategies, or before and after if it is one strategy."""
    if reference.strategy != changed.strategy:
        return reference.strategy, changed.strategy
    return text("lab.before", lang), text("lab.after", lang)


def _settings_words(settings: Mapping[str, float], lang: str) -> str:
    values = {key: setting(value, lang, typed=True) for key, value in settings.items()}
    return ", ".join(f"{key} = {value}" for key, value in values.items())


# --- sliders ------------------------------------------------------------------------------------


def _strategy_named(scenario: Scenario, keys: tuple[str, ...]) -> str:
    """The strategy that the keys are about; the scenario's own where they are about none."""
    paths = [scenario.key(key).path for key in keys]
    strategies = list(dict.fromkeys(str(path[1]) for path in paths if path[0] == "strategies"))
    if len(strategies) > 1:
        raise ValueError(f"a panel changes one strategy, not {' and '.join(strategies)}; make two")
    return strategies[0] if strategies else scenario.strategy
