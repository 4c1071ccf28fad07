"""Limits of whatever is made of a log: the people are drawn again, and it is asked again.

    over_people(seen, lambda log: measures.repeat_rate(log)["rate"])
    over_people(paths_of(seen), lambda paths: attribute(paths, "markov").table["markov"])
    over_people(judged, brier)

What one person does hangs together, what two do does not: so people are drawn, with all their rows,
as many as there are, with replacement (Efron 1979). The limits are those between which the middle
95 % of the answers lie. They hold what a larger firm of the same kind would find; what is lost on
the way into the log, they do not know of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.data.files import log_of
from cjsim.door import seed_of, whole
from cjsim.measures.log import Log
from cjsim.observe.belief import Judged
from cjsim.observe.paths import Paths

if TYPE_CHECKING:
    import pandas as pd

DRAWS: Final = 200
"""How often the people are drawn unless said."""
STREAM: Final = 0xB007

Seen = Log | Paths | Judged


def over_people(
    seen: Any,
    ask: Callable[[Any], Any],
    *,
    draws: int = DRAWS,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """What an estimate would be in other people of the same kind.

    Parameters
    ----------
    seen : a run, a `Log` (an `Observed` is one), a frame, `Paths` or `Judged`. Of paths those who
        went them are drawn; one person's paths to several deals count as several people's.
    ask : takes such a thing, gives a number, several by name, or a column of a table.
    draws : how often the people are drawn; 39 or more for limits of 95 %.
    confidence : of the limits, 0..1.
    seed : of the draws.

    Returns a row per number: estimate, low, high. A number that some draws do not have is told by
    the others; without any, and for one that is missing, the limits are NaN. Raises ValueError for
    settings that cannot be.

    >>> from cjsim.observe import Paths, attribute, over_people
    >>> paths = Paths.of([(["mail"], 30, 70), (["site"], 10, 90)])
    >>> table = over_people(paths, lambda p: attribute(p, "last").table["last"], draws=100)
    >>> table.loc["mail"].round().tolist()
    [30.0, 21.0, 40.0]
    """
    import pandas as pd

    if not 0 < confidence < 1:
        raise ValueError(f"confidence = {confidence}: must be between 0 and 1")
    least = ceil(2.0 / (1.0 - confidence) - 1e-9) - 1  # so that a draw lies beyond either limit
    if whole("draws", draws) < least:
        raise ValueError(f"draws = {draws}: limits of {100 * confidence:g} % take {least} or more")
    there: Seen = seen if isinstance(seen, Paths | Judged) else log_of(seen)
    estimate = _numbers(ask(there))
    luck = np.random.Generator(np.random.PCG64([seed_of(seed), STREAM]))
    answers = np.full((draws, len(estimate)), np.nan)
    for draw in range(draws):
        answers[draw] = _numbers(ask(drawn(there, luck))).reindex(estimate.index)
    tail = (1.0 - confidence) / 2.0
    told = ~np.isnan(answers).all(axis=0)
    limits = np.full((2, len(estimate)), np.nan)
    limits[:, told] = np.nanquantile(answers[:, told], [tail, 1.0 - tail], axis=0, method="weibull")
    limits[:, estimate.isna()] = np.nan
    return pd.DataFrame({"estimate": estimate, "low": limits[0], "high": limits[1]})


def _numbers(answer: Any) -> pd.Series[float]:
    """A number, several by name, a column."""
    import pandas as pd

    if isinstance(answer, pd.Series):
        return answer.astype(float)
    named = dict(answer) if isinstance(answer, Mapping) else {"it": answer}
    return pd.Series(named, dtype=float)


def drawn(seen: Seen, luck: np.random.Generator) -> Seen:
    """The same with its people drawn anew: as many, some of them several times."""
    if isinstance(seen, Paths):
        return _of_paths(seen, luck)
    if isinstance(seen, Judged):
        _, who = np.unique(seen.person, return_inverse=True)
        row, person = _rows_of(who, luck)
        return Judged(person, seen.time[row], seen.stage[row], seen.odds[row])
    row, person = _rows_of(seen.person, luck)
    order = np.lexsort((np.arange(len(row)), seen.frame["time"].to_numpy()[row]))
    frame = seen.frame.take(row[order]).reset_index(drop=True)
    return Log(frame.assign(person=person[order]), seen.days, seen.start)


def _rows_of(who: Any, luck: np.random.Generator) -> tuple[Any, Any]:
    """The rows of as many people, drawn with replacement, and for each the number of its person."""
    size = int(who.max(initial=-1)) + 1
    order = np.argsort(who, kind="stable")
    rows = np.bincount(who, minlength=size)
    begin = np.cumsum(rows) - rows
    chosen = luck.integers(0, max(size, 1), size)
    person = np.repeat(np.arange(size), rows[chosen])
    first = np.repeat(np.cumsum(rows[chosen]) - rows[chosen], rows[chosen])
    place = np.repeat(begin[chosen], rows[chosen]) + np.arange(len(person)) - first
    return order[place], person


def _of_paths(paths: Paths, luck: np.random.Generator) -> Paths:
    """Those who went the paths, and those of them who made the deal, are drawn."""
    people = np.concatenate([paths.deals, paths.nothing])
    total = people.sum()
    again = luck.multinomial(round(total), people / total) if total > 0 else people
    deals, nothing = np.split(again.astype(float), 2)
    worth = np.divide(paths.value, paths.deals, out=np.zeros(len(paths)), where=paths.deals > 0)
    return replace(paths, deals=deals, nothing=nothing, value=worth * deals)
