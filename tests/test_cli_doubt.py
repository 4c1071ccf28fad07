"""`--draws`: doubt on the command line."""

import json

import pandas as pd
import pytest

from cjsim.cli import main

OWN = """
extends = "phone"
name = "own"
strategy = "guide"
burn_in_days = 0
horizon_days = 150
market.people = 30
market.rationality_spread = 0
[uncertain]
firm.rep_cost_per_day = [80, 160]
product.price = { five = 400, ninety_five = 480 }
"""
SMALL = ["--people", "30", "--runs", "2", "--executor", "here"]
PRICE = ["--set", "product.price=500"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    frame = pd.DataFrame({"firm.rep_cost_per_day": [90.0, 120.0, 100.0]})
    frame.to_csv(tmp_path / "draws.csv", index=False)
    return tmp_path


def run(*words):
    return main.main([*words])


def test_what_if_tells_both_intervals_and_writes_the_doubt(own, capsys):
    costly = [
        "--set",
        "firm.reps=9",
    ]  # what a rep costs is in doubt, and no luck of buyers hides it
    asked = ["what-if", "own.toml", *costly, *SMALL, "--draws", "6", "--out", "o"]
    assert run(*asked) == 0
    shown = capsys.readouterr().out
    assert "of 6 worlds that you hold possible" in shown
    assert "doubt interval (5–95 %)" in shown
    assert "luck interval" in shown
    assert "open o/doubt.png" in shown
    names = {path.name for path in (own / "o").iterdir()}
    assert {"doubt.svg", "doubt.csv", "doubt-keys.csv", "doubt-draws.csv"} <= names
    assert run(*asked[:-4], "--out", "o") == 0
    assert not [path for path in (own / "o").iterdir() if path.name.startswith("doubt")]


def test_draws_of_a_fit_are_a_file(own, capsys):
    assert run("what-if", "own.toml", *PRICE, *SMALL, "--draws", "draws.csv", "--json") == 0
    data = json.loads(capsys.readouterr().out)["doubt"]
    assert (data["draws"], data["fitted"]) == (3, True)
    assert list(data["keys"]["product.price = 500"]) == ["firm.rep_cost_per_day"]
    row = data["differences"]["product.price = 500"]["profit_per_person"]
    assert row["doubt_low"] <= row["median"] <= row["doubt_high"]


def test_compare_in_russian(own, capsys):
    words = ["compare", "own.toml", "--strategies", "nothing,guide", *SMALL, "--lang", "ru"]
    assert run(*words, "--draws", "4") == 0
    shown = capsys.readouterr().out
    assert "интервал незнания" in shown
    assert "doubt" not in shown


@pytest.mark.parametrize("as_json", [False, True])
def test_weak_point_and_optimise_carry_doubt_too(own, capsys, as_json):
    end = ["--draws", "3", *(["--json"] if as_json else []), "--out", "o"]
    assert run("weak-point", "own.toml", *SMALL, "--better", "0.3", *end) == 0
    weak = capsys.readouterr().out
    assert run("optimise", "own.toml", "--vary", "firm.reps=1:2", *SMALL, *end) == 0
    best = capsys.readouterr().out
    if as_json:
        assert len(json.loads(weak)["doubt"]["rows"]) == 12
        assert {row["firm.reps"] for row in json.loads(best)["doubt"]["rows"]} == {1.0, 2.0}
    else:
        assert "Weak point in" in weak
        assert "Best on average over 3 worlds that you hold possible: firm.reps = " in best
    assert (own / "o" / "doubt-stages.csv").exists()
    assert (own / "o" / "doubt-settings.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["own.toml", *PRICE, "--draws", "1"], "draws = 1: must be a whole number of at least 2"),
        (["own.toml", *PRICE, "--draws", "lost.csv"], "lost.csv: No such file"),
        (["own.toml", *PRICE, "--draws", "own.toml"], "must be a .csv or .parquet file"),
        (["phone", *PRICE, "--draws", "20"], "nothing is uncertain here"),
        (["phone", "nothing", "--set", "product.price=1", "--draws", "bad.csv"], "mean product"),
    ],
)
def test_a_slip_is_told_in_a_line_and_nothing_runs(own, capsys, words, said):
    pd.DataFrame({"prodct.price": [1.0, 2.0]}).to_csv(own / "bad.csv", index=False)
    assert run("what-if", *words, *SMALL, "--out", "o") == 2
    output = capsys.readouterr()
    assert said in output.err
    assert len(output.err.splitlines()) == 1
    assert output.out == ""
    assert not (own / "o").exists()


def test_check_tells_an_uncertain_key_that_cannot_act(own, capsys):
    assert run("check", "own.toml") == 0
    assert "uncertain in vain" not in capsys.readouterr().out
    idle = "\nmarket.price_spread = [0.1, 0.4]\n"
    alike = OWN.replace("[uncertain]", "market.price_sensitivity = 0\n[uncertain]")
    (own / "own.toml").write_text(alike + idle)
    assert run("check", "own.toml") == 0
    assert "uncertain in vain: market.price_spread, since " in capsys.readouterr().out


def test_a_command_without_doubt_knows_no_draws(own, capsys):
    with pytest.raises(SystemExit):
        run("sweep", "own.toml", "--vary", "firm.reps=1:2:2", "--draws", "5")
    assert "--draws" in capsys.readouterr().err
