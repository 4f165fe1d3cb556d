"""What the dates of a step mean on the calendar. Weekends are off, and Monday 2024-07-01 is a holiday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.days.workdays import CalendarRange, DayUnit, Roll, WorkCalendar
from duban.core.planning.dates import earliest, resolve
from duban.core.planning.when import OnDate, Relative, Span, Within, month_span, parse_duration, parse_when

HOLIDAY = date(2024, 7, 1)
CALENDAR = WorkCalendar.build(date(2023, 1, 1), date(2025, 12, 31), lambda day: day.weekday() < 5 and day != HOLIDAY)
STARTS = date(2024, 1, 2)
QUARTER = Span(date(2024, 4, 1), date(2024, 6, 30))
FINISHED = date(2024, 6, 28)  # a Friday
DAYS = st.dates(date(2023, 7, 1), date(2025, 6, 30))


def due(text: str, roll: Roll | None = None, anchor: date | None = FINISHED) -> date | None:
    return resolve(parse_when(text), plan_start=STARTS, span=QUARTER, anchor=anchor, calendar=CALENDAR, roll=roll)


def opens(text: str | None, anchor: date | None = FINISHED, span: Span | None = QUARTER) -> date | None:
    when = parse_when(text) if text else None
    return earliest(when, plan_start=STARTS, span=span, anchor=anchor, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-06-30", date(2024, 6, 30)),  # a day written out stays, also a Sunday
        ("2024-06", date(2024, 6, 28)),  # 6月底前: the last working day of June
        ("2024-Q2", date(2024, 6, 28)),
        ("3 days after draft", date(2024, 7, 2)),  # ends on the holiday, so on the day after it
        ("2 days after 2024-06-27", date(2024, 7, 2)),  # ends on a Saturday
        ("3 days before 2024-07-03", date(2024, 6, 28)),  # counted back, so that three days are kept
        ("0 days after 2024-06-29", date(2024, 7, 2)),
        ("0 days before 2024-06-29", date(2024, 6, 28)),
        ("0 working days after 2024-06-30", date(2024, 7, 2)),
        ("0 working days before 2024-06-30", date(2024, 6, 28)),
        ("0 working days before 2024-06-28", date(2024, 6, 28)),
        ("0 days before period", date(2024, 6, 28)),  # within its quarter
        ("0 working days before period", date(2024, 6, 28)),
        ("0 days after period", date(2024, 7, 2)),
        ("1 working day after draft", date(2024, 7, 2)),
        ("5 working days before draft", date(2024, 6, 21)),
        ("5 working days after start", date(2024, 1, 9)),
        ("2 weeks after draft", date(2024, 7, 12)),
        ("1 month before draft", date(2024, 5, 28)),
        ("1 month after 2024-01-31", date(2024, 2, 29)),
        ("3 months after 2024-11-30", date(2025, 2, 28)),
        ("1 month after 2024-06-01", date(2024, 7, 2)),  # ends on the holiday, so on the day after it
        ("day 25 of period", date(2024, 4, 25)),
        ("day 28 of period", date(2024, 4, 26)),  # a Sunday
        ("day 25 of month 3 of period", date(2024, 6, 25)),
        ("day 31 of month 2 of period", date(2024, 5, 31)),
        ("day 31 of month 3 of period", date(2024, 6, 28)),
        ("2024-H1", date(2024, 6, 28)),
        ("2024-06-29..2024-06-30", date(2024, 7, 2)),  # no working day in it, so the next one
        ("1 working day after period", date(2024, 7, 2)),
        ("1 working day before period", date(2024, 6, 28)),
    ],
)
def test_the_last_day_of_a_limit(text: str, day: date) -> None:
    assert due(text) == day


@pytest.mark.parametrize(
    ("text", "roll", "day"),
    [
        ("2024-06-30", Roll.FORWARD, date(2024, 7, 2)),
        ("2024-06-30", Roll.BACK, date(2024, 6, 28)),
        ("2024-06", Roll.NONE, date(2024, 6, 30)),
        ("2024-06", Roll.FORWARD, date(2024, 7, 2)),
        ("3 days after draft", Roll.NONE, date(2024, 7, 1)),
        ("3 days after draft", Roll.BACK, date(2024, 6, 28)),
    ],
)
def test_a_limit_on_a_day_off_moves_as_written(text: str, roll: Roll, day: date) -> None:
    assert due(text, roll) == day


def test_what_hangs_on_an_unfinished_step_is_not_known() -> None:
    assert due("3 days after draft", anchor=None) is None
    assert opens("3 days after draft", anchor=None) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-06-30", date(2024, 6, 30)),
        ("2024-06", date(2024, 6, 1)),
        ("2024-Q3", date(2024, 7, 1)),
        ("day 28 of period", date(2024, 4, 28)),
        ("2 months after draft", date(2024, 8, 28)),
        ("3 days after draft", date(2024, 7, 1)),
        ("1 working day after draft", date(2024, 7, 2)),
        ("0 working days before 2024-06-30", date(2024, 6, 28)),
        ("0 days before 2024-06-30", date(2024, 6, 30)),
        (None, date(2024, 4, 1)),
    ],
)
def test_the_first_day_of_a_step(text: str | None, day: date) -> None:
    assert opens(text) == day


def test_a_step_without_a_date_may_start_with_the_plan() -> None:
    assert opens(None, span=None) == STARTS


def test_only_a_repeated_step_has_a_period() -> None:
    with pytest.raises(ValueError, match="this step is not repeated"):
        opens("1 day after period", span=None)


def test_the_first_day_of_a_period_that_is_off_is_not_due_before_the_period_begins() -> None:
    month = Span(date(2024, 7, 1), date(2024, 7, 31))
    day = resolve(Within(1), plan_start=STARTS, span=month, anchor=None, calendar=CALENDAR, roll=None)
    assert day == date(2024, 7, 2)
    with pytest.raises(ValueError, match="this step is not repeated"):
        opens("day 1 of period", span=None)


@given(DAYS, st.integers(1, 31), st.integers(0, 12), st.sampled_from([0, 1, 3, 6]))
def test_a_day_within_a_period_is_within_it(first: date, day: int, month: int, months: int) -> None:
    period = month_span(first.year, (first.month - 1) // months * months + 1, months) if months else None
    period, month = (period, min(month, months)) if period else (Span(first, first + timedelta(6)), 0)
    due = resolve(Within(day, month), plan_start=STARTS, span=period, anchor=None, calendar=CALENDAR, roll=None)
    meant = earliest(Within(day, month), plan_start=STARTS, span=period, anchor=None, calendar=CALENDAR)
    assert due is not None
    assert meant is not None
    assert CALENDAR.is_working(due)
    assert due >= period.first
    assert meant <= period.last
    assert due == (CALENDAR.previous_working(meant) if due <= meant else CALENDAR.next_working(meant))


@pytest.mark.parametrize(
    "text", ["9999 days after start", "9999 working days before 2024-05-01", "99 months after start"]
)
def test_a_date_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(CalendarRange, match="outside the calendar"):
        due(text)


@pytest.mark.parametrize(
    ("duration", "since", "last"),
    [
        (0, date(2024, 6, 29), date(2024, 6, 29)),
        (1, date(2024, 6, 28), date(2024, 7, 2)),
        ([1, 5, 20], date(2024, 6, 3), date(2024, 6, 10)),
        ("30 days", date(2024, 6, 1), date(2024, 7, 1)),
        ("0 days", date(2024, 6, 1), date(2024, 6, 1)),
    ],
)
def test_how_long_a_step_lasts(duration: object, since: date, last: date) -> None:
    lasts = parse_duration(duration)
    assert CALENDAR.after(since, lasts.likely, lasts.unit) == last


@given(DAYS, st.sampled_from(Roll))
def test_without_roll_a_limit_stays_and_with_it_ends_on_a_working_day(day: date, roll: Roll) -> None:
    moved = resolve(OnDate(day), plan_start=STARTS, span=None, anchor=None, calendar=CALENDAR, roll=roll)
    assert moved is not None
    if roll is Roll.NONE or CALENDAR.is_working(day):
        assert moved == day
    else:
        assert CALENDAR.is_working(moved)
        assert (moved > day) is (roll is Roll.FORWARD)


@given(DAYS, st.integers(-60, 60), st.sampled_from([DayUnit.WORKING, DayUnit.CALENDAR]), st.booleans())
def test_a_distance_is_never_shorter_than_written(anchor: date, amount: int, unit: DayUnit, before: bool) -> None:
    when = Relative(amount, unit, "draft", before and amount == 0)
    day = resolve(when, plan_start=STARTS, span=None, anchor=anchor, calendar=CALENDAR, roll=None)
    assert day is not None
    assert CALENDAR.is_working(day)
    if unit is DayUnit.WORKING and amount:
        assert CALENDAR.add(anchor, amount) == day
    elif when.before:
        assert day <= anchor + timedelta(amount)
    else:
        assert day >= anchor + timedelta(amount)


@given(DAYS, st.sampled_from(DayUnit))
def test_at_nought_before_is_the_last_working_day_and_after_the_next(day: date, unit: DayUnit) -> None:
    before, after = (
        resolve(Relative(0, unit, day, side), plan_start=STARTS, span=None, anchor=None, calendar=CALENDAR, roll=None)
        for side in (True, False)
    )
    assert before == CALENDAR.previous_working(day)
    assert after == CALENDAR.next_working(day)


@given(DAYS, DAYS)
def test_a_span_opens_before_it_is_due(a: date, b: date) -> None:
    first, last = min(a, b), max(a, b) + timedelta(7)
    span = Span(first, last)
    day = resolve(span, plan_start=STARTS, span=None, anchor=None, calendar=CALENDAR, roll=None)
    begins = earliest(span, plan_start=STARTS, span=None, anchor=None, calendar=CALENDAR)
    assert day is not None
    assert begins is not None
    assert begins == first <= day <= last


@given(DAYS, st.integers(0, 5), st.sampled_from(DayUnit))
def test_the_last_day_to_begin_is_the_last_from_which_one_is_not_late(day: date, length: int, unit: DayUnit) -> None:
    begin = CALENDAR.before(day, length, unit)
    assert CALENDAR.after(begin, length, unit) <= day or (unit is DayUnit.WORKING and length == 0)
    assert CALENDAR.after(begin + timedelta(1), length, unit) > day


@given(DAYS, st.integers(0, 4), st.sampled_from(DayUnit))
def test_a_longer_step_never_ends_earlier(since: date, days: int, unit: DayUnit) -> None:
    def last(length: int) -> date:
        return CALENDAR.after(since, length, unit)

    assert since <= last(days) <= last(days + 1)
