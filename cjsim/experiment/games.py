"""Games: what players bring together, shared out among them.

Pure functions of a table of values of the shape (runs, 2^k): column number c is the coalition of
the players i whose bit 2^i is set in c. So column 0 is nobody and the last column is everybody.
Where there are too many coalitions, `along_orders` takes a few orders of joining in their place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def shapley(values: npt.ArrayLike) -> Floats:
    """Each player's Shapley value: the mean of what they add, over all orders of joining.

    Parameters
    ----------
    values : (runs, 2^k), see the head of this file.

    Returns (runs, k). In each run the values add up to everybody less nobody (Shapley 1953).
    """
    table, k = _table(values)
    columns = []
    for player in range(k):
        without, gains = _gains(table, k, player)
        sizes = [c.bit_count() for c in without.tolist()]
        weights = np.array([1.0 / (k * math.comb(k - 1, size)) for size in sizes])
        columns.append(gains @ weights)
    return np.column_stack(columns)


def main_effects(values: npt.ArrayLike) -> Floats:
    """The mean of what a player adds, over all coalitions of the others; (runs, k).

    The main effect of a full factorial design; in games, the Banzhaf value.
    """
    return _of_gains(values, lambda gains: gains.mean(axis=1))


def incrementals(values: npt.ArrayLike) -> Floats:
    """What a player adds to all the others: everybody less everybody but them; (runs, k)."""
    return _of_gains(values, lambda gains: gains[:, -1])


def alones(values: npt.ArrayLike) -> Floats:
    """What a player adds to nobody: only they less nobody; (runs, k)."""
    return _of_gains(values, lambda gains: gains[:, 0])


def pair_interactions(values: npt.ArrayLike) -> Floats:
    """How much more two players bring together than each by itself; (runs, k (k - 1) / 2).

    The mean of v(ij) - v(i) - v(j) + v(), over all coalitions of the rest to which i and j are
    added; pairs in the order of `itertools.combinations`. Above 0 they help each other, below 0
    they do the same work twice. (Textbooks of factorial designs often halve this number.)
    """
    table, k = _table(values)
    everyone = np.arange(2**k)
    columns = []
    for i, j in combinations(range(k), 2):
        rest = everyone[(everyone >> i & 1 == 0) & (everyone >> j & 1 == 0)]
        with_first, with_second = table[:, rest | 1 << i], table[:, rest | 1 << j]
        with_both = table[:, rest | 1 << i | 1 << j]
        columns.append(((with_both - with_second) - (with_first - table[:, rest])).mean(axis=1))
    return np.column_stack(columns) if columns else np.empty((len(table), 0))


def _table(values: npt.ArrayLike) -> tuple[Floats, int]:
    """The values as an array, and the number of players."""
    table = np.asarray(values, np.float64)
    k = table.shape[-1].bit_length() - 1 if table.ndim == 2 else 0
    if k < 1 or table.shape[1] != 2**k:
        raise ValueError(f"values of shape {table.shape}: must be (runs, 2^k) for k players")
    return table, k


def _gains(table: Floats, k: int, player: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """The coalitions without a player, and what the player adds to each: (runs, 2^(k-1))."""
    everyone = np.arange(2**k)
    without = everyone[everyone >> player & 1 == 0]
    return without, table[:, without | 1 << player] - table[:, without]


def _of_gains(values: npt.ArrayLike, take: Callable[[Floats], Floats]) -> Floats:
    table, k = _table(values)
    return np.column_stack([take(_gains(table, k, player)[1]) for player in range(k)])


SHARES: Final[dict[str, Callable[[npt.ArrayLike], Floats]]] = {
    "incremental": incrementals,
    "alone": alones,
    "main_effect": main_effects,
    "shapley": shapley,
}


# --- Some orders in place of all coalitions -------------------------------------------------------


ORDERS: Final = 0x0DE5
"""Keeps the orders apart from whatever else a world's seed may be asked for."""


def orders_of(seed: int, players: int, count: int) -> Ints:
    """Orders of joining in antithetic pairs: (count, players), every second one backwards.

    Who joins early in an order joins late in its mirror image: what a player adds falls or rises
    with the number of those who are there, and a pair evens that out. Where it does so in a
    straight line, as in a game of pairs, two orders tell as much as all of them.

    Parameters
    ----------
    seed : of the world: each has orders of its own, the same ones whenever it is asked.
    players, count : how many; `count` is even.
    """
    # the seed's own numbers make people and luck: another stream
    random = np.random.Generator(np.random.PCG64([seed, ORDERS]))
    drawn = np.array([random.permutation(players) for _ in range(count // 2)])
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(count, players)


def along_orders(values: npt.ArrayLike, orders: npt.ArrayLike) -> Floats:
    """What each player adds when they join, order by order.

    Parameters
    ----------
    values : (..., k + 1), the worth along each order: of nobody, of the first, of the first two ...
    orders : (..., k), who joins when.

    Returns (..., k), players in the order of their numbers. Each row adds up to everybody less
    nobody, and the mean over orders that are drawn blindly is, on average, the Shapley value.
    """
    joining = np.asarray(orders)
    gains = np.empty(joining.shape)
    np.put_along_axis(gains, joining, np.diff(np.asarray(values, np.float64), axis=-1), axis=-1)
    return gains


def drawing_error(gains: npt.ArrayLike) -> Floats:
    """The standard error of the mean over runs and orders that comes of drawing orders alone.

    Parameters
    ----------
    gains : (runs, orders, k), as `along_orders` gives them; orders in antithetic pairs.

    Within a run all orders meet the same people with the same luck, so that what differs from
    pair to pair is the drawing. NaN for a single pair, which has nothing to differ from.
    """
    table = np.asarray(gains, np.float64)
    runs, orders, k = table.shape
    pairs = table.reshape(runs, orders // 2, 2, k).mean(axis=2)
    if orders < 4:
        return np.full(k, np.nan)
    spread = pairs.var(axis=1, ddof=1).mean(axis=0)
    return np.asarray(np.sqrt(spread / (orders // 2) / runs))
