"""`cjsim data check` and `convert`: what a firm's file holds, and its log in a form of ours."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from cjsim.cli import options
from cjsim.cli.terminal import say, say_json
from cjsim.labels import LANGUAGES, text

if TYPE_CHECKING:
    from cjsim.data import Report

COLUMNS = ("person", "time", "event", "amount", "touchpoint", "stage")


def add(jobs: Any) -> None:
    """The parser of `cjsim data` and of what it does."""
    group = jobs.add_parser("data", help="a firm's own export: what it holds, what it cannot tell")
    tasks = group.add_subparsers(required=True, metavar="task")
    job = tasks.add_parser(
        "check", help="say what is in a file, what is wrong with it, what cannot be known from it"
    )
    _add_file(job)
    job.add_argument("--write", type=options.path, metavar="MAP", help="write the mapping found")
    job.add_argument("--out", type=options.path, help="folder for bad_rows.csv, if there are any")
    job.set_defaults(job=check)
    job = tasks.add_parser("convert", help="write its log as .csv, .parquet or .xes")
    _add_file(job)
    job.add_argument("to", type=options.path, help="the file to write")
    job.set_defaults(job=convert)


def _add_file(job: argparse.ArgumentParser) -> None:
    job.add_argument("file", help="an export (text in any form, .parquet, .xes)")
    job.add_argument("--mapping", type=options.path, help="how it is read, a TOML file")
    for name in COLUMNS:
        job.add_argument(f"--{name}", metavar="COLUMN", help=f"the column that is the {name}")
    job.add_argument("--start", metavar="DATE", help="the date of day 0 (default: the first one)")
    job.add_argument("--days", type=options.positive, help="how long was looked at")
    job.add_argument("--memory", default="1GB", help="that may be used (default: %(default)s)")
    job.add_argument("--json", action="store_true", help="print JSON instead of words")
    job.add_argument("--lang", choices=LANGUAGES, default="en", help="language of words")


def _said(args: argparse.Namespace) -> dict[str, Any]:
    """What the command says of the file, by name."""
    given = {name: getattr(args, name) for name in (*COLUMNS, "start")}
    columns = {name: value for name, value in given.items() if value is not None}
    return {"mapping": args.mapping, "days": args.days, "memory": args.memory, **columns}


def check(args: argparse.Namespace) -> int:
    """Print the report on a file; 2 where no row of it is good."""
    from cjsim import data

    report = data.check(args.file, folder=args.out, **_said(args))
    if args.write:
        report.mapping.save(args.write)
    _tell(report, args)
    if not args.json and not args.mapping and not args.write and report.counts["kept"]:
        say(f"\n{text('data.proposal', args.lang)}\n\n{report.mapping.toml()}", end="")
    if args.write:
        facts = {"file": args.write, "data": args.file}
        _note(text("data.wrote_mapping", args.lang).format(**facts), args)
    if args.out and report.counts["bad"]:
        _note(text("data.wrote", args.lang).format(file=args.out / "bad_rows.csv"), args)
    return _status(report, args)


def convert(args: argparse.Namespace) -> int:
    """Write the log of a file and print the report on it."""
    from cjsim import data

    report = data.convert(args.file, args.to, **_said(args))
    _tell(report, args)
    _note(text("data.wrote", args.lang).format(file=args.to), args)
    return _status(report, args)


def _tell(report: Report, args: argparse.Namespace) -> None:
    if args.json:
        say_json(report.as_json())
    else:
        say(report.says(args.lang))


def _note(line: str, args: argparse.Namespace) -> None:
    """A line on what was written, beside JSON where that is printed."""
    say(line, sys.stderr) if args.json else say(f"\n{line}")


def _status(report: Report, args: argparse.Namespace) -> int:
    if report.counts["kept"]:
        return 0
    say(f"cjsim: {args.file}: {text('data.nothing', args.lang)}", sys.stderr)
    return 2
