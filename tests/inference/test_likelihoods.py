"""Likelihoods against other people's code, against integrals, and against known truths."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

import cjsim
from cjsim.inference.auxiliary import Buyers, buying, likelihoods, log_likelihood, slope, stays_of
from cjsim.inference.likelihood import Exact, exact, is_plain
from cjsim.inference.priors import Prior
from cjsim.inference.seen import Lens
from cjsim.journey import Stage
from tests.inference.firms import DAYS, phone, seen_of

RNG = np.random.default_rng(5)


def buyers_of(gaps, quiet):
    return Buyers(
        np.array([len(one) for one in gaps], float), np.array([sum(one) for one in gaps], float),
        np.array(quiet, float), np.array([sum(map(math.log, one)) for one in gaps]),
    )  # fmt: skip


@pytest.mark.parametrize("regularity", [1.0, 3.0])
@pytest.mark.parametrize(("gaps", "quiet"), [([], 50.0), ([20.0, 35.0], 10.0), ([5.0], 200.0)])
def test_the_likelihood_of_buying_is_the_integral_over_rates_and_chances_to_stop(
    regularity, gaps, quiet
):
    cycle, r, a, b = 30.0, 1.5, 0.6, 1.8

    stop, x = stats.beta(a, b), len(gaps)
    stops = stop.expect(lambda p: (1 - p) ** x * p)
    goes_on = stop.expect(lambda p: (1 - p) ** (x + 1))

    def of(rate):
        gap = stats.gamma(regularity, scale=1.0 / (regularity * rate))
        return np.prod([gap.pdf(one) for one in gaps]) * (stops + goes_on * gap.sf(quiet))

    rates = stats.gamma(r, scale=1.0 / (r * cycle))
    whole = integrate.quad(lambda rate: of(rate) * rates.pdf(rate), 0.0, 0.6, limit=200)[0]
    theta = np.array(
        [math.log(cycle), math.log(r), math.log(regularity), math.log(a / b), math.log(a + b)]
    )
    assert log_likelihood(theta, buyers_of([gaps], [quiet])) == pytest.approx(
        math.log(whole), rel=1e-4
    )


def simulated_buyers(count=1500, days=900.0):
    """People who buy as the model says: cycle 40, r 3, k 2, stops of mean .2."""
    gaps, quiet = [], []
    for _ in range(count):
        rate = RNG.gamma(3.0, 1.0 / (3.0 * 40.0))
        stop = RNG.beta(2.0, 8.0)
        now, mine = 0.0, []
        while RNG.random() > stop:
            gap = max(RNG.gamma(2.0, 1.0 / (2.0 * rate)), 0.5)
            if now + gap > days:
                break
            now += gap
            mine.append(gap)
        gaps.append(mine)
        quiet.append(days - now)
    return buyers_of(gaps, quiet)


def test_buying_finds_the_truth_and_its_slope_is_flat_there():
    buyers = simulated_buyers()
    theta = buying(buyers, 100.0)
    cycle, r, k = np.exp(theta[:3])
    stop = 1 / (1 + math.exp(-theta[3]))
    assert [cycle, r, k, stop] == pytest.approx([40.0, 3.0, 2.0, 0.2], rel=0.15)
    assert np.abs(slope(theta, buyers)).max() < 1e-3
    assert np.abs(slope(theta + 0.3, buyers)).max() > 0.02


def test_contacts_are_a_poisson_regression():
    """The same rows, given to statsmodels one by one, without the hold on the ratios."""
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    rows = []
    for person in range(300):
        rows.append((person, 0.0, "known", None, 0.0))
        met = np.flatnonzero(rng.random(30) < 0.2)
        rows += [(person, 7.0 * week + 1.0, "contact", "site", 0.0) for week in met]
        for week in range(1, 30):
            near = bool({week - 1, week - 2} & set(met.tolist()))
            if rng.random() < (0.06 if near else 0.02):
                rows.append((person, 7.0 * week + 3.0, "first_deal", None, 9.0))
                break
    seen = seen_of(rows, 210.0)
    table = likelihoods(
        seen, Lens((*map(_kind, ("known", "contact", "first_deal")),), ("site",), None, 210.0), 90.0
    )
    of = table.loc["contacts"]
    y, x = [], []
    for person in range(300):
        mine = [(time, event) for who, time, event, *_ in rows if who == person]
        weeks = {int(time // 7) for time, event in mine if event == "contact"}
        won = min((int(time // 7) for time, event in mine if event == "first_deal"), default=29)
        bought = any(event == "first_deal" for _, event in mine)
        for week in range(1, won + 1):
            y.append(float(bought and week == won))
            x.append(float(bool({week - 1, week - 2} & weeks)))
    theirs = sm.GLM(y, sm.add_constant(np.array(x)), family=sm.families.Poisson()).fit()
    assert of.loc["first_deals_a_week", "value"] == pytest.approx(
        math.exp(theirs.params[0]), rel=0.01
    )
    assert of.loc["site", "value"] == pytest.approx(math.exp(theirs.params[1]), rel=0.02)
    low = math.exp(theirs.params[1] - 1.6449 * theirs.bse[1])
    assert of.loc["site", "low"] == pytest.approx(low, rel=0.02)
    assert of.loc["site", "low"] < 3.0 < of.loc["site", "high"]


def _kind(key):
    from cjsim.model.events import EVENTS

    return next(kind for kind in EVENTS if kind.key == key)


def test_stays_are_a_weibull_fit_with_censoring():
    from lifelines import WeibullFitter

    scenario, run, _ = phone(1500)
    lens = Lens.on(run, scenario, DAYS, None)
    seen = lens.run(run)
    table = likelihoods(seen, lens, 400.0).loc["stages"]
    days, over, lost = stays_of(seen, Stage.DESIRE)
    theirs = WeibullFitter().fit(np.maximum(days, 1e-3), over)
    assert table.loc["desire.regularity", "value"] == pytest.approx(theirs.rho_, rel=1e-3)
    mean = theirs.lambda_ * math.gamma(1 + 1 / theirs.rho_)
    assert table.loc["desire.typical_days", "value"] == pytest.approx(mean, rel=1e-3)
    assert table.loc["desire.planned_loss", "value"] == lost.sum() / over.sum()


# --- what is fitted by its likelihood ---------------------------------------------------------


def test_a_coins_posterior_is_a_beta_cut_to_its_range():
    one = Exact("x", "share", 30, 70, 1.0, 0.25, 0.35)
    whole = stats.beta(31, 71)
    start, end = whole.cdf([0.25, 0.35])
    for u in (0.05, 0.5, 0.95):
        assert one.at(u) == pytest.approx(whole.ppf(start + (end - start) * u))
    assert Exact("x", "share", 0, 10_000, 1.0, 0.5, 1.0).at(0.5) == 0.5
    assert Exact("x", "share", 10_000, 0, 1.0, 0.1, 0.5).at(0.5) == 0.5


def test_whether_letters_are_opened_is_read_off_their_rows():
    changes = {"horizon_days": DAYS, "touchpoints.mail_cases.opened": 0.4}
    scenario = cjsim.Scenario.load("school", "guide").with_changes(changes)
    run = cjsim.simulate(scenario, 800, seed=4)
    lens = Lens.on(run, scenario, DAYS, None)
    prior = Prior("touchpoints.mail_cases.opened", 0.1, 0.9)
    found = exact(scenario, prior.name, prior, lens.run(run), lens, {prior.name})
    assert found.yes + found.no > 200
    assert found.at(0.001) < 0.4 < found.at(0.999)


PLAIN = {
    "horizon_days": 700.0, "burn_in_days": 0.0, "market.speed_spread": 0.0,
    "market.rationality_spread": 0.0, "market.pain_share": 1.0, "rival.competition": 0.0,
    "product.complexity": 0.0, "market.price_sensitivity": 0.0, "market.presence": 1.0,
    "loyalty.advocate_share": 0.0, "words.bad_share": 0.0, "loyalty.friends": 0.0,
    "market.stay_years": float("inf"), "market.onset_days": 100.0, "market.served_share": 0.0,
}  # fmt: skip


def plain_world():
    """Nobody is met, all are alike: here the model is what the likelihood says."""
    scenario = cjsim.Scenario.load("phone", "nothing").with_changes(PLAIN)
    own = {**scenario.market.model_dump(), "competition": scenario.rival.competition}
    names = type(scenario.plan.at).model_fields
    return scenario.with_changes({f"plan.at.{name}": own[name] for name in names})


def test_where_nobody_is_met_and_all_are_alike_stays_have_a_likelihood():
    scenario = plain_world()
    assert is_plain(scenario)
    assert not is_plain(scenario.with_changes({"market.speed_spread": 0.3}))
    assert not is_plain(scenario.with_changes({"plan.at.prior_trust": 0.9}))
    assert not is_plain(cjsim.Scenario.load("phone"))
    truth = {
        f"stages.{stage}.{key}": scenario.value(f"stages.{stage}.{key}")
        for stage in ("awareness", "interest", "desire") for key in ("typical_days", "planned_loss")
    }  # fmt: skip
    run = cjsim.simulate(scenario, 3000, seed=8)
    lens = Lens.on(run, scenario, 700.0, None)
    seen = lens.run(run)
    for key, value in truth.items():
        found = exact(scenario, key, Prior(key, value / 3, value * 3, "log"), seen, lens, {key})
        assert found.at(0.001) < value < found.at(0.999), key
        assert found.at(0.95) / found.at(0.05) < 1.4
