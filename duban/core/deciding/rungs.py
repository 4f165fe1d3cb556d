"""A ladder laid out for a step: its rungs in the version that holds now, each with its day and who it is meant for.

Nothing here depends on the moment or on what was sent; what is due of it, and when, is the ladder's business (rules
1, 5 to 8 there).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, assert_never

from duban.core.days.workdays import DayUnit, Roll
from duban.core.deciding.given import Given
from duban.core.ledger.keys import AGAIN, BACK, NoticeKey
from duban.core.ledger.notices import Delivery
from duban.core.ledger.steps import StepState
from duban.core.planning.anchors import JUDGED, Anchor, anchors
from duban.core.planning.dates import DAY, Limit, grown
from duban.core.planning.policy import Role, Rung


class DueRung(NamedTuple):
    """A rung that falls due at a `moment`: `post` is who it is meant for, `recipient` who gets it (or its deputy).

    `moment` is later than `rung_at`, that of the rung itself, where two of them keep their distance (rule 11); until
    then it may be somebody else's turn any day. One that is `stale` is older than the matter it speaks of, or overtaken
    by a higher one, and is recorded rather than sent. One that `waits` is kept back by an answer (rule 4). It falls due
    again `repeat` working days after it went out.
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
    repeat: int | None = None


NOBODY: frozenset[str] = frozenset()


class Going(NamedTuple):
    """A rung of a ladder as it first goes out: its place there, the version and day it falls due, and to whom."""

    place: int
    version: str
    day: date
    rungs: tuple[DueRung, ...]


Laid = tuple[tuple[DueRung, ...], ...]
"""The rungs that apply, lowest first, each once for every post it is meant for."""


def laid(at: Given, before: tuple[Given, tuple[Going, ...]] | None = None) -> tuple[tuple[Going, ...], Laid]:
    """Lay out the ladder of a step: its rungs as they first go out, and with those that fall due again after that.

    The first are taken from `before` where nothing has happened since that moves a rung.
    """
    firsts = before[1] if before is not None and _alike(at, before[0]) else _going(at)
    rungs, leaves, found = at.office.rungs[at.step.ladder], at.office.directory.leaves, list[tuple[DueRung, ...]]()
    told = {(key.version, key.rung.partition(AGAIN)[0]) for key in (*at.own.notices, *at.own.skips)}
    for place, version, day, first in firsts:
        rung = rungs[place]
        found.append(first)
        if (version, rung.id) in told and (rung.repeat or (leaves and rung.presses_owner_late)):
            found += _again(at, rungs[place:], version, day)
    return firsts, tuple(found)


def _alike(at: Given, was: Given) -> bool:
    """Whether the rungs of a step go out as they did: none is moved by what is told of the step, or foreseen."""
    same = at.office is was.office and at.initiative is was.initiative and at.step is was.step
    return same and at.due == was.due and at.adopted == was.adopted and at.own.done == was.own.done


def _going(at: Given) -> tuple[Going, ...]:
    """The rungs that apply, lowest first, spent or not, as each goes out when it is sent on its own day."""
    found, holding, since = list[Going](), anchors(at.step, at.own, at.status, at.due), _since(at.own)
    rungs, calendar = at.office.rungs[at.step.ladder], at.office.calendar
    for place, rung in enumerate(rungs):
        if rung.anchor not in holding:
            continue
        first, version = holding[rung.anchor]
        if rung.anchor is Anchor.DUE and since > at.adopted:  # who could not be pressed before is from that day on
            first = max(first, since)
        day = _later(at, first, rung.offset) if at.own.excluded else calendar.add(first, rung.offset)
        stale = rung.anchor is Anchor.DUE and day < (since if rung.offset > 0 else max(since, _resumed(at.own)))
        people = called(at, rungs[place:], day)
        found.append(Going(place, version, day, of_rung(at, rung, version, day, people, stale=stale)))
    return tuple(found)


def _later(at: Given, first: date, days: int) -> date:
    """So many working days later, of those on which the step did not rest; before a day all count."""
    day = at.office.calendar.add(first, days)
    if days < 0:
        return day
    return grown(at.office.calendar, Limit(day, Roll.NONE, DayUnit.WORKING, first + DAY), at.own.excluded)


def _again(at: Given, rungs: Sequence[Rung], version: str, day: date) -> Iterator[tuple[DueRung, ...]]:
    """The first of `rungs` once it went out for its `day`: on the last day it fell due again, and on the next.

    So there are never more than these, however often it went out.
    """
    rung, went, since = rungs[0], _went_out(at, rungs[0], version, day), _since(at.own)
    if not went:
        return
    last = max(day, *went)
    if rung.repeat:
        for fell in (last, _later(at, max(since, last, *went.values()), rung.repeat)):
            stale = rung.anchor is Anchor.DUE and fell < since
            if fell != day:
                yield _named(f"{fell}", of_rung(at, rung, version, fell, called(at, rungs, fell), stale=stale))
    for owner in _posts(at, Role.OWNER) if rung.presses_owner_late else ():
        back = at.office.directory.back(owner, last)
        if back is not None and back <= at.office.calendar.last:  # else that is as good as never
            fell, desk = at.office.calendar.next_working(back), at.office.directory.mailbox(owner)
            yield _named(f"{BACK}{fell}", of_rung(at, rung, version, fell, {desk: owner}, stale=False))


def _went_out(at: Given, rung: Rung, version: str, day: date) -> Mapping[date, date]:
    """The days on which a rung fell due, the first on `day`, each with that on which it went out, or was skipped."""
    own, which, found = at.own, (at.own.name or at.step.was or at.step.id, version), dict[date, date]()
    for key in (*own.notices, *own.skips):
        name, _, again = key.rung.partition(AGAIN)
        if key[:2] != which or name != rung.id or key.death or key.on_return:
            continue
        fell, row, went = date.fromisoformat(again) if again else day, own.notices.get(key), own.skips.get(key)
        if row is not None and row.delivery is not Delivery.DROPPED:
            went = at.office.day(row.queued_at)
        if went is not None:
            found[fell] = max(went, found.get(fell, went))
    return found


def _named(again: str, rungs: tuple[DueRung, ...]) -> tuple[DueRung, ...]:
    return tuple([one._replace(key=one.key._replace(rung=f"{one.rung}{AGAIN}{again}")) for one in rungs])


def of_rung(
    at: Given, rung: Rung, version: str, day: date, people: Mapping[str, str], *, stale: bool
) -> tuple[DueRung, ...]:
    """A rung on its day, once for each of the `people` there, by whom the post is that it is meant for."""
    moment, waits = at.office.morning(day), rung.anchor is Anchor.DUE and rung.stops_on_answer
    name, found = at.own.name or at.step.was or at.step.id, list[DueRung]()  # a renamed step keeps its name in keys
    for there, post in people.items():
        key, meant = NoticeKey(name, version, rung.id, post), (rung.id, rung.slip, post, there)
        found.append(DueRung(key, at.step.id, *meant, moment, moment, rung.immediate, stale, waits, rung.repeat))
    return tuple(found)


def _since(own: StepState) -> date:
    """The day from which the present owner can be pressed for the present deadline."""
    turns = (own.assigned, own.granted, own.moved, own.returned, own.known)
    return max([day for day in turns if day is not None], default=date.min)


def _resumed(own: StepState) -> date:
    """The day on which it was last resumed."""
    return own.excluded[-1][1] if own.excluded else date.min


def called(at: Given, rungs: Sequence[Rung], day: date) -> dict[str, str]:
    """Who is there for the first of `rungs` on its day, with the post it is meant for; it climbs for nobody (rule 8).

    It is that day that counts, though the rung may be sent later: otherwise a leave would make an old rung fire anew.
    """
    people, own = at.office.directory, NOBODY
    if rungs[0].anchor in JUDGED:  # nobody is asked to judge what they did themselves
        own = frozenset({people.person(at.own.asked.doer if at.own.asked else at.own.doer)})
    for rung in rungs:
        if rung.anchor == rungs[0].anchor:
            found: dict[str, str] = {}  # one person who holds two posts, or stands in for two, is written to once
            for role in rung.to:
                posts = _posts(at, role)
                for post in _in_their_place(at, posts, own) if own else posts:
                    there = people.present(post, day, own)
                    if there is not None:
                        found.setdefault(there, post)
            if found:
                return found
    return {people.administrator: people.administrator}


def _in_their_place(at: Given, posts: Iterable[str], own: frozenset[str]) -> Iterator[str]:
    """The posts, the next in line where one is held by nobody or by one of those whose `own` it is."""
    office, people = at.office, at.office.directory
    passed = own.union(map(people.person, office.agreed(at.own)))
    for post in posts:
        free = post in people.filled and people.person(post) not in own
        yield post if free else office.next_in_line(at.initiative, passed)


def _posts(at: Given, role: Role) -> tuple[str, ...]:
    """The posts that a role means for a step: one, or of several who judge it those who have not agreed."""
    office, people, leads, owner = at.office, at.office.directory, at.initiative.leads, at.own.owner or at.step.owner
    alone = len(leads) == 1 and owner in people.filled
    owners = (owner,) if alone else office.owners(at.step, at.own)
    match role:
        case Role.OWNER:
            return tuple(map(people.officer, owners))
        case Role.OWNER_HEAD:
            return tuple(map(people.head, owners))
        case Role.LEAD_HEAD:
            return tuple(map(people.head, leads))
        case Role.SUPERVISOR:
            return (people.head(at.initiative.supervisor),)
        case Role.COORDINATOR:
            return (office.coordinator,)
        case Role.REVIEWER:
            return office.wanted(at.step, at.own)
        case Role.ADMINISTRATOR:
            return (people.administrator,)
        case _:
            assert_never(role)
