"""Learning curve: expert, data, and both, by how many people were seen (C113, C165).

    curve = expert_curve(run, Transitions.read("anna.toml"), people=(10, 100, 1000))
    curve.overtaken                                  # from how many people on data alone do better

The people of a log are split at random: some are learned from, the others are foretold. `error` is
the root of the mean squared distance of a row to the true one, rows weighed by how often people
pass them. What it is on average can be written down. Of a row with the prior parameters a, A = sum
a, of which n passages are seen, the mean misses the truth p by

    ((a + n p) / (A + n) - p)^2  +  n p (1 - p) / (A + n)^2

way by way: what the prior has wrong, and the luck of what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of, seed_of, whole
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, with_interval
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number
from cjsim.observe.expert import Transitions
from cjsim.observe.walks import Walks, walks_of

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PEOPLE: Final = (10, 30, 100, 300, 1000)
WHO: Final = ("expert", "data", "both")
STREAM: Final = 0xE7C0


@dataclass(frozen=True, repr=False)
class ExpertCurve(Result):
    """How wrong a table is, by who has made it and how many people were seen.

    Parameters
    ----------
    table : rows (people, who), who is expert, data or both: passages (seen, on average), error
        (0..1), low, high (interval over which people are seen), expected (what theory says of it),
        log_likelihood (of people who were not seen, nats a passage).
    title : whose table it is.
    draws : how often people were split.
    confidence : coverage of the intervals.

    It is what `expert_curve` returns.

    >>> import cjsim
    >>> from cjsim.observe import Transitions, expert_curve
    >>> run = cjsim.simulate("phone", people=300)
    >>> curve = expert_curve(run, Transitions.of("phone"), people=[10, 100], draws=3)
    >>> curve.table.loc[10, "error"].round(3).to_dict()
    {'expert': 0.13, 'data': 0.227, 'both': 0.115}
    >>> curve.overtaken.to_dict()  # a hundred people tell more than the expert
    {'expert': 100.0, 'both': nan}
    """

    table: pd.DataFrame
    title: str
    draws: int
    confidence: float = 0.95

    @property
    def overtaken(self) -> pd.Series[float]:
        """From how many people on data alone are at least as right as the expert, and as both.

        Of the numbers that were tried the least from which it stays so; NaN where that is none.
        """
        import pandas as pd

        error = self.table["error"].unstack("who").sort_index()
        people = {}
        for who in ("expert", "both"):
            worse = error.index[(error["data"] > error[who]).to_numpy()]
            after = error.index if not len(worse) else error.index[error.index > worse[-1]]
            people[who] = float(after[0]) if len(after) else np.nan
        return pd.Series(people, name="people").rename_axis("who")

    def says(self, lang: str = SPOKEN) -> str:
        """Who is how wrong at the least and the most people, and where data take over.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        sizes = self.table.index.get_level_values("people")
        parts = "; ".join(
            text("expert_curve.at", lang).format(
                people=number(int(size), lang),
                **{who: self._words(size, who, lang) for who in WHO},
            )
            for size in dict.fromkeys((sizes.min(), sizes.max()))
        )
        least = self.overtaken["expert"]
        key = "never" if np.isnan(least) else "overtaken"
        end = text(f"expert_curve.{key}", lang)
        sentence = text("expert_curve.says", lang).format(parts=parts)
        return f"{sentence} {end.format(people='' if np.isnan(least) else number(least, lang))}"

    def _words(self, size: Any, who: str, lang: str) -> str:
        row = self.table.loc[(size, who)]
        return number(float(row["error"]), lang, 3)

    def _scenarios(self) -> dict[str, Any]:
        return {}

    def _facts(self, lang: str = SPOKEN) -> str:
        return self.title or text("expert_curve.who.expert", lang)

    def _grid(self, lang: str) -> Grid:
        heads = [text("expert_curve.people", lang)]
        heads += [text(f"expert_curve.who.{who}", lang) for who in WHO]
        rows = []
        for size, part in self.table.groupby(level="people"):
            cells = [part.loc[(size, who)] for who in WHO]
            ends = [(row["error"], row["low"], row["high"]) for row in cells]
            rows.append([number(int(size), lang)]
                        + [with_interval(*end, lang, signed=False) for end in ends])  # fmt: skip
        return heads, rows


def expert_curve(
    log: Any,
    expert: Transitions,
    people: Sequence[int] = PEOPLE,
    *,
    truth: Transitions | None = None,
    held_out: float = 0.5,
    draws: int = 20,
    seed: int = 1,
    confidence: float = 0.95,
) -> ExpertCurve:
    """How wrong an expert's table is, data alone are, and both together.

    Parameters
    ----------
    log : whatever `walks_of` takes, of states that are the table's.
    expert : what was said, and what it is taken to be worth.
    people : how many are learned from, several sizes; the few are the first of the many.
    truth : the table that is right; what all people of the log did when not given.
    held_out : the share of people who are foretold, 0..1.
    draws : how often people are split.
    seed : of the splits.
    confidence : coverage of the intervals over the splits, 0..1.

    Returns the `ExpertCurve`. Raises ValueError for sizes for which there are not enough people.

    >>> import cjsim
    >>> from cjsim.observe import Transitions, expert_curve
    >>> run = cjsim.simulate("phone", people=300)
    >>> curve = expert_curve(run, Transitions.of("phone"), (10, 100), draws=3)
    >>> list(curve.table.loc[10].index)
    ['expert', 'data', 'both']
    """
    import pandas as pd

    walks = walks_of(log)
    sizes = sorted({whole("people", size) for size in people})
    apart = number_of("held_out", held_out)
    if not 0 < apart < 1:
        raise ValueError(f"held_out = {apart:g}: must lie between 0 and 1")
    spare = len(walks) - int(np.ceil(apart * len(walks)))
    if not sizes or sizes[-1] > spare:
        raise ValueError(
            f"people = {list(people)}: give numbers up to {spare:,}, as many as are not held out"
        )
    blank = replace(expert, passages=np.zeros(expert.passages.shape))
    right = _Right.of(truth or blank.learn(walks), blank.learn(walks))
    orders = [
        np.random.Generator(np.random.PCG64([seed_of(seed), STREAM, n])).permutation(len(walks))
        for n in range(whole("draws", draws))
    ]
    rows = {}
    for size in sizes:
        drawn = [_draw(walks, expert, blank, right, order, size, spare) for order in orders]
        for who in WHO:
            rows[size, who] = _row([one[who] for one in drawn], confidence)
    table = pd.DataFrame.from_dict(rows, "index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["people", "who"])
    columns = ["passages", "error", "low", "high", "expected", "log_likelihood"]
    return ExpertCurve(table[columns], expert.title, len(orders), confidence)


@dataclass(frozen=True)
class _Right:
    """The true rows, and what each counts: the share of passages that come from it."""

    rows: Floats
    weight: Floats

    @classmethod
    def of(cls, truth: Transitions, seen: Transitions) -> _Right:
        weight = seen.passages.sum(axis=1) * (seen.ways.sum(axis=1) > 1)
        rows = truth.said().to_numpy()
        weight = weight * (rows.sum(axis=1) > 0)
        if not weight.sum() > 0:
            raise ValueError("log: nobody in it comes to where there are several ways")
        return cls(rows, weight / weight.sum())

    def error(self, table: Transitions) -> float:
        """The mean squared distance of a table's rows to the true ones."""
        off = (table.mean().to_numpy() - self.rows) ** 2
        return float(self.weight @ off.sum(axis=1))

    def expected(self, prior: Transitions, n: Floats) -> float:
        """What that is on average where n passages of each row are seen."""
        a = prior.alpha
        total = np.maximum(a.sum(axis=1) + n, 1e-300)[:, None]
        n, p = n[:, None], self.rows
        off = ((a + n * p) / total - p) ** 2 + n * p * (1 - p) / total**2
        return float(self.weight @ off.sum(axis=1))


def _draw(
    walks: Walks, expert: Transitions, blank: Transitions, right: _Right, order: Ints, size: int,
    spare: int,
) -> dict[str, tuple[float, ...]]:  # fmt: skip
    """One split: for each who, from what they start and what comes of it."""
    counts, others = walks.counts(order[:size]), walks.counts(order[spare:])
    seen = counts.sum(axis=1)
    told: dict[str, tuple[float, ...]] = {}
    for who, prior, learned in (
        ("expert", expert, 0.0 * counts), ("data", blank, counts), ("both", expert, counts),
    ):  # fmt: skip
        table = prior.learn(learned)
        likely = table.log_likelihood(others) / max(others.sum(), 1.0)
        n = seen if who != "expert" else 0.0 * seen
        told[who] = (seen.sum(), right.error(table), right.expected(prior, n), likely)
    return told


def _row(drawn: Sequence[tuple[float, ...]], confidence: float) -> dict[str, float]:
    import pandas as pd

    passages, squared, expected, likely = np.array(drawn).T
    between = difference(pd.DataFrame({"error": squared}), confidence).iloc[0]
    error, told = float(np.sqrt(squared.mean())), not np.isnan(between["low"])
    none = error if np.ptp(squared) == 0 else np.nan  # whoever has seen nobody has no luck
    ends = [np.sqrt(max(float(between[end]), 0.0)) if told else none for end in ("low", "high")]
    return {
        "passages": float(passages.mean()), "error": error, "low": ends[0], "high": ends[1],
        "expected": float(np.sqrt(expected.mean())), "log_likelihood": float(likely.mean()),
    }  # fmt: skip
