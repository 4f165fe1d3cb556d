"""Working days of an office: counting, rolling, leaving time out of a limit, and what a changed calendar moves.

Every working day of a calendar bears its *ordinal*: the first is 1, the next 2, and so on. A day that is not a working
day shares the ordinal of the last working day before it. Counting working days is then adding to an ordinal, and
every operation is a table lookup whatever the distance.

Days are plain dates of the office's own time zone; a moment (`datetime`) is refused, for its date depends on the zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import repeat
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, model_validator

IntArray = NDArray[np.int64]

_REMEDY = "build the calendar over more years, or correct the date"
_NO_NOTES: Mapping[date, str] = MappingProxyType({})


class CalendarRange(ValueError):
    """A day, or the result of counting from one, lies outside the days a calendar covers."""


class Roll(StrEnum):
    """Where a day that is not a working day moves to."""

    FORWARD = "forward"  # 顺延: the rule for the last day of a statutory limit
    BACK = "back"  # 提前
    NONE = "none"


class DayUnit(StrEnum):
    """What a length of time is counted in."""

    WORKING = "working"  # 工作日
    CALENDAR = "calendar"  # 自然日


class _DayTable(dict[date, int]):
    """A number for every covered day; a day it does not hold is explained rather than merely missing."""

    __slots__ = ()

    def __missing__(self, day: date) -> int:
        if isinstance(day, datetime):
            raise TypeError(f"{day!r} is a moment, not a day: convert it to the office's time zone and take its date()")
        raise CalendarRange(f"{day} is outside the calendar {next(iter(self))}..{next(reversed(self))}: {_REMEDY}")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days from `first` to `last`, both included, are working days. Immutable; made by `build`.

    Calendars are equal when they cover the same days with the same working days, notes and provisional years.
    Every operation takes and gives days within the calendar and raises `CalendarRange` beyond it.
    """

    first: date
    last: date
    provisional_years: frozenset[int]
    _working: bytes = field(repr=False)
    _notes: dict[date, str] = field(repr=False, hash=False)
    _before: _DayTable = field(repr=False, compare=False)  # working days before the day: its ordinal when it is none
    _ordinal: _DayTable = field(repr=False, compare=False)  # working days up to and including the day
    _days: tuple[date, ...] = field(repr=False, compare=False)  # the working days; ordinal k is at k - 1
    _ordinals: IntArray = field(repr=False, compare=False)  # `_ordinal` by position, for arrays
    _day_numbers: IntArray = field(repr=False, compare=False)  # `_days` as day numbers, for arrays

    @classmethod
    def build(
        cls,
        first: date,
        last: date,
        working: Callable[[date], bool] | Iterable[bool],
        *,
        provisional_years: Iterable[int] = (),
        notes: Mapping[date, str] = _NO_NOTES,
    ) -> WorkCalendar:
        """Make a calendar of the days from `first` to `last`, both included.

        `working` tells for a day whether it is worked, or gives one truth value for each day in order. `notes` says
        why a day is worked or not ("春节", "调休上班"); notes outside the calendar are left out.
        Raises ValueError when `last` is before `first` or `working` has not exactly one value for each day.
        """
        if last < first:
            raise ValueError(f"a calendar cannot end on {last} before it begins on {first}: exchange the two days")
        days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
        flags = np.fromiter(map(working, days) if callable(working) else working, dtype=np.bool_)
        if len(flags) != len(days):
            raise ValueError(f"{len(flags)} values for the {len(days)} days {first}..{last}: give one for each day")
        ordinals = np.cumsum(flags, dtype=np.int64)
        worked = np.flatnonzero(flags)
        return cls(
            first=first,
            last=last,
            provisional_years=frozenset(provisional_years),
            _working=flags.tobytes(),
            _notes={day: note for day, note in notes.items() if first <= day <= last},
            _before=_DayTable(zip(days, (ordinals - flags).tolist(), strict=True)),
            _ordinal=_DayTable(zip(days, ordinals.tolist(), strict=True)),
            _days=tuple(days[position] for position in worked.tolist()),
            _ordinals=ordinals,
            _day_numbers=worked.astype(np.int64) + first.toordinal(),
        )

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day."""
        return self._ordinal[day] != self._before[day]

    def is_provisional(self, day: date) -> bool:
        """Tell whether `day` lies in a year whose holidays are not announced yet, so that it may still change."""
        return day in self._ordinal and day.year in self.provisional_years

    def note(self, day: date) -> str:
        """Give the reason why `day` is worked or not, in Chinese; empty for an ordinary day."""
        return self._notes.get(day, "")

    def add(self, day: date, n: int) -> date:
        """Give the `n`-th working day after `day`; `day` itself is not counted (当日不计入).

        A negative `n` counts backwards from `day`, again without it. With 0 the answer is `day` when it is worked and
        otherwise the next working day.
        """
        ordinal = self._ordinal[day] + n if n > 0 else self._before[day] + 1 + n
        if 0 < ordinal <= len(self._days):
            return self._days[ordinal - 1]
        raise self._beyond(f"{n} working days from {day}")

    def between(self, a: date, b: date) -> int:
        """Count the working days after `a` up to and including `b`; negative when `b` is before `a`.

        `between(day, add(day, n)) == n` from any day for n > 0 and from a working day for every n.
        """
        return self._ordinal[b] - self._ordinal[a]

    def next_working(self, day: date) -> date:
        """Give the first working day that is not before `day`."""
        return self.add(day, 0)

    def previous_working(self, day: date) -> date:
        """Give the last working day that is not after `day`."""
        ordinal = self._ordinal[day]
        if ordinal:
            return self._days[ordinal - 1]
        raise self._beyond(f"the last working day up to {day}")

    def roll(self, day: date, roll: Roll) -> date:
        """Move a day that is not worked to a working day as `roll` says; a working day stays where it is."""
        match roll:
            case Roll.FORWARD:
                return self.next_working(day)
            case Roll.BACK:
                return self.previous_working(day)
            case Roll.NONE:
                return date.fromordinal(self.first.toordinal() + self._position(day))

    def add_calendar(self, day: date, n: int) -> date:
        """Give the day `n` calendar days after `day` (before it when negative), worked or not."""
        position = self._position(day) + n
        if 0 <= position < len(self._ordinals):
            return date.fromordinal(self.first.toordinal() + position)
        raise self._beyond(f"{n} calendar days from {day}")

    def shift(self, deadline: date, excluded: Iterable[tuple[date, date]], unit: DayUnit) -> date:
        """Push `deadline` by the days that the `excluded` intervals take out of the time before it.

        Each interval (start, end) leaves out the days from `start` up to but not including `end`: suspension, hearing,
        tender, expert review. Days that several intervals cover count once. An interval counts in full when it begins
        on or before the deadline as pushed by the intervals before it, and not at all when it begins later; whatever
        began before the limit itself did is for the caller to cut off. A working deadline counted in working days
        moves to a working day outside the intervals; a calendar deadline may need `roll` afterwards.
        Raises ValueError for an interval that ends before it starts.
        """
        for start, end in _merged(excluded):
            if start > deadline:
                break
            deadline = self._pushed(deadline, start, end, unit)
        return deadline

    def ordinals(self, day_numbers: IntArray) -> IntArray:
        """Give for each day number (`date.toordinal()`) the ordinal of the last working day up to it; 0 for none."""
        positions = day_numbers - self.first.toordinal()
        strays = day_numbers[(positions < 0) | (positions >= len(self._ordinals))]
        if strays.size:
            raise self._beyond(f"day number {strays[0]}")
        return self._ordinals[positions]

    def day_numbers(self, ordinals: IntArray) -> IntArray:
        """Give for each ordinal the day number of its working day; the inverse of `ordinals` on working days."""
        strays = ordinals[(ordinals < 1) | (ordinals > len(self._day_numbers))]
        if strays.size:
            raise self._beyond(f"working day {strays[0]} of {len(self._day_numbers)}")
        return self._day_numbers[ordinals - 1]

    def _position(self, day: date) -> int:
        """Give the position of `day` among all days of the calendar, the first being 0."""
        return day.toordinal() - self.first.toordinal() if day in self._ordinal else self._ordinal[day]

    def _pushed(self, deadline: date, start: date, end: date, unit: DayUnit) -> date:
        """Give `deadline` later by the days from `start` up to but not including `end`."""
        if unit is DayUnit.CALENDAR:
            return self.add_calendar(deadline, self._position(end) - self._position(start))
        length = self._before[end] - self._before[start]
        return self.add(deadline, length) if length else deadline

    def _beyond(self, what: str) -> CalendarRange:
        return CalendarRange(f"{what}: outside the calendar {self.first}..{self.last}; {_REMEDY}")
