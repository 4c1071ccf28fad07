"""Counters have room for every legal scenario: nothing wraps, and the engines stay equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cjsim
from cjsim.engine.fast import loop
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.journey import REPEAT_DEAL, STAGES
from cjsim.model import parameters, population, rules, streams
from cjsim.model.events import Event
from cjsim.model.population import Person
from tests.builders import (
    ALWAYS_CONTENT,
    NEVER_CURIOUS,
    everywhere,
    lockstep,
    neutral,
    plans,
    touching,
)


def often(days: float) -> cjsim.Scenario:
    """One person with a need every twentieth of a day, and a gate that lets all pass."""
    return neutral(
        market={"onset_days": 0.1, "people": 1},
        stages=plans(0.01, repeat_deal={"typical_days": 0.05}),
        experience=ALWAYS_CONTENT, curiosity=NEVER_CURIOUS,
        loyalty={"deals_to_loyalty": 10**6},
        horizon_days=days,
    )  # fmt: skip


def empty_shelves() -> cjsim.Scenario:
    """A shelf that is hardly ever stocked: customers try a rival, come back, and try again."""
    return neutral(
        market={"onset_days": 1.0},
        stages=plans(0.5),
        experience=ALWAYS_CONTENT,
        curiosity={**NEVER_CURIOUS, "choice_slope": 200.0, "stockout_trigger": 0.0},
        rival={"quality": 0.0, "quality_noise": 0.0},
        shelf={"stocked_days": 0.5, "empty_days": 400.0, "wait_share": 0.0},
        horizon_days=3_000.0,
    )


def many_friends() -> cjsim.Scenario:
    """Advocates who tell two hundred acquaintances each."""
    return lockstep(
        loyalty={"deals_to_loyalty": 1, "advocate_share": 1.0, "friends": 200.0},
        horizon_days=40.0,
    )


def many_touchpoints() -> cjsim.Scenario:
    """More pull touchpoints than one byte counts, the last ones met most."""
    sites: dict[str, dict[str, Any]] = {
        f"site{n}": {
            "contact": "pull", "aims_at": "study", "fit": everywhere(),
            "reach_per_day": 0.001 if n < 130 else 0.5,
        }
        for n in range(140)
    }  # fmt: skip
    return neutral(stages=plans(5.0), horizon_days=200.0, **touching(sites))


def many_rests() -> cjsim.Scenario:
    """Pushes that all rest, some by the largest cap; the firm's time comes eight times a day."""
    mails: dict[str, dict[str, Any]] = {
        f"mail{n}": {
            "contact": "push", "aims_at": "study", "fit": everywhere(0.5 + n / 100),
            "rhythm_days": 0.1 * n, "cap_30_days": (0, 1, 30)[n % 3], "quiet_days": float(n),
        }
        for n in range(12)
    }  # fmt: skip
    pushing = {"push": "guide", "every_days": 0.125}
    return neutral(
        market={"onset_days": 5.0}, stages=plans(3.0), firm={"cold_list_share": 0.5},
        horizon_days=200.0, burn_in_days=50.0, **touching(mails, pushing),
    )  # fmt: skip


CASES = {
    "often": (often(1_700.0), 1),
    "empty shelves": (empty_shelves(), 20),
    "many friends": (many_friends(), 300),
    "many touchpoints": (many_touchpoints(), 15),
    "many rests": (many_rests(), 20),
}


def rows(kind: Any, scenario: cjsim.Scenario, people: int) -> Any:
    engine = kind(scenario, population.draw(scenario, people, 1), 1)
    engine.run()
    return engine.journal()[0]


@pytest.mark.parametrize("case", CASES)
def test_the_engines_agree_where_counters_are_large(case: str) -> None:
    scenario, people = CASES[case]
    assert (
        rows(Engine, scenario, people).tobytes() == rows(CompiledEngine, scenario, people).tobytes()
    )


def test_the_cases_reach_what_they_are_made_for() -> None:
    log = {case: rows(CompiledEngine, *CASES[case]) for case in CASES}
    visits = log["often"][log["often"]["event"] == Event.ENTER]
    assert (visits["stage"] == REPEAT_DEAL).sum() > 1 << 15
    shelves = log["empty shelves"]
    bare = shelves["person"][shelves["event"] == Event.STOCKOUT]
    assert np.bincount(bare).max() > 127
    friends = log["many friends"]
    at_once = np.unique(friends["time"][friends["event"] == Event.TOLD], return_counts=True)[1]
    assert at_once.max() > 4_096
    met = log["many touchpoints"]["touchpoint"]
    assert (met > 127).sum() > 100
    sent = log["many rests"]
    pairs = sent[["person", "touchpoint"]][sent["event"] == Event.CONTACT]
    assert np.unique(pairs, return_counts=True)[1].max() > 100  # its 30 times moved on often


def test_every_visit_and_contact_has_luck_of_its_own() -> None:
    """The largest index of a contact is below 2^63, and no two visits share one."""
    assert len(STAGES) <= rules.ROOM_FOR_STAGES
    last_visit = (rules.MOST_VISITS - 1) * rules.ROOM_FOR_STAGES + len(STAGES) - 1
    assert last_visit * rules.CONTACTS_A_VISIT + rules.CONTACTS_A_VISIT - 1 < 1 << 63
    record = parameters.record_type(Person)
    assert np.iinfo(record["visits"].base).max >= rules.MOST_VISITS
    assert np.iinfo(record["visit"]).max >= last_visit
    most_a_day = 50 * 20  # reach_per_day · intensity
    assert 200_000 * most_a_day < rules.AFTER_SWITCH < rules.CONTACTS_A_VISIT


def test_a_visit_beyond_the_last_has_the_luck_of_the_last() -> None:
    market = parameters.parameters_of(neutral(), people=1, seed=1)
    (person,) = population.persons(population.draw(neutral(), 1, 1), neutral(), 0.0)
    person.visits[REPEAT_DEAL] = rules.MOST_VISITS - 1
    rules.set_out(person, market, REPEAT_DEAL, 1.0)
    first = person.visit, person.step_left
    rules.set_out(person, market, REPEAT_DEAL, 2.0)
    assert (person.visit, person.step_left) == first


def test_one_event_has_room_for_all_the_friends_that_can_be_told() -> None:
    """Each may be told, awake and enter a stage, and plans one event anew."""
    assert loop.ROOM_FOR_ROWS > 3 * rules.MOST_TOLD
    assert loop.ROOM_FOR_ENTRIES > rules.MOST_TOLD


def test_touchpoints_of_one_stream_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be met at the same moments: 32 bits of a hash had such pairs."""
    monkeypatch.setattr(parameters, "_stream_of", lambda name: 1 << 62)
    with pytest.raises(ValueError, match="would draw the same random numbers"):
        parameters.parameters_of(many_touchpoints(), people=1, seed=1)


def test_names_that_once_shared_a_stream_have_their_own() -> None:
    assert streams.stream_of("plumless") != streams.stream_of("buckeroo")
    assert 1 << 62 <= streams.stream_of("site") < 1 << 63


def test_two_seeds_share_no_world() -> None:
    numbers = [world for seed in range(200) for world in streams.worlds(seed, 100)]
    assert len(set(numbers)) == len(numbers)
    assert streams.worlds(7, 50)[:20] == streams.worlds(7, 20)
    assert all(0 <= number < 1 << 62 for number in numbers)
