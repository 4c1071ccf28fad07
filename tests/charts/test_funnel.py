"""The funnel figure: it shows the numbers it is given, says so, and is the same text each time."""

import re

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

import cjsim
from cjsim import charts
from cjsim.charts.picture import style
from cjsim.colours import looks_of
from cjsim.experiment.intervals import difference
from cjsim.journey import TWELVE
from tests.charts.markets import market


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


def test_more_than_all_people_are_explained(comparison):
    """Where people come and go in ten years, more may have stood at a stage than live at a time."""
    renewed = cjsim.compare({"it": "corporate_it"}, people=60, runs=1)
    picture = charts.funnel(renewed)
    assert picture.data["share_reached"].max() > 1
    assert picture.figure.axes[0].get_xlabel() == "Share of people, newcomers on top"
    assert charts.funnel(comparison).figure.axes[0].get_xlabel() == "Share of people"


def test_the_number_of_each_bar_stands_beside_it(comparison):
    axes = charts.funnel(comparison).figure.axes[0]
    shares = comparison.funnel()["people"] / (60 * 2)
    told = [word.get_text() for word in axes.texts]
    assert told == [f"{share:.1%}" if share < 0.1 else f"{share:.0%}" for share in shares]
    many = {f"{i}": comparison.scenarios["pull"] for i in range(5)}
    crowded = charts.funnel(cjsim.compare(many, 20, runs=1, executor="here"))
    assert not list(crowded.figure.axes[0].texts), "five bars a row have no room for numbers"


def test_whiskers_are_the_intervals_of_the_shares_over_runs(comparison):
    data = charts.funnel(comparison).data
    for name in comparison.scenarios:
        shares = comparison.runs.loc[name, [f"reached_{s.key}" for s in TWELVE]] / 60
        ends = difference(shares)
        assert data.loc[name, "share_low"].tolist() == ends["low"].tolist()
        assert data.loc[name, "share_high"].tolist() == ends["high"].tolist()
        assert data.loc[name, "share_reached"].tolist() == pytest.approx(
            ends["difference"].tolist()
        )


def test_one_run_has_no_whiskers():
    one = cjsim.compare(["phone"], 20, runs=1, executor="here")
    picture = charts.funnel(one)
    assert picture.data[["share_low", "share_high"]].isna().all(axis=None)
    assert not picture.figure.axes[0].containers[1:]


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


def many(*names: str, **changes: float) -> cjsim.Comparison:
    """The same firm under many names, the second one changed."""
    one = market().scenario
    scenarios = dict.fromkeys(names, one)
    scenarios[names[1]] = one.with_changes(changes)
    return cjsim.compare(scenarios, 10, runs=1, executor="here")


def all_legends(picture: charts.Picture) -> list[str]:
    return [word for words in legends(picture) for word in words]


def legends(picture: charts.Picture) -> list[list[str]]:
    return [[word.get_text() for word in box.get_texts()] for box in picture.figure.legends]


def plans(picture: charts.Picture) -> dict[str, int]:
    """How many plans are drawn in each colour."""
    drawn = [
        part for part in picture.figure.axes[1].collections if isinstance(part, LineCollection)
    ]
    found = {to_hex(part.get_color()[0]): len(part.get_segments()) for part in drawn}
    return {colour: lines for colour, lines in found.items() if lines}


def test_equal_plans_are_one_black_line(comparison):
    picture = charts.funnel(comparison)
    assert plans(picture) == {"#000000": len(TWELVE) - 1}  # a gate has no plan
    assert legends(picture)[1] == ["Planned loss", "Loss at the gate after a repeat deal"]


def test_a_plan_that_differs_is_in_the_colour_of_its_scenario():
    compared = many("a", "b", **{"stages.interest.planned_loss": 0.6})
    looks = looks_of({name: scenario.strategy for name, scenario in compared.scenarios.items()})
    picture = charts.funnel(compared)
    (one, _), (other, _) = looks.values()
    assert plans(picture) == {"#000000": len(TWELVE) - 2, one: 1, other: 1}
    assert any("in colour where the plans differ" in word for word in all_legends(picture))
    own = [part for part in picture.figure.axes[1].collections if len(part.get_segments()) == 1]
    assert own[1].get_segments()[0][:, 0] == pytest.approx([0.6, 0.6])


def test_a_legend_in_two_lines_has_the_scenarios_above_their_plan():
    """Words too wide for one line are stacked, column by column, and none is lost."""
    picture = charts.funnel(many("a firm that waits", "a firm that is a guide", "a third"), "ru")
    (words,) = legends(picture)
    assert words[::2] == ["a firm that waits", "a firm that is a guide", "a third"]
    assert words[1::2] == ["Запланированные потери", "Потери на пороге после повторной сделки", ""]


@pytest.mark.parametrize(
    "names",
    [
        [f"strategy number {i}" for i in range(5)],
        [f"s{i}" for i in range(9)],
        [f"a name of strategy {i} that is too long for a single line of words" for i in range(3)],
    ],
    ids=["five", "nine", "long"],
)
def test_no_legend_is_cut_or_lies_on_another(names):
    picture = charts.funnel(many(*names), "ru")
    figure = picture.figure
    with style():
        FigureCanvasAgg(figure).draw()
    boxes = [box.get_window_extent() for box in figure.legends]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert len(boxes) == 1 or not boxes[0].overlaps(boxes[1])
    said = [word.replace("\n", " ") for words in legends(picture) for word in words]
    assert [word for word in said if word in names] == names


def test_no_two_of_many_strategies_look_the_same():
    reached, losses = charts.funnel(many(*"abcdefghijklm")).figure.axes
    bars = [(to_hex(bar[0].get_facecolor()), bar[0].get_hatch()) for bar in reached.containers]
    marks = [(line.get_color(), line.get_marker()) for line in losses.lines]
    assert len(set(bars)) == len(set(marks)) == 13


def test_a_name_is_shown_as_it_is_written():
    """Dollar signs are no formula, and an underscore at the front hides nothing."""
    names = ["_mine", "$\\frac{$", "costs $5_a and $6_b"]
    picture = charts.funnel(many(*names))
    assert [word for word in all_legends(picture) if word in names] == names
    assert picture.svg().startswith("<?xml")
    assert not any(word.get_parse_math() for word in picture.figure.legends[0].get_texts())


def test_a_run_is_refused_in_words():
    with pytest.raises(TypeError, match=r"draws what cjsim\.compare returns .*, not Run"):
        charts.funnel(market())
