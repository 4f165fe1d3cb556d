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
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from duban.core.deciding.deadlines import Deadline
from duban.core.deciding.office import Office
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
from duban.core.ledger.summary import INSTEAD, PENDING, Delivery, Status
from duban.core.planning.plan import Initiative, Step
from duban.core.planning.policy import Ladder, Rung

AWAITING_OWNER = frozenset({Status.OPEN, Status.WORKING})
PRESSINGS = frozenset({"remind", "press", "supervise"})
"""Slips that press: two of them keep their distance."""


class Call(NamedTuple):
    """A rung that is due: `post` is who it is meant for, `recipient` who gets it (the post or its deputy).

    `moment` is later than `rung_at`, that of the rung itself, where two of them keep their distance (rule 11); until
    then it may be somebody else's turn any day. One that is `stale` is older than the matter it speaks of, or overtaken
    by a higher one, and is recorded rather than sent.
    """

    key: str
    step: str
    rung: str
    slip: str
    post: str
    recipient: str
    moment: datetime
    rung_at: datetime
    immediate: bool
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One step as its ladder sees it.

    `sending` are those who are being pressed about it now, each with until when; `lines` those of dead notices.
    """

    initiative: Initiative
    step: Step
    state: StepState
    status: Status
    due: Deadline | None
    sending: Mapping[str, datetime]
    lines: Mapping[str, Line]


class Scene(NamedTuple):
    """What is the same for all steps of a look: `adopted` is when its ledger began, `soonest` when notices may go."""

    office: Office
    state: State
    now: datetime
    adopted: date
    soonest: Mapping[bool, datetime]
    """By whether they are immediate."""


def scene(office: Office, state: State, now: datetime) -> Scene:
    """The scene of a look."""
    soonest = {immediate: office.sending_moment(now, immediate=immediate) for immediate in (True, False)}
    return Scene(office, state, now, office.day(state.adopted or now), soonest)


def being_sent(state: State) -> Mapping[str, Mapping[str, datetime]]:
    """By step and recipient: when a pressing that a sender has in hand will have come to an outcome at the latest."""
    found: dict[str, dict[str, datetime]] = {}
    for notice in state.notices.values():
        if notice.delivery is Delivery.SENDING and notice.slip in PRESSINGS and notice.next_try is not None:
            found.setdefault(notice.step, {})[notice.recipient] = notice.next_try
    return found


def calls(at: Scene, case: Case) -> Iterator[Call]:
    """Every rung of a step in its present version that has not fired, with the moment it falls due, past or to come."""
    standing = tuple(_standing(at, case))
    due = [call for call in standing if call.moment <= at.now and not call.stale]
    for place, call in enumerate(standing):
        if not fired(at.state, call.key):
            overtaken = call in due and any(
                _overtakes(higher, call) for higher in standing[place + 1 :] if higher in due
            )
            yield call._replace(stale=True) if overtaken else call


def _overtakes(higher: Call, lower: Call) -> bool:
    """Whether the higher of two rungs that are due makes the lower one needless (rule 12)."""
    alike = higher.slip == lower.slip or {higher.slip, lower.slip} <= PRESSINGS
    return alike and higher.recipient == lower.recipient and higher.rung != lower.rung


def _standing(at: Scene, case: Case) -> Iterator[Call]:
    """The rungs of a step in its present version that have not reached anybody yet, lowest first."""
    office, state = at.office, at.state
    ladder, first, since = office.policy.ladder(case.step.ladder), office.policy.hours.first, _since(case.state)
    counted_from = since if since > at.adopted else date.min
    held, name = _held_back(office, case, state), _name(case)
    free = {**rested(office, case.state), **case.sending}
    for place, rung in enumerate(ladder.rungs):
        hung = _anchor(case, rung, counted_from)
        if hung is None:
            continue
        anchor, version = hung
        day, on_due = office.calendar.add(anchor, rung.offset), rung.anchor == "due"
        moment = office.at(day, first)
        if held is not None and on_due and rung.stops_on_answer:
            moment = max(moment, held)
        sent_on = max(moment, at.soonest[rung.immediate]).date()
        called = _called(office, case, ladder, place, day)
        for post, there in called:
            key = f"{name}/{version}/{rung.id}/{post}"
            line = case.lines.get(key)
            if line is None and fired(state, key) and not pending(state, key):
                continue
            recipient = there if sent_on == day else _standing_in(office, post, sent_on)
            stale = on_due and day < since
            call = Call(key, case.step.id, rung.id, rung.slip, post, recipient, moment, moment, rung.immediate, stale)
            if line is None:
                yield _kept_apart(office, call, free)
            else:
                told = {there for _, there in called}
                later = call._replace(moment=max(moment, office.working_moment(died(line))))
                told_on = office.sending_moment(max(later.moment, at.now), immediate=rung.immediate).date()
                yield from _rested(_instead(office, later, line, told, told_on), free)


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
    for sent in own.history:  # oldest first
        day, slip, recipient = sent.split(" ")
        if slip in PRESSINGS:
            rest = office.calendar.add(date.fromisoformat(day), office.policy.interval)
            again[recipient] = office.at(rest, office.policy.hours.first)
    return again


def _name(case: Case) -> str:
    """What the keys of a step's notices begin with: a renamed step keeps its name there."""
    return case.state.name or case.step.was or case.step.id


def _anchor(case: Case, rung: Rung, since: date) -> tuple[date, str] | None:
    """The day a rung counts from and the version it belongs to; None when it does not apply now.

    Rungs of a deadline that had passed when the owner could first be pressed for it count from that day, `since`.
    """
    own, awaiting = case.state, case.status in AWAITING_OWNER
    match rung.anchor:
        case "due" if awaiting and case.due is not None:
            return max(case.due.day, since), case.due.day.isoformat()
        case "opened" if awaiting and own.assigned:
            return own.assigned, f"opened-{own.assigned}"
        case "unsigned" if case.status is Status.OPEN and own.assigned:
            return own.assigned, f"opened-{own.assigned}"
        case "submitted" if case.status is Status.REVIEW and own.submitted:
            return own.submitted, f"round-{own.rounds}"
        case "returned" if awaiting and own.returned:
            return own.returned, f"round-{own.rounds}"
        case "asked" if awaiting and own.asked:
            return own.asked.on, f"ask-{own.asks}"
        case "answered" if awaiting and own.answer and not own.asked:
            return own.answer, f"ask-{own.asks}"
        case "failed" if case.status is Status.FAILED and own.failed:
            return own.failed, f"try-{own.tries}"
        case "failed" if awaiting and own.failed:  # measuring an indicator
            return own.failed, f"measuring-{own.failed}"
        case _:
            return None


def _since(own: StepState) -> date:
    """The day from which the present owner can be pressed for the present deadline."""
    turns = (own.assigned, own.granted, own.moved, own.returned, own.excluded[-1][1] if own.excluded else None)
    return max((day for day in turns if day is not None), default=date.min)


def _held_back(office: Office, case: Case, state: State) -> datetime | None:
    """Until when an answer keeps rungs of the deadline back (rule 4); None when nothing does."""
    answered, due, assigned = case.state.answered, case.due, case.state.assigned
    if answered is None or due is None or (assigned and answered < assigned):
        return None
    pressed = _first_pressed(office, f"{_name(case)}/{due.day.isoformat()}/", state)
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


def _called(office: Office, case: Case, ladder: Ladder, place: int, day: date) -> tuple[tuple[str, str], ...]:
    """Posts a rung is meant for, each with who is there; climbs when nobody is there on its day (rule 8).

    It is that day that counts, though the rung may be sent later: otherwise a leave would make an old rung fire anew.
    """
    anchor, present = ladder.rungs[place].anchor, office.directory.present
    for rung in ladder.rungs[place:]:
        if rung.anchor == anchor:
            called: dict[str, str] = {}  # one person standing in for two posts is written to once
            for role in rung.to:
                for post in _posts(office, case, role):
                    there = present(post, day)
                    if there is not None:
                        called.setdefault(there, post)
            if called:
                return tuple((post, there) for there, post in called.items())
    return ((office.directory.administrator, office.directory.administrator),)


def _standing_in(office: Office, post: str, day: date) -> str:
    """Who stands at a post on the later day on which it is written to; the administrator when nobody does."""
    return office.directory.present(post, day) or office.directory.administrator


def _posts(office: Office, case: Case, role: str) -> tuple[str, ...]:
    people, initiative = office.directory, case.initiative
    match role:
        case "owner":
            return office.owner_side(case.step, case.state)[:1]
        case "owner-head":
            return office.owner_side(case.step, case.state)[1:]
        case "lead-head":
            return (people.head(initiative.lead),)
        case "supervisor":
            return (people.head(initiative.supervisor),)
        case "coordinator":
            return (office.plan.coordinator,)
        case "reviewer":
            return office.reviewers(initiative, case.step, case.state)[:1]
        case _:
            return (people.administrator,)


def dead_calls(
    office: Office, state: State, lines: Mapping[str, Line], rungs: Iterable[Call], now: datetime
) -> Iterator[Call]:
    """What the administrator is still to be told of undeliverable notices (rule 9), once nobody is left to try.

    `rungs` are the calls of the ladders. Of a notice that did not reach the administrator nobody is told: `doctor` is.
    """
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
