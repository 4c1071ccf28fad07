"""What several commands take: the market, the runs, the workers, and words read as numbers.

A group of commands has a module of its own here with `add(jobs)`, which `main` calls once.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from cjsim.cli.terminal import shown
from cjsim.files import expanded
from cjsim.labels import LANGUAGES

A_CHANGE = "change a key, e.g. --set guide.accuracy=0.9; may be repeated"
SEVERAL = "; one or several"


def add_shared(
    job: argparse.ArgumentParser,
    contents: str,
    executor: str = "processes",
    several: bool = False,
    change: str = A_CHANGE,
) -> None:
    """What every experiment takes."""
    add_market(job, contents, several, change)
    job.add_argument("--runs", type=count, default=10, help="markets to run (default: 10)")
    add_workers(job, executor)


def add_market(
    job: argparse.ArgumentParser,
    contents: str,
    several: bool = False,
    change: str = A_CHANGE,
    or_else: str = "",
) -> None:
    """Which market, and what is to be told of it."""
    job.add_argument(
        "scenario",
        nargs="+" if several else None,
        help="a preset's name or a scenario file" + (SEVERAL if several else or_else),
    )
    job.add_argument("--people", type=count, help="a sample of so many (default: the whole market)")
    job.add_argument("--seed", type=whole, default=1, help="number of the first world (default: 1)")
    job.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help=change,
    )  # fmt: skip
    job.add_argument("--out", type=path, help=f"folder for {contents}")
    job.add_argument("--json", action="store_true", help="print JSON instead of tables")
    add_language(job)


def add_workers(job: argparse.ArgumentParser, executor: str = "processes") -> None:
    """Where markets are run."""
    job.add_argument(
        "--executor", default=executor,
        help=f"threads, processes, here, dask or dask:ADDRESS (default: {executor})",
    )  # fmt: skip
    job.add_argument("--workers", type=count, help="runs at a time (default: the processors)")


def add_shown(job: argparse.ArgumentParser) -> None:
    """What every page takes."""
    job.add_argument("scenario", nargs="?", default="phone", help="a preset or a scenario file")
    add_language(job)


def add_language(job: argparse.ArgumentParser) -> None:
    """In which language a command answers."""
    job.add_argument("--lang", choices=LANGUAGES, default="en", help="language of words")


def add_measure(job: argparse.ArgumentParser, measure: str = "profit_per_person") -> None:
    job.add_argument("--measure", default=measure, help="a name of the summary (%(default)s)")


def path(word: str) -> Path:
    if not word:
        raise argparse.ArgumentTypeError("is empty; give a path")
    return expanded(word)


def count(word: str) -> int:
    value = whole(word)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{word} must be at least 1")
    return value


def whole(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{shown(word)} is no whole number, such as 2000"
        ) from None


def positive(word: str) -> float:
    value = number(word)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{word} must be above 0")
    return value


def number(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{shown(word)} is no number, such as 0.5") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{shown(word)} must be a finite number")
    return value
