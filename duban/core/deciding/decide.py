"""The head of duban: what is to be done about one initiative now. Pure: same arguments, same decision.

`decide` is asked with the state as stored and answers with the entries to store, the actions to run and the moment to
look again. Asked again with those entries stored, it has nothing to add.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from operator import attrgetter

from duban.core.deciding import ladder
from duban.core.deciding.changes import change_calls
from duban.core.deciding.deadlines import Deadline
from duban.core.deciding.ground import Ground, changed, ground
from duban.core.deciding.indicators import measured_again, to_measure
from duban.core.deciding.mail import Mail, read_mail
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, foresee
from duban.core.deciding.rungs import Call
from duban.core.deciding.standing import DAY, Found, Stand, stands
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.summary import Light, Status, StepRow, Summary
from duban.core.planning.plan import Step, StepRef


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and how things stand once it is: entries to store, actions to run; by step id the rest."""

    drafts: tuple[Draft, ...]
    actions: tuple[StepRef, ...]
    summary: Summary
    outlook: Outlook
    measures: tuple[tuple[StepRef, str], ...]
    """Indicators to measure, each with the period it is for."""
    calls: tuple[Call, ...]
    """Rungs not yet spent, due now or later: earliest first, then as steps and ladders have them."""
    at: Ground
    stands: Mapping[str, Stand]
    mail: Mail
    """With ground, outlook and stands what a later decision begins from."""
    turning: datetime | None
    """The first moment at which time alone does more than move forecasts and the days that words count."""

    @property
    def state(self) -> State:
        """The state once what happens by itself is stored."""
        return self.at.state

    @property
    def deadlines(self) -> Mapping[str, Deadline | None]:
        """The deadline of every step, where it is known."""
        return self.at.limits

    def stored(self, state: State) -> "Decision":
        """The same with the state as it is once the drafts are stored."""
        return replace(self, at=self.at._replace(state=state))


def decide(look: Look, state: State, before: Decision | None = None) -> Decision:
    """Decide about one initiative; `look.facts` holds what is known of the steps in `initiative.upstream`.

    `before` may be a decision of the same office about the same initiative, no later than this one: what cannot
    have changed since is taken from it, which gives the same decision sooner.
    """
    return decide_on(look, ground(look, state, before.at if before else None), before)


def decide_on(look: Look, at: Ground, before: Decision | None = None) -> Decision:
    """Decide about an initiative whose ground is known already."""
    found, steps = _found(look, at, before)
    seen = stands(look, found, steps)
    going_on = [seen[step.id] for step in at.going_on]
    rows = [stand.row for stand in going_on]
    changes = change_calls(ladder.Scene(look, at.state, found.mail))
    rungs = (*chain.from_iterable(stand.calls for stand in going_on), *changes)
    unreached = ladder.dead_calls(look.office, at.state, found.mail.lines, rungs, look.now)
    calls = sorted((*rungs, *unreached), key=attrgetter("moment"))
    turning = _turning(look, at, calls, seen)
    return Decision(
        drafts=(*at.drafts, *_notices(look, at.state, calls)),
        actions=tuple(StepRef(look.initiative.id, row.step) for row in rows if row.status is Status.RUNNING),
        summary=_summary(look, at, seen, rows, turning),
        outlook=found.outlook,
        measures=tuple(_measures(look, at.state, seen)),
        calls=tuple(call for call in calls if not call.stale),
        at=at,
        stands=seen,
        mail=found.mail,
        turning=turning,
    )


def _found(look: Look, at: Ground, before: Decision | None) -> tuple[Found, Sequence[Step]]:
    """What is known of the whole initiative, and the steps to look at: all but those that are over and were before."""
    steps, state = look.initiative.steps, at.state
    if before is None:
        everything = tuple(steps.values())
        outlook, mail = foresee(look, at, everything), read_mail(look.office, state)
        return Found(at, outlook, mail, before={}, touched=(), told=(), unmoved=False), everything
    told = _told(state, before.state)
    touched = told.union(changed(state, before.state))
    counted = (name for name in at.anchors if at.limits[name] != before.at.limits[name])
    over = [name for name in {*touched, *counted} if name in steps and state.step(name).closed]
    afresh = (*(steps[name] for name in over), *at.going_on)
    unmoved = not over and at.limits == before.at.limits and at.going_on == before.at.going_on
    outlook = foresee(look, at, afresh, before.outlook, touched, unmoved=unmoved)
    mail = before.mail if state.notices is before.state.notices else read_mail(look.office, state)
    return Found(at, outlook, mail, before.stands, touched, told, unmoved), afresh


def _told(now: State, then: State) -> frozenset[str]:
    """The steps about which there is another notice, or to one of whose notices something has happened."""
    if now.notices is then.notices:
        return frozenset()
    known = then.notices
    return frozenset(row.step for key, row in now.notices.items() if known.get(key) is not row)


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


def _summary(
    look: Look, at: Ground, seen: Mapping[str, Stand], going_on: Sequence[StepRow], turning: datetime | None
) -> Summary:
    worst = max(going_on, key=attrgetter("light"), default=None)
    if worst is None:
        reason = "全部事项已办结"
    elif worst.light > Light.GREEN:
        reason = f"“{look.initiative.steps[worst.step].title}”{worst.reason}"
    else:
        reason = "正常推进"
    return Summary(
        initiative=look.initiative.id,
        sequence=at.state.head.sequence if at.state.head else 0,
        light=max(worst.light, Light.GREEN) if worst else Light.GREEN,
        reason=reason,
        done=len(seen) - len(going_on),
        total=len(seen),
        next_due=min([row.due for row in going_on if row.due], default=None),
        look_again=_look_again(look, turning, worst),
        steps=tuple(stand.row for stand in seen.values()),
    )


def _turning(look: Look, at: Ground, calls: Iterable[Call], seen: Mapping[str, Stand]) -> datetime | None:
    """The first moment at which time alone lights, opens or ends a step, or a rung falls due."""
    moments = [call.moment for call in calls if call.moment > look.now]
    day = min([seen[step.id].turns for step in at.going_on], default=date.max)
    if any(call.rung_at <= look.now < call.moment for call in calls):  # kept apart, it may be a deputy's turn tomorrow
        day = min(day, look.today + DAY)
    day = min((day, *(other for other in _anchors_overdue(look, at, seen) if other > look.today)))
    if day < date.max:
        moments.append(look.office.at(day, time.min))
    for name in look.initiative.measured:
        row = seen[name].row
        again = measured_again(look, look.initiative.steps[name], row.status, row.due)
        if again is not None:
            moments.append(again)
    return min(moments, default=None)


def _anchors_overdue(look: Look, at: Ground, seen: Mapping[str, Stand]) -> Iterator[date]:
    """Days from which the date a waiting step hangs on moves with the days: what it counts from is then overdue."""
    for step in at.going_on:
        if not step.earliest_anchor or seen[step.id].row.status is not Status.WAITING:
            continue
        for ref in step.earliest_anchor:
            if ref.initiative == look.initiative.id:
                expected = seen[ref.step].row.forecast  # None once it is closed
            else:
                fact = look.facts.get(ref)
                expected = fact.forecast if fact else look.today
            if expected is not None:
                yield max(expected, look.today) + DAY


def _look_again(look: Look, turning: datetime | None, worst: StepRow | None) -> datetime | None:
    """When to look again: tomorrow, where what is said of a step counts days; at the latest when a week begins."""
    if worst is None:
        return turning
    day = look.today + (DAY if worst.light > Light.GREEN else timedelta(days=7 - look.today.weekday()))
    restless = look.office.at(day, time.min)
    return restless if turning is None else min(turning, restless)
