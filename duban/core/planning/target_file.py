"""The value that ends an indicator, and the values planned on the way to it."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Annotated, Self

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from duban.core.planning.values import PlainText, Strict
from duban.core.planning.when import DATE, MONTHS_OF_A_YEAR, OnDate, Span, parse_when
from duban.core.problems import Fault, Invalid, shown
from duban.core.texts import english, filled

Path = tuple[tuple[date, float], ...]
"""Values planned by the end of days, in order."""

PATH_KEY = rf"^(?:{DATE}|{MONTHS_OF_A_YEAR})$"
PATH_REMEDY = english("write dates, months or quarters with the value planned by then: {2024-Q2: 80, 2024-09: 150}")


def parse_path(value: object) -> Path:
    """Read planned values by date, month or quarter; raises Invalid with a fault at each that cannot be used."""
    if not isinstance(value, dict):
        raise Invalid(
            Fault("wrong-type", english("{value} is not a course of values", value=shown(value)), PATH_REMEDY)
        )
    knots: list[tuple[date, float]] = []
    faults: list[Fault] = []
    for key, planned in value.items():
        day = _last_day(key)
        if day is None:
            faults.append(
                Fault("bad-date", english("{key} is not a day, month or quarter", key=shown(key)), PATH_REMEDY, (key,))
            )
        elif isinstance(planned, bool) or not isinstance(planned, int | float) or not isfinite(planned):
            faults.append(
                Fault("wrong-type", english("{planned} is not a number", planned=shown(planned)), PATH_REMEDY, (key,))
            )
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


AT_LEAST = english("the measured value from which on the step is done")
AT_MOST = (
    "the value that is not to be passed (零事故: 0): without `baseline` it is kept until the deadline, and the step is "
    "done by a value told on the last working day until then, or later; with a higher one it is done once down to it"
)


class TargetFile(Strict):
    """The value that ends an indicator step."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]})

    at_least: float | None = Field(None, description=AT_LEAST)
    at_most: float | None = Field(None, description=AT_MOST)
    unit: PlainText = Field(description="what the value is counted in, in Chinese")
    baseline: float = Field(0.0, description="the value when the step opens, from which progress is counted")
    path: Annotated[
        Path,
        PlainValidator(parse_path),
        WithJsonSchema(
            {"type": "object", "propertyNames": {"pattern": PATH_KEY}, "additionalProperties": {"type": "number"}}
        ),
    ] = Field((), description=f"values planned on the way, evenly when left out: {PATH_REMEDY}")

    @property
    def falls(self) -> bool:
        """Whether the value is to be no more, and not no less."""
        return self.at_least is None

    @property
    def value(self) -> float:
        """The value itself, whichever way it is meant."""
        return self.at_least if self.at_least is not None else self.at_most or 0.0

    @property
    def ceiling(self) -> bool:
        """Whether it is to be kept, and not worked towards."""
        return self.falls and self.baseline <= self.value

    @model_validator(mode="after")
    def _is_one_value_that_is_led_to(self) -> Self:
        if self.at_least is None and self.at_most is None:
            remedy = english("add it: {about}; or `at_most` for what is not to be passed", about=AT_LEAST)
            raise Invalid(Fault("missing-key", english("`at_least` is missing"), remedy))
        if self.at_least is not None and self.at_most is not None:
            message = english("`at_least` and `at_most` are two targets, and a step has one")
            raise Invalid(Fault("target-twice", message, english("remove one, or make two steps of it"), ("at_most",)))
        if faults := (*self._baseline(), *self._way()):
            raise Invalid(*faults)
        return self

    def _baseline(self) -> Iterator[Fault]:
        low, high = (self.value, self.baseline) if self.falls else (self.baseline, self.value)
        if "baseline" in self.model_fields_set and low >= high:
            message, remedy = _NOT_ABOVE if self.falls else _NOT_BELOW
            message = filled(message, baseline=self.baseline, value=self.value)
            yield Fault("out-of-range", message, remedy, ("baseline",))

    def _way(self) -> Iterator[Fault]:
        values = (self.baseline, *(value for _, value in self.path), self.value)
        if self.path and self.ceiling:
            message = english("`path` has no meaning for what is only to be kept (`at_most` without `baseline`)")
            yield Fault(
                "needs-a-baseline", message, english("add the `baseline` it comes down from, or remove it"), ("path",)
            )
        elif self.path and any(
            later > earlier if self.falls else later < earlier for earlier, later in pairwise(values)
        ):
            kind, message = ("path-rises", _NO_FALL) if self.falls else ("path-falls", _NO_RISE)
            message = filled(message, baseline=self.baseline, value=self.value)
            yield Fault(kind, message, english("correct the values, or the target"), ("path",))


_NOT_ABOVE = (
    english("`baseline` is {baseline:g}, not above the target of {value:g}"),
    english("correct one of the two, or remove `baseline` where nothing is to come down"),
)
_NOT_BELOW = (
    english("`baseline` is {baseline:g}, not below the target of {value:g}"),
    english("correct one of the two"),
)
_NO_FALL = english("the values planned do not fall from {baseline:g} to {value:g}")
_NO_RISE = english("the values planned do not rise from {baseline:g} to {value:g}")
