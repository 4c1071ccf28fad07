"""What is not known of a key: a range, or a shape around a value.

It is read off a scenario by the dotted key.

    >>> from cjsim import Scenario
    >>> doubt = {"uncertain": {"product.quality": [0.5, 0.8]}}
    >>> quality = Scenario.load("phone").with_changes(doubt).uncertain["product.quality"]
    >>> quality.low, quality.high, quality.drawn_as
    (0.5, 0.8, 'uniform')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from cjsim.scenario.tables.kinds import Number, Table, a_key

Shape = Literal["", "uniform", "log-uniform", "triangular", "normal", "lognormal", "beta"]
DottedKey = Annotated[str, Field(pattern=r"^[\w-]+(\.[\w-]+)*$")]


class Uncertain(Table):
    """What one key may be: `[0.1, 0.4]`, or low and high, or mean and sd, or five and ninety_five.

    Its numbers are in the unit of the key. What a shape has outside the key's limits is cut off.
    """

    shape: Shape = Field(
        default="",
        description="How likely the values are; not said: uniform between low and high, "
        "triangular where a mode is given, else normal",
        json_schema_extra={"source": "ours"},
    )
    low: Number | None = a_key(None, "ours", "as the key", "The least that it may be")
    high: Number | None = a_key(None, "ours", "as the key", "The most that it may be")
    mode: Number | None = a_key(None, "ours", "as the key", "The likeliest, of a triangle")
    mean: Number | None = a_key(None, "ours", "as the key", "Its mean, before anything is cut off")
    sd: Number | None = a_key(None, "ours", "as the key", "Its standard deviation", ge=0)
    five: Number | None = a_key(None, "ours", "as the key", "It is below this with 5 %")
    ninety_five: Number | None = a_key(None, "ours", "as the key", "It is below this with 95 %")

    @model_validator(mode="before")
    @classmethod
    def _two_numbers_are_a_range(cls, table: Any) -> Any:
        if not isinstance(table, list | tuple):
            return table
        if len(table) != 2:
            raise ValueError("must be two numbers")
        return {"low": table[0], "high": table[1]}

    @model_serializer(mode="wrap")
    def _as_the_file_writes_it(self, inner: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in inner(self).items() if value not in (None, "")}

    @property
    def given(self) -> tuple[str, ...]:
        """The numbers that are said, by name."""
        return tuple(name for name in NUMBERS if getattr(self, name) is not None)

    @property
    def drawn_as(self) -> str:
        """The shape, be it said or not."""
        if self.shape or "low" not in self.given:
            return self.shape or "normal"
        return "triangular" if "mode" in self.given else "uniform"


NUMBERS: Final = tuple(name for name in Uncertain.model_fields if name != "shape")
SHAPES_OF: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("low", "high"): ("uniform", "log-uniform"),
    ("low", "high", "mode"): ("triangular",),
    ("mean", "sd"): ("normal", "lognormal", "beta"),
    ("five", "ninety_five"): ("normal", "lognormal", "uniform", "log-uniform"),
}
"""Which numbers say a doubt, and the shapes that they may say it of."""


def by_key(tables: Any, above: str = "") -> Any:
    """Nested tables of doubts as dotted keys: `product.price = [80, 120]` without quotes.

    What is no table is returned as it is, to be told of by its own check.

    >>> by_key({"product": {"price": [80, 120]}, "rival.quality": {"low": 0.4, "high": 0.6}})
    {'product.price': [80, 120], 'rival.quality': {'low': 0.4, 'high': 0.6}}
    """
    if not isinstance(tables, Mapping):
        return tables
    keys: dict[str, Any] = {}
    for key, value in tables.items():
        dotted = f"{above}{key}"
        inner = isinstance(value, Mapping) and value and not set(Uncertain.model_fields) & {*value}
        keys |= by_key(value, f"{dotted}.") if inner else {dotted: value}
    return keys
