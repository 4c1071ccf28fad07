"""The event log: rows, frames and files."""

import duckdb
import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim.journey import STAGES
from cjsim.log import ROW, from_tuples, save


@pytest.fixture(scope="module")
def run():
    return cjsim.simulate(cjsim.Scenario.load("yogurt", strategy="guide"), people=40)


def test_a_row_takes_24_bytes():
    assert ROW.itemsize == 24


def test_the_frame_has_the_process_mining_triple_and_ordered_stages(run):
    frame = run.log()
    assert list(frame) == ["time", "person", "event", "stage", "touchpoint", "amount"]
    assert list(frame["stage"].cat.categories) == [stage.key for stage in STAGES]
    assert frame["stage"].cat.ordered
    contacts = frame[frame["event"] == "contact"]
    assert contacts["touchpoint"].notna().all()
    assert set(contacts["touchpoint"]) <= set(run.scenario.running.touchpoints)


def test_truth_has_one_row_per_log_row_and_a_belief_only_at_pushes(run):
    frame, truth = run.log(), run.truth()
    assert len(truth) == len(frame)
    pushed = [n for n, t in run.scenario.touchpoints.items() if t.contact == "push"]
    at_push = (frame["event"] == "contact") & frame["touchpoint"].isin(pushed)
    assert truth.loc[at_push, "belief"].notna().all()
    assert truth.loc[frame["event"] == "enter", "belief"].isna().all()


def test_parquet_and_csv_hold_the_same_log_and_sql_reads_it(run, tmp_path):
    frame = run.log()
    parquet = save(frame, tmp_path / "o'log.parquet")
    csv = save(frame, tmp_path / "log.csv")
    back = pd.read_csv(csv)
    assert np.array_equal(back["time"], frame["time"])
    with duckdb.connect() as db:
        table = db.read_parquet(str(parquet))
        deals = table.filter("event = 'repeat_deal'").aggregate("sum(amount)").fetchone()
    paid = frame.loc[frame["event"] == "repeat_deal", "amount"].sum()
    assert deals == pytest.approx((paid,))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "o'log.parquet"]


def test_another_ending_is_refused(run, tmp_path):
    with pytest.raises(ValueError, match="parquet"):
        save(run.log(), tmp_path / "log.xlsx")


def test_an_empty_log_is_a_log():
    assert len(from_tuples([], ["site"]).frame()) == 0


@pytest.mark.parametrize(
    "error",
    [duckdb.Error("KeyboardInterrupt: <EMPTY MESSAGE>\n\nAt:\n  somewhere"),
     duckdb.Error("Failed to create view 'frame': KeyboardInterrupt: <EMPTY MESSAGE>"),
     RuntimeError("Query interrupted")],
    ids=repr,
)  # fmt: skip
def test_being_told_to_end_while_a_file_is_written_is_no_error_of_it(error, monkeypatch, tmp_path):
    """DuckDB tells of Ctrl-C in errors of its own, in its own code and in Python's."""

    def interrupted():
        raise error

    monkeypatch.setattr(duckdb, "connect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(pd.DataFrame({"a": [1]}), tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []
