"""t intervals have one home, and all who ask it get the same."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment.intervals import (
    difference,
    jackknife,
    notes,
    ratio_of_spreads,
    runs_needed,
    t_interval,
    t_quantile,
)

GAPS = np.random.default_rng(1).normal(2.0, 5.0, 12)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [2, 3, 20, 500])
def test_the_quantile_is_that_of_students_t(confidence, n):
    """Stored lectures hold what it gives, so that it is the same to the last bit."""
    assert t_quantile(confidence, n) == stats.t.ppf(0.5 + confidence / 2, n - 1)


def test_one_run_has_no_interval():
    assert math.isnan(t_quantile(0.95, 1))
    mean, low, high = t_interval(np.array([3.0]))
    assert mean == 3.0
    assert math.isnan(low)
    assert math.isnan(high)
    assert all(map(math.isnan, t_interval(np.array([np.nan]))))


def test_an_interval_of_one_column_is_that_of_a_table():
    gaps = np.append(GAPS, np.nan)  # a run that has none is left out
    row = difference(pd.DataFrame({"gap": gaps})).loc["gap"]
    assert t_interval(gaps) == pytest.approx(tuple(row[["difference", "low", "high"]]), rel=1e-12)
    assert t_interval(GAPS) == t_interval(gaps)


def test_the_jackknife_of_a_mean_is_its_t_interval():
    rows = np.column_stack([GAPS, np.ones_like(GAPS)])
    found = jackknife(lambda sums: float(sums[0] / sums[1]), rows, 0.9)
    assert found == pytest.approx(t_interval(GAPS, 0.9), rel=1e-12)


def test_a_jackknife_without_an_estimate_has_no_interval():
    def even(sums):
        return float(sums[0]) if sums[0] % 2 == 0 else math.nan

    rows = np.array([[1.0], [2.0], [3.0]])
    value, low, high = jackknife(even, rows)
    assert value == 6.0
    assert math.isnan(low)
    assert math.isnan(high)
    assert math.isnan(jackknife(even, rows[:1])[0])


@pytest.mark.parametrize("runs", [2, 3, 5, 8, 9])
def test_below_ten_runs_it_is_the_t_interval_of_scipy(runs):
    low, high = stats.ttest_1samp(GAPS[:runs], 0.0).confidence_interval(0.9)
    assert t_interval(GAPS[:runs], 0.9)[1:] == pytest.approx((low, high), rel=1e-12)


EVEN = np.concatenate([-GAPS, GAPS])  # no skewness at all


def test_runs_that_do_not_lean_keep_the_t_interval():
    low, high = stats.ttest_1samp(EVEN, 0.0).confidence_interval(0.95)
    assert t_interval(EVEN)[1:] == pytest.approx((low, high), rel=1e-12)


LEANING = {
    "lognormal": np.random.default_rng(2).lognormal(0, 1, 10),
    "its mirror": -np.random.default_rng(2).lognormal(0, 1, 10),
    "exponential": np.random.default_rng(3).exponential(1, 15),
    "one of ten": np.eye(10)[0],
    "one of twenty": np.eye(20)[0],
    "all but one": 1 - np.eye(10)[0],
    "counts": np.random.default_rng(4).poisson(0.4, 12).astype(float),
    "gamma": np.random.default_rng(5).gamma(4, 1, 30),
    "one far off": np.append(np.arange(9.0), 200.0),
    "one far below": np.append(np.arange(9.0), -200.0),
    "money": 1e9 + 1e6 * np.random.default_rng(6).weibull(0.7, 20),
}


@pytest.mark.parametrize("what", LEANING)
def test_the_end_that_runs_lean_to_moves_out_to_where_halls_transformation_is_t(what):
    values = LEANING[what]
    n, lean = len(values), stats.skew(values, bias=False)
    mean, low, high = t_interval(values)
    error = values.std(ddof=1) / n**0.5
    plain = stats.t.ppf(0.975, n - 1)
    far, near = (mean - low, high - mean)[:: -1 if lean > 0 else 1]
    far, near = far / error, near / error
    assert far > plain
    assert near == pytest.approx(plain)
    x = -math.copysign(far, lean) / n**0.5  # the studentised mean if the truth were at that end
    a = lean / 3
    transformed = x + a * x**2 + a**2 * x**3 / 3 + a / (2 * n)
    assert abs(transformed) * n**0.5 == pytest.approx(plain)


@pytest.mark.parametrize("what", LEANING)
def test_the_interval_follows_scale_and_place(what):
    values = LEANING[what]
    found = np.array(t_interval(values))
    shifted = np.array(t_interval(3.0 + 2.0 * values))
    assert shifted == pytest.approx(3.0 + 2.0 * found, rel=1e-9)
    mean, low, high = t_interval(-values)
    assert (mean, high, low) == pytest.approx(tuple(-found), rel=1e-9)


NOTHING_KNOWN = {
    "no run": [],
    "no number": [math.nan, math.nan],
    "one run": [4.0],
    "one number": [math.nan, 4.0, math.nan],
    "never": [0.0] * 20,
    "never in two": [0.0, 0.0],
    "always one": [1.0] * 5,
    "the same money": [1234.5] * 10,
    "the same but for rounding": [0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2],
    "rounded in millions": [1e6 + 1e-7, 1e6, 1e6 - 1e-7],
    "never, where told": [0.0, math.nan, 0.0],
    "never below": [-7.0] * 30,
}


@pytest.mark.parametrize("what", NOTHING_KNOWN)
def test_a_spread_of_nothing_gives_no_interval(what):
    values = np.array(NOTHING_KNOWN[what])
    _, low, high = t_interval(values)
    assert math.isnan(low)
    assert math.isnan(high)
    row = difference(pd.DataFrame({"m": values})).loc["m"]
    assert math.isnan(row["low"])
    assert math.isnan(row["high"])
    note = notes(pd.DataFrame({"m": values})).loc["m"]
    runs = int(np.sum(~np.isnan(values)))
    assert note["runs"] == runs
    assert note["note"] == {0: "none", 1: "one_run"}.get(runs, "alike")


@pytest.mark.parametrize(("runs", "clear"), [(1, False), (2, True), (5, True), (20, True)])
def test_the_same_difference_in_all_runs_is_clear_without_an_interval(runs, clear):
    for value in (3.0, -3.0):
        assert difference(pd.DataFrame({"m": [value] * runs})).loc["m", "clear"] == clear
    assert not difference(pd.DataFrame({"m": [0.0] * runs})).loc["m", "clear"]


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([1.0, 2.0, 4.0], ""),
        (GAPS, ""),
        (LEANING["gamma"], ""),
        (LEANING["one of ten"], "uneven"),
        (LEANING["all but one"], "uneven"),
        (LEANING["one far off"], "uneven"),
        (LEANING["one far below"], "uneven"),
        ([0.0, 0.0, 0.0, 0.0, 1.0], "uneven"),
        ([0.0, 0.0, 0.0, 1.0], ""),
        ([0.0, math.nan, 1.0], ""),
        ([1.0, 2.0], ""),
    ],
)
def test_runs_that_one_of_them_carries_are_said_to_be_uneven(values, note):
    lean = stats.skew([v for v in values if not math.isnan(v)], bias=False)
    assert notes(pd.DataFrame({"m": values})).loc["m", "note"] == note
    assert (note == "uneven") == (not math.isnan(lean) and abs(lean) > 2 + 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_the_ratio_of_spreads_is_bounded_where_pitman_and_morgan_reject(seed):
    """Of luck with light tails; `test_heavy_tails_widen_it` has the others."""
    generator = np.random.default_rng(seed)
    one = generator.uniform(0, 3, 12)
    other = 0.2 * one + generator.choice([0.0, 1.0, 3.0], 12)
    assert max(map(tail, (one, other))) < 0
    ratio, low, high = ratio_of_spreads(one, other, 0.9)
    assert ratio == pytest.approx(one.var(ddof=1) / other.var(ddof=1))
    for end in (low, high):
        scaled = one / end**0.5
        assert stats.pearsonr(scaled + other, scaled - other).pvalue == pytest.approx(0.1)
    turned = ratio_of_spreads(other, one, 0.9)
    assert turned == pytest.approx((1 / ratio, 1 / high, 1 / low))


def tail(values):
    return stats.kurtosis(values, bias=False)


@pytest.mark.parametrize("what", [name for name in LEANING if tail(LEANING[name]) > 0])
def test_heavy_tails_widen_it(what):
    """As much as a t quantile that is larger by the root of 1 + excess kurtosis / 2 would."""
    one = LEANING[what]
    other = one + one.std() * np.random.default_rng(9).uniform(-1, 1, len(one))
    ratio, low, high = ratio_of_spreads(one, other)
    heavy = max(tail(one), tail(other))
    wanted = stats.t.ppf(0.975, len(one) - 2) * math.sqrt(1 + heavy / 2)
    for end in (low, high):
        scaled = one / end**0.5
        r = abs(stats.pearsonr(scaled + other, scaled - other).statistic)
        assert r * math.sqrt((len(one) - 2) / (1 - r * r)) == pytest.approx(wanted, rel=1e-6)
    assert low < ratio < high


@pytest.mark.parametrize("half_width", [0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("what", ["gamma", "exponential", "counts"])
def test_as_many_runs_of_the_same_shape_are_needed(what, half_width):
    values = LEANING[what]
    _, low, high = t_interval(values)
    spread = (high - low) / 2 * len(values) ** 0.5 / t_quantile(0.95, len(values))
    needed = runs_needed(values, half_width)
    assert t_quantile(0.95, needed) * spread <= half_width * needed**0.5
    if needed > 2:
        assert t_quantile(0.95, needed - 1) * spread > half_width * (needed - 1) ** 0.5
    assert runs_needed(values, (high - low) / 2 * 1.0001) == len(values)


def test_ninety_five_is_no_confidence():
    with pytest.raises(ValueError, match=r"0\.95 for 95 %"):
        t_interval(GAPS, 95)


def test_nobody_else_computes_a_t_interval():
    """Kaplan-Meier limits in `measures` are of another kind."""
    home = Path(cjsim.__file__).parent
    ours = re.compile(r"stdtrit|\bt\.ppf|ttest_1samp")
    found = [
        path.name for path in home.rglob("*.py") if ours.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["intervals.py"]
