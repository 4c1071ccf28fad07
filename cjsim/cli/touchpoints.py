"""`cjsim touchpoints`: what each touchpoint of a strategy really brings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cjsim.experiment.coalitions import TouchpointTruth
    from cjsim.scenario import Scenario


def add_options(job: argparse.ArgumentParser) -> None:
    """What it takes beside what every experiment takes."""
    job.add_argument("--strategy", help="the strategy that runs (default: the scenario's)")
    job.add_argument("--touchpoints", help="comma-separated (default: all that the strategy runs)")
    job.add_argument(
        "--orders", metavar="N",
        help="orders of joining that each run draws, or all for every coalition (default: all "
        "of up to 8 touchpoints, 4 of more)",
    )  # fmt: skip


def truth(scenario: Scenario, args: argparse.Namespace, options: dict[str, Any]) -> TouchpointTruth:
    """Switch them on and off, and see what is lost and won."""
    from cjsim.experiment.coalitions import touchpoint_truth

    named = args.touchpoints
    names = [name.strip() for name in named.split(",")] if named is not None else None
    orders = args.orders
    if orders is not None and orders.lstrip("-").isdecimal():
        orders = int(orders)
    measures = list(dict.fromkeys([args.measure, "margin", "costs"]))
    return touchpoint_truth(scenario, names, measures=measures, orders=orders, **options)


def told(truth: TouchpointTruth, args: argparse.Namespace) -> str | dict[str, Any]:
    """Write the folder if there is one, and say what was found."""
    from cjsim.report import touchpoints as report

    if args.out:
        report.keep(truth, args.measure, args.out, args.lang)
    return report.said(truth, args.measure, args.lang, args.json)
