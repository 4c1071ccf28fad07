"""Reads a QR code as a phone does: versions 1 to 3 of level M, words as bytes (ISO/IEC 18004)."""

from itertools import groupby

QUIET = 4
SYMBOL_MASK = 0b101010000010010
MASKS = [
    lambda y, x: (y + x) % 2, lambda y, x: y % 2, lambda y, x: x % 3, lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2, lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2, lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
]  # fmt: skip
WORDS = {21: (16, 26), 25: (28, 44), 29: (44, 70)}
"""Size -> bytes of data, bytes in all; both are one block."""


def modules(lines):
    """The code as rows of 0 and 1, without its quiet zone."""
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = [[halves[letter][half] for letter in line] for line in lines for half in (0, 1)]
    size = len(rows[0]) - 2 * QUIET
    frame = rows[:QUIET] + rows[QUIET + size :]
    frame += [row[:QUIET] + row[QUIET + size :] for row in rows]
    assert not any(map(any, frame)), "no quiet zone"
    return [row[QUIET : QUIET + size] for row in rows[QUIET : QUIET + size]]


def is_function(y, x, size):
    """Whether a module belongs to the pattern, not to the words."""
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    aligned = size > 21 and abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or aligned or 6 in (y, x)


def finder_is_there(rows, y, x):
    line = [(module, len(list(group))) for module, group in groupby(rows[y + 3][x : x + 7])]
    return line == [(1, 1), (0, 1), (1, 3), (0, 1), (1, 1)]


def bits_in_order(rows):
    """The words' bits, mask taken off: two columns at a time, up and down, from the right."""
    size = len(rows)
    format_bits = [rows[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    format_bits += [rows[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    told = int("".join(map(str, format_bits)), 2) ^ SYMBOL_MASK
    assert told >> 13 == 0, "not level M"
    mask = MASKS[told >> 10 & 7]
    up = True
    for right in [x for x in range(size - 1, 0, -2) if x > 6] + [5, 3, 1]:
        for y in range(size - 1, -1, -1) if up else range(size):
            for x in (right, right - 1):
                if not is_function(y, x, size):
                    yield rows[y][x] ^ (mask(y, x) == 0)
        up = not up


def times(a, b):
    """In the field of the code, GF(256)."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 128 else 0)
        b >>= 1
    return product


def read(lines):
    """What a code says; an AssertionError where one of its parts is wrong."""
    rows = modules(lines)
    size = len(rows)
    assert all(finder_is_there(rows, *at) for at in ((0, 0), (0, size - 7), (size - 7, 0)))
    of_data, in_all = WORDS[size]
    bits = "".join(map(str, map(int, bits_in_order(rows))))
    words = [int(bits[i : i + 8], 2) for i in range(0, 8 * in_all, 8)]
    root = 1
    for _ in range(in_all - of_data):  # whole: it has every root of its code
        value = 0
        for word in words:
            value = times(value, root) ^ word
        assert value == 0, "damaged"
        root = times(root, 2)
    assert bits[:4] == "0100", "not bytes"
    length = int(bits[4:12], 2)
    return bytes(int(bits[i : i + 8], 2) for i in range(12, 12 + 8 * length, 8)).decode()
