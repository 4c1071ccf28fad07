"""One way to name a key: what `Scenario.key` and `Scenario.value` read, and what they refuse."""

import math

import pytest

from cjsim import Scenario, ScenarioError
from cjsim.scenario import presets
from cjsim.scenario.keys import key_named


def leaves(tables, path=()):
    """Every value of plain tables with its path; an item of a list stands under its place."""
    items = enumerate(tables) if isinstance(tables, list | tuple) else tables.items()
    for name, inner in items:
        if isinstance(inner, dict) or (isinstance(inner, tuple) and inner):
            yield from leaves(inner, (*path, name))
        elif inner != ():
            yield (*path, name), inner


@pytest.fixture(params=presets())
def scenario(request):
    return Scenario.load(request.param)


@pytest.fixture
def phone():
    return Scenario.load("phone")


def test_every_key_of_a_scenario_is_read_as_it_stands(scenario):
    numbers = 0
    for path, value in leaves(scenario.model_dump()):
        dotted = ".".join(map(str, path))
        assert scenario.value(dotted) == value
        key = scenario.key(dotted)
        assert key.dotted == dotted
        assert key.is_number == (type(value) in (int, float))
        assert key.is_whole == (type(value) is int or dotted == "firm.reps")
        assert scenario.key(key.short) == key
        assert scenario.value(key.short) == value
        numbers += key.is_number
    assert numbers > 300


def test_a_key_means_the_same_where_no_scenario_is_known(scenario):
    for path, _ in leaves(scenario.model_dump()):
        key = scenario.key(".".join(map(str, path)))
        assert key_named(key.short) == key_named(key.dotted) == key


def test_what_is_read_can_be_set_again(scenario):
    for path, value in leaves(scenario.model_dump()):
        key = scenario.key(".".join(map(str, path)))
        if path[0] in ("strategies", "market"):
            assert scenario.with_changes({key.short: value}) == scenario


def test_only_a_strategys_key_has_a_short_name(phone):
    assert phone.key("guide.accuracy").dotted == "strategies.guide.accuracy"
    assert phone.key("strategies.guide.accuracy").short == "guide.accuracy"
    assert phone.key("strategies.guide").short == "guide"
    assert phone.key("strategies").short == "strategies"
    assert phone.key("touchpoints.site.warmth").short == "touchpoints.site.warmth"


def test_a_key_says_what_kind_of_value_it_wants(phone):
    assert phone.key("firm.reps").is_whole
    assert phone.key("guide.accuracy").limits == {"ge": 0, "le": 1, "allow_inf_nan": False}
    assert not phone.key("firm.repeat_needs_rep").is_number
    assert phone.key("guide").is_table
    assert phone.key("guide.programme").is_list


def test_a_table_and_an_item_are_read_as_well(phone):
    halves = phone.with_changes({"market.segments": [{"name": "a"}, {"name": "b", "share": 3}]})
    assert halves.value("market.segments.1.share") == 3
    assert halves.value("market.segments.0").name == "a"
    assert halves.value("market") is halves.market
    assert halves.value("animator.programme.0") == halves.strategies["animator"].programme[0]


def test_what_a_strategy_a_touchpoint_or_a_plan_leaves_out_has_a_value(phone):
    assert "mail_offer" not in phone.strategies["pull"].touchpoints
    assert phone.value("pull.touchpoints.mail_offer") == 0.0
    assert phone.value("touchpoints.site.fit.unaware") == 0.0
    assert phone.value("guide.plan.study") is None
    assert math.isinf(phone.value("shelf.stocked_days"))


WRONG_KEYS = [
    ("price", "price: there is no such key; did you mean product.price?"),
    ("gide.accuracy", "gide.accuracy: there is no such key; did you mean guide.accuracy?"),
    ("product.prise", "product.prise: [product] has no such key; did you mean price?"),
    (
        "guide.acuracy",
        "strategies.guide.acuracy: [strategies.guide] has no such key; did you mean accuracy?",
    ),
    ("stages.stdy.typical_days", "stages.stdy: there is no such stage here; did you mean study?"),
    (
        "touchpoints.site.fit.stdy",
        "touchpoints.site.fit.stdy: there is no such stage here; did you mean study?",
    ),
    (
        "market.segments.0.share",
        "market.segments.0.share: there is no such segment; segments: none",
    ),
    (
        "strategies.gide.accuracy",
        "strategies.gide.accuracy: there is no such strategy; "
        "strategies: nothing, pull, guide, animator; did you mean guide?",
    ),
    (
        "touchpoints.sit.warmth",
        "touchpoints.sit: a touchpoint that is not in the library must say "
        "contact, aims_at, fit; did you mean site?",
    ),
    ("product.price.now", "product.price.now: there is no such key; did you mean product.price?"),
    (
        "animator.programme.99",
        "strategies.animator.programme.99: there is no such key; "
        "did you mean strategies.animator.programme?",
    ),
]


@pytest.mark.parametrize(("dotted", "line"), WRONG_KEYS)
def test_a_key_that_is_not_there_is_told_as_by_a_change(phone, dotted, line):
    for ask in (phone.key, phone.value, lambda dotted: phone.with_changes({dotted: 1})):
        with pytest.raises(ScenarioError) as caught:
            ask(dotted)
        assert str(caught.value) == f"phone: {line}"


@pytest.mark.parametrize(
    ("dotted", "line"),
    [
        ("strategies.gide", "strategies.gide: there is no such strategy; "
         "strategies: nothing, pull, guide, animator; did you mean guide?"),
        ("guide.touchpoints.siet", "strategies.guide.touchpoints.siet: "
         "there is no such touchpoint; did you mean site?"),
        ("touchpoints.sit", "touchpoints.sit: a touchpoint that is not in the library must say "
         "contact, aims_at, fit; did you mean site?"),
    ],
)  # fmt: skip
def test_what_a_change_could_add_is_not_there_to_read(phone, dotted, line):
    with pytest.raises(ScenarioError) as caught:
        phone.key(dotted)
    assert str(caught.value) == f"phone: {line}"


@pytest.mark.parametrize("name", [*Scenario.model_fields, "extends"])
def test_a_strategy_may_not_bear_the_name_of_a_table_or_key(phone, name):
    with pytest.raises(ScenarioError, match=f"strategies.{name}: is the name of a table or key"):
        phone.with_changes({f"strategies.{name}": phone.strategies["guide"]})


def test_the_name_of_a_table_is_refused_in_russian_as_well(phone):
    with pytest.raises(ScenarioError) as caught:
        phone.with_changes({"strategies.loyalty": phone.strategies["guide"]})
    assert caught.value.said("ru") == (
        "phone: strategies.loyalty: так называется таблица или ключ сценария; "
        "стратегии нужно другое имя"
    )
