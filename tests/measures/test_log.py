"""Measures of a log are those of the run it came from, where a log can tell."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import cjsim
from cjsim import charts, measures, observe
from cjsim.data.files import log_of
from cjsim.measures.log import Log
from tests.charts.markets import market
from tests.measures.by_hand import buys, run_of


def orders(rows, days=100.0):
    """A foreign log: (time, person, event)."""
    return Log.of(pd.DataFrame(rows, columns=["time", "person", "event"]), days)


def test_deals_and_cohorts_of_a_log_are_those_of_its_run():
    log = log_of(market())
    assert_frame_equal(measures.deals_over_time(log, 50), measures.deals_over_time(market(), 50))
    ours, theirs = measures.cohorts(market(), 50, "deals"), measures.cohorts(log, 50)
    assert_frame_equal(ours, theirs)
    columns = ["customers", "made_next", "rate"]
    assert_frame_equal(measures.repeat_rate(log)[columns], measures.repeat_rate(market())[columns])


@pytest.fixture(scope="module")
def firm():
    """A market in full with a desk, contracts, trials, failures, letters that are not read."""
    changes = {
        "market.people": 150, "firm.reps": 1, "service.failure_rate": 0.3,
        "service.complain_share": 0.6, "service.recovery_rate": 0.5, "service.recovery_cost": 9.0,
        "contract.term_days": 90.0, "contract.trial_days": 14.0, "contract.payments": 3,
        "words.referral_bonus": 5.0, "words.bad_share": 0.5,
        "words.bad_friends": 3.0, "touchpoints.mail_offer.opened": 0.5, "guide.budget": 1000.0,
    }  # fmt: skip
    return cjsim.simulate(cjsim.Scenario.load("phone", "guide").with_changes(changes), seed=4)


AGES = [0.0, 30.0, 365.0]
AS_A_RUN = {
    "contacts": (lambda log: measures.contacts(log), ["mismatch_rate", "per_person"]),
    "touchpoints": (lambda log: measures.touchpoints(log), ["contact", "mismatch_rate"]),
    "sent": (lambda log: measures.sent(log), []),
    "desk": (lambda log: measures.desk(log), ["waiting"]),
    "service": (lambda log: measures.service(log), []),
    "renewals": (lambda log: measures.renewals(log), ["due", "renewal_rate"]),
    "deals_over_time": (lambda log: measures.deals_over_time(log, 50), []),
    "revenue_over_time": (lambda log: measures.revenue_over_time(log, 50), []),
    "revenue_per_customer": (lambda log: measures.revenue_per_customer(log, AGES), []),
    "cohorts": (lambda log: measures.cohorts(log, 50, "deals"), []),
    "event_funnel": (lambda log: measures.event_funnel(log), []),
    "repeat_rate": (lambda log: measures.repeat_rate(log)[["customers", "made_next", "rate"]], []),
    "summary": (lambda log: measures.summary(log)[list(measures.OF_LOGS)].to_frame("it"), []),
}
"""Measures of a run and of its log, and the columns that a log does not tell."""


@pytest.mark.parametrize("name", AS_A_RUN)
def test_a_complete_log_tells_what_the_run_tells(name, firm):
    ask, untold = AS_A_RUN[name]
    run, log = ask(firm), ask(log_of(firm))
    if name in ("touchpoints", "sent"):  # a log knows of those that met somebody
        run = run.loc[[str(touchpoint) for touchpoint in log.index]]
        run.index, log.index = run.index.astype(str), log.index.astype(str)
    assert_frame_equal(
        run.drop(columns=untold), log.drop(columns=untold), check_names=False, check_dtype=False
    )
    missing = [column for column in untold if column not in ("per_person", "waiting")]
    assert log[missing].isna().all(axis=None)
    assert len(run) > 0


@pytest.mark.parametrize("name", AS_A_RUN)
def test_what_is_seen_in_full_tells_the_same(name, firm):
    """Hidden rows are none of a log's: what firms see is enough for all but failures and words."""
    ask, untold = AS_A_RUN[name]
    log, seen = ask(log_of(firm)), ask(observe.observe(firm))
    untold = [*untold, *(c for c in ("failures", "failure_share", "warned") if c in seen)]
    assert_frame_equal(
        log.drop(columns=untold), seen.drop(columns=untold), check_names=False,
        check_categorical=False,
    )  # fmt: skip


NEED_A_RUN = {
    "the stages that people are at": (
        measures.funnel, measures.occupancy, measures.conversion, measures.time_in_stage,
        measures.contact_map, measures.curiosity, measures.churn, measures.satisfaction,
    ),
    "what people buy elsewhere": (measures.share_of_category,),
    "who tells whom and who awakes": (measures.word_of_mouth, measures.generations),
    "the terms of contracts and who leaves": (measures.contracts,),
    "what a deal and a day cost": (
        measures.money, measures.profit_over_time, measures.customer_value, measures.payback,
        measures.payback_day, measures.break_even_day,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NEED_A_RUN)
def test_what_needs_a_run_says_what_it_needs_and_what_a_log_has(what):
    log = orders([(1, "a", "visit"), (2, "a", "order")])
    for ask in NEED_A_RUN[what]:
        with pytest.raises(ValueError, match=f"needs {what}, and a log has only time, person, "):
            ask(log)


def test_every_measure_takes_a_log_or_says_why_not():
    """No measure is in neither list: it would count whatever rows it finds."""
    told = {ask.__name__ for asks in NEED_A_RUN.values() for ask in asks}
    told |= {*AS_A_RUN, "retention", "cohorts"}
    others = {"UNITS", "OF_LOGS", "planned_loss", "k_by_generation"}  # no measures of a record
    others |= {"choices", "habits"}  # of purchases as a panel has them
    assert set(measures.__all__) == told | others


def test_revenue_by_age_by_hand():
    """a: 10 on day 0, 5 on day 30; b: 20 on day 80, seen for 20 days; c pays nothing but a deal."""
    rows = [(0, "a", "deal", 10), (30, "a", "deal", 5), (80, "b", "deal", 20), (50, "c", "deal", 0)]
    log = Log.of(pd.DataFrame(rows, columns=["time", "person", "event", "amount"]), 100.0)
    table = measures.revenue_per_customer(log, [-1, 0, 25, 30, 60, 101])
    assert table["at_risk"].tolist() == [3, 3, 2, 2, 1, 0]
    assert table["revenue"].tolist()[1:5] == pytest.approx([10, 10, 12.5, 12.5])
    assert table["deals"].tolist()[1:5] == pytest.approx([1, 1, 1.5, 1.5])
    assert table["revenue"].isna().tolist() == [True, False, False, False, False, True]
    spread = np.sqrt(((np.array([10, 20, 0]) - 10) ** 2).sum()) / 3  # at age 0: that of a mean
    half = 1.959963984540054 * spread
    assert table.loc[0.0, ["low", "high"]].tolist() == pytest.approx([10 - half, 10 + half])
    # at 30: a is 5 - 2.5 above, c 2.5 below, of two at risk; b was not seen for so long
    off = np.array([(10 - 10) / 3 + (5 - 2.5) / 2, (20 - 10) / 3, (0 - 10) / 3 - 2.5 / 2])
    half = 1.959963984540054 * np.sqrt((off**2).sum())
    assert table.loc[30.0, "high"] - table.loc[30.0, "revenue"] == pytest.approx(half)
    with pytest.raises(ValueError, match="confidence = 1"):
        measures.revenue_per_customer(log, confidence=1)


def test_revenue_adds_up_to_the_account(firm):
    table = measures.revenue_over_time(firm, 30.0)
    account = measures.money(firm).iloc[0]
    assert table["revenue"].sum() == pytest.approx(account["revenue"])
    assert table["spent"].sum() == pytest.approx(account["contact_cost"])


def test_contacts_with_nobody_knows_what_are_contacts():
    log = orders([(1, "a", "contact"), (2, "a", "order")])
    assert measures.contacts(log)["contacts"].tolist() == [1]
    assert len(measures.touchpoints(log)) == len(measures.sent(log)) == 0


def test_by_months_where_there_is_a_start():
    scenario = cjsim.Scenario.load("phone").with_changes({"start": "2024-03-10"})
    run = cjsim.simulate(scenario, 100)
    seen = observe.observe(run)
    assert_frame_equal(
        measures.deals_over_time(run, "month"), measures.deals_over_time(seen, "month")
    )


def test_a_persons_first_order_is_a_first_deal_elsewhere_too():
    log = orders([(1, "a", "visit"), (2, "a", "order"), (5, "b", "order"), (50, "a", "order")])
    table = measures.deals_over_time(log, 50)
    assert table["first_deals"].tolist() == [2, 0]
    assert table["repeat_deals"].tolist() == [0, 1]
    assert measures.repeat_rate(log)["customers"].tolist() == [2, 1]


def test_two_people_taken_for_one_are_one_new_customer():
    run = run_of(buys(0, 10.0), buys(1, 20.0), people=2)
    frame = run.log().assign(person=0)
    table = measures.deals_over_time(Log.of(frame, 100.0), 100)
    assert table[["first_deals", "repeat_deals"]].to_numpy().tolist() == [[1, 1]]


def test_silence_is_taken_for_leaving():
    """By hand: a buys on 0, 30 and no more, b on 10 alone, c on 95: seen for 5 days."""
    log = orders([(0, "a", "deal"), (30, "a", "deal"), (10, "b", "deal"), (95, "c", "deal")])
    curve = measures.retention(log, silent_days=40.0)
    assert curve.index.tolist() == [0.0, 40.0, 70.0]  # b on day 50, a on day 70
    assert curve["retained"].tolist() == pytest.approx([1.0, 0.5, 0.0])
    early = measures.retention(log, silent_days=25.0)
    assert early.index.tolist() == [0.0, 25.0]  # a before the second deal, b
    with pytest.raises(ValueError, match="silent_days = None: nobody is seen to leave"):
        measures.retention(log)


def test_what_a_log_cannot_tell_is_told():
    log = log_of(market())
    with pytest.raises(ValueError, match="nobody is seen to leave in a log"):
        measures.cohorts(log, 50, "inside")
    with pytest.raises(ValueError, match="a log tells nothing of what people are like"):
        measures.repeat_rate(log, by="motive")
    assert measures.repeat_rate(log)["rate_decided"].isna().all()


def test_a_funnel_of_events_by_hand():
    """b calls before visiting, which is not on the way; c never calls."""
    rows = [(1, "a", "visit"), (2, "a", "call"), (3, "a", "deal"), (1, "b", "call"),
            (2, "b", "visit"), (3, "b", "deal"), (4, "c", "visit")]  # fmt: skip
    table = measures.event_funnel(orders(rows), ["visit", "call", "deal"])
    assert table["people"].tolist() == [3, 1, 1]
    assert table["share"].tolist() == pytest.approx([1, 1 / 3, 1 / 3])
    assert table["passed"].tolist()[1:] == pytest.approx([1 / 3, 1])
    assert np.isnan(table["passed"].iloc[0])
    with pytest.raises(ValueError, match=r"unknown event in this log: 'vsit'\. Did you mean"):
        measures.event_funnel(orders(rows), ["vsit", "deal"])
    with pytest.raises(ValueError, match="name two events or more"):
        measures.event_funnel(orders(rows), "visit")


def test_the_charts_take_it():
    seen = observe.observe(market(), offline=0.5)
    picture = charts.cohorts(seen, period_days=50)
    assert_frame_equal(picture.data.dropna(axis=1, how="all"), picture.data)
    for draw in (charts.journey_map, charts.occupancy, charts.step_matrix, charts.contact_map):
        with pytest.raises(TypeError) as error:
            draw(seen)
        assert str(error.value).endswith(
            "not Observed. Observed is drawn by: cohorts, path_variants, retention, timeline; it "
            "has only who did what when, no stages and no costs"
        )


def test_the_timeline_of_a_log_has_what_was_paid_and_spent():
    run, log = market(), log_of(market())
    picture = charts.timeline(log, "en", every=50, marks=[(10, "a sale")])
    money, account = picture.data[["revenue", "spent"]].iloc[-1], measures.money(run).iloc[0]
    assert money.tolist() == pytest.approx([account["revenue"], account["contact_cost"]])
    deals = charts.timeline(run, every=50).data[["first_deals", "repeat_deals"]]
    assert_frame_equal(picture.data[["first_deals", "repeat_deals"]], deals)
    assert picture.alt.startswith(f"A log of {log.lives} people, ")
    assert "a sale" in picture.alt
    paid, spent = (line.get_ydata()[-1] for line in picture.figure.axes[0].get_lines()[:2])
    assert paid / spent == pytest.approx(account["revenue"] / account["contact_cost"])
    assert charts.timeline(log, "ru").alt.startswith("Журнал, ")


def test_the_retention_of_a_log_is_by_silence():
    log = log_of(market())
    picture = charts.retention(log, "en", silent_days=60.0)
    assert_frame_equal(picture.data, measures.retention(log, silent_days=60.0))
    assert "no deal for 60 days" in picture.figure.get_supxlabel().replace("\n", " ")
    with pytest.raises(ValueError, match="silent_days = None"):
        charts.retention(log)
    with pytest.raises(ValueError, match="a log tells nothing of what people are like"):
        charts.retention(log, by="motive", silent_days=60.0)


@pytest.mark.parametrize(
    ("frame", "days", "told"),
    [
        ({"time": [1], "event": ["a"]}, None, "person is missing"),
        ({"time": [-1], "person": [1], "event": ["a"]}, None, "days are counted from 0 on"),
        ({"time": ["x"], "person": [1], "event": ["a"]}, None, "time: must hold numbers"),
        ({"time": [9], "person": [1], "event": ["a"]}, 5, "days = 5: must be above 0"),
        ({"time": [9], "person": [None], "event": ["a"]}, None, "person: is missing in a row"),
        ({"time": [9], "person": [1], "event": [" "]}, None, "event: is missing in a row"),
    ],
)
def test_a_frame_that_is_no_log_is_told(frame, days, told):
    with pytest.raises(ValueError, match=told):
        Log.of(pd.DataFrame(frame), days)


def test_a_start_that_is_no_date_is_told():
    frame = pd.DataFrame({"time": [1.0], "person": [1], "event": ["a"]})
    with pytest.raises(ValueError, match="start = 'soon': must be a date"):
        Log.of(frame, start="soon")
