"""Limits over people: what is drawn, what they hold, and what losses do that they do not know."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from benchmarks import observed_coverage
from cjsim import measures, observe
from cjsim.measures.log import Log
from cjsim.observe import limits
from cjsim.observe.belief import Judged
from cjsim.observe.paths import Paths


def visits_and_orders(luck, people=60, days=200.0, a_day=0.02):
    """A foreign log: everybody orders on some day, and again at a rate of their own luck."""
    rows = []
    for person in range(people):
        first = luck.uniform(0, 0.8 * days)
        rows.append((first, person, 1.0))
        again = first + np.cumsum(luck.exponential(1 / a_day, 40))
        rows += [(day, person, 1.0) for day in again if day < days]
    frame = pd.DataFrame(rows, columns=["time", "person", "amount"]).assign(event="order")
    return Log.of(frame, days)


# --- what is drawn ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_whoever_is_drawn_comes_with_all_their_rows(seed):
    log = visits_and_orders(np.random.default_rng(seed), 12)
    again = limits.drawn(log, np.random.default_rng(seed))
    assert again.lives == log.lives
    assert again.frame["time"].is_monotonic_increasing
    assert (again.days, again.start) == (log.days, log.start)
    assert list(again.frame) == list(log.frame)
    rows = {tuple(theirs) for _, theirs in log.frame.groupby("person")["time"]}
    found = [tuple(theirs) for _, theirs in again.frame.groupby("person")["time"]]
    assert set(found) <= rows
    assert len(set(found)) < len(found)  # somebody twice, as somebody else


def test_paths_and_beliefs_are_drawn_by_people_too():
    luck = np.random.default_rng(1)
    paths = Paths.of([(["a"], 5, 10), (["a", "b"], 0, 7), ([], 3, 0)], value=4.0)
    again = limits.drawn(paths, luck)
    assert (again.deals + again.nothing).sum() == 25
    assert again.deals[1] == again.nothing[2] == 0
    assert np.array_equal(again.value, 4.0 * again.deals)
    judged = Judged(
        np.array([7, 7, 9, 3]), np.arange(4.0), np.array([1, 2, 3, 4]), np.eye(15)[[1, 2, 3, 5]]
    )
    again = limits.drawn(judged, luck)
    assert len(np.unique(again.person)) == 3
    assert {tuple(again.stage[again.person == p]) for p in again.person} <= {(1, 2), (3,), (4,)}


def test_the_limits_of_a_share_are_those_of_a_binomial():
    """300 of 1,000 people: the quantiles of the draws, as far as 1,000 draws tell them."""
    paths = Paths.of([(["a"], 300, 700)])
    table = observe.over_people(paths, lambda p: observe.attribute(p, "last").table["last"],
                                draws=1000)  # fmt: skip
    low, high = stats.binom(1000, 0.3).ppf([0.025, 0.975])
    assert table.loc["a", "estimate"] == 300
    error = 5.0  # five standard errors of such a quantile: sqrt(.025 · .975 / 1000) / density
    assert abs(table.loc["a", "low"] - low) < error
    assert abs(table.loc["a", "high"] - high) < error


def test_the_same_seed_gives_the_same_limits_and_numbers_may_be_missing():
    log = visits_and_orders(np.random.default_rng(3), 20)
    ask = lambda one: {"rows": len(one), "none": np.nan}  # noqa: E731
    one, same = (observe.over_people(log, ask, draws=40) for _ in range(2))
    other = observe.over_people(log, ask, draws=40, seed=2)
    assert one.equals(same)
    assert not one.equals(other)
    assert one.loc["rows", "low"] < len(log) < one.loc["rows", "high"]
    assert one.loc["none"].isna().all()
    assert observe.over_people(log, len, draws=39).index.tolist() == ["it"]


def test_what_cannot_be_asked_is_refused():
    log = visits_and_orders(np.random.default_rng(3), 5)
    with pytest.raises(ValueError, match="draws = 38: limits of 95 % take 39 or more"):
        observe.over_people(log, len, draws=38)
    with pytest.raises(ValueError, match="draws = 100: limits of 99 % take 199"):
        observe.over_people(log, len, draws=100, confidence=0.99)
    with pytest.raises(ValueError, match="confidence = 1"):
        observe.over_people(log, len, confidence=1)


# --- what they hold -----------------------------------------------------------------------------


def test_limits_of_a_customers_revenue_hold_the_truth():
    """Known by hand: 1 at the first deal and .02 a day behind it. 100 firms of 60 customers."""
    day, held = 60.0, 0
    for seed in range(100):
        log = visits_and_orders(np.random.default_rng(seed))
        row = measures.revenue_per_customer(log, [day]).iloc[0]
        held += row["low"] <= 1.0 + 0.02 * day <= row["high"]
    assert 90 <= held <= 99


def test_limits_of_credits_hold_the_truth(monkeypatch):
    """A small edition of the benchmark: 25 firms; at 95 % fewer than 20 are one in 1,000."""
    monkeypatch.setattr(observed_coverage, "DRAWS", 40)
    monkeypatch.setattr(observed_coverage, "METHODS", ("markov", "linear"))
    told = observed_coverage.of_credits("chain", people=200, large=20_000, tries=25)
    for of_one in told.values():
        share, tries = observed_coverage.coverage(of_one)
        assert (share >= 20 / 25, tries) == (True, 25)


# --- what they do not know of -------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    changes = {"service.failure_rate": 0.4, "service.complain_share": 0.8}
    return cjsim.simulate(cjsim.Scenario.load("phone", "guide").with_changes(changes), people=200)


def mean_of(run, ask, **settings):
    """The mean over 25 recordings, and its standard error."""
    found = [ask(observe.observe(run, seed=seed, **settings)) for seed in range(1, 26)]
    return np.mean(found), max(np.std(found) / np.sqrt(24), 1e-12)


def contacts_of(run, mode):
    online = {name for name, t in run.scenario.touchpoints.items() if t.mode == "online"}
    met = run.log().query("event == 'contact'")["touchpoint"]
    return (met.isin(online) if mode == "online" else ~met.isin(online)).sum()


def per_deal(log):
    return measures.contacts(log)["per_deal"].iloc[0]


LOSSES = {
    "contacts of which 6 in 10 are written down": (
        per_deal, {"offline": 0.6},
        lambda run: (contacts_of(run, "online") + 0.6 * contacts_of(run, "offline")) / deals(run),
    ),
    "complaints that nobody likes to write down": (
        lambda log: measures.service(log)["complaints"].iloc[0], {"bad_news_loss": 0.5},
        lambda run: 0.5 * run.log()["event"].eq("complaint").sum(),
    ),
    "deals stand in the books": (deals_of := lambda log: measures.summary(log)["first_deals"],
        {"offline": 0.2, "busy_loss": 0.9}, lambda run: run.log()["event"].eq("first_deal").sum(),
    ),
    "contacts twice": (
        lambda log: measures.contacts(log)["contacts"].iloc[0], {"duplicates": 0.25},
        lambda run: 1.25 * run.log()["event"].eq("contact").sum(),
    ),
}  # fmt: skip
"""Of each estimate its losses, and what it is then, in the mean: as docs/observe.md says."""


def deals(run):
    return run.log()["event"].isin(["first_deal", "repeat_deal"]).sum()


@pytest.mark.parametrize("name", LOSSES)
def test_losses_bias_by_as_much_as_is_said(name, run):
    ask, settings, expected = LOSSES[name]
    found, error = mean_of(run, ask, **settings)
    assert abs(found - expected(run)) <= 4 * error
    if name != "deals stand in the books":
        assert abs(found - ask(observe.observe(run))) > 20 * error  # a bias, and no bad luck


def test_limits_know_nothing_of_losses(run):
    """The interval of contacts per deal under loss lies beside what a complete log tells."""
    whole = per_deal(observe.observe(run))
    lossy = observe.over_people(observe.observe(run, offline=0.3), per_deal, draws=40).iloc[0]
    assert lossy["high"] < whole
