"""The map shows how many people took which way, each counted once."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

import cjsim
from cjsim import charts, measures
from cjsim.charts.journey_map import WIDEST
from cjsim.journey import EXITS, STAGES
from cjsim.labels.numbers import counted
from tests.charts.markets import market
from tests.measures.by_hand import path, run_of


def by_hand() -> cjsim.Run:
    """One walks to sleep and back twice, one buys, two stay unaware."""
    return run_of(
        path(0, (1, 1), (2, 14), (3, 1), (4, 14), (5, 1), (6, 2)),
        path(1, (1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 7), (7, 8), (8, 9), (9, 13), (10, 13)),
        people=4,
    )


def test_a_person_is_counted_once_however_often_they_go() -> None:
    data = charts.journey_map(by_hand()).data
    assert data.loc["awareness", "dormant"] == 1
    assert data.loc["dormant", "awareness"] == 1
    assert data.loc["awareness", "interest"] == 2
    assert data.loc["with_rival", "with_rival"] == 1
    assert data["people"].tolist() == [4, 2, 2, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0]
    assert data["at_end"].tolist() == [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_ways_are_those_of_the_conversion_matrix() -> None:
    """Wherever visits lead, people went; and no more people than visits."""
    flows = charts.journey_map(market()).data[[stage.key for stage in STAGES]].to_numpy()
    visits = measures.conversion(market()).iloc[:, :-1].to_numpy()
    assert ((flows > 0) == (visits > 0)).all()
    assert (flows <= visits).all()
    assert (flows < visits).any()


def test_an_arrow_is_as_wide_as_its_people() -> None:
    axes = charts.journey_map(by_hand()).figure.axes[0]
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    widths = sorted(arrow.get_arrowstyle().tail_width for arrow in arrows)
    one, two = (0.8 + (WIDEST - 0.8) * share for share in (1 / 4, 2 / 4))
    ways = charts.journey_map(by_hand()).data.iloc[:, 2:].to_numpy()
    assert len(arrows) == (ways > 0).sum()
    assert widths == pytest.approx([one] * (ways == 1).sum() + [two] * (ways == 2).sum())


def test_ways_nobody_took_are_faint_lines() -> None:
    picture = charts.journey_map(by_hand())
    taken = (picture.data.iloc[:, 2:].to_numpy() > 0).sum()
    drawn = sum(len(ways) - 1 for ways in EXITS.values() if ways)  # all but those to GONE
    assert len(picture.figure.axes[0].lines) == drawn - taken


def test_it_says_how_far_people_came_and_where_they_were_lost() -> None:
    alt = charts.journey_map(market()).alt
    data = charts.journey_map(market()).data
    lost = data.iloc[:13][["with_rival", "dormant"]].to_numpy()
    assert f"{data.loc['first_deal', 'people']} were at the first deal" in alt
    assert f"from “Action” to “With a rival”: {lost.max()} people" in alt
    assert data.loc["action", "with_rival"] == lost.max()
    assert f"{data.loc['dormant', 'awareness']} from sleep" in alt
    russian = charts.journey_map(market(), "ru").alt
    assert f"«Действие» в «У конкурента»: {counted('people', lost.max(), 'ru')}." in russian


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", " Nobody left for a rival or fell asleep. "),
        ("ru", " Никто не ушёл ни к конкуренту, ни в спящие. "),
    ],
)
def test_where_nobody_left_there_is_no_way_out(lang: str, told: str) -> None:
    alt = charts.journey_map(run_of(path(0, (1, 1)), people=5), lang).alt
    assert told in alt
    assert "Unaware" not in alt
    assert "До осознания" not in alt


def test_one_is_not_many() -> None:
    picture = charts.journey_map(run_of(path(0, (0.5, 1), (0.6, 14)), people=1, horizon=1.0))
    assert "of 1 person over 1 day. " in picture.alt
    assert "to “Dormant”: 1 person." in picture.alt
    assert picture.figure.axes[0].get_title("left").startswith("1 person, 1 day: ")


def test_the_russian_title_is_right_for_any_number() -> None:
    title = charts.journey_map(run_of(people=22), "ru").figure.axes[0].get_title("left")
    assert title.startswith("22 человека, 100 дней: ")


def test_a_log_without_stages_is_refused() -> None:
    thin = cjsim.simulate(by_hand().scenario, people=5, log="measures")
    with pytest.raises(ValueError, match="simulate with log='stages'"):
        charts.journey_map(thin)


def test_nobody_is_lost_from_the_count() -> None:
    data = charts.journey_map(market()).data
    assert data["at_end"].sum() == len(market())
    assert (data["people"] >= data["at_end"]).all()
    assert np.array_equal(data["people"] > 0, measures.occupancy(market(), 0.25).max() > 0)
