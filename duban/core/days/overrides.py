"""What an office knows better than the public calendar: its own days off, and days it works."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, model_validator

from duban.core.days.workdays import CalendarRange, WorkCalendar
from duban.core.problems import Fault, Invalid, shown
from duban.core.texts import english

_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written_day(value: object) -> object:
    """Refuse the numbers and moments that would otherwise quietly become a day of 1970 or of another time zone."""
    if isinstance(value, str) and _WRITTEN_DAY.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    message = english("{value} is not a day", value=shown(value))
    raise Invalid(Fault("invalid-value", message, english("write it as 2024-02-09, without a time")))


CalendarDay = Annotated[date, BeforeValidator(_written_day)]


class DayRange(BaseModel):
    """The days from `first` to `last`, both included, or `first` alone, and why they are named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: CalendarDay
    last: CalendarDay | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> DayRange:
        if self.last is not None and self.last < self.first:
            message = english(
                "a range cannot end on {last} before it begins on {first}", last=self.last, first=self.first
            )
            raise Invalid(Fault("invalid-value", message, english("exchange the two days")))
        return self

    def days(self) -> list[date]:
        """List the days of the range in order."""
        return [self.first + timedelta(n) for n in range(((self.last or self.first) - self.first).days + 1)]


def _form(value: object) -> str:
    """Tell a bare day from a range, so that a mistake is reported against the form that was meant."""
    return "range" if isinstance(value, Mapping | DayRange) else "day"


Named = Annotated[Annotated[CalendarDay, Tag("day")] | Annotated[DayRange, Tag("range")], Discriminator(_form)]


class CalendarOverrides(BaseModel):
    """What an office knows better than the public calendar: its own days off and days worked.

    Each entry is a day or a `DayRange` with a note. A day that is in both lists is an error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    holidays: tuple[Named, ...] = ()
    working_days: tuple[Named, ...] = ()

    @model_validator(mode="after")
    def _in_one_list(self) -> CalendarOverrides:
        both = sorted(self.days_off().keys() & self.days_worked().keys())
        if both:
            message = english("{days}: both in holidays and in working_days", days=both)
            raise Invalid(Fault("invalid-value", message, english("take each day out of one of the lists")))
        return self

    def days_off(self) -> dict[date, str]:
        """Give the days the office rests, each with its note."""
        return _noted(self.holidays, "本单位安排休息")

    def days_worked(self) -> dict[date, str]:
        """Give the days the office works, each with its note."""
        return _noted(self.working_days, "本单位安排上班")


def _noted(entries: Iterable[date | DayRange], default: str) -> dict[date, str]:
    ranges = [entry if isinstance(entry, DayRange) else DayRange(first=entry) for entry in entries]
    return {day: span.note or default for span in ranges for day in span.days()}


def apply_overrides(calendar: WorkCalendar, overrides: CalendarOverrides) -> WorkCalendar:
    """Give the calendar in which the overrides hold over the public arrangement.

    Days before the calendar are left aside, so that old entries may stay where they are as the years covered move on;
    days after it raise `CalendarRange`, for they are mistyped or would be forgotten.
    """
    off, worked = overrides.days_off(), overrides.days_worked()
    late = sorted(day for day in off | worked if day > calendar.last)
    if late:
        first, last = calendar.first, calendar.last
        raise CalendarRange(
            english("overrides for {days}: outside the calendar {first}..{last}", days=late, first=first, last=last)
        )
    return WorkCalendar.build(
        calendar.first,
        calendar.last,
        lambda day: day in worked or (day not in off and calendar.is_working(day)),
        provisional_years=calendar.provisional_years,
        notes={**calendar.notes} | off | worked,
    )
