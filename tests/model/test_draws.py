"""What is drawn has the distribution it is named after, and is drawn alike everywhere."""

import doctest
import math
from collections.abc import Callable
from math import sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from cjsim.model import draws
from tests.model import both_forms
from tests.often import often

POINTS = [(i + 0.5) / 4096 for i in range(4096)]
EVERY_UNIFORM = st.floats(0.0, 1.0, exclude_max=True)
LAST = 1.0 - 2.0**-53


def average_over_u(function: Callable[[float], float]) -> float:
    """Integral over u in (0, 1), by u = the normal distribution of an equidistant z."""
    z = np.linspace(-8.0, 8.0, 1601)
    weights = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    return float(np.dot(weights, [function(float(u)) for u in special.ndtr(z)]))


def moments(function: Callable[[float], float]) -> tuple[float, float]:
    """Mean and standard deviation of what is drawn."""
    mean = average_over_u(function)
    return mean, sqrt(average_over_u(lambda u: (function(u) - mean) ** 2))


# --- what was drawn before --------------------------------------------------------------------


def test_a_normal_is_the_inverse_of_its_distribution() -> None:
    """AS 241 promises 1e-16 relative; a last place or two are lost on the way."""
    u = np.array([*POINTS, 1e-300, 1e-20, 1e-9, LAST])
    np.testing.assert_allclose([draws.normal(each) for each in u], special.ndtri(u), 2e-14, 1e-15)


def test_a_normal_is_finite_for_every_uniform() -> None:
    assert draws.normal(0.0) == draws.normal(1e-300) == pytest.approx(-37.0471, abs=1e-4)
    assert draws.normal(LAST) == pytest.approx(8.2095, abs=1e-4)
    assert draws.normal(0.5) == 0.0


def test_an_exponential_has_its_median_where_it_should() -> None:
    assert draws.exponential(0.0) == 0.0
    assert draws.exponential(0.5) == math.log(2.0)
    assert draws.exponential(LAST) == -math.log(2.0**-53)


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0, 10.0])
def test_a_threshold_is_a_weibull_of_mean_one(shape: float) -> None:
    scale = 1.0 / math.gamma(1.0 + 1.0 / shape)
    expected = stats.weibull_min(shape, scale=scale).ppf(POINTS)
    drawn = [draws.threshold(u, 1.0 / shape, scale) for u in POINTS]
    np.testing.assert_allclose(drawn, expected, 1e-13)


def test_a_threshold_of_infinite_shape_is_always_one() -> None:
    assert {draws.threshold(u, 0.0, 1.0) for u in POINTS} == {1.0}


def test_a_logistic_is_safe_at_both_ends() -> None:
    assert [draws.logistic(x) for x in (-1e308, -701.0, 0.0, 40.0, 1e308)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 60.0])
def test_a_poisson_is_the_inverse_of_its_distribution(mean: float) -> None:
    drawn = [draws.poisson(u, mean, 1_000) for u in POINTS]
    assert drawn == stats.poisson(mean).ppf(POINTS).tolist()


# --- traits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0.01, 0.3, 1.0, 2.0])
def test_a_lognormal_has_mean_one_and_the_spread_asked_for(spread: float) -> None:
    """Cut at |z| = 8, the sum loses less than 1e-9 of the mean for these spreads."""
    mean, deviation = moments(lambda u: draws.lognormal(u, spread))
    assert mean == pytest.approx(1.0, rel=1e-9)
    assert deviation == pytest.approx(spread, rel=1e-6)


@given(EVERY_UNIFORM)
def test_without_spread_everybody_is_alike(u: float) -> None:
    assert draws.lognormal(u, 0.0) == 1.0


@pytest.mark.parametrize("spread", [0.0, 1e-9, 0.3, 1.0, 2.0])
def test_the_median_of_a_lognormal_is_below_its_mean(spread: float) -> None:
    assert draws.lognormal(0.5, spread) == pytest.approx(1.0 / sqrt(1.0 + spread**2), rel=1e-15)


@given(EVERY_UNIFORM, st.floats(-30.0, 30.0), st.floats(0.0, 8.0))
def test_a_share_is_a_share(u: float, median_logit: float, sd: float) -> None:
    assert 0.0 <= draws.logit_normal(u, median_logit, sd) <= 1.0


@pytest.mark.parametrize("median_logit", [-3.0, 0.0, 0.7])
def test_the_median_of_a_share_is_the_logistic_of_its_median_logit(median_logit: float) -> None:
    assert draws.logit_normal(0.5, median_logit, 2.0) == draws.logistic(median_logit)
    quantile = draws.logit_normal(float(special.ndtr(1.0)), median_logit, 2.0)
    assert quantile == pytest.approx(draws.logistic(median_logit + 2.0), rel=1e-14)


@pytest.mark.parametrize("mean", [0.001, 0.05, 0.3, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("part", [0.01, 0.2, 0.5, 0.8])
def test_shares_have_the_mean_and_deviation_asked_for(mean: float, part: float) -> None:
    """`part` of the deviation of yes or no, which no share can exceed; scipy integrates."""
    sd = part * sqrt(mean * (1.0 - mean))
    median_logit, wide = draws.logit_normal_of(mean, sd)

    def integral(power: int) -> float:
        def what(z: float) -> float:
            return (special.expit(median_logit + wide * z) - mean) ** power * stats.norm.pdf(z)

        peaks = [0.0, -median_logit / max(wide, 1e-3)]
        return integrate.quad(what, -20.0, 20.0, points=peaks, epsabs=1e-14, limit=500)[0]

    if wide < draws._WIDEST:
        assert sqrt(integral(2)) == pytest.approx(sd, rel=1e-8)
    assert integral(1) == pytest.approx(0.0, abs=1e-11)


def test_the_sum_over_equidistant_points_is_exact_to_ten_digits() -> None:
    """Also for the widest logit, whose integrand is nearly a step; mpmath is the judge."""
    for mean, wide in [(0.3, 8.0), (0.01, 8.0), (0.5, 1.19), (0.2, 1.21)]:
        median_logit, variance = draws._median_and_variance(mean, wide)

        def weighted(z: float, power: int, m: float = median_logit, w: float = wide) -> object:
            share = 1 / (1 + mpmath.exp(-(m + w * z)))
            return (share - mean) ** power * mpmath.npdf(z)  # noqa: B023 - called at once

        ends = [-9, -4, -2, *(-median_logit / wide + d for d in (-0.5, 0.0, 0.5)), 5, 17]
        found = [float(mpmath.quad(lambda z, k=k: weighted(z, k), sorted(ends))) for k in (1, 2)]
        assert found == pytest.approx([0.0, variance], abs=1e-11)


def test_shares_without_deviation_are_all_the_mean() -> None:
    for mean in (0.001, 0.3, 0.5, 0.8):
        median_logit, wide = draws.logit_normal_of(mean, 0.0)
        assert wide == 0.0
        assert draws.logit_normal(0.123, median_logit, wide) == pytest.approx(mean, rel=1e-15)


def test_a_deviation_that_no_share_can_have_gives_the_widest_of_that_mean() -> None:
    median_logit, wide = draws.logit_normal_of(0.1, 0.45)
    assert wide == 8.0
    mean, _ = moments(lambda u: draws.logit_normal(u, median_logit, wide))
    assert mean == pytest.approx(0.1, abs=1e-5)


def test_shares_and_their_complements_are_mirror_images() -> None:
    median_logit, wide = draws.logit_normal_of(0.25, 0.2)
    assert draws.logit_normal_of(0.75, 0.2) == (-median_logit, wide)
    assert draws.logit_normal_of(0.5, 0.2)[0] == 0.0


@settings(max_examples=often(25))
@given(
    st.floats(0.0, 1.0, exclude_min=True, exclude_max=True),
    st.floats(0.0, 0.5, exclude_max=True),
)
def test_every_mean_and_deviation_has_an_answer(mean: float, sd: float) -> None:
    median_logit, wide = draws.logit_normal_of(mean, sd)
    assert math.isfinite(median_logit)
    assert 0.0 <= wide <= 8.0


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.5), (0.5, -0.1)])
def test_a_mean_or_deviation_that_no_share_has_is_refused(mean: float, sd: float) -> None:
    wrong = "mean" if mean in (0.0, 1.0) else "sd"
    with pytest.raises(ValueError, match=f"^{wrong} = "):
        draws.logit_normal_of(mean, sd)


def test_the_answer_is_the_same_to_the_last_bit_everywhere() -> None:
    answers = [*draws.logit_normal_of(0.3, 0.1), *draws.logit_normal_of(0.02, 0.1)]
    assert [answer.hex() for answer in answers] == [
        "-0x1.c9d39318b8451p-1", "0x1.fbad240e62000p-2",
        "-0x1.492d5591b02bep+3", "0x1.2a7ff00ae5000p+2",
    ]  # fmt: skip


# --- both forms -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("exponential", ()), ("threshold", (0.5, 1.1)), ("threshold", (0.0, 1.0)), ("normal", ()),
        ("poisson", (3.7, 99)), ("lognormal", (0.6,)), ("lognormal", (0.0,)),
        ("logit_normal", (-1.0, 1.5)),
    ],
)  # fmt: skip
def test_both_forms_draw_the_same_to_the_last_bit(name: str, parameters: tuple[float, ...]) -> None:
    compiled = getattr(both_forms.draws(), name)
    plain = getattr(draws, name)
    uniforms = [0.0, LAST, *POINTS]
    assert [u for u in uniforms if plain(u, *parameters) != compiled(u, *parameters)] == []


def test_the_examples_of_the_docstrings_are_true() -> None:
    assert doctest.testmod(draws).failed == 0
