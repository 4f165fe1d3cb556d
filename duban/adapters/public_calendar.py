"""The working days of a country, read from the library `holidays`, with what an office knows better on top."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

import holidays
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.values import UNSAID
from duban.core.problems import Fault, Invalid, nearest
from duban.core.texts import english
from duban.unsaid import COUNTRY

SINCE = 2001
"""The first year of which the library knows notices of exchanged days; whether a country has them shows since."""

_MAKE_UP_NOTE = "调休上班"
_CHINESE = "zh_CN"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class CalendarFile(CalendarOverrides):
    """`calendar.yaml`: the country whose public holidays count, the weekend, and the office's own days."""

    country: str = Field(COUNTRY, validate_default=True, description="two letters (ISO 3166), as the library has them")
    subdivision: str | None = Field(None, description="state or province with holidays of its own, as BY in DE")
    weekend: tuple[Weekday, ...] | None = Field(
        None, max_length=6, description="days of the week off; the country's when left out"
    )
    announced: tuple[Annotated[int, Field(ge=SINCE, le=2100)], ...] = Field(
        (), description="years whose arrangement is known, whatever the library has of it"
    )

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str) -> str:
        known = holidays.list_supported_countries()
        if country not in known and country != UNSAID:
            remedy = nearest(country, known, english("write its two letters (ISO 3166)"))
            message = english("no holidays are known of a country {country!r}", country=country)
            raise Invalid(Fault("unknown-country", message, remedy))
        return country

    @model_validator(mode="after")
    def _known_subdivision(self) -> Self:
        known = holidays.list_supported_countries().get(self.country, [])
        if self.subdivision is not None and self.subdivision not in known:
            part = self.subdivision
            message = english("no part {part!r} of {country} is known", part=part, country=self.country)
            remedy = english("use one of: {known}", known=known) if known else english("remove it")
            remedy = nearest(part, known, remedy)
            raise Invalid(Fault("unknown-subdivision", message, remedy, ("subdivision",)))
        return self


PUBLIC = CalendarFile()
"""The public arrangement of the country that is meant where none is said, and nothing on top."""


def public_calendar(first_year: int, last_year: int, file: CalendarFile = PUBLIC) -> WorkCalendar:
    """Build the calendar of the years `first_year` to `last_year`, both included.

    Where a country announces each year's arrangement, its days are those of the notices as the library holds them since
    2001: statutory holidays, days off by exchange and make-up working days (调休).

    Raises ValueError when `last_year` is before `first_year`, and `CalendarRange` for overrides after `last_year`.
    """
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    # One year more, because a make-up day of January's holiday can fall in December.
    public = _public(last_year + 1, file.country, file.subdivision)
    make_up = public.weekend_workdays
    calendar = WorkCalendar.build(
        first, last, _working(first, last, public, file), notes=public | dict.fromkeys(make_up, _MAKE_UP_NOTE)
    )
    calendar = apply_overrides(calendar, file)
    return replace(calendar, provisional_years=_provisional(range(first_year, last_year + 1), public, file))


@lru_cache(maxsize=16)  # the library works out every feast of a country anew, which takes longer than all the rest
def _public(last_year: int, country: str, subdivision: str | None) -> holidays.HolidayBase:
    """What the library knows up to the end of a year, in Chinese where it can; nothing of a country not yet said.

    What is given stays as it is: it does not grow by years that it is asked about.
    """
    years = range(min(SINCE, last_year), last_year + 1)
    if country == UNSAID:
        return holidays.HolidayBase(years=years, expand=False)
    spoken = holidays.country_holidays(country).supported_languages
    language = _CHINESE if _CHINESE in spoken else None
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=language, expand=False)


def _working(first: date, last: date, public: holidays.HolidayBase, file: CalendarFile) -> NDArray[np.bool_]:
    """Tell for each day from `first` to `last` whether it is worked: all of the week but its end and the days named."""
    weekend = public.weekend if file.weekend is None else set(map(WEEKDAYS.index, file.weekend))
    flags = ~np.isin((first.weekday() + np.arange((last - first).days + 1)) % 7, list(weekend))
    for days, value in ((public, False), (public.weekend_workdays, True)):
        flags[[(day - first).days for day in days if first <= day <= last]] = value
    return flags


def _provisional(years: Iterable[int], public: holidays.HolidayBase, file: CalendarFile) -> frozenset[int]:
    """Give the years whose days may still change.

    In a country that exchanges days by every notice these are the years after the last for which the
    library has make-up days; elsewhere those in which it estimates a holiday, or knows none. A year is announced once
    the office says so, or enters what only a notice would have it enter: a make-up day, or a public holiday again. Days
    off alone may be the office's own.
    """
    exchanged = max((day.year for day in public.weekend_workdays), default=public.end_year)
    label = getattr(public, "estimated_label", None)  # "%s（推定）", where the library estimates at all
    guessed = {day.year for day, name in public.items() if label and public.tr(label).strip("%s ()（）") in name}
    noticed = {day for day in file.days_worked() if not public.is_working_day(day)} | (public.keys() & file.days_off())
    known = range(public.start_year, min(exchanged, public.end_year) + 1)
    return frozenset(years) - (frozenset(known) - guessed) - {day.year for day in noticed} - set(file.announced)
