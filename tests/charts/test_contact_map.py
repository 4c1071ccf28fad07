"""Contacts by touchpoint and true stage: the cells are the measure's, the frames are the aims."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

import cjsim
from cjsim import charts, measures
from cjsim.charts.contact_map import NAME_LETTERS
from cjsim.charts.picture import style
from cjsim.journey import LENSES, Stage
from cjsim.labels import LANGUAGES
from cjsim.model.events import Event
from tests.charts.markets import market
from tests.measures.by_hand import lively, row, run_of


def test_a_row_is_the_shares_of_its_contacts():
    data = charts.contact_map(market()).data
    counts = measures.contact_map(market())
    assert data["contacts"].tolist() == counts.sum(axis=1).tolist()
    shares = data.drop(columns="contacts")
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    expected = counts.to_numpy() / counts.sum(axis=1).to_numpy()[:, None]
    assert shares.to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_title_is_whole_beside_the_longest_names(lang):
    firm = cjsim.Scenario.load("consulting")
    long = {"touchpoints.cases.title": "N" * NAME_LETTERS}
    figure = charts.contact_map(cjsim.simulate(firm.with_changes(long), 30, seed=1), lang).figure
    with style():
        FigureCanvasAgg(figure).draw()
    (title,) = [word for word in figure.texts if word.get_text()]
    assert title.get_window_extent().x1 <= figure.bbox.x1


@pytest.mark.parametrize("lens", LENSES)
def test_the_frame_is_at_the_step_that_the_touchpoint_aims_at(lens):
    picture = charts.contact_map(market(), lens=lens)
    frames = [p for p in picture.figure.axes[0].patches if isinstance(p, Rectangle)]
    library = market().scenario.touchpoints
    for place, (name, frame) in enumerate(zip(picture.data.index, frames, strict=True)):
        step = LENSES[lens].of[Stage.of(library[name].aims_at)]
        assert frame.get_xy() == (step - 0.5, place - 0.5)


def test_it_says_who_meets_most_and_who_comes_to_the_aim():
    alt = charts.contact_map(market()).alt
    counts = measures.contact_map(market()).sum(axis=1)
    assert f"{counts.sum():,} in all. Most are with “letter”" in alt
    assert "“call” comes to its aim most often" in alt
    assert "Чаще всех на своём этапе работает «call»" in charts.contact_map(market(), "ru").alt


def test_of_a_few_contacts_no_shares_are_told():
    tables = lively()
    run = run_of(
        [row(1.0, 0, Event.CONTACT, 1, 0)], people=2,
        **{key: tables[key] for key in ("touchpoints", "strategies")},
    )  # fmt: skip
    assert "No touchpoint has 20 contacts" in charts.contact_map(run).alt
    assert np.nansum(charts.contact_map(run).data.drop(columns="contacts")) == 1


def test_nothing_to_map_is_told_in_words():
    with pytest.raises(ValueError, match="strategy 'pull' runs no touchpoint"):
        charts.contact_map(run_of(people=3))
    with pytest.raises(ValueError, match="log"):
        charts.contact_map(cjsim.simulate(market().scenario, 20, seed=1, log="stages"))
