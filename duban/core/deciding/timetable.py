"""What time alone will bring a step, if nothing happens: when it opens, ends and is lit, and which rung goes to whom.

A timetable depends on the step, what has happened to it, its dates and the rules, never on the moment; it is kept by
these and by nothing else. Read at a moment it gives the row of the step and its rungs, and when to read it again.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from duban.core.deciding.deadlines import planned
from duban.core.deciding.given import Given
from duban.core.deciding.indicators import progress
from duban.core.deciding.ladder import Ladder, ladder
from duban.core.deciding.lights import Turn, lit, turns
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.summary import CLOSED, Status, StepRow

DAY = timedelta(days=1)


class Timetable(NamedTuple):
    """What lights a step and from when; on which days it opens, ends, or may be late for others; and its rungs."""

    lights: tuple[Turn, ...]
    days: tuple[date, ...]
    rungs: Ladder


Kept = Mapping[str, tuple[Given, Timetable]]
"""Timetables made before, by step, each with what it was made of. They change nothing but the time deciding takes."""

NOTHING_KEPT: Kept = MappingProxyType({})


def timetable(look: Look, at: Given, kept: Kept) -> Timetable:
    """The timetable of a step, as kept if it was made of the same."""
    known = kept.get(at.step.id)
    if known is not None and known[0] == at:
        return known[1]
    lights = turns(at)
    return Timetable(lights, tuple(sorted({*(turn.first for turn in lights), *_days(look, at)})), ladder(at))


def _days(look: Look, at: Given) -> Iterator[date]:
    """Days on which time alone may open or end a step, or make it late for what waits for it."""
    step, own, dates, calendar = at.step, at.own, at.dates, at.office.calendar
    if at.status in CLOSED:
        return
    if dates.latest is not None:  # its forecast moves with the days, and passes this one
        last = dates.latest if own.opened else latest_start(calendar, step, dates.latest)
        yield calendar.previous_working(last) + DAY
    if dates.opens is not None:
        yield dates.opens
    if at.status is Status.ELAPSING and own.opened is not None:
        yield planned(look, step, own, own.opened) + DAY


def row(at: Given, table: Timetable, today: date) -> StepRow:
    """How a step stands on a day."""
    light, reason = lit(at, table.lights, today)
    own, dates, over = at.own, at.dates, at.own.closed
    return StepRow(
        step=at.step.id,
        status=at.status,
        light=light,
        reason=reason,
        due=dates.due,
        original_due=dates.deadline.original if dates.deadline else None,
        opened=own.opened,
        finished=own.finished,
        forecast=None if over else dates.forecast,
        progress=progress(at.step, own),
        held_by=dates.root,
    )


def next_day(at: Given, table: Timetable, today: date) -> date:
    """The first day on which time alone may light, open or end a step; `date.max` where it never does."""
    if at.own.suspended is not None and not at.own.closed:  # its deadline moves with the days
        return today + DAY
    return next((day for day in table.days if day > today), date.max)
