"""Who walks: the traits have the shares, means and spreads that the scenario asks for."""

import numpy as np
import pytest
from scipy import special, stats

from cjsim.model import compile, population, quickest
from cjsim.model.draws import logit_normal_of
from cjsim.model.population import ADOPTERS, DREAM, PAIN, Population
from cjsim.scenario import Scenario
from tests.builders import neutral

PEOPLE = 20_000
SIGMAS = 4.5  # of the standard error: one wrong alarm in 150 000, and the seed is fixed


def draw(people: int = PEOPLE, seed: int = 5, **market: object) -> Population:
    return population.draw(Scenario.model_validate({"market": market}), people, seed)


def assert_share(of: np.ndarray, share: float) -> None:
    """Standard error of a share: sqrt(p (1 - p) / n)."""
    assert abs(of.mean() - share) <= SIGMAS * np.sqrt(share * (1 - share) / len(of))


def assert_mean(values: np.ndarray, mean: float) -> None:
    """Standard error of a mean: sd / sqrt(n)."""
    assert abs(values.mean() - mean) <= SIGMAS * values.std() / np.sqrt(len(values))


def assert_distribution(values: np.ndarray, of: object) -> None:
    """Kolmogorov-Smirnov at 1 in 10 000: 2.23 / sqrt(n)."""
    assert stats.kstest(values, of.cdf).statistic < 2.23 / np.sqrt(len(values))


def assert_lognormal(values: np.ndarray, mean: float, spread: float) -> None:
    """Mean and coefficient of variation asked for: ln is normal, s² = ln(1 + spread²).

    Standard errors, all exact: sd / sqrt(n) of a mean, s² sqrt(2 / n) of the variance of a normal.
    """
    n = len(values)
    variance = np.log1p(spread**2)
    logs = np.log(values / mean)
    assert abs(values.mean() - mean) <= SIGMAS * mean * spread / np.sqrt(n)
    assert abs(logs.mean() + variance / 2) <= SIGMAS * np.sqrt(variance / n)
    assert abs(((logs + variance / 2) ** 2).mean() - variance) <= SIGMAS * variance * np.sqrt(2 / n)
    median = mean / np.sqrt(1 + spread**2)
    assert_distribution(values, stats.lognorm(np.sqrt(variance), scale=median))


def test_the_same_seed_gives_the_same_people_under_every_strategy() -> None:
    strategies = {"pull": {}, "other": {"every_days": 3.0}}
    one = Scenario.model_validate({"strategies": strategies, "strategy": "pull"})
    two = Scenario.model_validate({"strategies": strategies, "strategy": "other"})
    a, b = (population.draw(s, 500, seed=3) for s in (one, two))
    for name in ("need", "speed", "rationality", "innovativeness", "tolerance", "on_cold_list"):
        assert np.array_equal(getattr(a, name), getattr(b, name))
    assert not np.array_equal(a.speed, population.draw(one, 500, seed=4).speed)


def test_a_larger_market_has_the_same_people_and_more() -> None:
    small, large = draw(100), draw(300)
    assert np.array_equal(small.speed, large.speed[:100])
    assert np.array_equal(small.innovativeness, large.innovativeness[:100])


@pytest.mark.skipif(not compile.has_numba(), reason="nothing is compiled without numba")
def test_one_person_is_drawn_by_the_code_that_draws_many() -> None:
    """Compiling is slow, and forbidden while exercises are graded."""
    spreads = {"speed_spread": 0.5, "rationality_spread": 0.2}
    for people in (20, 1):
        draw(people, **spreads)
    for name in ("fill", "fill_normal", "fill_lognormal", "fill_logit_normal"):
        assert len(getattr(quickest, name).signatures) == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_pain_drives_its_share_and_a_dream_the_rest(share: float) -> None:
    people = draw(pain_share=share, pain_need=1.2, dream_need=0.8)
    assert_share(people.motive == PAIN, share)
    assert set(people.need[people.motive == PAIN]) <= {1.2}
    assert set(people.need[people.motive == DREAM]) <= {0.8}


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 2.0])
def test_speed_is_lognormal_with_mean_1_and_the_spread_asked_for(spread: float) -> None:
    speed = draw(speed_spread=spread).speed
    if spread == 0:
        assert set(speed) == {1.0}
        return
    assert_lognormal(speed, 1.0, spread)


@pytest.mark.parametrize(("mean", "spread"), [(0.5, 0.2), (0.2, 0.1), (0.7, 0.0), (0.5, 0.45)])
def test_rationality_has_the_mean_and_spread_asked_for(mean: float, spread: float) -> None:
    rationality = draw(rationality_mean=mean, rationality_spread=spread).rationality
    assert rationality.min() >= 0
    assert rationality.max() <= 1
    if spread == 0:
        assert set(rationality) == {mean}
        return
    assert_mean(rationality, mean)
    assert_mean((rationality - mean) ** 2, spread**2)
    # whose mean and deviation these are, scipy's integrals say in test_draws
    assert_distribution(special.logit(rationality), stats.norm(*logit_normal_of(mean, spread)))


def test_a_spread_of_rationality_that_cannot_be_becomes_the_widest_there_is() -> None:
    median_logit, wide = logit_normal_of(0.05, 0.49)
    assert wide == 8.0
    rationality = draw(rationality_mean=0.05, rationality_spread=0.49).rationality
    assert np.isfinite(rationality).all()
    assert_mean(rationality, 0.05)
    assert_distribution(special.logit(rationality), stats.norm(median_logit, wide))


def test_tolerance_is_lognormal_with_its_mean_and_spread() -> None:
    assert_lognormal(draw(tolerance_mean=1.7, tolerance_spread=0.6).tolerance, 1.7, 0.6)


def test_innovativeness_is_standard_normal() -> None:
    assert_distribution(draw().innovativeness, stats.norm)


def test_adopters_fall_into_the_categories_of_rogers() -> None:  # C63
    people = draw()
    shares = np.diff([0.0, *stats.norm.cdf([-1, 0, 1, 2]), 1.0])[::-1]
    for category, share in enumerate(shares):
        assert_share(people.adopter == category, share)
    # Rogers' own numbers are rounded: 2.5, 13.5, 34, 34, 16 %
    assert shares == pytest.approx([0.025, 0.135, 0.34, 0.34, 0.16], abs=0.003)
    bold = np.argmax(people.innovativeness)
    assert ADOPTERS[people.adopter[bold]] == "innovators"


def test_segments_have_their_weights_and_multiply_need_and_speed() -> None:
    segments = [
        {"name": "home", "share": 3.0},
        {"name": "office", "share": 1.0, "need": 2.0, "speed": 0.5},
    ]
    people = draw(segments=segments, pain_need=1.5, dream_need=1.5, speed_spread=0.0)
    office = people.segment == people.segment_names.index("office")
    assert_share(office, 0.25)
    assert set(people.need[office]) == {3.0}
    assert set(people.speed[office]) == {0.5}
    assert set(people.speed[~office]) == {1.0}


def test_the_cold_list_holds_its_share() -> None:
    scenario = neutral(firm={"cold_list_share": 0.15})
    assert_share(population.draw(scenario, PEOPLE, seed=2).on_cold_list, 0.15)


def test_traits_do_not_depend_on_each_other() -> None:
    people = draw(speed_spread=0.5, tolerance_spread=0.5, rationality_spread=0.2)
    columns = [
        people.motive, people.speed, people.rationality, people.innovativeness, people.tolerance,
        people.on_cold_list,
    ]  # fmt: skip
    ranks = np.array([stats.rankdata(column) for column in columns])
    correlation = np.corrcoef(ranks)[np.triu_indices(len(columns), 1)]
    assert abs(correlation).max() < SIGMAS / np.sqrt(PEOPLE)  # its standard error: 1 / sqrt(n)


def test_everybody_starts_unaware_and_with_the_markets_trust_and_expectation() -> None:
    scenario = neutral(market={"prior_trust": 0.3, "prior_expectation": 0.7})
    for person in population.persons(population.draw(scenario, 5, seed=1), scenario, -10.0):
        assert (person.stage, person.anchor) == (0, -10.0)
        assert (person.trust, person.expectation, person.satisfaction) == (0.3, 0.7, 0.5)
        assert (person.warmth, person.irritation, person.novelty, person.loyalty) == (0, 0, 0, 0)
        assert not person.visits[0]
        assert person.known == 0


def test_people_do_not_share_their_visits() -> None:
    scenario = neutral()
    one, two = population.persons(population.draw(scenario, 2, seed=1), scenario, 0.0)
    one.visits[3] += 1
    assert two.visits[3] == 0
