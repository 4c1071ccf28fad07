"""What is too much is refused in a sentence, before a machine is kept busy with it."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import measures
from cjsim.cli.vary import settings_of
from cjsim.door import MOST, whole
from cjsim.experiment.design import grid, sample, spaced
from cjsim.experiment.search import Axis, Space
from cjsim.measures.cohorts import cohorts
from cjsim.measures.days import days_of

PHONE = cjsim.Scenario.load("phone")
SMALL = {"people": 10, "runs": 2, "executor": "here"}
HUGE = 10**30
BEYOND = 10**5_000  # Python does not even write it


TOO_MUCH = {
    "people": lambda n: cjsim.simulate(PHONE, n),
    "runs": lambda n: cjsim.compare({"a": PHONE}, 10, runs=n),
    "workers": lambda n: cjsim.compare({"a": PHONE}, 10, runs=1, workers=n),
    "seed": lambda n: cjsim.simulate(PHONE, 10, seed=n),
    "skip": lambda n: cjsim.evaluate({"a": PHONE}, 10, runs=1, skip=n),
    "most": lambda n: cjsim.compare({"a": PHONE}, 10, runs=10, until={"profit": 1.0}, most=n),
    "evaluations": lambda n: cjsim.optimise(PHONE, {"firm.reps": (1, 2)}, evaluations=n, **SMALL),
    "samples": lambda n: cjsim.sobol(PHONE, {"product.price": (1, 2)}, samples=n, **SMALL),
    "products": lambda n: cjsim.three_laws(PHONE, n, **SMALL),
    "points": lambda n: cjsim.flip_point(
        PHONE, "guide.accuracy", claim="guide > pull", points=n, **SMALL
    ),
    "cells": lambda n: sample({"product.price": (1, 2)}, n),
    "a grid": lambda n: grid({"product.price": range(n)} if n == HUGE else {"firm.reps": [n] * 2}),
    "steps": lambda n: spaced(0.0, 1.0, n),
}


@pytest.mark.parametrize("number", [HUGE, BEYOND], ids=["30 digits", "5,000 digits"])
@pytest.mark.parametrize("what", TOO_MUCH)
def test_no_count_is_endless(what, number):
    if (what, number) == ("steps", BEYOND):
        return  # a command line's number has been written
    with pytest.raises(ValueError) as error:  # noqa: PT011 - each says it in its own words
        TOO_MUCH[what](number)
    assert "digits; use sys" not in str(error.value)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("name", MOST)
def test_the_largest_count_is_a_count(name):
    assert whole(name, MOST[name]) == MOST[name]
    with pytest.raises(ValueError, match=f"at most {MOST[name]:,}"):
        whole(name, MOST[name] + 1)


@pytest.mark.parametrize(
    "words",
    [
        ["guide.accuracy=0:1:1000000000"], ["guide.accuracy=0:1:100001"],
        ["guide.accuracy=0:1:400", "guide.every_days=1:9:400"],
        ["a=1:2:100", "b=1:2:100", "c=1:2:100"], ["firm.reps=1:1e9:1000000"],
        ["guide.accuracy=0:1:" + "9" * 40], ["guide.accuracy=1e400:2"], ["guide.accuracy=nan:nan"],
        ["guide.accuracy=" + ",".join(["1"] * 1_000)], ["guide.accuracy=1:2:1"],
    ],
    ids=lambda words: words[0][:40],
)  # fmt: skip
def test_a_grid_of_a_billion_cells_is_refused(words):
    with pytest.raises(ValueError, match=r"cells|points|finite|no two alike"):
        settings_of(words, None, 1)


WHOLE_KEYS = [
    "market.people", "firm.reps", "product.tender_every", "loyalty.deals_to_loyalty",
    "touchpoints.mail_offer.cap_30_days",
]  # fmt: skip


@pytest.mark.parametrize("number", [2**31, 2**63, HUGE, BEYOND], ids=["31", "63", "30", "5000"])
@pytest.mark.parametrize("key", WHOLE_KEYS)
def test_every_whole_number_of_a_scenario_has_an_end(key, number):
    with pytest.raises(cjsim.ScenarioError, match="must be a whole number from"):
        PHONE.with_changes({key: number})


# --- one value is one value -----------------------------------------------------------------------

ONE = {
    "a word": ({"guide.push": "guide"}, ["guide"]),
    "a number": ({"firm.reps": 3}, [3]),
    "a list": ({"firm.reps": [1, 2.0]}, [1, 2]),
    "numpy": ({"firm.reps": np.array([2.0, 3.0])}, [2, 3]),
    "a range": ({"firm.reps": range(2, 4)}, [2, 3]),
    "a column": ({"firm.reps": pd.Series([4, 5])}, [4, 5]),
    "lists": ({"guide.programme": [["a"], ["a", "b"]]}, [["a"], ["a", "b"]]),
    "tables": ({"guide.plan": [{"study": "a"}]}, [{"study": "a"}]),
    "one table": ({"guide.plan": {"study": "a"}}, [{"study": "a"}]),
    "yes": ({"firm.repeat_needs_rep": True}, [True]),
    "yes and one": ({"firm.repeat_needs_rep": [True, 1]}, [True, 1]),
    "a generator": ({"firm.reps": (n for n in (1, 2))}, [1, 2]),
}


@pytest.mark.parametrize("kind", ONE)
def test_a_grid_takes_whatever_is_a_value(kind):
    given, expected = ONE[kind]
    assert grid(given)[next(iter(given))].tolist() == expected


@pytest.mark.parametrize(
    "values",
    [[1, 1], [1, 1.0], [0.1 + 0.2, 0.3], ["a", "a"], [["a"], ["a"]], [("a",), ["a"]], [{}, {}],
     [{"a": 1}, {"a": 1.0}], [np.int64(2), 2], [True, True], []],
    ids=repr,
)  # fmt: skip
def test_no_two_cells_look_the_same(values):
    with pytest.raises(ValueError, match="no two alike"):
        grid({"guide.accuracy": values})


@pytest.mark.parametrize("n", [2, 3, 7, 11, 13, 14, 28, 29, 97, 1_000, 99_991])
@pytest.mark.parametrize("shares", [2, 3, 5])
def test_shares_are_rounded_once(n, shares):
    """A setting that is cleaned again is itself; of two shares each is what the other leaves."""
    space = Space(tuple(Axis(str(i), 0.0, 1.0) for i in range(shares)), shares)
    points = np.random.default_rng(n).random((20, shares)) ** 3
    points[0] = np.eye(shares)[0]
    points[1] = [1 / n, *[0.0] * (shares - 2), 1 - 1 / n]
    cleaned = space.clean(points)
    assert (space.clean(cleaned) == cleaned).all()
    assert np.abs(cleaned.sum(axis=1) - 1).max() < 1e-11
    for i in (0, shares - 1):
        again = np.array([space.moved(tuple(p), i, p[i : i + 1])[0] for p in cleaned])
        if shares == 2:
            assert (again == cleaned).all()


# --- tables over time -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("horizon", "every"),
    [(1095.0, 1095.0 / 7), (1095.0, 0.1), (730.0, 730.0 / 3), (1.0, 0.1), (0.3, 0.1), (10.0, 3.0),
     (1825.0, 1825.0 / 49), (90.0, 90.0), (90.0, 91.0), (0.7, 0.1), (1.1, 0.11)],
)  # fmt: skip
def test_no_day_stands_twice(horizon, every):
    days = days_of(horizon, every)
    assert days[0] == 0
    assert days[-1] == horizon
    assert (np.diff(days) > 1e-6 * min(every, horizon)).all()
    assert len(days) == int(np.ceil(round(horizon / every, 9))) + 1


@pytest.mark.parametrize("every", [0.0, -1.0, float("nan"), 1e-9, 1e-300, 5e-324])
def test_a_table_of_a_billion_rows_is_refused(every):
    run = cjsim.simulate(PHONE, 5)
    for ask in (measures.occupancy, measures.profit_over_time):
        with pytest.raises(ValueError, match="every"):
            ask(run, every=every)
    with pytest.raises(ValueError, match="period_days"):
        cohorts(run, period_days=every)


# --- what is handed out ---------------------------------------------------------------------------

TRAITS = ["need", "speed", "rationality", "innovativeness", "tolerance", "segment", "motive",
          "price_sensitivity", "taste", "rival_taste", "trust", "on_cold_list"]  # fmt: skip


@pytest.mark.parametrize("trait", TRAITS)
@pytest.mark.parametrize("people", [20, 20_001])
def test_nobody_writes_into_the_people_of_the_next_run(trait, people):
    if people > 20 and trait != "need":
        return  # those are alike
    run = cjsim.simulate(PHONE, people, log="measures")
    with pytest.raises(ValueError, match="read-only"):
        getattr(run.everybody, trait)[:] = 0


def test_what_a_result_hands_out_is_a_copy_or_closed():
    run = cjsim.simulate(PHONE, 20)
    before = run.summary()
    people, log = run.people, run.log()
    people["need"] = 0.0
    log["amount"] = 0.0
    for array in (run.events.rows, run.totals.contacts, run.totals.last):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    assert run.people["need"].min() > 0
    pd.testing.assert_series_equal(run.summary(), before)
    compared = cjsim.compare({"a": PHONE, "b": PHONE}, **SMALL)
    held = compared.funnel()
    mine = compared.funnel()
    mine[:] = 0
    pd.testing.assert_frame_equal(compared.funnel(), held)
