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
from cjsim.observe import confusion_of, thermometer
from cjsim.observe.filter import replays
from tests.builders import (
    everywhere,
    in_full,
    market,
    neutral,
    person,
    plans,
    random_scenario,
    touch,
)
from tests.often import often

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


def seen_of_one_kind(odds, spare, luck, n):
    """Something is seen: a visit, an opt-out, or what has a row of the chain. Its chances."""
    fit = luck.uniform(0.1, 1, n)
    seen = touch(fit=[*fit, *[0.0] * (16 - n)], aims_at=1, intrusiveness=2.0)
    kind = luck.integers(0, 3)
    if kind == 0:
        rules.weigh_contact(odds, spare, seen)
        return fit
    if kind == 1:
        terms = market(too_hot=3.0, too_cold=0.5)
        rules.weigh_opt_out(odds, spare, terms, seen)
        return 2.0 * (1.0 - fit) * np.where(np.arange(n) < 1, 3.0, 0.5)
    rules.weigh_chances(odds, spare, [*fit, *[0.0] * (PLACED - n)])
    return fit


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=often(30))
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
        rules.live_by(odds, spare, table, POWERS, now + 0.7)
        chances = seen_of_one_kind(odds, spare, luck, n)
        steps.append((np.linalg.matrix_power(day, days)[:n, :n], chances))
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
@settings(max_examples=often(30))
def test_an_answer_has_the_chances_of_a_reading(accuracy, optimism):
    """Every answer that `believe` can give, with the measure of the luck that gives it."""
    accuracy = min(accuracy, 1 - 1e-12)
    terms, chances = (
        market(accuracy=accuracy, optimism=optimism),
        confusion_of(accuracy, optimism),
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
    {"contract.trial_days": 10.0, "contract.term_days": 40.0, "contract.payments": 4,
     "contract.notice_days": 10.0, "contract.pause_share": 0.3,
     "touchpoints.letter.wins_back": 0.3},
    {"product.tender_every": 2, "market.presence": 0.5, "product.complexity": 1.0},
    {"burn_in_days": 70.5, "burn_in_strategy": "ask",
     "changes": [{"day": 50, "ask.accuracy": 1.0}]},
    {"firm.reps": 1, "firm.deal_hours": 20.0, "firm.patience_days": 4.0,
     "firm.repeat_needs_rep": True, "touchpoints.site.rep_hours": 8.0},
    {"horizon_days": 45.0, "touchpoints.site.seats": 1, "touchpoints.site.session_days": 9.0,
     "ask.push": "animator", "touchpoints.letter.intrusiveness": 1.0,
     "touchpoints.letter.fit": {"study": 1.0, "desire": 0.5}, "market.tolerance_mean": 0.1},
]  # fmt: skip
TOLD = [
    {"contact", "first_deal"}, {"start"}, {"known"}, {"notice", "stays", "pause", "payment"},
    {"tender"}, {"repeat_deal"}, {"queue", "reneged", "dropped"}, {"full", "opt_out"},
]  # fmt: skip
"""What a case is there for: each of them is in its log."""


def assert_the_log_tells(scenario, people, seed):
    """The belief of everybody on the last day, as the engine has it; returns the run."""
    engine = Engine(scenario, population.draw(scenario, people, seed), seed)
    engine.run()
    run = cjsim.simulate(scenario, people, seed=seed)
    beliefs = enumerate(engine.beliefs[:-2])
    kept = {k: np.array(odds[:PLACED]) for k, odds in beliefs if odds[rules.DAY] > -inf}
    for replay in replays(run):
        for _ in replay.read(0, len(replay.rows)):
            pass
        if replay.odds is not None:
            day = int(engine.beliefs[replay.person][rules.DAY])
            odds = replay.firm.filter.lived(replay.odds, replay.day, day)
            assert np.allclose(odds, kept.pop(replay.person), rtol=0, atol=1e-9)
    assert not kept
    return run


@pytest.mark.parametrize(("changes", "told"), [*zip(CASES, TOLD, strict=True)])
def test_the_log_gives_what_the_engine_believes(changes, told):
    """All odds of the last day, and the stage believed at each push, whatever is signalled."""
    run = assert_the_log_tells(firm(60, **changes), 60, 5)
    assert told <= set(run.log()["event"])
    believed = run.truth()["belief"]
    takes_place = believed.notna() & run.log()["event"].eq("contact")
    pushes = b.beliefs_at_pushes(run)
    assert len(pushes) == takes_place.sum() > 100
    order = np.argsort(run.events["person"][takes_place.to_numpy()], kind="stable")
    assert (believed[takes_place].cat.codes.to_numpy()[order] == pushes.believed).all()


@given(number=st.integers(0, 2**32), seed=st.integers(0, 2**40))
@settings(max_examples=often(12), deadline=None)
def test_the_log_of_any_firm_gives_what_its_engine_believes(number, seed):
    """Burn-in, calendar, contracts, seats, budgets, desk: whatever firms are made of."""
    scenario = random_scenario(number).with_changes({"other.targeting": "filter"})
    assert_the_log_tells(in_full(scenario, 15), 15, seed)


def test_a_burn_in_is_lived_again_by_either_engine():
    """The rows before day 0, which no log keeps, are the same; and the beliefs made of them."""
    scenario = firm(40, **{"burn_in_days": 60.0, "burn_in_strategy": "ask"})
    runs = [cjsim.simulate(scenario, seed=3, engine=name) for name in ("simpy", "compiled")]
    early = [run.engine(scenario, run.everybody, 3).before_day_0() for run in runs]
    assert early[0].tobytes() == early[1].tobytes()
    assert -60.0 <= early[0]["time"].min() < early[0]["time"].max() < 0.0
    judged = [b.beliefs(run, 50.0) for run in runs]
    assert np.array_equal(judged[0].odds, judged[1].odds)
    forgotten = firm(40, **{"firm.cold_list_share": 0.0})
    assert judged[0].time.min() == 50.0
    assert len(b.beliefs(cjsim.simulate(forgotten, seed=3), 50.0)) < len(judged[0])


def test_what_is_sent_tells_nothing_whether_it_is_read_or_not():
    """Why opened letters are no signal: the chance to be read is the same at every stage."""
    unread = {"touchpoints.letter.delivered": 0.8, "touchpoints.letter.opened": 0.5}
    run = cjsim.simulate(firm(400, **unread), seed=2)
    log = run.log()
    sent = log[log["event"].isin(["contact", "unopened"]) & (log["touchpoint"] == "letter")]
    share = sent["event"].eq("contact").groupby(sent["stage"], observed=True).agg(["mean", "size"])
    share = share[share["size"] > 100]
    assert len(share) > 5
    error = np.sqrt(0.25 / share["size"])
    assert (np.abs(share["mean"] - 0.5) < 4 * error).all()


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
