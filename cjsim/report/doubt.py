"""Doubt in words, as plain data and as a picture: what commands print and write of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cjsim.experiment.doubt import TOLD, Doubt
from cjsim.experiment.result import Result
from cjsim.labels import SPOKEN
from cjsim.report.columns import aligned

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.experiment.setting_doubt import SettingDoubt
    from cjsim.experiment.stage_doubt import StageDoubt

FILES: Final = (
    *(f"doubt.{ending}" for ending in ("svg", "png", "csv")),
    *(f"doubt-{table}.csv" for table in ("intervals", "keys", "draws", "runs")),
)
"""What a comparison with doubt writes."""


def lines_of(doubt: Result, lang: str = SPOKEN) -> list[str]:
    """The table of a doubt, for a terminal."""
    heads, rows = doubt._grid(lang)
    return aligned([list(heads), *map(list, rows)])


def as_json(doubt: Doubt) -> dict[str, Any]:
    """A doubt as plain data: both intervals, whose it is, what it is worth to find out."""
    return {
        **_of_draws(doubt),
        "differences": {
            name: _plain(doubt.table.loc[[name]].droplevel(0)) for name in doubt.others
        },
        "keys": {name: _plain(doubt.of_keys(TOLD, name)) for name in doubt.others},
        "worth_of_all": None if len(doubt.scenarios) == 1 else doubt.worth_of_all(),
        "measure": TOLD,
    }


def as_rows(doubt: StageDoubt | SettingDoubt) -> dict[str, Any]:
    """The doubt of a weak point or a best setting as plain data."""
    rows = doubt.table.reset_index(names="setting" if "mean" in doubt.table else "stage")
    return {**_of_draws(doubt), "rows": json.loads(rows.to_json(orient="records"))}


def _of_draws(doubt: Doubt | StageDoubt | SettingDoubt) -> dict[str, Any]:
    return {
        "draws": len(doubt.draws), "fitted": doubt.draws.fitted, "keys_drawn": doubt.draws.keys
    }  # fmt: skip


def _plain(table: pd.DataFrame) -> Any:
    return json.loads(table.to_json(orient="index"))
