"""Our share of all deals, churn, curiosity, and satisfaction by stage."""

import numpy as np
import pytest

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run
from tests.measures.by_hand import Row, buys, path, row, run_of


def test_share_of_category_is_our_deals_among_all() -> None:
    rival = [row(t, 1, Event.RIVAL_DEAL, 13) for t in (5.0, 6.0, 7.0)]
    run = run_of(buys(0, 1.0, 2.0), rival, people=2, traits={"motive": [0, 1]})
    assert measures.share_of_category(run).loc["all"].tolist() == [2, 3, 2 / 5]
    assert measures.share_of_category(run, by="motive")["share"].tolist() == [1.0, 0.0]


def test_without_deals_there_is_no_share() -> None:
    assert np.isnan(measures.share_of_category(run_of(people=1))["share"].item())


def test_churn_is_who_has_bought_and_is_away_at_the_end() -> None:
    run = run_of(
        [*buys(0, 1.0), *path(0, (1.0, 8), (9.0, 13))],  # gone
        [*buys(1, 1.0), *path(1, (1.0, 8), (9.0, 13), (20.0, 4))],  # on the way back
        path(2, (3.0, 14)),  # never bought
        [row(0.0, 3, Event.START, 9), *path(3, (50.0, 14))],  # a customer of before, gone
        [row(0.0, 4, Event.START, 7)],  # their first deal is not made yet
        [row(0.0, 5, Event.START, 13)],  # nobody knows whose customer they were
        people=7,
    )
    assert measures.churn(run).loc["all"].tolist() == [3, 2, 2 / 3, 0]


def tries(person: int, day: float, then: int, stage: int = 10) -> list[Row]:
    """A rival is tried; the person goes on with us (9) or with the rival (13)."""
    trial = [row(day, person, Event.TRIAL, stage), row(day, person, Event.RIVAL_DEAL, stage)]
    return [*trial, *path(person, (day, then))]


def test_curiosity_counts_trials_and_who_comes_back_from_them() -> None:
    run = run_of(
        [*path(0, (1.0, 10)), *tries(0, 5.0, 9)],
        [*path(1, (1.0, 10)), *tries(1, 5.0, 13)],
        [*path(2, (1.0, 10)), *tries(2, 5.0, 13), *path(2, (50.0, 4), (60.0, 9))],
        path(3, (1.0, 10), (4.0, 9)),  # curious, and content again
        [*path(4, (1.0, 9)), *tries(4, 5.0, 9, stage=9)],  # before an empty shelf
        people=5,
    )
    row_of_all = measures.curiosity(run).loc["all"]
    assert row_of_all[["entries", "trials", "returns", "shelf_trials"]].tolist() == [4, 3, 1, 1]
    assert row_of_all["return_rate"] == 1 / 3


def test_only_their_own_next_stage_tells_how_a_trial_ended() -> None:
    trial = row(5.0, 0, Event.TRIAL, 10)  # and no word of what came after
    run = run_of([*path(0, (1.0, 10)), trial], path(1, (9.0, 9)), people=2)
    assert measures.curiosity(run)["returns"].item() == 0


def test_stage_10_is_bypassed_by_those_who_stay_without_getting_curious() -> None:
    onward = {0: 9, 1: 10, 2: 11, 3: 13, 4: 9}  # the rival's customer did not stay
    parts = [
        [row(5.0, p, Event.REPEAT_DEAL, 9, amount=1.0), *path(p, (5.0, stage))]
        for p, stage in onward.items()
    ]
    back = [row(5.0, 5, Event.REPEAT_DEAL, 7, amount=1.0), *path(5, (5.0, 8), (9.0, 10))]
    assert measures.curiosity(run_of(*parts, back, people=6))["bypass_rate"].item() == 3 / 4


@pytest.mark.parametrize("by", BY)
def test_groups_add_up(by: str, market: Run) -> None:
    for measure, counts in (
        (measures.share_of_category, ["our_deals", "rival_deals"]),
        (measures.churn, ["bought", "away"]),
        (measures.curiosity, ["entries", "trials", "returns", "shelf_trials"]),
    ):
        whole = measure(market).loc["all", counts]
        assert measure(market, by=by)[counts].sum().tolist() == whole.tolist()
        assert (whole > 0).all(), "the market is to show all of them"


def test_who_tried_and_came_back_is_with_us_and_the_others_with_the_rival(market: Run) -> None:
    found = measures.curiosity(market).loc["all"]
    lost = measures.conversion(market).loc["curiosity", "with_rival"]
    assert found["trials"] - found["returns"] == lost


def test_satisfaction_is_read_as_people_enter_a_stage(market: Run) -> None:
    felt = measures.satisfaction(market)
    truth, log = market.truth(), market.log()
    entered = truth["satisfaction"][log["event"].isin(["start", "enter"])]
    by_stage = entered.groupby(log["stage"], observed=False)
    assert felt["visits"].tolist() == by_stage.count().tolist()
    assert felt["mean"].to_numpy() == pytest.approx(by_stage.mean().to_numpy(), nan_ok=True)
    assert felt["median"].to_numpy() == pytest.approx(by_stage.median().to_numpy(), nan_ok=True)
    felt = felt[felt["visits"] > 0]
    assert (felt["low"] <= felt["median"]).all()
    assert (felt["median"] <= felt["high"]).all()


def test_nobody_is_moved_before_the_first_deal_and_the_gate_lets_the_content_pass(
    market: Run,
) -> None:
    felt = measures.satisfaction(market)
    assert felt.loc["unaware", ["low", "mean", "high"]].tolist() == [0.5, 0.5, 0.5]
    assert felt["mean"]["repeat_deal"] > felt["mean"]["satisfaction"]


def test_satisfaction_by_group_has_the_same_visits(market: Run) -> None:
    parts = measures.satisfaction(market, lens="aida", by="adopter")["visits"]
    assert parts.groupby(level=1, observed=False, sort=False).sum().tolist() == (
        market.funnel("aida")["visits"].tolist()
    )
