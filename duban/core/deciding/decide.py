"""The head of duban: what is to be done about one initiative now. Pure: same arguments, same decision.

`decide` is asked with the state as stored and answers with the entries to store, the actions to run and the moment to
look again. Asked again with those entries stored, it has nothing to add. What happens by itself is settled first; then
every step has its dates, a timetable made of these, and what that says at this moment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter

from duban.core.deciding.changes import change_rungs, gone
from duban.core.deciding.deadlines import NO_LIMITS, Limits, deadlines, goes_by_reports, may_open
from duban.core.deciding.given import DATES, Given
from duban.core.deciding.indicators import measured_again, to_measure
from duban.core.deciding.ladder import NO_LADDER, due, has_dead, of_dead
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import Outlook, foresee
from duban.core.deciding.rungs import DueRung
from duban.core.deciding.settle import settle, status
from duban.core.deciding.timetable import DAY, Made, Timetables, next_day, stands, timetable
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import StepRef
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow, Summary


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and how things stand once it is: entries to store, actions to run; by step id the rest."""

    look: Look
    drafts: tuple[Draft, ...]
    actions: tuple[StepRef, ...]
    measures: tuple[tuple[StepRef, str], ...]
    """Indicators to measure, each with the period it is for."""
    summary: Summary
    rungs: tuple[DueRung, ...]
    """Rungs not yet spent, due now or later: earliest first, then as steps and ladders have them."""
    state: State
    """The state once what happens by itself is stored."""
    rows: Mapping[str, StepRow]
    deadlines: Limits
    outlook: Outlook
    turning: datetime | None
    """The first moment at which time alone lights, opens or ends a step, or a rung falls due."""
    timetables: Timetables


def decide(look: Look, state: State, kept: Decision | None = None) -> Decision:
    """Decide about one initiative; `look.upstream` holds what is known of the steps in `initiative.upstream`.

    An earlier decision about it that was `kept` changes nothing but the time this takes.
    """
    after, settled = settle(look, state)
    if kept is not None and (kept.look.office is not look.office or kept.look.initiative is not look.initiative):
        kept = None
    return decide_on(look, after, settled, deadlines(look, after, kept.deadlines if kept else NO_LIMITS), kept)


def decide_on(look: Look, after: State, settled: Iterable[Draft], limits: Limits, kept: Decision | None) -> Decision:
    """The same once it is known what happens by itself, and the deadlines after that; `kept` is of the same office."""
    outlook = foresee(look, after, limits, kept.outlook if kept else None)
    steps = _timetables(look, after, limits, outlook, kept.timetables if kept else {})
    today = look.today
    rows = {name: table.row if today < table.first else stands(at, table, today) for name, (at, table) in steps.items()}
    rungs = _rungs(look, after, steps)
    turning = _turning(look, rungs, steps, rows)
    return Decision(
        look=look,
        drafts=(*settled, *_notices(look, after, rungs)),
        actions=tuple([StepRef(look.initiative.id, one.step) for one in rows.values() if one.status is Status.RUNNING]),
        measures=tuple(_measures(look, after, rows)),
        summary=_summary(look, after, rows, turning),
        rungs=tuple([rung for rung in rungs if not rung.stale]),
        state=after,
        rows=rows,
        deadlines=limits,
        outlook=outlook,
        turning=turning,
        timetables=steps,
    )


def _timetables(look: Look, state: State, limits: Limits, outlook: Outlook, kept: Timetables) -> Timetables:
    """The timetable of every step, with what it is made of: as kept, where that is the same."""
    here, adopted, found = (look.office, look.initiative), look.office.day(state.adopted or look.now), dict[str, Made]()
    for name, step in look.initiative.steps.items():
        own, known = state.steps.get(name, NOTHING), kept.get(name)
        same = known if known is not None and known[0].own is own and known[0].adopted == adopted else None
        over = own.finished is not None
        if over and same is not None and own.judged is not None:
            found[name] = same  # half of a year's steps: what was judged once moves no more
            continue
        waits = own.opened is None and not over and outlook.held_by[name] is None
        opens = may_open(look, step, state) if waits else None  # not while another step holds it up
        latest = None if over else outlook.latest[name]
        dates = (*(limits[name] or (None, None)), opens, latest, outlook.forecast[name], outlook.root[name])
        if same is not None and same[0][DATES:] == dates:
            found[name] = same
            continue
        at = Given(*here, adopted, step, own, same[0].status if same is not None else status(step, own), *dates)
        found[name] = (at, known[1] if known is not None and known[0] == at else timetable(look, at, known))
    return found


def _rungs(look: Look, state: State, steps: Timetables) -> list[DueRung]:
    """The rungs of all steps that have not fired, those to be recorded as skipped too: earliest first."""
    ladders, changes, undelivered = list[DueRung](), list[DueRung](), list[DueRung]()
    for at, table in steps.values():
        if table.rungs is not NO_LADDER:
            ladders += due(look, at.own, table.rungs)
        if table.untold:
            changes += change_rungs(look, at)
    for name in sorted(state.steps.keys() - steps.keys()):  # the plan no longer has them
        if (was := gone(look, name, state.steps[name])) is not None:
            changes += change_rungs(look, was)
    for name, own in state.steps.items():
        if has_dead(own) if name not in steps else steps[name][1].rungs.dead:
            undelivered += of_dead(look, name, own, [rung for rung in (*ladders, *changes) if rung.step == name])
    return sorted((*ladders, *changes, *undelivered), key=attrgetter("moment"))


def _notices(look: Look, state: State, rungs: Iterable[DueRung]) -> list[Draft]:
    """What is to be stored of the rungs that are due."""
    now = [rung for rung in rungs if rung.moment <= look.now]
    return [_skipped(rung) if rung.stale else _queued(look, state, rung) for rung in now]


def _skipped(rung: DueRung) -> Draft:
    return Draft(EntryKind.RUNG_SKIPPED, rung.step, data={"notice": str(rung.key)}, key=f"skipped/{rung.key}")


def _queued(look: Look, state: State, rung: DueRung) -> Draft:
    # One that was dropped is queued again under a key of its own: what has happened since then tells it apart.
    again = f"/{state.head.sequence}" if state.head and rung.key in state.step(rung.step).notices else ""
    data = {
        "notice": str(rung.key),
        "rung": rung.rung,
        "slip": rung.slip,
        "post": rung.post,
        "recipient": rung.recipient,
        "next_try": look.soonest[rung.immediate].isoformat(),
        "immediate": rung.immediate,
    }
    return Draft(EntryKind.NOTICE_QUEUED, rung.step, data=data, key=f"notice/{rung.key}{again}")


def _measures(look: Look, state: State, rows: Mapping[str, StepRow]) -> Iterator[tuple[StepRef, str]]:
    for name in look.initiative.measured:
        step = look.initiative.steps[name]
        period = to_measure(look, step, state.step(name), rows[name].status, rows[name].due)
        if period is not None:
            yield step.ref, period


def _summary(look: Look, state: State, rows: Mapping[str, StepRow], turning: datetime | None) -> Summary:
    going_on = [one for one in rows.values() if one.status not in CLOSED]
    worst = max([one.light for one in going_on], default=None)
    return Summary(
        initiative=look.initiative.id,
        sequence=state.head.sequence if state.head else 0,
        light=Light.GREEN if worst is None else max(worst, Light.GREEN),
        done=len(rows) - len(going_on),
        total=len(rows),
        next_due=min([one.due for one in going_on if one.due], default=None),
        look_again=_look_again(look, turning, worst),
        steps=tuple(rows.values()),
    )


def _look_again(look: Look, turning: datetime | None, worst: Light | None) -> datetime | None:
    """When to look again: tomorrow, where what is said of a step counts days; at the latest when a week begins."""
    if worst is None:
        return turning
    day = look.today + (DAY if worst > Light.GREEN else timedelta(days=7 - look.today.weekday()))
    restless = look.office.at(day, time.min)
    return restless if turning is None else min(turning, restless)


def _turning(look: Look, rungs: Iterable[DueRung], steps: Timetables, rows: Mapping[str, StepRow]) -> datetime | None:
    """The first moment at which time alone lights, opens or ends a step, or a rung falls due."""
    later = [rung for rung in rungs if rung.moment > look.now]
    moments = [rung.moment if rung.rung_at <= look.now else rung.rung_at for rung in later]
    days = [next_day(steps, look.today), *_overdue(look, steps, rows)]
    for rung in rungs:
        if rung.repeat and rung.moment <= look.now:
            moments.append(look.office.morning(look.calendar.add(look.today, rung.repeat)))
    for rung in later:
        if rung.rung_at <= look.now:  # kept apart, it may be a deputy's turn on the next day of sending
            moments.append(look.office.sending_passes(look.now, immediate=rung.immediate))
            days.append(look.today + DAY)
    day = min(days)
    if day < date.max:
        moments.append(look.office.at(day, time.min))
    for name in look.initiative.measured:
        again = measured_again(look, look.initiative.steps[name], rows[name].status, rows[name].due)
        if again is not None:
            moments.append(again)
    return min(moments, default=None)


def _overdue(look: Look, steps: Timetables, rows: Mapping[str, StepRow]) -> list[date]:
    """Days from which the date a waiting step hangs on moves with the days: what it counts from is then overdue."""
    found = list[date]()
    for name, step in look.initiative.steps.items():
        if not step.earliest_anchor or rows[name].status is not Status.WAITING:
            continue
        for ref in step.earliest_anchor:
            if ref.initiative == look.initiative.id:
                expected = rows[ref.step].forecast  # None once it is closed
                at, _ = steps[ref.step]
                if expected is not None and goes_by_reports(at.step, at.own):
                    expected = look.today  # it is estimated anew once its time has passed
            else:
                elsewhere = look.upstream.get(ref)
                expected = elsewhere.forecast if elsewhere else look.today
            if expected is not None:
                found.append(max(expected, look.today) + DAY)
    return found
