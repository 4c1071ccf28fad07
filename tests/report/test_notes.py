"""What an interval has to admit stands beside it, in tables, sentences, pictures and JSON."""

import dataclasses
import json

import numpy as np
import pytest

import cjsim
from cjsim import charts
from cjsim.experiment.compare import Comparison
from cjsim.report.comparison import as_json, summary

RUNS = 10


@pytest.fixture(scope="module")
def plain() -> Comparison:
    phone = cjsim.Scenario.load("phone")
    firms = {name: phone.with_strategy(name) for name in ("pull", "guide")}
    return cjsim.compare(firms, 20, runs=RUNS, executor="here")


def with_gaps(plain: Comparison, **gaps: list[float]) -> Comparison:
    """The comparison with other differences between guide and pull."""
    runs = plain.runs.copy()
    for measure, gap in gaps.items():
        runs.loc["guide", measure] = runs.loc["pull", measure].to_numpy() + np.array(gap)
    return dataclasses.replace(plain, runs=runs)


EVEN = [-1.0, 1.0] * (RUNS // 2)
ONE = [0.0] * (RUNS - 1) + [9.0]
ALIKE = [2.0] * RUNS
FEWER = [*EVEN[:-3], *[np.nan] * 3]
CASES = {
    "even": (EVEN, "", ""),
    "none": ([0.0] * RUNS, "alike", "="),
    "alike": (ALIKE, "alike", "="),
    "fallen alike": ([-2.0] * RUNS, "alike", "="),
    "one": (ONE, "uneven", "~"),
    "one below": ([-x for x in ONE], "uneven", "~"),
    "all but one": ([9.0 - x for x in ONE], "uneven", "~"),
    "fewer": (FEWER, "", ""),
    "two of ten": ([1.0, 2.0, *[np.nan] * 8], "", ""),
    "one run of ten": ([1.0, *[np.nan] * 9], "one_run", ""),
    "nobody": ([np.nan] * RUNS, "none", ""),
}


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("what", CASES)
def test_what_an_interval_admits_is_said_everywhere(plain, what, lang):
    gap, note, mark = CASES[what]
    found = with_gaps(plain, first_deals=gap)
    row = found.paired().loc[("guide", "first_deals")]
    told = int(np.isfinite(gap).sum())
    assert (row["note"], row["runs"]) == (note, told)
    assert np.isnan(row["low"]) == (note not in ("", "uneven"))
    words = {
        "alike": {"en": "all runs alike, interval not known", "ru": "интервал неизвестен"},
        "uneven": {"en": "uneven runs, interval unsure", "ru": "интервал ненадёжен"},
    }
    fewer = {"en": f"{told} of {RUNS} runs", "ru": f"прогонов — {told} из {RUNS}"}[lang]
    sentence = found.says(lang).split(";")[0]
    alt = charts.paired(found, lang, measures="first_deals").alt
    for kind, said in words.items():
        assert (said[lang] in sentence) == (kind == note)
        assert (said[lang] in alt) == (kind == note)
    for text in (sentence, alt):
        assert (fewer in text) == (1 <= told < RUNS)
    lines = summary(found, lang).split("\n")
    names = ("New customers", "Новые клиенты")
    line = next(line for line in lines if line.startswith(names) and ".. " in line)
    assert line.rstrip().endswith(mark or ("]", "*"))
    assert not (mark == "=" and "*" in line)  # no interval leaves out nothing
    footnotes = [line[:2] for line in lines if line[:2] in ("= ", "~ ")]
    assert not mark or f"{mark} " in footnotes


def test_json_has_the_notes_and_no_nan(plain):
    found = with_gaps(plain, first_deals=ALIKE, repeat_deals=ONE, churn=FEWER)
    data = json.loads(json.dumps(as_json(found), allow_nan=False))
    rows = data["paired"]["differences"]["guide"]
    assert rows["first_deals"]["low"] is None
    assert rows["first_deals"]["note"] == "alike"
    assert rows["repeat_deals"]["note"] == "uneven"
    assert rows["churn"]["runs"] == 7


def test_what_the_same_luck_gains_has_its_interval(plain):
    row = plain.pairing().loc[("guide", "profit_per_person")]
    said = summary(plain)
    assert f"Guide: {row['gain']:.0f} x [{row['low']:.0f} .. {row['high']:.0f}]" in said
