"""The board's engine in wasmtime: called as the compiled code is, with arrays of this process."""

import ctypes

import numpy as np
import wasmtime

from cjsim.board.crowd import crowd_behind
from cjsim.board.tally import sheet_behind
from cjsim.board.wasm.build import MODULE, STACK_END
from cjsim.engine.fast.loop import calendar_behind, world_behind
from cjsim.engine.fast.pointers import CACHE_LINE

PAGE = 65536
LONGEST_TABLE = 1024


class Machine:
    """Arrays are copied into the module's memory, a door is called, and they are copied back."""

    def __init__(self, module: bytes | None = None) -> None:
        self.store = wasmtime.Store()
        code = wasmtime.Module(self.store.engine, module or MODULE.read_bytes())
        limits = wasmtime.MemoryType(wasmtime.Limits(64, None))
        self.memory = wasmtime.Memory(self.store, limits)
        kind = wasmtime.GlobalType(wasmtime.ValType.i32(), True)
        stack = wasmtime.Global(self.store, kind, wasmtime.Val.i32(STACK_END))
        given = {"__linear_memory": self.memory, "__stack_pointer": stack}
        instance = wasmtime.Instance(self.store, code, [given[i.name] for i in code.imports])
        self.doors = instance.exports(self.store)

    def advance(self, world_at: int, calendar_at: int, job: int, now: float) -> int:
        tables = ((world_behind, world_at), (calendar_behind, calendar_at))
        return self._call("advance", tables, job, float(now))

    def tally(self, world_at: int, sheet_at: int) -> int:
        return self._call("tally", ((world_behind, world_at), (sheet_behind, sheet_at)))

    def draw(self, crowd_at: int) -> int:
        return self._call("draw", ((crowd_behind, crowd_at),))

    def _call(self, door, tables, *more):
        arrays, moved, top = [], [], STACK_END
        for look, at in tables:
            size = 3 * len(look.forms)
            words = np.ctypeslib.as_array((ctypes.c_int64 * size).from_address(at)).reshape(-1, 3)
            words = words.copy()
            for row, (dtype, _) in zip(words, look.forms.values(), strict=True):
                count = int(row[1] * row[2] * dtype.itemsize)
                top = -(-top // CACHE_LINE) * CACHE_LINE
                arrays.append((int(row[0]), top, count))
                row[0] = top
                top += count
            moved.append(words)
        self._grow(top + LONGEST_TABLE * len(moved))
        base = ctypes.addressof(self.memory.data_ptr(self.store).contents)
        for here, there, count in arrays:
            ctypes.memmove(base + there, here, count)
        places = []
        for words in moved:
            top = -(-top // CACHE_LINE) * CACHE_LINE
            ctypes.memmove(base + top, words.tobytes(), words.nbytes)
            places.append(top)
            top += words.nbytes
        answer = self.doors[door](self.store, *places, *more)
        for here, there, count in arrays:
            ctypes.memmove(here, base + there, count)
        return answer

    def _grow(self, size: int) -> None:
        missing = size - self.memory.data_len(self.store)
        if missing > 0:
            self.memory.grow(self.store, -(-missing // PAGE))
