"""The command: measure what is asked for, print it, keep it, write the page."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Final, TypeVar

from cjsim.experiment.workers import pool_of
from cjsim.labels import unknown
from cjsim.labels.numbers import short
from tools import face_validity
from tools.face_validity.contest import Bout, contest
from tools.face_validity.gates import BY_KEY, GATES
from tools.face_validity.market import Cell, Market
from tools.face_validity.page import page
from tools.face_validity.store import DATA, PRESETS, load, notes, text_of, unexplained
from tools.pages import keep

Row = TypeVar("Row", Cell, Bout)
CONTEST: Final = "contest"
ALL_GATES: Final = (*BY_KEY, CONTEST)
PAGE: Final = DATA.with_suffix(".md")
A_LOOK: Final = 4  # worlds


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and unless it was a look, keep; 1 where a reason is missing or too many."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.face_validity", description=face_validity.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--presets", nargs="+", default=PRESETS, metavar="NAME")
    parser.add_argument("--gates", type=lambda word: word.split(","), default=ALL_GATES,
                        metavar="KEY,KEY", help=", ".join(ALL_GATES))  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="4 worlds; print, keep nothing")
    parser.add_argument("--executor", default="processes", help="or threads")
    asked = parser.parse_args(words)
    for kind, names, known in (
        ("preset", asked.presets, PRESETS), ("gate", asked.gates, ALL_GATES),
    ):  # fmt: skip
        for name in names:
            if name not in known:
                print(unknown(kind, name, known), file=sys.stderr)
                return 2
    cells, bouts = measured(asked.presets, asked.gates, asked.executor, asked.quick)
    if asked.quick:
        return 0
    table, reasons = load().updated(cells, bouts), notes()
    for path, text in ((DATA, text_of(table)), (PAGE, page(table, reasons))):
        print(f"docs/{path.name}: {'written' if keep(path, text) else 'nothing new'}")
    faults = unexplained(table, reasons)
    print("\n".join(faults))
    return int(bool(faults))


def measured(
    presets: Sequence[str], gates: Sequence[str], executor: str = "threads", quick: bool = False
) -> tuple[list[Cell], list[Bout]]:
    """The cells and bouts of these presets and gates, printed as they come."""
    mass = notes().mass
    cells: list[Cell] = []
    bouts: list[Bout] = []
    with pool_of(executor, os.cpu_count() or 1) as pool:
        for preset in presets:
            started = time.monotonic()
            worlds = A_LOOK if quick else Market.most_worlds
            market = Market(preset, pool, mass[preset], worlds)
            for gate in GATES:
                if gate.key in gates and preset in (gate.presets or PRESETS):
                    cells += _printed(list(gate.ask(market)))
            if CONTEST in gates:
                bouts += _printed(list(contest(market)))
            print(f"-- {preset}: {time.monotonic() - started:.0f} s", flush=True)
    return cells, bouts


def _printed(rows: list[Row]) -> list[Row]:
    for row in rows:
        print(_line(row), flush=True)
    return rows


def _line(row: Cell | Bout) -> str:
    """A cell or a bout in a line of the terminal."""
    if isinstance(row, Bout):
        numbers = "  ".join(f"{s} {short(v, typed=True)}" for s, v in row.values.items())
        where = f"{row.accuracy:g}, {row.every_days:g} d"
        return f"  {row.preset:13}{row.measure:14}{where:14}{numbers}  -> {', '.join(row.ahead)}"
    mark = {True: "inside", False: "OUTSIDE", None: ""}[row.inside]
    value, low, high, least, most = (
        "" if number is None else short(number, typed=True)
        for number in (row.value, row.low, row.high, row.least, row.most)
    )
    span = f"[{least}, {most}]" if mark else ""
    where = f"{row.preset:13}{row.gate:8}{row.strategy:9}{row.detail:20}"
    return f"  {where}{value:>8}  {low:>8} .. {high:<8}  {span:16} {mark}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
