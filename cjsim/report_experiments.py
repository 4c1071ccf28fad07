"""Experiments in words and files: what `cjsim sweep` and its like read, print and write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjsim.experiment import design
from cjsim.experiment.sweep import Sweep
from cjsim.labels import text, unknown
from cjsim.measures.summary import UNITS

if TYPE_CHECKING:
    import pandas as pd


def settings_of(words: Sequence[str], cells: int | None, seed: int) -> pd.DataFrame:
    """The settings that `--vary KEY=LOW:HIGH:POINTS` or `KEY=A,B,C` ask for: a grid, or a sample.

    Raises ValueError for words that say neither.
    """
    ranges = dict(map(_vary, words))
    if len(ranges) < len(words):
        raise ValueError("--vary: names a key twice")
    if cells is None:
        return design.grid(
            {k: design.spaced(*v) if isinstance(v, tuple) else v for k, v in ranges.items()}
        )
    if lists := [key for key, values in ranges.items() if isinstance(values, list)]:
        raise ValueError(f"--vary {lists[0]}: a sample takes LOW:HIGH, not single values")
    return design.sample({k: (v[0], v[1]) for k, v in ranges.items()}, cells, seed=seed)


def _vary(word: str) -> tuple[str, tuple[float, float, int] | list[Any]]:
    """A key and either (low, high, points) or a list of values."""
    key, equals, given = word.partition("=")
    parts = given.split(":")
    try:
        if equals and len(parts) in (2, 3):
            points = int(parts[2]) if len(parts) == 3 else 5
            return key.strip(), (float(parts[0]), float(parts[1]), points)
        if equals and given:
            return key.strip(), [_value(part) for part in given.split(",")]
    except ValueError:
        pass
    raise ValueError(
        f"--vary {word}: say KEY=LOW:HIGH:POINTS or KEY=A,B,C, for example guide.accuracy=0.5:1:6"
    )


def _value(word: str) -> Any:
    """A number where it is one, else the word itself."""
    try:
        return json.loads(word)
    except json.JSONDecodeError:
        return word.strip()


def known(measure: str) -> None:
    """Raises ValueError with the nearest name for a measure that is none, before anything runs."""
    if measure not in UNITS:
        raise unknown("measure", measure, UNITS)


def of_sweep(sweep: Sweep, measure: str, lang: str, as_json: bool) -> str:
    """Who is ahead where, as a table or as JSON."""
    phase = sweep.phase(measure)
    keys = list(sweep.settings.columns)
    flips = sweep.is_grid and len(keys) == len(sweep.names) == 2
    line = sweep.flip_line(measure, *keys) if flips else None
    if as_json:
        data = {
            "measure": measure,
            "people": sweep.people,
            "complete": sweep.complete,
            "cells": json.loads(phase.to_json(orient="records")),
            "flip_line": None if line is None else json.loads(line.to_json(orient="records")),
        }
        return json.dumps(data, indent=2, ensure_ascii=False)
    head = text("report.sweep", lang).format(
        measure=text(f"measure.{measure}", lang), people=f"{sweep.people:,}", cells=len(phase)
    )
    clear = phase["clear"].map({True: "*", False: ""})
    table = phase.drop(columns="clear").assign(**{"": clear}).to_string(
        index=False, float_format=lambda x: f"{x:,.4g}"
    )  # fmt: skip
    parts = [head, "", table]
    if line is not None and len(line):
        shown = line.drop(columns="up").to_string(index=False, float_format=lambda x: f"{x:.4g}")
        parts += ["", text("report.flip_line", lang), "", shown]
    return "\n".join(parts)


def draw_sweep(sweep: Sweep, measure: str, folder: Path, lang: str) -> None:
    """The map of two keys, or the profile of each key, as SVG, PNG and table."""
    from cjsim.charts.sweep import phase_map, profile

    keys = list(sweep.settings.columns)
    if len(keys) == 2 and sweep.is_grid:
        pictures = {"map": phase_map(sweep, measure, lang)}
    else:
        pictures = {f"profile-{key}": profile(sweep, key, measure, lang) for key in keys}
    for name, picture in pictures.items():
        for ending in ("svg", "png", "csv"):
            picture.save(folder / f"{name}.{ending}")


def stopped(sweep: Sweep, folder: Path | None, lang: str) -> str:
    """What an interrupted sweep leaves."""
    done = sweep.runs["cell"].nunique()
    key = "report.sweep_stopped" if folder is None else "report.sweep_goes_on"
    return text(key, lang).format(done=done, cells=len(sweep.settings), folder=folder)
