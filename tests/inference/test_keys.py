"""What is held possible of a key, and which keys no log can tell."""

import re

import pytest

import cjsim
from cjsim.inference import Prior
from cjsim.inference.keys import freed, prior_of, usual_keys
from cjsim.inference.seen import Lens
from cjsim.measures.log import Log
from cjsim.observe import observe
from cjsim.scenario.mistakes import ScenarioError
from tests.inference.firms import DAYS, phone


def lens(preset="phone", strategy="guide"):
    scenario, _, log = phone()
    return scenario, Lens.on(log, scenario, DAYS, None)


@pytest.mark.parametrize(
    ("key", "given", "low", "high", "scale"),
    [
        ("market.onset_days", None, 365 / 3, 365 * 3, "log"),
        ("stages.comparison.planned_loss", None, 0.2 / 0.8 / 4, 0.2 / 0.8 * 4, "logit"),
        ("market.onset_days", (100.0, 200.0), 100.0, 200.0, "linear"),
        ("market.onset_days", (100.0, 2000.0), 100.0, 2000.0, "log"),
        ("product.quality", (0.2, 0.9), 0.2, 0.9, "linear"),
        ("response.crowding", None, 0.0, 10.0, "linear"),
        ("touchpoints.mail_cases.delivered", None, 1 / 3, 1.0, "log"),
    ],
)
def test_a_prior_is_about_what_the_file_says(key, given, low, high, scale):
    changes = {
        "market.onset_days": 365.0, "stages.comparison.planned_loss": 0.2,
        "response.crowding": 0.0,
    }  # fmt: skip
    scenario = phone()[0].with_changes(changes)
    prior = prior_of(scenario, scenario.key(key), given)
    if scale == "logit":
        low, high = low / (1 + low), high / (1 + high)
    assert (prior.low, prior.high, prior.scale) == (pytest.approx(low), pytest.approx(high), scale)
    for z in (-8.0, 0.0, 8.0):
        scenario.with_changes({key: float(prior.at(z))})


@pytest.mark.parametrize(
    ("key", "doubt", "low", "high", "scale", "kind"),
    [
        ("market.onset_days", [100, 400], 100, 400, "linear", "uniform"),
        (
            "market.onset_days",
            {"low": 100, "high": 400, "shape": "log-uniform"},
            100, 400, "log", "uniform",
        ),
        ("market.onset_days", {"five": 100, "ninety_five": 400}, 100, 400, "log", "normal"),
        ("product.quality", {"five": 0.3, "ninety_five": 0.6}, 0.3, 0.6, "logit", "normal"),
    ],
)  # fmt: skip
def test_what_the_file_doubts_is_held_possible(key, doubt, low, high, scale, kind):
    scenario = phone()[0].with_changes({"uncertain": {key: doubt}})
    prior = prior_of(scenario, scenario.key(key), None)
    assert (prior.scale, prior.kind) == (scale, kind)
    assert (prior.low, prior.high) == pytest.approx((low, high), rel=0.03)


def test_a_doubt_without_room_is_told():
    scenario = phone()[0].with_changes({"uncertain": {"market.onset_days": [300, 300]}})
    with pytest.raises(ValueError, match=r"market.onset_days: \[uncertain\] leaves it no room"):
        prior_of(scenario, scenario.key("market.onset_days"), None)


def test_a_prior_of_ones_own_holds():
    scenario, of = lens()
    own = Prior("market.onset_days", 300.0, 500.0, "log", "normal")
    assert freed(scenario, {"market.onset_days": own}, of)[0].prior == own


@pytest.mark.parametrize(
    ("free", "words"),
    [
        ("market.onset_days", 'name keys in a list, e.g. ["market.onset_days"]'),
        ([], "name one key at least"),
        (["market.onset_days", "market.onset_days"], "stands there twice"),
        (["strategy"], "strategy: is no number"),
        (["market.people"], "market.people: cannot be fitted: all simulated markets have one size"),
        ({"horizon_days": (10.0, 20.0)}, "horizon_days: cannot be fitted: it is that of the log"),
        (["touchpoints.site.distance_m"], "nothing says how large it might be; give a range"),
        ({"market.onset_days": (5.0,)}, "a range is (low, high)"),
        ({"market.onset_days": "wide"}, "a range is (low, high)"),
        ({"market.onset_days": (9.0, 5.0)}, "the lower one first"),
        ({"product.quality": (0.5, 1.5)}, "product.quality = 1.5: must be a number from 0 to 1"),
        ({"market.onset_days": (0.0, 5.0)}, "market.onset_days = 0: must be a number above 0"),
    ],
)
def test_what_cannot_be_free_is_told(free, words):
    scenario, of = lens()
    with pytest.raises(ValueError, match=re.escape(words)):
        freed(scenario, free, of)


def test_a_misspelt_key_is_told_with_the_nearest():
    scenario, of = lens()
    with pytest.raises(ScenarioError, match="onset_days"):
        freed(scenario, ["market.onset_day"], of)


def test_a_range_that_the_rest_of_the_scenario_forbids_is_told():
    scenario, of = lens()
    with pytest.raises(ScenarioError, match="must be 1 for a pull touchpoint"):
        freed(scenario, ["touchpoints.site.delivered"], of)


def test_a_strategys_key_may_be_said_in_short():
    scenario, of = lens()
    assert freed(scenario, ["guide.every_days"], of)[0].key == "strategies.guide.every_days"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("product.unit_cost", "it is a cost"),
        ("animator.every_days", ""),  # idle: another strategy runs
        ("touchpoints.outdoor.cost_per_day", "it is a cost"),
        ("market.onset_days", None),
    ],
)
def test_what_no_log_can_tell_is_called_so(key, reason):
    scenario, of = lens()
    (one,) = freed(scenario, [key], of)
    assert bool(one.untold) == (reason is not None)
    assert (reason or "") in one.reason("en")


def test_what_the_logs_rows_do_not_have_is_called_so():
    scenario, _, log = phone()
    frame = log.frame[log.frame["event"].isin(["first_deal", "repeat_deal", "contact"])]
    frame = frame[frame["touchpoint"] != "site"]
    of = Lens.on(Log.of(frame, DAYS), scenario, DAYS, None)
    told = freed(scenario, ["market.tolerance_mean", "touchpoints.site.reach_per_day"], of)
    assert told[0].reason("en") == "the log has no rows of: opt_out"
    assert told[1].reason("en") == "the log names no contact with site"


@pytest.mark.parametrize(
    ("preset", "strategy"), [("phone", "guide"), ("school", "pull"), ("subscription", "guide")]
)
def test_the_usual_keys_can_act_and_have_a_range(preset, strategy):
    scenario = cjsim.Scenario.load(preset, strategy)
    log = observe(cjsim.simulate(scenario, 200))
    of = Lens.on(log, scenario, 365.0, None)
    usual = usual_keys(scenario, of)
    assert 6 <= len(usual) <= 8
    assert not any(one.untold for one in freed(scenario, usual, of))
