"""What a log of contracts says: who pays after a trial, renews, gives notice, comes back.

A term is counted once it is over: its deal lies so long before the end of the log that a renewal
would stand in it. Each is a share of cases, by itself the likelihood of one coin: a row of
`cjsim.inference.auxiliary.likelihoods`, and, as log odds, a summary of a fit. The days of a notice
in its term tell whether leaving is a matter of the calendar or of the first weeks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from cjsim.inference.seen import DEALS, Floats, Ints, Lens, Seen
from cjsim.model.events import Event
from cjsim.scenario.tables import Contract

SLACK: Final = 1.1
"""A renewal may come so many terms after the deal: who served it, and a day's delay, are in it."""
TRIALS: Final = 2.0
"""A trial is over after so many times its days, what a busy desk adds among them."""
PLACES: Final = ((0, 0, "first"), (1, 1, "second"), (2, 10**9, "later"))
"""Terms by how many deals of the person stand in the log before them."""
QUARTERS: Final = (0.25, 0.5, 0.75)

Case = tuple[str, int, int]
"""What it is called, in how many it was so, of how many."""


def cases(seen: Seen, contract: Contract, lens: Lens) -> Iterator[Case]:
    """Trials, terms and notices, and what became of them; what the log does not know is left out.

    Without a trial or a term there is nothing to tell.
    """
    knows = set(lens.kinds)
    if contract.trial_days > 0.0 and {Event.TRYOUT, Event.FIRST_DEAL} <= knows:
        yield "trial_to_paid", *_paid(seen, TRIALS * contract.trial_days)
    if contract.term_days <= 0.0 or not knows & set(DEALS):
        return
    span = min(SLACK * contract.term_days, 0.75 * seen.days)
    who, when, nth, following = _terms(seen)
    over = when <= seen.days - span
    for lowest, highest, name in PLACES:
        mine = over & (nth >= lowest) & (nth <= highest)
        yield f"renewed.{name}", int((following[mine] <= span).sum()), int(mine.sum())
    if Event.NOTICE not in knows:
        return
    gave = _in_a_term(seen, who, when, Event.NOTICE) < span
    yield "gave_notice", int(gave[over].sum()), int(over.sum())
    notices = int(np.count_nonzero(seen.event == Event.NOTICE))
    for kind, name in ((Event.STAYS, "taken_back"), (Event.PAUSE, "paused")):
        if kind in knows:
            yield name, min(int(np.count_nonzero(seen.event == kind)), notices), notices
    if Event.UPGRADE in knows:
        renewed = int(np.count_nonzero(seen.event == Event.REPEAT_DEAL))
        upgrades = int(np.count_nonzero(seen.event == Event.UPGRADE))
        yield "upgraded", min(upgrades, renewed), renewed


def with_interval(yes: int, count: int) -> tuple[float, float, float]:
    """A share of independent cases with its 90 % interval (Jeffreys).

    >>> [round(number, 2) for number in with_interval(3, 10)]
    [0.3, 0.12, 0.56]
    """
    from scipy.stats import beta

    low, high = beta.ppf([0.05, 0.95], yes + 0.5, count - yes + 0.5)
    return yes / count, float(low), float(high)


def notice_days(seen: Seen, contract: Contract, lens: Lens) -> Floats:
    """Quarters of the days from a deal to its notice, in terms; half a term without any notice."""
    days = np.zeros(0)
    if Event.NOTICE in lens.kinds and contract.term_days > 0.0:
        who, when, _, _ = _terms(seen)
        days = _in_a_term(seen, who, when, Event.NOTICE) / contract.term_days
        days = days[np.isfinite(days)]
    return np.quantile(days, QUARTERS) if len(days) else np.full(len(QUARTERS), 0.5)


def _paid(seen: Seen, span: float) -> tuple[int, int]:
    """Of the trials that are over, those after which the person bought."""
    began = np.flatnonzero(seen.event == Event.TRYOUT)
    began = began[seen.time[began] <= seen.days - span]
    deals = _following(seen, began, Event.FIRST_DEAL)
    return int((deals <= span).sum()), len(began)


def _terms(seen: Seen) -> tuple[Ints, Floats, Ints, Floats]:
    """Of each deal the person, its day, how many before it, and the days to the next, else inf."""
    rows = np.flatnonzero(seen.rows(*DEALS))
    who, when = seen.person[rows], seen.time[rows]
    nth = np.arange(len(rows)) - np.searchsorted(who, who)
    same = np.append(who[1:] == who[:-1], False)[: len(rows)]
    return who, when, nth, np.where(same, np.append(when[1:], 0.0)[: len(rows)] - when, np.inf)


def _in_a_term(seen: Seen, who: Ints, when: Floats, kind: Event) -> Floats:
    """Days from each deal to the first row of a kind before the next deal; inf where none is."""
    days = np.full(len(who), np.inf)
    rows = np.flatnonzero(seen.event == kind)
    line = _line(seen, who, when)
    place = np.searchsorted(line, _line(seen, seen.person[rows], seen.time[rows]), "right") - 1
    rows, place = rows[place >= 0], place[place >= 0]  # the latest deal before the row ...
    mine = who[place] == seen.person[rows]  # ... if it is the same person's
    np.minimum.at(days, place[mine], seen.time[rows][mine] - when[place[mine]])
    return days


def _following(seen: Seen, rows: Ints, kind: Event) -> Floats:
    """Days from each of some rows to the next row of a kind of the same person; inf for none."""
    others = np.flatnonzero(seen.event == kind)
    line = np.append(_line(seen, seen.person[others], seen.time[others]), np.inf)
    here = _line(seen, seen.person[rows], seen.time[rows])
    days = line[np.searchsorted(line, here, "left")] - here
    return np.where(days <= seen.days - seen.time[rows], days, np.inf)


def _line(seen: Seen, who: Ints, when: Floats) -> Floats:
    """The days of all people on one line, one after another."""
    return np.asarray(who * (seen.days + 1.0) + when)
