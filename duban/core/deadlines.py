"""Deadlines of a step, always computed and never kept: two dates for one thing would drift apart."""

from dataclasses import dataclass
from datetime import date

from duban.core.dates import earliest, resolve
from duban.core.office import Look, Office
from duban.core.plan import HUMAN, Step, StepRef
from duban.core.state import State, StepState
from duban.core.when import Unit
from duban.core.workdays import DayUnit


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which a step is in time, and the day that was first set."""

    day: date
    original: date


def finished(look: Look, ref: StepRef, state: State) -> date | None:
    """The last day of a step, here or elsewhere, once it is closed."""
    if ref.initiative == look.initiative.id:
        return state.step(ref.step).finished
    fact = look.facts.get(ref)
    return fact.finished if fact else None


def latest(look: Look, refs: tuple[StepRef, ...], state: State) -> date | None:
    """The latest last day of several steps; None while one of them is not closed, or when there are none."""
    days = [finished(look, ref, state) for ref in refs]
    if not days or None in days:
        return None
    return max(day for day in days if day is not None)


def deadline(look: Look, step: Step, state: State) -> Deadline | None:
    """The deadline of a step; None while it has none or hangs on a step that is not finished.

    A step of a person without a written deadline is due when its duration has passed since it opened (限时办结).
    An extension sets a new day; days of suspension since then do not count.
    """
    own = state.step(step.id)
    original = _original(look, step, own, state)
    if original is None:
        return None
    current = own.limit or original
    excluded = own.excluded if own.suspended is None else (*own.excluded, (own.suspended, look.today))
    if excluded:
        current = look.calendar.shift(current, excluded, DayUnit.WORKING)
    return Deadline(current, original)


def _original(look: Look, step: Step, own: StepState, state: State) -> date | None:
    if step.due is not None:
        return resolve(
            step.due,
            plan_start=look.office.plan.starts,
            span=step.span,
            anchor=latest(look, step.due_anchor, state),
            calendar=look.calendar,
            roll=step.roll,
        )
    if step.kind in HUMAN and own.opened is not None:
        return lasting(look.office, step, own.opened)
    return None


def lasting(office: Office, step: Step, since: date) -> date:
    """The last day of a step that begins on `since` and takes its likely duration; the first day is not counted."""
    if step.duration.unit is Unit.WORKING:
        return office.calendar.add(since, step.duration.likely) if step.duration.likely else since
    return office.calendar.add_calendar(since, step.duration.likely)


def may_open(look: Look, step: Step, state: State) -> date | None:
    """The day from which a step may be worked on, once all its needs are closed; None before."""
    if step.needs:
        ready = latest(look, step.needs, state)
        if ready is None:
            return None
    else:
        ready = look.office.plan.starts
    if step.earliest is None and step.span is None:
        return ready
    first = earliest(
        step.earliest,
        plan_start=look.office.plan.starts,
        span=step.span,
        anchor=latest(look, step.earliest_anchor, state),
        calendar=look.calendar,
    )
    return None if first is None else max(ready, first)
