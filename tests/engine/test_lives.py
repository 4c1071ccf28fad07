"""People come and go, and buy at the pace of their needs: balances, identities, closed forms."""

import numpy as np
import pytest
from scipy import stats

from cjsim import Scenario, simulate
from cjsim.journey import Stage
from cjsim.model.events import Event
from cjsim.scenario import presets
from tests.builders import ALWAYS_CONTENT, NEVER_CURIOUS, neutral, plans

FOREVER = float("inf")
YEAR = 365.0


def coming_and_going(stay=4.0, growth=0.0, **changes):
    """A market of the untouched in which people come and go."""
    market = {"stay_years": stay, "growth_a_year": growth, **changes.pop("market", {})}
    return neutral(market=market, **changes)


def rows_of(scenario, people, seed=1, **how):
    return simulate(scenario, people, seed=seed, **how).events.rows


def present(rows, day):
    """How many are in the market on a day, counted from the log."""
    came = (rows["event"] == Event.START) & (rows["time"] <= day)
    went = (rows["stage"] == Stage.GONE) & (rows["time"] <= day)
    return np.count_nonzero(came) - np.count_nonzero(went)


# --- comings and goings ---------------------------------------------------------------------------


@pytest.mark.parametrize("burn_in", [0.0, 900.0])
@pytest.mark.parametrize("growth", [0.0, 0.06])
def test_births_and_deaths_balance(growth, burn_in):
    """A market of N keeps N e^(growth t): newcomers are even, departures Poisson-like."""
    people = 4000
    scenario = coming_and_going(
        growth=growth, horizon_days=8 * YEAR, burn_in_days=burn_in, burn_in_strategy="pull"
    )
    rows = rows_of(scenario, people)
    for day in np.arange(0.0, 8 * YEAR, YEAR):
        expected = people * np.exp(growth * (day + burn_in) / YEAR)
        assert abs(present(rows, day) - expected) < 4 * np.sqrt(2 * expected)


def test_newcomers_are_as_even_as_their_number():
    """The j-th comes when the number expected passes j + u: never more than one off."""
    scenario = coming_and_going(stay=2.0, horizon_days=3 * YEAR)
    rows = rows_of(scenario, 500)
    came = np.sort(rows["time"][(rows["event"] == Event.START) & (rows["time"] > 0)])
    expected = came * 500 / (2 * YEAR)
    count = np.arange(len(came))
    assert (np.abs(expected - count - 0.5) <= 0.5 + 1e-9).all()


def test_people_stay_as_long_as_they_are_said_to():
    scenario = coming_and_going(stay=1.0, horizon_days=40 * YEAR)
    run = simulate(scenario, 3000, seed=3)
    who = run.everybody
    inside = who.arrives < 25 * YEAR  # whoever comes later is not seen through
    stays = (who.leaves - np.maximum(who.arrives, 0.0))[inside] / YEAR
    assert abs(stays.mean() - 1.0) < 4 * stays.std() / np.sqrt(len(stays))
    assert abs(stays.std() - 1.0) < 0.05  # exponential
    assert abs(np.median(stays) - np.log(2)) < 0.03


def test_a_life_begins_with_a_start_and_ends_gone():
    scenario = coming_and_going(stay=1.5, growth=0.1, horizon_days=4 * YEAR)
    rows = rows_of(scenario, 400)
    order = np.argsort(rows["person"], kind="stable")
    rows = rows[order]
    first = np.r_[True, rows["person"][1:] != rows["person"][:-1]]
    last = np.r_[first[1:], True]
    assert (rows["event"][first] == Event.START).all()
    assert (rows["event"][~first] != Event.START).all()
    gone = rows["stage"] == Stage.GONE
    assert gone.any()
    assert last[gone].all()
    assert (rows["event"][gone] == Event.ENTER).all()
    newcomers = first & (rows["time"] > 0)
    assert (rows["stage"][newcomers] == Stage.UNAWARE).all()


@pytest.mark.parametrize("preset", ["phone", "yogurt", "consulting"])
def test_newcomers_move_nobodys_luck(preset):
    """Growth adds people behind the first ones; without a word or a queue these live as before."""
    alone = Scenario.load(preset).with_changes(
        {
            "market.stay_years": FOREVER, "loyalty.friends": 0.0, "firm.patience_days": 1e9,
            "firm.deal_hours": 0.0, "horizon_days": 700.0,
        }
    )  # fmt: skip
    with_others = alone.with_changes({"market.growth_a_year": 0.2})
    before, after = rows_of(alone, 150), rows_of(with_others, 150)
    assert len(after) > len(before)
    assert after[after["person"] < 150].tobytes() == before.tobytes()


def test_who_was_gone_before_day_0_has_no_row():
    scenario = coming_and_going(stay=1.0, horizon_days=200.0, burn_in_days=3 * YEAR)
    run = simulate(scenario, 500)
    seen = np.unique(run.events.rows["person"])
    assert not np.isin(np.flatnonzero(run.everybody.leaves <= 0.0), seen).any()
    assert np.isin(np.flatnonzero(run.everybody.leaves > 0.0), seen).all()


STAYS = [
    {"market.stay_years": 0.3},
    {"market.stay_years": 1.0, "market.growth_a_year": 0.5},
    {"market.growth_a_year": 1.0},
    {"market.served_share": 0.9, "market.stay_years": 0.5},
    {"market.stay_years": 0.2, "firm.deal_hours": 200.0, "firm.patience_days": 90.0},
    {"market.stay_years": 0.2, "shelf.stocked_days": 5.0, "shelf.empty_days": 40.0},
]


@pytest.mark.parametrize("changes", STAYS, ids=lambda changes: ", ".join(changes))
@pytest.mark.parametrize("preset", ["phone", "yogurt", "corporate_it"])
def test_both_engines_let_the_same_people_come_and_go(preset, changes):
    """Also out of queues, from a rep's desk, from before an empty shelf, and while told."""
    scenario = Scenario.load(preset, "guide").with_changes(changes | {"horizon_days": 500.0})
    taught, fast = (rows_of(scenario, 60, engine=engine) for engine in ("simpy", "compiled"))
    assert (fast["stage"] == Stage.GONE).any() or "stay" not in str(changes)
    assert taught.tobytes() == fast.tobytes()


def test_nobody_does_anything_once_they_are_gone():
    scenario = Scenario.load("phone", "animator").with_changes(
        {"market.stay_years": 0.5, "loyalty.friends": 50.0, "loyalty.deals_to_loyalty": 1}
    )
    rows = rows_of(scenario, 300)
    gone_at = dict(
        zip(
            rows["person"][rows["stage"] == Stage.GONE],
            rows["time"][rows["stage"] == Stage.GONE],
            strict=True,
        )
    )
    for time, person in zip(rows["time"].tolist(), rows["person"].tolist(), strict=True):
        assert time <= gone_at.get(person, np.inf)


# --- when the market opens ------------------------------------------------------------------------


def opening(share, **changes):
    """Customers whom only the rival serves, for ever."""
    stages = plans(days=1.0, repeat_deal={"typical_days": 50.0, "regularity": 2.0})
    return neutral(
        stages=stages, rival={"retention": 1.0}, market={"served_share": share, "onset_days": 1e9},
        horizon_days=500.0, **changes,
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_people_is_served_when_the_market_opens(share):
    rows = rows_of(opening(share), 4000)
    starts = rows[rows["event"] == Event.START]
    served = np.mean(starts["stage"] == Stage.WITH_RIVAL)
    assert abs(served - share) <= 4 * np.sqrt(share * (1 - share) / 4000)
    assert set(starts["stage"].tolist()) <= {Stage.UNAWARE, Stage.WITH_RIVAL}


def test_the_served_are_anywhere_in_their_cycle():
    """Fixed cycles of 50 days: the first need comes at a uniform part of one."""
    fixed = opening(1.0).with_changes({"stages.repeat_deal.regularity": FOREVER})
    rows = rows_of(fixed, 4000)
    deals = rows[rows["event"] == Event.RIVAL_DEAL]
    _, first = np.unique(deals["person"], return_index=True)
    assert stats.kstest(deals["time"][first] / 50.0, "uniform").pvalue > 1e-4


def test_newcomers_are_served_by_nobody():
    scenario = opening(1.0).with_changes({"market.growth_a_year": 1.0})
    rows = rows_of(scenario, 300)
    starts = rows[rows["event"] == Event.START]
    assert (starts["stage"][starts["person"] >= 300] == Stage.UNAWARE).all()
    assert (starts["stage"][starts["person"] < 300] == Stage.WITH_RIVAL).all()


# --- the next need --------------------------------------------------------------------------------


def customers(satisfaction_days=10.0, loss=0.1, shape=2.0, **special):
    """Content customers whose cycle of needs can be read off the log."""
    stages = plans(
        days=2.0,
        satisfaction={"typical_days": satisfaction_days},
        repeat_deal={"typical_days": 100.0, "planned_loss": loss, "regularity": shape},
        **special,
    )
    return neutral(
        stages=stages, experience=ALWAYS_CONTENT, curiosity=NEVER_CURIOUS,
        loyalty={"deals_to_loyalty": 1000}, market={"onset_days": 5.0}, horizon_days=3000.0,
    )  # fmt: skip


def lapsed_in_first_cycle(rows):
    """Who falls asleep at 9 after the first deal, before a second."""
    repeats = rows[rows["event"] == Event.REPEAT_DEAL]
    people, places = np.unique(repeats["person"], return_index=True)
    second = dict(zip(people.tolist(), repeats["time"][places].tolist(), strict=True))
    asleep = np.isin(rows["stage"], (Stage.DORMANT, Stage.WITH_RIVAL))
    left = rows[(rows["event"] == Event.ENTER) & asleep]
    when = zip(left["person"].tolist(), left["time"].tolist(), strict=True)
    return {person for person, day in when if day < second.get(person, FOREVER)}


@pytest.mark.parametrize("shape", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("loss", [0.02, 0.1, 0.4])
def test_the_lapse_per_cycle_is_the_planned_one(loss, shape):
    scenario = customers(loss=loss, shape=shape)
    rows = rows_of(scenario, 6000)
    deals = np.unique(rows["person"][rows["event"] == Event.FIRST_DEAL])
    share = len(lapsed_in_first_cycle(rows)) / len(deals)
    assert abs(share - loss) < 4 * np.sqrt(loss * (1 - loss) / len(deals))


def test_the_same_people_lapse_however_long_the_stages_before_take():
    """Both thresholds are drawn at the deal: stage 8 takes of the cycle and adds no risk."""
    short, long = (
        lapsed_in_first_cycle(rows_of(customers(satisfaction_days=days), 800))
        for days in (0.5, 60.0)
    )
    assert len(short) > 50
    assert short == long


def test_a_cycle_runs_from_deal_to_deal():
    """`typical_days` of 9 is the whole cycle: the stages in between take their time out of it."""
    for days in (1.0, 30.0):
        rows = rows_of(customers(satisfaction_days=days, loss=0.0, shape=3.0), 3000)
        first = rows[rows["event"] == Event.FIRST_DEAL]
        repeats = rows[rows["event"] == Event.REPEAT_DEAL]
        start = dict(zip(first["person"].tolist(), first["time"].tolist(), strict=True))
        seen = {}
        for who, time in zip(repeats["person"].tolist(), repeats["time"].tolist(), strict=True):
            seen.setdefault(who, time - start[who])
        early = [who for who, time in start.items() if time < 1000]
        cycle = np.array([seen[who] for who in early])
        assert len(cycle) == len(early)
        error = cycle.std() / np.sqrt(len(cycle))
        late = max(0.0, days - 1.0) * 0.03  # who is still at 8 when the need is there
        assert abs(cycle.mean() - 100.0) < 4 * error + late


def test_customers_of_a_rival_need_as_often_as_ours():
    """13 waits on the same need: the pace of deals does not depend on the supplier."""
    common = {"horizon_days": 4000.0, "market": {"onset_days": 5.0, "speed_spread": 0.6}}
    stages = plans(days=1.0, repeat_deal={"typical_days": 60.0, "regularity": 2.0})
    ours = neutral(
        stages=stages, experience=ALWAYS_CONTENT, curiosity=NEVER_CURIOUS,
        loyalty={"deals_to_loyalty": 1000}, **common,
    )  # fmt: skip
    rivals = ours.with_changes({"market.presence": 0.0, "rival.retention": 1.0})
    counts = []
    for scenario, event in ((ours, Event.REPEAT_DEAL), (rivals, Event.RIVAL_DEAL)):
        rows = rows_of(scenario, 2000)
        mine = rows[(rows["event"] == event) & (rows["time"] > 500.0)]
        counts.append(len(mine))
    assert counts[0] == pytest.approx(counts[1], rel=0.01)


def test_warmth_hurries_the_need_by_its_share_alone():
    """Neutral value: hurry 0 leaves the cycle of a warmed customer to the last bit."""
    warm = {
        "care": {"contact": "pull", "aims_at": "repeat_deal", "fit": {"repeat_deal": 1.0},
                 "reach_per_day": 0.1, "warmth": 0.5},
    }  # fmt: skip
    base = customers(loss=0.0).model_dump()  # nobody falls asleep: there warmth is felt in full
    base["touchpoints"] = warm
    base["strategies"] = {"pull": {"touchpoints": {"care": 1.0}}, "none": {}}
    scenario = Scenario.model_validate(base)
    deals = {}
    for hurry in (0.0, 0.3, 1.0):
        for strategy in ("pull", "none"):
            s = scenario.with_changes({"product.hurry": hurry, "strategy": strategy})
            rows = rows_of(s, 500)
            kept = rows[rows["event"] != Event.CONTACT][["time", "person", "event"]]
            deals[hurry, strategy] = np.count_nonzero(rows["event"] == Event.REPEAT_DEAL)
            if hurry == 0.0 and strategy == "pull":
                unhurried = kept
            elif hurry == 0.0:
                # the clocks were looked at more often: the last digits may differ
                assert (kept["person"] == unhurried["person"]).all()
                assert np.allclose(kept["time"], unhurried["time"], rtol=0, atol=1e-6)
    assert deals[0.0, "none"] == deals[0.3, "none"] == deals[1.0, "none"]
    assert deals[0.0, "pull"] < deals[0.3, "pull"] < deals[1.0, "pull"]


# --- satisfaction is an average -------------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_satisfaction_has_no_trend_for_a_product_that_stays_as_it_is(weight):
    """Deals 25 to 60 of untouched customers: the slope of their mean is within its own error.

    By then the prior is forgotten: half of a surprise is expected the next time, and the first five
    experiences, of which satisfaction was the plain average, weigh 0.8^20 = 1 % of what they did.
    """
    scenario = customers(loss=0.0).with_changes(
        {
            "product.quality": 0.62, "product.quality_noise": 0.12, "horizon_days": 7000.0,
            "experience.performance_weight": weight, "experience.learning": 0.2,
            "product.taste_spread": 0.1, "experience.expectation_drift": 0.5,
        }
    )  # fmt: skip
    run = simulate(scenario, 400, seed=5)
    rows, truth = run.events.rows, run.truth()
    repeat = rows["event"] == Event.REPEAT_DEAL  # the row is written before it is lived through
    person, felt = rows["person"][repeat], truth["satisfaction"].to_numpy()[repeat]
    nth = np.zeros(len(person), int)
    seen = {}
    for i, who in enumerate(person.tolist()):
        seen[who] = nth[i] = seen.get(who, 0) + 1
    slopes = []
    for who in np.unique(person):
        mine = (person == who) & (nth >= 25) & (nth <= 60)
        if mine.sum() > 30:
            slopes.append(np.polyfit(nth[mine], felt[mine], 1)[0])
    assert len(slopes) > 200
    assert abs(np.mean(slopes)) < 4 * np.std(slopes) / np.sqrt(len(slopes))


def test_the_first_experience_counts_in_full_and_the_nth_as_an_nth():
    scenario = customers(loss=0.0).with_changes(
        {"product.quality": 0.9, "product.quality_noise": 0.0, "experience.learning": 0.0}
    )
    run = simulate(scenario, 20)
    rows, truth = run.events.rows, run.truth()
    at_eight = (rows["event"] == Event.ENTER) & (rows["stage"] == Stage.SATISFACTION)
    surprise = 0.9 - 0.5
    lived = 0.5 * 0.9 + 0.5 * (0.5 + surprise)
    assert np.allclose(truth["satisfaction"][at_eight], lived)


# --- presets stand still --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("preset", presets())
def test_a_preset_stands_still_where_nobody_markets(preset):
    """The last year's first deals are within 10 % of the first year's, and luck.

    After the preset's own burn-in, or half a horizon where it has none; five years at least.
    """
    scenario = Scenario.load(preset, "nothing")
    days = max(5 * YEAR, scenario.horizon_days)
    still = scenario.with_changes(
        {
            "burn_in_strategy": "nothing", "horizon_days": days,
            "burn_in_days": scenario.burn_in_days or days / 2,
        }
    )  # fmt: skip
    assert scenario.market.growth_a_year == 0.0
    first = last = 0
    for seed in (51, 52, 53):
        rows = rows_of(still, 4000, seed=seed, log="measures")
        times = rows["time"][rows["event"] == Event.FIRST_DEAL]
        first += np.count_nonzero(times < YEAR)
        last += np.count_nonzero(times >= days - YEAR)
    assert abs(last - first) < 0.10 * first + 3 * np.sqrt(first + last)
