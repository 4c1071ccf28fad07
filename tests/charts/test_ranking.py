"""Rankings: they draw the table they are given, and say what it says."""

import dataclasses
import itertools
import re

import numpy as np
import pytest
from matplotlib.container import BarContainer, ErrorbarContainer

import cjsim
from cjsim import charts
from cjsim.charts import ranking_parts
from cjsim.experiment.tornado import tornado
from cjsim.experiment.weak_point import weak_point
from cjsim.journey import TWELVE

KEYS = ["market.onset_days", "product.price", "stages.comparison.planned_loss", "guide.accuracy"]
MANY = {"people": 60, "runs": 3, "executor": "here"}
each_language = pytest.mark.parametrize("lang", ["en", "ru"])


@pytest.fixture(scope="module")
def phone():
    return cjsim.Scenario.load("phone", "pull")


@pytest.fixture(scope="module")
def swings(phone):
    return tornado(phone, KEYS, measure="revenue", **MANY)


@pytest.fixture(scope="module")
def weak(phone):
    return weak_point(phone, "revenue", better=0.05, **MANY)


def widths(axes) -> list[list[float]]:
    bars = [c for c in axes.containers if isinstance(c, BarContainer)]
    return [[bar.get_width() for bar in series] for series in bars]


def whiskers(axes) -> list[np.ndarray]:
    found = [c for c in axes.containers if isinstance(c, ErrorbarContainer)]
    return [np.array(c.lines[2][0].get_segments())[:, :, 0] for c in found]


def words(figure) -> str:
    labels = [t for axes in figure.axes for t in (*axes.get_yticklabels(), *axes.texts)]
    return "\n".join(t.get_text() for t in [*labels, *figure.texts])


# --- Tornado ------------------------------------------------------------------------------------


def test_tornado_bars_and_whiskers_are_the_table(swings):
    table = swings.table.assign(up_high=swings.table["up_high"] + 1.0)  # longer on one side
    axes = charts.tornado(dataclasses.replace(swings, table=table)).figure.axes[0]
    assert widths(axes) == [pytest.approx(list(table[end])) for end in ("down", "up")]
    for drawn, end in zip(whiskers(axes), ("down", "up"), strict=True):
        assert drawn == pytest.approx(table[[f"{end}_low", f"{end}_high"]].dropna().to_numpy())
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row stands on top
    ticks = [label.get_text() for label in axes.get_yticklabels()]
    assert [tick.split("\n")[0] for tick in ticks] == list(table.index)
    assert ticks[0].endswith(f"{table['low_value'].iloc[0]:g} … {table['high_value'].iloc[0]:g}")


@each_language
def test_tornado_says_which_key_is_strongest_and_its_elasticity(swings, lang):
    alt = charts.tornado(swings, lang).alt
    first = swings.table.iloc[0]
    assert first.name in alt
    for name in ("elasticity", "elasticity_low", "elasticity_high", "down", "up_high"):
        assert ranking_parts.number_words(first[name], lang) in alt, name
    clear = swings.table["clear"].sum()
    said = {"en": "Clear of zero: {} of 4", "ru": "Ноль вне интервала: {} из 4"}[lang]
    assert said.format(clear) in alt
    assert "EUR" in alt


@each_language
def test_tornado_says_when_nothing_matters(phone, lang):
    idle = tornado(phone, ["guide.accuracy"], measure="revenue", **MANY)  # pull runs, nobody guides
    alt = charts.tornado(idle, lang).alt
    said = {"en": "Revenue: none of these numbers (1), alone 10 %", "ru": "Показатель «Выручка» не"}
    assert alt.startswith(said[lang])


@each_language
def test_tornado_of_what_cannot_be_measured_does_not_say_nothing_matters(swings, lang):
    columns = [
        name for name in swings.table if name not in ("value", "low_value", "high_value", "clear")
    ]
    table = swings.table.copy()
    nothing = cjsim.labels.text("paired.nothing", lang)
    table.loc[table.index[-1], columns] = np.nan  # one key
    picture = charts.tornado(dataclasses.replace(swings, table=table), lang)
    assert words(picture.figure).count(nothing) == 1
    assert table.index[0] in picture.alt
    table[columns] = np.nan
    picture = charts.tornado(dataclasses.replace(swings, table=table), lang)
    assert words(picture.figure).count(nothing) == len(table)
    assert nothing in picture.alt


def test_large_values_of_a_key_have_no_exponent(swings):
    table = swings.table.assign(low_value=9e8, high_value=1.1e9)
    picture = charts.tornado(dataclasses.replace(swings, table=table), "ru")
    shown = "900\u00a0000\u00a0000"
    assert f"При {shown} изменение" in picture.alt
    assert f"{shown} … 1\u00a0100\u00a0000\u00a0000" in words(picture.figure)


def test_tornado_without_an_elasticity_says_so(swings):
    table = swings.table.assign(elasticity=np.nan)
    alt = charts.tornado(dataclasses.replace(swings, table=table)).alt
    assert "No elasticity" in alt
    assert "nan" not in alt


def test_a_long_key_is_broken_at_a_dot(phone):
    key = "strategies.pull.touchpoints.tech_support"
    found = tornado(phone, [key], measure="revenue", **MANY)
    label = charts.tornado(found).figure.axes[0].get_yticklabels()[0].get_text()
    assert label.split("\n")[:2] == ["strategies.pull.touchpoints.", "tech_support"]


# --- Weak point ---------------------------------------------------------------------------------


def test_weak_point_bars_and_whiskers_are_the_table(weak):
    gains, worth = charts.weak_point(weak).figure.axes
    table = weak.table
    for axes, column in ((gains, "gain"), (worth, "gain_per_budget")):
        assert widths(axes) == [pytest.approx(list(table[column].fillna(0.0)))]
        ends = table[[f"{column}_low", f"{column}_high"]].dropna().to_numpy()
        assert whiskers(axes)[0] == pytest.approx(ends)
    colours = [bar.get_facecolor() for bar in gains.patches]
    assert len(set(colours)) == 2
    assert colours.count(colours[0]) == 1  # the weak point alone


@each_language
def test_weak_point_names_the_stage_its_gain_and_how_sure_it_is(weak, lang):
    alt = charts.weak_point(weak, lang).alt
    row = weak.table.loc[weak.stage]
    assert cjsim.labels.text(f"stage.{weak.stage}.label", lang) in alt
    assert ranking_parts.number_words(row["gain"], lang) in alt
    assert ranking_parts.number_words(row["gain_low"], lang) in alt
    sure = {"en": "The interval leaves zero out.", "ru": "Ноль вне интервала."}[lang]
    assert (sure in alt) == row["clear"]
    for stage in weak.tied:
        assert cjsim.labels.text(f"stage.{stage}.label", lang) in alt
    assert re.search(r"\b5[ \N{NO-BREAK SPACE}]?%", alt)


@each_language
@pytest.mark.parametrize(("low", "sure"), [(1.0, True), (-1.0, False)])
def test_the_alt_text_follows_the_interval(weak, lang, low, sure):
    table = weak.table.copy()
    table.loc[weak.stage, ["gain_low", "clear"]] = [low, sure]
    alt = charts.weak_point(dataclasses.replace(weak, table=table), lang).alt
    clear, not_clear = {
        "en": ("leaves zero out", "holds zero"), "ru": ("Ноль вне интервала", "Ноль внутри")
    }[lang]  # fmt: skip
    assert (clear in alt, not_clear in alt) == (sure, not sure)


def test_a_gain_of_what_nobody_wants_is_told_as_less_of_it(weak):
    """Fewer opt-outs are a gain; the sentence says by how much they change."""
    less = charts.weak_point(dataclasses.replace(weak, measure="opt_outs"), "en").alt
    row = -weak.table.loc[weak.stage, ["gain", "gain_high", "gain_low"]].astype(float)
    for value in row:
        assert ranking_parts.number_words(value, "en") in less


@each_language
def test_all_twelve_stages_are_named_and_those_without_a_gain_say_why(weak, lang):
    said = words(charts.weak_point(weak, lang).figure)
    for stage in TWELVE:
        assert f"{int(stage)} {cjsim.labels.text(f'stage.{stage.key}.label', lang)}" in said
    assert said.count(cjsim.labels.text("ranking.nothing_to_lose", lang)) == 3
    unpaid = weak.table["gain"].notna() & weak.table["spend_per_day"].eq(0)
    assert said.count(cjsim.labels.text("ranking.no_budget", lang)) == unpaid.sum() > 0
    assert weak.note(lang) in said


@each_language
def test_without_a_gain_no_stage_is_blamed(weak, lang):
    table = weak.table.assign(gain=0.0, gain_low=-1.0, gain_high=1.0)
    picture = charts.weak_point(dataclasses.replace(weak, table=table), lang)
    said = {"en": "no stage has a gain", "ru": "ни на одном этапе нет выигрыша"}[lang]
    assert said in picture.alt
    legend = [t.get_text() for t in picture.figure.legends[0].get_texts()]
    assert legend == [cjsim.labels.text("chart.interval", lang).format(level=95)]


@each_language
def test_a_gain_that_cannot_be_measured_is_not_taken_for_none(weak, lang):
    columns = ["gain", "gain_low", "gain_high", "gain_per_budget"]
    empty = dataclasses.replace(weak, table=weak.table.assign(**dict.fromkeys(columns, np.nan)))
    picture = charts.weak_point(empty, lang)
    said, nothing = words(picture.figure), cjsim.labels.text("paired.nothing", lang)
    assert said.count(nothing) == 12 - 3
    assert said.count(cjsim.labels.text("ranking.nothing_to_lose", lang)) == 3
    assert nothing in picture.alt


def test_one_run_has_no_whiskers_and_says_so(phone):
    one = weak_point(phone, "revenue", better=0.2, people=200, runs=1, executor="here")
    picture = charts.weak_point(one)
    assert [len(segments) for segments in map(list, _segments(picture))] == [0, 0]
    assert "one run" in picture.alt
    assert "nan" not in picture.alt
    swing = charts.tornado(
        tornado(phone, KEYS[:2], measure="revenue", people=60, runs=1, executor="here")
    )
    assert "one run" in swing.alt
    assert len(swing.figure.legends[0].get_texts()) == 2  # smaller, larger, and no interval


def _segments(picture) -> list:
    found = [c for axes in picture.figure.axes for c in axes.containers]
    return [c.lines[2][0].get_segments() for c in found if isinstance(c, ErrorbarContainer)]


# --- Both ---------------------------------------------------------------------------------------


@each_language
def test_the_same_picture_is_the_same_text(swings, weak, lang):
    for draw, result in ((charts.tornado, swings), (charts.weak_point, weak)):
        assert draw(result, lang).svg() == draw(result, lang).svg()


def test_no_word_is_cut_off_or_written_over_another(swings, weak):
    """All text lies within the figure, and row labels do not touch each other."""
    for lang in ("en", "ru"):
        for picture in (charts.tornado(swings, lang), charts.weak_point(weak, lang)):
            picture.figure.draw_without_rendering()
            edge = picture.figure.bbox
            for axes in picture.figure.axes:
                box = axes.get_tightbbox()
                assert box.x0 >= edge.x0 - 1
                assert box.x1 <= edge.x1 + 1
            labels = [t.get_window_extent() for t in picture.figure.axes[0].get_yticklabels()]
            assert all(a.y0 >= b.y1 for a, b in itertools.pairwise(labels))


@pytest.mark.parametrize(
    ("value", "words"),
    [(1234.5, "+1,234"), (-51.32, "−51.3"), (0.00123, "+0.00123"), (0.0, "0"), (9.999, "+10.00")],
)
def test_three_digits_count(value, words):
    assert ranking_parts.number_words(value, "en") == words


def test_thousands_are_written_as_each_language_does():
    assert ranking_parts.number_words(-105375000.0, "en") == "−105,375,000"
    assert ranking_parts.number_words(-105375000.0, "ru") == "−105\u00a0375\u00a0000"


def test_each_ranking_draws_its_own_kind(swings, weak):
    with pytest.raises(TypeError, match=r"tornado.*weak_point"):
        charts.tornado(weak)
    with pytest.raises(TypeError, match=r"weak_point.*tornado"):
        charts.weak_point(swings)


def test_the_words_name_the_coverage_that_was_asked_for(phone):
    swings = tornado(phone, KEYS[:1], people=60, runs=2, confidence=0.8, executor="here")
    assert "80 % luck interval" in charts.tornado(swings).alt
    assert "95" not in charts.tornado(swings).alt.split("Strongest")[0]
