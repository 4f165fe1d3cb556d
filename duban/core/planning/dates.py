"""What the dates and durations of a step mean on the calendar.

The day from which a limit runs is not counted (当日不计入), so a step that follows another begins, in this arithmetic,
on the day the other ends.
"""

from datetime import date, timedelta
from typing import NamedTuple

from duban.core.days.workdays import DayUnit, Roll, WorkCalendar
from duban.core.ledger.steps import Excluded
from duban.core.planning.when import PERIOD, START, OnDate, Relative, Span, When, Within, month_span

DAY = timedelta(days=1)
Spells = tuple[Excluded, ...]


class Limit(NamedTuple):
    """The last day of a limit, and how it moves off a day off; what it is counted in, and the first day that counts.

    That is None for a day written out, and for one counted back from such a day: it has no beginning.
    """

    day: date
    roll: Roll
    unit: DayUnit
    first: date | None


def resolve(
    when: When, *, plan_start: date, span: Span | None, anchor: date | None, calendar: WorkCalendar, roll: Roll | None
) -> date | None:
    """The last day on which a step is in time, as `limit_of` has it."""
    limit = limit_of(when, plan_start=plan_start, span=span, anchor=anchor, calendar=calendar, roll=roll)
    return limit and calendar.roll(limit.day, limit.roll)


def limit_of(
    when: When, *, plan_start: date, span: Span | None, anchor: date | None, calendar: WorkCalendar, roll: Roll | None
) -> Limit | None:
    """The limit that a date sets; None while the step it hangs on is not finished.

    `anchor` is the latest last day of the steps a relative date hangs on; `span` the month or quarter of a repeated
    step. A limit that falls on a day off moves as `roll` says. Without it, a day written out stays where it is; a month
    or a quarter, and a day within a period, ends on the last working day up to then, or on the next where the time
    until then has none; days counted forward end on the next working day, as the Civil Code has it (民法典第二百零三条:
    a period whose last day is a statutory holiday ends on the day after the holiday); days counted back end on the
    last working day, so that the distance asked for is kept.
    Raises CalendarRange for a day beyond the calendar.
    """
    if isinstance(when, Within):
        period = _period(span)
        when = Span(period.first, _within(when, period))
    if isinstance(when, Span):
        usual = Roll.BACK if calendar.roll(when.last, Roll.BACK) >= when.first else Roll.FORWARD
        return Limit(when.last, roll or usual, DayUnit.WORKING, None)
    if isinstance(when, OnDate):
        return Limit(when.day, roll or Roll.NONE, DayUnit.WORKING, None)
    base = _base(when.anchor, plan_start, span, anchor)
    if base is None:
        return None
    since = base if when.amount > 0 else anchor
    return Limit(_counted(when, base, calendar), roll or when.roll, when.unit, since and since + DAY)


def earliest(
    when: When | None, *, plan_start: date, span: Span | None, anchor: date | None, calendar: WorkCalendar
) -> date | None:
    """The first day on which a step may start; None while the step its date hangs on is not finished.

    A month or a quarter means its first day, a day within one that day. A step without such a date may start with its
    own month or quarter when it is repeated, else with the plan. Days off stay where they are.
    Raises CalendarRange for a day beyond the calendar.
    """
    if isinstance(when, Relative):
        base = _base(when.anchor, plan_start, span, anchor)
        return base and _counted(when, base, calendar)
    if isinstance(when, Within):
        return _within(when, _period(span))
    if isinstance(when, Span):
        return when.first
    if isinstance(when, OnDate):
        return when.day
    return span.first if span else plan_start


def _within(when: Within, period: Span) -> date:
    """The day of a period that is meant, or the last there is: of February for the 30th of a month."""
    if not when.month:
        return min(period.first + (when.day - 1) * DAY, period.last)
    months = period.first.month - 1 + when.month - 1
    month = month_span(period.first.year + months // 12, months % 12 + 1)
    return min(month.first + (when.day - 1) * DAY, month.last, period.last)


def _counted(when: Relative, base: date, calendar: WorkCalendar) -> date:
    if when.unit is not DayUnit.WORKING:
        return calendar.after(base, when.amount, when.unit)
    return calendar.add(base, when.amount) if when.amount else calendar.roll(base, when.roll)


def _base(anchor: date | str, plan_start: date, span: Span | None, finished: date | None) -> date | None:
    if isinstance(anchor, date):
        return anchor
    if anchor == START:
        return plan_start
    if anchor == PERIOD:
        return _period(span).last
    return finished


def _period(span: Span | None) -> Span:
    if span is None:
        raise ValueError("`period` is the month or quarter of a repeated step; this step is not repeated")
    return span


def grown(calendar: WorkCalendar, limit: Limit, spells: Spells) -> date:
    """The last day of a limit with what suspensions give back; it is never a day on which the step rested.

    A limit in working days grows by working days, one in calendar days by calendar days.
    """
    counted, working = counting(limit, spells), limit.unit is DayUnit.WORKING
    last = calendar.roll(limit.day, limit.roll)
    day = last if working else limit.day
    if calendar.taken(day, counted, limit.unit):
        # A limit on a day off counts as the next working day: otherwise the first day given back would be lost on it.
        pushed = calendar.shift(calendar.next_working(day) if working else day, counted, limit.unit)
        last = calendar.roll(pushed, limit.roll)
    for first, end in spells:
        if first <= last < end:
            last = calendar.next_working(end)
    return last


def counting(limit: Limit, spells: Spells) -> Spells:
    """What of the spells lies in the time that counts."""
    since = limit.first
    return spells if since is None else tuple((max(first, since), end) for first, end in spells if end > since)


def worked(calendar: WorkCalendar, spells: Spells, first: date, last: date) -> int:
    """Count the working days after `first` up to and including `last` on which a step did not rest."""
    days = calendar.between(first, last)
    for begin, end in spells:
        rest = max(begin, first + DAY) - DAY, min(end, last + DAY) - DAY
        if rest[0] < rest[1]:
            days -= calendar.between(*rest)
    return days


def days_late(calendar: WorkCalendar, limit: date, day: date, spells: Spells = ()) -> int:
    """Working days from a limit to a later day, on which the step did not rest; late by days off alone is late by one.

    The one number in words, lights, ladder and reports.
    """
    return max(1, worked(calendar, spells, limit, day))


def clock(calendar: WorkCalendar, spells: Spells, opened: date, day: date) -> date:
    """The day it would be for a step that opened then, had its time not stood still while it rested."""
    if not spells or day <= opened:
        return day
    return calendar.after(opened, worked(calendar, spells, opened, day), DayUnit.WORKING)


def off_clock(calendar: WorkCalendar, spells: Spells, opened: date, day: date) -> date:
    """The first day that `clock` shows as that day."""
    if not spells or day <= opened:
        return day
    return grown(calendar, Limit(day, Roll.NONE, DayUnit.WORKING, opened + DAY), spells)
