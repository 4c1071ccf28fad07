"""The engine against theory that is solved on paper or by linear algebra (evidence.md, 2.3).

The people are neutral and all alike, so that nothing of the rules is used to say what must come
out. Standard errors are those of the run itself; SIGMAS of them is one wrong alarm in 15 000 for
a fresh seed, and the seeds are fixed.
"""

from __future__ import annotations

import functools
from math import exp, factorial, gamma, inf

import numpy as np
import numpy.typing as npt
import pytest
from scipy import linalg, sparse, stats

from cjsim.journey import IN_THE_CATEGORY, STAGES, TWELVE, Stage
from cjsim.model import parameters, rules
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario
from tests.builders import (
    ALWAYS_CONTENT,
    AT_ONCE,
    NEVER,
    NEVER_CURIOUS,
    SURE,
    Visits,
    chain,
    everywhere,
    first_times,
    in_full,
    neutral,
    plans,
    touching,
    visits,
)

Floats = npt.NDArray[np.float64]

SIGMAS = 4.0
KS = 2.23  # Kolmogorov-Smirnov: P(sqrt(n) D > 2.23) = 1 in 10 000

each_stage = pytest.mark.parametrize("stage", IN_THE_CATEGORY, ids=lambda stage: stage.key)


def assert_share(hits: int, of: int, share: float) -> None:
    """A share of n independent trials: standard error sqrt(p (1 - p) / n)."""
    assert of > 0
    error = np.sqrt(share * (1 - share) / of)
    assert abs(hits / of - share) <= SIGMAS * error + 1e-12, f"{hits / of:.4f}, not {share:.4f}"


def assert_mean(values: Floats, mean: float) -> None:
    """A mean of n independent values: standard error sd / sqrt(n)."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - mean) <= SIGMAS * error, f"{values.mean():.4f}, not {mean:.4f}"


# --- the whole map as a chain -----------------------------------------------------------------

# 8, 10, 11 and 12 take next to nothing of the cycle of needs, which runs from deal to deal
DAYS = dict(
    zip((s.key for s in TWELVE), (9, 5, 7, 4, 3, 2, 1, 0.006, 25, 0.008, 0.003, 0.002), strict=True)
)
LOSS = {1: 0.25, 2: 0.2, 3: 0.1, 4: 0.3, 5: 0.4, 6: 0.15, 9: 0.1, 10: 0.6}
MAP = {
    stage.key: {"typical_days": DAYS[stage.key], "planned_loss": LOSS.get(stage, 0.0)}
    for stage in TWELVE
}
GATES = {
    "experience": {"gate_slope": 4.0, "gate_threshold": 0.3},
    "curiosity": {"base": -0.8, "choice_slope": 5.0},
    "rival": {"quality": 0.4, "retention": 0.6},
    "loyalty": {"advocate_share": 0.8},
}
NOT_NEUTRAL = {
    "product.complexity": 0.5,
    "market.pain_need": 1.4,
    "market.dream_need": 1.4,
    "market.prior_trust": 0.7,
    "market.rationality_mean": 0.3,
    "rival.competition": 0.8,
}
"""Changed when the plan stands: it stays that of neutral people, and these keep off it."""
PEOPLE = 6_000


@functools.cache
def on_the_map(neutral_people: bool) -> tuple[Run, Visits]:
    """One run without touchpoints; every later test of the map reads it."""
    scenario = neutral(stages=MAP, horizon_days=500.0, **GATES)
    scenario = scenario if neutral_people else scenario.with_changes(NOT_NEUTRAL)
    run = simulate(scenario, people=PEOPLE, seed=20, engine="simpy")
    return run, visits(run)


alike = pytest.mark.parametrize("neutral_people", [True, False], ids=["neutral", "not neutral"])


@functools.cache
def with_memory(neutral_people: bool) -> npt.NDArray[np.int64]:
    """For each visit whether a rival was known by then: after a comparison, a trial, a rival."""
    run, all_visits = on_the_map(neutral_people)
    trials = run.events.rows[run.events["event"] == Event.TRIAL]
    tried = set(zip(trials["person"].tolist(), trials["time"].tolist(), strict=True))
    known, seen, last = np.zeros(len(all_visits), np.int64), False, -1
    columns = (all_visits.person, all_visits.stage, all_visits.since)
    for i, (who, stage, since) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        seen = (seen and who == last) or stage in (5, 13) or (who, since) in tried
        known[i], last = seen, who
    return known


@alike
def test_people_go_from_stage_to_stage_with_the_chances_of_the_chain(neutral_people: bool) -> None:
    """Passing, planned loss, gates, trial, return: every way of the map, at both memories."""
    run, all_visits = on_the_map(neutral_people)
    states, jumps, _ = chain(run.scenario)
    known = with_memory(neutral_people)
    compared = 0
    for (here, memory), row in zip(states, jumps, strict=True):
        chosen = (all_visits.stage == here) & (known == memory) & (all_visits.onward >= 0)
        ended = all_visits.where(chosen)
        for there in {state[0] for state in states}:
            chance = sum(p for (s, _), p in zip(states, row, strict=True) if s == there)
            # visits near the horizon that are still open are the long ones, of no special way:
            # the two clocks of a memoryless stage tell nothing about each other
            assert_share(int((ended.onward == there).sum()), len(ended), chance)
            compared += chance > 0
    assert compared >= 45  # every way of the map, most of them with and without a rival


@alike
@each_stage
def test_a_stage_takes_the_mean_time_of_the_chain(stage: Stage, neutral_people: bool) -> None:
    """Time spent there / visits ended there: open visits count too, so nothing is cut off."""
    run, all_visits = on_the_map(neutral_people)
    states, _, days = chain(run.scenario)
    known = with_memory(neutral_people)
    for (here, memory), mean in zip(states, days, strict=True):
        if here == stage:
            there = all_visits.where((all_visits.stage == here) & (known == memory))
            ended = int((there.onward >= 0).sum())
            # n exponential visits: standard error of the rate n / T is rate / sqrt(n)
            estimate = there.days.sum() / ended
            assert abs(estimate / mean - 1) <= SIGMAS / np.sqrt(ended)


def fundamental(scenario: Scenario, end: set[int]) -> tuple[list, Floats, Floats, Floats]:
    """N = (I - Q)^-1 where the journey ends at `end`: transient states, N, R to the ends, days."""
    states, jumps, days = chain(scenario)
    ends = sorted(end)
    inside = [i for i, (stage, _) in enumerate(states) if stage not in end]
    Q = jumps[np.ix_(inside, inside)]
    R = np.array(
        [
            [sum(jumps[i, j] for j, s in enumerate(states) if s[0] == e) for e in ends]
            for i in inside
        ]
    )
    N = np.linalg.inv(np.eye(len(inside)) - Q)
    return [states[i] for i in inside], N, R, days[inside]


@alike
def test_the_first_way_to_a_deal_ends_as_the_fundamental_matrix_says(neutral_people: bool) -> None:
    """Who reaches the first deal before ever leaving, falls asleep, or is lost to the rival."""
    run, all_visits = on_the_map(neutral_people)
    ends = (7, 13, 14)
    states, N, R, _ = fundamental(run.scenario, set(ends))
    expected = (N @ R)[states.index((0, 0))]
    reached = np.isin(all_visits.stage, ends)
    _, first = np.unique(all_visits.person[reached], return_index=True)
    stages = all_visits.stage[reached][first]
    assert len(stages) > 0.999 * PEOPLE  # all but those who are unaware for 500 days
    for end, share in zip(ends, expected, strict=True):
        assert_share(int((stages == end).sum()), len(stages), share)


@alike
def test_the_mean_time_to_the_first_deal_is_that_of_the_chain(neutral_people: bool) -> None:
    """With all the ways back, over sleep and rival. Cut at the horizon, so compare E min(T, h)."""
    run, _ = on_the_map(neutral_people)
    horizon = run.scenario.horizon_days
    times = np.minimum(first_times(run, Event.FIRST_DEAL), horizon)
    start, T = to_the_deal(run.scenario)
    ones = np.ones(len(start))
    cut = np.linalg.solve(T, linalg.expm(T * horizon) - np.eye(len(start)))
    assert_mean(times, float(start @ cut @ ones))
    whole = -float(start @ np.linalg.solve(T, ones))
    states, N, _, days = fundamental(run.scenario, {8})
    assert whole == pytest.approx((N @ days)[states.index((0, 0))])  # t = N d, two ways


def to_the_deal(scenario: Scenario) -> tuple[Floats, Floats]:
    """Phase-type: where people start, and the rates among the stages before the deal is done."""
    states, jumps, days = chain(scenario)
    inside = [i for i, (stage, _) in enumerate(states) if stage in (0, 1, 2, 3, 4, 5, 6, 7, 13, 14)]
    T = (jumps[np.ix_(inside, inside)] - np.eye(len(inside))) / days[inside, None]
    return np.eye(len(inside))[[states[i] for i in inside].index((0, 0))], T


@alike
def test_the_time_to_the_first_deal_is_phase_type(neutral_people: bool) -> None:
    """The whole distribution, by matrix exponentials; KS over all people, up to the horizon."""
    run, _ = on_the_map(neutral_people)
    start, T = to_the_deal(run.scenario)
    times = np.sort(first_times(run, Event.FIRST_DEAL))
    step = linalg.expm(T * 2.5)
    grid, alive = np.arange(0, run.scenario.horizon_days, 2.5), start
    for t in grid:
        theory = 1.0 - alive.sum()
        found = np.searchsorted(times, t, side="right") / len(times)
        assert abs(found - theory) < KS / np.sqrt(len(times)), f"day {t}"
        alive = alive @ step


def test_a_person_visits_each_stage_as_often_as_the_fundamental_matrix_says() -> None:
    """Visits before the first recommendation: a row of N. Only those who get there by day 500."""
    scenario = neutral(stages=MAP, horizon_days=8000.0, **GATES)
    run = simulate(scenario, people=300, seed=3, engine="simpy")
    all_visits = visits(run)
    states, N, _, _ = fundamental(scenario, {Stage.RECOMMENDATION})
    expected = N[states.index((0, 0))]
    ended = all_visits.stage == Stage.RECOMMENDATION
    people, first = np.unique(all_visits.person[ended], return_index=True)
    assert len(people) == 300  # the mean is below 1000 days: nobody is cut off
    until = all_visits.since[ended][first]
    before = all_visits.where(all_visits.since < until[all_visits.person])
    for stage in STAGES:
        if stage != Stage.RECOMMENDATION:
            mean = sum(n for (s, _), n in zip(states, expected, strict=True) if s == stage)
            counts = np.bincount(before.person[before.stage == stage], minlength=300)
            if stage == Stage.UNAWARE:
                assert set(counts) == {1}
            else:
                assert_mean(counts.astype(float), mean)


# --- clocks that are not memoryless -----------------------------------------------------------

LEAVING = [Stage(s) for s in (1, 2, 3, 4, 5, 6, 9, 10)]


@functools.cache
def regular(shape: float) -> tuple[Run, Visits]:
    """The whole map with clocks of one Weibull shape."""
    stages = {key: {**plan, "regularity": shape} for key, plan in MAP.items()}
    scenario = neutral(stages=stages, horizon_days=1000.0, **GATES)
    run = simulate(scenario, people=1500, seed=8, engine="simpy")
    return run, visits(run)


shapes = pytest.mark.parametrize("shape", [0.5, 2.0, 5.0])


@shapes
@pytest.mark.parametrize("stage", LEAVING, ids=lambda stage: stage.key)
def test_regular_clocks_compete_as_weibull_hazards_do(stage: Stage, shape: float) -> None:
    """Whatever the shape, a neutral person steps on with probability 1 - p, after d days.

    P(step on first) = λ^k / (λ^k + μ^k), and the smaller of two such Weibull times is again one, of
    mean 1 / (λ^k + μ^k)^(1/k), which tells nothing about which clock it was: hence the rates
    (1-p)^(1/k) / d and p^(1/k) / d. Visits that begin in the last tenth are left out: they may be
    cut off.
    """
    run, all_visits = regular(shape)
    there = all_visits.where((all_visits.stage == stage) & (all_visits.since < 900.0))
    ended = there.where(there.onward >= 0)
    gone = walked_away(run, ended, stage)
    assert_share(len(ended) - gone, len(ended), 1 - LOSS[stage])
    if shape >= 2.0:  # thinner tails than the tenth that is left: at most 1 in 10^6 is cut off
        assert len(ended) == len(there)
        assert_mean(ended.days, DAYS[stage.key])


def walked_away(run: Run, ended: Visits, stage: Stage) -> int:
    """How many of these visits ended with the walk-away clock."""
    if stage == Stage.CURIOSITY:  # a trial, whatever comes of it
        rows = run.events.rows[run.events["event"] == Event.TRIAL]
        tried = set(zip(rows["person"].tolist(), rows["time"].tolist(), strict=True))
        ends = zip(ended.person.tolist(), ended.until.tolist(), strict=True)
        return sum(end in tried for end in ends)
    if stage == Stage.REPEAT_DEAL:  # a silent lapse; to the rival leads the gate
        return int((ended.onward == Stage.DORMANT).sum())
    return int(np.isin(ended.onward, (Stage.DORMANT, Stage.WITH_RIVAL)).sum())


@shapes
@pytest.mark.parametrize("stage", [Stage.FIRST_DEAL, Stage.SATISFACTION], ids=lambda s: s.key)
def test_a_stage_without_loss_has_weibull_times(stage: Stage, shape: float) -> None:
    _, all_visits = regular(shape)
    ended = all_visits.where((all_visits.stage == stage) & (all_visits.since < 900.0))
    mean = DAYS[stage.key]
    law = stats.weibull_min(shape, scale=mean / gamma(1 + 1 / shape))
    assert stats.kstest(ended.days, law.cdf).statistic < KS / np.sqrt(len(ended))


def test_fixed_clocks_always_ring_on_the_day() -> None:
    """With regularity inf each stage takes its days, and nobody may walk away: both would ring.

    At 9 and 13 the day is that of the need: 25 days after the last deal, ours or the rival's.
    """
    stages = {key: {**plan, "regularity": inf, "planned_loss": 0.0} for key, plan in MAP.items()}
    run = simulate(neutral(stages=stages, **GATES), people=50, seed=1, engine="simpy")
    all_visits = visits(run)
    for stage in TWELVE:
        if stage != Stage.REPEAT_DEAL:
            assert all_visits.at(stage).days == pytest.approx(DAYS[stage.key], rel=1e-9)
    assert not (all_visits.onward == Stage.DORMANT).any()
    last: dict[int, float] = {}
    cycles = []
    for time, _, who, _, event, stage in run.events.rows.tolist():
        if event in (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.RIVAL_DEAL):
            if stage in (Stage.REPEAT_DEAL, Stage.WITH_RIVAL):
                cycles.append(time - last[who])
            last[who] = time
    assert len(cycles) > 300
    assert cycles == pytest.approx([DAYS["repeat_deal"]] * len(cycles), rel=1e-9)


# --- people come and go -----------------------------------------------------------------------


@functools.cache
def stationary() -> tuple[Run, Visits]:
    """The neutral map after 300 days of burn-in, in which it has forgotten its beginning."""
    scenario = neutral(stages=MAP, horizon_days=800.0, burn_in_days=300.0, **GATES)
    run = simulate(scenario, people=800, seed=31, engine="simpy")
    return run, visits(run)


@pytest.mark.parametrize("stage", IN_THE_CATEGORY[1:], ids=lambda stage: stage.key)
def test_littles_law_holds_in_every_stage(stage: Stage) -> None:
    """L = λ W: people inside on average = people who enter a day · the days a stage is to take.

    L and λ are measured, W is on paper. With N visits of mean W the difference L·h - n·W is a sum
    of n deviations of sd W (exponential), and up to 2 L visits cut at the two ends of the log.
    """
    run, all_visits = stationary()
    states, _, days = chain(run.scenario)
    (W,) = {round(days[i], 9) for i, (s, _) in enumerate(states) if s == stage}
    there = all_visits.where(all_visits.stage == stage)
    entered = int((there.since > 0).sum())
    L = there.days.sum() / run.scenario.horizon_days
    rate = entered / run.scenario.horizon_days
    error = W * np.sqrt(entered + 2 * L) / run.scenario.horizon_days
    assert abs(L - rate * W) <= SIGMAS * error


def test_the_time_people_spend_in_each_stage_is_that_of_the_chain() -> None:
    """The integral of start · e^(G t) over the log; standard error over people, independent."""
    run, all_visits = stationary()
    states, jumps, days = chain(run.scenario)
    G = (jumps - np.eye(len(states))) / days[:, None]
    zero, one = np.zeros_like(G), np.eye(len(G))
    before = linalg.expm(G * run.scenario.burn_in_days)[states.index((0, 0))]
    # the upper right block of e^[[G, 1], [0, 0]] h is the integral of e^(G t) from 0 to h
    integral = linalg.expm(np.block([[G, one], [zero, zero]]) * run.scenario.horizon_days)
    spent = before @ integral[: len(G), len(G) :]
    for stage in IN_THE_CATEGORY[1:]:  # by then nobody is unaware
        mean = sum(d for (s, _), d in zip(states, spent, strict=True) if s == stage)
        there = all_visits.stage == stage
        own = np.bincount(all_visits.person[there], all_visits.days[there], minlength=len(run))
        assert_mean(own, mean)


def test_nobody_appears_or_disappears() -> None:
    run, all_visits = stationary()
    assert len(np.unique(all_visits.person)) == len(run)
    total = np.bincount(all_visits.person, all_visits.days)
    assert total == pytest.approx(run.scenario.horizon_days)
    for stage in STAGES:
        here = all_visits.stage == stage
        inside = (here & (all_visits.since == 0)).sum()
        entered = (here & (all_visits.since > 0)).sum()
        left = (here & (all_visits.onward >= 0)).sum()
        at_the_end = (here & (all_visits.onward < 0)).sum()
        assert inside + entered == left + at_the_end


# --- the sales desk ---------------------------------------------------------------------------


def finite_source(
    people: int, cycle: float, servers: int, service: float, patience: float = inf
) -> tuple[float, float, float, float]:
    """A desk for `people` who each come again after an exponential `cycle`: birth and death.

    Returns the chance to wait, the chance to give up, the mean wait (of all, those who give up
    included) and the mean arrivals a day. Who comes sees the desk of the others (people - 1).
    """
    n = np.arange(people + 1)
    births = (people - n) / cycle
    deaths = np.minimum(n, servers) / service + np.maximum(n - servers, 0) / patience
    law = np.concatenate([[0.0], np.cumsum(np.log(births[:-1]) - np.log(deaths[1:]))])
    law = np.exp(law - law.max())
    law /= law.sum()
    arrivals = float(births @ law)
    seen = births * law / arrivals
    waiting = float(np.maximum(n - servers, 0) @ law)
    return (
        float(seen[servers:].sum()),
        waiting / patience / arrivals,
        waiting / arrivals,
        arrivals,
    )


def test_the_desks_on_paper_are_those_of_erlang() -> None:
    """The finite market tends to the textbook's M/M/3 and Erlang-A (10^6 people: 5 digits)."""
    waits, _, wait, rate = finite_source(1_000_000, 400_000.0, 3, 1.0)
    assert (waits, wait, rate) == pytest.approx((0.702247, 1.404494, 2.5), rel=1e-4)
    a, c = 2.5, 3  # Erlang C
    queued = a**c / factorial(c) * c / (c - a)
    assert queued / (sum(a**k / factorial(k) for k in range(c)) + queued) == pytest.approx(
        0.702247, abs=5e-7
    )
    waits, gives_up, wait, rate = finite_source(1_000_000, 1e6 / 3, 3, 1.0, patience=2.0)
    assert (waits, gives_up, wait) == pytest.approx((0.646272, 0.187268, 0.374535), rel=1e-4)


def at_the_desk(people: int, cycle: float, patience: float, horizon: float) -> Run:
    """Buyers who come to three reps again and again; nothing else takes any time.

    At first all are unaware, with the cycle as their onset: the market starts with an empty desk.
    Whoever gives up buys from the rival and, after a cycle there, studies us again at once.
    """
    scenario = neutral(
        stages=plans(AT_ONCE, repeat_deal={"typical_days": cycle}),
        market={"onset_days": cycle},
        rival={"retention": 0.0},
        experience=ALWAYS_CONTENT,
        curiosity=NEVER_CURIOUS,
        loyalty={"deals_to_loyalty": 10**6},
        firm={
            "reps": 3,
            "deal_hours": 8.0,
            "patience_days": patience,
            "repeat_needs_rep": True,
        },
        horizon_days=horizon,
    )
    return simulate(in_full(scenario, people), seed=12, engine="simpy")


def waits(run: Run, warm_up: float) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """When buyers came to the desk, how long they waited, whether they gave up."""
    rows = run.events.rows
    rows = rows[np.isin(rows["event"], (Event.QUEUE, Event.SERVED, Event.RENEGED))]
    rows = rows[np.argsort(rows["person"], kind="stable")]
    came = (rows["event"][:-1] == Event.QUEUE) & (rows["person"][:-1] == rows["person"][1:])
    first, second = rows[:-1][came], rows[1:][came]
    assert not (second["event"] == Event.QUEUE).any()
    order = np.argsort(first["time"], kind="stable")
    first, second = first[order], second[order]
    warm = first["time"] >= warm_up
    wait = second["time"] - first["time"]
    return first["time"][warm], wait[warm], second["event"][warm] == Event.RENEGED


def assert_batch_mean(values: Floats, mean: float, most: float) -> None:
    """Waits depend on each other: the standard error is that of 30 batch means (t, 29 degrees).

    `most` bounds the half-width relative to the mean, so that the test cannot pass by noise.
    """
    batches = np.array([batch.mean() for batch in np.array_split(values, 30)])
    half = stats.t.ppf(1 - 1e-4 / 2, 29) * batches.std(ddof=1) / np.sqrt(30)
    assert half < most * mean
    assert abs(values.mean() - mean) < half, f"{values.mean():.4f}, not {mean:.4f} ± {half:.4f}"


def test_buyers_wait_at_the_desk_as_in_an_m_m_3_queue() -> None:
    run = at_the_desk(people=2_000, cycle=800.0, patience=NEVER, horizon=24_500.0)
    chance, _, wait, rate = finite_source(2_000, 800.0, 3, 1.0)
    times, waited, gave_up = waits(run, warm_up=500.0)
    assert not gave_up.any()
    assert len(times) / 24_000 == pytest.approx(rate, abs=SIGMAS * np.sqrt(rate / 24_000))
    assert_batch_mean((waited > 0).astype(float), chance, most=0.1)
    assert_batch_mean(waited, wait, most=0.3)


def test_impatient_buyers_wait_and_leave_as_in_erlang_a() -> None:
    run = at_the_desk(people=1_000, cycle=1000 / 3, patience=2.0, horizon=8_200.0)
    chance, leaves, wait, rate = finite_source(1_000, 1000 / 3, 3, 1.0, patience=2.0)
    times, waited, gave_up = waits(run, warm_up=200.0)
    assert len(times) / 8_000 == pytest.approx(rate, abs=SIGMAS * np.sqrt(rate / 8_000))
    assert_batch_mean((waited > 0).astype(float), chance, most=0.1)
    assert_batch_mean(gave_up.astype(float), leaves, most=0.15)
    assert_batch_mean(waited, wait, most=0.15)


def test_a_deal_takes_a_rep_its_time_and_no_rep_has_two_deals() -> None:
    run = at_the_desk(people=300, cycle=100.0, patience=2.0, horizon=1000.0)
    rows = run.events.rows
    rows = rows[np.argsort(rows["person"], kind="stable")]
    begins = np.flatnonzero(rows["event"] == Event.SERVED)
    begins = begins[begins + 1 < len(rows)]
    begins = begins[rows["person"][begins] == rows["person"][begins + 1]]
    taken = rows["time"][begins + 1] - rows["time"][begins]
    assert stats.kstest(taken, stats.expon.cdf).statistic < KS / np.sqrt(len(taken))
    changes = [(t, 1) for t in rows["time"][begins]] + [(t, -1) for t in rows["time"][begins + 1]]
    assert np.cumsum([change for _, change in sorted(changes)]).max() == 3


# --- word of mouth ----------------------------------------------------------------------------


def families(share_who_go_on: float, friends: float) -> tuple[npt.NDArray[np.int64], int]:
    """How many people descend from each who awoke by themselves (themselves included).

    A customer buys again, tells Poisson(friends) and goes on; each time a share lapses instead:
    so everyone tells a geometric number of times. Who lapsed may be awakened once more, as
    somebody new. Returns the sizes of all families that began 100 days before the end or earlier.
    """
    scenario = neutral(
        stages=plans(
            AT_ONCE, repeat_deal={"typical_days": 0.5, "planned_loss": 1 - share_who_go_on}
        ),
        market={"onset_days": 1000.0, "return_days": 1000.0},
        experience={"performance_weight": 1.0, **ALWAYS_CONTENT},  # all are advocates
        product={"quality": 1.0},
        curiosity=NEVER_CURIOUS,
        loyalty={
            "advocate_share": 1.0, "friends": friends, "friend_trust": 0.0, "friend_warmth": 0.0,
        },
        horizon_days=2100.0,
    )  # fmt: skip
    run = simulate(scenario, people=2000, seed=5, engine="simpy")
    family_of: dict[int, int] = {}
    sizes: list[int] = []
    began: list[float] = []
    teller, referred = -1, -1
    for time, _, person, _, event, stage in run.events.rows.tolist():
        if event == Event.TOLD:
            teller = person
        elif event == Event.REFERRAL:
            referred = person
        elif event == Event.ENTER and stage == Stage.AWARENESS:
            if person == referred:
                family_of[person] = family_of[teller]
                sizes[family_of[person]] += 1
                referred = -1
            else:
                family_of[person] = len(sizes)
                sizes.append(1)
                began.append(time)
    return np.array(sizes)[np.array(began) < 2000.0], run.events["event"].tolist().count(
        Event.REFERRAL
    )


def law_of_sizes(q: float, friends: float, most: int) -> tuple[Floats, Floats]:
    """Offspring and family sizes: Dwass, P(size = n) = P(n people have n - 1 children) / n.

    The number of tellings is geometric (go on: q), each has Poisson(friends) children.
    """
    tellings = np.arange(200)
    children = np.array(
        [
            sum((1 - q) * q**tellings * stats.poisson.pmf(k, friends * tellings))
            for k in range(most + 1)
        ]
    )
    sizes, power = [], np.array([1.0])
    for n in range(1, most + 1):
        power = np.convolve(power, children)[: most + 1]
        sizes.append(power[n - 1] / n)
    return children, np.array(sizes)


def test_the_paper_law_of_families_has_mean_one_over_one_less_k() -> None:
    children, law = law_of_sizes(0.5, 0.2, 60)
    assert children.sum() == pytest.approx(1.0)
    assert children @ np.arange(61) == pytest.approx(0.2)
    assert law @ np.arange(1, 61) == pytest.approx(1.25, rel=1e-6)
    assert law[0] == pytest.approx(0.5 / (1 - 0.5 * exp(-0.2)))  # nobody was told anything


@pytest.mark.parametrize("K", [0.2, 0.5])
def test_referrals_multiply_customers_by_one_over_one_less_k(K: float) -> None:
    """K = 0.2 gives 1.25 customers each, K = 0.5 gives 2 (C77-C82).

    About 4000 families; their standard error is sd / sqrt(n). Of 2000 people 2-4 are on their
    way at any time and are not awakened by a word: 0.2 % of K at most, less than a tenth of it.
    """
    sizes, referrals = families(0.5, friends=K)
    assert len(sizes) > 3000
    assert referrals > 0
    assert_mean(sizes.astype(float), 1 / (1 - K))


def test_families_have_the_sizes_of_a_branching_process() -> None:
    """The whole law of total progeny; chi-square, 1 in 10 000."""
    sizes, _ = families(0.5, friends=0.5)
    most = 15
    _, law = law_of_sizes(0.5, 0.5, most)
    found = np.bincount(np.minimum(sizes, most + 1), minlength=most + 2)[1:]
    expected = np.append(law, 1 - law.sum()) * len(sizes)
    assert expected.min() > 5
    assert stats.chisquare(found, expected).pvalue > 1e-4


def bass(t: float, p: float = 0.03, q: float = 0.38) -> float:
    """The share who have adopted by t."""
    return (1 - exp(-(p + q) * t)) / (1 + q / p * exp(-(p + q) * t))


def test_bass_on_paper() -> None:
    assert (bass(5.0), bass(10.0)) == pytest.approx((0.3312, 0.8128), abs=5e-5)


def test_advocates_in_a_mixed_market_make_the_curve_of_bass() -> None:
    """p = 0.03 a year awake by themselves, every adopter tells q = 0.38 a year, at random.

    In a finite market adoption is a pure birth process: its mean and variance at any time come
    from its master equation, and the curve of Bass is its limit. Adopters tell Poisson(q c) at
    the end of cycles of c = 1/5 year, which adds at most q c = 8 % to the variance.
    """
    year, cycle, N, p, q = 365.0, 1 / 5, 4000, 0.03, 0.38
    scenario = neutral(
        stages=plans(1e-3, repeat_deal={"typical_days": cycle * year}),
        market={"onset_days": year / p, "prior_expectation": 0.0},
        product={"quality": 1.0},
        experience={"learning": 1.0, "expectation_drift": 0.0, **ALWAYS_CONTENT},
        curiosity=NEVER_CURIOUS,
        loyalty={
            "advocate_share": 1.0, "friends": q * cycle, "friend_trust": 0.0, "friend_warmth": 0.0,
        },
        horizon_days=10.001 * year,
    )  # fmt: skip
    adopted = first_times(simulate(scenario, people=N, seed=4, engine="simpy"), Event.FIRST_DEAL)
    n = np.arange(N + 1)
    births = (N - n) * (p + q * n / (N - 1))
    master = sparse.diags_array([-births, births[:-1]], offsets=[0, -1], format="csc")
    law = sparse.linalg.expm_multiply(
        master, np.eye(1, N + 1)[0], start=0, stop=10, num=11, endpoint=True
    )
    for years in range(1, 11):
        mean = float(law[years] @ n)
        spread = np.sqrt(float(law[years] @ n**2) - mean**2) * np.sqrt(1 + q * cycle)
        found = np.count_nonzero(adopted < years * year)
        assert abs(found - mean) < SIGMAS * spread, f"year {years}"
        assert mean / N == pytest.approx(bass(years), abs=0.005)
        assert SIGMAS * spread / N < 0.1


# --- the shelf --------------------------------------------------------------------------------


@functools.cache
def before_the_shelf() -> Run:
    """Customers who come as a Poisson stream, find an empty shelf or not, and come again."""
    scenario = neutral(
        stages=plans(AT_ONCE, repeat_deal={"typical_days": 20.0}),
        market={"onset_days": 20.0},
        experience=ALWAYS_CONTENT,
        curiosity={**NEVER_CURIOUS, "stockout_trigger": 0.0, "choice_slope": SURE},
        rival={"quality": 0.0},  # tried before an empty shelf, but nobody stays
        loyalty={"deals_to_loyalty": 10**6},
        shelf={"stocked_days": 6.0, "empty_days": 2.0, "wait_share": 0.0},
        horizon_days=4000.0,
    )
    return simulate(scenario, people=100, seed=6, engine="simpy")


def gaps(run: Run) -> Floats:
    """Begin and end of every time the shelf was empty, as the stream of the market has it."""
    market = parameters.parameters_of(run.scenario, len(run), run.seed)
    spells = np.array([rules.shelf_times(market, nth) for nth in range(1000)]).ravel()
    ends = np.cumsum(spells).reshape(-1, 2)
    return ends[ends[:, 1] < run.scenario.horizon_days]


def attempts(run: Run) -> tuple[npt.NDArray, npt.NDArray]:
    """Repeat purchases that met the shelf full, and those that met it empty."""
    rows = run.events.rows
    again = rows[(rows["event"] == Event.STOCKOUT) & (rows["stage"] == Stage.REPEAT_DEAL)]
    return rows[rows["event"] == Event.REPEAT_DEAL], again


def test_the_shelf_is_met_empty_for_its_share_of_time() -> None:
    """empty / (stocked + empty) = 1/4 of all attempts (Poisson arrivals see time averages).

    m = 500 cycles; the share of an alternating renewal process has, by the delta method, standard
    error p (1 - p) sqrt(2 / m) for exponential spells; attempts add sqrt(p (1 - p) / n).
    """
    run = before_the_shelf()
    full, empty = attempts(run)
    n, share = len(full) + len(empty), 2.0 / 8.0
    error = np.hypot(share * (1 - share) * np.sqrt(2 / 500), np.sqrt(share * (1 - share) / n))
    assert n > 10_000
    assert abs(len(empty) / n - share) < SIGMAS * error


def test_purchases_meet_the_shelf_exactly_when_it_is_empty() -> None:
    run = before_the_shelf()
    full, empty = attempts(run)
    begins, ends = gaps(run).T
    last = ends[-1]
    for rows, expected in ((full, False), (empty, True)):
        times = rows["time"][rows["time"] < last]
        gap = np.searchsorted(begins, times, side="right") - 1
        assert (((gap >= 0) & (times < ends[gap])) == expected).all()


def test_a_customer_meets_a_gap_with_chance_one_less_e_to_minus_rate_times_length() -> None:
    """P(visit in a gap of L days) = 1 - e^(-λL), for 500 gaps and 100 customers."""
    run = before_the_shelf()
    _, empty = attempts(run)
    all_gaps = gaps(run)[20:]  # by then everybody is a customer
    begins, ends = all_gaps.T
    inside = (empty["time"] >= begins[0]) & (empty["time"] < ends[-1])
    gap = np.searchsorted(begins, empty["time"][inside], side="right") - 1
    hits = len({*zip(empty["person"][inside].tolist(), gap.tolist(), strict=True)})
    chances = 1 - np.exp(-(ends - begins) / 20.0)
    error = np.sqrt(len(run) * (chances * (1 - chances)).sum())
    assert abs(hits - len(run) * chances.sum()) < SIGMAS * error


def test_those_who_wait_for_the_shelf_buy_the_moment_it_is_filled() -> None:
    run = before_the_shelf()
    run = simulate(
        run.scenario.with_changes({"shelf.wait_share": 1.0, "horizon_days": 200.0}),
        people=60,
        seed=6,
        engine="simpy",
    )
    full, empty = attempts(run)
    refills = dict(zip(*gaps(run).T.tolist(), strict=True))
    assert len(empty) > 50
    bought = {*zip(full["person"].tolist(), full["time"].tolist(), strict=True)}
    for row in empty:
        begin = max((b for b in refills if b <= row["time"]), default=None)
        if begin is not None and row["time"] < refills[begin]:
            assert (row["person"], refills[begin]) in bought


# --- contacts ---------------------------------------------------------------------------------


def test_pull_touchpoints_are_met_at_their_rate() -> None:
    """Contacts in the time spent at a stage are Poisson: standard error sqrt(n)."""
    fit = {"interest": 1.0, "desire": 0.4, "with_rival": 0.2, "loyalty": 0.7}
    tent = {"contact": "pull", "aims_at": "desire", "fit": fit}
    library = {
        "tent": {**tent, "reach_per_day": 0.5, "distance_m": 200.0},
        "site": {**tent, "reach_per_day": 0.2},
    }
    scenario = neutral(
        stages=MAP, horizon_days=300.0, **GATES, **touching(library, {"touchpoints": {
            "tent": 1.0, "site": 3.0}}),
    )  # fmt: skip
    run = simulate(scenario, people=1500, seed=2, engine="simpy")
    all_visits, rows = visits(run), run.events.rows
    rates = {"tent": 0.5 * exp(-200.0 / scenario.response.detour_scale_m), "site": 0.6}
    for number, name in enumerate(scenario.touchpoints):
        for stage in STAGES:
            days = all_visits.days[all_visits.stage == stage].sum()
            met = (rows["event"] == Event.CONTACT) & (rows["touchpoint"] == number)
            count = np.count_nonzero(met & (rows["stage"] == stage))
            expected = rates[name] * fit.get(stage.key, 0.0) * days
            assert abs(count - expected) <= SIGMAS * np.sqrt(expected)


def test_known_people_are_pushed_once_a_cycle_and_seen_as_well_as_asked() -> None:
    """Gaps are even in every_days (1 ± jitter); beliefs are right with the accuracy asked for."""
    mail = {"contact": "push", "aims_at": "desire", "fit": everywhere()}
    scenario = neutral(
        stages=MAP, horizon_days=300.0, **GATES, firm={"cold_list_share": 0.5},
        **touching({"mail": mail}, {
            "push": "guide", "every_days": 10.0, "jitter": 0.4, "accuracy": 0.75, "min_fit": 0.0,
        }),
    )  # fmt: skip
    run = simulate(scenario, people=800, seed=2, engine="simpy")
    rows, belief = run.events.rows, run.truth()["belief"].cat.codes.to_numpy()
    contact = rows["event"] == Event.CONTACT
    right = belief[contact] == rows["stage"][contact]
    assert_share(int(right.sum()), int(contact.sum()), 0.75)
    known_at = first_times(run, Event.KNOWN)
    known_at[run.everybody.on_cold_list] = 0.0
    pushed_at = first_times(run, Event.CONTACT)
    within = known_at < 290.0  # the first push falls into the first 10 days
    assert ((known_at <= pushed_at) & (pushed_at <= known_at + 10.0))[within].all()
    assert (pushed_at[known_at == inf] == inf).all()
    by_person = rows[contact][np.argsort(rows["person"][contact], kind="stable")]
    gap = np.diff(by_person["time"])[np.diff(by_person["person"]) == 0]
    law = stats.uniform(6.0, 8.0)
    assert stats.kstest(gap, law.cdf).statistic < KS / np.sqrt(len(gap))


# --- A/A: nothing works, so nothing differs ---------------------------------------------------

IDLE = {
    "ad": {"contact": "pull", "aims_at": "unaware", "fit": everywhere(), "reach_per_day": 0.2},
    "site": {"contact": "pull", "aims_at": "study", "fit": everywhere(0.3), "capture": 0.5},
    "mail": {"contact": "push", "aims_at": "desire", "fit": everywhere(0.6)},
    "call": {"contact": "push", "aims_at": "action", "fit": {"comparison": 1.0}},
}
IDLE_STRATEGIES = {
    "nothing": {},
    "pull": {"touchpoints": {"ad": 1.0, "site": 2.0}},
    "guide": {"touchpoints": dict.fromkeys(IDLE, 1.0), "push": "guide", "every_days": 5.0},
    "animator": {"touchpoints": {"mail": 3.0, "call": 1.0}, "push": "animator", "every_days": 1.0},
}
ASIDE = (Event.CONTACT, Event.KNOWN, Event.OPT_OUT)
LIVELY = {
    "stages": MAP,
    "market": {"speed_spread": 0.7, "rationality_spread": 0.2, "pain_need": 1.3},
    "product": {"quality": 0.6, "quality_noise": 0.1, "tender_every": 3},
    "rival": {"quality_noise": 0.1, "competition": 0.6},
    "loyalty": {"friends": 2.0, "advocate_share": 0.9},
    "firm": {"reps": 2, "deal_hours": 6.0, "patience_days": 1.0, "cold_list_share": 0.3},
    "shelf": {"stocked_days": 20.0, "empty_days": 3.0},
    "horizon_days": 200.0,
    "burn_in_days": 50.0,
    "burn_in_strategy": "pull",
    "strategies": IDLE_STRATEGIES,
}


def idle(strategy: str) -> Run:
    scenario = neutral(**LIVELY, touchpoints=IDLE, strategy=strategy)
    return simulate(scenario, people=150, seed=17, engine="simpy")


def test_where_touchpoints_do_nothing_all_strategies_give_the_same_market_bit_for_bit() -> None:
    """X1: times are compared with ==; desk, shelf, tenders, friends and burn-in are all running."""
    logs, contacts = {}, {}
    for strategy in IDLE_STRATEGIES:
        rows = idle(strategy).events.rows
        aside = np.isin(rows["event"], ASIDE)
        logs[strategy] = rows[~aside].tolist()
        contacts[strategy] = int((rows["event"] == Event.CONTACT).sum())
    assert len(logs["nothing"]) > 3000
    assert contacts["nothing"] == 0
    assert len(set(contacts.values())) == len(contacts)
    for strategy, log_ in logs.items():
        assert log_ == logs["nothing"], strategy


# --- one touchpoint does not move another's luck ----------------------------------------------

WORKING = {
    "ad": {
        "contact": "pull", "aims_at": "unaware", "fit": everywhere(0.5), "reach_per_day": 0.05,
        "warmth": 0.2,
    },
    "site": {
        "contact": "pull", "aims_at": "study", "fit": everywhere(0.7), "reach_per_day": 0.08,
        "proof": 0.1, "capture": 0.5,
    },
    "mail": {
        "contact": "push", "aims_at": "desire", "fit": everywhere(0.6), "warmth": 0.1,
        "intrusiveness": 0.2,
    },
    "blog": {
        "contact": "pull", "aims_at": "interest", "fit": everywhere(0.8), "reach_per_day": 0.05,
        "warmth": 0.5, "names_rival": 0.1,
    },
}  # fmt: skip


def working(blog: float, **blog_changes: object) -> Run:
    """A market whose blog runs at that intensity, or is another one."""
    library = {**WORKING, "blog": {**WORKING["blog"], **blog_changes}}
    running = dict.fromkeys(WORKING, 1.0) | {"blog": blog}
    strategy = {"touchpoints": running, "push": "guide", "every_days": 6.0}
    firm = {"cold_list_share": 0.4}
    changes = {**LIVELY, "firm": firm, "strategies": {"pull": strategy}, "burn_in_days": 0.0}
    scenario = neutral(**changes, touchpoints=library, strategy="pull")
    return simulate(scenario, people=300, seed=17, engine="simpy")


def until_paths_part(one: Run, two: Run) -> dict[int, float]:
    """For each person the time at which their two ways through the stages part."""
    paths = []
    for run in (one, two):
        path: dict[int, list[tuple[float, int]]] = {who: [] for who in range(len(run))}
        for time, _, who, _, event, stage in run.events.rows.tolist():
            if event == Event.ENTER:
                path[who].append((time, stage))
        paths.append(path)
    parted = {}
    for who, (a, b) in enumerate(zip(paths[0].values(), paths[1].values(), strict=True)):
        ends = [*a, (inf, -1)], [*b, (inf, -1)]
        parted[who] = next((min(x[0], y[0]) for x, y in zip(*ends, strict=False) if x != y), inf)
    return parted


@pytest.mark.parametrize(
    ("blog", "changes"),
    [(0.0, {}), (4.0, {}), (1.0, {"warmth": 0.9}), (1.0, {"fit": {"interest": 1.0}})],
    ids=["off", "more of it", "stronger", "elsewhere"],
)
def test_one_touchpoint_leaves_all_other_contacts_in_place_until_the_path_parts(
    blog: float, changes: dict[str, object]
) -> None:
    """Bit for bit, person by person: the point of one stream per person and purpose."""
    one, two = working(1.0), working(blog, **changes)
    parted = until_paths_part(one, two)
    contacts = []
    for run in (one, two):
        rows = run.events.rows.tolist()
        others = [
            (who, time, touchpoint)
            for time, _, who, touchpoint, event, _ in rows
            if event == Event.CONTACT and touchpoint != 3 and time < parted[who]
        ]
        contacts.append(sorted(others))
    assert len(contacts[0]) > 500
    assert contacts[0] == contacts[1]
    assert min(parted.values()) < inf  # and the blog does matter to somebody


def test_a_touchpoint_put_first_into_the_library_moves_no_contact_of_the_others() -> None:
    """A touchpoint's luck hangs on its name, not on its place (seen by name, bit for bit)."""
    flyer = {"contact": "pull", "aims_at": "unaware", "fit": everywhere(), "reach_per_day": 0.3}
    contacts = []
    for library in (WORKING, {"flyer": flyer, **WORKING}):
        running = {"touchpoints": dict.fromkeys(library, 1.0), "push": "guide", "every_days": 6.0}
        changes = {**LIVELY, "strategies": {"pull": running}, "touchpoints": library}
        run = simulate(neutral(**changes, strategy="pull"), people=60, seed=3, engine="simpy")
        names = list(library)
        contacts.append(
            [
                (time, who, names[touchpoint])
                for time, _, who, touchpoint, event, _ in run.events.rows.tolist()
                if event == Event.CONTACT and names[touchpoint] != "flyer"
            ]
        )
    assert len(contacts[0]) > 500
    assert contacts[0] == contacts[1]
