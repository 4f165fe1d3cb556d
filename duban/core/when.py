"""The small language of dates in a plan: `2024-06-30`, `2024-06`, `2024-Q2`, `10 working days after draft`.

A text is parsed once, when the plan is loaded; what it means on the calendar is decided later, because a date may hang
on a step that is not finished yet.
"""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
STEP = rf"{SLUG}(?:@{SLUG})*"
REFERENCE = rf"(?:{SLUG}/)?{STEP}"
DATE = r"\d{4}-\d{2}-\d{2}"

WHEN_PATTERN = (
    rf"^(?:{DATE}|\d{{4}}-(?:0[1-9]|1[0-2])|\d{{4}}-Q[1-4]"
    rf"|\d+ (?:working )?days? (?:after|before) (?:{DATE}|{REFERENCE}))$"
)
LENGTH_PATTERN = r"^\d+ (?:working )?days?$"

WHEN_REMEDY = (
    "write a date (2024-06-30), a month (2024-06), a quarter (2024-Q2) or a distance "
    "(10 working days after draft, 30 days before 2024-10-01)"
)
LENGTH_REMEDY = 'write working days (10), three estimates ([5, 8, 15]) or calendar days ("30 days")'

START = "start"
"""The anchor that means the first day of the plan."""

PERIOD = "period"
"""The anchor that means the last day of the month or quarter of a repeated step."""


class Unit(StrEnum):
    """How days are counted."""

    WORKING = "working days"
    CALENDAR = "days"


@dataclass(frozen=True, slots=True)
class OnDate:
    """A day written out."""

    day: date


@dataclass(frozen=True, slots=True)
class WithinSpan:
    """A month or a quarter: its last day is the limit, its first day the earliest start."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Relative:
    """`amount` days (negative: before) from a date, from `start`, from `period`, or from the end of a step."""

    amount: int
    unit: Unit
    anchor: date | str


When = OnDate | WithinSpan | Relative


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step takes: optimistic, likely and pessimistic days of one unit (all equal when one was given)."""

    optimistic: int
    likely: int
    pessimistic: int
    unit: Unit = Unit.WORKING


def month_span(year: int, month: int, length: int = 1) -> WithinSpan:
    """The span of `length` whole months from `month` on."""
    last_month = month + length - 1
    return WithinSpan(date(year, month, 1), date(year, last_month, months.monthrange(year, last_month)[1]))


def parse_when(text: str | date) -> When:
    """Read a date of a plan; raises ValueError naming the remedy."""
    if isinstance(text, date):
        return OnDate(text)
    if not isinstance(text, str) or not re.match(WHEN_PATTERN, text):
        raise ValueError(f"{text!r} is not a date this plan understands; {WHEN_REMEDY}")
    words = text.split(" ")
    if len(words) > 1:
        return _relative(text, words)
    if "Q" in text:
        year, quarter = text.split("-Q")
        return month_span(int(year), 3 * int(quarter) - 2, 3)
    if text.count("-") == 1:
        year, month = text.split("-")
        return month_span(int(year), int(month))
    return OnDate(_day(text))


def _relative(text: str, words: list[str]) -> Relative:
    amount = int(words[0]) * (1 if words[-2] == "after" else -1)
    unit = Unit.WORKING if "working" in words else Unit.CALENDAR
    anchor = _day(words[-1]) if re.fullmatch(DATE, words[-1]) else words[-1]
    return Relative(amount, unit, anchor)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar; {WHEN_REMEDY}") from None


def parse_duration(value: int | str | list[int] | tuple[int, ...]) -> Duration:
    """Read a duration; raises ValueError naming the remedy."""
    match value:
        case bool():
            pass
        case int() if value >= 0:
            return Duration(value, value, value)
        case str() if re.match(LENGTH_PATTERN, value):
            days = int(value.split(" ")[0])
            unit = Unit.WORKING if "working" in value else Unit.CALENDAR
            return Duration(days, days, days, unit)
        case [int() as low, int() as likely, int() as high] if 0 <= low <= likely <= high:
            return Duration(low, likely, high)
        case _:
            pass
    raise ValueError(f"{value!r} is not a duration; {LENGTH_REMEDY}")
