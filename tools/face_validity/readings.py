"""What is read off one run: a few numbers that add up over runs.

Whoever estimates takes sums over worlds, and leaves each world out once for the interval.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.journey import (
    ACTION,
    AWARENESS,
    CURIOSITY,
    DAYS_A_YEAR,
    DORMANT,
    REPEAT_DEAL,
    SATISFACTION,
    WITH_RIVAL,
    Stage,
)
from cjsim.measures.category import churn_columns, ever_bought
from cjsim.measures.groups import groups
from cjsim.measures.money import deals, money_columns
from cjsim.measures.visits import by_person, next_entry, visits
from cjsim.measures.wordofmouth import awakenings
from cjsim.model.events import Event
from cjsim.run import Run, simulate
from cjsim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Reader = Callable[[Run], Floats]

LOSING: Final = (*map(Stage, range(AWARENESS, ACTION + 1)), Stage(REPEAT_DEAL), Stage(CURIOSITY))
"""Stages that people are planned to be lost at."""
MOST_DEALS: Final = 5
BINS: Final = 400


def read(job: tuple[Scenario, int, int, str, Reader]) -> Floats:
    """Simulate (scenario, people, seed, level of log) and read it; what a worker does."""
    scenario, people, seed, level, reader = job
    return reader(simulate(scenario, people, seed=seed, log=level))


def share(run: Run) -> Floats:
    """Our deals, all deals of the category."""
    event = run.events["event"]
    ours = ((event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)).sum()
    return np.array([ours, ours + (event == Event.RIVAL_DEAL).sum()], float)


def word(run: Run) -> Floats:
    """Friends awakened by those awakened otherwise, and those awakened otherwise: their K."""
    awake = awakenings(run)
    parent = awake.parent[awake.parent >= 0]
    return np.array([(~awake.by_friend[parent]).sum(), (~awake.by_friend).sum()], float)


def pushes(run: Run) -> Floats:
    """Opt-outs, push contacts."""
    rows = run.events.rows
    library = [run.scenario.touchpoints[name] for name in run.events.touchpoints]
    is_push = np.array([touchpoint.contact == "push" for touchpoint in library])
    met = rows["touchpoint"][rows["event"] == Event.CONTACT]
    return np.array([_opt_outs(run), is_push[met].sum()], float)


def _opt_outs(run: Run) -> int:
    return int((run.events["event"] == Event.OPT_OUT).sum())


def worth(run: Run) -> Floats:
    """Net present value [money], people."""
    profit = money_columns(run, groups(run, None))["profit"]
    return np.array([profit[0], len(run)])


def _content(run: Run) -> tuple[float, int]:
    """Sum of the satisfaction of those who have ever bought, at the horizon; how many they are."""
    person = run.events["person"]
    last = np.zeros(run.lives, np.int64)
    last[person] = np.arange(len(person))
    bought = ever_bought(run)
    satisfaction = run.truth()["satisfaction"].to_numpy()[last[bought]]
    return float(satisfaction.sum()), int(bought.sum())


def standing(run: Run) -> Floats:
    """Numerator and denominator of each measure of the contest, in its order."""
    left = churn_columns(run, groups(run, None))
    met = run.totals
    return np.array(
        [
            (share(run)[0], len(run)), worth(run), share(run), _content(run),
            (left["away"][0], left["bought"][0]), word(run), (_opt_outs(run), len(run)),
            (met.mismatch.sum(), met.contacts.sum()),
        ],
        float,
    )  # fmt: skip


def years(run: Run) -> Floats:
    """First deals of the last year, of the first."""
    sold = deals(run)
    day = sold.time[sold.first]
    end = run.scenario.horizon_days
    return np.array([(day >= end - DAYS_A_YEAR).sum(), (day < DAYS_A_YEAR).sum()], float)


def lives(run: Run) -> Floats:
    """For each of `LOSING`: visits lost, visits over, days spent, visits over.

    Lost at 9 is a silent lapse, at 10 a trial. The days at 9 are those of the whole cycle, 8-12.
    Whoever leaves the category is neither lost nor over. Days by visits over is the mean stay, by
    the law of Little, whatever is open at the ends.
    """
    seen = visits(run)
    rows = run.events.rows
    stage = rows["stage"][seen.row]
    over = ~seen.open & (seen.to <= DORMANT)
    numbers = []
    for which in LOSING:
        at, cycle = stage == which, (which, which)
        lost = at & over & ((seen.to == WITH_RIVAL) | (seen.to == DORMANT))
        count = int(lost.sum())
        if which == REPEAT_DEAL:
            cycle = (Stage(SATISFACTION), Stage.RECOMMENDATION)
            count = int((lost & (seen.to == DORMANT)).sum())
        elif which == CURIOSITY:
            count = int(((rows["event"] == Event.TRIAL) & (rows["stage"] == CURIOSITY)).sum())
        days = seen.days[(stage >= cycle[0]) & (stage <= cycle[1])].sum()
        ended = int((at & over).sum())
        numbers.append([count, ended, days, ended])
    return np.array(numbers, float)


def repeats(run: Run) -> Floats:
    """What came first after the n-th deal, and when: shape (n, BINS, 3).

    The next deal, leaving (to a rival or to sleep), or the end of what was seen; counted in equal
    parts of the horizon. Of the customers won during the run.
    """
    rows = run.events.rows
    event = rows["event"]
    is_deal = (event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)
    chosen = np.flatnonzero(is_deal | ((event == Event.ENTER) & (rows["stage"] >= WITH_RIVAL)))
    chosen = chosen[by_person(rows["person"][chosen])]
    person, time, deal = rows["person"][chosen], rows["time"][chosen], is_deal[chosen]
    won = np.zeros(run.lives, bool)
    won[person[event[chosen] == Event.FIRST_DEAL]] = True
    nth = _deals_so_far(person, deal)
    follows = np.append(person[1:] == person[:-1], False)[: len(person)]
    kind = np.where(follows, np.where(np.roll(deal, -1), 0, 1), 2)
    end = np.where(follows, np.roll(time, -1), run.scenario.horizon_days)
    is_in = deal & won[person] & (nth <= MOST_DEALS)
    place = ((end - time) / run.scenario.horizon_days * BINS).astype(np.int64)
    place = np.minimum(place, BINS - 1)
    cell = ((nth - 1) * BINS + place) * 3 + kind
    shape = (MOST_DEALS, BINS, 3)
    return np.bincount(cell[is_in], minlength=int(np.prod(shape))).reshape(shape).astype(float)


def repeat_rate(counts: Floats) -> float:
    """The share whom a next deal reaches before they leave, out of one table of `repeats`.

    Cumulative incidence of competing risks (Aalen & Johansen 1978): the open ones count for as
    long as they were seen. NaN where fewer than 200 are decided, or where more than a
    fifth is still undecided when nobody is seen any more.
    """
    ended = counts.sum(1)
    at_risk = ended.sum() - np.append(0.0, np.cumsum(ended)[:-1])
    hazard = np.divide(counts[:, :2], at_risk[:, None], where=at_risk[:, None] > 0,
                       out=np.zeros((len(counts), 2)))  # fmt: skip
    lasting = np.cumprod(1.0 - hazard.sum(1))
    before = np.append(1.0, lasting[:-1])
    next_deal, leaving = (before[:, None] * hazard).sum(0)
    if counts[:, :2].sum() < 200 or next_deal + leaving < 0.8:
        return float("nan")
    return float(next_deal / (next_deal + leaving))


def curious(run: Run) -> Floats:
    """Trials and deals at the 6th deal, at the 20th and later ones; returns and all trials.

    Deals and trials of the customers won during the run, of whom the number of deals is known.
    """
    rows = run.events.rows
    event = rows["event"]
    is_deal = (event == Event.FIRST_DEAL) | (event == Event.REPEAT_DEAL)
    is_trial = (event == Event.TRIAL) & (rows["stage"] == CURIOSITY)
    won = np.zeros(run.lives, bool)
    won[rows["person"][event == Event.FIRST_DEAL]] = True
    chosen = np.flatnonzero((is_deal | is_trial) & won[rows["person"]])
    chosen = chosen[by_person(rows["person"][chosen])]
    nth = _deals_so_far(rows["person"][chosen], is_deal[chosen])
    deal, trial = is_deal[chosen], is_trial[chosen]
    back = next_entry(run, np.flatnonzero(is_trial)) == REPEAT_DEAL
    sixth, late = nth == 6, nth >= 20
    numbers = [(trial & sixth), (deal & sixth), (trial & late), (deal & late), back]
    return np.array([*(flags.sum() for flags in numbers), is_trial.sum()], float)


def _deals_so_far(person: npt.NDArray[Any], deal: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many deals each person has made up to each row; rows stand by person, then by time."""
    counted = np.cumsum(deal)
    first = np.append(True, person[1:] != person[:-1])[: len(person)]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(person)), 0))
    return np.asarray(counted - counted[begin] + deal[begin])
