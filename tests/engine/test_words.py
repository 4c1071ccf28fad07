"""Bad words, circles, proof by the number of customers, clutter, and a bonus for referrals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim import Scenario, measures
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.engine.process import Engine
from cjsim.journey import GONE, LOYALTY, RECOMMENDATION, REPEAT_DEAL, SATISFACTION, WITH_RIVAL
from cjsim.model import parameters, population, rules
from cjsim.model.events import Event
from tests.builders import (
    ALWAYS_CONTENT,
    NEVER_CURIOUS,
    everywhere,
    lockstep,
    market,
    neutral,
    person,
    plans,
    scenarios,
    touch,
    touching,
)
from tests.often import often


def state_of(engine: Any, name: str) -> Any:
    """A field of all people at the end of a run, of either engine."""
    people = engine.people
    if isinstance(people, np.ndarray):
        return people[name]
    return np.array([getattr(somebody, name) for somebody in people])


def rows_of(run: cjsim.Run, event: Event) -> Any:
    """The rows of one kind."""
    return run.events.rows[run.events["event"] == event]


# --- bad words (C109) ---------------------------------------------------------------------------


def failing(share: float, friends: float, harm: float = 0.0, **changes: Any) -> Scenario:
    """Everybody buys once, is let down, and loses the gate; nobody complains."""
    return lockstep(
        words={"bad_share": share, "bad_friends": friends, "bad_harm": harm},
        experience={"gate_slope": 200.0, "gate_threshold": 5.0},
        rival={"retention": 1.0},
        horizon_days=20.0,
        **changes,
    )


def test_so_many_of_the_disappointed_warn_so_many() -> None:
    """Each loses the gate once: rows are Poisson(mean) for each of a share of them."""
    people, share, friends = 3000, 0.8, 3.0
    run = cjsim.simulate(failing(share, friends), people=people)
    warned = np.bincount(rows_of(run, Event.BAD_WORD)["person"], minlength=people)
    mean, variance = share * friends, share * (friends + friends**2) - (share * friends) ** 2
    assert abs(warned.mean() - mean) <= 4.0 * np.sqrt(variance / people)
    silent = 1.0 - share + share * np.exp(-friends)
    assert abs((warned == 0).mean() - silent) <= 4.0 * np.sqrt(silent * (1 - silent) / people)


@pytest.mark.parametrize("engine", [Engine, CompiledEngine])
def test_each_bad_word_costs_its_share_of_trust_and_nothing_else_does(engine: Any) -> None:
    """The logarithm of all trust lost counts the words."""
    scenario, harm = failing(0.5, 3.0, 0.25), 0.25
    one = engine(scenario, population.draw(scenario, 300, 1), 1)
    one.run()
    trust = state_of(one, "trust")
    words = np.log(trust / 0.5) / np.log(1.0 - harm)
    assert np.allclose(words, np.round(words))
    rows = one.journal()[0]
    assert round(float(words.sum())) == np.count_nonzero(rows["event"] == Event.BAD_WORD) > 100


def test_only_what_is_not_made_good_upsets() -> None:
    for recovery, upset in ((0.0, rules.BY_FAILURE), (1.0, 0)):
        keys = {"failure_rate": 1.0, "complain_share": 1.0, "recovery_rate": recovery}
        somebody = person(deals=1)
        rules.service(somebody, market(neutral(service=keys)))
        assert somebody.upset == upset


def test_a_bad_word_slows_people_down() -> None:
    """Fewer step on from study, more walk away: the clocks run on at once."""
    friend = person(stage=4, step_left=1.0, walk_left=1.0, trust=0.5)
    before = rules.step_rate(friend, market()), rules.walk_rate(friend, market())
    rules.hear_bad(friend, market(bad_harm=0.5), 0.0)
    assert friend.trust == 0.25
    assert rules.step_rate(friend, market()) == before[0] * 0.75
    assert rules.walk_rate(friend, market()) == before[1] * 1.25
    assert friend.ring_at == rules.NOT_SET


def test_nobody_warns_in_a_market_of_one() -> None:
    run = cjsim.simulate(failing(1.0, 5.0), people=1)
    assert not len(rows_of(run, Event.BAD_WORD))
    assert len(rows_of(run, Event.FIRST_DEAL)) == 1


def test_words_move_nobodys_other_luck() -> None:
    """Words that harm nobody leave the log as it was, but for their own rows.

    Clocks are read off more often on their way: the last bits of times may differ.
    """
    plain = cjsim.Scenario.load("yogurt", strategy="guide").with_changes({"horizon_days": 200.0})
    harmless = plain.with_changes({"words.bad_share": 1.0, "words.bad_harm": 0.0})
    logs = [cjsim.simulate(s, people=100, seed=3).events.rows for s in (plain, harmless)]
    kept = logs[1][logs[1]["event"] != Event.BAD_WORD]
    assert len(kept) < len(logs[1])
    for column in ("person", "event", "stage"):
        assert np.array_equal(kept[column], logs[0][column])
    assert np.allclose(kept["time"], logs[0]["time"], rtol=0, atol=1e-6)


def test_a_guide_named_susanin_is_remembered() -> None:
    """C109: who is led astray by a leader that promises much tells the others, who stay away.

    The same guide leads the same people; the promise is kept or not, and people talk or do not.
    What the promise costs by the gate alone is less than what it costs where people talk.
    """

    def sold(promise: float, talk: float) -> int:
        leader = {"contact": "pull", "aims_at": "study", "fit": everywhere(), "promise": promise,
                  "reach_per_day": 1.0}  # fmt: skip
        scenario = neutral(
            stages=plans(4.0, loss=0.3),
            market={"onset_days": 200.0, "return_days": 60.0},
            experience={"gate_slope": 12.0, "gate_threshold": 0.42, "loss_aversion": 2.0},
            words={"bad_share": talk, "bad_friends": 6.0, "bad_harm": 0.5},
            horizon_days=500.0,
            **touching({"leader": leader}),
        )
        run = cjsim.simulate(scenario, people=800, seed=4)
        return len(rows_of(run, Event.FIRST_DEAL))

    honest, mute = sold(0.0, 0.8), sold(0.6, 0.0)
    susanin = sold(0.6, 0.8)
    assert susanin < 0.9 * honest
    assert susanin < 0.9 * mute


# --- circles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("circle", "here"), [(2, 5), (3, 0), (4, 19), (9, 11)])
def test_a_circle_is_the_nearest_on_the_ring_all_alike(circle: int, here: int) -> None:
    """Of 20 people; half on either side, the odd one ahead."""
    terms = market(people=20, circle=circle, far_share=0.0)
    lucks = (np.arange(circle * 10) + 0.5) / (circle * 10)
    found = [rules.acquaintance(person(id=here), terms, u, 0.5, 0.0) for u in lucks.tolist()]
    ahead = -(-circle // 2)
    offsets = [*range(1, ahead + 1), *range(-1, -(circle - ahead) - 1, -1)]
    wanted = {(here + offset) % 20: 10 for offset in offsets}
    assert {who: found.count(who) for who in set(found)} == wanted
    assert here not in wanted


def test_a_share_of_acquaintances_is_from_anywhere() -> None:
    terms = market(people=20, circle=2, far_share=0.3)
    lucks = (np.arange(190) + 0.5) / 190
    far = [rules.acquaintance(person(id=5), terms, u, 0.29, 0.0) for u in lucks.tolist()]
    assert set(far) == set(range(20)) - {5}
    near = [rules.acquaintance(person(id=5), terms, u, 0.3, 0.0) for u in lucks.tolist()]
    assert set(near) == {4, 6}


def test_a_circle_of_everybody_is_none() -> None:
    for circle in (0, 19, 50):
        terms = market(people=20, circle=circle, far_share=0.0)
        assert rules.acquaintance(person(id=5), terms, 0.999, 0.5, 0.0) == 19


def spreading(**words: Any) -> Scenario:
    """A few awake by themselves; all who buy tell friends at every turn."""
    return neutral(
        stages=plans(1.0, repeat_deal={"typical_days": 20.0}),
        market={"onset_days": 2000.0},
        experience={"performance_weight": 1.0, **ALWAYS_CONTENT},
        product={"quality": 1.0},
        curiosity=NEVER_CURIOUS,
        loyalty={"advocate_share": 1.0, "friends": 1.0, "friend_trust": 0.0, "friend_warmth": 0.0},
        words=words,
        horizon_days=300.0,
    )


def test_words_go_round_in_a_circle() -> None:
    run = cjsim.simulate(spreading(circle=4, far_share=0.0), people=400)
    teller, hops = -1, []
    for _, _, who, _, event, _ in run.events.rows.tolist():
        if event == Event.TOLD:
            teller = who
        elif event == Event.REFERRAL:
            hops.append((who - teller) % 400)
    assert set(hops) == {1, 2, 398, 399}


def test_in_circles_people_tell_those_who_know_and_k_is_smaller_by_generation() -> None:
    """C78-C82: the same number of words awakes fewer where all know each other already."""
    runs = {
        name: cjsim.simulate(spreading(circle=circle, far_share=far), people=2000, seed=3)
        for name, circle, far in (("all", 0, 0.0), ("circles", 4, 0.0), ("some far", 4, 0.2))
    }
    awoke = {name: len(rows_of(run, Event.REFERRAL)) for name, run in runs.items()}
    assert awoke["circles"] < 0.8 * awoke["all"]
    assert awoke["circles"] < awoke["some far"]
    for name, run in runs.items():
        k, size = measures.k_by_generation(run), measures.generations(run)
        assert k.iloc[0] == size.iloc[1] / size.iloc[0], name
        assert np.allclose(k * size.iloc[:-1], size.iloc[1:])


# --- the number of customers (C148-C150), and clutter (C127) -------------------------------------


@settings(max_examples=often(40))
@given(scenarios(), st.integers(1, 30), st.integers(0, 2**30))
def test_the_tally_is_who_is_there(scenario: Scenario, people: int, seed: int) -> None:
    """In both engines, whatever has happened, a change of strategy after a burn-in included."""
    everybody = population.draw(scenario, people, seed)
    for kind in (Engine, CompiledEngine):
        engine = kind(scenario, everybody, seed)
        engine.run()
        stages = state_of(engine, "stage")
        customers = (stages >= SATISFACTION) & (stages <= RECOMMENDATION)
        assert list(engine.world.tally) == [(stages != GONE).sum(), customers.sum()]


def test_proof_grows_with_the_customers() -> None:
    showing = touch(proof=0.1, social_proof=0.4, fit=[0.5] * 16)
    for customers, proof in ((0.0, 0.1), (0.25, 0.2), (1.0, 0.5)):
        somebody = person(stage=4, trust=0.5)
        rules.contact(somebody, market(), showing, 0.0, customers)
        assert somebody.trust == pytest.approx(0.5 + proof * 0.5 * 0.5)
    somebody = person(stage=4, trust=0.5)
    rules.contact(somebody, market(), touch(proof=0.9, social_proof=0.9), 0.0, 1.0)
    assert somebody.trust == 1.0


def test_followers_are_what_convinces() -> None:
    """Before there is a customer nobody is convinced; the last who come are by nearly all."""
    page = {"contact": "pull", "aims_at": "study", "fit": {"interest": 1.0}, "social_proof": 1.0,
            "reach_per_day": 3.0}  # fmt: skip
    scenario = neutral(
        stages=plans(1.0, interest={"typical_days": 3.0}, repeat_deal={"typical_days": 500.0}),
        market={"onset_days": 50.0},
        experience=ALWAYS_CONTENT,
        horizon_days=200.0,
        **touching({"page": page}),
    )
    run = cjsim.simulate(scenario, people=300)
    contacts = run.log()["event"] == "contact"
    trust, time = run.truth()["trust"][contacts], run.log()["time"][contacts]
    early = trust[time < rows_of(run, Event.FIRST_DEAL)["time"].min()]
    assert set(early) == {0.5}
    assert trust[-20:].mean() > 0.8


def test_clutter_divides_what_is_noticed() -> None:
    """Twice the strength in a market twice as loud is the log of before, to the last bit."""
    strengths = {"warmth": 0.3, "proof": 0.2, "promise": 0.25, "reminds": 0.4, "social_proof": 0.1}
    ad = {"contact": "pull", "aims_at": "study", "fit": everywhere(0.5), "intrusiveness": 0.3}

    def rows(clutter: float, times: float) -> bytes:
        loud = {key: value * times for key, value in strengths.items()}
        tables = touching({"ad": {**ad, **loud, "care": 0.1}})
        tables["market"] = {"clutter": clutter, "presence": 0.5}
        run = cjsim.simulate(neutral(stages=plans(5.0, loss=0.2), **tables), people=60)
        return bytes(run.events.rows.tobytes())

    assert rows(1.0, 2.0) == rows(0.0, 1.0)
    assert rows(1.0, 1.0) != rows(0.0, 1.0)
    one = neutral(**touching({"ad": {**ad, **strengths, "care": 0.1, "calm": 0.1, "asks": 0.1}}))
    quiet, loud = (
        parameters.touches(s, "pull")[0] for s in (one, one.with_changes({"market.clutter": 3.0}))
    )
    assert {key: getattr(loud, key) * 4.0 for key in strengths} == pytest.approx(strengths)
    for key in ("care", "calm", "asks", "intrusiveness", "cost", "reach"):
        assert getattr(loud, key) == getattr(quiet, key), key


# --- a bonus for referrals ----------------------------------------------------------------------


def test_a_bonus_makes_a_share_of_the_others_recommend() -> None:
    """By luck below a · S + bonus · (1 - a · S)."""
    people, satisfaction = 4000, 0.5
    for bonus in (0.0, 0.25, 1.0):
        terms = market(advocate_share=0.4, bonus_share=bonus)
        onward = [
            rules.next_stage(person(id=i, stage=LOYALTY, satisfaction=satisfaction), terms, 0.0)
            for i in range(people)
        ]
        chance = 0.2 + bonus * 0.8
        error = 4.0 * np.sqrt(chance * (1.0 - chance) / people)
        assert abs(onward.count(RECOMMENDATION) / people - chance) <= error
        assert onward.count(RECOMMENDATION) + onward.count(REPEAT_DEAL) == people


def test_a_bonus_is_paid_for_each_friend_who_awakes() -> None:
    run = cjsim.simulate(spreading(referral_bonus=12.0), people=300)
    referrals = rows_of(run, Event.REFERRAL)
    assert len(referrals) > 20
    assert set(referrals["amount"].tolist()) == {-12.0}
    assert measures.money(run)["contact_cost"].iloc[0] == 12.0 * len(referrals)
    early = measures.customer_value(run).iloc[0]
    assert early["cac"] * early["customers"] <= 12.0 * len(referrals)
    assert early["cac"] > 0.0


def test_with_a_rival_is_where_a_lost_gate_leads() -> None:
    """The setting of the tests above: all come to the gate, and none passes it."""
    run = cjsim.simulate(failing(0.0, 0.0), people=50)
    last = run.events.rows[run.events["event"] == Event.ENTER][-50:]
    assert set(last["stage"].tolist()) == {WITH_RIVAL}
