"""How a person changes: each rule against its formula, the clocks against numerical integration."""

import statistics
from itertools import pairwise
from math import exp, expm1, inf, nextafter
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from cjsim.journey import IN_THE_CATEGORY, STAGES, TWELVE, Stage, may_follow
from cjsim.model import parameters, plan, rules
from cjsim.model.streams import TRIAL, stream_of
from cjsim.scenario import Scenario
from tests.builders import (
    chain,
    everywhere,
    logistic,
    market,
    neutral,
    person,
    plans,
    touch,
    touching,
)
from tests.often import often

EVERY_STAGE = pytest.mark.parametrize("stage", IN_THE_CATEGORY, ids=lambda stage: stage.key)
shares = st.floats(0.0, 1.0)
GRID = 10_000


def midpoints(n: int = GRID) -> list[float]:
    """A rule that draws by inversion has exact shares: count them over an even grid."""
    return [(i + 0.5) / n for i in range(n)]


# --- numbers ----------------------------------------------------------------------------------


def test_the_exponential_has_its_quantiles() -> None:
    for u in (0.0, 2**-53, 2**-30, 0.1, 0.5, 0.999, 1 - 2**-53):  # a block has 53 bits
        assert rules.exponential(u) == pytest.approx(stats.expon.ppf(u), rel=1e-14)


@given(st.floats(1e-300, 1.0, exclude_max=True))
@example(2.0**-53)
@example(1.0 - 2.0**-53)
@example(0.075)  # where the middle of the approximation meets the tails
@example(0.925)
@example(exp(-25.0))  # where the tail meets the far tail
def test_the_normal_has_its_quantiles_in_the_middle_and_in_the_tails(u: float) -> None:
    """AS 241 promises about 1 in 10^16; scipy's own function is good to a few of them."""
    assert rules.normal(u) == pytest.approx(special.ndtri(u), rel=1e-13, abs=1e-15)
    assert rules.normal(u) == pytest.approx(
        statistics.NormalDist().inv_cdf(u), rel=1e-14, abs=1e-16
    )


def test_the_normal_never_fails() -> None:
    assert rules.normal(0.5) == 0.0
    assert -38 < rules.normal(0.0) < -37  # 1e-300 stands for 0
    assert rules.normal(0.25) == -rules.normal(0.75)


def test_the_normal_rises_all_the_way() -> None:
    z = [rules.normal(u) for u in midpoints()]
    assert all(low < high for low, high in pairwise(z))


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0, 5.0])
def test_a_threshold_has_mean_1_and_the_quantiles_of_weibull(shape: float) -> None:
    m = market(neutral(stages=plans(regularity=shape)))
    constants = m.inverse_shape[Stage.STUDY], m.threshold_scale[Stage.STUDY]
    weibull = stats.weibull_min(shape, scale=1.0 / special.gamma(1.0 + 1.0 / shape))
    for u in (2**-40, 0.01, 0.3, 0.5, 0.9, 0.999999):
        assert rules.threshold(u, *constants) == pytest.approx(weibull.ppf(u), rel=1e-12)
    mean, _ = integrate.quad(lambda t: rules.threshold(-expm1(-t), *constants) * exp(-t), 0, 37)
    assert mean == pytest.approx(1.0, rel=1e-6)


def test_a_fixed_threshold_is_1_whatever_the_luck() -> None:
    m = market(neutral(stages=plans(regularity=inf)))
    constants = m.inverse_shape[Stage.STUDY], m.threshold_scale[Stage.STUDY]
    assert {rules.threshold(u, *constants) for u in (0.0, 0.5, 1 - 2**-53)} == {1.0}


@given(st.floats(-1e4, 1e4))
def test_the_logistic_is_a_probability(x: float) -> None:
    assert rules.logistic(x) == pytest.approx(special.expit(x), rel=1e-14, abs=1e-300)
    assert rules.logistic(x) + rules.logistic(-x) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.5, 30.0, 200.0])
def test_a_poisson_count_has_its_probabilities(mean: float) -> None:
    counts = np.bincount([rules.poisson(u, mean, rules.MOST_TOLD) for u in midpoints()])
    # inversion over a grid misplaces at most one point at each end of a count's interval
    expected = stats.poisson.pmf(np.arange(len(counts)), mean)
    assert abs(counts / GRID - expected).max() <= 1.01 / GRID


def test_a_poisson_count_ends_at_the_most_that_is_asked_for() -> None:
    for most in (0, 2, 30, 1_000):
        counts = [rules.poisson(u, 30.0, most) for u in midpoints(100)]
        assert counts == [min(rules.poisson(u, 30.0, 10_000), most) for u in midpoints(100)]
    assert rules.poisson(1.0 - 2**-53, 1e4, 25) == 25  # e^-10000 is 0: it would never end


# --- the two clocks ---------------------------------------------------------------------------


def boosted(t: float, boost: float, decay: float) -> float:
    """By numerical integration: how far a clock runs in t days whose boost fades."""
    ends = sorted({0.0, min(t, 1.0 / decay), min(t, 10.0 / decay), min(t, 40.0 / decay), t})
    return sum(
        integrate.quad(lambda s: 1.0 + boost * exp(-decay * s), a, b, epsrel=1e-12)[0]
        for a, b in pairwise(ends)
    )


@given(
    left=st.floats(1e-9, 1e4),
    boost=st.just(0.0) | st.floats(1e-6, 50.0),
    decay=st.floats(1e-4, 20.0),
)
@example(left=1e-9, boost=50.0, decay=20.0)
@example(left=1e4, boost=50.0, decay=1e-4)
@example(left=2.5, boost=50.0, decay=20.0)  # the boost alone would just do
def test_the_time_a_clock_takes_is_the_root_of_its_integral(
    left: float, boost: float, decay: float
) -> None:
    t = rules.time_to_reach(left, boost, decay)
    root = optimize.brentq(
        lambda t: boosted(t, boost, decay) - left, 0.0, 1.000001 * left, xtol=1e-300, rtol=1e-12
    )
    assert t == pytest.approx(root, rel=1e-9)


def test_a_clock_that_lacks_nothing_rings_now() -> None:
    assert rules.time_to_reach(0.0, 3.0, 0.1) == 0.0


# The factors of the page on the two clocks: where each acts.
NEED = {0, 1, 2, 3, 4, 5, 6}
SPEED = {1, 2, 3, 4, 5, 6, 9}  # of both clocks
NEED_CYCLE = {9, 13}  # at 13 the same need is waited for, at the same speed, with no walking away
TRUST = {1, 2, 3, 4, 5, 6, 14}
WARMTH = {0, 1, 2, 3, 4, 5, 6, 14}  # in full; at 9 by the share that hurries the need
RATIONALITY = {4, 5}
COMPETITION = {1, 2, 3, 4, 5, 6}
# With a rival (13) trust and warmth act on coming back.

LEAVING = plans(days=12.0, loss=0.3)
LIVELY = neutral(
    stages=LEAVING,
    market={"onset_days": 90.0, "return_days": 70.0},
    product={"hurry": 0.2},
    rival={"competition": 0.7},
    response={"warmth_gain": 2.5, "irritation_harm": 0.8},
)
persons = st.builds(
    person,
    stage=st.sampled_from([int(stage) for stage in IN_THE_CATEGORY]),
    need=st.floats(0.2, 3.0),
    speed=st.floats(0.05, 4.0),
    rationality=shares,
    trust=shares,
    warmth=st.just(0.0) | shares,
    irritation=st.just(0.0) | st.floats(0.0, 4.0),
    rival_known=st.booleans().map(int),
    anchor=st.floats(-100.0, 1000.0),
    step_left=st.floats(1e-3, 5.0),
    walk_left=st.floats(1e-3, 5.0),
)


def days_of(s: Scenario, stage: int) -> float:
    if stage in (Stage.UNAWARE, Stage.DORMANT):
        return s.market.onset_days if stage == Stage.UNAWARE else s.market.return_days
    return s.stages[Stage(9 if stage == Stage.WITH_RIVAL else stage).key].typical_days


def lucky(gate: float, shelf: float = 0.5) -> Any:
    """For a while the luck of every visit is this."""
    return mock.patch.object(rules, "visit_luck", return_value=(gate, shelf))


def ring_of(p: rules.Person, m: parameters.Parameters) -> float:
    """When the first clock rings; a change before must have made the old alarm void."""
    assert p.ring_at == rules.NOT_SET
    rules.set_alarm(p, m)
    return p.ring_at


def rates(p: rules.Person, s: Scenario, days: float) -> tuple[float, float]:
    """Both rates, so many days after the anchor, from the plan's and the formulas of the page."""
    stage, planned = p.stage, plan.rates_of(s)
    warmth = p.warmth * 2.0 ** (-days / s.response.warmth_half_life_days)
    irritation = p.irritation * 2.0 ** (-days / s.response.irritation_half_life_days)
    on, away = planned.step[stage], planned.walk[stage]
    on *= p.need if stage in NEED else 1.0
    on *= p.speed if stage in SPEED | NEED_CYCLE else 1.0
    on *= 0.5 + p.trust if stage in TRUST else 1.0
    on *= 1.0 + s.response.warmth_gain * warmth if stage in WARMTH else 1.0
    on *= 1.0 + s.response.warmth_gain * s.product.hurry * warmth if stage == 9 else 1.0
    on *= 1.5 - p.rationality if stage in RATIONALITY else 1.0
    away *= (1.5 - p.trust) * (1.0 + s.response.irritation_harm * irritation)
    away *= p.speed if stage in SPEED else 1.0  # the pace, not the odds
    away *= 1.0 + s.rival.competition if p.rival_known and stage in COMPETITION else 1.0
    return on, away


def run_by_integration(p: rules.Person, s: Scenario, days: float, clock: int) -> float:
    """How far one clock (0 step on, 1 walk away) runs in so many days."""
    ends = [e for e in (0.0, 7.0, 50.0, 200.0) if e < days] + [days]
    return sum(
        integrate.quad(lambda t: rates(p, s, t)[clock], a, b, epsrel=1e-11)[0]
        for a, b in pairwise(ends)
    )


@settings(max_examples=often(300))  # 15 stages, each with and without warmth
@given(persons)
def test_the_first_clock_rings_when_the_integral_of_its_rate_says_so(p: rules.Person) -> None:
    rules.set_alarm(p, market(LIVELY))
    days = p.ring_at - p.anchor
    ran = [run_by_integration(p, LIVELY, days, clock) for clock in (0, 1)]
    left = [p.step_left, p.walk_left]
    assert ran[p.walks] == pytest.approx(left[p.walks], rel=1e-7)
    assert ran[1 - p.walks] <= left[1 - p.walks] * (1 + 1e-7)


@settings(max_examples=often(300))  # 15 stages, each with and without warmth
@given(persons, st.floats(0.0, 300.0))
def test_a_clock_that_has_run_lacks_what_the_integral_leaves(p: rules.Person, days: float) -> None:
    step, walk = (run_by_integration(p, LIVELY, days, clock) for clock in (0, 1))
    step_left, walk_left, warmth, start = p.step_left, p.walk_left, p.warmth, p.anchor
    rules.run_clocks(p, market(LIVELY), start + days)
    assert p.step_left == pytest.approx(max(0.0, step_left - step), rel=1e-7, abs=1e-7)
    assert p.walk_left == pytest.approx(max(0.0, walk_left - walk), rel=1e-7, abs=1e-7)
    assert p.warmth == pytest.approx(warmth * 2.0 ** (-days / 7.0), rel=1e-9)
    assert p.anchor == start + days


@given(persons, st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_running_the_clocks_in_two_goes_is_running_them_in_one(
    p: rules.Person, first: float, second: float
) -> None:
    q, m = person(**{name: getattr(p, name) for name in rules.Person.__slots__}), market(LIVELY)
    rules.run_clocks(p, m, p.anchor + first)
    rules.run_clocks(p, m, p.anchor + second)
    rules.run_clocks(q, m, q.anchor + first + second)
    for name in ("step_left", "walk_left", "warmth", "irritation"):
        assert getattr(p, name) == pytest.approx(getattr(q, name), rel=1e-9, abs=1e-9)


@given(persons, shares)
def test_a_look_at_the_clocks_on_the_way_does_not_move_the_ring(
    p: rules.Person, part: float
) -> None:
    m = market(LIVELY)
    rules.set_alarm(p, m)
    ring_at, walks = p.ring_at, p.walks
    assume(ring_at < inf)
    rules.run_clocks(p, m, p.anchor + part * (ring_at - p.anchor))
    rules.set_alarm(p, m)
    assert p.ring_at == pytest.approx(ring_at, rel=1e-9, abs=1e-9)
    assert p.walks == walks or p.step_left + p.walk_left < 1e-9


@EVERY_STAGE
@pytest.mark.parametrize(
    ("trait", "stages"),
    [
        ("need", NEED),
        ("speed", SPEED | NEED_CYCLE),
        ("trust", TRUST),
        ("rationality", RATIONALITY),
    ],
)
def test_a_trait_acts_where_it_means_something_and_nowhere_else(
    stage: Stage, trait: str, stages: set[int]
) -> None:
    m = market(LIVELY)
    one, other = (rules.step_rate(person(stage=stage, **{trait: x}), m) for x in (0.3, 0.6))
    assert (one != other) == (stage in stages)


@EVERY_STAGE
def test_speed_sets_the_pace_of_both_clocks_and_not_the_odds(stage: Stage) -> None:  # C14
    """At 13 nobody walks away; elsewhere the ratio of the clocks is the same at every speed."""
    m = market(LIVELY)
    slow, fast = (person(stage=stage, speed=speed) for speed in (1.0, 2.0))
    factor = 2.0 if stage in SPEED else 1.0
    assert rules.walk_rate(fast, m) == factor * rules.walk_rate(slow, m)
    if stage != Stage.WITH_RIVAL:
        assert rules.step_rate(fast, m) == factor * rules.step_rate(slow, m)


@EVERY_STAGE
def test_competition_pulls_up_to_the_deal_and_not_at_the_customers(stage: Stage) -> None:  # C37
    m = market(LIVELY)
    alone, rivalled = (person(stage=stage, rival_known=known) for known in (0, 1))
    factor = 1.7 if stage in COMPETITION else 1.0
    assert rules.walk_rate(rivalled, m) == pytest.approx(factor * rules.walk_rate(alone, m))


@EVERY_STAGE
def test_warmth_speeds_the_step_on_up_to_the_deal_and_asleep_and_hurries_the_need(
    stage: Stage,
) -> None:
    """By beta at 0-6 and 14, by hurry * beta at 9, nowhere else."""
    boost = {9: 2.5 * 0.2 * 0.4}.get(stage, 2.5 * 0.4 if stage in WARMTH else 0.0)
    assert rules.warmth_boost(person(stage=stage, warmth=0.4), market(LIVELY)) == boost


@EVERY_STAGE
def test_a_neutral_person_walks_at_the_rates_of_the_plan(stage: Stage) -> None:
    """The plan knows that a rival is in the set from 5 on; 6 is the next test's."""
    m = market(LIVELY)
    p = person(stage=stage, rival_known=int(stage in (5, 6)))
    planned = Stage.REPEAT_DEAL if stage == Stage.WITH_RIVAL else stage
    loss = LIVELY.stages[planned.key].planned_loss if planned in TWELVE else 0.0
    days = days_of(LIVELY, stage)
    if stage != Stage.ACTION:
        assert rules.step_rate(p, m) == pytest.approx((1 - loss) / days, rel=1e-12)
        left = 0.0 if stage == Stage.WITH_RIVAL else loss / days
        assert rules.walk_rate(p, m) == pytest.approx(left, rel=1e-12)


def test_at_action_those_who_know_a_rival_and_those_who_do_not_make_up_the_plan() -> None:
    """Half went straight there, half of whom 0.3 were lost at comparison: 0.3 are lost together."""
    m, stay, lost = market(LIVELY), 0.0, 0.0
    for share, known in ((1 / 1.7, 0), (0.7 / 1.7, 1)):
        p = person(stage=Stage.ACTION, rival_known=known)
        on, away = rules.step_rate(p, m), rules.walk_rate(p, m)
        lost += share * away / (on + away)
        stay += share / (on + away)
    assert (lost, stay) == (pytest.approx(0.3, rel=1e-12), pytest.approx(12.0, rel=1e-12))


def test_complexity_stretches_stages_2_to_5_and_no_others() -> None:  # A30
    simple, complex_ = (
        market(neutral(stages=LEAVING, product={"complexity": c})) for c in (0.0, 1.0)
    )
    for stage in STAGES:
        factor = 2.0 if 2 <= stage <= 5 else 1.0
        for rate in ("step_rate", "walk_rate"):
            there, here = getattr(simple, rate)[stage], getattr(complex_, rate)[stage]
            assert there == pytest.approx(here * factor, rel=1e-15)


def test_the_rivals_cycle_is_as_long_and_as_regular_as_ours() -> None:
    m = market(neutral(stages=plans(repeat_deal={"typical_days": 40.0, "regularity": 3.0})))
    assert m.step_rate[Stage.WITH_RIVAL] == m.step_rate[Stage.REPEAT_DEAL] == 1 / 40
    assert m.inverse_shape[Stage.WITH_RIVAL] == m.inverse_shape[Stage.REPEAT_DEAL]


def test_at_a_tie_of_the_clocks_a_person_steps_on() -> None:
    p = person(stage=Stage.STUDY, step_left=0.5, walk_left=0.5)
    m = market(neutral(stages=plans(loss=0.5)))
    rules.set_alarm(p, m)
    assert p.ring_at == 7.0
    assert not p.walks


def test_entering_a_stage_starts_both_clocks_with_the_luck_of_that_visit() -> None:
    m = market(LIVELY)
    p = person(stage=Stage.INTEREST, busy=1)
    rules.set_out(p, m, Stage.DESIRE, 5.0)
    first = (p.step_left, p.walk_left, *rules.visit_luck(p, m))
    assert (p.stage, p.anchor, p.busy, p.visits[Stage.DESIRE]) == (Stage.DESIRE, 5.0, 0, 1)
    assert ring_of(p, m) > 5.0
    rules.set_out(p, m, Stage.STUDY, 6.0)
    rules.set_out(p, m, Stage.DESIRE, 7.0)
    assert not set(first) & {p.step_left, p.walk_left, *rules.visit_luck(p, m)}
    # another person's way here makes no difference: the luck belongs to the visit
    q = person()
    rules.set_out(q, m, Stage.DESIRE, 0.0)
    assert (q.step_left, q.walk_left, *rules.visit_luck(q, m)) == first


# --- the next need ----------------------------------------------------------------------------


def test_a_deal_draws_both_thresholds_of_the_next_need_from_its_own_block() -> None:
    m = market(LIVELY)
    p = person(stage=Stage.FIRST_DEAL)
    drawn = []
    for nth, now in ((1, 3.0), (2, 90.0)):
        rules.set_need(p, m, now)
        assert (p.category_deals, p.need_from) == (nth, now)
        drawn += [p.need_due, p.lapse_due]
    assert len(set(drawn)) == 4
    q = person(stage=Stage.WITH_RIVAL)  # the luck belongs to the deal, wherever it is made
    rules.set_need(q, m, 0.0)
    assert [q.need_due, q.lapse_due] == drawn[:2]


@pytest.mark.parametrize("stage", [Stage.REPEAT_DEAL, Stage.WITH_RIVAL])
def test_on_entering_9_or_13_each_clock_lacks_what_is_left_of_the_cycle(stage: Stage) -> None:
    m = market(LIVELY)
    p = person(speed=1.25, need_due=2.0, lapse_due=1.5, need_from=10.0)
    rules.set_out(p, m, stage, 13.0)
    assert p.step_left == pytest.approx(2.0 - 1.25 * 3.0 * 0.7 / 12)
    lapse = 0.3 / 12 if stage == Stage.REPEAT_DEAL else 0.0  # no lapse with a rival
    assert p.walk_left == pytest.approx(1.5 - 1.25 * 3.0 * lapse)


@pytest.mark.parametrize(("lapse_due", "walks"), [(0.02, 1), (0.04, 0)])
def test_of_two_clocks_that_are_over_the_one_that_rang_first_rings(
    lapse_due: float, walks: int
) -> None:
    """0.07 at 0.7 / 12 a day takes 1.2 days; 0.02 and 0.04 at 0.3 / 12 take 0.8 and 1.6."""
    p, m = person(need_due=0.07, lapse_due=lapse_due, need_from=0.0), market(LIVELY)
    rules.set_out(p, m, Stage.REPEAT_DEAL, 50.0)
    assert ring_of(p, m) == 50.0
    assert p.walks == walks


@EVERY_STAGE
def test_the_rival_is_met_at_comparison_and_where_one_is_with_it(stage: Stage) -> None:  # C37
    p = person()
    rules.set_out(p, market(), stage, 1.0)
    assert p.rival_known == (stage in (Stage.COMPARISON, Stage.WITH_RIVAL))


# --- contacts ---------------------------------------------------------------------------------


def fits(**special: float) -> list[float]:
    return [special.get(stage.key, 0.0) for stage in STAGES]


def test_a_contact_closes_part_of_the_gap_to_full_warmth() -> None:
    p, m = person(stage=Stage.INTEREST, warmth=0.2), market()
    rules.contact(p, m, touch(warmth=0.5, fit=fits(interest=0.4)), 0.0)
    assert p.warmth == pytest.approx(0.2 + 0.5 * 0.4 * 0.8)


@pytest.mark.parametrize(("motive", "warmth"), [(0, 0.9), (1, 0.1)])
def test_a_story_warms_those_to_whose_motive_it_speaks(motive: int, warmth: float) -> None:
    p = person(stage=Stage.INTEREST, motive=motive)
    rules.contact(p, market(), touch(warmth=1.0, appeal_pain=0.9, appeal_dream=0.1), 0.0)
    assert p.warmth == pytest.approx(warmth)  # C128-C129


@pytest.mark.parametrize(
    ("aims_at", "stage", "factor"),
    [
        ("action", Stage.INTEREST, 1.7),  # too hot: C90-C91
        ("awareness", Stage.COMPARISON, 0.6),  # too cold: C92-C93
        ("interest", Stage.INTEREST, 0.6),  # at home; what is left of misfit is not too hot
        ("comparison", Stage.WITH_RIVAL, 1.7),  # would come back to study
        ("desire", Stage.WITH_RIVAL, 0.6),
        ("interest", Stage.DORMANT, 1.7),  # would come back to awareness
        ("awareness", Stage.DORMANT, 0.6),
    ],
)
def test_a_contact_jars_by_its_misfit_too_hot_or_too_cold(
    aims_at: str, stage: Stage, factor: float
) -> None:
    table = {"contact": "push", "aims_at": aims_at, "fit": {stage.key: 0.3}, "intrusiveness": 2.0}
    s = neutral(**touching({"call": table}), response={"too_hot": 1.7, "too_cold": 0.6})
    call = parameters.touches(s, "push")[0]
    assert rules.mismatch(person(stage=stage), market(s), call) == pytest.approx(2 * 0.7 * factor)


def test_a_contact_that_jars_irritates_and_costs_trust() -> None:  # C141-C150
    p = person(stage=Stage.INTEREST, trust=0.6, irritation=0.1)
    m = market(too_hot=1.5, distrust=0.2)
    call = touch(intrusiveness=0.8, fit=fits(interest=0.25), proof=0.4, aims_at=6)
    rules.contact(p, m, call, 0.0)
    jar = 0.8 * 0.75 * 1.5
    assert p.irritation == pytest.approx(0.1 + jar)
    assert p.trust == pytest.approx(0.6 + 0.4 * 0.25 * 0.4 - 0.2 * jar * 0.6)


def test_a_promise_raises_what_is_expected() -> None:  # B2
    p = person(stage=Stage.DESIRE, expectation=0.5)
    rules.contact(p, market(), touch(promise=0.6, fit=fits(desire=0.5)), 0.0)
    assert p.expectation == pytest.approx(0.5 + 0.6 * 0.5 * 0.5)


@EVERY_STAGE
def test_care_and_calm_work_only_on_customers(stage: Stage) -> None:  # A22, C69
    p = person(stage=stage, satisfaction=0.4, novelty=3.0)
    rules.contact(p, market(), touch(care=0.5, calm=0.25, fit=[0.5] * len(STAGES)), 0.0)
    if 7 <= stage <= 12:
        assert p.satisfaction == pytest.approx(0.4 + 0.25 * 0.6)
        assert p.novelty == pytest.approx(3.0 * 0.875)
    else:
        assert (p.satisfaction, p.novelty) == (0.4, 3.0)


def test_a_contact_without_fit_warms_proves_and_promises_nothing() -> None:
    p = person(stage=Stage.ACTION, trust=0.4, expectation=0.3, warmth=0.1)
    strong = touch(fit=fits(unaware=1.0), warmth=1.0, proof=1.0, promise=1.0, discount=0.5)
    rules.contact(p, market(), strong, 0.0)
    assert (p.trust, p.expectation, p.warmth, p.discount) == (0.4, 0.3, 0.1, 0.0)


def test_the_best_discount_promised_is_kept() -> None:  # A23
    p = person(stage=Stage.ACTION)
    for discount in (0.1, 0.3, 0.2):
        rules.contact(p, market(), touch(discount=discount), 0.0)
    assert p.discount == 0.3


def test_a_discount_is_used_up_by_one_deal() -> None:
    p, m = person(discount=0.25), market(price=80.0)
    assert [rules.pay(p, m), rules.pay(p, m)] == [60.0, 80.0]


@given(persons, st.floats(0.0, 50.0), shares, shares)
def test_a_contact_without_strength_leaves_a_person_alone_to_the_last_bit(
    p: rules.Person, days: float, fit: float, aim: float
) -> None:
    p.push_at = p.meeting_at = inf
    before = {name: getattr(p, name) for name in rules.Person.__slots__}
    rules.contact(p, market(LIVELY), touch(fit=[fit] * len(STAGES)), p.anchor + days)
    assert {name: getattr(p, name) for name in rules.Person.__slots__} == before


@given(persons, st.lists(st.tuples(shares, shares, shares, st.floats(0, 5)), max_size=6))
def test_feelings_stay_between_0_and_1_whatever_is_done(
    p: rules.Person, contacts: list[tuple[float, float, float, float]]
) -> None:
    m = market(LIVELY, distrust=1.0, too_hot=10.0)
    for day, (fit, strength, promise, intrusiveness) in enumerate(contacts, 1):
        t = touch(
            fit=[fit] * len(STAGES), warmth=strength, proof=strength, promise=promise,
            care=strength, calm=promise, intrusiveness=intrusiveness,
        )  # fmt: skip
        rules.contact(p, m, t, p.anchor + day)
        p.ring_at = rules.NOT_SET  # a contact that does nothing leaves it
        assert 0 <= p.warmth <= 1
        assert 0 <= p.trust <= 1
        assert 0 <= p.expectation <= 1
        assert 0 <= p.satisfaction <= 1
        assert p.irritation >= 0
        assert ring_of(p, m) >= p.anchor


def test_a_rivals_name_speeds_walking_away_from_that_day_on() -> None:  # C38
    s = neutral(stages=plans(days=10.0, loss=0.5), rival={"competition": 3.0})
    p, m = person(stage=Stage.INTEREST, step_left=99.0, walk_left=1.0), market(s)
    rules.set_alarm(p, m)
    assert (p.ring_at, p.walks) == (20.0, 1)  # 1 / (0.5 / 10)
    rules.name_rival(p, m, 12.0)
    assert ring_of(p, m) == pytest.approx(12.0 + 8.0 / 4.0)
    rules.name_rival(p, m, 13.0)  # a second name adds nothing
    assert p.anchor == 12.0
    assert rules.leave_by_walking(p, m) == Stage.WITH_RIVAL


def test_irritation_fades_before_it_is_weighed_against_tolerance() -> None:
    p, m = person(irritation=2.0, tolerance=0.9), market()  # halves in 14 days
    assert rules.fed_up(p, m, 0.0)
    assert rules.fed_up(p, m, 14.0)
    assert not rules.fed_up(p, m, 17.0)


# --- pull -------------------------------------------------------------------------------------


@pytest.mark.parametrize("need", [0.5, 1.0, 2.0])
def test_the_tent_off_the_trail_is_passed_by_all_but_the_thirsty(need: float) -> None:  # C99-C101
    p = person(stage=Stage.DESIRE, need=need)
    tent = touch(reach=0.2, fit=fits(desire=0.5), detour=500 / 300)
    assert rules.meeting_rate(p, tent) == pytest.approx(0.2 * 0.5 * exp(-500 / 300 / need))
    assert rules.meeting_rate(person(stage=Stage.ACTION), tent) == 0.0


def test_meetings_are_planned_for_the_touchpoints_that_fit() -> None:
    pulls = [touch(reach=1.0, fit=fits(desire=1.0)), touch(reach=1.0), touch(reach=5.0)]
    meet_at, met = [0.0] * 3, [9] * 3
    p = person(stage=Stage.STUDY)
    rules.plan_meetings(p, market(), pulls, meet_at, met, 10.0, 0)
    assert meet_at[0] == inf
    assert 10.0 < meet_at[2] < meet_at[1]  # the same luck, five times as often
    assert p.meeting_at == meet_at[2]
    assert p.meeting == 2
    assert met == [0, 0, 0]


def test_meetings_of_one_touchpoint_have_their_rate() -> None:
    """n = 20 000 gaps: the standard error of an exponential mean is mean / sqrt(n)."""
    n, p, m = 20_000, person(stage=Stage.DESIRE), market()
    tent = touch(stream=stream_of("tent"))
    gaps = [rules.exponential(rules.contact_block(p, m, tent, i)[0]) for i in range(n)]
    assert np.mean(gaps) == pytest.approx(1.0, abs=4.5 / np.sqrt(n))


def test_search_cannot_wake_the_unaware() -> None:  # C133-C136
    library = Scenario.load("phone").touchpoints
    for name in ("search_seo", "search_ads", "directories", "maps", "tops"):
        assert library[name].fit.get("unaware", 0.0) == 0.0
        assert library[name].fit.get("awareness", 0.0) == 0.0


# --- push -------------------------------------------------------------------------------------


def test_nobody_is_pushed_whom_the_firm_does_not_know_or_who_opted_out() -> None:
    m = market(pushes=1, every_days=10.0)
    for state, pushed in (
        ({}, False), ({"known": 1}, True), ({"known": 1, "opted_out": 1}, False)
    ):  # fmt: skip
        p = person(**state)
        rules.start_pushing(p, m, 5.0)
        assert (p.push_at < inf) == pushed
    quiet = person(known=1)
    rules.start_pushing(quiet, market(pushes=0), 5.0)
    assert quiet.push_at == inf


@given(shares, shares, st.floats(0.1, 100.0))
def test_the_next_push_comes_within_the_jitter(u: float, jitter: float, every: float) -> None:
    p = person()
    rules.plan_push(p, market(every_days=every, jitter=jitter), u, 50.0)
    assert abs(p.push_at - 50.0 - every) <= every * jitter * (1 + 1e-12) + 1e-12


def test_the_first_push_comes_within_one_cycle() -> None:
    m = market(pushes=1, every_days=10.0)
    times = []
    for number in range(2000):
        p = person(id=number, known=1)
        rules.start_pushing(p, m, 0.0)
        times.append(p.push_at)
    assert stats.kstest(times, stats.uniform(0, 10).cdf).statistic < 2.23 / np.sqrt(len(times))


@EVERY_STAGE
@pytest.mark.parametrize(("accuracy", "optimism"), [(0.7, 0.7), (0.0, 0.2), (1.0, 0.5), (0.4, 1.0)])
def test_beliefs_have_their_accuracy_and_optimism(
    stage: Stage, accuracy: float, optimism: float
) -> None:
    """Shares over an even grid of luck: exact to the grid's step at each of five cuts."""
    p, m = person(stage=stage), market(accuracy=accuracy, optimism=optimism)
    place = {13: 4, 14: 1}.get(stage, int(stage))
    expected = np.zeros(len(STAGES))
    expected[stage] = accuracy
    for size in (1, 2):
        for step, share in ((size, optimism), (-size, 1 - optimism)):
            there = place + step if 0 <= place + step <= 12 else place - step
            expected[there] += (1 - accuracy) * share / 2
    right = np.mean([rules.believe(p, m, u, 0.9) == stage for u in midpoints(1000)])
    assert right == pytest.approx(accuracy, abs=1e-3)
    wrong = [rules.believe(p, m, 1.0, u) for u in midpoints(1000)]
    found = (1 - accuracy) * np.bincount(wrong, minlength=len(STAGES)) / 1000
    found[stage] += accuracy
    assert found == pytest.approx(expected, abs=3e-3)


def pushing(**strategy: object) -> Scenario:
    """Three mails: for interest, for action, and one that half fits both."""
    mails = {
        "early": {"interest": 0.9, "desire": 0.5},
        "late": {"action": 0.8},
        "both": {"interest": 0.5, "desire": 0.6, "action": 0.5},
    }
    library = {
        name: {"contact": "push", "aims_at": "interest", "fit": fit} for name, fit in mails.items()
    }
    return neutral(**touching(library, strategy))


@pytest.mark.parametrize(
    ("belief", "choice"),
    [
        (Stage.INTEREST, "early"),
        (Stage.DESIRE, "both"),
        (Stage.ACTION, "late"),
        (Stage.UNAWARE, None),
    ],
)
def test_a_guide_takes_what_fits_its_belief_best(belief: Stage, choice: str | None) -> None:  # C87
    s = pushing(push="guide", min_fit=0.4)
    chosen = rules.choose_push(person(stage=Stage.LOYALTY, belief=belief), market(s))
    names = [list(s.touchpoints)[t.number] for t in parameters.touches(s, "push")]
    assert (names[chosen] if chosen != parameters.SILENT else None) == choice


def test_a_guide_stays_silent_where_nothing_fits_well_enough() -> None:
    chosen = [
        rules.choose_push(person(belief=Stage.DESIRE), market(pushing(push="guide", min_fit=least)))
        for least in (0.6, 0.61)
    ]
    assert chosen == [2, parameters.SILENT]


def test_of_two_that_fit_alike_a_guide_takes_the_first_of_the_library() -> None:
    s = pushing(push="guide", min_fit=0.4)
    s = s.with_changes({"touchpoints.early.fit.desire": 0.6})
    assert rules.choose_push(person(belief=Stage.DESIRE), market(s)) == 0


def test_a_plan_tells_the_guide_what_to_take_whatever_fits() -> None:  # C136
    s = pushing(push="guide", min_fit=0.4, plan={"action": "early", "desire": ""})
    chosen = {
        belief: rules.choose_push(person(belief=belief), market(s))
        for belief in (Stage.ACTION, Stage.DESIRE, Stage.INTEREST)
    }
    assert chosen == {Stage.ACTION: 0, Stage.DESIRE: parameters.SILENT, Stage.INTEREST: 0}


@pytest.mark.parametrize(
    ("programme", "sent"),
    [((), ["early", "late", "both"]), (("late", "late", "early"), ["late", "late", "early"])],
)
def test_an_animator_runs_through_its_programme_whatever_the_stage(
    programme: tuple[str, ...], sent: list[str]
) -> None:  # C89
    s = pushing(push="animator", programme=programme)
    p, m = person(known=1), market(s)
    rules.start_pushing(p, m, 0.0)
    names = []
    for push in range(6):
        p.stage = p.belief = push
        rules.push_block(p, m)
        number = parameters.touches(s, "push")[rules.choose_push(p, m)].number
        names.append(list(s.touchpoints)[number])
    assert names == sent * 2


def test_intensity_makes_a_pull_frequent_and_a_push_strong() -> None:
    table = {"aims_at": "study", "fit": everywhere(), "warmth": 0.3, "intrusiveness": 0.4}
    library = {
        "tent": {**table, "contact": "pull", "reach_per_day": 0.1},
        "mail": {**table, "contact": "push", "cost_per_contact": 2.0},
    }
    s = neutral(**touching(library, {"touchpoints": {"tent": 2.0, "mail": 4.0}}))
    (tent,), (mail,) = parameters.touches(s, "pull"), parameters.touches(s, "push")
    assert (tent.reach, tent.warmth, tent.intrusiveness) == (0.2, 0.3, 0.4)
    assert (mail.warmth, mail.intrusiveness, mail.cost) == (1.0, 1.6, 8.0)  # no share above 1


# --- deals and experiences --------------------------------------------------------------------


@given(
    quality=shares, expectation=shares, before=shares, alpha=shares, averse=st.floats(0.0, 10.0),
    gain=st.floats(0.0, 10.0), drift=shares, weight=shares, deals=st.integers(0, 40),
)  # fmt: skip
def test_satisfaction_is_an_average_of_performance_and_surprise(
    quality: float, expectation: float, before: float, alpha: float, averse: float, gain: float,
    drift: float, weight: float, deals: int,
) -> None:  # fmt: skip
    """Oliver 1980; Churchill & Surprenant 1982; B19.

    The n-th deal counts an n-th, alpha at least: a true average first, then a fading one."""
    m = market(
        quality=quality, quality_noise=0.0, learning=alpha, loss_aversion=averse,
        expectation_drift=drift, performance_weight=weight, gain=gain,
    )  # fmt: skip
    p = person(expectation=expectation, satisfaction=before, deals=deals)
    rules.experience(p, m)
    gap = quality - expectation
    lived = weight * quality + (1 - weight) * (0.5 + gain * (averse * gap if gap < 0 else gap))
    lived = min(1.0, max(0.0, lived))
    share = max(alpha, 1 / (deals + 1))
    assert p.satisfaction == pytest.approx(before + share * (lived - before), abs=1e-12)
    assert p.expectation == pytest.approx(min(1.0, max(0.0, expectation + drift * gap)))
    assert p.deals == deals + 1


def test_the_first_experience_alone_makes_the_first_judgement() -> None:
    m = market(quality=0.8, quality_noise=0.0, learning=0.1, performance_weight=1.0)
    p = person(satisfaction=0.2)
    rules.experience(p, m)
    assert p.satisfaction == pytest.approx(0.8)


def test_performance_is_quality_with_normal_noise() -> None:
    """n = 4000 first deals, expectation drifting all the way to performance; KS at 1 in 10 000."""
    m = market(quality=0.5, quality_noise=0.1, expectation_drift=1.0)
    performances = []
    for number in range(4000):
        p = person(id=number, expectation=0.5)
        rules.experience(p, m)
        performances.append(p.expectation)
    distance = stats.kstest(performances, stats.norm(0.5, 0.1).cdf).statistic
    assert distance < 2.23 / np.sqrt(len(performances))


def just_below(p: float) -> float:
    return nextafter(p, 0.0)


@given(shares, st.floats(0.0, 50.0), st.floats(-2.0, 2.0))
def test_the_gate_is_a_logit_of_satisfaction(
    satisfaction: float, slope: float, middle: float
) -> None:
    m = market(gate_slope=slope, gate_threshold=middle)
    p = person(satisfaction=satisfaction)
    chance = logistic(slope * (satisfaction - middle))
    assert rules.passes_gate(p, m, chance * (1 - 1e-9)) or chance < 1e-300
    assert not rules.passes_gate(p, m, chance * (1 + 1e-9))


@given(st.floats(0, 10), st.floats(-3, 3), st.floats(0, 3), shares)
def test_curiosity_is_a_logit_of_novelty_temper_triggers_and_loyalty(
    novelty: float, temper: float, triggers: float, loyal: float
) -> None:  # C60-C72
    m = market(
        curious_base=-2.0,
        curious_novelty=0.25,
        curious_innovativeness=0.5,
        curious_loyalty=2.0,
        stockout_trigger=0.75,
    )
    chance = logistic(-2.0 + 0.25 * novelty + 0.5 * temper + 0.75 * int(triggers) - 2.0 * loyal)
    state = {"novelty": novelty, "innovativeness": temper, "loyalty": loyal}
    for luck, curious in ((chance * (1 - 1e-9), True), (chance * (1 + 1e-9), False)):
        p = person(triggers=int(triggers), **state)
        assert rules.gets_curious(p, m, luck) == curious
        assert p.triggers == 0  # they count once


def test_a_repeat_deal_leads_to_the_rival_to_curiosity_to_loyalty_or_on() -> None:
    m = market(gate_slope=8.0, gate_threshold=0.5, curious_base=0.0, deals_to_loyalty=3)
    for gate, curious, deals, onward in (
        (0.51, 0.0, 9, Stage.WITH_RIVAL),  # C50
        (0.49, 0.49, 9, Stage.CURIOSITY),
        (0.49, 0.51, 3, Stage.LOYALTY),  # C140: curiosity bypassed
        (0.49, 0.51, 2, Stage.REPEAT_DEAL),
    ):
        p = person(stage=Stage.REPEAT_DEAL, satisfaction=0.5, deals=deals, novelty=1.0)
        assert rules.after_repeat_deal(p, m, gate, curious) == onward
        assert p.novelty == 2.0


def test_a_trial_compares_our_satisfaction_with_the_rivals_performance() -> None:  # C61-C66
    """n = 4000: standard error of a share sqrt(p (1 - p) / n); 4.5 of them."""
    m = market(rival_quality=0.6, rival_noise=0.0, choice_slope=5.0)
    back = 0
    for number in range(4000):
        p = person(id=number, satisfaction=0.7, novelty=4.0)
        came = rules.comes_back(p, m)
        assert (p.novelty, p.rival_known, p.trials) == (0.0 if came else 4.0, 1, 1)
        back += came
    chance = logistic(5.0 * 0.1)
    assert back / 4000 == pytest.approx(chance, abs=4.5 * (chance * (1 - chance) / 4000) ** 0.5)


def test_the_rivals_performance_is_its_quality_with_normal_noise() -> None:
    m = market(rival_quality=0.5, rival_noise=0.2, choice_slope=1e6)
    for number in range(200):
        noise, luck, _, _ = rules.block(m.seed, number, 0, TRIAL)
        performance = 0.5 + 0.2 * statistics.NormalDist().inv_cdf(noise)
        p = person(id=number, satisfaction=0.45)
        assert rules.comes_back(p, m) == (performance < 0.45), luck


@pytest.mark.parametrize("every", [0, 1, 3])
def test_a_corporate_buyer_holds_a_tender_at_each_nth_need(every: int) -> None:  # C68
    p, m = person(), market(tender_every=every)
    held = [rules.holds_tender(p, m) for _ in range(7)]
    assert held == [every > 0 and need % every == 0 for need in range(1, 8)]


def test_an_empty_shelf_is_a_trigger_for_those_who_wait_and_those_who_do_not() -> None:  # C70-C71
    m = market(wait_share=0.3, stockout_trigger=0.8)
    for luck, waits in ((just_below(0.3), True), (0.3, False)):
        p = person(triggers=1)
        with lucky(0.5, luck):
            assert rules.waits_for_shelf(p, m) == waits
        assert p.triggers == 2


def test_shelf_and_desk_times_are_exponential() -> None:
    """n = 4000 each; KS at 1 in 10 000."""
    m, n = market(stocked_days=12.0, empty_days=3.0, patience_days=5.0, deal_days=0.25), 4000
    shelf = np.array([rules.shelf_times(m, nth) for nth in range(n)])
    desk = np.array([rules.desk_times(person(id=i, visit=6), m) for i in range(n)])
    for times, mean in zip([*shelf.T, *desk.T], (12.0, 3.0, 5.0, 0.25), strict=True):
        assert stats.kstest(times, stats.expon(scale=mean).cdf).statistic < 2.23 / np.sqrt(n)


def test_a_shelf_that_is_never_empty_has_no_first_spell() -> None:
    assert rules.shelf_times(market(), 0)[0] == inf


# --- word of mouth ----------------------------------------------------------------------------


def test_every_acquaintance_is_told_as_often_as_another() -> None:
    """5 others, 10 000 words: chi-square with 4 degrees, 1 in 10 000."""
    p, m = person(id=2), market(people=6)
    told = np.bincount([rules.choose_friend(p, m, 0.0) for _ in range(10_000)], minlength=6)
    assert told[2] == 0
    assert len(told) == 6
    assert stats.chisquare(np.delete(told, 2)).pvalue > 1e-4


@pytest.mark.parametrize("own", [0, 1])
def test_of_two_people_one_tells_the_other(own: int) -> None:
    p, m = person(id=own), market(people=2)
    assert {rules.choose_friend(p, m, 0.0) for _ in range(50)} == {1 - own}


def test_a_person_alone_in_the_market_tells_nobody() -> None:
    with lucky(0.999):
        assert rules.friends_told(person(), market(people=1, friends=50.0), 0.0) == 0


def test_who_comes_later_is_an_acquaintance_from_the_day_they_came_for_certain() -> None:
    """4 were there, one comes every 10 days by the 10th, 20th ... day at the latest."""
    m = market(people=4, newcomers_a_day=0.1, opened_at=-5.0, growth=0.0)
    for now, there in ((-5.0, 4), (4.9, 4), (5.1, 5), (94.9, 13)):
        assert rules.arrived(m, now) == there
        p = person(id=2)
        told = {rules.choose_friend(p, m, now) for _ in range(300)}
        assert told == set(range(there)) - {2}
    newcomer = person(id=20)  # was quicker than is certain: everybody certain is somebody else
    assert {rules.choose_friend(newcomer, m, 5.1) for _ in range(200)} == set(range(5))


def test_in_a_growing_market_the_newcomers_grow_with_it() -> None:
    m = market(people=4, newcomers_a_day=0.1, opened_at=0.0, growth=0.01)
    assert rules.arrived(m, 100.0) == 4 + int(0.1 * (exp(1.0) - 1.0) / 0.01)


@EVERY_STAGE
def test_a_friends_word_warms_everybody_and_awakes_those_asleep(stage: Stage) -> None:  # B18, C81
    m = market(friend_trust=0.5, friend_warmth=0.4)
    p = person(stage=stage, trust=0.4, warmth=0.5, step_left=1.0, walk_left=1.0)
    assert rules.hear(p, m, 7.0) == (stage in (Stage.UNAWARE, Stage.DORMANT))
    assert p.trust == pytest.approx(0.4 + 0.5 * 0.6)
    assert p.warmth == pytest.approx(0.25 + 0.4 * 0.75)  # 7 days are one half-life
    assert p.anchor == 7.0


# --- from stage to stage ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "state", "onward"),
    [
        (Stage.UNAWARE, {}, Stage.AWARENESS),
        (Stage.AWARENESS, {}, Stage.INTEREST),
        (Stage.INTEREST, {}, Stage.DESIRE),
        (Stage.DESIRE, {}, Stage.STUDY),
        (Stage.STUDY, {"luck": 0.69}, Stage.COMPARISON),  # C35: the rational compare
        (Stage.STUDY, {"luck": 0.71}, Stage.ACTION),  # C34: the emotional act
        (Stage.COMPARISON, {}, Stage.ACTION),
        (Stage.SATISFACTION, {"luck": 0.7, "satisfaction": 1.0}, Stage.REPEAT_DEAL),
        (Stage.SATISFACTION, {"luck": 0.7, "satisfaction": 0.0}, Stage.WITH_RIVAL),  # C50
        (Stage.CURIOSITY, {}, Stage.REPEAT_DEAL),
        (Stage.LOYALTY, {"luck": 0.29, "satisfaction": 0.5}, Stage.RECOMMENDATION),
        (Stage.LOYALTY, {"luck": 0.31, "satisfaction": 0.5}, Stage.REPEAT_DEAL),  # C82
        (Stage.RECOMMENDATION, {}, Stage.REPEAT_DEAL),
        (Stage.WITH_RIVAL, {"luck": 0.79}, Stage.WITH_RIVAL),
        (Stage.WITH_RIVAL, {"luck": 0.81}, Stage.STUDY),
        (Stage.DORMANT, {}, Stage.AWARENESS),
    ],
)
def test_the_step_on_leads_along_the_map(stage: Stage, state: dict, onward: Stage) -> None:
    state = dict(state)
    m = market(advocate_share=0.6, rival_retention=0.8, gate_slope=20.0, gate_threshold=0.5)
    luck = state.pop("luck", 0.5)
    p = person(stage=stage, rationality=0.7, **state)
    with lucky(luck):
        assert rules.next_stage(p, m, 0.0) == onward
    assert may_follow(stage, onward)


def test_loyalty_grows_with_each_visit_to_it() -> None:  # C74
    p, m = person(stage=Stage.LOYALTY), market(loyalty_gain=0.5)
    for expected in (0.5, 0.75):
        rules.next_stage(p, m, 0.0)
        assert p.loyalty == expected


@given(shares, shares, shares, st.floats(0.0, 30.0), st.floats(0.0, 5.0))
def test_trust_and_warmth_multiply_the_odds_of_leaving_the_rival(
    retention: float, trust: float, warmth: float, days: float, gain: float
) -> None:
    assume(1e-6 < retention < 1)  # the odds of less are rounded
    m = market(rival_retention=retention, warmth_gain=gain)
    odds = (1 - retention) / retention
    odds *= (0.5 + trust) * (1 + gain * warmth * 2 ** (-days / 7.0))
    stays = 1 / (1 + odds)
    for luck, back in ((stays * (1 - 1e-9), False), (stays * (1 + 1e-9), True)):
        p = person(stage=Stage.WITH_RIVAL, trust=trust, warmth=warmth)
        with lucky(luck):
            assert rules.returns_from_rival(p, m, days) == back


@pytest.mark.parametrize(("retention", "back"), [(0.0, True), (1.0, False)])
def test_a_rival_that_keeps_everybody_or_nobody(retention: float, back: bool) -> None:
    for luck in (0.0, 0.5, 1 - 2**-53):
        p = person(stage=Stage.WITH_RIVAL)
        with lucky(luck):
            assert rules.returns_from_rival(p, market(rival_retention=retention), 0.0) == back


@pytest.mark.parametrize("known", [0, 1])
@pytest.mark.parametrize("stage", [1, 2, 3, 4, 6, 9])
def test_walking_away_leads_to_the_rival_only_if_one_is_known(stage: int, known: int) -> None:
    there = rules.leave_by_walking(person(stage=stage, rival_known=known), market())
    lapse = stage == Stage.REPEAT_DEAL  # in silence: B12
    assert there == (Stage.WITH_RIVAL if known and not lapse else Stage.DORMANT)
    assert may_follow(stage, there)


@pytest.mark.parametrize(
    ("ring", "meeting", "push", "first"),
    [
        (3.0, 2.0, 1.0, (1.0, rules.PUSHED)),
        (3.0, 2.0, 2.5, (2.0, rules.MEETS)),
        (1.0, 2.0, 2.5, (1.0, rules.RING)),
        (1.0, 1.0, 1.0, (1.0, rules.RING)),  # at one moment the clock comes first,
        (2.0, 1.0, 1.0, (1.0, rules.MEETS)),  # then pull, then push
        (inf, inf, inf, (inf, rules.RING)),
    ],
)
def test_what_comes_first_happens_first(
    ring: float, meeting: float, push: float, first: tuple[float, int]
) -> None:
    p, m = person(ring_at=ring, meeting_at=meeting, push_at=push), market(LIVELY)
    assert rules.next_event(p, m) == first
    p.leaves_at = 0.5  # the category, for good
    assert rules.next_event(p, m) == (0.5, rules.COMES_OR_GOES)
    p.leaves_at = first[0]  # at one moment: after the clock, before pull and push
    clock = first[1] == rules.RING
    assert rules.next_event(p, m)[1] == (rules.RING if clock else rules.COMES_OR_GOES)
    p.busy = 1  # in the queue both clocks stand still
    assert rules.next_event(p, m)[0] == inf


@given(persons, st.floats(0.01, 400.0))
def test_a_clock_rings_by_a_time_exactly_if_it_rings_before_it(
    p: rules.Person, days: float
) -> None:
    m = market(LIVELY)
    rules.set_alarm(p, m)
    when = p.anchor + days
    assume(abs(p.ring_at - when) > 1e-9 * days)
    assert rules.rings_by(p, m, when) == (p.ring_at < when)


# --- the oracle of the other tests ------------------------------------------------------------


def test_the_paper_chain_has_the_ways_of_the_map_and_no_others() -> None:
    states, jumps, days = chain(neutral(stages=plans(loss=0.2)))
    assert jumps.sum(axis=1) == pytest.approx(1.0)
    assert (days > 0).all()
    for (here, _), row in zip(states, jumps, strict=True):
        for (there, _), chance in zip(states, row, strict=True):
            assert chance == 0 or may_follow(here, there)


@given(persons)
def test_a_clock_is_not_overlooked_at_the_very_time_at_which_it_rings(p: rules.Person) -> None:
    m = market(LIVELY)
    rules.set_alarm(p, m)
    assume(p.ring_at < inf)
    assert rules.rings_by(p, m, p.ring_at)


def test_the_programme_skips_nothing_when_pushing_starts_anew() -> None:  # C89
    touchpoints = {
        name: {"contact": "push", "aims_at": "study", "fit": everywhere()}
        for name in ("a", "b", "c")
    }
    m = market(neutral(**touching(touchpoints, {"push": "animator"})))
    p, chosen = person(known=1), []
    for n in range(7):
        if n == 4:  # a push fell into the queue
            rules.start_pushing(p, m, 0.0)
        rules.push_block(p, m)
        chosen.append(rules.choose_push(p, m))
    assert chosen == [0, 1, 2, 0, 1, 2, 0]
