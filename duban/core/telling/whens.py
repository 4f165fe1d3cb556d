"""Days, dates and durations of a plan in Chinese."""

from collections.abc import Mapping
from datetime import date, datetime

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.planning.when import PERIOD, START, Duration, OnDate, Relative, Span, When, Within, write_when
from duban.core.texts import Text, filled, mandarin, said_elsewhere

UNITS: Mapping[DayUnit, str] = {DayUnit.WORKING: "个工作日", DayUnit.CALENDAR: "个自然日", DayUnit.MONTH: "个月"}
NUMBERS = "一二三四"


PROVISIONAL = "（暂定）"
"""Said of a day to come in a year whose holidays are not announced yet: what is due or expected on it may move."""


def chinese(day: date | None, calendar: WorkCalendar | None = None) -> str:
    """A day as 2024年6月28日, by a calendar marked where it is provisional; empty for none."""
    return f"{day.year}年{day.month}月{day.day}日{_mark(day, calendar)}" if day else ""


def day_in_words(day: date | None, calendar: WorkCalendar | None = None) -> Text:
    """The same, that can be said in another language."""
    if day is None:
        return said_elsewhere("")
    mark = mandarin("（暂定）") if _mark(day, calendar) else ""
    return mandarin("{year}年{month}月{day}日{mark}", year=day.year, month=day.month, day=day.day, mark=mark)


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


def when_in_words(when: When, hung: str = "", calendar: WorkCalendar | None = None) -> Text:
    """A date of a plan; `hung` is what a distance counts from where that is a step: `“起草”办结`."""
    if isinstance(when, OnDate):
        return _named(when.name, day_in_words(when.day, calendar))
    if isinstance(when, Relative):
        return distance(when, hung)
    if isinstance(when, Within):
        if when.month:
            return mandarin("本期第{month}个月{day}日", month=when.month, day=when.day)
        return mandarin("本期第{day}日", day=when.day)
    return _span(when)


def _span(span: Span) -> Text:
    """`2024年6月`, `2024年第二季度`, `2024年上半年`, or from its first day to its last."""
    year, text = span.first.year, write_when(span)
    if "Q" in text:
        return filled(_QUARTERS[int(text[-1]) - 1], year=year)
    if "H" in text:
        return filled(_HALVES[int(text[-1]) - 1], year=year)
    if ".." in text:
        return mandarin("{first}至{last}", first=day_in_words(span.first), last=day_in_words(span.last))
    return mandarin("{year}年{month}月", year=year, month=span.first.month)


_QUARTERS = (
    mandarin("{year}年第一季度"),
    mandarin("{year}年第二季度"),
    mandarin("{year}年第三季度"),
    mandarin("{year}年第四季度"),
)
_HALVES = (mandarin("{year}年上半年"), mandarin("{year}年下半年"))


def distance(when: Relative, hung: str) -> Text:
    """So many days after or before a day, or after or before what `hung` says."""
    told = {"anchor": _named(when.name, _anchor(when.anchor, hung)), "span": _counted(abs(when.amount), when.unit)}
    return mandarin("{anchor}前{span}", **told) if when.before else mandarin("{anchor}后{span}", **told)


def _counted(amount: int, unit: DayUnit) -> Text:
    return filled(_COUNTED[unit], amount=amount)


_COUNTED = {
    DayUnit.WORKING: mandarin("{amount}个工作日"),
    DayUnit.CALENDAR: mandarin("{amount}个自然日"),
    DayUnit.MONTH: mandarin("{amount}个月"),
}


def _named(name: str, day: str) -> Text:
    """A day, and what `plan.yaml` calls it: `开幕（2024年10月16日）`."""
    return mandarin("{name}（{day}）", name=name, day=day) if name else mandarin("{day}", day=day)


def _anchor(anchor: date | str, hung: str) -> str:
    if isinstance(anchor, date):
        return day_in_words(anchor)
    return {START: mandarin("计划开始"), PERIOD: mandarin("本期末")}.get(anchor) or hung


def duration_in_words(duration: Duration) -> Text:
    """How long a step takes: `5个工作日`, `5至12个工作日（一般8个）`."""
    if duration.optimistic == duration.pessimistic:
        return _counted(duration.likely, duration.unit)
    most = _counted(duration.pessimistic, duration.unit)
    return mandarin("{least}至{most}（一般{likely}个）", least=duration.optimistic, most=most, likely=duration.likely)
