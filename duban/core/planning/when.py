"""The small language of dates in a plan: `2024-06-30`, `2024-Q2`, `10 working days after draft`, `day 25 of period`.

A text is parsed once, when the plan is loaded; what it means on the calendar is decided later, because a date may hang
on a step that is not finished yet.
"""

import calendar as months
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from duban.core.days.workdays import DayUnit, Roll
from duban.core.problems import Fault, Invalid, shown
from duban.core.texts import english

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
STEP = rf"{SLUG}(?:@{SLUG})*"
REFERENCE = rf"(?:{SLUG}/)?{STEP}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CHINESE = "[\u4e00-\u9fff]+"
NAME = rf"(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*|{CHINESE})"
MONTHS_OF_A_YEAR = r"[0-9]{4}-(?:0[1-9]|1[0-2]|Q[1-4]|H[12])"
AMOUNT = r"[0-9]{1,4}"
LENGTH = rf"(?:{AMOUNT} (?:working )?days?|[0-9]{{1,3}} (?:weeks?|months?))"
WITHIN = r"day ([1-9][0-9]?) of (?:month ([1-9]|1[0-2]) of )?period"

WHEN_PATTERN = (
    rf"^(?:{DATE}|{MONTHS_OF_A_YEAR}|{DATE}\.\.{DATE}|{LENGTH} (?:after|before) (?:{DATE}|{REFERENCE}|{CHINESE})"
    rf"|day [1-9][0-9]? of (?:month (?:[1-9]|1[0-2]) of )?period)$"
)
WRITTEN_PATTERN = rf"{WHEN_PATTERN[:-2]}|{NAME})$"
"""Dates and, besides, the names of those of `plan.yaml`."""

LENGTH_PATTERN = rf"^{LENGTH}$"
NEED_PATTERN = rf"^(?:(?:{LENGTH} after )?{REFERENCE}/begun|{REFERENCE})$"
YEARS = range(1990, 2101)
"""Years in which days of a plan lie: the calendar is made of whole years around them, and ends with theirs."""

LONGEST = 9999
"""Days: longer than any step or distance of a plan, so that arithmetic on days stays within its bounds."""

DAY_REMEDY = english("write a day as year-month-day, for example 2024-06-30")
WHEN_REMEDY = english(
    "write a date (2024-06-30), a month (2024-06), a quarter (2024-Q2), half a year (2024-H1), a distance "
    "(10 working days after draft, 2 weeks before 2024-10-01) or a day of a repeated step (day 25 of period)"
)
LENGTH_REMEDY = english(
    'write working days (10), three estimates ([5, 8, 15]), calendar days ("30 days"), weeks or months ("3 months")'
)

START = "start"
"""The anchor that means the first day of the plan."""

PERIOD = "period"
"""The anchor that means the last day of the week, month, quarter … of a repeated step."""

WEEK = 7
"""Calendar days."""


BEGUN = "begun"
"""What stands for the beginning of a step: `draft/begun`, and as a tag of the milestone that is made of it."""

PREVIOUS = "previous"
"""What stands for the period before, after the `@` of a repeated step."""


RESERVED = {START: "5 days after start", PERIOD: "5 days after period", BEGUN: "needs: [draft/begun]"}
"""Words that cannot name a step, with what they are used for."""


@dataclass(frozen=True, slots=True)
class OnDate:
    """A day written out, or by a `name` of `plan.yaml`."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A month, a quarter, half a year …, as a date and as the time of one occurrence of a repeated step.

    As a date, its last day is the limit and its first day the earliest start.
    """

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Relative:
    """`amount` days or months (negative: before) from a date, from `start`, from `period`, or from the end of a step.

    `before` tells `0 days before` from `0 days after`; whatever is negative is before. `name` is what `plan.yaml` calls
    the date.
    """

    amount: int
    unit: DayUnit
    anchor: date | str
    before: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", self.before or self.amount < 0)

    @property
    def roll(self) -> Roll:
        """Where a day counted so goes when it is a day off: not nearer to what it is counted from."""
        return Roll.BACK if self.before else Roll.FORWARD


@dataclass(frozen=True, slots=True)
class Within:
    """A day within the period of a repeated step (每月25日前): the `day`-th of it, or of its `month`-th month."""

    day: int
    month: int = 0


When = OnDate | Span | Relative | Within


@dataclass(frozen=True, slots=True)
class ByName:
    """A day by the name that `plan.yaml` gives it under `dates`."""

    name: str


WhenWritten = When | ByName
"""A date as a file has it, where a distance may hang on a name as well; `Instances.dated` puts days for names."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step takes: optimistic, likely and pessimistic, of one unit (all equal when one was given)."""

    optimistic: int
    likely: int
    pessimistic: int
    unit: DayUnit = DayUnit.WORKING


_LENGTHS = {"": 1, "Q": 3, "H": 6}
"""Months of a span, by the letter it is written with."""


def month_span(year: int, month: int, length: int = 1) -> Span:
    """The span of `length` whole months from `month` on."""
    last_month = month + length - 1
    return Span(date(year, month, 1), date(year, last_month, months.monthrange(year, last_month)[1]))


def parse_day(text: object) -> date:
    """Read a day written as 2024-06-30; raises Invalid naming the remedy."""
    if not isinstance(text, str) or not re.fullmatch(DATE, text):
        raise Invalid(Fault("bad-date", english("{text} is not a day", text=shown(text)), DAY_REMEDY))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            Fault("bad-date", english("{text} is not a day of the calendar", text=text), DAY_REMEDY)
        ) from None
    _refuse_far(day.year)
    return day


def _refuse_far(year: int) -> None:
    if year not in YEARS:
        message = english("{year} is not a year of a plan", year=year)
        raise Invalid(
            Fault("bad-date", message, english("write a day from {first} to {last}", first=YEARS[0], last=YEARS[-1]))
        )


def parse_written(text: object) -> WhenWritten:
    """Read a date of a plan's file; raises Invalid naming the remedy."""
    return ByName(text) if isinstance(text, str) and re.fullmatch(NAME, text) else parse_when(text)


def parse_when(text: object) -> When:
    """Read a date of a plan; raises Invalid naming the remedy."""
    if not isinstance(text, str) or not re.fullmatch(WHEN_PATTERN, text) or text.startswith("0000"):
        raise Invalid(
            Fault("bad-date", english("{text} is not a date a plan understands", text=shown(text)), WHEN_REMEDY)
        )
    if found := re.fullmatch(WITHIN, text):
        return Within(int(found[1]), int(found[2] or 0))
    words = text.split(" ")
    if len(words) > 1:
        return _relative(words)
    if ".." in text:
        first, last = map(parse_day, text.split(".."))
        if last >= first:
            return Span(first, last)
        raise Invalid(
            Fault(
                "bad-date",
                english("{last} is before {first}", last=last, first=first),
                english("exchange the two days"),
            )
        )
    if text.count("-") == 1:
        year, _, part = text.partition("-")
        length = _LENGTHS.get(part[0], 1)
        _refuse_far(int(year))
        return month_span(int(year), length * (int(part.lstrip("QH")) - 1) + 1, length)
    return OnDate(parse_day(text))


@lru_cache(10_000)
def parse_kept(text: str) -> When:
    """Read a date as the ledger keeps it; many steps of a plan have the same."""
    written, _, name = text.removesuffix(")").partition(" (")
    when = parse_when(written)
    return replace(when, name=name) if name and isinstance(when, OnDate | Relative) else when


def write_kept(when: When) -> str:
    """A date as the ledger keeps it: as a plan writes it, and by which name it was written."""
    name = when.name if isinstance(when, OnDate | Relative) else ""
    return f"{write_when(when)} ({name})" if name else write_when(when)


def _relative(words: list[str]) -> Relative:
    before = words[-2] == "before"
    days, unit = _length(words)
    amount = -days if before else days
    anchor = parse_day(words[-1]) if re.fullmatch(DATE, words[-1]) else words[-1]
    return Relative(amount, unit, anchor, before)


def _length(words: list[str]) -> tuple[int, DayUnit]:
    """How many of what: `10 working days`, `3 months`; weeks are calendar days."""
    amount, unit = int(words[0]), words[1].rstrip("s")
    if unit == "week":
        return amount * WEEK, DayUnit.CALENDAR
    return amount, {"working": DayUnit.WORKING, "month": DayUnit.MONTH}.get(unit, DayUnit.CALENDAR)


def write_when(when: WhenWritten) -> str:
    """A date as a plan writes it; `parse_when` reads it as the same, `parse_written` a name too."""
    if isinstance(when, ByName):
        return when.name
    if isinstance(when, OnDate):
        return when.day.isoformat()
    if isinstance(when, Span):
        return _write_span(when)
    if isinstance(when, Within):
        return f"day {when.day} of {f'month {when.month} of ' if when.month else ''}period"
    return f"{abs(when.amount)} {_UNITS[when.unit]} {'before' if when.before else 'after'} {when.anchor}"


_UNITS = {DayUnit.WORKING: "working days", DayUnit.CALENDAR: "days", DayUnit.MONTH: "months"}


def _write_span(span: Span) -> str:
    for mark, length in _LENGTHS.items():
        place = (span.first.month - 1) // length + 1
        if span == month_span(span.first.year, length * (place - 1) + 1, length):
            return f"{span.first:%Y}-{mark}{place:02}" if length == 1 else f"{span.first:%Y}-{mark}{place}"
    return f"{span.first}..{span.last}"


def write_duration(duration: Duration) -> int | list[int] | str:
    """A duration as a plan writes it; `parse_duration` reads it as the same."""
    if duration.unit is not DayUnit.WORKING:
        return f"{duration.likely} {_UNITS[duration.unit]}"
    estimates = [duration.optimistic, duration.likely, duration.pessimistic]
    return duration.likely if len(set(estimates)) == 1 else estimates


def parse_duration(value: object) -> Duration:
    """Read a duration; raises Invalid naming the remedy."""
    if isinstance(value, str) and re.fullmatch(LENGTH_PATTERN, value):
        days, unit = _length(value.split(" "))
        return Duration(days, days, days, unit)
    estimates = [value] * 3 if isinstance(value, int) else value
    if isinstance(estimates, list | tuple) and len(estimates) == 3 and all(map(_counts_days, estimates)):
        low, likely, high = estimates
        if low <= likely <= high:
            return Duration(low, likely, high)
    raise Invalid(Fault("bad-duration", english("{value} is not a duration", value=shown(value)), LENGTH_REMEDY))


def _counts_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST
