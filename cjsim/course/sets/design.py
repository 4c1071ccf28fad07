"""What the tasks share in which a strategy is designed: limits, and points for what it gains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cjsim.board.pasted import PastedError
from cjsim.board.pasted import pasted as board_pasted
from cjsim.course.checks.form import Amount, Mark, Work
from cjsim.labels.numbers import setting
from cjsim.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    from cjsim.experiment.compare import Comparison

Limits = Mapping[str, tuple[float, float]]
Changes = tuple[tuple[str, Any], ...]


class Gain(NamedTuple):
    """Profit per person above the first scenario of a comparison, with its 95 % luck interval.

    `worlds` is the same in each world.
    """

    mean: float
    low: float
    high: float
    worlds: tuple[float, ...] = ()


def possible(changes: Mapping[str, Any], limits: Limits) -> dict[str, float]:
    """The entries whose key and value are within the limits."""
    return {
        key: float(value)
        for key, value in changes.items()
        if key in limits
        and isinstance(value, (int, float))
        and limits[key][0] <= value <= limits[key][1]
    }


def changed(changes: Mapping[str, Any], firm: Scenario) -> dict[str, Any]:
    """The entries that differ from the firm as it is; a key that it does not have stays."""
    return {key: value for key, value in changes.items() if _value_of(firm, key) != value}


def _value_of(firm: Scenario, key: str) -> Any:
    """What the firm has under a key, None for a key that there is not."""
    try:
        return firm.value(key)
    except ScenarioError:
        return None


def own(work: Work, name: str, limits: Limits, firm: Scenario) -> Changes:
    """The student's changes, without those that are not allowed: they are one check's affair.

    In an order of their own, as a key for a cache. Nothing that differs from the firm as it is
    earns nothing: that is said, and where nothing is allowed, which key is not.
    """
    given = work.table(name)
    if given and not changed(given, firm):
        raise work.problem("unchanged", name=name)
    changes = possible(changed(given, firm), limits)
    if not changes:
        _refuse(work, name, changed(given, firm), limits)
        raise work.problem("missing", name=name)
    return tuple(sorted(changes.items()))


def own_allowed(work: Work, name: str, limits: Limits, firm: Scenario) -> bool:
    """Is something changed, and only within the limits?"""
    changes = work.table(name)
    if changes and not changed(changes, firm):
        raise work.problem("unchanged", name=name)
    return bool(changes) and changes == possible(changes, limits)


# --- from the board -------------------------------------------------------------------------------


def pasted(
    work: Work, name: str, preset: str, limits: Limits, side: str | Sequence[str] = "guide"
) -> Changes:
    """What was designed on the board, as `own` gives it: within the limits, and not as it was.

    Parameters
    ----------
    name : the variable, "board_1": an address, a link or a short code.
    preset : the product that the task is about.
    limits : key -> (lowest, highest); those of a strategy begin with its name, "guide.every_days".
    side : the strategy that is designed: the last side that runs it. Where the strategy is the
        student's to choose, those that may be chosen: the last side that runs one of them, and
        the choice is an entry "strategy" of the changes.

    Raises WorkError for what cannot be read, is about another product, has no such side, changes
    nothing, or nothing that may be changed: then with the same words as `pasted_allowed`.
    """
    designed = _designed(work, name, preset, side)
    chosen = {key: value for key, value in designed.items() if key == "strategy"}
    entries = {**possible(designed, limits), **chosen}
    if not entries:
        pasted_allowed(work, name, preset, limits, side)  # raises, and says why
    return tuple(sorted(entries.items()))


def pasted_allowed(
    work: Work, name: str, preset: str, limits: Limits, side: str | Sequence[str] = "guide"
) -> bool:
    """Is something changed on the board, and only within the limits? Says which key is not."""
    changes = _designed(work, name, preset, side)
    if not changes:
        raise work.problem("unchanged", name=name)
    _refuse(work, name, {key: to for key, to in changes.items() if key != "strategy"}, limits)
    return True


def _refuse(work: Work, name: str, changes: Mapping[str, Any], limits: Limits) -> None:
    """Say which entry is the first that is not allowed, if one is not."""
    for key, value in changes.items():
        if key not in limits:
            raise work.problem("outside", name=name, key=key, allowed=", ".join(limits))
        if not possible({key: value}, limits):
            low, high = (setting(end, work.lang) for end in limits[key])
            shown = setting(value, work.lang) if isinstance(value, float) else value
            raise work.problem("beyond", name=name, key=key, value=shown, low=low, high=high)


def _designed(work: Work, name: str, preset: str, side: str | Sequence[str]) -> dict[str, Any]:
    """All that the pasted design changes, by key; `strategy` where it may be chosen."""
    try:
        board = board_pasted(work.words(name))
    except PastedError as problem:
        raise work.problem("pasted", name=name, what=problem.said(work.lang)) from None
    if board.product != preset:
        raise work.problem("other_product", name=name, found=board.product, wanted=preset)
    wanted = [side] if isinstance(side, str) else list(side)
    mine = [one for one in board.sides if one.strategy in wanted]
    if not mine:
        sides = ", ".join(one.strategy for one in board.sides)
        raise work.problem("no_side", name=name, wanted=" / ".join(wanted), found=sides)
    strategy = mine[-1].strategy
    firm = Scenario.load(preset, strategy=strategy)
    dials = {f"{strategy}.{dial}": value for dial, value in mine[-1].dials.items()}
    changes = changed({**board.dials, **dials}, firm)
    return changes if isinstance(side, str) else {**changes, "strategy": strategy}


# --- points ---------------------------------------------------------------------------------------


def joined(usual: Comparison, mine: Comparison) -> Comparison:
    """One comparison of two that ran in the same worlds: the usual firms are simulated only once.

    Parameters
    ----------
    usual : the firms that a design is scored beside; differences are taken to its first.
    mine : the design, made with the same people, runs and seed.

    Raises ValueError for other worlds.
    """
    import pandas as pd

    if (usual.seeds, usual.people) != (mine.seeds, mine.people):
        raise ValueError("joined: the two comparisons did not run in the same worlds")
    return replace(
        usual,
        scenarios={**usual.scenarios, **mine.scenarios},
        runs=pd.concat([usual.runs, mine.runs]),
        funnels=pd.concat([usual.funnels, mine.funnels]),
        won={**usual.won, **mine.won},
    )


def gain(
    comparison: Any, side: str = "mine", less: float = 0.0, measure: str = "profit_per_person"
) -> Gain:
    """What a side has of a measure above the first, less costs that the model does not hold.

    World by world only for money: other measures do not stand on a leaderboard.
    """
    row = comparison.paired().loc[(side, measure)]
    mean, low, high = (float(row[name]) - less for name in ("difference", "low", "high"))
    if measure != "profit_per_person":
        return Gain(mean, low, high)
    profit = comparison.runs[measure]
    worlds = profit.loc[side].to_numpy() - profit.loc[comparison.first].to_numpy() - less
    return Gain(mean, low, high, tuple(worlds.tolist()))


def extra_cost(comparison: Any) -> float:
    """What the student's firm spends per person above the first."""
    row = comparison.paired().loc[("mine", "costs")]
    return float(row["difference"]) / int(comparison.people)


def mark(mine: Gain, best: float, cost: Amount, digits: int = 1) -> Mark:
    """Points in part: the share of what the best known gains, nothing unless clearly above 0."""
    gains = {"mine": mine.mean, "low": mine.low, "high": mine.high, "best": best}
    note = {name: Amount(value, digits, signed=True) for name, value in gains.items()}
    share = mine.mean / best if mine.low > 0 else 0.0
    return Mark(min(1.0, share), {**note, "cost": cost}, mine.worlds)


# --- a task on the board --------------------------------------------------------------------------


def beside(
    usual: str, preset: str, worlds: Mapping[str, int], given: Mapping[str, Any] | None = None
) -> Callable[[Changes], Comparison]:
    """What plays a designed guide beside a usual firm in worlds nobody has seen, each design once.

    Parameters
    ----------
    usual : the strategy of the firm beside it; differences are taken to that.
    preset : the product of both.
    worlds : people, runs and seed of `compare`.
    given : what both have otherwise than the preset.
    """

    @lru_cache(maxsize=8)
    def played(changes: Changes) -> Comparison:
        from cjsim import compare

        firms = {
            name: Scenario.load(preset, strategy=strategy).with_changes(dict(given or {}))
            for name, strategy in ((usual, usual), ("mine", "guide"))
        }
        firms["mine"] = firms["mine"].with_changes(dict(changes))
        return compare(firms, **worlds)  # type: ignore[arg-type]

    return played


@dataclass(frozen=True)
class BoardTask:
    """A firm that is designed on the board: is it allowed, what does it gain, does it cost?

    Parameters
    ----------
    name, preset, limits : as for `pasted`.
    best : the best that is known within the limits, searched in other worlds than the scored ones.
    played : plays changes beside the firm that differences are taken to, see `beside`.
    digits : of the money in the note.
    prices : what one more of a key costs per person beside what the model holds, as the task says.
    measure : what is to be gained; of a comparison's `runs`. Prices are taken off profit alone.

    On the site its checks are done in the page (`tools/site/tasks.py`), from the same numbers.
    """

    name: str
    preset: str
    limits: Limits
    best: Mapping[str, float]
    played: Callable[[Changes], Any]
    digits: int = 1
    prices: Mapping[str, float] = field(default_factory=dict)
    measure: str = "profit_per_person"

    def design(self, work: Work) -> Changes:
        """What was pasted, within the limits."""
        return pasted(work, self.name, self.preset, self.limits)

    def best_known(self) -> Changes:
        """The best known design, as `played` takes it."""
        return tuple(sorted(self.best.items()))

    def allowed(self, work: Work) -> bool:
        """Something is turned, and only what the task names."""
        return pasted_allowed(work, self.name, self.preset, self.limits)

    def more(self, work: Work) -> Mark:
        """What is gained above the usual firm, as a share of what the best known gains."""
        mine = self.design(work)
        cost = extra_cost(self.played(mine)) + self.price(mine)
        return mark(
            self.gained(mine, self.measure), self.gained(self.best_known(), self.measure).mean,
            cost=Amount(cost, self.digits, signed=True), digits=self.digits,
        )  # fmt: skip

    def no_loss(self, work: Work) -> Mark:
        """Profit per person is no less than the usual firm's, as far as luck lets one tell."""
        profit = self.gained(self.design(work))
        ends = {"mine": profit.mean, "low": profit.low, "high": profit.high}
        note = {name: Amount(value, self.digits, signed=True) for name, value in ends.items()}
        return Mark(float(profit.high >= 0.0), note)

    def gained(self, design: Changes, measure: str = "profit_per_person") -> Gain:
        """What a design has of a measure above the usual firm; of profit its prices are paid."""
        price = self.price(design) if measure == "profit_per_person" else 0.0
        return gain(self.played(design), less=price, measure=measure)

    def price(self, design: Changes) -> float:
        """What a design costs per person beside what the model holds, below 0 where it has less."""
        if not self.prices:
            return 0.0
        firm, turned = Scenario.load(self.preset, strategy="guide"), dict(design)
        usual = {key: float(firm.value(key)) for key in self.prices}
        more = {key: float(turned.get(key, value)) - value for key, value in usual.items()}
        return sum(each * more[key] for key, each in self.prices.items())
