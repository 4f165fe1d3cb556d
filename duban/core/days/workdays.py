"""Working days of an office: counting, rolling, leaving time out of a limit, and what a changed calendar moves.

Every working day of a calendar bears its *ordinal*: the first is 1, the next 2, and so on. A day that is not a working
day shares the ordinal of the last working day before it. Counting working days is then adding to an ordinal, and
every operation is a table lookup whatever the distance. Many days at once are for `arrays`.

Days are plain dates of the office's own time zone; a moment (`datetime`) is refused, for its date depends on the zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, compress
from types import MappingProxyType
from typing import NamedTuple

from duban.core.texts import Text, english, joined

REMEDY = english("build the calendar over more years, or correct the date")
_NO_NOTES: Mapping[date, str] = MappingProxyType({})


class CalendarRange(ValueError):
    """A day, or the result of counting from one, lies outside the days a calendar covers."""

    def __init__(self, message: Text) -> None:
        self.message, self.told = message, joined("; ", message, REMEDY)
        super().__init__(self.told)


class Roll(StrEnum):
    """Where a day that is not a working day moves to."""

    FORWARD = "forward"  # 顺延: the rule for the last day of a statutory limit
    BACK = "back"  # 提前
    NONE = "none"


class DayUnit(StrEnum):
    """What a length of time is counted in."""

    WORKING = "working"  # 工作日
    CALENDAR = "calendar"  # 自然日
    MONTH = "month"  # 月: to the same day of a later month, or to its last (民法典第二百零二条)

    @property
    def given_back(self) -> DayUnit:
        """What a limit counted in it grows by where days do not count: months by days of the calendar."""
        return DayUnit.CALENDAR if self is DayUnit.MONTH else self


class _DayTable(dict[date, int]):
    """A number for every covered day; a day it does not hold is explained rather than merely missing."""

    __slots__ = ()

    def __missing__(self, day: date) -> int:
        if isinstance(day, datetime):
            raise TypeError(f"{day!r} is a moment, not a day: convert it to the office's time zone and take its date()")
        first, last = next(iter(self)), next(reversed(self))
        raise CalendarRange(english("{day} is outside the calendar {first}..{last}", day=day, first=first, last=last))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days from `first` to `last`, both included, are working days. Immutable; made by `build`.

    Calendars are equal when they cover the same days with the same working days, notes and provisional years.
    Every operation takes and gives days within the calendar and raises `CalendarRange` beyond it.
    """

    first: date
    last: date
    provisional_years: frozenset[int]
    flags: bytes = field(repr=False)  # 1 for a working day, by position (the first day's is 0)
    _notes: dict[date, str] = field(repr=False, hash=False)
    _position: _DayTable = field(repr=False, compare=False)
    _before: tuple[int, ...] = field(repr=False, compare=False)  # working days before each position, and before the end
    _days: tuple[date, ...] = field(repr=False, compare=False)  # the working days; ordinal k is at k - 1

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
        flags = bytes(map(bool, map(working, days) if callable(working) else working))
        if len(flags) != len(days):
            raise ValueError(f"{len(flags)} values for the {len(days)} days {first}..{last}: give one for each day")
        return cls(
            first=first,
            last=last,
            provisional_years=frozenset(provisional_years),
            flags=flags,
            _notes={day: note for day, note in notes.items() if first <= day <= last},
            _position=_DayTable(zip(days, range(len(days)), strict=True)),
            _before=tuple(accumulate(flags, initial=0)),
            _days=tuple(compress(days, flags)),
        )

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day."""
        return self.flags[self._position[day]] == 1

    def is_provisional(self, day: date) -> bool:
        """Tell whether `day` lies in a year whose holidays are not announced yet, so that it may still change."""
        return self._covered(day).year in self.provisional_years

    @property
    def notes(self) -> Mapping[date, str]:
        """Why days are worked or not, where that is said."""
        return self._notes

    def note(self, day: date) -> str:
        """Give the reason why `day` is worked or not, in Chinese; empty for an ordinary day."""
        return self._notes.get(self._covered(day), "")

    def add(self, day: date, n: int) -> date:
        """Give the `n`-th working day after `day`; `day` itself is not counted (当日不计入).

        A negative `n` counts backwards from `day`, again without it. With 0 the answer is `day` when it is worked and
        otherwise the next working day.
        """
        position = self._position[day]
        ordinal = self._before[position + 1] + n if n > 0 else self._before[position] + 1 + n
        if 0 < ordinal <= len(self._days):
            return self._days[ordinal - 1]
        raise self.beyond(english("{n} working days from {day}", n=n, day=day))

    def after(self, day: date, n: int, unit: DayUnit) -> date:
        """Give the day `n` working or calendar days, or months, after `day`: for 0 `day` itself, worked or not."""
        if unit is DayUnit.WORKING:
            return self.add(day, n) if n else day
        if unit is DayUnit.MONTH:
            from duban.core.days.arrays import days_later  # noqa: PLC0415  months are rare, and numpy is slow to load

            n = days_later(day, n)
        return self.add_calendar(day, n)

    def before(self, day: date, n: int, unit: DayUnit) -> date:
        """Give the last day, worked or not, from which `after` does not lead beyond `day`."""
        if unit is DayUnit.WORKING and n:
            first = self._before[self._position[day] + 1] - n  # the place of the first of these days
            if first < 0:
                raise self.beyond(english("{n} working days up to {day}", n=n, day=day))
            return self._days[first] - timedelta(days=1)
        if unit is DayUnit.MONTH:
            from duban.core.days.arrays import days_back  # noqa: PLC0415  as above

            return self.add_calendar(day, -days_back(day, n))
        return self.add_calendar(day, -n)

    def between(self, a: date, b: date) -> int:
        """Count the working days after `a` up to and including `b`; negative when `b` is before `a`.

        `between(day, add(day, n)) == n` from any day for n > 0 and from a working day for every n.
        """
        return self._before[self._position[b] + 1] - self._before[self._position[a] + 1]

    def next_working(self, day: date) -> date:
        """Give the first working day that is not before `day`."""
        return self.add(day, 0)

    def previous_working(self, day: date) -> date:
        """Give the last working day that is not after `day`."""
        ordinal = self._before[self._position[day] + 1]
        if ordinal:
            return self._days[ordinal - 1]
        raise self.beyond(english("the last working day up to {day}", day=day))

    def roll(self, day: date, roll: Roll) -> date:
        """Move a day that is not worked to a working day as `roll` says; a working day stays where it is."""
        if roll == Roll.FORWARD:
            return self.next_working(day)
        return self.previous_working(day) if roll == Roll.BACK else self._covered(day)

    def add_calendar(self, day: date, n: int) -> date:
        """Give the day `n` calendar days after `day` (before it when negative), worked or not."""
        position = self._position[day] + n
        if 0 <= position < len(self.flags):
            return date.fromordinal(self.first.toordinal() + position)
        raise self.beyond(english("{n} calendar days from {day}", n=n, day=day))

    def shift(self, deadline: date, excluded: Iterable[tuple[date, date]], unit: DayUnit) -> date:
        """Push `deadline` by the days that the `excluded` intervals take out of the time before it.

        Each interval (start, end) leaves out the days from `start` up to but not including `end`: suspension, hearing,
        tender, expert review. Days that several intervals cover count once. An interval counts in full when it begins
        on or before the deadline as pushed by the intervals before it, and not at all when it begins later; what of it
        lies before the limit began to run is for the caller to cut off. A working deadline counted in working days
        moves to a working day outside the intervals; a calendar deadline may need `roll` afterwards.
        Raises ValueError for an interval that ends before it starts.
        """
        return self.after(deadline, self.taken(deadline, excluded, unit), unit.given_back)

    def taken(self, deadline: date, excluded: Iterable[tuple[date, date]], unit: DayUnit) -> int:
        """Give the days by which `shift` pushes a deadline."""
        days = 0
        for start, end in _merged(excluded):
            if start > self.after(deadline, days, unit.given_back):
                break
            days += self._length(start, end, unit)
        return days

    def _length(self, start: date, end: date, unit: DayUnit) -> int:
        """Count the days from `start` up to but not including `end`."""
        begins, ends = self._position[start], self._position[end]
        return self._before[ends] - self._before[begins] if unit is DayUnit.WORKING else ends - begins

    def _covered(self, day: date) -> date:
        """Give `day` itself once it is known to be in the calendar."""
        return self.add_calendar(day, 0)

    def beyond(self, what: Text) -> CalendarRange:
        """The error that says what of a calculation is not covered."""
        first, last = self.first, self.last
        return CalendarRange(english("{what}: outside the calendar {first}..{last}", what=what, first=first, last=last))


def _merged(intervals: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join the half-open intervals that overlap or touch; the result is in order and apart."""
    merged: list[tuple[date, date]] = []
    for start, end in sorted(intervals):
        if end < start:
            raise ValueError(f"an excluded interval ends on {end} before it starts on {start}: exchange the two days")
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class DayChange(NamedTuple):
    """A day on which two calendars differ: whether it is worked now, and what each calendar says about it."""

    day: date
    working: bool
    note_before: str
    note_after: str


def changes(old: WorkCalendar, new: WorkCalendar) -> tuple[DayChange, ...]:
    """List in order the days that both calendars cover and only one of them works."""
    first, last = max(old.first, new.first), min(old.last, new.last)
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return tuple(
        DayChange(day, new.is_working(day), old.note(day), new.note(day))
        for day in days
        if old.is_working(day) != new.is_working(day)
    )
