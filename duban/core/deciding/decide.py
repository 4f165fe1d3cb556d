"""The head of duban: what is to be done about one initiative now. Pure: same arguments, same decision.

`decide` is asked with the state as stored and answers with the entries to store, the actions to run and the moment to
look again. Asked again with those entries stored, it has nothing to add.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from duban.core.deciding import ladder, lights
from duban.core.deciding.deadlines import Deadline, deadline, may_open, planned
from duban.core.deciding.indicators import measured_again, path, progress, to_measure
from duban.core.deciding.ladder import Call, Case
from duban.core.deciding.lights import Standing
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, foresee, latest_start, roots
from duban.core.deciding.settle import settle, status
from duban.core.deciding.undelivered import Line, lines
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State, StepState
from duban.core.ledger.summary import CLOSED, Delivery, Light, Status, StepRow, Summary
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind

WITHOUT_LADDER = frozenset({Status.WAITING, Status.SUSPENDED, Status.ELAPSING, Status.RUNNING}) | CLOSED
DAY = timedelta(days=1)
WANTING_ANSWER = frozenset({"press", "supervise"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and how things stand once it is: entries to store, actions to run; by step id the rest."""

    drafts: tuple[Draft, ...]
    actions: tuple[StepRef, ...]
    summary: Summary
    state: State
    outlook: Outlook
    deadlines: Mapping[str, Deadline | None]
    measures: tuple[tuple[StepRef, str], ...]
    """Indicators to measure, each with the period it is for."""
    calls: tuple[Call, ...]
    """Rungs not yet spent, due now or later: earliest first, then as steps and ladders have them."""
    by_step: Mapping[str, tuple[Call, ...]]
    """The same by step, those that are stale among them."""
    turning: datetime | None
    """The first moment at which time alone does more than move forecasts and the days that words count."""


def decide(look: Look, state: State, before: Decision | None = None) -> Decision:
    """Decide about one initiative; `look.facts` holds what is known of the steps in `initiative.upstream`.

    `before` may be an earlier decision of the same office about the same initiative: what cannot have changed since is
    taken from it, which gives the same decision sooner.
    """
    steps = look.initiative.steps
    after, settled = settle(look, state)
    kept = _kept(look, after, before)
    limits = {
        name: kept.limits[name] if name in kept.limits else deadline(look, step, after) for name, step in steps.items()
    }
    outlook = foresee(look, after, limits)
    dead = lines(after)
    by_step = dict(_calls(look, after, limits, kept, dead))
    rungs = tuple(chain.from_iterable(by_step.values()))
    unreached = ladder.dead_calls(look.office, after, dead, rungs, look.now)
    calls = sorted((*rungs, *unreached), key=lambda call: call.moment)
    standings = dict(_standings(look, after, limits, outlook))
    rows = tuple(
        kept.over.get(name) or _row(look, after.step(name), limits[name], standings.get(name), name) for name in steps
    )
    turning = _turning(look, after, calls, standings)
    return Decision(
        drafts=(*_adopting(state), *settled, *_notices(look, after, calls)),
        actions=tuple(steps[row.step].ref for row in rows if row.status is Status.RUNNING),
        measures=tuple(_measures(look, after, rows)),
        summary=_summary(look, after, rows, _look_again(look, turning, rows)),
        state=after,
        outlook=outlook,
        deadlines=limits,
        calls=tuple(call for call in calls if not call.stale),
        by_step=by_step,
        turning=turning,
    )


class _Kept(NamedTuple):
    """What an earlier decision tells, by step, of those to which nothing has happened since."""

    limits: Mapping[str, Deadline | None]
    calls: Mapping[str, tuple[Call, ...]]
    over: Mapping[str, StepRow]


def _kept(look: Look, state: State, before: Decision | None) -> _Kept:
    """Deadlines that hang on nothing else, rungs the first of which is still to come, rows of closed steps."""
    if before is None:
        return _Kept({}, {}, {})
    present, known, notices = state.steps, before.state.steps, before.state.notices
    told = {notice.step for key, notice in state.notices.items() if notices.get(key) is not notice}
    free = {
        name
        for name, step in look.initiative.steps.items()
        if known.get(name) is (own := present.get(name))
        and name not in told
        and not step.due_anchor
        and (own is None or own.suspended is None)
    }
    return _Kept(
        limits={name: before.deadlines[name] for name in free},
        calls={
            name: calls
            for name, calls in before.by_step.items()
            if name in free and all(call.moment > look.now for call in calls)
        },
        over={row.step: row for row in before.summary.steps if row.status in CLOSED and row.step in free},
    )


def _adopting(state: State) -> tuple[Draft, ...]:
    return () if state.adopted else (Draft(EntryKind.ADOPTED, key="adopted"),)


def _calls(
    look: Look, state: State, limits: Mapping[str, Deadline | None], kept: _Kept, dead: Mapping[str, Line]
) -> Iterator[tuple[str, tuple[Call, ...]]]:
    """The rungs of each step that may have any."""
    sending, at = ladder.being_sent(state), ladder.scene(look.office, state, look.now)
    for name, step in look.initiative.steps.items():
        own = state.step(name)
        where = status(step, own)
        if where in WITHOUT_LADDER:
            continue
        if name in kept.calls:
            yield name, kept.calls[name]
        else:
            case = Case(look.initiative, step, own, where, limits[name], sending.get(name, {}), dead)
            yield name, tuple(ladder.calls(at, case))


def _notices(look: Look, state: State, calls: Iterable[Call]) -> Iterator[Draft]:
    for call in calls:
        if call.moment <= look.now:
            yield _skipped(call) if call.stale else _queued(look, state, call)


def _skipped(call: Call) -> Draft:
    return Draft(EntryKind.RUNG_SKIPPED, call.step, data={"notice": call.key}, key=f"skipped/{call.key}")


def _queued(look: Look, state: State, call: Call) -> Draft:
    # One that was dropped is queued again under a key of its own: what has happened since then tells it apart.
    again = f"/{state.head.sequence}" if state.head and call.key in state.notices else ""
    data = {
        "notice": call.key,
        "rung": call.rung,
        "slip": call.slip,
        "post": call.post,
        "recipient": call.recipient,
        "next_try": look.office.sending_moment(look.now, immediate=call.immediate).isoformat(),
        "immediate": call.immediate,
    }
    return Draft(EntryKind.NOTICE_QUEUED, call.step, data=data, key=f"notice/{call.key}{again}")


def _standings(
    look: Look, state: State, limits: Mapping[str, Deadline | None], outlook: Outlook
) -> Iterator[tuple[str, Standing]]:
    """How the steps that are not closed stand."""
    pressed, held = _pressed(look, state), roots(look, outlook)
    for name, step in look.initiative.steps.items():
        own, limit = state.step(name), limits[name]
        if own.closed:
            continue
        due, expected = limit.day if limit else None, outlook.finish[name]
        late = due is not None and (expected > due or look.today > due)
        yield (
            name,
            Standing(
                status=status(step, own),
                opened=own.opened,
                due=due,
                submitted=own.submitted,
                progress=progress(step, own),
                path=path(step),
                forecast=expected,
                latest=outlook.latest[name],
                unanswered=name in pressed and pressed[name] > max(own.answered or date.min, own.assigned or date.min),
                held_by=held[name],
                cause=_cause(look, held[name]) if late else "",
            ),
        )


def _pressed(look: Look, state: State) -> dict[str, date]:
    """For each step that somebody was pressed about: the last day of it."""
    pressed: dict[str, date] = {}
    for notice in state.notices.values():
        if notice.slip in WANTING_ANSWER and notice.delivery is Delivery.SENT:
            day = look.office.day(notice.queued_at)
            pressed[notice.step] = max(day, pressed.get(notice.step, day))
    return pressed


def _cause(look: Look, root: StepRef | None) -> str:
    if root is None:
        return ""
    plan = look.office.plan
    elsewhere = "" if root.initiative == look.initiative.id else f"（{plan.initiatives[root.initiative].title}）"
    return f"因“{plan.step(root).title}”{elsewhere}未完"


def _row(look: Look, own: StepState, limit: Deadline | None, standing: Standing | None, name: str) -> StepRow:
    """The row of a step; one that is closed has no standing."""
    due, original = (limit.day, limit.original) if limit else (None, None)
    if standing is None:
        closed = Status.CANCELLED if own.cancelled else Status.DONE
        return StepRow(name, closed, Light.OFF, "", due, original, own.opened, own.finished, None, own.progress)
    lamp, reason = lights.light(look.office.policy.lights, look.calendar, standing, look.today)
    return StepRow(
        step=name,
        status=standing.status,
        light=lamp,
        reason=reason,
        due=due,
        original_due=original,
        opened=own.opened,
        finished=None,
        forecast=standing.forecast,
        progress=standing.progress,
        held_by=str(standing.held_by or ""),
    )


def _measures(look: Look, state: State, rows: Iterable[StepRow]) -> Iterator[tuple[StepRef, str]]:
    for row in rows:
        step = look.initiative.steps[row.step]
        due = to_measure(look, step, state.step(row.step), row.status, row.due)
        if due is not None:
            yield step.ref, due


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


def _turning(look: Look, state: State, calls: Iterable[Call], standings: Mapping[str, Standing]) -> datetime | None:
    """The first moment at which time alone lights, opens or ends a step, or a rung falls due."""
    moments = [call.moment for call in calls if call.moment > look.now]
    days = [day for name, at in standings.items() for day in _turning_days(look, state, name, at) if day > look.today]
    days += [day for day in _anchors_overdue(look, standings) if day > look.today]
    if days:
        moments.append(look.office.at(min(days), time.min))
    again = (measured_again(look, look.initiative.steps[name], at.status, at.due) for name, at in standings.items())
    moments += [moment for moment in again if moment is not None]
    return min(moments, default=None)


def _turning_days(look: Look, state: State, name: str, at: Standing) -> Iterator[date]:
    """Days on which time alone may light, open or end a step; tomorrow, where its limit moves with the days."""
    step, own = look.initiative.steps[name], state.step(name)
    yield from lights.changes(look.office.policy.lights, look.calendar, at)
    if at.latest is not None:
        last = at.latest if own.opened else latest_start(look.calendar, step, at.latest)
        yield look.calendar.previous_working(last) + DAY
    if own.opened is None:
        yield may_open(look, step, state) or look.today
    elif step.kind is Kind.PERIOD:
        yield planned(look, step, own, own.opened) + DAY
    if own.suspended:
        yield look.today + DAY


def _anchors_overdue(look: Look, standings: Mapping[str, Standing]) -> Iterator[date]:
    """Days from which the date a waiting step hangs on moves with the days: what it counts from is then overdue."""
    for name, at in standings.items():
        for ref in look.initiative.steps[name].earliest_anchor if at.opened is None else ():
            if ref.initiative == look.initiative.id:
                anchor = standings.get(ref.step)
                expected = anchor.forecast if anchor else None
            else:
                fact = look.facts.get(ref)
                expected = fact.forecast if fact else look.today
            if expected is not None:
                yield max(expected, look.today) + DAY


def _look_again(look: Look, turning: datetime | None, rows: Iterable[StepRow]) -> datetime | None:
    """When to look again: tomorrow, where what is said of a step counts days; at the latest when a week begins."""
    going_on = [row for row in rows if row.status not in CLOSED]
    if not going_on:
        return turning
    counts_days = any(row.light > Light.GREEN for row in going_on)
    day = look.today + (DAY if counts_days else timedelta(days=7 - look.today.weekday()))
    restless = look.office.at(day, time.min)
    return restless if turning is None else min(turning, restless)
