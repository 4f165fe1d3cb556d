"""Indicators (指标): how far the value has come, how far it should be, and when it is to be measured again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from duban.core.deciding.deadlines import suspensions
from duban.core.deciding.office import Look, Office
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import AWAITING_OWNER, Status
from duban.core.planning.dates import clock, off_clock
from duban.core.planning.lights import course, planned_on
from duban.core.planning.plan import Step, Target
from duban.core.planning.progress import Course, path, points, progress

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gauge:
    """How an indicator stands, in the unit of its target.

    `value` is the latest, of day `on`; `planned` the value planned for today, None before the step opens; `share` and
    `planned_share` the same in percent of the way from the baseline to the target. `by` and `every` say how it is
    measured, None where it is reported; `failed` is the day since which that has not worked. Of a ceiling nothing is
    planned and no share is told, but whether it is `kept`; None for what is worked towards.
    """

    target: float
    at_most: bool
    kept: bool | None
    unit: str
    baseline: float
    value: float | None
    on: date | None
    share: int
    planned: float | None
    planned_share: int | None
    by: str | None
    every: str | None
    failed: date | None
    values: tuple[tuple[date, float], ...]
    """All values, oldest first."""
    course: tuple[tuple[date, float], ...]
    """Days and the values planned for them; evenly from one to the next by working days."""


def gauge(look: Look, step: Step, own: StepState, due: date | None) -> Gauge | None:
    """How an indicator stands; None for another kind of step."""
    target = step.target
    if target is None:
        return None
    along: Course = ()
    percent: float | None = None
    if own.opened and due and not target.ceiling:
        still = look.calendar, suspensions(look, own), own.opened
        by_clock = course(own.opened, clock(*still, due), path(step))
        percent = planned_on(look.calendar, by_clock, clock(*still, look.today))
        along = tuple((off_clock(*still, day), part) for day, part in by_clock)
    return Gauge(
        target=target.value,
        at_most=target.at_most,
        kept=own.value is None or target.met(own.value) if target.ceiling else None,
        unit=target.unit,
        baseline=target.baseline,
        value=own.value,
        on=own.values[-1][0] if own.values else None,
        share=progress(step, own),
        planned=None if percent is None else _value(target, percent),
        planned_share=None if percent is None else points(percent),
        by=step.measure.by if step.measure else None,
        every=step.measure.every if step.measure else None,
        failed=own.failed,
        values=own.values,
        course=tuple((day, _value(target, percent)) for day, percent in along),
    )


def _value(target: Target, percent: float) -> float:
    return target.baseline + (target.value - target.baseline) * percent / 100


def to_measure(look: Look, step: Step, own: StepState, where: Status, due: date | None) -> str | None:
    """The period for which an indicator is to be measured now; None while it is not."""
    if step.measure is None or where not in AWAITING_OWNER:
        return None
    now = period(step.measure.every, _counted(look.office, look.now), due)
    return None if now == own.measured else now


def measured_again(look: Look, step: Step, where: Status, due: date | None) -> datetime | None:
    """The moment at which the next period begins; None for what is not measured."""
    if step.measure is None or where not in AWAITING_OWNER:
        return None
    today = _counted(look.office, look.now)
    day, now = today + DAY, period(step.measure.every, today, due)
    while period(step.measure.every, day, due) == now:
        day += DAY
    return look.office.morning(day)


def _counted(office: Office, now: datetime) -> date:
    """The day as measuring counts it: it begins with the hours in which people work."""
    today = office.day(now)
    return today if now >= office.morning(today) else today - DAY


def period(every: str, day: date, due: date | None) -> str:
    """What a day belongs to: a value is measured once for each. From the deadline on every day counts."""
    if every == "day" or (due is not None and day >= due):
        return day.isoformat()
    if every == "month":
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-w{week:02}"
