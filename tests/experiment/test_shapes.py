"""Each shape has the mean, spread and ends that it was said with, and stays within the key."""

import numpy as np
import pytest
from scipy import stats

from cjsim.experiment.shapes import values_at
from cjsim.scenario import Scenario, Uncertain

EVENLY = (np.arange(20_000) + 0.5) / 20_000
PHONE = Scenario.load("phone")
PRICE, SHARE, REPS = map(PHONE.key, ("product.price", "market.prior_trust", "firm.reps"))


@pytest.mark.parametrize(
    ("doubt", "key", "judge"),
    [
        (Uncertain(low=300, high=500), PRICE, stats.uniform(300, 200)),
        (Uncertain(low=300, high=500, shape="log-uniform"), PRICE, stats.loguniform(300, 500)),
        (Uncertain(low=300, high=500, mode=350), PRICE, stats.triang(0.25, 300, 200)),
        (Uncertain(low=300, high=500, mode=300), PRICE, stats.triang(0.0, 300, 200)),
        (Uncertain(low=300, high=500, mode=500), PRICE, stats.triang(1.0, 300, 200)),
        (Uncertain(mean=400, sd=20), PRICE, stats.norm(400, 20)),
        (Uncertain(mean=0.1, sd=0.2), SHARE, stats.truncnorm(-0.5, 4.5, 0.1, 0.2)),
        (Uncertain(mean=0.2, sd=0.1, shape="beta"), SHARE, stats.beta(3.0, 12.0)),
        (
            Uncertain(mean=400, sd=200, shape="lognormal"),
            PRICE,
            stats.lognorm(np.log(1.25) ** 0.5, scale=400 / 1.25**0.5),
        ),
        (Uncertain(five=300, ninety_five=480, shape="uniform"), PRICE, stats.uniform(290, 200)),
    ],
)
def test_a_shape_is_that_of_the_textbook(doubt, key, judge):
    np.testing.assert_allclose(values_at(EVENLY, doubt, key), judge.ppf(EVENLY), rtol=1e-9)


@pytest.mark.parametrize("shape", ["", "normal", "lognormal", "uniform", "log-uniform"])
def test_five_and_ninety_five_are_where_they_were_said_to_be(shape):
    values = values_at(EVENLY, Uncertain(five=350, ninety_five=480, shape=shape), PRICE)
    assert np.quantile(values, [0.05, 0.95]) == pytest.approx([350, 480], rel=1e-3)


@pytest.mark.parametrize(
    "doubt",
    [
        Uncertain(low=400, high=400),
        Uncertain(low=400, high=400, mode=400),
        Uncertain(low=400, high=400, shape="log-uniform"),
        Uncertain(mean=400, sd=0),
        Uncertain(mean=400, sd=0, shape="lognormal"),
        Uncertain(five=400, ninety_five=400),
        Uncertain(five=400, ninety_five=400, shape="uniform"),
    ],
)
def test_a_point_is_that_point(doubt):
    np.testing.assert_allclose(values_at(EVENLY[::100], doubt, PRICE), 400.0, rtol=1e-12)


def test_each_whole_number_of_a_range_is_as_likely():
    values = values_at(EVENLY, Uncertain(low=1, high=4), REPS)
    assert np.unique(values, return_counts=True)[1].tolist() == [5_000] * 4


def test_other_shapes_of_whole_numbers_are_rounded_and_stay_within_the_key():
    values = values_at(EVENLY, Uncertain(mean=1, sd=2), REPS)
    assert set(values) <= set(range(20))
    assert values.min() == 0.0
