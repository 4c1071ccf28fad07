"""How fine a model should be: too coarse and too fine by what they foretell of others (C166, C167).

    fineness(orders(log))           # how many of the last steps are remembered: 0, 1, 2, 3
    fineness(onward(run))           # people lumped into fewer stages, or cut up further

A model here is a way to tell situations apart: by stage, by last steps, by kind of people. In each
situation it foretells what comes next by the shares seen there, and one passage spread evenly.
People are split into folds; each fold is foretold from the others. Too coarse a model lumps
together what differs, and no data mend that (C166). Too fine a model has seen too few of each and
takes luck for a rule (C167); data do mend that. So the best fineness grows with what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import seed_of, whole
from cjsim.experiment.intervals import difference
from cjsim.journey import LENSES, TWELVE
from cjsim.labels import unknown
from cjsim.measures.groups import BY, groups
from cjsim.measures.visits import step_of, visits
from cjsim.observe.walks import Walks, walks_of

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LUMPS: Final = ("aida", "seven_steps", "ten_steps", "twelve")
"""Maps by how many stages they tell apart."""
STREAM: Final = 0xF01D


@dataclass(frozen=True)
class Passages:
    """What came next, and what each model tells apart of the situation before it.

    Parameters
    ----------
    outcome : for each passage what came next, 0, 1, ...
    outcomes : their names.
    person : whose it was.
    models : name -> for each passage its situation, 0, 1, ...; from coarse to fine.

    They are what `orders` and `onward` return, and what `fineness` is asked of.

    >>> from cjsim.observe import Paths, orders
    >>> seen = orders(Paths.of([(["mail", "site"], 2, 0), (["site"], 1, 1)]), 1)
    >>> seen.outcomes
    ('mail', 'site', 'start', 'deal', 'nothing')
    >>> [seen.outcomes[next_one] for next_one in seen.outcome[seen.person == 0]]
    ['mail', 'site', 'deal']
    >>> list(seen.models), list(seen.but(weekday=seen.person % 2).models)
    (['order 0', 'order 1'], ['order 0', 'order 1', 'weekday'])
    """

    outcome: Ints
    outcomes: tuple[str, ...]
    person: Ints
    models: Mapping[str, Ints]

    def but(self, **models: Any) -> Passages:
        """The same with further models.

        Parameters
        ----------
        models : name = for each passage a label of its situation, of any kind.

        Raises ValueError where there are not as many labels as passages.
        """
        import pandas as pd

        given = {name: pd.factorize(np.asarray(labels))[0] for name, labels in models.items()}
        for name, situation in given.items():
            if len(situation) != len(self.outcome):
                raise ValueError(f"{name}: needs a label for each of {len(self.outcome)} passages")
        return Passages(self.outcome, self.outcomes, self.person, {**self.models, **given})


def orders(log: Any, most: int = 3) -> Passages:
    """Where people go next, by how many of their last steps are remembered: 0 up to `most`.

    Parameters
    ----------
    log : whatever `walks_of` takes. Whoever has not come so far remembers all there is.
    most : steps that the finest model remembers, 0 to 10.

    Returns `Passages` with the models "order 0", "order 1", ... Raises ValueError for another
    `most`, or walks that were not gone by whole numbers of people.

    >>> from cjsim.observe import orders, world
    >>> list(orders(world("chain", 100).paths, 2).models)
    ['order 0', 'order 1', 'order 2']
    """
    walks = walks_of(log)
    depth = whole("most", most, 0, 10)
    if not (walks.people == walks.people.astype(np.int64)).all():
        raise ValueError("log: its walks must be gone by whole numbers of people")
    walks = _one_by_one(walks)
    here, size = walks.leads, len(walks.states) + 1
    since = here - walks.begin[walks.walk[here]]
    situation, models = np.zeros(len(here), np.int64), {"order 0": np.zeros(len(here), np.int64)}
    for back in range(depth):
        step = np.where(since >= back, walks.state[np.maximum(here - back, 0)], size - 1)
        situation = np.unique(situation * size + step, return_inverse=True)[1]
        models[f"order {back + 1}"] = situation
    return Passages(walks.state[here + 1], walks.states, walks.walk[here], models)


def _one_by_one(walks: Walks) -> Walks:
    """Each walk as often as people went it."""
    often = walks.people.astype(np.int64)
    if (often == 1).all():
        return walks
    walk = np.repeat(np.arange(len(walks)), often)
    long = np.diff(walks.begin)[walk]
    begin = np.append(0, np.cumsum(long))
    place = np.arange(begin[-1]) - np.repeat(begin[:-1] - walks.begin[walk], long)
    return Walks(walks.states, walks.state[place], begin, np.ones(len(walk)))


def onward(run: Record, strata: Sequence[str] = ("motive", "adopter")) -> Passages:
    """Whether people at the twelve stages step on or are lost, by how finely they are told apart.

    Parameters
    ----------
    run : its visits that are over, each step on or lost to a rival or to sleep.
    strata : what people are cut up by beside the twelve stages, one thing more for each: "segment",
        "motive", "adopter".

    Returns `Passages` with the models "one" (nothing is told apart), "aida", "seven_steps",
    "ten_steps", "twelve", "twelve, motive" and so on. A map's steps that hold several stages lump
    them. Raises ValueError for another word.

    >>> import cjsim
    >>> from cjsim.observe import onward
    >>> list(onward(cjsim.simulate("phone", people=50), ["motive"]).models)
    ['one', 'aida', 'seven_steps', 'ten_steps', 'twelve', 'twelve, motive']
    """
    seen = visits(run)
    at = np.flatnonzero(seen.over & np.isin(seen.step, [int(stage) for stage in TWELVE]))
    stage, person = seen.step[at], seen.person[at]
    models = {"one": np.zeros(len(at), np.int64)}
    models |= {name: step_of(LENSES[name])[stage] for name in LUMPS}
    situation, name = models["twelve"], "twelve"
    for by in strata:
        if by not in BY:
            raise unknown("way to group people", by, BY)
        parts = groups(run, by)
        situation, name = situation * len(parts) + parts.of[person], f"{name}, {by}"
        models[name] = situation
    lost = seen.lost[at] | seen.failed[at]
    return Passages(lost.astype(np.int64), ("on", "lost"), person, models)


def fineness(
    passages: Passages,
    models: Sequence[str] | None = None,
    *,
    people: int | None = None,
    folds: int = 5,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """How well each model foretells people it has not seen.

    Parameters
    ----------
    passages : of `orders`, `onward`, or one's own.
    models : some of theirs; all when not given.
    people : how many of the people are taken, drawn at random; all when not given.
    folds : parts into which people are split; each is foretold from the others.
    seed : of the drawing and the folds.
    confidence : coverage of the interval over people, 0..1.

    Returns a row per model in the order given: situations (told apart), passages (foretold),
    log_likelihood (nats a passage, of people not seen), behind (how far that lies below the best
    model's), low, high (its interval over people). Raises ValueError for a model that there is not,
    or fewer people than folds.

    >>> from cjsim.observe import fineness, orders, world
    >>> table = fineness(orders(world("chain", 2000).paths, 2))  # of the first order, in truth
    >>> print(table[["situations", "log_likelihood", "behind"]].reset_index().round(3))
         model  situations  log_likelihood  behind
    0  order 0           1          -1.725   0.345
    1  order 1           5          -1.380   0.000
    2  order 2          20          -1.391   0.011
    """
    import pandas as pd

    chosen = list(passages.models) if models is None else list(models)
    for name in chosen:
        if name not in passages.models:
            raise unknown("model", name, passages.models)
    who, person = np.unique(passages.person, return_inverse=True)
    parts = whole("folds", folds, 2)
    size = len(who) if people is None else whole("people", people)
    if not parts <= size <= len(who):
        raise ValueError(f"people = {size}: must be from {parts}, the folds, to {len(who):,}")
    luck = np.random.Generator(np.random.PCG64([seed_of(seed), STREAM]))
    place = np.full(len(who), -1)
    place[luck.permutation(len(who))[:size]] = np.arange(size)
    taken = place[person] >= 0
    fold, outcome = place[person[taken]] % parts, passages.outcome[taken]
    scores, situations = {}, {}
    for name in chosen:
        _, situation = np.unique(passages.models[name][taken], return_inverse=True)
        situations[name] = int(situation.max(initial=-1)) + 1
        scores[name] = _foretold(situation, outcome, len(passages.outcomes), fold, parts)
    table = pd.DataFrame({name: score.mean() for name, score in scores.items()}, ["x"]).T
    best = scores[table["x"].idxmax()]
    whose = place[person[taken]]
    a_person = len(outcome) / size
    each = {n: np.bincount(whose, best - s, size) / a_person for n, s in scores.items()}
    behind = difference(pd.DataFrame(each), confidence)
    return pd.DataFrame({
        "situations": pd.Series(situations), "passages": len(outcome),
        "log_likelihood": table["x"], "behind": behind["difference"], "low": behind["low"],
        "high": behind["high"],
    }).loc[chosen].rename_axis("model")  # fmt: skip


def _foretold(situation: Ints, outcome: Ints, outcomes: int, fold: Ints, folds: int) -> Floats:
    """The log of the chance that each passage was given by those of the other folds."""
    size = int(situation.max(initial=-1)) + 1
    cell = situation * outcomes + outcome
    counts = np.bincount(fold * size * outcomes + cell, minlength=folds * size * outcomes)
    counts = counts.reshape(folds, size, outcomes)
    others = counts.sum(axis=0) - counts
    happens = (np.bincount(outcome, minlength=outcomes) > 0).sum()  # evenly over what occurs
    share = (others + 1.0 / happens) / (others.sum(axis=2, keepdims=True) + 1.0)
    return np.asarray(np.log(share[fold, situation, outcome]))
