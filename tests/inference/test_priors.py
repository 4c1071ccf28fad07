"""Priors: one scale on which each of them is standard normal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.inference import Prior

PRIORS = [
    Prior("a", -2.0, 5.0),
    Prior("b", 1.0, 100.0, "log"),
    Prior("c", 0.1, 0.9, "logit"),
    Prior("d", -2.0, 5.0, kind="normal"),
    Prior("e", 1.0, 100.0, "log", "normal"),
    Prior("f", 0.1, 0.9, "logit", "normal"),
]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: f"{p.scale} {p.kind}")
@given(z=st.floats(-5.0, 5.0))
def test_z_leads_to_a_value_and_back(prior, z):
    assert prior.z(prior.at(z)) == pytest.approx(z, abs=1e-7)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: f"{p.scale} {p.kind}")
def test_ten_percent_lie_outside_the_interval(prior):
    low, high = prior.interval()
    if prior.kind == "normal":
        assert (low, high) == pytest.approx((prior.low, prior.high))
    else:
        assert prior.low < low < high < prior.high
    assert prior.z([low, high]) == pytest.approx([-1.6448536, 1.6448536])


def test_a_uniform_never_leaves_its_ends():
    for prior in PRIORS[:3]:
        assert prior.at(np.array([-40.0, 40.0])) == pytest.approx([prior.low, prior.high])
        assert prior.at(-40.0) >= prior.low
        assert prior.at(40.0) <= prior.high


def test_the_middle_is_that_of_the_scale():
    assert Prior("x", 1.0, 100.0, "log").at(0.0) == pytest.approx(10.0)
    assert Prior("x", 0.2, 0.8, "logit", "normal").at(0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("days", 2.0, 1.0), "days: low = 2.0, high = 1.0"),
        (("days", 0.0, float("inf")), "two numbers"),
        (("days", 0.0, 1.0, "log"), "days: low = 0.0; on a log scale"),
        (("share", 0.0, 0.5, "logit"), "without the ends"),
        (("days", 0.0, 1.0, "lin"), "Did you mean 'linear'"),
        (("days", 0.0, 1.0, "linear", "norml"), "Did you mean 'normal'"),
    ],
)
def test_what_is_no_prior_is_told(arguments, words):
    with pytest.raises(ValueError, match=words):
        Prior(*arguments)
