"""Which setting to take when the inputs are not known: best on average, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cjsim.experiment.doubt import rough
from cjsim.experiment.draws import Draws
from cjsim.experiment.result import Grid, Result, cell, heads
from cjsim.experiment.search import Point, Space
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent, short
from cjsim.measures.summary import in_words
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

ON_A_LINE: Final = 7
"""Settings of one axis that are tried in every draw, the others at their best."""


@dataclass(frozen=True, repr=False)
class SettingDoubt(Result):
    """A few settings, each in every draw of the inputs, all of a draw in the same world.

    Parameters
    ----------
    least : is the least of the measure looked for?
    settings : a row per setting, a column per axis; the first is the best at the file's numbers.
    values : the measure, draws down, settings across. Luck is in them: of settings that are
        nearly as good, luck makes now this one and now that one the best, and adds to regrets.
    """

    scenario: Scenario
    measure: str
    least: bool
    draws: Draws
    people: int
    settings: pd.DataFrame
    values: pd.DataFrame
    seeds: tuple[int, ...]
    confidence: float = 0.95

    @cached_property
    def table(self) -> pd.DataFrame:
        """The settings, best on average first; beside the axes stand

        mean : of the measure over the draws.
        best_in : the share of draws in which it is the best of these; equals share.
        regret, regret_high : how far it is behind the best of its draw, on average, and in the
            worst of twenty draws.
        """
        known = self.values.dropna()
        behind = -self._goodness(known).sub(self._goodness(known).max(axis=1), axis=0)
        best = (behind <= 0).div((behind <= 0).sum(axis=1), axis=0)
        table = self.settings.assign(
            mean=known.mean(), best_in=best.mean(),
            regret=behind.mean(), regret_high=behind.quantile(0.95),
        )  # fmt: skip
        return table.sort_values("mean", ascending=self.least, kind="stable")

    def _goodness(self, values: pd.DataFrame) -> pd.DataFrame:
        return -values if self.least else values

    @property
    def robust(self) -> dict[str, float]:
        """The setting that is best on average over the draws: axis -> value."""
        return {str(axis): float(self.table.iloc[0][axis]) for axis in self.settings}

    @cached_property
    def best(self) -> pd.DataFrame:
        """The best setting of each draw: draws down, axes across."""
        known = self.values.dropna()
        first = self._goodness(known).idxmax(axis=1)
        return self.settings.loc[first].set_index(known.index)

    def says(self, lang: str = SPOKEN) -> str:
        """The robust setting, where the best one lies in the draws, and what doubt costs."""
        if not len(self.values.dropna()):
            return text("doubt.no_setting", lang)
        row = self.table.iloc[0]
        ends = self.best.quantile([0.05, 0.95])
        parts = [
            text("doubt.axis", lang).format(
                axis=axis, value=short(value, lang), low=short(ends[axis].iloc[0], lang),
                high=short(ends[axis].iloc[1], lang),
            )
            for axis, value in self.robust.items()
        ]  # fmt: skip
        return text("doubt.robust", lang).format(
            parts="; ".join(parts), n=number(len(self.draws), lang),
            which=text(f"doubt.{'fitted' if self.draws.fitted else 'possible'}", lang),
            share=per_cent(row["best_in"], lang),
            measure=in_words(self.measure, self.scenario.money, lang),
            regret=rough(row["regret"], row["regret_high"], lang, signed=False),
            regret_high=rough(row["regret_high"], row["regret_high"], lang, signed=False),
        )  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """The settings, their values in each draw, and the draws."""
        return {
            "doubt-settings": self.table.reset_index(names="setting"),
            "doubt-values": self.values.reset_index(),
            "doubt-draws": self.draws.values.reset_index(names="draw"),
        }

    def _scenarios(self) -> dict[str, Scenario]:
        return {self.scenario.name: self.scenario}

    def _grid(self, lang: str) -> Grid:
        axes = list(map(str, self.settings))
        words = heads(["mean", "best_in", "regret"], lang)
        rows = [
            [
                *(cell(row[axis], lang) for axis in axes),
                cell(row["mean"], lang), per_cent(row["best_in"], lang), cell(row["regret"], lang),
            ]
            for _, row in self.table.iterrows()
        ]  # fmt: skip
        return [*axes, *words], rows


def candidates(space: Space, best: Point, now: Point) -> list[Point]:
    """The best setting, the one as it is, and some along each axis with the others at best."""
    points = [best, now]
    for i, axis in enumerate(space.axes):
        moved = space.moved(best, i, axis.spread(axis.low, axis.high, ON_A_LINE))
        points += [tuple(map(float, point)) for point in moved]
    return list(dict.fromkeys(points))
