"""How each step of an initiative stands: its row and light, until when time leaves them so, and its rungs.

Most of what a look finds, the look before has found. A step is worked out anew when something it was worked out from
is another now, or when a day has come from which time alone may show it otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from duban.core.deciding import ladder, lights
from duban.core.deciding.deadlines import Deadline, may_open, planned
from duban.core.deciding.indicators import path, progress
from duban.core.deciding.ladder import Call, Case, Scene
from duban.core.deciding.lights import Standing
from duban.core.deciding.mail import Mail
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, latest_start, roots
from duban.core.deciding.settle import status
from duban.core.ledger.state import NOTHING, State, StepState
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind

WITHOUT_LADDER = frozenset({Status.WAITING, Status.SUSPENDED, Status.ELAPSING, Status.RUNNING}) | CLOSED
DAY = timedelta(days=1)


class Basis(NamedTuple):
    """What the row of a step is worked out from, besides what has happened to the step itself and the day."""

    limit: Deadline | None
    forecast: date
    latest: date | None = None
    root: StepRef | None = None
    """The first step of its critical chain that is not over, None where it is that itself."""
    unanswered: bool = False
    opens: date | None = None
    """The day from which it may be worked on, where it is known and still to come."""


class Stand(NamedTuple):
    """How one step stands: its row, the first day on which time alone may turn it, and its rungs not yet spent."""

    basis: Basis
    row: StepRow
    turns: date
    calls: tuple[Call, ...] = ()
    called: datetime | None = None
    """The moment of the first of its rungs; from then on they may be others any day."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an initiative before its steps are looked at one by one.

    `same` are the steps to which nothing has happened since the look of a day `then`, which found them to stand as
    `before` tells.
    """

    state: State
    limits: Mapping[str, Deadline | None]
    outlook: Outlook
    mail: Mail
    same: frozenset[str]
    before: Mapping[str, Stand]
    then: date | None


class _View(NamedTuple):
    """What is the same for all steps of a look."""

    look: Look
    found: Found
    scene: Scene


def stands(look: Look, found: Found) -> Iterator[tuple[str, Stand]]:
    """How every step stands, in the order of the initiative."""
    held = roots(look, found.outlook)
    view = _View(look, found, ladder.scene(look.office, found.state, look.now))
    for name, step in look.initiative.steps.items():
        own = found.state.steps.get(name, NOTHING)
        before = found.before[name] if name in found.same else None
        if before is not None and own.finished is not None and before.basis.limit == found.limits[name]:
            yield name, before
        else:
            yield name, _stand(view, step, own, _basis(look, found, step, own, held[name]), before)


def _stand(view: _View, step: Step, own: StepState, basis: Basis, before: Stand | None) -> Stand:
    if before is None:
        row, turns = _row(view.look, step, own, basis)
        return Stand(basis, row, turns, *_rungs(view, step, own, basis, row.status))
    lasts = before.basis == basis and _lasts(view.look, before, view.found.then)
    rests = before.basis.limit == basis.limit and (before.called is None or before.called > view.look.now)
    if lasts and rests:
        return before
    row, turns = (before.row, before.turns) if lasts else _row(view.look, step, own, basis)
    calls, called = (before.calls, before.called) if rests else _rungs(view, step, own, basis, row.status)
    return Stand(basis, row, turns, calls, called)


def _lasts(look: Look, before: Stand, then: date | None) -> bool:
    """Whether a row worked out on the day `then` still holds, if its basis does; what is lit counts the days."""
    return then == look.today or (before.row.light <= Light.GREEN and look.today < before.turns)


def _rungs(
    view: _View, step: Step, own: StepState, basis: Basis, where: Status
) -> tuple[tuple[Call, ...], datetime | None]:
    """The rungs of a step that are not yet spent, and the moment of the first."""
    if where in WITHOUT_LADDER:
        return (), None
    mail = view.found.mail
    case = Case(view.look.initiative, step, own, where, basis.limit, mail.sending.get(step.id, {}), mail.lines)
    calls = tuple(ladder.calls(view.scene, case))
    return calls, min((call.rung_at for call in calls), default=None)


def _basis(look: Look, found: Found, step: Step, own: StepState, root: StepRef | None) -> Basis:
    name = step.id
    if own.finished is not None:
        return Basis(found.limits[name], own.finished)
    return Basis(
        limit=found.limits[name],
        forecast=found.outlook.finish[name],
        latest=found.outlook.latest[name],
        root=root,
        unanswered=name in found.mail.pressed and found.mail.pressed[name] > _heard(own),
        opens=may_open(look, step, found.state) if own.opened is None else None,
    )


def _heard(own: StepState) -> date:
    """The last day on which the present owner said anything, or was given the step."""
    return max(own.answered or date.min, own.assigned or date.min)


def _row(look: Look, step: Step, own: StepState, basis: Basis) -> tuple[StepRow, date]:
    """The row of a step, and the first day on which time alone may turn it."""
    due, original = basis.limit or (None, None)
    where = status(step, own)
    if where in CLOSED:
        row = StepRow(step.id, where, Light.OFF, "", due, original, own.opened, own.finished, None, own.progress)
        return row, date.max
    at = _standing(look, step, own, basis, where)
    lamp, reason = lights.light(look.office.policy.lights, look.calendar, at, look.today)
    row = StepRow(
        step=step.id,
        status=where,
        light=lamp,
        reason=reason,
        due=due,
        original_due=original,
        opened=own.opened,
        finished=None,
        forecast=basis.forecast,
        progress=at.progress,
        held_by=str(basis.root or ""),
    )
    turns = (day for day in _turning_days(look, step, own, basis, at) if day > look.today)
    return row, min(turns, default=date.max)


def _standing(look: Look, step: Step, own: StepState, basis: Basis, where: Status) -> Standing:
    due = basis.limit.day if basis.limit else None
    late = due is not None and (basis.forecast > due or look.today > due)
    return Standing(
        status=where,
        opened=own.opened,
        due=due,
        submitted=own.submitted,
        progress=progress(step, own),
        path=path(step),
        forecast=basis.forecast,
        latest=basis.latest,
        unanswered=basis.unanswered,
        cause=_cause(look, basis.root) if late else "",
    )


def _cause(look: Look, root: StepRef | None) -> str:
    if root is None:
        return ""
    plan = look.office.plan
    elsewhere = "" if root.initiative == look.initiative.id else f"（{plan.initiatives[root.initiative].title}）"
    return f"因“{plan.step(root).title}”{elsewhere}未完"


def _turning_days(look: Look, step: Step, own: StepState, basis: Basis, at: Standing) -> Iterator[date]:
    """Days on which time alone may light, open or end a step; tomorrow, where its limit moves with the days."""
    yield from lights.changes(look.office.policy.lights, look.calendar, at)
    if at.latest is not None:
        last = at.latest if own.opened else latest_start(look.calendar, step, at.latest)
        yield look.calendar.previous_working(last) + DAY
    if own.opened is None:
        if basis.opens is not None:
            yield basis.opens
    elif step.kind is Kind.PERIOD:
        yield planned(look, step, own, own.opened) + DAY
    if own.suspended:
        yield look.today + DAY
