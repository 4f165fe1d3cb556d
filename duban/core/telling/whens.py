"""Days, dates and durations of a plan in Chinese."""

from collections.abc import Mapping
from datetime import date, datetime

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.planning.when import PERIOD, START, Duration, OnDate, Relative, Span, When, Within, write_when

UNITS: Mapping[DayUnit, str] = {DayUnit.WORKING: "个工作日", DayUnit.CALENDAR: "个自然日", DayUnit.MONTH: "个月"}
NUMBERS = "一二三四"


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


def moment_in_digits(moment: datetime, calendar: WorkCalendar) -> str:
    """A moment at the office as 06-28 09:00, marked as `chinese` does."""
    return f"{moment:%m-%d %H:%M}{_mark(moment.date(), calendar)}"


def unannounced(year: int) -> str:
    """What is said of a year, once, where its days are too many to be marked."""
    return f"{year}年的节假日安排尚未公布，该年日期均为暂定"


def _mark(day: date, calendar: WorkCalendar | None) -> str:
    return PROVISIONAL if calendar is not None and day.year in calendar.provisional_years else ""


def when_in_words(when: When, hung: str = "", calendar: WorkCalendar | None = None) -> str:
    """A date of a plan; `hung` is what a distance counts from where that is a step: `“起草”办结`."""
    if isinstance(when, OnDate):
        return _named(when.name, chinese(when.day, calendar))
    if isinstance(when, Relative):
        return distance(when, hung)
    if isinstance(when, Within):
        return f"本期第{when.month}个月{when.day}日" if when.month else f"本期第{when.day}日"
    return _span(when)


def _span(span: Span) -> str:
    """`2024年6月`, `2024年第二季度`, `2024年上半年`, or from its first day to its last."""
    year, text = f"{span.first.year}年", write_when(span)
    if "Q" in text:
        return f"{year}第{NUMBERS[int(text[-1]) - 1]}季度"
    if "H" in text:
        return f"{year}{'上下'[int(text[-1]) - 1]}半年"
    return f"{chinese(span.first)}至{chinese(span.last)}" if ".." in text else f"{year}{span.first.month}月"


def distance(when: Relative, hung: str) -> str:
    """So many days after or before a day, or after or before what `hung` says."""
    side = "前" if when.before else "后"
    return f"{_named(when.name, _anchor(when.anchor, hung))}{side}{abs(when.amount)}{UNITS[when.unit]}"


def _named(name: str, day: str) -> str:
    """A day, and what `plan.yaml` calls it: `开幕（2024年10月16日）`."""
    return f"{name}（{day}）" if name else day


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
