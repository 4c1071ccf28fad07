"""Who tells, who is awakened by it, and whether it carries itself."""

import numpy as np
import pytest

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run
from tests.measures.by_hand import Row, buys, path, row, run_of


def brings(teller: int, day: float, *friends: int) -> list[Row]:
    """An advocate tells these friends, who all wake up."""
    rows = []
    for friend in friends:
        rows += [row(day, teller, Event.TOLD, 12), row(day, friend, Event.REFERRAL, 0)]
        rows += path(friend, (day, 1))
    return rows


def family() -> Run:
    """0 and 1 awake by themselves; 0 brings 2 and 3, 2 brings 4; 1 tells someone already awake."""
    return run_of(
        path(0, (1.0, 1), (9.0, 12)),
        path(1, (2.0, 1), (8.0, 12)),
        brings(0, 10.0, 2, 3),
        path(2, (15.0, 12)),
        brings(2, 20.0, 4),
        [row(21.0, 1, Event.TOLD, 12)],
        buys(0, 5.0) + buys(1, 6.0) + buys(2, 12.0) + buys(3, 30.0),
        people=7,
    )


def test_referrals_are_friends_who_woke_up_because_of_a_word() -> None:
    found = measures.word_of_mouth(family()).loc["all"]
    assert found[["advocates", "told", "referrals", "awakenings"]].tolist() == [3, 4, 3, 5]
    assert found["referrals_per_deal"] == 3 / 4
    assert found["by_friend"] == 3 / 5


def test_k_is_the_first_generation_per_person_who_awoke_otherwise() -> None:
    found = measures.word_of_mouth(family()).loc["all"]
    assert found["k_factor"] == 2 / 2
    assert found["multiplier"] == 5 / 2
    assert measures.generations(family()).tolist() == [2, 2, 1]


def test_who_wakes_up_again_by_themselves_starts_a_new_line() -> None:
    run = run_of(
        path(0, (1.0, 1)),
        brings(0, 5.0, 1),
        path(1, (6.0, 14), (9.0, 1)),  # asleep, and awake again by themselves
        brings(1, 12.0, 2),
        people=3,
    )
    assert measures.generations(run).tolist() == [2, 2]


def test_who_is_awake_on_day_0_belongs_to_the_first_generation() -> None:
    start = [row(0.0, 0, Event.START, 12), row(0.0, 1, Event.START, 14)]
    run = run_of(start, brings(0, 3.0, 1), people=3)
    assert measures.generations(run).tolist() == [1, 1]
    found = measures.word_of_mouth(run).loc["all"]
    assert found[["awakenings", "by_friend", "k_factor"]].tolist() == [1, 1, 1]


def test_each_with_k_friends_in_endless_generations_multiply_by_1_over_1_minus_k() -> None:
    """A tree of 64 with K = 1/2: 64 + 32 + ... + 1, nearly 64 / (1 - K)."""
    rows, alive, free = [], list(range(64)), 64
    for i in alive:
        rows += path(i, (1.0, 1))
    for day in range(2, 8):
        children = list(range(free, free + len(alive) // 2))
        for parent, child in zip(alive, children, strict=False):
            rows += brings(parent, float(day), child)
        alive, free = children, free + len(children)
    run = run_of(rows, people=200)
    assert measures.generations(run).tolist() == [64, 32, 16, 8, 4, 2, 1]
    found = measures.word_of_mouth(run).loc["all"]
    assert found["k_factor"] == 1 / 2
    assert found["multiplier"] == pytest.approx(1 / (1 - 1 / 2), abs=1 / 64)


def test_where_nobody_tells_k_is_zero_and_where_nobody_wakes_there_is_none() -> None:
    assert measures.word_of_mouth(run_of(path(0, (1.0, 1)), people=1))["k_factor"].item() == 0
    assert np.isnan(measures.word_of_mouth(run_of(people=1))["k_factor"].item())
    assert measures.generations(run_of(people=1)).tolist() == [0]


def test_a_referral_without_a_teller_has_no_parent() -> None:
    run = run_of([row(5.0, 0, Event.REFERRAL, 0), *path(0, (5.0, 1))], people=2)
    found = measures.word_of_mouth(run).loc["all"]
    assert found["referrals"] == 0
    assert found["by_friend"] == 1.0


def test_who_never_awoke_is_no_parent_whatever_they_tell() -> None:
    run = run_of(path(0, (1.0, 1)), brings(1, 5.0, 2), people=3)
    assert measures.word_of_mouth(run)["referrals"].item() == 0
    assert measures.word_of_mouth(run)["k_factor"].item() == 0


@pytest.mark.parametrize("by", [None, *BY])
def test_each_referral_in_the_log_has_one_who_told(
    by: str | None, market: Run, old_market: Run
) -> None:
    for run in (market, old_market):
        events = run.log()["event"].value_counts()
        found = measures.word_of_mouth(run, by)
        assert found["referrals"].sum() == events["referral"] > 5
        assert found["told"].sum() == events["told"]
        assert measures.generations(run)[1:].sum() == events["referral"]
        moves = measures.conversion(run)["awareness"]
        assert found["awakenings"].sum() == moves["unaware"] + moves["dormant"]
