"""What a fit is checked by: figures that people read, as they were and as the fit has them.

The funnel, how long people take, who buys again by when, money by month; up to the end of what was
fitted and, where the log goes on, after it: nothing of that has the fit seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from cjsim.inference.seen import DEALS, Floats, Lens, Seen
from cjsim.labels import find, text
from cjsim.model.events import Event
from cjsim.run import simulate
from cjsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

MONTH: Final = 365.0 / 12
MOST_MONTHS: Final = 60
COUNTED: Final = (
    Event.CONTACT, Event.KNOWN, Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.OPT_OUT,
    Event.COMPLAINT, Event.NOTICE,
)  # fmt: skip
"""What is counted, where the log knows it."""
MONEY: Final = (Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT)
"""What customers pay."""
AGAIN: Final = (30.0, 90.0, 180.0, 365.0)
"""The repeat curve: bought again within so many days."""
HALF: Final = 0.5

Figures = dict[str, float]


def figures(seen: Seen, lens: Lens) -> Figures:
    """The funnel, stays, the repeat curve and the money of some rows; NaN where nobody tells.

    Counts and money are those of the whole market that the rows stand for.
    """
    table: Figures = {"people": float(len(np.unique(seen.person)))}
    for kind in COUNTED:
        if kind in lens.kinds:
            table[f"count.{kind.key}"] = float(np.count_nonzero(seen.event == kind))
    table |= _stays(seen, lens.kinds) | _again(seen)
    if not lens.money:
        return table
    month = np.minimum((seen.time / MONTH).astype(np.int64), _months(seen.days) - 1)
    paid = np.where(seen.rows(*MONEY), seen.amount, 0.0)
    by_month = np.bincount(month, paid, _months(seen.days))
    table["money"] = float(paid.sum())
    table |= {f"money.{number + 1}": float(money) for number, money in enumerate(by_month)}
    return table


def _months(days: float) -> int:
    """Whole months at least begun, the last one put to the one before where it is short."""
    return int(min(max(round(days / MONTH), 1), MOST_MONTHS))


def _stays(seen: Seen, kinds: tuple[Event, ...]) -> Figures:
    """Days from becoming known to the first deal, and from deal to deal: medians of those over."""
    table = {}
    if Event.KNOWN in kinds and Event.FIRST_DEAL in kinds:
        since, won = (_first(seen, kind) for kind in (Event.KNOWN, Event.FIRST_DEAL))
        both = np.isfinite(since) & np.isfinite(won) & (since < won)
        table["days.to_deal"] = _median(won[both] - since[both])
    rows = np.flatnonzero(seen.rows(*DEALS))
    same = seen.person[rows][1:] == seen.person[rows][:-1]
    table["days.between_deals"] = _median(np.diff(seen.time[rows])[same])
    return table


def _again(seen: Seen) -> Figures:
    """Of those whose first deal was early enough, who bought again within some days."""
    first = _first(seen, Event.FIRST_DEAL)
    rows = np.flatnonzero(seen.event == Event.REPEAT_DEAL)[::-1]
    after = rows[seen.time[rows] > first[seen.person[rows]]]
    again = np.full(seen.people, np.inf)
    again[seen.person[after]] = seen.time[after]
    table = {}
    for days in AGAIN:
        if days < seen.days:
            early = first <= seen.days - days
            bought = again[early] - first[early] <= days
            table[f"again.{days:g}"] = float(bought.mean()) if early.any() else np.nan
    return table


def _first(seen: Seen, kind: Event) -> Floats:
    first = np.full(seen.people, np.inf)
    rows = np.flatnonzero(seen.event == kind)[::-1]
    first[seen.person[rows]] = seen.time[rows]
    return first


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else np.nan


@dataclass(frozen=True)
class Forecast:
    """What one setting says of the figures: what a worker calls.

    Parameters
    ----------
    scenario : as it was; its horizon is that of the whole log.
    people : simulated; `size` : of the market that the figures are of.
    lens : up to the end of the log.
    until : up to here the fit has looked.
    """

    scenario: Scenario
    people: int
    size: float
    lens: Lens
    until: float

    def __call__(self, task: tuple[Mapping[str, float], int]) -> tuple[Figures, Figures]:
        setting, seed = task
        run = simulate(self.scenario.with_changes(setting), self.people, seed=seed)
        return self.of(self.lens.run(run))

    def of(self, seen: Seen) -> tuple[Figures, Figures]:
        """The figures before `until` and after it; none after it where the log ends there."""
        larger = self.size / seen.size
        before = figures(seen.within(0.0, self.until), self.lens)
        after: Figures = {}
        if self.until < self.lens.days:
            after = figures(seen.within(self.until, self.lens.days), self.lens)
        return _scaled(before, larger), _scaled(after, larger)


def _scaled(table: Figures, larger: float) -> Figures:
    """Counts and money of a sample as those of all of the market."""
    return {
        name: value * larger if name.startswith(("people", "count", "money")) else value
        for name, value in table.items()
    }


def against(actual: Figures, simulated: list[Figures]) -> pd.DataFrame:
    """Each figure as it was, and as the fit has it; one row per figure.

    Columns actual, low, median, high (90 % of the fit's worlds lie between low and high), below
    (share of these worlds below the actual; equals count half), inside (between low and high?).
    Where the log or the fit has no such figure, there is nothing to compare: no interval, and
    inside is missing, neither yes nor no.
    """
    import pandas as pd

    rows = {}
    for name, value in actual.items():
        values = np.array([figures_of[name] for figures_of in simulated])
        told = values[np.isfinite(values)]
        if not len(told) or not np.isfinite(value):  # nothing to compare
            rows[name] = (value, *[np.nan] * 4, None)
            continue
        low, middle, high = np.quantile(told, [0.05, 0.5, 0.95])
        below = float((told < value).mean() + HALF * (told == value).mean())
        rows[name] = (value, low, middle, high, below, bool(low <= value <= high))
    columns = ["actual", "low", "median", "high", "below", "inside"]
    table = pd.DataFrame.from_dict(rows, "index", columns=columns)
    return table.astype({"inside": "boolean"}).rename_axis("figure")


def looks(names: Sequence[str], lang: str) -> str:
    """What summaries look at, each kind of them once, with how many there are of it.

    >>> looks(["gap.q10", "gap.q50", "first_deal.2", "people"], "en")
    'days from deal to deal (2), First deal, people seen'
    """
    told = Counter(_kind_of(name, lang) for name in names)
    return ", ".join(kind if many == 1 else f"{kind} ({many})" for kind, many in told.items())


def _kind_of(name: str, lang: str) -> str:
    kind, _, rest = name.partition(".")
    event = rest if kind == "count" else kind
    return find(f"fit.looks.{kind}", lang) or find(f"event.{event}", lang) or name


def in_words(figure: str, lang: str) -> str:
    """The name of a figure: of "again.90" the repeat curve at 90 days."""
    kind, _, rest = figure.partition(".")
    if kind == "count":
        return find(f"event.{rest}", lang) or rest
    if kind == "days":
        return text(f"fit.figures.{rest}", lang)
    if kind == "again":
        return text("fit.figures.again", lang).format(days=rest)
    if kind == "money" and rest:
        return text("fit.figures.money_month", lang).format(month=rest)
    return text(f"fit.figures.{kind}", lang)
