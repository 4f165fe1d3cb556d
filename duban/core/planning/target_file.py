"""The value that ends an indicator, and the values planned on the way to it."""

from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Annotated, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from duban.core.planning.values import PlainText, Strict
from duban.core.planning.when import DATE, OnDate, Span, parse_when
from duban.core.problems import Fault, Invalid, shown

Path = tuple[tuple[date, float], ...]
"""Values planned by the end of days, in order."""

PATH_KEY = rf"^(?:{DATE}|[0-9]{{4}}-(?:0[1-9]|1[0-2])|[0-9]{{4}}-Q[1-4])$"
PATH_REMEDY = "write dates, months or quarters with the value planned by then: {2024-Q2: 80, 2024-09: 150}"


def parse_path(value: object) -> Path:
    """Read planned values by date, month or quarter; raises Invalid with a fault at each that cannot be used."""
    if not isinstance(value, dict):
        raise Invalid(Fault("wrong-type", f"{shown(value)} is not a course of values", PATH_REMEDY))
    knots: list[tuple[date, float]] = []
    faults: list[Fault] = []
    for key, planned in value.items():
        day = _last_day(key)
        if day is None:
            faults.append(Fault("bad-date", f"{shown(key)} is not a day, month or quarter", PATH_REMEDY, (key,)))
        elif isinstance(planned, bool) or not isinstance(planned, int | float) or not isfinite(planned):
            faults.append(Fault("wrong-type", f"{shown(planned)} is not a number", PATH_REMEDY, (key,)))
        else:
            knots.append((day, float(planned)))
    if faults:
        raise Invalid(*faults)
    return tuple(sorted(knots))


def _last_day(key: object) -> date | None:
    try:
        when = parse_when(key)
    except Invalid:
        return None
    if isinstance(when, Span):
        return when.last
    return when.day if isinstance(when, OnDate) else None


class TargetFile(Strict):
    """The value that ends an indicator step."""

    at_least: float = Field(description="the measured value from which on the step is done")
    unit: PlainText = Field(description="what the value is counted in, in Chinese")
    baseline: float = Field(0.0, description="the value when the step opens, from which progress is counted")
    path: Annotated[
        Path,
        PlainValidator(parse_path),
        WithJsonSchema(
            {"type": "object", "propertyNames": {"pattern": PATH_KEY}, "additionalProperties": {"type": "number"}}
        ),
    ] = Field((), description=f"values planned on the way, evenly when left out: {PATH_REMEDY}")

    @model_validator(mode="after")
    def _leads_upwards(self) -> Self:
        faults = []
        if "baseline" in self.model_fields_set and self.baseline >= self.at_least:
            message = f"`baseline` is {self.baseline:g}, not below the target of {self.at_least:g}"
            faults.append(Fault("out-of-range", message, "correct one of the two", ("baseline",)))
        values = (self.baseline, *(value for _, value in self.path), self.at_least)
        if self.path and any(later < earlier for earlier, later in pairwise(values)):
            message = f"the values planned do not rise from {self.baseline:g} to {self.at_least:g}"
            faults.append(Fault("path-falls", message, "correct the values, or the target", ("path",)))
        if faults:
            raise Invalid(*faults)
        return self
