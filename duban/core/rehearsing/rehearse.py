"""Rehearsing: a plan lived through in memory, from its first working day until everything is closed. Pure.

The same plan, calendar, rules and profile give the same rehearsal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from duban.core.deciding.office import Office
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.report import Report, report

LONGEST_OVERRUN = timedelta(days=365)
"""How long after the end of the plan a rehearsal goes on at most, so that it ends though a step never does."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was lived through, and what it showed."""

    bureau: Bureau
    report: Report


def rehearse(office: Office, profile: Profile, until: date | None = None) -> Rehearsal:
    """Live through a plan until everything is closed, or to the end of a day.

    Raises Stuck, and CalendarRange when a step is expected beyond the calendar.
    """
    bureau = Bureau(office, Owners(profile))
    for morning in mornings(office, until):
        bureau.live(morning)
        if bureau.closed:
            break
    return concluded(bureau, profile)


def mornings(office: Office, until: date | None = None) -> Iterator[datetime]:
    """The mornings of a rehearsal: from the first working day to `until`, else as long as it may take."""
    last = until or office.plan.ends + LONGEST_OVERRUN
    day = office.calendar.next_working(office.plan.starts)
    while day <= last:
        yield office.morning(day)
        day += timedelta(days=1)


def concluded(bureau: Bureau, profile: Profile) -> Rehearsal:
    """What a bureau has lived through up to its last morning."""
    office = bureau.office
    first, last = office.calendar.next_working(office.plan.starts), office.day(bureau.now)
    return Rehearsal(bureau, report(office, bureau, profile.seed, first, last))
