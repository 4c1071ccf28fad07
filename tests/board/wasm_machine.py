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


def words_at(address, count):
    """A copy of so many words of this process's memory."""
    if not count:
        return np.zeros(0, np.int64)
    return np.ctypeslib.as_array((ctypes.c_int64 * count).from_address(address)).copy()


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
        arrays, moved, top = {}, {}, STACK_END
        for look, at in self._with_arms(tables):
            words = words_at(at, 3 * len(look.forms)).reshape(-1, 3)
            for row, (dtype, _) in zip(words, look.forms.values(), strict=True):
                count = int(row[1] * row[2] * dtype.itemsize)
                if (int(row[0]), count) not in arrays:  # arms share most of theirs
                    top = -(-top // CACHE_LINE) * CACHE_LINE
                    arrays[int(row[0]), count] = top
                    top += count
                row[0] = arrays[int(row[0]), count]
            moved[at] = words
        self._grow(top + LONGEST_TABLE * len(moved))
        base = ctypes.addressof(self.memory.data_ptr(self.store).contents)
        for (here, count), there in arrays.items():
            ctypes.memmove(base + there, here, count)
        places = {}
        for at, words in moved.items():
            top = -(-top // CACHE_LINE) * CACHE_LINE
            ctypes.memmove(base + top, words.tobytes(), words.nbytes)
            places[at] = top
            top += words.nbytes
        arms = self._arms(*tables[0])
        for at, count in [place for place in arrays if place[0] == arms[0] and len(arms[1])]:
            there = np.array([places[arm] for arm in arms[1].tolist()], np.int64)
            ctypes.memmove(base + arrays.pop((at, count)), there.ctypes.data, count)
        answer = self.doors[door](self.store, *(places[at] for _, at in tables), *more)
        for (here, count), there in arrays.items():
            ctypes.memmove(here, base + there, count)
        return answer

    def _with_arms(self, tables):
        """The tables, and those of the other arms of a split market."""
        look, at = tables[0]
        others = [(look, arm) for arm in self._arms(look, at)[1].tolist() if arm != at]
        return [*tables, *others]

    def _arms(self, look, at):
        """Where the addresses of all arms' tables stand, and they."""
        if "arms" not in look.forms:
            return 0, np.zeros(0, np.int64)
        place = list(look.forms).index("arms")
        here, count, _ = words_at(at, 3 * len(look.forms))[3 * place : 3 * place + 3].tolist()
        return here, words_at(here, count)

    def _grow(self, size: int) -> None:
        missing = size - self.memory.data_len(self.store)
        if missing > 0:
            self.memory.grow(self.store, -(-missing // PAGE))
