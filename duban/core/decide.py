"""The head of duban: what is to be done about one initiative now. Pure: same arguments, same decision.

`decide` is asked with the state as stored and answers with the entries to store, the actions to run and the moment to
look again. Asked again with those entries stored, it has nothing to add.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from duban.core import ladder, lights
from duban.core.deadlines import Deadline, deadline, lasting, may_open
from duban.core.entries import Draft, EntryKind
from duban.core.ladder import Call, Case
from duban.core.lights import Standing
from duban.core.office import Look
from duban.core.outlook import Outlook, foresee
from duban.core.plan import Step, StepRef
from duban.core.plan_file import Kind
from duban.core.settle import settle, status
from duban.core.state import State
from duban.core.summary import CLOSED, Delivery, Light, Status, StepRow, Summary

WITHOUT_LADDER = frozenset({Status.WAITING, Status.SUSPENDED, Status.ELAPSING, Status.RUNNING}) | CLOSED
PRESSING = frozenset({"press", "supervise"})
"""Slips that want an answer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and how things stand once it is: entries to store, actions to run; by step id the rest."""

    drafts: tuple[Draft, ...]
    actions: tuple[StepRef, ...]
    summary: Summary
    state: State
    outlook: Outlook
    deadlines: Mapping[str, Deadline | None]
    calls: tuple[Call, ...]
    """Rungs not yet spent, due now or later, earliest first."""


def decide(look: Look, state: State) -> Decision:
    """Decide about one initiative; `look.facts` holds what is known of the steps in `initiative.upstream`."""
    adopted = state.adopted or look.now
    drafts = [] if state.adopted else [Draft(EntryKind.ADOPTED, key="adopted")]
    after, settled = settle(look, state, look.office.day(adopted))
    limits = {step.id: deadline(look, step, after) for step in look.initiative.steps.values()}
    outlook = foresee(look, after, limits)
    calls = tuple(sorted(_calls(look, after, limits), key=lambda call: (call.moment, call.key)))
    standings = {step.id: _standing(look, step, after, limits, outlook) for step in look.initiative.steps.values()}
    rows = tuple(_row(look, step, after, limits, standings[step.id]) for step in look.initiative.steps.values())
    return Decision(
        drafts=(*drafts, *settled, *_notices(look, after, calls, adopted)),
        actions=tuple(look.initiative.steps[row.step].ref for row in rows if row.status is Status.RUNNING),
        summary=_summary(look, after, rows, _look_again(look, after, calls, standings)),
        state=after,
        outlook=outlook,
        deadlines=limits,
        calls=calls,
    )


def _calls(look: Look, state: State, limits: Mapping[str, Deadline | None]) -> Iterator[Call]:
    for step in look.initiative.steps.values():
        own = state.step(step.id)
        where = status(step, own)
        if where in WITHOUT_LADDER:
            continue
        case = Case(look.initiative, step, own, where, limits[step.id])
        yield from (
            call for call in ladder.calls(look.office, case, state, look.now) if not ladder.fired(state, call.key)
        )
    yield from (call for call in ladder.dead_calls(look.office, state) if not ladder.fired(state, call.key))


def _notices(look: Look, state: State, calls: tuple[Call, ...], adopted: datetime) -> Iterator[Draft]:
    began = look.morning(look.office.day(adopted))
    for call in calls:
        if call.moment > look.now:
            return
        if call.moment < began:
            yield Draft(EntryKind.RUNG_SKIPPED, call.step, data={"notice": call.key}, key=f"skipped/{call.key}")
        else:
            yield _queued(look, state, call)


def _queued(look: Look, state: State, call: Call) -> Draft:
    dropped = state.notices.get(call.key)
    again = f"/{dropped.queued_at.isoformat()}" if dropped else ""
    data = {
        "notice": call.key,
        "rung": call.rung,
        "slip": call.slip,
        "post": call.post,
        "recipient": call.recipient,
        "next_try": look.office.working_moment(look.now).isoformat(),
    }
    return Draft(EntryKind.NOTICE_QUEUED, call.step, data=data, key=f"notice/{call.key}{again}")


def _standing(
    look: Look, step: Step, state: State, limits: Mapping[str, Deadline | None], outlook: Outlook
) -> Standing:
    own, limit = state.step(step.id), limits[step.id]
    pressed = [
        look.office.day(notice.queued_at)
        for notice in state.notices.values()
        if notice.step == step.id and notice.slip in PRESSING and notice.delivery is Delivery.SENT
    ]
    return Standing(
        status=status(step, own),
        opened=own.opened,
        due=limit.day if limit else None,
        submitted=own.submitted,
        progress=own.progress,
        forecast=outlook.finish[step.id],
        latest=outlook.latest[step.id],
        unanswered=bool(pressed) and (own.answered is None or own.answered < max(pressed)),
        cause=_cause(look, step, outlook),
    )


def _cause(look: Look, step: Step, outlook: Outlook) -> str:
    first = outlook.chain(step.id, look.initiative.id)[0]
    return "" if first == step.ref else f"因“{look.office.plan.step(first).title}”未完"


def _row(look: Look, step: Step, state: State, limits: Mapping[str, Deadline | None], standing: Standing) -> StepRow:
    own, limit = state.step(step.id), limits[step.id]
    lamp, reason = lights.light(look.office.policy.lights, look.calendar, standing, look.today)
    return StepRow(
        step=step.id,
        status=standing.status,
        light=lamp,
        reason=reason,
        due=standing.due,
        original_due=limit.original if limit else None,
        opened=own.opened,
        finished=own.finished,
        forecast=None if own.closed else standing.forecast,
        progress=own.progress,
    )


def _summary(look: Look, state: State, rows: tuple[StepRow, ...], look_again: datetime | None) -> Summary:
    worst = max(rows, key=lambda row: row.light)
    closed = sum(row.status in CLOSED for row in rows)
    if closed == len(rows):
        reason = "全部事项已办结"
    elif worst.light > Light.GREEN:
        reason = f"“{look.initiative.steps[worst.step].title}”{worst.reason}"
    else:
        reason = "正常推进"
    return Summary(
        initiative=look.initiative.id,
        sequence=state.head.sequence if state.head else 0,
        light=max(worst.light, Light.GREEN),
        reason=reason,
        done=closed,
        total=len(rows),
        next_due=min((row.due for row in rows if row.due and row.status not in CLOSED), default=None),
        look_again=look_again,
        steps=rows,
    )


def _look_again(
    look: Look, state: State, calls: tuple[Call, ...], standings: Mapping[str, Standing]
) -> datetime | None:
    """The first moment at which time alone changes something; at the latest the first morning of the next week."""
    moments = [call.moment for call in calls if call.moment > look.now]
    if not all(state.step(name).closed for name in look.initiative.steps):
        moments += [look.morning(day) for day in _days_to_look(look, state, standings) if day > look.today]
    return min(moments, default=None)


def _days_to_look(look: Look, state: State, standings: Mapping[str, Standing]) -> Iterator[date]:
    for step in look.initiative.steps.values():
        own = state.step(step.id)
        yield from lights.changes(look.office.policy.lights, look.calendar, standings[step.id], look.today)
        if own.opened is None and not own.closed:
            ready = may_open(look, step, state)
            yield from () if ready is None else (ready,)
        elif step.kind is Kind.PERIOD and not own.closed and own.opened is not None:
            yield lasting(look.office, step, own.opened) + timedelta(days=1)
    yield look.calendar.next_working(look.today + timedelta(days=7 - look.today.weekday()))
