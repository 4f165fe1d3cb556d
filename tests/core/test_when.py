"""The language of dates and durations in a plan."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.days.workdays import DayUnit
from duban.core.planning.when import (
    LENGTH_PATTERN,
    WHEN_PATTERN,
    WRITTEN_PATTERN,
    ByName,
    Duration,
    OnDate,
    Relative,
    Span,
    When,
    Within,
    month_span,
    parse_day,
    parse_duration,
    parse_kept,
    parse_when,
    parse_written,
    write_duration,
    write_kept,
    write_when,
)
from duban.core.problems import Invalid


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2024-06-30", OnDate(date(2024, 6, 30))),
        ("2024-06", Span(date(2024, 6, 1), date(2024, 6, 30))),
        ("2024-02", Span(date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-Q1", Span(date(2024, 1, 1), date(2024, 3, 31))),
        ("2024-Q4", Span(date(2024, 10, 1), date(2024, 12, 31))),
        ("2024-H1", Span(date(2024, 1, 1), date(2024, 6, 30))),
        ("2024-H2", Span(date(2024, 7, 1), date(2024, 12, 31))),
        ("2024-01-29..2024-02-04", Span(date(2024, 1, 29), date(2024, 2, 4))),
        ("day 25 of period", Within(25)),
        ("day 5 of month 3 of period", Within(5, 3)),
        ("2 weeks after draft", Relative(14, DayUnit.CALENDAR, "draft")),
        ("1 week before 2024-10-01", Relative(-7, DayUnit.CALENDAR, date(2024, 10, 1))),
        ("3 months after draft", Relative(3, DayUnit.MONTH, "draft")),
        ("10 working days after draft", Relative(10, DayUnit.WORKING, "draft")),
        ("1 working day before period", Relative(-1, DayUnit.WORKING, "period")),
        ("30 days before 2024-10-01", Relative(-30, DayUnit.CALENDAR, date(2024, 10, 1))),
        ("1 day after new-road/visit@pudong@2024-q1", Relative(1, DayUnit.CALENDAR, "new-road/visit@pudong@2024-q1")),
        ("0 days after start", Relative(0, DayUnit.CALENDAR, "start")),
        ("0 days before start", Relative(0, DayUnit.CALENDAR, "start", before=True)),
    ],
)
def test_dates_that_a_plan_understands(text: str, when: When) -> None:
    assert parse_when(text) == when
    assert re.search(WHEN_PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "June",
            "2024",
            "2024-00",
            "2024-13",
            "2024-Q5",
            "2024-Q0",
            "2024-6",
            "2024-H3",
            "2024-06\n",
            "２０２４-06",
        ),
        *("0000-06", "0000-Q1", "0000-01-01", "2024-02-30", "10 days after 2024-02-30"),
        *("day 0 of period", "day 5 of month 13 of period", "2 working weeks after a", "2024-02-30..2024-03-01"),
        *("10 workdays after a", "-1 days after a", "99999 days after a", "3 days after 草案1"),
        *(20240630, None, date(2024, 6, 30)),
    ],
)
def test_what_is_no_date_is_refused_with_a_remedy(text: object) -> None:
    with pytest.raises(Invalid, match="write a") as raised:
        parse_when(text)
    assert [fault.id for fault in raised.value.faults] == ["bad-date"]


def test_a_span_does_not_end_before_it_begins() -> None:
    with pytest.raises(Invalid, match="2024-02-04 is before 2024-02-05; exchange the two days"):
        parse_when("2024-02-05..2024-02-04")


def test_a_file_may_name_a_day_of_the_plan() -> None:
    assert parse_written("opening") == ByName("opening")
    assert write_when(ByName("opening")) == "opening"
    assert parse_written("2024-06") == parse_when("2024-06")
    assert all(
        re.search(WRITTEN_PATTERN, text)
        for text in ("opening", "2024-06", "10 days before opening", "开幕", "2 weeks before 开幕")
    )
    assert not any(re.search(WRITTEN_PATTERN, text) for text in ("2024", "Opening", "开-幕"))


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day
    assert parse_when(day.isoformat()) == OnDate(day)


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        parse_when(text)
    except Invalid:
        return
    assert re.search(WHEN_PATTERN, text)


@pytest.mark.parametrize("text", ["2024-02-30", "2024-6-1", "today", 20240630, None, "2024-06-30T00:00"])
def test_what_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(Invalid, match="for example 2024-06-30"):
        parse_day(text)


@pytest.mark.parametrize("length", [1, 3])
def test_spans_are_whole_months(length: int) -> None:
    span = month_span(2023, 10, length)
    assert (span.first, span.last) == (date(2023, 10, 1), date(2023, 9 + length, 31))


@pytest.mark.parametrize(
    ("value", "duration"),
    [
        (0, Duration(0, 0, 0)),
        (10, Duration(10, 10, 10)),
        ([5, 8, 15], Duration(5, 8, 15)),
        ((5, 5, 5), Duration(5, 5, 5)),
        ("30 days", Duration(30, 30, 30, DayUnit.CALENDAR)),
        ("1 working day", Duration(1, 1, 1)),
        ("9999 days", Duration(9999, 9999, 9999, DayUnit.CALENDAR)),
        ("1 week", Duration(7, 7, 7, DayUnit.CALENDAR)),
        ("2 weeks", Duration(14, 14, 14, DayUnit.CALENDAR)),
        ("999 weeks", Duration(6993, 6993, 6993, DayUnit.CALENDAR)),
        ("3 months", Duration(3, 3, 3, DayUnit.MONTH)),
    ],
)
def test_durations_that_a_plan_understands(value: object, duration: Duration) -> None:
    assert parse_duration(value) == duration
    assert not isinstance(value, str) or re.search(LENGTH_PATTERN, value)


@pytest.mark.parametrize(
    "value",
    [
        -1,
        True,
        1.5,
        10000,
        [1, 2],
        [3, 2, 1],
        [1, 2, True],
        [1, 2, "3"],
        "10",
        "2 years",
        "1000 weeks",
        "99999 days",
        None,
        {},
        [],
    ],
)
def test_what_is_no_duration_is_refused_with_a_remedy(value: object) -> None:
    with pytest.raises(Invalid, match="write working days") as raised:
        parse_duration(value)
    assert [fault.id for fault in raised.value.faults] == ["bad-duration"]


@given(st.integers(2000, 2099), st.integers(1, 12), st.sampled_from([1, 3, 6, 12]))
def test_spans_are_written_as_they_are_read(year: int, month: int, months: int) -> None:
    span = month_span(year, (month - 1) // months * months + 1, months)
    assert parse_when(write_when(span)) == span


@pytest.mark.parametrize("text", ["2024-05", "2024-Q2", "2024-H2", "2024-01-01..2024-12-31", "2024-12-30..2025-01-05"])
def test_a_span_is_written_by_its_shortest_name(text: str) -> None:
    assert write_when(parse_when(text)) == text


@given(st.integers(1, 99), st.integers(0, 12))
def test_days_within_a_period_are_written_as_they_are_read(day: int, month: int) -> None:
    assert parse_when(write_when(Within(day, month))) == Within(day, month)


@given(
    st.integers(-999, 999),
    st.sampled_from(DayUnit),
    st.sampled_from(["start", "a/b@c", date(2024, 2, 29)]),
    st.booleans(),
)
def test_distances_are_written_as_they_are_read(amount: int, unit: DayUnit, anchor: date | str, before: bool) -> None:
    distance = Relative(amount, unit, anchor, before and amount == 0)
    assert parse_when(write_when(distance)) == distance
    assert re.search(WHEN_PATTERN, write_when(distance))


@pytest.mark.parametrize("value", [0, 10, [1, 2, 3], "30 days", "3 months"])
def test_durations_are_written_as_they_are_read(value: object) -> None:
    assert write_duration(parse_duration(value)) == value


def test_days_are_written_as_they_are_read() -> None:
    assert write_when(OnDate(date(2024, 6, 30))) == "2024-06-30"
    assert write_duration(parse_duration("5 working days")) == 5


@pytest.mark.parametrize(
    "text", ["2024-06-15 (opening)", "10 days before 2024-06-15 (开幕)", "2024-06", "3 days after x"]
)
def test_the_ledger_keeps_a_date_with_its_name(text: str) -> None:
    assert write_kept(parse_kept(text)) == text
    assert write_when(parse_kept(text)) == text.partition(" (")[0], "which is all that a plan says"


@pytest.mark.parametrize("text", ["0024-06-30", "9024-06-30", "9024-06"])
def test_a_year_that_no_plan_has_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=f"{text[:4].lstrip('0')} is not a year of a plan; write a day from"):
        parse_when(text)
