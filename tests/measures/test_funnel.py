"""How far people get, and where they are lost."""

import numpy as np
import pandas as pd
import pytest

from cjsim import measures
from cjsim.journey import LENSES, STAGES
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run
from tests.builders import plans
from tests.measures.by_hand import path, row, run_of

COUNTS = ["people", "visits", "passed", "lost", "open"]
EVERY_LENS = pytest.mark.parametrize("lens", LENSES)
EVERY_BY = pytest.mark.parametrize("by", BY)


def three_people() -> Run:
    """One goes to sleep at interest and wakes up again, one is lost at awareness, one is there."""
    return run_of(
        path(0, (1.0, 1), (3.0, 2), (6.0, 14), (50.0, 1)),
        path(1, (2.0, 1), (9.0, 13)),
        path(2, (4.0, 1)),
        people=3,
    )


def test_the_funnel_counts_people_once_and_each_of_their_visits() -> None:
    funnel = three_people().funnel()
    assert funnel.loc["awareness", COUNTS].tolist() == [3, 4, 1, 1, 2]
    assert funnel.loc["interest", COUNTS].tolist() == [1, 1, 0, 1, 0]
    assert funnel.loc["unaware", COUNTS].tolist() == [3, 3, 3, 0, 0]
    assert funnel.loc["dormant", COUNTS].tolist() == [1, 1, 1, 0, 0]
    assert funnel["share"].loc[["awareness", "interest"]].tolist() == [1.0, 1 / 3]


def test_what_is_open_at_the_horizon_is_not_lost() -> None:
    loss = three_people().funnel()["actual_loss"]
    assert loss["awareness"] == 1 / 2  # of four visits two are open
    assert loss["interest"] == 1.0


def test_where_nobody_left_there_is_no_loss_to_speak_of() -> None:
    loss = three_people().funnel()["actual_loss"]
    assert np.isnan(loss["study"])
    assert np.isnan(loss[["with_rival", "dormant"]]).all()


def test_the_next_deal_is_a_visit_of_its_own_on_our_map() -> None:
    run = run_of(path(0, (1.0, 9), (2.0, 9), (3.0, 11), (4.0, 9)), people=1)
    assert run.funnel().loc["repeat_deal", COUNTS].tolist() == [1, 3, 2, 0, 1]


def test_a_coarse_map_does_not_see_moves_within_a_step() -> None:
    run = run_of(path(0, (1.0, 9), (2.0, 9), (3.0, 11), (4.0, 9), (5.0, 13), (6.0, 4)), people=1)
    assert run.funnel("aida").loc["action", COUNTS].tolist() == [1, 1, 0, 1, 0]
    assert run.funnel("aida").loc["lost", COUNTS].tolist() == [1, 1, 1, 0, 0]


def test_who_is_there_on_day_0_is_counted() -> None:
    run = run_of([row(0.0, 0, Event.START, 9)], people=1)
    assert run.funnel().loc["repeat_deal", COUNTS].tolist() == [1, 1, 0, 0, 1]


def test_planned_loss_stands_beside_the_actual() -> None:
    stages = plans(interest={"planned_loss": 0.25})
    funnel = run_of(people=1, stages=stages).funnel()
    assert funnel["planned_loss"]["interest"] == 0.25
    assert funnel["planned_loss"]["loyalty"] == 0.0
    unplanned = ["unaware", "satisfaction", "with_rival", "dormant", "gone"]
    assert np.isnan(funnel["planned_loss"][unplanned]).all()


def test_planned_losses_of_several_stages_multiply_and_comparison_is_taken_by_the_rational() -> (
    None
):
    scenario = run_of(people=1, stages=plans(loss=0.2)).scenario  # mean rationality 1/2
    plan = dict(zip(LENSES["aida"].steps, measures.planned_loss(scenario, "aida"), strict=True))
    assert plan["desire"] == pytest.approx(1 - 0.8 * 0.8 * (1 - 0.5 * 0.2))
    assert plan["attention"] == pytest.approx(0.2)
    assert np.isnan(plan["action"])  # people circle in it: no one plan


@EVERY_LENS
def test_a_row_that_the_author_left_empty_stays_empty(lens: str, market: Run) -> None:
    funnel = market.funnel(lens)
    empty = [step for step in funnel.index if step == "test"]
    assert (funnel.loc[empty, COUNTS] == 0).all(axis=None)


@EVERY_LENS
def test_entries_are_exits_and_open_ones(lens: str, market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        funnel = run.funnel(lens)
        parts = funnel[["passed", "lost", "failed", "gone", "open"]]
        assert (funnel["visits"] == parts.sum(axis=1)).all()
        assert funnel["open"].sum() == len(run)  # everybody is somewhere at the horizon


def test_every_entry_into_a_stage_is_a_visit(market: Run) -> None:
    log = market.log()
    entries = log[log["event"].isin(["start", "enter"])]["stage"].value_counts()
    assert (market.funnel()["visits"] == entries.reindex(market.funnel().index)).all()


@EVERY_LENS
def test_a_lens_shows_the_twelve_added_up(lens: str, market: Run) -> None:
    moves = measures.conversion(market)
    of = LENSES[lens].of
    funnel = market.funnel(lens)
    away = ["with_rival", "dormant"]
    for number, step in enumerate(LENSES[lens].steps):
        here = [s.key for s in STAGES if of[s] == number]
        elsewhere = [s.key for s in STAGES if s.key not in here or len(here) == 1]
        out = moves.loc[here, elsewhere]
        lost = out[[s for s in away if s in elsewhere]].sum().sum()
        still = moves.loc[here, "open"].sum()
        expected = [out.sum().sum() - lost, lost, still]
        row = funnel.loc[step]
        assert [row["passed"], row["lost"] + row["failed"], row["open"]] == expected, step


@EVERY_LENS
@EVERY_BY
def test_groups_add_up_to_the_whole(lens: str, by: str, market: Run) -> None:
    parts = market.funnel(lens, by)[COUNTS].groupby(level=1, observed=False, sort=False).sum()
    pd.testing.assert_frame_equal(parts, market.funnel(lens)[COUNTS])


def test_a_share_is_of_the_people_of_the_group() -> None:
    run = run_of(path(0, (1.0, 1)), people=3, traits={"motive": [0, 0, 1]})
    share = run.funnel(by="motive")["share"]
    assert share["pain", "awareness"] == 1 / 2
    assert share["dream", "awareness"] == 0.0


def test_stages_are_categories_in_the_order_of_the_journey(market: Run) -> None:
    assert market.funnel().index.tolist() == [s.key for s in STAGES]
    assert market.funnel().index.ordered
    assert market.funnel(by="segment").index.names == ["segment", "stage"]


def test_a_misspelt_group_is_told_the_nearest_spelling(market: Run) -> None:
    with pytest.raises(ValueError, match=r"'motiv'.* Did you mean 'motive'"):
        market.funnel(by="motiv")


# --- People come and go; the gate after a repeat deal ---------------------------------------------


def around_the_gate() -> Run:
    """At stage 9: two silent lapses, three repeat deals of which one fails the gate, one is open.

    And one leaves the category for good, and one comes back, buys again and stands at 8.
    """
    return run_of(
        [*path(0, (1.0, 9)), row(5.0, 0, Event.REPEAT_DEAL, 9), *path(0, (5.0, 9), (9.0, 14))],
        [*path(1, (1.0, 9)), row(5.0, 1, Event.REPEAT_DEAL, 9), *path(1, (5.0, 13))],
        [*path(2, (1.0, 9), (7.0, 13))],
        [*path(3, (1.0, 9)), row(5.0, 3, Event.REPEAT_DEAL, 9), *path(3, (5.0, 10), (6.0, 9))],
        [*path(4, (1.0, 9), (8.0, 15))],
        [*path(5, (1.0, 7)), row(2.0, 5, Event.REPEAT_DEAL, 7), *path(5, (2.0, 8), (2.0, 13))],
        people=6,
    )


def test_whoever_fails_the_gate_after_a_repeat_deal_is_no_silent_lapse() -> None:
    found = around_the_gate().funnel().loc["repeat_deal"]
    assert found[["people", "visits"]].tolist() == [5, 7]
    assert found[["passed", "lost", "failed", "gone", "open"]].tolist() == [2, 2, 1, 1, 1]
    assert found["actual_loss"] == 2 / 5
    assert found[["deals", "gate_loss"]].tolist() == [3, 1 / 3]


def test_the_gate_of_those_who_come_back_is_that_of_satisfaction() -> None:
    funnel = around_the_gate().funnel()
    assert funnel.loc["first_deal", ["passed", "failed", "deals"]].tolist() == [1, 0, 0]
    assert funnel.loc["satisfaction", ["lost", "failed", "actual_loss"]].tolist() == [1, 0, 1]
    assert funnel["gate_loss"].drop("repeat_deal").isna().all()


def test_a_wide_step_does_not_see_the_gate() -> None:
    found = around_the_gate().funnel("seven_steps").loc["repeat"]
    assert found[["lost", "failed", "gone", "deals"]].tolist() == [3, 0, 1, 0]


def test_the_failures_of_a_market_are_told_by_its_log(market: Run) -> None:
    """Each repeat deal of a customer with us leads on or to the rival: the log is replayed."""
    found = market.funnel().loc["repeat_deal"]
    before: dict[int, tuple[str, float]] = {}
    stage: dict[int, str] = {}
    made = failed = 0
    for time, person, event, here in market.log()[["time", "person", "event", "stage"]].to_numpy():
        if event in ("start", "enter"):
            if before.get(person, ("", -1.0))[1] == time and before[person][0] == "repeat_deal":
                made += stage[person] == "repeat_deal"
                failed += stage[person] == "repeat_deal" and here == "with_rival"
            stage[person] = here
        if event in ("enter", "repeat_deal"):
            before[person] = (event, time)
    assert (found["deals"], found["failed"]) == (made, failed)
    assert failed > 5


def newcomers() -> Run:
    """Of four lives one left before day 0, one comes on day 30, one goes on day 40."""
    return run_of(
        path(0, (10.0, 1), (40.0, 15)),
        [row(0.0, 1, Event.START, 0)],
        [row(30.0, 3, Event.START, 0), *path(3, (35.0, 1))],
        people=4,
        at_start=3,
        without=[2],
    )


def test_shares_are_of_the_lives_seen_and_leaving_for_good_is_no_loss() -> None:
    found = newcomers().funnel()
    assert found["share"][["unaware", "awareness", "gone"]].tolist() == [1, 2 / 3, 1 / 3]
    assert found.loc["awareness", ["passed", "lost", "gone", "open"]].tolist() == [0, 0, 1, 1]
    assert np.isnan(found["actual_loss"]["awareness"])
    assert found.loc["gone", ["visits", "open"]].tolist() == [1, 1]
    assert len(newcomers()) == 3
    assert newcomers().lives == 4


def test_newcomers_stand_somewhere_from_their_arrival_on() -> None:
    here = measures.occupancy(newcomers(), every=5.0)
    assert here.sum(axis=1).loc[[0, 25, 30, 100]].tolist() == [2, 2, 3, 3]
    assert here.loc[[5, 10, 35, 40], "awareness"].tolist() == [0, 1, 2, 1]
    assert here.loc[[35, 40, 100], "gone"].tolist() == [0, 1, 1]


def test_a_visit_cut_short_is_followed_for_as_long_as_it_was_seen() -> None:
    found = measures.time_in_stage(newcomers())
    assert found.loc["awareness", ["visits", "completed"]].tolist() == [2, 0]
    assert found.loc["unaware", ["visits", "completed", "mean_days"]].tolist() == [3, 2, 7.5]
