"""A compiled object made a module that a page can use, without a linker.

The object file of a single module is a WebAssembly module in all but one thing: it exports
nothing. Its symbol table (custom section "linking", subsection 8) says which function is which.
Here the export section is written, and what only a linker reads is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

HEAD = b"\0asm\1\0\0\0"
CUSTOM, EXPORT, DATA = 0, 7, 11
AFTER_EXPORTS = (8, 9, 12, 10, DATA)
"""Sections that come after the exports: start, elements, data count, code, data."""
SYMBOLS = 8
FUNCTION, OF_DATA, SECTION = 0, 1, 3
"""Kinds of symbols; all others are told like functions."""
UNDEFINED, NAMED = 0x10, 0x40
I32_CONST = 0x41


class Reader:
    """A place in bytes, from which numbers and names are read."""

    def __init__(self, content: bytes, at: int = 0) -> None:
        self.content, self.at = content, at

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.content[self.at - 1]

    def number(self) -> int:
        """The next number without a sign, seven bits a byte, the lowest first (LEB128)."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def piece(self, size: int) -> bytes:
        """So many bytes."""
        self.at += size
        return self.content[self.at - size : self.at]

    def name(self) -> str:
        """The next name."""
        return self.piece(self.number()).decode()

    @property
    def over(self) -> bool:
        """Is nothing left?"""
        return self.at >= len(self.content)


class Finished(NamedTuple):
    """A module, and where its constants end in memory: what is below is not to be written."""

    module: bytes
    constants_end: int


def number(value: int) -> bytes:
    """A number without a sign as LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """The sections of a module: their kinds and what is in them."""
    reader = Reader(module, len(HEAD))
    while not reader.over:
        kind = reader.byte()
        yield kind, reader.piece(reader.number())


def functions(module: bytes) -> dict[str, int]:
    """The functions that an object defines, by name: their numbers."""
    for kind, content in sections(module):
        reader = Reader(content)
        if kind == CUSTOM and reader.name() == "linking":
            reader.number()  # version
            while not reader.over:
                part = reader.byte()
                inside = reader.piece(reader.number())
                if part == SYMBOLS:
                    return _functions(Reader(inside))
    return {}


def _functions(reader: Reader) -> dict[str, int]:
    """Those of a symbol table."""
    found = {}
    for _ in range(reader.number()):
        kind, flags = reader.byte(), reader.number()
        if kind == OF_DATA:
            reader.name()
            if not flags & UNDEFINED:
                for _ in range(3):  # segment, offset, size
                    reader.number()
        elif kind == SECTION:
            reader.number()
        else:
            place = reader.number()
            if not flags & UNDEFINED or flags & NAMED:
                name = reader.name()
                if kind == FUNCTION and not flags & UNDEFINED:
                    found[name] = place
    return found


def constants_end(data: bytes) -> int:
    """The first place in memory behind the constants of a data section."""
    reader, end = Reader(data), 0
    for _ in range(reader.number()):
        if reader.number() != 0 or reader.byte() != I32_CONST:
            raise ValueError("a data segment without a fixed place needs a linker")
        place = reader.number()  # below 2^31, and padded: the sign does not matter
        reader.byte()  # end of the expression
        size = reader.number()
        reader.piece(size)
        end = max(end, place + size)
    return end


def finish(module: bytes, doors: Sequence[str]) -> Finished:
    """An object as a module that exports its doors.

    It asks for `env.__linear_memory` and `env.__stack_pointer`; the stack grows downwards.
    Raises ValueError where the object is none of ours.
    """
    if module[: len(HEAD)] != HEAD:
        raise ValueError("no WebAssembly: it does not begin as a module does")
    place = functions(module)
    if missing := [door for door in doors if door not in place]:
        raise ValueError(f"the object does not define {', '.join(missing)}")
    listed = [
        number(len(door)) + door.encode() + bytes([FUNCTION]) + number(place[door])
        for door in doors
    ]
    exports, end = number(len(doors)) + b"".join(listed), 0
    out, exported = bytearray(HEAD), False
    for kind, content in sections(module):
        if kind == CUSTOM:
            continue
        if kind in AFTER_EXPORTS and not exported:
            out += bytes([EXPORT]) + number(len(exports)) + exports
            exported = True
        if kind == DATA:
            end = constants_end(content)
        out += bytes([kind]) + number(len(content)) + content
    return Finished(bytes(out), end)
