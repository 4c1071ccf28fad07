"""What a front end is told of a product: dials within their ends, words in two languages."""

import itertools
import json
import math

import pytest

from cjsim import Scenario
from cjsim.board.bundle import FRONT, IMPORT, modules, script, styles
from cjsim.board.product import FIRST, MORE, NUMBERS, product_of
from cjsim.colours import AS_WORDS, IN_THE_DARK, OF_OTHERS, OF_STRATEGY
from cjsim.experiment.intervals import t_quantile
from cjsim.labels import LANGUAGES
from cjsim.scenario import presets

NAMES = sorted(presets())


@pytest.fixture(scope="module")
def products():
    return {name: product_of(Scenario.load(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_product_is_json_without_infinity(products, name):
    assert json.loads(json.dumps(products[name], allow_nan=False)) == products[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_dial_stands_on_a_step_between_its_ends(products, name):
    for dial in products[name]["dials"]:
        own = dial["usual"] if dial["side"] else {"": dial["usual"]}
        for strategy, value in own.items():
            if strategy in dial["off"] or value == "inf":
                continue
            steps = (value - dial["low"]) / dial["step"]
            assert dial["low"] <= value <= dial["high"], dial["id"]
            assert steps == pytest.approx(round(steps), abs=1e-6), dial["id"]


def test_five_dials_come_first_and_seven_behind_more(products):
    for product in products.values():
        assert [dial["id"] for dial in product["dials"] if dial["first"]] == list(FIRST)
        assert [dial["id"] for dial in product["dials"]] == [*FIRST, *MORE]
    assert (len(FIRST), len(MORE)) == (5, 7)


def test_a_dial_is_off_for_those_it_cannot_move(products):
    off = {dial["id"]: set(dial["off"]) for dial in products["phone"]["dials"] if dial["side"]}
    assert off["accuracy"] == {"nothing", "pull", "animator"}
    assert off["every_days"] == {"nothing", "pull"}


def test_why_a_dial_is_off_is_said_in_a_line(products):
    accuracy = products["phone"]["dials"][0]
    assert accuracy["off"]["pull"]["en"] == "Does not write first"
    assert accuracy["off"]["animator"]["ru"] == "Пишет всем одинаково"


def test_both_languages_have_the_same_words(products):
    english, russian = (set(products["phone"]["words"][lang]) for lang in LANGUAGES)
    forms = {key for key in english ^ russian if not key.startswith("plural.")}
    assert forms == set()


def test_the_quantiles_are_those_of_student(products):
    told = products["phone"]["t95"]
    assert told == {str(n): t_quantile(0.95, n) for n in range(2, 51)}


def test_a_file_of_ones_own_is_no_preset():
    other = Scenario.load("phone").with_changes({"product.price": 400.0})
    assert product_of(other)["number"] == -1
    assert product_of(Scenario.load("phone"))["number"] == NUMBERS.index("phone")


def test_a_number_is_given_once_and_to_every_preset():
    """Old ones stay where they were: a short code on a slide from last year names them."""
    assert sorted(NUMBERS) == list(presets())
    assert NUMBERS.index("car") == 0
    assert NUMBERS.index("yogurt") == 9
    assert len(NUMBERS) <= 32


def test_a_product_opens_with_its_own_strategy_beside_pull():
    animated = Scenario.load("phone", strategy="animator")
    assert product_of(animated)["sides"] == ["pull", "animator"]


# --- colours ------------------------------------------------------------------------------------


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = {"light": ("#fbfaf6", "#ffffff"), "dark": ("#14161b", "#1b1e25")}


@pytest.mark.parametrize("colour", [*OF_STRATEGY.values(), *OF_OTHERS])
def test_marks_and_words_are_seen_on_light_and_on_dark(colour):
    marks = {"light": colour, "dark": IN_THE_DARK[colour]}
    words = dict(zip(("light", "dark"), AS_WORDS[colour], strict=True))
    for theme, grounds in GROUNDS.items():
        for ground in grounds:
            assert contrast(marks[theme], ground) >= 3
            assert contrast(words[theme], ground) >= 4.5


def test_strategies_stay_apart_in_grey():
    tones = sorted(math.sqrt(luminance(colour)) for colour in OF_STRATEGY.values())
    assert min(b - a for a, b in itertools.pairwise(tones)) > 0.004  # two are hollow, solid


# --- the bundle ---------------------------------------------------------------------------------


def test_every_module_is_bundled_once_behind_what_it_needs():
    order = modules("notebook")
    assert len(order) == len(set(order))
    for name in order:
        source = FRONT.joinpath(f"{name}.js").read_text(encoding="utf-8")
        for _, needed in IMPORT.findall(source):
            assert order.index(needed) < order.index(name)


def test_nothing_is_left_of_modules_in_the_script():
    lines = script("notebook").splitlines()
    assert not [line for line in lines if line.startswith(("import ", "export "))]


def test_the_script_asks_nobody():
    words = script("board", "place")
    assert "http" not in words.replace("http://www.w3.org/2000/svg", "")
    assert "fetch(" not in words


def test_the_boards_own_rem_is_not_the_hosts():
    assert "rem" not in styles().replace("A rem in it", "").partition("*/")[2]


def test_no_words_of_a_language_in_the_modules():
    """Letters of a key that is pressed and the name of a language are none."""
    for path in FRONT.glob("*.js"):
        known = path.read_text(encoding="utf-8").replace("Русский", "").replace('"а", "А"', "")
        assert not [c for c in known if "а" <= c.lower() <= "я"], path.name
