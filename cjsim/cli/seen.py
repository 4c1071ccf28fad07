"""`cjsim observe` and `cjsim attribute`: what a firm's systems record, and whom they credit."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cjsim.cli.sides import running
from cjsim.labels import text

if TYPE_CHECKING:
    from cjsim.observe.attribution import Attribution
    from cjsim.observe.systems import Observed

FILES = (".csv", ".parquet", ".xes")


def add_records(job: argparse.ArgumentParser) -> None:
    """What both take beside the size of the market."""
    job.add_argument("--strategy", help="the strategy that runs (default: the scenario's)")
    job.add_argument(
        "--record", action="append", default=[], metavar="KEY=SHARE",
        help="how well it is recorded, e.g. offline=0.6 or match=0.8 (default: everything); "
        "may be repeated",
    )  # fmt: skip


def add_observe(job: argparse.ArgumentParser) -> None:
    add_records(job)
    job.add_argument(
        "--format", choices=[ending[1:] for ending in FILES], default="csv",
        help="of the firm's log in --out (default: csv)",
    )  # fmt: skip


def add_attribute(job: argparse.ArgumentParser) -> None:
    add_records(job)
    job.add_argument("--methods", help="comma-separated (default: all)")
    job.add_argument(
        "--deals", choices=["first", "all"], default="first", help="(default: first deals alone)"
    )
    job.add_argument(
        "--truth", type=int, default=0, metavar="RUNS", dest="runs",
        help="judge them by switching touchpoints off in so many markets (default: not at all)",
    )  # fmt: skip
    job.add_argument(
        "--no-order", action="store_true", help="as if dates were lost: contacts after a deal count"
    )


def observe(args: argparse.Namespace) -> str | dict[str, Any]:
    """Run, record, write the folder if there is one, and say what was recorded."""
    seen = _seen(args)
    if args.out:
        from cjsim import data
        from cjsim.charts.path_variants import path_variants

        seen.save(args.out)
        if args.format != "csv":
            data.write(seen, args.out / f"log.{args.format}")
            (args.out / "log.csv").unlink()
        picture = path_variants(seen, args.lang)
        for ending in ("svg", "png", "csv"):
            picture.save(args.out / f"path-variants.{ending}")
    if args.json:
        return {str(name): int(count) for name, count in seen.table["count"].items()}
    from cjsim.report.columns import aligned

    rows = [
        [text(f"observe.counts.{name}", args.lang), f"{int(count):,}"]
        for name, count in seen.table["count"].items()
    ]
    return "\n".join([seen.says(args.lang), "", *aligned(rows)])


def attribute(args: argparse.Namespace, options: dict[str, Any]) -> str | dict[str, Any]:
    """Credit the deals of a file, or of a run as it is recorded; judge them by --runs worlds."""
    from cjsim.observe.attribution import attribute as credited
    from cjsim.report import attribution as report

    truth = None
    if args.scenario.endswith(FILES):
        from cjsim import data

        if args.record or args.strategy or args.changes:
            raise ValueError(
                f"{args.scenario}: is a log; --record, --strategy and --set are for runs"
            )
        log: Any = data.read(args.scenario, strict=True)
    else:
        log = _seen(args)
    result: Attribution = credited(
        log,
        [name.strip() for name in args.methods.split(",")] if args.methods else None,
        deals=args.deals, time_order=not args.no_order,
    )  # fmt: skip
    if not args.scenario.endswith(FILES) and args.runs:
        from cjsim.experiment.coalitions import touchpoint_truth

        measure = "first_deals" if args.deals == "first" else "deals"
        truth = touchpoint_truth(running(args), measures=measure, **options)
    if args.out:
        report.keep(result, truth, args.out, args.lang)
    if args.json:
        judged = result.against(truth) if truth else None
        return {
            "deals": result.deals, "unled": result.unled,
            "credit": json.loads(result.table.T.to_json(orient="index")),
            "judged": None if judged is None else json.loads(judged.to_json(orient="index")),
        }  # fmt: skip
    return report.said(result, truth, args.lang)


def _seen(args: argparse.Namespace) -> Observed:
    """The run that a command names, as it is recorded."""
    from cjsim.observe.systems import Records
    from cjsim.observe.systems import observe as recorded
    from cjsim.run import simulate

    records = Records().but(**settings(args.record))
    run = simulate(running(args), args.people, seed=args.seed)
    return recorded(run, records)


def settings(words: list[str]) -> dict[str, float]:
    """KEY=SHARE words as settings of the records."""
    settings = {}
    for word in words:
        key, equals, value = word.partition("=")
        try:
            settings[key.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ValueError(f"--record {word}: say KEY=SHARE, for example offline=0.6")
    return settings
