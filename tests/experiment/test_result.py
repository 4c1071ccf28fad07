"""Every answer shows itself: a line, a small table, a sentence, files."""

import re

import pandas as pd
import pytest

import cjsim
from cjsim.experiment.result import Result
from cjsim.model.streams import worlds
from cjsim.observe import learning_curve
from cjsim.scenario import Scenario

SMALL = {"people": 30, "runs": 2, "executor": "here"}


def phone(name: str = "guide") -> Scenario:
    short = {"burn_in_days": 0.0, "horizon_days": 100.0}
    return Scenario.load("phone", name).with_changes(short)


def cells():
    return cjsim.grid({"guide.accuracy": [0.5, 0.9]})


MAKERS = {
    "Comparison": lambda: cjsim.compare([phone("pull"), phone("guide")], **SMALL),
    "Comparison of one": lambda: cjsim.compare([phone()], **SMALL),
    "WhatIf": lambda: cjsim.what_if(phone(), [{"guide.every_days": 9}, {"firm.reps": 0}], **SMALL),
    "Sweep": lambda: cjsim.sweep([phone("pull"), phone("guide")], cells(), **SMALL),
    "Sweep of one": lambda: cjsim.sweep([phone()], cells(), **SMALL),
    "Tornado": lambda: cjsim.tornado(phone(), ["product.price", "guide.accuracy"], **SMALL),
    "Sobol": lambda: cjsim.sobol(phone(), {"firm.rep_cost_per_day": (2, 6)}, samples=2, **SMALL),
    "WeakPoint": lambda: cjsim.weak_point(phone(), **SMALL),
    "Optimum": lambda: cjsim.optimise(phone(), {"guide.every_days": (5, 9)}, **SMALL),
    "FlipPoint": lambda: cjsim.flip_point(
        phone(), "guide.accuracy", claim="guide > pull", points=2, **SMALL
    ),
    "PriceElasticity": lambda: cjsim.price_elasticity(phone(), **SMALL),
    "Laws": lambda: cjsim.three_laws(Scenario.load("phone", "guide"), 6, **SMALL),
    "TouchpointTruth": lambda: cjsim.touchpoint_truth(phone(), ["site", "mail_offer"], **SMALL),
    "Sweep of pilots": lambda: learning_curve(
        phone(), {"4": {"lens": "aida"}, "12": {}}, pilots=(20,), **SMALL
    ),
    "ABTest": lambda: cjsim.ab_test(phone(), "guide", "animator", **SMALL),
    "Run": lambda: cjsim.simulate(phone(), 30),
    "Scenario": lambda: phone(),
}


@pytest.fixture(scope="module", params=MAKERS)
def made(request):
    return request.param, MAKERS[request.param]()


def test_all_public_results_are_here():
    classes = {getattr(cjsim, name) for name in cjsim.__all__ if name[0].isupper()}
    results = {kind.__name__ for kind in classes if issubclass(kind, Result)}
    assert results == {name.split()[0] for name in MAKERS} - {"Run", "Scenario"}
    assert len(results) == 12


def test_it_is_one_short_line(made):
    name, result = made
    line = repr(result)
    assert line.startswith(f"<{name.split()[0]} ")
    assert line.endswith(">")
    assert "\n" not in line
    assert len(line) <= 300
    assert str(result) == line


def test_a_notebook_shows_a_small_table_with_words_above(made):
    html = made[1]._repr_html_()
    assert html.count("<table>") == html.count("</table>") == 1
    assert html.count("<td") >= 3
    assert len(html) < 20_000
    assert "nan" not in re.sub("<[^>]+>", " ", html).lower().split()


def test_it_speaks_both_languages(made):
    _, result = made
    english, russian = (result.says(lang) for lang in ("en", "ru"))
    assert re.search("[A-Za-z]{3}", english)
    assert re.search("[А-Яа-яё]{3}", russian)
    assert re.search(r"\d", english)
    for words in (english, russian):
        assert "{" not in words
        assert "nan" not in words.lower().split()
    with pytest.raises(ValueError, match="unknown language"):
        result.says("fr")


def test_it_is_saved_as_whole_files(made, tmp_path):
    name, result = made
    if name == "Scenario":
        assert Scenario.load(result.save(tmp_path / "mine.toml")) == result
        return
    names = result.save(tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == names  # no drafts are left
    for table in folder.glob("*.csv"):
        assert len(pd.read_csv(table).columns)
    scenarios = [Scenario.load(path) for path in folder.glob("*.toml")]
    assert name == "Sweep of pilots" or scenarios
    assert names == result.save(folder)


def test_it_knows_its_people_seeds_confidence_and_table(made):
    name, result = made
    if name in ("Run", "Scenario"):
        return
    assert isinstance(result.table, pd.DataFrame)
    assert len(result.table)
    assert (result.people, result.seeds, result.confidence) == (30, worlds(1, 2), 0.95)
    assert result._scenarios() or name == "Sweep of pilots"


def test_a_file_is_not_taken_for_a_folder(made, tmp_path):
    name, result = made
    if name == "Scenario":
        return
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ValueError, match="is a file; name a folder"):
        result.save(tmp_path / "mine")


def test_home_is_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    cjsim.simulate(phone(), 5).save("~/runs")
    assert (tmp_path / "runs" / "log.csv").is_file()


@pytest.mark.parametrize("confidence", [0.5, 0.99])
def test_confidence_is_that_of_all_intervals(confidence):
    """Of normal runs the widths go as the quantiles of t: 2 runs, 1 degree of freedom."""
    from scipy import stats

    ratio = stats.t.ppf(0.5 + confidence / 2, 1) / stats.t.ppf(0.975, 1)
    plainly = {**SMALL, "people": 60}  # fewer, and both runs of some part are alike
    asked = {**plainly, "confidence": confidence}
    plain, other = (
        cjsim.compare([phone("pull"), phone("guide")], **how).table.loc[("guide", "contacts")]
        for how in (plainly, asked)
    )
    assert other["high"] - other["low"] == pytest.approx(ratio * (plain["high"] - plain["low"]))
    plain, other = (
        cjsim.tornado(phone(), ["guide.every_days"], measure="contacts", **how).table.iloc[0]
        for how in (plainly, asked)
    )
    assert other["down_high"] - other["down_low"] == pytest.approx(
        ratio * (plain["down_high"] - plain["down_low"])
    )
    plain, other = (
        cjsim.weak_point(phone(), "contacts", better=0.1, **how)
        .table.dropna(subset="gain_low")
        .iloc[0]
        for how in (plainly, asked)
    )
    assert other["gain_high"] - other["gain_low"] == pytest.approx(
        ratio * (plain["gain_high"] - plain["gain_low"])
    )
    plain, other = (
        cjsim.touchpoint_truth(phone(), "site", measures="contacts", **how).table.iloc[0]
        for how in (plainly, asked)
    )
    assert other["high"] - other["low"] == pytest.approx(ratio * (plain["high"] - plain["low"]))


def test_what_a_measure_is_counted_in_stands_in_the_table():
    html = MAKERS["Comparison"]()._repr_html_()
    money = phone().money
    assert f"Profit per person, {money}" in html
    assert "New customers (first deals)<" in html


def test_values_that_are_not_there_are_dashes():
    nobody = phone().with_changes({"market.onset_days": 1e12, "horizon_days": 1.0})
    found = cjsim.tornado(nobody, ["product.price"], measure="cac", **SMALL)
    assert "nothing to measure" in found.says()
    assert "–" in found._repr_html_()
