"""What a proposed extension moves: the forecast as things stand, and as it would be, compared. Nothing is stored."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from duban.core.days.workdays import WorkCalendar
from duban.core.forecasting.forecast import Forecast, Late, forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import Plan, StepRef

Name = TypeVar("Name", StepRef, str)


@dataclass(frozen=True, slots=True)
class Shift:
    """A day that moves, and by how many working days; `name` is a step, or the id of an initiative."""

    name: StepRef | str
    before: date
    after: date
    days: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A step that waits for one that moves, and ends when it did: what decides its start leaves room for that.

    `held_by` is the step that decides it, None for a date.
    """

    step: StepRef
    finish: date
    held_by: StepRef | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What moves when a step takes until `to`, its new deadline.

    `steps` and `initiatives` are expected to end later, the step itself among them; `deadlines` are its own and those
    that hang on steps which move. `late` become late, `later` are so already and become more so, `in_time` no longer
    are. All in the order of the plan.
    """

    step: StepRef
    to: date
    steps: tuple[Shift, ...]
    initiatives: tuple[Shift, ...]
    deadlines: tuple[Shift, ...]
    late: tuple[Late, ...]
    later: tuple[Late, ...]
    in_time: tuple[StepRef, ...]
    stays: tuple[Stay, ...]


def bearing_on(plan: Plan, step: StepRef) -> Plan:
    """The part of a plan that the effects of extending a step go by: what it may move, and all that this waits for."""
    awaits, awaited_by = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for ref, waiting in plan.downstream.items():  # what of a plan is at hand without reading its initiatives
        awaited_by[ref.initiative].update(waiting)
        for name in waiting:
            awaits[name].add(ref.initiative)
    names = _reached(_reached({step.initiative}, awaited_by), awaits)
    return replace(plan, initiatives={name: plan.initiatives[name] for name in plan.initiatives if name in names})


def _reached(names: Collection[str], further: Mapping[str, set[str]]) -> set[str]:
    found, left = set(names), list(names)
    while left:
        fresh = further[left.pop()] - found
        found |= fresh
        left += fresh
    return found


def extended(schedule: Schedule, step: StepRef, to: date) -> Effects:
    """What moves when a step that is not over ends on `to`, or when it is expected where that is later.

    Raises CalendarRange when something would end beyond the calendar.
    """
    before = forecast(schedule)
    end = max(to, before.finish[step])
    after = forecast(schedule, {schedule.place[step]: schedule.time(end)}, {step: to})
    were_late, are_late = _late(before), _late(after)
    steps = tuple(shifts(schedule.calendar, before.finish, after.finish))
    return Effects(
        step=step,
        to=to,
        steps=steps,
        initiatives=tuple(shifts(schedule.calendar, before.ends, after.ends)),
        deadlines=tuple(shifts(schedule.calendar, before.due, after.due)),
        late=tuple(late for ref, late in are_late.items() if ref not in were_late),
        later=tuple(late for ref, late in are_late.items() if ref in were_late and late.days > were_late[ref].days),
        in_time=tuple(ref for ref in were_late if ref not in are_late),
        stays=tuple(_stays(schedule, {shift.name for shift in steps} | {step}, after)),
    )


def _late(seen: Forecast) -> dict[StepRef, Late]:
    return {late.step: late for late in seen.late}


def shifts(calendar: WorkCalendar, before: Mapping[Name, date], after: Mapping[Name, date]) -> Iterator[Shift]:
    """Days that are not what they were, of names that both know, in the order of `after`."""
    for name, day in after.items():
        if name in before and day != before[name]:
            yield Shift(name, before[name], day, calendar.between(before[name], day))


def _stays(schedule: Schedule, moved: set[StepRef | str], after: Forecast) -> Iterator[Stay]:
    for ref, finish in after.finish.items():
        step, fact = schedule.plan.step(ref), schedule.facts[schedule.place[ref]]
        waits = fact is None or fact.row.opened is None
        if waits and ref not in moved and not moved.isdisjoint((*step.needs, *step.earliest_anchor)):
            yield Stay(ref, finish, after.held_by.get(ref))
