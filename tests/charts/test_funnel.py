"""The funnel figure: it shows the numbers it is given, says so, and is the same text each time."""

import re

import pytest

import cjsim
from cjsim import charts
from cjsim.journey import TWELVE


@pytest.fixture(scope="module")
def comparison():
    phone = cjsim.Scenario.load("phone")
    scenarios = {name: phone.with_strategy(name) for name in ("pull", "guide")}
    return cjsim.compare(scenarios, 60, runs=2)


def test_bars_are_shares_of_all_people(comparison):
    picture = charts.funnel(comparison)
    reached = picture.figure.axes[0]
    widths = [bar.get_width() for bar in reached.patches]
    people = comparison.funnel()["people"] / (60 * 2)
    assert widths == pytest.approx(list(people))


def test_every_stage_is_labelled_in_both_languages(comparison):
    for lang in ("en", "ru"):
        axes = charts.funnel(comparison, lang).figure.axes[0]
        assert len(axes.get_yticklabels()) == len(TWELVE)
    assert "Интерес" in axes.get_yticklabels()[1].get_text()


def test_alt_text_states_the_finding(comparison):
    share = comparison.funnel().loc[("guide", "first_deal"), "people"] / 120
    assert f"{share:.1%}" in charts.funnel(comparison).alt


def test_two_equal_pictures_are_equal_text_without_a_date(comparison):
    one, two = charts.funnel(comparison)._repr_html_(), charts.funnel(comparison)._repr_html_()
    assert one == two
    assert one.startswith("<figure")
    assert re.search('<img alt="[^"]{40,}"', one)
    assert "dc:date" not in charts.funnel(comparison).svg()


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "csv", "parquet"])
def test_it_saves_itself_and_its_data(comparison, ending, tmp_path):
    path = charts.funnel(comparison).save(tmp_path / f"funnel.{ending}")
    assert path.stat().st_size > 500


def test_another_ending_is_refused(comparison, tmp_path):
    with pytest.raises(ValueError, match=r"\.png"):
        charts.funnel(comparison).save(tmp_path / "funnel.bmp")


def test_a_strategy_of_ones_own_keeps_its_name(comparison):
    renamed = {"my own": comparison.scenarios["pull"]}
    picture = charts.funnel(cjsim.compare(renamed, 20, runs=1))
    assert "my own" in picture.alt
