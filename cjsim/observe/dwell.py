"""How long people stay, and how stays end, where some are not over: semi-Markov, with censoring.

    stays = stays_of(run, "interest")               # for the judge, who sees stages
    stays = waits_of(seen, "contact", "first_deal") # from event to event, of any log
    dwell(stays).table                              # three laws by maximum likelihood, and naively
    dwell(stays).curve                              # Aalen-Johansen, with bands

**Open stays.** A stay that is not over says that it lasts longer than so long. To leave it out, or
to take it for over, makes stays too short: long ones are open more often. Where a log begins late,
on day b, of the stays begun before b only those are in it that have lasted: they count from the age
at which they came into sight (left truncation). To forget that makes stays too long.

**Laws.** Exponential, Weibull and Gamma in their mean m and shape k. A stay of t days that came
into sight at age a has the log likelihood log f(t) - log S(a) where it is over, log S(t) - log S(a)
where it is not. Of the exponential m is the days seen divided by the ends seen, exactly. Limits are
Wald's, of log m and log k. Two clocks of the plan with one regularity k race to a Weibull of shape
k whichever of them rings, so Weibull is the law of people who are alike.

**Ends** that compete: the share that has ended in j by day t grows by S(before) d_j / n at each end
(Aalen & Johansen 1978), n those at risk. Bands are log(-log), with the variance by the delta method
(Marubini & Valsecchi 1995).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of
from cjsim.experiment.result import Grid, Result, with_interval
from cjsim.labels import SPOKEN, find, text, unknown
from cjsim.labels.numbers import number
from cjsim.observe.stays import SHORTEST, Stays

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LAWS: Final = ("exponential", "weibull", "gamma")
NAIVE: Final = "finished"
"""The row of a table that leaves out what is not over."""
SHAPES: Final = (-5.0, 7.0)
"""Between these lies the logarithm of a shape; at their ends nothing is told of it."""


# --- curves without a law -------------------------------------------------------------------------


def incidence(stays: Stays, confidence: float = 0.95) -> pd.DataFrame:
    """The share of stays that last, and that have ended in each way, by day: Aalen-Johansen.

    Parameters
    ----------
    stays : of `stays_of`, `waits_of` or `Stays.of`.
    confidence : coverage of the limits, 0..1.

    Returns a row for day 0 and one for each day with an end: at_risk, lasting, lasting_low,
    lasting_high, and for each end its share, <end>_low and <end>_high. Without late stays and
    with one end this is Kaplan and Meier's curve.

    >>> from cjsim.observe import Stays, incidence
    >>> incidence(Stays.of([1.0, 2.0, 2.0], [0, 0, -1]))["lasting"].round(3).tolist()
    [1.0, 0.667, 0.333]
    """
    import pandas as pd

    z = _z(confidence)
    day = np.unique(stays.days[stays.over])
    began, seen = np.sort(stays.late), np.sort(stays.days)
    at_risk = np.searchsorted(began, day, "left") - np.searchsorted(seen, day, "left")
    n = at_risk.astype(np.float64)
    ended = np.array([
        np.bincount(np.searchsorted(day, stays.days[stays.end == place]), minlength=len(day))
        for place in range(len(stays.ends))
    ]).reshape(len(stays.ends), len(day))  # fmt: skip
    all_ends = ended.sum(axis=0)
    lasting = np.cumprod(1.0 - all_ends / n)
    before = np.append(1.0, lasting)[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = all_ends / (n * (n - all_ends))
    steps = np.where(np.isfinite(steps), steps, 0.0)  # nobody lasts: all shares stand still
    first = [float(len(stays) if not len(n) else (stays.late == 0).sum()), *n]
    columns = {"at_risk": first, **_band("lasting", lasting, lasting**2 * np.cumsum(steps), z, 1.0)}
    for name, d in zip(stays.ends, ended, strict=True):
        share = np.cumsum(before * d / n)
        columns |= _band(name, share, _variance(share, before, d, n, steps), z, 0.0)
    index = pd.Index(np.append(0.0, day), name="day")
    return pd.DataFrame({name: np.asarray(values) for name, values in columns.items()}, index)


def _variance(share: Floats, before: Floats, d: Ints, n: Floats, steps: Floats) -> Floats:
    """Of a cumulative incidence on each day, by the delta method; its sums taken apart by day."""
    own, cross = before**2 * (n - d) * d / n**3, before * d / n**2
    with_share = share * share * np.cumsum(steps) - 2 * share * np.cumsum(share * steps)
    with_share += np.cumsum(share * share * steps)
    crossed = share * np.cumsum(cross) - np.cumsum(share * cross)
    return np.asarray(np.maximum(with_share + np.cumsum(own) - 2 * crossed, 0.0))


def _band(name: str, share: Floats, variance: Floats, z: float, at_0: float) -> dict[str, Floats]:
    """A share with its log(-log) limits, which stay between 0 and 1; NaN where there are none."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = z * np.sqrt(variance) / np.abs(share * np.log(share))
        ends = [share ** np.exp(sign * spread) for sign in (1.0, -1.0)]
    inside = (share > 0) & (share < 1) & np.isfinite(spread)
    low, high = (np.where(inside, end, np.nan) for end in ends)
    columns = {name: share, f"{name}_low": low, f"{name}_high": high}
    return {key: np.append(at_0, values) for key, values in columns.items()}


# --- laws -----------------------------------------------------------------------------------------


def _weibull(t: Floats, mean: float, shape: float) -> Floats:
    """Log density."""
    from scipy.special import gammaln

    log_scale = np.log(mean) - gammaln(1.0 + 1.0 / shape)
    steps = (shape - 1.0) * (np.log(t) - log_scale)
    return np.asarray(np.log(shape) - log_scale + steps + _weibull_lasts(t, mean, shape))


def _weibull_lasts(t: Floats, mean: float, shape: float) -> Floats:
    """Log of the share that lasts."""
    from scipy.special import gammaln

    log_u = np.log(t) - np.log(mean) + gammaln(1.0 + 1.0 / shape)
    return np.asarray(-np.exp(np.minimum(shape * log_u, 700.0)))


def _gamma(t: Floats, mean: float, shape: float) -> Floats:
    from scipy.special import gammaln

    rate = shape / mean
    return np.asarray(shape * np.log(rate) + (shape - 1.0) * np.log(t) - rate * t - gammaln(shape))


def _gamma_lasts(t: Floats, mean: float, shape: float) -> Floats:
    from scipy.special import gammaincc

    return np.asarray(np.log(np.maximum(gammaincc(shape, t * shape / mean), 1e-300)))


Law = Callable[[Floats, float, float], Floats]
DENSITIES: Final[dict[str, tuple[Law, Law]]] = {
    "exponential": (_weibull, _weibull_lasts), "weibull": (_weibull, _weibull_lasts),
    "gamma": (_gamma, _gamma_lasts),
}  # fmt: skip


def log_likelihood(stays: Stays, law: str, mean: float, shape: float = 1.0) -> float:
    """Of stays under a law; see the head of this file.

    >>> round(log_likelihood(Stays.of([2.0, 3.0], [0, -1]), "exponential", 5.0), 4)  # -log 5 - 1
    -2.6094
    """
    density, lasts = DENSITIES[law]
    over, late = stays.over, stays.late > 0
    seen = (
        density(stays.days[over], mean, shape).sum() + lasts(stays.days[~over], mean, shape).sum()
    )
    return float(seen - lasts(stays.late[late], mean, shape).sum())


def fitted(stays: Stays, law: str, confidence: float = 0.95) -> dict[str, float]:
    """A law by maximum likelihood: mean and shape with limits, log likelihood, AIC.

    NaN where fewer have ended than there are numbers to find, limits too where a shape lies
    beyond what is looked at (all stays of one length).

    >>> fit = fitted(Stays.of([2.0, 4.0, 6.0], [0, 0, -1]), "exponential")
    >>> fit["mean"], round(fit["low"], 2)
    (6.0, 1.5)
    """
    if law not in LAWS:
        raise unknown("law", law, LAWS)
    z, ended = _z(confidence), int(stays.over.sum())
    names = ("mean", "low", "high", "shape", "shape_low", "shape_high")
    free = 1 if law == "exponential" else 2
    if ended < free:
        return dict.fromkeys((*names, "log_likelihood", "aic"), np.nan)
    mean = float((stays.days - stays.late).sum() / ended)
    if free == 1:
        best, spread = np.array([np.log(mean), 0.0]), np.array([ended**-0.5, 0.0])
        ends = [[np.exp(best[0] + sign * z * spread[0]), 1.0] for sign in (-1, 1)]
    else:
        best, spread = _climb(stays, law, np.array([np.log(mean), 0.0]))
        ends = [np.exp(best + sign * z * spread).tolist() for sign in (-1, 1)]
    likely = log_likelihood(stays, law, *np.exp(best))
    told = [mean if free == 1 else np.exp(best[0]), ends[0][0], ends[1][0]]
    told += [np.exp(best[1]), ends[0][1], ends[1][1]]
    numbers = dict(zip(names, map(float, told), strict=True))
    return {**numbers, "log_likelihood": likely, "aic": 2.0 * free - 2.0 * likely}


def _climb(stays: Stays, law: str, at: Floats) -> tuple[Floats, Floats]:
    """The top of the log likelihood over (log m, log k), and the standard errors there: Newton."""

    def height(place: Floats) -> float:
        return log_likelihood(stays, law, float(np.exp(place[0])), float(np.exp(place[1])))

    now = height(at)
    for _ in range(100):
        slope, bend = _derivatives(height, at)
        values, vectors = np.linalg.eigh(bend)
        upward = vectors @ (vectors.T @ slope / np.maximum(np.abs(values), 1e-9))
        step = upward * min(1.0, 1.0 / max(float(np.abs(upward).max()), 1e-300))
        while True:
            there = at + step
            there[1] = np.clip(there[1], *SHAPES)
            then = height(there)
            if then >= now or np.abs(step).max() < 1e-9:
                break
            step = step / 2
        moved, at, now = float(np.abs(there - at).max()), there, then
        if moved < 1e-9:
            break
    _, bend = _derivatives(height, at)
    inside = SHAPES[0] < at[1] < SHAPES[1] and (np.linalg.eigvalsh(bend) < 0).all()
    spread = np.sqrt(np.diag(np.linalg.inv(-bend))) if inside else np.full(2, np.nan)
    return at, np.asarray(spread)


def _derivatives(height: Callable[[Floats], float], at: Floats) -> tuple[Floats, Floats]:
    """Slope and curvature, by differences."""
    h = 1e-4
    one, two = np.array([h, 0.0]), np.array([0.0, h])
    now = height(at)
    up, down = np.array([[height(at + sign * e) for e in (one, two)] for sign in (1, -1)])
    bend = np.diag((up - 2 * now + down) / h**2)
    across = sum(a * b * height(at + a * one + b * two) for a in (1, -1) for b in (1, -1))
    bend[0, 1] = bend[1, 0] = across / (4 * h**2)
    return (up - down) / (2 * h), bend


def _z(confidence: float) -> float:
    from scipy import stats

    share = number_of("confidence", confidence)
    if not 0 < share < 1:
        raise ValueError(f"confidence = {share:g}: must lie between 0 and 1")
    return float(stats.norm.ppf(0.5 + share / 2))


# --- what is made of it ---------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Dwell(Result):
    """How long stays last, by three laws and naively.

    Parameters
    ----------
    table : rows exponential, weibull, gamma, and `finished` (the plain mean of stays that are
        over): mean, low, high [days], shape with limits, log_likelihood, aic.
    ends : a row per way to end: stays, naive (share of those that are over), share (of all that
        will end within what was seen, by Aalen and Johansen), low, high.
    stays : what it was made of.

    It is what `dwell` returns.

    >>> import cjsim
    >>> from cjsim.observe import dwell, stays_of
    >>> run = cjsim.simulate("phone", people=50)
    >>> found = dwell(stays_of(run, "interest", until=200))
    >>> print(found.table[["mean", "low", "high"]].round(1).reset_index())
               law  mean   low  high
    0  exponential  23.2  10.4  51.6
    1      weibull  23.1  10.5  51.0
    2        gamma  22.9  10.6  49.3
    3     finished  20.4  -6.7  47.5
    >>> found.best, round(found.bias, 1)  # those that are over say too little
    ('exponential', -2.8)
    >>> found.ends["share"].round(2).to_dict()
    {'desire': 0.85, 'dormant': 0.15}
    """

    table: pd.DataFrame
    ends: pd.DataFrame
    stays: Stays
    confidence: float = 0.95

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The curves without a law, see `incidence`."""
        return incidence(self.stays, self.confidence)

    @property
    def best(self) -> str:
        """The law of the least AIC; "" where none could be fitted."""
        aic = self.table["aic"].dropna()
        return str(aic.idxmin()) if len(aic) else ""

    @property
    def bias(self) -> float:
        """How far the mean of what is over lies from that of the best law [days]."""
        if not self.best:
            return np.nan
        return float(self.table.at[NAIVE, "mean"] - self.table.at[self.best, "mean"])

    def lasting(self, law: str, day: Any) -> Floats:
        """The share that lasts beyond each day, by a law.

        Parameters
        ----------
        law : "exponential", "weibull" or "gamma".
        day : one or several.
        """
        if law not in LAWS:
            raise unknown("law", law, LAWS)
        days = np.maximum(np.asarray(day, np.float64), SHORTEST)
        mean, shape = self.table.loc[law, ["mean", "shape"]]
        return np.asarray(np.exp(DENSITIES[law][1](days, float(mean), float(shape))))

    def says(self, lang: str = SPOKEN) -> str:
        """The mean by the best law, its shape, and what those that are over alone would say.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        words = {
            "name": name_of(self.stays.name, lang), "stays": number(len(self.stays), lang),
            "open": number(self.stays.open, lang),
        }  # fmt: skip
        if not self.best:
            return text("dwell.nothing", lang).format(**words).removeprefix(": ")
        row, naive = self.table.loc[self.best], self.table.loc[NAIVE]
        sentence = text("dwell.says", lang).format(
            law=text(f"dwell.law.{self.best}", lang), mean=_told(row, lang),
            naive=_told(naive, lang), **words,
        )  # fmt: skip
        return sentence.removeprefix(": ")  # stays without a name

    def tables(self) -> dict[str, pd.DataFrame]:
        """Laws, ends, curves."""
        named = {"dwell": self.table, "ends": self.ends, "curve": self.curve}
        return {name: table.reset_index() for name, table in named.items()}

    def _scenarios(self) -> Mapping[str, Any]:
        return {}

    def _facts(self, lang: str = SPOKEN) -> str:
        return name_of(self.stays.name, lang)

    def _grid(self, lang: str) -> Grid:
        heads = [text(f"dwell.head.{name}", lang) for name in ("law", "mean", "shape", "aic")]
        rows = []
        for law, row in self.table.iterrows():
            value, low, high = (float(row[name]) for name in ("shape", "shape_low", "shape_high"))
            told = ""
            if law not in ("exponential", NAIVE):
                told = with_interval(value, low, high, lang, signed=False)
            aic = "" if np.isnan(row["aic"]) else number(row["aic"], lang, 1)
            rows.append([text(f"dwell.law.{law}", lang), _told(row, lang), told, aic])
        return heads, rows


def name_of(name: str, lang: str = SPOKEN) -> str:
    """The word for a stage; another name as it is."""
    return find(f"stage.{name}.label", lang) or name


def _told(row: Any, lang: str) -> str:
    return with_interval(row["mean"], row["low"], row["high"], lang, signed=False)


def dwell(stays: Stays, confidence: float = 0.95) -> Dwell:
    """How long stays last, and how they end.

    Parameters
    ----------
    stays : of `stays_of`, `waits_of` or `Stays.of`.
    confidence : coverage of all limits, 0..1.

    Returns the `Dwell`. Raises ValueError for no stays at all.

    >>> from cjsim.observe import Stays, dwell
    >>> found = dwell(Stays.of([2.0, 3.0, 4.0, 9.0], [0, 0, 0, -1]))
    >>> found.table["mean"].round(1).to_dict()
    {'exponential': 6.0, 'weibull': 5.4, 'gamma': 5.3, 'finished': 3.0}
    """
    import pandas as pd

    from cjsim.experiment.intervals import t_interval

    if not len(stays):
        raise ValueError("stays: there are none")
    rows = {law: fitted(stays, law, confidence) for law in LAWS}
    over = stays.days[stays.over]
    naive = t_interval(over, confidence) if len(over) > 1 else (np.nan,) * 3
    rows[NAIVE] = dict(zip(("mean", "low", "high"), map(float, naive), strict=True))
    table = pd.DataFrame.from_dict(rows, "index").rename_axis("law")
    return Dwell(table, _ends(stays, confidence), stays, confidence)


def _ends(stays: Stays, confidence: float) -> pd.DataFrame:
    """How stays end: counted naively, and with those that are open."""
    import pandas as pd

    last = incidence(stays, confidence).iloc[-1]
    many = np.bincount(stays.end[stays.over], minlength=len(stays.ends))
    rows = {
        name: [many[place], many[place] / max(many.sum(), 1), last[name], last[f"{name}_low"],
               last[f"{name}_high"]]
        for place, name in enumerate(stays.ends)
    }  # fmt: skip
    columns = ["stays", "naive", "share", "low", "high"]
    return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("end")
