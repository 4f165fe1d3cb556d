"""Deadlines of a step, computed and not kept while it is open: two dates for one thing would drift apart.

When it closes they are written down with that (`judged`), and are never computed again: what changes afterwards, a
calendar, a plan, a rule, judges nobody anew.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from duban.core.days.workdays import DayUnit
from duban.core.deciding.office import Look
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING, StepState
from duban.core.planning.dates import earliest, resolve
from duban.core.planning.plan import HUMAN, Step, StepRef


class Deadline(NamedTuple):
    """The last day on which a step is in time, and the day that was first set, before extensions and other plans."""

    day: date
    original: date


def finished(look: Look, ref: StepRef, state: State) -> date | None:
    """The last day of a step, here or elsewhere, once it is closed."""
    if ref.initiative == look.initiative.id:
        return state.step(ref.step).finished
    elsewhere = look.upstream.get(ref)
    return elsewhere.finished if elsewhere else None


def last_end(look: Look, refs: tuple[StepRef, ...], state: State) -> date | None:
    """The latest last day of several steps; None while one of them is not closed, or when there are none."""
    here, steps = look.initiative.id, state.steps  # not by `finished`: every look asks this of every step
    last: date | None = None
    for ref in refs:
        known = steps.get(ref.step) if ref.initiative == here else look.upstream.get(ref)
        day = known.finished if known is not None else None
        if day is None:
            return None
        last = day if last is None else max(last, day)
    return last


def deadline(look: Look, step: Step, state: State) -> Deadline | None:
    """The deadline of a step; None while it has none or hangs on a step that is not finished.

    A step of a person without a written deadline is due when its duration has passed since it opened (限时办结).
    An extension sets a new day, and so does a plan that was changed; days of suspension since then do not count.
    """
    own = state.steps.get(step.id, NOTHING)
    if own.judged is not None and own.finished is not None:
        return Deadline._make(own.judged) if own.judged else None
    since = _since(look, step, own, state)
    current = _set(look, step, since)
    if current is None:
        return None
    original = own.first_due or current
    if own.extended_to is not None and own.extended_to > current:  # else what the limit runs from has moved on since
        current, since = own.extended_to, own.granted
    elif own.moved is not None:
        since = max(since or own.moved, own.moved)
    return Deadline(_pushed(look, own, current, since, DayUnit.WORKING), original)


def deadlines(look: Look, state: State) -> Mapping[str, Deadline | None]:
    """The deadline of every step, where it has one and that is known."""
    return {name: deadline(look, step, state) for name, step in look.initiative.steps.items()}


def _since(look: Look, step: Step, own: StepState, state: State) -> date | None:
    """The day the limit runs from; None when it has not begun to, or is a day written out."""
    if step.due is not None:
        return last_end(look, step.due_anchor, state)
    return own.opened if step.kind in HUMAN else None


def planned_limit(look: Look, step: Step, state: State) -> date | None:
    """The deadline as the plan has it, whatever people did since; None as for `deadline`."""
    return _set(look, step, _since(look, step, state.step(step.id), state))


def _set(look: Look, step: Step, since: date | None) -> date | None:
    """The deadline that the plan sets a step whose limit runs from that day."""
    if step.due is not None:
        return resolve(
            step.due,
            plan_start=look.office.plan.starts,
            span=step.span,
            anchor=since,
            calendar=look.calendar,
            roll=step.roll,
        )
    if since is None:
        return None
    # A limit that ends on a day off ends on the next working day, whatever it is counted in.
    return look.calendar.next_working(look.calendar.after(since, step.duration.likely, step.duration.unit))


def planned(look: Look, step: Step, own: StepState, opened: date) -> date:
    """The last day of a step that opened and takes its likely duration; days of suspension do not count."""
    return _pushed(
        look, own, look.calendar.after(opened, step.duration.likely, step.duration.unit), opened, step.duration.unit
    )


def _pushed(look: Look, own: StepState, limit: date, since: date | None, unit: DayUnit) -> date:
    """`limit` later by the days of suspension before it; those before `since`, when it began to run, took nothing."""
    if not own.excluded and own.suspended is None:
        return limit
    spells = own.excluded if own.suspended is None else (*own.excluded, (own.suspended, look.today))
    if since is not None:
        spells = tuple((max(first, since), last) for first, last in spells)
    lost = [(first, last) for first, last in spells if first < last]
    if not lost or lost[0][0] > limit:
        return limit
    # A limit on a day off counts as the next working day: otherwise the first day given back would be lost on it.
    day = look.calendar.next_working(limit) if unit is DayUnit.WORKING else limit
    return look.calendar.shift(day, lost, unit)


def may_open(look: Look, step: Step, state: State) -> date | None:
    """The day from which a step may be worked on, once all its needs are closed; None before."""
    ready = last_end(look, step.needs, state) if step.needs else look.office.plan.starts
    if ready is None:
        return None
    starts = look.office.plan.starts
    if step.earliest is None and step.span is None:
        return max(ready, starts)
    anchor = last_end(look, step.earliest_anchor, state)
    first = earliest(step.earliest, plan_start=starts, span=step.span, anchor=anchor, calendar=look.calendar)
    return None if first is None else max(ready, first)


def openings(look: Look, state: State) -> Mapping[str, date | None]:
    """For every step that waits the day from which it may be worked on, where that is known."""
    steps, known = look.initiative.steps.items(), state.steps
    return {name: may_open(look, step, state) for name, step in steps if known.get(name, NOTHING).opened is None}
