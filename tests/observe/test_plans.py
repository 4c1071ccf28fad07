"""Content plans: what a coarse map blurs, and what a fine one cannot know yet."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.journey import IN_THE_CATEGORY, lens_named
from cjsim.model.parameters import fits
from cjsim.model.streams import worlds
from cjsim.observe import (
    alike_within,
    answers,
    best_plan,
    learned_plan,
    learning_curve,
    person_days,
    pilot,
)

PAIR = {"4": {"lens": "aida"}, "12": {"lens": "twelve"}}


@pytest.fixture(scope="module")
def consulting():
    return cjsim.Scenario.load("consulting", strategy="guide")


@pytest.fixture(scope="module")
def weights(consulting):
    return person_days(cjsim.simulate(consulting.with_strategy("pull"), people=60))


@pytest.fixture(scope="module")
def filed(consulting):
    return answers(cjsim.simulate(pilot(consulting), people=200))


def with_plan(scenario, plan):
    return scenario.with_changes({"guide.plan": plan})


def without_rests(scenario):
    return scenario.with_changes({
        f"touchpoints.{name}.{key}": 0
        for name in scenario.running_touchpoints("push")
        for key in ("rhythm_days", "cap_30_days", "quiet_days")
    })  # fmt: skip


def same_log(one, other, people=60):
    a, b = (cjsim.simulate(s, people).log() for s in (one, other))
    return a.equals(b)


# --- plans of a firm that knows all fits ------------------------------------------------------


@pytest.mark.parametrize("preset", ["phone", "consulting", "corporate_it", "yogurt"])
def test_twelve_cells_are_what_the_guide_does_by_itself(preset):
    guide = without_rests(cjsim.Scenario.load(preset, strategy="guide"))
    assert same_log(guide, with_plan(guide, best_plan(guide)))


def test_where_a_touchpoint_rests_only_the_guide_has_a_second_choice():
    guide = cjsim.Scenario.load("corporate_it", strategy="guide")
    planned = with_plan(guide, best_plan(guide))
    sent, as_planned = (
        cjsim.simulate(s, 60).log()["touchpoint"].isin(guide.running_touchpoints("push")).sum()
        for s in (guide, planned)
    )
    assert sent > as_planned > 0


def test_a_coarse_plan_has_one_message_per_cell(consulting, weights):
    plan, lens = best_plan(consulting, "aida", weights), lens_named("aida")
    messages = {(lens.of[stage], plan[stage.key]) for stage in IN_THE_CATEGORY}
    assert len(messages) == len(lens.steps)


def test_the_choice_for_a_cell_is_its_best_weighted_mean_worked_out_by_hand(consulting):
    # desire (cell: desire, study, comparison): business breakfast 1.0, 0.9, 0.4 -> 0.767;
    # feedback call 0.9, 1.0, 0.5 -> 0.8; meeting 0, 0.5, 1.0
    def choice(**weights):
        return best_plan(consulting, "aida", weights or None)["study"]

    assert choice() == "feedback_call"
    assert choice(desire=1) == "business_breakfast"
    assert choice(comparison=1) == "meeting"
    assert choice(desire=2, study=1) == "business_breakfast"  # 2.9 / 3 against 2.8 / 3


def test_a_cell_without_a_good_message_is_silent(consulting):
    assert best_plan(consulting, "aida", least=0.99)["study"] == ""
    assert best_plan(consulting, "aida", least=0.0)["repeat_deal"] == "base_messages"


def test_nothing_to_push_is_nothing_to_plan(consulting):
    with pytest.raises(ValueError, match="'pull' runs no push touchpoint"):
        best_plan(consulting.with_strategy("pull"))


def test_a_negative_weight_is_told(consulting):
    with pytest.raises(ValueError, match="study = -1"):
        best_plan(consulting, "aida", {"study": -1.0})


def test_a_misspelt_lens_is_told_with_the_nearest(consulting):
    with pytest.raises(ValueError, match="Did you mean 'aida'"):
        best_plan(consulting, "aidda")


# --- the world whose stages within a cell are alike -------------------------------------------


def test_within_a_cell_all_touchpoints_fit_alike(consulting, weights):
    lens, table = lens_named("aida"), fits(alike_within(consulting, "aida", weights))
    for cell in range(len(lens.steps)):
        columns = table[:, [stage for stage in IN_THE_CATEGORY if lens.of[stage] == cell]]
        assert np.ptp(columns, axis=1) == pytest.approx(0.0)


def test_through_the_coarse_lens_the_two_worlds_look_the_same(consulting, weights):
    four = alike_within(consulting, "aida", weights)
    assert best_plan(four, "aida", weights) == best_plan(consulting, "aida", weights)
    share = np.array([weights[stage.key] for stage in IN_THE_CATEGORY])
    lens = lens_named("aida")
    for cell in range(len(lens.steps)):
        at = [stage for stage in IN_THE_CATEGORY if lens.of[stage] == cell]
        means = [np.average(fits(s)[:, at], axis=1, weights=share[at]) for s in (four, consulting)]
        assert means[0] == pytest.approx(means[1], abs=1e-8)


def test_where_four_are_true_twelve_cells_tie_to_the_last_bit(consulting, weights):
    four = alike_within(consulting, "aida", weights)
    coarse, fine = (with_plan(four, best_plan(four, lens)) for lens in ("aida", "twelve"))
    assert same_log(coarse, fine)
    assert not same_log(with_plan(consulting, best_plan(consulting, "aida")), consulting)


def test_through_the_finest_lens_only_the_heat_changes(consulting):
    same = alike_within(consulting, "twelve")
    assert fits(same) == pytest.approx(fits(consulting))
    assert same.response.too_hot == same.response.too_cold


def test_person_days_add_up_to_everybodys_time(consulting, weights):
    """From day 0 or their arrival on; whoever left for good before day 0 has no time."""
    lives = cjsim.simulate(consulting.with_strategy("pull"), people=60).everybody
    days = consulting.horizon_days - np.maximum(lives.arrives, 0.0)[lives.leaves > 0.0]
    assert len(days) > 60
    assert sum(weights.values()) == pytest.approx(days.sum())


# --- what is filed ----------------------------------------------------------------------------


def test_answers_follow_the_true_stage_and_not_the_belief(consulting):
    sure = consulting.with_changes({"guide.accuracy": 0.0})
    run = cjsim.simulate(pilot(sure), people=400)
    filed = answers(run, share=0.5)
    log, table = run.log(), fits(consulting)
    pushed = log[(log["event"] == "contact") & log["touchpoint"].isin(filed["touchpoint"].unique())]
    assert len(pushed) == len(filed)
    numbers = {name: i for i, name in enumerate(consulting.touchpoints)}
    true = pushed["stage"].cat.codes.to_numpy()
    chance = 0.5 * table[pushed["touchpoint"].astype(str).map(numbers).to_numpy(int), true]
    # the number of answers is a sum of independent draws: 4 standard errors
    assert abs(filed["answered"].sum() - chance.sum()) < 4 * (chance * (1 - chance)).sum() ** 0.5
    assert not filed.loc[chance == 0, "answered"].any()
    # who waits for a visit may get to the stage that the firm took them to be at
    at_once = [name for name, touch in consulting.touchpoints.items() if touch.rep_hours == 0]
    at_once = filed["touchpoint"].isin(at_once).to_numpy()
    belief, stage = (table.astype(str).to_numpy() for table in (filed["belief"], pushed["stage"]))
    assert at_once.mean() > 0.5
    assert (belief != stage)[at_once].all()


def test_a_pilot_sends_each_touchpoint_about_equally_often(consulting, filed):
    assert set(filed["touchpoint"]) == {
        name for name, touch in consulting.touchpoints.items()
        if touch.contact == "push" and name in consulting.running.touchpoints
    }  # fmt: skip
    counts = filed["touchpoint"].astype(str).value_counts()
    assert counts.max() < 2 * counts.min()
    assert pilot(consulting, 1).running.programme != pilot(consulting, 2).running.programme


def test_filing_changes_nothing_and_is_repeatable(consulting, filed):
    again = answers(cjsim.simulate(pilot(consulting), people=200))
    pd.testing.assert_frame_equal(filed, again)


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_a_share_of_answers_is_a_probability(consulting, share):
    with pytest.raises(ValueError, match="share"):
        answers(cjsim.simulate(consulting, people=5), share)


# --- what is learned --------------------------------------------------------------------------


def table_of(*rows):
    """Rows (belief, touchpoint, contacts, answers) as they would be filed."""
    kept = [
        {"belief": belief, "touchpoint": name, "answered": i < yes}
        for belief, name, tried, yes in rows
        for i in range(tried)
    ]
    return pd.DataFrame(kept, columns=["belief", "touchpoint", "answered"])


def test_the_message_answered_most_often_in_a_cell_is_taken():
    seen = table_of(("study", "call", 10, 5), ("study", "mail", 10, 2), ("desire", "mail", 10, 9))
    fine, coarse = learned_plan(seen), learned_plan(seen, "aida")
    assert (fine["study"], fine["desire"], fine["comparison"]) == ("call", "mail", "")
    assert {coarse[s] for s in ("desire", "study", "comparison")} == {"mail"}  # 11 of 20


def test_a_message_hardly_ever_answered_is_not_sent():
    seen = table_of(("study", "call", 100, 14), ("loyalty", "call", 100, 15))
    plan = learned_plan(seen)
    assert (plan["study"], plan["loyalty"]) == ("", "call")


def test_a_cell_with_one_lucky_answer_leans_on_its_surroundings():
    seen = table_of(
        ("study", "call", 1, 1), ("study", "mail", 2, 1),
        ("desire", "call", 50, 5), ("desire", "mail", 50, 30),
    )  # fmt: skip
    assert learned_plan(seen)["study"] == "call"
    assert learned_plan(seen, lean=10)["study"] == "mail"
    assert learned_plan(seen, lean=10)["comparison"] == "mail"  # nobody was seen there
    far = learned_plan(seen, lean=10)
    assert far["repeat_deal"] == ""  # nor in the whole cell


def test_leaning_needs_cells_that_lie_within_one_another():
    seen = table_of(("study", "call", 1, 1))
    with pytest.raises(ValueError, match="cells lie across"):
        learned_plan(seen, "aida", lean=5, towards="seven_steps")


def test_nothing_filed_is_silence():
    assert set(learned_plan(table_of()).values()) == {""}


def test_with_very_many_answers_and_true_beliefs_the_best_plan_is_found(consulting):
    sure = consulting.with_changes({"guide.accuracy": 1.0})
    rows = [
        (
            stage.key,
            name,
            20_000,
            round(20_000 * 0.3 * sure.touchpoints[name].fit.get(stage.key, 0)),
        )
        for stage in IN_THE_CATEGORY
        for name in ("webinar", "business_breakfast", "feedback_call", "meeting")
    ]
    learned, best = learned_plan(table_of(*rows)), best_plan(sure)
    for stage in ("awareness", "desire", "study", "comparison"):
        assert learned[stage] == best[stage]


# --- the learning curve -----------------------------------------------------------------------


def test_plans_are_paired_and_a_small_pilot_is_a_part_of_a_large_one(consulting):
    """To the last digit where people do without each other, and nobody comes or goes."""
    consulting = consulting.with_changes({
        "market.stay_years": np.inf, "firm.reps": np.inf, "firm.rep_cost_per_day": 0.0,
        "loyalty.friends": 0.0,
    })  # fmt: skip
    curve = learning_curve(consulting, PAIR, pilots=(40, 10), people=30, runs=2)
    alone = learning_curve(consulting, PAIR, pilots=(10,), people=30, runs=2)
    at_ten = curve.runs[curve.runs["pilot"] == 10].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        at_ten.drop(columns="cell"), alone.runs.drop(columns="cell"), check_dtype=False
    )
    assert curve.settings["pilot"].tolist() == [10, 40]
    assert len(curve.profile("pilot", "profit_per_person")) == 2


def test_each_run_learns_from_people_who_are_not_in_its_market(consulting):
    curve = learning_curve(consulting, {"12": {}}, pilots=(40,), people=30, runs=2, seed=5)
    assert tuple(curve.runs["seed"]) == worlds(5, 2)
    for row, others in zip(curve.runs.itertuples(), worlds(5, 4)[2:], strict=True):
        filed = answers(cjsim.simulate(pilot(consulting, others), 40, seed=others))
        alone = cjsim.simulate(with_plan(consulting, learned_plan(filed)), 30, seed=row.seed)
        assert alone.summary()["profit"] == pytest.approx(row.profit)


def test_where_four_are_true_the_fine_map_loses_on_a_pilot(consulting, weights):
    """Over-segmentation: never misread, and still too few answers in each of twelve cells."""
    four = alike_within(consulting, "aida", weights).with_changes({"guide.accuracy": 1.0})
    curve = learning_curve(four, PAIR, pilots=(30,), people=300, runs=40)
    row = curve.profile("pilot", "profit_per_person").iloc[0]
    assert row["clear"]
    assert row["high"] < 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pilots": ()}, "needs a plan and a pilot"),
        ({"plans": {}}, "needs a plan and a pilot"),
        ({"pilots": (0,)}, "pilots = 0: must be a whole number of at least 1"),
        ({"runs": 0}, "runs = 0: must be a whole number of at least 1"),
    ],
    ids=str,
)
def test_a_curve_of_nothing_is_told(consulting, wrong, words):
    asked = {"plans": PAIR, "pilots": (5,), "runs": 1} | wrong
    with pytest.raises(ValueError, match=words):
        learning_curve(consulting, **asked)


def test_who_does_not_guide_would_not_use_a_plan(consulting):
    with pytest.raises(ValueError, match="is no guide"):
        learning_curve(consulting.with_strategy("animator"), PAIR, pilots=(5,))
