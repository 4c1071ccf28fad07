"""The plan: solved rates against a second quadrature, against closed forms and against lives."""

import numpy as np
import pytest

from cjsim import Scenario, simulate
from cjsim.journey import TWELVE, Stage
from cjsim.model import plan
from cjsim.model.draws import logit_normal_of
from cjsim.model.events import Event
from cjsim.scenario import MAY_WALK_AWAY, ScenarioError, Segment, presets

BEFORE = [Stage(n) for n in range(1, 7)]
LOSING = [stage for stage in TWELVE if stage in MAY_WALK_AWAY]
SHAPES = (1.0, 2.0, 5.0, 20.0)


def of_shape(scenario, shape):
    """The scenario with that regularity wherever people may walk away."""
    return scenario.with_changes({f"stages.{stage.key}.regularity": shape for stage in LOSING})


def alike(**changes):
    """People without any spread, neutral in all."""
    neutral = {
        "market.pain_need": 1.0, "market.dream_need": 1.0, "market.speed_spread": 0.0,
        "market.rationality_spread": 0.0, "market.prior_trust": 0.5, "rival.competition": 0.0,
    }  # fmt: skip
    tables = Scenario.load("phone").with_changes(neutral | changes).model_dump()
    tables.pop("plan")  # a file that is written so
    return Scenario.model_validate(tables)


# --- by formula -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_of_people_who_are_all_alike_the_rates_are_known(shape):
    scenario = of_shape(alike(), shape)
    rates = plan.rates_of(scenario)
    for stage in LOSING:
        terms = scenario.stage_plan(stage)
        days, loss = terms.typical_days, terms.planned_loss
        assert rates.step[stage] == pytest.approx((1 - loss) ** (1 / shape) / days, rel=1e-12)
        assert rates.walk[stage] == pytest.approx(loss ** (1 / shape) / days, rel=1e-12)


def test_stages_that_only_take_their_time_take_it():
    scenario = Scenario.load("phone")
    rates = plan.rates_of(scenario)
    for stage in set(TWELVE) - set(LOSING):
        assert rates.step[stage] == 1 / scenario.stage_plan(stage).typical_days
        assert rates.walk[stage] == 0.0
    assert rates.step[Stage.WITH_RIVAL] == rates.step[Stage.REPEAT_DEAL]


# --- by a second quadrature -----------------------------------------------------------------------


class Cohort:
    """The plan's people on a grid of our own, finer than the kit's at any shape."""

    def __init__(self, at):
        z = np.linspace(-10, 10, 20_001)
        weight = np.exp(-z * z / 2)
        weight /= weight.sum()
        segments = at.segments or (Segment(name="all"),)
        total = sum(s.share for s in segments)
        rows = []
        if at.rationality_spread:
            median, width = logit_normal_of(at.rationality_mean, at.rationality_spread)
            rational = 1 / (1 + np.exp(-(median + width * z)))
        else:
            rational, weight = np.array([at.rationality_mean]), np.array([1.0])
        for s in segments:
            for share, need in ((at.pain_share, at.pain_need), (1 - at.pain_share, at.dream_need)):
                part = np.empty((5, len(rational)))
                part[0], part[3] = s.share / total * share * weight, rational
                part[1] = need * s.need
                part[2] = min(1.0, at.prior_trust * s.trust)
                part[4] = (1 + at.speed_spread**2) / s.speed
                rows.append(part)
        self.weight, self.need, self.trust, self.rational, self.slow = np.hstack(rows)
        self.competition = at.competition

    def odds_and_stay(self, stage, rates, shape, known):
        """Chance to step on and mean days, of each node."""
        on = np.full(len(self.need), rates.step[stage])
        away = rates.walk[stage] * (1.5 - self.trust)
        if stage <= 6:
            on = on * self.need * (0.5 + self.trust)
            away = away * (1 + self.competition * known)
        if stage in (4, 5):
            on = on * (1.5 - self.rational)
        odds = (away / on) ** shape
        slow = self.slow if stage <= 6 or stage == 9 else 1.0
        return 1 / (1 + odds), slow / on * (1 + odds) ** (-1 / shape)


def walked(scenario, shape):
    """(stage, loss, days) of the cohort that walks from 1 to 10, as the grid sees it."""
    rates, cohort = plan.rates_of(scenario), Cohort(scenario.plan.at)
    weight, skipping = cohort.weight, 0.0
    for stage in LOSING:
        known = stage == Stage.COMPARISON
        passes, days = cohort.odds_and_stay(stage, rates, shape, known)
        if stage == Stage.ACTION:
            also, longer = cohort.odds_and_stay(stage, rates, shape, True)
            both = (skipping + weight).sum()
            yield (
                stage,
                1 - (skipping * passes + weight * also).sum() / both,
                (skipping * days + weight * longer).sum() / both,
            )
            weight = skipping * passes + weight * also
            continue
        yield stage, 1 - (weight * passes).sum() / weight.sum(), np.average(days, weights=weight)
        weight = weight * passes
        if stage == Stage.STUDY:
            skipping, weight = weight * (1 - cohort.rational), weight * cohort.rational


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("preset", presets())
def test_the_untouched_lose_and_stay_as_planned(preset, shape):
    scenario = of_shape(Scenario.load(preset), shape)
    for stage, loss, days in walked(scenario, shape):
        terms = scenario.stage_plan(stage)
        assert loss == pytest.approx(terms.planned_loss, abs=1e-9), stage.key
        assert days == pytest.approx(terms.typical_days, rel=1e-9), stage.key


SEGMENTS = [
    {"name": "hasty", "share": 2.0, "need": 1.4, "speed": 2.0, "trust": 0.4},
    {"name": "slow", "share": 1.0, "need": 0.6, "speed": 0.5, "trust": 1.7},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_segments_are_part_of_the_plan(shape):
    tables = of_shape(Scenario.load("phone"), shape).model_dump()
    tables["market"]["segments"] = SEGMENTS
    tables.pop("plan")
    scenario = Scenario.model_validate(tables)
    assert len(scenario.plan.at.segments) == 2
    for stage, loss, days in walked(scenario, shape):
        terms = scenario.stage_plan(stage)
        assert loss == pytest.approx(terms.planned_loss, abs=1e-9)
        assert days == pytest.approx(terms.typical_days, rel=1e-9)


# --- by lives -------------------------------------------------------------------------------------


def first_passes(scenario, people, seed):
    """(stage, did they step on?, days) of everybody's way up to their first exit, untouched."""
    run = simulate(scenario, people, seed=seed)
    rows = run.events.rows
    enters = rows[np.isin(rows["event"], [Event.START, Event.ENTER])]
    order = np.lexsort((np.arange(len(enters)), enters["person"]))
    enters = enters[order]
    out = []
    same = enters["person"][1:] == enters["person"][:-1]
    alive = True
    for here, there, goes_on in zip(enters[:-1], enters[1:], same, strict=True):
        if not goes_on:
            alive = True
            continue
        stage = here["stage"]
        if alive and 1 <= stage <= 6:
            out.append((stage, there["stage"] <= 12, there["time"] - here["time"]))
        if there["stage"] > 12:
            alive = False
    return np.array(out, [("stage", int), ("on", bool), ("days", float)])


@pytest.mark.parametrize("shape", SHAPES)
def test_lives_that_no_contact_reaches_keep_to_the_plan(shape):
    """One pass from awareness to the first deal or the first exit, each within 4 standard errors.

    Everybody thinks of the firm at the end of study, and awakes early enough to be seen through.
    """
    untouched = of_shape(Scenario.load("phone", "nothing"), shape).with_changes(
        {
            "burn_in_days": 0.0, "market.onset_days": 10.0, "horizon_days": 4000.0,
            "market.presence": 1.0, "market.served_share": 0.0, "market.stay_years": float("inf"),
            "loyalty.friends": 0.0, "firm.patience_days": 1e9, "product.complexity": 0.0,
        }
    )  # fmt: skip
    passes = first_passes(untouched, 12_000, seed=77)
    for stage in BEFORE:
        mine = passes[passes["stage"] == stage]
        terms = untouched.stage_plan(stage)
        lost = 1 - mine["on"].mean()
        error = np.sqrt(terms.planned_loss * (1 - terms.planned_loss) / len(mine))
        assert abs(lost - terms.planned_loss) < 4 * error, stage.key
        if stage != Stage.ACTION:  # there they queue for a rep as well
            error = mine["days"].std() / np.sqrt(len(mine))
            assert abs(mine["days"].mean() - terms.typical_days) < 4 * error, stage.key


# --- kept, and made anew --------------------------------------------------------------------------

DIALS = {
    "market.prior_trust": 0.9, "market.pain_need": 2.0, "market.dream_need": 0.3,
    "market.pain_share": 0.9, "market.speed_spread": 1.5, "market.rationality_mean": 0.8,
    "market.rationality_spread": 0.05, "rival.competition": 3.0, "product.effort": 2.0,
    "product.price": 800.0, "market.presence": 0.1, "response.warmth_gain": 9.0,
}  # fmt: skip


@pytest.mark.parametrize("key", DIALS)
def test_a_dial_moves_people_and_leaves_the_plan(key):
    scenario = Scenario.load("phone")
    assert plan.rates_of(scenario.with_changes({key: DIALS[key]})) == plan.rates_of(scenario)


@pytest.mark.parametrize("key", ["planned_loss", "typical_days", "regularity"])
def test_another_plan_is_solved_anew(key):
    scenario = Scenario.load("phone")
    value = {"planned_loss": 0.3, "typical_days": 40.0, "regularity": 3.0}[key]
    anew = plan.rates_of(scenario.with_changes({f"stages.awareness.{key}": value}))
    assert anew.walk[1] != plan.rates_of(scenario).walk[1]
    assert anew.step[:1] == plan.rates_of(scenario).step[:1]


def test_a_file_is_solved_as_it_is_written(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "phone"\n[market]\nprior_trust = 0.9\n', encoding="utf-8")
    written, turned = Scenario.load(path), Scenario.load("phone").with_changes(
        {"market.prior_trust": 0.9}
    )  # fmt: skip
    assert written.plan.at.prior_trust == 0.9
    assert plan.rates_of(written) != plan.rates_of(turned)


def test_a_saved_file_keeps_what_it_was_solved_at(tmp_path):
    turned = Scenario.load("phone").with_changes({"market.prior_trust": 0.9})
    again = Scenario.load(turned.save(tmp_path / "turned.toml"))
    assert again == turned
    assert plan.rates_of(again) == plan.rates_of(turned)


@pytest.mark.parametrize(
    ("key", "value", "least"),
    [("market.prior_trust", 0.7, 1.05), ("market.pain_need", 1.6, 1.05)],
)
def test_causes_cause(key, value, least):
    """Solved anew for each setting they would cancel: findings, physics trial, conflict 1."""
    scenario = Scenario.load("phone", "nothing").with_changes({"burn_in_days": 0.0})
    before = simulate(scenario, 2000).summary()["first_deals"]
    after = simulate(scenario.with_changes({key: value}), 2000).summary()["first_deals"]
    assert after > least * before


def test_a_fixed_stage_cannot_lose_anybody():
    with pytest.raises(ScenarioError, match=r"planned_loss.*must be 0 where regularity = inf"):
        Scenario.load("phone").with_changes({"stages.study.regularity": float("inf")})
