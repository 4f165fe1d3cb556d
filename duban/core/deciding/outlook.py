"""The outlook of one initiative: when each step is expected to end, how late it may, and which step holds it up.

The critical path method on days rather than slots, for the dozen steps that one look is about; `forecasting/network`
does the same for a whole plan at once. A step's first day is not counted (当日不计入), so a step that follows another
begins, in this arithmetic, on the day the other ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.deadlines import Limits, finished, planned
from duban.core.deciding.office import Look
from duban.core.ledger.keys import StepRef
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING
from duban.core.planning.dates import earliest
from duban.core.planning.plan import ACTED_ON, Step

Held = tuple[date, StepRef | None]
"""A day, and the unfinished step it depends on."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """By step: its expected last day, and its latest permissible last day (None: nothing binds it).

    `held_by` is the step that decides when it can start, and `root` the first one, through the whole plan, of the
    critical chain to it that is not over; None where that is the step itself. `bounds` is what `latest` was made of.
    """

    forecast: Mapping[str, date]
    latest: Mapping[str, date | None]
    held_by: Mapping[str, StepRef | None]
    root: Mapping[str, StepRef | None]
    bounds: tuple[Limits, list[str]]

    def chain(self, step: str, initiative: str) -> tuple[StepRef, ...]:
        """The critical chain to a step: from the step where acting helps to the step itself."""
        links = [StepRef(initiative, step)]
        while links[-1].initiative == initiative and (before := self.held_by[links[-1].step]) is not None:
            links.append(before)
        return tuple(reversed(links))


def foresee(look: Look, state: State, deadlines: Limits, kept: Outlook | None = None) -> Outlook:
    """Forward and backward pass over the steps, in the order of needs, from what really happened.

    The backward one goes by the deadlines of steps that are not over, and not by the moment: by the same it is `kept`.
    """
    soonest = look.calendar.next_working(look.today)
    forecast, held_by, root = dict[str, date](), dict[str, StepRef | None](), dict[str, StepRef | None]()
    going_on, recorded = list[str](), state.steps.get
    for name, step in look.initiative.steps.items():
        own, holder = recorded(name, NOTHING), None
        if own.finished is not None:
            forecast[name], held_by[name], root[name] = own.finished, None, None
            continue
        going_on.append(name)
        if own.opened is not None:  # work that is handed in is over as far as one can see
            last = own.submitted or planned(look, step, own, own.opened)
            forecast[name] = max(last, soonest if step.kind in ACTED_ON else look.today)
        else:
            ready, holder = _ready(look, step, state, forecast, soonest)
            forecast[name] = planned(look, step, own, ready)
        if step.lasting and (limit := deadlines[name]) is not None:
            forecast[name] = max(forecast[name], limit.day)
        held_by[name] = holder
        root[name] = _root(look, holder, root) if holder else None
    bounds = deadlines, going_on
    latest = kept.latest if kept is not None and kept.bounds == bounds else _latest(look, deadlines, going_on)
    return Outlook(forecast, latest, held_by, root, bounds)


def _ready(look: Look, step: Step, state: State, forecast: Mapping[str, date], soonest: date) -> Held:
    """The day a step that has not opened may be expected to, and the unfinished step that decides it."""
    at_rest = state.steps.get(step.id, NOTHING).suspended is not None
    ready, holder = soonest if at_rest else look.today, None
    if step.earliest or step.span or look.today < look.office.plan.starts:  # else nothing but its needs holds it back
        ready, holder = max((ready, holder), _earliest(look, step, state, forecast, soonest), key=_day)
    here = look.initiative.id
    for need in step.needs:
        if need.initiative == here:  # not by `_expected`: every look asks this of every step that waits
            expected, by = forecast[need.step], need if state.steps.get(need.step, NOTHING).finished is None else None
        else:
            expected, by = _expected(look, need, state, forecast, soonest)
        if expected > ready or (holder is None and expected == ready):
            ready, holder = expected, by
    return ready, holder


def _day(held: Held) -> date:
    return held[0]


def _expected(look: Look, ref: StepRef, state: State, forecast: Mapping[str, date], soonest: date) -> Held:
    """The last day of a step, here or elsewhere, known or expected."""
    over = finished(look, ref, state)
    if over is not None:
        return over, None
    if ref.initiative == look.initiative.id:
        return forecast[ref.step], ref
    elsewhere = look.upstream.get(ref)
    day = elsewhere.forecast if elsewhere else None
    return day if day and day >= look.today else soonest, ref


def _earliest(look: Look, step: Step, state: State, forecast: Mapping[str, date], soonest: date) -> Held:
    """The day before which a step may not begin."""
    anchors = [_expected(look, ref, state, forecast, soonest) for ref in step.earliest_anchor]
    anchor, by = max(anchors, key=_day, default=(None, None))
    first = earliest(
        step.earliest,
        plan_start=look.office.plan.starts,
        span=step.span,
        anchor=anchor,
        calendar=look.calendar,
    )
    return first or soonest, by


def _root(look: Look, holder: StepRef, known: Mapping[str, StepRef | None]) -> StepRef:
    """The first step of a critical chain, from the step that holds it up; elsewhere it is known as far as is told."""
    if holder.initiative == look.initiative.id:
        return known[holder.step] or holder
    elsewhere, initiatives = look.upstream.get(holder), look.office.plan.initiatives
    told = elsewhere.held_by if elsewhere else None
    there = initiatives.get(told.initiative) if told else None
    return told if told and there and told.step in there.steps else holder  # the plan may have changed since


def _latest(look: Look, deadlines: Limits, going_on: Sequence[str]) -> Mapping[str, date | None]:
    latest = {name: limit.day if limit else None for name, limit in deadlines.items()}
    here = look.initiative.id
    for name in reversed(going_on):
        step, limit = look.initiative.steps[name], latest[name]
        if limit is None or not step.needs:
            continue
        start = latest_start(look.calendar, step, limit)
        for need in step.needs:
            if need.initiative == here:
                known = latest[need.step]
                latest[need.step] = start if known is None else min(known, start)
    return latest


def latest_start(calendar: WorkCalendar, step: Step, limit: date, length: int | None = None) -> date:
    """The last day, worked or not, on which a step, or so many days of it, may begin to end by `limit`."""
    last, unit = calendar.previous_working(limit) if step.kind in ACTED_ON else limit, step.duration.unit
    return (
        calendar.before(last, step.duration.likely, unit)
        if length is None
        else calendar.before(last, length, unit.given_back)
    )
