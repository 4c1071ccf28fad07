"""The map and the profile of a sweep, the quadrants of a comparison: what they draw and say."""

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.charts.sweep import phase_map, profile
from cjsim.charts.uplift import uplift
from cjsim.experiment.design import grid
from cjsim.experiment.sweep import Sweep

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
    assert "guide.accuracy = 0.2: -3 [-4.45 .. -1.55]" in alt
    assert "guide.accuracy = 0.8: +3 [+1.55 .. +4.45]" in alt


@pytest.fixture(scope="module")
def comparison():
    phone = cjsim.Scenario.load("phone")
    scenarios = {name: phone.with_strategy(name) for name in ("pull", "guide", "animator")}
    return cjsim.compare(scenarios, 100, runs=3)


def test_the_quadrants_fill_each_bar(comparison):
    picture = uplift(comparison)
    widths = np.array([bar.get_width() for bar in picture.figure.axes[0].patches]).reshape(2, 4)
    assert widths.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert widths[1] == pytest.approx(comparison.uplift().loc["animator", "share"].to_numpy())


def test_the_quadrants_say_who_is_driven_away(comparison):
    lost = comparison.uplift().loc[("animator", "only_without"), "share"]
    assert f"loses {lost:.1%}" in uplift(comparison).alt
    assert f"теряет {lost:.1%}" in uplift(comparison, "ru").alt


@pytest.mark.parametrize("draw", [lambda: phase_map(made()), lambda: profile(made(), ACCURACY)])
def test_equal_pictures_are_equal_text(draw):
    assert draw().svg() == draw().svg()
