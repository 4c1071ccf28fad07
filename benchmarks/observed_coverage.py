"""How often do the intervals of what a firm makes of its log hold the truth?

python -m benchmarks.observed_coverage [--tries 200] [--only WORD]

Each case takes many firms of one kind, whose records are complete, and asks each of them; the truth
is the answer of a market so large that its own error does not matter. Counted is in how many firms
the 95 % interval holds it. In the market nobody waits for anybody and nobody tells a friend: people
are independent there, which all these intervals take them to be. Prints a table, which
`docs/observe.md` holds. Writes nothing. Some minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

import cjsim
from benchmarks.coverage import tally
from cjsim import measures, observe
from cjsim.measures.log import Log
from cjsim.observe.belief import Judged

SILENT = 200.0
DAY = 365.0
DRAWS = 60
Limits = Mapping[str, tuple[float, float]]
Told = dict[str, list[tuple[float, float]]]
"""Of each estimate the limits of many firms; the last pair is the truth, twice."""


def firm(**changes: Any) -> cjsim.Scenario:
    """A market of independent people who buy again and again."""
    alone = {
        "loyalty.friends": 0.0, "firm.reps": float("inf"), "firm.rep_cost_per_day": 0.0,
        "horizon_days": 1095.0, "burn_in_days": 0.0, "touchpoints.site.capture": 0.8, **changes,
    }  # fmt: skip
    return cjsim.Scenario.load("phone", "guide").with_changes(alone)


@cache
def log_of(people: int, seed: int) -> Log:
    """What a firm with complete records has of such a market."""
    return observe.observe(cjsim.simulate(firm(**{"market.people": people}), seed=seed))


# --- estimates of a log ---------------------------------------------------------------------------


def numbers_of(log: Log) -> dict[str, float]:
    """Those that have no limits of their own."""
    events = log.events["event"]
    deals = np.isin(events, (11, 12)).sum()
    steps = measures.event_funnel(log, ["known", "first_deal"])
    return {
        "deals per person known": float(deals / log.lives),
        "conversion, known to first deal": float(steps["passed"].iloc[1]),
        "repeat rate": float(measures.repeat_rate(log)["rate"].iloc[0]),
        "contacts per deal": float(measures.contacts(log)["per_deal"].iloc[0]),
    }


def by_drawing(log: Log) -> Limits:
    """Their limits over people."""
    table = observe.over_people(log, numbers_of, draws=DRAWS)
    return {str(name): (row["low"], row["high"]) for name, row in table.iterrows()}


def in_tables(log: Log) -> dict[str, tuple[float, float, float]]:
    """Those with limits in their table: estimate, low, high."""
    stays = measures.retention(log, days=[DAY], silent_days=SILENT).iloc[0]
    paid = measures.revenue_per_customer(log, [DAY]).iloc[0]
    return {
        "retention by silence": tuple(stays[["retained", "low", "high"]]),
        "revenue of a customer": tuple(paid[["revenue", "low", "high"]]),
    }  # type: ignore[return-value]


def of_logs(people: int, tries: int, large: int) -> Told:
    """The limits of each estimate in many firms, behind them its truth."""
    market = log_of(large, 1)
    truth = {**numbers_of(market), **{k: v[0] for k, v in in_tables(market).items()}}
    intervals: Told = {name: [] for name in truth}
    for seed in range(2, 2 + tries):
        one = observe.observe(cjsim.simulate(firm(**{"market.people": people}), seed=seed))
        told = {**by_drawing(one), **{k: v[1:] for k, v in in_tables(one).items()}}
        for name, limits in told.items():
            intervals[name].append(limits)
    return {name: [*limits, (truth[name], truth[name])] for name, limits in intervals.items()}


# --- credits --------------------------------------------------------------------------------------


METHODS = ("first", "last", "linear", "markov", "shapley", "removal")
CHANNEL = "mail"
"""Each method credits it with some deals in each world: of none or two, no draw tells more."""


def credits_of(paths: observe.Paths) -> dict[str, float]:
    """The share of people whose deals are credited to the channel, by each method."""
    credits = observe.attribute(paths, METHODS).table.loc[CHANNEL] / len(paths)
    return {str(method): float(share) for method, share in credits.items()}


def of_credits(world: str, people: int, large: int, tries: int) -> Told:
    """Limits of the credits in many firms, behind them the truth."""
    intervals: Told = {method: [] for method in METHODS}
    for seed in range(2, 2 + tries):
        paths = observe.world(world, people, seed=seed).paths
        table = observe.over_people(paths, credits_of, draws=DRAWS)
        for method, row in table.iterrows():
            intervals[str(method)].append((row["low"], row["high"]))
    truth = credits_of(observe.world(world, large, seed=1).paths)
    return {
        method: [*limits, (truth[method], truth[method])] for method, limits in intervals.items()
    }


# --- beliefs --------------------------------------------------------------------------------------


@cache
def judged(people: int, seed: int) -> Judged:
    """Beliefs on three days."""
    filters = firm(**{"market.people": people, "guide.targeting": "filter", "horizon_days": 400.0})
    return observe.beliefs(cjsim.simulate(filters, seed=seed), 120.0)


def of_beliefs(people: int, tries: int, large: int) -> Told:
    """Limits of the Brier score, of the share right, and of a bar of the reliability diagram."""
    intervals: Told = {"Brier": [], "right": [], "reliability": []}
    bins = 4
    for seed in range(2, 2 + tries):
        one = judged(people, seed)
        table = observe.over_people(
            one, lambda j: {"Brier": observe.brier(j), "right": j.right()}, draws=DRAWS
        )
        for name, row in table.iterrows():
            intervals[str(name)].append((row["low"], row["high"]))
        bar = observe.reliability(one, bins).iloc[-1]
        intervals["reliability"].append((bar["low"], bar["high"]))
    many = judged(large, 1)
    truth = {"Brier": observe.brier(many), "right": many.right()}
    truth["reliability"] = float(observe.reliability(many, bins)["so"].iloc[-1])
    return {name: [*limits, (truth[name], truth[name])] for name, limits in intervals.items()}


# --- the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Some estimates of firms of one kind."""

    of: str
    ask: Callable[[int], Told]
    """How many firms -> the limits of each, behind them the truth."""


def cases(people: int = 400, large: int = 40_000) -> list[Case]:
    """All of them; the tests ask with fewer people."""
    return [
        Case(f"a log of {people} people", lambda tries: of_logs(people, tries, large)),
        *(
            Case(
                f"{2 * people} people of the {world} world",
                partial(of_credits, world, 2 * people, 10 * large),
            )
            for world in ("chain", "hidden")
        ),
        Case(f"beliefs of {people // 4} people", lambda n: of_beliefs(people // 4, n, large // 20)),
    ]


def coverage(limits: list[tuple[float, float]]) -> tuple[float, int]:
    """The share of intervals told that hold the truth behind them, and how many were told."""
    *told, (truth, _) = limits
    low, high = np.array(told).T
    counts = tally(low, high, truth)
    return counts.coverage, counts.told


def main(words: Sequence[str] | None = None, asked: Sequence[Case] | None = None) -> None:
    """Print a row for each estimate as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=200, help="firms of each case")
    parser.add_argument("--only", default="", help="cases whose name holds this word")
    given = parser.parse_args(words)
    print("| estimate | of | firms | holds |\n|---|---|---|---|")
    for case in asked or cases():
        if given.only in case.of:
            for name, limits in case.ask(given.tries).items():
                share, told = coverage(limits)
                print(f"| {name} | {case.of} | {told} | {share:.3f} |", flush=True)


if __name__ == "__main__":
    main()
