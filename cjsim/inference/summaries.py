"""What a log looks like, in some numbers: those by which a simulation is told from what was seen.

    look = Summaries.of(lens, scenario)
    look.names                           # "deals.first.1", "gap.q50", "effect.webinar.first.7", ...
    look(seen)                           # the numbers, in that order; always finite

Counts go in as logarithms per 1,000 people of the market, so that a sample is as good as all of it;
gaps as logarithms of days. What the log does not know is not among them. Horizons come from the
scenario as its file says it, so that all simulations are looked at alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cjsim.inference.auxiliary import BUYING, Buyers, buying, slope
from cjsim.inference.seen import DEALS, Floats, Ints, Lens, Seen
from cjsim.inference.terms import QUARTERS, cases, notice_days
from cjsim.journey import BEFORE_THE_DEAL, REPEAT_DEAL, STAGES, Stage
from cjsim.model.events import EVENTS, Event
from cjsim.scenario import MAY_WALK_AWAY, Scenario
from cjsim.scenario.tables import Contract

WINDOWS: Final = 4
"""Parts of the time looked at, of equal length, in which what happens is counted."""
PARTS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles that are looked at."""
OF_A_CYCLE: Final = (0.5, 1.0, 1.5, 2.5)
"""Horizons of the repeat curve, in cycles as the file has them."""
OF_A_JOURNEY: Final = (0.25, 0.5, 1.0, 2.0)
"""Horizons of the first deal, in journeys as the file has them."""
AFTER_A_CONTACT: Final = (7.0, 28.0)
"""So many days after a contact its deals are counted."""
COUNTED_APART: Final = (
    Event.CONTACT,
    Event.KNOWN,
    Event.FIRST_DEAL,
    Event.REPEAT_DEAL,
    Event.ENTER,
)
"""What is looked at more closely than by its count."""

SEASONAL: Final = (Event.KNOWN, Event.FIRST_DEAL, Event.REPEAT_DEAL)
"""What is looked at by month of the year, where the scenario has a season."""
MONTHS: Final = 12

Part = Iterator[tuple[str, float]]
"""Names and numbers of some summaries."""


@dataclass(frozen=True)
class Summaries:
    """What is read off the rows that a lens shows.

    Parameters
    ----------
    lens : which rows there are.
    cycle, journey : days from deal to deal, and up to the first, as the scenario's file says.
    names : of the numbers, in their order.
    buying : estimate of the buying model at which its slope is taken; () for none.
    contract : as the scenario's file says; None where deals bind to nothing and nobody tries.
    start : date of day 0 of a scenario that has a season; "" for none.
    """

    lens: Lens
    cycle: float
    journey: float
    names: tuple[str, ...]
    buying: tuple[float, ...] = ()
    contract: Contract | None = None
    start: str = ""

    @classmethod
    def of(cls, lens: Lens, scenario: Scenario, seen: Seen | None = None) -> Summaries:
        """The summaries of whatever is seen through this lens.

        With what was seen, how far others are from its own estimate of buying is one of them.
        """
        cycle = scenario.stage_plan(Stage(REPEAT_DEAL)).typical_days
        journey = sum(scenario.stage_plan(stage).typical_days for stage in BEFORE_THE_DEAL)
        best: tuple[float, ...] = ()
        if seen is not None and set(lens.kinds) & set(DEALS):
            best = tuple(map(float, buying(Buyers.of(seen), cycle)))
        binds = scenario.contract.term_days > 0.0 or scenario.contract.trial_days > 0.0
        contract = scenario.contract if binds else None
        start = scenario.start if scenario.season.need else ""
        bare = cls(lens, cycle, journey, (), best, contract, start)
        none = np.zeros(0, np.int64)
        nobody = Seen(np.zeros(0), np.zeros(0), none, none, none, none, 0, lens.days, 1.0)
        return replace(bare, names=tuple(name for name, _ in bare._all(nobody)))

    def __call__(self, seen: Seen) -> Floats:
        """The numbers of these rows."""
        return np.array([value for _, value in self._all(seen)])

    def named(self, seen: Seen) -> dict[str, float]:
        """The same, name -> number."""
        return dict(self._all(seen))

    def _all(self, seen: Seen) -> Part:
        knows = set(self.lens.kinds)
        parts: list[tuple[bool, Callable[[Seen], Part]]] = [
            (True, self._counts),
            (Event.KNOWN in knows, self._leads),
            (bool(knows & {Event.FIRST_DEAL, Event.REPEAT_DEAL}), self._deals),
            (bool(self.buying), self._slopes),
            (self.contract is not None, self._terms),
            (bool(self.start), self._season),
            (Event.CONTACT in knows, self._contacts),
            (Event.ENTER in knows, self._stages),
        ]
        for known, part in parts:
            if known:
                yield from part(seen)

    # --- how often -------------------------------------------------------------------------------

    def _counts(self, seen: Seen) -> Part:
        """Of each kind how often; deals, leads and contacts by part of the time."""
        yield "people", _rate(seen.people, seen)
        window = np.minimum((seen.time * WINDOWS / seen.days).astype(np.int64), WINDOWS - 1)
        table = np.zeros((len(EVENTS), WINDOWS))
        np.add.at(table, (seen.event, window), 1.0)
        for kind in self.lens.kinds:
            if kind == Event.ENTER:
                continue
            if kind not in COUNTED_APART:
                yield f"count.{kind.key}", _rate(table[kind].sum(), seen)
                continue
            for number in range(WINDOWS):
                yield f"{kind.key}.{number + 1}", _rate(table[kind, number], seen)
        for kind in (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT):
            if self.lens.money and kind in self.lens.kinds:
                paid = seen.amount[seen.event == kind]
                yield (
                    f"amount.{kind.key}",
                    float(np.log1p(max(paid.mean(), 0.0))) if len(paid) else 0.0,
                )

    # --- up to the first deal --------------------------------------------------------------------

    def _leads(self, seen: Seen) -> Part:
        """From becoming known to the first deal: how many, and after how long."""
        yield from self._until_deal("lead", _first(seen, Event.KNOWN), seen)

    def _until_deal(self, name: str, since: Floats, seen: Seen) -> Part:
        """Of those who were first seen at some time, who makes the first deal by when."""
        won = _first(seen, Event.FIRST_DEAL)
        came = np.isfinite(since)
        days = np.where(
            came & np.isfinite(won), np.maximum(won - np.where(came, since, 0.0), 0), np.inf
        )
        for horizon in OF_A_JOURNEY:
            end = min(self.journey * horizon, 0.75 * seen.days)
            early = came & (since <= seen.days - end)
            yield f"{name}.by.{horizon:g}", _share(days[early] <= end)
        yield from _quantiles(
            f"{name}.days", np.log1p(days[np.isfinite(days) & (days > 0)]), self.journey
        )

    # --- from deal to deal -----------------------------------------------------------------------

    def _deals(self, seen: Seen) -> Part:
        """How often people buy, after how long again, how long ago last."""
        rows = np.flatnonzero(seen.rows(Event.FIRST_DEAL, Event.REPEAT_DEAL))
        who, when = seen.person[rows], seen.time[rows]
        deals = np.bincount(who, minlength=seen.people)
        buyers = deals[deals > 0]
        yield "buyers", _rate(len(buyers), seen)
        for least in (2, 3, 4, 6):
            yield f"deals.{least}", _share(buyers >= least)
        same = who[1:] == who[:-1]
        gaps = np.log(np.maximum(when[1:] - when[:-1], 0.5))[same]
        yield from _quantiles("gap", gaps, self.cycle)
        yield from _spread("gap", gaps, who[1:][same])
        last = np.full(seen.people, np.nan)
        last[who] = when
        for lowest, highest, name in ((1, 1, "once"), (2, 3, "some"), (4, 10**9, "many")):
            chosen = last[(deals >= lowest) & (deals <= highest)]
            quiet = (seen.days - chosen) / self.cycle
            for cycles in OF_A_CYCLE[1:]:
                yield (
                    f"quiet.{name}.{cycles:g}",
                    _share(quiet > min(cycles, 0.75 * seen.days / self.cycle)),
                )
        yield from self._again(who, when, same, seen)

    def _again(self, who: Ints, when: Floats, same: np.ndarray, seen: Seen) -> Part:
        """Of those who made their n-th deal in the log, who makes the next by when."""
        if not len(who):
            nth, following = np.zeros(0, np.int64), np.zeros(0)
        else:
            start = np.append(True, ~same)
            first = np.flatnonzero(start)[np.cumsum(start) - 1]
            nth = np.arange(len(who)) - first
            following = np.append(np.where(same, when[1:] - when[:-1], np.inf), np.inf)
        for lowest, highest, name in ((0, 0, "first"), (1, 1, "second"), (2, 10**9, "later")):
            chosen = (nth >= lowest) & (nth <= highest)
            for cycles in OF_A_CYCLE:
                end = min(cycles * self.cycle, 0.75 * seen.days)
                early = chosen & (when <= seen.days - end)
                yield f"again.{name}.{cycles:g}", _share(following[early] <= end)

    def _slopes(self, seen: Seen) -> Part:
        """Which way these buyers would move the estimate of need cycle, dropout and differences."""
        pulls = slope(np.array(self.buying), Buyers.of(seen))
        yield from zip((f"buying.{name}" for name in BUYING), map(float, pulls), strict=True)

    def _terms(self, seen: Seen) -> Part:
        """What becomes of trials, terms and notices."""
        if self.contract is None:
            return
        for name, yes, count in cases(seen, self.contract, self.lens):
            yield f"contract.{name}", _odds(yes, count)
        if Event.NOTICE in self.lens.kinds and self.contract.term_days > 0.0:
            days = notice_days(seen, self.contract, self.lens)
            yield from zip((f"contract.notice.q{100 * q:g}" for q in QUARTERS), days, strict=True)

    def _season(self, seen: Seen) -> Part:
        """How many times more there is in a month of the year than its days would have."""
        opened = np.datetime64(self.start, "D")
        days = np.arange(int(np.ceil(seen.days)))
        share = np.bincount(_month(opened, days), minlength=MONTHS) / max(len(days), 1)
        for kind in SEASONAL:
            if kind not in self.lens.kinds:
                continue
            month = _month(opened, seen.time[seen.event == kind].astype(np.int64))
            count = np.bincount(month, minlength=MONTHS)
            more = np.log((count + 0.5) / (len(month) * share + 0.5))
            for number in np.flatnonzero(share):
                yield f"month.{kind.key}.{number + 1}", float(more[number])

    # --- contacts --------------------------------------------------------------------------------

    def _contacts(self, seen: Seen) -> Part:
        """How many, how unevenly, and the deals that follow them more often than else."""
        rows = np.flatnonzero(seen.event == Event.CONTACT)
        each = np.bincount(seen.person[rows], minlength=seen.people)
        each = each[each > 0]
        yield (
            "contacts.spread",
            float(np.log(each.std() / each.mean() + 0.01)) if len(each) else -4.6,
        )
        for many in (2, 5, 10, 20):
            yield f"contacts.{many}", _share(each >= many)
        won = _first(seen, Event.FIRST_DEAL)
        deals = np.flatnonzero(seen.rows(Event.FIRST_DEAL, Event.REPEAT_DEAL))
        reach = seen.days + 1.0
        line = seen.person[deals] * reach + seen.time[deals]
        here = seen.person[rows] * reach + seen.time[rows]
        following = np.append(line, np.inf)[np.searchsorted(line, here, side="right")] - here
        bought = np.searchsorted(line, here, side="right") > np.searchsorted(
            line, seen.person[rows] * reach
        )
        ahead = np.asarray(won[seen.person[rows]] - seen.time[rows])
        for place, name in enumerate(self.lens.touchpoints):
            mine = seen.touchpoint[rows] == place
            yield f"contacts.{name}", _rate(int(mine.sum()), seen)
            before, after = mine & ~bought, mine & bought
            yield f"met.{name}.customers", _share(bought[mine])
            for days in AFTER_A_CONTACT:
                yield (
                    f"effect.{name}.first.{days:g}",
                    _share((ahead[before] > 0) & (ahead[before] <= days)),
                )
                yield f"effect.{name}.again.{days:g}", _share(following[after] <= days)

    # --- stages, where somebody knows them -------------------------------------------------------

    def _stages(self, seen: Seen) -> Part:
        """Of each stage: stays, how regular they are, and who walks away."""
        rows = np.flatnonzero(seen.event == Event.ENTER)
        who, when, stage = seen.person[rows], seen.time[rows], seen.stage[rows]
        over = np.append(who[1:] == who[:-1], False)[: len(rows)]
        stay = np.where(over, np.append(when[1:], 0.0)[: len(rows)] - when, seen.days - when)
        goes_to = np.append(stage[1:], -1)[: len(rows)]
        for kind in STAGES[1:-1]:
            mine = stage == kind
            ended = mine & over
            yield f"stage.{kind.key}.came", _rate(int(mine.sum()), seen)
            per_stay = stay[mine].sum() / (ended.sum() + 0.5) if mine.any() else 0.0
            yield f"stage.{kind.key}.days", float(np.log1p(per_stay))
            logs = np.log(np.maximum(stay[ended], 1e-3))
            yield (
                f"stage.{kind.key}.spread",
                float(np.log(logs.std() + 0.05)) if len(logs) > 1 else 0.0,
            )
            if kind in MAY_WALK_AWAY:
                yield f"stage.{kind.key}.lost", _share(goes_to[ended] > 12)


def _month(opened: np.datetime64, day: Ints) -> Ints:
    """The month of the year, January 0, of days since a date."""
    return np.asarray((opened + day).astype("datetime64[M]").astype(np.int64) % MONTHS)


def _rate(count: float, seen: Seen) -> float:
    """A count as the logarithm per 1,000 people; none at all counts as half a case."""
    return float(np.log((count + 0.5) * 1000.0 / seen.size))


def _share(flags: np.ndarray) -> float:
    """A share as its log odds, half a case added on either side."""
    return _odds(int(np.count_nonzero(flags)), len(flags))


def _odds(yes: int, count: int) -> float:
    return float(np.log((yes + 0.5) / (count - yes + 0.5)))


def _quantiles(name: str, logs: Floats, usual: float) -> Part:
    """Some quantiles; without any case what is usual."""
    values = np.quantile(logs, PARTS) if len(logs) else np.full(len(PARTS), np.log1p(usual))
    for part, value in zip(PARTS, values, strict=True):
        yield f"{name}.q{100 * part:g}", float(value)


def _spread(name: str, logs: Floats, who: Ints) -> Part:
    """The spread of logarithms within people, and between them."""
    within = between = 0.0
    if len(logs):
        _, place, count = np.unique(who, return_inverse=True, return_counts=True)
        mean = np.bincount(place, logs) / count
        twice = count > 1
        left = float((((logs - mean[place]) ** 2).sum()) / max((count[twice] - 1).sum(), 1))
        within = left
        if twice.sum() > 1:
            between = max(float(mean[twice].var(ddof=1)) - within / float(count[twice].mean()), 0.0)
    yield f"{name}.within", float(np.log(within + 0.01))
    yield f"{name}.between", float(np.log(between + 0.01))


def _first(seen: Seen, kind: Event) -> Floats:
    """When each person's first row of a kind is; inf for nobody."""
    first = np.full(seen.people, np.inf)
    rows = np.flatnonzero(seen.event == kind)[::-1]
    first[seen.person[rows]] = seen.time[rows]
    return first
