"""The head of duban: what is to be done about one initiative now. Pure: same arguments, same decision.

`decide` is asked with the state as stored and answers with the entries to store, the actions to run and the moment to
look again. Asked again with those entries stored, it has nothing to add.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from operator import attrgetter

from duban.core.deciding import ladder
from duban.core.deciding.deadlines import Deadline, deadline
from duban.core.deciding.indicators import measured_again, to_measure
from duban.core.deciding.ladder import Call
from duban.core.deciding.mail import Mail, read_mail
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, foresee
from duban.core.deciding.settle import settle
from duban.core.deciding.standing import DAY, Found, Stand, stands
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow, Summary
from duban.core.planning.plan import StepRef


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
    stands: Mapping[str, Stand]
    mail: Mail
    day: date
    """The day it was decided on; with stands and mail, what a later decision begins from."""
    turning: datetime | None
    """The first moment at which time alone does more than move forecasts and the days that words count."""


def decide(look: Look, state: State, before: Decision | None = None) -> Decision:
    """Decide about one initiative; `look.facts` holds what is known of the steps in `initiative.upstream`.

    `before` may be a decision of the same office about the same initiative, no later than this one: what cannot
    have changed since is taken from it, which gives the same decision sooner.
    """
    steps = look.initiative.steps
    after, settled = settle(look, state)
    found = _found(look, after, before)
    seen = dict(stands(look, found))
    rungs = tuple(chain.from_iterable(stand.calls for stand in seen.values()))
    unreached = ladder.dead_calls(look.office, after, found.mail.lines, rungs, look.now)
    calls = sorted((*rungs, *unreached), key=attrgetter("moment"))
    rows = tuple(stand.row for stand in seen.values())
    turning = _turning(look, calls, seen)
    return Decision(
        drafts=(*_adopting(state), *settled, *_notices(look, after, calls)),
        actions=tuple(steps[row.step].ref for row in rows if row.status is Status.RUNNING),
        measures=tuple(_measures(look, after, seen)),
        summary=_summary(look, after, rows, _look_again(look, turning, rows)),
        state=after,
        outlook=found.outlook,
        deadlines=found.limits,
        calls=tuple(call for call in calls if not call.stale),
        stands=seen,
        mail=found.mail,
        day=look.today,
        turning=turning,
    )


def _found(look: Look, state: State, before: Decision | None) -> Found:
    """What is known of the whole initiative; of an earlier decision what still holds."""
    if before is None:
        limits = {name: deadline(look, step, state) for name, step in look.initiative.steps.items()}
        mail = read_mail(look.office, state)
        return Found(state, limits, foresee(look, state, limits), mail, frozenset(), {}, None)
    same = _same(look, state, before.state)
    limits = dict(before.deadlines)
    for name, step in look.initiative.steps.items():
        if name not in same or step.due_anchor or _suspended(state, name):
            limits[name] = deadline(look, step, state)
    unmoved = limits == before.deadlines and all(
        name in same or state.step(name).closed == before.state.step(name).closed for name in limits
    )
    outlook = foresee(look, state, limits, before.outlook.latest if unmoved else None)
    mail = before.mail if state.notices is before.state.notices else read_mail(look.office, state)
    return Found(state, limits, outlook, mail, same, before.stands, before.day)


def _same(look: Look, state: State, before: State) -> frozenset[str]:
    """The steps to which nothing has happened, nor to a notice about them."""
    told: set[str] = set()
    if state.notices is not before.notices:
        told = {notice.step for key, notice in state.notices.items() if before.notices.get(key) is not notice}
    now, then = state.steps, before.steps
    return frozenset(name for name in look.initiative.steps if now.get(name) is then.get(name) and name not in told)


def _suspended(state: State, name: str) -> bool:
    """Whether the deadline of a step moves with the days."""
    own = state.steps.get(name)
    return own is not None and own.suspended is not None


def _adopting(state: State) -> tuple[Draft, ...]:
    return () if state.adopted else (Draft(EntryKind.ADOPTED, key="adopted"),)


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


def _measures(look: Look, state: State, seen: Mapping[str, Stand]) -> Iterator[tuple[StepRef, str]]:
    for name in look.initiative.measured:
        step, row = look.initiative.steps[name], seen[name].row
        due = to_measure(look, step, state.step(name), row.status, row.due)
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


def _turning(look: Look, calls: Iterable[Call], seen: Mapping[str, Stand]) -> datetime | None:
    """The first moment at which time alone lights, opens or ends a step, or a rung falls due."""
    moments = [call.moment for call in calls if call.moment > look.now]
    day = min(stand.turns for stand in seen.values())
    if any(call.rung_at <= look.now < call.moment for call in calls):  # kept apart, it may be a deputy's turn tomorrow
        day = min(day, look.today + DAY)
    day = min((day, *(other for other in _anchors_overdue(look, seen) if other > look.today)))
    if day < date.max:
        moments.append(look.office.at(day, time.min))
    for name in look.initiative.measured:
        row = seen[name].row
        again = measured_again(look, look.initiative.steps[name], row.status, row.due)
        if again is not None:
            moments.append(again)
    return min(moments, default=None)


def _anchors_overdue(look: Look, seen: Mapping[str, Stand]) -> Iterator[date]:
    """Days from which the date a waiting step hangs on moves with the days: what it counts from is then overdue."""
    for name, step in look.initiative.steps.items():
        if not step.earliest_anchor or seen[name].row.status is not Status.WAITING:
            continue
        for ref in step.earliest_anchor:
            if ref.initiative == look.initiative.id:
                expected = seen[ref.step].row.forecast  # None once it is closed
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
