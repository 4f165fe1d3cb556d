"""Deadlines that cannot be met even if all goes as planned: the forward pass over a whole plan, on days.

It counts as the outlook of a running initiative does, so that a plan found feasible does not light up on its first
day. Of a plan under way it begins from what has happened.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from duban.core.days.workdays import CalendarRange, DayUnit, Roll, WorkCalendar
from duban.core.planning.dates import earliest, resolve
from duban.core.planning.order import ordered
from duban.core.planning.plan import ACTED_ON, Plan, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import PERIOD, OnDate, Relative, When, WhenWritten, Within


@dataclass(frozen=True, slots=True)
class Early:
    """The earliest last day of a step, and the step that makes it so; None: its own earliest start, or the plan's."""

    finish: date
    held_by: StepRef | None


@dataclass(frozen=True, slots=True)
class Infeasible:
    """A step that cannot end by its due date: at best on `finish`, `days` working days (1 or more) late."""

    step: StepRef
    due: date
    finish: date
    days: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What has happened by `today` to the steps of the `plan` in force: when they opened, and their last days."""

    today: date
    opened: Mapping[StepRef, date]
    finished: Mapping[StepRef, date]
    plan: Plan

    def ended(self, step: Step) -> date | None:
        """The last day of a step that is closed, under its present name or the one it had."""
        return _by_name(step, self.finished)

    def begun(self, step: Step) -> date | None:
        """The day on which a step opened."""
        return _by_name(step, self.opened)


def _by_name(step: Step, days: Mapping[StepRef, date]) -> date | None:
    former = StepRef(step.ref.initiative, step.was) if step.was else step.ref
    return days.get(step.ref, days.get(former))


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The steps whose deadline cannot be met, and those that would end, or be due, beyond the calendar."""

    infeasible: tuple[Infeasible, ...]
    beyond: tuple[StepRef, ...]
    early: Mapping[StepRef, Early]

    def chain(self, step: StepRef) -> tuple[StepRef, ...]:
        """The steps that make the earliest last day of `step`: each follows the one before it, `step` is the last."""
        chain = [step]
        while (holder := self.early[chain[-1]].held_by) is not None:
            chain.append(holder)
        return tuple(reversed(chain))


def feasibility(
    plan: Plan,
    calendar: WorkCalendar,
    under_way: UnderWay | None = None,
    *,
    causes: bool = False,
    unsaid: Container[StepRef] = (),
) -> Feasibility:
    """Let every step begin as early as it may, from the first day of the plan on, and take its likely duration.

    Of a plan `under_way` what is closed ended when it did, and nothing is said of it; what is open may end today, a
    period when it has elapsed; all else begins today at the earliest. Nothing is said of steps in a circle, of steps
    beyond the calendar, of those `unsaid`, and of what waits for any of them. Where only `causes` are asked for, what
    waits for a step that is late is judged as if that ended in time.
    """
    steps = {step.ref: step for initiative in plan.initiatives.values() for step in initiative.steps.values()}
    early: dict[StepRef, Early] = {}
    infeasible: list[Infeasible] = []
    beyond: list[StepRef] = []
    for ref in ordered({ref: step.waits_for for ref, step in steps.items()}):
        step = steps[ref]
        if ref in unsaid or not all(other in early for other in step.waits_for):
            continue
        if under_way is not None and (ended := under_way.ended(step)) is not None:
            early[ref] = Early(ended, None)
            continue
        try:
            own = _early(step, plan, early, calendar, under_way)
            due = _due(step, plan, early, calendar)
        except CalendarRange:
            beyond.append(ref)
            continue
        if step.lasting and due is not None and not step.due_anchor:  # else the forecast does not know it yet either
            own = Early(max(own.finish, due), own.held_by)
        late = due is not None and own.finish > due
        early[ref] = Early(due, own.held_by) if causes and late and due is not None else own
        if due is not None and late:
            infeasible.append(Infeasible(ref, due, own.finish, max(1, calendar.between(due, own.finish))))
    return Feasibility(tuple(infeasible), tuple(beyond), early)


FEBRUARY = 28
"""Days that every month has."""


def put_off(when: WhenWritten, late: Infeasible, roll: Roll | None, calendar: WorkCalendar) -> When:
    """The deadline in place of one that cannot be met: the same distance from the first date by which that is better.

    A month, a name and the like become a day; a distance from what is no date grows by the days that are wanting, as a
    day of a repeated step's period does, up to and beyond its end.
    Raises CalendarRange beyond the calendar.
    """
    if isinstance(when, Within):
        day = when.day + (late.finish - late.due).days
        return replace(when, day=day) if day <= FEBRUARY else Relative(day - FEBRUARY, DayUnit.CALENDAR, PERIOD)
    if isinstance(when, Relative) and not isinstance(when.anchor, date):
        wanting = {DayUnit.WORKING: late.days, DayUnit.CALENDAR: (late.finish - late.due).days, DayUnit.MONTH: 1}
        return replace(when, amount=when.amount + wanting[when.unit], before=False)
    first = when.anchor if isinstance(when, Relative) and isinstance(when.anchor, date) else late.finish
    days = map(date.fromordinal, count(first.toordinal()))
    later = (replace(when, anchor=day) if isinstance(when, Relative) else OnDate(day) for day in days)
    return next(one for one in later if _met(one, late.finish, roll, calendar))


def _met(when: When, finish: date, roll: Roll | None, calendar: WorkCalendar) -> bool:
    due = resolve(when, plan_start=finish, span=None, anchor=None, calendar=calendar, roll=roll)
    return due is not None and due >= finish


def _early(
    step: Step, plan: Plan, early: Mapping[StepRef, Early], calendar: WorkCalendar, under_way: UnderWay | None
) -> Early:
    today = under_way.today if under_way is not None else plan.starts
    if under_way is not None and (opened := under_way.begun(step)) is not None:
        elapsed = calendar.after(opened, step.duration.likely, step.duration.unit)
        return Early(max(elapsed, today) if step.kind is Kind.PERIOD else today, None)
    ready, holder = max(plan.starts, today), None
    for need in step.needs:
        if early[need].finish > ready or (holder is None and early[need].finish == ready):
            ready, holder = early[need].finish, need
    anchor = _latest(step.earliest_anchor, early)
    first = earliest(
        step.earliest,
        plan_start=plan.starts,
        span=step.span,
        anchor=early[anchor].finish if anchor else None,
        calendar=calendar,
    )
    if first is not None and first > ready:
        ready, holder = first, anchor
    finish = calendar.after(ready, step.duration.likely, step.duration.unit)
    return Early(calendar.roll(finish, Roll.FORWARD if step.kind in ACTED_ON else Roll.NONE), holder)


def _latest(refs: tuple[StepRef, ...], early: Mapping[StepRef, Early]) -> StepRef | None:
    return max(refs, key=lambda ref: early[ref].finish, default=None)


def _due(step: Step, plan: Plan, early: Mapping[StepRef, Early], calendar: WorkCalendar) -> date | None:
    if step.due is None:
        return None
    anchor = _latest(step.due_anchor, early)
    due = resolve(
        step.due,
        plan_start=plan.starts,
        span=step.span,
        anchor=early[anchor].finish if anchor else None,
        calendar=calendar,
        roll=step.roll,
    )
    return due and _covered(due, calendar)


def _covered(day: date, calendar: WorkCalendar) -> date:
    """The day itself; raises CalendarRange when the calendar does not reach it."""
    return calendar.add_calendar(day, 0)
