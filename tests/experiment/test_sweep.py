"""Sweeps: every cell is the comparison one gets alone, whatever happened on the way."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cjsim
from cjsim.experiment import sweep_folder as folders
from cjsim.experiment.design import grid
from cjsim.experiment.family import clear_of_all
from cjsim.experiment.sweep import Sweep, sweep

SMALL = {"people": 40, "runs": 3}
SETTINGS = grid({"guide.accuracy": [0.3, 1.0], "guide.every_days": [7.0, 30.0]})


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 200.0})
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


@pytest.fixture(scope="module")
def found(scenarios):
    return sweep(scenarios, SETTINGS, **SMALL, executor="here")


def by_hand(differences: list[float], settings: pd.DataFrame = SETTINGS) -> Sweep:
    """A sweep whose second scenario is ahead by the given revenue in each cell, in all 3 runs."""
    rows = [
        {"cell": cell, **settings.loc[cell], "scenario": name, "run": run, "seed": run,
         "revenue": 100.0 * run + (ahead if name == "b" else 0.0)}
        for cell, ahead in enumerate(differences)
        for name in ("a", "b")
        for run in range(3)
    ]  # fmt: skip
    return Sweep(settings, ("a", "b"), 1, pd.DataFrame(rows))


# --- what is in it ----------------------------------------------------------------------------


def test_each_cell_is_the_comparison_one_gets_alone(scenarios, found):
    changed = {n: s.with_changes(SETTINGS.loc[2].to_dict()) for n, s in scenarios.items()}
    alone = cjsim.compare(changed, 40, runs=3)
    rows = found.runs[found.runs["cell"] == 2].set_index(["scenario", "seed"])
    pd.testing.assert_frame_equal(rows[alone.runs.columns], alone.runs)
    gap = found.differences("revenue").loc[2, ["difference", "low", "high"]].to_numpy(float)
    paired = alone.paired().loc[("guide", "revenue"), ["difference", "low", "high"]]
    assert gap == pytest.approx(paired.to_numpy(float), nan_ok=True)


def test_a_sweep_is_tidy(found):
    assert len(found.runs) == 4 * 2 * 3
    assert list(found.runs.columns[:6]) == ["cell", *SETTINGS.columns, "scenario", "run", "seed"]
    assert found.complete
    assert "4 of 4 cells" in repr(found)


def test_a_wrong_key_is_told_before_anything_runs(scenarios):
    with pytest.raises(cjsim.ScenarioError, match="accuracy"):
        sweep(scenarios, grid({"guide.accuracie": [1.0]}), **SMALL)
    with pytest.raises(cjsim.ScenarioError, match="from 0 to 1"):
        sweep(scenarios, grid({"guide.accuracy": [0.5, 1.5]}), **SMALL)


# --- maps -------------------------------------------------------------------------------------


def test_a_phase_map_names_the_winner_and_whether_it_is_clear():
    phase = by_hand([-5.0, 5.0, 0.0, 1.0]).phase("revenue")
    assert phase["winner"].tolist() == ["a", "b", "a", "b"]  # of two alike the first
    assert phase["margin"].tolist() == [5.0, 5.0, 0.0, 1.0]
    assert phase["clear"].tolist() == [True, True, False, True]


NOISE = np.array([-1.5, -0.5, 0.5, 1.5])


def led(leads):
    """A sweep of one key in which b is ahead by these, as luck has it in four runs of each cell."""
    settings = grid({"guide.accuracy": np.linspace(0.0, 1.0, len(leads)).tolist()})
    rows = [
        {"cell": cell, **settings.loc[cell], "scenario": name, "run": run, "seed": run,
         "revenue": lead + NOISE[run] if name == "b" else 0.0}
        for cell, lead in enumerate(leads)
        for name in ("a", "b")
        for run in range(4)
    ]  # fmt: skip
    return Sweep(settings, ("a", "b"), 1, pd.DataFrame(rows), "revenue")


@pytest.mark.parametrize(
    ("leads", "clear", "clear_all"),
    [
        # the error is .645, t(3) beyond 3.18 at 5 %, 4.18 at 2.5 %, 4.86 at 1.67 %, 5.39 at 1.25 %
        ([2.2], 1, 1),
        ([2.0], 0, 0),
        ([2.2, 0.0], 1, 0),
        ([2.8, 0.0], 1, 1),
        ([-2.8, 0.0], 1, 1),
        ([2.8, 2.2], 2, 2),  # the second is one of one
        ([2.2, 2.2], 2, 0),
        ([3.2, 2.8, 2.2], 3, 3),
        ([3.0, 2.8, 2.2], 3, 0),
        ([3.2, 2.2, 2.2], 3, 1),
        ([3.2, 0.0, 0.0, 0.0], 1, 0),
        ([3.5, 0.0, 0.0, 0.0], 1, 1),
    ],
)
def test_a_cell_is_clear_among_all_by_the_steps_of_holm(leads, clear, clear_all):
    phase = led(leads).phase("revenue")
    assert (phase["clear"].sum(), phase["clear_all"].sum()) == (clear, clear_all)
    ahead = sum(lead > 0 for lead in leads)
    if ahead == len(leads):
        assert f"b in {ahead}, clearly in {clear} ({clear_all})." in led(leads).says()


def test_what_one_run_has_is_not_clear_among_all():
    gaps = np.array([[1.0, np.nan, np.nan], [np.nan] * 3, [5.0, 5.0, 5.1], [0.0, 0.0, 0.0]])
    assert clear_of_all(gaps).tolist() == [False, False, True, False]
    assert clear_of_all(np.empty((0, 3))).tolist() == []
    assert clear_of_all(np.ones((2, 1))).tolist() == [False, False]


@pytest.mark.parametrize("together", [0.0, 3.0])
@pytest.mark.parametrize(("cells", "runs"), [(5, 4), (25, 10), (100, 10)])
def test_a_map_on_which_nobody_is_ahead_is_clear_as_seldom_as_one_interval(cells, runs, together):
    """Of 400 maps 5 % are 20, 3 standard errors more are 33; single cells: about 5 % each."""
    draws = np.random.default_rng(7)
    wrong = 0
    for _ in range(400):
        gaps = draws.normal(0, 1, (cells, runs)) + draws.normal(0, together, runs)
        wrong += clear_of_all(gaps).any()
    assert wrong <= 33


def test_who_has_less_of_what_nobody_wants_is_ahead():
    made = by_hand([-5.0, 5.0, 0.0, 1.0])
    churn = replace(made, runs=made.runs.rename(columns={"revenue": "churn"}))
    phase = churn.phase("churn")
    assert phase["winner"].tolist() == ["b", "a", "a", "a"]
    assert phase["margin"].tolist() == [5.0, 5.0, 0.0, 1.0]
    assert not churn.flip_line("churn", "guide.accuracy", "guide.every_days")["up"].any()


def test_runs_without_a_value_decide_nothing():
    made = by_hand([5.0, 5.0, 5.0, 5.0])
    runs = made.runs.copy()
    runs.loc[(runs["scenario"] == "b") & (runs["run"] == 2), "revenue"] = np.nan
    runs.loc[(runs["cell"] == 3) & (runs["scenario"] == "a"), "revenue"] = np.nan
    phase = replace(made, runs=runs).phase("revenue")
    assert phase["winner"].tolist()[:3] == ["b"] * 3
    assert phase["margin"].tolist()[:3] == [5.0] * 3
    assert np.isnan(phase["margin"].iloc[3])


@pytest.mark.parametrize("key", ["market.people", "strategy"])
def test_a_key_that_a_sweep_decides_itself_is_refused(scenarios, key):
    with pytest.raises(ValueError, match=f"{key}: changes nothing in a sweep"):
        sweep(scenarios, grid({key: [10, 20]}), **SMALL)


def test_a_part_of_a_table_of_settings_can_be_swept(scenarios, found):
    some = SETTINGS[SETTINGS["guide.accuracy"] > 0.5]
    part = sweep(scenarios, some, **SMALL, executor="here")
    assert part.settings.index.tolist() == [0, 1]
    assert part.values("revenue").tolist() == found.values("revenue")[2:].tolist()


def test_the_flip_line_lies_between_the_cells():
    line = by_hand([-1.0, -3.0, 3.0, 1.0]).flip_line(
        "revenue", "guide.accuracy", "guide.every_days"
    )
    assert line["guide.every_days"].tolist() == [7.0, 30.0]
    assert line["guide.accuracy"].tolist() == pytest.approx([0.3 + 0.7 / 4, 0.3 + 0.7 * 3 / 4])
    assert line["up"].all()


def test_a_lead_that_changes_hands_by_way_of_a_tie_is_on_the_flip_line():
    days = grid({"guide.accuracy": [1.0], "guide.every_days": [1.0, 2.0, 4.0, 6.0]})
    asked = ("revenue", "guide.every_days", "guide.accuracy")
    assert by_hand([-1.0, 0.0, 0.0, 2.0], days).flip_line(*asked)["guide.every_days"].item() == 3.0
    assert by_hand([-1.0, 0.0, -1.0, 0.0], days).flip_line(*asked).empty
    assert by_hand([-1.0, np.nan, 1.0, 1.0], days).flip_line(*asked).empty  # not measured between


def test_a_line_that_never_flips_is_empty():
    found = by_hand([1.0, 1.0, 3.0, 1.0])
    assert found.flip_line("revenue", "guide.accuracy", "guide.every_days").empty


def test_a_profile_averages_over_the_other_keys():
    profile = by_hand([1.0, 3.0, -2.0, -6.0]).profile("guide.accuracy", "revenue")
    assert profile["difference"].to_dict() == {0.3: 2.0, 1.0: -4.0}


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (lambda s: s.phase("revenu"), "revenue"),
        (lambda s: s.profile("guide.acuracy", "revenue"), "guide.accuracy"),
        (lambda s: s.differences("revenue", "guid"), "guide"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest(found, ask, word):
    with pytest.raises(ValueError, match=word):
        ask(found)


def test_nothing_against_nothing_is_flagged_in_about_5_percent_of_the_cells(scenarios):
    """The same strategy in worlds of its own: 100 cells of 12 runs, each flagged at 5 %.

    So 5 are expected; more than 11, or none, have a probability of 1.1 % together (binomial).
    """
    settings = grid({"guide.accuracy": np.linspace(0.3, 0.9, 100).round(3).tolist()})
    guide = {"a": scenarios["guide"], "b": scenarios["guide"]}
    found = sweep(guide, settings, people=60, runs=12, luck="own", executor="threads")
    flagged = int(found.differences("contacts")["clear"].sum())
    assert stats.binom.sf(11, 100, 0.05) + stats.binom.pmf(0, 100, 0.05) < 0.011
    assert 1 <= flagged <= 11
    again = sweep(guide, settings.iloc[:5], people=60, runs=3, executor="here")
    assert not again.differences("contacts")["clear"].any()  # with the same luck: no difference
    assert (again.differences("contacts")["difference"] == 0).all()


# --- long sweeps ------------------------------------------------------------------------------


def test_a_folder_holds_the_same_and_is_not_run_again(scenarios, found, tmp_path, monkeypatch):
    kept = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path / "s", executor="here")
    pd.testing.assert_frame_equal(kept.runs, found.runs)
    monkeypatch.setattr("cjsim.experiment.workers.live", None)
    again = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path / "s", executor="here")
    pd.testing.assert_frame_equal(again.runs, found.runs)
    loaded = Sweep.load(tmp_path / "s")
    pd.testing.assert_frame_equal(loaded.runs, found.runs)
    pd.testing.assert_frame_equal(loaded.settings, SETTINGS)
    whole = pd.DataFrame(read_parquet(tmp_path / "s" / "sweep.parquet"))
    assert len(whole) == len(found.runs)


def read_parquet(path: Path) -> pd.DataFrame:
    import duckdb

    return duckdb.read_parquet(str(path)).df()


def test_the_manifest_says_what_was_asked_and_on_what_it_ran(scenarios, tmp_path):
    sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["question"]["settings"] == SETTINGS.to_dict("list")
    assert manifest["question"]["people"] == 40
    assert manifest["ran_on"]["numpy"] == np.__version__
    assert cjsim.Scenario.load(tmp_path / "scenario-guide.toml") == scenarios["guide"]


@pytest.mark.parametrize(
    ("change", "word"), [({"people": 41}, "people"), ({"runs": 4}, "runs"), ({"seed": 2}, "seed")]
)
def test_another_question_does_not_get_into_the_folder(scenarios, tmp_path, change, word):
    sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    with pytest.raises(ValueError, match=f"holds another sweep \\({word}"):
        sweep(scenarios, SETTINGS, **{**SMALL, **change}, folder=tmp_path, executor="here")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_a_changed_model_does_not_mix_with_the_old_one(scenarios, tmp_path, monkeypatch):
    sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")
    monkeypatch.setattr(folders, "model", lambda: "another")
    with pytest.raises(ValueError, match="model"):
        sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")


def test_a_folder_of_something_else_is_left_alone(scenarios, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds other files"):
        sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_interrupt_leaves_the_cells_that_are_finished(scenarios, found, tmp_path):
    def stop(finished, total):
        for number, one in enumerate(finished):
            if number == 15:
                raise KeyboardInterrupt
            yield one

    some = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here", progress=stop)
    assert not some.complete
    done = sorted(some.runs["cell"].unique())
    assert 0 < len(done) < 4
    assert some.phase("revenue").index.tolist() == done
    whole = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, executor="here")
    pd.testing.assert_frame_equal(whole.runs, found.runs)


def test_a_sweep_that_was_killed_goes_on_to_the_same_end(scenarios, tmp_path):
    """SIGKILL in the middle: no part is broken, and the rest gives the same table."""
    program = textwrap.dedent("""
        import sys, cjsim
        from cjsim.experiment.design import grid
        from cjsim.experiment.sweep import sweep
        phone = cjsim.Scenario.load("phone")
        phone = phone.with_changes({"burn_in_days": 0.0, "horizon_days": 200.0})
        scenarios = {name: phone.with_strategy(name) for name in ("pull", "guide")}
        settings = grid({"guide.accuracy": [round(0.01 * i, 2) for i in range(50, 90)]})
        found = sweep(
            scenarios, settings, people=150, runs=4, folder=sys.argv[1], executor=sys.argv[2]
        )
        print(found.complete)
    """)

    def start(folder: Path, executor: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", program, str(folder), executor]
        return subprocess.Popen(words, stdout=subprocess.PIPE)

    killed, whole = tmp_path / "killed", tmp_path / "whole"
    job = start(killed, "processes")
    while len(list(killed.glob("cells/*.parquet"))) < 3:
        assert job.poll() is None
        time.sleep(0.01)
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    assert 3 <= len(list(killed.glob("cells/*.parquet"))) < 40
    for folder, executor in ((killed, "processes"), (whole, "here")):
        assert start(folder, executor).communicate()[0].strip() == b"True"
    pd.testing.assert_frame_equal(Sweep.load(killed).runs, Sweep.load(whole).runs)
