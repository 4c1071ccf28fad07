"""The lives of a few people of a run, as rows that a front end draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cjsim.board.product import TOLD_EVENTS
from cjsim.model.events import Event
from cjsim.model.parameters import fits
from cjsim.run import Run

FITS_FROM: Final = 0.5
"""Fit to the stage from which on a contact counts as one that fits, as in the story's figure."""
DIGITS: Final = 3
"""Of a time that is told: a minute and a half."""
TOLD: Final = tuple(int(Event[name.upper()]) for name in TOLD_EVENTS)


def sample(run: Run, who: Sequence[int] | int) -> npt.NDArray[np.int64]:
    """The people asked for: their numbers, or so many of the run, evenly spread.

    Raises ValueError for a number that nobody has.
    """
    size = len(run)
    if isinstance(who, int):
        count = max(1, min(who, size))
        return np.arange(count, dtype=np.int64) * size // count
    persons = np.unique(np.asarray(who, np.int64))
    if len(persons) and not 0 <= persons[0] <= persons[-1] < size:
        raise ValueError(f"who: must be people from 0 to {size - 1}")
    return persons


def lives(run: Run, persons: npt.NDArray[np.int64]) -> dict[str, Any]:
    """What happened to some people of a run.

    Returns their numbers, who they are (`motives`, `adopters`), and their rows in order of time:
    person, time [days], event, stage, touchpoint, amount, and `fits`: whether a contact fitted the
    stage at which it met them (null for other rows).
    """
    rows = run.events.rows
    rows = rows[np.isin(rows["person"], persons) & np.isin(rows["event"], TOLD)]
    fit = fits(run.scenario)[rows["touchpoint"], rows["stage"]] >= FITS_FROM
    is_contact = rows["event"] == Event.CONTACT
    columns = ("person", "event", "stage", "touchpoint")
    return {
        "persons": persons.tolist(),
        "motives": run.everybody.motive[persons].tolist(),
        "adopters": run.everybody.adopter[persons].tolist(),
        "rows": {
            **{name: rows[name].tolist() for name in columns},
            "time": np.round(rows["time"], DIGITS).tolist(),
            "amount": rows["amount"].tolist(),
            "fits": [
                bool(one) if is_met else None for one, is_met in zip(fit, is_contact, strict=True)
            ],
        },
    }


def differing(runs: Sequence[Run], persons: npt.NDArray[np.int64]) -> list[int]:
    """Those of some people whose stages or deals differ between the first run and a later one."""
    ways = [_ways(run, persons) for run in runs]
    return [
        int(person)
        for place, person in enumerate(persons)
        if any(way[place] != ways[0][place] for way in ways[1:])
    ]


def _ways(run: Run, persons: npt.NDArray[np.int64]) -> list[list[tuple[float, int, int]]]:
    """Of each person the times, events and stages of what they did; contacts are left out."""
    rows = run.events.rows
    told = [event for event in TOLD if event != Event.CONTACT]
    rows = rows[np.isin(rows["person"], persons) & np.isin(rows["event"], told)]
    place = {int(person): n for n, person in enumerate(persons)}
    ways: list[list[tuple[float, int, int]]] = [[] for _ in persons]
    for row in rows:
        ways[place[int(row["person"])]].append(
            (round(float(row["time"]), DIGITS), int(row["event"]), int(row["stage"]))
        )
    return ways
