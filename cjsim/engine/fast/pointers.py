"""A world of arrays behind one pointer, for compiled code.

numba hands arrays on by value, and counts the references to each at every call. A dozen arrays
handed from function to function cost more than the work done on them, and take long to compile.
Here compiled code hands on the address of a table that holds address, rows and columns of each
array; `world.people` makes the array from it on the spot. Python keeps the arrays alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
)
from numba.np.arrayobj import make_array, populate_array

CACHE_LINE = 64
COLUMNS = 3
"""What the table holds of each array: address, rows, columns."""


class Behind(types.Type):  # type: ignore[misc]
    """The numba type of a pointer to such a table; `fields` are (name, type of the value)."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = fields
        super().__init__(name=f"Behind({name}, {fields})")

    def find(self, name: str) -> tuple[int, Any]:
        """Place and type of a field."""
        names = [field for field, _ in self.fields]
        return names.index(name), dict(self.fields)[name]


register_model(Behind)(models.OpaqueModel)


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = Behind

    def generic_resolve(self, kind: Behind, name: str) -> Any:
        return dict(kind.fields).get(name)


@lower_getattr_generic(Behind)  # type: ignore[untyped-decorator]
def _load(context: Any, builder: Any, kind: Behind, value: Any, name: str) -> Any:
    """The machine code of `world.name`."""
    place, field = kind.find(name)
    word = context.get_value_type(types.int64)
    table = builder.bitcast(value, word.as_pointer())

    def entry(column: int) -> Any:
        at = context.get_constant(types.intp, COLUMNS * place + column)
        return builder.load(builder.gep(table, [at]))

    if isinstance(field, types.Record):
        return builder.inttoptr(entry(0), context.get_value_type(field))
    array = make_array(field)(context, builder)
    size = context.get_abi_sizeof(context.get_data_type(field.dtype))
    item = context.get_constant(types.intp, size)
    shape = [entry(1)] if field.ndim == 1 else [entry(1), entry(2)]
    strides = [item] if field.ndim == 1 else [builder.mul(entry(2), item), item]
    data = builder.inttoptr(entry(0), context.get_data_type(field.dtype).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=item, meminfo=None)
    return array._getvalue()


def behind(name: str, **fields: tuple[Any, int]) -> Any:
    """A compiled function: address of a table -> what lies behind it.

    Parameters
    ----------
    fields : name = (dtype, dimensions), in the order of the table; 0 dimensions is one record.

    The function has them as `forms`, for whoever lays such arrays out elsewhere.
    """

    def numba_type(dtype: Any, dimensions: int) -> Any:
        item = from_dtype(np.dtype(dtype))
        return types.Array(item, dimensions, "C") if dimensions else item

    kind = Behind(name, tuple((key, numba_type(*form)) for key, form in fields.items()))

    @intrinsic  # type: ignore[untyped-decorator]
    def look(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], cgutils.voidptr_t)

        return kind(types.int64), generate

    look.forms = {key: (np.dtype(dtype), dimensions) for key, (dtype, dimensions) in fields.items()}
    return look


@intrinsic  # type: ignore[untyped-decorator]
def elsewhere(typing_context: Any, world: Any, address: Any) -> Any:
    """What lies behind another table of the same form, of which the address is known."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[1], cgutils.voidptr_t)

    return world(world, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask the processor to fetch a row of an array into its cache; needed a little later.

    In a large market the next event's person is hardly ever in the cache, and waiting for memory
    would take longer than all that happens to them.
    """

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind, place = signature.args
        view = make_array(kind)(context, builder, values[0])
        at = context.cast(builder, values[1], place, types.intp)
        bytes_ = builder.bitcast(view.data, cgutils.voidptr_t)
        size = cgutils.unpack_tuple(builder, view.strides)[0]
        begin = builder.mul(at, size)
        last = builder.add(begin, builder.sub(size, context.get_constant(types.intp, 1)))
        word = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        call = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        one, three = ir.Constant(word, 1), ir.Constant(word, 3)

        def fetch(offset: Any) -> None:
            builder.call(call, [builder.gep(bytes_, [offset]), one, three, one])

        line = context.get_constant(types.intp, CACHE_LINE)
        with cgutils.for_range_slice(builder, begin, last, line) as (offset, _):
            fetch(offset)
        fetch(last)  # a row need not begin where a line of the cache does
        return context.get_dummy_value()

    return types.void(array, index), generate


def aligned(count: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Records of zeros that begin where a line of the cache does: fewer lines to fetch for each."""
    raw = np.zeros(count * dtype.itemsize + CACHE_LINE, np.uint8)
    begin = -raw.ctypes.data % CACHE_LINE
    return raw[begin : begin + count * dtype.itemsize].view(dtype)


def table(arrays: Iterable[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """Address, rows and columns of each array; valid as long as the arrays live."""
    rows = [(a.ctypes.data, len(a), a.shape[1] if a.ndim > 1 else 1) for a in arrays]
    return np.array(rows, np.int64)
