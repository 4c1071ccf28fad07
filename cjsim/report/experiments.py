"""Experiments in words and files: what `cjsim sweep` and its like read, print and write."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cjsim import log
from cjsim.charts.optimum import optimum as draw_optimum
from cjsim.charts.phase_map import phase_map
from cjsim.charts.picture import Picture
from cjsim.charts.profile import profile
from cjsim.charts.sweep_parts import flips, in_numbers
from cjsim.charts.weak_point import weak_point
from cjsim.colours import COLOURS
from cjsim.experiment.optimise import Optimum
from cjsim.experiment.setting_doubt import SettingDoubt
from cjsim.experiment.stage_doubt import StageDoubt
from cjsim.experiment.sweep import Sweep
from cjsim.experiment.weak_point import WeakPoint
from cjsim.files import all_together
from cjsim.labels import find, text
from cjsim.labels.numbers import number, short
from cjsim.report import doubt
from cjsim.report.values import typed_name

if TYPE_CHECKING:
    import pandas as pd


def of_sweep(sweep: Sweep, measure: str, lang: str, as_json: bool) -> str | dict[str, Any]:
    """Who is ahead where, as a table or as plain data."""
    if len(sweep.names) == 1:
        return _of_one_swept(sweep, measure, lang, as_json)
    phase = sweep.phase(measure)
    keys = list(sweep.settings.columns)
    is_map = sweep.is_grid and len(keys) == len(sweep.names) == 2
    flip_line = flips(sweep, measure) if is_map else None
    if as_json:
        data = {
            "measure": measure,
            "people": sweep.people,
            "complete": sweep.complete,
            "cells": json.loads(phase.to_json(orient="records")),
            "flip_line": None
            if flip_line is None
            else json.loads(flip_line.to_json(orient="records")),
        }
        return data
    head = text("report.sweep", lang).format(
        measure=text(f"measure.{measure}", lang),
        people=number(sweep.people, lang),
        cells=number(len(phase), lang),
    )
    stars = np.where(phase["clear_all"], "**", np.where(phase["clear"], "*", ""))
    for column in ("winner", "runner_up"):
        phase[column] = [typed_name(sweep, name, lang) for name in phase[column]]
    numbers = phase.drop(columns=["clear", "clear_all"])
    table = _in_columns(numbers.assign(**{"": stars}), lang, typed=True)
    blocks = [head, "", table]
    if flip_line is not None and len(flip_line):
        crossings = _in_columns(flip_line.drop(columns="up"), lang, typed=True)
        blocks += ["", text("report.flip_line", lang), "", crossings]
    blocks += _in_vain(sweep, lang)
    return "\n".join(line.rstrip() for block in blocks for line in block.split("\n"))


def _of_one_swept(sweep: Sweep, measure: str, lang: str, as_json: bool) -> str | dict[str, Any]:
    """What one strategy brings at each setting, as a table or as plain data."""
    (name,) = sweep.names
    means = sweep.means(measure)
    if as_json:
        return {
            "measure": measure,
            "strategy": name,
            "people": sweep.people,
            "complete": sweep.complete,
            "cells": json.loads(means.to_json(orient="records")),
        }
    head = text("report.sweep_one", lang).format(
        name=sweep.named(name, lang),
        measure=text(f"measure.{measure}", lang),
        people=number(sweep.people, lang),
        cells=number(len(means), lang),
    )
    return "\n".join([head, "", _in_columns(means, lang, typed=True), *_in_vain(sweep, lang)])


def _in_vain(sweep: Sweep, lang: str) -> list[str]:
    """Which keys cannot act at any setting, as lines to be put behind others."""
    notes = [note.said(lang) for note in sweep.idle.values()]
    return ["", *notes] if notes else []


def draw_sweep(sweep: Sweep, measure: str, folder: Path, lang: str) -> None:
    """The pictures of a sweep as SVG, PNG and table."""
    with all_together(folder) as draft:
        _keep(sweep_pictures(sweep, measure, lang), draft)


def sweep_pictures(sweep: Sweep, measure: str, lang: str) -> dict[str, Picture]:
    """The map of two keys, or the profile of each key.

    A key that holds words has no axis; one scenario, and more than colours, have no map.
    """
    keys = [key for key in sweep.settings if in_numbers(sweep, key)]
    both_in_numbers = len(keys) == len(sweep.settings.columns) == 2
    if both_in_numbers and sweep.is_grid and 1 < len(sweep.names) <= len(COLOURS):
        return {"map": phase_map(sweep, measure, lang)}
    return {f"profile-{key}": profile(sweep, key, measure, lang) for key in keys}


def stopped(sweep: Sweep, folder: Path | None, lang: str) -> str:
    """What an interrupted sweep leaves."""
    done = sweep.runs["cell"].nunique()
    key = "report.sweep_stopped" if folder is None else "report.sweep_goes_on"
    cells = number(len(sweep.settings), lang)
    return text(key, lang).format(done=number(done, lang), cells=cells, folder=folder)


def of_weak_point(result: WeakPoint, lang: str, as_json: bool) -> str | dict[str, Any]:
    """The ranking of the stages, as a table or as plain data."""
    if as_json:
        data = {
            "measure": result.measure,
            "better": result.better,
            "people": result.people,
            "weak_point": result.stage,
            "tied": list(result.tied),
            "stages": json.loads(result.table.reset_index().to_json(orient="records")),
        }
        return data | ({"doubt": doubt.as_rows(result.doubt)} if result.doubt else {})
    words = [text(f"stage.{stage}.label", lang) for stage in result.table.index]
    gains = result.table[["gain", "gain_low", "gain_high", "spend_per_day", "gain_per_budget"]]
    table = _in_columns(gains.set_axis(words), lang, index=True)
    lines = [weak_point(result, lang).alt, "", table, "", result.note(lang)]
    if result.doubt:
        lines += ["", result.doubt.says(lang), "", *doubt.lines_of(result.doubt, lang)]
    return "\n".join(lines)


def keep_weak_point(result: WeakPoint, folder: Path, lang: str) -> None:
    """The ranking as SVG, PNG and table."""
    with all_together(folder) as draft:
        _keep({"weak-point": weak_point(result, lang)}, draft)
        log.save(result.table.reset_index(), draft / "weak-point-table.csv")
        _keep_doubt(result.doubt, draft)


def of_optimum(result: Optimum, lang: str, as_json: bool) -> str | dict[str, Any]:
    """The best settings in words, or as plain data."""
    if as_json:
        data = {
            "measure": result.measure,
            "now": result.now,
            "best": result.best,
            "changes": result.changes,
            "gain": json.loads(result.gain.to_json(orient="index")),
            "good_enough": json.loads(result.good_enough.to_json(orient="index")),
        }
        return data | ({"doubt": doubt.as_rows(result.doubt)} if result.doubt else {})
    table = ["", *doubt.lines_of(result.doubt, lang)] if result.doubt else []
    return "\n".join([result.says(lang), *table])


def _in_columns(table: pd.DataFrame, lang: str, index: bool = False, typed: bool = False) -> str:
    """A table as text: its heads in words where the labels have any, four digits that count."""
    heads = {column: find(f"report.column.{column}", lang) or column for column in table}
    counts = table.select_dtypes("integer").columns  # else they would be written by pandas
    table_text = (
        table.astype(dict.fromkeys(counts, float))
        .rename(columns=heads)
        .to_string(
            index=index,
            float_format=lambda value: short(value, lang, 4, typed=typed),
            na_rep=number(math.nan, lang, typed=typed),
        )
    )
    return str(table_text)


def keep_optimum(result: Optimum, folder: Path, lang: str) -> None:
    """The curve as SVG, PNG and table, and the scenario at its best as a file."""
    with all_together(folder) as draft:
        _keep({"optimum": draw_optimum(result, lang)}, draft)
        result.better.save(draft / f"scenario-{result.better.name}-best.toml")
        _keep_doubt(result.doubt, draft)


def _keep_doubt(unsure: StageDoubt | SettingDoubt | None, folder: Path) -> None:
    for name, table in unsure.tables().items() if unsure else ():
        log.save(table, folder / f"{name}.csv")


def _keep(pictures: dict[str, Picture], folder: Path) -> None:
    for name, picture in pictures.items():
        for ending in ("svg", "png", "csv"):
            picture.save(folder / f"{name}.{ending}")
