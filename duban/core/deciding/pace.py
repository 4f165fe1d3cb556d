"""序时进度: the course that is planned for a step, in percent of it by day, and where it should be on a day."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from math import ceil, floor

from duban.core.days.workdays import WorkCalendar
from duban.core.ledger.steps import StepState
from duban.core.planning.plan import Step, Target

Knot = tuple[date, float]
"""By the end of that day so many percent are planned; evenly by working days from one knot to the next."""

Course = tuple[Knot, ...]

ROUNDING = 1e-9
"""What binary fractions may make of a whole number."""


def course(opened: date, due: date, path: Iterable[Knot] = ()) -> Course:
    """Evenly from the opening to the deadline, or by way of the knots of `path`, in order, that lie between them."""
    knots = tuple(path)
    before = [knot for knot in knots if knot[0] <= opened]
    between = [knot for knot in knots if opened < knot[0] < due]
    return (before[-1] if before else (opened, 0.0), *between, (due, 100.0))


def planned_on(calendar: WorkCalendar, along: Course, day: date) -> float:
    """Percent planned by the end of a day."""
    if day <= along[0][0]:
        return along[0][1]
    for (first, low), (last, high) in pairwise(along):
        whole = calendar.between(first, last)
        if day < last:  # over a weekend nothing is planned
            return low + (high - low) * calendar.between(first, day) / whole if whole > 0 else low
    return along[-1][1]


def points(percent: float) -> int:
    """Percent in whole points, as people compare them."""
    return floor(percent + ROUNDING)


def reached_on(calendar: WorkCalendar, along: Course, percent: int) -> date | None:
    """The first day by whose end so many percent are planned; None when they never are."""
    (opened, low), (due, high) = along[0], along[-1]
    whole = calendar.between(opened, due)
    if percent > high or whole <= 0:
        return None
    if low >= percent:
        return opened
    if len(along) == 2:  # most steps have no path, and every look asks this of every step
        return calendar.add(opened, ceil((percent - low) * whole / (high - low) - ROUNDING))
    days = range(opened.toordinal(), due.toordinal() + 1)

    def reached(day: int) -> bool:
        return points(planned_on(calendar, along, date.fromordinal(day))) >= percent

    return date.fromordinal(days[bisect_left(days, True, key=reached)])


def share(target: Target, value: float) -> float:
    """Percent of the way from the baseline to the target, whatever the value; 0 or 100 where there is no way."""
    whole = target.value - target.baseline
    if whole >= 0 if target.at_most else whole <= 0:
        return 100.0 if target.met(value) else 0.0
    return 100 * (value - target.baseline) / whole


def progress(step: Step, own: StepState) -> int:
    """Percent of a step that is done: of an indicator with a value its share, else, as of a ceiling, what was said."""
    if step.target is None or own.value is None or own.closed or step.target.ceiling:
        return own.progress
    return max(0, min(100, points(share(step.target, own.value))))
