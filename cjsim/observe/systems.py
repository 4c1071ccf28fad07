"""What a firm's systems record of a run: its log, and apart from it the truth to judge it by.

    seen = observe(run, Records(offline=0.6, match=0.8))
    seen.log                     # what the firm has: whom it takes for one person, when, what
    seen.truth                   # row by row, what it really was: for the judge, not for the firm
    measures.repeat_rate(seen)   # whatever takes a log takes this one

**What a firm can see.** Contacts and what comes of them (no seat, no rep, not delivered, not
opened), details left, opt-outs, whoever stands in the queue, tenders, deals and payments,
complaints that are made and made good, notices; a referral only where a bonus is paid. Hidden are
stages, who wakes, what is done with a rival, what friends tell each other, an empty shelf's buyers,
and a failure of which nobody complains. Of the columns it has time, person, event, touchpoint and
amount. All this is the log to the bit where discipline is full.

**How a row is lost or spoilt.** Deals, payments and bonuses are in the books and always recorded.
Whatever has an online touchpoint is recorded by a machine, all else by somebody who has to write it
down (C117, C118, C122). Each row has its own luck, one uniform per loss: a row that is recorded at
a discipline of .6 is recorded at .7, and what one setting does to a row no other setting moves.

**Who is who.** A person is known to machines under one name and to people under another; where the
two are not matched (C121) they are two customers to the firm. A false merge takes one for another.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim import log as event_log
from cjsim.door import folder_of, number_of, seed_of
from cjsim.labels import SPOKEN, text
from cjsim.labels.numbers import number, per_cent
from cjsim.labels.tables import html_table, one_line
from cjsim.measures.log import Log
from cjsim.measures.visits import need
from cjsim.model.events import EVENTS, Event
from cjsim.record import Record

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HIDDEN: Final = (
    Event.START, Event.ENTER, Event.STOCKOUT, Event.TRIAL, Event.RIVAL_DEAL, Event.TOLD,
    Event.FAILURE, Event.BAD_WORD,
)  # fmt: skip
"""What no system of a firm can see; of referrals, those without a bonus."""
BOOKED: Final = (
    Event.FIRST_DEAL, Event.REPEAT_DEAL, Event.PAYMENT, Event.RECOVERED, Event.REFERRAL,
)  # fmt: skip
"""What stands in the books: money has moved."""
BAD_NEWS: Final = (
    Event.DROPPED, Event.OPT_OUT, Event.RENEGED, Event.COMPLAINT, Event.DECLINED, Event.NOTICE,
    Event.FULL,
)  # fmt: skip
"""What nobody likes to write down."""
BUSY: Final = 0.2
"""The share of days that count as busy: those with the most rows that people have to write down."""
STREAM: Final = 0x0B5E
"""Keeps the luck of recording apart from whatever else a world's seed is asked for."""
PURPOSES: Final = (
    "recorded", "busy", "bad_news", "late", "days_late", "twice", "seam", "merge", "into",
)  # fmt: skip
"""One stream of random numbers each."""
SHARES: Final = (
    "online", "offline", "busy_loss", "bad_news_loss", "late", "duplicates", "match",
    "false_merges",
)  # fmt: skip


@dataclass(frozen=True)
class Records:
    """How well a firm records; as it stands, everything it can see, at once and under one name.

    Parameters
    ----------
    online : chance that a contact with an online touchpoint is recorded, 0..1.
    offline : chance that anything else that is not in the books is recorded, 0..1 (C117).
    busy_loss : chance that such a row is not written down on a busy day, beside all else: the fifth
        of the days with the most to write, 0..1.
    bad_news_loss : chance that bad news is not recorded, beside all else: a complaint, an opt-out,
        who left the queue or gave notice, 0..1.
    late : chance that what somebody writes down is entered later, 0..1; it then bears the day of
        the entry, and is missing where that lies beyond the horizon.
    days_late : how much later, on average [days]; exponential.
    duplicates : chance that a row outside the books is there twice, 0..1.
    match : chance that a person's online and offline names are known to be one person's, 0..1
        (C121).
    false_merges : chance that a customer is taken for another one, 0..0.5.

    Raises ValueError for a chance or a number of days that cannot be.

    >>> import cjsim
    >>> from cjsim.observe import Records, observe
    >>> careless = Records(offline=0.5, match=0.5)
    >>> careless.but(match=1.0) == Records(offline=0.5)
    True
    >>> observe(cjsim.simulate("phone", people=50), careless).counts["lost"]
    1021
    """

    online: float = 1.0
    offline: float = 1.0
    busy_loss: float = 0.0
    bad_news_loss: float = 0.0
    late: float = 0.0
    days_late: float = 7.0
    duplicates: float = 0.0
    match: float = 1.0
    false_merges: float = 0.0

    def __post_init__(self) -> None:
        for name in SHARES:
            most = 0.5 if name == "false_merges" else 1.0
            value = number_of(name, getattr(self, name))
            if not 0 <= value <= most:
                raise ValueError(f"{name} = {value:g}: must be a share from 0 to {most:g}")
        if not 0 < number_of("days_late", self.days_late) < np.inf:
            raise ValueError(f"days_late = {self.days_late}: must be a number of days above 0")

    def but(self, **changes: float) -> Records:
        """The same with some settings changed; raises ValueError for one that there is not.

        Parameters
        ----------
        changes : setting = value.
        """
        for name in changes:
            if name not in SETTINGS:
                from cjsim.labels import unknown

                raise unknown("setting of the records", name, SETTINGS)
        return dataclasses.replace(self, **changes)


SETTINGS: Final = tuple(setting.name for setting in dataclasses.fields(Records))


@dataclass(frozen=True, repr=False)
class Observed(Log):
    """What a firm's systems have of a run. It is a `Log`; what follows is for the judge.

    Parameters
    ----------
    truth : a row per row of the log: row (in the run's log), person, time, duplicate, and the
        `customer` that the firm takes the person for.
    names : a row per name of a person that was ever recorded: person, offline, customer.
    records : how well it was recorded.
    counts : rows of the run's log that the firm can see, and what became of them.

    It is what `observe` returns.

    >>> import cjsim
    >>> from cjsim.observe import observe
    >>> seen = observe(cjsim.simulate("phone", people=50), match=0.5)
    >>> list(seen.log)  # what the firm has
    ['time', 'person', 'event', 'touchpoint', 'amount']
    >>> print(seen.names[seen.names["person"] == 4])  # and what only the judge has: of two one
       person  offline  customer
    4       4    False         4
    5       4     True       120
    >>> seen.table["count"][["people", "customers", "split"]].to_dict()  # split: taken for two
    {'people': 73, 'customers': 94, 'split': 21}
    """

    truth: pd.DataFrame = field(kw_only=True)
    names: pd.DataFrame = field(kw_only=True)
    records: Records = field(kw_only=True)
    counts: dict[str, int] = field(kw_only=True)

    @property
    def log(self) -> pd.DataFrame:
        """The observed log; a copy of yours."""
        return self.frame.copy()

    @cached_property
    def table(self) -> pd.DataFrame:
        """What became of the rows that the firm can see, and of who is who: names -> counts."""
        import pandas as pd

        split = self.names.groupby("person")["customer"].nunique()
        taken = self.names.groupby("customer")["person"].nunique()
        counts = {
            **self.counts,
            "rows": len(self),
            "people": int(self.names["person"].nunique()),
            "customers": int(self.names["customer"].nunique()),
            "split": int((split > 1).sum()),
            "merged": int((taken > 1).sum()),
        }
        return pd.Series(counts, name="count").rename_axis("what").to_frame()

    def says(self, lang: str = SPOKEN) -> str:
        """How much of what could be seen was recorded, and how many are who they are taken for.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        counts = self.table["count"]
        told = {name: number(int(count), lang) for name, count in counts.items()}
        kept = self.counts["recorded"] / max(self.counts["visible"], 1)
        sentences = [text("observe.recorded", lang).format(share=per_cent(kept, lang, 1), **told)]
        sentences.append(text("observe.who", lang).format(**told))
        return " ".join(sentences)

    def save(self, folder: str | Path) -> list[str]:
        """Write the firm's log, and beside it, under truth, what only the judge may see, as CSV.

        Parameters
        ----------
        folder : made if it is not there; files of the same name in it are replaced.

        Returns the names of the files, each written whole or not at all.
        """
        place = folder_of("folder", folder)
        tables = {
            "log": self.frame, "truth/rows": self.truth, "truth/names": self.names,
            "truth/counts": self.table.reset_index(),
        }  # fmt: skip
        (place / "truth").mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            event_log.save(table, place / f"{name}.csv")
        return sorted(f"{name}.csv" for name in tables)

    def __repr__(self) -> str:
        return one_line("Observed", f"of {self.says()}")

    def _repr_html_(self) -> str:
        heads = [text("observe.what"), text("observe.count")]
        rows = [
            [text(f"observe.counts.{name}"), number(int(count))]
            for name, count in self.table["count"].items()
        ]
        return html_table(heads, rows, "Observed", self.says())


def visible(run: Record) -> Flags:
    """Which rows of a run's log a firm can see at all."""
    rows = run.events.rows
    seen = ~np.isin(rows["event"], HIDDEN)
    return np.asarray(seen & ~((rows["event"] == Event.REFERRAL) & (rows["amount"] == 0)))


def observe(
    run: Record, records: Records | None = None, *, seed: int = 1, **settings: float
) -> Observed:
    """What a firm's systems record of a run.

    Parameters
    ----------
    run : made with log="all".
    records : how well; everything, at once and under one name when not given.
    seed : of the luck of recording; the run's own seed goes in as well.
    settings : of `Records`, by name, in place of those in `records`.

    Returns the `Observed`. Raises ValueError for a setting or seed that cannot be, or a run that
    has not kept all rows.

    >>> import cjsim
    >>> from cjsim.observe import observe
    >>> seen = observe(cjsim.simulate("phone", people=50), offline=0.5)
    >>> list(seen.log)
    ['time', 'person', 'event', 'touchpoint', 'amount']
    >>> seen.counts["visible"], seen.counts["recorded"]
    (2425, 1404)
    """
    if not isinstance(run, Record):
        raise ValueError(f"run: must be what cjsim.simulate returns, not {type(run).__name__}")
    need(run, "all")
    how = (records or Records()).but(**settings)
    luck = _Luck(run, seed_of(seed))
    row = np.flatnonzero(visible(run))
    kept, lost = _recorded(run, row, how, luck)
    seen_at, late, beyond = _entered(run, row, how, luck)
    kept &= ~beyond
    twice = kept & luck.below("twice", row, how.duplicates) & ~_booked(run, row)
    place = np.concatenate([np.flatnonzero(kept), np.flatnonzero(twice)])
    again = np.arange(len(place)) >= kept.sum()
    order = np.lexsort((place, seen_at[place]))
    place, again = place[order], again[order]
    of_name = _customers(run, row[kept], how, luck)
    offline = ~_online(run, row)
    person = run.events["person"][row].astype(np.int64)
    customer = of_name[person * 2 + offline]
    counts = {
        "visible": len(row), "recorded": int(kept.sum()), **lost,
        "beyond": int(beyond.sum()), "late": int((late & kept).sum()), "twice": int(twice.sum()),
    }  # fmt: skip
    return _seen(run, row[place], seen_at[place], customer[place], again, how, counts, of_name)


def _seen(
    run: Record, row: Ints, time: Floats, customer: Ints, again: Flags, how: Records,
    counts: dict[str, int], of_name: Ints,
) -> Observed:  # fmt: skip
    """The firm's log in the order of its entries, and the judge's tables."""
    import pandas as pd

    frame = event_log.EventLog(run.events.rows[row], run.events.touchpoints).frame()
    person = frame["person"].to_numpy(np.int64)
    truth = pd.DataFrame({
        "row": row, "person": person, "customer": customer, "time": frame["time"],
        "duplicate": again,
    })  # fmt: skip
    frame["time"], frame["person"] = time, customer
    log = Log.of(frame.drop(columns="stage"), run.scenario.horizon_days, run.scenario.start)
    name = np.unique(person * 2 + ~_online(run, row))
    names = pd.DataFrame({"person": name // 2, "offline": name % 2 == 1, "customer": of_name[name]})
    return Observed(
        log.frame, log.days, log.start, truth=truth, names=names, records=how, counts=counts
    )


class _Luck:
    """A uniform for each row of the run's log, or each name, and purpose: nothing else moves it."""

    def __init__(self, run: Record, seed: int) -> None:
        self._run, self._seed = run, seed

    def of(self, purpose: str, size: int) -> Floats:
        key = [self._run.seed, self._seed, STREAM, PURPOSES.index(purpose)]
        return np.random.Generator(np.random.PCG64(key)).random(size)

    def below(self, purpose: str, row: Ints, chance: Any) -> Flags:
        """For each of these log rows whether its uniform lies below a chance."""
        return np.asarray(self.of(purpose, len(self._run.events))[row] < chance)


def _booked(run: Record, row: Ints) -> Flags:
    return np.isin(run.events["event"][row], BOOKED)


def _online(run: Record, row: Ints) -> Flags:
    """Whether a machine records these rows: those of an online touchpoint."""
    modes = [touchpoint.mode == "online" for touchpoint in run.scenario.touchpoints.values()]
    return np.asarray(
        np.array([*modes, False])[run.events["touchpoint"][row]]
    )  # -1: none, the last


def _recorded(run: Record, row: Ints, how: Records, luck: _Luck) -> tuple[Flags, dict[str, int]]:
    """Which of these rows are recorded, and what is lost in which way, the first that applies."""
    booked, online = _booked(run, row), _online(run, row)
    by_hand = ~booked & ~online
    chance = np.where(online, how.online, how.offline)
    lost = ~booked & ~luck.below("recorded", row, chance)
    busy = by_hand & _on_busy_days(run, row[by_hand], row) & luck.below("busy", row, how.busy_loss)
    bad = np.isin(run.events["event"][row], BAD_NEWS)
    bad &= luck.below("bad_news", row, how.bad_news_loss)
    counts = {
        "lost": int(lost.sum()),
        "lost_busy": int((busy & ~lost).sum()),
        "lost_bad_news": int((bad & ~busy & ~lost).sum()),
    }
    return ~(lost | busy | bad), counts


def _on_busy_days(run: Record, written: Ints, row: Ints) -> Flags:
    """Whether these rows are of the days with the most to write down; ties are not busy."""
    day = run.events["time"].astype(np.int64)
    load = np.bincount(day[written], minlength=event_log.whole_days(run.scenario.horizon_days) + 1)
    days = load[: event_log.whole_days(run.scenario.horizon_days)]
    return np.asarray(load[day[row]] > np.quantile(days, 1.0 - BUSY, method="inverted_cdf"))


def _entered(run: Record, row: Ints, how: Records, luck: _Luck) -> tuple[Floats, Flags, Flags]:
    """When these rows are entered, which of them late, and which not before the horizon."""
    time = run.events["time"][row]
    late = luck.below("late", row, how.late) & ~_booked(run, row) & ~_online(run, row)
    days = -how.days_late * np.log1p(-luck.of("days_late", len(run.events))[row])
    entered = np.where(late, time + days, time)
    return entered, late, entered > run.scenario.horizon_days


def _customers(run: Record, row: Ints, how: Records, luck: _Luck) -> Ints:
    """For each name, 2 · person + offline, the customer that the firm takes it for.

    A person who is one customer has their own number. A second customer gets the next number after
    all people, in a random order: the numbers tell nothing. Who is merged is drawn among the
    customers that these rows know, and so is into whom: one who is not merged.
    """
    lives = run.lives
    name = np.arange(2 * lives)
    customer = name // 2
    split = np.repeat(luck.of("seam", lives) >= how.match, 2) & (name % 2 == 1)
    second = name[split]
    shuffled = np.argsort(luck.of("into", 4 * lives)[2 * lives :][second], kind="stable")
    customer[second[shuffled]] = lives + np.arange(len(second))
    known = np.unique(customer[run.events["person"][row].astype(np.int64) * 2 + ~_online(run, row)])
    merged = known[luck.of("merge", 2 * lives)[known] < how.false_merges]
    stay = np.setdiff1d(known, merged)
    if len(stay):
        into = np.arange(2 * lives)
        into[merged] = stay[(luck.of("into", 4 * lives)[merged] * len(stay)).astype(np.int64)]
        customer = into[customer]
    return customer


def recorded_share(how: Records, event: Event, online: bool, busy: bool = False) -> float:
    """The share of such rows that is recorded, at once or late: what the settings promise.

    >>> recorded_share(Records(offline=0.5, bad_news_loss=0.2), Event.COMPLAINT, online=False)
    0.4
    """
    if event in BOOKED:
        return 1.0
    share = how.online if online else how.offline
    share *= 1.0 - how.busy_loss if busy and not online else 1.0
    return share * (1.0 - how.bad_news_loss) if event in BAD_NEWS else share


def what_is_seen() -> dict[str, str]:
    """For each kind of event who records it: "books", "systems" (by touchpoint), or "nobody"."""
    return {
        kind.key: "nobody" if kind in HIDDEN else "books" if kind in BOOKED else "systems"
        for kind in EVENTS
    }
