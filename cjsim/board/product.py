"""All that a front end has to know of one product: its dials, its strategies, the words for them.

`product_of` gives plain JSON in both languages: one file serves both, and the JavaScript of the
board holds no words and no rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cjsim.board.ranges import MOST, usual_range, usual_step
from cjsim.colours import AS_WORDS, IN_THE_DARK, colours_of
from cjsim.experiment.idle import Idle, idle
from cjsim.experiment.intervals import LEANS_FROM, t_quantile
from cjsim.journey import DAYS_A_YEAR, FROM_THE_DEAL_ON, STAGES, TWELVE
from cjsim.labels import LANGUAGES, all_keys, find, text
from cjsim.labels.numbers import decimals
from cjsim.model.events import Event
from cjsim.model.population import ADOPTERS, MOTIVES
from cjsim.scenario import Scenario, to_toml
from cjsim.scenario.words import meaning, scenario_title, strategy_title, touchpoint_title

NUMBERS: Final = (
    "car", "consulting", "corporate_it", "flat", "forex", "manicure", "phone", "school",
    "subscription", "yogurt", "cheese", "beer",
)  # fmt: skip
"""Presets by their numbers in a short code, in the order in which they came.

A new one stands last: codes that somebody has keep their meaning. At most 32.
"""
SIDE_DIALS: Final = ("accuracy", "every_days", "min_fit")
"""Keys of a strategy's table: each side has its own."""
FIRST: Final = (
    "accuracy", "every_days", "response.irritation_harm", "product.price", "product.quality",
)  # fmt: skip
"""The dials of the first screen."""
MORE: Final = (
    "min_fit", "response.warmth_gain", "rival.quality", "rival.competition", "firm.reps",
    "experience.gate_threshold", "curiosity.novelty",
)  # fmt: skip
"""Those behind "more"."""
SIZES: Final = (500, 2_000, 10_000)
"""How many people may be asked for, beside the whole market."""
WORLDS: Final = (5, 20, 50)
BARS: Final = ("margin", "contact_cost", "touchpoint_cost", "rep_cost", "discounting", "profit")
"""Of the waterfall, those from the margin on; all but the first and the last go out."""
TRIES: Final[tuple[dict[str, Any], ...]] = (
    {"id": "blind", "measure": "churn", "side": {"accuracy": 0.0}, "dials": {}},
    {"id": "pester", "measure": "profit", "side": {"every_days": 5.0}, "dials": {}},
    {"id": "calm", "measure": "profit", "side": {}, "dials": {"response.irritation_harm": 0.0}},
)
"""What the first screen proposes: a guess about one measure, then the change.

`side` is for the first side whose dials can be turned.
"""
TOLD_EVENTS: Final = ("start", "enter", "contact", "first_deal", "repeat_deal")
"""The rows of a life that are drawn."""


def listed(name: str) -> dict[str, Any]:
    """A preset as a line of the list of products; `product_of` says the same of it."""
    title = {lang: text(f"preset.{name}", lang) for lang in LANGUAGES}
    return {"name": name, "number": NUMBERS.index(name), "title": title}


def product_of(
    scenario: Scenario,
    dials: Sequence[str] = (*FIRST, *MORE),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    people: int | None = None,
    sides: Sequence[str] = (),
    moved: int | None = None,
    steps: int | None = None,
) -> dict[str, Any]:
    """What a front end needs to know of a scenario, as JSON.

    Parameters
    ----------
    scenario : a product with its market and its strategies.
    dials : the keys that can be turned, as for `dial_of`.
    ranges : dial -> (lowest, highest), where the usual range does not suit.
    people : how many there are at first; the usual number when not given.
    sides : the strategies that are beside one another at first; the usual ones when not given.
    moved : the place of the only side that the dials turn, those of the market too; when not given
        a dial of the market turns it for all sides. Then sides and people stay as they are.
    steps : how many a dial has, about, where fewer than usual are wanted.

    Returns a dictionary of plain values. `number` is that of a preset, -1 for a scenario that
    is none or differs from its preset.
    """
    is_preset = scenario.name in NUMBERS and scenario == Scenario.load(scenario.name)
    return {
        "name": scenario.name,
        "number": NUMBERS.index(scenario.name) if is_preset else -1,
        "title": _in_each(lambda lang: _title(scenario, lang)),
        "people": _sizes(scenario.market.people, people, moved is None),
        "worlds": list(WORLDS),
        "years": scenario.horizon_days / DAYS_A_YEAR,
        "days": scenario.horizon_days,
        "currency": scenario.money,
        "strategies": _strategies(scenario),
        "sides": list(sides or _first_sides(scenario)),
        "dials": [
            dial_of(scenario, dial, (ranges or {}).get(dial), moved is not None, steps)
            for dial in dials
        ],
        "moved": moved,
        "stages": [
            {"number": int(stage), "title": _label(f"stage.{stage.key}.label")} for stage in TWELVE
        ],
        "places": [_label(f"stage.{stage.key}.label") for stage in STAGES],
        "ours": [int(stage) for stage in FROM_THE_DEAL_ON],
        "touchpoints": [
            _in_each(lambda lang, n=name, t=t: touchpoint_title(n, t.title, lang))
            for name, t in scenario.touchpoints.items()
        ],
        "events": {name: int(Event[name.upper()]) for name in TOLD_EVENTS},
        "bars": list(BARS),
        "tries": list(TRIES),
        "t95": {str(n): t_quantile(0.95, n) for n in range(2, 51)},
        "leans_from": LEANS_FROM,
        "toml": to_toml(scenario),
        "words": {lang: words(lang) for lang in LANGUAGES},
    }  # fmt: skip


def _sizes(market: int, people: int | None, may_choose: bool) -> dict[str, Any]:
    """How many people there are at first, and how many may be asked for."""
    usual = min(SIZES[1], market) if people is None else people
    others = {n for n in SIZES if n <= market} | {market} if may_choose else set()
    return {"usual": usual, "market": market, "choices": sorted(others | {usual})}


def words(lang: str) -> dict[str, str]:
    """The words of the board in one language, by their keys without `board.`."""
    known = {key[6:]: text(key, lang) for key in all_keys(lang) if key.startswith("board.")}
    plural = {key: text(key, lang) for key in all_keys(lang) if key.startswith("plural.")}
    motives = {f"motive.{i}": text(f"motive.{name}", lang) for i, name in enumerate(MOTIVES)}
    adopters = {f"adopter.{i}": text(f"adopter.{name}", lang) for i, name in enumerate(ADOPTERS)}
    return {**known, **plural, **motives, **adopters}


def dial_of(
    scenario: Scenario,
    dial: str,
    ends: tuple[float, float] | None = None,
    each_its_own: bool = False,
    steps: int | None = None,
) -> dict[str, Any]:
    """One dial: its ends, its step, where it stands, and for whom it cannot act.

    Parameters
    ----------
    dial : a key of a strategy's table ("accuracy") or a full key ("product.price").
    ends : lowest and highest value; the usual ones when not given.
    each_its_own : whether a side may have its own value of whatever key it is.
    steps : about how many it has; the usual number when not given.
    """
    known = dial in (*FIRST, *MORE)
    title, unit = (
        (_label(f"board.dial.{dial.replace('.', '_')}"), _unit(scenario, dial))
        if known
        else _meant(scenario, dial)
    )
    side = dial in SIDE_DIALS or each_its_own
    keys = keys_of_dial(scenario, dial)
    usual = {name: float(scenario.value(key)) for name, key in keys.items()}
    value = _telling(scenario, usual) if dial in SIDE_DIALS else float(scenario.value(dial))
    key = next(iter(keys.values()))
    low, high, step = _ends(scenario, key, value, ends)
    if steps is not None and not scenario.key(key).is_whole:
        step = usual_step(low, high, low, steps)
    return {
        "id": dial,
        "number": (*FIRST, *MORE).index(dial) if known else -1,
        "side": side,
        "title": title,
        "unit": unit,
        "low": low,
        "high": high,
        "step": step,
        "digits": max(decimals(step), decimals(low)),
        "whole": bool(scenario.key(key).is_whole),
        "usual": {name: _plain(v) for name, v in usual.items()} if side else _plain(value),
        "first": each_its_own or dial not in MORE,  # a panel has no button for more
        "off": dict(_off(scenario, keys)),
    }


def keys_of_dial(scenario: Scenario, dial: str) -> dict[str, str]:
    """Strategy -> the key in full that a dial turns under it."""
    own = dial in SIDE_DIALS
    return {name: f"strategies.{name}.{dial}" if own else dial for name in scenario.strategies}


def _title(scenario: Scenario, lang: str) -> str:
    """A preset in a word; another scenario by its title or name."""
    own = scenario_title(scenario.title, lang) or scenario.name
    return find(f"preset.{scenario.name}", lang) or own


def _strategies(scenario: Scenario) -> list[dict[str, Any]]:
    colours = colours_of(scenario.strategies)
    return [
        {
            "name": name,
            "title": _in_each(lambda lang, n=name: strategy_title(scenario, n, lang)),
            "line": _label("board.line.nothing" if name == "nothing" else f"board.line.{s.push}"),
            "colours": _shades(colours[name]),
            "pattern": _pattern(name, s.push),
        }
        for name, s in scenario.strategies.items()
    ]


def _shades(colour: str) -> dict[str, str]:
    """A strategy's colour for marks and for words, on light and on dark ground."""
    light, dark = AS_WORDS[colour]
    return {"light": colour, "dark": IN_THE_DARK[colour], "text_light": light, "text_dark": dark}


def _pattern(name: str, push: str) -> str:
    """What tells a strategy's bars apart beside their colour."""
    if name == "nothing":
        return "hollow"
    return {"none": "solid", "guide": "stripes", "animator": "dots"}[push]


def _first_sides(scenario: Scenario) -> tuple[str, str]:
    """A product as it is: pull beside its own strategy, beside the guide if that is pull."""
    names = list(scenario.strategies)
    first = "pull" if "pull" in names else names[0]
    others = [name for name in names if name != first] or [first]
    return first, next((n for n in (scenario.strategy, "guide") if n in others), others[0])


def _telling(scenario: Scenario, usual: dict[str, float]) -> float:
    """The value by which a side's dial is scaled: that of a strategy that pushes."""
    pushing = [name for name, s in scenario.strategies.items() if s.push != "none"]
    return next((usual[name] for name in pushing), next(iter(usual.values())))


def _meant(scenario: Scenario, key: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a key means, and its unit; a touchpoint's strength bears the touchpoint's title."""
    table, _, name = key.rpartition(".")
    if table.startswith("strategies.") and table.endswith(".touchpoints"):
        title = scenario.touchpoints[name].title
        return _in_each(lambda lang: touchpoint_title(name, title, lang)), _in_each(lambda _: "")
    meant = _in_each(lambda lang: meaning(table.partition(".")[0], name, lang))
    titles = {lang: words.partition(" [")[0] for lang, words in meant.items()}
    return titles, {lang: words.partition(" [")[2].rstrip("]") for lang, words in meant.items()}


def _ends(
    scenario: Scenario, key: str, value: float, ends: tuple[float, float] | None = None
) -> tuple[float, float, float]:
    """Lowest and highest value of a dial and its step; the last step of an endless one is inf."""
    whole = bool(scenario.key(key).is_whole)
    if ends is not None:
        return *ends, 1.0 if whole else usual_step(*ends, ends[0])  # a hand finds the value near it
    if not math.isfinite(value):
        return 0.0, MOST + 1.0, 1.0
    if key == "product.price" and value > 0:
        return value / 2, 2 * value, usual_step(value / 2, 2 * value, value)
    low, high = usual_range(scenario, key, int(value) if whole else value)
    low = max(low, 0.0) if value >= 0 else low
    return float(low), float(high), 1.0 if whole else usual_step(low, high, value)


def _plain(value: float) -> float | str:
    """JSON knows no infinity."""
    return value if math.isfinite(value) else "inf"


def _unit(scenario: Scenario, dial: str) -> dict[str, str]:
    if dial == "product.price":
        return dict.fromkeys(LANGUAGES, scenario.money)
    return _label(f"board.unit.{dial.replace('.', '_')}")


def _off(scenario: Scenario, keys: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The strategies under which a dial cannot act, and why, in each language."""
    for name, key in keys.items():
        note = idle(scenario.with_strategy(name), key)
        if note and not note.money:
            yield name, _in_each(lambda lang, n=name, note=note: _why(n, note, lang))


def _why(name: str, note: Idle, lang: str) -> str:
    """The reason as a line of its own beside the side's letter, if the board has one."""
    kind = "nothing_runs" if name == "nothing" and note.why == "no_push" else note.why
    own = find(f"board.off.{kind}", lang)
    if own is None:
        return note.reason(lang)[:1].upper() + note.reason(lang)[1:]
    return own


def _label(key: str) -> dict[str, str]:
    return {lang: text(key, lang) for lang in LANGUAGES}


def _in_each(say: Any) -> dict[str, str]:
    return {lang: say(lang) for lang in LANGUAGES}
