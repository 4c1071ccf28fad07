"""What is printed fits any code page, goes out to the end, and acts on nobody's screen."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest

from cjsim import Scenario
from cjsim.cli import main, terminal
from cjsim.door import scenarios_of
from cjsim.experiment.orphans import ended_as_by_ctrl_c
from cjsim.files import no_formula
from cjsim.labels.visible import visible
from cjsim.scenario import ScenarioError

CLI = [sys.executable, "-m", "cjsim.cli"]
TINY = [
    "--people", "20", "--runs", "2", "--executor", "here", "--set", "horizon_days=20",
    "--set", "burn_in_days=0",
]  # fmt: skip
PAIR = ["compare", "phone", "--strategies", "pull,guide", *TINY]


def told(words, **keywords):
    return subprocess.run([*CLI, *words], capture_output=True, check=False, **keywords)


def at_length(*cases):
    """Cases of a thorough run: others like them are tried each time."""
    return [pytest.param(*case, marks=pytest.mark.soak) for case in cases]


# --- code pages -----------------------------------------------------------------------------------

CODE_PAGES = [
    "ascii", "cp1251", "cp1252", "cp866", "latin-1", "cp437", "koi8-r", "cp1250", "iso8859-5",
    "utf-8",
]  # fmt: skip


@pytest.mark.parametrize("page", CODE_PAGES)
def test_a_code_page_that_lacks_a_letter_gets_one_that_says_the_same(page):
    """A minus that became a question mark would be another number."""
    terminal.get_ready()
    for letter, instead in terminal.PLAIN.items():
        shown = f"1{letter}2".encode(page, errors=terminal.HANDLER).decode(page)
        assert shown in (f"1{letter}2", f"1{instead}2")
        assert instead.isascii()
    assert "語".encode(page, errors=terminal.HANDLER).decode(page) in "?語"


@pytest.mark.parametrize(
    ("page", "lang"),
    [("cp1252", "ru"), ("ascii", "en"), *at_length(("cp866", "ru"), ("cp1251", "en"))],
)
def test_files_are_there_and_json_is_json_on_any_code_page(page, lang, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": page, "PYTHONUTF8": "0"}
    words = [*PAIR, "--lang", lang, "--out", str(tmp_path / "r"), "--json"]
    done = told(words, env=environment)
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("ascii"))["people"] == 20
    assert (tmp_path / "r" / "runs.csv").is_file()


# --- an output that ends --------------------------------------------------------------------------

JOBS = {
    "compare": PAIR,
    "weak-point": ["weak-point", "phone", *TINY],
    "sweep": ["sweep", "phone", "--vary", "guide.accuracy=0,1", *TINY],
    "presets": ["presets"], "a preset": ["presets", "phone"], "keys": ["presets", "--keys"],
    "schema": ["schema"], "check": ["check", "phone"], "help": ["--help"],
    "help of a job": ["compare", "--help"],
}  # fmt: skip


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_behind_the_output_is_told_in_a_line(job, tmp_path):
    words = JOBS[job] + (["--out", str(tmp_path / "r")] if "--people" in JOBS[job] else [])
    with open("/dev/full", "w") as full:
        done = subprocess.run([*CLI, *words], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    error = done.stderr.decode()
    assert error.count("\n") == 1
    assert os.strerror(errno.ENOSPC) in error
    if "--people" in words:
        assert list((tmp_path / "r").iterdir())  # nothing that was computed is lost


@pytest.mark.parametrize("kept_back", ["", "1"], ids=["in blocks", "at once"])
def test_help_is_told_whether_or_not_python_writes_at_once(kept_back):
    """Python's own parser is silent where the first letter cannot be written."""
    environment = {**os.environ, "PYTHONUNBUFFERED": kept_back}
    with open("/dev/full", "w") as full:
        words = [*CLI, "--help"]
        done = subprocess.run(
            words, stdout=full, stderr=subprocess.PIPE, check=False, env=environment
        )
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1


@pytest.mark.parametrize("job", [job for job in JOBS if job not in ("weak-point", "sweep")])
def test_nobody_who_reads_on_gets_no_complaint(job):
    with subprocess.Popen(
        [*CLI, *JOBS[job]], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as done:
        done.stdout.close()
        error = done.stderr.read()
    assert (done.returncode, error) == (141, b"")


@pytest.mark.parametrize(
    "closed", [">&-", "<&- >&- 2>&-", *at_length(("2>&-",), (">&- 2>&-",), ("<&-",))]
)
def test_a_closed_stream_is_no_reason_to_stop(closed, tmp_path):
    command = " ".join([sys.executable, "-m", "cjsim.cli", *PAIR, "--out", str(tmp_path / "r")])
    assert subprocess.run(f"{command} {closed}", shell=True, check=False).returncode == 0
    assert (tmp_path / "r" / "runs.csv").is_file()


# --- what acts ------------------------------------------------------------------------------------

ACTING = [
    "\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\x00", "\r", "\x08", "\x7f", "\u202e", "\u2066",
    "\u2028", "\x85", "\ud800", "\x0c",
]  # fmt: skip


@pytest.mark.parametrize("what", ACTING, ids=ascii)
def test_what_acts_on_a_screen_is_spelt(what):
    shown = visible(f"a{what}b\n\tc")
    assert shown == f"a{what.encode('unicode_escape').decode()}b\n\tc"
    assert visible(shown) == shown


@pytest.mark.parametrize("what", ACTING, ids=ascii)
def test_no_name_or_title_acts(what):
    phone = Scenario.load("phone")
    for key in ("title", "money", "name", "touchpoints.site.title"):
        with pytest.raises(ScenarioError) as error:
            phone.with_changes({key: f"a{what}"})
        assert what not in error.value.said("en")
    with pytest.raises(ValueError, match="is no name"):
        scenarios_of({f"a{what}": phone})


@pytest.mark.parametrize(
    "words",
    [
        ["check", "\x1b[31m.toml"], ["compare", "\x1b[31m"], ["\x1b[31m"],
        ["compare", "phone", "\x1b"],
        ["compare", "phone", "--set", "\x1b[31m=1"], ["compare", "phone", "--people", "\x1b[31m"],
        ["compare", "phone", "--set", "title=\x1b[31m"], ["sweep", "phone", "--vary", "\x1b=1"],
        ["compare", "phone", "--lang", "\x1b"], ["compare", "phone", "--executor", "\x1b"],
        ["weak-point", "phone", "--strategy", "\x1b[2J"],
        ["optimise", "phone", "--split", "\x9b,a"],
        ["presets", "\x1b[31m"], ["new", "\x1b/x.toml"], ["grade", "\x1b[31m"],
    ],
    ids=ascii,
)  # fmt: skip
def test_no_word_of_a_command_line_acts(words, capsys):
    try:
        status = main.main(words)
    except SystemExit as error:
        status = error.code
    assert status == 2
    output = capsys.readouterr()
    assert not {"\x1b", "\x9b"} & set(output.out + output.err)
    assert output.err


FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!Z9",
    '=HYPERLINK("x")', "＝1", "-10 %", "+x", "--1", "=",
]  # fmt: skip
HARMLESS = ["", "a=1", "-0.5", "+3", "1e-5", "-inf", "guide", "a-b", "0", "é", "'x"]


@pytest.mark.parametrize("word", FORMULAS, ids=ascii)
def test_no_cell_is_a_formula(word):
    assert no_formula(word) == "'" + word


@pytest.mark.parametrize("word", HARMLESS, ids=ascii)
def test_all_else_stays_as_it_is(word):
    assert no_formula(word) == word


# --- being told to end ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", *at_length(("SIGHUP",))])
def test_a_sweep_that_is_told_to_end_keeps_its_cells_and_its_workers_end(name, tmp_path):
    import psutil

    words = [
        *CLI, "sweep", "phone", "--strategies", "pull,guide", "--vary", "guide.accuracy=0:1:60",
        "--people", "300", "--runs", "2", "--executor", "processes", "--workers", "2",
        "--out", str(tmp_path / "s"),
    ]  # fmt: skip
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        while len(list(tmp_path.glob("s/cells/*.parquet"))) < 2:
            assert job.poll() is None
            time.sleep(0.05)
        children = psutil.Process(job.pid).children(recursive=True)
        job.send_signal(getattr(signal, name))
        _, error = job.communicate()
    assert job.returncode == 130, error
    assert b"goes on with the rest" in error
    assert b"Traceback" not in error
    _, alive = psutil.wait_procs(children, timeout=20)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_an_ignored_hangup_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_as_by_ctrl_c():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_being_told_to_end_while_python_clears_up_is_not_forgotten(name, capsys):
    """What a finalizer raises is told as ignored, and goes on; here it comes again."""

    def cleared_up(_):
        signal.raise_signal(getattr(signal, name))

    before = sys.unraisablehook
    with ended_as_by_ctrl_c():
        things = [set()]
        finalizer = weakref.ref(things[0], cleared_up)
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(60 if things.clear() is None else 0)
    assert finalizer() is None
    assert sys.unraisablehook is before
    assert capsys.readouterr().err == ""
