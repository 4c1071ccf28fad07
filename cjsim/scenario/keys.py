"""The keys a scenario file may hold: what each allows in plain words, its unit, its source.

Everything here is read off the models of `tables`; nothing is written twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cjsim.labels import SPOKEN, language, unknown
from cjsim.labels.keys import key_words
from cjsim.labels.phrases import Phrase, phrase
from cjsim.labels.visible import ONE_LINE
from cjsim.scenario.tables import DATE, Change, ScenarioTables, Segment, StageKey, Uncertain

CHANGE_KEYS = tuple(name for name in Change.model_fields if name != "values")
"""The keys of a change itself; beside them it holds those that it changes."""
OF_A_FILE: Final = ("extends", "without_strategies")
"""What a file says of the files that it stands on; a scenario holds none of it."""

KeyPath = tuple[str | int, ...]
"""A dotted key in parts: ("market", "segments", 0, "share")."""


@dataclass(frozen=True)
class Key:
    """What may stand at one place of a scenario: a kind of value and its limits."""

    kind: Any
    limits: dict[str, Any] = field(default_factory=dict)
    path: KeyPath = ()

    @property
    def dotted(self) -> str:
        """Where it stands, in full: "strategies.guide.accuracy"."""
        return _dotted(self.path)

    @property
    def short(self) -> str:
        """Where it stands, as people write it: "guide.accuracy"."""
        of_a_strategy = self.path[:1] == ("strategies",) and len(self.path) > 1
        return _dotted(self.path[1:] if of_a_strategy else self.path)

    @property
    def is_table(self) -> bool:
        return get_origin(self.kind) is dict or _is_model(self.kind)

    @property
    def is_list(self) -> bool:
        return get_origin(self.kind) is tuple

    @property
    def is_number(self) -> bool:
        return self.kind in (int, float)

    @property
    def is_change(self) -> bool:
        return self.kind is Change

    @property
    def is_day_or_date(self) -> bool:
        return self.kind is Any

    @property
    def is_whole(self) -> bool:
        """Is it a number that must be whole?"""
        return self.kind is int or "whole" in self.limits

    @property
    def has_any_name(self) -> bool:
        """Is it a table whose keys are names that people give, or stages?"""
        return get_origin(self.kind) is dict

    @property
    def names(self) -> tuple[str, ...]:
        """The words this key chooses from, or the keys of this table if they are fixed."""
        if get_origin(self.kind) is Literal:
            return get_args(self.kind)
        if get_origin(self.kind) is dict:
            return _key(get_args(self.kind)[0]).names
        if self.is_change:
            return CHANGE_KEYS
        return tuple(self.kind.model_fields) if _is_model(self.kind) else ()

    def items(self) -> Iterator[tuple[str, Key]]:
        """The fixed keys of this table."""
        return ((name, key) for name in self.names if (key := self.item(name)))

    def item(self, part: str | int) -> Key | None:
        """The key one step further in, or None if there is no such key."""
        path = (*self.path, part)
        if self.is_change and part not in CHANGE_KEYS:
            changing = key_at(path_of(str(part)))
            return changing and replace(changing, path=path)
        if _is_model(self.kind):
            info = self.kind.model_fields.get(part)
            return None if info is None else _key(info.annotation, info.metadata, path)
        if get_origin(self.kind) is dict:
            return _key(get_args(self.kind)[1], path=path)
        return _key(get_args(self.kind)[0], path=path) if self.is_list else None


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _key(annotation: Any, marks: Iterable[Any] = (), path: KeyPath = ()) -> Key:
    """A type as it is annotated, taken apart into kind and limits."""
    marks = list(marks)
    if type(None) in get_args(annotation):  # a number that need not be said
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        marks += more
    limits: dict[str, Any] = {}
    for mark in marks:
        for part in mark.metadata if isinstance(mark, FieldInfo) else [mark]:
            for name in ("ge", "gt", "le", "lt", "max_length", "pattern", "allow_inf_nan", "whole"):
                if (limit := getattr(part, name, None)) is not None:
                    limits[name] = limit
    return Key(annotation, limits, path)


def key_at(path: KeyPath) -> Key | None:
    """The key at a dotted path of a scenario, or None if there is none."""
    key: Key | None = Key(ScenarioTables)
    for part in path:
        key = key.item(part) if key else None
    return key


def path_of(dotted: str) -> KeyPath:
    """A dotted key in parts, that of a strategy in full: "guide.accuracy" is a strategy's.

    No scenario is needed: a strategy may not bear the name of a table or of a key above them.
    """
    path = tuple(dotted.split("."))
    return path if path[0] in ScenarioTables.model_fields else ("strategies", *path)


def key_named(dotted: str) -> Key | None:
    """The key that a dotted name means in any scenario that has it, or None if none can."""
    return key_at(path_of(dotted))


def homes(word: str) -> list[str]:
    """The dotted keys that end in a word: `product.quality`, `rival.quality`.

    A key that stands above all tables has no dot.
    """
    if word in OF_A_FILE or word in (
        name for name, key in Key(ScenarioTables).items() if not key.is_table
    ):
        return [word]
    dotted_keys = []
    for name, key in Key(ScenarioTables).items():
        table = key if _is_model(key.kind) else key.item("")
        if key.is_table and table and word in table.names:
            dotted_keys.append(f"{name}.{word}" if table is key else f"{name}.<name>.{word}")
    return dotted_keys


# --- In words ---------------------------------------------------------------------------------


def allowed(key: Key) -> str:
    """What a key allows, in English whatever is spoken, to be read after "must be"."""
    return wanted(key).said("en")


def wanted(key: Key, finite: bool = False) -> Phrase:
    """What a key allows. `finite` says so of a number: somebody wrote inf or nan."""
    if key.is_table:
        if key.kind is Uncertain:
            return phrase("uncertain_form_or_table")
        value = key.item("") if get_origin(key.kind) is dict else None
        if value and value.kind is float:
            return phrase("table_of", number=_number(value, finite))
        return phrase("table")
    if get_origin(key.kind) is Literal:
        if set(key.names) <= set(get_args(StageKey)):
            return phrase("stage", names=key.names)
        *first, last = key.names
        return phrase("or", first=[name for name in first if name], last=last)
    if get_origin(key.kind) is tuple:
        items = phrase("tables" if _is_model(get_args(key.kind)[0]) else "names")
        most = key.limits.get("max_length")
        return phrase("at_most", items=items, most=most) if most else items
    if key.is_day_or_date:
        return phrase("day_or_date")
    if key.kind is str:
        if key.limits.get("pattern") == DATE:
            return phrase("date")
        if key.limits.get("pattern") == ONE_LINE:
            return phrase("text_of_one_line")
        return phrase("text_for_files" if "pattern" in key.limits else "text")
    return phrase("yes_no") if key.kind is bool else _number(key, finite)


def _number(key: Key, finite: bool) -> Phrase:
    """A number's limits: `a number from 0 to 1`, `a whole number of at least 1`."""
    if key.is_whole:
        number = phrase("whole")
    else:
        number = phrase("finite" if finite else "number")
    ends = {mark: key.limits[mark] for mark in LIMITS if mark in key.limits}
    limits = {mark: f"{end}" if type(end) is int else f"{end:g}" for mark, end in ends.items()}
    if limits:
        number = phrase(f"limits.{'_'.join(limits)}", number=number, **limits)
    return phrase("or_inf", number=number) if may_be_infinite(key) else number


LIMITS = ("ge", "gt", "le", "lt")
"""At least, above, at most, below: in the order in which labels name them."""


def may_be_infinite(key: Key) -> bool:
    return key.kind is float and "allow_inf_nan" not in key.limits


def fits(number: float, key: Key) -> bool:
    """Whether a number lies within a key's limits."""
    limits = key.limits
    if number == math.inf and may_be_infinite(key):
        return True
    return (
        limits.get("ge", -math.inf) <= number <= limits.get("le", math.inf)
        and limits.get("gt", -math.inf) < number < limits.get("lt", math.inf)
        and (not key.is_whole or number == int(number))
    )


class KeyDoc(NamedTuple):
    """One line of the reference: a key of a table, and what may stand there.

    Parameters
    ----------
    key, text : its name, and what it means.
    default : what holds where a file does not say it; None where it must, "" where nothing does.
    unit, range : its unit, and what it allows in words.
    source : where the default is from: a claim, a paper, or "ours".

    It is what `docs` returns a list of.

    >>> from cjsim.scenario import docs
    >>> price = docs("product")[0]
    >>> price.key, price.default, price.unit, price.range
    ('price', 100.0, 'money', 'a number of at least 0')
    >>> price.text
    'What a customer pays for one deal'
    """

    key: str
    default: Any  # None: must be given
    unit: str
    range: str
    source: str
    text: str


TABLES: dict[str, KeyPath] = {
    "scenario": (),
    **{name: (name,) for name, key in Key(ScenarioTables).items() if key.is_table},
    "market.segments": ("market", "segments"),
}
"""The tables `docs` knows: every table of a file; "scenario" is what stands above the tables."""


def docs(table: str, lang: str = SPOKEN) -> list[KeyDoc]:
    """The keys of a table, as `cjsim presets --keys` prints them.

    Parameters
    ----------
    table : one of `TABLES`, e.g. "market"; "scenario" for what stands above all tables.
    lang : the language of meaning, unit, range and source; not given, the one that is spoken.

    Returns a `KeyDoc` for each key, in the order of a file. Raises ValueError, with the nearest
    spelling, for another table.

    >>> from cjsim.scenario import docs
    >>> [line.key for line in docs("rival")]
    ['quality', 'quality_noise', 'price', 'taste_spread', 'retention', 'competition']
    >>> docs("rival", "ru")[0].range
    'число от 0 до 1'
    """
    lang = language(lang)
    if table not in TABLES:
        raise unknown("table", table, TABLES)
    key = key_at(TABLES[table])
    while key and not _is_model(key.kind):  # "stages" is a table of tables
        key = key.item(0)
    lines = []
    for name, info in (key.kind.model_fields if key else {}).items():
        inner = _key(info.annotation, info.metadata)
        if table != "scenario" or not inner.is_table:
            lines.append(_translated(table, _doc(name, inner, info, lang), lang))
    return lines


def _doc(name: str, key: Key, info: FieldInfo, lang: str) -> KeyDoc:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    unit = str(extra.get("unit", ""))
    source = str(extra.get("source", ""))
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    if default is None and not info.is_required():
        default = ""  # not said
    text = (info.description or "").removesuffix(f" [{unit}]")
    return KeyDoc(name, default, unit, wanted(key).said(lang), source, text)


def _translated(table: str, doc: KeyDoc, lang: str) -> KeyDoc:
    """The line with meaning, unit and source in a language.

    One that the language has no words for stays in English, its unit too.
    """
    words = key_words(lang)
    if doc.key not in words.get(table, {}):
        return doc
    source = doc.source
    for english, own in words["source"].items():
        source = source.replace(english, own)
    unit = words["unit"].get(doc.unit, doc.unit)
    return doc._replace(text=words[table][doc.key], unit=unit, source=source)


# --- For editors ------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of a scenario *file*: like a scenario, but nothing is required.

    Returns plain data, for an editor that completes and checks TOML by it.

    >>> from cjsim.scenario import json_schema
    >>> schema = json_schema()
    >>> schema["title"], list(schema["properties"])[:3]
    ('cjsim scenario file', ['extends', 'without_strategies', 'name'])
    """
    schema = ScenarioTables.model_json_schema()
    _loosen(schema)
    schema["title"] = "cjsim scenario file"
    extends = {
        "type": "string",
        "description": "What this file starts from: a preset's name or a path relative to this "
        'file. "" = nothing at all, not even the touchpoint library',
    }
    without = {
        "type": "array",
        "items": {"type": "string"},
        "description": "Strategies of the files below that this one does without",
    }
    own = dict(zip(OF_A_FILE, (extends, without), strict=True))
    schema["properties"] = {**own, **schema["properties"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _loosen(node: dict[str, Any]) -> None:
    """What a scenario must have, a file may leave out. Only lists are never merged."""
    if node.get("title") != Segment.__name__:
        node.pop("required", None)
    if isinstance(node.get("default"), float) and math.isinf(node["default"]):
        del node["default"]  # JSON has no word for it
    stages = node.get("propertyNames", {}).get("enum")
    if stages:  # editors complete what stands under "properties"
        del node["propertyNames"]
        node["properties"] = dict.fromkeys(stages, node["additionalProperties"])
        node["additionalProperties"] = False
    inner = [node.get("items"), node.get("additionalProperties")]
    for tables in ("properties", "patternProperties", "$defs"):
        inner += node.get(tables, {}).values()
    for part in inner:
        if isinstance(part, dict):
            _loosen(part)
