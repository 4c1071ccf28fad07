"""The matrix of steps shows shares of visits and says where most are lost."""

import numpy as np
import pytest

import cjsim
from cjsim import charts
from cjsim.charts.step_matrix import ENOUGH
from cjsim.journey import LENSES
from tests.charts.markets import market
from tests.measures.by_hand import path, run_of


def by_hand(people: int = 40) -> cjsim.Run:
    """Of all who wake three quarters go on; of these one in three sleeps, two stay there."""
    rows = []
    for i in range(people):
        way = [(10.0, 1), (20.0, 2 if i % 4 else 14), (30.0, 14)]
        rows.append(path(i, *way[: 3 if i % 4 == 1 else 2]))
    return run_of(*rows, people=people)


def test_each_row_adds_up_and_counts_its_visits() -> None:
    data = charts.step_matrix(by_hand()).data
    assert data.loc["awareness", ["visits", "interest", "dormant"]].tolist() == [40, 0.75, 0.25]
    assert data.loc["interest", ["visits", "dormant", "open"]].tolist() == pytest.approx(
        [30, 1 / 3, 2 / 3]
    )
    there = data[data["visits"] > 0]
    assert there.iloc[:, 1:].sum(axis=1).to_numpy() == pytest.approx(np.ones(len(there)))


def test_the_cells_show_the_shares() -> None:
    axes = charts.step_matrix(by_hand()).figure.axes[0]
    shown = {word.get_position()[::-1]: word.get_text() for word in axes.texts}
    assert shown[1, 2] == "75"
    assert shown[1, 14] == "25"
    assert shown[2, 16] == "67"
    assert (3, 4) not in shown


def test_a_share_that_rounds_to_nothing_is_not_nothing() -> None:
    words = [word.get_text() for word in charts.step_matrix(market()).figure.axes[0].texts]
    assert "0" not in words


def test_it_says_where_most_are_lost_and_what_is_surest() -> None:
    alt = charts.step_matrix(by_hand()).alt
    assert "The largest loss is from “Interest” to “Dormant”: 33% of 30 visits." in alt
    assert "The surest way on leads from “Awareness” to “Interest”: 75% of 40 visits." in alt
    russian = charts.step_matrix(by_hand(), "ru").alt
    assert "«Интерес» → «Спящие»: 33\N{NO-BREAK SPACE}% посещений из 30" in russian


def test_it_does_not_speak_of_shares_of_few() -> None:
    alt = charts.step_matrix(by_hand(people=8)).alt
    assert f"No step has the {ENOUGH} visits it takes" in alt


def test_a_way_that_nobody_took_is_none() -> None:
    """All wake, half of them fall asleep at once, the others are still there at the end."""
    rows = [path(i, (10.0, 1), *([(20.0, 14)] if i % 2 else [])) for i in range(40)]
    alt = charts.step_matrix(run_of(*rows, people=40)).alt
    assert alt.endswith("The largest loss is from “Awareness” to “Dormant”: 50% of 40 visits.")


def test_a_way_back_is_no_way_on() -> None:
    """From curiosity nine in ten come back; three in four go on to it, the others to a rival."""
    rows = [path(i, (10.0, 9), (20.0, 10 if i % 4 else 13)) for i in range(80)]
    rows += [path(i, (30.0, 9 if i % 10 else 13)) for i in range(80) if i % 4]
    alt = charts.step_matrix(run_of(*rows, people=80)).alt
    assert "The surest way on leads from “Repeat deal” to “Curiosity”" in alt


@pytest.mark.parametrize("lens", LENSES)
def test_a_lens_has_its_own_steps(lens: str) -> None:
    picture = charts.step_matrix(market(), lens=lens)
    assert picture.data.index.tolist() == list(LENSES[lens].steps)
    assert cjsim.labels.text(f"lens.{lens}.label") in picture.alt


def test_a_misspelt_lens_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'twelve'"):
        charts.step_matrix(market(), lens="twelv")
