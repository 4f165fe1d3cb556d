"""How long steps take, on a bare axis of slots or on the days of a calendar.

On the days of a calendar a time is `slot * grain + days off`: the ordinal of the last working day up to a day, and how
many days off have passed since. Times order as days do, counting working days is adding to them, and no day is lost:
a period that ends on a Sunday ends there, and what follows it has Monday as its first day.

The day a step begins on is not counted (当日不计入): a step that follows another begins on the day the other ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from duban.core.days.arrays import DayArrays, IntArray, months_before, months_later
from duban.core.days.workdays import DayUnit, Roll, WorkCalendar

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The days of a calendar as times. All methods take and give arrays of any shape.

    They refuse what the calendar does not reach with CalendarRange. Made by `Axis.of`.
    """

    calendar: WorkCalendar
    grain: int  # times a working day takes: a power of two, and no fewer than it and the days off after it
    _arrays: DayArrays
    _room: IntArray  # days off after each working day; ordinal k is at k - 1

    @classmethod
    def of(cls, calendar: WorkCalendar) -> Axis:
        """The axis of a calendar, which has working days."""
        days = np.arange(calendar.first.toordinal(), calendar.last.toordinal() + 1)
        arrays = DayArrays.of(calendar)
        shared = np.bincount(arrays.ordinals(days))  # days of each ordinal; ordinal 0 is before the first
        return cls(calendar, 1 << int(shared.max()).bit_length(), arrays, shared[1:] - 1)

    def times(self, day_numbers: IntArray) -> IntArray:
        """Give the times of days (`date.toordinal()`)."""
        slots = self._arrays.ordinals(day_numbers)
        return slots * self.grain + day_numbers - self._arrays.day_numbers(slots)

    def days(self, times: IntArray) -> IntArray:
        """Give the day numbers of times; of a time between two days, the first of them."""
        slots = times // self.grain
        worked = self._arrays.day_numbers(slots)
        return worked + np.minimum(times % self.grain, self._room[slots - 1])

    def between(self, first: IntArray, last: IntArray) -> IntArray:
        """Count the working days after `first` up to and including `last`, as `WorkCalendar.between` does."""
        return last // self.grain - first // self.grain

    def counted(self, times: IntArray, amount: int | IntArray, unit: DayUnit) -> IntArray:
        """Give the times so many days later (negative: earlier), as `WorkCalendar.add` and `add_calendar` count."""
        if unit is not DayUnit.WORKING:
            days = self.days(times)
            return self.times(months_later(days, amount) if unit is DayUnit.MONTH else days + amount)
        # Counting back from a day off starts at the next day worked.
        lift: IntArray = np.where(np.asarray(amount) > 0, 0, self.grain - 1)
        return ((times + lift) & -self.grain) + amount * self.grain

    def counted_back(self, times: IntArray, amount: int | IntArray, unit: DayUnit) -> IntArray:
        """Give the latest times from which `counted` does not lead beyond `times`."""
        if unit is not DayUnit.WORKING:
            days = self.days(times)
            return self.times(months_before(days, amount) if unit is DayUnit.MONTH else days - amount)
        late: IntArray = np.where(np.asarray(amount) > 0, times | (self.grain - 1), times & -self.grain)
        return late - amount * self.grain

    def rolled(self, times: IntArray, roll: Roll) -> IntArray:
        """Move the times of days off as `WorkCalendar.roll` does."""
        if roll is Roll.FORWARD:
            return self.counted(times, 0, DayUnit.WORKING)
        return times & -self.grain if roll is Roll.BACK else times


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """How long each step takes: `days`, integers, of shape (n,) or (n, samples).

    On a bare axis of slots they are working days of 0 or more. With an `axis`, `elapsing` (n,) is true for steps that
    take calendar days, `months` (n,) for those that take months, and `distances` (n,) for those that only count days
    from one date to another: they may be negative, and one of 0 leads from a day off to the next working day. `worked`
    (n,) is true for steps that somebody or something must end: not on a day off.
    """

    days: IntArray
    axis: Axis | None = None
    elapsing: BoolArray | None = None
    distances: BoolArray | None = None
    worked: BoolArray | None = None
    months: BoolArray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the durations."""
        return self.days.shape

    def arranged(self, order: IntArray) -> OrderedSpans:
        """Bring the steps into an order, ready for passes."""
        days = self.days[order]
        if self.axis is None:
            return _Bare(days)
        others = (_or_none(flags, order) for flags in (self.elapsing, self.distances, self.months))
        worked = np.zeros(len(order), np.bool_) if self.worked is None else self.worked[order]
        taking, ended = days > 0, worked.reshape(-1, *[1] * (days.ndim - 1))
        if days.ndim > 1 and (taking == taking[:, :1]).all():
            taking = taking[:, :1]  # in one sample as in the other
        at_once = np.where(ended & ~taking, self.axis.grain - 1, 0).astype(days.dtype)
        lengths = days * self.axis.grain + at_once
        mask = np.where(ended | taking, -self.axis.grain, -1).astype(days.dtype)
        return _OnDays(self.axis, days, lengths, mask, worked, *others)

    def check(self, rows: int) -> None:
        """Raise ValueError for a column that has not so many rows."""
        for column in (self.days, self.elapsing, self.distances, self.worked, self.months):
            check_rows(column, rows)


def check_rows(column: IntArray | BoolArray | None, rows: int) -> None:
    """Raise ValueError for a column that has not one row for each step."""
    if column is not None and len(column) != rows:
        raise ValueError(f"a column of {len(column)} rows for {rows} steps: give one row for each step")


def _or_none(flags: BoolArray | None, order: IntArray) -> BoolArray | None:
    """The flags in an order; None where none is set, so that nothing is looked for."""
    return flags[order] if flags is not None and flags.any() else None


class OrderedSpans(Protocol):
    """Spans in the order of a pass; what is computed is for the steps `rows`."""

    def finish(self, start: IntArray, rows: slice | IntArray) -> IntArray:
        """Give the finishes of steps that start so."""
        ...

    def start(self, finish: IntArray, rows: slice | IntArray) -> IntArray:
        """Give the latest starts with which steps finish so."""
        ...

    def ended(self, times: IntArray, rows: slice | IntArray) -> IntArray:
        """Give the first times, from these on, at which steps may end."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    days: IntArray

    def finish(self, start: IntArray, rows: slice | IntArray) -> IntArray:
        return start + self.days[rows]

    def start(self, finish: IntArray, rows: slice | IntArray) -> IntArray:
        return finish - self.days[rows]

    def ended(self, times: IntArray, rows: slice | IntArray) -> IntArray:
        return times


@dataclass(frozen=True, slots=True, eq=False)
class _OnDays:
    """`lengths` are times; `mask` takes days off away where a working day is counted or ended on, and nothing else."""

    axis: Axis
    days: IntArray
    lengths: IntArray
    mask: IntArray
    worked: BoolArray
    elapsing: BoolArray | None
    distances: BoolArray | None
    months: BoolArray | None

    def finish(self, start: IntArray, rows: slice | IntArray) -> IntArray:
        finish = start + self.lengths[rows]
        finish &= self.mask[rows]
        for on, days, unit in self._others(rows):
            finish[on] = self.axis.counted(start[on], days, unit)
            finish[on] = self._moved(finish[on], self.worked[rows][on], Roll.FORWARD)
        return finish

    def start(self, finish: IntArray, rows: slice | IntArray) -> IntArray:
        start = (finish | ~self.mask[rows]) - self.lengths[rows]
        for on, days, unit in self._others(rows):
            start[on] = self.axis.counted_back(self._moved(finish[on], self.worked[rows][on], Roll.BACK), days, unit)
        return start

    def ended(self, times: IntArray, rows: slice | IntArray) -> IntArray:
        return self._moved(times, self.worked[rows], Roll.FORWARD)

    def _moved(self, times: IntArray, worked: BoolArray, roll: Roll) -> IntArray:
        return np.where(worked.reshape(-1, *[1] * (times.ndim - 1)), self.axis.rolled(times, roll), times)

    def _others(self, rows: slice | IntArray) -> Iterator[tuple[IntArray, IntArray, DayUnit]]:
        """The steps that count otherwise, with their days."""
        for flags, unit in (
            (self.distances, DayUnit.WORKING),
            (self.elapsing, DayUnit.CALENDAR),
            (self.months, DayUnit.MONTH),
        ):
            if flags is not None and (on := np.flatnonzero(flags[rows])).size:
                yield on, self.days[rows][on], unit
