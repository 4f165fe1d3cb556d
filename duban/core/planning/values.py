"""Values that the files of a bureau are made of: names, texts, days, durations; each refuses what it cannot read."""

from datetime import date
from math import isfinite
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from duban.core.planning.when import (
    DATE,
    LENGTH_PATTERN,
    LONGEST,
    NAME,
    NEED_PATTERN,
    SLUG,
    WRITTEN_PATTERN,
    Duration,
    WhenWritten,
    parse_day,
    parse_duration,
    parse_written,
)
from duban.core.problems import Fault, Invalid, shown
from duban.core.texts import english
from duban.core.typed import LAYING_OUT, called, unprintable


class Strict(BaseModel):
    """A value read from a file: unknown keys and loose types are refused, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


T = TypeVar("T")
# YAML knows lists only; strict validation would refuse them for tuples.
Many = Annotated[tuple[T, ...], Field(strict=False)]

UNSAID = "××"
"""What stands in a bureau's files where it has still to say something, as in 第一××科室."""

SLUG_PATTERN = f"^{SLUG}$"
ADDRESS_PATTERN = r"^https?://[^\s/]+(?:/\S*)?$"
SOURCE_PATTERN = r"^[1-9][0-9]{0,3}\.[1-9][0-9]{0,3}[a-z]?$"

Slug = Annotated[str, Field(pattern=SLUG_PATTERN, max_length=60)]
Reference = Annotated[str, Field(pattern=NEED_PATTERN)]


def _as_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


_SLUG = {"type": "string", "pattern": SLUG_PATTERN, "maxLength": 60}
OneOrMany = Annotated[
    tuple[Slug, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(_as_many),
    WithJsonSchema({"oneOf": [_SLUG, {"type": "array", "items": _SLUG, "minItems": 1}]}),
]
"""One name, or a list of them."""


def _in_one_line(text: str) -> str:
    character = unprintable(text)
    if character is None:
        return text
    remedy = english("take out {character}", character=called(character))
    if character in LAYING_OUT:
        remedy = english("write it in one line: {remedy}", remedy=remedy)
    raise Invalid(Fault("unprintable-text", english("{text} cannot be printed", text=shown(text)), remedy))


LONGEST_TITLE = 120
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), AfterValidator(_in_one_line)]
Source = Annotated[str, Field(pattern=SOURCE_PATTERN)]
PlainText = Annotated[str, Field(min_length=1), AfterValidator(_in_one_line)]
Numeral = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_in_one_line)]
"""A number as a document writes it."""
MultilineText = Annotated[str, Field(min_length=1)]
"""What programs read, and may stand in several lines."""

Share = Annotated[float, Field(ge=0, le=1)]

WhenText = Annotated[
    WhenWritten, PlainValidator(parse_written), WithJsonSchema({"type": "string", "pattern": WRITTEN_PATTERN})
]
DateName = Annotated[str, Field(pattern=f"^{NAME}$", max_length=60)]
Day = Annotated[
    date,
    PlainValidator(parse_day),
    PlainSerializer(date.isoformat, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{DATE}$"}),
]

_DAYS = {"type": "integer", "minimum": 0, "maximum": LONGEST}
DurationText = Annotated[
    Duration,
    PlainValidator(parse_duration),
    WithJsonSchema(
        {
            "oneOf": [
                _DAYS,
                {"type": "array", "items": _DAYS, "minItems": 3, "maxItems": 3},
                {"type": "string", "pattern": LENGTH_PATTERN},
            ]
        }
    ),
]


def _parameter(value: object) -> str | int | float | bool:
    if isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise Invalid(
        Fault(
            "wrong-type",
            english("{value} is not a parameter", value=shown(value)),
            english("write a text, a number, true or false"),
        )
    )


Parameter = Annotated[
    str | int | float | bool, PlainValidator(_parameter), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
