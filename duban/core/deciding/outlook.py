"""The outlook of one initiative: when each step is expected to end, how late it may, and which step holds it up.

The critical path method on days rather than slots, for the dozen steps that one look is about; `network` does the
same for a whole plan at once. A step's first day is not counted (当日不计入), so a step that follows another begins, in
this arithmetic, on the day the other ends.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.deciding.deadlines import finished, planned
from duban.core.deciding.ground import Ground
from duban.core.deciding.office import Look
from duban.core.ledger.state import NOTHING, State, StepState
from duban.core.planning.dates import earliest, lasting
from duban.core.planning.plan import Step, StepRef


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected last day, latest permissible last day (None: nothing binds it), and what binds each step's start.

    Before the day in `firm` the days alone move nothing that is expected of a step.
    """

    finish: Mapping[str, date]
    latest: Mapping[str, date | None]
    held_by: Mapping[str, StepRef | None]
    firm: Mapping[str, date]

    def chain(self, step: str, initiative: str) -> tuple[StepRef, ...]:
        """The critical chain to a step: from the step where acting helps to the step itself."""
        links = [StepRef(initiative, step)]
        while links[-1].initiative == initiative and (before := self.held_by[links[-1].step]) is not None:
            links.append(before)
        return tuple(reversed(links))


def roots(look: Look, outlook: Outlook, going_on: Iterable[Step]) -> Mapping[str, StepRef | None]:
    """For each step that goes on the first of its critical chain through the whole plan; None: it is that itself.

    What lies in other initiatives is known as far as they have told.
    """
    found: dict[str, StepRef | None] = {}
    for step in going_on:
        holder = outlook.held_by[step.id]
        if holder is None:
            found[step.id] = None
        elif holder.initiative == look.initiative.id:
            found[step.id] = found[holder.step] or holder
        else:
            found[step.id] = _told(look, holder) or holder
    return found


def _told(look: Look, holder: StepRef) -> StepRef | None:
    """What another initiative says its step is held up by, unless the plan has changed since."""
    fact = look.facts.get(holder)
    if fact is None or not fact.held_by:
        return None
    ref = StepRef.parse(fact.held_by)
    initiative = look.office.plan.initiatives.get(ref.initiative)
    return ref if initiative is not None and ref.step in initiative.steps else None


NOTHING_FORESEEN = Outlook({}, {}, {}, {})


def foresee(
    look: Look,
    at: Ground,
    steps: Iterable[Step],
    before: Outlook = NOTHING_FORESEEN,
    touched: Collection[str] = (),
    *,
    unmoved: bool = False,
) -> Outlook:
    """Forward and backward pass from what really happened, over `steps`, in the order of needs.

    They are those of the initiative but for what `before`, an earlier outlook, still tells; since then something has
    happened to those `touched` alone. If none has closed and no deadline moved (`unmoved`), its backward pass holds.
    """
    soonest, outward, inward = look.calendar.next_working(look.today), look.initiative.outward, look.initiative.inward
    finish, held_by, firm = dict(before.finish), dict(before.held_by), dict(before.firm)
    moved = set(touched)
    for step in steps:
        name = step.id
        if soonest < firm.get(name, date.min) and not (name in moved or name in outward or moved & inward[name]):
            continue
        last, held_by[name], firm[name] = _expected_end(look, step, at.state, finish, soonest)
        if finish.get(name) != last:
            moved.add(name)
            finish[name] = last
    return Outlook(finish, before.latest if unmoved else _latest(look, at), held_by, firm)


def _expected_end(
    look: Look, step: Step, state: State, finish: Mapping[str, date], soonest: date
) -> tuple[date, StepRef | None, date]:
    """The last day of a step, the unfinished step that decides it, and until which day the days move neither."""
    own = state.steps.get(step.id, NOTHING)
    if own.finished is not None:
        return own.finished, None, date.max
    if own.opened is not None:
        last = max(soonest, _under_way(look, step, own, own.opened))
        return last, None, last if own.suspended is None else date.min
    ready, holder = _ready(look, step, state, finish, soonest)
    return lasting(step.duration, ready, look.calendar), holder, ready


def _under_way(look: Look, step: Step, own: StepState, opened: date) -> date:
    """The last day as planned; work that is handed in is over as far as one can see."""
    return own.submitted or planned(look, step, own, opened)


def _ready(
    look: Look, step: Step, state: State, finish: Mapping[str, date], soonest: date
) -> tuple[date, StepRef | None]:
    """The day a step that has not opened may be expected to, and the unfinished step that decides it."""
    ready, holder = soonest, None
    if step.earliest or step.span or soonest < look.office.plan.starts:  # else nothing but its needs holds it back
        ready, holder = max((ready, holder), _earliest(look, step, state, finish, soonest), key=_day)
    here = look.initiative.id
    for need in step.needs:
        if need.initiative == here:  # not by `_expected`: every look asks this of every step that waits
            expected, by = finish[need.step], need if state.step(need.step).finished is None else None
        else:
            expected, by = _expected(look, need, state, finish, soonest)
        if expected > ready or (holder is None and expected == ready):
            ready, holder = expected, by
    return ready, holder


Held = tuple[date, StepRef | None]
"""A day, and the unfinished step it depends on."""


def _day(held: Held) -> date:
    return held[0]


def _expected(look: Look, ref: StepRef, state: State, finish: Mapping[str, date], soonest: date) -> Held:
    """The last day of a step, here or elsewhere, known or expected."""
    over = finished(look, ref, state)
    if over is not None:
        return over, None
    if ref.initiative == look.initiative.id:
        return finish[ref.step], ref
    fact = look.facts.get(ref)
    return max(soonest, fact.forecast) if fact and fact.forecast else soonest, ref


def _earliest(look: Look, step: Step, state: State, finish: Mapping[str, date], soonest: date) -> Held:
    """The day before which a step may not begin."""
    anchors = [_expected(look, ref, state, finish, soonest) for ref in step.earliest_anchor]
    anchor, by = max(anchors, key=_day, default=(None, None))
    first = earliest(
        step.earliest,
        plan_start=look.office.plan.starts,
        span=step.span,
        anchor=anchor,
        calendar=look.calendar,
    )
    return first or soonest, by


def _latest(look: Look, at: Ground) -> dict[str, date | None]:
    latest = {name: limit.day if limit is not None else None for name, limit in at.limits.items()}
    here = look.initiative.id
    for step in reversed(at.going_on):
        limit = latest[step.id]
        if limit is None or not step.needs:
            continue
        start = latest_start(look.calendar, step, limit)
        for need in step.needs:
            if need.initiative == here:
                known = latest[need.step]
                latest[need.step] = start if known is None else min(known, start)
    return latest


def latest_start(calendar: WorkCalendar, step: Step, limit: date) -> date:
    """The last day, worked or not, on which a step may begin to end by `limit`."""
    days = step.duration.likely
    if step.duration.unit is DayUnit.CALENDAR or days == 0:
        return calendar.add_calendar(limit, -days)
    return calendar.add(calendar.previous_working(limit), 1 - days) - timedelta(days=1)
