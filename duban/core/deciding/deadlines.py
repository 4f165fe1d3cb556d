"""Deadlines of a step, computed and not kept while it is open: two dates for one thing would drift apart.

When it closes they are written down with that (`judged`), and are never computed again: what changes afterwards, a
calendar, a plan, a rule, judges nobody anew.
"""

from datetime import date
from math import ceil

from duban.core.days.workdays import DayUnit, Roll, WorkCalendar
from duban.core.deciding.office import Look
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING, Deadline, StepState
from duban.core.planning.dates import DAY, Limit, Spells, days_late, earliest, grown, limit_of
from duban.core.planning.plan import ACTED_ON, HUMAN, Step, StepRef
from duban.core.planning.progress import progress


class Limits(dict[str, Deadline | None]):
    """The deadline of every step, where it has one and that is known; `by` the record and the day it was counted by."""

    def __init__(self) -> None:
        super().__init__()
        self.by: dict[str, tuple[StepState, date | None]] = {}


NO_LIMITS = Limits()


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
    An extension sets a new day, and so does a plan that writes another; days of suspension since then do not count.
    """
    own = state.steps.get(step.id, NOTHING)
    if own.judged is not None and own.finished is not None:
        return own.judged or None
    limit = _limit(look, step, own, state)
    if limit is None:
        return None
    first = day = _ends(look, NOTHING, limit)
    if own.excluded or own.suspended is not None:
        day = _ends(look, own, limit if limit.first else limit._replace(first=own.moved))
    if own.extended_to is not None:  # what the limit runs from may have moved on since
        extended = _ends(look, own, Limit(own.extended_to, Roll.NONE, limit.unit, own.granted))
        day = max(day, extended if extended == own.extended_to else look.calendar.next_working(extended))
    if own.known is not None:  # nobody is late for days on which nobody could know of it
        day = max(day, look.calendar.add(own.known, 1))
    return Deadline(day, own.first_due or first)


def deadlines(look: Look, state: State, kept: Limits = NO_LIMITS) -> Limits:
    """The deadlines of an initiative; those `kept` of the same office that go by the same are taken from there."""
    found, records, made = Limits(), state.steps, kept.by
    found.update(kept)
    by = found.by = made.copy()
    for name, step in look.initiative.steps.items():
        own, known = records.get(name, NOTHING), made.get(name)
        ends = last_end(look, step.due_anchor, state) if step.due_anchor else None
        if known is None or own is not known[0] or ends != known[1] or own.suspended is not None:  # that, with the days
            by[name], found[name] = (own, ends), deadline(look, step, state)
    return found


def planned_limit(look: Look, step: Step, state: State) -> date | None:
    """The deadline as the plan has it, whatever people did since; None as for `deadline`."""
    limit = _limit(look, step, state.step(step.id), state)
    return limit and _ends(look, NOTHING, limit)


def _limit(look: Look, step: Step, own: StepState, state: State) -> Limit | None:
    """The limit that the plan sets a step; None as for `deadline`."""
    if step.due is None:
        return lasting(look.calendar, step, own.opened) if own.opened is not None and step.kind in HUMAN else None
    return limit_of(
        step.due,
        plan_start=look.office.plan.starts,
        span=step.span,
        anchor=last_end(look, step.due_anchor, state) or own.since,
        calendar=look.calendar,
        roll=step.roll,
    )


def lasting(calendar: WorkCalendar, step: Step, since: date, length: int | None = None) -> Limit:
    """The likely time of a step, or so many days of its unit, that begins on a day, itself not counted.

    What somebody or something must end does not end on a day off; a period does.
    """
    days, unit = step.duration.likely, step.duration.unit
    if length is not None:
        days, unit = length, unit.given_back
    ends_there = step.kind not in ACTED_ON or (unit is DayUnit.WORKING and days > 0)
    last = calendar.after(since, days, unit)
    return Limit(last, Roll.NONE if ends_there else Roll.FORWARD, unit, since + DAY)


def planned(look: Look, step: Step, own: StepState, opened: date) -> date:
    """The last day of a step that opened, or will, by its likely duration or the last report; rests do not count."""
    if (own.reported is not None or own.values) and goes_by_reports(step, own):
        return _ends(look, own, lasting(look.calendar, step, *still_takes(look, step, own)))
    if own.excluded or own.suspended is not None:
        return _ends(look, own, lasting(look.calendar, step, opened))
    days, unit = step.duration.likely, step.duration.unit  # the same, but that every look asks this of most steps
    if unit is DayUnit.WORKING and days:
        return look.calendar.add(opened, days)
    last = look.calendar.after(opened, days, unit)
    return look.calendar.next_working(last) if step.kind in ACTED_ON else last


UNSAID = 0.5
"""The share of what was left at the last report that is taken to be left once the time for it has passed."""


def heard(step: Step, own: StepState) -> date | None:
    """The day of the last report that says how far a step is: its progress, the days left, or an indicator's value."""
    if not own.values or step.target is None or step.target.ceiling:
        return own.reported
    return max(own.values[-1][0], own.reported or own.values[-1][0])


def goes_by_reports(step: Step, own: StepState) -> bool:
    """Whether the last report says what is left of a step under way."""
    return own.opened is not None and heard(step, own) is not None


def left(calendar: WorkCalendar, step: Step, own: StepState) -> int:
    """The days of work left at the last report: as said, else the share of the likely time that is not done.

    Months are parted as the days of the calendar that they are for this step.
    """
    if own.remaining is not None and heard(step, own) == own.reported:
        return own.remaining
    return ceil(whole(calendar, step, own) * (100 - progress(step, own)) / 100)


def whole(calendar: WorkCalendar, step: Step, own: StepState) -> int:
    """The likely days of a step, of the unit by which they are given back."""
    length = step.duration
    if length.unit is not DayUnit.MONTH or own.opened is None:
        return length.likely
    return (calendar.after(own.opened, length.likely, length.unit) - own.opened).days


def left_unsaid(days: int) -> int:
    """What is left of them once their time has passed, and nobody has said anything since."""
    return ceil(days * UNSAID)


def still_takes(look: Look, step: Step, own: StepState) -> tuple[date, int]:
    """From which day on how many days a step takes by its last report."""
    since, soonest = heard(step, own) or look.today, look.calendar.next_working(look.today)
    days = left(look.calendar, step, own)
    if _ends(look, own, lasting(look.calendar, step, since, days)) >= soonest:
        return since, days
    return soonest, left_unsaid(days)


def _ends(look: Look, own: StepState, limit: Limit) -> date:
    """The last day of a limit of a step, with what suspensions give back."""
    if own.excluded or own.suspended is not None:
        return grown(look.calendar, limit, suspensions(look, own))
    return limit.day if limit.roll is Roll.NONE else look.calendar.roll(limit.day, limit.roll)


def suspensions(look: Look, own: StepState) -> Spells:
    """The spells in which a step rested; one that goes on lasts until the next working day, when it may be resumed."""
    if own.suspended is None:
        return own.excluded
    return (*own.excluded, (own.suspended, look.calendar.next_working(look.today)))


def days_left(look: Look, own: StepState, due: date) -> int:
    """Working days until a deadline; late, they are negative, and do not grow while the step rests."""
    day = look.today if own.suspended is None else look.calendar.next_working(look.today)
    return (
        look.calendar.between(day, due) if day <= due else -days_late(look.calendar, due, day, suspensions(look, own))
    )


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
