"""What is kept of the table, and the notes that belong to it."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.face_validity.contest import Bout
from tools.face_validity.gates import GATES
from tools.face_validity.market import SEED, Cell
from tools.pages import ROOT

DATA: Final = ROOT / "docs" / "face-validity.json"
NOTES: Final = Path(__file__).with_name("notes.toml")
PRESETS: Final = (
    "beer", "cheese", "yogurt", "manicure", "school", "forex", "phone", "consulting",
    "subscription", "corporate_it", "car", "flat",
)  # fmt: skip
"""From the quickest cycle to the slowest."""


@dataclass(frozen=True)
class Table:
    """All cells and bouts, in the order of gates and presets."""

    cells: tuple[Cell, ...]
    bouts: tuple[Bout, ...]

    def updated(self, cells: Iterable[Cell], bouts: Iterable[Bout]) -> Table:
        """With new cells in place of those of the same gate and preset; bouts by preset."""
        new, fresh = list(cells), list(bouts)
        again, rerun = {cell.of for cell in new}, {bout.preset for bout in fresh}
        kept = [cell for cell in self.cells if cell.of not in again]
        left = [bout for bout in self.bouts if bout.preset not in rerun]
        gates = [gate.key for gate in GATES]
        return Table(
            tuple(sorted(
                kept + new, key=lambda cell: (gates.index(cell.gate), PRESETS.index(cell.preset))
            )),
            tuple(sorted(left + fresh, key=lambda bout: PRESETS.index(bout.preset))),
        )  # fmt: skip


def load(path: Path = DATA) -> Table:
    """The table that is kept; an empty one where there is none."""
    if not path.exists():
        return Table((), ())
    data = json.loads(path.read_text(encoding="utf-8"))
    return Table(
        tuple(Cell(*(_number(value) for value in row)) for row in data["cells"]),
        tuple(_bout(row) for row in data["contest"]),
    )


def _bout(row: list[Any]) -> Bout:
    preset, accuracy, every_days, measure, values, ahead = row
    return Bout(preset, accuracy, every_days, measure, values, tuple(ahead))


def _number(value: Any) -> Any:
    return math.nan if value == "nan" else value


def text_of(table: Table) -> str:
    """The table as a file: one cell a line."""
    head = {
        "seed": SEED, "cells": list(Cell._fields), "contest": list(Bout._fields),
    }  # fmt: skip
    blocks = [
        f'"{name}": [\n' + ",\n".join(f"  {_line(row)}" for row in rows) + "\n]"
        for name, rows in (("cells", table.cells), ("contest", table.bouts))
    ]
    return "{\n" + ",\n".join([f'"columns": {json.dumps(head)}', *blocks]) + "\n}\n"


def _line(row: tuple[Any, ...]) -> str:
    spelt = ["nan" if isinstance(v, float) and math.isnan(v) else v for v in row]
    return json.dumps(spelt)


@dataclass(frozen=True)
class Notes:
    """What stands in notes.toml."""

    mass: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, Mapping[str, str]]

    def reason(self, gate: str, preset: str) -> str:
        """Why a preset lies outside at a gate; empty where nobody has said."""
        return self.reasons.get(gate, {}).get(preset, "")


def notes(path: Path = NOTES) -> Notes:
    """Read the notes."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    mass = {preset: tuple(names) for preset, names in tables["mass"].items()}
    return Notes(mass, tables["reasons"])


def unexplained(table: Table, said: Notes) -> list[str]:
    """Gates and presets with a cell outside and no reason, or a reason and no cell outside."""
    outside = {cell.of for cell in table.cells if cell.inside is False}
    told = {(gate, preset) for gate, by_preset in said.reasons.items() for preset in by_preset}
    return [
        *(f"{gate}, {preset}: outside, and no reason" for gate, preset in sorted(outside - told)),
        *(f"{gate}, {preset}: a reason, and inside" for gate, preset in sorted(told - outside)),
    ]
