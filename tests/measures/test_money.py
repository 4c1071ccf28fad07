"""What comes in, what it costs, what is left; what a customer costs and brings."""

from math import inf, log

import numpy as np
import pytest

from cjsim import measures
from cjsim.measures.groups import BY
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from tests.builders import AT_ONCE, NEVER, neutral, plans, touching
from tests.measures.by_hand import LIBRARY, Row, buys, lively, row, run_of

PRODUCT = {"price": 100.0, "unit_cost": 60.0, "first_deal_extra_cost": 50.0}
FREE = {"discount_rate_per_year": 0.0}
MONEY = [
    "revenue", "product_cost", "first_deal_extra", "margin", "contact_cost", "touchpoint_cost",
    "rep_cost", "costs", "profit",
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
    assert found["profit"] == 10 - 7 - 120 - 10
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


def test_profit_is_revenue_less_everything(market: Run, old_market: Run) -> None:
    for run in (market, old_market):
        s, log = run.scenario, run.log()
        count = log["event"].value_counts()
        paid = log.loc[log["event"].isin(["first_deal", "repeat_deal"]), "amount"].sum()
        deals = count["first_deal"] + count["repeat_deal"]
        per_day = 3.0 * 1.0 + 1 * 7.0  # the tent and the rep
        expected = (
            paid
            - deals * s.product.unit_cost
            - count["first_deal"] * s.product.first_deal_extra_cost
            + log.loc[log["event"] == "contact", "amount"].sum()
            - per_day * s.horizon_days
        )
        assert measures.money(run)["profit"].item() == pytest.approx(expected, rel=1e-12)


def test_profit_over_time_ends_at_the_profit_of_the_run(market: Run) -> None:
    days = measures.profit_over_time(market, every=3.0)
    account = measures.money(market).loc["all", ["margin", "costs", "profit"]]
    assert days.loc[400.0].tolist() == pytest.approx(account.tolist())
    assert days.loc[0.0].tolist() == [0, 0, 0]


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


def test_ltv_less_cac_times_customers_is_the_profit(market: Run) -> None:
    found = measures.customer_value(market).loc["all"]
    profit = (found["ltv_undiscounted"] - found["cac"]) * found["customers"]
    assert profit == pytest.approx(measures.money(market)["profit"].item())


def test_later_deals_are_worth_less_by_the_day() -> None:
    run = run_of(
        [*buys(0, 10.0, 375.0), *buys(1, 100.0)],
        people=3,
        horizon=800.0,
        product=PRODUCT,
        firm={"discount_rate_per_year": 0.25},
    )
    found = measures.customer_value(run).loc["all"]
    assert found["first_deal_margin"] == -10
    assert found["ltv"] == pytest.approx((-10 + 40 / 1.25 - 10) / 2)
    assert found["ltv_undiscounted"] == (-10 + 40 - 10) / 2
    assert found[["customers", "deals", "days_seen"]].tolist() == [2, 1.5, (790 + 700) / 2]


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
    found = measures.customer_value(yearly()).loc["all"]
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
    return run_of(
        [*buys(0, 10.0, 20.0, 90.0), *buys(1, 50.0, 75.0)],
        [costs(0.0, 60.0)],
        people=2,
        horizon=horizon,
        product=PRODUCT,
        firm=FREE | firm,
        **touching(LIBRARY, {"touchpoints": {"call": 1.0}}),
    )


def test_payback_is_when_the_mean_margin_covers_the_cac() -> None:
    # ages with deals: 0 (-10 each), 10 (40 among 2), 25 (40 among 2), 80 (40, one seen so long)
    table = measures.payback(paying_back())
    assert table.index.tolist() == [0, 10, 25, 80]
    assert table["at_risk"].tolist() == [2, 2, 2, 1]
    assert table["margin"].tolist() == [-10, 10, 30, 70]
    assert table["profit"].tolist() == [-40, -20, 0, 40]
    assert measures.payback_day(paying_back()) == 25


def test_discounted_money_pays_back_later_and_costs_may_never_come_back() -> None:
    run = paying_back(discount_rate_per_year=0.5)
    assert measures.payback_day(run) == 25
    assert measures.payback_day(run, discounted=True) == 80
    assert np.isnan(measures.payback_day(paying_back(reps=1, rep_cost_per_day=10.0)))
    assert np.isnan(measures.payback_day(run_of(people=1)))


def test_payback_of_a_group_is_its_own(market: Run) -> None:
    found = measures.customer_value(market, by="motive")
    curves = measures.payback(market, by="motive")["profit"]
    for motive in ("pain", "dream"):
        curve = curves[motive]
        assert found["payback_day"][motive] == curve.index[curve >= 0][0]
        assert curve[0.0] == pytest.approx(
            found["first_deal_margin"][motive] - found["cac"][motive]
        )


@pytest.mark.parametrize("by", BY)
def test_customers_of_groups_weigh_to_the_whole(by: str, market: Run) -> None:
    parts, whole = measures.customer_value(market, by), measures.customer_value(market).loc["all"]
    assert parts["customers"].sum() == whole["customers"]
    for column in ("days_seen", "deals", "first_deal_margin", "cac", "ltv"):
        mean = (parts[column] * parts["customers"]).sum() / whole["customers"]
        assert mean == pytest.approx(whole[column]), column


def test_a_running_touchpoint_costs_by_the_day_at_its_intensity() -> None:
    library = {"call": LIBRARY["call"] | {"cost_per_day": 99.0}}
    tables = lively(touchpoints=library, strategies={"pull": {"touchpoints": {"call": 0.5}}})
    run = run_of(people=1, horizon=10.0, **{k: tables[k] for k in ("touchpoints", "strategies")})
    assert measures.money(run)["touchpoint_cost"].item() == 99.0 * 0.5 * 10.0
