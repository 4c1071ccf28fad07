"""The picture of a fit: what was beside what the fit has, drawn as the tables have it."""

import pytest

from cjsim import charts
from cjsim.inference.figures import MONTH
from tests.charts.markets import fitted, market


def test_the_tables_are_what_is_drawn():
    picture = charts.fit_check(fitted())
    assert picture.data.loc["fitted"].equals(fitted().check())
    assert picture.data.loc["held_out"].equals(fitted().holdout)


def test_counts_are_drawn_as_parts_of_the_median_and_money_goes_on_where_the_fit_ended():
    ratios, again, money = charts.fit_check(fitted()).figure.axes
    check, after = fitted().check(), fitted().holdout
    interval, dot = ratios.lines[:2]
    people = check.loc["people"]
    assert list(interval.get_xdata()) == [
        100 * people[c] / people["median"] for c in ("low", "high")
    ]
    assert dot.get_xdata()[0] == pytest.approx(100 * people["actual"] / people["median"])
    curve = check.filter(like="again.", axis=0)
    assert again.lines[1].get_ydata() == pytest.approx(100 * curve["actual"].to_numpy())
    assert again.lines[1].get_xdata().tolist() == [30, 90, 180]
    before, later = money.lines[1], money.lines[3]
    assert before.get_ydata() == pytest.approx(
        check.filter(like="money.", axis=0)["actual"].to_numpy() / 1000
    )
    assert later.get_xdata()[0] == pytest.approx(270 / MONTH + 0.5)
    assert later.get_ydata()[0] == pytest.approx(after.at["money.1", "actual"] / 1000)


@pytest.mark.parametrize(("lang", "words"), [("en", "Outside: “"), ("ru", "Вне интервала: «")])
def test_the_alt_text_counts_and_names_what_lies_outside(lang, words):
    check, after = fitted().check(), fitted().holdout
    alt = charts.fit_check(fitted(), lang).alt
    for table in (check, after):
        told = table[table["median"].notna()]
        assert f"{int(told['inside'].sum())} " in alt
        assert f" {len(told)}." in alt
    missed = bool((~check[check["median"].notna()]["inside"].astype(bool)).any())
    missed |= bool((~after[after["median"].notna()]["inside"].astype(bool)).any())
    assert (words in alt) == missed


def test_what_is_no_fit_is_refused_in_words():
    with pytest.raises(TypeError, match=r"draws what cjsim\.fit returns \(Fit\), not Run"):
        charts.fit_check(market())
