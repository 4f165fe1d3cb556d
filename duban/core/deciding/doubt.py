"""Whether a moment is believed. A clock that leaps, on or back, decides nothing: not who is late, nor what opens.

What it is held against is the last moment that was believed and, where there is one, a second source.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from duban.core.days.workdays import CalendarRange
from duban.core.deciding.office import Office

LEAP = 3
"""Working days past the last believed moment at which a moment is believed by itself; `[clock] leap`."""

APART = timedelta(minutes=10)
"""How far two clocks may be apart that tell the same time: two rounds of the patrol."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A moment that is not believed: the last that was, and what a second source says now, where there is one."""

    now: datetime
    last: datetime
    told: datetime | None


def doubted(office: Office, now: datetime, last: datetime | None, told: datetime | None, leap: int) -> Doubt | None:
    """Why a moment is not believed; None when it is, as every one is before the first entry, when there is no `last`.

    `told` is the moment by a second source, which decides about a leap where there is one: a stack that was off for
    long goes on by itself.
    """
    if last is None or not _leaps(office, last, now, leap):
        return None
    return Doubt(now, last, told) if told is None or abs(now - told) > APART else None


def _leaps(office: Office, last: datetime, now: datetime, leap: int) -> bool:
    if now < last - APART:
        return True
    try:
        return office.day(now) > office.calendar.add(office.day(last), leap)
    except CalendarRange:  # long after the plan
        return now - last > timedelta(days=leap)
