"""Shares that somebody has written down: rows of a table, and what is wrong with them, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of, shown
from cjsim.labels import unknown
from cjsim.labels.visible import visible

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STRENGTH: Final = 50.0
"""Observed passages that a row is worth of which its expert says no number."""
MOST: Final = 1e9
ROUNDED: Final = 0.005
"""By so much the shares of a row may miss 1: they were rounded when they were written down."""
WORDS: Final = ("title", "strength")
"""Keys of a file that are no states."""
TOLD: Final = 30
"""Mistakes that are told at once."""


def strength_of(key: str, given: object) -> float:
    """A number of passages; raises ValueError for what is none.

    >>> strength_of("strength", 40)
    40.0
    """
    number = number_of(key, given)
    if not 0 <= number <= MOST:
        raise ValueError(f"{key} = {number:g}: must be a number of passages from 0 to {MOST:g}")
    return number


class Reader:
    """Makes passages of rows of shares, and tells all that is wrong with them at once.

    Parameters
    ----------
    states : the names there are.
    ways : from (rows) to, whether there is such a way.
    place : where the rows stand, a file's name, for the errors.
    """

    def __init__(self, states: Sequence[str], ways: Flags, place: str) -> None:
        self.states, self.ways, self.place = list(states), ways, place
        self.wrong: list[str] = []

    def table(self, tables: Mapping[str, Any]) -> tuple[str, Floats]:
        """A whole file: its title, and the passages that all rows are worth.

        >>> reader = Reader(["a", "b"], np.ones((2, 2), bool), "anna.toml")
        >>> reader.table({"strength": 10, "a": {"a": 0.25, "b": 0.75}})[1].tolist()
        [[2.5, 7.5], [0.0, 0.0]]
        """
        title = tables.get("title", "")
        if not isinstance(title, str):
            self._no("title", title, "must be a text")
        worth = self._worth("strength", tables.get("strength", STRENGTH))
        given = {key: row for key, row in tables.items() if key not in WORDS}
        rows = self.rows(given, dict.fromkeys(self.states, worth))
        passages = np.zeros((len(self.states), len(self.states)))
        for name, row in rows.items():
            passages[self.states.index(name)] = row
        return str(title), passages

    def rows(self, said: Mapping[str, Any], usual: Mapping[str, float]) -> dict[str, Floats]:
        """The passages of each row that something is said of.

        Parameters
        ----------
        usual : the strength of each row that says none of its own.

        Raises ValueError with a line for each mistake.
        """
        rows = {}
        for name, row in said.items():
            if name not in self.states:
                self._no(name, None, str(unknown("state", name, (*self.states, *WORDS))))
            elif not isinstance(row, Mapping):
                self._no(name, row, f"must be a table, [{name}], of next states and shares")
            else:
                rows[name] = self._row(name, row, usual[name])
        if self.wrong:
            raise ValueError("\n".join(f"{self.place}: {line}" for line in self.wrong[:TOLD]))
        return rows

    def _row(self, name: str, row: Mapping[str, Any], usual: float) -> Floats:
        ways = self.ways[self.states.index(name)]
        onward = [state for state, there in zip(self.states, ways, strict=True) if there]
        strength = self._worth(f"{name}.strength", row.get("strength", usual))
        shares, before = np.zeros(len(self.states)), len(self.wrong)
        for there, share in row.items():
            key = f"{name}.{there}"
            if there == "strength":
                continue
            if there not in self.states:
                self._no(key, None, str(unknown("next state", there, onward)))
            elif (number := self._share(key, share)) and there not in onward:
                leads = ", ".join(onward)
                self._no(key, share, f"no way leads from {name} to {there}, only to {leads}")
            else:
                shares[self.states.index(there)] = number
        total = float(shares.sum())
        if len(self.wrong) == before and abs(total - 1.0) > ROUNDED:
            self._no(name, None, f"its shares add up to {total:g}; they must add up to 1")
        return np.asarray(strength * shares / total if total > 0 else shares)

    def _share(self, key: str, given: Any) -> float:
        number = given if isinstance(given, int | float) and not isinstance(given, bool) else np.nan
        if 0 <= number <= 1:
            return float(number)
        self._no(key, given, "must be a share from 0 to 1")
        return 0.0

    def _worth(self, key: str, given: Any) -> float:
        try:
            return strength_of(key, given)
        except ValueError:
            self._no(key, given, f"must be a number of passages from 0 to {MOST:g}")
            return 0.0

    def _no(self, key: str, value: Any, allowed: str) -> None:
        what = key if value is None else f"{key} = {shown(value)}"
        self.wrong.append(visible(f"{what}: {allowed}"))
