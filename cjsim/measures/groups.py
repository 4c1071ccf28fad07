"""Parts of the market, and the tables that have one row per part or per step of a lens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.journey import Lens
from cjsim.measures.log import Log
from cjsim.model.population import ADOPTERS, MOTIVES

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[Any]

BY = ("segment", "motive", "adopter")
"""What people can be grouped by."""


@dataclass(frozen=True)
class Groups:
    """Parts of the market that share no one and leave no one out; `by` None is one part, all.

    Money and deals *per person* are per head of the market, `sizes`. With newcomers the log holds
    more lives than that; shares of people are of those seen in it (`visits.seen`).
    """

    by: str | None
    names: tuple[str, ...]
    of: Ints  # each person's group, of all lives
    at_start: int  # how many of them are there at the start: the market's size

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> Ints:
        """People in each group of the market: whoever is there at the start."""
        return np.bincount(self.of[: self.at_start], minlength=len(self))

    def count(self, person: Numbers) -> Ints:
        """How many of these rows belong to each group."""
        return np.bincount(self.of[person], minlength=len(self))

    def total(self, person: Numbers, amount: Numbers) -> Floats:
        """The sum of `amount` over the rows of each group."""
        return np.bincount(self.of[person], amount, len(self)).astype(float)

    def sum(self, amount: Numbers) -> Floats:
        """The sum over the people of each group of one number per person."""
        return np.bincount(self.of, amount, len(self)).astype(float)

    def table(self, person: Numbers, column: Numbers, columns: int) -> Ints:
        """Rows counted by group and by the number in `column`: shape (groups, columns)."""
        cell = self.of[person] * columns + column
        return np.bincount(cell, minlength=len(self) * columns).reshape(len(self), columns)

    def index(self) -> pd.CategoricalIndex:
        """The names of the groups, as an index."""
        import pandas as pd

        ordered = self.by == "adopter"
        return pd.CategoricalIndex(
            self.names, categories=list(self.names), ordered=ordered, name=self.by or "people"
        )


def groups(run: Record | Log, by: str | None) -> Groups:
    """The parts of a run's market; a misspelt `by` raises ValueError with the nearest spelling."""
    if by is None:
        at_start = run.lives if isinstance(run, Log) else len(run)
        return Groups(None, ("all",), np.zeros(run.lives, np.int64), at_start)
    if isinstance(run, Log):
        raise ValueError(f"by = {by!r}: a log tells nothing of what people are like")
    everybody, size = run.everybody, len(run)
    if by == "segment":
        return Groups(by, everybody.segment_names, everybody.segment, size)
    if by == "motive":
        return Groups(by, MOTIVES, everybody.motive, size)
    if by == "adopter":
        return Groups(by, ADOPTERS, everybody.adopter, size)
    from cjsim.labels import unknown

    raise unknown("way to group people", by, BY)


def ratio(part: Numbers, whole: Numbers) -> Floats:
    """part / whole, NaN where there is no whole."""
    quotient = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=quotient, where=np.asarray(whole) != 0)
    return quotient


def by_group(columns: Mapping[str, Numbers], parts: Groups) -> pd.DataFrame:
    """A table with one row per group: each column holds one number per group."""
    import pandas as pd

    return pd.DataFrame(dict(columns), index=parts.index())


def steps_index(lens: Lens) -> pd.CategoricalIndex:
    """The steps of a lens, in their order."""
    import pandas as pd

    name = "stage" if lens.name == "twelve" else "step"
    return pd.CategoricalIndex(lens.steps, categories=list(lens.steps), ordered=True, name=name)


def by_step(columns: Mapping[str, Numbers], parts: Groups, lens: Lens) -> pd.DataFrame:
    """A table with one row per step (and group): each column has the shape (groups, steps)."""
    import pandas as pd

    flat = {name: np.asarray(values).reshape(-1) for name, values in columns.items()}
    steps = steps_index(lens)
    if parts.by is None:
        return pd.DataFrame(flat, index=steps)
    return pd.DataFrame(flat, index=pd.MultiIndex.from_product([parts.index(), steps]))


def stacked(frames: list[pd.DataFrame], parts: Groups) -> pd.DataFrame:
    """One frame per group on top of each other, the group as outer index; one group stays bare."""
    import pandas as pd

    if parts.by is None:
        return frames[0]
    return pd.concat(frames, keys=parts.index(), names=[parts.by])
