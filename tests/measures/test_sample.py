"""A sample against its market: the desk in closed form, and every preset at three sizes."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import cjsim
from cjsim import Scenario, simulate
from cjsim.measures.desk import CROWDED, crowded, desk
from cjsim.model.events import Event
from cjsim.model.parameters import ENDLESS, desk_of
from cjsim.scenario import presets
from tests.builders import AT_ONCE, NEVER, neutral, plans

MARKET = 20_000


# --- the desk of a sample ----------------------------------------------------------------------


def with_reps(reps: float, market: int = 2000) -> Scenario:
    return neutral(firm={"reps": reps}, market={"people": market})


@pytest.mark.parametrize(
    ("reps", "people", "desk_reps", "stretch"),
    [
        (4, 2000, 4, 1.0),
        (3, 2000, 3, 1.0),
        (4, 1000, 4, 2.0),
        (4, 300, 4, 1 / 0.15),
        (1, 300, 1, 1 / 0.15),
        (1, 4000, 1, 0.5),
        (0, 300, 0, 1.0),
        (inf, 300, ENDLESS, 1.0),
    ],
)
def test_the_reps_of_a_sample(reps: float, people: int, desk_reps: int, stretch: float) -> None:
    found = desk_of(with_reps(reps), people)
    assert found == (desk_reps, pytest.approx(stretch, rel=1e-15))


def test_the_market_in_full_is_stretched_by_one_to_the_last_bit() -> None:
    for market in (1, 7, 600, 2000, 999_983):
        for reps in (1, 2, 3, 7, 11, 49):
            assert desk_of(with_reps(reps, market), market) == (reps, 1.0)


def test_the_load_of_a_rep_is_that_of_the_market() -> None:
    for people in (1, 13, 150, 300, 1999, 2001, 31_000):
        for reps in (1, 2, 3, 7):
            few, stretch = desk_of(with_reps(reps), people)
            assert people * stretch / few == pytest.approx(2000 / reps, rel=1e-14)


def erlang_a(arrivals: float, service: float, patience: float, reps: int) -> float:
    """The share that an M/M/c+M desk loses: (rate of giving up) · (mean queue) / arrivals."""
    weights = [1.0]
    for n in range(1, 2000):
        leaving = min(n, reps) / service + max(0, n - reps) / patience
        weights.append(weights[-1] * arrivals / leaving)
    queue = sum(max(0, n - reps) * w for n, w in enumerate(weights)) / sum(weights)
    return queue / patience / arrivals


def rush(reps: int, patience: float) -> Scenario:
    """Everybody comes to the desk once, at independent moments of a year: a Poisson stream."""
    return neutral(
        stages=plans(AT_ONCE, repeat_deal={"typical_days": NEVER}),
        market={"onset_days": 4000.0, "return_days": NEVER, "people": MARKET},
        firm={"reps": reps, "deal_hours": 8.0 * reps / 4.4, "patience_days": patience},
        rival={"retention": 1.0},
        loyalty={"deals_to_loyalty": 10**6},
        horizon_days=400.0,
    )


@pytest.mark.parametrize("share", [1.0, 0.15])
@pytest.mark.parametrize(("reps", "patience"), [(1, 0.5), (3, 1.0)])
def test_a_sample_loses_in_the_queue_as_its_desk_does_in_closed_form(
    share: float, reps: int, patience: float
) -> None:
    """That is the share of the market in full, at any size of the sample."""
    scenario = rush(reps, patience)
    people = round(share * MARKET)
    few, stretch = desk_of(scenario, people)
    service = scenario.firm.deal_hours / 8.0
    arrivals = MARKET / 4000.0 * share  # at day 0; it falls by a tenth until day 400
    shares = []
    for seed in range(1, 17):
        rows = simulate(scenario, people, seed=seed).events.rows
        came = (rows["event"] == Event.QUEUE).sum()
        shares.append((rows["event"] == Event.RENEGED).sum() / came)
    ends = [
        erlang_a(arrivals * fall, service * stretch, patience * stretch, few)
        for fall in np.exp(-np.linspace(0.0, 0.1, 41))
    ]
    wanted = float(np.mean(ends))
    error = stats.sem(shares)
    assert error < 0.1 * wanted
    assert abs(np.mean(shares) - wanted) < 4 * error
    whole = erlang_a(MARKET / 4000.0, service, patience, reps)
    of_the_sample = erlang_a(arrivals, service * stretch, patience * stretch, few)
    assert of_the_sample == pytest.approx(whole, rel=1e-12)


def test_a_wait_is_told_in_days_of_the_market() -> None:
    """One rep, two buyers at once: the sample's clock is slower, the wait as told is not."""
    scenario = rush(1, 2.0)
    people = 3000
    run = simulate(scenario, people)
    rows = run.events.rows[np.isin(run.events.rows["event"], [7, 8, 9])]
    rows = rows[np.argsort(rows["person"], kind="stable")]
    same = rows["person"][1:] == rows["person"][:-1]
    slow = np.diff(rows["time"])[same].mean()
    _, stretch = desk_of(scenario, people)
    assert stretch > 6
    assert desk(run).loc["all", "wait_days"] == pytest.approx(slow / stretch, rel=1e-12)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_without_a_rep_nobody_is_served_and_all_lose_patience(engine: str) -> None:
    visit = {"contact": "pull", "aims_at": "action", "fit": {"desire": 1.0}, "reach_per_day": 0.5,
             "rep_hours": 4.0}  # fmt: skip
    scenario = neutral(
        stages=plans(2.0), firm={"reps": 0, "patience_days": 3.0}, market={"people": 60},
        touchpoints={"visit": visit}, strategies={"pull": {"touchpoints": {"visit": 1.0}}},
        horizon_days=300.0,
    )  # fmt: skip
    rows = simulate(scenario, engine=engine).events.rows
    counts = np.bincount(rows["event"], minlength=30)
    assert counts[Event.QUEUE] > 20
    assert counts[Event.DROPPED] > 20
    assert counts[Event.SERVED] == counts[Event.FIRST_DEAL] == counts[Event.CONTACT] == 0
    still = counts[Event.QUEUE] - counts[Event.RENEGED]
    assert 0 <= still < 12


def test_a_crowded_desk_of_a_sample_says_so() -> None:
    busy = cjsim.Scenario.load("consulting").with_changes({"firm.deal_hours": 60.0})
    said = {n: simulate(busy, n, seed=2) for n in (300, busy.market.people)}
    few = said[300]
    assert "300 of 2,000 people, at a desk on a slower clock (×6.7)" in few.says("en")
    assert "300 из 2000 человек" in few.says("ru").replace("\u00a0", "").replace("\u202f", "")
    assert "slower clock" not in said[busy.market.people].says("en")
    compared = cjsim.compare(
        {"busy": busy, "endless": busy.with_changes(
            {"firm.reps": inf, "firm.rep_cost_per_day": 0.0})},
        300, runs=2, executor="here",
    )  # fmt: skip
    assert compared.says("en").count("300 of 2,000 people") == 1
    assert crowded(busy, 300, CROWDED * 99, 99.0, "en") == ""
    assert crowded(busy, 300, CROWDED * 103, 99.0, "en") != ""


# --- every preset and strategy ------------------------------------------------------------------

PEOPLE_IN_ALL = 24_000
"""That each size is asked of, in runs of as many worlds as it takes."""
ERROR = 0.03
"""What `docs/model.md` states: how far a sample's deals per person may be from the market's."""
LOST = 0.01
"""And its share of buyers lost in the queue."""


def per_person(scenario: Scenario, people: int, first: int) -> npt.NDArray[np.float64]:
    """Runs down: deals per person, share of buyers lost in the queue."""
    found = []
    for seed in range(first, first + PEOPLE_IN_ALL // people):
        rows = simulate(scenario, people, seed=seed, log="measures").events.rows
        n = np.bincount(rows["event"], minlength=30)
        deals = n[Event.FIRST_DEAL] + n[Event.REPEAT_DEAL]
        found.append((deals / people, n[Event.RENEGED] / max(n[Event.QUEUE], 1)))
    return np.array(found)


STRATEGIES = ("nothing", "pull", "guide", "animator")


def in_turn() -> list[Any]:
    """Each time every product under one strategy, in turn; at length under each."""
    return [
        pytest.param(product, strategy, marks=[] if n % len(STRATEGIES) == k else pytest.mark.soak)
        for n, product in enumerate(presets())
        for k, strategy in enumerate(STRATEGIES)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("product", "strategy"), in_turn())
def test_a_sample_is_the_market_per_person(product: str, strategy: str) -> None:
    """At 300 and 1,000 people, in worlds of their own: within the error stated and 4 of luck."""
    scenario = cjsim.Scenario.load(product, strategy=strategy)
    whole = per_person(scenario, scenario.market.people, 1)
    for people in (300, 1000):
        sample = per_person(scenario, people, 1001)
        gap = sample.mean(axis=0) - whole.mean(axis=0)
        luck = 4 * np.hypot(stats.sem(sample), stats.sem(whole))
        assert (np.abs(gap) <= luck + np.array([ERROR * whole.mean(axis=0)[0], LOST])).all(), people
