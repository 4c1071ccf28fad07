"""The command line, as the analyst meets it."""

import json
import re
import subprocess
import sys

import pytest
from scipy import stats

from cjsim.cli import main
from cjsim.experiment import workers
from cjsim.experiment.compare import compare
from cjsim.journey import TWELVE
from cjsim.report import comparison, experiments
from cjsim.scenario import Scenario, presets

SMALL = ["--people", "60", "--runs", "3"]


def run(*words: str) -> int:
    return main.main(list(words))


def test_compare_prints_each_stage_and_the_paired_differences(capsys):
    assert run("compare", "phone", "--strategies", "pull,guide", *SMALL) == 0
    shown = capsys.readouterr().out
    for stage in TWELVE:
        assert f"{int(stage):2d} " in shown
    assert "Difference to pull" in shown
    assert "95 % luck interval" in shown
    assert "Profit per person" in shown


def test_compare_speaks_russian(capsys):
    assert run("compare", "phone", "--strategies", "pull,guide", "--lang", "ru", *SMALL) == 0
    shown = capsys.readouterr().out
    assert "Разница с вариантом «pull»" in shown
    assert "Difference" not in shown


def test_compare_writes_a_folder_that_can_be_run_again(tmp_path, capsys):
    out = tmp_path / "results"
    assert run("compare", "yogurt", "--strategies", "pull,guide", *SMALL, "--out", str(out)) == 0
    names = {path.name for path in out.iterdir()}
    assert {"funnel.png", "funnel.svg", "runs.csv", "differences.csv", "summary.txt"} <= names
    for picture in ("waterfall", "paired", "uplift"):
        assert {f"{picture}.png", f"{picture}.svg", f"{picture}.csv"} <= names
    assert not [name for name in names if name.startswith(".")]
    kept = Scenario.load(out / "scenario-guide.toml")
    assert kept == Scenario.load("yogurt", "guide")
    first = capsys.readouterr().out
    assert first.startswith((out / "summary.txt").read_text(encoding="utf-8"))


def test_json_is_json_and_nothing_else(capsys):
    assert run("compare", "phone", "--strategies", "pull,guide", "--json", *SMALL) == 0
    data = json.loads(capsys.readouterr().out)
    gap = data["paired"]["differences"]["guide"]["first_deals"]
    assert gap["low"] <= gap["difference"] <= gap["high"]
    means = data["means"]
    expected = means["guide"]["first_deals"] - means["pull"]["first_deals"]
    assert gap["difference"] == pytest.approx(expected)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
def test_json_says_the_confidence_that_was_asked_for(confidence):
    pair = {name: Scenario.load("phone", name) for name in ("pull", "guide")}
    compared = compare(pair, people=60, runs=3, confidence=confidence, executor="here")
    paired = comparison.as_json(compared)["paired"]
    gaps = compared.gaps()["guide"]["contacts"]
    interval = stats.ttest_1samp(gaps, 0.0).confidence_interval(confidence)
    told = paired["differences"]["guide"]["contacts"]
    assert paired["confidence"] == confidence
    assert told["low"] < told["high"]
    assert (told["low"], told["high"]) == pytest.approx((interval.low, interval.high))


def test_set_changes_one_key(capsys):
    words = ["compare", "phone", "--strategies", "nothing", "--json", *SMALL]
    run(*words)
    before = json.loads(capsys.readouterr().out)["means"]["nothing"]
    run(*words, "--set", "product.first_deal_extra_cost=0")
    after = json.loads(capsys.readouterr().out)["means"]["nothing"]
    saved = Scenario.load("phone").product.first_deal_extra_cost * before["first_deals"]
    assert after["cash"] - before["cash"] == pytest.approx(saved)
    assert after["first_deals"] == before["first_deals"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare", "fone"], "did you mean phone?"),
        (["compare", "phone", "--strategies", "giude"], "did you mean guide?"),
        (["compare", "phone", "--set", "guide.acuracy=1"], "accuracy"),
        (["compare", "phone", "--set", "guide.accuracy=2"], "guide.accuracy"),
        (["compare", "phone", "--set", "guide.accuracy"], "KEY=VALUE"),
        (["check", "nowhere.toml"], "nowhere.toml"),
        (["new", "mine.toml", "--product", "yoghurt"], "did you mean yogurt?"),
    ],
)
def test_a_slip_gets_one_clear_message_and_no_traceback(words, told, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    output = capsys.readouterr()
    assert told in output.err
    assert "Traceback" not in output.err
    assert output.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "my.toml"],
        ["sweep", "my.toml", "--vary", "guide.accuracy=0:1"],
        ["weak-point", "my.toml"],
        ["optimise", "my.toml", "--vary", "product.price=1:2"],
        ["touchpoints", "my.toml"],
        ["lab", "my.toml"],
    ],
    ids=lambda words: words[0],
)
def test_a_mistake_in_a_scenario_is_told_in_the_language_asked_for(
    words, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text('extends = "phone"\nproduct.prise = 1\n', encoding="utf-8")
    assert run(*words) == 2
    english = "my.toml, line 2: product.prise: [product] has no such key; did you mean price?\n"
    assert capsys.readouterr().err == english
    assert run(*words, "--lang", "ru") == 2
    russian = "в [product] нет такого ключа; возможно, имелось в виду price?\n"
    assert capsys.readouterr().err == f"my.toml, строка 2: product.prise: {russian}"
    assert run("check", "my.toml") == 2
    assert capsys.readouterr().err == english


def test_a_count_below_one_is_refused(capsys):
    with pytest.raises(SystemExit):
        run("compare", "phone", "--people", "0")
    assert "at least 1" in capsys.readouterr().err


def test_an_interrupted_run_leaves_nothing_half_written(tmp_path, monkeypatch, capsys):

    calls = []

    def stop_at_the_third(*args, **kwargs):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    real = workers.simulate
    monkeypatch.setattr(workers, "simulate", stop_at_the_third)
    out = tmp_path / "results"
    assert run("compare", "phone", "--strategies", "pull,guide", *SMALL, "--out", str(out)) == 130
    assert not out.exists()
    assert "Nothing was written" in capsys.readouterr().err


def test_an_interrupt_while_writing_leaves_the_old_files(tmp_path, monkeypatch):

    out = tmp_path / "results"
    words = ["compare", "phone", "--strategies", "pull", *SMALL, "--out", str(out)]
    assert run(*words) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "summary", lambda *a: "other words")
    monkeypatch.setattr(Scenario, "save", stop)
    assert run(*words) == 130
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("the workers died; is there enough memory?"), "cjsim: the workers died; is"),
        (MemoryError("Unable to allocate 16 GiB"), "cjsim: not enough memory; try fewer --people"),
    ],
)
def test_a_task_too_large_for_the_machine_is_told_in_a_line(error, said, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(workers, "simulate", fail)
    assert run("compare", "phone", "--strategies", "pull", *SMALL) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize("inside", ["", "y", "y/z"])
def test_a_file_in_place_of_the_folder_is_told_before_anything_runs(
    inside, tmp_path, monkeypatch, capsys
):
    (tmp_path / "notes").write_text("mine")
    monkeypatch.setattr(workers, "simulate", None)
    monkeypatch.chdir(tmp_path)
    for job in (["weak-point", "phone"], ["optimise", "phone", "--vary", "product.price=1:2"]):
        assert run(*job, *SMALL, "--out", f"notes/{inside}") == 2
        assert "notes is a file; name a folder" in capsys.readouterr().err.replace(": is", " is")


def test_a_reader_that_leaves_early_gets_no_complaint():
    """As `| head` does: the end of the pipe that is read is closed before a word has come."""
    words = [sys.executable, "-m", "cjsim.cli", "presets", "--keys"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        job.stdout.close()
        assert job.stderr.read() == b""
    assert job.returncode == 141


def test_a_folder_keeps_nothing_of_the_comparison_before(tmp_path):
    out = tmp_path / "results"
    run("compare", "phone", "--strategies", "pull,guide", *SMALL, "--out", str(out))
    for mine in ("thesis.txt", "scenario-mine.toml"):
        (out / mine).write_text("mine")
    assert run("compare", "phone", "--strategies", "animator", *SMALL, "--out", str(out)) == 0
    assert {path.name for path in out.iterdir()} == {
        "funnel.csv", "funnel.png", "funnel.svg", "runs.csv", "scenario-animator.toml",
        "summary.txt", "thesis.txt", "scenario-mine.toml", "waterfall.csv", "waterfall.png",
        "waterfall.svg",
    }  # fmt: skip


def test_files_that_no_comparison_wrote_are_left_alone(tmp_path):
    out = tmp_path / "results"
    (out / "scenario-").mkdir(parents=True)
    files = [out / "differences.csv", out / "scenario-guide.toml", tmp_path / "outside.toml"]
    for mine in files:
        mine.write_text("mine")
    words = ["compare", "phone", "--strategies", "pull", *SMALL, "--out", str(out)]
    for runs in (None, "mine", "scenario\n/../../outside\n"):
        if runs:
            (out / "runs.csv").write_text(runs)
        assert run(*words) == 0
        assert [mine.read_text() for mine in files] == ["mine"] * 3


def test_new_writes_a_file_that_checks_and_is_never_overwritten(tmp_path, capsys):
    mine = tmp_path / "mine.toml"
    assert run("new", str(mine), "--product", "car") == 0
    assert run("check", str(mine)) == 0
    text = mine.read_bytes()
    assert run("new", str(mine)) == 2
    assert mine.read_bytes() == text
    assert "exists already" in capsys.readouterr().err


def test_check_tells_what_cannot_act(capsys):
    assert run("check", "phone") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "phone: good. Strategies: nothing, pull, guide, animator"
    assert lines[-1] == "  guide, in vain: upsell, since the guide never chooses it"


def test_check_names_every_mistake_of_every_file(tmp_path, capsys):
    bad = tmp_path / "bad.toml"
    bad.write_text('extends = "phone"\n[product]\nprise = 1\nquality = 3\n', encoding="utf-8")
    assert run("check", str(bad), "phone") == 2
    output = capsys.readouterr()
    assert "price" in output.err
    assert "product.quality" in output.err
    assert "phone: good" in output.out


def test_presets_are_listed_with_titles_printed_and_explained(capsys):
    assert run("presets") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in presets())
    assert run("presets", "phone") == 0
    assert "[product]" in capsys.readouterr().out
    assert run("presets", "--keys") == 0
    keys = capsys.readouterr().out
    assert "[curiosity]" in keys
    assert "accuracy: Chance to see the true stage" in keys


def test_schema_is_json(capsys):
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


def test_importing_cjsim_loads_none_of_the_heavy_libraries():
    code = (
        "import sys, cjsim; cjsim.Scenario.load('phone');"
        "print(*(m for m in ('matplotlib', 'ipywidgets', 'pandas', 'numba', 'simpy', 'scipy')"
        " if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


# --- what if, and several files -----------------------------------------------------------------

OWN = """
extends = "phone"
name = "own"
strategy = "calls"
without_strategies = ["nothing", "pull"]
burn_in_strategy = "guide"
[strategies.calls]
title = "A call a month"
push = "guide"
touchpoints = { phone_call = 1, site = 1 }
"""
WHAT_IF = ["what-if", "own.toml", *SMALL, "--set", "calls.every_days=7", "--set", "firm.reps=3"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    return tmp_path


def test_what_if_compares_what_is_changed_with_now(own, capsys):
    asked = ["--change", "fun", "firm.reps=2", "animator.jitter=1", "--change", "firm.reps=0"]
    assert run(*WHAT_IF, *asked, "--out", "o") == 0
    shown = capsys.readouterr().out
    head = shown.splitlines()[4]
    together = "calls.every_days = 7, firm.reps = 3"
    assert re.split("  +", head)[1:] == ["Now", together, "fun", "firm.reps = 0"]
    assert "Difference to Now: same people" in shown
    assert "fun: animator.jitter changes nothing here: this strategy does not run." in shown
    assert "Changed: firm.reps 1 → 3, calls.every_days 14 → 7; fun: firm.reps 1 → 2, " in shown
    assert "open o/paired.png" in shown
    assert {"paired.png", "paired.svg", "paired.csv", "changes.csv", "scenario-now.toml"} <= {
        path.name for path in (own / "o").iterdir()
    }
    assert Scenario.load(own / "o" / f"scenario-{together}.toml") == Scenario.load(
        own / "own.toml"
    ).with_changes({"calls.every_days": 7, "firm.reps": 3})


def test_what_if_under_another_strategy_as_json(own, capsys):
    assert run("what-if", "own.toml", "guide", *SMALL, "--set", "guide.every_days=7", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["changes"] == {"guide.every_days = 7": {"guide.every_days": [30, 7]}}
    assert data["in_vain"] == {"guide.every_days = 7": {}}
    assert data["paired"]["first"] == "now"
    before = compare({"guide": Scenario.load("own.toml", "guide")}, 60, runs=3, executor="here")
    assert data["means"]["now"]["contacts"] == pytest.approx(
        before.means().loc["contacts", "guide"]
    )


def test_what_if_speaks_russian(own, capsys):
    assert run(*WHAT_IF, "--lang", "ru") == 0
    shown = capsys.readouterr().out
    assert "Сейчас" in shown
    assert "Изменено: firm.reps 1 → 3, calls.every_days 14 → 7." in shown
    assert "Now" not in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what to change: --set guide.every_days=14"),
        (["--set", "every_days=7"], "did you mean calls.every_days?"),
        (["--set", "calls.evry_days=7"], "did you mean every_days?"),
        (["--set", "calls.every_days=x"], "calls.every_days = "),
        (["gide", "--set", "firm.reps=3"], "did you mean guide?"),
        (["--change", "more"], "--change more: say KEY=VALUE behind the name"),
        (["--change", "more", "firm.reps"], "--change firm.reps: say KEY=VALUE"),
        (["--change", "firm.reps=3", "--set", "firm.reps=3"], "two are called 'firm.reps = 3'"),
        (["--change", "now", "firm.reps=3"], "'now' is the scenario as it is"),
        (["--set", "market.people=30"], "market.people cannot differ"),
    ],
)
def test_a_slip_in_what_if_is_told_in_a_line(words, said, own, capsys):
    assert run("what-if", "own.toml", *words, "--out", "o") == 2
    output = capsys.readouterr()
    assert said in output.err
    assert len(output.err.splitlines()) == 1
    assert output.out == ""
    assert not (own / "o").exists()


def test_several_files_are_compared_each_under_its_own_strategy(own, capsys):
    (own / "b").mkdir()
    changed = OWN.replace("[strategies.calls]", "[strategies.calls]\nevery_days = 7")
    (own / "b" / "faster.toml").write_text(changed, encoding="utf-8")
    assert run("compare", "own.toml", "b/faster.toml", "yogurt", *SMALL, "--out", "o") == 0
    shown = capsys.readouterr().out
    assert "1,825 / 365 days" in shown.splitlines()[0]
    assert shown.splitlines()[2].split()[-3:] == ["own", "faster", "yogurt"]
    assert Scenario.load("o/scenario-faster.toml") == Scenario.load("b/faster.toml")
    assert run("compare", "own.toml", "b/faster.toml", "--strategies", "calls,guide", *SMALL) == 0
    head = capsys.readouterr().out.splitlines()[2]
    assert re.split("  +", head)[1:] == ["own calls", "own guide", "faster calls", "faster guide"]


def test_files_of_one_name_keep_their_folders_and_slips_are_told(own, capsys):
    (own / "b").mkdir()
    (own / "b" / "own.toml").write_text(OWN + "[firm]\nreps = 3\n", encoding="utf-8")
    assert run("compare", "own.toml", "b/own.toml", *SMALL) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[-2:] == ["own.toml", "b/own.toml"]
    assert run("compare", "own.toml", "own.toml") == 2
    assert (
        capsys.readouterr().err == "cjsim: own.toml: is named twice; name scenarios that differ\n"
    )
    (own / "b" / "own.toml").write_text(f'money = "RUB"{OWN}', encoding="utf-8")
    assert run("compare", "own.toml", "b/own.toml") == 2
    assert "money differs: EUR in own.toml, RUB in b/own.toml" in capsys.readouterr().err


def test_a_strategy_is_called_by_its_title_in_tables_and_sentences(own, capsys):
    assert run("compare", "own.toml", *SMALL) == 0
    shown = capsys.readouterr().out
    head = re.split("  +", shown.splitlines()[2])
    assert head[1:] == ["guide", "animator", "A call a month"]
    assert "  A call a month wins " in shown
    data_words = ["compare", "own.toml", *SMALL, "--json"]
    assert run(*data_words) == 0
    assert list(json.loads(capsys.readouterr().out)["means"]) == ["guide", "animator", "calls"]


# --- touchpoints ------------------------------------------------------------------------------

TRUTH = ["touchpoints", "phone", "--strategy", "guide", *SMALL, "--executor", "here",
         "--set", "horizon_days=100", "--set", "burn_in_days=0"]  # fmt: skip


def test_touchpoints_prints_what_each_brings_and_gives_back(tmp_path, capsys):
    out = tmp_path / "truth"
    words = [*TRUTH, "--touchpoints", "site,mail_offer", "--out", str(out)]
    assert run(*words) == 0
    printed = capsys.readouterr().out
    assert "what each touchpoint brings, 60 people, mean of 3 runs" in printed
    assert "Each run drew" not in printed
    assert {path.name for path in out.iterdir()} == {
        "alone.csv", "incremental.csv", "main_effect.csv", "returns.csv", "runs.csv",
        "scenario-phone.toml", "shapley.csv", "touchpoints.csv", "touchpoints.png",
        "touchpoints.svg",
    }  # fmt: skip
    assert run(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["touchpoints"].keys() == {"site", "mail_offer"}
    shares = [found["touchpoints"][name]["share"]["difference"] for name in found["touchpoints"]]
    assert sum(shares) == pytest.approx(found["total"]["difference"])
    assert shares == sorted(shares, reverse=True)


def test_touchpoints_of_a_whole_strategy_are_drawn_and_say_so(capsys):
    assert run(*TRUTH, "--lang", "ru", "--measure", "first_deals", "--orders", "6") == 0
    printed = capsys.readouterr().out
    assert "порядки подключения: 6" in printed
    assert sum(line.startswith(("site", "mail_offer")) for line in printed.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--touchpoints", "sight"], "Did you mean 'site'"),
        (["--touchpoints", ""], "unknown running touchpoint"),
        (["--orders", "5"], "must be even"),
        (["--orders", "most"], 'must be "all" or an even number'),
        (["--measure", "profits"], "Did you mean 'profit'"),
    ],
)
def test_touchpoints_that_cannot_be_asked_are_told_in_a_line(words, told, capsys):
    assert run(*TRUTH, *words) == 2
    assert told in capsys.readouterr().err


# --- sweep ------------------------------------------------------------------------------------

SWEEP = ["sweep", "phone", "--strategies", "pull,guide", *SMALL, "--executor", "here",
         "--set", "horizon_days=100", "--set", "burn_in_days=0"]  # fmt: skip


def test_a_sweep_prints_who_is_ahead_and_leaves_its_map(tmp_path, capsys):
    vary = ["--vary", "guide.accuracy=0.5:1:2", "--vary", "guide.every_days=7,30"]
    assert run(*SWEEP, *vary, "--measure", "contacts", "--out", str(tmp_path / "s")) == 0
    printed = capsys.readouterr().out
    assert "Contacts over 4 settings, markets of 60 people" in printed
    assert {path.name for path in (tmp_path / "s").iterdir()} >= {
        "manifest.json", "map.svg", "map.png", "map.csv", "sweep.parquet", "scenario-guide.toml",
    }  # fmt: skip
    assert run(*SWEEP, *vary, "--measure", "contacts", "--json", "--out", str(tmp_path / "s")) == 0
    found = json.loads(capsys.readouterr().out)
    assert [cell["guide.every_days"] for cell in found["cells"]] == [7, 30, 7, 30]
    assert found["complete"]


def test_a_sample_of_three_keys_draws_a_profile_of_each(tmp_path, capsys):
    vary = ["guide.accuracy=0.5:1", "firm.reps=1:4", "rival.competition=0:1"]
    words = [word for key in vary for word in ("--vary", key)]
    assert run(*SWEEP, *words, "--sample", "4", "--out", str(tmp_path / "s")) == 0
    assert len(list((tmp_path / "s" / "cells").iterdir())) == 4
    assert len(list((tmp_path / "s").glob("profile-*.svg"))) == 3
    assert "4 settings" in capsys.readouterr().out


def test_one_strategy_is_swept_alone(own, capsys):
    words = ["sweep", "own.toml", "--strategies", "calls", *SMALL, "--executor", "here"]
    vary = ["--vary", "calls.every_days=7,30", "--vary", "animator.jitter=0,1"]
    assert run(*words, *vary, "--out", "s") == 0
    shown = capsys.readouterr().out
    assert "of A call a month over 4 settings, markets of 60 people: mean and 95" in shown
    assert "animator.jitter changes nothing here: this strategy does not run." in shown
    assert {"profile-calls.every_days.png", "manifest.json"} <= {
        path.name for path in (own / "s").iterdir()
    }
    assert run(*words, *vary, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    changes = {"calls.every_days": 30, "animator.jitter": 0}
    mine = Scenario.load("own.toml").with_changes(changes)
    means = compare({"calls": mine}, 60, runs=3, executor="here").means()
    (cell,) = (cell for cell in data["cells"] if changes.items() <= cell.items())
    assert cell["mean"] == pytest.approx(means.loc["profit_per_person", "calls"])
    assert cell["low"] < cell["mean"] < cell["high"]
    assert data["strategy"] == "calls"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", "guide.accuracy"], "say KEY=LOW:HIGH:POINTS"),
        (["--vary", "guide.accuracy=a:b"], "say KEY=LOW:HIGH:POINTS"),
        (["--vary", "guide.acuracy=0:1"], "did you mean accuracy?"),
        (["--vary", "guide.accuracy=0:2"], "must be a number from 0 to 1"),
        (["--vary", "guide.accuracy=nan:1:3"], "guide.accuracy: the range nan .. 1 must be finite"),
        (["--vary", "guide.accuracy=0:1", "--vary", "guide.accuracy=0:1"], "a key twice"),
        (["--vary", "guide.accuracy=0,1", "--sample", "4"], "a sample takes LOW:HIGH"),
        (["--vary", "guide.accuracy=0:1", "--measure", "profits"], "Did you mean 'profit'?"),
        (["--vary", "guide.accuracy=0:1", "--executor", "cloud"], "unknown executor: 'cloud'"),
    ],
)
def test_a_slip_in_a_sweep_is_told_in_a_line(words, said, tmp_path, capsys):
    assert run(*SWEEP, *words, "--out", str(tmp_path / "s")) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_an_interrupted_sweep_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    calls, real = [], workers.simulate

    def stop(*args, **kwargs):
        calls.append(args)
        if len(calls) == 11:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    out = tmp_path / "s"
    words = [*SWEEP, "--vary", "guide.accuracy=0.5:1:6", "--out", str(out)]
    monkeypatch.setattr(workers, "simulate", stop)
    assert run(*words) == 130
    assert "The same command goes on with the rest" in capsys.readouterr().err
    assert not (out / "sweep.parquet").exists()
    monkeypatch.setattr(workers, "simulate", real)
    assert run(*words) == 0
    assert (out / "sweep.parquet").exists()


def test_an_interrupt_before_the_first_cell_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    out = tmp_path / "s"
    monkeypatch.setattr(workers, "simulate", stop)
    assert run(*SWEEP, "--vary", "guide.accuracy=0.5:1:2", "--out", str(out)) == 130
    output = capsys.readouterr()
    assert output.out == ""
    assert f"0 of 2 settings are in {out}. The same command goes on" in output.err


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "the same command goes on"), ("ru", "та же команда продолжит")]
)
def test_an_interrupt_after_the_last_cell_does_not_say_that_nothing_was_written(
    lang, said, tmp_path, monkeypatch, capsys
):

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    out = tmp_path / "s"
    monkeypatch.setattr(experiments, "draw_sweep", stop)
    words = [*SWEEP, "--vary", "guide.accuracy=0.5:1:2", "--lang", lang]
    assert run(*words, "--out", str(out)) == 130
    assert (out / "sweep.parquet").exists()
    error = capsys.readouterr().err
    assert f"{out}; {said}" in error
    assert len(error.strip().splitlines()) == 1


def test_a_range_of_a_whole_number_key_is_swept_in_whole_numbers(capsys):
    vary = ["--vary", "firm.reps=1:3:3", "--measure", "contacts", "--json"]
    assert run(*SWEEP, *vary) == 0
    found = json.loads(capsys.readouterr().out)
    assert [cell["firm.reps"] for cell in found["cells"]] == [1, 2, 3]


# --- weak-point, optimise ---------------------------------------------------------------------

QUICK = [*SMALL, "--executor", "here", "--set", "horizon_days=150", "--set", "burn_in_days=0"]


def test_the_weak_point_is_ranked_printed_and_kept(tmp_path, capsys):
    out = tmp_path / "w"
    words = ["weak-point", "phone", "--strategy", "guide", *QUICK, "--measure", "first_deals"]
    assert run(*words, "--out", str(out)) == 0
    assert "1 % better passing costs" in capsys.readouterr().out
    assert {"weak-point.svg", "weak-point.png", "weak-point-table.csv"} <= {
        path.name for path in out.iterdir()
    }
    assert run(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["stage"] for row in found["stages"]} == {stage.key for stage in TWELVE}


def test_the_best_value_of_a_key_is_found_and_kept(tmp_path, capsys):
    out = tmp_path / "o"
    words = ["optimise", "phone", *QUICK, "--vary", "product.price=10:20"]
    assert run(*words, "--measure", "revenue", "--out", str(out)) == 0
    assert "product.price = 20" in capsys.readouterr().out  # nobody in the model minds the price
    best = Scenario.load(out / "scenario-phone-best.toml")
    assert best.product.price == pytest.approx(20.0)
    assert run(*words, "--measure", "revenue", "--least", "--json") == 0
    assert json.loads(capsys.readouterr().out)["best"]["product.price"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["weak-point", "phone", "--measure", "profit_per_dy"], "Did you mean 'profit_per_day'"),
        (["weak-point", "phone", "--strategy", "gide"], "guide"),
        (["optimise", "phone"], "say what may change"),
        (["optimise", "phone", "--vary", "firm.reps=1,2"], "say KEY=LOW:HIGH"),
        (["optimise", "phone", "--vary", "firm.repps=1:2"], "did you mean reps?"),
        (["optimise", "phone", "--vary", "firm.reps=1:2", "--vary", "firm.reps=4:5"], "key twice"),
        (["optimise", "phone", "--split", "sitee"], "site"),
    ],
)
def test_a_slip_in_an_experiment_is_told_in_a_line(words, said, capsys):
    assert run(*words, *QUICK) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


# --- what a firm sees -----------------------------------------------------------------------------


def test_observe_keeps_the_firms_log_and_the_truth_apart(tmp_path, capsys):
    out = tmp_path / "firm"
    words = ["observe", "phone", "--strategy", "guide", "--people", "60", "--record", "offline=0.5"]
    assert run(*words, "--out", str(out), "--format", "xes") == 0
    assert "Rows that the firm can see" in capsys.readouterr().out
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert names == {
        "log.xes", "path-variants.csv", "path-variants.png", "path-variants.svg",
        "truth/counts.csv", "truth/names.csv", "truth/rows.csv",
    }  # fmt: skip
    assert run(*words, "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    assert 0 < counts["recorded"] < counts["visible"]
    assert run(*words, "--lang", "ru") == 0
    assert "Строки, которые видны фирме" in capsys.readouterr().out


def test_attribute_credits_a_run_and_is_judged(tmp_path, capsys):
    out = tmp_path / "credit"
    words = ["attribute", "phone", "--set", "strategies.pull.touchpoints={site=1,outdoor=1}"]
    words += ["--people", "60", "--truth", "2", "--executor", "here", "--methods", "last,markov"]
    assert run(*words, "--out", str(out)) == 0
    shown = capsys.readouterr().out
    assert "last contact  Markov chain  Truth" in shown
    assert "Against the truth by switching off (60 people, mean of 2 runs)" in shown
    names = {path.name for path in out.iterdir()}
    assert {"attribution.svg", "attribution.png", "attribution.csv", "judged.csv"} <= names
    assert run(*words, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["judged"]) == set(told["credit"]) == {"last", "markov"}


def test_attribute_takes_a_log_of_somebody_elses(tmp_path, capsys):
    path = tmp_path / "crm.csv"
    path.write_text(
        "time,person,event,touchpoint,amount\n1,a,contact,mail,0\n2,a,order,,9\n", "utf-8"
    )
    assert run("attribute", str(path), "--lang", "ru") == 0
    assert "Сделок в журнале: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["observe", "phone", "--record", "ofline=0.5"], "Did you mean 'offline'?"),
        (["observe", "phone", "--record", "offline"], "say KEY=SHARE"),
        (["observe", "phone", "--record", "offline=6"], "must be a share from 0 to 1"),
        (["attribute", "phone", "--methods", "makrov"], "Did you mean 'markov'?"),
        (["attribute", "nowhere.csv"], "nowhere.csv"),
        (["attribute", "a.csv", "--record", "offline=0.5"], "is a log"),
    ],
)
def test_a_slip_about_records_gets_one_message(words, told, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    size = ["--people", "20"] if words[1] == "phone" else []
    assert run(*words, *size) == 2
    output = capsys.readouterr()
    assert told in output.err
    assert "Traceback" not in output.err
    assert output.out == ""
