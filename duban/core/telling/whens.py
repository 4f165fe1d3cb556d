"""Days, dates and durations of a plan in Chinese."""

from collections.abc import Mapping
from datetime import date

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.planning.when import PERIOD, START, Duration, OnDate, Relative, When

UNITS: Mapping[DayUnit, str] = {DayUnit.WORKING: "个工作日", DayUnit.CALENDAR: "个自然日"}
QUARTERS = "一二三四"


PROVISIONAL = "（暂定）"
"""Said of a day to come in a year whose holidays are not announced yet: what is due or expected on it may move."""


def chinese(day: date | None, calendar: WorkCalendar | None = None) -> str:
    """A day as 2024年6月28日, by a calendar marked where it is provisional; empty for none."""
    return f"{day.year}年{day.month}月{day.day}日{_mark(day, calendar)}" if day else ""


def short(day: date, calendar: WorkCalendar | None = None) -> str:
    """A day as 9月30日, marked as `chinese` does."""
    return f"{day.month}月{day.day}日{_mark(day, calendar)}"


def in_digits(day: date | None, calendar: WorkCalendar) -> str:
    """A day as 2024-06-28, marked as `chinese` does; a dash for none."""
    return f"{day}{_mark(day, calendar)}" if day else "—"


def unannounced(year: int) -> str:
    """What is said of a year, once, where its days are too many to be marked."""
    return f"{year}年的节假日安排尚未公布，该年日期均为暂定"


def _mark(day: date, calendar: WorkCalendar | None) -> str:
    return PROVISIONAL if calendar is not None and day.year in calendar.provisional_years else ""


def when_in_words(when: When, hung: str = "", calendar: WorkCalendar | None = None) -> str:
    """A date of a plan; `hung` is what a distance counts from where that is a step: `“起草”办结`."""
    if isinstance(when, OnDate):
        return chinese(when.day, calendar)
    if isinstance(when, Relative):
        return distance(when, hung)
    month = when.first.month
    quarter = f"第{QUARTERS[(month - 1) // 3]}季度"
    return f"{when.first.year}年" + (f"{month}月" if month == when.last.month else quarter)


def distance(when: Relative, hung: str) -> str:
    """So many days after or before a day, or after or before what `hung` says."""
    side = "前" if when.before else "后"
    return f"{_anchor(when.anchor, hung)}{side}{abs(when.amount)}{UNITS[when.unit]}"


def _anchor(anchor: date | str, hung: str) -> str:
    if isinstance(anchor, date):
        return chinese(anchor)
    return {START: "计划开始", PERIOD: "本期末"}.get(anchor) or hung


def duration_in_words(duration: Duration) -> str:
    """How long a step takes: `5个工作日`, `5至12个工作日（一般8个）`."""
    unit = UNITS[duration.unit]
    if duration.optimistic == duration.pessimistic:
        return f"{duration.likely}{unit}"
    return f"{duration.optimistic}至{duration.pessimistic}{unit}（一般{duration.likely}个）"
