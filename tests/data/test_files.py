"""Logs in and out: what is read is what was written, and every bad row is told."""

import datetime
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import cjsim
from cjsim import data, observe
from cjsim.data.files import log_of
from cjsim.data.words import probably
from tests.charts.markets import market
from tests.often import often

ENDINGS = ("csv", "parquet", "xes")
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("=+-@'\"<>&, \n;"),
    min_size=1, max_size=8,
).filter(lambda word: word.strip() and probably(word) is None)  # fmt: skip
"""Words that mean nothing: those for events are read as what they mean."""
ROWS = st.lists(
    st.tuples(
        st.floats(0, 1e4),
        WORDS | st.integers(0, 99).map(str),
        WORDS,
        st.none() | WORDS,
        st.floats(-1e9, 1e9),
    ),
    max_size=12,
)


def frame_of(rows):
    columns = ["time", "person", "event", "touchpoint", "amount"]
    return pd.DataFrame(rows, columns=columns)


def again(log, path):
    """Written and read; how long was looked at is told where the file cannot."""
    data.write(log, path)
    return data.read(path, days=log.days if path.suffix == ".csv" else None, start="")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_comes_back_with_every_row_and_type(ending, tmp_path):
    log = log_of(market())
    read = again(log, tmp_path / f"a.{ending}")
    assert len(read) == len(market().events)
    assert_frame_equal(read.frame, log.frame, check_exact=True)
    assert (read.days, read.start) == (market().scenario.horizon_days, "")


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_observed_comes_back_with_its_dates(ending, tmp_path):
    dated = cjsim.Scenario.load("phone", "guide").with_changes({"start": "2024-03-10"})
    seen = observe.observe(cjsim.simulate(dated, 60), offline=0.5, late=0.2, match=0.5)
    read = again(seen, tmp_path / f"a.{ending}")
    assert_frame_equal(read.frame, seen.frame, check_exact=True)
    assert read.start == "2024-03-10"
    assert read.frame["date"].dt.date.min() >= datetime.date(2024, 3, 10)


@pytest.mark.parametrize("ending", ENDINGS)
@given(rows=ROWS)
@settings(max_examples=often(25), deadline=None)
def test_any_words_and_numbers_come_back(ending, rows, tmp_path_factory):
    log = data.Log.of(frame_of(rows))
    read = again(log, tmp_path_factory.mktemp("any") / f"a.{ending}")
    assert_frame_equal(read.frame, log.frame, check_exact=True, check_dtype=bool(rows))


def test_a_csv_holds_nothing_that_a_spreadsheet_would_run(tmp_path):
    rows = [(1.0, "=A1", "'=1+1", "@x", 0.0)]
    data.write(data.Log.of(frame_of(rows)), tmp_path / "a.csv")
    line = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[1]
    assert line == "1.0,'=A1,''=1+1,'@x,0.0"


def test_the_xes_is_as_the_standard_wants_it(tmp_path):
    """IEEE 1849: traces with names, events with names and times, extensions that are declared."""
    scenario = cjsim.Scenario.load("phone").with_changes({"start": "2024-03-10"})
    run = cjsim.simulate(scenario, 20)
    root = ET.parse(data.write(run, tmp_path / "a.xes")).getroot()
    space = "{http://www.xes-standard.org/}"
    assert root.tag == f"{space}log"
    assert root.get("xes.version") == "1849-2016"
    assert {ext.get("prefix") for ext in root.iter(f"{space}extension")} == {"concept", "time"}
    traces = list(root.iter(f"{space}trace"))
    names = [trace.find(f"{space}string[@key='concept:name']").get("value") for trace in traces]
    assert names == [str(person) for person in sorted(set(run.events["person"]))]
    events = list(root.iter(f"{space}event"))
    assert len(events) == len(run.events)
    trace, theirs = traces[0], run.log()[run.log()["person"] == int(names[0])]
    for event, row in zip(trace.iter(f"{space}event"), theirs.itertuples(), strict=True):
        stamp = event.find(f"{space}date[@key='time:timestamp']").get("value")
        moment = datetime.datetime.fromisoformat(stamp.replace("Z", ""))
        assert abs(moment - row.date.floor("us").to_pydatetime()) < datetime.timedelta(
            milliseconds=1
        )
        assert event.find(f"{space}string[@key='concept:name']").get("value") == row.event


def test_a_foreign_xes_is_read_by_its_dates(tmp_path):
    (tmp_path / "a.xes").write_text(
        """<?xml version="1.0"?><log xes.version="1.0"><string key="concept:name" value="shop"/>
        <trace><string key="concept:name" value="Ann"/>
        <event><string key="concept:name" value="visit"/>
        <date key="time:timestamp" value="2024-01-02T12:00:00.000+02:00"/></event>
        <event><string key="concept:name" value="purchase"/>
        <date key="time:timestamp" value="2024-01-04T00:00:00Z"/><float key="amount" value="9.5"/>
        </event></trace></log>""",
        encoding="utf-8",
    )
    log = data.read(tmp_path / "a.xes", days=30)
    assert log.start == "2024-01-02"
    assert log.frame["time"].tolist() == pytest.approx([10 / 24, 2.0])
    assert log.frame["event"].tolist() == ["contact", "deal"]
    assert log.frame["amount"].tolist() == [0.0, 9.5]
    assert set(log.frame["person"]) == {"Ann"}


def test_a_foreign_csv_is_read_under_its_own_names(tmp_path):
    (tmp_path / "crm.csv").write_text(
        "client,when,what,paid\n7,2024-02-01,visit,\n7,2024-02-03 06:00,order,100\n", "utf-8"
    )
    log = data.read(
        tmp_path / "crm.csv", person="client", time="when", event="what", amount="paid", days=60
    )
    assert log.start == "2024-02-01"
    assert log.frame["time"].tolist() == [0.0, 2.25]
    assert log.frame["person"].tolist() == [7, 7]
    assert log.frame["amount"].tolist() == [0.0, 100.0]
    assert log.events["event"].tolist() == [
        2,
        11,
    ]  # a contact, a first deal


BAD = {
    7: ("time", "soon"),
    19: ("time", "-3"),
    20: ("person", ""),
    333: ("event", " "),
    334: ("amount", "twelve"),
    500: ("amount", "inf"),
    998: ("time", "nan"),
}


def test_a_log_of_a_thousand_rows_reports_each_bad_one(tmp_path):
    heads = ["time", "person", "event", "amount"]
    rows = [[f"{n / 10}", f"{n % 50}", "visit", "0"] for n in range(1000)]
    for line, (column, value) in BAD.items():
        rows[line - 2][heads.index(column)] = value
    rows[600] = ["1", "2"]
    rows[601].append("more")
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [heads, *rows])
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(data.LogError) as error:
        data.read(path, strict=True)
    report = error.value.report
    told = [*((line, *what) for line, what in BAD.items()),
            (602, "(row)", "2"), (603, "(row)", "5")]  # fmt: skip
    assert sorted(zip(report["line"], report["column"], report["value"], strict=True)) == sorted(
        (line, column, value.strip() and value) for line, column, value in told
    )
    assert set(report["file"]) == {str(path)}
    assert report["line"].is_monotonic_increasing
    assert set(report["allowed"]) == {
        "a number of days from 0 on", "a finite number, or nothing", "a word or a number",
        "a word for what happened", "a row of 4 fields, as the first line has",
    }  # fmt: skip
    message = str(error.value).splitlines()
    assert message[0] == (f"{path}, line 7: time = 'soon': must be a number of days from 0 on")
    assert message[-1] == "and 4 mistakes more, see .report"


def test_lines_are_those_of_the_file_where_cells_hold_line_ends(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('time,person,event\n1,a,"two\nlines"\nx,a,b\n', encoding="utf-8")
    with pytest.raises(data.LogError, match="line 4: time = 'x'"):
        data.read(path, strict=True)


def test_bad_events_of_an_xes_are_told_by_line(tmp_path):
    path = data.write(data.Log.of(frame_of([(1.0, 1, "visit", None, 2.0)] * 3)), tmp_path / "a.xes")
    lines = path.read_text(encoding="utf-8").splitlines()
    at = [n for n, line in enumerate(lines) if line.startswith("<event")]
    lines[at[1]] = lines[at[1]].replace('key="amount" value="2.0"', 'key="amount" value="much"')
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(data.LogError, match=rf"line {at[1] + 1}: amount = 'much'"):
        data.read(path, strict=True)
    path.write_text("\n".join(lines[:-2]), encoding="utf-8")
    with pytest.raises(data.LogError, match="must be well-formed XML"):
        data.read(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at,who,so\n1,2,3\n", "has no column for 'person'; it has 'at', 'who', 'so'"),
        ("", "holds no line that could be read"),
    ],
)
def test_a_file_that_holds_no_log_is_told(text, told, tmp_path):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        data.read(tmp_path / "a.csv")


def test_a_log_is_written_in_three_forms_alone(tmp_path):
    with pytest.raises(ValueError, match=r"is kept as .csv, .parquet, .xes, not '.txt'"):
        data.write(frame_of([(1.0, 1, "visit", None, 2.0)]), tmp_path / "a.txt")


def test_wrong_names_of_columns_are_told(tmp_path):
    path = data.write(data.Log.of(frame_of([(1.0, 1, "visit", None, 2.0)])), tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"unknown column in .*'pperson'\. Did you mean 'person'"):
        data.read(path, person="pperson")
    with pytest.raises(ValueError, match=r"unknown column in \[columns\] of mapping: 'people'"):
        data.read(path, people="person")
    with pytest.raises(ValueError, match="must be a run, a Log or a frame"):
        data.write("phone", path)


def test_a_frame_is_written_as_it_is_put_in_order(tmp_path):
    frame = frame_of([(5.0, 2, "b", None, 1.0), (1.0, 1, "a", None, 0.0)])
    read = data.read(data.write(frame, tmp_path / "a.parquet"))
    assert read.frame["event"].tolist() == ["a", "b"]
    assert read.days == 5.0
    assert np.array_equal(read.frame["time"], [1.0, 5.0])
