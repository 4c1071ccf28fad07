"""What the keys of a scenario mean, and what its touchpoints are called, in each language.

English is said once, by the models of `cjsim.scenario` and the files in `presets`; another
language has a file `labels/keys.<lang>.toml`. What somebody has named themselves is left
as they named it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache

from cjsim.labels import SPOKEN, language, title, unknown
from cjsim.labels.keys import key_words
from cjsim.scenario.keys import docs
from cjsim.scenario.layers import PRESETS, presets
from cjsim.scenario.tables import ScenarioTables


def meaning(table: str, key: str, lang: str = SPOKEN) -> str:
    """What a key of a table means and its unit: "Length of the run [days]".

    A key that the language has no words for is told in English. Raises ValueError for a table or
    a key that is not known.
    """
    doc_of = {doc.key: doc for doc in docs(table, lang)}
    if key not in doc_of:
        raise unknown(f"key of {table}", key, doc_of)
    doc = doc_of[key]
    return f"{doc.text} [{doc.unit}]" if doc.unit else doc.text


def touchpoint_title(name: str, title: str, lang: str = SPOKEN) -> str:
    """A touchpoint's title; one that the library or a preset gave it is told in the language."""
    return _touchpoints(language(lang)).get((name, title), title)


def strategy_title(scenario: ScenarioTables, name: str, lang: str = SPOKEN) -> str:
    """What a strategy is called: by its title, else by the kit's word for it, else by its name."""
    strategy = scenario.strategies.get(name)
    return (strategy.title if strategy else "") or title(name, lang)


def named(name: str, scenarios: Mapping[str, ScenarioTables], lang: str = SPOKEN) -> str:
    """What one of several scenarios is called.

    One that is named after the strategy it runs bears the strategy's title. Where two would be
    called the same, each has its name behind.
    """
    words = {name: title(name, lang)}
    for other, scenario in scenarios.items():
        own = other == scenario.strategy
        words[other] = strategy_title(scenario, other, lang) if own else title(other, lang)
    alone = list(words.values()).count(words[name]) == 1
    return words[name] if alone else f"{words[name]} ({name})"


def scenario_title(title: str, lang: str = SPOKEN) -> str:
    """A scenario's title; that of a preset is told in the language."""
    words = key_words(language(lang)).get("presets", {})
    own = next(
        (name for name, preset_title in _preset_titles().items() if preset_title == title), None
    )
    return str(words.get(own, title))


@lru_cache
def _touchpoints(lang: str) -> Mapping[tuple[str, str], str]:
    """The words for a touchpoint of that name and that title in a file of the kit."""
    titles = {}
    for file, words in key_words(lang).get("titles", {}).items():
        source = PRESETS.joinpath(f"{file}.toml").read_text(encoding="utf-8")
        touchpoints = tomllib.loads(source)["touchpoints"]
        titles.update(
            {(name, touchpoints[name]["title"]): translation for name, translation in words.items()}
        )
    return titles


@lru_cache
def _preset_titles() -> Mapping[str, str]:
    return presets()
