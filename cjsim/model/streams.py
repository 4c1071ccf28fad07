"""Reproducible random numbers: one stream per person and purpose (`docs/design.md`).

A *block* is four uniforms in [0, 1). It is the first block of numpy's own generator
`numpy.random.Philox(key=[seed, person], counter=[index, purpose, 0, 0])`, computed here as
scalars because a numpy generator per person would cost 7 microseconds each time.

Nothing is ever "the next number": a draw is named by who needs it (person), what for (purpose)
and the how-manieth time (index). Two strategies therefore meet the same people with the same luck,
and a touchpoint that is added moves nobody else's numbers.

The file is read twice: as plain Python, and by numba with the words below as unsigned 64-bit
integers and the processor's own product of two of them (`cjsim.model.compile`).
"""

from __future__ import annotations

import hashlib
from typing import Any

# Purposes. A touchpoint's own purpose comes from its name: see `stream_of`.
TRAITS = 1
VISIT = 2
PUSH = 3
EXPERIENCE = 4
TRIAL = 5
FRIEND = 6
DESK = 7
SHELF = 8
COLD_LIST = 9
NEED = 10
LIFE = 11
SERVICE = 20
BAD_WORD = 21
WARNED = 22
MANAGER = 23
DELIVERY = 30
BIRTHDAY = 31
CONTRACT = 32
TRYOUT = 33
ANSWER = 34
ARM = 40

MARKET_KEY = 1 << 62
"""Stands where a person's number stands, for what happens to the market as a whole."""

Word = int
"""The type of a 64-bit word: int here, unsigned 64-bit where compiled."""

_FULL = 0xFFFFFFFFFFFFFFFF
_11 = 11
_ONE = 1
_ZERO = 0
# Salmon et al. 2011, Philox4x64: two multipliers, two key increments.
_M0 = 0xD2E7470EE14C6C93
_M1 = 0xCA5A826395121157
_W0 = 0x9E3779B97F4A7C15
_W1 = 0xBB67AE8584CAA73B
_TO_UNIT = 2.0**-53


def stream_of(name: str) -> int:
    """The purpose number of a touchpoint: from its name, so that no other touchpoint moves it.

    62 bits of a hash, above all purposes that have a number of their own.
    """
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return (1 << 62) | (int.from_bytes(digest, "little") >> 2)


def worlds(seed: int, count: int) -> tuple[int, ...]:
    """The numbers of the worlds that belong to a seed: its own, then hashes of it and 1, 2, ...

    Two seeds share no world: hashes lie in a range above all seeds, and among a million of them
    two are equal with a chance of two in ten million.

    Parameters
    ----------
    seed : 0 up to 2^61.
    count : how many worlds, 1 or more.

    >>> worlds(7, 2)
    (7, 2880309506551666151)
    """
    hashed = [
        hashlib.blake2b(f"{seed} {k}".encode(), digest_size=8).digest() for k in range(1, count)
    ]
    return seed, *((1 << 61) | (int.from_bytes(word, "little") >> 3) for word in hashed)


def high_low(a: int, b: int) -> tuple[int, int]:
    """Upper and lower word of the 128-bit product of two words."""
    product = a * b
    return product >> 64, product & _FULL


def block(seed: int, person: int, index: int, purpose: int) -> tuple[float, float, float, float]:
    """Four uniforms in [0, 1) for one use: ten rounds of Philox4x64.

    Parameters
    ----------
    seed, person : the key; who draws, in which world.
    index, purpose : the counter; the how-manieth use, and what for.
    """
    key0, key1 = Word(seed), Word(person)
    # numpy steps its counter before the first block
    c0, c1, c2, c3 = Word(index) + _ONE, Word(purpose), Word(_ZERO), Word(_ZERO)
    for _ in range(10):
        high0, low0 = high_low(_M0, c0)
        high1, low1 = high_low(_M1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0 = (key0 + _W0) & _FULL
        key1 = (key1 + _W1) & _FULL
    return (
        (c0 >> _11) * _TO_UNIT,
        (c1 >> _11) * _TO_UNIT,
        (c2 >> _11) * _TO_UNIT,
        (c3 >> _11) * _TO_UNIT,
    )


def fill(blocks: Any, seed: int, index: int, purpose: int) -> None:
    """The block of each person 0, 1, 2, ... into the rows of an array of shape (people, 4)."""
    for person in range(len(blocks)):
        row = blocks[person]
        row[0], row[1], row[2], row[3] = block(seed, person, index, purpose)
