"""What others read: pm4py takes our XES for what it is. No part of the kit imports it (AGPL)."""

import contextlib
import io
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import data, observe

FIRST_DEAL = "first_deal"


@pytest.fixture(scope="module")
def pm4py():
    """The tool, without its banner and its bars."""
    os.environ["PM4PY_SHOW_PROGRESS_BAR"] = "False"
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
    return pm4py


@pytest.fixture(scope="module")
def seen():
    dated = cjsim.Scenario.load("phone", "guide").with_changes({"start": "2024-03-10"})
    return observe.observe(cjsim.simulate(dated, 40), offline=0.7, late=0.1, match=0.8)


@pytest.fixture(scope="module")
def theirs(pm4py, seen, tmp_path_factory):
    """Our file as they have read it."""
    path = data.write(seen, tmp_path_factory.mktemp("xes") / "firm.xes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a faster reader that is not installed
        return pm4py.read_xes(str(path))


def test_they_read_the_same_cases_events_times_and_amounts(seen, theirs):
    """Row by row, a person's rows together and in their order."""
    ours = seen.log.sort_values("person", kind="stable")
    assert len(theirs) == len(ours) > 1000
    assert theirs["case:concept:name"].tolist() == ours["person"].astype(str).tolist()
    assert theirs["concept:name"].tolist() == ours["event"].astype(str).tolist()
    touchpoints = theirs["touchpoint"].astype(object).where(theirs["touchpoint"].notna(), "")
    assert touchpoints.tolist() == ours["touchpoint"].astype(object).fillna("").tolist()
    assert theirs["amount"].tolist() == ours["amount"].tolist()
    stamps = theirs["time:timestamp"].dt.tz_localize(None).to_numpy("datetime64[ns]")
    apart = stamps - ours["date"].to_numpy("datetime64[ns]")
    assert np.abs(apart).max() <= np.timedelta64(501, "us")  # XES has milliseconds


def test_they_count_the_variants_that_our_paths_have(pm4py, seen, theirs):
    """Touchpoints up to the first deal, one met several times running once."""
    dealt = theirs["concept:name"].eq(FIRST_DEAL)
    after = dealt.groupby(theirs["case:concept:name"]).cumsum() > 0
    met = theirs[theirs["concept:name"].eq("contact") & ~after]
    case, touchpoint = met["case:concept:name"], met["touchpoint"]
    again = case.eq(case.shift()) & touchpoint.eq(touchpoint.shift())
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        counted = pm4py.get_variants(met[~again], activity_key="touchpoint")
    table = observe.paths_of(seen).variants().set_index("path")["people"]
    ours = {tuple(path.split(" > ")): n for path, n in table.items() if path}
    assert {path: float(n) for path, n in counted.items()} == ours
    assert len(ours) > 10


def test_a_log_without_a_start_has_times_that_they_can_sort(pm4py, tmp_path):
    frame = pd.DataFrame({"time": [0.0, 1.5, 1.5], "person": ["b", "a", "a"], "event": list("xyz")})
    path = data.write(data.Log.of(frame), tmp_path / "a.xes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pm4py.read_xes(str(path))
    assert read["case:concept:name"].tolist() == ["a", "a", "b"]
    assert read["concept:name"].tolist() == ["y", "z", "x"]
    assert read["time:timestamp"].dt.strftime("%Y-%m-%d %H").tolist() == [
        "1970-01-02 12", "1970-01-02 12", "1970-01-01 00",
    ]  # fmt: skip


def test_no_part_of_the_kit_imports_it():
    package = Path(cjsim.__file__).parent
    assert [p for p in package.rglob("*.py") if "pm4py" in p.read_text(encoding="utf-8")] == []
