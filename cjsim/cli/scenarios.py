"""`cjsim check`, `presets`, `new` and `schema`: scenario files, to check, list and start."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cjsim.cli import options
from cjsim.cli.draws import unsure_in_vain
from cjsim.cli.terminal import say, say_json
from cjsim.labels import text

if TYPE_CHECKING:
    from cjsim.scenario import Scenario


def add(jobs: Any) -> None:
    """All four commands."""
    job = jobs.add_parser("check", help="check a scenario file, all mistakes at once")
    job.add_argument("files", nargs="+", help="scenario files or presets")
    job.set_defaults(job=_check)

    job = jobs.add_parser("presets", help="list the products that come with the kit")
    job.add_argument("name", nargs="?", help="print this preset's file")
    job.add_argument("--keys", action="store_true", help="explain every key of a scenario file")
    options.add_language(job)
    job.set_defaults(job=_presets)

    job = jobs.add_parser("new", help="start a scenario file of your own")
    job.add_argument("file", type=options.path, help="the file to write")
    job.add_argument("--product", default="phone", help="the preset it builds on (default: phone)")
    job.set_defaults(job=_new)

    job = jobs.add_parser("schema", help="print the JSON Schema of scenario files, for editors")
    job.set_defaults(job=_schema)


def _check(args: argparse.Namespace) -> int:
    from cjsim.scenario import Scenario, ScenarioError

    status = 0
    for file in args.files:
        try:
            scenario = Scenario.load(file)
            say(f"{file}: good. Strategies: {', '.join(scenario.strategies)}")
            in_vain = (*_in_vain(scenario), *unsure_in_vain(scenario))
            for line in (*_calendar(scenario), *in_vain):
                say(f"  {line}")
        except ScenarioError as error:
            say(str(error), sys.stderr)
            status = 2
    return status


MOST_DAYS = 60
"""Days of a calendar that are printed; a season of many years has hundreds."""


def _calendar(scenario: Scenario) -> list[str]:
    """What changes when, as lines."""
    from cjsim.scenario.calendar import calendar_in_words

    lines = calendar_in_words(scenario, "en")
    more = len(lines) - MOST_DAYS
    return [*lines[:MOST_DAYS], f"and {more} days more"] if more > 0 else lines


def _in_vain(scenario: Scenario) -> Iterable[str]:
    """What cannot act: a line for what cannot under any strategy, and one for each strategy."""
    from cjsim.experiment.idle import idle_by_strategy

    for strategy, notes in idle_by_strategy(scenario).items():
        keys: dict[tuple[str, str], list[str]] = {}
        for note in notes:
            kind = "money alone" if note.money and not strategy else "in vain"
            keys.setdefault((kind, note.reason("en")), []).append(note.key)
        parts = [
            f"{kind}: {', '.join(names)}, since {reason}" for (kind, reason), names in keys.items()
        ]
        if parts:
            yield f"{strategy or 'every strategy'}, {'; '.join(parts)}"


def _presets(args: argparse.Namespace) -> int:
    from cjsim.scenario import preset_text, presets

    if args.keys:
        _print_keys(args.lang)
        return 0
    if args.name:
        say(preset_text(args.name), end="")
        return 0
    titles = presets()
    width = max(map(len, titles))
    for name, title in titles.items():
        say(f"{name.ljust(width)}  {title}")
    return 0


def _print_keys(lang: str) -> None:
    """The reference: each table's keys with default, unit, range, source and meaning."""
    from cjsim.scenario import TABLES, docs

    for table in TABLES:
        say(f"\n[{table}]")
        for doc in docs(table, lang):
            default = text("keys.must_be_given" if doc.default is None else "keys.default", lang)
            default = default.replace("{value}", str(doc.default))
            facts = "; ".join(fact for fact in (doc.unit, doc.range, default, doc.source) if fact)
            say(f"{doc.key}: {doc.text}\n    {facts}")


def _new(args: argparse.Namespace) -> int:
    from cjsim.files import write_new
    from cjsim.scenario import new_file_text

    content = new_file_text(args.product)
    try:
        write_new(args.file, content)
    except FileExistsError:
        raise ValueError(f"{args.file} exists already; choose another name") from None
    say(f"Wrote {args.file}. Check it: cjsim check {args.file}")
    say(f"Run it: cjsim compare {args.file} --out results/{args.file.stem}")
    return 0


def _schema(args: argparse.Namespace) -> int:
    from cjsim.scenario import json_schema

    say_json(json_schema())
    return 0
