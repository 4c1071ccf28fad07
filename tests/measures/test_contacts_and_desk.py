"""Contacts, how well they fit, and the queue at the sales desk."""

import numpy as np
import pytest

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run
from tests.builders import touching
from tests.measures.by_hand import LIBRARY, Row, buys, row, run_of

TENT, CALL, LETTER, IDLE = range(4)
RUNNING = touching(LIBRARY)


def meets(time: float, person: int, touchpoint: int, stage: int, cost: float = 1.0) -> Row:
    return row(time, person, Event.CONTACT, stage, touchpoint, -cost)


def met() -> Run:
    """Five contacts of two people; the fits are 1, 0.5, 0, 0.6 and 0.6."""
    return run_of(
        [meets(1.0, 0, TENT, 2), meets(2.0, 0, TENT, 4), meets(3.0, 0, TENT, 9)],
        [meets(4.0, 0, CALL, 4, cost=3.0), meets(9.0, 1, CALL, 4, cost=3.0)],
        [row(9.0, 1, Event.OPT_OUT, 4, CALL), row(10.0, 1, Event.DROPPED, 4, CALL)],
        [row(1.0, 0, Event.KNOWN, 2, TENT)],
        buys(0, 2.5, 20.0),
        people=3,
        **RUNNING,
    )


def test_contacts_per_deal_and_their_mean_mismatch() -> None:
    found = measures.contacts(met()).loc["all"]
    assert found[["contacts", "dropped", "known", "opt_outs"]].tolist() == [5, 1, 1, 1]
    assert found["per_person"] == 5 / 3
    assert found["per_deal"] == 5 / 2
    assert found["before_first_deal"] == 2.0
    assert found["mismatch_rate"] == pytest.approx((0 + 0.5 + 1 + 0.4 + 0.4) / 5)


def test_each_touchpoint_has_its_own_fit_cost_and_people() -> None:
    table = measures.touchpoints(met())
    assert table.index.tolist() == ["tent", "call", "letter", "idle"]
    assert table["contact"].tolist() == ["pull", "push", "push", "pull"]
    assert table["contacts"].tolist() == [3, 2, 0, 0]
    assert table["people"].tolist() == [1, 2, 0, 0]
    assert table["mismatch_rate"].iloc[:2].tolist() == pytest.approx([0.5, 0.4])
    assert np.isnan(table["mismatch_rate"]["letter"])
    assert table["cost"].tolist() == [3, 6, 0, 0]
    assert table["opt_outs"].tolist() == [0, 1, 0, 0]
    assert table["dropped"].tolist() == [0, 1, 0, 0]


def test_a_touchpoint_that_does_not_run_is_not_listed(market: Run) -> None:
    assert measures.touchpoints(market).index.tolist() == ["tent", "call", "letter"]


def test_the_map_of_contacts_shows_where_people_are_met() -> None:
    table = measures.contact_map(met())
    assert table.loc["tent", ["interest", "study", "repeat_deal"]].tolist() == [1, 1, 1]
    assert table.loc["call", "study"] == 2
    assert table.to_numpy().sum() == 5
    assert measures.contact_map(met(), "aida").loc["tent"].tolist() == [0, 0, 1, 1, 1, 0]


def test_touchpoints_add_up_to_all_contacts(market: Run) -> None:
    table, found = measures.touchpoints(market), measures.contacts(market).loc["all"]
    columns = ["contacts", "opt_outs", "dropped"]
    assert table[columns].sum().tolist() == found[columns].tolist()
    assert (found[[*columns, "known"]] > 0).all(), "the market is to show all of them"
    missed = (table["mismatch_rate"] * table["contacts"]).sum() / table["contacts"].sum()
    assert missed == pytest.approx(found["mismatch_rate"])
    assert table["cost"].sum() == pytest.approx(measures.money(market)["contact_cost"].item())


@pytest.mark.parametrize("by", BY)
def test_groups_of_contacts_add_up(by: str, market: Run) -> None:
    whole, parts = measures.contacts(market).loc["all"], measures.contacts(market, by=by)
    for column in ("contacts", "dropped", "known", "opt_outs"):
        assert parts[column].sum() == whole[column]
    by_touchpoint = measures.touchpoints(market, by=by)["contacts"]
    assert by_touchpoint.groupby(level=1, observed=False, sort=False).sum().tolist() == (
        measures.touchpoints(market)["contacts"].tolist()
    )
    mean = (parts["mismatch_rate"] * parts["contacts"]).sum() / whole["contacts"]
    assert mean == pytest.approx(whole["mismatch_rate"])


def waits(person: int, since: float, until: float | None, end: Event = Event.SERVED) -> list[Row]:
    queue = [row(since, person, Event.QUEUE, 6)]
    return queue if until is None else [*queue, row(until, person, end, 6)]


def queue() -> Run:
    return run_of(
        waits(0, 1.0, 1.0),  # at once
        waits(1, 1.0, 4.0),
        waits(2, 2.0, 4.0, Event.RENEGED),
        waits(0, 10.0, 11.0),  # a second time
        waits(3, 99.0, None),
        people=5,
    )


def test_the_desk_counts_served_lost_and_waiting() -> None:
    found = measures.desk(queue()).loc["all"]
    assert found[["queued", "served", "lost", "waiting"]].tolist() == [5, 3, 1, 1]
    assert found["wait_days"] == (0 + 3 + 2 + 1) / 4
    assert found["wait_days_served"] == (0 + 3 + 1) / 3
    assert found["waited"] == 3 / 4


def test_who_queued_before_day_0_has_no_known_wait() -> None:
    rows = [row(3.0, 0, Event.SERVED, 6), *waits(1, 5.0, 6.0)]
    found = measures.desk(run_of(rows, people=2, burn_in_days=9.0)).loc["all"]
    assert found[["queued", "served", "wait_days"]].tolist() == [1, 2, 1.0]


def test_where_nobody_queues_there_is_no_wait() -> None:
    assert np.isnan(measures.desk(run_of(people=1))["wait_days"].item())


@pytest.mark.parametrize("by", [None, *BY])
def test_every_buyer_who_queues_is_served_lost_or_waiting(by: str | None, market: Run) -> None:
    found = measures.desk(market, by)
    assert (found["queued"] == found[["served", "lost", "waiting"]].sum(axis=1)).all()
    assert found["queued"].sum() == measures.desk(market)["queued"].item() > 100
    assert found["lost"].sum() > 0
