"""A ladder laid out for a step: its rungs in the version that holds now, each with its day and who it is meant for.

Nothing here depends on the moment or on what was sent; what is due of it, and when, is the ladder's business (rules
1, 5 to 8 there).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, assert_never

from duban.core.deciding.given import Given
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import AWAITING_OWNER, Status
from duban.core.planning.policy import Anchor, Role, Rung


class DueRung(NamedTuple):
    """A rung that falls due at a `moment`: `post` is who it is meant for, `recipient` who gets it (or its deputy).

    `moment` is later than `rung_at`, that of the rung itself, where two of them keep their distance (rule 11); until
    then it may be somebody else's turn any day. One that is `stale` is older than the matter it speaks of, or overtaken
    by a higher one, and is recorded rather than sent. One that `waits` is kept back by an answer (rule 4).
    """

    key: NoticeKey
    step: str
    rung: str
    slip: str
    post: str
    recipient: str
    moment: datetime
    rung_at: datetime
    immediate: bool
    stale: bool = False
    waits: bool = False


Laid = tuple[tuple[DueRung, ...], ...]
"""The rungs that apply, lowest first, each once for every post it is meant for."""


def laid(at: Given) -> Laid:
    """Lay out the ladder of a step, spent or not, as its rungs go out when each is sent on its own day."""
    found, office = list[tuple[DueRung, ...]](), at.office
    rungs, since = office.policy.ladder(at.step.ladder).rungs, _since(at.own)
    counted_from = since if since > at.adopted else date.min
    for place, rung in enumerate(rungs):
        anchored = anchor(at, rung.anchor)
        if anchored is None:
            continue
        counts_from, version = anchored
        if rung.anchor is Anchor.DUE:  # passed when its owner could first be pressed for it: it counts from that day
            counts_from = max(counts_from, counted_from)
        day = office.calendar.add(counts_from, rung.offset)
        stale = rung.anchor is Anchor.DUE and day < since
        found.append(of_rung(at, rung, version, day, called(at, rungs[place:], day), stale=stale))
    return tuple(found)


def of_rung(
    at: Given, rung: Rung, version: str, day: date, people: Mapping[str, str], *, stale: bool
) -> tuple[DueRung, ...]:
    """A rung on its day, once for each of the `people` there, by whom the post is that it is meant for."""
    office, step = at.office, at.step.id
    moment, waits = office.at(day, office.policy.hours.first), rung.anchor is Anchor.DUE and rung.stops_on_answer
    keys = {there: NoticeKey(at.name, version, rung.id, post) for there, post in people.items()}
    return tuple(
        DueRung(key, step, rung.id, rung.slip, key.post, there, moment, moment, rung.immediate, stale, waits)
        for there, key in keys.items()
    )


def anchor(at: Given, what: Anchor) -> tuple[date, str] | None:
    """The day a rung counts from and the version it belongs to; None when it does not apply now."""
    own, awaiting = at.own, at.status in AWAITING_OWNER
    match what:
        case Anchor.DUE:
            due = at.dates.due
            return (due, due.isoformat()) if awaiting and due else None
        case Anchor.OPENED:
            return (own.assigned, f"opened-{own.assigned}") if awaiting and own.assigned else None
        case Anchor.UNSIGNED:
            return (own.assigned, f"opened-{own.assigned}") if at.status is Status.OPEN and own.assigned else None
        case Anchor.SUBMITTED:
            return (own.submitted, f"round-{own.rounds}") if at.status is Status.REVIEW and own.submitted else None
        case Anchor.RETURNED:
            return (own.returned, f"round-{own.rounds}") if awaiting and own.returned else None
        case Anchor.ASKED:
            return (own.asked.on, f"ask-{own.asks}") if awaiting and own.asked else None
        case Anchor.ANSWERED:
            return (own.answer, f"ask-{own.asks}") if awaiting and own.answer and not own.asked else None
        case Anchor.FAILED:
            return _failed(own, at.status)
        case Anchor.CHANGED:
            return None  # each change has rungs of its own (changes.py)
        case _:
            assert_never(what)


def _failed(own: StepState, status: Status) -> tuple[date, str] | None:
    """The day on which an action failed, or from which on an indicator could not be measured."""
    if own.failed is None or not (status is Status.FAILED or status in AWAITING_OWNER):
        return None
    return own.failed, f"try-{own.tries}" if status is Status.FAILED else f"measuring-{own.failed}"


def _since(own: StepState) -> date:
    """The day from which the present owner can be pressed for the present deadline."""
    turns = (own.assigned, own.granted, own.moved, own.returned, own.excluded[-1][1] if own.excluded else None)
    return max([day for day in turns if day is not None], default=date.min)


def called(at: Given, rungs: Sequence[Rung], day: date) -> dict[str, str]:
    """Who is there for the first of `rungs` on its day, with the post it is meant for; it climbs for nobody (rule 8).

    It is that day that counts, though the rung may be sent later: otherwise a leave would make an old rung fire anew.
    """
    people = at.office.directory
    for rung in rungs:
        if rung.anchor == rungs[0].anchor:
            found: dict[str, str] = {}  # one person standing in for two posts is written to once
            for role in rung.to:
                post = post_of(at, role)
                there = people.present(post, day)
                if there is not None:
                    found.setdefault(there, post)
            if found:
                return found
    return {people.administrator: people.administrator}


def post_of(at: Given, role: Role) -> str:
    """The post that a role means for a step."""
    office, people = at.office, at.office.directory
    match role:
        case Role.OWNER:
            return people.officer(at.own.owner or at.step.owner)
        case Role.OWNER_HEAD:
            return people.head(at.own.owner or at.step.owner)
        case Role.LEAD_HEAD:
            return people.head(at.initiative.lead)
        case Role.SUPERVISOR:
            return people.head(at.initiative.supervisor)
        case Role.COORDINATOR:
            return office.plan.coordinator
        case Role.REVIEWER:
            return office.reviewers(at.initiative, at.step, at.own)[0]
        case Role.ADMINISTRATOR:
            return people.administrator
        case _:
            assert_never(role)
