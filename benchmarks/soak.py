"""A soak: sweeps killed at any moment, spoilt scenario files and odd command lines.

python -m benchmarks.soak --kills 200 --files 500 --commands 300 --seed 1

A killed sweep must be gone on with to the last bit of the frame of one that nobody touched; a file
or a command line must end in an answer or in a sentence, never in a traceback. Prints the counts;
the exit status says whether all held. `tests/test_soak.py` does a little of each.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from cjsim.scenario import Scenario, preset_text, presets

PATIENCE = 30
"""Seconds that a file or a command line may take."""
SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM", "SIGHUP")


# --- sweeps that are killed -----------------------------------------------------------------------

CELLS = 12


def sweep_words(folder: Path, executor: str) -> list[str]:
    """A small sweep as a command."""
    return [
        sys.executable, "-m", "cjsim.cli", "sweep", "phone", "--strategies", "pull,guide",
        "--vary", f"guide.accuracy=0:1:{CELLS}", "--people", "150", "--runs", "2", "--workers", "2",
        "--executor", executor, "--out", str(folder),
    ]  # fmt: skip


def frame(folder: Path) -> bytes:
    """The runs in a sweep's folder, to the last bit."""
    from cjsim.experiment.sweep import Sweep

    runs = Sweep.load(folder).runs
    return runs.to_csv(index=False, float_format="%r").encode()


def killed_sweeps(kills: int, chance: random.Random, say: Callable[[str], None]) -> Counter[str]:
    """Kill sweeps again and again, and go on with each until it is done."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        whole = Path(home, "whole")
        for folder in (Path(home, "compiles"), whole):
            begin = time.monotonic()
            subprocess.run(sweep_words(folder, "here"), capture_output=True, check=True)
            took = time.monotonic() - begin
        expected = frame(whole)
        while counts["kills"] < kills:
            folder = Path(home, f"sweep-{counts['sweeps']}")
            executor = chance.choice(["here", "threads", "processes"])
            for _ in range(4):
                if counts["kills"] < kills and _killed(folder, executor, took, chance, counts):
                    counts["kills"] += 1
            last = subprocess.run(sweep_words(folder, executor), capture_output=True, check=False)
            counts["sweeps"] += 1
            counts["not resumed"] += last.returncode != 0
            counts["other frames"] += last.returncode == 0 and frame(folder) != expected
            drafts = [*folder.glob(".saving-*"), *folder.glob("cells/.saving-*")]
            counts["drafts left"] += len(drafts)
            say(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return counts


def _killed(
    folder: Path, executor: str, took: float, chance: random.Random, counts: Counter[str]
) -> bool:
    """Start the sweep and kill it at some moment; was it still running?"""
    import psutil

    name = chance.choice(SIGNALS)
    job = subprocess.Popen(
        sweep_words(folder, executor), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    time.sleep(chance.uniform(0.3, 1.1) * took)
    children = []
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(job.pid).children(recursive=True)
    running = job.poll() is None
    job.send_signal(getattr(signal, name))
    errors = job.communicate()[1].decode(errors="replace")
    _, alive = psutil.wait_procs(children, timeout=10)
    counts["children left"] += sum(one.is_running() and one.status() != "zombie" for one in alive)
    if "Traceback" in errors:
        counts["tracebacks"] += 1
        print(errors, file=sys.stderr)
    if running:
        counts[name] += 1
    return running


# --- files that are spoilt ------------------------------------------------------------------------

NUMBERS = (
    "0", "-1", "1", "nan", "inf", "-inf", "5e-324", "1e-300", "1e308", "1e400", "0.5", "1e6",
    "9" * 30, "9" * 5_000, "-0.0", "1.0", "9223372036854775808", "true", '"5"', "[]", "{}",
)  # fmt: skip
SNIPPETS = (
    "", "\x00", '"', "'", "[", "]" * 50, "{" * 50, "=", "#", "\n[", "\u202e", "ё" * 40,
    "\\u001b[31m",
    '\nextends = "yogurt"', '\nextends = "../.."', "\ntitle = '''\n=1+1\n'''",
    "\n[[market.segments]]",
    "[" * 3_000, "\ufeff", "\r", "\nstages.study.typical_days = 1979-05-27",
)  # fmt: skip


def spoilt(chance: random.Random) -> bytes:
    """A preset's file with a few things changed."""
    text = preset_text(chance.choice(list(presets())))
    for _ in range(chance.randint(1, 2)):
        kind = chance.randrange(7)
        places = [number.span() for number in re.finditer(r"(?<== )-?[\d.]+", text)]
        at = chance.randrange(len(text) + 1)
        if kind < 4 and places:
            begin, end = chance.choice(places)
            text = text[:begin] + chance.choice(NUMBERS) + text[end:]
        elif kind == 4:
            text = text[:at] + chance.choice(SNIPPETS) + text[at:]
        elif kind == 5:
            text = text[:at] + text[at + chance.randrange(40) :]
        else:
            lines = text.split("\n")
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            text = "\n".join(lines)
    encoding = chance.choice(["utf-8"] * 8 + ["utf-16", "cp1251"])
    return text.encode(encoding, errors="replace")


def files(count: int, chance: random.Random) -> Counter[str]:
    """Load spoilt files, and run a little of what is accepted."""
    import cjsim

    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "mine.toml")
        for _ in range(count):
            path.write_bytes(spoilt(chance))

            def ask() -> str:
                scenario = Scenario.load(path)
                short = min(scenario.horizon_days, 60.0)
                scenario = scenario.with_changes({"horizon_days": short, "burn_in_days": 0.0})
                cjsim.simulate(scenario, 15, log="measures").summary()
                return "run"

            counts[_outcome(ask, path.read_bytes())] += 1
    return counts


# --- command lines --------------------------------------------------------------------------------

VALUES = (
    "phone", "", ".", "~", "~nobody/x", "-1", "0", "1", "2", "1e3", "nan", "9" * 5_000,
    "здесь", "a b",
    "\x1b[31m", "=1+1", "guide", "pull,guide", "pull,pull", ",", "guide.accuracy=0:1:2", "x=y=z",
    "guide.accuracy=0:1:1000000000", "guide.accuracy=" + "[" * 3_000, "firm.reps=1:2",
    "firm.reps=1,1",
    "firm.reps=1.5", "guide.push=guide", "profit", "first_deals", "site,search_seo",
    "dask:", "here",
    "out[1]", "out*", "a/../b", "/dev/null/x", "/dev/full", "--", "-h",
)  # fmt: skip
WORDS = (
    "--people", "--runs", "--seed", "--set", "--out", "--json", "--lang", "--executor", "--workers",
    "--strategies", "--strategy", "--vary", "--sample", "--measure", "--better",
    "--split", "--budget",
    "--least", "--keys", "--product", "--seconds", "--memory", "--nothing",
)  # fmt: skip
COMMANDS = (
    "compare", "sweep", "weak-point", "optimise", "check", "presets", "new", "schema",
    "grade", "frob",
)  # fmt: skip
SMALL = [
    "--people", "12", "--runs", "2", "--executor", "here", "--set", "horizon_days=15",
    "--set", "burn_in_days=0",
]  # fmt: skip


def odd_words(chance: random.Random) -> list[str]:
    """A command line that somebody might slip into."""
    command = chance.choice(COMMANDS)
    words = [command]
    if command in ("compare", "sweep", "weak-point", "optimise"):
        words += [chance.choice(["phone", "phone", "phone", "yogurt", *VALUES[1:9]]), *SMALL]
        if command == "sweep":
            words += ["--strategies", "pull,guide", "--vary", "guide.accuracy=0.2,0.8"]
        if command == "optimise":
            words += ["--vary", "guide.every_days=7:9"]
    for _ in range(chance.randint(0, 4)):
        words += [
            chance.choice(WORDS),
            *([chance.choice(VALUES)] if chance.random() < 0.85 else []),
        ]
    return words


def commands(count: int, chance: random.Random) -> Counter[str]:
    """Run odd command lines in a folder that is thrown away."""
    from cjsim.cli import main

    counts: Counter[str] = Counter()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as home:
        os.chdir(home)
        os.environ["HOME"] = home
        try:
            for _ in range(count):
                words = odd_words(chance)

                def ask(words: list[str] = words) -> str:
                    with _caught() as (out, err):
                        status = main.main(words)
                    if "\x1b" in out.getvalue() + err.getvalue().replace("\x1b[A", ""):
                        raise AssertionError("an escape reached the screen")
                    return f"status {status}"

                counts[_outcome(ask, words)] += 1
        finally:
            os.chdir(before)
    return counts


@contextlib.contextmanager
def _caught() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        yield out, err


class TooLongError(Exception):
    """No answer within `PATIENCE`."""


def _outcome(ask: Callable[[], str], about: object) -> str:
    """What came of it: an answer, a sentence, a traceback, or nothing in time."""

    def late(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        return ask()
    except ValueError as error:  # a sentence
        return "told" if str(error) else "told nothing"
    except SystemExit as error:
        return f"status {error.code}"
    except TooLongError:
        print(f"no answer: {about!r}"[:2_000], file=sys.stderr)
        return "no answer"
    except Exception:
        print(f"{about!r}"[-3_000:], traceback.format_exc(), sep="\n", file=sys.stderr)
        return "traceback"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


BAD = (
    "traceback", "tracebacks", "no answer", "told nothing", "not resumed", "other frames",
    "children left", "drafts left",
)  # fmt: skip
"""What must not have happened."""


def main() -> int:
    """Do the soak and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--commands", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    results = {
        "files": files(args.files, chance),
        "commands": commands(args.commands, chance),
        "kills": killed_sweeps(args.kills, chance, lambda line: print(line, file=sys.stderr)),
    }
    for name, counts in results.items():
        print(name, dict(sorted(counts.items())))
    return int(any(counts[bad] for counts in results.values() for bad in BAD))


if __name__ == "__main__":
    sys.exit(main())
