"""The days of a calendar as arrays of numbers: what `workdays` does for one day, done for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duban.core.days.workdays import WorkCalendar
from duban.core.texts import english, said_elsewhere

IntArray = NDArray[np.signedinteger[Any]]
"""Days and times; of 64 bits, but where many are gone through at once and 32 do."""


@dataclass(frozen=True, slots=True, eq=False)
class DayArrays:
    """The ordinals of a calendar's days, and the days of its ordinals. Made by `of`."""

    calendar: WorkCalendar
    _ordinals: IntArray  # by position
    _day_numbers: IntArray  # of the working days; ordinal k is at k - 1

    @classmethod
    def of(cls, calendar: WorkCalendar) -> DayArrays:
        """The arrays of a calendar."""
        flags = np.frombuffer(calendar.flags, np.bool_)
        worked = np.flatnonzero(flags).astype(np.int64) + calendar.first.toordinal()
        return cls(calendar, np.cumsum(flags, dtype=np.int64), worked)

    def ordinals(self, day_numbers: IntArray) -> IntArray:
        """Give for each day number (`date.toordinal()`) the ordinal of the last working day up to it; 0 for none.

        Any shape; raises `CalendarRange` naming the first day that is not covered.
        """
        positions = day_numbers - self.calendar.first.toordinal()
        strays = day_numbers[(positions < 0) | (positions >= len(self._ordinals))]
        if strays.size:
            raise self.calendar.beyond(said_elsewhere(f"{date.fromordinal(strays[0])}"))
        return self._ordinals[positions]

    def day_numbers(self, ordinals: IntArray) -> IntArray:
        """Give for each ordinal the day number of its working day; the inverse of `ordinals` on working days.

        Any shape; raises `CalendarRange` naming the first ordinal the calendar does not reach.
        """
        strays = ordinals[(ordinals < 1) | (ordinals > len(self._day_numbers))]
        if strays.size:
            raise self.calendar.beyond(
                english("working day number {n} of {of}", n=strays[0], of=len(self._day_numbers))
            )
        return self._day_numbers[ordinals - 1]


def days_later(day: date, months: int) -> int:
    """How many days after a day its place in a later month is."""
    return int(months_later(np.array(day.toordinal()), months)) - day.toordinal()


def days_back(day: date, months: int) -> int:
    """How many days before a day the last one lies from which so many months do not lead beyond it."""
    return day.toordinal() - int(months_before(np.array(day.toordinal()), months))


def months_later(day_numbers: IntArray, months: int | IntArray) -> IntArray:
    """Give the day numbers of the same days so many months later, of the last days of those months for later ones."""
    month, place, _ = _in_months(day_numbers)
    return _of_months(month + months, place)


def months_before(day_numbers: IntArray, months: int | IntArray) -> IntArray:
    """Give the last day numbers from which `months_later` does not lead beyond these."""
    month, place, last = _in_months(day_numbers)
    return _of_months(month - months, np.where(place == last, 31, place))


_EPOCH = date(1970, 1, 1).toordinal()


def _in_months(day_numbers: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The months since 1970, the places in them, from 0 on, and the last places there are."""
    months = (day_numbers - _EPOCH).astype("M8[D]").astype("M8[M]").astype(np.int64)
    return months, day_numbers - _first_days(months), _first_days(months + 1) - _first_days(months) - 1


def _of_months(months: IntArray, places: IntArray) -> IntArray:
    return np.asarray(np.minimum(_first_days(months) + places, _first_days(months + 1) - 1))


def _first_days(months: IntArray) -> IntArray:
    return np.asarray(months.astype("M8[M]").astype("M8[D]").astype(np.int64) + _EPOCH)
