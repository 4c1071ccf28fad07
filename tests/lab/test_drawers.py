"""The drawers of the lab, and that they say in Russian what the models say in English."""

import math
import re
import tomllib
from pathlib import Path

import ipywidgets as widgets
import pytest

import cjsim
from cjsim.lab.drawers import drawers
from cjsim.lab.whatif import Lab
from cjsim.scenario import LIBRARY, PRESETS, presets
from cjsim.scenario.keys import TABLES, docs
from cjsim.scenario.words import meaning, scenario_title, touchpoint_title

WORDS = Path(cjsim.__file__).parent / "labels" / "keys.ru.toml"
RUSSIAN = tomllib.loads(WORDS.read_text(encoding="utf-8"))
MEANINGS = {(table, key) for table in TABLES for key in RUSSIAN.get(table, {})}
KEYS = {doc.key for table in TABLES for doc in docs(table)} | set(TABLES)
ALLOWED = {"pull", "push", "guide", "animator", "none", "inf", "SEO", "C87", "C89", "e"}
"""Latin words that stand in Russian too: values of keys, claims, abbreviations, Euler's number."""


def titles(path: Path) -> dict[str, str]:
    """The touchpoints that a file of the kit gives a title, and which."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("touchpoints", {})
    return {name: table["title"] for name, table in tables.items() if "title" in table}


def shown(scenario: cjsim.Scenario, lang: str) -> dict[tuple[str, str], str]:
    """(drawer, key) -> what stands beside its control, of all drawers."""
    stack = widgets.Stack()
    drawers(stack, lambda: scenario, "guide", lambda key, value: None, lang)
    beside = {}
    for place, table in enumerate(stack.titles):
        stack.selected_index = place
        for row in stack.children[place].children:
            control, hint = row.children
            beside[table, control.description] = hint.value
    return beside


@pytest.fixture(scope="module")
def yogurt():
    """A shelf that can be empty, people who leave, a budget: every key with a control shows it."""
    changes = {"market.stay_years": 8.0, "guide.budget": 1000.0}
    return cjsim.Scenario.load("yogurt").with_changes(changes)


@pytest.fixture(scope="module")
def in_russian(yogurt):
    return shown(yogurt, "ru")


# --- meanings ---------------------------------------------------------------------------------


def test_every_key_in_a_drawer_has_its_russian_meaning_and_nothing_else_has(in_russian):
    keys = {
        ("strategies" if table.startswith("strategies") else table, key.rpartition(".")[2])
        for table, key in in_russian
        if not table.endswith("touchpoints")
    }
    assert len(keys) > 60
    assert keys == MEANINGS
    assert set(RUSSIAN) - set(TABLES) == {"unit", "titles", "presets"}


def test_every_unit_of_these_keys_has_its_russian_word_and_no_other_has():
    units = {doc.unit for table in TABLES for doc in docs(table) if (table, doc.key) in MEANINGS}
    assert units - {""} == set(RUSSIAN["unit"])


def test_a_russian_drawer_has_no_english_words(in_russian):
    for (table, key), said in in_russian.items():
        assert re.search("[а-яё]", said), (table, key)
        assert set(re.findall(r"[A-Za-z]\w*", said)) <= KEYS | ALLOWED, (table, key, said)


def test_an_english_drawer_says_what_the_models_say(yogurt):
    beside = shown(yogurt, "en")
    said = beside["market", "onset_days"]
    assert said == "Mean time until pain or dream awakes by itself [days]"
    assert beside["strategies.guide.touchpoints", "radio"] == "Radio spot (pull)"
    assert not any(re.search("[а-яё]", said) for said in beside.values())


def test_a_key_that_cannot_act_says_why(yogurt):
    beside = shown(yogurt, "en")
    assert yogurt.firm.reps == math.inf
    assert beside["firm", "deal_hours"].endswith(
        "; changes nothing here: nobody waits for a rep (firm.reps = inf)"
    )


def test_the_numbers_of_a_meaning_are_the_same_in_both_languages():
    """0.5 is 0,5 in Russian; what 1/e is about is told in Russian only."""
    for table, key in MEANINGS:
        here, there = (meaning(table, key, lang).replace(",", ".") for lang in ("en", "ru"))
        there = there.replace("–", "-").replace(". около 37 %", "")
        numbers = [sorted(re.findall(r"(?<![a-z])\d[\d.]*(?<!\.)", said)) for said in (here, there)]
        assert numbers[0] == numbers[1], (table, key)


def test_a_key_without_russian_words_is_told_in_english_unit_and_all():
    assert meaning("scenario", "horizon_days", "ru") == "Length of the run [days]"


def test_a_misspelt_key_is_told_with_the_nearest_spelling():
    with pytest.raises(ValueError, match=r"key of market: 'onset_dais'. Did you mean 'onset_days'"):
        meaning("market", "onset_dais", "ru")
    with pytest.raises(ValueError, match="language"):
        meaning("market", "onset_days", "de")


# --- titles -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_title_of_a_touchpoint_is_told_in_russian(path):
    assert set(titles(path)) == set(RUSSIAN["titles"].get(path.stem, {}))
    for name, title in titles(path).items():
        assert touchpoint_title(name, title, "ru") == RUSSIAN["titles"][path.stem][name]
        assert touchpoint_title(name, title, "en") == title


def test_no_two_touchpoints_of_the_library_are_called_alike():
    words = list(RUSSIAN["titles"][LIBRARY.stem].values())
    assert sorted(words) == sorted(set(words))


def test_a_touchpoint_that_a_product_names_anew_is_called_so():
    beside = shown(cjsim.Scenario.load("car"), "ru")
    meeting = beside["strategies.guide.touchpoints", "meeting"]
    assert meeting == "Приглашение на тест-драйв (push)"


def test_a_touchpoint_of_ones_own_keeps_its_title(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "yogurt"\n'
        '[touchpoints.radio]\ntitle = "Our jingle"\n'
        '[touchpoints.tasting]\ntitle = "Video"\nmode = "offline"\ncontact = "pull"\n'
        'aims_at = "interest"\nfit = { interest = 1.0 }\n',
        encoding="utf-8",
    )
    beside = shown(cjsim.Scenario.load(own), "ru")
    assert beside["strategies.guide.touchpoints", "radio"] == "Our jingle (pull)"
    assert beside["strategies.guide.touchpoints", "tasting"] == "Video (pull)"
    assert beside["strategies.guide.touchpoints", "video"] == "Видео (pull)"


def test_every_preset_has_its_russian_title():
    assert set(RUSSIAN["presets"]) == set(presets())
    for name, title in presets().items():
        assert scenario_title(title, "ru") == RUSSIAN["presets"][name]
        assert scenario_title(title, "en") == title
    assert scenario_title("My own market", "ru") == "My own market"


def test_the_lab_tells_the_product_in_its_language(yogurt):
    lab = Lab(yogurt.with_changes({"burn_in_days": 0.0, "horizon_days": 30.0}), "ru", people=50)
    assert lab.wait()
    assert lab.product.tooltip == "Йогурт: новый бренд на полках города"
    lab.drawer.value = lab.drawers.titles.index("market")
    rows = lab.drawers.children[lab.drawers.selected_index].children
    assert "Доля тех, кого ведёт боль, а не мечта [0..1]" in [row.children[1].value for row in rows]
