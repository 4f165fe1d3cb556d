"""The working days of mainland China, read from the library `holidays`, with an office's own overrides on top."""

from collections.abc import Iterable
from datetime import date

import holidays
import numpy as np
from numpy.typing import NDArray

from duban.core.days.workdays import CalendarOverrides, WorkCalendar, apply_overrides

_MAKE_UP_NOTE = "调休上班"


def china_calendar(
    first_year: int, last_year: int, *, overrides: CalendarOverrides, announced_until: int | None = None
) -> WorkCalendar:
    """Build the calendar of the years `first_year` to `last_year`, both included.

    The days are those of the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知) as the library holds
    them since 2001: statutory holidays, days off by exchange and make-up working days (调休).

    A year is provisional when neither the library has make-up days for it nor an override names a day in it, or when
    it is later than `announced_until`; without that argument the last year for which the library has make-up days
    counts as the last announced. Every notice since 2001 exchanged some days, while a year not announced yet has only
    the statutory holidays the library can foresee. So an office that enters a notice before the library has it raises
    `announced_until`, and raising it without entering the days does not make a guess look certain.

    Raises ValueError when `last_year` is before `first_year`, and `CalendarRange` for overrides after `last_year`.
    """
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    # One year more, because a make-up day of January's holiday can fall in December.
    public = holidays.country_holidays("CN", years=range(first_year, last_year + 2), language="zh_CN")
    make_up = public.weekend_workdays
    calendar = WorkCalendar.build(
        first,
        last,
        _working(first, last, off=public, worked=make_up),
        provisional_years=_provisional(range(first_year, last_year + 1), make_up, overrides, announced_until),
        notes=dict(public.items()) | dict.fromkeys(make_up, _MAKE_UP_NOTE),
    )
    return apply_overrides(calendar, overrides)


def _working(first: date, last: date, *, off: Iterable[date], worked: Iterable[date]) -> NDArray[np.bool_]:
    """Tell for each day from `first` to `last` whether it is worked: Monday to Friday, but for the days named."""
    flags = (first.weekday() + np.arange((last - first).days + 1)) % 7 < 5
    for days, value in ((off, False), (worked, True)):
        flags[[(day - first).days for day in days if first <= day <= last]] = value
    return flags


def _provisional(
    years: Iterable[int], make_up: Iterable[date], overrides: CalendarOverrides, announced_until: int | None
) -> frozenset[int]:
    """Give the years whose arrangement is not known for certain."""
    published = {day.year for day in make_up}
    entered = {day.year for day in overrides.days_off() | overrides.days_worked()}
    last = max(published, default=0) if announced_until is None else announced_until
    return frozenset(year for year in years if year > last or year not in published | entered)
