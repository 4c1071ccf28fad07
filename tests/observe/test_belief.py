"""The filter once more, in numpy along the log; and what its beliefs are worth."""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjsim
from cjsim.engine.process import Engine
from cjsim.journey import STAGES
from cjsim.model import chain, population, rules
from cjsim.model.chain import PLACED, POWERS
from cjsim.observe import belief as b
from cjsim.observe import thermometer
from tests.builders import everywhere, in_full, market, neutral, person, plans, touch

FEW = 12
"""People of a small market."""


def firm(people: int = FEW, seed_days: float = 200.0, **changes):
    """Like people, a site, a letter; the firm filters and asks."""
    library = {
        "site": {
            "contact": "pull", "aims_at": "study", "reach_per_day": 0.3, "capture": 0.5,
            "fit": {"interest": 0.3, "desire": 0.6, "study": 1.0, "comparison": 0.8},
            "hears": 0.4,
        },
        "letter": {
            "contact": "push", "aims_at": "desire", "fit": everywhere(), "warmth": 0.3,
            "hears": 0.5,
        },
    }  # fmt: skip
    strategy = {
        "touchpoints": {"site": 1.0, "letter": 1.0}, "push": "guide", "every_days": 9.0,
        "targeting": "filter", "accuracy": 0.7, "optimism": 0.8,
    }  # fmt: skip
    s = neutral(
        touchpoints=library, strategies={"ask": strategy}, strategy="ask", stages=plans(6.0, 0.1),
        firm={"cold_list_share": 0.5}, horizon_days=seed_days,
    )  # fmt: skip
    return in_full(s.with_changes(changes), people)


# --- the filter against brute force -------------------------------------------------------------


def by_enumeration(prior, steps):
    """Posterior over the last state: a sum over all paths. `steps` are (matrix, chances)."""
    n = len(prior)
    found = np.zeros(n)
    for path in product(range(n), repeat=len(steps) + 1):
        weight = prior[path[0]]
        for (matrix, chances), here, there in zip(steps, path, path[1:], strict=False):
            weight = weight * matrix[here][there] * chances[there]
        found[path[-1]] += weight
    return found / found.sum()


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=20)
def test_the_rules_are_the_sum_over_all_paths(seed, signals):
    """Three stages that communicate, powers as the chain keeps them, to 1e-12."""
    luck = np.random.default_rng(seed)
    n = 3
    day = np.zeros((PLACED, PLACED))
    day[:n, :n] = luck.random((n, n))
    day[:n, :n] /= day[:n, :n].sum(axis=1, keepdims=True) * luck.uniform(1, 2)  # silence tells
    powers = [np.linalg.matrix_power(day, 2**j) for j in range(4)]
    table = [[0.0] * PLACED] * POWERS + [row for p in powers for row in p.tolist()]
    prior = luck.dirichlet(np.ones(n))
    odds = [*prior, *[0.0] * (PLACED - n), 0.0, 0.0]
    spare, now, steps = [0.0] * PLACED, 0, []
    for _ in range(signals):
        days = int(luck.integers(0, 16))
        now += days
        seen = touch(fit=[*luck.uniform(0.1, 1, n), *[0.0] * (16 - n)])
        rules.live_by(odds, spare, table, POWERS, now + 0.7)
        rules.weigh_contact(odds, spare, seen)
        steps.append((np.linalg.matrix_power(day, days)[:n, :n], seen.fit[:n]))
    assert odds[rules.DAY] == now
    assert np.allclose(odds[:n], by_enumeration(prior, steps), rtol=0, atol=1e-12)


def test_a_day_of_the_chain_is_the_exponential_of_its_rates():
    """Against a series of 400 terms in numpy; strangers are neither lost nor made."""
    expert = chain.expert_of(cjsim.Scenario.load("phone", strategy="pull"))
    for rates in chain.generators(expert):
        q = np.array(rates)
        term = total = np.eye(PLACED)
        for n in range(1, 400):
            term = term @ q / n
            total = total + term
        assert np.allclose(chain.exponential_of(rates), total, rtol=0, atol=1e-9)
    strangers, known = (np.array(chain.exponential_of(g)) for g in chain.generators(expert))
    assert np.allclose(strangers.sum(axis=1), 1.0, rtol=0, atol=1e-13)
    assert (known.sum(axis=1) < 1.0)[[2, 3, 4, 5, 7, 9]].all()


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=30)
def test_an_answer_has_the_chances_of_a_reading(accuracy, optimism):
    """Every answer that `believe` can give, with the measure of the luck that gives it."""
    accuracy = min(accuracy, 1 - 1e-12)
    terms, chances = (
        market(accuracy=accuracy, optimism=optimism),
        b.confusion_of(accuracy, optimism),
    )
    assert np.allclose(chances.sum(axis=1), 1.0)
    parts = [
        (0.25 * optimism, optimism),
        (0.25 * (1 + optimism), 1 - optimism),
    ]  # a luck, its share
    for stage in STAGES[:PLACED]:
        found = accuracy * np.eye(PLACED)[stage]
        for size, (off, share) in product((0, 1), parts):
            if share > 1e-9:
                answer = rules.believe(person(stage=stage), terms, 1.0, 0.5 * size + off)
                found[answer] += 0.5 * share * (1 - accuracy)
        assert np.allclose(found, chances[stage], rtol=0, atol=1e-8)


# --- the filter along the log -------------------------------------------------------------------

CASES = [
    {},
    {"market.served_share": 0.4, "market.stay_years": 0.5},
    {"changes": [{"day": 30.5, "touchpoints.site.hears": 1.0, "market.onset_days": 5.0},
                 {"day": 80, "ask.touchpoints.site": 3.0, "ask.accuracy": 0.9}]},
    {"contract.trial_days": 10.0, "contract.term_days": 40.0},
    {"product.tender_every": 2, "market.presence": 0.5, "product.complexity": 1.0},
]  # fmt: skip


@pytest.mark.parametrize("changes", CASES)
def test_the_log_gives_what_the_engine_believes(changes):
    """All odds of the last day, and the stage believed at each push."""
    scenario = firm(60, **changes)
    people = population.draw(scenario, 60, 5)
    engine = Engine(scenario, people, 5, truth=True)
    engine.run()
    run = cjsim.simulate(scenario, seed=5)
    kept = {k: np.array(row[:PLACED]) for k, row in enumerate(engine.beliefs) if row[-1] > -inf}
    assert len(kept) > 30
    for replay in b._replays(run):
        for _ in replay._read(0, len(replay.rows)):
            pass
        if replay.odds is not None:
            replay.day, day = int(engine.beliefs[replay.person][rules.DAY]), replay.day
            replay.odds = replay.firm.filter.lived(replay.odds, day, replay.day)
            assert np.allclose(replay.odds, kept.pop(replay.person), rtol=0, atol=1e-9)
    assert not kept
    told = run.truth()["belief"]
    pushes = b.beliefs_at_pushes(run)
    assert len(pushes) == told.notna().sum() > 100
    order = np.argsort(run.events["person"][told.notna().to_numpy()], kind="stable")
    assert (told.dropna().cat.codes.to_numpy()[order] == pushes.believed).all()


def test_a_filter_of_like_people_is_calibrated():
    """As right as it says: within three standard errors, people being independent."""
    still = {
        "ask.touchpoints.letter": 0.0, "ask.push": "none", "firm.cold_list_share": 1.0,
        "touchpoints.site.hears": 1.0,
    }  # fmt: skip
    run = cjsim.simulate(firm(600, 100.0, **still), seed=2)
    judged = b.beliefs(run, 99.0)
    assert len(judged) == 600
    gap = judged.odds.max(axis=1) - (judged.believed == judged.stage)
    assert abs(gap.mean()) < 3 * gap.std() / np.sqrt(len(gap))
    assert judged.right() < judged.told() + 3 * gap.std() / np.sqrt(len(gap))
    table = b.reliability(judged, 5)
    assert table["beliefs"].sum() == 600
    error = 3.5 * np.sqrt(table["said"] * (1 - table["said"]) / table["beliefs"])
    assert ((table["said"] - table["so"]).abs() < error + 1e-9).all()
    assert b.confusion(judged).to_numpy().trace() == round(600 * judged.right())


def test_the_brier_score_of_the_sure_and_the_clueless():
    sure, stage = np.eye(PLACED)[[3, 4]], np.array([3, 4])
    who, when = np.array([0, 1]), np.zeros(2)
    assert b.brier(b.Judged(who, when, stage, sure)) == 0.0
    assert b.brier(b.Judged(who, when, stage[::-1], sure)) == 2.0
    even = np.full((2, PLACED), 1 / PLACED)
    assert b.brier(b.Judged(who, when, stage, even)) == pytest.approx(1 - 1 / PLACED)


# --- what it is worth ---------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused():
    reading = firm(**{"ask.targeting": "reading"})
    with pytest.raises(ValueError, match=r"ask\.targeting: 'reading'"):
        thermometer.worth_of_answers(reading, "site")
    with pytest.raises(ValueError, match="burn_in_days"):
        b.beliefs(cjsim.simulate(firm(**{"burn_in_days": 5.0, "burn_in_strategy": "ask"})))
    with pytest.raises(ValueError, match="log='all'"):
        b.beliefs(cjsim.simulate(firm(), log="stages"))
    with pytest.raises(ValueError, match="every_days: 0"):
        b.beliefs(cjsim.simulate(firm()), 0)


def test_answers_that_say_nothing_are_worth_nothing_to_the_last_bit():
    """Where nobody is asked; and each accuracy has its row."""
    table = thermometer.worth_of_answers(
        firm(40), "letter", (0.5, 0.9), hears=0.0, runs=3, executor="here"
    )
    assert table.index.tolist() == [0.5, 0.9]
    none = thermometer.worth_of_answers(
        firm(40, **{"touchpoints.site.hears": 0.0}), "letter", (0.5, 0.9), hears=0.0, runs=3,
        executor="here",
    )  # fmt: skip
    assert (none["difference"] == 0.0).all()
    trusted = thermometer.worth_of_readings(firm(40), (0.5, 1.0), runs=3, executor="here")
    assert trusted.index.tolist() == [0.5, 1.0]


@given(st.floats(0, 1), st.floats(0.05, 5), st.floats(0.01, 3))
def test_no_delay_is_better_than_the_best(euphoria, half_life, moves):
    terms = {"euphoria": euphoria, "half_life_days": half_life, "moves_a_day": moves}
    best = thermometer.share_true(thermometer.best_delay(**terms), **terms)
    assert all(thermometer.share_true(t, **terms) <= best + 1e-12 for t in np.linspace(0, 20, 400))
