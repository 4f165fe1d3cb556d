"""The ladder (催办层级): which rungs have come due for a step, to whom, and when the next one does.

Ten rules, each a row of the table in tests/core/test_ladder.py:

1. A rung fires once per step, version of what it hangs on (the deadline, a round of review …) and post: the key.
2. The key is stored before anything is sent, the outcome after.
3. Just before sending, `due` is asked again; what it no longer names is not sent.
4. An answer holds higher rungs back until the next deadline or the next silence.
5. A moved deadline is a new version: rungs of the old one never fire again.
6. Rungs older than the ledger's first entry are recorded as skipped.
7. A rung on a day off or outside working hours moves to the next working morning; it neither drops nor spends another.
8. A rung nobody can be found for climbs: deputy, then the next rung's people, then the administrator.
9. A refused delivery is tried again, then dead, and a dead one is told to the administrator.
10. Time that runs out approves, fails and closes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from duban.core.deadlines import Deadline
from duban.core.office import Office
from duban.core.plan import Initiative, Step
from duban.core.policy import Ladder, Rung
from duban.core.state import State, StepState
from duban.core.summary import Delivery, Status

AWAITING_OWNER = frozenset({Status.OPEN, Status.WORKING})
DEAD = "dead"
"""The rung of a notice that tells of a dead one."""


@dataclass(frozen=True, slots=True)
class Call:
    """A rung that is due: `post` is who it is meant for, `recipient` who gets it (the post or its deputy)."""

    key: str
    step: str
    rung: str
    slip: str
    post: str
    recipient: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One step as its ladder sees it."""

    initiative: Initiative
    step: Step
    state: StepState
    status: Status
    due: Deadline | None


def calls(office: Office, case: Case, state: State, now: datetime) -> Iterator[Call]:
    """Every rung of a step in its present version, with the moment it falls due, past ones included."""
    ladder = office.policy.ladder(case.step.ladder)
    for place, rung in enumerate(ladder.rungs):
        hung = _anchor(case, rung)
        if hung is None:
            continue
        anchor, version = hung
        nominal = office.calendar.add(anchor, rung.offset)
        moment = office.working_moment(office.at(nominal, office.policy.hours.first))
        if rung.stops_on_answer and rung.anchor == "due":
            moment = max(moment, _held_back(office, case, rung, version, state))
        named = case.step.was or case.step.id
        for post, recipient in _people(office, case, ladder, place, office.day(max(moment, now))):
            key = f"{named}/{version}/{rung.id}/{post}"
            yield Call(key, case.step.id, rung.id, rung.slip, post, recipient, moment)


def _anchor(case: Case, rung: Rung) -> tuple[date, str] | None:
    """The day a rung counts from and the version it belongs to; None when it does not apply now."""
    own, awaiting = case.state, case.status in AWAITING_OWNER
    match rung.anchor:
        case "due" if awaiting and case.due is not None:
            return case.due.day, case.due.day.isoformat()
        case "opened" if awaiting and own.opened:
            return own.opened, f"opened-{own.opened}"
        case "unsigned" if case.status is Status.OPEN and own.opened:
            return own.opened, f"opened-{own.opened}"
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
        case _:
            return None


def _held_back(office: Office, case: Case, rung: Rung, version: str, state: State) -> datetime:
    """Until when an answer keeps a rung back (rule 4); the beginning of time when nothing does."""
    answered, due = case.state.answered, case.due
    pressed = _first_pressed(office, case, version, state)
    if answered is None or due is None or pressed is None or answered < pressed:
        return datetime.min.replace(tzinfo=office.zone)
    until = office.calendar.add(answered, office.policy.silence)
    if answered <= due.day and rung.offset > 0:
        until = min(until, office.calendar.next_working(due.day))
    return office.at(until, office.policy.hours.first)


def _first_pressed(office: Office, case: Case, version: str, state: State) -> date | None:
    """The day on which a rung of this version of the deadline first fired."""
    prefix = f"{case.step.was or case.step.id}/{version}/"
    due_rungs = {rung.id for rung in office.policy.ladder(case.step.ladder).rungs if rung.anchor == "due"}
    fired = [
        office.day(notice.queued_at)
        for key, notice in state.notices.items()
        if key.startswith(prefix) and notice.rung in due_rungs
    ]
    return min(fired, default=None)


def _people(office: Office, case: Case, ladder: Ladder, place: int, day: date) -> Iterator[tuple[str, str]]:
    """Posts a rung is meant for, each with who stands there on `day`; climbs when there is nobody (rule 8)."""
    anchor = ladder.rungs[place].anchor
    climb = [rung for rung in ladder.rungs[place:] if rung.anchor == anchor]
    for rung in climb:
        posts = dict.fromkeys(post for role in rung.to for post in _posts(office, case, role))
        present = [(post, there) for post in posts if (there := office.directory.present(post, day))]
        if present:
            # One person standing in for two posts is written to once.
            yield from {there: (post, there) for post, there in reversed(present)}.values()
            return
    yield office.directory.administrator, office.directory.administrator


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


def dead_calls(office: Office, state: State) -> Iterator[Call]:
    """What the administrator is told of notices that could not be delivered (rule 9); never of itself."""
    administrator = office.directory.administrator
    for key, notice in state.notices.items():
        if notice.delivery is Delivery.DEAD and notice.rung != DEAD and notice.ended_at is not None:
            moment = office.working_moment(notice.ended_at)
            yield Call(f"{key}/{DEAD}", notice.step, DEAD, "failure", administrator, administrator, moment)


def fired(state: State, key: str) -> bool:
    """Whether a key is spent: queued, sent or skipped. One dropped just before sending may fire later."""
    notice = state.notices.get(key)
    return key in state.skipped or (notice is not None and notice.delivery is not Delivery.DROPPED)
