"""The kit's own exp, log, expm1 and log1p: nearly exact, and the same bits everywhere."""

import doctest
import inspect
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from math import inf, isnan, nan, nextafter, ulp
from pathlib import Path

import mpmath
import numba
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mpf

from cjsim.model import arithmetic, wide
from tests.model import both_forms

ROOT = Path(__file__).parents[2]
NAMES = ("exp", "log", "expm1", "log1p")
WORST = {"exp": 0.6, "log": 0.65, "expm1": 0.7, "log1p": 0.7}
"""Error promised by the docstrings, in units of the last place of the exact value."""
LAST_FINITE = 709.782712893384
LEAST = 5e-324
EDGES = [
    0.0, -0.0, inf, -inf, nan, 1.0, -1.0, LEAST, -LEAST, 2.0**-1022, -(2.0**-1022), 1e308, -1e308,
    sys.float_info.max, LAST_FINITE, -700.0, 709.0, -708.4, -745.13, -745.14, -746.0, -40.0, 0.25,
    -0.25, 0.0625, -0.0625, 0.9375, 1.0625, 0.70703125, 1.4140625, 2.0**53, 2.0**-54,
]  # fmt: skip
EDGES += [nextafter(x, way) for x in EDGES for way in (inf, -inf)]

RANGES = {
    "exp": [(-10.0, 0.0), (-709.0, 709.78), (-0.01, 0.01), (-745.2, -699.0), (708.0, 709.78)],
    "log": [(0.0, 1.0), (0.9, 1.1), (0.05, 3.0), (0.0, 1e6), (0.0, 1e-307), (1e300, 1e308)],
    "expm1": [(-5.0, 0.0), (-0.3, 0.3), (-1e-5, 1e-5), (-40.0, 40.0), (-1e-300, 1e-300)],
    "log1p": [(-1.0, 0.0), (-0.1, 0.1), (0.0, 3.0), (-1e-5, 1e-5), (0.0, 1e9), (1e300, 1e308)],
}
each_function = pytest.mark.parametrize("name", NAMES)


def arguments(name: str, count: int) -> npt.NDArray[np.float64]:
    """Uniform numbers from the ranges of a function, in equal parts."""
    luck = np.random.default_rng(7)
    ranges = RANGES[name]
    parts = [low + (high - low) * luck.random(count // len(ranges)) for low, high in ranges]
    return np.concatenate(parts)


def error(name: str, x: float) -> float:
    """How far the result lies from the exact one, in units of the exact one's last place."""
    exact = getattr(mpmath.mp, name)(mpf(x))
    result = getattr(arithmetic, name)(x)
    return abs(float((mpf(result) - exact) / ulp(float(exact))))


@pytest.fixture(autouse=True)
def _enough_digits() -> object:
    with mpmath.workprec(120):
        yield


# --- how exact --------------------------------------------------------------------------------


@each_function
def test_the_error_is_below_seven_tenths_of_the_last_place(name: str) -> None:
    assert max(error(name, x) for x in arguments(name, 60_000).tolist()) < WORST[name]


@pytest.mark.slow
@each_function
def test_the_error_is_as_small_for_a_million_and_more_arguments(name: str) -> None:
    assert max(error(name, x) for x in arguments(name, 300_000).tolist()) < WORST[name]


@given(st.floats(-745.0, LAST_FINITE))
@example(LAST_FINITE)
@example(-744.4400719213812)
def test_exp_is_as_exact_wherever_hypothesis_looks(x: float) -> None:
    assert error("exp", x) < WORST["exp"]


@given(st.floats(min_value=LEAST))
@example(LEAST)
@example(sys.float_info.max)
def test_log_is_as_exact_wherever_hypothesis_looks(x: float) -> None:
    if x < inf:
        assert error("log", x) < WORST["log"]


@given(st.floats(-60.0, LAST_FINITE))
def test_expm1_is_as_exact_wherever_hypothesis_looks(x: float) -> None:
    assert error("expm1", x) < WORST["expm1"]


@given(st.floats(-1.0, sys.float_info.max, exclude_min=True))
def test_log1p_is_as_exact_wherever_hypothesis_looks(x: float) -> None:
    assert error("log1p", x) < WORST["log1p"]


# --- what must hold exactly -------------------------------------------------------------------


def same(a: float, b: float) -> bool:
    """The same bits, whatever the bits of a nan."""
    return (isnan(a) and isnan(b)) or (a == b and math.copysign(1.0, a) == math.copysign(1.0, b))


@pytest.mark.parametrize(
    ("name", "x", "result"),
    [
        ("exp", 0.0, 1.0), ("exp", -0.0, 1.0), ("exp", inf, inf), ("exp", -inf, 0.0),
        ("exp", nan, nan), ("exp", LAST_FINITE, 1.7976931348622732e308), ("exp", 709.79, inf),
        ("exp", -745.13, LEAST), ("exp", -745.14, 0.0), ("exp", 1e308, inf), ("exp", -1e308, 0.0),
        ("log", 1.0, 0.0), ("log", 0.0, -inf), ("log", -0.0, -inf), ("log", -1.0, nan),
        ("log", -LEAST, nan), ("log", inf, inf), ("log", -inf, nan), ("log", nan, nan),
        ("log", LEAST, -744.4400719213812), ("log", 2.0, math.log(2.0)),
        ("expm1", 0.0, 0.0), ("expm1", -0.0, -0.0), ("expm1", inf, inf), ("expm1", -inf, -1.0),
        ("expm1", nan, nan), ("expm1", LEAST, LEAST), ("expm1", -LEAST, -LEAST),
        ("expm1", -50.0, -1.0), ("expm1", 710.0, inf), ("expm1", 1e-20, 1e-20),
        ("log1p", 0.0, 0.0), ("log1p", -0.0, -0.0), ("log1p", -1.0, -inf), ("log1p", -1.5, nan),
        ("log1p", inf, inf), ("log1p", -inf, nan), ("log1p", nan, nan), ("log1p", LEAST, LEAST),
        ("log1p", -LEAST, -LEAST), ("log1p", 1e-20, 1e-20),
    ],
)  # fmt: skip
def test_the_ends_and_the_middle_are_as_in_mathematics(name: str, x: float, result: float) -> None:
    assert same(getattr(arithmetic, name)(x), result)
    assert same(getattr(both_forms.arithmetic(), name)(x), result)


@pytest.mark.parametrize("n", [-1074, -1022, -700, -1, 1, 10, 1023])
def test_the_log_of_a_power_of_two_is_that_many_times_the_log_of_two(n: int) -> None:
    assert arithmetic.log(math.ldexp(1.0, n)) == float(n * mpmath.log(2))


def neighbours(x: float, count: int = 200) -> list[float]:
    """The floats around x, in their order."""
    for _ in range(count // 2):
        x = nextafter(x, -inf)
    found = [x]
    for _ in range(count):
        found.append(nextafter(found[-1], inf))
    return found


@pytest.mark.parametrize(
    ("name", "seams"),
    [
        ("exp", [*(math.log(2.0) * (k + 0.5) / 64.0 for k in range(-80, 80)), -700.0, 709.0]),
        ("expm1", [*(math.log(2.0) * (k + 0.5) / 64.0 for k in range(-80, 80)), -0.25, 0.25]),
        ("log", [*(181 / 256 + k / 256 for k in range(182)), 0.9375, 1.0625, 2.0**-1022]),
        ("log1p", [-0.0625, 0.0625, *(k / 128 for k in range(-60, 60) if k)]),
    ],
)
def test_nothing_falls_where_one_piece_meets_the_next(name: str, seams: list[float]) -> None:
    """Rounding of 0.7 may turn two neighbours round; over a seam no step goes back further."""
    function = getattr(arithmetic, name)
    for seam in seams:
        values = [function(x) for x in neighbours(seam)]
        steps = [b - a for a, b in pairwise(values)]
        assert min(steps) >= -ulp(max(map(abs, values)))
        assert values[0] <= values[len(values) // 2] <= values[-1]


@given(st.floats(-700.0, 700.0), st.floats(1e-9, 1.0))
def test_a_larger_argument_never_gives_less(x: float, more: float) -> None:
    assert arithmetic.exp(x) <= arithmetic.exp(x + more)
    assert arithmetic.expm1(x) <= arithmetic.expm1(x + more)


# --- the same bits everywhere -----------------------------------------------------------------

DIGEST = "eb4efdcc1e0d31bd39c37402cfd57da5189dad5e85d1c129132668453b2b7d1a"
"""Of what `both_forms.digest` computes; it may change only together with the arithmetic."""


@each_function
def test_both_forms_agree_to_the_last_bit(name: str) -> None:
    plain = getattr(arithmetic, name)
    compiled = getattr(both_forms.arithmetic(), name)
    given_bits = np.random.default_rng(3).integers(0, 2**64, 20_000, np.uint64, endpoint=False)
    values = [*EDGES, *arguments(name, 60_000).tolist(), *given_bits.view(float).tolist()]
    assert [x for x in values if not same(plain(x), compiled(x))] == []


def test_the_results_are_those_of_every_machine() -> None:
    assert both_forms.digest(arithmetic) == DIGEST


@pytest.mark.parametrize(
    "processor",
    [
        {},
        {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"},
        {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2", "NUMBA_CPU_NAME": "generic"},
    ],
    ids=["as it is", "library without FMA", "compiler without FMA"],
)
def test_the_processor_makes_no_difference(processor: dict[str, str], tmp_path: Path) -> None:
    anew = {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    finished = subprocess.run(
        [sys.executable, "-m", both_forms.__name__],
        env={**os.environ, **processor, **anew},
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.strip() == DIGEST


@each_function
def test_compiled_code_calls_no_library(name: str) -> None:
    """All that is declared and not defined belongs to how numba hands results to Python."""
    function = getattr(both_forms.arithmetic(), name)

    @numba.njit(error_model="numpy", _nrt=False)
    def caller(x: float) -> float:
        return function(x)  # type: ignore[no-any-return]

    caller(0.5)
    (code,) = caller.inspect_llvm().values()
    (machine,) = caller.inspect_asm().values()
    declared = re.findall(r"^declare .*?(\S+) @\"?([\w.]+)", code, re.MULTILINE)
    allowed = r"Py|_Py|numba_|NRT_|llvm\.(fabs|is\.fpclass|assume|lifetime|experimental)|memset"
    assert [word for _, word in declared if not re.match(allowed, word)] == []
    assert not re.search(r"fmuladd|vfn?m(add|sub)|\bf(n?m(add|sub))\b", code + machine)
    assert not re.search(r"switch i64", code)  # a table is looked up, not gone through


def test_the_source_takes_nothing_from_a_library_but_what_is_exact() -> None:
    lines = inspect.getsource(arithmetic)
    assert re.findall(r"^(?:from|import) .*", lines, re.MULTILINE) == [
        "from __future__ import annotations",
        "from math import frexp, inf, ldexp, nan",
    ]
    assert set(re.findall(r"\S+ ?\*\* ?\S+", lines)) == {
        "2.0**-1022", "2.0**52", "2.0**-600", "2.0**600", "2.0**54)",
    }  # fmt: skip


@pytest.mark.parametrize("helper", ["scaled", "split", "whole"])
def test_an_instruction_gives_what_the_plain_helper_gives(helper: str) -> None:
    plain, instruction = getattr(arithmetic, helper), getattr(wide, helper)
    luck = np.random.default_rng(5)
    if helper == "scaled":
        compiled = numba.njit(lambda x, n: instruction(x, n))
        powers = luck.integers(-1022, 1023, 999).tolist()
        given = [(1.0 + luck.random(), n) for n in powers]
    elif helper == "split":
        compiled = numba.njit(lambda x: instruction(x))
        near = [nextafter(k / 256, way) for k in range(170, 372) for way in (0.0, inf, k / 256)]
        normal = luck.integers(1 << 52, 2047 << 52, 9_999).view(np.float64).tolist()
        given = [(x,) for x in [*near, *normal]]
    else:
        compiled = numba.njit(lambda x: instruction(x))
        halves = [k / 2 for k in range(-99, 99)]
        given = [(x,) for x in [*halves, *luck.normal(0.0, 9e4, 9_999).tolist()]]
    assert [each for each in given if plain(*each) != compiled(*each)] == []


def test_the_examples_of_the_docstrings_are_true() -> None:
    assert doctest.testmod(arithmetic).failed == 0


# --- where the constants come from ------------------------------------------------------------


def fitted(function: Callable[[mpf], mpf], low: mpf, high: mpf, count: int) -> list[float]:
    """Coefficients, lowest first, of the polynomial through the Chebyshev points, as floats."""
    with mpmath.workdps(150):
        return [float(each) for each in mpmath.chebyfit(function, [low, high], count, asc=True)]


def beyond(function: Callable[[mpf], mpf], *terms: mpf) -> Callable[[mpf], mpf]:
    """(f(x) - terms[0] x - terms[1] x² ...) / x^n: what a series has after its first terms."""

    def rest(x: mpf) -> mpf:
        x = x if x else mpf(10) ** -40
        known = sum(term * x ** (i + 1) for i, term in enumerate(terms))
        return (function(x) - known) / x ** (len(terms) + 1)

    return rest


def of(pattern: str) -> list[float]:
    """The constants of that name, in the order of their numbers."""
    names = sorted(
        (name for name in vars(arithmetic) if re.fullmatch(pattern, name)),
        key=lambda name: int(name[2:]),
    )
    return [getattr(arithmetic, name) for name in names]


def test_the_polynomials_are_those_through_the_chebyshev_points() -> None:
    with mpmath.workdps(150):
        part = mpmath.log(2) / 128
        half = mpf(1) / 2
        quarter, sixteenth, narrow = mpf(1) / 4, mpf(1) / 16, mpf(1) / 250
        assert of(r"_E\d+") == fitted(beyond(mpmath.expm1, 1), -part, part, 4)
        assert of(r"_M\d+") == fitted(beyond(mpmath.expm1, 1, half), -quarter, quarter, 9)
        assert of(r"_N\d+") == fitted(beyond(mpmath.log1p, 1, -half), -sixteenth, sixteenth, 10)
        assert of(r"_L\d+") == fitted(beyond(mpmath.log1p, 1), -narrow, narrow, 5)


def test_the_logarithm_of_two_is_a_short_number_and_a_rest() -> None:
    two = mpmath.log(2)
    assert float(64 / two) == arithmetic._TO_STEPS
    for value, high, low, bits in [
        (two / 64, arithmetic._STEP_HIGH, arithmetic._STEP_LOW, 42),
        (two, arithmetic._LN2_HIGH, arithmetic._LN2_LOW, 40),
    ]:
        assert high == float(mpmath.nint(value * 2**bits)) / 2**bits
        assert low == float(value - mpf(high))


def test_the_table_of_powers_holds_each_in_two_numbers() -> None:
    powers = [mpf(2) ** (mpf(j) / 64) for j in range(64)]
    expected = [(float(p), float((p - mpf(float(p))) / mpf(float(p)))) for p in powers]
    assert list(arithmetic._POWERS) == expected


def middle(part: int) -> float:
    """Where `split` has the middle of a part."""
    return 181 / 256 + (part + 0.5) / 256 if part < 75 else 1.0 + (part - 75 + 0.5) / 128


def test_the_table_of_logarithms_is_exact_to_sixty_two_bits() -> None:
    step = mpmath.exp(mpf(2) ** -42)
    expected = []
    for part in range(128):
        whole = int(mpmath.nint((mpmath.log(middle(part)) + mpf(2) ** -15) * 2**42))
        c = mpmath.exp(mpf(whole) / 2**42)
        while abs(mpf(float(c)) - c) >= c / 2**62:
            whole += 1
            c *= step
        expected.append((float(c), float(1 / c), whole / 2**42))
    assert list(arithmetic._LOGS) == expected


def test_the_polynomials_reach_to_the_edges_of_their_parts() -> None:
    for part, (c, _, _) in enumerate(arithmetic._LOGS):
        half = 1 / 512 if part < 75 else 1 / 256
        assert max(abs(middle(part) - half - c), abs(middle(part) + half - c)) / c < 1 / 250


def test_the_last_finite_exponential_is_where_we_say() -> None:
    assert float(mpmath.log(mpf(sys.float_info.max))) == arithmetic._HIGHEST == LAST_FINITE
    assert mpmath.exp(mpf(nextafter(LAST_FINITE, inf))) > mpf(2) ** 1024
