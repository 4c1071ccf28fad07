"""Both intervals side by side, whose the doubt is, and the finding in the alt text."""

from functools import cache

import pytest

import cjsim
from cjsim import charts
from cjsim.experiment.doubt import TOLD, Doubt
from cjsim.scenario import Scenario

REP, SITE = "firm.rep_cost_per_day", "touchpoints.site.cost_per_day"


@cache
def found() -> Doubt:
    firm = Scenario.load("phone", "pull").with_changes({
        "burn_in_days": 0.0, "horizon_days": 100.0, "market.people": 20, REP: 100.0, SITE: 30.0,
        "market.rationality_spread": 0.0, "firm.reps": 2,
        "uncertain": {REP: [80, 130], SITE: [20, 50]},
    })  # fmt: skip
    changes = {"fixed costs": {REP: 100.0, SITE: 30.0}, "dear": {"product.price": 500}}
    doubt = cjsim.what_if(firm, changes, draws=25, people=20, runs=3, executor="here").doubt
    assert doubt is not None
    return doubt


def test_wide_is_the_doubt_and_narrow_is_luck() -> None:
    axes = charts.doubt(found(), "en").figure.axes[0]
    fixed, dear = (found().table.loc[(name, TOLD)] for name in ("fixed costs", "dear"))
    doubt, median = axes.lines[:2]
    luck, mark = axes.lines[6:8]
    assert list(doubt.get_xdata()) == [fixed["doubt_low"], fixed["doubt_high"]]
    assert list(median.get_xdata()) == [fixed["median"]]
    assert list(luck.get_xdata()) == [dear["low"], dear["high"]]
    assert list(mark.get_xdata()) == [dear["difference"]]
    assert doubt.get_linewidth() > luck.get_linewidth()
    assert dear["note"] == "hidden"
    assert "luck hides the doubt" in charts.doubt(found(), "en").alt


def test_a_bar_is_a_keys_part_of_the_doubt() -> None:
    axes = charts.doubt(found(), "en").figure.axes[1]
    shares = found().of_keys()["share"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx((100 * shares).tolist())
    assert axes.get_yticklabels()[0].get_text().replace("\n", "") == shares.index[0]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_alt_text_states_the_finding(lang: str) -> None:
    picture = charts.doubt(found(), lang)
    names = {"en": ("doubt interval", "luck interval"), "ru": ("интервал незн", "интервал случая")}
    assert all(word in picture.alt for word in names[lang])
    assert "fixed costs" in picture.alt
    assert REP in picture.alt
    assert picture.svg().startswith("<?xml")


def test_a_comparison_is_drawn_by_its_doubt_and_one_without_is_refused() -> None:
    firm = found().scenarios["now"]
    how = {"people": 20, "runs": 2, "executor": "here"}
    changes = {"dear": {"product.price": 500}}
    both = cjsim.what_if(firm, changes, draws=4, **how)
    assert charts.doubt(both).data.equals(both.doubt.table.xs(TOLD, level="measure"))
    with pytest.raises(ValueError, match="ask for it with draws=200"):
        charts.doubt(cjsim.what_if(firm, changes, **how))
    with pytest.raises(TypeError, match=r"what cjsim\.compare"):
        charts.doubt(firm)


def test_another_measure_is_drawn_too_and_no_doubt_has_no_bars() -> None:
    picture = charts.doubt(found(), measure="first_deals")
    assert picture.figure.axes[0].get_title("left").startswith("New customers")
    assert not picture.figure.axes[1].patches or found().of_keys("first_deals").notna().any().any()
