"""Experiments in words and files: what `cjsim sweep` and its like read, print and write."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from cjsim import log
from cjsim.charts.optimum import optimum as draw_optimum
from cjsim.charts.phase_map import phase_map
from cjsim.charts.picture import Picture
from cjsim.charts.profile import profile
from cjsim.charts.sweep_parts import flips, in_numbers
from cjsim.charts.weak_point import weak_point
from cjsim.colours import COLOURS
from cjsim.experiment.optimise import Optimum
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.weak_point import WeakPoint
from cjsim.labels import text


def of_sweep(sweep: Sweep, measure: str, lang: str, as_json: bool) -> str:
    """Who is ahead where, as a table or as JSON."""
    phase = sweep.phase(measure)
    keys = list(sweep.settings.columns)
    two = sweep.is_grid and len(keys) == len(sweep.names) == 2
    line = flips(sweep, measure) if two else None
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
    return "\n".join(line.rstrip() for part in parts for line in part.split("\n"))


def draw_sweep(sweep: Sweep, measure: str, folder: Path, lang: str) -> None:
    """The map of two keys, or the profile of each key, as SVG, PNG and table.

    A key that holds words has no axis, and more scenarios than colours have no map.
    """
    keys = [key for key in sweep.settings if in_numbers(sweep, key)]
    both = len(keys) == len(sweep.settings.columns) == 2
    if both and sweep.is_grid and len(sweep.names) <= len(COLOURS):
        pictures = {"map": phase_map(sweep, measure, lang)}
    else:
        pictures = {f"profile-{key}": profile(sweep, key, measure, lang) for key in keys}
    _keep(pictures, folder)


def stopped(sweep: Sweep, folder: Path | None, lang: str) -> str:
    """What an interrupted sweep leaves."""
    done = sweep.runs["cell"].nunique()
    key = "report.sweep_stopped" if folder is None else "report.sweep_goes_on"
    return text(key, lang).format(done=done, cells=len(sweep.settings), folder=folder)


def of_weak_point(found: WeakPoint, lang: str, as_json: bool) -> str:
    """The ranking of the stages, as a table or as JSON."""
    if as_json:
        data = {
            "measure": found.measure,
            "better": found.better,
            "people": found.people,
            "weak_point": found.stage,
            "tied": list(found.tied),
            "stages": json.loads(found.table.reset_index().to_json(orient="records")),
        }
        return json.dumps(data, indent=2, ensure_ascii=False)
    words = [text(f"stage.{stage}.label", lang) for stage in found.table.index]
    shown = found.table[["gain", "gain_low", "gain_high", "spend_per_day", "gain_per_budget"]]
    table = shown.set_axis(words).to_string(float_format=lambda x: f"{x:,.4g}", na_rep="-")
    return "\n".join([weak_point(found, lang).alt, "", table, "", found.note(lang)])


def keep_weak_point(found: WeakPoint, folder: Path, lang: str) -> None:
    """The ranking as SVG, PNG and table."""
    _keep({"weak-point": weak_point(found, lang)}, folder)
    log.save(found.table.reset_index(), folder / "weak-point-table.csv")


def of_optimum(found: Optimum, lang: str, as_json: bool) -> str:
    """The best settings in words, or as JSON."""
    if as_json:
        data = {
            "measure": found.measure,
            "now": _in_json(found.now),
            "best": found.best,
            "changes": found.changes,
            "gain": json.loads(found.gain.to_json(orient="index")),
            "good_enough": json.loads(found.good_enough.to_json(orient="index")),
        }
        return json.dumps(data, indent=2, ensure_ascii=False)
    return found.says(lang)


def _in_json(values: Mapping[str, float]) -> dict[str, float | str]:
    """JSON has no infinite numbers: they are words there."""
    return {key: v if math.isfinite(v) else str(v) for key, v in values.items()}


def keep_optimum(found: Optimum, folder: Path, lang: str) -> None:
    """The curve as SVG, PNG and table, and the scenario at its best as a file."""
    _keep({"optimum": draw_optimum(found, lang)}, folder)
    found.better.save(folder / f"scenario-{found.better.name}-best.toml")


def _keep(pictures: dict[str, Picture], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        for ending in ("svg", "png", "csv"):
            picture.save(folder / f"{name}.{ending}")
