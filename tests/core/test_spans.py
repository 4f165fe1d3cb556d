"""The days of a calendar as numbers: they count as the calendar itself does, on any days worked."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duban.core.days.workdays import CalendarRange, DayUnit, Roll, WorkCalendar
from duban.core.forecasting.spans import Axis, IntArray, Spans
from tests.core.builders import calendar

FIRST = date(2024, 1, 1)
weeks = st.lists(st.booleans(), min_size=1, max_size=40).filter(any)
places = st.integers(200, 300)  # far from both ends
amounts = st.integers(-9, 9)


def axis_of(week: list[bool]) -> Axis:
    return Axis.of(WorkCalendar.build(FIRST, FIRST + timedelta(days=499 + len(week)), (week * 540)[: 500 + len(week)]))


def number(day: date) -> IntArray:
    return np.array([day.toordinal()])


@given(weeks, places, places)
def test_times_order_as_days_do_and_lead_back_to_them(week: list[bool], one: int, other: int) -> None:
    axis = axis_of(week)
    days = FIRST.toordinal() + np.array([one, other])
    first, second = axis.times(days).tolist()
    assert (first < second, first == second) == (one < other, one == other)
    assert axis.days(axis.times(days)).tolist() == days.tolist()


@given(weeks, places, places, amounts)
def test_counting_is_the_calendars(week: list[bool], one: int, other: int, amount: int) -> None:
    axis, day, later = axis_of(week), FIRST + timedelta(days=one), FIRST + timedelta(days=other)
    assume(sum(axis.calendar.is_working(FIRST + timedelta(days=n)) for n in range(190)) > 9)
    times = axis.times(number(day))
    assert axis.between(times, axis.times(number(later))).tolist() == [axis.calendar.between(day, later)]
    for unit, counted in ((DayUnit.WORKING, axis.calendar.add), (DayUnit.CALENDAR, axis.calendar.add_calendar)):
        assert axis.days(axis.counted(times, amount, unit)).tolist() == [counted(day, amount).toordinal()]
    months = max(-4, min(amount, 4))
    counted_months = axis.days(axis.counted(times, months, DayUnit.MONTH)).tolist()
    assert counted_months == [axis.calendar.after(day, months, DayUnit.MONTH).toordinal()]
    for roll in Roll:
        assert axis.days(axis.rolled(times, roll)).tolist() == [axis.calendar.roll(day, roll).toordinal()]


@given(weeks, places, amounts, st.sampled_from(DayUnit))
def test_counting_back_gives_the_last_day_that_still_does(week: list[bool], one: int, n: int, unit: DayUnit) -> None:
    axis = axis_of(week)
    assume(sum(axis.calendar.is_working(FIRST + timedelta(days=n)) for n in range(190)) > 10)
    n = max(-4, min(n, 4)) if unit is DayUnit.MONTH else n
    limit = axis.times(number(FIRST + timedelta(days=one)))
    last = axis.days(axis.counted_back(limit, n, unit))
    assert axis.counted(axis.times(last), n, unit) <= limit
    assert axis.counted(axis.times(last + 1), n, unit) > limit


def test_what_the_calendar_does_not_reach_is_refused() -> None:
    axis = Axis.of(calendar())
    with pytest.raises(CalendarRange):
        axis.times(number(date(2030, 1, 1)))
    with pytest.raises(CalendarRange):
        axis.days(axis.times(number(date(2027, 12, 31))) + 30 * axis.grain)


def test_spans_have_the_shape_of_their_days() -> None:
    assert Spans(np.ones((2, 3), dtype=np.int64)).shape == (2, 3)
