"""Exercise set 04, guide and animator: a bias, a thermometer, an engine, a plan, eyes that cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from cjsim import Scenario, compare, simulate, without
from cjsim.course.checks.form import Amount, Check, Mark, Task, Work, WorkError
from cjsim.course.checks.look import words
from cjsim.course.sets.design import (
    BoardTask,
    Changes,
    changed,
    extra_cost,
    gain,
    joined,
    mark,
    possible,
)
from cjsim.course.sets.explain import ideas
from cjsim.engine.process import Engine
from cjsim.journey import IN_THE_CATEGORY, Stage
from cjsim.log import from_tuples
from cjsim.model import transitions
from cjsim.model.events import Event

if TYPE_CHECKING:
    import pandas as pd

# --- 1: a dial ------------------------------------------------------------------------------------

REASONS: Final = ("contacts", "mismatch", "strength")
"""What a student may name as the reason for fewer opt-outs."""


def _fewer(work: Work) -> bool:
    """How many fewer people opt out with the careful guide, to half a person."""
    return abs(work.number("fewer") - _spared(alike=False)) <= 0.5


def _fewer_alike(work: Work) -> bool:
    """The same where too hot and too cold jar alike; the sign is the affair of `fewer`."""
    spared, mine = _spared(alike=True), work.number("fewer_alike")
    turned = abs(work.number("fewer") + _spared(alike=False)) <= 0.5
    return abs(mine - spared) <= 0.5 or (turned and abs(mine + spared) <= 0.5)


def _reason(work: Work) -> bool:
    """Fewer contacts, or fewer that do not fit: if neither is the case, what is left."""
    answer = work.choice("reason", REASONS)
    moved = _biases(alike=False).paired().loc["careful"]
    helps = {
        name: bool(moved.loc[key, "clear"] and moved.loc[key, "difference"] < 0)
        for name, key in (("contacts", "contacts"), ("mismatch", "mismatch_rate"))
    }
    return {**helps, "strength": not any(helps.values())}[answer]


def _spared(alike: bool) -> float:
    """Opt-outs of the bold guide less those of the careful one."""
    paired = _biases(alike=alike).paired()
    return -float(paired.loc[("careful", "opt_outs"), "difference"])


@lru_cache(maxsize=2)
def _biases(alike: bool) -> Any:
    """The comparison that the task asks for."""
    guide = Scenario.load("consulting", strategy="guide")
    if alike:
        guide = without(guide, "too_hot")
    firms = {
        name: guide.with_changes({"guide.optimism": upwards})
        for name, upwards in (("bold", 1.0), ("careful", 0.0))
    }
    return compare(firms, people=100, runs=20, seed=101)


# --- 2: a function of the log ---------------------------------------------------------------------

AIMS: Final = {"webinar": "interest", "meeting": "comparison", "base_messages": "repeat_deal"}
"""The pushed touchpoints of the logs written by hand; `site` beside them is a pull."""


def _direction(work: Work) -> bool:
    """Two too cold, one right, three too hot; among the twelve stages only."""
    contacts = [("webinar", "awareness"), ("webinar", "study"), ("meeting", "comparison"),
                ("meeting", "interest"), ("base_messages", "action"),
                ("webinar", "loyalty")]  # fmt: skip
    return _counts_agree(work, contacts, [2, 1, 3])


def _lost(work: Work) -> bool:
    """Dormant people stand at awareness, people with a rival at study."""
    contacts = [("webinar", "dormant"), ("meeting", "with_rival"), ("webinar", "with_rival"),
                ("webinar", "with_rival")]  # fmt: skip
    return _counts_agree(work, contacts, [2, 0, 2])


def _contacts_only(work: Work) -> bool:
    """Rows that name a touchpoint without being a contact."""
    events = [("webinar", "awareness"), ("webinar", "awareness", "opt_out"),
              ("meeting", "comparison"), ("meeting", "comparison", "known"),
              ("webinar", "study"), ("webinar", "study", "opt_out")]  # fmt: skip
    return _counts_agree(work, events, [1, 1, 1])


def _pushed_only(work: Work) -> bool:
    """People also come by themselves, to a touchpoint that `aims_at` does not hold."""
    contacts = [("webinar", "interest"), ("site", "study"), ("meeting", "study"),
                ("site", "unaware"), ("site", "loyalty"), ("webinar", "desire")]  # fmt: skip
    return _counts_agree(work, contacts, [1, 1, 1])


def _break_even(work: Work) -> bool:
    """Harm over gain plus harm, for one letter."""
    cases = [(0.06, 0.14), (0.3, 0.1), (0.2, 0.2)]
    for won, harm in cases:
        threshold = work.call("break_even", won, harm)
        with work.running("break_even"):
            if not math.isclose(float(threshold), harm / (won + harm), abs_tol=1e-6):
                return False
    return True


def _counts_agree(work: Work, events: Sequence[tuple[str, ...]], numbers: list[int]) -> bool:
    """Does `temperatures` give these numbers for a log written by hand?"""
    touchpoints = [*AIMS, "site"]
    log_rows = []
    for day, (touchpoint, stage, *event) in enumerate(events):
        what = Event[(event or ["contact"])[0].upper()]
        place = touchpoints.index(touchpoint)
        log_rows.append((float(day), day % 2, what, Stage.of(stage), place, 0.0))
    log = from_tuples(log_rows, touchpoints).frame()
    aims_at = {name: int(Stage.of(stage)) for name, stage in AIMS.items()}
    counted = work.counts("temperatures", log, aims_at, length=3)
    if not all(number.is_integer() for number in counted):
        raise work.problem("not_whole", name="temperatures")
    return counted == numbers


# --- 3: an engine ---------------------------------------------------------------------------------

EVERY, SPREAD = 21.0, 0.3  # days between two pushes, and how far they spread
LONGEST = EVERY * (1.0 + SPREAD)  # days from one date to the next
DAYS = 500.0  # how long the small markets run


def _cap(work: Work) -> bool:
    """Nobody is pushed sooner than the cap allows, at several caps."""
    gaps_at = [_gaps(_log(work, days, _only_pushes("animator"), 8)) for days in (30.0, 50.0)]
    return all(
        gap >= days for gaps, days in zip(gaps_at, (30.0, 50.0), strict=True) for gap in gaps
    )


def _goes_on(work: Work) -> bool:
    """Once the cap has passed, the next date is used, to the end; one person at a time."""
    _acts(work)
    days = 50.0
    for seed in (1, 2, 3):
        kind = _kind(work, days)
        log = _run(work, kind, _only_pushes("animator"), 1, seed)
        if kind.stood_still:
            raise WorkError(words("04", work.lang)["task"]["3"]["goes_on"]["stuck"])
        if not _gaps(log) or max(_gaps(log)) > days + LONGEST:
            return False
        if log.loc[_is_push(log), "time"].max() < DAYS - days - LONGEST:
            return False
    return True


def _each(work: Work) -> bool:
    """Everybody has a cap of their own: nobody's first contact moves."""
    return _first_stays(work, _only_pushes("animator"), people=10, seeds=(1,))


def _silence(work: Work) -> bool:
    """A guide that has kept silent by itself has contacted nobody; one person at a time."""
    return _first_stays(work, _only_pushes("guide"), people=1, seeds=range(1, 9))


def _pull(work: Work) -> bool:
    """Who comes by themselves is neither sent away nor counted as contacted."""
    waiting, busy = _market("pull"), _market("animator")
    same = _log(work, 200.0, waiting, 10).equals(_usual(waiting, 10, 1))
    return bool(same) and _first_stays(work, busy, people=1, seeds=range(1, 9))


def _fresh(work: Work) -> bool:
    """The second market of one class knows nothing of the first."""
    _acts(work)
    kind = _kind(work, 50.0)
    market = _only_pushes("animator")
    first = _run(work, kind, market, 6, 1)
    return bool(first.equals(_run(work, kind, market, 6, 1)))


def _unchanged(work: Work) -> bool:
    """Without a cap it is the usual engine, reps and all, row by row."""
    guide = Scenario.load("consulting", strategy="guide")
    busy = guide.with_changes({"firm.reps": 1, "guide.every_days": 5.0, "horizon_days": DAYS})
    return bool(_log(work, 0.0, busy, 80).equals(_usual(busy, 80, 1)))


def _rep(work: Work) -> bool:
    """Who is to hear nothing takes nobody's time: a rep sets out only for a contact."""
    _acts(work)
    for seed in (1, 2, 3):
        kind = _kind(work, 1e6)
        log = _run(work, kind, _by_reps(), 1, seed)
        if kind.set_out > _is_push(log).sum():
            return False
    return True


def _first_stays(work: Work, market: Scenario, people: int, seeds: Sequence[int]) -> bool:
    """Is each person's first push where it is without a cap?"""
    _acts(work)
    for seed in seeds:
        mine = _run(work, _kind(work, 200.0), market, people, seed)
        usual = _usual(market, people, seed)
        first = [log[_is_push(log)].groupby("person")["time"].min() for log in (mine, usual)]
        if not first[0].equals(first[1]):
            return False
    return True


def _gaps(log: pd.DataFrame) -> list[float]:
    """Days between a person's pushes, one after the other."""
    return list(log[_is_push(log)].groupby("person")["time"].diff().dropna())


def _is_push(log: pd.DataFrame) -> pd.Series[bool]:
    """The rows of contacts for which the firm went to the person."""
    touchpoints = _market("animator").touchpoints
    pushes = [name for name, touch in touchpoints.items() if touch.contact == "push"]
    return (log["event"] == "contact") & log["touchpoint"].isin(pushes)


@lru_cache(maxsize=2)
def _only_pushes(strategy: str) -> Scenario:
    """A small market in which nobody comes by themselves."""
    market = _market(strategy)
    pulls = [name for name in market.running.touchpoints
             if market.touchpoints[name].contact == "pull"]  # fmt: skip
    return market.with_changes({f"{strategy}.touchpoints.{name}": 0.0 for name in pulls})


@lru_cache(maxsize=1)
def _by_reps() -> Scenario:
    """A market in which every push takes a rep a quarter of an hour; there are enough reps."""
    market = _only_pushes("animator")
    hours = {f"touchpoints.{name}.rep_hours": 0.25 for name in market.running_touchpoints("push")}
    return market.with_changes({**hours, "firm.reps": 5})


@lru_cache(maxsize=3)
def _market(strategy: str) -> Scenario:
    """Everybody is on the firm's list from day 0, and the market stays small: nobody comes or goes,
    opts out or waits for a rep."""
    usual = Scenario.load("consulting", strategy=strategy)
    usual = without(usual, "opting_out", "coming_and_going")
    rhythm = {f"{strategy}.every_days": EVERY, f"{strategy}.jitter": SPREAD}
    listed = {"firm.cold_list_share": 1.0, "firm.reps": math.inf, "firm.rep_cost_per_day": 0.0}
    return usual.with_changes(
        rhythm
        | listed
        | {"burn_in_days": 0.0, "horizon_days": DAYS}
        | {"market.onset_days": 200.0, "market.served_share": 0.0}
    )


def _acts(work: Work) -> None:
    """Raises `WorkError` for an engine that changes nothing: it would pass what it cannot break."""
    market = _only_pushes("animator")
    mine = _run(work, _kind(work, 1e6), market, 2, 1)
    if _is_push(mine).sum() >= _is_push(_usual(market, 2, 1)).sum():
        raise WorkError(words("04", work.lang)["task"]["3"]["cap"]["idle"])


def _kind(work: Work, days: float) -> Any:
    """The student's class with a cap of `days`, an empty memory, and a way out of a standstill.

    `stood_still` says whether a push has not planned the next one: time would not go on; `set_out`
    how often a rep was asked for a push.
    """
    base: Any = work.get("Capped")
    if not (isinstance(base, type) and issubclass(base, Engine)):
        raise work.problem("not_engine", name="Capped", base="cjsim.engine.process.Engine")
    own = [
        part for kind in base.__mro__[: base.__mro__.index(Engine)] for part in vars(kind).items()
    ]
    if not any(callable(value) for _, value in own):
        raise work.problem("missing", name="Capped")

    class Watched(base):  # type: ignore[misc]
        stood_still = False
        set_out = 0

        def appointment(self, person: Any, contact: Any) -> Any:
            type(self).set_out += contact[-1] >= 0
            return super().appointment(person, contact)

        def push(self, person: Any) -> None:
            super().push(person)
            if person.push_at <= self.env.now and not person.opted_out:
                type(self).stood_still = True
                transitions.push(self.world, person, self.env.now)

    Watched.days = days
    for name, value in reversed(own):
        if isinstance(value, (dict, set, list)):  # it holds what earlier runs have left there
            empty = value.copy()
            empty.clear()
            setattr(Watched, name, empty)
    for memory in _kept_outside(own):
        memory.clear()
    return Watched


def _kept_outside(own: Sequence[tuple[str, Any]]) -> Iterator[Any]:
    """What the methods keep in the notebook, outside the class: earlier runs have filled it."""
    for _, method in own:
        if isinstance(method, FunctionType):
            for name in method.__code__.co_names:
                kept = method.__globals__.get(name)
                if type(kept) in (dict, set, list):
                    yield kept


def _log(work: Work, days: float, market: Scenario, people: int) -> pd.DataFrame:
    """The log of world 1 under the student's engine with a cap of `days`."""
    _acts(work)
    return _run(work, _kind(work, days), market, people, 1)


def _run(work: Work, kind: Any, market: Scenario, people: int, seed: int) -> pd.DataFrame:
    """The log of a market under an engine of the student's."""
    with work.running("Capped"):
        return simulate(market, people=people, seed=seed, engine=kind).log()


def _usual(market: Scenario, people: int, seed: int) -> pd.DataFrame:
    """The log of the same market under the engine as it is."""
    return simulate(market, people=people, seed=seed, engine="simpy").log()


# --- 4: a strategy --------------------------------------------------------------------------------

LIMITS: Final = {"guide.every_days": (7.0, 60.0), "guide.min_fit": (0.0, 1.0)}  # days; fit
"""What the firm can decide by itself, and how far; `guide.plan` comes on top."""
BEST: Final[dict[str, Any]] = {
    "guide.every_days": 7.0,
    "guide.plan": {
        "awareness": "", "interest": "", "desire": "",
        "study": "business_breakfast", "comparison": "", "action": "",
    },
}  # fmt: skip
"""The best that we know within LIMITS."""
SCORED: Final = {"people": 150, "runs": 24, "seed": 770_301}  # worlds that no lecture shows


def _allowed(work: Work) -> bool:
    """Something is changed, and only within the limits."""
    changes = work.table("my_guide")
    if changes and not changed(changes, _firms()["guide"]):
        raise work.problem("unchanged", name="my_guide")
    return bool(changes) and changes == _possible_entries(changes)


def _profit(work: Work) -> Mark:
    """Profit per person above the guide as it is, as a share of what the best known is above it."""
    comparison = _scored(_own(work))
    means = comparison.means().loc["profit_per_person"]
    best = gain(_scored(_frozen(BEST))).mean
    points = mark(
        gain(comparison), best, cost=Amount(extra_cost(comparison), signed=True), digits=0
    )
    above = {"animator": Amount(means["mine"] - means["animator"], signed=True)}
    return replace(points, note={**points.note, **above})


def _patience(work: Work) -> Mark:
    """At most a quarter as many people opt out as with the guide as it is."""
    mine = _scored(_own(work)).means().loc["opt_outs"]
    most = mine["guide"] / 4
    note = {"mine": Amount(mine["mine"], 1), "most": Amount(most, 1)}
    return Mark(float(mine["mine"] <= most), note)


def _own(work: Work) -> Changes:
    """The student's changes, without those that are not allowed: they are one check's affair."""
    given = work.table("my_guide")
    if given and not changed(given, _firms()["guide"]):
        raise work.problem("unchanged", name="my_guide")
    changes = _possible_entries(given)
    if not changes:
        raise work.problem("missing", name="my_guide")
    return _frozen(changes)


def _frozen(changes: Mapping[str, Any]) -> Changes:
    """The same changes as a key for a cache."""
    return tuple(
        (key, tuple(sorted(value.items())) if isinstance(value, dict) else value)
        for key, value in sorted(changes.items())
    )


def _possible_entries(changes: dict[str, Any]) -> dict[str, Any]:
    """The entries whose key and value are within the limits."""
    entries: dict[str, Any] = {**possible(changes, LIMITS)}
    plan = changes.get("guide.plan")
    if type(plan) is dict:
        pushes = _firms()["guide"].running_touchpoints("push")
        stages = [stage.key for stage in IN_THE_CATEGORY]
        entries["guide.plan"] = {
            stage: message
            for stage, message in plan.items()
            if stage in stages and message in ("", *pushes)
        }
    return entries


@lru_cache(maxsize=1)
def _firms() -> dict[str, Scenario]:
    """The guide as it is, beside the animator."""
    return {name: Scenario.load("consulting", strategy=name) for name in ("guide", "animator")}


@lru_cache(maxsize=1)
def _beside() -> Any:
    """What a plan is scored beside."""
    return compare(_firms(), **SCORED)  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def _scored(changes: Changes) -> Any:
    """A plan beside the guide as it is and the animator, in worlds nobody has seen."""
    new_values = {key: dict(value) if isinstance(value, tuple) else value for key, value in changes}
    firms = {"mine": _firms()["guide"].with_changes(new_values)}
    return joined(_beside(), compare(firms, **SCORED))  # type: ignore[arg-type]


# --- 5: on the board ------------------------------------------------------------------------------

EYES: Final = "guide.accuracy"
TENTH: Final = 60.0  # EUR per person for each tenth of accuracy above the usual one
BOARD_LIMITS: Final = {EYES: (0.5, 0.95), **LIMITS}
"""What may be turned on the board, and how far."""
BOARD_BEST: Final = {EYES: 0.95, "guide.every_days": 10.0, "guide.min_fit": 1.0}
"""The best that we know within BOARD_LIMITS: searched in other worlds than the scored ones."""

BOARD: Final = BoardTask(
    "board_5", "consulting", BOARD_LIMITS, BOARD_BEST, _scored, digits=0, prices={EYES: 10 * TENTH}
)


TASKS = (
    Task(1, (
        Check("fewer", _fewer), Check("fewer_alike", _fewer_alike), Check("reason", _reason),
        *ideas("04", 1),
    ), "explain"),
    Task(2, (
        Check("direction", _direction), Check("lost", _lost),
        Check("contacts_only", _contacts_only), Check("pushed_only", _pushed_only),
        Check("break_even", _break_even),
    ), "code"),
    Task(3, (
        Check("cap", _cap), Check("goes_on", _goes_on), Check("each", _each),
        Check("silence", _silence), Check("pull", _pull), Check("fresh", _fresh),
        Check("unchanged", _unchanged), Check("rep", _rep),
    ), "code"),
    Task(4, (
        Check("allowed", _allowed), Check("profit", _profit, 3.0), Check("patience", _patience),
    ), "code"),
    Task(5, (Check("allowed", BOARD.allowed), Check("profit", BOARD.more, 3.0)), "board"),
)  # fmt: skip
