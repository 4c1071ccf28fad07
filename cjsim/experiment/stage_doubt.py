"""Which stage is the weak point when the inputs are not known: in how many worlds each is it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from cjsim.experiment.doubt import ENDS, rough
from cjsim.experiment.draws import Draws
from cjsim.experiment.result import Grid, Result, heads
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.measures.summary import in_words
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

TOLD: Final = 3
"""Stages that are told in words."""


@dataclass(frozen=True, repr=False)
class StageDoubt(Result):
    """The gain at each stage in each draw of the inputs, as `WeakPoint` has it for one.

    Parameters
    ----------
    gains : draws down, stages across; a gain above 0 is good. Each draw is lived with luck of its
        own, which is in its gains: a share near those of other stages may be luck's.
    """

    scenario: Scenario
    measure: str
    draws: Draws
    people: int
    gains: pd.DataFrame
    seeds: tuple[int, ...]
    confidence: float = 0.95

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per stage, the one that is the weak point most often first.

        weakest : the share of the draws in which it has the largest gain, of those in which some
            stage has a gain.
        median, low, high : of its gain over the draws, 5-95 %; NaN where nobody can be lost.
        """
        import pandas as pd

        known = self.gains[self.gains.max(axis=1) > 0]
        first = known.idxmax(axis=1)
        ends = self.gains.quantile(ENDS)
        table = pd.DataFrame({
            "weakest": [float((first == stage).mean()) if len(known) else 0.0
                        for stage in self.gains],
            "median": ends.loc[ENDS[1]], "low": ends.loc[ENDS[0]], "high": ends.loc[ENDS[2]],
        })  # fmt: skip
        order = ["weakest", "median"]
        return table.rename_axis("stage").sort_values(order, ascending=False, kind="stable")

    def says(self, lang: str = SPOKEN) -> str:
        """The stages that are the weak point most often, and in how many worlds."""
        told = self.table[self.table["weakest"] > 0].iloc[:TOLD]
        if not len(told):
            return text("doubt.no_stage", lang)
        parts = [
            f"{text(f'stage.{stage}.label', lang)}: {per_cent(share, lang)}"
            for stage, share in told["weakest"].items()
        ]
        which = text(f"doubt.{'fitted' if self.draws.fitted else 'possible'}", lang)
        return text("doubt.stages", lang).format(
            n=number(len(self.draws), lang), which=which, parts=", ".join(parts)
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """How often each is the weak point, the gains, and the draws."""
        return {
            "doubt-stages": self.table.reset_index(),
            "doubt-gains": self.gains.reset_index(),
            "doubt-draws": self.draws.values.reset_index(names="draw"),
        }

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        unit = in_words(self.measure, self.scenario.money, lang)
        words = heads(["stage", "weakest", "doubt_of_gain"], lang)
        rows = []
        for stage, row in self.table.iterrows():
            width = float(np.nan_to_num(row["high"] - row["low"]))
            gain, low, high = (rough(row[name], width, lang) for name in ("median", "low", "high"))
            interval = f"{gain} [{low} .. {high}]"
            label = text(f"stage.{stage}.label", lang)
            rows.append([label, per_cent(row["weakest"], lang), interval])
        return [*words[:2], f"{words[2]}: {unit}"], rows
