"""Walks: through which states people went, in order; and what is left of them as records are lost.

    walks_of(run)                     # through the stages: for the judge, who sees them
    walks_of(log)                     # through the stages where whoever wrote the log knew them
    walks_of(paths_of(log))           # from contact to contact, to the deal or to nothing

**Thinning, exactly.** Let each stay at state i be recorded with chance q_i, whatever else is. Of a
first-order chain with moves P then a first-order chain is left, for what happens between two
records is a chance that hangs on the first of them alone:

    P' = (I - P(I - D))^-1 P D,   D = diag(q)

and a stay that lasts d_i days on average seems to last until the next record,
d' = (I - P(I - D))^-1 d: longer wherever a record may be lost. A chain that is not of the first
order has no such form, but each walk has: `expected_moves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.data.files import log_of
from cjsim.door import number_of, seed_of
from cjsim.journey import GONE, STAGES
from cjsim.labels import unknown
from cjsim.measures.visits import by_person, visits
from cjsim.observe.paths import Paths, paths_of
from cjsim.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.measures.log import Log

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STAGE_KEYS: Final = tuple(stage.key for stage in STAGES[:GONE])
"""States of a walk through the stages. Who leaves the category for good has neither passed nor been
lost: the walk ends there, as at the horizon."""
ENTRIES: Final = ("start", "enter")
START, DEAL, NOTHING = "start", "deal", "nothing"
STREAM: Final = 0x7417


@dataclass(frozen=True)
class Walks:
    """Walks as flat arrays: the states of all of them, one walk behind the other.

    Parameters
    ----------
    states : their names.
    state : for each stay its place in `states`.
    begin : for each walk where its stays begin; one more entry for the end.
    people : for each walk how many went it.

    They are what `walks_of` returns.

    >>> from cjsim.observe import Paths, walks_of
    >>> walks = walks_of(Paths.of([(["mail", "site"], 3, 1)]))
    >>> walks.states
    ('mail', 'site', 'start', 'deal', 'nothing')
    >>> len(walks), walks.people.tolist()  # one to the deal, one to nothing
    (2, [3.0, 1.0])
    >>> walks.moves().loc["site", ["deal", "nothing"]].to_dict()
    {'deal': 0.75, 'nothing': 0.25}
    """

    states: tuple[str, ...]
    state: Ints
    begin: Ints
    people: Floats

    def __len__(self) -> int:
        return len(self.people)

    @cached_property
    def walk(self) -> Ints:
        """For each stay its walk."""
        return np.repeat(np.arange(len(self)), np.diff(self.begin))

    @cached_property
    def leads(self) -> Ints:
        """The stays that are followed by another: passages, by the stay they come from."""
        return np.flatnonzero(self.walk[:-1] == self.walk[1:])

    def counts(self, of: Any = None) -> Floats:
        """Passages from each state (rows) to each, people counted.

        Parameters
        ----------
        of : numbers of the walks that are meant; all when not given.
        """
        here = self.leads if of is None else self.leads[np.isin(self.walk[self.leads], of)]
        size = len(self.states)
        cell = self.state[here] * size + self.state[here + 1]
        many = np.bincount(cell, self.people[self.walk[here]], size * size)
        return np.asarray(many.reshape(size, size), np.float64)

    def moves(self) -> pd.DataFrame:
        """The share of passages from each state (rows) that lead to each; 0 where there are none.

        >>> walks_of(Paths.of([(["mail", "site"], 3, 1)])).moves().loc["site"].tolist()
        [0.0, 0.0, 0.0, 0.75, 0.25]
        """
        import pandas as pd

        counts = self.counts()
        total = counts.sum(axis=1, keepdims=True)
        share = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
        names = pd.Index(self.states, name="from")
        return pd.DataFrame(share, names, pd.Index(self.states, name="to"))

    def thinned(self, kept: float | Mapping[str, float], *, seed: int = 1) -> Walks:
        """What is left where each stay is recorded with a chance; begin and end always are.

        Parameters
        ----------
        kept : the chance, 0..1, or state -> chance, of all others 1. Of "start", "deal" and
            "nothing" it is 1 in any case: the books have them.
        seed : a stay that is recorded at .6 is recorded at .7 as well.

        Raises ValueError for a state that there is not, and a chance that is none.
        """
        chance = self.chances(kept)
        luck = np.random.Generator(np.random.PCG64([seed_of(seed), STREAM]))
        stays = luck.random(len(self.state)) < chance[self.state]
        many = np.bincount(self.walk[stays], minlength=len(self))
        return Walks(self.states, self.state[stays], np.append(0, np.cumsum(many)), self.people)

    def chances(self, kept: float | Mapping[str, float]) -> Floats:
        """The chance of each state to be recorded.

        Parameters
        ----------
        kept : as for `thinned`.
        """
        given = dict(kept) if isinstance(kept, Mapping) else dict.fromkeys(self.states, kept)
        chance = np.ones(len(self.states))
        for name, value in given.items():
            if name not in self.states:
                raise unknown("state", name, self.states)
            share = number_of("kept", value)
            if not 0 <= share <= 1:
                raise ValueError(f"kept = {share:g}: must be a chance from 0 to 1")
            if name not in (START, DEAL, NOTHING):
                chance[self.states.index(name)] = share
        return chance

    def expected_moves(self, kept: float | Mapping[str, float]) -> Floats:
        """The counts that `thinned` leaves on average over its luck, exactly, walk by walk.

        Parameters
        ----------
        kept : as for `thinned`.

        Each stay carries on how many records of each state stand before it with none between.
        """
        chance = self.chances(kept)
        size = len(self.states)
        counts = np.zeros((size, size))
        stays = np.diff(self.begin)
        waiting = np.zeros((len(self), size))  # walk, last record's state: the chance of it
        for nth in range(int(stays.max(initial=0))):
            walk = np.flatnonzero(stays > nth)
            here = self.state[self.begin[walk] + nth]
            q = chance[here]
            np.add.at(counts.T, here, (self.people[walk] * q)[:, None] * waiting[walk])
            waiting[walk] *= (1.0 - q)[:, None]
            waiting[walk, here] += q
        return counts


def thinned_chain(moves: Any, kept: Any, days: Any = None) -> tuple[Floats, Floats]:
    """What a first-order chain looks like in records with losses; see the head of this file.

    Parameters
    ----------
    moves : shares from each state (rows) to each; a row of 0 for a state at which walks end.
    kept : for each state the chance that a stay is recorded, or one for all.
    days : for each state how long a stay lasts on average [days]; 1 when not given.

    Returns the moves that are seen, and the days from a record to the next. Raises ValueError
    where whoever is lost sight of may never be seen again.

    >>> from cjsim.observe import thinned_chain
    >>> moves = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]  # round and round
    >>> seen, days = thinned_chain(moves, [1.0, 0.5, 1.0])
    >>> seen[0].tolist(), days.tolist()
    ([0.0, 0.5, 0.5], [1.5, 1.0, 1.0])
    """
    P = np.asarray(moves, np.float64)
    q = np.broadcast_to(np.asarray(kept, np.float64), len(P))
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError("kept: must be chances from 0 to 1")
    stay = np.ones(len(P)) if days is None else np.asarray(days, np.float64)
    unseen = P * (1.0 - q)
    if np.abs(np.linalg.eigvals(unseen)).max(initial=0.0) >= 1.0 - 1e-12:
        raise ValueError("kept: there are states from which nobody is ever seen again")
    on = np.linalg.inv(np.eye(len(P)) - unseen)
    return np.asarray(on @ (P * q)), np.asarray(on @ stay)


def walks_of(log: Any) -> Walks:
    """The walks of all people.

    Parameters
    ----------
    log : a run, whose stages are taken; a `Log` or a frame, whose stages are taken where it has a
        column of them, else its contacts up to the first deal; `Paths`; or `Walks`, which stay.

    Returns the `Walks`.

    >>> import cjsim
    >>> from cjsim.observe import walks_of
    >>> walks_of(cjsim.simulate("phone", people=50)).states[:3]
    ('unaware', 'awareness', 'interest')
    """
    if isinstance(log, Walks):
        return log
    if isinstance(log, Paths):
        return _of_paths(log)
    if isinstance(log, Record):
        stays = visits(log)
        return _of_stages(stays.person, stays.step)
    table = log_of(log)
    if not has_stages(table):
        return _of_paths(paths_of(table))
    person, stage, _ = stage_rows(table)
    return _of_stages(person, stage)


def has_stages(log: Log) -> bool:
    """Whether whoever wrote a log knew the stages."""
    return "stage" in log.frame and bool(log.frame["stage"].notna().any())


def stage_rows(log: Log) -> tuple[Ints, Ints, Floats]:
    """The entries into stages that a log tells of: person, stage, time; person after person.

    They are its rows `start` and `enter`; where it has none, those at which a stage is another one
    than before.
    """
    frame = log.frame
    stage = frame["stage"].cat.codes.to_numpy(np.int64)
    told = frame["event"].isin(ENTRIES).to_numpy()
    row = np.flatnonzero((stage >= 0) & (told if told.any() else True))
    row = row[by_person(log.person[row])]
    person, state = log.person[row], stage[row]
    if not told.any():  # a state of affairs, told again and again
        new = np.append(True, (person[1:] != person[:-1]) | (state[1:] != state[:-1]))[: len(row)]
        row, person, state = row[new], person[new], state[new]
    return person, state, frame["time"].to_numpy(np.float64)[row]


def _of_stages(person: Ints, stage: Ints) -> Walks:
    """Stays in the order of persons, then of time."""
    here = stage != GONE
    _, many = np.unique(person, return_counts=True)
    whose = np.repeat(np.arange(len(many)), many)
    left = np.bincount(whose[here], minlength=len(many))
    begin = np.append(0, np.cumsum(left))
    return Walks(STAGE_KEYS, stage[here], begin, np.ones(len(many)))


def _of_paths(paths: Paths) -> Walks:
    """Paths with their beginning and end as states; of those with both ends a walk to each."""
    size = len(paths.channels)
    states = (*paths.channels, START, DEAL, NOTHING)
    parts = [(paths.deals, size + 1), (paths.nothing, size + 2)]
    path = np.concatenate([np.flatnonzero(people > 0) for people, _ in parts])
    people = np.concatenate([people[people > 0] for people, _ in parts])
    ends = np.concatenate([np.full(int((people > 0).sum()), end) for people, end in parts])
    order = np.argsort(path, kind="stable")
    path, people, ends = path[order], people[order], ends[order]
    long = paths.length[path] + 2
    begin = np.append(0, np.cumsum(long))
    state = np.empty(int(begin[-1]), np.int64)
    inside = np.ones(len(state), bool)
    inside[begin[:-1]] = inside[begin[1:] - 1] = False
    state[begin[:-1]], state[begin[1:] - 1] = size, ends
    walk = np.repeat(np.arange(len(path)), long)[inside]
    nth = np.arange(len(state))[inside] - begin[walk] - 1
    state[inside] = paths.step[paths.begin[path[walk]] + nth]
    return Walks(states, state, begin, people)
