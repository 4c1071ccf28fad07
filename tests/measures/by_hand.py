"""Logs written by hand, whose measures can be worked out on paper, and one lively market."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from cjsim.engine.process import Engine
from cjsim.journey import UNAWARE
from cjsim.log import from_tuples
from cjsim.model import population
from cjsim.model.events import Event
from cjsim.run import Run
from tests.builders import everywhere, neutral, plans, touching

Row = tuple[float, int, int, int, int, float]


def row(
    time: float, person: int, event: int, stage: int, touchpoint: int = -1, amount: float = 0.0
) -> Row:
    """One log row."""
    return (time, person, event, stage, touchpoint, amount)


def path(person: int, *visits: tuple[float, int]) -> list[Row]:
    """A person enters these stages at these times."""
    return [row(time, person, Event.ENTER, stage) for time, stage in visits]


def buys(person: int, *days: float, price: float = 100.0, stage: int = 9) -> list[Row]:
    """A person's deals on these days, the first of them their first."""
    kinds = [Event.FIRST_DEAL] + [Event.REPEAT_DEAL] * (len(days) - 1)
    return [
        row(day, person, kind, 7 if kind == Event.FIRST_DEAL else stage, amount=price)
        for day, kind in zip(days, kinds, strict=True)
    ]


def run_of(
    *parts: Sequence[Row],
    people: int,
    horizon: float = 100.0,
    traits: dict[str, Any] | None = None,
    at_start: int | None = None,
    without: Sequence[int] = (),
    **tables: Any,
) -> Run:
    """A run with exactly these rows, put in the order of time.

    Whoever has no START row gets one at `UNAWARE`, but for those `without`: they left before day
    0. Of all `people` those from `at_start` on are newcomers. `traits` replace columns of the
    population, `tables` change the neutral scenario.
    """
    market = {"people": at_start or people} | tables.pop(
        "market", {}
    )  # as large as the market in full
    scenario = neutral(horizon_days=horizon, market=market, **tables)
    rows = [r for part in parts for r in part]
    there = {r[1] for r in rows if r[2] == Event.START}
    starts = [
        row(0.0, i, Event.START, UNAWARE) for i in range(people) if i not in {*there, *without}
    ]
    rows = sorted(starts + rows, key=lambda r: r[0])
    everybody = population.draw(scenario, people, seed=1)
    columns = {name: np.array(values) for name, values in (traits or {}).items()}
    came = {r[1]: r[0] for r in reversed(rows) if r[2] == Event.START}
    arrives = [-np.inf if i < (at_start or people) else came[i] for i in range(people)]
    everybody = dataclasses.replace(everybody, arrives=np.array(arrives), **columns)
    return Run(scenario, 1, everybody, from_tuples(rows, list(scenario.touchpoints)), Engine)


LIBRARY: dict[str, dict[str, Any]] = {
    "tent": {
        "contact": "pull",
        "aims_at": "interest",
        "fit": {"unaware": 0.3, "awareness": 0.6, "interest": 1.0, "study": 0.5},
        "reach_per_day": 0.1,
        "warmth": 0.3,
        "capture": 0.4,
        "cost_per_contact": 0.7,
        "cost_per_day": 3.0,
    },
    "call": {
        "contact": "push",
        "aims_at": "action",
        "fit": {"study": 0.6, "comparison": 0.8, "action": 1.0, "repeat_deal": 0.4},
        "intrusiveness": 0.5,
        "rep_hours": 1.0,
        "discount": 0.1,
        "cost_per_contact": 1.3,
    },
    "letter": {
        "contact": "push",
        "aims_at": "awareness",
        "fit": everywhere(0.45),
        "intrusiveness": 0.4,
        "cost_per_contact": 0.2,
    },
    "idle": {"contact": "pull", "aims_at": "interest", "fit": everywhere(), "cost_per_day": 50.0},
}


def lively(**changes: Any) -> dict[str, Any]:
    """Tables of a market in which everything that a log can hold does happen."""
    running = {"tent": 1.0, "call": 1.0, "letter": 0.5}
    strategy = {"push": "guide", "every_days": 9.0, "touchpoints": running}
    tables = touching(LIBRARY, strategy)
    tables |= {
        "horizon_days": 400.0,
        "stages": plans(days=8.0, loss=0.2),
        "product": {"quality_noise": 0.1, "quality": 0.6, "tender_every": 4},
        "market": {
            "onset_days": 80.0,
            "return_days": 60.0,
            "speed_spread": 0.4,
            "rationality_spread": 0.2,
            "tolerance_spread": 0.5,
            "tolerance_mean": 0.6,
            "segments": [{"name": "town", "share": 2.0}, {"name": "country", "speed": 0.7}],
        },
        "curiosity": {"base": -0.5},
        "loyalty": {"deals_to_loyalty": 2, "advocate_share": 0.9, "friends": 25.0},
        "firm": {
            "reps": 1,
            "rep_cost_per_day": 7.0,
            "deal_hours": 2.0,
            "patience_days": 2.0,
            "cold_list_share": 0.3,
        },
        "shelf": {"stocked_days": 20.0, "empty_days": 3.0},
    }
    return tables | changes
