"""How long people stay: by closed forms, against lifelines and scipy, and on the plan's clocks."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter, WeibullFitter
from scipy import stats
from scipy.special import gamma

import cjsim
from benchmarks import dwelling
from benchmarks.dwelling import HEAD, PEOPLE, held
from cjsim import observe
from cjsim.measures.log import Log
from cjsim.measures.survival import kaplan_meier, share_first
from cjsim.observe.dwell import dwell, fitted, incidence, log_likelihood
from cjsim.observe.stays import Stays, stays_of, waits_of
from tests.charts.markets import market, stayed
from tests.observe.synthetic import untouched
from tests.often import often


def drawn(seed=1, people=300, shape=1.7, late=0.3, ends=2):
    """Weibull stays of mean about 9, cut at uniform days, some of them seen late."""
    luck = np.random.default_rng(seed)
    days, cut = 10 * luck.weibull(shape, people), luck.uniform(0, 25, people)
    came = np.where(luck.random(people) < late, luck.uniform(0, 5, people), 0.0)
    how = luck.choice(ends, people, p=np.arange(1, ends + 1) / sum(range(ends + 1)))
    names = ("on", "lost", "away")[:ends]
    return Stays.of(np.minimum(days, cut), np.where(days < cut, how, -1), names, came)


# --- without a law --------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0.0, 0.3])
def test_what_lasts_is_what_lifelines_finds(late):
    stays = drawn(late=late)
    judge = KaplanMeierFitter().fit(stays.days, stays.over, entry=stays.late)
    found = incidence(stays)
    exact = judge.survival_function_at_times(found.index).to_numpy()
    assert found["lasting"].to_numpy() == pytest.approx(exact, abs=1e-12)
    limits = judge.confidence_interval_.reindex(found.index)
    inside = found["lasting_low"].notna()
    for mine, theirs in (("lasting_low", 0), ("lasting_high", 1)):
        theirs = limits.iloc[:, theirs][inside].to_numpy()
        assert found.loc[inside, mine].to_numpy() == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("end", [0, 1, 2])
def test_how_stays_end_is_what_lifelines_finds(end):
    stays = drawn(seed=2, late=0.0, ends=3)
    judge = AalenJohansenFitter(calculate_variance=True, jitter_level=0)
    judge.fit(stays.days, stays.end + 1, event_of_interest=end + 1)
    found, name = incidence(stays), stays.ends[end]
    exact = judge.cumulative_density_.iloc[:, 0].reindex(found.index, method="ffill")
    assert found[name].to_numpy() == pytest.approx(exact.to_numpy(), abs=1e-12)
    limits = judge.confidence_interval_.reindex(found.index, method="ffill")
    inside = found[f"{name}_low"].notna() & (found.index > 0)
    assert inside.sum() > 100
    for mine, theirs in (("low", 0), ("high", 1)):
        theirs = limits.iloc[:, theirs][inside].to_numpy()
        assert found.loc[inside, f"{name}_{mine}"].to_numpy() == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(-1, 1), st.integers(0, 4)), min_size=1))
@settings(max_examples=often(80), deadline=None)
def test_shares_add_up_whatever_happens(rows):
    days, end, late = map(np.array, zip(*rows, strict=True))
    stays = Stays.of(days, end, ("on", "lost"), late)
    found = incidence(stays)
    total = found[["lasting", "on", "lost"]].sum(axis=1)
    assert total.to_numpy() == pytest.approx(1.0)
    assert (found["lasting"].diff().dropna() <= 1e-12).all()
    for name in ("lasting", "on", "lost"):
        inside = found[[f"{name}_low", name, f"{name}_high"]].dropna()
        assert (inside.diff(axis=1).iloc[:, 1:] >= -1e-12).all(axis=None)


def test_without_late_stays_it_is_the_measures_curve():
    stays = drawn(late=0.0)
    curve, found = kaplan_meier(stays.days, stays.over), incidence(stays)
    assert found["lasting"].to_numpy() == pytest.approx(curve.lasting, abs=1e-12)
    inside = found["lasting_low"].notna()
    assert found["lasting_low"][inside].to_numpy() == pytest.approx(curve.low[inside], abs=1e-9)
    first = share_first(stays.days, stays.end == 0, stays.end == 1)
    last = found.iloc[-1]
    assert last["on"] / (last["on"] + last["lost"]) == pytest.approx(first)


# --- laws -----------------------------------------------------------------------------------------


def test_the_exponential_is_days_by_ends():
    stays = drawn()
    fit, ended = fitted(stays, "exponential"), stays.over.sum()
    mean = (stays.days - stays.late).sum() / ended
    assert fit["mean"] == pytest.approx(mean, rel=1e-12)
    assert fit["high"] / mean == pytest.approx(np.exp(1.959963984540054 / np.sqrt(ended)))
    assert fit["log_likelihood"] == pytest.approx(-ended * (np.log(mean) + 1), rel=1e-12)


def test_one_open_stay_more_makes_the_mean_longer_by_its_share():
    """Closed form: days seen by ends seen; leaving it out is too short."""
    found = dwell(Stays.of([2.0, 4.0, 6.0, 8.0], [0, 0, 0, -1]))
    assert found.table.at["exponential", "mean"] == pytest.approx(20 / 3)
    assert found.table.at["finished", "mean"] == 4.0


@pytest.mark.parametrize("late", [0.0, 0.3])
@pytest.mark.parametrize("shape", [0.7, 1.0, 3.0])
def test_weibull_is_what_lifelines_finds(shape, late):
    stays = drawn(seed=4, shape=shape, late=late)
    judge = WeibullFitter().fit(stays.days, stays.over, entry=stays.late)
    fit = fitted(stays, "weibull")
    assert fit["shape"] == pytest.approx(judge.rho_, rel=1e-4)
    assert fit["mean"] == pytest.approx(judge.lambda_ * gamma(1 + 1 / judge.rho_), rel=1e-4)
    assert fit["log_likelihood"] == pytest.approx(judge.log_likelihood_, abs=1e-4)
    assert fit["aic"] == pytest.approx(judge.AIC_, abs=2e-4)
    se = judge.summary.at["rho_", "se(coef)"] / judge.rho_
    assert np.log(fit["shape_high"] / fit["shape"]) == pytest.approx(1.95996 * se, rel=2e-3)


@pytest.mark.parametrize("shape", [0.7, 3.0])
def test_gamma_is_what_scipy_finds(shape):
    """Beside other starts: scipy's maximum is no higher, ours is where slopes are 0."""
    stays = drawn(seed=4, shape=shape, late=0.0)
    data = stats.CensoredData(stays.days[stays.over], right=stays.days[~stays.over])
    a, _, scale = stats.gamma.fit(data, floc=0)
    fit = fitted(stays, "gamma")
    assert fit["shape"] == pytest.approx(a, rel=1e-3)
    assert fit["mean"] == pytest.approx(a * scale, rel=1e-3)
    assert fit["log_likelihood"] >= log_likelihood(stays, "gamma", a * scale, a) - 1e-7


def test_gamma_of_a_density_by_hand():
    stays = Stays.of([2.0, 3.0, 5.0], [0, 0, -1], late=[0.0, 1.0, 2.0])
    law = stats.gamma(2.5, scale=4.0 / 2.5)
    exact = law.logpdf(2) + law.logpdf(3) - law.logsf(1) + law.logsf(5) - law.logsf(2)
    assert log_likelihood(stays, "gamma", 4.0, 2.5) == pytest.approx(exact)


LAWS = {
    "exponential": lambda luck, n: luck.exponential(10.0, n),
    "weibull": lambda luck, n: 10.0 / gamma(1 + 1 / 1.8) * luck.weibull(1.8, n),
    "gamma": lambda luck, n: luck.gamma(3.0, 10.0 / 3.0, n),
}
SHAPES = {"exponential": 1.0, "weibull": 1.8, "gamma": 3.0}


def seen_through_a_window(draw, luck, people, opens=15.0, shuts=45.0):
    """Stays that begin all through 60 days, of a log from day 15 to day 45."""
    begin = luck.uniform(-20.0, 45.0, people)
    end = begin + draw(luck, people)
    inside = (end > opens) & (begin < shuts)
    begin, end = begin[inside], end[inside]
    over = np.where(end <= shuts, 0, -1)
    return Stays.of(np.minimum(end, shuts) - begin, over, late=np.maximum(opens - begin, 0.0))


@pytest.mark.parametrize("law", LAWS)
def test_intervals_hold_the_truth_where_stays_are_open_and_late(law):
    """Nominal 95 %, 250 repeats of some 100 stays: 92 % at least, of mean and of shape."""
    luck = np.random.default_rng(3)
    held, held_shape = [], []
    for _ in range(250):
        stays = seen_through_a_window(LAWS[law], luck, 150)
        fit = fitted(stays, law)
        held.append(fit["low"] <= 10.0 <= fit["high"])
        held_shape.append(fit["shape_low"] <= SHAPES[law] <= fit["shape_high"])
    assert np.mean(held) >= 0.92
    assert np.mean(held_shape) >= 0.92


def test_to_leave_out_what_is_open_is_too_short_and_what_began_before_too_long():
    """Signs and sizes in closed form, exponential stays of mean 10.

    Of stays that begin evenly over D days, those over by then last on average
    m - (the mean of those cut) ...: E[t | over] with P(over) = 1 - F, F = m (1 - e^(-D/m)) / D.
    """
    luck, D, m = np.random.default_rng(8), 20.0, 10.0
    begin = luck.uniform(0, D, 40_000)
    days = luck.exponential(m, 40_000)
    over = begin + days <= D
    f = m * (1 - np.exp(-D / m)) / D
    exact = (m * (1 + np.exp(-D / m)) - 2 * m * f) / (1 - f)
    found = dwell(Stays.of(np.minimum(days, D - begin), np.where(over, 0, -1)))
    assert found.table.at["finished", "mean"] == pytest.approx(exact, rel=0.02)
    assert found.table.at["exponential", "mean"] == pytest.approx(m, rel=0.03)
    assert found.bias < -3
    age = luck.uniform(0, 60, 40_000)  # who is there on the day the log begins, and for how long
    long = luck.exponential(m, 40_000)
    there = long > age
    late = Stays.of(long[there], np.zeros(there.sum(), int), late=age[there])
    assert late.days.mean() == pytest.approx(2 * m, rel=0.03)  # twice the mean: the longer are met
    assert fitted(late, "exponential")["mean"] == pytest.approx(m, rel=0.03)


@pytest.mark.parametrize(
    ("stays", "missing"),
    [
        (Stays.of([3.0, 5.0], [-1, -1]), {"exponential", "weibull", "gamma", "finished"}),
        (Stays.of([3.0, 5.0], [0, -1]), {"weibull", "gamma"}),
    ],
)
def test_of_too_few_nothing_is_told(stays, missing):
    found = dwell(stays)
    assert set(found.table.index[found.table["mean"].isna()]) >= missing - {"finished"}
    assert found.says("en").startswith("2 stays, ")  # a set without a name begins with its number
    assert "nothing can be said" in found.says("en") if stays.open == 2 else found.best
    found._repr_html_()


def test_stays_of_one_length_have_a_mean_and_no_shape():
    fit = fitted(Stays.of([5.0] * 20, [0] * 20), "weibull")
    assert fit["mean"] == pytest.approx(5.0, rel=0.01)
    assert np.isnan(fit["shape_low"])
    assert fit["shape"] > 100


# --- of a run -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_two_clocks_of_the_plan_race_to_a_weibull_of_their_regularity(shape):
    """Where nobody is met and all are alike; limits of 99.9 %, stage by stage, horizon and all."""
    keys = ("awareness", "interest", "desire", "comparison")
    scenario = untouched(
        **{f"stages.{key}.regularity": shape for key in (*keys, "study", "action")},
        horizon_days=60.0,
    )
    run = cjsim.simulate(scenario, 1500, seed=5)
    for key in keys:
        stays = stays_of(run, key)
        fit = fitted(stays, "weibull", 0.999)
        assert (
            fit["low"] < scenario.stage_plan(cjsim.journey.Stage.of(key)).typical_days < fit["high"]
        )
        assert fit["shape_low"] < shape < fit["shape_high"], key
        gammas = fitted(stays, "gamma")
        assert shape == 1.0 or gammas["aic"] > fit["aic"], key


def test_ends_of_a_run_are_the_plans_whatever_is_open():
    scenario = untouched(horizon_days=40.0)
    run = cjsim.simulate(scenario, 3000, seed=6)
    found = dwell(stays_of(run, "interest"), 0.999).ends
    assert found["stays"].sum() == stays_of(run, "interest").over.sum()
    assert found.at["dormant", "naive"] == pytest.approx(0.2, abs=0.03)
    both = found["share"] / found["share"].sum()
    assert both["dormant"] == pytest.approx(0.2, abs=0.03)


def test_a_window_is_the_log_of_that_time():
    """Truncated and cut by hand, stay by stay."""
    run = market()
    whole = stays_of(run, "comparison")
    window = stays_of(run, "comparison", since=20.0, until=60.0)
    assert (window.late > 0).any()
    assert (window.days <= 60).all()
    assert len(window) < len(whole)
    assert window.over.sum() < whole.over.sum()
    rows = observe.stays_of(Log.of(run.log(), run.scenario.horizon_days), "comparison")
    for mine, theirs in ((rows.days, whole.days), (rows.end, whole.end)):
        assert sorted(mine) == pytest.approx(sorted(theirs))


def test_waits_go_from_a_first_event_to_the_first_of_others():
    frame = pd.DataFrame({
        "time": [1.0, 2, 5, 3, 4, 6, 7, 2], "person": [1, 1, 1, 2, 2, 3, 3, 4],
        "event": ["deal", "seen", "deal", "seen", "seen", "seen", "left", "deal"],
    })  # fmt: skip
    stays = waits_of(Log.of(frame, 10.0), "seen", ["deal", "left"])
    assert stays.days.tolist() == [3.0, 7.0, 1.0]
    assert stays.end.tolist() == [0, -1, 1]
    assert stays.ends == ("deal", "left")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: stays_of(market(), "intrest"), "unknown stage: 'intrest'. Did you mean"),
        (lambda: stays_of(market(), "interest", since=9, until=3), "since = 9, until = 3: must be"),
        (lambda: stays_of(observe.observe(market()), "interest"), "has no stages; waits_of"),
        (lambda: waits_of(market(), "contct", "known"), "unknown event in this log: 'contct'"),
        (lambda: Stays.of([1.0], [1]), "end: must be places in ends, 0 to 0, or -1"),
        (lambda: Stays.of([-1.0], [0]), "days, late: must be numbers of days from 0 on"),
        (lambda: Stays.of([1.0, 2.0], [0]), "must be two lists of one length"),
        (lambda: dwell(Stays.of([], [])), "stays: there are none"),
        (lambda: fitted(drawn(), "gama"), "unknown law: 'gama'. Did you mean 'gamma'"),
        (lambda: fitted(drawn(), "gamma", 95), "confidence = 95: must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_is_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_sentence_has_the_means_of_the_best_law_and_of_what_is_over(tmp_path):
    found = stayed()
    row = found.table.loc[found.best]
    assert f"last {row['mean']:.2f} [{row['low']:.2f} .. {row['high']:.2f}] days" in found.says(
        "en"
    )
    assert "показательный" in found.says("ru")
    assert found.bias == found.table.at["finished", "mean"] - row["mean"]
    assert found.save(tmp_path) == ["curve.csv", "dwell.csv", "ends.csv"]
    assert repr(found).startswith("<Dwell Comparison: ")


# --- how often limits hold ------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "expert.md").read_text(encoding="utf-8")
STORED = 2000


def stored():
    """Rows of the page's table: law, people -> cells."""
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
    cells = {(law, int(people)): rest.split("|") for law, people, rest in rows}
    return {row: [cell.strip() for cell in rest] for row, rest in cells.items()}


def test_the_page_has_a_row_for_every_law_and_size():
    assert HEAD in PAGE
    assert list(stored()) == [(law, people) for law in dwelling.LAWS for people in PEOPLE]


def test_limits_of_the_page_hold_as_often_as_they_say():
    """92 % and more, within two standard errors of the 2,000 repeats."""
    error = 2 * np.sqrt(0.92 * 0.08 / STORED)
    for _, _, mean, shape, on, _ in stored().values():
        assert min(float(share) for share in (mean, shape or mean, on)) >= 0.92 - error


def test_the_page_says_what_the_benchmark_finds():
    """Of 150 repeats, within four standard errors."""
    found = held("weibull", 100, 150, seed=2)
    seen, still, mean, shape, on, naive = map(float, stored()["weibull", 100])
    error = 4 * np.sqrt(0.05 * 0.95 / 150)
    for name, share in (("mean", mean), ("shape", shape), ("on", on)):
        assert abs(found[name] - share) < error, name
    assert found["naive"] == pytest.approx(naive, abs=0.3)
    assert (found["stays"], found["open"]) == pytest.approx((seen, still), abs=2)
