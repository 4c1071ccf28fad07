"""The map and the profile of a sweep, the quadrants of a comparison: what they draw and say."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.charts import phase_map, profile
from cjsim.charts.uplift import uplift
from cjsim.experiment.design import grid
from cjsim.experiment.sweep import Sweep
from cjsim.labels.numbers import number, per_cent
from cjsim.report import experiments

ACCURACY, DAYS = "guide.accuracy", "guide.every_days"
SETTINGS = grid({ACCURACY: [0.2, 0.4, 0.6, 0.8], DAYS: [7.0, 14.0, 30.0]})


def made(names: tuple[str, ...] = ("pull", "guide")) -> Sweep:
    """The guide leads by 10 x (accuracy - 0.5), in each of 4 runs a little differently."""
    rows = []
    for cell, at in SETTINGS.iterrows():
        for name in names:
            for run, noise in enumerate((-1.0, -0.5, 0.5, 1.0)):
                lead = 10 * (at[ACCURACY] - 0.5) + noise if name == "guide" else 0.0
                value = 100.0 + lead - (50.0 if name == "animator" else 0.0)
                head = {"cell": cell, **at, "scenario": name, "run": run, "seed": run}
                rows.append({**head, "profit_per_person": value})
    return Sweep(SETTINGS, names, 1, pd.DataFrame(rows))


def test_the_map_shows_the_lead_of_every_cell():
    picture = phase_map(made())
    mesh = picture.figure.axes[0].collections[0]
    assert np.allclose(mesh.get_array().data.reshape(3, 4)[0], [-3.0, -1.0, 1.0, 3.0])


def test_the_map_says_who_leads_where_and_how_surely():
    """+-1 is within the interval of four runs: t(3) = 3.18, s = 0.91, half width 1.45."""
    alt = phase_map(made()).alt
    assert "Pull in 6, clearly in 3" in alt
    assert "Guide in 6, clearly in 3" in alt
    assert f"{DAYS} = 7: {ACCURACY} = 0.5;" in alt
    assert "Проводник — в 6, уверенно в 3" in phase_map(made(), lang="ru").alt


def test_dots_stand_where_the_interval_includes_zero():
    axes = phase_map(made()).figure.axes[0]
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert sorted(set(dots.get_xdata())) == [0.4, 0.6]


def test_rings_stand_where_a_cell_is_clear_alone_but_not_among_all():
    """+-3 in four runs: t = 6.6, a chance of .7 %; among 12 cells that is too much."""
    axes = phase_map(made()).figure.axes[0]
    ring = next(line for line in axes.lines if line.get_markeredgecolor() == "black")
    assert sorted(set(ring.get_xdata())) == [0.2, 0.8]
    legend = [word.get_text() for word in axes.figure.legends[0].get_texts()]
    assert "leaves zero out, but not when all settings are allowed for" in legend
    assert "clearly in 3 (0). In brackets: clear even when all" in phase_map(made()).alt
    assert "уверенно в 3 (0). В скобках" in phase_map(made(), lang="ru").alt


def test_a_map_of_three_names_the_winner_by_colour():
    picture = phase_map(made(("pull", "guide", "animator")))
    assert "Animator in 0" in picture.alt
    codes = picture.figure.axes[0].collections[0].get_array().data.reshape(3, 4)
    assert codes[0].tolist() == [0, 0, 1, 1]


def test_a_map_has_two_keys():
    one = Sweep(SETTINGS[[ACCURACY]], ("pull", "guide"), 1, made().runs)
    with pytest.raises(ValueError, match="a map has two keys, this sweep has 1"):
        phase_map(one)


def test_the_profile_states_both_ends():
    alt = profile(made(), ACCURACY).alt
    assert "guide.accuracy = 0.2: −3.00 [−4.45 .. −1.55]" in alt
    assert "guide.accuracy = 0.8: +3.00 [+1.55 .. +4.45]" in alt


@pytest.mark.parametrize("runs", [1, 4])
def test_the_profile_of_one_strategy_is_the_measure_itself(runs):
    found = ahead([[1, 5], [3, 7]], ("pull",), runs)
    picture = profile(found, ACCURACY)
    means = found.values("profit_per_person")[:, 0].mean(axis=1)
    of_two = [(means[found.settings[ACCURACY] == value]).mean() for value in (1.0, 2.0)]
    (line,) = (drawn for drawn in picture.figure.axes[0].lines if len(drawn.get_xdata()))
    assert line.get_ydata() == pytest.approx(of_two)
    assert list(picture.data.columns) == ["mean", "low", "high"]
    assert picture.alt.startswith("Profit per person of Pull, ")
    assert ("no interval" in picture.alt) == (runs == 1)


# --- Sweeps that are not as usual ---------------------------------------------------------------


def ahead(table, names=("pull", "guide"), runs: int = 4, keys=(ACCURACY, DAYS)) -> Sweep:
    """The last scenario leads by the table's cells: first key to the right, second downwards."""
    table = np.asarray(table, float)
    x, y = (np.arange(1.0, size + 1) for size in table.shape[::-1])
    settings = grid({keys[0]: x.tolist(), keys[1]: y.tolist()})
    rows = [
        {"cell": cell, **settings.loc[cell], "scenario": name, "run": run, "seed": run,
         "profit_per_person": lead if name == names[-1] else 0.0 * lead}
        for cell, lead in enumerate(table.T.ravel())
        for name in names
        for run in range(runs)
    ]  # fmt: skip
    return Sweep(settings, tuple(names), 1, pd.DataFrame(rows))


NAN = np.nan
LEGEND = {"en": "one run, hence no interval", "ru": "прогон один, интервала нет"}


def test_a_lead_that_changes_along_the_second_key_only_is_told():
    found = ahead([[-1, -1, -1], [3, 3, 3]])
    assert f"The lead changes hands at {ACCURACY} = 1: {DAYS} = 1.25;" in phase_map(found).alt
    assert "1.25" in experiments.of_sweep(found, "profit_per_person", "en", False)


def test_no_change_of_the_lead_is_told_only_where_there_is_none():
    nowhere = "The lead changes hands nowhere on the map."
    assert nowhere in phase_map(ahead([[1, 1], [1, 0]])).alt
    apart = phase_map(ahead([[1, 0], [0, -1]])).alt  # not in neighbouring cells
    assert "changes hands" not in apart


@pytest.mark.parametrize(("table", "at"), [([[-1], [3]], "y"), ([[-1, 3]], "x")])
def test_a_map_of_a_single_row_or_column_has_its_flip_line(table, at):
    axes = phase_map(ahead(table)).figure.axes[0]
    places = [line.get_xdata() if at == "x" else line.get_ydata() for line in axes.lines]
    assert [1.25, 1.25] in [list(place) for place in places]


@pytest.mark.parametrize(("far", "most", "arrows"), [(5000.0, 2.0, "both"), (1.5, 1.5, "neither")])
def test_a_cell_far_beyond_all_others_does_not_take_the_colours(far, most, arrows):
    table = np.ones((3, 8))
    table[0, 0], table[0, 1] = far, -1.0
    figure = phase_map(ahead(table)).figure
    mesh = figure.axes[0].collections[0]
    assert (mesh.norm.vmin, mesh.norm.vmax) == (-most, most)
    assert mesh.colorbar.extend == arrows


@pytest.mark.parametrize(
    ("days", "scale"),
    [
        ([5.0, 10.0, 20.0, 40.0, 80.0], "log"),
        ([5.0, 10.0, 15.0, 20.0], "linear"),
        ([1.0, 2.0], "linear"),
        ([0.0, 1.0, 10.0], "linear"),
    ],
)
@pytest.mark.parametrize("names", [("pull", "guide"), ("pull", "guide", "animator")])
def test_values_that_double_have_rows_of_one_height(days, scale, names):
    found = ahead(np.arange(3.0 * len(days)).reshape(len(days), 3), names)
    place = dict(enumerate(days, start=1))
    for frame in (found.settings, found.runs):
        frame[DAYS] = frame[DAYS].map(place)
    figure = phase_map(found, lang="ru").figure
    axes = figure.axes[0]
    assert axes.get_yscale() == scale
    figure.draw_without_rendering()
    if scale == "log":
        edges = np.unique(axes.collections[0].get_coordinates()[:, 0, 1])
        assert np.ptp(np.diff(np.log(edges))) < 1e-12
        assert [label.get_text() for label in axes.get_yticklabels()] == [f"{d:g}" for d in days]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_nobody_is_ahead_of_an_equal(lang):
    twice = phase_map(ahead(np.zeros((2, 3)), ("pull", "copy")), lang=lang).alt
    for words in {"en": ("Pull in 0", "copy in 0", "Nobody ahead in 6."),
                  "ru": ("copy — в 0", "Поровну — в 6.")}[lang]:  # fmt: skip
        assert words in twice
    assert "Поровну" not in phase_map(made(), lang="ru").alt


def test_a_tie_of_many_has_no_winners_colour():
    picture = phase_map(ahead([[0, 1]], ("pull", "guide", "animator")))
    codes = picture.figure.axes[0].collections[0].get_array()
    assert np.ma.filled(codes, NAN).ravel().tolist()[1] == 2.0
    assert np.isnan(np.ma.filled(codes, NAN).ravel()[0])
    assert "nobody ahead" in [t.get_text() for t in picture.figure.legends[0].get_texts()]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_map_of_one_run_does_not_speak_of_intervals(lang):
    picture = phase_map(ahead([[-1, 1]], runs=1), lang=lang)
    assert not [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]
    assert [t.get_text() for t in picture.figure.legends[0].get_texts()][-1] == LEGEND[lang]
    assert LEGEND[lang] in picture.alt.lower()
    assert not {"clearly", "уверенно"} & set(picture.alt.split())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_profile_of_one_run_does_not_speak_of_intervals(lang):
    alt = profile(ahead([[-1, 1]], runs=1), ACCURACY, lang=lang).alt
    assert LEGEND[lang] in alt
    lead = number(1.0, lang, 2)
    assert f"{ACCURACY} = 1: −{lead}; {ACCURACY} = 2: +{lead}." in alt


def test_what_was_not_measured_is_said_and_stays_white():
    found = ahead([[NAN, 1, 1], [NAN, -1, 1]])
    picture = phase_map(found)
    cells = picture.figure.axes[0].collections[0].get_array().reshape(2, 3)
    assert np.isnan(np.ma.filled(cells, NAN)).tolist() == [[True, False, False]] * 2
    dots = next(line for line in picture.figure.axes[0].lines if line.get_marker() == "o")
    assert len(dots.get_xdata()) == 0
    assert "Pull in 1, clearly in 1 (1); Guide in 3, clearly in 3 (3)." in picture.alt
    assert "Nothing to measure in 2." in picture.alt
    assert f"{ACCURACY} = 1: nothing to measure; {ACCURACY} = 3: +1.00." in (
        profile(found, ACCURACY).alt
    )


def test_a_cell_that_was_not_yet_run_stays_white():
    some = made()
    runs = some.runs[some.runs[ACCURACY] != 0.4]
    picture = phase_map(Sweep(some.settings, some.names, 1, runs))
    cells = picture.figure.axes[0].collections[0].get_array().reshape(3, 4)
    assert np.isnan(np.ma.filled(cells, NAN))[0].tolist() == [False, True, False, False]


def test_dots_have_a_rim_that_shows_on_dark_cells():
    picture = phase_map(made())
    dots = next(line for line in picture.figure.axes[0].lines if line.get_marker() == "o")
    named = picture.figure.legends[0].legend_handles[1]
    assert {dots.get_markeredgecolor(), named.get_markeredgecolor()} == {"white"}


def test_eight_strategies_have_eight_looks_in_a_profile_and_no_map():
    found = ahead([[1, 2], [1, 2]], tuple("abcdefgh"))
    named = profile(found, ACCURACY).figure.axes[0].get_legend().get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in named}) == 7
    with pytest.raises(ValueError, match="at most 6 scenarios apart, this sweep has 8"):
        phase_map(found)
    six = phase_map(ahead([[1, 2], [1, 2]], tuple("abcdef")))
    assert six.alt.count("clearly in") == 6


def worded() -> Sweep:
    """A sweep over accuracies and words, in which the lead changes at 0.5."""
    push = {7.0: "guide", 14.0: "animator"}
    found = made()
    settings, runs = (
        table[table[ACCURACY].between(0.3, 0.7) & table[DAYS].isin(push)]
        .assign(**{DAYS: table[DAYS].map(push)})
        .rename(columns={DAYS: "guide.push"})
        for table in (found.settings, found.runs)
    )
    return Sweep(settings, found.names, 1, runs)


ONE = ahead([[1, 2]], ("pull",))
UNMEASURED = ahead([[NAN, NAN]])
SPREAD = Sweep(SETTINGS.iloc[:5], ("pull", "guide"), 1, made().runs[made().runs["cell"] < 5])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: phase_map(worded()), "guide.push: holds words"),
        (lambda: profile(worded(), "guide.push"), "guide.push: holds words"),
        (lambda: phase_map(ONE), "nobody can be ahead of 'pull', the only scenario"),
        (lambda: phase_map(UNMEASURED), "profit_per_person: has no value"),
        (lambda: profile(UNMEASURED, ACCURACY), "profit_per_person: has no value"),
        (lambda: phase_map(SPREAD), "these 5 settings are no such grid"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_words(ask, said):
    with pytest.raises(ValueError, match=said):
        ask()


def test_only_a_sweep_can_be_drawn():
    for draw in (lambda: phase_map(SETTINGS), lambda: profile(SETTINGS, ACCURACY)):
        with pytest.raises(TypeError, match="Sweep"):
            draw()


def test_a_sweep_over_words_is_printed_and_its_numbers_are_drawn(tmp_path):
    found = worded()
    printed = experiments.of_sweep(found, "profit_per_person", "en", False)
    assert "animator" in printed
    assert "The lead changes hands at" in printed
    experiments.draw_sweep(found, "profit_per_person", tmp_path, "en")
    assert {path.name for path in tmp_path.glob("*.svg")} == {f"profile-{ACCURACY}.svg"}


@pytest.fixture(scope="module")
def comparison():
    phone = cjsim.Scenario.load("phone")
    scenarios = {name: phone.with_strategy(name) for name in ("pull", "guide", "animator")}
    return cjsim.compare(scenarios, 100, runs=3)


def test_the_quadrants_fill_each_bar(comparison):
    picture = uplift(comparison)
    widths = np.array([bar.get_width() for bar in picture.figure.axes[0].patches]).reshape(2, 4)
    edge = picture.figure.axes[0].get_xlim()[1]
    assert widths.sum(axis=1) == pytest.approx([edge, edge])
    shares = comparison.uplift().loc["animator", "share"].to_numpy()
    assert widths[1, :3] == pytest.approx(shares[:3])
    assert widths[1, 3] == pytest.approx(edge - shares[:3].sum())


def test_the_quadrants_say_who_is_driven_away(comparison):
    lost = comparison.uplift().loc[("animator", "only_without"), "share"]
    assert f"loses {lost:.1%}" in uplift(comparison).alt
    assert f"теряет {per_cent(lost, 'ru', 1)}" in uplift(comparison, "ru").alt


def test_in_russian_too_the_share_is_of_all_people(comparison):
    assert "] всех людей (иначе они не купили бы)" in uplift(comparison, "ru").alt


@pytest.mark.parametrize("draw", [lambda: phase_map(made()), lambda: profile(made(), ACCURACY)])
def test_equal_pictures_are_equal_text(draw):
    assert draw().svg() == draw().svg()
