"""What a scenario file may say, how files build on one another, and what is told of mistakes."""

import json
import math
import os
import pickle
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any, get_args

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjsim import files, speak
from cjsim.journey import IN_THE_CATEGORY, STAGES, TWELVE
from cjsim.labels import LANGUAGES, all_keys, phrases, text
from cjsim.labels.phrases import Phrase, in_words
from cjsim.scenario import (
    MAY_WALK_AWAY,
    Market,
    Product,
    Scenario,
    ScenarioError,
    Segment,
    StageKey,
    StagePlan,
    Strategy,
    Touchpoint,
    digest,
    json_schema,
    layers,
    new_file_text,
    preset_text,
    presets,
    to_toml,
)
from cjsim.scenario.keys import TABLES, Key, allowed, docs, fits, key_at, wanted
from cjsim.scenario.mistakes import Problem
from cjsim.scenario.tables import TwelveKey
from tests.often import often

load = Scenario.load
change = Scenario.with_changes
diff = Scenario.diff
write = Scenario.save

BAD = Path(__file__).with_name("bad_scenarios")
SMALL = BAD / "small_base.toml"
JARGON = ("Input should", "validation error", "valid integer", "float_type", "pydantic", "dict")


@pytest.fixture
def small() -> Scenario:
    """One pull touchpoint, two push ones, the strategies pull and guide."""
    return load(SMALL)


@pytest.fixture
def file(tmp_path):
    """A function that writes a scenario file and gives its path."""

    def written(text: str, name: str = "my.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def loaded(text: str) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "my.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return load(path)


def told(call, *arguments) -> list[str]:
    """The problems that a call reports, one line each."""
    with pytest.raises(ScenarioError) as caught:
        call(*arguments)
    return [str(problem) for problem in caught.value.problems]


# --- The model ----------------------------------------------------------------------------------


def test_the_stage_keys_are_the_stages_of_the_journey():
    assert list(get_args(StageKey)) == [stage.key for stage in IN_THE_CATEGORY]
    assert list(get_args(TwelveKey)) == [stage.key for stage in TWELVE]


def test_tab_offers_the_keys_and_our_own_methods_only(small):
    fields = set(Scenario.model_fields)
    methods = {
        "diff", "key", "load", "running", "running_touchpoints", "save", "says", "stage_plan",
        "value", "with_changes", "with_strategy",
    }  # fmt: skip
    assert set(dir(small)) == fields | methods
    assert set(dir(small.product)) == set(Product.model_fields)
    assert set(dir(small.touchpoints["site"])) == {*Touchpoint.model_fields, "fit_at"}
    assert small.model_copy() == small  # what is not offered is there


def test_a_stage_is_asked_for_its_plan_and_a_touchpoint_for_its_fit(small):
    for stage in STAGES:
        assert small.touchpoints["site"].fit_at(stage) == {2: 0.5, 4: 1.0}.get(stage, 0.0)
    for stage in TWELVE:
        assert small.stage_plan(stage) is small.stage_plan(int(stage)) is small.stages[stage.key]
    with pytest.raises(ValueError, match="unknown stage with a plan: 'dormant'"):
        small.stage_plan(14)


def test_a_scenario_that_says_nothing_is_a_scenario():
    assert loaded('extends = ""') == Scenario()
    assert Scenario().running == Strategy()


def test_stages_that_are_not_named_keep_their_defaults():
    scenario = Scenario(stages={"study": StagePlan(typical_days=3)})
    assert list(scenario.stages) == [stage.key for stage in TWELVE]
    assert scenario.stages["study"].typical_days == 3
    assert scenario.stages["action"] == StagePlan()


def test_a_scenario_built_in_python_is_checked_like_a_file():
    twins = (Segment(name="young"), Segment(name="young"))
    with pytest.raises(ValueError, match="no such touchpoint") as caught:
        Scenario(
            strategies={"pull": Strategy(touchpoints={"site": 1})}, market=Market(segments=twins)
        )
    assert "strategies.pull.touchpoints.site = 1.0: there is no such touchpoint" in str(
        caught.value
    )
    assert 'market.segments.1.name = "young": another segment has this name' in str(caught.value)


@pytest.mark.parametrize("wrong", ["5", True, math.nan, math.inf, None, [5]])
def test_a_number_is_a_finite_number_and_nothing_else(wrong):
    with pytest.raises(ValueError, match="price"):
        Product(price=wrong)


def test_an_int_may_stand_for_any_number():
    assert Product(price=5) == Product(price=5.0)
    assert isinstance(Product(price=5).price, float)


def test_infinity_is_allowed_only_where_it_means_something():
    numbers = {
        f"{table}.{line.key}": line
        for table in TABLES
        for line in docs(table)
        if isinstance(line.default, int | float) and not isinstance(line.default, bool)
    }
    infinite = [key for key, line in numbers.items() if line.range.endswith("or inf")]
    assert infinite == [
        "stages.regularity", "market.stay_years", "firm.reps", "shelf.stocked_days",
        "touchpoints.fade_half_life_hours", "strategies.budget",
    ]  # fmt: skip
    assert StagePlan(regularity=math.inf).regularity == math.inf
    with pytest.raises(ValueError, match="typical_days"):
        StagePlan(typical_days=math.inf)


# --- Files that build on one another ------------------------------------------------------------


@pytest.mark.parametrize("name", presets())
def test_a_preset_loads_by_its_name_and_has_a_title(name):
    assert load(name).name == name
    assert presets()[name] == load(name).title != ""
    assert "[strategies." in preset_text(name)


@pytest.mark.parametrize("name", presets())
def test_every_strategy_of_a_preset_can_be_chosen(name):
    for strategy in load(name).strategies:
        assert load(name, strategy=strategy).running == load(name).strategies[strategy]


@pytest.mark.parametrize("name", presets())
def test_three_lines_on_top_of_a_preset_change_three_keys_and_the_rivals_price(name):
    mine = loaded(f'extends = "{name}"\nname = "mine"\nproduct.price = 7777\nmarket.people = 3\n')
    preset = load(name)
    assert diff(preset, mine) == {
        "name": (preset.name, "mine"),
        "product.price": (preset.product.price, 7777.0),
        "market.people": (preset.market.people, 3),
        "rival.price": (preset.product.price, 7777.0),  # not said: what the file asks
    }


def test_the_library_itself_is_no_preset():
    assert "touchpoints" not in presets()
    assert load(SMALL).touchpoints.keys() == {"site", "mail", "call"}
    assert "webinar" in loaded('name = "bare"').touchpoints


def test_a_touchpoint_joins_a_strategy_in_one_line(file, small):
    path = file(f"extends = '{SMALL}'\nstrategies.pull.touchpoints.mail = 0.5")
    assert load(path).strategies["pull"].touchpoints == {"site": 1, "mail": 0.5}
    assert load(path).strategies["guide"] == small.strategies["guide"]


def test_fits_merge_by_stage_and_lists_replace(file):
    file(
        f"extends = '{SMALL}'\nmarket.segments = [{{ name = 'a' }}, {{ name = 'b' }}]\n"
        "strategies.guide.programme = ['mail', 'call']",
        "base.toml",
    )
    path = file(
        "extends = 'base.toml'\nmarket.segments = [{ name = 'c' }]\n"
        "strategies.guide.programme = ['call']\ntouchpoints.site.fit.desire = 0.2"
    )
    mine = load(path)
    assert mine.touchpoints["site"].fit == {"interest": 0.5, "study": 1, "desire": 0.2}
    assert [segment.name for segment in mine.market.segments] == ["c"]
    assert mine.strategies["guide"].programme == ("call",)


def test_the_nearest_file_has_the_last_word_and_paths_are_relative_to_the_file(tmp_path, file):
    (tmp_path / "products").mkdir()
    file(f"extends = '{SMALL}'\nproduct.price = 1\nproduct.quality = 0.1", "base.toml")
    file("extends = '../base.toml'\nproduct.price = 2", "products/line.toml")
    path = file("extends = 'products/line.toml'\nmoney = 'RUB'")
    mine = load(path)
    assert (mine.product.price, mine.product.quality, mine.money) == (2, 0.1, "RUB")


def test_a_file_does_without_strategies_of_the_files_below_and_may_write_them_anew(file):
    own = "[strategies.calls]\ntouchpoints.site = 2\n[strategies.pull]\ntouchpoints.site = 3\n"
    head = f"extends = '{SMALL}'\nstrategy = 'calls'\nwithout_strategies = ['guide', 'pull']\n"
    mine = load(file(head + own, "base.toml"))
    assert {name: one.touchpoints for name, one in mine.strategies.items()} == {
        "calls": {"site": 2}, "pull": {"site": 3},
    }  # fmt: skip
    assert load(SMALL).strategies["pull"].touchpoints == {"site": 1}
    top = "extends = 'base.toml'\nwithout_strategies = ['pull']\nstrategies.last.push = 'none'\n"
    assert list(load(file(top)).strategies) == ["calls", "last"]
    assert load(mine.save(file("", "whole.toml"))) == mine


def test_what_is_left_out_below_is_no_name_to_misspell(file):
    """`guid` would be told as a slip for `guide`, were that one there."""
    head = f"extends = '{SMALL}'\nwithout_strategies = ['guide']\n"
    assert list(load(file(f"{head}strategies.guid.push = 'none'")).strategies) == ["pull", "guid"]


def test_the_strategy_asked_for_may_not_be_left_out(file):
    path = file(f"extends = '{SMALL}'\nwithout_strategies = ['guide']")
    assert load(path).strategy == "pull"
    assert told(lambda: load(path, "guide")) == [
        f'{path}, line 2: strategy = "guide": it runs, and this file leaves it out; '
        "strategies that could run: pull"
    ]


def test_a_circle_of_files_is_told(file):
    file("extends = 'b.toml'", "a.toml")
    path = file("\nextends = 'a.toml'", "b.toml")
    (line,) = told(load, path)
    folder = f"{path.parent}{os.sep}"
    assert line.replace(folder, "") == (
        'a.toml, line 1: extends = "b.toml": goes round in a circle: b.toml -> a.toml -> b.toml'
    )


def test_a_file_saved_by_notepad_loads_and_one_in_an_old_encoding_is_told(tmp_path):
    path = tmp_path / "my.toml"
    path.write_bytes('\ufeffextends = ""\r\nname = "мой"\r\n'.encode())
    assert load(path).name == "мой"
    path.write_bytes('name = "мой"'.encode("cp1251"))
    assert told(load, path) == [
        f"{path}: this is not UTF-8 text; save the file with the encoding UTF-8"
    ]


# --- What is told of mistakes -------------------------------------------------------------------


def expected(path: Path) -> list[str]:
    """The lines of a bad example that begin with #: hold what is said of it."""
    rows = path.read_text(encoding="utf-8").splitlines()
    lines = [row.removeprefix("#: ") for row in rows if row.startswith("#: ")]
    return [line.replace("{presets}", ", ".join(presets())) for line in lines]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bad_file_is_told_all_its_mistakes_at_once(path, monkeypatch):
    monkeypatch.chdir(BAD)
    if path == SMALL:
        assert load(path.name).name == "small"
        return
    assert told(load, path.name) == [f"{path.name}, {line}" for line in expected(path)]


def test_five_mistakes_are_five_lines_under_a_count(monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        load("five_mistakes.toml")
    head, *lines = str(caught.value).splitlines()
    assert head == "5 problems:"
    assert lines == [
        f"  five_mistakes.toml, {line}" for line in expected(BAD / "five_mistakes.toml")
    ]


def test_a_mistake_is_told_of_the_file_that_makes_it(file):
    base = file("extends = ''\n\n[market]\npeople = 0\n", "base.toml")
    path = file("extends = 'base.toml'\n[market]\npain_share = 25\n")
    assert told(load, path) == [
        f"{base}, line 4: market.people = 0: must be a whole number from 1 to 100000000",
        f"{path}, line 3: market.pain_share = 25: must be a number from 0 to 1; did you mean 0.25?",
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("45", "0.45"), ("10", "0.1"), ("'2 %'", "0.02"), ("'2\u00a0%'", "0.02"), ("'150%'", None),
        ("2", None), ("2.0", None), ("5", None), ("9.9", None), ("101", None), ("-0.1", None),
        ("'0,3'", "0.3"),
    ],
)  # fmt: skip
def test_a_share_is_taken_for_per_cent_only_where_it_looks_like_it(file, typed, meant):
    (line,) = told(load, file(f"extends = 'phone'\n[market]\npain_share = {typed}\n"))
    assert line.partition("; did you mean ")[2] == (f"{meant}?" if meant else "")


def test_a_file_that_is_no_scenario_is_told_as_such(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crm.csv").write_text("client;date\n", encoding="utf-8")
    (line,) = told(load, "crm.csv")
    assert line.startswith("crm.csv: a scenario file ends in .toml; presets: ")


def test_a_misspelt_preset_file_or_strategy_brings_the_nearest_spelling(tmp_path, monkeypatch):
    monkeypatch.chdir(BAD)
    known = f"presets: {', '.join(presets())}"
    assert told(load, "phnoe") == [f"phnoe: there is no such preset; {known}; did you mean phone?"]
    assert told(load, "small_base") == [
        f"small_base: there is no such preset; {known}; did you mean small_base.toml?"
    ]
    assert told(load, "smal_base.toml") == [
        f"smal_base.toml: there is no such file; {known}; did you mean small_base.toml?"
    ]
    assert told(load, Path("phone.toml")) == [
        f"phone.toml: there is no such file; {known}; did you mean phone?"
    ]
    assert told(load, "small_base.toml", "gide") == [
        'small_base.toml: strategy = "gide": there is no such strategy; '
        "strategies: pull, guide; did you mean guide?"
    ]
    with pytest.raises(ScenarioError, match="did you mean phone"):
        preset_text("phnoe")
    with pytest.raises(ScenarioError, match="did you mean phone"):
        new_file_text("phnoe")


def test_an_error_survives_the_way_between_processes():
    with pytest.raises(ScenarioError) as caught:
        load("phnoe")
    twin = pickle.loads(pickle.dumps(caught.value))
    assert str(twin) == str(caught.value)
    assert twin.problems == caught.value.problems


NO_TOML = [
    ('a = "C:\\my"', "a \\ in text is written \\\\", "знак \\ в тексте пишется как \\\\"),
    ("a == 5", "one = is enough", "хватит одного ="),
    ("a = 0,5", "a decimal takes a point, 0.5", "дробь пишется через точку, 0.5"),
    ("a = 10 000", "a number has no spaces, 1000 or 1_000",
     "число пишется без пробелов, 1000 или 1_000"),
    ("a = 05", "a number does not begin with 0", "число не начинается с 0"),
    ("a = yes", "yes and no are written true and false", "«да» и «нет» пишутся как true и false"),
    ("a = «x»", 'text goes in straight quotes, "..."', 'текст пишется в прямых кавычках, "..."'),
    ("a = phone", 'text goes in quotes, "..."', 'текст пишется в кавычках, "..."'),
    ("a = # x\nb = 1", "the value is missing", "нет значения"),
    ("[a\nb = 1", "a table's name ends with ]", "имя таблицы заканчивается на ]"),
    ("a: 5", "a line says key = value", "в строке должно быть ключ = значение"),
    ("a = 1\na = 2", "this key is said twice", "этот ключ указан дважды"),
    ("[a]\n[a]", "this table is opened twice", "эта таблица открыта дважды"),
    ('a = "x', "a quote or a bracket is not closed", "не закрыта кавычка или скобка"),
    ("a = 5%", "expected newline or end of document after a statement",
     "после значения стоит лишнее"),
    ("a b = 5", "expected '=' after a key in a key/value pair", "после ключа должен стоять знак ="),
    ("цена = 5", "invalid statement",
     "строка не начинается ни с ключа, ни с [таблицы]; ключ пишется латинскими буквами"),
    ("a.б = 5", "invalid initial character for a key part",
     "ключ или его часть не может так начинаться; ключ пишется латинскими буквами"),
    ("a = .5", "invalid value", "так значения не пишутся"),
    ("a = [1 2]", "unclosed array", "в списке не хватает запятой или закрывающей ]"),
    ("a = { b = 1 c = 2 }", "unclosed inline table",
     "во вложенной таблице не хватает запятой или закрывающей фигурной скобки"),
    ("[a b]", "expected ']' at the end of a table declaration",
     "имя таблицы должно заканчиваться на ]"),
    ("a = {b = 1, b = 2}", "duplicate inline table key 'b'", "duplicate inline table key 'b'"),
]  # fmt: skip
"""A text that is no TOML, and what is said of it. What its parser says rarely stays in English."""


@pytest.mark.parametrize(("row", "en", "ru"), NO_TOML)
def test_what_is_no_toml_is_told_in_the_readers_language(row, en, ru):
    with pytest.raises(ScenarioError) as caught:
        loaded(row)
    for lang, said in (("en", f": {en}"), ("ru", f": {ru}")):
        assert caught.value.said(lang).endswith(said)


# --- In the reader's language -------------------------------------------------------------------


@pytest.fixture
def in_english():
    yield
    speak("en")


def mistake(call, *arguments) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        call(*arguments)
    return caught.value


@pytest.fixture
def mistakes(small, tmp_path, monkeypatch) -> list[Problem]:
    """Every mistake of this file: bad examples, wrong changes, and files that cannot be read."""
    monkeypatch.chdir(BAD)
    errors = [mistake(load, path.name) for path in sorted({*BAD.glob("*.toml")} - {SMALL})]
    errors += [mistake(change, small, {key: value}) for key, value, _ in WRONG_CHANGES]
    errors += [mistake(load, name) for name in ("phnoe", "smal_base.toml")]
    errors += [mistake(loaded, row) for row, en, ru in NO_TOML if en != ru]
    export, path = tmp_path / "crm.csv", tmp_path / "my.toml"
    export.write_text("client,date\n", encoding="utf-8")
    path.write_bytes('name = "мой"'.encode("cp1251"))
    monkeypatch.chdir(tmp_path)
    errors += [mistake(load, export.name), mistake(load, path)]
    for failure in (PermissionError(13, "Permission denied"), OSError(5, "5")):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_text", lambda *_, failure=failure, **__: raise_(failure))
            errors.append(mistake(load, path))
    for content in (*BEYOND.values(), 'extends = "phone"\nstrategies.guide.plan.study = 5'):
        path.write_text(content, encoding="utf-8")
        errors.append(mistake(load, path))
    return [problem for error in errors for problem in error.problems]


def some(line: str, count: int) -> str:
    return 'extends = "phone"\n' + "\n".join(line.format(n) for n in range(count))


BEYOND = {
    "too large": "# " + "x" * 2_000_000,
    "too deep": "name = " + "[" * 5_000 + "]" * 5_000,
    "thousands of digits": "market.people = " + "9" * 5_000,
    "too many strategies": some('[strategies.s{}]\npush = "none"', 300),
}
"""Files that would keep a machine busy, and what each has too much of."""


def raise_(error: Exception) -> None:
    raise error


def code_words(problem: Problem) -> set[str]:
    """The words of a problem that are no prose: of its file, key, value and line, of names."""
    code = [problem.file, problem.key, repr(problem.value), problem.words.places.get("row", "")]
    names = [*names_in(problem.words), *names_in(problem.suggestion)]
    code += [name for name in names if not re.search(r"[a-z]{2} \W?[a-z]{2}", name)]
    return {word for part in code for word in re.findall(LATIN, part)}


def names_in(said: Any) -> list[str]:
    """What fills the places of a phrase, down to the last one."""
    if isinstance(said, Phrase):
        said = tuple(said.places.values())
    parts = said if isinstance(said, tuple) else ()
    return [name for part in parts for name in names_in(part)] if parts else [str(said)]


LATIN = r"[A-Za-z]\w*"
FIXED = {
    "TOML", "toml", "UTF", "push", "pull", "true", "false", "inf", "strategies", "touchpoints",
    "regularity", "start",  # keys on which others depend
    "low", "high", "mode", "mean", "sd", "five", "ninety_five",  # of a doubt
}  # fmt: skip
"""What a message calls the same in every language."""


def test_what_is_said_in_russian_holds_no_english_but_keys_values_and_names(mistakes):
    assert len(mistakes) > 90
    for problem in mistakes:
        said = problem.said("ru")
        left = set(re.findall(LATIN, said)) - code_words(problem) - FIXED
        assert not left, said
        assert re.search("[а-яё]{2}", said.removeprefix(problem.file))


def test_file_line_key_value_and_suggestion_are_the_same_in_both_languages(mistakes):
    for problem in mistakes:
        heads = {
            "en": (", line ", ", column ", "; did you mean "),
            "ru": (", строка ", ", столбец ", "; возможно, имелось в виду "),
        }
        for lang in LANGUAGES:
            line, column, meant = heads[lang]
            place = problem.file + (f"{line}{problem.line}" if problem.line else "")
            place += f"{column}{problem.column}" if problem.column else ""
            key = f"{problem.key} = " if problem.value is not None else problem.key
            said = problem.said(lang)
            assert said.startswith(f"{place}: {key}")
            end = f"{meant}{in_words(problem.suggestion, lang)}?" if problem.suggestion else ""
            assert said.endswith(end)
            assert (meant in said) == bool(problem.suggestion)


def test_every_label_of_a_mistake_is_said_by_one(mistakes, monkeypatch):
    said = set()

    def heard(key: str, lang: str) -> str:
        said.add(key)
        return text(key, lang)

    monkeypatch.setattr(phrases, "text", heard)
    for problem in mistakes:
        problem.said("ru")
    ScenarioError(mistakes[:2]).said("ru")
    ScenarioError(mistakes).said("ru")
    labels = {key for key in all_keys() if key.startswith("error.")}
    assert labels - said == {"error.not_here"}  # for a value that no key of a scenario describes


@pytest.mark.parametrize("table", TABLES)
def test_what_a_key_allows_has_words_in_both_languages(table):
    tables = key_at(TABLES[table])
    around = TABLES[table] if hasattr(tables.kind, "model_fields") else (*TABLES[table], "study")
    for line in docs(table):
        key = key_at((*around, line.key))
        assert allowed(key) == line.range == wanted(key).said("en") != ""
        assert re.search("[а-яё]{3}", wanted(key).said("ru"))


def test_an_error_is_said_in_the_language_that_is_spoken(in_english):
    error = mistake(load, "smal_base.toml")
    assert str(error) == error.said() == error.said("en")
    speak("ru")
    assert str(error) == error.said() == error.said("ru") != error.said("en")
    assert str(error).startswith("smal_base.toml: такого файла нет; готовые сценарии: beer,")
    assert error.problems[0].message.startswith("такого файла нет")
    with pytest.raises(ValueError, match="такой стратегии нет"):
        Scenario(strategy="gide")


def test_several_mistakes_stand_under_a_count_in_russian(monkeypatch):
    monkeypatch.chdir(BAD)
    head, *lines = mistake(load, "five_mistakes.toml").said("ru").splitlines()
    assert head == "Ошибок: 5"
    assert lines[:2] == [
        '  five_mistakes.toml, строка 2: strategy = "guyde": такой стратегии нет; '
        "стратегии: pull, guide; возможно, имелось в виду guide?",
        "  five_mistakes.toml, строка 5: product.prise: в [product] нет такого ключа; "
        "возможно, имелось в виду price?",
    ]


def test_an_error_from_another_process_is_said_in_either_language(mistakes):
    error = ScenarioError(mistakes)
    twin = pickle.loads(pickle.dumps(error))
    assert [twin.said(lang) for lang in LANGUAGES] == [error.said(lang) for lang in LANGUAGES]


def test_an_error_is_not_said_in_a_language_that_has_no_words():
    with pytest.raises(ValueError, match="unknown language: 'de'"):
        mistake(load, "phnoe").said("de")


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=8)


def assert_answered(call, *arguments) -> None:
    """The call gives a scenario, or problems in plain words; nothing else."""
    try:
        answer = call(*arguments)
    except ScenarioError as error:
        answer = error.problems
    assert answer
    if not isinstance(answer, Scenario):
        assert not any(word in problem.message for problem in answer for word in JARGON)
        assert all(problem.said("ru") for problem in answer)


@settings(max_examples=often(150), deadline=None)
@given(data=st.data())
def test_whatever_is_written_the_answer_is_a_scenario_or_a_scenario_error(data):
    text = data.draw(st.sampled_from([SMALL.read_text(), to_toml(load(SMALL))]))
    place = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 12))
    new = data.draw(st.one_of(words, st.sampled_from('=[]{}"\n\\.,#=-10')))
    assert_answered(loaded, text[:place] + new + text[place + gone :])


junk = st.one_of(
    st.sampled_from(["", "guide", "5", "мой", 0, -1, 2, 1e300, 10**400, True, math.nan, math.inf]),
    st.sampled_from([[], {}, [1], ["mail"], {"study": 2}, {"x": {}}, [{"name": "a"}], [{}], 0.5]),
)


@settings(max_examples=often(300), deadline=None)
@given(data=st.data())
def test_whatever_is_changed_the_answer_is_a_scenario_or_a_scenario_error(data):
    scenario = load(SMALL)
    paths = [
        *every_path(scenario.model_dump()),
        "market.segments.1.share",
        "market.x",
        "guide",
        "stages.x.y",
        "a..b",
    ]
    keys = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=4))
    assert_answered(change, scenario, {key: data.draw(junk) for key in keys})


def every_path(tables: dict[str, Any], key: str = "") -> list[str]:
    """The dotted keys of tables and of all that is in them."""
    paths = []
    for name, inner in tables.items():
        paths.append(f"{key}{name}")
        paths += every_path(inner, f"{key}{name}.") if isinstance(inner, dict) else []
    return paths


# --- Changes and differences --------------------------------------------------------------------


def test_a_change_sets_a_dotted_key_and_leaves_the_original_alone(small):
    changed = change(small, {"strategies.guide.accuracy": 1, "stages.study.typical_days": 3})
    assert diff(small, changed) == {
        "stages.study.typical_days": (7.0, 3.0),
        "strategies.guide.accuracy": (0.7, 1.0),
    }
    assert small == load(SMALL)


def test_a_strategys_name_is_short_for_its_table(small):
    assert change(small, {"guide.accuracy": 0.9}) == small.with_changes(
        {"strategies.guide.accuracy": 0.9}
    )


def test_a_table_as_value_merges_as_in_a_file(small):
    changed = change(small, {"product": {"price": 5}, "pull.touchpoints": {"mail": 2}})
    assert changed.product == Product(price=5)
    assert changed.strategies["pull"].touchpoints == {"site": 1, "mail": 2}


def test_a_touchpoint_can_be_added_and_run_in_one_change(small):
    kiosk = Touchpoint(contact="pull", aims_at="study", fit={"study": 1})
    changed = change(small, {"touchpoints.kiosk": kiosk, "pull.touchpoints.kiosk": 1})
    assert changed.touchpoints["kiosk"] == kiosk
    assert diff(small, changed)["strategies.pull.touchpoints.kiosk"] == (None, 1.0)


def test_numpy_numbers_are_numbers(small):
    changes = {"market.people": np.int64(7), "product.price": np.float32(2.5)}
    assert change(small, changes) == change(small, {"market.people": 7, "product.price": 2.5})


def test_a_segment_is_changed_by_its_place(small):
    two = change(small, {"market.segments": [{"name": "a"}, {"name": "b"}]})
    changed = change(two, {"market.segments.1.need": 2})
    assert diff(two, changed) == {"market.segments.1.need": (1.0, 2.0)}
    assert told(change, two, {"market.segments.2.need": 2}) == [
        "small: market.segments.2.need: there is no such segment; segments: 0 (a), 1 (b)"
    ]


WRONG_CHANGES = [
    ("market.peple", 3, "market.peple: [market] has no such key; did you mean people?"),
    ("price", 3, "price: there is no such key; did you mean product.price?"),
    ("changes.7.product.price", 3,
     "changes.7.product.price: is no item of [[changes]]: the scenario has 0, numbered from 0"),
    ("accuracy", 1, "accuracy: there is no such key; did you mean pull.accuracy?"),
    ("gide.accuracy", 1, "gide.accuracy: there is no such key; did you mean guide.accuracy?"),
    (
        "strategies.gide.accuracy", 1,
        "strategies.gide.accuracy: there is no such strategy; strategies: pull, guide; "
        "did you mean guide?",
    ),
    (
        "guide.acuracy", 1,
        "strategies.guide.acuracy: [strategies.guide] has no such key; did you mean accuracy?",
    ),
    (
        "guide.accuracy", 90,
        "strategies.guide.accuracy = 90: must be a number from 0 to 1; did you mean 0.9?",
    ),
    (
        "guide.touchpoints.mial", 1,
        "strategies.guide.touchpoints.mial = 1: there is no such touchpoint; "
        "did you mean mail?",
    ),
    (
        "guide.touchpoints.kiosk", 1,
        "strategies.guide.touchpoints.kiosk = 1: there is no such touchpoint; "
        "add it as [touchpoints.kiosk]",
    ),
    (
        "touchpoints.mial.warmth", 1,
        "touchpoints.mial: a touchpoint that is not in the library must say "
        "contact, aims_at, fit; did you mean mail?",
    ),
    (
        "touchpoints.site.fit", 1,
        "touchpoints.site.fit = 1: must be a table, each value a number from 0 to 1",
    ),
    ("stages.stdy.typical_days", 1, "stages.stdy: there is no such stage here; "
     "did you mean study?"),
    ("strategy", "gide", 'strategy = "gide": there is no such strategy; '
     "strategies: pull, guide; did you mean guide?"),
    ("market", 5, "market = 5: must be a table"),
    ("market.segments.0.need", 2, "market.segments.0.need: there is no such segment; "
     "segments: none"),
    ("firm.repeat_needs_rep", 1, "firm.repeat_needs_rep = 1: must be true or false"),
    ("market.rationality_mean", 1, "market.rationality_mean = 1: "
     "must be a number above 0 and below 1"),
    ("market.people", None, "market.people: must be a whole number from 1 to 100000000"),
    ("extends", "phone", "extends: there is no such key; "
     "did you mean extends (it stands above all [tables])?"),
    ("xyz", 1, f"xyz: there is no such key; tables and keys: {', '.join(Scenario.model_fields)}"),
]  # fmt: skip
"""A dotted key, a value, and what is said of it."""


@pytest.mark.parametrize(("key", "value", "line"), WRONG_CHANGES)
def test_a_wrong_change_is_told_as_in_a_file_under_the_scenarios_name(small, key, value, line):
    assert told(change, small, {key: value}) == [f"small: {line}"]


def test_all_wrong_changes_are_told_at_once(small):
    assert len(told(change, small, {"price": 1, "market.people": 0, "strategy": "gide"})) == 3


def test_a_scenario_does_not_differ_from_itself(small):
    assert diff(small, load(SMALL)) == {}


# --- There and back -----------------------------------------------------------------------------


def numbers_of(key: Key) -> st.SearchStrategy[float | int]:
    """Numbers that a key allows, its bounds and infinity among them."""
    low, high = (next((key.limits[m] for m in marks if m in key.limits), None)
                 for marks in (("ge", "gt"), ("le", "lt")))  # fmt: skip
    if key.kind is int:
        return st.integers(low, high)
    infinite = "allow_inf_nan" not in key.limits
    finite = st.floats(low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False)
    inside = finite.filter(lambda number: fits(number, key))
    return st.one_of(inside, st.just(math.inf)) if infinite else inside


FREE = {
    **{f"{table}.{line.key}": key_at((*TABLES[table], line.key))
       for table in ("product", "market", "rival", "response", "curiosity", "firm", "shelf")
       for line in docs(table)},
    **{f"stages.{stage.key}.{line.key}": key_at(("stages", stage.key, line.key))
       for stage in MAY_WALK_AWAY for line in docs("stages")},
    **{f"touchpoints.mail.{key}": key_at(("touchpoints", "mail", key))
       for key in ("warmth", "cost_per_day", "rep_hours")},
    "strategies.guide.touchpoints.site": key_at(("strategies", "guide", "touchpoints", "site")),
}  # fmt: skip
NUMBERS = {key: spec for key, spec in FREE.items() if spec and spec.kind in (int, float)}


LOSS_OF_SMALL = "stages.study.planned_loss"
"""The one that `SMALL` has."""


@st.composite
def changes(draw) -> dict[str, Any]:
    """Any number of allowed changes: numbers, words, names of people and things."""
    keys = draw(st.lists(st.sampled_from(sorted(NUMBERS)), unique=True, max_size=8))
    out: dict[str, Any] = {key: draw(numbers_of(NUMBERS[key])) for key in keys}
    if out.get("firm.rep_cost_per_day"):
        out["firm.reps"] = draw(st.integers(0, 9))
    for stage in MAY_WALK_AWAY:
        loss = f"stages.{stage.key}.planned_loss"
        if out.get(f"stages.{stage.key}.regularity") == math.inf and loss in (*out, LOSS_OF_SMALL):
            out[loss] = 0.0  # else two clocks would ring at one moment
    out["title"] = draw(words)
    out["touchpoints.mail.title"] = draw(words)
    names = draw(st.lists(words, unique=True, max_size=3))
    out["market.segments"] = [{"name": name, "share": draw(st.floats(0.1, 9))} for name in names]
    strategy = draw(st.from_regex(r"\A[a-zА-я0-9_-]{4,12}\Z"))
    out[f"strategies.{strategy}"] = {"touchpoints": {"mail": 0.5}, "programme": ["mail"]}
    return out


@settings(max_examples=often(80), deadline=None)
@given(changes=changes())
def test_a_scenario_written_and_read_is_the_same_scenario(changes):
    scenario = change(load(SMALL), changes)
    again = loaded(to_toml(scenario))
    assert again == scenario
    assert digest(again) == digest(scenario)
    assert to_toml(again) == to_toml(scenario)


@settings(max_examples=often(80), deadline=None)
@given(changes=changes())
def test_the_difference_put_back_gives_the_other_scenario(changes):
    small = load(SMALL)
    changed = change(small, changes)
    assert (
        change(small, {key: there for key, (_, there) in diff(small, changed).items()}) == changed
    )


@pytest.mark.parametrize("name", presets())
def test_a_preset_written_needs_no_preset(name, file, monkeypatch, tmp_path):
    path = write(load(name), tmp_path / "whole.toml")
    monkeypatch.setattr(layers, "PRESETS", tmp_path)
    monkeypatch.setattr(layers, "LIBRARY", tmp_path / "no_library.toml")
    whole = load(path)
    monkeypatch.undo()
    assert whole == load(name)
    assert list(whole.touchpoints) == list(load(name).touchpoints)


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path, small, monkeypatch):
    path = write(small, tmp_path / "my.toml")
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write(change(small, {"market.people": 5}), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_digest_changes_with_any_key_and_with_the_order_of_touchpoints(small):
    small = change(small, {"firm.reps": 2})  # a rep's cost is among the keys
    seen = {digest(small)}
    for key, spec in NUMBERS.items():
        old = diff(small, change(small, {key: 8 if spec.is_whole else 0.3}))
        new = 8 if spec.is_whole else 0.3 if old else 0.4
        seen.add(digest(change(small, {key: new})))
    assert len(seen) == len(NUMBERS) + 1
    turned = dict(reversed(small.touchpoints.items()))
    assert digest(small.model_copy(update={"touchpoints": turned})) != digest(small)


def test_a_digest_is_the_same_in_every_process(small):
    code = f"from cjsim.scenario import *; print(digest(Scenario.load({str(SMALL)!r})))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
        assert run.stdout.decode().strip() == digest(small)


# --- For editors, for new files, for the reference ----------------------------------------------


def allowed_by_schema(text: str) -> bool:
    tables = tomllib.loads(text)
    return jsonschema.Draft202012Validator(json_schema()).is_valid(tables)


def test_the_schema_is_a_json_schema():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", presets())
def test_the_schema_knows_presets_whole_files_and_new_files(name):
    assert allowed_by_schema(preset_text(name))
    assert allowed_by_schema(to_toml(load(name)))
    assert allowed_by_schema(new_file_text(name))


@pytest.mark.parametrize(
    "text",
    [
        "price = 5",
        'product.price = "5"',
        "market.people = 0",
        "stages.studdy.typical_days = 3",
        'touchpoints.webinar.contact = "puhs"',
        "touchpoints.webinar.fit.study = 2",
        "market.segments = [{ share = 1 }]",
        "extends = 5",
        'extends = "phone"\nwithout_strategies = "nothing"',
    ],
)
def test_the_schema_and_the_loader_refuse_the_same(text):
    assert not allowed_by_schema(text)
    with pytest.raises(ScenarioError):
        loaded(text)


def test_the_schema_tells_units_sources_and_stages():
    schema = json_schema()
    people = schema["$defs"]["Market"]["properties"]["people"]
    assert people["unit"] == "people"
    assert people["source"] == "ours"
    assert list(schema["properties"]["stages"]["properties"]) == [stage.key for stage in TWELVE]
    fit = schema["$defs"]["Touchpoint"]["properties"]["fit"]["properties"]
    assert list(fit) == [stage.key for stage in IN_THE_CATEGORY]
    assert {"extends", "without_strategies"} <= set(schema["properties"])
    required = [name for name, table in schema["$defs"].items() if "required" in table]
    assert required == ["Segment"]  # lists are not merged, so a segment stands alone


@pytest.mark.parametrize("name", presets())
def test_a_new_file_loads_as_it_is_and_is_the_preset_under_another_name(name):
    assert diff(load(name), loaded(new_file_text(name))) == {"name": (name, f"my_{name}")}


@pytest.mark.parametrize("name", presets())
def test_what_a_new_file_comments_out_is_what_holds_anyway(name):
    text = re.sub(r"^#(?=\S)", "", new_file_text(name), flags=re.MULTILINE)
    found = diff(load(name), loaded(text))
    assert list(found) == ["name", "touchpoints.my_newsletter"]
    assert all(len(row) <= 100 for row in text.splitlines())


@pytest.mark.parametrize("table", TABLES)
def test_every_key_says_what_it_means_and_its_default_is_allowed(table):
    for line in docs(table):
        assert line.text, line.key
        spec = key_at((*TABLES[table], line.key)) or key_at((*TABLES[table], "study", line.key))
        if isinstance(line.default, float) and spec:
            assert line.unit, line.key
            assert line.source, line.key
            assert fits(line.default, spec) or line.default == math.inf, line.key


@pytest.mark.parametrize("table", TABLES)
def test_the_reference_is_told_in_russian_too(table):
    """What a key means, its unit, what is allowed, and the source but for claims and papers."""
    for line, english in zip(docs(table, "ru"), docs(table, "en"), strict=True):
        assert re.search("[а-яё]", line.text), line.key
        assert re.search("[а-яё]", line.range), line.key
        assert re.search("[а-яё]", line.unit) or line.unit in ("", "1", "0..1"), line.key
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", line.source), line.key
        assert (line.key, line.default) == (english.key, english.default)
    assert [line.text for line in docs(table)] == [line.text for line in docs(table, "en")]


def test_an_unknown_table_of_the_reference_brings_the_nearest_spelling():
    with pytest.raises(ValueError, match="market"):
        docs("markt")


def test_scenario_files_are_read_without_numpy_or_pandas():
    code = "import cjsim.scenario, sys; print({'numpy', 'pandas', 'difflib'} & {*sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.decode().strip() == "set()"
