"""How often do the limits of stays and of how they end hold the truth?

    python -m benchmarks.dwelling [--tries 2000] [--seed 1]

Stays of a known law begin all through 65 days and are seen in a log from day 15 to day 45: those
that began before count from the age at which they came into sight, those under way at the end are
open. Prints the table of `docs/expert.md`. Writes nothing; takes a few minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gamma

from cjsim.observe.dwell import fitted, incidence
from cjsim.observe.stays import Stays

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

MEAN: Final = 10.0
OPENS, SHUTS, FIRST = 15.0, 45.0, -20.0
LAWS: Final[dict[str, tuple[Draw, float]]] = {
    "exponential": (lambda luck, n: luck.exponential(MEAN, n), 1.0),
    "weibull": (lambda luck, n: MEAN / gamma(1 + 1 / 1.8) * luck.weibull(1.8, n), 1.8),
    "gamma": (lambda luck, n: luck.gamma(3.0, MEAN / 3.0, n), 3.0),
}
"""How to draw stays of that mean, and their shape."""
PEOPLE: Final = (30, 100, 300)
ON: Final = 0.7
"""The share of stays that end by stepping on, whatever their length."""
DAY: Final = 8.0
HEAD: Final = (
    "| law | people | stays seen | open | mean | shape | on by day 8 | naive mean |\n"
    "|---|---|---|---|---|---|---|---|"
)


def in_a_window(draw: Draw, luck: np.random.Generator, people: int) -> Stays:
    """The stays of so many people as the log has them."""
    begin = luck.uniform(FIRST, SHUTS, people)
    end = begin + draw(luck, people)
    how = np.where(luck.random(people) < ON, 0, 1)
    seen = end > OPENS
    begin, end, how = begin[seen], end[seen], how[seen]
    days, late = np.minimum(end, SHUTS) - begin, np.maximum(OPENS - begin, 0.0)
    return Stays.of(days, np.where(end <= SHUTS, how, -1), ("on", "lost"), late)


def held(law: str, people: int, tries: int, seed: int = 1) -> dict[str, float]:
    """In how many of the tries limits of 95 % hold the truth, and what the plain mean says."""
    draw, shape = LAWS[law]
    luck = np.random.default_rng([seed, people, *law.encode()])
    by_day = ON * float((draw(np.random.default_rng(0), 4_000_000) <= DAY).mean())
    told = []
    for _ in range(tries):
        stays = in_a_window(draw, luck, people)
        fit, curve = fitted(stays, law), incidence(stays)
        row = curve.iloc[np.searchsorted(curve.index, DAY, "right") - 1]
        told.append((
            fit["low"] <= MEAN <= fit["high"], fit["shape_low"] <= shape <= fit["shape_high"],
            row["on_low"] <= by_day <= row["on_high"], stays.days[stays.over].mean(), len(stays),
            stays.open,
        ))  # fmt: skip
    names = ("mean", "shape", "on", "naive", "stays", "open")
    return dict(zip(names, np.mean(np.array(told, float), axis=0).tolist(), strict=True))


def line(law: str, people: int, row: dict[str, float]) -> str:
    """A row of the table."""
    shape = "" if law == "exponential" else f"{row['shape']:.3f} "
    return (
        f"| {law} | {people} | {row['stays']:.0f} | {row['open']:.0f} | {row['mean']:.3f} "
        f"| {shape}| {row['on']:.3f} | {row['naive']:.1f} |"
    )


def main(words: Sequence[str] | None = None) -> None:
    """Read the arguments, ask every law, print the table as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    print(HEAD)
    for law in LAWS:
        for people in PEOPLE:
            print(line(law, people, held(law, people, asked.tries, asked.seed)), flush=True)


if __name__ == "__main__":
    main()
