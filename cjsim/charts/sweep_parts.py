"""What the charts of a sweep have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cjsim.experiment.sweep import Sweep

if TYPE_CHECKING:
    import pandas as pd


def check_scenarios(sweep: Sweep) -> None:
    if len(sweep.names) < 2:
        raise ValueError(
            f"nobody can be ahead of {sweep.names[0]!r}, the only scenario of this sweep; give "
            "cjsim.sweep two or more"
        )


def check_numbers(sweep: Sweep, key: str) -> None:
    if not in_numbers(sweep, key):
        raise ValueError(f"{key}: holds words, and an axis needs numbers; sweep.phase() has them")


def check_measured(gaps: pd.Series[float], measure: str) -> None:
    if gaps.isna().all():
        raise ValueError(f"{measure}: has no value in any cell of this sweep, so nothing is drawn")


def has_one_run(table: pd.DataFrame) -> bool:
    """Is there no interval anywhere, and nothing clear without one?"""
    clear = "clear" in table and table["clear"].any()  # means of one strategy are clear of nothing
    return bool(table["low"].isna().all() and not clear)


def in_numbers(sweep: Sweep, key: str) -> bool:
    """Does a key of a sweep hold numbers only?"""
    return all(isinstance(value, int | float | np.number) for value in sweep.settings[key])


def flips(sweep: Sweep, measure: str) -> pd.DataFrame:
    """Where the lead of two changes hands over two keys; see `Sweep.flip_line`.

    Along the first key; along the second where the first shows no crossing: the columns are the
    key that is held, the key that crosses, and `up`.
    """
    import pandas as pd

    x, y = sweep.settings.columns
    lines = (
        sweep.flip_line(measure, along, held)
        for along, held in ((x, y), (y, x))
        if in_numbers(sweep, along)
    )
    return next((line for line in lines if len(line)), pd.DataFrame(columns=[y, x, "up"]))
