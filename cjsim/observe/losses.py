"""What attribution becomes as records are lost (C123): the same run, recorded better and worse.

    loss_curve(run, "offline")           # by how well people write down what they did
    loss_curve(run, "match")             # by how often the two names of a person are matched

Rows of a better record are rows of a worse one as well, so that a curve shows the loss and not the
luck of another draw. What it is measured by is the same run's log with nothing lost; that this log
is right about what brings deals is another question (`Attribution.against`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cjsim.door import seed_of, whole, words_of
from cjsim.experiment.intervals import difference
from cjsim.experiment.result import Grid, Result, in_per_cent, with_interval
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import per_cent
from cjsim.observe.attribution import attribute, method_word, wrong_share
from cjsim.observe.systems import SHARES, Observed, Records, observe

if TYPE_CHECKING:
    import pandas as pd

    from cjsim.record import Record

AT: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
OFTEN: Final = ("first", "last", "linear", "markov")
LOSSES: Final = tuple(name for name in SHARES if name not in ("online", "offline", "match"))
"""Settings of which 0 is best."""


@dataclass(frozen=True, repr=False)
class LossCurve(Result):
    """Attribution by one setting of the records.

    Parameters
    ----------
    setting : which one.
    table : rows (value of the setting, method): wrong (the share of the credit that stands with
        another touchpoint than in the complete log, 0..1), low, high (interval over the luck of
        recording), offline (the share of the credit that offline touchpoints have), rows (the share
        of what could be seen that is recorded), people (customers per real person).
    credits : rows (value, method), touchpoints across: deals, mean of the draws.
    scenario_name : whose run it was.
    draws : how often each value was recorded.
    confidence : coverage of the intervals.

    It is what `loss_curve` returns.

    >>> import cjsim
    >>> from cjsim.observe import loss_curve
    >>> run = cjsim.simulate("phone", people=50)
    >>> curve = loss_curve(run, "offline", at=[1.0, 0.5], methods=["first", "last"], draws=3)
    >>> print(curve.table[["wrong", "offline", "rows"]].reset_index().round(2))
       value method  wrong  offline  rows
    0    1.0  first   0.00     0.94  1.00
    1    1.0   last   0.00     0.29  1.00
    2    0.5  first   0.04     0.90  0.58
    3    0.5   last   0.06     0.24  0.58
    """

    setting: str
    table: pd.DataFrame
    credits: pd.DataFrame
    scenario_name: str
    draws: int
    confidence: float = 0.95

    def says(self, lang: str = SPOKEN) -> str:
        """How much credit is in the wrong place where least is recorded, method by method.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        worst = self._worst()
        parts = "; ".join(
            f"{method_word(str(method), lang)} {self._words(row, lang)}"
            for method, row in worst.iterrows()
        )
        return text("record_loss.says", lang).format(
            setting=text(f"record_loss.setting.{self.setting}", lang),
            value=per_cent(float(worst["value"].iloc[0]), lang),
            rows=per_cent(float(worst["rows"].iloc[0]), lang), parts=parts,
        )  # fmt: skip

    def _worst(self) -> pd.DataFrame:
        values = self.table.index.get_level_values("value")
        worst = values.max() if self.setting in LOSSES else values.min()
        return self.table.loc[worst].assign(value=worst)

    def _words(self, row: Any, lang: str) -> str:
        wrong, low, high = (100 * row[name] for name in ("wrong", "low", "high"))
        return with_interval(wrong, low, high, lang, signed=False) + "\N{NO-BREAK SPACE}%"

    def tables(self) -> dict[str, pd.DataFrame]:
        """The curves, and the credits behind them."""
        return {"record-loss": self.table.reset_index(), "credits": self.credits.reset_index()}

    def _scenarios(self) -> dict[str, Any]:
        return {}

    def _facts(self, lang: str = SPOKEN) -> str:
        return f"{self.scenario_name}, {self.setting}"

    def _grid(self, lang: str) -> Grid:
        heads = [text(f"record_loss.setting.{self.setting}", lang)]
        heads += [text("record_loss.method", lang), text("record_loss.wrong", lang)]
        rows = [
            [per_cent(value, lang), method_word(method, lang), in_per_cent(row["wrong"], lang)]
            for (value, method), row in self.table.iterrows()
        ]
        return heads, rows


def loss_curve(
    run: Record,
    setting: str = "offline",
    at: Sequence[float] | None = None,
    methods: str | Sequence[str] = OFTEN,
    *,
    records: Records | None = None,
    draws: int = 5,
    seed: int = 1,
    deals: str = "first",
    confidence: float = 0.95,
) -> LossCurve:
    """How attribution changes as one setting of the records gets worse.

    Parameters
    ----------
    run : made with log="all".
    setting : of `Records`, a share.
    at : its values; from all to a fifth when not given, from 0 to .4 for a setting that spoils.
    methods : of `attribute`.
    records : how the other settings stand; perfect when not given.
    draws : how often each value is recorded, each with a luck of its own.
    seed : of the first draw.
    deals : "first" or "all".
    confidence : coverage of the interval over the luck of recording, 0..1.

    Returns the `LossCurve`. Raises ValueError for a setting, value or method that cannot be.

    >>> import cjsim
    >>> from cjsim.observe import loss_curve
    >>> run = cjsim.simulate("phone", people=50)
    >>> curve = loss_curve(run, "offline", at=[0.5], methods="last", draws=2)
    >>> round(float(curve.table.loc[(0.5, "last"), "rows"]), 2)  # of what could be seen
    0.58
    """
    import pandas as pd

    if setting not in SHARES:
        raise unknown("setting of the records that is a share", setting, SHARES)
    usual = [round(share / 2, 2) for share in (0, 0.2, 0.4, 0.6, 0.8)] if setting in LOSSES else AT
    values = [float(value) for value in (usual if at is None else at)]
    if not values:
        raise ValueError("at = []: give at least one value of the setting")
    names, first = words_of("methods", methods), seed_of(seed)
    many = whole("draws", draws)
    complete = attribute(run, names, deals=deals).table
    rows, credits = {}, {}
    for value in values:
        how = (records or Records()).but(**{setting: value})
        seen = [observe(run, how, seed=first + n) for n in range(many)]
        tables = [attribute(one, names, deals=deals).table for one in seen]
        tables = [table.reindex(complete.index).fillna(0.0) for table in tables]
        wrong = pd.DataFrame(
            {name: [wrong_share(table[name], complete[name]) for table in tables] for name in names}
        )
        kept, people = _recorded(seen)
        for name, interval in difference(wrong, confidence).iterrows():
            credit = sum(table[name] for table in tables) / many
            low = np.maximum(interval["low"], 0.0)  # NaN stays
            share = _offline_share(run, credit)
            ends = interval["difference"], low, interval["high"]
            rows[value, name] = (*ends, share, kept, people)
            credits[value, name] = credit
    heads = ["wrong", "low", "high", "offline", "rows", "people"]
    table = pd.DataFrame.from_dict(rows, "index", columns=heads)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["value", "method"])
    credit_table = pd.DataFrame(credits).T.rename_axis(["value", "method"])
    return LossCurve(setting, table, credit_table, run.scenario.name, draws, confidence)


def _recorded(seen: Sequence[Observed]) -> tuple[float, float]:
    """The share of what could be seen that is recorded, and customers per real person."""
    kept = [one.counts["recorded"] / max(one.counts["visible"], 1) for one in seen]
    names = [one.names[["customer", "person"]].nunique() for one in seen]
    return float(np.mean(kept)), float(np.mean([n["customer"] / n["person"] for n in names]))


def _offline_share(run: Record, credit: pd.Series[float]) -> float:
    """The share of a credit that offline touchpoints have; NaN where nobody has any."""
    modes = {name: one.mode for name, one in run.scenario.touchpoints.items()}
    offline = credit[[modes[str(name)] == "offline" for name in credit.index]]
    return float(offline.sum() / credit.sum()) if credit.sum() else np.nan
