"""Operations that the processor has and Python has not, for compiled code: all of them exact.

They stand in the place of the functions of the same names, which give the same in plain Python.
"""

from __future__ import annotations

import struct
from types import ModuleType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_WORD, _NUMBER = ir.IntType(64), ir.DoubleType()
_EXPONENT = 52
"""Bit at which the exponent of a number begins."""
_BASE = 0.70703125
"""`arithmetic.split` gives numbers from here to below twice of it."""
_PART = 45
"""Bit at which the seven begin that say in which of 128 parts a number lies."""
_WHOLE = 1.5 * 2.0**52
"""So large that its last bit counts ones: a whole number added to it can be read in the bits."""


def _bits(x: float) -> Any:
    (bits,) = struct.unpack("<q", struct.pack("<d", x))
    return ir.Constant(_WORD, bits)


@intrinsic  # type: ignore[untyped-decorator]
def high_low(typing_context: Any, a: Any, b: Any) -> Any:
    """Upper and lower word of the product of two words: `streams.high_low` in one instruction."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(value, wide) for value in values))
        high = builder.lshr(product, ir.Constant(wide, 64))
        halves = [builder.trunc(half, ir.IntType(64)) for half in (high, product)]
        return context.make_tuple(builder, signature.return_type, halves)

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@intrinsic  # type: ignore[untyped-decorator]
def scaled(typing_context: Any, x: Any, n: Any) -> Any:
    """`arithmetic.scaled`: n is added to the exponent where it stands."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        bits = builder.bitcast(values[0], _WORD)
        steps = builder.shl(values[1], ir.Constant(_WORD, _EXPONENT))
        return builder.bitcast(builder.add(bits, steps), _NUMBER)

    return types.float64(types.float64, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def split(typing_context: Any, x: Any) -> Any:
    """`arithmetic.split`: how many bits x lies above _BASE says all three."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        exponent = ir.Constant(_WORD, _EXPONENT)
        bits = builder.bitcast(values[0], _WORD)
        above = builder.sub(bits, _bits(_BASE))
        n = builder.ashr(above, exponent)
        m = builder.bitcast(builder.sub(bits, builder.shl(n, exponent)), _NUMBER)
        part = builder.and_(builder.lshr(above, ir.Constant(_WORD, _PART)), ir.Constant(_WORD, 127))
        parts = [m, builder.sitofp(n, _NUMBER), part]
        return context.make_tuple(builder, signature.return_type, parts)

    kinds = types.Tuple((types.float64, types.float64, types.int64))
    return kinds(types.float64), generate


@intrinsic  # type: ignore[untyped-decorator]
def whole(typing_context: Any, x: Any) -> Any:
    """`arithmetic.whole`: the integer is what the sum's bits have beyond those of _WHOLE."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        large = ir.Constant(_NUMBER, _WHOLE)
        together = builder.fadd(values[0], large)
        number = builder.sub(builder.bitcast(together, _WORD), _bits(_WHOLE))
        nearest = [builder.fsub(together, large), number]
        return context.make_tuple(builder, signature.return_type, nearest)

    return types.Tuple((types.float64, types.int64))(types.float64), generate


@intrinsic  # type: ignore[untyped-decorator]
def rarely(typing_context: Any, condition: Any) -> Any:
    """`arithmetic.rarely`: a hint to LLVM, which then puts what follows aside and inlines less."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        bit = ir.IntType(1)
        expect = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(bit, [bit, bit]), "llvm.expect.i1"
        )
        return builder.call(expect, [values[0], ir.Constant(bit, 0)])

    return types.boolean(types.boolean), generate


INSTRUCTIONS = {
    "high_low": high_low,
    "scaled": scaled,
    "split": split,
    "whole": whole,
    "rarely": rarely,
}


def give_instructions(module: ModuleType) -> None:
    """Make a module ready to be compiled: the functions above in the place of its own.

    Its tables, tuples of rows, become arrays: compiled, a tuple is looked up case by case.
    """
    for name, value in list(vars(module).items()):
        if name in INSTRUCTIONS:
            setattr(module, name, INSTRUCTIONS[name])
        elif _is_table(value):
            setattr(module, name, np.array(value))


def _is_table(value: object) -> bool:
    """Is it a tuple of rows of floats?"""
    match value:
        case ((float(), *_), *_):
            return True
    return False
