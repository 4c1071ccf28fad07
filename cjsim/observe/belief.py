"""What a firm believes of each person it knows, recomputed along the log, and how right it is.

judged = beliefs(run)                    # every 30 days, of all whom it knows
judged.right(), judged.told()            # share right, and what it thinks that share is
brier(judged), reliability(judged), confusion(judged)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cjsim.journey import STAGES
from cjsim.model.chain import PLACED
from cjsim.observe.filter import Floats, Row, replays

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.run import Run

Ints = npt.NDArray[np.int64]

EVERY_DAYS: Final = 30.0
"""How often beliefs are held against the truth unless said."""


@dataclass(frozen=True)
class Judged:
    """Beliefs beside the truth, one row for each person and time.

    Parameters
    ----------
    person, time : whose, and when [days].
    stage : where the person stood.
    odds : the belief, one column for each stage but GONE; rows sum to 1.

    It is what `beliefs` and `beliefs_at_pushes` return.

    >>> import cjsim
    >>> from cjsim.observe import beliefs
    >>> judged = beliefs(cjsim.simulate("phone", people=50), every_days=90)
    >>> len(judged), judged.odds.shape
    (515, (515, 15))
    >>> round(judged.right(), 2), round(judged.told(), 2)  # right so often; so sure
    (0.82, 0.85)
    """

    person: Ints
    time: Floats
    stage: Ints
    odds: Floats

    def __len__(self) -> int:
        return len(self.person)

    @property
    def believed(self) -> Ints:
        """The likeliest stage; among equals the earlier."""
        return np.asarray(self.odds.argmax(axis=1), np.int64)

    def right(self) -> float:
        """The share of beliefs that were right."""
        return float((self.believed == self.stage).mean())

    def told(self) -> float:
        """The share that would be right if the odds were true.

        Where they are, this is the Bayes bound: no rule that sees the same is right more often.
        """
        return float(self.odds.max(axis=1).mean())


def beliefs(run: Run, every_days: float = EVERY_DAYS) -> Judged:
    """What the firm believes of all whom it knows, every so many days, beside the truth.

    The scenario need not filter: the belief is what a filter would have made of the run.

    Parameters
    ----------
    run : with every row of its log. The firm's records begin with its burn-in, which is lived once
        more for them.
    every_days : how often, above 0 [days]; the first time is so many days after day 0.

    Returns them as `Judged`. Raises ValueError for a run that cannot tell, or days that are none.

    >>> import cjsim
    >>> from cjsim.observe import beliefs
    >>> judged = beliefs(cjsim.simulate("phone", people=50), every_days=365)
    >>> sorted(set(judged.time.tolist()))
    [365.0, 730.0, 1095.0, 1460.0]
    """
    _wanted(run)
    if not every_days > 0:
        raise ValueError(f"every_days: {every_days!r}; more than 0 days")
    times = [n * every_days for n in range(1, ceil(run.scenario.horizon_days / every_days))]
    return _judged(row for replay in replays(run) for row in replay.at(times))


def beliefs_at_pushes(run: Run) -> Judged:
    """What the firm believes of somebody each time it goes to them, beside the truth.

    Parameters
    ----------
    run : as for `beliefs`. Pushes of the burn-in are not among them.

    Returns them as `Judged`, a row for each push that takes place at once: the belief is the one
    before it. Raises ValueError for a run that cannot tell.

    >>> import cjsim
    >>> from cjsim.observe import beliefs_at_pushes
    >>> firm = cjsim.Scenario.load("phone", strategy="guide")
    >>> judged = beliefs_at_pushes(cjsim.simulate(firm, people=50))
    >>> len(judged), round(judged.right(), 2)
    (1349, 0.87)
    """
    _wanted(run)
    return _judged(row for replay in replays(run) for row in replay.at_pushes())


def _wanted(run: Run) -> None:
    if run.events.level != "all":
        raise ValueError("beliefs are made of contacts: simulate with log='all'")


def _judged(rows: Iterator[Row]) -> Judged:
    listed = list(rows)
    person, time, stage, odds = zip(*listed, strict=True) if listed else ((), (), (), ())
    return Judged(
        np.array(person, int), np.array(time, float), np.array(stage, int),
        np.array(odds, float).reshape(-1, PLACED),
    )  # fmt: skip


# --- how right it is ----------------------------------------------------------------------------


def brier(judged: Judged) -> float:
    """Brier score: the mean of the squared distances of the odds from what was so, 0..2.

    0 is sure and right; one who knows nothing and says so for n stages has 1 - 1/n.

    Parameters
    ----------
    judged : beliefs and the truth.

    Returns the score, a number; NaN where there are no beliefs.

    >>> import numpy as np
    >>> from cjsim.observe import Judged, brier
    >>> sure, even = np.eye(15)[[3]], np.full((1, 15), 1 / 15)
    >>> [round(brier(Judged([0], [30.0], np.array([3]), odds)), 2) for odds in (sure, even)]
    [0.0, 0.93]
    """
    truth = judged.stage[:, None] == np.arange(PLACED)
    return float(((judged.odds - truth) ** 2).sum(axis=1).mean())


def reliability(judged: Judged, bins: int = 10) -> pd.DataFrame:
    """When the firm says so many per cent, in how many per cent is it so?

    Parameters
    ----------
    judged : beliefs and the truth.
    bins : equal parts of 0..1 in which the odds of the believed stage are put together.

    Returns a row for each part that has any: said (mean odds), so (share right) with low and high
    (Wilson's 95 % limits, by people: the beliefs of one person are not independent), beliefs and
    people, how many.

    >>> import cjsim
    >>> from cjsim.observe import beliefs, reliability
    >>> judged = beliefs(cjsim.simulate("phone", people=50), every_days=90)
    >>> print(reliability(judged, bins=4).round(2))
       said    so   low  high  beliefs  people
    0  0.42  0.45  0.24  0.69       20      15
    1  0.62  0.53  0.36  0.69      128      31
    2  0.95  0.94  0.81  0.98      367      37
    """
    import pandas as pd

    claimed = judged.odds.max(axis=1)
    part = np.minimum((claimed * bins).astype(int), bins - 1)
    frame = pd.DataFrame(
        {"said": claimed, "so": judged.believed == judged.stage, "person": judged.person}
    )
    grouped = frame.groupby(part)
    table = grouped.agg(
        said=("said", "mean"), so=("so", "mean"),
        beliefs=("so", "size"), people=("person", "nunique"),
    )  # fmt: skip
    low, high = _wilson(table["so"].to_numpy(), table["people"].to_numpy())
    table.insert(2, "low", low)
    table.insert(3, "high", high)
    return table.reset_index(drop=True)


def _wilson(share: Floats, n: Ints) -> tuple[Floats, Floats]:
    """Limits of a share of n (Wilson 1927)."""
    z = 1.959963984540054
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def confusion(judged: Judged) -> pd.DataFrame:
    """How often people at a stage were believed at a stage.

    Parameters
    ----------
    judged : beliefs and the truth.

    Returns the counts: a row for the stage where people stood, a column for the likeliest one.

    >>> import cjsim
    >>> from cjsim.observe import beliefs, confusion
    >>> table = confusion(beliefs(cjsim.simulate("phone", people=50), every_days=90))
    >>> table.loc["unaware", ["unaware", "with_rival"]].to_dict()
    {'unaware': 13, 'with_rival': 7}
    """
    import pandas as pd

    keys = [stage.key for stage in STAGES[:PLACED]]
    counts = np.zeros((PLACED, PLACED), int)
    np.add.at(counts, (judged.stage, judged.believed), 1)
    return pd.DataFrame(
        counts, pd.Index(keys, name="stage"), pd.Index(keys, name="believed")
    )  # fmt: skip
