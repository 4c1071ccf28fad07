"""An expert's table of where people go next, and what data make of it (C112, C115, C164, C165).

    plan = Transitions.of("phone", strength=50)         # an expert who knows the plan
    anna = Transitions.read("anna.toml")                # or what somebody has written down
    learned = learn(run, anna)                          # a posterior: a table like any other
    learned.table()                                     # mean and 90 % interval of each way

Each row is a Dirichlet distribution. A row of which nobody has said anything is worth one passage,
spread evenly over its ways. What an expert says comes on top, as so many observed passages; data
are observed passages. So an expert of strength s is worth exactly s passages that went as they say,
neither more nor less right for that, and a posterior is the prior of what comes next.

**What a table is worth.** Let p be the truth of a row and e what the expert says. The squared error
of the expert is sum (e - p)^2, however often people are seen; of shares seen in n passages it is
sum p (1 - p) / n. They cross at

    n* = sum p (1 - p) / sum (e - p)^2

passages: the expert is worth so many, whatever strength they claim. `worth` tells them.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cjsim.door import mapping_of, number_of, scenario_of
from cjsim.files import expanded, write_text
from cjsim.journey import EXITS, GONE, Stage
from cjsim.labels.tables import one_line
from cjsim.model.chain import expert_of, ways_of
from cjsim.observe.shares import STRENGTH, Reader, strength_of
from cjsim.observe.walks import STAGE_KEYS, walks_of
from cjsim.scenario import Scenario
from cjsim.scenario.toml import document

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, repr=False)
class Transitions:
    """Where people go next from each state, as so many passages were they seen: Dirichlet rows.

    Parameters
    ----------
    states : their names.
    passages : from each state (rows) to each, what expert and data are worth together.
    ways : which of them there are; of the stages those of the map.
    title : whose table it is.

    One is made by `of`, `read` or `nothing`, and learns by `learn`.

    >>> import cjsim
    >>> from cjsim.observe import Transitions
    >>> anna = Transitions.of("phone", strength=50)
    >>> anna.mean().loc["interest", ["desire", "dormant"]].round(2).to_dict()
    {'desire': 0.79, 'dormant': 0.2}
    >>> learned = anna.learn(cjsim.simulate("phone", people=50))
    >>> print(learned.table().loc["interest"].reset_index().round(2))
               to  passages  mean   low  high
    0      desire      83.0  0.82  0.75  0.88
    1  with_rival       0.0  0.00  0.00  0.01
    2     dormant      18.0  0.18  0.12  0.25
    """

    states: tuple[str, ...]
    passages: Floats
    ways: Flags
    title: str = ""

    def __post_init__(self) -> None:
        size = (len(self.states), len(self.states))
        if np.shape(self.passages) != size or np.shape(self.ways) != size:
            raise ValueError(f"passages, ways: must be tables of {size[0]} rows and columns")
        given = np.asarray(self.passages, np.float64)
        if not ((given >= 0) & np.isfinite(given)).all():
            raise ValueError("passages: must be numbers of at least 0")
        off = np.argwhere((given > 0) & ~self.ways)
        if len(off):
            here, there = (self.states[place] for place in off[0])
            raise ValueError(
                f"there is no way from {here} to {there} in this table, but "
                f"{given[tuple(off[0])]:g} passages; Transitions.nothing(states) has all ways"
            )

    # --- whose it is ------------------------------------------------------------------------------

    @classmethod
    def nothing(cls, states: Sequence[str] | None = None) -> Transitions:
        """Nobody has said anything.

        Parameters
        ----------
        states : with all ways among them; the stages with the ways of the map when not given.

        >>> Transitions.nothing(["a", "b"]).mean().loc["a"].tolist()
        [0.5, 0.5]
        """
        names = STAGE_KEYS if states is None else tuple(states)
        ways = np.ones((len(names), len(names)), bool)
        if names == STAGE_KEYS:
            ways[:] = False
            for here in range(GONE):
                ways[here, [there for there in EXITS[Stage(here)] if there != GONE]] = True
        return cls(names, np.zeros(ways.shape), ways)

    @classmethod
    def of(cls, scenario: Scenario | str | Path, strength: float = STRENGTH) -> Transitions:
        """What an expert would say who knows a scenario's plan, and no more than that.

        Planned losses, gates at mean quality, the fork at mean rationality: see `model/chain`.

        Parameters
        ----------
        scenario : a Scenario, a preset's name or a path.
        strength : observed passages that each row is worth.

        >>> round(float(Transitions.of("phone").said().loc["interest", "dormant"]), 2)
        0.2
        """
        known = scenario_of(scenario)
        expert = expert_of(known)
        quiet, deals = ways_of(expert)
        shares: dict[str, dict[str, float]] = {}
        for stage in range(GONE):
            row = dict.fromkeys(range(GONE), 0.0)
            for there, share in (*quiet[stage], *deals[stage]):
                row[there] += share
            if stage == Stage.WITH_RIVAL:  # who stays with the rival waits for their next need
                row[stage] += 1.0 - sum(row.values())
            shares[STAGE_KEYS[stage]] = {STAGE_KEYS[there]: row[there] for there in row}
        return cls.nothing().but(shares, strength=strength, title=known.name)

    @classmethod
    def read(cls, path: str | Path, states: Sequence[str] | None = None) -> Transitions:
        """What somebody has written down, as TOML.

            title = "Anna, ten years in sales"
            strength = 40             # observed passages that a row is worth

            [interest]
            desire = 0.6
            dormant = 0.3
            with_rival = 0.1

            [desire]
            strength = 10             # of this she is not so sure
            study = 0.7
            dormant = 0.3

        Of rows that are not there nothing is said.

        Parameters
        ----------
        path : of the file.
        states : the names there are; the stages, with the ways of the map, when not given.

        Raises ValueError with all that is wrong in the file, OSError where it cannot be read.
        """
        place = expanded(path)
        try:
            tables = tomllib.loads(place.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{place}: is no TOML file ({error})") from None
        blank = cls.nothing(states)
        title, passages = Reader(blank.states, blank.ways, str(place)).table(tables)
        return replace(blank, passages=passages, title=title)

    def save(self, path: str | Path) -> Path:
        """Write what `read` reads: of each row the shares, and what they are worth.

        Parameters
        ----------
        path : of the file, which is replaced where it is there. Returns it.
        """
        tables: dict[str, Any] = {"title": self.title}
        shares, worth = self.said().to_numpy(), self.passages.sum(axis=1)
        for place in np.flatnonzero(worth > 0):
            row = {name: float(x) for name, x in zip(self.states, shares[place], strict=True) if x}
            tables[self.states[place]] = {"strength": float(worth[place]), **row}
        return write_text(path, "\n".join(document(tables)).lstrip("\n") + "\n")

    def but(
        self,
        shares: Shares | None = None,
        *,
        strength: float | None = None,
        title: str | None = None,
    ) -> Transitions:
        """The same with some rows said otherwise, or with another strength of all that is said.

        Parameters
        ----------
        shares : state -> next state -> share; a row's shares add up to 1.
        strength : observed passages of each row; that which a row has when not given.
        title : whose table the new one is.

        Raises ValueError for names and shares that cannot be.

        >>> sure = Transitions.of("phone").but({"interest": {"desire": 1.0}}, strength=1000)
        >>> round(float(sure.mean().loc["interest", "desire"]), 4)
        0.9993
        """
        given = mapping_of("shares", shares or {}, '{"interest": {"desire": 0.6, "dormant": 0.4}}')
        old = self.passages.sum(axis=1)
        usual = {name: float(x) or STRENGTH for name, x in zip(self.states, old, strict=True)}
        rows = Reader(self.states, self.ways, "shares").rows({**given}, usual)
        passages = self.passages.copy()
        for name, row in rows.items():
            passages[self.states.index(name)] = row
        if strength is not None:
            much = strength_of("strength", strength)
            total = passages.sum(axis=1, keepdims=True)
            share = np.divide(passages, total, out=np.zeros_like(passages), where=total > 0)
            passages = much * share
        return replace(self, passages=passages, title=self.title if title is None else title)

    # --- what it says -----------------------------------------------------------------------------

    @property
    def alpha(self) -> Floats:
        """The parameters of the rows: one passage evenly, and all that was said or seen."""
        many = self.ways.sum(axis=1, keepdims=True)
        return np.asarray(self.passages + self.ways / np.maximum(many, 1))

    def said(self) -> pd.DataFrame:
        """The shares of what was said or seen, from (rows) to; 0 in rows of which nothing was."""
        total = self.passages.sum(axis=1, keepdims=True)
        return self._frame(
            np.divide(self.passages, total, where=total > 0, out=np.zeros(self.passages.shape))
        )

    def mean(self) -> pd.DataFrame:
        """The chance of each way, from (rows) to: what the next person is expected to do."""
        return self._frame(_mean(self.alpha))

    def table(self, confidence: float = 0.9) -> pd.DataFrame:
        """Each way's chance with its interval, that of its Beta distribution.

        Parameters
        ----------
        confidence : coverage of the interval, 0..1.

        Returns rows (from, to): passages, mean, low, high. A way that is the only one is certain.
        """
        import pandas as pd
        from scipy import stats

        here, there = np.nonzero(self.ways)
        alpha = self.alpha
        a, rest = alpha[here, there], alpha.sum(axis=1)[here] - alpha[here, there]
        several = self.ways.sum(axis=1)[here] > 1
        tail = (1.0 - _confidence(confidence)) / 2
        ends = [
            np.where(several, stats.beta.ppf(at, a, np.where(several, rest, 1.0)), 1.0)
            for at in (tail, 1.0 - tail)
        ]
        names = [[self.states[i] for i in places] for places in (here, there)]
        return pd.DataFrame(
            {"passages": self.passages[here, there], "mean": a / (a + np.where(several, rest, 0.0)),
             "low": ends[0], "high": ends[1]},
            pd.MultiIndex.from_arrays(names, names=["from", "to"]),
        )  # fmt: skip

    def log_likelihood(self, log: Any) -> float:
        """How well passages were foretold that this table has not seen: nats, each by the mean.

        Parameters
        ----------
        log : whatever `walks_of` takes, or a matrix of passages.
        """
        counts = self._counts(log)
        seen = counts > 0
        return float((counts[seen] * np.log(_mean(self.alpha)[seen])).sum())

    def log_evidence(self, log: Any) -> float:
        """The exact predictive log likelihood of passages that come one after the other.

        Parameters
        ----------
        log : whatever `walks_of` takes, or a matrix of passages.

        Each is foretold by the table and all that came before it; their order does not matter
        (Dirichlet-multinomial): log of Γ(A) / Γ(A + n) · prod Γ(α + n) / Γ(α), row by row [nats].

        >>> heads = Transitions.nothing(["a", "b"])
        >>> round(heads.log_evidence(np.array([[1.0, 0.0], [0.0, 0.0]])), 4)  # log of a half
        -0.6931
        """
        from scipy.special import gammaln

        counts, alpha = self._counts(log), self.alpha
        rows = counts.sum(axis=1) > 0
        counts, alpha, ways = counts[rows], alpha[rows], self.ways[rows]
        total = alpha.sum(axis=1)
        whole = gammaln(total) - gammaln(total + counts.sum(axis=1))
        safe = np.where(ways, alpha, 1.0)
        return float(whole.sum() + (gammaln(safe + counts) - gammaln(safe))[ways].sum())

    def learn(self, log: Any, title: str | None = None) -> Transitions:
        """The posterior: this table, and the passages of a log.

        Parameters
        ----------
        log : whatever `walks_of` takes, or a matrix of passages.
        title : of the posterior; this table's when not given.

        Raises ValueError where the two are of different states.
        """
        more = self.passages + self._counts(log)
        return replace(self, passages=more, title=self.title if title is None else title)

    def _counts(self, log: Any) -> Floats:
        """The passages of a log, or a matrix of them; raises ValueError for ways there are not."""
        if isinstance(log, np.ndarray):
            counts = np.asarray(log, np.float64)
        else:
            walks = walks_of(log)
            if walks.states != self.states:
                raise ValueError(
                    "log: its walks go through other states than the table's, "
                    f"{', '.join(walks.states[:4])}, ...; Transitions.nothing(states) takes any"
                )
            counts = walks.counts()
        replace(self, passages=counts)  # refuses ways that there are not
        return counts

    def _frame(self, values: Floats) -> pd.DataFrame:
        import pandas as pd

        names = pd.Index(self.states, name="from")
        return pd.DataFrame(values, names, pd.Index(self.states, name="to"))

    def __repr__(self) -> str:
        rows, worth = int((self.passages.sum(axis=1) > 0).sum()), self.passages.sum()
        return one_line(
            "Transitions", f"{self.title + ': ' if self.title else ''}{rows} rows of "
            f"{len(self.states)}, worth {worth:,.0f} passages"
        )  # fmt: skip

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.mean().round(3).to_html()}"


def learn(log: Any, prior: Transitions | str | Path | None = None) -> Transitions:
    """What a log makes of an expert's table.

    Parameters
    ----------
    log : whatever `walks_of` takes: a run and a log with stages tell of those, other logs of
        contacts and deals.
    prior : the expert's table, the path of its file, or None: nobody has said anything.

    Returns the posterior, a `Transitions`. Raises ValueError where the two are of different states.

    >>> import cjsim
    >>> from cjsim.observe import Transitions, learn
    >>> learned = learn(cjsim.simulate("phone", people=200), Transitions.of("phone"))
    >>> list(learned.table().columns)
    ['passages', 'mean', 'low', 'high']
    """
    walks = walks_of(log)
    if isinstance(prior, Transitions):
        return prior.learn(walks)
    states = None if walks.states == STAGE_KEYS else walks.states
    table = Transitions.nothing(states) if prior is None else Transitions.read(prior, states)
    return table.learn(walks)


def worth(expert: Transitions, truth: Transitions | Any) -> pd.DataFrame:
    """How many passages an expert's table is worth, row by row: n* at the head of this file.

    Parameters
    ----------
    expert : what was said; its strength does not matter.
    truth : a table of many passages, or the log of a large market.

    Returns a row per state that both speak of: said and true distance (half the sum of the
    absolute differences, 0..1), passages (n*; infinite where the expert is right to the digit).

    >>> from cjsim.observe import Transitions, worth
    >>> said = Transitions.nothing(["a", "b"]).but({"a": {"a": 0.6, "b": 0.4}})
    >>> true = Transitions.nothing(["a", "b"]).but({"a": {"a": 0.5, "b": 0.5}})
    >>> worth(said, true).round(3).to_dict("records")
    [{'distance': 0.1, 'passages': 25.0}]
    """
    import pandas as pd

    true = truth if isinstance(truth, Transitions) else learn(truth, _blank(expert))
    e, p = expert.said().to_numpy(), true.said().to_numpy()
    both = (e.sum(axis=1) > 0) & (p.sum(axis=1) > 0) & (expert.ways.sum(axis=1) > 1)
    e, p = e[both], p[both]
    off = ((e - p) ** 2).sum(axis=1)
    passages = np.divide((p * (1 - p)).sum(axis=1), off, out=np.full(len(e), np.inf), where=off > 0)
    rows = pd.Index(np.array(expert.states)[both], name="from")
    return pd.DataFrame({"distance": np.abs(e - p).sum(axis=1) / 2, "passages": passages}, rows)


def _blank(table: Transitions) -> Transitions:
    return replace(table, passages=np.zeros(table.passages.shape), title="")


def _mean(alpha: Floats) -> Floats:
    total = alpha.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(alpha, total, where=total > 0, out=np.zeros(alpha.shape)))


def _confidence(given: object) -> float:
    number = number_of("confidence", given)
    if not 0 < number < 1:
        raise ValueError(f"confidence = {number:g}: must lie between 0 and 1")
    return number
