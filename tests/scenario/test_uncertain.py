"""What is not known of a key stands in the file, is kept with it, and changes no run."""

import pytest

from cjsim import Scenario, ScenarioError, simulate
from cjsim.scenario import digest, docs, to_toml

RANGES = {"product.price": [300, 500], "guide.accuracy": {"mean": 0.7, "sd": 0.1}}


@pytest.fixture
def phone():
    return Scenario.load("phone", "guide")


@pytest.fixture
def unsure(phone):
    return phone.with_changes({"uncertain": RANGES})


def test_a_plain_run_takes_the_keys_as_they_stand(phone, unsure):
    plain, same = (simulate(side, 60, seed=3).events.rows for side in (phone, unsure))
    assert plain.tobytes() == same.tobytes()
    assert digest(unsure) == digest(phone)


def test_the_doubt_is_kept_by_setting_saving_and_loading(unsure, tmp_path):
    path = unsure.save(tmp_path / "mine.toml")
    assert Scenario.load(path) == unsure
    assert unsure.with_changes({"product.price": 400}).uncertain == unsure.uncertain
    assert unsure.with_strategy("pull").uncertain == unsure.uncertain


def test_a_scenario_without_doubt_is_saved_as_before(phone):
    assert "uncertain" not in to_toml(phone)


def test_a_file_adds_to_the_doubt_of_the_file_below_and_replaces_it_key_by_key(unsure, tmp_path):
    unsure.save(tmp_path / "below.toml")
    above = tmp_path / "above.toml"
    above.write_text(
        'extends = "below.toml"\n[uncertain]\n'
        "product.price = { five = 380, ninety_five = 480 }\nrival.quality = [0.4, 0.6]\n"
    )
    doubts = Scenario.load(above).uncertain
    assert list(doubts) == ["product.price", "guide.accuracy", "rival.quality"]
    assert doubts["product.price"].given == ("five", "ninety_five")
    assert doubts["guide.accuracy"].drawn_as == "normal"


def test_quotes_around_a_key_may_be_left_out(tmp_path):
    files = [tmp_path / f"{name}.toml" for name in ("with", "without")]
    for path, key in zip(files, ('"product.price"', "product.price"), strict=True):
        path.write_text(f'extends = "phone"\n[uncertain]\n{key} = [300, 500]\n')
    one, other = map(Scenario.load, files)
    assert one == other


def test_a_change_replaces_a_doubt_and_leaves_the_others(unsure):
    again = unsure.with_changes({"uncertain": {"product.price": {"five": 380, "ninety_five": 480}}})
    assert again.uncertain["product.price"].given == ("five", "ninety_five")
    assert again.uncertain["guide.accuracy"] == unsure.uncertain["guide.accuracy"]


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        ({"product.price": [5]}, "must be two numbers"),
        ({"product.price": "much"}, "must be two numbers"),
        ({"product.price": {"shape": "flat", "low": 1, "high": 2}}, "must be uniform, log-uni"),
        ({"product.price": [5, "6"]}, "must be a finite number|must be a number"),
        ({"product": [5, 6]}, "only a number can be uncertain"),
        ({"touchpoints.newsleter.warmth": [0, 1]}, "there is no such touchpoint"),
        ({"uncertain.product.price.low": [5, 6]}, "there is no such key|has no such key"),
    ],
)
def test_what_says_no_doubt_is_refused(phone, doubt, said):
    with pytest.raises(ScenarioError, match=said):
        phone.with_changes({"uncertain": doubt})


def test_no_day_changes_what_is_uncertain(phone):
    change = {"day": 30, "uncertain": {"product.price": [1, 2]}}
    with pytest.raises(ScenarioError, match="cannot change during a run"):
        phone.with_changes({"changes": [change]})


def test_its_numbers_are_told_as_not_said():
    defaults = {line.key: line.default for line in docs("uncertain")}
    assert list(defaults) == ["shape", "low", "high", "mode", "mean", "sd", "five", "ninety_five"]
    assert set(defaults.values()) == {""}
