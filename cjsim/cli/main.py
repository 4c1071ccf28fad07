"""The `cjsim` command: all that it can do, and how it ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cjsim.cli import (
    ab_test,
    ask,
    course,
    data,
    fit,
    grade,
    options,
    pages,
    report,
    scenarios,
    seen,
    touchpoints,
)
from cjsim.cli.draws import add_draws
from cjsim.cli.sides import strategies
from cjsim.cli.terminal import Parser, finish, get_ready, say, say_json
from cjsim.experiment.orphans import ended_as_by_ctrl_c
from cjsim.labels import text

if TYPE_CHECKING:
    from cjsim.experiment.compare import Comparison


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    0 done, 2 the user's mistake or too large a task, 130 stopped, 141 nobody reads on (as `head`
    does not).
    """
    get_ready()
    try:
        with ended_as_by_ctrl_c():
            status = _run(words)
    except SystemExit:  # help, or words that are none of ours
        if unsaid := finish():
            raise SystemExit(unsaid) from None
        raise
    return finish() or status


def _in_words(error: Exception) -> str:
    """What went wrong; of a file its name first, without the number of the error."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _run(words: Sequence[str] | None) -> int:
    from cjsim.scenario import ScenarioError

    args = argparse.Namespace(job=None)
    lang = "en"
    try:
        args = command_line().parse_args(words)
        args.words = sys.argv[1:] if words is None else list(words)
        lang = getattr(args, "lang", lang)
        status: int = args.job(args)
        return status
    except ScenarioError as error:
        say(error.said(lang), sys.stderr)
    except BrokenPipeError:
        return 141
    except MemoryError as error:
        no_memory = text("report.no_memory", lang)
        say(f"cjsim: {no_memory} {error}".rstrip(), sys.stderr)
    except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: the workers died
        say(f"cjsim: {_in_words(error)}", sys.stderr)
    except KeyboardInterrupt:
        say("\n" + _stopped(args, lang), sys.stderr)
        return 130
    return 2


def _stopped(args: argparse.Namespace, lang: str) -> str:
    """What an interrupted command leaves; a sweep's cells are kept as they are finished."""
    if args.job is _sweep and args.out:
        from cjsim.experiment.sweep_folder import MANIFEST

        if (args.out / MANIFEST).exists():
            return text("report.stopped_in", lang).format(folder=args.out)
    return text("report.stopped", lang)


def command_line() -> argparse.ArgumentParser:
    parser = Parser(prog="cjsim", description="Run the customer journey instead of drawing it.")
    jobs = parser.add_subparsers(required=True, metavar="command")

    job = jobs.add_parser(
        "compare", help="run strategies, or scenario files, on the same people and compare them"
    )
    job.add_argument(
        "--strategies",
        help="comma-separated; the first is what others differ from (default: all; of several "
        "scenarios each under its own)",
    )
    options.add_shared(job, "figures, tables and scenarios", executor="threads", several=True)
    add_draws(job)
    job.set_defaults(job=_compare)

    job = jobs.add_parser(
        "what-if",
        help="change one strategy, or anything, and compare it with what it is now",
        epilog='for example: cjsim what-if phone guide --change "one more rep" firm.reps=2 '
        "--change guide.every_days=14 firm.reps=2",
    )
    options.add_shared(
        job, "figures, tables and scenarios", executor="threads",
        change="what to change; several of them are one change, made together",
    )  # fmt: skip
    job.add_argument("strategy", nargs="?", help="what runs (default: the scenario's strategy)")
    job.add_argument(
        "--change", action="append", nargs="+", default=[], metavar=("NAME", "KEY=VALUE"),
        help="one of several changes, each compared with now: its name, if it shall have one, "
        "and the keys it changes together; may be repeated",
    )  # fmt: skip
    add_draws(job)
    job.set_defaults(job=_what_if)

    job = jobs.add_parser(
        "sweep",
        help="run strategies at many settings: who is ahead where, what one brings",
    )
    job.add_argument("--strategies", help="comma-separated; the first is what others differ from")
    job.add_argument(
        "--vary", action="append", required=True, metavar="KEY=LOW:HIGH:POINTS",
        help="a key and its values, also KEY=A,B,C; two keys give a map",
    )  # fmt: skip
    job.add_argument(
        "--sample", type=options.count, help="this many settings in the ranges, no grid"
    )
    options.add_measure(job)
    options.add_shared(job, "parts, map and manifest; a sweep goes on where it stopped")
    job.set_defaults(job=_sweep)

    job = jobs.add_parser("weak-point", help="which stage, passed a little better, gains most?")
    job.add_argument("--strategy", help="the strategy that runs (default: the scenario's)")
    job.add_argument(
        "--better", type=options.number, default=0.01, help="relative rise (default: 0.01)"
    )
    options.add_measure(job, "profit_per_day")
    options.add_shared(job, "the ranking as figure and table")
    add_draws(job)
    job.set_defaults(job=_weak_point)

    job = jobs.add_parser("touchpoints", help="what does each touchpoint really bring?")
    touchpoints.add_options(job)
    options.add_measure(job)
    options.add_shared(job, "the shares as figure and tables")
    job.set_defaults(job=_touchpoints)

    job = jobs.add_parser("observe", help="what do the firm's systems record of a run?")
    seen.add_observe(job)
    options.add_market(job, "the firm's log, and the truth to judge it by")
    job.set_defaults(job=_observe)

    fit.add(jobs)

    job = jobs.add_parser(
        "attribute", help="whom does a firm's log credit with its deals, and how wrong is that?"
    )
    seen.add_attribute(job)
    options.add_market(
        job, "credits, picture and verdict", or_else=", or a log (.csv, .parquet, .xes)"
    )
    options.add_workers(job)
    job.set_defaults(job=_attribute)

    job = jobs.add_parser("optimise", help="the best value of a few keys, and how flat it is there")
    job.add_argument("--strategy", help="the strategy that runs (default: the scenario's)")
    job.add_argument(
        "--vary", action="append", default=[], metavar="KEY=LOW:HIGH",
        help="a key and its range, e.g. firm.reps=1:12; may be repeated",
    )  # fmt: skip
    job.add_argument("--split", help="comma-separated touchpoints that share a budget")
    job.add_argument(
        "--budget", type=options.number, help="money a day for --split (default: as it is)"
    )
    job.add_argument("--least", action="store_true", help="look for the least, as of churn anyway")
    options.add_measure(job)
    options.add_shared(job, "the curve as figure and table, and the scenario at its best")
    add_draws(job)
    job.set_defaults(job=_optimise)

    data.add(jobs)
    report.add(jobs)

    job = jobs.add_parser("lab", help="turn dials and see what happens: the what-if lab")
    options.add_shown(job)
    pages.add_lab_options(job)
    job.add_argument(
        "--port", type=options.count, help="port to serve at (default: 8000 or one that is free)"
    )
    job.set_defaults(job=pages.lab)

    job = jobs.add_parser(
        "board", help="the what-if lab as a file that needs neither Python nor web"
    )
    options.add_shown(job)
    job.add_argument("--out", type=options.path, dest="file", help=f"default: {pages.BOARD}")
    job.add_argument(
        "--all", type=options.path, metavar="FOLDER",
        help="a folder with all products instead, for a web server",
    )  # fmt: skip
    job.set_defaults(job=pages.board)

    job = jobs.add_parser(
        "trail", help="the people walking, two strategies side by side, as a file"
    )
    options.add_shown(job)
    job.add_argument("--strategies", help="one or two, comma-separated (default: as the lab opens)")
    job.add_argument(
        "--people", type=options.count,
        help=f"a sample of so many (default: {pages.WALKING:,}, or the whole market)",
    )  # fmt: skip
    job.add_argument(
        "--seed", type=options.whole, default=1, help="number of the world (default: 1)"
    )
    job.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a key, e.g. --set guide.accuracy=0.9; may be repeated",
    )  # fmt: skip
    job.add_argument(
        "--out", type=options.path, dest="file", default=pages.TRAIL, help="default: %(default)s"
    )
    job.set_defaults(job=pages.trail, out=None)

    course.add(jobs)
    grade.add(jobs)
    scenarios.add(jobs)
    ab_test.add(jobs)
    return parser


def _compare(args: argparse.Namespace) -> int:
    return _tell_compared(ask.compare(args), args, "funnel")


def _what_if(args: argparse.Namespace) -> int:
    return _tell_compared(ask.what_if(args), args, "paired")


def _tell_compared(compared: Comparison, args: argparse.Namespace, picture: str) -> int:
    """Write a comparison and print it, and say which picture to open first."""
    from cjsim.report import comparison

    files = comparison.write(compared, args.out, args.lang) if args.out else []
    if args.json:
        say_json(comparison.as_json(compared))
    else:
        say(comparison.summary(compared, args.lang))
    if files:
        note = text("report.wrote", args.lang).format(files=", ".join(files), folder=args.out)
        first = "doubt" if compared.doubt else picture
        onward = text("report.next", args.lang).format(folder=args.out, picture=first)
        say(f"\n{note}\n{onward}", sys.stderr if args.json else None)
    return 0


def _tell(answer: str | dict[str, Any]) -> None:
    """Print an answer: words, or data as JSON."""
    say(answer) if isinstance(answer, str) else say_json(answer)


def _sweep(args: argparse.Namespace) -> int:
    from cjsim.cli.vary import settings_of
    from cjsim.experiment.sweep import sweep
    from cjsim.measures.summary import known_measure
    from cjsim.report import experiments

    scenarios = strategies(args.scenario, args)
    settings = settings_of(args.vary, args.sample, args.seed)
    known_measure(args.measure)
    answer = sweep(scenarios, settings, folder=args.out, **ask.size_of(args))
    if len(answer.runs):
        if args.out:
            experiments.draw_sweep(answer, args.measure, args.out, args.lang)
        _tell(experiments.of_sweep(answer, args.measure, args.lang, args.json))
    if not answer.complete:
        say(experiments.stopped(answer, args.out, args.lang), sys.stderr)
        return 130
    return 0


def _weak_point(args: argparse.Namespace) -> int:
    from cjsim.report import experiments

    ranking = ask.weak_point(args)
    if args.out:
        experiments.keep_weak_point(ranking, args.out, args.lang)
    _tell(experiments.of_weak_point(ranking, args.lang, args.json))
    return 0


def _touchpoints(args: argparse.Namespace) -> int:
    _tell(touchpoints.told(ask.touchpoints(args), args))
    return 0


def _observe(args: argparse.Namespace) -> int:
    _tell(seen.observe(args))
    return 0


def _attribute(args: argparse.Namespace) -> int:
    _tell(seen.attribute(args, ask.size_of(args)))
    return 0


def _optimise(args: argparse.Namespace) -> int:
    from cjsim.report import experiments

    optimum = ask.optimise(args)
    if args.out:
        experiments.keep_optimum(optimum, args.out, args.lang)
    _tell(experiments.of_optimum(optimum, args.lang, args.json))
    return 0
