"""The working-day arithmetic, on calendars of any pattern, against counting day by day."""

import pickle
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from duban.core.days.arrays import DayArrays
from duban.core.days.overrides import CalendarOverrides, DayRange, apply_overrides
from duban.core.days.workdays import (
    CalendarRange,
    DayChange,
    DayUnit,
    Roll,
    WorkCalendar,
    changes,
)

DAY = timedelta(1)
START = date(2024, 1, 1)  # a Monday

Intervals = list[tuple[date, date]]


def weekdays(first: date = START, last: date = date(2024, 12, 31)) -> WorkCalendar:
    return WorkCalendar.build(first, last, lambda day: day.weekday() < 5)


@st.composite
def calendars(draw: st.DrawFn, margin: int = 0) -> WorkCalendar:
    """Any pattern of working days, with at least one, between `margin` working days at either end."""
    edge = [True] * margin
    flags = (
        edge + draw(st.lists(st.booleans(), min_size=1, max_size=120).filter(lambda flags: edge or any(flags))) + edge
    )
    return WorkCalendar.build(START, START + (len(flags) - 1) * DAY, flags)


def days_of(calendar: WorkCalendar, margin: int = 0) -> st.SearchStrategy[date]:
    return st.dates(calendar.first + margin * DAY, calendar.last - margin * DAY)


def worked(calendar: WorkCalendar) -> list[date]:
    return [day for day in whole(calendar.first, calendar.last) if calendar.is_working(day)]


def counted(calendar: WorkCalendar, day: date, n: int) -> date | None:
    """Count n working days from `day` one day at a time; None beyond the calendar."""
    step = DAY if n >= 0 else -DAY
    left = abs(n)
    if n == 0:
        left, day = 1, day - DAY
    while left:
        day += step
        if not calendar.first <= day <= calendar.last:
            return None
        left -= calendar.is_working(day)
    return day


def whole(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def test_the_day_itself_is_not_counted() -> None:
    calendar = weekdays()
    friday, saturday, monday = date(2024, 3, 22), date(2024, 3, 23), date(2024, 3, 25)
    assert calendar.add(friday, 1) == monday
    assert calendar.add(saturday, 1) == monday
    assert calendar.add(monday, -1) == friday
    assert calendar.add(saturday, -1) == friday
    assert calendar.add(friday, 0) == friday
    assert calendar.add(saturday, 0) == monday
    assert calendar.between(friday, monday) == 1
    assert calendar.between(monday, friday) == -1
    assert calendar.between(saturday, saturday) == 0


@given(st.data(), calendars(), st.integers(-130, 130))
def test_add_agrees_with_counting_day_by_day(data: st.DataObject, calendar: WorkCalendar, n: int) -> None:
    day = data.draw(days_of(calendar))
    expected = counted(calendar, day, n)
    if expected is None:
        with pytest.raises(CalendarRange, match=f"{n} working days from {day}: outside the calendar"):
            calendar.add(day, n)
    else:
        assert calendar.add(day, n) == expected


@given(st.data(), calendars())
def test_between_agrees_with_counting_day_by_day(data: st.DataObject, calendar: WorkCalendar) -> None:
    a, b = data.draw(days_of(calendar)), data.draw(days_of(calendar))
    later = sum(calendar.is_working(day) for day in whole(a + DAY, b))
    earlier = sum(calendar.is_working(day) for day in whole(b + DAY, a))
    assert calendar.between(a, b) == later - earlier


@given(st.data(), calendars(margin=25), st.integers(1, 25))
def test_add_then_between_gives_the_number_back(data: st.DataObject, calendar: WorkCalendar, n: int) -> None:
    day = data.draw(days_of(calendar, margin=25))
    assert calendar.between(day, calendar.add(day, n)) == n
    start = calendar.next_working(day)
    assert calendar.between(start, calendar.add(start, -n)) == -n
    assert calendar.between(start, calendar.add(start, 0)) == 0


@given(st.data(), calendars())
def test_two_additions_are_one_from_a_working_day(data: st.DataObject, calendar: WorkCalendar) -> None:
    reachable = worked(calendar)
    start, halfway, end = (data.draw(st.integers(0, len(reachable) - 1)) for _ in range(3))
    day, a, b = reachable[start], halfway - start, end - halfway
    assert calendar.add(calendar.add(day, a), b) == calendar.add(day, a + b) == reachable[end]


@given(st.data(), calendars(margin=25), st.integers(-25, 24))
def test_a_later_day_never_gives_an_earlier_result(data: st.DataObject, calendar: WorkCalendar, n: int) -> None:
    some = days_of(calendar, margin=25)
    a, b = sorted((data.draw(some), data.draw(some)))
    assert calendar.add(a, n) <= calendar.add(b, n)


@given(st.data(), calendars(), st.integers(-130, 130))
def test_calendar_days_count_every_day(data: st.DataObject, calendar: WorkCalendar, n: int) -> None:
    day = data.draw(days_of(calendar))
    if calendar.first <= day + n * DAY <= calendar.last:
        assert calendar.add_calendar(day, n) == day + n * DAY
    else:
        with pytest.raises(CalendarRange, match=f"{n} calendar days from {day}: outside the calendar"):
            calendar.add_calendar(day, n)


def test_the_last_day_of_a_limit_rolls_over_a_weekend() -> None:
    calendar, sunday = weekdays(), date(2024, 3, 24)
    assert calendar.roll(sunday, Roll.FORWARD) == calendar.next_working(sunday) == date(2024, 3, 25)
    assert calendar.roll(sunday, Roll.BACK) == calendar.previous_working(sunday) == date(2024, 3, 22)
    assert calendar.roll(sunday, Roll.NONE) == sunday


@given(st.data(), calendars(), st.sampled_from(Roll))
def test_rolling_twice_is_rolling_once(data: st.DataObject, calendar: WorkCalendar, roll: Roll) -> None:
    day = data.draw(st.dates(worked(calendar)[0], worked(calendar)[-1]))
    rolled = calendar.roll(day, roll)
    assert calendar.roll(rolled, roll) == rolled
    assert roll is Roll.NONE or calendar.is_working(rolled)
    assert rolled == day or not calendar.is_working(day)
    assert {Roll.FORWARD: rolled >= day, Roll.BACK: rolled <= day, Roll.NONE: rolled == day}[roll]


def test_a_suspended_limit_keeps_the_days_it_had_left() -> None:
    calendar, friday = weekdays(), date(2024, 3, 22)
    wednesdays = (date(2024, 3, 20), date(2024, 3, 27))
    assert calendar.shift(friday, [wednesdays], DayUnit.WORKING) == date(2024, 3, 29)
    assert calendar.shift(friday, [wednesdays], DayUnit.CALENDAR) == date(2024, 3, 29)


def test_days_left_out_twice_count_once() -> None:
    calendar, friday = weekdays(), date(2024, 3, 22)
    hearing = (date(2024, 3, 18), date(2024, 3, 20))
    review = (date(2024, 3, 19), date(2024, 3, 21))
    assert calendar.shift(friday, [review, hearing], DayUnit.WORKING) == date(2024, 3, 27)
    assert calendar.shift(friday, [review, hearing, hearing], DayUnit.CALENDAR) == date(2024, 3, 25)


def test_an_interval_reached_only_by_the_pushed_deadline_counts() -> None:
    calendar, friday = weekdays(), date(2024, 3, 22)
    first, second = (date(2024, 3, 21), date(2024, 3, 22)), (date(2024, 3, 25), date(2024, 3, 26))
    assert calendar.shift(friday, [second], DayUnit.WORKING) == friday
    assert calendar.shift(friday, [first, second], DayUnit.WORKING) == date(2024, 3, 26)


def test_leaving_out_a_weekend_moves_only_calendar_limits() -> None:
    calendar, friday = weekdays(), date(2024, 3, 22)
    weekend = (date(2024, 3, 16), date(2024, 3, 18))
    assert calendar.shift(friday, [weekend], DayUnit.WORKING) == friday
    assert calendar.shift(friday, [weekend], DayUnit.CALENDAR) == date(2024, 3, 24)


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    backwards = (date(2024, 3, 20), date(2024, 3, 19))
    with pytest.raises(ValueError, match="ends on 2024-03-19 before it starts on 2024-03-20: exchange"):
        weekdays().shift(date(2024, 3, 22), [backwards], DayUnit.WORKING)


intervals = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 8)), max_size=5).map(
    lambda pairs: [(START + start * DAY, START + (start + length) * DAY) for start, length in pairs]
)


@given(intervals, st.integers(0, 90), st.sampled_from(DayUnit))
def test_a_pushed_deadline_leaves_as_many_days(excluded: Intervals, offset: int, unit: DayUnit) -> None:
    calendar = weekdays()
    deadline = START + offset * DAY
    if unit is DayUnit.WORKING:
        deadline = calendar.next_working(deadline)
    shifted = calendar.shift(deadline, excluded, unit)
    left_out = {day for start, end in excluded for day in whole(start, end - DAY)}
    counts = calendar.is_working if unit is DayUnit.WORKING else lambda _: True
    available = [day for day in whole(START, shifted) if counts(day) and day not in left_out]
    assert len(available) == sum(map(counts, whole(START, deadline)))
    assert available[-1:] in ([shifted], [])


@given(intervals, st.integers(0, 90), st.sampled_from(DayUnit))
def test_intervals_after_the_deadline_change_nothing(excluded: Intervals, offset: int, unit: DayUnit) -> None:
    deadline = START + offset * DAY
    later = [(start, end) for start, end in excluded if start > deadline]
    assert weekdays().shift(deadline, later, unit) == deadline


@given(calendars())
def test_arrays_agree_with_single_days(calendar: WorkCalendar) -> None:
    days = whole(calendar.first, calendar.last)
    numbers = np.array([day.toordinal() for day in days])
    before = calendar.is_working(calendar.first)
    arrays = DayArrays.of(calendar)
    assert arrays.ordinals(numbers).tolist() == [before + calendar.between(calendar.first, day) for day in days]
    numbers_worked = [day.toordinal() for day in worked(calendar)]
    assert arrays.day_numbers(arrays.ordinals(np.array(numbers_worked))).tolist() == numbers_worked
    assert arrays.day_numbers(np.arange(len(numbers_worked)) + 1).tolist() == numbers_worked


def test_arrays_may_be_empty_or_have_rows() -> None:
    arrays = DayArrays.of(weekdays())
    assert arrays.ordinals(np.array([], dtype=np.int64)).size == 0
    numbers = np.array([[START.toordinal(), START.toordinal() + 6]])
    assert arrays.ordinals(numbers).tolist() == [[1, 5]]
    assert arrays.day_numbers(np.array([[1], [5]])).tolist() == [
        [START.toordinal()],
        [START.toordinal() + 4],
    ]


def test_arrays_refuse_what_is_outside() -> None:
    arrays, covered = DayArrays.of(weekdays()), r"outside the calendar 2024-01-01\.\.2024-12-31"
    for day in (START - DAY, date(2025, 1, 1)):
        with pytest.raises(CalendarRange, match=f"{day}: {covered}"):
            arrays.ordinals(np.array([START.toordinal(), day.toordinal()]))
    for ordinal in (-1, 0, 263):
        with pytest.raises(CalendarRange, match=f"working day number {ordinal} of 262: {covered}"):
            arrays.day_numbers(np.array([1, ordinal, 262]))


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2025, 1, 1)])
def test_every_operation_refuses_a_day_outside_and_says_what_to_do(day: date) -> None:
    calendar = weekdays()
    operations = [
        lambda: calendar.is_working(day),
        lambda: calendar.is_provisional(day),
        lambda: calendar.note(day),
        lambda: calendar.add(day, 1),
        lambda: calendar.between(START, day),
        lambda: calendar.between(day, START),
        lambda: calendar.next_working(day),
        lambda: calendar.previous_working(day),
        lambda: calendar.roll(day, Roll.NONE),
        lambda: calendar.add_calendar(day, 0),
    ]
    for operation in operations:
        with pytest.raises(CalendarRange) as refused:
            operation()
        assert str(refused.value) == (
            f"{day} is outside the calendar 2024-01-01..2024-12-31; "
            "build the calendar over more years, or correct the date"
        )


def test_rolling_off_the_calendar_is_refused() -> None:
    calendar = weekdays(date(2024, 3, 23), date(2024, 3, 24))
    with pytest.raises(CalendarRange, match="0 working days from 2024-03-23: outside"):
        calendar.next_working(date(2024, 3, 23))
    with pytest.raises(CalendarRange, match="the last working day up to 2024-03-24: outside"):
        calendar.previous_working(date(2024, 3, 24))
    with pytest.raises(CalendarRange, match="1 working days up to 2024-03-24: outside"):
        calendar.before(date(2024, 3, 24), 1, DayUnit.WORKING)


def test_a_moment_is_not_a_day() -> None:
    midnight = datetime(2024, 3, 25, tzinfo=UTC)
    with pytest.raises(TypeError, match="is a moment, not a day: convert it to the office's time zone"):
        weekdays().is_working(midnight)


def test_building_needs_an_order_and_one_value_for_each_day() -> None:
    with pytest.raises(ValueError, match="cannot end on 2023-12-31 before it begins on 2024-01-01: exchange"):
        WorkCalendar.build(START, START - DAY, [])
    for flags in ([True], [True] * 3):
        with pytest.raises(ValueError, match=rf"{len(flags)} values for the 2 days 2024-01-01\.\.2024-01-02: give one"):
            WorkCalendar.build(START, START + DAY, flags)


def test_a_predicate_a_list_and_an_array_build_the_same() -> None:
    flags = [True, False, True]
    last = START + 2 * DAY
    by_list = WorkCalendar.build(START, last, flags)
    assert by_list == WorkCalendar.build(START, last, np.array(flags))
    assert by_list == WorkCalendar.build(START, last, lambda day: day != START + DAY)


def test_calendars_are_values() -> None:
    flags = [True, False]
    notes = {START + DAY: "春节", START - DAY: "日历之外"}
    build = WorkCalendar.build
    calendar = build(START, START + DAY, flags, provisional_years=[2024], notes=notes)
    same = pickle.loads(pickle.dumps(calendar))  # noqa: S301 - our own bytes, made on this line
    assert (calendar, hash(calendar)) == (same, hash(same))
    assert calendar != build(START, START + DAY, flags, notes=notes)
    assert calendar != build(START, START + DAY, flags, provisional_years=[2024])
    assert calendar != build(START, START + DAY, [False, True], provisional_years=[2024], notes=notes)
    with pytest.raises(AttributeError):
        calendar.first = START  # type: ignore[misc]  # what is being tested
    assert calendar == build(START, START + DAY, flags, provisional_years=[2024], notes={START + DAY: "春节"})
    notes[START] = "后来改动"
    assert [calendar.note(day) for day in (START, START + DAY)] == ["", "春节"]


def test_days_of_a_year_not_announced_are_provisional() -> None:
    calendar = WorkCalendar.build(START, date(2025, 12, 31), lambda _: True, provisional_years={2025})
    assert not calendar.is_provisional(date(2024, 12, 31))
    assert calendar.is_provisional(date(2025, 1, 1))


def test_changes_list_the_days_that_differ_with_the_reasons() -> None:
    old = WorkCalendar.build(START, START + 3 * DAY, [True, True, False, True], notes={START + 2 * DAY: "休息日"})
    new = WorkCalendar.build(START + DAY, START + 5 * DAY, [False, True, True, True, True], notes={START + DAY: "元旦"})
    assert changes(old, new) == (
        DayChange(START + DAY, working=False, note_before="", note_after="元旦"),
        DayChange(START + 2 * DAY, working=True, note_before="休息日", note_after=""),
    )
    assert changes(old, weekdays(START + 5 * DAY)) == ()  # no day in common


@given(st.data(), calendars())
def test_changes_are_exactly_the_days_overridden_to_something_else(data: st.DataObject, old: WorkCalendar) -> None:
    turned = data.draw(st.sets(days_of(old), max_size=6))
    overrides = CalendarOverrides(
        holidays=tuple(day for day in turned if old.is_working(day)),
        working_days=tuple(day for day in turned if not old.is_working(day)),
    )
    assert [change.day for change in changes(old, apply_overrides(old, overrides))] == sorted(turned)
    assert changes(old, old) == ()


def test_overrides_hold_over_the_calendar_and_say_why() -> None:
    base = WorkCalendar.build(
        START, START + 6 * DAY, lambda day: day != START, provisional_years={2024}, notes={START: "元旦"}
    )
    overrides = CalendarOverrides.model_validate(
        {
            "holidays": ["2023-12-29", {"first": "2024-01-03", "last": "2024-01-04", "note": "单位搬迁"}, "2024-01-05"],
            "working_days": [START, {"first": date(2024, 1, 6), "note": "补班"}],
        }
    )
    calendar = apply_overrides(base, overrides)
    days = whole(START, START + 6 * DAY)
    assert [calendar.is_working(day) for day in days] == [True, True, False, False, False, True, True]
    assert [calendar.note(day) for day in days] == [
        "本单位安排上班", "", "单位搬迁", "单位搬迁", "本单位安排休息", "补班", "",
    ]  # fmt: skip
    assert calendar.provisional_years == {2024}


def test_overrides_after_the_calendar_are_not_forgotten() -> None:
    overrides = CalendarOverrides(holidays=(date(2042, 10, 1), date(2042, 10, 2)))
    with pytest.raises(CalendarRange, match="overrides for 2042-10-01, 2042-10-02: outside the calendar 2024"):
        apply_overrides(weekdays(), overrides)


def test_a_day_cannot_be_off_and_worked() -> None:
    span = DayRange(first=date(2024, 2, 9), last=date(2024, 2, 12))
    with pytest.raises(ValidationError, match="2024-02-10, 2024-02-12: both in holidays and in working_days"):
        CalendarOverrides(holidays=(span,), working_days=(date(2024, 2, 12), date(2024, 2, 10), date(2024, 2, 18)))


def test_a_range_has_an_order() -> None:
    with pytest.raises(ValidationError, match="cannot end on 2024-02-08 before it begins on 2024-02-09"):
        DayRange(first=date(2024, 2, 9), last=date(2024, 2, 8))
    assert DayRange(first=START, last=START).days() == DayRange(first=START).days() == [START]


@pytest.mark.parametrize("wrong", [0, 20240209, 1.5, True, "2024/02/09", "20240209", datetime(2024, 2, 9, tzinfo=UTC)])
def test_what_only_looks_like_a_day_is_refused_once(wrong: object) -> None:
    with pytest.raises(ValidationError, match="is not a day; write it as 2024-02-09, without a time") as refused:
        CalendarOverrides.model_validate({"holidays": [wrong]})
    assert [error["loc"] for error in refused.value.errors()] == [("holidays", 0, "day")]


def test_an_impossible_day_and_an_unknown_field_are_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        CalendarOverrides.model_validate({"holidays": ["2023-02-29", {"first": START, "until": START}], "days": []})
    assert [error["loc"] for error in refused.value.errors()] == [
        ("holidays", 0, "day"), ("holidays", 1, "range", "until"), ("days",),
    ]  # fmt: skip


def test_overrides_read_from_json_are_the_same_and_have_a_schema() -> None:
    overrides = CalendarOverrides(holidays=(date(2024, 2, 9), DayRange(first=date(2024, 2, 10), note="春节")))
    assert CalendarOverrides.model_validate_json(overrides.model_dump_json()) == overrides
    assert set(CalendarOverrides.model_json_schema()["properties"]) == {"holidays", "working_days"}
