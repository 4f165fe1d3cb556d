"""A plan carried over to another year: which day of the new year stands for a day of the old one.

A working day becomes the working day of the same ordinal in the same month, the last of a month the last one: so what
was due in the middle of a month, or at its end, is so again, and never on a day off. A day that was written although it
is a day off, and one that the file names in words (`26 April`, `4月26日`), is meant as that date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from duban.core.days.workdays import WorkCalendar
from duban.core.planning.when import DATE, MONTHS_OF_A_YEAR, SLUG

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_ENGLISH = re.compile(rf"\b(\d{{1,2}})(?:(?: to |–|-)(\d{{1,2}}))? ({'|'.join(MONTHS)})\b")
_CHINESE = re.compile(r"(\d{1,2})月(\d{1,2})日(?:(?:至|到|—|–|-)(?:\d{1,2}月)?(\d{1,2})日)?")
_DAY = re.compile(rf"^{DATE}$")
_SPAN = re.compile(rf"^(?={MONTHS_OF_A_YEAR}$)([0-9]{{4}})(.*)$")
_RANGE = re.compile(rf"^({DATE})\.\.({DATE})$")
_DISTANCE = re.compile(rf"^(.* (?:after|before) )({DATE})$")
_PERIOD = re.compile(rf"^((?:{SLUG}/)?{SLUG}(?:@{SLUG})*?@)([0-9]{{4}})(-(?:[0-9]{{2}}|q[1-4]|h[12]|w[0-9]{{2}})|)$")
_HUNG = re.compile(r"^(.* (?:after|before) )(\S+)$")

MonthDay = tuple[int, int]


class DateMove(StrEnum):
    """How a date came to the new year."""

    WORKING_DAY = "working-day"  # to the same working day of the same month
    DATE = "date"  # it stays on its date
    SPAN = "span"  # a month or a quarter, of its own or in the name of a step


@dataclass(frozen=True, slots=True)
class Rolled:
    """What is written instead, and how it came about."""

    text: str
    moved: DateMove


def named_days(text: str) -> frozenset[MonthDay]:
    """Months and days that a text names in words, those of spans among them."""
    return frozenset(day for first, last in _spans(text) for day in _days(first, last))


def _spans(text: str) -> Iterator[tuple[MonthDay, MonthDay]]:
    for first, last, month in _ENGLISH.findall(text):
        number = MONTHS.index(month) + 1
        yield (number, int(first)), (number, int(last or first))
    for month, first, last in _CHINESE.findall(text):
        yield (int(month), int(first)), (int(month), int(last or first))


def _days(first: MonthDay, last: MonthDay) -> Iterator[MonthDay]:
    for day in range(first[1], max(first[1], last[1]) + 1):
        yield first[0], day


def rolled(text: str, years: int, calendar: WorkCalendar, fixed: frozenset[MonthDay]) -> Rolled | None:
    """What stands for a date, or for what hangs on one, so many years later; None where there is nothing to move.

    `fixed` are months and days that are meant as such. Raises CalendarRange for a day the calendar does not cover.
    """
    if _DAY.match(text):
        day, moved = rolled_day(date.fromisoformat(text), years, calendar, fixed)
        return Rolled(day.isoformat(), moved)
    if found := _SPAN.match(text):
        return Rolled(f"{int(found[1]) + years:04}{found[2]}", DateMove.SPAN)
    if found := _RANGE.match(text):
        ends = [rolled_day(date.fromisoformat(day), years, calendar, fixed) for day in found.groups()]
        return Rolled(f"{ends[0][0]}..{ends[1][0]}", ends[1][1])
    if found := _DISTANCE.match(text):
        day, moved = rolled_day(date.fromisoformat(found[2]), years, calendar, fixed)
        return Rolled(f"{found[1]}{day}", moved)
    if found := _HUNG.match(text):
        step = _in_period(found[2], years)
        return Rolled(f"{found[1]}{step}", DateMove.SPAN) if step else None
    step = _in_period(text, years)
    return Rolled(step, DateMove.SPAN) if step else None


def _in_period(step: str, years: int) -> str | None:
    """A step of a month or a quarter, of the same one in the new year; of a 53rd week that is not there the last."""
    found = _PERIOD.match(step)
    if found is None:
        return None
    year, period = int(found[2]) + years, found[3]
    if period.startswith("-w"):
        period = f"-w{min(int(period[2:]), date(year, 12, 28).isocalendar().week):02}"
    return f"{found[1]}{year:04}{period}"


def rolled_day(
    day: date, years: int, calendar: WorkCalendar, fixed: frozenset[MonthDay] = frozenset()
) -> tuple[date, DateMove]:
    """The day that stands for `day` so many years later, and how it came about."""
    if (day.month, day.day) in fixed or not calendar.is_working(day):
        return same_date(day, years), DateMove.DATE
    old, new = _working(day.year, day.month, calendar), _working(day.year + years, day.month, calendar)
    place = old.index(day)
    return (new[-1] if day == old[-1] else new[min(place, len(new) - 1)]), DateMove.WORKING_DAY


def same_date(day: date, years: int) -> date:
    """The same date so many years later; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _working(year: int, month: int, calendar: WorkCalendar) -> list[date]:
    first = date(year, month, 1)
    days = (first + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == month and calendar.is_working(day)]
