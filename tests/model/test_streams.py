"""Random numbers: numpy's Philox is the definition, and nothing moves a stream but its own use."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.door import LARGEST_SEED
from cjsim.model import compile, quickest, streams

LARGEST_WORD = 2**64 - 1
seeds = st.integers(0, LARGEST_SEED - 1)
persons = st.integers(0, 10**9) | st.just(streams.MARKET_KEY)
indices = st.integers(0, 2**62)
purposes = st.integers(1, 9) | st.text().map(streams.stream_of)


def by_numpy(seed: int, person: int, index: int, purpose: int) -> tuple[float, ...]:
    """The definition: four doubles from numpy's own generator."""
    key = np.array([seed, person], np.uint64)
    counter = np.array([index, purpose, 0, 0], np.uint64)
    return tuple(np.random.Generator(np.random.Philox(key=key, counter=counter)).random(4).tolist())


@given(seeds, persons, indices, purposes)
def test_a_block_is_the_first_of_numpys_philox(
    seed: int, person: int, index: int, purpose: int
) -> None:
    assert streams.block(seed, person, index, purpose) == by_numpy(seed, person, index, purpose)


@pytest.mark.skipif(not compile.has_numba(), reason="nothing is compiled without numba")
@given(seeds, persons, indices, purposes)
def test_a_compiled_block_is_the_same(seed: int, person: int, index: int, purpose: int) -> None:
    compiled = quickest.block
    assert compiled(seed, person, index, purpose) == by_numpy(seed, person, index, purpose)


def test_a_block_is_numpys_up_to_the_ends_of_the_words() -> None:
    """Only the index ends one earlier: numpy would carry it into the purpose."""
    ends = (
        (0, 1, LARGEST_SEED - 1, LARGEST_WORD),
        (0, streams.MARKET_KEY, LARGEST_WORD),
        (0, 2**32 - 1, 2**32, 2**63, LARGEST_WORD - 1),
        (0, 2**32, LARGEST_WORD),
    )
    for arguments in itertools.product(*ends):
        assert streams.block(*arguments) == by_numpy(*arguments), arguments


@pytest.mark.skipif(not compile.has_numba(), reason="nothing is compiled without numba")
def test_the_rules_draw_the_same_numbers_compiled_and_plain() -> None:
    arguments = [(3, p, i, streams.VISIT) for p in range(30) for i in (0, 9, 16 * 7 + 13, 2**40)]
    drawn = quickest.block
    assert [drawn(*a) for a in arguments] == [streams.block(*a) for a in arguments]


@given(st.integers(0, LARGEST_WORD), st.integers(0, LARGEST_WORD))
def test_a_product_of_words_is_kept_whole(a: int, b: int) -> None:
    high, low = streams.high_low(a, b)
    assert high * 2**64 + low == a * b


@given(seeds, persons, indices, purposes)
def test_uniforms_lie_from_0_up_to_but_not_at_1(
    seed: int, person: int, index: int, purpose: int
) -> None:
    assert all(0.0 <= u < 1.0 for u in streams.block(seed, person, index, purpose))


def test_uniforms_are_uniform_and_independent_within_a_block() -> None:
    n = 40_000
    draw = quickest.block
    u = np.array([draw(11, p, 0, streams.VISIT) for p in range(n)])
    # standard errors: of a mean sqrt(1/12n), of a correlation sqrt(1/n); 4.5 of them
    assert abs(u.mean(axis=0) - 0.5).max() < 4.5 * np.sqrt(1 / 12 / n)
    correlation = np.corrcoef(u, rowvar=False)[np.triu_indices(4, 1)]
    assert abs(correlation).max() < 4.5 / np.sqrt(n)


@pytest.mark.parametrize("argument", range(4))
def test_another_seed_person_use_or_purpose_gives_other_numbers(argument: int) -> None:
    here = [1, 2, 3, 4]
    there = list(here)
    there[argument] += 1
    assert not set(streams.block(*here)) & set(streams.block(*there))


def test_no_two_purposes_share_a_stream() -> None:
    own = [
        getattr(streams, name)
        for name in (
            "TRAITS", "VISIT", "PUSH", "EXPERIENCE", "TRIAL", "FRIEND", "DESK", "SHELF",
            "COLD_LIST",
        )
    ]  # fmt: skip
    assert len(set(own)) == len(own)
    named = [streams.stream_of(name) for name in ("", "site", "mail_offer", "витрина")]
    assert max(own) < 2**62 <= min(named)
    assert max(named) < 2**63


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("site", 8920572339327340087),
        ("mail_offer", 7738426887025842859),
        ("phone_call", 6808388506770092338),
        ("витрина", 8390874037502448672),
    ],
)
def test_a_touchpoint_keeps_its_stream_for_ever(name: str, purpose: int) -> None:
    """Frozen: another value would move every contact of every stored result."""
    assert streams.stream_of(name) == purpose


def test_a_block_keeps_its_numbers_for_ever() -> None:
    """Frozen: the numbers of person 2, in world 1, at the fourth visit to stage 5."""
    assert [round(u, 12) for u in streams.block(1, 2, 3 * 16 + 5, streams.VISIT)] == [
        0.934494119453,
        0.960502268705,
        0.744842553865,
        0.412973607504,
    ]
