"""What time alone will bring a step, if nothing happens: when it opens, ends and is lit, and which rung goes to whom.

A timetable depends on the step, what has happened to it, its dates and the rules, never on the moment; it is kept by
these and by nothing else. Read at a moment it gives the row of the step and its rungs, and when to read it again.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from duban.core.deciding.deadlines import goes_by_reports, left, left_unsaid, planned
from duban.core.deciding.given import Given
from duban.core.deciding.indicators import progress
from duban.core.deciding.ladder import Ladder, ladder
from duban.core.deciding.lights import Turn, turns
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.summary import Light, Reason, Status, StepRow

DAY = timedelta(days=1)


class Timetable(NamedTuple):
    """What lights a step and from when; on which days it opens, ends, or may be late for others; and its rungs.

    `over` is the row of a step that is closed: it says the same every day.
    """

    lights: tuple[Turn, ...]
    days: tuple[date, ...]
    rungs: Ladder
    over: StepRow | None = None


Made = tuple[Given, Timetable]
"""A timetable, and what it was made of."""

Kept = Mapping[str, Made]
"""Timetables by step. Those made before change nothing but the time deciding takes."""

NOTHING_KEPT: Kept = MappingProxyType({})


def timetable(look: Look, at: Given, before: Made | None = None) -> Timetable:
    """The timetable of a step; what one made of something else has in common with it is taken from there."""
    rungs = ladder(at, (before[0], before[1].rungs) if before is not None else None)
    if at.own.finished is not None:
        return Timetable((), (), rungs, row(at, Light.OFF, None))
    lights = turns(at)
    return Timetable(lights, tuple(sorted(_days(look, at, lights))), rungs)


def _days(look: Look, at: Given, lights: Iterable[Turn]) -> set[date]:
    """Days on which time alone may light, open or end a step, or make it late for what waits for it."""
    step, own, dates, calendar, found = at.step, at.own, at.dates, at.office.calendar, set[date]()
    for turn in lights:
        found.add(turn.first)
    if dates.latest is not None:  # its forecast moves with the days, and passes this one
        last = dates.latest if own.opened else latest_start(calendar, step, dates.latest)
        found.add(calendar.previous_working(last) + DAY)
        if own.reported is not None and goes_by_reports(step, own):  # what is left is estimated anew from then on
            begin = latest_start(calendar, step, dates.latest, left_unsaid(left(step, own)))
            found |= {dates.forecast + DAY, calendar.previous_working(begin) + DAY}
    if dates.opens is not None:
        found.add(dates.opens)
    if at.status is Status.ELAPSING and own.opened is not None:
        found.add(planned(look, step, own, own.opened) + DAY)
    return found


def row(at: Given, light: Light, reason: Reason | None) -> StepRow:
    """How a step stands, under a light."""
    own, dates, over = at.own, at.dates, at.own.finished is not None
    return StepRow(
        step=at.step.id,
        status=at.status,
        light=light,
        reason=reason,
        due=dates.due,
        original_due=dates.original_due,
        opened=own.opened,
        finished=own.finished,
        forecast=None if over else dates.forecast,
        progress=own.progress if at.step.target is None else progress(at.step, own),
        held_by=dates.root,
    )


def next_day(steps: Kept, today: date) -> date:
    """The first day on which time alone may light, open or end a step; `date.max` where it never does."""
    first = date.max
    for at, table in steps.values():
        if at.status is Status.SUSPENDED:  # its deadline moves with the days
            return today + DAY
        for day in table.days:
            if today < day < first:
                first = day
    return first
