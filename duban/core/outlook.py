"""The outlook of one initiative: when each step is expected to end, how late it may, and which step holds it up.

The critical path method on days rather than slots, for the dozen steps that one look is about; `network` does the
same for a whole plan at once. A step's first day is not counted (当日不计入), so a step that follows another begins, in
this arithmetic, on the day the other ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from duban.core.dates import earliest
from duban.core.deadlines import Deadline, lasting
from duban.core.office import Look, Office
from duban.core.plan import Step, StepRef
from duban.core.state import State, StepState
from duban.core.when import Unit
from duban.core.workdays import DayUnit


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected last day, latest permissible last day (None: nothing binds it), and what binds each step's start."""

    finish: Mapping[str, date]
    latest: Mapping[str, date | None]
    held_by: Mapping[str, StepRef | None]

    def chain(self, step: str, initiative: str) -> tuple[StepRef, ...]:
        """The critical chain to a step: from the step where acting helps to the step itself."""
        links = [StepRef(initiative, step)]
        while links[-1].initiative == initiative and (before := self.held_by[links[-1].step]) is not None:
            links.append(before)
        return tuple(reversed(links))


def foresee(look: Look, state: State, deadlines: Mapping[str, Deadline | None]) -> Outlook:
    """Forward and backward pass from what really happened."""
    finish: dict[str, date] = {}
    held_by: dict[str, StepRef | None] = {}
    for step in look.initiative.steps.values():
        own = state.step(step.id)
        if own.finished is not None or own.opened is not None:
            finish[step.id], held_by[step.id] = _under_way(look, step, own), None
        else:
            ready, held_by[step.id] = _ready(look, step, finish)
            finish[step.id] = lasting(look.office, step, ready)
    return Outlook(finish, _latest(look, state, deadlines), held_by)


def _under_way(look: Look, step: Step, own: StepState) -> date:
    if own.finished is not None:
        return own.finished
    assert own.opened is not None  # noqa: S101  the caller asks only about steps that opened
    planned = lasting(look.office, step, own.opened)
    excluded = own.excluded if own.suspended is None else (*own.excluded, (own.suspended, look.today))
    if excluded:
        planned = look.calendar.shift(planned, excluded, DayUnit.WORKING)
    return max(planned, look.calendar.next_working(look.today))


def _ready(look: Look, step: Step, finish: Mapping[str, date]) -> tuple[date, StepRef | None]:
    """The day a step that has not opened may be expected to, and the need that decides it."""
    ready, holder = max(look.today, look.office.plan.starts), None
    first = _earliest(look, step, finish)
    if first is not None:
        ready = max(ready, first)
    for need in step.needs:
        expected = _expected(look, need, finish)
        if expected is not None and expected >= ready and (holder is None or expected > ready):
            ready, holder = expected, need
    return ready, holder


def _expected(look: Look, ref: StepRef, finish: Mapping[str, date]) -> date | None:
    if ref.initiative == look.initiative.id:
        return finish.get(ref.step)
    fact = look.facts.get(ref)
    return None if fact is None else fact.finished or fact.forecast


def _earliest(look: Look, step: Step, finish: Mapping[str, date]) -> date | None:
    if step.earliest is None and step.span is None:
        return None
    anchors = [_expected(look, ref, finish) for ref in step.earliest_anchor]
    known = [day for day in anchors if day is not None]
    return earliest(
        step.earliest,
        plan_start=look.office.plan.starts,
        span=step.span,
        anchor=max(known, default=None),
        calendar=look.calendar,
    )


def _latest(look: Look, state: State, deadlines: Mapping[str, Deadline | None]) -> dict[str, date | None]:
    latest: dict[str, date | None] = {
        name: limit.day if limit is not None else None for name, limit in deadlines.items()
    }
    for step in reversed(list(look.initiative.steps.values())):
        limit = latest[step.id]
        if limit is None or state.step(step.id).closed:
            continue
        start = _before(look.office, step, limit)
        for need in step.needs:
            if need.initiative == look.initiative.id:
                known = latest[need.step]
                latest[need.step] = start if known is None else min(known, start)
    return latest


def _before(office: Office, step: Step, limit: date) -> date:
    """The last day on which a step may begin to end by `limit`."""
    days = step.duration.likely
    if days == 0:
        return limit
    if step.duration.unit is Unit.WORKING:
        return office.calendar.add(limit, -days)
    return office.calendar.add_calendar(limit, -days)
