"""Kinds of deadlines, and days of a calendar that somebody has written."""

from calendar import monthrange
from datetime import date
from enum import StrEnum


class DueKind(StrEnum):
    """What sort of deadline a phrase names."""

    DATE = "date"
    MONTH = "month-end"
    QUARTER = "quarter-end"
    YEAR = "year-end"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    STAGES = "two-stage"
    CONTINUOUS = "continuous"
    NONE = "none"


class NoSuchDay(ValueError):
    """A day that the calendar does not have; the message is for people."""


def day_of(year: int, month: int, day: int) -> date:
    """The day; raises NoSuchDay."""
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(f"{month}月没有{day}日" if 1 <= month <= 12 else f"没有{month}月") from None


def month_end(year: int, month: int) -> date:
    """The last day of a month; raises NoSuchDay."""
    return day_of(year, month, monthrange(year, month)[1] if 1 <= month <= 12 else 1)
