"""The picture of a flat top: it draws what was found, and says where the best lies."""

import dataclasses
import functools

import pytest

import cjsim
from cjsim.charts.optimum import optimum
from cjsim.experiment.optimise import optimise


@functools.cache
def one_key():
    guide = cjsim.Scenario.load("phone", "guide")
    return optimise(guide, {"guide.every_days": (5, 60)}, people=60, runs=3, executor="here")


@functools.cache
def several_keys():
    guide = cjsim.Scenario.load("phone", "guide")
    return optimise(
        guide, {"firm.reps": (1, 4)}, people=30, runs=2, split=("outdoor", "cases", "site"),
        evaluations=20, executor="here",
    )  # fmt: skip


def test_the_curve_is_the_difference_to_the_best():
    found = one_key()
    (panel,) = optimum(found).figure.axes
    curve = panel.lines[0]
    assert list(curve.get_xdata()) == list(found.lines["at"])
    assert list(curve.get_ydata()) == list(found.lines["difference"])
    assert panel.get_xscale() == "log"


def test_grey_is_what_is_good_enough_and_the_band_is_the_interval():
    narrow = one_key().good_enough.assign(low=7.0, high=11.0)
    found = dataclasses.replace(one_key(), good_enough=narrow)
    (panel,) = optimum(found).figure.axes
    grey = panel.patches[0]
    assert grey.get_x() == pytest.approx(7.0)
    assert grey.get_x() + grey.get_width() == pytest.approx(11.0)
    corners = panel.collections[0].get_paths()[0].vertices[:, 1]
    assert corners.min() == pytest.approx(found.lines["low"].min())
    assert corners.max() == pytest.approx(found.lines["high"].max())


def test_the_best_and_the_present_value_are_marked():
    found = one_key()
    (panel,) = optimum(found).figure.axes
    marked = [list(line.get_xdata()) for line in panel.lines[1:3]]
    assert marked == [[found.best["guide.every_days"]], [30.0, 30.0]]


def test_each_key_has_a_panel_of_its_own():
    found = several_keys()
    picture = optimum(found)
    assert [panel.get_xlabel() for panel in picture.figure.axes] == [
        "firm.reps", "outdoor, share of the budget", "cases, share of the budget",
        "site, share of the budget",
    ]  # fmt: skip
    for panel, (_, line) in zip(
        picture.figure.axes, found.lines.groupby("axis", sort=False), strict=True
    ):
        assert list(panel.lines[0].get_ydata()) == list(line["difference"])


def test_the_legend_names_what_only_a_later_panel_shows():
    """One rep, as it stands, lies outside the range of the first panel."""
    found = several_keys()
    outside = dataclasses.replace(found, now={**found.now, "firm.reps": 9.0})
    names = [text.get_text() for text in optimum(outside).figure.legends[0].get_texts()]
    assert "As it stands" in names
    assert len(names) == len(set(names)) == 5


def test_thousands_are_written_as_each_language_does():
    rows = one_key().good_enough.assign(best=12500.0, low=12000.0, high=1234567.0)
    found = dataclasses.replace(one_key(), good_enough=rows)
    assert "best at 12,500, good enough from 12,000 to 1,234,567" in optimum(found, "en").alt
    assert "12\u00a0500" in optimum(found, "ru").alt
    assert (
        "," not in optimum(found, "ru").alt.split("лучшее значение")[1].split(" достаточно")[0][:-1]
    )


def test_only_an_optimum_can_be_drawn():
    with pytest.raises(TypeError, match="optimise"):
        optimum("guide")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_alt_text_states_the_best_and_the_good_range(lang):
    row = one_key().good_enough.loc["guide.every_days"]
    alt = optimum(one_key(), lang).alt
    for name in ("best", "low", "high"):
        assert f"{row[name]:.3g}".replace(".", "." if lang == "en" else ",") in alt
    assert "EUR" in alt
    assert all(axis.name in optimum(several_keys(), lang).alt for axis in several_keys().axes)


def test_words_are_in_the_language_asked_for():
    legend = [text.get_text() for text in optimum(one_key(), "ru").figure.legends[0].get_texts()]
    assert {"Достаточно хорошо", "95-процентный интервал случая"} < set(legend)
    assert len(legend) == 5


def test_two_equal_pictures_are_equal_text():
    assert optimum(one_key())._repr_html_() == optimum(one_key())._repr_html_()


def test_the_data_behind_it_is_saved(tmp_path):
    path = optimum(several_keys()).save(tmp_path / "optimum.csv")
    assert len(path.read_text().splitlines()) == len(several_keys().lines) + 1
