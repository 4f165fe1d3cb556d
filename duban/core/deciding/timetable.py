"""What time alone will bring a step, if nothing happens: when it opens, ends and is lit, and which rung goes to whom.

A timetable depends on the step, what has happened to it, its dates and the rules, never on the moment; it is kept by
these and by nothing else. Read at a moment it gives the row of the step and its rungs, and when to read it again.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from duban.core.deciding.changes import change_rungs
from duban.core.deciding.deadlines import goes_by_reports, left, left_unsaid, planned
from duban.core.deciding.given import Given
from duban.core.deciding.ladder import Ladder, ladder
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.summary import Light, Status, StepRow
from duban.core.planning.lights import UNLIT, Turn, foreseen, lit, turns
from duban.core.planning.progress import progress

DAY = timedelta(days=1)


class Timetable(NamedTuple):
    """How a step stands while nothing lights it; the `first` day on which anything does; what lights it and from when;
    days on which it opens, ends, or may be late for others, in order; its rungs; and whether people are still to hear
    of what others did to it.
    """

    row: StepRow
    first: date
    lights: tuple[Turn, ...]
    days: tuple[date, ...]
    rungs: Ladder
    untold: bool


Made = tuple[Given, Timetable]
"""A timetable, and what it was made of."""

Timetables = Mapping[str, Made]
"""Those of an initiative, by step."""


def timetable(look: Look, at: Given, before: Made | None = None) -> Timetable:
    """The timetable of a step; what one made of something else has in common with it is taken from there."""
    own, same = at.own, before if before is not None and at.settled == before[0].settled else None
    if same is not None and not (own.reported or own.values) and foreseen(at) == foreseen(same[0]):
        return Timetable(_row(at), *same[1][1:])  # nothing but what is expected of it has moved
    rungs = same[1].rungs if same else ladder(at, (before[0], before[1].rungs) if before is not None else None)
    untold = bool((own.changes or own.remarks) and (rungs.dead or change_rungs(look, at)))
    if own.finished is not None:
        return Timetable(_row(at), date.max, (), (), rungs, untold)
    lights = turns(at, at.office.policy.lights)
    first = min([turn.first for turn in lights], default=date.max)
    return Timetable(_row(at), first, lights, tuple(sorted(_days(look, at, lights))), rungs, untold)


def _days(look: Look, at: Given, lights: Iterable[Turn]) -> set[date]:
    """Days on which time alone may light, open or end a step, or make it late for what waits for it."""
    step, own, calendar, found = at.step, at.own, at.office.calendar, set[date]()
    for turn in lights:
        found.add(turn.first)
    if at.latest is not None:  # its forecast moves with the days, and passes this one
        last = at.latest if own.opened else latest_start(calendar, step, at.latest)
        found.add(calendar.previous_working(last) + DAY)
        if (own.reported or own.values) and goes_by_reports(step, own):  # what is left is estimated anew from then on
            begin = latest_start(calendar, step, at.latest, left_unsaid(left(calendar, step, own)))
            found |= {at.forecast + DAY, calendar.previous_working(begin) + DAY}
    if at.opens is not None:
        found.add(at.opens)
    if at.status is Status.ELAPSING and own.opened is not None:
        found.add(planned(look, step, own, own.opened) + DAY)
    return found


def _row(at: Given) -> StepRow:
    own, over = at.own, at.own.finished is not None
    return StepRow(
        step=at.step.id,
        status=at.status,
        light=Light.OFF if at.status in UNLIT else Light.GREEN,
        reason=None,
        due=at.due,
        original_due=at.original_due,
        opened=own.opened,
        finished=own.finished,
        forecast=None if over else at.forecast,
        progress=own.progress if at.step.target is None else progress(at.step, own),
        held_by=at.root,
    )


def stands(at: Given, table: Timetable, today: date) -> StepRow:
    """How a step stands on a day on which something lights it."""
    light, reason = lit(at, table.lights, today)
    return table.row._replace(light=light, reason=reason)


def next_day(steps: Timetables, today: date) -> date:
    """The first day on which time alone may light, open or end a step; `date.max` where it never does."""
    first = date.max
    for at, table in steps.values():
        if at.status is Status.SUSPENDED:  # its deadline moves with the days
            return today + DAY
        for day in table.days:
            if day > today:
                first = min(first, day)
                break
    return first
