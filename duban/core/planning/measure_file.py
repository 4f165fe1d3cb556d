"""How an indicator is measured by itself: from a table, by a query, or by asking an address for JSON."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from duban.core.planning.placeholders import unknown_placeholders
from duban.core.planning.values import ADDRESS_PATTERN, MultilineText, PlainText, Strict
from duban.core.problems import Fault, Invalid, nearest
from duban.core.texts import english

FILE_PATTERN = r"^(?:var|config)/.+\.csv$"
"""A table within the project's folder."""

VARIABLE_PATTERN = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"
PATH_PATTERN = r"^[^.\s]+(?:\.[^.\s]+)*$"
BOUND = re.compile(r"(?<![:\w]):([a-z_]+)")
"""A name in a query for which a value is bound; `::date` is a type."""

BOUND_AND_CAST = re.compile(r"(?<![:\w]):([a-z_]+)::")
"""What binds nothing, for PostgreSQL's short way to write a type hides the name."""

BINDINGS = ("initiative", "step", "unit", "unit_title", "today")
"""What a query may name with a colon before it."""

BY = "where the value comes from"


class _MeasureBase(Strict):
    every: Literal["day", "week", "month"] = Field("week", description="how often; from the deadline on every day")


class CsvMeasure(_MeasureBase):
    """csv: a table in the project's folder, as an export leaves it."""

    by: Literal["csv"] = Field(description=BY)
    file: Annotated[str, Field(pattern=FILE_PATTERN)] = Field(description="the table, below var/ or config/")
    column: PlainText | None = Field(None, description="heading of the column; not needed to count rows")
    take: Literal["last", "sum", "count"] = Field(
        "last", description="the last value of the column, their sum, or the number of rows"
    )
    where: dict[str, PlainText] = Field(
        default_factory=dict, description="rows that count: heading and value, which may be <unit-title> and the like"
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        faults = [fault for key, text in self.where.items() for fault in unknown_placeholders(text, ("where", key))]
        if ".." in self.file.split("/"):
            message = english("{file!r} leads out of the project's folder", file=self.file)
            faults.append(Fault("wrong-form", message, english("name a file below var/ or config/"), ("file",)))
        if self.column is None and self.take != "count":
            faults.append(
                Fault("missing-key", english("`column` is missing"), english("add it, or take: count"), ("take",))
            )
        if faults:
            raise Invalid(*faults)
        return self


class SqlMeasure(_MeasureBase):
    """sql: one number that a query gives; the database is only read."""

    by: Literal["sql"] = Field(description=BY)
    url: Annotated[str, Field(pattern=VARIABLE_PATTERN)] = Field(
        description="the variable that holds the database's address, as ${CASES_DATABASE}"
    )
    query: MultilineText = Field(description="a query that gives one number; it may name :unit, :today and the like")

    @model_validator(mode="after")
    def _names_what_is_bound(self) -> Self:
        if unknown := [name for name in BOUND.findall(self.query) if name not in BINDINGS]:
            raise Invalid(*map(_unbound, unknown))
        if hidden := BOUND_AND_CAST.search(self.query):
            message = english("{hidden} hides the name that a value is bound to", hidden=hidden[0])
            remedy = english("write cast(:{name} as date), or whatever type it is", name=hidden[1])
            raise Invalid(Fault("wrong-form", message, remedy, ("query",)))
        return self


def _unbound(name: str) -> Fault:
    known = [f":{name}" for name in BINDINGS]
    remedy = nearest(name, BINDINGS, english("use one of: {known}", known=known))
    return Fault("unknown-name", english("nothing is bound to :{name}", name=name), remedy, ("query",))


class HttpMeasure(_MeasureBase):
    """http: a number in the JSON that an address answers with."""

    by: Literal["http"] = Field(description=BY)
    url: Annotated[str, Field(pattern=ADDRESS_PATTERN)] = Field(
        description="the address; it may hold <unit> and the like"
    )
    path: Annotated[str, Field(pattern=PATH_PATTERN)] = Field(
        description="where the number stands: keys, and places in lists from 0, as in data.rows.0.total"
    )
    headers: dict[str, PlainText] = Field(
        default_factory=dict, description="headers of the request; secrets only as ${VARIABLE}"
    )

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Self:
        if faults := unknown_placeholders(self.url, ("url",)):
            raise Invalid(*faults)
        return self


Measure = Annotated[CsvMeasure | SqlMeasure | HttpMeasure, Field(discriminator="by")]
"""How an indicator is measured; without one its value is reported."""

MEASURE: Final[TypeAdapter[Measure]] = TypeAdapter(Measure)
"""Reads a measure from plain values."""
