"""Models of repeat buying, held against published numbers and against exact integrals."""

import mpmath
import numpy as np
import pytest

from cjsim.data import cdnow
from cjsim.inference import BGNBD, Cohort, ParetoNBD, ShiftedBeta, score
from cjsim.inference.buying import tracking
from cjsim.inference.cohorts import Histories

COHORT = Cohort.of(cdnow())
SEEN = COHORT.histories(273)
ACTUAL = COHORT.counts(273, 546)
BGNBD_PUBLISHED = BGNBD(0.243, 4.414, 0.793, 2.426)
PARETO_PUBLISHED = ParetoNBD(0.553, 10.578, 0.606, 11.669)


# --- the data ---------------------------------------------------------------------------------


def test_the_cohort_is_the_published_one():
    assert len(cdnow()) == 6919
    assert len(COHORT) == 2357
    assert SEEN.repeats.sum() == 2457
    assert ACTUAL.sum() == 1882
    assert np.bincount(np.minimum(SEEN.repeats, 7)).tolist() == [
        1411, 439, 214, 100, 62, 38, 29, 64,
    ]  # fmt: skip
    assert np.cumsum(COHORT.weekly(78))[[11, 25, 38, 51, 64, 77]].tolist() == [
        733, 1746, 2457, 3183, 3844, 4339,
    ]  # fmt: skip


def test_the_first_customer_is_as_in_the_file():
    frame = cdnow().frame
    mine = frame[frame["person"] == 1]
    assert mine["time"].tolist() == [0.0, 17.0, 213.0, 345.0]
    assert mine["amount"].tolist() == [29.33, 29.73, 14.96, 26.48]
    # published: x = 2, t_x = 30.43, T = 38.86
    assert [column[0] for column in SEEN] == pytest.approx([2, 30.4286, 38.8571], abs=1e-4)


# --- published numbers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "value"), [(BGNBD_PUBLISHED, -9582.43), (PARETO_PUBLISHED, -9594.98)]
)
def test_the_published_parameters_have_the_published_likelihood(model, value):
    assert model.log_likelihood(SEEN).sum() == pytest.approx(value, abs=0.005)


@pytest.mark.parametrize("published", [BGNBD_PUBLISHED, PARETO_PUBLISHED], ids=["BG", "Pareto"])
def test_a_fit_finds_the_published_parameters(published):
    found = type(published).fit(SEEN)
    assert vars(found) == pytest.approx(vars(published), rel=2.5e-3)
    assert found.log_likelihood(SEEN).sum() >= published.log_likelihood(SEEN).sum()


def test_forecasts_are_those_of_the_scoreboard():
    """Tracking totals, and the score of conditional forecasts, as in `docs/cdnow.md`."""
    weeks = [12, 26, 39, 52, 65, 78]
    bg, pareto = BGNBD.fit(SEEN), ParetoNBD.fit(SEEN)
    assert tracking(bg, COHORT.birth, weeks) == pytest.approx(
        [611.8, 1726.9, 2494.0, 3127.7, 3675.0, 4160.6], abs=0.1
    )
    assert score(bg.conditional(SEEN, 39.0), ACTUAL) == pytest.approx(
        (1653.4, -0.1215, 0.7855, 1.6080, 0.6256), rel=1e-3
    )
    assert score(pareto.conditional(SEEN, 39.0), ACTUAL) == pytest.approx(
        (1665.5, -0.1150, 0.7545, 1.6028, 0.6302), rel=1e-3
    )


@pytest.mark.parametrize(
    ("left", "published", "likelihood", "miss"),
    [
        (
            [631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173],
            (0.704, 1.182), -1680.3, 0.015,
        ),
        (
            [869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394],
            (0.668, 3.806), -1611.2, 0.028,
        ),
    ],
    ids=["Regular", "High End"],
)  # fmt: skip
def test_sbg_has_the_tables_of_the_paper(left, published, likelihood, miss):
    found = ShiftedBeta.fit([1000, *left[:7]])
    assert (found.alpha, found.beta) == pytest.approx(published, abs=6e-4)
    assert found.log_likelihood([1000, *left[:7]]) == pytest.approx(likelihood, abs=0.05)
    held_out = found.survival(np.arange(8, 13)) * 1000 / left[7:] - 1.0
    assert np.abs(held_out).mean() == pytest.approx(miss, abs=5e-4)
    assert (np.diff(found.retention(np.arange(1, 13))) > 0).all()


# --- exact integrals --------------------------------------------------------------------------

CASES = [(0, 0.0, 38.9), (1, 0.1, 27.0), (2, 30.4, 38.9), (29, 38.0, 38.4), (5, 12.0, 12.0)]
PARETOS = [
    PARETO_PUBLISHED,
    ParetoNBD(2.0, 3.0, 0.6, 11.0),  # alpha below beta
    ParetoNBD(0.5, 9.0, 1.0, 9.0),  # both removable singularities
    ParetoNBD(30.0, 300.0, 4.0, 2.0),
]
BGS = [BGNBD_PUBLISHED, BGNBD(2.0, 9.0, 1.7, 0.3), BGNBD(0.1, 0.5, 0.02, 8.0)]


def history(x, recency, age):
    return Histories(np.array([x]), np.array([recency]), np.array([age]))


def rising(r, x):
    return mpmath.gamma(r + x) / mpmath.gamma(r)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", PARETOS, ids=str)
def test_pareto_nbd_is_its_integral(model, case):
    """Of the moment u at which somebody stops: given it, the rest is gamma integrals."""
    x, recency, age = case
    r, alpha, s, beta = (mpmath.mpf(value) for value in vars(model).values())
    front = rising(r, x) * alpha**r
    alive = front * (alpha + age) ** -(r + x) * (beta / (beta + age)) ** s
    stopped = front * mpmath.quad(
        lambda u: (alpha + u) ** -(r + x) * s * beta**s * (beta + u) ** -(s + 1),
        [recency + (age - recency) * mpmath.mpf(k) ** 3 / 512 for k in range(9)],
    )
    seen = history(*case)
    assert model.log_likelihood(seen)[0] == pytest.approx(
        float(mpmath.log(alive + stopped)), rel=1e-9
    )
    assert model.alive(seen)[0] == pytest.approx(float(alive / (alive + stopped)), rel=1e-8)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", BGS, ids=str)
def test_bg_nbd_is_its_integral(model, case):
    """Of the chance p to stop: alive (1-p)^x, stopped at the last purchase p (1-p)^(x-1)."""
    x, recency, age = case
    r, alpha, a, b = (mpmath.mpf(value) for value in vars(model).values())
    front = rising(r, x) * alpha**r / mpmath.beta(a, b)
    alive = front * mpmath.beta(a, b + x) * (alpha + age) ** -(r + x)
    stopped = front * mpmath.beta(a + 1, b + x - 1) * (alpha + recency) ** -(r + x) if x else 0
    seen = history(*case)
    assert model.log_likelihood(seen)[0] == pytest.approx(
        float(mpmath.log(alive + stopped)), rel=1e-10
    )
    assert model.alive(seen)[0] == pytest.approx(float(alive / (alive + stopped)), rel=1e-9)


@pytest.mark.parametrize("model", [BGS[0], BGS[1], *PARETOS], ids=str)
def test_what_a_newcomer_buys_is_what_is_expected_of_nobody_known(model):
    """A history of no time tells nothing; and in no time nothing is bought."""
    assert model.conditional(history(0, 0.0, 0.0), 20.0)[0] == pytest.approx(model.expected(20.0))
    assert model.expected(0.0) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("model", [BGNBD_PUBLISHED, PARETO_PUBLISHED], ids=["BG", "Pareto"])
def test_forecasts_are_the_means_of_people_drawn(model):
    """200,000 people drawn and followed by the story that each model tells."""
    rng, people, t = np.random.default_rng(5), 200_000, 30.0
    rate = rng.gamma(model.r, 1.0 / model.alpha, people)
    bought = np.zeros(people)
    if isinstance(model, ParetoNBD):
        ends = rng.exponential(1.0 / rng.gamma(model.s, 1.0 / model.beta, people))
        bought = rng.poisson(rate * np.minimum(ends, t))
    else:
        stops, now, goes_on = rng.beta(model.a, model.b, people), 0.0, np.ones(people, bool)
        while goes_on.any():
            now = now + rng.exponential(1.0 / np.maximum(rate, 1e-12))
            goes_on &= now < t
            bought += goes_on
            goes_on &= rng.random(people) >= stops
    error = bought.std() / people**0.5
    assert model.expected(t) == pytest.approx(bought.mean(), abs=4 * error)


def test_sbg_shares_add_up():
    model, n = ShiftedBeta(0.7, 1.2), np.arange(0, 9)
    assert model.survival(n) == pytest.approx(np.cumprod([1.0, *model.retention(n[1:])]))
    exact = mpmath.quad(lambda p: (1 - p) ** 8 * p**-0.3 * (1 - p) ** 0.2, [0, 0.5, 1])
    assert model.survival(8) == pytest.approx(float(exact / mpmath.beta(0.7, 1.2)), rel=1e-6)


@pytest.mark.parametrize("customers", [[5], [3, 4], [3, -1]])
def test_what_is_no_survival_is_told(customers):
    with pytest.raises(ValueError, match="customers"):
        ShiftedBeta.fit(customers)


# --- medians ----------------------------------------------------------------------------------


def certain(mean):
    """Shape and rate of a gamma that is all but its mean."""
    return 1e3, 1e3 / mean


NEW = Histories(np.array([0]), np.array([0.0]), np.array([0.0]))


@pytest.mark.parametrize(
    ("model", "weeks", "median"),
    [
        # nobody stops, one purchase every other week: Poisson of mean 5, whose median is 5
        (BGNBD(*certain(0.5), 1e-6, 1e6), 10.0, 5),
        (ParetoNBD(1e3, 2e3, 0.01, 2e3), 10.0, 5),
        # stops after each purchase with chance .3, has time for all: .3, .51 within 1, 2
        (BGNBD(*certain(100.0), 3e7, 7e7), 10.0, 2),
        # rates 1 and .113: at most n with chance 1 - 1.113^-(n + 1), which is .47 at 5, .53 at 6
        (ParetoNBD(1e3, 1e3, 113.0, 1e3), 1e3, 6),
    ],
)
def test_the_median_is_the_exact_one_where_rates_are_known(model, weeks, median):
    assert model.likely(NEW, weeks).tolist() == [median]


@pytest.mark.parametrize("model", [BGNBD_PUBLISHED, PARETO_PUBLISHED], ids=["BG", "Pareto"])
def test_who_bought_often_and_then_fell_silent_buys_nothing(model):
    silent = Histories(np.array([20]), np.array([5.0]), np.array([39.0]))
    assert model.likely(silent, 39.0).tolist() == [0]


@pytest.mark.parametrize("model", [BGNBD_PUBLISHED, PARETO_PUBLISHED], ids=["BG", "Pareto"])
def test_medians_miss_by_less_than_means_and_their_squares_by_more(model):
    means = score(model.conditional(SEEN, 39.0), ACTUAL)
    medians = score(model.likely(SEEN, 39.0), ACTUAL)
    assert medians.mae < means.mae
    assert medians.rmse > means.rmse
