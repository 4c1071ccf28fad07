"""Word of mouth: who tells, who is awakened by it, and whether it carries itself (C77-C82, B18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cjsim.journey import AWARENESS, DORMANT, UNAWARE
from cjsim.measures.groups import Flags, Groups, Ints, Numbers, by_group, groups, ratio
from cjsim.measures.visits import need_run
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record


def word_of_mouth(run: Record, by: str | None = None) -> pd.DataFrame:
    """What friends bring about: one row per group.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.
    by : "segment", "motive" or "adopter", for a row per part of the market; all people when not
        given.

    Columns
    -------
    advocates : people who told anybody.
    told : acquaintances they told.
    referrals : friends awakened by them (counted in the group of the one who told).
    referrals_per_deal : referrals / first deals of the group.
    bonus : what was paid for the friends whom the group awakened [money]; it stands in `money`
        under contact_cost, with the friends.
    awakenings : people of the group who awoke, each time they did.
    by_friend : share of them awakened by a friend, 0..1.
    k_factor : friends awakened per person who awoke otherwise: those brought by generation 0,
        over generation 0 (see `generations`). It counts what happened before the horizon, so a
        short run has a smaller K.
    multiplier : awakened or awake in all, per person who awoke otherwise. In an endless market
        1 / (1 - K) if K < 1.

    Raises ValueError for an unknown `by`, with the nearest spelling.

    >>> from cjsim import simulate
    >>> table = word_of_mouth(simulate("phone", people=50))
    >>> table.loc["all", ["advocates", "told", "referrals", "k_factor"]].round(2).to_dict()
    {'advocates': 6.0, 'told': 47.0, 'referrals': 8.0, 'k_factor': 0.08}
    """
    parts = groups(run, by)
    return by_group(word_columns(run, parts), parts)


def word_columns(run: Record, parts: Groups) -> dict[str, Numbers]:
    """The columns of `word_of_mouth`, one number per group."""
    rows = run.events.rows
    event, person = rows["event"], rows["person"]
    tellers = person[event == Event.TOLD]
    awake = awakenings(run)
    has_parent = awake.parent >= 0
    parent = awake.parent[has_parent]
    paid = 0.0 - rows["amount"][awake.row[has_parent] - 1]  # on the REFERRAL row right before
    referrals = parts.count(awake.person[parent])
    brought_by_zero = parts.count(awake.person[parent[~awake.by_friend[parent]]])
    generation_zero = parts.count(awake.person[~awake.by_friend])
    awoke_in_log = awake.entered
    return {
        "advocates": parts.count(np.unique(tellers)),
        "told": parts.count(tellers),
        "referrals": referrals,
        "referrals_per_deal": ratio(referrals, parts.count(person[event == Event.FIRST_DEAL])),
        "bonus": parts.total(awake.person[parent], paid),
        "awakenings": parts.count(awake.person[awoke_in_log]),
        "by_friend": ratio(
            parts.count(awake.person[awake.by_friend]), parts.count(awake.person[awoke_in_log])
        ),
        "k_factor": ratio(brought_by_zero, generation_zero),
        "multiplier": ratio(parts.count(awake.person), generation_zero),
    }


def generations(run: Record) -> pd.Series[int]:
    """Awakened people by generation: 0 awoke otherwise, n was awakened by a friend of n - 1.

    Whoever is awake on day 0 belongs to generation 0. The ratio of two neighbours is a K; word of
    mouth carries itself while it is above 1.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.

    Returns numbers of awakenings, one row per generation.

    >>> from cjsim import simulate
    >>> generations(simulate("phone", people=50)).to_dict()
    {0: 95, 1: 8}
    """
    import pandas as pd

    awake = awakenings(run)
    generation = [0] * len(awake.person)
    for i in np.argsort(awake.row).tolist():  # whoever tells awoke before
        if awake.parent[i] >= 0:
            generation[i] = generation[awake.parent[i]] + 1
    count = np.bincount(generation, minlength=1)
    return pd.Series(count, index=pd.RangeIndex(len(count), name="generation"), name="awakenings")


def k_by_generation(run: Record) -> pd.Series[float]:
    """How many friends each generation awakened per head: K of generation 0, 1, 2, ...

    In circles it falls from one generation to the next, as the word comes round to those who know.
    The last generation of a run has awakened nobody yet and is left out.

    Parameters
    ----------
    run : the simulated market, a `Run` from `simulate`.

    Returns friends awakened per head [people per person], one row per generation.

    >>> from cjsim import simulate
    >>> k_by_generation(simulate("phone", people=50)).round(3).to_dict()
    {0: 0.084}
    """
    size = generations(run)
    return (size.shift(-1) / size).iloc[:-1].rename("k")


@dataclass(frozen=True)
class Awakenings:
    """Each time somebody awoke, and those awake on day 0, in the order of persons, then of time."""

    person: Ints
    row: Ints  # log row
    entered: Flags  # awoke during the log
    by_friend: Flags
    parent: Ints  # the awakening of the friend who told them; -1 = awoke otherwise


def awakenings(run: Record) -> Awakenings:
    """Who awoke when, and through whom.

    The log has no column for it and needs none: a TOLD row of the one who tells, the REFERRAL
    of the friend and the friend's ENTER follow one another.
    """
    need_run(run, "who tells whom and who awakes")
    rows = run.events.rows
    event, stage, person = rows["event"], rows["stage"], rows["person"].astype(np.int64)
    size = max(len(rows), 1)
    is_awake = (event == Event.START) & (stage != UNAWARE) & (stage != DORMANT)
    is_awake |= (event == Event.ENTER) & (stage == AWARENESS)
    awake_rows = np.flatnonzero(is_awake)
    keys = np.sort(person[awake_rows] * size + awake_rows)
    awake_rows = keys % size

    entered = event[awake_rows] == Event.ENTER
    before = awake_rows - 1
    by_friend = entered & (before >= 0)  # before the first row stands nothing
    by_friend &= (event[before] == Event.REFERRAL) & (person[before] == person[awake_rows])
    return Awakenings(
        person[awake_rows], awake_rows, entered, by_friend, _parents(run, keys, by_friend)
    )


def _parents(run: Record, keys: Ints, by_friend: Flags) -> Ints:
    """For each awakening by a friend, the friend's own; `keys` are person · rows + row, sorted."""
    rows = run.events.rows
    parent = np.full(len(keys), -1)
    told_rows = np.append(-1, np.flatnonzero(rows["event"] == Event.TOLD))
    told_row = told_rows[np.searchsorted(told_rows, keys[by_friend] % max(len(rows), 1)) - 1]
    teller = rows["person"][told_row].astype(np.int64)
    awakening = np.searchsorted(keys, teller * len(rows) + told_row) - 1
    is_known = (told_row >= 0) & (awakening >= 0) & (keys[awakening] // max(len(rows), 1) == teller)
    parent[by_friend] = np.where(is_known, awakening, -1)
    return parent
