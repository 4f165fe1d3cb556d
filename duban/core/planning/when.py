"""The small language of dates in a plan: `2024-06-30`, `2024-06`, `2024-Q2`, `10 working days after draft`.

A text is parsed once, when the plan is loaded; what it means on the calendar is decided later, because a date may hang
on a step that is not finished yet.
"""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date

from duban.core.days.workdays import DayUnit, Roll
from duban.core.problems import Fault, Invalid, shown

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
STEP = rf"{SLUG}(?:@{SLUG})*"
REFERENCE = rf"(?:{SLUG}/)?{STEP}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
AMOUNT = r"[0-9]{1,4}"

WHEN_PATTERN = (
    rf"^(?:{DATE}|[0-9]{{4}}-(?:0[1-9]|1[0-2])|[0-9]{{4}}-Q[1-4]"
    rf"|{AMOUNT} (?:working )?days? (?:after|before) (?:{DATE}|{REFERENCE}))$"
)
LENGTH_PATTERN = rf"^{AMOUNT} (?:working )?days?$"
NEED_PATTERN = rf"^(?:(?:{LENGTH_PATTERN[1:-1]} after )?{REFERENCE}/begun|{REFERENCE})$"
LONGEST = 9999
"""Days: longer than any step or distance of a plan, so that arithmetic on days stays within its bounds."""

DAY_REMEDY = "write a day as year-month-day, for example 2024-06-30"
WHEN_REMEDY = (
    "write a date (2024-06-30), a month (2024-06), a quarter (2024-Q2) or a distance "
    "(10 working days after draft, 30 days before 2024-10-01)"
)
LENGTH_REMEDY = 'write working days (10), three estimates ([5, 8, 15]) or calendar days ("30 days")'

START = "start"
"""The anchor that means the first day of the plan."""

PERIOD = "period"
"""The anchor that means the last day of the month or quarter of a repeated step."""


BEGUN = "begun"
"""What stands for the beginning of a step: `draft/begun`, and as a tag of the milestone that is made of it."""

PREVIOUS = "previous"
"""What stands for the period before, after the `@` of a repeated step."""


RESERVED = {START: "5 days after start", PERIOD: "5 days after period", BEGUN: "needs: [draft/begun]"}
"""Words that cannot name a step, with what they are used for."""


@dataclass(frozen=True, slots=True)
class OnDate:
    """A day written out."""

    day: date


@dataclass(frozen=True, slots=True)
class Span:
    """A month or a quarter, as a date and as the time of one occurrence of a repeated step.

    As a date, its last day is the limit and its first day the earliest start.
    """

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Relative:
    """`amount` days (negative: before) from a date, from `start`, from `period`, or from the end of a step.

    `before` tells `0 days before` from `0 days after`; whatever is negative is before.
    """

    amount: int
    unit: DayUnit
    anchor: date | str
    before: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", self.before or self.amount < 0)

    @property
    def roll(self) -> Roll:
        """Where a day counted so goes when it is a day off: not nearer to what it is counted from."""
        return Roll.BACK if self.before else Roll.FORWARD


When = OnDate | Span | Relative


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step takes: optimistic, likely and pessimistic days of one unit (all equal when one was given)."""

    optimistic: int
    likely: int
    pessimistic: int
    unit: DayUnit = DayUnit.WORKING


def month_span(year: int, month: int, length: int = 1) -> Span:
    """The span of `length` whole months from `month` on."""
    last_month = month + length - 1
    return Span(date(year, month, 1), date(year, last_month, months.monthrange(year, last_month)[1]))


def parse_day(text: object) -> date:
    """Read a day written as 2024-06-30; raises Invalid naming the remedy."""
    if not isinstance(text, str) or not re.fullmatch(DATE, text):
        raise Invalid(Fault("bad-date", f"{shown(text)} is not a day", DAY_REMEDY))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(Fault("bad-date", f"{text} is not a day of the calendar", DAY_REMEDY)) from None


def parse_when(text: object) -> When:
    """Read a date of a plan; raises Invalid naming the remedy."""
    if not isinstance(text, str) or not re.fullmatch(WHEN_PATTERN, text) or text.startswith("0000"):
        raise Invalid(Fault("bad-date", f"{shown(text)} is not a date a plan understands", WHEN_REMEDY))
    words = text.split(" ")
    if len(words) > 1:
        return _relative(words)
    if "Q" in text:
        year, quarter = text.split("-Q")
        return month_span(int(year), 3 * int(quarter) - 2, 3)
    if text.count("-") == 1:
        year, month = text.split("-")
        return month_span(int(year), int(month))
    return OnDate(parse_day(text))


def _relative(words: list[str]) -> Relative:
    before = words[-2] == "before"
    amount = -int(words[0]) if before else int(words[0])
    unit = DayUnit.WORKING if "working" in words else DayUnit.CALENDAR
    anchor = parse_day(words[-1]) if re.fullmatch(DATE, words[-1]) else words[-1]
    return Relative(amount, unit, anchor, before)


def write_when(when: When) -> str:
    """A date as a plan writes it; `parse_when` reads it as the same."""
    if isinstance(when, OnDate):
        return when.day.isoformat()
    if isinstance(when, Span):
        month = when.first.month == when.last.month
        return f"{when.first:%Y-%m}" if month else f"{when.first:%Y}-Q{(when.first.month + 2) // 3}"
    unit = "working days" if when.unit is DayUnit.WORKING else "days"
    return f"{abs(when.amount)} {unit} {'before' if when.before else 'after'} {when.anchor}"


def write_duration(duration: Duration) -> int | list[int] | str:
    """A duration as a plan writes it; `parse_duration` reads it as the same."""
    if duration.unit is DayUnit.CALENDAR:
        return f"{duration.likely} days"
    estimates = [duration.optimistic, duration.likely, duration.pessimistic]
    return duration.likely if len(set(estimates)) == 1 else estimates


def parse_duration(value: object) -> Duration:
    """Read a duration; raises Invalid naming the remedy."""
    if isinstance(value, str) and re.fullmatch(LENGTH_PATTERN, value):
        days = int(value.split(" ")[0])
        return Duration(days, days, days, DayUnit.WORKING if "working" in value else DayUnit.CALENDAR)
    estimates = [value] * 3 if isinstance(value, int) else value
    if isinstance(estimates, list | tuple) and len(estimates) == 3 and all(map(_counts_days, estimates)):
        low, likely, high = estimates
        if low <= likely <= high:
            return Duration(low, likely, high)
    raise Invalid(Fault("bad-duration", f"{shown(value)} is not a duration", LENGTH_REMEDY))


def _counts_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST
