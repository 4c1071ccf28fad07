"""How far forecasts miss, by where they lie, and what that makes of the nearest simulations."""

import numpy as np
import pytest

from cjsim.inference.regression import Scatter, corrected, learn

ROWS = 4000


def simulated(bend=0.5, seed=3):
    """Forecasts of two numbers; of the first they miss the more the larger the second is."""
    random = np.random.default_rng(seed)
    forecasts = random.normal(size=(ROWS, 2))
    sd = np.stack([0.2 * np.exp(bend * forecasts[:, 1]), np.full(ROWS, 0.5)], axis=1)
    return forecasts + sd * random.normal(size=(ROWS, 2)), forecasts, sd


def test_the_scatter_is_found_by_where_a_forecast_lies():
    z, forecasts, sd = simulated()
    found = Scatter.of(z, forecasts).at(forecasts)
    inner = np.abs(forecasts).max(axis=1) < 2.0
    assert np.abs(found - np.log(sd))[inner].max() < 0.25
    assert np.abs(found - np.log(sd))[inner].mean() < 0.05


def test_a_forecast_that_is_left_out_is_that_of_all_others():
    random = np.random.default_rng(4)
    z = random.normal(size=(300, 1))
    summaries = z + random.normal(size=(300, 40))
    learned = learn(summaries, z)
    without = learn(summaries[1:], z[1:]).forecast(summaries[:1])
    seen, left_out = learned.forecast(summaries), learned.left_out(summaries, z)
    assert abs(left_out[0] - without[0]) < 0.3 * abs(left_out[0] - seen[0])


def test_one_odd_simulation_makes_no_rule():
    z, forecasts, sd = simulated(bend=0.0)
    z[0] = forecasts[0] + 1000.0 * sd[0]
    found = Scatter.of(z, forecasts).at(forecasts[1:])
    assert np.abs(found - np.log(sd[1:])).mean() < 0.05


@pytest.mark.parametrize("place", [-1.5, 0.0, 1.5])
def test_the_nearest_are_drawn_as_wide_as_it_is_where_the_log_lies(place):
    """Though most of those that are near lie where it is wider, or narrower."""
    z, forecasts, _ = simulated()
    seen = np.array([0.0, place])
    scatter = Scatter.of(z, forecasts)
    near = np.abs(forecasts - seen).max(axis=1) < 1.2
    moved = corrected(
        z[near], forecasts[near] - seen, np.ones(near.sum()),
        scatter.at(seen[None]) - scatter.at(forecasts[near]),
    )  # fmt: skip
    assert moved.mean(axis=0) == pytest.approx(seen, abs=0.06)
    assert moved[:, 0].std() == pytest.approx(0.2 * np.exp(0.5 * place), rel=0.08)
    assert moved[:, 1].std() == pytest.approx(0.5, rel=0.08)
