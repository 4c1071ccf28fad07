"""What comes in, what it costs, what is left; what a customer costs and brings."""

from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from tests.builders import AT_ONCE, NEVER, neutral, plans, touching
from tests.measures.by_hand import LIBRARY, Row, buys, lively, path, row, run_of

PRODUCT = {"price": 100.0, "unit_cost": 60.0, "first_deal_extra_cost": 50.0}
FREE = {"discount_rate_per_year": 0.0}
MONEY = [
    "revenue", "product_cost", "first_deal_extra", "margin", "contact_cost", "touchpoint_cost",
    "rep_cost", "costs", "cash", "discounting", "profit",
]  # fmt: skip


def costs(time: float, amount: float) -> Row:
    """A contact with the tent."""
    return row(time, 0, Event.CONTACT, 2, 0, -amount)


def two_customers() -> Run:
    """Three deals, one of them discounted; contacts for 7; tent and rep for 20 days."""
    running = touching(LIBRARY, {"touchpoints": {"tent": 2.0, "call": 1.0}})
    return run_of(
        [*buys(0, 1.0, 9.0), *buys(1, 6.0, price=90.0)],
        [costs(0.5, 3.0), costs(2.0, 4.0)],
        people=4,
        horizon=20.0,
        traits={"motive": [0, 1, 1, 1]},
        product=PRODUCT,
        firm={"reps": 2, "rep_cost_per_day": 0.25, **FREE},
        **running,
    )


def test_margin_is_what_customers_paid_less_what_their_deals_cost() -> None:
    found = measures.money(two_customers()).loc["all"]
    assert found[["revenue", "product_cost", "first_deal_extra"]].tolist() == [290, 180, 100]
    assert found["margin"] == 290 - 180 - 100


def test_costs_are_contacts_running_touchpoints_and_reps() -> None:
    found = measures.money(two_customers()).loc["all"]
    assert found["contact_cost"] == 7
    assert found["touchpoint_cost"] == 2 * 3.0 * 20  # the tent at intensity 2; the call is a push
    assert found["rep_cost"] == 2 * 0.25 * 20
    assert found["profit"] == found["cash"] == 10 - 7 - 120 - 10  # the rate is 0
    assert found["profit_per_person"] == found["profit"] / 4
    assert found["profit_per_day"] == found["profit"] / 20


def test_groups_have_their_own_deals_and_share_running_costs_by_head() -> None:
    found = measures.money(two_customers(), by="motive")
    assert found["revenue"].tolist() == [200, 90]
    assert found["contact_cost"].tolist() == [7, 0]
    assert found["touchpoint_cost"].tolist() == [30, 90]


@pytest.mark.parametrize("by", BY)
def test_groups_add_up_to_the_firm(by: str, market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        parts, whole = measures.money(run, by=by)[MONEY].sum(), measures.money(run).loc["all"]
        assert parts.tolist() == pytest.approx(whole[MONEY].tolist())


def test_cash_is_revenue_less_everything(market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        s, log = run.scenario, run.log()
        count = log["event"].value_counts()
        paid = log.loc[log["event"].isin(["first_deal", "repeat_deal"]), "amount"].sum()
        deals = count["first_deal"] + count["repeat_deal"]
        per_day = (3.0 * 1.0 + 1 * 7.0) * len(run) / s.market.people  # the tent and the rep
        expected = (
            paid
            - deals * s.product.unit_cost
            - count["first_deal"] * s.product.first_deal_extra_cost
            + log.loc[log["event"] == "contact", "amount"].sum()
            - per_day * s.horizon_days
        )
        assert measures.money(run)["cash"].item() == pytest.approx(expected, rel=1e-12)


def test_profit_is_worth_what_each_day_leaves_discounted_by_the_day(market: Run) -> None:
    """Net present value by another way: the account day by day, then summed."""
    s = market.scenario
    cash = measures.profit_over_time(market, every=1.0)["cash"].diff().dropna().to_numpy()
    rows = market.log()
    assert not (rows["time"] % 1 == 0)[rows["amount"] != 0].any()  # nothing on the edge of a day
    worth = (1 + s.firm.discount_rate_per_year) ** (-np.arange(len(cash)) / 365)
    account = measures.money(market).loc["all"]
    assert account["profit"] == pytest.approx((cash * worth).sum())
    assert account["discounting"] == pytest.approx(account["cash"] - account["profit"])
    assert 0 < account["discounting"] < 0.2 * account["cash"]


def test_money_of_a_day_is_worth_less_by_whole_days() -> None:
    tent = touching(LIBRARY, {"touchpoints": {"tent": 1.0}})  # 3 a day
    run = run_of(
        [*buys(0, 0.9, 365.5, 730.0)], [costs(365.2, 8.0)], people=1, horizon=730.25,
        product=PRODUCT, firm={"discount_rate_per_year": 0.25}, **tent,
    )  # fmt: skip
    day = 1.25 ** (-1 / 365)
    running = 3 * ((1 - day**730) / (1 - day) + 0.25 * day**730)
    found = measures.money(run).loc["all"]
    assert found["profit"] == pytest.approx(-10 + (40 - 8) / 1.25 + 40 / 1.25**2 - running)
    assert found["cash"] == pytest.approx(-10 + 40 - 8 + 40 - 3 * 730.25)


def test_profit_over_time_ends_at_the_profit_of_the_run(market: Run) -> None:
    days = measures.profit_over_time(market, every=3.0)
    account = measures.money(market).loc["all", ["margin", "costs", "cash", "profit"]]
    assert days.loc[400.0].tolist() == pytest.approx(account.tolist())
    assert days.loc[0.0].tolist() == [0, 0, 0, 0]


def test_a_sample_bears_its_share_of_what_runs_by_the_day() -> None:
    """Half of the market pays half of the tent and the rep, and all of its own contacts."""
    running = touching(LIBRARY, {"touchpoints": {"tent": 2.0}})
    tables = {"firm": {"reps": 2, "rep_cost_per_day": 0.25, **FREE}, "horizon": 20.0, **running}
    full, half = (
        run_of([costs(0.5, 3.0)], people=4, market={"people": size}, **tables) for size in (4, 8)
    )
    whole, part = (measures.money(run).loc["all"] for run in (full, half))
    for column in ("touchpoint_cost", "rep_cost"):
        assert part[column] == whole[column] / 2 > 0, column
    assert part["contact_cost"] == whole["contact_cost"] == 3
    assert measures.profit_over_time(half)["cash"].iloc[-1] == part["cash"]


def test_per_person_is_per_head_of_the_market_whoever_comes_and_goes() -> None:
    rows = [row(5.0, 2, Event.START, 0), *buys(2, 9.0), *path(0, (4.0, 15))]
    run = run_of(rows, people=3, at_start=2, horizon=20.0, product=PRODUCT, firm=FREE)
    assert measures.money(run).loc["all", "profit_per_person"] == -10 / 2
    assert measures.contacts(run)["per_person"].item() == 0


def test_groups_share_running_costs_by_the_days_of_their_people() -> None:
    """Of 20 days: 4 and 20 of one motive, 16 of the other."""
    rows = [row(4.0, 2, Event.START, 0), *path(0, (4.0, 15))]
    run = run_of(
        rows, people=3, at_start=2, horizon=20.0, traits={"motive": [0, 0, 1]},
        **touching(LIBRARY, {"touchpoints": {"tent": 1.0}}),
    )  # fmt: skip
    assert measures.money(run, by="motive")["touchpoint_cost"].tolist() == [36, 24]


def test_a_segments_deals_have_its_size() -> None:
    segments = [{"name": "small"}, {"name": "large", "value": 3.0}]
    run = run_of(
        [*buys(0, 1.0), *buys(1, 1.0, price=300.0)], people=2, traits={"segment": [0, 1]},
        market={"segments": segments}, product=PRODUCT, firm=FREE,
    )  # fmt: skip
    found = measures.money(run, by="segment")
    assert found["product_cost"].tolist() == [60, 180]
    assert found["first_deal_extra"].tolist() == [50, 50]  # a way in costs what it costs
    assert found["margin"].tolist() == [-10, 70]


def test_profit_on_a_day_counts_what_happened_up_to_it() -> None:
    days = measures.profit_over_time(two_customers())
    # a day costs 6.5; first deals lose 10 and 20, the repeat deal brings 40
    assert days["margin"].loc[[0, 1, 5, 6, 9, 20]].tolist() == [0, -10, -10, -30, 10, 10]
    assert days["costs"].loc[[0, 1, 2]].tolist() == [0, 6.5 + 3, 13 + 7]


def test_the_firm_breaks_even_on_the_day_from_which_it_stays_above_zero() -> None:
    tables = {"product": PRODUCT | {"first_deal_extra_cost": 0.0}}
    tent = touching(LIBRARY, {"touchpoints": {"tent": 1.0}})  # 3 a day
    # +40 on day 1, below 0 from day 13.3 on; a contact for 10 on day 14; +40 on day 15
    rows = [*buys(0, 1.0, 15.0), costs(14.0, 10.0)]
    run = run_of(rows, people=1, horizon=20.0, **tables, **tent)
    assert measures.break_even_day(run) == 16.0  # by the end of the day that begins with 15
    quiet = run_of(rows[:2], people=1, horizon=20.0, **tables, **tent)
    assert measures.break_even_day(quiet) == 16.0  # 80 - 3 · 20 > 0, but 40 - 3 · 15 < 0
    long = run_of(rows, people=1, horizon=30.0, **tables, **tent)
    assert np.isnan(measures.break_even_day(long))  # 80 - 10 - 3 · 30
    assert np.isnan(measures.break_even_day(run_of(people=1)))


def test_break_even_is_where_profit_over_time_turns(market: Run) -> None:
    profit = measures.profit_over_time(market, every=0.05)["profit"]
    below = profit.index[profit <= 0]
    assert 0 <= measures.break_even_day(market) - below[-1] <= 1  # by the end of that day


# --- The value of a customer ---------------------------------------------------------------------


def test_what_is_spent_is_spent_before_the_first_deal_or_after_it(market: Run) -> None:
    """cac · customers + keeping · days of customers = costs, whoever they were."""
    tables = lively(burn_in_days=60.0, horizon_days=200.0)
    for run in (market, simulate(neutral(**tables), people=100, seed=4)):
        found = measures.customer_value(run).loc["all"]
        began = run.log()[run.log()["event"] == "start"]
        inside = began["stage"].between("satisfaction", "recommendation")
        deals = run.log()[run.log()["event"].isin(["first_deal", "repeat_deal"])]
        since = deals.groupby("person")["time"].min().to_dict()
        since |= dict.fromkeys(began["person"][inside], 0.0)
        days = sum(run.scenario.horizon_days - day for day in since.values())
        spent = found["cac"] * found["customers"] + found["keeping"] * days
        assert spent == pytest.approx(measures.money(run)["costs"].item())


def test_cac_is_what_was_spent_on_people_before_their_first_deal() -> None:
    """Contacts as they come; a tent by person-days; reps by their time, a deal or a call each."""
    served = [row(9.0, 0, Event.SERVED, 6), row(29.0, 0, Event.SERVED, 9)]
    calls = [row(day, who, Event.CONTACT, 4, 1, -5.0) for day, who in ((3.0, 1), (12.0, 0))]
    run = run_of(
        [*buys(0, 10.0, 30.0)], served, calls, [costs(2.0, 7.0), costs(11.0, 9.0)],
        people=2, horizon=40.0, product=PRODUCT,
        firm={"reps": 1, "rep_cost_per_day": 3.0, "deal_hours": 2.0, **FREE},
        **touching(LIBRARY, {"touchpoints": {"tent": 1.0, "call": 1.0}}),
    )  # fmt: skip
    found = measures.customer_value(run).loc["all"]
    tent, reps = 3.0 * 40, 3.0 * 40
    before = 7 + 5 + tent * (10 + 40) / 80 + reps * (2 + 1) / 6
    assert found["cac"] == pytest.approx(before)
    assert found["keeping"] == pytest.approx((9 + 5 + tent * 30 / 80 + reps * (2 + 1) / 6) / 30)


def test_a_firm_that_spends_nothing_has_a_cac_of_nothing_and_none_without_customers() -> None:
    free = run_of([*buys(0, 10.0)], people=2, product=PRODUCT)
    assert measures.customer_value(free)["cac"].item() == 0
    nobody = run_of([costs(1.0, 5.0)], people=2, **touching(LIBRARY))
    assert np.isnan(measures.customer_value(nobody)["cac"].item())


def test_customers_of_before_day_0_cost_what_customers_cost() -> None:
    """One stood at 9 on day 0, one shows at the first repeat deal that they had bought before."""
    rows = [row(0.0, 0, Event.START, 9), row(20.0, 1, Event.REPEAT_DEAL, 9, amount=100.0)]
    tent = touching(LIBRARY, {"touchpoints": {"tent": 1.0}})
    run = run_of(rows, [*buys(2, 50.0)], people=3, burn_in_days=9.0, firm=FREE, **tent)
    found = measures.customer_value(run).loc["all"]
    assert found["customers"] == 1
    assert found["cac"] == pytest.approx(300 * (20 + 50) / 300)
    assert found["keeping"] == pytest.approx(300 * (100 + 80 + 50) / 300 / 230)


def test_later_deals_are_worth_less() -> None:
    run = run_of(
        [*buys(0, 10.0, 375.0), *buys(1, 100.0)],
        people=3,
        horizon=800.0,
        product=PRODUCT,
        firm={"discount_rate_per_year": 0.25},
    )
    found = measures.customer_value(run).loc["all"]
    assert found["first_deal_margin"] == -10
    assert found["window"] == 365
    assert found["ltv"] == pytest.approx(-10 + 40 / 1.25 / 2)
    assert found[["customers", "deals", "days_seen"]].tolist() == [2, 1.5, (790 + 700) / 2]


def test_the_window_is_half_of_the_horizon_in_whole_years() -> None:
    for horizon, window in ((100.0, 50.0), (729.0, 364.5), (730.0, 365.0), (1825.0, 730.0)):
        run = run_of([*buys(0, 1.0)], people=1, horizon=horizon)
        assert measures.customer_value(run)["window"].item() == window
    assert measures.customer_value(run, window=90.0)["window"].item() == 90
    with pytest.raises(ValueError, match=r"window = 0\.0"):
        measures.customer_value(run, window=0.0)


def test_a_window_that_nobody_was_seen_for_has_no_value() -> None:
    run = run_of([*buys(0, 40.0)], people=1, firm=FREE, product=PRODUCT)
    assert measures.customer_value(run, window=60.0)["ltv"].item() == -10
    beyond = measures.customer_value(run, window=60.5).loc["all"]
    assert beyond[["ltv", "payback_day"]].isna().all()


def test_who_was_won_late_is_followed_for_as_long_as_they_were_seen() -> None:
    """Four deals of 40 among those seen for long enough: 1/2 of 40, then 1 of 1."""
    rows = [*buys(0, 0.0, 10.0, 80.0), *buys(1, 70.0)]
    run = run_of(rows, people=2, product=PRODUCT, firm=FREE)
    value = [measures.customer_value(run, window=w)["ltv"].item() for w in (9.0, 20.0, 90.0)]
    assert value == [-10, -10 + 20, -10 + 20 + 40]


def test_who_leaves_for_good_brings_nothing_more_and_costs_nothing_more() -> None:
    """Two customers, one gone after 10 of 100 days; the firm spends 3 a day on who is there."""
    rows = [*buys(0, 0.0, 50.0), *buys(1, 0.0), *path(1, (10.0, 15))]
    tent = touching(LIBRARY, {"touchpoints": {"tent": 1.0}})
    run = run_of(rows, people=2, product=PRODUCT, firm=FREE, **tent)
    found = measures.customer_value(run, window=60.0).loc["all"]
    keeping = 300 / 110
    assert found["keeping"] == pytest.approx(keeping)
    assert found["ltv"] == pytest.approx(-10 + 40 / 2 - keeping * (10 + 60) / 2)


def yearly() -> Run:
    """A deal a year as long as the gate lets pass, with chance 0.8: a geometric number of deals."""
    gate = {"learning": 0.0, "gate_slope": 1.0, "gate_threshold": 0.5 - log(4.0)}
    stages = plans(days=AT_ONCE, regularity=inf, repeat_deal={"typical_days": 365.0})
    scenario = neutral(
        horizon_days=60 * 365.0,
        stages=stages,
        product={"price": 150.0, "unit_cost": 50.0, "first_deal_extra_cost": 0.0},
        market={"onset_days": AT_ONCE, "return_days": NEVER},
        rival={"retention": 1.0},
        experience=gate,
        curiosity={"base": -1000.0},
        loyalty={"deals_to_loyalty": 1000},
        firm={"discount_rate_per_year": 0.1},
    )
    return simulate(scenario, people=2000, seed=7)


def test_a_geometric_customer_is_worth_m_times_1_plus_d_over_1_plus_d_minus_r() -> None:
    """m = 100, r = 0.8, d = 0.1: 366.67 (sixty years leave out less than 1e-8 of it).

    The estimate is a mean over 2000 customers; 4 standard errors, taken from the law of
    X = m Σ_{t<T} v^t, T geometric: about 230 / sqrt(2000) = 5.
    """
    m, r, d = 100.0, 0.8, 0.1
    found = measures.customer_value(yearly(), window=59 * 365.0).loc["all"]
    assert found["customers"] == 2000
    years = np.arange(1, 2000)  # deals made
    worth = m * (1 - (1 + d) ** -years) / (1 - 1 / (1 + d))
    chance = (1 - r) * r ** (years - 1)
    error = np.sqrt((chance * worth**2).sum() - (chance * worth).sum() ** 2) / np.sqrt(2000)
    oracle = m * (1 + d) / (1 + d - r)
    assert oracle == pytest.approx(366.67, abs=0.005)
    assert (chance * worth).sum() == pytest.approx(oracle)
    assert abs(found["ltv"] - oracle) < 4 * error < 21
    assert abs(found["deals"] - 1 / (1 - r)) < 4 * np.sqrt(r) / (1 - r) / np.sqrt(2000)


def test_the_gate_of_that_market_is_its_retention() -> None:
    """80 % after each deal: after n years 0.8^(n+1). Pointwise 4-sigma bounds, n = 2000."""
    days = [365.0 * n + 1 for n in range(6)]
    kept = measures.retention(yearly(), days=days)["retained"].to_numpy()
    oracle = 0.8 ** np.arange(1, 7)
    assert (abs(kept - oracle) < 4 * np.sqrt(oracle * (1 - oracle) / 2000)).all()


def paying_back(horizon: float = 100.0, **firm: float) -> Run:
    """Two customers for 60 in all: CAC 30. The first deal brings -10, each later one 40."""
    early = row(0.0, 1, Event.CONTACT, 2, 1, -60.0)
    return run_of(
        [*buys(0, 10.0, 20.0, 90.0), *buys(1, 20.0, 45.0)],
        [early],
        people=2,
        horizon=horizon,
        product=PRODUCT,
        firm=FREE | firm,
        **touching(LIBRARY, {"touchpoints": {"call": 1.0}}),
    )


def test_payback_is_when_what_a_customer_brings_covers_the_cac() -> None:
    # ages with deals: 0 (-10 each), 10 (40 among 2), 25 (40 among 2), 80 (40 among 2)
    table = measures.payback(paying_back(), window=80.0)
    assert table.index.tolist() == [0, 10, 25, 80]
    assert table["at_risk"].tolist() == [2, 2, 2, 2]
    assert table["value"].tolist() == [-10, 10, 30, 50]
    assert table["profit"].tolist() == [-40, -20, 0, 20]
    assert measures.payback_day(paying_back()) == 25
    assert np.isnan(measures.payback_day(paying_back(), window=24.0))


def test_discounted_money_pays_back_later_and_costs_may_never_come_back() -> None:
    assert measures.payback_day(paying_back(discount_rate_per_year=0.5), window=80.0) == 80
    assert np.isnan(measures.payback_day(paying_back(reps=1, rep_cost_per_day=10.0)))
    assert np.isnan(measures.payback_day(run_of(people=1)))


def test_payback_is_to_stay() -> None:
    """20 a day for keeping them eat up what the deal of day 10 brought, that of day 60 stays."""
    rows = [*buys(0, 0.0, price=310.0), row(60.0, 0, Event.REPEAT_DEAL, 9, amount=2060.0)]
    tent = touching(LIBRARY, {"touchpoints": {"tent": 20 / 3}})
    run = run_of(rows, people=1, product=PRODUCT, firm=FREE, **tent)
    table = measures.payback(run, window=90.0)
    assert table["value"].tolist() == pytest.approx([200, 200 - 1200 + 2000, 400])
    assert measures.payback_day(run, window=5.0) == 0
    assert np.isnan(measures.payback_day(run, window=50.0))
    assert measures.payback_day(run, window=90.0) == 60


@st.composite
def histories(draw: st.DrawFn) -> Run:
    """Any few customers with any deals, contacts, costs by the day, and people who leave."""
    people = draw(st.integers(1, 4))
    day = st.integers(0, 99).map(float)
    price = st.sampled_from([0.0, 60.0, 100.0, 180.0])
    parts: list[list[Row]] = []
    for who in range(people):
        days = sorted(draw(st.lists(day, max_size=4, unique=True)))
        parts.append(buys(who, *days, price=draw(price)) if days else [])
        if draw(st.booleans()):
            end = max([*days, 0.0]) + draw(st.sampled_from([0.5, 20.0, 60.0]))
            parts.append(path(who, (end, 15)) if end < 100 else [])
        spent = draw(st.sampled_from([0.0, 5.0, 40.0]))
        parts.append([row(draw(day), who, Event.CONTACT, 4, 1, -spent)])
    return run_of(
        *parts, people=people, product=PRODUCT,
        firm={"discount_rate_per_year": draw(st.sampled_from([0.0, 0.3, 3.0]))},
        **touching(LIBRARY, {"touchpoints": {"tent": draw(st.sampled_from([0.0, 0.1, 1.0]))}}),
    )  # fmt: skip


@given(histories(), st.sampled_from([0.5, 10.0, 50.0, 100.0]))
def test_there_is_a_payback_day_if_and_only_if_the_ltv_covers_the_cac(
    run: Run, window: float
) -> None:
    found = measures.customer_value(run, window=window).loc["all"]
    assert (found["payback_day"] <= window) == (found["ltv"] >= found["cac"])
    table = measures.payback(run, window=window)
    if found["customers"]:
        assert table["value"].iloc[-1] == pytest.approx(found["ltv"], nan_ok=True)
    if found["payback_day"] <= window:
        later = table.loc[found["payback_day"] :, "profit"]
        assert (later >= -1e-9).all()


@given(histories())
def test_money_cannot_contradict_itself(run: Run) -> None:
    account = measures.money(run).loc["all"]
    assert account["cash"] == pytest.approx(account["margin"] - account["costs"])
    assert account["profit"] == pytest.approx(account["cash"] - account["discounting"])
    ends = measures.profit_over_time(run, every=7.0).iloc[-1]
    assert ends.tolist() == pytest.approx(
        account[["margin", "costs", "cash", "profit"]].tolist(), abs=1e-9
    )
    for by in BY:
        parts = measures.money(run, by=by)[MONEY].sum()
        assert parts.tolist() == pytest.approx(account[MONEY].tolist(), abs=1e-9)


def test_payback_of_a_group_is_its_own(market: Run) -> None:
    found = measures.customer_value(market, by="motive")
    curves = measures.payback(market, by="motive")["profit"]
    for motive in ("pain", "dream"):
        curve, value = curves[motive], found.loc[motive]
        assert curve[value["window"]] == pytest.approx(value["ltv"] - value["cac"])
        assert curve[0.0] == pytest.approx(value["first_deal_margin"] - value["cac"])
        assert curve[value["payback_day"]] >= 0


@pytest.mark.parametrize("by", BY)
def test_customers_of_groups_weigh_to_the_whole(by: str, market: Run) -> None:
    parts, whole = measures.customer_value(market, by), measures.customer_value(market).loc["all"]
    assert parts["customers"].sum() == whole["customers"]
    for column in ("days_seen", "deals", "first_deal_margin", "cac"):
        mean = (parts[column] * parts["customers"]).sum() / whole["customers"]
        assert mean == pytest.approx(whole[column]), column


def test_a_running_touchpoint_costs_by_the_day_at_its_intensity() -> None:
    library = {"call": LIBRARY["call"] | {"cost_per_day": 99.0}}
    tables = lively(touchpoints=library, strategies={"pull": {"touchpoints": {"call": 0.5}}})
    run = run_of(people=1, horizon=10.0, **{k: tables[k] for k in ("touchpoints", "strategies")})
    assert measures.money(run)["touchpoint_cost"].item() == 99.0 * 0.5 * 10.0


def test_deals_over_time_are_counted_in_their_period() -> None:
    """Days 5, 25, 30 and 95 of one, 30 of another; periods of 30 days, the last one of ten."""
    run = run_of(buys(0, 5, 25, 30, 95), buys(1, 30), people=2)
    table = measures.deals_over_time(run, every=30.0)
    assert table.index.tolist() == [0, 30, 60, 90]
    assert table["days"].tolist() == [30, 30, 30, 10]
    assert table["first_deals"].tolist() == [1, 1, 0, 0]
    assert table["repeat_deals"].tolist() == [1, 1, 0, 1]


def test_deals_over_time_are_all_deals(market: Run) -> None:
    table, summary = measures.deals_over_time(market), market.summary()
    for name in ("first_deals", "repeat_deals"):
        assert table[name].sum() == summary[name] > 0
    assert table["days"].sum() == market.scenario.horizon_days
    assert table["days"].iloc[0] == pytest.approx(365 / 12)
