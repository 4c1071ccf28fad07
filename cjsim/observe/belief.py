"""What a firm believes of each person it knows, recomputed along the log, and how right it is.

    judged = beliefs(run)                    # every 30 days, of all whom it knows
    judged.right(), judged.told()            # share right, and what it thinks that share is
    brier(judged), reliability(judged), confusion(judged)

The filter here is written once more, in numpy and from the log, apart from that of the engines
(`model.rules`): both must believe the same. It knows the expert's chain (`model.chain`) and what
the firm's systems see: who is known, who came, who bought, what was answered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.journey import GONE, STAGES
from cjsim.model import chain, parameters, rules
from cjsim.model.chain import AFTER_DECLINE, AFTER_FIRST, AFTER_REPEAT, ON_TRIAL, PLACED
from cjsim.model.events import Event
from cjsim.model.population import opening
from cjsim.model.streams import ANSWER, block
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import periods

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.run import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Row = tuple[int, float, int, Floats]
"""Person, time, stage, belief."""

EVERY_DAYS: Final = 30.0
"""How often beliefs are held against the truth unless said."""
CERTAIN: Final = {
    Event.FIRST_DEAL: AFTER_FIRST,
    Event.REPEAT_DEAL: AFTER_REPEAT,
    Event.TRYOUT: ON_TRIAL,
    Event.DECLINED: AFTER_DECLINE,
}
"""What leaves no doubt, and the row of the chain that says where it leads."""
OF_ONE_CONTACT: Final = (Event.KNOWN, Event.OPT_OUT, Event.STAYS)
"""What a contact writes behind itself."""


@dataclass(frozen=True)
class Judged:
    """Beliefs beside the truth, one row for each person and time.

    Parameters
    ----------
    person, time : whose, and when [days].
    stage : where the person stood.
    odds : the belief, one column for each stage but GONE; rows sum to 1.
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


# --- the filter, once more ----------------------------------------------------------------------


class Filter:
    """The firm's chain over all periods of a scenario; beliefs are arrays over the stages."""

    def __init__(self, scenario: Scenario) -> None:
        calendar = periods(scenario)
        self.scenario = scenario
        self.starts = [floor(period.day) for period in calendar]
        self.tables = [np.array(chain.table_of(p.scenario, p.season)) for p in calendar]
        self.opened = floor(opening(scenario))

    @cached_property
    def half(self) -> int:
        """Rows that the powers of one kind take."""
        return (len(self.tables[0]) - chain.POWERS) // 2

    def row(self, day: int, row: int) -> Floats:
        """Where what was seen on a day leads."""
        found: Floats = self.tables[max(0, bisect_right(self.starts, day) - 1)][row]
        return found

    def lived(self, odds: Floats, since: int, day: int, known: bool = True) -> Floats:
        """A belief of one day, some days later; each period by its own chain."""
        ends = [*self.starts[1:], day]
        for table, end in zip(self.tables, [min(end, day) for end in ends], strict=True):
            left, row = max(0, end - since), chain.POWERS + self.half * known
            since = max(since, end)
            while left:
                if left % 2:
                    moved = odds @ table[row : row + PLACED]
                    odds = moved / moved.sum() if moved.sum() > 0 else odds
                left, row = left // 2, row + PLACED
        return odds

    def stranger(self, day: int) -> Floats:
        """Where somebody may stand on a day of whom the firm knows nothing."""
        return self.lived(self.tables[0][chain.PRIOR], self.opened, day, known=False)


def weighed(odds: Floats, chances: Floats) -> Floats:
    """Bayes; what was held for impossible is believed once it is seen."""
    found = odds * chances
    if found.sum() > 0:
        odds = found / found.sum()
    elif chances.sum() > 0:
        odds = chances / chances.sum()
    return odds


def confusion_of(accuracy: float, optimism: float) -> Floats:
    """P(answer | stage): rows are stages, columns answers; each row sums to 1.

    >>> confusion_of(0.7, 0.7)[3].round(3).tolist()[:7]
    [0.0, 0.045, 0.045, 0.7, 0.105, 0.105, 0.0]
    """
    market: Any = _Reader(accuracy, optimism)
    stages = range(PLACED)
    return np.array([[rules.chance_of_answer(market, s, a) for a in stages] for s in stages])


@dataclass(frozen=True)
class _Reader:
    accuracy: float
    optimism: float


def beliefs(run: Run, every_days: float = EVERY_DAYS) -> Judged:
    """What the firm believes of all whom it knows, every so many days, beside the truth.

    The scenario need not filter: the belief is what a filter would have made of the run.

    Parameters
    ----------
    run : with every row of its log, and without a burn-in: the firm's records begin at its start.
    every_days : how often.

    Raises ValueError for a run that cannot tell.
    """
    _wanted(run)
    if not every_days > 0:
        raise ValueError(f"every_days: {every_days!r}; more than 0 days")
    times = [n * every_days for n in range(1, ceil(run.scenario.horizon_days / every_days))]
    return _judged(row for replay in _replays(run) for row in replay.at(times))


def beliefs_at_pushes(run: Run) -> Judged:
    """The same whenever a push takes place at once: what the firm believed as it went."""
    _wanted(run)
    return _judged(row for replay in _replays(run) for row in replay.at_pushes())


def _wanted(run: Run) -> None:
    if run.events.level != "all":
        raise ValueError("beliefs are made of contacts: simulate with log='all'")
    if run.scenario.burn_in_days:
        raise ValueError(
            "burn_in_days: the firm's records began before the log; set it to 0 to recompute them"
        )


def _judged(rows: Iterator[Row]) -> Judged:
    listed = list(rows)
    person, time, stage, odds = zip(*listed, strict=True) if listed else ((), (), (), ())
    return Judged(
        np.array(person, int), np.array(time, float), np.array(stage, int),
        np.array(odds, float).reshape(-1, PLACED),
    )  # fmt: skip


def _replays(run: Run) -> Iterator[_Replay]:
    """Each person's rows, in their order."""
    rows = run.events.rows
    rows = rows[np.argsort(rows["person"], kind="stable")]
    firm = _Firm(run)
    ends = np.flatnonzero(np.diff(rows["person"])) + 1
    for mine in np.split(rows, ends):
        if len(mine):
            yield _Replay(firm, mine)


class _Firm:
    """What is the same for all people of a run."""

    def __init__(self, run: Run) -> None:
        scenario = run.scenario
        self.run, self.filter = run, Filter(scenario)
        self.touchpoints = list(scenario.touchpoints.values())
        self.fits = parameters.fits(scenario)[:, :PLACED]
        calendar = periods(scenario)
        self.days = [period.day for period in calendar]
        self.hears = [[t.hears for t in p.scenario.touchpoints.values()] for p in calendar]
        self.markets = [
            parameters.parameters_of(p.scenario, len(run), run.seed, p.season) for p in calendar
        ]
        self.columns = [confusion_of(m.accuracy, m.optimism) for m in self.markets]

    def period(self, time: float) -> int:
        """Which period holds at a time."""
        return max(0, bisect_right(self.days, time) - 1)


class _Replay:
    """One person's belief, row by row."""

    def __init__(self, firm: _Firm, rows: npt.NDArray[Any]) -> None:
        self.firm, self.rows, self.person = firm, rows, int(rows["person"][0])
        self.odds: Floats | None = None
        self.day = self.asked = 0

    def at(self, times: Sequence[float]) -> Iterator[Row]:
        """The belief and the truth at some times, while the firm knows the person."""
        done = 0
        for time in times:
            end = int(np.searchsorted(self.rows["time"], time, side="left"))
            for _ in self._read(done, end):
                pass
            done = end
            stage = int(self.rows["stage"][end - 1]) if end else GONE
            if self.odds is not None and stage != GONE:
                self._live(time)
                yield self.person, time, stage, self.odds

    def at_pushes(self) -> Iterator[Row]:
        """The belief before each push."""
        for row in self._read(0, len(self.rows)):
            if self.odds is not None and self._touchpoint(row).contact == "push":
                self._live(row["time"])
                yield self.person, float(row["time"]), int(row["stage"]), self.odds

    def _read(self, begin: int, end: int) -> Iterator[Any]:
        """Learn from some rows; each contact is handed out before it is taken note of."""
        contact = None
        for row in self.rows[begin:end]:
            event = int(row["event"])
            if contact is not None and event not in OF_ONE_CONTACT:
                self._note(contact)
                contact = None
            if event == Event.CONTACT:
                contact = row
                yield row
            elif event in CERTAIN:
                self._begin(row["time"])
                self.odds = self.firm.filter.row(self.day, CERTAIN[Event(event)])
            elif event == Event.KNOWN or (event == Event.START and self._is_listed()):
                self._begin(row["time"])
        if contact is not None:
            self._note(contact)

    def _is_listed(self) -> bool:
        return bool(self.firm.run.everybody.on_cold_list[self.person])

    def _touchpoint(self, row: Any) -> Any:
        return self.firm.touchpoints[row["touchpoint"]]

    def _begin(self, time: float) -> None:
        if self.odds is None:
            self.day = floor(time)
            self.odds = self.firm.filter.stranger(self.day)
        self._live(time)

    def _live(self, time: float) -> None:
        assert self.odds is not None
        day = floor(time)
        self.odds = self.firm.filter.lived(self.odds, self.day, day)
        self.day = day

    def _note(self, row: Any) -> None:
        """A contact: they came by themselves, they answered."""
        if self.odds is None:
            return
        self._live(row["time"])
        if self._touchpoint(row).contact == "pull":
            self.odds = weighed(self.odds, self.firm.fits[row["touchpoint"]])
        period = self.firm.period(row["time"])
        hears = self.firm.hears[period][row["touchpoint"]]
        if hears > 0:
            heard, seen, off, _ = block(self.firm.run.seed, self.person, self.asked, ANSWER)
            self.asked += 1
            if heard < hears:
                somebody: Any = _Somebody(int(row["stage"]))
                answer = rules.believe(somebody, self.firm.markets[period], seen, off)
                self.odds = weighed(self.odds, self.firm.columns[period][:, answer])


@dataclass(frozen=True)
class _Somebody:
    stage: int


# --- how right it is ----------------------------------------------------------------------------


def brier(judged: Judged) -> float:
    """Brier score: the mean of the squared distances of the odds from what was so, 0..2.

    0 is sure and right; one who knows nothing and says so for n stages has 1 - 1/n.
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
    """
    import pandas as pd

    said = judged.odds.max(axis=1)
    part = np.minimum((said * bins).astype(int), bins - 1)
    frame = pd.DataFrame(
        {"said": said, "so": judged.believed == judged.stage, "person": judged.person}
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
    """How often people at a stage (rows) were believed at a stage (columns), counts."""
    import pandas as pd

    keys = [stage.key for stage in STAGES[:PLACED]]
    counts = np.zeros((PLACED, PLACED), int)
    np.add.at(counts, (judged.stage, judged.believed), 1)
    return pd.DataFrame(
        counts, pd.Index(keys, name="stage"), pd.Index(keys, name="believed")
    )  # fmt: skip
