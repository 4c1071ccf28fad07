"""What a student designs, as a key for scoring: from a dictionary, and pasted from the board."""

import pytest

from cjsim import compare
from cjsim.course.checks import Work, WorkError
from cjsim.course.sets.design import gain, joined, own, own_allowed, pasted, pasted_allowed
from cjsim.scenario import Scenario

LIMITS = {"guide.every_days": (7.0, 60.0), "product.price": (300.0, 800.0)}
GUIDE = Scenario.load("phone", strategy="guide")


def work(value):
    return Work({"mine": value}, "en")


def problem_of(action, *given, **named):
    with pytest.raises(WorkError) as raised:
        action(*given, **named)
    assert not raised.value.hinted
    return str(raised.value)


def test_only_what_is_allowed_and_differs_is_scored():
    changes = {"guide.every_days": 14, "guide.accuracy": 1.0, "product.price": 440.0}
    assert own(work(changes), "mine", LIMITS, GUIDE) == (("guide.every_days", 14.0),)
    assert not own_allowed(work(changes), "mine", LIMITS, GUIDE)
    assert own_allowed(work({"guide.every_days": 14}), "mine", LIMITS, GUIDE)


@pytest.mark.parametrize("action", [own, own_allowed])
def test_unchanged_keys_earn_nothing_and_that_is_said(action):
    same = {"guide.every_days": 30, "product.price": 440}
    assert "changes nothing" in problem_of(action, work(same), "mine", LIMITS, GUIDE)


def test_a_dictionary_of_which_nothing_is_allowed_is_not_said_to_be_missing():
    said = problem_of(own, work({"product.price": 850.0}), "mine", LIMITS, GUIDE)
    assert said == "`mine` sets product.price to 850; this task allows 300 to 800"
    assert "not there yet" in problem_of(own, work({}), "mine", LIMITS, GUIDE)


def test_the_last_side_with_the_strategy_is_the_students():
    address = "#phone;s=guide,every_days:7+guide,every_days:14+pull;product.price=500;lang=en"
    key = (("guide.every_days", 14.0), ("product.price", 500.0))
    assert pasted(work(address), "mine", "phone", LIMITS) == key
    assert pasted_allowed(work(address), "mine", "phone", LIMITS)


def test_a_strategy_may_be_the_students_to_choose():
    address = "#phone;s=pull+animator;lang=en"
    choice = ("guide", "animator")
    assert pasted(work(address), "mine", "phone", LIMITS, choice) == (("strategy", "animator"),)
    assert pasted_allowed(work(address), "mine", "phone", LIMITS, choice)


def test_what_is_not_allowed_is_named_and_not_scored():
    address = "#phone;s=pull+guide,accuracy:0.9,every_days:14;product.price=850;lang=en"
    assert pasted(work(address), "mine", "phone", LIMITS) == (("guide.every_days", 14.0),)
    said = problem_of(pasted_allowed, work(address), "mine", "phone", LIMITS)
    assert said == "`mine` sets product.price to 850; this task allows 300 to 800"
    address = address.replace("850", "500")
    said = problem_of(pasted_allowed, work(address), "mine", "phone", LIMITS)
    assert said.startswith("`mine` turns guide.accuracy; this task allows only guide.every_days, ")


@pytest.mark.parametrize("action", [pasted, pasted_allowed])
def test_a_design_of_which_nothing_is_allowed_is_not_said_to_change_nothing(action):
    address = "#phone;s=pull+guide;product.price=850;lang=en"
    said = problem_of(action, work(address), "mine", "phone", LIMITS)
    assert said == "`mine` sets product.price to 850; this task allows 300 to 800"


@pytest.mark.parametrize("action", [pasted, pasted_allowed])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "`mine` is not there yet"), (None, "`mine` is not there yet"),
        (5, "should be text"), ("ACDE-FHJK", "this code was misread"),
        ("мой план", "neither an address"), ("#car;s=pull+guide", "is about car; this task"),
        ("#phone;s=pull+animator", "no side with guide; its sides are pull, animator"),
        ("#phone;s=pull+guide;lang=en", "changes nothing"),
    ],
)  # fmt: skip
def test_what_is_no_design_is_said_in_a_sentence(action, typed, said):
    assert said in problem_of(action, work(typed), "mine", "phone", LIMITS)


def test_two_comparisons_in_the_same_worlds_are_one():
    """What is joined is what one comparison of all firms would have said, to the last bit."""
    firms = {name: Scenario.load("phone", strategy=name) for name in ("pull", "guide")}
    mine = {"mine": GUIDE.with_changes({"guide.every_days": 60})}
    how = {"people": 60, "runs": 4, "seed": 3}
    whole = compare({**firms, **mine}, **how)
    parts = joined(compare(firms, **how), compare(mine, **how))
    assert parts.runs.equals(whole.runs)
    assert parts.paired().equals(whole.paired())
    assert parts.means().equals(whole.means())
    assert gain(parts) == gain(whole)
    assert gain(parts).mean == pytest.approx(sum(gain(parts).worlds) / 4)


def test_other_worlds_are_not_joined():
    one, other = (compare({"a": GUIDE}, people=20, runs=2, seed=seed) for seed in (1, 2))
    with pytest.raises(ValueError, match="same worlds"):
        joined(one, other)
