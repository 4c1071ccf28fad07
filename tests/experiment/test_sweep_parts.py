"""A kept part is what it says it is, or it is run again; a folder's name is a name."""

import json
import os
import shutil
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import files, log
from cjsim.experiment import sweep_folder as folders
from cjsim.experiment.design import grid
from cjsim.experiment.sweep import Sweep, sweep

SETTINGS = grid({"guide.accuracy": [0.3, 0.6, 1.0]})
SMALL = {"people": 20, "runs": 2, "executor": "here"}


@pytest.fixture(scope="module")
def scenarios():
    phone = cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 60.0})
    return {name: phone.with_strategy(name) for name in ("pull", "guide")}


@pytest.fixture(scope="module")
def kept(scenarios, tmp_path_factory):
    """A finished sweep in a folder, and another one of other seeds."""
    home = tmp_path_factory.mktemp("kept")
    whole = sweep(scenarios, SETTINGS, **SMALL, folder=home / "mine")
    sweep(scenarios, SETTINGS, **SMALL, seed=9, folder=home / "other")
    return home, whole


def rewritten(part, change, note=None):
    """The part with its rows changed, under its own note or another."""
    table = log.read([part], (*folders.RUN, *folders.UNITS)).drop(columns="filename")
    note = log.notes([part])[0] if note is None else note
    log.save(change(table), part, note)


def second(part):
    return part.with_name("cell-00001.parquet")


DAMAGES = {
    "cut": lambda part, other: part.write_bytes(part.read_bytes()[:-40]),
    "empty": lambda part, other: part.write_bytes(b""),
    "random bytes": lambda part, other: part.write_bytes(os.urandom(4_000)),
    "a flipped bit": lambda part, other: flip(part),
    "a text": lambda part, other: part.write_text("seed"),
    "of another sweep": lambda part, other: shutil.copy(other, part),
    "of another cell": lambda part, other: shutil.copy(second(part), part),
    "a row less": lambda part, other: rewritten(part, lambda rows: rows[:-1]),
    "a row twice": lambda part, other: rewritten(part, lambda rows: pd.concat([rows, rows[-1:]])),
    "another seed": lambda part, other: rewritten(part, lambda rows: rows.assign(seed=5)),
    "another cell inside": lambda part, other: rewritten(part, lambda rows: rows.assign(cell=2)),
    "another number": lambda part, other: rewritten(part, lambda rows: rows.assign(profit=1.0)),
    "swapped scenarios": lambda part, other: rewritten(
        part, lambda rows: rows.assign(scenario=rows["scenario"].to_numpy()[::-1])
    ),
    "without a note": lambda part, other: rewritten(part, lambda rows: rows, ""),
    "with another's note": lambda part, other: rewritten(
        part, lambda rows: rows, log.notes([other])[0]
    ),
    "without a column": lambda part, other: duckdb.sql(
        f"COPY (SELECT 0 AS cell) TO '{part}' (FORMAT parquet)"
    ),
    "a link to nothing": lambda part, other: (part.unlink(), part.symlink_to("nowhere")),
    "a link to another's": lambda part, other: (part.unlink(), part.symlink_to(other)),
}


def flip(part):
    content = bytearray(part.read_bytes())
    content[len(content) // 3] ^= 4
    part.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_part_is_run_again_and_never_taken_in(damage, kept, scenarios, tmp_path):
    home, whole = kept
    folder = tmp_path / "mine"
    shutil.copytree(home / "mine", folder)
    part = folder / "cells" / "cell-00000.parquet"
    DAMAGES[damage](part, home / "other" / "cells" / "cell-00000.parquet")
    with pytest.raises(ValueError, match=r"cell-00000\.parquet: is damaged, or the part of anoth"):
        Sweep.load(folder)
    again = sweep(scenarios, SETTINGS, **SMALL, folder=folder)
    pd.testing.assert_frame_equal(again.runs, whole.runs, check_exact=True)
    pd.testing.assert_frame_equal(Sweep.load(folder).runs, whole.runs, check_exact=True)


@pytest.mark.parametrize(
    "name", ["cell-00003.parquet", "cell-00099.parquet", "cell-abc.parquet", "cell-0.parquet", "x"]
)
def test_what_is_no_part_of_the_sweep_is_left_alone(name, kept, scenarios, tmp_path):
    home, whole = kept
    folder = tmp_path / "mine"
    shutil.copytree(home / "mine", folder)
    stray = folder / "cells" / name
    shutil.copy(home / "other" / "cells" / "cell-00000.parquet", stray)
    again = sweep(scenarios, SETTINGS, **SMALL, folder=folder)
    pd.testing.assert_frame_equal(again.runs, whole.runs, check_exact=True)
    assert stray.exists()


NAMES = [
    "run[1]", "run*", "run?", "[!a]", "[[]", "a]b", "{a,b}", "k=1", "~x", "100% kit", "o'brien",
    "Мои документы", "$HOME", "a;b", "..x", "-x", "#1", "a\\b",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_folders_name_is_a_name(name, kept, scenarios, tmp_path):
    """A neighbour that the name would mean as a pattern holds other numbers."""
    home, whole = kept
    for neighbour in ("run1", "runs", "b", "[", "a", "axb"):
        shutil.copytree(home / "other", tmp_path / neighbour)
    if (tmp_path / name).exists():
        shutil.rmtree(tmp_path / name)
    found = sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path / name)
    pd.testing.assert_frame_equal(found.runs, whole.runs, check_exact=True)
    pd.testing.assert_frame_equal(Sweep.load(tmp_path / name).runs, whole.runs, check_exact=True)


ASKED = {
    "lists": ("guide.programme", [["mail_offer"], []]),
    "tuples": ("guide.programme", [("mail_offer",), ()]),
    "numpy": ("firm.reps", np.array([1, 2])),
    "small numpy": ("guide.accuracy", np.array([0.5, 1.0], np.float32)),
    "mixed": ("firm.reps", [1, 2.0]),
    "words": ("guide.push", ["guide", "none"]),
    "one word": ("guide.push", "guide"),
    "one number": ("firm.reps", 2),
    "yes and no": ("firm.repeat_needs_rep", [True, False]),
    "endless": ("shelf.stocked_days", [9.0, float("inf")]),
    "a range": ("firm.reps", range(1, 3)),
    "a column": ("firm.reps", pd.Series([1, 2])),
    "tables": ("guide.plan", [{"study": ""}, {"desire": ""}]),
}


@pytest.mark.parametrize("kind", ASKED)
def test_the_same_question_goes_on_whatever_kind_of_data_it_is_asked_in(kind, scenarios, tmp_path):
    key, values = ASKED[kind]
    size = {"people": np.int64(20), "runs": np.int32(1), "seed": np.uint8(3), "executor": "here"}
    found = [sweep(scenarios, grid({key: values}), **size, folder=tmp_path / "s") for _ in range(2)]
    pd.testing.assert_frame_equal(found[0].runs, found[1].runs)
    alone = sweep(scenarios, grid({key: values}), **size)
    pd.testing.assert_frame_equal(found[0].runs, alone.runs)
    loaded = Sweep.load(tmp_path / "s")
    assert loaded.complete
    assert loaded.values("contacts").tolist() == alone.values("contacts").tolist()


PLAIN = [
    ((1, 2), [1, 2]), ({1: "a"}, {"1": "a"}), (np.int64(3), 3), (np.float32(0.5), 0.5),
    (Decimal("0.25"), 0.25), (np.array([1, 2]), [1, 2]), (np.bool_(True), True), ({3}, [3]),
    (None, None), ([(1, {2: (3,)})], [[1, {"2": [3]}]]), (pd.Timestamp(0), "1970-01-01 00:00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "back"), PLAIN, ids=repr)
def test_plain_data_are_what_json_gives_back(given, back):
    assert folders.plain(given) == back
    assert folders.plain(folders.plain(given)) == folders.plain(given)


MANIFESTS = [
    "{}", "[]", "null", "3", '"question"', '{"question": {}}', '{"question": []}',
    '{"name": "an app", "icons": []}', '{"question": {"settings": {}, "scenarios": {"a": ""}}}',
    '{"question": {"settings": {"a": [1], "b": []}, "scenarios": {"a": ""}, "people": 1}}',
    "{", "", "\x00", "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", MANIFESTS, ids=lambda text: text[:30])
def test_anothers_manifest_is_told_in_a_sentence(text, scenarios, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    for ask in (lambda: sweep(scenarios, SETTINGS, **SMALL, folder=tmp_path),
                lambda: Sweep.load(tmp_path)):  # fmt: skip
        with pytest.raises(ValueError, match=r"holds other files|is damaged") as error:
            ask()
        assert "\n" not in str(error.value)
    assert (tmp_path / "manifest.json").read_text() == text


# --- drafts and the home --------------------------------------------------------------------------


def test_the_drafts_of_a_process_that_has_gone_are_taken_away(tmp_path):
    import subprocess
    import sys

    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom cjsim import files\n"
        "with files.whole(Path(sys.argv[1]) / 'a.txt'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    old, young, mine = (tmp_path / f".saving-{name}" for name in ("old", "young", "x"))
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (0, 0))
    assert len(list(tmp_path.iterdir())) == 3
    with files.whole(tmp_path / "b.txt") as draft:
        draft.write_text("b")
        mine = draft.parent
        files.forget_drafts(tmp_path)
        assert set(tmp_path.iterdir()) == {young, mine}  # of whom nothing is known
    assert {path.name for path in tmp_path.iterdir()} == {".saving-young", "b.txt"}


def doors():
    phone = cjsim.Scenario.load("phone")
    run = cjsim.simulate(phone, 10)
    return {
        "write_text": lambda: files.write_text("~/x", "a"),
        "write_new": lambda: files.write_new("~/x", "a"),
        "whole": lambda: files.write_bytes("~/x", b"a"),
        "together": lambda: together("~/x"),
        "a table": lambda: log.save(run.summary().to_frame(), "~/x.parquet"),
        "a CSV": lambda: log.save(run.summary().to_frame(), "~/x.csv"),
        "Scenario.save": lambda: phone.save("~/x.toml"),
        "Run.save": lambda: run.save("~/x"),
        "a result": lambda: cjsim.compare({"a": phone}, **SMALL).save("~/x"),
        "sweep": lambda: sweep({"a": phone}, grid({"firm.reps": [1]}), **SMALL, folder="~/x"),
        "load": lambda: (phone.save("~/x.toml"), cjsim.Scenario.load("~/x.toml")),
        "extends": lambda: (
            phone.save("~/x.toml"),
            files.write_text("b.toml", 'extends = "~/x.toml"'),
            cjsim.Scenario.load("b.toml"),
        ),
        "cjsim new": lambda: command("new", "~/x.toml"),
        "cjsim --out": lambda: command(
            "compare", "phone", "--people", "10", "--runs", "1", "--out=~/x"
        ),
    }  # fmt: skip


def together(folder):
    with files.all_together(folder) as draft:
        files.write_text(draft / "a", "a")


def command(*words):
    from cjsim.cli import main

    assert main.main(list(words)) == 0


DOORS = [
    "write_text", "write_new", "whole", "together", "a table", "a CSV", "Scenario.save", "Run.save",
    "a result", "sweep", "load", "extends", "cjsim new", "cjsim --out",
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_a_tilde_is_the_home(door, tmp_path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    doors()[door]()
    made = [path.name for path in home.iterdir() if path.name[0] != "."]  # caches of libraries
    assert made in (["x"], ["x.toml"], ["x.parquet"], ["x.csv"])
    assert not (here / "~").exists()


def test_the_question_is_the_same_json_there_and_back(kept):
    home, _ = kept
    manifest = json.loads((home / "mine" / "manifest.json").read_text())
    assert folders.plain(manifest) == manifest
