"""Three small worlds of which the truth about channels is known, to try attribution in.

Which method is best depends on the world (evidence, 3.2): each is at home in one and a stranger in
another. So none is called best that has not stood trial in all three.

`chain`: where people go next depends only on where they are; a channel's worth is what the chain
loses without it. `hidden`: a stage that nobody records decides whom people meet and what works;
early channels work, search meets those who want already. `selection`: those who will buy meet more
channels, and nothing works: the truth is 0.

Nothing is estimated for the truth: a channel is switched off, and the same people with the same
luck walk again. The deals that are lost are what it brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cjsim.door import seed_of, whole
from cjsim.labels import unknown
from cjsim.observe.paths import Paths

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHANNELS: Final = ("advert", "mail", "search", "site")
START, DEAL, NOTHING, STEPS = -1, -2, -3, 40
NEXT: Final = np.array([
    # advert mail search site deal nothing
    [0.40, 0.20, 0.25, 0.15, 0.00, 0.00],  # from the start
    [0.05, 0.20, 0.15, 0.20, 0.02, 0.38],  # from an advert
    [0.05, 0.05, 0.10, 0.35, 0.05, 0.40],
    [0.00, 0.05, 0.10, 0.40, 0.10, 0.35],
    [0.02, 0.15, 0.08, 0.05, 0.25, 0.45],
])  # fmt: skip
"""Where people of the chain go next: rows start and channels, columns channels, deal, nothing."""
WEEKS: Final = 8
MEETS: Final = np.array([
    # cold interested hot
    [0.30, 0.20, 0.10],  # advert
    [0.15, 0.25, 0.20],  # mail
    [0.00, 0.10, 0.60],  # search
    [0.02, 0.20, 0.40],  # site
])  # fmt: skip
"""In the hidden world: the chance of a contact in a week at each stage."""
WARMS: Final = np.array([[0.35, 0.05], [0.02, 0.30], [0.00, 0.00], [0.05, 0.20]])
"""There: the chance that a contact moves a person on, from cold and from interested."""
BY_ITSELF: Final = (0.01, 0.03)
BUYS: Final = 0.15
"""A week, once hot; search and site add nothing."""


@dataclass(frozen=True)
class World:
    """What happened, as paths, and what would have been lost without each channel.

    Parameters
    ----------
    name : which of the three.
    paths : of everybody; deals are counted one a person.
    truth : channel -> deals lost when it alone is switched off.

    It is what `world` returns: credit on its paths is held against its truth.

    >>> from cjsim.observe import attribute, world
    >>> chain = world("chain", 2000)
    >>> chain.truth.to_dict()
    {'advert': 132.0, 'mail': 137.0, 'search': 196.0, 'site': 308.0}
    >>> credit = attribute(chain.paths, ["last", "removal"])
    >>> credit.against(chain.truth)["wrong"].round(2).to_dict()
    {'last': 0.26, 'removal': 0.01}
    """

    name: str
    paths: Paths
    truth: pd.Series[float]


def world(name: str, people: int = 5_000, *, seed: int = 1) -> World:
    """One of the three, walked by so many people.

    Parameters
    ----------
    name : "chain", "hidden" or "selection"; see the head of this module.
    people : how many walk.
    seed : of their luck.

    Returns the `World`. Raises ValueError for another name, a size or seed that cannot be.

    >>> from cjsim.observe import world
    >>> world("selection", 500).truth.to_dict()
    {'advert': 0.0, 'mail': 0.0, 'search': 0.0, 'site': 0.0}
    """
    import pandas as pd

    if name not in WORLDS:
        raise unknown("world", name, WORLDS)
    size, number = whole("people", people), seed_of(seed)
    luck = np.random.Generator(np.random.PCG64([number, 0x301D])).random((size, STEPS, 6))
    walk = WORLDS[name]
    steps, bought = walk(luck, START)
    lost = {
        channel: float(bought.sum() - walk(luck, off)[1].sum())
        for off, channel in enumerate(CHANNELS)
    }
    return World(name, _as_paths(steps, bought), pd.Series(lost).rename_axis("touchpoint"))


def _chain(luck: Floats, off: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """One uniform a step decides where a person goes next; who comes to what is off is lost."""
    people = len(luck)
    reach = np.cumsum(NEXT, axis=1)
    at = np.full(people, START)
    steps = np.full((people, STEPS), NOTHING)
    for n in range(STEPS):
        walking = at > DEAL
        to = (luck[:, n, :1] >= reach[at + 1, :-1]).sum(axis=1)
        to = np.where(to == 4, DEAL, np.where(to == 5, NOTHING, to))
        to = np.where(to == off, NOTHING, to) if off >= 0 else to
        at = np.where(walking, to, at)
        steps[:, n] = np.where(walking & (at >= 0), at, NOTHING)
    return steps, at == DEAL


def _hidden(luck: Floats, off: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Weeks: contacts by the stage, moves on by contacts and by itself, deals of the hot."""
    people, channels = len(luck), len(CHANNELS)
    stage = np.zeros(people, np.int64)
    bought = np.zeros(people, bool)
    steps = np.full((people, STEPS), NOTHING)
    for week in range(WEEKS):
        for channel in range(channels):
            at = week * channels + channel
            met = ~bought & (luck[:, at, 0] < MEETS[channel, stage]) & (channel != off)
            steps[met, at] = channel
            warm = WARMS[channel, np.minimum(stage, 1)] * (stage < 2)
            stage = stage + (met & (luck[:, at, 1] < warm))
        itself = np.array([*BY_ITSELF, 0.0])[stage]
        bought |= (stage == 2) & (luck[:, week, 2] < BUYS)
        stage = stage + (luck[:, week, 3] < itself)
    return steps, bought


def _selection(luck: Floats, off: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """A wish that is there from the start brings people to channels, and to the deal."""
    people, channels = len(luck), len(CHANNELS)
    wish = luck[:, 0, 4]
    often = np.array([0.5, 0.7, 1.6, 1.2]) / WEEKS
    steps = np.full((people, STEPS), NOTHING)
    for at in range(WEEKS * channels):
        channel = at % channels
        met = (luck[:, at, 0] < often[channel] * wish**2 * 1.5) & (channel != off)
        steps[met, at] = channel
    return steps, luck[:, 1, 4] < 0.3 * wish**2


WORLDS: Final[dict[str, Callable[[Floats, int], tuple[Ints, npt.NDArray[np.bool_]]]]] = {
    "chain": _chain, "hidden": _hidden, "selection": _selection,
}  # fmt: skip


def _as_paths(steps: Ints, bought: npt.NDArray[np.bool_]) -> Paths:
    met = steps >= 0
    deals = bought.astype(float)
    begin = np.append(0, np.cumsum(met.sum(axis=1)))
    return Paths(CHANNELS, steps[met], begin, deals, 1.0 - deals, deals)
