"""The pictures of what a firm sees: attribution, lost records, paths."""

import numpy as np
import pytest

from cjsim import charts, observe
from tests.charts.markets import credited, hidden, losses, market, truth


def test_shares_of_each_method_add_up_and_stand_by_the_truth():
    picture = charts.attribution(credited(), truth=hidden().truth)
    assert picture.data.sum().tolist() == pytest.approx([1.0] * len(picture.data.columns))
    assert list(picture.data.columns) == ["first", "last", "linear", "markov", "shapley", "truth"]
    expected = credited().table["last"] / credited().table["last"].sum()
    assert picture.data["last"].to_dict() == pytest.approx(expected.to_dict())
    assert picture.data["truth"].is_monotonic_decreasing


def test_the_sentence_names_the_method_that_is_farthest():
    picture = charts.attribution(credited(), truth=hidden().truth)
    wrong = credited().against(hidden().truth)["wrong"]
    assert "farthest is last contact" in picture.alt
    assert f"{wrong['last']:.0%} of" not in picture.alt
    assert f"{wrong['last']:.0%}." in picture.alt
    assert "In truth “advert” brings most" in picture.alt


def test_where_nothing_works_there_is_no_mark_and_the_sentence_says_so():
    one = observe.world("selection", 1000)
    picture = charts.attribution(observe.attribute(one.paths), truth=one.truth)
    assert "truth" not in picture.data
    assert "In truth they bring nothing on the whole." in picture.alt


def test_the_truth_may_be_that_of_switching_off_and_names_are_titles():
    picture = charts.attribution(observe.attribute(market()), truth=truth(), methods=("last",))
    assert set(picture.data.index) >= set(truth().touchpoints)
    assert next(iter(picture.data.columns)) == "last"


@pytest.mark.parametrize("methods", [("lst",), tuple(credited().table)])
def test_methods_that_are_not_there_or_too_many_are_told(methods):
    with pytest.raises(ValueError, match="up to 5 of first, last"):
        charts.attribution(credited(), methods=methods)


def test_lost_records_are_drawn_as_they_are_counted():
    picture = charts.record_loss(losses())
    assert picture.data.equals(losses().table)
    left = picture.figure.axes[0].lines[0]
    curve = losses().table.xs("first", level="method").sort_index()
    assert left.get_ydata() == pytest.approx(100 * curve["wrong"].to_numpy())
    assert picture.alt.startswith("Recorded offline at 10%,")


def test_paths_are_those_of_the_log():
    picture = charts.path_variants(market(), most=4)
    table = observe.paths_of(market()).variants(4).set_index("path")
    assert picture.data.equals(table)
    bars = [bar.get_width() for bar in picture.figure.axes[0].patches[:4]]
    assert bars == table["people"].tolist()
    assert f"{int(table['people'].iloc[0])} people" in picture.alt
    assert f"Entropy: {observe.paths_of(market()).entropy():.1f} bits" in picture.alt


def test_a_firms_own_log_is_drawn_too_and_knows_no_titles():
    seen = observe.observe(market(), offline=0.5)
    picture = charts.path_variants(seen, deals="all")
    assert np.isfinite(picture.data["value_per_person"]).all()
    assert "tent" in picture.alt or "letter" in picture.alt


def test_what_is_not_drawn_is_told():
    with pytest.raises(ValueError, match="most = 1: must be a whole number of at least 2"):
        charts.path_variants(market(), most=1)
    with pytest.raises(TypeError, match=r"draws what cjsim\.observe\.attribute returns"):
        charts.attribution(market())
    with pytest.raises(TypeError, match=r"LossCurve is drawn by: record_loss"):
        charts.cohorts(losses())
