"""How flat a top is: what the settings around the best one lose, on luck the search has not seen.

The best of many tried is partly the luckiest. Who compares with it on the runs of the search finds
the others too bad, and the truly best among them. So the best and its neighbours are measured again
on fresh runs, which did not choose it: there a setting that is truly no worse is called clearly
worse as seldom as the interval says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cjsim.experiment.intervals import difference
from cjsim.experiment.search import Axis, Floats, Measured, Point, Space, Tried

if TYPE_CHECKING:
    import pandas as pd

HALVINGS: Final = 3
"""How often the gap between what is good enough and what is not is halved."""


class Flatness(NamedTuple):
    """The settings that differ from the best in one axis, and the range that is good enough.

    lines : axis, at, and the columns of `compared`.
    good_enough : per axis best, low, high, from, to (the range searched), at_edge ("low", "high" or
        ""), worse_within; see `good_enough`.
    """

    lines: pd.DataFrame
    good_enough: pd.DataFrame


def around(
    tried: Tried, fresh: Measured, tolerance: float = 0.01, confidence: float = 0.95
) -> Flatness:
    """Measure the best setting of a search and those on its axes again, closer at the borders.

    Parameters
    ----------
    tried : what the search has tried.
    fresh : the same measure, in runs that the search has not seen.
    tolerance, confidence : see `compared`.
    """
    space = tried.space
    best = tried.best()
    again = Tried(space, fresh, tried.least)
    settings = np.array(list(tried.found))
    again(np.vstack([settings[_on_line(space, best, i, settings)] for i in range(len(space.axes))]))
    for halvings in range(HALVINGS + 1):
        on_lines = lines(space, best, compared(again, best, tolerance, confidence))
        axes = range(len(space.axes))
        borders = [border for i in axes for border in _gaps(space, best, i, on_lines)]
        if halvings == HALVINGS or not borders:
            break
        again(np.vstack([space.moved(best, i, np.array([value])) for i, value in borders]))
    return Flatness(on_lines, good_enough(space, best, on_lines))


def compared(
    tried: Tried, best: Point, tolerance: float = 0.01, confidence: float = 0.95
) -> pd.DataFrame:
    """Every setting tried against one of them.

    Returns one row per setting: its axes; value, the mean of the measure; difference to `best` run
    by run, with low and high of its t interval; clear, does that leave zero out? good: it is not
    clearly worse, or by at most `tolerance` of the best setting's value.
    """
    import pandas as pd

    runs = pd.DataFrame(np.array(list(tried.found.values())).T)
    table = difference(runs.sub(tried.found[best], axis=0), confidence)
    alike = table["low"].isna() & (runs.count() > 1)  # as the best itself is: no luck in between
    for end in ("low", "high"):
        table[end] = table[end].where(~alike, table["difference"])
    worse = table["low"] > 0 if tried.least else table["high"] < 0
    size = abs(pd.Series(tried.found[best]).mean())
    small = table["difference"].abs() <= tolerance * size
    table["good"] = table["low"].notna() & (~worse | small)
    table.insert(0, "value", runs.mean())
    axes = pd.DataFrame(list(tried.found), columns=[axis.name for axis in tried.space.axes])
    return axes.join(table)


def lines(space: Space, best: Point, points: pd.DataFrame) -> pd.DataFrame:
    """The settings that differ from the best in one axis: axis, at, and columns of `compared`.

    Shares count as one axis alone where the others keep their ratios.
    """
    import pandas as pd

    names = [axis.name for axis in space.axes]
    settings = points[names].to_numpy(float)
    tables = []
    for i, name in enumerate(names):
        on_line = _on_line(space, best, i, settings)
        line = points[on_line].drop(columns=names).assign(axis=name, at=settings[on_line, i])
        tables.append(line.sort_values("at"))
    table = pd.concat(tables, ignore_index=True)
    return table[["axis", "at", *points.columns.drop(names)]]


def good_enough(space: Space, best: Point, on_lines: pd.DataFrame) -> pd.DataFrame:
    """Per axis the range outside which every value tried is clearly worse than the best.

    A range from low to high ends at the first of them, a whole number one before it. So it holds
    the best value there is, even between those tried, unless a value that is truly no worse was
    called clearly worse. `worse_within` says how many clearly worse ones lie inside: a top with
    two peaks.

    Columns best, low, high, from, to (the range searched), at_edge: "low", "high" or "",
    worse_within.
    """
    import pandas as pd

    rows = []
    for axis, value in zip(space.axes, best, strict=True):
        line = on_lines[on_lines["axis"] == axis.name]
        at = line["at"].to_numpy(float)
        first, last = _good_ends(at, line["good"].to_numpy(bool), value)
        low = _inside(axis, at[first - 1], 1) if first > 0 else at[0]
        high = _inside(axis, at[last + 1], -1) if last + 1 < len(at) else at[-1]
        everywhere = (low, high) == (axis.low, axis.high)  # then no end is special
        edge = "" if everywhere else axis.edge(value)
        within = int((~line["good"].iloc[first : last + 1]).sum())
        rows.append((axis.name, value, low, high, axis.low, axis.high, edge, within))
    names = ["axis", "best", "low", "high", "from", "to", "at_edge", "worse_within"]
    return pd.DataFrame(rows, columns=names).set_index("axis")


def _inside(axis: Axis, worse: float, side: int) -> float:
    """The border of the range that a clearly worse value closes; `side` is where the range lies."""
    return worse + side if axis.whole else worse


def _on_line(space: Space, best: Point, i: int, settings: Floats) -> np.ndarray:
    """Which settings differ from the best in the i-th axis alone?"""
    alone = space.moved(best, i, settings[:, i])
    hair = 1e-9 * np.array([axis.high - axis.low for axis in space.axes])
    return np.asarray((np.abs(settings - alone) <= hair).all(axis=1))


def _good_ends(at: Floats, good: np.ndarray, best: float) -> tuple[int, int]:
    """Places of the first and the last value on a line that are good enough; the best always is."""
    places = [*np.flatnonzero(good).tolist(), int(np.argmin(np.abs(at - best)))]
    return min(places), max(places)


def _gaps(space: Space, best: Point, i: int, on_lines: pd.DataFrame) -> list[tuple[int, float]]:
    """The middles between the outermost values that are good enough and the next ones outside."""
    axis = space.axes[i]
    line = on_lines[on_lines["axis"] == axis.name]
    at = line["at"].to_numpy(float)
    first, last = _good_ends(at, line["good"].to_numpy(bool), best[i])
    middles = []
    for good, bad in ((first, first - 1), (last, last + 1)):
        if 0 <= bad < len(at):
            pair = at[[good, bad]]
            middle = math.floor(pair.mean()) if axis.whole else axis.at(axis.part(pair).mean())
            if middle not in pair:
                middles.append((i, float(middle)))
    return middles
