"""What takes other values from a day on, or by the month.

Seasons are read off a scenario, a factor for each month from January on.

    >>> from cjsim import Scenario
    >>> winter = {"start": "2024-01-01", "season.need": [1.5, *[1.0] * 10, 1.5]}
    >>> Scenario.load("phone").with_changes(winter).season.need[:2]
    (1.5, 1.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from cjsim.scenario.tables.kinds import (
    Date,
    DayOrDate,
    Number,
    Table,
    a_key,
)


class Change(Table):
    """Keys that take other values from a day or date on: a campaign, a price, another strategy.

    Beside its own four keys a change holds those it changes, as the file writes them:
    `product.price = 90`, `guide.every_days = 7`, `strategy = "guide"`.
    """

    day: Number = a_key(0.0, "ours", "days", "From this day on", ge=0, le=200_000)
    date: Date = Field(
        default="", description='Instead of the day: from this date on, "2026-12-01"'
    )
    until: DayOrDate = Field(
        default="",
        description="Day or date from which on the values before hold again; not said: for good",
        json_schema_extra={"unit": "days", "source": "ours"},
    )
    every: Literal["", "year"] = Field(
        default="", description='"year": the same each year; not said: once'
    )
    values: dict[str, Any] = Field(
        default_factory=dict, exclude=True, description="Dotted keys and the values they take"
    )

    @model_validator(mode="before")
    @classmethod
    def _other_keys_are_what_changes(cls, table: Any) -> Any:
        if not isinstance(table, Mapping):
            return table
        own = {key: table[key] for key in table if key in cls.model_fields and key != "values"}
        others = {key: value for key, value in table.items() if key not in own and key != "values"}
        return {**own, "values": {**table.get("values", {}), **flat(others)}}

    @model_serializer(mode="wrap")
    def _as_the_file_writes_it(self, inner: SerializerFunctionWrapHandler) -> dict[str, Any]:
        own = {key: value for key, value in inner(self).items() if value != ""}
        if self.date and not self.day:
            del own["day"]
        return {**own, **nested(self.values)}


def flat(tables: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; a table that is empty stays as it is.

    >>> flat({"product": {"price": 90}, "guide.every_days": 7})
    {'product.price': 90, 'guide.every_days': 7}
    """
    keys: dict[str, Any] = {}
    for key, value in tables.items():
        dotted = f"{above}{key}"
        keys |= (
            flat(value, f"{dotted}.") if isinstance(value, Mapping) and value else {dotted: value}
        )
    return keys


def nested(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as nested tables.

    >>> nested({"product.price": 90, "guide.every_days": 7})
    {'product': {'price': 90}, 'guide': {'every_days': 7}}
    """
    tables: dict[str, Any] = {}
    for dotted, value in keys.items():
        *above, last = dotted.split(".")
        table = tables
        for part in above:
            table = table.setdefault(part, {})
        table[last] = value
    return tables


class Season(Table):
    """What the time of the year does to people; it needs `start`, and acts from day 0 on."""

    need: tuple[Annotated[Number, Field(gt=0, le=100)], ...] = Field(
        default=(),
        description="Strength of need in the twelve months, January first, as factors: on the way "
        "to the first deal, and on the pace of the needs after it; none = 1 all the year",
        max_length=12,
        json_schema_extra={"unit": "factor", "source": "ours"},
    )
