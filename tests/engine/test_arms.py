"""A market that is split: what an arm shares with the others, and what it has for itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import Scenario
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.model import arms, population
from cjsim.model.arms import Assignment, Split
from cjsim.model.events import Event
from cjsim.scenario import presets
from tests.builders import scenarios
from tests.often import often

ENGINES = (Engine, CompiledEngine)
HALF = (0.5, 0.5)


def rows_of(
    kind: Any, scenario: Scenario, split: Split | None, everybody: Any, seed: int
) -> tuple[bytes, bytes]:
    """The journal of an engine, truths too, as bytes."""
    engine = kind(scenario, everybody, seed, truth=True, split=split)
    engine.run()
    rows, truths, _ = engine.journal()
    return rows.tobytes(), np.ascontiguousarray(truths).tobytes()


def every_strategy(scenario: Scenario) -> tuple[Scenario, ...]:
    """An arm for each strategy of a firm, and one with another price."""
    under = [scenario.with_strategy(name) for name in scenario.strategies]
    dearer = scenario.with_changes({"product.price": scenario.product.price * 1.25})
    return (scenario, *under, dearer)


@settings(max_examples=often(30))
@given(scenarios(), st.integers(1, 40), st.integers(0, 2**62 - 1), st.integers(0, 3))
def test_both_engines_write_the_same_of_any_firm(
    scenario: Scenario, people: int, seed: int, regions: int
) -> None:
    in_arms = every_strategy(scenario)
    everybody = population.draw(scenario, people, seed)
    shares = (1.0 / len(in_arms),) * len(in_arms)
    split = Assignment(in_arms[1:], shares, regions).split(scenario, len(everybody), people, seed)
    ours, theirs = (rows_of(kind, scenario, split, everybody, seed) for kind in ENGINES)
    assert hash(ours) == hash(theirs)  # pytest would compare the bytes for minutes


@settings(max_examples=often(20))
@given(scenarios(), st.integers(1, 40), st.integers(0, 2**62 - 1))
def test_arms_of_one_strategy_are_the_market_as_it_is(
    scenario: Scenario, people: int, seed: int
) -> None:
    """To the bit: who is in which arm moves nobody's luck."""
    everybody = population.draw(scenario, people, seed)
    split = Split((scenario, scenario), arms.drawn(seed, len(everybody), HALF))
    for kind in ENGINES:
        whole, halves = (rows_of(kind, scenario, one, everybody, seed) for one in (None, split))
        assert hash(whole) == hash(halves)


@pytest.mark.parametrize("product", list(presets()))
def test_every_preset_with_all_its_strategies_at_once(product: str) -> None:
    scenario = Scenario.load(product)
    days = {"horizon_days": 400.0, "burn_in_days": min(400.0, scenario.burn_in_days)}
    scenario = scenario.with_changes(days)
    in_arms = every_strategy(scenario)
    everybody = population.draw(scenario, 200, 1)
    shares = (1.0 / len(in_arms),) * len(in_arms)
    split = Split(in_arms, arms.drawn(1, len(everybody), shares))
    ours, theirs = (rows_of(kind, scenario, split, everybody, 1) for kind in ENGINES)
    assert ours == theirs


def test_all_in_one_arm_is_the_market_of_that_arm() -> None:
    """Were no word of mouth across, this would say all there is to say."""
    guide = Scenario.load("phone", "guide").with_changes({"horizon_days": 300.0})
    nothing = guide.with_strategy("nothing")
    in_b = cjsim.simulate(guide, 300, arms=Assignment((nothing,), (0.0, 1.0)))
    alone = cjsim.simulate(nothing, 300)
    assert in_b.events.rows.tobytes() == alone.events.rows.tobytes()


def test_without_a_desk_and_friends_each_arm_lives_as_if_alone() -> None:
    """A person's rows are those of the market in which everybody is treated as they are."""
    scenario = cjsim.without("phone", "word_of_mouth", "limited_reps", "bad_word", "social_proof")
    scenario = scenario.with_strategy("guide").with_changes({"horizon_days": 300.0})
    other = scenario.with_strategy("animator")
    run = cjsim.simulate(scenario, 300, arms=Assignment((other,), HALF))
    assert run.split is not None
    alone = [cjsim.simulate(one, 300) for one in (scenario, other)]
    for arm, whole in enumerate(alone):
        mixed, pure = (
            one.events.rows[run.split.of[one.events.rows["person"]] == arm] for one in (run, whole)
        )
        assert 0 < len(pure) < len(whole.events.rows)
        assert mixed.tobytes() == pure.tobytes()


def test_friends_are_friends_across_the_arms() -> None:
    """A friend told by somebody of the other arm goes on under their own arm's strategy."""
    changes = {
        "horizon_days": 900.0, "loyalty.friends": 3.0, "loyalty.advocate_share": 1.0,
        "loyalty.deals_to_loyalty": 1, "burn_in_days": 0.0,
    }  # fmt: skip
    guide = Scenario.load("phone", "guide").with_changes(changes)
    run = cjsim.simulate(guide, 400, arms=Assignment((guide.with_strategy("nothing"),), HALF))
    assert run.split is not None
    rows = run.events.rows
    told = rows["person"][np.flatnonzero(rows["event"] == Event.REFERRAL) - 1]
    awoken = rows["person"][rows["event"] == Event.REFERRAL]
    across = run.split.of[told] != run.split.of[awoken]
    assert across.any()
    assert not across.all()
    contacts = rows[rows["event"] == Event.CONTACT]
    met, running = [], []
    for arm, scenario in enumerate(run.split.scenarios):
        met.append(set(contacts["touchpoint"][run.split.of[contacts["person"]] == arm].tolist()))
        names = scenario.running_touchpoints("pull") + scenario.running_touchpoints("push")
        running.append({list(scenario.touchpoints).index(name) for name in names})
    assert met[0] <= running[0]
    assert met[1] <= running[1] < met[0]


def test_a_split_run_tells_the_truth_of_itself() -> None:
    guide = Scenario.load("phone", "guide").with_changes({"horizon_days": 100.0})
    run = cjsim.simulate(guide, 60, arms=Assignment((guide.with_strategy("nothing"),), HALF))
    assert len(run.truth()) == len(run.events.rows)


def test_who_is_in_which_arm_is_drawn_evenly_and_by_region() -> None:
    people = 20_000
    by_lot = arms.drawn(7, people, [0.2, 0.3, 0.5])
    spread = (people * 0.25) ** 0.5
    assert np.bincount(by_lot) == pytest.approx([4_000, 6_000, 10_000], abs=4 * spread)
    assert (arms.drawn(7, people, HALF)[:100] == arms.drawn(7, 100, HALF)).all()
    regions = arms.region_of(1_100, 1_000, 10)
    assert np.bincount(regions).tolist() == [110] * 10  # newcomers move into all of them
    assert (np.diff(regions[:1_000]) >= 0).all()
    assert sorted(arms.drawn_regions(7, 10, HALF)) == [0] * 5 + [1] * 5
    assert len({tuple(arms.drawn_regions(seed, 10, HALF)) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"firm.reps": 3}, "firm.reps"),
        ({"shelf.stocked_days": 3.0}, "shelf.stocked_days"),
        ({"market.pain_share": 0.1}, "market.pain_share"),
        ({"touchpoints.site.rep_hours": 1.0}, "touchpoints.site.rep_hours"),
    ],
)
def test_what_all_share_cannot_differ(changes: dict[str, Any], key: str) -> None:
    phone = Scenario.load("phone")
    with pytest.raises(ValueError, match=rf"^{key}: cannot differ between the arms"):
        Split((phone, phone.with_changes(changes)), arms.drawn(1, 5, HALF))


def test_shares_and_arms_that_cannot_be_are_refused() -> None:
    phone = Scenario.load("phone")
    with pytest.raises(ValueError, match="must add up to 1"):
        Assignment((phone,), (0.5, 0.4))
    with pytest.raises(ValueError, match="must be one for each of the arms"):
        Assignment((phone,), (1.0,))
    with pytest.raises(ValueError, match="arm 1: there are 1"):
        Split((phone,), np.array([0, 1], np.uint8))
    with pytest.raises(ValueError, match="0 arms: must be from 1 to 100"):
        Split((), np.zeros(0, np.uint8))
