"""CDNOW: the scenario fitted to weeks 1-39 forecasts weeks 40-78 as well as the field's models.

The whole is `python -m benchmarks.cdnow`; here its kept draws are simulated anew.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cdnow import KEPT, asked
from cjsim import simulate
from cjsim.data import cdnow
from cjsim.inference import Cohort, infer
from cjsim.inference.abc import Posterior
from cjsim.inference.repeats import (
    PRIORS,
    Repeats,
    cdnow_scenario,
    forecast,
    of_people_alike,
    summaries,
)

DOCS = Path(__file__).parents[2] / "docs" / "cdnow.md"
ACTUAL = 1882


@pytest.fixture(scope="module")
def model():
    return Repeats.of(cdnow_scenario(), cdnow())


@pytest.fixture(scope="module")
def kept():
    return json.loads(KEPT.read_text(encoding="utf-8"))


class Kept:
    """A posterior of which only draws are left."""

    def __init__(self, draws):
        self.draws = draws

    def settings(self, count):
        return self.draws[:count]


@pytest.mark.slow
def test_the_gates_of_the_hold_out_are_passed(model, kept):
    ahead = forecast(model, Kept(kept["draws"]), len(kept["draws"]))
    cumulative = np.median(ahead.cumulative[:, 77])
    assert cumulative == pytest.approx(4339, rel=0.06)
    total, _, _, rmse, correlation = ahead.scored(model.seen)
    assert np.median(ahead.totals) == pytest.approx(ACTUAL, rel=0.15)
    assert total == pytest.approx(ACTUAL, rel=0.15)
    assert ahead.scored(model.seen, likely=True).mae < 0.69  # asked for was .82
    assert rmse < 1.68
    assert correlation > 0.60
    low, high = ahead.interval()
    assert low < ACTUAL < high
    assert len(ahead.table()) == 78


def test_nothing_of_the_hold_out_is_looked_at(model):
    """What happened on day 273 or later may be anything: the summaries stay."""
    seen = model.seen
    early = seen.day < 273
    only = Cohort(seen.birth, seen.who[early], seen.since[early])
    assert summaries(only, 273) == summaries(seen, 273)
    assert model.observed["mean"] == pytest.approx(np.log(2457.5 / 2357))


def test_everybody_has_just_bought(model):
    """The cohort is there on the first day, and nobody is lost before."""
    run = simulate(model.scenario, 500, seed=3)
    first = run.log().query("event == 'first_deal'")["time"]
    assert len(first) == 500
    assert first.max() < 2.0


def test_settings_alike_in_forecast_answer_a_what_if_differently(model, kept):
    """The kept pair, simulated anew on the same people with the same luck."""
    weak, strong = kept["pair"]
    assert max(weak["held_out"], strong["held_out"]) < 1.1 * ACTUAL
    assert min(weak["held_out"], strong["held_out"]) > 0.9 * ACTUAL
    answers = []
    for row in (weak, strong):
        setting = {prior.name: row[prior.name] for prior in PRIORS}
        answers.append(asked(model, setting, 5, 6)["uplift"])
    assert answers[1] > 1.2 * answers[0] > 0.0


def test_the_page_says_what_was_kept(kept):
    text = DOCS.read_text(encoding="utf-8")
    for name, row in kept["board"].items():
        total, error, mae, rmse, correlation = row["score"]
        line = re.search(rf"^\| {re.escape(name)} \|.*$", text, re.MULTILINE)
        assert line, name
        if "likely" in row:
            assert f"{row['likely'][2]:.3f}" in line[0]
        for number in (f"{total:,.0f}", f"{error:+.1%}", f"{mae:.3f}", f"{rmse:.3f}"):
            assert number.replace("%", " %").replace("-", "−") in line[0], (name, number)
        assert f"{correlation:.3f}" in line[0]
        if "tracking" in row:
            assert f"{row['tracking']:,.0f}" in line[0]
    low, high = kept["board"]["cjsim"]["interval"]
    assert f"{low:,.0f} to {high:,.0f}" in text
    for row in kept["pair"]:
        assert f"{row['uplift']:+.0%}".replace("%", " %") in text
    for row in kept["table"]:
        assert re.search(rf"^\| `{row['key']}` \|.*{row['known_by']} \|$", text, re.MULTILINE)


def test_people_alike_are_what_is_expected():
    """Two kinds of history, what each goes on to buy is told apart."""
    birth = np.zeros(2000, int)
    loyal = np.arange(1000)
    who = np.concatenate([loyal, loyal, loyal])
    since = np.repeat([10, 90, 150], 1000)
    world = Cohort(birth, who, since)
    seen = Cohort(np.zeros(2, int), np.array([0, 0]), np.array([10, 90]))
    means, medians = of_people_alike(seen, [world], 100, 200)
    assert means == pytest.approx([1.0, 0.0])
    assert medians.tolist() == [1, 0]


def test_the_median_of_people_alike_is_exceeded_by_less_than_half():
    """Of 1,000 alike 600 buy nothing, 300 once, 100 twice: on average .5, in the median none."""
    again = np.concatenate([np.arange(400), np.arange(100)])
    world = Cohort(np.zeros(1000, int), again, np.repeat([120, 130], [400, 100]))
    seen = Cohort(np.zeros(1, int), np.zeros(0, int), np.zeros(0, int))
    means, medians = of_people_alike(seen, [world], 100, 200)
    assert means.tolist() == [0.5]
    assert medians.tolist() == [0]


def test_a_fit_from_few_simulations_is_refused(model):
    with pytest.raises(ValueError, match="simulations are left to go by"):
        infer(model, PRIORS, model.observed, simulations=8, executor="here")


def test_a_model_without_data_says_so(model):
    bare = Repeats(model.scenario, model.birth, 273.0)
    for ask in (lambda: bare.observed, lambda: forecast(bare, Posterior, 1)):
        with pytest.raises(ValueError, match="nothing was observed"):
            ask()
