"""The folder of a long experiment, whatever was killed in it."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import cjsim
from cjsim.experiment import sweep_folder as folders
from cjsim.experiment.design import grid
from cjsim.experiment.sweep import Sweep, sweep

SETTINGS = grid({"guide.accuracy": [0.3, 1.0]})
SMALL = {"people": 20, "runs": 2, "executor": "here"}


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 90.0})
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


def test_a_folder_without_parts_has_the_columns_of_one_with_parts(scenarios, tmp_path):
    def stop(finished, total):
        raise KeyboardInterrupt

    none = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path, progress=stop)
    assert none.runs.empty
    assert not none.complete
    pd.testing.assert_frame_equal(Sweep.load(tmp_path).runs, none.runs)
    whole = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path)
    assert list(none.runs.columns) == list(whole.runs.columns)


def test_a_folder_killed_wherever_it_was_made_can_be_gone_on_with(scenarios, tmp_path):
    """SIGKILL at each thing in turn that is written before the first part."""
    program = textwrap.dedent("""
        import json, os, signal, sys
        from pathlib import Path
        from cjsim import Scenario
        from cjsim.experiment.sweep_folder import Folder
        left = int(sys.argv[2])

        def watch(event, args):
            global left
            if event in ("os.mkdir", "os.rename") or event == "open" and args[1] == "w":
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        Folder(Path(sys.argv[1]), json.loads(sys.argv[3]), {"pull": Scenario.load("phone", "pull")})
    """)
    question = {"people": 1, "scenarios": {"pull": ""}, "settings": {"firm.reps": [1]}}
    for moment in range(1, 30):
        folder = tmp_path / str(moment)
        words = [sys.executable, "-c", program, str(folder), str(moment), json.dumps(question)]
        killed = subprocess.run(words, check=False).returncode == -signal.SIGKILL
        kept = folders.Folder(folder, question, {"pull": scenarios["pull"]})
        assert json.loads((folder / "manifest.json").read_text())["question"]["people"] == 1
        assert kept.done() == []
        if not killed:
            break
    assert 5 < moment < 29  # it was killed at three folders and two files or more, then it lived
    assert os.listdir(folder / "cells") == []


def test_the_order_of_the_scenarios_belongs_to_the_question(scenarios, tmp_path):
    """Differences are taken to the first."""
    sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path)
    other = dict(reversed(scenarios.items()))
    with pytest.raises(
        ValueError, match=r'scenarios: \["pull", "guide"\] there, \["guide", "pull"\]'
    ):
        sweep(other, SETTINGS, **SMALL, folder=tmp_path)
    assert sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path).complete
