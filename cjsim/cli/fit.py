"""`cjsim fit`: a firm's log in, a fitted scenario out."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim.cli import options
from cjsim.cli.seen import add_records, settings
from cjsim.cli.terminal import say, say_json
from cjsim.labels import text

if TYPE_CHECKING:
    from cjsim.inference.result import Fit

REFERENCE = "simulations"
"""The folder inside --out in which finished simulations are kept."""


def add(jobs: Any) -> None:
    """The command and its words."""
    job = jobs.add_parser(
        "fit",
        help="find the settings under which a market looks like a firm's log",
        epilog="for example: cjsim fit school.toml crm.csv --until 365 --out fitted/",
    )
    options.add_market(
        job, "the table, draws, the fitted scenario, checks; a fit goes on where it stopped"
    )
    job.add_argument("log", type=options.path, help="the firm's log: .csv, .parquet or .xes")
    job.add_argument("--mapping", type=options.path, help="how the log is read, a TOML file")
    job.add_argument(
        "--free", action="append", default=[], metavar="KEY[=LOW:HIGH]",
        help="a key that is fitted, and what is held possible (default: eight usual keys, each "
        "about what the scenario says); may be repeated",
    )  # fmt: skip
    job.add_argument("--until", help="a day or a date: what came after it is held out")
    add_records(job)
    job.add_argument(
        "--simulations", type=options.count, default=2500, help="how many (default: 2500)"
    )
    job.add_argument(
        "--rounds", type=options.count, default=1,
        help="so often; later rounds look closer at this log (default: 1)",
    )  # fmt: skip
    options.add_workers(job)
    job.set_defaults(job=_fit)


def _fit(args: argparse.Namespace) -> int:
    from cjsim.report import fit as report

    try:
        fitted = _fitted(args)
        answer: Any = _as_json(fitted) if args.json else report.said(fitted, args.lang)
        files = report.keep(fitted, args.out, args.lang) if args.out else []
    except KeyboardInterrupt:
        if not args.out or not (args.out / REFERENCE).exists():
            raise
        say("\n" + text("fit.stopped", args.lang).format(folder=args.out), sys.stderr)
        return 130
    say_json(answer) if args.json else say(answer)
    if files:
        note = text("fit.wrote", args.lang).format(files=", ".join(files), folder=args.out)
        say(f"\n{note}", sys.stderr if args.json else None)
    return 0


def _fitted(args: argparse.Namespace) -> Fit:
    from cjsim import data
    from cjsim.cli.sides import running
    from cjsim.experiment.workers import bar
    from cjsim.inference.fitting import fit
    from cjsim.observe.systems import Records

    how: Any = () if args.mapping is None else (args.mapping,)
    log = data.read(args.log, *how)
    if line := log.report.left_out(args.lang):
        say(line, sys.stderr)
    kept: Path | None = args.out / REFERENCE if args.out else None
    return fit(
        running(args), log, free=free_of(args.free), until=_until(args.until),
        people=args.people, records=Records().but(**settings(args.record)) if args.record else None,
        simulations=args.simulations, rounds=args.rounds, seed=args.seed, executor=args.executor,
        workers=args.workers, progress=bar, folder=kept,
    )  # fmt: skip


def _until(word: str | None) -> float | str | None:
    """A day where it is a number, else a date."""
    try:
        return None if word is None else float(word)
    except ValueError:
        return word


def free_of(words: list[str]) -> dict[str, tuple[float, float] | None] | None:
    """KEY or KEY=LOW:HIGH words as keys with their ranges; None without any.

    Raises ValueError for words that say neither, or a key twice.
    """
    if not words:
        return None
    free: dict[str, tuple[float, float] | None] = {}
    for word in words:
        key, equals, ends = word.partition("=")
        key = key.strip()
        if key in free:
            raise ValueError(f"--free {word}: names a key twice")
        try:
            low, high = map(float, ends.split(":")) if equals else (0.0, 0.0)
        except ValueError:
            raise ValueError(
                f"--free {word}: say KEY or KEY=LOW:HIGH, for example market.onset_days=200:2000"
            ) from None
        free[key] = (low, high) if equals else None
    return free


def _as_json(fitted: Fit) -> dict[str, Any]:
    """Table, check and hold-out as plain data."""
    tables = {"table": fitted.table(), "check": fitted.check(), "holdout": fitted.holdout}
    return {
        name: None if table is None else json.loads(table.to_json(orient="index"))
        for name, table in tables.items()
    }
