"""Labels that keep apart, and what a chart says of what it cannot draw."""

import inspect
import operator
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cjsim
from cjsim import charts
from cjsim.charts.parts import (
    CHARTS_OF,
    MAKERS,
    spread_out,
    step_words,
    wanted_kind,
)
from cjsim.experiment.compare import Comparison
from cjsim.journey import LENSES
from cjsim.run import Run
from tests.charts.markets import market

OF_A_RUN = {
    "cohorts": charts.cohorts,
    "journey_map": charts.journey_map,
    "occupancy": charts.occupancy,
    "retention": charts.retention,
    "step_matrix": charts.step_matrix,
    "story": lambda run: charts.story(run, 0),
    "a_story": charts.a_story,
}


def test_labels_with_room_stay_where_they_are():
    assert spread_out([0.9, 0.1, 0.5], 0.2, 0.0, 1.0).tolist() == [0.9, 0.1, 0.5]


def test_labels_that_touch_share_the_way():
    assert spread_out([0.5, 0.5], 0.2, 0.0, 1.0) == pytest.approx([0.4, 0.6])
    assert spread_out([0.5] * 3 + [0.65], 0.1, 0.0, 1.0) == pytest.approx(
        [0.3875, 0.4875, 0.5875, 0.6875]
    )
    assert spread_out([0.0, 0.0], 0.2, 0.0, 1.0) == pytest.approx([0.0, 0.2])
    assert spread_out([1.0, 1.0, 0.3], 0.2, 0.0, 1.0) == pytest.approx([0.8, 1.0, 0.3])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_labels_never_touch_and_keep_their_order(ends):
    placed = spread_out(ends, 0.1, 0.0, 1.0)
    order = np.argsort(ends, kind="stable")
    assert (np.diff(placed[order]) >= 0.1 - 1e-12).all()
    assert ((placed >= -1e-12) & (placed <= 1 + 1e-12)).all()


def test_only_the_twelve_are_numbered():
    words = step_words(LENSES["twelve"], "ru")
    assert words[0] == "До осознания"
    assert words[6] == "6  Действие"
    assert words[13:] == ["У конкурента", "Спящие", "Выбывшие"]
    assert step_words(LENSES["aida"], "en")[1] == "Attention"


def test_what_a_chart_draws_passes():
    wanted_kind(market(), Run)
    wanted_kind(market(), Comparison, Run)


def test_the_wrong_kind_is_told_the_right_one_and_its_own_charts():
    with pytest.raises(TypeError) as raised:
        wanted_kind(market(), Comparison)
    assert str(raised.value) == (
        "this chart draws what cjsim.compare returns (Comparison), not Run. Run is drawn by: "
        + CHARTS_OF["Run"]
    )
    with pytest.raises(TypeError) as raised:
        wanted_kind(7, Run, Comparison)
    assert str(raised.value) == (
        "this chart draws what cjsim.simulate or cjsim.compare returns (Run or Comparison), not int"
    )


def test_each_chart_is_named_under_what_it_draws():
    found = {kind: set() for kind in CHARTS_OF}
    for name in set(charts.__all__) - {"Picture", "a_story"}:
        drawn = next(iter(inspect.signature(getattr(charts, name)).parameters.values()))
        for kind in drawn.annotation.split(" | "):
            found[kind].add(name)
    assert {kind: set(names.split(", ")) for kind, names in CHARTS_OF.items()} == found


def test_each_kind_is_made_by_a_public_function():
    assert set(MAKERS) == set(CHARTS_OF)
    assert all(callable(operator.attrgetter(maker)(cjsim)) for maker in MAKERS.values())
    assert all(callable(attrgetter(maker)(cjsim)) for maker in MAKERS.values())


@pytest.mark.parametrize("draw", OF_A_RUN.values(), ids=OF_A_RUN)
def test_a_chart_of_a_run_says_so(draw):
    with pytest.raises(TypeError, match=r"what cjsim.simulate .*\(Run( or Log)?\), not dict"):
        draw({"pull": market()})
