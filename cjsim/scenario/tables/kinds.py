"""The kinds of values that a key may have, and what is said of each key beside it."""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
)

from cjsim.labels.visible import ACTS, ONE_LINE

StageKey = Literal[
    "unaware", "awareness", "interest", "desire", "study", "comparison", "action", "first_deal",
    "satisfaction", "repeat_deal", "curiosity", "loyalty", "recommendation",
    "with_rival", "dormant",
]  # fmt: skip
TwelveKey = Literal[
    "awareness", "interest", "desire", "study", "comparison", "action", "first_deal",
    "satisfaction", "repeat_deal", "curiosity", "loyalty", "recommendation",
]  # fmt: skip


def a_key(default: Any, source: str, unit: str, text: str, **bounds: Any) -> Any:
    """A scenario key: its default, where that comes from, its unit and one sentence on it."""
    return Field(
        default,
        description=f"{text} [{unit}]",
        json_schema_extra={"unit": unit, "source": source},
        **bounds,
    )


def a_share(default: float, source: str, text: str) -> Any:
    """A key that is a share or a probability."""
    return a_key(default, source, "0..1", text, ge=0, le=1)


class Table(BaseModel):
    """A table of the file: no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __dir__(self) -> list[str]:
        """Its keys and our own methods: what Tab offers. The rest of pydantic works unlisted."""
        inherited = set(dir(BaseModel)) - set(type(self).model_fields)
        names = set(super().__dir__()) - inherited
        return sorted(name for name in names if not name.startswith("_"))


class InWholes:
    """Marks a key whose numbers must be whole and have an end, though inf is allowed too."""

    whole = True
    le = 1_000_000


IN_WHOLES = InWholes()


class Shapes:
    """Marks a key whose numbers have an end, though inf is allowed too."""

    le = 100


SHAPES = Shapes()


def _shape(value: float) -> float:
    """The number, or inf. What lies between is inf to a hundredth, and takes hours to solve for."""
    if not (value <= SHAPES.le or math.isinf(value)):
        raise ValueError("must be smaller, or inf")
    return value


def _whole_or_inf(value: float) -> float:
    """The number as a whole one, or inf."""
    if math.isinf(value):
        return value
    if value != int(value) or value > IN_WHOLES.le:
        raise ValueError("must be whole")
    return int(value)


DATE = r"^((19|20|21)\d\d-\d\d-\d\d)?$"


def _date_as_text(value: Any) -> Any:
    """TOML's own dates as text. Raises ValueError for one that no calendar has."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or not value:
        return value
    return datetime.date.fromisoformat(value).isoformat()


def _day_or_date(value: Any) -> float | str:
    """A day of the run as a number, a date as text; "" for neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Dates.validate_python(value)
    if not 0 <= value < math.inf:
        raise ValueError("must be a day from 0 on")
    return float(value)


# Strict: "5" and true are no numbers, 1 is no true. A whole number may stand for any number.
Number = Annotated[float, Strict(), AllowInfNan(False)]
NumberOrInf = Annotated[float, Strict()]  # its lower bound keeps nan out
Whole = Annotated[int, Strict()]
WholeOrInf = Annotated[float, Strict(), IN_WHOLES, AfterValidator(_whole_or_inf)]
Shape = Annotated[float, Strict(), SHAPES, AfterValidator(_shape)]
YesNo = Annotated[bool, Strict()]
Name = Annotated[str, Field(pattern=r"^[\w-]+$")]  # a part of a dotted key
Line = Annotated[str, Field(pattern=ONE_LINE)]
Date = Annotated[str, BeforeValidator(_date_as_text), Field(pattern=DATE)]
Dates: TypeAdapter[str] = TypeAdapter(Date)
DayOrDate = Annotated[Any, BeforeValidator(_day_or_date)]
FileName = Annotated[str, Field(pattern=rf'^[^/\\:*?"<>|{ACTS}]+$')]
