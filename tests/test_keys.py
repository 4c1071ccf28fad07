"""Every question reads a key alike, and tells a wrong one in the same sentence."""

import pandas as pd
import pytest

from cjsim import Scenario, ScenarioError, flip_point, optimise, sobol, sweep, tornado
from cjsim.experiment.design import is_whole
from cjsim.experiment.sensitivity import number_key
from cjsim.lab.dials import slider
from cjsim.lab.panels import panel

SHORT = {"people": 20, "executor": "here"}


@pytest.fixture(scope="module")
def phone():
    return Scenario.load("phone", "guide")


READERS = {
    "tornado": lambda s, key: tornado(s, [key], runs=2, **SHORT),
    "sobol": lambda s, key: sobol(s, {key: (0.1, 0.2)}, samples=2, **SHORT),
    "optimise": lambda s, key: optimise(s, {key: (0.1, 0.2)}, runs=2, **SHORT),
    "flip_point": lambda s, key: flip_point(
        s, key, claim="guide > pull", low=0.1, high=0.2, **SHORT
    ),
    "sweep": lambda s, key: sweep({"a": s}, pd.DataFrame({key: [0.1]}), runs=1, **SHORT),
    "slider": slider,
    "panel": lambda s, key: panel(s, key, people=20),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("gide.accuracy", "gide.accuracy: there is no such key; did you mean guide.accuracy?"),
        ("quality", "quality: there is no such key; did you mean product.quality?"),
        (
            "guide.acuracy",
            "strategies.guide.acuracy: [strategies.guide] has no such key; did you mean accuracy?",
        ),
        ("loyalty.gian", "loyalty.gian: [loyalty] has no such key; did you mean gain?"),
    ],
)
def test_a_wrong_key_gets_one_sentence_from_all(phone, reader, key, line):
    with pytest.raises(ScenarioError) as caught:
        READERS[reader](phone, key)
    assert str(caught.value) == f"phone: {line}"


def test_a_tornado_and_a_search_read_a_tables_key_alike(phone):
    (row,) = tornado(phone, ["loyalty.gain"], runs=2, **SHORT).table.itertuples()
    best = optimise(phone, {"loyalty.gain": (0.1, 0.9)}, runs=2, **SHORT)
    assert row.value == best.now["loyalty.gain"] == phone.loyalty.gain


def test_the_long_and_the_short_name_of_a_key_give_the_same_tornado(phone):
    keys = ("guide.accuracy", "strategies.guide.accuracy")
    short, long = (tornado(phone, [key], runs=2, **SHORT).table for key in keys)
    pd.testing.assert_frame_equal(short.reset_index(drop=True), long.reset_index(drop=True))


@pytest.mark.parametrize("experiment", ["tornado", "sobol", "optimise", "flip_point"])
@pytest.mark.parametrize("key", ["guide.push", "firm.repeat_needs_rep", "product"])
def test_only_a_number_can_be_varied(phone, experiment, key):
    with pytest.raises(ValueError, match=f"^{key}: only a number can be varied; this key is "):
        READERS[experiment](phone, key)


def test_samples_and_experiments_round_the_same_keys(phone):
    for dotted in ("firm.reps", "loyalty.deals_to_loyalty", "loyalty.gain", "guide.accuracy"):
        assert is_whole(dotted) == number_key(phone, dotted).is_whole
    assert is_whole("loyalty.deals_to_loyalty")
    assert not is_whole("guide.nothing_like_it")
