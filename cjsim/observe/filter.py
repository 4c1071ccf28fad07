"""The firm's filter once more, in numpy and along a run's log, apart from that of the engines.

    for replay in replays(run):          # a person each
        for person, time, stage, odds in replay.at([30.0, 60.0]):
            ...

It is written anew from what the firm knows: the expert's chain (`model.chain`) and what its systems
see. Both must believe the same: the tests hold them against each other.

| seen | tells |
|---|---|
| a visit, with room for it or not | each stage by the fit of what was come to |
| an answer | each stage by its chance to give it |
| an opt-out | each stage by how much the message jars there |
| a buyer at the desk | that somebody buys: 6, or 9 where a repeat deal takes a rep |
| a deal, a trial, a queue left, a tender | where that leads |
| a payment, a notice, one taken back, a pause | that a contract runs: 9 |
| a contract that is not renewed | sleep or the rival, as many as an expert says |

What a firm sends tells nothing, read or not: whether a letter arrives and is opened does not depend
on the stage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.journey import DORMANT, GONE, WITH_RIVAL
from cjsim.model import chain, parameters, rules
from cjsim.model.chain import PLACED
from cjsim.model.events import Event
from cjsim.model.population import opening
from cjsim.model.streams import ANSWER, block
from cjsim.scenario import Scenario
from cjsim.scenario.calendar import Period, periods

if TYPE_CHECKING:
    from cjsim.run import Run

Floats = npt.NDArray[np.float64]
Row = tuple[int, float, int, Floats]
"""Person, time, stage, belief."""

CERTAIN: Final = {
    Event.FIRST_DEAL: chain.AFTER_FIRST,
    Event.REPEAT_DEAL: chain.AFTER_REPEAT,
    Event.TRYOUT: chain.ON_TRIAL,
    Event.DECLINED: chain.AFTER_DECLINE,
    Event.RENEGED: chain.OUT_OF_QUEUE,
    Event.TENDER: chain.AT_TENDER,
    Event.PAYMENT: chain.BOUND,
    Event.NOTICE: chain.BOUND,
    Event.STAYS: chain.BOUND,
    Event.PAUSE: chain.BOUND,
}
"""What leaves no doubt, and the row of the chain that says where it leads."""
MAKES_KNOWN: Final = (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.TRYOUT)
"""Of these, what the firm opens a file at."""
TURNED_AWAY: Final = (Event.FULL, Event.BUDGET, Event.DROPPED)
"""Contacts that do not take place; who came by themselves has come."""
OF_ONE_CONTACT: Final = (Event.KNOWN, Event.OPT_OUT, Event.STAYS)
"""What a contact writes behind itself."""


class Filter:
    """The firm's chain over all periods of a scenario; beliefs are arrays over the stages."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.opened = scenario, floor(opening(scenario))
        self.calendar = list(periods(scenario))
        if scenario.burn_in_days:
            before = {"strategy": scenario.burn_in_strategy}
            self.calendar.insert(0, Period(opening(scenario), scenario.model_copy(update=before)))
        self.days = [period.day for period in self.calendar]
        self.starts = [floor(day) for day in self.days]
        self.tables = [np.array(chain.table_of(p.scenario, p.season)) for p in self.calendar]

    @cached_property
    def half(self) -> int:
        """Rows that the powers of one kind take."""
        return (len(self.tables[0]) - chain.POWERS) // 2

    def period(self, time: float) -> int:
        """Which period holds at a time."""
        return max(0, bisect_right(self.days, time) - 1)

    def row(self, time: float, row: int) -> Floats:
        """What a row of the chain says of something that is seen at a time."""
        chances: Floats = self.tables[self.period(time)][row]
        return chances

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
    product = odds * chances
    if product.sum() > 0:
        odds = product / product.sum()
    elif chances.sum() > 0:
        odds = chances / chances.sum()
    return odds


def confusion_of(accuracy: float, optimism: float) -> Floats:
    """P(answer | stage): how likely a reading is to say each stage, by where somebody stands.

    Parameters
    ----------
    accuracy : chance that a reading is right, 0..1.
    optimism : share of wrong readings that see people further on than they are, 0..1.

    Returns a matrix of 15 x 15 chances: rows are stages but for "gone", columns answers; each row
    sums to 1.

    >>> from cjsim.observe import confusion_of
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


@dataclass(frozen=True)
class _Somebody:
    stage: int


def replays(run: Run) -> Iterator[Replay]:
    """Each person's rows, in their order, those before day 0 too: the burn-in is lived again."""
    rows = run.events.rows
    if run.scenario.burn_in_days:
        again = run.engine(run.scenario, run.everybody, run.seed)
        rows = np.concatenate([again.before_day_0(), rows])
    rows = rows[np.argsort(rows["person"], kind="stable")]
    firm = _Firm(run)
    ends = np.flatnonzero(np.diff(rows["person"])) + 1
    for mine in np.split(rows, ends):
        if len(mine):
            yield Replay(firm, mine)


class _Firm:
    """What is the same for all people of a run."""

    def __init__(self, run: Run) -> None:
        scenario = run.scenario
        self.run, self.filter = run, Filter(scenario)
        self.touchpoints = list(scenario.touchpoints.values())
        self.fits = parameters.fits(scenario)[:, :PLACED]
        calendar = self.filter.calendar
        self.hears = [[t.hears for t in p.scenario.touchpoints.values()] for p in calendar]
        self.markets = [
            parameters.parameters_of(p.scenario, len(run), run.seed, p.season) for p in calendar
        ]
        self.columns = [confusion_of(m.accuracy, m.optimism) for m in self.markets]
        self.pushes = [
            {touch.number: touch for touch in parameters.touches(p.scenario, "push")}
            for p in calendar
        ]

    def jars(self, time: float, touchpoint: int) -> Floats:
        """For each stage how much a push jars that is sent at a time."""
        period = self.filter.period(time)
        market = self.markets[period]
        while touchpoint not in self.pushes[period]:  # booked under an earlier one
            period -= 1
        touch = self.pushes[period][touchpoint]
        return np.array([rules.jars_at(market, touch, stage) for stage in range(PLACED)])


class Replay:
    """One person's belief, row by row.

    `odds` is None as long as the firm does not know the person.
    """

    def __init__(self, firm: _Firm, rows: npt.NDArray[Any]) -> None:
        self.firm, self.rows, self.person = firm, rows, int(rows["person"][0])
        self.odds: Floats | None = None
        self.day = self.asked = 0
        self.noticed = False
        if self._is_listed() and self.person < len(firm.run):
            self._begin(opening(firm.run.scenario))

    def at(self, times: Sequence[float]) -> Iterator[Row]:
        """The belief and the truth at some times, while the firm knows the person."""
        done = 0
        for time in times:
            end = int(np.searchsorted(self.rows["time"], time, side="left"))
            for _ in self.read(done, end):
                pass
            done = end
            stage = int(self.rows["stage"][end - 1]) if end else GONE
            if self.odds is not None and stage != GONE:
                self._live(time)
                yield self.person, time, stage, self.odds

    def at_pushes(self) -> Iterator[Row]:
        """The belief before each push since day 0."""
        for row in self.read(0, len(self.rows)):
            since_day_0 = row["time"] >= 0.0
            if self.odds is not None and since_day_0 and not self._came(row):
                self._live(row["time"])
                yield self.person, float(row["time"]), int(row["stage"]), self.odds

    def read(self, begin: int, end: int) -> Iterator[Any]:
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
            else:
                self._learn(row, event)
        if contact is not None:
            self._note(contact)

    def _learn(self, row: Any, event: int) -> None:
        """Whatever is no contact."""
        time = row["time"]
        listed = event == Event.START and self._is_listed()
        if listed or event == Event.KNOWN or event in MAKES_KNOWN:
            self._begin(time)
        if self.odds is None:
            return
        away = event == Event.ENTER and row["stage"] in (WITH_RIVAL, DORMANT)
        if event in CERTAIN:
            self._settle(time, CERTAIN[Event(event)])
        elif self.noticed and away:
            self._settle(time, chain.CONTRACT_OVER)  # which a firm sees: it is not renewed
        elif event == Event.QUEUE:
            self._weigh(time, self.firm.filter.row(time, chain.AT_DESK))
        elif event == Event.OPT_OUT:
            self._weigh(time, self.firm.jars(time, row["touchpoint"]))
        elif event in TURNED_AWAY and self._came(row):
            self._weigh(time, self.firm.fits[row["touchpoint"]])
        if event == Event.NOTICE:
            self.noticed = True
        elif event in (Event.STAYS, Event.PAUSE, Event.RENEGED) or away:
            self.noticed = False

    def _is_listed(self) -> bool:
        return bool(self.firm.run.everybody.on_cold_list[self.person])

    def _came(self, row: Any) -> bool:
        """By themselves: the firm did not go to them."""
        return bool(self.firm.touchpoints[row["touchpoint"]].contact == "pull")

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

    def _settle(self, time: float, row: int) -> None:
        self._live(time)
        self.odds = self.firm.filter.row(time, row)

    def _weigh(self, time: float, chances: Floats) -> None:
        self._live(time)
        assert self.odds is not None
        self.odds = weighed(self.odds, chances)

    def _note(self, row: Any) -> None:
        """A contact: they came by themselves, they answered."""
        if self.odds is None:
            return
        self._live(row["time"])
        if self._came(row):
            self.odds = weighed(self.odds, self.firm.fits[row["touchpoint"]])
        period = self.firm.filter.period(row["time"])
        hears = self.firm.hears[period][row["touchpoint"]]
        if hears > 0:
            heard, seen, off, _ = block(self.firm.run.seed, self.person, self.asked, ANSWER)
            self.asked += 1
            if heard < hears:
                somebody: Any = _Somebody(int(row["stage"]))
                answer = rules.believe(somebody, self.firm.markets[period], seen, off)
                self.odds = weighed(self.odds, self.firm.columns[period][:, answer])
