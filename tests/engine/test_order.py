"""What happens at one moment, and at the ends of time: (time, person), and an open horizon.

The people of `lockstep` awake at once and every stage takes one whole day, so everything that
happens is simultaneous with something else. A deal is begun on day 5 and completed on day 6.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cjsim.engine.process import Engine
from cjsim.journey import Stage
from cjsim.model import rules
from cjsim.model.events import Event
from cjsim.run import simulate
from tests.builders import everywhere, lived, lockstep, rows_of, touching, whole_days

PEOPLE = 7


def moments(engine: Engine) -> dict[float, list[int]]:
    """For each moment who is in the rows, in their order, without repeating."""
    found: dict[float, list[int]] = {}
    for time, who, *_ in engine.world.rows:
        there = found.setdefault(time, [])
        if not there or there[-1] != who:
            there.append(who)
    return found


# --- (time, person) ---------------------------------------------------------------------------


def test_whole_days_make_everything_simultaneous() -> None:
    """A stage a day; from the deal of day 6 on a need every second day, stage 8 within it."""
    engine = lived(lockstep(horizon_days=12.5), people=PEOPLE)
    times = {time for time, *_ in engine.world.rows if time >= 1.0}
    assert times == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0}


def test_what_is_simultaneous_goes_by_person() -> None:
    engine = lived(lockstep(horizon_days=12.5), people=PEOPLE)
    for time, who in moments(engine).items():
        if time >= 1.0:
            assert who == list(range(PEOPLE))


def test_the_order_of_a_moment_does_not_depend_on_who_came_first_the_day_before() -> None:
    """Onsets differ by 1e-18 days and come in another order than persons do."""
    engine = lived(lockstep(horizon_days=3.5), people=PEOPLE)
    by_onset = [who for time, who, *_ in rows_of(engine, Event.ENTER) if time < 1.0]
    assert by_onset != sorted(by_onset)
    the_day_after = [who for time, who, *_ in rows_of(engine, Event.ENTER) if time == 1.0]
    assert the_day_after == list(range(PEOPLE))


def test_two_buyers_at_one_moment_are_served_in_the_order_of_persons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "desk_times", lambda person, market: (1000.0, 2.0))
    engine = lived(lockstep(firm={"reps": 2}, horizon_days=30.0), people=PEOPLE)
    queued = [row[:2] for row in rows_of(engine, Event.QUEUE)]
    assert queued == [(5.0, who) for who in range(PEOPLE)]
    served = [row[:2] for row in rows_of(engine, Event.SERVED)]
    assert served == [(5.0 + 2.0 * (who // 2), who) for who in range(PEOPLE)]
    # two reps fall free on day 7: both buyers leave before the next two have their turn
    assert moments(engine)[7.0] == [0, 1, 2, 3]


def test_patience_that_ends_at_one_moment_ends_in_the_order_of_persons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "desk_times", lambda person, market: (3.0, 1000.0))
    engine = lived(lockstep(firm={"reps": 1}, horizon_days=8.5), people=PEOPLE)
    reneged = [row[:2] for row in rows_of(engine, Event.RENEGED)]
    assert reneged == [(8.0, who) for who in range(1, PEOPLE)]


def test_a_rep_freed_by_an_earlier_person_still_serves_one_whose_patience_ends_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Person 0's deal ends at the moment at which the patience of the others does."""
    monkeypatch.setattr(rules, "desk_times", lambda person, market: (2.0, 2.0))
    engine = lived(lockstep(firm={"reps": 1}, horizon_days=7.5), people=4)
    rows = [row[:3] for row in rows_of(engine, Event.SERVED, Event.RENEGED)]
    assert rows == [
        (5.0, 0, Event.SERVED),
        (7.0, 1, Event.SERVED),
        (7.0, 2, Event.RENEGED),
        (7.0, 3, Event.RENEGED),
    ]


def test_waiting_buyers_are_let_to_the_refilled_shelf_in_the_order_of_persons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "shelf_times", lambda market, nth: (4.5, 4.0))
    engine = lived(lockstep(shelf={"wait_share": 1.0}, horizon_days=9.0), people=PEOPLE)
    entered = [row[:2] for row in rows_of(engine, Event.ENTER) if row[3] == Stage.FIRST_DEAL]
    assert entered == [(8.5, who) for who in range(PEOPLE)]


# --- the shelf goes before people -------------------------------------------------------------


def test_who_comes_at_the_moment_the_shelf_runs_empty_finds_it_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "shelf_times", lambda market, nth: (5.0, 2.0))
    engine = lived(lockstep(shelf={"wait_share": 1.0}, horizon_days=7.5), people=PEOPLE)
    assert [row[:2] for row in rows_of(engine, Event.STOCKOUT)] == [
        (5.0, who) for who in range(PEOPLE)
    ]


def test_who_comes_at_the_moment_the_shelf_is_refilled_finds_it_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        rules, "shelf_times", lambda market, nth: (2.0, 3.0) if nth == 0 else (99, 1)
    )
    engine = lived(lockstep(shelf={"wait_share": 1.0}, horizon_days=7.5), people=PEOPLE)
    assert rows_of(engine, Event.STOCKOUT) == []
    assert len(rows_of(engine, Event.FIRST_DEAL)) == PEOPLE


# --- one person's own clock, pull and push at one moment ---------------------------------------


def test_a_person_whose_clock_and_push_fall_together_has_left_the_stage_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pushed every whole day, at which every stage also ends: the call finds them one further."""
    monkeypatch.setattr(
        rules, "start_pushing", lambda person, market, now: setattr(person, "push_at", 1.0)
    )
    call = {"contact": "push", "aims_at": "action", "fit": everywhere()}
    pushing = {"push": "animator", "every_days": 1.0, "jitter": 0.0}
    s = lockstep(
        firm={"cold_list_share": 1.0}, horizon_days=6.5, **touching({"call": call}, pushing)
    )
    engine = lived(s)
    rows = [row[:4] for row in rows_of(engine, Event.ENTER, Event.CONTACT) if 1.0 <= row[0] < 5.0]
    assert rows == [
        row
        for day, stage in ((1.0, 2), (2.0, 3), (3.0, 4), (4.0, 6))
        for row in ((day, 0, Event.ENTER, stage), (day, 0, Event.CONTACT, stage))
    ]


# --- the ends of time -------------------------------------------------------------------------


def test_what_would_happen_at_the_horizon_does_not_happen() -> None:
    at, after = (
        lived(lockstep(horizon_days=horizon), people=PEOPLE) for horizon in (6.0, 6.0000001)
    )
    assert max(row[0] for row in at.world.rows) == 5.0
    assert rows_of(at, Event.FIRST_DEAL) == []
    assert [row[0] for row in rows_of(after, Event.FIRST_DEAL)] == [6.0] * PEOPLE


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short, long = (lived(lockstep(horizon_days=h), people=PEOPLE).world.rows for h in (9.0, 15.0))
    assert long[: len(short)] == short
    assert long[len(short)][0] >= 9.0


def test_the_log_starts_with_everybodys_stage_on_day_0_in_the_order_of_persons() -> None:
    engine = lived(lockstep(horizon_days=2.0), people=PEOPLE)
    assert [row[:4] for row in engine.world.rows[:PEOPLE]] == [
        (0.0, who, Event.START, Stage.UNAWARE) for who in range(PEOPLE)
    ]


@pytest.mark.parametrize(("burn_in", "stage"), [(2.0, 2), (2.5, 3), (4.0, 4), (8.0, 9)])
def test_after_a_burn_in_the_log_starts_with_the_stage_on_day_0(burn_in: float, stage: int) -> None:
    """What falls on day 0 itself happens after the start: it is the log's, not the burn-in's."""
    engine = lived(lockstep(burn_in_days=burn_in, horizon_days=3.0), people=PEOPLE)
    assert [row[:4] for row in engine.world.rows[:PEOPLE]] == [
        (0.0, who, Event.START, stage) for who in range(PEOPLE)
    ]
    after = [row[0] for row in engine.world.rows[PEOPLE:]]
    assert min(after) == (0.0 if burn_in == int(burn_in) else 0.5)
    assert max(after) < 3.0


def test_a_burn_in_moves_the_same_story_to_earlier_days() -> None:
    """Whole days, so that no time is rounded: the log is that of a run from the beginning."""
    later = lived(lockstep(burn_in_days=8.0, horizon_days=10.0), people=PEOPLE)
    whole = lived(lockstep(horizon_days=18.0), people=PEOPLE)
    shifted = [(row[0] - 8.0, *row[1:]) for row in whole.world.rows if row[0] >= 8.0]
    assert later.world.rows[PEOPLE:] == shifted


def test_no_row_comes_before_another_in_time_nor_before_day_0() -> None:
    s = lockstep(
        stages=whole_days(repeat_deal={"typical_days": 3.0}),
        burn_in_days=20.0,
        horizon_days=50.0,
        firm={"reps": 1, "deal_hours": 8.0, "repeat_needs_rep": True},
        shelf={"stocked_days": 5.0},
    )
    times = simulate(s, people=20, engine="simpy").events["time"]
    assert times[0] == 0.0
    assert all(sooner <= later for sooner, later in pairwise(times))
    assert np.all(times < 50.0)
