"""A row of hills per stage, each as high as its own largest number."""

import numpy as np
import pytest

import cjsim
from cjsim import charts
from cjsim.charts.occupancy import MOMENTS, SMOOTH, TALL
from cjsim.journey import LENSES
from cjsim.model.events import Event
from tests.charts.markets import market
from tests.measures.by_hand import path, row, run_of


def by_hand() -> cjsim.Run:
    """Three wake on days 10, 20, 30; one of them goes on to interest on day 50."""
    return run_of(path(0, (10, 1), (50, 2)), path(1, (20, 1)), path(2, (30, 1)), people=5)


def test_the_hills_are_the_people() -> None:
    picture = charts.occupancy(by_hand())
    day = picture.data.index.to_numpy()
    assert picture.data["awareness"].tolist() == [
        sum(d >= up for up in (10, 20, 30)) - int(d >= 50) for d in day
    ]
    assert len(day) == MOMENTS + 1
    people = picture.data[list(LENSES["twelve"].steps)]
    assert (people.sum(axis=1) == 5).all()


def test_the_line_is_the_mean_over_a_part_of_the_run() -> None:
    run = by_hand()
    picture = charts.occupancy(run)
    over = SMOOTH * run.scenario.horizon_days
    means = cjsim.measures.occupancy(run, run.scenario.horizon_days / MOMENTS, over=over)
    lines = [line for line in picture.figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert len(lines) == len(means.columns)
    for place, (step, line) in enumerate(zip(means, lines, strict=True)):
        assert picture.data[f"{step}_mean"].tolist() == means[step].tolist()
        tall = TALL / max(1, picture.data[step].max())
        assert line.get_ydata() == pytest.approx(place + tall * means[step])


def test_each_row_is_as_high_as_its_own_largest_number() -> None:
    hills = charts.occupancy(market()).figure.axes[0].collections
    tops = [hill.get_paths()[0].vertices[:, 1].max() for hill in hills]
    people = charts.occupancy(market()).data[list(LENSES["twelve"].steps)]
    has_people = people.max().to_numpy() > 0  # nobody leaves for good
    assert np.array(tops) - np.arange(16) == pytest.approx(TALL * has_people)


def test_the_numbers_beside_a_row_are_first_most_and_last() -> None:
    beside = charts.occupancy(by_hand()).figure.axes[1]
    numbers = [text.get_text() for text in beside.texts if text.get_position()[1] == 1.3]
    assert numbers == ["0", "3", "2"]


@pytest.mark.parametrize("lens", LENSES)
def test_it_has_a_row_for_each_step_of_a_lens(lens: str) -> None:
    axes = charts.occupancy(by_hand(), "ru", lens=lens).figure.axes[0]
    assert len(axes.get_yticklabels()) == len(LENSES[lens].steps)


def test_it_says_where_most_stand_and_who_grew_and_shrank() -> None:
    alt = charts.occupancy(by_hand()).alt
    assert "At the end most stand at “Unaware”: 2 of 5." in alt  # the first of two equals
    assert (
        "“Awareness” grew most, from 0 to 2; the number at “Unaware” fell most, from 5 to 2" in alt
    )
    assert "прибавил этап «Осознание»: с 0 до 2" in charts.occupancy(by_hand(), "ru").alt


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "5 of 5. Each number is the same at the end as on day 0."),
        ("ru", "5 из 5. На каждом этапе в конце столько же людей, сколько в день 0."),
    ],
)
def test_where_nothing_changed_nothing_grew(lang: str, told: str) -> None:
    assert charts.occupancy(run_of(people=5), lang).alt.endswith(told)


def test_where_no_number_fell_none_is_said_to_have_fallen() -> None:
    """A newcomer: one more at unaware, and nobody moves."""
    run = run_of([row(20.0, 3, Event.START, 0)], people=4, at_start=3)
    assert "“Unaware” grew most, from 3 to 4; none fell." in charts.occupancy(run).alt
    assert "с 3 до 4; ни один не убавил." in charts.occupancy(run, "ru").alt


def test_one_is_not_many() -> None:
    picture = charts.occupancy(run_of(people=1, horizon=1.0))
    assert picture.figure.get_suptitle().startswith("1 person: ")
    assert "over 1 day. " in picture.alt


def test_the_russian_title_is_right_for_any_number() -> None:
    title = charts.occupancy(by_hand(), "ru").figure.get_suptitle()
    assert title.startswith("5 человек: ")


def test_a_misspelt_lens_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'ten_steps'"):
        charts.occupancy(by_hand(), lens="tenstep")
