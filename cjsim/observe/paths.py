"""Paths: which touchpoints a person met, in order, and whether a deal came at the end.

A path ends with a deal, or with the end of what was seen. Whoever makes several deals has a path to
each: what comes after a deal is on the way to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.data.files import log_of
from cjsim.labels import unknown
from cjsim.measures.visits import by_person

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEALS: Final = ("first", "all")


@dataclass(frozen=True)
class Paths:
    """Paths as flat arrays: a row per path, and the steps of all of them one behind the other.

    Parameters
    ----------
    channels : names, in alphabetical order.
    step : for each step its place in `channels`; path after path.
    begin : for each path where its steps begin; one more entry for the end.
    deals, nothing : how many people went it and made the deal at its end, or did not.
    value : what their deals are worth [money].
    ago : for each step the days before the path's end; None where nobody knows.

    They are what `paths_of` makes of a log; `Paths.of` makes them of a table of paths.

    >>> from cjsim.observe import Paths
    >>> paths = Paths.of([(["mail", "site"], 2, 1), (["site", "site"], 1, 8), ([], 1, 5)])
    >>> print(paths.variants()[["path", "steps", "people", "deals"]])
              path  steps  people  deals
    0         site      1     9.0    1.0
    1                   0     6.0    1.0
    2  mail > site      2     3.0    2.0
    >>> paths.unled, round(paths.entropy(), 2)
    (1.0, 1.46)
    """

    channels: tuple[str, ...]
    step: Ints
    begin: Ints
    deals: Floats
    nothing: Floats
    value: Floats
    ago: Floats | None = None

    def __len__(self) -> int:
        return len(self.deals)

    @cached_property
    def path(self) -> Ints:
        """For each step its path."""
        return np.repeat(np.arange(len(self)), self.length)

    @cached_property
    def length(self) -> Ints:
        """Steps of each path."""
        return np.diff(self.begin)

    @cached_property
    def unled(self) -> float:
        """Deals of paths without a step: they came by themselves, as far as the log knows."""
        return float(self.deals[self.length == 0].sum())

    @classmethod
    def of(cls, rows: Iterable[tuple[Sequence[str], float, float]], value: float = 1.0) -> Paths:
        """From (steps, deals, nothing), as path tables of other tools have them.

        Parameters
        ----------
        rows : of each path its touchpoints in order, how many made the deal, how many did not.
        value : what a deal is worth [money].

        >>> Paths.of([(["mail", "site"], 2, 1), ([], 1, 5)]).channels
        ('mail', 'site')
        """
        table = [(list(steps), float(deals), float(nothing)) for steps, deals, nothing in rows]
        names = sorted({step for steps, _, _ in table for step in steps})
        place = {name: at for at, name in enumerate(names)}
        lengths = np.array([len(steps) for steps, _, _ in table], np.int64)
        deals = np.array([deals for _, deals, _ in table])
        return cls(
            tuple(names),
            np.array([place[step] for steps, _, _ in table for step in steps], np.int64),
            np.append(0, np.cumsum(lengths)),
            deals,
            np.array([nothing for _, _, nothing in table]),
            deals * value,
        )

    def variants(self, most: int | None = None) -> pd.DataFrame:
        """Paths that are alike, together; a touchpoint met several times running counts once.

        Parameters
        ----------
        most : rows; all when not given.

        Returns a row per variant, the commonest first: path ("a > b"), steps, people, deals,
        deal_share, value, value_per_person [money].
        """
        import pandas as pd

        keys = _alike(self)
        names = [" > ".join(self.channels[step] for step in key) for key in keys]
        table = pd.DataFrame({
            "path": names, "steps": [len(key) for key in keys],
            "people": self.deals + self.nothing, "deals": self.deals, "value": self.value,
        })  # fmt: skip
        table = table.groupby(["path", "steps"], as_index=False, sort=False).sum()
        table["deal_share"] = table["deals"] / table["people"]
        table["value_per_person"] = table["value"] / table["people"]
        table = table.sort_values(["people", "path"], ascending=[False, True], ignore_index=True)
        columns = ["path", "steps", "people", "deals", "deal_share", "value", "value_per_person"]
        return table[columns].head(len(table) if most is None else most)

    def entropy(self) -> float:
        """How many trails there are (C170): the entropy of the variants [bits]; 0 for one."""
        share = self.variants()["people"].to_numpy()
        share = share[share > 0] / share.sum()
        return float(-(share * np.log2(share)).sum() + 0.0)


def paths_of(log: Any, deals: str = "first", time_order: bool = True) -> Paths:
    """The paths of all people of a log.

    Parameters
    ----------
    log : a run, a `Log` (an `Observed` is one), a frame, or `Paths`, which stay as they are.
    deals : "first": one path a person, up to the first deal; later rows are left out. "all": a path
        to each deal, and one from the last to the end.
    time_order : False: every contact of a person is on the path to their first deal, those after it
        among them, as in a table that has lost its dates. Only with the first deal.

    Returns the `Paths`. Raises ValueError for a word that is none of these.

    >>> import cjsim
    >>> from cjsim.observe import paths_of
    >>> paths = paths_of(cjsim.simulate("phone", people=50))
    >>> len(paths), int(paths.deals.sum())
    (76, 17)
    >>> paths.variants(most=1)["path"].tolist()
    ['outdoor']
    """
    if isinstance(log, Paths):
        return log
    if deals not in DEALS:
        raise unknown("kind of deals", deals, DEALS)
    if not time_order and deals != "first":
        raise ValueError('time_order = False: without an order there is one deal, deals = "first"')
    table = log_of(log)
    return _paths(table, deals, time_order)


def _paths(log: Any, deals: str, time_order: bool) -> Paths:
    """The rows of people put together, cut into paths at their deals."""
    from cjsim.model.events import Event

    rows, lives = log.events.rows, log.lives
    is_deal = rows["event"] == Event.FIRST_DEAL
    if deals == "all":
        is_deal |= rows["event"] == Event.REPEAT_DEAL
    met = (rows["event"] == Event.CONTACT) & (rows["touchpoint"] >= 0)
    row = np.flatnonzero(is_deal | met)
    row = row[by_person(rows["person"][row])]
    person, ends = rows["person"][row].astype(np.int64), is_deal[row]
    dealt_before = np.cumsum(ends) - ends  # deals of all rows before this one
    first = np.append(True, person[1:] != person[:-1])[: len(row)]
    at_first = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    nth = dealt_before - dealt_before[at_first]  # deals of this person before this row
    if deals == "first":
        keep = (nth == 0) if time_order else np.ones(len(row), bool)
        row, person, ends, nth = row[keep], person[keep], ends[keep], 0 * nth[keep]
    most = int(nth.max(initial=0)) + 1
    key = person * most + nth
    if deals == "first":  # who is known by a name alone has a path without steps
        keys = np.arange(lives)
    else:
        keys = np.unique(np.concatenate([key, np.arange(lives) * most]))
    path = np.searchsorted(keys, key)
    ended, steps = path[ends], ~ends
    worth = rows["amount"][row[ends]]
    count = np.bincount(ended, minlength=len(keys)).astype(float)
    end = np.full(len(keys), float(log.days))
    end[ended] = rows["time"][row[ends]]
    return Paths(
        log.events.touchpoints,
        rows["touchpoint"][row[steps]].astype(np.int64),
        np.append(0, np.cumsum(np.bincount(path[steps], minlength=len(keys)))),
        count,
        1.0 - count,
        np.bincount(ended, worth, len(keys)).astype(float),
        np.abs(end[path[steps]] - rows["time"][row[steps]]),
    )


def _alike(paths: Paths) -> list[tuple[int, ...]]:
    """Each path without repetitions running."""
    step, path = paths.step, paths.path
    new = np.append(True, (step[1:] != step[:-1]) | (path[1:] != path[:-1]))[: len(step)]
    step, counts = step[new].tolist(), np.bincount(path[new], minlength=len(paths))
    ends = np.cumsum(counts).tolist()
    return [tuple(step[end - size : end]) for end, size in zip(ends, counts.tolist(), strict=True)]
