"""The pictures of experts and stays: drawn as the tables have it."""

import numpy as np
import pytest

from cjsim import charts
from tests.charts.markets import losses, stayed, taught


def test_the_learning_curve_is_drawn_as_it_is_computed():
    picture = charts.expert_curve(taught())
    assert picture.data.equals(taught().table)
    left, right = picture.figure.axes
    data = taught().table.xs("data", level="who")
    assert left.lines[2].get_ydata() == pytest.approx(100 * data["error"].to_numpy())
    assert left.lines[3].get_ydata() == pytest.approx(100 * data["expected"].to_numpy())
    assert right.lines[1].get_ydata() == pytest.approx(data["log_likelihood"].to_numpy())
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["5", "20", "80"]
    assert picture.alt == taught().says("en")


def test_stays_are_drawn_as_steps_with_laws_and_both_means():
    picture = charts.dwell(stayed())
    curve = stayed().curve
    assert picture.data.equals(curve)
    left, right = picture.figure.axes
    assert left.lines[0].get_ydata() == pytest.approx(100 * curve["lasting"].to_numpy())
    laws = {line.get_label(): line for line in left.lines}
    days = laws["Weibull"].get_xdata()
    assert laws["Weibull"].get_ydata() == pytest.approx(100 * stayed().lasting("weibull", days))
    means = [line.get_xdata()[0] for line in left.lines[-2:]]
    table = stayed().table
    assert means == [table.at["finished", "mean"], table.at[stayed().best, "mean"]]
    assert [line.get_label() for line in right.lines] == ["Action", "With a rival"]
    ended = sum(line.get_ydata()[-1] for line in right.lines)
    assert ended + left.lines[0].get_ydata()[-1] == pytest.approx(100)
    assert np.isfinite(days).all()


def test_what_is_not_drawn_is_told():
    with pytest.raises(TypeError, match=r"draws what cjsim\.observe\.dwell returns \(Dwell\)"):
        charts.dwell(losses())
    with pytest.raises(TypeError, match=r"Dwell is drawn by: dwell"):
        charts.expert_curve(stayed())
