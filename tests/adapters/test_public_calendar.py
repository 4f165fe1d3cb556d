"""China's working days against `chinesecalendar`, a library that keeps its own tables of the yearly notices."""

import re
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.adapters.public_calendar import WEEKDAYS, CalendarFile, public_calendar
from duban.core.days.overrides import DayRange
from duban.core.days.workdays import CalendarRange, Roll, WorkCalendar
from duban.core.planning.dates import resolve
from duban.core.planning.when import month_span, parse_when

DAY = timedelta(1)
FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)  # what both libraries know for certain
EVERY_DAY = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]


@pytest.fixture(scope="module")
def china() -> WorkCalendar:
    return public_calendar(2007, 2030)


@pytest.fixture(scope="module")
def workdays() -> set[date]:
    """The working days as the other library knows them."""
    return {day for day in EVERY_DAY if chinese_calendar.is_workday(day)}


def counted(workdays: set[date], day: date, n: int) -> date:
    """Count n working days from `day` one day at a time, `day` itself not counted."""
    step = DAY if n > 0 else -DAY
    left = abs(n)
    while left:
        day += step
        left -= day in workdays
    return day


def test_every_day_since_2007_agrees_with_the_other_library(china: WorkCalendar, workdays: set[date]) -> None:
    assert [day for day in EVERY_DAY if china.is_working(day) != (day in workdays)] == []


@pytest.mark.parametrize("n", [1, 5, 60, -1, -20])
def test_counting_from_every_day_agrees_with_the_other_library(
    n: int, china: WorkCalendar, workdays: set[date]
) -> None:
    days = EVERY_DAY[120:-120]
    assert [day for day in days if china.add(day, n) != counted(workdays, day, n)] == []


@given(st.dates(FIRST, LAST), st.integers(0, 400))
def test_between_agrees_with_the_other_library(
    china: WorkCalendar, workdays: set[date], day: date, length: int
) -> None:
    end = min(day + length * DAY, LAST)
    expected = sum(day + n * DAY in workdays for n in range(1, (end - day).days + 1))
    assert china.between(day, end) == expected
    assert china.between(end, day) == -expected


def test_sixty_working_days_from_the_25th_of_march_2024(china: WorkCalendar, workdays: set[date]) -> None:
    start = date(2024, 3, 25)
    end = china.add(start, 60)
    assert end == counted(workdays, start, 60) == chinese_calendar.find_workday(60, start) == date(2024, 6, 20)
    assert china.between(start, end) == 60


def test_make_up_days_are_worked_and_say_so(china: WorkCalendar) -> None:
    make_up, exchanged, festival = date(2024, 2, 4), date(2024, 2, 15), date(2024, 2, 10)
    assert [china.is_working(day) for day in (make_up, exchanged, festival)] == [True, False, False]
    notes = [china.note(day) for day in (make_up, exchanged, festival)]
    assert notes == ["调休上班", "休息日（由 2024-02-04 调休）", "春节"]
    assert china.roll(date(2024, 2, 10), Roll.FORWARD) == date(2024, 2, 18)


def test_a_december_make_up_day_of_the_next_january_is_known(workdays: set[date]) -> None:
    saturday = date(2011, 12, 31)
    assert public_calendar(2011, 2011).is_working(saturday)
    assert saturday in workdays


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0 working days before 2026-05-31", date(2026, 5, 29)),  # a Sunday
        ("0 working days after 2026-05-31", date(2026, 6, 1)),
        ("0 days before period", date(2026, 5, 29)),  # within its month
        ("0 days after period", date(2026, 6, 1)),
    ],
)
def test_nought_days_before_a_day_off_are_before_it(china: WorkCalendar, text: str, day: date) -> None:
    when, month = parse_when(text), month_span(2026, 5)
    assert resolve(when, plan_start=FIRST, span=month, anchor=None, calendar=china, roll=None) == day


# years not announced yet


def test_years_after_the_last_announced_are_provisional_and_never_an_error(china: WorkCalendar) -> None:
    published = {day.year for day in chinese_calendar.constants.workdays}
    assert not china.provisional_years & published
    assert china.provisional_years == set(range(min(china.provisional_years), 2031))
    assert china.is_provisional(date(2030, 1, 31))
    assert china.is_working(date(2030, 1, 31))
    assert not china.is_working(date(2030, 10, 1))


def test_a_calendar_of_future_years_alone_is_provisional() -> None:
    assert public_calendar(2080, 2081).provisional_years == {2080, 2081}


def entered(**said: object) -> CalendarFile:
    return CalendarFile.model_validate(said)


SPRING_FESTIVAL = {"first": "2027-02-05", "last": "2027-02-12", "note": "春节"}
OWN_REST = {"first": "2027-07-19", "last": "2027-07-23", "note": "集中休息"}


@pytest.mark.parametrize(
    ("file", "provisional"),
    [
        (entered(), {2027, 2028}),
        (entered(holidays=[SPRING_FESTIVAL], working_days=["2027-01-31", "2027-02-20"]), {2028}),  # as a notice has it
        (entered(working_days=["2027-02-20"]), {2028}),
        (entered(holidays=[SPRING_FESTIVAL]), {2028}),
        (entered(holidays=[OWN_REST]), {2027, 2028}),  # what the office rests of its own accord announces nothing
        (entered(working_days=["2027-02-22"]), {2027, 2028}),  # a Monday
        (entered(announced=[2027]), {2028}),
        (entered(announced=[2028, 2027]), set()),
    ],
)
def test_days_entered_by_hand_make_a_year_announced(file: CalendarFile, provisional: set[int]) -> None:
    assert public_calendar(2026, 2028, file).provisional_years == provisional


# countries and weekends


@pytest.mark.parametrize("country", ["SG", "DE", "US", "JP", "AE", "TW", "HK", "RU"])
def test_the_days_of_a_country_are_those_of_the_library(country: str) -> None:
    """Each day against the library's own answer, also where no day is ever made up."""
    known = holidays.country_holidays(country, years=range(2022, 2027))
    calendar = public_calendar(2022, 2025, CalendarFile(country=country))
    days = [calendar.first + n * DAY for n in range((calendar.last - calendar.first).days + 1)]
    expected = [day in known.weekend_workdays or not (known.is_weekend(day) or day in known) for day in days]
    assert [calendar.is_working(day) for day in days] == expected


def test_a_country_without_make_up_days_is_provisional_only_where_holidays_are_estimated() -> None:
    assert public_calendar(2024, 2030, CalendarFile(country="DE")).provisional_years == set()
    beyond = public_calendar(2098, 2101, CalendarFile(country="JP"))
    assert beyond.provisional_years == {2100, 2101}  # what the library does not reach
    estimated = public_calendar(2020, 2030, CalendarFile(country="MY")).provisional_years
    assert estimated == set(range(min(estimated), 2031)) != set()


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    epiphany = date(2025, 1, 6)
    bavaria, germany = CalendarFile(country="DE", subdivision="BY"), CalendarFile(country="DE")
    assert [public_calendar(2025, 2025, file).is_working(epiphany) for file in (bavaria, germany)] == [False, True]


@pytest.mark.parametrize(
    ("file", "worked"),
    [
        (entered(), [True, False, False]),
        (entered(weekend=["friday", "saturday"]), [False, False, True]),
        (entered(weekend=["sunday"]), [True, True, False]),
        (entered(weekend=[]), [True, True, True]),
        (entered(country="IL"), [False, False, True]),
    ],
)
def test_the_weekend_is_the_country_s_unless_the_office_has_another(file: CalendarFile, worked: list[bool]) -> None:
    friday = date(2025, 3, 21)
    calendar = public_calendar(2025, 2025, file)
    assert [calendar.is_working(friday + n * DAY) for n in range(3)] == worked


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ({"country": "XX"}, "no holidays are known of a country 'XX'"),
        ({"country": "DE", "subdivision": "Bayern"}, "no part 'Bayern' of DE is known; use one of: BB, BE, BW, BY"),
        ({"country": "SG", "subdivision": "X"}, "no part 'X' of SG is known; remove it"),
        ({"weekend": ["sonnabend"]}, "saturday"),
        ({"weekend": list(WEEKDAYS)}, "at most 6 items"),
        ({"announced": [20270]}, "less than or equal to 2100"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(said: dict[str, object], remedy: str) -> None:
    with pytest.raises(ValueError, match=re.escape(remedy)):
        entered(**said)


# overrides and errors


def test_overrides_hold_over_the_public_arrangement(china: WorkCalendar) -> None:
    overrides = CalendarFile(
        holidays=(date(2006, 5, 8), DayRange(first=date(2024, 2, 9), note="除夕")), working_days=(date(2024, 2, 17),)
    )
    office = public_calendar(2024, 2024, overrides)
    eve, saturday = date(2024, 2, 9), date(2024, 2, 17)
    assert [office.is_working(day) for day in (eve, saturday)] == [False, True]
    assert [china.is_working(day) for day in (eve, saturday)] == [True, False]
    assert office.note(eve) == "除夕"


def test_overrides_after_the_last_year_are_an_error() -> None:
    with pytest.raises(CalendarRange, match=r"2025-05-01: outside the calendar 2024-01-01\.\.2024-12-31"):
        public_calendar(2024, 2024, CalendarFile(holidays=(date(2025, 5, 1),)))


def test_years_the_wrong_way_round_are_an_error() -> None:
    with pytest.raises(ValueError, match="cannot end on 2023-12-31 before it begins on 2024-01-01"):
        public_calendar(2024, 2023)


def test_a_day_beyond_the_years_is_an_error_naming_them() -> None:
    short = public_calendar(2024, 2024)
    with pytest.raises(CalendarRange, match=r"2025-01-01 is outside the calendar 2024-01-01\.\.2024-12-31"):
        short.is_working(date(2025, 1, 1))
