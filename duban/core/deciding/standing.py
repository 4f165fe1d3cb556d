"""How each step of an initiative stands: its row and light, until when time leaves them so, and its rungs.

Most of what a look finds, the look before has found. A step is worked out anew when something it was worked out from
is another now, or when a day has come from which time alone may show it otherwise.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from duban.core.deciding import ladder, lights
from duban.core.deciding.deadlines import Deadline, may_open, planned
from duban.core.deciding.ground import Ground
from duban.core.deciding.indicators import path, progress
from duban.core.deciding.ladder import Pause, Scene
from duban.core.deciding.lights import Standing
from duban.core.deciding.mail import Mail
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, latest_start, roots
from duban.core.deciding.rungs import Call, Case, Laid, laid
from duban.core.deciding.settle import status
from duban.core.ledger.state import NOTHING, StepState
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind

WITHOUT_LADDER = frozenset({Status.WAITING, Status.SUSPENDED, Status.ELAPSING, Status.RUNNING}) | CLOSED
DAY = timedelta(days=1)


class Bounds(NamedTuple):
    """What holds a step in; it turns with the days by this alone."""

    limit: Deadline | None
    latest: date | None
    opens: date | None
    """The day from which it may be worked on, where it is known and still to come."""


class Prospect(NamedTuple):
    """What is to be expected of a step, and whether a pressing is `unanswered`."""

    forecast: date
    root: StepRef | None
    """The first step of its critical chain that is not over, None where it is that itself."""
    unanswered: bool


class Stand(NamedTuple):
    """How one step stands: its row, the first day on which time alone may turn it, and its rungs not yet spent."""

    bounds: Bounds
    prospect: Prospect
    row: StepRow
    turns: date
    until: datetime | None = None
    """The moment from which time alone may show it otherwise, in words or by its rungs; None: it does not."""
    calls: tuple[Call, ...] = ()
    ladder: tuple[Laid, Pause] | None = None
    """All its rungs, and what keeps them back, while somebody is waited for."""


class Found(NamedTuple):
    """What is known of an initiative before its steps are looked at one by one.

    An earlier look found them to stand as `before` tells; to those `touched` something has happened since, to a notice
    about those `told` of. While it is `unmoved`, none has ended since, no deadline has moved, and the latest days on
    which steps may end are the same.
    """

    at: Ground
    outlook: Outlook
    mail: Mail
    before: Mapping[str, Stand]
    touched: Collection[str]
    told: Collection[str]
    unmoved: bool


class _View(NamedTuple):
    """What is the same for all steps of a look."""

    look: Look
    found: Found
    scene: Scene
    held: Mapping[str, StepRef | None]


def stands(look: Look, found: Found, steps: Iterable[Step]) -> Mapping[str, Stand]:
    """How every step stands, in the order of the initiative; all but `steps` stand as before."""
    at = found.at
    scene = Scene(look, at.state, found.mail)
    view = _View(look, found, scene, roots(look, found.outlook, at.going_on))
    seen = dict(found.before)
    for step in steps:
        own = at.state.steps.get(step.id, NOTHING)
        last, limit = own.finished, at.limits[step.id]
        if last is not None:
            seen[step.id] = _over(step, own, last, limit)
        else:
            seen[step.id] = _as_before(view, step, own) or _stand(view, step, own)
    return seen


def _as_before(view: _View, step: Step, own: StepState) -> Stand | None:
    """How a step stands if as before, or if it waits and is only expected on another day, still in time."""
    found, name = view.found, step.id
    before = found.before.get(name)
    if before is None or name in found.touched or (before.until is not None and before.until <= view.look.now):
        return None
    settled = found.unmoved and name not in view.look.initiative.outward  # what it waits for elsewhere may be over
    if not settled and before.bounds != _bounds(view, step, own):
        return None
    forecast, root, row = found.outlook.finish[name], view.held[name], before.row
    if before.prospect.forecast == forecast and before.prospect.root == root:
        return before
    if row.status is Status.WAITING and row.light is Light.OFF and (row.due is None or forecast <= row.due):
        row = row._replace(forecast=forecast, held_by=str(root or ""))
        return before._replace(prospect=before.prospect._replace(forecast=forecast, root=root), row=row)
    return None


def _over(step: Step, own: StepState, last: date, limit: Deadline | None) -> Stand:
    """How a step stands that is done or cancelled; `last` is its last day."""
    due, original = limit or (None, None)
    where = status(step, own)
    row = StepRow(step.id, where, Light.OFF, "", due, original, own.opened, last, None, own.progress)
    return Stand(Bounds(limit, None, None), Prospect(last, None, unanswered=False), row, date.max)


def _stand(view: _View, step: Step, own: StepState) -> Stand:
    """How a step stands that goes on; what takes long and is as before is taken from there."""
    look, before = view.look, view.found.before.get(step.id)
    bounds, prospect = _bounds(view, step, own), _prospect(view, step, own)
    at = _standing(look, step, own, bounds, prospect)
    row = _row(look, step, at, bounds, prospect)
    kept = before if before and step.id not in view.found.touched and before.bounds == bounds else None
    turns = kept.turns if kept and look.today < kept.turns else _turns(look, step, own, at, bounds)
    calls, rungs = _rungs(view, step, own, row, before)
    until = look.now if _dead(view, step) else _until(look, row, turns, calls)
    return Stand(bounds, prospect, row, turns, until, calls, rungs)


def _dead(view: _View, step: Step) -> bool:
    """Whether a notice about a step reached nobody, and a deputy may come back for it at any moment."""
    return any(line[0].step == step.id for line in view.found.mail.lines.values())


def _until(look: Look, row: StepRow, turns: date, calls: Iterable[Call]) -> datetime | None:
    """What is lit counts the days, and a rung whose moment has come may be somebody else's any day."""
    day = look.today + DAY if row.light > Light.GREEN else turns
    moments = [call.rung_at for call in calls]
    if day < date.max:
        moments.append(look.office.at(day, time.min))
    return min(moments, default=None)


def _rungs(
    view: _View, step: Step, own: StepState, row: StepRow, before: Stand | None
) -> tuple[tuple[Call, ...], tuple[Laid, Pause] | None]:
    """The rungs of a step that are not yet spent; and all of them, with what keeps them back."""
    if row.status in WITHOUT_LADDER:
        return (), None
    look, found, was = view.look, view.found, before.ladder if before else None
    case = Case(look.initiative, step, own, row.status, found.at.limits[step.id])
    adopted = look.office.day(found.at.state.adopted or look.now)
    rungs = laid(look.office, case, adopted, was[0] if was else None), ladder.pause(view.scene, case)
    same = before and rungs == was and step.id not in found.told and not _dead(view, step)
    if before and same and all(look.now < call.rung_at for call in before.calls):
        return before.calls, was
    return tuple(ladder.calls(view.scene, rungs[0].rungs, rungs[1])), rungs


def _bounds(view: _View, step: Step, own: StepState) -> Bounds:
    opens = may_open(view.look, step, view.found.at.state) if own.opened is None else None
    return Bounds(view.found.at.limits[step.id], view.found.outlook.latest[step.id], opens)


def _prospect(view: _View, step: Step, own: StepState) -> Prospect:
    pressed = view.found.mail.pressed
    unanswered = step.id in pressed and pressed[step.id] > _heard(own)
    return Prospect(view.found.outlook.finish[step.id], view.held[step.id], unanswered)


def _heard(own: StepState) -> date:
    """The last day on which the present owner said anything, or was given the step."""
    return max(own.answered or date.min, own.assigned or date.min)


def _row(look: Look, step: Step, at: Standing, bounds: Bounds, prospect: Prospect) -> StepRow:
    """The row of a step that is not over."""
    lamp, reason = lights.light(look.office.policy.lights, look.calendar, at, look.today)
    return StepRow(
        step=step.id,
        status=at.status,
        light=lamp,
        reason=reason,
        due=at.due,
        original_due=bounds.limit.original if bounds.limit else None,
        opened=at.opened,
        finished=None,
        forecast=at.forecast,
        progress=at.progress,
        held_by=str(prospect.root or ""),
    )


def _standing(look: Look, step: Step, own: StepState, bounds: Bounds, prospect: Prospect) -> Standing:
    due = bounds.limit.day if bounds.limit else None
    late = due is not None and (prospect.forecast > due or look.today > due)
    return Standing(
        status=status(step, own),
        opened=own.opened,
        due=due,
        submitted=own.submitted,
        progress=progress(step, own),
        path=path(step),
        forecast=prospect.forecast,
        latest=bounds.latest,
        unanswered=prospect.unanswered,
        cause=_cause(look, prospect.root) if late else "",
    )


def _cause(look: Look, root: StepRef | None) -> str:
    if root is None:
        return ""
    plan = look.office.plan
    elsewhere = "" if root.initiative == look.initiative.id else f"（{plan.initiatives[root.initiative].title}）"
    return f"因“{plan.step(root).title}”{elsewhere}未完"


def _turns(look: Look, step: Step, own: StepState, at: Standing, bounds: Bounds) -> date:
    """The first day on which time alone may turn a step; tomorrow, where its limit moves with the days."""
    days = _turning_days(look, step, own, at, bounds.opens)
    return min((day for day in days if day > look.today), default=date.max)


def _turning_days(look: Look, step: Step, own: StepState, at: Standing, opens: date | None) -> Iterator[date]:
    """Days on which time alone may light, open or end a step."""
    yield from lights.changes(look.office.policy.lights, look.calendar, at)
    if at.latest is not None:
        last = at.latest if own.opened else latest_start(look.calendar, step, at.latest)
        yield look.calendar.previous_working(last) + DAY
    if own.opened is None:
        if opens is not None:
            yield opens
    elif step.kind is Kind.PERIOD:
        yield planned(look, step, own, own.opened) + DAY
    if own.suspended:
        yield look.today + DAY
