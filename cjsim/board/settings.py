"""Settings as bytes: what a page hands to the engine, and what each dial changes of it.

The page computes no rule. The numbers of a run (`Parameters`, `Touch`, what people are drawn from,
what a day costs) are laid out here by asking the model, as bytes; and what a dial does to them is
found by asking the model at many of its positions. Mostly a number *is* the dial's, or the dial's
times or over another; else there is a table by position. What cannot be said so is refused.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cjsim.measures.money import rep_cost, running_cost, running_worth
from cjsim.measures.over_periods import over_periods
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods

Floats = npt.NDArray[np.float64]


def account_of(scenario: Scenario, people: int) -> Floats:
    """What a run of so many people costs whoever comes: the numbers of `tally.ACCOUNT`."""
    end, share = np.array(scenario.horizon_days), people / scenario.market.people
    running, reps = (float(over_periods(scenario, of, end)) for of in (running_cost, rep_cost))
    worth = float(running_worth(scenario, share, end))
    return np.array([share * running, share * reps, worth, scenario.horizon_days])


def prices_of(scenario: Scenario) -> Floats:
    """What a deal costs in each period: rows of `tally.PRICES`."""
    return np.array(
        [
            (day, now.product.unit_cost, now.product.first_deal_extra_cost)
            for day, now, _ in periods(scenario)
        ]
    )
