"""What the board gives to be passed on, read in Python: an address, a link to one, a short code.

The page writes both (`front/address.js`, `front/code.js`) and reads what it can of them. Here what
cannot be read is an error: an exercise that is scored must be the design that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

from cjsim.board.product import NUMBERS, product_of
from cjsim.labels import SPOKEN, text
from cjsim.scenario import Scenario, ScenarioError, presets

Value = float | str | bool
LETTERS: Final = "ACDEFHJKLMNPRTUWXY3479"
STEPS_TOLD: Final = 1024
CHECK: Final = 97
MOST_SIDES: Final = 4
MOST_DIALS: Final = 12
LONGEST: Final = 4000  # characters
ASIDE: Final = (
    "n", "worlds", "own-luck", "view", "guess", "person", "more", "pins", "lang", "theme", "room",
    "bare", "limits",
)  # fmt: skip
"""Parts of an address that say how it is looked at, not what was designed."""


@dataclass(frozen=True)
class Side:
    """One firm of the board: a strategy, and the dials of its own that were turned."""

    strategy: str
    dials: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Pasted:
    """A design from the board.

    Parameters
    ----------
    product : a preset.
    sides : the firms, from left to right.
    dials : what was turned for all of them: key -> value.
    """

    product: str
    sides: tuple[Side, ...]
    dials: Mapping[str, Value] = field(default_factory=dict)


class PastedError(ValueError):
    """What was pasted cannot be read: the kind of trouble, and its facts.

    Parameters
    ----------
    kind : "neither" an address nor a code, "misread" code, unknown "product", unknown "part".
    facts : what fills the sentence's places.
    """

    def __init__(self, kind: str, **facts: str) -> None:
        self.kind, self.facts = kind, facts
        super().__init__(self.said(SPOKEN))

    def said(self, lang: str) -> str:
        """The sentence in a language."""
        return text(f"pasted.{self.kind}", lang).format(**self.facts)


def pasted(typed: str) -> Pasted:
    """Read an address, a link or a short code of the board.

    Parameters
    ----------
    typed : as it was copied; spaces around it do not matter.

    Returns the product, the sides and the dials that differ from the product as it is. Raises
    PastedError for what cannot be read.

    >>> from cjsim.board.pasted import pasted
    >>> board = pasted("#phone;s=pull+guide,every_days:14;product.price=500;lang=en")
    >>> board.product, board.sides[1].dials, board.dials
    ('phone', {'every_days': 14.0}, {'product.price': 500.0})
    """
    words = typed.strip().strip("\"'")[:LONGEST]
    before, hash_, after = words.partition("#")
    if hash_ or before.split(";")[0] in presets():
        return _of_address(after if hash_ else before)
    letters = [letter for letter in words.upper() if letter.isalnum()]
    if not letters or "=" in words or not all(letter.isascii() for letter in letters):
        raise PastedError("neither")
    return _of_code(letters)


@cache
def known_of(name: str) -> dict[str, Any]:
    """What the board knows of a preset."""
    return product_of(Scenario.load(name))


# --- an address -----------------------------------------------------------------------------------


def _of_address(address: str) -> Pasted:
    first, *parts = address.split(";")
    product = unquote(first)
    if product not in presets():
        raise PastedError("product", product=product[:40], known=", ".join(presets()))
    known = known_of(product)
    sides = tuple(Side(strategy) for strategy in known["sides"])
    dials: dict[str, Value] = {}
    for part in filter(None, parts):
        name, _, value = part.partition("=")
        name = unquote(name)
        if name == "s":
            sides = tuple(_side(one, known, part) for one in value.split("+")[:MOST_SIDES])
        elif name not in ASIDE:
            dials.update(_dial(name, unquote(value), known, part))
    return Pasted(product, sides, dials)


def _side(words: str, known: Mapping[str, Any], part: str) -> Side:
    """`guide,accuracy:0.9`: a strategy and its own dials."""
    name, *own = words.split(",")
    strategy = unquote(name)
    dials: dict[str, Value] = {}
    if strategy not in [one["name"] for one in known["strategies"]]:
        raise _unread(part)
    for one in own:
        ident, _, typed = one.partition(":")
        dial = _named(known, ident, side=True)
        value = _number(typed)
        if dial is None or value is None:
            raise _unread(part)
        if value != dial["usual"][strategy]:
            dials[ident] = value
    return Side(strategy, dials)


def _dial(name: str, typed: str, known: Mapping[str, Any], part: str) -> dict[str, Value]:
    """`product.price=500`: a dial of the world, or any key of the scenario."""
    dial, value = _named(known, name, side=False), _number(typed)
    if dial is not None:
        if value is None:
            raise _unread(part)
        return {} if value == dial["usual"] else {name: value}
    try:
        Scenario.load(known["name"]).key(name)
    except ScenarioError:
        raise _unread(part) from None
    words = {"true": True, "false": False}
    return {name: words.get(typed, typed if value is None else value)}


def _named(known: Mapping[str, Any], ident: str, side: bool) -> Any:
    dials = (one for one in known["dials"] if one["id"] == ident and one["side"] == side)
    return next(dials, None)


def _number(typed: str) -> float | str | None:
    """A finite number, or "inf", which stands for itself as on the board."""
    if typed == "inf":
        return typed
    try:
        value = float(typed)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _unread(part: str) -> PastedError:
    return PastedError("part", part=part[:80])


# --- a code ---------------------------------------------------------------------------------------


def _of_code(letters: Sequence[str]) -> Pasted:
    number = 0
    for letter in letters:
        if letter not in LETTERS:
            raise PastedError("misread")
        number = number * len(LETTERS) + LETTERS.index(letter)
    number, check = divmod(number, CHECK)
    if check != (number * 31 + 7) % CHECK:
        raise PastedError("misread")
    for values, sides, dials in _apart(number):
        return _rebuilt(values, sides, dials)
    raise PastedError("misread")


def _apart(number: int) -> Iterator[tuple[list[int], int, int]]:
    """The digits of the number, for every count of sides and dials that it agrees with."""
    for sides in range(2, MOST_SIDES + 1):
        for dials in range(MOST_DIALS + 1):
            bases = [2, 32, 4, 4, 2, 3, *[16] * sides, 32, *[5, 16, STEPS_TOLD] * dials]
            rest = number
            values: list[int] = []
            for base in reversed(bases):
                rest, digit = divmod(rest, base)
                values.insert(0, digit)
            agrees = (values[0], values[5], values[6 + sides]) == (1, sides - 2, dials)
            if rest == 0 and agrees:
                yield values, sides, dials


def _rebuilt(values: Sequence[int], sides: int, dials: int) -> Pasted:
    if values[1] >= len(NUMBERS):
        raise PastedError("misread")
    known = known_of(NUMBERS[values[1]])
    places = values[6 : 6 + sides]
    if any(place >= len(known["strategies"]) for place in places):
        raise PastedError("misread")
    own: list[dict[str, Value]] = [{} for _ in range(sides + 1)]  # the first for the world
    for at in range(7 + sides, 7 + sides + 3 * dials, 3):
        side, number, steps = values[at : at + 3]
        dial = next((one for one in known["dials"] if one["number"] == number), None)
        if dial is None or side > sides or dial["side"] != (side > 0):
            raise PastedError("misread")
        own[side][dial["id"]] = _value_at(dial, steps)
    strategies = [known["strategies"][place]["name"] for place in places]
    firms = tuple(Side(name, turned) for name, turned in zip(strategies, own[1:], strict=True))
    return Pasted(known["name"], firms, own[0])


def _value_at(dial: Mapping[str, Any], steps: int) -> Value:
    """A dial's value so many steps up; the last step of an endless one is inf."""
    value = float(f"{dial['low'] + steps * dial['step']:.6f}")
    usual = dial["usual"].values() if dial["side"] else [dial["usual"]]
    return "inf" if "inf" in usual and value >= dial["high"] else value
