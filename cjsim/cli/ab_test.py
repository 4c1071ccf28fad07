"""`cjsim ab-test`: an experiment a firm could run, planned, run and judged against the truth."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cjsim.cli import options
from cjsim.cli.sides import running
from cjsim.cli.terminal import say, say_json

if TYPE_CHECKING:
    from cjsim.experiment.ab_test import ABTest


def add(jobs: Any) -> None:
    """Make the command known."""
    job = jobs.add_parser(
        "ab-test",
        help="split a market between two strategies: what a firm finds, and what is true",
        epilog="for example: cjsim ab-test phone --a guide --b animator --days 90 --people 2000",
    )
    options.add_shared(job, "figure, tables and scenarios", executor="threads")
    job.add_argument("--a", dest="strategy", help="strategy (default: the scenario's)")
    job.add_argument("--b", help='strategy (default: of a hold-out "nothing")')
    job.add_argument("--days", type=options.positive, help="how long (default: the horizon)")
    job.add_argument(
        "--design", default="person",
        help="person, holdout, region or switchback (default: %(default)s)",
    )  # fmt: skip
    job.add_argument("--measure", default="first_deals", help="(default: %(default)s)")
    job.add_argument("--share", type=options.number, help="in B (default: 0.5, of a hold-out 0.1)")
    job.add_argument("--regions", type=options.count, default=20, help="(default: %(default)s)")
    job.add_argument("--period", type=options.positive, help="days of a switchback's periods")
    job.add_argument(
        "--wash-out", type=options.number, default=0.0,
        help="first days of each period that are not looked at (default: 0)",
    )  # fmt: skip
    job.add_argument("--smallest", type=options.positive, help="effect worth finding, per person")
    job.add_argument(
        "--no-spill-over",
        action="store_true",
        help="leave out the worlds without word of mouth and without a desk: four times as quick",
    )
    job.set_defaults(job=run)


def run(args: argparse.Namespace) -> int:
    """Run the experiment, write the folder if there is one, and say what was found."""
    from cjsim.experiment.ab_test import ab_test
    from cjsim.experiment.workers import bar
    from cjsim.report import ab_test as report

    result = ab_test(
        running(args), b=args.b, measure=args.measure, days=args.days, design=args.design,
        share=args.share, regions=args.regions, period=args.period, wash_out=args.wash_out,
        smallest=args.smallest, spill_over=not args.no_spill_over, people=args.people,
        runs=args.runs, seed=args.seed, executor=args.executor, workers=args.workers, progress=bar,
    )  # fmt: skip
    if args.out:
        report.keep(result, args.out, args.lang)
    if args.json:
        say_json(_as_json(result))
    else:
        say(report.said(result, args.lang))
    return 0


def _as_json(result: ABTest) -> dict[str, Any]:
    return {
        "measure": result.trial.measure, "design": result.trial.design,
        "people": result.people, "days": result.days, "verdict": result.verdict,
        "covered": result.covered,
        **json.loads(result.table.to_json(orient="index")),
        "plan": json.loads(result.plan.to_json()),
    }  # fmt: skip
