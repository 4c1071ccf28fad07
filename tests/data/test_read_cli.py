"""`cjsim data`: what a file holds, from the command line."""

import json
import tomllib

import pytest

from cjsim import data
from cjsim.cli import main

ROWS = (
    "client_id,created_at,type,sum\n7,2024-01-01,lead,\n7,2024-01-05,Sale,12.5\n8,soon,Sale,=1+1\n"
)


def run(*words):
    return main.main([str(word) for word in words])


@pytest.fixture
def crm(tmp_path):
    path = tmp_path / "crm.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_check_tells_and_proposes_a_mapping(crm, capsys):
    assert run("data", "check", crm) == 0
    shown = capsys.readouterr().out
    assert "line 4: created_at = 'soon': must be a date" in shown
    assert "What can never be known from this file" in shown
    proposed = tomllib.loads(shown[shown.index("[columns]") :])
    assert proposed["columns"]["person"] == "client_id"
    assert proposed["events"] == {"Sale": "won"}


def test_check_speaks_russian(crm, capsys):
    assert run("data", "check", crm, "--lang", "ru") == 0
    shown = capsys.readouterr().out
    assert "строка 4: created_at = 'soon': нужно — дата" in shown
    assert "Rows" not in shown


def test_check_writes_the_mapping_and_every_bad_row(crm, tmp_path, capsys):
    file, folder = tmp_path / "map.toml", tmp_path / "out"
    assert run("data", "check", crm, "--write", file, "--out", folder) == 0
    assert f"--mapping {file}" in capsys.readouterr().out
    rows = (folder / "bad_rows.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "file,line,column,value,allowed"
    assert sorted(row.split(",")[2:4] for row in rows[1:]) == [
        ["created_at", "soon"],
        ["sum", "'=1+1"],
    ]
    assert run("data", "check", crm, "--mapping", file) == 0
    assert "Guessed" not in capsys.readouterr().out
    assert run("data", "check", crm, "--write", file) == 2
    assert "exists already" in capsys.readouterr().err


def test_json_is_json_and_nothing_else(crm, tmp_path, capsys):
    assert run("data", "check", crm, "--json", "--write", tmp_path / "map.toml") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["counts"]["kept"], told["counts"]["bad"]) == (2, 1)
    assert told["knows"] == ["deals", "amounts", "leads"]
    assert told["bad"][0]["line"] == 4
    assert tomllib.loads(told["mapping"])["columns"]["time"] == "created_at"


def test_convert_writes_the_log(crm, tmp_path, capsys):
    out = tmp_path / "log.parquet"
    assert run("data", "convert", crm, out, "--days", "30", "--start", "2024-01-01") == 0
    assert f"Wrote {out}." in capsys.readouterr().out
    log = data.read(out)
    assert (len(log), log.days, log.start) == (2, 30.0, "2024-01-01")


@pytest.mark.parametrize("link", [False, True])
def test_an_export_is_never_overwritten_with_its_own_log(crm, tmp_path, capsys, link):
    out = crm
    if link:
        out = tmp_path / "same.csv"
        out.symlink_to(crm)
    assert run("data", "convert", crm, out) == 2
    assert "is the file that is read; choose another name" in capsys.readouterr().err
    assert crm.read_text(encoding="utf-8") == ROWS


def test_an_export_is_never_overwritten_with_its_bad_rows(tmp_path, capsys):
    file = tmp_path / "bad_rows.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert run("data", "check", file, "--out", tmp_path) == 2
    assert "is the file that is read" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == ROWS


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        ("client_id,created_at,type\n", [], "No row of it is good"),
        ("client_id,created_at,type\n7,soon,won\n", [], "No row of it is good"),
        ("", [], "holds no line"),
        ("a;b\n1;2\n", [], "no column for 'person'"),
        (ROWS, ["--person", "clientid"], "Did you mean 'client_id'"),
        (ROWS, ["--start", "yesterday"], "must be a date such as 2024-01-31"),
        (ROWS, ["--memory", "much"], 'must be as in "500MB"'),
        (ROWS, ["--mapping", "nowhere.toml"], "nowhere.toml: No such file"),
        (ROWS, ["--days", "2"], "days = 2.0: must be above 0, and the last row is of 4"),
    ],
)
def test_what_cannot_be_read_is_told_with_status_2(content, more, told, crm, capsys):
    crm.write_text(content, encoding="utf-8")
    assert run("data", "check", crm, *more) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path, capsys):
    assert run("data", "check", tmp_path / "crm.csv") == 2
    assert "No such file" in capsys.readouterr().err
    assert run("data", "check", tmp_path) == 2
    assert "is a folder" in capsys.readouterr().err


def test_attribute_refuses_a_log_with_bad_rows(crm, capsys):
    assert run("attribute", crm) == 2
    assert "line 4: created_at = 'soon'" in capsys.readouterr().err
