"""The triangle of cohorts: its cells are the shares, its periods fit a screen."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import cjsim
from cjsim import charts
from cjsim.charts.picture import style
from tests.charts.markets import market
from tests.measures.by_hand import buys, path, run_of


def by_hand() -> cjsim.Run:
    """Four are won on day 1; two leave on day 40. Two more are won on day 50 and stay."""
    rows = []
    for i in range(6):
        won = 1.0 if i < 4 else 50.0
        visits = [(won, 8), (won + 1, 9)] + ([(40.0, 13)] if i < 2 else [])
        rows += buys(i, won) + path(i, *visits)
    return run_of(rows, people=10, horizon=100.0)


def test_the_cells_are_the_shares() -> None:
    picture = charts.cohorts(by_hand(), period_days=25.0)
    assert picture.data.index.tolist() == [(0.0, 4), (50.0, 2)]
    assert picture.data.loc[(0.0, 4)].tolist() == [1.0, 0.5, 0.5, 0.5]
    shown = {word.get_position()[::-1]: word.get_text() for word in picture.figure.axes[0].texts}
    assert shown == {
        (0, 0): "100", (0, 1): "50", (0, 2): "50", (0, 3): "50", (1, 0): "100", (1, 1): "100",
    }  # fmt: skip


def test_a_row_names_its_days_and_its_customers() -> None:
    rows = charts.cohorts(by_hand(), "ru", period_days=25.0).figure.axes[0].get_yticklabels()
    assert [row.get_text() for row in rows] == ["дни 0–25  (4)", "дни 50–75  (2)"]


@pytest.mark.parametrize(("horizon", "days"), [(80, 7), (100, 14), (400, 60), (1825, 180)])
def test_periods_are_chosen_so_that_they_fit_a_screen(horizon: float, days: float) -> None:
    run = run_of(buys(0, 1.0), path(0, (1.0, 8)), people=2, horizon=horizon)
    assert f"by periods of {days} days" in charts.cohorts(run).alt


def test_it_says_what_is_left_of_the_first_and_of_all() -> None:
    alt = charts.cohorts(by_hand(), period_days=25.0).alt
    assert "Of the 4 won in days 0 to 25, 100% are with us at the end of that period" in alt
    assert "and 50% another 75 days later" in alt
    # (4 x 50 % + 2 x 100 %) / 6
    assert "One period on, it is 67% over all 2 cohorts, from 50% to 100%." in alt


def test_it_can_show_who_deals() -> None:
    picture = charts.cohorts(market(), active="deals")
    assert (picture.data[0] == 1.0).all()
    assert "make a deal" in picture.alt


@pytest.mark.parametrize(("horizon", "days"), [(3.0, "1.5"), (10.0, "5"), (13.0, "6.5")])
def test_a_short_horizon_has_two_periods(horizon: float, days: str) -> None:
    """Won in the first half of it, and in its second half."""
    rows = [buys(i, day) + path(i, (day, 8)) for i, day in enumerate((1.0, horizon - 1.0))]
    picture = charts.cohorts(run_of(*rows, people=3, horizon=horizon))
    assert picture.data.shape == (2, 2)
    assert f"by periods of {days} days" in picture.alt
    assert f"and 100% another {days} days later" in picture.alt


@pytest.mark.parametrize("active", ["inside", "deals"])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_one_period_has_no_later_one(active: str, lang: str) -> None:
    alt = charts.cohorts(by_hand(), lang, period_days=100.0, active=active).alt
    assert ("later" in alt or "через" in alt) is False
    assert alt.count("%") == 1


def test_parts_of_a_day_are_written_out() -> None:
    picture = charts.cohorts(by_hand(), period_days=12.5)
    assert "by periods of 12.5 days" in picture.alt
    assert "won in days 0.0 to 12.5" in picture.alt
    rows = picture.figure.axes[0].get_yticklabels()
    assert rows[1].get_text() == "days 50.0–62.5  (2)"


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_few_cohorts_have_room_for_the_words_beside_them(lang: str) -> None:
    figure = charts.cohorts(by_hand(), lang, period_days=100.0).figure
    with style():
        FigureCanvasAgg(figure).draw()
    words = figure.axes[0].yaxis.label.get_window_extent()
    assert words.y0 >= 0
    assert words.y1 <= figure.bbox.y1


def test_nobody_won_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody was won in a period of 14 days"):
        charts.cohorts(run_of(people=3))


def test_a_period_that_cannot_be_is_an_error() -> None:
    with pytest.raises(ValueError, match="period_days = 0: must be above 0"):
        charts.cohorts(market(), period_days=0)
    with pytest.raises(ValueError, match="Did you mean 'deals'"):
        charts.cohorts(market(), active="deal")
    for days in (0.01, 500.0, float("inf")):
        with pytest.raises(ValueError, match="400 days are cut into 1 to 200 periods of 2 to 400"):
            charts.cohorts(market(), period_days=days)
