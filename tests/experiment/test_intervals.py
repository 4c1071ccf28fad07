"""t intervals have one home, and all who ask it get the same."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment.intervals import difference, jackknife, t_interval, t_quantile

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


def test_scipy_agrees():
    low, high = stats.ttest_1samp(GAPS, 0.0).confidence_interval(0.9)
    assert t_interval(GAPS, 0.9)[1:] == pytest.approx((low, high), rel=1e-12)


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
