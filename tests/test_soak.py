"""A little of the soak: the same spoilt files and command lines each time."""

import random

import pytest

from benchmarks import soak


def test_no_spoilt_file_ends_in_a_traceback():
    counts = soak.files(60, random.Random(11))
    assert counts["run"] > 3
    assert counts["told"] > 20
    assert not set(counts) & set(soak.BAD)


def test_no_command_line_ends_in_a_traceback(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    counts = soak.commands(40, random.Random(12))
    assert counts["status 2"] > 10
    assert not set(counts) & set(soak.BAD)


@pytest.mark.soak
def test_a_sweep_killed_once_in_each_way_is_gone_on_with():
    """Each time one kill: `test_a_sweep_that_was_killed_goes_on_to_the_same_end`."""
    counts = soak.killed_sweeps(2, random.Random(13), lambda line: None)
    assert counts["kills"] == 2
    assert not {name for name, count in counts.items() if count} & set(soak.BAD)
