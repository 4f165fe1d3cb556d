"""The ladder (催办层级): which rungs have come due for a step, to whom, and when the next one does.

Twelve rules, each with its tests in tests/core/test_ladder.py:

1. A rung fires once per step, version of what it hangs on (the deadline, a round of review …) and post: the key.
2. The key is stored before anything is sent, the outcome after.
3. Just before sending, `due` is asked again; what it no longer names is not sent.
4. An answer holds higher rungs back until the next deadline or the next silence.
5. A moved deadline is a new version: rungs of the old one never fire again.
6. Rungs older than the ledger's first entry are recorded as skipped. So are rungs older than the owner's turn (the step
   was found open, came back, was extended, resumed, handed over or given another deadline by the plan after them);
   where the deadline itself has passed by then, its rungs count from that day, so that nobody is told everything at
   once, and nobody nothing.
7. A rung on a day off or outside working hours moves to the next working morning; it neither drops nor spends another.
8. A rung nobody can be found for climbs: deputy, then the next rung's people, then the administrator.
9. A refused delivery is tried again, then dead; then the recipient's deputies get it, one after another, and when
   there is none left the administrator is told who was not reached and why. One that a person puts back goes to its
   recipient again, and what is under way in its place lapses; should it die again, the administrator is told again.
10. Time that runs out approves, fails and closes nothing.
11. Two notices that press one person about one step lie an interval of working days apart: the later one moves to its
    end. Whoever was not pressed before, as the one a rung climbs to, is pressed at once.
12. Of several rungs that press one person about one step together the highest is sent; the lower ones are recorded as
    skipped. So it is with several that bear the same slip.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from duban.core.deciding.mail import PRESSINGS, Mail
from duban.core.deciding.office import Look, Office
from duban.core.deciding.rungs import Call, Case, Hung
from duban.core.deciding.undelivered import (
    DEAD,
    Line,
    died,
    first_key,
    instead_key,
    next_in_line,
    telling_key,
    tried,
)
from duban.core.ledger.state import State, StepState
from duban.core.ledger.summary import INSTEAD, PENDING, Delivery


class Scene(NamedTuple):
    """What is the same for all steps of a look."""

    look: Look
    state: State
    mail: Mail


class Pause(NamedTuple):
    """Until when an answer keeps rungs of the deadline back (rule 4), and until when whom an earlier one (rule 11)."""

    answered: datetime | None
    pressed: Mapping[str, datetime]


def pause(at: Scene, case: Case) -> Pause:
    """What keeps back the rungs of a step."""
    office = at.look.office
    sending = at.mail.sending.get(case.step.id, {})
    return Pause(_held_back(office, case, at.state), {**rested(office, case.state), **sending})


def calls(at: Scene, rungs: Iterable[Hung], pause: Pause) -> Iterator[Call]:
    """Every rung of a step in its present version that has not fired, with the moment it falls due, past or to come."""
    unreached = tuple(_unreached(at, rungs, pause))
    due = [call for call in unreached if call.moment <= at.look.now and not call.stale]
    for call in unreached:
        if not fired(at.state, call.key):
            above = due[due.index(call) + 1 :] if call in due else ()
            yield call._replace(stale=True) if any(_overtakes(higher, call) for higher in above) else call


def _overtakes(higher: Call, lower: Call) -> bool:
    """Whether the higher of two rungs that are due makes the lower one needless (rule 12)."""
    alike = higher.slip == lower.slip or {higher.slip, lower.slip} <= PRESSINGS
    return alike and higher.recipient == lower.recipient and higher.rung != lower.rung


def _unreached(at: Scene, rungs: Iterable[Hung], pause: Pause) -> Iterator[Call]:
    """The rungs of a step in its present version that have not reached anybody yet, lowest first."""
    office, state, free = at.look.office, at.state, pause.pressed
    for rung, _, calls in rungs:
        until = pause.answered if rung.anchor == "due" and rung.stops_on_answer else None
        for written in calls:
            line = at.mail.lines.get(written.key)
            if line is None and _over(state, written.key):
                continue
            call = _sent_on(office, written, until, at.look.soonest[rung.immediate])
            if line is None:
                yield _kept_apart(office, call, free)
            else:
                told = {one.recipient for one in calls}
                later = call._replace(moment=max(call.moment, office.working_moment(died(line))))
                told_on = office.sending_moment(max(later.moment, at.look.now), immediate=rung.immediate).date()
                yield from _rested(_instead(office, later, line, told, told_on), free)


def _over(state: State, key: str) -> bool:
    """Whether a rung is spent, and its notice on no way to anybody."""
    return fired(state, key) and not pending(state, key)


def _sent_on(office: Office, call: Call, until: datetime | None, soonest: datetime) -> Call:
    """A call held back until then, to whoever is there on the day on which it can be sent."""
    moment = call.moment if until is None else max(call.moment, until)
    if moment == call.moment and moment >= soonest:
        return call
    sent_on = max(moment, soonest).date()
    if sent_on == call.moment.date():
        return call
    return call._replace(recipient=_standing_in(office, call.post, sent_on), moment=moment, rung_at=moment)


def _kept_apart(office: Office, call: Call, free: Mapping[str, datetime]) -> Call:
    """The call, moved to where its recipient, or who stands there by then, may be pressed again (rule 11)."""
    if call.slip not in PRESSINGS or call.recipient not in free:
        return call
    recipient, moment = call.recipient, call.moment
    while (again := free.get(recipient, moment)) > moment:
        recipient, moment = _standing_in(office, call.post, again.date()), again
    return call._replace(recipient=recipient, moment=moment)


def _instead(office: Office, call: Call, line: Line, told: Collection[str], day: date) -> Iterator[Call]:
    """The call that takes the place of one whose notice is dead; `told` are those whom the rung means anyway."""
    if any(row.delivery is Delivery.SENT for row in line):
        return
    under_way = next((row.recipient for row in line if row.delivery in PENDING), None)
    there = under_way or next_in_line(office.directory, line, day, told)
    if there is not None:
        yield call._replace(key=instead_key(call.key, there), recipient=there)


def _rested(calls: Iterable[Call], free: Mapping[str, datetime]) -> Iterator[Call]:
    """Calls to people who are the only ones left, moved to where these may be pressed again."""
    for call in calls:
        again = free.get(call.recipient, call.moment) if call.slip in PRESSINGS else call.moment
        yield call._replace(moment=max(call.moment, again))


def rested(office: Office, own: StepState) -> Mapping[str, datetime]:
    """For those who were pressed about a step: from when they may be pressed about it again (rule 11)."""
    again: dict[str, datetime] = {}
    for sent in reversed(own.history):  # the last one counts
        day, slip, recipient = sent.split(" ")
        if slip in PRESSINGS and recipient not in again:
            rest = office.calendar.add(date.fromisoformat(day), office.policy.interval)
            again[recipient] = office.at(rest, office.policy.hours.first)
    return again


def _held_back(office: Office, case: Case, state: State) -> datetime | None:
    """Until when an answer keeps rungs of the deadline back (rule 4); None when nothing does."""
    answered, due, assigned = case.state.answered, case.due, case.state.assigned
    if answered is None or due is None or (assigned and answered < assigned):
        return None
    pressed = _first_pressed(office, f"{case.name}/{due.day.isoformat()}/", state)
    if pressed is None or answered < pressed:
        return None
    until = office.calendar.add(answered, office.policy.silence)
    if answered <= due.day:
        until = min(until, office.calendar.next_working(due.day))
    return office.at(until, office.policy.hours.first)


def _first_pressed(office: Office, prefix: str, state: State) -> date | None:
    """The day on which a rung of the present version of the deadline first fired."""
    fired = (notice.queued_at for key, notice in state.notices.items() if key.startswith(prefix))
    first = min(fired, default=None)
    return office.day(first) if first else None


def _standing_in(office: Office, post: str, day: date) -> str:
    """Who stands at a post on the later day on which it is written to; the administrator when nobody does."""
    return office.directory.present(post, day) or office.directory.administrator


def dead_calls(
    office: Office, state: State, lines: Mapping[str, Line], rungs: Iterable[Call], now: datetime
) -> Iterator[Call]:
    """What the administrator is still to be told of undeliverable notices (rule 9), once nobody is left to try.

    `rungs` are the calls of the ladders. Of a notice that did not reach the administrator nobody is told: `doctor` is.
    """
    if not lines:
        return
    going_on = {first_key(call.key) for call in rungs if INSTEAD in call.key}
    overtaken = {first_key(key) for key in state.skipped if INSTEAD in key}  # the deputy gets a higher one (rule 12)
    for key, line in lines.items():
        over = key in overtaken or any(row.delivery is Delivery.SENT or row.delivery in PENDING for row in line)
        if not over and key not in going_on:
            yield from _of_dead(office, state, key, line, now)


def _of_dead(office: Office, state: State, key: str, line: Line, now: datetime) -> Iterator[Call]:
    administrator, first = office.directory.administrator, line[0]
    moment = office.working_moment(died(line))
    day = office.sending_moment(max(moment, now), immediate=first.immediate).date()
    told: str | None
    if first.rung == DEAD:
        told = next_in_line(office.directory, line, day)
        key = instead_key(key, told or "")
    else:
        there = _standing_in(office, administrator, day)
        told = None if there in tried(line) else there
        key = telling_key(state, line, office.day(died(line)))
    if told is not None and not fired(state, key):
        yield Call(key, first.step, DEAD, "failure", administrator, told, moment, moment, first.immediate)


def pending(state: State, key: str) -> bool:
    """Whether a notice of that key is still to reach its recipient."""
    notice = state.notices.get(key)
    return notice is not None and notice.delivery in PENDING


def fired(state: State, key: str) -> bool:
    """Whether a key is spent: queued, sent or skipped. One dropped just before sending may fire later."""
    notice = state.notices.get(key)
    return key in state.skipped or (notice is not None and notice.delivery is not Delivery.DROPPED)
