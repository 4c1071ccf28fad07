"""Luck of their own: the two sides of a question share a world only where they are to."""

import itertools

import pytest

import cjsim
from cjsim.lab.background import Question
from cjsim.model.streams import worlds


def question(seed=1, runs=30, same_luck=False):
    phone = cjsim.Scenario.load("phone")
    return Question((phone, phone), 100, worlds(seed, runs), same_luck)


def seeds(asked, side):
    return [asked.seed(side, run) for run in range(len(asked.seeds))]


def test_the_first_side_lives_in_the_worlds_that_were_asked_for():
    for same_luck in (True, False):
        asked = question(same_luck=same_luck)
        assert seeds(asked, 0) == list(asked.seeds)


def test_with_the_same_luck_both_live_in_the_same_worlds():
    asked = question(same_luck=True)
    assert seeds(asked, 1) == seeds(asked, 0)


def test_with_luck_of_their_own_no_world_is_met_twice():
    """Not in another run either: a world next door would be the other side's in the next run."""
    asked = question()
    assert not set(seeds(asked, 1)) & set(seeds(asked, 0))
    assert len(set(seeds(asked, 1))) == len(asked.seeds)


@pytest.mark.parametrize("same_luck", [True, False])
def test_another_seed_is_other_luck_on_both_sides(same_luck):
    met = [
        world
        for seed in range(1, 40)
        for world in set(seeds(question(seed, same_luck=same_luck), 0))
        | set(seeds(question(seed, same_luck=same_luck), 1))
    ]
    assert len(met) == len(set(met))


def test_offsets_of_neighbouring_worlds_do_not_meet():
    """A lab asked for worlds 1, 2, 3, ... by hand keeps its sides apart too."""
    phone = cjsim.Scenario.load("phone")
    asked = Question((phone, phone), 100, tuple(range(1, 200)), same_luck=False)
    for one, other in itertools.product(range(2), range(2)):
        shared = set(seeds(asked, one)) & set(seeds(asked, other))
        assert bool(shared) == (one == other)
