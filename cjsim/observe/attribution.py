"""Attribution: whom a firm credits with its deals, by the paths in its log; and how wrong that is.

    credit = attribute(seen)                            # a row per touchpoint, a column per method
    credit.against(touchpoint_truth(scenario, ...))     # judged by switching off

| method | a deal's credit goes to |
|---|---|
| first, last | the first, the last contact of its path |
| linear | all contacts of it, evenly |
| position | 40 % to the first, 40 % to the last, the rest evenly between |
| decay | all, halved for each `half_life` that lies between contact and deal |
| markov | by what a first-order chain would lose without the touchpoint (Anderl et al. 2016) |
| shapley | the different touchpoints of it, evenly |
| removal | nobody's: what the chain of "markov" would lose without the touchpoint, in deals |

**Markov**, exactly. Contacts are the states of a chain, from "start" to "deal" or "nothing". With Q
the moves among touchpoints and r those to the deal, x = (I - Q)^-1 r is the chance of a deal from
each. Taking one away sends all who come to it to nothing; the fall in the chance from the start is
its removal effect. Nothing is simulated.

**Shapley**, exactly. Let v(S) be the deals on paths that hold no touchpoint outside S. That is a
sum of one unanimity game per path, and in such a game all who are needed share alike: so each deal
is shared among the different touchpoints of its path, whatever their order and number (Zhao et al.
2018). No coalition has to be drawn, however many touchpoints there are.

But for "removal", credits of a method add up to the deals that have a contact before them: they
divide what was, and none asks what would have been. They may agree with the truth, as Markov does
where the world is a first-order chain, and need not: see `worlds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import number_of, words_of
from cjsim.experiment.coalitions import TouchpointTruth
from cjsim.experiment.result import Grid, Result
from cjsim.labels import SPOKEN, text, unknown
from cjsim.labels.numbers import digits_for, number, per_cent
from cjsim.observe.paths import Paths, paths_of

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

ENDS: Final = 0.4
"""What the first and the last contact get each, by position (a rule of thumb of the trade)."""
HALF_LIFE: Final = 7.0


# --- methods: paths -> deals credited to each channel ---------------------------------------------


def first_touch(paths: Paths) -> Floats:
    """All to the first contact."""
    led = paths.length > 0
    return _sums(paths, paths.step[paths.begin[:-1][led]], paths.deals[led])


def last_touch(paths: Paths) -> Floats:
    """All to the last contact."""
    led = paths.length > 0
    return _sums(paths, paths.step[paths.begin[1:][led] - 1], paths.deals[led])


def linear(paths: Paths) -> Floats:
    """To all contacts evenly."""
    return _weighted(paths, np.ones(len(paths.step)))


def position(paths: Paths) -> Floats:
    """40 % to either end, 20 % evenly between; of one contact all, of two half each."""
    between = np.maximum(paths.length - 2, 1)[paths.path]
    weight = (1.0 - 2.0 * ENDS) / between
    led = paths.length > 0
    ends = np.concatenate([paths.begin[:-1][led], paths.begin[1:][led] - 1])
    weight[ends] = ENDS
    return _weighted(paths, weight)


def decay(paths: Paths, half_life: float = HALF_LIFE) -> Floats:
    """Halved for each half-life [days] before the deal, or for each step where days are unknown."""
    steps_ago = paths.begin[1:][paths.path] - 1 - np.arange(len(paths.step))
    ago = np.asarray(steps_ago * half_life if paths.ago is None else paths.ago, np.float64)
    nearest = np.full(len(paths), np.inf)  # else a path of long ago would weigh 0 as a whole
    np.minimum.at(nearest, paths.path, ago)
    return _weighted(paths, 0.5 ** ((ago - nearest[paths.path]) / half_life))


def shapley(paths: Paths) -> Floats:
    """Each deal evenly to the different touchpoints of its path; see the head of this file."""
    channels = len(paths.channels)
    key = np.unique(paths.path * channels + paths.step)
    path, step = key // max(channels, 1), key % max(channels, 1)
    different = np.bincount(path, minlength=len(paths))
    return _sums(paths, step, paths.deals[path] / different[path])


def markov(paths: Paths) -> Floats:
    """The deals with a contact before them, in proportion to the removal effects."""
    effects = removal_effects(paths)
    total = effects.sum()
    led = float(paths.deals.sum()) - paths.unled
    return effects / total * led if total > 0 else np.zeros(len(effects))


def removal(paths: Paths) -> Floats:
    """The deals that the chain would lose without each; they do not add up to those there are."""
    return removal_effects(paths) * (float(paths.deals.sum()) - paths.unled)


def removal_effects(paths: Paths) -> Floats:
    """The share of the chain's deals that would be lost if those who come to a channel were lost.

    Paths without a contact are no part of the chain. In a world that is a first-order chain this,
    times the deals, is what switching the channel off would cost; shares that have to add up to the
    deals, as `markov` makes them, are not even there.
    """
    return effects_of(*chain_of(paths))


def effects_of(moves: Floats, to_deal: Floats) -> Floats:
    """The removal effects of a chain: `moves` among "start" and the channels, and to the deal."""
    whole = _chance(moves, to_deal)
    effects = np.zeros(len(to_deal) - 1)
    if whole == 0:
        return effects
    for channel in range(len(effects)):
        off = moves.copy()
        off[:, channel + 1] = 0.0  # whoever would come there comes to nothing
        effects[channel] = 1.0 - _chance(off, to_deal) / whole
    return effects


def chain_of(paths: Paths) -> tuple[Floats, Floats]:
    """The chain: shares of moves among "start" (0) and the channels (1 ..), and to the deal."""
    size = len(paths.channels) + 1
    people = (paths.deals + paths.nothing)[paths.path]
    state = paths.step + 1
    begins = np.zeros(len(state), bool)
    led = paths.length > 0
    begins[paths.begin[:-1][led]] = True
    before = np.where(begins, 0, np.roll(state, 1)) if len(state) else state
    moves = np.bincount(before * size + state, people, size * size).reshape(size, size)
    last = state[paths.begin[1:][led] - 1]
    deals = np.bincount(last, paths.deals[led], size)
    nothing = np.bincount(last, paths.nothing[led], size)
    out = moves.sum(axis=1) + deals + nothing
    share = np.divide(1.0, out, out=np.zeros(size), where=out > 0)
    return moves * share[:, None], deals * share


def _chance(moves: Floats, to_deal: Floats) -> float:
    """The chance of a deal from the start: the first entry of (I - Q)^-1 r."""
    return float(np.linalg.solve(np.eye(len(to_deal)) - moves, to_deal)[0])


def _sums(paths: Paths, channel: Any, credit: Floats) -> Floats:
    return np.bincount(channel, credit, len(paths.channels)).astype(float)


def _weighted(paths: Paths, weight: Floats) -> Floats:
    """Deals shared among the contacts of their path by these weights."""
    total = np.bincount(paths.path, weight, len(paths))
    return _sums(paths, paths.step, paths.deals[paths.path] * weight / total[paths.path])


METHODS: Final[dict[str, Callable[[Paths], Floats]]] = {
    "first": first_touch, "last": last_touch, "linear": linear, "position": position,
    "decay": decay, "markov": markov, "shapley": shapley, "removal": removal,
}  # fmt: skip


# --- what a firm makes of it ----------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Attribution(Result):
    """Deals credited to touchpoints, method by method.

    Parameters
    ----------
    table : a row per touchpoint, a column per method [deals].
    deals : how many there were in the log.
    unled : of them, those without a contact before them, which no method credits to anybody.
    paths : what it was made of.

    It is what `attribute` returns; its repr is the table in words.

    >>> from cjsim.observe import Paths, attribute
    >>> credit = attribute(Paths.of([(["mail", "site"], 2, 0), (["site"], 1, 1)]))
    >>> print(credit.table[["first", "last", "linear", "markov"]].reset_index())
      touchpoint  first  last  linear  markov
    0       mail    2.0   0.0     1.0     1.0
    1       site    1.0   3.0     2.0     2.0
    >>> credit.deals, credit.unled
    (3.0, 0.0)
    >>> against = credit.against({"mail": 1.0, "site": 2.0})  # where the truth is known
    >>> against["wrong"].round(2).loc[["first", "last", "linear"]].to_dict()
    {'first': 0.33, 'last': 0.33, 'linear': 0.0}
    """

    table: pd.DataFrame
    deals: float
    unled: float
    paths: Paths

    def says(self, lang: str = SPOKEN) -> str:
        """Whom each method credits most, and how many deals have no contact before them.

        Parameters
        ----------
        lang : "en", "ru", or what `cjsim.speak` has set.
        """
        parts = []
        for method, credit in self.table.items():
            if credit.sum() > 0:
                share = per_cent(credit.max() / credit.sum(), lang)
                name = method_word(str(method), lang)
                parts.append(text("attribution.most", lang).format(
                    method=name, touchpoint=credit.idxmax(), share=share
                ))  # fmt: skip
        return text("attribution.says", lang).format(
            deals=number(self.deals, lang), unled=number(self.unled, lang),
            parts="; ".join(parts) or text("result.absent", lang),
        )  # fmt: skip

    def against(self, truth: TouchpointTruth | Mapping[str, float]) -> pd.DataFrame:
        """How far each method is from the truth.

        Parameters
        ----------
        truth : what `touchpoint_truth` has found, of which the first measure is taken: the fair
            shares, and for "removal" what closing each would cost; or touchpoint -> deals.

        Returns a row per method: credited and true [deals, of the touchpoints in the truth], off
        (the sum of the distances between the two), wrong (the share of the credit that stands
        with the wrong touchpoint, however large the whole, 0..1; NaN where the truth brings
        nothing on the whole), rank (Spearman's correlation of the two orders; NaN where one of
        them has none).
        """
        import pandas as pd
        from scipy import stats

        columns = ["credited", "true", "off", "wrong", "rank"]
        rows = {}
        for method, credit in self.table.items():
            true = true_deals(truth, closing=method == "removal")
            given = credit.reindex(true.index).fillna(0.0)
            off = float((given - true).abs().sum())
            flat = len(true) < 2 or given.nunique() < 2 or true.nunique() < 2
            rank = np.nan if flat else float(stats.spearmanr(given, true).statistic)
            rows[method] = [given.sum(), true.sum(), off, wrong_share(given, true), rank]
        return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("method")

    def tables(self) -> dict[str, pd.DataFrame]:
        """The credits, and the commonest paths."""
        return {"attribution": self.table.reset_index(), "paths": self.paths.variants(1000)}

    def _scenarios(self) -> dict[str, Any]:
        return {}

    def _facts(self, lang: str = SPOKEN) -> str:
        return text("attribution.facts", lang).format(deals=number(self.deals, lang))

    def _grid(self, lang: str) -> Grid:
        heads = [text("touchpoints.touchpoint", lang)]
        heads += [method_word(str(method), lang) for method in self.table]
        digits = digits_for(float(self.table.to_numpy().max(initial=0.0)))
        rows = [
            [str(name), *(number(value, lang, digits) for value in row)]
            for name, row in zip(self.table.index, self.table.to_numpy(), strict=True)
        ]
        return heads, rows


def method_word(method: str, lang: str = SPOKEN) -> str:
    """What a method is called."""
    return text(f"attribution.method.{method}", lang)


def wrong_share(credit: Any, true: Any) -> float:
    """The share of a credit that would have to change hands to stand as another: half the distance.

    NaN where one of them is nothing on the whole.
    """
    if not (credit.sum() > 0 and true.sum() > 0):
        return np.nan
    return float(np.abs(credit / credit.sum() - true / true.sum()).sum() / 2)


def true_deals(
    truth: TouchpointTruth | Mapping[str, float], closing: bool = False
) -> pd.Series[float]:
    """The deals that each touchpoint really brings: its fair share, or what closing it costs."""
    import pandas as pd

    if isinstance(truth, TouchpointTruth):
        measure = next(iter(truth.runs))
        table = truth.incremental() if closing else truth.shapley()
        return table.loc[measure, "difference"]
    if isinstance(truth, Mapping | pd.Series):
        return pd.Series(dict(truth), dtype=float).rename_axis("touchpoint")
    raise ValueError("truth: must be a TouchpointTruth, or touchpoint -> deals")


def attribute(
    log: Any,
    methods: str | Sequence[str] | None = None,
    *,
    deals: str = "first",
    time_order: bool = True,
    half_life: float = HALF_LIFE,
) -> Attribution:
    """Whom the paths of a log credit with its deals.

    Parameters
    ----------
    log : a run, a `Log` (an `Observed` is one), a frame, or `Paths`.
    methods : one or several of those at the head of this file; all when not given.
    deals : "first", or "all": repeat deals too, each with the contacts since the one before.
    time_order : False takes contacts after the deal for its causes too: see `paths_of`.
    half_life : of "decay" [days].

    Returns the `Attribution`. Raises ValueError for an unknown method, or a log without contacts.

    >>> from cjsim.observe import Paths, attribute
    >>> credit = attribute(Paths.of([(["mail", "site"], 2, 0), (["site"], 1, 1)]), "linear")
    >>> credit.table["linear"].to_dict()
    {'mail': 1.0, 'site': 2.0}
    """
    import pandas as pd

    names = list(METHODS) if methods is None else words_of("methods", methods)
    for name in names:
        if name not in METHODS:
            raise unknown("method", name, METHODS)
    if not 0 < number_of("half_life", half_life) < np.inf:
        raise ValueError(f"half_life = {half_life}: must be a number of days above 0")
    paths = paths_of(log, deals, time_order)
    if not len(paths.step):
        raise ValueError("log: has no contact, so there is nobody to credit")
    credits = {
        name: decay(paths, half_life) if name == "decay" else METHODS[name](paths) for name in names
    }
    met = np.bincount(paths.step, minlength=len(paths.channels)) > 0
    index = pd.Index(paths.channels, name="touchpoint")
    table = pd.DataFrame(credits, index)[met]
    return Attribution(table, float(paths.deals.sum()), paths.unled, paths)
