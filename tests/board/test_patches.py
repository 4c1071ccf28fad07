"""Settings as bytes: patches give what the model gives, or the dial is refused."""

import random

import pytest

import cjsim
from cjsim.board.product import product_of
from cjsim.board.wasm import patches as p
from cjsim.board.wasm.blocks import SIDE, blocks_of, packed
from cjsim.scenario import presets

SETTINGS = 12
FEW = ("corporate_it", "flat")
AT_LENGTH = (pytest.mark.slow, pytest.mark.soak)


def some_presets():
    """Each time one with few reps and one without a burn-in; the others take as long each."""
    return [n if n in FEW else pytest.param(n, marks=AT_LENGTH) for n in presets()]


def served(scenario, dials=None, sizes=(500, 2000)):
    base = blocks_of(scenario, sizes)
    dials = list(p.dials_of(scenario, product_of(scenario))) if dials is None else dials
    return base, p.served(scenario, dials, base)


def at_random(luck, patches, name):
    """Where several dials of a side stand: at their positions, or anywhere between if that goes."""
    settings = {}
    for key in p.of_side(patches, name):
        if luck.random() < 0.6:
            positions = [p._number(value) for value in patches[key]["positions"]]
            settings[key] = luck.choice(positions)
            forms = {patch[2] for patch in p._each(patches[key]["patches"])}
            if forms == {"is"} and luck.random() < 0.5 and not settings[key].is_integer():
                settings[key] = luck.uniform(positions[0], positions[-1])
    return settings


@pytest.mark.parametrize("preset", some_presets())
def test_patches_are_what_the_model_says_for_many_dials_at_once(preset):
    base_scenario = cjsim.Scenario.load(preset)
    base, made = served(base_scenario)
    assert made.refused == {}
    luck = random.Random(preset)
    for name in base_scenario.strategies:
        for _ in range(SETTINGS):
            settings = at_random(luck, made.patches, name)
            size = luck.choice(sorted(base))
            now = blocks_of(p.changed(base_scenario, settings), [size], [name])[size]
            for block, expected in now.items():
                given = p.patched(base[size][block], block, size, made, settings)
                assert given == expected.content, (block, settings)


def dial(key, *positions):
    return p.Dial(key, tuple(map(float, positions)))


def test_what_two_dials_change_is_told_for_all_their_positions():
    phone = cjsim.Scenario.load("phone")
    warmth, hurry = (0.5, 1.5, 2), (0.1, 0.2, 0.3)
    dials = [dial("response.warmth_gain", *warmth), dial("product.hurry", *hurry)]
    base, made = served(phone, dials, sizes=(50, 80))
    assert made.refused == {}
    (table,) = made.together
    assert table["keys"] == ["response.warmth_gain", "product.hurry"]
    for settings in ({}, {"product.hurry": 0.3}, *both(warmth, hurry)):
        for size in (50, 80):
            now = blocks_of(p.changed(phone, settings), [size])[size]
            for name, block in now.items():
                given = p.patched(base[size][name], name, size, made, settings)
                assert given == block.content, (name, settings)


def both(warmth, hurry):
    return [{"response.warmth_gain": w, "product.hurry": h} for w in warmth for h in hurry]


def test_of_two_dials_that_change_one_number_at_many_positions_the_first_is_served(monkeypatch):
    monkeypatch.setattr("cjsim.board.wasm.together.MOST", 8)
    phone = cjsim.Scenario.load("phone")
    dials = [dial("response.warmth_gain", 0.5, 1, 2), dial("product.hurry", 0.1, 0.2, 0.3)]
    _, made = served(phone, dials)
    assert list(made.patches) == ["response.warmth_gain"]
    assert list(made.refused) == ["product.hurry"]
    assert "response.warmth_gain" in made.refused["product.hurry"]
    assert made.together == []


def test_a_dial_that_changes_what_there_is_is_not_served():
    phone = cjsim.Scenario.load("phone")
    first, *_ = phone.with_strategy("guide").running_touchpoints("push")
    key = f"strategies.guide.touchpoints.{first}"
    _, made = served(phone, [dial(key, 0, 0.5, 1)])
    assert made.patches == {}
    assert "more or less" in made.refused[key]


def test_dials_that_only_meet_in_a_corner_are_found_out():
    """At a share of 0 neither changes what they do together: laid over one another, it is lost."""
    phone = cjsim.Scenario.load("phone").with_changes({"product.hurry": 0.0})
    dials = [dial("product.hurry", 0, 0.5, 1), dial("response.warmth_gain", 0.5, 1, 2)]
    base = blocks_of(phone, [50])
    with pytest.raises(ValueError, match="patches do not give"):
        p.served(phone, dials, base)


def test_people_are_patched_too():
    phone = cjsim.Scenario.load("phone")
    dials = [dial("market.pain_share", 0, 0.5, 1), dial("firm.cold_list_share", 0, 0.1, 0.9)]
    base, made = served(phone, dials, [50])
    assert made.refused == {}
    settings = {"market.pain_share": 0.123, "firm.cold_list_share": 0.9}
    now = blocks_of(phone.with_changes(settings), [50])[50]
    for name, block in now.items():
        assert p.patched(base[50][name], name, 50, made, settings) == block.content


def test_a_half_life_is_a_constant_over_the_dial_and_held_against_every_position():
    phone = cjsim.Scenario.load("phone")
    key = "response.warmth_half_life_days"
    _, made = served(phone, [dial(key, *range(1, 60))], [50])
    ((_, kind, form, constant),) = made.patches[key]["patches"][SIDE + "pull"]["every"]
    assert kind == "f8"
    assert form == "over"
    assert constant == pytest.approx(0.6931471805599453)


def test_a_calendar_is_patched_in_every_period():
    change = {"day": 90, "until": 120, "product": {"price": 300}}
    phone = cjsim.Scenario.load("phone").with_changes({"changes": [change]})
    base, made = served(phone, [dial("product.quality", 0.2, 0.5, 0.9)], [50])
    assert made.refused == {}
    now = blocks_of(phone.with_changes({"product.quality": 0.9}), [50])[50]
    for name, block in now.items():
        given = p.patched(base[50][name], name, 50, made, {"product.quality": 0.9})
        assert given == block.content


def test_a_dial_that_ends_a_period_is_refused():
    """At 300 the change changes nothing: there is one period less."""
    change = {"day": 90, "product": {"price": 300}}
    phone = cjsim.Scenario.load("phone").with_changes({"changes": [change]})
    _, made = served(phone, [dial("product.price", 200, 300, 400)], [50])
    assert "product.price" in made.refused


def test_a_block_says_where_numbers_differ():
    import numpy as np

    form = np.dtype([("a", np.float64), ("b", np.int32), ("c", np.int8, (3,))], align=True)
    one = packed({"first": np.zeros(2), "second": np.zeros(2, form)})
    array = np.zeros(2, form)
    array[1]["c"][2] = 5
    array[0]["a"] = np.inf
    other = packed({"first": np.array([0.0, 7.0]), "second": array})
    places = one.unlike(other)
    assert [other.number(place) for place in places] == [7.0, np.inf, 5]
    assert [place.kind for place in places] == ["f8", "f8", "i1"]


def test_a_dial_that_changes_what_a_firm_takes_the_journey_to_be_is_refused():
    """Thousands of numbers, none of them the dial's; what does not touch them is served."""
    filtering = cjsim.Scenario.load("phone").with_changes({"guide.targeting": "filter"})
    dials = [dial("market.onset_days", 200, 300), dial("strategies.guide.accuracy", 0.5, 0.9)]
    base, made = served(filtering, dials, sizes=(500,))
    assert list(made.patches) == ["strategies.guide.accuracy"]
    assert list(made.refused) == ["market.onset_days"]
    assert 'targeting = "filter"' in made.refused["market.onset_days"]
    settings = {"strategies.guide.accuracy": 0.9}
    now = blocks_of(p.changed(filtering, settings), [500], ["guide"])[500]["side.guide"]
    given = p.patched(base[500]["side.guide"], "side.guide", 500, made, settings)
    assert given == now.content
