"""Two simulated markets that the tests only read."""

import pytest

from cjsim.run import Run, simulate
from tests.builders import in_full, neutral
from tests.measures.by_hand import lively


@pytest.fixture(scope="session")
def market() -> Run:
    """A lively market that starts empty."""
    return simulate(in_full(neutral(**lively()), 250), seed=3)


@pytest.fixture(scope="session")
def old_market() -> Run:
    """The same firm after two years: customers are inside on day 0."""
    old = neutral(**lively(burn_in_days=700.0, horizon_days=200.0))
    return simulate(in_full(old, 150), seed=4)
